//! The examples run to their end: what they claim, they assert.

#[path = "../examples/embedding.rs"]
mod embedding;

#[test]
fn embedding() {
    embedding::main().unwrap_or_else(|error| panic!("{error:?}"));
}
