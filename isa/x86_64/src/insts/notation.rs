//! The notation of the instruction table and its parser, which runs while this crate is compiled: a
//! row that it cannot read is a compile error that says why.
//!
//! Operands and flags are written as `windlass_core::machine::row` says. Kinds of operands are `G`
//! general register, `X` vector register, `GM`, `XM` register or memory, `M` memory, `GR`, `XR` a
//! register in the r/m field, where memory could be, `A` an address that is not accessed, `imm`,
//! `cond`, `label`, `target`. `rax` to `rdi` are fixed registers that are not printed, `cl` and
//! `xmm0` such that are.
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

use super::{Enc, Encodings, FEATURES, Fits, ImmKind, MAX_ENCODINGS, Row, enc_bits};
use windlass_core::machine::row::{
    FixedRegister, Kind, KindName, NO_REG, Notation, Role, Shape, find, is, shape, word,
};

/// The tag of a register that stands in the r/m field.
const IN_RM: u8 = 1;

const fn implied(name: &'static str, number: u8) -> FixedRegister {
    FixedRegister { name, kind: Kind::Gpr, number, width: 0, printed: false }
}

/// What the tables can name.
pub static NOTATION: Notation = NAMES;

const NAMES: Notation = Notation {
    registers: &[
        implied("rax", 0),
        implied("rcx", 1),
        implied("rdx", 2),
        implied("rbx", 3),
        implied("rsp", 4),
        implied("rbp", 5),
        implied("rsi", 6),
        implied("rdi", 7),
        FixedRegister { name: "cl", kind: Kind::Gpr, number: 1, width: 8, printed: true },
        FixedRegister { name: "xmm0", kind: Kind::Vec, number: 0, width: 128, printed: true },
    ],
    kinds: &[
        KindName::new("G", Kind::Gpr),
        KindName::new("X", Kind::Vec),
        KindName::new("GM", Kind::GprMem),
        KindName::new("XM", Kind::VecMem),
        KindName::tagged("GR", Kind::Gpr, IN_RM),
        KindName::tagged("XR", Kind::Vec, IN_RM),
        KindName::new("M", Kind::Mem),
        KindName::new("A", Kind::Addr),
        KindName::new("imm", Kind::Imm),
        KindName::new("cond", Kind::Cond),
        KindName::new("label", Kind::Label),
        KindName::new("target", Kind::Target),
    ],
    features: FEATURES,
    folds_up_to: 64,
    sizes: ["B", "W", "D", "Q"],
    pinned: crate::regs::num::R15,
    ..Notation::NONE
};

/// Reads one row.
pub(super) const fn row(
    name: &'static str,
    mnemonic: &'static str,
    operands: &'static str,
    encodings: &'static str,
    flags: &'static str,
) -> Row {
    let shape = shape(&NAMES, name, mnemonic, operands, encodings.is_empty(), flags);
    Row { shape, encodings: parse_encodings(&shape, encodings.as_bytes()) }
}

/// The operand in the r/m field: one that may be in memory, or a register in its place.
const fn rm_operand(shape: &Shape) -> u8 {
    let mut rm = shape.memory;
    let mut n = 0;
    while n < shape.operands().len() {
        if shape.operands()[n].tag == IN_RM {
            if rm != NO_REG {
                panic!("only one operand can be in the r/m field");
            }
            rm = n as u8;
        }
        n += 1;
    }
    rm
}

/// Places where an encoding puts a register: indices of operands of the row.
struct Fields {
    reg: u8,
    rm: u8,
    vvvv: u8,
    is4: u8,
}

