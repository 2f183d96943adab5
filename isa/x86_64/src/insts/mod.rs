//! The instructions of x86-64, one row each: the only place that says what an instruction's
//! operands are, what it does with them, how it is printed and how it is encoded. The notation is
//! explained in `notation`.
//!
//! A row is one operation at all operand sizes. Of float operations on scalars, size `d` is single
//! and `q` double precision.
//!
//! To add an instruction, add a line to one of the tables; `Op::Name`, encoder, decoder, printer
//! and the constraints for the register allocator follow. To add a table, add it to the list.

mod notation;

pub use notation::NOTATION;
use notation::row;
use windlass_core::machine::row::{NO_REG, Size};

pub use crate::settings::FEATURES;
pub use windlass_core::machine::row::Arg;

/// Most encodings of a row.
pub const MAX_ENCODINGS: usize = 16;

/// One instruction.
pub type Row = windlass_core::machine::row::Row<Encodings>;

windlass_core::instruction_table! {
    alu mov shift_bit muldiv control atomic sse sse_int avx fma pseudo
}

/// The immediate field of an encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ImmKind {
    /// None.
    None,
    /// 8 bits.
    Ib,
    /// 16 bits.
    Iw,
    /// 32 bits.
    Id,
    /// 64 bits.
    Io,
    /// A distance of 8 bits.
    Cb,
    /// A distance of 32 bits.
    Cd,
}

impl ImmKind {
    /// Its length in bytes.
    #[inline]
    pub const fn len(self) -> usize {
        [0, 1, 2, 4, 8, 1, 4][self as usize]
    }

    /// Whether there is none.
    #[inline]
    pub const fn is_empty(self) -> bool {
        matches!(self, ImmKind::None)
    }
}

/// When an encoding can be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Fits {
    /// Always.
    Always,
    /// The immediate fits 8 bits with sign.
    I8,
    /// The immediate fits 32 bits with sign.
    I32,
    /// The immediate fits 32 bits without sign.
    U32,
    /// The immediate is 1.
    One,
    /// The register is the accumulator.
    Acc,
}

/// Properties of an encoding, a set of bits.
pub mod enc_bits {
    /// REX.W or VEX.W.
    pub const W: u32 = 1;
    /// Operand-size prefix 66.
    pub const OSZ: u32 = 1 << 1;
    /// Lock prefix.
    pub const LOCK: u32 = 1 << 2;
    /// VEX prefix.
    pub const VEX: u32 = 1 << 3;
    /// VEX.L.
    pub const L: u32 = 1 << 4;
    /// VEX.W is ignored.
    pub const WIG: u32 = 1 << 5;
    /// VEX.L is ignored.
    pub const LIG: u32 = 1 << 6;
    /// Has a ModRM byte.
    pub const MODRM: u32 = 1 << 7;
    /// The reg field is part of the opcode.
    pub const DIGIT: u32 = 1 << 8;
    /// A register is added to the opcode.
    pub const PLUS_R: u32 = 1 << 9;
    /// A condition is added to the opcode.
    pub const PLUS_CC: u32 = 1 << 10;
    /// The reg field is an 8-bit general register.
    pub const REG8: u32 = 1 << 11;
    /// The r/m field is an 8-bit general register or memory.
    pub const RM8: u32 = 1 << 12;
    /// A register in the high half of the last byte.
    pub const IS4: u32 = 1 << 13;
    /// The r/m field is always memory.
    pub const MEM_ONLY: u32 = 1 << 14;
    /// The r/m field is never memory.
    pub const REG_ONLY: u32 = 1 << 15;
    /// The operand of the r/m field, if it is a register, takes two allocations.
    pub const RM_MOD: u32 = 1 << 16;
    /// A fixed byte, in `digit`, follows the opcode.
    pub const LITERAL: u32 = 1 << 17;
    /// One register in both fields.
    pub const BOTH: u32 = 1 << 18;
}

/// One encoding of a row at one operand size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Enc {
    /// Its properties, see `enc_bits`.
    pub bits: u32,
    /// The legacy prefixes (lock, 66, F2 or F3) in the order of the bytes, the first in the low
    /// byte; how many there are in the high byte.
    pub lead: u32,
    /// Escape bytes, opcode and fixed third byte in the same way; of a VEX encoding the opcode
    /// alone.
    pub op: u32,
    /// Whether it is legacy prefixes, opcode and ModRM, with no register added to the opcode, and
    /// perhaps an immediate of up to 32 bits.
    pub simple: bool,
    /// The opcode byte.
    pub opcode: u8,
    /// 0: no escape, 1: `0F`, 2: `0F 38`, 3: `0F 3A`.
    pub map: u8,
    /// Mandatory prefix, or 0.
    pub prefix: u8,
    /// Operand size; 4: any.
    pub size: u8,
    /// The digit in the reg field, or the fixed byte after the opcode.
    pub digit: u8,
    /// The immediate field.
    pub imm: ImmKind,
    /// When it can be taken.
    pub fits: Fits,
    /// Place of the register of the reg field (or of the opcode) among the allocations; bit 7 says
    /// that it comes after the memory operand. `NO_REG`: none.
    pub reg: u8,
    /// The same of the r/m field.
    pub rm: u8,
    /// The same of the vvvv field.
    pub vvvv: u8,
    /// The same of the field in the last byte.
    pub is4: u8,
}

impl Enc {
    /// No encoding.
    pub const NONE: Enc = Enc {
        bits: 0,
        lead: 0,
        op: 0,
        simple: false,
        opcode: 0,
        map: 0,
        prefix: 0,
        size: 0,
        digit: 0,
        imm: ImmKind::None,
        fits: Fits::Always,
        reg: NO_REG,
        rm: NO_REG,
        vvvv: NO_REG,
        is4: NO_REG,
    };

    /// Whether it has a property.
    #[inline]
    pub const fn has(&self, bit: u32) -> bool {
        self.bits & bit != 0
    }
}

/// The encodings of a row.
#[derive(Clone, Copy, Debug)]
pub struct Encodings {
    list: [Enc; MAX_ENCODINGS],
    first: [u8; 4],
    count: [u8; 4],
}

impl Encodings {
    /// The only encoding of an operand size, or the first of several and how many there are.
    #[inline]
    pub(crate) fn first(&self, size: usize) -> (&Enc, u8) {
        (&self.list[self.first[size] as usize & 15], self.count[size])
    }

    /// The encodings of an operand size, the first that fits to be taken.
    #[inline]
    pub fn of(&self, size: Size) -> &[Enc] {
        let first = self.first[size as usize] as usize;
        &self.list[first..first + self.count[size as usize] as usize]
    }

    /// Whether the row exists at an operand size.
    #[inline]
    pub const fn has_size(&self, size: Size) -> bool {
        self.count[size as usize] != 0
    }

    /// Whether the operand size means nothing to the row.
    pub const fn sizeless(&self) -> bool {
        self.count[0] != 0 && self.list[self.first[0] as usize].size == 4
    }
}
