//! Stores: what instances own, and the data of the embedder beside it.
//!
//! What holds: everything that compiled code has addresses of (contexts, definitions, records,
//! elements) is in memory of its own that does not move while the store lives. Handles carry the
//! number of their store and are checked against it.

pub(crate) mod func;
pub(crate) mod global;
pub(crate) mod instance;
pub(crate) mod instantiate;
pub(crate) mod limits;
pub(crate) mod memory;
pub(crate) mod table;
pub(crate) mod values;

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence};

use windlass_core::ir::TrapCode;

use crate::Error;
use crate::code::ModuleCode;
use crate::engine::Engine;
use crate::instance::global::GlobalObject;
use crate::instance::memory::MemoryObject;
use crate::instance::table::TableObject;
use crate::instance::{InstanceData, NO_OWNER};
use crate::layout::{ELEMENT_SIZE, FuncRecord, StoreState};
use crate::sync::cells::{Exclusive, Word};
use crate::sync::shared::{Shared, unique};
use crate::trap::deadline::Watch;
use crate::trap::{FrameInfo, RawTrace, Trap};

use self::func::HostFunc;
use self::limits::FindLimiter;

use std::sync::Arc;
use std::time::Duration;

/// What came of a host function that failed, until the activation has been left.
pub(crate) enum Pending {
    /// It returned an error.
    Error(Error),
    /// It panicked. The payload need not be `Sync`.
    Panic(Exclusive<Box<dyn Any + Send>>),
    /// It returned after the deadline.
    Interrupted,
}

/// The host functions of a prepared instance.
pub(crate) type HostFuncs = Vec<Arc<HostFunc>>;

/// The part of a store that does not depend on the embedder's data.
#[repr(C)]
pub struct StoreOpaque {
    /// What compiled code reads and writes. It stays the first field: contexts have its address,
    /// and builtins and host functions go from there to the whole.
    pub(crate) state: StoreState,
    id: u64,
    engine: Engine,
    pub(crate) instances: Vec<Box<InstanceData>>,
    pub(crate) memories: Vec<Box<MemoryObject>>,
    pub(crate) tables: Vec<Box<TableObject>>,
    pub(crate) globals: Vec<GlobalObject>,
    /// Bytes of all memories and tables.
    pub(crate) used_bytes: usize,
    /// Host functions that this store keeps, by their addresses: a module may import any number.
    host_functions: BTreeMap<usize, Arc<HostFunc>>,
    /// The same, of linkers' prepared instances.
    host_lists: Vec<Shared<HostFuncs>>,
    externs: Vec<Box<dyn Any + Send + Sync>>,
    /// Code that may run in this store, by its first address. The instances keep it.
    code: Vec<KeptCode>,
    /// Set while `code` changes: a signal that comes meanwhile must not look at it.
    code_changes: AtomicBool,
    pub(crate) pending: Option<Pending>,
    /// The stack that Wasm code may use, in bytes.
    pub(crate) max_wasm_stack: usize,
    /// Where the limiter is, if there is one.
    pub(crate) limiter: Option<Box<FindLimiter>>,
    /// The deadline, if there is one.
    pub(crate) watch: Option<Arc<Watch>>,
    /// The frames at the last trap or failed host call.
    pub(crate) trace: RawTrace,
}

impl std::fmt::Debug for StoreOpaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("id", &self.id)
            .field("instances", &self.instances.len())
            .finish_non_exhaustive()
    }
}

impl StoreOpaque {
    fn new(engine: &Engine) -> Self {
        Self {
            state: StoreState {
                exit_fp: Word::new(0),
                interrupted: AtomicU32::new(0),
                closed: AtomicU32::new(0),
            },
            id: unique(),
            engine: engine.local(),
            instances: Vec::new(),
            memories: Vec::new(),
            tables: Vec::new(),
            globals: Vec::new(),
            used_bytes: 0,
            host_functions: BTreeMap::new(),
            host_lists: Vec::new(),
            externs: Vec::new(),
            code: Vec::new(),
            code_changes: AtomicBool::new(false),
            pending: None,
            max_wasm_stack: engine.config().max_wasm_stack,
            limiter: None,
            watch: None,
            trace: RawTrace::new(),
        }
    }

