//! Address space: reserved, made accessible, given back.

use std::io;
use std::ptr::NonNull;

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

use super::fault::{Call, check};

/// The size of a page on this machine.
pub fn page_size() -> usize {
    rustix::param::page_size()
}

/// `bytes`, rounded up to whole pages; `None` if that overflows.
pub fn round_up_to_pages(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(page_size())
}

/// A range of the address space that belongs to its owner alone.
///
/// What holds: `start..start + len` is mapped, private and anonymous, until the value is dropped.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping is memory that nobody else owns; it may be used from any thread.
unsafe impl Send for Mapping {}
// SAFETY: through a shared reference only its address and length can be had.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Reserves `len` bytes (rounded up to pages) that cannot be accessed.
    pub fn reserve(len: usize) -> io::Result<Self> {
        Self::map(len, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE)
    }

    /// Maps `len` bytes (rounded up to pages), zero, readable and writable.
    pub fn zeroed(len: usize) -> io::Result<Self> {
        Self::map(len, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
    }

    fn map(len: usize, protection: ProtFlags, flags: MapFlags) -> io::Result<Self> {
        let too_large = || io::Error::from_raw_os_error(libc::ENOMEM);
        let len = round_up_to_pages(len).ok_or_else(too_large)?;
        if len == 0 {
            return Ok(Self { start: NonNull::<u64>::dangling().cast(), len });
        }
        check(Call::Map)?;
        // SAFETY: the kernel chooses the address of a new anonymous mapping; nothing that exists
        // changes.
        let start =
            unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), len, protection, flags) }?;
        let start = NonNull::new(start.cast()).ok_or_else(too_large)?;
        Ok(Self { start, len })
    }

    /// Makes `len` bytes from `offset` on readable and writable; both are rounded outwards.
    pub fn make_accessible(&self, offset: usize, len: usize) -> io::Result<()> {
        let end = offset.checked_add(len).and_then(round_up_to_pages);
        let first = offset - offset % page_size();
        let end = end.filter(|end| *end <= self.len);
        let end = end.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOMEM))?;
        if first == end {
            return Ok(());
        }
        check(Call::Map)?;
        // SAFETY: the range lies in this mapping, and gaining access hurts nobody.
        unsafe {
            let start = self.start.as_ptr().add(first);
            rustix::mm::mprotect(
                start.cast(),
                end - first,
                MprotectFlags::READ | MprotectFlags::WRITE,
            )
        }?;
        Ok(())
    }

    /// Makes all of it readable and executable, and no longer writable.
    pub fn make_executable(&self) -> io::Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        check(Call::Map)?;
        // SAFETY: the range is this mapping, and the caller, who owns it, has no reference into
        // it. On x86-64 the instruction cache follows stores by itself.
        unsafe {
            rustix::mm::mprotect(
                self.start.as_ptr().cast(),
                self.len,
                MprotectFlags::READ | MprotectFlags::EXEC,
            )
        }?;
        Ok(())
    }

    /// Asks for huge pages where the kernel has them; that it has none is no error.
    pub fn advise_huge(&self, offset: usize, len: usize) {
        let end = (offset + len).min(self.len);
        if offset < end {
            // SAFETY: the range lies in this mapping; the advice changes no contents.
            let _ = unsafe {
                let start = self.start.as_ptr().add(offset);
                rustix::mm::madvise(start.cast(), end - offset, Advice::LinuxHugepage)
            };
        }
    }

    /// The first byte.
    pub fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.len != 0 {
            // SAFETY: the range was mapped by `map` and belongs to this value alone.
            let result = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.len) };
            debug_assert!(result.is_ok(), "unmapping what was mapped");
        }
    }
}
