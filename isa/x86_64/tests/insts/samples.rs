//! Operands for the rows: instructions with what is expected of their bytes.

use regalloc2::{Allocation, PReg, RegClass, SpillSlot};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{Kind, OperandSpec, Role};
use windlass_core::machine::row::{Size, form};
use windlass_isa_x86_64::amode::Cc;
use windlass_isa_x86_64::insts::{Op, Row};

/// An address with given registers, as a control field sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct At {
    pub(crate) form: u8,
    pub(crate) first: Option<u8>,
    pub(crate) second: Option<u8>,
    pub(crate) scale_log2: u8,
    pub(crate) segment: u8,
    pub(crate) disp: i32,
}

/// What stands in the place of one operand of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Is {
    Reg(u8),
    Spill(usize),
    Mem(At),
    Imm(i64),
    Cond(Cc),
    Label,
    Target,
}

/// One instruction.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) op: Op,
    pub(crate) size: Size,
    pub(crate) operands: Vec<Is>,
}

impl Sample {
    /// As the emitter has it.
    pub(crate) fn inst(&self) -> (MInst, Vec<Allocation>) {
        let row = self.op.row();
        let mut inst = MInst::new(self.op.0, self.size as u16, 0);
        let mut allocs = Vec::new();
        for (spec, is) in row.operands().iter().zip(&self.operands) {
            let class = spec.kind.class().unwrap_or(RegClass::Int);
            match *is {
                Is::Reg(n) => {
                    let copies = if spec.role == Role::Mod { 2 } else { 1 };
                    for _ in 0..copies {
                        allocs.push(Allocation::reg(PReg::new(n as usize, class)));
                    }
                }
                Is::Spill(n) => allocs.push(Allocation::stack(SpillSlot::new(n))),
                Is::Mem(at) => {
                    inst.ctl |= (at.form as u16) << 8
                        | (at.scale_log2 as u16) << 2
                        | (at.segment as u16) << 12;
                    inst.payload |= at.disp as u32 as u64;
                    for n in [at.first, at.second].into_iter().flatten() {
                        allocs.push(Allocation::reg(PReg::new(n as usize, RegClass::Int)));
                    }
                }
                Is::Imm(x) if row.imm64 => inst.payload |= x as u64,
                Is::Imm(x) => inst.payload |= (x as u64) << 32,
                Is::Cond(cc) => inst.ctl |= cc.ctl(),
                Is::Label | Is::Target => inst.payload |= 7,
            }
        }
        (inst, allocs)
    }
}

/// The sizes at which a row has different encodings.
pub(crate) fn sizes(row: &Row) -> Vec<Size> {
    if row.encodings.sizeless() {
        return vec![Size::S32];
    }
    Size::ALL.into_iter().filter(|&size| row.encodings.has_size(size)).collect()
}

/// Registers for plain samples; neither fixed in a row nor the base of an address.
const PLAIN: [u8; 4] = [3, 7, 9, 10];

/// A plain operand for each place: different registers, memory at a base.
pub(crate) fn plain(op: Op, size: Size, memory: bool) -> Sample {
    let row = op.row();
    let mut next = [0, 0];
    let operands = row
        .operands()
        .iter()
        .map(|spec| match spec.kind {
            Kind::Mem | Kind::Addr => Is::Mem(base(6, 0x10)),
            Kind::GprMem | Kind::VecMem if memory => Is::Mem(base(6, 0x10)),
            Kind::Imm => Is::Imm(immediates(row, spec, size)[0]),
            Kind::Cond => Is::Cond(Cc::Ne),
            Kind::Label => Is::Label,
            Kind::Target => Is::Target,
            _ => match spec.fixed_reg() {
                Some(reg) => Is::Reg(reg.hw_enc() as u8),
                None => {
                    let class = spec.kind.class().expect("a register");
                    let n = &mut next[(class == RegClass::Float) as usize];
                    *n += 1;
                    Is::Reg(PLAIN[*n - 1])
                }
            },
        })
        .collect();
    Sample { op, size, operands }
}

/// `[register + disp]`
pub(crate) fn base(n: u8, disp: i32) -> At {
    At { form: form::BASE, first: Some(n), second: None, scale_log2: 0, segment: 0, disp }
}

/// Displacements of all lengths.
pub(crate) const DISPS: [i32; 9] = [0, 1, -1, 127, -128, 128, -129, i32::MAX, i32::MIN];

