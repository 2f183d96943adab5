//! From allocated machine code to bytes.
//!
//! Blocks are emitted in the order of the machine code, cold ones last. A block that only jumps,
//! and in which the allocator put no move, is not emitted: branches to it go to its target. A
//! branch falls through where it can. Conditional traps jump to an instruction behind all blocks.

use super::buffer::{CodeBuffer, Label};
use super::frame::Frame;
use super::labels::LabelTable;
use super::prologue::Step;
use super::reloc::CodeOffset;
use super::row::hw;
use super::unwind::CfiOp;
use super::vcode::{CallInfo, Cond2, Condition, VCode, pseudo};
use super::{Backend, Convention, MInst};
use crate::ir::{self, Function, SourceLoc, TrapCode};
use crate::result::CodegenResult;
use crate::settings::{Flags, OptLevel};
use regalloc2::{Allocation, Edit, Inst, Output, PReg, ProgPoint};

/// Where the limit of the stack is found at the entry of a function.
#[derive(Clone, Default, Debug)]
pub struct StackLimit {
    /// The register that the chain of loads starts from.
    pub base: Option<PReg>,
    /// The offset of each load.
    pub loads: Vec<i32>,
    /// Added to the limit in the end.
    pub offset: i32,
}

/// The label of what follows, where nothing goes there.
const NOWHERE: Label = Label(u32::MAX);

/// The place of an instruction that was not emitted.
pub(crate) const NO_PLACE: u32 = u32::MAX;

/// Arrays that emission uses again for each function.
#[derive(Default)]
pub struct EmitScratch {
    order: Vec<u32>,
    forward: Vec<u32>,
    /// Blocks that are entered as handlers, in a frame that is realigned.
    handlers: Vec<u32>,
    /// Labels of table targets.
    targets: Vec<Label>,
    deferred: Vec<(Label, TrapCode, SourceLoc)>,
    /// Offsets of emitted blocks, in the order of emission.
    pub(crate) block_starts: Vec<u32>,
    /// Of each instruction where the moves before it begin, where it begins, and where it ends, in
    /// the order of emission; only where a value has a label.
    pub(crate) inst_offsets: Vec<u32>,
    /// For each instruction its place in `inst_offsets`, `NO_PLACE` if it was not emitted.
    pub(crate) inst_places: Vec<u32>,
    pub(crate) cfi_offsets: Vec<u32>,
    pub(crate) cfi_ops: Vec<CfiOp>,
}

/// What the emission of one instruction sees.
pub struct Emitter<'a> {
    /// Where bytes go.
    pub buffer: &'a mut CodeBuffer,
    /// The frame.
    pub frame: &'a Frame,
    /// The code, for side tables.
    pub vcode: &'a VCode,
    /// The settings.
    pub flags: &'a Flags,
    /// The convention of the function.
    pub convention: &'static Convention,
    /// The stack limit, if the function checks it.
    pub stack_limit: Option<&'a StackLimit>,
    func: &'a Function,
    labels: &'static LabelTable,
    scratch: &'a mut EmitScratch,
    allocs: &'a [Allocation],
    /// The instruction that is emitted.
    index: usize,
    /// Where the code of the instruction before it in the block ended.
    previous_end: u32,
}

impl<'a> Emitter<'a> {
    /// The instruction before this one and where its operands are, if it is in the same block and
    /// nothing was emitted between them.
    pub fn previous(&self) -> Option<(&'a MInst, &'a [Allocation])> {
        if self.previous_end != self.buffer.cur_offset() {
            return None;
        }
        let insts = self.vcode.insts();
        let (inst, next) = (&insts[self.index - 1], &insts[self.index]);
        Some((inst, &self.allocs[inst.operands as usize..next.operands as usize]))
    }

    /// Records an unwind operation at this offset.
    pub fn cfi(&mut self, op: CfiOp) {
        let at = self.buffer.cur_offset();
        self.scratch.cfi_offsets.push(at);
        self.scratch.cfi_ops.push(op);
    }

