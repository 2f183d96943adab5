//! Reads functions in text form, under the names that clients know.
//!
//! Everything is [`windlass_core::text`]'s; here is only that targets named in a text are found.
#![forbid(unsafe_code)]

pub use windlass_core::text::{
    Comment, Comparison, Details, Feature, Invocation, IsaSpec, Location, ParseError, ParseOptions,
    ParseResult, RunCommand, SourceMap, TestCommand, TestFile, TestOption, parse_functions,
    parse_run_command,
};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads a test file; targets that it names are looked up among the back ends that exist.
pub fn parse_test<'a>(text: &'a str, options: ParseOptions<'a>) -> ParseResult<TestFile<'a>> {
    let lookup = options.lookup.unwrap_or(&windlass_isa::lookup);
    windlass_core::text::parse_test(text, ParseOptions { lookup: Some(lookup), ..options })
}
