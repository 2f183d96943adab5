//! Bytes against the independent disassembler, and the round trip.

use crate::samples::{self, At, Is, Sample};
use crate::{Code, FRAME, ORIGIN, code_of};
use iced_x86::{Decoder, DecoderOptions, FormatMnemonicOptions, Formatter, Instruction};
use iced_x86::{IntelFormatter, OpKind, Register};
use windlass_core::machine::row::{Amode, Arg, Kind, OperandSpec, Size, form};
use windlass_isa_x86_64::decode::decode;
use windlass_isa_x86_64::encode::{encode, reloc};
use windlass_isa_x86_64::insts::{Op, Row, enc_bits};
use windlass_isa_x86_64::print::print_decoded;

/// Decodes with the other disassembler.
pub(crate) fn other(bytes: &[u8]) -> Instruction {
    Decoder::with_ip(64, bytes, ORIGIN as u64, DecoderOptions::NONE).decode()
}

fn other_register(class_is_vector: bool, n: u8, bits: u16) -> Register {
    use Register::*;
    let first = match (class_is_vector, bits) {
        (true, _) => XMM0,
        (_, 16) => AX,
        (_, 32) => EAX,
        (_, 64) => RAX,
        _ => {
            // Without REX the numbers 4 to 7 would be ah to bh: those are never meant.
            let low = [AL, CL, DL, BL, SPL, BPL, SIL, DIL];
            return if n < 8 { low[n as usize] } else { R8L + (n as u32 - 8) };
        }
    };
    first + n as u32
}

/// Base, index, scale, displacement, segment as expected.
fn resolved(at: &At) -> (Register, Register, u32, i64, Register) {
    let reg = |n: Option<u8>| n.map_or(Register::None, |n| Register::RAX + n as u32);
    let area =
        |a: windlass_core::machine::row::Area| (Register::RAX + a.base as u32, a.offset as i64);
    let none = Register::None;
    let scale = 1 << at.scale_log2;
    let segment = [Register::None, Register::FS, Register::GS][at.segment as usize];
    let disp = at.disp as i64;
    let (base, index, disp) = match at.form {
        form::BASE => (reg(at.first), none, disp),
        form::BASE_INDEX if at.second == Some(4) => (reg(at.second), reg(at.first), disp),
        form::BASE_INDEX => (reg(at.first), reg(at.second), disp),
        form::INDEX => (none, reg(at.first), disp),
        form::PINNED => (Register::R15, none, disp),
        form::PINNED_INDEX => (Register::R15, reg(at.first), disp),
        form::ABSOLUTE => (none, none, disp),
        form::SLOT => (area(FRAME.slots).0, none, disp + area(FRAME.slots).1),
        form::SLOT_INDEX => (area(FRAME.slots).0, reg(at.first), disp + area(FRAME.slots).1),
        form::INCOMING => (area(FRAME.incoming).0, none, disp + area(FRAME.incoming).1),
        _ => (area(FRAME.outgoing).0, none, disp + area(FRAME.outgoing).1),
    };
    (base, index, if index == none { 1 } else { scale }, disp, segment)
}

fn check_operand(
    i: &Instruction,
    n: u32,
    spec: &OperandSpec,
    is: &Is,
    bits: u16,
) -> Result<(), String> {
    let kind = i.op_kind(n);
    let expect_mem = |at: &At| {
        let (base, index, scale, disp, segment) = resolved(at);
        let got = (
            i.memory_base(),
            i.memory_index(),
            if i.memory_index() == Register::None { 1 } else { i.memory_index_scale() },
            i.memory_displacement64() as i64,
            i.segment_prefix(),
        );
        if kind != OpKind::Memory || got != (base, index, scale, disp, segment) {
            return Err(format!("operand {n}: {kind:?} {got:x?}, expected {at:x?}"));
        }
        let size = i.memory_size().size() * 8;
        if spec.kind != Kind::Addr && size != bits as usize {
            return Err(format!("operand {n}: {size} bits of memory, expected {bits}"));
        }
        Ok(())
    };
    match is {
        Is::Reg(r) => {
            let vector = spec.kind.class() == Some(regalloc2::RegClass::Float);
            let expected = other_register(vector, *r, bits);
            if kind != OpKind::Register || i.op_register(n) != expected {
                return Err(format!("operand {n}: {:?}, expected {expected:?}", i.op_register(n)));
            }
            Ok(())
        }
        Is::Spill(slot) => expect_mem(&samples::base(4, FRAME.spills.offset + 8 * *slot as i32)),
        Is::Mem(at) => expect_mem(at),
        Is::Imm(x) => {
            let unused = 64 - bits as u32;
            let (got, x) = (i.immediate(n) << unused >> unused, (*x as u64) << unused >> unused);
            match got == x {
                true => Ok(()),
                false => Err(format!("operand {n}: immediate {got:#x}, expected {x:#x}")),
            }
        }
        Is::Cond(_) => Ok(()),
        Is::Label | Is::Target => {
            let target = if matches!(is, Is::Label) { 0x70 } else { i.next_ip() };
            match i.near_branch_target() == target {
                true => Ok(()),
                false => Err(format!("target {:#x}", i.near_branch_target())),
            }
        }
    }
}

