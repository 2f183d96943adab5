//! Tables as the embedder sees them.

use windlass_wasm::types::RefType;

use crate::Error;
use crate::instance::NO_OWNER;
use crate::instance::table::TableObject;
use crate::store::limits::Growing;
use crate::store::values::Val;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::types::{TableType, ValType};

/// A table of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    store: u64,
    index: usize,
}

impl Table {
    pub(crate) fn from_index(store: &StoreOpaque, index: usize) -> Self {
        Self { store: store.id(), index }
    }

    /// A table of the host's, full of `init`.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Val) -> Result<Self, Error> {
        let store = store.as_context_mut().opaque();
        let init = element(store, ty.0.element, init)?;
        let maximum = ty.0.maximum.map(|n| n as usize);
        store.may_make(Growing::Table, ty.0.minimum as usize, maximum)?;
        // SAFETY: the table gets a definition of its own; the element was checked.
        let table = unsafe { TableObject::new(ty.0, init, None)? };
        let index = store.add_table(Box::new(table), NO_OWNER);
        Ok(Self::from_index(store, index))
    }

    pub(crate) fn index(&self, store: &StoreOpaque) -> Result<usize, Error> {
        store.check(self.store)?;
        Ok(self.index)
    }

    fn object_mut<'a>(&self, store: &'a mut StoreOpaque) -> &'a mut TableObject {
        store.check(self.store).expect("the table belongs to this store");
        &mut store.tables[self.index]
    }

    pub(crate) fn object<'a>(&self, store: &'a StoreOpaque) -> &'a TableObject {
        store.check(self.store).expect("the table belongs to this store");
        &store.tables[self.index]
    }

    /// The type, with the present length as minimum.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        TableType(self.object(store.as_context().opaque()).ty())
    }

    /// The length in elements.
    pub fn size(&self, store: impl AsContext) -> u64 {
        u64::from(self.object(store.as_context().opaque()).ty().minimum)
    }

    /// An element, if there is one at this index.
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Val> {
        let store: &StoreOpaque = store.as_context_mut().opaque();
        let table = self.object(store);
        let bits = *table.elements().get(usize::try_from(index).ok()?)?;
        let ty = value_type(table.ty().element);
        // SAFETY: elements of a table are references of its store.
        Some(unsafe { Val::from_slot(u128::from(bits), ty, store) })
    }

    /// Changes an element.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Val) -> Result<(), Error> {
        let store = store.as_context_mut().opaque();
        let bits = element(store, self.object(store).ty().element, value)?;
        let slot = usize::try_from(index)
            .ok()
            .and_then(|index| self.object_mut(store).elements_mut().get_mut(index));
        *slot.ok_or_else(|| Error::msg(format!("the table has no element {index}")))? = bits;
        Ok(())
    }

    /// Grows by `delta` elements `init`; the length before.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Val) -> Result<u64, Error> {
        let store = store.as_context_mut().opaque();
        let bits = element(store, self.object(store).ty().element, init)?;
        let grown = match u32::try_from(delta) {
            Ok(delta) => store.grow_table(self.index, delta, bits)?,
            Err(_) => None,
        };
        grown.map(u64::from).ok_or_else(|| {
            let size = self.object(store).len();
            Error::msg(format!(
                "a table of {size} elements could not grow by {delta}: the maximum of its type, a \
                 limit of the store, or no room"
            ))
        })
    }
}

fn value_type(element: RefType) -> ValType {
    match element {
        RefType::Func => ValType::FuncRef,
        RefType::Extern => ValType::ExternRef,
    }
}

/// The bits of a value as an element.
fn element(store: &StoreOpaque, ty: RefType, value: Val) -> Result<u64, Error> {
    if value.ty() != value_type(ty) {
        return Err(Error::msg(format!(
            "a value of type {} cannot be an element of a table of {}",
            value.ty(),
            value_type(ty)
        )));
    }
    Ok(value.to_slot(store)? as u64)
}
