//! Linear memories.

use windlass_wasm::types as wasm;

use crate::engine::MemoryPlan;
use crate::layout::MemoryDef;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::sys::mapping::Mapping;
use crate::values::MemoryType;
use crate::{Engine, Error};

/// Address space of a reserved memory: what 32 bits reach.
pub(crate) const RESERVED: u64 = 1 << 32;
/// Address space behind it that is never accessible: accesses with smaller static offsets need no
/// check.
pub(crate) const GUARD: u64 = 1 << 31;
/// The most pages of 64 KiB that 32-bit addresses reach.
const MAX_PAGES: u64 = 1 << 16;

/// Memories of this many bytes ask for huge pages: the first touch of a small page costs about
/// 1.4 µs.
const HUGE: u64 = 8 << 20;

/// A memory of a store.
#[derive(Debug)]
pub(crate) struct MemoryObject {
    ty: wasm::MemoryType,
    plan: MemoryPlan,
    mapping: Mapping,
    /// What compiled code reads: in a context, or in `own_def`.
    def: *mut MemoryDef,
    #[expect(dead_code, reason = "keeps what `def` points to alive")]
    own_def: Option<Box<MemoryDef>>,
}

impl MemoryObject {
    /// A memory of this type; compiled code sees it through `def`, or through a definition of its
    /// own.
    ///
    /// # Safety
    ///
    /// `def` is valid as long as the memory.
    pub unsafe fn new(
        engine: &Engine,
        ty: wasm::MemoryType,
        def: Option<*mut MemoryDef>,
    ) -> Result<Self, Error> {
        let plan = engine.config().memory_plan;
        let length = bytes(ty.minimum, &ty)
            .ok_or_else(|| Error::msg("the memory is larger than the address space"))?;
        let mapping = match plan {
            MemoryPlan::Reserved => {
                let mapping = Mapping::reserve((RESERVED + GUARD) as usize)?;
                mapping.make_accessible(0, length as usize)?;
                mapping
            }
            MemoryPlan::Checked => Mapping::zeroed(length as usize)?,
        };
        if length >= HUGE {
            mapping.advise_huge(0, mapping.len());
        }
        let value = MemoryDef { base: mapping.start().as_ptr(), length };
        let mut own_def = None;
        let def = match def {
            Some(def) => {
                // SAFETY: the caller promises that it is valid.
                unsafe { def.write(value) };
                def
            }
            None => &raw mut **own_def.insert(Box::new(value)),
        };
        Ok(Self { ty, plan, mapping, def, own_def })
    }

    pub fn def(&self) -> *mut MemoryDef {
        self.def
    }

    /// The length in bytes.
    pub fn length(&self) -> usize {
        // SAFETY: the definition is valid as long as this; see `new`.
        unsafe { (*self.def).length as usize }
    }

    /// The type, with the present length as minimum.
    pub fn ty(&self) -> wasm::MemoryType {
        let minimum = self.length() as u64 >> self.ty.page_size_log2;
        wasm::MemoryType { minimum, ..self.ty }
    }

    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the definition describes accessible memory that this owns.
        unsafe { std::slice::from_raw_parts((*self.def).base, (*self.def).length as usize) }
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `&mut self` is the only access by the host; Wasm code does not run
        // meanwhile.
        unsafe { std::slice::from_raw_parts_mut((*self.def).base, (*self.def).length as usize) }
    }

    /// Grows by `delta` pages. Returns the pages before, or `None` if that is not possible.
    pub fn grow(&mut self, delta: u64) -> Option<u64> {
        let old = self.length();
        let pages = old as u64 >> self.ty.page_size_log2;
        let wanted = pages.checked_add(delta)?;
        let limit = self.ty.maximum.unwrap_or(u64::MAX);
        let new = bytes(wanted, &self.ty).filter(|_| wanted <= limit)? as usize;
        if delta == 0 {
            return Some(pages);
        }
        match self.plan {
            MemoryPlan::Reserved => self.mapping.make_accessible(old, new - old).ok()?,
            MemoryPlan::Checked if new <= self.mapping.len() => {
                self.mapping.make_accessible(old, new - old).ok()?;
            }
            MemoryPlan::Checked => {
                // Some room ahead, so that growing step by step does not copy each time.
                let roomy = (new + new / 2).min(bytes(limit.min(MAX_PAGES), &self.ty)? as usize);
                let mapping = Mapping::reserve(roomy.max(new)).ok()?;
                mapping.make_accessible(0, new).ok()?;
                // SAFETY: both are mappings of their own of at least `old` bytes.
                unsafe {
                    std::ptr::copy_nonoverlapping(
                        self.mapping.start().as_ptr(),
                        mapping.start().as_ptr(),
                        old,
                    );
                }
                self.mapping = mapping;
            }
        }
        if new as u64 >= HUGE && (old as u64) < HUGE {
            self.mapping.advise_huge(0, self.mapping.len());
        }
        // SAFETY: the definition is valid as long as this; see `new`.
        unsafe {
            (*self.def).base = self.mapping.start().as_ptr();
            (*self.def).length = new as u64;
        }
        Some(pages)
    }
}

