//! Functions and data in object files.
//!
//! An [`ObjectModule`] is made by an [`ObjectBuilder`], takes declarations and definitions as every
//! `Module` does, and becomes an [`ObjectProduct`], whose bytes a linker reads. ELF is the format
//! that is tested by linking and running, with the linkers bfd, gold and lld; COFF and Mach-O are
//! linked by lld. Besides what `Module` has: unwind tables and exception tables for `try_call` (both
//! in ELF alone), and debug information.
//!
//! An object file with a function and the number that it counts; `gcc main.c counter.o` links it with
//! a program that declares `long count(long by);`:
//!
//! ```
//! use windlass_core::settings::{self, Configurable};
//! use windlass_core::testfile::parse_functions;
//! use windlass_module::{
//!     DataDescription, Linkage, Module, default_libcall_names, define_functions,
//! };
//! use windlass_object::object::{Object, ObjectSymbol};
//! use windlass_object::{ObjectBuilder, ObjectModule};
//!
//! let mut flags = settings::builder();
//! flags.set("opt_level", "speed")?;
//! flags.enable("is_pic")?;
//! let machine = windlass_isa::lookup_by_name("x86_64-unknown-linux-gnu")?;
//! let machine = machine.finish(settings::Flags::new(flags))?;
//! let mut module =
//!     ObjectModule::new(ObjectBuilder::new(machine, "counter", default_libcall_names())?);
//!
//! let number = module.declare_data("number", Linkage::Local, true, false)?;
//! let mut contents = DataDescription::new();
//! contents.define(100_i64.to_le_bytes().into());
//! module.define_data(number, &contents)?;
//! let functions = parse_functions(
//!     "function %count(i64) -> i64 system_v {
//!          gv0 = symbol %number
//!      block0(v0: i64):
//!          v1 = symbol_value.i64 gv0
//!          v2 = load.i64 v1
//!          v3 = iadd v2, v0
//!          store v3, v1
//!          return v3
//!      }",
//! )?;
//! define_functions(&mut module, functions)?;
//! let bytes = module.finish().emit()?;
//! let folder = std::env::temp_dir().join(format!("windlass-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! std::fs::write(folder.join("counter.o"), &bytes)?;
//!
//! let file = object::File::parse(&*bytes)?;
//! assert!(file.symbol_by_name("count").is_some_and(|symbol| symbol.is_global()));
//! # std::fs::remove_dir_all(folder)?;
//! # use windlass_object::object;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
