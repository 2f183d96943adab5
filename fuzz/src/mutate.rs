//! Mutations of inputs: blind ones for any bytes, and ones for Wasm that mostly stay valid.
//!
//! What holds: the result depends on the random numbers and the input alone, and is at most a few
//! times as long as the input.

use crate::rng::Rng;
use core::ops::RangeInclusive;
use wasmparser::{Operator, Parser, Payload};

/// The longest input that mutations make longer.
const MAX_LENGTH: usize = 1 << 16;

/// Damages bytes in one to four places; `words` are pieces that are put in now and then.
pub fn damage(rng: &mut Rng, bytes: &[u8], words: &[&[u8]]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.range(1, 4) {
        damage_once(rng, &mut out, words);
    }
    out
}

fn damage_once(rng: &mut Rng, out: &mut Vec<u8>, words: &[&[u8]]) {
    if out.is_empty() {
        out.push(rng.next_u64() as u8);
        return;
    }
    let at = rng.below(out.len());
    let end = (at + rng.range(1, 32)).min(out.len());
    match rng.below(10) {
        0 => out.truncate(at),
        1 => out[at] ^= 1 << rng.below(8),
        2 => out[at] = rng.next_u64() as u8,
        3 => {
            out[at] = rng.pick(&[0, 1, 0x7f, 0x80, 0xff, b'(', b')', b'-', b'0', b'9', b',', b' '])
        }
        4 => drop(out.drain(at..end)),
        5 if out.len() < MAX_LENGTH => {
            let piece = out[at..end].to_vec();
            let to = rng.below(out.len() + 1);
            out.splice(to..to, piece);
        }
        6 if out.len() < MAX_LENGTH => {
            let piece = out[at..end].to_vec();
            let times = rng.range(1, 40);
            out.splice(at..at, piece.repeat(times));
        }
        7 => out[at..end].reverse(),
        _ if !words.is_empty() => {
            let word = rng.pick(words);
            let until = if rng.one_in(2) { at } else { end };
            out.splice(at..until, word.iter().copied());
        }
        _ => drop(out.remove(at)),
    }
}

/// Words of the text language, for [`damage`].
#[rustfmt::skip]
pub const TEXT_WORDS: &[&[u8]] = &[
    b"function ", b"block0", b"block4294967295", b"v0", b"v4294967295", b"v4294967296", b"ss0",
    b"fn0", b"sig0", b"gv0", b"const0", b"region0", b"dt0", b"{", b"}", b"(", b")", b"[", b"]",
    b":", b",", b"=", b"->", b"; run: %f(1) == 2\n", b"i8", b"i128", b"i64x2", b"f64", b"f128",
    b"i8x256", b"iadd ", b"brif ", b"br_table ", b"call ", b"try_call ", b"return", b"store ",
    b"load.i64 ", b"iconst.i8 ", b"iconst.i64 ", b"vconst.i32x4 ", b"0x", b"-", b"+", b"_",
    b"18446744073709551616", b"-129", b"0x1.8p-149", b"NaN:0x1", b"-sNaN:0x1", b"Inf", b"cold",
    b"stack_limit = gv0\n", b"notrap ", b"aligned ", b"user250", b"user251", b"explicit_slot ",
    b"symbol ", b"%CeilF32", b"u0:0", b"@ffffffff ", b"<1, 2> ", b"\n", b"\0", b"\xff",
    b"stack_map=[", b"uext", b"sarg(4294967295)", b"tail", b"test run\n", b"target x86_64\n",
    b"set opt_level=speed\n",
];

