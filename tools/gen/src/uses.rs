//! Finds the modules that a source file uses: each path that goes through the root of the crate,
//! by `crate::`, or by `super::` where that is the root.
//!
//! What is under `#[cfg(test)]` is left out, and so are comments and strings. A path that begins
//! with what another path brought in needs no look: that other path is one of those found.

/// A name behind the root, and its line. `*` stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub name: String,
    pub line: usize,
}

/// What is found in a file.
#[derive(Default)]
pub struct Found {
    pub uses: Vec<Use>,
    /// Modules that are only there for tests: their files are not looked at.
    pub test_modules: Vec<String>,
    /// Macros that the file defines.
    pub macros: Vec<String>,
    /// For the file of the root: the names that it takes out of its modules, with the modules.
    pub reexports: Vec<(String, String)>,
}

/// An identifier, or a character that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// Looks through a file; `depth` is how far its module is from the root: 0 for the root itself.
pub fn find(text: &str, depth: usize) -> Found {
    let mut finder =
        Finder { tokens: tokens(text), at: 0, depth, inner: Vec::new(), found: Found::default() };
    finder.run();
    finder.found
}

/// Cuts a text into tokens, without comments, strings, characters and lifetimes.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphabetic() || first == '_' {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let behind = rest[word..].trim_start_matches('#');
            match matches!(&rest[..word], "r" | "b" | "br" | "c" | "cr") {
                true if behind.starts_with('"') => {
                    let hashes = rest.len() - word - behind.len();
                    let raw = rest[..word].contains('r');
                    word + hashes + string(&rest[word + hashes..], raw.then_some(hashes))
                }
                true if rest[word..].starts_with('\'') => word + character(&rest[word..]),
                _ => {
                    out.push(Token { text: &rest[..word], line });
                    word
                }
            }
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if first == '"' {
            string(rest, None)
        } else if first == '\'' {
            character(rest)
        } else {
            let length = first.len_utf8();
            if !first.is_whitespace() {
                out.push(Token { text: &rest[..length], line });
            }
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    out
}

/// The length of a block comment, in which others may be.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(next) = text[at..].find(['/', '*']).map(|n| at + n) {
        let (change, length) = match text.get(next..next + 2) {
            Some("/*") => (1, 2),
            Some("*/") => (-1, 2),
            _ => (0, 1),
        };
        (depth, at) = (depth + change, next + length);
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a string that begins with its quote; a raw one ends with its hashes.
fn string(text: &str, raw: Option<usize>) -> usize {
    if let Some(hashes) = raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return text[1..].find(&end).map_or(text.len(), |n| 1 + n + end.len());
    }
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(n, _)| n + 1)
}

/// The length of a character, or of the quote of a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((escaped, c))) => {
            let from = escaped + c.len_utf8();
            text[from..].find('\'').map_or(text.len(), |n| from + n + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

struct Finder<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    /// How many braces are open inside each module that is written in this file.
    inner: Vec<usize>,
    found: Found,
}

impl<'a> Finder<'a> {
    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    /// Whether these tokens come next.
    fn next_are(&self, tokens: &[&str]) -> bool {
        tokens.iter().enumerate().all(|(n, token)| self.peek(n) == *token)
    }

