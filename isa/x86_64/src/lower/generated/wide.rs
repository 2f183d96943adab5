//! Generated from `isa/x86_64/rules/wide.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_band(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // and_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::And, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::And, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); return true; }
    false
}

pub(super) fn op_bitcast(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitcast_128
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I128 { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t1, w_x[0]); let t2 = cx.res_half(inst, 0, 1); cx.c.alias_reg(t2, w_x[1]); return true; }
    // bitcast_f128_to_int
    if ty == I128 && let x = d.args[0] && cx.ty(x) == F128 { let r_x = cx.reg(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::MovGX, Size::Q, &[Arg::Reg(t1), Arg::Reg(r_x)]); let t3 = cx.xmm(); cx.put(Op::Punpckhqdq, Size::B, &[Arg::Mod(r_x, t3), Arg::Reg(r_x)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::MovGX, Size::Q, &[Arg::Reg(t2), Arg::Reg(t3)]); return true; }
    // bitcast_int_to_f128
    if ty == F128 && let x = d.args[0] && cx.ty(x) == I128 { let w_x = cx.c.regs2(x); let t2 = cx.xmm(); cx.put(Op::MovXG, Size::Q, &[Arg::Reg(t2), Arg::Reg(w_x[0])]); let t3 = cx.xmm(); cx.put(Op::MovXG, Size::Q, &[Arg::Reg(t3), Arg::Reg(w_x[1])]); let t1 = cx.res(inst, 0); cx.put(Op::Punpcklqdq, Size::B, &[Arg::Mod(t2, t1), Arg::Reg(t3)]); return true; }
    false
}

pub(super) fn op_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitrev_128
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let m = t1; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t1), Arg::Imm(1085102592571150095)]); let t2 = cx.gpr(); let n = t2; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t2), Arg::Imm(3689348814741910323)]); let t3 = cx.gpr(); let o = t3; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t3), Arg::Imm(6148914691236517205)]); let t4 = cx.gpr(); let alo = t4; cx.put(Op::Bswap, Size::Q, &[Arg::Mod(w_x[1], t4)]); let t7 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(alo, t7), Arg::Reg(m)]); let t6 = cx.gpr(); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(t7, t6), Arg::Imm(4)]); let t9 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(alo, t9), Arg::Imm(4)]); let t8 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(t9, t8), Arg::Reg(m)]); let t5 = cx.gpr(); let blo = t5; cx.put(Op::Or, Size::Q, &[Arg::Mod(t6, t5), Arg::Reg(t8)]); let t12 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(blo, t12), Arg::Reg(n)]); let t11 = cx.gpr(); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(t12, t11), Arg::Imm(2)]); let t14 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(blo, t14), Arg::Imm(2)]); let t13 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(t14, t13), Arg::Reg(n)]); let t10 = cx.gpr(); let clo = t10; cx.put(Op::Or, Size::Q, &[Arg::Mod(t11, t10), Arg::Reg(t13)]); let t17 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(clo, t17), Arg::Reg(o)]); let t16 = cx.gpr(); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(t17, t16), Arg::Imm(1)]); let t19 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(clo, t19), Arg::Imm(1)]); let t18 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(t19, t18), Arg::Reg(o)]); let t15 = cx.res_half(inst, 0, 0); cx.put(Op::Or, Size::Q, &[Arg::Mod(t16, t15), Arg::Reg(t18)]); let t20 = cx.gpr(); let ahi = t20; cx.put(Op::Bswap, Size::Q, &[Arg::Mod(w_x[0], t20)]); let t23 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(ahi, t23), Arg::Reg(m)]); let t22 = cx.gpr(); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(t23, t22), Arg::Imm(4)]); let t25 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(ahi, t25), Arg::Imm(4)]); let t24 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(t25, t24), Arg::Reg(m)]); let t21 = cx.gpr(); let bhi = t21; cx.put(Op::Or, Size::Q, &[Arg::Mod(t22, t21), Arg::Reg(t24)]); let t28 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(bhi, t28), Arg::Reg(n)]); let t27 = cx.gpr(); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(t28, t27), Arg::Imm(2)]); let t30 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(bhi, t30), Arg::Imm(2)]); let t29 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(t30, t29), Arg::Reg(n)]); let t26 = cx.gpr(); let chi = t26; cx.put(Op::Or, Size::Q, &[Arg::Mod(t27, t26), Arg::Reg(t29)]); let t33 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(chi, t33), Arg::Reg(o)]); let t32 = cx.gpr(); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(t33, t32), Arg::Imm(1)]); let t35 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(chi, t35), Arg::Imm(1)]); let t34 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(t35, t34), Arg::Reg(o)]); let t31 = cx.res_half(inst, 0, 1); cx.put(Op::Or, Size::Q, &[Arg::Mod(t32, t31), Arg::Reg(t34)]); return true; }
    false
}

