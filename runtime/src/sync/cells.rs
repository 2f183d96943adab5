//! What compiled code and signal handlers share with the host, as types that say what may be done
//! with it from which thread.
//!
//! What holds: a store is `Send` and `Sync` because each of its parts is, and each part that the
//! compiler cannot see through has its reason here. Compiled code of a store, and the handlers that
//! interrupt it, run on the thread that has borrowed the store mutably. While a store is borrowed
//! by several threads, nothing but atomics changes in it.

use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A word that compiled code and signal handlers of the same thread read and write too.
#[repr(transparent)]
#[derive(Debug, Default)]
pub struct Word(AtomicUsize);

impl Word {
    /// A word.
    pub const fn new(value: usize) -> Self {
        Self(AtomicUsize::new(value))
    }

    /// Its value.
    #[inline]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Gives it a value.
    #[inline]
    pub fn set(&self, value: usize) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Its value, which becomes 0. Only the thread that has borrowed the store mutably calls this.
    #[inline]
    pub fn take(&self) -> usize {
        let value = self.get();
        self.set(0);
        value
    }
}

/// Where compiled code finds a value of the host: in a context, or in memory of its own.
pub(crate) struct Place<V> {
    address: *mut V,
    /// Whether the memory is this place's alone, made by [`Place::own`].
    own: bool,
}

// SAFETY: the value is looked at through the place alone, and by compiled code, which runs on the
// thread that has borrowed the place's store mutably. `V` is plain data: numbers, and addresses
// that whoever takes them out has a reason of their own to follow.
unsafe impl<V: Copy> Send for Place<V> {}
// SAFETY: a shared reference reads; what changes the value is `set`, which wants a mutable one, and
// compiled code, which runs while the place's store is borrowed mutably.
unsafe impl<V: Copy> Sync for Place<V> {}

impl<V: Copy> Place<V> {
    /// A place in a context.
    ///
    /// # Safety
    ///
    /// The address holds a `V` as long as this place is used, and belongs to the store that owns
    /// the place: only its compiled code writes there beside this.
    pub unsafe fn in_context(address: *mut V) -> Self {
        Self { address, own: false }
    }

    /// A place in memory of its own.
    pub fn own(value: V) -> Self {
        Self { address: Box::into_raw(Box::new(value)), own: true }
    }

    /// The address, for compiled code.
    #[inline]
    pub fn address(&self) -> *mut V {
        self.address
    }

    /// The value.
    #[inline]
    pub fn get(&self) -> V {
        // SAFETY: the address holds a value as long as this; see `in_context` and `own`. Nobody
        // writes meanwhile: see the reason of `Sync`.
        unsafe { self.address.read() }
    }

    /// Gives it a value.
    #[inline]
    pub fn set(&mut self, value: V) {
        // SAFETY: the address holds a value as long as this; see `in_context` and `own`. Nobody
        // else looks meanwhile: this has been borrowed mutably, and so has its store.
        unsafe { self.address.write(value) }
    }
}

impl<V> Drop for Place<V> {
    fn drop(&mut self) {
        if self.own {
            // SAFETY: `own` made the address of a box, which nobody else frees.
            drop(unsafe { Box::from_raw(self.address) });
        }
    }
}

impl<V> fmt::Debug for Place<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

/// Slots of a context, or elements of a table, that compiled code reads and writes: in memory of
/// their own.
#[derive(Debug)]
pub(crate) struct Cells<V>(NonNull<[V]>);

// SAFETY: the memory belongs to this value, and any thread may free it.
unsafe impl<V: Copy> Send for Cells<V> {}
// SAFETY: a shared reference gives the address; what is behind it is written by compiled code, and
// by `unsafe` code of the host, while the store is borrowed mutably.
unsafe impl<V: Copy> Sync for Cells<V> {}

impl<V> Cells<V> {
    /// With these values.
    pub fn new(values: Box<[V]>) -> Self {
        // The address is taken once, so that no reference of the host stands against it later.
        Self(NonNull::from(Box::leak(values)))
    }

    /// The first one.
    #[inline]
    pub fn start(&self) -> NonNull<V> {
        self.0.cast()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<V> Drop for Cells<V> {
    fn drop(&mut self) {
        // SAFETY: `new` made the address of a box, which nobody else frees.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// A value that nothing can be done with through a shared reference.
#[derive(Debug)]
pub(crate) struct Exclusive<T>(T);

// SAFETY: a shared reference leads to nothing: the value is reached by value alone.
unsafe impl<T> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_its_own_moves_and_goes() {
        let mut place = Place::own(7_u64);
        let address = place.address();
        place.set(8);
        let moved = Box::new(place);
        // SAFETY: the place is alive, and compiled code would write there just so.
        unsafe { address.write(9) };
        assert_eq!(moved.get(), 9);
    }

    #[test]
    fn a_place_in_a_context_leaves_its_memory_alone() {
        let context: *mut [u64; 2] = Box::into_raw(Box::new([1, 2]));
        // SAFETY: the context lives until the end of the test.
        let mut place = unsafe { Place::in_context(context.cast::<u64>().add(1)) };
        place.set(3);
        assert_eq!(place.get(), 3);
        drop(place);
        // SAFETY: the box was made above.
        assert_eq!(*unsafe { Box::from_raw(context) }, [1, 3]);
    }

    #[test]
    fn a_word_is_taken_once() {
        let word = Word::new(5);
        assert_eq!((word.take(), word.get()), (5, 0));
        assert_eq!(size_of::<Word>(), size_of::<usize>(), "compiled code writes a plain word");
    }
}
