//! Instances: a module's declarations made real in a store.

use windlass_wasm::module::{ConstExpr, ConstOp, ElementInit, ElementMode};
use windlass_wasm::types::{
    DataIndex, EntityIndex, FuncIndex, GlobalIndex, MemoryIndex, TableIndex,
};

use crate::blueprint::Blueprint;
use crate::cells::Cells;
use crate::func::{Func, call_record};
use crate::global::{Global, GlobalObject};
use crate::layout::{CALLEE_SLOT, FuncRecord, INSTANCE, MemoryDef, STORE, TableDef};
use crate::limits::Growing;
use crate::memory::{Memory, MemoryObject};
use crate::module::{Module, ModuleInner};
use crate::pieces::{self, Interrupted, in_pieces};
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::sys::mapping::Mapping;
use crate::table::{Table, TableObject};
use crate::trap::Trap;
use crate::typed::{TypedFunc, WasmParams, WasmResults};
use crate::values::{GlobalType, Mutability, Slot, ValType};
use crate::{Engine, Error};
use windlass_core::ir::TrapCode;
use windlass_wasm::trap;

/// What an instance exports, or a linker defines.
#[derive(Clone, Copy, Debug)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A table.
    Table(Table),
    /// A memory.
    Memory(Memory),
    /// A global.
    Global(Global),
}

macro_rules! extern_kinds {
    ($($kind:ident $into:ident $what:literal;)*) => {
        $(impl From<$kind> for Extern {
            fn from(value: $kind) -> Extern {
                Extern::$kind(value)
            }
        })*

        impl Extern {
            $(#[doc = concat!("The ", $what, ", if it is one.")]
            pub fn $into(self) -> Option<$kind> {
                match self {
                    Extern::$kind(value) => Some(value),
                    _ => None,
                }
            })*
        }
    };
}

extern_kinds! {
    Func into_func "function";
    Table into_table "table";
    Memory into_memory "memory";
    Global into_global "global";
}

/// An export with its name.
#[derive(Clone, Debug)]
pub struct Export {
    name: String,
    definition: Extern,
}

impl Export {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    pub fn into_extern(self) -> Extern {
        self.definition
    }
}

/// The memory of a context.
#[derive(Debug)]
enum ContextMemory {
    /// Small ones, aligned as slots.
    Boxed(Cells<Slot>),
    /// Large ones.
    Mapped(Mapping),
}

/// What a store keeps of an instance. Without a module it is a shell in the module's
/// [`Cache`](crate::cache::Cache), and has what the next instance can use.
#[derive(Debug)]
pub(crate) struct InstanceData {
    /// Always there while the instance is in a store.
    module: Option<Module>,
    context: ContextMemory,
    memories: Vec<usize>,
    tables: Vec<usize>,
    globals: Vec<usize>,
    dropped_data: Vec<bool>,
    dropped_elements: Vec<bool>,
    /// The memories and tables of a shell, last first.
    own_memories: Vec<Box<MemoryObject>>,
    own_tables: Vec<Box<TableObject>>,
    /// Whether everything was made, so that another instance can use it.
    complete: bool,
    /// The engine that counts this among those that may be kept, with so many bytes.
    kept_by: Option<(Engine, usize)>,
}

