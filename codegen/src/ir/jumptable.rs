//! The tables of `br_table`.
//!
//! A table is written as [`JumpTableData`] and stored as a range of the graph's block calls, the
//! default first, so that every branch has its targets in one slice.

use core::ops::Range;

use super::entities::JumpTable;
use super::instructions::BlockCall;
use crate::entity::PrimaryMap;

/// A table before it is declared: the default and the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpTableData {
    table: Vec<BlockCall>,
}

impl JumpTableData {
    /// A table with this default and these entries.
    pub fn new(default: BlockCall, table: &[BlockCall]) -> Self {
        let mut all = Vec::with_capacity(table.len() + 1);
        all.push(default);
        all.extend_from_slice(table);
        Self { table: all }
    }

    /// The default block.
    pub fn default_block(&self) -> BlockCall {
        self.table[0]
    }

    /// The default and all entries.
    pub fn all_branches(&self) -> &[BlockCall] {
        &self.table
    }

    /// The entries without the default.
    pub fn as_slice(&self) -> &[BlockCall] {
        &self.table[1..]
    }
}

/// A stored table: where its block calls are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRange {
    start: u32,
    len: u32,
}

impl TableRange {
    /// `len` block calls from `start`, the default first.
    pub fn new(start: u32, len: u32) -> Self {
        Self { start, len }
    }

    /// The range in `dfg.block_calls`.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// The tables of a function.
pub type JumpTables = PrimaryMap<JumpTable, TableRange>;