    /// A label behind all blocks at which the function traps.
    pub fn trap_label(&mut self, code: TrapCode, loc: SourceLoc) -> Label {
        if let Some(&(label, last_code, last_loc)) = self.scratch.deferred.last()
            && last_code == code
            && last_loc == loc
        {
            return label;
        }
        let label = self.buffer.new_label();
        self.scratch.deferred.push((label, code, loc));
        label
    }

    /// A branch on a condition, or on its opposite where it does not hold.
    fn cond_jump(
        &mut self,
        kind: u8,
        word: u32,
        allocs: &[Allocation],
        holds: bool,
        target: Label,
    ) {
        let row = &self.labels.kinds[kind as usize];
        let mut word = if holds { word } else { word ^ row.flip };
        for (n, &at) in row.regs.iter().enumerate() {
            word |= u32::from(hw(allocs, n)) << at;
        }
        self.buffer.put_branch(target, kind, word);
    }

    fn cond_jumps(
        &mut self,
        inst: &MInst,
        allocs: &[Allocation],
        taken: Label,
        other: Label,
        next: Option<Label>,
    ) {
        let Condition { kind, mut word, second } = Condition::of(inst);
        let mut allocs = allocs;
        if let Cond2::Or(last) | Cond2::And(last) = second {
            let either = matches!(second, Cond2::Or(_));
            self.cond_jump(kind, word, allocs, either, if either { taken } else { other });
            word = last;
            allocs = &allocs[self.labels.kinds[kind as usize].regs.len()..];
        }
        if next == Some(taken) {
            self.cond_jump(kind, word, allocs, false, other);
            return;
        }
        self.cond_jump(kind, word, allocs, true, taken);
        if next != Some(other) {
            self.buffer.put_jump(other);
        }
    }

    fn trap_if(&mut self, inst: &MInst, allocs: &[Allocation], trap: Label) {
        // Only where both of two conditions must hold, the first one jumps over the second.
        let over = matches!(Condition::of(inst).second, Cond2::And(_));
        let next = if over { self.buffer.new_label() } else { NOWHERE };
        self.cond_jumps(inst, allocs, trap, next, Some(next));
        if over {
            self.buffer.bind(next);
        }
    }

    fn call(
        &mut self,
        backend: &dyn Backend,
        call: &CallInfo,
        operands: &[regalloc2::Operand],
        allocs: &[Allocation],
    ) {
        let start = self.buffer.cur_offset();
        backend.emit_call(self, call.dest, allocs, false);
        if call.patchable {
            let len = self.buffer.cur_offset() - start;
            self.buffer.patchable_call(len);
        }
        self.buffer.call_site(self.frame.frame_offset());
        if let Some(inst) = call.inst {
            self.call_metadata(call, inst, operands, allocs);
        }
        if call.callee_pop != 0 {
            backend.emit_step(self, Step::AddSp(-(call.callee_pop as i32)));
        }
    }

