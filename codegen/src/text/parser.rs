//! Tokens with one of look-ahead, comments put aside for the entity they follow, and what can be
//! expected from the text next.

use super::error::{Location, ParseError, ParseResult, error};
use super::lexer::{Lexer, Prefix, Token, clip};
use crate::entity::EntityRef;
use crate::ir::entities::AnyEntity;
use crate::ir::{CallConv, Type};

/// A comment and the entity that it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// The entity; [`AnyEntity::Function`] for comments before the first and after the last block.
    pub entity: AnyEntity,
    /// The comment with its `;`.
    pub text: &'a str,
}

/// How many entities a text may skip by leaving out numbers: a base and so many for each byte.
/// Each of them takes memory, so a short text must not ask for billions.
const PADDING: u64 = 1 << 20;
const PADDING_PER_BYTE: u64 = 16;

/// The state of the reader.
pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    lookahead: Option<Token<'a>>,
    /// Where the token of look-ahead starts, or the text ends.
    location: Location,
    lex_error: Option<ParseError>,
    /// Comments since the function began.
    pub comments: Vec<Comment<'a>>,
    owner: AnyEntity,
    unclaimed: usize,
    /// The convention of signatures that name none.
    pub default_call_conv: CallConv,
    padding: u64,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, default_call_conv: CallConv) -> Self {
        Self {
            lexer: Lexer::new(text),
            lookahead: None,
            location: Location::default(),
            lex_error: None,
            comments: Vec::new(),
            owner: AnyEntity::Function,
            unclaimed: 0,
            default_call_conv,
            padding: PADDING + PADDING_PER_BYTE * text.len() as u64,
        }
    }

    /// The next token, comments skipped; `None` at the end.
    #[inline]
    pub fn peek(&mut self) -> Option<Token<'a>> {
        if self.lookahead.is_none() {
            self.advance();
        }
        self.lookahead
    }

    fn advance(&mut self) {
        if self.lex_error.is_some() {
            return;
        }
        loop {
            match self.lexer.next() {
                None => self.location = self.lexer.location(),
                Some(Ok(located)) => {
                    if let Token::Comment(text) = located.token {
                        self.comments.push(Comment { entity: self.owner, text });
                        continue;
                    }
                    self.location = located.location;
                    self.lookahead = Some(located.token);
                }
                Some(Err(error)) => {
                    self.location = error.location;
                    self.lex_error = Some(error);
                }
            }
            return;
        }
    }

    /// Takes the token that was looked at.
    #[inline]
    pub fn bump(&mut self) {
        self.lookahead = None;
    }

    /// The place of the next token.
    pub fn location(&mut self) -> Location {
        self.peek();
        self.location
    }

    /// The rest of the line behind the token just taken.
    pub fn rest_of_line(&mut self) -> &'a str {
        debug_assert!(self.lookahead.is_none(), "the line must not have been read ahead");
        self.lexer.rest_of_line()
    }

    /// An error at the next token; if the text cannot be split there, that is the error.
    pub fn fail<T>(&mut self, message: impl Into<String>) -> ParseResult<T> {
        self.peek();
        match self.lex_error.take() {
            Some(error) => Err(error),
            None => Err(error(self.location, message)),
        }
    }

    /// An error that names what was expected and what stands there.
    pub fn expected<T>(&mut self, what: &str) -> ParseResult<T> {
        let found = match self.peek() {
            Some(token) => token.to_string(),
            None => "the end of the text".to_string(),
        };
        self.fail(format!("expected {what}, found {found}"))
    }

    /// The error at which the text could not be split, if that is why it ended.
    pub fn finish(&mut self) -> ParseResult<()> {
        match self.lex_error.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    // -------------------------------------------------------------- comments

    /// Begins a function: comments from here on are its.
    pub fn begin_function(&mut self) {
        self.peek();
        self.owner = AnyEntity::Function;
        self.comments.clear();
        self.unclaimed = 0;
    }

    /// Begins an entity: comments from here on are its.
    pub fn begin_entity(&mut self) {
        self.peek();
        self.unclaimed = self.comments.len();
    }

    /// Ends the entity that was begun: comments behind it are its, up to the next token.
    pub fn end_entity(&mut self, entity: AnyEntity) {
        self.owner = entity;
        self.peek();
        for comment in &mut self.comments[self.unclaimed..] {
            comment.entity = entity;
        }
        self.unclaimed = self.comments.len();
    }

    /// The comments collected since the last call.
    pub fn take_comments(&mut self) -> Vec<Comment<'a>> {
        self.unclaimed = 0;
        core::mem::take(&mut self.comments)
    }

    // ------------------------------------------------------------ expectations

    /// Takes the punctuation `c` if it is next.
    #[inline]
    pub fn optional(&mut self, c: u8) -> bool {
        let found = self.peek() == Some(Token::Punct(c));
        if found {
            self.bump();
        }
        found
    }

    /// Takes the punctuation `c`; `context` says where it is needed.
    pub fn expect(&mut self, c: u8, context: &str) -> ParseResult<()> {
        if self.optional(c) {
            return Ok(());
        }
        self.expected(&format!("`{}` {context}", char::from(c)))
    }

    /// Takes this word if it is next.
    pub fn optional_word(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(Token::Identifier(word));
        if found {
            self.bump();
        }
        found
    }

    /// Takes this word.
    pub fn expect_word(&mut self, word: &str) -> ParseResult<()> {
        if self.optional_word(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    /// Takes any word.
    pub fn identifier(&mut self, what: &str) -> ParseResult<&'a str> {
        match self.peek() {
            Some(Token::Identifier(word)) => {
                self.bump();
                Ok(word)
            }
            _ => self.expected(what),
        }
    }

    /// Takes a type.
    pub fn ty(&mut self, what: &str) -> ParseResult<Type> {
        match self.peek() {
            Some(Token::Type(ty)) => {
                self.bump();
                Ok(ty)
            }
            _ => self.expected(what),
        }
    }

    /// Takes an entity with this prefix and returns its number.
    pub fn entity(&mut self, prefix: Prefix, what: &str) -> ParseResult<u32> {
        match self.peek() {
            Some(Token::Entity(found, number)) if found == prefix => {
                self.bump();
                Ok(number)
            }
            _ => self.expected(what),
        }
    }

    /// Takes an integer and reads it.
    pub fn integer<T: core::str::FromStr<Err = &'static str>>(
        &mut self,
        what: &str,
    ) -> ParseResult<T> {
        self.number(what, |text| text.parse())
    }

    /// Takes a number in decimal digits alone.
    pub fn decimal(&mut self, what: &str) -> ParseResult<u32> {
        self.number(what, |text| {
            if text.bytes().all(|b| b.is_ascii_digit()) {
                text.parse().map_err(|_| "the number does not fit in 32 bits")
            } else {
                Err("expected a decimal number")
            }
        })
    }

    /// Takes an integer and reads it by `read`.
    pub fn number<T>(
        &mut self,
        what: &str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> ParseResult<T> {
        let Some(Token::Integer(text)) = self.peek() else {
            return self.expected(what);
        };
        let location = self.location;
        let value = read(text)
            .map_err(|why| error(location, format!("`{}` is not {what}: {why}", clip(text))))?;
        self.bump();
        Ok(value)
    }

    // ----------------------------------------------------------------- limits

    /// Pays for the entities that are made up to `entity`, where `len` exist.
    pub fn pay_for(&mut self, entity: impl EntityRef, len: usize, at: Location) -> ParseResult<()> {
        let needed = (entity.index() + 1).saturating_sub(len) as u64;
        match self.padding.checked_sub(needed.saturating_sub(1)) {
            Some(rest) => {
                self.padding = rest;
                Ok(())
            }
            None => Err(error(
                at,
                format!("the number {} leaves out too many below it", entity.index()),
            )),
        }
    }
}
