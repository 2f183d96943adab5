//! Bit diagrams as the manuals of several machines draw them: split and scaled immediates, several
//! lengths, both byte orders; and the rows that must not compile.

use regalloc2::{PReg, RegClass};
use windlass_core::machine::row::{
    Amode, Arg, CodeSink, Decoder, Diagrams, FrameAreas, Kind, KindName, NO_REG, NamedField,
    Notation, Numbers, Row, Size, Source, assemble, diagrams,
};

const KINDS: &[KindName] = &[
    KindName::new("G", Kind::Gpr),
    KindName::new("M", Kind::Mem),
    KindName::new("uimm", Kind::Imm),
    KindName::coded("simm", Kind::Imm, 0),
    KindName::coded("half", Kind::Imm, 1),
    KindName::new("cond", Kind::Cond),
    KindName::tagged("label", Kind::Label, 3),
];

const fn field(name: &'static str, source: Source, width: u8, coding: u8) -> NamedField {
    NamedField { name, source, width, coding }
}

const NOTATION: Notation = Notation {
    kinds: KINDS,
    sizes: ["B", "H", "W", "D"],
    lengths: &[16, 32, 48],
    register_bits: 5,
    fields: &[
        field("base", Source::Base, 5, NO_REG),
        field("index", Source::Index, 5, NO_REG),
        field("sdisp", Source::Disp, 1, 0),
        field("udisp", Source::Disp, 1, NO_REG),
        field("size", Source::Size, 2, NO_REG),
        field("sf", Source::Size, 1, NO_REG),
    ],
    codings: &[
        windlass_core::machine::row::Coding {
            signed: true,
            encode: None,
            decode: None,
            words: &[],
        },
        windlass_core::machine::row::Coding {
            signed: false,
            encode: Some(|x, size| (x % 2 == 0 && x < size.bits() as i64).then_some(x / 2)),
            decode: Some(|x, size| (2 * x < size.bits() as i64).then_some(2 * x)),
            words: &[],
        },
    ],
    ..Notation::NONE
};

static LITTLE: Notation = NOTATION;
static BIG: Notation = Notation { big_endian: true, register_bits: 4, ..NOTATION };

const fn little(operands: &'static str, encodings: &'static str) -> Row<Diagrams> {
    diagrams(&NOTATION, "X", "x", operands, encodings, "")
}

static RISCV: [Row<Diagrams>; 7] = [
    little("def G rd, use G rs1, use G rs2", "0000000 rs2 rs1 000 rd 0110011"),
    little("def G rd, use M", "D: sdisp[11:0] base 011 rd 0000011"),
    little("use M, use G rs2", "D: sdisp[11:5] rs2 base 011 sdisp[4:0] 0100011"),
    little("use G rs1, use G rs2, label imm", "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011"),
    little("def G rd, label imm", "imm[20|10:1|11|19:12] rd 1101111"),
    little("def G rd, simm imm", "imm[31:12] rd 0110111"),
    // c.lui and c.addi, of 16 bits.
    little("mod G rd, simm imm", "000 imm[5] rd imm[4:0] 01"),
];

static OTHER: [Row<Diagrams>; 1] = [
    // Widths in a field, a scaled displacement, a value with a function.
    little("def G Rt, use M, half imm5", "size 111 0 01 01 udisp7* imm5 base Rt"),
];

static S390X: [Row<Diagrams>; 2] = [
    diagrams(
        &BIG_CONST,
        "Lay",
        "lay",
        "def G R1, use M",
        "11100011 R1 0000 base:4 sdisp[11:0] sdisp[19:12] 01110001",
        "",
    ),
    diagrams(&BIG_CONST, "Lr", "lr", "def G R1, use G R2", "00011000 R1 R2", ""),
];

const BIG_CONST: Notation = Notation { big_endian: true, register_bits: 4, ..NOTATION };

