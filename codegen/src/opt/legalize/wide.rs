//! Integers of 128 bits, in halves of 64.

use super::{Cx, Expansion, Support, data};
use crate::ir::condcodes::IntCC;
use crate::ir::condcodes::IntCC::{Equal, NotEqual};
use crate::ir::immediates::Offset32;
use crate::ir::{
    Endianness, InstBuilder, InstBuilderBase, InstructionData, MemFlags, Opcode, Type, Value, types,
};
use Opcode::*;
use smallvec::SmallVec;
use types::{I8, I64, I128};

/// The low and the high half of a number.
type Wide = [Value; 2];

/// Whether conditions have at most 64 bits, as for `trapnz`.
fn conditions(support: &Support) -> bool {
    !support.lowers(Trapnz, I128)
}

/// Operands of 128 bits of operations at other types.
pub(super) fn operands(op: Opcode, ty: Type, support: &Support) -> Option<Expansion> {
    match op {
        Select | SelectSpectreGuard if ty != I128 => conditions(support).then_some(condition),
        Bmask if ty != I128 => (!support.lowers(op, I128)).then_some(bmask),
        _ => None,
    }
}

pub(super) fn expansion(op: Opcode, support: &Support) -> Option<Expansion> {
    Some(match op {
        Uextend | Sextend => extend,
        Load => load,
        Store => store,
        Iadd | Isub | Ineg => sum,
        Iabs => abs,
        Imul => product,
        Umulhi | Smulhi => high_product,
        UaddOverflow | SaddOverflow | UsubOverflow | SsubOverflow | UaddOverflowCin
        | SaddOverflowCin | UsubOverflowBin | SsubOverflowBin => carried,
        Band | Bor | Bxor | Bnot | Bitselect => bitwise,
        Ishl | Ushr | Sshr => shift,
        Rotl | Rotr => rotate,
        Bswap | Bitrev => reverse,
        Clz | Cls | Ctz | Popcnt => count,
        Bmask => bmask,
        Icmp => icmp,
        Brif | Trapz | Trapnz if conditions(support) => condition,
        Select | SelectSpectreGuard => select,
        Smin | Umin | Smax | Umax => extreme,
        _ => return None,
    })
}

impl Cx<'_> {
    /// The halves of a number.
    fn halves(&mut self, x: Value) -> Wide {
        match self.def(x, Iconcat) {
            Some(data) => [data.args[0], data.args[1]],
            None => self.op2(Isplit, I128, &[x]),
        }
    }

    /// The halves are the result.
    fn join(&mut self, [low, high]: Wide) {
        self.finish(Iconcat, I64, &[low, high]);
    }

    /// All ones where a half is negative, else zero.
    fn sign(&mut self, high: Value) -> Value {
        self.op_imm(Sshr, I64, high, 63)
    }

    /// Does an operation that hands a carry on, of type `first` for the low and `last` for the
    /// high half; what it takes in is `carry`.
    fn chain(&mut self, ops: [Opcode; 2], x: Wide, y: Wide, carry: Option<Value>) -> (Wide, Value) {
        let low = match carry {
            Some(carry) => self.op2(ops[0], I64, &[x[0], y[0], carry]),
            None => self.op2(ops[0], I64, &[x[0], y[0]]),
        };
        let high = self.op2(ops[1], I64, &[x[1], y[1], low[1]]);
        ([low[0], high[0]], high[1])
    }

    fn add(&mut self, x: Wide, y: Wide) -> Wide {
        self.chain([UaddOverflow, UaddOverflowCin], x, y, None).0
    }

    fn sub(&mut self, x: Wide, y: Wide) -> Wide {
        self.chain([UsubOverflow, UsubOverflowBin], x, y, None).0
    }

    /// Does an operation on both halves.
    fn both(&mut self, op: Opcode, x: Wide, y: Wide) -> Wide {
        [0, 1].map(|n| self.op(op, I64, &[x[n], y[n]]))
    }

    /// Chooses between numbers.
    fn choose(&mut self, condition: Value, x: Wide, y: Wide) -> Wide {
        [0, 1].map(|n| self.op(Select, I64, &[condition, x[n], y[n]]))
    }

    /// Whether a comparison holds.
    fn compare(&mut self, cc: IntCC, x: Wide, y: Wide) -> InstructionData {
        if matches!(cc, Equal | NotEqual) {
            let differ = self.both(Bxor, x, y);
            let any = self.op(Bor, I64, &differ);
            let zero = self.int(I64, 0);
            return InstructionData::icmp(cc, I64, any, zero);
        }
        let equal = self.icmp(Equal, x[1], y[1]);
        let low = self.icmp(cc.unsigned(), x[0], y[0]);
        let high = self.icmp(cc, x[1], y[1]);
        data(Select, I8, &[equal, low, high])
    }
}

