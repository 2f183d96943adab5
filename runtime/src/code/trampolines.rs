//! The trampolines of function types: where they lie in files and in memory.

use std::sync::Arc;

use windlass_core::isa::TargetIsa;
use windlass_jit::gdb::GdbRegistration;
use windlass_wasm::types::TypeIndex;

use crate::Error;
use crate::sys::code::CodePages;

/// How many trampolines a function type has.
pub const KINDS: usize = 4;

/// The trampolines of one type: offsets in a section of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeTrampolines {
    pub ty: TypeIndex,
    pub offsets: [u32; KINDS],
}

/// Code of trampolines in pages of its own.
pub struct Block {
    /// What debuggers know of it, which goes before the code.
    _shown: Option<GdbRegistration>,
    pages: CodePages,
}

impl Block {
    /// Trampolines in memory, of which debuggers know what `show` says.
    pub fn new(
        code: &[u8],
        show: impl FnOnce(&CodePages) -> Option<GdbRegistration>,
    ) -> Result<Self, Error> {
        let pages = CodePages::copy(code)
            .map_err(|error| Error::new(error).context("no memory for trampolines"))?;
        Ok(Self { _shown: show(&pages), pages })
    }
}

/// The trampolines of one function type.
pub struct Trampolines {
    block: Arc<Block>,
    /// Where each begins.
    offsets: [u32; KINDS],
}

impl std::fmt::Debug for Trampolines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trampolines at {:?}", self.entry())
    }
}

impl Trampolines {
    /// Where the code of a type may begin.
    const ALIGN: usize = 64;

    /// Appends to code what lies before that of the next type, which begins there.
    pub fn begin(isa: &dyn TargetIsa, code: &mut Vec<u8>) -> usize {
        let start = code.len().next_multiple_of(Self::ALIGN);
        code.resize(start, isa.backend().tables().labels.filler);
        start
    }

    /// Those that begin at these offsets in a block.
    pub fn new(block: Arc<Block>, offsets: [u32; KINDS]) -> Self {
        Self { block, offsets }
    }

    fn address(&self, number: usize) -> *const u8 {
        self.block.pages.address(self.offsets[number])
    }

    /// From the host: `(code, context, slots)`, in registers as in the host's convention; only the
    /// frame pointer survives.
    pub fn entry(&self) -> *const u8 {
        self.address(0)
    }

    /// To a Wasm function in another context, which stands in the callee slot.
    pub fn foreign(&self) -> *const u8 {
        self.address(1)
    }

    /// To a host function, which stands in the callee slot and takes slots.
    pub fn host(&self) -> *const u8 {
        self.address(2)
    }

    /// To a host function, which stands in the callee slot and takes its arguments in registers, if
    /// they fit.
    pub fn direct(&self) -> *const u8 {
        self.address(3)
    }
}
