//! What compiled code calls for the operations that it does not do itself.
//!
//! Each function takes the context of the running instance, which leads to the store that the
//! thread's activation has borrowed. None of them unwinds: failures are results. They are `unsafe`,
//! and compiled code alone calls them: with its own context, while it waits for them, and with
//! numbers of memories, tables and segments that its module has.

use windlass_jit::libcalls;
use windlass_wasm::types::{MemoryIndex, TableIndex};

use crate::Error;
use crate::arch;
use crate::call::func::{called, leave};
use crate::instance::InstanceData;
use crate::layout::{Address, BuiltinTable, INSTANCE, LIBCALLS, STORE};
use crate::store::{Pending, StoreOpaque};
use crate::trap::pieces::{self, Interrupted};

const fn library(n: usize) -> Address {
    Address(libcalls::pointer(LIBCALLS[n]).expect("the function is there"))
}

/// The address of a function that notes where Wasm code was left and then calls the builtin.
macro_rules! exiting {
    ($builtin:ident) => {{
        arch::note_exit!($builtin, entry);
        Address(entry as *const ())
    }};
}

unsafe extern "C" {
    fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8;
    fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8;
}

/// The address of a function that goes to a routine of the C library, or to the builtin that does
/// the same in pieces.
macro_rules! routine {
    ($routine:ident, $builtin:ident) => {{
        arch::note_exit!($builtin, entry);
        arch::routine!($routine, entry, start);
        Address(start as *const ())
    }};
}

/// The addresses of all builtins, in the order of [`Builtin`](crate::layout::Builtin), then those of
/// [`LIBCALLS`].
pub(crate) static TABLE: BuiltinTable = [
    exiting!(memory_grow),
    routine!(memset, fill_in_pieces),
    routine!(memmove, copy_in_pieces),
    exiting!(memory_init),
    exiting!(data_drop),
    exiting!(table_grow),
    exiting!(table_fill),
    exiting!(table_copy),
    exiting!(table_init),
    exiting!(elem_drop),
    library(0),
    library(1),
    library(2),
    library(3),
    library(4),
    library(5),
    library(6),
    library(7),
];

/// The failure of `memory.grow` and `table.grow`.
const FAILED: u32 = u32::MAX;

/// The store and the instance of a context.
///
/// # Safety
///
/// Called by builtins alone, with the context of the running instance: its store is borrowed by
/// the thread's innermost activation, and compiled code waits for the builtin.
unsafe fn running<'a>(context: *mut u8) -> (&'a mut StoreOpaque, usize) {
    // SAFETY: the caller's promise; the state is the first field of a store.
    unsafe {
        let index = *context.byte_offset(INSTANCE as isize).cast::<u64>() as usize;
        (&mut **context.byte_offset(STORE as isize).cast::<*mut StoreOpaque>(), index)
    }
}

fn instance(store: &StoreOpaque, index: usize) -> &InstanceData {
    &store.instances[index]
}

unsafe extern "C" fn memory_grow(context: *mut u8, memory: u32, pages: u32) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    let memory = instance(store, index).memory(MemoryIndex(memory));
    let grow = |store: *mut StoreOpaque| {
        // SAFETY: the store is the one above, which is not used beside this.
        let before = unsafe { (*store).grow_memory(memory, u64::from(pages))? };
        Ok(before.map_or(FAILED, |before| before as u32))
    };
    // SAFETY: compiled code calls with its own context. The limiter may fail, which ends the code.
    unsafe { ask(context, grow) }
}

/// Runs what asks the embedder, whose failure ends the code as that of a host function does.
///
/// # Safety
///
/// As for [`running`].
unsafe fn ask(context: *mut u8, what: impl FnOnce(*mut StoreOpaque) -> Result<u32, Error>) -> u32 {
    // SAFETY: the caller's promise; no frame of a builtin holds anything that must be dropped.
    unsafe { called(context, what) }
}

/// The result of a builtin, unless the deadline has passed meanwhile.
///
/// # Safety
///
/// As for [`running`].
unsafe fn done(context: *mut u8, result: u32) -> u32 {
    // SAFETY: the caller's promise; as in `ask`.
    unsafe {
        let store = running(context).0;
        if store.is_interrupted() {
            interrupt(context);
        }
    }
    result
}

/// Makes a range of a memory accessible, or leaves the activation.
///
/// # Safety
///
/// As for [`running`]; the memory is one of the store.
unsafe fn reach(context: *mut u8, memory: usize, at: usize, len: usize) {
    // SAFETY: the caller's promise; as in `ask`.
    unsafe {
        let store = running(context).0;
        if let Err(trap) = store.memories[memory].reach(at, len) {
            leave(store, Pending::Error(Error::new(trap)));
        }
    }
}

/// As [`reach`], for a range that lies in a memory of the store.
///
/// # Safety
///
/// As for [`running`].
unsafe fn reach_range(context: *mut u8, start: *const u8, len: usize) {
    // SAFETY: the caller's promise; as in `ask`.
    unsafe {
        let store = running(context).0;
        if let Err(trap) = store.reach_range(start, len) {
            leave(store, Pending::Error(Error::new(trap)));
        }
    }
}

/// Leaves the activation, because the deadline has passed.
///
/// # Safety
///
/// As for [`running`].
#[cold]
unsafe fn interrupt(context: *mut u8) -> ! {
    // SAFETY: the caller's promise; as in `ask`.
    unsafe { leave(running(context).0, Pending::Interrupted) }
}

