//! Integers of 128 bits, as pairs of registers, the low half first.

use super::build::{Cond, Cx};
use super::conds::int_cc;
use super::ints::{bitrev_reg, bmask_reg, clz_reg, ctz_reg, popcnt_reg, zext32};
use crate::amode::{Amode, Cc, Size};
use crate::insts::{Arg, Op};
use regalloc2::VReg;
use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::{Inst, MemFlags, Value, types};

const Q: Size = Size::Q;

type Pair = [VReg; 2];

fn give(cx: &mut Cx<'_, '_>, inst: Inst, pair: Pair) -> bool {
    let res = cx.c.result2(inst, 0);
    cx.c.alias_reg(res[0], pair[0]);
    cx.c.alias_reg(res[1], pair[1]);
    true
}

/// Both halves of an operand.
fn pair(cx: &mut Cx<'_, '_>, value: Value) -> Pair {
    cx.c.regs2(value)
}

/// The places of both halves in memory.
fn halves(cx: &mut Cx<'_, '_>, p: Value, off: i32) -> [Amode; 2] {
    let low = cx.address(p, off);
    if let Some(high) = low.plus(8) {
        return [low, high];
    }
    let base = cx.gpr();
    cx.put(Op::Lea, Q, &[Arg::Reg(base), Arg::Mem(low)]);
    [Amode::base(base, 0), Amode::base(base, 8)]
}

fn access(cx: &mut Cx<'_, '_>, flags: MemFlags, op: Op, args: &[Arg]) {
    // The byte order is asked for where a memory operand is made; here it is made by hand.
    match flags.trap_code() {
        Some(code) => cx.put_trap(code, op, Q, args),
        None => cx.put(op, Q, args),
    }
}

/// `load`
pub fn wide_load(cx: &mut Cx<'_, '_>, inst: Inst, flags: MemFlags, p: Value, off: i32) -> bool {
    if flags.explicit_endianness() == Some(windlass_core::ir::Endianness::Big) {
        return false;
    }
    let places = halves(cx, p, off);
    let res = cx.c.result2(inst, 0);
    for n in 0..2 {
        access(cx, flags, Op::Mov, &[Arg::Reg(res[n]), Arg::Mem(places[n])]);
    }
    true
}

/// `store`
pub fn wide_store(
    cx: &mut Cx<'_, '_>,
    _: Inst,
    flags: MemFlags,
    x: Value,
    p: Value,
    off: i32,
) -> bool {
    if flags.explicit_endianness() == Some(windlass_core::ir::Endianness::Big) {
        return false;
    }
    let x = pair(cx, x);
    let places = halves(cx, p, off);
    for n in 0..2 {
        access(cx, flags, Op::MovMr, &[Arg::Mem(places[n]), Arg::Reg(x[n])]);
    }
    true
}

/// `uextend`
pub fn wide_uextend(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let low = match cx.ty(x) {
        types::I64 => cx.reg(x),
        types::I32 => {
            let x = cx.rm(x, 32);
            cx.def1(Op::Mov, Size::D, x)
        }
        _ => zext32(cx, x),
    };
    let high = cx.constant(0);
    give(cx, inst, [low, high])
}

/// `sextend`
pub fn wide_sextend(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let (op, bits) = match cx.ty(x) {
        types::I8 => (Op::Movsx8, 8),
        types::I16 => (Op::Movsx16, 16),
        types::I32 => (Op::Movsxd, 32),
        _ => (Op::Mov, 64),
    };
    let low = if bits == 64 {
        cx.reg(x)
    } else {
        let x = cx.rm(x, bits);
        cx.def1(op, Q, x)
    };
    let high = cx.op2(Op::SarI, Q, low, Arg::Imm(63));
    give(cx, inst, [low, high])
}

/// `isplit`
pub fn isplit(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    for (n, half) in x.into_iter().enumerate() {
        let res = cx.res(inst, n);
        cx.c.alias_reg(res, half);
    }
    true
}

