//! Object files (ELF, 64 bits, little-endian) that describe code in memory to debuggers.
//!
//! They hold no code: a section without contents stands at the address where the code is. With it
//! come a symbol for each function, frame descriptions, and, if there are lines, DWARF 4 line
//! tables.

use std::ops::Range;

use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Sections,
};
use gimli::{Encoding, Format, LineEncoding, LittleEndian, constants};
use windlass_core::isa::unwind::{CommonUnwindInfo, SystemVUnwindInfo};

use crate::unwind;

/// A function at its address.
#[derive(Clone, Debug)]
pub struct FunctionSymbol {
    /// Its name.
    pub name: String,
    /// Its first instruction.
    pub address: usize,
    /// What an unwinder needs to know of it; `len` is the size of its code.
    pub unwind: SystemVUnwindInfo,
    /// Offsets in the code, ascending, and the lines from there on; line 0 is none.
    pub lines: Vec<(u32, u64)>,
}

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const SECTION_HEADER: usize = 64;

/// A section to be written.
struct Section {
    name: &'static str,
    kind: u32,
    flags: u64,
    address: u64,
    bytes: Vec<u8>,
    /// Its size where that is not the number of bytes.
    size: Option<u64>,
    link: u32,
    info: u32,
    alignment: u64,
    entry_size: u64,
}

impl Section {
    fn new(name: &'static str, kind: u32, bytes: Vec<u8>) -> Self {
        Self {
            name,
            kind,
            flags: 0,
            address: 0,
            bytes,
            size: None,
            link: 0,
            info: 0,
            alignment: 1,
            entry_size: 0,
        }
    }
}

const SHT_PROGBITS: u32 = 1;
const SHT_SYMTAB: u32 = 2;
const SHT_STRTAB: u32 = 3;
const SHT_NOBITS: u32 = 8;
const SHF_ALLOC: u64 = 2;
const SHF_EXECINSTR: u64 = 4;

/// The number of the section that stands for the code.
const TEXT: u16 = 1;
/// That of the names of symbols.
const STRINGS: u32 = 3;

/// The object file for code in `code` of the ELF machine `machine` (62 is x86-64). Lines are those
/// of `source`.
pub fn symbol_file(
    machine: u16,
    common: Option<&CommonUnwindInfo>,
    code: Range<usize>,
    source: &str,
    functions: &[FunctionSymbol],
) -> Vec<u8> {
    let mut text = Section::new(".text", SHT_NOBITS, Vec::new());
    text.flags = SHF_ALLOC | SHF_EXECINSTR;
    text.address = code.start as u64;
    text.size = Some(code.len() as u64);
    text.alignment = 16;

    let mut strings = vec![0];
    let mut symbols = vec![0; 24];
    for function in functions {
        symbols.extend_from_slice(&(strings.len() as u32).to_le_bytes());
        // A global function.
        symbols.extend_from_slice(&[0x12, 0]);
        symbols.extend_from_slice(&TEXT.to_le_bytes());
        symbols.extend_from_slice(&(function.address as u64).to_le_bytes());
        symbols.extend_from_slice(&u64::from(function.unwind.len).to_le_bytes());
        strings.extend(function.name.bytes().filter(|byte| *byte != 0));
        strings.push(0);
    }
    let mut symtab = Section::new(".symtab", SHT_SYMTAB, symbols);
    symtab.link = STRINGS;
    symtab.info = 1;
    symtab.alignment = 8;
    symtab.entry_size = 24;

    let mut sections = vec![text, symtab, Section::new(".strtab", SHT_STRTAB, strings)];
    let rows = functions.iter().map(|function| (function.address, &function.unwind));
    if let Some(bytes) = common.and_then(|common| unwind::section(common, rows)) {
        // Not of the kind that is loaded: it is in memory already, at no address that matters.
        let mut frames = Section::new(".eh_frame", SHT_PROGBITS, bytes);
        frames.alignment = 8;
        sections.push(frames);
    }
    // That lines cannot be written leaves the rest as it is.
    sections.extend(lines(&code, source, functions).unwrap_or_default());
    write(machine, &code, sections)
}

