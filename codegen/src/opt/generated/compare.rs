//! Generated from `codegen/rules/compare.rules` by `windlass-dev gen`: change the rules, not this file.

use super::prelude::*;

pub(super) fn icmp(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.cond() == IntCC::NotEqual {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == 0 {
                if a.op == Opcode::Icmp {
                    if ty == I8 {
                        // ne_cmp
                        {
                            let t = d.args[0];
                            cx.hit("ne_cmp");
                            return Some(t);
                        }
                    }
                }
                if a.op == Opcode::Fcmp {
                    if ty == I8 {
                        // ne_fcmp
                        {
                            let t = d.args[0];
                            cx.hit("ne_fcmp");
                            return Some(t);
                        }
                    }
                }
            }
            if kb == 1 {
                if a.op == Opcode::Icmp {
                    let da = *cx.data(a);
                    if ty == I8 {
                        // ne_one_cmp
                        {
                            let cc = da.cond();
                            let x = da.args[0];
                            let y = da.args[1];
                            let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.complement() as u8, x, y));
                            cx.hit("ne_one_cmp");
                            return Some(t1);
                        }
                    }
                }
                if a.op == Opcode::Fcmp {
                    let da = *cx.data(a);
                    if ty == I8 {
                        // ne_one_fcmp
                        {
                            let cc = da.fcond();
                            let x = da.args[0];
                            let y = da.args[1];
                            let t1 = cx.make(comparison(Opcode::Fcmp, cx.ty(x), cc.complement() as u8, x, y));
                            cx.hit("ne_one_fcmp");
                            return Some(t1);
                        }
                    }
                }
            }
        }
    }
    if d.cond() == IntCC::Equal {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == 0 {
                if a.op == Opcode::Icmp {
                    let da = *cx.data(a);
                    if ty == I8 {
                        // eq_cmp
                        {
                            let cc = da.cond();
                            let x = da.args[0];
                            let y = da.args[1];
                            let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.complement() as u8, x, y));
                            cx.hit("eq_cmp");
                            return Some(t1);
                        }
                    }
                }
                if a.op == Opcode::Fcmp {
                    let da = *cx.data(a);
                    if ty == I8 {
                        // eq_fcmp
                        {
                            let cc = da.fcond();
                            let x = da.args[0];
                            let y = da.args[1];
                            let t1 = cx.make(comparison(Opcode::Fcmp, cx.ty(x), cc.complement() as u8, x, y));
                            cx.hit("eq_fcmp");
                            return Some(t1);
                        }
                    }
                }
            }
            if kb == 1 {
                if a.op == Opcode::Icmp {
                    if ty == I8 {
                        // eq_one_cmp
                        {
                            let t = d.args[0];
                            cx.hit("eq_one_cmp");
                            return Some(t);
                        }
                    }
                }
                if a.op == Opcode::Fcmp {
                    if ty == I8 {
                        // eq_one_fcmp
                        {
                            let t = d.args[0];
                            cx.hit("eq_one_fcmp");
                            return Some(t);
                        }
                    }
                }
            }
        }
    }
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if a.op == Opcode::Uextend {
            let da = *cx.data(a);
            // cmp_uext_const
            {
                let cc = d.cond();
                let k = kb;
                let x = da.args[0];
                if fits_unsigned(cx.ty(x), k) {
                    let t1 = cx.int(cx.ty(x), k);
                    let t2 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.unsigned() as u8, x, t1));
                    cx.hit("cmp_uext_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Sextend {
            let da = *cx.data(a);
            // cmp_sext_const
            {
                let cc = d.cond();
                let k = kb;
                let x = da.args[0];
                if fits_signed(cx.ty(x), k) {
                    let t1 = cx.int(cx.ty(x), k);
                    let t2 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc as u8, x, t1));
                    cx.hit("cmp_sext_const");
                    return Some(t2);
                }
            }
        }
        if a.op == Opcode::Bxor {
            let da = *cx.data(a);
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                // eq_xor_const
                {
                    let cc = d.cond();
                    let k = kb;
                    let j = ka1;
                    let x = da.args[0];
                    if is_equality(cc) {
                        let t1 = cx.int(ty, j ^ k);
                        let t2 = cx.make(comparison(Opcode::Icmp, ty, cc as u8, x, t1));
                        cx.hit("eq_xor_const");
                        return Some(t2);
                    }
                }
            }
        }
        if kb == 0 {
            if a.op == Opcode::Isub {
                let da = *cx.data(a);
                // eq_sub_zero
                {
                    let cc = d.cond();
                    let x = da.args[0];
                    let y = da.args[1];
                    if is_equality(cc) {
                        let t1 = cx.make(comparison(Opcode::Icmp, ty, cc as u8, x, y));
                        cx.hit("eq_sub_zero");
                        return Some(t1);
                    }
                }
            }
            if a.op == Opcode::Bxor {
                let da = *cx.data(a);
                // eq_xor_zero
                {
                    let cc = d.cond();
                    let x = da.args[0];
                    let y = da.args[1];
                    if is_equality(cc) {
                        let t1 = cx.make(comparison(Opcode::Icmp, ty, cc as u8, x, y));
                        cx.hit("eq_xor_zero");
                        return Some(t1);
                    }
                }
            }
            if a.op == Opcode::Ineg {
                let da = *cx.data(a);
                // eq_neg_zero
                {
                    let cc = d.cond();
                    let x = da.args[0];
                    if is_equality(cc) {
                        let t1 = cx.int(ty, 0);
                        let t2 = cx.make(comparison(Opcode::Icmp, ty, cc as u8, x, t1));
                        cx.hit("eq_neg_zero");
                        return Some(t2);
                    }
                }
            }
        }
    }
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        if b.op == Opcode::Uextend {
            let db = *cx.data(b);
            // cmp_uext_uext
            {
                let cc = d.cond();
                let x = da.args[0];
                let y = db.args[0];
                if cx.ty(x) == cx.ty(y) {
                    let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.unsigned() as u8, x, y));
                    cx.hit("cmp_uext_uext");
                    return Some(t1);
                }
            }
        }
    }
    if a.op == Opcode::Sextend {
        let da = *cx.data(a);
        if b.op == Opcode::Sextend {
            let db = *cx.data(b);
            // cmp_sext_sext
            {
                let cc = d.cond();
                let x = da.args[0];
                let y = db.args[0];
                if cx.ty(x) == cx.ty(y) {
                    let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc as u8, x, y));
                    cx.hit("cmp_sext_sext");
                    return Some(t1);
                }
            }
        }
    }
    if d.cond() == IntCC::UnsignedLessThan {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == 0 {
                // ult_zero
                {
                    let t1 = cx.int(I8, 0);
                    cx.hit("ult_zero");
                    return Some(t1);
                }
            }
            if kb == 1 {
                // ult_one
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::Equal as u8, x, t1));
                    cx.hit("ult_one");
                    return Some(t2);
                }
            }
            if kb == -1 {
                // ult_ones
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, -1);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::NotEqual as u8, x, t1));
                    cx.hit("ult_ones");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::UnsignedGreaterThanOrEqual {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == 0 {
                // uge_zero
                {
                    let t1 = cx.int(I8, 1);
                    cx.hit("uge_zero");
                    return Some(t1);
                }
            }
            if kb == 1 {
                // uge_one
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::NotEqual as u8, x, t1));
                    cx.hit("uge_one");
                    return Some(t2);
                }
            }
            if kb == -1 {
                // uge_ones
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, -1);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::Equal as u8, x, t1));
                    cx.hit("uge_ones");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::UnsignedGreaterThan {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == -1 {
                // ugt_ones
                {
                    let t1 = cx.int(I8, 0);
                    cx.hit("ugt_ones");
                    return Some(t1);
                }
            }
            if kb == 0 {
                // ugt_zero
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::NotEqual as u8, x, t1));
                    cx.hit("ugt_zero");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::UnsignedLessThanOrEqual {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == -1 {
                // ule_ones
                {
                    let t1 = cx.int(I8, 1);
                    cx.hit("ule_ones");
                    return Some(t1);
                }
            }
            if kb == 0 {
                // ule_zero
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::Equal as u8, x, t1));
                    cx.hit("ule_zero");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::SignedLessThan {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == 1 {
                // slt_one
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::SignedLessThanOrEqual as u8, x, t1));
                    cx.hit("slt_one");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::SignedGreaterThanOrEqual {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == 1 {
                // sge_one
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::SignedGreaterThan as u8, x, t1));
                    cx.hit("sge_one");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::SignedGreaterThan {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == -1 {
                // sgt_minus_one
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::SignedGreaterThanOrEqual as u8, x, t1));
                    cx.hit("sgt_minus_one");
                    return Some(t2);
                }
            }
        }
    }
    if d.cond() == IntCC::SignedLessThanOrEqual {
        if b.op == Opcode::Iconst {
            let kb = cx.imm(b);
            if kb == -1 {
                // sle_minus_one
                {
                    let x = d.args[0];
                    let t1 = cx.int(ty, 0);
                    let t2 = cx.make(comparison(Opcode::Icmp, ty, IntCC::SignedLessThan as u8, x, t1));
                    cx.hit("sle_minus_one");
                    return Some(t2);
                }
            }
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        // cmp_const_left
        {
            let cc = d.cond();
            let k = ka;
            let y = d.args[1];
            let t1 = cx.int(ty, k);
            let t2 = cx.make(comparison(Opcode::Icmp, ty, cc.swap_args() as u8, y, t1));
            cx.hit("cmp_const_left");
            return Some(t2);
        }
    }
    if d.args[0] == d.args[1] {
        // cmp_same
        {
            let cc = d.cond();
            let t1 = cx.int(I8, holds_for_equal(cc));
            cx.hit("cmp_same");
            return Some(t1);
        }
    }
    None
}

