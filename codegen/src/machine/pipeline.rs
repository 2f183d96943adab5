//! From a function whose IR is final to bytes: the steps that the passes `lower`, `regalloc` and
//! `emit` run, and what they share.

use super::blockorder::BlockOrder;
use super::code::{CompileStats, CompiledCode, LabelValueLoc, ValueLocRange};
use super::convention::WORD;
use super::driver::lower_function;
use super::emit::{EmitInput, EmitScratch, NO_PLACE, StackLimit, emit};
use super::frame::{Frame, FrameNeeds};
use super::lower::LowerScratch;
use super::regalloc::{self, RegallocConfig, RegallocFacts, RegallocScratch};
use super::reloc::CodeOffset;
use super::row::Area;
use super::vcode::VCode;
use super::{AbiArg, AbiLoc, Backend, Convention, print, reg_set, row_flag};
use crate::analysis::dominator_tree::DominatorTree;
use crate::budget::Size;
use crate::ir::{ArgumentPurpose, CallConv, Function, GlobalValueData, ValueLabel};
use crate::result::{CodegenError, CodegenResult};
use crate::settings::{Flags, RegallocAlgorithm};
use regalloc2::{Edit, PRegSet};

/// What code is made for.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The machine.
    pub backend: &'a dyn Backend,
    /// The shared settings.
    pub flags: &'a Flags,
    /// The convention of the triple.
    pub default_call_conv: CallConv,
    /// Functions are aligned at least to this.
    pub function_alignment: u32,
}

/// Everything between the IR and bytes that is used again for each function.
#[derive(Default)]
pub struct MachineContext {
    /// The machine code.
    pub vcode: VCode,
    order: BlockOrder,
    lower: LowerScratch,
    regalloc: RegallocScratch,
    facts: RegallocFacts,
    frame: Frame,
    emit: EmitScratch,
    stack_limit: StackLimit,
}

impl MachineContext {
    /// Lowers the function.
    pub fn lower(
        &mut self,
        func: &Function,
        domtree: &DominatorTree,
        target: Target<'_>,
    ) -> CodegenResult<()> {
        self.vcode.clear();
        if func.layout.entry_block().is_none() {
            return Err(CodegenError::Unsupported("a function without blocks".to_string()));
        }
        self.order.compute(func, domtree, &mut self.vcode);
        lower_function(
            func,
            target.flags,
            target.backend,
            target.default_call_conv,
            &self.order,
            &mut self.vcode,
            &mut self.lower,
        )?;
        self.find_stack_limit(func, target)
    }

    /// Allocates registers and lays out the frame.
    pub fn allocate(&mut self, func: &Function, target: Target<'_>) -> CodegenResult<()> {
        let flags = target.flags;
        let tables = target.backend.tables();
        let convention = self.lower.sigs.get(0).convention;
        let limit = |log2: u8| if log2 >= 31 { u32::MAX } else { 1 << log2 };
        let config = RegallocConfig {
            backtracking: flags.regalloc_algorithm() == RegallocAlgorithm::Backtracking,
            checker: flags.regalloc_checker(),
            verbose: flags.regalloc_verbose_logs(),
            max_live: limit(flags.regalloc_fallback_live_log2()),
            max_preds: limit(flags.regalloc_fallback_preds_log2()),
        };
        let env = tables.machine_env(convention, flags);
        let size = Size::of(func);
        self.facts =
            regalloc::allocate(&self.vcode, tables, &env, &config, size, &mut self.regalloc)?;
        let spills = self.regalloc.output().num_spillslots;
        let needs = FrameNeeds {
            incoming_size: self.lower.sigs.get(0).arg_size,
            tail_args_size: self.vcode.tail_args_size,
            spill_size: u32::try_from(spills * WORD as usize)
                .map_err(|_| CodegenError::ImplLimitExceeded)?,
            slot_size: self.vcode.slots_size,
            slot_align: self.vcode.slots_align,
            outgoing_size: self.vcode.outgoing_size,
            saved: self.registers_to_save(func, target, convention),
            has_calls: self.vcode.has_calls,
            always: flags.preserve_frame_pointers(),
        };
        self.frame.compute(&convention.frame, &needs).ok_or(CodegenError::ImplLimitExceeded)
    }

