//! Variables: what a front end assigns and reads, before it is SSA.

use windlass_core::entity::entity_impl;

/// A variable of the source program, to be turned into SSA values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Variable(u32);

entity_impl!(Variable, "var");
