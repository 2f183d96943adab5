//! What threads, compiled code and signal handlers share.

pub mod cells;
pub mod shared;
