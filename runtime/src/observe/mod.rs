//! Tells debuggers and profilers where functions are.
//!
//! Debuggers get an object file in memory for each module: symbols, frames, and lines. `perf` gets a
//! map of the process's functions, or a dump of their code and lines (`perf record -k mono`, then
//! `perf inject --jit`). What cannot be written is left out: no program fails for it.
//!
//! Lines are those of the source where the module has DWARF (custom sections `.debug_line` and what
//! belongs to it), and offsets in the Wasm file for functions that it says nothing about.

mod jitdump;

use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use windlass_core::isa::unwind::SystemVUnwindInfo;
use windlass_core::isa::{OwnedTargetIsa, TargetIsa};
use windlass_jit::dwarf::{
    Address, DebugInfo, LineInfo, PlainFunction, SourceLine, SourceLines, UnitInfo, gimli,
};
use windlass_jit::gdb::GdbRegistration;
use windlass_jit::{DescribedFunction, ImageFile};
use windlass_wasm::debug_sections;
use windlass_wasm::types::{DefinedFuncIndex, EntityIndex};

use self::jitdump::Dump;
use crate::Error;
use crate::arch;
use crate::code::ModuleCode;
use crate::sys::code::CodePages;
use crate::sys::file;

/// Which profiler is told where functions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProfilingStrategy {
    /// None.
    #[default]
    None,
    /// `perf`, by `/tmp/perf-PID.map`: names of functions.
    PerfMap,
    /// `perf inject --jit`, by `jit-PID.dump` in the current folder: code and lines as well.
    JitDump,
}

/// Who is told of the code of an engine.
pub(crate) struct Observer {
    profiler: Option<Profiler>,
    /// Whether debuggers are told.
    debug: bool,
    /// The machine that the code is for.
    isa: OwnedTargetIsa,
}

enum Profiler {
    Map(Mutex<File>),
    Dump(&'static Mutex<Dump>),
}

impl Observer {
    /// Opens what the profiler reads. Debuggers are told as well, if `debug` is set.
    pub fn new(
        strategy: ProfilingStrategy,
        debug: bool,
        isa: OwnedTargetIsa,
    ) -> Result<Self, Error> {
        let open = |path: PathBuf, append| {
            let file = file::create_ambient(&path, append);
            file.map_err(|error| Error::new(error).context(format!("writing {}", path.display())))
        };
        let process = std::process::id();
        let profiler = match strategy {
            ProfilingStrategy::None => None,
            ProfilingStrategy::PerfMap => {
                let path = PathBuf::from(format!("/tmp/perf-{process}.map"));
                Some(Profiler::Map(Mutex::new(open(path, true)?)))
            }
            ProfilingStrategy::JitDump => {
                static DUMP: OnceLock<Mutex<Dump>> = OnceLock::new();
                static OPENING: Mutex<()> = Mutex::new(());
                let _guard = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
                if DUMP.get().is_none() {
                    let file = open(PathBuf::from(format!("jit-{process}.dump")), false)?;
                    let dump = Mutex::new(Dump::new(file)?);
                    let _ = DUMP.set(dump);
                }
                DUMP.get().map(Profiler::Dump)
            }
        };
        Ok(Self { profiler, debug, isa })
    }

    /// Tells of the code of a module, as far as somebody wants to know; `wasm` is the module, if it
    /// is known.
    pub fn module(&self, code: &ModuleCode, wasm: Option<&[u8]>) {
        if !self.debug && self.profiler.is_none() {
            return;
        }
        let symbols = symbols(code, wasm);
        if self.debug {
            code.show(|| self.show(&symbols));
        }
        self.profile(code.bytes(), code.range(), &symbols);
    }

    /// Tells of trampolines, which begin at these offsets; what debuggers know of them.
    pub fn trampolines(&self, pages: &CodePages, offsets: &[u32]) -> Option<GdbRegistration> {
        if !self.debug && self.profiler.is_none() {
            return None;
        }
        let mut offsets = offsets.to_vec();
        offsets.sort_unstable();
        let range = pages.range();
        let ends = offsets.iter().skip(1).copied().chain([range.len() as u32]);
        let functions = offsets
            .iter()
            .zip(ends)
            .map(|(&start, end)| Symbol {
                name: "wasm-trampoline".to_string(),
                address: range.start + start as usize,
                len: end - start,
                has_frame: true,
                lines: Vec::new(),
            })
            .collect();
        let symbols = Symbols { files: Vec::new(), functions };
        self.profile(pages.bytes(), range, &symbols);
        if self.debug { self.show(&symbols) } else { None }
    }

    /// Shows functions to debuggers, with lines if they can be written.
    fn show(&self, symbols: &Symbols) -> Option<GdbRegistration> {
        let mut image = ImageFile::default();
        for function in &symbols.functions {
            let end = function.address + function.len as usize;
            image.function(&function.name, function.address..end);
        }
        if symbols.functions.iter().any(|function| !function.lines.is_empty()) {
            let _ = image.debug_info(lines(&*self.isa, symbols), |_| 0);
        }
        if let Some(common) = self.isa.common_unwind_info() {
            let frames: Vec<_> = symbols.functions.iter().map(unwind).collect();
            let described = symbols.functions.iter().zip(&frames).map(|(function, info)| {
                let Symbol { address, len, .. } = *function;
                DescribedFunction { address, len, info, exceptions: None }
            });
            image.frames(&common, described).ok()?;
        }
        image.write().ok().map(GdbRegistration::new)
    }

