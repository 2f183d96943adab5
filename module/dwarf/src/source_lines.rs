//! Lines that another compiler has written, read: the DWARF of a Wasm module says which of its code
//! comes from which line.
//!
//! What holds: any bytes may be read. Units that are damaged are left out, and the work is bounded
//! by the size of the input.

use std::collections::{HashMap, HashSet};

use gimli::{AttributeValue, EndianSlice, LineProgramHeader, LittleEndian, SectionId, Unit};

type Bytes<'a> = EndianSlice<'a, LittleEndian>;
type Dwarf<'a> = gimli::Dwarf<Bytes<'a>>;

/// A place in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The number of the file among [`SourceLines::files`].
    pub file: u32,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 if nothing is known.
    pub column: u32,
}

/// A place from an address on; none where a sequence ends.
type Row = (u64, Option<SourceLine>);

/// What is known of a module's lines.
#[derive(Clone, Debug, Default)]
pub struct SourceLines {
    files: Vec<String>,
    /// By address.
    rows: Vec<Row>,
}

impl SourceLines {
    /// Reads the line tables of all units. `section` gives the bytes of a section, empty if there
    /// is none. Code that is not in the module (linkers leave addresses that are 0 or beyond `end`
    /// in what they drop) is left out.
    pub fn read<'a>(end: u64, section: impl Fn(SectionId) -> &'a [u8]) -> SourceLines {
        // A row takes a byte at least; units might share their lines, or have pieces in common.
        let limit = section(SectionId::DebugLine).len() * 2;
        let load = |id| Ok::<_, gimli::Error>(EndianSlice::new(section(id), LittleEndian));
        let mut reader = Reader {
            end,
            limit,
            lines: SourceLines::default(),
            numbers: HashMap::new(),
            seen: HashSet::new(),
        };
        let Ok(dwarf) = Dwarf::load(load) else { return reader.lines };
        let mut units = dwarf.units();
        // A damaged header ends the list: nobody knows where the next one is.
        while let Ok(Some(header)) = units.next() {
            if let Ok(unit) = dwarf.unit(header) {
                // What came before the damage is good.
                let _ = reader.unit(&dwarf, &unit);
            }
        }
        let mut lines = reader.lines;
        // Stable: at the end of one sequence and the start of the next, the start is the later.
        lines.rows.sort_by_key(|&(address, place)| (address, place.is_some()));
        lines
    }

    /// Names of source files, with their folders.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where the code at an address comes from.
    pub fn at(&self, address: u64) -> Option<SourceLine> {
        let after = self.rows.partition_point(|&(start, _)| start <= address);
        self.rows[after.checked_sub(1)?].1
    }
}

struct Reader {
    end: u64,
    limit: usize,
    lines: SourceLines,
    /// The numbers of files.
    numbers: HashMap<String, u32>,
    /// The line tables that were read.
    seen: HashSet<usize>,
}

impl Reader {
    fn unit(&mut self, dwarf: &Dwarf<'_>, unit: &Unit<Bytes<'_>>) -> gimli::Result<()> {
        let Some(program) = unit.line_program.clone() else { return Ok(()) };
        if !self.seen.insert(program.header().offset().0) {
            return Ok(());
        }
        // The numbers of the table's files among those of all units.
        let mut files = HashMap::new();
        let mut sequence: Vec<Row> = Vec::new();
        let mut rows = program.rows();
        while let Some((header, row)) = rows.next_row()? {
            if self.lines.rows.len() + sequence.len() >= self.limit {
                return Ok(());
            }
            let place = match row.line() {
                Some(line) if !row.end_sequence() => {
                    let number = row.file_index();
                    let file = *files
                        .entry(number)
                        .or_insert_with(|| self.file(dwarf, unit, header, number));
                    file.map(|file| SourceLine {
                        file,
                        line: u32::try_from(line.get()).unwrap_or(0),
                        column: match row.column() {
                            gimli::ColumnType::LeftEdge => 0,
                            gimli::ColumnType::Column(n) => u32::try_from(n.get()).unwrap_or(0),
                        },
                    })
                }
                _ => None,
            };
            sequence.push((row.address(), place));
            if row.end_sequence() {
                let start = sequence[0].0;
                if start != 0 && row.address() <= self.end {
                    self.lines.rows.append(&mut sequence);
                }
                sequence.clear();
            }
        }
        Ok(())
    }

