//! Sums that hand a carry on; quotients and remainders of 128 bits, straight code around the
//! machine's division of 128 bits by 64.
//!
//! What holds of quotients: there are two algorithms, for divisors below `2^64` and for others. Both use the same
//! two division instructions; conditional moves choose their operands and what becomes of their
//! results, and there is no branch. A divisor below `2^64` divides the upper half of the dividend,
//! and then the lower half with the remainder of the first division above it. A larger divisor is
//! normalised: shifted left until its top bit is set. Its upper 64 bits then divide half the
//! dividend. That quotient, shifted back, is the right one or one too large: one is subtracted, and
//! added again if the remainder is not below the divisor.

use super::build::{Cond, Cx, size};
use crate::amode::{Cc, Size};
use crate::insts::{Arg, Op};
use regalloc2::VReg;
use smallvec::SmallVec;
use windlass_core::ir::{Inst, Opcode, TrapCode, Value};

/// A number of 128 bits, its low half first.
type Wide = [VReg; 2];

/// How many sums are put together at most.
const MAX_CHAIN: usize = 16;

/// A sum or difference whose carry comes in by the flags: where the instruction before it in the
/// function gives it its carry, and nobody else, both are put here, one behind the other.
pub fn chain(cx: &mut Cx<'_, '_>, inst: Inst) -> bool {
    let mut chain = SmallVec::<[Inst; 4]>::from_elem(inst, 1);
    while chain.len() < MAX_CHAIN
        && let Some(before) = hands_on(cx, &chain)
    {
        chain.push(before);
    }
    let wanted = cx.c.result_wanted(inst, 1);
    if wanted && chain.len() == 1 {
        return false;
    }
    let first = chain[chain.len() - 1];
    let size = size(cx.c.data(inst).ctrl_type);
    let takes = |inst: Inst, cx: &Cx<'_, '_>| cx.c.data(inst).opcode.info().fixed_values == 3;
    let in_reg = |cx: &mut Cx<'_, '_>, inst: Inst, n: usize| {
        let value = cx.arg(inst, n);
        cx.reg(value)
    };
    let carry = takes(first, cx).then(|| in_reg(cx, first, 2));
    let operands: SmallVec<[[VReg; 2]; 4]> =
        chain.iter().map(|&inst| [0, 1].map(|n| in_reg(cx, inst, n))).collect();
    if let Some(carry) = carry {
        // Adding 255 to a byte carries unless the byte is zero.
        let unused = cx.gpr();
        cx.put(Op::AddI, Size::S8, &[Arg::Mod(carry, unused), Arg::Imm(-1)]);
    }
    for (&part, [x, y]) in chain.iter().zip(operands).rev() {
        let op = match (subtracts(cx, part), takes(part, cx)) {
            (false, false) => Op::Add,
            (false, true) => Op::Adc,
            (true, false) => Op::Sub,
            (true, true) => Op::Sbb,
        };
        let to = cx.res(part, 0);
        cx.op2_to(op, size, to, x, Arg::Reg(y));
        if part != inst {
            cx.c.sink(part);
        }
    }
    if wanted {
        let op = cx.c.data(inst).opcode;
        let signed = matches!(
            op,
            Opcode::SaddOverflow
                | Opcode::SsubOverflow
                | Opcode::SaddOverflowCin
                | Opcode::SsubOverflowBin
        );
        let to = cx.res(inst, 1);
        let cc = if signed { Cc::O } else { Cc::B };
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(cc as u8), Arg::Reg(to)]);
    }
    true
}

fn subtracts(cx: &Cx<'_, '_>, inst: Inst) -> bool {
    use Opcode::*;
    matches!(
        cx.c.data(inst).opcode,
        UsubOverflow | SsubOverflow | UsubOverflowBin | SsubOverflowBin
    )
}

