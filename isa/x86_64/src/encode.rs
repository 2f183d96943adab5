//! The encoder: an instruction and the places of its operands in, bytes out, by interpreting the
//! row.
//!
//! There is no other encoder; `asm` offers single instructions with given registers through this
//! one. Of the encodings of a row at the operand size, the first that fits is taken. A register
//! operand that was spilled stands in its slot if the row allows memory there.

use crate::insts::{Enc, Fits, ImmKind, ROWS, Row, enc_bits};
use crate::labels;
use crate::regs::num::{R15, RSP};
use regalloc2::Allocation;
use windlass_core::machine::MInst;
use windlass_core::machine::row::{
    Amode, CodeSink, FrameAreas, Kind, NO_REG, Size, form, hw, resolve, spill_slot,
};

/// How a field refers to a symbol: what `CodeSink::add_reloc_at_offset` is given.
pub mod reloc {
    use windlass_core::binemit::Reloc;

    /// Address of the symbol plus addend minus address of the field, 32 bits.
    pub const PC32: u8 = 0;
    /// The same of the symbol's entry in the global offset table.
    pub const GOT_PC32: u8 = 1;
    /// The same as `PC32` for the target of a call or jump, which may go through a stub.
    pub const CALL32: u8 = 2;
    /// Address of the symbol plus addend, 64 bits.
    pub const ABS64: u8 = 3;
    /// The descriptor of a thread-local symbol, as `PC32`.
    pub const TLS_GD: u8 = 4;
    /// Distance of a thread-local symbol from the thread pointer, 32 bits.
    pub const TP_OFF: u8 = 5;
    /// As `CALL32`, through a stub where there is one.
    pub const PLT32: u8 = 6;
    /// The descriptor of a thread-local symbol in Mach-O, as `PC32`.
    pub const TLV: u8 = 7;
    /// Distance of a symbol from its section, 32 bits, in COFF.
    pub const SECREL: u8 = 8;

    /// The public kinds, in the order of the numbers.
    pub const PUBLIC: [Reloc; 9] = [
        Reloc::X86PCRel4,
        Reloc::X86GOTPCRel4,
        Reloc::X86CallPCRel4,
        Reloc::Abs8,
        Reloc::ElfX86_64TlsGd,
        Reloc::ElfX86_64TpOff,
        Reloc::X86CallPLTRel4,
        Reloc::MachOX86_64Tlv,
        Reloc::X86SecRel,
    ];
}

/// Encodes one instruction. `allocs` are the places of its operands.
///
/// # Panics
/// If the row does not exist at the operand size, or is one that a function emits.
#[inline]
pub fn encode<S: CodeSink + ?Sized>(
    inst: &MInst,
    allocs: &[Allocation],
    frame: &FrameAreas,
    sink: &mut S,
) {
    let row = &ROWS[inst.row as usize];
    let (mut enc, count) = row.encodings.first(inst.ctl as usize & 3);
    if count != 1 {
        let imm = inst.high();
        let short = enc.fits == Fits::I8 && imm as i8 as i32 == imm && inst.ctl & 3 != 1;
        if !short || row.imm64 {
            enc = choose(row, inst, allocs);
        }
    }
    // What is rare goes another way: VEX, registers or conditions in the opcode, segments, labels.
    let address_form = (inst.ctl >> 8) as u8 & 15;
    // The forms LABEL and SYMBOL differ in the lowest bit.
    if enc.simple && inst.ctl & 0x3000 == 0 && address_form & !1 != form::LABEL {
        encode_simple(enc, inst, address_form, allocs, frame, sink);
    } else if enc.bits & enc_bits::PLUS_R != 0 {
        encode_plus_register(enc, row, inst, allocs, sink);
    } else {
        encode_any(enc, row, inst, allocs, frame, sink);
    }
}

