//! Generated from `isa/aarch64/rules/memory.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_istore16(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // istore16
    if let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let c1 = cx.stored(x);
        let memory = cx.mem(flags, p, off);
        cx.put(Op::Strh, Size::S8, &[c1, memory]);
        return true;
    }
    false
}

pub(super) fn op_istore32(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // istore32
    if let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let c1 = cx.stored(x);
        let memory = cx.mem(flags, p, off);
        cx.put(Op::Str, Size::S32, &[c1, memory]);
        return true;
    }
    false
}

pub(super) fn op_istore8(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // istore8
    if let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let c1 = cx.stored(x);
        let memory = cx.mem(flags, p, off);
        cx.put(Op::Strb, Size::S8, &[c1, memory]);
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
        cx.put(Op::Ldrb, Size::S8, &[Arg::Reg(t1), memory]);
        return true;
    }
    // load_16
    if ty == I16 && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Ldrh, Size::S8, &[Arg::Reg(t1), memory]);
        return true;
    }
    // load
    if matches!(ty, I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let p = d.args[0] {
        let memory = cx.mem(flags, p, off);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Ldr, size(ty), &[Arg::Reg(t1), memory]);
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
        cx.put(Op::Ldrsh, size(ty), &[Arg::Reg(t1), memory]);
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
        cx.put(Op::Ldrsw, Size::S8, &[Arg::Reg(t1), memory]);
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
        cx.put(Op::Ldrsb, size32(ty), &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}

pub(super) fn op_store(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // store_8
    if ty == I8 && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let c1 = cx.stored(x);
        let memory = cx.mem(flags, p, off);
        cx.put(Op::Strb, Size::S8, &[c1, memory]);
        return true;
    }
    // store_16
    if ty == I16 && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0] && let p = d.args[1] {
        let c1 = cx.stored(x);
        let memory = cx.mem(flags, p, off);
        cx.put(Op::Strh, Size::S8, &[c1, memory]);
        return true;
    }
    // store
    if matches!(ty, I32 | I64) && let flags = d.mem_flags() && let off = d.offset() && let x = d.args[0]
        && let p = d.args[1]
    {
        let c1 = cx.stored(x);
        let memory = cx.mem(flags, p, off);
        cx.put(Op::Str, size(ty), &[c1, memory]);
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
        cx.put(Op::Ldrh, Size::S8, &[Arg::Reg(t1), memory]);
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
        cx.put(Op::Ldr, Size::S32, &[Arg::Reg(t1), memory]);
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
        cx.put(Op::Ldrb, Size::S8, &[Arg::Reg(t1), memory]);
        return true;
    }
    false
}
