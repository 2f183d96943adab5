//! Generated from `isa/x86_64/rules/convert.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_bitcast(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:20 bitcast_same
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) { cx.alias(inst, x); return true; }
    // convert.rules:21 bitcast_same_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && matches!(cx.ty(x), F16 | F32 | F64 | F128) { cx.alias(inst, x); return true; }
    // convert.rules:22 bitcast_to_float_16
    if ty == F16 && let x = d.args[0] && cx.ty(x) == I16 { let c2 = Arg::Reg(cx.reg(x)); let t1 = cx.res(inst, 0); cx.put(Op::MovXG, Size::D, &[Arg::Reg(t1), c2]); return true; }
    // convert.rules:23 bitcast_to_float
    if matches!(ty, F32 | F64) && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::MovXG, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // convert.rules:24 bitcast_to_int_16
    if ty == I16 && let x = d.args[0] && cx.ty(x) == F16 { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::MovGX, Size::D, &[Arg::Reg(t1), Arg::Reg(r_x)]); return true; }
    // convert.rules:25 bitcast_to_int
    if matches!(ty, I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::MovGX, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]); return true; }
    false
}

pub(super) fn op_fcvt_from_sint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:32 sint_to_f32
    if ty == F32 && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) { let m_x = cx.rm(x, size(cx.ty(x)).bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, size(cx.ty(x)), &[Arg::Mod(z, t2), m_x]); return true; }
    // convert.rules:33 sint_to_f64
    if ty == F64 && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) { let m_x = cx.rm(x, size(cx.ty(x)).bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, size(cx.ty(x)), &[Arg::Mod(z, t2), m_x]); return true; }
    // convert.rules:34 sint8_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:35 sint8_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:36 sint16_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:37 sint16_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    false
}

pub(super) fn op_fcvt_from_uint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:38 uint8_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:39 uint8_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:40 uint16_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:41 uint16_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:42 uint32_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Mov, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::Q, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:43 uint32_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Mov, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::Q, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:44 uint64_to_float
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.ty(x) == I64 { if uint64_to_float(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_sint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:46 to_sint
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_sint(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_sint_sat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:48 to_sint_sat
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_sint_sat(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_uint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:47 to_uint
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_uint(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_uint_sat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:49 to_uint_sat
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_uint_sat(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fdemote(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:29 demote_avx
    if ty == F32 && let x = d.args[0] && cx.ty(x) == F64 && cx.isa.has_avx() { let c2 = Arg::Reg(cx.reg(x)); let c3 = Arg::Reg(cx.reg(x)); let t1 = cx.res(inst, 0); cx.put(Op::Vcvtsd2ss, Size::B, &[Arg::Reg(t1), c2, c3]); return true; }
    // convert.rules:30 demote
    if ty == F32 && let x = d.args[0] && cx.ty(x) == F64 { let m_x = cx.rm(x, 64); let t1 = cx.res(inst, 0); cx.put(Op::Cvtsd2ss, Size::B, &[Arg::Reg(t1), m_x]); return true; }
    false
}

pub(super) fn op_fpromote(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:27 promote_avx
    if ty == F64 && let x = d.args[0] && cx.ty(x) == F32 && cx.isa.has_avx() { let c2 = Arg::Reg(cx.reg(x)); let c3 = Arg::Reg(cx.reg(x)); let t1 = cx.res(inst, 0); cx.put(Op::Vcvtss2sd, Size::B, &[Arg::Reg(t1), c2, c3]); return true; }
    // convert.rules:28 promote
    if ty == F64 && let x = d.args[0] && cx.ty(x) == F32 { let m_x = cx.rm(x, 32); let t1 = cx.res(inst, 0); cx.put(Op::Cvtss2sd, Size::B, &[Arg::Reg(t1), m_x]); return true; }
    false
}

pub(super) fn op_iconcat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:16 iconcat_8
    if ty == I8 && let lo = d.args[0] && let hi = d.args[1] { let m_lo = cx.rm(lo, 8); let r_hi = cx.reg(hi); let t1 = cx.gpr(); let l = t1; cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t1), m_lo]); let t2 = cx.gpr(); let h = t2; cx.put(Op::ShlI, Size::D, &[Arg::Mod(r_hi, t2), Arg::Imm(8)]); let t3 = cx.res(inst, 0); cx.put(Op::Or, Size::D, &[Arg::Mod(l, t3), Arg::Reg(h)]); return true; }
    // convert.rules:17 iconcat_16
    if ty == I16 && let lo = d.args[0] && let hi = d.args[1] { let m_lo = cx.rm(lo, 16); let r_hi = cx.reg(hi); let t1 = cx.gpr(); let l = t1; cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t1), m_lo]); let t2 = cx.gpr(); let h = t2; cx.put(Op::ShlI, Size::D, &[Arg::Mod(r_hi, t2), Arg::Imm(16)]); let t3 = cx.res(inst, 0); cx.put(Op::Or, Size::D, &[Arg::Mod(l, t3), Arg::Reg(h)]); return true; }
    // convert.rules:18 iconcat_32
    if ty == I32 && let lo = d.args[0] && let hi = d.args[1] { let m_lo = cx.rm(lo, Size::D.bits()); let r_hi = cx.reg(hi); let t1 = cx.gpr(); let l = t1; cx.put(Op::Mov, Size::D, &[Arg::Reg(t1), m_lo]); let t2 = cx.gpr(); let h = t2; cx.put(Op::ShlI, Size::Q, &[Arg::Mod(r_hi, t2), Arg::Imm(32)]); let t3 = cx.res(inst, 0); cx.put(Op::Or, Size::Q, &[Arg::Mod(l, t3), Arg::Reg(h)]); return true; }
    false
}

pub(super) fn op_ireduce(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:10 reduce
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] { cx.alias(inst, x); return true; }
    false
}

pub(super) fn op_isplit(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:13 isplit_16
    if ty == I16 && let x = d.args[0] { let r_x = cx.reg(x); cx.alias(inst, x); let t1 = cx.res(inst, 1); cx.put(Op::ShrI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(8)]); return true; }
    // convert.rules:14 isplit_32
    if ty == I32 && let x = d.args[0] { let r_x = cx.reg(x); cx.alias(inst, x); let t1 = cx.res(inst, 1); cx.put(Op::ShrI, Size::D, &[Arg::Mod(r_x, t1), Arg::Imm(16)]); return true; }
    // convert.rules:15 isplit_64
    if ty == I64 && let x = d.args[0] { let r_x = cx.reg(x); cx.alias(inst, x); let t1 = cx.res(inst, 1); cx.put(Op::ShrI, Size::Q, &[Arg::Mod(r_x, t1), Arg::Imm(32)]); return true; }
    false
}

pub(super) fn op_sextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:7 sext_8
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.res(inst, 0); cx.put(Op::Movsx8, size32(ty), &[Arg::Reg(t1), m_x]); return true; }
    // convert.rules:8 sext_16
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.res(inst, 0); cx.put(Op::Movsx16, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // convert.rules:9 sext_32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, 32); let t1 = cx.res(inst, 0); cx.put(Op::Movsxd, Size::Q, &[Arg::Reg(t1), m_x]); return true; }
    false
}

pub(super) fn op_uextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:3 zext_8
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.res(inst, 0); cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    // convert.rules:4 zext_16
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.res(inst, 0); cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    // convert.rules:5 zext_known
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 && cx.zero_extended(x) { cx.alias(inst, x); return true; }
    // convert.rules:6 zext_32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.res(inst, 0); cx.put(Op::Mov, Size::D, &[Arg::Reg(t1), m_x]); return true; }
    false
}
