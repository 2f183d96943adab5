//! Predicates and numbers that the lowering rules of all machines name.

use crate::ir::{InstructionData, IntCC, TrapCode, Type};

/// The trap code of an instruction that has one.
#[inline]
pub fn trap_code(d: &InstructionData) -> TrapCode {
    d.trap_code().expect("the opcode has a trap code")
}

/// The bits of a constant, without those above its type.
#[inline]
pub fn constant_bits(ty: Type, k: i64) -> u64 {
    k as u64 & mask(ty)
}

/// All bits of an integer type of at most 64 bits.
#[inline]
pub fn mask(ty: Type) -> u64 {
    u64::MAX >> (64 - ty.bits().min(64))
}

/// The largest shift amount of a type.
#[inline]
pub fn width_mask(ty: Type) -> i64 {
    i64::from(ty.bits()) - 1
}

/// Whether anding a shift amount with `k` changes nothing that the machine looks at.
#[inline]
pub fn masks_nothing(ty: Type, k: i64) -> bool {
    k & width_mask(ty) == width_mask(ty)
}

/// Whether a condition asks for equality or its opposite.
#[inline]
pub fn is_equality(cc: IntCC) -> bool {
    matches!(cc, IntCC::Equal | IntCC::NotEqual)
}

/// Whether a condition is the same for `x` compared with zero as for the flags that logic leaves:
/// not one that reads the carry.
#[inline]
pub fn is_signed_or_equality(cc: IntCC) -> bool {
    cc.is_signed() || is_equality(cc)
}
