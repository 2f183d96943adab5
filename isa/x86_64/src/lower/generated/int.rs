//! Generated from `isa/x86_64/rules/int.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_iabs(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // abs
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::Neg, size(ty), &[Arg::Mod(r_x, t)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::S as u8), Arg::Mod(t, t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_iadd(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // add_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // add_shifted
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1]) && k >= 1
        && k <= 3
    {
        let c2 = Arg::Mem(cx.sum(x, y, k as u8, 0));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[0], Opcode::Ishl) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1]) && k >= 1
        && k <= 3
    {
        let c2 = Arg::Mem(cx.sum(x, y, k as u8, 0));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // add_imm_shifted
    if matches!(ty, I32 | I64) && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0]
        && let Some(d2) = cx.node(d1.args[1], Opcode::Ishl) && cx.single_use(d1.args[1])
        && matches!(d2.ctrl_type, I32 | I64) && let y = d2.args[0] && let Some(k) = cx.iconst(d2.args[1])
        && o1 == Opcode::Iconst && let Some(o) = cx.iconst(d.args[1]) && k >= 1 && k <= 3 && fits_s32(o)
    {
        let c2 = Arg::Mem(cx.sum(x, y, k as u8, o as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[1]
        && let Some(d2) = cx.node(d1.args[0], Opcode::Ishl) && cx.single_use(d1.args[0])
        && matches!(d2.ctrl_type, I32 | I64) && let y = d2.args[0] && let Some(k) = cx.iconst(d2.args[1])
        && o1 == Opcode::Iconst && let Some(o) = cx.iconst(d.args[1]) && k >= 1 && k <= 3 && fits_s32(o)
    {
        let c2 = Arg::Mem(cx.sum(x, y, k as u8, o as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Iconst && let Some(o) = cx.iconst(d.args[0]) && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let Some(d2) = cx.node(d1.args[1], Opcode::Ishl)
        && cx.single_use(d1.args[1]) && matches!(d2.ctrl_type, I32 | I64) && let y = d2.args[0]
        && let Some(k) = cx.iconst(d2.args[1]) && k >= 1 && k <= 3 && fits_s32(o)
    {
        let c2 = Arg::Mem(cx.sum(x, y, k as u8, o as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Iconst && let Some(o) = cx.iconst(d.args[0]) && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[1] && let Some(d2) = cx.node(d1.args[0], Opcode::Ishl)
        && cx.single_use(d1.args[0]) && matches!(d2.ctrl_type, I32 | I64) && let y = d2.args[0]
        && let Some(k) = cx.iconst(d2.args[1]) && k >= 1 && k <= 3 && fits_s32(o)
    {
        let c2 = Arg::Mem(cx.sum(x, y, k as u8, o as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // add_add_imm
    if matches!(ty, I32 | I64) && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let y = d1.args[1]
        && o1 == Opcode::Iconst && let Some(o) = cx.iconst(d.args[1]) && fits_s32(o)
    {
        let c2 = Arg::Mem(cx.sum(x, y, 0, o as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Iconst && let Some(o) = cx.iconst(d.args[0]) && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let y = d1.args[1] && fits_s32(o)
    {
        let c2 = Arg::Mem(cx.sum(x, y, 0, o as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // add_imm_lea
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k) && !cx.single_use(x)
    {
        let c2 = Arg::Mem(cx.plus(x, k as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k) && !cx.single_use(x)
    {
        let c2 = Arg::Mem(cx.plus(x, k as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // add_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // add_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // add_lea
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && !cx.single_use(y) {
        let c2 = Arg::Mem(cx.sum(x, y, 0, 0));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // add_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_y, t1), m_x]);
        return true;
    }
    // add
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // add_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, Size::S32, &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_imul(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // mul_3_5_9
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && let Some(s) = lea_factor(k)
    {
        let c2 = Arg::Mem(cx.sum(x, x, s, 0));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && let Some(s) = lea_factor(k)
    {
        let c2 = Arg::Mem(cx.sum(x, x, s, 0));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // mul_pow2
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && let Some(s) = log2(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(s as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && let Some(s) = log2(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(s as i64)]);
        return true;
    }
    // mul_pow2_plus
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && let Some(s) = log2(ty, k.wrapping_sub(1))
    {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t), Arg::Imm(s as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(t, t1), Arg::Reg(r_x)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && let Some(s) = log2(ty, k.wrapping_sub(1))
    {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t), Arg::Imm(s as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(t, t1), Arg::Reg(r_x)]);
        return true;
    }
    // mul_pow2_minus
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && let Some(s) = log2(ty, k.wrapping_add(1))
    {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t), Arg::Imm(s as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Mod(t, t1), Arg::Reg(r_x)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && let Some(s) = log2(ty, k.wrapping_add(1))
    {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t), Arg::Imm(s as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Mod(t, t1), Arg::Reg(r_x)]);
        return true;
    }
    // mul_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::ImulI, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::ImulI, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm(k as i64)]);
        return true;
    }
    // mul_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let m_x = cx.rm(x, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::ImulI, Size::S32, &[Arg::Reg(t1), m_x, Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) {
        let m_x = cx.rm(x, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::ImulI, Size::S32, &[Arg::Reg(t1), m_x, Arg::Imm(k as i64)]);
        return true;
    }
    // mul
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Imul, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // mul_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Imul, Size::S32, &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_ineg(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // neg
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Neg, size32(ty), &[Arg::Mod(r_x, t1)]);
        return true;
    }
    false
}

pub(super) fn op_isub(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // neg_sub
    if matches!(ty, I8 | I16 | I32 | I64) && let y = d.args[1] && o0 == Opcode::Iconst
        && cx.iconst(d.args[0]) == Some(0)
    {
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Neg, size32(ty), &[Arg::Mod(r_y, t1)]);
        return true;
    }
    // sub_imm_lea
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k.wrapping_neg()) && !cx.single_use(x)
    {
        let c2 = Arg::Mem(cx.plus(x, -k as i32));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lea, size(ty), &[Arg::Reg(t1), c2]);
        return true;
    }
    // sub_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // sub_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // sub
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // sub_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, Size::S32, &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_sadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sadd_overflow
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t2)]);
        return true;
    }
    false
}

pub(super) fn op_sadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sadd_chain
    if matches!(ty, I8 | I16 | I32 | I64) {
        if chain(cx, inst) {
            return true;
        }
    }
    // sadd_cin
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_c = cx.reg(c);
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.gpr();
        cx.put(Op::AddI, Size::S8, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Adc, size(ty), &[Arg::Mod(r_x, t2), m_y]);
        let t3 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t3)]);
        return true;
    }
    false
}

pub(super) fn op_sdiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // sdiv_8_by
    if ty == I8 && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != 0
    {
        let m_x = cx.rm(x, 8);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(a), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_OVERFLOW, Op::Idiv8, Size::S8, &[Arg::Mod(a, t1), Arg::Reg(r_y)]);
        return true;
    }
    // sdiv_by
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != 0
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let h = cx.gpr();
        cx.put(Op::Cwd, size(ty), &[Arg::Reg(r_x), Arg::Reg(h)]);
        let t1 = cx.res(inst, 0);
        let t2 = cx.gpr();
        cx.put_trap(TrapCode::INTEGER_OVERFLOW, Op::Idiv, size(ty), &[Arg::Mod(r_x, t1), Arg::Mod(h, t2),
            Arg::Reg(r_y)]);
        return true;
    }
    // sdiv_8
    if ty == I8 && let x = d.args[0] && let y = d.args[1] {
        let m_x = cx.rm(x, 8);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(a), m_x]);
        cx.put(Op::Test, Size::S8, &[Arg::Reg(r_y), Arg::Reg(r_y)]);
        cx.trap_if(one(Cc::E), TrapCode::INTEGER_DIVISION_BY_ZERO);
        let t1 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_OVERFLOW, Op::Idiv8, Size::S8, &[Arg::Mod(a, t1), Arg::Reg(r_y)]);
        return true;
    }
    // sdiv
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_y = cx.reg(y);
        let r_x = cx.reg(x);
        cx.put(Op::Test, size(ty), &[Arg::Reg(r_y), Arg::Reg(r_y)]);
        cx.trap_if(one(Cc::E), TrapCode::INTEGER_DIVISION_BY_ZERO);
        let h = cx.gpr();
        cx.put(Op::Cwd, size(ty), &[Arg::Reg(r_x), Arg::Reg(h)]);
        let t1 = cx.res(inst, 0);
        let t2 = cx.gpr();
        cx.put_trap(TrapCode::INTEGER_OVERFLOW, Op::Idiv, size(ty), &[Arg::Mod(r_x, t1), Arg::Mod(h, t2),
            Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_smax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smax
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::G as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    // smax_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::G as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_smin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smin
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::L as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    // smin_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::L as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_smul_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smul_overflow_8
    if ty == I8 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, 8);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ImulWide8, Size::S8, &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t2)]);
        return true;
    }
    // smul_overflow
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Imul, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t2)]);
        return true;
    }
    false
}

