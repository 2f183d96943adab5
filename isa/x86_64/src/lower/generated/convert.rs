//! Generated from `isa/x86_64/rules/convert.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_bitcast(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // bitcast_same
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64) {
        cx.alias(inst, x);
        return true;
    }
    // bitcast_same_f
    if matches!(ty, F16 | F32 | F64 | F128) && let x = d.args[0] && matches!(cx.ty(x), F16 | F32 | F64 | F128) {
        cx.alias(inst, x);
        return true;
    }
    // bitcast_to_float_16
    if ty == F16 && let x = d.args[0] && cx.ty(x) == I16 {
        let c2 = Arg::Reg(cx.reg(x));
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S32, &[Arg::Reg(t1), c2]);
        return true;
    }
    // bitcast_to_float
    if matches!(ty, F32 | F64) && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // bitcast_to_int_16
    if ty == I16 && let x = d.args[0] && cx.ty(x) == F16 {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovGX, Size::S32, &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    // bitcast_to_int
    if matches!(ty, I32 | I64) && let x = d.args[0] && matches!(cx.ty(x), F32 | F64) {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovGX, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_fcvt_from_sint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sint_to_f32
    if ty == F32 && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) {
        let m_x = cx.rm(x, size(cx.ty(x)).bits());
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsi2ss, size(cx.ty(x)), &[Arg::Mod(z, t1), m_x]);
        return true;
    }
    // sint_to_f64
    if ty == F64 && let x = d.args[0] && matches!(cx.ty(x), I32 | I64) {
        let m_x = cx.rm(x, size(cx.ty(x)).bits());
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsi2sd, size(cx.ty(x)), &[Arg::Mod(z, t1), m_x]);
        return true;
    }
    false
}

pub(super) fn op_fcvt_from_uint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uint32_to_f32_known
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I32 && cx.zero_extended(x) {
        let m_x = cx.rm(x, Size::S64.bits());
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsi2ss, Size::S64, &[Arg::Mod(z, t1), m_x]);
        return true;
    }
    // uint32_to_f64_known
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I32 && cx.zero_extended(x) {
        let m_x = cx.rm(x, Size::S64.bits());
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsi2sd, Size::S64, &[Arg::Mod(z, t1), m_x]);
        return true;
    }
    // uint32_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I32 {
        let m_x = cx.rm(x, Size::S32.bits());
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let t = cx.gpr();
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsi2ss, Size::S64, &[Arg::Mod(z, t1), Arg::Reg(t)]);
        return true;
    }
    // uint32_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I32 {
        let m_x = cx.rm(x, Size::S32.bits());
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let t = cx.gpr();
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t), m_x]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsi2sd, Size::S64, &[Arg::Mod(z, t1), Arg::Reg(t)]);
        return true;
    }
    // uint64_to_f32
    if ty == F32 && let x = d.args[0] && cx.ty(x) == I64 {
        let r_x = cx.reg(x);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(r_x, t1), Arg::Imm(1)]);
        let t2 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(1)]);
        let h = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t1, h), Arg::Reg(t2)]);
        cx.put(Op::Test, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        let c = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::S as u8), Arg::Mod(r_x, c), Arg::Reg(h)]);
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let v = cx.xmm();
        cx.put(Op::Cvtsi2ss, Size::S64, &[Arg::Mod(z, v), Arg::Reg(c)]);
        let t3 = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(r_x, t3), Arg::Imm(63)]);
        let m = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(m), Arg::Reg(t3)]);
        let a = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(m, a), Arg::Reg(v)]);
        let t4 = cx.res(inst, 0);
        cx.put(Op::AddF, Size::S32, &[Arg::Mod(v, t4), Arg::Reg(a)]);
        return true;
    }
    // uint64_to_f64
    if ty == F64 && let x = d.args[0] && cx.ty(x) == I64 {
        let r_x = cx.reg(x);
        let t1 = cx.gpr();
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(r_x, t1), Arg::Imm(1)]);
        let t2 = cx.gpr();
        cx.put(Op::AndI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(1)]);
        let h = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(t1, h), Arg::Reg(t2)]);
        cx.put(Op::Test, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        let c = cx.gpr();
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::S as u8), Arg::Mod(r_x, c), Arg::Reg(h)]);
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let v = cx.xmm();
        cx.put(Op::Cvtsi2sd, Size::S64, &[Arg::Mod(z, v), Arg::Reg(c)]);
        let t3 = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(r_x, t3), Arg::Imm(63)]);
        let m = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(m), Arg::Reg(t3)]);
        let a = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(m, a), Arg::Reg(v)]);
        let t4 = cx.res(inst, 0);
        cx.put(Op::AddF, Size::S64, &[Arg::Mod(v, t4), Arg::Reg(a)]);
        return true;
    }
    false
}