/// The instruction that stands right before the last of a chain of sums and hands its carry to it
/// alone, and its sum to none of them: all operands are read before the first sum.
fn hands_on(cx: &Cx<'_, '_>, chain: &[Inst]) -> Option<Inst> {
    let inst = chain[chain.len() - 1];
    let data = cx.c.data(inst);
    if data.opcode.info().fixed_values != 3 || !cx.single_use(data.args[2]) {
        return None;
    }
    let before = cx.c.func.layout.prev_inst(inst)?;
    let given = cx.c.data(before);
    let fits = match given.opcode {
        Opcode::UaddOverflow | Opcode::UaddOverflowCin => !subtracts(cx, inst),
        Opcode::UsubOverflow | Opcode::UsubOverflowBin => subtracts(cx, inst),
        _ => false,
    };
    let &[sum, carry] = cx.c.results(before) else { return None };
    let apart = |&inst: &Inst| !cx.c.args(inst).contains(&sum);
    let same = carry == data.args[2] && given.ctrl_type == data.ctrl_type;
    (fits && same && chain.iter().all(apart)).then_some(before)
}

/// `x` where a condition holds, else `y`.
fn choose(cx: &mut Cx<'_, '_>, cc: Cc, x: VReg, y: VReg) -> VReg {
    let to = cx.gpr();
    cx.put(Op::Cmov, Size::S64, &[Arg::Cond(cc as u8), Arg::Mod(y, to), Arg::Reg(x)]);
    to
}

/// Quotient and remainder of `upper:lower` by `d`.
fn divide(cx: &mut Cx<'_, '_>, lower: VReg, upper: VReg, d: VReg) -> (VReg, VReg) {
    let (quotient, remainder) = (cx.gpr(), cx.gpr());
    let args = [Arg::Mod(lower, quotient), Arg::Mod(upper, remainder), Arg::Reg(d)];
    cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Div, Size::S64, &args);
    (quotient, remainder)
}

/// Quotient and remainder without sign.
fn unsigned(cx: &mut Cx<'_, '_>, n: Wide, d: Wide) -> (Wide, Wide) {
    let q = Size::S64;
    // Which bit of the upper half is the top one; 63 less that is how far the divisor is shifted.
    let none = cx.constant(0);
    let top = cx.op2(Op::Bsr, q, none, Arg::Reg(d[1]));
    let shift = cx.op2(Op::XorI, Size::S32, top, Arg::Imm(63));
    let normal = cx.gpr();
    cx.put(Op::Shld, q, &[Arg::Mod(d[1], normal), Arg::Reg(d[0]), Arg::Reg(shift)]);
    let half = cx.gpr();
    cx.put(Op::ShrdI, q, &[Arg::Mod(n[0], half), Arg::Reg(n[1]), Arg::Imm(1)]);
    let half_upper = cx.op2(Op::ShrI, q, n[1], Arg::Imm(1));
    let zero = cx.constant(0);
    cx.put(Op::Test, q, &[Arg::Reg(d[1]), Arg::Reg(d[1])]);
    let by = choose(cx, Cc::Ne, normal, d[0]);
    let lower = choose(cx, Cc::Ne, half, n[0]);
    let upper = choose(cx, Cc::Ne, half_upper, n[1]);
    let (q1, r1) = divide(cx, upper, zero, by);
    let (q0, r0) = divide(cx, lower, r1, by);
    // For a wide divisor: the quotient less one, unless it is zero.
    let back = cx.gpr();
    cx.put(Op::Shr, q, &[Arg::Mod(q0, back), Arg::Reg(top)]);
    let less = cx.op2(Op::SubI, q, back, Arg::Imm(1));
    let guess = cx.op2(Op::AdcI, q, less, Arg::Imm(0));
    let (low, carry) = (cx.gpr(), cx.gpr());
    cx.put(Op::Mul, q, &[Arg::Mod(guess, low), Arg::Reg(carry), Arg::Reg(d[0])]);
    let cross = cx.op2(Op::Imul, q, guess, Arg::Reg(d[1]));
    let high = cx.op2(Op::Add, q, carry, Arg::Reg(cross));
    let rest = [cx.op2(Op::Sub, q, n[0], Arg::Reg(low)), cx.op2(Op::Sbb, q, n[1], Arg::Reg(high))];
    let zero = cx.constant(0);
    let beyond =
        [cx.op2(Op::Sub, q, rest[0], Arg::Reg(d[0])), cx.op2(Op::Sbb, q, rest[1], Arg::Reg(d[1]))];
    let rest = [choose(cx, Cc::Ae, beyond[0], rest[0]), choose(cx, Cc::Ae, beyond[1], rest[1])];
    let exact = cx.op2(Op::SbbI, q, guess, Arg::Imm(-1));
    cx.put(Op::Test, q, &[Arg::Reg(d[1]), Arg::Reg(d[1])]);
    let quotient = [choose(cx, Cc::Ne, exact, q0), choose(cx, Cc::Ne, zero, q1)];
    let remainder = [choose(cx, Cc::Ne, rest[0], r0), choose(cx, Cc::Ne, rest[1], zero)];
    (quotient, remainder)
}

