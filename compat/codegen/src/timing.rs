//! Where the time of compilation goes: what is told to the profiler of a thread.
//!
//! The core tells the names of its passes; here they get the names that clients know. A thread
//! without a profiler counts nothing.

use core::any::Any;
use core::cell::RefCell;
use core::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};
use windlass_core::timing::set_thread_observer;

macro_rules! passes {
    ($($name:ident $description:literal $doc:literal;)*) => {
        /// What a profiler is told of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(non_camel_case_types, reason = "passes are named as their functions")]
        pub enum Pass {
            $(#[doc = $doc] $name,)*
            /// Nothing of the above.
            None,
        }

        const ALL: &[Pass] = &[$(Pass::$name),*];

        /// How many passes there are.
        pub const NUM_PASSES: usize = Pass::None as usize;

        impl Pass {
            /// What the pass does.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $description,)*
                    Self::None => "<no pass>",
                }
            }
        }

        impl fmt::Display for Pass {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.description())
            }
        }

        $(
            #[doc = concat!($doc, " This starts it; it ends when the token is dropped.")]
            pub fn $name() -> Box<dyn Any> {
                start_pass(Pass::$name)
            }
        )*
    };
}

// Those that the core does not start are for clients, who time their own work by them.
passes! {
    process_file "Processing a test file" "Reading and running a test file.";
    parse_text "Parsing text" "Reading functions.";
    wasm_translate_module "Translating a Wasm module" "Translating a module.";
    wasm_translate_function "Translating a Wasm function" "Translating a function.";
    verifier "Verifying the IR" "Verification.";
    compile "Compiling" "Everything from the IR to bytes.";
    try_incremental_cache "Looking a function up in a cache" "Looking into a cache.";
    store_incremental_cache "Storing a function in a cache" "Storing into a cache.";
    flowgraph "Control flow graph" "The control flow graph.";
    domtree "Dominator tree" "The dominator tree.";
    loop_analysis "Loop analysis" "The loops.";
    preopt "Simplifications first" "Simplifications before others.";
    egraph "Simplification" "Simplification of pure operations.";
    gvn "Common operations" "Sharing of equal operations.";
    licm "Moving out of loops" "Moving operations out of loops.";
    unreachable_code "Removing unreachable blocks" "Removal of unreachable blocks.";
    remove_constant_phis "Removing block parameters" "Removal of parameters.";
    vcode_lower "Lowering to machine instructions" "Lowering.";
    vcode_emit "Emission of code" "Emission.";
    vcode_emit_finish "Fixing up code" "The end of emission.";
    regalloc "Register allocation" "Register allocation.";
    regalloc_checker "Checking the registers" "The checker of register allocation.";
    layout_renumber "Renumbering the layout" "Renumbering of the layout.";
    canonicalize_nans "Canonical NaNs" "Canonical NaNs.";
}

/// What is told when passes begin and end, in its thread.
pub trait Profiler {
    /// A pass begins; it ends when what is returned is dropped.
    fn start_pass(&self, pass: Pass) -> Box<dyn Any>;
}

thread_local! {
    static PROFILER: RefCell<Option<Rc<dyn Profiler>>> = const { RefCell::new(None) };
    static TIMES: RefCell<PassTimes> = RefCell::default();
}

/// As a profiler, hands on to a shared one: what was set is given back although a pass may still
/// be using it.
struct Shared(Rc<dyn Profiler>);

impl Profiler for Shared {
    fn start_pass(&self, pass: Pass) -> Box<dyn Any> {
        self.0.start_pass(pass)
    }
}

/// Sets the profiler of this thread; returns the one before.
pub fn set_thread_profiler(new_profiler: Box<dyn Profiler>) -> Box<dyn Profiler> {
    set_thread_observer(Some(|name| start_pass(named(name))));
    match PROFILER.replace(Some(Rc::from(new_profiler))) {
        Some(old) => Box::new(Shared(old)),
        None => Box::new(DefaultProfiler),
    }
}

/// Tells the thread's profiler that a pass begins.
pub fn start_pass(pass: Pass) -> Box<dyn Any> {
    match PROFILER.with_borrow(|profiler| profiler.clone()) {
        Some(profiler) => profiler.start_pass(pass),
        None => Box::new(()),
    }
}

/// What clients call a pass of the core.
fn named(pass: &str) -> Pass {
    match pass {
        "compile" => Pass::compile,
        "verifier" => Pass::verifier,
        "analyses" => Pass::domtree,
        "unreachable" => Pass::unreachable_code,
        "simplify" => Pass::egraph,
        "nans" => Pass::canonicalize_nans,
        "params" => Pass::remove_constant_phis,
        // Clients count what brings the IR into the machine's operations as lowering.
        "legalize" | "lower" => Pass::vcode_lower,
        "regalloc" => Pass::regalloc,
        "emit" => Pass::vcode_emit,
        _ => Pass::None,
    }
}

/// Counts the time of each pass, passes inside it included, for [`take_current`].
pub struct DefaultProfiler;

impl Profiler for DefaultProfiler {
    fn start_pass(&self, pass: Pass) -> Box<dyn Any> {
        Box::new(Token { pass, start: Instant::now() })
    }
}

struct Token {
    pass: Pass,
    start: Instant,
}

impl Drop for Token {
    fn drop(&mut self) {
        let time = self.start.elapsed();
        TIMES.with_borrow_mut(|times| {
            if let Some((sum, runs)) = times.passes.get_mut(self.pass as usize) {
                *sum += time;
                *runs += 1;
            }
        });
    }
}

/// Times by pass.
#[derive(Clone, Debug, Default)]
pub struct PassTimes {
    /// Time and number of runs, by number of the pass.
    passes: [(Duration, u64); NUM_PASSES],
}

/// Takes the times of this thread so far and starts again from zero.
pub fn take_current() -> PassTimes {
    TIMES.take()
}

impl PassTimes {
    /// Adds the times of another.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.passes.iter_mut().zip(&other.passes) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }

    /// The sum.
    pub fn total(&self) -> Duration {
        self.passes.iter().map(|p| p.0).sum()
    }
}

impl fmt::Display for PassTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "   time (ms)      runs  pass")?;
        for (pass, (time, runs)) in ALL.iter().zip(&self.passes).filter(|(_, p)| p.1 > 0) {
            writeln!(f, "{:12.3} {runs:9}  {pass}", time.as_secs_f64() * 1e3)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_of_the_core_has_a_name() {
        for pass in windlass_core::passes::PASSES {
            assert_ne!(named(pass.name), Pass::None, "{}", pass.name);
        }
    }

    #[test]
    fn times_are_counted_where_a_profiler_counts_them() {
        drop(verifier());
        assert_eq!(take_current().passes[Pass::verifier as usize].1, 0);
        set_thread_profiler(Box::new(DefaultProfiler));
        drop(verifier());
        let times = take_current();
        assert_eq!(times.passes[Pass::verifier as usize].1, 1);
        assert!(times.to_string().contains("Verifying the IR"), "{times}");
    }
}
