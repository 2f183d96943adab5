//! The code of a module in memory, and what is known of its addresses.
//!
//! The tables beside the code are arrays of little-endian numbers, the same in memory and in a
//! `.cwasm` file, and are read where they lie. Looking something up allocates nothing, so a signal
//! handler may.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use windlass_core::ir::TrapCode;
use windlass_jit::gdb::GdbRegistration;
use windlass_wasm::ModuleInfo;
use windlass_wasm::types::{DefinedFuncIndex, FuncIndex};

use crate::sys::code::{Bytes, CodePages};
use crate::trap::FrameInfo;

pub(crate) mod artifact;
pub(crate) mod cache;
pub(crate) mod stats;
pub(crate) mod trampolines;

/// A trap site: offset in the code, reason.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrapSite {
    pub offset: u32,
    pub code: TrapCode,
}

/// A range of code from one instruction of the module, up to the next place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// First offset in the code.
    pub start: u32,
    /// The offset in the module, or `u32::MAX`.
    pub module_offset: u32,
}

/// What [`Tables`] are made of.
#[derive(Debug, Default)]
pub(crate) struct TableRows {
    /// Offset and length of each function's code, by offset. Behind those of the module may come
    /// stubs.
    pub functions: Vec<(u32, u32)>,
    /// For each function of the module, whether it sets up a frame.
    pub frames: Vec<bool>,
    /// By offset.
    pub traps: Vec<TrapSite>,
    /// By offset.
    pub places: Vec<Place>,
    /// Names of functions, by index.
    pub names: Vec<(FuncIndex, Box<str>)>,
}

/// How many rows each table has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableCounts {
    pub functions: u32,
    pub frames: u32,
    pub traps: u32,
    pub places: u32,
    pub names: u32,
}

/// The tables of a module.
#[derive(Debug)]
pub(crate) struct Tables {
    bytes: Bytes,
    counts: TableCounts,
    /// Where the tables behind the first begin.
    frames: usize,
    trap_offsets: usize,
    trap_codes: usize,
    places: usize,
    names: usize,
    texts: usize,
}

impl Tables {
    /// Puts rows into their form.
    pub fn new(rows: &TableRows) -> Self {
        let count = |len: usize| u32::try_from(len).expect("code has less than 4 GiB");
        let counts = TableCounts {
            functions: count(rows.functions.len()),
            frames: count(rows.frames.len()),
            traps: count(rows.traps.len()),
            places: count(rows.places.len()),
            names: count(rows.names.len()),
        };
        let mut bytes = Vec::new();
        let mut put = |n: u32| bytes.extend_from_slice(&n.to_le_bytes());
        for &(start, len) in &rows.functions {
            put(start);
            put(len);
        }
        bytes.extend(rows.frames.iter().map(|frame| u8::from(*frame)));
        for trap in &rows.traps {
            bytes.extend_from_slice(&trap.offset.to_le_bytes());
        }
        bytes.extend(rows.traps.iter().map(|trap| trap.code.as_u8()));
        for place in &rows.places {
            bytes.extend_from_slice(&place.start.to_le_bytes());
            bytes.extend_from_slice(&place.module_offset.to_le_bytes());
        }
        let mut end = 0;
        for (index, name) in &rows.names {
            end += count(name.len());
            bytes.extend_from_slice(&index.0.to_le_bytes());
            bytes.extend_from_slice(&end.to_le_bytes());
        }
        for (_, name) in &rows.names {
            bytes.extend_from_slice(name.as_bytes());
        }
        let bytes = Bytes::Owned(bytes.into_boxed_slice());
        Self::from_bytes(bytes, counts).expect("the tables were just written")
    }