/// The bytes of one instruction, its label patches and relocations.
#[derive(Default)]
struct Code {
    bytes: Vec<u8>,
    labels: Vec<(u32, u32, u8)>,
}

impl CodeSink for Code {
    fn offset(&self) -> u32 {
        self.bytes.len() as u32
    }

    fn put_inst(&mut self, bytes: &[u8; 16], len: usize) {
        self.bytes.extend_from_slice(&bytes[..len]);
    }

    fn put_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn use_label_at_offset(&mut self, offset: u32, label: u32, kind: u8) {
        self.labels.push((offset, label, kind));
    }

    fn add_reloc_at_offset(&mut self, _: u32, _: u8, _: u32, _: i64) {}
}

fn r(n: usize) -> PReg {
    PReg::new(n, RegClass::Int)
}

fn encode(
    row: &Row<Diagrams>,
    notation: &Notation,
    size: Size,
    args: &[Arg<PReg>],
) -> Option<Code> {
    let a = assemble(0, row, size, args);
    let mut code = Code::default();
    let done = row.encode(&a.inst, a.allocs(), &FrameAreas::default(), notation, &mut code);
    done.then_some(code)
}

#[test]
fn words_of_the_manuals() {
    let word = |n: usize, args: &[Arg<PReg>]| {
        let code = encode(&RISCV[n], &LITTLE, Size::S64, args)?;
        Some(u32::from_le_bytes(code.bytes[..4].try_into().expect("four bytes")))
    };
    // As GNU as has them: add a0, a1, a2; ld a0, -8(sp); sd a1, 2047(sp); lui a0, 0xfffff.
    assert_eq!(word(0, &[Arg::Reg(r(10)), Arg::Reg(r(11)), Arg::Reg(r(12))]), Some(0x00c58533));
    assert_eq!(word(1, &[Arg::Reg(r(10)), Arg::Mem(Amode::base(r(2), -8))]), Some(0xff813503));
    assert_eq!(word(2, &[Arg::Mem(Amode::base(r(2), 2047)), Arg::Reg(r(11))]), Some(0x7eb13fa3));
    assert_eq!(word(5, &[Arg::Reg(r(10)), Arg::Imm(-4096)]), Some(0xfffff537));
    // Out of range, not a multiple, no field for an index.
    assert_eq!(word(1, &[Arg::Reg(r(10)), Arg::Mem(Amode::base(r(2), 2048))]), None);
    assert_eq!(word(5, &[Arg::Reg(r(10)), Arg::Imm(4097)]), None);
    assert_eq!(word(1, &[Arg::Reg(r(10)), Arg::Mem(Amode::base_index(r(2), r(3), 0, 0))]), None);
    // A branch is patched: beq a0, a1, -4096; jal zero, 0x12346.
    let args = [Arg::Reg(r(10)), Arg::Reg(r(11)), Arg::Label(9)];
    let code = encode(&RISCV[3], &LITTLE, Size::S32, &args).expect("it fits");
    assert_eq!(code.labels, [(0, 9, 3)]);
    let distance =
        |n: usize, bits: u64, x: i64| RISCV[n].diagrams()[0].with_distance(&RISCV[n], bits, x);
    assert_eq!(distance(3, 0x00b50063, -4096), Some(0x80b50063));
    assert_eq!(distance(3, 0x00b50063, 4096), None);
    assert_eq!(distance(3, 0x00b50063, 3), None);
    assert_eq!(distance(4, 0x0000006f, 0x12346), Some(0x3461206f));
    // s390x: lay %r1, -1(%r2); lr %r3, %r4.
    let lay =
        encode(&S390X[0], &BIG, Size::S32, &[Arg::Reg(r(1)), Arg::Mem(Amode::base(r(2), -1))]);
    assert_eq!(lay.expect("it fits").bytes, [0xe3, 0x10, 0x2f, 0xff, 0xff, 0x71]);
    let lr = encode(&S390X[1], &BIG, Size::S32, &[Arg::Reg(r(3)), Arg::Reg(r(4))]);
    assert_eq!(lr.expect("it fits").bytes, [0x18, 0x34]);
}

