//! Generated from `codegen/rules/float.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn fabs(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Fneg {
        let da = *cx.data(a);
        // fabs_fneg
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Fabs, ty, x));
            cx.hit("fabs_fneg");
            return Some(t1);
        }
    }
    if a.op == Opcode::Fabs {
        // fabs_fabs
        {
            let i = d.args[0];
            cx.hit("fabs_fabs");
            return Some(i);
        }
    }
    if a.op == Opcode::Fcopysign {
        let da = *cx.data(a);
        // fabs_copysign
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Fabs, ty, x));
            cx.hit("fabs_copysign");
            return Some(t1);
        }
    }
    None
}

pub(super) fn fcopysign(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        // copysign_same
        {
            let x = d.args[0];
            cx.hit("copysign_same");
            return Some(x);
        }
    }
    if a.op == Opcode::Fneg {
        let da = *cx.data(a);
        // copysign_neg
        {
            let y = d.args[1];
            let x = da.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Fcopysign, ty, x, y));
            cx.hit("copysign_neg");
            return Some(t1);
        }
    }
    if a.op == Opcode::Fabs {
        let da = *cx.data(a);
        // copysign_abs
        {
            let y = d.args[1];
            let x = da.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Fcopysign, ty, x, y));
            cx.hit("copysign_abs");
            return Some(t1);
        }
    }
    None
}

pub(super) fn fneg(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Fneg {
        let da = *cx.data(a);
        // fneg_fneg
        {
            let x = da.args[0];
            cx.hit("fneg_fneg");
            return Some(x);
        }
    }
    None
}