pub(super) fn op_smulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smulhi
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put(Op::ImulWide, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        return true;
    }
    false
}

pub(super) fn op_srem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // srem_8
    if ty == I8 && let x = d.args[0] && let y = d.args[1] {
        let m_x = cx.rm(x, 8);
        let m_y = cx.rm(y, 8);
        let a = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(a), m_x]);
        let b = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(b), m_y]);
        let h = cx.gpr();
        cx.put(Op::Cwd, Size::S32, &[Arg::Reg(a), Arg::Reg(h)]);
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Idiv, Size::S32, &[Arg::Mod(a, t1), Arg::Mod(h, t2),
            Arg::Reg(b)]);
        return true;
    }
    // srem_16
    if ty == I16 && let x = d.args[0] && let y = d.args[1] {
        let m_x = cx.rm(x, 16);
        let m_y = cx.rm(y, 16);
        let a = cx.gpr();
        cx.put(Op::Movsx16, Size::S32, &[Arg::Reg(a), m_x]);
        let b = cx.gpr();
        cx.put(Op::Movsx16, Size::S32, &[Arg::Reg(b), m_y]);
        let h = cx.gpr();
        cx.put(Op::Cwd, Size::S32, &[Arg::Reg(a), Arg::Reg(h)]);
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Idiv, Size::S32, &[Arg::Mod(a, t1), Arg::Mod(h, t2),
            Arg::Reg(b)]);
        return true;
    }
    // srem_by
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != -1
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let h = cx.gpr();
        cx.put(Op::Cwd, size(ty), &[Arg::Reg(r_x), Arg::Reg(h)]);
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Idiv, size(ty), &[Arg::Mod(r_x, t1), Arg::Mod(h, t2),
            Arg::Reg(r_y)]);
        return true;
    }
    // srem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_y = cx.reg(y);
        let r_x = cx.reg(x);
        let one = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(one), Arg::Imm(1)]);
        cx.put(Op::CmpI, size(ty), &[Arg::Reg(r_y), Arg::Imm(-1)]);
        let b = cx.gpr();
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::E as u8), Arg::Mod(r_y, b), Arg::Reg(one)]);
        let h = cx.gpr();
        cx.put(Op::Cwd, size(ty), &[Arg::Reg(r_x), Arg::Reg(h)]);
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Idiv, size(ty), &[Arg::Mod(r_x, t1), Arg::Mod(h, t2),
            Arg::Reg(b)]);
        return true;
    }
    false
}

