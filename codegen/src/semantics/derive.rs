//! Operations built from a domain's primitives, for the meaning column.
//!
//! What holds: everything here is total; what traps says so in the meaning itself, except
//! [`float_to_int`], whose traps come with the conversion.

use super::domain::{Domain, FloatOp, Results, Stop};
use super::eval::Params;
use crate::ir::TrapCode;
use crate::ir::condcodes::{FloatCC, IntCC};
use smallvec::smallvec;

/// What a meaning gives.
pub(crate) type Meaning<D> = Result<Results<<D as Domain>::V>, Stop>;

/// No result.
pub(crate) fn none<V>() -> Result<Results<V>, Stop> {
    Ok(Results::new())
}

/// One result.
pub(crate) fn one<V>(v: V) -> Result<Results<V>, Stop> {
    let mut results = Results::new();
    results.push(v);
    Ok(results)
}

/// Two results.
pub(crate) fn two<V>(v: V, w: V) -> Result<Results<V>, Stop> {
    Ok(smallvec![v, w])
}

/// Two results, the second one a boolean that is delivered as an `i8`.
pub(crate) fn with_flag<D: Domain>(d: &D, v: D::V, flag: D::V) -> Meaning<D> {
    Ok(smallvec![v, d.zext(flag, 8)])
}

/// The signed high half of a product.
pub(crate) fn smulhi<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let zero = d.zero(d.width(x));
    let high = d.umulhi(x, y);
    let high = d.sub(high, d.ite(d.sign(x), y, zero));
    d.sub(high, d.ite(d.sign(y), x, zero))
}

/// Copies of the sign bit.
pub(crate) fn sign_fill<D: Domain>(d: &D, x: D::V) -> D::V {
    d.ashr(x, d.small(x, u128::from(d.width(x) - 1)))
}

/// Absolute value; the minimum maps to itself.
pub(crate) fn iabs<D: Domain>(d: &D, x: D::V) -> D::V {
    d.ite(d.sign(x), d.neg(x), x)
}

/// Signed quotient rounded towards 0; the minimum divided by −1 is the minimum.
pub(crate) fn sdiv<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let q = d.udiv(iabs(d, x), iabs(d, y));
    d.ite(d.xor(d.sign(x), d.sign(y)), d.neg(q), q)
}

/// Signed remainder with the sign of `x`.
pub(crate) fn srem<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let r = d.urem(iabs(d, x), iabs(d, y));
    d.ite(d.sign(x), d.neg(r), r)
}

/// The least signed value of a width.
pub(crate) fn smin_value<D: Domain>(d: &D, width: u32) -> D::V {
    d.constant(width, 1 << (width - 1))
}

/// The greatest signed value of a width.
pub(crate) fn smax_value<D: Domain>(d: &D, width: u32) -> D::V {
    d.constant(width, (1 << (width - 1)) - 1)
}

/// Whether `x / y` is the one signed quotient that does not fit.
pub(crate) fn sdiv_overflows<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let w = d.width(x);
    d.and(d.eq(x, smin_value(d, w)), d.eq(y, d.ones(w)))
}

/// Whether the signed sum (with or without carry in) that came out as `sum` does not fit.
pub(crate) fn sadd_overflows<D: Domain>(d: &D, x: D::V, y: D::V, sum: D::V) -> D::V {
    d.sign(d.and(d.xor(x, sum), d.xor(y, sum)))
}

/// Whether the signed difference (with or without borrow) that came out as `diff` does not fit.
pub(crate) fn ssub_overflows<D: Domain>(d: &D, x: D::V, y: D::V, diff: D::V) -> D::V {
    d.sign(d.and(d.xor(x, y), d.xor(x, diff)))
}

/// `x + y + (c ≠ 0)` and the carry out.
pub(crate) fn add_carry<D: Domain>(d: &D, x: D::V, y: D::V, c: D::V) -> (D::V, D::V) {
    let part = d.add(x, y);
    let sum = d.add(part, d.zext(d.is_nonzero(c), d.width(x)));
    (sum, d.or(d.ult(part, x), d.ult(sum, part)))
}

