//! Tells debuggers and profilers where functions are.
//!
//! Debuggers get an object file in memory for each module: symbols, frames, and lines that are
//! offsets in the Wasm file. `perf` gets a map of the process's functions, or a dump of their code
//! and lines (`perf record -k mono`, then `perf inject --jit`). What cannot be written is left out:
//! no program fails for it.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use windlass_core::isa::unwind::{CfiOp, SystemVUnwindInfo};
use windlass_jit::gdb::GdbRegistration;
use windlass_jit::symbols::{FunctionSymbol, symbol_file};
use windlass_wasm::types::{DefinedFuncIndex, EntityIndex};

use crate::code::ModuleCode;
use crate::sys::code::{CodePages, Marker};
use crate::sys::file;
use crate::{Engine, Error};

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
    /// What debuggers know of trampolines, which stay as long as the engine.
    trampolines: Mutex<Vec<GdbRegistration>>,
}

enum Profiler {
    Map(Mutex<File>),
    Dump(&'static Mutex<Dump>),
}

impl Observer {
    /// Opens what the profiler reads.
    pub fn new(strategy: ProfilingStrategy) -> Result<Self, Error> {
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
        Ok(Self { profiler, trampolines: Mutex::default() })
    }
}

/// Offsets of Wasm code as the debugger and the profiler see them: the lines of this file.
fn source(code: &ModuleCode) -> String {
    format!("{}.wasm", code.info().name.as_deref().unwrap_or("module"))
}

/// The functions of a module with their lines.
fn symbols(code: &ModuleCode) -> Vec<FunctionSymbol> {
    let (tables, info) = (code.tables(), code.info());
    let start = code.range().start;
    let exported = |index| {
        let mut exports = info.exports.iter();
        let found = exports.find(|export| export.entity == EntityIndex::Func(index));
        found.map(|export| &*export.name)
    };
    let mut place = 0;
    let mut symbols = Vec::with_capacity(tables.functions());
    for row in 0..tables.functions() {
        let range = tables.function(row);
        let name = if row < tables.own_functions() {
            let index = info.function(DefinedFuncIndex::new(row));
            let name = tables.name(index).or_else(|| exported(index));
            name.map_or_else(|| format!("wasm-function[{}]", index.0), str::to_string)
        } else {
            "wasm-library-call".to_string()
        };
        let mut lines = Vec::new();
        while place < tables.places() && tables.place(place).start < range.end {
            let at = tables.place(place);
            if at.start >= range.start {
                let line = if at.module_offset == u32::MAX { 0 } else { at.module_offset };
                lines.push((at.start - range.start, u64::from(line)));
            }
            place += 1;
        }
        // The first instructions, which set up the frame, count to the first line.
        if let Some(&(first, line)) = lines.iter().find(|(_, line)| *line != 0)
            && first != 0
        {
            lines.retain(|&(at, _)| at >= first);
            lines.insert(0, (0, line));
        }
        symbols.push(FunctionSymbol {
            name,
            address: start + range.start as usize,
            unwind: unwind(tables.has_frame(row) && row < tables.own_functions(), range.len()),
            lines,
        });
    }
    symbols
}

/// How to unwind a function, right but in its last instructions: `push rbp; mov rbp, rsp` is the
/// beginning of every function with a frame, and functions without one leave the stack as it is.
#[cfg(target_arch = "x86_64")]
fn unwind(has_frame: bool, len: usize) -> SystemVUnwindInfo {
    const RBP: u16 = 6;
    let ops = vec![
        (1, CfiOp::DefCfaOffset(16)),
        (1, CfiOp::Offset { reg: RBP, offset: -16 }),
        (4, CfiOp::DefCfaRegister(RBP)),
    ];
    SystemVUnwindInfo { ops: if has_frame { ops } else { Vec::new() }, len: len as u32 }
}

/// The number of the machine in ELF files.
#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = 62;

fn show(
    engine: &Engine,
    range: std::ops::Range<usize>,
    source: &str,
    symbols: &[FunctionSymbol],
) -> GdbRegistration {
    let common = engine.isa().common_unwind_info();
    GdbRegistration::new(symbol_file(MACHINE, common.as_ref(), range, source, symbols))
}

/// Tells of the code of a module, as far as the configuration asks for it.
pub(crate) fn module(engine: &Engine, code: &mut ModuleCode) {
    let debug = engine.config().debug_info;
    let profiler = &engine.observer().profiler;
    if !debug && profiler.is_none() {
        return;
    }
    let (symbols, source) = (symbols(code), source(code));
    if debug {
        code.shown = Some(show(engine, code.range(), &source, &symbols));
    }
    profile(profiler, code.bytes(), code.range().start, &source, &symbols);
}

/// Tells of trampolines, which begin at these offsets.
pub(crate) fn trampolines(engine: &Engine, pages: &CodePages, offsets: &[u32]) {
    let debug = engine.config().debug_info;
    let profiler = &engine.observer().profiler;
    if !debug && profiler.is_none() {
        return;
    }
    let mut offsets = offsets.to_vec();
    offsets.sort_unstable();
    let range = pages.range();
    let ends = offsets.iter().skip(1).copied().chain([range.len() as u32]);
    let symbols: Vec<FunctionSymbol> = offsets
        .iter()
        .zip(ends)
        .map(|(&start, end)| FunctionSymbol {
            name: "wasm-trampoline".to_string(),
            address: range.start + start as usize,
            unwind: unwind(true, (end - start) as usize),
            lines: Vec::new(),
        })
        .collect();
    if debug {
        let shown = show(engine, range.clone(), "trampolines", &symbols);
        let kept = &engine.observer().trampolines;
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
    }
    profile(profiler, pages.bytes(), range.start, "trampolines", &symbols);
}

fn profile(
    profiler: &Option<Profiler>,
    code: &[u8],
    start: usize,
    source: &str,
    symbols: &[FunctionSymbol],
) {
    match profiler {
        None => {}
        Some(Profiler::Map(map)) => {
            use std::fmt::Write;
            let mut text = String::new();
            for symbol in symbols {
                // A line is a function, so names have none.
                let name = symbol.name.replace(['\n', '\r'], " ");
                let _ = writeln!(text, "{:x} {:x} {name}", symbol.address, symbol.unwind.len);
            }
            let map = map.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = file::write_ambient(&map, text.as_bytes());
        }
        Some(Profiler::Dump(dump)) => {
            let mut dump = dump.lock().unwrap_or_else(PoisonError::into_inner);
            for symbol in symbols {
                let offset = symbol.address - start;
                let bytes = &code[offset..offset + symbol.unwind.len as usize];
                let _ = dump.function(bytes, source, symbol);
            }
        }
    }
}

/// A file in the format that `perf inject --jit` reads.
struct Dump {
    file: File,
    /// `perf record` notes this mapping, and so finds the file.
    _marker: Marker,
    functions: u64,
}

const LOAD: u32 = 0;
const LINES: u32 = 2;

/// The clock of `perf record -k mono`.
fn timestamp() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

impl Dump {
    fn new(file: File) -> Result<Self, Error> {
        let mut header = Vec::new();
        // "JiTD", version 1, length of the header, machine, nothing, process, time, no flags.
        for n in [0x4a69_5444, 1, 40, u32::from(MACHINE), 0, std::process::id()] {
            header.extend_from_slice(&n.to_le_bytes());
        }
        header.extend_from_slice(&timestamp().to_le_bytes());
        header.extend_from_slice(&0u64.to_le_bytes());
        file::write_ambient(&file, &header)?;
        let marker = Marker::new(&file)?;
        Ok(Self { file, _marker: marker, functions: 0 })
    }

