//! Generated from `isa/x86_64/rules/shift.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_ishl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shl_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShlI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // shl_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(r_x, t1), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // shl_masked_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && cx.isa.has_bmi2() && masks_nothing(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shlx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && cx.isa.has_bmi2() && masks_nothing(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shlx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    // shl_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] && cx.isa.has_bmi2() {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shlx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    // shl_masked
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shl, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shl, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shl, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // shl_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm((width_mask(ty)) as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shl, Size::S32, &[Arg::Mod(r_x, t1), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_rotl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // rotl_imm_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && cx.isa.has_bmi2()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rorx, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm((-k & width_mask(ty)) as i64)]);
        return true;
    }
    // rotl_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1])
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::RolI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // rotl
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rol, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // rotl_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm((width_mask(ty)) as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rol, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_rotr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // rotr_imm_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && cx.isa.has_bmi2()
    {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rorx, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // rotr_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1])
    {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::RorI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // rotr
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Ror, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // rotr_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm((width_mask(ty)) as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Ror, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_sshr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // sar_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SarI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // sar_imm_8
    if ty == I8 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let m_x = cx.rm(x, 8);
        let t = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(t), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SarI, Size::S32, &[Arg::Mod(t, t1), Arg::Imm((k & 7) as i64)]);
        return true;
    }
    // sar_imm_16
    if ty == I16 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let m_x = cx.rm(x, 16);
        let t = cx.gpr();
        cx.put(Op::Movsx16, Size::S32, &[Arg::Reg(t), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::SarI, Size::S32, &[Arg::Mod(t, t1), Arg::Imm((k & 15) as i64)]);
        return true;
    }
    // sar_masked_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && cx.isa.has_bmi2() && masks_nothing(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sarx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && cx.isa.has_bmi2() && masks_nothing(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sarx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    // sar_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] && cx.isa.has_bmi2() {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sarx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    // sar_masked
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sar, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sar, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sar, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // sar_8
    if ty == I8 && let x = d.args[0] && let n = d.args[1] {
        let m_x = cx.rm(x, 8);
        let r_n = cx.reg(n);
        let t = cx.gpr();
        cx.put(Op::Movsx8, Size::S32, &[Arg::Reg(t), m_x]);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm(7)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sar, Size::S32, &[Arg::Mod(t, t1), Arg::Reg(m)]);
        return true;
    }
    // sar_16
    if ty == I16 && let x = d.args[0] && let n = d.args[1] {
        let m_x = cx.rm(x, 16);
        let r_n = cx.reg(n);
        let t = cx.gpr();
        cx.put(Op::Movsx16, Size::S32, &[Arg::Reg(t), m_x]);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm(15)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Sar, Size::S32, &[Arg::Mod(t, t1), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_ushr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shr_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShrI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // shr_imm_8
    if ty == I8 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let m_x = cx.rm(x, 8);
        let t = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(t, t1), Arg::Imm((k & 7) as i64)]);
        return true;
    }
    // shr_imm_16
    if ty == I16 && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let m_x = cx.rm(x, 16);
        let t = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(t, t1), Arg::Imm((k & 15) as i64)]);
        return true;
    }
    // shr_masked_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && cx.isa.has_bmi2() && masks_nothing(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shrx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && cx.isa.has_bmi2() && masks_nothing(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shrx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    // shr_x
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] && cx.isa.has_bmi2() {
        let m_x = cx.rm(x, size(ty).bits());
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shrx, size(ty), &[Arg::Reg(t1), m_x, Arg::Reg(r_n)]);
        return true;
    }
    // shr_masked
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shr, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shr, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shr, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_n)]);
        return true;
    }
    // shr_8
    if ty == I8 && let x = d.args[0] && let n = d.args[1] {
        let m_x = cx.rm(x, 8);
        let r_n = cx.reg(n);
        let t = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t), m_x]);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm(7)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shr, Size::S32, &[Arg::Mod(t, t1), Arg::Reg(m)]);
        return true;
    }
    // shr_16
    if ty == I16 && let x = d.args[0] && let n = d.args[1] {
        let m_x = cx.rm(x, 16);
        let r_n = cx.reg(n);
        let t = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t), m_x]);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_n, m), Arg::Imm(15)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Shr, Size::S32, &[Arg::Mod(t, t1), Arg::Reg(m)]);
        return true;
    }
    false
}
