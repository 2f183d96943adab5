//! Entering and leaving Wasm code on x86-64 Linux.
//!
//! `windlass_enter` saves the callee-saved registers on the stack and notes the stack pointer for
//! who leaves; `windlass_resume` restores exactly that and returns 1 in its place. Between the
//! two lie only frames of compiled code, and of host functions that have returned or that hold
//! nothing that needs dropping.

use std::arch::global_asm;

use windlass_core::isa::unwind::CfiOp;

/// Bytes between the noted stack pointer and the frame pointer of `windlass_enter`: the padding
/// and five saved registers.
const SAVED: usize = 48;

global_asm!(
    ".text",
    ".p2align 4",
    ".globl windlass_enter",
    ".type windlass_enter, @function",
    "windlass_enter:",
    ".cfi_startproc",
    "push rbp",
    ".cfi_def_cfa_offset 16",
    ".cfi_offset rbp, -16",
    "mov rbp, rsp",
    ".cfi_def_cfa_register rbp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "sub rsp, 8",
    "mov [rdi], rsp",
    "mov rax, rsi",
    "mov rdi, rdx",
    "mov rsi, rcx",
    "mov rdx, r8",
    "call rax",
    "xor eax, eax",
    "2:",
    "add rsp, 8",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    ".cfi_def_cfa rsp, 8",
    "ret",
    ".cfi_def_cfa rbp, 16",
    ".globl windlass_resume",
    "windlass_resume:",
    "mov rsp, [rdi]",
    "lea rbp, [rsp + 48]",
    "cld",
    "mov eax, 1",
    "jmp 2b",
    ".cfi_endproc",
    ".size windlass_enter, . - windlass_enter",
);

unsafe extern "C" {
    fn windlass_enter(
        stack_pointer: *mut usize,
        trampoline: *const u8,
        code: *const u8,
        context: *mut u8,
        values: *mut u8,
    ) -> u32;
    fn windlass_resume(stack_pointer: *const usize) -> !;
}

/// Calls `code` through its entry trampoline, and notes the stack pointer. Returns false if it was
/// left by [`resume`].
///
/// # Safety
///
/// The trampoline fits the signature of `code`, `context` is the context that it needs, and
/// `values` has a slot for each parameter and result.
#[inline]
pub unsafe fn enter(
    stack_pointer: *mut usize,
    trampoline: *const u8,
    code: *const u8,
    context: *mut u8,
    values: *mut u8,
) -> bool {
    // SAFETY: the caller's promise; the assembly saves what the convention wants saved.
    unsafe { windlass_enter(stack_pointer, trampoline, code, context, values) == 0 }
}

/// Leaves the code that was entered last: its [`enter`], which noted this stack pointer, returns
/// false.
///
/// # Safety
///
/// The `enter` is the thread's innermost, and no frame between here and there holds anything that
/// must be dropped.
pub unsafe fn resume(stack_pointer: *const usize) -> ! {
    // SAFETY: the caller's promise; the stack pointer was noted by `enter`.
    unsafe { windlass_resume(stack_pointer) }
}

/// The frame pointer of the `enter` that noted this stack pointer: where a walk over frames ends.
pub fn entry_frame(stack_pointer: usize) -> usize {
    stack_pointer + SAVED
}

/// The frame pointer of the caller and the return address, by the frame pointer of compiled code.
///
/// # Safety
///
/// Two words are mapped there.
pub unsafe fn caller(fp: usize) -> (usize, usize) {
    // SAFETY: the caller's promise.
    unsafe { (*(fp as *const usize), *((fp + 8) as *const usize)) }
}

/// The size of `push rbp; mov rbp, rsp`, the beginning of every function with a frame.
pub const PROLOGUE: u32 = 4;

/// How a function with a frame is unwound, right but in its last instructions. Functions without
/// one leave the stack as it is.
pub fn frame() -> Vec<(u32, CfiOp)> {
    const RBP: u16 = 6;
    vec![
        (1, CfiOp::DefCfaOffset(16)),
        (1, CfiOp::Offset { reg: RBP, offset: -16 }),
        (PROLOGUE, CfiOp::DefCfaRegister(RBP)),
    ]
}

