//! What clients ask of a context, step by step. Each way leads through the table of passes.

use crate::analysis::{Analyses, AnalysisSet};
use crate::context::Context;
use crate::isa::TargetIsa;
use crate::passes::pass_by_name;
use crate::result::CodegenResult;
use crate::verify::Target;
use core::ops::{Deref, DerefMut};

/// Offsets of machine blocks, and edges between them.
pub type BlockLayout = (Vec<usize>, Vec<(usize, usize)>);

/// Control flow graph, dominator tree and loops are fields of a context for clients.
impl Deref for Context {
    type Target = Analyses;

    fn deref(&self) -> &Analyses {
        &self.analyses
    }
}

impl DerefMut for Context {
    fn deref_mut(&mut self) -> &mut Analyses {
        &mut self.analyses
    }
}

impl Context {
    /// Verifies the function if the settings say so.
    pub fn verify_if<'a, F: Into<Target<'a>>>(&'a self, target: F) -> CodegenResult<()> {
        let target = target.into();
        if target.flags.enable_verifier() {
            self.verify(target)?;
        }
        Ok(())
    }

    /// The function may have been changed since something was computed of it.
    fn compute(&mut self, wanted: AnalysisSet) {
        self.analyses.changed(AnalysisSet::NONE);
        self.analyses.compute(&self.func, wanted);
    }

    /// Computes the control flow graph.
    pub fn compute_cfg(&mut self) {
        self.compute(AnalysisSet::CFG);
    }

    /// Computes the dominator tree.
    pub fn compute_domtree(&mut self) {
        self.compute(AnalysisSet::DOMINATORS);
    }

    /// Computes the loops.
    pub fn compute_loop_analysis(&mut self) {
        self.compute(AnalysisSet::LOOPS);
    }

    /// Computes control flow graph and dominator tree.
    pub fn flowgraph(&mut self) {
        self.compute(AnalysisSet::DOMINATORS);
    }

    /// Runs one pass over the IR.
    fn run_pass<'a>(&'a mut self, name: &str, target: impl Into<Target<'a>>) -> CodegenResult<()> {
        let flags = target.into().flags;
        let number = pass_by_name(name).expect("the pass is in the table");
        self.run(flags, None, number..number + 1).map_err(|(error, _)| error)?;
        self.verify_if(flags)
    }

    /// Removes unreachable blocks.
    pub fn eliminate_unreachable_code<'a, F: Into<Target<'a>>>(
        &'a mut self,
        target: F,
    ) -> CodegenResult<()> {
        self.run_pass("unreachable", target)
    }

    /// Removes block parameters that always get the same value.
    pub fn remove_constant_phis<'a, F: Into<Target<'a>>>(
        &'a mut self,
        target: F,
    ) -> CodegenResult<()> {
        self.run_pass("params", target)
    }

    /// Brings the function into the form that code is made from. Builders and the reader make no
    /// other, so this only verifies it if the settings say so.
    pub fn legalize(&mut self, isa: &dyn TargetIsa) -> CodegenResult<()> {
        self.verify_if(isa)
    }

    /// Makes every NaN that the function computes the canonical one.
    pub fn canonicalize_nans(&mut self, isa: &dyn TargetIsa) -> CodegenResult<()> {
        self.run_pass("nans", isa)
    }

    /// Offsets of the machine blocks and the edges between them, if the settings asked for them.
    pub fn get_code_bb_layout(&self) -> Option<BlockLayout> {
        let code = self.compiled_code()?;
        let starts = code.bb_starts.iter().map(|&o| o as usize).collect();
        let edges = code.bb_edges.iter().map(|&(a, b)| (a as usize, b as usize)).collect();
        Some((starts, edges))
    }
}
