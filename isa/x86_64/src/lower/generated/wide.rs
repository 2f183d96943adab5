//! Generated from `isa/x86_64/rules/wide.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_bitcast(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitcast_128
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I128 {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 0);
        cx.c.alias_reg(t1, w_x[0]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.c.alias_reg(t2, w_x[1]);
        return true;
    }
    // bitcast_f128_to_int
    if ty == I128 && let x = d.args[0] && cx.ty(x) == F128 {
        let r_x = cx.reg(x);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        let t3 = cx.xmm();
        cx.put(Op::Punpckhqdq, Size::S8, &[Arg::Mod(r_x, t3), Arg::Reg(r_x)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(t2), Arg::Reg(t3)]);
        return true;
    }
    // bitcast_int_to_f128
    if ty == F128 && let x = d.args[0] && cx.ty(x) == I128 {
        let w_x = cx.c.regs2(x);
        let t2 = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t2), Arg::Reg(w_x[0])]);
        let t3 = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t3), Arg::Reg(w_x[1])]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Punpcklqdq, Size::S8, &[Arg::Mod(t2, t1), Arg::Reg(t3)]);
        return true;
    }
    false
}

pub(super) fn op_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitrev_128
    if ty == I128 && let x = d.args[0] {
        let w_x = cx.c.regs2(x);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(1085102592571150095)]);
        let n = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(n), Arg::Imm(3689348814741910323)]);
        let o = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(o), Arg::Imm(6148914691236517205)]);
        let alo = cx.gpr();
        cx.put(Op::Bswap, Size::S64, &[Arg::Mod(w_x[1], alo)]);
        let t2 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(alo, t2), Arg::Reg(m)]);
        let t1 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t2, t1), Arg::Imm(4)]);
        let t4 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(alo, t4), Arg::Imm(4)]);
        let t3 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t4, t3), Arg::Reg(m)]);
        let blo = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t1, blo), Arg::Reg(t3)]);
        let t6 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(blo, t6), Arg::Reg(n)]);
        let t5 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t6, t5), Arg::Imm(2)]);
        let t8 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(blo, t8), Arg::Imm(2)]);
        let t7 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t8, t7), Arg::Reg(n)]);
        let clo = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t5, clo), Arg::Reg(t7)]);
        let t11 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(clo, t11), Arg::Reg(o)]);
        let t10 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t11, t10), Arg::Imm(1)]);
        let t13 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(clo, t13), Arg::Imm(1)]);
        let t12 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t13, t12), Arg::Reg(o)]);
        let t9 = cx.res_half(inst, 0, 0);
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t10, t9), Arg::Reg(t12)]);
        let ahi = cx.gpr();
        cx.put(Op::Bswap, Size::S64, &[Arg::Mod(w_x[0], ahi)]);
        let t15 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(ahi, t15), Arg::Reg(m)]);
        let t14 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t15, t14), Arg::Imm(4)]);
        let t17 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(ahi, t17), Arg::Imm(4)]);
        let t16 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t17, t16), Arg::Reg(m)]);
        let bhi = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t14, bhi), Arg::Reg(t16)]);
        let t19 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(bhi, t19), Arg::Reg(n)]);
        let t18 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t19, t18), Arg::Imm(2)]);
        let t21 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(bhi, t21), Arg::Imm(2)]);
        let t20 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t21, t20), Arg::Reg(n)]);
        let chi = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t18, chi), Arg::Reg(t20)]);
        let t24 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(chi, t24), Arg::Reg(o)]);
        let t23 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t24, t23), Arg::Imm(1)]);
        let t26 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(chi, t26), Arg::Imm(1)]);
        let t25 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t26, t25), Arg::Reg(o)]);
        let t22 = cx.res_half(inst, 0, 1);
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t23, t22), Arg::Reg(t25)]);
        return true;
    }
    false
}

