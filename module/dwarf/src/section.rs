//! Bytes with relocations.

use gimli::write::{EndianVec, RelocateWriter, RelocationTarget};
use gimli::{LittleEndian, SectionId};

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
    pub(crate) bytes: EndianVec<LittleEndian>,
    pub(crate) relocations: Vec<Relocation>,
}

impl Default for Section {
    fn default() -> Self {
        Section { bytes: EndianVec::new(LittleEndian), relocations: Vec::new() }
    }
}

impl Section {
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
        let mut bytes = std::mem::replace(&mut self.bytes, EndianVec::new(LittleEndian)).into_vec();
        self.relocations.retain(|r| {
            let base = match r.target {
                Target::Symbol(number) => symbol(number),
                Target::Section(_) => 0,
            };
            let value = base.wrapping_add_signed(r.addend).to_le_bytes();
            let (at, size) = (r.offset as usize, usize::from(r.size));
            if !r.relative {
                bytes[at..at + size].copy_from_slice(&value[..size]);
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
    type Writer = EndianVec<LittleEndian>;

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
