//! Windlass under one name: code generator, front end, modules in memory and in object files, each
//! behind a feature.
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