fn extend(cx: &mut Cx<'_>) {
    let x = cx.arg(0);
    let op = cx.data.opcode;
    let low = if cx.ty(x) == I64 { x } else { cx.op(op, I64, &[x]) };
    let high = if op == Sextend { cx.sign(low) } else { cx.int(I64, 0) };
    cx.join([low, high]);
}

/// Where the halves of a number lie: flags, address and offset of each.
fn places(cx: &mut Cx<'_>, p: Value) -> [(MemFlags, Value, Offset32); 2] {
    let (flags, offset) = (cx.data.mem_flags(), cx.data.offset());
    let near = (flags, p, Offset32::new(offset));
    let far = match offset.checked_add(8) {
        Some(further) => (flags, p, Offset32::new(further)),
        None => (flags, cx.op_imm(Iadd, cx.ty(p), p, 8), Offset32::new(offset)),
    };
    match flags.endianness(cx.machine.order) {
        Endianness::Little => [near, far],
        Endianness::Big => [far, near],
    }
}

fn load(cx: &mut Cx<'_>) {
    let places = places(cx, cx.arg(0));
    let halves = places.map(|(flags, p, offset)| cx.pos.ins().load(I64, flags, p, offset));
    cx.join(halves);
}

fn store(cx: &mut Cx<'_>) {
    let [low, high] = places(cx, cx.arg(1));
    let [x, y] = cx.halves(cx.arg(0));
    cx.pos.ins().store(low.0, x, low.1, low.2);
    let dfg = &mut cx.pos.func.dfg;
    dfg.replace(cx.inst).store(high.0, y, high.1, high.2);
    cx.changed.insts = true;
}

fn sum(cx: &mut Cx<'_>) {
    let x = cx.halves(cx.arg(0));
    let result = match cx.data.opcode {
        Ineg => {
            let zero = cx.int(I64, 0);
            cx.sub([zero, zero], x)
        }
        op => {
            let y = cx.halves(cx.arg(1));
            if op == Iadd { cx.add(x, y) } else { cx.sub(x, y) }
        }
    };
    cx.join(result);
}

fn abs(cx: &mut Cx<'_>) {
    let x = cx.halves(cx.arg(0));
    let sign = cx.sign(x[1]);
    let flipped = cx.both(Bxor, x, [sign, sign]);
    let result = cx.sub(flipped, [sign, sign]);
    cx.join(result);
}

fn product(cx: &mut Cx<'_>) {
    let (x, y) = (cx.halves(cx.arg(0)), cx.halves(cx.arg(1)));
    let low = cx.op(Imul, I64, &[x[0], y[0]]);
    let extends = |cx: &Cx<'_>, [low, high]: Wide| {
        let sign =
            |data: &InstructionData| data.args[0] == low && cx.constant(data.args[1]) == Some(63);
        cx.def(high, Sshr).is_some_and(sign)
    };
    if extends(cx, x) && extends(cx, y) {
        let high = cx.op(Smulhi, I64, &[x[0], y[0]]);
        cx.join([low, high]);
        return;
    }
    let mut high = cx.op(Umulhi, I64, &[x[0], y[0]]);
    for (a, b) in [(x[0], y[1]), (y[0], x[1])] {
        if cx.constant(b) != Some(0) {
            let part = cx.op(Imul, I64, &[a, b]);
            high = cx.op(Iadd, I64, &[high, part]);
        }
    }
    cx.join([low, high]);
}

/// The upper half of a product: the four products of halves, added up. Of signed factors, a
/// negative one takes away the other.
fn high_product(cx: &mut Cx<'_>) {
    let (x, y) = (cx.halves(cx.arg(0)), cx.halves(cx.arg(1)));
    let zero = cx.int(I64, 0);
    let mut parts = [zero; 4];
    for (part, (a, b)) in parts.iter_mut().zip([(0, 0), (0, 1), (1, 0), (1, 1)]) {
        *part = cx.op(Umulhi, I64, &[x[a], y[b]]);
    }
    let [lowest, first, second, highest] = parts;
    let first_low = cx.op(Imul, I64, &[x[0], y[1]]);
    let second_low = cx.op(Imul, I64, &[x[1], y[0]]);
    let low = cx.op(Imul, I64, &[x[1], y[1]]);
    let middle = cx.add([lowest, zero], [first_low, first]);
    let carried = cx.op2(UaddOverflow, I64, &[middle[0], second_low]);
    let [sum, carry] = cx.op2(UaddOverflowCin, I64, &[middle[1], second, carried[1]]);
    let high = cx.op(UaddOverflowCin, I64, &[highest, zero, carry]);
    let mut result = cx.add([sum, high], [low, zero]);
    if cx.data.opcode == Smulhi {
        for (sign, other) in [(x[1], y), (y[1], x)] {
            let sign = cx.sign(sign);
            let taken = cx.both(Band, other, [sign, sign]);
            result = cx.sub(result, taken);
        }
    }
    cx.join(result);
}

