//! The IR: entities, types, the opcode table, functions, and how to build them.
//!
//! A [`Function`] is a signature, a preamble of declarations, a [`DataFlowGraph`] of instructions
//! and values, and a [`Layout`] that orders them. Everything is named by dense 32-bit entities.

mod atomic_rmw_op;
mod builder;
mod call_conv;
pub mod condcodes;
pub mod constant;
pub mod cursor;
pub mod data_value;
mod debug_tags;
pub mod dfg;
pub mod dynamic_type;
pub mod entities;
mod exception_table;
mod extfunc;
mod extname;
mod floats;
pub mod function;
mod globalvalue;
pub mod immediates;
pub mod instructions;
mod insts;
mod jumptable;
mod known_symbol;
pub mod layout;
mod libcall;
mod memflags;
pub mod opcodes;
pub mod pcc;
mod sourceloc;
pub mod stackslot;
mod trapcode;
pub mod types;
mod user_stack_maps;

pub use atomic_rmw_op::AtomicRmwOp;
pub use builder::{
    BuildInFunction, InsertBuilder, InsertReuseBuilder, InstBuilder, InstBuilderBase,
    InstInserterBase, ReplaceBuilder,
};
pub use call_conv::CallConv;
pub use condcodes::{FloatCC, IntCC};
pub use constant::{ConstantData, ConstantPool};
pub use debug_tags::{DebugTag, ValueLabel, ValueLabelAssignments, ValueLabelStart};
pub use dfg::{AliasRegionData, BlockData, DataFlowGraph, ValueDef};
pub use dynamic_type::{DynamicTypeData, DynamicTypes};
pub use entities::{
    AliasRegion, AnyEntity, Block, Constant, DynamicStackSlot, DynamicType, ExceptionTable,
    ExceptionTag, FuncRef, GlobalValue, Immediate, Inst, JumpTable, SigRef, StackSlot,
    UserExternalNameRef, Value,
};
pub use exception_table::{ExceptionTableData, ExceptionTableItem, ExceptionTables, HandlerKind};
pub use extfunc::{AbiParam, ArgumentExtension, ArgumentPurpose, ExtFuncData, Signature};
pub use extname::{ExternalName, TestcaseName, UserExternalName, UserFuncName};
pub use function::{Function, FunctionParameters, FunctionStencil};
pub use globalvalue::GlobalValueData;
pub use immediates::{
    Ieee16, Ieee32, Ieee64, Ieee128, Imm64, Offset32, Uimm8, Uimm32, Uimm64, V128Imm,
};
pub use instructions::{
    BlockArg, BlockCall, CallInfo, EdgeIndex, InstructionData, ValueList, ValueListPool,
};
pub use insts::Insts;
pub use jumptable::{JumpTableData, JumpTables};
pub use known_symbol::KnownSymbol;
pub use layout::{Layout, ProgramPoint};
pub use libcall::LibCall;
pub use memflags::{Endianness, MemFlags, MemFlagsData};
pub use opcodes::{Control, Opcode, OpcodeInfo, OperandKind, TypeExpr, TypeSet};
pub use pcc::Fact;
pub use sourceloc::{RelSourceLoc, SourceLoc};
pub use stackslot::{
    DynamicStackSlotData, DynamicStackSlots, StackSlotData, StackSlotKey, StackSlotKind, StackSlots,
};
pub use trapcode::TrapCode;
pub use types::Type;
pub use user_stack_maps::{UserStackMap, UserStackMapEntry, UserStackMapEntryVec};
