//! The aarch64 back end of Windlass.
#![forbid(unsafe_code)]

pub mod insts;
pub mod regs;
