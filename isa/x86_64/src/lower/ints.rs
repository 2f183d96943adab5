//! Integer lowerings that take more than a rule: division and counts.

use super::build::{Cond, Cx, size, size32};
use super::preds::mask;
use crate::amode::{Cc, Size};
use crate::insts::{Arg, Op};
use regalloc2::VReg;
use windlass_core::ir::{Inst, TrapCode, Type, Value, types};

/// A value extended with zeros to at least 32 bits.
pub fn zext32(cx: &mut Cx<'_, '_>, value: Value) -> VReg {
    match cx.ty(value) {
        types::I8 => {
            let x = cx.rm(value, 8);
            cx.def1(Op::Movzx8, Size::D, x)
        }
        types::I16 => {
            let x = cx.rm(value, 16);
            cx.def1(Op::Movzx16, Size::D, x)
        }
        _ => cx.reg(value),
    }
}

/// A value with its sign extended to at least 32 bits.
pub fn sext32(cx: &mut Cx<'_, '_>, value: Value) -> VReg {
    match cx.ty(value) {
        types::I8 => {
            let x = cx.rm(value, 8);
            cx.def1(Op::Movsx8, Size::D, x)
        }
        types::I16 => {
            let x = cx.rm(value, 16);
            cx.def1(Op::Movsx16, Size::D, x)
        }
        _ => cx.reg(value),
    }
}

/// Unsigned division in 32 or 64 bits: quotient and remainder.
fn unsigned_division(
    cx: &mut Cx<'_, '_>,
    x: Value,
    y: Value,
    quotient: VReg,
    remainder: VReg,
) -> bool {
    let size = size32(cx.ty(x));
    let (x, y) = (zext32(cx, x), zext32(cx, y));
    let high = cx.constant(0);
    let args = [Arg::Mod(x, quotient), Arg::Mod(high, remainder), Arg::Reg(y)];
    cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Div, size, &args);
    true
}

/// `udiv`
pub fn udiv(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (res, other) = (cx.res(inst, 0), cx.gpr());
    unsigned_division(cx, x, y, res, other)
}

/// `urem`
pub fn urem(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (res, other) = (cx.res(inst, 0), cx.gpr());
    unsigned_division(cx, x, y, other, res)
}

/// The high half of a dividend: its sign in every bit.
fn sign_half(cx: &mut Cx<'_, '_>, size: Size, x: VReg) -> VReg {
    let high = cx.gpr();
    cx.put(Op::Cwd, size, &[Arg::Reg(x), Arg::Reg(high)]);
    high
}

/// `sdiv`: the instruction faults when the quotient does not fit its size; zero is asked for
/// before.
pub fn sdiv(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let ty = cx.ty(x);
    let nonzero = cx.iconst(y).is_some_and(|k| k != 0);
    let xr = if ty == types::I8 { sext32(cx, x) } else { cx.reg(x) };
    let yr = cx.reg(y);
    let size = size(ty);
    if !nonzero {
        cx.put(Op::Test, size, &[Arg::Reg(yr), Arg::Reg(yr)]);
        cx.trap_if(Cond::one(Cc::E), TrapCode::INTEGER_DIVISION_BY_ZERO);
    }
    let res = cx.res(inst, 0);
    let code = TrapCode::INTEGER_OVERFLOW;
    if ty == types::I8 {
        cx.put_trap(code, Op::Idiv8, Size::B, &[Arg::Mod(xr, res), Arg::Reg(yr)]);
        return true;
    }
    let high = sign_half(cx, size, xr);
    let other = cx.gpr();
    let args = [Arg::Mod(xr, res), Arg::Mod(high, other), Arg::Reg(yr)];
    cx.put_trap(code, Op::Idiv, size, &args);
    true
}

/// `srem`: by -1 it is zero, which the instruction cannot do for the minimum, so that it divides
/// by 1 there.
pub fn srem(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let ty = cx.ty(x);
    let harmless = cx.iconst(y).is_some_and(|k| k != -1);
    let (xr, yr) = (sext32(cx, x), sext32(cx, y));
    let size = size32(ty);
    let divisor = if harmless || !matches!(ty, types::I32 | types::I64) {
        // In 32 bits the quotient of narrower numbers always fits.
        yr
    } else {
        let one = cx.constant(1);
        cx.put(Op::CmpI, size, &[Arg::Reg(yr), Arg::Imm(-1)]);
        let divisor = cx.gpr();
        cx.cmov(Cond::one(Cc::E), size, divisor, Arg::Reg(one), yr);
        divisor
    };
    let high = sign_half(cx, size, xr);
    let (other, res) = (cx.gpr(), cx.res(inst, 0));
    let args = [Arg::Mod(xr, other), Arg::Mod(high, res), Arg::Reg(divisor)];
    cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Idiv, size, &args);
    true
}

