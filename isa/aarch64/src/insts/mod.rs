//! The instructions of aarch64, one row each: the only place that says what an instruction's
//! operands are, what it does with them, how it is printed and how it is encoded.
//!
//! Operands, diagrams and printed forms are written as `windlass_core::machine::row` says. Kinds of
//! operands are `G` general register (31 is the zero register), `GS` general register (31 is the
//! stack pointer), `V` vector register, `M` memory, `A` an address that is not accessed; `uimm`,
//! `simm` immediates without and with sign, `imm` a bitmask immediate, `amount` a shift amount of
//! the operand size, `shl` that of a left shift by `ubfm`, `left` one of up to 4, `shift` and `ror`
//! kinds of shift, `extend` of extension, `halfword` a position of 16 bits; `cond`, `inverted` the
//! same with the opposite in the field;
//! `branch`, `near`, `test`, `address` labels within 128 MiB, 1 MiB, 32 KiB and 1 MiB; `call`,
//! `jump`, `page`, `low`, `gotpage`, `gotlow` targets. The field `sf` says whether the operand size
//! is 64 bits, `nsf` that it is not; `S` whether an index is scaled, `option` how it is extended.
//!
//! Operand sizes are `B`, `H`, `W` and `X`: 8 to 64 bits. Of a 32-bit index, what is added to an
//! address is `UXTW` or `SXTW`.
//!
//! To add an instruction, add a line to one of the tables; `Op::Name`, encoder, decoder, printer
//! and the constraints for the register allocator follow.

mod bitmask;
mod print;

pub use bitmask::{decode as decode_bitmask, encode as encode_bitmask};
pub use print::{disassemble, print_decoded, print_inst};

use crate::regs::{PINNED_NUMBER, SP_NUMBER, ZR_NUMBER};
use regalloc2::Allocation;
use std::sync::LazyLock;
use windlass_core::machine::MInst;
use windlass_core::machine::row::{
    CodeSink, Coding, Decoded, Decoder, Diagrams, FrameAreas, Kind, KindName, NO_REG, NamedField,
    Notation, Size, Source, diagrams,
};

/// One instruction.
pub type Row = windlass_core::machine::row::Row<Diagrams>;

pub use windlass_core::machine::row::Arg;

windlass_core::instruction_table! { alu logic mov shift muldiv select memory branch pseudo }

/// How a field is patched for a label: what `CodeSink::use_label_at_offset` is given. Distances
/// count from the start of the instruction.
pub mod fixup {
    /// 26 bits from bit 0, in words: `b`.
    pub const BRANCH26: u8 = 0;
    /// 19 bits from bit 5, in words: `b.cond`, `cbz`, `ldr` of a literal.
    pub const BRANCH19: u8 = 1;
    /// 14 bits from bit 5, in words: `tbz`.
    pub const BRANCH14: u8 = 2;
    /// 21 bits, the low two from bit 29, the others from bit 5: `adr`.
    pub const ADR21: u8 = 3;
}

/// How a field refers to a symbol: what `CodeSink::add_reloc_at_offset` is given.
pub mod reloc {
    use windlass_core::machine::reloc::Reloc;

    /// The target of `bl`.
    pub const CALL26: u8 = 0;
    /// The target of `b`.
    pub const JUMP26: u8 = 1;
    /// The symbol's page, relative to that of the instruction: `adrp`.
    pub const PAGE21: u8 = 2;
    /// The low 12 bits of the symbol's address: `add`.
    pub const ADD_LO12: u8 = 3;
    /// The address, 8 bytes.
    pub const ABS64: u8 = 4;
    /// The page of the symbol's entry in the global offset table: `adrp`. Nothing is put with it or
    /// those that follow so far.
    pub const GOT_PAGE21: u8 = 5;
    /// The low 12 bits of the address of that entry: `ldr`.
    pub const GOT_LO12: u8 = 6;
    /// A literal within 1 MiB.
    pub const LITERAL19: u8 = 7;

    /// The public kinds, by number.
    pub(crate) const PUBLIC: [Reloc; 5] = [
        Reloc::Arm64Call,
        Reloc::Arm64Call,
        Reloc::Aarch64AdrPrelPgHi21,
        Reloc::Aarch64AddAbsLo12Nc,
        Reloc::Abs8,
    ];
}

/// What an address adds for an index of 32 bits without sign.
pub const UXTW: u8 = 1;
/// What an address adds for an index of 32 bits with sign.
pub const SXTW: u8 = 5;

