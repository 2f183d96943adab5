//! A thin WebAssembly and WASI runtime on the Windlass code generator.
//!
//! An [`Engine`] compiles [`Module`]s; a [`Store`] owns instances and the embedder's data; a
//! [`Linker`] finds imports by name. The shape is the one that users of the wasmtime crate know.
//! `unsafe` is in the modules that touch compiled code or the system: `arch`, `signals`, `func`,
//! `instance`, `memory`, `module`, `code_cache`, `table`, `global`, `builtins`, `pieces`, `trap`,
//! `typed`, `values`, `sys`.
//!
//! ```
//! use windlass_runtime::{Engine, Linker, Module, Store};
//!
//! let engine = Engine::default();
//! let module = Module::new(&engine, r#"(module
//!     (import "host" "twice" (func $twice (param i32) (result i32)))
//!     (func (export "run") (param i32) (result i32)
//!         (i32.add (call $twice (local.get 0)) (i32.const 1))))"#)?;
//! let mut linker = Linker::new(&engine);
//! linker.func_wrap("host", "twice", |x: i32| x * 2)?;
//! let mut store = Store::new(&engine, ());
//! let instance = linker.instantiate(&mut store, &module)?;
//! let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
//! assert_eq!(run.call(&mut store, 20)?, 41);
//! # Ok::<(), windlass_runtime::Error>(())
//! ```
//!
//! `examples/embedding.rs` also has memory, a trap with its backtrace, limits and a deadline. A guest
//! that nobody knows is given all three: [`Store::limiter`], [`Store::set_deadline`], and a stack
//! ([`Config::max_wasm_stack`]).
#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(clippy::vec_box, reason = "objects move between stores and shells by their address")]

mod activation;
mod arch;
mod artifact;
mod blueprint;
mod builtins;
mod cache;
mod cells;
mod code;
mod code_cache;
mod compiled;
mod deadline;
mod engine;
mod env;
mod func;
mod func_types;
mod global;
mod instance;
mod layout;
mod limits;
mod linker;
mod memory;
mod module;
#[cfg(doctest)]
mod must_not_compile;
mod observe;
mod pieces;
mod shared;
mod signals;
mod slots;
mod store;
pub mod sys;
mod table;
mod text;
mod trampoline;
mod trap;
mod typed;
mod values;
pub mod wasi;

pub use anyhow::Error;
pub use artifact::{Artifact, ArtifactError, ModuleFunction, Precompiled};
pub use code_cache::{Cache, CacheConfig};
pub use engine::{Config, Engine, MemoryPlan, RegallocAlgorithm};
pub use func::{Caller, Func};
pub use global::Global;
pub use instance::{Export, Extern, Instance};
pub use limits::{ResourceLimiter, StoreLimits, StoreLimitsBuilder};
pub use linker::{InstancePre, Linker, UnknownImportError};
pub use memory::{Memory, MemoryAccessError};
pub use module::{Module, ModuleStats};
pub use observe::ProfilingStrategy;
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use table::Table;
pub use text::{TextError, wasm_bytes};
pub use trap::{FrameInfo, Trap, WasmBacktrace};
pub use typed::{IntoFunc, TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy};
pub use values::{
    ExternRef, FuncType, GlobalType, MemoryType, Mutability, RefType, TableType, Val, ValType,
};

/// A result with the runtime's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