pub(super) fn op_fcvt_to_sint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // to_sint_f32
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -power(ty.bits() - 1));
        let c2 = cx.float(x, power(ty.bits() - 1));
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::B), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cvttss2si, size(ty), &[Arg::Reg(t3), Arg::Reg(r_x)]);
        return true;
    }
    // to_sint_small_f32
    if matches!(ty, I8 | I16) && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -power(ty.bits() - 1) - 1.0);
        let c2 = cx.float(x, power(ty.bits() - 1));
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cvttss2si, Size::S32, &[Arg::Reg(t3), Arg::Reg(r_x)]);
        return true;
    }
    // to_sint_f64
    if ty == I64 && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -power(ty.bits() - 1));
        let c2 = cx.float(x, power(ty.bits() - 1));
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::B), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cvttsd2si, size(ty), &[Arg::Reg(t3), Arg::Reg(r_x)]);
        return true;
    }
    // to_sint_small_f64
    if matches!(ty, I8 | I16 | I32) && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -power(ty.bits() - 1) - 1.0);
        let c2 = cx.float(x, power(ty.bits() - 1));
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cvttsd2si, Size::S32, &[Arg::Reg(t3), Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_fcvt_to_sint_sat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // to_sint_sat_f32
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, power(ty.bits() - 1));
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, size(ty), &[Arg::Reg(m), Arg::Imm((mask(ty) >> 1) as i64)]);
        let v = cx.gpr();
        cx.put(Op::Cvttss2si, size(ty), &[Arg::Reg(v), Arg::Reg(r_x)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c1]);
        let w = cx.gpr();
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::Ae as u8), Arg::Mod(v, w), Arg::Reg(m)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::P as u8), Arg::Mod(w, t2), Arg::Reg(z)]);
        return true;
    }
    // to_sint_sat_small_f32
    if matches!(ty, I8 | I16) && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -power(ty.bits() - 1));
        let c2 = cx.float(x, power(ty.bits() - 1));
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm((mask(ty) >> 1) as i64)]);
        let n = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(n), Arg::Imm((1 << (ty.bits() - 1)) as i64)]);
        let v = cx.gpr();
        cx.put(Op::Cvttss2si, Size::S32, &[Arg::Reg(v), Arg::Reg(r_x)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c1]);
        let u = cx.gpr();
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::B as u8), Arg::Mod(v, u), Arg::Reg(n)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c2]);
        let w = cx.gpr();
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(u, w), Arg::Reg(m)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::P as u8), Arg::Mod(w, t3), Arg::Reg(z)]);
        return true;
    }
    // to_sint_sat_f64
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, power(ty.bits() - 1));
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, size(ty), &[Arg::Reg(m), Arg::Imm((mask(ty) >> 1) as i64)]);
        let v = cx.gpr();
        cx.put(Op::Cvttsd2si, size(ty), &[Arg::Reg(v), Arg::Reg(r_x)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c1]);
        let w = cx.gpr();
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::Ae as u8), Arg::Mod(v, w), Arg::Reg(m)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Cmov, size(ty), &[Arg::Cond(Cc::P as u8), Arg::Mod(w, t2), Arg::Reg(z)]);
        return true;
    }
    // to_sint_sat_small_f64
    if matches!(ty, I8 | I16) && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -power(ty.bits() - 1));
        let c2 = cx.float(x, power(ty.bits() - 1));
        let z = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm((mask(ty) >> 1) as i64)]);
        let n = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(n), Arg::Imm((1 << (ty.bits() - 1)) as i64)]);
        let v = cx.gpr();
        cx.put(Op::Cvttsd2si, Size::S32, &[Arg::Reg(v), Arg::Reg(r_x)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c1]);
        let u = cx.gpr();
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::B as u8), Arg::Mod(v, u), Arg::Reg(n)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c2]);
        let w = cx.gpr();
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(u, w), Arg::Reg(m)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S32, &[Arg::Cond(Cc::P as u8), Arg::Mod(w, t3), Arg::Reg(z)]);
        return true;
    }
    false
}