pub(super) fn op_bitselect(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitselect_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let w_c = cx.c.regs2(c); let t2 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]); let t1 = cx.gpr(); let l = t1; cx.put(Op::And, Size::Q, &[Arg::Mod(t2, t1), Arg::Reg(w_c[0])]); let t4 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[1], t4), Arg::Reg(w_y[1])]); let t3 = cx.gpr(); let h = t3; cx.put(Op::And, Size::Q, &[Arg::Mod(t4, t3), Arg::Reg(w_c[1])]); let t5 = cx.res_half(inst, 0, 0); cx.put(Op::Xor, Size::Q, &[Arg::Mod(l, t5), Arg::Reg(w_y[0])]); let t6 = cx.res_half(inst, 0, 1); cx.put(Op::Xor, Size::Q, &[Arg::Mod(h, t6), Arg::Reg(w_y[1])]); return true; }
    false
}

pub(super) fn op_bmask(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bmask_to_128
    if ty == I128 && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) { let r_x = cx.reg(x); let t1 = cx.gpr(); cx.put(Op::Neg, size(cx.ty(x)), &[Arg::Mod(r_x, t1)]); let t2 = cx.gpr(); let m = t2; cx.put(Op::SbbSame, Size::Q, &[Arg::Reg(t2)]); let t3 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t3, m); let t4 = cx.res_half(inst, 0, 1); cx.c.alias_reg(t4, m); return true; }
    // bmask_128
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I128 { let w_x = cx.c.regs2(x); let t2 = cx.gpr(); cx.put(Op::Or, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_x[1])]); let t1 = cx.gpr(); cx.put(Op::Neg, Size::Q, &[Arg::Mod(t2, t1)]); let t3 = cx.gpr(); let m = t3; cx.put(Op::SbbSame, Size::Q, &[Arg::Reg(t3)]); let t4 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t4, m); let t5 = cx.res_half(inst, 0, 1); cx.c.alias_reg(t5, m); return true; }
    false
}

pub(super) fn op_bnot(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // not_128
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Not, Size::Q, &[Arg::Mod(w_x[0], t1)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Not, Size::Q, &[Arg::Mod(w_x[1], t2)]); return true; }
    false
}

pub(super) fn op_bor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // or_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Or, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Or, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); return true; }
    false
}

pub(super) fn op_bswap(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bswap_128
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Bswap, Size::Q, &[Arg::Mod(w_x[1], t1)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Bswap, Size::Q, &[Arg::Mod(w_x[0], t2)]); return true; }
    false
}

pub(super) fn op_bxor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // xor_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); return true; }
    false
}

pub(super) fn op_cls(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // cls_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_lzcnt() { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let s = t1; cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Imm(63)]); let t4 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[0], t4), Arg::Reg(s)]); let t3 = cx.gpr(); cx.put(Op::Lzcnt, Size::Q, &[Arg::Reg(t3), Arg::Reg(t4)]); let t2 = cx.gpr(); let l = t2; cx.put(Op::AddI, Size::Q, &[Arg::Mod(t3, t2), Arg::Imm(64)]); let t6 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[1], t6), Arg::Reg(s)]); let t5 = cx.gpr(); let h = t5; cx.put(Op::Lzcnt, Size::Q, &[Arg::Reg(t5), Arg::Reg(t6)]); let t7 = cx.gpr(); let n = t7; cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::B as u8), Arg::Mod(h, t7), Arg::Reg(l)]); let t8 = cx.res_half(inst, 0, 0); cx.put(Op::SubI, Size::Q, &[Arg::Mod(n, t8), Arg::Imm(1)]); let t9 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t9)]); return true; }
    // cls_128_bsr
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let s = t1; cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Imm(63)]); let t2 = cx.gpr(); let m = t2; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t2), Arg::Imm(-1)]); let t5 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[0], t5), Arg::Reg(s)]); let t4 = cx.gpr(); cx.put(Op::Bsr, Size::Q, &[Arg::Mod(m, t4), Arg::Reg(t5)]); let t3 = cx.gpr(); let l = t3; cx.put(Op::SubI, Size::Q, &[Arg::Mod(t4, t3), Arg::Imm(64)]); let t7 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[1], t7), Arg::Reg(s)]); let t6 = cx.gpr(); let h = t6; cx.put(Op::Bsr, Size::Q, &[Arg::Mod(l, t6), Arg::Reg(t7)]); let t9 = cx.gpr(); cx.put(Op::Neg, Size::Q, &[Arg::Mod(h, t9)]); let t8 = cx.res_half(inst, 0, 0); cx.put(Op::AddI, Size::Q, &[Arg::Mod(t9, t8), Arg::Imm(62)]); let t10 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t10)]); return true; }
    false
}

