//! What the rules of a machine can name. A machine's crate exports it for the generator of matchers.

use super::row::{Notation, OperandSpec};
use crate::settings::Builder;

/// The names of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary {
    /// The names of all instruction rows.
    pub rows: fn() -> Vec<&'static str>,
    /// The instruction row of a name.
    pub row: fn(&str) -> Option<RowFacts>,
    /// The names of operand sizes, and of what immediates stand for.
    pub notation: &'static Notation,
    /// A condition in Rust.
    pub condition: fn(&str) -> Option<String>,
    /// The method of the context that makes a vector register.
    pub new_vector: &'static str,
    /// The machine's settings: `has_x` is the feature `x`.
    pub settings: fn() -> Builder,
}

/// What a rule can do with an instruction row.
#[derive(Clone, Debug)]
pub struct RowFacts {
    /// The operands.
    pub operands: &'static [OperandSpec],
    /// At which operand sizes it exists.
    pub sizes: [bool; 4],
    /// Whether the operand size means nothing to it.
    pub sizeless: bool,
}
