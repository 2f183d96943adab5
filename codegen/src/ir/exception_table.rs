//! The tables of `try_call`: signature, normal target, and handlers in the order written.

use core::ops::Range;

use super::entities::{ExceptionTable, ExceptionTag, SigRef, Value};
use super::instructions::BlockCall;
use super::jumptable::Tables;

/// An entry of an exception table, as it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionTableItem {
    /// A handler for the tag.
    Tag(ExceptionTag, BlockCall),
    /// A handler for everything.
    Default(BlockCall),
    /// A context value for the entries that follow.
    Context(Value),
}

/// An exception table before it is declared.
#[derive(Clone, Debug)]
pub struct ExceptionTableData {
    sig: SigRef,
    targets: Vec<BlockCall>,
    items: Vec<HandlerKind>,
}

/// An entry of a stored table; handlers take the block calls behind the normal one in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerKind {
    /// A handler for the tag.
    Tag(ExceptionTag),
    /// A handler for everything.
    Default,
    /// A context value for the entries that follow.
    Context(Value),
}

impl ExceptionTableData {
    /// A table with this signature, normal target and handlers.
    pub fn new(
        sig: SigRef,
        normal: BlockCall,
        items: impl IntoIterator<Item = ExceptionTableItem>,
    ) -> Self {
        let mut data = Self { sig, targets: vec![normal], items: Vec::new() };
        for item in items {
            data.items.push(match item {
                ExceptionTableItem::Tag(tag, call) => {
                    data.targets.push(call);
                    HandlerKind::Tag(tag)
                }
                ExceptionTableItem::Default(call) => {
                    data.targets.push(call);
                    HandlerKind::Default
                }
                ExceptionTableItem::Context(value) => HandlerKind::Context(value),
            });
        }
        data
    }

    /// The signature of the callee.
    pub fn signature(&self) -> SigRef {
        self.sig
    }

    /// The normal target.
    pub fn normal_return(&self) -> &BlockCall {
        &self.targets[0]
    }

    /// The normal target, to write.
    pub fn normal_return_mut(&mut self) -> &mut BlockCall {
        &mut self.targets[0]
    }

    /// The handlers in the order written.
    pub fn items(&self) -> impl Iterator<Item = ExceptionTableItem> + '_ {
        let mut calls = self.targets[1..].iter();
        let mut call = move || *calls.next().expect("every handler has its block call");
        self.items.iter().map(move |item| match *item {
            HandlerKind::Tag(tag) => ExceptionTableItem::Tag(tag, call()),
            HandlerKind::Default => ExceptionTableItem::Default(call()),
            HandlerKind::Context(value) => ExceptionTableItem::Context(value),
        })
    }

    /// The normal target and all handlers, to write.
    pub fn all_branches_mut(&mut self) -> &mut [BlockCall] {
        &mut self.targets
    }

    /// The normal target and all handlers.
    pub fn all_branches(&self) -> &[BlockCall] {
        &self.targets
    }

    /// The table as it is stored, with its block calls from `start`.
    pub(crate) fn stored(&self, start: u32) -> StoredExceptionTable {
        StoredExceptionTable {
            sig: self.sig,
            start,
            len: self.targets.len() as u32,
            items: self.items.clone(),
        }
    }
}

/// A stored exception table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredExceptionTable {
    sig: SigRef,
    start: u32,
    len: u32,
    items: Vec<HandlerKind>,
}

impl StoredExceptionTable {
    /// Says where the block calls stand.
    pub(super) fn set_range(&mut self, start: u32, len: u32) {
        (self.start, self.len) = (start, len);
    }

    /// The signature of the callee.
    pub fn signature(&self) -> SigRef {
        self.sig
    }

    /// Where the block calls stand in `dfg.insts.block_calls`: the normal target, then the handlers.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// The entries in the order written.
    pub fn items(&self) -> &[HandlerKind] {
        &self.items
    }

    /// As [`Self::items`], to write.
    pub fn items_mut(&mut self) -> &mut [HandlerKind] {
        &mut self.items
    }

    /// The context values.
    pub fn contexts(&self) -> impl Iterator<Item = Value> + '_ {
        self.items.iter().filter_map(|item| match *item {
            HandlerKind::Context(value) => Some(value),
            _ => None,
        })
    }
}

/// The exception tables of a function.
pub type ExceptionTables = Tables<ExceptionTable, StoredExceptionTable>;

impl ExceptionTables {
    /// Adds a table.
    pub fn push(&mut self, data: ExceptionTableData) -> ExceptionTable {
        self.push_waiting(StoredExceptionTable { len: 0, ..data.stored(0) }, data.all_branches())
    }
}
