//! Generated from `isa/x86_64/rules/compare.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_fcmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // fcmp_value
    if matches!(ty, F32 | F64) {
        let f = cx.root_cond(inst);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Setcc, Size::S8, &[Arg::Reg(t1)]);
        return true;
    }
    false
}

pub(super) fn op_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // icmp_value
    if matches!(ty, I8 | I16 | I32 | I64 | I128) {
        let f = cx.root_cond(inst);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Setcc, Size::S8, &[Arg::Reg(t1)]);
        return true;
    }
    false
}

pub(super) fn op_select(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    // select_min_avx
    if matches!(ty, F32 | F64) && let x = d.args[1] && let y = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::LessThan && x == d1.args[0] && y == d1.args[1] && cx.isa.has_avx()
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VminF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), m_y]);
        return true;
    }
    // select_min_swapped_avx
    if matches!(ty, F32 | F64) && let y = d.args[1] && let x = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::GreaterThan && x == d1.args[0] && y == d1.args[1] && cx.isa.has_avx()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VminF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    // select_max_avx
    if matches!(ty, F32 | F64) && let x = d.args[1] && let y = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::GreaterThan && x == d1.args[0] && y == d1.args[1] && cx.isa.has_avx()
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VmaxF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), m_y]);
        return true;
    }
    // select_max_swapped_avx
    if matches!(ty, F32 | F64) && let y = d.args[1] && let x = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::LessThan && x == d1.args[0] && y == d1.args[1] && cx.isa.has_avx()
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VmaxF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_y), m_x]);
        return true;
    }
    // select_min
    if matches!(ty, F32 | F64) && let x = d.args[1] && let y = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::LessThan && x == d1.args[0] && y == d1.args[1]
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MinF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // select_min_swapped
    if matches!(ty, F32 | F64) && let y = d.args[1] && let x = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::GreaterThan && x == d1.args[0] && y == d1.args[1]
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MinF, size(ty), &[Arg::Mod(r_y, t1), m_x]);
        return true;
    }
    // select_max
    if matches!(ty, F32 | F64) && let x = d.args[1] && let y = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::GreaterThan && x == d1.args[0] && y == d1.args[1]
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MaxF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // select_max_swapped
    if matches!(ty, F32 | F64) && let y = d.args[1] && let x = d.args[2] && o0 == Opcode::Fcmp
        && let Some(d1) = cx.node(d.args[0], Opcode::Fcmp) && cx.single_use(d.args[0])
        && d1.fcond() == FloatCC::LessThan && x == d1.args[0] && y == d1.args[1]
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MaxF, size(ty), &[Arg::Mod(r_y, t1), m_x]);
        return true;
    }
    // select
    if matches!(ty, I8 | I16 | I32 | I64) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let f = cx.cond(c);
        let t1 = cx.res(inst, 0);
        cx.put_on(f, Op::Cmov, size32(ty), &[Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    // select_f32
    if matches!(ty, F16 | F32) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::MovGX, Size::S32, &[Arg::Reg(a), Arg::Reg(r_x)]);
        let b = cx.gpr();
        cx.put(Op::MovGX, Size::S32, &[Arg::Reg(b), Arg::Reg(r_y)]);
        let f = cx.cond(c);
        let t2 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S32, &[Arg::Mod(b, t2), Arg::Reg(a)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S32, &[Arg::Reg(t1), Arg::Reg(t2)]);
        return true;
    }
    // select_f64
    if ty == F64 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(a), Arg::Reg(r_x)]);
        let b = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(b), Arg::Reg(r_y)]);
        let f = cx.cond(c);
        let t2 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(b, t2), Arg::Reg(a)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t1), Arg::Reg(t2)]);
        return true;
    }
    // select_f128
    if ty == F128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(a), Arg::Reg(r_x)]);
        let t1 = cx.xmm();
        cx.put(Op::Punpckhqdq, Size::S8, &[Arg::Mod(r_x, t1), Arg::Reg(r_x)]);
        let b = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(b), Arg::Reg(t1)]);
        let l = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(l), Arg::Reg(r_y)]);
        let t2 = cx.xmm();
        cx.put(Op::Punpckhqdq, Size::S8, &[Arg::Mod(r_y, t2), Arg::Reg(r_y)]);
        let h = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(h), Arg::Reg(t2)]);
        let f = cx.cond(c);
        let t5 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(l, t5), Arg::Reg(a)]);
        let t4 = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t4), Arg::Reg(t5)]);
        let t7 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(h, t7), Arg::Reg(b)]);
        let t6 = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t6), Arg::Reg(t7)]);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Punpcklqdq, Size::S8, &[Arg::Mod(t4, t3), Arg::Reg(t6)]);
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
        cx.put_on(f, Op::Cmov, size32(ty), &[Arg::Mod(r_y, t1), Arg::Reg(r_x)]);
        return true;
    }
    // select_guard_f32
    if matches!(ty, F16 | F32) && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::MovGX, Size::S32, &[Arg::Reg(a), Arg::Reg(r_x)]);
        let b = cx.gpr();
        cx.put(Op::MovGX, Size::S32, &[Arg::Reg(b), Arg::Reg(r_y)]);
        let f = cx.cond(c);
        let t2 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S32, &[Arg::Mod(b, t2), Arg::Reg(a)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S32, &[Arg::Reg(t1), Arg::Reg(t2)]);
        return true;
    }
    // select_guard_f64
    if ty == F64 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(a), Arg::Reg(r_x)]);
        let b = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(b), Arg::Reg(r_y)]);
        let f = cx.cond(c);
        let t2 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(b, t2), Arg::Reg(a)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t1), Arg::Reg(t2)]);
        return true;
    }
    // select_guard_f128
    if ty == F128 && let c = d.args[0] && let x = d.args[1] && let y = d.args[2] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(a), Arg::Reg(r_x)]);
        let t1 = cx.xmm();
        cx.put(Op::Punpckhqdq, Size::S8, &[Arg::Mod(r_x, t1), Arg::Reg(r_x)]);
        let b = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(b), Arg::Reg(t1)]);
        let l = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(l), Arg::Reg(r_y)]);
        let t2 = cx.xmm();
        cx.put(Op::Punpckhqdq, Size::S8, &[Arg::Mod(r_y, t2), Arg::Reg(r_y)]);
        let h = cx.gpr();
        cx.put(Op::MovGX, Size::S64, &[Arg::Reg(h), Arg::Reg(t2)]);
        let f = cx.cond(c);
        let t5 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(l, t5), Arg::Reg(a)]);
        let t4 = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t4), Arg::Reg(t5)]);
        let t7 = cx.gpr();
        cx.put_on(f, Op::Cmov, Size::S64, &[Arg::Mod(h, t7), Arg::Reg(b)]);
        let t6 = cx.xmm();
        cx.put(Op::MovXG, Size::S64, &[Arg::Reg(t6), Arg::Reg(t7)]);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Punpcklqdq, Size::S8, &[Arg::Mod(t4, t3), Arg::Reg(t6)]);
        return true;
    }
    false
}

