//! The bounds of a thread's own stack.

use std::cell::Cell;

thread_local! {
    static LOWEST: Cell<usize> = const { Cell::new(0) };
}

/// The lowest address of this thread's stack that may be used; asked of the system once for each
/// thread. 0 if the system does not say.
pub fn lowest_address() -> usize {
    let known = LOWEST.get();
    if known != 0 {
        return known;
    }
    let found = main_thread().unwrap_or_else(ask);
    LOWEST.set(found);
    found
}

/// The same for the first thread of the process, without reading the list of all mappings as
/// `pthread_getattr_np` does, which takes as long as the rest of a start: the kernel puts the name
/// of the program at the end of the stack, and lets it grow to the limit.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn main_thread() -> Option<usize> {
    use rustix::process::{Resource, getpid, getrlimit};
    if rustix::thread::gettid() != getpid() {
        return None;
    }
    // SAFETY: asks for a number.
    let name = unsafe { libc::getauxval(libc::AT_EXECFN) } as *const libc::c_char;
    if name.is_null() {
        return None;
    }
    // SAFETY: the kernel says that this is the address of a string.
    let len = unsafe { libc::strlen(name) };
    let end = (name as usize + len + 1).next_multiple_of(super::mapping::page_size());
    let limit = usize::try_from(getrlimit(Resource::Stack).current?).ok()?;
    let lowest = end.checked_sub(limit)?;
    // Elsewhere, as in an emulator, the system is asked.
    (lowest..end).contains(&here()).then_some(lowest)
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn main_thread() -> Option<usize> {
    None
}

fn ask() -> usize {
    // SAFETY: the attributes are initialised by `pthread_getattr_np`, read only if it succeeded,
    // and destroyed once.
    unsafe {
        let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return 0;
        }
        let mut start = std::ptr::null_mut();
        let mut size = 0;
        let mut guard = 0;
        let found = libc::pthread_attr_getstack(attributes.as_ptr(), &mut start, &mut size) == 0
            && libc::pthread_attr_getguardsize(attributes.as_ptr(), &mut guard) == 0;
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        // The guard may or may not be counted in the size; to leave it out twice is harmless.
        if found { start as usize + guard } else { 0 }
    }
}

/// An address in the frame of the caller, near enough to the stack pointer.
#[inline(always)]
pub fn here() -> usize {
    let marker = 0u8;
    std::hint::black_box(&raw const marker) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_ask_agree() {
        // Tests run in threads of their own; a child process begins in its first one.
        const CHILD: &str = "WINDLASS_STACK_TEST";
        if std::env::var_os(CHILD).is_none() {
            assert!(main_thread().is_none());
            assert!((1..here()).contains(&ask()));
            let test = "sys::stack::tests::both_ways_to_ask_agree";
            let mut command = std::process::Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", test, "--test-threads=1"]).env(CHILD, "1");
            assert!(command.status().unwrap().success());
            return;
        }
        if let Some(lowest) = main_thread() {
            let asked = ask();
            assert!(lowest.abs_diff(asked) <= 2 << 20, "{lowest:#x} {asked:#x}");
        }
    }
}
