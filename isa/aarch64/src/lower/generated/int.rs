//! Generated from `isa/aarch64/rules/int.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_iabs(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // abs
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        cx.put(Op::CmpI, size(ty), &[Arg::Reg(r_x), Arg::Imm(0)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Csneg, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Cond(Cc::Ge as u8)]);
        return true;
    }
    false
}

pub(super) fn op_iadd(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // add_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_arith(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    // add_imm_neg
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k.wrapping_neg())
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k.wrapping_neg()) as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_arith(k.wrapping_neg())
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k.wrapping_neg()) as i64)]);
        return true;
    }
    // add_product
    if matches!(ty, I8 | I16 | I32 | I64) && let z = d.args[1] && o0 == Opcode::Imul
        && let Some(d1) = cx.node(d.args[0], Opcode::Imul) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let y = d1.args[1]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let r_z = cx.reg(z);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Madd, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Reg(r_z)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let z = d.args[0] && o1 == Opcode::Imul
        && let Some(d1) = cx.node(d.args[1], Opcode::Imul) && cx.single_use(d.args[1]) && let x = d1.args[0]
        && let y = d1.args[1]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let r_z = cx.reg(z);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Madd, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Reg(r_z)]);
        return true;
    }
    // add_shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
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
        cx.put(Op::Add, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    // add_shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
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
        cx.put(Op::Add, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    // add_sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[1], Opcode::Sshr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
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
        cx.put(Op::Add, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    // add_uext
    if ty == I64 && let x = d.args[0] && o1 == Opcode::Uextend && let Some(d1) = cx.node(d.args[1], Opcode::Uextend)
        && cx.single_use(d.args[1]) && let y = d1.args[0] && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddExt, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(0)]);
        return true;
    }
    if ty == I64 && let x = d.args[1] && o0 == Opcode::Uextend && let Some(d1) = cx.node(d.args[0], Opcode::Uextend)
        && cx.single_use(d.args[0]) && let y = d1.args[0] && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddExt, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(0)]);
        return true;
    }
    // add_sext
    if ty == I64 && let x = d.args[0] && o1 == Opcode::Sextend && let Some(d1) = cx.node(d.args[1], Opcode::Sextend)
        && cx.single_use(d.args[1]) && let y = d1.args[0] && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddExt, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(6), Arg::Imm(0)]);
        return true;
    }
    if ty == I64 && let x = d.args[1] && o0 == Opcode::Sextend && let Some(d1) = cx.node(d.args[0], Opcode::Sextend)
        && cx.single_use(d.args[0]) && let y = d1.args[0] && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddExt, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(6), Arg::Imm(0)]);
        return true;
    }
    // add
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_imul(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // mul_pow2
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && let Some(s) = log2(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LslI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(s as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && let Some(s) = log2(ty, k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LslI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(s as i64)]);
        return true;
    }
    // mul_pow2_plus
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && let Some(s) = log2(ty, k.wrapping_sub(1))
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Imm(0), Arg::Imm(s as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && let Some(s) = log2(ty, k.wrapping_sub(1))
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Add, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Imm(0), Arg::Imm(s as i64)]);
        return true;
    }
    // mul_pow2_minus
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && let Some(s) = log2(ty, k.wrapping_add(1))
    {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::LslI, size32(ty), &[Arg::Reg(t), Arg::Reg(r_x), Arg::Imm(s as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size32(ty), &[Arg::Reg(t1), Arg::Reg(t), Arg::Reg(r_x), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && let Some(s) = log2(ty, k.wrapping_add(1))
    {
        let r_x = cx.reg(x);
        let t = cx.gpr();
        cx.put(Op::LslI, size32(ty), &[Arg::Reg(t), Arg::Reg(r_x), Arg::Imm(s as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size32(ty), &[Arg::Reg(t1), Arg::Reg(t), Arg::Reg(r_x), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    // mul
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mul, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
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
        cx.put(Op::Neg, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_isub(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // neg_product
    if matches!(ty, I8 | I16 | I32 | I64) && o0 == Opcode::Iconst && cx.iconst(d.args[0]) == Some(0)
        && o1 == Opcode::Imul && let Some(d1) = cx.node(d.args[1], Opcode::Imul) && cx.single_use(d.args[1])
        && let x = d1.args[0] && let y = d1.args[1]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mneg, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    // neg_sub
    if matches!(ty, I8 | I16 | I32 | I64) && let y = d.args[1] && o0 == Opcode::Iconst
        && cx.iconst(d.args[0]) == Some(0)
    {
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Neg, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_y)]);
        return true;
    }
    // sub_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return true;
    }
    // sub_imm_neg
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k.wrapping_neg())
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k.wrapping_neg()) as i64)]);
        return true;
    }
    // sub_product
    if matches!(ty, I8 | I16 | I32 | I64) && let z = d.args[0] && o1 == Opcode::Imul
        && let Some(d1) = cx.node(d.args[1], Opcode::Imul) && cx.single_use(d.args[1]) && let x = d1.args[0]
        && let y = d1.args[1]
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let r_z = cx.reg(z);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Msub, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Reg(r_z)]);
        return true;
    }
    // sub_shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return true;
    }
    // sub_shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(k as i64)]);
        return true;
    }
    // sub_sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Sshr
        && let Some(d1) = cx.node(d.args[1], Opcode::Sshr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(k as i64)]);
        return true;
    }
    // sub_uext
    if ty == I64 && let x = d.args[0] && o1 == Opcode::Uextend && let Some(d1) = cx.node(d.args[1], Opcode::Uextend)
        && cx.single_use(d.args[1]) && let y = d1.args[0] && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubExt, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(0)]);
        return true;
    }
    // sub_sext
    if ty == I64 && let x = d.args[0] && o1 == Opcode::Sextend && let Some(d1) = cx.node(d.args[1], Opcode::Sextend)
        && cx.single_use(d.args[1]) && let y = d1.args[0] && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubExt, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(6), Arg::Imm(0)]);
        return true;
    }
    // sub
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sub, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_sadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sadd_overflow
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Adds, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Vs as u8)]);
        return true;
    }
    false
}

