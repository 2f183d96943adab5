//! [`EntityList`]: lists of entities in four bytes each, kept in a shared [`ListPool`].
//!
//! A list is an index into the pool: 0 is the empty list, any other index points at the first
//! element, and the place before it holds the length. The room of a list is a power of two of at
//! least four places, which follows from the length, so growing moves a list only when its length
//! passes a power of two; rooms that become free are chained by size and used again.
//!
//! Lists must be used with the pool they were made in.

use super::{EntityRef, ReservedValue};
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

/// Number of size classes: rooms of 4 << class places, up to all that a `u32` can index.
const CLASSES: usize = 30;

/// The memory of many lists of `T`.
#[derive(Clone, Debug)]
pub struct ListPool<T: EntityRef + ReservedValue> {
    data: Vec<T>,
    /// By size class, one more than the index of the first free room; 0 for none. The second place
    /// of a free room holds the next such number.
    free: [u32; CLASSES],
}

/// A list of entities whose elements lie in a [`ListPool`].
///
/// The list itself is a handle: copying one gives a second name for the same elements, so only
/// [`EntityList::deep_clone`] makes a list that can change on its own.
#[derive(Clone, Copy)]
pub struct EntityList<T: EntityRef + ReservedValue> {
    index: u32,
    element: PhantomData<T>,
}

/// The class of the room that holds a list of `len` elements and its length.
#[inline]
fn class_of(len: usize) -> usize {
    (30 - (len as u32 | 3).leading_zeros()) as usize
}

/// Number of places in a room of this class.
#[inline]
fn class_places(class: usize) -> usize {
    4 << class
}

impl<T: EntityRef + ReservedValue> ListPool<T> {
    /// An empty pool.
    pub const fn new() -> Self {
        Self { data: Vec::new(), free: [0; CLASSES] }
    }

    /// An empty pool with room for `capacity` places.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { data: Vec::with_capacity(capacity), free: [0; CLASSES] }
    }

    /// Number of places that fit without a new allocation.
    pub fn capacity(&self) -> usize {
        self.data.capacity()
    }

    /// Number of places in use or free for lists.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// True if no list was made since the pool was new or cleared.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Forgets all lists and keeps the memory. No list made before may be used afterwards.
    pub fn clear(&mut self) {
        self.data.clear();
        self.free = [0; CLASSES];
    }

    /// The room of a list, from the place of its length.
    fn alloc(&mut self, class: usize) -> usize {
        let head = self.free[class] as usize;
        if head != 0 {
            self.free[class] = self.data[head].index() as u32;
            return head - 1;
        }
        let start = self.data.len();
        self.data.resize(start + class_places(class), T::reserved_value());
        assert!(self.data.len() < u32::MAX as usize, "a list pool holds fewer than 2^32 places");
        start
    }

    fn release(&mut self, start: usize, class: usize) {
        self.data[start] = T::new(0);
        self.data[start + 1] = T::new(self.free[class] as usize);
        self.free[class] = start as u32 + 1;
    }

    /// Moves `len` elements (and the place of the length) to a room of another class.
    fn realloc(&mut self, start: usize, from: usize, to: usize, len: usize) -> usize {
        let new = self.alloc(to);
        self.data.copy_within(start..start + len + 1, new);
        self.release(start, from);
        new
    }
}

impl<T: EntityRef + ReservedValue> Default for ListPool<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: EntityRef + ReservedValue> EntityList<T> {
    /// The empty list.
    #[inline]
    pub const fn new() -> Self {
        Self { index: 0, element: PhantomData }
    }

    /// A list of these elements.
    pub fn from_slice(elements: &[T], pool: &mut ListPool<T>) -> Self {
        let mut list = Self::new();
        list.extend_from_slice(elements, pool);
        list
    }

    /// A list of the elements of an iterator.
    pub fn from_iter<I: IntoIterator<Item = T>>(elements: I, pool: &mut ListPool<T>) -> Self {
        let mut list = Self::new();
        list.extend(elements, pool);
        list
    }

    /// The handle as a number, for storage.
    #[inline]
    pub const fn as_bits(self) -> u32 {
        self.index
    }

    /// The handle of a number that [`EntityList::as_bits`] gave.
    #[inline]
    pub const fn from_bits(bits: u32) -> Self {
        Self { index: bits, element: PhantomData }
    }