impl InstanceData {
    /// A shell without memories and tables, its context filled from the blueprint.
    fn new(inner: &ModuleInner, blueprint: &Blueprint) -> Result<Self, Error> {
        let info = &inner.info;
        let context = context_memory(&blueprint.context)?;
        let start = context.start();
        for &offset in &blueprint.records {
            let field = std::mem::offset_of!(FuncRecord, context);
            // SAFETY: the offset is that of a record in the context.
            unsafe { start.add(offset as usize + field).cast::<*mut u8>().write(start) };
        }
        let own_memories = info.memories.len() - info.imported_memories;
        let own_tables = info.tables.len() - info.imported_tables;
        // With the lists below.
        let numbers = info.memories.len() + info.tables.len() + info.globals.len();
        let bytes = blueprint.shell_bytes
            + size_of::<Self>()
            + numbers * size_of::<usize>()
            + own_memories * size_of::<MemoryObject>()
            + own_tables * size_of::<TableObject>()
            + info.data.len()
            + info.elements.len();
        Ok(Self {
            module: None,
            context,
            memories: Vec::with_capacity(info.memories.len()),
            tables: Vec::with_capacity(info.tables.len()),
            globals: Vec::with_capacity(info.globals.len()),
            dropped_data: vec![false; info.data.len()],
            dropped_elements: vec![false; info.elements.len()],
            own_memories: Vec::with_capacity(own_memories),
            own_tables: Vec::with_capacity(own_tables),
            complete: false,
            kept_by: inner.engine.may_keep(bytes).then(|| (inner.engine.clone(), bytes)),
        })
    }

    /// The module.
    #[inline]
    pub fn module(&self) -> &Module {
        self.module.as_ref().expect("an instance in a store has its module")
    }

    fn inner(&self) -> &ModuleInner {
        self.module().inner()
    }

    /// The number in the store of a memory of the module.
    pub fn memory(&self, index: MemoryIndex) -> usize {
        self.memories[index.index()]
    }

    /// The number in the store of a table of the module.
    pub fn table(&self, index: TableIndex) -> usize {
        self.tables[index.index()]
    }

    /// The bytes of a data segment; none once it is dropped.
    pub fn data_segment(&self, index: usize) -> &[u8] {
        if self.dropped_data[index] {
            return &[];
        }
        let module = self.inner();
        &module.data_bytes[module.data[index].clone()]
    }

    pub fn drop_data(&mut self, index: usize) {
        self.dropped_data[index] = true;
    }

    pub fn drop_elements(&mut self, index: usize) {
        self.dropped_elements[index] = true;
    }

    /// Takes back a memory when the store ends; the last one comes first.
    pub fn take_memory(&mut self, memory: Box<MemoryObject>) {
        self.own_memories.push(memory);
    }

    /// Takes back a table when the store ends; the last one comes first.
    pub fn take_table(&mut self, table: Box<TableObject>) {
        self.own_tables.push(table);
    }

    /// Makes a shell of an instance whose store ends, and gives it to the module.
    pub fn retire(mut self: Box<Self>) {
        let Some(module) = self.module.take() else { return };
        if !self.complete || self.kept_by.is_none() {
            return;
        }
        let Ok(blueprint) = module.inner().blueprint() else { return };
        let mut setups = blueprint.memories.iter().rev();
        for memory in &mut self.own_memories {
            let setup = setups.next().expect("there is a setup for each memory of the module");
            if memory.retire(setup).is_err() {
                return;
            }
        }
        let mut tables = self.own_tables.iter_mut().zip(blueprint.tables.iter().rev());
        if !tables.all(|(table, image)| table.retire(image)) {
            return;
        }
        self.complete = false;
        self.memories.clear();
        self.tables.clear();
        self.globals.clear();
        self.dropped_data.fill(false);
        self.dropped_elements.fill(false);
        module.inner().prepared.cache.put(self);
    }
}

impl Drop for InstanceData {
    fn drop(&mut self) {
        if let Some((engine, bytes)) = &self.kept_by {
            engine.shell_dropped(*bytes);
        }
    }
}

impl ContextMemory {
    fn start(&self) -> *mut u8 {
        match self {
            ContextMemory::Boxed(slots) => slots.start().as_ptr().cast(),
            ContextMemory::Mapped(mapping) => mapping.start().as_ptr(),
        }
    }
}

/// Bytes of contexts that get a mapping of their own.
const LARGE_CONTEXT: usize = 64 << 10;

