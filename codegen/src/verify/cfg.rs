//! Blocks, terminators, and the targets of branches.

use super::{Verifier, VerifierError, VerifierErrors, report};
use crate::analysis::dominator_tree::DominatorTree;
use crate::analysis::flowgraph::ControlFlowGraph;
use crate::ir::entities::{AnyEntity, Block, Inst};
use crate::ir::opcodes::OperandKind;

impl Verifier<'_> {
    /// Whether every branch has targets that exist: only then is there a graph.
    pub(super) fn all_targets_exist(&self) -> bool {
        let func = self.func;
        func.layout.blocks().filter_map(|block| func.layout.last_inst(block)).all(|inst| {
            let data = &func.dfg[inst];
            let tables = data.opcode.info().operands().iter().all(|kind| match kind {
                OperandKind::JumpTable => func.dfg.jump_tables.is_valid(data.jump_table()),
                OperandKind::ExceptionTable => {
                    func.dfg.exception_tables.is_valid(data.exception_table_ref())
                }
                _ => true,
            });
            tables
                && func.dfg.branch_targets(inst).iter().all(|call| self.block_exists(call.target()))
        })
    }

    fn block_exists(&self, block: Block) -> bool {
        self.func.dfg.block_is_valid(block) && self.func.layout.is_block_inserted(block)
    }

    /// The entry block takes the parameters of the function.
    pub(super) fn entry_block(&self, errors: &mut VerifierErrors) {
        let func = self.func;
        let Some(entry) = func.layout.entry_block() else {
            return;
        };
        if func.layout.is_cold(entry) {
            report(errors, entry, "the entry block cannot be cold");
        }
        let (params, expected) = (func.dfg.block_params(entry), &func.signature.params);
        if params.len() != expected.len() {
            let message = format!(
                "the entry block has {} parameters, the signature of the function {}",
                params.len(),
                expected.len()
            );
            report(errors, entry, message);
            return;
        }
        for (n, (&param, expected)) in params.iter().zip(expected).enumerate() {
            let found = func.dfg.value_type(param);
            if found != expected.value_type {
                let message = format!(
                    "parameter {n} of the entry block, {param}, has type {found}: the signature \
                     has {}",
                    expected.value_type
                );
                report(errors, entry, message);
            }
        }
    }

    /// A block is not empty and ends in a terminator. Of one that has its terminator before the end
    /// that is what is reported.
    pub(super) fn block(&self, block: Block, errors: &mut VerifierErrors) {
        let ends = |inst: Inst| self.func.dfg[inst].opcode.is_terminator();
        match self.func.layout.last_inst(block) {
            None => report(errors, block, format!("{block} is empty: it must end in a terminator")),
            Some(inst) if !ends(inst) && !self.func.layout.block_insts(block).any(ends) => {
                let opcode = self.func.dfg[inst].opcode;
                let message = format!("{block} ends in {opcode}, which is not a terminator");
                report(errors, block, message);
            }
            Some(_) => {}
        }
    }

    /// Terminators stand only at the end.
    pub(super) fn placement(&self, block: Block, inst: Inst, errors: &mut VerifierErrors) {
        let opcode = self.func.dfg[inst].opcode;
        if opcode.is_terminator() && self.func.layout.last_inst(block) != Some(inst) {
            let message = format!("the terminator {opcode} is not the last instruction of {block}");
            report(errors, inst, message);
        }
    }

    /// Targets are in the layout and not the entry; arguments are those that the targets take.
    pub(super) fn branch(&self, inst: Inst, errors: &mut VerifierErrors) {
        let func = self.func;
        for (n, call) in func.dfg.branch_targets(inst).iter().enumerate() {
            let block = call.target();
            if !self.block_exists(block) {
                self.at(inst, format!("{block} is not defined"), errors);
            } else if func.layout.entry_block() == Some(block) {
                self.at(inst, format!("{block} is the entry block: nothing can go there"), errors);
            } else {
                self.block_args(inst, n, call, errors);
            }
            if errors.is_full() {
                return;
            }
        }
    }

    /// Differences between the edges of the function and those that were computed before.
    pub(super) fn stale_edges(&self, cfg: &ControlFlowGraph) -> Option<VerifierError> {
        let (fresh, _) = self.graph.as_ref()?;
        let differs = |&block: &Block| {
            cfg.succs(block) != fresh.succs(block) || cfg.preds(block) != fresh.preds(block)
        };
        self.func
            .layout
            .blocks()
            .find(differs)
            .map(|block| stale(block.into(), "the control flow graph is not that of the function"))
    }

    /// Differences between the dominators of the function and those that were computed before.
    pub(super) fn stale_dominators(&self, domtree: &DominatorTree) -> Option<VerifierError> {
        let (_, fresh) = self.graph.as_ref()?;
        let differs = |&block: &Block| {
            domtree.idom(block) != fresh.idom(block)
                || domtree.is_reachable(block) != fresh.is_reachable(block)
        };
        self.func
            .layout
            .blocks()
            .find(differs)
            .map(|block| stale(block.into(), "the dominator tree is not that of the function"))
    }
}

fn stale(location: AnyEntity, message: &str) -> VerifierError {
    VerifierError { location, context: None, message: format!("{message}: compute it anew") }
}
