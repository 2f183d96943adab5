//! The instructions, and how they are encoded, decoded and written.

use crate::isa::NAMES;
use core::fmt::Write;
use regalloc2::{Allocation, Operand, PReg};
use std::sync::LazyLock;
use windlass_core::machine::MInst;
use windlass_core::machine::labels::{Form, LabelKind, LabelTable, Run};
use windlass_core::machine::row::{
    self, Arg, CodeSink, Coding, Decoded, Decoder, Diagrams, FrameAreas, Kind, KindName, NO_REG,
    NamedField, Notation, Size, Source, Syntax, assemble, diagrams,
};

pub type Row = row::Row<Diagrams>;

windlass_core::instruction_table! { ops }

/// Two registers are compared and branched on; bit 0 of the condition makes it its opposite.
pub const CONDITIONS: [&str; 4] = ["eq", "ne", "lt", "ge"];

/// Branches on a condition, within 128 bytes.
pub const NEAR: u8 = 0;
/// Jumps.
const FAR: u8 = 1;

pub static LABELS: LabelTable = LabelTable {
    kinds: &[
        LabelKind {
            forms: &[Form { distance: &[Run::new(2, 6, 0)], reach: 8, ..FORM }],
            flip: 1 << 22,
            regs: &[18, 14],
            names: &CONDITIONS,
            name: Run::new(0, 2, 22),
            veneer: Some((FAR, JUMP)),
            ..LabelKind::NONE
        },
        LabelKind {
            forms: &[Form { distance: &[Run::new(2, 24, 0)], reach: 26, ..FORM }],
            ..LabelKind::NONE
        },
    ],
    jump: (FAR, JUMP),
    stretch: 24,
    ..LabelTable::NONE
}
.checked();

const FORM: Form = Form {
    len: 4,
    bits: 0,
    word: &[Run::new(0, 32, 0)],
    inverted: false,
    distance: &[],
    reach: 0,
    origin: 0,
};
const JUMP: u32 = 8 << 24;

/// The word of a branch on a condition.
pub const fn branch(condition: u32) -> u32 {
    7 << 24 | condition << 22
}

const NOTATION: Notation = Notation {
    kinds: &[
        KindName::new("G", Kind::Gpr),
        KindName::new("M", Kind::Mem),
        KindName::coded("imm", Kind::Imm, 0),
        KindName::new("cond", Kind::Cond),
        KindName::tagged("near", Kind::Label, NEAR),
        KindName::tagged("far", Kind::Label, FAR),
        KindName::tagged("call", Kind::Target, 0),
    ],
    features: &["toy"],
    lengths: &[32],
    register_bits: 4,
    fields: &[
        NamedField { name: "base", source: Source::Base, width: 4, coding: NO_REG },
        NamedField { name: "disp", source: Source::Disp, width: 16, coding: 0 },
    ],
    codings: &[Coding { signed: true, encode: None, decode: None, words: &[] }],
    ..Notation::NONE
};

const fn row(
    name: &'static str,
    mnemonic: &'static str,
    operands: &'static str,
    encodings: &'static str,
    flags: &'static str,
) -> Row {
    diagrams(&NOTATION, name, mnemonic, operands, encodings, flags)
}

static NAMES_OF_ROWS: Notation = NOTATION;
static DECODER: LazyLock<Decoder> = LazyLock::new(|| Decoder::new(&ROWS, &NAMES_OF_ROWS));

/// Encodes one instruction.
pub fn encode(
    inst: &MInst,
    allocs: &[Allocation],
    frame: &FrameAreas,
    sink: &mut impl CodeSink,
) -> bool {
    ROWS[inst.row as usize].encode(inst, allocs, frame, &NAMES_OF_ROWS, sink)
}

/// Puts an instruction with these registers.
pub fn put(sink: &mut impl CodeSink, op: Op, args: &[Arg<PReg>]) {
    let a = assemble(op.0, op.row(), Size::S64, args);
    assert!(encode(&a.inst, a.allocs(), &FrameAreas::default(), sink), "{op:?} {args:?}");
}

pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    DECODER.decode(bytes)
}

static SYNTAX: Syntax = Syntax {
    notation: &NAMES_OF_ROWS,
    register: |_, reg, _| NAMES[reg.hw_enc()],
    address_register: |reg, _| NAMES[reg.hw_enc()],
    condition: |n| CONDITIONS[n as usize],
    immediate: |out, x| out.push_str(&x.to_string()),
    memory: |out, _, _, a| {
        let _ = write!(out, "[{}{:+}]", a.base, a.disp);
    },
    target: |_, address, _, distance| address.wrapping_add(distance as u64),
    pc: None,
};

pub fn print_inst(out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
    row::print_inst(&SYNTAX, out, &ROWS[inst.row as usize], inst, operands, allocs);
}

pub fn disassemble(code: &[u8]) -> String {
    let mut out = String::new();
    row::disassemble(&mut out, code, 4, decode, |out, d, address| {
        row::print_decoded(&SYNTAX, out, &ROWS[d.row as usize], d, address);
    });
    out
}
