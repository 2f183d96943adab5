//! The decoder: bytes in, row and operands out, by the same rows that the encoder reads. It knows
//! what this table can make and nothing else; it serves disassembly and the round trip in tests.
//!
//! An immediate is zero-extended where it has 8 bits whatever the operand size, else sign-extended.
//! The distance in a label or in an address relative to the instruction pointer counts from the end
//! of the instruction.

use crate::amode::Segment;
use crate::insts::{Enc, Fits, ImmKind, Op, Row, enc_bits};
use crate::regs::{gpr, xmm};
use regalloc2::{PReg, RegClass};
use std::sync::LazyLock;
use windlass_core::machine::row::{
    Amode, Arg, Decoded, Kind, MAX_OPERANDS, NO_REG, Size, row_bits,
};

/// For each kind of prefix (legacy or VEX), map and opcode byte, the encodings that can be meant.
struct Table {
    cells: Vec<Vec<(Op, Enc)>>,
}

fn cell(vex: bool, map: u8, opcode: u8) -> usize {
    (vex as usize) << 10 | (map as usize) << 8 | opcode as usize
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut cells = vec![Vec::new(); 2 << 10];
    for op in Op::all() {
        let row = op.row();
        if row.has(row_bits::ALIAS | row_bits::CUSTOM) {
            continue;
        }
        let sizes = if row.encodings.sizeless() { &Size::ALL[2..3] } else { &Size::ALL[..] };
        for enc in sizes.iter().flat_map(|&size| row.encodings.of(size)) {
            let opcodes = match enc.bits & (enc_bits::PLUS_R | enc_bits::PLUS_CC) {
                0 => 1,
                enc_bits::PLUS_R => 8,
                _ => 16,
            };
            for plus in 0..opcodes {
                let n = cell(enc.has(enc_bits::VEX), enc.map, enc.opcode + plus);
                cells[n].push((op, *enc));
            }
        }
    }
    Table { cells }
});

/// Reads bytes; past the end there is nothing.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn u8(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn signed(&mut self, len: usize) -> Option<i64> {
        let mut x = 0u64;
        for i in 0..len {
            x |= (self.u8()? as u64) << (8 * i);
        }
        let unused = 64 - 8 * len as u32;
        Some(if len == 0 { 0 } else { (x << unused) as i64 >> unused })
    }
}

/// What stands before the opcode.
#[derive(Default)]
struct Prefixes {
    segment: u8,
    lock: bool,
    p66: bool,
    /// F2 or F3, or 0.
    rep: u8,
    rex: u8,
    vex: bool,
    vvvv: u8,
    l: bool,
}

/// Decodes the instruction at the start of `bytes`, if the table has it.
pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    let mut r = Reader { bytes, at: 0 };
    let mut p = Prefixes::default();
    let mut map = 0;
    loop {
        match r.peek()? {
            byte @ (0x64 | 0x65) => p.segment = byte,
            0x66 => p.p66 = true,
            byte @ (0xf2 | 0xf3) => p.rep = byte,
            0xf0 => p.lock = true,
            _ => break,
        }
        r.at += 1;
    }
    let mut opcode = r.u8()?;
    if opcode == 0xc4 || opcode == 0xc5 {
        let two = opcode == 0xc5;
        let first = r.u8()?;
        let last = if two { first } else { r.u8()? };
        p.vex = true;
        p.rex = !first >> 5 & if two { 4 } else { 7 };
        map = if two { 1 } else { first & 31 };
        if !two && last & 0x80 != 0 {
            p.rex |= 8;
        }
        p.vvvv = !last >> 3 & 15;
        p.l = last & 4 != 0;
        p.p66 = last & 3 == 1;
        p.rep = [0, 0, 0xf3, 0xf2][last as usize & 3];
        opcode = r.u8()?;
        if map > 3 {
            return None;
        }
    } else {
        if opcode & 0xf0 == 0x40 {
            p.rex = opcode;
            opcode = r.u8()?;
        }
        if opcode == 0x0f {
            map = 1;
            opcode = r.u8()?;
            if opcode == 0x38 || opcode == 0x3a {
                map = if opcode == 0x38 { 2 } else { 3 };
                opcode = r.u8()?;
            }
        }
    }
    let after_opcode = r.at;
    for (op, enc) in &TABLE.cells[cell(p.vex, map, opcode)] {
        r.at = after_opcode;
        if let Some(decoded) = matches(*op, enc, &p, opcode, &mut r) {
            return Some(decoded);
        }
    }
    None
}