pub(super) fn op_trapnz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // trapnz
    if matches!(ty, I8 | I16 | I32 | I64 | I128) && let code = trap_code(d) && let c = d.args[0] {
        let f = cx.cond(c);
        cx.trap_if(f, code);
        return true;
    }
    false
}

pub(super) fn op_trapz(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // trapz
    if matches!(ty, I8 | I16 | I32 | I64 | I128) && let code = trap_code(d) && let c = d.args[0] {
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
        && let Some(n) = high_bit(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::BtI, size(ty), &[m_x, Arg::Imm(n as i64)]);
        return Some(one(Cc::B));
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && let Some(n) = high_bit(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::BtI, size(ty), &[m_x, Arg::Imm(n as i64)]);
        return Some(one(Cc::B));
    }
    // band_var_bit
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[1], Opcode::Ishl) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let n = d1.args[1] && cx.iconst(d1.args[0]) == Some(1)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(Cc::B));
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Ishl
        && let Some(d1) = cx.node(d.args[0], Opcode::Ishl) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let n = d1.args[1] && cx.iconst(d1.args[0]) == Some(1)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(Cc::B));
    }
    // band_shifted_bit
    if matches!(ty, I32 | I64) && o0 == Opcode::Ushr && let Some(d1) = cx.node(d.args[0], Opcode::Ushr)
        && cx.single_use(d.args[0]) && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let n = d1.args[1]
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(1)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(Cc::B));
    }
    if matches!(ty, I32 | I64) && o0 == Opcode::Iconst && cx.iconst(d.args[0]) == Some(1) && o1 == Opcode::Ushr
        && let Some(d1) = cx.node(d.args[1], Opcode::Ushr) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let n = d1.args[1]
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(Cc::B));
    }
    // band_byte_mem
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && byte_compares(k) && cx.is_byte_load(x, false)
    {
        let m = cx.take(x);
        let c1 = m;
        cx.put(Op::TestI, Size::S8, &[c1, Arg::Imm((k as i8) as i64)]);
        return Some(one(Cc::Ne));
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && byte_compares(k) && cx.is_byte_load(x, false)
    {
        let m = cx.take(x);
        let c1 = m;
        cx.put(Op::TestI, Size::S8, &[c1, Arg::Imm((k as i8) as i64)]);
        return Some(one(Cc::Ne));
    }
    // band_imm_b
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && (0..128).contains(&k)
    {
        let m_x = cx.rm(x, Size::S8.bits());
        cx.put(Op::TestI, Size::S8, &[m_x, Arg::Imm(k as i64)]);
        return Some(one(Cc::Ne));
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && (0..128).contains(&k)
    {
        let m_x = cx.rm(x, Size::S8.bits());
        cx.put(Op::TestI, Size::S8, &[m_x, Arg::Imm(k as i64)]);
        return Some(one(Cc::Ne));
    }
    // band_imm
    if matches!(ty, I32 | I64) && let x = d.args[0] && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(Cc::Ne));
    }
    if matches!(ty, I32 | I64) && let x = d.args[1] && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0])
        && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(Cc::Ne));
    }
    // band
    if matches!(ty, I8 | I16 | I32 | I64) && let x = d.args[0] && let y = d.args[1] {
        let m_x = cx.rm(x, size(ty).bits());
        let r_y = cx.reg(y);
        cx.put(Op::Test, size(ty), &[m_x, Arg::Reg(r_y)]);
        return Some(one(Cc::Ne));
    }
    None
}

