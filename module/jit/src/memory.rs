//! Where a JIT module gets its memory.
//!
//! What holds for the two providers here: memory for code and for constants is writable until the
//! next `finalize`, then never again; none is writable and executable at once.

use std::io;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};
use windlass_module::{ModuleError, ModuleResult};

/// What hardware checks of branches the code is prepared for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BranchProtection {
    /// None.
    None,
    /// The targets of indirect branches are marked (aarch64).
    BTI,
}

/// Gives memory to a JIT module.
///
/// # Safety
///
/// The module writes to the memory without looking: what is given is valid for reads and writes of
/// the size asked for, aligned as asked for, and belongs to the module alone, until it is freed;
/// that for code and constants may be written until the next `finalize`.
pub unsafe trait JITMemoryProvider {
    /// Memory that is executable after the next `finalize`.
    fn allocate_readexec(&mut self, size: usize, align: u64) -> io::Result<*mut u8>;

    /// Memory that stays writable.
    fn allocate_readwrite(&mut self, size: usize, align: u64) -> io::Result<*mut u8>;

    /// Memory that is read alone after the next `finalize`.
    fn allocate_readonly(&mut self, size: usize, align: u64) -> io::Result<*mut u8>;

    /// Frees everything.
    ///
    /// # Safety
    ///
    /// Nobody may use the memory any more.
    unsafe fn free_memory(&mut self);

    /// Makes all code executable and all constants read-only.
    fn finalize(&mut self, branch_protection: BranchProtection) -> ModuleResult<()>;
}

/// What memory is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Data,
    Constants,
}

const KINDS: [Kind; 3] = [Kind::Code, Kind::Data, Kind::Constants];

/// The part of a region that one kind of memory is being given from.
#[derive(Clone, Copy, Default)]
struct Chunk {
    /// Everything below is protected as its kind asks for; a page boundary.
    closed: usize,
    next: usize,
    end: usize,
}

impl Chunk {
    fn close(&mut self, kind: Kind) -> io::Result<()> {
        let flags = match kind {
            Kind::Data => return Ok(()),
            Kind::Code => MprotectFlags::READ | MprotectFlags::EXEC,
            Kind::Constants => MprotectFlags::READ,
        };
        let end = self.next.next_multiple_of(rustix::param::page_size());
        if end > self.closed {
            // SAFETY: the pages are those of the chunk that were given out; `finalize` says that
            // nobody writes to them any more.
            unsafe { protect(self.closed, end - self.closed, flags)? };
            self.closed = end;
            self.next = end;
        }
        Ok(())
    }
}

/// Addresses that are reserved: chunks are made accessible one after the other.
struct Region {
    start: NonNull<u8>,
    len: usize,
    used: usize,
}

// SAFETY: a region is a range of addresses that belongs to this value alone.
unsafe impl Send for Region {}

