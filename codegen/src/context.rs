//! A function on its way through the compiler, and everything that the next function can use again.
//!
//! Keep one `Context` per thread and clear it between functions: the next function is then compiled
//! in the memory of the one before. The register allocator alone allocates its own.

use crate::analysis::Analyses;
use crate::compile::{Driver, Wishes, ir_passes, run_passes};
use crate::control::ControlPlane;
use crate::dump::Title;
use crate::ir::Function;
use crate::isa::TargetIsa;
use crate::machine::CompiledCode;
use crate::machine::pipeline::MachineContext;
use crate::passes::{PASSES, PassContext, Scratch};
use crate::result::{CodegenError, CodegenResult, CompileError, CompileResult};
use crate::settings::Flags;
use crate::timing;
use crate::verify::{self, VerifierResult};
use core::ops::Range;
use std::sync::Arc;

/// A function, what is known of it, and its code.
#[derive(Default)]
pub struct Context {
    /// The function.
    pub func: Function,
    pub(crate) analyses: Analyses,
    scratches: [Scratch; PASSES.len()],
    /// Whether the listing of the machine code is kept.
    pub want_disasm: bool,
    /// What the function is called in dumps, if not by its name. Of use where
    /// [`Driver::wants_titles`].
    pub title: Option<Title>,
    /// What is asked of this and other contexts. `clear` leaves it.
    pub driver: Option<Arc<Driver>>,
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

    /// With an empty function, and this driver.
    pub fn with_driver(driver: Option<Arc<Driver>>) -> Self {
        Self { driver, ..Self::default() }
    }

    /// Forgets the function and its code, but keeps the memory.
    pub fn clear(&mut self) {
        self.func.clear();
        self.analyses.clear();
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

    /// Runs passes by their numbers. Those over the IR need no machine; without one, they run
    /// whatever the settings are.
    pub(crate) fn run(
        &mut self,
        flags: &Flags,
        isa: Option<&dyn TargetIsa>,
        range: Range<usize>,
    ) -> Result<(), (CodegenError, &'static str)> {
        self.code.vcode = None;
        let mut cx = PassContext {
            func: &mut self.func,
            analyses: &mut self.analyses,
            flags,
            isa,
            machine: &mut self.machine,
            out: &mut self.code,
        };
        let wishes = Wishes {
            driver: self.driver.as_deref(),
            title: self.title.as_ref(),
            listing: self.want_disasm,
            always: isa.is_none(),
        };
        run_passes(&mut cx, &mut self.scratches, range, &wishes)
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
        match self.run(isa.flags(), Some(isa), 0..PASSES.len()) {
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
        self.run(isa.flags(), Some(isa), ir_passes()).map_err(|(e, _)| e)
    }

    /// Verifies the function.
    pub fn verify<'a, F: Into<verify::Target<'a>>>(&'a self, target: F) -> VerifierResult<()> {
        verify::verify_function(&self.func, target)
    }
}