pub(super) fn op_fcvt_to_uint(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // to_uint_f32
    if matches!(ty, I8 | I16 | I32) && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -1.0);
        let c2 = cx.float(x, power(ty.bits()));
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cvttss2si, Size::S64, &[Arg::Reg(t3), Arg::Reg(r_x)]);
        return true;
    }
    // to_uint_64_f32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -1.0);
        let c2 = cx.float(x, power(ty.bits()));
        let c4 = cx.float(x, power(63));
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let s = cx.gpr();
        cx.put(Op::Cvttss2si, Size::S64, &[Arg::Reg(s), Arg::Reg(r_x)]);
        let t3 = cx.xmm();
        cx.put(Op::SubF, Size::S32, &[Arg::Mod(r_x, t3), c4]);
        let l = cx.gpr();
        cx.put(Op::Cvttss2si, Size::S64, &[Arg::Reg(l), Arg::Reg(t3)]);
        let t7 = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(s, t7), Arg::Imm(63)]);
        let t6 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(l, t6), Arg::Reg(t7)]);
        let t5 = cx.res(inst, 0);
        cx.put(Op::Or, Size::S64, &[Arg::Mod(s, t5), Arg::Reg(t6)]);
        return true;
    }
    // to_uint_f64
    if matches!(ty, I8 | I16 | I32) && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -1.0);
        let c2 = cx.float(x, power(ty.bits()));
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Cvttsd2si, Size::S64, &[Arg::Reg(t3), Arg::Reg(r_x)]);
        return true;
    }
    // to_uint_64_f64
    if ty == I64 && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, -1.0);
        let c2 = cx.float(x, power(ty.bits()));
        let c4 = cx.float(x, power(63));
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        cx.trap_if(one(Cc::P), TrapCode::BAD_CONVERSION_TO_INTEGER);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c1]);
        cx.trap_if(one(Cc::Be), TrapCode::INTEGER_OVERFLOW);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(r_x), c2]);
        cx.trap_if(one(Cc::Ae), TrapCode::INTEGER_OVERFLOW);
        let s = cx.gpr();
        cx.put(Op::Cvttsd2si, Size::S64, &[Arg::Reg(s), Arg::Reg(r_x)]);
        let t3 = cx.xmm();
        cx.put(Op::SubF, Size::S64, &[Arg::Mod(r_x, t3), c4]);
        let l = cx.gpr();
        cx.put(Op::Cvttsd2si, Size::S64, &[Arg::Reg(l), Arg::Reg(t3)]);
        let t7 = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(s, t7), Arg::Imm(63)]);
        let t6 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(l, t6), Arg::Reg(t7)]);
        let t5 = cx.res(inst, 0);
        cx.put(Op::Or, Size::S64, &[Arg::Mod(s, t5), Arg::Reg(t6)]);
        return true;
    }
    false
}