/// The bytes of so many pages, if 32-bit addresses reach them.
fn bytes(pages: u64, ty: &wasm::MemoryType) -> Option<u64> {
    let bytes = pages.checked_mul(1 << ty.page_size_log2)?;
    (bytes <= MAX_PAGES << 16).then_some(bytes)
}

/// A linear memory of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    store: u64,
    index: usize,
}

/// A place outside of a memory was accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("out of bounds memory access")]
pub struct MemoryAccessError;

impl Memory {
    pub(crate) fn from_index(store: &StoreOpaque, index: usize) -> Self {
        Self { store: store.id(), index }
    }

    /// A memory of the host's.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self, Error> {
        let store = store.as_context_mut().opaque();
        // SAFETY: the memory gets a definition of its own.
        let memory = unsafe { MemoryObject::new(store.engine(), ty.0, None)? };
        store.memories.push(memory);
        Ok(Self::from_index(store, store.memories.len() - 1))
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
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<crate::store::StoreContext<'a, T>>,
    ) -> &'a [u8] {
        self.object(store.into().opaque()).bytes()
    }

    /// The bytes, to change.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<crate::store::StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        self.object_mut(store.into().opaque()).bytes_mut()
    }

    /// The bytes, to change, and the embedder's data beside them.
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<crate::store::StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let inner = store.into().0;
        (self.object_mut(&mut inner.opaque).bytes_mut(), &mut inner.data)
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
        let memory = self.object_mut(store.as_context_mut().opaque());
        memory.grow(delta).ok_or_else(|| {
            Error::msg(format!("a memory could not grow by {delta} pages: its limit, or no room"))
        })
    }

    /// Copies from the memory.
    pub fn read(
        &self,
        store: impl AsContext,
        offset: usize,
        buffer: &mut [u8],
    ) -> Result<(), MemoryAccessError> {
        let bytes = self.object(store.as_context().opaque()).bytes();
        let end = offset.checked_add(buffer.len()).ok_or(MemoryAccessError)?;
        buffer.copy_from_slice(bytes.get(offset..end).ok_or(MemoryAccessError)?);
        Ok(())
    }

    /// Copies into the memory.
    pub fn write(
        &self,
        mut store: impl AsContextMut,
        offset: usize,
        buffer: &[u8],
    ) -> Result<(), MemoryAccessError> {
        let bytes = self.object_mut(store.as_context_mut().opaque()).bytes_mut();
        let end = offset.checked_add(buffer.len()).ok_or(MemoryAccessError)?;
        bytes.get_mut(offset..end).ok_or(MemoryAccessError)?.copy_from_slice(buffer);
        Ok(())
    }
}

impl<'a, T: 'static, C: AsContext<Data = T>> From<&'a C> for crate::store::StoreContext<'a, T> {
    fn from(store: &'a C) -> Self {
        store.as_context()
    }
}

impl<'a, T: 'static, C: AsContext<Data = T>> From<&'a mut C> for crate::store::StoreContext<'a, T> {
    fn from(store: &'a mut C) -> Self {
        C::as_context(store)
    }
}

impl<'a, T: 'static, C: AsContextMut<Data = T>> From<&'a mut C>
    for crate::store::StoreContextMut<'a, T>
{
    fn from(store: &'a mut C) -> Self {
        store.as_context_mut()
    }
}
