//! The instructions of x86-64, one row each: the only place that says what an instruction's
//! operands are, what it does with them, how it is printed and how it is encoded. The notation is
//! explained in `notation`.
//!
//! A row is one operation at all operand sizes. Of float operations on scalars, size `d` is single
//! and `q` double precision, and `*` in the mnemonic stands for `s` or `d`; `a|b|c` gives mnemonics
//! for 16, 32 and 64 bits (two: for 32 and 64).
//!
//! To add an instruction, add a line to one of the tables; `Op::Name`, encoder, decoder, printer
//! and the constraints for the register allocator follow. To add a table, add it to `ROWS`.

mod alu;
mod atomic;
mod avx;
mod build;
mod control;
mod fma;
mod mov;
mod muldiv;
mod notation;
mod pseudo;
mod shift_bit;
mod sse;
mod sse_int;

pub use build::{Arg, build, push_operands};

use crate::amode::Size;
use windlass_core::machine::row::{NO_REG, OperandSpec, row_bits};

/// Most operands of a row.
pub const MAX_OPERANDS: usize = 8;
/// Most encodings of a row.
pub const MAX_ENCODINGS: usize = 16;

/// The number of a row. The names of the rows are constants of this type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op(pub u16);

impl Op {
    /// The row.
    #[inline]
    pub fn row(self) -> &'static Row {
        &ROWS[self.0 as usize]
    }

    /// All rows' numbers.
    pub fn all() -> impl Iterator<Item = Op> {
        (0..ROWS.len() as u16).map(Op)
    }

    /// The number of a name.
    pub fn by_name(name: &str) -> Option<Op> {
        Op::all().find(|op| op.row().name == name)
    }
}

impl core::fmt::Debug for Op {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match ROWS.get(self.0 as usize) {
            Some(row) => f.write_str(row.name),
            None => write!(f, "Op({})", self.0),
        }
    }
}

/// A part of the instruction set that not every processor has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Feature {
    /// Every x86-64 processor.
    Base,
    /// SSE3
    Sse3,
    /// SSSE3
    Ssse3,
    /// SSE4.1
    Sse41,
    /// SSE4.2
    Sse42,
    /// POPCNT
    Popcnt,
    /// LZCNT
    Lzcnt,
    /// BMI1
    Bmi1,
    /// BMI2
    Bmi2,
    /// MOVBE
    Movbe,
    /// CMPXCHG16B
    Cmpxchg16b,
    /// AVX
    Avx,
    /// AVX2
    Avx2,
    /// FMA
    Fma,
}

impl Feature {
    /// All features.
    pub const ALL: [Feature; 14] = [
        Feature::Base,
        Feature::Sse3,
        Feature::Ssse3,
        Feature::Sse41,
        Feature::Sse42,
        Feature::Popcnt,
        Feature::Lzcnt,
        Feature::Bmi1,
        Feature::Bmi2,
        Feature::Movbe,
        Feature::Cmpxchg16b,
        Feature::Avx,
        Feature::Avx2,
        Feature::Fma,
    ];

    /// The name used in the table.
    pub const fn name(self) -> &'static str {
        const NAMES: [&str; 14] = [
            "x86-64",
            "sse3",
            "ssse3",
            "sse41",
            "sse42",
            "popcnt",
            "lzcnt",
            "bmi1",
            "bmi2",
            "movbe",
            "cmpxchg16b",
            "avx",
            "avx2",
            "fma",
        ];
        NAMES[self as usize]
    }
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

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name of the row, as in `Op::Name`.
    pub name: &'static str,
    /// The mnemonic, see the header of the file.
    pub mnemonic: &'static str,
    /// The operands in the order in which they are printed; see [`Row::operands`].
    operands: [OperandSpec; MAX_OPERANDS],
    n_operands: u8,
    /// Index of the operand that may be in memory, or `NO_REG`.
    pub memory: u8,
    /// What it does, see `row_bits`.
    pub flags: u32,
    /// What the processor must have.
    pub feature: Feature,
    /// General registers that it changes beside its operands: one bit each.
    pub clobbers: u16,
    encodings: [Enc; MAX_ENCODINGS],
    first: [u8; 4],
    count: [u8; 4],
    positions: [u8; MAX_OPERANDS],
    /// Whether the whole payload is the immediate.
    pub imm64: bool,
}

impl Row {
    /// The operands.
    #[inline]
    pub fn operands(&self) -> &[OperandSpec] {
        &self.operands[..self.n_operands as usize]
    }

