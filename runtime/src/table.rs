//! Tables of references.

use windlass_wasm::types::{self as wasm, RefType};

use crate::Error;
use crate::layout::TableDef;
use crate::limits::Growing;
use crate::memory::NO_OWNER;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::values::{TableType, Val, ValType};

/// The most elements of a table: what is refused is refused before memory is asked for.
const MAX_ELEMENTS: u32 = 10_000_000;

/// Tables up to this length are kept for the next instance.
const KEPT_ELEMENTS: usize = 1 << 16;

/// A table of a store. Elements are 64 bits wide: a record's address, or a number of a host value.
#[derive(Debug)]
pub(crate) struct TableObject {
    ty: wasm::TableType,
    elements: Vec<u64>,
    /// The instance whose module defines it.
    pub owner: u32,
    /// What compiled code reads: in a context, or in `own_def`.
    def: *mut TableDef,
    #[expect(dead_code, reason = "keeps what `def` points to alive")]
    own_def: Option<Box<TableDef>>,
}

impl TableObject {
    /// A table full of `init`; compiled code sees it through `def`, or through a definition of its
    /// own.
    ///
    /// # Safety
    ///
    /// `def` is valid as long as the table, and `init` is an element.
    pub unsafe fn new(
        ty: wasm::TableType,
        init: u64,
        def: Option<*mut TableDef>,
    ) -> Result<Self, Error> {
        let mut elements = Vec::new();
        if ty.minimum > MAX_ELEMENTS || elements.try_reserve_exact(ty.minimum as usize).is_err() {
            return Err(Error::msg(format!("there is no room for {} elements", ty.minimum)));
        }
        elements.resize(ty.minimum as usize, init);
        let mut own_def = None;
        let def = def.unwrap_or_else(|| {
            let empty = TableDef { base: std::ptr::null_mut(), length: 0 };
            &raw mut **own_def.insert(Box::new(empty))
        });
        let mut table = Self { ty, elements, owner: NO_OWNER, def, own_def };
        table.publish();
        Ok(table)
    }

    /// Tells compiled code where the elements are.
    fn publish(&mut self) {
        let def = TableDef { base: self.elements.as_mut_ptr(), length: self.elements.len() as u64 };
        // SAFETY: the definition is valid as long as this; see `new`.
        unsafe { self.def.write(def) };
    }

    /// Makes the table of an instance that has ended ready for another one; whether it is worth
    /// keeping.
    pub fn retire(&mut self) -> bool {
        let size = self.ty.minimum as usize;
        if self.elements.capacity() > 2 * size + KEPT_ELEMENTS {
            self.elements = Vec::new();
        }
        size <= KEPT_ELEMENTS && self.elements.try_reserve_exact(size).is_ok()
    }

    /// Gives the table its first length again. Its elements must be written.
    pub fn renew(&mut self) {
        self.elements.resize(self.ty.minimum as usize, 0);
        self.publish();
    }

    pub fn def(&self) -> *mut TableDef {
        self.def
    }

    /// The elements. Compiled code changes them too, through the address.
    pub fn elements(&self) -> &[u64] {
        // SAFETY: the definition describes the elements, and Wasm code does not run meanwhile.
        unsafe { std::slice::from_raw_parts((*self.def).base, self.elements.len()) }
    }

    pub fn elements_mut(&mut self) -> &mut [u64] {
        &mut self.elements
    }

    /// The type, with the present length as minimum.
    pub fn ty(&self) -> wasm::TableType {
        wasm::TableType { minimum: self.elements.len() as u32, ..self.ty }
    }

    /// Grows by `delta` elements `init`. Returns the length before, or `None` if that is not
    /// possible.
    pub fn grow(&mut self, delta: u32, init: u64) -> Option<u32> {
        let old = self.elements.len() as u32;
        let limit = self.ty.maximum.unwrap_or(u32::MAX).min(MAX_ELEMENTS);
        let new = old.checked_add(delta).filter(|new| *new <= limit)?;
        self.elements.try_reserve(delta as usize).ok()?;
        self.elements.resize(new as usize, init);
        self.publish();
        Some(old)
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
            Error::msg(format!("a table could not grow by {delta} elements: its limit, or no room"))
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