/// Encodes an instruction with its only register in the opcode, and perhaps an immediate.
#[inline]
fn encode_plus_register<S: CodeSink + ?Sized>(
    enc: &Enc,
    row: &Row,
    inst: &MInst,
    allocs: &[Allocation],
    sink: &mut S,
) {
    let bits = enc.bits;
    let reg = hw(allocs, enc.reg as usize & 0x7f);
    let mut rex = (reg >> 3) | ((bits & enc_bits::W) as u8 * 8);
    if bits & enc_bits::REG8 != 0 && reg & 0xc == 4 {
        rex |= 0x40;
    }
    let mut len = (enc.op >> 24) as usize;
    let mut head = (enc.op & 0xff_ffff) as u64 | ((reg & 7) as u64) << (8 * len - 8);
    if rex != 0 {
        head = head << 8 | (0x40 | rex) as u64;
        len += 1;
    }
    let lead_len = enc.lead >> 24;
    head = head << (8 * lead_len) | (enc.lead & 0xff_ffff) as u64;
    len += lead_len as usize;
    let mut bytes = [0u8; 16];
    put_u64(&mut bytes, 0, head);
    if enc.imm != ImmKind::None {
        put_u64(&mut bytes, len, immediate(row, inst) as u64);
        len += enc.imm.len();
    }
    sink.put_inst(&bytes, len);
}

#[inline]
fn put_u64(bytes: &mut [u8; 16], at: usize, x: u64) {
    if let Some(chunk) = bytes[at & 7..].first_chunk_mut() {
        *chunk = x.to_le_bytes();
    }
}

#[inline]
fn put_u32(bytes: &mut [u8; 16], at: usize, x: u32) {
    if let Some(chunk) = bytes[at.min(12)..].first_chunk_mut() {
        *chunk = x.to_le_bytes();
    }
}

/// Encodes an instruction with legacy prefixes, opcode, ModRM, and perhaps an address and an
/// immediate.
#[inline]
fn encode_simple<S: CodeSink + ?Sized>(
    enc: &Enc,
    inst: &MInst,
    address_form: u8,
    allocs: &[Allocation],
    frame: &FrameAreas,
    sink: &mut S,
) {
    let bits = enc.bits;
    let rm_at = enc.rm as usize & 0x7f;
    let mut reg_at = enc.reg as usize;
    let address;
    let mut rm = 0;
    if address_form == form::NONE {
        let alloc = allocs[rm_at];
        if alloc.is_reg() {
            rm = alloc.bits() as u8 & 15;
            address = None;
        } else {
            address = Some(spill_slot(alloc, frame));
        }
        reg_at &= 0x7f;
    } else {
        address = Some(checked(resolve(inst, allocs, rm_at, frame, R15)));
        if reg_at & 0x80 != 0 {
            // The registers of the address stand where one or two allocations of a register would.
            reg_at = (reg_at & 0x7f) + form::REGISTERS[address_form as usize] as usize
                - if bits & enc_bits::RM_MOD != 0 { 2 } else { 1 };
        }
    }
    let mut reg = enc.digit;
    let mut rex = (bits & enc_bits::W) as u8 * 8;
    if enc.reg != NO_REG {
        reg = hw(allocs, reg_at);
    }
    rex |= reg >> 3 << 2;
    let mut modrm = (reg & 7) << 3;
    let mut sib_disp = 0;
    let mut sib_disp_len = 0;
    match &address {
        None => {
            rex |= rm >> 3;
            modrm |= 0xc0 | rm & 7;
            debug_assert!(bits & enc_bits::MEM_ONLY == 0, "{:?} needs memory", inst);
        }
        Some(a) => {
            debug_assert!(bits & enc_bits::REG_ONLY == 0, "{:?} needs a register", inst);
            let m = address_bytes(a);
            rex |= m.rex;
            modrm |= m.modrm;
            sib_disp = m.sib_disp;
            sib_disp_len = m.len;
        }
    }
    if bits & (enc_bits::REG8 | enc_bits::RM8) != 0 {
        // The numbers 4 to 7 of 8-bit registers mean spl to dil only with REX.
        let reg8 = bits & enc_bits::REG8 != 0 && reg & 0xc == 4;
        let rm8 = bits & enc_bits::RM8 != 0 && address.is_none() && rm & 0xc == 4;
        rex |= if reg8 || rm8 { 0x40 } else { 0 };
    }
    let mut len = (enc.op >> 24) as usize;
    let mut head = (enc.op & 0xff_ffff) as u64 | (modrm as u64) << (8 * len);
    if bits & enc_bits::PLUS_CC != 0 {
        head |= (inst.ctl as u64 >> 4 & 15) << (8 * len - 8);
    }
    len += 1;
    if rex != 0 {
        head = head << 8 | (0x40 | rex) as u64;
        len += 1;
    }
    if enc.lead != 0 {
        let lead_len = enc.lead >> 24;
        head = head << (8 * lead_len) | (enc.lead & 0xff_ffff) as u64;
        len += lead_len as usize;
    }
    let mut bytes = [0u8; 16];
    put_u64(&mut bytes, 0, head);
    if sib_disp_len != 0 {
        put_u64(&mut bytes, len, sib_disp);
        len += sib_disp_len;
    }
    if enc.imm != ImmKind::None {
        put_u32(&mut bytes, len, inst.high() as u32);
        len += enc.imm.len();
    }
    sink.put_inst(&bytes, len);
}

