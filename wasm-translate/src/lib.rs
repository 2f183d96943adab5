//! Wasm to IR, over an environment that the embedder implements.
//!
//! [`translate_module`] parses a module and says what it declares; [`FuncTranslator`] translates
//! the bodies, one at a time, asking the embedder's [`FuncEnvironment`] where things lie.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod calls;
pub mod compile;
mod control;
pub mod env;
pub mod error;
mod func;
mod locals;
mod memory;
pub mod module;
mod ops;
mod params;
mod plans;
mod scan;
pub mod trap;
pub mod types;
mod visit;

pub use compile::{Threads, compile_functions};
pub use env::FuncEnvironment;
pub use error::{WasmError, WasmResult};
pub use func::FuncTranslator;
pub use module::{ModuleInfo, ModuleTranslation, debug_sections, translate_module};
pub use wasmparser::WasmFeatures;