    /// The number of the store, unique in the process.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The engine.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// An error unless `id` is this store's.
    #[inline]
    pub(crate) fn check(&self, id: u64) -> Result<(), Error> {
        if id == self.id {
            Ok(())
        } else {
            Err(Error::msg("a value of one store is used with another store"))
        }
    }

    pub(crate) fn add_extern(&mut self, value: Box<dyn Any + Send + Sync>) -> Result<u32, Error> {
        self.may_refer(self.externs.len())?;
        let number = u32::try_from(self.externs.len() + 1)
            .map_err(|_| Error::msg("a store holds at most 2^32 - 1 external references"))?;
        self.externs.push(value);
        Ok(number)
    }

    pub(crate) fn extern_value(&self, number: u32) -> &(dyn Any + Send + Sync) {
        &*self.externs[number as usize - 1]
    }

    /// The record of a host function, which this store keeps from now on.
    pub(crate) fn host_record(&mut self, func: &Arc<HostFunc>) -> Result<*const FuncRecord, Error> {
        let record = func.record(&self.engine)?;
        self.host_functions.entry(Arc::as_ptr(func).addr()).or_insert_with(|| func.clone());
        Ok(record)
    }

    /// Keeps the host functions of a prepared instance.
    pub(crate) fn keep_host_functions(&mut self, functions: Shared<HostFuncs>) {
        if !self.host_lists.last().is_some_and(|last| Shared::ptr_eq(last, &functions)) {
            self.host_lists.push(functions);
        }
    }

    /// Adds a memory of an instance, or of none; its number.
    pub(crate) fn add_memory(&mut self, mut memory: Box<MemoryObject>, owner: u32) -> usize {
        memory.owner = owner;
        self.used_bytes += memory.length();
        if memory.is_closed() {
            self.state.closed.store(1, Ordering::Relaxed);
        }
        self.memories.push(memory);
        self.memories.len() - 1
    }

    /// Adds a table of an instance, or of none; its number.
    pub(crate) fn add_table(&mut self, mut table: Box<TableObject>, owner: u32) -> usize {
        table.owner = owner;
        self.used_bytes += table.len() * ELEMENT_SIZE as usize;
        self.tables.push(table);
        self.tables.len() - 1
    }

    /// Finds traps and frames from now on in code that an instance keeps.
    pub(crate) fn keep_code(&mut self, code: &Arc<ModuleCode>) {
        let start = code.range().start;
        let at = self.code.partition_point(|kept| kept.get().range().start < start);
        if self.code.get(at).is_none_or(|kept| !std::ptr::eq(kept.0, Arc::as_ptr(code))) {
            self.code_changes.store(true, Ordering::Relaxed);
            compiler_fence(Ordering::SeqCst);
            self.code.insert(at, KeptCode(Arc::as_ptr(code)));
            compiler_fence(Ordering::SeqCst);
            self.code_changes.store(false, Ordering::Relaxed);
        }
    }

    fn code_at(&self, pc: usize) -> Option<&ModuleCode> {
        if self.code_changes.load(Ordering::Relaxed) {
            return None;
        }
        let after = self.code.partition_point(|code| code.get().range().start <= pc);
        let code = self.code.get(after.checked_sub(1)?)?.get();
        code.range().contains(&pc).then_some(code)
    }

    /// The reason of a trap at this instruction, if it is a trap site.
    pub(crate) fn trap_at(&self, pc: usize) -> Option<TrapCode> {
        self.code_at(pc)?.trap_at(pc)
    }

    /// Whether the function of this instruction has set up a frame.
    pub(crate) fn has_frame(&self, pc: usize) -> bool {
        self.code_at(pc).is_none_or(|code| code.has_frame(pc))
    }

