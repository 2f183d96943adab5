//! Modules: parsed, compiled, and ready to be instantiated any number of times.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use windlass_core::binemit::Reloc;
use windlass_core::ir::{ExternalName, Function, LibCall, TrapCode};
use windlass_core::machine::buffer::FinalizedRelocTarget;
use windlass_core::{CompiledCode, compile::CompileStats};
use windlass_jit::{CodeImage, FunctionId, ImageBuilder, Target, libcalls};
use windlass_wasm::compile::{Threads, compile_functions};
use windlass_wasm::types::{DefinedFuncIndex, FuncIndex};
use windlass_wasm::{ModuleInfo, translate_module};

use crate::env::Environment;
use crate::layout::Layout;
use crate::trap::FrameInfo;
use crate::{Engine, Error};

/// A trap site: offset in the image, reason.
#[derive(Clone, Copy, Debug)]
struct TrapSite {
    offset: u32,
    code: TrapCode,
}

/// A range of code from one instruction of the module.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// First offset in the image.
    start: u32,
    /// The offset in the module, or `u32::MAX`.
    module_offset: u32,
}

/// The code of a module in memory, with what is known of its addresses.
pub struct ModuleCode {
    image: CodeImage,
    info: Arc<ModuleInfo>,
    /// Sorted by offset.
    traps: Vec<TrapSite>,
    /// Sorted by offset.
    places: Vec<Place>,
    /// For each function, whether it sets up a frame.
    frames: Vec<bool>,
}

impl fmt::Debug for ModuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModuleCode at {:#x?}", self.range())
    }
}

impl ModuleCode {
    /// The addresses of the code.
    pub(crate) fn range(&self) -> Range<usize> {
        self.image.range()
    }

    /// The address of a function that the module defines.
    pub(crate) fn address(&self, index: DefinedFuncIndex) -> *const u8 {
        self.image.address(FunctionId(index.0))
    }

    fn offset(&self, pc: usize) -> u32 {
        (pc - self.range().start) as u32
    }

    pub(crate) fn trap_at(&self, pc: usize) -> Option<TrapCode> {
        let offset = self.offset(pc);
        let at = self.traps.binary_search_by_key(&offset, |site| site.offset).ok()?;
        Some(self.traps[at].code)
    }

    pub(crate) fn has_frame(&self, pc: usize) -> bool {
        let function = self.image.function_at(self.offset(pc));
        function.is_none_or(|function| self.frames[function.0 as usize])
    }

    pub(crate) fn frame_at(&self, pc: usize) -> Option<FrameInfo> {
        let offset = self.offset(pc);
        let function = self.image.function_at(offset)?;
        let start = self.image.function_range(function).start;
        let after = self.places.partition_point(|place| place.start <= offset);
        let place = after.checked_sub(1).map(|at| self.places[at]);
        let module_offset = place
            .filter(|place| place.start >= start && place.module_offset != u32::MAX)
            .map(|place| place.module_offset);
        let index = self.info.function(DefinedFuncIndex(function.0));
        let name = self.info.func_name(index);
        Some(FrameInfo::new(index.0, name, self.info.name.as_deref(), module_offset))
    }
}

/// Sums of a compilation.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModuleStats {
    /// Functions compiled.
    pub functions: usize,
    /// Bytes of their bodies in the module.
    pub wasm_bytes: usize,
    /// Bytes of machine code and constants.
    pub code_bytes: usize,
    /// Machine instructions before the allocator's moves.
    pub insts: u64,
    /// Their operands.
    pub operands: u64,
    /// Live ranges that the allocator began with.
    pub live_ranges: u64,
    /// The allocator's moves, spills and reloads among them.
    pub moves: u64,
    /// Functions that were too much for the backtracking allocator.
    pub fell_back: usize,
}

impl ModuleStats {
    fn add(&mut self, stats: &CompileStats) {
        self.functions += 1;
        self.insts += u64::from(stats.insts);
        self.operands += u64::from(stats.operands);
        self.live_ranges += u64::from(stats.live_ranges);
        self.moves += u64::from(stats.moves);
        self.fell_back += usize::from(stats.fell_back);
    }
}

