//! [`SecondaryMap`]: data about entities that another map owns.
//!
//! Every key has a value: reading one that was never written gives the default.

use super::{EntityRef, Iter, IterMut, Keys};
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};
use core::slice;

/// A vector indexed by `K` that grows on writing and has a default for the rest.
#[derive(Clone)]
pub struct SecondaryMap<K: EntityRef, V: Clone> {
    elems: Vec<V>,
    default: V,
    key: PhantomData<K>,
}

impl<K: EntityRef, V: Clone> SecondaryMap<K, V> {
    /// An empty map whose default is that of `V`.
    pub fn new() -> Self
    where
        V: Default,
    {
        Self::with_default(V::default())
    }

    /// An empty map with room for `capacity` keys.
    pub fn with_capacity(capacity: usize) -> Self
    where
        V: Default,
    {
        Self { elems: Vec::with_capacity(capacity), default: V::default(), key: PhantomData }
    }

    /// An empty map with this default.
    pub fn with_default(default: V) -> Self {
        Self { elems: Vec::new(), default, key: PhantomData }
    }

    /// Number of keys that fit without a new allocation.
    pub fn capacity(&self) -> usize {
        self.elems.capacity()
    }

    /// The value of `k`, or `None` where nothing was stored at `k` or above.
    #[inline]
    pub fn get(&self, k: K) -> Option<&V> {
        self.elems.get(k.index())
    }

    /// The value of `k` for writing, or `None` where nothing was stored at `k` or above.
    #[inline]
    pub fn get_mut(&mut self, k: K) -> Option<&mut V> {
        self.elems.get_mut(k.index())
    }

    /// True if nothing is stored.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.elems.is_empty()
    }

    /// Number of keys that have a place: one more than the largest key written.
    #[inline]
    pub fn len(&self) -> usize {
        self.elems.len()
    }

    /// Sets all values to the default and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.elems.clear();
    }

    /// Keys and values.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(&self.elems)
    }

    /// Keys and values for writing.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut::new(&mut self.elems)
    }

    /// All keys that have a place.
    pub fn keys(&self) -> Keys<K> {
        Keys::with_len(self.elems.len())
    }

    /// All values that have a place.
    pub fn values(&self) -> slice::Iter<'_, V> {
        self.elems.iter()
    }

    /// All values that have a place, for writing.
    pub fn values_mut(&mut self) -> slice::IterMut<'_, V> {
        self.elems.iter_mut()
    }

    /// Gives the keys below `n` a place, and no others.
    pub fn resize(&mut self, n: usize) {
        self.elems.resize(n, self.default.clone());
    }

    /// Sets the value of `k` to the default and returns what was there.
    pub fn remove(&mut self, k: K) -> Option<V> {
        let default = self.default.clone();
        self.elems.get_mut(k.index()).map(|place| core::mem::replace(place, default))
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, index: usize) {
        self.elems.resize(index + 1, self.default.clone());
    }
}

impl<K: EntityRef, V: Clone + Default> Default for SecondaryMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: EntityRef, V: Clone> Index<K> for SecondaryMap<K, V> {
    type Output = V;

    #[inline]
    fn index(&self, k: K) -> &V {
        self.elems.get(k.index()).unwrap_or(&self.default)
    }
}

impl<K: EntityRef, V: Clone> IndexMut<K> for SecondaryMap<K, V> {
    #[inline]
    fn index_mut(&mut self, k: K) -> &mut V {
        let index = k.index();
        if index == self.elems.len() {
            // Entities are mostly written in the order in which they are made.
            self.elems.push(self.default.clone());
        } else if index > self.elems.len() {
            self.grow(index);
        }
        &mut self.elems[index]
    }
}

impl<K: EntityRef, V: Clone + PartialEq> PartialEq for SecondaryMap<K, V> {
    /// Equal where every key has equal values, wherever the two end.
    fn eq(&self, other: &Self) -> bool {
        let n = self.elems.len().max(other.elems.len());
        self.default == other.default && (0..n).all(|i| self[K::new(i)] == other[K::new(i)])
    }
}

impl<K: EntityRef, V: Clone + Eq> Eq for SecondaryMap<K, V> {}

impl<K: EntityRef, V: Clone + Default> FromIterator<(K, V)> for SecondaryMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> Self {
        let mut map = Self::new();
        for (k, v) in iter {
            map[k] = v;
        }
        map
    }
}

impl<K: EntityRef + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for SecondaryMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
