//! A module in memory: [`JITBuilder`], [`JITModule`].
//!
//! What holds: code is written before the first call of `finalize_definitions` after its
//! definition, and never again. What it refers to may be at any distance: behind each function
//! there is room for a stub or a cell for every symbol that a relative address might not reach.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::anyhow;
use windlass_core::Context;
use windlass_core::binemit::{CodeOffset, Reloc};
use windlass_core::control::ControlPlane;
use windlass_core::entity::SecondaryMap;
use windlass_core::ir::{ExceptionTag, KnownSymbol, LibCall, Signature};
use windlass_core::isa::unwind::SystemVUnwindInfo;
use windlass_core::isa::{OwnedTargetIsa, TargetIsa};
use windlass_core::machine::reloc::Refers;
use windlass_core::settings::{self, Configurable};
use windlass_dwarf::{Address, DebugInfo, ExceptionTable, ExceptionTypes, TypeEntry};
use windlass_module::{
    DataDescription, DataId, FuncId, FuncOrDataId, Init, Linkage, Module, ModuleDeclarations,
    ModuleError, ModuleReloc, ModuleRelocTarget, ModuleResult,
};

use crate::gdb::GdbRegistration;
use crate::image_file::ImageFile;
use crate::memory::{BranchProtection, JITMemoryProvider, SystemMemoryProvider};
use crate::patch::{self, Patcher};
use crate::tls::{self, ThreadData};
use crate::unwind::{DescribedFunction, FrameRegistration};

/// Gives names of symbols for library functions.
pub type LibcallNames = Box<dyn Fn(LibCall) -> String + Send + Sync>;
/// Finds the address of a symbol.
pub type SymbolLookup = Box<dyn Fn(&str) -> Option<*const u8> + Send>;

/// What a [`JITModule`] is made from: machine, symbols, memory.
pub struct JITBuilder {
    isa: OwnedTargetIsa,
    symbols: HashMap<String, usize>,
    lookups: Vec<SymbolLookup>,
    libcall_names: LibcallNames,
    memory: Option<Box<dyn JITMemoryProvider + Send>>,
    hotswap: bool,
}

impl JITBuilder {
    /// For the machine that this runs on, with all that its processor has.
    pub fn new(libcall_names: LibcallNames) -> ModuleResult<Self> {
        Self::with_flags(&[], libcall_names)
    }

    /// As [`JITBuilder::new`], with these settings, by name and value.
    pub fn with_flags(flags: &[(&str, &str)], libcall_names: LibcallNames) -> ModuleResult<Self> {
        let mut shared = settings::builder();
        // Library functions and other code of the process may be far away.
        shared.set("use_colocated_libcalls", "false")?;
        shared.set("is_pic", "false")?;
        shared.set("tls_model", "elf_gd")?;
        for (name, value) in flags {
            shared.set(name, value)?;
        }
        let isa =
            windlass_isa::host_builder().map_err(|text| ModuleError::Backend(anyhow!(text)))?;
        Ok(Self::with_isa(isa.finish(settings::Flags::new(shared))?, libcall_names))
    }

    /// For any machine; its code can be called only on this one.
    pub fn with_isa(isa: OwnedTargetIsa, libcall_names: LibcallNames) -> Self {
        let lookup: SymbolLookup = Box::new(crate::libcalls::in_process);
        Self {
            isa,
            symbols: HashMap::new(),
            lookups: vec![lookup],
            libcall_names,
            memory: None,
            hotswap: false,
        }
    }

    /// Gives the address of a symbol.
    pub fn symbol<K: Into<String>>(&mut self, name: K, ptr: *const u8) -> &mut Self {
        self.symbols.insert(name.into(), ptr as usize);
        self
    }

    /// Gives the addresses of symbols.
    pub fn symbols<It, K>(&mut self, symbols: It) -> &mut Self
    where
        It: IntoIterator<Item = (K, *const u8)>,
        K: Into<String>,
    {
        for (name, ptr) in symbols {
            self.symbols.insert(name.into(), ptr as usize);
        }
        self
    }

    /// Adds a function that is asked for symbols without a given address: the one added last is
    /// asked first, the process itself last.
    pub fn symbol_lookup_fn(&mut self, symbol_lookup_fn: SymbolLookup) -> &mut Self {
        self.lookups.push(symbol_lookup_fn);
        self
    }

