//! Mappings under Miri, which has neither pages nor their protection: memory of the allocator.
//!
//! What holds: contents change as those of mappings do, so that whoever uses memory before it was
//! mapped, after it was unmapped, or beside someone else who changes it, is found by Miri. That
//! inaccessible pages are accessed is not found: that is what the tests with Wasm code are for.
//! Files are mapped by the system, which Miri refuses.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::c_void;

use rustix::io::{Errno, Result};
use rustix::mm::{Advice, MapFlags, MprotectFlags, MremapFlags, ProtFlags};

use super::mapping::page_size;

pub use rustix::mm::mmap;

fn layout(len: usize) -> Result<Layout> {
    Layout::from_size_align(len, page_size()).map_err(|_| Errno::NOMEM)
}

/// Maps zeros: somewhere, or over pages that are mapped.
///
/// # Safety
///
/// As for `mmap`.
pub unsafe fn mmap_anonymous(
    start: *mut c_void,
    len: usize,
    _: ProtFlags,
    flags: MapFlags,
) -> Result<*mut c_void> {
    if flags.contains(MapFlags::FIXED) {
        // SAFETY: the caller owns these pages, and nobody uses them.
        unsafe { start.cast::<u8>().write_bytes(0, len) };
        return Ok(start);
    }
    // SAFETY: callers map at least a page.
    let start = unsafe { alloc_zeroed(layout(len)?) };
    if start.is_null() { Err(Errno::NOMEM) } else { Ok(start.cast()) }
}

/// Unmaps a whole mapping.
///
/// # Safety
///
/// The range was mapped by [`mmap_anonymous`], and nobody uses it any more.
pub unsafe fn munmap(start: *mut c_void, len: usize) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe { dealloc(start.cast(), layout(len)?) };
    Ok(())
}

/// Moves a whole mapping to where it has room to grow.
///
/// # Safety
///
/// The range was mapped by [`mmap_anonymous`], and nobody refers to it.
pub unsafe fn mremap(
    old: *mut c_void,
    old_len: usize,
    len: usize,
    _: MremapFlags,
) -> Result<*mut c_void> {
    // SAFETY: the caller's promise; the new mapping is somewhere else.
    unsafe {
        let new = mmap_anonymous(std::ptr::null_mut(), len, ProtFlags::empty(), MapFlags::PRIVATE)?;
        new.cast::<u8>().copy_from_nonoverlapping(old.cast(), old_len.min(len));
        munmap(old, old_len)?;
        Ok(new)
    }
}

/// Does nothing: there is no protection.
///
/// # Safety
///
/// As for `mprotect`.
pub unsafe fn mprotect(_: *mut c_void, _: usize, _: MprotectFlags) -> Result<()> {
    Ok(())
}

/// Makes pages zero, if that is the advice.
///
/// # Safety
///
/// As for `madvise`.
pub unsafe fn madvise(start: *mut c_void, len: usize, advice: Advice) -> Result<()> {
    if advice == Advice::LinuxDontNeed {
        // SAFETY: the caller owns these pages, and nobody uses them.
        unsafe { start.cast::<u8>().write_bytes(0, len) };
    }
    Ok(())
}
