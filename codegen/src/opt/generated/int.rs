//! Generated from `codegen/rules/int.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn iabs(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        // abs_neg
        {
            let x = da.args[0];
            let t1 = cx.make(InstructionData::unary(Opcode::Iabs, ty, x));
            cx.hit("abs_neg");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iabs {
        // abs_abs
        {
            let i = d.args[0];
            cx.hit("abs_abs");
            return Some(i);
        }
    }
    None
}

pub(super) fn iadd(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // add_zero
            {
                let x = d.args[0];
                cx.hit("add_zero");
                return Some(x);
            }
        }
        if a.op == Opcode::Iadd {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // add_add_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, j.wrapping_add(k));
                    let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1));
                    cx.hit("add_add_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Isub {
            let da = *cx.data(a);
            let a0 = cx.def(da.args[0]);
            if a0.op == Opcode::Iconst {
                let ka0 = cx.imm(a0);
                // add_const_sub
                {
                    let k = kb;
                    let j = ka0;
                    let x = da.args[1];
                    let t1 = cx.int(ty, j.wrapping_add(k));
                    let t2 = cx.make(InstructionData::binary(Opcode::Isub, ty, t1, x));
                    cx.hit("add_const_sub");
                    return Some(t2);
                }
            }
        }
        if kb == 1 {
            if a.op == Opcode::Bnot {
                let da = *cx.data(a);
                // add_not_one
                {
                    let x = da.args[0];
                    let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x));
                    cx.hit("add_not_one");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Ineg {
        let db = *cx.data(b);
        // add_neg
        {
            let x = d.args[0];
            let y = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Isub, ty, x, y));
            cx.hit("add_neg");
            return Some(t1);
        }
    }
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        // add_neg
        {
            let x = d.args[1];
            let y = da.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Isub, ty, x, y));
            cx.hit("add_neg");
            return Some(t1);
        }
    }
    if b.op == Opcode::Isub {
        let db = *cx.data(b);
        if d.args[0] == db.args[1] {
            // add_sub_same
            {
                let y = db.args[0];
                cx.hit("add_sub_same");
                return Some(y);
            }
        }
    }
    if a.op == Opcode::Isub {
        let da = *cx.data(a);
        if d.args[1] == da.args[1] {
            // add_sub_same
            {
                let y = da.args[0];
                cx.hit("add_sub_same");
                return Some(y);
            }
        }
    }
    None
}

pub(super) fn imul(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // mul_zero
            {
                let t1 = cx.int(ty, 0);
                cx.hit("mul_zero");
                return Some(t1);
            }
        }
        if kb == 1 {
            // mul_one
            {
                let x = d.args[0];
                cx.hit("mul_one");
                return Some(x);
            }
        }
        if kb == -1 {
            // mul_minus_one
            {
                let x = d.args[0];
                let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x));
                cx.hit("mul_minus_one");
                return Some(t1);
            }
        }
        if a.op == Opcode::Imul {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // mul_mul_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, j.wrapping_mul(k));
                    let t2 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, t1));
                    cx.hit("mul_mul_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Ishl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // mul_shl_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, k << (j & width_mask(ty)));
                    let t2 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, t1));
                    cx.hit("mul_shl_const");
                    return Some(t2);
                }
            }
        }
        // mul_pow2
        {
            let k = kb;
            let x = d.args[0];
            if let Some(n) = log2(ty, k) {
                let t1 = cx.int(ty, n);
                let t2 = cx.make(InstructionData::binary(Opcode::Ishl, ty, x, t1));
                cx.hit("mul_pow2");
                return Some(t2);
            }
        }
        if a.op == Opcode::Ineg {
            let da = *cx.data(a);
            // mul_neg_const
            {
                let k = kb;
                let x = da.args[0];
                let t1 = cx.int(ty, k.wrapping_neg());
                let t2 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, t1));
                cx.hit("mul_neg_const");
                return Some(t2);
            }
        }
    }
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        if b.op == Opcode::Ineg {
            let db = *cx.data(b);
            // mul_neg_neg
            {
                let x = da.args[0];
                let y = db.args[0];
                let t1 = cx.make(InstructionData::binary(Opcode::Imul, ty, x, y));
                cx.hit("mul_neg_neg");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn ineg(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        // neg_neg
        {
            let x = da.args[0];
            cx.hit("neg_neg");
            return Some(x);
        }
    }
    if a.op == Opcode::Isub {
        let da = *cx.data(a);
        // neg_sub
        {
            let x = da.args[0];
            let y = da.args[1];
            let t1 = cx.make(InstructionData::binary(Opcode::Isub, ty, y, x));
            cx.hit("neg_sub");
            return Some(t1);
        }
    }
    if a.op == Opcode::Bnot {
        let da = *cx.data(a);
        // neg_not
        {
            let x = da.args[0];
            let t1 = cx.int(ty, 1);
            let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1));
            cx.hit("neg_not");
            return Some(t2);
        }
    }
    None
}