    /// The number of a file, with the name that leads to it.
    fn file(
        &mut self,
        dwarf: &Dwarf<'_>,
        unit: &Unit<Bytes<'_>>,
        header: &LineProgramHeader<Bytes<'_>>,
        number: u64,
    ) -> Option<u32> {
        let file = header.file(number)?;
        let string = |value: AttributeValue<Bytes<'_>>| {
            let text = dwarf.attr_string(unit, value).ok()?;
            Some(text.to_string_lossy().into_owned())
        };
        let mut path = String::new();
        if let Some(folder) = unit.comp_dir {
            push(&mut path, &folder.to_string_lossy());
        }
        if let Some(folder) = file.directory(header).and_then(string) {
            push(&mut path, &folder);
        }
        push(&mut path, &string(file.path_name())?);
        let next = u32::try_from(self.lines.files.len()).ok()?;
        let known = *self.numbers.entry(path).or_insert_with_key(|path| {
            self.lines.files.push(path.clone());
            next
        });
        Some(known)
    }
}

/// Appends a name to a folder; a full name replaces it.
fn push(path: &mut String, name: &str) {
    if name.starts_with('/') || path.is_empty() {
        name.clone_into(path);
    } else if !name.is_empty() && name != "." {
        if !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::settings;

    use crate::{Address, DebugInfo, LineInfo, PlainFunction, UnitInfo};

    fn sections() -> Vec<(SectionId, Vec<u8>)> {
        let flags = settings::Flags::new(settings::builder());
        let isa = windlass_isa::lookup_by_name("x86_64").unwrap().finish(flags).unwrap();
        let unit = UnitInfo {
            producer: "a test",
            name: "main.c",
            directory: "/src",
            language: gimli::DW_LANG_C99,
        };
        let mut info = DebugInfo::new(&*isa, &unit);
        let (main, other) = (info.file("main.c"), info.file("lib/other.c"));
        for (address, file) in [(100, main), (120, other), (0, main), (900, main)] {
            let at = |line| Some(LineInfo { file, line, column: 2 });
            let rows = [(0, at(5)), (4, None), (8, at(9))];
            let address = Address::Constant(address);
            info.plain_function(&PlainFunction {
                name: "f",
                address,
                len: 20,
                prologue: 2,
                rows: &rows,
            });
        }
        let written = info.write().unwrap();
        let resolved = written.into_iter().map(|(id, mut section)| {
            section.resolve(|_| 0);
            (id, section.into_bytes())
        });
        resolved.collect()
    }

    fn read(sections: &[(SectionId, Vec<u8>)]) -> SourceLines {
        SourceLines::read(500, |wanted| {
            let found = sections.iter().find(|(id, _)| *id == wanted);
            found.map_or(&[], |(_, bytes)| bytes)
        })
    }

    #[test]
    fn lines_that_were_written_are_read() {
        let lines = read(&sections());
        let at = |address| {
            let place = lines.at(address)?;
            Some((&*lines.files()[place.file as usize], place.line, place.column))
        };
        let expected = [
            (99, None),
            (100, Some(("/src/main.c", 5, 2))),
            (103, Some(("/src/main.c", 5, 2))),
            (105, None),
            (119, Some(("/src/main.c", 9, 2))),
            (120, Some(("/src/lib/other.c", 5, 2))),
            (139, Some(("/src/lib/other.c", 9, 2))),
            (140, None),
            // What linkers dropped.
            (3, None),
            (900, None),
        ];
        for (address, place) in expected {
            assert_eq!(at(address), place, "{address}");
        }
    }

    #[test]
    fn damaged_sections_are_read_as_far_as_they_go() {
        let good = sections();
        assert!(!read(&good).is_empty());
        assert!(read(&[]).is_empty());
        for index in 0..good.len() {
            for at in 0..good[index].1.len() {
                let mut bad = good.clone();
                for byte in [0, 0x7f, 0xff] {
                    bad[index].1[at] = byte;
                    let lines = read(&bad);
                    let limit = good.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
                    assert!(lines.rows.len() <= 2 * limit);
                    for &(_, place) in &lines.rows {
                        assert!(
                            place.is_none_or(|place| (place.file as usize) < lines.files.len())
                        );
                    }
                }
                bad[index].1.truncate(at);
                read(&bad);
            }
        }
    }
}
