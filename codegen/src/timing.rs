//! Where the time of compilation goes, by pass, and who is told that a pass begins.

use crate::passes::PASSES;
use core::any::Any;
use core::cell::Cell;
use core::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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

/// The number under which analyses are measured: behind those of the passes.
pub(crate) const ANALYSES: usize = PASSES.len();

/// What is measured under a number.
fn name(number: usize) -> &'static str {
    PASSES.get(number).map_or("analyses", |pass| pass.name)
}

/// Nanoseconds and number of runs, summed over all threads.
#[derive(Default)]
pub(crate) struct Times([(AtomicU64, AtomicU64); ANALYSES + 1]);

/// Counts the time until it is dropped, for a pass by its number, and tells the observer.
pub(crate) struct Timer<'a> {
    counted: Option<(&'a (AtomicU64, AtomicU64), Instant)>,
    _told: Option<Box<dyn Any>>,
}

impl<'a> Timer<'a> {
    pub(crate) fn start(times: Option<&'a Times>, number: usize) -> Self {
        let counted = times.map(|times| (&times.0[number], Instant::now()));
        Timer { counted, _told: tell(name(number)) }
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        if let Some(((nanos, runs), start)) = self.counted {
            nanos.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
            runs.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read = |(nanos, runs): &(AtomicU64, AtomicU64)| {
            let time = Duration::from_nanos(nanos.load(Ordering::Relaxed)).as_secs_f64();
            (time, runs.load(Ordering::Relaxed))
        };
        let total: f64 = self.0.iter().map(|of| read(of).0).sum();
        writeln!(f, "   time (ms)   share      runs  pass")?;
        for (number, of) in self.0.iter().enumerate() {
            let (seconds, runs) = read(of);
            let (ms, share) = (seconds * 1e3, 100.0 * seconds / total.max(1e-9));
            writeln!(f, "{ms:12.3} {share:6.1}% {runs:9}  {}", name(number))?;
        }
        writeln!(f, "{:12.3}  100.0%            total", total * 1e3)
    }
}
