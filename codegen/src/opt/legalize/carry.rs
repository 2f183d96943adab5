//! Carries and overflows by comparisons, for integers of at most 64 bits.

use super::{Cx, Expansion, data};
use crate::ir::condcodes::IntCC::{NotEqual, SignedLessThan, UnsignedLessThan};
use crate::ir::{InstructionData, Opcode, Value, types};

pub(super) fn expansion(op: Opcode) -> Option<Expansion> {
    match op {
        Opcode::UaddOverflow
        | Opcode::SaddOverflow
        | Opcode::UsubOverflow
        | Opcode::SsubOverflow
        | Opcode::UaddOverflowCin
        | Opcode::SaddOverflowCin
        | Opcode::UsubOverflowBin
        | Opcode::SsubOverflowBin => Some(sum),
        Opcode::UmulOverflow | Opcode::SmulOverflow => Some(product),
        Opcode::UaddOverflowTrap => Some(sum_or_trap),
        _ => None,
    }
}

fn sum(cx: &mut Cx<'_>) {
    use Opcode::*;
    let (op, ty) = (cx.data.opcode, cx.data.ctrl_type);
    let (x, y) = (cx.arg(0), cx.arg(1));
    let subtracts = matches!(op, UsubOverflow | SsubOverflow | UsubOverflowBin | SsubOverflowBin);
    let unsigned = matches!(op, UaddOverflow | UsubOverflow | UaddOverflowCin | UsubOverflowBin);
    let has_carry =
        matches!(op, UaddOverflowCin | SaddOverflowCin | UsubOverflowBin | SsubOverflowBin);
    let how = if subtracts { Isub } else { Iadd };
    let carry = cx.arg(2);
    let [result, flag] = cx.take_results();
    let part = if has_carry { cx.op(how, ty, &[x, y]) } else { result };
    if has_carry {
        let one = cx.icmp_imm(NotEqual, carry, 0);
        let one = if ty == types::I8 { one } else { cx.op(Uextend, ty, &[one]) };
        cx.give(result, data(how, ty, &[part, one]));
    } else {
        cx.give(result, data(how, ty, &[x, y]));
    }
    if !unsigned {
        // The signs of the operands are (of a difference: are not) alike, and that of the result
        // is another.
        let a = cx.op(Bxor, ty, &[x, if subtracts { y } else { result }]);
        let b = cx.op(Bxor, ty, &[if subtracts { x } else { y }, result]);
        let both = cx.op(Band, ty, &[a, b]);
        let zero = cx.int(ty, 0);
        cx.give(flag, InstructionData::icmp(SignedLessThan, ty, both, zero));
        return;
    }
    let first = if subtracts { (x, y) } else { (part, x) };
    if !has_carry {
        cx.give(flag, InstructionData::icmp(UnsignedLessThan, ty, first.0, first.1));
        return;
    }
    let first = cx.icmp(UnsignedLessThan, first.0, first.1);
    let (below, above): (Value, Value) = if subtracts { (part, result) } else { (result, part) };
    let second = cx.icmp(UnsignedLessThan, below, above);
    cx.give(flag, data(Bor, types::I8, &[first, second]));
}

fn product(cx: &mut Cx<'_>) {
    let ty = cx.data.ctrl_type;
    let (x, y) = (cx.arg(0), cx.arg(1));
    let signed = cx.data.opcode == Opcode::SmulOverflow;
    let [result, flag] = cx.take_results();
    cx.give(result, data(Opcode::Imul, ty, &[x, y]));
    let high = if signed { Opcode::Smulhi } else { Opcode::Umulhi };
    let high = cx.op(high, ty, &[x, y]);
    let expected = if signed {
        cx.op_imm(Opcode::Sshr, ty, result, i64::from(ty.bits()) - 1)
    } else {
        cx.int(ty, 0)
    };
    cx.give(flag, InstructionData::icmp(NotEqual, ty, high, expected));
}

fn sum_or_trap(cx: &mut Cx<'_>) {
    use crate::ir::InstBuilder;
    let ty = cx.data.ctrl_type;
    let code = cx.data.trap_code().expect("the opcode has a trap code");
    let (x, y) = (cx.arg(0), cx.arg(1));
    let [result, _] = cx.take_results();
    cx.give(result, data(Opcode::Iadd, ty, &[x, y]));
    let carry = cx.icmp(UnsignedLessThan, result, x);
    cx.pos.ins().trapnz(carry, code);
}
