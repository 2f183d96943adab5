//! Linked code in memory.
//!
//! What holds: the pages of a [`CodeImage`] were writable once, before anybody had their address,
//! and are readable and executable from then on; never both.

use std::collections::HashMap;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};
use windlass_core::ir::Endianness;
use windlass_core::isa::TargetIsa;
use windlass_core::machine::Tables;
use windlass_core::machine::reloc::{Addend, CodeOffset, OutOfReach, Refers, Reloc};

/// A function in an [`ImageBuilder`] or [`CodeImage`], by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FunctionId(pub u32);

/// What a relocation refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A function of the same image.
    Function(FunctionId),
    /// An offset in a function of the same image.
    Inside(FunctionId, CodeOffset),
    /// An address that may be anywhere.
    Address(usize),
}

/// Why code could not be linked.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The system refused memory.
    #[error("no memory for {bytes} bytes of code: {source}")]
    Memory {
        /// How much was asked for.
        bytes: usize,
        /// What the system says.
        source: std::io::Error,
    },
    /// More code than relative addresses reach.
    #[error("{0} bytes of code are more than one image can hold; split the module")]
    TooLarge(usize),
    /// A relocation that code in memory cannot have.
    #[error("relocations of kind {0} are not supported for code in memory")]
    Unsupported(Reloc),
    /// The address does not fit into the field of a relocation.
    #[error("a relocation of kind {0} does not reach its target")]
    OutOfReach(Reloc),
    /// The frames of a function cannot be described to unwinders.
    #[error("no unwind information can be written for a function: {0}")]
    Unwind(#[from] gimli::write::Error),
}

struct PendingReloc {
    at: u32,
    kind: Reloc,
    target: Target,
    addend: Addend,
}

impl From<OutOfReach> for ImageError {
    fn from(OutOfReach(kind): OutOfReach) -> Self {
        ImageError::OutOfReach(kind)
    }
}

/// Functions that are being linked.
pub struct ImageBuilder {
    machine: &'static Tables,
    order: Endianness,
    bytes: Vec<u8>,
    functions: Vec<(u32, u32)>,
    relocs: Vec<PendingReloc>,
}

/// The largest image: what relative addresses reach, with room for stubs.
const MAX_IMAGE: usize = 1 << 30;

impl ImageBuilder {
    /// An empty image of code for a machine.
    pub fn new(isa: &dyn TargetIsa) -> Self {
        Self::with_capacity(isa, 0)
    }

    /// An empty image with room for this many bytes of code.
    pub fn with_capacity(isa: &dyn TargetIsa, bytes: usize) -> Self {
        Self {
            machine: isa.backend().tables(),
            order: isa.endianness(),
            bytes: Vec::with_capacity(bytes),
            functions: Vec::new(),
            relocs: Vec::new(),
        }
    }

    /// Appends the code of a function; numbers count from 0.
    pub fn add(&mut self, code: &[u8], alignment: u32) -> FunctionId {
        let start = self.bytes.len().next_multiple_of(alignment.max(1) as usize);
        self.bytes.resize(start, self.machine.labels.filler);
        self.bytes.extend_from_slice(code);
        // An image that has grown beyond 4 GiB is refused by `finish`.
        self.functions.push((start as u32, code.len() as u32));
        FunctionId(self.functions.len() as u32 - 1)
    }

    /// The range of a function's code, as offsets.
    pub fn range(&self, function: FunctionId) -> std::ops::Range<u32> {
        let (start, len) = self.functions[function.0 as usize];
        start..start + len
    }

    /// Number of functions.
    pub fn functions(&self) -> usize {
        self.functions.len()
    }

    /// Adds a relocation of a field in a function that was added.
    pub fn relocate(
        &mut self,
        function: FunctionId,
        offset: CodeOffset,
        kind: Reloc,
        target: Target,
        addend: Addend,
    ) {
        let at = self.functions[function.0 as usize].0 + offset;
        self.relocs.push(PendingReloc { at, kind, target, addend });
    }

