//! What lives in a store: modules, ready to be instantiated, and what is made for their instances.

pub(crate) mod blueprint;
mod cache;
pub(crate) mod global;
pub(crate) mod memory;
pub(crate) mod module;
pub(crate) mod table;

use windlass_wasm::types::{GlobalIndex, MemoryIndex, TableIndex};

use self::blueprint::Blueprint;
use self::memory::MemoryObject;
use self::module::{Module, ModuleInner};
use self::table::TableObject;
use crate::Error;
use crate::engine::Engine;
use crate::layout::{FuncRecord, Slot};
use crate::sync::cells::Cells;
use crate::sys::mapping::Mapping;

/// The owner of memories and tables that no instance's module defines.
pub(crate) const NO_OWNER: u32 = u32::MAX;

/// The memory of a context.
#[derive(Debug)]
enum ContextMemory {
    /// Small ones, aligned as slots.
    Boxed(Cells<Slot>),
    /// Large ones.
    Mapped(Mapping),
}

/// What a store keeps of an instance. Without a module it is a shell in the module's
/// [`Cache`](cache::Cache), and has what the next instance can use.
#[derive(Debug)]
pub(crate) struct InstanceData {
    /// Always there while the instance is in a store.
    module: Option<Module>,
    context: ContextMemory,
    /// The numbers in the store of what the module declares, in its order.
    pub memories: Vec<usize>,
    pub tables: Vec<usize>,
    pub globals: Vec<usize>,
    dropped_data: Vec<bool>,
    dropped_elements: Vec<bool>,
    /// The memories and tables of a shell, last first.
    pub own_memories: Vec<Box<MemoryObject>>,
    pub own_tables: Vec<Box<TableObject>>,
    /// Whether everything was made, so that another instance can use it.
    pub complete: bool,
    /// The engine that counts this among those that may be kept, with so many bytes.
    kept_by: Option<(Engine, usize)>,
}

impl InstanceData {
    /// What becomes an instance of the module: a shell, or if there is none, one without memories
    /// and tables.
    pub fn of(module: &Module, blueprint: &Blueprint) -> Result<Box<Self>, Error> {
        let inner = module.inner();
        let mut data = match inner.prepared.cache.take() {
            Some(shell) => shell,
            None => Box::new(Self::new(inner, blueprint)?),
        };
        data.module = Some(module.local());
        Ok(data)
    }

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

    pub fn inner(&self) -> &ModuleInner {
        self.module().inner()
    }

    /// The address of the context.
    #[inline]
    pub fn context(&self) -> *mut u8 {
        self.context.start()
    }

    /// The number in the store of a global of the module.
    pub fn global(&self, index: GlobalIndex) -> usize {
        self.globals[index.index()]
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

    /// How many elements a segment has; none once it is dropped.
    pub fn element_segment_len(&self, index: usize) -> usize {
        if self.dropped_elements[index] {
            return 0;
        }
        self.inner().info.elements[index].items.len()
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
