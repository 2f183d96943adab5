//! The lowering driver and the context that the lowering rules see.
//!
//! Blocks and instructions are visited backwards, uses before definitions. A pure instruction is
//! lowered only if something asked for its result in a register, so what was folded into its users,
//! and what is dead, is never emitted. A load may be folded into the root that is being lowered
//! when it has a single use and nothing with an effect lies between: all instructions between two
//! effects share a colour.
//!
//! Within one instruction of the IR, machine instructions are put in forward order into a small
//! buffer, which then goes in front of everything lowered so far. Constants are made again for each
//! instruction that wants them in a register. A value that is only another name is a union-find
//! entry, resolved by one sweep at the end, which also numbers the registers densely, those that
//! live across blocks first.
//!
//! For rules: ask for all operands in registers before the first instruction that sets flags,
//! because making a constant may change the flags (`flags` checks this); and put the instructions
//! of one IR instruction in the order in which they execute.

use super::blockorder::BlockOrder;
use super::inst::MInst;
use super::preds::is_equality;
use super::signature::AbiSigs;
use super::vcode::{Condition, VCode, pseudo};
use super::{Backend, Basic, Place, reg_class};
use crate::entity::EntityRef;
use crate::ir::{
    self, ArgumentExtension, CallConv, Function, Inst, InstructionData, MemFlags, Opcode, TrapCode,
    Type, Value,
};
use crate::result::CodegenError;
use crate::settings::Flags;
use regalloc2::{Operand, OperandConstraint, OperandKind, OperandPos, PReg, RegClass, VReg};

/// No register yet.
pub(super) const NONE: u32 = u32::MAX;
/// Use counts saturate here; the bit above says that a user is itself used more than once.
pub(super) const USES_MASK: u8 = 0x7f;
pub(super) const SHARED: u8 = 0x80;
/// The colour of an instruction that has been folded into its user.
pub(super) const SUNK: u32 = u32::MAX;
/// Set in the colour of an instruction that is lowered whether or not its results are wanted.
pub(super) const EFFECT: u32 = 1 << 31;
/// Marks a register that lives across blocks.
pub(super) const GLOBAL: u32 = u32::MAX;

/// Arrays that lowering uses again for each function.
#[derive(Default)]
pub struct LowerScratch {
    pub(super) value_regs: Vec<u32>,
    pub(super) uses: Vec<u8>,
    pub(super) colors: Vec<u32>,
    /// The union-find parent of each provisional register.
    pub(super) parents: Vec<u32>,
    /// The block in which each provisional register was first seen; `GLOBAL` once seen in two.
    pub(super) vreg_blocks: Vec<u32>,
    pub(super) numbers: Vec<u32>,
    pub(super) insts: Vec<MInst>,
    pub(super) operands: Vec<Operand>,
    /// The instructions in `insts` that make a constant again.
    pub(super) remade: Vec<core::ops::Range<usize>>,
    /// Trap codes of the instructions in `insts`.
    pub(super) traps: Vec<(u32, TrapCode)>,
    pub(super) sigs: AbiSigs,
    /// Registers of what `try_call` instructions pass to their targets.
    pub(super) try_results: Vec<(Inst, ir::BlockArg, VReg)>,
    pub(super) slot_offsets: Vec<u32>,
    /// The registers of the low and the high halves of `i128` values, in the order of the low ones.
    pub(super) halves: Vec<(u32, u32)>,
    /// One byte for each value, for the ISA's use; empty until it asks.
    pub(super) marks: Vec<u8>,
    pub(super) fixed: Vec<(VReg, PReg)>,
    pub(super) call_args: Vec<[VReg; 2]>,
    pub(super) call_results: Vec<Option<[VReg; 2]>>,
}

/// What a rule sees of the function, and how it puts instructions.
pub struct LowerCtx<'a> {
    /// The function.
    pub func: &'a Function,
    /// The settings.
    pub flags: &'a Flags,
    /// The machine.
    pub backend: &'a dyn Backend,
    /// The code made so far; for side tables.
    pub vcode: &'a mut VCode,
    /// The convention of library calls.
    pub default_conv: CallConv,
    pub(super) s: &'a mut LowerScratch,
    pub(super) order: &'a BlockOrder,
    pub(super) cur_inst: Option<Inst>,
    pub(super) cur_color: u32,
    pub(super) cur_block: u32,
    pub(super) pending_trap: Option<TrapCode>,
    /// The register that holds the address of results in memory, once needed.
    pub(super) ret_area: Option<VReg>,
    /// A slot through which bits go from one class of registers to the other, once needed.
    pub(super) recast_slot: Option<Place>,
    pub(super) last_srcloc: ir::SourceLoc,
    /// What went wrong while the current instruction was lowered, see [`LowerCtx::fail`].
    pub(super) error: Option<CodegenError>,
}

