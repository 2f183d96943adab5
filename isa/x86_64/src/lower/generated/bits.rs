//! Generated from `isa/x86_64/rules/bits.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_band(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // and_low32
    if ty == I64 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && k == 0xffff_ffff
    {
        let m_x = cx.rm(x, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    if ty == I64 && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) && k == 0xffff_ffff
    {
        let m_x = cx.rm(x, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    // and_low16
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && k == 0xffff
    {
        let m_x = cx.rm(x, 16);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && k == 0xffff
    {
        let m_x = cx.rm(x, 16);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    // and_low8
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && k == 0xff
    {
        let m_x = cx.rm(x, 8);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && k == 0xff
    {
        let m_x = cx.rm(x, 8);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    // and_imm_d
    if ty == I64 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) && fits_u32(k) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm((k as i32) as i64)]);
        return true;
    }
    if ty == I64 && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) && fits_u32(k) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm((k as i32) as i64)]);
        return true;
    }
    // and_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // and_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // blsr
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // blsi
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Isub
        && let Some(d1) = cx.node(d.args[1], Opcode::Isub) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(0) && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Isub
        && let Some(d1) = cx.node(d.args[0], Opcode::Isub) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(0) && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // blsi_neg
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ineg
        && let Some(d1) = cx.node(d.args[1], Opcode::Ineg) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ineg
        && let Some(d1) = cx.node(d.args[0], Opcode::Ineg) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // andn
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[0], Opcode::Bnot) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.isa.has_bmi1()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Bnot
        && let Some(d1) = cx.node(d.args[1], Opcode::Bnot) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.isa.has_bmi1()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    // andn_xor
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Bxor
        && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.iconst(d1.args[1]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Bxor
        && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[1] && cx.iconst(d1.args[0]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Bxor
        && let Some(d1) = cx.node(d.args[1], Opcode::Bxor) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.iconst(d1.args[1]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Bxor
        && let Some(d1) = cx.node(d.args[1], Opcode::Bxor) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[1] && cx.iconst(d1.args[0]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    // and_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // and_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && cx.single_use(y) {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Mod(r_y, t1), m_x]);
        return true;
    }
    // and
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // and_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::And, Size::S32, &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // and_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitrev_8
    if ty == I8 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t2 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(85)]);
        let t1 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t2, t1), Arg::Imm(1)]);
        let t4 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(r_x, t4), Arg::Imm(1)]);
        let t3 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t4, t3), Arg::Imm(85)]);
        let a = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t1, a), Arg::Reg(t3)]);
        let t6 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(a, t6), Arg::Imm(51)]);
        let t5 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t6, t5), Arg::Imm(2)]);
        let t8 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(a, t8), Arg::Imm(2)]);
        let t7 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t8, t7), Arg::Imm(51)]);
        let b = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t5, b), Arg::Reg(t7)]);
        let t9 = cx.res(inst, 0);
        cx.put(Op::RolI, Size::S8, &[Arg::Mod(b, t9), Arg::Imm(4)]);
        return true;
    }
    // bitrev_16
    if ty == I16 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t2 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(21845)]);
        let t1 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t2, t1), Arg::Imm(1)]);
        let t4 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(r_x, t4), Arg::Imm(1)]);
        let t3 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t4, t3), Arg::Imm(21845)]);
        let a = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t1, a), Arg::Reg(t3)]);
        let t6 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(a, t6), Arg::Imm(13107)]);
        let t5 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t6, t5), Arg::Imm(2)]);
        let t8 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(a, t8), Arg::Imm(2)]);
        let t7 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t8, t7), Arg::Imm(13107)]);
        let b = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t5, b), Arg::Reg(t7)]);
        let t10 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(b, t10), Arg::Imm(3855)]);
        let t9 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t10, t9), Arg::Imm(4)]);
        let t12 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(b, t12), Arg::Imm(4)]);
        let t11 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t12, t11), Arg::Imm(3855)]);
        let c = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t9, c), Arg::Reg(t11)]);
        let t13 = cx.res(inst, 0);
        cx.put(Op::RolI, Size::S16, &[Arg::Mod(c, t13), Arg::Imm(8)]);
        return true;
    }
    // bitrev_32
    if ty == I32 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t2 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(1431655765)]);
        let t1 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t2, t1), Arg::Imm(1)]);
        let t4 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(r_x, t4), Arg::Imm(1)]);
        let t3 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t4, t3), Arg::Imm(1431655765)]);
        let a = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t1, a), Arg::Reg(t3)]);
        let t6 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(a, t6), Arg::Imm(858993459)]);
        let t5 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t6, t5), Arg::Imm(2)]);
        let t8 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(a, t8), Arg::Imm(2)]);
        let t7 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t8, t7), Arg::Imm(858993459)]);
        let b = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t5, b), Arg::Reg(t7)]);
        let t10 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(b, t10), Arg::Imm(252645135)]);
        let t9 = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(t10, t9), Arg::Imm(4)]);
        let t12 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(b, t12), Arg::Imm(4)]);
        let t11 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t12, t11), Arg::Imm(252645135)]);
        let c = cx.gpr();
        cx.put(Op::Or, Size::S32, &[Arg::Mod(t9, c), Arg::Reg(t11)]);
        let t13 = cx.res(inst, 0);
        cx.put(Op::Bswap, Size::S32, &[Arg::Mod(c, t13)]);
        return true;
    }
    // bitrev_64
    if ty == I64 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(6148914691236517205)]);
        let t2 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(r_x, t2), Arg::Reg(m)]);
        let t1 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t2, t1), Arg::Imm(1)]);
        let t4 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(r_x, t4), Arg::Imm(1)]);
        let t3 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t4, t3), Arg::Reg(m)]);
        let a = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t1, a), Arg::Reg(t3)]);
        let n = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(n), Arg::Imm(3689348814741910323)]);
        let t6 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(a, t6), Arg::Reg(n)]);
        let t5 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t6, t5), Arg::Imm(2)]);
        let t8 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(a, t8), Arg::Imm(2)]);
        let t7 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t8, t7), Arg::Reg(n)]);
        let b = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t5, b), Arg::Reg(t7)]);
        let o = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(o), Arg::Imm(1085102592571150095)]);
        let t12 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(b, t12), Arg::Reg(o)]);
        let t11 = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(t12, t11), Arg::Imm(4)]);
        let t14 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(b, t14), Arg::Imm(4)]);
        let t13 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t14, t13), Arg::Reg(o)]);
        let t10 = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t11, t10), Arg::Reg(t13)]);
        let t9 = cx.res(inst, 0);
        cx.put(Op::Bswap, Size::S64, &[Arg::Mod(t10, t9)]);
        return true;
    }
    false
}