/// A context that begins as a copy of this one.
fn context_memory(image: &[Slot]) -> Result<ContextMemory, Error> {
    let size = size_of_val(image);
    if size >= LARGE_CONTEXT {
        let mapping = Mapping::zeroed(size)?;
        // SAFETY: the mapping is new and as large as the image.
        unsafe {
            std::ptr::copy_nonoverlapping(
                image.as_ptr(),
                mapping.start().as_ptr().cast(),
                image.len(),
            )
        };
        return Ok(ContextMemory::Mapped(mapping));
    }
    Ok(ContextMemory::Boxed(Cells::new(image.into())))
}

impl StoreOpaque {
    /// Writes a field of a context.
    ///
    /// # Safety
    ///
    /// The offset is that of a field of type `V` in the context of the instance.
    unsafe fn set_field<V>(&mut self, instance: usize, offset: i32, value: V) {
        // SAFETY: the caller's promise.
        unsafe {
            let context = self.instances[instance].context.start();
            context.byte_offset(offset as isize).cast::<V>().write(value);
        }
    }

    /// The address of a field of a context.
    fn field(&self, instance: usize, offset: i32) -> *mut u8 {
        // The layout keeps every offset inside of the context.
        self.instances[instance].context.start().wrapping_byte_offset(offset as isize)
    }

    /// The record of a function of an instance, which escapes or is imported.
    fn record(&self, instance: usize, function: FuncIndex) -> *const FuncRecord {
        let module = self.instances[instance].inner();
        match module.layout.record(function.index()) {
            Some(offset) => self.field(instance, offset).cast(),
            None => {
                let slot = self.field(instance, module.layout.imported_function(function.index()));
                // SAFETY: the field was filled when the instance was made.
                unsafe { *slot.cast::<*const FuncRecord>() }
            }
        }
    }

    /// The value of a constant expression, as bits.
    fn evaluate(&self, instance: usize, expr: &ConstExpr) -> Slot {
        let simple = |op: ConstOp| match op {
            ConstOp::I32Const(n) => Some(Slot::from(n as u32)),
            ConstOp::I64Const(n) => Some(Slot::from(n as u64)),
            ConstOp::F32Const(bits) => Some(Slot::from(bits)),
            ConstOp::F64Const(bits) => Some(Slot::from(bits)),
            ConstOp::GlobalGet(index) => Some(self.global_bits(instance, index)),
            ConstOp::RefNull(_) => Some(0),
            ConstOp::RefFunc(function) => Some(self.record(instance, function) as usize as Slot),
            _ => None,
        };
        // Most expressions are one operation, which needs no stack.
        if let [op] = *expr.ops {
            return simple(op).expect("the expression is valid");
        }
        let mut stack: Vec<Slot> = Vec::new();
        for &op in &expr.ops {
            let value = simple(op).unwrap_or_else(|| {
                let (y, x) = (stack.pop(), stack.pop());
                let (x, y) = x.zip(y).expect("the expression is valid");
                match op {
                    ConstOp::I32Add => Slot::from((x as u32).wrapping_add(y as u32)),
                    ConstOp::I32Sub => Slot::from((x as u32).wrapping_sub(y as u32)),
                    ConstOp::I32Mul => Slot::from((x as u32).wrapping_mul(y as u32)),
                    ConstOp::I64Add => Slot::from((x as u64).wrapping_add(y as u64)),
                    ConstOp::I64Sub => Slot::from((x as u64).wrapping_sub(y as u64)),
                    _ => Slot::from((x as u64).wrapping_mul(y as u64)),
                }
            });
            stack.push(value);
        }
        stack.pop().expect("the expression leaves a value")
    }

    fn global_bits(&self, instance: usize, index: GlobalIndex) -> Slot {
        self.globals[self.instances[instance].globals[index.index()]].bits()
    }

