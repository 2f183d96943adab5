//! Textual tests of the IR and their runner.
#![forbid(unsafe_code)]
