//! The examples run to their end: what they claim, they assert.

#[path = "../examples/minimal.rs"]
mod minimal;

#[test]
fn minimal() {
    minimal::main().unwrap_or_else(|error| panic!("{error}"));
}
