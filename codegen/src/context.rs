//! A function on its way through the compiler, and everything that the next function can use again.
//!
//! Keep one `Context` per thread and clear it between functions: the next function is then compiled
//! in the memory of the one before. The register allocator alone allocates its own.

use crate::analysis::dominator_tree::DominatorTree;
use crate::analysis::flowgraph::ControlFlowGraph;
use crate::analysis::loop_analysis::LoopAnalysis;
use crate::compile::{ir_passes, run_passes};
use crate::control::ControlPlane;
use crate::dump::Title;
use crate::ir::Function;
use crate::isa::TargetIsa;
use crate::machine::CompiledCode;
use crate::machine::pipeline::MachineContext;
use crate::opt;
use crate::passes::{Analyses, PASSES, PassContext};
use crate::result::{CodegenError, CodegenResult, CompileError, CompileResult};
use crate::timing;
use crate::verify::{self, VerifierResult};

/// Offsets of machine blocks, and edges between them.
pub type BlockLayout = (Vec<usize>, Vec<(usize, usize)>);

/// A function, what is known of it, and its code.
#[derive(Default)]
pub struct Context {
    /// The function.
    pub func: Function,
    /// Its control flow graph, where something computed it.
    pub cfg: ControlFlowGraph,
    /// Its dominator tree, where something computed it.
    pub domtree: DominatorTree,
    /// Its loops, where something computed them.
    pub loop_analysis: LoopAnalysis,
    params: opt::params::Scratch,
    #[cfg(feature = "matchers")]
    simplifier: Option<opt::simplify::Simplifier>,
    /// Whether the listing of the machine code is kept.
    pub want_disasm: bool,
    /// What the function is called in dumps, if not by its name. Of use where
    /// [`crate::dump::is_on`].
    pub title: Option<Title>,
    machine: Box<MachineContext>,
    code: CompiledCode,
    has_code: bool,
    failed_pass: Option<&'static str>,
}

impl Context {
    /// With an empty function.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this function.
    pub fn for_function(func: Function) -> Self {
        Self { func, ..Self::default() }
    }

    /// Forgets the function and its code, but keeps the memory.
    pub fn clear(&mut self) {
        self.func.clear();
        self.cfg.clear();
        self.domtree.clear();
        self.loop_analysis.clear();
        self.has_code = false;
        self.failed_pass = None;
        self.want_disasm = false;
        self.title = None;
    }

    /// The code, after `compile`.
    pub fn compiled_code(&self) -> Option<&CompiledCode> {
        self.has_code.then_some(&self.code)
    }

    /// Takes the code out.
    pub fn take_compiled_code(&mut self) -> Option<CompiledCode> {
        core::mem::take(&mut self.has_code).then(|| core::mem::take(&mut self.code))
    }

