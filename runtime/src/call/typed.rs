//! Functions whose types the compiler knows: calls without checks, and closures as host functions.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::Error;
use crate::call::func::{Caller, call_record, called};
use crate::layout::{FuncRecord, Slot};
use crate::store::func::{Func, HostEntry, HostFunc};
use crate::store::values::{ExternRef, Val};
use crate::store::{AsContextMut, StoreOpaque};
use crate::types::{FuncType, ValType};

/// Keeps the traits below to the types of this crate. What they say about types and slots is relied
/// on by code that reads and writes arguments without checks: a type that said too few slots, or
/// another type than its bits have, would break the sandbox.
mod sealed {
    use std::sync::Arc;

    use crate::store::func::HostFunc;

    /// Values, and lists of them.
    pub trait Values {}

    /// Closures as host functions.
    pub trait HostClosure<T, Params, Results> {
        /// The host function.
        fn into_host_func(self) -> Arc<HostFunc>;
    }
}

/// A Rust type that stands for a Wasm value. No other crate can implement it.
pub trait WasmTy: sealed::Values + Copy + Send + 'static {
    /// The type of the value.
    const TYPE: ValType;

    /// How a function in the host's convention takes it.
    #[doc(hidden)]
    type Abi: Copy + Default;

    /// The bits as compiled code has them.
    fn into_slot(self, store: &StoreOpaque) -> Result<Slot, Error>;

    /// As compiled code hands it to the host.
    #[doc(hidden)]
    fn into_abi(self, store: &StoreOpaque) -> Result<Self::Abi, Error>;

    /// The value that compiled code handed to the host.
    ///
    /// # Safety
    ///
    /// It is a value of this type in this store.
    #[doc(hidden)]
    unsafe fn from_abi(abi: Self::Abi, store: &StoreOpaque) -> Self;

    /// The value of the bits.
    ///
    /// # Safety
    ///
    /// The bits are a value of this type in this store.
    unsafe fn from_slot(slot: Slot, store: &StoreOpaque) -> Self;
}

