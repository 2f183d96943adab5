//! Conditions: flags, or a register that branches look at themselves; and what branches, selections
//! and traps do with them.

use super::build::{Cx, size};
use crate::insts::{Arg, Cc, Op};
use crate::labels;
use regalloc2::{Operand, VReg};
use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::{Inst, Opcode, TrapCode, Value};
use windlass_core::machine::Condition;
use windlass_core::machine::row::{Kind, Size};

/// A condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    /// The flags say so.
    Flags(Cc),
    /// A register is zero, or is not.
    Zero(VReg, Size, bool),
    /// A bit of a register is set, or is not.
    Bit(VReg, u8, bool),
}

impl Cond {
    /// The opposite.
    pub fn invert(self) -> Cond {
        match self {
            Cond::Flags(cc) => Cond::Flags(cc.invert()),
            Cond::Zero(reg, size, zero) => Cond::Zero(reg, size, !zero),
            Cond::Bit(reg, bit, set) => Cond::Bit(reg, bit, !set),
        }
    }

    /// As what a branch asks, and its register.
    pub fn condition(self) -> (Condition, Option<Operand>) {
        match self {
            Cond::Flags(cc) => (labels::if_flags(cc), None),
            Cond::Zero(reg, size, zero) => {
                (labels::if_zero(size, zero), Some(Operand::reg_use(reg)))
            }
            Cond::Bit(reg, bit, set) => (labels::if_bit(bit, set), Some(Operand::reg_use(reg))),
        }
    }
}

/// The condition after comparing the first operand with the second.
pub fn int_cc(cc: IntCC) -> Cc {
    match cc {
        IntCC::Equal => Cc::Eq,
        IntCC::NotEqual => Cc::Ne,
        IntCC::SignedLessThan => Cc::Lt,
        IntCC::SignedGreaterThanOrEqual => Cc::Ge,
        IntCC::SignedGreaterThan => Cc::Gt,
        IntCC::SignedLessThanOrEqual => Cc::Le,
        IntCC::UnsignedLessThan => Cc::Lo,
        IntCC::UnsignedGreaterThanOrEqual => Cc::Hs,
        IntCC::UnsignedGreaterThan => Cc::Hi,
        IntCC::UnsignedLessThanOrEqual => Cc::Ls,
    }
}

/// The condition after comparing the second operand with the first.
pub fn swapped(cc: IntCC) -> Cc {
    int_cc(cc.swap_args())
}

/// A condition of the flags.
pub fn one(cc: Cc) -> Cond {
    Cond::Flags(cc)
}

impl Cx<'_, '_> {
    /// Whether a value is zero (or is not), by its register.
    pub fn zero(&mut self, cc: IntCC, x: Value) -> Cond {
        let size = size(self.ty(x));
        Cond::Zero(self.reg(x), size, cc == IntCC::Equal)
    }

    /// Whether a bit of a value is set (or is not), by its register.
    pub fn bit(&mut self, x: Value, bit: u8, set: bool) -> Cond {
        Cond::Bit(self.reg(x), bit, set)
    }

    /// The condition of whether a value is not zero, perhaps after a comparison.
    pub fn cond(&mut self, value: Value) -> Cond {
        let (value, inverted) = self.asked(value);
        let cond = self.cond_of(value);
        if inverted { cond.invert() } else { cond }
    }

    /// The condition of the root, which is a comparison.
    pub fn root_cond(&mut self, inst: Inst) -> Cond {
        let value = self.c.results(inst)[0];
        self.cond_of(value)
    }

    #[cfg(feature = "matchers")]
    fn cond_by_rule(&mut self, value: Value) -> Option<Cond> {
        let (inst, d) = self.def(value)?;
        super::generated::cond(self, inst, d)
    }

    #[cfg(not(feature = "matchers"))]
    fn cond_by_rule(&mut self, _: Value) -> Option<Cond> {
        None
    }

