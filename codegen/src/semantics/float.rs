//! IEEE arithmetic on bits, by the host's binary32 and binary64.
//!
//! What holds: results are exact per IEEE 754 (round to nearest even, subnormals kept) unless they
//! are NaN, where only the fact counts: the caller chooses the bits. `None` means that the format
//! is not supported (binary16 and binary128).

use super::concrete::Bits;
use super::derive::{fraction_bits, infinity_bits};
use super::domain::FloatOp;

/// Whether the bits are a NaN of their width's format.
pub(super) fn is_nan(v: Bits) -> bool {
    let magnitude = v.unsigned() & !(1 << (v.width() - 1));
    magnitude > infinity_bits(v.width())
}

/// The bit that makes a NaN quiet.
fn quiet_bit(width: u32) -> u128 {
    1 << (fraction_bits(width) - 1)
}

/// Whether a NaN is signalling.
pub(super) fn is_signalling(v: Bits) -> bool {
    v.unsigned() & quiet_bit(v.width()) == 0
}

/// The canonical NaN: quiet, without payload.
pub(super) fn canonical_nan(width: u32, negative: bool) -> Bits {
    let sign = u128::from(negative) << (width - 1);
    Bits::new(width, sign | infinity_bits(width) | quiet_bit(width))
}

/// A NaN made quiet and brought to another format: sign and the upper payload bits are kept.
pub(super) fn quiet_nan_from(nan: Bits, width: u32) -> Bits {
    let from = fraction_bits(nan.width());
    let to = fraction_bits(width);
    let payload = nan.unsigned() & ((1 << from) - 1);
    let payload = if to >= from { payload << (to - from) } else { payload >> (from - to) };
    let negative = nan.unsigned() >> (nan.width() - 1) != 0;
    Bits::new(width, canonical_nan(width, negative).unsigned() | payload)
}

macro_rules! host_arithmetic {
    ($name:ident, $float:ty, $bits:ty) => {
        fn $name(op: FloatOp, args: &[Bits]) -> Option<Bits> {
            let arg = |n: usize| <$float>::from_bits(args[n].unsigned() as $bits);
            let value = match op {
                FloatOp::Add => arg(0) + arg(1),
                FloatOp::Sub => arg(0) - arg(1),
                FloatOp::Mul => arg(0) * arg(1),
                FloatOp::Div => arg(0) / arg(1),
                FloatOp::Sqrt => arg(0).sqrt(),
                FloatOp::Fma => arg(0).mul_add(arg(1), arg(2)),
                FloatOp::Ceil => arg(0).ceil(),
                FloatOp::Floor => arg(0).floor(),
                FloatOp::Trunc => arg(0).trunc(),
                FloatOp::Nearest => arg(0).round_ties_even(),
                FloatOp::FromUint => args[0].unsigned() as $float,
                FloatOp::FromSint => args[0].signed() as $float,
                FloatOp::Convert => match args[0].width() {
                    32 => f32::from_bits(args[0].unsigned() as u32) as $float,
                    64 => f64::from_bits(args[0].unsigned() as u64) as $float,
                    _ => return None,
                },
                FloatOp::ToUintSat | FloatOp::ToSintSat => return None,
            };
            Some(Bits::new(<$bits>::BITS, u128::from(value.to_bits())))
        }
    };
}

host_arithmetic!(binary32, f32, u32);
host_arithmetic!(binary64, f64, u64);

/// The result of an operation with `width` bits; of a NaN only the fact counts.
pub(super) fn compute(op: FloatOp, width: u32, args: &[Bits]) -> Option<Bits> {
    match (op, width) {
        (FloatOp::ToUintSat, _) => to_uint(args[0], width),
        (FloatOp::ToSintSat, _) => to_sint(args[0], width),
        (_, 32) => binary32(op, args),
        (_, 64) => binary64(op, args),
        _ => None,
    }
}

/// Truncation, clamped to the unsigned integers of `width` bits.
fn to_uint(x: Bits, width: u32) -> Option<Bits> {
    let value = match x.width() {
        32 => f32::from_bits(x.unsigned() as u32) as u128,
        64 => f64::from_bits(x.unsigned() as u64) as u128,
        _ => return None,
    };
    Some(Bits::new(width, value.min(u128::MAX >> (128 - width))))
}

/// Truncation, clamped to the signed integers of `width` bits.
fn to_sint(x: Bits, width: u32) -> Option<Bits> {
    let value = match x.width() {
        32 => f32::from_bits(x.unsigned() as u32) as i128,
        64 => f64::from_bits(x.unsigned() as u64) as i128,
        _ => return None,
    };
    let unused = 128 - width;
    Some(Bits::new(width, value.clamp(i128::MIN >> unused, i128::MAX >> unused) as u128))
}