    /// Takes bytes as tables with these numbers of rows; `None` if they are not.
    pub fn from_bytes(bytes: Bytes, counts: TableCounts) -> Option<Self> {
        let mut at = 0usize;
        let mut next = |rows: u32, size: usize| {
            let start = at;
            at = (rows as usize).checked_mul(size).and_then(|len| at.checked_add(len))?;
            Some(start)
        };
        next(counts.functions, 8)?;
        let frames = next(counts.frames, 1)?;
        let trap_offsets = next(counts.traps, 4)?;
        let trap_codes = next(counts.traps, 1)?;
        let places = next(counts.places, 8)?;
        let names = next(counts.names, 8)?;
        let texts = next(0, 0)?;
        let fits = texts <= bytes.len() && counts.frames <= counts.functions;
        let tables = Self { bytes, counts, frames, trap_offsets, trap_codes, places, names, texts };
        fits.then_some(tables)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn counts(&self) -> TableCounts {
        self.counts
    }

    fn number(&self, at: usize) -> u32 {
        let bytes = self.bytes[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes)
    }

    fn pair(&self, table: usize, row: usize) -> (u32, u32) {
        (self.number(table + row * 8), self.number(table + row * 8 + 4))
    }

    /// Functions and stubs.
    pub fn functions(&self) -> usize {
        self.counts.functions as usize
    }

    /// Functions of the module.
    pub fn own_functions(&self) -> usize {
        self.counts.frames as usize
    }

    /// The range of a function's code.
    pub fn function(&self, row: usize) -> Range<u32> {
        let (start, len) = self.pair(0, row);
        start..start.saturating_add(len)
    }

    /// The function whose code has this offset.
    pub fn function_at(&self, offset: u32) -> Option<usize> {
        let after = partition(self.functions(), |row| self.pair(0, row).0 <= offset);
        let row = after.checked_sub(1)?;
        self.function(row).contains(&offset).then_some(row)
    }

    pub fn has_frame(&self, row: usize) -> bool {
        row >= self.own_functions() || self.bytes[self.frames + row] != 0
    }

    pub fn traps(&self) -> usize {
        self.counts.traps as usize
    }

    fn trap_offset(&self, row: usize) -> u32 {
        self.number(self.trap_offsets + row * 4)
    }

    /// A trap site by its number.
    pub fn trap(&self, row: usize) -> Option<(u32, TrapCode)> {
        Some((self.trap_offset(row), TrapCode::from_u8(self.bytes[self.trap_codes + row])?))
    }

    pub fn trap_at(&self, offset: u32) -> Option<TrapCode> {
        let row = partition(self.traps(), |row| self.trap_offset(row) < offset);
        if row == self.traps() || self.trap_offset(row) != offset {
            return None;
        }
        TrapCode::from_u8(self.bytes[self.trap_codes + row])
    }

    pub fn places(&self) -> usize {
        self.counts.places as usize
    }

    pub fn place(&self, row: usize) -> Place {
        let (start, module_offset) = self.pair(self.places, row);
        Place { start, module_offset }
    }

    /// The first place that begins behind this offset.
    pub fn place_after(&self, offset: u32) -> usize {
        partition(self.places(), |row| self.place(row).start <= offset)
    }

    /// The name of a function from the name section.
    pub fn name(&self, index: FuncIndex) -> Option<&str> {
        let count = self.counts.names as usize;
        let row = partition(count, |row| self.pair(self.names, row).0 < index.0);
        if row == count || self.pair(self.names, row).0 != index.0 {
            return None;
        }
        let start = row.checked_sub(1).map_or(0, |row| self.pair(self.names, row).1);
        let end = self.pair(self.names, row).1;
        let text = self.bytes.get(self.texts + start as usize..self.texts + end as usize)?;
        std::str::from_utf8(text).ok()
    }
}

/// The first of `0..len` for which `before` does not hold.
fn partition(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Code that debuggers know of.
struct Shown {
    _registration: GdbRegistration,
    /// The code as it was before: debuggers write breakpoints into it.
    bytes: Box<[u8]>,
}

/// The code of a module in memory, with what is known of its addresses.
pub struct ModuleCode {
    /// What debuggers know of it. Withdrawn before the pages go.
    shown: OnceLock<Shown>,
    pages: CodePages,
    tables: Tables,
    info: Arc<ModuleInfo>,
    /// The name of the file that the module is from.
    file: OnceLock<Box<str>>,
}

impl fmt::Debug for ModuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModuleCode at {:#x?}", self.range())
    }
}

impl ModuleCode {
    pub(crate) fn new(pages: CodePages, tables: Tables, info: Arc<ModuleInfo>) -> Self {
        Self { shown: OnceLock::new(), pages, tables, info, file: OnceLock::new() }
    }

