//! What a machine lowers, and so what is left to be expanded.

use super::expansion;
use crate::ir::{Opcode, Type, types};

/// A row of what a back end's rules lower: opcode, controlling type (`INVALID` where there is
/// none), and the sets of features of which one is needed, each joined by `+`; the empty set is
/// every processor's.
pub type Lowered = (Opcode, Type, &'static [&'static str]);

/// All scalar types, and that of opcodes without a controlling type.
const TYPES: [Type; 10] = [
    types::INVALID,
    types::I8,
    types::I16,
    types::I32,
    types::I64,
    types::I128,
    types::F16,
    types::F32,
    types::F64,
    types::F128,
];

/// What a machine lowers at which controlling type.
#[derive(Clone, Debug)]
pub struct Support {
    /// By opcode, the bits of types at which rules lower it.
    lowered: [u16; Opcode::ALL.len()],
    /// By opcode, the bits of types at which an instruction may need an expansion.
    suspects: [u16; Opcode::ALL.len()],
}

/// The bit of a scalar type or of none; vectors have that of their lane.
#[inline]
fn bit(ty: Type) -> u16 {
    1 << (ty.repr() & 15)
}

impl Support {
    /// By the table that the generator makes from rules, and what is lowered without rules, for a
    /// processor that has these features.
    pub fn new(rows: &[Lowered], others: &[Lowered], has: impl Fn(&str) -> bool) -> Self {
        let mut lowered = [0; Opcode::ALL.len()];
        for &(op, ty, sets) in rows.iter().chain(others) {
            let suffices = |set: &&str| set.split('+').all(|name| name.is_empty() || has(name));
            if sets.iter().any(suffices) {
                lowered[op as usize] |= bit(ty);
            }
        }
        let mut support = Self { lowered, suspects: [0; Opcode::ALL.len()] };
        for &op in Opcode::ALL {
            for ty in TYPES {
                if expansion(op, ty, &support).is_some() {
                    support.suspects[op as usize] |= bit(ty);
                }
            }
        }
        support
    }

    /// Whether rules lower the opcode at a controlling type.
    pub fn lowers(&self, op: Opcode, ty: Type) -> bool {
        self.lowered[op as usize] & bit(ty) != 0
    }

    /// Whether an instruction may need an expansion.
    #[inline]
    pub(super) fn suspects(&self, op: Opcode, ty: Type) -> bool {
        self.suspects[op as usize] & bit(ty) != 0
    }
}