pub(super) fn isub(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // sub_zero
            {
                let x = d.args[0];
                cx.hit("sub_zero");
                return Some(x);
            }
        }
        // sub_const
        {
            let k = kb;
            let x = d.args[0];
            let t1 = cx.int(ty, k.wrapping_neg());
            let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1));
            cx.hit("sub_const");
            return Some(t2);
        }
    }
    if d.args[0] == d.args[1] {
        // sub_same
        {
            let t1 = cx.int(ty, 0);
            cx.hit("sub_same");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        if ka == 0 {
            // sub_from_zero
            {
                let x = d.args[1];
                let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x));
                cx.hit("sub_from_zero");
                return Some(t1);
            }
        }
        if b.op == Opcode::Isub {
            let db = *cx.data(b);
            let b0 = cx.def(db.args[0]);
            if b0.op == Opcode::Iconst {
                let kb0 = cx.imm(b0);
                // sub_const_sub
                {
                    let k = ka;
                    let j = kb0;
                    let x = db.args[1];
                    let t1 = cx.int(ty, k.wrapping_sub(j));
                    let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1));
                    cx.hit("sub_const_sub");
                    return Some(t2);
                }
            }
        }
        if b.op == Opcode::Iadd {
            let db = *cx.data(b);
            let b1 = cx.def(db.args[1]);
            if b1.op == Opcode::Iconst {
                let kb1 = cx.imm(b1);
                // sub_const_add
                {
                    let k = ka;
                    let j = kb1;
                    let x = db.args[0];
                    let t1 = cx.int(ty, k.wrapping_sub(j));
                    let t2 = cx.make(InstructionData::binary(Opcode::Isub, ty, t1, x));
                    cx.hit("sub_const_add");
                    return Some(t2);
                }
            }
        }
    }
    if b.op == Opcode::Ineg {
        let db = *cx.data(b);
        // sub_neg
        {
            let x = d.args[0];
            let y = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, y));
            cx.hit("sub_neg");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iadd {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // sub_add_same
            {
                let y = da.args[1];
                cx.hit("sub_add_same");
                return Some(y);
            }
        }
    }
    if b.op == Opcode::Iadd {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // sub_same_add
            {
                let y = db.args[1];
                let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, y));
                cx.hit("sub_same_add");
                return Some(t1);
            }
        }
    }
    if b.op == Opcode::Isub {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // sub_same_sub
            {
                let y = db.args[1];
                cx.hit("sub_same_sub");
                return Some(y);
            }
        }
    }
    if a.op == Opcode::Isub {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // sub_sub_same
            {
                let y = da.args[1];
                let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, y));
                cx.hit("sub_sub_same");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn sdiv(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            // sdiv_one
            {
                let x = d.args[0];
                cx.hit("sdiv_one");
                return Some(x);
            }
        }
        if matches!(ty, I32 | I64) {
            // sdiv_const
            {
                let k = kb;
                let x = d.args[0];
                if let Some(v) = sdiv_const(cx, d, x, k) {
                    cx.hit("sdiv_const");
                    return Some(v);
                }
            }
        }
    }
    None
}

pub(super) fn smax(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        // smax_same
        {
            let x = d.args[0];
            cx.hit("smax_same");
            return Some(x);
        }
    }
    None
}

pub(super) fn smin(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        // smin_same
        {
            let x = d.args[0];
            cx.hit("smin_same");
            return Some(x);
        }
    }
    None
}

pub(super) fn srem(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            // srem_one
            {
                let t1 = cx.int(ty, 0);
                cx.hit("srem_one");
                return Some(t1);
            }
        }
        if kb == -1 {
            // srem_minus_one
            {
                let t1 = cx.int(ty, 0);
                cx.hit("srem_minus_one");
                return Some(t1);
            }
        }
        if matches!(ty, I32 | I64) {
            // srem_const
            {
                let k = kb;
                let x = d.args[0];
                if let Some(v) = srem_const(cx, d, x, k) {
                    cx.hit("srem_const");
                    return Some(v);
                }
            }
        }
    }
    None
}

pub(super) fn udiv(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            // udiv_one
            {
                let x = d.args[0];
                cx.hit("udiv_one");
                return Some(x);
            }
        }
        // udiv_pow2
        {
            let k = kb;
            let x = d.args[0];
            if let Some(n) = log2(ty, k) {
                let t1 = cx.int(ty, n);
                let t2 = cx.make(InstructionData::binary(Opcode::Ushr, ty, x, t1));
                cx.hit("udiv_pow2");
                return Some(t2);
            }
        }
        if matches!(ty, I32 | I64) {
            // udiv_const
            {
                let k = kb;
                let x = d.args[0];
                if let Some(v) = udiv_const(cx, d, x, k) {
                    cx.hit("udiv_const");
                    return Some(v);
                }
            }
        }
    }
    None
}

pub(super) fn umax(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        // umax_same
        {
            let x = d.args[0];
            cx.hit("umax_same");
            return Some(x);
        }
    }
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // umax_zero
            {
                let x = d.args[0];
                cx.hit("umax_zero");
                return Some(x);
            }
        }
    }
    None
}

pub(super) fn umin(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[0] == d.args[1] {
        // umin_same
        {
            let x = d.args[0];
            cx.hit("umin_same");
            return Some(x);
        }
    }
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // umin_zero
            {
                let t1 = cx.int(ty, 0);
                cx.hit("umin_zero");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn urem(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            // urem_one
            {
                let t1 = cx.int(ty, 0);
                cx.hit("urem_one");
                return Some(t1);
            }
        }
        // urem_pow2
        {
            let k = kb;
            let x = d.args[0];
            if log2(ty, k).is_some() {
                let t1 = cx.int(ty, k.wrapping_sub(1));
                let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1));
                cx.hit("urem_pow2");
                return Some(t2);
            }
        }
        if matches!(ty, I32 | I64) {
            // urem_const
            {
                let k = kb;
                let x = d.args[0];
                if let Some(v) = urem_const(cx, d, x, k) {
                    cx.hit("urem_const");
                    return Some(v);
                }
            }
        }
    }
    None
}