/// The bytes of an address: what it adds to REX and ModRM, the SIB byte and the displacement.
struct AddressBytes {
    rex: u8,
    modrm: u8,
    sib_disp: u64,
    len: usize,
}

#[inline]
fn address_bytes(a: &Amode<u8>) -> AddressBytes {
    let Amode { base, index, disp, .. } = *a;
    let scale = a.scale_log2();
    let short = disp as i8 as i32 == disp;
    let disp_bits = disp as u32 as u64;
    if index == NO_REG && base & 7 != 4 && base != NO_REG {
        let rex = base >> 3;
        let modrm = base & 7;
        let (modrm, len) = match short {
            true if disp == 0 && modrm != 5 => (modrm, 0),
            true => (modrm | 0x40, 1),
            false => (modrm | 0x80, 4),
        };
        return AddressBytes { rex, modrm, sib_disp: disp_bits, len };
    }
    let index = if index == NO_REG { 4 } else { index };
    let mut rex = index >> 3 << 1;
    let sib = scale << 6 | (index & 7) << 3;
    if base == NO_REG {
        let sib_disp = (sib | 5) as u64 | disp_bits << 8;
        return AddressBytes { rex, modrm: 4, sib_disp, len: 5 };
    }
    rex |= base >> 3;
    let sib_disp = (sib | base & 7) as u64 | disp_bits << 8;
    let (modrm, len) = match short {
        true if disp == 0 && base & 7 != 5 => (4, 1),
        true => (0x44, 2),
        false => (0x84, 5),
    };
    AddressBytes { rex, modrm, sib_disp, len }
}

/// The immediate of an instruction.
#[inline]
pub(crate) fn immediate(row: &Row, inst: &MInst) -> i64 {
    if row.imm64 { inst.payload as i64 } else { inst.high() as i64 }
}

/// The first encoding that fits.
fn choose<'r>(row: &'r Row, inst: &MInst, allocs: &[Allocation]) -> &'r Enc {
    let size = Size::of_ctl(inst.ctl);
    let mut imm = immediate(row, inst);
    match size {
        Size::S8 => imm = imm as i8 as i64,
        Size::S16 => imm = imm as i16 as i64,
        _ => {}
    }
    for enc in row.encodings.of(size) {
        let fits = match enc.fits {
            Fits::Always => true,
            Fits::I8 => imm as i8 as i64 == imm,
            Fits::I32 => imm as i32 as i64 == imm,
            Fits::U32 => imm as u32 as i64 == imm,
            Fits::One => imm == 1,
            Fits::Acc => {
                inst.ctl >> 8 & 15 == 0
                    && allocs[(enc.rm & 0x7f) as usize].as_reg().is_some_and(|r| r.hw_enc() == 0)
            }
        };
        if fits {
            return enc;
        }
    }
    panic!("{} has no encoding at {} bits", row.name, size.bits());
}

