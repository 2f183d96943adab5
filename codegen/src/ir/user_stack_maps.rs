//! Stack maps that a front end writes: which stack slots hold references during a call.

use smallvec::SmallVec;

use super::entities::StackSlot;
use super::types::Type;

/// A reference that lives in a stack slot during a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserStackMapEntry {
    /// The type of the reference.
    pub ty: Type,
    /// The slot.
    pub slot: StackSlot,
    /// The offset in the slot, in bytes.
    pub offset: u32,
}

/// The entries of one call.
pub type UserStackMapEntryVec = SmallVec<[UserStackMapEntry; 4]>;

/// A stack map of compiled code: references at offsets from the stack pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserStackMap {
    entries: Vec<(Type, u32)>,
    sp_to_sized_stack_slots: u32,
}

impl UserStackMap {
    /// Makes the map from the entries of a call and the offsets of the slots.
    pub fn new(
        entries: &[UserStackMapEntry],
        slot_offset: impl Fn(StackSlot) -> u32,
        sp_to_sized_stack_slots: u32,
    ) -> Self {
        let mut all: Vec<_> =
            entries.iter().map(|e| (e.ty, slot_offset(e.slot).saturating_add(e.offset))).collect();
        all.sort_by_key(|&(_, offset)| offset);
        Self { entries: all, sp_to_sized_stack_slots }
    }

    /// The references: type and offset from the stack pointer at the call, in bytes.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (Type, u32)> + '_ {
        let base = self.sp_to_sized_stack_slots;
        self.entries.iter().map(move |&(ty, offset)| (ty, base + offset))
    }
}
