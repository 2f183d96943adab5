//! The notation of operands and flags in instruction tables, and its reader, which runs while an
//! ISA's crate is compiled: a row that it cannot read is a compile error that says why.
//!
//! Operands, separated by commas, in the order of the printed form: a role (`use`, `late`, `def`,
//! `early`, `mod`, `tmp`), a kind and, where bit diagrams name it, a name. Kinds are those of the
//! machine ([`Notation::kinds`]): registers, memory, addresses, immediates, conditions, labels and
//! targets; the last four have no role. A number after the kind is the width in bits; without it
//! the width is the operand size; in `GM32/8` a register has 32 bits and memory 8. A register's
//! name is a fixed register. An immediate of 64 bits is the whole payload.
//!
//! Flags: `wf` and `rf` write and read the condition flags, `zs` leaves those of its first operand,
//! `alias`, `latemem`, a CPU feature by its name, `clobber:` and a register. A row without
//! encodings is emitted by a function.

use super::diagram::{Coding, NamedField};
use super::{Kind, MAX_OPERANDS, NO_REG, OperandSpec, Role, Shape, row_bits};

/// What the tables of one machine can name.
#[derive(Debug)]
pub struct Notation {
    /// Registers to which operands can be bound.
    pub registers: &'static [FixedRegister],
    /// Kinds of operands.
    pub kinds: &'static [KindName],
    /// CPU features; the first is what every processor has.
    pub features: &'static [&'static str],
    /// The widest spilled register, in bits, that `GM` and its like access in the slot.
    pub folds_up_to: u16,
    /// The names of the operand sizes.
    pub sizes: [&'static str; 4],
    /// Lengths in bits that bit diagrams can have.
    pub lengths: &'static [u32],
    /// Whether the byte of a diagram's left end comes first.
    pub big_endian: bool,
    /// How many bits a register has in a diagram.
    pub register_bits: u8,
    /// Fields of diagrams that hold no operand as a whole.
    pub fields: &'static [NamedField],
    /// How values become fields.
    pub codings: &'static [Coding],
    /// The hardware number of the register that holds the context.
    pub pinned: u8,
    /// How a field of a memory operand is patched for a label, and how it refers to a symbol.
    pub literal: (u8, u8),
}

impl Notation {
    /// A machine with no names and no diagrams: what an ISA begins with.
    pub const NONE: Notation = Notation {
        registers: &[],
        kinds: &[],
        features: &[],
        folds_up_to: 0,
        sizes: ["8", "16", "32", "64"],
        lengths: &[],
        big_endian: false,
        register_bits: 0,
        fields: &[],
        codings: &[],
        pinned: NO_REG,
        literal: (0, 0),
    };
}

/// A register that operands can be bound to.
#[derive(Debug)]
pub struct FixedRegister {
    /// Its name in operands.
    pub name: &'static str,
    /// Its class.
    pub kind: Kind,
    /// Its hardware number.
    pub number: u8,
    /// The width in bits, or 0 for the operand size.
    pub width: u16,
    /// Whether the printed form shows it.
    pub printed: bool,
}

/// A kind of operand.
#[derive(Debug)]
pub struct KindName {
    /// Its name: letters.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Of an immediate or condition, an index of [`Notation::codings`] or `NO_REG`.
    pub coding: u8,
    /// What the machine's encoder and printer want to know of it. Of a label in a bit diagram how
    /// its field is patched, of a target how it refers to the symbol: numbers of the ISA.
    pub tag: u8,
}

impl KindName {
    /// A kind of which nothing more is to be said.
    pub const fn new(name: &'static str, kind: Kind) -> KindName {
        KindName { name, kind, coding: NO_REG, tag: 0 }
    }

    /// A kind with a tag.
    pub const fn tagged(name: &'static str, kind: Kind, tag: u8) -> KindName {
        KindName { name, kind, coding: NO_REG, tag }
    }

    /// A kind with a coding.
    pub const fn coded(name: &'static str, kind: Kind, coding: u8) -> KindName {
        KindName { name, kind, coding, tag: 0 }
    }
}

/// The word that begins at or after `i`, up to a blank; an empty word at the end.
pub const fn word(s: &[u8], mut i: usize, end: usize) -> (usize, usize) {
    while i < end && s[i] == b' ' {
        i += 1;
    }
    let start = i;
    while i < end && s[i] != b' ' {
        i += 1;
    }
    (start, i)
}

