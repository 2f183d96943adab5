//! A thin WebAssembly and WASI runtime on the Windlass code generator.
//!
//! An [`Engine`] compiles [`Module`]s; a [`Store`] owns instances and the embedder's data; a
//! [`Linker`] finds imports by name. The shape is the one that users of the wasmtime crate know.
//! `unsafe` is in what touches compiled code or the system.
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

mod arch;
mod call;
mod code;
mod compile;
mod engine;
mod instance;
mod layout;
mod linker;
#[cfg(doctest)]
mod must_not_compile;
mod observe;
mod store;
mod sync;
pub mod sys;
mod trap;
mod types;
pub mod wasi;

pub use anyhow::Error;
pub use call::func::Caller;
pub use call::typed::{IntoFunc, TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy};
pub use code::artifact::{Artifact, ArtifactError, ModuleFunction, Precompiled};
pub use code::cache::{Cache, CacheConfig};
pub use code::stats::ModuleStats;
pub use compile::text::{TextError, wasm_bytes};
pub use engine::Engine;
pub use engine::config::{Config, RegallocAlgorithm};
pub use instance::module::Module;
pub use layout::MemoryPlan;
pub use linker::{InstancePre, Linker, UnknownImportError};
pub use observe::ProfilingStrategy;
pub use store::func::Func;
pub use store::global::Global;
pub use store::instance::{Export, Extern, Instance};
pub use store::limits::{ResourceLimiter, StoreLimits, StoreLimitsBuilder};
pub use store::memory::{Memory, MemoryAccessError};
pub use store::table::Table;
pub use store::values::{ExternRef, Val};
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use trap::{FrameInfo, Trap, WasmBacktrace};
pub use types::{FuncType, GlobalType, MemoryType, Mutability, RefType, TableType, ValType};

/// A result with the runtime's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