pub(super) fn op_ssub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ssub_overflow
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t2)]);
        return true;
    }
    false
}

pub(super) fn op_ssub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ssub_chain
    if matches!(ty, I8 | I16 | I32 | I64) {
        if chain(cx, inst) {
            return true;
        }
    }
    // ssub_bin
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_c = cx.reg(c);
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.gpr();
        cx.put(Op::AddI, Size::S8, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Sbb, size(ty), &[Arg::Mod(r_x, t2), m_y]);
        let t3 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t3)]);
        return true;
    }
    false
}

pub(super) fn op_uadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uadd_overflow
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::B as u8), Arg::Reg(t2)]);
        return true;
    }
    false
}

pub(super) fn op_uadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uadd_chain
    if matches!(ty, I8 | I16 | I32 | I64) {
        if chain(cx, inst) {
            return true;
        }
    }
    // uadd_cin
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_c = cx.reg(c);
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.gpr();
        cx.put(Op::AddI, Size::S8, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Adc, size(ty), &[Arg::Mod(r_x, t2), m_y]);
        let t3 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::B as u8), Arg::Reg(t3)]);
        return true;
    }
    false
}

pub(super) fn op_uadd_overflow_trap(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // uadd_trap_imm
    if matches!(ty, I32 | I64) && let code = trap_code(d) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        cx.trap_if(one(Cc::B), code);
        return true;
    }
    if matches!(ty, I32 | I64) && let code = trap_code(d) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        cx.trap_if(one(Cc::B), code);
        return true;
    }
    // uadd_trap
    if matches!(ty, I32 | I64) && let code = trap_code(d) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        cx.trap_if(one(Cc::B), code);
        return true;
    }
    false
}

pub(super) fn op_udiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // udiv
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let t1 = cx.res(inst, 0);
        let t2 = cx.gpr();
        cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Div, size(ty), &[Arg::Mod(r_x, t1), Arg::Mod(z, t2),
            Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_umax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umax
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::A as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    // umax_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::A as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_umin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umin
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::B as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    // umin_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::B as u8), Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_umul_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umul_overflow_8
    if ty == I8 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, 8);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mul8, Size::S8, &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t2)]);
        return true;
    }
    // umul_overflow
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        let t2 = cx.gpr();
        cx.put(Op::Mul, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        let t3 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::O as u8), Arg::Reg(t3)]);
        return true;
    }
    false
}

pub(super) fn op_umulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umulhi_bmi2
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.isa.has_bmi2() {
        let m_y = cx.rm(y, size(ty).bits());
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        let t2 = cx.gpr();
        cx.put(Op::Mulx, size(ty), &[Arg::Reg(t1), Arg::Reg(t2), m_y, Arg::Reg(r_x)]);
        return true;
    }
    // umulhi
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put(Op::Mul, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        return true;
    }
    false
}

pub(super) fn op_urem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // urem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let t1 = cx.gpr();
        let t2 = cx.res(inst, 0);
        cx.put_trap(TrapCode::INTEGER_DIVISION_BY_ZERO, Op::Div, size(ty), &[Arg::Mod(r_x, t1), Arg::Mod(z, t2),
            Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_usub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // usub_overflow
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::B as u8), Arg::Reg(t2)]);
        return true;
    }
    false
}

pub(super) fn op_usub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // usub_chain
    if matches!(ty, I8 | I16 | I32 | I64) {
        if chain(cx, inst) {
            return true;
        }
    }
    // usub_bin
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_c = cx.reg(c);
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.gpr();
        cx.put(Op::AddI, Size::S8, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Sbb, size(ty), &[Arg::Mod(r_x, t2), m_y]);
        let t3 = cx.res(inst, 1);
        cx.put(Op::Setcc, Size::S8, &[Arg::Cond(Cc::B as u8), Arg::Reg(t3)]);
        return true;
    }
    false
}