pub(super) fn op_clz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // clz_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_lzcnt() { let w_x = cx.c.regs2(x); let t2 = cx.gpr(); cx.put(Op::Lzcnt, Size::Q, &[Arg::Reg(t2), Arg::Reg(w_x[0])]); let t1 = cx.gpr(); let l = t1; cx.put(Op::AddI, Size::Q, &[Arg::Mod(t2, t1), Arg::Imm(64)]); let t3 = cx.gpr(); let h = t3; cx.put(Op::Lzcnt, Size::Q, &[Arg::Reg(t3), Arg::Reg(w_x[1])]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::B as u8), Arg::Mod(h, t4), Arg::Reg(l)]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t5)]); return true; }
    // clz_128_bsr
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let m = t1; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t1), Arg::Imm(-1)]); let t3 = cx.gpr(); cx.put(Op::Bsr, Size::Q, &[Arg::Mod(m, t3), Arg::Reg(w_x[0])]); let t2 = cx.gpr(); let l = t2; cx.put(Op::SubI, Size::Q, &[Arg::Mod(t3, t2), Arg::Imm(64)]); let t4 = cx.gpr(); let h = t4; cx.put(Op::Bsr, Size::Q, &[Arg::Mod(l, t4), Arg::Reg(w_x[1])]); let t6 = cx.gpr(); cx.put(Op::Neg, Size::Q, &[Arg::Mod(h, t6)]); let t5 = cx.res_half(inst, 0, 0); cx.put(Op::AddI, Size::Q, &[Arg::Mod(t6, t5), Arg::Imm(63)]); let t7 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t7)]); return true; }
    false
}

pub(super) fn op_ctz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ctz_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_bmi1() { let w_x = cx.c.regs2(x); let t2 = cx.gpr(); cx.put(Op::Tzcnt, Size::Q, &[Arg::Reg(t2), Arg::Reg(w_x[1])]); let t1 = cx.gpr(); let h = t1; cx.put(Op::AddI, Size::Q, &[Arg::Mod(t2, t1), Arg::Imm(64)]); let t3 = cx.gpr(); let l = t3; cx.put(Op::Tzcnt, Size::Q, &[Arg::Reg(t3), Arg::Reg(w_x[0])]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::B as u8), Arg::Mod(l, t4), Arg::Reg(h)]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t5)]); return true; }
    // ctz_128_bsf
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let m = t1; cx.put(Op::MovI, Size::D, &[Arg::Reg(t1), Arg::Imm(64)]); let t3 = cx.gpr(); cx.put(Op::Bsf, Size::Q, &[Arg::Mod(m, t3), Arg::Reg(w_x[1])]); let t2 = cx.gpr(); let h = t2; cx.put(Op::AddI, Size::Q, &[Arg::Mod(t3, t2), Arg::Imm(64)]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Bsf, Size::Q, &[Arg::Mod(h, t4), Arg::Reg(w_x[0])]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t5)]); return true; }
    false
}

pub(super) fn op_iabs(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // abs_128
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let s = t1; cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Imm(63)]); let t2 = cx.gpr(); let l = t2; cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(s)]); let t3 = cx.gpr(); let h = t3; cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(s)]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Sub, Size::Q, &[Arg::Mod(l, t4), Arg::Reg(s)]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(h, t5), Arg::Reg(s)]); return true; }
    false
}

pub(super) fn op_iadd(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // add_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Add, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); return true; }
    false
}

pub(super) fn op_iconcat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // iconcat
    if ty == I64 && let lo = d.args[0] && let hi = d.args[1] { let r_lo = cx.reg(lo); let r_hi = cx.reg(hi); let t1 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t1, r_lo); let t2 = cx.res_half(inst, 0, 1); cx.c.alias_reg(t2, r_hi); return true; }
    false
}

pub(super) fn op_imul(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // mul_128_of_unsigned
    if ty == I128 && o0 == Opcode::Uextend && let Some(d1) = cx.node(d.args[0], Opcode::Uextend) && cx.single_use(d.args[0]) && let x = d1.args[0] && cx.ty(x) == I64 && o1 == Opcode::Uextend && let Some(d2) = cx.node(d.args[1], Opcode::Uextend) && cx.single_use(d.args[1]) && let y = d2.args[0] && cx.ty(y) == I64 { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::Q.bits()); let t1 = cx.res_half(inst, 0, 0); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Mul, Size::Q, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]); return true; }
    if ty == I128 && o0 == Opcode::Uextend && let Some(d1) = cx.node(d.args[0], Opcode::Uextend) && cx.single_use(d.args[0]) && let y = d1.args[0] && cx.ty(y) == I64 && o1 == Opcode::Uextend && let Some(d2) = cx.node(d.args[1], Opcode::Uextend) && cx.single_use(d.args[1]) && let x = d2.args[0] && cx.ty(x) == I64 { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::Q.bits()); let t1 = cx.res_half(inst, 0, 0); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Mul, Size::Q, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]); return true; }
    // mul_128_of_signed
    if ty == I128 && o0 == Opcode::Sextend && let Some(d1) = cx.node(d.args[0], Opcode::Sextend) && cx.single_use(d.args[0]) && let x = d1.args[0] && cx.ty(x) == I64 && o1 == Opcode::Sextend && let Some(d2) = cx.node(d.args[1], Opcode::Sextend) && cx.single_use(d.args[1]) && let y = d2.args[0] && cx.ty(y) == I64 { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::Q.bits()); let t1 = cx.res_half(inst, 0, 0); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::ImulWide, Size::Q, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]); return true; }
    if ty == I128 && o0 == Opcode::Sextend && let Some(d1) = cx.node(d.args[0], Opcode::Sextend) && cx.single_use(d.args[0]) && let y = d1.args[0] && cx.ty(y) == I64 && o1 == Opcode::Sextend && let Some(d2) = cx.node(d.args[1], Opcode::Sextend) && cx.single_use(d.args[1]) && let x = d2.args[0] && cx.ty(x) == I64 { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::Q.bits()); let t1 = cx.res_half(inst, 0, 0); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::ImulWide, Size::Q, &[Arg::Mod(r_x, t1), Arg::Reg(t2), m_y]); return true; }
    // mul_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); let a = t1; cx.put(Op::Imul, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[1])]); let t2 = cx.gpr(); let b = t2; cx.put(Op::Imul, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[0])]); let t3 = cx.gpr(); let c = t3; cx.put(Op::Add, Size::Q, &[Arg::Mod(a, t3), Arg::Reg(b)]); let t4 = cx.res_half(inst, 0, 0); let t5 = cx.gpr(); let h = t5; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[0], t4), Arg::Reg(t5), Arg::Reg(w_y[0])]); let t6 = cx.res_half(inst, 0, 1); cx.put(Op::Add, Size::Q, &[Arg::Mod(h, t6), Arg::Reg(c)]); return true; }
    false
}

