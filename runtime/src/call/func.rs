//! Calls into Wasm, and host functions called from Wasm.

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::Arc;

use crate::Error;
use crate::arch;
use crate::call::activation::{self, Activation, Entered};
use crate::call::backtrace;
use crate::call::typed::{IntoFunc, TypedFunc, WasmParams, WasmResults};
use crate::compile::trampoline::fits_registers;
use crate::engine::Engine;
use crate::layout::{FuncRecord, INSTANCE, STACK_LIMIT, STORE, Slot};
use crate::store::func::{Func, HostCall, HostEntry, HostFunc};
use crate::store::instance::{Export, Extern, Instance};
use crate::store::values::Val;
use crate::store::{
    AsContext, AsContextMut, Pending, StoreContext, StoreContextMut, StoreInner, StoreOpaque,
};
use crate::sync::cells::Exclusive;
use crate::trap::{Trap, WasmBacktrace};
use crate::types::FuncType;

impl HostFunc {
    /// A function with a closure for slots, and the same for registers if its type fits them.
    pub(crate) fn typed(ty: FuncType, call: Box<HostCall>, direct: Option<HostEntry>) -> Arc<Self> {
        let direct = direct.filter(|_| fits_registers(&ty.0));
        let slots = HostEntry { code: host_entry as *const u8, closure: ptr::null() };
        Self::from_raw(ty, call, direct.unwrap_or(slots))
    }

    /// A function of slots: arguments in, results out, by the type alone.
    pub(crate) fn from_slots<T: 'static>(
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [Slot]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let call = move |store: *mut StoreOpaque, context: *mut u8, slots: &mut [Slot]| {
            // SAFETY: host functions are called with the store that they were instantiated in,
            // whose data has the type `T` that the linker checked.
            func(unsafe { Caller::new(store, context) }, slots)
        };
        Self::typed(ty, Box::new(call), None)
    }

    /// A function of values that are checked at each call.
    pub(crate) fn new<T: 'static>(
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let (params, results) = (ty.params().collect::<Vec<_>>(), ty.results().collect::<Vec<_>>());
        let call = move |store: *mut StoreOpaque, context: *mut u8, slots: &mut [Slot]| {
            // SAFETY: host functions are called with the store that they were instantiated in,
            // whose data has the type `T` that the linker checked.
            let mut caller = unsafe { Caller::<T>::new(store, context) };
            let args: Vec<Val> = {
                let store = caller.as_context().opaque();
                // SAFETY: the slots hold arguments of these types.
                let arg = |(&ty, &slot)| unsafe { Val::from_slot(slot, ty, store) };
                params.iter().zip(slots.iter()).map(arg).collect()
            };
            let mut values: Vec<Val> = results.iter().map(|&ty| Val::default_for(ty)).collect();
            func(caller.reborrow(), &args, &mut values)?;
            for ((value, &ty), slot) in values.into_iter().zip(&results).zip(slots) {
                if value.ty() != ty {
                    return Err(Error::msg(format!(
                        "a host function returned {}, its type says {ty}",
                        value.ty()
                    )));
                }
                *slot = value.to_slot(caller.as_context().opaque())?;
            }
            Ok(())
        };
        Self::typed(ty, Box::new(call), None)
    }
}

/// Where compiled code arrives to call a host function that takes slots.
///
/// # Safety
///
/// Called by the host trampoline alone: `record` is a host function's, `context` the caller's, and
/// `slots` has as many slots as the function's type needs.
unsafe extern "C" fn host_entry(record: *const FuncRecord, context: *mut u8, slots: *mut Slot) {
    // SAFETY: the promise of the trampoline.
    unsafe {
        let host = &*(*record).host.cast::<HostFunc>();
        let slots = std::slice::from_raw_parts_mut(slots, host.slots);
        called(context, |store| (host.call)(store, context, slots));
    }
}