    /// Whether it has a property, see `row_bits`.
    #[inline]
    pub const fn has(&self, bit: u32) -> bool {
        self.flags & bit != 0
    }

    /// The only encoding of an operand size, or the first of several and how many there are.
    #[inline]
    pub(crate) fn first_encoding(&self, size: usize) -> (&Enc, u8) {
        (&self.encodings[self.first[size] as usize & 15], self.count[size])
    }

    /// The encodings of an operand size, the first that fits to be taken.
    #[inline]
    pub fn encodings(&self, size: Size) -> &[Enc] {
        let first = self.first[size as usize] as usize;
        &self.encodings[first..first + self.count[size as usize] as usize]
    }

    /// Whether the row exists at an operand size.
    #[inline]
    pub const fn has_size(&self, size: Size) -> bool {
        self.count[size as usize] != 0
    }

    /// Whether the operand size means nothing to the row.
    pub const fn sizeless(&self) -> bool {
        self.count[0] != 0 && self.encodings[self.first[0] as usize].size == 4
    }

    /// Whether it is emitted by a function.
    #[inline]
    pub const fn custom(&self) -> bool {
        self.has(row_bits::CUSTOM)
    }

    /// The index, among the allocations of an instruction, of the first one of operand `n`;
    /// `address_registers` is how many its address has, `None` if the r/m operand is a register.
    pub fn allocation_index(&self, n: usize, address_registers: Option<u8>) -> usize {
        let position = self.positions[n] as usize;
        match address_registers {
            Some(registers) if self.memory != NO_REG && n > self.memory as usize => {
                let spec = &self.operands[self.memory as usize];
                position + registers as usize - (spec.register_operands() as usize).max(1)
            }
            _ => position,
        }
    }

    /// The mnemonic at an operand size, without condition.
    pub fn mnemonic(&self, size: Size) -> (&'static str, &'static str) {
        if let Some(stem) = self.mnemonic.strip_suffix('*') {
            return (stem, if size == Size::Q { "d" } else { "s" });
        }
        let mut parts = self.mnemonic.split('|');
        let n = self.mnemonic.matches('|').count() + 1;
        let which = match (n, size) {
            (3, _) => size as usize - 1,
            (2, Size::Q) => 1,
            _ => 0,
        };
        (parts.nth(which).unwrap_or(self.mnemonic), "")
    }
}

/// Makes a table of rows: the constants `Op::Name` and the array `ROWS` of the file.
macro_rules! rows {
    ($base:expr; $($name:ident $mnemonic:literal $operands:literal $encodings:literal $flags:literal;)*) => {
        #[allow(clippy::upper_case_acronyms, dead_code)]
        enum Index { $($name,)* End }

        #[allow(non_upper_case_globals)]
        impl crate::insts::Op {
            $(
                #[doc = concat!("`", $mnemonic, "` ", $operands, "; ", $encodings)]
                pub const $name: crate::insts::Op = crate::insts::Op($base + Index::$name as u16);
            )*
        }

        /// The number of the row after the last.
        pub(super) const END: u16 = $base + Index::End as u16;

        /// The rows.
        pub(super) const ROWS: [crate::insts::Row; Index::End as usize] = [
            // A constant each, so that the compiler names the row that is wrong.
            $({
                #[allow(non_upper_case_globals)]
                const $name: crate::insts::Row = crate::insts::notation::row(
                    stringify!($name), $mnemonic, $operands, $encodings, $flags,
                );
                $name
            },)*
        ];
    };
}
use rows;

/// Every instruction, by number.
pub static ROWS: [Row; pseudo::END as usize] = concat(&[
    &alu::ROWS,
    &mov::ROWS,
    &shift_bit::ROWS,
    &muldiv::ROWS,
    &control::ROWS,
    &atomic::ROWS,
    &sse::ROWS,
    &sse_int::ROWS,
    &avx::ROWS,
    &fma::ROWS,
    &pseudo::ROWS,
]);

const fn concat<const N: usize>(tables: &[&[Row]]) -> [Row; N] {
    let mut out = [tables[0][0]; N];
    let mut n = 0;
    let mut t = 0;
    while t < tables.len() {
        let mut i = 0;
        while i < tables[t].len() {
            out[n] = tables[t][i];
            n += 1;
            i += 1;
        }
        t += 1;
    }
    assert!(n == N, "the tables follow each other in the order of their bases");
    out
}
