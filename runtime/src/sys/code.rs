//! Executable pages, filled once or mapped from a file, and files mapped to be read.
//!
//! What holds: a page is never writable and executable at once. A [`FileMap`] is private: nothing
//! is ever written to the file through it.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};

use super::fault::{Call, check};
use super::mapping::{Mapping, page_size, round_up_to_pages};

/// A whole file, mapped private and readable.
#[derive(Debug)]
pub struct FileMap {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping belongs to this value, and any thread may unmap it.
unsafe impl Send for FileMap {}
// SAFETY: the mapping is only ever read, and `new` was promised that the file does not change.
unsafe impl Sync for FileMap {}

impl FileMap {
    /// Maps a file that has at least one byte.
    ///
    /// # Safety
    ///
    /// Nobody changes the file or cuts it short while the mapping lives.
    pub unsafe fn new(file: &File) -> io::Result<Self> {
        check(Call::File)?;
        let len = usize::try_from(file.metadata()?.len()).ok().filter(|len| *len != 0);
        let invalid = || io::Error::from_raw_os_error(libc::EINVAL);
        let len = len.ok_or_else(invalid)?;
        check(Call::Map)?;
        // SAFETY: a new private mapping at an address of the kernel's choice; nothing that exists
        // changes.
        let start = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::PRIVATE, file, 0)
        }?;
        Ok(Self { start: NonNull::new(start.cast()).ok_or_else(invalid)?, len })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the mapping has `len` readable bytes, which nobody changes by the promise that
        // was made to `new`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for FileMap {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `new` and belongs to this value alone.
        let result = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.len) };
        debug_assert!(result.is_ok(), "unmapping what was mapped");
    }
}

/// The first page of a file, mapped executable: a sign for `perf`, which looks for such mappings.
#[derive(Debug)]
pub struct Marker {
    start: NonNull<u8>,
}

// SAFETY: the mapping belongs to this value, and any thread may unmap it.
unsafe impl Send for Marker {}
// SAFETY: nobody reads, writes or runs the page; a shared reference gives nothing.
unsafe impl Sync for Marker {}

impl Marker {
    /// Maps the first page of a file.
    pub fn new(file: &File) -> io::Result<Self> {
        check(Call::Map)?;
        // SAFETY: a new private mapping at an address of the kernel's choice, which nobody reads,
        // writes or runs.
        let start = unsafe {
            rustix::mm::mmap(
                std::ptr::null_mut(),
                page_size(),
                ProtFlags::READ | ProtFlags::EXEC,
                MapFlags::PRIVATE,
                file,
                0,
            )
        }?;
        let start = NonNull::new(start.cast());
        Ok(Self { start: start.ok_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))? })
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        // SAFETY: the page was mapped by `new` and belongs to this value alone.
        let result = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), page_size()) };
        debug_assert!(result.is_ok(), "unmapping what was mapped");
    }
}

/// Bytes that are owned, or part of a mapped file.
#[derive(Debug)]
pub enum Bytes {
    /// In memory.
    Owned(Box<[u8]>),
    /// In a file; the range lies in it.
    Mapped(Arc<FileMap>, Range<usize>),
}

impl Bytes {
    /// A part of them: the same file, or a copy. The range must lie in them.
    pub fn part(&self, range: Range<usize>) -> Bytes {
        match self {
            Bytes::Owned(bytes) => Bytes::Owned(bytes[range].into()),
            Bytes::Mapped(file, whole) => {
                assert!(range.end <= whole.len(), "the part lies in the whole");
                Bytes::Mapped(file.clone(), whole.start + range.start..whole.start + range.end)
            }
        }
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(file, range) => &file.bytes()[range.clone()],
        }
    }
}

/// Machine code in executable pages.
#[derive(Debug)]
pub struct CodePages {
    /// Keeps the pages mapped.
    _owner: Owner,
    start: NonNull<u8>,
    len: usize,
}

#[derive(Debug)]
#[allow(dead_code, reason = "held for their destructors")]
enum Owner {
    Anonymous(Mapping),
    File(Arc<FileMap>),
}

// SAFETY: the pages belong to this value or to the file, which any thread may drop.
unsafe impl Send for CodePages {}
// SAFETY: the pages are read-only from the making of the value on, so that threads only read them.
unsafe impl Sync for CodePages {}

impl CodePages {
    /// Copies code into pages of its own.
    pub fn copy(code: &[u8]) -> io::Result<Self> {
        let mapping = Mapping::zeroed(code.len().max(1))?;
        let start = mapping.start();
        // SAFETY: the mapping is writable, has at least as many bytes, and nobody else has its
        // address yet.
        unsafe { std::ptr::copy_nonoverlapping(code.as_ptr(), start.as_ptr(), code.len()) };
        // SAFETY: nobody else has the address of the mapping, and this writes to it no more.
        unsafe { mapping.make_executable()? };
        Ok(Self { _owner: Owner::Anonymous(mapping), start, len: code.len() })
    }

    /// Makes the pages of a mapped file executable in which a range of it lies. The range begins
    /// at a page, and ends at one or at the end of the file.
    pub fn of_file(file: &Arc<FileMap>, range: Range<usize>) -> io::Result<Self> {
        let whole = range.start.is_multiple_of(page_size())
            && range.start <= range.end
            && range.end <= file.len
            && (range.end.is_multiple_of(page_size()) || range.end == file.len);
        let end = round_up_to_pages(range.end).filter(|_| whole);
        let end = end.ok_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))?;
        // SAFETY: the offset lies in the mapping or at its end.
        let start = unsafe { file.start.add(range.start) };
        if range.start < end {
            check(Call::Map)?;
            // SAFETY: these pages are part of the mapping; they stay readable, so the references
            // that exist stay valid.
            unsafe {
                rustix::mm::mprotect(
                    start.as_ptr().cast(),
                    end - range.start,
                    MprotectFlags::READ | MprotectFlags::EXEC,
                )
            }?;
        }
        Ok(Self { _owner: Owner::File(file.clone()), start, len: range.len() })
    }

    /// The addresses of the code.
    pub fn range(&self) -> Range<usize> {
        let start = self.start.as_ptr() as usize;
        start..start + self.len
    }

    /// The address of an offset in the code.
    pub fn address(&self, offset: u32) -> *const u8 {
        assert!(offset as usize <= self.len, "the offset lies in the code");
        self.start.as_ptr().wrapping_add(offset as usize)
    }

    /// The bytes of the code.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the pages have `len` readable bytes for as long as the value lives, and nothing
        // writes to them.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn copies_and_files_have_the_code() {
        let copy = CodePages::copy(&[0xc3; 10]).unwrap();
        assert_eq!(copy.bytes(), [0xc3; 10]);
        let path = std::env::temp_dir().join(format!("windlass-code-{}", std::process::id()));
        let mut file = File::create_new(&path).unwrap();
        file.write_all(&vec![0xcc; page_size()]).unwrap();
        file.write_all(&[0xc3; 10]).unwrap();
        let file = File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        // SAFETY: the file has no name any more.
        let map = Arc::new(unsafe { FileMap::new(&file) }.unwrap());
        let size = map.bytes().len();
        let code = CodePages::of_file(&map, page_size()..size).unwrap();
        assert_eq!(code.bytes(), [0xc3; 10]);
        for bad in [1..size, 0..10, page_size()..size + page_size()] {
            assert!(CodePages::of_file(&map, bad).is_err());
        }
    }
}
