//! Work whose amount the program chooses, done in pieces, with a look at the deadline between two.
//!
//! What holds: a builtin or host function that loops over a number that comes from the program, or
//! gives such a number to the C library or the kernel, does at most one piece beyond the deadline.
//! Bounds are checked for the whole before the first piece, as the specification wants it; what the
//! pieces before the deadline did has happened.

use std::ops::Range;
use std::ptr;

use crate::sys::fault::{Call, check};
use crate::trap::Trap;

/// Bytes of a piece that is copied, filled, read or written: less than 2 ms on fresh pages.
pub(crate) const BYTES: usize = 1 << 20;

/// Items of a piece of a list, each of which takes a call to the system or about as long.
pub(crate) const ITEMS: usize = 1 << 10;

/// The deadline passed between two pieces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Interrupted;

impl From<Interrupted> for crate::Error {
    fn from(_: Interrupted) -> Self {
        Self::new(Trap::Interrupted)
    }
}

/// Counts work, and looks whether to stop whenever a piece is done.
pub(crate) struct Pieces<F> {
    size: usize,
    left: usize,
    interrupted: F,
}

impl<F: FnMut() -> bool> Pieces<F> {
    /// Pieces of this size; `interrupted` says whether the deadline has passed.
    pub fn new(size: usize, interrupted: F) -> Self {
        Self { size, left: size, interrupted }
    }

    /// How much of the work that is `wanted` is to be done next.
    #[inline]
    pub fn next(&mut self, wanted: usize) -> Result<usize, Interrupted> {
        if self.left == 0 {
            self.look()?;
        }
        let now = wanted.min(self.left);
        self.left -= now;
        Ok(now)
    }

    #[cold]
    fn look(&mut self) -> Result<(), Interrupted> {
        self.left = self.size;
        // A test says after which piece the deadline passes.
        if check(Call::Piece).is_err() || (self.interrupted)() { Err(Interrupted) } else { Ok(()) }
    }

    /// Does work for each part of `0..len`, one behind the other.
    pub fn each<E: From<Interrupted>>(
        &mut self,
        len: usize,
        mut work: impl FnMut(Range<usize>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut at = 0;
        while at < len {
            let end = at + self.next(len - at)?;
            work(at..end)?;
            at = end;
        }
        Ok(())
    }
}

/// Does work on `0..len` in pieces of so many units.
#[inline]
pub(crate) fn in_pieces(
    size: usize,
    len: usize,
    interrupted: impl FnMut() -> bool,
    mut work: impl FnMut(Range<usize>),
) -> Result<(), Interrupted> {
    Pieces::new(size, interrupted).each(len, |part| {
        work(part);
        Ok(())
    })
}

/// Copies between ranges that may overlap.
///
/// # Safety
///
/// Both have so many elements, which may be read there and written here.
pub(crate) unsafe fn copy<V>(
    from: *const V,
    to: *mut V,
    len: usize,
    interrupted: impl FnMut() -> bool,
) -> Result<(), Interrupted> {
    // Where the target begins behind the source, the last piece goes first.
    let backwards = to.cast_const() > from;
    in_pieces(BYTES / size_of::<V>(), len, interrupted, |part| {
        let start = if backwards { len - part.end } else { part.start };
        // SAFETY: the part lies in both ranges; see above.
        unsafe { ptr::copy(from.add(start), to.add(start), part.len()) };
    })
}

/// Fills a range with copies of a value.
///
/// # Safety
///
/// The range has so many elements, which may be written.
pub(crate) unsafe fn fill<V: Copy>(
    to: *mut V,
    value: V,
    len: usize,
    interrupted: impl FnMut() -> bool,
) -> Result<(), Interrupted> {
    in_pieces(BYTES / size_of::<V>(), len, interrupted, |part| {
        // SAFETY: the part lies in the range; see above.
        unsafe { std::slice::from_raw_parts_mut(to.add(part.start), part.len()).fill(value) };
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_done_behind_the_piece_that_was_interrupted() {
        let mut looks = 0;
        let mut done = 0;
        let interrupted = || {
            looks += 1;
            looks == 3
        };
        assert_eq!(in_pieces(10, 1000, interrupted, |part| done += part.len()), Err(Interrupted));
        assert_eq!((looks, done), (3, 30));
        // What fits a piece is done without a look, and so is nothing.
        for len in [0, 1, 10] {
            let mut done = 0;
            let never = || panic!("nobody looks");
            assert_eq!(in_pieces(10, len, never, |part| done += part.len()), Ok(()));
            assert_eq!(done, len);
        }
    }

    #[test]
    fn pieces_count_across_parts() {
        let mut looks = 0;
        let mut pieces = Pieces::new(10, || {
            looks += 1;
            false
        });
        for _ in 0..7 {
            let mut sum = 0;
            let add = |part: Range<usize>| {
                sum += part.len();
                Ok::<_, Interrupted>(())
            };
            assert_eq!(pieces.each(9, add), Ok(()));
            assert_eq!(sum, 9);
        }
        assert_eq!(looks, 6);
    }

    #[test]
    fn copies_are_right_whatever_overlaps() {
        const LEN: usize = 3 * BYTES + 5;
        const AWAY: usize = BYTES / 2 + 3;
        let bytes: Vec<u8> = (0..LEN + AWAY).map(|n| (n % 251) as u8).collect();
        for (from, to) in [(0, AWAY), (AWAY, 0), (7, 7)] {
            let mut copied = bytes.clone();
            let start = copied.as_mut_ptr();
            // SAFETY: both ranges lie in the vector.
            let done = unsafe { copy(start.add(from), start.add(to), LEN - 7, || false) };
            assert_eq!(done, Ok(()));
            let mut expected = bytes.clone();
            expected.copy_within(from..from + LEN - 7, to);
            assert!(copied == expected, "{from} {to}");
        }
    }
}
