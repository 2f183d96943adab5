//! The instructions that calls need: loads, stores, addresses, extensions, constants.

use crate::insts::{Arg, Op};
use windlass_core::ir::{ArgumentExtension, Type};
use windlass_core::machine::row::{Amode, Size};
use windlass_core::machine::{Basic, LowerCtx};

/// The rows that load and store a type, and their operand size.
fn access(ty: Type) -> ([Op; 2], Size) {
    match (ty.is_int(), ty.bits()) {
        (true, 8) => ([Op::Ldrb, Op::Strb], Size::S32),
        (true, 16) => ([Op::Ldrh, Op::Strh], Size::S32),
        (true, 32) => ([Op::Ldr, Op::Str], Size::S32),
        (true, _) => ([Op::Ldr, Op::Str], Size::S64),
        // A slot has at least 8 bytes.
        (false, 16 | 32) => ([Op::LdrV, Op::StrV], Size::S32),
        (false, 64) => ([Op::LdrV, Op::StrV], Size::S64),
        (false, _) => ([Op::LdrQ, Op::StrQ], Size::S64),
    }
}

fn extend_op(from: Type, how: ArgumentExtension) -> (Op, Size) {
    match (from.bits(), how == ArgumentExtension::Sext) {
        (8, false) => (Op::Uxtb, Size::S32),
        (8, true) => (Op::Sxtb, Size::S64),
        (16, false) => (Op::Uxth, Size::S32),
        (16, true) => (Op::Sxth, Size::S64),
        (32, true) => (Op::Sxtw, Size::S64),
        (32, false) => (Op::Mov, Size::S32),
        _ => (Op::Mov, Size::S64),
    }
}

/// Puts one of them.
pub fn basic(ctx: &mut LowerCtx<'_>, what: Basic) {
    let ((op, size), args) = match what {
        Basic::Load { ty, place, dst } => {
            let ([load, _], size) = access(ty);
            ((load, size), [Arg::Reg(dst), Arg::Mem(Amode::at(place))])
        }
        Basic::Store { ty, place, src } => {
            let ([_, store], size) = access(ty);
            ((store, size), [Arg::Reg(src), Arg::Mem(Amode::at(place))])
        }
        Basic::Address { place, dst } => {
            ((Op::Lea, Size::S64), [Arg::Reg(dst), Arg::Mem(Amode::at(place))])
        }
        Basic::Extend { from, how, dst, src } => {
            (extend_op(from, how), [Arg::Reg(dst), Arg::Reg(src)])
        }
        Basic::Constant { bits, dst } => {
            ((Op::MovI, Size::S64), [Arg::Reg(dst), Arg::Imm(bits as i64)])
        }
        Basic::Symbol { symbol, near, dst } => {
            if !near && ctx.flags.is_pic() {
                ctx.refuse("there is no global offset table, so every symbol must be near");
            }
            ((Op::Lea, Size::S64), [Arg::Reg(dst), Arg::Mem(Amode::symbol(symbol, !near))])
        }
    };
    ctx.put_with(|out| op.build(size, &args, out));
}
