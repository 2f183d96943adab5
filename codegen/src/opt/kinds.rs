//! What simplification does with each opcode: the bits of the generated table `KINDS`, and the
//! types that it looks at. The generator computes the table by [`kind`] from the opcode table and
//! from which opcodes have rules; `simplify` reads it.

use crate::ir::opcodes::{Control, OperandKind, effects};
use crate::ir::{Opcode, Type, types};
use crate::semantics::has_meaning;

/// How many value operands, in the low two bits.
pub const ARITY: u8 = 3;
/// The instruction may be shared with an equal one before it.
pub const SHARED: u8 = 4;
/// The two first operands may be swapped.
pub const SWAPS: u8 = 8;
/// There are rules or a meaning.
pub const KNOWN: u8 = 16;

/// The controlling types at which rules look.
pub const SIMPLE: [Type; 6] =
    [types::I8, types::I16, types::I32, types::I64, types::F32, types::F64];

/// Whether rules look at this controlling type.
#[inline]
pub fn is_simple(ty: Type) -> bool {
    SIMPLE.contains(&ty)
}

/// The entry of an opcode.
pub fn kind(op: Opcode, has_rules: bool) -> u8 {
    let info = op.info();
    let scalar = SIMPLE.iter().any(|&ty| info.t.contains(ty)) || info.control == Control::None;
    let has_code = info.operands().contains(&OperandKind::TrapCode);
    if info.results.len() != 1
        || info.effects & !(effects::FACTS | effects::TRAP | effects::IDEM) != 0
        || !has_meaning(op)
        || !scalar
        || has_code
        || !(has_rules || info.fixed_values <= ARITY)
    {
        return 0;
    }
    // Comparisons are made again at each use, so that they can be fused with it.
    let shared = info.is_pure() && !matches!(op, Opcode::Icmp | Opcode::Fcmp);
    // Of two NaNs a machine may give the first: operands of float arithmetic stay where they are.
    let swaps = op.is_commutative() && info.fixed_values == 2 && info.t.contains(types::I32);
    let bit = |set: bool, bit: u8| if set { bit } else { 0 };
    info.fixed_values | bit(shared, SHARED) | bit(swaps, SWAPS) | KNOWN
}
