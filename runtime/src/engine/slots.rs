//! Slots: ranges of address space for linear memories, cut from slabs and used again.
//!
//! What holds: a slab is one mapping, so the free slots of an engine cost one entry of the kernel's
//! list of mappings for each slab (a process has 65,530 of these), and a slot in use costs the
//! ranges that differ from the slab's state. A slot in the free list is as it was when its slab
//! was made: reserved slots inaccessible, packed ones zero. Slots come from here only when a new
//! shell of an instance is made (see `instance/cache.rs`); the lock is not on the path of an instance
//! that finds one.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::layout::{GUARD, MemoryPlan, RESERVED};
use crate::sys::mapping::{Access, Image, Mapping, round_up_to_pages};

/// Slots of the first slab of a class; each further slab has twice as many.
const FIRST_SLAB: usize = 8;
/// The most slots of a slab of reserved memories: 6 TiB.
const MAX_RESERVED_SLAB: usize = 1 << 10;
/// The most bytes of a slab of packed memories, unless one slot is larger.
const MAX_PACKED_SLAB: usize = 1 << 30;

/// Mappings beyond two for each memory that an engine's memories may cost: with 20,000 live
/// memories the sum stays below the kernel's default of 65,530.
const EXTRA_MAPPINGS: usize = 20_000;

/// What kind of slots a slab has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Class {
    access: Access,
    len: usize,
}

impl std::hash::Hash for Access {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (*self as u8).hash(state);
    }
}

/// The length of a packed slot for so many bytes: there are four lengths between a power of two and
/// the next. So the classes of an engine are few, whatever sizes of memories its modules have.
fn packed_len(len: usize) -> Option<usize> {
    let step = len.checked_ilog2().map_or(0, |log2| log2.saturating_sub(2));
    round_up_to_pages(len.checked_next_multiple_of(1 << step)?)
}

#[derive(Debug, Default)]
struct Slabs {
    newest: Option<Arc<Mapping>>,
    /// Where in the newest slab slots begin that were never used.
    unused: usize,
    /// Slots of the next slab.
    next: usize,
    free: Vec<(Arc<Mapping>, usize)>,
}

/// The slots of an engine.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    classes: Mutex<HashMap<Class, Slabs>>,
    extra_mappings: AtomicUsize,
}

impl Slots {
    /// A slot for a memory that begins with `len` bytes.
    pub fn take(self: &Arc<Self>, plan: MemoryPlan, len: usize) -> io::Result<Slot> {
        let too_large = || io::Error::from_raw_os_error(libc::ENOMEM);
        let class = match plan {
            MemoryPlan::Reserved => {
                Class { access: Access::None, len: (RESERVED + GUARD) as usize }
            }
            MemoryPlan::Checked => {
                let len = packed_len(len).ok_or_else(too_large)?;
                Class { access: Access::ReadWrite, len }
            }
        };
        if class.len == 0 {
            let slab = Arc::new(Mapping::reserve(0)?);
            return Ok(Slot {
                slab,
                offset: 0,
                class,
                high: 0,
                altered: false,
                home: self.clone(),
            });
        }
        // A panic while the lock is held leaves lists of free slots, of which one may be lost.
        let mut classes = self.classes.lock().unwrap_or_else(|poison| poison.into_inner());
        let slabs = classes.entry(class).or_default();
        let (slab, offset) = match slabs.free.pop() {
            Some(found) => found,
            None => slabs.unused_slot(class)?,
        };
        Ok(Slot { slab, offset, class, high: 0, altered: false, home: self.clone() })
    }

    /// Asks for mappings beyond the two of a memory; they count until they are returned.
    pub fn take_extra_mappings(&self, count: usize) -> bool {
        let before = self.extra_mappings.fetch_add(count, Ordering::Relaxed);
        let granted = before + count <= EXTRA_MAPPINGS;
        if !granted {
            self.return_extra_mappings(count);
        }
        granted
    }

