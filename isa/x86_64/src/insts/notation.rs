//! The notation of the instruction table and its parser, which runs while this crate is compiled: a
//! row that it cannot read is a compile error that says why.
//!
//! Operands, separated by commas, in the order of the printed form: a role (`use`, `late`, `def`,
//! `early`, `mod`, `tmp`) and a kind: `G` general register, `X` vector register, `GM`, `XM`
//! register or memory, `M` memory, `GR`, `XR` a register in the field where memory could be, `A` an
//! address that is not accessed. A number after the kind is the width in bits; without it the width
//! is the operand size; in `GM32/8` a register has 32 bits and memory 8. A register's name is a
//! fixed register: `rax` is not printed, `cl` is. `xmm0` is printed. Without role: `imm`, `imm8`,
//! `imm64`, `cond`, `label`, `target`.
//!
//! Encodings, separated by semicolons, as in Intel's manual, after an optional operand size: `b` 8,
//! `w` 16, `d` 32, `q` 64 bits, `v` 16, 32 or 64, `y` 32 or 64. The size stands for the prefix 66
//! or REX.W (VEX.W in a VEX encoding), which can also be written out; `W0` cancels it. `+r` and
//! `+cc` after an opcode byte add a register or a condition to it. `/r` or `/0` to `/7` is the
//! ModRM byte; `ib iw id io iz` are immediates (`iz`: `iw` at 16 bits, else `id`), `cb cd`
//! distances to a label. At the end may stand when the encoding fits: `=1` (the immediate is 1),
//! `acc` (the register is rax), `u32` (the immediate is zero-extended from 32 bits). The first
//! encoding that fits is taken: an 8-bit immediate that is not the last choice must fit when
//! sign-extended. `/rr` puts the only register in all fields. A last byte after `0F xx` is a fixed
//! third byte.
//!
//! Flags: `wf` and `rf` write and read the condition flags, `zs` leaves those of its first operand,
//! `move`, `call`, `branch`, `ret`, `traps`, `alias`, `latemem`, a CPU feature by its name,
//! `clobber:` and a register.

use super::{Enc, Feature, Fits, ImmKind, MAX_ENCODINGS, MAX_OPERANDS, Row, enc_bits};
use windlass_core::machine::row::{Kind, NO_REG, OperandSpec, Role, row_bits};

/// Reads one row.
pub(super) const fn row(
    name: &'static str,
    mnemonic: &'static str,
    operands: &'static str,
    encodings: &'static str,
    flags: &'static str,
) -> Row {
    let mut row = Row {
        name,
        mnemonic,
        operands: [OperandSpec::NONE; MAX_OPERANDS],
        n_operands: 0,
        memory: NO_REG,
        flags: 0,
        feature: Feature::Base,
        clobbers: 0,
        encodings: [Enc::NONE; MAX_ENCODINGS],
        first: [0; 4],
        count: [0; 4],
        positions: [0; MAX_OPERANDS],
        imm64: false,
    };
    row = parse_operands(row, operands.as_bytes());
    row = parse_flags(row, flags.as_bytes());
    parse_encodings(row, encodings.as_bytes())
}

/// The word that begins at or after `i`, up to a blank or one of `,` and `;`; an empty word at the
/// end.
const fn word(s: &[u8], mut i: usize, end: usize) -> (usize, usize) {
    while i < end && s[i] == b' ' {
        i += 1;
    }
    let start = i;
    while i < end && s[i] != b' ' {
        i += 1;
    }
    (start, i)
}

const fn find(s: &[u8], mut i: usize, what: u8) -> usize {
    while i < s.len() && s[i] != what {
        i += 1;
    }
    i
}

