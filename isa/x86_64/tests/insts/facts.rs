//! What the rows say of roles, fixed registers, flags and features, against the independent
//! disassembler.

use crate::forms::other;
use crate::{code_of, samples};
use iced_x86::{CpuidFeature, InstructionInfoFactory, OpAccess, Register};
use std::collections::BTreeMap;
use windlass_core::machine::row::{Kind, Role, row_bits};
use windlass_isa_x86_64::insts::{FEATURES, Op};

fn reads(access: OpAccess) -> bool {
    use OpAccess::*;
    matches!(access, Read | CondRead | ReadWrite | ReadCondWrite | CondWrite)
}

fn writes(access: OpAccess) -> bool {
    use OpAccess::*;
    matches!(access, Write | CondWrite | ReadWrite | ReadCondWrite)
}

/// Rows that say that they read a register although only the rest of it survives, or that the old
/// value of a register that only keeps its rest does not matter.
fn reads_more_or_less(name: &str) -> bool {
    matches!(
        name,
        "Cvtsi2ss" | "Cvtsi2sd" | "Bsf" | "Bsr" | "Cvtss2sd" | "Cvtsd2ss" | "SqrtF" | "RoundF"
    )
}

#[test]
fn roles_flags_and_features() {
    let mut errors = Vec::new();
    let mut factory = InstructionInfoFactory::new();
    for op in Op::all().filter(|op| !op.row().custom()) {
        let row = op.row();
        if row.has(row_bits::ALIAS) {
            continue;
        }
        for size in samples::sizes(row) {
            let sample = samples::plain(op, size, false);
            let (inst, allocs) = sample.inst();
            let mut code = code_of(&inst, &allocs);
            let bytes = code.finish(0x70).to_vec();
            let i = other(&bytes);
            let mut ours: BTreeMap<u32, (bool, bool)> = BTreeMap::new();
            let mut add = |number: u32, reads: bool, writes: bool| {
                let entry = ours.entry(number).or_default();
                entry.0 |= reads;
                entry.1 |= writes;
            };
            for (spec, is) in row.operands().iter().zip(&sample.operands) {
                let (r, w) = match spec.role {
                    Role::Use | Role::LateUse => (true, false),
                    Role::Def | Role::EarlyDef | Role::Tmp => (false, true),
                    Role::Mod => (true, true),
                };
                match is {
                    samples::Is::Reg(n) => {
                        let vector = spec.kind.class() == Some(regalloc2::RegClass::Float);
                        let first = if vector { Register::XMM0 } else { Register::RAX };
                        add(first as u32 + *n as u32, r, w);
                    }
                    samples::Is::Mem(_) => add(Register::RSI as u32, true, false),
                    _ => {}
                }
            }
            let mut theirs: BTreeMap<u32, (bool, bool)> = BTreeMap::new();
            let info = factory.info(&i);
            for used in info.used_registers() {
                let mut full = used.register().full_register();
                if full.is_vector_register() {
                    full = Register::XMM0 + full.number() as u32;
                }
                if full == Register::RSP || full == Register::RBP || full.is_segment_register() {
                    continue;
                }
                let entry = theirs.entry(full as u32).or_default();
                entry.0 |= reads(used.access());
                entry.1 |= writes(used.access());
            }
            if reads_more_or_less(row.name) {
                for entry in ours.values_mut().chain(theirs.values_mut()) {
                    entry.0 |= entry.1;
                }
            }
            // Writing a part of a register keeps the rest, which the row may not care for.
            let narrow =
                size.bits() < 32 || row.operands().iter().any(|s| s.width != 0 && s.width < 32);
            if narrow {
                for (number, entry) in &mut theirs {
                    if let Some(our) = ours.get(number) {
                        if !our.0 {
                            entry.0 = false;
                        }
                        // The upper half of a product or quotient of bytes.
                        entry.1 |= our.1;
                    }
                }
            }
            let mem_of_row = |kind: Kind| matches!(kind, Kind::Mem | Kind::Addr);
            let no_access = row.operands().iter().any(|s| mem_of_row(s.kind)) && row.name == "NopM";
            if ours != theirs && !no_access && !row.name.starts_with("Vzero") {
                errors.push(format!(
                    "{op:?} {size:?}: ours {ours:?}, theirs {theirs:?}, {bytes:02x?}"
                ));
            }
            let wf = i.rflags_modified() != 0;
            if wf != row.has(row_bits::WRITES_FLAGS) {
                errors.push(format!("{op:?} {size:?}: writes flags: {wf}"));
            }
            let rf = i.rflags_read() != 0
                || samples::Is::Cond(windlass_isa_x86_64::amode::Cc::Ne)
                    == sample.operands.first().copied().unwrap_or(samples::Is::Label);
            if rf != row.has(row_bits::READS_FLAGS) {
                errors.push(format!("{op:?} {size:?}: reads flags: {rf}"));
            }
            let feature = match i.cpuid_features() {
                [] => FEATURES[0],
                [f, ..] => feature(*f),
            };
            if feature != FEATURES[row.feature as usize] {
                errors.push(format!("{op:?}: needs {feature:?}"));
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn feature(f: CpuidFeature) -> &'static str {
    match f {
        CpuidFeature::SSE3 => "sse3",
        CpuidFeature::SSSE3 => "ssse3",
        CpuidFeature::SSE4_1 => "sse41",
        CpuidFeature::SSE4_2 => "sse42",
        CpuidFeature::POPCNT => "popcnt",
        CpuidFeature::LZCNT => "lzcnt",
        CpuidFeature::BMI1 => "bmi1",
        CpuidFeature::BMI2 => "bmi2",
        CpuidFeature::MOVBE => "movbe",
        CpuidFeature::CMPXCHG16B => "cmpxchg16b",
        CpuidFeature::AVX => "avx",
        CpuidFeature::AVX2 => "avx2",
        CpuidFeature::FMA => "fma",
        _ => FEATURES[0],
    }
}
