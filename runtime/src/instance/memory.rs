//! Linear memories.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use windlass_wasm::types as wasm;

use crate::Error;
use crate::engine::Engine;
use crate::engine::slots::Slot;
use crate::instance::NO_OWNER;
use crate::layout::{MemoryDef, MemoryPlan};
use crate::sync::cells::Place;
use crate::sys::fault::{Call, check};
use crate::sys::mapping::{
    Access, Image, Mapping, advise_huge, page_size, protect, round_up_to_pages, touched,
};
use crate::trap::Trap;
use crate::trap::pieces::{self, Interrupted};

/// The most pages of 64 KiB that 32-bit addresses reach.
const MAX_PAGES: u64 = 1 << 16;

/// Memories of this many bytes ask for huge pages: the first touch of a small page costs about
/// 1.4 µs.
const HUGE: usize = 8 << 20;

/// Images up to this size are copied into an instance's pages, larger ones are mapped: copying
/// 64 KiB costs less than the faults of a copy-on-write mapping.
const COPIED_IMAGE: usize = 64 << 10;

/// The most bytes of windows, which each new instance fills: more cost more than giving the pages
/// back and touching some of them again.
const MAX_WINDOWS_SIZE: usize = 128 << 10;

/// The most bytes of a memory that is closed: to find out what was touched in a larger one takes
/// too long.
const MAX_CLOSED: usize = 64 << 20;

/// The most windows: each costs two mappings.
const MAX_WINDOWS: usize = 4;

/// Pages between two windows that are not worth a window more.
const SMALL_GAP: usize = 4;

/// What a memory holds in the beginning.
#[derive(Debug)]
pub(crate) enum MemoryImage {
    /// A few bytes at an address.
    Copied(usize, Box<[u8]>),
    /// Whole pages at an address, to be mapped.
    Mapped(usize, Image),
}

impl MemoryImage {
    /// The image of these bytes at an address of a memory with so many bytes.
    pub fn new(mut at: usize, mut bytes: Vec<u8>, memory: usize) -> io::Result<Self> {
        let page = page_size();
        let first = at - at % page;
        let end = round_up_to_pages(at + bytes.len()).filter(|end| *end <= memory);
        match end {
            Some(end) if bytes.len() > COPIED_IMAGE => {
                let before = at - first;
                bytes.try_reserve_exact(end - first - bytes.len()).map_err(io::Error::other)?;
                bytes.splice(0..0, std::iter::repeat_n(0, before));
                bytes.resize(end - first, 0);
                at = first;
                Ok(Self::Mapped(at, Image::new(&bytes)?))
            }
            _ => Ok(Self::Copied(at, bytes.into_boxed_slice())),
        }
    }

    fn at(&self) -> usize {
        match self {
            Self::Copied(at, _) | Self::Mapped(at, _) => *at,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Copied(_, bytes) => bytes,
            Self::Mapped(_, image) => image.bytes(),
        }
    }

    fn range(&self) -> Range<usize> {
        self.at()..self.at() + self.bytes().len()
    }
}

/// What instances of a module did with one of its memories: learned as they end, so that the next
/// ones are prepared for it.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    /// They touch many pages, or the host looks at all of them: all are accessible from the
    /// beginning.
    open: AtomicBool,
    /// Grows with each instance that did, and shrinks with each that did not.
    score: AtomicU32,
    /// Changes with the windows.
    version: AtomicU32,
    /// The pages that they touch, in order.
    windows: Mutex<Vec<Range<usize>>>,
}

/// By how much an unusual instance raises the score, which each usual one lowers by 1.
const UNUSUAL: u32 = 8;
/// The score at which the unusual is usual.
const USUAL: u32 = 32;

impl Habits {
    fn windows(&self) -> MutexGuard<'_, Vec<Range<usize>>> {
        // Nothing panics while it holds the lock.
        self.windows.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    fn unusual(&self) {
        let score = self.score.fetch_add(UNUSUAL, Ordering::Relaxed) + UNUSUAL;
        if score >= USUAL {
            self.open.store(true, Ordering::Relaxed);
        }
    }

    #[inline]
    fn usual(&self) {
        // Not a line that threads share, once the score is 0; that an update may be lost is fine.
        let score = self.score.load(Ordering::Relaxed);
        if score != 0 {
            self.score.store(score - 1, Ordering::Relaxed);
        }
    }

