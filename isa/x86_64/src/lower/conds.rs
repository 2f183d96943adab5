//! Conditions: the flags that a value is known by, and what branches, selections and traps do with
//! them.

use super::build::{Cond, Cx, size};
use crate::amode::{Cc, Size};
use crate::insts::{Arg, Op};
use windlass_core::ir::condcodes::{FloatCC, IntCC};
use windlass_core::ir::{Inst, Value, types};
use windlass_core::machine::Cond2;
use windlass_core::machine::preds::is_signed_or_equality;

/// The condition after comparing the first operand with the second.
pub fn int_cc(cc: IntCC) -> Cc {
    match cc {
        IntCC::Equal => Cc::E,
        IntCC::NotEqual => Cc::Ne,
        IntCC::SignedLessThan => Cc::L,
        IntCC::SignedGreaterThanOrEqual => Cc::Ge,
        IntCC::SignedGreaterThan => Cc::G,
        IntCC::SignedLessThanOrEqual => Cc::Le,
        IntCC::UnsignedLessThan => Cc::B,
        IntCC::UnsignedGreaterThanOrEqual => Cc::Ae,
        IntCC::UnsignedGreaterThan => Cc::A,
        IntCC::UnsignedLessThanOrEqual => Cc::Be,
    }
}

/// The condition after comparing the second operand with the first.
pub fn swapped(cc: IntCC) -> Cc {
    int_cc(cc.swap_args())
}

/// Whether a condition reads the zero flag beside others.
pub fn needs_zero_flag(cc: IntCC) -> bool {
    matches!(
        cc,
        IntCC::SignedGreaterThan
            | IntCC::SignedLessThanOrEqual
            | IntCC::UnsignedGreaterThan
            | IntCC::UnsignedLessThanOrEqual
    )
}

/// Whether a byte that was extended with zeros can be compared in 8 bits with a constant.
pub fn byte_compares(k: i64) -> bool {
    (0..=255).contains(&k)
}

/// Whether a byte whose sign was extended can be compared in 8 bits with a constant.
pub fn signed_byte_compares(cc: IntCC, k: i64) -> bool {
    is_signed_or_equality(cc) && i8::try_from(k).is_ok()
}

/// One condition.
pub fn one(cc: Cc) -> Cond {
    Cond::one(cc)
}

/// The condition of a float comparison, and whether the operands change places for it.
///
/// After `ucomis x, y`: unordered sets all of zero, parity and carry; less sets the carry; equal
/// sets zero.
pub fn float_cond(cc: FloatCC) -> (Cond, bool) {
    match cc {
        FloatCC::Ordered => (Cond::one(Cc::Np), false),
        FloatCC::Unordered => (Cond::one(Cc::P), false),
        FloatCC::Equal => (Cond { cc: Cc::E, second: Cond2::And(Cc::Np) }, false),
        FloatCC::NotEqual => (Cond { cc: Cc::Ne, second: Cond2::Or(Cc::P) }, false),
        FloatCC::OrderedNotEqual => (Cond::one(Cc::Ne), false),
        FloatCC::UnorderedOrEqual => (Cond::one(Cc::E), false),
        FloatCC::GreaterThan => (Cond::one(Cc::A), false),
        FloatCC::GreaterThanOrEqual => (Cond::one(Cc::Ae), false),
        FloatCC::UnorderedOrLessThan => (Cond::one(Cc::B), false),
        FloatCC::UnorderedOrLessThanOrEqual => (Cond::one(Cc::Be), false),
        FloatCC::LessThan => (Cond::one(Cc::A), true),
        FloatCC::LessThanOrEqual => (Cond::one(Cc::Ae), true),
        FloatCC::UnorderedOrGreaterThan => (Cond::one(Cc::B), true),
        FloatCC::UnorderedOrGreaterThanOrEqual => (Cond::one(Cc::Be), true),
    }
}

/// Whether the operands of a float comparison change places.
pub fn float_swaps(cc: FloatCC) -> bool {
    float_cond(cc).1
}

/// The condition of a float comparison whose operands are as `float_swaps` says.
pub fn float_cc(cc: FloatCC) -> Cond {
    float_cond(cc).0
}

impl Cx<'_, '_> {
    /// Puts what sets the flags by whether a value is not zero.
    pub fn cond(&mut self, value: Value) -> Cond {
        let (value, inverted) = self.asked(value);
        let cond = self.flags_of(value);
        if inverted { cond.invert() } else { cond }
    }

    /// Puts what sets the flags by the root, which is a comparison.
    pub fn root_cond(&mut self, inst: Inst) -> Cond {
        let value = self.c.results(inst)[0];
        self.flags_of(value)
    }

    #[cfg(feature = "matchers")]
    fn flags_by_rule(&mut self, value: Value) -> Option<Cond> {
        let (inst, d) = self.def(value)?;
        super::generated::cond(self, inst, d)
    }

    #[cfg(not(feature = "matchers"))]
    fn flags_by_rule(&mut self, _: Value) -> Option<Cond> {
        None
    }

    fn flags_of(&mut self, value: Value) -> Cond {
        if let Some(cond) = self.flags_by_rule(value) {
            return cond;
        }
        let ty = self.ty(value);
        if ty == types::I128 {
            let [low, high] = self.c.regs2(value);
            self.op2(Op::Or, Size::S64, low, Arg::Reg(high));
            return Cond::one(Cc::Ne);
        }
        if self.is_byte_load(value, true) || self.is_byte_load(value, false) {
            let m = self.take(value);
            self.put(Op::CmpI, Size::S8, &[m, Arg::Imm(0)]);
        } else if self.is_mem(value) {
            let m = self.rm(value, ty.bits() as u16);
            self.put(Op::CmpI, size(ty), &[m, Arg::Imm(0)]);
        } else {
            let x = self.reg(value);
            self.put(Op::Test, size(ty), &[Arg::Reg(x), Arg::Reg(x)]);
        }
        Cond::one(Cc::Ne)
    }
}