pub(super) fn op_bitselect(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitselect
    if matches!(ty, I8 | I16 | I32 | I64) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let m_c = cx.rm(c, size32(ty).bits());
        let t = cx.gpr();
        cx.put(Op::Xor, size32(ty), &[Arg::Mod(r_x, t), Arg::Reg(r_y)]);
        let u = cx.gpr();
        cx.put(Op::And, size32(ty), &[Arg::Mod(t, u), m_c]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xor, size32(ty), &[Arg::Mod(u, t1), Arg::Reg(r_y)]);
        return true;
    }
    // bitselect_f
    if matches!(ty, F16 | F32 | F64 | F128) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let r_c = cx.reg(c);
        let t = cx.xmm();
        cx.put(Op::Xorps, Size::S8, &[Arg::Mod(r_x, t), Arg::Reg(r_y)]);
        let u = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(t, u), Arg::Reg(r_c)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xorps, Size::S8, &[Arg::Mod(u, t1), Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_bmask(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bmask
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) {
        let r_x = cx.reg(x);
        let t1 = cx.gpr();
        cx.put(Op::Neg, size(cx.ty(x)), &[Arg::Mod(r_x, t1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::SbbSame, size32(ty), &[Arg::Reg(t2)]);
        return true;
    }
    false
}

pub(super) fn op_bnot(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // not
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Not, size32(ty), &[Arg::Mod(r_x, t1)]);
        return true;
    }
    // not_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let c2 = Arg::Reg(cx.ones_xmm());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xorps, Size::S8, &[Arg::Mod(r_x, t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_bor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // or_is_rotation
    if matches!(ty, I32 | I64) && o0 == Opcode::Ishl && let Some(d1) = cx.node(d.args[0], Opcode::Ishl)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Ushr && let Some(d2) = cx.node(d.args[1], Opcode::Ushr)
        && cx.single_use(d.args[1]) && matches!(d2.ctrl_type, I32 | I64) && x == d2.args[0]
        && let Some(n) = cx.iconst(d2.args[1]) && k > 0 && n > 0 && k + n == i64::from(ty.bits())
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::RolI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Ushr && let Some(d1) = cx.node(d.args[0], Opcode::Ushr)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0]
        && let Some(n) = cx.iconst(d1.args[1]) && o1 == Opcode::Ishl && let Some(d2) = cx.node(d.args[1], Opcode::Ishl)
        && cx.single_use(d.args[1]) && matches!(d2.ctrl_type, I32 | I64) && x == d2.args[0]
        && let Some(k) = cx.iconst(d2.args[1]) && k > 0 && n > 0 && k + n == i64::from(ty.bits())
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::RolI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // or_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::OrI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::OrI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // or_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::OrI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::OrI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // or_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // or_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && cx.single_use(y) {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, size(ty), &[Arg::Mod(r_y, t1), m_x]);
        return true;
    }
    // or
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // or_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, Size::S32, &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // or_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orps, Size::S8, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]);
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
        cx.put(Op::Bswap, size(ty), &[Arg::Mod(r_x, t1)]);
        return true;
    }
    // bswap_16
    if ty == I16 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::RolI, Size::S16, &[Arg::Mod(r_x, t1), Arg::Imm(8)]);
        return true;
    }
    false
}