pub(super) fn cond_fcmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    // fcmp_avx
    if matches!(ty, F32 | F64) && let cc = d.fcond() && let x = d.args[0] && let y = d.args[1] && cx.isa.has_avx()
        && !float_swaps(cc)
    {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        cx.put(Op::VucomiF, size(ty), &[Arg::Reg(r_x), m_y]);
        return Some(float_cc(cc));
    }
    // fcmp_swapped_avx
    if matches!(ty, F32 | F64) && let cc = d.fcond() && let x = d.args[0] && let y = d.args[1] && cx.isa.has_avx() {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::VucomiF, size(ty), &[Arg::Reg(r_y), m_x]);
        return Some(float_cc(cc));
    }
    // fcmp
    if matches!(ty, F32 | F64) && let cc = d.fcond() && let x = d.args[0] && let y = d.args[1] && !float_swaps(cc) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        cx.put(Op::UcomiF, size(ty), &[Arg::Reg(r_x), m_y]);
        return Some(float_cc(cc));
    }
    // fcmp_swapped
    if matches!(ty, F32 | F64) && let cc = d.fcond() && let x = d.args[0] && let y = d.args[1] {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::UcomiF, size(ty), &[Arg::Reg(r_y), m_x]);
        return Some(float_cc(cc));
    }
    None
}

