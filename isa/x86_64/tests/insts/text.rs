//! One line for each encoding of each row, kept in `encodings.txt`; `WINDLASS_BLESS=1` writes it
//! anew.

use crate::samples::{self, Is, Sample};
use crate::{ORIGIN, code_of};
use std::collections::HashSet;
use std::fmt::Write;
use windlass_core::machine::row::Kind;
use windlass_isa_x86_64::decode::decode;
use windlass_isa_x86_64::insts::Op;
use windlass_isa_x86_64::print::print_decoded;

#[test]
fn encodings_as_written_down() {
    let mut now = String::new();
    let mut seen = HashSet::new();
    for op in Op::all().filter(|op| !op.row().custom()) {
        let row = op.row();
        for size in samples::sizes(row) {
            for memory in [false, true] {
                if memory && !row.operands().iter().any(|s| s.kind.may_be_memory()) {
                    continue;
                }
                for sample in short_forms(samples::plain(op, size, memory)) {
                    let line = line_of(&sample);
                    if seen.insert(line.clone()) {
                        now.push_str(&line);
                    }
                }
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/encodings.txt");
    if std::env::var_os("WINDLASS_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(path, &now).expect("the file can be written");
        return;
    }
    let before = std::fs::read_to_string(path).unwrap_or_default();
    for (old, new) in before.lines().zip(now.lines()) {
        assert_eq!(old, new, "encodings.txt; WINDLASS_BLESS=1 writes it anew");
    }
    assert_eq!(before.lines().count(), now.lines().count(), "encodings.txt has lines more or less");
}

/// The sample with the immediates and the register that have forms of their own.
fn short_forms(start: Sample) -> Vec<Sample> {
    let row = start.op.row();
    let mut out = vec![start.clone()];
    let Some(imm) = row.operands().iter().position(|s| s.kind == Kind::Imm) else { return out };
    for x in [1, 7, -1, 0x1234_5678_9abc] {
        if samples::immediates(row, &row.operands()[imm], start.size).contains(&x) || row.imm64 {
            let mut sample = start.clone();
            sample.operands[imm] = Is::Imm(x);
            out.push(sample);
        }
    }
    if let Some(reg) = start.operands.iter().position(|is| matches!(is, Is::Reg(_))) {
        let mut sample = start;
        sample.operands[reg] = Is::Reg(0);
        out.push(sample);
    }
    out
}

fn line_of(sample: &Sample) -> String {
    let (inst, allocs) = sample.inst();
    let mut code = code_of(&inst, &allocs);
    let bytes = code.finish(0x70);
    let mut hex = String::new();
    for byte in bytes {
        let _ = write!(hex, "{byte:02x}");
    }
    let mut text = String::new();
    print_decoded(&mut text, &decode(bytes).expect("it is in the table"), ORIGIN as u64);
    format!("{:<16} {hex:<22} {text}\n", sample.op.row().name)
}