/// The operand size at which the bytes show themselves: a 64-bit constant whose upper half is zero
/// is set by an instruction of 32 bits.
fn shown_size(sample: &Sample) -> Size {
    match (sample.op, sample.operands.last()) {
        (Op::MovI, Some(Is::Imm(x))) if sample.size == Size::S64 && *x as u32 as i64 == *x => {
            Size::S32
        }
        _ => sample.size,
    }
}

fn expected_mnemonic(row: &Row, sample: &Sample) -> String {
    let (stem, suffix) = row.mnemonic(sample.size);
    let stem = stem.strip_prefix("lock ").unwrap_or(stem);
    let cc = sample.operands.iter().find_map(|is| match is {
        Is::Cond(cc) => Some(cc.name()),
        _ => None,
    });
    match (stem.strip_suffix("cc"), cc) {
        (Some(stem), Some(cc)) => format!("{stem}{cc}"),
        _ => format!("{stem}{suffix}"),
    }
}

/// Checks the bytes of one sample.
fn check(sample: &Sample) -> Result<(), String> {
    let row = sample.op.row();
    let (inst, allocs) = sample.inst();
    let mut code = code_of(&inst, &allocs);
    let bytes = code.finish(0x70).to_vec();
    let i = other(&bytes);
    if i.is_invalid() || i.len() != bytes.len() {
        return Err(format!("{bytes:02x?}: not one instruction"));
    }
    let mut mnemonic = String::new();
    IntelFormatter::new().format_mnemonic_options(
        &i,
        &mut mnemonic,
        FormatMnemonicOptions::NO_PREFIXES,
    );
    let expected = expected_mnemonic(row, sample);
    let mut same = mnemonic == expected;
    // The other one names comparisons by their predicate.
    same |= expected.starts_with("cmp") || expected.starts_with("vcmp");
    // One encoding has two names.
    same |= expected == "movabs" && mnemonic == "mov";
    if !same {
        return Err(format!("{bytes:02x?}: mnemonic {mnemonic}, expected {expected}"));
    }
    if i.has_lock_prefix() != row.mnemonic.starts_with("lock ") {
        return Err(format!("{bytes:02x?}: lock prefix"));
    }
    let size = shown_size(sample);
    let both = row.encodings.of(size)[0].has(enc_bits::BOTH);
    let mut n = 0;
    for (spec, is) in row.operands().iter().zip(&sample.operands) {
        if !spec.printed
            || spec.kind == Kind::Cond
            || spec.fixed_reg().is_some() && spec.width == 128
        {
            continue;
        }
        let mut bits = if matches!(is, Is::Reg(_)) { spec.reg_width } else { spec.width };
        if bits == 0 || matches!(is, Is::Imm(_)) && row.imm64 && !row.encodings.sizeless() {
            bits = size.bits();
        }
        check_operand(&i, n, spec, is, bits).map_err(|e| format!("{bytes:02x?}: {e}"))?;
        n += 1;
        while both && n < i.op_count() {
            check_operand(&i, n, spec, is, bits).map_err(|e| format!("{bytes:02x?}: {e}"))?;
            n += 1;
        }
    }
    if n != i.op_count() {
        return Err(format!("{bytes:02x?}: {} operands, expected {n}", i.op_count()));
    }
    round_trip(sample, &bytes)
}