    /// Registers that the function changes and its caller expects to find unchanged.
    fn registers_to_save(
        &self,
        func: &Function,
        target: Target<'_>,
        convention: &Convention,
    ) -> PRegSet {
        let tables = target.backend.tables();
        let saved = tables.callee_saved(convention, target.flags);
        if saved == PRegSet::empty() {
            return saved;
        }
        let output = self.regalloc.output();
        let mut changed = PRegSet::empty();
        for reg in output.allocs.iter().filter_map(|a| a.as_reg()) {
            changed.add(reg);
        }
        for (_, Edit::Move { to, .. }) in &output.edits {
            if let Some(reg) = to.as_reg() {
                changed.add(reg);
            }
        }
        if func.stack_limit.is_some() || target.flags.enable_probestack() {
            changed.union_from(reg_set(&[&convention.frame.scratch]));
        }
        for call in &self.vcode.calls {
            changed.union_from(call.clobbers);
        }
        for inst in self.vcode.insts() {
            let flags = tables.row_flags.get(inst.row as usize).copied().unwrap_or(0);
            if flags & row_flag::CLOBBERS != 0 {
                changed.union_from(tables.row_clobbers[inst.row as usize]);
            }
        }
        changed & saved
    }

    /// Emits bytes into `out`.
    pub fn emit(
        &mut self,
        func: &Function,
        target: Target<'_>,
        out: &mut CompiledCode,
    ) -> CodegenResult<()> {
        let backend = target.backend;
        let flags = target.flags;
        let output = self.regalloc.output();
        if self.vcode.num_insts() > MAX_INSTS {
            return Err(CodegenError::CodeTooLarge);
        }
        let input = EmitInput {
            func,
            vcode: &self.vcode,
            output,
            frame: &self.frame,
            backend,
            flags,
            convention: self.lower.sigs.get(0).convention,
            stack_limit: func.stack_limit.map(|_| &self.stack_limit),
        };
        out.bb_edges = emit(&input, &mut out.buffer, &mut self.emit)?;
        out.bb_starts.clear();
        if flags.machine_code_cfg_info() {
            out.bb_starts.extend_from_slice(&self.emit.block_starts);
        }
        let log2 = flags.log2_min_function_alignment();
        out.buffer.alignment = out.buffer.alignment.max(target.function_alignment).max(1 << log2);
        out.has_frame = self.frame.has_frame;
        out.frame_size = self.frame.depth();
        out.unwind.ops.clear();
        if flags.unwind_info() {
            out.unwind.len = out.buffer.code_size();
            let ops = self.emit.cfi_offsets.iter().zip(&self.emit.cfi_ops);
            out.unwind.ops.extend(ops.map(|(&at, &op)| (at, op)));
        }
        out.stats = CompileStats {
            insts: self.vcode.num_insts() as u32,
            operands: self.vcode.num_operands() as u32,
            vregs: self.vcode.num_vregs as u32,
            blocks: self.vcode.blocks.len() as u32,
            moves: output.edits.len() as u32,
            spill_slots: output.num_spillslots as u32,
            live_ranges: output.stats.initial_liverange_count as u32,
            fell_back: self.facts.fell_back,
            work: self.facts.work,
        };
        out.slots_from_cfa = self.cfa_offset(self.frame.areas.slots);
        out.slots_align = self.frame.realign.max(1);
        out.value_labels_ranges.clear();
        if !self.vcode.value_labels.is_empty() {
            self.value_ranges(&mut out.value_labels_ranges);
        }
        Ok(())
    }

    fn value_ranges(&self, ranges: &mut crate::FxHashMap<ValueLabel, Vec<ValueLocRange>>) {
        let output = self.regalloc.output();
        for &(label, from, to, alloc) in &output.debug_locations {
            let loc = match (alloc.as_reg(), alloc.as_stack()) {
                (Some(reg), _) => LabelValueLoc::Reg(reg),
                (_, Some(slot)) => {
                    LabelValueLoc::CFAOffset(self.cfa_offset(self.frame.areas.spill(slot)))
                }
                _ => continue,
            };
            let list = ranges.entry(ValueLabel::from_u32(label)).or_default();
            self.pieces(from, to, |start, end| list.push(ValueLocRange { loc, start, end }));
        }
        for list in ranges.values_mut() {
            list.sort_by_key(|r| (r.start, r.end));
            list.dedup();
            // Adjacent pieces are one.
            list.dedup_by(|next, last| {
                let joins = next.loc == last.loc && next.start <= last.end;
                if joins {
                    last.end = last.end.max(next.end);
                }
                joins
            });
        }
    }

