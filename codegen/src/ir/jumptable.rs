//! The tables of `br_table`.
//!
//! A table is written as [`JumpTableData`] and stored as a range of the graph's block calls, the
//! default first, so that every branch has its targets in one slice.

use core::ops::{Deref, DerefMut, Range};

use super::entities::JumpTable;
use super::instructions::BlockCall;
use crate::entity::{EntityRef, PrimaryMap};

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

    /// The default and all entries, to write.
    pub fn all_branches_mut(&mut self) -> &mut [BlockCall] {
        &mut self.table
    }

    /// The default block, to write.
    pub fn default_block_mut(&mut self) -> &mut BlockCall {
        &mut self.table[0]
    }

    /// The entries without the default.
    pub fn as_slice(&self) -> &[BlockCall] {
        &self.table[1..]
    }

    /// The entries without the default, to write.
    pub fn as_mut_slice(&mut self) -> &mut [BlockCall] {
        &mut self.table[1..]
    }

    /// The entries without the default, one after the other.
    pub fn iter(&self) -> core::slice::Iter<'_, BlockCall> {
        self.as_slice().iter()
    }

    /// As [`Self::iter`], to write.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, BlockCall> {
        self.as_mut_slice().iter_mut()
    }

    /// Removes all entries but the default.
    pub fn clear(&mut self) {
        self.table.truncate(1);
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

    /// The range in `dfg.insts.block_calls`.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// Tables whose block calls stand in the graph. Those of a table that is only pushed wait here until
/// an instruction names the table.
#[derive(Clone, Debug)]
pub struct Tables<K: EntityRef, S> {
    stored: PrimaryMap<K, S>,
    waiting: Vec<(K, Vec<BlockCall>)>,
}

impl<K: EntityRef, S> Tables<K, S> {
    /// Without any table.
    pub fn new() -> Self {
        Self { stored: PrimaryMap::new(), waiting: Vec::new() }
    }

    /// Removes all tables.
    pub fn clear(&mut self) {
        self.stored.clear();
        self.waiting.clear();
    }

    /// Adds a table whose block calls are in the graph.
    pub(super) fn push_stored(&mut self, stored: S) -> K {
        self.stored.push(stored)
    }

    /// Adds a table whose block calls wait.
    pub(super) fn push_waiting(&mut self, stored: S, targets: &[BlockCall]) -> K {
        let table = self.stored.push(stored);
        self.waiting.push((table, targets.to_vec()));
        table
    }

    /// Takes the block calls of a table that wait.
    pub(super) fn take_waiting(&mut self, table: K) -> Option<Vec<BlockCall>> {
        let at = self.waiting.iter().position(|(waiting, _)| *waiting == table)?;
        Some(self.waiting.swap_remove(at).1)
    }
}

impl<K: EntityRef, S> Default for Tables<K, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: EntityRef, S> Deref for Tables<K, S> {
    type Target = PrimaryMap<K, S>;

    #[inline]
    fn deref(&self) -> &PrimaryMap<K, S> {
        &self.stored
    }
}

impl<K: EntityRef, S> DerefMut for Tables<K, S> {
    #[inline]
    fn deref_mut(&mut self) -> &mut PrimaryMap<K, S> {
        &mut self.stored
    }
}

/// The tables of a function.
pub type JumpTables = Tables<JumpTable, TableRange>;

impl JumpTables {
    /// Adds a table.
    pub fn push(&mut self, data: JumpTableData) -> JumpTable {
        self.push_waiting(TableRange::new(0, 0), data.all_branches())
    }
}
