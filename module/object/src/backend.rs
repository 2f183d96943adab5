//! The module that becomes an object file.
//!
//! What holds: definitions go into sections at once; relocations are written in the end, when every
//! symbol is known to be defined here or not.

use std::collections::HashMap;

use anyhow::anyhow;
use object::write::{
    MachOBuildVersion, Object, Relocation, SectionId, StandardSection, Symbol, SymbolId,
    SymbolSection,
};
use object::{
    BinaryFormat, FileFlags, RelocationFlags, SectionFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope, elf, macho,
};
use target_lexicon::OperatingSystem;
use windlass_core::Context;
use windlass_core::binemit::Reloc;
use windlass_core::control::ControlPlane;
use windlass_core::entity::SecondaryMap;
use windlass_core::ir::{ExceptionTag, KnownSymbol, LibCall, Signature};
use windlass_core::ir::{ExternalName, Function, GlobalValue, GlobalValueData, UserExternalName};
use windlass_core::isa::{OwnedTargetIsa, TargetIsa};
use windlass_dwarf::{Address, DebugInfo, ExceptionTable, ExceptionTypes, TypeEntry};
use windlass_module::{
    DataDescription, DataId, FuncId, FuncOrDataId, Init, Linkage, Module, ModuleDeclarations,
    ModuleError, ModuleReloc, ModuleRelocTarget, ModuleResult,
};

use crate::builder::ObjectBuilder;
use crate::product::ObjectProduct;
use crate::relocs::{relaxed, translate};
use crate::unwind::{self, DefinedFrame};

/// A relocation to be written in the end.
struct Pending {
    section: SectionId,
    /// Where the definition begins in the section.
    start: u64,
    reloc: ModuleReloc,
}

/// Functions and data on their way into an object file.
pub struct ObjectModule {
    isa: OwnedTargetIsa,
    object: Object<'static>,
    declarations: ModuleDeclarations,
    functions: SecondaryMap<FuncId, Option<(SymbolId, bool)>>,
    data_objects: SecondaryMap<DataId, Option<(SymbolId, bool)>>,
    pending: Vec<Pending>,
    libcalls: HashMap<LibCall, SymbolId>,
    libcall_names: Box<dyn Fn(LibCall) -> String + Send + Sync>,
    known_symbols: HashMap<KnownSymbol, SymbolId>,
    /// Sections that data asked for by name.
    sections: HashMap<(String, String), SectionId>,
    per_function_section: bool,
    per_data_object_section: bool,
    unwind_tables: bool,
    frames: Vec<DefinedFrame>,
    personality: Option<FuncId>,
    exception_types: ExceptionTypes,
    debug: Vec<(windlass_dwarf::gimli::SectionId, windlass_dwarf::Section)>,
}

impl ObjectModule {
    /// An empty module.
    pub fn new(builder: ObjectBuilder) -> Self {
        let mut object = Object::new(builder.format, builder.architecture, builder.endian);
        if builder.format == BinaryFormat::MachO {
            object.set_subsections_via_symbols();
            if let Some(version) = macho_version(builder.isa.triple().operating_system) {
                object.set_macho_build_version(version);
            }
        }
        if builder.format == BinaryFormat::Elf {
            // Linkers make the stack executable for files that do not say that they need none.
            let name = b".note.GNU-stack".to_vec();
            object.add_section(Vec::new(), name, SectionKind::Other);
        }
        object.add_file_symbol(builder.name);
        Self {
            isa: builder.isa,
            object,
            declarations: ModuleDeclarations::default(),
            functions: SecondaryMap::new(),
            data_objects: SecondaryMap::new(),
            pending: Vec::new(),
            libcalls: HashMap::new(),
            libcall_names: builder.libcall_names,
            known_symbols: HashMap::new(),
            sections: HashMap::new(),
            per_function_section: builder.per_function_section,
            per_data_object_section: builder.per_data_object_section,
            unwind_tables: builder.unwind_tables,
            frames: Vec::new(),
            personality: None,
            exception_types: ExceptionTypes::default(),
            debug: Vec::new(),
        }
    }

