//! The functions that the interpreter can call, by name and by index.
//!
//! What holds: an index stays valid; a name added twice means the function added last. What a frame
//! of a function needs (offsets of its slots) is computed once, when it is added.

use super::InterpreterTrap;
use crate::FxHashMap;
use crate::entity::EntityRef;
use crate::ir::{FuncRef, Function, StackSlot, StackSlotData, TrapCode};

/// The number of a function in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncIndex(u32);

impl FuncIndex {
    pub(super) fn new(index: usize) -> Self {
        Self(index as u32)
    }

    /// The number itself.
    pub fn as_usize(self) -> usize {
        self.0 as usize
    }
}

/// A function with the layout of its frame.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) function: &'a Function,
    slot_offsets: Vec<u64>,
    frame_bytes: u64,
    frame_align: usize,
}

impl Entry<'_> {
    /// The offset of a place in a slot from the start of the frame; outside of the slot a trap.
    pub(super) fn slot_offset(&self, slot: StackSlot, offset: i32) -> Result<u64, InterpreterTrap> {
        let size = i64::from(self.function.sized_stack_slots[slot].size);
        if (0..size).contains(&i64::from(offset)) {
            Ok(self.slot_offsets[slot.index()] + offset as u64)
        } else {
            Err(InterpreterTrap::User(TrapCode::HEAP_OUT_OF_BOUNDS))
        }
    }

    /// The size of the frame.
    pub(super) fn frame_bytes(&self) -> u64 {
        self.frame_bytes
    }

    /// The alignment of the frame.
    pub(super) fn frame_align(&self) -> usize {
        self.frame_align
    }
}

/// Functions by name.
#[derive(Clone, Debug, Default)]
pub struct FunctionStore<'a> {
    entries: Vec<Entry<'a>>,
    by_name: FxHashMap<String, FuncIndex>,
}

impl<'a> From<&'a Function> for FunctionStore<'a> {
    fn from(function: &'a Function) -> Self {
        let mut store = FunctionStore::default();
        store.add(function.name.to_string(), function);
        store
    }
}

impl<'a> FunctionStore<'a> {
    /// Adds a function under a name, as calls write it: `%name` or `u0:1`.
    pub fn add(&mut self, name: String, function: &'a Function) -> FuncIndex {
        let (mut end, mut frame_align) = (0u64, 16);
        let mut slot_offsets = Vec::with_capacity(function.sized_stack_slots.len());
        for slot in function.sized_stack_slots.values() {
            let align = 1 << slot.align_shift.clamp(3, StackSlotData::MAX_ALIGN_SHIFT);
            frame_align = frame_align.max(align);
            end = end.next_multiple_of(align as u64);
            slot_offsets.push(end);
            end += u64::from(slot.size);
        }
        let index = FuncIndex::new(self.entries.len());
        self.entries.push(Entry { function, slot_offsets, frame_bytes: end, frame_align });
        self.by_name.insert(name, index);
        index
    }

    /// The index of the function of this name.
    pub fn index_of(&self, name: &str) -> Option<FuncIndex> {
        self.by_name.get(name).copied()
    }

    /// The function of this index.
    pub fn get_by_index(&self, index: FuncIndex) -> Option<&'a Function> {
        self.entries.get(index.as_usize()).map(|entry| entry.function)
    }

    /// The function of this name.
    pub fn get_by_name(&self, name: &str) -> Option<&'a Function> {
        self.get_by_index(self.index_of(name)?)
    }

    /// The function that `caller` declares as `func_ref`.
    pub fn get_by_func_ref(&self, func_ref: FuncRef, caller: &Function) -> Option<&'a Function> {
        self.get_by_name(&name_of(func_ref, caller))
    }

    /// The number of functions.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no functions.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entry(&self, index: FuncIndex) -> &Entry<'a> {
        &self.entries[index.as_usize()]
    }
}

/// The name of a declared function, as it is written.
pub(super) fn name_of(func_ref: FuncRef, caller: &Function) -> String {
    caller.dfg.ext_funcs[func_ref].name.display(Some(&caller.params)).to_string()
}
