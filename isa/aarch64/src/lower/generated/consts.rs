//! Generated from `isa/aarch64/rules/consts.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_iconst(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // iconst
    if let k = d.signed_imm() {
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