    /// Names the function that unwinders ask about exceptions, such as `__gxx_personality_v0`; its
    /// signature does not matter. Without one, functions have no exception tables.
    pub fn set_personality(&mut self, function: FuncId) {
        self.personality = Some(function);
    }

    /// Says what a tag of `try_call` catches; all exceptions where nothing is said. To be said
    /// before the functions are defined that use it. [`ObjectModule::type_entry`] makes an entry of
    /// a type.
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

    /// The address of a function in debug information for [`ObjectModule::add_debug_info`].
    pub fn debug_address(&self, function: FuncId) -> Address {
        Address::Symbol { symbol: function.as_u32() as usize, addend: 0 }
    }

    /// Adds debug information, whose addresses are from [`ObjectModule::debug_address`]. Once for a
    /// module.
    pub fn add_debug_info(&mut self, info: DebugInfo) -> ModuleResult<()> {
        if !self.debug.is_empty() {
            return Err(backend_error("debug information was added before; add it once"));
        }
        let written = info.write();
        self.debug = written.map_err(|error| ModuleError::Backend(anyhow!(error)))?;
        Ok(())
    }

    /// Writes what remains and gives the file.
    ///
    /// # Panics
    ///
    /// If a relocation cannot be written in the format, which `define` functions have checked.
    pub fn finish(mut self) -> ObjectProduct {
        for pending in std::mem::take(&mut self.pending) {
            let ModuleReloc { offset, kind, name, addend } = pending.reloc;
            let reloc = translate(kind, self.object.format()).expect("it was checked before");
            let (mut symbol, mut addend) = match name {
                ModuleRelocTarget::FunctionOffset(function, at) => {
                    (self.function_symbol(function), addend + i64::from(at))
                }
                name => (self.target_symbol(&name), addend),
            };
            // A shared library may hold the distance to a place in it, but not to a symbol that
            // others might define.
            let is_local = |s: &Symbol| !s.weak && s.kind != SymbolKind::Tls && !s.is_undefined();
            if reloc.local
                && is_local(self.object.symbol(symbol))
                && let Some((section, at)) = self.object.symbol_section_and_offset(symbol)
            {
                (symbol, addend) = (section, addend + at as i64);
            }
            let offset = pending.start + u64::from(offset);
            let flags = match kind {
                Reloc::X86GOTPCRel4 if self.object.format() == BinaryFormat::Elf => {
                    let bytes = self.object.section(pending.section).data();
                    RelocationFlags::Elf { r_type: relaxed(&bytes[..offset as usize]) }
                }
                _ => reloc.flags,
            };
            let relocation = Relocation { offset, symbol, addend, flags };
            self.object
                .add_relocation(pending.section, relocation)
                .expect("the format has this relocation");
        }
        let personality = self.personality.map(|function| self.function_symbol(function));
        let frames = std::mem::take(&mut self.frames);
        let data = &self.data_objects;
        unwind::write(&mut self.object, &*self.isa, &frames, personality, |number| {
            data[DataId::from_u32(number as u32)].expect("types are declared").0
        });
        let functions = &self.functions;
        unwind::write_debug(&mut self.object, &self.debug, |number| {
            functions[FuncId::from_u32(number as u32)].expect("functions are declared").0
        });
        ObjectProduct {
            object: self.object,
            functions: self.functions,
            data_objects: self.data_objects,
        }
    }

    fn function_symbol(&self, function: FuncId) -> SymbolId {
        self.functions[function].expect("a declared function has a symbol").0
    }