/// The sections with line tables.
fn lines(
    code: &Range<usize>,
    source: &str,
    functions: &[FunctionSymbol],
) -> gimli::write::Result<Vec<Section>> {
    if functions.iter().all(|function| function.lines.is_empty()) {
        return Ok(Vec::new());
    }
    let encoding = Encoding { address_size: 8, format: Format::Dwarf32, version: 4 };
    let mut dwarf = DwarfUnit::new(encoding);
    let text = |text: &str| {
        let bytes: Vec<u8> = text.bytes().filter(|byte| *byte != 0).collect();
        LineString::String(if bytes.is_empty() { b"?".to_vec() } else { bytes })
    };
    let (folder, file) = source.rsplit_once('/').unwrap_or((".", source));
    let mut program =
        LineProgram::new(encoding, LineEncoding::default(), text(folder), None, text(file), None);
    let directory = program.default_directory();
    let file_id = program.add_file(text(file), directory, None);
    for function in functions.iter().filter(|function| !function.lines.is_empty()) {
        program.begin_sequence(Some(Address::Constant(function.address as u64)));
        for &(offset, line) in &function.lines {
            let row = program.row();
            row.address_offset = u64::from(offset);
            row.file = file_id;
            row.line = line;
            row.is_statement = line != 0;
            program.generate_row();
        }
        program.end_sequence(u64::from(function.unwind.len));
    }
    dwarf.unit.line_program = program;
    let address = |address: usize| AttributeValue::Address(Address::Constant(address as u64));
    let root = dwarf.unit.root();
    let entry = dwarf.unit.get_mut(root);
    entry.set(constants::DW_AT_producer, AttributeValue::String(b"windlass".to_vec()));
    entry.set(constants::DW_AT_name, AttributeValue::String(source.as_bytes().to_vec()));
    entry.set(constants::DW_AT_low_pc, address(code.start));
    entry.set(constants::DW_AT_high_pc, AttributeValue::Udata(code.len() as u64));
    entry.set(constants::DW_AT_stmt_list, AttributeValue::LineProgramRef);
    for function in functions {
        let id = dwarf.unit.add(root, constants::DW_TAG_subprogram);
        let entry = dwarf.unit.get_mut(id);
        let name = function.name.bytes().filter(|byte| *byte != 0).collect();
        entry.set(constants::DW_AT_name, AttributeValue::String(name));
        entry.set(constants::DW_AT_low_pc, address(function.address));
        let len = u64::from(function.unwind.len);
        entry.set(constants::DW_AT_high_pc, AttributeValue::Udata(len));
    }
    let mut written = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut written)?;
    let mut sections = Vec::new();
    written.for_each(|id, data| {
        if !data.slice().is_empty() {
            sections.push(Section::new(id.name(), SHT_PROGBITS, data.slice().to_vec()));
        }
        Ok::<(), gimli::write::Error>(())
    })?;
    Ok(sections)
}

