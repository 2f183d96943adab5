//! Single instructions with given registers, through the one encoder: for prologues, moves and
//! sequences.

use crate::amode::{Cc, Segment, Size, form};
use crate::encode::encode;
use crate::insts::{Op, Row};
use regalloc2::{Allocation, PReg, RegClass};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{CodeSink, FrameAreas, Kind, Role};

/// A memory operand with given registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mem {
    form: u8,
    scale_log2: u8,
    segment: Segment,
    disp: i32,
    regs: [Option<PReg>; 2],
}

impl Mem {
    /// `[base + disp]`
    pub const fn base(base: PReg, disp: i32) -> Mem {
        let regs = [Some(base), None];
        Mem { form: form::BASE, scale_log2: 0, segment: Segment::None, disp, regs }
    }

    /// `[base + index << scale_log2 + disp]`
    pub const fn base_index(base: PReg, index: PReg, scale_log2: u8, disp: i32) -> Mem {
        let regs = [Some(base), Some(index)];
        Mem { form: form::BASE_INDEX, scale_log2, segment: Segment::None, disp, regs }
    }

    /// `[index << scale_log2 + disp]`
    pub const fn index(index: PReg, scale_log2: u8, disp: i32) -> Mem {
        let regs = [Some(index), None];
        Mem { form: form::INDEX, scale_log2, segment: Segment::None, disp, regs }
    }

    /// `[rip + label]`
    pub const fn label(label: u32) -> Mem {
        let regs = [None, None];
        let segment = Segment::None;
        Mem { form: form::LABEL, scale_log2: 0, segment, disp: label as i32, regs }
    }

    /// `[rip + symbol]`; with `got` the symbol's entry in the global offset table.
    pub const fn symbol(symbol: u32, got: bool) -> Mem {
        let n = if got { symbol | crate::amode::SYMBOL_GOT } else { symbol };
        let regs = [None, None];
        let segment = Segment::None;
        Mem { form: form::SYMBOL, scale_log2: 0, segment, disp: n as i32, regs }
    }

    /// At an absolute address.
    pub const fn absolute(address: i32) -> Mem {
        let regs = [None, None];
        let segment = Segment::None;
        Mem { form: form::ABSOLUTE, scale_log2: 0, segment, disp: address, regs }
    }

    /// The same with a segment.
    pub const fn with_segment(mut self, segment: Segment) -> Mem {
        self.segment = segment;
        self
    }

    /// The same address `offset` further.
    pub const fn plus(mut self, offset: i32) -> Mem {
        self.disp += offset;
        self
    }
}

/// An operand, in the place of an operand of the row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum P {
    /// A register, also where it is tied or fixed.
    R(PReg),
    /// Memory.
    M(Mem),
    /// An immediate.
    I(i64),
    /// A condition.
    C(Cc),
    /// A label of the function.
    L(u32),
    /// The number of a symbol that is called.
    S(u32),
}

/// An instruction and its allocations.
#[derive(Clone, Copy, Debug)]
pub struct Assembled {
    /// The instruction.
    pub inst: MInst,
    allocs: [Allocation; 12],
    n_allocs: usize,
}

impl Assembled {
    /// The allocations of its operands.
    pub fn allocs(&self) -> &[Allocation] {
        &self.allocs[..self.n_allocs]
    }

    fn push(&mut self, reg: PReg) {
        self.allocs[self.n_allocs] = Allocation::reg(reg);
        self.n_allocs += 1;
    }
}

/// Makes an instruction of `op` at an operand size.
///
/// # Panics
/// If the operands are not those of the row.
pub fn assemble(op: Op, size: Size, operands: &[P]) -> Assembled {
    let row: &Row = op.row();
    let inst = MInst::new(op.0, size as u16, 0);
    let mut a = Assembled { inst, allocs: [Allocation::none(); 12], n_allocs: 0 };
    assert_eq!(operands.len(), row.operands().len(), "operands of {}", row.name);
    for (spec, operand) in row.operands().iter().zip(operands) {
        match *operand {
            P::R(reg) => {
                a.push(reg);
                if spec.role == Role::Mod {
                    a.push(reg);
                }
            }
            P::M(mem) => {
                assert!(spec.kind.may_be_memory(), "no memory operand in {}", row.name);
                a.inst.ctl |= (mem.form as u16) << 8
                    | (mem.scale_log2 as u16 & 3) << 2
                    | (mem.segment as u16) << 12;
                a.inst.payload |= mem.disp as u32 as u64;
                for reg in mem.regs.into_iter().flatten() {
                    a.push(reg);
                }
            }
            P::I(x) => {
                assert!(spec.kind == Kind::Imm, "no immediate in {}", row.name);
                a.inst.payload |= if row.imm64 { x as u64 } else { (x as u64) << 32 };
            }
            P::C(cc) => a.inst.ctl |= cc.ctl(),
            P::L(n) | P::S(n) => a.inst.payload |= n as u64,
        }
    }
    a
}

