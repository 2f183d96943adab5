//! Code in memory, shown to debuggers: the interface that GDB and LLDB have for compilers that put
//! code into memory.
//!
//! A debugger stops at [`__jit_debug_register_code`] and reads the list behind
//! [`__jit_debug_descriptor`]; each entry is an object file in memory. Both symbols have the names
//! and layouts that debuggers look for.

use std::ptr;
use std::sync::{Mutex, PoisonError};

#[repr(C)]
struct Entry {
    next: *mut Entry,
    previous: *mut Entry,
    file: *const u8,
    size: u64,
}

/// What a debugger reads.
#[repr(C)]
pub struct Descriptor {
    version: u32,
    action: u32,
    relevant: *mut Entry,
    first: *mut Entry,
}

const NO_ACTION: u32 = 0;
const REGISTER: u32 = 1;
const UNREGISTER: u32 = 2;

/// The list of all object files in memory. One thread at a time changes it.
#[unsafe(no_mangle)]
pub static mut __jit_debug_descriptor: Descriptor =
    Descriptor { version: 1, action: NO_ACTION, relevant: ptr::null_mut(), first: ptr::null_mut() };

static LOCK: Mutex<()> = Mutex::new(());

/// Where debuggers stop to look at the list.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn __jit_debug_register_code() {
    // Something that a compiler must not leave out, and that no other function does.
    std::hint::black_box(&raw const __jit_debug_descriptor);
}

/// An object file that debuggers know, until the value is dropped.
pub struct GdbRegistration {
    entry: *mut Entry,
    /// The object file. It never moves.
    _file: Box<[u8]>,
}

// SAFETY: the entry is touched with the lock held; the file is only read.
unsafe impl Send for GdbRegistration {}
// SAFETY: a shared reference shows the size of the file and nothing that changes.
unsafe impl Sync for GdbRegistration {}

impl std::fmt::Debug for GdbRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GdbRegistration({} bytes)", self._file.len())
    }
}

impl GdbRegistration {
    /// Shows an object file, as [`ImageFile`](crate::ImageFile) makes it.
    pub fn new(file: Vec<u8>) -> Self {
        let file = file.into_boxed_slice();
        let _guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock is held, so nobody else of this process touches the list; all entries
        // in it are alive, because `drop` takes them out.
        let entry = unsafe {
            let descriptor = &raw mut __jit_debug_descriptor;
            let next = (*descriptor).first;
            let entry = Box::into_raw(Box::new(Entry {
                next,
                previous: ptr::null_mut(),
                file: file.as_ptr(),
                size: file.len() as u64,
            }));
            if !next.is_null() {
                (*next).previous = entry;
            }
            (*descriptor).first = entry;
            announce(REGISTER, entry);
            entry
        };
        Self { entry, _file: file }
    }
}

impl Drop for GdbRegistration {
    fn drop(&mut self) {
        let _guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock is held; the entry was put into the list by `new` and is in it once, and
        // its neighbours are alive.
        unsafe {
            let descriptor = &raw mut __jit_debug_descriptor;
            let (next, previous) = ((*self.entry).next, (*self.entry).previous);
            match previous.is_null() {
                true => (*descriptor).first = next,
                false => (*previous).next = next,
            }
            if !next.is_null() {
                (*next).previous = previous;
            }
            announce(UNREGISTER, self.entry);
            drop(Box::from_raw(self.entry));
        }
    }
}

/// Calls the debugger.
///
/// # Safety
///
/// [`LOCK`] is held, and the entry is alive.
unsafe fn announce(action: u32, entry: *mut Entry) {
    // SAFETY: the caller's promise. Volatile, since a debugger reads them.
    unsafe {
        let descriptor = &raw mut __jit_debug_descriptor;
        (&raw mut (*descriptor).action).write_volatile(action);
        (&raw mut (*descriptor).relevant).write_volatile(entry);
        __jit_debug_register_code();
        (&raw mut (*descriptor).action).write_volatile(NO_ACTION);
        (&raw mut (*descriptor).relevant).write_volatile(ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> Vec<u64> {
        let _guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sizes = Vec::new();
        // SAFETY: the lock is held, and entries in the list are alive.
        unsafe {
            let mut entry = (&raw const __jit_debug_descriptor).read().first;
            while !entry.is_null() {
                sizes.push((*entry).size);
                entry = (*entry).next;
            }
        }
        sizes
    }

    #[test]
    fn files_are_listed_while_they_are_registered() {
        let files = [1001usize, 1002, 1003].map(|size| GdbRegistration::new(vec![0; size]));
        let mine = || listed().into_iter().filter(|size| *size > 1000).collect::<Vec<_>>();
        assert_eq!(mine(), [1003, 1002, 1001]);
        let [first, second, third] = files;
        drop(second);
        assert_eq!(mine(), [1003, 1001]);
        drop(third);
        drop(first);
        assert_eq!(mine(), [0u64; 0]);
    }
}
