//! `.cwasm` files: modules compiled ahead of time.
//!
//! A file is a header, then sections: what it fits to (text), what the module declares, tables
//! about the code, data segments, trampolines, code. Trampolines and code begin at a page, so the
//! code of a mapped file runs where it lies. The header has a checksum of everything else; it is
//! verified before anything behind it is looked at.
//!
//! | bytes | what |
//! |---|---|
//! | 0–7 | [`MAGIC`] |
//! | 8–11 | [`FORMAT`] |
//! | 12–15 | number of sections |
//! | 16–47 | BLAKE3 of all bytes but these |
//! | 48–55 | length of the file |
//! | 56– | offset and length of each section |

pub(crate) mod compat;
mod info;
mod listing;
mod wire;

pub use listing::{Artifact, ModuleFunction};

use std::ops::Range;
use std::sync::Arc;

use windlass_wasm::ModuleInfo;
use windlass_wasm::types::TypeIndex;

use crate::code::stats::ModuleStats;
use crate::code::trampolines::{KINDS, TypeTrampolines};
use crate::code::{TableCounts, Tables};
use crate::sys::code::Bytes;
use wire::{Malformed, Read, Reader, Writer};

/// How every file begins. Changes of line ends damage it.
pub(crate) const MAGIC: [u8; 8] = *b"\x89cwasm\r\n";
/// The version of the format.
const FORMAT: u32 = 3;
const CHECKSUM: Range<usize> = 16..48;
const LENGTH: usize = 48;
const SECTION_TABLE: usize = 56;

const COMPAT: usize = 0;
const META: usize = 1;
const TABLES: usize = 2;
const DATA: usize = 3;
const TRAMPOLINES: usize = 4;
const CODE: usize = 5;
const SECTIONS: usize = 6;
const HEADER: usize = SECTION_TABLE + SECTIONS * 16;

/// Why bytes are not a module that this engine can load.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArtifactError {
    /// They do not begin as such files do.
    #[error("this is no file of compiled code; compile the module with `windlass compile`")]
    NotCompiledCode,
    /// The format is another.
    #[error(
        "the file was made by another version of Windlass (format {0}, this one reads {FORMAT}); \
         compile the module again"
    )]
    OtherFormat(u32),
    /// The checksum is another.
    #[error("the file is damaged ({0}); compile the module again")]
    Damaged(&'static str),
    /// It was made by another version, with other settings or for another machine.
    #[error("the file does not fit: {0}; compile the module again with what is wanted here")]
    Incompatible(String),
    /// It needs what the processor does not have.
    #[error(
        "the file needs the processor feature {0}, which is not here; compile the module on this \
         machine, or with `--cpu baseline`"
    )]
    MissingFeature(String),
}

impl From<Malformed> for ArtifactError {
    fn from(Malformed: Malformed) -> Self {
        ArtifactError::Damaged("a section is malformed")
    }
}

/// What is written.
pub(crate) struct Parts<'a> {
    pub compat: &'a str,
    pub info: &'a ModuleInfo,
    pub stats: ModuleStats,
    pub tables: &'a Tables,
    pub data: &'a [u8],
    pub trampolines: &'a [TypeTrampolines],
    pub trampoline_code: &'a [u8],
    pub code: &'a [u8],
    /// The largest page of the machine that the code is for.
    pub page: usize,
}

/// What is read.
pub(crate) struct Loaded {
    pub info: ModuleInfo,
    pub stats: ModuleStats,
    pub tables: Tables,
    pub data: Bytes,
    pub trampolines: Vec<TypeTrampolines>,
    /// Ranges of the file.
    pub trampoline_code: Range<usize>,
    pub code: Range<usize>,
}

/// The bytes of a file.
pub(crate) fn write(parts: &Parts<'_>) -> Vec<u8> {
    let mut meta = Writer::default();
    let counts = parts.tables.counts();
    for n in [counts.functions, counts.frames, counts.traps, counts.places, counts.names] {
        meta.u32(n);
    }
    for n in parts.stats.numbers() {
        meta.u64(n);
    }
    meta.list(parts.trampolines, |w, row| {
        w.u32(row.ty.0);
        for offset in row.offsets {
            w.u32(offset);
        }
    });
    info::write(&mut meta, parts.info);
    let sections: [(&[u8], usize); SECTIONS] = [
        (parts.compat.as_bytes(), 1),
        (&meta.bytes, 8),
        (parts.tables.bytes(), 8),
        (parts.data, 16),
        (parts.trampoline_code, parts.page),
        (parts.code, parts.page),
    ];
    let mut bytes = vec![0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[12..16].copy_from_slice(&(SECTIONS as u32).to_le_bytes());
    for (n, (section, alignment)) in sections.into_iter().enumerate() {
        bytes.resize(bytes.len().next_multiple_of(alignment), 0);
        let at = SECTION_TABLE + n * 16;
        let start = bytes.len() as u64;
        bytes[at..at + 8].copy_from_slice(&start.to_le_bytes());
        bytes[at + 8..at + 16].copy_from_slice(&(section.len() as u64).to_le_bytes());
        bytes.extend_from_slice(section);
    }
    let len = bytes.len() as u64;
    bytes[LENGTH..LENGTH + 8].copy_from_slice(&len.to_le_bytes());
    let sum = checksum(&bytes);
    bytes[CHECKSUM].copy_from_slice(&sum);
    bytes
}

/// The checksum of a file, which has the bytes up to the end of its own at least.
fn checksum(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..CHECKSUM.start]);
    hasher.update(&bytes[CHECKSUM.end..]);
    *hasher.finalize().as_bytes()
}

