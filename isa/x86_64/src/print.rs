//! How instructions are written: Intel's syntax. One function writes all operands, whether
//! registers are virtual, allocated, or read from bytes.

use crate::amode::{Cc, SYMBOL_GOT, Segment, Size, form, form_of_ctl};
use crate::decode::{Address, Decoded, Place};
use crate::encode::immediate;
use crate::insts::{ROWS, Row};
use crate::regs::{self, PINNED, name};
use core::fmt::Write;
use regalloc2::{Allocation, AllocationKind, Operand, OperandConstraint, RegClass};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{Kind, NO_REG, OperandSpec, Role};

/// Writes the mnemonic.
fn mnemonic(out: &mut String, row: &Row, size: Size, cc: Cc) {
    let size = if row.sizeless() || row.custom() { Size::D } else { size };
    let (stem, suffix) = row.mnemonic(size);
    match stem.strip_suffix("cc") {
        Some(stem) => {
            out.push_str(stem);
            out.push_str(cc.name());
        }
        None => {
            out.push_str(stem);
            out.push_str(suffix);
        }
    }
}

fn immediate_text(out: &mut String, x: i64) {
    let sign = if x < 0 { "-" } else { "" };
    let n = x.unsigned_abs();
    let _ = if n < 10 { write!(out, "{sign}{n}") } else { write!(out, "{sign}{n:#x}") };
}

/// `byte ptr ` and its like.
fn pointer(out: &mut String, spec: &OperandSpec, size: Size) {
    out.push_str(match (spec.kind, width(spec, size)) {
        (Kind::Addr, _) => "",
        (_, 8) => "byte ptr ",
        (_, 16) => "word ptr ",
        (_, 32) => "dword ptr ",
        (_, 64) => "qword ptr ",
        _ => "xmmword ptr ",
    });
}

fn width(spec: &OperandSpec, size: Size) -> u16 {
    if spec.width == 0 { size.bits() } else { spec.width }
}

fn reg_width(spec: &OperandSpec, size: Size) -> u16 {
    if spec.reg_width == 0 { size.bits() } else { spec.reg_width }
}

fn segment(out: &mut String, segment: Segment) {
    out.push_str(match segment {
        Segment::None => "",
        Segment::Fs => "fs:",
        Segment::Gs => "gs:",
    });
}

/// Writes the terms of an address, with their signs, between brackets.
#[derive(Default)]
struct Terms {
    text: String,
}

impl Terms {
    fn add(&mut self, term: &str) {
        if !self.text.is_empty() {
            self.text.push_str(" + ");
        }
        self.text.push_str(term);
    }

    fn scaled(&mut self, term: &str, scale_log2: u8) {
        match scale_log2 {
            0 => self.add(term),
            n => self.add(&format!("{term}*{}", 1 << n)),
        }
    }

    fn disp(&mut self, disp: i32) {
        if disp == 0 && !self.text.is_empty() {
            return;
        }
        let mut text = String::new();
        immediate_text(&mut text, disp.unsigned_abs() as i64);
        match disp < 0 {
            false => self.add(&text),
            true if self.text.is_empty() => self.add(&format!("-{text}")),
            true => {
                self.text.push_str(" - ");
                self.text.push_str(&text);
            }
        }
    }
}

/// Writes a decoded instruction that stands at `address`.
pub fn print_decoded(out: &mut String, d: &Decoded, address: u64) {
    let row = d.op.row();
    let cc = d.operands().iter().find_map(|place| match place {
        Place::Cond(cc) => Some(*cc),
        _ => None,
    });
    mnemonic(out, row, d.size, cc.unwrap_or(Cc::O));
    let end = address.wrapping_add(d.len as u64);
    let mut comma = " ";
    for (spec, place) in row.operands().iter().zip(d.operands()) {
        if !spec.printed || spec.kind == Kind::Cond {
            continue;
        }
        out.push_str(comma);
        comma = ", ";
        match *place {
            Place::Reg(n) => {
                let class = spec.kind.class().unwrap_or(RegClass::Int);
                out.push_str(name(class, n, reg_width(spec, d.size)));
            }
            Place::Imm(x) => immediate_text(out, x),
            Place::Cond(_) => {}
            Place::Distance(x) => {
                let _ = write!(out, "{:#x}", end.wrapping_add(x as i64 as u64));
            }
            Place::Mem(a) => {
                pointer(out, spec, d.size);
                address_text(out, &a);
            }
        }
    }
}

fn address_text(out: &mut String, a: &Address) {
    segment(out, a.segment);
    let mut terms = Terms::default();
    if a.rip {
        terms.add("rip");
    }
    if a.base != NO_REG {
        terms.add(name(RegClass::Int, a.base, 64));
    }
    if a.index != NO_REG {
        terms.scaled(name(RegClass::Int, a.index, 64), a.scale_log2);
    }
    terms.disp(a.disp);
    let _ = write!(out, "[{}]", terms.text);
}

