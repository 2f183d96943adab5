//! Wasm to IR, over an environment that the embedder implements.
//!
//! [`translate_module`] parses a module and says what it declares.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod error;
pub mod module;
pub mod types;

pub use error::{WasmError, WasmResult};
pub use module::{ModuleInfo, ModuleTranslation, translate_module};
pub use wasmparser::WasmFeatures;
