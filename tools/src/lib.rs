//! The `windlass` command: a module a subcommand. `main.rs` parses the command line and maps
//! outcomes to exit codes; everything here returns errors as values.
#![forbid(unsafe_code)]

pub mod compile;
pub mod exit;
pub mod filetest;
pub mod options;
pub mod run;
pub mod wast;
