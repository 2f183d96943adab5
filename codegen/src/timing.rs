//! Where the time of compilation goes, by pass, summed over all threads.
//!
//! Off by default; a pass then costs one load of a flag.

use core::any::Any;
use core::cell::RefCell;
use core::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::passes::PASSES;

/// Room for more passes than there are.
const SLOTS: usize = 32;

static ENABLED: AtomicBool = AtomicBool::new(false);
static NANOS: [AtomicU64; SLOTS] = [const { AtomicU64::new(0) }; SLOTS];
static COUNTS: [AtomicU64; SLOTS] = [const { AtomicU64::new(0) }; SLOTS];

/// Starts counting.
pub fn enable() {
    ENABLED.store(true, Ordering::Relaxed);
}

/// Whether time is counted.
#[inline]
pub fn enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

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

// Those that nothing here starts are for clients, who time their own work by them.
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

/// The profiler of a thread that has no other: it is told nothing, because [`enable`] counts for
/// all threads.
pub struct DefaultProfiler;

impl Profiler for DefaultProfiler {
    fn start_pass(&self, _pass: Pass) -> Box<dyn Any> {
        Box::new(())
    }
}

thread_local! {
    static PROFILER: RefCell<Option<Rc<dyn Profiler>>> = const { RefCell::new(None) };
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
    match PROFILER.replace(Some(Rc::from(new_profiler))) {
        Some(old) => Box::new(Shared(old)),
        None => Box::new(DefaultProfiler),
    }
}

/// Tells the thread's profiler that a pass begins.
pub fn start_pass(pass: Pass) -> Box<dyn Any> {
    told(pass).unwrap_or_else(|| Box::new(()))
}

fn told(pass: Pass) -> Option<Box<dyn Any>> {
    let profiler = PROFILER.with_borrow(|profiler| profiler.clone())?;
    Some(profiler.start_pass(pass))
}

/// Under which of Cranelift's passes the time of a pass is shown.
fn interface_pass(name: &str) -> Pass {
    match name {
        "dominators" => Pass::domtree,
        "unreachable" => Pass::unreachable_code,
        "nans" => Pass::canonicalize_nans,
        "params" => Pass::remove_constant_phis,
        "lower" => Pass::vcode_lower,
        "regalloc" => Pass::regalloc,
        "emit" => Pass::vcode_emit,
        _ => Pass::None,
    }
}

/// Counts the time until it is dropped, for a pass by its number, and tells the profiler.
pub(crate) struct Timer {
    pass: usize,
    start: Option<Instant>,
    _told: Option<Box<dyn Any>>,
}

impl Timer {
    pub(crate) fn start(pass: usize) -> Self {
        let told = PROFILER
            .with_borrow(Option::is_some)
            .then(|| told(interface_pass(PASSES[pass].name)))
            .flatten();
        Timer { pass, start: enabled().then(Instant::now), _told: told }
    }

    /// Tells the profiler of what is not a pass of the driver.
    pub(crate) fn tell(pass: Pass) -> Option<Box<dyn Any>> {
        told(pass)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(start) = self.start {
            let nanos = start.elapsed().as_nanos() as u64;
            NANOS[self.pass % SLOTS].fetch_add(nanos, Ordering::Relaxed);
            COUNTS[self.pass % SLOTS].fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The times so far.
#[derive(Clone, Debug)]
pub struct PassTimes {
    /// Name, total time, and how often the pass ran.
    pub passes: Vec<(&'static str, Duration, u64)>,
}

/// Takes the times so far and starts again from zero.
pub fn take_current() -> PassTimes {
    let passes = PASSES.iter().enumerate().map(|(n, pass)| {
        let time = Duration::from_nanos(NANOS[n].swap(0, Ordering::Relaxed));
        (pass.name, time, COUNTS[n].swap(0, Ordering::Relaxed))
    });
    PassTimes { passes: passes.collect() }
}

impl PassTimes {
    /// Adds the times of another.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.passes.iter_mut().zip(&other.passes) {
            mine.1 += theirs.1;
            mine.2 += theirs.2;
        }
    }

    /// The sum.
    pub fn total(&self) -> Duration {
        self.passes.iter().map(|p| p.1).sum()
    }
}

impl fmt::Display for PassTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total().as_secs_f64().max(1e-9);
        writeln!(f, "   time (ms)   share      runs  pass")?;
        for (name, time, count) in &self.passes {
            let seconds = time.as_secs_f64();
            let (ms, share) = (seconds * 1e3, 100.0 * seconds / total);
            writeln!(f, "{ms:12.3} {share:6.1}% {count:9}  {name}")?;
        }
        writeln!(f, "{:12.3}  100.0%            total", total * 1e3)
    }
}