const fn parse_encodings(row: &Shape, s: &[u8]) -> Encodings {
    let mut out = Encodings { list: [Enc::NONE; MAX_ENCODINGS], first: [0; 4], count: [0; 4] };
    if s.is_empty() {
        return out;
    }
    // For each size in turn, all encodings of that size, in the order in which they are written.
    let mut n = 0;
    let mut any = false;
    let mut size = 0;
    while size < 4 {
        out.first[size] = n as u8;
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
                out.list[n] = encoding(row, s, start, end, size as u8, sizes == ANY_SIZE);
                n += 1;
            }
            i = end + 1;
        }
        out.count[size] = n as u8 - out.first[size];
        size += 1;
    }
    if any {
        if n != out.count[0] as usize {
            panic!("either all encodings of a row have a size or none");
        }
        out.first = [0; 4];
        out.count = [n as u8; 4];
    }
    // An immediate of 8 bits must fit where a longer one could be taken.
    let mut size = 0;
    while size < 4 {
        let mut i = 0;
        while i + 1 < out.count[size] {
            let e = &mut out.list[(out.first[size] + i) as usize];
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
    out
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

const fn encoding(row: &Shape, s: &[u8], start: usize, end: usize, size: u8, any: bool) -> Enc {
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
        } else if is(s, a, b, "iz") {
            e.imm = if size == 1 { ImmKind::Iw } else { ImmKind::Id };
        } else if let Some(imm) = named(s, a, b, &IMMEDIATES) {
            e.imm = imm;
        } else if let Some(fits) = named(s, a, b, &FITS) {
            e.fits = fits;
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

const IMMEDIATES: [(&str, ImmKind); 6] = [
    ("ib", ImmKind::Ib),
    ("iw", ImmKind::Iw),
    ("id", ImmKind::Id),
    ("io", ImmKind::Io),
    ("cb", ImmKind::Cb),
    ("cd", ImmKind::Cd),
];

const FITS: [(&str, Fits); 3] = [("=1", Fits::One), ("acc", Fits::Acc), ("u32", Fits::U32)];

/// Bits that are set, and bits that are cleared.
const VEX_BITS: [(&str, (u32, u32)); 7] = [
    ("W1", (enc_bits::W, 0)),
    ("W0", (0, enc_bits::W)),
    ("WIG", (enc_bits::WIG, enc_bits::W)),
    ("256", (enc_bits::L, 0)),
    ("LIG", (enc_bits::LIG, 0)),
    ("LZ", (0, 0)),
    ("128", (0, 0)),
];

/// What a word stands for.
const fn named<T: Copy>(s: &[u8], a: usize, b: usize, names: &[(&str, T)]) -> Option<T> {
    let mut n = 0;
    while n < names.len() {
        if is(s, a, b, names[n].0) {
            return Some(names[n].1);
        }
        n += 1;
    }
    None
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
        if let Some(prefix) = named(s, a, c, &[("66", 0x66), ("F3", 0xf3), ("F2", 0xf2)]) {
            e.prefix = prefix;
        } else if let Some(map) = named(s, a, c, &[("0F", 1), ("0F38", 2), ("0F3A", 3)]) {
            e.map = map;
        } else if let Some((set, clear)) = named(s, a, c, &VEX_BITS) {
            e.bits = e.bits & !clear | set;
        } else {
            panic!("not a part of a VEX prefix");
        }
        a = c + 1;
    }
    if e.map == 0 {
        panic!("a VEX prefix needs 0F, 0F38 or 0F3A");
    }
    e
}

/// Finds the operands that go in each field.
const fn place(row: &Shape, mut e: Enc, size: u8, any: bool) -> Enc {
    let mut f = Fields { reg: NO_REG, rm: NO_REG, vvvv: NO_REG, is4: NO_REG };
    let mut has_imm = false;
    let rm = rm_operand(row);
    let mut i = 0;
    while i < row.operands().len() as u8 {
        let spec = row.operands()[i as usize];
        if matches!(spec.kind, Kind::Imm | Kind::Label | Kind::Target) {
            has_imm = true;
        }
        if rm == i {
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
        let spec = row.operands()[f.rm as usize];
        if is_8_bit(row, f.rm, size, any) {
            e.bits |= enc_bits::RM8;
        }
        if matches!(spec.kind, Kind::Mem | Kind::Addr) {
            e.bits |= enc_bits::MEM_ONLY;
        }
        if spec.tag == IN_RM || spec.kind.class().is_some() && !spec.kind.may_be_memory() {
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
const fn position(row: &Shape, operand: u8) -> u8 {
    if operand == NO_REG {
        return NO_REG;
    }
    let after = row.behind_memory(operand as usize);
    row.position(operand as usize) | if after { 0x80 } else { 0 }
}

const fn is_8_bit(row: &Shape, operand: u8, size: u8, any: bool) -> bool {
    if operand == NO_REG {
        return false;
    }
    let spec = row.operands()[operand as usize];
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
            (("reads G, use GM", "v 03 /r", ""), "no role, no kind"),
            (("use Q", "v 03 /0", ""), "no role, no kind"),
            (("use GM32x", "v 03 /0", ""), "after the kind of an operand"),
            (("use GM", "v 03 /0", "wfx"), "unknown flag, CPU feature"),
            (("use X, use XM", "VEX.128.F5.0F 03 /r", ""), "not a part of a VEX prefix"),
            (("use X, use XM", "VEX.128 03 /r", ""), "a VEX prefix needs"),
        ];
        for ((operands, encodings, flags), expected) in cases {
            let got = error(operands, encodings, flags);
            assert!(got.starts_with(expected), "{operands}; {encodings}: {got}");
        }
    }
}