    fn call_metadata(
        &mut self,
        call: &CallInfo,
        inst: ir::Inst,
        operands: &[regalloc2::Operand],
        allocs: &[Allocation],
    ) {
        let func = self.func;
        if let Some(entries) = func.dfg.user_stack_map_entries(inst) {
            let base = self.frame.areas.slots.offset.max(0) as u32;
            let offset = |slot| super::abi::slot_offset(func, slot);
            let map = ir::UserStackMap::new(entries, offset, base);
            self.buffer.stack_map(self.frame.size(), map);
        }
        if func.dfg.has_debug_tags() {
            let tags = func.dfg.debug_tags(inst);
            if !tags.is_empty() {
                self.buffer.tags(tags);
            }
        }
        let Some(table) = func.dfg[inst].exception_table() else { return };
        // Contexts are the last uses of the call, in order; each must be in the frame.
        let items = func.dfg.exception_tables[table].kinds();
        let contexts = items.iter().filter(|i| matches!(i, ir::HandlerKind::Context(_))).count();
        let mut next_context = call.uses as usize - contexts;
        let mut next_target = 1;
        let succs = &self.vcode.succs[call.succs.range()];
        for item in items {
            match *item {
                ir::HandlerKind::Context(_) => {
                    debug_assert!(next_context < operands.len());
                    let slot = allocs[next_context].as_stack();
                    let place =
                        self.frame.areas.spill(slot.expect("a context is kept on the stack"));
                    self.buffer.handler_context(self.frame.sp_offset(place) as u32);
                    next_context += 1;
                }
                ir::HandlerKind::Tag(tag) => {
                    let label = Label(succs[next_target].index() as u32);
                    self.buffer.handler(Some(tag), label);
                    next_target += 1;
                }
                ir::HandlerKind::Default => {
                    let label = Label(succs[next_target].index() as u32);
                    self.buffer.handler(None, label);
                    next_target += 1;
                }
            }
        }
    }
}

/// Everything that emission reads.
pub struct EmitInput<'a> {
    /// The function in the IR, for stack maps, tags and handlers.
    pub func: &'a Function,
    /// The code.
    pub vcode: &'a VCode,
    /// The allocation.
    pub output: &'a Output,
    /// The frame.
    pub frame: &'a Frame,
    /// The machine.
    pub backend: &'a dyn Backend,
    /// The settings.
    pub flags: &'a Flags,
    /// The convention of the function.
    pub convention: &'static Convention,
    /// The stack limit, if the function checks it.
    pub stack_limit: Option<&'a StackLimit>,
}

/// Emits a function. The result are the edges of the machine blocks, if the settings ask for them.
///
/// # Errors
/// If a branch does not reach its target.
pub fn emit(
    input: &EmitInput<'_>,
    buffer: &mut CodeBuffer,
    scratch: &mut EmitScratch,
) -> CodegenResult<Vec<(CodeOffset, CodeOffset)>> {
    let vcode = input.vcode;
    let tables = input.backend.tables();
    let blocks = vcode.blocks.len();
    buffer.start(tables.labels, blocks, vcode.consts.len());
    buffer.set_frame_size(input.frame.depth());
    scratch.block_starts.clear();
    scratch.inst_offsets.clear();
    scratch.inst_places.clear();
    scratch.cfi_offsets.clear();
    scratch.cfi_ops.clear();
    scratch.deferred.clear();
    find_handlers(input, scratch);
    let labelled = !vcode.value_labels.is_empty();
    if labelled {
        scratch.inst_places.resize(vcode.num_insts(), NO_PLACE);
    }
    find_empty_blocks(input, scratch);
    let order = core::mem::take(&mut scratch.order);
    let forward = core::mem::take(&mut scratch.forward);
    for (block, &target) in forward.iter().enumerate() {
        if block as u32 != target {
            buffer.alias(Label(block as u32), Label(target));
        }
    }
    let mut e = Emitter {
        buffer,
        frame: input.frame,
        vcode,
        flags: input.flags,
        convention: input.convention,
        stack_limit: input.stack_limit,
        func: input.func,
        labels: tables.labels,
        scratch,
        allocs: &input.output.allocs,
        index: 0,
        previous_end: NO_PLACE,
    };
    e.prologue(input.backend);
    let mut cursor = Cursor::default();
    let aligns = input.flags.opt_level() != OptLevel::SpeedAndSize;
    for (n, &block) in order.iter().enumerate() {
        if n == 0 || order[n - 1] + 1 != block {
            cursor.seek(input, vcode.blocks[block as usize].insts.start);
        }
        // Padding is never executed: what stands before it jumps over it.
        let pad = input.flags.bb_padding_log2_minus_one();
        let next = order.get(n + 1).filter(|_| pad == 0).map(|&b| Label(b));
        let start = e.buffer.cur_offset();
        e.scratch.block_starts.push(start);
        e.buffer.bind(Label(block));
        if e.scratch.handlers.binary_search(&block).is_ok() {
            e.realign(input.backend);
        }
        emit_block(input, &mut e, &mut cursor, block, &forward, next, labelled);
        if aligns && !vcode.blocks[block as usize].cold {
            find_loops(vcode, e.buffer, &forward, block);
        }
        if pad > 0 {
            let filler = vec![tables.labels.filler; 1 << (pad - 1)];
            crate::machine::row::CodeSink::put_bytes(e.buffer, &filler);
        }
    }
    let deferred = core::mem::take(&mut e.scratch.deferred);
    for &(label, code, loc) in &deferred {
        e.buffer.make_room();
        e.buffer.bind(label);
        let start = e.buffer.cur_offset();
        e.buffer.trap_here(code);
        input.backend.emit_trap(&mut e);
        e.buffer.srcloc_range(start, loc);
    }
    scratch.deferred = deferred;
    let EmitScratch { block_starts, inst_offsets, cfi_offsets, .. } = scratch;
    buffer.finish(
        (&vcode.consts, &vcode.const_bytes),
        &mut [block_starts, inst_offsets, cfi_offsets],
        |kind, symbol, addend| {
            let symbol = &vcode.symbols[symbol as usize];
            (tables.relocs[kind as usize], symbol.name.clone(), addend + symbol.offset)
        },
    )?;
    let mut edges = Vec::new();
    if input.flags.machine_code_cfg_info() {
        for &block in &order {
            let from = buffer.label_offset(Label(block));
            for succ in &vcode.succs[vcode.blocks[block as usize].succs.range()] {
                let to = buffer.label_offset(Label(forward[succ.index()]));
                edges.push((from, to));
            }
        }
    }
    scratch.order = order;
    scratch.forward = forward;
    Ok(edges)
}

