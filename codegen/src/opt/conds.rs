//! Functions that rules name in `where`: pure, and cheap.
//!
//! Constants of an `iconst` come sign-extended to 64 bits.

use super::simplify::Cx;
use crate::ir::condcodes::IntCC;
use crate::ir::{InstructionData, Opcode, Type, Value, types};

/// The bits of an amount of a shift that count.
#[inline]
pub(super) fn width_mask(ty: Type) -> i64 {
    i64::from(ty.bits()) - 1
}

/// All ones in a type of up to 64 bits.
#[inline]
pub(super) fn ones(ty: Type) -> u64 {
    u64::MAX >> (64 - ty.bits().clamp(1, 64))
}

/// The lowest `n` bits (0 to 63) set.
#[inline]
pub(super) fn low_bits(n: i64) -> i64 {
    !(-1 << n)
}

/// The logarithm of a power of two, unsigned; not of one, which has rules of its own.
#[inline]
pub(super) fn log2(ty: Type, k: i64) -> Option<i64> {
    let k = k as u64 & ones(ty);
    (k.is_power_of_two() && k > 1).then(|| i64::from(k.trailing_zeros()))
}

/// The sum of two amounts, if it is below the width.
#[inline]
pub(super) fn sum_of_shifts(ty: Type, j: i64, k: i64) -> Option<i64> {
    let mask = width_mask(ty);
    let sum = (j & mask) + (k & mask);
    (sum <= mask).then_some(sum)
}

/// Whether two amounts are the same, and not none.
#[inline]
pub(super) fn same_amount(ty: Type, j: i64, k: i64) -> bool {
    (j ^ k) & width_mask(ty) == 0
}

/// Whether a shift to the left and one to the right, both by this amount, keep the low `bits`.
#[inline]
pub(super) fn keeps(ty: Type, j: i64, k: i64, bits: i64) -> bool {
    same_amount(ty, j, k) && (k & width_mask(ty)) + bits == i64::from(ty.bits())
}

/// Whether a mask is an immediate of 32 bits, sign-extended.
#[inline]
pub(super) fn short_mask(ty: Type, mask: u64) -> bool {
    ty != types::I64 || mask <= i32::MAX as u64
}

/// Whether a mask of an amount keeps all bits that count.
#[inline]
pub(super) fn keeps_amount(ty: Type, k: i64) -> bool {
    !k & width_mask(ty) == 0
}

/// Whether a constant is below 2 to the width of a narrower type.
#[inline]
pub(super) fn fits_unsigned(ty: Type, k: i64) -> bool {
    ty.bits() < 64 && k as u64 <= ones(ty)
}

/// Whether a constant is in the signed range of a narrower type.
#[inline]
pub(super) fn fits_signed(ty: Type, k: i64) -> bool {
    let unused = 64 - ty.bits().min(64);
    (k << unused) >> unused == k
}

/// Whether a condition asks for equality or its opposite.
#[inline]
pub(super) fn is_equality(cc: IntCC) -> bool {
    matches!(cc, IntCC::Equal | IntCC::NotEqual)
}

/// Whether a condition holds for equal operands, as a number.
#[inline]
pub(super) fn holds_for_equal(cc: IntCC) -> i64 {
    i64::from(matches!(
        cc,
        IntCC::Equal
            | IntCC::SignedGreaterThanOrEqual
            | IntCC::SignedLessThanOrEqual
            | IntCC::UnsignedGreaterThanOrEqual
            | IntCC::UnsignedLessThanOrEqual
    ))
}

/// How many low bits of a value of up to 64 bits can be set, by its definition alone.
pub(super) fn active_bits(cx: &Cx<'_>, value: Value) -> u32 {
    let def = cx.def(value);
    let bits = cx.ty(value).bits();
    match def.op {
        Opcode::Icmp | Opcode::Fcmp => bits.min(1),
        Opcode::Uextend => {
            let inner = cx.data(def).args[0];
            match cx.def(inner).op {
                Opcode::Icmp | Opcode::Fcmp => 1,
                _ => cx.ty(inner).bits(),
            }
        }
        Opcode::Uload8 => 8,
        Opcode::Uload16 => 16,
        Opcode::Uload32 => 32,
        Opcode::Clz | Opcode::Ctz | Opcode::Popcnt => bits.min(8),
        Opcode::Band => {
            let mask = cx.def(cx.data(def).args[1]);
            match mask.op {
                Opcode::Iconst => 64 - (cx.imm(mask) as u64 & ones(cx.ty(value))).leading_zeros(),
                _ => bits,
            }
        }
        Opcode::Ushr => {
            let amount = cx.def(cx.data(def).args[1]);
            match amount.op {
                Opcode::Iconst => bits - (cx.imm(amount) as u32 & (bits - 1)),
                _ => bits,
            }
        }
        _ => bits,
    }
}

/// Whether a mask keeps all bits of `x` that can be set.
#[inline]
pub(super) fn masks_nothing(cx: &Cx<'_>, x: Value, ty: Type, k: i64) -> bool {
    // The mask's ones from the bottom, counted: most masks have too few to be worth a look.
    let kept = (!k).trailing_zeros();
    kept >= ty.bits() || kept > 0 && active_bits(cx, x) <= kept
}

/// The width to which the operand of `d`, an `ireduce`, was reduced.
#[inline]
pub(super) fn reduced_bits(cx: &Cx<'_>, d: &InstructionData) -> u32 {
    cx.ty(d.args[0]).bits()
}

/// A comparison, of integers or floats.
#[inline]
pub(super) fn comparison(op: Opcode, ty: Type, cond: u8, x: Value, y: Value) -> InstructionData {
    let mut data = InstructionData::binary(op, ty, x, y);
    data.aux = cond;
    data
}