    pub fn return_extra_mappings(&self, count: usize) {
        self.extra_mappings.fetch_sub(count, Ordering::Relaxed);
    }
}

impl Slabs {
    fn unused_slot(&mut self, class: Class) -> io::Result<(Arc<Mapping>, usize)> {
        if let Some(slab) = &self.newest
            && self.unused + class.len <= slab.len()
        {
            let offset = self.unused;
            self.unused += class.len;
            return Ok((slab.clone(), offset));
        }
        let most = match class.access {
            Access::None => MAX_RESERVED_SLAB,
            Access::ReadWrite => (MAX_PACKED_SLAB / class.len).max(1),
        };
        let mut count = self.next.max(FIRST_SLAB).min(most);
        let slab = loop {
            let len = class.len.checked_mul(count);
            let len = len.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOMEM))?;
            let mapped = match class.access {
                Access::None => Mapping::reserve(len),
                Access::ReadWrite => Mapping::zeroed_sparse(len),
            };
            match mapped {
                Ok(slab) => break Arc::new(slab),
                // The address space has gaps that are too small for as many.
                Err(_) if count > FIRST_SLAB => count = (count / 2).max(FIRST_SLAB),
                Err(error) => return Err(error),
            }
        };
        self.next = count.saturating_mul(2).min(most);
        self.unused = class.len;
        self.newest = Some(slab.clone());
        Ok((slab, 0))
    }
}

/// A range for one memory, its owner's alone. Dropped, it is made fresh and goes back.
#[derive(Debug)]
pub(crate) struct Slot {
    slab: Arc<Mapping>,
    offset: usize,
    class: Class,
    /// What lies behind this was never accessible (reserved) or used (packed).
    high: usize,
    /// Whether protections or what is mapped differ from the slab's.
    altered: bool,
    home: Arc<Slots>,
}

impl Slot {
    #[inline]
    pub fn start(&self) -> NonNull<u8> {
        // SAFETY: the slot lies in its slab.
        unsafe { self.slab.start().add(self.offset) }
    }

    /// Bytes of address space.
    pub fn len(&self) -> usize {
        self.class.len
    }

    pub fn home(&self) -> &Arc<Slots> {
        &self.home
    }

    /// The same range counted from the start of the slab.
    fn in_slab(&self, range: Range<usize>) -> io::Result<Range<usize>> {
        if range.end > self.class.len {
            return Err(io::Error::from_raw_os_error(libc::ENOMEM));
        }
        Ok(self.offset + range.start..self.offset + range.end)
    }

    /// Says how far the memory is used, in a slot whose pages were accessible from the beginning.
    pub fn note_used(&mut self, end: usize) {
        self.high = self.high.max(end);
    }

    pub fn make_accessible(&mut self, range: Range<usize>) -> io::Result<()> {
        self.high = self.high.max(range.end);
        self.slab.make_accessible(self.in_slab(range)?)
    }

    /// # Safety
    ///
    /// Nobody has references into the range.
    pub unsafe fn make_inaccessible(&mut self, range: Range<usize>) -> io::Result<()> {
        self.altered = true;
        // SAFETY: the caller's promise.
        unsafe { self.slab.make_inaccessible(self.in_slab(range)?) }
    }

    /// # Safety
    ///
    /// Nobody has references into the range.
    pub unsafe fn discard(&self, range: Range<usize>) -> io::Result<()> {
        // SAFETY: the caller's promise.
        unsafe { self.slab.discard(self.in_slab(range)?) }
    }

    /// Makes what lies behind `from` as it was in the beginning.
    ///
    /// # Safety
    ///
    /// Nobody has references into the range.
    pub unsafe fn renew_from(&mut self, from: usize) -> io::Result<()> {
        if from < self.high {
            let range = self.in_slab(from..self.high)?;
            let whole = self.altered || self.class.access == Access::None;
            // SAFETY: the caller's promise.
            unsafe {
                match whole {
                    true => self.slab.renew(range, self.class.access)?,
                    false => self.slab.discard(range)?,
                }
            }
            self.high = from;
        }
        Ok(())
    }