fn carried(cx: &mut Cx<'_>) {
    let op = cx.data.opcode;
    let (x, y) = (cx.halves(cx.arg(0)), cx.halves(cx.arg(1)));
    let (low, high) = match op {
        UaddOverflow => (UaddOverflow, UaddOverflowCin),
        SaddOverflow => (UaddOverflow, SaddOverflowCin),
        UsubOverflow => (UsubOverflow, UsubOverflowBin),
        SsubOverflow => (UsubOverflow, SsubOverflowBin),
        UaddOverflowCin | SaddOverflowCin => (UaddOverflowCin, op),
        _ => (UsubOverflowBin, op),
    };
    let carry = (op.info().fixed_values == 3).then_some(cx.arg(2));
    let [result, flag] = cx.take_results();
    let low = match carry {
        Some(carry) => cx.op2(low, I64, &[x[0], y[0], carry]),
        None => cx.op2(low, I64, &[x[0], y[0]]),
    };
    let new = data(high, I64, &[x[1], y[1], low[1]]);
    let (inst, dfg) = cx.pos.ins().with_results([None, Some(flag)]).build(new, I64);
    let high = dfg.first_result(inst);
    cx.give(result, data(Iconcat, I64, &[low[0], high]));
}

fn bitwise(cx: &mut Cx<'_>) {
    let op = cx.data.opcode;
    let count = usize::from(op.info().fixed_values);
    let args = cx.data.args;
    let args: SmallVec<[Wide; 3]> = args[..count].iter().map(|&x| cx.halves(x)).collect();
    let result = [0, 1].map(|half| {
        let args: SmallVec<[Value; 3]> = args.iter().map(|x| x[half]).collect();
        cx.op(op, I64, &args)
    });
    cx.join(result);
}

/// A number of places, of which the lowest 7 bits count.
fn amount(cx: &mut Cx<'_>) -> Value {
    let n = cx.arg(1);
    if cx.ty(n) == I128 { cx.halves(n)[0] } else { n }
}

/// The bits of `x` with those that `carry` loses in a shift by `n` modulo 64 beside them.
fn shift_in(cx: &mut Cx<'_>, left: bool, x: Value, carry: Value, n: Value) -> Value {
    let (to, from) = if left { (Ishl, Ushr) } else { (Ushr, Ishl) };
    let kept = cx.op(to, I64, &[x, n]);
    // By one and by 63 - n: a shift by 64 would be none.
    let ty = cx.ty(n);
    let rest = cx.op_imm(Bxor, ty, n, 63);
    let moved = cx.op_imm(from, I64, carry, 1);
    let moved = cx.op(from, I64, &[moved, rest]);
    cx.op(Bor, I64, &[kept, moved])
}

/// The same by a constant from 0 to 63.
fn shift_in_by(cx: &mut Cx<'_>, left: bool, x: Value, carry: Value, k: i64) -> Value {
    if k == 0 {
        return x;
    }
    let (to, from) = if left { (Ishl, Ushr) } else { (Ushr, Ishl) };
    let kept = cx.op_imm(to, I64, x, k);
    let moved = cx.op_imm(from, I64, carry, 64 - k);
    cx.op(Bor, I64, &[kept, moved])
}

fn shift(cx: &mut Cx<'_>) {
    let op = cx.data.opcode;
    let left = op == Ishl;
    let [low, high] = cx.halves(cx.arg(0));
    // The half whose bits go to the other one.
    let (giver, taker) = if left { (low, high) } else { (high, low) };
    let n = amount(cx);
    let filler = |cx: &mut Cx<'_>| if op == Sshr { cx.sign(high) } else { cx.int(I64, 0) };
    let [giver, taker] = match cx.constant(n) {
        Some(k) if k & 64 == 0 => {
            let taker = shift_in_by(cx, left, taker, giver, k & 63);
            [cx.op_imm(op, I64, giver, k & 63), taker]
        }
        Some(k) => {
            let taker = cx.op_imm(op, I64, giver, k & 63);
            [filler(cx), taker]
        }
        None => {
            let mixed = shift_in(cx, left, taker, giver, n);
            let moved = cx.op(op, I64, &[giver, n]);
            let filler = filler(cx);
            let far = cx.op_imm(Band, cx.ty(n), n, 64);
            cx.choose(far, [filler, moved], [moved, mixed])
        }
    };
    cx.join(if left { [giver, taker] } else { [taker, giver] });
}