/// `iconcat`
pub fn iconcat(cx: &mut Cx<'_, '_>, inst: Inst, low: Value, high: Value) -> bool {
    let both = [cx.reg(low), cx.reg(high)];
    give(cx, inst, both)
}

/// `bitcast` to itself.
pub fn wide_copy(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    give(cx, inst, x)
}

/// The halves one after the other, the second operation taking the carry of the first.
fn chain(cx: &mut Cx<'_, '_>, first: Op, second: Op, x: Pair, y: Pair) -> Pair {
    let low = cx.op2(first, Q, x[0], Arg::Reg(y[0]));
    let high = cx.op2(second, Q, x[1], Arg::Reg(y[1]));
    [low, high]
}

/// `iadd`
pub fn wide_add(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (pair(cx, x), pair(cx, y));
    let sum = chain(cx, Op::Add, Op::Adc, x, y);
    give(cx, inst, sum)
}

/// `isub`
pub fn wide_sub(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (pair(cx, x), pair(cx, y));
    let difference = chain(cx, Op::Sub, Op::Sbb, x, y);
    give(cx, inst, difference)
}

/// A sum or difference, and a condition of the flags after it.
fn overflow(cx: &mut Cx<'_, '_>, inst: Inst, ops: [Op; 2], cc: Cc, x: Value, y: Value) -> bool {
    let (x, y) = (pair(cx, x), pair(cx, y));
    let sum = chain(cx, ops[0], ops[1], x, y);
    let flag = cx.res(inst, 1);
    cx.setcc(Cond::one(cc), flag);
    give(cx, inst, sum)
}

/// `uadd_overflow`
pub fn wide_uadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    overflow(cx, inst, [Op::Add, Op::Adc], Cc::B, x, y)
}

/// `sadd_overflow`
pub fn wide_sadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    overflow(cx, inst, [Op::Add, Op::Adc], Cc::O, x, y)
}

/// `usub_overflow`
pub fn wide_usub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    overflow(cx, inst, [Op::Sub, Op::Sbb], Cc::B, x, y)
}

/// `ssub_overflow`
pub fn wide_ssub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    overflow(cx, inst, [Op::Sub, Op::Sbb], Cc::O, x, y)
}

/// A sum or difference with a carry or borrow that comes in, and a condition of the flags after it.
fn carrying(
    cx: &mut Cx<'_, '_>,
    inst: Inst,
    op: Op,
    cc: Cc,
    x: Value,
    y: Value,
    carry: Value,
) -> bool {
    let (x, y, carry) = (pair(cx, x), pair(cx, y), cx.reg(carry));
    // Adding 255 to a byte carries unless the byte is zero.
    cx.op2(Op::AddI, Size::B, carry, Arg::Imm(-1));
    let sum = chain(cx, op, op, x, y);
    let flag = cx.res(inst, 1);
    cx.setcc(Cond::one(cc), flag);
    give(cx, inst, sum)
}

/// `uadd_overflow_cin`
pub fn wide_uadd_cin(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value, c: Value) -> bool {
    carrying(cx, inst, Op::Adc, Cc::B, x, y, c)
}

/// `sadd_overflow_cin`
pub fn wide_sadd_cin(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value, c: Value) -> bool {
    carrying(cx, inst, Op::Adc, Cc::O, x, y, c)
}

/// `usub_overflow_bin`
pub fn wide_usub_bin(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value, c: Value) -> bool {
    carrying(cx, inst, Op::Sbb, Cc::B, x, y, c)
}

/// `ssub_overflow_bin`
pub fn wide_ssub_bin(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value, c: Value) -> bool {
    carrying(cx, inst, Op::Sbb, Cc::O, x, y, c)
}

/// `ineg`
pub fn wide_neg(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let zeros = [cx.constant(0), cx.constant(0)];
    let negated = chain(cx, Op::Sub, Op::Sbb, zeros, x);
    give(cx, inst, negated)
}