    /// Sets where memory comes from; otherwise from [`SystemMemoryProvider`].
    pub fn memory_provider(&mut self, provider: Box<dyn JITMemoryProvider + Send>) -> &mut Self {
        self.memory = Some(provider);
        self
    }

    /// Whether functions can be redefined ([`JITModule::prepare_for_function_redefine`]): all
    /// references to functions of the module then go through a cell. At first they do not.
    pub fn hotswap(&mut self, enabled: bool) -> &mut Self {
        self.hotswap = enabled;
        self
    }
}

/// Something that has its memory.
#[derive(Clone)]
struct Blob {
    address: usize,
    size: usize,
    /// Behind the code: room for stubs and cells.
    islands: usize,
    relocs: Vec<ModuleReloc>,
    unwind: Option<SystemVUnwindInfo>,
    exceptions: Option<ExceptionTable>,
    /// For data of threads, whose copies begin with these bytes: where it is described.
    threads: Option<usize>,
    finalized: bool,
}

impl Blob {
    /// The frames of a function.
    fn described(&self) -> Option<DescribedFunction<'_>> {
        Some(DescribedFunction {
            address: self.address,
            len: self.size as u32,
            info: self.unwind.as_ref()?,
            exceptions: self.exceptions.as_ref(),
        })
    }
}

/// The stub of a function that can be redefined, and the cell that it jumps through.
#[derive(Clone, Copy)]
struct Swap {
    stub: usize,
    cell: usize,
    /// Whether the cell has an address.
    is_set: bool,
}

/// Functions and data in the memory of this process.
///
/// Dropping it frees nothing that code may still use: see [`JITModule::free_memory`].
pub struct JITModule {
    isa: OwnedTargetIsa,
    patcher: Patcher,
    symbols: HashMap<String, usize>,
    lookups: Vec<SymbolLookup>,
    libcall_names: LibcallNames,
    memory: Box<dyn JITMemoryProvider + Send>,
    declarations: ModuleDeclarations,
    functions: SecondaryMap<FuncId, Option<Box<Blob>>>,
    data: SecondaryMap<DataId, Option<Box<Blob>>>,
    pending: Vec<FuncOrDataId>,
    /// Memory could not be finalized, and nobody knows what of it may still be written.
    broken: bool,
    frames: Vec<FrameRegistration>,
    personality: Option<FuncId>,
    exception_types: ExceptionTypes,
    debug: Vec<GdbRegistration>,
    /// Data of threads. Code knows the addresses.
    threads: Vec<Arc<ThreadData>>,
    hotswap: bool,
    swaps: HashMap<FuncId, Swap>,
}

impl JITModule {
    /// Without any function.
    pub fn new(builder: JITBuilder) -> Self {
        Self {
            patcher: Patcher::new(&*builder.isa),
            isa: builder.isa,
            symbols: builder.symbols,
            lookups: builder.lookups,
            libcall_names: builder.libcall_names,
            memory: builder.memory.unwrap_or_else(|| Box::new(SystemMemoryProvider::new())),
            declarations: ModuleDeclarations::default(),
            functions: SecondaryMap::new(),
            data: SecondaryMap::new(),
            pending: Vec::new(),
            broken: false,
            frames: Vec::new(),
            personality: None,
            exception_types: ExceptionTypes::default(),
            debug: Vec::new(),
            threads: Vec::new(),
            hotswap: builder.hotswap,
            swaps: HashMap::new(),
        }
    }

    /// Frees all memory: code, data, and the tables for unwinding.
    ///
    /// # Safety
    ///
    /// No function of the module is running or called later, and nobody uses its data.
    pub unsafe fn free_memory(mut self) {
        // Frames are withdrawn before their code goes.
        self.frames.clear();
        self.debug.clear();
        self.threads.clear();
        // SAFETY: the caller says that nobody uses the memory.
        unsafe { self.memory.free_memory() };
    }