    /// # Safety
    ///
    /// Nobody has references into the range, and `at` is a multiple of the page size.
    pub unsafe fn map_image(&mut self, at: usize, image: &Image, access: Access) -> io::Result<()> {
        let range = self.in_slab(at..at + image.len())?;
        self.altered = true;
        self.high = self.high.max(at + image.len());
        // SAFETY: the caller's promise.
        unsafe { self.slab.map_image(range.start, image, access) }
    }

    pub fn advise_huge(&mut self, range: Range<usize>) {
        if let Ok(range) = self.in_slab(range) {
            self.altered = true;
            self.slab.advise_huge(range);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.class.len == 0 {
            return;
        }
        // SAFETY: the owner is gone, and with it everything that refers to the memory.
        let fresh = unsafe { self.renew_from(0) };
        // What could not be made fresh stays out of use until the slab is unmapped.
        if fresh.is_ok() {
            let mut classes = self.home.classes.lock().unwrap_or_else(|poison| poison.into_inner());
            if let Some(slabs) = classes.get_mut(&self.class) {
                slabs.free.push((self.slab.clone(), self.offset));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(slot: &mut Slot, range: Range<usize>) -> &mut [u8] {
        // SAFETY: the tests ask for ranges that they have made accessible, one at a time.
        unsafe {
            std::slice::from_raw_parts_mut(slot.start().as_ptr().add(range.start), range.len())
        }
    }

    #[test]
    fn slots_used_again_are_zero() {
        let slots = Arc::new(Slots::default());
        for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
            let mut first = slots.take(plan, 1 << 16).expect("there is address space");
            first.make_accessible(0..1 << 16).expect("the range is in the slot");
            bytes(&mut first, 0..1 << 16).fill(7);
            let start = first.start();
            drop(first);
            let mut again = slots.take(plan, 1 << 16).expect("there is a slot");
            assert_eq!(again.start(), start, "the slot is used again");
            again.make_accessible(0..1 << 16).expect("the range is in the slot");
            assert!(bytes(&mut again, 0..1 << 16).iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn packed_slots_lie_side_by_side() {
        let slots = Arc::new(Slots::default());
        let mut a = slots.take(MemoryPlan::Checked, 1 << 16).expect("there is address space");
        let mut b = slots.take(MemoryPlan::Checked, 1 << 16).expect("there is address space");
        assert_eq!(b.start().as_ptr() as usize - a.start().as_ptr() as usize, 1 << 16);
        for slot in [&mut a, &mut b] {
            slot.note_used(1 << 16);
        }
        bytes(&mut a, 0..1 << 16).fill(1);
        assert!(bytes(&mut b, 0..1 << 16).iter().all(|byte| *byte == 0));
        assert!(a.make_accessible(0..(1 << 16) + 1).is_err(), "the next slot is not its own");
    }

    #[test]
    fn packed_slots_have_few_lengths() {
        let lens: Vec<usize> =
            (0..=1 << 16).map(|pages| packed_len(pages << 16).unwrap()).collect();
        for (pages, len) in lens.iter().enumerate() {
            let bytes = pages << 16;
            assert!(bytes <= *len && *len <= bytes + bytes / 4, "{bytes} {len}");
        }
        let mut different = lens;
        different.dedup();
        assert!(different.len() <= 68, "{}", different.len());
        assert_eq!(packed_len(usize::MAX), None);
    }

    #[test]
    fn extra_mappings_are_bounded() {
        let slots = Slots::default();
        assert!(slots.take_extra_mappings(EXTRA_MAPPINGS));
        assert!(!slots.take_extra_mappings(1));
        slots.return_extra_mappings(1);
        assert!(slots.take_extra_mappings(1));
    }
}