    /// Adds pages that an instance touched to the windows, unless they are too many. It is unusual
    /// if nothing is new in a memory that was closed: then the host looked at all of it.
    fn learn(&self, touched: Vec<Range<usize>>, was_closed: bool) {
        let mut windows = self.windows();
        let mut all: Vec<Range<usize>> = windows.iter().cloned().chain(touched).collect();
        all.sort_unstable_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in all {
            match joined.last_mut() {
                Some(last) if range.start <= last.end + SMALL_GAP * page_size() => {
                    last.end = last.end.max(range.end);
                }
                _ => joined.push(range),
            }
        }
        while joined.len() > MAX_WINDOWS {
            let gap = |n: &usize| joined[n + 1].start - joined[*n].end;
            let least = (0..joined.len() - 1).min_by_key(gap).expect("there are two");
            joined[least].end = joined[least + 1].end;
            joined.remove(least + 1);
        }
        let size: usize = joined.iter().map(Range::len).sum();
        if size > MAX_WINDOWS_SIZE || (joined == *windows && was_closed) {
            drop(windows);
            self.unusual();
        } else if joined != *windows {
            *windows = joined;
            self.version.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How the memories that a module defines are prepared.
#[derive(Debug)]
pub(crate) struct MemorySetup {
    pub image: Option<MemoryImage>,
    habits: Habits,
}

impl MemorySetup {
    pub fn new(image: Option<MemoryImage>) -> Self {
        let habits = Habits::default();
        if let Some(MemoryImage::Copied(at, bytes)) = &image {
            let end = round_up_to_pages(at + bytes.len()).unwrap_or(at + bytes.len());
            habits.windows().push(at - at % page_size()..end);
        }
        Self { image, habits }
    }
}

/// A memory of a store.
///
/// The memory of an instance that follows another one may be *closed*: only some windows of it are
/// accessible, the pages that instances of the module touched so far. Touching another page opens it, by the
/// handler of the signal or before the host looks at it. So the end of an instance knows, without
/// asking the kernel, that nothing but the windows must be made fresh, and the pages of the windows
/// stay in memory. It costs instances that touch the same few pages no call to the system at all.
#[derive(Debug)]
pub(crate) struct MemoryObject {
    ty: wasm::MemoryType,
    plan: MemoryPlan,
    slot: Slot,
    /// The place of a checked memory that grew out of its slot.
    moved: Option<Mapping>,
    /// Bytes in the beginning.
    initial: usize,
    windows: Vec<Range<usize>>,
    /// The version of the habits that they are from.
    version: u32,
    closed: AtomicBool,
    /// Whether it was closed and is no more.
    opened: AtomicBool,
    /// Whether it may be closed for the next instance.
    closable: bool,
    /// Whether the image is mapped into the slot.
    mapped: bool,
    /// Mappings beyond two that the memory costs, for its image and for its windows.
    image_mappings: usize,
    window_mappings: usize,
    /// The instance whose module defines it.
    pub owner: u32,
    /// What compiled code reads.
    def: Place<MemoryDef>,
}

impl MemoryObject {
    /// A memory of this type; compiled code sees it through `def`, or through a definition of its
    /// own.
    ///
    /// # Safety
    ///
    /// `def` is in a context of the store that owns the memory.
    pub unsafe fn new(
        engine: &Engine,
        ty: wasm::MemoryType,
        def: Option<*mut MemoryDef>,
        setup: Option<&MemorySetup>,
    ) -> Result<Self, Error> {
        let plan = engine.config().memory_plan;
        let initial = bytes(ty.minimum, &ty)
            .ok_or_else(|| Error::msg("the memory is larger than the address space"))?;
        let initial = initial as usize;
        let slot = engine.slots().take(plan, initial).map_err(|error| {
            Error::new(error).context(format!(
                "no address space for a memory of {initial} bytes: a reserved one takes 6 GiB of it \
                 (see `Config::memory_plan`, and `--memory checked` of `windlass run`)"
            ))
        })?;
        let def = match def {
            // SAFETY: the caller's promise.
            Some(def) => unsafe { Place::in_context(def) },
            None => Place::own(MemoryDef { base: std::ptr::null_mut(), length: 0 }),
        };
        let mut memory = Self {
            ty,
            plan,
            slot,
            moved: None,
            initial,
            windows: Vec::with_capacity(if setup.is_some() { MAX_WINDOWS } else { 0 }),
            version: 0,
            closed: AtomicBool::new(false),
            opened: AtomicBool::new(false),
            closable: false,
            mapped: false,
            image_mappings: 0,
            window_mappings: 0,
            owner: NO_OWNER,
            def,
        };
        memory.prepare(setup)?;
        memory.publish();
        Ok(memory)
    }

    /// Whether the memory may cost so many mappings for its windows, which are taken from the
    /// engine's share.
    fn can_have_windows(&mut self, count: usize) -> bool {
        // A reserved memory costs two in any case, an accessible range and one that is not.
        let first = if self.plan == MemoryPlan::Reserved { 1 } else { 0 };
        let more = (2 * count.saturating_sub(first)).saturating_sub(self.window_mappings);
        let granted = more == 0 || self.slot.home().take_extra_mappings(more);
        if granted {
            self.window_mappings += more;
        }
        granted
    }

    /// Prepares a fresh slot.
    fn prepare(&mut self, setup: Option<&MemorySetup>) -> io::Result<()> {
        self.slot.note_used(self.initial);
        let Some(setup) = setup else { return self.make_accessible(0..self.initial) };
        let large = match &setup.image {
            Some(MemoryImage::Mapped(at, image)) => Some((*at, image)),
            _ => None,
        };
        if let Some((at, image)) = large
            && self.slot.home().take_extra_mappings(2)
        {
            self.image_mappings = 2;
            // SAFETY: the slot is fresh; nobody uses it.
            unsafe { self.slot.map_image(at, image, Access::ReadWrite)? };
            self.mapped = true;
        }
        // The windows of a memory hold an image that is copied, unless it is a large one.
        let whole = self.mapped == large.is_some();
        self.closable = whole && self.initial != 0 && self.initial <= MAX_CLOSED;
        self.make_accessible(0..self.initial)?;
        self.fill_image(setup);
        Ok(())
    }

    fn make_accessible(&mut self, range: Range<usize>) -> io::Result<()> {
        if self.plan == MemoryPlan::Reserved {
            self.slot.make_accessible(range.clone())?;
        } else {
            self.slot.note_used(range.end);
        }
        if range.end >= HUGE {
            self.slot.advise_huge(if range.start < HUGE { 0..range.end } else { range });
        }
        Ok(())
    }

    /// Leaves of a memory that is accessible only the windows so, unless that would cost too many
    /// mappings.
    fn close(&mut self, setup: &MemorySetup) -> io::Result<()> {
        let all = round_up_to_pages(self.initial).unwrap_or(self.initial);
        self.windows.clear();
        {
            let windows = setup.habits.windows();
            let windows = windows.iter().map(|window| window.start.min(all)..window.end.min(all));
            self.windows.extend(windows.filter(|window| !window.is_empty()));
            self.version = setup.habits.version.load(Ordering::Relaxed);
        }
        if !self.can_have_windows(self.windows.len()) {
            self.closable = false;
            return Ok(());
        }
        let mut from = 0;
        for n in 0..=self.windows.len() {
            let window = self.windows.get(n).cloned().unwrap_or(all..all);
            // SAFETY: the memory belongs to no instance now.
            unsafe { self.slot.make_inaccessible(from..window.start)? };
            from = window.end;
        }
        *self.closed.get_mut() = true;
        *self.opened.get_mut() = false;
        Ok(())
    }

    /// Whether only the windows are accessible. If not, what made the rest accessible has happened
    /// before: threads that have borrowed the store may open the memory at the same time.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Makes all of it accessible, if it is not. A signal handler may call this, and so may several
    /// threads that read the memory: each gives access to the same pages, which changes nothing the
    /// second time, and the memory counts as open once one of them has.
    pub fn open(&self) -> io::Result<()> {
        if self.is_closed() {
            let len = round_up_to_pages(self.initial).unwrap_or(self.initial);
            check(Call::Map)?;
            // SAFETY: the bytes are this memory's, and gaining access hurts nobody.
            unsafe {
                protect(self.slot.start().as_ptr(), len, Access::ReadWrite)?;
                if len >= HUGE {
                    advise_huge(self.slot.start().as_ptr(), len);
                }
            }
            self.opened.store(true, Ordering::Relaxed);
            self.closed.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Whether the address belongs to a page of the memory that opening makes accessible.
    pub fn would_open(&self, address: usize) -> bool {
        let offset = address.wrapping_sub(self.slot.start().as_ptr() as usize);
        self.is_closed() && offset < self.initial
    }

    /// Makes a range accessible, if it is one of the memory, before the host looks at it. The kernel
    /// may refuse that where a process has as many mappings as it may have: to open a memory joins
    /// mappings, as a rule, but it can take two more where nothing but a mapped image was open.
    #[inline]
    pub fn reach(&self, at: usize, len: usize) -> Result<(), Trap> {
        let end = at.saturating_add(len);
        if !self.is_closed() || self.windows.iter().any(|w| w.start <= at && end <= w.end) {
            return Ok(());
        }
        self.open().map_err(|_| Trap::AllocationFailed)
    }

    /// As [`Self::reach`], for who has no way to say that it failed.
    #[inline]
    fn reach_or_panic(&self, at: usize, len: usize) {
        if self.reach(at, len).is_err() {
            panic!(
                "the system does not let a memory be accessed: the process has too many mappings \
                 (see vm.max_map_count)"
            );
        }
    }

    /// Writes the bytes of the windows as they are in the beginning.
    fn fill_windows(&mut self, setup: &MemorySetup) {
        for window in &self.windows {
            // SAFETY: the window is accessible, and nobody else uses it now.
            let target = unsafe {
                let start = self.slot.start().as_ptr().add(window.start);
                std::slice::from_raw_parts_mut(start, window.len())
            };
            let Some(image) = &setup.image else {
                target.fill(0);
                continue;
            };
            let range = image.range();
            let from = range.start.clamp(window.start, window.end);
            let to = range.end.clamp(from, window.end);
            target[..from - window.start].fill(0);
            if from < to {
                let source = &image.bytes()[from - range.start..to - range.start];
                target[from - window.start..to - window.start].copy_from_slice(source);
            }
            target[to - window.start..].fill(0);
        }
    }

    /// Copies the image into fresh pages, unless it is mapped there. The windows of a closed memory
    /// hold an image that is copied.
    fn fill_image(&mut self, setup: &MemorySetup) {
        if let Some(image) = setup.image.as_ref().filter(|_| !self.mapped) {
            // SAFETY: an image lies in the initial bytes, which are accessible, and nobody else
            // uses them now.
            unsafe {
                let start = self.slot.start().as_ptr().add(image.at());
                std::ptr::copy_nonoverlapping(image.bytes().as_ptr(), start, image.bytes().len());
            }
        }
    }

    /// Tells compiled code where the memory is, in its initial state.
    fn publish(&mut self) {
        let def = MemoryDef { base: self.slot.start().as_ptr(), length: self.initial as u64 };
        self.def.set(def);
    }

    /// Makes the memory of an instance that has ended ready for another one.
    pub fn retire(&mut self, setup: &MemorySetup) -> io::Result<()> {
        let grown = self.length() != self.initial;
        self.moved = None;
        if grown {
            let end = round_up_to_pages(self.initial).unwrap_or(self.initial);
            // SAFETY: the instance has ended; nobody uses its memory.
            unsafe { self.slot.renew_from(end)? };
        }
        if self.is_closed() {
            setup.habits.usual();
            return Ok(());
        }
        let closes = self.closable && !setup.habits.open.load(Ordering::Relaxed);
        if closes {
            match touched(self.slot.start(), self.initial) {
                Some(touched) => setup.habits.learn(touched, *self.opened.get_mut()),
                None => setup.habits.unusual(),
            }
        }
        // SAFETY: the instance has ended; nobody uses its memory.
        unsafe { self.slot.discard(0..self.initial)? };
        if closes && !setup.habits.open.load(Ordering::Relaxed) {
            self.close(setup)?;
        }
        Ok(())
    }

    /// The most bytes that a shell keeps of such a memory: its windows.
    pub fn kept_bytes(ty: &wasm::MemoryType) -> usize {
        bytes(ty.minimum, ty).map_or(0, |initial| MAX_WINDOWS_SIZE.min(initial as usize))
    }

    /// Prepares the memory for its next instance. The slot is as [`Self::retire`] left it.
    pub fn renew(&mut self, setup: &MemorySetup) -> io::Result<()> {
        let habits = &setup.habits;
        if self.is_closed() && habits.open.load(Ordering::Relaxed) {
            self.forget()?;
        } else if self.is_closed() && habits.version.load(Ordering::Relaxed) != self.version {
            self.forget()?;
            self.close(setup)?;
        }
        if self.is_closed() {
            self.fill_windows(setup);
        } else {
            self.fill_image(setup);
        }
        self.publish();
        Ok(())
    }

    /// Opens a closed memory that no instance uses, and gives the pages of its windows back.
    fn forget(&mut self) -> io::Result<()> {
        for window in &self.windows {
            // SAFETY: no instance uses the memory; of the windows nothing must remain.
            unsafe { self.slot.discard(window.clone())? };
        }
        self.open()?;
        *self.opened.get_mut() = false;
        Ok(())
    }

    pub fn def(&self) -> *mut MemoryDef {
        self.def.address()
    }

    /// The length in bytes.
    #[inline]
    pub fn length(&self) -> usize {
        self.def.get().length as usize
    }

    /// The type, with the present length as minimum.
    pub fn ty(&self) -> wasm::MemoryType {
        let minimum = self.length() as u64 >> self.ty.page_size_log2;
        wasm::MemoryType { minimum, ..self.ty }
    }

    pub fn bytes(&self) -> &[u8] {
        self.reach_or_panic(0, self.initial);
        let def = self.def.get();
        // SAFETY: the definition describes accessible memory that this owns. Only Wasm code and
        // `bytes_mut` write there, for which the store is borrowed mutably.
        unsafe { std::slice::from_raw_parts(def.base, def.length as usize) }
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.reach_or_panic(0, self.initial);
        let def = self.def.get();
        // SAFETY: the definition describes accessible memory that this owns. `&mut self` is the
        // only access by the host, and Wasm code does not run meanwhile.
        unsafe { std::slice::from_raw_parts_mut(def.base, def.length as usize) }
    }

    /// The address of a range, accessible; `None` if it is out of bounds.
    #[inline]
    fn place(&self, at: usize, len: usize) -> Option<*mut u8> {
        at.checked_add(len).filter(|end| *end <= self.length())?;
        self.reach_or_panic(at, len);
        // SAFETY: the range lies in the memory.
        Some(unsafe { self.def.get().base.add(at) })
    }

    /// Makes a range accessible, if it is one of this memory.
    pub fn reach_range(&self, start: *const u8, len: usize) -> Result<(), Trap> {
        let at = (start as usize).wrapping_sub(self.def.get().base as usize);
        if at < self.length() { self.reach(at, len) } else { Ok(()) }
    }

    /// A range of the bytes; `None` if it is out of bounds.
    #[inline]
    pub fn range(&self, at: usize, len: usize) -> Option<&[u8]> {
        // SAFETY: the range is accessible and belongs to this. Only Wasm code and `range_mut` write
        // there, for which the store is borrowed mutably.
        Some(unsafe { std::slice::from_raw_parts(self.place(at, len)?, len) })
    }

    /// A range of the bytes, to change; `None` if it is out of bounds.
    #[inline]
    pub fn range_mut(&mut self, at: usize, len: usize) -> Option<&mut [u8]> {
        // SAFETY: the range is accessible and belongs to this. `&mut self` is the only access by
        // the host, and Wasm code does not run meanwhile.
        Some(unsafe { std::slice::from_raw_parts_mut(self.place(at, len)?, len) })
    }

    /// The bytes that growing by `delta` pages would lead to; `None` if no number says it.
    pub fn wanted(&self, delta: u64) -> Option<usize> {
        let pages = (self.length() as u64 >> self.ty.page_size_log2).checked_add(delta)?;
        usize::try_from(pages.checked_mul(1 << self.ty.page_size_log2)?).ok()
    }

    /// The most bytes that its type allows, if it says so.
    pub fn maximum(&self) -> Option<usize> {
        bytes(self.ty.maximum?, &self.ty).map(|bytes| bytes as usize)
    }

    /// The bytes that growing by `delta` pages leads to; `None` if the type does not allow it.
    fn grown(&self, delta: u64) -> Option<usize> {
        let wanted = (self.length() as u64 >> self.ty.page_size_log2).checked_add(delta)?;
        let limit = self.ty.maximum.unwrap_or(u64::MAX);
        bytes(wanted, &self.ty).filter(|_| wanted <= limit).map(|new| new as usize)
    }

    /// Grows by `delta` pages. Returns the pages before, or `None` if that is not possible. What is
    /// copied is copied in pieces.
    pub fn grow(
        &mut self,
        delta: u64,
        interrupted: impl FnMut() -> bool,
    ) -> Result<Option<u64>, Interrupted> {
        let old = self.length();
        let pages = old as u64 >> self.ty.page_size_log2;
        let Some(new) = self.grown(delta) else { return Ok(None) };
        if delta == 0 {
            return Ok(Some(pages));
        }
        // The new part would cost a closed memory two mappings more.
        let opens = self.is_closed() && !self.can_have_windows(self.windows.len() + 1);
        if (opens || self.plan == MemoryPlan::Checked) && self.open().is_err() {
            return Ok(None);
        }
        let room = match (self.plan, &mut self.moved) {
            (MemoryPlan::Reserved, _) => self.make_accessible(old..new).is_ok(),
            (MemoryPlan::Checked, Some(mapping)) if new <= mapping.len() => true,
            (MemoryPlan::Checked, None) if new <= self.slot.len() => {
                self.slot.note_used(new);
                true
            }
            (MemoryPlan::Checked, _) => self.move_to_more_room(old, new, interrupted)?,
        };
        if !room {
            return Ok(None);
        }
        self.def.set(MemoryDef { length: new as u64, ..self.def.get() });
        Ok(Some(pages))
    }

    /// Moves a checked memory to where it has room for `new` bytes, and some ahead, so that growing
    /// step by step does not ask the system each time; whether there is such a place. All of it is
    /// accessible: then mappings side by side are one to the kernel.
    fn move_to_more_room(
        &mut self,
        old: usize,
        new: usize,
        interrupted: impl FnMut() -> bool,
    ) -> Result<bool, Interrupted> {
        let most = self.ty.maximum.unwrap_or(u64::MAX).min(MAX_PAGES);
        let most = bytes(most, &self.ty).unwrap_or(0) as usize;
        let roomy = (new + new / 2).min(most).max(new);
        match &mut self.moved {
            // SAFETY: whoever has the address looks for it in the definition, which is written
            // below.
            Some(mapping) => match unsafe { mapping.grow(roomy) } {
                Ok(()) => {}
                Err(_) => return Ok(false),
            },
            None => {
                let Ok(mapping) = Mapping::zeroed_sparse(roomy) else { return Ok(false) };
                // SAFETY: both are mappings of their own of at least `old` bytes.
                unsafe {
                    let (from, to) = (self.def.get().base, mapping.start().as_ptr());
                    copy_touched(from, to, old, interrupted)?;
                }
                self.moved = Some(mapping);
            }
        }
        let mapping = self.moved.as_ref().expect("it was just made");
        if new >= HUGE {
            mapping.advise_huge(0..mapping.len());
        }
        self.def.set(MemoryDef { base: mapping.start().as_ptr(), ..self.def.get() });
        Ok(true)
    }
}

/// Copies to pages that are zero, in pieces, but no page that is zero: those stay untouched.
///
/// # Safety
///
/// There are so many bytes at both places, which begin at pages.
unsafe fn copy_touched(
    from: *const u8,
    to: *mut u8,
    len: usize,
    interrupted: impl FnMut() -> bool,
) -> Result<(), Interrupted> {
    pieces::in_pieces(pieces::BYTES, len, interrupted, |part| {
        for at in part.clone().step_by(page_size()) {
            let size = page_size().min(part.end - at);
            // SAFETY: the caller's promise.
            unsafe {
                let page = std::slice::from_raw_parts(from.add(at), size);
                let (words, rest) = page.as_chunks::<8>();
                let sum = words.iter().fold(0, |sum, word| sum | u64::from_ne_bytes(*word));
                if sum != 0 || rest.iter().any(|byte| *byte != 0) {
                    std::ptr::copy_nonoverlapping(page.as_ptr(), to.add(at), size);
                }
            }
        }
    })
}

impl Drop for MemoryObject {
    fn drop(&mut self) {
        let extra = self.image_mappings + self.window_mappings;
        if extra != 0 {
            self.slot.home().return_extra_mappings(extra);
        }
    }
}

/// The bytes of so many pages, if 32-bit addresses reach them.
fn bytes(pages: u64, ty: &wasm::MemoryType) -> Option<u64> {
    let bytes = pages.checked_mul(1 << ty.page_size_log2)?;
    (bytes <= MAX_PAGES << 16).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn engine(plan: MemoryPlan) -> Engine {
        Engine::new(Config::new().memory_plan(plan)).expect("this machine is supported")
    }

    fn memory(engine: &Engine, pages: u64, setup: Option<&MemorySetup>) -> MemoryObject {
        let ty =
            wasm::MemoryType { minimum: pages, maximum: None, page_size_log2: 16, shared: false };
        // SAFETY: the memory gets a definition of its own.
        unsafe { MemoryObject::new(engine, ty, None, setup).expect("there is address space") }
    }

    /// A memory whose last instance has ended, closed, with the first page as its only window.
    fn closed(engine: &Engine, setup: &MemorySetup) -> MemoryObject {
        let mut memory = memory(engine, 2, Some(setup));
        memory.range_mut(8, 1).expect("in bounds")[0] = 9;
        memory.retire(setup).expect("the kernel takes pages back");
        memory.renew(setup).expect("the kernel gives pages");
        assert!(memory.is_closed());
        memory
    }

    fn setup() -> MemorySetup {
        let image = MemoryImage::new(16, vec![1, 2, 3], 2 << 16).expect("a small image");
        MemorySetup::new(Some(image))
    }

    #[test]
    fn several_threads_open_a_closed_memory_at_once() {
        for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
            let engine = engine(plan);
            let setup = setup();
            for round in 0..if cfg!(miri) { 2 } else { 200 } {
                let memory = closed(&engine, &setup);
                let start = std::sync::Barrier::new(4);
                std::thread::scope(|scope| {
                    for n in 0..4 {
                        let (memory, start) = (&memory, &start);
                        scope.spawn(move || {
                            start.wait();
                            // Half of them ask for all of it, half for a part beyond the window.
                            if n % 2 == 0 {
                                assert!(
                                    memory.bytes()[1 << 16..].iter().step_by(4096).all(|b| *b == 0)
                                );
                            } else {
                                assert_eq!(memory.range((1 << 16) + 5, 1), Some(&[0][..]));
                            }
                            assert_eq!(memory.range(15, 5), Some(&[0, 1, 2, 3, 0][..]));
                        });
                    }
                });
                assert!(!memory.is_closed(), "round {round}");
            }
        }
    }

    #[test]
    fn the_next_instance_sees_nothing_of_the_last_one() {
        for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
            let engine = engine(plan);
            let setup = setup();
            let mut memory = closed(&engine, &setup);
            for _ in 0..3 {
                assert_eq!(memory.grow(1, || false), Ok(Some(2)));
                memory.bytes_mut().fill(7);
                memory.retire(&setup).expect("the kernel takes pages back");
                memory.renew(&setup).expect("the kernel gives pages");
                assert_eq!(memory.length(), 2 << 16);
                let zero = |range: &[u8]| {
                    range.iter().step_by(if cfg!(miri) { 512 } else { 1 }).all(|b| *b == 0)
                };
                assert_eq!(memory.range(16, 3), Some(&[1, 2, 3][..]));
                assert!(zero(&memory.bytes()[..16]) && zero(&memory.bytes()[19..]));
            }
        }
    }

    #[test]
    fn a_memory_that_moves_takes_its_bytes_along() {
        for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
            let engine = engine(plan);
            let mut memory = memory(&engine, 1, None);
            memory.range_mut(65_535, 1).expect("in bounds")[0] = 5;
            for pages in 1..5 {
                assert_eq!(memory.grow(1, || false), Ok(Some(pages)));
                assert_eq!(memory.range(65_535, 2), Some(&[5, 0][..]));
                assert_eq!(memory.range(memory.length(), 1), None);
            }
        }
    }
}
