//! What a client of the interface may say of values, to have it proved: nothing here.

use core::fmt;

/// Something that is to be proved of a value. There are none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fact {}

impl fmt::Display for Fact {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