/// Puts an instruction of `op` at an operand size.
///
/// # Panics
/// If the operands are not those of the row.
pub fn put<S: CodeSink + ?Sized>(sink: &mut S, op: Op, size: Size, operands: &[P]) {
    let a = assemble(op, size, operands);
    encode(&a.inst, a.allocs(), &FrameAreas::default(), sink);
}

/// Copies a register of 64 bits, or a vector register.
#[inline]
pub fn mov_rr<S: CodeSink + ?Sized>(sink: &mut S, dst: PReg, src: PReg) {
    let (op, size) = match dst.class() {
        RegClass::Int => (Op::Mov, Size::Q),
        RegClass::Float | RegClass::Vector => (Op::Movaps, Size::D),
    };
    let inst = MInst::new(op.0, size as u16, 0);
    let allocs = [Allocation::reg(dst), Allocation::reg(src)];
    encode(&inst, &allocs, &FrameAreas::default(), sink);
}

/// Loads a register: `bytes` is 4, 8 or, of a vector register, 16. A load of 4 clears the upper
/// half.
#[inline]
pub fn mov_load<S: CodeSink + ?Sized>(sink: &mut S, dst: PReg, base: PReg, disp: i32, bytes: u8) {
    let (op, size) = load_store(dst.class(), bytes, [Op::Mov, Op::MovF, Op::Movups]);
    let inst = MInst::new(op.0, size as u16 | (form::BASE as u16) << 8, disp as u32 as u64);
    let allocs = [Allocation::reg(dst), Allocation::reg(base)];
    encode(&inst, &allocs, &FrameAreas::default(), sink);
}

/// Stores a register: `bytes` is 4, 8 or, of a vector register, 16.
#[inline]
pub fn mov_store<S: CodeSink + ?Sized>(sink: &mut S, base: PReg, disp: i32, src: PReg, bytes: u8) {
    let (op, size) = load_store(src.class(), bytes, [Op::MovMr, Op::MovFSt, Op::MovupsSt]);
    let inst = MInst::new(op.0, size as u16 | (form::BASE as u16) << 8, disp as u32 as u64);
    let allocs = [Allocation::reg(base), Allocation::reg(src)];
    encode(&inst, &allocs, &FrameAreas::default(), sink);
}

#[inline]
fn load_store(class: RegClass, bytes: u8, ops: [Op; 3]) -> (Op, Size) {
    let size = match bytes {
        1 => Size::B,
        2 => Size::W,
        4 => Size::D,
        _ => Size::Q,
    };
    match class {
        RegClass::Int => (ops[0], size),
        _ if bytes == 16 => (ops[2], Size::D),
        _ => (ops[1], size),
    }
}

/// Adds a constant to a 64-bit register: `add`, or `sub` where that is shorter; nothing for 0.
pub fn add_imm<S: CodeSink + ?Sized>(sink: &mut S, reg: PReg, x: i32) {
    match x {
        0 => {}
        128 => put(sink, Op::SubI, Size::Q, &[P::R(reg), P::I(-128)]),
        _ => put(sink, Op::AddI, Size::Q, &[P::R(reg), P::I(x as i64)]),
    }
}

/// Sets a register to a constant in the shortest way that leaves the flags alone.
pub fn mov_imm<S: CodeSink + ?Sized>(sink: &mut S, dst: PReg, x: u64) {
    put(sink, Op::MovI, Size::Q, &[P::R(dst), P::I(x as i64)]);
}

/// The bytes of one instruction that does nothing, `len` (1 to 9) bytes long.
pub fn nop_bytes(len: usize) -> &'static [u8] {
    const NOPS: [&[u8]; 9] = [
        &[0x90],
        &[0x66, 0x90],
        &[0x0f, 0x1f, 0x00],
        &[0x0f, 0x1f, 0x40, 0x00],
        &[0x0f, 0x1f, 0x44, 0x00, 0x00],
        &[0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
        &[0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
        &[0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
        &[0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
    ];
    NOPS[len.clamp(1, 9) - 1]
}

/// Fills `len` bytes with instructions that do nothing, as few as there can be.
pub fn nops<S: CodeSink + ?Sized>(sink: &mut S, mut len: usize) {
    while len > 0 {
        let n = len.min(9);
        sink.put_bytes(nop_bytes(n));
        len -= n;
    }
}
