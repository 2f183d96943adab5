//! Functions whose types the compiler knows: calls without checks, and closures as host functions.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::Error;
use crate::func::{Caller, Func, HostFunc, call_record};
use crate::store::{AsContextMut, StoreOpaque};
use crate::values::{ExternRef, FuncType, Slot, Val, ValType};

/// A Rust type that stands for a Wasm value.
pub trait WasmTy: Copy + Send + 'static {
    /// The type of the value.
    const TYPE: ValType;

    /// The bits as compiled code has them.
    fn into_slot(self, store: &StoreOpaque) -> Result<Slot, Error>;

    /// The value of the bits.
    ///
    /// # Safety
    ///
    /// The bits are a value of this type in this store.
    unsafe fn from_slot(slot: Slot, store: &StoreOpaque) -> Self;
}

macro_rules! plain_types {
    ($($ty:ty, $wasm:ident, $x:ident => $to:expr, $slot:ident => $from:expr;)*) => { $(
        impl WasmTy for $ty {
            const TYPE: ValType = ValType::$wasm;

            #[inline]
            fn into_slot(self, _store: &StoreOpaque) -> Result<Slot, Error> {
                let $x = self;
                Ok($to)
            }

            #[inline]
            unsafe fn from_slot($slot: Slot, _store: &StoreOpaque) -> Self {
                $from
            }
        }
    )* };
}

plain_types! {
    i32, I32, n => Slot::from(n as u32), slot => slot as u32 as i32;
    u32, I32, n => Slot::from(n), slot => slot as u32;
    i64, I64, n => Slot::from(n as u64), slot => slot as u64 as i64;
    u64, I64, n => Slot::from(n), slot => slot as u64;
    f32, F32, x => Slot::from(x.to_bits()), slot => f32::from_bits(slot as u32);
    f64, F64, x => Slot::from(x.to_bits()), slot => f64::from_bits(slot as u64);
}

impl WasmTy for Option<Func> {
    const TYPE: ValType = ValType::FuncRef;

    fn into_slot(self, store: &StoreOpaque) -> Result<Slot, Error> {
        Val::FuncRef(self).to_slot(store)
    }

    unsafe fn from_slot(slot: Slot, store: &StoreOpaque) -> Self {
        // SAFETY: the caller promises that this is a reference of the store.
        unsafe { Func::from_raw(slot as u64, store) }
    }
}

impl WasmTy for Option<ExternRef> {
    const TYPE: ValType = ValType::ExternRef;

    fn into_slot(self, store: &StoreOpaque) -> Result<Slot, Error> {
        Val::ExternRef(self).to_slot(store)
    }

    unsafe fn from_slot(slot: Slot, store: &StoreOpaque) -> Self {
        // SAFETY: the caller promises that this is a reference of the store.
        match unsafe { Val::from_slot(slot, ValType::ExternRef, store) } {
            Val::ExternRef(reference) => reference,
            _ => None,
        }
    }
}

/// Parameters of a [`TypedFunc`]: a value, or a tuple of values.
pub trait WasmParams: Send {
    /// The types.
    fn types() -> Vec<ValType>;

    /// How many slots.
    const LEN: usize;

    /// Fills the slots.
    fn store(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error>;
}

/// Results of a [`TypedFunc`]: nothing, a value, or a tuple of values.
pub trait WasmResults: Sized {
    /// The types.
    fn types() -> Vec<ValType>;

    /// How many slots.
    const LEN: usize;

    /// Takes them out of the slots.
    ///
    /// # Safety
    ///
    /// The slots hold values of these types of the store.
    unsafe fn load(slots: &[Slot], store: &StoreOpaque) -> Self;
}

impl<V: WasmTy> WasmParams for V {
    const LEN: usize = 1;

    fn types() -> Vec<ValType> {
        vec![V::TYPE]
    }

    #[inline]
    fn store(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
        slots[0] = self.into_slot(store)?;
        Ok(())
    }
}

impl<V: WasmTy> WasmResults for V {
    const LEN: usize = 1;

    fn types() -> Vec<ValType> {
        vec![V::TYPE]
    }

    #[inline]
    unsafe fn load(slots: &[Slot], store: &StoreOpaque) -> Self {
        // SAFETY: the caller's promise.
        unsafe { V::from_slot(slots[0], store) }
    }
}

/// What a closure may return as a host function: results, or a `Result` with them.
pub trait WasmRet {
    /// The types of the results.
    fn types() -> Vec<ValType>;

    /// Fills the slots.
    fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error>;
}

impl<V: WasmTy> WasmRet for V {
    fn types() -> Vec<ValType> {
        vec![V::TYPE]
    }

    fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
        self.store(slots, store)
    }
}

impl<R: WasmRet> WasmRet for Result<R, Error> {
    fn types() -> Vec<ValType> {
        R::types()
    }

    fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
        self?.finish(slots, store)
    }
}