pub(super) fn op_cls(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // cls_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_lzcnt() {
        let w_x = cx.c.regs2(x);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], s), Arg::Imm(63)]);
        let t2 = cx.gpr();
        cx.put(Op::Xor, Size::S64, &[Arg::Mod(w_x[0], t2), Arg::Reg(s)]);
        let t1 = cx.gpr();
        cx.put(Op::Lzcnt, Size::S64, &[Arg::Reg(t1), Arg::Reg(t2)]);
        let l = cx.gpr();
        cx.put(Op::AddI, Size::S64, &[Arg::Mod(t1, l), Arg::Imm(64)]);
        let t3 = cx.gpr();
        cx.put(Op::Xor, Size::S64, &[Arg::Mod(w_x[1], t3), Arg::Reg(s)]);
        let h = cx.gpr();
        cx.put(Op::Lzcnt, Size::S64, &[Arg::Reg(h), Arg::Reg(t3)]);
        let n = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::B as u8), Arg::Mod(h, n), Arg::Reg(l)]);
        let t4 = cx.res_half(inst, 0, 0);
        cx.put(Op::SubI, Size::S64, &[Arg::Mod(n, t4), Arg::Imm(1)]);
        let t5 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t5)]);
        return true;
    }
    // cls_128_bsr
    if ty == I128 && let x = d.args[0] {
        let w_x = cx.c.regs2(x);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], s), Arg::Imm(63)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let t2 = cx.gpr();
        cx.put(Op::Xor, Size::S64, &[Arg::Mod(w_x[0], t2), Arg::Reg(s)]);
        let t1 = cx.gpr();
        cx.put(Op::Bsr, Size::S64, &[Arg::Mod(m, t1), Arg::Reg(t2)]);
        let l = cx.gpr();
        cx.put(Op::SubI, Size::S64, &[Arg::Mod(t1, l), Arg::Imm(64)]);
        let t3 = cx.gpr();
        cx.put(Op::Xor, Size::S64, &[Arg::Mod(w_x[1], t3), Arg::Reg(s)]);
        let h = cx.gpr();
        cx.put(Op::Bsr, Size::S64, &[Arg::Mod(l, h), Arg::Reg(t3)]);
        let t5 = cx.gpr();
        cx.put(Op::Neg, Size::S64, &[Arg::Mod(h, t5)]);
        let t4 = cx.res_half(inst, 0, 0);
        cx.put(Op::AddI, Size::S64, &[Arg::Mod(t5, t4), Arg::Imm(62)]);
        let t6 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t6)]);
        return true;
    }
    false
}

pub(super) fn op_clz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // clz_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_lzcnt() {
        let w_x = cx.c.regs2(x);
        let t1 = cx.gpr();
        cx.put(Op::Lzcnt, Size::S64, &[Arg::Reg(t1), Arg::Reg(w_x[0])]);
        let l = cx.gpr();
        cx.put(Op::AddI, Size::S64, &[Arg::Mod(t1, l), Arg::Imm(64)]);
        let h = cx.gpr();
        cx.put(Op::Lzcnt, Size::S64, &[Arg::Reg(h), Arg::Reg(w_x[1])]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::B as u8), Arg::Mod(h, t2), Arg::Reg(l)]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t3)]);
        return true;
    }
    // clz_128_bsr
    if ty == I128 && let x = d.args[0] {
        let w_x = cx.c.regs2(x);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let t1 = cx.gpr();
        cx.put(Op::Bsr, Size::S64, &[Arg::Mod(m, t1), Arg::Reg(w_x[0])]);
        let l = cx.gpr();
        cx.put(Op::SubI, Size::S64, &[Arg::Mod(t1, l), Arg::Imm(64)]);
        let h = cx.gpr();
        cx.put(Op::Bsr, Size::S64, &[Arg::Mod(l, h), Arg::Reg(w_x[1])]);
        let t3 = cx.gpr();
        cx.put(Op::Neg, Size::S64, &[Arg::Mod(h, t3)]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::AddI, Size::S64, &[Arg::Mod(t3, t2), Arg::Imm(63)]);
        let t4 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t4)]);
        return true;
    }
    false
}