/// The result of a builtin that works in pieces: whether it was out of bounds, if it was not
/// interrupted.
///
/// # Safety
///
/// As for [`running`].
unsafe fn finished(context: *mut u8, result: Result<bool, Interrupted>) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        match result {
            Ok(failed) => done(context, failed.into()),
            Err(Interrupted) => interrupt(context),
        }
    }
}

/// Copies between ranges that may overlap, in pieces; whether one of them does not exist.
///
/// # Safety
///
/// The ranges that exist have so many elements, which belong to the store.
unsafe fn copy<V>(
    store: &StoreOpaque,
    source: Option<*const V>,
    target: Option<*mut V>,
    len: usize,
) -> Result<bool, Interrupted> {
    let Some((source, target)) = source.zip(target) else { return Ok(true) };
    // SAFETY: the caller's promise.
    unsafe { pieces::copy(source, target, len, || store.is_interrupted())? };
    Ok(false)
}

/// Fills a range in pieces; whether it does not exist.
///
/// # Safety
///
/// The range, if it exists, has so many elements, which belong to the store.
unsafe fn fill<V: Copy>(
    store: &StoreOpaque,
    target: Option<*mut V>,
    value: V,
    len: usize,
) -> Result<bool, Interrupted> {
    let Some(target) = target else { return Ok(true) };
    // SAFETY: the caller's promise.
    unsafe { pieces::fill(target, value, len, || store.is_interrupted())? };
    Ok(false)
}

/// `memory.fill` of bytes that the code has found to be in bounds, where `memset` cannot do it.
unsafe extern "C" fn fill_in_pieces(to: *mut u8, byte: u32, len: usize, context: *mut u8) {
    // SAFETY: compiled code calls with its own context, and with a range of a memory of its store.
    unsafe {
        reach_range(context, to, len);
        let (store, _) = running(context);
        finished(context, fill(store, Some(to), byte as u8, len));
    }
}

/// `memory.copy` between ranges that the code has found to be in bounds, where `memmove` cannot do
/// it.
unsafe extern "C" fn copy_in_pieces(to: *mut u8, from: *const u8, len: usize, context: *mut u8) {
    // SAFETY: compiled code calls with its own context, and with ranges of memories of its store.
    unsafe {
        reach_range(context, from, len);
        reach_range(context, to, len);
        let (store, _) = running(context);
        finished(context, copy(store, Some(from), Some(to), len));
    }
}

unsafe extern "C" fn memory_init(
    context: *mut u8,
    memory: u32,
    segment: u32,
    to: u32,
    from: u32,
    len: u32,
) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    let memory = instance(store, index).memory(MemoryIndex(memory));
    let (to, from, len) = (to as usize, from as usize, len as usize);
    // SAFETY: compiled code calls with its own context.
    unsafe { reach(context, memory, to, len) };
    let (data, memories) = (&store.instances[index], &mut store.memories);
    let source = data.data_segment(segment as usize).get(from..from + len).map(<[u8]>::as_ptr);
    let target = memories[memory].range_mut(to, len).map(<[u8]>::as_mut_ptr);
    // SAFETY: compiled code calls with its own context; the ranges are of a segment and a memory of
    // the store.
    unsafe { finished(context, copy(store, source, target, len)) }
}

unsafe extern "C" fn data_drop(context: *mut u8, segment: u32) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    store.instances[index].drop_data(segment as usize);
    0
}

unsafe extern "C" fn table_grow(context: *mut u8, table: u32, delta: u32, value: u64) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    let table = instance(store, index).table(TableIndex(table));
    let grow = |store: *mut StoreOpaque| {
        // SAFETY: the store is the one above, which is not used beside this.
        let before = unsafe { (*store).grow_table(table, delta, value)? };
        Ok(before.unwrap_or(FAILED))
    };
    // SAFETY: compiled code calls with its own context. The limiter may fail, which ends the code.
    unsafe { ask(context, grow) }
}

unsafe extern "C" fn table_fill(
    context: *mut u8,
    table: u32,
    at: u32,
    value: u64,
    len: u32,
) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    let table = instance(store, index).table(TableIndex(table));
    let (at, len) = (at as usize, len as usize);
    let StoreOpaque { state, tables, .. } = store;
    let result = tables[table].fill(at, value, len, || state.is_interrupted());
    // SAFETY: compiled code calls with its own context.
    unsafe { finished(context, result.map(|done| done.is_none())) }
}

unsafe extern "C" fn table_copy(
    context: *mut u8,
    to_table: u32,
    from_table: u32,
    to: u32,
    from: u32,
    len: u32,
) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    let data = instance(store, index);
    let target = data.table(TableIndex(to_table));
    let source = data.table(TableIndex(from_table));
    let (to, from, len) = (to as usize, from as usize, len as usize);
    let source = store.tables[source].elements().get(from..from + len).map(<[u64]>::as_ptr);
    let target = store.tables[target].elements_mut().get_mut(to..to + len);
    let target = target.map(<[u64]>::as_mut_ptr);
    // SAFETY: both ranges are of tables of the store.
    unsafe { finished(context, copy(store, source, target, len)) }
}

unsafe extern "C" fn table_init(
    context: *mut u8,
    table: u32,
    segment: u32,
    to: u32,
    from: u32,
    len: u32,
) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    let table = instance(store, index).table(TableIndex(table));
    let result = store.init_table(index, table, segment as usize, to, from, len);
    // SAFETY: compiled code calls with its own context.
    unsafe { finished(context, result.map(|done| done.is_none())) }
}

unsafe extern "C" fn elem_drop(context: *mut u8, segment: u32) -> u32 {
    // SAFETY: compiled code calls with its own context.
    let (store, index) = unsafe { running(context) };
    store.instances[index].drop_elements(segment as usize);
    0
}
