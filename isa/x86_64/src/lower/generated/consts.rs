//! Generated from `isa/x86_64/rules/consts.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_f128const(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // f128
    if let c = d.constant() {
        let c2 = cx.pool_constant(c);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movups, Size::S8, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_f16const(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // f16
    if let k = d.imm_bits() {
        let c2 = Arg::Reg(cx.constant(k));
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S32, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_f32const(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // f32_zero
    if let k = d.imm_bits() && k == 0 {
        let t1 = cx.res(inst, 0);
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(t1)]);
        return true;
    }
    // f32
    if let k = d.imm_bits() {
        let c2 = cx.pool(&(k as u32).to_le_bytes());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovF, Size::S32, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_f64const(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // f64_zero
    if let k = d.imm_bits() && k == 0 {
        let t1 = cx.res(inst, 0);
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(t1)]);
        return true;
    }
    // f64
    if let k = d.imm_bits() {
        let c2 = cx.pool(&k.to_le_bytes());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovF, Size::S64, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_iconst(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // iconst
    if matches!(ty, I8 | I16 | I32 | I64) && let k = d.signed_imm() {
        let res = cx.res(inst, 0);
        cx.put_constant(res, constant_bits(ty, k));
        return true;
    }
    false
}

pub(super) fn op_stack_addr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // stack_addr
    if ty == I64 && let slot = d.stack_slot() && let off = d.offset() {
        let c2 = cx.slot(slot, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, Size::S64, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}
