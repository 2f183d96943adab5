//! The text form of the IR: reader and printer.
//!
//! What holds: whatever the printer writes, the reader reads back to a function that prints the
//! same. The reader looks at every byte a constant number of times, never recurses, and refuses
//! texts whose entity numbers would take memory out of proportion to their length.
//!
//! The language is that of CLIF. Where the printer of the original loses something, this one
//! writes it: names such as `u0:5` in symbol globals, the flags of `atomic_rmw` and `atomic_cas`,
//! declarations of dynamic types. The reader refuses no block number for its size alone. One thing
//! is added: `...` in a declared signature, behind the parameters that a C function with variable
//! arguments declares, and before those of one call: `(i64, ..., f64, i32) -> i32 system_v`.

pub(crate) mod error;
mod func_writer;
pub(crate) mod lexer;
mod literal;
mod operands;
pub(crate) mod parser;
mod preamble;
pub(crate) mod reader;
mod run_command;
mod sourcemap;
mod write;

pub use error::{Location, ParseError, ParseResult};
pub use func_writer::{FuncWriter, PlainWriter, decorate_function};
pub use parser::Comment;
pub use reader::Details;
pub use run_command::{
    Comparison, Invocation, RunCommand, parse_run_command, parse_run_command_for,
};
pub use sourcemap::SourceMap;
pub use write::{
    DisplayInst, write_block_header, write_function, write_function_spec, write_function_with,
    write_operands,
};
