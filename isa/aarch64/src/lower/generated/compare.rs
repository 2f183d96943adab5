//! Generated from `isa/aarch64/rules/compare.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // icmp_negative
    if matches!(ty, I32 | I64) && d.cond() == IntCC::SignedLessThan && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LsrI, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((width_mask(ty)) as i64)]);
        return true;
    }
    // icmp_value
    if matches!(ty, I32 | I64) {
        let f = cx.root_cond(inst);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Cset, Size::S32, &[Arg::Reg(t1)]);
        return true;
    }
    false
}

pub(super) fn op_select(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // select
    if matches!(ty, I8 | I16 | I32 | I64) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let f = cx.cond(c);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Csel, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_select_spectre_guard(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // select_guard
    if matches!(ty, I8 | I16 | I32 | I64) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let f = cx.cond(c);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Csel, size32(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_trapnz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // trapnz
    if matches!(ty, I8 | I16 | I32 | I64) && let code = trap_code(d) && let c = d.args[0] {
        let f = cx.cond(c);
        cx.trap_if(f, code);
        return true;
    }
    false
}

pub(super) fn op_trapz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // trapz
    if matches!(ty, I8 | I16 | I32 | I64) && let code = trap_code(d) && let c = d.args[0] {
        let f = cx.cond(c);
        cx.trap_if(f.invert(), code);
        return true;
    }
    false
}

pub(super) fn cond_band(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // band_bit
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && let Some(n) = log2(ty, k)
    {
        return Some(cx.bit(x, n, true));
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && let Some(n) = log2(ty, k)
    {
        return Some(cx.bit(x, n, true));
    }
    // band_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        cx.put(Op::TstI, size(ty), &[Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return Some(one(Cc::Ne));
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        cx.put(Op::TstI, size(ty), &[Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return Some(one(Cc::Ne));
    }
    // band
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Tst, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return Some(one(Cc::Ne));
    }
    None
}

pub(super) fn cond_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // test_bit
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc) && let Some(n) = log2(ty, k)
    {
        return Some(cx.bit(x, n, cc == IntCC::NotEqual));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc) && let Some(n) = log2(ty, k)
    {
        return Some(cx.bit(x, n, cc == IntCC::NotEqual));
    }
    // test_imm
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_signed_or_equality(cc) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        cx.put(Op::TstI, size(ty), &[Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_signed_or_equality(cc) && is_logical(ty, k)
    {
        let r_x = cx.reg(x);
        cx.put(Op::TstI, size(ty), &[Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // test
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let y = d1.args[1] && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0) && is_signed_or_equality(cc)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Tst, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // zero
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_equality(cc)
    {
        return Some(cx.zero(cc, x));
    }
    // is_negative
    if matches!(ty, I32 | I64) && d.cond() == IntCC::SignedLessThan && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0)
    {
        return Some(cx.bit(x, width_mask(ty) as u8, true));
    }
    // is_not_negative
    if matches!(ty, I32 | I64) && d.cond() == IntCC::SignedGreaterThanOrEqual && let x = d.args[0]
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
    {
        return Some(cx.bit(x, width_mask(ty) as u8, false));
    }
    // cmp_imm
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k)
    {
        let r_x = cx.reg(x);
        cx.put(Op::CmpI, size(ty), &[Arg::Reg(r_x), Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // cmn_imm
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && is_arith(k.wrapping_neg()) && k != 0
    {
        let r_x = cx.reg(x);
        cx.put(Op::CmnI, size(ty), &[Arg::Reg(r_x), Arg::Imm((k.wrapping_neg()) as i64)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_imm_left
    if matches!(ty, I32 | I64) && let cc = d.cond() && let y = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && is_arith(k)
    {
        let r_y = cx.reg(y);
        cx.put(Op::CmpI, size(ty), &[Arg::Reg(r_y), Arg::Imm(k as i64)]);
        return Some(one(swapped(cc)));
    }
    // cmp_shl
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && is_amount(ty, k)
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_uext
    if ty == I64 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Uextend
        && let Some(d1) = cx.node(d.args[1], Opcode::Uextend) && cx.single_use(d.args[1]) && let y = d1.args[0]
        && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::CmpExt, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(2), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_sext
    if ty == I64 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Sextend
        && let Some(d1) = cx.node(d.args[1], Opcode::Sextend) && cx.single_use(d.args[1]) && let y = d1.args[0]
        && cx.ty(y) == I32
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::CmpExt, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(6), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_uext_8
    if ty == I32 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Uextend
        && let Some(d1) = cx.node(d.args[1], Opcode::Uextend) && cx.single_use(d.args[1]) && let y = d1.args[0]
        && cx.ty(y) == I8
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::CmpExt, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_sext_8
    if ty == I32 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Sextend
        && let Some(d1) = cx.node(d.args[1], Opcode::Sextend) && cx.single_use(d.args[1]) && let y = d1.args[0]
        && cx.ty(y) == I8
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::CmpExt, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(4), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_uext_16
    if ty == I32 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Uextend
        && let Some(d1) = cx.node(d.args[1], Opcode::Uextend) && cx.single_use(d.args[1]) && let y = d1.args[0]
        && cx.ty(y) == I16
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::CmpExt, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(1), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_sext_16
    if ty == I32 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Sextend
        && let Some(d1) = cx.node(d.args[1], Opcode::Sextend) && cx.single_use(d.args[1]) && let y = d1.args[0]
        && cx.ty(y) == I16
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::CmpExt, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(5), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // cmp
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_y), Arg::Imm(0), Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    None
}
