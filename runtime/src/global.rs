//! Globals.

use crate::Error;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::values::{GlobalType, Mutability, Slot, Val};

/// A global of a store: its cell is in a context, or its own.
#[derive(Debug)]
pub(crate) struct GlobalObject {
    ty: GlobalType,
    cell: *mut Slot,
    #[expect(dead_code, reason = "keeps what `cell` points to alive")]
    own_cell: Option<Box<Slot>>,
}

impl GlobalObject {
    /// A global whose cell is in a context.
    ///
    /// # Safety
    ///
    /// The cell is valid as long as the global.
    pub unsafe fn in_context(ty: GlobalType, cell: *mut Slot) -> Self {
        Self { ty, cell, own_cell: None }
    }

    fn own(ty: GlobalType, value: Slot) -> Self {
        let mut own_cell = Box::new(value);
        Self { ty, cell: &raw mut *own_cell, own_cell: Some(own_cell) }
    }

    pub fn cell(&self) -> *mut Slot {
        self.cell
    }

    pub fn ty(&self) -> GlobalType {
        self.ty
    }

    /// The bits of the value.
    pub fn bits(&self) -> Slot {
        // SAFETY: the cell is valid as long as this, and aligned as a slot.
        unsafe { *self.cell }
    }
}

/// A global of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Global {
    store: u64,
    index: usize,
}

impl Global {
    pub(crate) fn from_index(store: &StoreOpaque, index: usize) -> Self {
        Self { store: store.id(), index }
    }

    /// A global of the host's.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, value: Val) -> Result<Self, Error> {
        let store = store.as_context_mut().opaque();
        let bits = bits(store, ty, value)?;
        store.globals.push(GlobalObject::own(ty, bits));
        Ok(Self::from_index(store, store.globals.len() - 1))
    }

    pub(crate) fn index(&self, store: &StoreOpaque) -> Result<usize, Error> {
        store.check(self.store)?;
        Ok(self.index)
    }

    fn object<'a>(&self, store: &'a StoreOpaque) -> &'a GlobalObject {
        store.check(self.store).expect("the global belongs to this store");
        &store.globals[self.index]
    }

    /// The type.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        self.object(store.as_context().opaque()).ty
    }

    /// The value.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let store: &StoreOpaque = store.as_context_mut().opaque();
        let global = self.object(store);
        // SAFETY: the cell holds a value of the global's type in this store.
        unsafe { Val::from_slot(global.bits(), global.ty.content(), store) }
    }

    /// Changes the value.
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> Result<(), Error> {
        let store = store.as_context_mut().opaque();
        let global = self.object(store);
        if global.ty.mutability() == Mutability::Const {
            return Err(Error::msg("an immutable global cannot be set"));
        }
        let bits = bits(store, global.ty, value)?;
        // SAFETY: the cell is valid as long as the global, and Wasm code does not run meanwhile.
        unsafe { *global.cell = bits };
        Ok(())
    }
}

fn bits(store: &StoreOpaque, ty: GlobalType, value: Val) -> Result<Slot, Error> {
    if value.ty() != ty.content() {
        return Err(Error::msg(format!(
            "a value of type {} cannot be in a global of type {}",
            value.ty(),
            ty.content()
        )));
    }
    value.to_slot(store)
}