/// The instruction, if this encoding is meant.
fn matches(op: Op, enc: &Enc, p: &Prefixes, opcode: u8, r: &mut Reader<'_>) -> Option<Decoded> {
    let row = op.row();
    let w = p.rex & 8 != 0;
    let agrees = p.lock == enc.has(enc_bits::LOCK)
        && p.p66 == (enc.prefix == 0x66 || enc.has(enc_bits::OSZ))
        && p.rep == if enc.prefix == 0x66 { 0 } else { enc.prefix }
        && (w == enc.has(enc_bits::W) || enc.has(enc_bits::WIG))
        && (p.l == enc.has(enc_bits::L) || enc.has(enc_bits::LIG))
        && (p.vvvv == 0 || enc.vvvv != NO_REG);
    if !agrees {
        return None;
    }
    if enc.has(enc_bits::LITERAL) && r.u8()? != enc.digit {
        return None;
    }
    let mut reg = None;
    let mut rm = None;
    if enc.has(enc_bits::MODRM) {
        let modrm = r.u8()?;
        let is_register = modrm >> 6 == 3;
        if is_register && enc.has(enc_bits::MEM_ONLY) || !is_register && enc.has(enc_bits::REG_ONLY)
        {
            return None;
        }
        if enc.has(enc_bits::DIGIT) {
            if modrm >> 3 & 7 != enc.digit {
                return None;
            }
        } else {
            reg = Some(modrm >> 3 & 7 | (p.rex & 4) << 1);
        }
        rm = Some(match is_register {
            true => Rm::Reg(modrm & 7 | (p.rex & 1) << 3),
            false => Rm::Mem(address(modrm, p, r)?),
        });
    } else if enc.has(enc_bits::PLUS_R) {
        reg = Some(opcode & 7 | (p.rex & 1) << 3);
    } else if enc.fits == Fits::Acc {
        rm = Some(Rm::Reg(0));
    }
    let mut imm = r.signed(enc.imm.len())?;
    let mut is4 = None;
    if enc.has(enc_bits::IS4) {
        is4 = Some(r.u8()? >> 4);
    }
    match enc.fits {
        Fits::One => imm = 1,
        Fits::U32 => imm = imm as u32 as i64,
        _ => {}
    }
    let mut operands = [Arg::Imm(0); MAX_OPERANDS];
    for (n, (place, spec)) in operands.iter_mut().zip(row.operands()).enumerate() {
        let register = |n: u8| match spec.kind.class() {
            Some(RegClass::Float) => Arg::Reg(xmm(n)),
            _ => Arg::Reg(gpr(n)),
        };
        *place = match spec.kind {
            Kind::Cond => Arg::Cond(opcode & 15),
            Kind::Label => Arg::Label(imm as u32),
            Kind::Target => Arg::Target(imm as u32),
            Kind::Imm if spec.width == 8 => Arg::Imm(imm & 0xff),
            Kind::Imm => Arg::Imm(imm),
            _ if spec.fixed != NO_REG => register(spec.fixed),
            _ => {
                let is = |field| is_at(row, n, field);
                if is(enc.rm) {
                    match rm? {
                        Rm::Reg(n) => register(n),
                        Rm::Mem(amode) => Arg::Mem(amode),
                    }
                } else if is(enc.reg) {
                    register(reg?)
                } else if is(enc.vvvv) {
                    register(p.vvvv)
                } else if is(enc.is4) {
                    register(is4?)
                } else {
                    return None;
                }
            }
        };
    }
    let size = if enc.size == 4 { Size::S32 } else { Size::ALL[enc.size as usize] };
    debug_assert!(enc.imm != ImmKind::Io || row.imm64);
    let n_operands = row.operands().len();
    Some(Decoded { row: op.0, size, len: r.at, n_operands, operands })
}

/// What the r/m field holds.
#[derive(Clone, Copy)]
enum Rm {
    Reg(u8),
    Mem(Amode<PReg>),
}

/// Whether the field of an encoding holds operand `n` of its row.
pub(crate) fn is_at(row: &Row, n: usize, field: u8) -> bool {
    let position = row.position(n) | if row.behind_memory(n) { 0x80 } else { 0 };
    field != NO_REG && field == position
}

/// Reads the rest of a memory operand.
fn address(modrm: u8, p: &Prefixes, r: &mut Reader<'_>) -> Option<Amode<PReg>> {
    let segment = match p.segment {
        0x64 => Segment::Fs,
        0x65 => Segment::Gs,
        _ => Segment::None,
    };
    let high = (p.rex & 1) << 3;
    let mode = modrm >> 6;
    let mut disp_len = match mode {
        0 => 0,
        1 => 1,
        _ => 4,
    };
    let (mut base, mut index) = (None, None);
    match modrm & 7 {
        4 => {
            let sib = r.u8()?;
            let number = sib >> 3 & 7 | (p.rex & 2) << 2;
            index = (number != 4).then_some((gpr(number), sib >> 6));
            if sib & 7 == 5 && mode == 0 {
                disp_len = 4;
            } else {
                base = Some(gpr(sib & 7 | high));
            }
        }
        5 if mode == 0 => {
            return Some(Amode::label(r.signed(4)? as u32).with_extra(segment as u8));
        }
        n => base = Some(gpr(n | high)),
    }
    let disp = r.signed(disp_len)? as i32;
    let amode = match (base, index) {
        (None, None) => Amode::absolute(disp),
        (Some(base), None) => Amode::base(base, disp),
        (None, Some((index, scale))) => Amode::index(index, scale, disp),
        (Some(base), Some((index, scale))) => Amode::base_index(base, index, scale, disp),
    };
    Some(amode.with_extra(segment as u8))
}