    /// Copies elements of a segment into a table, in pieces; `None` if either range is out of
    /// bounds.
    pub(crate) fn init_table(
        &mut self,
        instance: usize,
        table: usize,
        segment: usize,
        to: u32,
        from: u32,
        len: u32,
    ) -> Result<Option<()>, Interrupted> {
        let data = &self.instances[instance];
        let module = data.module().clone();
        let items = &module.inner().info.elements[segment].items;
        let available = if data.dropped_elements[segment] { 0 } else { items.len() };
        let (to, from, len) = (to as usize, from as usize, len as usize);
        if from + len > available || to + len > self.tables[table].elements().len() {
            return Ok(None);
        }
        let state = &raw const self.state;
        // SAFETY: the state is part of the store, which is borrowed.
        let interrupted = || unsafe { (*state).is_interrupted() };
        in_pieces(pieces::BYTES / size_of::<u64>(), len, interrupted, |part| {
            for n in part {
                let bits = match items {
                    ElementInit::Functions(functions) => {
                        self.record(instance, functions[from + n]) as usize as u64
                    }
                    ElementInit::Expressions(exprs) => {
                        self.evaluate(instance, &exprs[from + n]) as u64
                    }
                };
                self.tables[table].elements_mut()[to + n] = bits;
            }
        })?;
        Ok(Some(()))
    }

    /// Makes an instance of the module with these imports, in the order of the module's, and runs
    /// everything that instantiation runs.
    ///
    /// What the instance owns stays in the store even if its start function traps, because other
    /// instances may refer to it by then.
    pub(crate) fn instantiate(
        &mut self,
        module: &Module,
        imports: &[Extern],
    ) -> Result<usize, Error> {
        if !Engine::same(self.engine(), module.engine()) {
            return Err(Error::msg("the module was compiled by another engine than the store's"));
        }
        self.may_instantiate()?;
        let inner = module.inner();
        let blueprint = inner.blueprint()?;
        let mut data = match inner.prepared.cache.take() {
            Some(shell) => shell,
            None => Box::new(InstanceData::new(inner, blueprint)?),
        };
        data.module = Some(module.local());
        let instance = self.instances.len();
        self.instances.push(data);
        self.keep_code(&inner.code);
        let state = &raw mut self.state;
        // SAFETY: these offsets are those of the fixed fields, of the types that compiled code
        // expects there.
        unsafe {
            self.set_field(instance, STORE, state);
            self.set_field(instance, INSTANCE, instance as u64);
            self.set_field(instance, CALLEE_SLOT, std::ptr::null::<FuncRecord>());
            self.take_imports(instance, module, imports)?;
        }
        self.make_own(instance, module, blueprint)?;
        self.instances[instance].complete = true;
        self.run_segments(instance, module, blueprint)?;
        if let Some(start) = inner.info.start {
            let context = self.instances[instance].context.start();
            let own = blueprint.start.map(|record| FuncRecord { context, ..record });
            let record = own.as_ref().map(std::ptr::from_ref);
            let record = record.unwrap_or_else(|| self.record(instance, start));
            // SAFETY: the record is this instance's, and a start function has no parameters.
            unsafe { call_record(self, record, &mut [])? };
        }
        Ok(instance)
    }

    /// # Safety
    ///
    /// The instance is one of this module, and the imports fit it.
    unsafe fn take_imports(
        &mut self,
        instance: usize,
        module: &Module,
        imports: &[Extern],
    ) -> Result<(), Error> {
        let layout = &module.inner().layout;
        let mut functions = 0;
        for import in imports {
            // SAFETY: the offsets are those of the arrays of imports.
            unsafe {
                match import {
                    Extern::Func(func) => {
                        let record = func.record(self)?;
                        let offset = layout.imported_function(functions);
                        self.set_field(instance, offset, record);
                        functions += 1;
                    }
                    Extern::Table(table) => {
                        let number = table.index(self)?;
                        let n = self.instances[instance].tables.len();
                        let def = self.tables[number].def();
                        self.set_field(instance, layout.imported_table(n), def);
                        self.instances[instance].tables.push(number);
                    }
                    Extern::Memory(memory) => {
                        let number = memory.index(self)?;
                        let n = self.instances[instance].memories.len();
                        let def = self.memories[number].def();
                        self.set_field(instance, layout.imported_memory(n), def);
                        self.instances[instance].memories.push(number);
                    }
                    Extern::Global(global) => {
                        let number = global.index(self)?;
                        let n = self.instances[instance].globals.len();
                        let cell = self.globals[number].cell();
                        self.set_field(instance, layout.imported_global(n), cell);
                        self.instances[instance].globals.push(number);
                    }
                }
            }
        }
        Ok(())
    }

