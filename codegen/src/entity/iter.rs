//! Iterators over the keys, and over keys and values, of entity maps.

use super::EntityRef;
use core::iter::{Enumerate, FusedIterator};
use core::marker::PhantomData;
use core::slice;

/// All keys of a map, in order.
pub struct Keys<K: EntityRef> {
    next: usize,
    end: usize,
    key: PhantomData<fn() -> K>,
}

impl<K: EntityRef> Keys<K> {
    /// The keys of a map with `len` elements.
    #[inline]
    pub fn with_len(len: usize) -> Self {
        Self { next: 0, end: len, key: PhantomData }
    }
}

impl<K: EntityRef> Clone for Keys<K> {
    fn clone(&self) -> Self {
        Self { next: self.next, end: self.end, key: PhantomData }
    }
}

impl<K: EntityRef> Iterator for Keys<K> {
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        if self.next < self.end {
            let key = K::new(self.next);
            self.next += 1;
            Some(key)
        } else {
            None
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl<K: EntityRef> DoubleEndedIterator for Keys<K> {
    #[inline]
    fn next_back(&mut self) -> Option<K> {
        if self.next < self.end {
            self.end -= 1;
            Some(K::new(self.end))
        } else {
            None
        }
    }
}

impl<K: EntityRef> ExactSizeIterator for Keys<K> {}
impl<K: EntityRef> FusedIterator for Keys<K> {}

/// Keys with references to their values.
pub struct Iter<'a, K: EntityRef, V> {
    inner: Enumerate<slice::Iter<'a, V>>,
    key: PhantomData<fn() -> K>,
}

impl<'a, K: EntityRef, V> Iter<'a, K, V> {
    #[inline]
    pub(super) fn new(values: &'a [V]) -> Self {
        Self { inner: values.iter().enumerate(), key: PhantomData }
    }
}

impl<'a, K: EntityRef, V> Iterator for Iter<'a, K, V> {
    type Item = (K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next().map(|(i, v)| (K::new(i), v))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<K: EntityRef, V> DoubleEndedIterator for Iter<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(i, v)| (K::new(i), v))
    }
}

impl<K: EntityRef, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K: EntityRef, V> FusedIterator for Iter<'_, K, V> {}

/// Keys with mutable references to their values.
pub struct IterMut<'a, K: EntityRef, V> {
    inner: Enumerate<slice::IterMut<'a, V>>,
    key: PhantomData<fn() -> K>,
}

impl<'a, K: EntityRef, V> IterMut<'a, K, V> {
    #[inline]
    pub(super) fn new(values: &'a mut [V]) -> Self {
        Self { inner: values.iter_mut().enumerate(), key: PhantomData }
    }
}

impl<'a, K: EntityRef, V> Iterator for IterMut<'a, K, V> {
    type Item = (K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next().map(|(i, v)| (K::new(i), v))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<K: EntityRef, V> DoubleEndedIterator for IterMut<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(i, v)| (K::new(i), v))
    }
}

impl<K: EntityRef, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K: EntityRef, V> FusedIterator for IterMut<'_, K, V> {}

/// Keys with their values, by value.
pub struct IntoIter<K: EntityRef, V> {
    inner: Enumerate<std::vec::IntoIter<V>>,
    key: PhantomData<fn() -> K>,
}

impl<K: EntityRef, V> IntoIter<K, V> {
    #[inline]
    pub(super) fn new(values: Vec<V>) -> Self {
        Self { inner: values.into_iter().enumerate(), key: PhantomData }
    }
}

impl<K: EntityRef, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next().map(|(i, v)| (K::new(i), v))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<K: EntityRef, V> DoubleEndedIterator for IntoIter<K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(i, v)| (K::new(i), v))
    }
}

impl<K: EntityRef, V> ExactSizeIterator for IntoIter<K, V> {}
