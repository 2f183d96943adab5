//! Modules: parsed, compiled, and ready to be instantiated any number of times.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use windlass_wasm::ModuleInfo;
use windlass_wasm::types::{DefinedFuncIndex, FuncIndex};

use crate::Error;
use crate::code::artifact::{self, Loaded, Parts};
use crate::code::stats::ModuleStats;
use crate::code::trampolines::TypeTrampolines;
use crate::code::{ModuleCode, Tables};
use crate::compile::text::{self, TextError};
use crate::compile::{Compiled, layout_of, trampoline};
use crate::engine::Engine;
use crate::engine::func_types::{self, UsedType};
use crate::instance::blueprint::Blueprint;
use crate::instance::cache::Cache;
use crate::layout::Layout;
use crate::sync::shared::Shared;
use crate::sys::code::{Bytes, CodePages, FileMap};
use crate::sys::file;

pub(crate) struct ModuleInner {
    pub engine: Engine,
    pub info: Arc<ModuleInfo>,
    pub layout: Arc<Layout>,
    pub code: Arc<ModuleCode>,
    /// The bytes of all data segments; `data` has their ranges.
    pub data_bytes: Bytes,
    pub data: Vec<Range<usize>>,
    /// What instances use again.
    pub prepared: Prepared,
    /// Types whose trampolines came with the code.
    _types: Vec<Arc<UsedType>>,
    stats: ModuleStats,
}

/// What is made for a module when it is first instantiated, and shells of instances.
#[derive(Default)]
pub(crate) struct Prepared {
    blueprint: OnceLock<Blueprint>,
    pub cache: Cache,
}

impl ModuleInner {
    /// What all instances of the module have in common.
    pub fn blueprint(&self) -> Result<&Blueprint, Error> {
        if let Some(made) = self.prepared.blueprint.get() {
            return Ok(made);
        }
        let made = Blueprint::new(&self.engine, self)?;
        Ok(self.prepared.blueprint.get_or_init(|| made))
    }
}

/// A compiled module. Cheap to clone.
#[derive(Clone)]
pub struct Module {
    inner: Shared<ModuleInner>,
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl Module {
    /// Compiles a module, binary or text.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        let bytes = bytes.as_ref();
        let binary = text::wasm_bytes(bytes)?;
        Self::from_binary(engine, &binary).map_err(|error| text::explain(bytes, error))
    }

