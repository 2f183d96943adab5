//! `.eh_frame` and `.gcc_except_table` of an object file.

use object::write::{
    Object, Relocation, SectionId, StandardSection, Symbol, SymbolId, SymbolSection,
};
use object::{
    BinaryFormat, RelocationEncoding, RelocationFlags, RelocationKind, SectionKind, SymbolFlags,
};
use object::{SymbolKind, SymbolScope};
use windlass_core::isa::TargetIsa;
use windlass_core::isa::unwind::SystemVUnwindInfo;
use windlass_dwarf::{
    Address, ExceptionTable, Frame, Personality, PointerForm, Section, Target, eh_frame,
};

/// A function that was defined.
pub(crate) struct DefinedFrame {
    pub(crate) symbol: SymbolId,
    pub(crate) len: u32,
    pub(crate) info: SystemVUnwindInfo,
    pub(crate) exceptions: Option<ExceptionTable>,
}

/// A distance of 32 bits from the field.
const DISTANCE: RelocationFlags = RelocationFlags::Generic {
    kind: RelocationKind::Relative,
    encoding: RelocationEncoding::Generic,
    size: 32,
};

/// Writes both sections. `type_symbol` is the symbol of a type, by its number.
pub(crate) fn write(
    object: &mut Object<'static>,
    isa: &dyn TargetIsa,
    frames: &[DefinedFrame],
    personality: Option<SymbolId>,
    mut type_symbol: impl FnMut(usize) -> SymbolId,
) {
    let Some(common) = isa.common_unwind_info() else { return };
    if frames.is_empty() {
        return;
    }
    let mut pointers = Vec::new();
    // Numbers of symbols in the section: those of functions, then tables, then the personality.
    let tables = tables(object, frames, personality, &mut pointers, &mut type_symbol);
    let table_symbol = tables.as_ref().map(|(section, _)| object.section_symbol(*section));
    let n = frames.len();
    let descriptions = frames.iter().enumerate().map(|(index, frame)| {
        let offset = tables.as_ref().and_then(|(_, offsets)| offsets[index]);
        Frame {
            address: Address::Symbol { symbol: index, addend: 0 },
            len: frame.len,
            info: &frame.info,
            exceptions: offset.map(|at| Address::Symbol { symbol: n, addend: at as i64 }),
        }
    });
    let known = personality.map(|symbol| pointer_to(object, &mut pointers, symbol));
    let address = Address::Symbol { symbol: n + 1, addend: 0 };
    let personality = known.map(|_| Personality { address });
    let written = eh_frame(&common, PointerForm::Relative, personality, descriptions);
    let section = written.expect("frames of compiled code can be described");
    let id = object.add_section(Vec::new(), b".eh_frame".to_vec(), SectionKind::ReadOnlyData);
    object.append_section_data(id, section.bytes(), 8);
    for relocation in section.relocations() {
        let Target::Symbol(number) = relocation.target else {
            unreachable!("frames refer to symbols")
        };
        let (symbol, offset) = match number {
            number if number < n => place(object, frames[number].symbol),
            number if number == n => (table_symbol.expect("there are tables"), 0),
            _ => (known.expect("there is a personality"), 0),
        };
        let addend = relocation.addend + offset as i64;
        let offset = u64::from(relocation.offset);
        let relocation = Relocation { offset, symbol, addend, flags: DISTANCE };
        object.add_relocation(id, relocation).expect("a distance can be written");
    }
}

/// The section in which a symbol is defined, and where.
fn place(object: &mut Object<'static>, symbol: SymbolId) -> (SymbolId, u64) {
    object.symbol_section_and_offset(symbol).unwrap_or((symbol, 0))
}

/// Writes the exception tables; returns their section and the offset of each function's.
fn tables(
    object: &mut Object<'static>,
    frames: &[DefinedFrame],
    personality: Option<SymbolId>,
    pointers: &mut Vec<(SymbolId, SymbolId)>,
    type_symbol: &mut impl FnMut(usize) -> SymbolId,
) -> Option<(SectionId, Vec<Option<u64>>)> {
    personality?;
    if frames.iter().all(|frame| frame.exceptions.is_none()) {
        return None;
    }
    let name = b".gcc_except_table".to_vec();
    let id = object.add_section(Vec::new(), name, SectionKind::ReadOnlyData);
    let mut offsets = Vec::new();
    for frame in frames {
        let Some(table) = &frame.exceptions else {
            offsets.push(None);
            continue;
        };
        let (bytes, types) = table.write(PointerForm::Relative);
        let start = object.append_section_data(id, &bytes, 8);
        for (at, number) in types {
            let symbol = pointer_to(object, pointers, type_symbol(number));
            let offset = start + u64::from(at);
            let relocation = Relocation { offset, symbol, addend: 0, flags: DISTANCE };
            object.add_relocation(id, relocation).expect("a distance can be written");
        }
        offsets.push(Some(start));
    }
    Some((id, offsets))
}

