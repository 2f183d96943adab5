//! Generated from `codegen/rules/convert.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn bitcast(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    // bitcast_same
    {
        let x = d.args[0];
        if cx.ty(x) == ty {
            cx.hit("bitcast_same");
            return Some(x);
        }
    }
    if a.op == Opcode::Bitcast {
        let da = *cx.data(a);
        // bitcast_bitcast_same
        {
            let x = da.args[0];
            if cx.ty(x) == ty {
                cx.hit("bitcast_bitcast_same");
                return Some(x);
            }
        }
    }
    None
}

pub(super) fn fcvt_from_sint(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Sextend {
        let da = *cx.data(a);
        // sint_of_sext
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::FcvtFromSint, ty, x));
            cx.hit("sint_of_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        if matches!(cx.ty(da.args[0]), I8 | I16 | I32) {
            // sint_of_uext
            {
                let x = da.args[0];
                let t1 = cx.make(InstructionData::unary(Opcode::FcvtFromUint, ty, x));
                cx.hit("sint_of_uext");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn fcvt_from_uint(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        // uint_of_uext
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::FcvtFromUint, ty, x));
            cx.hit("uint_of_uext");
            return Some(t1);
        }
    }
    None
}

pub(super) fn ireduce(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Ireduce {
        let da = *cx.data(a);
        // reduce_reduce
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, ty, x));
            cx.hit("reduce_reduce");
            return Some(t1);
        }
    }
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        // reduce_uext_same
        {
            let x = da.args[0];
            if cx.ty(x) == ty {
                cx.hit("reduce_uext_same");
                return Some(x);
            }
        }
        // reduce_uext_less
        {
            let x = da.args[0];
            if cx.ty(x).bits() < ty.bits() {
                let t1 = cx.make(InstructionData::unary(Opcode::Uextend, ty, x));
                cx.hit("reduce_uext_less");
                return Some(t1);
            }
        }
        // reduce_uext_more
        {
            let x = da.args[0];
            if cx.ty(x).bits() > ty.bits() {
                let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, ty, x));
                cx.hit("reduce_uext_more");
                return Some(t1);
            }
        }
    }
    if a.op == Opcode::Sextend {
        let da = *cx.data(a);
        // reduce_sext_same
        {
            let x = da.args[0];
            if cx.ty(x) == ty {
                cx.hit("reduce_sext_same");
                return Some(x);
            }
        }
        // reduce_sext_less
        {
            let x = da.args[0];
            if cx.ty(x).bits() < ty.bits() {
                let t1 = cx.make(InstructionData::unary(Opcode::Sextend, ty, x));
                cx.hit("reduce_sext_less");
                return Some(t1);
            }
        }
        // reduce_sext_more
        {
            let x = da.args[0];
            if cx.ty(x).bits() > ty.bits() {
                let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, ty, x));
                cx.hit("reduce_sext_more");
                return Some(t1);
            }
        }
    }
    if a.op == Opcode::Band {
        let da = *cx.data(a);
        let a1 = cx.def(da.args[1]);
        if a1.op == Opcode::Iconst {
            let ka1 = cx.imm(a1);
            // reduce_and
            {
                let k = ka1;
                let x = da.args[0];
                if !k & ones(ty) as i64 == 0 {
                    let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, ty, x));
                    cx.hit("reduce_and");
                    return Some(t1);
                }
            }
        }
    }
    None
}

pub(super) fn sextend(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Sextend {
        let da = *cx.data(a);
        // sext_sext
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Sextend, ty, x));
            cx.hit("sext_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        // sext_uext
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Uextend, ty, x));
            cx.hit("sext_uext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Ireduce {
        let da = *cx.data(a);
        if da.ctrl_type == I8 {
            let a0 = cx.def(da.args[0]);
            if a0.op == Opcode::Sload8 {
                // sext_reduce_sload8
                {
                    let x = da.args[0];
                    if cx.ty(x) == ty {
                        cx.hit("sext_reduce_sload8");
                        return Some(x);
                    }
                }
            }
        }
        if da.ctrl_type == I16 {
            let a0 = cx.def(da.args[0]);
            if a0.op == Opcode::Sload16 {
                // sext_reduce_sload16
                {
                    let x = da.args[0];
                    if cx.ty(x) == ty {
                        cx.hit("sext_reduce_sload16");
                        return Some(x);
                    }
                }
            }
        }
        if da.ctrl_type == I32 {
            let a0 = cx.def(da.args[0]);
            if a0.op == Opcode::Sload32 {
                // sext_reduce_sload32
                {
                    let x = da.args[0];
                    if cx.ty(x) == ty {
                        cx.hit("sext_reduce_sload32");
                        return Some(x);
                    }
                }
            }
        }
        let a0 = cx.def(da.args[0]);
        if a0.op == Opcode::Sextend {
            let da0 = *cx.data(a0);
            // sext_reduce_sext
            {
                let x = da.args[0];
                let y = da0.args[0];
                if cx.ty(x) == ty && cx.ty(y).bits() <= reduced_bits(cx, d) {
                    cx.hit("sext_reduce_sext");
                    return Some(x);
                }
            }
        }
        if matches!(da.ctrl_type, I8 | I16 | I32) {
            // sext_reduce_known
            {
                let x = da.args[0];
                if cx.ty(x) == ty && active_bits(cx, x) < reduced_bits(cx, d) {
                    cx.hit("sext_reduce_known");
                    return Some(x);
                }
            }
        }
    }
    None
}

pub(super) fn uextend(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        // uext_uext
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Uextend, ty, x));
            cx.hit("uext_uext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Ireduce {
        let da = *cx.data(a);
        if matches!(da.ctrl_type, I8 | I16 | I32) {
            // uext_reduce_known
            {
                let x = da.args[0];
                if cx.ty(x) == ty && active_bits(cx, x) <= reduced_bits(cx, d) {
                    cx.hit("uext_reduce_known");
                    return Some(x);
                }
            }
        }
    }
    None
}