/// Encodes one instruction as `enc` says, whatever it is.
#[inline(never)]
fn encode_any<S: CodeSink + ?Sized>(
    enc: &Enc,
    row: &Row,
    inst: &MInst,
    allocs: &[Allocation],
    frame: &FrameAreas,
    sink: &mut S,
) {
    let bits = enc.bits;
    let ctl = inst.ctl;
    let address_form = (ctl >> 8) as u8 & 15;
    // How many allocations more (or fewer) the address has than the register in its place.
    let mut shift = 0;
    if address_form != 0 {
        shift = form::REGISTERS[address_form as usize] as isize
            - if bits & enc_bits::RM_MOD != 0 { 2 } else { 1 };
    }
    let place = |position: u8| -> usize {
        let at = (position & 0x7f) as isize + if position & 0x80 != 0 { shift } else { 0 };
        at as usize
    };
    let mut reg = enc.digit & 7;
    if enc.reg != NO_REG {
        reg = hw(allocs, place(enc.reg));
    }

    let mut opcode = enc.op;
    let op_len = opcode >> 24;
    opcode &= 0xff_ffff;
    let mut modrm = 0;
    let mut modrm_len = 0;
    let mut sib_disp = 0u64;
    let mut sib_disp_len = 0;
    let mut rex = 0u8;
    let mut need_rex = false;
    // A field relative to the instruction pointer: its position after ModRM is known to be 0.
    let mut rip = false;
    if bits & enc_bits::MODRM != 0 {
        modrm_len = 1;
        rex = reg >> 3 << 2;
        need_rex = bits & enc_bits::REG8 != 0 && reg & 0xc == 4;
        modrm = (reg & 7) << 3;
        let mut address = Amode::absolute(0);
        let mut is_memory = true;
        if address_form == form::NONE {
            let alloc = allocs[enc.rm as usize & 0x7f];
            if alloc.is_reg() {
                let rm = alloc.bits() as u8 & 15;
                rex |= rm >> 3;
                need_rex |= bits & enc_bits::RM8 != 0 && rm & 0xc == 4;
                modrm |= 0xc0 | rm & 7;
                is_memory = false;
                debug_assert!(bits & enc_bits::MEM_ONLY == 0, "{} needs memory", row.name);
            } else {
                address = spill_slot(alloc, frame);
            }
        } else {
            let first = enc.rm as usize & 0x7f;
            address = checked(resolve(inst, allocs, first, frame, R15));
            rip = address.is_symbolic();
        }
        if is_memory {
            debug_assert!(bits & enc_bits::REG_ONLY == 0, "{} needs a register", row.name);
            if rip {
                modrm |= 5;
                sib_disp_len = 4;
            } else {
                let m = address_bytes(&address);
                rex |= m.rex;
                modrm |= m.modrm;
                sib_disp = m.sib_disp;
                sib_disp_len = m.len;
            }
        }
    }
    if bits & enc_bits::PLUS_CC != 0 {
        opcode |= (ctl as u32 >> 4 & 15) << (8 * (op_len - 1));
    }

    // Prefixes and opcode.
    let mut head = 0u64;
    let mut n = 0u32;
    if ctl & 0x3000 != 0 {
        head = if ctl & 0x3000 == 0x1000 { 0x64 } else { 0x65 };
        n = 8;
    }
    if enc.lead != 0 {
        head |= ((enc.lead & 0xff_ffff) as u64) << n;
        n += 8 * (enc.lead >> 24);
    }
    let mut is4 = 0;
    if bits & enc_bits::VEX != 0 {
        let vvvv = if enc.vvvv == NO_REG { 0 } else { hw(allocs, place(enc.vvvv)) };
        if enc.is4 != NO_REG {
            is4 = hw(allocs, place(enc.is4)) << 4;
        }
        let pp = match enc.prefix {
            0 => 0,
            0x66 => 1,
            0xf3 => 2,
            _ => 3,
        };
        let mut last = (!vvvv & 15) << 3 | pp;
        if bits & enc_bits::L != 0 {
            last |= 4;
        }
        let w = bits & enc_bits::W != 0;
        let r = !rex << 5 & 0x80;
        if enc.map == 1 && !w && rex & 3 == 0 {
            head |= (0xc5 | ((r | last) as u64) << 8) << n;
            n += 16;
        } else {
            // Bits 7 to 5 of the second byte are the inverses of R, X and B, which are bits 2 to 0
            // of `rex`.
            let second = (!rex & 7) << 5 | enc.map;
            let third = last | if w { 0x80 } else { 0 };
            head |= (0xc4 | (second as u64) << 8 | (third as u64) << 16) << n;
            n += 24;
        }
    } else {
        if bits & enc_bits::W != 0 {
            rex |= 8;
        }
        if rex != 0 || need_rex {
            head |= ((0x40 | rex) as u64) << n;
            n += 8;
        }
    }
    head |= (opcode as u64) << n;
    n += 8 * op_len;
    debug_assert!(n + modrm_len * 8 <= 64);
    if modrm_len != 0 {
        head |= (modrm as u64) << n;
    }
    n = n / 8 + modrm_len;

    let mut bytes = [0u8; 32];
    bytes[..8].copy_from_slice(&head.to_le_bytes());
    let disp_at = n as usize & 15;
    let mut len = disp_at;
    if sib_disp_len != 0 {
        bytes[disp_at..disp_at + 8].copy_from_slice(&sib_disp.to_le_bytes());
        len = (len + sib_disp_len) & 15;
    }
    let imm_at = len;
    if !matches!(enc.imm, ImmKind::None) {
        let mut imm = immediate(row, inst) as u64;
        if matches!(enc.imm, ImmKind::Cb | ImmKind::Cd) {
            imm = 0;
        }
        bytes[imm_at..imm_at + 8].copy_from_slice(&imm.to_le_bytes());
        len += enc.imm.len();
    }
    if bits & enc_bits::IS4 != 0 {
        bytes[imm_at] = is4;
        len += 1;
    }
    let mut out = [0u8; 16];
    out.copy_from_slice(&bytes[..16]);
    if !rip && !matches!(enc.imm, ImmKind::Cb | ImmKind::Cd) {
        sink.put_inst(&out, len);
        return;
    }
    put_with_fixup(enc, row, inst, out, len, if rip { disp_at } else { imm_at }, rip, sink);
}

