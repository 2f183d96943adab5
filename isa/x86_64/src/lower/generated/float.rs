//! Generated from `isa/x86_64/rules/float.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_ceil(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // ceil_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() && cx.isa.has_sse41() {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::VroundF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Imm(10)]);
        return true;
    }
    // ceil_sse
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_sse41() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::RoundF, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm(10)]);
        return true;
    }
    false
}

pub(super) fn op_fabs(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // abs_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let c2 = cx.magnitude_mask(ty);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vandps, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x), c2]);
        return true;
    }
    // fabs
    if matches!(ty, F32 | F64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let c2 = cx.magnitude_mask(ty);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(r_x, t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_fadd(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // add_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VaddF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), m_y]);
        return true;
    }
    // fadd_mem
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    if matches!(ty, F32 | F64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // fadd
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::AddF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_fcopysign(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // copysign
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let c1 = cx.magnitude_mask(ty);
        let r_y = cx.reg(y);
        let c2 = cx.sign_mask(ty);
        let a = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(r_x, a), c1]);
        let b = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(r_y, b), c2]);
        let t3 = cx.res(inst, 0);
        cx.put(Op::Orps, Size::S8, &[Arg::Mod(a, t3), Arg::Reg(b)]);
        return true;
    }
    false
}

pub(super) fn op_fdiv(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // div_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VdivF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), m_y]);
        return true;
    }
    // fdiv
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::DivF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_floor(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // floor_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() && cx.isa.has_sse41() {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::VroundF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Imm(9)]);
        return true;
    }
    // floor_sse
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_sse41() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::RoundF, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm(9)]);
        return true;
    }
    false
}

pub(super) fn op_fma(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    let o1 = cx.opcode_of(d.args[1]);
    // fma_nx
    if matches!(ty, F32 | F64) && let y = d.args[1] && let z = d.args[2] && o0 == Opcode::Fneg
        && let Some(d1) = cx.node(d.args[0], Opcode::Fneg) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, F32 | F64) && let x = d1.args[0] && cx.isa.has_fma()
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let m_z = cx.rm(z, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vfnmadd213F, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_y), m_z]);
        return true;
    }
    // fma_ny
    if matches!(ty, F32 | F64) && let x = d.args[0] && let z = d.args[2] && o1 == Opcode::Fneg
        && let Some(d1) = cx.node(d.args[1], Opcode::Fneg) && cx.single_use(d.args[1])
        && matches!(d1.ctrl_type, F32 | F64) && let y = d1.args[0] && cx.isa.has_fma()
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let m_z = cx.rm(z, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vfnmadd213F, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_y), m_z]);
        return true;
    }
    // fma_nz
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1]
        && let Some(d1) = cx.node(d.args[2], Opcode::Fneg) && cx.single_use(d.args[2])
        && matches!(d1.ctrl_type, F32 | F64) && let z = d1.args[0] && cx.isa.has_fma()
    {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let m_z = cx.rm(z, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vfmsub213F, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_y), m_z]);
        return true;
    }
    // fma
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && let z = d.args[2] && cx.isa.has_fma() {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let m_z = cx.rm(z, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vfmadd213F, size(ty), &[Arg::Mod(r_x, t1), Arg::Reg(r_y), m_z]);
        return true;
    }
    false
}

pub(super) fn op_fmax(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // fmax
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.xmm();
        cx.put(Op::MaxF, size(ty), &[Arg::Mod(r_x, a), Arg::Reg(r_y)]);
        let b = cx.xmm();
        cx.put(Op::MaxF, size(ty), &[Arg::Mod(r_y, b), Arg::Reg(r_x)]);
        let c = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(a, c), Arg::Reg(b)]);
        let s = cx.xmm();
        cx.put(Op::AddF, size(ty), &[Arg::Mod(r_x, s), Arg::Reg(r_y)]);
        let n = cx.xmm();
        cx.put(Op::CmpF, size(ty), &[Arg::Mod(r_x, n), Arg::Reg(r_y), Arg::Imm(3)]);
        let o = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(s, o), Arg::Reg(n)]);
        let p = cx.xmm();
        cx.put(Op::Andnps, Size::S8, &[Arg::Mod(n, p), Arg::Reg(c)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orps, Size::S8, &[Arg::Mod(p, t1), Arg::Reg(o)]);
        return true;
    }
    false
}

