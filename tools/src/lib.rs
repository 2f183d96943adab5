//! The `windlass` command: a module a subcommand. `main.rs` parses the command line and maps
//! outcomes to exit codes; everything here returns errors as values. `unsafe` is in `precompiled`
//! alone.
#![deny(unsafe_code)]

pub mod clif;
pub mod compile;
pub mod disasm;
pub mod exit;
pub mod filetest;
pub mod help;
pub mod inspect;
pub mod options;
mod precompiled;
mod progress;
pub mod run;
pub mod wast;
