//! Reads functions in text form, under the names that clients know.
//!
//! Everything is the core's; here is only that targets named in a text are found.
#![forbid(unsafe_code)]

pub use windlass_core::testfile::{
    Feature, IsaSpec, ParseOptions, TestCommand, TestFile, TestOption, parse_functions,
};
pub use windlass_core::text::{
    Comment, Comparison, Details, Invocation, Location, ParseError, ParseResult, RunCommand,
    SourceMap, parse_run_command,
};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads a test file; targets that it names are looked up among the back ends that exist.
pub fn parse_test<'a>(text: &'a str, options: ParseOptions<'a>) -> ParseResult<TestFile<'a>> {
    let lookup = options.lookup.unwrap_or(&windlass_isa::lookup);
    windlass_core::testfile::parse_test(text, ParseOptions { lookup: Some(lookup), ..options })
}