impl Region {
    fn reserve(len: usize) -> io::Result<Self> {
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing
        // that exists.
        let start = unsafe {
            rustix::mm::mmap_anonymous(
                std::ptr::null_mut(),
                len,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        }?;
        let start = NonNull::new(start.cast()).expect("the kernel maps nothing at address 0");
        Ok(Self { start, len, used: 0 })
    }

    /// Makes the next `len` bytes, whole pages, readable and writable.
    fn open(&mut self, len: usize) -> io::Result<Option<usize>> {
        if len > self.len - self.used {
            return Ok(None);
        }
        let start = self.start.as_ptr() as usize + self.used;
        // SAFETY: the range is in this region, and has not been given to anybody.
        unsafe { protect(start, len, MprotectFlags::READ | MprotectFlags::WRITE)? };
        self.used += len;
        Ok(Some(start))
    }
}

/// Changes the protection of pages that were taken from a region.
///
/// # Safety
///
/// The range was taken from a region of the caller, who needs no more access to it than this.
unsafe fn protect(start: usize, len: usize, flags: MprotectFlags) -> io::Result<()> {
    // SAFETY: the caller's promise; no Rust reference to the contents is kept.
    unsafe { rustix::mm::mprotect(start as *mut _, len, flags) }.map_err(io::Error::from)
}

/// Memory in regions that lie close together, so that code reaches data and other code directly.
struct Regions {
    regions: Vec<Region>,
    chunks: [Chunk; 3],
    /// Chunks that are used up but not yet protected.
    full: Vec<(Kind, Chunk)>,
    /// Size of the next region; with `fixed`, there is only the first.
    region: usize,
    fixed: bool,
}

/// Addresses are reserved in pieces of this size: they cost nothing until they are used.
const REGION: usize = 256 << 20;
/// The least size of a chunk.
const CHUNK: usize = 64 << 10;

impl Regions {
    fn open(&mut self, len: usize) -> io::Result<usize> {
        if let Some(region) = self.regions.last_mut()
            && let Some(start) = region.open(len)?
        {
            return Ok(start);
        }
        if self.fixed {
            return Err(io::Error::new(
                io::ErrorKind::OutOfMemory,
                "the arena is full; make it larger",
            ));
        }
        let mut size = self.region.max(len);
        let mut region = loop {
            match Region::reserve(size) {
                Ok(region) => break region,
                // Where addresses are scarce, take fewer of them.
                Err(_) if size / 2 >= len && size > CHUNK => size /= 2,
                Err(error) => return Err(error),
            }
        };
        let start = region.open(len)?;
        self.regions.push(region);
        start.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    fn allocate(&mut self, kind: Kind, size: usize, align: u64) -> io::Result<*mut u8> {
        let refused = || io::Error::from(io::ErrorKind::OutOfMemory);
        let align = usize::try_from(align).map_err(|_| refused())?.max(1);
        if !align.is_power_of_two() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let size = size.max(1);
        let chunk = self.chunks[kind as usize];
        let at = chunk.next.checked_next_multiple_of(align);
        if let Some(at) = at.filter(|at| chunk.end.checked_sub(*at).is_some_and(|n| n >= size)) {
            self.chunks[kind as usize].next = at + size;
            return Ok(at as *mut u8);
        }
        let page = rustix::param::page_size();
        let room = size.checked_add(align.saturating_sub(page)).ok_or_else(refused)?;
        let room = if self.fixed { room } else { room.max(CHUNK) };
        let room = room.checked_next_multiple_of(page).ok_or_else(refused)?;
        let start = self.open(room)?;
        let at = start.next_multiple_of(align);
        let new = Chunk { closed: start, next: at + size, end: start + room };
        self.full.push((kind, std::mem::replace(&mut self.chunks[kind as usize], new)));
        Ok(at as *mut u8)
    }

    /// Protects what was given out since the last time; further pages of the current chunks can
    /// still be given.
    fn close(&mut self) -> io::Result<()> {
        let Self { chunks, full, .. } = self;
        for (kind, chunk) in full.iter_mut() {
            chunk.close(*kind)?;
        }
        full.clear();
        KINDS.iter().zip(chunks).try_for_each(|(kind, chunk)| chunk.close(*kind))
    }

    fn finalize(&mut self) -> ModuleResult<()> {
        self.close().map_err(|err| ModuleError::Allocation {
            message: "the protection of memory could not be changed",
            err,
        })
    }

    /// Unmaps everything.
    ///
    /// # Safety
    ///
    /// Nobody may use the memory any more.
    unsafe fn free(&mut self) {
        self.chunks = Default::default();
        self.full.clear();
        for region in self.regions.drain(..) {
            // SAFETY: the range was mapped by `reserve`, belongs to this value alone, and the
            // caller says that nobody uses it.
            let result = unsafe { rustix::mm::munmap(region.start.as_ptr().cast(), region.len) };
            debug_assert!(result.is_ok(), "a mapping of our own can be unmapped");
        }
    }
}

/// Memory as much as the system gives.
pub struct SystemMemoryProvider(Regions);

impl SystemMemoryProvider {
    /// Without any memory yet.
    pub fn new() -> Self {
        let chunks = Default::default();
        Self(Regions {
            regions: Vec::new(),
            chunks,
            full: Vec::new(),
            region: REGION,
            fixed: false,
        })
    }
}

impl Default for SystemMemoryProvider {
    fn default() -> Self {
        Self::new()
    }
}

/// Memory in one range of a fixed size, so that everything in it is near.
pub struct ArenaMemoryProvider(Regions);

impl ArenaMemoryProvider {
    /// Reserves addresses for this many bytes.
    pub fn new_with_size(reserve_size: usize) -> io::Result<Self> {
        let len = reserve_size
            .max(1)
            .checked_next_multiple_of(rustix::param::page_size())
            .ok_or(io::ErrorKind::OutOfMemory)?;
        let regions = vec![Region::reserve(len)?];
        let chunks = Default::default();
        Ok(Self(Regions { regions, chunks, full: Vec::new(), region: len, fixed: true }))
    }
}

macro_rules! provide {
    ($($provider:ty),*) => { $(
        // SAFETY: chunks are parts of regions that this value has mapped, made accessible before
        // they are given from; no byte is given twice, and pages are protected by `finalize` alone.
        unsafe impl JITMemoryProvider for $provider {
            fn allocate_readexec(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
                self.0.allocate(Kind::Code, size, align)
            }

            fn allocate_readwrite(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
                self.0.allocate(Kind::Data, size, align)
            }

            fn allocate_readonly(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
                self.0.allocate(Kind::Constants, size, align)
            }

            unsafe fn free_memory(&mut self) {
                // SAFETY: the caller says that nobody uses the memory.
                unsafe { self.0.free() }
            }

            fn finalize(&mut self, _branch_protection: BranchProtection) -> ModuleResult<()> {
                self.0.finalize()
            }
        }
    )* };
}

provide!(SystemMemoryProvider, ArenaMemoryProvider);

#[cfg(test)]
mod tests {
    use super::*;