/// `iabs`
pub fn wide_abs(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let sign = cx.op2(Op::SarI, Q, x[1], Arg::Imm(63));
    let flipped = each(cx, Op::Xor, x, [sign, sign]);
    let absolute = chain(cx, Op::Sub, Op::Sbb, flipped, [sign, sign]);
    give(cx, inst, absolute)
}

/// `imul`
pub fn wide_mul(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (pair(cx, x), pair(cx, y));
    let a = cx.op2(Op::Imul, Q, x[0], Arg::Reg(y[1]));
    let b = cx.op2(Op::Imul, Q, x[1], Arg::Reg(y[0]));
    let cross = cx.op2(Op::Add, Q, a, Arg::Reg(b));
    let (low, high) = (cx.gpr(), cx.gpr());
    cx.put(Op::Mul, Q, &[Arg::Mod(x[0], low), Arg::Reg(high), Arg::Reg(y[0])]);
    let high = cx.op2(Op::Add, Q, high, Arg::Reg(cross));
    give(cx, inst, [low, high])
}

/// The same operation on both halves.
fn each(cx: &mut Cx<'_, '_>, op: Op, x: Pair, y: Pair) -> Pair {
    [cx.op2(op, Q, x[0], Arg::Reg(y[0])), cx.op2(op, Q, x[1], Arg::Reg(y[1]))]
}

fn bitwise(cx: &mut Cx<'_, '_>, inst: Inst, op: Op, x: Value, y: Value) -> bool {
    let (x, y) = (pair(cx, x), pair(cx, y));
    let result = each(cx, op, x, y);
    give(cx, inst, result)
}

/// `band`
pub fn wide_and(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    bitwise(cx, inst, Op::And, x, y)
}

/// `bor`
pub fn wide_or(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    bitwise(cx, inst, Op::Or, x, y)
}

/// `bxor`
pub fn wide_xor(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    bitwise(cx, inst, Op::Xor, x, y)
}

/// One operand, one result, in a new register.
fn unary(cx: &mut Cx<'_, '_>, op: Op, x: VReg) -> VReg {
    let to = cx.gpr();
    cx.put(op, Q, &[Arg::Mod(x, to)]);
    to
}

/// `bnot`
pub fn wide_not(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let result = [unary(cx, Op::Not, x[0]), unary(cx, Op::Not, x[1])];
    give(cx, inst, result)
}

/// `bitselect`
pub fn wide_bitselect(cx: &mut Cx<'_, '_>, inst: Inst, c: Value, x: Value, y: Value) -> bool {
    let (c, x, y) = (pair(cx, c), pair(cx, x), pair(cx, y));
    let differs = each(cx, Op::Xor, x, y);
    let chosen = each(cx, Op::And, differs, c);
    let result = each(cx, Op::Xor, chosen, y);
    give(cx, inst, result)
}

/// A shift of two registers as one.
fn double_shift(cx: &mut Cx<'_, '_>, op: Op, x: VReg, other: VReg, amount: VReg) -> VReg {
    let to = cx.gpr();
    cx.put(op, Q, &[Arg::Mod(x, to), Arg::Reg(other), Arg::Reg(amount)]);
    to
}

/// `x` where the amount is 64 or more, else `y`, after the flags were set by `test_64`.
fn far(cx: &mut Cx<'_, '_>, x: VReg, y: VReg) -> VReg {
    let to = cx.gpr();
    cx.cmov(Cond::one(Cc::Ne), Q, to, Arg::Reg(x), y);
    to
}

fn test_64(cx: &mut Cx<'_, '_>, amount: VReg) {
    cx.put(Op::TestI, Size::B, &[Arg::Reg(amount), Arg::Imm(64)]);
}

