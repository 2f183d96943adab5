//! Functions: handles, and host functions as stores keep them.

use std::ptr;
use std::sync::{Arc, OnceLock};

use crate::Error;
use crate::engine::Engine;
use crate::engine::func_types::{self, UsedType};
use crate::layout::{FuncRecord, Slot};
use crate::store::{AsContext, StoreOpaque};
use crate::types::FuncType;

/// What a host function's closure does with the slots of a call: arguments in, results out.
pub(crate) type HostCall =
    dyn Fn(*mut StoreOpaque, *mut u8, &mut [Slot]) -> Result<(), Error> + Send + Sync;

/// A host function, which does not belong to a store.
pub struct HostFunc {
    pub(crate) ty: FuncType,
    /// How many slots a call needs.
    pub(crate) slots: usize,
    pub(crate) call: Box<HostCall>,
    pub(crate) entry: HostEntry,
    /// Made when the function is first used; it is the same in all stores.
    record: OnceLock<HostRecord>,
}

/// Where compiled code arrives to call a host function.
#[derive(Clone, Copy)]
pub(crate) struct HostEntry {
    /// A function of this program in the host's convention. It takes `(record, context, slots)`, or
    /// `(record, context, arguments…)` if there is a closure for it.
    pub code: *const u8,
    /// A closure of a known type, which the function's other closure keeps, or null.
    pub closure: *const (),
}

// SAFETY: the address of a function of this program, and of a closure that is `Send`, as
// `IntoFunc` asks.
unsafe impl Send for HostEntry {}
// SAFETY: neither address changes, and the closure is `Sync`, as `IntoFunc` asks.
unsafe impl Sync for HostEntry {}

/// The record of a host function, with what it needs.
struct HostRecord {
    record: FuncRecord,
    engine: Engine,
    _type: Arc<UsedType>,
}

// SAFETY: the addresses inside are of functions, of trampolines that are kept beside them, and of
// the host function whose part this is; all of them may be used and dropped by any thread.
unsafe impl Send for HostRecord {}
// SAFETY: a record is written once, before anybody else can see it; after that the host and compiled
// code of all stores only read it.
unsafe impl Sync for HostRecord {}

impl std::fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostFunc {}", self.ty)
    }
}

impl HostFunc {
    /// A function with a closure for slots, which compiled code reaches through `entry`.
    pub(crate) fn from_raw(ty: FuncType, call: Box<HostCall>, entry: HostEntry) -> Arc<Self> {
        let slots = ty.0.params.len().max(ty.0.results.len());
        Arc::new(Self { ty, slots, call, entry, record: OnceLock::new() })
    }

    /// The record of the function, for stores of this engine.
    pub(crate) fn record(self: &Arc<Self>, engine: &Engine) -> Result<*const FuncRecord, Error> {
        let made = match self.record.get() {
            Some(made) => made,
            None => {
                let used = engine.types().used(&self.ty.0);
                func_types::prepare(engine, std::slice::from_ref(&used))?;
                let trampolines = used.trampolines();
                let direct = !self.entry.closure.is_null();
                let foreign_code = if direct { trampolines.direct() } else { trampolines.host() };
                let record = FuncRecord {
                    code: self.entry.code,
                    context: ptr::null_mut(),
                    type_id: used.id(),
                    foreign_code,
                    entry: trampolines.entry(),
                    host: Arc::as_ptr(self).cast(),
                };
                let engine = engine.clone();
                let made = HostRecord { record, engine, _type: used };
                self.record.get_or_init(|| made)
            }
        };
        if !Engine::same(&made.engine, engine) {
            return Err(Error::msg("a host function of one engine is used with another engine"));
        }
        Ok(&raw const made.record)
    }
}

/// A function of a store: of an instance, or of the host.
#[derive(Clone, Copy, Debug)]
pub struct Func {
    store: u64,
    record: *const FuncRecord,
}

// SAFETY: a handle is an address and a number. What is behind the address is looked at only with a
// borrow of the store of this number, which is alive then and keeps it.
unsafe impl Send for Func {}
// SAFETY: neither of the two changes, and a shared handle gives no more than a copy does.
unsafe impl Sync for Func {}

impl Func {
    /// The function of a record of this store.
    pub(crate) fn from_record(store: &StoreOpaque, record: *const FuncRecord) -> Self {
        Self { store: store.id(), record }
    }

    /// The function of a funcref's bits; `None` for null.
    ///
    /// # Safety
    ///
    /// The bits are a funcref of the store.
    pub(crate) unsafe fn from_raw(bits: u64, store: &StoreOpaque) -> Option<Self> {
        let record = bits as usize as *const FuncRecord;
        (!record.is_null()).then(|| Self::from_record(store, record))
    }

    /// The record, after a check of the store.
    #[inline]
    pub(crate) fn record(&self, store: &StoreOpaque) -> Result<*const FuncRecord, Error> {
        store.check(self.store)?;
        Ok(self.record)
    }

    fn checked(&self, store: &StoreOpaque) -> *const FuncRecord {
        self.record(store).expect("the function belongs to this store")
    }

    pub(crate) fn host(store: &mut StoreOpaque, func: &Arc<HostFunc>) -> Result<Self, Error> {
        let record = store.host_record(func)?;
        Ok(Self::from_record(store, record))
    }

    /// The type.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let store = store.as_context().opaque();
        // SAFETY: the record belongs to the store.
        let id = unsafe { (*self.checked(store)).type_id };
        FuncType((*store.engine().types().of(id)).clone())
    }
}