    /// The protection of the page at an address, as the kernel tells it.
    fn protection(address: usize) -> String {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps.lines().find(|line| {
            let (start, rest) = line.split_once('-').unwrap();
            let end = rest.split(' ').next().unwrap();
            let number = |text| usize::from_str_radix(text, 16).unwrap();
            (number(start)..number(end)).contains(&address)
        });
        line.and_then(|line| line.split(' ').nth(1)).unwrap_or("").to_string()
    }

    #[test]
    fn memory_is_never_writable_and_executable() {
        let mut memory = SystemMemoryProvider::new();
        let mut all = Vec::new();
        for round in 0..3 {
            let code = memory.allocate_readexec(5000, 16).unwrap() as usize;
            // More than a chunk holds: the first is not protected before its time.
            let more = memory.allocate_readexec(100_000, 16).unwrap() as usize;
            assert_eq!(protection(more), "rw-p");
            let constants = memory.allocate_readonly(10, 4096).unwrap() as usize;
            let data = memory.allocate_readwrite(1 << 20, 1 << 14).unwrap() as usize;
            assert_eq!((code % 16, constants % 4096, data % (1 << 14)), (0, 0, 0), "{round}");
            assert_eq!(protection(code), "rw-p");
            all.push((code, constants, data));
            memory.finalize(BranchProtection::None).unwrap();
            for &(code, constants, data) in &all {
                assert_eq!(protection(code + 4999), "r-xp");
                assert_eq!(protection(constants), "r--p");
                assert_eq!(protection(data), "rw-p");
            }
        }
        // SAFETY: nobody uses the memory.
        unsafe { memory.free_memory() };
        assert!(all.iter().all(|(code, ..)| !protection(*code).contains('x')));
    }

    #[test]
    fn a_full_arena_says_so() {
        let mut arena = ArenaMemoryProvider::new_with_size(3 << 12).unwrap();
        arena.allocate_readexec(1 << 12, 1).unwrap();
        arena.allocate_readwrite(1, 1).unwrap();
        assert!(arena.allocate_readwrite(1 << 13, 8).is_err());
        assert!(arena.allocate_readonly(1, 3).is_err());
        assert!(arena.allocate_readonly(1 << 12, 8).is_ok());
        // SAFETY: nobody uses the memory.
        unsafe { arena.free_memory() };
    }
}