/// `x - y - (c ≠ 0)` and the borrow out.
pub(crate) fn sub_borrow<D: Domain>(d: &D, x: D::V, y: D::V, c: D::V) -> (D::V, D::V) {
    let part = d.sub(x, y);
    let borrow = d.zext(d.is_nonzero(c), d.width(x));
    (d.sub(part, borrow), d.or(d.ult(x, y), d.ult(part, borrow)))
}

/// The saturated value on the side of `negative`.
fn saturated<D: Domain>(d: &D, negative: D::V, width: u32) -> D::V {
    d.ite(negative, smin_value(d, width), smax_value(d, width))
}

/// Signed sum, clamped.
pub(crate) fn sadd_sat<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let sum = d.add(x, y);
    d.ite(sadd_overflows(d, x, y, sum), saturated(d, d.sign(x), d.width(x)), sum)
}

/// Signed difference, clamped.
pub(crate) fn ssub_sat<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let diff = d.sub(x, y);
    d.ite(ssub_overflows(d, x, y, diff), saturated(d, d.sign(x), d.width(x)), diff)
}

/// Fixed-point product of Q(N−1) numbers, rounded; the one overflow wraps to the minimum.
pub(crate) fn fixed_mul<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let n = d.width(x);
    let product = d.mul(d.sext(x, 2 * n), d.sext(y, 2 * n));
    let rounded = d.add(product, d.constant(2 * n, 1 << (n - 2)));
    d.extract(rounded, n - 1, n)
}

/// A shift amount of any width, taken modulo the width of `x` and brought to it.
pub(crate) fn amount<D: Domain>(d: &D, x: D::V, n: D::V) -> D::V {
    let w = d.width(x);
    d.and(d.resize(n, w), d.constant(w, u128::from(w - 1)))
}

/// Rotate left by `n` modulo the width.
pub(crate) fn rotl<D: Domain>(d: &D, x: D::V, n: D::V) -> D::V {
    let left = amount(d, x, n);
    let right = amount(d, x, d.neg(left));
    d.or(d.shl(x, left), d.lshr(x, right))
}

/// Rotate right by `n` modulo the width.
pub(crate) fn rotr<D: Domain>(d: &D, x: D::V, n: D::V) -> D::V {
    let right = amount(d, x, n);
    let left = amount(d, x, d.neg(right));
    d.or(d.shl(x, left), d.lshr(x, right))
}

/// The bits of a group of `2 * step` bits swapped in halves of `step`, over the whole value.
fn swap_groups<D: Domain>(d: &D, x: D::V, step: u32) -> D::V {
    let w = d.width(x);
    let mask = d.constant(w, group_mask(step));
    let n = d.constant(w, u128::from(step));
    d.or(d.and(d.lshr(x, n), mask), d.shl(d.and(x, mask), n))
}

/// `step` ones, `step` zeros, and so on, from bit 0.
fn group_mask(step: u32) -> u128 {
    if step == 128 { u128::MAX } else { u128::MAX / ((1 << step) + 1) }
}

/// Swap neighbours from groups of `from` bits up to the whole width.
fn reverse_groups<D: Domain>(d: &D, mut x: D::V, from: u32) -> D::V {
    let mut step = from;
    while step < d.width(x) {
        x = swap_groups(d, x, step);
        step *= 2;
    }
    x
}

/// Bits in reverse order.
pub(crate) fn bitrev<D: Domain>(d: &D, x: D::V) -> D::V {
    reverse_groups(d, x, 1)
}

/// Bytes in reverse order.
pub(crate) fn bswap<D: Domain>(d: &D, x: D::V) -> D::V {
    reverse_groups(d, x, 8)
}

/// Number of one bits.
pub(crate) fn popcnt<D: Domain>(d: &D, mut x: D::V) -> D::V {
    let w = d.width(x);
    let mut step = 1;
    while step < w {
        let mask = d.constant(w, group_mask(step));
        let high = d.lshr(x, d.constant(w, u128::from(step)));
        x = d.add(d.and(x, mask), d.and(high, mask));
        step *= 2;
    }
    x
}

/// Number of leading zero bits: those above the highest one, smeared downwards.
pub(crate) fn clz<D: Domain>(d: &D, mut x: D::V) -> D::V {
    let w = d.width(x);
    let mut step = 1;
    while step < w {
        x = d.or(x, d.lshr(x, d.constant(w, u128::from(step))));
        step *= 2;
    }
    popcnt(d, d.not(x))
}

