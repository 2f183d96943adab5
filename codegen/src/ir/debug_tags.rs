//! Debug tags: opaque marks that a front end puts on calls and sequence points, and the labels of
//! values that a debugger wants to find again.

use core::fmt;

use super::RelSourceLoc;
use super::entities::{StackSlot, Value};

/// A debug tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DebugTag {
    /// A number of the front end.
    User(u32),
    /// A stack slot.
    StackSlot(StackSlot),
}

impl fmt::Display for DebugTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DebugTag::User(n) => write!(f, "{n}"),
            DebugTag::StackSlot(slot) => write!(f, "{slot}"),
        }
    }
}

/// The number of a variable of the source language.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueLabel(u32);
crate::entity_impl!(ValueLabel, "val");

/// A label of a value, from a source location on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueLabelStart {
    /// From where on.
    pub from: RelSourceLoc,
    /// The label.
    pub label: ValueLabel,
}

/// The labels of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueLabelAssignments {
    /// Labels of its own.
    Starts(Vec<ValueLabelStart>),
    /// The labels of another value.
    Alias {
        /// From where on.
        from: RelSourceLoc,
        /// The other value.
        value: Value,
    },
}
