//! From the bytes of a module to code that runs at any address.
//!
//! Calls between functions are relative; functions of the host are reached through the context.
//! Functions of the C library that the back end calls get a stub each, behind the module's
//! functions, which jumps through the table of builtins.

mod env;
pub(crate) mod text;
pub(crate) mod trampoline;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass_core::CompileStats;
use windlass_core::CompiledCode;
use windlass_core::binemit::Reloc;
use windlass_core::compile::Driver;
use windlass_core::ir::{ExternalName, Function, LibCall};
use windlass_core::isa::TargetIsa;
use windlass_core::machine::buffer::FinalizedRelocTarget;
use windlass_jit::{FunctionId, ImageBuilder, LinkedCode, Target};
use windlass_wasm::compile::{Threads, compile_functions};
use windlass_wasm::types::{EntityIndex, FuncIndex};
use windlass_wasm::{ModuleInfo, WasmFeatures, translate_module};

use self::env::Environment;
use crate::Error;
use crate::arch::stubs::jump_to_builtin;
use crate::code::stats::ModuleStats;
use crate::code::{Place, TableRows, Tables, TrapSite};
use crate::layout::{self, Layout, MemoryPlan};

/// How modules are compiled.
pub(crate) struct Options<'a> {
    pub isa: &'a dyn TargetIsa,
    /// What is asked of the compilation beside code.
    pub driver: Option<&'a Arc<Driver>>,
    pub features: WasmFeatures,
    pub plan: MemoryPlan,
    /// On all cores. The code does not depend on it.
    pub parallel: bool,
    /// Is told how many functions are compiled, and how many there are.
    pub progress: Option<&'a (dyn Fn(usize, usize) + Send + Sync)>,
}

/// A module that is compiled and not yet in executable memory.
pub(crate) struct Compiled {
    pub info: ModuleInfo,
    pub layout: Arc<Layout>,
    pub code: Vec<u8>,
    pub tables: Tables,
    /// The bytes of all data segments, one after the other.
    pub data: Vec<u8>,
    pub stats: ModuleStats,
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
            alignment: alignment.max(buffer.alignment),
            relocs: relocs.map(|r| (r.offset, r.kind, target(&r.target), r.addend)).collect(),
            traps: traps.map(|t| TrapSite { offset: t.offset, code: t.code }).collect(),
            places,
            has_frame: code.has_frame,
            stats: code.stats,
        }
    }
}

/// Compiles a binary module.
pub(crate) fn compile(options: &Options<'_>, bytes: &[u8]) -> Result<Compiled, Error> {
    let module = translate_module(bytes, options.features)?;
    let layout = layout_of(&module.info)?;
    let isa = options.isa;
    let alignment = isa.function_alignment().preferred;
    let code_start = module.info.code_section.start as u32;
    let threads = if options.parallel { Threads::Default } else { Threads::Exactly(1) };
    let (done, all) = (AtomicUsize::new(0), module.bodies.len());
    let pieces = compile_functions(
        &module,
        isa,
        options.driver,
        || Environment::new(&module.info, layout.clone(), options.plan, isa.default_call_conv()),
        threads,
        |_, func, code| {
            if let Some(progress) = options.progress {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            }
            Piece::new(alignment, code_start, func, code)
        },
    )?;
    let mut stats = ModuleStats {
        wasm_bytes: module.bodies.iter().map(|body| body.len()).sum(),
        ..ModuleStats::default()
    };
    let mut data = Vec::new();
    for segment in &module.info.data {
        data.extend_from_slice(&bytes[segment.range.clone()]);
    }
    let mut info = module.info;
    let names = std::mem::take(&mut info.function_names);
    let (linked, mut rows) = link(isa, &info, pieces, &mut stats)?;
    rows.functions = linked.functions;
    rows.names = with_exports(names, &info);
    Ok(Compiled { info, layout, code: linked.bytes, tables: Tables::new(&rows), data, stats })
}

/// The names of functions, in order: those of the name section, and for functions of the module that
/// it does not name the first name that they are exported under.
fn with_exports(
    mut names: Vec<(FuncIndex, Box<str>)>,
    info: &ModuleInfo,
) -> Vec<(FuncIndex, Box<str>)> {
    let named = names.len();
    let mut exported = HashSet::new();
    for export in &info.exports {
        let EntityIndex::Func(index) = export.entity else { continue };
        let known = names[..named].binary_search_by_key(&index.0, |(index, _)| index.0).is_ok();
        if !known && info.defined_function(index).is_some() && exported.insert(index.0) {
            names.push((index, export.name.clone()));
        }
    }
    names.sort_by_key(|(index, _)| index.0);
    names
}

/// The layout of a module's contexts.
pub(crate) fn layout_of(info: &ModuleInfo) -> Result<Arc<Layout>, Error> {
    let layout = Layout::new(info);
    let layout =
        layout.ok_or_else(|| Error::msg("the module declares more than a context can hold"))?;
    Ok(Arc::new(layout))
}

/// Puts the functions into one piece of code.
fn link(
    isa: &dyn TargetIsa,
    info: &ModuleInfo,
    pieces: Vec<Piece>,
    stats: &mut ModuleStats,
) -> Result<(LinkedCode, TableRows), Error> {
    let size = pieces.iter().map(|piece| piece.code.len() + 16).sum();
    let mut image = ImageBuilder::with_capacity(isa, size);
    let total = |count: fn(&Piece) -> usize| pieces.iter().map(count).sum();
    let mut rows = TableRows {
        frames: Vec::with_capacity(pieces.len()),
        traps: Vec::with_capacity(total(|piece| piece.traps.len())),
        places: Vec::with_capacity(total(|piece| piece.places.len())),
        ..TableRows::default()
    };
    let mut stubs = BTreeMap::new();
    for piece in &pieces {
        for (_, _, target, _) in &piece.relocs {
            if let RelocTarget::LibCall(call) = target {
                let address = layout::libcall_offset(*call)
                    .ok_or_else(|| Error::msg(format!("code calls the library function {call}")))?;
                let next = (pieces.len() + stubs.len()) as u32;
                stubs.entry(address).or_insert(FunctionId(next));
            }
        }
    }
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
                    let address = layout::libcall_offset(call).expect("checked above");
                    Target::Function(stubs[&address])
                }
                RelocTarget::Unknown => {
                    return Err(Error::msg("code names a symbol that Wasm code has not"));
                }
            };
            image.relocate(id, offset, kind, target, addend);
        }
        let moved = |site: TrapSite| TrapSite { offset: site.offset + start, ..site };
        rows.traps.extend(piece.traps.into_iter().map(moved));
        let moved = |place: Place| Place { start: place.start + start, ..place };
        rows.places.extend(piece.places.into_iter().map(moved));
        rows.frames.push(piece.has_frame);
        stats.add(&piece.stats);
    }
    let mut by_id: Vec<_> = stubs.into_iter().collect();
    by_id.sort_by_key(|(_, id)| id.0);
    for (address, id) in by_id {
        let stub = jump_to_builtin(isa.triple().architecture, address);
        let stub = stub.ok_or_else(|| Error::msg("this machine cannot call library functions"))?;
        let added = image.add(&stub, 16);
        assert_eq!(added, id, "stubs follow the functions in the order of their numbers");
    }
    rows.traps.sort_unstable_by_key(|site| site.offset);
    let linked = image.link()?;
    stats.code_bytes = linked.bytes.len();
    Ok((linked, rows))
}
