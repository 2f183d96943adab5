//! What stops Wasm code: traps as values, where they happened, and deadlines.

pub(crate) mod deadline;
pub(crate) mod pieces;

use std::fmt;

use windlass_core::ir::TrapCode;
use windlass_wasm::trap;

use crate::sync::cells::Word;

/// Why Wasm code stopped. Found in an [`crate::Error`] by `downcast_ref::<Trap>()`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trap(TrapCode);

#[allow(non_upper_case_globals, reason = "named as variants, which is how users know them")]
impl Trap {
    /// The stack is used up.
    pub const StackOverflow: Trap = Trap(TrapCode::STACK_OVERFLOW);
    /// An access outside of a memory.
    pub const MemoryOutOfBounds: Trap = Trap(TrapCode::HEAP_OUT_OF_BOUNDS);
    /// An access outside of a table.
    pub const TableOutOfBounds: Trap = Trap(trap::TABLE_OUT_OF_BOUNDS);
    /// A call through an index that the table does not have.
    pub const IndirectOutOfBounds: Trap = Trap(trap::INDIRECT_OUT_OF_BOUNDS);
    /// A call through a null entry.
    pub const IndirectCallToNull: Trap = Trap(trap::INDIRECT_CALL_TO_NULL);
    /// A call through a table to a function of another type.
    pub const BadSignature: Trap = Trap(trap::BAD_SIGNATURE);
    /// An integer operation whose result does not fit.
    pub const IntegerOverflow: Trap = Trap(TrapCode::INTEGER_OVERFLOW);
    /// A division by zero.
    pub const IntegerDivisionByZero: Trap = Trap(TrapCode::INTEGER_DIVISION_BY_ZERO);
    /// A conversion of a NaN or of a number that does not fit.
    pub const BadConversionToInteger: Trap = Trap(TrapCode::BAD_CONVERSION_TO_INTEGER);
    /// The instruction `unreachable`.
    pub const UnreachableCodeReached: Trap = Trap(trap::UNREACHABLE);
    /// The system does not let a memory be accessed, because the process has too many mappings.
    pub const AllocationFailed: Trap = Trap(trap::ALLOCATION_FAILED);
    /// The deadline has passed.
    pub const Interrupted: Trap = Trap(trap::INTERRUPTED);

    pub(crate) fn new(code: TrapCode) -> Self {
        Self(code)
    }

    /// The code in the trap table of compiled code.
    pub fn code(self) -> TrapCode {
        self.0
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wasm trap: {}", trap::message(self.0))
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trap({})", trap::message(self.0))
    }
}

impl std::error::Error for Trap {}

/// The frames of Wasm code at a trap or at a failed host call, innermost first. Found in an
/// [`crate::Error`] by `downcast_ref::<WasmBacktrace>()`.
#[derive(Clone, Debug)]
pub struct WasmBacktrace {
    frames: Vec<FrameInfo>,
}

/// A frame of Wasm code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    function: u32,
    name: Option<String>,
    module: Option<String>,
    offset: Option<u32>,
}

impl FrameInfo {
    pub(crate) fn new(
        function: u32,
        name: Option<&str>,
        module: Option<&str>,
        offset: Option<u32>,
    ) -> Self {
        let owned = |name: Option<&str>| name.map(str::to_string);
        Self { function, name: owned(name), module: owned(module), offset }
    }

    /// The index of the function in its module.
    pub fn func_index(&self) -> u32 {
        self.function
    }

    /// The name of the function: from the name section, or the first that it is exported under.
    pub fn func_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name of the module: from the name section, or that of the file that it was read from.
    pub fn module_name(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// The offset of the instruction in the module's bytes.
    pub fn module_offset(&self) -> Option<usize> {
        self.offset.map(|offset| offset as usize)
    }
}

/// Frames beyond these are not kept.
const MAX_FRAMES: usize = 64;

/// Program counters of Wasm frames, taken while the frames exist: the code that runs after an
/// activation has been left uses their stack again. Taking them allocates nothing, so a signal
/// handler may.
#[derive(Debug)]
pub(crate) struct RawTrace {
    pcs: [Word; MAX_FRAMES],
    len: Word,
}

impl RawTrace {
    pub fn new() -> Self {
        Self { pcs: [const { Word::new(0) }; MAX_FRAMES], len: Word::new(0) }
    }

    pub fn clear(&self) {
        self.len.set(0);
    }

    pub fn is_full(&self) -> bool {
        self.len.get() == MAX_FRAMES
    }

    /// Keeps a program counter, unless there are enough.
    pub fn push(&self, pc: usize) {
        if !self.is_full() {
            self.pcs[self.len.get()].set(pc);
            self.len.set(self.len.get() + 1);
        }
    }

    /// The program counters, innermost first.
    pub fn pcs(&self) -> impl Iterator<Item = usize> + '_ {
        self.pcs[..self.len.get()].iter().map(Word::get)
    }
}

impl WasmBacktrace {
    /// The frames, innermost first, at most 64.
    pub fn frames(&self) -> &[FrameInfo] {
        &self.frames
    }

    pub(crate) fn new(frames: Vec<FrameInfo>) -> Self {
        Self { frames }
    }
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("error while executing wasm at backtrace:")?;
        for (n, frame) in self.frames.iter().enumerate() {
            write!(f, "\n  {n:3}: ")?;
            if let Some(offset) = frame.offset {
                write!(f, "{offset:#8x} - ")?;
            }
            write!(f, "{}!", frame.module.as_deref().unwrap_or("<unknown>"))?;
            match &frame.name {
                Some(name) => f.write_str(name)?,
                None => write!(f, "<wasm function {}>", frame.function)?,
            }
        }
        Ok(())
    }
}
