//! Generated from `codegen/rules/shift.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn ishl(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        // shl_none
        {
            let k = kb;
            let x = d.args[0];
            if k & width_mask(ty) == 0 {
                cx.hit("shl_none");
                return Some(x);
            }
        }
        if a.op == Opcode::Ishl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // shl_shl
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if let Some(n) = sum_of_shifts(ty, j, k) {
                        let t1 = cx.int(ty, n);
                        let t2 = cx.make(InstructionData::binary(Opcode::Ishl, ty, x, t1));
                        cx.hit("shl_shl");
                        return Some(t2);
                    }
                }
                // shl_shl_out
                {
                    let k = kb;
                    let j = ka1;
                    if sum_of_shifts(ty, j, k).is_none() {
                        let t1 = cx.int(ty, 0);
                        cx.hit("shl_shl_out");
                        return Some(t1);
                    }
                }
            }
        }
        if a.op == Opcode::Ushr {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // shl_ushr
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if same_amount(ty, j, k) && k & width_mask(ty) < 32 {
                        let t1 = cx.int(ty, -1 << (k & width_mask(ty)));
                        let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1));
                        cx.hit("shl_ushr");
                        return Some(t2);
                    }
                }
            }
        }
        if a.op == Opcode::Sshr {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // shl_sshr
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if same_amount(ty, j, k) && k & width_mask(ty) < 32 {
                        let t1 = cx.int(ty, -1 << (k & width_mask(ty)));
                        let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1));
                        cx.hit("shl_sshr");
                        return Some(t2);
                    }
                }
            }
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        let b1 = cx.def(db.args[1]);
        if b1.op == Opcode::Iconst {
            let kb1 = cx.imm(b1);
            // shl_masked
            {
                let x = d.args[0];
                let k = kb1;
                let n = db.args[0];
                if keeps_amount(ty, k) {
                    let t1 = cx.make(InstructionData::binary(Opcode::Ishl, ty, x, n));
                    cx.hit("shl_masked");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Uextend {
        let db = *cx.data(b);
        // shl_uext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Ishl, ty, x, n));
            cx.hit("shl_uext");
            return Some(t1);
        }
    }
    if b.op == Opcode::Sextend {
        let db = *cx.data(b);
        // shl_sext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Ishl, ty, x, n));
            cx.hit("shl_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        if ka == 0 {
            // shl_of_zero
            {
                let t1 = cx.int(ty, 0);
                cx.hit("shl_of_zero");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn rotl(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        // rotl_none
        {
            let k = kb;
            let x = d.args[0];
            if k & width_mask(ty) == 0 {
                cx.hit("rotl_none");
                return Some(x);
            }
        }
        if a.op == Opcode::Rotl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // rotl_rotl
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, j.wrapping_add(k) & width_mask(ty));
                    let t2 = cx.make(InstructionData::binary(Opcode::Rotl, ty, x, t1));
                    cx.hit("rotl_rotl");
                    return Some(t2);
                }
            }
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        let b1 = cx.def(db.args[1]);
        if b1.op == Opcode::Iconst {
            let kb1 = cx.imm(b1);
            // rotl_masked
            {
                let x = d.args[0];
                let k = kb1;
                let n = db.args[0];
                if keeps_amount(ty, k) {
                    let t1 = cx.make(InstructionData::binary(Opcode::Rotl, ty, x, n));
                    cx.hit("rotl_masked");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Uextend {
        let db = *cx.data(b);
        // rotl_uext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Rotl, ty, x, n));
            cx.hit("rotl_uext");
            return Some(t1);
        }
    }
    if b.op == Opcode::Sextend {
        let db = *cx.data(b);
        // rotl_sext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Rotl, ty, x, n));
            cx.hit("rotl_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        if ka == 0 {
            // rotl_of_zero
            {
                let t1 = cx.int(ty, 0);
                cx.hit("rotl_of_zero");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn rotr(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        // rotr_none
        {
            let k = kb;
            let x = d.args[0];
            if k & width_mask(ty) == 0 {
                cx.hit("rotr_none");
                return Some(x);
            }
        }
        // rotr_const
        {
            let k = kb;
            let x = d.args[0];
            let t1 = cx.int(ty, k.wrapping_neg() & width_mask(ty));
            let t2 = cx.make(InstructionData::binary(Opcode::Rotl, ty, x, t1));
            cx.hit("rotr_const");
            return Some(t2);
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        let b1 = cx.def(db.args[1]);
        if b1.op == Opcode::Iconst {
            let kb1 = cx.imm(b1);
            // rotr_masked
            {
                let x = d.args[0];
                let k = kb1;
                let n = db.args[0];
                if keeps_amount(ty, k) {
                    let t1 = cx.make(InstructionData::binary(Opcode::Rotr, ty, x, n));
                    cx.hit("rotr_masked");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Uextend {
        let db = *cx.data(b);
        // rotr_uext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Rotr, ty, x, n));
            cx.hit("rotr_uext");
            return Some(t1);
        }
    }
    if b.op == Opcode::Sextend {
        let db = *cx.data(b);
        // rotr_sext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Rotr, ty, x, n));
            cx.hit("rotr_sext");
            return Some(t1);
        }
    }
    None
}

pub(super) fn sshr(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        // sshr_none
        {
            let k = kb;
            let x = d.args[0];
            if k & width_mask(ty) == 0 {
                cx.hit("sshr_none");
                return Some(x);
            }
        }
        if a.op == Opcode::Sshr {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // sshr_sshr
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, sum_of_shifts(ty, j, k).unwrap_or(width_mask(ty)));
                    let t2 = cx.make(InstructionData::binary(Opcode::Sshr, ty, x, t1));
                    cx.hit("sshr_sshr");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Ishl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                if matches!(ty, I16 | I32 | I64) {
                    // sshr_shl_8
                    {
                        let k = kb;
                        let j = ka1;
                        let x = da.args[0];
                        if keeps(ty, j, k, 8) {
                            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I8, x));
                            let t2 = cx.make(InstructionData::unary(Opcode::Sextend, ty, t1));
                            cx.hit("sshr_shl_8");
                            return Some(t2);
                        }
                    }
                }
                if matches!(ty, I32 | I64) {
                    // sshr_shl_16
                    {
                        let k = kb;
                        let j = ka1;
                        let x = da.args[0];
                        if keeps(ty, j, k, 16) {
                            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I16, x));
                            let t2 = cx.make(InstructionData::unary(Opcode::Sextend, ty, t1));
                            cx.hit("sshr_shl_16");
                            return Some(t2);
                        }
                    }
                }
                if ty == I64 {
                    // sshr_shl_32
                    {
                        let k = kb;
                        let j = ka1;
                        let x = da.args[0];
                        if keeps(ty, j, k, 32) {
                            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I32, x));
                            let t2 = cx.make(InstructionData::unary(Opcode::Sextend, ty, t1));
                            cx.hit("sshr_shl_32");
                            return Some(t2);
                        }
                    }
                }
            }
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        let b1 = cx.def(db.args[1]);
        if b1.op == Opcode::Iconst {
            let kb1 = cx.imm(b1);
            // sshr_masked
            {
                let x = d.args[0];
                let k = kb1;
                let n = db.args[0];
                if keeps_amount(ty, k) {
                    let t1 = cx.make(InstructionData::binary(Opcode::Sshr, ty, x, n));
                    cx.hit("sshr_masked");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Uextend {
        let db = *cx.data(b);
        // sshr_uext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Sshr, ty, x, n));
            cx.hit("sshr_uext");
            return Some(t1);
        }
    }
    if b.op == Opcode::Sextend {
        let db = *cx.data(b);
        // sshr_sext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Sshr, ty, x, n));
            cx.hit("sshr_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        if ka == 0 {
            // sshr_of_zero
            {
                let t1 = cx.int(ty, 0);
                cx.hit("sshr_of_zero");
                return Some(t1);
            }
        }
        if ka == -1 {
            // sshr_of_ones
            {
                let t1 = cx.int(ty, -1);
                cx.hit("sshr_of_ones");
                return Some(t1);
            }
        }
    }
    None
}

pub(super) fn ushr(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        // ushr_none
        {
            let k = kb;
            let x = d.args[0];
            if k & width_mask(ty) == 0 {
                cx.hit("ushr_none");
                return Some(x);
            }
        }
        if a.op == Opcode::Ushr {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // ushr_ushr
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if let Some(n) = sum_of_shifts(ty, j, k) {
                        let t1 = cx.int(ty, n);
                        let t2 = cx.make(InstructionData::binary(Opcode::Ushr, ty, x, t1));
                        cx.hit("ushr_ushr");
                        return Some(t2);
                    }
                }
                // ushr_ushr_out
                {
                    let k = kb;
                    let j = ka1;
                    if sum_of_shifts(ty, j, k).is_none() {
                        let t1 = cx.int(ty, 0);
                        cx.hit("ushr_ushr_out");
                        return Some(t1);
                    }
                }
            }
        }
        if a.op == Opcode::Ishl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                if matches!(ty, I32 | I64) {
                    // ushr_shl_8
                    {
                        let k = kb;
                        let j = ka1;
                        let x = da.args[0];
                        if keeps(ty, j, k, 8) {
                            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I8, x));
                            let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                            cx.hit("ushr_shl_8");
                            return Some(t2);
                        }
                    }
                    // ushr_shl_16
                    {
                        let k = kb;
                        let j = ka1;
                        let x = da.args[0];
                        if keeps(ty, j, k, 16) {
                            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I16, x));
                            let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                            cx.hit("ushr_shl_16");
                            return Some(t2);
                        }
                    }
                }
                if ty == I64 {
                    // ushr_shl_32
                    {
                        let k = kb;
                        let j = ka1;
                        let x = da.args[0];
                        if keeps(ty, j, k, 32) {
                            let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I32, x));
                            let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                            cx.hit("ushr_shl_32");
                            return Some(t2);
                        }
                    }
                }
                // ushr_shl
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if same_amount(ty, j, k) && short_mask(ty, ones(ty) >> (k & width_mask(ty))) {
                        let t1 = cx.int(ty, (ones(ty) >> (k & width_mask(ty))) as i64);
                        let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1));
                        cx.hit("ushr_shl");
                        return Some(t2);
                    }
                }
            }
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        let b1 = cx.def(db.args[1]);
        if b1.op == Opcode::Iconst {
            let kb1 = cx.imm(b1);
            // ushr_masked
            {
                let x = d.args[0];
                let k = kb1;
                let n = db.args[0];
                if keeps_amount(ty, k) {
                    let t1 = cx.make(InstructionData::binary(Opcode::Ushr, ty, x, n));
                    cx.hit("ushr_masked");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Uextend {
        let db = *cx.data(b);
        // ushr_uext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Ushr, ty, x, n));
            cx.hit("ushr_uext");
            return Some(t1);
        }
    }
    if b.op == Opcode::Sextend {
        let db = *cx.data(b);
        // ushr_sext
        {
            let x = d.args[0];
            let n = db.args[0];
            let t1 = cx.make(InstructionData::binary(Opcode::Ushr, ty, x, n));
            cx.hit("ushr_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        if ka == 0 {
            // ushr_of_zero
            {
                let t1 = cx.int(ty, 0);
                cx.hit("ushr_of_zero");
                return Some(t1);
            }
        }
    }
    None
}
