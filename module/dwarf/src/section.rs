//! Bytes with relocations.

use gimli::write::{EndianVec, RelocateWriter, RelocationTarget};
use gimli::{Endianity, RunTimeEndian, SectionId};
use windlass_core::ir::Endianness;

/// What a relocation refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A symbol, by the number that it was given.
    Symbol(usize),
    /// The beginning of a section.
    Section(SectionId),
}

/// An address, or the distance to one, that is written into a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// Where it is.
    pub offset: u32,
    /// How many bytes it takes.
    pub size: u8,
    /// What it refers to.
    pub target: Target,
    /// Added to the address.
    pub addend: i64,
    /// Whether it is the distance from its own place.
    pub relative: bool,
}

/// The bytes of a section, and what is to be written into them.
#[derive(Clone, Debug)]
pub struct Section {
    order: RunTimeEndian,
    pub(crate) bytes: EndianVec<RunTimeEndian>,
    pub(crate) relocations: Vec<Relocation>,
}

/// The byte order of a machine.
pub(crate) fn byte_order(order: Endianness) -> RunTimeEndian {
    match order {
        Endianness::Little => RunTimeEndian::Little,
        Endianness::Big => RunTimeEndian::Big,
    }
}

impl Section {
    pub(crate) fn new(order: RunTimeEndian) -> Self {
        Section { order, bytes: EndianVec::new(order), relocations: Vec::new() }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.slice()
    }

    /// The relocations.
    pub fn relocations(&self) -> &[Relocation] {
        &self.relocations
    }

    /// Writes all addresses, for a section that is used where it is: `symbol` gives that of a
    /// symbol, and sections begin at 0. Distances stay as they are.
    pub fn resolve(&mut self, symbol: impl Fn(usize) -> u64) {
        let order = self.order;
        let mut bytes = std::mem::replace(&mut self.bytes, EndianVec::new(order)).into_vec();
        self.relocations.retain(|r| {
            let base = match r.target {
                Target::Symbol(number) => symbol(number),
                Target::Section(_) => 0,
            };
            let (at, size) = (r.offset as usize, usize::from(r.size));
            if !r.relative {
                let mut value = [0; 8];
                order.write_u64(&mut value, base.wrapping_add_signed(r.addend));
                let low = if order.is_little_endian() { 0 } else { 8 - size };
                bytes[at..at + size].copy_from_slice(&value[low..low + size]);
            }
            r.relative
        });
        let written = gimli::write::Writer::write(&mut self.bytes, &bytes);
        written.expect("bytes in memory can be written");
    }

    /// The bytes alone.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_vec()
    }
}

impl RelocateWriter for Section {
    type Writer = EndianVec<RunTimeEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, r: gimli::write::Relocation) {
        let relative = r.eh_pe.is_some_and(|pe| pe.application() == gimli::DW_EH_PE_pcrel);
        self.relocations.push(Relocation {
            offset: r.offset as u32,
            size: r.size,
            target: match r.target {
                RelocationTarget::Symbol(symbol) => Target::Symbol(symbol),
                RelocationTarget::Section(section) => Target::Section(section),
            },
            addend: r.addend,
            relative,
        });
    }
}