    /// Compiles the module in a file, binary or text.
    pub fn from_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = file::read_ambient(path)
            .map_err(|error| Error::new(error).context(format!("reading {}", path.display())))?;
        let module = Self::new(engine, bytes).map_err(|error| TextError::in_file(error, path))?;
        module.inner.code.is_from(path);
        Ok(module)
    }

    /// Compiles a binary module.
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        engine.check_runs_here()?;
        match &engine.config().cache {
            None => Self::compile(engine, bytes),
            Some(cache) => cache.load_or_compile(
                &engine.compatibility(true),
                bytes,
                // SAFETY: the cache hands out what was serialized below, and nobody changes it.
                |file| unsafe { Self::load_file(engine, file, Some(bytes)) },
                || {
                    let module = Self::compile(engine, bytes)?;
                    let serialized = module.serialize()?;
                    Ok((module, serialized))
                },
            ),
        }
    }

    fn compile(engine: &Engine, bytes: &[u8]) -> Result<Self, Error> {
        let compiled = engine.compile(bytes)?;
        let pages = CodePages::copy(&compiled.code)
            .map_err(|error| Error::new(error).context("no memory for the code"))?;
        let data = Bytes::Owned(compiled.data.into());
        let Compiled { info, layout, tables, stats, .. } = compiled;
        let types = Vec::new();
        Ok(Self::assemble(engine, info, layout, pages, tables, data, stats, types, Some(bytes)))
    }

    /// Takes compiled code, from a compilation or from a file; `wasm` is the module, if it is known.
    #[expect(clippy::too_many_arguments, reason = "all parts of a module, from two places")]
    fn assemble(
        engine: &Engine,
        info: ModuleInfo,
        layout: Arc<Layout>,
        pages: CodePages,
        tables: Tables,
        data_bytes: Bytes,
        stats: ModuleStats,
        types: Vec<Arc<UsedType>>,
        wasm: Option<&[u8]>,
    ) -> Self {
        let mut data = Vec::with_capacity(info.data.len());
        let mut start = 0;
        for segment in &info.data {
            data.push(start..start + segment.range.len());
            start += segment.range.len();
        }
        let info = Arc::new(info);
        let code = Arc::new(ModuleCode::new(pages, tables, info.clone()));
        engine.observer().module(&code, wasm);
        let engine = engine.clone();
        let prepared = Prepared::default();
        let inner = ModuleInner {
            engine,
            info,
            layout,
            code,
            data_bytes,
            data,
            prepared,
            _types: types,
            stats,
        };
        Self { inner: Shared::new(inner) }
    }

    /// The compiled module as the bytes of a `.cwasm` file, for [`Self::deserialize`].
    pub fn serialize(&self) -> Result<Vec<u8>, Error> {
        let inner = &*self.inner;
        serialize(
            &inner.engine,
            &inner.info,
            inner.stats,
            inner.code.tables(),
            &inner.data_bytes,
            inner.code.bytes(),
        )
    }

    /// Loads a module from the bytes of a `.cwasm` file. It must have been made by this version of
    /// Windlass, by an engine with the same settings, for this machine.
    ///
    /// # Safety
    ///
    /// The bytes were made by [`Self::serialize`] or [`Engine::precompile_module`] and are
    /// unchanged: they hold machine code, which is run. A checksum finds accidents, not intent.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        let file = Arc::new(Bytes::Owned(bytes.as_ref().into()));
        let loaded = artifact::read(&engine.compatibility(false), &file)?;
        let pages = CodePages::copy(&file[loaded.code.clone()])
            .map_err(|error| Error::new(error).context("no memory for the code"))?;
        Self::from_loaded(engine, &file, loaded, pages, None)
    }

    /// Loads a module from a `.cwasm` file, which is mapped: its code runs where it lies.
    ///
    /// # Safety
    ///
    /// As for [`Self::deserialize`]; and nobody changes the file or cuts it short while the module
    /// lives. To replace it by another of its name is fine.
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let load = || {
            let file = file::open_ambient(path)?;
            // SAFETY: the caller's promise.
            let module = unsafe { Self::deserialize_open_file(engine, &file) }?;
            module.inner.code.is_from(path);
            Ok(module)
        };
        load().map_err(|error: Error| error.context(format!("loading {}", path.display())))
    }

    /// As [`Self::deserialize_file`], for a file that is open.
    ///
    /// # Safety
    ///
    /// As for [`Self::deserialize_file`].
    pub unsafe fn deserialize_open_file(
        engine: &Engine,
        file: &std::fs::File,
    ) -> Result<Self, Error> {
        // SAFETY: the caller's promise.
        unsafe { Self::load_file(engine, file, None) }
    }

    /// As [`Self::deserialize_open_file`]; `wasm` is what the file was made from, if it is known.
    ///
    /// # Safety
    ///
    /// As for [`Self::deserialize_file`].
    pub(crate) unsafe fn load_file(
        engine: &Engine,
        file: &std::fs::File,
        wasm: Option<&[u8]>,
    ) -> Result<Self, Error> {
        // SAFETY: the caller's promise.
        let map = Arc::new(unsafe { FileMap::new(file) }?);
        let whole = 0..map.bytes().len();
        let file = Arc::new(Bytes::Mapped(map.clone(), whole));
        let loaded = artifact::read(&engine.compatibility(false), &file)?;
        let pages = CodePages::of_file(&map, loaded.code.clone())?;
        Self::from_loaded(engine, &file, loaded, pages, wasm)
    }

    fn from_loaded(
        engine: &Engine,
        file: &Bytes,
        loaded: Loaded,
        pages: CodePages,
        wasm: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let layout = layout_of(&loaded.info)?;
        let used = |row: &TypeTrampolines| engine.types().used(&loaded.info.types[row.ty.index()]);
        let types: Vec<_> = loaded.trampolines.iter().map(used).collect();
        let code = &file[loaded.trampoline_code.clone()];
        func_types::adopt(engine, &types, &loaded.trampolines, code)?;
        let Loaded { info, tables, data, stats, .. } = loaded;
        Ok(Self::assemble(engine, info, layout, pages, tables, data, stats, types, wasm))
    }

    /// A clone that counts in this thread's shard.
    pub(crate) fn local(&self) -> Self {
        Self { inner: self.inner.local() }
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
        let tables = code.tables();
        let mut text =
            format!("windlass code dump\ncode {}\ntraps {}\n", code.bytes().len(), tables.traps());
        for row in 0..tables.own_functions() {
            let range = tables.function(row);
            let function = info.function(DefinedFuncIndex::new(row));
            let name = tables.name(function).unwrap_or("-");
            writeln!(text, "function {} {:#x} {} {name:?}", function.0, range.start, range.len())
                .expect("a string takes any text");
        }
        text.push('\n');
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(code.bytes());
        bytes
    }
}

impl Engine {
    /// Compiles a module, binary or text, into the bytes of a `.cwasm` file. The engine may be one
    /// for another machine.
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let compile = |bytes: &[u8]| {
            let compiled = self.compile(bytes)?;
            let Compiled { info, stats, tables, data, code, .. } = &compiled;
            serialize(self, info, *stats, tables, data, code)
        };
        compile(&text::wasm_bytes(bytes)?).map_err(|error| text::explain(bytes, error))
    }
}

/// The bytes of a `.cwasm` file.
fn serialize(
    engine: &Engine,
    info: &ModuleInfo,
    stats: ModuleStats,
    tables: &Tables,
    data: &[u8],
    code: &[u8],
) -> Result<Vec<u8>, Error> {
    // The functions that the host can call, or that call the host.
    let escaping = info.escaping.iter().enumerate().filter(|(_, escapes)| **escapes);
    let called = escaping
        .map(|(index, _)| index)
        .chain(0..info.imported_functions)
        .chain(info.start.map(FuncIndex::index));
    let types: BTreeSet<_> =
        called.map(|index| info.canonical_types[info.functions[index].index()]).collect();
    let (mut trampolines, mut trampoline_code) = (Vec::new(), Vec::new());
    for ty in types {
        let (isa, ty_of) = (&**engine.frames_isa(), &info.types[ty.index()]);
        let driver = engine.config().driver.as_ref();
        let offsets = trampoline::append(isa, driver, ty_of, &mut trampoline_code)?;
        trampolines.push(TypeTrampolines { ty, offsets });
    }
    Ok(artifact::write(&Parts {
        compat: &engine.compatibility(false),
        info,
        stats,
        tables,
        data,
        trampolines: &trampolines,
        trampoline_code: &trampoline_code,
        code,
        page: 1 << engine.isa().page_size_align_log2(),
    }))
}