pub(super) fn op_bxor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // blsmsk
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1)
        && cx.isa.has_bmi1()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // not_xor
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(-1)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Not, size32(ty), &[Arg::Mod(r_x, t1)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && cx.iconst(d.args[0]) == Some(-1)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Not, size32(ty), &[Arg::Mod(r_x, t1)]);
        return true;
    }
    // xor_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::XorI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k)
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::XorI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // xor_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::XorI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::XorI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]);
        return true;
    }
    // xor_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // xor_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && cx.single_use(y) {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xor, size(ty), &[Arg::Mod(r_y, t1), m_x]);
        return true;
    }
    // xor
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // xor_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xor, Size::S32, &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // xor_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xorps, Size::S8, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]);
        return true;
    }
    false
}

pub(super) fn op_cls(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // cls_lzcnt
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_lzcnt() {
        let r_x = cx.reg(x);
        let s = cx.gpr();
        cx.put(Op::SarI, size(ty), &[Arg::Mod(r_x, s), Arg::Imm((width_mask(ty)) as i64)]);
        let t1 = cx.gpr();
        cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(s)]);
        let n = cx.gpr();
        cx.put(Op::Lzcnt, size(ty), &[Arg::Reg(n), Arg::Reg(t1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::SubI, size(ty), &[Arg::Mod(n, t2), Arg::Imm(1)]);
        return true;
    }
    // cls_8_lzcnt
    if ty == I8 && let x = d.args[0] && cx.isa.has_lzcnt() {
        let m_x = cx.rm(x, 8);
        let a = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(a), m_x]);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S32, &[Arg::Mod(a, s), Arg::Imm(31)]);
        let t1 = cx.gpr();
        cx.put(Op::Xor, Size::S32, &[Arg::Mod(a, t1), Arg::Reg(s)]);
        let n = cx.gpr();
        cx.put(Op::Lzcnt, Size::S32, &[Arg::Reg(n), Arg::Reg(t1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::SubI, Size::S32, &[Arg::Mod(n, t2), Arg::Imm(25)]);
        return true;
    }
    // cls_16_lzcnt
    if ty == I16 && let x = d.args[0] && cx.isa.has_lzcnt() {
        let m_x = cx.rm(x, 16);
        let a = cx.gpr();
        cx.put(Op::Movsx16, Size::S32, &[Arg::Reg(a), m_x]);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S32, &[Arg::Mod(a, s), Arg::Imm(31)]);
        let t1 = cx.gpr();
        cx.put(Op::Xor, Size::S32, &[Arg::Mod(a, t1), Arg::Reg(s)]);
        let n = cx.gpr();
        cx.put(Op::Lzcnt, Size::S32, &[Arg::Reg(n), Arg::Reg(t1)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::SubI, Size::S32, &[Arg::Mod(n, t2), Arg::Imm(17)]);
        return true;
    }
    // cls
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let s = cx.gpr();
        cx.put(Op::SarI, size(ty), &[Arg::Mod(r_x, s), Arg::Imm((width_mask(ty)) as i64)]);
        let t1 = cx.gpr();
        cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(s)]);
        let n = cx.gpr();
        cx.put(Op::Bsr, size(ty), &[Arg::Mod(m, n), Arg::Reg(t1)]);
        let t3 = cx.gpr();
        cx.put(Op::Neg, size(ty), &[Arg::Mod(n, t3)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::AddI, size(ty), &[Arg::Mod(t3, t2), Arg::Imm((width_mask(ty) - 1) as i64)]);
        return true;
    }
    // cls_8
    if ty == I8 && let x = d.args[0] {
        let m_x = cx.rm(x, 8);
        let a = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(a), m_x]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S32, &[Arg::Mod(a, s), Arg::Imm(31)]);
        let t1 = cx.gpr();
        cx.put(Op::Xor, Size::S32, &[Arg::Mod(a, t1), Arg::Reg(s)]);
        let n = cx.gpr();
        cx.put(Op::Bsr, Size::S32, &[Arg::Mod(m, n), Arg::Reg(t1)]);
        let t3 = cx.gpr();
        cx.put(Op::Neg, Size::S32, &[Arg::Mod(n, t3)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::AddI, Size::S32, &[Arg::Mod(t3, t2), Arg::Imm(6)]);
        return true;
    }
    // cls_16
    if ty == I16 && let x = d.args[0] {
        let m_x = cx.rm(x, 16);
        let a = cx.gpr();
        cx.put(Op::Movsx16, Size::S32, &[Arg::Reg(a), m_x]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let s = cx.gpr();
        cx.put(Op::SarI, Size::S32, &[Arg::Mod(a, s), Arg::Imm(31)]);
        let t1 = cx.gpr();
        cx.put(Op::Xor, Size::S32, &[Arg::Mod(a, t1), Arg::Reg(s)]);
        let n = cx.gpr();
        cx.put(Op::Bsr, Size::S32, &[Arg::Mod(m, n), Arg::Reg(t1)]);
        let t3 = cx.gpr();
        cx.put(Op::Neg, Size::S32, &[Arg::Mod(n, t3)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::AddI, Size::S32, &[Arg::Mod(t3, t2), Arg::Imm(14)]);
        return true;
    }
    false
}

pub(super) fn op_clz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // clz
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_lzcnt() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lzcnt, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // clz_8_lzcnt
    if ty == I8 && let x = d.args[0] && cx.isa.has_lzcnt() {
        let m_x = cx.rm(x, 8);
        let a = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(a), m_x]);
        let n = cx.gpr();
        cx.put(Op::Lzcnt, Size::S32, &[Arg::Reg(n), Arg::Reg(a)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, Size::S32, &[Arg::Mod(n, t1), Arg::Imm(24)]);
        return true;
    }
    // clz_16_lzcnt
    if ty == I16 && let x = d.args[0] && cx.isa.has_lzcnt() {
        let m_x = cx.rm(x, 16);
        let a = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(a), m_x]);
        let n = cx.gpr();
        cx.put(Op::Lzcnt, Size::S32, &[Arg::Reg(n), Arg::Reg(a)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubI, Size::S32, &[Arg::Mod(n, t1), Arg::Imm(16)]);
        return true;
    }
    // clz_bsr
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let m_x = cx.rm(x, size(ty).bits());
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let n = cx.gpr();
        cx.put(Op::Bsr, size(ty), &[Arg::Mod(m, n), m_x]);
        let t2 = cx.gpr();
        cx.put(Op::Neg, size(ty), &[Arg::Mod(n, t2)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, size(ty), &[Arg::Mod(t2, t1), Arg::Imm((width_mask(ty)) as i64)]);
        return true;
    }
    // clz_8
    if ty == I8 && let x = d.args[0] {
        let m_x = cx.rm(x, 8);
        let a = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(a), m_x]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let n = cx.gpr();
        cx.put(Op::Bsr, Size::S32, &[Arg::Mod(m, n), Arg::Reg(a)]);
        let t2 = cx.gpr();
        cx.put(Op::Neg, Size::S32, &[Arg::Mod(n, t2)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, Size::S32, &[Arg::Mod(t2, t1), Arg::Imm(7)]);
        return true;
    }
    // clz_16
    if ty == I16 && let x = d.args[0] {
        let m_x = cx.rm(x, 16);
        let a = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(a), m_x]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let n = cx.gpr();
        cx.put(Op::Bsr, Size::S32, &[Arg::Mod(m, n), Arg::Reg(a)]);
        let t2 = cx.gpr();
        cx.put(Op::Neg, Size::S32, &[Arg::Mod(n, t2)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddI, Size::S32, &[Arg::Mod(t2, t1), Arg::Imm(15)]);
        return true;
    }
    false
}