/// Finds the blocks in which an unwinder leaves a stack pointer that is not that of the frame: it
/// knows the distance from the frame pointer before realignment.
fn find_handlers(input: &EmitInput<'_>, scratch: &mut EmitScratch) {
    scratch.handlers.clear();
    if input.frame.realign == 0 {
        return;
    }
    for inst in input.vcode.insts().iter().filter(|inst| inst.row == pseudo::TRY_CALL) {
        let succs = input.vcode.calls[inst.payload as usize].succs.range();
        let handlers = input.vcode.succs[succs].iter().skip(1);
        scratch.handlers.extend(handlers.map(|succ| succ.index() as u32));
    }
    scratch.handlers.sort_unstable();
    scratch.handlers.dedup();
}

/// Tells the buffer of the loops that end with this block, which was just emitted.
fn find_loops(vcode: &VCode, buffer: &mut CodeBuffer, forward: &[u32], block: u32) {
    for succ in &vcode.succs[vcode.blocks[block as usize].succs.range()] {
        let header = Label(forward[succ.index()]);
        if buffer.is_bound(header) {
            buffer.loop_ends(header);
        }
    }
}

/// Finds blocks that need no code, and the order of the others.
fn find_empty_blocks(input: &EmitInput<'_>, scratch: &mut EmitScratch) {
    let vcode = input.vcode;
    let insts = vcode.insts();
    scratch.forward.clear();
    let mut edits = input.output.edits.iter().peekable();
    for (b, block) in vcode.blocks.iter().enumerate() {
        let mut has_edits = false;
        let end = ProgPoint::before(Inst::new(block.insts.end as usize));
        while edits.next_if(|(at, _)| *at < end).is_some() {
            has_edits = true;
        }
        let only_jump = b > 0
            && block.insts.len() == 1
            && insts[block.insts.start as usize].row == pseudo::JUMP
            && !has_edits
            && scratch.handlers.binary_search(&(b as u32)).is_err();
        let target = if only_jump { vcode.succs[block.succs.start as usize].index() } else { b };
        scratch.forward.push(target as u32);
    }
    // Follow chains. A chain that comes back to itself is an empty loop, and one block of it stays.
    for b in 0..scratch.forward.len() {
        let mut end = b as u32;
        // Brent's algorithm finds the cycle that the chain may lead into: `end` walks along the
        // chain and is compared with a block that it passed before, `mark`. After 1, 2, 4, …
        // steps the mark is set to where `end` is: it comes to lie on the cycle, and `end` meets
        // it after one more round.
        let (mut steps, mut mark, mut moves) = (0, end, 1);
        while scratch.forward[end as usize] != end {
            end = scratch.forward[end as usize];
            steps += 1;
            if end == mark {
                scratch.forward[end as usize] = end;
            } else if steps == moves {
                (mark, moves) = (end, 2 * moves);
            }
        }
        let mut at = b as u32;
        for _ in 0..steps {
            let next = scratch.forward[at as usize];
            scratch.forward[at as usize] = end;
            at = next;
        }
    }
    scratch.order.clear();
    for cold in [false, true] {
        for (b, block) in vcode.blocks.iter().enumerate() {
            if (block.cold && b > 0) == cold && scratch.forward[b] == b as u32 {
                scratch.order.push(b as u32);
            }
        }
    }
}

