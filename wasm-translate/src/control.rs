//! Blocks, loops, branches, and what happens to values where control meets.
//!
//! Branches are emitted without arguments; [`crate::params`] adds them when the function is
//! complete.
//! A forward label does not know its parameters until its end: branches to it are remembered as
//! [`Edge`]s with the state of the locals. At the end only what
//! differs between the edges becomes a parameter. A loop header has parameters for the locals that
//! the loop assigns (known from the scan). Where a loop has many branches to its header, they meet
//! in a block of their own at the loop's end, which treats them as any forward label does.

use wasmparser::BlockType;
use windlass_core::ir::{Block, InstBuilder, JumpTableData, Type, Value};

use crate::env::FuncEnvironment;
use crate::error::{WasmError, WasmResult};
use crate::func::{Stop, Translation};
use crate::locals::Version;
use crate::module::val_type;
use crate::params::TargetId;
use crate::scan::{Assigned, LoopInfo};
use crate::types::{TypeIndex, ValType};

pub(crate) const NONE: u32 = u32::MAX;

/// Loops with at least as many branches to the header get a block where these meet.
const MEETING_BACK_EDGES: u32 = 4;

/// The type of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signature {
    Empty,
    Result(ValType),
    Func(TypeIndex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Function,
    Block,
    /// An `if` in its first arm.
    If,
    /// An `if` in its second arm.
    Else,
    Loop,
}

/// A control structure that is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    kind: FrameKind,
    signature: Signature,
    /// Where branches go, once there is one: the end, a loop's header, or the block where a loop's
    /// back edges meet.
    target: Option<Block>,
    /// The header of a loop.
    header: Option<Block>,
    /// Whether branches go to a block where a loop's back edges meet.
    meets: bool,
    /// Of a loop: what the scan says of it.
    loop_info: Option<LoopInfo>,
    /// The parameters of a loop's header.
    params_of_header: Option<TargetId>,
    /// The last of the edges that wait for the target's parameters.
    edges: u32,
    edge_count: u32,
    /// Operands below the block's own parameters.
    height: u32,
    params: u32,
    results: u32,
    /// The locals at the beginning.
    version: Version,
    /// For an `if`: its second block call, and where its parameters are kept.
    else_call: u32,
    else_values: u32,
    /// For an `if`: the memory base that is current at its beginning.
    else_base: Option<Value>,
    /// The memory base that is current anywhere inside.
    base: Option<Value>,
}

/// A branch that waits for its target's parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// Index of the block call.
    call: u32,
    version: Version,
    /// Where the operands start that it passes on.
    values: u32,
    next: u32,
}

/// What becomes of one operand or local where edges meet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The value from there on.
    value: Value,
    is_param: bool,
}

