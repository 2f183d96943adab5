//! The intermediate representation.

mod atomic_rmw_op;
pub mod condcodes;
pub mod constant;
pub mod dynamic_type;
pub mod entities;
mod extfunc;
mod extname;
mod floats;
mod globalvalue;
pub mod immediates;
mod known_symbol;
mod libcall;
mod memflags;
mod sourceloc;
pub mod stackslot;
mod trapcode;
pub mod types;

pub use atomic_rmw_op::AtomicRmwOp;
pub use condcodes::{FloatCC, IntCC};
pub use constant::{ConstantData, ConstantPool};
pub use dynamic_type::{DynamicTypeData, DynamicTypes};
pub use entities::*;
pub use extfunc::{AbiParam, ArgumentExtension, ArgumentPurpose, ExtFuncData, Signature};
pub use extname::{ExternalName, TestcaseName, UserExternalName, UserFuncName};
pub use globalvalue::GlobalValueData;
pub use immediates::{
    Ieee16, Ieee32, Ieee64, Ieee128, Imm64, Offset32, Uimm8, Uimm32, Uimm64, V128Imm,
};
pub use known_symbol::KnownSymbol;
pub use libcall::LibCall;
pub use memflags::{Endianness, MemFlags, MemFlagsData};
pub use sourceloc::{RelSourceLoc, SourceLoc};
pub use stackslot::{
    DynamicStackSlotData, DynamicStackSlots, StackSlotData, StackSlotKey, StackSlotKind, StackSlots,
};
pub use trapcode::TrapCode;
pub use types::Type;

pub use crate::isa::CallConv;