/// Where emission is in the lists that go by instruction.
#[derive(Default)]
struct Cursor {
    edit: usize,
    trap: usize,
    srcloc: usize,
    loc: SourceLoc,
}

impl Cursor {
    fn seek(&mut self, input: &EmitInput<'_>, inst: u32) {
        let before = ProgPoint::before(Inst::new(inst as usize));
        self.edit = input.output.edits.partition_point(|(at, _)| *at < before);
        self.trap = input.vcode.traps.partition_point(|(at, _)| *at < inst);
        self.srcloc = input.vcode.srclocs.partition_point(|(at, _)| *at <= inst);
        self.loc = match self.srcloc {
            0 => SourceLoc::default(),
            n => input.vcode.srclocs[n - 1].1,
        };
    }
}

fn emit_block(
    input: &EmitInput<'_>,
    e: &mut Emitter<'_>,
    cursor: &mut Cursor,
    block: u32,
    forward: &[u32],
    next: Option<Label>,
    labelled: bool,
) {
    let vcode = input.vcode;
    let backend = input.backend;
    let insts = vcode.insts();
    let edits = &input.output.edits[..];
    let info = &vcode.blocks[block as usize];
    let has_veneers = e.buffer.has_veneers();
    let mut loc_start = e.buffer.cur_offset();
    e.previous_end = NO_PLACE;
    for i in info.insts.range() {
        let inst = &insts[i];
        if let Some(&(at, loc)) = vcode.srclocs.get(cursor.srcloc)
            && at as usize <= i
        {
            e.buffer.srcloc_range(loc_start, cursor.loc);
            loc_start = e.buffer.cur_offset();
            cursor.loc = loc;
            cursor.srcloc += 1;
        }
        if labelled {
            e.scratch.inst_places[i] = e.scratch.inst_offsets.len() as u32;
            let at = e.buffer.cur_offset();
            e.scratch.inst_offsets.push(at);
        }
        let before = ProgPoint::before(Inst::new(i));
        if has_veneers {
            e.buffer.make_room();
        }
        while let Some((at, Edit::Move { from, to })) = edits.get(cursor.edit)
            && *at <= before
        {
            e.mov(backend, *from, *to);
            if has_veneers {
                e.buffer.make_room();
            }
            cursor.edit += 1;
        }
        if labelled {
            let at = e.buffer.cur_offset();
            e.scratch.inst_offsets.push(at);
        }
        let first = inst.operands as usize;
        let end = insts.get(i + 1).map_or(input.output.allocs.len(), |n| n.operands as usize);
        let allocs = &input.output.allocs[first..end];
        let mut trap = None;
        if let Some(&(at, code)) = vcode.traps.get(cursor.trap)
            && at as usize == i
        {
            trap = Some(code);
            cursor.trap += 1;
        }
        if inst.row < pseudo::FIRST {
            if let Some(code) = trap {
                e.buffer.trap_here(code);
            }
            e.index = i;
            backend.emit(e, inst, allocs);
            e.previous_end = e.buffer.cur_offset();
        } else {
            e.previous_end = NO_PLACE;
            let target = |n: usize| {
                let succ = vcode.succs[info.succs.start as usize + n];
                Label(forward[succ.index()])
            };
            match inst.row {
                pseudo::JUMP if next == Some(target(0)) => {}
                pseudo::JUMP => e.buffer.put_jump(target(0)),
                pseudo::COND => {
                    let (taken, other) = (target(0), target(1));
                    if taken != other {
                        e.cond_jumps(inst, allocs, taken, other, next);
                    } else if next != Some(taken) {
                        e.buffer.put_jump(taken);
                    }
                }
                pseudo::TABLE => {
                    let table = &vcode.jump_tables[inst.payload as usize];
                    let mut targets = core::mem::take(&mut e.scratch.targets);
                    targets.clear();
                    let cases = &vcode.table_targets[table.cases.range()];
                    targets.extend(cases.iter().map(|&case| target(case as usize)));
                    backend.emit_table(e, allocs, &targets, target(0), next);
                    e.scratch.targets = targets;
                }
                pseudo::RET => e.epilogue(backend),
                pseudo::TRAP => {
                    let code = trap.expect("a trap has a code");
                    e.buffer.trap_here(code);
                    backend.emit_trap(e);
                }
                pseudo::TRAP_IF => {
                    let code = trap.expect("a trap has a code");
                    let label = e.trap_label(code, cursor.loc);
                    e.trap_if(inst, allocs, label);
                }
                pseudo::CALL => {
                    let call = &vcode.calls[inst.payload as usize];
                    if let Some(code) = trap {
                        e.buffer.trap_here(code);
                    }
                    e.call(backend, call, vcode.inst_operands(i), allocs);
                }
                pseudo::TRY_CALL => {
                    let call = &vcode.calls[inst.payload as usize];
                    e.call(backend, call, vcode.inst_operands(i), allocs);
                    for result in &call.stack_results {
                        e.buffer.make_room();
                        let to = allocs[result.operand as usize];
                        e.load_outgoing(backend, result.ty, result.offset, to);
                    }
                    if next != Some(target(0)) {
                        e.buffer.put_jump(target(0));
                    }
                }
                pseudo::RETURN_CALL => {
                    let call = &vcode.calls[inst.payload as usize];
                    e.return_call(backend, call, allocs);
                }
                pseudo::MOVE_INT | pseudo::MOVE_FLOAT => {
                    e.mov(backend, allocs[1], allocs[0]);
                }
                pseudo::SEQUENCE_POINT => {
                    let inst = ir::Inst::from_u32(inst.payload as u32);
                    let tags = e.func.dfg.debug_tags(inst);
                    if !tags.is_empty() {
                        e.buffer.tags(tags);
                    }
                }
                _ => {}
            }
        }
        if labelled {
            let end = e.buffer.cur_offset();
            e.scratch.inst_offsets.push(end);
        }
        let after = ProgPoint::after(Inst::new(i));
        while let Some((at, Edit::Move { from, to })) = edits.get(cursor.edit)
            && *at <= after
        {
            e.mov(backend, *from, *to);
            if has_veneers {
                e.buffer.make_room();
            }
            cursor.edit += 1;
        }
    }
    e.buffer.srcloc_range(loc_start, cursor.loc);
}
