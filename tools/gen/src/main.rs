//! Rule generator and linter: the windlass-dev command.
#![forbid(unsafe_code)]

fn main() {}