/// `ishl`
pub fn wide_shl(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, n: Value) -> bool {
    let (x, n) = (pair(cx, x), cx.reg(n));
    let zero = cx.constant(0);
    let high = double_shift(cx, Op::Shld, x[1], x[0], n);
    let low = cx.op2(Op::Shl, Q, x[0], Arg::Reg(n));
    test_64(cx, n);
    let result = [far(cx, zero, low), far(cx, low, high)];
    give(cx, inst, result)
}

/// `ushr`
pub fn wide_ushr(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, n: Value) -> bool {
    let (x, n) = (pair(cx, x), cx.reg(n));
    let zero = cx.constant(0);
    let low = double_shift(cx, Op::Shrd, x[0], x[1], n);
    let high = cx.op2(Op::Shr, Q, x[1], Arg::Reg(n));
    test_64(cx, n);
    let result = [far(cx, high, low), far(cx, zero, high)];
    give(cx, inst, result)
}

/// `sshr`
pub fn wide_sshr(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, n: Value) -> bool {
    let (x, n) = (pair(cx, x), cx.reg(n));
    let sign = cx.op2(Op::SarI, Q, x[1], Arg::Imm(63));
    let low = double_shift(cx, Op::Shrd, x[0], x[1], n);
    let high = cx.op2(Op::Sar, Q, x[1], Arg::Reg(n));
    test_64(cx, n);
    let result = [far(cx, high, low), far(cx, sign, high)];
    give(cx, inst, result)
}

fn rotate(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, n: Value, op: Op) -> bool {
    let (x, n) = (pair(cx, x), cx.reg(n));
    test_64(cx, n);
    let (low, high) = (far(cx, x[1], x[0]), far(cx, x[0], x[1]));
    let result = [double_shift(cx, op, low, high, n), double_shift(cx, op, high, low, n)];
    give(cx, inst, result)
}

/// `rotl`
pub fn wide_rotl(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, n: Value) -> bool {
    rotate(cx, inst, x, n, Op::Shld)
}

/// `rotr`
pub fn wide_rotr(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, n: Value) -> bool {
    rotate(cx, inst, x, n, Op::Shrd)
}

/// `bitrev`
pub fn wide_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let result = [cx.gpr(), cx.gpr()];
    for n in 0..2 {
        bitrev_reg(cx, Q, x[1 - n], result[n]);
    }
    give(cx, inst, result)
}

/// `bswap`
pub fn wide_bswap(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let result = [unary(cx, Op::Bswap, x[1]), unary(cx, Op::Bswap, x[0])];
    give(cx, inst, result)
}

/// A count in the low half of a result.
fn give_count(cx: &mut Cx<'_, '_>, inst: Inst, count: VReg) -> bool {
    let zero = cx.constant(0);
    give(cx, inst, [count, zero])
}

/// The count of `first`, or where that register is zero that of `second` and 64.
fn count(
    cx: &mut Cx<'_, '_>,
    counter: fn(&mut Cx<'_, '_>, Size, VReg, VReg),
    first: VReg,
    second: VReg,
) -> VReg {
    let (near, behind) = (cx.gpr(), cx.gpr());
    counter(cx, Q, first, near);
    counter(cx, Q, second, behind);
    let behind = cx.op2(Op::AddI, Q, behind, Arg::Imm(64));
    cx.put(Op::Test, Q, &[Arg::Reg(first), Arg::Reg(first)]);
    let result = cx.gpr();
    cx.cmov(Cond::one(Cc::Ne), Q, result, Arg::Reg(near), behind);
    result
}

/// `clz`
pub fn wide_clz(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let n = count(cx, clz_reg, x[1], x[0]);
    give_count(cx, inst, n)
}

/// `ctz`
pub fn wide_ctz(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let n = count(cx, ctz_reg, x[0], x[1]);
    give_count(cx, inst, n)
}