    /// The address of a function that is finalized.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn get_finalized_function(&self, func_id: FuncId) -> *const u8 {
        match &self.functions[func_id] {
            Some(blob) if blob.finalized => blob.address as *const u8,
            _ => panic!(
                "function {} has no address yet: define it and call finalize_definitions",
                self.declarations.get_function_decl(func_id).linkage_name(func_id)
            ),
        }
    }

    /// The address of a function, if it is finalized.
    pub(crate) fn finalized(&self, func_id: FuncId) -> Option<*const u8> {
        let blob = self.functions.get(func_id)?.as_ref()?;
        blob.finalized.then_some(blob.address as *const u8)
    }

    /// The machine, to be shared.
    pub(crate) fn owned_isa(&self) -> &OwnedTargetIsa {
        &self.isa
    }

    /// Address and size of data that is finalized; of data of threads, those of this thread's copy.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn get_finalized_data(&self, data_id: DataId) -> (*const u8, usize) {
        match &self.data[data_id] {
            Some(blob) if blob.finalized => {
                let mine = blob.threads.and_then(|at| self.thread_data(at));
                let address = mine.map_or(blob.address as *const u8, |data| data.address());
                (address, blob.size)
            }
            _ => panic!(
                "data {} has no address yet: define it and call finalize_definitions",
                self.declarations.get_data_decl(data_id).linkage_name(data_id)
            ),
        }
    }

    /// Names the function that unwinders ask about exceptions, such as `__gxx_personality_v0`; its
    /// signature does not matter. Without one, functions have no exception tables.
    pub fn set_personality(&mut self, function: FuncId) {
        self.personality = Some(function);
    }

    /// Says what a tag of `try_call` catches; all exceptions where nothing is said. To be said
    /// before the functions are defined that use it. [`JITModule::type_entry`] makes an entry of a
    /// type.
    pub fn map_exception_tag(&mut self, tag: ExceptionTag, entry: TypeEntry) {
        self.exception_types.map_tag(tag, entry);
    }

    /// Says what `default` handlers get: all exceptions, or with [`TypeEntry::Cleanup`] what is on
    /// its way to somebody else.
    pub fn map_default_handler(&mut self, entry: TypeEntry) {
        self.exception_types.map_default(entry);
    }

    /// What catches exceptions of the type that this data describes, such as `_ZTIi`.
    pub fn type_entry(&self, data: DataId) -> TypeEntry {
        TypeEntry::Type(data.as_u32() as usize)
    }

    /// The address of a function in debug information for [`JITModule::register_debug_info`].
    pub fn debug_address(&self, function: FuncId) -> Address {
        Address::Symbol { symbol: function.as_u32() as usize, addend: 0 }
    }

    /// Shows debug information, whose addresses are from [`JITModule::debug_address`], and the
    /// names and frames of all functions that are finalized, to debuggers that this process runs
    /// under.
    pub fn register_debug_info(&mut self, info: DebugInfo) -> ModuleResult<()> {
        let failed = |error| ModuleError::Backend(anyhow!("debug information: {error}"));
        let mut image = ImageFile::default();
        let mut described = Vec::new();
        for (id, blob) in self.functions.iter() {
            let Some(blob) = blob.as_ref().filter(|blob| blob.finalized) else { continue };
            let name = self.declarations.get_function_decl(id).linkage_name(id);
            image.function(&name, blob.address..blob.address + blob.size);
            described.extend(blob.described());
        }
        let resolved = image.debug_info(info, |number| {
            let blob = self.functions.get(FuncId::from_u32(number as u32));
            blob.and_then(Option::as_ref).map_or(0, |blob| blob.address as u64)
        });
        resolved.map_err(failed)?;
        if let Some(common) = self.isa.common_unwind_info() {
            let frames = image.frames(&common, described);
            frames.map_err(|error| ModuleError::Backend(anyhow!(error)))?;
        }
        let image = image.write();
        let image = image.map_err(|error| ModuleError::Backend(anyhow!(error)))?;
        self.debug.push(GdbRegistration::new(image));
        Ok(())
    }

    fn thread_data(&self, at: usize) -> Option<&ThreadData> {
        self.threads.iter().map(|data| &**data).find(|data| &raw const **data as usize == at)
    }

    /// The address of anything that a relocation can name, if it is known by now; of data of
    /// threads, that of this thread's copy.
    pub fn get_address(&self, name: &ModuleRelocTarget) -> Option<*const u8> {
        let address = self.resolve(name).ok()?;
        if self.is_of_threads(name) {
            return self.thread_data(address).map(|data| data.address().cast_const());
        }
        Some(address as *const u8)
    }

    /// Lets a function be defined again. Until the next [`JITModule::finalize_definitions`] the old
    /// definition is called; afterwards the new one, by all code of the module and through all
    /// addresses that this code took. The memory of the old one is freed with the module.
    ///
    /// Wants [`JITBuilder::hotswap`].
    pub fn prepare_for_function_redefine(&mut self, func_id: FuncId) -> ModuleResult<()> {
        let name =
            || self.declarations.get_function_decl(func_id).linkage_name(func_id).into_owned();
        if !self.hotswap {
            let text =
                "functions can be redefined in modules with `JITBuilder::hotswap(true)` alone";
            return Err(ModuleError::Backend(anyhow!(text)));
        }
        match &self.functions[func_id] {
            Some(blob) if blob.finalized => {}
            Some(_) => return Err(ModuleError::DuplicateDefinition(name())),
            None => return Err(ModuleError::undefined(&name())),
        }
        self.functions[func_id] = None;
        Ok(())
    }

    /// Links everything that was defined since the last time, and makes code executable.
    ///
    /// If something is not defined, nothing changes: define it and call again. If memory cannot be
    /// made executable, the module is of no further use: defining and linking are errors.
    pub fn finalize_definitions(&mut self) -> ModuleResult<()> {
        self.check_usable()?;
        if self.hotswap {
            self.make_stubs()?;
        }
        let personality = match self.personality {
            Some(function) => Some(self.resolve(&function.into())?),
            None => None,
        };
        for id in &self.pending {
            let blob = match id {
                FuncOrDataId::Func(id) => &self.functions[*id],
                FuncOrDataId::Data(id) => &self.data[*id],
            };
            self.link(blob.as_ref().expect("what is pending has its memory"))?;
        }
        self.broken = true;
        self.memory.finalize(BranchProtection::None)?;
        self.broken = false;
        let pending = std::mem::take(&mut self.pending);
        for id in &pending {
            let blob = match id {
                FuncOrDataId::Func(id) => &mut self.functions[*id],
                FuncOrDataId::Data(id) => &mut self.data[*id],
            };
            blob.as_mut().expect("what is pending has its memory").finalized = true;
        }
        if let Some(common) = self.isa.common_unwind_info() {
            let described = pending.iter().filter_map(|id| match id {
                FuncOrDataId::Func(id) => self.functions[*id].as_ref()?.described(),
                FuncOrDataId::Data(_) => None,
            });
            let mut unknown = None;
            let type_address = |number| {
                let data = DataId::from_u32(number as u32);
                // Zero stands for all types, so it must not stand for one that is missing.
                self.resolve(&data.into()).unwrap_or_else(|error| {
                    unknown = Some(error);
                    0
                }) as u64
            };
            // SAFETY: the code is in memory that stays until `free_memory`, which drops the
            // registration before, and its frames are as the back end that compiled it says. The
            // personality is the front end's, which chose it for tables of this form.
            let frames = unsafe {
                FrameRegistration::with_exceptions(&common, personality, described, type_address)
            };
            let frames = frames.map_err(|error| ModuleError::Backend(anyhow!(error)))?;
            match unknown {
                Some(error) => return Err(error),
                None => self.frames.extend(frames),
            }
        }
        for id in pending {
            if let FuncOrDataId::Func(id) = id
                && let (Some(swap), Some(blob)) = (self.swaps.get_mut(&id), &self.functions[id])
            {
                swap.is_set = true;
                // SAFETY: the cell is data memory of this module, aligned, and read by stubs alone.
                unsafe { patch::store_cell(swap.cell, blob.address) };
            }
        }
        Ok(())
    }

    /// Makes a stub and a cell for every function of the module that something pending refers to.
    fn make_stubs(&mut self) -> ModuleResult<()> {
        let mut wanted = Vec::new();
        for id in &self.pending {
            let blob = match id {
                FuncOrDataId::Func(id) => &self.functions[*id],
                FuncOrDataId::Data(id) => &self.data[*id],
            };
            let relocs = blob.iter().flat_map(|blob| &blob.relocs);
            wanted.extend(relocs.filter_map(|reloc| match reloc.name {
                ModuleRelocTarget::User { namespace: 0, index } => Some(FuncId::from_u32(index)),
                _ => None,
            }));
        }
        for id in wanted {
            if self.declarations.get_function_decl(id).linkage == Linkage::Import
                || self.swaps.contains_key(&id)
            {
                continue;
            }
            let stub = allocated(self.memory.allocate_readexec(self.patcher.island(), 16))?;
            let cell = allocated(self.memory.allocate_readwrite(8, 8))?;
            // SAFETY: both were just allocated, with at least these sizes, and are written by
            // nobody else.
            unsafe { self.patcher.write_swap_stub(stub, cell) };
            if let Some(blob) = &self.functions[id] {
                // SAFETY: the cell was just allocated, aligned and with eight bytes, and is read by
                // stubs alone.
                unsafe { patch::store_cell(cell, blob.address) };
            }
            self.swaps.insert(id, Swap { stub, cell, is_set: false });
        }
        Ok(())
    }

    /// Fills in the addresses of a function or data object.
    fn link(&self, blob: &Blob) -> ModuleResult<()> {
        let mut islands = HashMap::new();
        let mut next = blob.address + blob.islands;
        for reloc in &blob.relocs {
            let refers = reloc.kind.refers();
            if self.is_of_threads(&reloc.name) != (refers == Some(Refers::ThreadCell)) {
                return Err(ModuleError::Backend(anyhow!(
                    "{}: data of threads, and only that, is reached by `tls_value` with the \
                     tls_model elf_gd",
                    reloc.name
                )));
            }
            let target = self.resolve(&reloc.name)?;
            let place = blob.address + reloc.offset as usize;
            // SAFETY: the memory of a pending blob is writable and nobody else uses it; the offset
            // was checked when it was defined, and there is an island for every relocation.
            let result =
                unsafe { self.patcher.apply(reloc, place, target, &mut islands, &mut next) };
            result.map_err(|text| ModuleError::Backend(anyhow!("{}: {text}", reloc.name)))?;
        }
        Ok(())
    }

    /// Whether every thread has its own copy of what a name stands for.
    fn is_of_threads(&self, name: &ModuleRelocTarget) -> bool {
        match name {
            ModuleRelocTarget::User { namespace: 1, index } => {
                self.declarations.get_data_decl(DataId::from_u32(*index)).tls
            }
            _ => false,
        }
    }

    /// The address that a name stands for; for data of threads, that of its description.
    fn resolve(&self, name: &ModuleRelocTarget) -> ModuleResult<usize> {
        match name {
            ModuleRelocTarget::User { namespace: 0, index } => {
                let id = FuncId::from_u32(*index);
                let blob = self.functions.get(id).and_then(Option::as_ref);
                match self.swaps.get(&id) {
                    Some(swap) if swap.is_set || blob.is_some() => return Ok(swap.stub),
                    _ => {}
                }
                if let Some(blob) = blob {
                    return Ok(blob.address);
                }
                let declared = self.declarations.get_function_decl(id);
                self.outside(&declared.linkage_name(id), declared.linkage)
            }
            ModuleRelocTarget::User { namespace: 1, index } => {
                let id = DataId::from_u32(*index);
                if let Some(blob) = self.data.get(id).and_then(Option::as_ref) {
                    return Ok(blob.threads.unwrap_or(blob.address));
                }
                let declared = self.declarations.get_data_decl(id);
                if declared.tls {
                    return Err(ModuleError::Backend(anyhow!(
                        "{}: data of threads must be defined in the module that uses it",
                        declared.linkage_name(id)
                    )));
                }
                self.outside(&declared.linkage_name(id), declared.linkage)
            }
            ModuleRelocTarget::FunctionOffset(id, offset) => {
                let blob = self.functions.get(*id).and_then(Option::as_ref);
                let blob = blob.ok_or_else(|| ModuleError::undefined(&name.to_string()))?;
                Ok(blob.address + *offset as usize)
            }
            ModuleRelocTarget::LibCall(LibCall::ElfTlsGetAddr) => {
                Ok(tls::address_of as *const () as usize)
            }
            ModuleRelocTarget::LibCall(call) => {
                if let Some(message) = crate::libcalls::wrong_convention(&*self.isa) {
                    return Err(ModuleError::Backend(anyhow!(message)));
                }
                let symbol = (self.libcall_names)(*call);
                let own = || crate::libcalls::address(*call);
                self.lookup(&symbol).or_else(own).ok_or_else(|| ModuleError::undefined(&symbol))
            }
            ModuleRelocTarget::User { .. }
            | ModuleRelocTarget::KnownSymbol(
                KnownSymbol::ElfGlobalOffsetTable | KnownSymbol::CoffTlsIndex,
            ) => Err(ModuleError::Undeclared(name.to_string())),
        }
    }

    /// The address of something that the module does not define.
    fn outside(&self, name: &str, linkage: Linkage) -> ModuleResult<usize> {
        let address = match linkage {
            Linkage::Import | Linkage::Preemptible => self.lookup(name),
            _ => None,
        };
        address.ok_or_else(|| ModuleError::undefined(name))
    }

    fn lookup(&self, name: &str) -> Option<usize> {
        let given = self.symbols.get(name).copied();
        given.or_else(|| self.lookups.iter().rev().find_map(|f| f(name)).map(|p| p as usize))
    }

    /// An error once memory could not be finalized: some of it may be protected.
    fn check_usable(&self) -> ModuleResult<()> {
        if self.broken {
            let text = "memory of the module could not be finalized before: make a new one";
            return Err(ModuleError::Backend(anyhow!(text)));
        }
        Ok(())
    }

    /// Whether a function may be defined now.
    fn check_definable(&self, id: FuncId) -> ModuleResult<()> {
        self.check_usable()?;
        let is_defined = self.functions[id].is_some();
        self.declarations.definable(FuncOrDataId::Func(id), is_defined)?;
        Ok(())
    }

    /// Gives a function its memory and its bytes.
    fn place_function(
        &mut self,
        id: FuncId,
        alignment: u64,
        bytes: &[u8],
        relocs: Vec<ModuleReloc>,
        unwind: Option<SystemVUnwindInfo>,
        exceptions: Option<ExceptionTable>,
    ) -> ModuleResult<()> {
        check_relocs(bytes.len(), &relocs)?;
        let islands = bytes.len().next_multiple_of(16);
        let size = islands + self.patcher.islands(&relocs);
        let align = alignment.max(u64::from(self.isa.function_alignment().minimum)).max(16);
        let address = allocated(self.memory.allocate_readexec(size, align))?;
        // SAFETY: the memory was just allocated with at least this size.
        unsafe { self.patcher.fill_code(address, bytes, size) };
        self.functions[id] = Some(Box::new(Blob {
            address,
            size: bytes.len(),
            islands,
            relocs,
            unwind,
            exceptions,
            threads: None,
            finalized: false,
        }));
        self.pending.push(FuncOrDataId::Func(id));
        Ok(())
    }
}

