//! DWARF for any front end: lines, functions, types, and where variables are.
//!
//! The front end sets a `SourceLoc` on instructions and labels the values of variables; the code
//! generator says which code comes from which location and where labelled values are, through
//! spills and moves. This file turns both into DWARF 5.

use gimli::write::{
    Address, AttributeValue, DwarfUnit, Expression, LineProgram, LineString, Location,
    LocationList, Range, RangeList, Sections, UnitEntryId,
};
use gimli::{DwAte, DwLang, Encoding, Format, LineEncoding, Register, RunTimeEndian, SectionId};
use windlass_core::ir::{Function, SourceLoc, StackSlot, ValueLabel};
use windlass_core::isa::TargetIsa;
use windlass_core::machine::abi::slot_offset;
use windlass_core::{CompiledCode, LabelValueLoc};

use crate::section::{Section, byte_order};

/// What is known of the whole unit.
#[derive(Clone, Debug)]
pub struct UnitInfo<'a> {
    /// Who made it.
    pub producer: &'a str,
    /// The name of the main source file.
    pub name: &'a str,
    /// The folder that relative names begin in.
    pub directory: &'a str,
    /// The language, by its number in DWARF.
    pub language: DwLang,
}

/// A source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId(gimli::write::FileId);

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeId(UnitEntryId);

/// What the bits of a scalar mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarKind {
    /// A signed integer.
    Signed,
    /// An unsigned integer.
    Unsigned,
    /// A float.
    Float,
    /// True or false.
    Bool,
    /// A character.
    Char,
}

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: TypeId,
    /// Bytes from the beginning of the struct.
    pub offset: u64,
}

/// A place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineInfo {
    /// The file.
    pub file: FileId,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1; 0 if nothing is known.
    pub column: u64,
}

/// What holds a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The values with this label.
    Label(ValueLabel),
    /// Memory whose address is in the values with this label.
    Behind(ValueLabel),
    /// A stack slot.
    Slot(StackSlot),
}

/// A variable of a function.
#[derive(Clone, Copy, Debug)]
pub struct Variable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: TypeId,
    /// Whether it is a parameter.
    pub is_parameter: bool,
    /// Where it is declared.
    pub line: LineInfo,
    /// What holds it.
    pub place: Place,
}

/// A function that has been compiled.
#[derive(Clone, Debug)]
pub struct FunctionInfo<'a> {
    /// Its name in the source.
    pub name: &'a str,
    /// Its name for linkers.
    pub linkage_name: &'a str,
    /// Whether other units see it.
    pub external: bool,
    /// Where it is declared.
    pub line: LineInfo,
    /// The type of its result.
    pub result: Option<TypeId>,
    /// Where its code is.
    pub address: Address,
    /// Its variables, parameters first and in order.
    pub variables: &'a [Variable<'a>],
}

/// A function of which nothing is known but its name and its lines.
#[derive(Clone, Copy, Debug)]
pub struct PlainFunction<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where its code is.
    pub address: Address,
    /// The size of its code.
    pub len: u32,
    /// How much of the code sets up the frame; debuggers that stop at the function stop behind it.
    pub prologue: u32,
    /// Offsets in the code, ascending, and the place from there on, if it has one.
    pub rows: &'a [(u32, Option<LineInfo>)],
}

/// Text that can be written: strings end in a zero, and names of files are not empty.
fn text(text: &str) -> Vec<u8> {
    text.bytes().filter(|&byte| byte != 0).collect()
}

fn line_string(name: &str) -> LineString {
    let name = text(name);
    LineString::String(if name.is_empty() { b"?".to_vec() } else { name })
}

/// Debug information of one unit.
#[derive(Debug)]
pub struct DebugInfo {
    dwarf: DwarfUnit,
    order: RunTimeEndian,
    directory: String,
    ranges: Vec<Range>,
}

