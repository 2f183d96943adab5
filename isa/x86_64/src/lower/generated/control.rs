//! Generated from `isa/x86_64/rules/control.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn op_debugtrap(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // debugtrap
    if true {
        cx.put(Op::Int3, Size::S8, &[]);
        return true;
    }
    false
}

pub(super) fn op_func_addr(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // func_addr
    if ty == I64 && let f = d.func_ref() {
        if func_addr(cx, inst, f) {
            return true;
        }
    }
    false
}

pub(super) fn op_get_exception_handler_address(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // handler_address
    if ty == I64 && let b = d.handler_block() && let n = d.edge_index() {
        if handler_address(cx, inst, b, n) {
            return true;
        }
    }
    false
}

pub(super) fn op_get_frame_pointer(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // get_fp
    if ty == I64 {
        let c2 = Arg::Fixed(RBP);
        cx.need_frame();
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S64, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_get_pinned_reg(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // get_pinned
    if ty == I64 {
        let c2 = Arg::Fixed(PINNED);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S64, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_get_return_address(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // get_ra
    if ty == I64 {
        let c2 = cx.return_address();
        cx.need_frame();
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S64, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_get_stack_pointer(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // get_sp
    if ty == I64 {
        let c2 = Arg::Fixed(RSP);
        let t1 = cx.res(inst, 0);
        cx.put(Op::Mov, Size::S64, &[Arg::Reg(t1), c2]);
        return true;
    }
    false
}

pub(super) fn op_set_pinned_reg(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // set_pinned
    if ty == I64 && let x = d.args[0] {
        let x = cx.reg(x);
        cx.put(Op::Mov, Size::S64, &[Arg::Fixed(PINNED), Arg::Reg(x)]);
        return true;
    }
    false
}

pub(super) fn op_symbol_value(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // symbol_value
    if let g = d.global_value() {
        if symbol_value(cx, inst, g) {
            return true;
        }
    }
    false
}

pub(super) fn op_tls_value(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> bool {
    let ty = d.ctrl_type;
    // tls_value
    if ty == I64 && let g = d.global_value() {
        if tls_value(cx, inst, g) {
            return true;
        }
    }
    false
}
