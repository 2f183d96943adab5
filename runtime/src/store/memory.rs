//! Linear memories as the embedder sees them.

use crate::Error;
use crate::instance::NO_OWNER;
use crate::instance::memory::MemoryObject;
use crate::store::limits::Growing;
use crate::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreOpaque};
use crate::trap::Trap;
use crate::types::MemoryType;

/// A linear memory of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    store: u64,
    index: usize,
}

/// A place outside of a memory was accessed; or the system did not let it be accessed, because the
/// process has too many mappings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", windlass_wasm::trap::message(.0.code()))]
pub struct MemoryAccessError(Trap);

impl MemoryAccessError {
    const OUT_OF_BOUNDS: Self = Self(Trap::MemoryOutOfBounds);
}

impl Memory {
    pub(crate) fn from_index(store: &StoreOpaque, index: usize) -> Self {
        Self { store: store.id(), index }
    }

    /// A memory of the host's.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self, Error> {
        let store = store.as_context_mut().opaque();
        let size = ty.0.minimum.saturating_mul(1 << ty.0.page_size_log2) as usize;
        let maximum = ty.0.maximum.map(|n| n.saturating_mul(1 << ty.0.page_size_log2) as usize);
        store.may_make(Growing::Memory, size, maximum)?;
        // SAFETY: the memory gets a definition of its own.
        let memory = unsafe { MemoryObject::new(store.engine(), ty.0, None, None)? };
        let index = store.add_memory(Box::new(memory), NO_OWNER);
        Ok(Self::from_index(store, index))
    }

    pub(crate) fn object<'a>(&self, store: &'a StoreOpaque) -> &'a MemoryObject {
        store.check(self.store).expect("the memory belongs to this store");
        &store.memories[self.index]
    }

    pub(crate) fn index(&self, store: &StoreOpaque) -> Result<usize, Error> {
        store.check(self.store)?;
        Ok(self.index)
    }

    fn object_mut<'a>(&self, store: &'a mut StoreOpaque) -> &'a mut MemoryObject {
        store.check(self.store).expect("the memory belongs to this store");
        &mut store.memories[self.index]
    }

    /// The type, with the present length as minimum.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        MemoryType(self.object(store.as_context().opaque()).ty())
    }

    /// The bytes.
    ///
    /// # Panics
    ///
    /// The memory was left closed by an instance that ended, and the process has too many mappings
    /// for it to be opened; [`Self::read`] and [`Self::write`] are errors then.
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        self.object(store.into().opaque()).bytes()
    }

    /// The bytes, to change.
    ///
    /// # Panics
    ///
    /// As [`Self::data`].
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        self.object_mut(store.into().opaque()).bytes_mut()
    }

    /// The bytes, to change, and the embedder's data beside them.
    ///
    /// # Panics
    ///
    /// As [`Self::data`].
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let inner = store.into().0;
        (self.object_mut(&mut inner.opaque).bytes_mut(), &mut inner.data)
    }

    /// Makes all of it accessible, for who looks at all of it.
    pub(crate) fn reach(&self, store: &StoreOpaque) -> Result<(), Trap> {
        let memory = self.object(store);
        memory.reach(0, memory.length())
    }

    /// The length in bytes.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.object(store.as_context().opaque()).length()
    }

    /// The length in pages.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.object(store.as_context().opaque()).ty().minimum
    }

    /// Grows by `delta` pages; the pages before.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64, Error> {
        let store = store.as_context_mut().opaque();
        store.check(self.store).expect("the memory belongs to this store");
        store.grow_memory(self.index, delta)?.ok_or_else(|| {
            Error::msg(format!(
                "a memory could not grow by {delta} pages: the maximum of its type, a limit of the \
                 store, or no room"
            ))
        })
    }

    /// Copies from the memory.
    pub fn read(
        &self,
        store: impl AsContext,
        offset: usize,
        buffer: &mut [u8],
    ) -> Result<(), MemoryAccessError> {
        let memory = self.object(store.as_context().opaque());
        memory.reach(offset, buffer.len()).map_err(MemoryAccessError)?;
        let source = memory.range(offset, buffer.len());
        buffer.copy_from_slice(source.ok_or(MemoryAccessError::OUT_OF_BOUNDS)?);
        Ok(())
    }

    /// Copies into the memory.
    pub fn write(
        &self,
        mut store: impl AsContextMut,
        offset: usize,
        buffer: &[u8],
    ) -> Result<(), MemoryAccessError> {
        let memory = self.object_mut(store.as_context_mut().opaque());
        memory.reach(offset, buffer.len()).map_err(MemoryAccessError)?;
        let target = memory.range_mut(offset, buffer.len());
        target.ok_or(MemoryAccessError::OUT_OF_BOUNDS)?.copy_from_slice(buffer);
        Ok(())
    }
}
