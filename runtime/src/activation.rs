//! Activations: the calls from the host into Wasm that are under way on a thread, innermost first.

use std::cell::Cell;
use std::ptr;

use windlass_core::ir::TrapCode;

use crate::store::StoreOpaque;

/// A call from the host into Wasm that is under way.
#[repr(C)]
#[derive(Debug)]
pub struct Activation {
    /// Where [`crate::arch::resume`] goes on; noted by [`crate::arch::enter`].
    pub stack_pointer: usize,
    /// The next outer activation of this thread.
    pub outer: *mut Activation,
    /// The store whose code runs.
    pub store: *mut StoreOpaque,
    /// The exit frame of the next outer activation of the same store, while this one runs.
    pub outer_exit_fp: usize,
    /// What happened, if the code was left by a trap.
    pub fault: Cell<Option<Fault>>,
}

/// A trap, as the signal handler notes it.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Why.
    pub code: TrapCode,
    /// The instruction that trapped.
    pub pc: usize,
    /// The frame pointer there.
    pub fp: usize,
    /// The stack pointer there.
    pub sp: usize,
}

thread_local! {
    static CURRENT: Cell<*mut Activation> = const { Cell::new(ptr::null_mut()) };
}

/// The innermost activation of this thread, or null.
pub fn current() -> *mut Activation {
    CURRENT.get()
}

/// Makes an activation the innermost until the guard is dropped.
#[derive(Debug)]
pub struct Entered {
    outer: *mut Activation,
}

impl Entered {
    /// Enters. The activation must outlive the guard.
    pub fn new(activation: &mut Activation) -> Self {
        let outer = CURRENT.get();
        activation.outer = outer;
        CURRENT.set(activation);
        Self { outer }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
    }
}
