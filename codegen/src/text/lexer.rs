//! Splits a text into tokens.
//!
//! Every byte is looked at a constant number of times, nothing is copied: tokens borrow from the
//! text. Numbers are kept as written; what they mean depends on where they stand.

use super::error::{Location, ParseError, error};
use crate::ir::Type;

/// What an entity reference such as `v3` refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefix {
    Value,
    Block,
    StackSlot,
    DynamicStackSlot,
    DynamicType,
    GlobalValue,
    Constant,
    FuncRef,
    SigRef,
    Region,
    Tag,
    User,
    UserExtName,
    Ret,
    Exn,
}

const PREFIXES: [(&str, Prefix); 15] = [
    ("v", Prefix::Value),
    ("block", Prefix::Block),
    ("ss", Prefix::StackSlot),
    ("dss", Prefix::DynamicStackSlot),
    ("dt", Prefix::DynamicType),
    ("gv", Prefix::GlobalValue),
    ("const", Prefix::Constant),
    ("fn", Prefix::FuncRef),
    ("sig", Prefix::SigRef),
    ("region", Prefix::Region),
    ("tag", Prefix::Tag),
    ("u", Prefix::User),
    ("userextname", Prefix::UserExtName),
    ("ret", Prefix::Ret),
    ("exn", Prefix::Exn),
];

/// A token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    /// A character of punctuation.
    Punct(u8),
    /// `->`
    Arrow,
    /// A word.
    Identifier(&'a str),
    /// The name of a type.
    Type(Type),
    /// An entity and its number.
    Entity(Prefix, u32),
    /// `%name`, without the `%`.
    Name(&'a str),
    /// A number without a point.
    Integer(&'a str),
    /// A number with a point, `NaN` or `Inf`.
    Float(&'a str),
    /// `"text"`, without the quotes.
    String(&'a str),
    /// `#` and hexadecimal digits, without the `#`.
    HexSequence(&'a str),
    /// `@` and hexadecimal digits, without the `@`.
    SourceLoc(&'a str),
    /// `;` and the rest of the line.
    Comment(&'a str),
}

impl core::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Token::Punct(c) => write!(f, "`{}`", char::from(*c)),
            Token::Arrow => f.write_str("`->`"),
            Token::Identifier(word) => write!(f, "`{}`", clip(word)),
            Token::Type(ty) => write!(f, "type {ty}"),
            Token::Entity(prefix, number) => {
                let (name, _) = PREFIXES.iter().find(|(_, p)| p == prefix).expect("all are listed");
                write!(f, "`{name}{number}`")
            }
            Token::Name(name) => write!(f, "`%{}`", clip(name)),
            Token::Integer(text) | Token::Float(text) => write!(f, "number `{}`", clip(text)),
            Token::String(_) => f.write_str("a string"),
            Token::HexSequence(digits) => write!(f, "`#{}`", clip(digits)),
            Token::SourceLoc(digits) => write!(f, "`@{}`", clip(digits)),
            Token::Comment(_) => f.write_str("a comment"),
        }
    }
}

/// The start of a text, for messages.
pub(super) fn clip(text: &str) -> &str {
    match text.char_indices().nth(60) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A token and where it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<'a> {
    pub token: Token<'a>,
    pub location: Location,
}

/// The state of the lexer: a position in the text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, pos: 0, line: 1, line_start: 0 }
    }

    /// The place of the next byte.
    pub fn location(&self) -> Location {
        self.location_of(self.pos)
    }

    fn location_of(&self, pos: usize) -> Location {
        Location { line_number: self.line, column: (pos - self.line_start) as u32 + 1 }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn newline(&mut self) {
        self.pos += 1;
        self.line += 1;
        self.line_start = self.pos;
    }

    /// Takes all bytes for which `more` holds; returns them with what stands before them from
    /// `start` on.
    fn take_while(&mut self, start: usize, more: impl Fn(u8) -> bool) -> &'a str {
        let bytes = self.text.as_bytes();
        while self.pos < bytes.len() && more(bytes[self.pos]) {
            self.pos += 1;
        }
        &self.text[start..self.pos]
    }

    /// The rest of the line, without blanks around it; the line end is not taken.
    pub fn rest_of_line(&mut self) -> &'a str {
        let start = self.pos;
        self.take_while(start, |b| b != b'\n').trim()
    }

    /// The next token, comments included; `None` at the end.
    pub fn next(&mut self) -> Option<Result<Located<'a>, ParseError>> {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' => self.pos += 1,
                b'\n' => self.newline(),
                _ => break,
            }
        }
        if self.pos >= self.text.len() {
            return None;
        }
        let location = self.location();
        Some(self.scan(location).map(|token| Located { token, location }))
    }

    fn scan(&mut self, location: Location) -> Result<Token<'a>, ParseError> {
        let start = self.pos;
        let first = self.byte(0);
        Ok(match first {
            b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b',' | b'.' | b':' | b'='
            | b'!' | b'*' => {
                self.pos += 1;
                Token::Punct(first)
            }
            b';' => Token::Comment(self.take_while(start, |b| b != b'\n').trim_end()),
            b'-' if self.byte(1) == b'>' => {
                self.pos += 2;
                Token::Arrow
            }
            b'+' | b'-' => match self.signed_number(start) {
                Some(number) => number,
                None => {
                    self.pos += 1;
                    Token::Punct(first)
                }
            },
            b'0'..=b'9' => self.number(start),
            b'a'..=b'z' | b'A'..=b'Z' => self.word(start),
            b'%' => {
                self.pos += 1;
                Token::Name(self.take_while(start + 1, |b| b.is_ascii_alphanumeric() || b == b'_'))
            }
            b'"' => return self.string(location),
            b'#' => {
                self.pos += 1;
                Token::HexSequence(self.take_while(start + 1, |b| b.is_ascii_hexdigit()))
            }
            b'@' => {
                self.pos += 1;
                match self.take_while(start + 1, |b| b.is_ascii_hexdigit()) {
                    "" => Token::Punct(b'@'),
                    digits => Token::SourceLoc(digits),
                }
            }
            _ => {
                let c = self.text[start..].chars().next().unwrap_or('\0');
                return Err(error(location, format!("unexpected character {c:?}")));
            }
        })
    }

    fn signed_number(&mut self, start: usize) -> Option<Token<'a>> {
        let rest = &self.text.as_bytes()[start + 1..];
        if rest.first().is_some_and(u8::is_ascii_digit) {
            self.pos += 1;
            return Some(self.number(start));
        }
        if rest.starts_with(b"NaN") || rest.starts_with(b"Inf") || rest.starts_with(b"sNaN") {
            self.pos += 1;
            return Some(self.special_float(start));
        }
        None
    }

    /// What belongs to a number once it has begun.
    fn in_number(b: u8) -> bool {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
    }

    fn number(&mut self, start: usize) -> Token<'a> {
        let text = self.take_while(start, Self::in_number);
        if text.contains('.') { Token::Float(text) } else { Token::Integer(text) }
    }

    /// A NaN or infinity, from the letters on.
    fn special_float(&mut self, start: usize) -> Token<'a> {
        let rest = &self.text.as_bytes()[self.pos..];
        for nan in ["NaN:", "sNaN:"] {
            if rest.starts_with(nan.as_bytes()) {
                self.pos += nan.len();
                break;
            }
        }
        Token::Float(self.take_while(start, Self::in_number))
    }

    fn word(&mut self, start: usize) -> Token<'a> {
        let rest = &self.text.as_bytes()[start..];
        if rest.starts_with(b"NaN") || rest.starts_with(b"Inf") {
            return self.special_float(start);
        }
        let word = self.take_while(start, |b| b.is_ascii_alphanumeric() || b == b'_');
        if !word.as_bytes()[word.len() - 1].is_ascii_digit() {
            return Token::Identifier(word);
        }
        if let Some((prefix, number)) = split_entity(word) {
            return Token::Entity(prefix, number);
        }
        match Type::from_name(word) {
            Some(ty) => Token::Type(ty),
            None => Token::Identifier(word),
        }
    }

    fn string(&mut self, location: Location) -> Result<Token<'a>, ParseError> {
        self.pos += 1;
        let start = self.pos;
        loop {
            if self.pos >= self.text.len() {
                return Err(error(location, "the string has no end: expected `\"`"));
            }
            match self.byte(0) {
                b'"' => {
                    self.pos += 1;
                    return Ok(Token::String(&self.text[start..self.pos - 1]));
                }
                b'\n' => self.newline(),
                _ => self.pos += 1,
            }
        }
    }
}