/// Number of trailing zero bits.
pub(crate) fn ctz<D: Domain>(d: &D, x: D::V) -> D::V {
    let below = d.sub(x, d.small(x, 1));
    popcnt(d, d.and(d.not(x), below))
}

/// Number of bits below the sign bit that equal it.
pub(crate) fn cls<D: Domain>(d: &D, x: D::V) -> D::V {
    d.sub(clz(d, d.xor(x, sign_fill(d, x))), d.small(x, 1))
}

/// An integer comparison, as a boolean.
pub(crate) fn icmp<D: Domain>(d: &D, cc: IntCC, x: D::V, y: D::V) -> D::V {
    match cc {
        IntCC::Equal => d.eq(x, y),
        IntCC::NotEqual => d.not(d.eq(x, y)),
        IntCC::SignedLessThan => d.slt(x, y),
        IntCC::SignedGreaterThanOrEqual => d.not(d.slt(x, y)),
        IntCC::SignedGreaterThan => d.slt(y, x),
        IntCC::SignedLessThanOrEqual => d.not(d.slt(y, x)),
        IntCC::UnsignedLessThan => d.ult(x, y),
        IntCC::UnsignedGreaterThanOrEqual => d.not(d.ult(x, y)),
        IntCC::UnsignedGreaterThan => d.ult(y, x),
        IntCC::UnsignedLessThanOrEqual => d.not(d.ult(y, x)),
    }
}

/// Bits of the fraction of a float format.
pub(crate) fn fraction_bits(width: u32) -> u32 {
    match width {
        16 => 10,
        32 => 23,
        64 => 52,
        _ => 112,
    }
}

/// The bits of +∞ of a float format.
pub(crate) fn infinity_bits(width: u32) -> u128 {
    let fraction = fraction_bits(width);
    ((1u128 << (width - 1 - fraction)) - 1) << fraction
}

/// The bits of ±2^exponent, or of ±∞ where that is beyond the format.
pub(crate) fn power_of_two_bits(width: u32, exponent: u32, negative: bool) -> u128 {
    let fraction = fraction_bits(width);
    let bias = (1u128 << (width - 2 - fraction)) - 1;
    let bits = ((bias + u128::from(exponent)) << fraction).min(infinity_bits(width));
    bits | (u128::from(negative) << (width - 1))
}

/// The bits of a float without its sign.
pub(crate) fn fabs<D: Domain>(d: &D, x: D::V) -> D::V {
    d.and(x, smax_value(d, d.width(x)))
}

/// Magnitude of `x`, sign of `y`.
pub(crate) fn fcopysign<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    d.or(fabs(d, x), d.and(y, smin_value(d, d.width(y))))
}

/// Whether a float is a NaN.
pub(crate) fn is_nan<D: Domain>(d: &D, x: D::V) -> D::V {
    d.ult(d.small(x, infinity_bits(d.width(x))), fabs(d, x))
}

/// Whether either float is a NaN.
pub(crate) fn unordered<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    d.or(is_nan(d, x), is_nan(d, y))
}

/// Equality of two floats of which none is a NaN.
fn feq_ordered<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    d.or(d.eq(x, y), d.is_zero(fabs(d, d.or(x, y))))
}

/// Less-than of two floats of which none is a NaN: in sign and magnitude.
fn flt_ordered<D: Domain>(d: &D, x: D::V, y: D::V) -> D::V {
    let same_sign = d.ite(d.sign(x), d.ult(y, x), d.ult(x, y));
    let by_sign = d.ite(d.xor(d.sign(x), d.sign(y)), d.sign(x), same_sign);
    d.and(by_sign, d.not(feq_ordered(d, x, y)))
}

