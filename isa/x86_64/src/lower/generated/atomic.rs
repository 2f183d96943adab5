//! Generated from `isa/x86_64/rules/atomic.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_atomic_cas(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // cas
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let p = d.args[0] && let e = d.args[1]
        && let x = d.args[2]
    {
        let r_e = cx.reg(e);
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LockCmpxchg, size(ty), &[Arg::Mod(r_e, t1), memory, Arg::Reg(r_x)]);
        return true;
    }
    // cas_128
    if ty == I128 && let flags = d.mem_flags() && let p = d.args[0] && let e = d.args[1] && let x = d.args[2]
        && cx.isa.has_cmpxchg16b()
    {
        let w_e = cx.c.regs2(e);
        let w_x = cx.c.regs2(x);
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.res_half(inst, 0, 1);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::LockCmpxchg16b, Size::S8, &[Arg::Mod(w_e[1], t1), Arg::Mod(w_e[0], t2), Arg::Reg(w_x[1]),
            Arg::Reg(w_x[0]), memory]);
        return true;
    }
    false
}

pub(super) fn op_atomic_load(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // atomic_load_8
    if ty == I8 && let flags = d.mem_flags() && let p = d.args[0] {
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    // atomic_load_16
    if ty == I16 && let flags = d.mem_flags() && let p = d.args[0] {
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    // atomic_load
    if matches!(ty, I32 | I64) && let flags = d.mem_flags() && let p = d.args[0] {
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, size(ty), &[Arg::Reg(t1), memory]);
        return true;
    }
    // atomic_load_128
    if ty == I128 && let flags = d.mem_flags() && let p = d.args[0] && cx.isa.has_cmpxchg16b() {
        let memory = cx.mem(flags, p, 0);
        let a = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(a)]);
        let b = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(b)]);
        let c = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(c)]);
        let g = cx.gpr();
        cx.put(Op::Zero, Size::S32, &[Arg::Reg(g)]);
        let t1 = cx.res_half(inst, 0, 1);
        let t2 = cx.res_half(inst, 0, 0);
        cx.put(Op::LockCmpxchg16b, Size::S8, &[Arg::Mod(a, t1), Arg::Mod(b, t2), Arg::Reg(c), Arg::Reg(g), memory]);
        return true;
    }
    false
}

pub(super) fn op_atomic_rmw(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // rmw_add_only
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Add
        && let p = d.args[0] && let x = d.args[1] && !cx.wanted(inst)
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        cx.put(Op::LockAdd, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // rmw_sub_only
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Sub
        && let p = d.args[0] && let x = d.args[1] && !cx.wanted(inst)
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        cx.put(Op::LockSub, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // rmw_and_only
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::And
        && let p = d.args[0] && let x = d.args[1] && !cx.wanted(inst)
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        cx.put(Op::LockAnd, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // rmw_or_only
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Or
        && let p = d.args[0] && let x = d.args[1] && !cx.wanted(inst)
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        cx.put(Op::LockOr, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // rmw_xor_only
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Xor
        && let p = d.args[0] && let x = d.args[1] && !cx.wanted(inst)
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        cx.put(Op::LockXor, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // rmw_add
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Add
        && let p = d.args[0] && let x = d.args[1]
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LockXadd, size(ty), &[memory, Arg::Mod(r_x, t1)]);
        return true;
    }
    // rmw_sub
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Sub
        && let p = d.args[0] && let x = d.args[1]
    {
        let r_x = cx.reg(x);
        let memory = cx.mem(flags, p, 0);
        let t = cx.gpr();
        cx.put(Op::Neg, size32(ty), &[Arg::Mod(r_x, t)]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::LockXadd, size(ty), &[memory, Arg::Mod(t, t1)]);
        return true;
    }
    // rmw_xchg
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && d.atomic_op() == AtomicRmwOp::Xchg
        && let p = d.args[0] && let x = d.args[1]
    {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        let t1 = cx.res(inst, 0);
        cx.put(Op::XchgM, size(ty), &[memory, Arg::Mod(r_x, t1)]);
        return true;
    }
    // rmw
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let op = d.atomic_op() && let p = d.args[0]
        && let x = d.args[1]
    {
        let r_x = cx.reg(x);
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.res(inst, 0);
        let t2 = cx.gpr();
        cx.put(Op::AtomicRmwLoop, size(ty), &[Arg::Reg(t1), Arg::Reg(r_x), Arg::Reg(t2), memory,
            Arg::Imm((op as i64) as i64)]);
        return true;
    }
    // rmw_128
    if ty == I128 && let flags = d.mem_flags() && let op = d.atomic_op() && let p = d.args[0] && let x = d.args[1]
        && cx.isa.has_cmpxchg16b()
    {
        let w_x = cx.c.regs2(x);
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.res_half(inst, 0, 0);
        let t2 = cx.res_half(inst, 0, 1);
        let t3 = cx.gpr();
        let t4 = cx.gpr();
        cx.put(Op::AtomicRmwLoop128, size(ty), &[Arg::Reg(t1), Arg::Reg(t2), Arg::Reg(t3), Arg::Reg(t4),
            Arg::Reg(w_x[0]), Arg::Reg(w_x[1]), memory, Arg::Imm((op as i64) as i64)]);
        return true;
    }
    false
}

pub(super) fn op_atomic_store(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // atomic_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let x = d.args[0] && let p = d.args[1] {
        let memory = cx.mem(flags, p, 0);
        let r_x = cx.reg(x);
        let t1 = cx.gpr();
        cx.put(Op::XchgM, size(ty), &[memory, Arg::Mod(r_x, t1)]);
        return true;
    }
    // atomic_store_128
    if ty == I128 && let flags = d.mem_flags() && let x = d.args[0] && let p = d.args[1] && cx.isa.has_cmpxchg16b() {
        let w_x = cx.c.regs2(x);
        let memory = cx.mem(flags, p, 0);
        let t1 = cx.gpr();
        let t2 = cx.gpr();
        let t3 = cx.gpr();
        let t4 = cx.gpr();
        cx.put(Op::AtomicRmwLoop128, size(ty), &[Arg::Reg(t1), Arg::Reg(t2), Arg::Reg(t3), Arg::Reg(t4),
            Arg::Reg(w_x[0]), Arg::Reg(w_x[1]), memory, Arg::Imm((AtomicRmwOp::Xchg as i64) as i64)]);
        return true;
    }
    false
}

pub(super) fn op_fence(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // fence
    if true {
        cx.put(Op::Mfence, Size::S8, &[]);
        return true;
    }
    false
}