    /// The pass in which the last compilation failed, if it did.
    pub fn failed_pass(&self) -> Option<&'static str> {
        self.failed_pass
    }

    /// Sets whether the listing of the machine code is kept.
    pub fn set_disasm(&mut self, on: bool) {
        self.want_disasm = on;
    }

    fn run(
        &mut self,
        isa: &dyn TargetIsa,
        range: core::ops::Range<usize>,
    ) -> Result<(), (CodegenError, &'static str)> {
        self.code.vcode = None;
        // Passes work on what is known as a whole.
        let mut analyses = Analyses {
            cfg: core::mem::take(&mut self.cfg),
            domtree: core::mem::take(&mut self.domtree),
            loops: core::mem::take(&mut self.loop_analysis),
            params: core::mem::take(&mut self.params),
            #[cfg(feature = "matchers")]
            simplifier: self.simplifier.take(),
        };
        let mut cx = PassContext {
            func: &mut self.func,
            analyses: &mut analyses,
            isa,
            machine: &mut self.machine,
            out: &mut self.code,
        };
        let result = run_passes(&mut cx, range, self.want_disasm, self.title.as_ref());
        Analyses {
            cfg: self.cfg,
            domtree: self.domtree,
            loops: self.loop_analysis,
            params: self.params,
            #[cfg(feature = "matchers")]
            simplifier: self.simplifier,
        } = analyses;
        result
    }

    /// Compiles the function.
    pub fn compile(
        &mut self,
        isa: &dyn TargetIsa,
        _ctrl_plane: &mut ControlPlane,
    ) -> CompileResult<'_, &CompiledCode> {
        let _told = timing::tell("compile");
        self.has_code = false;
        self.failed_pass = None;
        match self.run(isa, 0..PASSES.len()) {
            Ok(()) => {
                self.has_code = true;
                Ok(&self.code)
            }
            Err((inner, pass)) => {
                self.failed_pass = Some(pass);
                Err(CompileError { inner, func: &self.func })
            }
        }
    }

    /// Compiles the function and appends its bytes to `mem`.
    pub fn compile_and_emit(
        &mut self,
        isa: &dyn TargetIsa,
        mem: &mut Vec<u8>,
        ctrl_plane: &mut ControlPlane,
    ) -> CompileResult<'_, &CompiledCode> {
        let code = self.compile(isa, ctrl_plane)?;
        mem.extend_from_slice(code.code_buffer());
        Ok(code)
    }

    /// Runs the passes that work on the IR.
    pub fn optimize(
        &mut self,
        isa: &dyn TargetIsa,
        _ctrl_plane: &mut ControlPlane,
    ) -> CodegenResult<()> {
        self.run(isa, ir_passes()).map_err(|(e, _)| e)
    }

    /// Verifies the function.
    pub fn verify<'a, F: Into<verify::Target<'a>>>(&'a self, target: F) -> VerifierResult<()> {
        verify::verify_function(&self.func, target)
    }

    /// Verifies the function if the settings say so.
    pub fn verify_if<'a, F: Into<verify::Target<'a>>>(&'a self, target: F) -> CodegenResult<()> {
        let target = target.into();
        if target.flags.enable_verifier() {
            self.verify(target)?;
        }
        Ok(())
    }

    /// Computes the control flow graph.
    pub fn compute_cfg(&mut self) {
        self.cfg.compute(&self.func);
    }

    /// Computes the dominator tree from the control flow graph.
    pub fn compute_domtree(&mut self) {
        self.domtree.compute(&self.func, &self.cfg);
    }

    /// Computes the loops from both.
    pub fn compute_loop_analysis(&mut self) {
        self.loop_analysis.compute(&self.func, &self.cfg, &self.domtree);
    }

    /// Computes control flow graph and dominator tree.
    pub fn flowgraph(&mut self) {
        self.compute_cfg();
        self.compute_domtree();
        self.loop_analysis.clear();
    }

    /// Removes unreachable blocks; control flow graph and dominators must be computed.
    pub fn eliminate_unreachable_code<'a, F: Into<verify::Target<'a>>>(
        &'a mut self,
        target: F,
    ) -> CodegenResult<()> {
        if opt::unreachable::run(&mut self.func, &self.domtree) {
            self.flowgraph();
        }
        self.verify_if(target)
    }

    /// Removes block parameters that always get the same value.
    pub fn remove_constant_phis<'a, F: Into<verify::Target<'a>>>(
        &'a mut self,
        target: F,
    ) -> CodegenResult<()> {
        opt::params::run(&mut self.func, &mut self.params);
        self.verify_if(target)
    }

    /// Brings the function into the form that code is made from. Builders and the reader make no
    /// other, so this only verifies it if the settings say so.
    pub fn legalize(&mut self, isa: &dyn TargetIsa) -> CodegenResult<()> {
        self.verify_if(isa)
    }

    /// Makes every NaN that the function computes the canonical one.
    pub fn canonicalize_nans(&mut self, isa: &dyn TargetIsa) -> CodegenResult<()> {
        opt::nans::run(&mut self.func);
        self.verify_if(isa)
    }

    /// Runs the passes over the IR that need no machine.
    pub fn egraph_pass<'a, F: Into<verify::Target<'a>>>(
        &'a mut self,
        target: F,
        _ctrl_plane: &mut ControlPlane,
    ) -> CodegenResult<()> {
        self.flowgraph();
        opt::unreachable::run(&mut self.func, &self.domtree);
        self.flowgraph();
        self.remove_constant_phis(target)
    }

    /// Offsets of the machine blocks and the edges between them, if the settings asked for them.
    pub fn get_code_bb_layout(&self) -> Option<BlockLayout> {
        let code = self.compiled_code()?;
        let starts = code.bb_starts.iter().map(|&o| o as usize).collect();
        let edges = code.bb_edges.iter().map(|&(a, b)| (a as usize, b as usize)).collect();
        Some((starts, edges))
    }
}
