//! Conversions between floats and integers that take more than a rule.
//!
//! `cvtt` gives the smallest number of its size for whatever does not fit. An unsigned 64-bit
//! result is made
//! from two signed ones: of the float, and of the float less 2^63.

use super::build::{Cond, Cx, size};
use super::conds::float_cc;
use crate::amode::{Cc, Size};
use crate::insts::{Arg, Op};
use regalloc2::VReg;
use windlass_core::ir::condcodes::FloatCC;
use windlass_core::ir::{Inst, TrapCode, Type, Value, types};

fn truncate(cx: &mut Cx<'_, '_>, float: Type, to: Size, x: Arg) -> VReg {
    let op = if float == types::F32 { Op::Cvttss2si } else { Op::Cvttsd2si };
    cx.def1(op, to, x)
}

/// A float constant that is exact in both types, as an operand.
fn float_const(cx: &mut Cx<'_, '_>, float: Type, value: f64) -> Arg {
    if float == types::F32 {
        cx.pool(&(value as f32).to_bits().to_le_bytes())
    } else {
        cx.pool(&value.to_bits().to_le_bytes())
    }
}

/// Compares two floats.
fn compare(cx: &mut Cx<'_, '_>, float: Type, x: VReg, y: Arg) {
    cx.put(Op::UcomiF, size(float), &[Arg::Reg(x), y]);
}

