//! Predicates and numbers for `where` clauses.

use crate::insts::encode_bitmask;
use windlass_core::ir::Type;
use windlass_core::machine::preds::constant_bits;
use windlass_core::machine::row::Size;

/// Whether a constant is an immediate of sums: 12 bits, or 12 bits and 12 zeros.
#[inline]
pub fn is_arith(k: i64) -> bool {
    k & !0xfff == 0 || k & !0xfff000 == 0
}

/// Whether a constant is an immediate of logic. What is above a narrow type does not matter.
#[inline]
pub fn is_logical(ty: Type, k: i64) -> bool {
    let size = if ty.bits() > 32 { Size::S64 } else { Size::S32 };
    encode_bitmask(k, size).is_some()
}

/// Whether a constant is an amount by which a type is shifted as it is.
#[inline]
pub fn is_amount(ty: Type, k: i64) -> bool {
    (0..i64::from(ty.bits())).contains(&k)
}

/// The exponent of a power of two.
#[inline]
pub fn log2(ty: Type, k: i64) -> Option<u8> {
    let bits = constant_bits(ty, k);
    bits.is_power_of_two().then(|| bits.trailing_zeros() as u8)
}

/// The highest bit of the field of `x >> k & m`, if that is one that lies in the type.
#[inline]
pub fn field(ty: Type, k: i64, m: i64) -> Option<i64> {
    let bits = constant_bits(ty, m);
    let width = i64::from(bits.trailing_ones());
    let is_run = bits != 0 && bits.wrapping_add(1).is_power_of_two() || bits == u64::MAX;
    (is_run && is_amount(ty, k)).then(|| (k + width).min(i64::from(ty.bits())) - 1)
}
