//! Generated from `isa/x86_64/rules/memory.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_istore16(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    // istore16_imm
    if let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0])
    {
        let memory = cx.mem(flags, p, off);
        cx.put(Op::MovMi, Size::S16, &[memory, Arg::Imm((k as i16) as i64)]);
        return true;
    }
    // istore16
    if let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovMr, Size::S16, &[memory, Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_istore32(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    // istore32_imm
    if let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0])
    {
        let memory = cx.mem(flags, p, off);
        cx.put(Op::MovMi, Size::S32, &[memory, Arg::Imm((k as i32) as i64)]);
        return true;
    }
    // istore32
    if let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovMr, Size::S32, &[memory, Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_istore8(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    // istore8_imm
    if let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1] && o0 == Opcode::Iconst
        && let Some(k) = cx.iconst(d.args[0])
    {
        let memory = cx.mem(flags, p, off);
        cx.put(Op::MovMi, Size::S8, &[memory, Arg::Imm((k as i8) as i64)]);
        return true;
    }
    // istore8
    if let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovMr, Size::S8, &[memory, Arg::Reg(r_x)]);
        return true;
    }
    false
}

pub(super) fn op_load(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // load_8
    if ty == I8 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    // load_16
    if ty == I16 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    // load
    if matches!(ty, I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, size(ty), &[Arg::Reg(t1), memory]);
        return true;
    }
    // load_f
    if matches!(ty, F32 | F64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovF, size(ty), &[Arg::Reg(t1), memory]);
        return true;
    }
    // load_f128
    if ty == F128 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movups, Size::S8, &[Arg::Reg(t1), memory]);
        return true;
    }
    // load_f16
    if ty == F16 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t = cx.gpr();
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t), memory]);
        let t1 = cx.res(inst, 0);
        cx.put(Op::MovXG, Size::S32, &[Arg::Reg(t1), Arg::Reg(t)]);
        return true;
    }
    false
}