/// Leading zeros of a register of 32 or 64 bits.
pub fn clz_reg(cx: &mut Cx<'_, '_>, size: Size, x: VReg, res: VReg) {
    if cx.isa.has_lzcnt() {
        cx.put(Op::Lzcnt, size, &[Arg::Reg(res), Arg::Reg(x)]);
        return;
    }
    // bsr leaves its destination alone for zero: -1 there gives the width in the end.
    let minus_one = cx.constant(u64::MAX);
    let top = cx.gpr();
    cx.put(Op::Bsr, size, &[Arg::Mod(minus_one, top), Arg::Reg(x)]);
    let negated = cx.gpr();
    cx.put(Op::Neg, size, &[Arg::Mod(top, negated)]);
    let width = i64::from(size.bits());
    cx.op2_to(Op::AddI, size, res, negated, Arg::Imm(width - 1));
}

/// Trailing zeros of a register of 32 or 64 bits.
pub fn ctz_reg(cx: &mut Cx<'_, '_>, size: Size, x: VReg, res: VReg) {
    if cx.isa.has_bmi1() {
        cx.put(Op::Tzcnt, size, &[Arg::Reg(res), Arg::Reg(x)]);
        return;
    }
    let width = cx.constant(u64::from(size.bits()));
    cx.put(Op::Bsf, size, &[Arg::Mod(width, res), Arg::Reg(x)]);
}

/// `clz` without `lzcnt`.
pub fn clz_bsr(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let size = size(cx.ty(x));
    let x = cx.reg(x);
    let res = cx.res(inst, 0);
    clz_reg(cx, size, x, res);
    true
}

/// `clz` of less than 32 bits.
pub fn clz_narrow(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let unused = 32 - i64::from(cx.ty(x).bits());
    let x = zext32(cx, x);
    let count = cx.gpr();
    clz_reg(cx, Size::D, x, count);
    let res = cx.res(inst, 0);
    cx.op2_to(Op::SubI, Size::D, res, count, Arg::Imm(unused));
    true
}

/// `ctz` without `tzcnt`.
pub fn ctz_bsf(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let size = size(cx.ty(x));
    let x = cx.reg(x);
    let res = cx.res(inst, 0);
    ctz_reg(cx, size, x, res);
    true
}

/// `ctz` of less than 32 bits: a bit above them ends the count.
pub fn ctz_narrow(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let stop = 1i64 << cx.ty(x).bits();
    let x = cx.reg(x);
    let stopped = cx.op2(Op::OrI, Size::D, x, Arg::Imm(stop));
    let res = cx.res(inst, 0);
    ctz_reg(cx, Size::D, stopped, res);
    true
}

/// `cls`: leading zeros of what differs from the sign, but one.
pub fn cls(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let ty = cx.ty(x);
    let size = size32(ty);
    let x = sext32(cx, x);
    let sign = cx.op2(Op::SarI, size, x, Arg::Imm(i64::from(size.bits()) - 1));
    let differs = cx.op2(Op::Xor, size, x, Arg::Reg(sign));
    let count = cx.gpr();
    clz_reg(cx, size, differs, count);
    let unused = i64::from(size.bits()) - i64::from(ty.bits());
    let res = cx.res(inst, 0);
    cx.op2_to(Op::SubI, size, res, count, Arg::Imm(unused + 1));
    true
}

/// `reg & k`, where `k` may be wider than an immediate.
fn and_const(cx: &mut Cx<'_, '_>, size: Size, x: VReg, k: u64) -> VReg {
    if size == Size::D {
        return cx.op2(Op::AndI, size, x, Arg::Imm(i64::from(k as i32)));
    }
    let k = cx.constant(k);
    cx.op2(Op::And, size, x, Arg::Reg(k))
}