pub(super) fn cond_icmp(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> Option<Cond> {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // test_byte_mem
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc) && byte_compares(k) && cx.is_byte_load(x, false)
    {
        let m = cx.take(x);
        let c1 = m;
        cx.put(Op::TestI, Size::S8, &[c1, Arg::Imm((k as i8) as i64)]);
        return Some(one(int_cc(cc)));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc) && byte_compares(k) && cx.is_byte_load(x, false)
    {
        let m = cx.take(x);
        let c1 = m;
        cx.put(Op::TestI, Size::S8, &[c1, Arg::Imm((k as i8) as i64)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_byte_mem
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && byte_compares(k) && cx.is_byte_load(x, false)
    {
        let m = cx.take(x);
        let c1 = m;
        cx.put(Op::CmpI, Size::S8, &[c1, Arg::Imm((k as i8) as i64)]);
        return Some(one(int_cc(cc.unsigned())));
    }
    // cmp_signed_byte_mem
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && signed_byte_compares(cc, k) && cx.is_byte_load(x, true)
    {
        let m = cx.take(x);
        let c1 = m;
        cx.put(Op::CmpI, Size::S8, &[c1, Arg::Imm((k as i8) as i64)]);
        return Some(one(int_cc(cc)));
    }
    // test_bit
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let Some(k) = cx.iconst(d1.args[1])
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0) && is_equality(cc) && let Some(n) = high_bit(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::BtI, size(ty), &[m_x, Arg::Imm(n as i64)]);
        return Some(one(if cc == IntCC::Equal { Cc::Ae } else { Cc::B }));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[1] && let Some(k) = cx.iconst(d1.args[0])
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0) && is_equality(cc) && let Some(n) = high_bit(ty, k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::BtI, size(ty), &[m_x, Arg::Imm(n as i64)]);
        return Some(one(if cc == IntCC::Equal { Cc::Ae } else { Cc::B }));
    }
    // test_var_bit
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[0] && let Some(d2) = cx.node(d1.args[1], Opcode::Ishl)
        && cx.single_use(d1.args[1]) && matches!(d2.ctrl_type, I32 | I64) && let n = d2.args[1]
        && cx.iconst(d2.args[0]) == Some(1) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(if cc == IntCC::Equal { Cc::Ae } else { Cc::B }));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let x = d1.args[1] && let Some(d2) = cx.node(d1.args[0], Opcode::Ishl)
        && cx.single_use(d1.args[0]) && matches!(d2.ctrl_type, I32 | I64) && let n = d2.args[1]
        && cx.iconst(d2.args[0]) == Some(1) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(if cc == IntCC::Equal { Cc::Ae } else { Cc::B }));
    }
    // test_shifted_bit
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && let Some(d2) = cx.node(d1.args[0], Opcode::Ushr)
        && cx.single_use(d1.args[0]) && matches!(d2.ctrl_type, I32 | I64) && let x = d2.args[0] && let n = d2.args[1]
        && cx.iconst(d1.args[1]) == Some(1) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(if cc == IntCC::Equal { Cc::Ae } else { Cc::B }));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I32 | I64) && cx.iconst(d1.args[0]) == Some(1)
        && let Some(d2) = cx.node(d1.args[1], Opcode::Ushr) && cx.single_use(d1.args[1])
        && matches!(d2.ctrl_type, I32 | I64) && let x = d2.args[0] && let n = d2.args[1] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_equality(cc)
    {
        let r_x = cx.reg(x);
        let r_n = cx.reg(n);
        cx.put(Op::Bt, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_n)]);
        return Some(one(if cc == IntCC::Equal { Cc::Ae } else { Cc::B }));
    }
    // test_mem_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && cx.is_mem(x) && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_signed_or_equality(cc) && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && let Some(k) = cx.iconst(d1.args[0]) && let x = d1.args[1] && cx.is_mem(x) && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_signed_or_equality(cc) && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // test_imm_b
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc) && (0..128).contains(&k)
    {
        let m_x = cx.rm(x, Size::S8.bits());
        cx.put(Op::TestI, Size::S8, &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_equality(cc) && (0..128).contains(&k)
    {
        let m_x = cx.rm(x, Size::S8.bits());
        cx.put(Op::TestI, Size::S8, &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // test_imm_d
    if ty == I64 && let cc = d.cond() && o0 == Opcode::Band && let Some(d1) = cx.node(d.args[0], Opcode::Band)
        && cx.single_use(d.args[0]) && let x = d1.args[0] && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_equality(cc) && fits_u31(k)
    {
        let m_x = cx.rm(x, Size::S32.bits());
        cx.put(Op::TestI, Size::S32, &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    if ty == I64 && let cc = d.cond() && o0 == Opcode::Band && let Some(d1) = cx.node(d.args[0], Opcode::Band)
        && cx.single_use(d.args[0]) && let x = d1.args[1] && let Some(k) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_equality(cc) && fits_u31(k)
    {
        let m_x = cx.rm(x, Size::S32.bits());
        cx.put(Op::TestI, Size::S32, &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // test_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let Some(k) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_signed_or_equality(cc) && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[1]
        && let Some(k) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
        && is_signed_or_equality(cc) && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // test
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && o0 == Opcode::Band
        && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let y = d1.args[1] && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0) && is_signed_or_equality(cc)
    {
        let m_x = cx.rm(x, size(ty).bits());
        let r_y = cx.reg(y);
        cx.put(Op::Test, size(ty), &[m_x, Arg::Reg(r_y)]);
        return Some(one(int_cc(cc)));
    }
    // test_zero_mem
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && let x = d.args[0] && cx.is_mem(x)
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::CmpI, size(ty), &[m_x, Arg::Imm(0)]);
        return Some(one(int_cc(cc)));
    }
    // test_zero_eq
    if matches!(ty, I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_equality(cc)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestZero, size(ty), &[m_x]);
        return Some(one(int_cc(cc)));
    }
    // test_sign
    if matches!(ty, I32 | I64) && d.cond() == IntCC::SignedLessThan && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestZero, size(ty), &[m_x]);
        return Some(one(Cc::S));
    }
    // test_no_sign
    if matches!(ty, I32 | I64) && d.cond() == IntCC::SignedGreaterThanOrEqual && let x = d.args[0]
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(0)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::TestZero, size(ty), &[m_x]);
        return Some(one(Cc::Ns));
    }
    // test_zero
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && cx.iconst(d.args[1]) == Some(0) && is_signed_or_equality(cc)
    {
        let r_x = cx.reg(x);
        cx.put(Op::Test, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        return Some(one(int_cc(cc)));
    }
    // less_one
    if matches!(ty, I8 | I16 | I32 | I64) && d.cond() == IntCC::SignedLessThan && let x = d.args[0]
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(1)
    {
        let r_x = cx.reg(x);
        cx.put(Op::Test, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        return Some(one(Cc::Le));
    }
    // more_minus_one
    if matches!(ty, I8 | I16 | I32 | I64) && d.cond() == IntCC::SignedGreaterThan && let x = d.args[0]
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(-1)
    {
        let r_x = cx.reg(x);
        cx.put(Op::Test, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        return Some(one(Cc::Ns));
    }
    // below_one
    if matches!(ty, I8 | I16 | I32 | I64) && d.cond() == IntCC::UnsignedLessThan && let x = d.args[0]
        && o1 == Opcode::Iconst && cx.iconst(d.args[1]) == Some(1)
    {
        let r_x = cx.reg(x);
        cx.put(Op::Test, size(ty), &[Arg::Reg(r_x), Arg::Reg(r_x)]);
        return Some(one(Cc::E));
    }
    // cmp_add_imm
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0]) && let x = d1.args[0]
        && let Some(j) = cx.iconst(d1.args[1]) && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && is_equality(cc) && fits_s32(difference(ty, k, j))
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::CmpI, size(ty), &[m_x, Arg::Imm((difference(ty, k, j)) as i64)]);
        return Some(one(int_cc(cc)));
    }
    if matches!(ty, I32 | I64) && let cc = d.cond() && o0 == Opcode::Iadd
        && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0]) && let x = d1.args[1]
        && let Some(j) = cx.iconst(d1.args[0]) && o1 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[1])
        && is_equality(cc) && fits_s32(difference(ty, k, j))
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::CmpI, size(ty), &[m_x, Arg::Imm((difference(ty, k, j)) as i64)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && let x = d.args[0] && o1 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[1]) && fits_s32(k)
    {
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::CmpI, size(ty), &[m_x, Arg::Imm(k as i64)]);
        return Some(one(int_cc(cc)));
    }
    // cmp_imm_left
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && let y = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0]) && fits_s32(k)
    {
        let m_y = cx.rm(y, size(ty).bits());
        cx.put(Op::CmpI, size(ty), &[m_y, Arg::Imm(k as i64)]);
        return Some(one(swapped(cc)));
    }
    // cmp_mem_left
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && let y = d.args[1] && let x = d.args[0] && cx.is_mem(x)
    {
        let r_y = cx.reg(y);
        let m_x = cx.rm(x, size(ty).bits());
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_y), m_x]);
        return Some(one(swapped(cc)));
    }
    // cmp
    if matches!(ty, I8 | I16 | I32 | I64) && let cc = d.cond() && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        cx.put(Op::Cmp, size(ty), &[Arg::Reg(r_x), m_y]);
        return Some(one(int_cc(cc)));
    }
    None
}