pub(super) fn op_sload16(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sload16
    if matches!(ty, I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movsx16, size(ty), &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}

pub(super) fn op_sload32(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sload32
    if let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movsxd, Size::S64, &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}

pub(super) fn op_sload8(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // sload8
    if matches!(ty, I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movsx8, size32(ty), &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}

pub(super) fn op_store(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    let o0 = cx.opcode_of(d.args[0]);
    // add_imm_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && let l = d1.args[0] && cx.is_mem(l) && let Some(k) = cx.iconst(d1.args[1]) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::AddI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && let Some(k) = cx.iconst(d1.args[0]) && let l = d1.args[1] && cx.is_mem(l) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::AddI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // add_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && let y = d1.args[1] && let l = d1.args[0] && cx.is_mem(l) && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::AddMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Iadd && let Some(d1) = cx.node(d.args[0], Opcode::Iadd) && cx.single_use(d.args[0])
        && let y = d1.args[0] && let l = d1.args[1] && cx.is_mem(l) && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::AddMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    // sub_imm_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Isub && let Some(d1) = cx.node(d.args[0], Opcode::Isub) && cx.single_use(d.args[0])
        && let l = d1.args[0] && cx.is_mem(l) && let Some(k) = cx.iconst(d1.args[1]) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::SubI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // sub_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Isub && let Some(d1) = cx.node(d.args[0], Opcode::Isub) && cx.single_use(d.args[0])
        && let y = d1.args[1] && let l = d1.args[0] && cx.is_mem(l) && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::SubMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    // and_imm_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Band && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && let l = d1.args[0] && cx.is_mem(l) && let Some(k) = cx.iconst(d1.args[1]) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::AndI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Band && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && let Some(k) = cx.iconst(d1.args[0]) && let l = d1.args[1] && cx.is_mem(l) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::AndI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // and_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Band && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I8 | I16 | I32 | I64) && let y = d1.args[1] && let l = d1.args[0] && cx.is_mem(l)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::AndMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Band && let Some(d1) = cx.node(d.args[0], Opcode::Band) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I8 | I16 | I32 | I64) && let y = d1.args[0] && let l = d1.args[1] && cx.is_mem(l)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::AndMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    // or_imm_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bor && let Some(d1) = cx.node(d.args[0], Opcode::Bor) && cx.single_use(d.args[0])
        && let l = d1.args[0] && cx.is_mem(l) && let Some(k) = cx.iconst(d1.args[1]) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::OrI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bor && let Some(d1) = cx.node(d.args[0], Opcode::Bor) && cx.single_use(d.args[0])
        && let Some(k) = cx.iconst(d1.args[0]) && let l = d1.args[1] && cx.is_mem(l) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::OrI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // or_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bor && let Some(d1) = cx.node(d.args[0], Opcode::Bor) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I8 | I16 | I32 | I64) && let y = d1.args[1] && let l = d1.args[0] && cx.is_mem(l)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::OrMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bor && let Some(d1) = cx.node(d.args[0], Opcode::Bor) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I8 | I16 | I32 | I64) && let y = d1.args[0] && let l = d1.args[1] && cx.is_mem(l)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::OrMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    // xor_imm_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bxor && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0])
        && let l = d1.args[0] && cx.is_mem(l) && let Some(k) = cx.iconst(d1.args[1]) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::XorI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bxor && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0])
        && let Some(k) = cx.iconst(d1.args[0]) && let l = d1.args[1] && cx.is_mem(l) && fits_s32(k)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        cx.sink(l);
        cx.put(Op::XorI, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // xor_store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bxor && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I8 | I16 | I32 | I64) && let y = d1.args[1] && let l = d1.args[0] && cx.is_mem(l)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::XorMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Bxor && let Some(d1) = cx.node(d.args[0], Opcode::Bxor) && cx.single_use(d.args[0])
        && matches!(d1.ctrl_type, I8 | I16 | I32 | I64) && let y = d1.args[0] && let l = d1.args[1] && cx.is_mem(l)
        && cx.same_place(l, flags, p, off)
    {
        let memory = cx.mem(flags, p, off);
        let r_y = cx.reg(y);
        cx.sink(l);
        cx.put(Op::XorMr, size(ty), &[memory, Arg::Reg(r_y)]);
        return true;
    }
    // store_imm
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Iconst && let Some(k) = cx.iconst(d.args[0]) && fits_s32(k)
    {
        let memory = cx.mem(flags, p, off);
        cx.put(Op::MovMi, size(ty), &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // store_f32_imm
    if ty == F32 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1] && o0 == Opcode::F32const
        && let Some(d1) = cx.node(d.args[0], Opcode::F32const) && let k = d1.imm_bits()
    {
        let memory = cx.mem(flags, p, off);
        cx.put(Op::MovMi, Size::S32, &[memory, Arg::Imm((k as i32) as i64)]);
        return true;
    }
    // store_f64_imm
    if ty == F64 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1] && o0 == Opcode::F64const
        && let Some(d1) = cx.node(d.args[0], Opcode::F64const) && let k = d1.imm_bits() && fits_s32(k as i64)
    {
        let memory = cx.mem(flags, p, off);
        cx.put(Op::MovMi, Size::S64, &[memory, Arg::Imm(k as i64)]);
        return true;
    }
    // store_low
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[1]
        && o0 == Opcode::Ireduce && let Some(d1) = cx.node(d.args[0], Opcode::Ireduce) && cx.single_use(d.args[0])
        && let x = d1.args[0] && matches!(cx.ty(x), I8 | I16 | I32 | I64)
    {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovMr, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // store
    if matches!(ty, I8 | I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0]
        && let p = d.args[1]
    {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovMr, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // store_f
    if matches!(ty, F32 | F64) && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0]
        && let p = d.args[1]
    {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovFSt, size(ty), &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // store_f128
    if ty == F128 && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let memory = cx.mem(flags, p, off);
        let r_x = cx.reg(x);
        cx.put(Op::MovupsSt, Size::S8, &[memory, Arg::Reg(r_x)]);
        return true;
    }
    // store_f16
    if ty == F16 && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let r_x = cx.reg(x);
        let memory = cx.mem(flags, p, off);
        let t = cx.gpr();
        cx.put(Op::MovGX, Size::S32, &[Arg::Reg(t), Arg::Reg(r_x)]);
        cx.put(Op::MovMr, Size::S16, &[memory, Arg::Reg(t)]);
        return true;
    }
    false
}

pub(super) fn op_uload16(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uload16
    if matches!(ty, I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx16, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}

pub(super) fn op_uload32(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uload32
    if let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}

pub(super) fn op_uload8(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // uload8
    if matches!(ty, I16 | I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Movzx8, Size::S32, &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}
