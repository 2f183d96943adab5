//! [`SparseMap`]: a map with constant-time clearing and iteration over what is in it only.
//!
//! The elements lie in a dense vector; a table by key gives their positions and is never cleared:
//! a position counts only if the element there has that key.

use super::{EntityRef, SecondaryMap};
use core::slice;

/// An element of a [`SparseMap`], which knows its own key.
pub trait SparseMapValue<K> {
    /// The key of this element.
    fn key(&self) -> K;
}

impl<K: Copy> SparseMapValue<K> for K {
    fn key(&self) -> K {
        *self
    }
}

/// A map from `K` to `V` for few keys out of many.
pub struct SparseMap<K: EntityRef, V: SparseMapValue<K>> {
    positions: SecondaryMap<K, u32>,
    dense: Vec<V>,
}

/// A set of few keys out of many.
pub type SparseSet<K> = SparseMap<K, K>;

impl<K: EntityRef, V: SparseMapValue<K>> SparseMap<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self { positions: SecondaryMap::new(), dense: Vec::new() }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.dense.len()
    }

    /// True if there are no elements.
    pub fn is_empty(&self) -> bool {
        self.dense.is_empty()
    }

    /// Removes all elements, in constant time.
    pub fn clear(&mut self) {
        self.dense.clear();
    }

    fn position(&self, k: K) -> Option<usize> {
        let position = *self.positions.get(k)? as usize;
        let element = self.dense.get(position)?;
        (element.key() == k).then_some(position)
    }

    /// The element of `k`.
    pub fn get(&self, k: K) -> Option<&V> {
        self.position(k).map(|i| &self.dense[i])
    }

    /// The element of `k` for writing; its key must stay the same.
    pub fn get_mut(&mut self, k: K) -> Option<&mut V> {
        self.position(k).map(|i| &mut self.dense[i])
    }

    /// True if `k` has an element.
    pub fn contains_key(&self, k: K) -> bool {
        self.position(k).is_some()
    }

    /// Stores an element and returns the one that had its key.
    pub fn insert(&mut self, value: V) -> Option<V> {
        let k = value.key();
        if let Some(place) = self.get_mut(k) {
            return Some(core::mem::replace(place, value));
        }
        self.positions[k] = self.dense.len() as u32;
        self.dense.push(value);
        None
    }

    /// Removes and returns the element of `k`.
    pub fn remove(&mut self, k: K) -> Option<V> {
        let i = self.position(k)?;
        let removed = self.dense.swap_remove(i);
        if let Some(moved) = self.dense.get(i) {
            self.positions[moved.key()] = i as u32;
        }
        Some(removed)
    }

    /// Removes and returns the last element.
    pub fn pop(&mut self) -> Option<V> {
        self.dense.pop()
    }

    /// The elements, in an order that depends only on the operations made.
    pub fn values(&self) -> slice::Iter<'_, V> {
        self.dense.iter()
    }

    /// The elements as a slice.
    pub fn as_slice(&self) -> &[V] {
        &self.dense
    }
}

impl<K: EntityRef, V: SparseMapValue<K>> Default for SparseMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, K: EntityRef, V: SparseMapValue<K>> IntoIterator for &'a SparseMap<K, V> {
    type Item = &'a V;
    type IntoIter = slice::Iter<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.values()
    }
}