/// Whether bytes begin as a file does.
pub(crate) fn is_artifact(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Verifies a file.
pub(crate) fn verify(bytes: &[u8]) -> Result<(), ArtifactError> {
    if !is_artifact(bytes) {
        return Err(ArtifactError::NotCompiledCode);
    }
    if bytes.len() < HEADER {
        return Err(ArtifactError::Damaged("it is cut short"));
    }
    let mut header = Reader::new(&bytes[MAGIC.len()..HEADER]);
    let format = header.u32()?;
    if format != FORMAT {
        return Err(ArtifactError::OtherFormat(format));
    }
    if header.u32()? as usize != SECTIONS {
        return Err(ArtifactError::Damaged("its header is malformed"));
    }
    let sum = header.take(CHECKSUM.len())?;
    if header.usize()? != bytes.len() {
        return Err(ArtifactError::Damaged("it has another length than it was written with"));
    }
    if sum != checksum(bytes) {
        return Err(ArtifactError::Damaged("the checksum is another"));
    }
    Ok(())
}

/// The range of a section of a verified file.
fn section(bytes: &[u8], n: usize) -> Read<Range<usize>> {
    let at = SECTION_TABLE + n * 16;
    let mut reader = Reader::new(&bytes[at..at + 16]);
    let start = reader.usize()?;
    let end = start.checked_add(reader.usize()?).ok_or(Malformed)?;
    if start < HEADER || end > bytes.len() {
        return Err(Malformed);
    }
    Ok(start..end)
}

/// Verifies and reads a file, and sees that it fits to what is wanted, lines as in [`compat`]. What
/// stays in the file is not copied.
pub(crate) fn read(wanted: &str, file: &Arc<Bytes>) -> Result<Loaded, ArtifactError> {
    verify(file)?;
    let compat = std::str::from_utf8(&file[section(file, COMPAT)?]).map_err(|_| Malformed)?;
    compat::check(wanted, compat)?;
    read_sections(file)
}

fn read_sections(file: &Arc<Bytes>) -> Result<Loaded, ArtifactError> {
    let mut meta = Reader::new(&file[section(file, META)?]);
    let counts = TableCounts {
        functions: meta.u32()?,
        frames: meta.u32()?,
        traps: meta.u32()?,
        places: meta.u32()?,
        names: meta.u32()?,
    };
    let mut numbers = [0; ModuleStats::NUMBERS];
    for n in &mut numbers {
        *n = meta.u64()?;
    }
    let stats = ModuleStats::from_numbers(numbers);
    let trampolines = meta.list(|r| {
        let ty = TypeIndex(r.u32()?);
        let mut offsets = [0; KINDS];
        for offset in &mut offsets {
            *offset = r.u32()?;
        }
        Ok(TypeTrampolines { ty, offsets })
    })?;
    let info = info::read(&mut meta)?;
    meta.end()?;
    let tables = file.part(section(file, TABLES)?);
    let tables = Tables::from_bytes(tables, counts).ok_or(Malformed)?;
    let data = file.part(section(file, DATA)?);
    let (trampoline_code, code) = (section(file, TRAMPOLINES)?, section(file, CODE)?);
    let mut data_len = 0usize;
    for segment in &info.data {
        data_len = data_len.checked_add(segment.range.len()).ok_or(Malformed)?;
    }
    let inside = |row: &TypeTrampolines| {
        row.ty.index() < info.types.len()
            && row.offsets.iter().all(|&at| (at as usize) < trampoline_code.len())
    };
    let code_fits = (0..tables.functions()).all(|n| tables.function(n).end as usize <= code.len());
    if data_len != data.len()
        || tables.own_functions() != info.defined_functions()
        || !trampolines.iter().all(inside)
        || !code_fits
    {
        return Err(Malformed.into());
    }
    Ok(Loaded { info, stats, tables, data, trampolines, trampoline_code, code })
}

/// The kinds of compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precompiled {
    /// A module.
    Module,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    /// Files with a right checksum and wrong contents are errors or other modules: reading does not
    /// panic. (What their code would do is another matter: loading is unsafe.)
    #[test]
    fn wrong_contents_with_a_right_checksum_do_not_panic() {
        let engine = Engine::default();
        let wasm = wat::parse_str(
            r#"(module (import "a" "b" (func (param i32))) (memory 1) (table 2 funcref)
                (global i32 (i32.const 1)) (elem (i32.const 0) func 0 1)
                (data (i32.const 3) "data") (func $f (export "f") (param i32) (result i32)
                (i32.div_u (i32.const 1) (local.get 0))))"#,
        )
        .unwrap();
        let compat = engine.compatibility(false);
        let good = engine.precompile_module(&wasm).unwrap();
        let range = section(&good, META).unwrap().start..section(&good, TABLES).unwrap().end;
        let mut state = 0x1234_5678_9abc_def0u64;
        let mut refused = 0;
        for _ in 0..2000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut bad = good.clone();
            let at = range.start + (state >> 16) as usize % range.len();
            bad[at] = state as u8;
            let sum = checksum(&bad);
            bad[CHECKSUM].copy_from_slice(&sum);
            let file = Arc::new(Bytes::Owned(bad.into()));
            refused += usize::from(read(&compat, &file).is_err());
        }
        assert!(refused > 200, "{refused}");
    }
}
