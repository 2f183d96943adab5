//! Code in memory: mapping, relocation, unwind registration, calls.
//!
//! [`CodeImage`] holds linked code that is never writable and executable at once; [`ImageBuilder`]
//! links it. [`Jit`] compiles functions, finds them by name and calls them through a generated
//! [`trampoline`]. [`JITModule`] is a [`Module`](windlass_module::Module) in memory.
#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod gdb;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod guard;
mod image;
mod image_file;
mod jit;
pub mod libcalls;
mod memory;
mod module;
mod patch;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod throw;
mod tls;
pub mod trampoline;
mod unwind;

pub use image::{CodeImage, FunctionId, ImageBuilder, ImageError, LinkedCode, Target};
pub use image_file::{HOST_MACHINE, ImageFile};
pub use jit::{Jit, JitError};
pub use memory::{ArenaMemoryProvider, BranchProtection, JITMemoryProvider, SystemMemoryProvider};
pub use module::{JITBuilder, JITModule, LibcallNames, SymbolLookup};
pub use unwind::{DescribedFunction, FrameRegistration};
pub use windlass_dwarf as dwarf;
pub use windlass_dwarf::{DebugInfo, TypeEntry};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
