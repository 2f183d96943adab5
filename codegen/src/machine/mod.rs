//! The machine-independent half of every back end.
//!
//! `lower` turns the IR into `vcode`, walking backwards; `regalloc` hands it to the allocator in
//! place; `emit` turns the result into bytes with the help of `buffer`. `abi` places arguments and
//! results and lays out the frame. What differs from machine to machine is behind one trait,
//! `Backend`: data and a few hooks.

pub mod abi;
pub mod blockorder;
pub mod buffer;
mod cfi;
pub mod code;
pub mod driver;
pub mod emit;
pub mod frame;
pub mod inst;
pub mod labels;
mod libcall;
pub mod lower;
pub mod measure;
pub mod pipeline;
pub mod print;
pub mod regalloc;
pub mod reloc;
pub mod row;
pub mod slots;
pub mod tables;
pub mod unwind;
pub mod vcode;
pub mod vocabulary;

use crate::ir::{self, ArgumentExtension, CallConv, Signature, Type};
use crate::result::CodegenResult;
use crate::settings::Flags;
use core::fmt::Debug;
use regalloc2::{Allocation, MachineEnv, PReg, PRegSet, RegClass, VReg};

pub use abi::{AbiArg, AbiLoc, AbiPart, AbiSig};
pub use code::CompiledCode;
pub use inst::MInst;
pub use lower::LowerCtx;
pub use tables::{Tables, row_flag};
pub use vcode::{Cond2, VCode, pseudo};

/// What an ISA gives to the machine-independent half.
pub trait Backend: Send + Sync + Debug {
    /// Names, numbers and lists.
    fn tables(&self) -> &'static Tables;

    /// The registers that may be allocated in a function of this convention.
    fn machine_env(&self, conv: CallConv, flags: &Flags) -> &MachineEnv;

    /// The clobbers of a row that has the flag `CLOBBERS`.
    fn row_clobbers(&self, row: u16) -> PRegSet;

    /// Lowers one instruction that is not a branch, call or return. What is put defines
    /// `ctx.result(inst, n)`. A pair of opcode and types that is not supported is an error that
    /// names it.
    fn lower(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()>;

    /// Lowers `brif`: ends with exactly one `ctx.branch(..)`, which is taken if the condition is
    /// not zero.
    fn lower_brif(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()>;

    /// Places the parameters and results of a signature. `variadic` is the number of parameters
    /// before the `...`, if it has one.
    fn abi_signature(
        &self,
        signature: &Signature,
        variadic: Option<usize>,
        flags: &Flags,
        out: &mut abi::SigBuilder<'_>,
    ) -> CodegenResult<()>;

    /// Registers that a callee of this convention may change; without vector registers where the
    /// caller has no value in one.
    fn call_clobbers(&self, conv: CallConv, exception: bool) -> PRegSet;

    /// Registers that a function of this convention must preserve.
    fn callee_saved(&self, conv: CallConv, flags: &Flags) -> PRegSet;

    /// Puts a load of `ty` from `place` into `dst`. Narrow integers may be loaded with garbage
    /// above.
    fn put_load(&self, ctx: &mut LowerCtx<'_>, ty: Type, place: Place, dst: VReg);

    /// Puts a store of the low part of `src`, of type `ty`, to `place`.
    fn put_store(&self, ctx: &mut LowerCtx<'_>, ty: Type, place: Place, src: VReg);

    /// Puts the address of `place` into `dst`.
    fn put_address(&self, ctx: &mut LowerCtx<'_>, place: Place, dst: VReg);

    /// Puts an extension of an integer of type `from` to a whole register.
    fn put_extend(
        &self,
        ctx: &mut LowerCtx<'_>,
        from: Type,
        how: ArgumentExtension,
        dst: VReg,
        src: VReg,
    );

    /// Puts the address of a symbol that may be anywhere into `dst`.
    fn put_symbol_address(&self, ctx: &mut LowerCtx<'_>, symbol: u32, colocated: bool, dst: VReg);

    /// Puts an integer constant into `dst`.
    fn put_constant(&self, ctx: &mut LowerCtx<'_>, bits: u64, dst: VReg);

    /// The registers that carry the payload of an exception in a function of this convention.
    fn exception_payload(&self, conv: CallConv) -> &[PReg];

    /// Emits one instruction of the ISA's own table.
    fn emit(&self, e: &mut emit::Emitter<'_>, inst: &MInst, allocs: &[Allocation]);

    /// Emits a conditional jump; `cond` as in `MInst::ctl`. `allocs` are the operands of the
    /// branch.
    fn emit_cond_jump(
        &self,
        e: &mut emit::Emitter<'_>,
        cond: u8,
        allocs: &[Allocation],
        target: buffer::Label,
    );

    /// The condition in the control field of a `COND` or `TRAP_IF`.
    fn cond_of(&self, ctl: u16) -> u8;

    /// The name of a condition.
    fn cond_name(&self, cond: u8) -> &'static str;

    /// The opposite condition.
    fn invert(&self, cond: u8) -> u8;

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

    /// Emits a call instruction alone.
    fn emit_call(&self, e: &mut emit::Emitter<'_>, call: &vcode::CallInfo, allocs: &[Allocation]);

    /// Lowers the stack pointer by `bytes`, which a callee has removed.
    fn emit_lower_sp(&self, e: &mut emit::Emitter<'_>, bytes: u32);

    /// Emits the jump of a tail call, after the frame has been taken down.
    fn emit_return_call(
        &self,
        e: &mut emit::Emitter<'_>,
        call: &vcode::CallInfo,
        allocs: &[Allocation],
    );

    /// Emits a move between registers, or between a register and a spill slot.
    fn emit_move(&self, e: &mut emit::Emitter<'_>, from: Allocation, to: Allocation);

    /// Emits what makes the stack pointer that of the frame again where a handler is entered, in a
    /// frame that is realigned.
    fn emit_realign(&self, e: &mut emit::Emitter<'_>);

    /// Emits everything before the first instruction of the function.
    fn emit_prologue(&self, e: &mut emit::Emitter<'_>);

    /// Emits a load of `ty` from this offset in the area of outgoing arguments, right behind a call
    /// that leaves its results there; registers that no convention returns values in may be lost.
    fn emit_load_outgoing(&self, e: &mut emit::Emitter<'_>, ty: Type, offset: i32, to: Allocation);

    /// Emits what takes the frame down, and the return.
    fn emit_return(&self, e: &mut emit::Emitter<'_>);

    /// Hardware numbers of the stack pointer and the frame pointer, and how many bytes below the
    /// stack pointer belong to a function of this convention.
    fn stack_facts(&self, conv: CallConv) -> (u8, u8, u32);

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

/// The class of registers for values of this type.
#[inline]
pub fn reg_class(ty: Type) -> RegClass {
    if ty.is_int() { RegClass::Int } else { RegClass::Float }
}