/// The number, or its negative where the mask has all bits.
fn negate_if(cx: &mut Cx<'_, '_>, mask: VReg, x: Wide) -> Wide {
    let flipped = x.map(|half| cx.op2(Op::Xor, Size::S64, half, Arg::Reg(mask)));
    [
        cx.op2(Op::Sub, Size::S64, flipped[0], Arg::Reg(mask)),
        cx.op2(Op::Sbb, Size::S64, flipped[1], Arg::Reg(mask)),
    ]
}

fn sign(cx: &mut Cx<'_, '_>, x: Wide) -> VReg {
    cx.op2(Op::SarI, Size::S64, x[1], Arg::Imm(63))
}

fn finish(cx: &mut Cx<'_, '_>, inst: Inst, from: Wide) -> bool {
    for (half, from) in from.into_iter().enumerate() {
        let to = cx.res_half(inst, 0, half);
        cx.c.alias_reg(to, from);
    }
    true
}

/// `udiv.i128`
pub fn udiv_128(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (cx.c.regs2(x), cx.c.regs2(y));
    let (quotient, _) = unsigned(cx, x, y);
    finish(cx, inst, quotient)
}

/// `urem.i128`
pub fn urem_128(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (cx.c.regs2(x), cx.c.regs2(y));
    let (_, remainder) = unsigned(cx, x, y);
    finish(cx, inst, remainder)
}

/// `sdiv.i128`: the minimum by -1 is the overflow.
pub fn sdiv_128(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (cx.c.regs2(x), cx.c.regs2(y));
    let minimum = cx.constant(1 << 63);
    let ones = cx.op2(Op::And, Size::S64, y[0], Arg::Reg(y[1]));
    let not_minus_one = cx.gpr();
    cx.put(Op::Not, Size::S64, &[Arg::Mod(ones, not_minus_one)]);
    let not_minimum = cx.op2(Op::Xor, Size::S64, x[1], Arg::Reg(minimum));
    let either = cx.op2(Op::Or, Size::S64, not_minus_one, Arg::Reg(not_minimum));
    cx.op2(Op::Or, Size::S64, either, Arg::Reg(x[0]));
    cx.trap_if(Cond::one(Cc::E), TrapCode::INTEGER_OVERFLOW);
    let (x_sign, y_sign) = (sign(cx, x), sign(cx, y));
    let (n, d) = (negate_if(cx, x_sign, x), negate_if(cx, y_sign, y));
    let (quotient, _) = unsigned(cx, n, d);
    let negative = cx.op2(Op::Xor, Size::S64, x_sign, Arg::Reg(y_sign));
    let quotient = negate_if(cx, negative, quotient);
    finish(cx, inst, quotient)
}

/// `srem.i128`: the sign is that of the dividend.
pub fn srem_128(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    let (x, y) = (cx.c.regs2(x), cx.c.regs2(y));
    let (x_sign, y_sign) = (sign(cx, x), sign(cx, y));
    let (n, d) = (negate_if(cx, x_sign, x), negate_if(cx, y_sign, y));
    let (_, remainder) = unsigned(cx, n, d);
    let remainder = negate_if(cx, x_sign, remainder);
    finish(cx, inst, remainder)
}
