//! [`BoxedSlice`]: a primary map that no longer grows.

use super::{EntityRef, Iter, IterMut, Keys};
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};
use core::slice;

/// A slice indexed by `K`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BoxedSlice<K: EntityRef, V> {
    elems: Box<[V]>,
    key: PhantomData<K>,
}

impl<K: EntityRef, V> BoxedSlice<K, V> {
    /// True if `k` is a key of this slice.
    #[inline]
    pub fn is_valid(&self, k: K) -> bool {
        k.index() < self.elems.len()
    }

    /// The element of `k`, if there is one.
    #[inline]
    pub fn get(&self, k: K) -> Option<&V> {
        self.elems.get(k.index())
    }

    /// The element of `k` for writing, if there is one.
    #[inline]
    pub fn get_mut(&mut self, k: K) -> Option<&mut V> {
        self.elems.get_mut(k.index())
    }

    /// True if there are no elements.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.elems.is_empty()
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.elems.len()
    }

    /// All keys, in order.
    #[inline]
    pub fn keys(&self) -> Keys<K> {
        Keys::with_len(self.elems.len())
    }

    /// All elements, in the order of their keys.
    #[inline]
    pub fn values(&self) -> slice::Iter<'_, V> {
        self.elems.iter()
    }

    /// All elements for writing.
    #[inline]
    pub fn values_mut(&mut self) -> slice::IterMut<'_, V> {
        self.elems.iter_mut()
    }

    /// Keys and elements.
    #[inline]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(&self.elems)
    }

    /// Keys and elements for writing.
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut::new(&mut self.elems)
    }
}

impl<K: EntityRef, V> From<Box<[V]>> for BoxedSlice<K, V> {
    fn from(elems: Box<[V]>) -> Self {
        Self { elems, key: PhantomData }
    }
}

impl<K: EntityRef, V> Default for BoxedSlice<K, V> {
    fn default() -> Self {
        Self::from(Box::default())
    }
}

impl<K: EntityRef, V> Index<K> for BoxedSlice<K, V> {
    type Output = V;

    #[inline]
    fn index(&self, k: K) -> &V {
        &self.elems[k.index()]
    }
}

impl<K: EntityRef, V> IndexMut<K> for BoxedSlice<K, V> {
    #[inline]
    fn index_mut(&mut self, k: K) -> &mut V {
        &mut self.elems[k.index()]
    }
}

impl<'a, K: EntityRef, V> IntoIterator for &'a BoxedSlice<K, V> {
    type Item = (K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: EntityRef + fmt::Debug, V: fmt::Debug> fmt::Debug for BoxedSlice<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
