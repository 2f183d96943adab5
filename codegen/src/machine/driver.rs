//! The walk of the lowering: use counts, blocks from the last to the first, and the numbering of
//! registers.

use super::abi::place_slot;
use super::blockorder::BlockOrder;
use super::flags;
use super::lower::{EFFECT, GLOBAL, LowerCtx, LowerScratch, NONE, SHARED, SUNK, USES_MASK};
use super::vcode::{Span, VCode, pseudo};
use super::{Backend, reg_class};
use crate::entity::EntityRef;
use crate::ir::{
    self, BlockArg, CallConv, Function, Inst, Opcode, SourceLoc, TrapCode, Type, Value,
    ValueLabelAssignments, types,
};
use crate::opt::legalize::MAX_COMPARES;
use crate::result::{CodegenError, CodegenResult};
use crate::settings::Flags;
use regalloc2::{RegClass, VReg};

/// More virtual registers than this are refused.
const MAX_VREGS: usize = 1 << 27;

/// Lowers a function into `vcode`, whose blocks `order` has already placed. The function has no
/// aliases.
pub fn lower_function(
    func: &Function,
    flags: &Flags,
    backend: &dyn Backend,
    default_conv: CallConv,
    order: &BlockOrder,
    vcode: &mut VCode,
    scratch: &mut LowerScratch,
) -> CodegenResult<()> {
    scratch.start(func);
    count_uses(func, vcode, scratch);
    let mut ctx = LowerCtx {
        func,
        flags,
        backend,
        vcode,
        default_conv,
        s: scratch,
        order,
        cur_inst: None,
        cur_color: 0,
        cur_block: 0,
        pending_trap: None,
        ret_area: None,
        recast_slot: None,
        last_srcloc: SourceLoc::default(),
        error: None,
    };
    ctx.place_slots()?;
    let id = ctx.place_signature(&func.signature, None)?;
    debug_assert_eq!(id, 0, "the function's own signature is the first");
    for block in (0..order.blocks.len()).rev() {
        ctx.lower_block(block)?;
        if ctx.s.parents.len() > MAX_VREGS {
            return Err(CodegenError::ImplLimitExceeded);
        }
    }
    ctx.finish();
    Ok(())
}

impl LowerScratch {
    fn start(&mut self, func: &Function) {
        let values = func.dfg.num_values();
        self.value_regs.clear();
        self.value_regs.resize(values, NONE);
        self.uses.clear();
        self.uses.resize(values, 0);
        self.colors.clear();
        self.colors.resize(func.dfg.num_insts(), 0);
        self.parents.clear();
        self.vreg_blocks.clear();
        self.insts.clear();
        self.operands.clear();
        self.remade.clear();
        self.traps.clear();
        self.sigs.clear(func.dfg.signatures.len());
        self.halves.clear();
        self.try_results.clear();
        self.slot_offsets.clear();
        self.marks.clear();
    }
}

/// Counts uses by live instructions, and gives instructions their colours, in one sweep backwards.
fn count_uses(func: &Function, vcode: &VCode, s: &mut LowerScratch) {
    let dfg = &func.dfg;
    let mut color = 0u32;
    for block in vcode.blocks.iter().rev() {
        let Some(block) = block.ir else { continue };
        // No load moves into another block.
        color += 1;
        let mut load_trap: Option<TrapCode> = None;
        for inst in func.layout.block_insts(block).rev() {
            let data = &dfg[inst];
            let mut shared = 0;
            let mut mark = 0;
            if data.is_removable() {
                let mut live = false;
                for &result in dfg.inst_results(inst) {
                    let uses = s.uses[result.index()];
                    live |= uses != 0;
                    if uses & USES_MASK > 1 || uses & SHARED != 0 {
                        shared = SHARED;
                    }
                }
                if !live {
                    continue;
                }
                s.colors[inst.index()] = color;
            } else {
                mark = EFFECT;
                if is_plain_load(data.opcode) {
                    // Loads may pass each other, unless they trap for different reasons.
                    s.colors[inst.index()] = color | EFFECT;
                    let trap = data.mem_flags().trap_code();
                    if trap.is_some() && trap != load_trap {
                        if load_trap.is_some() {
                            color += 1;
                        }
                        load_trap = trap;
                    }
                    // A load that is used by a shared node is shared with it.
                    if let Some(&result) = dfg.inst_results(inst).first() {
                        shared = s.uses[result.index()] & SHARED;
                    }
                } else {
                    color += 1;
                    load_trap = None;
                    s.colors[inst.index()] = color | mark;
                }
            }
            let count = |value: Value, uses: &mut Vec<u8>| {
                let n = &mut uses[value.index()];
                *n = (*n & SHARED) | shared | ((*n & USES_MASK) + 1).min(USES_MASK);
            };
            for &arg in dfg.inst_args(inst) {
                count(arg, &mut s.uses);
            }
            if mark != 0 && data.opcode.is_branch() {
                for call in dfg.branch_targets(inst) {
                    for arg in call.args(&dfg.value_lists) {
                        if let BlockArg::Value(value) = arg {
                            count(value, &mut s.uses);
                        }
                    }
                }
                if let Some(table) = data.exception_table() {
                    for value in dfg.exception_tables[table].contexts() {
                        count(value, &mut s.uses);
                    }
                }
            }
        }
    }
}

