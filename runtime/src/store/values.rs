//! Values as the embedder sees them.

use std::any::Any;

use crate::Error;
use crate::layout::Slot;
use crate::store::func::Func;
use crate::store::{AsContext, AsContextMut, StoreOpaque};
use crate::types::ValType;

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