/// The symbol of a place that holds the address of another symbol.
fn pointer_to(
    object: &mut Object<'static>,
    pointers: &mut Vec<(SymbolId, SymbolId)>,
    symbol: SymbolId,
) -> SymbolId {
    if let Some(&(_, known)) = pointers.iter().find(|(of, _)| *of == symbol) {
        return known;
    }
    let mut name = b"DW.ref.".to_vec();
    name.extend_from_slice(&object.symbol(symbol).name);
    let section = object.section_id(StandardSection::ReadOnlyDataWithRel);
    let pointer = object.add_symbol(Symbol {
        name,
        value: 0,
        size: 8,
        kind: SymbolKind::Data,
        scope: SymbolScope::Compilation,
        weak: false,
        section: SymbolSection::Undefined,
        flags: SymbolFlags::None,
    });
    let offset = object.add_symbol_data(pointer, section, &[0; 8], 8);
    let flags = RelocationFlags::Generic {
        kind: RelocationKind::Absolute,
        encoding: RelocationEncoding::Generic,
        size: 64,
    };
    let relocation = Relocation { offset, symbol, addend: 0, flags };
    object.add_relocation(section, relocation).expect("an address can be written");
    pointers.push((symbol, pointer));
    pointer
}

/// Writes sections of debug information; `function` gives the symbol of a function by its number.
pub(crate) fn write_debug(
    object: &mut Object<'static>,
    sections: &[(windlass_dwarf::gimli::SectionId, Section)],
    mut function: impl FnMut(usize) -> SymbolId,
) {
    let format = object.format();
    let ids: Vec<SectionId> = sections
        .iter()
        .map(|(id, _)| {
            let name = match format {
                BinaryFormat::MachO => format!("__{}", id.name().trim_start_matches('.')),
                _ => id.name().to_string(),
            };
            let segment =
                if format == BinaryFormat::MachO { b"__DWARF".to_vec() } else { Vec::new() };
            let kind = match id.is_string() {
                true => SectionKind::DebugString,
                false => SectionKind::Debug,
            };
            object.add_section(segment, name.into_bytes(), kind)
        })
        .collect();
    for ((_, section), &id) in sections.iter().zip(&ids) {
        let mut bytes = section.bytes().to_vec();
        for relocation in section.relocations() {
            if let (Target::Section(_), BinaryFormat::MachO) = (relocation.target, format) {
                // Linkers leave these sections as they are: an offset in one needs no relocation.
                let (at, size) = (relocation.offset as usize, usize::from(relocation.size));
                let offset = relocation.addend.to_le_bytes();
                bytes[at..at + size].copy_from_slice(&offset[..size]);
            }
        }
        object.append_section_data(id, &bytes, 1);
        for relocation in section.relocations() {
            let (symbol, kind) = match (relocation.target, format) {
                (Target::Section(_), BinaryFormat::MachO) => continue,
                (Target::Symbol(number), _) => (function(number), RelocationKind::Absolute),
                (Target::Section(of), _) => {
                    let index = sections.iter().position(|(known, _)| *known == of);
                    let index = index.expect("references lead to sections with contents");
                    // The image begins at an address of its own in COFF.
                    let kind = match format {
                        BinaryFormat::Coff => RelocationKind::SectionOffset,
                        _ => RelocationKind::Absolute,
                    };
                    (object.section_symbol(ids[index]), kind)
                }
            };
            let flags = RelocationFlags::Generic {
                kind,
                encoding: RelocationEncoding::Generic,
                size: relocation.size * 8,
            };
            let relocation = Relocation {
                offset: u64::from(relocation.offset),
                symbol,
                addend: relocation.addend,
                flags,
            };
            object.add_relocation(id, relocation).expect("an address can be written");
        }
    }
}
