//! Generated from `isa/x86_64/rules/bits.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_band(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:4 and_low32
    if ty == I64 && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && k == 0xffff_ffff { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.res(inst, 0); cx.put(Op::Mov, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    if ty == I64 && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && k == 0xffff_ffff { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.res(inst, 0); cx.put(Op::Mov, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:5 and_low16
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && k == 0xffff { let m_x = cx.rm(x, 16); let t1 = cx.res(inst, 0); cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && k == 0xffff { let m_x = cx.rm(x, 16); let t1 = cx.res(inst, 0); cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:6 and_low8
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && k == 0xff { let m_x = cx.rm(x, 8); let t1 = cx.res(inst, 0); cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && k == 0xff { let m_x = cx.rm(x, 8); let t1 = cx.res(inst, 0); cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:7 and_imm_d
    if ty == I64 && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && fits_u32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::AndI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm((k as i32) as i64)]); return true; }
    if ty == I64 && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && fits_u32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::AndI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm((k as i32) as i64)]); return true; }
    // bits.rules:8 and_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && fits_s32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::AndI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && fits_s32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::AndI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    // bits.rules:9 and_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::AndI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    if matches!(ty, I8 | I16) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::AndI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    // bits.rules:10 blsr
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsr, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:11 blsi
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Isub) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(0) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Isub) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(0) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:12 blsi_neg
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Ineg) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Ineg) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsi, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:13 andn
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Bnot) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.isa.has_bmi1() { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Bnot) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.isa.has_bmi1() { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]); return true; }
    // bits.rules:14 andn_xor
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.iconst(d1.args[1]) == Some(-1) && cx.isa.has_bmi1() { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[1] && cx.iconst(d1.args[0]) == Some(-1) && cx.isa.has_bmi1() { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Bxor) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[0] && cx.iconst(d1.args[1]) == Some(-1) && cx.isa.has_bmi1() { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Bxor) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && let y = d1.args[1] && cx.iconst(d1.args[0]) == Some(-1) && cx.isa.has_bmi1() { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Andn, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]); return true; }
    // bits.rules:15 and_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::And, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::And, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:16 and_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && cx.single_use(y) { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::And, size(ty), &[Arg::Mod(r_y, t1), m_x]); return true; }
    // bits.rules:17 and
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::And, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:18 and_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::D.bits()); let t1 = cx.res(inst, 0); cx.put(Op::And, Size::D, &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:19 and_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let r_y = cx.reg(y); let t1 = cx.res(inst, 0); cx.put(Op::Andps, Size::B, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]); return true; }
    false
}

pub(super) fn op_bitrev(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:59 bitrev
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] { if bitrev(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bitselect(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:42 bitselect
    if matches!(ty, I8 | I16 | I32 | I64) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { let r_x = cx.reg(x); let r_y = cx.reg(y); let m_c = cx.rm(c, size32(ty).bits()); let t1 = cx.gpr(); let t = t1; cx.put(Op::Xor, size32(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]); let t2 = cx.gpr(); let u = t2; cx.put(Op::And, size32(ty), &[Arg::Mod(t, t2), m_c]); let t3 = cx.res(inst, 0); cx.put(Op::Xor, size32(ty), &[Arg::Mod(u, t3), Arg::Reg(r_y)]); return true; }
    // bits.rules:43 bitselect_f
    if matches!(ty, F16 | F32 | F64 | F128) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] { let r_x = cx.reg(x); let r_y = cx.reg(y); let r_c = cx.reg(c); let t1 = cx.xmm(); let t = t1; cx.put(Op::Xorps, Size::B, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]); let t2 = cx.xmm(); let u = t2; cx.put(Op::Andps, Size::B, &[Arg::Mod(t, t2), Arg::Reg(r_c)]); let t3 = cx.res(inst, 0); cx.put(Op::Xorps, Size::B, &[Arg::Mod(u, t3), Arg::Reg(r_y)]); return true; }
    false
}

pub(super) fn op_bmask(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:62 bmask
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) { if bmask(cx, inst, x) { return true; } }
    // bits.rules:63 bmask_wide
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I128 { if bmask(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_bnot(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:39 not
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::Not, size32(ty), &[Arg::Mod(r_x, t1)]); return true; }
    // bits.rules:40 not_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] { let r_x = cx.reg(x); let c2 = Arg::Reg(cx.ones_xmm()); let t1 = cx.res(inst, 0); cx.put(Op::Xorps, Size::B, &[Arg::Mod(r_x, t1), c2]); return true; }
    false
}

