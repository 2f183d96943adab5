//! The x86-64 back end of Windlass.
#![forbid(unsafe_code)]

pub mod amode;
pub mod insts;
pub mod regs;
pub mod settings;
