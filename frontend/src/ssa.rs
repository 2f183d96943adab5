//! Variables to SSA, while blocks are being filled.
//!
//! The value of a variable at the end of a block is looked up backwards through blocks with one
//! predecessor; where several meet, the block gets a parameter, whose arguments are looked up in
//! turn. A parameter whose arguments are all the same value becomes an alias of it. A block whose
//! predecessors are not all known (it is not *sealed*) gets parameters that are completed when it
//! is sealed. Nothing recurses: parameters to be completed wait on a stack of their own.
//!
//! What holds between calls: a parameter that this module added is the value of its variable in
//! its block; the stacks are empty.
//!
//! Values are kept by variable in pages of 64 blocks, and the last block that touched a variable
//! beside it: variables that live in one block need no page. Clearing keeps all memory.

use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::entity::{EntityRef, PackedOption, ReservedValue, SecondaryMap};
use windlass_core::ir::types::{self, Type};
use windlass_core::ir::{Block, Function, Inst, InstBuilder, Value};

use crate::variable::Variable;

/// Blocks in a page.
const PAGE_BLOCKS: usize = 64;
const NONE: u32 = u32::MAX;

/// What is known of one variable.
#[derive(Clone, Debug)]
struct VariableData {
    ty: Type,
    /// The block that read or assigned it last, and its value there.
    last_block: PackedOption<Block>,
    last_value: Value,
    /// Where its row of page numbers starts, and how many it has.
    row: u32,
    row_len: u32,
}

/// The values of variables at the ends of blocks.
#[derive(Debug, Default)]
struct Definitions {
    variables: Vec<VariableData>,
    /// Rows of page numbers.
    rows: Vec<u32>,
    /// Pages of values, reserved where there is none.
    pages: Vec<Value>,
}

impl Definitions {
    fn clear(&mut self) {
        self.variables.clear();
        self.rows.clear();
        self.pages.clear();
    }

    #[inline]
    fn get(&self, variable: Variable, block: Block) -> Option<Value> {
        let data = &self.variables[variable.index()];
        if data.last_block == PackedOption::from(block) {
            return Some(data.last_value);
        }
        let number = block.index() / PAGE_BLOCKS;
        if number >= data.row_len as usize {
            return None;
        }
        let page = self.rows[data.row as usize + number];
        if page == NONE {
            return None;
        }
        let value = self.pages[page as usize * PAGE_BLOCKS + block.index() % PAGE_BLOCKS];
        (!value.is_reserved_value()).then_some(value)
    }

    #[inline]
    fn set(&mut self, variable: Variable, block: Block, value: Value) {
        let data = &mut self.variables[variable.index()];
        if data.last_block != PackedOption::from(block) {
            let (old_block, old_value) = (data.last_block, data.last_value);
            data.last_block = block.into();
            data.last_value = value;
            if let Some(old_block) = old_block.expand() {
                self.set_in_page(variable, old_block, old_value);
            }
        } else {
            data.last_value = value;
        }
    }

    /// As `set`, for a block that is not about to be used again.
    fn set_in_page(&mut self, variable: Variable, block: Block, value: Value) {
        let data = &mut self.variables[variable.index()];
        let number = block.index() / PAGE_BLOCKS;
        if number >= data.row_len as usize {
            // A longer row at the end; doubling keeps the sum of all moves linear.
            let start = self.rows.len();
            let len = (number + 1).next_power_of_two();
            self.rows.extend_from_within(data.row as usize..(data.row + data.row_len) as usize);
            self.rows.resize(start + len, NONE);
            data.row = start as u32;
            data.row_len = len as u32;
        }
        let slot = &mut self.rows[data.row as usize + number];
        if *slot == NONE {
            *slot = (self.pages.len() / PAGE_BLOCKS) as u32;
            self.pages.resize(self.pages.len() + PAGE_BLOCKS, Value::reserved_value());
        }
        self.pages[*slot as usize * PAGE_BLOCKS + block.index() % PAGE_BLOCKS] = value;
    }
}

/// What is known of one block.
#[derive(Clone, Debug)]
struct BlockData {
    /// The last edge into it.
    edges: u32,
    edge_count: u32,
    /// The last parameter that waits for it to be sealed.
    incomplete: u32,
    sealed: bool,
    /// Whether some of its parameters are aliases now, to be removed at the end.
    has_aliases: bool,
}

impl Default for BlockData {
    fn default() -> Self {
        Self { edges: NONE, edge_count: 0, incomplete: NONE, sealed: false, has_aliases: false }
    }
}

/// An edge into a block.
#[derive(Clone, Debug)]
struct Edge {
    from: Block,
    branch: Inst,
    /// Which of the branch's targets.
    target: u32,
    next: u32,
}

/// A parameter that waits for its block to be sealed.
#[derive(Clone, Debug)]
struct Incomplete {
    variable: Variable,
    param: Value,
    next: u32,
}

