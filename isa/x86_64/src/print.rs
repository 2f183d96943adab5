//! How instructions are written: Intel's syntax.

use crate::amode::{Cc, Segment};
use crate::decode::decode;
use crate::insts::{NOTATION, ROWS};
use crate::regs::name;
use core::fmt::Write;
use regalloc2::{Allocation, Operand, RegClass};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{self, AddressText, Decoded, Kind, OperandSpec, Size, Syntax};

static SYNTAX: Syntax = Syntax {
    notation: &NOTATION,
    register: |_, reg, bits| name(reg.class(), reg.hw_enc() as u8, bits),
    address_register: |reg, _| name(RegClass::Int, reg.hw_enc() as u8, 64),
    condition: |n| Cc::of_number(n).name(),
    immediate,
    memory,
    target: |d, address, _, distance| {
        address.wrapping_add(d.len as u64).wrapping_add(distance as i64 as u64)
    },
    pc: Some("rip"),
};

fn immediate(out: &mut String, x: i64) {
    let sign = if x < 0 { "-" } else { "" };
    let n = x.unsigned_abs();
    let _ = if n < 10 { write!(out, "{sign}{n}") } else { write!(out, "{sign}{n:#x}") };
}

fn memory(out: &mut String, spec: &OperandSpec, size: Size, a: &AddressText) {
    out.push_str(match (spec.kind, spec.width_at(size)) {
        (Kind::Addr, _) => "",
        (_, 8) => "byte ptr ",
        (_, 16) => "word ptr ",
        (_, 32) => "dword ptr ",
        (_, 64) => "qword ptr ",
        _ => "xmmword ptr ",
    });
    out.push_str(match Segment::of_extra(a.extra) {
        Segment::None => "[",
        Segment::Fs => "fs:[",
        Segment::Gs => "gs:[",
    });
    let scaled = match a.scale_log2 {
        _ if a.index.is_empty() => String::new(),
        0 => a.index.clone(),
        n => format!("{}*{}", a.index, 1 << n),
    };
    let mut plus = "";
    for term in [&a.base, &a.label, &scaled].into_iter().filter(|term| !term.is_empty()) {
        let _ = write!(out, "{plus}{term}");
        plus = " + ";
    }
    match (plus, a.disp) {
        ("", disp) => immediate(out, disp as i64),
        (_, 0) => {}
        (_, disp) => {
            out.push_str(if disp < 0 { " - " } else { " + " });
            immediate(out, disp.unsigned_abs() as i64);
        }
    }
    out.push(']');
}

/// Writes a decoded instruction that stands at `address`.
pub fn print_decoded(out: &mut String, d: &Decoded, address: u64) {
    row::print_decoded(&SYNTAX, out, &ROWS[d.row as usize], d, address);
}

/// Writes the code as one line for each instruction: offset, bytes, text. Bytes that are no
/// instruction of the table are written as data.
pub fn disassemble(out: &mut String, code: &[u8]) {
    row::disassemble(out, code, 1, decode, print_decoded);
}

/// Writes an instruction of the table. `allocs` is empty before register allocation; a tied
/// register is then written as what is written, with what is read behind `<-`.
pub fn print_inst(out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
    row::print_inst(&SYNTAX, out, &ROWS[inst.row as usize], inst, operands, allocs);
}