pub(super) fn op_fcvt_to_uint_sat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // to_uint_sat_f32
    if matches!(ty, I8 | I16 | I32) && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, power(ty.bits()));
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let y = cx.xmm();
        cx.put(Op::MaxF, Size::S32, &[Arg::Mod(r_x, y), Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm((mask(ty)) as i64)]);
        let v = cx.gpr();
        cx.put(Op::Cvttss2si, Size::S64, &[Arg::Reg(v), Arg::Reg(y)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(y), c1]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(v, t2), Arg::Reg(m)]);
        return true;
    }
    // to_uint_sat_64_f32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == F32 {
        let r_x = cx.reg(x);
        let c2 = cx.float(x, power(63));
        let c5 = cx.float(x, power(64));
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let y = cx.xmm();
        cx.put(Op::MaxF, Size::S32, &[Arg::Mod(r_x, y), Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let s = cx.gpr();
        cx.put(Op::Cvttss2si, Size::S64, &[Arg::Reg(s), Arg::Reg(y)]);
        let t1 = cx.xmm();
        cx.put(Op::SubF, Size::S32, &[Arg::Mod(y, t1), c2]);
        let l = cx.gpr();
        cx.put(Op::Cvttss2si, Size::S64, &[Arg::Reg(l), Arg::Reg(t1)]);
        let t4 = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(s, t4), Arg::Imm(63)]);
        let t3 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(l, t3), Arg::Reg(t4)]);
        let v = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(s, v), Arg::Reg(t3)]);
        cx.put(Op::UcomiF, Size::S32, &[Arg::Reg(y), c5]);
        let t6 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(v, t6), Arg::Reg(m)]);
        return true;
    }
    // to_uint_sat_f64
    if matches!(ty, I8 | I16 | I32) && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c1 = cx.float(x, power(ty.bits()));
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let y = cx.xmm();
        cx.put(Op::MaxF, Size::S64, &[Arg::Mod(r_x, y), Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S32, &[Arg::Reg(m), Arg::Imm((mask(ty)) as i64)]);
        let v = cx.gpr();
        cx.put(Op::Cvttsd2si, Size::S64, &[Arg::Reg(v), Arg::Reg(y)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(y), c1]);
        let t2 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(v, t2), Arg::Reg(m)]);
        return true;
    }
    // to_uint_sat_64_f64
    if ty == I64 && let x = d.args[0] && cx.ty(x) == F64 {
        let r_x = cx.reg(x);
        let c2 = cx.float(x, power(63));
        let c5 = cx.float(x, power(64));
        let z = cx.xmm();
        cx.put(Op::ZeroX, Size::S8, &[Arg::Reg(z)]);
        let y = cx.xmm();
        cx.put(Op::MaxF, Size::S64, &[Arg::Mod(r_x, y), Arg::Reg(z)]);
        let m = cx.gpr();
        cx.put(Op::MovI, Size::S64, &[Arg::Reg(m), Arg::Imm(-1)]);
        let s = cx.gpr();
        cx.put(Op::Cvttsd2si, Size::S64, &[Arg::Reg(s), Arg::Reg(y)]);
        let t1 = cx.xmm();
        cx.put(Op::SubF, Size::S64, &[Arg::Mod(y, t1), c2]);
        let l = cx.gpr();
        cx.put(Op::Cvttsd2si, Size::S64, &[Arg::Reg(l), Arg::Reg(t1)]);
        let t4 = cx.gpr();
        cx.put(Op::SarI, Size::S64, &[Arg::Mod(s, t4), Arg::Imm(63)]);
        let t3 = cx.gpr();
        cx.put(Op::And, Size::S64, &[Arg::Mod(l, t3), Arg::Reg(t4)]);
        let v = cx.gpr();
        cx.put(Op::Or, Size::S64, &[Arg::Mod(s, v), Arg::Reg(t3)]);
        cx.put(Op::UcomiF, Size::S64, &[Arg::Reg(y), c5]);
        let t6 = cx.res(inst, 0);
        cx.put(Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Mod(v, t6), Arg::Reg(m)]);
        return true;
    }
    false
}

pub(super) fn op_fdemote(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // demote_avx
    if ty == F32 && let x = d.args[0] && cx.ty(x) == F64 && cx.isa.has_avx() {
        let c2 = Arg::Reg(cx.reg(x));
        let c3 = Arg::Reg(cx.reg(x));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vcvtsd2ss, Size::S8, &[Arg::Reg(t1), c2, c3]);
        return true;
    }
    // demote
    if ty == F32 && let x = d.args[0] && cx.ty(x) == F64 {
        let m_x = cx.rm(x, 64);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtsd2ss, Size::S8, &[Arg::Reg(t1), m_x]);
        return true;
    }
    false
}