    /// The code between two program points, as one range for each block, because blocks are not
    /// emitted in the order of the points. The allocator may have put moves before the instruction
    /// at `to`: the first byte of these moves still belongs to the range, because a debugger that
    /// stops there finds the value where it was before the moves.
    fn pieces(
        &self,
        from: regalloc2::ProgPoint,
        to: regalloc2::ProgPoint,
        mut piece: impl FnMut(CodeOffset, CodeOffset),
    ) {
        let blocks = &self.vcode.blocks;
        let first = blocks.partition_point(|b| b.insts.end as usize <= from.inst().index());
        for block in &blocks[first..] {
            let insts = block.insts.range();
            if insts.start > to.inst().index() {
                break;
            }
            if insts.is_empty() || self.emit.inst_places[insts.start] == NO_PLACE {
                continue;
            }
            let start = regalloc2::ProgPoint::before(regalloc2::Inst::new(insts.start));
            let end = regalloc2::ProgPoint::after(regalloc2::Inst::new(insts.end - 1));
            let last = end.min(to);
            let (start, mut until) = (self.offset_of(start.max(from)), self.offset_of(last));
            if last.pos() == regalloc2::InstPosition::Before {
                until = self.moves_before(last.inst().index()).map_or(until, |at| at + 1);
            }
            if start < until {
                piece(start, until);
            }
            if to < end {
                continue;
            }
            // Moves at the beginning of the blocks that come next.
            for succ in &self.vcode.succs[block.succs.range()] {
                let succ = &blocks[succ.index()];
                let first = succ.insts.start as usize;
                if succ.preds.len() == 1
                    && self.emit.inst_places[first] != NO_PLACE
                    && let Some(at) = self.moves_before(first)
                {
                    piece(at, at + 1);
                }
            }
        }
    }

    /// Where the moves before an instruction begin, if there are any.
    fn moves_before(&self, inst: usize) -> Option<CodeOffset> {
        let place = self.emit.inst_places[inst] as usize;
        let [moves, start] = [0, 1].map(|n| self.emit.inst_offsets[place + n]);
        (moves < start).then_some(moves)
    }

    /// The distance of an area from the canonical frame address.
    fn cfa_offset(&self, area: Area) -> i64 {
        let frame = &self.frame;
        i64::from(frame.sp_offset(area)) - i64::from(frame.size()) - i64::from(frame.to_cfa)
    }

    /// The offset of a program point: where its instruction, which was emitted, begins or ends.
    fn offset_of(&self, point: regalloc2::ProgPoint) -> CodeOffset {
        let after = point.pos() == regalloc2::InstPosition::After;
        let place = self.emit.inst_places[point.inst().index()] as usize;
        self.emit.inst_offsets[place + 1 + after as usize]
    }

    /// The chain of loads to the stack limit.
    fn find_stack_limit(&mut self, func: &Function, target: Target<'_>) -> CodegenResult<()> {
        let limit = &mut self.stack_limit;
        limit.base = None;
        limit.loads.clear();
        let Some(mut gv) = func.stack_limit else { return Ok(()) };
        let wrong = |text: &str| Err(CodegenError::Unsupported(format!("stack limit: {text}")));
        loop {
            match &func.global_values[gv] {
                GlobalValueData::VMContext => break,
                GlobalValueData::Load { base, offset, .. } => {
                    limit.loads.push(i32::from(*offset));
                    if limit.loads.len() > 64 {
                        return wrong("more than 64 loads");
                    }
                    gv = *base;
                }
                other => return wrong(&format!("`{other}` is neither a load nor vmctx")),
            }
        }
        limit.loads.reverse();
        let param = func.signature.special_param_index(ArgumentPurpose::VMContext);
        limit.base = match param {
            Some(n) => match self.lower.sigs.place(self.lower.sigs.get(0).args.start + n as u32) {
                AbiArg::One(part) => match part.loc {
                    AbiLoc::Reg(reg) => Some(reg),
                    AbiLoc::Stack(_) => return wrong("vmctx is passed on the stack"),
                },
                _ => return wrong("vmctx is not a plain parameter"),
            },
            None if target.flags.enable_pinned_reg() => target.backend.tables().pinned_reg,
            None => return wrong("the function has no vmctx parameter"),
        };
        Ok(())
    }

    /// The listing of the machine code, with registers allocated if `allocated`. Blocks have the
    /// numbers of the IR if `ir_blocks`, else those of their order.
    pub fn listing(&self, target: Target<'_>, allocated: bool, ir_blocks: bool) -> String {
        let output = allocated.then(|| self.regalloc.output());
        print::listing(&self.vcode, output, target.backend, ir_blocks)
    }
}

/// Code of more instructions might exceed what a 32-bit distance reaches.
const MAX_INSTS: usize = 1 << 26;
