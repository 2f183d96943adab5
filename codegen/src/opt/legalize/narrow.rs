//! Integers of 8 and 16 bits, in 32; and of up to 64 bits in halves.

use super::{Cx, Expansion, Support, data};
use crate::ir::condcodes::IntCC::{Equal, NotEqual, UnsignedGreaterThan};
use crate::ir::{InstBuilder, InstructionData, Opcode, TrapCode, Type, Value, types};
use Opcode::*;
use types::{I8, I16, I32, I64, I128};

pub(super) fn expansion(op: Opcode) -> Option<Expansion> {
    Some(match op {
        Iadd | Isub | Imul | Ineg | Iabs | Band | Bor | Bxor | Bnot | Bitselect | Umulhi
        | Smulhi | Udiv | Sdiv | Urem | Srem | Smin | Umin | Smax | Umax | Clz | Cls | Ctz
        | Popcnt | Bitrev | Bswap => in_32_bits,
        Ishl | Ushr | Sshr => shift,
        Rotl | Rotr => rotate,
        Icmp => icmp,
        Bmask => bmask,
        FcvtToSint | FcvtToUint => to_int,
        FcvtToSintSat | FcvtToUintSat => to_int_clamped,
        _ => return None,
    })
}

/// Halves of numbers of up to 64 bits.
pub(super) fn halves(op: Opcode, ty: Type) -> Option<Expansion> {
    match op {
        Isplit => Some(split),
        Iconcat if ty != I64 => Some(concat),
        _ => None,
    }
}

/// No machine makes floats from less than 32 bits.
pub(super) fn operands(op: Opcode, ty: Type, support: &Support) -> Option<Expansion> {
    let converts = matches!(op, FcvtFromSint | FcvtFromUint);
    (converts && support.lowers(FcvtFromSint, ty)).then_some(from_int)
}

/// Whether operands are extended with their sign.
fn is_signed(op: Opcode) -> bool {
    matches!(op, Sdiv | Srem | Smin | Smax | Iabs | Cls | Smulhi | Sshr)
}

impl Cx<'_> {
    /// A number in 32 bits.
    fn wider(&mut self, x: Value, signed: bool) -> Value {
        match self.constant(x) {
            Some(k) if signed => self.int(I32, k),
            Some(k) => {
                let bits = self.ty(x).bits();
                self.int(I32, k & ((1 << bits) - 1))
            }
            None => self.op(if signed { Sextend } else { Uextend }, I32, &[x]),
        }
    }

    /// A number of places, modulo the width.
    fn amount(&mut self, n: Value, width: u32) -> Value {
        let mask = i64::from(width) - 1;
        let n = if self.ty(n) == I128 { self.op(Isplit, I128, &[n]) } else { n };
        let ty = self.ty(n);
        match self.constant(n) {
            Some(k) => self.int(ty, k & mask),
            None => self.op_imm(Band, ty, n, mask),
        }
    }
}

fn in_32_bits(cx: &mut Cx<'_>) {
    let (op, ty) = (cx.data.opcode, cx.data.ctrl_type);
    let (width, unused) = (i64::from(ty.bits()), 32 - i64::from(ty.bits()));
    let mut args = cx.data.args;
    let args = &mut args[..usize::from(op.info().fixed_values)];
    for arg in args.iter_mut() {
        *arg = cx.wider(*arg, is_signed(op));
    }
    if op == Ctz {
        args[0] = cx.op_imm(Bor, I32, args[0], 1 << width);
    }
    let wide = if matches!(op, Umulhi | Smulhi) { Imul } else { op };
    let mut result = cx.op(wide, I32, args);
    match op {
        Clz | Cls => result = cx.op_imm(Iadd, I32, result, -unused),
        Bitrev | Bswap => result = cx.op_imm(Ushr, I32, result, unused),
        Umulhi | Smulhi => result = cx.op_imm(Ushr, I32, result, width),
        Sdiv => {
            let too_large = cx.icmp_imm(Equal, result, 1 << (width - 1));
            cx.pos.ins().trapnz(too_large, TrapCode::INTEGER_OVERFLOW);
        }
        _ => {}
    }
    cx.finish(Ireduce, ty, &[result]);
}