    /// The symbol that a relocation refers to.
    fn target_symbol(&mut self, name: &ModuleRelocTarget) -> SymbolId {
        match *name {
            ModuleRelocTarget::User { .. } if ModuleDeclarations::is_function(name) => {
                self.function_symbol(FuncId::from_name(name))
            }
            ModuleRelocTarget::User { .. } => {
                let data = DataId::from_name(name);
                self.data_objects[data].expect("declared data has a symbol").0
            }
            ModuleRelocTarget::LibCall(call) => {
                if let Some(&known) = self.libcalls.get(&call) {
                    return known;
                }
                let name = (self.libcall_names)(call);
                // It may be declared by the embedder, too.
                let symbol = match self.object.symbol_id(name.as_bytes()) {
                    Some(symbol) => symbol,
                    None => self.undefined(name, SymbolKind::Text),
                };
                self.libcalls.insert(call, symbol);
                symbol
            }
            ModuleRelocTarget::KnownSymbol(known) => {
                if let Some(&symbol) = self.known_symbols.get(&known) {
                    return symbol;
                }
                let name = match known {
                    KnownSymbol::ElfGlobalOffsetTable => "_GLOBAL_OFFSET_TABLE_",
                    KnownSymbol::CoffTlsIndex => "_tls_index",
                };
                let symbol = match self.object.symbol_id(name.as_bytes()) {
                    Some(symbol) => symbol,
                    None => self.undefined(name.to_string(), SymbolKind::Data),
                };
                self.known_symbols.insert(known, symbol);
                symbol
            }
            ModuleRelocTarget::FunctionOffset(function, _) => self.function_symbol(function),
        }
    }

    fn undefined(&mut self, name: String, kind: SymbolKind) -> SymbolId {
        self.object.add_symbol(symbol(name, kind, Linkage::Import))
    }

    /// Checks relocations and remembers them.
    fn remember(
        &mut self,
        section: SectionId,
        start: u64,
        relocs: impl IntoIterator<Item = ModuleReloc>,
    ) -> ModuleResult<()> {
        for reloc in relocs {
            translate(reloc.kind, self.object.format())?;
            self.pending.push(Pending { section, start, reloc });
        }
        Ok(())
    }

    /// Marks a function as being defined; the error says why it cannot be.
    fn begin_function(&mut self, id: FuncId) -> ModuleResult<(SymbolId, String)> {
        let (symbol, is_defined) = self.functions[id].expect("a declared function has a symbol");
        let name = self.declarations.definable(FuncOrDataId::Func(id), is_defined)?;
        self.functions[id] = Some((symbol, true));
        Ok((symbol, name.into_owned()))
    }

    fn put_function(
        &mut self,
        id: FuncId,
        alignment: u64,
        bytes: &[u8],
        relocs: impl IntoIterator<Item = ModuleReloc>,
    ) -> ModuleResult<SymbolId> {
        let (symbol, name) = self.begin_function(id)?;
        let section = if self.per_function_section {
            self.object.add_subsection(StandardSection::Text, name.as_bytes())
        } else {
            self.object.section_id(StandardSection::Text)
        };
        // Gaps trap.
        let len = self.object.section(section).data().len() as u64;
        let gap = len.next_multiple_of(alignment.max(1)) - len;
        let filler = self.isa.backend().tables().labels.filler;
        self.object.append_section_data(section, &vec![filler; gap as usize], 1);
        let start = self.object.add_symbol_data(symbol, section, bytes, alignment.max(1));
        self.remember(section, start, relocs)?;
        Ok(symbol)
    }

    /// The section of a data object.
    fn data_section(
        &mut self,
        name: &str,
        data: &DataDescription,
        writable: bool,
        tls: bool,
    ) -> ModuleResult<SectionId> {
        let zeros = matches!(data.init, Init::Zeros { .. });
        let has_relocs = !data.function_relocs.is_empty() || !data.data_relocs.is_empty();
        if let Some((segment, section)) = &data.custom_segment_section {
            if tls {
                return Err(backend_error(
                    "thread-local data cannot be in a section of its own name",
                ));
            }
            return Ok(self.custom_section(segment, section, writable, has_relocs));
        }
        let coff = self.object.format() == BinaryFormat::Coff;
        let standard = match (tls, zeros && !has_relocs) {
            (true, true) if !coff => StandardSection::UninitializedTls,
            (true, _) => StandardSection::Tls,
            (false, true) if writable => StandardSection::UninitializedData,
            (false, _) if writable => StandardSection::Data,
            (false, _) if has_relocs => StandardSection::ReadOnlyDataWithRel,
            (false, _) => StandardSection::ReadOnlyData,
        };
        // What linkers must keep is a matter of the whole section.
        let own = self.per_data_object_section || data.used;
        Ok(if own && self.object.format() != BinaryFormat::MachO {
            self.object.add_subsection(standard, name.as_bytes())
        } else {
            self.object.section_id(standard)
        })
    }

