//! What must hold of a function before it is compiled.
//!
//! All errors of a function are collected in one report. An instruction that names something
//! that does not exist is checked no further; an error in one place does not hide errors in
//! others. Dominance is checked only where control can get to. The time is linear in the size of
//! the function. A function built by any sequence of calls of the builder can be verified; nothing
//! here panics on wrong input.
//!
//! One file per concern: `entities` (preamble and references), `cfg` (blocks and terminators),
//! `ssa` (definitions and uses), `types` (the rows of the opcode table), `calls` (arguments and
//! signatures), `immediates` (what single opcodes ask for).

#![allow(clippy::result_unit_err, reason = "a step only says whether the report is empty")]

mod calls;
mod cfg;
mod entities;
mod error;
mod immediates;
mod ssa;
mod types;

pub use error::{
    VerifierError, VerifierErrors, VerifierResult, VerifierStepResult, pretty_verifier_error,
};

use crate::analysis::dominator_tree::DominatorTree;
use crate::analysis::flowgraph::ControlFlowGraph;
use crate::ir::entities::{AnyEntity, Inst};
use crate::ir::{Function, Type};
use crate::settings::Flags;

/// What a function is verified for.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The shared settings.
    pub flags: &'a Flags,
    /// The type of pointers, if the machine is known.
    pub pointer_type: Option<Type>,
}

impl<'a> From<&'a Flags> for Target<'a> {
    fn from(flags: &'a Flags) -> Self {
        Self { flags, pointer_type: None }
    }
}

/// Verifies a function, with what the settings or the machine demand.
pub fn verify_function<'a>(
    func: &'a Function,
    target: impl Into<Target<'a>>,
) -> VerifierResult<()> {
    let mut errors = VerifierErrors::default();
    let _ = Verifier::new(func, target.into()).run(&mut errors);
    errors.into()
}

/// Verifies a function and the analyses that were computed of it.
pub fn verify_context<'a>(
    func: &'a Function,
    cfg: &ControlFlowGraph,
    domtree: &DominatorTree,
    target: impl Into<Target<'a>>,
    errors: &mut VerifierErrors,
) -> VerifierStepResult {
    let verifier = Verifier::new(func, target.into());
    verifier.run(errors)?;
    let mut stale = Vec::new();
    if cfg.is_valid() {
        stale.extend(verifier.stale_edges(cfg));
    }
    if domtree.is_valid() {
        stale.extend(verifier.stale_dominators(domtree));
    }
    stale.into_iter().for_each(|error| errors.report(error));
    errors.as_result()
}

/// The verifier of one function.
pub struct Verifier<'a> {
    func: &'a Function,
    target: Target<'a>,
    /// Edges and dominators, where all branches have targets.
    graph: Option<(ControlFlowGraph, DominatorTree)>,
}

impl<'a> Verifier<'a> {
    /// A verifier for `func`.
    pub fn new(func: &'a Function, target: impl Into<Target<'a>>) -> Self {
        let mut verifier = Self { func, target: target.into(), graph: None };
        if verifier.all_targets_exist() {
            let cfg = ControlFlowGraph::with_function(func);
            let domtree = DominatorTree::with_function(func, &cfg);
            verifier.graph = Some((cfg, domtree));
        }
        verifier
    }

    /// Checks everything and adds the errors to the report.
    pub fn run(&self, errors: &mut VerifierErrors) -> VerifierStepResult {
        self.globals(errors);
        self.alias_regions(errors);
        self.entry_block(errors);
        self.signatures(errors);
        for block in self.func.layout.blocks() {
            self.block(block, errors);
            for inst in self.func.layout.block_insts(block) {
                if errors.is_full() {
                    return Err(());
                }
                self.placement(block, inst, errors);
                if self.references(inst, errors) && self.uses(inst, errors) {
                    self.inst_types(inst, errors);
                    self.call(inst, errors);
                    self.branch(inst, errors);
                    self.immediates(inst, errors);
                }
            }
        }
        errors.as_result()
    }

    /// Reports an error at an instruction, which is printed with it.
    fn at(&self, inst: Inst, message: impl Into<String>, errors: &mut VerifierErrors) {
        let context = error::clipped(&self.func.dfg.display_inst(inst));
        errors.report(VerifierError {
            location: inst.into(),
            context: Some(context),
            message: message.into(),
        });
    }
}

/// Reports an error at an entity.
fn report(errors: &mut VerifierErrors, location: impl Into<AnyEntity>, message: impl Into<String>) {
    errors.report(VerifierError {
        location: location.into(),
        context: None,
        message: message.into(),
    });
}