    /// Resolves relocations without knowing where the code will be: what is not relative, and
    /// what names an address, is refused.
    pub fn link(mut self) -> Result<LinkedCode, ImageError> {
        if self.bytes.len() > MAX_IMAGE {
            return Err(ImageError::TooLarge(self.bytes.len()));
        }
        for reloc in &self.relocs {
            let relative = matches!(reloc.kind.refers(), Some(Refers::Distance | Refers::Call));
            let to = match reloc.target {
                Target::Function(f) if relative => self.functions[f.0 as usize].0,
                Target::Inside(f, offset) if relative => self.functions[f.0 as usize].0 + offset,
                _ => return Err(ImageError::Unsupported(reloc.kind)),
            };
            let field = &mut self.bytes[reloc.at as usize..];
            let (at, to) = (u64::from(reloc.at), u64::from(to));
            reloc.kind.apply(field, self.order, at, to, reloc.addend)?;
        }
        Ok(LinkedCode { bytes: self.bytes, functions: self.functions })
    }

    /// Maps the code, resolves its relocations and makes it executable.
    pub fn finish(self) -> Result<CodeImage, ImageError> {
        let mut pages = None;
        let linked = self.link_at(|bytes| {
            let pages = pages.insert(Pages::map(bytes)?);
            Ok(pages.start.as_ptr() as usize)
        })?;
        let pages = pages.expect("linking asks for the place of the code");
        pages.publish(&linked.bytes)?;
        Ok(CodeImage { pages, len: linked.bytes.len(), functions: linked.functions })
    }

    /// Resolves relocations for the address that `map` gives to so many bytes.
    pub fn link_at(
        mut self,
        map: impl FnOnce(usize) -> Result<usize, ImageError>,
    ) -> Result<LinkedCode, ImageError> {
        // Behind the code: jumps to what may be out of reach, and cells.
        let mut islands: HashMap<(Refers, Target), u32> = HashMap::new();
        for reloc in &self.relocs {
            let island = match (reloc.kind.refers(), reloc.target) {
                (Some(Refers::Cell), _) => Refers::Cell,
                (Some(Refers::Distance | Refers::Call), Target::Address(_)) => Refers::Call,
                (Some(Refers::Distance | Refers::Call | Refers::Address | Refers::Part), _) => {
                    continue;
                }
                (Some(Refers::ThreadCell) | None, _) => {
                    return Err(ImageError::Unsupported(reloc.kind));
                }
            };
            islands.entry((island, reloc.target)).or_insert_with(|| {
                let at = self.bytes.len().next_multiple_of(8);
                self.bytes.resize(at, self.machine.labels.filler);
                let size =
                    if island == Refers::Call { self.machine.link.jump.code.len() } else { 8 };
                self.bytes.resize(at + size, 0);
                at as u32
            });
        }
        let len = self.bytes.len();
        if len > MAX_IMAGE {
            return Err(ImageError::TooLarge(len));
        }
        let base = map(len)? as u64;
        let address = |target: Target| match target {
            Target::Function(f) => base + u64::from(self.functions[f.0 as usize].0),
            Target::Inside(f, offset) => {
                base + u64::from(self.functions[f.0 as usize].0) + u64::from(offset)
            }
            Target::Address(address) => address as u64,
        };
        for (&(island, target), &at) in &islands {
            let (at, to) = (at as usize, address(target));
            match island {
                Refers::Call => {
                    let jump = self.machine.link.jump.with(to, self.order);
                    self.bytes[at..at + jump.len()].copy_from_slice(&jump);
                }
                _ => Reloc::Abs8.apply(&mut self.bytes[at..], self.order, base, to, 0)?,
            }
        }
        for reloc in &self.relocs {
            let island = match reloc.kind.refers() {
                Some(Refers::Address | Refers::Part) => None,
                Some(Refers::Cell) => islands.get(&(Refers::Cell, reloc.target)),
                _ => islands.get(&(Refers::Call, reloc.target)),
            };
            let to = island.map_or(address(reloc.target), |&at| base + u64::from(at));
            let field = &mut self.bytes[reloc.at as usize..];
            reloc.kind.apply(field, self.order, base + u64::from(reloc.at), to, reloc.addend)?;
        }
        Ok(LinkedCode { bytes: self.bytes, functions: self.functions })
    }
}