macro_rules! plain_types {
    ($($ty:ty, $wasm:ident, $x:ident => $to:expr, $slot:ident => $from:expr;)*) => { $(
        impl sealed::Values for $ty {}

        impl WasmTy for $ty {
            const TYPE: ValType = ValType::$wasm;
            type Abi = $ty;

            #[inline]
            fn into_abi(self, _store: &StoreOpaque) -> Result<$ty, Error> {
                Ok(self)
            }

            #[inline]
            unsafe fn from_abi(abi: $ty, _store: &StoreOpaque) -> Self {
                abi
            }

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

impl sealed::Values for Option<Func> {}

impl WasmTy for Option<Func> {
    const TYPE: ValType = ValType::FuncRef;
    type Abi = u64;

    fn into_abi(self, store: &StoreOpaque) -> Result<u64, Error> {
        Ok(self.into_slot(store)? as u64)
    }

    unsafe fn from_abi(abi: u64, store: &StoreOpaque) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self::from_slot(Slot::from(abi), store) }
    }

    fn into_slot(self, store: &StoreOpaque) -> Result<Slot, Error> {
        Val::FuncRef(self).to_slot(store)
    }

    unsafe fn from_slot(slot: Slot, store: &StoreOpaque) -> Self {
        // SAFETY: the caller promises that this is a reference of the store.
        unsafe { Func::from_raw(slot as u64, store) }
    }
}

impl sealed::Values for Option<ExternRef> {}

impl WasmTy for Option<ExternRef> {
    const TYPE: ValType = ValType::ExternRef;
    type Abi = u32;

    fn into_abi(self, store: &StoreOpaque) -> Result<u32, Error> {
        Ok(self.into_slot(store)? as u32)
    }

    unsafe fn from_abi(abi: u32, store: &StoreOpaque) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self::from_slot(Slot::from(abi), store) }
    }

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

/// Parameters of a [`TypedFunc`]: a value, or a tuple of values. No other crate can implement it.
pub trait WasmParams: sealed::Values + Send {
    /// The types.
    fn types() -> Vec<ValType>;

    /// How many slots.
    const LEN: usize;

    /// Fills the slots.
    fn store(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error>;
}

/// Results of a [`TypedFunc`]: nothing, a value, or a tuple of values. No other crate can implement
/// it.
pub trait WasmResults: sealed::Values + Sized {
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

/// What a closure may return as a host function: results, or a `Result` with them. No other crate
/// can implement it.
pub trait WasmRet: sealed::Values {
    /// The types of the results.
    fn types() -> Vec<ValType>;

    /// How a function in the host's convention returns it.
    #[doc(hidden)]
    type Abi: Copy + Default;

    /// Whether a function in the host's convention can return it: it is nothing, or one value.
    #[doc(hidden)]
    const DIRECT: bool;

    /// Fills the slots.
    fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error>;

    /// As compiled code takes it from the host, if it can be returned so.
    #[doc(hidden)]
    fn into_abi(self, store: &StoreOpaque) -> Result<Self::Abi, Error>;
}

impl<V: WasmTy> WasmRet for V {
    type Abi = V::Abi;
    const DIRECT: bool = true;

    fn types() -> Vec<ValType> {
        vec![V::TYPE]
    }

    fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
        self.store(slots, store)
    }

    #[inline]
    fn into_abi(self, store: &StoreOpaque) -> Result<V::Abi, Error> {
        WasmTy::into_abi(self, store)
    }
}

impl<R: WasmRet> sealed::Values for Result<R, Error> {}

impl<R: WasmRet> WasmRet for Result<R, Error> {
    type Abi = R::Abi;
    const DIRECT: bool = R::DIRECT;

    fn types() -> Vec<ValType> {
        R::types()
    }

    #[inline]
    fn into_abi(self, store: &StoreOpaque) -> Result<R::Abi, Error> {
        self?.into_abi(store)
    }

    fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
        self?.finish(slots, store)
    }
}

/// A closure that can be a host function. No other crate can implement it.
pub trait IntoFunc<T, Params, Results>:
    sealed::HostClosure<T, Params, Results> + Send + Sync + 'static
{
}

impl<T, Params, Results, F> IntoFunc<T, Params, Results> for F where
    F: sealed::HostClosure<T, Params, Results> + Send + Sync + 'static
{
}

macro_rules! tuples {
    ($($len:literal: $($ty:ident $n:tt),*;)*) => { $(
        impl<$($ty: WasmTy),*> sealed::Values for ($($ty,)*) {}

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
            type Abi = ();
            const DIRECT: bool = $len == 0;

            fn types() -> Vec<ValType> {
                vec![$($ty::TYPE),*]
            }

            #[inline]
            fn into_abi(self, _store: &StoreOpaque) -> Result<(), Error> {
                Ok(())
            }

            fn finish(self, slots: &mut [Slot], store: &StoreOpaque) -> Result<(), Error> {
                self.store(slots, store)
            }
        }

        #[allow(unused_variables, non_snake_case)]
        impl<T: 'static, F, R, $($ty: WasmTy),*> sealed::HostClosure<T, ($($ty,)*), R> for F
        where
            F: Fn($($ty),*) -> R + Send + Sync + 'static,
            R: WasmRet,
        {
            fn into_host_func(self) -> Arc<HostFunc> {
                /// # Safety
                ///
                /// Called by a direct trampoline, for a record of such a function.
                unsafe extern "C" fn direct<F, R, $($ty: WasmTy),*>(
                    record: *const FuncRecord,
                    context: *mut u8,
                    $($ty: $ty::Abi),*
                ) -> R::Abi
                where
                    F: Fn($($ty),*) -> R,
                    R: WasmRet,
                {
                    // SAFETY: the trampoline's promise: the closure has this type, the arguments
                    // have those of the function, and the store is alive during the call.
                    unsafe {
                        called(context, |store| {
                            let host = &*(*record).host.cast::<HostFunc>();
                            let func = &*host.entry.closure.cast::<F>();
                            $(let $ty = <$ty as WasmTy>::from_abi($ty, &*store);)*
                            func($($ty),*).into_abi(&*store)
                        })
                    }
                }
                let ty = FuncType::new([$($ty::TYPE),*], R::types());
                let func = Arc::new(self);
                let code = direct::<F, R, $($ty),*> as *const u8;
                let closure = Arc::as_ptr(&func).cast();
                let direct = R::DIRECT.then_some(HostEntry { code, closure });
                let call = move |store: *mut StoreOpaque, _: *mut u8, slots: &mut [Slot]| {
                    // SAFETY: the store is alive during the call, and the slots hold arguments
                    // of these types.
                    let store = unsafe { &*store };
                    $(let $ty = unsafe { $ty::from_slot(slots[$n], store) };)*
                    func($($ty),*).finish(slots, store)
                };
                HostFunc::typed(ty, Box::new(call), direct)
            }
        }

        #[allow(unused_variables, non_snake_case)]
        impl<T: 'static, F, R, $($ty: WasmTy),*> sealed::HostClosure<T, (Caller<'_, T>, $($ty,)*), R> for F
        where
            F: Fn(Caller<'_, T>, $($ty),*) -> R + Send + Sync + 'static,
            R: WasmRet,
        {
            fn into_host_func(self) -> Arc<HostFunc> {
                /// # Safety
                ///
                /// Called by a direct trampoline, for a record of such a function.
                unsafe extern "C" fn direct<T: 'static, F, R, $($ty: WasmTy),*>(
                    record: *const FuncRecord,
                    context: *mut u8,
                    $($ty: $ty::Abi),*
                ) -> R::Abi
                where
                    F: Fn(Caller<'_, T>, $($ty),*) -> R,
                    R: WasmRet,
                {
                    // SAFETY: the trampoline's promise: the closure has this type, the arguments
                    // have those of the function, the store is alive during the call, and its data
                    // has the type that the linker checked. The caller's borrow of the store ends
                    // with the call.
                    unsafe {
                        called(context, |store| {
                            let host = &*(*record).host.cast::<HostFunc>();
                            let func = &*host.entry.closure.cast::<F>();
                            $(let $ty = <$ty as WasmTy>::from_abi($ty, &*store);)*
                            func(Caller::new(store, context), $($ty),*).into_abi(&*store)
                        })
                    }
                }
                let ty = FuncType::new([$($ty::TYPE),*], R::types());
                let func = Arc::new(self);
                let code = direct::<T, F, R, $($ty),*> as *const u8;
                let closure = Arc::as_ptr(&func).cast();
                let direct = R::DIRECT.then_some(HostEntry { code, closure });
                let call = move |store: *mut StoreOpaque, context: *mut u8, slots: &mut [Slot]| {
                    // SAFETY: the store is alive during the call, its data has the type that the
                    // linker checked, and the slots hold arguments of these types.
                    let result = unsafe {
                        $(let $ty = $ty::from_slot(slots[$n], &*store);)*
                        func(Caller::new(store, context), $($ty),*)
                    };
                    // SAFETY: the caller's borrow of the store has ended.
                    result.finish(slots, unsafe { &*store })
                };
                HostFunc::typed(ty, Box::new(call), direct)
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
        // Only those that are used need a value.
        let mut slots = [const { MaybeUninit::<Slot>::uninit() }; MAX_SLOTS];
        let slots = &mut slots[..Params::LEN.max(Results::LEN)];
        for slot in &mut *slots {
            slot.write(0);
        }
        // SAFETY: these were all written.
        let slots = unsafe { slots.assume_init_mut() };
        params.store(slots, store)?;
        // SAFETY: the record belongs to the store; `Func::typed` compared the types.
        unsafe {
            call_record(store, record, slots)?;
            Ok(Results::load(slots, store))
        }
    }
}
