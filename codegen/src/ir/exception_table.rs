//! The tables of `try_call`: signature, normal target, and handlers in the order written.

use core::fmt;

use super::entities::{ExceptionTable, ExceptionTag, SigRef, Value};
use super::instructions::{BlockCall, ValueListPool};
use crate::entity::PrimaryMap;

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

/// An exception table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExceptionTableData {
    sig: SigRef,
    targets: Vec<BlockCall>,
    items: Vec<HandlerKind>,
}

/// An entry of a table; handlers take the block calls behind the normal one in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    /// What the entries are, in the order written; handlers take the block calls behind the normal
    /// one in order.
    pub fn kinds(&self) -> &[HandlerKind] {
        &self.items
    }

    /// The context values.
    pub fn contexts(&self) -> impl DoubleEndedIterator<Item = Value> + '_ {
        self.items.iter().filter_map(|item| match *item {
            HandlerKind::Context(value) => Some(value),
            _ => None,
        })
    }

    /// The context values, to write.
    pub fn contexts_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> + '_ {
        self.items.iter_mut().filter_map(|item| match item {
            HandlerKind::Context(value) => Some(value),
            _ => None,
        })
    }

    /// Removes all handlers; the normal target stays.
    pub fn clear(&mut self) {
        self.items.clear();
        self.targets.truncate(1);
    }

    /// The same table with lists of its own.
    pub fn deep_clone(&self, pool: &mut ValueListPool) -> Self {
        let targets = self.targets.iter().map(|call| call.deep_clone(pool)).collect();
        Self { sig: self.sig, targets, items: self.items.clone() }
    }

    /// The table as text.
    pub fn display<'a>(&'a self, pool: &'a ValueListPool) -> DisplayExceptionTable<'a> {
        DisplayExceptionTable { data: self, pool }
    }
}

/// A table as text.
#[derive(Debug)]
pub struct DisplayExceptionTable<'a> {
    data: &'a ExceptionTableData,
    pool: &'a ValueListPool,
}

impl fmt::Display for DisplayExceptionTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, [", self.data.sig, self.data.targets[0].display(self.pool))?;
        for (n, item) in self.data.items().enumerate() {
            f.write_str(if n == 0 { " " } else { ", " })?;
            match item {
                ExceptionTableItem::Tag(tag, call) => {
                    write!(f, "{tag}: {}", call.display(self.pool))?;
                }
                ExceptionTableItem::Default(call) => {
                    write!(f, "default: {}", call.display(self.pool))?;
                }
                ExceptionTableItem::Context(value) => write!(f, "context {value}")?,
            }
        }
        f.write_str(if self.data.items.is_empty() { "]" } else { " ]" })
    }
}

/// The exception tables of a function.
pub type ExceptionTables = PrimaryMap<ExceptionTable, ExceptionTableData>;