    fn profile(&self, code: &[u8], range: Range<usize>, symbols: &Symbols) {
        match &self.profiler {
            None => {}
            Some(Profiler::Map(map)) => {
                use std::fmt::Write;
                let mut text = String::new();
                for symbol in &symbols.functions {
                    // A line is a function, so names have none.
                    let name = symbol.name.replace(|c: char| c.is_control(), " ");
                    let _ = writeln!(text, "{:x} {:x} {name}", symbol.address, symbol.len);
                }
                let map = map.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = file::write_ambient(&map, text.as_bytes());
            }
            Some(Profiler::Dump(dump)) => {
                let mut dump = dump.lock().unwrap_or_else(PoisonError::into_inner);
                for symbol in &symbols.functions {
                    let offset = symbol.address - range.start;
                    let bytes = &code[offset..offset + symbol.len as usize];
                    let _ = dump.function(bytes, &symbols.files, symbol);
                }
            }
        }
    }
}

/// Functions as debuggers and profilers see them.
struct Symbols {
    /// The names of source files.
    files: Vec<String>,
    functions: Vec<Symbol>,
}

/// A function at its address.
struct Symbol {
    name: String,
    address: usize,
    len: u32,
    has_frame: bool,
    /// Offsets in the code, ascending, and the lines from there on.
    lines: Vec<(u32, SourceLine)>,
}

/// The functions of a module with their lines; `wasm` is the module, if it is known.
fn symbols(code: &ModuleCode, wasm: Option<&[u8]>) -> Symbols {
    let (tables, info) = (code.tables(), code.info());
    let start = code.range().start;
    // Of the names that a function is exported under, the first.
    let mut exported = HashMap::new();
    for export in &info.exports {
        if let EntityIndex::Func(index) = export.entity {
            exported.entry(index).or_insert(&*export.name);
        }
    }
    // Addresses in the DWARF of a module are offsets in its code section.
    let section = &info.code_section;
    let sections = wasm.map(debug_sections).unwrap_or_default();
    let source = SourceLines::read(section.len() as u64, |id| {
        let found = sections.iter().find(|(name, _)| *name == id.name());
        found.map_or(&[], |(_, bytes)| bytes)
    });
    // Offsets in the module are the lines of this file; behind it come those of the source.
    let mut files = vec![format!("{}.wasm", info.name.as_deref().unwrap_or("module"))];
    files.extend_from_slice(source.files());
    let of_source = |at: u32| {
        let place = source.at(u64::from(at).checked_sub(section.start as u64)?)?;
        Some(SourceLine { file: place.file + 1, ..place })
    };
    let mut place = 0;
    let mut functions = Vec::with_capacity(tables.functions());
    for row in 0..tables.functions() {
        let range = tables.function(row);
        let is_own = row < tables.own_functions();
        let name = if is_own {
            let index = info.function(DefinedFuncIndex::new(row));
            let name = tables.name(index).or_else(|| exported.get(&index).copied());
            name.map_or_else(|| format!("wasm-function[{}]", index.0), str::to_string)
        } else {
            "wasm-library-call".to_string()
        };
        // Code that comes from no instruction of the module counts to the one before.
        let mut offsets = Vec::new();
        while place < tables.places() && tables.place(place).start < range.end {
            let at = tables.place(place);
            if at.start >= range.start && at.module_offset != u32::MAX {
                offsets.push((at.start - range.start, at.module_offset));
            }
            place += 1;
        }
        let known = offsets.iter();
        let known = known.filter_map(|&(at, offset)| Some((at, of_source(offset)?)));
        let mut lines: Vec<(u32, SourceLine)> = known.collect();
        if lines.is_empty() {
            let line = |offset| SourceLine { file: 0, line: offset, column: 0 };
            lines = offsets.iter().map(|&(at, offset)| (at, line(offset))).collect();
        }
        lines.dedup_by_key(|&mut (_, line)| line);
        // The first instructions, which set up the frame, count to the first line.
        if let Some(&(at, line)) = lines.first()
            && at != 0
        {
            lines.insert(0, (0, line));
        }
        functions.push(Symbol {
            name,
            address: start + range.start as usize,
            len: range.len() as u32,
            has_frame: is_own && tables.has_frame(row),
            lines,
        });
    }
    Symbols { files, functions }
}

/// How to unwind a function.
fn unwind(symbol: &Symbol) -> SystemVUnwindInfo {
    let ops = if symbol.has_frame { arch::frame() } else { Vec::new() };
    SystemVUnwindInfo { ops, len: symbol.len }
}

/// The line tables of functions.
fn lines(isa: &dyn TargetIsa, symbols: &Symbols) -> DebugInfo {
    let unit = UnitInfo {
        producer: "windlass",
        name: &symbols.files[0],
        directory: ".",
        language: gimli::DW_LANG_C99,
    };
    let mut info = DebugInfo::new(isa, &unit);
    let files: Vec<_> = symbols.files.iter().map(|name| info.file(name)).collect();
    for function in &symbols.functions {
        let rows: Vec<_> = function
            .lines
            .iter()
            .map(|&(at, SourceLine { file, line, column })| {
                let (line, column) = (u64::from(line), u64::from(column));
                (at, Some(LineInfo { file: files[file as usize], line, column }))
            })
            .collect();
        info.plain_function(&PlainFunction {
            name: &function.name,
            address: Address::Constant(function.address as u64),
            len: function.len,
            prologue: if function.has_frame { arch::PROLOGUE } else { 0 },
            rows: &rows,
        });
    }
    info
}
