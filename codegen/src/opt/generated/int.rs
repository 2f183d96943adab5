//! Generated from `codegen/rules/int.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn iabs(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        { let x = da.args[0]; let t1 = cx.make(InstructionData::unary(Opcode::Iabs, ty, x)); cx.hit("abs_neg"); return Some(t1); } // abs_neg
    }
    if a.op == Opcode::Iabs {
        { let i = d.args[0]; cx.hit("abs_abs"); return Some(i); } // abs_abs
    }
    None
}

pub(super) fn iadd(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            { let x = d.args[0]; cx.hit("add_zero"); return Some(x); } // add_zero
        }
        if a.op == Opcode::Iadd {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                { let k = kb; let j = ka1; let x = da.args[0]; let t1 = cx.int(ty, j.wrapping_add(k)); let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1)); cx.hit("add_add_const"); return Some(t2); } // add_add_const
            }
        }
        if a.op == Opcode::Isub {
            let da = *cx.data(a);
            let a0 = cx.def(da.args[0]);
            if a0.op == Opcode::Iconst {
                let ka0 = cx.imm(a0);
                { let k = kb; let j = ka0; let x = da.args[1]; let t1 = cx.int(ty, j.wrapping_add(k)); let t2 = cx.make(InstructionData::binary(Opcode::Isub, ty, t1, x)); cx.hit("add_const_sub"); return Some(t2); } // add_const_sub
            }
        }
        if kb == 1 {
            if a.op == Opcode::Bnot {
                let da = *cx.data(a);
                { let x = da.args[0]; let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x)); cx.hit("add_not_one"); return Some(t1); } // add_not_one
            }
        }
    }
    if b.op == Opcode::Ineg {
        let db = *cx.data(b);
        { let x = d.args[0]; let y = db.args[0]; let t1 = cx.make(InstructionData::binary(Opcode::Isub, ty, x, y)); cx.hit("add_neg"); return Some(t1); } // add_neg
    }
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        { let x = d.args[1]; let y = da.args[0]; let t1 = cx.make(InstructionData::binary(Opcode::Isub, ty, x, y)); cx.hit("add_neg"); return Some(t1); } // add_neg
    }
    if b.op == Opcode::Isub {
        let db = *cx.data(b);
        if d.args[0] == db.args[1] {
            { let y = db.args[0]; cx.hit("add_sub_same"); return Some(y); } // add_sub_same
        }
    }
    if a.op == Opcode::Isub {
        let da = *cx.data(a);
        if d.args[1] == da.args[1] {
            { let y = da.args[0]; cx.hit("add_sub_same"); return Some(y); } // add_sub_same
        }
    }
    None
}

pub(super) fn imul(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            {  let t1 = cx.int(ty, 0); cx.hit("mul_zero"); return Some(t1); } // mul_zero
        }
        if kb == 1 {
            { let x = d.args[0]; cx.hit("mul_one"); return Some(x); } // mul_one
        }
        if kb == -1 {
            { let x = d.args[0]; let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x)); cx.hit("mul_minus_one"); return Some(t1); } // mul_minus_one
        }
        if a.op == Opcode::Imul {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                { let k = kb; let j = ka1; let x = da.args[0]; let t1 = cx.int(ty, j.wrapping_mul(k)); let t2 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, t1)); cx.hit("mul_mul_const"); return Some(t2); } // mul_mul_const
            }
        }
        if a.op == Opcode::Ishl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                { let k = kb; let j = ka1; let x = da.args[0]; let t1 = cx.int(ty, k << (j & width_mask(ty))); let t2 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, t1)); cx.hit("mul_shl_const"); return Some(t2); } // mul_shl_const
            }
        }
        { let k = kb; let x = d.args[0]; if let Some(n) = log2(ty, k) { let t1 = cx.int(ty, n); let t2 = cx.make(InstructionData::binary(Opcode::Ishl, ty, x, t1)); cx.hit("mul_pow2"); return Some(t2); } } // mul_pow2
        if a.op == Opcode::Ineg {
            let da = *cx.data(a);
            { let k = kb; let x = da.args[0]; let t1 = cx.int(ty, k.wrapping_neg()); let t2 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, t1)); cx.hit("mul_neg_const"); return Some(t2); } // mul_neg_const
        }
    }
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        if b.op == Opcode::Ineg {
            let db = *cx.data(b);
            { let x = da.args[0]; let y = db.args[0]; let t1 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, y)); cx.hit("mul_neg_neg"); return Some(t1); } // mul_neg_neg
        }
    }
    None
}

pub(super) fn ineg(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        { let x = da.args[0]; cx.hit("neg_neg"); return Some(x); } // neg_neg
    }
    if a.op == Opcode::Isub {
        let da = *cx.data(a);
        { let x = da.args[0]; let y = da.args[1]; let t1 = cx.make(InstructionData::binary(Opcode::Isub, ty, y, x)); cx.hit("neg_sub"); return Some(t1); } // neg_sub
    }
    if a.op == Opcode::Bnot {
        let da = *cx.data(a);
        { let x = da.args[0]; let t1 = cx.int(ty, 1); let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1)); cx.hit("neg_not"); return Some(t2); } // neg_not
    }
    None
}

