//! Traps that come as signals: a fault of the machine in Wasm code ends the activation.
//!
//! What holds: a signal whose program counter is not a known trap site of code in the store that
//! runs on this thread goes to the handler that was installed before, so a fault in host code is
//! never a Wasm trap. A fault of Wasm code in a page of a closed memory opens the memory, and the
//! instruction runs again. The handler runs on a stack of its own, which each thread gets at its first
//! entry, and touches only this thread's activation and its store.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::Ordering;

use windlass_wasm::trap;

use crate::arch::Interrupted;
use crate::call::activation::{self, Fault};
use crate::call::backtrace;
use crate::sys::mapping::Mapping;
use crate::trap::deadline::SIGNAL;

/// The signals that faults of the machine raise.
const SIGNALS: [libc::c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// Handlers that were installed before ours, in the order of [`SIGNALS`].
static mut PREVIOUS: [MaybeUninit<libc::sigaction>; SIGNALS.len()] =
    [MaybeUninit::uninit(); SIGNALS.len()];

/// The handler of [`SIGNAL`] that was installed before ours.
static mut PREVIOUS_INTERRUPT: MaybeUninit<libc::sigaction> = MaybeUninit::uninit();

/// Installs the handlers once for the process, and a stack for them once for this thread.
pub fn prepare_thread() -> std::io::Result<()> {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(install);
    STACK.with_borrow_mut(|stack| {
        if stack.is_none() {
            *stack = Some(SignalStack::new()?);
        }
        Ok(())
    })
}

fn install() {
    for (n, &signal) in SIGNALS.iter().enumerate() {
        // SAFETY: this runs once, before any handler of ours can run, so nobody else looks at
        // `PREVIOUS`; the new action is fully initialised.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER | libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            let previous = (&raw mut PREVIOUS[n]).cast();
            let result = libc::sigaction(signal, &action, previous);
            assert_eq!(result, 0, "the kernel takes a handler for signal {signal}");
        }
    }
}

/// Installs the handler of the signal of deadlines once for the process.
#[inline]
pub fn install_interrupt() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        // SAFETY: this runs once; the new action is fully initialised, and the entry for the
        // previous one is written before the handler can run.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = interrupt as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            libc::sigaction(SIGNAL, ptr::null(), (&raw mut PREVIOUS_INTERRUPT).cast());
            let result = libc::sigaction(SIGNAL, &action, ptr::null_mut());
            assert_eq!(result, 0, "the kernel takes a handler for signal {SIGNAL}");
        }
    });
}

/// A deadline may have passed: of the store whose code runs, or of one that called the host, which
/// called this one.
extern "C" fn interrupt(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    let innermost = activation::current();
    let mut current = innermost;
    let mut ours = false;
    // SAFETY: the kernel passes the context. Activations of this thread, the outer ones too, are
    // alive, and so are their stores, which they have borrowed; this thread is interrupted, so that
    // nothing changes in them meanwhile but atomics.
    unsafe {
        while !current.is_null() {
            let store = (*current).store;
            if (*store).watch.as_ref().is_some_and(|watch| watch.passed()) {
                ours = true;
                (*store).state.interrupted.store(1, Ordering::Relaxed);
                let mut registers = Interrupted::new(context);
                let (pc, fp, sp) = (registers.pc(), registers.fp(), registers.sp());
                if current == innermost && (*store).is_wasm(pc) {
                    let fault = Some(Fault { code: trap::INTERRUPTED, pc, fp, sp });
                    (*current).fault.set(fault);
                    backtrace::take(&*store, &*current, fault);
                    registers.go_on_in_resume(&raw const (*current).stack_pointer);
                    return;
                }
            }
            current = (*current).outer;
        }
    }
    if !ours {
        // SAFETY: the entry was written before this handler was installed.
        unsafe { previous(&*(&raw const PREVIOUS_INTERRUPT).cast(), signal, info, context) };
    }
}

