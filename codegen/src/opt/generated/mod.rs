//! Generated from `codegen/rules` by `windlass-dev gen`: change the rules, not this file.

#[rustfmt::skip]
#[allow(unused_variables, clippy::all)]
mod bits;
#[rustfmt::skip]
#[allow(unused_variables, clippy::all)]
mod compare;
#[rustfmt::skip]
#[allow(unused_variables, clippy::all)]
mod convert;
#[rustfmt::skip]
#[allow(unused_variables, clippy::all)]
mod float;
#[rustfmt::skip]
#[allow(unused_variables, clippy::all)]
mod int;
#[rustfmt::skip]
#[allow(unused_variables, clippy::all)]
mod shift;

#[rustfmt::skip]
#[allow(unused_imports)]
mod prelude {
    pub(super) use crate::opt::conds::*;
    pub(super) use crate::opt::divide::*;
    pub(super) use crate::opt::simplify::{Cx, Def};
    pub(super) use crate::ir::condcodes::{CondCode, FloatCC, IntCC};
    pub(super) use crate::ir::types::{F32, F64, I8, I16, I32, I64, I128};
    pub(super) use crate::ir::{InstructionData, Opcode, Value};
}

use prelude::*;

/// Rewrites an instruction by the first rule that matches.
#[rustfmt::skip]
pub(super) fn rewrite(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    match d.opcode {
        Opcode::Iadd => int::iadd(cx, d, a, b),
        Opcode::Isub => int::isub(cx, d, a, b),
        Opcode::Ineg => int::ineg(cx, d, a, b),
        Opcode::Iabs => int::iabs(cx, d, a, b),
        Opcode::Imul => int::imul(cx, d, a, b),
        Opcode::Udiv => int::udiv(cx, d, a, b),
        Opcode::Sdiv => int::sdiv(cx, d, a, b),
        Opcode::Urem => int::urem(cx, d, a, b),
        Opcode::Srem => int::srem(cx, d, a, b),
        Opcode::Smin => int::smin(cx, d, a, b),
        Opcode::Umin => int::umin(cx, d, a, b),
        Opcode::Smax => int::smax(cx, d, a, b),
        Opcode::Umax => int::umax(cx, d, a, b),
        Opcode::Band => bits::band(cx, d, a, b),
        Opcode::Bor => bits::bor(cx, d, a, b),
        Opcode::Bxor => bits::bxor(cx, d, a, b),
        Opcode::Bnot => bits::bnot(cx, d, a, b),
        Opcode::Rotl => shift::rotl(cx, d, a, b),
        Opcode::Rotr => shift::rotr(cx, d, a, b),
        Opcode::Ishl => shift::ishl(cx, d, a, b),
        Opcode::Ushr => shift::ushr(cx, d, a, b),
        Opcode::Sshr => shift::sshr(cx, d, a, b),
        Opcode::Bitrev => bits::bitrev(cx, d, a, b),
        Opcode::Bswap => bits::bswap(cx, d, a, b),
        Opcode::Icmp => compare::icmp(cx, d, a, b),
        Opcode::Select => compare::select(cx, d, a, b),
        Opcode::Bitselect => bits::bitselect(cx, d, a, b),
        Opcode::Uextend => convert::uextend(cx, d, a, b),
        Opcode::Sextend => convert::sextend(cx, d, a, b),
        Opcode::Ireduce => convert::ireduce(cx, d, a, b),
        Opcode::Bitcast => convert::bitcast(cx, d, a, b),
        Opcode::Fneg => float::fneg(cx, d, a, b),
        Opcode::Fabs => float::fabs(cx, d, a, b),
        Opcode::Fcopysign => float::fcopysign(cx, d, a, b),
        Opcode::FcvtFromUint => convert::fcvt_from_uint(cx, d, a, b),
        Opcode::FcvtFromSint => convert::fcvt_from_sint(cx, d, a, b),
        _ => None,
    }
}

/// By opcode, how it is simplified: see `kinds.rs`.
#[rustfmt::skip]
pub(super) const KINDS: [u8; 163] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 20, 20, 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 30, 22, 21, 21, 30, 30, 30, 18,
    18, 18, 18, 30, 30, 30, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 30, 30, 30, 21, 22, 22, 22, 22,
    22, 21, 21, 21, 21, 21, 21, 21, 18, 18, 23, 23, 23, 23, 21, 21,
    21, 0, 22, 21, 22, 22, 22, 22, 21, 23, 21, 21, 22, 22, 22, 21,
    21, 21, 21, 21, 21, 17, 17, 21, 21, 21, 21, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 21,
];