pub(super) fn op_fmin(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // fmin
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let r_y = cx.reg(y);
        let a = cx.xmm();
        cx.put(Op::MinF, size(ty), &[Arg::Mod(r_x, a), Arg::Reg(r_y)]);
        let b = cx.xmm();
        cx.put(Op::MinF, size(ty), &[Arg::Mod(r_y, b), Arg::Reg(r_x)]);
        let c = cx.xmm();
        cx.put(Op::Orps, Size::S8, &[Arg::Mod(a, c), Arg::Reg(b)]);
        let s = cx.xmm();
        cx.put(Op::AddF, size(ty), &[Arg::Mod(r_x, s), Arg::Reg(r_y)]);
        let n = cx.xmm();
        cx.put(Op::CmpF, size(ty), &[Arg::Mod(r_x, n), Arg::Reg(r_y), Arg::Imm(3)]);
        let o = cx.xmm();
        cx.put(Op::Andps, Size::S8, &[Arg::Mod(s, o), Arg::Reg(n)]);
        let p = cx.xmm();
        cx.put(Op::Andnps, Size::S8, &[Arg::Mod(n, p), Arg::Reg(c)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Orps, Size::S8, &[Arg::Mod(p, t1), Arg::Reg(o)]);
        return true;
    }
    false
}

pub(super) fn op_fmul(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // mul_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VmulF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), m_y]);
        return true;
    }
    // fmul_mem
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MulF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    if matches!(ty, F32 | F64) && let x = d.args[1] && let y = d.args[0] && cx.is_mem(y) {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MulF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    // fmul
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::MulF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_fneg(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // neg_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let c2 = cx.sign_mask(ty);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Vxorps, Size::S8, &[Arg::Reg(t1), Arg::Reg(r_x), c2]);
        return true;
    }
    // fneg
    if matches!(ty, F32 | F64) && let x = d.args[0] {
        let r_x = cx.reg(x);
        let c2 = cx.sign_mask(ty);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Xorps, Size::S8, &[Arg::Mod(r_x, t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_fsub(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sub_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::VsubF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), m_y]);
        return true;
    }
    // fsub
    if matches!(ty, F32 | F64) && let x = d.args[0] && let y = d.args[1] {
        let r_x = cx.reg(x);
        let m_y = cx.rm(y, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::SubF, size(ty), &[Arg::Mod(r_x, t1), m_y]);
        return true;
    }
    false
}

pub(super) fn op_nearest(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // nearest_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() && cx.isa.has_sse41() {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::VroundF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Imm(8)]);
        return true;
    }
    // nearest_sse
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_sse41() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::RoundF, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm(8)]);
        return true;
    }
    false
}

pub(super) fn op_sqrt(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sqrt_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::VsqrtF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x)]);
        return true;
    }
    // sqrt
    if matches!(ty, F32 | F64) && let x = d.args[0] {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::SqrtF, size(ty), &[Arg::Reg(t1), m_x]);
        return true;
    }
    false
}

pub(super) fn op_trunc(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // trunc_avx
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_avx() && cx.isa.has_sse41() {
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::VroundF, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(r_x), Arg::Imm(11)]);
        return true;
    }
    // trunc_sse
    if matches!(ty, F32 | F64) && let x = d.args[0] && cx.isa.has_sse41() {
        let m_x = cx.rm(x, size(ty).bits());
        let t1 = cx.res(inst, 0);
        cx.put(Op::RoundF, size(ty), &[Arg::Reg(t1), m_x, Arg::Imm(11)]);
        return true;
    }
    false
}
