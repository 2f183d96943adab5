//! Instances as the embedder sees them, and what they export.

use windlass_wasm::types::EntityIndex;

use crate::instance::InstanceData;
use crate::instance::module::Module;
use crate::store::func::Func;
use crate::store::global::Global;
use crate::store::memory::Memory;
use crate::store::table::Table;
use crate::store::{AsContext, AsContextMut, StoreOpaque};

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
