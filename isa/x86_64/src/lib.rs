//! The x86-64 back end of Windlass.
#![forbid(unsafe_code)]

pub mod amode;
pub mod asm;
pub mod decode;
pub mod encode;
pub mod insts;
pub mod print;
pub mod regs;
pub mod settings;