// ---------------------------------------------------------------------------------------------
// Facts about the function.

impl<'a> LowerCtx<'a> {
    /// The type of a value.
    #[inline]
    pub fn ty(&self, value: Value) -> Type {
        self.func.dfg.value_type(value)
    }

    /// The instruction.
    #[inline]
    pub fn data(&self, inst: Inst) -> &'a InstructionData {
        &self.func.dfg[inst]
    }

    /// The arguments of an instruction.
    #[inline]
    pub fn args(&self, inst: Inst) -> &'a [Value] {
        self.func.dfg.inst_args(inst)
    }

    /// Argument `n` of an instruction.
    #[inline]
    pub fn arg(&self, inst: Inst, n: usize) -> Value {
        self.func.dfg.inst_args(inst)[n]
    }

    /// The results of an instruction.
    #[inline]
    pub fn results(&self, inst: Inst) -> &'a [Value] {
        self.func.dfg.inst_results(inst)
    }

    /// The type of result `n`.
    #[inline]
    pub fn result_ty(&self, inst: Inst, n: usize) -> Type {
        self.ty(self.results(inst)[n])
    }

    /// The instruction that defines a value, if it is not a block parameter.
    #[inline]
    pub fn def_inst(&self, value: Value) -> Option<Inst> {
        self.func.dfg.defining_inst(value)
    }

    /// The instruction and its data, if `value` is the result of an instruction with this opcode.
    #[inline]
    pub fn def_as(&self, value: Value, opcode: Opcode) -> Option<Inst> {
        let inst = self.def_inst(value)?;
        (self.func.dfg[inst].opcode == opcode).then_some(inst)
    }

    /// The instruction that defines a value, if it has this opcode.
    #[inline]
    pub fn node(&self, value: Value, opcode: Opcode) -> Option<&'a InstructionData> {
        Some(self.data(self.def_as(value, opcode)?))
    }

    /// The opcode of the instruction that defines a value; `nop` for a parameter.
    #[inline]
    pub fn opcode_of(&self, value: Value) -> Opcode {
        self.def_inst(value).map_or(Opcode::Nop, |inst| self.data(inst).opcode)
    }

    /// The instruction that defines a value, and its number.
    #[inline]
    pub fn def(&self, value: Value) -> Option<(Inst, &'a InstructionData)> {
        let inst = self.def_inst(value)?;
        Some((inst, self.data(inst)))
    }

    /// How often a value is used by live instructions; saturates at 127.
    #[inline]
    pub fn uses(&self, value: Value) -> u32 {
        (self.s.uses[value.index()] & USES_MASK) as u32
    }

    /// Whether a value has exactly one use.
    #[inline]
    pub fn single_use(&self, value: Value) -> bool {
        self.s.uses[value.index()] & USES_MASK == 1
    }

    /// An integer constant, sign-extended from its type.
    #[inline]
    pub fn iconst(&self, value: Value) -> Option<i64> {
        Some(self.node(value, Opcode::Iconst)?.signed_imm())
    }

    /// A value that is zero exactly where this one is, or exactly where it is not if the flag is set:
    /// what stands behind extensions, and behind comparisons of a comparison with zero.
    pub fn asked(&self, mut value: Value) -> (Value, bool) {
        let mut inverted = false;
        while let Some((_, d)) = self.def(value) {
            match d.opcode {
                Opcode::Uextend | Opcode::Sextend => value = d.args[0],
                Opcode::Icmp
                    if is_equality(d.cond())
                        && self.iconst(d.args[1]) == Some(0)
                        && self.is_comparison(d.args[0]) =>
                {
                    inverted ^= d.cond() == ir::IntCC::Equal;
                    value = d.args[0];
                }
                _ => break,
            }
        }
        (value, inverted)
    }

    /// Whether a value is a comparison, or an extension of one.
    fn is_comparison(&self, mut value: Value) -> bool {
        while let Some(d) = self.node(value, Opcode::Uextend) {
            value = d.args[0];
        }
        matches!(self.opcode_of(value), Opcode::Icmp | Opcode::Fcmp)
    }

    /// The instruction that is being lowered.
    #[inline]
    pub fn root(&self) -> Inst {
        self.cur_inst.expect("an instruction is being lowered")
    }

    /// Whether the load that defines a value may become part of the root: it is used once, nothing
    /// with an effect lies between, and every node between it and the root is used once. The caller
    /// checks the width.
    pub fn can_sink_load(&self, load: Inst) -> bool {
        let color = self.s.colors[load.index()];
        if color == SUNK || color & !EFFECT != self.cur_color {
            return false;
        }
        let data = &self.func.dfg[load];
        if !data.opcode.can_load() || data.opcode.other_side_effects() {
            return false;
        }
        let result = self.results(load)[0];
        match self.s.uses[result.index()] {
            1 => true,
            // A user is shared. That user may have been folded into several roots, each of which
            // would do the load again; but if the user is the root itself, it is emitted once.
            n if n == 1 | SHARED => {
                self.s.value_regs[result.index()] == NONE
                    && self.cur_inst.is_some_and(|root| self.args(root).contains(&result))
            }
            _ => false,
        }
    }

    /// The load that defines a value, of exactly this opcode, if it can be folded into the root.
    #[inline]
    pub fn sinkable_load(&self, value: Value, opcode: Opcode) -> Option<Inst> {
        let inst = self.def_as(value, opcode)?;
        self.can_sink_load(inst).then_some(inst)
    }

    /// Folds a load (or another instruction with an effect) into the root: it is not lowered on its
    /// own. The caller puts its memory operand, and its trap code with [`LowerCtx::trap_of`].
    pub fn sink(&mut self, inst: Inst) {
        self.s.colors[inst.index()] = SUNK;
    }

    /// One byte for each value, for what the ISA wants to know once for the function; empty at
    /// first.
    #[inline]
    pub fn marks(&self) -> &[u8] {
        &self.s.marks
    }

    /// As [`LowerCtx::marks`], to fill.
    pub fn marks_mut(&mut self) -> &mut Vec<u8> {
        &mut self.s.marks
    }

    /// The label of the handler on exceptional edge `edge` of the call that ends `block`; `None`
    /// where the block is unreachable or ends in something else.
    pub fn handler_label(&self, block: ir::Block, edge: usize) -> Option<u32> {
        let last = self.func.layout.last_inst(block)?;
        self.func.dfg[last].exception_table()?;
        let machine = self.order.machine_block(block)?;
        let succs = self.vcode.blocks[machine as usize].succs.range();
        // The normal way on is the first.
        let succ = self.vcode.succs[succs].get(edge.checked_add(1)?)?;
        Some(succ.index() as u32)
    }

    /// Offset of a stack slot in the area of stack slots.
    pub fn slot_offset(&self, slot: ir::StackSlot) -> i32 {
        self.s.slot_offsets[slot.index()] as i32
    }
}