fn allocated(result: std::io::Result<*mut u8>) -> ModuleResult<usize> {
    result
        .map(|pointer| pointer as usize)
        .map_err(|err| ModuleError::Allocation { message: "no memory for the module", err })
}

/// Whether all relocations lie in their code or data.
fn check_relocs(len: usize, relocs: &[ModuleReloc]) -> ModuleResult<()> {
    let wrong = relocs.iter().find(|reloc| {
        let width = reloc.kind.width();
        width.is_none_or(|width| (reloc.offset as usize).checked_add(width).is_none_or(|e| e > len))
    });
    match wrong {
        None => Ok(()),
        Some(reloc) if reloc.kind.width().is_none() => {
            let kind = reloc.kind;
            Err(ModuleError::Backend(anyhow!(
                "code in memory cannot have relocations of kind {kind}"
            )))
        }
        Some(reloc) => {
            let at = reloc.offset;
            Err(ModuleError::Backend(anyhow!("a relocation at {at} lies outside of {len} bytes")))
        }
    }
}

impl Module for JITModule {
    fn isa(&self) -> &dyn TargetIsa {
        &*self.isa
    }

    fn declarations(&self) -> &ModuleDeclarations {
        &self.declarations
    }

    fn declare_function(
        &mut self,
        name: &str,
        linkage: Linkage,
        signature: &Signature,
    ) -> ModuleResult<FuncId> {
        Ok(self.declarations.declare_function(name, linkage, signature)?.0)
    }

