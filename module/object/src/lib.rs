//! Functions and data in object files.
//!
//! An [`ObjectModule`] is made by an [`ObjectBuilder`], takes declarations and definitions as every
//! `Module` does, and becomes an [`ObjectProduct`], whose bytes a linker reads. ELF is the format
//! that is tested by linking and running, with the linkers bfd, gold and lld; COFF and Mach-O are
//! linked by lld. Besides what `Module` has: unwind tables and exception tables for `try_call` (both
//! in ELF alone), and debug information.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod backend;
mod builder;
mod product;
mod relocs;
mod unwind;

pub use backend::ObjectModule;
pub use builder::ObjectBuilder;
pub use object;
pub use product::ObjectProduct;
pub use windlass_dwarf as dwarf;
pub use windlass_dwarf::{DebugInfo, TypeEntry};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