pub(super) fn op_ctz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ctz_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_bmi1() {
        let w_x = cx.c.regs2(x);
        let t1 = cx.gpr();
        cx.put(Op::Tzcnt, Size::S64, &[Arg::Reg(t1), Arg::Reg(w_x[1])]);
        let h = cx.gpr();
        cx.put(Op::AddI, Size::S64, &[Arg::Mod(t1, h), Arg::Imm(64)]);
        let l = cx.gpr();
        cx.put(Op::Tzcnt, Size::S64, &[Arg::Reg(l), Arg::Reg(w_x[0])]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::B as u8), Arg::Mod(l, t2), Arg::Reg(h)]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t3)]);
        return true;
    }
    // ctz_128_bsf
    if ty == I128 && let x = d.args[0] {
        let w_x = cx.c.regs2(x);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm(64)]);
        let t1 = cx.gpr();
        cx.put(Op::Bsf, Size::S64, &[Arg::Mod(m, t1), Arg::Reg(w_x[1])]);
        let h = cx.gpr();
        cx.put(Op::AddI, Size::S64, &[Arg::Mod(t1, h), Arg::Imm(64)]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Bsf, Size::S64, &[Arg::Mod(h, t2), Arg::Reg(w_x[0])]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t3)]);
        return true;
    }
    false
}

pub(super) fn op_iconcat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // iconcat
    if ty == I64 && let lo = d.args[0] && let hi = d.args[1] {
        let r_lo = cx.reg(lo);
        let r_hi = cx.reg(hi);
        let t1 = cx.res_half(inst, 0, 0);
        cx.c.alias_reg(t1, r_lo);
        let t2 = cx.res_half(inst, 0, 1);
        cx.c.alias_reg(t2, r_hi);
        return true;
    }
    false
}

pub(super) fn op_imul(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // mul_128_of_unsigned
    if ty == I128 && o0 == Opcode::Iconcat && let Some(d1) = cx.node(d.args[0], Opcode::Iconcat)
        && cx.single_use(d.args[0]) && let x = d1.args[0] && cx.iconst(d1.args[1]) == Some(0) && o1 == Opcode::Iconcat
        && let Some(d2) = cx.node(d.args[1], Opcode::Iconcat) && cx.single_use(d.args[1]) && let y = d2.args[0]
        && cx.iconst(d2.args[1]) == Some(0)
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S64.bits());
        let t1 = cx.res_half(inst, 0, 0);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        return true;
    }
    if ty == I128 && o0 == Opcode::Iconcat && let Some(d1) = cx.node(d.args[0], Opcode::Iconcat)
        && cx.single_use(d.args[0]) && let y = d1.args[0] && cx.iconst(d1.args[1]) == Some(0) && o1 == Opcode::Iconcat
        && let Some(d2) = cx.node(d.args[1], Opcode::Iconcat) && cx.single_use(d.args[1]) && let x = d2.args[0]
        && cx.iconst(d2.args[1]) == Some(0)
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S64.bits());
        let t1 = cx.res_half(inst, 0, 0);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        return true;
    }
    // mul_128_of_signed
    if ty == I128 && o0 == Opcode::Iconcat && let Some(d1) = cx.node(d.args[0], Opcode::Iconcat)
        && cx.single_use(d.args[0]) && let x = d1.args[0] && let Some(d2) = cx.node(d1.args[1], Opcode::Sshr)
        && cx.single_use(d1.args[1]) && x == d2.args[0] && cx.iconst(d2.args[1]) == Some(63) && o1 == Opcode::Iconcat
        && let Some(d3) = cx.node(d.args[1], Opcode::Iconcat) && cx.single_use(d.args[1]) && let y = d3.args[0]
        && let Some(d4) = cx.node(d3.args[1], Opcode::Sshr) && cx.single_use(d3.args[1]) && y == d4.args[0]
        && cx.iconst(d4.args[1]) == Some(63)
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S64.bits());
        let t1 = cx.res_half(inst, 0, 0);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::ImulWide, Size::S64, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        return true;
    }
    if ty == I128 && o0 == Opcode::Iconcat && let Some(d1) = cx.node(d.args[0], Opcode::Iconcat)
        && cx.single_use(d.args[0]) && let y = d1.args[0] && let Some(d2) = cx.node(d1.args[1], Opcode::Sshr)
        && cx.single_use(d1.args[1]) && y == d2.args[0] && cx.iconst(d2.args[1]) == Some(63) && o1 == Opcode::Iconcat
        && let Some(d3) = cx.node(d.args[1], Opcode::Iconcat) && cx.single_use(d.args[1]) && let x = d3.args[0]
        && let Some(d4) = cx.node(d3.args[1], Opcode::Sshr) && cx.single_use(d3.args[1]) && x == d4.args[0]
        && cx.iconst(d4.args[1]) == Some(63)
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S64.bits());
        let t1 = cx.res_half(inst, 0, 0);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::ImulWide, Size::S64, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]);
        return true;
    }
    // mul_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        let a = cx.gpr();
        cx.put(Op::Imul, Size::S64, &[Arg::Mod(w_x[0], a), Arg::Reg(w_y[1])]);
        let b = cx.gpr();
        cx.put(Op::Imul, Size::S64, &[Arg::Mod(w_x[1], b), Arg::Reg(w_y[0])]);
        let c = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(a, c), Arg::Reg(b)]);
        let t1 = cx.res_half(inst, 0, 0);
        let h = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(h), Arg::Reg(w_y[0])]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Add, Size::S64, &[Arg::Mod(h, t2), Arg::Reg(c)]);
        return true;
    }
    false
}