pub(super) fn op_sadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sadd_cin
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.carry(c);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Adcs, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Vs as u8)]);
        return true;
    }
    false
}

pub(super) fn op_sdiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // sdiv_by
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != 0 && k != -1
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sdiv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    // sdiv
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_y = cx.reg(y);
        let r_x = cx.reg(x);
        cx.trap_if_zero(y);
        cx.put(Op::CmnI, size(ty), &[Arg::Reg(r_y), Arg::Imm(1)]);
        cx.put(Op::CcmpI, size(ty), &[Arg::Reg(r_x), Arg::Imm(1), Arg::Imm(0), Arg::Cond(Cc::Eq as u8)]);
        cx.trap_if(one(Cc::Vs), TrapCode::INTEGER_OVERFLOW);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sdiv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
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
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Csel, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Cond(Cc::Gt as u8)]);
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
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Csel, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Cond(Cc::Lt as u8)]);
        return true;
    }
    false
}

pub(super) fn op_smulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smulhi_64
    if ty == I64 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Smulh, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    // smulhi_32
    if ty == I32 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t = cx.gpr();
        cx.put(Op::Smull, Size::S8, &[Arg::Reg(t), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LsrI, Size::S64, &[Arg::Reg(t1), Arg::Reg(t), Arg::Imm(32)]);
        return true;
    }
    false
}

pub(super) fn op_srem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // srem_by
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != 0
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let q = cx.gpr();
        cx.put(Op::Sdiv, size(ty), &[Arg::Reg(q), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Msub, size(ty), &[Arg::Reg(t1), Arg::Reg(q), Arg::Reg(r_y), Arg::Reg(r_x)]);
        return true;
    }
    // srem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.trap_if_zero(y);
        let q = cx.gpr();
        cx.put(Op::Sdiv, size(ty), &[Arg::Reg(q), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Msub, size(ty), &[Arg::Reg(t1), Arg::Reg(q), Arg::Reg(r_y), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_ssub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ssub_overflow
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Subs, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Vs as u8)]);
        return true;
    }
    false
}

pub(super) fn op_ssub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ssub_bin
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.borrow(c);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sbcs, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Vs as u8)]);
        return true;
    }
    false
}

pub(super) fn op_uadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uadd_overflow
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Adds, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Hs as u8)]);
        return true;
    }
    false
}

pub(super) fn op_uadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uadd_cin
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.carry(c);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Adcs, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Hs as u8)]);
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
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddsI, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        cx.trap_if(one(Cc::Hs), code);
        return true;
    }
    if matches!(ty, I32 | I64) && let code = trap_code(d) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_arith(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddsI, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm(k as i64)]);
        cx.trap_if(one(Cc::Hs), code);
        return true;
    }
    // uadd_trap
    if matches!(ty, I32 | I64) && let code = trap_code(d) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Adds, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        cx.trap_if(one(Cc::Hs), code);
        return true;
    }
    false
}

pub(super) fn op_udiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // udiv_by
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != 0
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Udiv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    // udiv
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.trap_if_zero(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Udiv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
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
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Csel, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Cond(Cc::Hi as u8)]);
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
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Csel, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Cond(Cc::Lo as u8)]);
        return true;
    }
    false
}

pub(super) fn op_umulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umulhi_64
    if ty == I64 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Umulh, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    // umulhi_32
    if ty == I32 && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t = cx.gpr();
        cx.put(Op::Umull, Size::S8, &[Arg::Reg(t), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LsrI, Size::S64, &[Arg::Reg(t1), Arg::Reg(t), Arg::Imm(32)]);
        return true;
    }
    false
}

pub(super) fn op_urem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // urem_by
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let y = d.args[1]
        && let Some(d1) = cx.node(y, Opcode::Iconst) && let k = d1.signed_imm() && k != 0
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let q = cx.gpr();
        cx.put(Op::Udiv, size(ty), &[Arg::Reg(q), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Msub, size(ty), &[Arg::Reg(t1), Arg::Reg(q), Arg::Reg(r_y), Arg::Reg(r_x)]);
        return true;
    }
    // urem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.trap_if_zero(y);
        let q = cx.gpr();
        cx.put(Op::Udiv, size(ty), &[Arg::Reg(q), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Msub, size(ty), &[Arg::Reg(t1), Arg::Reg(q), Arg::Reg(r_y), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_usub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // usub_overflow
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Subs, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Lo as u8)]);
        return true;
    }
    false
}

pub(super) fn op_usub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // usub_bin
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.borrow(c);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sbcs, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        let t2 = cx.res(inst, 1);
        cx.put(Op::Cset, Size::S32, &[Arg::Reg(t2), Arg::Cond(Cc::Lo as u8)]);
        return true;
    }
    false
}