    fn custom_section(
        &mut self,
        segment: &str,
        name: &str,
        writable: bool,
        has_relocs: bool,
    ) -> SectionId {
        let key = (segment.to_string(), name.to_string());
        if let Some(&known) = self.sections.get(&key) {
            return known;
        }
        let elf = self.object.format() == BinaryFormat::Elf;
        // Lists of functions that run at the start or the end have a type of their own.
        let list = |prefix: &str| {
            let rest = name.strip_prefix(prefix);
            elf && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let kind = if list(".init_array") {
            SectionKind::Elf(elf::SHT_INIT_ARRAY)
        } else if list(".fini_array") {
            SectionKind::Elf(elf::SHT_FINI_ARRAY)
        } else if list(".preinit_array") {
            SectionKind::Elf(elf::SHT_PREINIT_ARRAY)
        } else if writable {
            SectionKind::Data
        } else if has_relocs {
            SectionKind::ReadOnlyDataWithRel
        } else {
            SectionKind::ReadOnlyData
        };
        let id =
            self.object.add_section(segment.as_bytes().to_vec(), name.as_bytes().to_vec(), kind);
        if matches!(kind, SectionKind::Elf(_)) {
            let flags = u64::from(elf::SHF_ALLOC | elf::SHF_WRITE);
            self.object.section_mut(id).flags = SectionFlags::Elf { sh_flags: flags };
        }
        self.sections.insert(key, id);
        id
    }

    /// Lets linkers keep a section that nothing refers to.
    fn retain(&mut self, section: SectionId, symbol: SymbolId) {
        match self.object.format() {
            BinaryFormat::Elf => {
                let flags = self.object.section_flags_mut(section);
                if let SectionFlags::Elf { sh_flags } = flags {
                    *sh_flags |= u64::from(elf::SHF_GNU_RETAIN);
                }
                // The flag belongs to this ABI: linkers ignore it elsewhere.
                let os_abi = elf::ELFOSABI_GNU;
                self.object.flags = FileFlags::Elf { os_abi, abi_version: 0, e_flags: 0 };
            }
            BinaryFormat::MachO => {
                if let SymbolFlags::MachO { n_desc } = self.object.symbol_flags_mut(symbol) {
                    *n_desc |= object::macho::N_NO_DEAD_STRIP;
                }
            }
            // Linkers know no local symbols, and drop nothing but sections of COMDAT groups.
            _ if self.object.symbol(symbol).is_local() => {}
            _ => {
                // An argument for the linker.
                let name = self.object.symbol(symbol).name.clone();
                let directives =
                    self.object.add_section(Vec::new(), b".drectve".to_vec(), SectionKind::Linker);
                let mut text = b" /INCLUDE:".to_vec();
                text.extend_from_slice(&name);
                self.object.append_section_data(directives, &text, 1);
            }
        }
    }

    /// Makes or updates the symbol of a declaration.
    fn declare_symbol(
        object: &mut Object<'static>,
        known: &mut Option<(SymbolId, bool)>,
        name: &str,
        kind: SymbolKind,
        linkage: Linkage,
    ) {
        let fresh = symbol(name.to_string(), kind, linkage);
        match known {
            Some((id, _)) => {
                let symbol = object.symbol_mut(*id);
                symbol.scope = fresh.scope;
                symbol.weak = fresh.weak;
            }
            None => *known = Some((object.add_symbol(fresh), false)),
        }
    }
}

/// The system that a Mach-O file is for, which linkers ask for.
fn macho_version(system: OperatingSystem) -> Option<MachOBuildVersion> {
    let (platform, target, oldest) = match system {
        OperatingSystem::Darwin(_) => (macho::PLATFORM_MACOS, None, 11),
        OperatingSystem::MacOSX(target) => (macho::PLATFORM_MACOS, target, 11),
        OperatingSystem::IOS(target) => (macho::PLATFORM_IOS, target, 14),
        OperatingSystem::TvOS(target) => (macho::PLATFORM_TVOS, target, 14),
        OperatingSystem::WatchOS(target) => (macho::PLATFORM_WATCHOS, target, 7),
        OperatingSystem::VisionOS(target) => (macho::PLATFORM_XROS, target, 1),
        _ => return None,
    };
    let minos = match target {
        Some(version) => {
            u32::from(version.major) << 16
                | u32::from(version.minor) << 8
                | u32::from(version.patch)
        }
        None => oldest << 16,
    };
    let mut version = MachOBuildVersion::default();
    (version.platform, version.minos, version.sdk) = (platform, minos, minos);
    Some(version)
}

fn backend_error(text: &'static str) -> ModuleError {
    ModuleError::Backend(anyhow!(text))
}

/// A symbol that is not defined yet.
fn symbol(name: String, kind: SymbolKind, linkage: Linkage) -> Symbol {
    let scope = match linkage {
        Linkage::Import => SymbolScope::Unknown,
        Linkage::Local => SymbolScope::Compilation,
        Linkage::Hidden => SymbolScope::Linkage,
        Linkage::Export | Linkage::Preemptible => SymbolScope::Dynamic,
    };
    Symbol {
        name: name.into_bytes(),
        value: 0,
        size: 0,
        kind,
        scope,
        weak: linkage == Linkage::Preemptible,
        section: SymbolSection::Undefined,
        flags: SymbolFlags::None,
    }
}

impl Module for ObjectModule {
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
        let (id, linkage) = self.declarations.declare_function(name, linkage, signature)?;
        let known = &mut self.functions[id];
        Self::declare_symbol(&mut self.object, known, name, SymbolKind::Text, linkage);
        Ok(id)
    }