/// Ones in a register of 32 or 64 bits, by sums of neighbours.
pub fn popcnt_reg(cx: &mut Cx<'_, '_>, size: Size, x: VReg, res: VReg) {
    if cx.isa.has_popcnt() {
        cx.put(Op::Popcnt, size, &[Arg::Reg(res), Arg::Reg(x)]);
        return;
    }
    let half = cx.op2(Op::ShrI, size, x, Arg::Imm(1));
    let odd = and_const(cx, size, half, 0x5555_5555_5555_5555);
    let pairs = cx.op2(Op::Sub, size, x, Arg::Reg(odd));
    let high = cx.op2(Op::ShrI, size, pairs, Arg::Imm(2));
    let high = and_const(cx, size, high, 0x3333_3333_3333_3333);
    let low = and_const(cx, size, pairs, 0x3333_3333_3333_3333);
    let nibbles = cx.op2(Op::Add, size, low, Arg::Reg(high));
    let shifted = cx.op2(Op::ShrI, size, nibbles, Arg::Imm(4));
    let sum = cx.op2(Op::Add, size, nibbles, Arg::Reg(shifted));
    let bytes = and_const(cx, size, sum, 0x0f0f_0f0f_0f0f_0f0f);
    let product = if size == Size::D {
        let product = cx.gpr();
        cx.put(Op::ImulI, size, &[Arg::Reg(product), Arg::Reg(bytes), Arg::Imm(0x0101_0101)]);
        product
    } else {
        let ones = cx.constant(0x0101_0101_0101_0101);
        cx.op2(Op::Imul, size, bytes, Arg::Reg(ones))
    };
    cx.op2_to(Op::ShrI, size, res, product, Arg::Imm(i64::from(size.bits()) - 8));
}

/// `popcnt`
pub fn popcnt(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let size = size32(cx.ty(x));
    let x = zext32(cx, x);
    let res = cx.res(inst, 0);
    popcnt_reg(cx, size, x, res);
    true
}

/// The bits of every byte in reverse order.
fn reverse_bytes_bits(cx: &mut Cx<'_, '_>, size: Size, mut x: VReg) -> VReg {
    let steps =
        [(1, 0x5555_5555_5555_5555), (2, 0x3333_3333_3333_3333), (4, 0x0f0f_0f0f_0f0f_0f0f)];
    for (by, keep) in steps {
        let low = and_const(cx, size, x, keep);
        let low = cx.op2(Op::ShlI, size, low, Arg::Imm(by));
        let high = cx.op2(Op::ShrI, size, x, Arg::Imm(by));
        let high = and_const(cx, size, high, keep);
        x = cx.op2(Op::Or, size, low, Arg::Reg(high));
    }
    x
}

/// The bits of a register of 32 or 64 bits in reverse order.
pub fn bitrev_reg(cx: &mut Cx<'_, '_>, size: Size, x: VReg, res: VReg) {
    let bits = reverse_bytes_bits(cx, size, x);
    cx.put(Op::Bswap, size, &[Arg::Mod(bits, res)]);
}

/// `bitrev`
pub fn bitrev(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let ty = cx.ty(x);
    let x = cx.reg(x);
    match ty {
        types::I8 => {
            let bits = reverse_bytes_bits(cx, Size::D, x);
            let res = cx.res(inst, 0);
            cx.c.alias_reg(res, bits);
        }
        types::I16 => {
            let bits = reverse_bytes_bits(cx, Size::D, x);
            let res = cx.res(inst, 0);
            cx.op2_to(Op::RolI, Size::W, res, bits, Arg::Imm(8));
        }
        _ => {
            let res = cx.res(inst, 0);
            bitrev_reg(cx, size(ty), x, res);
        }
    }
    true
}

/// Sets the carry if a value is not zero; gives all ones or zero.
pub fn bmask_reg(cx: &mut Cx<'_, '_>, x: Value, res: VReg, wide: bool) {
    let ty: Type = cx.ty(x);
    let narrow = if ty == types::I128 {
        let [low, high] = cx.c.regs2(x);
        cx.op2(Op::Or, Size::Q, low, Arg::Reg(high))
    } else {
        cx.reg(x)
    };
    let from = if ty == types::I128 { Size::Q } else { size(ty) };
    let negated = cx.gpr();
    cx.put(Op::Neg, from, &[Arg::Mod(narrow, negated)]);
    let to = if wide { Size::Q } else { Size::D };
    cx.put(Op::SbbSame, to, &[Arg::Reg(res)]);
}

/// `bmask`
pub fn bmask(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let ty = cx.c.result_ty(inst, 0);
    let res = cx.res(inst, 0);
    bmask_reg(cx, x, res, mask(ty) > u64::from(u32::MAX));
    true
}
