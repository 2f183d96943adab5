//! No bytes can be meant by two rows.

use std::collections::BTreeMap;
use windlass_core::machine::row::{Size, row_bits};
use windlass_isa_x86_64::insts::{Enc, Op, enc_bits};

/// Whether some bytes could be meant by both.
fn overlap(a: &Enc, b: &Enc) -> bool {
    let prefix = |e: &Enc| (e.prefix, e.has(enc_bits::OSZ), e.has(enc_bits::LOCK));
    let wide = |e: &Enc| (!e.has(enc_bits::WIG)).then(|| e.has(enc_bits::W));
    let long = |e: &Enc| (!e.has(enc_bits::LIG)).then(|| e.has(enc_bits::L));
    let differ = |x: Option<bool>, y: Option<bool>| x.is_some() && y.is_some() && x != y;
    if prefix(a) != prefix(b) || differ(wide(a), wide(b)) || differ(long(a), long(b)) {
        return false;
    }
    let third = |e: &Enc| e.has(enc_bits::LITERAL).then_some(e.digit);
    let digit = |e: &Enc| e.has(enc_bits::DIGIT).then_some(e.digit);
    match (third(a), third(b)) {
        (Some(x), Some(y)) => return x == y,
        // A fixed byte is a ModRM byte to the other.
        (Some(x), None) | (None, Some(x)) => {
            let other = if third(a).is_some() { b } else { a };
            return !other.has(enc_bits::MEM_ONLY) && digit(other).is_none_or(|d| d == x >> 3 & 7);
        }
        (None, None) => {}
    }
    if let (Some(x), Some(y)) = (digit(a), digit(b))
        && x != y
    {
        return false;
    }
    let forms = |e: &Enc, f: &Enc| e.has(enc_bits::MEM_ONLY) && f.has(enc_bits::REG_ONLY);
    !forms(a, b) && !forms(b, a)
}

#[test]
fn no_two_rows_have_one_encoding() {
    // By kind of prefix, map and opcode byte.
    let mut cells: BTreeMap<(bool, u8, u8), Vec<(Op, Enc)>> = BTreeMap::new();
    for op in Op::all().filter(|op| !op.row().has(row_bits::ALIAS | row_bits::CUSTOM)) {
        for enc in Size::ALL.iter().flat_map(|&size| op.row().encodings.of(size)) {
            let opcodes = match enc.bits & (enc_bits::PLUS_R | enc_bits::PLUS_CC) {
                0 => 1,
                enc_bits::PLUS_R => 8,
                _ => 16,
            };
            for plus in 0..opcodes {
                let cell = (enc.has(enc_bits::VEX), enc.map, enc.opcode + plus);
                cells.entry(cell).or_default().push((op, *enc));
            }
        }
    }
    let mut errors = Vec::new();
    for (cell, rows) in &cells {
        for (i, (op, enc)) in rows.iter().enumerate() {
            for (other, other_enc) in &rows[i + 1..] {
                // One row may reach one encoding from two operand sizes.
                if op != other && overlap(enc, other_enc) {
                    errors.push(format!("{cell:x?}: {op:?} and {other:?}"));
                }
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn two_rows_with_one_encoding_are_seen() {
    let enc = |op: Op, size| op.row().encodings.of(size)[0];
    // These differ in nothing but what the name says of the operands.
    assert!(overlap(&enc(Op::Zero, Size::S32), &Enc { opcode: 0x33, ..enc(Op::Xor, Size::S32) }));
    assert!(!overlap(&enc(Op::Xor, Size::S32), &enc(Op::Xor, Size::S64)));
    assert!(!overlap(&enc(Op::MovF, Size::S32), &enc(Op::MovFMerge, Size::S32)));
}
