//! Values and types as the embedder sees them, and the slots in which they cross.

use std::any::Any;
use std::fmt;

use windlass_wasm::types as wasm;
pub use windlass_wasm::types::RefType;

use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::{Error, Func};

/// Bytes of a slot of an argument or result.
pub(crate) const SLOT_SIZE: usize = 16;

/// A slot: an argument or result on its way across.
pub(crate) type Slot = u128;

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector.
    V128,
    /// A function or null.
    FuncRef,
    /// A value of the host or null.
    ExternRef,
}

impl ValType {
    pub(crate) fn from_wasm(ty: wasm::ValType) -> Self {
        match ty {
            wasm::ValType::I32 => ValType::I32,
            wasm::ValType::I64 => ValType::I64,
            wasm::ValType::F32 => ValType::F32,
            wasm::ValType::F64 => ValType::F64,
            wasm::ValType::V128 => ValType::V128,
            wasm::ValType::Ref(RefType::Func) => ValType::FuncRef,
            wasm::ValType::Ref(RefType::Extern) => ValType::ExternRef,
        }
    }

    pub(crate) fn to_wasm(self) -> wasm::ValType {
        match self {
            ValType::I32 => wasm::ValType::I32,
            ValType::I64 => wasm::ValType::I64,
            ValType::F32 => wasm::ValType::F32,
            ValType::F64 => wasm::ValType::F64,
            ValType::V128 => wasm::ValType::V128,
            ValType::FuncRef => wasm::ValType::Ref(RefType::Func),
            ValType::ExternRef => wasm::ValType::Ref(RefType::Extern),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_wasm().fmt(f)
    }
}

/// The type of a function.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FuncType(pub(crate) wasm::FuncType);

impl FuncType {
    /// A type with these parameters and results.
    pub fn new(
        params: impl IntoIterator<Item = ValType>,
        results: impl IntoIterator<Item = ValType>,
    ) -> Self {
        Self(wasm::FuncType {
            params: params.into_iter().map(ValType::to_wasm).collect(),
            results: results.into_iter().map(ValType::to_wasm).collect(),
        })
    }

    /// The types of the parameters.
    pub fn params(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.0.params.iter().map(|&ty| ValType::from_wasm(ty))
    }

    /// The types of the results.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValType> + '_ {
        self.0.results.iter().map(|&ty| ValType::from_wasm(ty))
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a global may change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mutability {
    /// It keeps its first value.
    Const,
    /// It may change.
    Var,
}

/// The type of a global.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GlobalType {
    content: ValType,
    mutability: Mutability,
}

impl GlobalType {
    /// A type with this content.
    pub fn new(content: ValType, mutability: Mutability) -> Self {
        Self { content, mutability }
    }

    /// The type of the value.
    pub fn content(&self) -> ValType {
        self.content
    }

    /// Whether it may change.
    pub fn mutability(&self) -> Mutability {
        self.mutability
    }

    pub(crate) fn to_wasm(self) -> wasm::GlobalType {
        let mutable = self.mutability == Mutability::Var;
        wasm::GlobalType { content: self.content.to_wasm(), mutable }
    }
}

/// The type of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TableType(pub(crate) wasm::TableType);

impl TableType {
    /// A type with this element and these limits, in elements.
    pub fn new(element: RefType, minimum: u32, maximum: Option<u32>) -> Self {
        Self(wasm::TableType { element, minimum, maximum })
    }

    /// What the elements are.
    pub fn element(&self) -> RefType {
        self.0.element
    }

    /// Elements at the least.
    pub fn minimum(&self) -> u32 {
        self.0.minimum
    }

    /// Elements at the most.
    pub fn maximum(&self) -> Option<u32> {
        self.0.maximum
    }
}

/// The type of a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType(pub(crate) wasm::MemoryType);

impl MemoryType {
    /// A type with these limits, in pages of 64 KiB.
    pub fn new(minimum: u32, maximum: Option<u32>) -> Self {
        Self(wasm::MemoryType {
            minimum: u64::from(minimum),
            maximum: maximum.map(u64::from),
            shared: false,
            page_size_log2: 16,
        })
    }

    /// Pages at the least.
    pub fn minimum(&self) -> u64 {
        self.0.minimum
    }