/// Pieces of Wasm binaries, for [`damage`].
#[rustfmt::skip]
pub const WASM_WORDS: &[&[u8]] = &[
    b"\0asm\x01\0\0\0", b"\x01\x04\x01\x60\0\0", b"\xff\xff\xff\xff\x0f", b"\x80\x80\x80\x80\0",
    b"\x02\x40", b"\x03\x40", b"\x04\x40", b"\x05", b"\x0b", b"\x0e\x01\0\0", b"\x0f", b"\x10\0",
    b"\x11\0\0", b"\x12\0", b"\x1a", b"\x1b", b"\x20\0", b"\x21\0", b"\x28\x02\0", b"\x41\x7f",
    b"\x42\x7f", b"\x43\0\0\xc0\x7f", b"\xfc\x0a\0\0", b"\xfc\x0b\0", b"\xfd\x0c", b"\xfe\x03\0",
    b"\xd0\x70", b"\xd2\0", b"\x7f", b"\x7e", b"\x7d", b"\x7c", b"\x70", b"\x6f",
    b"\x0a\x04\x01\x02\0\x0b",
];

/// One-byte operators that take and give the same types.
#[rustfmt::skip]
const ALIKE: &[RangeInclusive<u8>] = &[
    0x46..=0x4f, 0x51..=0x5a, 0x5b..=0x60, 0x61..=0x66, 0x67..=0x69, 0x6a..=0x78, 0x79..=0x7b,
    0x7c..=0x8a, 0x8b..=0x91, 0x92..=0x98, 0x99..=0x9f, 0xa0..=0xa6, 0xa8..=0xa9, 0xaa..=0xab,
    0xac..=0xad, 0xae..=0xaf, 0xb0..=0xb1, 0xb2..=0xb3, 0xb4..=0xb5, 0xb7..=0xb8, 0xb9..=0xba,
    0xc0..=0xc1, 0xc2..=0xc4, 0x2c..=0x2d, 0x2e..=0x2f, 0x30..=0x31, 0x32..=0x33, 0x34..=0x35,
];

/// Changes one to twelve operators of a valid module to others that mostly keep it valid: another
/// operator of the same type, another constant, another offset, local or label.
pub fn vary_wasm(rng: &mut Rng, wasm: &[u8]) -> Vec<u8> {
    let mut out = wasm.to_vec();
    let places = operators(wasm);
    if places.is_empty() {
        return out;
    }
    for _ in 0..rng.range(1, 12) {
        let (at, index) = rng.pick(&places);
        vary_operator(rng, &mut out, at, index);
    }
    out
}

/// Where the operators of all bodies are, and whether each names a local or a label.
fn operators(wasm: &[u8]) -> Vec<(usize, bool)> {
    let mut places = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Ok(Payload::CodeSectionEntry(body)) = payload else { continue };
        let Ok(reader) = body.get_operators_reader() else { continue };
        for item in reader.into_iter_with_offsets() {
            let Ok((operator, at)) = item else { break };
            let at = at as usize;
            let index = matches!(
                operator,
                Operator::LocalGet { .. }
                    | Operator::LocalSet { .. }
                    | Operator::LocalTee { .. }
                    | Operator::Br { .. }
                    | Operator::BrIf { .. }
            );
            places.push((at, index));
        }
    }
    places
}

fn vary_operator(rng: &mut Rng, out: &mut [u8], at: usize, index: bool) {
    let byte = out[at];
    let low_bits = |rng: &mut Rng, place: &mut u8| *place = *place & 0x80 | rng.below(128) as u8;
    match byte {
        // Constants: the low bits of the first byte, or any float.
        0x41 | 0x42 => low_bits(rng, &mut out[at + 1]),
        0x43 => out[at + 1..at + 5].copy_from_slice(&rng.next_u64().to_le_bytes()[..4]),
        0x44 => out[at + 1..at + 9].copy_from_slice(&rng.next_u64().to_le_bytes()),
        // Memory accesses: the offset behind a short alignment.
        0x28..=0x2b | 0x36..=0x3e if out[at + 1] < 0x40 => low_bits(rng, &mut out[at + 2]),
        // Rarely a local or label, which mostly makes the module invalid.
        _ if index && rng.one_in(12) && out[at + 1] < 0x80 => {
            out[at + 1] = rng.below(usize::from(out[at + 1]) + 2) as u8;
        }
        _ => {
            if let Some(alike) = ALIKE.iter().find(|alike| alike.contains(&byte)) {
                let choices: Vec<u8> = alike.clone().collect();
                out[at] = rng.pick(&choices);
            }
        }
    }
}
