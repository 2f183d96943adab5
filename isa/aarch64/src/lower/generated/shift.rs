//! Generated from `isa/aarch64/rules/shift.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_ishl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // shl_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LslI, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // shl_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LslI, Size::S32, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k & width_mask(ty)) as i64)]);
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
        cx.put(Op::Lslv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lslv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    // shl
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lslv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    // shl_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Reg(m), Arg::Reg(r_n), Arg::Imm((width_mask(ty)) as i64)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lslv, Size::S32, &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_rotl(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // rotl_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Extr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x),
            Arg::Imm((-k & width_mask(ty)) as i64)]);
        return true;
    }
    // rotl
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_n = cx.reg(n);
        let r_x = cx.reg(x);
        let m = cx.gpr();
        cx.put(Op::Neg, Size::S32, &[Arg::Reg(m), Arg::Reg(r_n)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rorv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_rotr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o1 = cx.opcode_of(d.args[1]);
    // rotr_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1]) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Extr, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x),
            Arg::Imm((k & width_mask(ty)) as i64)]);
        return true;
    }
    // rotr
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Rorv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
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
        cx.put(Op::AsrI, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k & width_mask(ty)) as i64)]);
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
        cx.put(Op::Asrv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Asrv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    // sar
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Asrv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
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
        cx.put(Op::LsrI, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Imm((k & width_mask(ty)) as i64)]);
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
        cx.put(Op::Lsrv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Band
        && let Some(d1) = cx.node(d.args[1], Opcode::Band) && cx.single_use(d.args[1]) && let n = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && masks_nothing(ty, k)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lsrv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    // shr
    if matches!(ty, I32 | I64) && let x = d.args[0] && let n = d.args[1] {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Lsrv, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_n)]);
        return true;
    }
    false
}