    fn run(&mut self) {
        while self.at < self.tokens.len() {
            if self.next_are(&["#", "!", "[", "cfg", "(", "test", ")", "]"]) {
                return;
            }
            if self.next_are(&["#", "[", "cfg", "(", "test", ")", "]"]) {
                self.at += 7;
                self.skip_item();
                continue;
            }
            match self.peek(0) {
                "{" => {
                    if let Some(open) = self.inner.last_mut() {
                        *open += 1;
                    }
                }
                "}" => {
                    if let Some(open) = self.inner.last_mut() {
                        *open -= 1;
                        if *open == 0 {
                            self.inner.pop();
                        }
                    }
                }
                "mod" if self.peek(2) == "{" => {
                    self.inner.push(1);
                    self.at += 2;
                }
                "macro_rules" => self.found.macros.push(self.peek(2).to_string()),
                "use" if self.depth == 0 && self.inner.is_empty() => {
                    self.at += 1;
                    self.tree("", "");
                    continue;
                }
                "crate" if self.next_are(&["crate", ":", ":"]) => {
                    self.at += 3;
                    self.behind_root();
                    continue;
                }
                "super" if self.next_are(&["super", ":", ":"]) => {
                    let mut up = 0;
                    while self.next_are(&["super", ":", ":"]) {
                        up += 1;
                        self.at += 3;
                    }
                    if up == self.depth + self.inner.len() {
                        self.behind_root();
                    }
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Takes the names behind the root: one, or those of a group.
    fn behind_root(&mut self) {
        if self.peek(0) != "{" {
            self.take();
            return;
        }
        let (mut depth, mut first) = (0, false);
        loop {
            match self.peek(0) {
                "" => return,
                "{" => (depth, first) = (depth + 1, depth == 0),
                "}" => depth -= 1,
                "," => first = depth == 1,
                "self" => first = false,
                _ if first => {
                    self.take();
                    first = false;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Takes a name behind the root.
    fn take(&mut self) {
        if let Some(token) = self.tokens.get(self.at) {
            self.found.uses.push(Use { name: token.text.to_string(), line: token.line });
            self.at += 1;
        }
    }

    /// Reads one tree of a `use` in the root. `module` is what its path begins with, `parent` what
    /// stands right before it.
    fn tree(&mut self, module: &str, parent: &str) {
        let (mut module, mut last) = (module.to_string(), String::new());
        loop {
            match self.peek(0) {
                "crate" | "self" if module.is_empty() => {}
                ":" => {}
                "self" => last = parent.to_string(),
                "as" => last.clear(),
                "{" => {
                    self.at += 1;
                    while !matches!(self.peek(0), "}" | "") {
                        self.tree(&module, &last);
                        self.at += usize::from(self.peek(0) == ",");
                    }
                    last.clear();
                }
                ";" | "," | "}" | "" => break,
                name => {
                    if module.is_empty() {
                        module = name.to_string();
                    }
                    last = name.to_string();
                }
            }
            self.at += 1;
        }
        if !last.is_empty() {
            self.found.reexports.push((last, module));
        }
    }

    /// Skips the item that an attribute stands before.
    fn skip_item(&mut self) {
        while self.peek(0) == "#" {
            self.skip_group(1);
        }
        if self.next_are(&["mod", self.peek(1), ";"]) {
            self.found.test_modules.push(self.peek(1).to_string());
        }
        while !matches!(self.peek(0), ";" | "") {
            let ends = self.peek(0) == "{";
            self.skip_group(0);
            if ends {
                return;
            }
        }
        self.at += 1;
    }

    /// Goes behind the brackets that open after so many tokens, or behind one token.
    fn skip_group(&mut self, after: usize) {
        self.at += after;
        let mut depth = 0;
        loop {
            match self.peek(0) {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth <= 0 || self.at >= self.tokens.len() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, depth: usize) -> Vec<String> {
        find(text, depth).uses.into_iter().map(|u| u.name).collect()
    }

    #[test]
    fn paths_through_the_root_are_found() {
        let text = r##"
            //! See [`crate::comment`].
            use crate::a::{b, c};
            use crate::{self, d::{e, f}, g};
            /* crate::comment /* nested */ crate::comment */
            pub(crate) fn h(x: &'static str, y: char) -> crate::i::J {
                let _ = ("crate::s \" crate::s", r#"crate::"s"#, b"crate::s", '"', '\'', b'"', '\u{22}');
                $crate::k!(self::l::m)
            }
            use super::n::o;
            mod inner { use super::p; use super::super::q; mod deep { use super::super::super::r; } }
            use super::t;
            macro_rules! u { () => { crate::v } }
        "##;
        assert_eq!(names(text, 1), ["a", "d", "g", "i", "k", "n", "q", "r", "t", "v"]);
        assert_eq!(names(text, 2), ["a", "d", "g", "i", "k", "v"]);
        assert_eq!(find(text, 1).macros, ["u"]);
        let lines: Vec<_> =
            find("\n'a'\n\"\n\"\ncrate::x", 1).uses.iter().map(|u| u.line).collect();
        assert_eq!(lines, [5]);
        assert_eq!(names("use crate::*; use super::*;", 1), ["*", "*"]);
    }

    #[test]
    fn what_is_for_tests_is_left_out() {
        let text = "
            #[cfg(test)] use crate::a::{b, c};
            #[cfg(test)] #[path = \"x.rs\"] mod tests;
            #[cfg(test)] fn f(x: [u8; 2]) { crate::a::b() }
            #[cfg(test)] mod more { use crate::a; fn g() { { } } }
            use crate::d;";
        assert_eq!(names(text, 1), ["d"]);
        assert_eq!(find(text, 1).test_modules, ["tests"]);
        assert_eq!(names("#![cfg(test)] use crate::a;", 1), [""; 0]);
    }

    #[test]
    fn names_at_the_root_come_from_modules() {
        let text = "pub use a::{b, c::{D, self}, e as f}; use g::H; pub use i::*; mod j;";
        let found = find(text, 0).reexports;
        let found: Vec<_> = found.iter().map(|(name, of)| (&name[..], &of[..])).collect();
        assert_eq!(found, [("b", "a"), ("D", "a"), ("c", "a"), ("f", "a"), ("H", "g"), ("*", "i")]);
    }
}
