//! Runs the passes over a function.
//!
//! The driver owns what no pass should: dumps, times, verification, and naming the pass and the
//! function when something fails or panics.

use crate::dump::{self, Title};
use crate::ir::UserFuncName;
use crate::passes::{PASSES, PassContext, Shows, pass_by_name};
use crate::result::CodegenError;
use crate::timing::{self, Timer};
use core::cell::Cell;
use core::ops::Range;

/// Names the pass and the function where a panic goes through.
struct PanicNote {
    function: UserFuncName,
    pass: Cell<&'static str>,
}

impl Drop for PanicNote {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("panic in pass `{}`, function {}", self.pass.get(), self.function);
        }
    }
}

/// Runs the passes of a range of numbers; an error comes with the pass it comes from.
pub(crate) fn run_passes(
    cx: &mut PassContext<'_>,
    range: Range<usize>,
    want_listing: bool,
    title: Option<&Title>,
) -> Result<(), (CodegenError, &'static str)> {
    let note =
        PanicNote { function: cx.func.name.clone(), pass: Cell::new(PASSES[range.start].name) };
    let verify = cx.isa.flags().enable_verifier();
    if verify && range.start == 0 {
        verify_ir(cx).map_err(|e| (e, "verifier"))?;
    }
    for n in range {
        let pass = &PASSES[n];
        if !(pass.enabled)(cx.isa) {
            dump::after(cx, title, n, false);
            continue;
        }
        note.pass.set(pass.name);
        {
            let _timer = Timer::start(n);
            (pass.run)(cx).map_err(|e| (e, pass.name))?;
        }
        if verify && pass.changes_ir {
            verify_ir(cx).map_err(|e| (e, pass.name))?;
        }
        if want_listing && pass.shows == Shows::Allocated {
            cx.out.vcode = Some(cx.machine.listing(cx.isa.target(), true, false));
        }
        dump::after(cx, title, n, true);
    }
    Ok(())
}

fn verify_ir(cx: &PassContext<'_>) -> Result<(), CodegenError> {
    let _told = timing::tell("verifier");
    Ok(crate::verify::verify_function(cx.func, cx.isa)?)
}

/// The numbers of the passes that work on the IR.
pub(crate) fn ir_passes() -> Range<usize> {
    0..pass_by_name(crate::passes::LAST_IR_PASS).expect("the pass exists") + 1
}