    /// Makes the tables, memories and globals that the module defines.
    fn make_own(
        &mut self,
        instance: usize,
        module: &Module,
        blueprint: &Blueprint,
    ) -> Result<(), Error> {
        let inner = module.inner();
        let (info, layout) = (&inner.info, &inner.layout);
        for (n, ty) in info.tables[info.imported_tables..].iter().enumerate() {
            self.may_make(Growing::Table, ty.minimum as usize, ty.maximum.map(|n| n as usize))?;
            let table = match self.instances[instance].own_tables.pop() {
                Some(mut table) => {
                    table.renew();
                    table
                }
                None => {
                    let def = self.field(instance, layout.table(n)).cast::<TableDef>();
                    // SAFETY: the definition is in the context, which lives as long as the store;
                    // null is an element of every table.
                    Box::new(unsafe { TableObject::new(*ty, 0, Some(def))? })
                }
            };
            let context = self.instances[instance].context.start();
            let number = self.add_table(table, instance as u32);
            // SAFETY: the context is the instance's, with its imports.
            unsafe { blueprint.tables[n].write(self.tables[number].elements_mut(), context) };
            self.instances[instance].tables.push(number);
        }
        for (n, ty) in info.memories[info.imported_memories..].iter().enumerate() {
            let bytes = |pages: u64| pages.saturating_mul(1 << ty.page_size_log2) as usize;
            self.may_make(Growing::Memory, bytes(ty.minimum), ty.maximum.map(bytes))?;
            let setup = &blueprint.memories[n];
            let memory = match self.instances[instance].own_memories.pop() {
                Some(mut memory) => {
                    memory.renew(setup)?;
                    memory
                }
                None => {
                    let def = self.field(instance, layout.memory(n)).cast::<MemoryDef>();
                    let engine = self.engine();
                    // SAFETY: the definition is in the context, which lives as long as the store.
                    Box::new(unsafe { MemoryObject::new(engine, *ty, Some(def), Some(setup))? })
                }
            };
            let number = self.add_memory(memory, instance as u32);
            self.instances[instance].memories.push(number);
        }
        for (n, ty) in info.globals[info.imported_globals..].iter().enumerate() {
            let cell = self.field(instance, layout.global(n)).cast::<Slot>();
            let value = self.evaluate(instance, &info.global_inits[n]);
            let ty = GlobalType::new(
                ValType::from_wasm(ty.content),
                if ty.mutable { Mutability::Var } else { Mutability::Const },
            );
            // SAFETY: the cell is in the context, aligned as a slot.
            let global = unsafe {
                cell.write(value);
                GlobalObject::in_context(ty, cell)
            };
            self.globals.push(global);
            let number = self.globals.len() - 1;
            self.instances[instance].globals.push(number);
        }
        Ok(())
    }