    /// Whether this instruction belongs to a Wasm function of the store.
    pub(crate) fn is_wasm(&self, pc: usize) -> bool {
        self.code_at(pc).is_some()
    }

    /// What is known of the function of this instruction.
    pub(crate) fn frame_at(&self, pc: usize) -> Option<FrameInfo> {
        self.code_at(pc)?.frame_at(pc)
    }

    /// Opens the closed memory that has this address, if Wasm code at `pc` has accessed it.
    /// A signal handler calls this.
    pub(crate) fn open_memory(&self, pc: usize, address: usize) -> Option<io::Result<()>> {
        // Before the list is looked at: while Wasm code runs, nobody changes the list of memories.
        if !self.is_wasm(pc) {
            return None;
        }
        let memory = self.memories.iter().find(|memory| memory.would_open(address));
        memory.map(|memory| memory.open())
    }

    /// Makes a range accessible that lies in a memory of the store.
    #[cold]
    pub(crate) fn reach_range(&mut self, start: *const u8, len: usize) -> Result<(), Trap> {
        for memory in &self.memories {
            memory.reach_range(start, len)?;
        }
        let closed = self.memories.iter().any(|memory| memory.is_closed());
        self.state.closed.store(closed.into(), Ordering::Relaxed);
        Ok(())
    }

    /// Whether the deadline has passed, as far as this thread was told.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        self.state.is_interrupted()
    }

    /// The frame through which Wasm code last called the host.
    pub(crate) fn exit_fp(&self) -> usize {
        self.state.exit_fp.get()
    }
}

/// Code that an instance of the same store keeps. It is not counted once more: a store that ends
/// would write to a counter that threads share.
struct KeptCode(*const ModuleCode);

// SAFETY: it stands for a reference to the code, which may be used from any thread: the compiler
// checks that below.
unsafe impl Send for KeptCode {}
// SAFETY: it stands for a reference to the code, which may be used from any thread.
unsafe impl Sync for KeptCode {}

const _: () = {
    const fn may_be_shared<T: Send + Sync>() {}
    may_be_shared::<ModuleCode>();
    // Stores are as `Send` and `Sync` as their data, without a word of ours.
    may_be_shared::<StoreOpaque>();
};

impl KeptCode {
    fn get(&self) -> &ModuleCode {
        // SAFETY: an instance of the store that has this in its list keeps the code, and instances
        // stay as long as the store.
        unsafe { &*self.0 }
    }
}

impl Drop for StoreOpaque {
    fn drop(&mut self) {
        for memory in self.memories.drain(..).rev() {
            if memory.owner != NO_OWNER {
                self.instances[memory.owner as usize].take_memory(memory);
            }
        }
        for table in self.tables.drain(..).rev() {
            if table.owner != NO_OWNER {
                self.instances[table.owner as usize].take_table(table);
            }
        }
        for instance in self.instances.drain(..) {
            instance.retire();
        }
    }
}

/// Marks a type that must not be taken for one with a subtype or supertype of `T` in its place.
///
/// Host functions and limiters are kept in stores and linkers without the `T` that they were made
/// for, and the data of a store is handed to them as that `T`. If a `Store<T>` could become a
/// `Store<U>` meanwhile, data of type `U` could be put in and taken for a `T`; if a `Linker<T>`
/// could become a `Linker<U>`, its functions would take the data of a `Store<U>` for a `T`. Every
/// type of the interface that says whose data it works on holds this, or a [`StoreInner`].
pub(crate) type Invariant<T> = PhantomData<fn(T) -> T>;

/// What instances own, with the embedder's data.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct StoreInner<T> {
    // `repr(C)` and the first place make the address of this field that of the whole: a host
    // function is handed a `StoreOpaque` and finds the embedder's data from it.
    pub(crate) opaque: StoreOpaque,
    pub(crate) data: T,
    invariant: Invariant<T>,
}

/// A store: instances, memories, tables, globals and functions that belong together, and the
/// embedder's data, which host functions reach.
#[derive(Debug)]
pub struct Store<T: 'static> {
    pub(crate) inner: Box<StoreInner<T>>,
}