const fn is(s: &[u8], start: usize, end: usize, what: &str) -> bool {
    let w = what.as_bytes();
    if end - start != w.len() {
        return false;
    }
    let mut i = 0;
    while i < w.len() {
        if s[start + i] != w[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The width written after a kind; 0 if there is none.
const fn number(s: &[u8], mut i: usize, end: usize) -> u16 {
    let mut n = 0;
    while i < end {
        if !s[i].is_ascii_digit() {
            panic!("after the kind of an operand comes its width in bits");
        }
        n = n * 10 + (s[i] - b'0') as u16;
        i += 1;
    }
    n
}

const fn parse_operands(mut row: Row, s: &[u8]) -> Row {
    let mut i = 0;
    let mut position = 0;
    while i < s.len() {
        let end = find(s, i, b',');
        let (a, b) = word(s, i, end);
        let (c, d) = word(s, b, end);
        let mut spec = OperandSpec::NONE;
        spec.printed = true;
        if c == d {
            if is(s, a, b, "imm") {
                spec.kind = Kind::Imm;
            } else if is(s, a, b, "imm8") {
                spec.kind = Kind::Imm;
                spec.width = 8;
            } else if is(s, a, b, "imm64") {
                spec.kind = Kind::Imm;
                spec.width = 64;
                row.imm64 = true;
            } else if is(s, a, b, "cond") {
                spec.kind = Kind::Cond;
            } else if is(s, a, b, "label") {
                spec.kind = Kind::Label;
            } else if is(s, a, b, "target") {
                spec.kind = Kind::Target;
            } else {
                panic!("an operand needs a role and a kind");
            }
        } else {
            spec.role = role(s, a, b);
            spec = kind(spec, s, c, d);
        }
        if row.n_operands as usize == MAX_OPERANDS {
            panic!("too many operands");
        }
        if spec.kind.may_be_memory() || spec.in_memory_field {
            if row.memory != NO_REG {
                panic!("only one operand can be in memory");
            }
            row.memory = row.n_operands;
            match spec.role {
                Role::Use | Role::LateUse => row.flags |= row_bits::LOADS,
                Role::Mod => row.flags |= row_bits::LOADS | row_bits::STORES,
                Role::Def | Role::EarlyDef | Role::Tmp => row.flags |= row_bits::STORES,
            }
            if matches!(spec.kind, Kind::Addr) || spec.in_memory_field {
                row.flags &= !(row_bits::LOADS | row_bits::STORES);
            }
        }
        row.positions[row.n_operands as usize] = position;
        position += match spec.kind {
            // A memory operand counts as one register; what it really has is added when it is
            // known.
            Kind::Mem | Kind::Addr => 1,
            _ => spec.register_operands(),
        };
        row.operands[row.n_operands as usize] = spec;
        row.n_operands += 1;
        i = end + 1;
    }
    row
}

const fn role(s: &[u8], a: usize, b: usize) -> Role {
    if is(s, a, b, "use") {
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
        panic!("roles are use, late, def, early, mod and tmp")
    }
}

const FIXED: [&str; 8] = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"];

const fn kind(mut spec: OperandSpec, s: &[u8], a: usize, b: usize) -> OperandSpec {
    let mut n = 0;
    while n < FIXED.len() {
        if is(s, a, b, FIXED[n]) {
            spec.kind = Kind::Gpr;
            spec.fixed = n as u8;
            spec.printed = false;
            return spec;
        }
        n += 1;
    }
    if is(s, a, b, "cl") {
        spec.kind = Kind::Gpr;
        spec.fixed = 1;
        spec.width = 8;
        spec.reg_width = 8;
        return spec;
    }
    if is(s, a, b, "xmm0") {
        spec.kind = Kind::Vec;
        spec.fixed = 0;
        spec.width = 128;
        spec.reg_width = 128;
        return spec;
    }
    let mut width = a + 1;
    spec.kind = match (s[a], if a + 1 < b { s[a + 1] } else { 0 }) {
        (b'G', b'M') => {
            width += 1;
            Kind::GprMem
        }
        (b'X', b'M') => {
            width += 1;
            Kind::VecMem
        }
        (b'G', b'R') => {
            width += 1;
            spec.in_memory_field = true;
            Kind::Gpr
        }
        (b'X', b'R') => {
            width += 1;
            spec.in_memory_field = true;
            Kind::Vec
        }
        (b'G', _) => Kind::Gpr,
        (b'X', _) => Kind::Vec,
        (b'M', _) => Kind::Mem,
        (b'A', _) => Kind::Addr,
        _ => panic!("kinds are G, X, GM, XM, GR, XR, M, A, or the name of a register"),
    };
    let slash = find(s, width, b'/');
    if slash < b {
        spec.reg_width = number(s, width, slash);
        spec.width = number(s, slash + 1, b);
    } else {
        spec.width = number(s, width, b);
        spec.reg_width = spec.width;
    }
    spec
}

const fn parse_flags(mut row: Row, s: &[u8]) -> Row {
    let mut i = 0;
    while i < s.len() {
        let (a, b) = word(s, i, s.len());
        if a == b {
            break;
        }
        i = b;
        let mut f = 0;
        while f < FLAGS.len() {
            if is(s, a, b, FLAGS[f].0) {
                row.flags |= FLAGS[f].1;
                break;
            }
            f += 1;
        }
        if f < FLAGS.len() {
            continue;
        }
        let mut f = 0;
        while f < Feature::ALL.len() {
            if is(s, a, b, Feature::ALL[f].name()) {
                row.feature = Feature::ALL[f];
                break;
            }
            f += 1;
        }
        if f < Feature::ALL.len() {
            continue;
        }
        if b - a > 8 && is(s, a, a + 8, "clobber:") {
            let mut n = 0;
            while n < FIXED.len() && !is(s, a + 8, b, FIXED[n]) {
                n += 1;
            }
            if n == FIXED.len() {
                panic!("clobber: needs one of the eight low general registers");
            }
            row.clobbers |= 1 << n;
            row.flags |= row_bits::CLOBBERS;
            continue;
        }
        panic!("unknown flag or CPU feature in a row");
    }
    row
}

const FLAGS: [(&str, u32); 11] = [
    ("wf", row_bits::WRITES_FLAGS),
    ("zs", row_bits::RESULT_FLAGS),
    ("rf", row_bits::READS_FLAGS),
    ("move", row_bits::MOVE),
    ("call", row_bits::CALL),
    ("branch", row_bits::BRANCH),
    ("ret", row_bits::RET),
    ("traps", row_bits::TRAPS),
    ("alias", row_bits::ALIAS),
    ("latemem", row_bits::LATE_MEMORY),
    ("base", 0),
];

/// Places where an encoding puts a register: indices of operands of the row.
struct Fields {
    reg: u8,
    rm: u8,
    vvvv: u8,
    is4: u8,
}

const fn parse_encodings(mut row: Row, s: &[u8]) -> Row {
    if s.is_empty() {
        row.flags |= row_bits::CUSTOM;
        return row;
    }
    // For each size in turn, all encodings of that size, in the order in which they are written.
    let mut n = 0;
    let mut any = false;
    let mut size = 0;
    while size < 4 {
        row.first[size] = n as u8;
        let mut i = 0;
        while i < s.len() {
            let end = find(s, i, b';');
            let (sizes, start) = size_tag(s, i, end);
            if sizes == ANY_SIZE {
                any = true;
            }
            if sizes & (1 << size) != 0 && (sizes != ANY_SIZE || size == 0) {
                if n == MAX_ENCODINGS {
                    panic!("too many encodings in a row");
                }
                row.encodings[n] = encoding(&row, s, start, end, size as u8, sizes == ANY_SIZE);
                n += 1;
            }
            i = end + 1;
        }
        row.count[size] = n as u8 - row.first[size];
        size += 1;
    }
    if any {
        if n != row.count[0] as usize {
            panic!("either all encodings of a row have a size or none");
        }
        row.first = [0; 4];
        row.count = [n as u8; 4];
    }
    // An immediate of 8 bits must fit where a longer one could be taken.
    let mut size = 0;
    while size < 4 {
        let mut i = 0;
        while i + 1 < row.count[size] {
            let e = &mut row.encodings[(row.first[size] + i) as usize];
            if matches!(e.fits, Fits::Always) {
                match e.imm {
                    ImmKind::Ib => e.fits = Fits::I8,
                    ImmKind::Id => e.fits = Fits::I32,
                    _ => panic!("an encoding is never reached"),
                }
            }
            i += 1;
        }
        size += 1;
    }
    row
}

const ANY_SIZE: u8 = 0x8f;

/// The sizes for which an encoding is, as a set, and where the rest of it begins.
const fn size_tag(s: &[u8], i: usize, end: usize) -> (u8, usize) {
    let (a, b) = word(s, i, end);
    if b - a == 1 {
        let sizes = match s[a] {
            b'b' => 1,
            b'w' => 2,
            b'd' => 4,
            b'q' => 8,
            b'v' => 14,
            b'y' => 12,
            _ => panic!("operand sizes are b, w, d, q, v and y"),
        };
        return (sizes, b);
    }
    (ANY_SIZE, i)
}

const fn hex(c: u8) -> u8 {
    match c {
        b'0'..=b'9' => c - b'0',
        b'A'..=b'F' => c - b'A' + 10,
        _ => panic!("an opcode is written as two capital hexadecimal digits"),
    }
}

const fn is_scalar_float(mnemonic: &str) -> bool {
    let bytes = mnemonic.as_bytes();
    bytes[bytes.len() - 1] == b'*'
}

const fn encoding(row: &Row, s: &[u8], start: usize, end: usize, size: u8, any: bool) -> Enc {
    let mut e = Enc::NONE;
    e.size = if any { 4 } else { size };
    if !any {
        match size {
            1 => e.bits |= enc_bits::OSZ,
            // Of float operations the size is the precision, which the prefix says.
            3 if !is_scalar_float(row.mnemonic) => e.bits |= enc_bits::W,
            _ => {}
        }
    }
    let mut i = start;
    let mut bytes = 0;
    let mut seen_opcode = false;
    loop {
        let (a, b) = word(s, i, end);
        if a == b {
            break;
        }
        i = b;
        if b - a > 4 && is(s, a, a + 4, "VEX.") {
            e = vex(e, s, a + 4, b);
            bytes = 1;
        } else if is(s, a, b, "REX.W") {
            e.bits |= enc_bits::W;
        } else if is(s, a, b, "W0") {
            e.bits &= !enc_bits::W;
        } else if is(s, a, b, "/r") {
            e.bits |= enc_bits::MODRM;
        } else if is(s, a, b, "/rr") {
            e.bits |= enc_bits::MODRM | enc_bits::BOTH;
        } else if s[a] == b'/' && b - a == 2 && s[a + 1] >= b'0' && s[a + 1] <= b'7' {
            e.bits |= enc_bits::MODRM | enc_bits::DIGIT;
            e.digit = s[a + 1] - b'0';
        } else if is(s, a, b, "/is4") {
            e.bits |= enc_bits::IS4;
        } else if is(s, a, b, "ib") {
            e.imm = ImmKind::Ib;
        } else if is(s, a, b, "iw") {
            e.imm = ImmKind::Iw;
        } else if is(s, a, b, "id") {
            e.imm = ImmKind::Id;
        } else if is(s, a, b, "io") {
            e.imm = ImmKind::Io;
        } else if is(s, a, b, "iz") {
            e.imm = if size == 1 { ImmKind::Iw } else { ImmKind::Id };
        } else if is(s, a, b, "cb") {
            e.imm = ImmKind::Cb;
        } else if is(s, a, b, "cd") {
            e.imm = ImmKind::Cd;
        } else if is(s, a, b, "=1") {
            e.fits = Fits::One;
        } else if is(s, a, b, "acc") {
            e.fits = Fits::Acc;
        } else if is(s, a, b, "u32") {
            e.fits = Fits::U32;
        } else {
            if b - a < 2 {
                panic!("not a part of an encoding");
            }
            let byte = hex(s[a]) << 4 | hex(s[a + 1]);
            if b - a > 2 {
                if is(s, a + 2, b, "+r") {
                    e.bits |= enc_bits::PLUS_R;
                } else if is(s, a + 2, b, "+cc") {
                    e.bits |= enc_bits::PLUS_CC;
                } else {
                    panic!("only +r and +cc can follow an opcode byte");
                }
            }
            if bytes == 0 && byte == 0xf0 {
                e.bits |= enc_bits::LOCK;
            } else if bytes == 0 && (byte == 0x66 || byte == 0xf2 || byte == 0xf3) {
                if e.prefix != 0 {
                    panic!("only one prefix of 66, F2 and F3");
                }
                e.prefix = byte;
            } else if bytes == 0 && byte == 0x0f {
                e.map = 1;
                bytes = 1;
            } else if bytes == 1 && e.map == 1 && byte == 0x38 && e.bits & enc_bits::VEX == 0 {
                e.map = 2;
                bytes = 2;
            } else if bytes == 1 && e.map == 1 && byte == 0x3a && e.bits & enc_bits::VEX == 0 {
                e.map = 3;
                bytes = 2;
            } else if !seen_opcode {
                e.opcode = byte;
                seen_opcode = true;
                bytes = 3;
            } else {
                if e.bits & enc_bits::LITERAL != 0 {
                    panic!("too many opcode bytes");
                }
                e.bits |= enc_bits::LITERAL;
                e.digit = byte;
            }
        }
    }
    if !seen_opcode {
        panic!("an encoding without opcode");
    }
    place(row, e, size, any)
}

/// Reads the part after `VEX.`.
const fn vex(mut e: Enc, s: &[u8], mut a: usize, b: usize) -> Enc {
    e.bits |= enc_bits::VEX;
    e.bits &= !enc_bits::OSZ;
    while a < b {
        let mut c = a;
        while c < b && s[c] != b'.' {
            c += 1;
        }
        if is(s, a, c, "66") {
            e.prefix = 0x66;
        } else if is(s, a, c, "F3") {
            e.prefix = 0xf3;
        } else if is(s, a, c, "F2") {
            e.prefix = 0xf2;
        } else if is(s, a, c, "0F") {
            e.map = 1;
        } else if is(s, a, c, "0F38") {
            e.map = 2;
        } else if is(s, a, c, "0F3A") {
            e.map = 3;
        } else if is(s, a, c, "W1") {
            e.bits |= enc_bits::W;
        } else if is(s, a, c, "W0") || is(s, a, c, "WIG") {
            e.bits &= !enc_bits::W;
        } else if is(s, a, c, "256") {
            e.bits |= enc_bits::L;
        } else if !is(s, a, c, "LIG") && !is(s, a, c, "LZ") && !is(s, a, c, "128") {
            panic!("not a part of a VEX prefix");
        }
        if is(s, a, c, "WIG") {
            e.bits |= enc_bits::WIG;
        }
        if is(s, a, c, "LIG") {
            e.bits |= enc_bits::LIG;
        }
        a = c + 1;
    }
    if e.map == 0 {
        panic!("a VEX prefix needs 0F, 0F38 or 0F3A");
    }
    e
}

/// Finds the operands that go in each field.
const fn place(row: &Row, mut e: Enc, size: u8, any: bool) -> Enc {
    let mut f = Fields { reg: NO_REG, rm: NO_REG, vvvv: NO_REG, is4: NO_REG };
    let mut has_imm = false;
    let mut i = 0;
    while i < row.n_operands {
        let spec = row.operands[i as usize];
        if matches!(spec.kind, Kind::Imm | Kind::Label | Kind::Target) {
            has_imm = true;
        }
        if row.memory == i {
            f.rm = i;
        } else if spec.kind.class().is_some() && (spec.fixed == NO_REG) {
            let digit = e.bits & enc_bits::DIGIT != 0;
            if e.bits & (enc_bits::PLUS_R | enc_bits::BOTH) != 0 {
                if f.reg != NO_REG {
                    panic!("a register too many for this encoding");
                }
                f.reg = i;
                if e.bits & enc_bits::BOTH != 0 {
                    f.rm = i;
                    if e.bits & enc_bits::VEX != 0 {
                        f.vvvv = i;
                    }
                }
            } else if digit && e.bits & enc_bits::VEX == 0 {
                if f.rm != NO_REG {
                    panic!("a register too many for an encoding with a digit");
                }
                f.rm = i;
            } else if f.reg == NO_REG && !digit {
                f.reg = i;
            } else if e.bits & enc_bits::VEX != 0 && f.vvvv == NO_REG {
                f.vvvv = i;
            } else if e.bits & enc_bits::IS4 != 0 && f.is4 == NO_REG {
                f.is4 = i;
            } else {
                panic!("a register has no place in the encoding");
            }
        }
        i += 1;
    }
    if matches!(e.fits, Fits::Acc) {
        if e.bits & enc_bits::MODRM != 0 || f.rm == NO_REG {
            panic!("acc is for encodings without ModRM of rows with a register or memory operand");
        }
    } else if e.bits & enc_bits::MODRM != 0 {
        if f.rm == NO_REG {
            panic!("ModRM needs an operand");
        }
        if f.reg == NO_REG && e.bits & enc_bits::DIGIT == 0 {
            panic!("/r needs two operands");
        }
    } else if f.rm != NO_REG {
        panic!("an operand in memory needs ModRM");
    }
    if has_imm == matches!(e.imm, ImmKind::None) && !matches!(e.fits, Fits::One) {
        panic!("the row has an immediate and the encoding not, or the other way round");
    }
    e.reg = position(row, f.reg);
    e.rm = position(row, f.rm);
    e.vvvv = position(row, f.vvvv);
    e.is4 = position(row, f.is4);
    if is_8_bit(row, f.reg, size, any) {
        e.bits |= enc_bits::REG8;
    }
    if f.rm != NO_REG {
        let spec = row.operands[f.rm as usize];
        if is_8_bit(row, f.rm, size, any) {
            e.bits |= enc_bits::RM8;
        }
        if matches!(spec.kind, Kind::Mem | Kind::Addr) {
            e.bits |= enc_bits::MEM_ONLY;
        }
        if spec.in_memory_field || spec.kind.class().is_some() && !spec.kind.may_be_memory() {
            e.bits |= enc_bits::REG_ONLY;
        }
        if spec.kind.class().is_some() && matches!(spec.role, Role::Mod) {
            e.bits |= enc_bits::RM_MOD;
        }
        if spec.fixed != NO_REG {
            panic!("a fixed register has no place in the encoding");
        }
    }
    pack(e, row.imm64)
}

/// Packs prefixes and opcode into the words that the encoder takes.
const fn pack(mut e: Enc, imm64: bool) -> Enc {
    let mut lead = 0;
    let mut n = 0;
    if e.bits & enc_bits::LOCK != 0 {
        lead = 0xf0;
        n = 1;
    }
    if e.bits & enc_bits::VEX == 0 {
        if e.bits & enc_bits::OSZ != 0 {
            lead |= 0x66 << (8 * n);
            n += 1;
        }
        if e.prefix != 0 {
            lead |= (e.prefix as u32) << (8 * n);
            n += 1;
        }
    }
    e.lead = lead | n << 24;
    let mut op = 0;
    let mut n = 0;
    if e.bits & enc_bits::VEX == 0 && e.map != 0 {
        op = match e.map {
            1 => 0x0f,
            2 => 0x380f,
            _ => 0x3a0f,
        };
        n = if e.map == 1 { 1 } else { 2 };
    }
    op |= (e.opcode as u32) << (8 * n);
    n += 1;
    if e.bits & enc_bits::LITERAL != 0 {
        if n == 3 {
            panic!("too many opcode bytes");
        }
        op |= (e.digit as u32) << (8 * n);
        n += 1;
    }
    e.op = op | n << 24;
    let special = enc_bits::VEX | enc_bits::PLUS_R | enc_bits::IS4 | enc_bits::LITERAL;
    let relative = matches!(e.imm, ImmKind::Cb | ImmKind::Cd | ImmKind::Io);
    e.simple = e.bits & enc_bits::MODRM != 0 && e.bits & special == 0 && !relative && !imm64;
    e
}

/// The place among the allocations: bit 7 says that it moves with the number of registers of the
/// address.
const fn position(row: &Row, operand: u8) -> u8 {
    if operand == NO_REG {
        return NO_REG;
    }
    let after = row.memory != NO_REG && operand > row.memory;
    row.positions[operand as usize] | if after { 0x80 } else { 0 }
}

const fn is_8_bit(row: &Row, operand: u8, size: u8, any: bool) -> bool {
    if operand == NO_REG {
        return false;
    }
    let spec = row.operands[operand as usize];
    let general = matches!(spec.kind, Kind::Gpr | Kind::GprMem);
    general && (spec.reg_width == 8 || spec.reg_width == 0 && !any && size == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the compiler would say of a row: the parser panics while the table is compiled.
    fn error(operands: &'static str, encodings: &'static str, flags: &'static str) -> String {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let result = std::panic::catch_unwind(|| row("X", "x", operands, encodings, flags));
        std::panic::set_hook(hook);
        match result {
            Ok(_) => "no error".to_string(),
            Err(e) => e.downcast_ref::<&str>().unwrap_or(&"another error").to_string(),
        }
    }

    #[test]
    fn wrong_rows_are_errors() {
        let cases = [
            (("mod G, use GM", "v 03 /r", "wf"), "no error"),
            (("mod G, use GM", "v 03", "wf"), "an operand in memory needs ModRM"),
            (("mod G", "v 03 /r", "wf"), "ModRM needs an operand"),
            (("use GM", "v 03 /r", "wf"), "/r needs two operands"),
            (("mod G, use GM, use G", "v 03 /r", ""), "a register has no place in the encoding"),
            (("mod M, use GM", "v 03 /r", ""), "only one operand can be in memory"),
            (("mod G, use GM, imm8", "v 03 /r", ""), "the row has an immediate"),
            (("mod G, use GM", "v 03 /r ib", ""), "the row has an immediate"),
            (("mod GM, imm", "v 81 /0 iz; v 83 /0 ib", ""), "an encoding is never reached"),
            (("mod GM, imm8", "v C0 /0 ib =1; v C1 /0 ib; v D1 /0 iw", ""), "no error"),
            (("use GM", "v F7 /4; v F7 /5", ""), "an encoding is never reached"),
            (("mod G, use GM", "v 3 /r", ""), "not a part of an encoding"),
            (("mod G, use GM", "v 0g /r", ""), "an opcode is written as two capital"),
            (("mod G, use GM", "z 03 /r", ""), "operand sizes are b, w, d, q, v and y"),
            (("mod G, use GM", "v 66 /r", ""), "an encoding without opcode"),
            (("mod G, use GM", "v 03 /r; 05 /r", ""), "either all encodings"),
            (("G, use GM", "v 03 /r", ""), "an operand needs a role and a kind"),
            (("reads G, use GM", "v 03 /r", ""), "roles are use"),
            (("use Q", "v 03 /0", ""), "kinds are G"),
            (("use GMx", "v 03 /0", ""), "after the kind of an operand"),
            (("use GM", "v 03 /0", "wfx"), "unknown flag or CPU feature"),
            (("use X, use XM", "VEX.128.F5.0F 03 /r", ""), "not a part of a VEX prefix"),
            (("use X, use XM", "VEX.128 03 /r", ""), "a VEX prefix needs"),
        ];
        for ((operands, encodings, flags), expected) in cases {
            let got = error(operands, encodings, flags);
            assert!(got.starts_with(expected), "{operands}; {encodings}: {got}");
        }
    }
}
