//! Generated from `isa/aarch64/rules/bits.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_band(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // and_field
    if matches!(ty, I32 | I64) && o0 == Opcode::Ushr && let Some(d1) = cx.node(d.args[0], Opcode::Ushr)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && let Some(m) = cx.iconst(d.args[1])
        && let Some(high) = field(ty, k, m)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Ubfm, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64), Arg::Imm(high as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Iconst && let Some(m) = cx.iconst(d.args[0]) && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && let Some(high) = field(ty, k, m)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Ubfm, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64), Arg::Imm(high as i64)]);
        return true;
    }
    // and_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    // and_not
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[1], Opcode::Bnot) && cx.single_use(d.args[1]) && let y = d1.args[0]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Bic, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[0], Opcode::Bnot) && cx.single_use(d.args[0]) && let y = d1.args[0]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Bic, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    // and_shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[0], Opcode::Ishl) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    // and_shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[0], Opcode::Ushr) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    // and_sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[1], Opcode::Sshr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[0], Opcode::Sshr) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    // and
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitrev
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rbit, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_bitselect(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitselect
    if matches!(ty, I8 | I16 | I32 | I64) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_c = cx.reg(c);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::And, size32(ty), &[Arg::Reg(a), Arg::Reg(r_x), Arg::Reg(r_c), Arg::Imm(0), Arg::Imm(0)]);
        let b = cx.gpr();
        cx.put(Op::Bic, size32(ty), &[Arg::Reg(b), Arg::Reg(r_y), Arg::Reg(r_c), Arg::Imm(0), Arg::Imm(0)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size32(ty), &[Arg::Reg(t1), Arg::Reg(a), Arg::Reg(b), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_bmask(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bmask
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) {
        let f = cx.cond(x);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Csetm, size32(ty), &[Arg::Reg(t1)]);
        return true;
    }
    false
}

pub(super) fn op_bnot(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    // not_xor
    if matches!(ty, I8 | I16 | I32 | I64) && o0 == Opcode::Bxor && let Some(d1) = cx.node(d.args[0], Opcode::Bxor)
        && cx.single_use(d.args[0]) && let x = d1.args[0] && let y = d1.args[1]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eon, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    // not
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mvn, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_bor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // or_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::OrrI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::OrrI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    // or_not
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[1], Opcode::Bnot) && cx.single_use(d.args[1]) && let y = d1.args[0]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orn, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[0], Opcode::Bnot) && cx.single_use(d.args[0]) && let y = d1.args[0]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orn, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    // or_extract
    if matches!(ty, I32 | I64) && o0 == Opcode::Ishl && let Some(d1) = cx.node(d.args[0], Opcode::Ishl)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Ushr && let Some(d2) = cx.node(d.args[1], Opcode::Ushr)
        && cx.single_use(d.args[1]) && matches!(d2.ctrl_type, I32 | I64) && let y = d2.args[0]
        && let Some(j) = cx.iconst(d2.args[1]) && k > 0 && j > 0 && k + j == i64::from(ty.bits())
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Extr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(j as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Ushr && let Some(d1) = cx.node(d.args[0], Opcode::Ushr)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0]
        && let Some(j) = cx.iconst(d1.args[1]) && o1 == Opcode::Ishl && let Some(d2) = cx.node(d.args[1], Opcode::Ishl)
        && cx.single_use(d.args[1]) && matches!(d2.ctrl_type, I32 | I64) && let x = d2.args[0]
        && let Some(k) = cx.iconst(d2.args[1]) && k > 0 && j > 0 && k + j == i64::from(ty.bits())
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Extr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(j as i64)]);
        return true;
    }
    // or_shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[0], Opcode::Ishl) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    // or_shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[0], Opcode::Ushr) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    // or_sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[1], Opcode::Sshr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[0], Opcode::Sshr) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    // or
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orr, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_bswap(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bswap
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rev, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    // bswap_16
    if ty == I16 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rev16, Size::S32, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_bxor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // xor_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::EorI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::EorI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    // xor_not
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[1], Opcode::Bnot) && cx.single_use(d.args[1]) && let y = d1.args[0]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eon, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[0], Opcode::Bnot) && cx.single_use(d.args[0]) && let y = d1.args[0]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eon, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    // xor_shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[0], Opcode::Ishl) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    // xor_shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[0], Opcode::Ushr) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    // xor_sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[1], Opcode::Sshr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[0], Opcode::Sshr) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    // xor
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Eor, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_cls(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // cls
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cls, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_clz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // clz
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Clz, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_ctz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ctz
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::Rbit, size(ty), &[Arg::Reg(t), Arg::Reg(r_x)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Clz, size(ty), &[Arg::Reg(t1), Arg::Reg(t)]);
        return true;
    }
    false
}