fn shift(cx: &mut Cx<'_>) {
    let (op, ty) = (cx.data.opcode, cx.data.ctrl_type);
    let x = cx.wider(cx.arg(0), is_signed(op));
    let n = cx.amount(cx.arg(1), ty.bits());
    let result = cx.op(op, I32, &[x, n]);
    cx.finish(Ireduce, ty, &[result]);
}

fn rotate(cx: &mut Cx<'_>) {
    let ty = cx.data.ctrl_type;
    let x = cx.wider(cx.arg(0), false);
    let n = cx.amount(cx.arg(1), ty.bits());
    let width = cx.int(cx.ty(n), ty.bits().into());
    let rest = cx.op(Isub, cx.ty(n), &[width, n]);
    let (to, from) = if cx.data.opcode == Rotl { (Ishl, Ushr) } else { (Ushr, Ishl) };
    let kept = cx.op(to, I32, &[x, n]);
    let moved = cx.op(from, I32, &[x, rest]);
    let result = cx.op(Bor, I32, &[kept, moved]);
    cx.finish(Ireduce, ty, &[result]);
}

fn icmp(cx: &mut Cx<'_>) {
    let cc = cx.data.cond();
    let [x, y] = [0, 1].map(|n| cx.wider(cx.arg(n), cc.is_signed()));
    cx.replace(InstructionData::icmp(cc, I32, x, y));
}

fn bmask(cx: &mut Cx<'_>) {
    let mask = cx.op(Bmask, I32, &[cx.arg(0)]);
    cx.finish(Ireduce, cx.data.ctrl_type, &[mask]);
}

/// The least and the greatest number of a type.
fn bounds(ty: Type, signed: bool) -> (i64, i64) {
    match signed {
        true => (-(1 << (ty.bits() - 1)), (1 << (ty.bits() - 1)) - 1),
        false => (0, (1 << ty.bits()) - 1),
    }
}

fn to_int(cx: &mut Cx<'_>) {
    let (op, ty) = (cx.data.opcode, cx.data.ctrl_type);
    let number = cx.op(op, I32, &[cx.arg(0)]);
    let outside = if op == FcvtToSint {
        let low = cx.op(Ireduce, ty, &[number]);
        let same = cx.op(Sextend, I32, &[low]);
        cx.icmp(NotEqual, number, same)
    } else {
        cx.icmp_imm(UnsignedGreaterThan, number, bounds(ty, false).1)
    };
    cx.pos.ins().trapnz(outside, TrapCode::INTEGER_OVERFLOW);
    cx.finish(Ireduce, ty, &[number]);
}

fn to_int_clamped(cx: &mut Cx<'_>) {
    let (op, ty) = (cx.data.opcode, cx.data.ctrl_type);
    let signed = op == FcvtToSintSat;
    let (least, most) = bounds(ty, signed);
    let mut number = cx.op(op, I32, &[cx.arg(0)]);
    number = cx.op_imm(if signed { Smin } else { Umin }, I32, number, most);
    if signed {
        number = cx.op_imm(Smax, I32, number, least);
    }
    cx.finish(Ireduce, ty, &[number]);
}

fn from_int(cx: &mut Cx<'_>) {
    let x = cx.arg(0);
    if matches!(cx.ty(x), I8 | I16) {
        let x = cx.wider(x, cx.data.opcode == FcvtFromSint);
        cx.finish(FcvtFromSint, cx.data.ctrl_type, &[x]);
    }
}

fn split(cx: &mut Cx<'_>) {
    let (ty, x) = (cx.data.ctrl_type, cx.arg(0));
    let half = ty.half_width().expect("a number of at least 16 bits has halves");
    let high = cx.op_imm(Ushr, ty, x, half.bits().into());
    let results = cx.take_results();
    for (result, part) in results.into_iter().zip([x, high]) {
        cx.give(result, data(Ireduce, half, &[part]));
    }
}

fn concat(cx: &mut Cx<'_>) {
    let half = cx.data.ctrl_type;
    let ty = half.double_width().expect("a half of at most 32 bits has a double");
    let [low, high] = [0, 1].map(|n| cx.op(Uextend, ty, &[cx.arg(n)]));
    let high = cx.op_imm(Ishl, ty, high, half.bits().into());
    cx.finish(Bor, ty, &[low, high]);
}