pub(super) fn op_ineg(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // neg_128
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let l = t1; cx.put(Op::Zero, Size::D, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let h = t2; cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); let t3 = cx.res_half(inst, 0, 0); cx.put(Op::Sub, Size::Q, &[Arg::Mod(l, t3), Arg::Reg(w_x[0])]); let t4 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(h, t4), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_ishl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shl_128_by
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k & 64 == 0 { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 1); cx.put(Op::ShldI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_x[0]), Arg::Imm((k & 63) as i64)]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Imm((k & 63) as i64)]); return true; }
    // shl_128_by_more
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 1); cx.put(Op::ShlI, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Imm((k & 63) as i64)]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    // shl_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { let w_x = cx.c.regs2(x); let r_n = cx.reg(n); let t1 = cx.gpr(); let z = t1; cx.put(Op::Zero, Size::D, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let h = t2; cx.put(Op::Shld, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_x[0]), Arg::Reg(r_n)]); let t3 = cx.gpr(); let l = t3; cx.put(Op::Shl, Size::Q, &[Arg::Mod(w_x[0], t3), Arg::Reg(r_n)]); cx.put(Op::TestI, Size::B, &[Arg::Reg(r_n), Arg::Imm(64)]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(l, t4), Arg::Reg(z)]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(h, t5), Arg::Reg(l)]); return true; }
    false
}

pub(super) fn op_isplit(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // isplit
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.res(inst, 0); cx.c.alias_reg(t1, w_x[0]); let t2 = cx.res(inst, 1); cx.c.alias_reg(t2, w_x[1]); return true; }
    false
}

pub(super) fn op_isub(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sub_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Sub, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); return true; }
    false
}

pub(super) fn op_load(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // load_128
    if ty == I128 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] { let memory = cx.mem_halves(flags, p, off); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Mov, Size::Q, &[Arg::Reg(t1), memory[0]]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Mov, Size::Q, &[Arg::Reg(t2), memory[1]]); return true; }
    false
}

