//! Address space: reserved, made accessible, given back; and images that are mapped copy-on-write.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::MemfdFlags;
#[cfg(not(miri))]
use rustix::mm;
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

#[cfg(miri)]
use super::allocated as mm;
use super::fault::{Call, check};

/// The size of a page on this machine.
#[inline]
pub fn page_size() -> usize {
    static KNOWN: AtomicUsize = AtomicUsize::new(0);
    match KNOWN.load(Ordering::Relaxed) {
        0 => {
            // SAFETY: asks for a number. The C library knows it from the start of the process.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
            KNOWN.store(size, Ordering::Relaxed);
            size
        }
        size => size,
    }
}

/// `bytes`, rounded up to whole pages; `None` if that overflows.
pub fn round_up_to_pages(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(page_size())
}

/// What the code may do with the pages of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Nothing.
    None,
    /// Read and write.
    ReadWrite,
}

impl Access {
    fn protection(self) -> ProtFlags {
        match self {
            Access::None => ProtFlags::empty(),
            Access::ReadWrite => ProtFlags::READ | ProtFlags::WRITE,
        }
    }
}

/// A range of the address space that belongs to its owner alone.
///
/// What holds: `start..start + len` is mapped, and nobody else's, until the value is dropped.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping is memory that nobody else owns; any thread may use and unmap it.
unsafe impl Send for Mapping {}
// SAFETY: through a shared reference its address and length can be had, and access to its pages can
// be given, which threads may do at once; whatever takes access or contents away is `unsafe`, and
// so is looking behind the address.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Reserves `len` bytes (rounded up to pages) that cannot be accessed.
    pub fn reserve(len: usize) -> io::Result<Self> {
        Self::map(len, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE)
    }

    /// Maps `len` bytes (rounded up to pages), zero, readable and writable.
    pub fn zeroed(len: usize) -> io::Result<Self> {
        Self::map(len, Access::ReadWrite.protection(), MapFlags::PRIVATE)
    }

    /// As [`Self::zeroed`], for more bytes than are likely to be used: the kernel counts pages when
    /// they are touched.
    pub fn zeroed_sparse(len: usize) -> io::Result<Self> {
        Self::map(len, Access::ReadWrite.protection(), MapFlags::PRIVATE | MapFlags::NORESERVE)
    }

    fn map(len: usize, protection: ProtFlags, flags: MapFlags) -> io::Result<Self> {
        let len = round_up_to_pages(len).ok_or_else(too_large)?;
        if len == 0 {
            return Ok(Self { start: NonNull::<u64>::dangling().cast(), len });
        }
        check(Call::Map)?;
        // SAFETY: the kernel chooses the address of a new anonymous mapping; nothing that exists
        // changes.
        let start = unsafe { mm::mmap_anonymous(std::ptr::null_mut(), len, protection, flags) }?;
        let start = NonNull::new(start.cast()).ok_or_else(too_large)?;
        Ok(Self { start, len })
    }

    /// The address and length of a range, rounded outwards to pages; `None` if nothing is left.
    fn pages(&self, range: Range<usize>) -> io::Result<Option<(*mut u8, usize)>> {
        let first = range.start - range.start % page_size();
        let end = round_up_to_pages(range.end).filter(|end| *end <= self.len);
        let end = end.ok_or_else(too_large)?;
        if range.is_empty() {
            return Ok(None);
        }
        // SAFETY: the range lies in this mapping.
        Ok(Some((unsafe { self.start.as_ptr().add(first) }, end - first)))
    }

    /// Makes a range readable and writable; it is rounded outwards to pages.
    pub fn make_accessible(&self, range: Range<usize>) -> io::Result<()> {
        let Some((start, len)) = self.pages(range)? else { return Ok(()) };
        check(Call::Map)?;
        // SAFETY: the range lies in this mapping, and gaining access hurts nobody.
        unsafe { protect(start, len, Access::ReadWrite) }
    }

    /// Makes a range inaccessible; it is rounded outwards to pages.
    ///
    /// # Safety
    ///
    /// Nobody has references into the range.
    pub unsafe fn make_inaccessible(&self, range: Range<usize>) -> io::Result<()> {
        let Some((start, len)) = self.pages(range)? else { return Ok(()) };
        check(Call::Map)?;
        // SAFETY: the range lies in this mapping; the caller promises that nobody uses it.
        unsafe { protect(start, len, Access::None) }
    }

    /// Gives the pages of a range back: they read as they did when they were mapped, as zero or as
    /// the image behind them.
    ///
    /// # Safety
    ///
    /// Nobody has references into the range.
    pub unsafe fn discard(&self, range: Range<usize>) -> io::Result<()> {
        let Some((start, len)) = self.pages(range)? else { return Ok(()) };
        check(Call::Map)?;
        // SAFETY: the range lies in this mapping; the caller promises that nobody uses it.
        unsafe { mm::madvise(start.cast(), len, Advice::LinuxDontNeed)? };
        Ok(())
    }

    /// Replaces a range by fresh anonymous pages.
    ///
    /// # Safety
    ///
    /// Nobody has references into the range.
    pub unsafe fn renew(&self, range: Range<usize>, access: Access) -> io::Result<()> {
        let Some((start, len)) = self.pages(range)? else { return Ok(()) };
        check(Call::Map)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
        // SAFETY: the range lies in this mapping; the caller promises that nobody uses it.
        unsafe {
            mm::mmap_anonymous(start.cast(), len, access.protection(), flags)?;
        }
        Ok(())
    }

    /// Makes a mapping from [`Self::zeroed_sparse`] longer (rounded up to pages), at another address
    /// if need be. What is new is zero; nothing is copied.
    ///
    /// # Safety
    ///
    /// Nobody has references into it.
    pub unsafe fn grow(&mut self, len: usize) -> io::Result<()> {
        let len = round_up_to_pages(len).ok_or_else(too_large)?;
        if self.len == 0 {
            *self = Self::zeroed_sparse(len)?;
        }
        if len <= self.len {
            return Ok(());
        }
        check(Call::Map)?;
        // SAFETY: the range is this mapping; the caller promises that nobody uses it.
        let start = unsafe {
            let flags = rustix::mm::MremapFlags::MAYMOVE;
            mm::mremap(self.start.as_ptr().cast(), self.len, len, flags)
        }?;
        self.start = NonNull::new(start.cast()).ok_or_else(too_large)?;
        self.len = len;
        Ok(())
    }

    /// Maps an image over the pages from `offset` on, copy-on-write.
    ///
    /// # Safety
    ///
    /// Nobody has references into the range, and `offset` is a multiple of the page size.
    pub unsafe fn map_image(&self, offset: usize, image: &Image, access: Access) -> io::Result<()> {
        let end = offset.checked_add(image.len()).ok_or_else(too_large)?;
        let Some((start, len)) = self.pages(offset..end)? else { return Ok(()) };
        check(Call::Map)?;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
        // SAFETY: the range lies in this mapping; the caller promises that nobody uses it.
        unsafe {
            mm::mmap(start.cast(), len, access.protection(), flags, &image.file, 0)?;
        }
        Ok(())
    }

    /// Makes all of it readable and executable, and no longer writable.
    ///
    /// # Safety
    ///
    /// Nobody writes to it any more.
    pub unsafe fn make_executable(&self) -> io::Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        check(Call::Map)?;
        // SAFETY: the range is this mapping; the caller promises that nobody writes to it. On x86-64
        // the instruction cache follows stores by itself.
        unsafe {
            mm::mprotect(
                self.start.as_ptr().cast(),
                self.len,
                MprotectFlags::READ | MprotectFlags::EXEC,
            )
        }?;
        Ok(())
    }

    /// Asks for huge pages where the kernel has them; that it has none is no error.
    pub fn advise_huge(&self, range: Range<usize>) {
        if let Ok(Some((start, len))) = self.pages(range) {
            // SAFETY: the range lies in this mapping.
            unsafe { advise_huge(start, len) };
        }
    }

    /// The first byte.
    #[inline]
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
            let result = unsafe { mm::munmap(self.start.as_ptr().cast(), self.len) };
            debug_assert!(result.is_ok(), "unmapping what was mapped");
        }
    }
}