pub(super) fn op_iconcat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // iconcat
    if ty == I64 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res_half(inst, 0, 0);
        cx.c.alias_reg(t1, r_x);
        let t2 = cx.res_half(inst, 0, 1);
        cx.c.alias_reg(t2, r_y);
        return true;
    }
    false
}

pub(super) fn op_ireduce(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ireduce
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) {
        cx.alias(inst, x);
        return true;
    }
    // ireduce_128
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I128 {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res(inst, 0);
        cx.c.alias_reg(t1, w_x[0]);
        return true;
    }
    false
}

pub(super) fn op_isplit(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // isplit
    if ty == I128 && let x = d.args[0] {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res(inst, 0);
        cx.c.alias_reg(t1, w_x[0]);
        let t2 = cx.res(inst, 1);
        cx.c.alias_reg(t2, w_x[1]);
        return true;
    }
    false
}

pub(super) fn op_popcnt(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // popcnt_32
    if ty == I32 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let a = cx.gpr();
        cx.put(Op::LsrI, Size::S32, &[Arg::Reg(a), Arg::Reg(r_x), Arg::Imm(1)]);
        let b = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Reg(b), Arg::Reg(a), Arg::Imm((0x55555555i64) as i64)]);
        let c = cx.gpr();
        cx.put(Op::Sub, Size::S32, &[Arg::Reg(c), Arg::Reg(r_x), Arg::Reg(b), Arg::Imm(0), Arg::Imm(0)]);
        let d = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Reg(d), Arg::Reg(c), Arg::Imm((0x33333333i64) as i64)]);
        let e = cx.gpr();
        cx.put(Op::LsrI, Size::S32, &[Arg::Reg(e), Arg::Reg(c), Arg::Imm(2)]);
        let f = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Reg(f), Arg::Reg(e), Arg::Imm((0x33333333i64) as i64)]);
        let g = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Reg(g), Arg::Reg(d), Arg::Reg(f), Arg::Imm(0), Arg::Imm(0)]);
        let h = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Reg(h), Arg::Reg(g), Arg::Reg(g), Arg::Imm(1), Arg::Imm(4)]);
        let i = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Reg(i), Arg::Reg(h), Arg::Imm((0x0f0f0f0fi64) as i64)]);
        let j = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(j), Arg::Imm((0x01010101) as i64)]);
        let k = cx.gpr();
        cx.put(Op::Mul, Size::S32, &[Arg::Reg(k), Arg::Reg(i), Arg::Reg(j)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LsrI, Size::S32, &[Arg::Reg(t1), Arg::Reg(k), Arg::Imm(24)]);
        return true;
    }
    // popcnt_64
    if ty == I64 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let a = cx.gpr();
        cx.put(Op::LsrI, Size::S64, &[Arg::Reg(a), Arg::Reg(r_x), Arg::Imm(1)]);
        let b = cx.gpr();
        cx.put(Op::AndI, Size::S64, &[Arg::Reg(b), Arg::Reg(a), Arg::Imm((0x5555555555555555i64) as i64)]);
        let c = cx.gpr();
        cx.put(Op::Sub, Size::S64, &[Arg::Reg(c), Arg::Reg(r_x), Arg::Reg(b), Arg::Imm(0), Arg::Imm(0)]);
        let d = cx.gpr();
        cx.put(Op::AndI, Size::S64, &[Arg::Reg(d), Arg::Reg(c), Arg::Imm((0x3333333333333333i64) as i64)]);
        let e = cx.gpr();
        cx.put(Op::LsrI, Size::S64, &[Arg::Reg(e), Arg::Reg(c), Arg::Imm(2)]);
        let f = cx.gpr();
        cx.put(Op::AndI, Size::S64, &[Arg::Reg(f), Arg::Reg(e), Arg::Imm((0x3333333333333333i64) as i64)]);
        let g = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Reg(g), Arg::Reg(d), Arg::Reg(f), Arg::Imm(0), Arg::Imm(0)]);
        let h = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Reg(h), Arg::Reg(g), Arg::Reg(g), Arg::Imm(1), Arg::Imm(4)]);
        let i = cx.gpr();
        cx.put(Op::AndI, Size::S64, &[Arg::Reg(i), Arg::Reg(h), Arg::Imm((0x0f0f0f0f0f0f0f0fi64) as i64)]);
        let j = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(j), Arg::Imm((0x0101010101010101i64) as i64)]);
        let k = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Reg(k), Arg::Reg(i), Arg::Reg(j)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LsrI, Size::S64, &[Arg::Reg(t1), Arg::Reg(k), Arg::Imm(56)]);
        return true;
    }
    false
}

pub(super) fn op_sextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sextend_8
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sxtb, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    // sextend_16
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I16 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sxth, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    // sextend_32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sxtw, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_uextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uextend_flag
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 && cx.is_flag(x) {
        cx.alias(inst, x);
        return true;
    }
    // uextend_8
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Uxtb, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    // uextend_16
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I16 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Uxth, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    // uextend_32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}