impl<E: FuncEnvironment> Translation<'_, E> {
    /// The memory base that is current in any block of the innermost structure.
    pub(crate) fn hoisted_base(&self) -> Option<Value> {
        self.state.frames.last().and_then(|frame| frame.base)
    }

    fn signature(&mut self, ty: BlockType) -> WasmResult<(Signature, u32, u32)> {
        Ok(match ty {
            BlockType::Empty => (Signature::Empty, 0, 0),
            BlockType::Type(ty) => (Signature::Result(val_type(ty, self.offset)?), 0, 1),
            BlockType::FuncType(index) => {
                let ty = &self.info.types[index as usize];
                let (params, results) = (ty.params.len() as u32, ty.results.len() as u32);
                (Signature::Func(TypeIndex(index)), params, results)
            }
        })
    }

    /// The types of the operands that branches to the frame pass on.
    fn label_type(&self, frame: &Frame, index: usize) -> ValType {
        match frame.signature {
            Signature::Empty => unreachable!("an empty signature has no operands"),
            Signature::Result(ty) => ty,
            Signature::Func(ty) => {
                let ty = &self.info.types[ty.index()];
                let list = if frame.kind == FrameKind::Loop { &ty.params } else { &ty.results };
                list[index]
            }
        }
    }

    pub(crate) fn push_function_frame(&mut self, results: u32) {
        self.push_frame(FrameKind::Function, Signature::Empty, 0, results);
    }

    fn push_frame(&mut self, kind: FrameKind, signature: Signature, params: u32, results: u32) {
        let height = self.state.stack.len() as u32 - params;
        self.state.frames.push(Frame {
            kind,
            signature,
            target: None,
            header: None,
            meets: false,
            loop_info: None,
            params_of_header: None,
            edges: NONE,
            edge_count: 0,
            height,
            params,
            results,
            version: self.state.locals.version(),
            else_call: NONE,
            else_values: 0,
            else_base: None,
            base: self.hoisted_base(),
        });
    }

    pub(crate) fn translate_block(&mut self, ty: BlockType) -> WasmResult<()> {
        let (signature, params, results) = self.signature(ty)?;
        self.push_frame(FrameKind::Block, signature, params, results);
        Ok(())
    }

    pub(crate) fn translate_if(&mut self, ty: BlockType) -> WasmResult<()> {
        let condition = self.pop_condition();
        let (signature, params, results) = self.signature(ty)?;
        self.widen_top(params as usize);
        self.push_frame(FrameKind::If, signature, params, results);
        let then = self.builder.create_block();
        let end = self.builder.create_block();
        let branch = self.builder.ins().brif(condition, then, &[], end, &[]);
        let else_values = self.save_operands(params as usize);
        let else_call = self.first_block_call(branch) + 1;
        let base = self.base;
        let frame = self.state.frames.last_mut().expect("the frame of the if is open");
        frame.target = Some(end);
        frame.else_call = else_call;
        frame.else_values = else_values;
        frame.else_base = base;
        self.continue_in(then);
        Ok(())
    }

    /// Every block of the function may use the current memory base.
    pub(crate) fn hoist_base_to_function(&mut self) {
        self.state.frames[0].base = self.base;
    }

    /// Goes to a block whose only predecessor is the current one.
    fn continue_in(&mut self, block: Block) {
        let (base, region) = (self.base, self.region);
        self.switch_to(block);
        self.base = base;
        self.region = region;
    }

    /// Keeps the topmost operands for an edge; they stay on the stack.
    fn save_operands(&mut self, count: usize) -> u32 {
        self.budget.spend(count as u64);
        let start = number(self.state.edge_values.len());
        let from = self.state.stack.len() - count;
        self.state.edge_values.extend_from_slice(&self.state.stack[from..]);
        start
    }

    pub(crate) fn translate_loop(&mut self, ty: BlockType) -> WasmResult<()> {
        let loop_index = self.next_loop;
        self.next_loop += 1;
        let at = self.offset as usize - self.body_start;
        let Some(info) = self.state.scan.loop_at(loop_index, at) else {
            return Err(self.scan_disagrees(self.offset));
        };
        let (signature, params, results) = self.signature(ty)?;
        self.widen_top(params as usize);
        let params_len = params as usize;
        if !info.has_call && info.accesses > 0 && self.hoisted_base().is_none() {
            self.load_base();
        }
        let header = self.builder.create_block();
        let target = self.state.params.add_target(header, params_len);
        self.jump_to_header(header, target, &info, params_len);
        self.push_frame(FrameKind::Loop, signature, params, results);
        let meets = info.back_edges >= MEETING_BACK_EDGES;
        let base = if info.has_call { None } else { self.base };
        let frame = self.state.frames.last_mut().expect("the frame of the loop is open");
        frame.header = Some(header);
        frame.params_of_header = Some(target);
        frame.meets = meets;
        frame.target = if meets { None } else { Some(header) };
        frame.loop_info = Some(info);
        frame.base = frame.base.or(base);
        let frame = *frame;
        self.switch_to(header);
        let from = self.state.stack.len() - params_len;
        for at in 0..params_len {
            let ty = self.value_type(self.state.stack[from + at]);
            let value = self.builder.func.dfg.append_block_param(header, ty);
            self.mark_reference(self.label_type(&frame, at), value);
            self.state.stack[from + at] = value;
        }
        let mut at = 0;
        while let Assigned::Listed(locals) = self.state.scan.assigned(&info)
            && let Some(&local) = locals.get(at)
        {
            let ty = self.value_type(self.state.locals.get(local));
            let value = self.builder.func.dfg.append_block_param(header, ty);
            self.mark_reference(self.state.local_data[local as usize].ty, value);
            self.state.locals.set(local, value);
            at += 1;
        }
        self.env.loop_header(&mut self.builder);
        Ok(())
    }

    /// Keeps the arguments for a loop's header: the topmost operands, then the locals that the
    /// loop assigns.
    fn header_row(&mut self, info: &LoopInfo, params: usize) -> usize {
        let width = self.header_width(info, params);
        self.budget.spend(width);
        let state = &mut *self.state;
        let row = state.params.rows.len();
        let from = state.stack.len() - params;
        state.params.rows.extend_from_slice(&state.stack[from..]);
        match state.scan.assigned(info) {
            Assigned::Listed(locals) => {
                state.params.rows.extend(locals.iter().map(|&local| state.locals.get(local)));
            }
            // No value of such a local crosses the header.
            Assigned::InMemory => {}
        }
        row
    }

    /// How many arguments a loop's header takes.
    fn header_width(&self, info: &LoopInfo, params: usize) -> u64 {
        let locals = match self.state.scan.assigned(info) {
            Assigned::Listed(locals) => locals.len(),
            Assigned::InMemory => 0,
        };
        1 + (params + locals) as u64
    }

    fn jump_to_header(&mut self, header: Block, target: TargetId, info: &LoopInfo, params: usize) {
        let row = self.header_row(info, params);
        let jump = self.builder.ins().jump(header, &[]);
        let call = self.first_block_call(jump);
        self.state.params.add_call(target, call, row);
    }

    /// Position of the frame that a relative depth names.
    fn frame_at(&self, depth: u32) -> usize {
        self.state.frames.len() - 1 - depth as usize
    }

    /// Number of operands that branches to the frame pass on.
    fn label_arity(&self, at: usize) -> usize {
        let frame = &self.state.frames[at];
        (if frame.kind == FrameKind::Loop { frame.params } else { frame.results }) as usize
    }

    /// Whether branches to the frame carry their arguments at once.
    fn is_direct(&self, at: usize) -> bool {
        let frame = &self.state.frames[at];
        frame.kind == FrameKind::Loop && !frame.meets
    }

    fn target(&mut self, at: usize) -> Block {
        if let Some(block) = self.state.frames[at].target {
            return block;
        }
        let block = self.builder.create_block();
        self.state.frames[at].target = Some(block);
        block
    }

    /// Remembers a branch; the operands that it passes are the topmost ones and widened.
    fn add_edge(&mut self, at: usize, call: u32, values: u32) {
        if self.is_direct(at) {
            let frame = self.state.frames[at];
            let info = frame.loop_info.expect("a loop was scanned");
            let row = self.header_row(&info, frame.params as usize);
            let target = frame.params_of_header.expect("a loop has a header");
            self.state.params.add_call(target, call, row);
            return;
        }
        let version = self.state.locals.version();
        let frame = &mut self.state.frames[at];
        let next = frame.edges;
        frame.edges = number(self.state.edges.len());
        frame.edge_count += 1;
        self.state.edges.push(Edge { call, version, values, next });
    }

    /// Jumps to the target of a frame with the topmost operands.
    fn jump_to_label(&mut self, at: usize) {
        let arity = self.label_arity(at);
        self.widen_top(arity);
        let target = self.target(at);
        let jump = self.builder.ins().jump(target, &[]);
        let index = self.first_block_call(jump);
        let values = self.save_operands(arity);
        self.add_edge(at, index, values);
    }

    pub(crate) fn translate_br(&mut self, depth: u32) {
        let at = self.frame_at(depth);
        if at == 0 {
            self.translate_return();
            return;
        }
        self.jump_to_label(at);
        self.reachable = false;
    }

    pub(crate) fn translate_br_if(&mut self, depth: u32) {
        let condition = self.pop_condition();
        let at = self.frame_at(depth);
        let arity = self.label_arity(at);
        self.widen_top(arity);
        let target = self.target(at);
        let next = self.builder.create_block();
        let branch = self.builder.ins().brif(condition, target, &[], next, &[]);
        let index = self.first_block_call(branch);
        let values = self.save_operands(arity);
        self.add_edge(at, index, values);
        self.continue_in(next);
    }

    pub(crate) fn translate_br_table(
        &mut self,
        targets: &wasmparser::BrTable<'_>,
    ) -> Result<(), Stop> {
        let index = self.pop();
        let arity = self.label_arity(self.frame_at(targets.default()));
        self.widen_top(arity);
        // What each entry passes on at once is counted before anything is made.
        let mut steps = 0;
        for depth in targets.targets().chain([Ok(targets.default())]) {
            let at = self.frame_at(depth.map_err(WasmError::from)?);
            let frame = &self.state.frames[at];
            steps += match &frame.loop_info {
                Some(info) if self.is_direct(at) => self.header_width(info, arity),
                _ => 1,
            };
        }
        self.check(steps)?;
        let mut calls = std::mem::take(&mut self.state.calls);
        calls.clear();
        let target = self.target(self.frame_at(targets.default()));
        calls.push(self.builder.func.dfg.block_call(target, &[]));
        for depth in targets.targets() {
            let target = self.target(self.frame_at(depth.map_err(WasmError::from)?));
            calls.push(self.builder.func.dfg.block_call(target, &[]));
        }
        let data = JumpTableData::new(calls[0], &calls[1..]);
        let table = self.builder.create_jump_table(data);
        let first = self.state.params.add_table(table, calls.len());
        self.state.calls = calls;
        self.builder.ins().br_table(index, table);
        let values = self.save_operands(arity);
        self.add_edge(self.frame_at(targets.default()), first, values);
        for (depth, call) in targets.targets().zip(first + 1..) {
            self.add_edge(self.frame_at(depth.map_err(WasmError::from)?), call, values);
        }
        self.reachable = false;
        Ok(())
    }

    pub(crate) fn translate_return(&mut self) {
        let results = self.state.frames[0].results as usize;
        self.budget.spend(results as u64);
        self.widen_top(results);
        let from = self.state.stack.len() - results;
        self.builder.ins().return_(&self.state.stack[from..]);
        self.reachable = false;
    }

    pub(crate) fn translate_else(&mut self) {
        let at = self.state.frames.len() - 1;
        if self.reachable {
            self.jump_to_label(at);
        }
        let block = self.builder.create_block();
        let frame = &mut self.state.frames[at];
        frame.kind = FrameKind::Else;
        let frame = *frame;
        self.builder.func.dfg.insts.block_calls[frame.else_call as usize].set_target(block);
        self.state.stack.truncate(frame.height as usize);
        let values = frame.else_values as usize;
        let params = values..values + frame.params as usize;
        self.state.stack.extend_from_slice(&self.state.edge_values[params]);
        self.state.locals.move_to(frame.version);
        self.switch_to(block);
        self.base = frame.else_base;
        self.reachable = true;
    }

    pub(crate) fn translate_end(&mut self) -> Result<(), Stop> {
        let at = self.state.frames.len() - 1;
        match self.state.frames[at].kind {
            FrameKind::Function => self.end_function(),
            FrameKind::Loop => self.end_loop(at),
            FrameKind::Block | FrameKind::If | FrameKind::Else => self.end_block(at),
        }
    }

    fn end_block(&mut self, at: usize) -> Result<(), Stop> {
        let frame = self.state.frames[at];
        let has_second_way = frame.kind == FrameKind::If;
        if frame.edge_count == 0 && !has_second_way {
            // Control comes from above, or not at all.
            if !self.reachable {
                self.state.stack.truncate(frame.height as usize);
            }
            self.state.frames.pop();
            return Ok(());
        }
        if self.reachable {
            self.jump_to_label(at);
        }
        if has_second_way {
            // Without a second arm the condition leads here, with the parameters as results.
            self.state.locals.move_to(frame.version);
            self.add_edge(at, frame.else_call, frame.else_values);
        }
        self.state.stack.truncate(frame.height as usize);
        let frame = self.state.frames.pop().expect("the frame is open");
        self.meet(&frame, frame.results as usize, true)?;
        self.reachable = true;
        Ok(())
    }

    fn end_loop(&mut self, at: usize) -> Result<(), Stop> {
        let frame = self.state.frames[at];
        if !self.reachable {
            self.state.stack.truncate(frame.height as usize);
        }
        if frame.edge_count != 0 {
            let after = self.reachable.then(|| {
                let after = self.builder.create_block();
                self.builder.ins().jump(after, &[]);
                after
            });
            let version = self.state.locals.version();
            let base = self.base;
            let params = frame.params as usize;
            self.meet(&frame, params, true)?;
            let info = frame.loop_info.expect("a loop was scanned");
            let header = frame.header.expect("a loop has a header");
            let target = frame.params_of_header.expect("a loop has a header");
            self.jump_to_header(header, target, &info, params);
            self.state.stack.truncate(self.state.stack.len() - params);
            if let Some(after) = after {
                self.state.locals.move_to(version);
                self.switch_to(after);
                self.base = base;
            }
        }
        self.state.frames.pop();
        Ok(())
    }

    fn end_function(&mut self) -> Result<(), Stop> {
        if self.state.frames[0].edge_count != 0 {
            if self.reachable {
                self.jump_to_label(0);
            }
            let frame = self.state.frames[0];
            self.state.stack.truncate(frame.height as usize);
            self.meet(&frame, frame.results as usize, false)?;
            self.reachable = true;
        }
        if self.reachable {
            self.translate_return();
        }
        self.state.frames.pop();
        Ok(())
    }

    /// Goes to the target of a frame, where all its edges meet: makes parameters for what differs
    /// between them, completes the branches, and pushes the operands that they pass on.
    fn meet(&mut self, frame: &Frame, arity: usize, with_locals: bool) -> Result<(), Stop> {
        let block = frame.target.expect("a frame with edges has a target");
        self.switch_to(block);
        let mut edges = std::mem::take(&mut self.state.join_edges);
        edges.clear();
        let mut at = frame.edges;
        while at != NONE {
            let edge = self.state.edges[at as usize];
            edges.push(edge);
            at = edge.next;
        }
        if let [edge] = edges[..] {
            self.state.locals.move_to(edge.version);
            let values = edge.values as usize..edge.values as usize + arity;
            self.state.stack.extend_from_slice(&self.state.edge_values[values]);
        } else {
            self.meet_many(frame, block, &edges, arity, with_locals)?;
        }
        self.state.join_edges = edges;
        Ok(())
    }

    fn meet_many(
        &mut self,
        frame: &Frame,
        block: Block,
        edges: &[Edge],
        arity: usize,
        with_locals: bool,
    ) -> Result<(), Stop> {
        let state = &mut *self.state;
        let passed = state.locals.steps();
        // Only locals assigned between two edges can differ.
        let mut meeting = edges[0].version;
        state.changed.clear();
        if with_locals {
            state.locals.clear_marks();
            for pair in edges.windows(2) {
                let (x, y) = (pair[0].version, pair[1].version);
                let common = state.locals.collect_between(x, y, &mut state.changed);
                meeting = state.locals.older(meeting, common);
            }
        }
        let width = arity + state.changed.len();
        let passed = state.locals.steps() - passed;
        // The states are visited once more, and each edge has a row.
        self.check(2 * passed + width as u64 * edges.len() as u64)?;
        let state = &mut *self.state;
        state.matrix.clear();
        for edge in edges {
            let values = edge.values as usize..edge.values as usize + arity;
            state.matrix.extend_from_slice(&state.edge_values[values]);
            if with_locals {
                state.locals.move_to(edge.version);
            }
            state.matrix.extend(state.changed.iter().map(|&local| state.locals.get(local)));
        }
        // The first edge's values, each marked if another edge has another value.
        state.columns.clear();
        let first = state.matrix[..width].iter();
        state.columns.extend(first.map(|&value| Column { value, is_param: false }));
        for row in state.matrix.chunks_exact(width.max(1)).skip(1) {
            for (column, &value) in state.columns.iter_mut().zip(row) {
                column.is_param |= column.value != value;
            }
        }
        let mut target = None;
        let operands = self.state.columns[..arity].iter().filter(|column| column.is_param).count();
        for at in 0..width {
            if self.state.columns[at].is_param {
                if target.is_none() {
                    target = Some(self.state.params.add_target(block, operands));
                }
                let ty: Type = self.value_type(self.state.columns[at].value);
                let value = self.builder.func.dfg.append_block_param(block, ty);
                self.state.columns[at].value = value;
                let ty = match at.checked_sub(arity) {
                    Some(at) => self.state.local_data[self.state.changed[at] as usize].ty,
                    None if frame.kind == FrameKind::Function => ValType::I32,
                    None => self.label_type(frame, at),
                };
                self.mark_reference(ty, value);
            }
        }
        let state = &mut *self.state;
        if let Some(target) = target {
            for (edge, row) in edges.iter().zip(state.matrix.chunks_exact(width)) {
                let start = state.params.rows.len();
                let columns = row.iter().zip(&state.columns);
                let args = columns.filter(|(_, column)| column.is_param).map(|(&value, _)| value);
                state.params.rows.extend(args);
                state.params.add_call(target, edge.call, start);
            }
        }
        if with_locals {
            state.locals.move_to(meeting);
        }
        state.stack.extend(state.columns[..arity].iter().map(|column| column.value));
        for (at, &local) in state.changed.iter().enumerate() {
            state.locals.set(local, state.columns[arity + at].value);
        }
        Ok(())
    }

    /// Counts work that is about to be made and ends translation if it is too much.
    fn check(&mut self, steps: u64) -> Result<(), Stop> {
        self.budget.spend(steps);
        if self.budget.is_exceeded() { Err(Stop::OverBudget(self.offset)) } else { Ok(()) }
    }
}

/// The number of what is about to be added to a list. The budget keeps lists shorter than 2^31.
pub(crate) fn number(len: usize) -> u32 {
    u32::try_from(len).expect("the budget of a function counts what its lists hold")
}