impl fmt::Display for ModuleStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_byte = |n: u64| n as f64 / self.wasm_bytes.max(1) as f64;
        writeln!(f, "functions          {:>12}", self.functions)?;
        writeln!(f, "Wasm code bytes    {:>12}", self.wasm_bytes)?;
        writeln!(f, "machine code bytes {:>12}", self.code_bytes)?;
        for (name, n) in [
            ("instructions", self.insts),
            ("operands", self.operands),
            ("live ranges", self.live_ranges),
            ("moves", self.moves),
        ] {
            writeln!(f, "{name:18} {n:>12} {:>8.3} per Wasm byte", per_byte(n))?;
        }
        writeln!(f, "fast allocator     {:>12}", self.fell_back)
    }
}

pub(crate) struct ModuleInner {
    pub engine: Engine,
    pub info: Arc<ModuleInfo>,
    pub layout: Arc<Layout>,
    pub code: Arc<ModuleCode>,
    /// The bytes of all data segments; `data` has their ranges.
    pub data_bytes: Vec<u8>,
    pub data: Vec<Range<usize>>,
    stats: ModuleStats,
}

/// A compiled module. Cheap to clone.
#[derive(Clone)]
pub struct Module {
    inner: Arc<ModuleInner>,
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// What is kept of one compiled function until all are linked.
struct Piece {
    code: Vec<u8>,
    alignment: u32,
    relocs: Vec<(u32, Reloc, RelocTarget, i64)>,
    traps: Vec<TrapSite>,
    places: Vec<Place>,
    has_frame: bool,
    stats: CompileStats,
}

#[derive(Clone, Copy)]
enum RelocTarget {
    Function(u32),
    Inside(u32),
    LibCall(LibCall),
    Unknown,
}

impl Piece {
    fn new(alignment: u32, code_start: u32, func: &Function, code: &CompiledCode) -> Self {
        let buffer = &code.buffer;
        let target = |target: &FinalizedRelocTarget| match target {
            FinalizedRelocTarget::Func(offset) => RelocTarget::Inside(*offset),
            FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
                RelocTarget::Function(func.params.user_named_funcs()[*name].index)
            }
            FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) => {
                RelocTarget::LibCall(*call)
            }
            FinalizedRelocTarget::ExternalName(_) => RelocTarget::Unknown,
        };
        let relocs = buffer.relocs().iter();
        let traps = buffer.traps().iter();
        let mut places = Vec::new();
        for range in buffer.get_srclocs_sorted() {
            let module_offset =
                if range.loc.is_default() { u32::MAX } else { code_start + range.loc.bits() };
            places.push(Place { start: range.start, module_offset });
            places.push(Place { start: range.end, module_offset: u32::MAX });
        }
        // Where two ranges touch, the later entry at the same offset is the one that counts.
        places.dedup_by(|next, kept| {
            let same = next.start == kept.start;
            if same {
                *kept = *next;
            }
            same
        });
        Self {
            code: buffer.data().to_vec(),
            alignment,
            relocs: relocs.map(|r| (r.offset, r.kind, target(&r.target), r.addend)).collect(),
            traps: traps.map(|t| TrapSite { offset: t.offset, code: t.code }).collect(),
            places,
            has_frame: code.has_frame,
            stats: code.stats,
        }
    }
}