    /// Pages at the most.
    pub fn maximum(&self) -> Option<u64> {
        self.0.maximum
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> u64 {
        1 << self.0.page_size_log2
    }
}

/// A reference to a value of the host, which its store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExternRef {
    store: u64,
    /// Number in the store, from 1.
    number: u32,
}

impl ExternRef {
    /// Puts a value into the store. It lives as long as the store.
    pub fn new<V: Any + Send + Sync>(
        mut store: impl AsContextMut,
        value: V,
    ) -> Result<ExternRef, Error> {
        let store = store.as_context_mut().opaque();
        let number = store.add_extern(Box::new(value))?;
        Ok(ExternRef { store: store.id(), number })
    }

    /// The value.
    pub fn data<'a>(
        &self,
        store: &'a impl AsContext,
    ) -> Result<&'a (dyn Any + Send + Sync), Error> {
        let store = store.as_context().opaque();
        store.check(self.store)?;
        Ok(store.extern_value(self.number))
    }
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub enum Val {
    /// 32-bit integer.
    I32(i32),
    /// 64-bit integer.
    I64(i64),
    /// 32-bit float, by its bits.
    F32(u32),
    /// 64-bit float, by its bits.
    F64(u64),
    /// 128-bit vector.
    V128(u128),
    /// A function or null.
    FuncRef(Option<Func>),
    /// A value of the host or null.
    ExternRef(Option<ExternRef>),
}

impl Val {
    /// The type.
    pub fn ty(&self) -> ValType {
        match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::V128(_) => ValType::V128,
            Val::FuncRef(_) => ValType::FuncRef,
            Val::ExternRef(_) => ValType::ExternRef,
        }
    }

    /// Zero, or null.
    pub fn default_for(ty: ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0),
            ValType::F64 => Val::F64(0),
            ValType::V128 => Val::V128(0),
            ValType::FuncRef => Val::FuncRef(None),
            ValType::ExternRef => Val::ExternRef(None),
        }
    }

    /// The number, if it is an i32.
    pub fn i32(&self) -> Option<i32> {
        match self {
            Val::I32(n) => Some(*n),
            _ => None,
        }
    }

    /// The number, if it is an i64.
    pub fn i64(&self) -> Option<i64> {
        match self {
            Val::I64(n) => Some(*n),
            _ => None,
        }
    }

    /// The bits as compiled code has them. The value must belong to the store.
    pub(crate) fn to_slot(self, store: &StoreOpaque) -> Result<Slot, Error> {
        Ok(match self {
            Val::I32(n) => Slot::from(n as u32),
            Val::I64(n) => Slot::from(n as u64),
            Val::F32(bits) => Slot::from(bits),
            Val::F64(bits) => Slot::from(bits),
            Val::V128(bits) => bits,
            Val::FuncRef(None) | Val::ExternRef(None) => 0,
            Val::FuncRef(Some(func)) => func.record(store)? as usize as Slot,
            Val::ExternRef(Some(reference)) => {
                store.check(reference.store)?;
                Slot::from(reference.number)
            }
        })
    }

    /// The value of bits that compiled code of the store left.
    ///
    /// # Safety
    ///
    /// The bits are a value of this type in that store.
    pub(crate) unsafe fn from_slot(slot: Slot, ty: ValType, store: &StoreOpaque) -> Val {
        match ty {
            ValType::I32 => Val::I32(slot as u32 as i32),
            ValType::I64 => Val::I64(slot as u64 as i64),
            ValType::F32 => Val::F32(slot as u32),
            ValType::F64 => Val::F64(slot as u64),
            ValType::V128 => Val::V128(slot),
            // SAFETY: the caller promises that this is a reference of the store.
            ValType::FuncRef => Val::FuncRef(unsafe { Func::from_raw(slot as u64, store) }),
            ValType::ExternRef => Val::ExternRef(
                (slot as u32 != 0).then(|| ExternRef { store: store.id(), number: slot as u32 }),
            ),
        }
    }
}

impl From<i32> for Val {
    fn from(n: i32) -> Val {
        Val::I32(n)
    }
}

impl From<i64> for Val {
    fn from(n: i64) -> Val {
        Val::I64(n)
    }
}

impl From<f32> for Val {
    fn from(x: f32) -> Val {
        Val::F32(x.to_bits())
    }
}

impl From<f64> for Val {
    fn from(x: f64) -> Val {
        Val::F64(x.to_bits())
    }
}