impl DebugInfo {
    /// For a unit of code for a machine, without functions.
    pub fn new(isa: &dyn TargetIsa, info: &UnitInfo<'_>) -> Self {
        let address_size = isa.pointer_bytes();
        let encoding = Encoding { format: Format::Dwarf32, version: 5, address_size };
        let mut dwarf = DwarfUnit::new(encoding);
        dwarf.unit.line_program = LineProgram::new(
            encoding,
            LineEncoding::default(),
            line_string(info.directory),
            None,
            line_string(info.name),
            None,
        );
        let strings = [
            (gimli::DW_AT_producer, info.producer),
            (gimli::DW_AT_name, info.name),
            (gimli::DW_AT_comp_dir, info.directory),
        ];
        let strings = strings.map(|(at, name)| (at, dwarf.strings.add(text(name))));
        let root = dwarf.unit.get_mut(dwarf.unit.root());
        for (at, id) in strings {
            root.set(at, AttributeValue::StringRef(id));
        }
        root.set(gimli::DW_AT_language, AttributeValue::Language(info.language));
        // Addresses in lists are not relative to the unit.
        root.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
        let (order, directory) = (byte_order(isa.endianness()), info.directory.to_string());
        DebugInfo { dwarf, order, directory, ranges: Vec::new() }
    }

    /// A source file; relative names begin in the folder of the unit.
    pub fn file(&mut self, name: &str) -> FileId {
        let program = &mut self.dwarf.unit.line_program;
        let directory = program.add_directory(line_string(&self.directory));
        FileId(program.add_file(line_string(name), directory, None))
    }

    fn entry(&mut self, parent: UnitEntryId, tag: gimli::DwTag, name: Option<&str>) -> UnitEntryId {
        let entry = self.dwarf.unit.add(parent, tag);
        if let Some(name) = name {
            let name = AttributeValue::StringRef(self.dwarf.strings.add(text(name)));
            self.dwarf.unit.get_mut(entry).set(gimli::DW_AT_name, name);
        }
        entry
    }

    fn set(&mut self, entry: UnitEntryId, at: gimli::DwAt, value: AttributeValue) {
        self.dwarf.unit.get_mut(entry).set(at, value);
    }

    /// A scalar type.
    pub fn scalar(&mut self, name: &str, bytes: u8, kind: ScalarKind) -> TypeId {
        let entry = self.entry(self.dwarf.unit.root(), gimli::DW_TAG_base_type, Some(name));
        let kind: DwAte = match kind {
            ScalarKind::Signed => gimli::DW_ATE_signed,
            ScalarKind::Unsigned => gimli::DW_ATE_unsigned,
            ScalarKind::Float => gimli::DW_ATE_float,
            ScalarKind::Bool => gimli::DW_ATE_boolean,
            ScalarKind::Char => gimli::DW_ATE_unsigned_char,
        };
        self.set(entry, gimli::DW_AT_encoding, AttributeValue::Encoding(kind));
        self.set(entry, gimli::DW_AT_byte_size, AttributeValue::Data1(bytes));
        TypeId(entry)
    }

    /// A pointer to a type, or to something of which nothing is known.
    pub fn pointer(&mut self, to: Option<TypeId>) -> TypeId {
        let entry = self.entry(self.dwarf.unit.root(), gimli::DW_TAG_pointer_type, None);
        self.set(entry, gimli::DW_AT_byte_size, AttributeValue::Data1(8));
        if let Some(TypeId(to)) = to {
            self.set(entry, gimli::DW_AT_type, AttributeValue::UnitRef(to));
        }
        TypeId(entry)
    }

