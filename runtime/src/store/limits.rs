//! Limits of a store: what the embedder allows its memories and tables to become, each alone and
//! all together, and how many things there may be.
//!
//! What holds: every byte of a memory and every element of a table of a store was counted before it
//! was made, in [`StoreOpaque::used_bytes`]; a store without a limiter has the default limits.

use crate::Error;
use crate::layout::ELEMENT_SIZE;
use crate::store::{Store, StoreInner, StoreOpaque};

/// The most instances, tables and memories of a store, each, unless its limiter says otherwise.
const DEFAULT_COUNT: usize = 10_000;
/// The most bytes of all memories and tables of a store, unless its limiter says otherwise.
const DEFAULT_TOTAL_BYTES: usize = 8 << 30;
/// The most external references of a store, unless its limiter says otherwise.
const DEFAULT_EXTERNREFS: usize = 1 << 20;

/// Decides about the growth of memories and tables, and about how many things a store has.
///
/// An error, or a panic, ends the code that wanted to grow.
pub trait ResourceLimiter {
    /// Whether a memory may grow from `current` to `desired` bytes. A new one grows from 0.
    /// `maximum` is what its type allows. `false` makes `memory.grow` return -1.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error>;

    /// A memory could not grow although it was allowed to. An error ends the code.
    fn memory_grow_failed(&mut self, error: Error) -> Result<(), Error> {
        let _ = error;
        Ok(())
    }

    /// Whether a table may grow from `current` to `desired` elements. A new one grows from 0.
    /// `maximum` is what its type allows. `false` makes `table.grow` return -1.
    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error>;

    /// A table could not grow although it was allowed to. An error ends the code.
    fn table_grow_failed(&mut self, error: Error) -> Result<(), Error> {
        let _ = error;
        Ok(())
    }

    /// The most instances: 10,000 by default.
    fn instances(&self) -> usize {
        DEFAULT_COUNT
    }

    /// The most tables, those of instances and of the host together: 10,000 by default.
    fn tables(&self) -> usize {
        DEFAULT_COUNT
    }

    /// The most memories, those of instances and of the host together: 10,000 by default.
    fn memories(&self) -> usize {
        DEFAULT_COUNT
    }

    /// The most bytes that all memories and tables of the store may have together, where an element
    /// of a table has eight: 8 GiB by default. What is beyond is refused as if
    /// [`Self::memory_growing`] or [`Self::table_growing`] had refused it, and these are not asked.
    fn total_bytes(&self) -> usize {
        DEFAULT_TOTAL_BYTES
    }

    /// The most external references, which live as long as the store: 1,048,576 by default.
    fn externrefs(&self) -> usize {
        DEFAULT_EXTERNREFS
    }
}

/// Fixed limits, made by a [`StoreLimitsBuilder`]. By default no single memory or table is limited;
/// their number and their sum are, as [`ResourceLimiter`] says.
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
    total_bytes: usize,
    externrefs: usize,
    trap_on_grow_failure: bool,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self {
            memory_size: None,
            table_elements: None,
            instances: DEFAULT_COUNT,
            tables: DEFAULT_COUNT,
            memories: DEFAULT_COUNT,
            total_bytes: DEFAULT_TOTAL_BYTES,
            externrefs: DEFAULT_EXTERNREFS,
            trap_on_grow_failure: false,
        }
    }
}

/// Makes [`StoreLimits`].
#[derive(Clone, Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// With the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most bytes of each memory.
    pub fn memory_size(mut self, limit: usize) -> Self {
        self.0.memory_size = Some(limit);
        self
    }

    /// The most elements of each table.
    pub fn table_elements(mut self, limit: usize) -> Self {
        self.0.table_elements = Some(limit);
        self
    }

    /// The most instances.
    pub fn instances(mut self, limit: usize) -> Self {
        self.0.instances = limit;
        self
    }

    /// The most tables.
    pub fn tables(mut self, limit: usize) -> Self {
        self.0.tables = limit;
        self
    }

    /// The most memories.
    pub fn memories(mut self, limit: usize) -> Self {
        self.0.memories = limit;
        self
    }

    /// The most bytes of all memories and tables together.
    pub fn total_bytes(mut self, limit: usize) -> Self {
        self.0.total_bytes = limit;
        self
    }

    /// The most external references.
    pub fn externrefs(mut self, limit: usize) -> Self {
        self.0.externrefs = limit;
        self
    }

    /// Whether growth beyond a limit ends the code instead of returning -1.
    pub fn trap_on_grow_failure(mut self, trap: bool) -> Self {
        self.0.trap_on_grow_failure = trap;
        self
    }

    /// The limits.
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