pub(super) fn op_popcnt(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // popcnt_128
    if ty == I128 && let x = d.args[0] && cx.isa.has_popcnt() { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let l = t1; cx.put(Op::Popcnt, Size::Q, &[Arg::Reg(t1), Arg::Reg(w_x[0])]); let t2 = cx.gpr(); let h = t2; cx.put(Op::Popcnt, Size::Q, &[Arg::Reg(t2), Arg::Reg(w_x[1])]); let t3 = cx.res_half(inst, 0, 0); cx.put(Op::Add, Size::Q, &[Arg::Mod(l, t3), Arg::Reg(h)]); let t4 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t4)]); return true; }
    // popcnt_128_sums
    if ty == I128 && let x = d.args[0] { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); let m = t1; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t1), Arg::Imm(6148914691236517205)]); let t2 = cx.gpr(); let n = t2; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t2), Arg::Imm(3689348814741910323)]); let t3 = cx.gpr(); let o = t3; cx.put(Op::MovI, Size::Q, &[Arg::Reg(t3), Arg::Imm(1085102592571150095)]); let t5 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(w_x[0], t5), Arg::Imm(1)]); let t4 = cx.gpr(); let alo = t4; cx.put(Op::And, Size::Q, &[Arg::Mod(t5, t4), Arg::Reg(m)]); let t6 = cx.gpr(); let blo = t6; cx.put(Op::Sub, Size::Q, &[Arg::Mod(w_x[0], t6), Arg::Reg(alo)]); let t8 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(blo, t8), Arg::Imm(2)]); let t7 = cx.gpr(); let hlo = t7; cx.put(Op::And, Size::Q, &[Arg::Mod(t8, t7), Arg::Reg(n)]); let t10 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(blo, t10), Arg::Reg(n)]); let t9 = cx.gpr(); let clo = t9; cx.put(Op::Add, Size::Q, &[Arg::Mod(t10, t9), Arg::Reg(hlo)]); let t13 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(clo, t13), Arg::Imm(4)]); let t12 = cx.gpr(); cx.put(Op::Add, Size::Q, &[Arg::Mod(clo, t12), Arg::Reg(t13)]); let t11 = cx.gpr(); let elo = t11; cx.put(Op::And, Size::Q, &[Arg::Mod(t12, t11), Arg::Reg(o)]); let t15 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(w_x[1], t15), Arg::Imm(1)]); let t14 = cx.gpr(); let ahi = t14; cx.put(Op::And, Size::Q, &[Arg::Mod(t15, t14), Arg::Reg(m)]); let t16 = cx.gpr(); let bhi = t16; cx.put(Op::Sub, Size::Q, &[Arg::Mod(w_x[1], t16), Arg::Reg(ahi)]); let t18 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(bhi, t18), Arg::Imm(2)]); let t17 = cx.gpr(); let hhi = t17; cx.put(Op::And, Size::Q, &[Arg::Mod(t18, t17), Arg::Reg(n)]); let t20 = cx.gpr(); cx.put(Op::And, Size::Q, &[Arg::Mod(bhi, t20), Arg::Reg(n)]); let t19 = cx.gpr(); let chi = t19; cx.put(Op::Add, Size::Q, &[Arg::Mod(t20, t19), Arg::Reg(hhi)]); let t23 = cx.gpr(); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(chi, t23), Arg::Imm(4)]); let t22 = cx.gpr(); cx.put(Op::Add, Size::Q, &[Arg::Mod(chi, t22), Arg::Reg(t23)]); let t21 = cx.gpr(); let ehi = t21; cx.put(Op::And, Size::Q, &[Arg::Mod(t22, t21), Arg::Reg(o)]); let t25 = cx.gpr(); cx.put(Op::Add, Size::Q, &[Arg::Mod(elo, t25), Arg::Reg(ehi)]); let t26 = cx.gpr(); cx.put(Op::MovI, Size::Q, &[Arg::Reg(t26), Arg::Imm(72340172838076673)]); let t24 = cx.gpr(); let p = t24; cx.put(Op::Imul, Size::Q, &[Arg::Mod(t25, t24), Arg::Reg(t26)]); let t27 = cx.res_half(inst, 0, 0); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(p, t27), Arg::Imm(56)]); let t28 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t28)]); return true; }
    false
}

pub(super) fn op_rotl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // rotl_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { let r_n = cx.reg(n); let w_x = cx.c.regs2(x); cx.put(Op::TestI, Size::B, &[Arg::Reg(r_n), Arg::Imm(64)]); let t1 = cx.gpr(); let l = t1; cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1])]); let t2 = cx.gpr(); let h = t2; cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[1], t2), Arg::Reg(w_x[0])]); let t3 = cx.res_half(inst, 0, 0); cx.put(Op::Shld, Size::Q, &[Arg::Mod(l, t3), Arg::Reg(h), Arg::Reg(r_n)]); let t4 = cx.res_half(inst, 0, 1); cx.put(Op::Shld, Size::Q, &[Arg::Mod(h, t4), Arg::Reg(l), Arg::Reg(r_n)]); return true; }
    false
}

pub(super) fn op_rotr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // rotr_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { let r_n = cx.reg(n); let w_x = cx.c.regs2(x); cx.put(Op::TestI, Size::B, &[Arg::Reg(r_n), Arg::Imm(64)]); let t1 = cx.gpr(); let l = t1; cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1])]); let t2 = cx.gpr(); let h = t2; cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(w_x[1], t2), Arg::Reg(w_x[0])]); let t3 = cx.res_half(inst, 0, 0); cx.put(Op::Shrd, Size::Q, &[Arg::Mod(l, t3), Arg::Reg(h), Arg::Reg(r_n)]); let t4 = cx.res_half(inst, 0, 1); cx.put(Op::Shrd, Size::Q, &[Arg::Mod(h, t4), Arg::Reg(l), Arg::Reg(r_n)]); return true; }
    false
}

pub(super) fn op_sadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sadd_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Add, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); let t3 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::O as u8), Arg::Reg(t3)]); return true; }
    false
}

pub(super) fn op_sadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sadd_cin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { let r_c = cx.reg(c); let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); cx.put(Op::AddI, Size::B, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(w_y[1])]); let t4 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::O as u8), Arg::Reg(t4)]); return true; }
    false
}

