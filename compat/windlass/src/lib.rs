//! Windlass under one name: code generator, front end, modules in memory and in object files, each
//! behind a feature.
//!
//! With the features `jit`, `module` and `native`, a function that adds the numbers below its
//! argument in a loop, compiled into memory and called:
//!
//! ```
//! use windlass::jit::{JITBuilder, JITModule};
//! use windlass::module::{Linkage, Module, default_libcall_names};
//! use windlass::prelude::*;
//!
//! let mut module = JITModule::new(JITBuilder::new(default_libcall_names())?);
//! let mut context = module.make_context();
//! context.func.signature.params.push(AbiParam::new(types::I64));
//! context.func.signature.returns.push(AbiParam::new(types::I64));
//! let sum = module.declare_function("sum", Linkage::Export, &context.func.signature)?;
//!
//! let mut memory = FunctionBuilderContext::new();
//! let mut b = FunctionBuilder::new(&mut context.func, &mut memory);
//! let [entry, header, body, exit] = [(); 4].map(|()| b.create_block());
//! b.append_block_params_for_function_params(entry);
//! b.switch_to_block(entry);
//! let end = b.block_params(entry)[0];
//! let [i, total] = [(); 2].map(|()| b.declare_var(types::I64));
//! let zero = b.ins().iconst(types::I64, 0);
//! b.def_var(i, zero);
//! b.def_var(total, zero);
//! b.ins().jump(header, &[]);
//!
//! b.switch_to_block(header);
//! let now = b.use_var(i);
//! let more = b.ins().icmp(IntCC::SignedLessThan, now, end);
//! b.ins().brif(more, body, &[], exit, &[]);
//!
//! b.switch_to_block(body);
//! let (now, before) = (b.use_var(i), b.use_var(total));
//! let after = b.ins().iadd(before, now);
//! b.def_var(total, after);
//! let next = b.ins().iadd_imm(now, 1);
//! b.def_var(i, next);
//! b.ins().jump(header, &[]);
//!
//! b.switch_to_block(exit);
//! let result = b.use_var(total);
//! b.ins().return_(&[result]);
//! b.seal_all_blocks();
//! b.finalize();
//!
//! module.define_function(sum, &mut context)?;
//! module.finalize_definitions()?;
//! let code = module.get_finalized_function(sum);
//! // SAFETY: the function has this signature, and the module outlives its use.
//! let sum: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(code) };
//! assert_eq!(sum(1000), 499_500);
//! # Ok::<(), windlass::module::ModuleError>(())
//! ```
//!
//! The crates behind the features have their own front pages, with examples: `frontend`,
//! `module`, `jit`, `object`, `native`; [`codegen`] says what differs from Cranelift.
#![forbid(unsafe_code)]

pub use windlass_codegen as codegen;
#[cfg(feature = "interpreter")]
pub use windlass_codegen::interpret as interpreter;
#[cfg(feature = "frontend")]
pub use windlass_frontend as frontend;
#[cfg(feature = "jit")]
pub use windlass_jit as jit;
#[cfg(feature = "module")]
pub use windlass_module as module;
#[cfg(feature = "native")]
pub use windlass_native as native;
#[cfg(feature = "object")]
pub use windlass_object as object;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What most front ends need.
pub mod prelude {
    pub use crate::codegen;
    pub use crate::codegen::entity::EntityRef;
    pub use crate::codegen::ir::condcodes::{FloatCC, IntCC};
    pub use crate::codegen::ir::immediates::{Ieee32, Ieee64, Imm64, Uimm64};
    pub use crate::codegen::ir::types;
    pub use crate::codegen::ir::{
        AbiParam, Block, ExtFuncData, ExternalName, GlobalValueData, InstBuilder, JumpTableData,
        MemFlags, Signature, StackSlotData, StackSlotKind, TrapCode, Type, Value,
    };
    pub use crate::codegen::isa;
    pub use crate::codegen::settings::{self, Configurable};
    #[cfg(feature = "frontend")]
    pub use crate::frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
}