pub(super) fn select(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {
    let ty = d.ctrl_type;
    if d.args[1] == d.args[2] {
        // select_same
        {
            let x = d.args[1];
            cx.hit("select_same");
            return Some(x);
        }
    }
    if a.op == Opcode::Iconst {
        let ka = cx.imm(a);
        // select_true
        {
            let k = ka;
            let x = d.args[1];
            if k != 0 {
                cx.hit("select_true");
                return Some(x);
            }
        }
        if ka == 0 {
            // select_false
            {
                let y = d.args[2];
                cx.hit("select_false");
                return Some(y);
            }
        }
    }
    if a.op == Opcode::Uextend {
        let da = *cx.data(a);
        // select_uext
        {
            let x = d.args[1];
            let y = d.args[2];
            let t = da.args[0];
            let t1 = cx.make(InstructionData::ternary(Opcode::Select, ty, t, x, y));
            cx.hit("select_uext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Sextend {
        let da = *cx.data(a);
        // select_sext
        {
            let x = d.args[1];
            let y = d.args[2];
            let t = da.args[0];
            let t1 = cx.make(InstructionData::ternary(Opcode::Select, ty, t, x, y));
            cx.hit("select_sext");
            return Some(t1);
        }
    }
    if a.op == Opcode::Icmp {
        let da = *cx.data(a);
        if da.cond() == IntCC::NotEqual {
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                if ka1 == 0 {
                    // select_ne_zero
                    {
                        let x = d.args[1];
                        let y = d.args[2];
                        let t = da.args[0];
                        let t1 = cx.make(InstructionData::ternary(Opcode::Select, ty, t, x, y));
                        cx.hit("select_ne_zero");
                        return Some(t1);
                    }
                }
            }
        }
        if da.cond() == IntCC::Equal {
            let a1 = cx.def(da.args[1]);
            if a1.op == Opcode::Iconst {
                let ka1 = cx.imm(a1);
                if ka1 == 0 {
                    // select_not
                    {
                        let x = d.args[1];
                        let y = d.args[2];
                        let t = da.args[0];
                        let t1 = cx.make(InstructionData::ternary(Opcode::Select, ty, t, y, x));
                        cx.hit("select_not");
                        return Some(t1);
                    }
                }
            }
        }
    }
    if b.op == Opcode::Iconst {
        let kb = cx.imm(b);
        if kb == 1 {
            let c = cx.def(d.args[2]);
            if c.op == Opcode::Iconst {
                let kc = cx.imm(c);
                if kc == 0 {
                    if a.op == Opcode::Icmp {
                        if ty == I8 {
                            // select_one_zero_8
                            {
                                let t = d.args[0];
                                cx.hit("select_one_zero_8");
                                return Some(t);
                            }
                        }
                        if matches!(ty, I16 | I32 | I64) {
                            // select_one_zero
                            {
                                let t = d.args[0];
                                let t1 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t));
                                cx.hit("select_one_zero");
                                return Some(t1);
                            }
                        }
                    }
                    if a.op == Opcode::Fcmp {
                        if ty == I8 {
                            // select_one_zero_8_f
                            {
                                let t = d.args[0];
                                cx.hit("select_one_zero_8_f");
                                return Some(t);
                            }
                        }
                        if matches!(ty, I16 | I32 | I64) {
                            // select_one_zero_f
                            {
                                let t = d.args[0];
                                let t1 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t));
                                cx.hit("select_one_zero_f");
                                return Some(t1);
                            }
                        }
                    }
                }
            }
        }
        if kb == 0 {
            let c = cx.def(d.args[2]);
            if c.op == Opcode::Iconst {
                let kc = cx.imm(c);
                if kc == 1 {
                    if a.op == Opcode::Icmp {
                        let da = *cx.data(a);
                        if matches!(ty, I16 | I32 | I64) {
                            // select_zero_one
                            {
                                let cc = da.cond();
                                let x = da.args[0];
                                let y = da.args[1];
                                let t1 = cx.make(comparison(Opcode::Icmp, cx.ty(x), cc.complement() as u8, x, y));
                                let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                                cx.hit("select_zero_one");
                                return Some(t2);
                            }
                        }
                    }
                    if a.op == Opcode::Fcmp {
                        let da = *cx.data(a);
                        if matches!(ty, I16 | I32 | I64) {
                            // select_zero_one_f
                            {
                                let cc = da.fcond();
                                let x = da.args[0];
                                let y = da.args[1];
                                let t1 = cx.make(comparison(Opcode::Fcmp, cx.ty(x), cc.complement() as u8, x, y));
                                let t2 = cx.make(InstructionData::unary(Opcode::Uextend, ty, t1));
                                cx.hit("select_zero_one_f");
                                return Some(t2);
                            }
                        }
                    }
                }
            }
        }
    }
    None
}
