//! Every row of the instruction table, with registers, addresses and immediates of all kinds,
//! against an independent disassembler, and through our own decoder and back.

mod ambiguity;
mod facts;
mod forms;
mod operands;
mod samples;
mod text;

use regalloc2::Allocation;
use windlass_core::machine::MInst;
use windlass_core::machine::row::{Area, CodeSink, FrameAreas};
use windlass_isa_x86_64::encode::encode;
use windlass_isa_x86_64::labels::LABELS;

/// Where the code of a test begins, so that distances are not from 0.
pub(crate) const ORIGIN: usize = 0x40;

/// A place for a few bytes, its fixups and its relocations.
#[derive(Default)]
pub(crate) struct Code {
    pub(crate) bytes: Vec<u8>,
    pub(crate) fixups: Vec<(u32, u32, u8)>,
    pub(crate) relocs: Vec<(u32, u8, u32, i64)>,
}

impl Code {
    pub(crate) fn new() -> Code {
        Code { bytes: vec![0xcc; ORIGIN], ..Code::default() }
    }

    /// The code, with every label bound to `target`.
    pub(crate) fn finish(&mut self, target: u32) -> &[u8] {
        for &(at, _, kind) in &self.fixups {
            LABELS.patch(&mut self.bytes, kind, at, target).expect("code of a test is small");
        }
        self.fixups.clear();
        &self.bytes[ORIGIN..]
    }
}

impl CodeSink for Code {
    fn offset(&self) -> u32 {
        self.bytes.len() as u32
    }

    fn put_inst(&mut self, bytes: &[u8; 16], len: usize) {
        self.bytes.extend_from_slice(&bytes[..len]);
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn use_label_at_offset(&mut self, offset: u32, label: u32, kind: u8) {
        self.fixups.push((offset, label, kind));
    }

    fn add_reloc_at_offset(&mut self, offset: u32, kind: u8, symbol: u32, addend: i64) {
        self.relocs.push((offset, kind, symbol, addend));
    }
}

/// A frame whose areas are told apart by their offsets.
pub(crate) const FRAME: FrameAreas = FrameAreas {
    spills: Area { base: 4, offset: 0x20 },
    slots: Area { base: 4, offset: 0x200 },
    incoming: Area { base: 5, offset: 0x10 },
    outgoing: Area { base: 4, offset: 0 },
};

/// Encodes one instruction.
pub(crate) fn code_of(inst: &MInst, allocs: &[Allocation]) -> Code {
    let mut code = Code::new();
    encode(inst, allocs, &FRAME, &mut code);
    code
}