pub(super) fn op_ishl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shl_128_by
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k & 64 == 0 {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 1);
        cx.put(Op::ShldI, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_x[0]), Arg::Imm((k & 63) as i64)]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(w_x[0], t2), Arg::Imm((k & 63) as i64)]);
        return true;
    }
    // shl_128_by_more
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 1);
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Imm((k & 63) as i64)]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t2)]);
        return true;
    }
    // shl_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] {
        let w_x = cx.c.regs2(x);
        let r_n = cx.reg(n);
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let h = cx.gpr();
        cx.put(Op::Shld, Size::S64, &[Arg::Mod(w_x[1], h), Arg::Reg(w_x[0]), Arg::Reg(r_n)]);
        let l = cx.gpr();
        cx.put(Op::Shl, Size::S64, &[Arg::Mod(w_x[0], l), Arg::Reg(r_n)]);
        cx.put(Op::TestI, Size::S8, &[Arg::Reg(r_n), Arg::Imm(64)]);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(l, t1), Arg::Reg(z)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(h, t2), Arg::Reg(l)]);
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
    // popcnt_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_popcnt() {
        let w_x = cx.c.regs2(x);
        let l = cx.gpr();
        cx.put(Op::Popcnt, Size::S64, &[Arg::Reg(l), Arg::Reg(w_x[0])]);
        let h = cx.gpr();
        cx.put(Op::Popcnt, Size::S64, &[Arg::Reg(h), Arg::Reg(w_x[1])]);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::Add, Size::S64, &[Arg::Mod(l, t1), Arg::Reg(h)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t2)]);
        return true;
    }
    // popcnt_128_sums
    if ty == I128 && let x = d.args[0] {
        let w_x = cx.c.regs2(x);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(6148914691236517205)]);
        let n = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(n), Arg::Imm(3689348814741910323)]);
        let o = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(o), Arg::Imm(1085102592571150095)]);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Imm(1)]);
        let alo = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t1, alo), Arg::Reg(m)]);
        let blo = cx.gpr();
        cx.put(Op::Sub, Size::S64, &[Arg::Mod(w_x[0], blo), Arg::Reg(alo)]);
        let t2 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(blo, t2), Arg::Imm(2)]);
        let hlo = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t2, hlo), Arg::Reg(n)]);
        let t3 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(blo, t3), Arg::Reg(n)]);
        let clo = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(t3, clo), Arg::Reg(hlo)]);
        let t5 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(clo, t5), Arg::Imm(4)]);
        let t4 = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(clo, t4), Arg::Reg(t5)]);
        let elo = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t4, elo), Arg::Reg(o)]);
        let t6 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(w_x[1], t6), Arg::Imm(1)]);
        let ahi = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t6, ahi), Arg::Reg(m)]);
        let bhi = cx.gpr();
        cx.put(Op::Sub, Size::S64, &[Arg::Mod(w_x[1], bhi), Arg::Reg(ahi)]);
        let t7 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(bhi, t7), Arg::Imm(2)]);
        let hhi = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t7, hhi), Arg::Reg(n)]);
        let t8 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(bhi, t8), Arg::Reg(n)]);
        let chi = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(t8, chi), Arg::Reg(hhi)]);
        let t10 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(chi, t10), Arg::Imm(4)]);
        let t9 = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(chi, t9), Arg::Reg(t10)]);
        let ehi = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t9, ehi), Arg::Reg(o)]);
        let t11 = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(elo, t11), Arg::Reg(ehi)]);
        let t12 = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(t12), Arg::Imm(72340172838076673)]);
        let p = cx.gpr();
        cx.put(Op::Imul, Size::S64, &[Arg::Mod(t11, p), Arg::Reg(t12)]);
        let t13 = cx.res_half(inst, 0, 0);
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(p, t13), Arg::Imm(56)]);
        let t14 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t14)]);
        return true;
    }
    false
}

