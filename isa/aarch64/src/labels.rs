//! Branches, and addresses of labels: how the buffer of the code writes them.

use crate::insts::{Cc, fixup};
use windlass_core::machine::Condition;
use windlass_core::machine::labels::{Form, LabelKind, LabelTable, Run};
use windlass_core::machine::row::Size;
use windlass_core::machine::vcode::Cond2;

/// A jump.
const JUMP: u8 = fixup::BRANCH26;
/// A branch on flags; the word is the instruction without its distance. Literals are patched as it
/// is.
pub const ON_FLAGS: u8 = fixup::BRANCH19;
/// The same on a bit of a register.
const ON_BIT: u8 = fixup::BRANCH14;
/// The address of a label in a register, which is the word.
pub const ADDRESS: u8 = fixup::ADR21;
/// A branch on a register that is zero or not.
const ON_ZERO: u8 = 4;

/// The table.
pub static LABELS: LabelTable = LabelTable {
    kinds: &[
        LabelKind { forms: &[B], ..LabelKind::NONE },
        LabelKind {
            flip: 1,
            reads_flags: true,
            names: &Cc::NAMES,
            name: Run::new(0, 4, 0),
            ..branch(&[short(BITS_19), OVER_JUMP])
        },
        LabelKind {
            names: &["tbz", "tbnz"],
            immediate: &[Run::new(0, 5, 19), Run::new(5, 1, 31)],
            ..on_register(&[short(BITS_14), OVER_JUMP])
        },
        LabelKind { forms: &[ADR, FAR_ADR], ..LabelKind::NONE },
        LabelKind { names: &["cbz", "cbnz"], ..on_register(&[short(BITS_19), OVER_JUMP]) },
    ],
    jump: (JUMP, 0),
    big_endian: false,
    // Zeros are an instruction that traps.
    filler: 0,
    nops: &[&[0x1f, 0x20, 0x03, 0xd5]],
    line: 1,
    data_in_forms: true,
    stretch: 0,
}
.checked();

const WORD: &[Run] = &[Run::new(0, 32, 0)];
const REGISTER: &[Run] = &[Run::new(0, 5, 0)];

const NONE: Form =
    Form { len: 4, bits: 0, word: &[], inverted: false, distance: &[], reach: 0, origin: 0 };

/// `b`
const B: Form = Form { bits: 0x1400_0000, distance: &[Run::new(2, 26, 0)], reach: 28, ..NONE };

/// `adr`
const ADR: Form = Form {
    bits: 0x1000_0000,
    word: REGISTER,
    distance: &[Run::new(0, 2, 29), Run::new(2, 19, 5)],
    reach: 21,
    ..NONE
};

/// `movz w16, low; movk w16, high, lsl 16; adr reg, 0; add reg, reg, w16, sxtw`
const FAR_ADR: Form = Form {
    len: 16,
    bits: 0x8b30_c000_1000_0000_72a0_0010_5280_0010,
    word: &[Run::new(0, 5, 64), Run::new(0, 5, 96), Run::new(0, 5, 101)],
    distance: &[Run::new(0, 16, 5), Run::new(16, 16, 37)],
    reach: 32,
    origin: 8,
    ..NONE
};

const fn branch(forms: &'static [Form]) -> LabelKind {
    LabelKind { forms, ..LabelKind::NONE }
}

/// A branch on a register; bit 24 says whether it must be zero.
const fn on_register(forms: &'static [Form]) -> LabelKind {
    LabelKind { flip: 1 << 24, regs: &[0], name: Run::new(0, 1, 24), ..branch(forms) }
}

/// A branch with its distance.
const fn short(distance: &'static [Run]) -> Form {
    Form { word: WORD, distance, reach: distance[0].width + 2, ..NONE }
}

const BITS_14: &[Run] = &[Run::new(2, 14, 5)];
const BITS_19: &[Run] = &[Run::new(2, 19, 5)];

/// The opposite branch, over a jump.
const OVER_JUMP: Form = Form {
    len: 8,
    bits: 0x1400_0000_0000_0040,
    word: WORD,
    inverted: true,
    distance: &[Run::new(2, 26, 32)],
    reach: 28,
    origin: 4,
};

/// The word of a branch on flags.
pub const fn on_flags(cc: Cc) -> u32 {
    0x5400_0000 | cc as u32
}

/// What a branch on flags asks.
pub const fn if_flags(cc: Cc) -> Condition {
    Condition { kind: ON_FLAGS, word: on_flags(cc), second: Cond2::None }
}

/// Whether a register is zero, or is not.
pub const fn if_zero(size: Size, zero: bool) -> Condition {
    let size = if matches!(size, Size::S64) { 1 << 31 } else { 0 };
    let word = size | 0x3400_0000 | (!zero as u32) << 24;
    Condition { kind: ON_ZERO, word, second: Cond2::None }
}

/// Whether a bit of a register is set, or is not.
pub fn if_bit(bit: u8, set: bool) -> Condition {
    let word = 0x3600_0000 | u32::from(set) << 24;
    let word = LABELS.kinds[ON_BIT as usize].with_immediate(word, bit.into());
    Condition { kind: ON_BIT, word, second: Cond2::None }
}
