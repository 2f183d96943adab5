//! The instructions that calls need: loads, stores, addresses, extensions, constants.

use crate::amode::{Amode, Size};
use crate::emit::SYMBOL_IMM;
use crate::insts::{Arg, Op};
use windlass_core::ir::{ArgumentExtension, Type};
use windlass_core::machine::{Basic, LowerCtx};

/// The load of a type. A slot has at least 8 bytes, so half a register more can be read.
pub(super) fn load_op(ty: Type) -> (Op, Size) {
    match (ty.is_int(), ty.bits()) {
        (true, 8) => (Op::Movzx8, Size::S32),
        (true, 16) => (Op::Movzx16, Size::S32),
        (true, 32) => (Op::Mov, Size::S32),
        (true, _) => (Op::Mov, Size::S64),
        (false, 16 | 32) => (Op::MovF, Size::S32),
        (false, 64) => (Op::MovF, Size::S64),
        (false, _) => (Op::Movups, Size::S32),
    }
}

fn store_op(ty: Type) -> (Op, Size) {
    match (ty.is_int(), ty.bits()) {
        (true, 8) => (Op::MovMr, Size::S8),
        (true, 16) => (Op::MovMr, Size::S16),
        (true, 32) => (Op::MovMr, Size::S32),
        (true, _) => (Op::MovMr, Size::S64),
        (false, 16 | 32) => (Op::MovFSt, Size::S32),
        (false, 64) => (Op::MovFSt, Size::S64),
        (false, _) => (Op::MovupsSt, Size::S32),
    }
}

fn extend_op(from: Type, how: ArgumentExtension) -> (Op, Size) {
    match (from.bits(), how == ArgumentExtension::Sext) {
        (8, false) => (Op::Movzx8, Size::S32),
        (8, true) => (Op::Movsx8, Size::S64),
        (16, false) => (Op::Movzx16, Size::S32),
        (16, true) => (Op::Movsx16, Size::S64),
        (32, false) => (Op::Mov, Size::S32),
        (_, false) => (Op::Mov, Size::S64),
        (_, true) => (Op::Movsxd, Size::S64),
    }
}

/// Puts one of them.
pub fn basic(ctx: &mut LowerCtx<'_>, what: Basic) {
    let is_pic = ctx.flags.is_pic();
    let ((op, size), args) = match what {
        Basic::Load { ty, place, dst } => {
            (load_op(ty), [Arg::Reg(dst), Arg::Mem(Amode::at(place))])
        }
        Basic::Store { ty, place, src } => {
            (store_op(ty), [Arg::Mem(Amode::at(place)), Arg::Reg(src)])
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
        Basic::Symbol { symbol, near, dst } if near || is_pic => {
            let op = if near { Op::Lea } else { Op::Mov };
            ((op, Size::S64), [Arg::Reg(dst), Arg::Mem(Amode::symbol(symbol, !near))])
        }
        Basic::Symbol { symbol, dst, .. } => {
            ((Op::MovAbs, Size::S64), [Arg::Reg(dst), Arg::Imm(symbol as i64)])
        }
    };
    ctx.put_with(|out| {
        let mut inst = op.build(size, &args, out);
        if op == Op::MovAbs {
            // Marks the immediate as a symbol: emission writes the relocation.
            inst.ctl |= SYMBOL_IMM;
        }
        inst
    });
}