/// Through our decoder and back.
fn round_trip(sample: &Sample, bytes: &[u8]) -> Result<(), String> {
    let row = sample.op.row();
    let Some(d) = decode(bytes) else {
        return Err(format!("{bytes:02x?}: our decoder does not know it"));
    };
    if d.len != bytes.len() {
        return Err(format!("{bytes:02x?}: our decoder reads {} bytes", d.len));
    }
    let alias = row.has(windlass_core::machine::row::row_bits::ALIAS);
    if d.row != sample.op.0 && !alias || !row.encodings.sizeless() && d.size != shown_size(sample) {
        return Err(format!("{bytes:02x?}: decoded as {:?} at {:?}", Op(d.row), d.size));
    }
    let mut text = String::new();
    print_decoded(&mut text, &d, ORIGIN as u64);
    if text.is_empty() {
        return Err("no text".to_string());
    }
    if let (false, Some(a)) = (alias, d.assemble(Op(d.row).row())) {
        let mut again = Code::new();
        encode(&a.inst, a.allocs(), &FRAME, &mut again);
        if &again.bytes[ORIGIN..] != bytes {
            return Err(format!(
                "{bytes:02x?}: {text}: encoded again {:02x?}",
                &again.bytes[ORIGIN..]
            ));
        }
    }
    Ok(())
}

#[test]
fn every_row_with_every_operand() {
    let mut errors = Vec::new();
    let mut count = 0;
    for op in Op::all().filter(|op| !op.row().custom()) {
        for size in samples::sizes(op.row()) {
            for sample in samples::all(op, size) {
                count += 1;
                if let Err(e) = check(&sample) {
                    errors.push(format!("{op:?} {size:?} {:x?}: {e}", sample.operands));
                    if errors.len() > 60 {
                        panic!("{}", errors.join("\n"));
                    }
                    break;
                }
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(count > 100_000, "only {count} samples");
}

#[test]
fn labels_and_symbols_in_addresses() {
    let none = At { form: 0, first: None, second: None, scale_log2: 0, segment: 0, disp: 5 };
    for op in Op::all().filter(|op| !op.row().custom()) {
        let row = op.row();
        let Some(m) = row.operands().iter().position(|s| s.kind.may_be_memory()) else { continue };
        for size in samples::sizes(row) {
            let mut sample = samples::plain(op, size, true);
            sample.operands[m] = Is::Mem(At { form: form::LABEL, ..none });
            let (inst, allocs) = sample.inst();
            let mut code = code_of(&inst, &allocs);
            assert_eq!(code.fixups.len(), 1);
            assert_eq!(code.fixups[0].1, 5);
            let i = other(code.finish(0x2000));
            assert!(i.is_ip_rel_memory_operand(), "{op:?}");
            assert_eq!(i.ip_rel_memory_address(), 0x2000, "{op:?} {size:?}");

            sample.operands[m] = Is::Mem(At { form: form::SYMBOL, ..none });
            let (inst, allocs) = sample.inst();
            let code = code_of(&inst, &allocs);
            let (at, kind, symbol, addend) = code.relocs[0];
            assert_eq!((kind, symbol), (reloc::PC32, 5));
            // With the symbol at 0x5000, the field is what the linker would compute.
            let mut bytes = code.bytes.clone();
            let field = (0x5000 + addend - at as i64) as i32;
            bytes[at as usize..at as usize + 4].copy_from_slice(&field.to_le_bytes());
            let i = other(&bytes[ORIGIN..]);
            assert_eq!(i.ip_rel_memory_address(), 0x5000, "{op:?} {size:?}");

            let got = (5 | Amode::GOT) as i32;
            sample.operands[m] = Is::Mem(At { form: form::SYMBOL, disp: got, ..none });
            let (inst, allocs) = sample.inst();
            let code = code_of(&inst, &allocs);
            assert_eq!((code.relocs[0].1, code.relocs[0].2), (reloc::GOT_PC32, 5));
        }
    }
}

#[test]
fn any_bytes_decode_without_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut known = 0;
    for _ in 0..200_000 {
        let mut bytes = [0u8; 16];
        for half in bytes.chunks_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            half.copy_from_slice(&state.to_le_bytes());
        }
        let len = (state >> 32) as usize % 17;
        if let Some(d) = decode(&bytes[..len]) {
            known += 1;
            assert!(d.len <= len);
            let i = other(&bytes[..d.len]);
            // A redundant prefix or an ignored bit may be read by one and not the other; never the
            // length.
            if !i.is_invalid() {
                assert_eq!(i.len(), d.len, "{:02x?}", &bytes[..d.len]);
            }
            for place in d.operands() {
                if let Arg::Reg(reg) = place {
                    assert!(reg.hw_enc() < 16);
                }
            }
        }
    }
    assert!(known > 20_000, "{known}");
}