/// Hands a signal that means nothing by default to the handler that was there before.
///
/// # Safety
///
/// The action is the one that was installed, and the rest are the arguments of a handler.
unsafe fn previous(
    action: &libc::sigaction,
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    if matches!(action.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN) {
        return;
    }
    // SAFETY: the caller's promise: a handler that was installed is a function of the kind that
    // its flags say.
    unsafe {
        if action.sa_flags & libc::SA_SIGINFO != 0 {
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                std::mem::transmute(action.sa_sigaction);
            handler(signal, info, context);
        } else {
            let handler: extern "C" fn(libc::c_int) = std::mem::transmute(action.sa_sigaction);
            handler(signal);
        }
    }
}

extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let current = activation::current();
    if !current.is_null() {
        // SAFETY: the kernel passes the context; an activation that is current is alive, its store
        // is borrowed by it, and this thread is interrupted, so nothing changes meanwhile.
        unsafe {
            let mut registers = Interrupted::new(context);
            let (pc, fp, sp) = (registers.pc(), registers.fp(), registers.sp());
            let opened = match signal {
                libc::SIGSEGV => (*(*current).store).open_memory(pc, fault_address(info)),
                _ => None,
            };
            let code = match opened {
                Some(Ok(())) => return,
                Some(Err(_)) => Some(trap::ALLOCATION_FAILED),
                None => (*(*current).store).trap_at(pc),
            };
            if let Some(code) = code {
                let fault = Some(Fault { code, pc, fp, sp });
                (*current).fault.set(fault);
                backtrace::take(&*(*current).store, &*current, fault);
                registers.go_on_in_resume(&raw const (*current).stack_pointer);
                return;
            }
        }
    }
    chain(signal, info, context);
}

/// The address whose access failed.
///
/// # Safety
///
/// The information is that of a memory fault.
unsafe fn fault_address(info: *mut libc::siginfo_t) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*info).si_addr() as usize }
}

/// Hands the signal to the handler that was there before.
fn chain(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let n = SIGNALS.iter().position(|&s| s == signal).expect("only these signals are handled");
    // SAFETY: `install` has filled the entry before this handler could run; a handler that was
    // installed is a function of the kind that its flags say.
    unsafe {
        let action = PREVIOUS[n].assume_init();
        if matches!(action.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN) {
            // The default (or to ignore a fault, which the kernel does not do): let it happen again
            // without us.
            libc::sigaction(signal, &action, ptr::null_mut());
        } else {
            previous(&action, signal, info, context);
        }
    }
}

/// Bytes of a thread's signal stack.
const STACK_SIZE: usize = 64 << 10;

thread_local! {
    static STACK: RefCell<Option<SignalStack>> = const { RefCell::new(None) };
}

/// A signal stack that this thread did not have before.
struct SignalStack {
    /// Ours, unless the thread already had a stack that is large enough.
    mapping: Option<Mapping>,
}

impl SignalStack {
    fn new() -> std::io::Result<Self> {
        // SAFETY: `sigaltstack` with a null new stack only asks; the old one is read only if it
        // succeeded.
        let existing = unsafe {
            let mut existing: libc::stack_t = std::mem::zeroed();
            let result = libc::sigaltstack(ptr::null(), &mut existing);
            (result == 0).then_some(existing)
        };
        let enough = existing
            .is_some_and(|s| s.ss_flags & libc::SS_DISABLE == 0 && s.ss_size >= STACK_SIZE / 4);
        if enough {
            return Ok(Self { mapping: None });
        }
        let mapping = Mapping::zeroed(STACK_SIZE)?;
        let stack = libc::stack_t {
            ss_sp: mapping.start().as_ptr().cast(),
            ss_flags: 0,
            ss_size: STACK_SIZE,
        };
        // SAFETY: the mapping lives until `drop`, which takes the stack out of use first.
        let result = unsafe { libc::sigaltstack(&stack, ptr::null_mut()) };
        if result != 0 {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Self { mapping: Some(mapping) })
    }
}

impl Drop for SignalStack {
    fn drop(&mut self) {
        if self.mapping.is_some() {
            let off =
                libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
            // SAFETY: the thread ends, and is not in a handler on this stack.
            unsafe { libc::sigaltstack(&off, ptr::null_mut()) };
        }
    }
}