fn rotate(cx: &mut Cx<'_>) {
    let left = cx.data.opcode == Rotl;
    let [low, high] = cx.halves(cx.arg(0));
    let n = amount(cx);
    let result = if let Some(k) = cx.constant(n) {
        let [a, b] = if k & 64 == 0 { [low, high] } else { [high, low] };
        [shift_in_by(cx, left, a, b, k & 63), shift_in_by(cx, left, b, a, k & 63)]
    } else {
        let far = cx.op_imm(Band, cx.ty(n), n, 64);
        let [a, b] = cx.choose(far, [high, low], [low, high]);
        [shift_in(cx, left, a, b, n), shift_in(cx, left, b, a, n)]
    };
    cx.join(result);
}

fn reverse(cx: &mut Cx<'_>) {
    let [low, high] = cx.halves(cx.arg(0));
    let result = [high, low].map(|half| cx.op(cx.data.opcode, I64, &[half]));
    cx.join(result);
}

fn count(cx: &mut Cx<'_>) {
    let op = cx.data.opcode;
    let mut x = cx.halves(cx.arg(0));
    if op == Cls {
        let sign = cx.sign(x[1]);
        x = cx.both(Bxor, x, [sign, sign]);
    }
    let (first, second) = if op == Ctz { (x[0], x[1]) } else { (x[1], x[0]) };
    let each = if op == Cls { Clz } else { op };
    let a = cx.op(each, I64, &[first]);
    let b = cx.op(each, I64, &[second]);
    let mut number = if op == Popcnt {
        cx.op(Iadd, I64, &[a, b])
    } else {
        let both = cx.op_imm(Iadd, I64, b, 64);
        let empty = cx.icmp_imm(Equal, first, 0);
        cx.op(Select, I64, &[empty, both, a])
    };
    if op == Cls {
        number = cx.op_imm(Iadd, I64, number, -1);
    }
    let zero = cx.int(I64, 0);
    cx.join([number, zero]);
}

/// To or from 128 bits.
fn bmask(cx: &mut Cx<'_>) {
    let x = cx.arg(0);
    let wide = cx.ty(x) == I128;
    let x = if wide {
        let halves = cx.halves(x);
        cx.op(Bor, I64, &halves)
    } else {
        x
    };
    match cx.data.ctrl_type {
        I128 => {
            let mask = cx.op(Bmask, I64, &[x]);
            cx.join([mask, mask]);
        }
        ty if wide => cx.finish(Bmask, ty, &[x]),
        _ => {}
    }
}

fn icmp(cx: &mut Cx<'_>) {
    let (x, y) = (cx.halves(cx.arg(0)), cx.halves(cx.arg(1)));
    let holds = cx.compare(cx.data.cond(), x, y);
    cx.replace(holds);
}

/// Makes a condition of 128 bits one of 64.
fn condition(cx: &mut Cx<'_>) {
    let x = cx.arg(0);
    if cx.ty(x) == I128 {
        let halves = cx.halves(x);
        let mut new = cx.data;
        new.args[0] = cx.op(Bor, I64, &halves);
        if !matches!(new.opcode, Select | SelectSpectreGuard) {
            new.ctrl_type = I64;
        }
        cx.replace(new);
    }
}

fn select(cx: &mut Cx<'_>) {
    let (x, y) = (cx.halves(cx.arg(1)), cx.halves(cx.arg(2)));
    let result = [0, 1].map(|n| cx.op(cx.data.opcode, I64, &[cx.arg(0), x[n], y[n]]));
    cx.join(result);
}

fn extreme(cx: &mut Cx<'_>) {
    let (x, y) = (cx.halves(cx.arg(0)), cx.halves(cx.arg(1)));
    let cc = match cx.data.opcode {
        Smin => IntCC::SignedLessThan,
        Umin => IntCC::UnsignedLessThan,
        Smax => IntCC::SignedGreaterThan,
        _ => IntCC::UnsignedGreaterThan,
    };
    let holds = cx.compare(cc, x, y);
    let (inst, dfg) = cx.pos.ins().build(holds, holds.ctrl_type);
    let first = dfg.first_result(inst);
    let result = cx.choose(first, x, y);
    cx.join(result);
}
