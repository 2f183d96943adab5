//! Code in memory: mapping, relocation, unwind registration, calls.
//!
//! [`CodeImage`] holds linked code that is never writable and executable at once; [`ImageBuilder`]
//! links it. [`Jit`] compiles functions, finds them by name and calls them through a generated
//! [`trampoline`]. [`JITModule`] is a [`Module`](windlass_module::Module) in memory.
//!
//! A function of the IR, read as text, that calls one of the host:
//!
//! ```
//! use windlass_core::testfile::parse_functions;
//! use windlass_jit::{JITBuilder, JITModule};
//! use windlass_module::{default_libcall_names, define_functions};
//!
//! extern "C" fn twice(x: i64) -> i64 {
//!     2 * x
//! }
//!
//! let mut builder = JITBuilder::new(default_libcall_names())?;
//! builder.symbol("twice", twice as *const u8);
//! let mut module = JITModule::new(builder);
//! let functions = parse_functions(
//!     "function %run(i64) -> i64 system_v {
//!          fn0 = %twice(i64) -> i64 system_v
//!      block0(v0: i64):
//!          v1 = call fn0(v0)
//!          v2 = iconst.i64 1
//!          v3 = iadd v1, v2
//!          return v3
//!      }",
//! )?;
//! let run = define_functions(&mut module, functions)?[0];
//! // Nothing can be called before all is linked.
//! module.finalize_definitions()?;
//! let code = module.get_finalized_function(run);
//! // SAFETY: the function has this signature, and the module outlives its use.
//! let run: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(code) };
//! assert_eq!(run(20), 41);
//! // SAFETY: nobody calls the functions any more.
//! unsafe { module.free_memory() };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
mod unit;
mod unwind;

pub use image::{CodeImage, FunctionId, ImageBuilder, ImageError, LinkedCode, Target};
pub use image_file::{HOST_MACHINE, ImageFile};
pub use jit::{Jit, JitError};
pub use memory::{ArenaMemoryProvider, BranchProtection, JITMemoryProvider, SystemMemoryProvider};
pub use module::{JITBuilder, JITModule, LibcallNames, SymbolLookup};
pub use unit::{Unit, UnitFunction};
pub use unwind::{DescribedFunction, FrameRegistration};
pub use windlass_dwarf as dwarf;
pub use windlass_dwarf::{DebugInfo, TypeEntry};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