/// Writes an instruction that has a field relative to the instruction pointer at `field`.
#[cold]
#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "the tail of one function")]
fn put_with_fixup<S: CodeSink + ?Sized>(
    enc: &Enc,
    row: &Row,
    inst: &MInst,
    mut bytes: [u8; 16],
    len: usize,
    field: usize,
    memory: bool,
    sink: &mut S,
) {
    let number = inst.payload as u32;
    let at = sink.offset() + field as u32;
    let label = if memory {
        inst.ctl >> 8 & 15 == form::LABEL as u16
    } else {
        row.operands().iter().any(|o| o.kind == Kind::Label)
    };
    if label {
        let short = !memory && enc.imm == ImmKind::Cb;
        if !short {
            // The distance counts from the end of the instruction.
            let after = field as i32 + 4 - len as i32;
            bytes[field..field + 4].copy_from_slice(&after.to_le_bytes());
        }
        sink.put_inst(&bytes, len);
        sink.use_label_at_offset(at, number, if short { labels::REL8 } else { labels::REL32 });
    } else {
        sink.put_inst(&bytes, len);
        let kind = match memory {
            false => reloc::CALL32,
            true if number & Amode::GOT != 0 => reloc::GOT_PC32,
            true => reloc::PC32,
        };
        sink.add_reloc_at_offset(at, kind, number & !Amode::GOT, field as i64 - len as i64);
    }
}

/// The stack pointer cannot be an index: it changes places with an unscaled base.
#[inline]
fn checked(mut a: Amode<u8>) -> Amode<u8> {
    if a.index == RSP {
        assert!(
            a.scale_log2() == 0 && a.base != NO_REG,
            "the stack pointer cannot be a scaled index"
        );
        core::mem::swap(&mut a.base, &mut a.index);
    }
    a
}
