//! The aarch64 back end of Windlass.
#![forbid(unsafe_code)]

pub mod abi;
mod emit;
pub mod insts;
mod isa;
mod labels;
mod link;
pub mod lower;
pub mod regs;
pub mod settings;
mod vocabulary;

pub use isa::{A64, isa_builder};
pub use vocabulary::VOCABULARY;
