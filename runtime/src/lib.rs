//! A thin WebAssembly and WASI runtime on the Windlass code generator.
#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod sys;
pub mod wasi;
