//! Places in a text and errors that concern them.

use core::fmt;

/// A place in a text: line and column, both from 1. Columns count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    /// The line, from 1; 0 where the place is not known.
    pub line_number: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line_number, self.column)
    }
}

/// What is wrong with a text, where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The place.
    pub location: Location,
    /// What is wrong, and what was expected.
    pub message: String,
    /// True where the text is right but cannot be used here, such as a target without back end.
    pub is_warning: bool,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_warning { "warning: " } else { "" };
        write!(f, "{}: {kind}{}", self.location, self.message)
    }
}

impl std::error::Error for ParseError {}

/// The result of reading something.
pub type ParseResult<T> = Result<T, ParseError>;

/// An error at a place.
pub(crate) fn error(location: Location, message: impl Into<String>) -> ParseError {
    ParseError { location, message: message.into(), is_warning: false }
}
