//! Types of operands and results, by the rows of the opcode table.

use core::cmp::Ordering;

use super::{Verifier, VerifierErrors};
use crate::ir::entities::Inst;
use crate::ir::opcodes::{Control, OperandKind, TypeExpr, TypeSet};
use crate::ir::{Opcode, Type};

impl Verifier<'_> {
    /// Controlling type, operands and results have the types of the row.
    pub(super) fn inst_types(&self, inst: Inst, errors: &mut VerifierErrors) {
        let dfg = &self.func.dfg;
        let data = &dfg[inst];
        let info = data.opcode.info();
        let ctrl = data.ctrl_type;
        if info.is_polymorphic() && !info.t.contains(ctrl) {
            let message = format!("{} is not defined for type {ctrl}", info.name);
            return self.at(inst, message, errors);
        }
        let kinds = info.all_operands.iter().zip(info.operand_names);
        let values = kinds.filter_map(|(kind, name)| match kind {
            OperandKind::Value(expr) => Some((*expr, *name)),
            _ => None,
        });
        let args = dfg.inst_args(inst);
        for (n, ((expr, name), &arg)) in values.zip(args).enumerate() {
            let found = dfg.value_type(arg);
            if let Some(expected) = self.operand_error(data.opcode, ctrl, expr, name, found) {
                let message = format!("operand {n}, {arg}, has type {found}: expected {expected}");
                self.at(inst, message, errors);
            }
        }
        // An address that is called is the first of its list.
        if let (true, Control::Operand(_), [callee, ..]) = (info.has_list, info.control, args)
            && dfg.value_type(*callee) != ctrl
        {
            let found = dfg.value_type(*callee);
            let message = format!("the callee {callee} has type {found}: expected {ctrl}");
            self.at(inst, message, errors);
        }
        self.result_types(inst, errors);
    }

    /// What type was expected of an operand, if not the one found.
    fn operand_error(
        &self,
        opcode: Opcode,
        ctrl: Type,
        expr: TypeExpr,
        name: &str,
        found: Type,
    ) -> Option<String> {
        // The table names addresses of memory accesses `p`.
        if name == "p"
            && let Some(pointer) = self.target.pointer_type
            && found != pointer
        {
            return Some(format!("the pointer type {pointer}"));
        }
        match expr {
            TypeExpr::U => {
                let info = opcode.info();
                (!info.takes(ctrl, found)).then(|| match info.width_of_u() {
                    _ if !info.u.contains(found) => "another kind of type".to_string(),
                    Some(Ordering::Less) => format!("a type narrower than {ctrl}"),
                    Some(Ordering::Greater) => format!("a type wider than {ctrl}"),
                    _ => format!("a type as wide as {ctrl}"),
                })
            }
            TypeExpr::A => (!TypeSet::ADDR.contains(found)).then(|| "i32 or i64".to_string()),
            _ => match expr.eval(ctrl) {
                Some(expected) => (expected != found).then(|| expected.to_string()),
                None => Some(format!("a type that can be derived from {ctrl}")),
            },
        }
    }

    fn result_types(&self, inst: Inst, errors: &mut VerifierErrors) {
        let dfg = &self.func.dfg;
        let ctrl = dfg[inst].ctrl_type;
        let results = dfg.inst_results(inst);
        let expected = match dfg.call_signature(inst) {
            Some(_) if dfg[inst].opcode.is_terminator() => 0,
            Some(sig) => dfg.signatures[sig].returns.len(),
            None => dfg[inst].opcode.info().results.len(),
        };
        if results.len() != expected {
            let message = format!("{} results are defined: expected {expected}", results.len());
            return self.at(inst, message, errors);
        }
        for (n, &result) in results.iter().enumerate() {
            let found = dfg.value_type(result);
            match dfg.result_type(inst, ctrl, n) {
                Some(expected) if expected == found => {}
                Some(expected) => {
                    let message =
                        format!("result {n}, {result}, has type {found}: expected {expected}");
                    self.at(inst, message, errors);
                }
                None => {
                    let message = format!("result {n} cannot have a type derived from {ctrl}");
                    self.at(inst, message, errors);
                }
            }
        }
    }
}
