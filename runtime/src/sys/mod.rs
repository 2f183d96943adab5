//! Everything that the runtime asks of the operating system.
//!
//! What holds: every mapping and every file call of the runtime is a function of this module, and
//! each asks [`fault`] first, so that a test can make any one of them fail.

#[cfg(miri)]
mod allocated;
pub mod code;
pub mod fault;
pub mod file;
pub mod mapping;
pub mod private_dir;
pub mod socket;
pub mod stack;