pub(super) fn isub(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            { let x = d.args[0]; cx.hit("sub_zero"); return Some(x); } // sub_zero
        }
        { let k = kb; let x = d.args[0]; let t1 = cx.int(ty, k.wrapping_neg()); let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1)); cx.hit("sub_const"); return Some(t2); } // sub_const
    }
    if d.args[0] == d.args[1] {
        {  let t1 = cx.int(ty, 0); cx.hit("sub_same"); return Some(t1); } // sub_same
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        if ka == 0 {
            { let x = d.args[1]; let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x)); cx.hit("sub_from_zero"); return Some(t1); } // sub_from_zero
        }
        if b.op == Opcode::Isub {
            let db = *cx.data(b);
            let b0 = cx.def(db.args[0]);
            if b0.op == Opcode::Iconst {
                let kb0 = cx.imm(b0);
                { let k = ka; let j = kb0; let x = db.args[1]; let t1 = cx.int(ty, k.wrapping_sub(j)); let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1)); cx.hit("sub_const_sub"); return Some(t2); } // sub_const_sub
            }
        }
        if b.op == Opcode::Iadd {
            let db = *cx.data(b);
            let b1 = cx.def(db.args[1]);
            if b1.op == Opcode::Iconst {
                let kb1 = cx.imm(b1);
                { let k = ka; let j = kb1; let x = db.args[0]; let t1 = cx.int(ty, k.wrapping_sub(j)); let t2 = cx.make(InstructionData::binary(Opcode::Isub, ty, t1, x)); cx.hit("sub_const_add"); return Some(t2); } // sub_const_add
            }
        }
    }
    if b.op == Opcode::Ineg {
        let db = *cx.data(b);
        { let x = d.args[0]; let y = db.args[0]; let t1 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, y)); cx.hit("sub_neg"); return Some(t1); } // sub_neg
    }
    if a.op == Opcode::Iadd {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            { let y = da.args[1]; cx.hit("sub_add_same"); return Some(y); } // sub_add_same
        }
    }
    if b.op == Opcode::Iadd {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            { let y = db.args[1]; let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, y)); cx.hit("sub_same_add"); return Some(t1); } // sub_same_add
        }
    }
    if b.op == Opcode::Isub {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            { let y = db.args[1]; cx.hit("sub_same_sub"); return Some(y); } // sub_same_sub
        }
    }
    if a.op == Opcode::Isub {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            { let y = da.args[1]; let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, y)); cx.hit("sub_sub_same"); return Some(t1); } // sub_sub_same
        }
    }
    None
}

pub(super) fn sdiv(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            { let x = d.args[0]; cx.hit("sdiv_one"); return Some(x); } // sdiv_one
        }
        if matches!(ty, I32 | I64) {
            { let k = kb; let x = d.args[0]; if let Some(v) = sdiv_const(cx, d, x, k) { cx.hit("sdiv_const"); return Some(v); } } // sdiv_const
        }
    }
    None
}

pub(super) fn smax(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        { let x = d.args[0]; cx.hit("smax_same"); return Some(x); } // smax_same
    }
    None
}

pub(super) fn smin(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        { let x = d.args[0]; cx.hit("smin_same"); return Some(x); } // smin_same
    }
    None
}

pub(super) fn srem(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            {  let t1 = cx.int(ty, 0); cx.hit("srem_one"); return Some(t1); } // srem_one
        }
        if kb == -1 {
            {  let t1 = cx.int(ty, 0); cx.hit("srem_minus_one"); return Some(t1); } // srem_minus_one
        }
        if matches!(ty, I32 | I64) {
            { let k = kb; let x = d.args[0]; if let Some(v) = srem_const(cx, d, x, k) { cx.hit("srem_const"); return Some(v); } } // srem_const
        }
    }
    None
}

pub(super) fn udiv(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            { let x = d.args[0]; cx.hit("udiv_one"); return Some(x); } // udiv_one
        }
        { let k = kb; let x = d.args[0]; if let Some(n) = log2(ty, k) { let t1 = cx.int(ty, n); let t2 = cx.make(InstructionData::binary(Opcode::Ushr, ty, x, t1)); cx.hit("udiv_pow2"); return Some(t2); } } // udiv_pow2
        if matches!(ty, I32 | I64) {
            { let k = kb; let x = d.args[0]; if let Some(v) = udiv_const(cx, d, x, k) { cx.hit("udiv_const"); return Some(v); } } // udiv_const
        }
    }
    None
}

pub(super) fn umax(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        { let x = d.args[0]; cx.hit("umax_same"); return Some(x); } // umax_same
    }
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            { let x = d.args[0]; cx.hit("umax_zero"); return Some(x); } // umax_zero
        }
    }
    None
}

pub(super) fn umin(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        { let x = d.args[0]; cx.hit("umin_same"); return Some(x); } // umin_same
    }
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            {  let t1 = cx.int(ty, 0); cx.hit("umin_zero"); return Some(t1); } // umin_zero
        }
    }
    None
}

pub(super) fn urem(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            {  let t1 = cx.int(ty, 0); cx.hit("urem_one"); return Some(t1); } // urem_one
        }
        { let k = kb; let x = d.args[0]; if log2(ty, k).is_some() { let t1 = cx.int(ty, k.wrapping_sub(1)); let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1)); cx.hit("urem_pow2"); return Some(t2); } } // urem_pow2
        if matches!(ty, I32 | I64) {
            { let k = kb; let x = d.args[0]; if let Some(v) = urem_const(cx, d, x, k) { cx.hit("urem_const"); return Some(v); } } // urem_const
        }
    }
    None
}