impl<T> Store<T> {
    /// An empty store.
    pub fn new(engine: &Engine, data: T) -> Self {
        let opaque = StoreOpaque::new(engine);
        Self { inner: Box::new(StoreInner { opaque, data, invariant: PhantomData }) }
    }

    /// The embedder's data.
    pub fn data(&self) -> &T {
        &self.inner.data
    }

    /// The embedder's data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.inner.data
    }

    /// From now on, Wasm code of this store is stopped with [`Trap::Interrupted`] once so much time
    /// has passed, whatever it does; until the deadline is set anew or cleared, calls then fail at
    /// once. Host functions are not disturbed: code that is in one stops when it returns. Those of
    /// WASI that wait (for a clock, a pipe, a connection) wait no longer than the deadline.
    ///
    /// Nothing is added to compiled code for it. The first time, a thread is started that waits
    /// for the deadlines of all stores and sends the signal `SIGURG` to threads that pass theirs.
    ///
    /// [`Trap::Interrupted`]: crate::Trap::Interrupted
    pub fn set_deadline(&mut self, after: Duration) -> Result<(), Error> {
        self.clear_deadline();
        self.inner.opaque.watch = Some(Watch::start(after)?);
        Ok(())
    }

    /// Takes the deadline away.
    pub fn clear_deadline(&mut self) {
        let store = &mut self.inner.opaque;
        store.watch = None;
        *store.state.interrupted.get_mut() = 0;
    }

    /// Limits the stack that Wasm code of this store may use in one call from the host, in bytes;
    /// the engine's configuration has the default.
    pub fn set_max_wasm_stack(&mut self, bytes: usize) {
        self.inner.opaque.max_wasm_stack = bytes;
    }

    /// Drops everything but the embedder's data.
    pub fn into_data(self) -> T {
        self.inner.data
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        self.inner.opaque.engine()
    }
}

/// A borrowed store.
#[derive(Debug)]
pub struct StoreContext<'a, T: 'static>(pub(crate) &'a StoreInner<T>);

/// A borrowed store, to change.
#[derive(Debug)]
pub struct StoreContextMut<'a, T: 'static>(pub(crate) &'a mut StoreInner<T>);

impl<'a, T> StoreContext<'a, T> {
    /// The embedder's data.
    pub fn data(&self) -> &'a T {
        &self.0.data
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        self.0.opaque.engine()
    }

    pub(crate) fn opaque(self) -> &'a StoreOpaque {
        &self.0.opaque
    }
}

impl<'a, T> StoreContextMut<'a, T> {
    /// The embedder's data.
    pub fn data(&self) -> &T {
        &self.0.data
    }

    /// The embedder's data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.0.data
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        self.0.opaque.engine()
    }

    pub(crate) fn opaque(self) -> &'a mut StoreOpaque {
        &mut self.0.opaque
    }
}

/// Something that a store can be read through.
pub trait AsContext {
    /// The embedder's data.
    type Data: 'static;

    /// The store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// Something that a store can be changed through.
pub trait AsContextMut: AsContext {
    /// The store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T> AsContext for Store<T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(&self.inner)
    }
}

impl<T> AsContextMut for Store<T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(&mut self.inner)
    }
}

impl<T: 'static> AsContext for StoreContext<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.0)
    }
}

impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.0)
    }
}

impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.0)
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

impl<'a, T: 'static, C: AsContext<Data = T>> From<&'a C> for StoreContext<'a, T> {
    fn from(store: &'a C) -> Self {
        store.as_context()
    }
}

impl<'a, T: 'static, C: AsContext<Data = T>> From<&'a mut C> for StoreContext<'a, T> {
    fn from(store: &'a mut C) -> Self {
        C::as_context(store)
    }
}

impl<'a, T: 'static, C: AsContextMut<Data = T>> From<&'a mut C> for StoreContextMut<'a, T> {
    fn from(store: &'a mut C) -> Self {
        store.as_context_mut()
    }
}