/// Linked code, for one address or for any.
#[derive(Clone, Debug)]
pub struct LinkedCode {
    /// The code of all functions.
    pub bytes: Vec<u8>,
    /// Where each function begins in it, and its length.
    pub functions: Vec<(u32, u32)>,
}

/// A private mapping.
struct Pages {
    start: NonNull<u8>,
    len: usize,
}

impl Pages {
    fn map(bytes: usize) -> Result<Self, ImageError> {
        let len = bytes.max(1).next_multiple_of(rustix::param::page_size());
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches nothing
        // that exists.
        let start = unsafe {
            rustix::mm::mmap_anonymous(
                std::ptr::null_mut(),
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        };
        let start =
            start.map_err(|error| ImageError::Memory { bytes: len, source: error.into() })?;
        let start = NonNull::new(start.cast()).expect("the kernel maps nothing at address 0");
        Ok(Self { start, len })
    }

    /// Fills the pages and makes them executable instead of writable.
    fn publish(&self, bytes: &[u8]) -> Result<(), ImageError> {
        assert!(bytes.len() <= self.len, "the mapping was made for these bytes");
        // SAFETY: the pages are writable, belong to this value alone and hold at least as many
        // bytes; nobody else has their address yet.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.as_ptr(), bytes.len()) };
        // SAFETY: the range is this mapping. No reference to its contents exists. On x86-64 the
        // instruction cache follows stores by itself.
        let result = unsafe {
            rustix::mm::mprotect(
                self.start.as_ptr().cast(),
                self.len,
                MprotectFlags::READ | MprotectFlags::EXEC,
            )
        };
        result.map_err(|error| ImageError::Memory { bytes: self.len, source: error.into() })
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `map` and belongs to this value alone.
        let result = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.len) };
        debug_assert!(result.is_ok(), "unmapping what was mapped");
    }
}

/// Linked, executable code.
pub struct CodeImage {
    pages: Pages,
    len: usize,
    functions: Vec<(u32, u32)>,
}

// SAFETY: the pages belong to the image alone, and any thread may unmap them.
unsafe impl Send for CodeImage {}
// SAFETY: the pages are read-only from their publication on, and nothing else in the image is
// changed through a shared reference.
unsafe impl Sync for CodeImage {}

impl CodeImage {
    /// The address of a function.
    pub fn address(&self, function: FunctionId) -> *const u8 {
        let (start, _) = self.functions[function.0 as usize];
        (self.pages.start.as_ptr() as usize + start as usize) as *const u8
    }

    /// The range of a function's code, as offsets from the start.
    pub fn function_range(&self, function: FunctionId) -> std::ops::Range<u32> {
        let (start, len) = self.functions[function.0 as usize];
        start..start + len
    }

    /// The function whose code has this offset.
    pub fn function_at(&self, offset: u32) -> Option<FunctionId> {
        let after = self.functions.partition_point(|(start, _)| *start <= offset);
        let index = after.checked_sub(1)?;
        let (start, len) = self.functions[index];
        (offset - start < len).then_some(FunctionId(index as u32))
    }

    /// Number of functions.
    pub fn functions(&self) -> usize {
        self.functions.len()
    }

    /// The addresses that the code takes.
    pub fn range(&self) -> std::ops::Range<usize> {
        let start = self.pages.start.as_ptr() as usize;
        start..start + self.len
    }

    /// The bytes of the code.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the pages hold `len` initialised bytes, readable for as long as the image lives,
        // and nothing writes to them.
        unsafe { std::slice::from_raw_parts(self.pages.start.as_ptr(), self.len) }
    }
}