// ---------------------------------------------------------------------------------------------
// Registers.

impl LowerCtx<'_> {
    /// A new register, which is to be defined once.
    #[inline]
    pub fn new_vreg(&mut self, class: RegClass) -> VReg {
        let n = self.s.parents.len();
        self.s.parents.push(n as u32);
        self.s.vreg_blocks.push(self.cur_block);
        if class == RegClass::Float {
            self.vcode.has_floats = true;
        }
        VReg::new(n, class)
    }

    /// A new register for values of a type.
    #[inline]
    pub fn new_vreg_for(&mut self, ty: Type) -> VReg {
        if ty.bits() > 64 && !ty.is_int() {
            self.vcode.has_vectors = true;
        }
        self.new_vreg(reg_class(ty))
    }

    /// Notes that a register is used or defined in this block.
    #[inline]
    pub(super) fn seen(&mut self, vreg: usize) {
        if self.s.vreg_blocks[vreg] != self.cur_block {
            self.s.vreg_blocks[vreg] = GLOBAL;
        }
    }

    /// The provisional register of a value, made where there is none.
    #[inline]
    pub(super) fn value_vreg(&mut self, value: Value) -> VReg {
        let bits = self.s.value_regs[value.index()];
        if bits != NONE {
            let vreg = VReg::from_bits(bits);
            self.seen(vreg.vreg());
            if self.ty(value) == ir::types::I128 {
                self.seen(self.high_half(vreg).vreg());
            }
            return vreg;
        }
        let ty = self.ty(value);
        let vreg = self.new_vreg_for(ty);
        if ty == ir::types::I128 {
            self.new_high_half(vreg);
        }
        self.s.value_regs[value.index()] = vreg.bits() as u32;
        vreg
    }

    /// A new integer register.
    #[inline]
    pub fn gpr(&mut self) -> VReg {
        self.new_vreg(RegClass::Int)
    }

    /// A value in a register. Constants are made again at each use; of an `i128` the low half.
    #[inline]
    pub fn reg(&mut self, value: Value) -> VReg {
        if let Some(inst) = self.def_inst(value)
            && is_remade(self.func.dfg[inst].opcode)
        {
            return self.remake(inst, value);
        }
        self.value_vreg(value)
    }

    /// Both halves of an `i128`, low first.
    pub fn regs2(&mut self, value: Value) -> [VReg; 2] {
        assert_eq!(self.ty(value), ir::types::I128, "only an i128 has halves");
        let low = self.value_vreg(value);
        [low, self.high_half(low)]
    }

    /// The register of the high half of an `i128`, by that of the low half.
    pub(super) fn high_half(&self, low: VReg) -> VReg {
        let low = low.vreg() as u32;
        let at = self.s.halves.binary_search_by_key(&low, |halves| halves.0);
        VReg::new(self.s.halves[at.expect("an i128 has halves")].1 as usize, RegClass::Int)
    }

    /// Makes the register of a high half.
    pub(super) fn new_high_half(&mut self, low: VReg) -> VReg {
        let high = self.new_vreg(RegClass::Int);
        self.s.halves.push((low.vreg() as u32, high.vreg() as u32));
        high
    }

    fn remake(&mut self, inst: Inst, value: Value) -> VReg {
        let ty = self.ty(value);
        let vreg = self.new_vreg_for(ty);
        let saved = self.s.value_regs[value.index()];
        self.s.value_regs[value.index()] = vreg.bits() as u32;
        let root = self.cur_inst.replace(inst);
        let trap = self.pending_trap.take();
        let start = self.s.insts.len();
        let backend = self.backend;
        if let Err(error) = backend.lower(self, inst) {
            self.fail(error);
        }
        if cfg!(debug_assertions) {
            self.s.remade.push(start..self.s.insts.len());
        }
        self.pending_trap = trap;
        self.cur_inst = root;
        self.s.value_regs[value.index()] = saved;
        vreg
    }

    /// The register that result `n` of an instruction is to be put in; of an `i128` the low half.
    #[inline]
    pub fn result(&mut self, inst: Inst, n: usize) -> VReg {
        let value = self.func.dfg.inst_results(inst)[n];
        self.value_vreg(value)
    }

    /// Both halves of an `i128` result.
    pub fn result2(&mut self, inst: Inst, n: usize) -> [VReg; 2] {
        let low = self.result(inst, n);
        [low, self.high_half(low)]
    }

    /// Whether anything wants a value in a register.
    #[inline]
    pub fn value_wanted(&self, value: Value) -> bool {
        self.s.value_regs[value.index()] != NONE
    }

    /// Whether anything wants result `n` of an instruction.
    #[inline]
    pub fn result_wanted(&self, inst: Inst, n: usize) -> bool {
        self.s.value_regs[self.func.dfg.inst_results(inst)[n].index()] != NONE
    }

    /// Makes `result` another name for what is in `source`: no code. The bits of `source` above the
    /// width of `result` are garbage to its users.
    pub fn alias(&mut self, result: Value, source: Value) {
        let target = self.value_vreg(result);
        let source = self.reg(source);
        self.alias_reg(target, source);
    }

    /// Makes the register `name` (of a result) another name for `source`.
    pub fn alias_reg(&mut self, name: VReg, source: VReg) {
        assert_eq!(name.class(), source.class(), "registers of two classes are never one");
        assert_eq!(self.s.parents[name.vreg()], name.vreg() as u32, "{name} has two definitions");
        if name == source {
            return;
        }
        self.s.parents[name.vreg()] = source.vreg() as u32;
        if self.s.vreg_blocks[name.vreg()] == GLOBAL {
            self.s.vreg_blocks[source.vreg()] = GLOBAL;
        } else {
            self.seen(source.vreg());
        }
    }
}

