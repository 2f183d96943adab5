//! Tables of references.
//!
//! What holds: of a table nothing is touched but what was written. Elements begin as null, which is
//! zero, and more than a few of them lie in pages that the kernel gives when they are written.
//! Behind the length of a table everything is null, whatever lay there before.

use std::ops::Range;
use std::ptr::NonNull;

use windlass_wasm::types::{self as wasm, RefType};

use crate::Error;
use crate::blueprint::TableImage;
use crate::cells::{Cells, Place};
use crate::layout::{ELEMENT_SIZE, TableDef};
use crate::limits::Growing;
use crate::memory::NO_OWNER;
use crate::pieces::{self, Interrupted};
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::sys::mapping::{Mapping, page_size};
use crate::values::{TableType, Val, ValType};

/// The most elements of a table: what is refused is refused before memory is asked for.
const MAX_ELEMENTS: u32 = 10_000_000;

/// More elements than these get a mapping.
pub(crate) const SMALL: usize = 2 << 10;

/// To set fewer elements to null than these costs less than to give their pages back.
const FEW: usize = 4 << 10;

/// The most elements of an image that a shell keeps in memory.
const MAX_KEPT: usize = 64 << 10;

/// Bytes of an element.
const ELEMENT: usize = ELEMENT_SIZE as usize;

/// Room for elements.
#[derive(Debug)]
enum Room {
    /// For at most [`SMALL`].
    Boxed(Cells<u64>),
    /// For more.
    Mapped(Mapping),
}

impl Room {
    /// Room for `len` elements, all null.
    fn new(len: usize) -> Result<Self, Error> {
        if len <= SMALL {
            return Ok(Room::Boxed(Cells::new(vec![0; len].into())));
        }
        let mapping = Mapping::zeroed_sparse(len * ELEMENT).map_err(|error| {
            Error::new(error).context(format!("no address space for a table of {len} elements"))
        })?;
        Ok(Room::Mapped(mapping))
    }

    #[inline]
    fn start(&self) -> NonNull<u64> {
        match self {
            Room::Boxed(elements) => elements.start(),
            Room::Mapped(mapping) => mapping.start().cast(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Room::Boxed(elements) => elements.len(),
            Room::Mapped(mapping) => mapping.len() / ELEMENT,
        }
    }
}

/// A table of a store. Elements are 64 bits wide: a record's address, or a number of a host value.
#[derive(Debug)]
pub(crate) struct TableObject {
    ty: wasm::TableType,
    room: Room,
    len: usize,
    /// The instance whose module defines it.
    pub owner: u32,
    /// What compiled code reads.
    def: Place<TableDef>,
}

impl TableObject {
    /// A table full of `init`; compiled code sees it through `def`, or through a definition of its
    /// own.
    ///
    /// # Safety
    ///
    /// `def` is in a context of the store that owns the table, and `init` is an element.
    pub unsafe fn new(
        ty: wasm::TableType,
        init: u64,
        def: Option<*mut TableDef>,
    ) -> Result<Self, Error> {
        if ty.minimum > MAX_ELEMENTS {
            let wanted = ty.minimum;
            return Err(Error::msg(format!(
                "a table of {wanted} elements is not possible: a table has at most {MAX_ELEMENTS}"
            )));
        }
        let len = ty.minimum as usize;
        let room = Room::new(len)?;
        let def = match def {
            // SAFETY: the caller's promise.
            Some(def) => unsafe { Place::in_context(def) },
            None => Place::own(TableDef { base: std::ptr::null_mut(), length: 0 }),
        };
        let mut table = Self { ty, room, len, owner: NO_OWNER, def };
        if init != 0 {
            table.elements_mut().fill(init);
        }
        table.publish();
        Ok(table)
    }

    /// Tells compiled code where the elements are.
    fn publish(&mut self) {
        let def = TableDef { base: self.room.start().as_ptr(), length: self.len as u64 };
        self.def.set(def);
    }

    /// Sets elements to null. Whole pages of them are given back.
    pub fn clear(&mut self, range: Range<usize>) {
        let Room::Mapped(mapping) = &self.room else { return self.clear_by_writing(range) };
        let page = page_size() / ELEMENT;
        let pages = range.start.next_multiple_of(page)..range.end - range.end % page;
        if range.len() < FEW || pages.is_empty() {
            return self.clear_by_writing(range);
        }
        // SAFETY: only this has references into the mapping, and none now.
        let discarded = unsafe { mapping.discard(pages.start * ELEMENT..pages.end * ELEMENT) };
        match discarded {
            Ok(()) => {
                self.clear_by_writing(range.start..pages.start);
                self.clear_by_writing(pages.end..range.end);
            }
            Err(_) => self.clear_by_writing(range),
        }
    }

    /// Fills elements in pieces; `None` if the range is out of bounds.
    pub fn fill(
        &mut self,
        at: usize,
        value: u64,
        len: usize,
        interrupted: impl FnMut() -> bool,
    ) -> Result<Option<()>, Interrupted> {
        let Some(range) = self.elements_mut().get_mut(at..at + len) else { return Ok(None) };
        if value == 0 {
            let piece = pieces::BYTES / ELEMENT;
            pieces::in_pieces(piece, len, interrupted, |part| {
                self.clear(at + part.start..at + part.end);
            })?;
        } else {
            // SAFETY: the range is of elements of this table.
            unsafe { pieces::fill(range.as_mut_ptr(), value, len, interrupted)? };
        }
        Ok(Some(()))
    }

