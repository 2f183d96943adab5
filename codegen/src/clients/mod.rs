//! What is here only because programs that were written for Cranelift name it, and because no crate
//! but that of its types can have it. Nothing in this crate uses it; it is left out without the
//! feature `clients`. What another crate can have is in `compat/codegen`.

mod context;
pub mod formats;
mod target;
pub mod unwind;