/// Addresses of all forms; not those relative to the instruction pointer.
pub(crate) fn addresses() -> Vec<At> {
    let mut out = Vec::new();
    for n in 0..16 {
        for disp in DISPS {
            out.push(base(n, disp));
        }
    }
    let none = At { form: 0, first: None, second: None, scale_log2: 0, segment: 0, disp: 0 };
    for b in 0..16u8 {
        for i in 0..16u8 {
            let scale_log2 = (b ^ i ^ i >> 2) & 3;
            // The stack pointer as index stands only without scale.
            if i == 4 && (scale_log2 != 0 || b == 4) {
                continue;
            }
            for disp in [0, 16, -1000] {
                let (first, second) = (Some(b), Some(i));
                out.push(At { form: form::BASE_INDEX, first, second, scale_log2, disp, ..none });
            }
        }
    }
    for i in (0..16).filter(|&i| i != 4) {
        for scale_log2 in 0..4 {
            let disp = 8 << scale_log2;
            out.push(At { form: form::INDEX, first: Some(i), scale_log2, disp, ..none });
            out.push(At { form: form::PINNED_INDEX, first: Some(i), scale_log2, disp, ..none });
            out.push(At { form: form::SLOT_INDEX, first: Some(i), scale_log2, disp, ..none });
        }
    }
    for disp in DISPS {
        out.push(At { form: form::PINNED, disp, ..none });
        out.push(At { form: form::ABSOLUTE, disp, ..none });
    }
    for disp in [0, 8, 0x1000] {
        for f in [form::SLOT, form::INCOMING, form::OUTGOING] {
            out.push(At { form: f, disp, ..none });
        }
    }
    for segment in [1, 2] {
        out.push(At { segment, ..base(9, 8) });
        out.push(At { form: form::ABSOLUTE, segment, disp: 0x28, ..none });
    }
    out
}

/// Immediates at the borders of all fields.
pub(crate) fn immediates(row: &Row, spec: &OperandSpec, size: Size) -> Vec<i64> {
    if spec.width == 8 {
        return vec![3, 1, 0, 63, 127, 128, 255];
    }
    let mut out = vec![1000, 1, 0, -1, 2, 127, -128, 128, -129, 32767, -32768];
    let bits = if row.encodings.sizeless() { 32 } else { size.bits() };
    if bits >= 32 {
        out.extend([i32::MAX as i64, i32::MIN as i64, 65535, 0x1234_5678]);
    }
    if row.imm64 {
        out.extend([u32::MAX as i64, u32::MAX as i64 + 1, i64::MAX, i64::MIN, i32::MIN as i64 - 1]);
    }
    if row.name == "RetI" {
        out.retain(|&x| x as u16 as i64 == x);
    }
    let keep = |x: &i64| {
        let unused = 64 - if row.imm64 { size.bits() } else { bits } as u32;
        (x << unused >> unused) == *x
    };
    out.retain(keep);
    if bits == 8 {
        out[0] = 100;
    }
    out
}

/// Every sample of a row at a size: each operand in turn through all it can be.
pub(crate) fn all(op: Op, size: Size) -> Vec<Sample> {
    let row = op.row();
    let mut out = Vec::new();
    let forms = if row.operands().iter().any(|s| matches!(s.kind, Kind::GprMem | Kind::VecMem)) {
        &[false, true][..]
    } else {
        &[false][..]
    };
    for &memory in forms {
        let start = plain(op, size, memory);
        out.push(start.clone());
        for (i, spec) in row.operands().iter().enumerate() {
            let mut with = |is: Is| {
                let mut sample = start.clone();
                sample.operands[i] = is;
                out.push(sample);
            };
            match start.operands[i] {
                Is::Reg(_) if spec.fixed_reg().is_none() => {
                    (0..16).for_each(|n| with(Is::Reg(n)));
                    if spec.folds_spill {
                        (0..20).for_each(|n| with(Is::Spill(n)));
                    }
                }
                Is::Mem(_) => addresses().into_iter().for_each(|at| with(Is::Mem(at))),
                Is::Imm(_) => {
                    immediates(row, spec, size).into_iter().for_each(|x| with(Is::Imm(x)))
                }
                Is::Cond(_) => Cc::ALL.into_iter().for_each(|cc| with(Is::Cond(cc))),
                _ => {}
            }
        }
        // Pairs of registers, for fields that share a byte or a prefix; and registers with
        // immediates, for the short forms of the accumulator.
        let free: Vec<usize> = (0..start.operands.len())
            .filter(|&i| {
                matches!(start.operands[i], Is::Reg(_)) && row.operands()[i].fixed_reg().is_none()
            })
            .collect();
        for pair in free.windows(2) {
            for x in 0..16 {
                for y in 0..16 {
                    let mut sample = start.clone();
                    sample.operands[pair[0]] = Is::Reg(x);
                    sample.operands[pair[1]] = Is::Reg(y);
                    out.push(sample);
                }
            }
        }
        let imm = row.operands().iter().position(|spec| spec.kind == Kind::Imm);
        if let (Some(&reg), Some(imm)) = (free.first(), imm) {
            for x in immediates(row, &row.operands()[imm], size) {
                for n in [0, 4, 8, 15] {
                    let mut sample = start.clone();
                    sample.operands[reg] = Is::Reg(n);
                    sample.operands[imm] = Is::Imm(x);
                    out.push(sample);
                }
            }
        }
    }
    out
}
