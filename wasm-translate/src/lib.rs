//! Wasm to IR, over an environment that the embedder implements.
//!
//! [`translate_module`] parses a module and says what it declares; [`FuncTranslator`] translates
//! the bodies, one at a time, asking the embedder's [`FuncEnvironment`] where things lie;
//! [`compile_functions`] translates and compiles all of them, on as many threads as there are.
//!
//! An environment for functions that compute and call each other: five methods must be implemented,
//! and what is not is refused at the instruction that needs it.
//!
//! ```
//! use windlass_wasm::env::*;
//! use windlass_wasm::ir::*;
//! use windlass_wasm::types::*;
//! use windlass_wasm::{FuncTranslator, ModuleInfo, WasmFeatures, translate_module};
//!
//! struct Env<'a>(&'a ModuleInfo);
//!
//! impl FuncEnvironment for Env<'_> {
//!     fn start_function(&mut self, _: &mut Function, _: DefinedFuncIndex) {}
//!     fn context(&mut self, func: &mut Function) -> GlobalValue {
//!         func.create_global_value(GlobalValueData::VMContext)
//!     }
//!     fn memory(&mut self, _: &mut Function, _: MemoryIndex) -> Answer<MemoryPlan> {
//!         Err(Refusal::new("memories"))
//!     }
//!     fn global(&mut self, _: &mut Function, _: GlobalIndex) -> Answer<GlobalPlan> {
//!         Err(Refusal::new("globals"))
//!     }
//!     fn callee(&mut self, func: &mut Function, index: FuncIndex) -> Answer<CallPlan> {
//!         let signature = self.signature(self.0.func_type(index));
//!         let signature = func.import_signature(signature);
//!         let name = func.declare_imported_user_function(UserExternalName::new(0, index.0));
//!         let name = ExternalName::user(name);
//!         let data = ExtFuncData { name, signature, colocated: true };
//!         Ok(CallPlan::Direct(func.import_function(data)))
//!     }
//! }
//!
//! let bytes = wat::parse_str(
//!     "(module
//!         (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
//!         (func (param i32) (result i32) (call $square (call $square (local.get 0))))
//!         (memory 1) (func (result i32) (i32.load (i32.const 0))))",
//! )?;
//! let module = translate_module(&bytes, WasmFeatures::all())?;
//! let mut env = Env(&module.info);
//! let mut translate = |index| {
//!     let mut func = Function::new();
//!     let index = DefinedFuncIndex::new(index);
//!     FuncTranslator::new().translate(&module, &mut env, index, &mut func)?;
//!     Ok::<_, windlass_wasm::WasmError>(func.display().to_string())
//! };
//! assert!(translate(0)?.contains("imul"));
//! assert!(translate(1)?.contains("call fn0"));
//! assert!(translate(2).is_err_and(|error| error.to_string().ends_with(": memories")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/minimal.rs` is a whole runtime, with memory, globals and functions of the host.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod bulk;
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
// What an environment names of the code generator.
pub use windlass_core::{CompiledCode, ir, isa, settings};
pub use windlass_frontend::{FunctionBuilder, FunctionBuilderContext};