/// A parameter whose arguments are to be found.
#[derive(Clone, Debug)]
struct Job {
    block: Block,
    variable: Variable,
    param: Value,
    /// Where its arguments start on the stack of arguments, once they were looked up.
    args: Option<u32>,
}

/// Builds SSA form for one function at a time.
#[derive(Debug, Default)]
pub(crate) struct SsaBuilder {
    definitions: Definitions,
    blocks: SecondaryMap<Block, BlockData>,
    edges: Vec<Edge>,
    incomplete: Vec<Incomplete>,
    jobs: Vec<Job>,
    args: Vec<Value>,
    path: Vec<Block>,
    with_aliases: Vec<Block>,
    params: Vec<Value>,
}

impl SsaBuilder {
    pub(crate) fn clear(&mut self) {
        self.definitions.clear();
        self.blocks.clear();
        self.edges.clear();
        self.incomplete.clear();
        self.jobs.clear();
        self.args.clear();
        self.path.clear();
        self.with_aliases.clear();
    }

    /// Takes the parameters that became aliases off their blocks. Until then a block may have
    /// more parameters than its branches have arguments; done once for each block, the time is
    /// linear.
    pub(crate) fn finish_params(&mut self, func: &mut Function) {
        for block in self.with_aliases.drain(..) {
            self.blocks[block].has_aliases = false;
            self.params.clear();
            self.params.extend_from_slice(func.dfg.block_params(block));
            func.dfg.detach_block_params(block).clear(&mut func.dfg.value_lists);
            for &param in &self.params {
                if !func.dfg.value_is_alias(param) {
                    func.dfg.attach_block_param(block, param);
                }
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.definitions.variables.is_empty() && self.edges.is_empty()
    }

    pub(crate) fn declare_var(&mut self, ty: Type) -> Variable {
        let variable = Variable::new(self.definitions.variables.len());
        self.definitions.variables.push(VariableData {
            ty,
            last_block: None.into(),
            last_value: Value::reserved_value(),
            row: 0,
            row_len: 0,
        });
        variable
    }

    pub(crate) fn var_type(&self, variable: Variable) -> Option<Type> {
        self.definitions.variables.get(variable.index()).map(|data| data.ty)
    }

    pub(crate) fn def_var(&mut self, variable: Variable, value: Value, block: Block) {
        self.definitions.set(variable, block, value);
    }

    pub(crate) fn is_sealed(&self, block: Block) -> bool {
        self.blocks[block].sealed
    }

    pub(crate) fn has_predecessors(&self, block: Block) -> bool {
        self.blocks[block].edge_count != 0
    }

    pub(crate) fn declare_edge(&mut self, from: Block, branch: Inst, target: u32, to: Block) {
        let data = &mut self.blocks[to];
        assert!(!data.sealed, "{to} is sealed and gets another predecessor, {from}");
        let next = data.edges;
        data.edges = self.edges.len() as u32;
        data.edge_count += 1;
        self.edges.push(Edge { from, branch, target, next });
    }

    /// Forgets the edge that a branch's target is, because the target is about to change.
    pub(crate) fn remove_edge(&mut self, branch: Inst, target: u32, to: Block) {
        let data = &mut self.blocks[to];
        assert!(!data.sealed, "{to} is sealed and loses a predecessor");
        let mut at = data.edges;
        let mut before = NONE;
        while at != NONE {
            let edge = &self.edges[at as usize];
            let next = edge.next;
            if edge.branch == branch && edge.target == target {
                if before == NONE {
                    data.edges = next;
                } else {
                    self.edges[before as usize].next = next;
                }
                data.edge_count -= 1;
                return;
            }
            before = at;
            at = next;
        }
    }

    /// The value of a variable at the end of a block as it is now.
    pub(crate) fn use_var(
        &mut self,
        func: &mut Function,
        variable: Variable,
        block: Block,
    ) -> Value {
        if let Some(value) = self.definitions.get(variable, block) {
            return value;
        }
        let value = self.lookup(func, variable, block);
        self.run_jobs(func);
        // A parameter of this block may just have become an alias; the alias is good enough.
        value
    }

    /// All predecessors of the block are known.
    pub(crate) fn seal_block(&mut self, func: &mut Function, block: Block) {
        let data = &mut self.blocks[block];
        assert!(!data.sealed, "{block} is sealed twice");
        data.sealed = true;
        let mut at = std::mem::replace(&mut data.incomplete, NONE);
        while at != NONE {
            let Incomplete { variable, param, next } = self.incomplete[at as usize].clone();
            at = next;
            self.jobs.push(Job { block, variable, param, args: None });
        }
        // The list has the youngest first and the stack turns it round: parameters are completed
        // in the order in which they were made, which is that of the arguments.
        self.run_jobs(func);
    }

    /// Seals every block that is not sealed.
    pub(crate) fn seal_all_blocks(&mut self, func: &mut Function) {
        for index in 0..func.dfg.num_blocks() {
            let block = Block::new(index);
            if !self.blocks[block].sealed {
                self.seal_block(func, block);
            }
        }
    }

    /// Finds a value, making parameters where blocks meet; their arguments become jobs.
    fn lookup(&mut self, func: &mut Function, variable: Variable, start: Block) -> Value {
        let mut block = start;
        debug_assert!(self.path.is_empty());
        let value = loop {
            if let Some(value) = self.definitions.get(variable, block) {
                break value;
            }
            let data = &self.blocks[block];
            if data.sealed && data.edge_count == 1 {
                let from = self.edges[data.edges as usize].from;
                if self.path.len() <= func.dfg.num_blocks() {
                    self.path.push(block);
                    block = from;
                    continue;
                }
                // A cycle of blocks with one predecessor each: nothing reaches it.
                break undefined(func, self.definitions.variables[variable.index()].ty, block);
            }
            let ty = self.definitions.variables[variable.index()].ty;
            let value = if !data.sealed {
                let param = func.dfg.append_block_param(block, ty);
                let next = data.incomplete;
                self.blocks[block].incomplete = self.incomplete.len() as u32;
                self.incomplete.push(Incomplete { variable, param, next });
                param
            } else if data.edge_count == 0 {
                undefined(func, ty, block)
            } else {
                let param = func.dfg.append_block_param(block, ty);
                self.jobs.push(Job { block, variable, param, args: None });
                param
            };
            self.definitions.set_in_page(variable, block, value);
            break value;
        };
        while let Some(block) = self.path.pop() {
            if block == start {
                self.definitions.set(variable, block, value);
            } else {
                self.definitions.set_in_page(variable, block, value);
            }
        }
        value
    }

    /// Completes the parameters that wait.
    fn run_jobs(&mut self, func: &mut Function) {
        while let Some(job) = self.jobs.last() {
            let (block, variable) = (job.block, job.variable);
            if job.args.is_none() {
                let at = self.jobs.len() - 1;
                self.jobs[at].args = Some(self.args.len() as u32);
                let mut edge = self.blocks[block].edges;
                while edge != NONE {
                    let Edge { from, next, .. } = self.edges[edge as usize];
                    edge = next;
                    let value = self.lookup(func, variable, from);
                    self.args.push(value);
                }
                // What was found may wait itself; it lies above on the stack and comes first.
                continue;
            }
            let job = self.jobs.pop().expect("the stack has a last job");
            self.finish(func, &job);
        }
    }

    /// All arguments of a parameter are known: appends them, or makes the parameter an alias.
    fn finish(&mut self, func: &mut Function, job: &Job) {
        let Job { block, variable, param, args } = *job;
        let start = args.expect("the arguments were looked up") as usize;
        debug_assert_eq!(self.args.len(), start + self.blocks[block].edge_count as usize);
        let mut same = None;
        let mut differ = false;
        for arg in &mut self.args[start..] {
            *arg = func.dfg.resolve_aliases(*arg);
            if *arg != param && same != Some(*arg) {
                differ |= same.is_some();
                same = Some(*arg);
            }
        }
        if differ {
            let mut edge = self.blocks[block].edges;
            let mut at = start;
            while edge != NONE {
                let Edge { branch, target, next, .. } = self.edges[edge as usize];
                edge = next;
                let mut call = func.dfg.branch_targets(branch)[target as usize];
                call.append_argument(self.args[at], &mut func.dfg.value_lists);
                func.dfg.branch_targets_mut(branch)[target as usize] = call;
                at += 1;
            }
        } else {
            let data = &mut self.blocks[block];
            if !data.has_aliases {
                data.has_aliases = true;
                self.with_aliases.push(block);
            }
            let value = match same {
                Some(value) => value,
                // Only itself: the block cannot be reached.
                None => undefined(func, self.definitions.variables[variable.index()].ty, block),
            };
            func.dfg.change_to_alias(param, value);
        }
        self.args.truncate(start);
    }
}

/// A value for a variable that was never assigned: zero, at the top of the block.
fn undefined(func: &mut Function, ty: Type, block: Block) -> Value {
    if !func.layout.is_block_inserted(block) {
        func.layout.append_block(block);
    }
    let mut cursor = FuncCursor::new(func).at_first_insertion_point(block);
    if ty == types::I128 {
        let zero = cursor.ins().iconst(types::I64, 0);
        cursor.ins().uextend(types::I128, zero)
    } else if ty.is_int() {
        cursor.ins().iconst(ty, 0)
    } else if ty == types::F32 {
        cursor.ins().f32const(0.0)
    } else if ty == types::F64 {
        cursor.ins().f64const(0.0)
    } else {
        let bytes = vec![0; ty.bytes() as usize];
        let zero = cursor.func.dfg.constants.insert(bytes.into());
        if ty == types::F128 {
            cursor.ins().f128const(zero)
        } else if ty == types::F16 {
            cursor.ins().f16const(windlass_core::ir::immediates::Ieee16::with_bits(0))
        } else {
            cursor.ins().vconst(ty, zero)
        }
    }
}
