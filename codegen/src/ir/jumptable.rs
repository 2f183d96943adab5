//! The tables of `br_table`.
//!
//! The default stands in front of the entries, so that every branch has its targets in one slice.

use super::entities::JumpTable;
use super::instructions::{BlockCall, ValueListPool};
use crate::entity::PrimaryMap;

/// A table: the default and the entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    /// The table as text.
    pub fn display<'a>(&'a self, pool: &'a ValueListPool) -> DisplayJumpTable<'a> {
        DisplayJumpTable { data: self, pool }
    }

    /// Removes all entries but the default.
    pub fn clear(&mut self) {
        self.table.truncate(1);
    }
}

/// A table as text.
#[derive(Debug)]
pub struct DisplayJumpTable<'a> {
    data: &'a JumpTableData,
    pool: &'a ValueListPool,
}

impl core::fmt::Display for DisplayJumpTable<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}, [", self.data.table[0].display(self.pool))?;
        for (n, call) in self.data.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "" } else { ", " }, call.display(self.pool))?;
        }
        f.write_str("]")
    }
}

/// The tables of a function.
pub type JumpTables = PrimaryMap<JumpTable, JumpTableData>;
