//! Branches, and fields that are patched for a label: how the buffer of the code writes them.

use crate::amode::Cc;
use crate::asm;
use windlass_core::machine::labels::{Form, LabelKind, LabelTable, Run};

/// A jump.
pub const JUMP: u8 = 0;
/// A jump on a condition, which is its word.
pub const JCC: u8 = 1;
/// A distance of 8 bits from the end of the field.
pub const REL8: u8 = 2;
/// A distance of 32 bits from the end of the field; what the field held before is added.
pub const REL32: u8 = 3;

/// The table.
pub static LABELS: LabelTable = LabelTable {
    kinds: &[
        // A jump.
        kind(&[form(0xeb, REL8_AT_1), form(0xe9, REL32_AT_1)]),
        // A jump on a condition, which is the word.
        LabelKind {
            flip: 1,
            reads_flags: true,
            names: &Cc::NAMES,
            name: Run::new(0, 4, 0),
            ..kind(&[
                Form { word: &[Run::new(0, 4, 0)], ..form(0x70, REL8_AT_1) },
                Form { word: &[Run::new(0, 4, 8)], ..form(0x800f, REL32_AT_2) },
            ])
        },
        // Fields of instructions.
        kind(&[form(0, &[Run::new(0, 8, 0)])]),
        kind(&[form(0, &[Run::new(0, 32, 0)])]),
    ],
    jump: (JUMP, 0),
    big_endian: false,
    // `int3`
    filler: 0xcc,
    nops: &asm::NOPS,
    line: 64,
    data_in_forms: false,
    stretch: 0,
}
.checked();

const REL8_AT_1: &[Run] = &[Run::new(0, 8, 8)];
const REL32_AT_1: &[Run] = &[Run::new(0, 32, 8)];
const REL32_AT_2: &[Run] = &[Run::new(0, 32, 16)];

const fn kind(forms: &'static [Form]) -> LabelKind {
    LabelKind { forms, ..LabelKind::NONE }
}

/// A form that ends with a distance from its end.
const fn form(bits: u128, distance: &'static [Run]) -> Form {
    let Run { width, to, .. } = distance[0];
    let len = (to + width) / 8;
    Form { len, bits, word: &[], inverted: false, distance, reach: width, origin: len }
}