    /// A struct.
    pub fn structure(&mut self, name: &str, bytes: u64, fields: &[Field<'_>]) -> TypeId {
        let root = self.dwarf.unit.root();
        let entry = self.entry(root, gimli::DW_TAG_structure_type, Some(name));
        self.set(entry, gimli::DW_AT_byte_size, AttributeValue::Udata(bytes));
        for field in fields {
            let member = self.entry(entry, gimli::DW_TAG_member, Some(field.name));
            self.set(member, gimli::DW_AT_type, AttributeValue::UnitRef(field.ty.0));
            let offset = AttributeValue::Udata(field.offset);
            self.set(member, gimli::DW_AT_data_member_location, offset);
        }
        TypeId(entry)
    }

    fn declared_at(&mut self, entry: UnitEntryId, line: LineInfo) {
        self.set(entry, gimli::DW_AT_decl_file, AttributeValue::FileIndex(Some(line.file.0)));
        self.set(entry, gimli::DW_AT_decl_line, AttributeValue::Udata(line.line));
    }

    /// Adds a function: `func` is its IR, `code` what it was compiled to, and `place` says what a
    /// `SourceLoc` means.
    pub fn function(
        &mut self,
        isa: &dyn TargetIsa,
        func: &Function,
        code: &CompiledCode,
        info: &FunctionInfo<'_>,
        place: impl Fn(SourceLoc) -> Option<LineInfo>,
    ) {
        let length = u64::from(code.buffer.code_size());
        self.ranges.push(Range::StartLength { begin: info.address, length });
        self.lines(code, info, place);
        let root = self.dwarf.unit.root();
        let entry = self.entry(root, gimli::DW_TAG_subprogram, Some(info.name));
        if info.linkage_name != info.name {
            let name = AttributeValue::StringRef(self.dwarf.strings.add(text(info.linkage_name)));
            self.set(entry, gimli::DW_AT_linkage_name, name);
        }
        self.declared_at(entry, info.line);
        self.set(entry, gimli::DW_AT_external, AttributeValue::Flag(info.external));
        self.set(entry, gimli::DW_AT_prototyped, AttributeValue::Flag(true));
        self.set(entry, gimli::DW_AT_low_pc, AttributeValue::Address(info.address));
        self.set(entry, gimli::DW_AT_high_pc, AttributeValue::Udata(length));
        let mut base = Expression::new();
        base.op(gimli::DW_OP_call_frame_cfa);
        self.set(entry, gimli::DW_AT_frame_base, AttributeValue::Exprloc(base));
        if let Some(TypeId(ty)) = info.result {
            self.set(entry, gimli::DW_AT_type, AttributeValue::UnitRef(ty));
        }
        for variable in info.variables {
            let tag = match variable.is_parameter {
                true => gimli::DW_TAG_formal_parameter,
                false => gimli::DW_TAG_variable,
            };
            let child = self.entry(entry, tag, Some(variable.name));
            self.declared_at(child, variable.line);
            self.set(child, gimli::DW_AT_type, AttributeValue::UnitRef(variable.ty.0));
            if let Some(location) = self.location(isa, func, code, info.address, variable.place) {
                self.set(child, gimli::DW_AT_location, location);
            }
        }
    }

    /// The places of a variable, if it has any.
    fn location(
        &mut self,
        isa: &dyn TargetIsa,
        func: &Function,
        code: &CompiledCode,
        address: Address,
        place: Place,
    ) -> Option<AttributeValue> {
        let (label, behind) = match place {
            Place::Label(label) => (label, false),
            Place::Behind(label) => (label, true),
            Place::Slot(slot) => {
                let mut expression = Expression::new();
                let offset = i64::from(slot_offset(func, slot));
                if code.slots_align > 1 {
                    expression.op_fbreg(code.slots_from_cfa);
                    expression.op_consts(-i64::from(code.slots_align));
                    expression.op(gimli::DW_OP_and);
                    expression.op_plus_uconst(offset as u64);
                } else {
                    expression.op_fbreg(code.slots_from_cfa + offset);
                }
                return Some(AttributeValue::Exprloc(expression));
            }
        };
        let mut list = Vec::new();
        let ranges = code.value_labels_ranges.get(&label)?;
        for (n, range) in ranges.iter().enumerate() {
            // Once a later value has the label, what still lives of an earlier one is old.
            let later = ranges[n + 1..].iter().find(|later| later.start > range.start);
            let end = later.map_or(range.end, |later| later.start.min(range.end));
            let mut data = Expression::new();
            match (range.loc, behind) {
                (LabelValueLoc::Reg(reg), false) => {
                    data.op_reg(Register(isa.backend().tables().dwarf_reg(reg)));
                }
                (LabelValueLoc::Reg(reg), true) => {
                    data.op_breg(Register(isa.backend().tables().dwarf_reg(reg)), 0);
                }
                (LabelValueLoc::CFAOffset(offset), _) => {
                    data.op_fbreg(offset);
                    if behind {
                        data.op_deref();
                    }
                }
            }
            let begin = further(address, range.start);
            let length = u64::from(end - range.start);
            list.push(Location::StartLength { begin, length, data });
        }
        if list.is_empty() {
            return None;
        }
        let list = self.dwarf.unit.locations.add(LocationList(list));
        Some(AttributeValue::LocationListRef(list))
    }

    fn lines(
        &mut self,
        code: &CompiledCode,
        info: &FunctionInfo<'_>,
        place: impl Fn(SourceLoc) -> Option<LineInfo>,
    ) {
        // What has no place belongs to the declaration: at least the prologue.
        let mut rows = vec![(0, Some(info.line))];
        for range in code.buffer.get_srclocs_sorted() {
            let Some(line) = place(range.loc) else { continue };
            let &(at, last) = rows.last().expect("the declaration is the first");
            if last == Some(line) {
                continue;
            }
            if at == range.start && at != 0 {
                rows.pop();
            }
            rows.push((range.start, Some(line)));
        }
        // The first line behind the declaration's.
        let prologue = rows.get(1).map_or(0, |&(at, _)| at);
        self.sequence(info.address, code.buffer.code_size(), prologue, &rows);
    }

    fn sequence(
        &mut self,
        address: Address,
        len: u32,
        prologue: u32,
        rows: &[(u32, Option<LineInfo>)],
    ) {
        let program = &mut self.dwarf.unit.line_program;
        program.begin_sequence(Some(address));
        // A row begins where the prologue ends.
        let split = rows.partition_point(|&(at, _)| at < prologue);
        let missing = rows.get(split).is_none_or(|&(at, _)| at != prologue) && prologue < len;
        let end = split.checked_sub(1).filter(|_| missing).map(|before| (prologue, rows[before].1));
        for (at, place) in
            rows[..split].iter().copied().chain(end).chain(rows[split..].iter().copied())
        {
            let row = program.row();
            row.prologue_end = at == prologue;
            row.address_offset = u64::from(at);
            if let Some(place) = place {
                row.file = place.file.0;
            }
            row.line = place.map_or(0, |place| place.line);
            row.column = place.map_or(0, |place| place.column);
            row.is_statement = place.is_some();
            program.generate_row();
        }
        program.end_sequence(u64::from(len));
    }

    /// Adds a function of which little is known.
    pub fn plain_function(&mut self, info: &PlainFunction<'_>) {
        let length = u64::from(info.len);
        self.ranges.push(Range::StartLength { begin: info.address, length });
        if !info.rows.is_empty() {
            self.sequence(info.address, info.len, info.prologue, info.rows);
        }
        let entry = self.entry(self.dwarf.unit.root(), gimli::DW_TAG_subprogram, Some(info.name));
        self.set(entry, gimli::DW_AT_low_pc, AttributeValue::Address(info.address));
        self.set(entry, gimli::DW_AT_high_pc, AttributeValue::Udata(length));
    }

    /// The sections.
    pub fn write(mut self) -> gimli::write::Result<Vec<(SectionId, Section)>> {
        let ranges = std::mem::take(&mut self.ranges);
        let ranges = self.dwarf.unit.ranges.add(RangeList(ranges));
        let root = self.dwarf.unit.root();
        self.set(root, gimli::DW_AT_ranges, AttributeValue::RangeListRef(ranges));
        let mut sections = Sections::new(Section::new(self.order));
        self.dwarf.write(&mut sections)?;
        let mut all = Vec::new();
        sections.for_each(|id, section| {
            if !section.bytes().is_empty() {
                all.push((id, section.clone()));
            }
            Ok(())
        })?;
        Ok(all)
    }
}

/// An address some bytes further.
fn further(address: Address, bytes: u32) -> Address {
    match address {
        Address::Constant(address) => Address::Constant(address + u64::from(bytes)),
        Address::Symbol { symbol, addend } => {
            Address::Symbol { symbol, addend: addend + i64::from(bytes) }
        }
    }
}
