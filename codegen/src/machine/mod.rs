//! The machine-independent half of every back end.
//!
//! `lower` turns the IR into `vcode`, walking backwards; `regalloc` hands it to the allocator in
//! place; `emit` turns the result into bytes with the help of `buffer`, to which the branches of a
//! machine are rows of `labels`. What `convention` records of a calling convention, `signature`
//! applies to arguments and results, `abi` to calls, `frame` and `prologue` to frames. What differs
//! from machine to machine is behind one trait,
//! `Backend`: data and a few hooks.

pub mod abi;
pub mod blockorder;
pub mod buffer;
mod cfi;
pub mod code;
pub mod convention;
pub mod driver;
pub mod emit;
mod flags;
pub mod frame;
pub mod inst;
pub mod labels;
mod libcall;
pub mod lower;
pub mod measure;
pub mod pipeline;
pub mod preds;
pub mod print;
pub mod prologue;
pub mod regalloc;
pub mod reloc;
pub mod row;
pub mod signature;
pub mod slots;
pub mod tables;
pub mod unwind;
pub mod vcode;
pub mod vocabulary;

use crate::ir::{self, ArgumentExtension, Type};
use crate::opt::legalize::Support;
use crate::result::CodegenResult;
use core::fmt::Debug;
use regalloc2::{Allocation, RegClass, VReg};

pub use code::CompiledCode;
pub use convention::Convention;
pub use inst::MInst;
pub use lower::LowerCtx;
pub use signature::{AbiArg, AbiLoc, AbiPart, AbiSig};
pub use tables::{Tables, reg_set, row_clobbers, row_flag, row_flags};
pub use vcode::{Cond2, Condition, VCode, pseudo};

/// What an ISA gives to the machine-independent half.
pub trait Backend: Send + Sync + Debug {
    /// Names, numbers and lists.
    fn tables(&self) -> &'static Tables;

    /// What the rules lower.
    fn support(&self) -> &Support;

    /// Lowers one instruction that is not a branch, call or return. What is put defines
    /// `ctx.result(inst, n)`. A pair of opcode and types that is not supported is an error that
    /// names it.
    fn lower(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()>;

    /// Lowers `brif`: ends with exactly one `ctx.branch(..)`, which is taken if the condition is
    /// not zero.
    fn lower_brif(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()>;

    /// Puts an instruction that calls need.
    fn put(&self, ctx: &mut LowerCtx<'_>, what: Basic);

    /// Emits one instruction of the ISA's own table.
    fn emit(&self, e: &mut emit::Emitter<'_>, inst: &MInst, allocs: &[Allocation]);

    /// Emits a multi-way branch over `targets` (the cases) with `default`; `allocs` are the index
    /// and two temporaries. `next` is the label that follows.
    fn emit_table(
        &self,
        e: &mut emit::Emitter<'_>,
        allocs: &[Allocation],
        targets: &[buffer::Label],
        default: buffer::Label,
        next: Option<buffer::Label>,
    );

    /// Emits an instruction that always traps; the trap site is recorded by the caller.
    fn emit_trap(&self, e: &mut emit::Emitter<'_>);

    /// Emits a call instruction alone, or the jump of a tail call; `allocs` are its operands.
    fn emit_call(
        &self,
        e: &mut emit::Emitter<'_>,
        dest: vcode::CallDest,
        allocs: &[Allocation],
        is_tail: bool,
    );

    /// Emits a move between registers, or between a register and memory.
    fn emit_move(&self, e: &mut emit::Emitter<'_>, what: prologue::Move);

    /// Emits a step of entering or leaving a function.
    fn emit_step(&self, e: &mut emit::Emitter<'_>, what: prologue::Step<'_>);

    /// Prints an instruction; `allocs` is empty before register allocation, and `operands` say what
    /// is meant.
    fn print(
        &self,
        out: &mut String,
        inst: &MInst,
        operands: &[regalloc2::Operand],
        allocs: &[Allocation],
    );
}

/// An instruction that calls need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the fields are those of the methods of `LowerCtx`")]
pub enum Basic {
    /// See [`LowerCtx::put_load`].
    Load { ty: Type, place: Place, dst: VReg },
    /// See [`LowerCtx::put_store`].
    Store { ty: Type, place: Place, src: VReg },
    /// See [`LowerCtx::put_address`].
    Address { place: Place, dst: VReg },
    /// See [`LowerCtx::put_extend`].
    Extend { from: Type, how: ArgumentExtension, dst: VReg, src: VReg },
    /// See [`LowerCtx::put_symbol_address`].
    Symbol { symbol: u32, near: bool, dst: VReg },
    /// See [`LowerCtx::put_constant`].
    Constant { bits: u64, dst: VReg },
}

/// A place in memory that belongs to the frame or is addressed by one register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the area of incoming stack arguments.
    Incoming(i32),
    /// In the area of outgoing stack arguments.
    Outgoing(i32),
    /// In the area of stack slots.
    Slot(i32),
    /// At an address in a register.
    Base(VReg, i32),
}

impl Place {
    /// The place `bytes` further.
    pub fn plus(self, bytes: i32) -> Place {
        match self {
            Place::Incoming(at) => Place::Incoming(at + bytes),
            Place::Outgoing(at) => Place::Outgoing(at + bytes),
            Place::Slot(at) => Place::Slot(at + bytes),
            Place::Base(base, at) => Place::Base(base, at + bytes),
        }
    }
}

/// The class of registers for values of this type.
#[inline]
pub fn reg_class(ty: Type) -> RegClass {
    if ty.is_int() { RegClass::Int } else { RegClass::Float }
}
