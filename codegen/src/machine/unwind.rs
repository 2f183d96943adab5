//! How the frames of a function are unwound: the call frame instructions of DWARF, in terms of its
//! registers.

use super::reloc::CodeOffset;
use crate::ir::Endianness;

/// One call frame instruction. Registers are numbered as DWARF does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CfiOp {
    /// The canonical frame address is a register plus an offset.
    DefCfa {
        /// The register.
        reg: u16,
        /// The offset.
        offset: u32,
    },
    /// The same register with another offset.
    DefCfaOffset(u32),
    /// Another register with the same offset.
    DefCfaRegister(u16),
    /// A register of the caller is saved at an offset from the canonical frame address.
    Offset {
        /// The register.
        reg: u16,
        /// The offset.
        offset: i32,
    },
}

/// The frame description of a function for DWARF unwinders. At entry, the canonical frame address
/// is the stack pointer plus the size of the return address, which lies just below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemVUnwindInfo {
    /// Instructions, each from its offset on.
    pub ops: Vec<(CodeOffset, CfiOp)>,
    /// Size of the function's code.
    pub len: u32,
}

/// What all frame descriptions of a machine share (a common information entry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonUnwindInfo {
    /// Bytes of an address.
    pub pointer_bytes: u8,
    /// The byte order.
    pub endianness: Endianness,
    /// Smallest distance of code addresses.
    pub code_alignment: u8,
    /// Unit of saved registers' offsets.
    pub data_alignment: i8,
    /// The register in which the return address is found.
    pub return_address: u16,
    /// The stack pointer.
    pub stack_pointer: u16,
    /// Offset from the stack pointer at entry to the canonical frame address.
    pub cfa_offset: u32,
    /// Offset of the return address from the canonical frame address, where a call pushes it.
    pub return_address_offset: Option<i32>,
}