    fn declare_anonymous_function(&mut self, signature: &Signature) -> ModuleResult<FuncId> {
        self.declarations.declare_anonymous_function(signature)
    }

    fn declare_data(
        &mut self,
        name: &str,
        linkage: Linkage,
        writable: bool,
        tls: bool,
    ) -> ModuleResult<DataId> {
        Ok(self.declarations.declare_data(name, linkage, writable, tls)?.0)
    }

    fn declare_anonymous_data(&mut self, writable: bool, tls: bool) -> ModuleResult<DataId> {
        self.declarations.declare_anonymous_data(writable, tls)
    }

    fn define_function_with_control_plane(
        &mut self,
        func: FuncId,
        ctx: &mut Context,
        ctrl_plane: &mut ControlPlane,
    ) -> ModuleResult<()> {
        self.check_definable(func)?;
        ctx.compile(&*self.isa, ctrl_plane)?;
        let Some(compiled) = ctx.compiled_code() else {
            return Err(ModuleError::Undeclared(func.to_string()));
        };
        let relocs = ModuleReloc::all_of(&compiled.buffer, &ctx.func, func)?;
        let unwind = compiled.unwind_info(self.isa.flags()).cloned();
        let alignment = u64::from(compiled.buffer.alignment);
        let exceptions = match self.personality {
            Some(_) => ExceptionTable::new(&*self.isa, &compiled.buffer, &self.exception_types),
            None => None,
        };
        let data = compiled.buffer.data();
        match &exceptions {
            Some(table) if !table.pads().is_empty() => {
                let bytes = [data, table.pads()].concat();
                self.place_function(func, alignment, &bytes, relocs, unwind, exceptions)
            }
            _ => self.place_function(func, alignment, data, relocs, unwind, exceptions),
        }
    }