/// Indices of the codings.
mod coding {
    pub const SIGNED: u8 = 0;
    pub const GPR: u8 = 1;
    pub const GPR_SP: u8 = 2;
    pub const BITMASK: u8 = 3;
    pub const AMOUNT: u8 = 4;
    pub const LEFT: u8 = 5;
    pub const SHIFT: u8 = 6;
    pub const SHIFT_ROR: u8 = 7;
    pub const EXTEND: u8 = 8;
    pub const INVERTED: u8 = 9;
    pub const OPTION: u8 = 10;
    pub const HALFWORD: u8 = 11;
    pub const NOT: u8 = 12;
    pub const LEFT_4: u8 = 13;
}

const UNSIGNED: Coding = Coding { signed: false, encode: None, decode: None, words: &[] };

/// A function for values in a range, both ways.
const fn below(f: fn(i64, Size) -> Option<i64>) -> Coding {
    Coding { encode: Some(f), decode: Some(f), ..UNSIGNED }
}

const CODINGS: &[Coding] = &[
    Coding { signed: true, ..UNSIGNED },
    Coding {
        encode: Some(|n, _| match n as u8 {
            ZR_NUMBER => Some(31),
            SP_NUMBER => None,
            _ => Some(n),
        }),
        decode: Some(|n, _| Some(if n == 31 { ZR_NUMBER as i64 } else { n })),
        ..UNSIGNED
    },
    below(|n, _| (n <= SP_NUMBER as i64).then_some(n)),
    Coding { encode: Some(bitmask::encode), decode: Some(bitmask::decode), ..UNSIGNED },
    below(|n, size| (n < size.bits() as i64).then_some(n)),
    // A left shift by n is a bit field move with immr = -n and imms = the highest bit - n.
    Coding {
        encode: Some(|n, size| {
            let bits = size.bits() as i64;
            (0..bits).contains(&n).then_some((-n & (bits - 1)) << 6 | (bits - 1 - n))
        }),
        decode: Some(|code, size| {
            let bits = size.bits() as i64;
            let n = bits - 1 - (code & 63);
            (n >= 0 && code >> 6 == -n & (bits - 1)).then_some(n)
        }),
        ..UNSIGNED
    },
    Coding { words: &["lsl", "lsr", "asr"], ..below(|n, _| (n < 3).then_some(n)) },
    Coding { words: &["lsl", "lsr", "asr", "ror"], ..UNSIGNED },
    // Not of 64 bits: the register is named as one of 32.
    Coding {
        words: &["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"],
        ..below(|n, _| (n & 3 != 3).then_some(n))
    },
    below(|n, _| (n < 14).then_some(n ^ 1)),
    // Without anything the index has 64 bits: `lsl`, 3. Only words and double words are indices.
    Coding {
        encode: Some(|n, _| Some(n ^ 3)),
        decode: Some(|n, _| (n & 2 != 0).then_some(n ^ 3)),
        ..UNSIGNED
    },
    // A position of 16 bits in the register.
    Coding {
        encode: Some(|n, size| (n & 15 == 0 && n < size.bits() as i64).then_some(n >> 4)),
        decode: Some(|n, size| (n << 4 < size.bits() as i64).then_some(n << 4)),
        ..UNSIGNED
    },
    Coding { encode: Some(|n, _| Some(!n)), ..UNSIGNED },
    below(|n, _| (n <= 4).then_some(n)),
];

const fn field(name: &'static str, source: Source, width: u8, coding: u8) -> NamedField {
    NamedField { name, source, width, coding }
}

