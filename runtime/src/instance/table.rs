//! Tables of references.
//!
//! What holds: of a table nothing is touched but what was written. Elements begin as null, which is
//! zero, and more than a few of them lie in pages that the kernel gives when they are written.
//! Behind the length of a table everything is null, whatever lay there before.

use std::ops::Range;
use std::ptr::NonNull;

use windlass_wasm::types as wasm;

use crate::Error;
use crate::instance::NO_OWNER;
use crate::instance::blueprint::TableImage;
use crate::layout::{ELEMENT_SIZE, TableDef};
use crate::sync::cells::{Cells, Place};
use crate::sys::mapping::{Mapping, page_size};
use crate::trap::pieces::{self, Interrupted};

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
