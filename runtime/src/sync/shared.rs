//! Shared ownership whose counters are not shared between threads.
//!
//! What holds: a [`Shared`] is an `Arc` behind another `Arc`; [`Shared::local`] gives a clone that
//! counts in a cell of the calling thread's shard. Two threads that make and drop instances of one
//! module count in the same cache line with a plain `Arc`, which costs each of them as much as the
//! rest of an instance.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Threads beyond this number share shards.
pub(crate) const SHARDS: usize = 32;

/// The shard of this thread.
#[inline]
pub(crate) fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    match SHARD.get() {
        usize::MAX => {
            let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
            SHARD.set(shard);
            shard
        }
        shard => shard,
    }
}

/// A number that no other call in this process has returned; threads take them in blocks.
#[inline]
pub(crate) fn unique() -> u64 {
    const BLOCK: u64 = 1 << 12;
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static LEFT: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    }
    let (mut next, mut end) = LEFT.get();
    if next == end {
        next = NEXT.fetch_add(BLOCK, Ordering::Relaxed);
        end = next + BLOCK;
    }
    LEFT.set((next + 1, end));
    next
}

/// A value with many owners, in many threads.
pub(crate) struct Shared<T>(Arc<Handle<T>>);

/// In a cache line of its own, with the counter before it.
#[repr(align(64))]
struct Handle<T> {
    value: Arc<T>,
    /// One for each shard, made when it is asked for; only the first handle has them.
    locals: Option<Box<[OnceLock<Shared<T>>; SHARDS]>>,
}

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        let locals = Some(Box::new([const { OnceLock::new() }; SHARDS]));
        Self(Arc::new(Handle { value: Arc::new(value), locals }))
    }

    /// Another owner, counted in this thread's shard.
    #[inline]
    pub fn local(&self) -> Self {
        match &self.0.locals {
            Some(locals) => locals[shard()].get_or_init(|| self.counted_apart()).clone(),
            None => self.clone(),
        }
    }

    #[cold]
    fn counted_apart(&self) -> Self {
        Self(Arc::new(Handle { value: self.0.value.clone(), locals: None }))
    }

    pub fn ptr_eq(a: &Self, b: &Self) -> bool {
        Arc::ptr_eq(&a.0.value, &b.0.value)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_goes_with_its_last_owner() {
        struct Flag(Arc<AtomicUsize>);
        impl Drop for Flag {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let first = Shared::new(Flag(drops.clone()));
        let local = first.local();
        assert!(Shared::ptr_eq(&first, &local));
        let elsewhere = std::thread::scope(|scope| {
            scope.spawn(|| first.local()).join().expect("it does not panic")
        });
        drop(first);
        drop(local.local());
        drop(local);
        assert_eq!(drops.load(Ordering::Relaxed), 0);
        drop(elsewhere);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn numbers_are_unique_across_threads() {
        let each = if cfg!(miri) { 100 } else { 10_000 };
        let take = || (0..each).map(|_| unique()).collect::<Vec<_>>();
        let mut all = std::thread::scope(|scope| {
            let handles = [scope.spawn(take), scope.spawn(take)];
            handles.map(|handle| handle.join().expect("it does not panic")).concat()
        });
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2 * each);
    }
}
