//! Generated from `codegen/rules/bits.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn band(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            if matches!(ty, I8 | I16 | I32 | I64) {
                // and_zero
                {
                    let t1 = cx.int(ty, 0);
                    cx.hit("and_zero");
                    return Some(t1);
                }
            }
        }
        // and_known
        {
            let k = kb;
            let x = d.args[0];
            if masks_nothing(cx, x, ty, k) {
                cx.hit("and_known");
                return Some(x);
            }
        }
        if kb == 4294967295 {
            if ty == I64 {
                // and_low32
                {
                    let x = d.args[0];
                    let t1 = cx.make(InstructionData::unary(Opcode::Ireduce, I32, x));
                    let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                    cx.hit("and_low32");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Band {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // and_and_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, j & k);
                    let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1));
                    cx.hit("and_and_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Bor {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // and_or_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if j & k == 0 {
                        let t1 = cx.int(ty, k);
                        let t2 = cx.make(InstructionData::binary(Opcode::Band, ty, x, t1));
                        cx.hit("and_or_const");
                        return Some(t2);
                    }
                }
                if matches!(ty, I8 | I16 | I32 | I64) {
                    // and_or_clear
                    {
                        let k = kb;
                        let j = ka1;
                        if j & k == k {
                            let t1 = cx.int(ty, k);
                            cx.hit("and_or_clear");
                            return Some(t1);
                        }
                    }
                }
            }
        }
        if a.op == Opcode::Ishl {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // and_shl
                {
                    let k = kb;
                    let s = d.args[0];
                    let n = ka1;
                    if !(k | low_bits(n & width_mask(ty))) == 0 {
                        cx.hit("and_shl");
                        return Some(s);
                    }
                }
            }
        }
        if a.op == Opcode::Sextend {
            let da = *cx.data(a);
            // and_sext
            {
                let k = kb;
                let x = da.args[0];
                if k as u64 == ones(cx.ty(x)) {
                    let t1 = cx.make(InstructionData::unary(Opcode::Uextend, ty, x));
                    cx.hit("and_sext");
                    return Some(t1);
                }
            }
        }
    }
    if d.args[0] == d.args[1] {
        // and_same
        {
            let x = d.args[0];
            cx.hit("and_same");
            return Some(x);
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // and_same_and
            {
                let i = d.args[1];
                cx.hit("and_same_and");
                return Some(i);
            }
        }
    }
    if a.op == Opcode::Band {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // and_same_and
            {
                let i = d.args[0];
                cx.hit("and_same_and");
                return Some(i);
            }
        }
    }
    if b.op == Opcode::Bor {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // and_same_or
            {
                let x = d.args[0];
                cx.hit("and_same_or");
                return Some(x);
            }
        }
    }
    if a.op == Opcode::Bor {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // and_same_or
            {
                let x = d.args[1];
                cx.hit("and_same_or");
                return Some(x);
            }
        }
    }
    if b.op == Opcode::Bnot {
        let db = *cx.data(b);
        if matches!(ty, I8 | I16 | I32 | I64) {
            if d.args[0] == db.args[0] {
                // and_same_not
                {
                    let t1 = cx.int(ty, 0);
                    cx.hit("and_same_not");
                    return Some(t1);
                }
            }
        }
    }
    if a.op == Opcode::Bnot {
        let da = *cx.data(a);
        if matches!(ty, I8 | I16 | I32 | I64) {
            if d.args[1] == da.args[0] {
                // and_same_not
                {
                    let t1 = cx.int(ty, 0);
                    cx.hit("and_same_not");
                    return Some(t1);
                }
            }
        }
        if b.op == Opcode::Bnot {
            let db = *cx.data(b);
            // and_not_not
            {
                let x = da.args[0];
                let y = db.args[0];
                let t1 = cx.make(InstructionData::binary(Opcode::Bor, ty, x, y));
                let t2 = cx.make(InstructionData::unary(Opcode::Bnot, ty, t1));
                cx.hit("and_not_not");
                return Some(t2);
            }
        }
    }
    None
}

pub(super) fn bitrev(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Bitrev {
        let da = *cx.data(a);
        // bitrev_bitrev
        {
            let x = da.args[0];
            cx.hit("bitrev_bitrev");
            return Some(x);
        }
    }
    None
}

pub(super) fn bitselect(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[1] == d.args[2] {
        // bitselect_same
        {
            let x = d.args[1];
            cx.hit("bitselect_same");
            return Some(x);
        }
    }
    None
}

