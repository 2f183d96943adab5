//! Stack slots: memory in the frame of a function.

use super::entities::{DynamicStackSlot, DynamicType, StackSlot};
use crate::entity::PrimaryMap;
use core::fmt;
use core::str::FromStr;

/// What a stack slot is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum StackSlotKind {
    /// A slot of fixed size.
    ExplicitSlot,
    /// A slot for a value of a dynamic type.
    ExplicitDynamicSlot,
}

impl fmt::Display for StackSlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ExplicitSlot => "explicit_slot",
            Self::ExplicitDynamicSlot => "explicit_dynamic_slot",
        })
    }
}

impl FromStr for StackSlotKind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "explicit_slot" => Ok(Self::ExplicitSlot),
            "explicit_dynamic_slot" => Ok(Self::ExplicitDynamicSlot),
            _ => Err(()),
        }
    }
}

/// A number of the user's that the metadata reports with the slot.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackSlotKey(u64);

impl StackSlotKey {
    /// The key of this number.
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// The number.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// A stack slot of fixed size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StackSlotData {
    /// What it is for.
    pub kind: StackSlotKind,
    /// Size in bytes.
    pub size: u32,
    /// The binary logarithm of the alignment.
    pub align_shift: u8,
    /// The number by which the metadata reports the slot.
    pub key: Option<StackSlotKey>,
}

impl StackSlotData {
    /// A slot without a key.
    pub const fn new(kind: StackSlotKind, size: u32, align_shift: u8) -> Self {
        Self { kind, size, align_shift, key: None }
    }

    /// A slot with a key.
    pub const fn new_with_key(
        kind: StackSlotKind,
        size: u32,
        align_shift: u8,
        key: StackSlotKey,
    ) -> Self {
        Self { kind, size, align_shift, key: Some(key) }
    }

    /// The binary logarithm of the largest alignment that frames have, 64 KiB.
    pub const MAX_ALIGN_SHIFT: u8 = 16;

    /// The alignment in bytes; 2^63 where it is even larger.
    pub const fn alignment(&self) -> u64 {
        1 << if self.align_shift < 64 { self.align_shift } else { 63 }
    }
}

impl fmt::Display for StackSlotData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.size)?;
        if self.align_shift != 0 {
            write!(f, ", align = {}", self.alignment())?;
        }
        self.key.map_or(Ok(()), |key| write!(f, ", key = {}", key.bits()))
    }
}

/// A stack slot of a dynamic type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DynamicStackSlotData {
    /// What it is for.
    pub kind: StackSlotKind,
    /// The type of its content.
    pub dyn_ty: DynamicType,
}

impl DynamicStackSlotData {
    /// A slot of this type.
    pub const fn new(kind: StackSlotKind, dyn_ty: DynamicType) -> Self {
        Self { kind, dyn_ty }
    }
}

impl fmt::Display for DynamicStackSlotData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.dyn_ty)
    }
}

/// The stack slots of fixed size of a function.
pub type StackSlots = PrimaryMap<StackSlot, StackSlotData>;

/// The stack slots of dynamic types of a function.
pub type DynamicStackSlots = PrimaryMap<DynamicStackSlot, DynamicStackSlotData>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_print_what_differs_from_the_default() {
        let kind = StackSlotKind::ExplicitSlot;
        assert_eq!(StackSlotData::new(kind, 24, 0).to_string(), "explicit_slot 24");
        let slot = StackSlotData::new_with_key(kind, 8, 4, StackSlotKey::new(7));
        assert_eq!(slot.to_string(), "explicit_slot 8, align = 16, key = 7");
    }
}
