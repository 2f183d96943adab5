//! Where the time of compilation goes, by pass, summed over all threads.
//!
//! Off by default; a pass then costs one load of a flag.

use core::any::Any;
use core::cell::Cell;
use core::fmt;
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

/// Told the name of a pass when it begins; what it returns is dropped when the pass ends.
pub type Observer = fn(&'static str) -> Box<dyn Any>;

thread_local! {
    static OBSERVER: Cell<Option<Observer>> = const { Cell::new(None) };
}

/// Sets what is told of the passes that run in this thread.
pub fn set_thread_observer(observer: Option<Observer>) {
    OBSERVER.set(observer);
}

/// Tells the thread's observer that something begins.
pub(crate) fn tell(name: &'static str) -> Option<Box<dyn Any>> {
    OBSERVER.get().map(|observer| observer(name))
}

/// Counts the time until it is dropped, for a pass by its number, and tells the observer.
pub(crate) struct Timer {
    pass: usize,
    start: Option<Instant>,
    _told: Option<Box<dyn Any>>,
}

impl Timer {
    pub(crate) fn start(pass: usize) -> Self {
        Timer { pass, start: enabled().then(Instant::now), _told: tell(PASSES[pass].name) }
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