impl std::fmt::Debug for CodeImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CodeImage({:#x?}, {} functions)", self.range(), self.functions.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::isa::OwnedTargetIsa;
    use windlass_core::settings::{Flags, builder};

    fn host() -> OwnedTargetIsa {
        let flags = Flags::new(builder());
        windlass_isa::host_builder().expect("a host with back end").finish(flags).expect("defaults")
    }

    /// `mov eax, imm32; ret`
    const RETURN: [u8; 6] = [0xb8, 42, 0, 0, 0, 0xc3];

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn relocated_calls_reach_their_targets() {
        extern "C" fn far() -> u32 {
            1000
        }
        let mut builder = ImageBuilder::new(&*host());
        let near = builder.add(&RETURN, 16);
        // push rax; call near; mov ebx->skip: add via stack; `call far` then add the two.
        // push rbx; call near; mov ebx, eax; call far; add eax, ebx; pop rbx; ret
        let code = [0x53, 0xe8, 0, 0, 0, 0, 0x89, 0xc3, 0xe8, 0, 0, 0, 0, 0x01, 0xd8, 0x5b, 0xc3];
        let both = builder.add(&code, 16);
        builder.relocate(both, 2, Reloc::X86CallPCRel4, Target::Function(near), -4);
        let address = far as *const () as usize;
        builder.relocate(both, 9, Reloc::X86CallPLTRel4, Target::Address(address), -4);
        // mov rax, [rip + got]; call rax would need alignment: jmp rax.
        let got = builder.add(&[0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xff, 0xe0], 16);
        builder.relocate(got, 3, Reloc::X86GOTPCRel4, Target::Function(near), -4);
        // movabs rax, imm64; jmp rax
        let absolute = builder.add(&[0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0], 16);
        builder.relocate(absolute, 2, Reloc::Abs8, Target::Function(near), 0);
        let image = builder.finish().expect("a small image");
        let run = |function| {
            // SAFETY: the bytes above are functions without arguments that return a u32.
            let f: extern "C" fn() -> u32 = unsafe { std::mem::transmute(image.address(function)) };
            f()
        };
        assert_eq!(run(near), 42);
        assert_eq!(run(both), 1042);
        assert_eq!(run(got), 42);
        assert_eq!(run(absolute), 42);
        assert_eq!(image.function_at(image.function_range(both).start + 3), Some(both));
    }

    #[test]
    fn code_for_any_address_has_relative_targets_only() {
        let mut builder = ImageBuilder::new(&*host());
        let near = builder.add(&RETURN, 16);
        let caller = builder.add(&[0xe9, 0, 0, 0, 0], 16);
        builder.relocate(caller, 1, Reloc::X86CallPCRel4, Target::Function(near), -4);
        let linked = builder.link().unwrap();
        assert_eq!(linked.functions, [(0, 6), (16, 5)]);
        assert_eq!(linked.bytes[17..21], (-21i32).to_le_bytes());
        for (kind, target) in [
            (Reloc::Abs8, Target::Function(FunctionId(0))),
            (Reloc::X86CallPLTRel4, Target::Address(1)),
            (Reloc::X86GOTPCRel4, Target::Function(FunctionId(0))),
        ] {
            let mut builder = ImageBuilder::new(&*host());
            let function = builder.add(&[0; 16], 1);
            builder.relocate(function, 0, kind, target, 0);
            assert!(matches!(builder.link(), Err(ImageError::Unsupported(_))), "{kind}");
        }
    }

    #[test]
    fn what_cannot_be_linked_is_an_error() {
        let mut builder = ImageBuilder::new(&*host());
        let function = builder.add(&[0; 8], 1);
        builder.relocate(function, 0, Reloc::X86SecRel, Target::Address(0), 0);
        assert!(matches!(builder.finish(), Err(ImageError::Unsupported(Reloc::X86SecRel))));
        let mut builder = ImageBuilder::new(&*host());
        let function = builder.add(&[0; 8], 1);
        builder.relocate(function, 0, Reloc::Abs4, Target::Address(1 << 40), 0);
        assert!(matches!(builder.finish(), Err(ImageError::OutOfReach(Reloc::Abs4))));
    }
}
