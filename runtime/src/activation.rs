//! Activations: the calls from the host into Wasm that are under way on a thread, innermost first.

use std::cell::Cell;
use std::ptr;

use windlass_core::ir::TrapCode;

use crate::store::StoreOpaque;
use crate::sys::stack;
use crate::{Error, signals};

/// Stack that stays free below the limit of Wasm code: for host functions, builtins and signals.
const HOST_STACK: usize = 128 << 10;

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
    /// The limit of the stack outside of this.
    outer_limit: usize,
    /// What the deadline of the store watched before.
    outer_watched: usize,
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

/// What a thread knows of its activations.
#[derive(Debug)]
struct Thread {
    current: Cell<*mut Activation>,
    /// The lowest address of the stack for Wasm code that is entered now: the innermost
    /// activation's, as nesting gives no more stack, or the thread's. 0 until the thread is
    /// prepared.
    limit: Cell<usize>,
}

thread_local! {
    static THREAD: Thread =
        const { Thread { current: Cell::new(ptr::null_mut()), limit: Cell::new(0) } };
}

/// The innermost activation of this thread, or null.
#[inline]
pub fn current() -> *mut Activation {
    THREAD.with(|thread| thread.current.get())
}

impl Activation {
    /// An activation of this store's code, not entered yet.
    #[inline]
    pub fn new(store: *mut StoreOpaque) -> Self {
        Self {
            stack_pointer: 0,
            outer: ptr::null_mut(),
            store,
            outer_exit_fp: 0,
            outer_limit: 0,
            outer_watched: 0,
            fault: Cell::new(None),
        }
    }
}

/// Makes an activation the innermost until the guard is dropped.
#[derive(Debug)]
pub struct Entered {
    activation: *mut Activation,
    /// This thread's: found once for entering and leaving.
    thread: *const Thread,
}

impl Entered {
    /// Enters; the lowest stack address that the code may use comes along. The first time on a
    /// thread, it is prepared for signals.
    ///
    /// # Safety
    ///
    /// The activation outlives the guard and stays where it is, and its store is the caller's.
    #[inline]
    pub unsafe fn new(activation: *mut Activation) -> Result<(Self, usize), Error> {
        THREAD.with(|thread| {
            if thread.limit.get() == 0 {
                prepare(thread)?;
            }
            // SAFETY: the caller's promise.
            unsafe {
                let store = (*activation).store;
                if let Some(watch) = &(*store).watch {
                    (*activation).outer_watched = watch.enter()?;
                }
                (*activation).outer = thread.current.replace(activation);
                (*activation).outer_limit = thread.limit.get();
                (*activation).outer_exit_fp = (*store).state.exit_fp.take();
                let wanted = (activation as usize).saturating_sub((*store).max_wasm_stack);
                let limit = wanted.max(thread.limit.get());
                thread.limit.set(limit);
                Ok((Self { activation, thread }, limit))
            }
        })
    }
}

#[cold]
fn prepare(thread: &Thread) -> Result<(), Error> {
    signals::prepare_thread()?;
    thread.limit.set(stack::lowest_address().saturating_add(HOST_STACK));
    Ok(())
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the activation and its store are alive, see `new`, and the guard stays on the
        // thread that made it, which lives as long as its frames.
        unsafe {
            let (thread, activation) = (&*self.thread, &*self.activation);
            thread.current.set(activation.outer);
            thread.limit.set(activation.outer_limit);
            let store = activation.store;
            (*store).state.exit_fp.set(activation.outer_exit_fp);
            if let Some(watch) = &(*store).watch {
                watch.leave(activation.outer_watched);
            }
        }
    }
}