/// Runs a host function for compiled code with this context. If it fails, or the deadline has
/// passed, the activation is left and this does not return.
///
/// # Safety
///
/// The context is that of the compiled code, which waits; the function's caller holds nothing that
/// must be dropped.
#[inline]
pub(crate) unsafe fn called<R: Copy>(
    context: *mut u8,
    call: impl FnOnce(*mut StoreOpaque) -> Result<R, Error>,
) -> R {
    // SAFETY: the caller's promise; the state is the first field of a store.
    unsafe {
        let store = *context.byte_offset(STORE as isize).cast::<*mut StoreOpaque>();
        let why = match catch_unwind(AssertUnwindSafe(|| call(store))) {
            Ok(Ok(result)) => {
                if !(*store).is_interrupted() {
                    return result;
                }
                Pending::Interrupted
            }
            Ok(Err(error)) => Pending::Error(error),
            Err(panic) => Pending::Panic(Exclusive::new(panic)),
        };
        leave(store, why)
    }
}

/// Leaves the innermost activation from a host function or a builtin.
///
/// # Safety
///
/// The store is that of the innermost activation, and between here and its compiled code no frame
/// holds anything that must be dropped.
#[cold]
pub(crate) unsafe fn leave(store: *mut StoreOpaque, why: Pending) -> ! {
    // SAFETY: the caller's promise; below this frame are frames of compiled code only.
    unsafe {
        let activation = activation::current();
        (*store).pending = Some(why);
        backtrace::take(&*store, &*activation, None);
        arch::resume(&raw const (*activation).stack_pointer)
    }
}

/// Calls a function with its arguments in slots; results replace them.
///
/// # Safety
///
/// The record belongs to the store, and the slots hold arguments of its type, with room for the
/// results.
#[inline]
pub(crate) unsafe fn call_record(
    store: *mut StoreOpaque,
    record: *const FuncRecord,
    slots: &mut [Slot],
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let (host, context) = unsafe { ((*record).host, (*record).context) };
    if !host.is_null() {
        // SAFETY: the record of a host function names the function, which the store keeps.
        return unsafe { ((*host.cast::<HostFunc>()).call)(store, ptr::null_mut(), slots) };
    }
    let mut activation = MaybeUninit::uninit();
    // SAFETY: the activation stays where it is and is made by entering it; the context belongs to
    // the record, and so does the trampoline; the slots are as promised.
    unsafe {
        let (entered, limit) = Entered::new(&mut activation, store)?;
        context.byte_offset(STACK_LIMIT as isize).cast::<usize>().write(limit);
        let (entry, code) = ((*record).entry, (*record).code);
        let values = slots.as_mut_ptr().cast();
        let noted = &raw mut (*activation.as_mut_ptr()).stack_pointer;
        let returned = arch::enter(noted, entry, code, context, values);
        drop(entered);
        if returned { Ok(()) } else { Err(reason(store, activation.assume_init_ref())) }
    }
}

/// Why an activation that has ended was left. A panic goes on.
///
/// # Safety
///
/// The store is alive, and the activation was one of its code.
#[cold]
unsafe fn reason(store: *mut StoreOpaque, activation: &Activation) -> Error {
    // SAFETY: the caller's promise; no code of the store runs in the activation any more.
    let store = unsafe { &mut *store };
    let trace = backtrace::resolve(store);
    match (activation.fault.get(), store.pending.take()) {
        (Some(fault), _) => Error::new(Trap::new(fault.code)).context(trace),
        (None, Some(Pending::Error(error))) if error.is::<WasmBacktrace>() => error,
        (None, Some(Pending::Error(error))) => error.context(trace),
        (None, Some(Pending::Interrupted)) => Error::new(Trap::Interrupted).context(trace),
        (None, Some(Pending::Panic(panic))) => resume_unwind(panic.into_inner()),
        (None, None) => unreachable!("an activation is left for a reason"),
    }
}