/// Traps if a float is no number.
fn trap_nan(cx: &mut Cx<'_, '_>, float: Type, x: VReg) {
    compare(cx, float, x, Arg::Reg(x));
    cx.trap_if(Cond::one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
}

/// `fcvt_to_sint`: truncates into the next larger size where there is one, and asks whether it
/// fits.
pub fn to_sint(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let (float, to) = (cx.ty(x), cx.c.result_ty(inst, 0));
    let x = cx.reg(x);
    trap_nan(cx, float, x);
    // Below the minimum: for an f64 what truncates to the minimum is greater than the minimum less
    // one; for
    // an f32 (and an i64) the minimum itself is the least number that fits, and nothing lies
    // between.
    let bits = to.bits();
    let minimum = -((1u128 << (bits - 1)) as f64);
    let exact = bits == 64 || float == types::F32 && bits == 32;
    let low = float_const(cx, float, if exact { minimum } else { minimum - 1.0 });
    compare(cx, float, x, low);
    cx.trap_if(Cond::one(if exact { Cc::B } else { Cc::Be }), TrapCode::INTEGER_OVERFLOW);
    let high = float_const(cx, float, -minimum);
    compare(cx, float, x, high);
    cx.trap_if(Cond::one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
    let result = truncate(cx, float, if bits == 64 { Size::Q } else { Size::D }, Arg::Reg(x));
    let res = cx.res(inst, 0);
    cx.c.alias_reg(res, result);
    true
}

/// `fcvt_to_uint`
pub fn to_uint(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let (float, to) = (cx.ty(x), cx.c.result_ty(inst, 0));
    let x = cx.reg(x);
    trap_nan(cx, float, x);
    let low = float_const(cx, float, -1.0);
    compare(cx, float, x, low);
    cx.trap_if(Cond::one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
    let high = float_const(cx, float, (1u128 << to.bits()) as f64);
    compare(cx, float, x, high);
    cx.trap_if(Cond::one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
    let result = if to.bits() < 64 {
        truncate(cx, float, Size::Q, Arg::Reg(x))
    } else {
        unsigned_64(cx, float, x)
    };
    let res = cx.res(inst, 0);
    cx.c.alias_reg(res, result);
    true
}

/// A float in 0 to 2^64 as an unsigned number. Of what is 2^63 or more the first truncation is the
/// minimum, whose sign chooses the second.
fn unsigned_64(cx: &mut Cx<'_, '_>, float: Type, x: VReg) -> VReg {
    let small = truncate(cx, float, Size::Q, Arg::Reg(x));
    let offset = float_const(cx, float, (1u128 << 63) as f64);
    let less = cx.op2(Op::SubF, size(float), x, offset);
    let large = truncate(cx, float, Size::Q, Arg::Reg(less));
    let sign = cx.op2(Op::SarI, Size::Q, small, Arg::Imm(63));
    let chosen = cx.op2(Op::And, Size::Q, large, Arg::Reg(sign));
    cx.op2(Op::Or, Size::Q, small, Arg::Reg(chosen))
}

/// `fcvt_to_sint_sat`
pub fn to_sint_sat(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let (float, to) = (cx.ty(x), cx.c.result_ty(inst, 0));
    let x = cx.reg(x);
    let zero = cx.constant(0);
    let bits = to.bits();
    let wide = if bits == 64 { Size::Q } else { Size::D };
    let (max, min) = ((1u64 << (bits - 1)) - 1, (1u64 << (bits - 1)).wrapping_neg());
    let max_reg = cx.constant(if bits == 64 { max } else { max & 0xffff_ffff });
    let value = truncate(cx, float, wide, Arg::Reg(x));
    // The truncation gives the minimum of its size for what is too large or too small; the latter
    // is right
    // at that size.
    let value = if bits < 32 {
        let min_reg = cx.constant(min & 0xffff_ffff);
        let low = float_const(cx, float, -((1u64 << (bits - 1)) as f64));
        compare(cx, float, x, low);
        let t = cx.gpr();
        cx.cmov(Cond::one(Cc::B), Size::D, t, Arg::Reg(min_reg), value);
        t
    } else {
        value
    };
    let high = float_const(cx, float, (1u128 << (bits - 1)) as f64);
    compare(cx, float, x, high);
    let t = cx.gpr();
    cx.cmov(Cond::one(Cc::Ae), wide, t, Arg::Reg(max_reg), value);
    compare(cx, float, x, Arg::Reg(x));
    let res = cx.res(inst, 0);
    cx.cmov(Cond::one(Cc::P), wide, res, Arg::Reg(zero), t);
    true
}

/// `fcvt_to_uint_sat`
pub fn to_uint_sat(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let (float, to) = (cx.ty(x), cx.c.result_ty(inst, 0));
    let x = cx.reg(x);
    // What is negative, or no number, becomes zero: the maximum gives its second operand for a NaN.
    let zero = cx.zero_xmm();
    let x = cx.op2(Op::MaxF, size(float), x, Arg::Reg(zero));
    let bits = to.bits();
    let max = cx.constant(u64::MAX >> (64 - bits));
    let value = if bits < 64 {
        truncate(cx, float, Size::Q, Arg::Reg(x))
    } else {
        unsigned_64(cx, float, x)
    };
    let high = float_const(cx, float, (1u128 << bits) as f64);
    compare(cx, float, x, high);
    let res = cx.res(inst, 0);
    let condition = float_cc(FloatCC::GreaterThanOrEqual);
    cx.cmov(condition, Size::Q, res, Arg::Reg(max), value);
    true
}

/// `fcvt_from_uint` of 64 bits: a number with the top bit is halved, its lowest bit kept for
/// rounding, and
/// the result doubled.
pub fn uint64_to_float(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let float = cx.c.result_ty(inst, 0);
    let op = if float == types::F32 { Op::Cvtsi2ss } else { Op::Cvtsi2sd };
    let x = cx.reg(x);
    let half = cx.op2(Op::ShrI, Size::Q, x, Arg::Imm(1));
    let odd = cx.op2(Op::AndI, Size::D, x, Arg::Imm(1));
    let half = cx.op2(Op::Or, Size::Q, half, Arg::Reg(odd));
    cx.put(Op::Test, Size::Q, &[Arg::Reg(x), Arg::Reg(x)]);
    let chosen = cx.gpr();
    cx.cmov(Cond::one(Cc::S), Size::Q, chosen, Arg::Reg(half), x);
    let zero = cx.zero_xmm();
    let converted = cx.op2(op, Size::Q, zero, Arg::Reg(chosen));
    // Doubling, or adding zero: by a mask of the sign.
    let sign = cx.op2(Op::SarI, Size::Q, x, Arg::Imm(63));
    let mask = cx.def1x(Op::MovXG, Size::Q, Arg::Reg(sign));
    let again = cx.op2(Op::Andps, Size::B, mask, Arg::Reg(converted));
    let res = cx.res(inst, 0);
    cx.op2_to(Op::AddF, size(float), res, converted, Arg::Reg(again));
    true
}
