//! Pure and trapping operations, drawn from the opcode table.
//!
//! What holds: every opcode with a meaning whose operands are scalars of the configured types is
//! drawn. What could trap is mostly kept from it by its operands. A result that may be a NaN whose
//! bits are open reaches operations that show bits only after it was made canonical.

use super::Generator;
use windlass_core::ir::types::{F32, F64, I8, I16};
use windlass_core::ir::{
    FloatCC, InstBuilder, InstructionData, IntCC, Opcode, OperandKind, TrapCode, Type, TypeExpr,
    TypeSet, Value, types,
};
use windlass_core::semantics::has_meaning;

/// The opcodes that are drawn: those with a meaning, value operands, and results.
fn drawn() -> impl Iterator<Item = Opcode> {
    Opcode::ALL.iter().copied().filter(|&op| {
        let info = op.info();
        has_meaning(op) && !op.is_terminator() && info.fixed_values > 0
    })
}

impl Generator<'_> {
    /// Puts one operation, after some tries none.
    pub(super) fn operation(&mut self) {
        let opcodes: Vec<_> = drawn().collect();
        for _ in 0..20 {
            let op = self.rng.pick(&opcodes);
            if let Some((ctrl, free)) = self.types_for(op) {
                return self.put(op, ctrl, free);
            }
        }
    }

    fn member(&mut self, set: TypeSet) -> Option<Type> {
        let fitting: Vec<_> =
            self.config.types.iter().copied().filter(|&ty| set.contains(ty)).collect();
        (!fitting.is_empty()).then(|| self.rng.pick(&fitting))
    }

    /// The controlling type and the free type for an opcode, if the configuration has them.
    fn types_for(&mut self, op: Opcode) -> Option<(Type, Option<Type>)> {
        let info = op.info();
        let ctrl = if info.is_polymorphic() { self.member(info.t)? } else { types::INVALID };
        let free = if info.u.is_empty() { None } else { Some(self.member(info.u)?) };
        let fits = match (op, free) {
            (Opcode::Iconcat, _) => {
                ctrl.double_width().is_some_and(|ty| self.config.types.contains(&ty))
            }
            (_, Some(u)) => info.takes(ctrl, u),
            _ => true,
        };
        (fits && (self.config.supports)(op, ctrl, free)).then_some((ctrl, free))
    }

    fn put(&mut self, op: Opcode, ctrl: Type, free: Option<Type>) {
        let mut data = InstructionData::new(op, ctrl);
        let mut number = 0;
        for &kind in op.info().operands() {
            match kind {
                OperandKind::Value(expr) => {
                    let ty = match expr {
                        TypeExpr::U => free,
                        TypeExpr::A => Some(types::I64),
                        other => other.eval(ctrl),
                    };
                    let Some(ty) = ty else { return };
                    let value = self.operand(op, ty);
                    data.args[number] = self.tame(op, number, ctrl, value);
                    number += 1;
                }
                OperandKind::IntCC => {
                    let cc = self.rng.pick(&IntCC::ALL);
                    data.set_operand(kind, cc as u32);
                }
                OperandKind::FloatCC => {
                    let cc = self.rng.pick(&FloatCC::ALL);
                    data.set_operand(kind, cc as u32);
                }
                OperandKind::TrapCode => {
                    let code = TrapCode::unwrap_user(self.rng.range(1, 250) as u8);
                    data.set_operand(kind, code.as_u8().into());
                }
                OperandKind::MemFlags => data.set_operand(kind, 0),
                _ => return,
            }
        }
        let inst = self.func.dfg.make_inst(data);
        self.func.dfg.make_inst_results(inst, ctrl);
        self.func.layout.append_inst(inst, self.block);
        for result in self.func.dfg.inst_results(inst).to_vec() {
            if op.makes_nans() {
                self.open.push(result);
                if self.rng.one_in(2) {
                    let result = self.without_nan(result);
                    self.offer(result);
                }
            } else {
                self.offer(result);
            }
        }
    }

    /// A value to operate on: where the operation does not show the bits of a NaN, also one whose
    /// bits are open.
    fn operand(&mut self, op: Opcode, ty: Type) -> Value {
        let hides = op.makes_nans()
            || matches!(op, Opcode::Fcmp | Opcode::FcvtToSintSat | Opcode::FcvtToUintSat);
        if hides && self.rng.one_in(2) {
            let dfg = &self.func.dfg;
            let last = self.open.iter().rev().find(|&&value| dfg.value_type(value) == ty);
            if let Some(&value) = last {
                return value;
            }
        }
        self.value(ty)
    }

    /// The value, or the canonical NaN where it is a NaN.
    pub(super) fn without_nan(&mut self, value: Value) -> Value {
        let ty = self.func.dfg.value_type(value);
        let nan = match ty {
            F32 => 0x7fc0_0000,
            F64 => 0x7ff8_0000_0000_0000,
            _ => return value,
        };
        let ordered = self.cursor().ins().fcmp(FloatCC::Ordered, value, value);
        let nan = self.constant_of(ty, nan);
        self.cursor().ins().select(ordered, value, nan)
    }

    /// Mostly keeps an operand from making the operation trap.
    fn tame(&mut self, op: Opcode, number: usize, ctrl: Type, value: Value) -> Value {
        if self.rng.one_in(24) {
            return value;
        }
        let ty = self.func.dfg.value_type(value);
        match (op, number) {
            (Opcode::Udiv | Opcode::Urem | Opcode::Srem, 1) | (Opcode::Trapz, 0) => {
                let one = self.constant_of(ty, 1);
                self.cursor().ins().bor(value, one)
            }
            (Opcode::Sdiv, 1) => {
                let positive = self.constant_of(ty, u128::MAX >> (129 - ty.bits()));
                let value = self.cursor().ins().band(value, positive);
                let one = self.constant_of(ty, 1);
                self.cursor().ins().bor(value, one)
            }
            (Opcode::Trapnz, 0) => {
                let zero = self.constant_of(ty, 0);
                self.cursor().ins().band(value, zero)
            }
            (Opcode::UaddOverflowTrap, _) => {
                let one = self.constant_of(I8, 1);
                self.cursor().ins().ushr(value, one)
            }
            (Opcode::FcvtToUint | Opcode::FcvtToSint, _) => {
                let narrow = if ctrl == I8 { I8 } else { I16 };
                let small = self.value(narrow);
                if op == Opcode::FcvtToSint {
                    self.cursor().ins().fcvt_from_sint(ty, small)
                } else {
                    self.cursor().ins().fcvt_from_uint(ty, small)
                }
            }
            _ => value,
        }
    }
}