const NAMES: Notation = Notation {
    kinds: &[
        KindName::coded("G", Kind::Gpr, coding::GPR),
        KindName::coded("GS", Kind::Gpr, coding::GPR_SP),
        KindName::new("V", Kind::Vec),
        KindName::new("M", Kind::Mem),
        KindName::new("A", Kind::Addr),
        KindName::new("uimm", Kind::Imm),
        KindName::coded("simm", Kind::Imm, coding::SIGNED),
        KindName::coded("imm", Kind::Imm, coding::BITMASK),
        KindName::coded("amount", Kind::Imm, coding::AMOUNT),
        KindName::coded("shl", Kind::Imm, coding::LEFT),
        KindName::coded("shift", Kind::Imm, coding::SHIFT),
        KindName::coded("ror", Kind::Imm, coding::SHIFT_ROR),
        KindName::coded("extend", Kind::Imm, coding::EXTEND),
        KindName::coded("left", Kind::Imm, coding::LEFT_4),
        KindName::coded("halfword", Kind::Imm, coding::HALFWORD),
        KindName::new("cond", Kind::Cond),
        KindName::coded("inverted", Kind::Cond, coding::INVERTED),
        KindName::tagged("branch", Kind::Label, fixup::BRANCH26),
        KindName::tagged("near", Kind::Label, fixup::BRANCH19),
        KindName::tagged("test", Kind::Label, fixup::BRANCH14),
        KindName::tagged("address", Kind::Label, fixup::ADR21),
        KindName::tagged("call", Kind::Target, reloc::CALL26),
        KindName::tagged("jump", Kind::Target, reloc::JUMP26),
        KindName::tagged("page", Kind::Target, reloc::PAGE21),
        KindName::tagged("low", Kind::Target, reloc::ADD_LO12),
        KindName::tagged("gotpage", Kind::Target, reloc::GOT_PAGE21),
        KindName::tagged("gotlow", Kind::Target, reloc::GOT_LO12),
    ],
    features: &["v8"],
    sizes: ["B", "H", "W", "X"],
    lengths: &[32],
    register_bits: 5,
    fields: &[
        field("sf", Source::Size, 1, NO_REG),
        field("size", Source::Size, 2, NO_REG),
        field("nsf", Source::Size, 1, coding::NOT),
        field("base", Source::Base, 5, coding::GPR_SP),
        field("index", Source::Index, 5, coding::GPR),
        field("option", Source::Extra, 3, coding::OPTION),
        field("S", Source::Scaled, 1, NO_REG),
        field("udisp", Source::Disp, 1, NO_REG),
        field("sdisp", Source::Disp, 1, coding::SIGNED),
        field("literal", Source::Literal, 1, NO_REG),
    ],
    codings: CODINGS,
    pinned: PINNED_NUMBER,
    literal: (fixup::BRANCH19, reloc::LITERAL19),
    ..Notation::NONE
};

/// What the tables can name.
pub static NOTATION: Notation = NAMES;

const fn row(
    name: &'static str,
    mnemonic: &'static str,
    operands: &'static str,
    encodings: &'static str,
    flags: &'static str,
) -> Row {
    diagrams(&NAMES, name, mnemonic, operands, encodings, flags)
}

/// Encodes one instruction. `allocs` are the places of its operands. False, and nothing written, if
/// a number in it is out of range.
#[inline]
#[must_use]
pub fn encode<S: CodeSink + ?Sized>(
    inst: &MInst,
    allocs: &[Allocation],
    frame: &FrameAreas,
    sink: &mut S,
) -> bool {
    ROWS[inst.row as usize].encode(inst, allocs, frame, &NOTATION, sink)
}

static DECODER: LazyLock<Decoder> = LazyLock::new(|| Decoder::new(&ROWS, &NOTATION));

/// Decodes the instruction at the start of `bytes`, if the table has it.
pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    DECODER.decode(bytes)
}

/// The conditions by their numbers. The opposite differs in bit 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cc {
    /// Equal.
    Eq = 0,
    /// Not equal.
    Ne = 1,
    /// Higher or same (unsigned), carry.
    Hs = 2,
    /// Lower (unsigned), no carry.
    Lo = 3,
    /// Negative.
    Mi = 4,
    /// Positive or zero.
    Pl = 5,
    /// Overflow; after a float comparison: unordered.
    Vs = 6,
    /// No overflow.
    Vc = 7,
    /// Higher (unsigned).
    Hi = 8,
    /// Lower or same (unsigned).
    Ls = 9,
    /// Greater or equal (signed).
    Ge = 10,
    /// Less (signed).
    Lt = 11,
    /// Greater (signed).
    Gt = 12,
    /// Less or equal (signed).
    Le = 13,
    /// Always.
    Al = 14,
}

impl Cc {
    /// All conditions that depend on the flags, by number.
    pub const ALL: [Cc; 14] = [
        Cc::Eq,
        Cc::Ne,
        Cc::Hs,
        Cc::Lo,
        Cc::Mi,
        Cc::Pl,
        Cc::Vs,
        Cc::Vc,
        Cc::Hi,
        Cc::Ls,
        Cc::Ge,
        Cc::Lt,
        Cc::Gt,
        Cc::Le,
    ];

    /// The names of all conditions by number.
    pub const NAMES: [&str; 16] = [
        "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al",
        "nv",
    ];

    /// The name of a condition by its number.
    pub const fn name_of(number: u8) -> &'static str {
        Cc::NAMES[number as usize & 15]
    }

    /// The opposite condition.
    pub const fn invert(self) -> Cc {
        Cc::ALL[self as usize ^ 1]
    }
}
