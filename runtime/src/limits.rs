//! Limits of a store: what the embedder allows its memories and tables to become, and how many
//! there may be.

use crate::Error;
use crate::store::{Store, StoreInner, StoreOpaque};

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

    /// The most instances.
    fn instances(&self) -> usize {
        usize::MAX
    }

    /// The most tables, those of instances and of the host together.
    fn tables(&self) -> usize {
        usize::MAX
    }

    /// The most memories, those of instances and of the host together.
    fn memories(&self) -> usize {
        usize::MAX
    }
}

/// Fixed limits, made by a [`StoreLimitsBuilder`]. Nothing is limited by default.
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
    trap_on_grow_failure: bool,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self {
            memory_size: None,
            table_elements: None,
            instances: usize::MAX,
            tables: usize::MAX,
            memories: usize::MAX,
            trap_on_grow_failure: false,
        }
    }
}

/// Makes [`StoreLimits`].
#[derive(Clone, Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// Without limits.
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

impl StoreOpaque {
    fn with_limiter<R>(&mut self, ask: impl FnOnce(&mut dyn ResourceLimiter) -> R) -> Option<R> {
        let find: *mut FindLimiter = &mut **self.limiter.as_mut()?;
        // SAFETY: the limiter is in the data beside this, which the caller has borrowed with it;
        // what finds it stays in place, even if it panics, and sees the data only.
        Some(ask(unsafe { &mut *(*find)(self) }))
    }

    /// Whether the limiter allows growth. A new memory or table grows from 0.
    pub(crate) fn may_grow(
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

    /// An error unless the limiter allows something new of this size, beside what there is.
    pub(crate) fn may_make(
        &mut self,
        what: Growing,
        size: usize,
        maximum: Option<usize>,
    ) -> Result<(), Error> {
        if self.limiter.is_none() {
            return Ok(());
        }
        let (name, count) = match what {
            Growing::Memory => ("memory", self.memories.len()),
            Growing::Table => ("table", self.tables.len()),
        };
        let most = self.with_limiter(|limiter| match what {
            Growing::Memory => limiter.memories(),
            Growing::Table => limiter.tables(),
        });
        if most.is_some_and(|most| count >= most) {
            return Err(Error::msg(format!("the limits of the store allow no further {name}")));
        }
        if !self.may_grow(what, 0, size, maximum)? {
            return Err(Error::msg(format!(
                "the limits of the store do not allow a {name} of size {size}"
            )));
        }
        Ok(())
    }

    /// An error unless the limiter allows another instance.
    pub(crate) fn may_instantiate(&mut self) -> Result<(), Error> {
        let most = self.with_limiter(|limiter| limiter.instances());
        if most.is_some_and(|most| self.instances.len() >= most) {
            return Err(Error::msg("the limits of the store allow no further instance"));
        }
        Ok(())
    }

    /// Grows a memory by `delta` pages; the pages before, or `None` if it cannot.
    pub(crate) fn grow_memory(&mut self, memory: usize, delta: u64) -> Result<Option<u64>, Error> {
        let object = &self.memories[memory];
        let (current, maximum) = (object.length(), object.maximum());
        // More than any address space has, if the sum overflows.
        let desired = object.wanted(delta).unwrap_or(usize::MAX);
        if delta != 0 && !self.may_grow(Growing::Memory, current, desired, maximum)? {
            return Ok(None);
        }
        let grown = self.memories[memory].grow(delta);
        if grown.is_none() {
            let error = format!("a memory could not grow by {delta} pages: its limit, or no room");
            let told = self.with_limiter(|limiter| limiter.memory_grow_failed(Error::msg(error)));
            told.unwrap_or(Ok(()))?;
        }
        Ok(grown)
    }

    /// Grows a table by `delta` elements; the elements before, or `None` if it cannot.
    pub(crate) fn grow_table(
        &mut self,
        table: usize,
        delta: u32,
        init: u64,
    ) -> Result<Option<u32>, Error> {
        let ty = self.tables[table].ty();
        let (current, maximum) = (ty.minimum as usize, ty.maximum.map(|n| n as usize));
        let desired = current.saturating_add(delta as usize);
        if delta != 0 && !self.may_grow(Growing::Table, current, desired, maximum)? {
            return Ok(None);
        }
        let grown = self.tables[table].grow(delta, init);
        if grown.is_none() {
            let error =
                format!("a table could not grow by {delta} elements: its limit, or no room");
            let told = self.with_limiter(|limiter| limiter.table_grow_failed(Error::msg(error)));
            told.unwrap_or(Ok(()))?;
        }
        Ok(grown)
    }
}
