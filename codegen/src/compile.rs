//! Runs the passes over a function.
//!
//! The driver owns what no pass should: analyses, dumps, times, verification, and naming the pass
//! and the function when something fails or panics.

use crate::analysis::AnalysisSet;
use crate::dump::{Dump, Title};
use crate::ir::UserFuncName;
use crate::passes::{PASSES, PassContext, Scratch, Shows, pass_by_name};
use crate::result::CodegenError;
use crate::timing::{self, ANALYSES, Timer, Times};
use crate::verify::{self, verify_function};
use core::cell::Cell;
use core::fmt;
use core::ops::Range;

/// What is asked of compilations beside code: shared by the contexts, in any number of threads,
/// whose functions belong together.
#[derive(Default)]
pub struct Driver {
    dump: Option<Dump>,
    times: Option<Box<Times>>,
    /// A bit for each pass that is left out.
    disabled: u64,
}

impl Driver {
    /// Asks that functions are dumped behind this pass: those of these names or numbers, or all if
    /// none is given. Returns the names of all passes if there is none of this name.
    pub fn dump_after(
        &mut self,
        pass: &str,
        functions: &[String],
    ) -> Result<(), Vec<&'static str>> {
        let number =
            pass_by_name(pass).ok_or_else(|| PASSES.iter().map(|p| p.name).collect::<Vec<_>>())?;
        self.dump = Some(Dump::new(number, functions.to_vec()));
        Ok(())
    }

    /// Leaves a pass out. Returns the names of those that can be left out if it is none of them.
    pub fn disable(&mut self, pass: &str) -> Result<(), Vec<&'static str>> {
        match pass_by_name(pass).filter(|&number| PASSES[number].optional) {
            Some(number) => self.disabled |= 1 << number,
            None => return Err(PASSES.iter().filter(|p| p.optional).map(|p| p.name).collect()),
        }
        Ok(())
    }

    /// Measures how long each pass takes.
    pub fn take_times(&mut self) {
        self.times = Some(Box::default());
    }

    /// How long each pass took, as a table, if that is measured.
    pub fn times(&self) -> Option<String> {
        self.times.as_ref().map(|times| times.to_string())
    }

    /// Whether something is to be dumped, so that titles are of use.
    pub fn wants_titles(&self) -> bool {
        self.dump.is_some()
    }

    /// Why nothing was dumped so far although it was asked for, if that is so.
    pub fn unanswered(&self) -> Option<String> {
        self.dump.as_ref()?.unanswered()
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Driver")
    }
}

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

/// What one function asks for.
pub(crate) struct Wishes<'a> {
    pub driver: Option<&'a Driver>,
    pub title: Option<&'a Title>,
    /// Whether the listing of the machine code is kept.
    pub listing: bool,
    /// Whether passes run that the settings do not ask for.
    pub always: bool,
}

/// Runs the passes of a range of numbers; an error comes with the pass it comes from. What is known
/// of the function from before is not used: the caller may have changed it.
pub(crate) fn run_passes(
    cx: &mut PassContext<'_>,
    scratches: &mut [Scratch; PASSES.len()],
    range: Range<usize>,
    wishes: &Wishes<'_>,
) -> Result<(), (CodegenError, &'static str)> {
    let note =
        PanicNote { function: cx.func.name.clone(), pass: Cell::new(PASSES[range.start].name) };
    let (times, dump, disabled) = match wishes.driver {
        Some(driver) => (driver.times.as_deref(), driver.dump.as_ref(), driver.disabled),
        None => (None, None, 0),
    };
    let verify = cx.flags.enable_verifier();
    if verify && range.start == 0 {
        verify_ir(cx).map_err(|e| (e, "verifier"))?;
    }
    cx.analyses.changed(AnalysisSet::NONE);
    for n in range {
        let pass = &PASSES[n];
        let runs = wishes.always || (pass.enabled)(cx.flags) && disabled >> n & 1 == 0;
        if runs {
            note.pass.set(pass.name);
            if pass.needs != AnalysisSet::NONE {
                let _timer = Timer::start(times, ANALYSES);
                cx.analyses.compute(cx.func, pass.needs);
            }
            let changed = {
                let _timer = Timer::start(times, n);
                (pass.run)(cx, &mut scratches[n]).map_err(|e| (e, pass.name))?
            };
            if changed {
                cx.analyses.changed(pass.keeps);
                if verify {
                    verify_ir(cx).map_err(|e| (e, pass.name))?;
                }
            }
            if wishes.listing && pass.shows == Shows::Allocated {
                cx.out.vcode = Some(cx.machine.listing(cx.isa().target(), true, false));
            }
        }
        if let Some(dump) = dump {
            dump.after(cx, wishes.title, n, runs);
        }
    }
    Ok(())
}

fn verify_ir(cx: &PassContext<'_>) -> Result<(), CodegenError> {
    let _told = timing::tell("verifier");
    let target = cx.isa.map_or_else(|| verify::Target::from(cx.flags), verify::Target::from);
    Ok(verify_function(cx.func, target)?)
}

/// The numbers of the passes that work on the IR.
pub(crate) fn ir_passes() -> Range<usize> {
    0..pass_by_name(crate::passes::LAST_IR_PASS).expect("the pass exists") + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_knows_the_passes() {
        let mut driver = Driver::default();
        assert_eq!(driver.dump_after("no such pass", &[]).unwrap_err().len(), PASSES.len());
        assert!(!driver.wants_titles() && driver.unanswered().is_none());
        driver.dump_after("lower", &[]).unwrap();
        assert!(driver.unanswered().unwrap().contains("after `lower`"));
        let optional = driver.disable("lower").unwrap_err();
        assert!(!optional.contains(&"lower"));
        for pass in optional {
            driver.disable(pass).unwrap();
        }
    }
}
