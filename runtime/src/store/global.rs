//! Globals as the embedder sees them.

use crate::Error;
use crate::instance::global::GlobalObject;
use crate::layout::Slot;
use crate::store::values::Val;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::types::{GlobalType, Mutability};

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
        self.object(store.as_context().opaque()).ty()
    }

    /// The value.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let store: &StoreOpaque = store.as_context_mut().opaque();
        let global = self.object(store);
        // SAFETY: the cell holds a value of the global's type in this store.
        unsafe { Val::from_slot(global.bits(), global.ty().content(), store) }
    }

    /// Changes the value.
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> Result<(), Error> {
        let store = store.as_context_mut().opaque();
        let ty = self.object(store).ty();
        if ty.mutability() == Mutability::Const {
            return Err(Error::msg("an immutable global cannot be set"));
        }
        let bits = bits(store, ty, value)?;
        store.globals[self.index].set(bits);
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