    fn cond_of(&mut self, value: Value) -> Cond {
        if let Some(cond) = self.cond_by_rule(value) {
            return cond;
        }
        let ty = self.ty(value);
        let reg = self.reg(value);
        match ty.bits() {
            bits @ (8 | 16) => {
                let low = Arg::Imm((1 << bits) - 1);
                self.put(Op::TstI, Size::S32, &[Arg::Reg(reg), low]);
                Cond::Flags(Cc::Ne)
            }
            _ => Cond::Zero(reg, size(ty), false),
        }
    }

    /// The condition in the flags.
    fn in_flags(&mut self, cond: Cond) -> Cc {
        match cond {
            Cond::Flags(cc) => cc,
            Cond::Zero(reg, size, zero) => {
                self.put(Op::CmpI, size, &[Arg::Reg(reg), Arg::Imm(0)]);
                if zero { Cc::Eq } else { Cc::Ne }
            }
            Cond::Bit(reg, bit, set) => {
                self.put(Op::TstI, Size::S64, &[Arg::Reg(reg), Arg::Imm(1 << bit)]);
                if set { Cc::Ne } else { Cc::Eq }
            }
        }
    }

    /// Puts a row on a condition: its arguments but the condition.
    pub fn put_on(&mut self, cond: Cond, op: Op, size: Size, args: &[Arg]) {
        let cc = self.in_flags(cond);
        let is_cond = |spec: &windlass_core::machine::row::OperandSpec| spec.kind == Kind::Cond;
        let at = op.row().operands().iter().position(is_cond);
        let at = at.expect("a row on a condition has one");
        let mut all = [Arg::Cond(cc as u8); 4];
        all[..at].copy_from_slice(&args[..at]);
        all[at + 1..][..args.len() - at].copy_from_slice(&args[at..]);
        self.put(op, size, &all[..args.len() + 1]);
    }

    /// Traps if a condition holds.
    pub fn trap_if(&mut self, cond: Cond, code: TrapCode) {
        let (condition, register) = cond.condition();
        self.c.trap_if(condition, register.as_slice(), code);
    }

    /// Traps if a divisor is zero.
    pub fn trap_if_zero(&mut self, y: Value) {
        let cond = self.zero(IntCC::Equal, y);
        self.trap_if(cond, TrapCode::INTEGER_DIVISION_BY_ZERO);
    }

    /// Whether a byte is 0 or 1 in its whole register: what a comparison or an overflow gives.
    pub fn is_flag(&self, value: Value) -> bool {
        matches!(
            self.opcode_of(value),
            Opcode::Icmp
                | Opcode::UaddOverflow
                | Opcode::SaddOverflow
                | Opcode::UsubOverflow
                | Opcode::SsubOverflow
                | Opcode::UaddOverflowCin
                | Opcode::SaddOverflowCin
                | Opcode::UsubOverflowBin
                | Opcode::SsubOverflowBin
        )
    }

    /// A byte in a register with zeros above it.
    fn byte(&mut self, c: Value) -> VReg {
        let reg = self.reg(c);
        if self.is_flag(c) {
            return reg;
        }
        let to = self.gpr();
        self.put(Op::Uxtb, Size::S32, &[Arg::Reg(to), Arg::Reg(reg)]);
        to
    }

    /// The carry flag: set if a byte is not zero.
    pub fn carry(&mut self, c: Value) {
        let byte = self.byte(c);
        self.put(Op::CmpI, Size::S32, &[Arg::Reg(byte), Arg::Imm(1)]);
    }

    /// The carry flag: set if a byte is zero, as after a difference without a borrow.
    pub fn borrow(&mut self, c: Value) {
        let byte = self.byte(c);
        let args = [super::build::ZERO, Arg::Reg(byte), Arg::Imm(0), Arg::Imm(0)];
        self.put(Op::Cmp, Size::S32, &args);
    }
}