/// Writes the code as one line for each instruction: offset, bytes, text. Bytes that are no
/// instruction of the table are written as data.
pub fn disassemble(out: &mut String, code: &[u8]) {
    let mut at = 0;
    while at < code.len() {
        let decoded = crate::decode::decode(&code[at..]);
        let len = decoded.as_ref().map_or(1, |d| d.len);
        let _ = write!(out, "{at:6x}: ");
        let mut bytes = String::new();
        for byte in &code[at..at + len] {
            let _ = write!(bytes, "{byte:02x} ");
        }
        let _ = write!(out, "{bytes:<32}");
        match decoded {
            Some(d) => print_decoded(out, &d, at as u64),
            None => {
                let _ = write!(out, ".byte {:#04x}", code[at]);
            }
        }
        out.push('\n');
        at += len;
    }
}

/// A register operand: its allocation if there is one, else the virtual register.
fn register(out: &mut String, operands: &[Operand], allocs: &[Allocation], n: usize, bits: u16) {
    if let Some(alloc) = allocs.get(n) {
        match alloc.kind() {
            AllocationKind::Reg => {
                if let Some(reg) = alloc.as_reg() {
                    out.push_str(name(reg.class(), reg.hw_enc() as u8, bits));
                }
            }
            AllocationKind::Stack => {
                let _ = write!(out, "[spill {}]", alloc.index());
            }
            AllocationKind::None => out.push('_'),
        }
        return;
    }
    let Some(operand) = operands.get(n) else {
        out.push('?');
        return;
    };
    if let Some(reg) = operand.as_fixed_nonallocatable() {
        out.push_str(name(reg.class(), reg.hw_enc() as u8, bits));
        return;
    }
    let class = if operand.class() == RegClass::Int { "" } else { "f" };
    let _ = write!(out, "%{class}v{}", operand.vreg().vreg());
    if let OperandConstraint::FixedReg(reg) = operand.constraint() {
        let _ = write!(out, "({})", regs::reg_name(reg));
    }
}

/// Writes an instruction of the table. `allocs` is empty before register allocation; a tied
/// register is then written as what is written, with what is read behind `<-`.
pub fn print_inst(out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
    let Some(row) = ROWS.get(inst.row as usize) else {
        let _ = write!(out, "row {}", inst.row);
        return;
    };
    let size = Size::of_ctl(inst.ctl);
    mnemonic(out, row, size, Cc::of_ctl(inst.ctl));
    let address_form = form_of_ctl(inst.ctl);
    let registers = form::REGISTERS[address_form as usize];
    let mut comma = " ";
    for (i, spec) in row.operands().iter().enumerate() {
        if spec.kind == Kind::Cond || !spec.printed && !allocs.is_empty() && !row.custom() {
            continue;
        }
        out.push_str(comma);
        comma = ", ";
        let in_memory = address_form != form::NONE && row.memory as usize == i;
        let n = row.allocation_index(i, (address_form != form::NONE).then_some(registers));
        match spec.kind {
            Kind::Imm => immediate_text(out, immediate(row, inst)),
            Kind::Cond => {}
            Kind::Label => {
                let _ = write!(out, "label{}", inst.payload as u32);
            }
            Kind::Target => {
                let _ = write!(out, "symbol{}", inst.payload as u32);
            }
            _ if in_memory => {
                pointer(out, spec, size);
                memory(out, inst, operands, allocs, n);
            }
            _ => {
                let bits = reg_width(spec, size);
                if spec.role == Role::Mod && allocs.is_empty() {
                    register(out, operands, allocs, n + 1, bits);
                    out.push_str("<-");
                }
                register(out, operands, allocs, n, bits);
            }
        }
    }
}

fn memory(
    out: &mut String,
    inst: &MInst,
    operands: &[Operand],
    allocs: &[Allocation],
    first: usize,
) {
    segment(
        out,
        match inst.ctl >> 12 & 3 {
            1 => Segment::Fs,
            2 => Segment::Gs,
            _ => Segment::None,
        },
    );
    let scale = (inst.ctl >> 2) as u8 & 3;
    let reg = |n: usize| {
        let mut text = String::new();
        register(&mut text, operands, allocs, n, 64);
        text
    };
    let mut t = Terms::default();
    match form_of_ctl(inst.ctl) {
        form::BASE => t.add(&reg(first)),
        form::BASE_INDEX => {
            t.add(&reg(first));
            t.scaled(&reg(first + 1), scale);
        }
        form::INDEX => t.scaled(&reg(first), scale),
        form::PINNED => t.add(regs::reg_name(PINNED)),
        form::PINNED_INDEX => {
            t.add(regs::reg_name(PINNED));
            t.scaled(&reg(first), scale);
        }
        form::LABEL => {
            let n = inst.payload as u32;
            // Labels of the constant pool have the high bit set.
            let _ = match n >> 31 {
                0 => write!(out, "[rip + label{n}]"),
                _ => write!(out, "[rip + const{}]", n & 0x7fff_ffff),
            };
            return;
        }
        form::SYMBOL => {
            let n = inst.payload as u32;
            let got = if n & SYMBOL_GOT != 0 { "@got" } else { "" };
            let _ = write!(out, "[rip + symbol{}{got}]", n & !SYMBOL_GOT);
            return;
        }
        form::SLOT => t.add("slots"),
        form::SLOT_INDEX => {
            t.add("slots");
            t.scaled(&reg(first), scale);
        }
        form::INCOMING => t.add("incoming"),
        form::OUTGOING => t.add("outgoing"),
        _ => {}
    }
    t.disp(inst.low());
    let _ = write!(out, "[{}]", t.text);
}