    fn define_function_bytes(
        &mut self,
        func_id: FuncId,
        alignment: u64,
        bytes: &[u8],
        relocs: &[ModuleReloc],
    ) -> ModuleResult<()> {
        self.check_definable(func_id)?;
        CodeOffset::try_from(bytes.len()).map_err(|_| windlass_core::CodegenError::CodeTooLarge)?;
        self.place_function(func_id, alignment, bytes, relocs.to_vec(), None, None)
    }

    fn define_data(&mut self, data_id: DataId, data: &DataDescription) -> ModuleResult<()> {
        self.check_usable()?;
        let is_defined = self.data[data_id].is_some();
        let name = self.declarations.definable(FuncOrDataId::Data(data_id), is_defined)?;
        let declared = self.declarations.get_data_decl(data_id);
        let size = match &data.init {
            Init::Uninitialized => {
                let text = "data has no contents: call `define` or `define_zeroinit`";
                return Err(ModuleError::Backend(anyhow!("{name}: {text}")));
            }
            init => init.size(),
        };
        let pointer = Reloc::address(self.isa.pointer_bytes());
        let relocs: Vec<_> = data.all_relocs(pointer).collect();
        check_relocs(size, &relocs)?;
        let align = data.align.unwrap_or(16);
        // Threads write to their copies.
        let memory = if declared.writable && !declared.tls {
            self.memory.allocate_readwrite(size, align)
        } else {
            self.memory.allocate_readonly(size, align)
        };
        let address = allocated(memory)?;
        let contents: &[u8] = match &data.init {
            Init::Bytes { contents } => contents,
            _ => &[],
        };
        // SAFETY: the memory was just allocated with this size, and the contents are not longer.
        unsafe { patch::fill_data(address, contents, size) };
        let threads = if declared.tls {
            // SAFETY: the memory is the module's, which keeps it until nobody uses its data, and is
            // written until `finalize_definitions`, before code can ask for it.
            let data = unsafe { ThreadData::new(address, size, align as usize) };
            let data = data.ok_or_else(|| {
                ModuleError::Backend(anyhow!("{name}: no thread can have {size} bytes of it"))
            })?;
            let data = Arc::new(data);
            let at = Arc::as_ptr(&data) as usize;
            self.threads.push(data);
            Some(at)
        } else {
            None
        };
        let blob = Blob {
            address,
            size,
            islands: size,
            relocs,
            unwind: None,
            exceptions: None,
            threads,
            finalized: false,
        };
        self.data[data_id] = Some(Box::new(blob));
        self.pending.push(FuncOrDataId::Data(data_id));
        Ok(())
    }
}

impl Drop for JITModule {
    fn drop(&mut self) {
        // Functions of the module may still be called: their frames stay known.
        std::mem::forget(std::mem::take(&mut self.frames));
        std::mem::forget(std::mem::take(&mut self.debug));
        std::mem::forget(std::mem::take(&mut self.threads));
    }
}