/// A float comparison, as a boolean.
pub(crate) fn fcmp<D: Domain>(d: &D, cc: FloatCC, x: D::V, y: D::V) -> D::V {
    let uno = unordered(d, x, y);
    let (eq, lt, gt) = (feq_ordered(d, x, y), flt_ordered(d, x, y), flt_ordered(d, y, x));
    let ordered = |c| d.and(d.not(uno), c);
    let or_unordered = |c| d.or(uno, c);
    match cc {
        FloatCC::Ordered => d.not(uno),
        FloatCC::Unordered => uno,
        FloatCC::Equal => ordered(eq),
        FloatCC::NotEqual => or_unordered(d.not(eq)),
        FloatCC::OrderedNotEqual => ordered(d.not(eq)),
        FloatCC::UnorderedOrEqual => or_unordered(eq),
        FloatCC::LessThan => ordered(lt),
        FloatCC::LessThanOrEqual => ordered(d.or(lt, eq)),
        FloatCC::GreaterThan => ordered(gt),
        FloatCC::GreaterThanOrEqual => ordered(d.or(gt, eq)),
        FloatCC::UnorderedOrLessThan => or_unordered(lt),
        FloatCC::UnorderedOrLessThanOrEqual => or_unordered(d.or(lt, eq)),
        FloatCC::UnorderedOrGreaterThan => or_unordered(gt),
        FloatCC::UnorderedOrGreaterThanOrEqual => or_unordered(d.or(gt, eq)),
    }
}

/// The domain's NaN for these operands where `c` holds, else `value`.
fn nan_or<D: Domain>(d: &D, c: D::V, operands: &[D::V], value: D::V) -> Result<D::V, Stop> {
    Ok(d.ite(c, d.nan(d.width(value), operands)?, value))
}

/// `minimum` of IEEE 754-2019: a NaN operand gives NaN, −0 < +0.
pub(crate) fn fmin<D: Domain>(d: &D, x: D::V, y: D::V) -> Result<D::V, Stop> {
    let smaller = d.ite(flt_ordered(d, x, y), x, y);
    let value = d.ite(feq_ordered(d, x, y), d.or(x, y), smaller);
    nan_or(d, unordered(d, x, y), &[x, y], value)
}

/// `maximum` of IEEE 754-2019: a NaN operand gives NaN, +0 > −0.
pub(crate) fn fmax<D: Domain>(d: &D, x: D::V, y: D::V) -> Result<D::V, Stop> {
    let greater = d.ite(flt_ordered(d, y, x), x, y);
    let value = d.ite(feq_ordered(d, x, y), d.and(x, y), greater);
    nan_or(d, unordered(d, x, y), &[x, y], value)
}

/// Truncation to an integer that traps on a NaN and on what does not fit.
pub(crate) fn float_to_int<D: Domain>(
    d: &D,
    c: &Params,
    signed: bool,
    x: D::V,
) -> Result<D::V, Stop> {
    d.trap_if(is_nan(d, x), TrapCode::BAD_CONVERSION_TO_INTEGER)?;
    d.trap_if(out_of_range(d, c.width, signed, x)?, TrapCode::INTEGER_OVERFLOW)?;
    d.float(if signed { FloatOp::ToSintSat } else { FloatOp::ToUintSat }, c.width, &[x])
}

/// Whether the truncated value of a float that is not a NaN is outside an integer type.
fn out_of_range<D: Domain>(d: &D, bits: u32, signed: bool, x: D::V) -> Result<D::V, Stop> {
    let w = d.width(x);
    let value = d.float(FloatOp::Trunc, w, &[x])?;
    let limit = power_of_two_bits(w, if signed { bits - 1 } else { bits }, false);
    let low = if signed { power_of_two_bits(w, bits - 1, true) } else { 0 };
    let too_high = d.not(flt_ordered(d, value, d.constant(w, limit)));
    let too_low = if signed && limit == infinity_bits(w) {
        d.eq(value, d.constant(w, low))
    } else {
        flt_ordered(d, value, d.constant(w, low))
    };
    Ok(d.or(too_low, too_high))
}

/// Truncation to a signed integer; a NaN or what does not fit gives the minimum.
pub(crate) fn float_to_int_or_min<D: Domain>(d: &D, c: &Params, x: D::V) -> Result<D::V, Stop> {
    let value = d.float(FloatOp::ToSintSat, c.width, &[x])?;
    let bad = d.or(is_nan(d, x), out_of_range(d, c.width, true, x)?);
    Ok(d.ite(bad, smin_value(d, c.width), value))
}