    /// Shows the code to debuggers, for as long as it lives.
    pub(crate) fn show(&self, register: impl FnOnce() -> Option<GdbRegistration>) {
        let bytes = self.bytes().into();
        if let Some(registration) = register() {
            // Only what is kept first stays shown.
            let _ = self.shown.set(Shown { _registration: registration, bytes });
        }
    }

    /// Says which file the module is from. The first that says so counts.
    pub(crate) fn is_from(&self, path: &Path) {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let _ = self.file.set(name.to_string_lossy().into());
    }

    /// The addresses of the code.
    pub(crate) fn range(&self) -> Range<usize> {
        self.pages.range()
    }

    /// The bytes of the code, as they were compiled.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.shown.get().map_or(self.pages.bytes(), |shown| &shown.bytes)
    }

    pub(crate) fn info(&self) -> &ModuleInfo {
        &self.info
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The address of a function that the module defines.
    pub(crate) fn address(&self, index: DefinedFuncIndex) -> *const u8 {
        self.pages.address(self.tables.function(index.index()).start)
    }

    fn offset(&self, pc: usize) -> u32 {
        (pc - self.range().start) as u32
    }

    pub(crate) fn trap_at(&self, pc: usize) -> Option<TrapCode> {
        self.tables.trap_at(self.offset(pc))
    }

    pub(crate) fn has_frame(&self, pc: usize) -> bool {
        let function = self.tables.function_at(self.offset(pc));
        function.is_none_or(|function| self.tables.has_frame(function))
    }

    pub(crate) fn frame_at(&self, pc: usize) -> Option<FrameInfo> {
        let offset = self.offset(pc);
        let function = self.tables.function_at(offset)?;
        if function >= self.tables.own_functions() {
            return None;
        }
        let start = self.tables.function(function).start;
        let after = self.tables.place_after(offset);
        let place = after.checked_sub(1).map(|row| self.tables.place(row));
        let module_offset = place
            .filter(|place| place.start >= start && place.module_offset != u32::MAX)
            .map(|place| place.module_offset);
        let index = self.info.function(DefinedFuncIndex::new(function));
        let name = self.tables.name(index);
        let module = self.info.name.as_deref().or(self.file.get().map(|file| &**file));
        Some(FrameInfo::new(index.0, name, module, module_offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_find_what_was_put_in() {
        let rows = TableRows {
            functions: vec![(0, 10), (16, 8), (32, 4)],
            frames: vec![true, false],
            traps: vec![TrapSite { offset: 17, code: TrapCode::STACK_OVERFLOW }],
            places: vec![
                Place { start: 0, module_offset: 7 },
                Place { start: 16, module_offset: u32::MAX },
            ],
            names: vec![(FuncIndex(1), "one".into()), (FuncIndex(4), "four".into())],
        };
        let tables = Tables::new(&rows);
        assert_eq!(tables.function_at(9), Some(0));
        assert_eq!(tables.function_at(10), None);
        assert_eq!(tables.function_at(23), Some(1));
        assert_eq!(tables.function(2), 32..36);
        assert_eq!(
            (tables.has_frame(0), tables.has_frame(1), tables.has_frame(2)),
            (true, false, true)
        );
        assert_eq!(tables.trap_at(17), Some(TrapCode::STACK_OVERFLOW));
        assert_eq!((tables.trap_at(16), tables.trap_at(18)), (None, None));
        assert_eq!(tables.place_after(15), 1);
        let names: Vec<_> = (0..6).map(|n| tables.name(FuncIndex(n))).collect();
        assert_eq!(names, [None, Some("one"), None, None, Some("four"), None]);
        let short = Bytes::Owned(tables.bytes()[..20].into());
        assert!(Tables::from_bytes(short, tables.counts()).is_none());
    }
}
