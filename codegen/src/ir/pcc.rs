//! Facts about values, which Cranelift can carry along and check (proof-carrying code). Clients name
//! the type; there are no facts of it.

use core::fmt;

/// Something that is to be proved of a value. There are none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fact {}

impl fmt::Display for Fact {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
