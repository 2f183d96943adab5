//! Calls from which a trap of the called code comes back as a value, for tests.
//!
//! What holds: a call goes through [`enter`], which notes where it stands; a signal that the called
//! code raises in the ranges given resumes there, with the address of the instruction. Everything
//! else goes to the handlers that were there before. Frames that a trap leaves are those of
//! compiled code alone: there is nothing in them to drop. The stack of a signal handler is the
//! stack of the thread, so that a stack overflow is not caught here.

use std::cell::Cell;
use std::ops::Range;
use std::sync::OnceLock;

/// A place to resume at, and what to tell there.
#[repr(C)]
struct Frame {
    stack: usize,
    resume: usize,
    address: usize,
    ranges: *const Range<usize>,
    count: usize,
    outer: *mut Frame,
}

thread_local! {
    /// The innermost guarded call of this thread.
    static INNERMOST: Cell<*mut Frame> = const { Cell::new(std::ptr::null_mut()) };
}

const SIGNALS: [i32; 4] = [libc::SIGILL, libc::SIGFPE, libc::SIGSEGV, libc::SIGBUS];

/// The handlers that were there before ours, in the order of `SIGNALS`.
static PREVIOUS: OnceLock<[libc::sigaction; 4]> = OnceLock::new();

/// Calls `entry(callee, values)`; the error is the address of an instruction in one of the ranges
/// that raised a signal.
///
/// # Safety
///
/// The call must be in order, and a trap in the ranges may leave only frames of compiled code.
pub unsafe fn call(
    entry: crate::trampoline::Entry,
    callee: *const u8,
    values: *mut crate::trampoline::Slot,
    ranges: &[Range<usize>],
) -> Result<(), usize> {
    install();
    let mut frame = Frame {
        stack: 0,
        resume: 0,
        address: 0,
        ranges: ranges.as_ptr(),
        count: ranges.len(),
        outer: INNERMOST.get(),
    };
    INNERMOST.set(&raw mut frame);
    // SAFETY: the caller vouches for the call; the frame lives until it is taken away below.
    let trapped = unsafe { enter(entry, callee, values, &raw mut frame) };
    INNERMOST.set(frame.outer);
    if trapped == 0 { Ok(()) } else { Err(frame.address) }
}

fn install() {
    PREVIOUS.get_or_init(|| {
        SIGNALS.map(|signal| {
            // SAFETY: all zeros is a valid value of the structure.
            let (mut new, mut old): (libc::sigaction, libc::sigaction) =
                unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
            let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = handle;
            new.sa_sigaction = handler as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER | libc::SA_ONSTACK;
            // SAFETY: both structures are valid, and the handler has the signature that
            // `SA_SIGINFO` asks for.
            let result = unsafe { libc::sigaction(signal, &raw const new, &raw mut old) };
            assert_eq!(result, 0, "a handler for signal {signal} can be installed");
            old
        })
    });
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let machine = context.cast::<libc::ucontext_t>();
    let frame = INNERMOST.get();
    // SAFETY: the system passes the context of the thread that was interrupted.
    let registers = unsafe { &mut (*machine).uc_mcontext.gregs };
    let address = registers[libc::REG_RIP as usize] as usize;
    if !frame.is_null() {
        // SAFETY: the frame belongs to a call of `call` on this thread that has not returned, and
        // the ranges are borrowed for as long.
        let ranges = unsafe { std::slice::from_raw_parts((*frame).ranges, (*frame).count) };
        // SAFETY: the frame belongs to a call of `call` on this thread that has not returned;
        // `call` looks at it again only when that is over.
        let frame = unsafe { &mut *frame };
        if ranges.iter().any(|range| range.contains(&address)) {
            frame.address = address;
            registers[libc::REG_RIP as usize] = frame.resume as i64;
            registers[libc::REG_RSP as usize] = frame.stack as i64;
            return;
        }
    }
    let Some(previous) = PREVIOUS.get() else { return };
    let Some(index) = SIGNALS.iter().position(|other| *other == signal) else { return };
    let old = previous[index];
    if old.sa_flags & libc::SA_SIGINFO != 0 && old.sa_sigaction > libc::SIG_IGN {
        // SAFETY: with this flag the field holds a handler of this signature.
        let old: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) =
            unsafe { std::mem::transmute(old.sa_sigaction) };
        return old(signal, info, context);
    }
    // SAFETY: the structure was filled by the system. The instruction is tried again and meets
    // the handler that was there before.
    unsafe { libc::sigaction(signal, &raw const old, std::ptr::null_mut()) };
}

/// Notes in the frame where to resume, and calls. The result is 1 after a trap.
#[unsafe(naked)]
unsafe extern "C" fn enter(
    entry: crate::trampoline::Entry,
    callee: *const u8,
    values: *mut crate::trampoline::Slot,
    frame: *mut Frame,
) -> u32 {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov [rcx], rsp",
        "lea rax, [rip + 2f]",
        "mov [rcx + 8], rax",
        "mov rax, rdi",
        "mov rdi, rsi",
        "mov rsi, rdx",
        "call rax",
        "xor eax, eax",
        "jmp 3f",
        "2:",
        "mov eax, 1",
        "3:",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}
