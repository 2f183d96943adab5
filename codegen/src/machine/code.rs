//! What comes out of the compiler: code, and all that belongs to it.

use super::buffer::CodeBuffer;
use super::reloc::CodeOffset;
use super::unwind::SystemVUnwindInfo;
use crate::ir::ValueLabel;
use crate::settings::Flags;

/// The code of a function and all that belongs to it.
#[derive(Default, Clone, Debug)]
pub struct CompiledCode {
    /// Bytes, relocations, traps, calls, source locations, stack maps.
    pub buffer: CodeBuffer,
    /// The most bytes between the return address (and frame pointer) and the lowest address of the
    /// frame.
    pub frame_size: u32,
    /// Whether the function sets up a frame pointer.
    pub has_frame: bool,
    /// The listing of the machine code, if it was asked for.
    pub vcode: Option<String>,
    /// Where labelled values are.
    pub value_labels_ranges: ValueLabelsRanges,
    /// Where the stack slots begin, from the canonical frame address; the slots are at the offsets
    /// that [`super::abi::slot_offset`] gives.
    pub slots_from_cfa: i64,
    /// Where the stack slots begin is the next lower multiple of this: more than 1 if the frame is
    /// realigned.
    pub slots_align: u32,
    /// Offsets of the blocks, if the settings ask for them.
    pub bb_starts: Vec<CodeOffset>,
    /// Edges between them.
    pub bb_edges: Vec<(CodeOffset, CodeOffset)>,
    /// What it took.
    pub stats: CompileStats,
    pub(crate) unwind: SystemVUnwindInfo,
}

/// Where labelled values are, by label.
pub type ValueLabelsRanges = crate::FxHashMap<ValueLabel, Vec<ValueLocRange>>;

/// Where a labelled value is in a range of code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ValueLocRange {
    /// The place.
    pub loc: LabelValueLoc,
    /// First offset.
    pub start: CodeOffset,
    /// One past the last offset.
    pub end: CodeOffset,
}

/// The place of a labelled value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LabelValueLoc {
    /// In a register.
    Reg(regalloc2::PReg),
    /// In memory, at an offset from the canonical frame address.
    CFAOffset(i64),
}

/// What compiling a function took.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct CompileStats {
    /// Machine instructions, before moves of the allocator.
    pub insts: u32,
    /// Their operands.
    pub operands: u32,
    /// Virtual registers.
    pub vregs: u32,
    /// Machine blocks.
    pub blocks: u32,
    /// Moves of the allocator, spills and reloads among them.
    pub moves: u32,
    /// Spill slots of 8 bytes.
    pub spill_slots: u32,
    /// Live ranges that the allocator began with.
    pub live_ranges: u32,
    /// The function was too much for the backtracking allocator.
    pub fell_back: bool,
    /// What the allocator was given, tried and made, in steps (`RegallocFacts::work`).
    pub work: u64,
}

/// The size of code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeInfo {
    /// All bytes.
    pub total_size: CodeOffset,
}

impl CompiledCode {
    /// The bytes.
    pub fn code_buffer(&self) -> &[u8] {
        self.buffer.data()
    }

    /// How the frame is unwound, if the settings asked for it.
    pub fn unwind_info(&self, flags: &Flags) -> Option<&SystemVUnwindInfo> {
        flags.unwind_info().then_some(&self.unwind)
    }

    /// The size.
    pub fn code_info(&self) -> CodeInfo {
        CodeInfo { total_size: self.buffer.total_size() }
    }
}
