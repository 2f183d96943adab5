//! [`PrimaryMap`]: the vector that hands out an entity for each element pushed.
//!
//! Keys are dense and never disappear one by one; `clear` forgets all of them and keeps the memory.

use super::{BoxedSlice, EntityRef, IntoIter, Iter, IterMut, Keys};
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};
use core::slice;

/// A vector indexed by `K`, which owns the keys of its elements.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PrimaryMap<K: EntityRef, V> {
    elems: Vec<V>,
    key: PhantomData<K>,
}

impl<K: EntityRef, V> PrimaryMap<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        Self { elems: Vec::new(), key: PhantomData }
    }

    /// An empty map with room for `capacity` elements.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { elems: Vec::with_capacity(capacity), key: PhantomData }
    }

    /// True if `k` is a key of this map.
    #[inline]
    pub fn is_valid(&self, k: K) -> bool {
        k.index() < self.elems.len()
    }

    /// The element of `k`, if `k` is a key of this map.
    #[inline]
    pub fn get(&self, k: K) -> Option<&V> {
        self.elems.get(k.index())
    }

    /// The element of `k` for writing, if `k` is a key of this map.
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

    /// Number of elements that fit without a new allocation.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.elems.capacity()
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

    /// All elements for writing, in the order of their keys.
    #[inline]
    pub fn values_mut(&mut self) -> slice::IterMut<'_, V> {
        self.elems.iter_mut()
    }

    /// The elements as a slice, in the order of their keys.
    #[inline]
    pub fn as_values_slice(&self) -> &[V] {
        &self.elems
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

    /// Forgets all elements and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.elems.clear();
    }

    /// Forgets the elements from `len` on.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.elems.truncate(len);
    }

    /// The key that the next `push` returns.
    #[inline]
    pub fn next_key(&self) -> K {
        K::new(self.elems.len())
    }

    /// Appends an element and returns its key.
    #[inline]
    pub fn push(&mut self, v: V) -> K {
        let k = self.next_key();
        self.elems.push(v);
        k
    }

    /// The last key and element.
    pub fn last(&self) -> Option<(K, &V)> {
        let last = self.elems.len().checked_sub(1)?;
        Some((K::new(last), &self.elems[last]))
    }

    /// The last key and element, for writing.
    pub fn last_mut(&mut self) -> Option<(K, &mut V)> {
        let last = self.elems.len().checked_sub(1)?;
        Some((K::new(last), &mut self.elems[last]))
    }

    /// Makes room for `additional` further elements.
    pub fn reserve(&mut self, additional: usize) {
        self.elems.reserve(additional);
    }

    /// Makes room for `additional` further elements and no more.
    pub fn reserve_exact(&mut self, additional: usize) {
        self.elems.reserve_exact(additional);
    }

    /// Gives memory back that is not in use.
    pub fn shrink_to_fit(&mut self) {
        self.elems.shrink_to_fit();
    }

    /// The map without the ability to grow.
    pub fn into_boxed_slice(self) -> BoxedSlice<K, V> {
        BoxedSlice::from(self.elems.into_boxed_slice())
    }

    /// Several elements for writing at once, or `None` where two keys are equal or one is unknown.
    pub fn get_disjoint_mut<const N: usize>(&mut self, keys: [K; N]) -> Option<[&mut V; N]> {
        self.elems.get_disjoint_mut(keys.map(EntityRef::index)).ok()
    }

    /// Looks `b` up by binary search, where the elements are sorted by what `f` makes of them.
    pub fn binary_search_values_by_key<'a, B: Ord>(
        &'a self,
        b: &B,
        f: impl FnMut(&'a V) -> B,
    ) -> Result<K, K> {
        self.elems.binary_search_by_key(b, f).map(K::new).map_err(K::new)
    }
}

impl<K: EntityRef, V> Default for PrimaryMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: EntityRef, V> Index<K> for PrimaryMap<K, V> {
    type Output = V;

    #[inline]
    #[track_caller]
    fn index(&self, k: K) -> &V {
        &self.elems[k.index()]
    }
}

impl<K: EntityRef, V> IndexMut<K> for PrimaryMap<K, V> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, k: K) -> &mut V {
        &mut self.elems[k.index()]
    }
}

impl<'a, K: EntityRef, V> IntoIterator for &'a PrimaryMap<K, V> {
    type Item = (K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K: EntityRef, V> IntoIterator for &'a mut PrimaryMap<K, V> {
    type Item = (K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<K: EntityRef, V> IntoIterator for PrimaryMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter::new(self.elems)
    }
}

impl<K: EntityRef, V> FromIterator<V> for PrimaryMap<K, V> {
    fn from_iter<I: IntoIterator<Item = V>>(iter: I) -> Self {
        Self::from(Vec::from_iter(iter))
    }
}

impl<K: EntityRef, V> Extend<V> for PrimaryMap<K, V> {
    fn extend<I: IntoIterator<Item = V>>(&mut self, iter: I) {
        self.elems.extend(iter);
    }
}

impl<K: EntityRef, V> From<Vec<V>> for PrimaryMap<K, V> {
    fn from(elems: Vec<V>) -> Self {
        Self { elems, key: PhantomData }
    }
}

impl<K: EntityRef, V> From<PrimaryMap<K, V>> for Vec<V> {
    fn from(map: PrimaryMap<K, V>) -> Self {
        map.elems
    }
}

impl<K: EntityRef + fmt::Debug, V: fmt::Debug> fmt::Debug for PrimaryMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