pub(super) fn op_bor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:21 or_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && fits_s32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::OrI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && fits_s32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::OrI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    // bits.rules:22 or_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::OrI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    if matches!(ty, I8 | I16) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::OrI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    // bits.rules:23 or_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Or, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Or, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:24 or_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && cx.single_use(y) { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Or, size(ty), &[Arg::Mod(r_y, t1), m_x]); return true; }
    // bits.rules:25 or
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Or, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:26 or_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::D.bits()); let t1 = cx.res(inst, 0); cx.put(Op::Or, Size::D, &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:27 or_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let r_y = cx.reg(y); let t1 = cx.res(inst, 0); cx.put(Op::Orps, Size::B, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]); return true; }
    false
}

pub(super) fn op_bswap(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:60 bswap
    if matches!(ty, I32 | I64) && let x = d.args[0] { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::Bswap, size(ty), &[Arg::Mod(r_x, t1)]); return true; }
    // bits.rules:61 bswap_16
    if ty == I16 && let x = d.args[0] { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::RolI, Size::W, &[Arg::Mod(r_x, t1), Arg::Imm(8)]); return true; }
    false
}

pub(super) fn op_bxor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:29 blsmsk
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(d1) = cx.node(d.args[1], Opcode::Iadd) && cx.single_use(d.args[1]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[0] && cx.iconst(d1.args[1]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && x == d1.args[1] && cx.iconst(d1.args[0]) == Some(-1) && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Blsmsk, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:30 not_xor
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && cx.iconst(d.args[1]) == Some(-1) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::Not, size32(ty), &[Arg::Mod(r_x, t1)]); return true; }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && cx.iconst(d.args[0]) == Some(-1) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::Not, size32(ty), &[Arg::Mod(r_x, t1)]); return true; }
    // bits.rules:31 xor_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) && fits_s32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::XorI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) && fits_s32(k) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::XorI, size(ty), &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    // bits.rules:32 xor_imm_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let Some(k) = cx.iconst(d.args[1]) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::XorI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    if matches!(ty, I8 | I16) && let x = d.args[1] && let Some(k) = cx.iconst(d.args[0]) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::XorI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(k as i64)]); return true; }
    // bits.rules:33 xor_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    if matches!(ty, I32 | I64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:34 xor_swap
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] && !cx.single_use(x) && cx.single_use(y) { let r_y = cx.reg(y); let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Xor, size(ty), &[Arg::Mod(r_y, t1), m_x]); return true; }
    // bits.rules:35 xor
    if matches!(ty, I32 | I64) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let m_y = cx.rm(y, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Xor, size(ty), &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:36 xor_n
    if matches!(ty, I8 | I16) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let m_y = cx.rm(y, Size::D.bits()); let t1 = cx.res(inst, 0); cx.put(Op::Xor, Size::D, &[Arg::Mod(r_x, t1), m_y]); return true; }
    // bits.rules:37 xor_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && let y = d.args[1] { let r_x = cx.reg(x); let r_y = cx.reg(y); let t1 = cx.res(inst, 0); cx.put(Op::Xorps, Size::B, &[Arg::Mod(r_x, t1), Arg::Reg(r_y)]); return true; }
    false
}

pub(super) fn op_cls(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:54 cls
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] { if cls(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_clz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:46 clz
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_lzcnt() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Lzcnt, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:47 clz_bsr
    if matches!(ty, I32 | I64) && let x = d.args[0] { if clz_bsr(cx, inst, x) { return true; } }
    // bits.rules:48 clz_8
    if ty == I8 && let x = d.args[0] { if clz_narrow(cx, inst, x) { return true; } }
    // bits.rules:49 clz_16
    if ty == I16 && let x = d.args[0] { if clz_narrow(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_ctz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:50 ctz
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_bmi1() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Tzcnt, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:51 ctz_bsf
    if matches!(ty, I32 | I64) && let x = d.args[0] { if ctz_bsf(cx, inst, x) { return true; } }
    // bits.rules:52 ctz_8
    if ty == I8 && let x = d.args[0] { if ctz_narrow(cx, inst, x) { return true; } }
    // bits.rules:53 ctz_16
    if ty == I16 && let x = d.args[0] { if ctz_narrow(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_popcnt(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bits.rules:55 popcnt
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.isa.has_popcnt() { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::Popcnt, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // bits.rules:56 popcnt_8
    if ty == I8 && let x = d.args[0] && cx.isa.has_popcnt() { let m_x = cx.rm(x, 8); let t1 = cx.gpr(); let t = t1; cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t1), m_x]); let t2 = cx.res(inst, 0); cx.put(Op::Popcnt, Size::D, &[Arg::Reg(t2), Arg::Reg(t)]); return true; }
    // bits.rules:57 popcnt_16
    if ty == I16 && let x = d.args[0] && cx.isa.has_popcnt() { let m_x = cx.rm(x, 16); let t1 = cx.gpr(); let t = t1; cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t1), m_x]); let t2 = cx.res(inst, 0); cx.put(Op::Popcnt, Size::D, &[Arg::Reg(t2), Arg::Reg(t)]); return true; }
    // bits.rules:58 popcnt_any
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] { if popcnt(cx, inst, x) { return true; } }
    false
}
