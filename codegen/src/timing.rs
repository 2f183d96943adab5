//! Where the time of compilation goes, by pass, summed over all threads.
//!
//! Off by default; a pass then costs one load of a flag.

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

/// Counts the time until it is dropped, for a pass by its number.
pub(crate) struct Timer {
    pass: usize,
    start: Option<Instant>,
}

impl Timer {
    pub(crate) fn start(pass: usize) -> Self {
        Timer { pass, start: enabled().then(Instant::now) }
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