    fn clear_by_writing(&mut self, range: Range<usize>) {
        assert!(range.end <= self.room.len(), "there is room for the elements");
        // SAFETY: the range lies in the room, and nobody else uses it meanwhile.
        unsafe {
            let start = self.room.start().as_ptr().add(range.start);
            std::slice::from_raw_parts_mut(start, range.len()).fill(0);
        }
    }

    /// Makes the table of an instance that has ended ready for another one: of its first length,
    /// and null but where the image will be written. Whether it is worth keeping.
    pub fn retire(&mut self, image: &TableImage) -> bool {
        let first = self.ty.minimum as usize;
        let old = std::mem::replace(&mut self.len, first);
        if first <= SMALL && self.room.len() > SMALL {
            let Ok(room) = Room::new(first) else { return false };
            self.room = room;
            return true;
        }
        let image = image.range();
        let kept = if image.len() <= MAX_KEPT { image } else { 0..0 };
        self.clear(0..kept.start);
        self.clear(kept.end..old);
        true
    }

    /// Bytes that a shell keeps of such a table in memory.
    pub fn kept_bytes(ty: &wasm::TableType, image: &TableImage) -> usize {
        let image = image.range().len();
        let all = ty.minimum as usize;
        let kept = if all <= SMALL { all } else { image };
        if kept <= MAX_KEPT { kept * ELEMENT } else { 0 }
    }

    /// Shows the table to the next instance, as [`Self::retire`] left it.
    pub fn renew(&mut self) {
        self.publish();
    }

    pub fn def(&self) -> *mut TableDef {
        self.def.address()
    }

    /// The length in elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The elements. Compiled code changes them too, through the address.
    pub fn elements(&self) -> &[u64] {
        // SAFETY: the room has so many elements. Only Wasm code and `elements_mut` write there, for
        // which the store is borrowed mutably.
        unsafe { std::slice::from_raw_parts(self.room.start().as_ptr(), self.len) }
    }

    pub fn elements_mut(&mut self) -> &mut [u64] {
        // SAFETY: the room has so many elements. `&mut self` is the only access by the host, and Wasm
        // code does not run meanwhile.
        unsafe { std::slice::from_raw_parts_mut(self.room.start().as_ptr(), self.len) }
    }

    /// The type, with the present length as minimum.
    pub fn ty(&self) -> wasm::TableType {
        wasm::TableType { minimum: self.len as u32, ..self.ty }
    }

    /// The most elements that its type allows, if it says so.
    pub fn maximum(&self) -> Option<usize> {
        self.ty.maximum.map(|n| n as usize)
    }

    /// Grows by `delta` elements `init`, in pieces. Returns the length before, or `None` if that is
    /// not possible.
    pub fn grow(
        &mut self,
        delta: u32,
        init: u64,
        interrupted: impl FnMut() -> bool,
    ) -> Result<Option<u32>, Interrupted> {
        let old = self.len;
        let limit = self.ty.maximum.unwrap_or(u32::MAX).min(MAX_ELEMENTS) as usize;
        let new = old + delta as usize;
        if new > limit || self.make_room(new, limit).is_none() {
            return Ok(None);
        }
        if init != 0 {
            // SAFETY: there is room for the elements, which nobody uses yet.
            let filled = unsafe {
                let start = self.room.start().as_ptr().add(old);
                pieces::fill(start, init, new - old, interrupted)
            };
            if let Err(interrupted) = filled {
                self.clear(old..new);
                return Err(interrupted);
            }
        }
        self.len = new;
        self.publish();
        Ok(Some(old as u32))
    }

    /// Makes room for `new` elements, and for some ahead: growing step by step does not ask the
    /// system each time. Nothing is copied but what fits a box.
    fn make_room(&mut self, new: usize, limit: usize) -> Option<()> {
        let before = self.room.len();
        if new <= before {
            return Some(());
        }
        let ahead = new.max((2 * before).min(limit));
        if let Room::Mapped(mapping) = &mut self.room {
            // SAFETY: only this has the address of the mapping, but for the definition, which is
            // written below.
            unsafe { mapping.grow(ahead * ELEMENT).ok()? };
        } else {
            let room = Room::new(if new <= SMALL { ahead.min(SMALL) } else { ahead }).ok()?;
            // SAFETY: both have room for as many elements as the table has.
            unsafe { room.start().copy_from_nonoverlapping(self.room.start(), self.len) };
            self.room = room;
        }
        self.publish();
        Some(())
    }
}

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
        let ty = value_type(table.ty.element);
        // SAFETY: elements of a table are references of its store.
        Some(unsafe { Val::from_slot(u128::from(bits), ty, store) })
    }

    /// Changes an element.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Val) -> Result<(), Error> {
        let store = store.as_context_mut().opaque();
        let bits = element(store, self.object(store).ty.element, value)?;
        let slot = usize::try_from(index)
            .ok()
            .and_then(|index| self.object_mut(store).elements_mut().get_mut(index));
        *slot.ok_or_else(|| Error::msg(format!("the table has no element {index}")))? = bits;
        Ok(())
    }

    /// Grows by `delta` elements `init`; the length before.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Val) -> Result<u64, Error> {
        let store = store.as_context_mut().opaque();
        let bits = element(store, self.object(store).ty.element, init)?;
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
