//! Parameters of blocks and the arguments for them, kept back until the function is complete.
//!
//! Most locals are dead where control meets, which nobody knows before the rest of the function is
//! translated. So a block gets a parameter for everything that may differ, arguments wait in rows
//! beside the function, and at the end only the parameters that are read, or passed on to one that
//! is, stay and get their arguments. Linear in the arguments that are looked at: those of
//! parameters that stay.

use crate::control::number;

use windlass_core::ir::{Block, BlockArg, BlockCall, Function, JumpTable, Value, ValueDef};

const NONE: u32 = u32::MAX;
/// Marks the number of a call in a table of `br_table`; others are numbers of block calls.
const IN_TABLE: u32 = 1 << 31;

/// A block with parameters.
#[derive(Clone, Copy, Debug)]
struct Target {
    block: Block,
    /// The parameters in front that stay in any case.
    always: u32,
    /// The last call of the block.
    calls: u32,
}

/// A branch to such a block.
#[derive(Clone, Copy, Debug)]
struct Call {
    /// Number of the block call, or with [`IN_TABLE`] an index of `table_calls`.
    call: u32,
    /// Where its arguments start in `rows`.
    row: u32,
    next: u32,
}

/// Identifies a block with parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TargetId(u32);

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Params {
    targets: Vec<Target>,
    calls: Vec<Call>,
    table_calls: Vec<(JumpTable, u32)>,
    /// Arguments; who makes a call appends them.
    pub rows: Vec<Value>,
    /// By value: whether it was read.
    used: Vec<bool>,
    /// By block: its target, if it has parameters.
    target_of: Vec<u32>,
    work: Vec<Value>,
    kept: Vec<Value>,
    columns: Vec<u32>,
}

impl Params {
    pub fn clear(&mut self) {
        self.targets.clear();
        self.calls.clear();
        self.table_calls.clear();
        self.rows.clear();
        self.used.clear();
        self.target_of.clear();
    }

    /// A block gets its parameters now; the first `always` of them stay.
    pub fn add_target(&mut self, block: Block, always: usize) -> TargetId {
        let id = number(self.targets.len());
        let index = block.as_u32() as usize;
        if self.target_of.len() <= index {
            self.target_of.resize(index + 1, NONE);
        }
        self.target_of[index] = id;
        self.targets.push(Target { block, always: number(always), calls: NONE });
        TargetId(id)
    }

    /// Numbers the calls of a table, the default first, for [`Self::add_call`]; returns the first.
    pub fn add_table(&mut self, table: JumpTable, calls: usize) -> u32 {
        let first = number(self.table_calls.len());
        assert!(number(first as usize + calls) < IN_TABLE, "the bit that marks tables is free");
        self.table_calls.extend((0..number(calls)).map(|entry| (table, entry)));
        first | IN_TABLE
    }

    /// A branch to the block, with arguments from `row` on.
    pub fn add_call(&mut self, target: TargetId, call: u32, row: usize) {
        let calls = &mut self.targets[target.0 as usize].calls;
        let next = *calls;
        *calls = number(self.calls.len());
        self.calls.push(Call { call, row: number(row), next });
    }

    /// The value of a local is read.
    #[inline]
    pub fn mark_used(&mut self, value: Value) {
        let index = value.as_u32() as usize;
        if self.used.len() <= index {
            self.used.resize(index + index / 2 + 64, false);
        }
        self.used[index] = true;
    }

    fn is_used(&self, value: Value) -> bool {
        self.used.get(value.as_u32() as usize).copied().unwrap_or(false)
    }

    /// Removes the parameters that nobody reads and gives every branch its arguments.
    pub fn complete(&mut self, func: &mut Function) {
        self.find_used(func);
        for id in 0..self.targets.len() {
            let Target { block, mut calls, .. } = self.targets[id];
            self.columns.clear();
            self.kept.clear();
            let params = func.dfg.block_params(block);
            for (column, &param) in params.iter().enumerate() {
                if self.is_used(param) {
                    self.columns.push(column as u32);
                    self.kept.push(param);
                }
            }
            if self.kept.len() != params.len() {
                func.dfg.detach_block_params(block).clear(&mut func.dfg.value_lists);
                for &param in &self.kept {
                    func.dfg.attach_block_param(block, param);
                }
            }
            if self.kept.is_empty() {
                continue;
            }
            while calls != NONE {
                let Call { call, row, next, .. } = self.calls[calls as usize];
                calls = next;
                let row = &self.rows[row as usize..];
                let args = self.columns.iter().map(|&at| BlockArg::Value(row[at as usize]));
                let filled = BlockCall::new(block, args, &mut func.dfg.value_lists);
                if call & IN_TABLE == 0 {
                    func.dfg.insts.block_calls[call as usize] = filled;
                } else {
                    let (table, entry) = self.table_calls[(call & !IN_TABLE) as usize];
                    func.dfg.jump_tables[table].all_branches_mut()[entry as usize] = filled;
                }
            }
        }
    }

    /// Marks the parameters that are passed on to one that is read.
    fn find_used(&mut self, func: &Function) {
        self.work.clear();
        for id in 0..self.targets.len() {
            let target = self.targets[id];
            let params = func.dfg.block_params(target.block);
            for (at, &param) in params.iter().enumerate() {
                if (at as u32) < target.always || self.is_used(param) {
                    self.work.push(param);
                }
            }
        }
        for at in 0..self.work.len() {
            self.mark_used(self.work[at]);
        }
        while let Some(param) = self.work.pop() {
            let ValueDef::Param(block, column) = func.dfg.value_def(param) else { continue };
            let Some(&target) = self.target_of.get(block.as_u32() as usize) else { continue };
            if target == NONE {
                continue;
            }
            let mut calls = self.targets[target as usize].calls;
            while calls != NONE {
                let Call { row, next, .. } = self.calls[calls as usize];
                calls = next;
                let arg = self.rows[row as usize + column];
                if !self.is_used(arg) {
                    self.mark_used(arg);
                    self.work.push(arg);
                }
            }
        }
    }
}
