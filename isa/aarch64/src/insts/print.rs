//! How instructions are written: as the manual does.

use super::{Cc, NOTATION, ROWS, SXTW, UXTW, decode, reloc};
use crate::regs::name;
use core::fmt::Write;
use regalloc2::{Allocation, Operand};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{self, AddressText, Decoded, Kind, OperandSpec, Size, Syntax};

static SYNTAX: Syntax = Syntax {
    notation: &NOTATION,
    register: |_, reg, bits| name(reg, bits),
    address_register: |reg, extra| match extra {
        Some(UXTW | SXTW) => name(reg, 32),
        _ => name(reg, 64),
    },
    condition: Cc::name_of,
    immediate,
    memory,
    target: |_, address, spec, distance| {
        let distance = distance as i64;
        let is_page = spec.kind == Kind::Target && spec.tag == reloc::PAGE21;
        match is_page {
            true => (address & !0xfff).wrapping_add((distance << 12) as u64),
            false => address.wrapping_add(distance as u64),
        }
    },
    pc: None,
};

fn immediate(out: &mut String, x: i64) {
    let sign = if x < 0 { "-" } else { "" };
    let n = x.unsigned_abs();
    let _ = if n < 10 { write!(out, "#{sign}{n}") } else { write!(out, "#{sign}{n:#x}") };
}

fn memory(out: &mut String, _: &OperandSpec, _: Size, a: &AddressText) {
    if !a.label.is_empty() {
        out.push_str(&a.label);
        return;
    }
    let _ = write!(out, "[{}", a.base);
    if !a.index.is_empty() {
        let _ = write!(out, ", {}", a.index);
        let how = match a.extra {
            UXTW => "uxtw",
            SXTW => "sxtw",
            0 => "lsl",
            _ => "sxtx",
        };
        let _ = match a.scale_log2 {
            0 if a.extra == 0 => Ok(()),
            0 => write!(out, ", {how}"),
            n => write!(out, ", {how} #{n}"),
        };
    }
    if a.disp != 0 {
        out.push_str(", ");
        immediate(out, a.disp as i64);
    }
    out.push(']');
}

/// Writes a decoded instruction that stands at `address`.
pub fn print_decoded(out: &mut String, d: &Decoded, address: u64) {
    row::print_decoded(&SYNTAX, out, &ROWS[d.row as usize], d, address);
}

/// Writes the code as one line for each instruction: offset, bytes, text. Words that are no
/// instruction of the table are written as data.
pub fn disassemble(out: &mut String, code: &[u8]) {
    row::disassemble(out, code, 4, decode, print_decoded);
}

/// Writes an instruction of the table. `allocs` is empty before register allocation; a tied
/// register is then written as what is written, with what is read behind `<-`.
pub fn print_inst(out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
    row::print_inst(&SYNTAX, out, &ROWS[inst.row as usize], inst, operands, allocs);
}