pub(super) fn op_sdiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sdiv_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if sdiv_128(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_select(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // select_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let f = cx.cond(c); let t1 = cx.res_half(inst, 0, 0); cx.put_on(f, Op::Cmov, Size::Q, &[Arg::Mod(w_y[0], t1), Arg::Reg(w_x[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put_on(f, Op::Cmov, Size::Q, &[Arg::Mod(w_y[1], t2), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_select_spectre_guard(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // select_guard_128
    if ty == I128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let f = cx.cond(c); let t1 = cx.res_half(inst, 0, 0); cx.put_on(f, Op::Cmov, Size::Q, &[Arg::Mod(w_y[0], t1), Arg::Reg(w_x[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put_on(f, Op::Cmov, Size::Q, &[Arg::Mod(w_y[1], t2), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_sextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sext_128_8
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.gpr(); let l = t1; cx.put(Op::Movsx8, Size::Q, &[Arg::Reg(t1), m_x]); let t2 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t2, l); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::SarI, Size::Q, &[Arg::Mod(l, t3), Arg::Imm(63)]); return true; }
    // sext_128_16
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.gpr(); let l = t1; cx.put(Op::Movsx16, Size::Q, &[Arg::Reg(t1), m_x]); let t2 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t2, l); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::SarI, Size::Q, &[Arg::Mod(l, t3), Arg::Imm(63)]); return true; }
    // sext_128_32
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, 32); let t1 = cx.gpr(); let l = t1; cx.put(Op::Movsxd, Size::Q, &[Arg::Reg(t1), m_x]); let t2 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t2, l); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::SarI, Size::Q, &[Arg::Mod(l, t3), Arg::Imm(63)]); return true; }
    // sext_128
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I64 { let r_x = cx.reg(x); let t1 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t1, r_x); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::SarI, Size::Q, &[Arg::Mod(r_x, t2), Arg::Imm(63)]); return true; }
    false
}

pub(super) fn op_smax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smax_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); cx.put(Op::Cmp, Size::Q, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]); let t1 = cx.gpr(); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ge as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ge as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_smin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); cx.put(Op::Cmp, Size::Q, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]); let t1 = cx.gpr(); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::L as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::L as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_smulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // smulhi_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); let t2 = cx.gpr(); let a = t2; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(t2), Arg::Reg(w_y[0])]); let t3 = cx.gpr(); let b = t3; let t4 = cx.gpr(); let c = t4; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[0], t3), Arg::Reg(t4), Arg::Reg(w_y[1])]); let t5 = cx.gpr(); let e = t5; let t6 = cx.gpr(); let f = t6; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[1], t5), Arg::Reg(t6), Arg::Reg(w_y[0])]); let t7 = cx.gpr(); let g = t7; let t8 = cx.gpr(); let h = t8; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[1], t7), Arg::Reg(t8), Arg::Reg(w_y[1])]); let t9 = cx.gpr(); let s = t9; cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t9), Arg::Imm(63)]); let t10 = cx.gpr(); let t = t10; cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_y[1], t10), Arg::Imm(63)]); let t11 = cx.gpr(); let sl = t11; cx.put(Op::And, Size::Q, &[Arg::Mod(s, t11), Arg::Reg(w_y[0])]); let t12 = cx.gpr(); let sh = t12; cx.put(Op::And, Size::Q, &[Arg::Mod(s, t12), Arg::Reg(w_y[1])]); let t13 = cx.gpr(); let tl = t13; cx.put(Op::And, Size::Q, &[Arg::Mod(t, t13), Arg::Reg(w_x[0])]); let t14 = cx.gpr(); let th = t14; cx.put(Op::And, Size::Q, &[Arg::Mod(t, t14), Arg::Reg(w_x[1])]); let t15 = cx.gpr(); let i = t15; cx.put(Op::Add, Size::Q, &[Arg::Mod(a, t15), Arg::Reg(b)]); let t16 = cx.gpr(); let j = t16; cx.put(Op::AdcI, Size::Q, &[Arg::Mod(c, t16), Arg::Imm(0)]); let t17 = cx.gpr(); cx.put(Op::Add, Size::Q, &[Arg::Mod(i, t17), Arg::Reg(e)]); let t18 = cx.gpr(); let l = t18; cx.put(Op::Adc, Size::Q, &[Arg::Mod(j, t18), Arg::Reg(f)]); let t19 = cx.gpr(); let m = t19; cx.put(Op::AdcI, Size::Q, &[Arg::Mod(h, t19), Arg::Imm(0)]); let t20 = cx.gpr(); let lo = t20; cx.put(Op::Add, Size::Q, &[Arg::Mod(l, t20), Arg::Reg(g)]); let t21 = cx.gpr(); let hi = t21; cx.put(Op::AdcI, Size::Q, &[Arg::Mod(m, t21), Arg::Imm(0)]); let t22 = cx.gpr(); let p = t22; cx.put(Op::Sub, Size::Q, &[Arg::Mod(lo, t22), Arg::Reg(sl)]); let t23 = cx.gpr(); let q = t23; cx.put(Op::Sbb, Size::Q, &[Arg::Mod(hi, t23), Arg::Reg(sh)]); let t24 = cx.res_half(inst, 0, 0); cx.put(Op::Sub, Size::Q, &[Arg::Mod(p, t24), Arg::Reg(tl)]); let t25 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(q, t25), Arg::Reg(th)]); return true; }
    false
}