pub(super) fn op_ctz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ctz
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_bmi1() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Tzcnt, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // ctz_8_tzcnt
    if ty == I8 && let x = d.args[0] && cx.isa.has_bmi1() {
        let r_x = cx.reg(x);
        let t2 = cx.gpr();
        cx.put(Op::OrI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(256)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Tzcnt, Size::S32, &[Arg::Reg(t1), Arg::Reg(t2)]);
        return true;
    }
    // ctz_16_tzcnt
    if ty == I16 && let x = d.args[0] && cx.isa.has_bmi1() {
        let r_x = cx.reg(x);
        let t2 = cx.gpr();
        cx.put(Op::OrI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(65536)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Tzcnt, Size::S32, &[Arg::Reg(t1), Arg::Reg(t2)]);
        return true;
    }
    // ctz_bsf
    if matches!(ty, I32 | I64) && let x = d.args[0] {
        let m_x = cx.rm(x, size(ty).bits());
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm((ty.bits()) as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Bsf, size(ty), &[Arg::Mod(m, t1), m_x]);
        return true;
    }
    // ctz_8
    if ty == I8 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let s = cx.gpr();
        cx.put(Op::OrI, Size::S32, &[Arg::Mod(r_x, s), Arg::Imm(256)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm(32)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Bsf, Size::S32, &[Arg::Mod(m, t1), Arg::Reg(s)]);
        return true;
    }
    // ctz_16
    if ty == I16 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let s = cx.gpr();
        cx.put(Op::OrI, Size::S32, &[Arg::Mod(r_x, s), Arg::Imm(65536)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm(32)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Bsf, Size::S32, &[Arg::Mod(m, t1), Arg::Reg(s)]);
        return true;
    }
    false
}