pub(super) fn op_rotl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // rotl_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let w_x = cx.c.regs2(x);
        cx.put(Op::TestI, Size::S8, &[Arg::Reg(r_n), Arg::Imm(64)]);
        let l = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[0], l), Arg::Reg(w_x[1])]);
        let h = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[1], h), Arg::Reg(w_x[0])]);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::Shld, Size::S64, &[Arg::Mod(l, t1), Arg::Reg(h), Arg::Reg(r_n)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Shld, Size::S64, &[Arg::Mod(h, t2), Arg::Reg(l), Arg::Reg(r_n)]);
        return true;
    }
    false
}

pub(super) fn op_rotr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // rotr_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let w_x = cx.c.regs2(x);
        cx.put(Op::TestI, Size::S8, &[Arg::Reg(r_n), Arg::Imm(64)]);
        let l = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[0], l), Arg::Reg(w_x[1])]);
        let h = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[1], h), Arg::Reg(w_x[0])]);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::Shrd, Size::S64, &[Arg::Mod(l, t1), Arg::Reg(h), Arg::Reg(r_n)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Shrd, Size::S64, &[Arg::Mod(h, t2), Arg::Reg(l), Arg::Reg(r_n)]);
        return true;
    }
    false
}

pub(super) fn op_sdiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sdiv_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        if sdiv_128(cx, inst, x, y) {
            return true;
        }
    }
    false
}

pub(super) fn op_select(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // select_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        let f = cx.cond(c);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(w_y[0], t1), Arg::Reg(w_x[0])]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(w_y[1], t2), Arg::Reg(w_x[1])]);
        return true;
    }
    false
}

pub(super) fn op_select_spectre_guard(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // select_guard_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        let f = cx.cond(c);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(w_y[0], t1), Arg::Reg(w_x[0])]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(w_y[1], t2), Arg::Reg(w_x[1])]);
        return true;
    }
    false
}

pub(super) fn op_smax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smax_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        cx.put(Op::Cmp, Size::S64, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]);
        let t1 = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ge as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ge as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]);
        return true;
    }
    false
}

pub(super) fn op_smin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        cx.put(Op::Cmp, Size::S64, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]);
        let t1 = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::L as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::L as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]);
        return true;
    }
    false
}