impl Func {
    /// A host function with a type that is known only at run time.
    pub fn new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        let store = store.as_context_mut().opaque();
        Self::host(store, &HostFunc::new(ty, func)).expect("a trampoline can be compiled")
    }

    /// A host function from a closure, whose type follows from the closure's.
    pub fn wrap<T: 'static, Params, Results>(
        mut store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Self {
        let store = store.as_context_mut().opaque();
        Self::host(store, &func.into_host_func()).expect("a trampoline can be compiled")
    }

    /// Calls the function. An error is a trap, an error of a host function, or says that the
    /// arguments do not fit.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<(), Error> {
        let store = store.as_context_mut().opaque();
        let record = self.record(store)?;
        // SAFETY: the record belongs to the store.
        let ty = store.engine().types().of(unsafe { (*record).type_id });
        let ty = FuncType((*ty).clone());
        if params.len() != ty.params().len() || results.len() != ty.results().len() {
            return Err(Error::msg(format!(
                "a function of type {ty} is called with {} arguments for {} results",
                params.len(),
                results.len()
            )));
        }
        let mut slots: Vec<Slot> = vec![0; params.len().max(results.len())];
        for ((param, ty), slot) in params.iter().zip(ty.params()).zip(&mut slots) {
            if param.ty() != ty {
                return Err(Error::msg(format!(
                    "an argument has type {}, the function wants {ty}",
                    param.ty()
                )));
            }
            *slot = param.to_slot(store)?;
        }
        // SAFETY: the record belongs to the store, and the slots were filled by its type.
        unsafe { call_record(store, record, &mut slots)? };
        for ((result, ty), slot) in results.iter_mut().zip(ty.results()).zip(slots) {
            // SAFETY: the function left results of its type.
            *result = unsafe { Val::from_slot(slot, ty, store) };
        }
        Ok(())
    }

    /// The function with its type known to the compiler.
    pub fn typed<Params: WasmParams, Results: WasmResults>(
        &self,
        store: impl AsContext,
    ) -> Result<TypedFunc<Params, Results>, Error> {
        let ty = self.ty(&store);
        let wanted = FuncType::new(Params::types(), Results::types());
        if ty != wanted {
            return Err(Error::msg(format!("the function has type {ty}, not {wanted}")));
        }
        Ok(TypedFunc::new(*self))
    }
}

/// The store and the instance that called a host function.
#[derive(Debug)]
pub struct Caller<'a, T: 'static> {
    store: &'a mut StoreInner<T>,
    context: *mut u8,
}

impl<'a, T: 'static> Caller<'a, T> {
    /// # Safety
    ///
    /// The store is alive, its data has type `T`, nobody else uses it for `'a`; the context is an
    /// instance's of the store, or null.
    pub(crate) unsafe fn new(store: *mut StoreOpaque, context: *mut u8) -> Self {
        // SAFETY: a `StoreOpaque` is the first field of a `StoreInner`, which is `repr(C)`.
        Self { store: unsafe { &mut *store.cast::<StoreInner<T>>() }, context }
    }

    /// The same caller for a shorter time.
    pub(crate) fn reborrow(&mut self) -> Caller<'_, T> {
        Caller { store: self.store, context: self.context }
    }

    /// The embedder's data.
    pub fn data(&self) -> &T {
        &self.store.data
    }

    /// The embedder's data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.store.data
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        self.store.opaque.engine()
    }

    /// An export of the instance that called; `None` if the host called.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        if self.context.is_null() {
            return None;
        }
        // SAFETY: contexts of the store hold the number of their instance.
        let index = unsafe { *self.context.byte_offset(INSTANCE as isize).cast::<u64>() };
        let instance = Instance::from_index(&self.store.opaque, index as usize);
        instance.get_export(self, name)
    }

    /// All exports of the instance that called.
    pub fn exports(&mut self) -> Vec<Export> {
        if self.context.is_null() {
            return Vec::new();
        }
        // SAFETY: contexts of the store hold the number of their instance.
        let index = unsafe { *self.context.byte_offset(INSTANCE as isize).cast::<u64>() };
        Instance::from_index(&self.store.opaque, index as usize).exports(self)
    }
}

impl<T: 'static> AsContext for Caller<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.store)
    }
}

impl<T: 'static> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.store)
    }
}
