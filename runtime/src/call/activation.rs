//! Activations: the calls from the host into Wasm that are under way on a thread, innermost first.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;

use windlass_core::ir::TrapCode;

use crate::Error;
use crate::call::signals;
use crate::store::StoreOpaque;
use crate::sys::stack;

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
    /// The lowest address of the stack that its code may use.
    limit: usize,
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
    /// The lowest address of the thread's stack for Wasm code. 0 until the thread is prepared.
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

/// Makes an activation the innermost until the guard is dropped.
#[derive(Debug)]
pub struct Entered {
    activation: *mut Activation,
    /// This thread's: found once for entering and leaving.
    thread: *const Thread,
}

impl Entered {
    /// Enters an activation of this store's code, which is made in `place`; the lowest stack
    /// address that the code may use comes along. The first time on a thread, it is prepared for
    /// signals.
    ///
    /// # Safety
    ///
    /// The place and the store outlive the guard, and the place stays where it is.
    #[inline]
    pub unsafe fn new(
        place: &mut MaybeUninit<Activation>,
        store: *mut StoreOpaque,
    ) -> Result<(Self, usize), Error> {
        THREAD.with(|thread| {
            if thread.limit.get() == 0 {
                prepare(thread)?;
            }
            let outer = thread.current.get();
            // SAFETY: the caller's promise, and outer activations are alive while inner ones run.
            let activation = unsafe {
                // Nesting gives no more stack.
                let wanted = (place.as_ptr() as usize).saturating_sub((*store).max_wasm_stack);
                let most = if outer.is_null() { thread.limit.get() } else { (*outer).limit };
                let outer_watched = match &(*store).watch {
                    Some(watch) => {
                        signals::install_interrupt();
                        watch.enter()?
                    }
                    None => 0,
                };
                place.write(Activation {
                    stack_pointer: 0,
                    outer,
                    store,
                    outer_exit_fp: (*store).state.exit_fp.take(),
                    limit: wanted.max(most),
                    outer_watched,
                    fault: Cell::new(None),
                })
            };
            thread.current.set(activation);
            Ok((Self { activation, thread }, activation.limit))
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
            let store = activation.store;
            (*store).state.exit_fp.set(activation.outer_exit_fp);
            if let Some(watch) = &(*store).watch {
                watch.leave(activation.outer_watched);
            }
        }
    }
}