/// Where a byte comes next; the end if it does not.
pub const fn find(s: &[u8], mut i: usize, what: u8) -> usize {
    while i < s.len() && s[i] != what {
        i += 1;
    }
    i
}

/// Whether a part of `s` is this word.
pub const fn is(s: &[u8], start: usize, end: usize, what: &str) -> bool {
    same(s, start, end, what.as_bytes(), 0, what.len())
}

/// Whether two parts are the same.
pub(super) const fn same(s: &[u8], a: usize, b: usize, t: &[u8], c: usize, d: usize) -> bool {
    if b - a != d - c {
        return false;
    }
    let mut i = 0;
    while i < b - a {
        if s[a + i] != t[c + i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The number of decimal digits up to `end`; `None` if there is anything else.
pub(super) const fn number(s: &[u8], mut i: usize, end: usize) -> Option<u16> {
    let mut n = 0;
    if i == end {
        return None;
    }
    while i < end {
        if !s[i].is_ascii_digit() {
            return None;
        }
        n = n * 10 + (s[i] - b'0') as u16;
        i += 1;
    }
    Some(n)
}

const fn width(s: &[u8], i: usize, end: usize) -> u16 {
    match number(s, i, end) {
        Some(n) => n,
        None => panic!("after the kind of an operand comes its width in bits"),
    }
}

/// Reads the columns of a row that are the same on all machines.
pub const fn shape(
    notation: &Notation,
    name: &'static str,
    mnemonic: &'static str,
    operands: &str,
    custom: bool,
    flags: &str,
) -> Shape {
    let shape = Shape {
        name,
        mnemonic,
        operands: [OperandSpec::NONE; MAX_OPERANDS],
        n_operands: 0,
        memory: NO_REG,
        flags: if custom { row_bits::CUSTOM } else { 0 },
        feature: 0,
        clobbers: 0,
        positions: [0; MAX_OPERANDS],
        imm64: false,
    };
    parse_flags(notation, parse_operands(notation, shape, operands.as_bytes()), flags.as_bytes())
}

const fn parse_operands(notation: &Notation, mut shape: Shape, s: &[u8]) -> Shape {
    let mut i = 0;
    let mut position = 0;
    let mut immediates = 0;
    let mut low_half = false;
    while i < s.len() {
        let end = find(s, i, b',');
        let (a, b) = word(s, i, end);
        let (c, d) = word(s, b, end);
        let n = shape.n_operands as usize;
        if n == MAX_OPERANDS {
            panic!("too many operands");
        }
        let mut spec = match role(s, a, b) {
            Some(role) => {
                let spec = kind(notation, s, c, d);
                OperandSpec { role, ..spec }
            }
            None => {
                let spec = kind(notation, s, a, b);
                if spec.kind.class().is_some() || spec.kind.may_be_memory() {
                    panic!(
                        "an operand needs a role and a kind: roles are use, late, def, early, mod and tmp"
                    );
                }
                spec
            }
        };
        let reads = matches!(spec.role, Role::Use | Role::LateUse);
        spec.folds_spill = reads
            && notation.folds_up_to != 0
            && matches!(spec.kind, Kind::GprMem | Kind::VecMem)
            && spec.width <= notation.folds_up_to
            && spec.fixed == NO_REG;
        match spec.kind {
            Kind::Imm if spec.width == 64 => {
                shape.imm64 = true;
                low_half = true;
                spec.imm_at = 0;
                spec.imm_bits = 64;
            }
            Kind::Imm => {
                spec.imm_at = if immediates == 0 { 32 } else { 0 };
                low_half |= immediates > 0;
            }
            _ => {}
        }
        if matches!(spec.kind, Kind::Imm) {
            immediates += 1;
        }
        if spec.kind.may_be_memory() {
            if shape.memory != NO_REG {
                panic!("only one operand can be in memory");
            }
            shape.memory = n as u8;
        }
        if immediates > 2 || shape.imm64 && immediates > 1 {
            panic!("too many immediates for the payload");
        }
        shape.positions[n] = position;
        position += match spec.kind {
            // A memory operand counts as one register; what it really has is added when it is
            // known.
            Kind::Mem | Kind::Addr => 1,
            _ => spec.register_operands(),
        };
        shape.operands[n] = spec;
        shape.n_operands += 1;
        i = end + 1;
    }
    let mut n = 0;
    while n < shape.n_operands as usize {
        let kind = shape.operands[n].kind;
        if low_half && (kind.may_be_memory() || matches!(kind, Kind::Label | Kind::Target)) {
            panic!("an immediate and an address want the same half of the payload");
        }
        n += 1;
    }
    shape
}

const fn role(s: &[u8], a: usize, b: usize) -> Option<Role> {
    Some(if is(s, a, b, "use") {
        Role::Use
    } else if is(s, a, b, "late") {
        Role::LateUse
    } else if is(s, a, b, "def") {
        Role::Def
    } else if is(s, a, b, "early") {
        Role::EarlyDef
    } else if is(s, a, b, "mod") {
        Role::Mod
    } else if is(s, a, b, "tmp") {
        Role::Tmp
    } else {
        return None;
    })
}

const fn kind(notation: &Notation, s: &[u8], a: usize, b: usize) -> OperandSpec {
    let mut spec = OperandSpec::NONE;
    let mut n = 0;
    while n < notation.registers.len() {
        let reg = &notation.registers[n];
        if is(s, a, b, reg.name) {
            spec.kind = reg.kind;
            spec.fixed = reg.number;
            spec.printed = reg.printed;
            spec.width = reg.width;
            spec.reg_width = reg.width;
            return spec;
        }
        n += 1;
    }
    let mut letters = a;
    while letters < b && s[letters].is_ascii_alphabetic() {
        letters += 1;
    }
    let mut n = 0;
    while n < notation.kinds.len() {
        let name = &notation.kinds[n];
        if is(s, a, letters, name.name) {
            spec.kind = name.kind;
            spec.coding = name.coding;
            spec.tag = name.tag;
            let slash = find(s, letters, b'/');
            if slash < b {
                spec.reg_width = width(s, letters, slash);
                spec.width = width(s, slash + 1, b);
            } else if letters < b {
                spec.width = width(s, letters, b);
                spec.reg_width = spec.width;
            }
            return spec;
        }
        n += 1;
    }
    panic!("no role, no kind of operand and no name of a register")
}

/// The name of operand `n`: the last word of what is written of it.
pub(super) const fn operand_name(s: &[u8], n: u8) -> (usize, usize) {
    let mut i = 0;
    let mut skip = n;
    while skip > 0 {
        i = find(s, i, b',') + 1;
        skip -= 1;
    }
    let end = find(s, i, b',');
    let (mut a, mut b) = word(s, i, end);
    loop {
        let (c, d) = word(s, b, end);
        if c == d {
            return (a, b);
        }
        (a, b) = (c, d);
    }
}

const FLAGS: [(&str, u32); 5] = [
    ("wf", row_bits::WRITES_FLAGS),
    ("zs", row_bits::RESULT_FLAGS),
    ("rf", row_bits::READS_FLAGS),
    ("alias", row_bits::ALIAS),
    ("latemem", row_bits::LATE_MEMORY),
];

const fn parse_flags(notation: &Notation, mut shape: Shape, s: &[u8]) -> Shape {
    let mut i = 0;
    loop {
        let (a, b) = word(s, i, s.len());
        if a == b {
            return shape;
        }
        i = b;
        let mut known = false;
        let mut f = 0;
        while f < FLAGS.len() {
            if is(s, a, b, FLAGS[f].0) {
                shape.flags |= FLAGS[f].1;
                known = true;
            }
            f += 1;
        }
        let mut f = 0;
        while f < notation.features.len() {
            if is(s, a, b, notation.features[f]) {
                shape.feature = f as u8;
                known = true;
            }
            f += 1;
        }
        let mut n = 0;
        while b - a > 8 && is(s, a, a + 8, "clobber:") && n < notation.registers.len() {
            let reg = &notation.registers[n];
            if is(s, a + 8, b, reg.name) && matches!(reg.kind, Kind::Gpr) {
                shape.clobbers |= 1 << reg.number;
                shape.flags |= row_bits::CLOBBERS;
                known = true;
            }
            n += 1;
        }
        if !known {
            panic!("unknown flag, CPU feature or clobbered register in a row");
        }
    }
}