impl Module {
    /// Compiles a module, binary or text.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        let bytes = bytes.as_ref();
        // A text module cannot begin with the byte 0, and a binary one must.
        if bytes.first() == Some(&0) {
            return Self::from_binary(engine, bytes);
        }
        Self::from_binary(engine, &wat::parse_bytes(bytes)?)
    }

    /// Compiles the module in a file, binary or text.
    pub fn from_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = crate::sys::file::read_ambient(path)
            .map_err(|error| Error::new(error).context(format!("reading {}", path.display())))?;
        Self::new(engine, bytes)
            .map_err(|error| error.context(format!("compiling {}", path.display())))
    }

    /// Compiles a binary module.
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        let config = engine.config();
        let module = translate_module(bytes, config.features)?;
        let layout = Layout::new(&module.info)
            .ok_or_else(|| Error::msg("the module declares more than a context can hold"))?;
        let layout = Arc::new(layout);
        let isa = &**engine.isa();
        let alignment = isa.function_alignment().preferred;
        let code_start = module.info.code_section.start as u32;
        let threads = if config.parallel { Threads::Default } else { Threads::Exactly(1) };
        let pieces = compile_functions(
            &module,
            isa,
            || Environment::new(&module.info, layout.clone(), config.memory_plan),
            threads,
            |_, func, code| Piece::new(alignment, code_start, func, code),
        )?;
        let mut stats = ModuleStats {
            wasm_bytes: module.bodies.iter().map(|body| body.len()).sum(),
            ..ModuleStats::default()
        };
        let (mut data_bytes, mut data) = (Vec::new(), Vec::new());
        for segment in &module.info.data {
            let start = data_bytes.len();
            data_bytes.extend_from_slice(&bytes[segment.range.clone()]);
            data.push(start..data_bytes.len());
        }
        let info = Arc::new(module.info);
        let code = link(info.clone(), pieces, &mut stats)?;
        let inner = ModuleInner {
            engine: engine.clone(),
            info,
            layout,
            code: Arc::new(code),
            data_bytes,
            data,
            stats,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn inner(&self) -> &ModuleInner {
        &self.inner
    }

    /// The name from the name section.
    pub fn name(&self) -> Option<&str> {
        self.inner.info.name.as_deref()
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// What the module declares.
    pub fn info(&self) -> &ModuleInfo {
        &self.inner.info
    }

    /// Names of what the module imports: module and name.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.inner.info.imports.iter().map(|import| (&*import.module, &*import.name))
    }

    /// Names of what the module exports.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = &str> {
        self.inner.info.exports.iter().map(|export| &*export.name)
    }

    /// Sums of the compilation.
    pub fn compile_stats(&self) -> ModuleStats {
        self.inner.stats
    }

    /// The code and its metadata as they are, for inspection: a text header with a line for each
    /// function (index, offset, size, name), an empty line, then the bytes of the code.
    pub fn code_dump(&self) -> Vec<u8> {
        use std::fmt::Write;
        let (info, code) = (&self.inner.info, &self.inner.code);
        let mut text = format!(
            "windlass code dump\ncode {}\ntraps {}\n",
            code.image.bytes().len(),
            code.traps.len()
        );
        for index in 0..code.image.functions() as u32 {
            let range = code.image.function_range(FunctionId(index));
            let function = info.function(DefinedFuncIndex(index));
            let name = info.func_name(function).unwrap_or("-");
            writeln!(text, "function {} {:#x} {} {name:?}", function.0, range.start, range.len())
                .expect("a string takes any text");
        }
        text.push('\n');
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(code.image.bytes());
        bytes
    }
}

/// Puts the functions into memory.
fn link(
    info: Arc<ModuleInfo>,
    pieces: Vec<Piece>,
    stats: &mut ModuleStats,
) -> Result<ModuleCode, Error> {
    let size = pieces.iter().map(|piece| piece.code.len() + 16).sum();
    let mut image = ImageBuilder::with_capacity(size);
    let mut frames = Vec::with_capacity(pieces.len());
    let total = |count: fn(&Piece) -> usize| pieces.iter().map(count).sum();
    let mut traps = Vec::with_capacity(total(|piece| piece.traps.len()));
    let mut places = Vec::with_capacity(total(|piece| piece.places.len()));
    for piece in pieces {
        let id = image.add(&piece.code, piece.alignment);
        let start = image.range(id).start;
        for (offset, kind, target, addend) in piece.relocs {
            let target = match target {
                RelocTarget::Function(index) => {
                    let defined = info.defined_function(FuncIndex(index));
                    let defined = defined.ok_or_else(|| {
                        Error::msg(format!("code calls the imported function {index} directly"))
                    })?;
                    Target::Function(FunctionId(defined.0))
                }
                RelocTarget::Inside(offset) => Target::Inside(id, offset),
                RelocTarget::LibCall(call) => {
                    let address = libcalls::address(call).ok_or_else(|| {
                        Error::msg(format!("code calls the library function {call}"))
                    })?;
                    Target::Address(address)
                }
                RelocTarget::Unknown => {
                    return Err(Error::msg("code names a symbol that Wasm code has not"));
                }
            };
            image.relocate(id, offset, kind, target, addend);
        }
        let moved = |site: TrapSite| TrapSite { offset: site.offset + start, ..site };
        traps.extend(piece.traps.into_iter().map(moved));
        let moved = |place: Place| Place { start: place.start + start, ..place };
        places.extend(piece.places.into_iter().map(moved));
        frames.push(piece.has_frame);
        stats.add(&piece.stats);
    }
    traps.sort_unstable_by_key(|site| site.offset);
    let image = image.finish()?;
    stats.code_bytes = image.bytes().len();
    Ok(ModuleCode { image, info, traps, places, frames })
}