    /// True for the list without elements.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.index == 0
    }

    /// Number of elements.
    #[inline]
    pub fn len(&self, pool: &ListPool<T>) -> usize {
        if self.index == 0 { 0 } else { pool.data[self.index as usize - 1].index() }
    }

    /// True if the handle can belong to `pool`: it and its elements lie inside.
    pub fn is_valid(&self, pool: &ListPool<T>) -> bool {
        let index = self.index as usize;
        index == 0
            || pool
                .data
                .get(index - 1)
                .is_some_and(|len| !len.is_reserved_value() && index + len.index() <= pool.len())
    }

    /// The elements.
    #[inline]
    pub fn as_slice<'a>(&self, pool: &'a ListPool<T>) -> &'a [T] {
        let index = self.index as usize;
        if index == 0 {
            return &[];
        }
        let len = pool.data[index - 1].index();
        &pool.data[index..index + len]
    }

    /// The elements, for writing.
    #[inline]
    pub fn as_mut_slice<'a>(&self, pool: &'a mut ListPool<T>) -> &'a mut [T] {
        let index = self.index as usize;
        if index == 0 {
            return &mut [];
        }
        let len = pool.data[index - 1].index();
        &mut pool.data[index..index + len]
    }

    /// One element.
    #[inline]
    pub fn get(&self, i: usize, pool: &ListPool<T>) -> Option<T> {
        self.as_slice(pool).get(i).copied()
    }

    /// One element, for writing.
    #[inline]
    pub fn get_mut<'a>(&self, i: usize, pool: &'a mut ListPool<T>) -> Option<&'a mut T> {
        self.as_mut_slice(pool).get_mut(i)
    }

    /// The first element.
    pub fn first(&self, pool: &ListPool<T>) -> Option<T> {
        self.get(0, pool)
    }

    /// A second list with the same elements.
    pub fn deep_clone(&self, pool: &mut ListPool<T>) -> Self {
        let len = self.len(pool);
        if len == 0 {
            return Self::new();
        }
        let start = pool.alloc(class_of(len));
        let from = self.index as usize - 1;
        pool.data.copy_within(from..from + len + 1, start);
        Self { index: start as u32 + 1, element: PhantomData }
    }

    /// Takes the list, leaving the empty one.
    pub fn take(&mut self) -> Self {
        core::mem::take(self)
    }

    /// Removes all elements and frees their room.
    pub fn clear(&mut self, pool: &mut ListPool<T>) {
        if self.index != 0 {
            let class = class_of(self.len(pool));
            pool.release(self.index as usize - 1, class);
            self.index = 0;
        }
    }

    /// Appends an element and returns its position.
    pub fn push(&mut self, element: T, pool: &mut ListPool<T>) -> usize {
        let len = self.len(pool);
        self.grow(1, pool)[len] = element;
        len
    }

    /// Appends elements, whose new places hold unspecified entities, and returns the whole list.
    fn grow<'a>(&mut self, count: usize, pool: &'a mut ListPool<T>) -> &'a mut [T] {
        let len = self.len(pool);
        let new_len = len + count;
        if new_len == 0 {
            return &mut [];
        }
        let class = class_of(new_len);
        let start = if self.index == 0 {
            pool.alloc(class)
        } else {
            let start = self.index as usize - 1;
            let old = class_of(len);
            if old == class { start } else { pool.realloc(start, old, class, len) }
        };
        self.index = start as u32 + 1;
        pool.data[start] = T::new(new_len);
        &mut pool.data[start + 1..start + 1 + new_len]
    }

    /// Appends the elements of an iterator.
    pub fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I, pool: &mut ListPool<T>) {
        for element in elements {
            self.push(element, pool);
        }
    }

    /// Appends the elements of a slice.
    pub fn extend_from_slice(&mut self, elements: &[T], pool: &mut ListPool<T>) {
        let len = self.len(pool);
        self.grow(elements.len(), pool)[len..].copy_from_slice(elements);
    }

    /// Puts `element` at position `i` and moves what follows up.
    pub fn insert(&mut self, i: usize, element: T, pool: &mut ListPool<T>) {
        self.push(element, pool);
        let slice = self.as_mut_slice(pool);
        let len = slice.len();
        slice.copy_within(i..len - 1, i + 1);
        slice[i] = element;
    }

    /// Appends `count` copies of `fill` and returns the whole list.
    pub fn grow_with<'a>(
        &mut self,
        count: usize,
        fill: T,
        pool: &'a mut ListPool<T>,
    ) -> &'a mut [T] {
        let len = self.len(pool);
        let slice = self.grow(count, pool);
        slice[len..].fill(fill);
        slice
    }

    /// Gives up the elements from `new_len` on, and room with them.
    fn shrink(&mut self, new_len: usize, pool: &mut ListPool<T>) {
        let len = self.len(pool);
        if new_len == len {
            return;
        }
        if new_len == 0 {
            self.clear(pool);
            return;
        }
        let (old, new) = (class_of(len), class_of(new_len));
        let mut start = self.index as usize - 1;
        if old != new {
            start = pool.realloc(start, old, new, new_len);
            self.index = start as u32 + 1;
        }
        pool.data[start] = T::new(new_len);
    }

    /// Removes the element at position `i` and moves what follows down.
    pub fn remove(&mut self, i: usize, pool: &mut ListPool<T>) {
        let slice = self.as_mut_slice(pool);
        let len = slice.len();
        slice.copy_within(i + 1..len, i);
        self.shrink(len - 1, pool);
    }

    /// Removes the element at position `i` and puts the last one in its place.
    pub fn swap_remove(&mut self, i: usize, pool: &mut ListPool<T>) {
        let slice = self.as_mut_slice(pool);
        let len = slice.len();
        slice[i] = slice[len - 1];
        self.shrink(len - 1, pool);
    }

    /// Keeps the first `new_len` elements.
    pub fn truncate(&mut self, new_len: usize, pool: &mut ListPool<T>) {
        if new_len < self.len(pool) {
            self.shrink(new_len, pool);
        }
    }
}