/// Whether the instruction is lowered again for every user that wants it in a register.
#[inline]
fn is_remade(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::Iconst | Opcode::F16const | Opcode::F32const | Opcode::F64const | Opcode::StackAddr
    )
}

// ---------------------------------------------------------------------------------------------
// Instructions.

impl LowerCtx<'_> {
    /// Puts an instruction after those already put for the root.
    #[inline]
    pub fn put(&mut self, row: u16, ctl: u16, payload: u64, operands: &[Operand]) {
        if let Some(code) = self.pending_trap.take() {
            self.s.traps.push((self.s.insts.len() as u32, code));
        }
        let first = self.s.operands.len() as u32;
        self.s.operands.extend_from_slice(operands);
        self.s.insts.push(MInst { row, ctl, operands: first, payload });
    }

    /// Puts the instruction that `make` returns, with the operands that it appends.
    #[inline]
    pub fn put_with(&mut self, make: impl FnOnce(&mut Vec<Operand>) -> MInst) {
        if let Some(code) = self.pending_trap.take() {
            self.s.traps.push((self.s.insts.len() as u32, code));
        }
        let first = self.s.operands.len() as u32;
        let mut inst = make(&mut self.s.operands);
        inst.operands = first;
        self.s.insts.push(inst);
    }

    /// Appends one operand to the instruction that is about to be put by
    /// [`LowerCtx::put_gathered`].
    #[inline]
    pub fn operand(&mut self, operand: Operand) {
        self.s.operands.push(operand);
    }

    /// Where the operands of the next instruction begin, for [`LowerCtx::put_gathered`]. No other
    /// instruction may be put between: get all registers first.
    #[inline]
    pub fn begin(&self) -> u32 {
        self.s.operands.len() as u32
    }

    /// Puts an instruction with the operands appended since `first` was taken from
    /// [`LowerCtx::begin`].
    pub fn put_gathered(&mut self, first: u32, row: u16, ctl: u16, payload: u64) {
        if let Some(code) = self.pending_trap.take() {
            self.s.traps.push((self.s.insts.len() as u32, code));
        }
        self.s.insts.push(MInst { row, ctl, operands: first, payload });
    }

    /// The next instruction that is put may trap with this code.
    #[inline]
    pub fn trap(&mut self, code: TrapCode) {
        self.pending_trap = Some(code);
    }

    /// The next instruction that is put does this memory access: records its trap code, if it can
    /// trap.
    #[inline]
    pub fn trap_of(&mut self, flags: MemFlags) {
        if let Some(code) = flags.trap_code() {
            self.pending_trap = Some(code);
        }
    }

    /// Puts a conditional branch that ends the block, taken if the condition holds for these
    /// registers.
    pub fn branch(&mut self, condition: Condition, operands: &[Operand]) {
        let MInst { row, ctl, payload, .. } = condition.inst(pseudo::COND);
        self.put(row, ctl, payload, operands);
    }

    /// Puts a trap on a condition for these registers.
    pub fn trap_if(&mut self, condition: Condition, operands: &[Operand], code: TrapCode) {
        self.pending_trap = Some(code);
        let MInst { row, ctl, payload, .. } = condition.inst(pseudo::TRAP_IF);
        self.put(row, ctl, payload, operands);
    }

    /// Puts a move between registers of one class.
    pub fn put_move(&mut self, dst: VReg, src: VReg) {
        let row = if dst.class() == RegClass::Int { pseudo::MOVE_INT } else { pseudo::MOVE_FLOAT };
        self.put(row, 0, 0, &[Operand::reg_def(dst), Operand::reg_use(src)]);
    }

    /// Puts a load of `ty`. Narrow integers may be loaded with garbage above.
    pub fn put_load(&mut self, ty: Type, place: Place, dst: VReg) {
        self.backend.put(self, Basic::Load { ty, place, dst });
    }

    /// Puts a store of the low part of `src`, of type `ty`.
    pub fn put_store(&mut self, ty: Type, place: Place, src: VReg) {
        self.backend.put(self, Basic::Store { ty, place, src });
    }

    /// Puts the address of a place into a register.
    pub fn put_address(&mut self, place: Place, dst: VReg) {
        self.backend.put(self, Basic::Address { place, dst });
    }

    /// Puts an extension of an integer of type `from` to a whole register.
    pub fn put_extend(&mut self, from: Type, how: ArgumentExtension, dst: VReg, src: VReg) {
        self.backend.put(self, Basic::Extend { from, how, dst, src });
    }

    /// Puts the address of a symbol into a register; one that is not `near` may be anywhere.
    pub fn put_symbol_address(&mut self, symbol: u32, near: bool, dst: VReg) {
        self.backend.put(self, Basic::Symbol { symbol, near, dst });
    }

    /// Puts an integer constant into a register.
    pub fn put_constant(&mut self, bits: u64, dst: VReg) {
        self.backend.put(self, Basic::Constant { bits, dst });
    }

    /// Makes the function have a frame, as one that calls has.
    pub fn need_frame(&mut self) {
        self.vcode.has_calls = true;
    }

    /// Label number of a constant in the pool.
    pub fn pool_constant(&mut self, bytes: &[u8]) -> u32 {
        let align = (bytes.len() as u32).next_power_of_two().min(16);
        self.vcode.pool_constant(bytes, align)
    }

    /// Notes that the function cannot be lowered. For where no result can be returned; what has
    /// been put for the instruction is then of no use. The first error is the one that is reported.
    #[cold]
    pub fn fail(&mut self, error: CodegenError) {
        self.error.get_or_insert(error);
    }

    /// Notes that the machine does not do the operation that is being lowered, and why.
    #[cold]
    pub fn refuse(&mut self, why: &str) {
        let error = self.unsupported(self.root());
        self.fail(match error {
            CodegenError::Unsupported(text) => CodegenError::Unsupported(format!("{text}: {why}")),
            other => other,
        });
    }

    /// The error for an operation that this machine does not do at these types.
    #[cold]
    pub fn unsupported(&self, inst: Inst) -> CodegenError {
        let data = self.data(inst);
        let mut text = format!("{}.{}", data.opcode, data.ctrl_type);
        if data.ctrl_type == ir::types::INVALID {
            text = data.opcode.to_string();
        }
        for (i, &arg) in self.args(inst).iter().enumerate() {
            text.push_str(if i == 0 { " of " } else { ", " });
            text.push_str(&self.ty(arg).to_string());
        }
        text.push_str(" is not supported on this target");
        let conv = CallConv::for_libcall(self.flags, self.default_conv);
        let by_library = ir::LibCall::for_operation(data.opcode, data.ctrl_type).is_some();
        if by_library && !conv.supports_results() {
            text.push_str(": the setting libcall_call_conv makes ");
            text.push_str(conv.to_static_str());
            text.push_str(" the convention of library calls, which has no results");
        }
        CodegenError::Unsupported(text)
    }
}

