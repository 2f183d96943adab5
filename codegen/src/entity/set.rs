//! [`EntitySet`]: a set of entities, one bit each.

use super::EntityRef;
use core::fmt;
use core::marker::PhantomData;

/// A set of entities.
#[derive(Clone)]
pub struct EntitySet<K: EntityRef> {
    words: Vec<u64>,
    key: PhantomData<K>,
}

impl<K: EntityRef> EntitySet<K> {
    /// An empty set.
    pub const fn new() -> Self {
        Self { words: Vec::new(), key: PhantomData }
    }

    /// An empty set with room for keys below `capacity`.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { words: Vec::with_capacity(capacity.div_ceil(64)), key: PhantomData }
    }

    /// Makes room for keys below `capacity`.
    pub fn ensure_capacity(&mut self, capacity: usize) {
        let words = capacity.div_ceil(64);
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
    }

    /// True if `k` is in the set.
    #[inline]
    pub fn contains(&self, k: K) -> bool {
        let i = k.index();
        self.words.get(i / 64).is_some_and(|word| word >> (i % 64) & 1 != 0)
    }

    /// True if the set has no element.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Number of elements.
    pub fn cardinality(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Removes all elements and keeps the memory.
    pub fn clear(&mut self) {
        self.words.clear();
    }

    /// Adds `k`; true if it was not there before.
    #[inline]
    pub fn insert(&mut self, k: K) -> bool {
        let i = k.index();
        if i / 64 >= self.words.len() {
            self.words.resize(i / 64 + 1, 0);
        }
        let word = &mut self.words[i / 64];
        let new = *word >> (i % 64) & 1 == 0;
        *word |= 1 << (i % 64);
        new
    }

    /// Removes `k`; true if it was there.
    #[inline]
    pub fn remove(&mut self, k: K) -> bool {
        let i = k.index();
        match self.words.get_mut(i / 64) {
            Some(word) => {
                let old = *word >> (i % 64) & 1 != 0;
                *word &= !(1 << (i % 64));
                old
            }
            None => false,
        }
    }

    /// Removes and returns the largest element.
    pub fn pop(&mut self) -> Option<K> {
        while let Some(word) = self.words.last_mut() {
            if *word != 0 {
                let bit = 63 - word.leading_zeros() as usize;
                *word &= !(1 << bit);
                return Some(K::new((self.words.len() - 1) * 64 + bit));
            }
            self.words.pop();
        }
        None
    }

    /// All elements in ascending order.
    pub fn keys(&self) -> SetIter<'_, K> {
        self.iter()
    }

    /// All elements in ascending order.
    pub fn iter(&self) -> SetIter<'_, K> {
        SetIter {
            rest: &self.words,
            word: self.words.first().copied().unwrap_or(0),
            base: 0,
            key: PhantomData,
        }
    }
}

/// The elements of an [`EntitySet`] in ascending order.
pub struct SetIter<'a, K: EntityRef> {
    rest: &'a [u64],
    word: u64,
    base: usize,
    key: PhantomData<fn() -> K>,
}

impl<K: EntityRef> Iterator for SetIter<'_, K> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        while self.word == 0 {
            self.rest = self.rest.get(1..)?;
            self.word = *self.rest.first()?;
            self.base += 64;
        }
        let bit = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(K::new(self.base + bit))
    }
}

impl<'a, K: EntityRef> IntoIterator for &'a EntitySet<K> {
    type Item = K;
    type IntoIter = SetIter<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: EntityRef> Default for EntitySet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: EntityRef> PartialEq for EntitySet<K> {
    fn eq(&self, other: &Self) -> bool {
        let n = self.words.len().max(other.words.len());
        let word = |words: &[u64], i: usize| words.get(i).copied().unwrap_or(0);
        (0..n).all(|i| word(&self.words, i) == word(&other.words, i))
    }
}

impl<K: EntityRef> Eq for EntitySet<K> {}

impl<K: EntityRef> Extend<K> for EntitySet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, iter: I) {
        for k in iter {
            self.insert(k);
        }
    }
}

impl<K: EntityRef> FromIterator<K> for EntitySet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(iter: I) -> Self {
        let mut set = Self::new();
        set.extend(iter);
        set
    }
}

impl<K: EntityRef + fmt::Debug> fmt::Debug for EntitySet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}