pub(super) fn op_smulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smulhi_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        let t1 = cx.gpr();
        let a = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(a), Arg::Reg(w_y[0])]);
        let b = cx.gpr();
        let c = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[0], b), Arg::Reg(c), Arg::Reg(w_y[1])]);
        let e = cx.gpr();
        let f = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[1], e), Arg::Reg(f), Arg::Reg(w_y[0])]);
        let g = cx.gpr();
        let h = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[1], g), Arg::Reg(h), Arg::Reg(w_y[1])]);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], s), Arg::Imm(63)]);
        let t = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_y[1], t), Arg::Imm(63)]);
        let sl = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(s, sl), Arg::Reg(w_y[0])]);
        let sh = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(s, sh), Arg::Reg(w_y[1])]);
        let tl = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t, tl), Arg::Reg(w_x[0])]);
        let th = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t, th), Arg::Reg(w_x[1])]);
        let i = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(a, i), Arg::Reg(b)]);
        let j = cx.gpr();
        cx.put(Op::AdcI, Size::S64, &[Arg::Mod(c, j), Arg::Imm(0)]);
        let t2 = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(i, t2), Arg::Reg(e)]);
        let l = cx.gpr();
        cx.put(Op::Adc, Size::S64, &[Arg::Mod(j, l), Arg::Reg(f)]);
        let m = cx.gpr();
        cx.put(Op::AdcI, Size::S64, &[Arg::Mod(h, m), Arg::Imm(0)]);
        let lo = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(l, lo), Arg::Reg(g)]);
        let hi = cx.gpr();
        cx.put(Op::AdcI, Size::S64, &[Arg::Mod(m, hi), Arg::Imm(0)]);
        let p = cx.gpr();
        cx.put(Op::Sub, Size::S64, &[Arg::Mod(lo, p), Arg::Reg(sl)]);
        let q = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(hi, q), Arg::Reg(sh)]);
        let t3 = cx.res_half(inst, 0, 0);
        cx.put(Op::Sub, Size::S64, &[Arg::Mod(p, t3), Arg::Reg(tl)]);
        let t4 = cx.res_half(inst, 0, 1);
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(q, t4), Arg::Reg(th)]);
        return true;
    }
    false
}

pub(super) fn op_srem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // srem_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        if srem_128(cx, inst, x, y) {
            return true;
        }
    }
    false
}

pub(super) fn op_sshr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // sar_128_by
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k & 64 == 0 {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::ShrdI, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1]), Arg::Imm((k & 63) as i64)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], t2), Arg::Imm((k & 63) as i64)]);
        return true;
    }
    // sar_128_by_more
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Imm((k & 63) as i64)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], t2), Arg::Imm(63)]);
        return true;
    }
    // sar_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] {
        let w_x = cx.c.regs2(x);
        let r_n = cx.reg(n);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(w_x[1], s), Arg::Imm(63)]);
        let l = cx.gpr();
        cx.put(Op::Shrd, Size::S64, &[Arg::Mod(w_x[0], l), Arg::Reg(w_x[1]), Arg::Reg(r_n)]);
        let h = cx.gpr();
        cx.put(Op::Sar, Size::S64, &[Arg::Mod(w_x[1], h), Arg::Reg(r_n)]);
        cx.put(Op::TestI, Size::S8, &[Arg::Reg(r_n), Arg::Imm(64)]);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(l, t1), Arg::Reg(h)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(h, t2), Arg::Reg(s)]);
        return true;
    }
    false
}

pub(super) fn op_udiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // udiv_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        if udiv_128(cx, inst, x, y) {
            return true;
        }
    }
    false
}

pub(super) fn op_umax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umax_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        cx.put(Op::Cmp, Size::S64, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]);
        let t1 = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]);
        return true;
    }
    false
}

pub(super) fn op_umin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        cx.put(Op::Cmp, Size::S64, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]);
        let t1 = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::B as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]);
        let t3 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::B as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]);
        return true;
    }
    false
}