/// The return address of code that has no frame, by its stack pointer.
///
/// # Safety
///
/// Code without a frame was interrupted there.
pub unsafe fn frameless_return(sp: usize) -> usize {
    // SAFETY: the return address is on top of the stack, which is mapped.
    unsafe { *(sp as *const usize) }
}

/// Defines a function that compiled code calls in place of `$builtin`: it makes a frame, notes it in
/// the store as the one through which Wasm code was left, so that a trap raised by the builtin has
/// the frames of Wasm code in its backtrace, and calls the builtin. The pinned register, r15, has the
/// context; up to six arguments are in registers, which this leaves alone.
macro_rules! note_exit {
    ($builtin:ident, $name:ident) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "push rbp",
                "mov rbp, rsp",
                "mov rax, [r15 + {store}]",
                "mov [rax + {exit_fp}], rbp",
                "call {builtin}",
                "pop rbp",
                "ret",
                store = const $crate::layout::STORE,
                exit_fp = const std::mem::offset_of!($crate::layout::StoreState, exit_fp),
                builtin = sym $builtin,
            )
        }
    };
}
pub(crate) use note_exit;

/// Defines a function that compiled code calls with addresses in memories, and with a length as the
/// third argument: it goes to the routine of the C library, unless the length is more than a piece,
/// the deadline has passed, or a memory of the store may be closed; then to `$slow`, which gets the
/// context as the fourth argument.
macro_rules! routine {
    ($routine:ident, $slow:ident, $name:ident) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "mov rax, [r15 + {store}]",
                "cmp rdx, {most}",
                "ja 2f",
                "mov r11d, [rax + {interrupted}]",
                "or r11d, [rax + {closed}]",
                "jne 2f",
                "jmp {routine}",
                "2:",
                "mov rcx, r15",
                "jmp {slow}",
                store = const $crate::layout::STORE,
                most = const $crate::trap::pieces::BYTES,
                interrupted = const std::mem::offset_of!($crate::layout::StoreState, interrupted),
                closed = const std::mem::offset_of!($crate::layout::StoreState, closed),
                routine = sym $routine,
                slow = sym $slow,
            )
        }
    };
}
pub(crate) use routine;

/// The registers of an interrupted thread, in a signal handler.
#[derive(Debug)]
pub struct Interrupted(*mut libc::ucontext_t);

impl Interrupted {
    /// From the third argument of a handler.
    ///
    /// # Safety
    ///
    /// The pointer is that argument, and the handler has not returned.
    pub unsafe fn new(context: *mut libc::c_void) -> Self {
        Self(context.cast())
    }

    fn register(&self, number: libc::c_int) -> usize {
        // SAFETY: the kernel passed a valid context, see `new`.
        unsafe { (*self.0).uc_mcontext.gregs[number as usize] as usize }
    }

    /// The program counter.
    pub fn pc(&self) -> usize {
        self.register(libc::REG_RIP)
    }

    /// The frame pointer.
    pub fn fp(&self) -> usize {
        self.register(libc::REG_RBP)
    }

    /// The stack pointer.
    pub fn sp(&self) -> usize {
        self.register(libc::REG_RSP)
    }

    /// Lets the thread go on in [`resume`] when the handler returns.
    ///
    /// # Safety
    ///
    /// As for [`resume`].
    pub unsafe fn go_on_in_resume(&mut self, stack_pointer: *const usize) {
        // SAFETY: the kernel passed a valid context, see `new`; `resume` takes one argument.
        unsafe {
            let registers = &mut (*self.0).uc_mcontext.gregs;
            registers[libc::REG_RIP as usize] = windlass_resume as *const () as i64;
            registers[libc::REG_RDI as usize] = stack_pointer as i64;
        }
    }
}