fn too_large() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOMEM)
}

/// Changes what may be done with pages. A signal handler may call this.
///
/// # Safety
///
/// The pages belong to the caller; if access is taken away, nobody has references into them.
pub unsafe fn protect(start: *mut u8, len: usize, access: Access) -> io::Result<()> {
    let flags = match access {
        Access::None => MprotectFlags::empty(),
        Access::ReadWrite => MprotectFlags::READ | MprotectFlags::WRITE,
    };
    // SAFETY: the caller's promise.
    unsafe { mm::mprotect(start.cast(), len, flags)? };
    Ok(())
}

/// Asks for huge pages; that there are none is no error. A signal handler may call this.
///
/// # Safety
///
/// The pages belong to the caller.
pub unsafe fn advise_huge(start: *mut u8, len: usize) {
    // SAFETY: the caller's promise; the advice changes no contents.
    let _ = unsafe { mm::madvise(start.cast(), len, Advice::LinuxHugepage) };
}

/// Bytes in a file without a name, to be mapped copy-on-write any number of times.
#[derive(Debug)]
pub struct Image {
    file: File,
    /// The file, mapped to be read.
    view: Mapping,
    len: usize,
}

impl Image {
    /// An image of these bytes.
    pub fn new(bytes: &[u8]) -> io::Result<Self> {
        use std::io::Write;
        check(Call::Map)?;
        let mut file = File::from(rustix::fs::memfd_create("windlass", MemfdFlags::CLOEXEC)?);
        check(Call::File)?;
        file.write_all(bytes)?;
        let len = bytes.len();
        if len == 0 {
            return Ok(Self { file, view: Mapping::reserve(0)?, len });
        }
        check(Call::Map)?;
        // SAFETY: the kernel chooses the address of a new mapping; nothing that exists changes.
        let start = unsafe {
            mm::mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::SHARED, &file, 0)
        }?;
        let start = NonNull::new(start.cast()).ok_or_else(too_large)?;
        let view = Mapping { start, len: round_up_to_pages(len).ok_or_else(too_large)? };
        Ok(Self { file, view, len })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the view is mapped as long as this, and nobody writes to the file any more.
        unsafe { std::slice::from_raw_parts(self.view.start.as_ptr(), self.len) }
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

/// The pages of a range that differ from what was mapped, as ranges of offsets from `start`; `None`
/// if the system does not say.
pub fn touched(start: NonNull<u8>, len: usize) -> Option<Vec<Range<usize>>> {
    /// The page is in memory, or was swapped out.
    const THERE: u64 = 3 << 62;
    /// It is a page of a file, not a private copy.
    const OF_FILE: u64 = 1 << 61;
    let page = page_size();
    let mut entries = Vec::new();
    entries.try_reserve_exact(len / page * 8).ok()?;
    entries.resize(len / page * 8, 0);
    check(Call::File).ok()?;
    let file = File::open("/proc/self/pagemap").ok()?;
    let at = start.as_ptr() as u64 / page as u64 * 8;
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut entries, at).ok()?;
    let private = |entry: &[u8; 8]| {
        let entry = u64::from_le_bytes(*entry);
        entry & THERE != 0 && entry & OF_FILE == 0
    };
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (n, entry) in entries.as_chunks::<8>().0.iter().enumerate() {
        let here = n * page..(n + 1) * page;
        match ranges.last_mut() {
            _ if !private(entry) => {}
            Some(last) if last.end == here.start => last.end = here.end,
            _ => ranges.push(here),
        }
    }
    Some(ranges)
}