    /// Copies active segments that are in no image, elements first, each checked when its turn
    /// comes.
    fn run_segments(
        &mut self,
        instance: usize,
        module: &Module,
        blueprint: &Blueprint,
    ) -> Result<(), Error> {
        let info = &module.inner().info;
        for (n, segment) in info.elements.iter().enumerate() {
            match &segment.mode {
                ElementMode::Active { table, offset } => {
                    if n >= blueprint.first_element {
                        let to = self.evaluate(instance, offset) as u32;
                        let table = self.instances[instance].table(*table);
                        let len = segment.items.len() as u32;
                        self.init_table(instance, table, n, to, 0, len)?
                            .ok_or_else(|| Error::new(Trap::new(trap::TABLE_OUT_OF_BOUNDS)))?;
                    }
                    self.instances[instance].drop_elements(n);
                }
                ElementMode::Declared => self.instances[instance].drop_elements(n),
                ElementMode::Passive => {}
            }
        }
        for (n, segment) in info.data.iter().enumerate() {
            let Some((memory, offset)) = &segment.active else { continue };
            if n >= blueprint.first_data {
                let to = self.evaluate(instance, offset) as u32 as usize;
                let memory = self.instances[instance].memory(*memory);
                let bytes = self.instances[instance].data_segment(DataIndex::new(n).index());
                self.memories[memory].reach(to, bytes.len())?;
                let target = self.memories[memory].range_mut(to, bytes.len());
                target
                    .ok_or_else(|| Error::new(Trap::new(TrapCode::HEAP_OUT_OF_BOUNDS)))?
                    .copy_from_slice(bytes);
            }
            self.instances[instance].drop_data(n);
        }
        Ok(())
    }
}

/// An instance of a module in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    store: u64,
    index: usize,
}

impl Instance {
    pub(crate) fn from_index(store: &StoreOpaque, index: usize) -> Self {
        Self { store: store.id(), index }
    }

    /// An instance with these imports, in the order of the module's. Their types are checked.
    pub fn new(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Self, Error> {
        let store = store.as_context_mut().opaque();
        let wanted = &module.inner().info.imports;
        if wanted.len() != imports.len() {
            return Err(Error::msg(format!(
                "the module has {} imports, {} are given",
                wanted.len(),
                imports.len()
            )));
        }
        for (import, given) in wanted.iter().zip(imports) {
            check_import(store, module, import.entity, given).map_err(|error| {
                error.context(format!("import `{}` `{}`", import.module, import.name))
            })?;
        }
        let index = store.instantiate(module, imports)?;
        Ok(Self::from_index(store, index))
    }

    fn data<'a>(&self, store: &'a StoreOpaque) -> &'a InstanceData {
        store.check(self.store).expect("the instance belongs to this store");
        &store.instances[self.index]
    }

    fn entity(&self, store: &StoreOpaque, entity: EntityIndex) -> Extern {
        let data = self.data(store);
        match entity {
            EntityIndex::Func(index) => {
                Extern::Func(Func::from_record(store, store.record(self.index, index)))
            }
            EntityIndex::Table(index) => {
                Extern::Table(Table::from_index(store, data.tables[index.index()]))
            }
            EntityIndex::Memory(index) => {
                Extern::Memory(Memory::from_index(store, data.memories[index.index()]))
            }
            EntityIndex::Global(index) => {
                Extern::Global(Global::from_index(store, data.globals[index.index()]))
            }
        }
    }

    /// The module.
    pub fn module<'a>(&self, store: &'a impl AsContext) -> &'a Module {
        self.data(store.as_context().opaque()).module()
    }

    /// The export of this name.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        let store: &StoreOpaque = store.as_context_mut().opaque();
        let entity = self.data(store).inner().info.export(name)?;
        Some(self.entity(store, entity))
    }

    /// The exported function of this name.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// The exported function of this name, with a type that the compiler knows.
    pub fn get_typed_func<Params: WasmParams, Results: WasmResults>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>, Error> {
        let func = self
            .get_func(&mut store, name)
            .ok_or_else(|| Error::msg(format!("no function is exported as `{name}`")))?;
        func.typed(&store).map_err(|error| error.context(format!("the export `{name}`")))
    }

    /// Calls `_initialize` if the module is a reactor, a library with something to do before its
    /// functions are called: it exports that and no `_start`, as programs do.
    pub fn initialize(&self, mut store: impl AsContextMut) -> Result<(), Error> {
        if self.get_export(&mut store, "_start").is_some() {
            return Ok(());
        }
        match self.get_func(&mut store, "_initialize") {
            Some(_) => {
                self.get_typed_func::<(), ()>(&mut store, "_initialize")?.call(&mut store, ())
            }
            None => Ok(()),
        }
    }

    /// The exported memory of this name.
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// The exported table of this name.
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// The exported global of this name.
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// All exports, in the order of the module.
    pub fn exports(&self, mut store: impl AsContextMut) -> Vec<Export> {
        let store: &StoreOpaque = store.as_context_mut().opaque();
        let exports = &self.data(store).inner().info.exports;
        let export = |export: &windlass_wasm::module::Export| Export {
            name: export.name.to_string(),
            definition: self.entity(store, export.entity),
        };
        exports.iter().map(export).collect()
    }
}