pub(super) fn op_umulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umulhi_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        let t1 = cx.gpr();
        let a = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(a), Arg::Reg(w_y[0])]);
        let b = cx.gpr();
        let c = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[0], b), Arg::Reg(c), Arg::Reg(w_y[1])]);
        let e = cx.gpr();
        let f = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[1], e), Arg::Reg(f), Arg::Reg(w_y[0])]);
        let g = cx.gpr();
        let h = cx.gpr();
        cx.put(Op::Mul, Size::S64, &[Arg::Mod(w_x[1], g), Arg::Reg(h), Arg::Reg(w_y[1])]);
        let i = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(a, i), Arg::Reg(b)]);
        let j = cx.gpr();
        cx.put(Op::AdcI, Size::S64, &[Arg::Mod(c, j), Arg::Imm(0)]);
        let t2 = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(i, t2), Arg::Reg(e)]);
        let l = cx.gpr();
        cx.put(Op::Adc, Size::S64, &[Arg::Mod(j, l), Arg::Reg(f)]);
        let m = cx.gpr();
        cx.put(Op::AdcI, Size::S64, &[Arg::Mod(h, m), Arg::Imm(0)]);
        let t3 = cx.res_half(inst, 0, 0);
        cx.put(Op::Add, Size::S64, &[Arg::Mod(l, t3), Arg::Reg(g)]);
        let t4 = cx.res_half(inst, 0, 1);
        cx.put(Op::AdcI, Size::S64, &[Arg::Mod(m, t4), Arg::Imm(0)]);
        return true;
    }
    false
}

pub(super) fn op_urem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // urem_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] {
        if urem_128(cx, inst, x, y) {
            return true;
        }
    }
    false
}

pub(super) fn op_ushr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shr_128_by
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k & 64 == 0 {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::ShrdI, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1]), Arg::Imm((k & 63) as i64)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(w_x[1], t2), Arg::Imm((k & 63) as i64)]);
        return true;
    }
    // shr_128_by_more
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let w_x = cx.c.regs2(x);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Imm((k & 63) as i64)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(t2)]);
        return true;
    }
    // shr_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] {
        let w_x = cx.c.regs2(x);
        let r_n = cx.reg(n);
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let l = cx.gpr();
        cx.put(Op::Shrd, Size::S64, &[Arg::Mod(w_x[0], l), Arg::Reg(w_x[1]), Arg::Reg(r_n)]);
        let h = cx.gpr();
        cx.put(Op::Shr, Size::S64, &[Arg::Mod(w_x[1], h), Arg::Reg(r_n)]);
        cx.put(Op::TestI, Size::S8, &[Arg::Reg(r_n), Arg::Imm(64)]);
        let t1 = cx.res_half(inst, 0, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(l, t1), Arg::Reg(h)]);
        let t2 = cx.res_half(inst, 0, 1);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(h, t2), Arg::Reg(z)]);
        return true;
    }
    false
}

pub(super) fn cond_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // icmp_zeros_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconcat
        && let Some(d1) = cx.node(d.args[1], Opcode::Iconcat) && cx.single_use(d.args[1])
        && cx.iconst(d1.args[0]) == Some(0) && cx.iconst(d1.args[1]) == Some(0) && is_equality(cc)
    {
        let w_x = cx.c.regs2(x);
        let t1 = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1])]);
        return Some(one(int_cc(cc)));
    }
    // icmp_eq_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] && is_equality(cc) {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        let t2 = cx.gpr();
        cx.put(Op::Xor, Size::S64, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]);
        let t3 = cx.gpr();
        cx.put(Op::Xor, Size::S64, &[Arg::Mod(w_x[1], t3), Arg::Reg(w_y[1])]);
        let t1 = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t2, t1), Arg::Reg(t3)]);
        return Some(one(int_cc(cc)));
    }
    // icmp_swapped_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] && needs_zero_flag(cc) {
        let w_y = cx.c.regs2(y);
        let w_x = cx.c.regs2(x);
        cx.put(Op::Cmp, Size::S64, &[Arg::Reg(w_y[0]), Arg::Reg(w_x[0])]);
        let t1 = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(w_y[1], t1), Arg::Reg(w_x[1])]);
        return Some(one(swapped(cc)));
    }
    // icmp_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] {
        let w_x = cx.c.regs2(x);
        let w_y = cx.c.regs2(y);
        cx.put(Op::Cmp, Size::S64, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]);
        let t1 = cx.gpr();
        cx.put(Op::Sbb, Size::S64, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]);
        return Some(one(int_cc(cc)));
    }
    None
}