impl StoreLimits {
    fn decide(
        &self,
        what: &str,
        limit: Option<usize>,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        let allowed = limit.is_none_or(|limit| desired <= limit);
        let possible = maximum.is_none_or(|maximum| desired <= maximum);
        if !(allowed && possible) && self.trap_on_grow_failure {
            let limit = limit.unwrap_or(usize::MAX).min(maximum.unwrap_or(usize::MAX));
            return Err(Error::msg(format!(
                "a {what} may not grow to {desired}: its limit is {limit}"
            )));
        }
        Ok(allowed)
    }
}

impl ResourceLimiter for StoreLimits {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        self.decide("memory", self.memory_size, desired, maximum)
    }

    fn memory_grow_failed(&mut self, error: Error) -> Result<(), Error> {
        if self.trap_on_grow_failure { Err(error) } else { Ok(()) }
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        self.decide("table", self.table_elements, desired, maximum)
    }

    fn table_grow_failed(&mut self, error: Error) -> Result<(), Error> {
        if self.trap_on_grow_failure { Err(error) } else { Ok(()) }
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }

    fn total_bytes(&self) -> usize {
        self.total_bytes
    }

    fn externrefs(&self) -> usize {
        self.externrefs
    }
}

/// Finds the limiter in the embedder's data of a store.
pub(crate) type FindLimiter =
    dyn (FnMut(*mut StoreOpaque) -> *mut dyn ResourceLimiter) + Send + Sync;

