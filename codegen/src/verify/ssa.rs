//! Definitions and uses of values: what is used is defined on every way to the use.

use super::{Verifier, VerifierErrors};
use crate::ir::ValueDef;
use crate::ir::entities::{Inst, Value};
use core::cmp::Ordering;

impl Verifier<'_> {
    /// Whether all values that the instruction uses exist; what does not dominate is reported.
    pub(super) fn uses(&self, inst: Inst, errors: &mut VerifierErrors) -> bool {
        let dfg = &self.func.dfg;
        let mut exist = true;
        for value in dfg.inst_values(inst) {
            match self.original(value) {
                Some(original) => self.dominates(inst, value, original, errors),
                None => {
                    exist = false;
                    super::report(errors, inst, format!("{value} is not defined"));
                }
            }
            if errors.is_full() {
                return false;
            }
        }
        exist
    }

    /// The value behind aliases, if there is one.
    fn original(&self, value: Value) -> Option<Value> {
        let dfg = &self.func.dfg;
        let mut at = value;
        for _ in 0..=dfg.num_values() {
            if !dfg.value_is_real(at) {
                return None;
            }
            match dfg.value_alias_dest_for_serialization(at) {
                Some(next) => at = next,
                None => return Some(at),
            }
        }
        None
    }

    fn dominates(&self, inst: Inst, value: Value, original: Value, errors: &mut VerifierErrors) {
        let func = self.func;
        let def = func.dfg.value_def(original);
        let def_block = match def {
            ValueDef::Result(def, _) => func.layout.inst_block(def),
            ValueDef::Param(block, _) => {
                Some(block).filter(|&block| func.layout.is_block_inserted(block))
            }
            ValueDef::Union(..) => None,
        };
        let Some(def_block) = def_block.filter(|_| func.dfg.value_is_attached(original)) else {
            let message = format!("{value} is used, but what defines it is not in the function");
            return self.at(inst, message, errors);
        };
        let (Some((_, domtree)), Some(block)) = (&self.graph, func.layout.inst_block(inst)) else {
            return;
        };
        if !domtree.is_reachable(block) {
            return;
        }
        let message = match def {
            ValueDef::Result(def, _) if def == inst => {
                format!("{value} is used by the instruction that defines it")
            }
            ValueDef::Result(def, _) if def_block == block => {
                if func.layout.inst_cmp(def, inst) == Ordering::Less {
                    return;
                }
                format!("{value} is used before its definition in {block}")
            }
            _ if domtree.block_dominates(def_block, block) => return,
            _ => format!(
                "{value} is defined in {def_block}, which not every way to {block} passes through"
            ),
        };
        self.at(inst, message, errors);
    }
}