pub(super) fn bnot(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Bnot {
        let da = *cx.data(a);
        // not_not
        {
            let x = da.args[0];
            cx.hit("not_not");
            return Some(x);
        }
    }
    if a.op == Opcode::Ineg {
        let da = *cx.data(a);
        // not_neg
        {
            let x = da.args[0];
            let t1 = cx.int(ty, -1);
            let t2 = cx.make(InstructionData::binary(Opcode::Iadd, ty, x, t1));
            cx.hit("not_neg");
            return Some(t2);
        }
    }
    if a.op == Opcode::Bxor {
        let da = *cx.data(a);
        let a1 = cx.def(da.args[1]);
        if a1.op == Opcode::Iconst {
            let ka1 = cx.imm(a1);
            // not_xor_const
            {
                let k = ka1;
                let x = da.args[0];
                let t1 = cx.int(ty, !k);
                let t2 = cx.make(InstructionData::binary(Opcode::Bxor, ty, x, t1));
                cx.hit("not_xor_const");
                return Some(t2);
            }
        }
    }
    if a.op == Opcode::Iadd {
        let da = *cx.data(a);
        let a1 = cx.def(da.args[1]);
        if a1.op == Opcode::Iconst {
            let ka1 = cx.imm(a1);
            if ka1 == -1 {
                // not_dec
                {
                    let x = da.args[0];
                    let t1 = cx.make(InstructionData::unary(Opcode::Ineg, ty, x));
                    cx.hit("not_dec");
                    return Some(t1);
                }
            }
        }
    }
    None
}

pub(super) fn bor(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // or_zero
            {
                let x = d.args[0];
                cx.hit("or_zero");
                return Some(x);
            }
        }
        if kb == -1 {
            if matches!(ty, I8 | I16 | I32 | I64) {
                // or_ones
                {
                    let t1 = cx.int(ty, -1);
                    cx.hit("or_ones");
                    return Some(t1);
                }
            }
        }
        if a.op == Opcode::Bor {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // or_or_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, j | k);
                    let t2 = cx.make(InstructionData::binary(Opcode::Bor, ty, x, t1));
                    cx.hit("or_or_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Band {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // or_and_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if j | k == -1 {
                        let t1 = cx.int(ty, k);
                        let t2 = cx.make(InstructionData::binary(Opcode::Bor, ty, x, t1));
                        cx.hit("or_and_const");
                        return Some(t2);
                    }
                }
            }
        }
    }
    if d.args[0] == d.args[1] {
        // or_same
        {
            let x = d.args[0];
            cx.hit("or_same");
            return Some(x);
        }
    }
    if b.op == Opcode::Bor {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // or_same_or
            {
                let o = d.args[1];
                cx.hit("or_same_or");
                return Some(o);
            }
        }
    }
    if a.op == Opcode::Bor {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // or_same_or
            {
                let o = d.args[0];
                cx.hit("or_same_or");
                return Some(o);
            }
        }
    }
    if b.op == Opcode::Band {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // or_same_and
            {
                let x = d.args[0];
                cx.hit("or_same_and");
                return Some(x);
            }
        }
    }
    if a.op == Opcode::Band {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // or_same_and
            {
                let x = d.args[1];
                cx.hit("or_same_and");
                return Some(x);
            }
        }
    }
    if b.op == Opcode::Bnot {
        let db = *cx.data(b);
        if matches!(ty, I8 | I16 | I32 | I64) {
            if d.args[0] == db.args[0] {
                // or_same_not
                {
                    let t1 = cx.int(ty, -1);
                    cx.hit("or_same_not");
                    return Some(t1);
                }
            }
        }
    }
    if a.op == Opcode::Bnot {
        let da = *cx.data(a);
        if matches!(ty, I8 | I16 | I32 | I64) {
            if d.args[1] == da.args[0] {
                // or_same_not
                {
                    let t1 = cx.int(ty, -1);
                    cx.hit("or_same_not");
                    return Some(t1);
                }
            }
        }
        if b.op == Opcode::Bnot {
            let db = *cx.data(b);
            // or_not_not
            {
                let x = da.args[0];
                let y = db.args[0];
                let t1 = cx.make(InstructionData::binary(Opcode::Band, ty, x, y));
                let t2 = cx.make(InstructionData::unary(Opcode::Bnot, ty, t1));
                cx.hit("or_not_not");
                return Some(t2);
            }
        }
    }
    None
}

pub(super) fn bswap(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if a.op == Opcode::Bswap {
        let da = *cx.data(a);
        // bswap_bswap
        {
            let x = da.args[0];
            cx.hit("bswap_bswap");
            return Some(x);
        }
    }
    None
}

