//! Faults on purpose: a test says which call to the system is to fail.
//!
//! The counter belongs to the thread, so that tests which run side by side do not disturb each
//! other. Without an [`Injection`] nothing fails and the cost is one thread-local load.

use std::cell::Cell;
use std::io;

/// The kinds of calls that can be made to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// Mappings and their protection.
    Map,
    /// Calls on files and directories.
    File,
    /// Looks at the deadline between two pieces of work: it has passed at the one that fails.
    Piece,
}

#[derive(Clone, Copy)]
struct State {
    kind: Call,
    /// How many calls of this kind succeed before one fails.
    left: u64,
    /// How many calls of this kind were made.
    seen: u64,
}

thread_local! {
    static STATE: Cell<Option<State>> = const { Cell::new(None) };
}

/// While it lives, one call of a kind fails on this thread.
#[derive(Debug)]
pub struct Injection(());

impl Injection {
    /// Makes the call fail that comes after `successes` calls of this kind. Only that one fails.
    pub fn after(kind: Call, successes: u64) -> Self {
        STATE.set(Some(State { kind, left: successes, seen: 0 }));
        Self(())
    }

    /// How many calls of the kind were made so far.
    pub fn seen(&self) -> u64 {
        STATE.get().map_or(0, |state| state.seen)
    }
}

impl Drop for Injection {
    fn drop(&mut self) {
        STATE.set(None);
    }
}

/// Fails if this call is the one that is to fail.
#[inline]
pub(crate) fn check(kind: Call) -> io::Result<()> {
    match STATE.get() {
        None => Ok(()),
        Some(state) => counted(kind, state),
    }
}

#[cold]
fn counted(kind: Call, mut state: State) -> io::Result<()> {
    if state.kind != kind {
        return Ok(());
    }
    let fails = state.left == state.seen;
    state.seen += 1;
    STATE.set(Some(state));
    if fails { Err(io::Error::from_raw_os_error(libc::ENOMEM)) } else { Ok(()) }
}