/// Splits `block12` into its prefix and number; numbers have no leading zeros and fit in 32 bits.
fn split_entity(word: &str) -> Option<(Prefix, u32)> {
    let split = word.bytes().rposition(|b| !b.is_ascii_digit())? + 1;
    let (prefix, digits) = word.split_at(split);
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    let (_, prefix) = *PREFIXES.iter().find(|(name, _)| *name == prefix)?;
    let number = digits.parse().ok().filter(|&n| n < u32::MAX)?;
    (prefix != Prefix::Value || number < u32::MAX / 2).then_some((prefix, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text);
        core::iter::from_fn(|| lexer.next()).map(|token| token.unwrap().token).collect()
    }

    #[test]
    fn words_entities_and_types() {
        use Token::{Entity, Identifier, Type as Ty};
        assert_eq!(
            tokens("v0 v01 v4294967295 block10 cold i8x16 i8x1 i8x3 dss1"),
            [
                Entity(Prefix::Value, 0),
                Identifier("v01"),
                Identifier("v4294967295"),
                Entity(Prefix::Block, 10),
                Identifier("cold"),
                Ty(crate::ir::types::I8X16),
                Ty(crate::ir::types::I8),
                Identifier("i8x3"),
                Entity(Prefix::DynamicStackSlot, 1),
            ]
        );
    }

    #[test]
    fn numbers_arrows_and_signs() {
        use Token::{Arrow, Float, Integer, Punct};
        assert_eq!(
            tokens("-> -1 +0x1_f -0x1.8p-3 NaN:0x1 -sNaN:0x2 Info + - 5-4"),
            [
                Arrow,
                Integer("-1"),
                Integer("+0x1_f"),
                Float("-0x1.8p-3"),
                Float("NaN:0x1"),
                Float("-sNaN:0x2"),
                Float("Info"),
                Punct(b'+'),
                Punct(b'-'),
                Integer("5-4"),
            ]
        );
    }

    #[test]
    fn the_rest() {
        use Token::{Comment, HexSequence, Name, Punct, SourceLoc, String};
        assert_eq!(
            tokens("%a.%9 @1f @ss \"x\ny\" #0a ; end "),
            [
                Name("a"),
                Punct(b'.'),
                Name("9"),
                SourceLoc("1f"),
                Punct(b'@'),
                Token::Identifier("ss"),
                String("x\ny"),
                HexSequence("0a"),
                Comment("; end"),
            ]
        );
        let mut lexer = Lexer::new("a\n  é");
        lexer.next().unwrap().unwrap();
        let error = lexer.next().unwrap().unwrap_err();
        assert_eq!(error.location, Location { line_number: 2, column: 3 });
        assert!(Lexer::new("\"abc").next().unwrap().is_err());
    }
}