/// The bytes of the file.
fn write(machine: u16, code: &Range<usize>, mut sections: Vec<Section>) -> Vec<u8> {
    let mut names = vec![0];
    let mut name_offsets = Vec::new();
    sections.push(Section::new(".shstrtab", SHT_STRTAB, Vec::new()));
    for section in &sections {
        name_offsets.push(names.len() as u32);
        names.extend_from_slice(section.name.as_bytes());
        names.push(0);
    }
    let last = sections.len() - 1;
    sections[last].bytes = names;

    let mut bytes = vec![0; HEADER + PROGRAM_HEADER];
    let mut offsets = Vec::new();
    for section in &sections {
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        offsets.push(bytes.len() as u64);
        bytes.extend_from_slice(&section.bytes);
    }
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let table = bytes.len() as u64;
    bytes.resize(bytes.len() + SECTION_HEADER, 0);
    for ((section, name), offset) in sections.iter().zip(name_offsets).zip(offsets) {
        let size = section.size.unwrap_or(section.bytes.len() as u64);
        bytes.extend_from_slice(&name.to_le_bytes());
        bytes.extend_from_slice(&section.kind.to_le_bytes());
        for n in [section.flags, section.address, offset, size] {
            bytes.extend_from_slice(&n.to_le_bytes());
        }
        bytes.extend_from_slice(&section.link.to_le_bytes());
        bytes.extend_from_slice(&section.info.to_le_bytes());
        for n in [section.alignment, section.entry_size] {
            bytes.extend_from_slice(&n.to_le_bytes());
        }
    }

    let mut header = Vec::with_capacity(HEADER + PROGRAM_HEADER);
    // Class 64, little-endian, version 1; the rest of the identification is 0.
    header.extend_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    // Addresses are those of the process: a shared object that is loaded at 0.
    for n in [3u16, machine] {
        header.extend_from_slice(&n.to_le_bytes());
    }
    header.extend_from_slice(&1u32.to_le_bytes());
    for n in [0, HEADER as u64, table] {
        header.extend_from_slice(&n.to_le_bytes());
    }
    header.extend_from_slice(&0u32.to_le_bytes());
    let counts = [HEADER, PROGRAM_HEADER, 1, SECTION_HEADER, sections.len() + 1, sections.len()];
    for n in counts {
        header.extend_from_slice(&(n as u16).to_le_bytes());
    }
    // A segment to be loaded, readable and executable, at the place of the code.
    for n in [1u32, 5] {
        header.extend_from_slice(&n.to_le_bytes());
    }
    let (start, len) = (code.start as u64, code.len() as u64);
    for n in [0, start, start, 0, len, 1] {
        header.extend_from_slice(&n.to_le_bytes());
    }
    bytes[..HEADER + PROGRAM_HEADER].copy_from_slice(&header);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
        bytes[at..at + len].iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte))
    }

    /// A section: address, size, contents as far as it has any.
    fn section(file: &[u8], name: &str) -> Option<(u64, u64, Vec<u8>)> {
        let table = number(file, 40, 8) as usize;
        let (count, names) = (number(file, 60, 2) as usize, number(file, 62, 2) as usize);
        let header = |n: usize| table + n * SECTION_HEADER;
        let names = number(file, header(names) + 24, 8) as usize;
        let found = (1..count).map(header).find(|&at| {
            let start = names + number(file, at, 4) as usize;
            file[start..].starts_with(format!("{name}\0").as_bytes())
        })?;
        let (offset, size) = (number(file, found + 24, 8), number(file, found + 32, 8));
        let has = number(file, found + 4, 4) as u32 != SHT_NOBITS;
        let contents = if has { &file[offset as usize..(offset + size) as usize] } else { &[] };
        Some((number(file, found + 16, 8), size, contents.to_vec()))
    }

    #[test]
    fn files_have_symbols_frames_and_lines() {
        let common = CommonUnwindInfo {
            code_alignment: 1,
            data_alignment: -8,
            return_address: 16,
            stack_pointer: 7,
            return_address_offset: -8,
            cfa_offset: 8,
        };
        let function = |name: &str, address, lines| FunctionSymbol {
            name: name.to_string(),
            address,
            unwind: SystemVUnwindInfo { ops: Vec::new(), len: 16 },
            lines,
        };
        let functions =
            [function("one", 0x1000, vec![(0, 7), (4, 300)]), function("t\0wo", 0x1010, vec![])];
        let file = symbol_file(62, Some(&common), 0x1000..0x1020, "a/demo.wasm", &functions);
        assert_eq!((&file[..4], number(&file, 18, 2)), (&b"\x7fELF"[..], 62));
        // The segment.
        assert_eq!((number(&file, 64 + 16, 8), number(&file, 64 + 40, 8)), (0x1000, 0x20));
        let (address, size, _) = section(&file, ".text").unwrap();
        assert_eq!((address, size), (0x1000, 0x20));
        let (_, _, symbols) = section(&file, ".symtab").unwrap();
        assert_eq!(symbols.len(), 3 * 24);
        assert_eq!((number(&symbols, 32, 8), number(&symbols, 40, 8)), (0x1000, 16));
        assert_eq!(number(&symbols, 56, 8), 0x1010);
        assert_eq!(section(&file, ".strtab").unwrap().2, b"\0one\0two\0");
        // A frame description for each function, after the one that they share.
        let frames = section(&file, ".eh_frame").unwrap().2;
        let (mut at, mut entries) = (0, 0);
        while number(&frames, at, 4) != 0 {
            at += 4 + number(&frames, at, 4) as usize;
            entries += 1;
        }
        assert_eq!(entries, 3);
        for name in [".debug_info", ".debug_abbrev", ".debug_line"] {
            assert!(section(&file, name).is_some_and(|found| found.1 > 20), "{name}");
        }
        let lines = section(&file, ".debug_line").unwrap().2;
        assert!(lines.windows(10).any(|window| window == b"demo.wasm\0"));
        let plain = symbol_file(62, None, 0x1000..0x1020, "x", &functions[1..]);
        assert!(section(&plain, ".debug_line").is_none() && section(&plain, ".eh_frame").is_none());
    }
}