pub(super) fn op_srem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // srem_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if srem_128(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_sshr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // sar_128_by
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k & 64 == 0 { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::ShrdI, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1]), Arg::Imm((k & 63) as i64)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Imm((k & 63) as i64)]); return true; }
    // sar_128_by_more
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Imm((k & 63) as i64)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Imm(63)]); return true; }
    // sar_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { let w_x = cx.c.regs2(x); let r_n = cx.reg(n); let t1 = cx.gpr(); let s = t1; cx.put(Op::SarI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Imm(63)]); let t2 = cx.gpr(); let l = t2; cx.put(Op::Shrd, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_x[1]), Arg::Reg(r_n)]); let t3 = cx.gpr(); let h = t3; cx.put(Op::Sar, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(r_n)]); cx.put(Op::TestI, Size::B, &[Arg::Reg(r_n), Arg::Imm(64)]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(l, t4), Arg::Reg(h)]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(h, t5), Arg::Reg(s)]); return true; }
    false
}

pub(super) fn op_ssub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ssub_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Sub, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); let t3 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::O as u8), Arg::Reg(t3)]); return true; }
    false
}

pub(super) fn op_ssub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ssub_bin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { let r_c = cx.reg(c); let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); cx.put(Op::AddI, Size::B, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(w_y[1])]); let t4 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::O as u8), Arg::Reg(t4)]); return true; }
    false
}

pub(super) fn op_store(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // store_128
    if ty == I128 && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] { let memory = cx.mem_halves(flags, p, off); let w_x = cx.c.regs2(x); cx.put(Op::MovMr, Size::Q, &[memory[0], Arg::Reg(w_x[0])]); cx.put(Op::MovMr, Size::Q, &[memory[1], Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_uadd_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uadd_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Add, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); let t3 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::B as u8), Arg::Reg(t3)]); return true; }
    false
}

pub(super) fn op_uadd_overflow_cin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uadd_cin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { let r_c = cx.reg(c); let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); cx.put(Op::AddI, Size::B, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Adc, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(w_y[1])]); let t4 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::B as u8), Arg::Reg(t4)]); return true; }
    false
}

pub(super) fn op_udiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // udiv_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if udiv_128(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_uextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // zext_128_8
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t1), m_x]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    // zext_128_16
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t1), m_x]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    // zext_128_32_known
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I32 && cx.zero_extended(x) { let r_x = cx.reg(x); let t1 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t1, r_x); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    // zext_128_32
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Mov, Size::D, &[Arg::Reg(t1), m_x]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    // zext_128
    if ty == I128 && let x = d.args[0] && cx.ty(x) == I64 { let r_x = cx.reg(x); let t1 = cx.res_half(inst, 0, 0); cx.c.alias_reg(t1, r_x); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    false
}

pub(super) fn op_umax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umax_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); cx.put(Op::Cmp, Size::Q, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]); let t1 = cx.gpr(); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_umin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); cx.put(Op::Cmp, Size::Q, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]); let t1 = cx.gpr(); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::B as u8), Arg::Mod(w_y[0], t2), Arg::Reg(w_x[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::B as u8), Arg::Mod(w_y[1], t3), Arg::Reg(w_x[1])]); return true; }
    false
}

pub(super) fn op_umulhi(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // umulhi_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); let t2 = cx.gpr(); let a = t2; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(t2), Arg::Reg(w_y[0])]); let t3 = cx.gpr(); let b = t3; let t4 = cx.gpr(); let c = t4; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[0], t3), Arg::Reg(t4), Arg::Reg(w_y[1])]); let t5 = cx.gpr(); let e = t5; let t6 = cx.gpr(); let f = t6; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[1], t5), Arg::Reg(t6), Arg::Reg(w_y[0])]); let t7 = cx.gpr(); let g = t7; let t8 = cx.gpr(); let h = t8; cx.put(Op::Mul, Size::Q, &[Arg::Mod(w_x[1], t7), Arg::Reg(t8), Arg::Reg(w_y[1])]); let t9 = cx.gpr(); let i = t9; cx.put(Op::Add, Size::Q, &[Arg::Mod(a, t9), Arg::Reg(b)]); let t10 = cx.gpr(); let j = t10; cx.put(Op::AdcI, Size::Q, &[Arg::Mod(c, t10), Arg::Imm(0)]); let t11 = cx.gpr(); cx.put(Op::Add, Size::Q, &[Arg::Mod(i, t11), Arg::Reg(e)]); let t12 = cx.gpr(); let l = t12; cx.put(Op::Adc, Size::Q, &[Arg::Mod(j, t12), Arg::Reg(f)]); let t13 = cx.gpr(); let m = t13; cx.put(Op::AdcI, Size::Q, &[Arg::Mod(h, t13), Arg::Imm(0)]); let t14 = cx.res_half(inst, 0, 0); cx.put(Op::Add, Size::Q, &[Arg::Mod(l, t14), Arg::Reg(g)]); let t15 = cx.res_half(inst, 0, 1); cx.put(Op::AdcI, Size::Q, &[Arg::Mod(m, t15), Arg::Imm(0)]); return true; }
    false
}