/// Operands in short. All are `pub` because rules use them.
pub mod ops {
    use super::*;

    /// A use in a register.
    #[inline]
    pub fn u(r: VReg) -> Operand {
        Operand::reg_use(r)
    }
    /// A use in a register or a spill slot.
    #[inline]
    pub fn u_any(r: VReg) -> Operand {
        Operand::any_use(r)
    }
    /// A use that must not share its register with a result.
    #[inline]
    pub fn u_late(r: VReg) -> Operand {
        Operand::reg_use_at_end(r)
    }
    /// A use in a fixed register.
    #[inline]
    pub fn u_fixed(r: VReg, p: PReg) -> Operand {
        Operand::reg_fixed_use(r, p)
    }
    /// A definition.
    #[inline]
    pub fn d(r: VReg) -> Operand {
        Operand::reg_def(r)
    }
    /// A definition in a register other than those of all uses.
    #[inline]
    pub fn d_early(r: VReg) -> Operand {
        Operand::reg_def_at_start(r)
    }
    /// A definition in the register of operand `n`.
    #[inline]
    pub fn d_reuse(r: VReg, n: usize) -> Operand {
        Operand::reg_reuse_def(r, n)
    }
    /// A definition in a fixed register.
    #[inline]
    pub fn d_fixed(r: VReg, p: PReg) -> Operand {
        Operand::reg_fixed_def(r, p)
    }
    /// A temporary in a fixed register: lost by the instruction, and not used for any operand.
    #[inline]
    pub fn tmp_fixed(r: VReg, p: PReg) -> Operand {
        Operand::new(r, OperandConstraint::FixedReg(p), OperandKind::Def, OperandPos::Early)
    }
}
