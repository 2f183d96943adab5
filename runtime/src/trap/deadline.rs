//! Deadlines: Wasm code is stopped by a signal, and pays nothing for it.
//!
//! One thread of the process waits for the deadlines of all stores. When one has passed, it sends
//! [`SIGNAL`] to the thread that runs code of the store, and again until that has left the code.
//! The handler (see `call/signals.rs`) looks where the thread was interrupted. In Wasm code it
//! leaves the activation at once: between any two instructions of Wasm code the store is as whole
//! as at a trap, because all that takes several steps is done by builtins. Anywhere else it sets
//! the store's flag, and the code goes on; whoever returns to Wasm code (a host function, a
//! builtin) sees the flag and traps instead. A thread that was between the two, in a trampoline,
//! gets the next signal. Functions of WASI that wait for something wait for the deadline too.
//!
//! Chosen by measuring a loop that sums over memory: a load and a test of a flag in each loop
//! costs it a quarter and more, a counter doubles it, and this nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::Error;
use crate::trap::Trap;

/// The signal; who does not expect it does not notice it, and the default is to ignore it.
pub(crate) const SIGNAL: libc::c_int = libc::SIGURG;

/// The time between two signals to the same thread, at first; it doubles each time.
const AGAIN: Duration = Duration::from_millis(1);
/// The longest time between two signals.
const AGAIN_MOST: Duration = Duration::from_millis(64);

/// The deadline of a store.
#[derive(Debug)]
pub(crate) struct Watch {
    shared: Arc<Shared>,
    number: u64,
    /// When it passes; never, if the clock cannot express it.
    time: Option<Instant>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The thread that runs code of the store, as the kernel numbers it, or 0.
    thread: AtomicUsize,
    passed: AtomicBool,
}

#[derive(Default)]
struct Timers {
    running: bool,
    next: u64,
    /// By the time of the next signal and a number that makes it unique.
    waiting: BTreeMap<(Instant, u64), (Arc<Shared>, Duration)>,
    /// Where each is in `waiting`.
    times: BTreeMap<u64, Instant>,
}

static TIMERS: Mutex<Option<Timers>> = Mutex::new(None);
static CHANGED: Condvar = Condvar::new();

fn timers() -> MutexGuard<'static, Option<Timers>> {
    // Nothing panics while it holds the lock.
    TIMERS.lock().unwrap_or_else(|poison| poison.into_inner())
}

impl Watch {
    /// Begins to watch a store that no thread runs.
    pub fn start(after: Duration) -> Result<Arc<Self>, Error> {
        let shared = Arc::<Shared>::default();
        let mut guard = timers();
        let timers = guard.get_or_insert_default();
        if !timers.running {
            let thread = std::thread::Builder::new().name("windlass-deadlines".to_string());
            thread.spawn(wait).map_err(|error| {
                Error::new(error).context("no thread that waits for deadlines could be started")
            })?;
            timers.running = true;
        }
        let number = timers.next;
        timers.next += 1;
        // A deadline that the clock cannot express never comes.
        let time = Instant::now().checked_add(after);
        if let Some(time) = time {
            timers.waiting.insert((time, number), (shared.clone(), AGAIN));
            timers.times.insert(number, time);
            CHANGED.notify_one();
        }
        Ok(Arc::new(Self { shared, number, time }))
    }

    /// Says that this thread is about to run code of the store; which one did before.
    pub fn enter(&self) -> Result<usize, Error> {
        let before = self.shared.thread.swap(thread_number(), Ordering::SeqCst);
        // The order of the two makes sure that the thread is seen, or the deadline is.
        if self.shared.passed.load(Ordering::SeqCst) {
            self.leave(before);
            return Err(Error::new(Trap::Interrupted));
        }
        Ok(before)
    }

    /// Takes back what [`Self::enter`] said.
    pub fn leave(&self, before: usize) {
        self.shared.thread.store(before, Ordering::SeqCst);
    }

    /// When it passes, for host functions that wait.
    pub fn time(&self) -> Option<Instant> {
        self.time
    }

    /// Says that it has passed, as a host function found out that waited for it.
    pub fn pass(&self) {
        self.shared.passed.store(true, Ordering::SeqCst);
    }

    /// Whether the deadline has passed.
    pub fn passed(&self) -> bool {
        self.shared.passed.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut guard = timers();
        let timers = guard.get_or_insert_default();
        if let Some(time) = timers.times.remove(&self.number) {
            timers.waiting.remove(&(time, self.number));
        }
    }
}

/// The number of this thread in the kernel.
fn thread_number() -> usize {
    thread_local! {
        static NUMBER: usize = rustix::thread::gettid().as_raw_nonzero().get() as usize;
    }
    NUMBER.with(|number| *number)
}

/// What the waiting thread does for ever.
fn wait() {
    let mut guard = timers();
    loop {
        let now = Instant::now();
        let timers = guard.get_or_insert_default();
        let Some((&(time, number), _)) = timers.waiting.first_key_value() else {
            guard = CHANGED.wait(guard).unwrap_or_else(|poison| poison.into_inner());
            continue;
        };
        if time > now {
            let waited = CHANGED.wait_timeout(guard, time - now);
            guard = waited.unwrap_or_else(|poison| poison.into_inner()).0;
            continue;
        }
        let Some(((_, _), (shared, again))) = timers.waiting.pop_first() else { continue };
        shared.passed.store(true, Ordering::SeqCst);
        let thread = shared.thread.load(Ordering::SeqCst);
        if thread == 0 {
            // Whoever enters from now on sees that it has passed.
            timers.times.remove(&number);
            continue;
        }
        // SAFETY: a signal to a thread of this process, whose handler is ours, or nobody's if the
        // thread has ended; then the call fails.
        unsafe {
            libc::syscall(libc::SYS_tgkill, libc::getpid(), thread as libc::pid_t, SIGNAL);
        }
        let next = now + again;
        timers.waiting.insert((next, number), (shared, (again * 2).min(AGAIN_MOST)));
        timers.times.insert(number, next);
    }
}