/// A closure that can be a host function.
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    /// The host function.
    #[doc(hidden)]
    fn into_host_func(self) -> Arc<HostFunc>;
}

macro_rules! tuples {
    ($($len:literal: $($ty:ident $n:tt),*;)*) => { $(
        #[allow(unused_variables, clippy::unused_unit)]
        impl<$($ty: WasmTy),*> WasmParams for ($($ty,)*) {
            const LEN: usize = $len;

            fn types() -> Vec<ValType> {
                vec![$($ty::TYPE),*]
            }

            #[inline]
            fn store(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
                $(slots[$n] = self.$n.into_slot(store)?;)*
                Ok(())
            }
        }

        #[allow(unused_variables, clippy::unused_unit)]
        impl<$($ty: WasmTy),*> WasmResults for ($($ty,)*) {
            const LEN: usize = $len;

            fn types() -> Vec<ValType> {
                vec![$($ty::TYPE),*]
            }

            #[inline]
            unsafe fn load(slots: &[Slot], store: &StoreOpaque) -> Self {
                // SAFETY: the caller's promise.
                #[allow(unused_unsafe, reason = "the empty tuple has nothing to load")]
                unsafe {
                    ($($ty::from_slot(slots[$n], store),)*)
                }
            }
        }

        impl<$($ty: WasmTy),*> WasmRet for ($($ty,)*) {
            fn types() -> Vec<ValType> {
                vec![$($ty::TYPE),*]
            }

            fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
                self.store(slots, store)
            }
        }

        #[allow(unused_variables, non_snake_case)]
        impl<T: 'static, F, R, $($ty: WasmTy),*> IntoFunc<T, ($($ty,)*), R> for F
        where
            F: Fn($($ty),*) -> R + Send + Sync + 'static,
            R: WasmRet,
        {
            fn into_host_func(self) -> Arc<HostFunc> {
                let ty = FuncType::new([$($ty::TYPE),*], R::types());
                HostFunc::from_raw(ty, Box::new(move |store, _, slots| {
                    // SAFETY: the store is alive during the call, and the slots hold arguments
                    // of these types.
                    let store = unsafe { &*store };
                    $(let $ty = unsafe { $ty::from_slot(slots[$n], store) };)*
                    self($($ty),*).finish(slots, store)
                }))
            }
        }

        #[allow(unused_variables, non_snake_case)]
        impl<T: 'static, F, R, $($ty: WasmTy),*> IntoFunc<T, (Caller<'_, T>, $($ty,)*), R> for F
        where
            F: Fn(Caller<'_, T>, $($ty),*) -> R + Send + Sync + 'static,
            R: WasmRet,
        {
            fn into_host_func(self) -> Arc<HostFunc> {
                let ty = FuncType::new([$($ty::TYPE),*], R::types());
                HostFunc::from_raw(ty, Box::new(move |store, context, slots| {
                    // SAFETY: the store is alive during the call, its data has the type that the
                    // linker checked, and the slots hold arguments of these types.
                    let result = unsafe {
                        $(let $ty = $ty::from_slot(slots[$n], &*store);)*
                        self(Caller::new(store, context), $($ty),*)
                    };
                    // SAFETY: the caller's borrow of the store has ended.
                    result.finish(slots, unsafe { &*store })
                }))
            }
        }
    )* };
}

tuples! {
    0: ;
    1: A0 0;
    2: A0 0, A1 1;
    3: A0 0, A1 1, A2 2;
    4: A0 0, A1 1, A2 2, A3 3;
    5: A0 0, A1 1, A2 2, A3 3, A4 4;
    6: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5;
    7: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6;
    8: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7;
    9: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8;
    10: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9;
    11: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10;
    12: A0 0, A1 1, A2 2, A3 3, A4 4, A5 5, A6 6, A7 7, A8 8, A9 9, A10 10, A11 11;
}

/// The most slots that a typed call needs.
const MAX_SLOTS: usize = 12;

/// A function with a type that the compiler knows.
#[derive(Debug)]
pub struct TypedFunc<Params, Results> {
    func: Func,
    types: PhantomData<fn(Params) -> Results>,
}

impl<Params, Results> Clone for TypedFunc<Params, Results> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Params, Results> Copy for TypedFunc<Params, Results> {}

impl<Params: WasmParams, Results: WasmResults> TypedFunc<Params, Results> {
    pub(crate) fn new(func: Func) -> Self {
        Self { func, types: PhantomData }
    }

    /// The function without its type.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Results, Error> {
        let store = store.as_context_mut().opaque();
        let record = self.func.record(store)?;
        let mut slots = [0; MAX_SLOTS];
        let slots = &mut slots[..Params::LEN.max(Results::LEN)];
        params.store(slots, store)?;
        // SAFETY: the record belongs to the store; `Func::typed` compared the types.
        unsafe {
            call_record(store, record, slots)?;
            Ok(Results::load(slots, store))
        }
    }
}