impl<T: EntityRef + ReservedValue> Default for EntityList<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: EntityRef + ReservedValue> PartialEq for EntityList<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T: EntityRef + ReservedValue> Eq for EntityList<T> {}

impl<T: EntityRef + ReservedValue> Hash for EntityList<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl<T: EntityRef + ReservedValue> fmt::Debug for EntityList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "list@{}", self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, PartialEq, Eq)]
    struct Id(u32);
    crate::entity_impl!(Id, "id");

    #[test]
    fn room_follows_the_length() {
        for len in 1..200 {
            let places = class_places(class_of(len));
            assert!(places > len, "{len} elements and their length fit into {places}");
            assert!(places == 4 || places / 2 <= len, "{len} elements waste no class");
        }
    }

    #[test]
    fn lists_behave_as_vectors() {
        let mut pool = ListPool::new();
        let mut lists = vec![(EntityList::<Id>::new(), Vec::new()); 8];
        let mut random = 12345u32;
        for step in 0..20_000u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (list, model) = &mut lists[(random >> 8) as usize % 8];
            let place = (random >> 16) as usize % (model.len() + 1);
            match (random >> 28) % 8 {
                0..=2 => {
                    assert_eq!(list.push(Id(step), &mut pool), model.len());
                    model.push(Id(step));
                }
                3 => {
                    list.insert(place, Id(step), &mut pool);
                    model.insert(place, Id(step));
                }
                4 if place < model.len() => {
                    list.remove(place, &mut pool);
                    model.remove(place);
                }
                5 if place < model.len() => {
                    list.swap_remove(place, &mut pool);
                    model.swap_remove(place);
                }
                6 => {
                    let elements = [Id(1), Id(2), Id(3)];
                    list.extend_from_slice(&elements, &mut pool);
                    model.extend(elements);
                }
                7 if step % 16 == 0 => {
                    list.clear(&mut pool);
                    model.clear();
                }
                _ => {
                    list.truncate(place, &mut pool);
                    model.truncate(place);
                }
            }
            for (list, model) in &lists {
                assert_eq!(list.as_slice(&pool), &model[..]);
                assert_eq!(list.is_empty(), model.is_empty());
            }
        }
        let copy = lists[0].0.deep_clone(&mut pool);
        assert_eq!(copy.as_slice(&pool), &lists[0].1[..]);
        assert!(pool.len() < 20_000, "free rooms are used again");
        pool.clear();
        assert!(pool.is_empty() && pool.capacity() > 0);
    }
}