    fn record(kind: u32, body: &[u8]) -> Vec<u8> {
        let mut record = Vec::with_capacity(16 + body.len());
        record.extend_from_slice(&kind.to_le_bytes());
        record.extend_from_slice(&(16 + body.len() as u32).to_le_bytes());
        record.extend_from_slice(&timestamp().to_le_bytes());
        record.extend_from_slice(body);
        record
    }

    fn function(
        &mut self,
        code: &[u8],
        source: &str,
        symbol: &FunctionSymbol,
    ) -> std::io::Result<()> {
        let address = symbol.address as u64;
        let mut records = Vec::new();
        let lines = symbol.lines.iter().filter(|(_, line)| *line != 0);
        if lines.clone().next().is_some() {
            let mut body = address.to_le_bytes().to_vec();
            body.extend_from_slice(&(lines.clone().count() as u64).to_le_bytes());
            for &(offset, line) in lines {
                body.extend_from_slice(&(address + u64::from(offset)).to_le_bytes());
                body.extend_from_slice(&(line as u32).to_le_bytes());
                body.extend_from_slice(&0u32.to_le_bytes());
                body.extend(source.bytes().filter(|byte| *byte != 0));
                body.push(0);
            }
            records.extend(Self::record(LINES, &body));
        }
        let thread = rustix::thread::gettid().as_raw_nonzero().get() as u32;
        let mut body = Vec::new();
        for n in [std::process::id(), thread] {
            body.extend_from_slice(&n.to_le_bytes());
        }
        for n in [address, address, code.len() as u64, self.functions] {
            body.extend_from_slice(&n.to_le_bytes());
        }
        body.extend(symbol.name.bytes().filter(|byte| *byte != 0));
        body.push(0);
        body.extend_from_slice(code);
        records.extend(Self::record(LOAD, &body));
        self.functions += 1;
        file::write_ambient(&self.file, &records)
    }
}
