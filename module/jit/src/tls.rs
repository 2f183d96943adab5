//! Data of threads in memory: every thread has its own copy, made when it first asks for it.
//!
//! Code asks by the sequence of the general dynamic model (`tls_model` is `elf_gd`): it hands the
//! place of a cell, which holds the address of a [`ThreadData`], to [`address_of`]. What holds: a
//! thread's copies are found by the number of the data, and a number that is used again has another
//! generation, so that no thread takes an old copy for a new one. Copies are freed when their thread
//! ends, or when it asks for other data of the same number.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Data of which every thread has a copy.
pub struct ThreadData {
    number: usize,
    generation: u64,
    /// What copies begin with.
    image: *const u8,
    layout: Layout,
}

// SAFETY: the image is read from whatever thread, by the promise that was made to `new`; the copies
// of a thread are not in here.
unsafe impl Send for ThreadData {}
// SAFETY: nothing in it changes, and the image is only read.
unsafe impl Sync for ThreadData {}

/// Numbers that are free, and the next one.
static NUMBERS: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));
static GENERATIONS: AtomicU64 = AtomicU64::new(1);

impl ThreadData {
    /// For data whose copies begin with the `size` bytes at `image`; `None` if there is no such
    /// alignment or size.
    ///
    /// # Safety
    ///
    /// The bytes can be read, and do not change once a thread asks for its copy, for as long as
    /// threads ask.
    pub unsafe fn new(image: usize, size: usize, align: usize) -> Option<Self> {
        let layout = Layout::from_size_align(size.max(1), align).ok()?;
        let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbers.0.pop().unwrap_or_else(|| {
            numbers.1 += 1;
            numbers.1 - 1
        });
        let generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
        Some(Self { number, generation, image: image as *const u8, layout })
    }

    /// This thread's copy.
    pub fn address(&self) -> *mut u8 {
        COPIES.with_borrow_mut(|copies| {
            if let Some(copy) = copies.get(self.number)
                && copy.generation == self.generation
            {
                return copy.start;
            }
            if copies.len() <= self.number {
                copies.resize_with(self.number + 1, Copy::none);
            }
            copies[self.number] = Copy::of(self);
            copies[self.number].start
        })
    }
}

impl Drop for ThreadData {
    fn drop(&mut self) {
        NUMBERS.lock().unwrap_or_else(PoisonError::into_inner).0.push(self.number);
    }
}

/// A thread's copy of data.
struct Copy {
    /// That of the data, or 0.
    generation: u64,
    start: *mut u8,
    layout: Layout,
}

impl Copy {
    fn none() -> Self {
        Self { generation: 0, start: std::ptr::null_mut(), layout: Layout::new::<u8>() }
    }

    fn of(data: &ThreadData) -> Self {
        // SAFETY: the size is not 0.
        let start = unsafe { alloc(data.layout) };
        if start.is_null() {
            handle_alloc_error(data.layout);
        }
        // SAFETY: whoever made the data vouches for the image; the copy was just allocated with
        // this size.
        unsafe { std::ptr::copy_nonoverlapping(data.image, start, data.layout.size()) };
        Self { generation: data.generation, start, layout: data.layout }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.start.is_null() {
            // SAFETY: it was allocated with this layout, by `of`, and is dropped once.
            unsafe { dealloc(self.start, self.layout) };
        }
    }
}

thread_local! {
    static COPIES: RefCell<Vec<Copy>> = const { RefCell::new(Vec::new()) };
}

/// What compiled code calls for the address of this thread's copy.
///
/// # Safety
///
/// `cell` holds the address of a [`ThreadData`].
pub unsafe extern "C" fn address_of(cell: *const *const ThreadData) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe { (**cell).address() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_and_every_generation_has_its_copy() {
        let image = [7u8, 8, 9];
        let make = || {
            // SAFETY: the image lives to the end of the test.
            unsafe { ThreadData::new(image.as_ptr() as usize, 3, 64) }.unwrap()
        };
        let read = |address: *mut u8| {
            // SAFETY: a copy of three bytes of this thread.
            unsafe { std::slice::from_raw_parts(address, 3) }.to_vec()
        };
        let first = make();
        let mine = first.address();
        assert_eq!((mine as usize % 64, read(mine)), (0, vec![7, 8, 9]));
        // SAFETY: a byte of this thread's copy.
        unsafe { mine.write(1) };
        assert_eq!(first.address(), mine);
        let other = std::thread::scope(|scope| {
            let other = scope.spawn(|| read(first.address()));
            other.join().unwrap()
        });
        assert_eq!((other, read(mine)), (vec![7, 8, 9], vec![1, 8, 9]));
        drop(first);
        let second = make();
        assert_eq!(read(second.address()), [7, 8, 9]);
    }

    #[test]
    fn what_cannot_be_allocated_is_none() {
        // SAFETY: nothing is read.
        let bad = unsafe { (ThreadData::new(8, 1, 3), ThreadData::new(8, usize::MAX, 1)) };
        assert!(bad.0.is_none() && bad.1.is_none());
    }
}