/// A load without other effects.
#[inline]
fn is_plain_load(opcode: Opcode) -> bool {
    opcode.can_load() && !opcode.other_side_effects() && !opcode.can_store() && !opcode.is_call()
}

impl LowerCtx<'_> {
    fn place_slots(&mut self) -> CodegenResult<()> {
        let mut end = 0u32;
        let mut align_shift = 0;
        for (slot, data) in self.func.sized_stack_slots.iter() {
            if data.align_shift > ir::StackSlotData::MAX_ALIGN_SHIFT {
                return Err(CodegenError::Unsupported(format!(
                    "{slot} is aligned to {} bytes; at most {} are supported",
                    data.alignment(),
                    1 << ir::StackSlotData::MAX_ALIGN_SHIFT
                )));
            }
            align_shift = align_shift.max(data.align_shift);
            let (start, after) = place_slot(end, data);
            if after > 1 << 30 || after < start {
                return Err(CodegenError::ImplLimitExceeded);
            }
            self.s.slot_offsets.push(start);
            end = after;
        }
        self.vcode.slots_size = end.next_multiple_of(8);
        self.vcode.slots_align = 1 << align_shift;
        // Dynamic slots are nowhere: no machine has a use of them that it lowers.
        Ok(())
    }

    /// Moves what has been put for one instruction of the IR in front of everything else, unless an
    /// error was noted.
    #[inline]
    fn flush(&mut self, loc: SourceLoc) -> CodegenResult<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        assert!(self.pending_trap.is_none(), "no instruction takes a trap code that was announced");
        if self.s.insts.is_empty() {
            return Ok(());
        }
        if cfg!(debug_assertions) {
            let (tables, insts) = (self.backend.tables(), &self.s.insts);
            let kinds = tables.labels.kinds;
            flags::check(tables.row_flags, kinds, insts, &self.s.remade)
                .unwrap_or_else(|error| panic!("{error}, in {insts:?}"));
        }
        if loc != self.last_srcloc {
            let at = self.vcode.num_insts() as u32;
            if at != 0 {
                let last = self.last_srcloc;
                self.vcode.srclocs.push((at, last));
            }
            self.last_srcloc = loc;
        }
        self.vcode.prepend(&self.s.insts, &self.s.operands);
        if !self.s.traps.is_empty() {
            let total = self.vcode.num_insts() as u32;
            while let Some((at, code)) = self.s.traps.pop() {
                self.vcode.traps.push((total - at, code));
            }
        }
        self.s.insts.clear();
        self.s.operands.clear();
        self.s.remade.clear();
        Ok(())
    }

    fn lower_block(&mut self, block: usize) -> CodegenResult<()> {
        self.cur_block = block as u32;
        let end = self.vcode.num_insts() as u32;
        let info = self.vcode.blocks[block];
        match info.ir {
            None => self.lower_edge_block(block)?,
            Some(ir_block) => {
                let func = self.func;
                let mut insts = func.layout.block_insts(ir_block);
                if let Some(last) = insts.next_back() {
                    self.lower_terminator(block, last)?;
                }
                while let Some(inst) = insts.next_back() {
                    self.lower_inst(inst)?;
                }
                if block == 0 {
                    self.lower_params(0, func.dfg.block_params(ir_block))?;
                    self.flush(SourceLoc::default())?;
                } else {
                    let start = self.vcode.params.len() as u32;
                    for &param in func.dfg.block_params(ir_block) {
                        let reg = self.value_vreg(param);
                        self.vcode.params.push(reg);
                        if self.ty(param) == types::I128 {
                            let high = self.high_half(reg);
                            self.vcode.params.push(high);
                        }
                    }
                    let end = self.vcode.params.len() as u32;
                    self.vcode.blocks[block].params = Span { start, end };
                }
            }
        }
        // Distances from the end, turned into indices in the end.
        let start = self.vcode.num_insts() as u32;
        self.vcode.blocks[block].insts = Span { start, end };
        Ok(())
    }

    #[inline]
    fn lower_inst(&mut self, inst: Inst) -> CodegenResult<()> {
        let color = self.s.colors[inst.index()];
        if color == SUNK {
            return Ok(());
        }
        let func = self.func;
        if color & EFFECT == 0 {
            let results = func.dfg.inst_results(inst);
            if !results.iter().any(|&r| self.s.value_regs[r.index()] != NONE) {
                return Ok(());
            }
        }
        self.cur_inst = Some(inst);
        self.cur_color = color & !EFFECT;
        match func.dfg[inst].opcode {
            Opcode::Call | Opcode::CallIndirect => self.lower_call(inst)?,
            Opcode::Nop => {}
            Opcode::SequencePoint => {
                self.put(pseudo::SEQUENCE_POINT, 0, inst.index() as u64, &[]);
            }
            _ => self.backend.lower(self, inst)?,
        }
        self.flush(func.srcloc(inst))
    }

    /// A block that splits an edge (or, as the first block, takes the arguments of an entry that is
    /// a loop).
    fn lower_edge_block(&mut self, block: usize) -> CodegenResult<()> {
        let edges = self.order.blocks[block].edges;
        let edge = self.order.edges[edges.start as usize];
        let succ = self.vcode.blocks[block].succs.start as usize;
        let func = self.func;
        if block == 0 {
            let entry = edge.target;
            let start = self.vcode.edge_args.len() as u32;
            for &param in func.dfg.block_params(entry) {
                self.s.value_regs[param.index()] = NONE;
                let reg = self.value_vreg(param);
                self.push_edge_arg(reg, self.ty(param));
            }
            self.vcode.succ_args[succ] = Span { start, end: self.vcode.edge_args.len() as u32 };
            self.put(pseudo::JUMP, 0, 0, &[]);
            self.flush(SourceLoc::default())?;
            self.lower_params(0, func.dfg.block_params(entry))?;
            return self.flush(SourceLoc::default());
        }
        let from = self.order.blocks[block].from as usize;
        let from = self.vcode.blocks[from].ir.expect("an edge leaves a block of the IR");
        let branch = func.layout.last_inst(from).expect("an edge leaves by a branch");
        self.edge_args(branch, edge.call, succ);
        self.put(pseudo::JUMP, 0, 0, &[]);
        self.flush(func.srcloc(branch))
    }

    fn push_edge_arg(&mut self, reg: VReg, ty: Type) {
        self.vcode.edge_args.push(reg);
        if ty == types::I128 {
            let high = self.high_half(reg);
            self.vcode.edge_args.push(high);
        }
    }

    /// Notes the arguments of an edge: successor number `succ` of all, block call `call` of the
    /// branch.
    fn edge_args(&mut self, branch: Inst, call: u32, succ: usize) {
        let func = self.func;
        let start = self.vcode.edge_args.len() as u32;
        let call = func.dfg.branch_targets(branch)[call as usize];
        let params = func.dfg.block_params(call.target());
        for (n, arg) in call.args(&func.dfg.value_lists).enumerate() {
            match arg {
                BlockArg::Value(value) => {
                    let reg = self.reg(value);
                    self.push_edge_arg(reg, self.ty(value));
                }
                BlockArg::TryCallRet(_) | BlockArg::TryCallExn(_) => {
                    let ty = self.ty(params[n]);
                    let [reg, _] = self.try_result(branch, arg, ty);
                    self.push_edge_arg(reg, ty);
                }
            }
        }
        let end = self.vcode.edge_args.len() as u32;
        self.vcode.succ_args[succ] = Span { start, end };
    }

    /// The register in which a `try_call` leaves a result or a word of the payload.
    pub(super) fn try_result(&mut self, call: Inst, what: BlockArg, ty: Type) -> [VReg; 2] {
        let known = self.s.try_results.iter().rev().find(|r| r.0 == call && r.1 == what);
        let reg = match known {
            Some(&(_, _, reg)) => {
                self.seen(reg.vreg());
                reg
            }
            None => {
                let reg = self.new_vreg(reg_class(ty));
                if ty == types::I128 {
                    self.new_high_half(reg);
                }
                self.s.try_results.push((call, what, reg));
                reg
            }
        };
        if ty != types::I128 {
            return [reg, reg];
        }
        let high = self.high_half(reg);
        self.seen(high.vreg());
        [reg, high]
    }

    /// The register of a word of the payload, if a handler wants it.
    pub(super) fn known_try_result(&mut self, call: Inst, n: u32) -> Option<VReg> {
        let what = BlockArg::TryCallExn(n);
        let reg = self.s.try_results.iter().rev().find(|r| r.0 == call && r.1 == what)?.2;
        self.seen(reg.vreg());
        Some(reg)
    }

    /// The successors of the current block.
    pub(super) fn cur_succs(&self) -> Span {
        self.vcode.blocks[self.cur_block as usize].succs
    }

    fn lower_terminator(&mut self, block: usize, inst: Inst) -> CodegenResult<()> {
        let func = self.func;
        let data = &func.dfg[inst];
        self.cur_inst = Some(inst);
        self.cur_color = self.s.colors[inst.index()] & !EFFECT;
        // Arguments of edges come first: a constant among them may change the flags.
        let order_block = self.order.blocks[block];
        let succs = self.vcode.blocks[block].succs;
        for (k, succ) in order_block.edges.range().zip(succs.range()) {
            let is_split = {
                let to = self.vcode.succs[succ].index();
                self.order.blocks[to].from == block as u32
                    && self.vcode.blocks[to].ir.is_none()
                    && to != 0
            };
            if !is_split {
                let call = self.order.edges[k].call;
                self.edge_args(inst, call, succ);
            }
        }
        match data.opcode {
            Opcode::Jump => self.put(pseudo::JUMP, 0, 0, &[]),
            Opcode::Brif | Opcode::BrTable if succs.len() == 1 => self.put(pseudo::JUMP, 0, 0, &[]),
            Opcode::Brif => self.backend.lower_brif(self, inst)?,
            Opcode::BrTable => self.lower_table(inst, order_block.table),
            Opcode::Return => self.lower_return(inst)?,
            Opcode::ReturnCall
            | Opcode::ReturnCallIndirect
            | Opcode::TryCall
            | Opcode::TryCallIndirect => self.lower_call(inst)?,
            Opcode::Trap => {
                self.pending_trap = data.trap_code();
                self.put(pseudo::TRAP, 0, 0, &[]);
            }
            _ => return Err(self.unsupported(inst)),
        }
        self.flush(func.srcloc(inst))
    }

    /// A multi-way branch; a short one becomes compares and needs no temporaries.
    fn lower_table(&mut self, inst: Inst, table: u32) {
        use regalloc2::Operand;
        let index = self.reg(self.arg(inst, 0));
        let cases = self.vcode.jump_tables[table as usize].cases;
        let cases = &self.vcode.table_targets[cases.range()];
        if count_runs(cases, 0) <= MAX_COMPARES {
            self.put(pseudo::TABLE, 0, table as u64, &[Operand::reg_use(index)]);
        } else {
            let [a, b] = [self.new_vreg(RegClass::Int), self.new_vreg(RegClass::Int)];
            let operands = [Operand::reg_use(index), Operand::reg_temp(a), Operand::reg_temp(b)];
            self.put(pseudo::TABLE, 0, table as u64, &operands);
        }
    }

    /// Numbers registers and turns distances from the end into indices.
    fn finish(&mut self) {
        let total = self.vcode.num_insts() as u32;
        let last = self.last_srcloc;
        self.vcode.srclocs.push((total, last));
        for block in &mut self.vcode.blocks {
            let Span { start, end } = block.insts;
            block.insts = Span { start: total - start, end: total - end };
        }
        for trap in &mut self.vcode.traps {
            trap.0 = total - trap.0;
        }
        self.vcode.traps.reverse();
        for loc in &mut self.vcode.srclocs {
            loc.0 = total - loc.0;
        }
        self.vcode.srclocs.reverse();
        self.value_labels(total);
        let s = &mut *self.s;
        s.numbers.clear();
        s.numbers.resize(s.parents.len(), NONE);
        for v in (0..s.parents.len()).rev() {
            let root = find(&mut s.parents, v as u32) as usize;
            if s.vreg_blocks[v] == GLOBAL {
                s.vreg_blocks[root] = GLOBAL;
            }
        }
        // Registers that cross blocks first. They were made backwards, so this is program order.
        let mut next = 0;
        for v in (0..s.parents.len()).rev() {
            let number = &mut s.numbers[v];
            if s.vreg_blocks[v] == GLOBAL && s.parents[v] == v as u32 && *number == NONE {
                *number = next;
                next += 1;
            }
        }
        self.vcode.num_global_vregs = next as usize;
        self.vcode.num_vregs = self.vcode.finish(&s.parents, &mut s.numbers, next);
    }

    fn value_labels(&mut self, total: u32) {
        let Some(labels) = &self.func.dfg.values_labels else { return };
        for (&value, assignment) in labels {
            let mut value = value;
            let mut assignment = assignment;
            let mut steps = 0;
            while let ValueLabelAssignments::Alias { value: other, .. } = assignment {
                value = *other;
                steps += 1;
                match labels.get(&value) {
                    Some(next) if steps < 1000 => assignment = next,
                    _ => break,
                }
            }
            let ValueLabelAssignments::Starts(starts) = assignment else { continue };
            let value = self.func.dfg.resolve_aliases(value);
            let bits = self.s.value_regs[value.index()];
            if bits == NONE {
                continue;
            }
            let vreg = find(&mut self.s.parents, VReg::from_bits(bits).vreg() as u32);
            let vreg = VReg::new(vreg as usize, reg_class(self.ty(value)));
            let end = regalloc2::Inst::new(total as usize);
            for start in starts {
                let first = regalloc2::Inst::new(0);
                self.vcode.value_labels.push((vreg, first, end, start.label.as_u32()));
            }
        }
    }
}

/// How many ranges of equal targets the cases form, without a last range that is the default.
pub fn count_runs<T: PartialEq + Copy>(cases: &[T], default: T) -> usize {
    let runs = cases.chunk_by(|a, b| a == b).count();
    runs - (cases.last() == Some(&default)) as usize
}

/// The representative of a register, with the path to it compressed.
#[inline]
fn find(parents: &mut [u32], v: u32) -> u32 {
    let mut root = v;
    while parents[root as usize] != root {
        root = parents[root as usize];
    }
    let mut at = v;
    while parents[at as usize] != root {
        let next = parents[at as usize];
        parents[at as usize] = root;
        at = next;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_cases_are_counted() {
        assert_eq!(count_runs::<u32>(&[], 0), 0);
        assert_eq!(count_runs(&[0, 0, 0], 0), 0);
        assert_eq!(count_runs(&[1, 1, 0], 0), 1);
        assert_eq!(count_runs(&[0, 1, 1, 2], 0), 3);
    }

    #[test]
    fn representatives_are_found_and_paths_compressed() {
        let mut parents = vec![1, 2, 3, 3, 0];
        assert_eq!(find(&mut parents, 4), 3);
        assert_eq!(parents, [3, 3, 3, 3, 3]);
    }
}