pub(super) fn op_fpromote(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // promote_avx
    if ty == F64 && let x = d.args[0] && cx.ty(x) == F32 && cx.isa.has_avx() {
        let c2 = Arg::Reg(cx.reg(x));
        let c3 = Arg::Reg(cx.reg(x));
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vcvtss2sd, Size::S8, &[Arg::Reg(t1), c2, c3]);
        return true;
    }
    // promote
    if ty == F64 && let x = d.args[0] && cx.ty(x) == F32 {
        let m_x = cx.rm(x, 32);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Cvtss2sd, Size::S8, &[Arg::Reg(t1), m_x]);
        return true;
    }
    false
}

pub(super) fn op_iconcat(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // iconcat_8
    if ty == I8 && let lo = d.args[0] && let hi = d.args[1] {
        let m_lo = cx.rm(lo, 8);
        let r_hi = cx.reg(hi);
        let l = cx.gpr();
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(l), m_lo]);
        let h = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(r_hi, h), Arg::Imm(8)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, Size::S32, &[Arg::Mod(l, t1), Arg::Reg(h)]);
        return true;
    }
    // iconcat_16
    if ty == I16 && let lo = d.args[0] && let hi = d.args[1] {
        let m_lo = cx.rm(lo, 16);
        let r_hi = cx.reg(hi);
        let l = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(l), m_lo]);
        let h = cx.gpr();
        cx.put(Op::ShlI, Size::S32, &[Arg::Mod(r_hi, h), Arg::Imm(16)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, Size::S32, &[Arg::Mod(l, t1), Arg::Reg(h)]);
        return true;
    }
    // iconcat_32
    if ty == I32 && let lo = d.args[0] && let hi = d.args[1] {
        let m_lo = cx.rm(lo, Size::S32.bits());
        let r_hi = cx.reg(hi);
        let l = cx.gpr();
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(l), m_lo]);
        let h = cx.gpr();
        cx.put(Op::ShlI, Size::S64, &[Arg::Mod(r_hi, h), Arg::Imm(32)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Or, Size::S64, &[Arg::Mod(l, t1), Arg::Reg(h)]);
        return true;
    }
    false
}

pub(super) fn op_ireduce(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // reduce
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] {
        cx.alias(inst, x);
        return true;
    }
    false
}

pub(super) fn op_isplit(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // isplit_16
    if ty == I16 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.c.alias_reg(t1, r_x);
        let t2 = cx.res(inst, 1);
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(8)]);
        return true;
    }
    // isplit_32
    if ty == I32 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.c.alias_reg(t1, r_x);
        let t2 = cx.res(inst, 1);
        cx.put(Op::ShrI, Size::S32, &[Arg::Mod(r_x, t2), Arg::Imm(16)]);
        return true;
    }
    // isplit_64
    if ty == I64 && let x = d.args[0] {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.c.alias_reg(t1, r_x);
        let t2 = cx.res(inst, 1);
        cx.put(Op::ShrI, Size::S64, &[Arg::Mod(r_x, t2), Arg::Imm(32)]);
        return true;
    }
    false
}

pub(super) fn op_sextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sext_8
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 {
        let m_x = cx.rm(x, 8);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movsx8, size32(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // sext_16
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == I16 {
        let m_x = cx.rm(x, 16);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movsx16, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    // sext_32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 {
        let m_x = cx.rm(x, 32);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movsxd, Size::S64, &[Arg::Reg(t1), m_x]);
        return true;
    }
    false
}

pub(super) fn op_uextend(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // zext_8
    if matches!(ty, I16 | I32 | I64) && let x = d.args[0] && cx.ty(x) == I8 {
        let m_x = cx.rm(x, 8);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    // zext_16
    if matches!(ty, I32 | I64) && let x = d.args[0] && cx.ty(x) == I16 {
        let m_x = cx.rm(x, 16);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    // zext_known
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 && cx.zero_extended(x) {
        cx.alias(inst, x);
        return true;
    }
    // zext_32
    if ty == I64 && let x = d.args[0] && cx.ty(x) == I32 {
        let m_x = cx.rm(x, Size::S32.bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t1), m_x]);
        return true;
    }
    false
}