/// `cls`
pub fn wide_cls(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let sign = cx.op2(Op::SarI, Q, x[1], Arg::Imm(63));
    let differs = each(cx, Op::Xor, x, [sign, sign]);
    let n = count(cx, clz_reg, differs[1], differs[0]);
    let n = cx.op2(Op::SubI, Q, n, Arg::Imm(1));
    give_count(cx, inst, n)
}

/// `popcnt`
pub fn wide_popcnt(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let counts = [cx.gpr(), cx.gpr()];
    for n in 0..2 {
        popcnt_reg(cx, Q, x[n], counts[n]);
    }
    let sum = cx.op2(Op::Add, Q, counts[0], Arg::Reg(counts[1]));
    give_count(cx, inst, sum)
}

/// `bmask`
pub fn wide_bmask(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let mask = cx.gpr();
    bmask_reg(cx, x, mask, true);
    give(cx, inst, [mask, mask])
}

/// The flags of a comparison.
pub fn wide_compare(cx: &mut Cx<'_, '_>, _: Inst, cc: IntCC, x: Value, y: Value) -> Option<Cond> {
    let (x, y) = (pair(cx, x), pair(cx, y));
    if matches!(cc, IntCC::Equal | IntCC::NotEqual) {
        let differs = each(cx, Op::Xor, x, y);
        cx.op2(Op::Or, Q, differs[0], Arg::Reg(differs[1]));
        return Some(Cond::one(int_cc(cc)));
    }
    // Greater and less-or-equal are asked the other way round: the zero flag knows the high half
    // alone.
    let swap = matches!(
        cc,
        IntCC::SignedGreaterThan
            | IntCC::SignedLessThanOrEqual
            | IntCC::UnsignedGreaterThan
            | IntCC::UnsignedLessThanOrEqual
    );
    let (x, y, cc) = if swap { (y, x, cc.swap_args()) } else { (x, y, cc) };
    cx.put(Op::Cmp, Q, &[Arg::Reg(x[0]), Arg::Reg(y[0])]);
    cx.op2(Op::Sbb, Q, x[1], Arg::Reg(y[1]));
    Some(Cond::one(int_cc(cc)))
}

/// The halves of a vector register in general ones.
fn to_gprs(cx: &mut Cx<'_, '_>, x: VReg) -> Pair {
    let low = cx.def1(Op::MovGX, Q, Arg::Reg(x));
    let upper = cx.op2(Op::Punpckhqdq, Size::B, x, Arg::Reg(x));
    [low, cx.def1(Op::MovGX, Q, Arg::Reg(upper))]
}

/// A vector register from its halves in general ones.
fn from_gprs(cx: &mut Cx<'_, '_>, res: VReg, x: Pair) {
    let low = cx.def1x(Op::MovXG, Q, Arg::Reg(x[0]));
    let high = cx.def1x(Op::MovXG, Q, Arg::Reg(x[1]));
    cx.op2_to(Op::Punpcklqdq, Size::B, res, low, Arg::Reg(high));
}

/// `select` of an `f128`
pub fn select_f128(cx: &mut Cx<'_, '_>, inst: Inst, c: Value, x: Value, y: Value) -> bool {
    let (x, y) = (cx.reg(x), cx.reg(y));
    let (x, y) = (to_gprs(cx, x), to_gprs(cx, y));
    let cond = cx.cond(c);
    let chosen = [cx.gpr(), cx.gpr()];
    for n in 0..2 {
        cx.cmov(cond, Q, chosen[n], Arg::Reg(x[n]), y[n]);
    }
    let res = cx.res(inst, 0);
    from_gprs(cx, res, chosen);
    true
}

/// `bitcast` of an `f128`
pub fn wide_from_f128(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = cx.reg(x);
    let halves = to_gprs(cx, x);
    give(cx, inst, halves)
}

/// `bitcast` to an `f128`
pub fn wide_to_f128(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    let x = pair(cx, x);
    let res = cx.res(inst, 0);
    from_gprs(cx, res, x);
    true
}
