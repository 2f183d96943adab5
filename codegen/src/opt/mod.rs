//! The passes over the IR. Each is a function in a file of its own; the table of passes names them.

pub mod params;
pub mod unreachable;
