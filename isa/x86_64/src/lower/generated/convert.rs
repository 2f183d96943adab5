//! Generated from `isa/x86_64/rules/convert.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_bitcast(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:12 bitcast_same
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) { cx.alias(inst, x); return true; }
    // convert.rules:13 bitcast_same_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && matches!(cx.ty(x), F16 | F32 | F64 | F128) { cx.alias(inst, x); return true; }
    // convert.rules:14 bitcast_to_float_16
    if ty == F16 && let x = d.args[0] && cx.ty(x) == I16 { let c2 = Arg::Reg(cx.reg(x)); let t1 = cx.res(inst, 0); cx.put(Op::MovXG, Size::D, &[Arg::Reg(t1), c2]); return true; }
    // convert.rules:15 bitcast_to_float
    if matches!(ty, F32 | F64) && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) { let m_x = cx.rm(x, size(ty).bits()); let t1 = cx.res(inst, 0); cx.put(Op::MovXG, size(ty), &[Arg::Reg(t1), m_x]); return true; }
    // convert.rules:16 bitcast_to_int_16
    if ty == I16 && let x = d.args[0] && cx.ty(x) == F16 { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::MovGX, Size::D, &[Arg::Reg(t1), Arg::Reg(r_x)]); return true; }
    // convert.rules:17 bitcast_to_int
    if matches!(ty, I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { let r_x = cx.reg(x); let t1 = cx.res(inst, 0); cx.put(Op::MovGX, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]); return true; }
    false
}

pub(super) fn op_fcvt_from_sint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:24 sint_to_f32
    if ty == F32 && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) { let m_x = cx.rm(x, size(cx.ty(x)).bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, size(cx.ty(x)), &[Arg::Mod(z, t2), m_x]); return true; }
    // convert.rules:25 sint_to_f64
    if ty == F64 && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) { let m_x = cx.rm(x, size(cx.ty(x)).bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, size(cx.ty(x)), &[Arg::Mod(z, t2), m_x]); return true; }
    // convert.rules:26 sint8_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:27 sint8_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:28 sint16_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:29 sint16_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movsx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    false
}

pub(super) fn op_fcvt_from_uint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:30 uint8_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:31 uint8_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I8 { let m_x = cx.rm(x, 8); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx8, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:32 uint16_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:33 uint16_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I16 { let m_x = cx.rm(x, 16); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Movzx16, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::D, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:34 uint32_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Mov, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2ss, Size::Q, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:35 uint32_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I32 { let m_x = cx.rm(x, Size::D.bits()); let t1 = cx.xmm(); let z = t1; cx.put(Op::ZeroX, Size::B, &[Arg::Reg(t1)]); let t2 = cx.gpr(); let t = t2; cx.put(Op::Mov, Size::D, &[Arg::Reg(t2), m_x]); let t3 = cx.res(inst, 0); cx.put(Op::Cvtsi2sd, Size::Q, &[Arg::Mod(z, t3), Arg::Reg(t)]); return true; }
    // convert.rules:36 uint64_to_float
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.ty(x) == I64 { if uint64_to_float(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_sint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:38 to_sint
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_sint(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_sint_sat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:40 to_sint_sat
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_sint_sat(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_uint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:39 to_uint
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_uint(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fcvt_to_uint_sat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:41 to_uint_sat
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) { if to_uint_sat(cx, inst, x) { return true; } }
    false
}

pub(super) fn op_fdemote(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:21 demote_avx
    if ty == F32 && let x = d.args[0] && cx.ty(x) == F64 && cx.isa.has_avx() { let c2 = Arg::Reg(cx.reg(x)); let c3 = Arg::Reg(cx.reg(x)); let t1 = cx.res(inst, 0); cx.put(Op::Vcvtsd2ss, Size::B, &[Arg::Reg(t1), c2, c3]); return true; }
    // convert.rules:22 demote
    if ty == F32 && let x = d.args[0] && cx.ty(x) == F64 { let m_x = cx.rm(x, 64); let t1 = cx.res(inst, 0); cx.put(Op::Cvtsd2ss, Size::B, &[Arg::Reg(t1), m_x]); return true; }
    false
}

pub(super) fn op_fpromote(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:19 promote_avx
    if ty == F64 && let x = d.args[0] && cx.ty(x) == F32 && cx.isa.has_avx() { let c2 = Arg::Reg(cx.reg(x)); let c3 = Arg::Reg(cx.reg(x)); let t1 = cx.res(inst, 0); cx.put(Op::Vcvtss2sd, Size::B, &[Arg::Reg(t1), c2, c3]); return true; }
    // convert.rules:20 promote
    if ty == F64 && let x = d.args[0] && cx.ty(x) == F32 { let m_x = cx.rm(x, 32); let t1 = cx.res(inst, 0); cx.put(Op::Cvtss2sd, Size::B, &[Arg::Reg(t1), m_x]); return true; }
    false
}

pub(super) fn op_ireduce(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // convert.rules:10 reduce
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] { cx.alias(inst, x); return true; }
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