    fn declare_anonymous_function(&mut self, signature: &Signature) -> ModuleResult<FuncId> {
        let id = self.declarations.declare_anonymous_function(signature)?;
        let name = self.declarations.get_function_decl(id).linkage_name(id).into_owned();
        let known = &mut self.functions[id];
        Self::declare_symbol(&mut self.object, known, &name, SymbolKind::Text, Linkage::Local);
        Ok(id)
    }

    fn declare_data(
        &mut self,
        name: &str,
        linkage: Linkage,
        writable: bool,
        tls: bool,
    ) -> ModuleResult<DataId> {
        let (id, linkage) = self.declarations.declare_data(name, linkage, writable, tls)?;
        let kind = if tls { SymbolKind::Tls } else { SymbolKind::Data };
        Self::declare_symbol(&mut self.object, &mut self.data_objects[id], name, kind, linkage);
        Ok(id)
    }

    fn declare_anonymous_data(&mut self, writable: bool, tls: bool) -> ModuleResult<DataId> {
        let id = self.declarations.declare_anonymous_data(writable, tls)?;
        let name = self.declarations.get_data_decl(id).linkage_name(id).into_owned();
        let kind = if tls { SymbolKind::Tls } else { SymbolKind::Data };
        let known = &mut self.data_objects[id];
        Self::declare_symbol(&mut self.object, known, &name, kind, Linkage::Local);
        Ok(id)
    }