pub(super) fn op_popcnt(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // popcnt
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_popcnt() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Popcnt, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // popcnt_8
    if ty == I8 && let x = d.args[0] && cx.isa.has_popcnt() {
        let m_x = cx.rm(x, 8);
        let a = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(a), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Popcnt, Size::S32, &[Arg::Reg(t1), Arg::Reg(a)]);
        return true;
    }
    // popcnt_16
    if ty == I16 && let x = d.args[0] && cx.isa.has_popcnt() {
        let m_x = cx.rm(x, 16);
        let a = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(a), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Popcnt, Size::S32, &[Arg::Reg(t1), Arg::Reg(a)]);
        return true;
    }
    // popcnt_8_sums
    if ty == I8 && let x = d.args[0] {
        let m_x = cx.rm(x, 8);
        let a = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(a), m_x]);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(a, t1), Arg::Imm(1)]);
        let o = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t1, o), Arg::Imm(85)]);
        let b = cx.gpr();
        cx.put(Op::Sub, Size::S32, &[Arg::Mod(a, b), Arg::Reg(o)]);
        let t2 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(b, t2), Arg::Imm(2)]);
        let h = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t2, h), Arg::Imm(51)]);
        let t3 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(b, t3), Arg::Imm(51)]);
        let c = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Mod(t3, c), Arg::Reg(h)]);
        let t6 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(c, t6), Arg::Imm(4)]);
        let t5 = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Mod(c, t5), Arg::Reg(t6)]);
        let t4 = cx.res(inst, 0);
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t5, t4), Arg::Imm(15)]);
        return true;
    }
    // popcnt_16_sums
    if ty == I16 && let x = d.args[0] {
        let m_x = cx.rm(x, 16);
        let a = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(a), m_x]);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(a, t1), Arg::Imm(1)]);
        let o = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t1, o), Arg::Imm(21845)]);
        let b = cx.gpr();
        cx.put(Op::Sub, Size::S32, &[Arg::Mod(a, b), Arg::Reg(o)]);
        let t2 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(b, t2), Arg::Imm(2)]);
        let h = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t2, h), Arg::Imm(13107)]);
        let t3 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(b, t3), Arg::Imm(13107)]);
        let c = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Mod(t3, c), Arg::Reg(h)]);
        let t5 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(c, t5), Arg::Imm(4)]);
        let t4 = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Mod(c, t4), Arg::Reg(t5)]);
        let e = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t4, e), Arg::Imm(3855)]);
        let t7 = cx.gpr();
        cx.put(Op::ImulI, Size::S32, &[Arg::Reg(t7), Arg::Reg(e), Arg::Imm(16843009)]);
        let t6 = cx.res(inst, 0);
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(t7, t6), Arg::Imm(24)]);
        return true;
    }
    // popcnt_32_sums
    if ty == I32 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm(1)]);
        let o = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t1, o), Arg::Imm(1431655765)]);
        let b = cx.gpr();
        cx.put(Op::Sub, Size::S32, &[Arg::Mod(r_x, b), Arg::Reg(o)]);
        let t2 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(b, t2), Arg::Imm(2)]);
        let h = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t2, h), Arg::Imm(858993459)]);
        let t3 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(b, t3), Arg::Imm(858993459)]);
        let c = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Mod(t3, c), Arg::Reg(h)]);
        let t5 = cx.gpr();
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(c, t5), Arg::Imm(4)]);
        let t4 = cx.gpr();
        cx.put(Op::Add, Size::S32, &[Arg::Mod(c, t4), Arg::Reg(t5)]);
        let e = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(t4, e), Arg::Imm(252645135)]);
        let t7 = cx.gpr();
        cx.put(Op::ImulI, Size::S32, &[Arg::Reg(t7), Arg::Reg(e), Arg::Imm(16843009)]);
        let t6 = cx.res(inst, 0);
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(t7, t6), Arg::Imm(24)]);
        return true;
    }
    // popcnt_64_sums
    if ty == I64 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(r_x, t1), Arg::Imm(1)]);
        let t2 = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(t2), Arg::Imm(6148914691236517205)]);
        let o = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t1, o), Arg::Reg(t2)]);
        let b = cx.gpr();
        cx.put(Op::Sub, Size::S64, &[Arg::Mod(r_x, b), Arg::Reg(o)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(3689348814741910323)]);
        let t3 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(b, t3), Arg::Imm(2)]);
        let h = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t3, h), Arg::Reg(m)]);
        let t4 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(b, t4), Arg::Reg(m)]);
        let c = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(t4, c), Arg::Reg(h)]);
        let t6 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(c, t6), Arg::Imm(4)]);
        let t5 = cx.gpr();
        cx.put(Op::Add, Size::S64, &[Arg::Mod(c, t5), Arg::Reg(t6)]);
        let t7 = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(t7), Arg::Imm(1085102592571150095)]);
        let e = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(t5, e), Arg::Reg(t7)]);
        let t10 = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(t10), Arg::Imm(72340172838076673)]);
        let t9 = cx.gpr();
        cx.put(Op::Imul, Size::S64, &[Arg::Mod(e, t9), Arg::Reg(t10)]);
        let t8 = cx.res(inst, 0);
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(t9, t8), Arg::Imm(56)]);
        return true;
    }
    false
}
