//! The x86-64 back end of Windlass.
#![forbid(unsafe_code)]

pub mod abi;
pub mod amode;
pub mod asm;
pub mod decode;
mod emit;
pub mod encode;
pub mod insts;
mod isa;
pub mod labels;
mod link;
pub mod lower;
pub mod print;
pub mod regs;
pub mod settings;
mod vocabulary;

pub use isa::{X64, isa_builder};
#[cfg(target_arch = "x86_64")]
pub use settings::host_features;
pub use vocabulary::VOCABULARY;
