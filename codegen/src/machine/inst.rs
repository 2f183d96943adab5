//! The machine instruction: one small uniform struct for every ISA, before and after register
//! allocation.

/// A machine instruction, 16 bytes. What its fields mean is said by its row in the ISA's table.
///
/// Trap codes and source locations are side arrays by instruction number; registers are the
/// operands from `operands` on, as many as the row and the addressing form have.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct MInst {
    /// The row of the ISA's table, or one of the common rows from `pseudo::FIRST` on.
    pub row: u16,
    /// Operand size, condition, addressing form, as the ISA defines it.
    pub ctl: u16,
    /// Index of the first operand in the flat operand array.
    pub operands: u32,
    /// An immediate, a displacement and an immediate, or an index into a side table.
    pub payload: u64,
}

impl MInst {
    /// An instruction whose operands begin at index 0.
    #[inline]
    pub const fn new(row: u16, ctl: u16, payload: u64) -> MInst {
        MInst { row, ctl, operands: 0, payload }
    }

    /// The low half of the payload as a signed number: a displacement.
    #[inline]
    pub const fn low(&self) -> i32 {
        self.payload as i32
    }

    /// The high half of the payload as a signed number: an immediate beside a displacement.
    #[inline]
    pub const fn high(&self) -> i32 {
        (self.payload >> 32) as i32
    }
}

/// A payload of a displacement (or index) and an immediate.
#[inline]
pub const fn payload(low: i32, high: i32) -> u64 {
    low as u32 as u64 | (high as u32 as u64) << 32
}

const _: () = assert!(size_of::<MInst>() == 16);
