//! Globals.

use crate::layout::Slot;
use crate::sync::cells::Place;
use crate::types::GlobalType;

/// A global of a store.
#[derive(Debug)]
pub(crate) struct GlobalObject {
    ty: GlobalType,
    cell: Place<Slot>,
}

impl GlobalObject {
    /// A global whose cell is in a context.
    ///
    /// # Safety
    ///
    /// The cell is in a context of the store that owns the global, is aligned as a slot and holds a
    /// value of this type.
    pub unsafe fn in_context(ty: GlobalType, cell: *mut Slot) -> Self {
        // SAFETY: the caller's promise.
        Self { ty, cell: unsafe { Place::in_context(cell) } }
    }

    /// A global of the host's.
    pub fn own(ty: GlobalType, value: Slot) -> Self {
        Self { ty, cell: Place::own(value) }
    }

    pub fn cell(&self) -> *mut Slot {
        self.cell.address()
    }

    pub fn ty(&self) -> GlobalType {
        self.ty
    }

    /// The bits of the value.
    pub fn bits(&self) -> Slot {
        self.cell.get()
    }

    /// Gives it a value, whose bits fit its type.
    pub fn set(&mut self, bits: Slot) {
        self.cell.set(bits);
    }
}