pub(super) fn op_urem(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // urem_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { if urem_128(cx, inst, x, y) { return true; } }
    false
}

pub(super) fn op_ushr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shr_128_by
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k & 64 == 0 { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::ShrdI, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1]), Arg::Imm((k & 63) as i64)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Imm((k & 63) as i64)]); return true; }
    // shr_128_by_more
    if ty == I128 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) { let w_x = cx.c.regs2(x); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Imm((k & 63) as i64)]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Zero, Size::D, &[Arg::Reg(t2)]); return true; }
    // shr_128
    if ty == I128 && let x = d.args[0] && let n = d.args[1] { let w_x = cx.c.regs2(x); let r_n = cx.reg(n); let t1 = cx.gpr(); let z = t1; cx.put(Op::Zero, Size::D, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let l = t2; cx.put(Op::Shrd, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_x[1]), Arg::Reg(r_n)]); let t3 = cx.gpr(); let h = t3; cx.put(Op::Shr, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(r_n)]); cx.put(Op::TestI, Size::B, &[Arg::Reg(r_n), Arg::Imm(64)]); let t4 = cx.res_half(inst, 0, 0); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(l, t4), Arg::Reg(h)]); let t5 = cx.res_half(inst, 0, 1); cx.put(Op::Cmov, Size::Q, &[Arg::Cond(Cc::Ne as u8), Arg::Mod(h, t5), Arg::Reg(z)]); return true; }
    false
}

pub(super) fn op_usub_overflow(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // usub_overflow_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.res_half(inst, 0, 0); cx.put(Op::Sub, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_y[0])]); let t2 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t2), Arg::Reg(w_y[1])]); let t3 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::B as u8), Arg::Reg(t3)]); return true; }
    false
}

pub(super) fn op_usub_overflow_bin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // usub_bin_128
    if ty == I128 && let x = d.args[0] && let y = d.args[1] && let c = d.args[2] { let r_c = cx.reg(c); let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t1 = cx.gpr(); cx.put(Op::AddI, Size::B, &[Arg::Mod(r_c, t1), Arg::Imm(-1)]); let t2 = cx.res_half(inst, 0, 0); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]); let t3 = cx.res_half(inst, 0, 1); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(w_y[1])]); let t4 = cx.res(inst, 1); cx.put(Op::Setcc, Size::B, &[Arg::Cond(Cc::B as u8), Arg::Reg(t4)]); return true; }
    false
}

pub(super) fn cond_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // icmp_zero_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Uextend && let Some(d1) = cx.node(d.args[1], Opcode::Uextend) && cx.single_use(d.args[1]) && cx.iconst(d1.args[0]) == Some(0) && is_equality(cc) { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); cx.put(Op::Or, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1])]); return Some(one(int_cc(cc)));  }
    // icmp_zeros_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconcat && let Some(d1) = cx.node(d.args[1], Opcode::Iconcat) && cx.single_use(d.args[1]) && cx.iconst(d1.args[0]) == Some(0) && cx.iconst(d1.args[1]) == Some(0) && is_equality(cc) { let w_x = cx.c.regs2(x); let t1 = cx.gpr(); cx.put(Op::Or, Size::Q, &[Arg::Mod(w_x[0], t1), Arg::Reg(w_x[1])]); return Some(one(int_cc(cc)));  }
    // icmp_eq_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] && is_equality(cc) { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); let t2 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[0], t2), Arg::Reg(w_y[0])]); let t3 = cx.gpr(); cx.put(Op::Xor, Size::Q, &[Arg::Mod(w_x[1], t3), Arg::Reg(w_y[1])]); let t1 = cx.gpr(); cx.put(Op::Or, Size::Q, &[Arg::Mod(t2, t1), Arg::Reg(t3)]); return Some(one(int_cc(cc)));  }
    // icmp_swapped_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] && needs_zero_flag(cc) { let w_y = cx.c.regs2(y); let w_x = cx.c.regs2(x); cx.put(Op::Cmp, Size::Q, &[Arg::Reg(w_y[0]), Arg::Reg(w_x[0])]); let t1 = cx.gpr(); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_y[1], t1), Arg::Reg(w_x[1])]); return Some(one(swapped(cc)));  }
    // icmp_128
    if ty == I128 && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] { let w_x = cx.c.regs2(x); let w_y = cx.c.regs2(y); cx.put(Op::Cmp, Size::Q, &[Arg::Reg(w_x[0]), Arg::Reg(w_y[0])]); let t1 = cx.gpr(); cx.put(Op::Sbb, Size::Q, &[Arg::Mod(w_x[1], t1), Arg::Reg(w_y[1])]); return Some(one(int_cc(cc)));  }
    None
}
