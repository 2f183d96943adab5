//! Calls between the host and Wasm: entering, leaving, and what stops what runs.

mod activation;
mod backtrace;
mod builtins;
pub(crate) mod func;
pub(crate) mod instantiate;
mod signals;
pub(crate) mod typed;