/// Names of the kinds, for messages.
pub(crate) fn entity_kind(entity: EntityIndex) -> &'static str {
    match entity {
        EntityIndex::Func(_) => "a function",
        EntityIndex::Table(_) => "a table",
        EntityIndex::Memory(_) => "a memory",
        EntityIndex::Global(_) => "a global",
    }
}

/// Names of the kinds, for messages.
fn kind(definition: &Extern) -> &'static str {
    match definition {
        Extern::Func(_) => "a function",
        Extern::Table(_) => "a table",
        Extern::Memory(_) => "a memory",
        Extern::Global(_) => "a global",
    }
}

/// The error of an import that asks for something else than what it is given. Types are shown as
/// WebAssembly text.
pub(crate) fn incompatible(wanted: &str, found: &str) -> Error {
    Error::msg(format!("incompatible import type: expected {wanted}, found {found}"))
}

/// Whether limits (present or least size, greatest size) fit what an import asks for.
fn limits_fit(given: (u64, Option<u64>), wanted: (u64, Option<u64>)) -> bool {
    given.0 >= wanted.0
        && wanted.1.is_none_or(|wanted| given.1.is_some_and(|given| given <= wanted))
}

/// Checks that a definition fits an import.
pub(crate) fn check_import(
    store: &StoreOpaque,
    module: &Module,
    entity: EntityIndex,
    given: &Extern,
) -> Result<(), Error> {
    let info = &module.inner().info;
    match (entity, given) {
        (EntityIndex::Func(index), Extern::Func(func)) => {
            let wanted = module.inner().blueprint()?;
            let wanted = wanted.type_ids[info.functions[index.index()].index()];
            // SAFETY: the record belongs to the store, which was checked.
            let found = unsafe { (*func.record(store)?).type_id };
            if wanted != found {
                let found = store.engine().types().of(found);
                return Err(incompatible(&info.func_type(index).wat(), &found.wat()));
            }
        }
        (EntityIndex::Table(index), Extern::Table(table)) => {
            let wanted = info.tables[index.index()];
            let found = store.tables[table.index(store)?].ty();
            let widen = |limit: Option<u32>| limit.map(u64::from);
            let fits = limits_fit(
                (found.minimum.into(), widen(found.maximum)),
                (wanted.minimum.into(), widen(wanted.maximum)),
            );
            if wanted.element != found.element || !fits {
                return Err(incompatible(&wanted.wat(), &found.wat()));
            }
        }
        (EntityIndex::Memory(index), Extern::Memory(memory)) => {
            let wanted = info.memories[index.index()];
            let found = store.memories[memory.index(store)?].ty();
            let fits = limits_fit((found.minimum, found.maximum), (wanted.minimum, wanted.maximum));
            if !fits || wanted.page_size_log2 != found.page_size_log2 {
                return Err(incompatible(&wanted.wat(), &found.wat()));
            }
        }
        (EntityIndex::Global(index), Extern::Global(global)) => {
            let wanted = info.globals[index.index()];
            let found = store.globals[global.index(store)?].ty().to_wasm();
            if wanted != found {
                return Err(incompatible(&wanted.wat(), &found.wat()));
            }
        }
        (wanted, given) => {
            return Err(incompatible(entity_kind(wanted), kind(given)));
        }
    }
    Ok(())
}