    fn declare_data_in_func(&self, data: DataId, func: &mut Function) -> GlobalValue {
        let declared = self.declarations.get_data_decl(data);
        let ModuleRelocTarget::User { namespace, index } = data.into() else {
            unreachable!("data has names of users")
        };
        let name = func.declare_imported_user_function(UserExternalName { namespace, index });
        // The data that a shared library exports may be copied into the program, which then has
        // the only valid address.
        let may_move = self.isa.flags().is_pic()
            && declared.linkage == Linkage::Export
            && self.object.format() == BinaryFormat::Elf;
        func.create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: 0.into(),
            colocated: declared.linkage.is_final() && !may_move,
            tls: declared.tls,
        })
    }

    fn define_function_with_control_plane(
        &mut self,
        func: FuncId,
        ctx: &mut Context,
        ctrl_plane: &mut ControlPlane,
    ) -> ModuleResult<()> {
        ctx.compile(&*self.isa, ctrl_plane)?;
        let code = ctx.compiled_code().expect("it was just compiled");
        let relocs = ModuleReloc::all_of(&code.buffer, &ctx.func, func)?;
        let align = self.isa.function_alignment();
        let alignment = code.buffer.alignment.max(align.minimum).max(16);
        let exceptions = match self.unwind_tables && self.personality.is_some() {
            true => ExceptionTable::new(&*self.isa, &code.buffer, &self.exception_types),
            false => None,
        };
        let data = code.buffer.data();
        let symbol = match &exceptions {
            Some(table) if !table.pads().is_empty() => {
                let bytes = [data, table.pads()].concat();
                self.put_function(func, alignment.into(), &bytes, relocs)?
            }
            _ => self.put_function(func, alignment.into(), data, relocs)?,
        };
        if self.unwind_tables
            && let Some(info) = code.unwind_info(self.isa.flags()).cloned()
        {
            let len = self.object.symbol(symbol).size as u32;
            self.frames.push(DefinedFrame { symbol, len, info, exceptions });
        }
        Ok(())
    }

    fn define_function_bytes(
        &mut self,
        func_id: FuncId,
        alignment: u64,
        bytes: &[u8],
        relocs: &[ModuleReloc],
    ) -> ModuleResult<()> {
        let minimum = self.isa.function_alignment().minimum.into();
        self.put_function(func_id, alignment.max(minimum), bytes, relocs.iter().cloned())?;
        Ok(())
    }

    fn define_data(&mut self, data_id: DataId, data: &DataDescription) -> ModuleResult<()> {
        let declared = self.declarations.get_data_decl(data_id);
        let (writable, tls) = (declared.writable, declared.tls);
        let known = self.data_objects[data_id];
        let (symbol, is_defined) = known.expect("declared data has a symbol");
        let name = self.declarations.definable(FuncOrDataId::Data(data_id), is_defined)?;
        let name = name.into_owned();
        if data.init == Init::Uninitialized {
            return Err(ModuleError::undefined(&format!("the contents of {name}")));
        }
        let section = self.data_section(&name, data, writable, tls)?;
        self.data_objects[data_id] = Some((symbol, true));
        let pointer = self.isa.pointer_bytes();
        // In a section of another's making, such as a list of functions, there must be no gaps.
        let usual = if data.custom_segment_section.is_some() { pointer } else { 2 * pointer };
        let align = data.align.unwrap_or(u64::from(usual));
        let is_bss = self.object.section(section).is_bss();
        let start = match &data.init {
            Init::Zeros { size } if is_bss => {
                self.object.add_symbol_bss(symbol, section, *size as u64, align)
            }
            Init::Zeros { size } => {
                self.object.add_symbol_data(symbol, section, &vec![0; *size], align)
            }
            Init::Bytes { contents } => {
                self.object.add_symbol_data(symbol, section, contents, align)
            }
            Init::Uninitialized => unreachable!("checked above"),
        };
        if data.used {
            self.retain(section, symbol);
        }
        let relocs: Vec<_> = data.all_relocs(Reloc::address(pointer)).collect();
        self.remember(section, start, relocs)
    }
}
