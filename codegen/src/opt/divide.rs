//! Division by a constant without a division: by a product with a rounded reciprocal.
//!
//! What holds: each function gives exactly the quotient or remainder, for every dividend, or
//! `None`. A divisor whose quotient can trap (zero; minus one, whose quotient may not fit) is left
//! alone. Powers of two, unsigned, have rules of their own.

use super::conds::ones;
use super::simplify::Cx;
use crate::ir::types::{I32, I64};
use crate::ir::{InstructionData, Opcode, Type, Value};

impl Cx<'_> {
    fn op1(&mut self, op: Opcode, ty: Type, x: Value) -> Value {
        self.make(InstructionData::unary(op, ty, x))
    }

    fn op2(&mut self, op: Opcode, ty: Type, x: Value, y: Value) -> Value {
        self.make(InstructionData::binary(op, ty, x, y))
    }

    fn op_const(&mut self, op: Opcode, ty: Type, x: Value, k: i64) -> Value {
        let y = self.int(ty, k);
        self.op2(op, ty, x, y)
    }

    /// A shift by `n`; `x` itself where `n` is 0.
    fn shift(&mut self, op: Opcode, ty: Type, x: Value, n: u32) -> Value {
        if n == 0 { x } else { self.op_const(op, ty, x, i64::from(n)) }
    }
}

/// The reciprocal `ceil(2^(64 + s) / d)` of `d`, where `s` is `log2(d)`, rounded up. It has 65
/// bits, the highest of which is always set and is left out of the result: this is the reciprocal
/// less `2^64`. `d` is at least 3 and no power of two.
fn reciprocal_65(d: u64) -> (u64, u32) {
    let s = 64 - d.leading_zeros();
    // 2^64 * (2^s - d) / d, plus one; the difference is below d.
    let difference = ((1u128 << s) - u128::from(d)) << 64;
    ((difference / u128::from(d) + 1) as u64, s)
}

/// A multiplier `m` of `bits` bits and a shift `s` such that `x / d` is `x * m >> (bits + s)` for
/// every `x` of `dividend` bits, if there are such numbers.
fn reciprocal(d: u64, bits: u32, dividend: u32) -> Option<(u64, u32)> {
    let log = 64 - (d - 1).leading_zeros();
    // The smallest precision whose error does not reach the next quotient.
    (0..=log).find_map(|s| {
        let power = 1u128.checked_shl(bits + s).filter(|_| bits + s < 127)?;
        let m = power.div_ceil(u128::from(d));
        let error = m * u128::from(d) - power;
        (m >> bits == 0 && error << dividend <= power).then_some((m as u64, s))
    })
}

/// The quotient of unsigned numbers of 32 bits.
fn udiv_32(cx: &mut Cx<'_>, x: Value, d: u64) -> Option<Value> {
    let wide = cx.op1(Opcode::Uextend, I64, x);
    let high = match reciprocal(d, 32, 32) {
        Some((m, s)) => {
            let product = cx.op_const(Opcode::Imul, I64, wide, m as i64);
            cx.op_const(Opcode::Ushr, I64, product, i64::from(32 + s))
        }
        None => {
            let (m, s) = reciprocal(d, 64, 32)?;
            let product = cx.op_const(Opcode::Umulhi, I64, wide, m as i64);
            cx.shift(Opcode::Ushr, I64, product, s)
        }
    };
    Some(cx.op1(Opcode::Ireduce, I32, high))
}

/// The quotient of unsigned numbers of 64 bits.
fn udiv_64(cx: &mut Cx<'_>, x: Value, d: u64) -> Value {
    if let Some((m, s)) = reciprocal(d, 64, 64) {
        let high = cx.op_const(Opcode::Umulhi, I64, x, m as i64);
        return cx.shift(Opcode::Ushr, I64, high, s);
    }
    let zeros = d.trailing_zeros();
    if let Some((m, s)) = reciprocal(d >> zeros, 64, 64 - zeros)
        && zeros > 0
    {
        let x = cx.shift(Opcode::Ushr, I64, x, zeros);
        let high = cx.op_const(Opcode::Umulhi, I64, x, m as i64);
        return cx.shift(Opcode::Ushr, I64, high, s);
    }
    // The quotient is (high + x) / 2^s, where `high` is x * m / 2^64; the sum may have 65 bits, so
    // that (x - high) / 2 + high, half of it, is computed instead.
    let (m, s) = reciprocal_65(d);
    let high = cx.op_const(Opcode::Umulhi, I64, x, m as i64);
    let rest = cx.op2(Opcode::Isub, I64, x, high);
    let half = cx.shift(Opcode::Ushr, I64, rest, 1);
    let sum = cx.op2(Opcode::Iadd, I64, half, high);
    cx.shift(Opcode::Ushr, I64, sum, s - 1)
}