pub(super) fn bxor(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 0 {
            // xor_zero
            {
                let x = d.args[0];
                cx.hit("xor_zero");
                return Some(x);
            }
        }
        if kb == 1 {
            if a.op == Opcode::Icmp {
                let da = *cx.data(a);
                // xor_not_cmp
                {
                    let cc = da.cond();
                    let x = da.args[0];
                    let y = da.args[1];
                    let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.complement() as u8, x, y));
                    cx.hit("xor_not_cmp");
                    return Some(t1);
                }
            }
            if a.op == Opcode::Fcmp {
                let da = *cx.data(a);
                // xor_not_fcmp
                {
                    let cc = da.fcond();
                    let x = da.args[0];
                    let y = da.args[1];
                    let t1 = cx.make(comparison(Opcode::Fcmp, cx.ty(x), cc.complement() as u8, x, y));
                    cx.hit("xor_not_fcmp");
                    return Some(t1);
                }
            }
            if a.op == Opcode::Uextend {
                let da = *cx.data(a);
                let a0 = cx.def(da.args[0]);
                if a0.op == Opcode::Icmp {
                    let da0 = *cx.data(a0);
                    // xor_not_ext_cmp
                    {
                        let cc = da0.cond();
                        let x = da0.args[0];
                        let y = da0.args[1];
                        let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.complement() as u8, x, y));
                        let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                        cx.hit("xor_not_ext_cmp");
                        return Some(t2);
                    }
                }
                if a0.op == Opcode::Fcmp {
                    let da0 = *cx.data(a0);
                    // xor_not_ext_fcmp
                    {
                        let cc = da0.fcond();
                        let x = da0.args[0];
                        let y = da0.args[1];
                        let t1 = cx.make(comparison(Opcode::Fcmp, cx.ty(x), cc.complement() as u8, x, y));
                        let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                        cx.hit("xor_not_ext_fcmp");
                        return Some(t2);
                    }
                }
            }
        }
        if kb == -1 {
            // xor_ones
            {
                let x = d.args[0];
                let t1 = cx.make(InstructionData::unary(Opcode::Bnot, ty, x));
                cx.hit("xor_ones");
                return Some(t1);
            }
        }
        if a.op == Opcode::Bxor {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // xor_xor_const
                {
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    let t1 = cx.int(ty, j ^ k);
                    let t2 = cx.make(InstructionData::binary(Opcode::Bxor, ty, x, t1));
                    cx.hit("xor_xor_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Bnot {
            let da = *cx.data(a);
            // xor_not_const
            {
                let k = kb;
                let x = da.args[0];
                let t1 = cx.int(ty, !k);
                let t2 = cx.make(InstructionData::binary(Opcode::Bxor, ty, x, t1));
                cx.hit("xor_not_const");
                return Some(t2);
            }
        }
    }
    if matches!(ty, I8 | I16 | I32 | I64) {
        if d.args[0] == d.args[1] {
            // xor_same
            {
                let t1 = cx.int(ty, 0);
                cx.hit("xor_same");
                return Some(t1);
            }
        }
    }
    if b.op == Opcode::Bxor {
        let db = *cx.data(b);
        if d.args[0] == db.args[0] {
            // xor_same_xor
            {
                let y = db.args[1];
                cx.hit("xor_same_xor");
                return Some(y);
            }
        }
    }
    if a.op == Opcode::Bxor {
        let da = *cx.data(a);
        if d.args[1] == da.args[0] {
            // xor_same_xor
            {
                let y = da.args[1];
                cx.hit("xor_same_xor");
                return Some(y);
            }
        }
    }
    if a.op == Opcode::Bnot {
        let da = *cx.data(a);
        if b.op == Opcode::Bnot {
            let db = *cx.data(b);
            // xor_not_not
            {
                let x = da.args[0];
                let y = db.args[0];
                let t1 = cx.make(InstructionData::binary(Opcode::Bxor, ty, x, y));
                cx.hit("xor_not_not");
                return Some(t1);
            }
        }
        if matches!(ty, I8 | I16 | I32 | I64) {
            if d.args[1] == da.args[0] {
                // xor_same_not
                {
                    let t1 = cx.int(ty, -1);
                    cx.hit("xor_same_not");
                    return Some(t1);
                }
            }
        }
    }
    if b.op == Opcode::Bnot {
        let db = *cx.data(b);
        if matches!(ty, I8 | I16 | I32 | I64) {
            if d.args[0] == db.args[0] {
                // xor_same_not
                {
                    let t1 = cx.int(ty, -1);
                    cx.hit("xor_same_not");
                    return Some(t1);
                }
            }
        }
    }
    None
}
