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
    let found = ask();
    LOWEST.set(found);
    found
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