#[test]
fn what_is_decoded_is_encoded_again() {
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    for (rows, notation) in [(&RISCV[..], &LITTLE), (&OTHER[..], &LITTLE), (&S390X[..], &BIG)] {
        let decoder = Decoder::new(rows, notation);
        for (n, row) in rows.iter().enumerate() {
            let d = &row.diagrams()[0];
            let mut known = 0;
            for _ in 0..1000 {
                let bits = numbers.instruction(d);
                let bytes = match notation.big_endian {
                    false => bits.to_le_bytes(),
                    true => (bits << (64 - 8 * d.len as u32)).to_be_bytes(),
                };
                let Some(decoded) = decoder.decode(&bytes) else { continue };
                known += 1;
                assert_eq!((decoded.row as usize, decoded.len), (n, d.len as usize));
                let mut again =
                    encode(row, notation, decoded.size, decoded.operands()).expect("it fits");
                if let Some(&Arg::Label(distance)) = decoded.operands().last() {
                    let bits = u32::from_le_bytes(again.bytes[..].try_into().expect("a word"));
                    let bits = d.with_distance(row, bits as u64, distance as i32 as i64);
                    again.bytes = (bits.expect("it was decoded") as u32).to_le_bytes().to_vec();
                }
                assert_eq!(again.bytes, bytes[..d.len as usize], "{n}: {decoded:?}");
            }
            assert!(known > 100, "row {n}: {known}");
        }
    }
}

/// What the compiler would say of a row.
fn error(operands: &'static str, encodings: &'static str) -> String {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(|| little(operands, encodings));
    std::panic::set_hook(hook);
    match result {
        Ok(_) => "no error".to_string(),
        Err(e) => e.downcast_ref::<&str>().unwrap_or(&"another error").to_string(),
    }
}

#[test]
fn wrong_diagrams_are_errors() {
    let cases = [
        ("def G Rd, uimm imm5", "imm5 000000 Rd", "no error"),
        ("def G Rd, uimm imm5", "imm5 0000000 Rd", "the diagram does not have the length"),
        ("def G Rd", "imm5 000000 Rd", "a field that no operand fills"),
        ("def G Rd, uimm imm5", "00000000000 Rd", "an operand that no field takes"),
        ("def G Rd, use M", "00000000000 Rd", "an operand that no field takes"),
        ("def G Rd, uimm imm", "imm[5:2] imm[3:0] 000 Rd", "bits of a value come twice"),
        ("def G Rd, uimm imm", "imm[8:6] imm[4:0] 000 Rd", "there is a gap"),
        ("def G Rd, use G Rd", "Rd 000000 Rd", "bits of a value come twice"),
        ("def G Rd, uimm imm", "imm[0:5] 00000 Rd", "bits of a field stand from the highest"),
        ("def G Rd, uimm imm", "imm[a] 0000000000 Rd", "bits of a field are numbers"),
        ("def G Rd, uimm imm", "imm:x 0000000000 Rd", "after the colon of a field"),
        ("def G Rd, uimm imm5", "WD: imm5 000000 Rd", "the diagram is for several operand sizes"),
        ("def G Rd, uimm imm5", "Q: imm5 000000 Rd", "in front of the colon stand operand sizes"),
        ("def G Rd, uimm imm5", "imm5* 000000 Rd", "a field counts units"),
        ("uimm a, uimm b, uimm c", "a6 b5 c5", "too many immediates"),
        ("uimm a, uimm b, label c", "a6 b5 c5", "an immediate and an address want"),
    ];
    for (operands, encodings, expected) in cases {
        let got = error(operands, encodings);
        assert!(got.starts_with(expected), "{operands}; {encodings}: {got}");
    }
}