impl<T: 'static> Store<T> {
    /// Sets who decides about the growth of memories and tables: a part of the embedder's data,
    /// [`StoreLimits`] for one.
    pub fn limiter(
        &mut self,
        mut limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        let find = move |store: *mut StoreOpaque| -> *mut dyn ResourceLimiter {
            // SAFETY: a `StoreOpaque` is the first field of a `StoreInner`, whose data has this
            // type; whoever asks for the limiter has borrowed the store.
            let found = limiter(unsafe { &mut (*store.cast::<StoreInner<T>>()).data });
            let found: *mut (dyn ResourceLimiter + '_) = found;
            // SAFETY: only the lifetime changes; the pointer is used while the store is borrowed.
            unsafe { std::mem::transmute::<_, *mut (dyn ResourceLimiter + 'static)>(found) }
        };
        self.inner.opaque.limiter = Some(Box::new(find));
    }
}

/// What is made or grows, with what the limiter is asked and told.
#[derive(Clone, Copy)]
pub(crate) enum Growing {
    Memory,
    Table,
}

impl Growing {
    /// What one is called, what its size counts, and how many bytes that is.
    fn words(self) -> (&'static str, &'static str, usize) {
        match self {
            Growing::Memory => ("memory", "bytes", 1),
            Growing::Table => ("table", "elements", ELEMENT_SIZE as usize),
        }
    }
}

impl StoreOpaque {
    fn with_limiter<R>(&mut self, ask: impl FnOnce(&mut dyn ResourceLimiter) -> R) -> Option<R> {
        let find: *mut FindLimiter = &mut **self.limiter.as_mut()?;
        // SAFETY: the limiter is in the data beside this, which the caller has borrowed with it;
        // what finds it stays in place, even if it panics, and sees the data only.
        Some(ask(unsafe { &mut *(*find)(self) }))
    }

    /// An error if a memory or table of `desired` instead of `current` bytes or elements is more
    /// than all together may have.
    fn check_total(
        &self,
        what: Growing,
        current: usize,
        desired: usize,
        total: usize,
    ) -> Result<(), Error> {
        let (name, unit, size) = what.words();
        let more = desired.saturating_sub(current).saturating_mul(size);
        if more <= total.saturating_sub(self.used_bytes) {
            return Ok(());
        }
        Err(Error::msg(format!(
            "the limits of the store allow {total} bytes in all its memories and tables, of which \
             {} are used: a {name} of {desired} {unit} does not fit (see \
             `ResourceLimiter::total_bytes`, and `--max-memory` of `windlass run`)",
            self.used_bytes
        )))
    }

    /// Whether the limiter allows growth. A new memory or table grows from 0.
    fn may_grow(
        &mut self,
        what: Growing,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        let answer = self.with_limiter(|limiter| match what {
            Growing::Memory => limiter.memory_growing(current, desired, maximum),
            Growing::Table => limiter.table_growing(current, desired, maximum),
        });
        answer.unwrap_or(Ok(true))
    }

    /// An error unless the limits allow something new of this size, beside what there is.
    #[inline]
    pub(crate) fn may_make(
        &mut self,
        what: Growing,
        size: usize,
        maximum: Option<usize>,
    ) -> Result<(), Error> {
        let limits = self.with_limiter(|limiter| match what {
            Growing::Memory => (limiter.memories(), limiter.total_bytes()),
            Growing::Table => (limiter.tables(), limiter.total_bytes()),
        });
        let (most, total) = limits.unwrap_or((DEFAULT_COUNT, DEFAULT_TOTAL_BYTES));
        let (name, unit, _) = what.words();
        let count = match what {
            Growing::Memory => self.memories.len(),
            Growing::Table => self.tables.len(),
        };
        if count >= most {
            return Err(too_many(name, count));
        }
        self.check_total(what, 0, size, total)?;
        if !self.may_grow(what, 0, size, maximum)? {
            return Err(Error::msg(format!(
                "the limits of the store do not allow a {name} of {size} {unit}"
            )));
        }
        Ok(())
    }

    /// An error unless the limits allow another instance.
    pub(crate) fn may_instantiate(&mut self) -> Result<(), Error> {
        let most = self.with_limiter(|limiter| limiter.instances());
        if self.instances.len() >= most.unwrap_or(DEFAULT_COUNT) {
            return Err(too_many("instance", self.instances.len()));
        }
        Ok(())
    }

    /// An error unless the limits allow another external reference, beside so many.
    pub(crate) fn may_refer(&mut self, count: usize) -> Result<(), Error> {
        let most = self.with_limiter(|limiter| limiter.externrefs());
        if count >= most.unwrap_or(DEFAULT_EXTERNREFS) {
            return Err(too_many("external reference", count));
        }
        Ok(())
    }

    /// Whether the limits allow growth from `current` to `desired`; an error ends the code.
    fn allows(
        &mut self,
        what: Growing,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, Error> {
        let total = self.with_limiter(|limiter| limiter.total_bytes());
        match self.check_total(what, current, desired, total.unwrap_or(DEFAULT_TOTAL_BYTES)) {
            Ok(()) => self.may_grow(what, current, desired, maximum),
            Err(error) => self.tell_failed(what, error).map(|()| false),
        }
    }

    /// Tells the limiter that something could not grow, which ends the code if it wants so.
    fn tell_failed(&mut self, what: Growing, error: Error) -> Result<(), Error> {
        let told = self.with_limiter(|limiter| match what {
            Growing::Memory => limiter.memory_grow_failed(error),
            Growing::Table => limiter.table_grow_failed(error),
        });
        told.unwrap_or(Ok(()))
    }

    /// Grows a memory by `delta` pages; the pages before, or `None` if it cannot.
    pub(crate) fn grow_memory(&mut self, memory: usize, delta: u64) -> Result<Option<u64>, Error> {
        let object = &self.memories[memory];
        let (current, maximum) = (object.length(), object.maximum());
        // More than any address space has, if the sum overflows.
        let desired = object.wanted(delta).unwrap_or(usize::MAX);
        if delta != 0 && !self.allows(Growing::Memory, current, desired, maximum)? {
            return Ok(None);
        }
        let Self { state, memories, .. } = self;
        let grown = memories[memory].grow(delta, || state.is_interrupted())?;
        if grown.is_none() {
            self.tell_failed(Growing::Memory, failed(Growing::Memory, current, desired))?;
        }
        self.used_bytes += self.memories[memory].length() - current;
        Ok(grown)
    }

    /// Grows a table by `delta` elements; the elements before, or `None` if it cannot.
    pub(crate) fn grow_table(
        &mut self,
        table: usize,
        delta: u32,
        init: u64,
    ) -> Result<Option<u32>, Error> {
        let object = &self.tables[table];
        let (current, maximum) = (object.len(), object.maximum());
        let desired = current.saturating_add(delta as usize);
        if delta != 0 && !self.allows(Growing::Table, current, desired, maximum)? {
            return Ok(None);
        }
        let Self { state, tables, .. } = self;
        let grown = tables[table].grow(delta, init, || state.is_interrupted())?;
        if grown.is_none() {
            self.tell_failed(Growing::Table, failed(Growing::Table, current, desired))?;
        }
        self.used_bytes += (self.tables[table].len() - current) * ELEMENT_SIZE as usize;
        Ok(grown)
    }
}

/// Why nothing more of a kind can be made.
#[cold]
fn too_many(name: &str, count: usize) -> Error {
    Error::msg(format!(
        "the limits of the store allow no further {name}: there are {count} (see \
         `StoreLimitsBuilder`)"
    ))
}

/// Why a memory or table could not grow although it was allowed to.
fn failed(what: Growing, current: usize, desired: usize) -> Error {
    let (name, unit, _) = what.words();
    Error::msg(format!(
        "a {name} of {current} {unit} could not grow to {desired}: the maximum of its type, or no \
         room"
    ))
}
