//! Traps as values, and where they happened.

use std::fmt;

use windlass_core::ir::TrapCode;
use windlass_wasm::trap;

use crate::activation::{Activation, Fault};
use crate::arch;
use crate::store::StoreOpaque;

/// Why Wasm code stopped. Found in an [`crate::Error`] by `downcast_ref::<Trap>()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    /// The name of the function, from the name section.
    pub fn func_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name of the module, from the name section.
    pub fn module_name(&self) -> Option<&str> {
        self.module.as_deref()
    }

    /// The offset of the instruction in the module's bytes.
    pub fn module_offset(&self) -> Option<usize> {
        self.offset.map(|offset| offset as usize)
    }
}

/// More frames are counted, not kept.
const MAX_FRAMES: usize = 64;
/// A walk ends after so many frames, whatever they say.
const MAX_WALK: usize = 1 << 20;

impl WasmBacktrace {
    /// The frames, innermost first, at most 64.
    pub fn frames(&self) -> &[FrameInfo] {
        &self.frames
    }

    /// Walks the frames of an activation and of the outer ones of its store.
    pub(crate) fn capture(
        store: &StoreOpaque,
        activation: &Activation,
        fault: Option<Fault>,
    ) -> Self {
        let mut trace = Self { frames: Vec::new() };
        let fp = match fault {
            Some(fault) => {
                trace.note(store, fault.pc, true);
                match store.has_frame(fault.pc) {
                    true => fault.fp,
                    false => {
                        // SAFETY: code without a frame traps with its return address on top of
                        // the stack, which is mapped.
                        trace.note(store, unsafe { *(fault.sp as *const usize) }, false);
                        fault.fp
                    }
                }
            }
            None => store.exit_fp(),
        };
        trace.walk(store, fp, arch::entry_frame(activation));
        let (mut exit_fp, mut outer) = (activation.outer_exit_fp, activation.outer);
        while exit_fp != 0 && !outer.is_null() && trace.frames.len() < MAX_FRAMES {
            // SAFETY: outer activations are alive while inner ones are.
            let activation = unsafe { &*outer };
            if std::ptr::eq(activation.store, store) {
                trace.walk(store, exit_fp, arch::entry_frame(activation));
                exit_fp = activation.outer_exit_fp;
            }
            outer = activation.outer;
        }
        trace
    }

    /// Follows frame pointers from `fp` to the frame of the entry.
    fn walk(&mut self, store: &StoreOpaque, mut fp: usize, end: usize) {
        for _ in 0..MAX_WALK {
            if fp == end || fp == 0 || fp % 8 != 0 || self.frames.len() >= MAX_FRAMES {
                return;
            }
            // SAFETY: frames of compiled code between the exit and the entry form a chain: each
            // frame pointer addresses the caller's frame pointer and the return address.
            let (outer, pc) = unsafe { (*(fp as *const usize), *((fp + 8) as *const usize)) };
            self.note(store, pc, false);
            fp = outer;
        }
    }

    /// Adds the frame of a program counter, if it is in a Wasm function.
    fn note(&mut self, store: &StoreOpaque, pc: usize, exact: bool) {
        // A return address is behind its call, and may belong to the next function.
        let pc = if exact { pc } else { pc.wrapping_sub(1) };
        if self.frames.len() < MAX_FRAMES
            && let Some(frame) = store.frame_at(pc)
        {
            self.frames.push(frame);
        }
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