/// `udiv` by a constant that is neither zero nor a power of two.
pub(super) fn udiv_const(cx: &mut Cx<'_>, d: &InstructionData, x: Value, k: i64) -> Option<Value> {
    let ty = d.ctrl_type;
    let k = k as u64 & ones(ty);
    if k < 3 || k.is_power_of_two() {
        return None;
    }
    if ty == I32 { udiv_32(cx, x, k) } else { Some(udiv_64(cx, x, k)) }
}

/// `urem` by such a constant: what the product of quotient and divisor leaves.
pub(super) fn urem_const(cx: &mut Cx<'_>, d: &InstructionData, x: Value, k: i64) -> Option<Value> {
    let quotient = udiv_const(cx, d, x, k)?;
    Some(rest(cx, d.ctrl_type, x, quotient, k))
}

fn rest(cx: &mut Cx<'_>, ty: Type, x: Value, quotient: Value, k: i64) -> Value {
    let product = cx.op_const(Opcode::Imul, ty, quotient, k);
    cx.op2(Opcode::Isub, ty, x, product)
}

/// A number to which `d - 1` is added if it is negative, for `d = 2^n`: shifted to the right, it
/// is the quotient rounded towards zero.
fn biased(cx: &mut Cx<'_>, ty: Type, x: Value, n: u32) -> Value {
    let sign = cx.shift(Opcode::Sshr, ty, x, n - 1);
    let bias = cx.shift(Opcode::Ushr, ty, sign, ty.bits() - n);
    cx.op2(Opcode::Iadd, ty, x, bias)
}

/// `sdiv` by a constant other than zero, one and their opposites, and the minimum.
pub(super) fn sdiv_const(cx: &mut Cx<'_>, d: &InstructionData, x: Value, k: i64) -> Option<Value> {
    let ty = d.ctrl_type;
    let bits = ty.bits();
    if (-1..=1).contains(&k) || k == i64::MIN >> (64 - bits) {
        return None;
    }
    let size = k.unsigned_abs();
    if size.is_power_of_two() {
        let n = size.trailing_zeros();
        let sum = biased(cx, ty, x, n);
        let quotient = cx.shift(Opcode::Sshr, ty, sum, n);
        return Some(if k < 0 { cx.op1(Opcode::Ineg, ty, quotient) } else { quotient });
    }
    let down = if ty == I32 {
        let (m, s) = reciprocal(size, 32, 31)?;
        let wide = cx.op1(Opcode::Sextend, I64, x);
        let product = cx.op_const(Opcode::Imul, I64, wide, m as i64);
        let high = cx.op_const(Opcode::Sshr, I64, product, i64::from(32 + s));
        cx.op1(Opcode::Ireduce, I32, high)
    } else {
        let (m, s) = reciprocal(size, 64, 63)?;
        let mut high = cx.op_const(Opcode::Smulhi, I64, x, m as i64);
        if (m as i64) < 0 {
            // `smulhi` reads the multiplier `m`, which has all 64 bits, as `m - 2^64`: the high
            // half of the product came out too small by `x`.
            high = cx.op2(Opcode::Iadd, I64, high, x);
        }
        cx.shift(Opcode::Sshr, I64, high, s)
    };
    // `down` is rounded towards minus infinity; the quotient of a negative dividend, which is
    // rounded towards zero, is one more. `sign` is -1 there and 0 elsewhere.
    let sign = cx.op_const(Opcode::Sshr, ty, x, i64::from(bits - 1));
    let (a, b) = if k < 0 { (sign, down) } else { (down, sign) };
    Some(cx.op2(Opcode::Isub, ty, a, b))
}

/// `srem` by such a constant.
pub(super) fn srem_const(cx: &mut Cx<'_>, d: &InstructionData, x: Value, k: i64) -> Option<Value> {
    let ty = d.ctrl_type;
    let size = k.unsigned_abs();
    if size.is_power_of_two() && size > 1 && k != i64::MIN >> (64 - ty.bits()) {
        // The sign of the divisor does not matter.
        let sum = biased(cx, ty, x, size.trailing_zeros());
        let whole = cx.op_const(Opcode::Band, ty, sum, (size as i64).wrapping_neg());
        return Some(cx.op2(Opcode::Isub, ty, x, whole));
    }
    let quotient = sdiv_const(cx, d, x, k)?;
    Some(rest(cx, ty, x, quotient, k))
}
