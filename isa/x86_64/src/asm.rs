//! Single instructions with given registers, through the one encoder: for prologues, moves and
//! sequences.

use crate::encode::encode;
use crate::insts::Op;
use regalloc2::{Allocation, PReg, RegClass};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{Amode, Arg, CodeSink, FrameAreas, Size, assemble, form};

/// A memory operand with given registers.
pub type Mem = Amode<PReg>;

/// Puts an instruction of `op` at an operand size.
///
/// # Panics
/// If the operands are not those of the row.
pub fn put<S: CodeSink + ?Sized>(sink: &mut S, op: Op, size: Size, operands: &[Arg<PReg>]) {
    let a = assemble(op.0, op.row(), size, operands);
    encode(&a.inst, a.allocs(), &FrameAreas::default(), sink);
}

/// Copies a register of 64 bits, or a vector register.
#[inline]
pub fn mov_rr<S: CodeSink + ?Sized>(sink: &mut S, dst: PReg, src: PReg) {
    let (op, size) = match dst.class() {
        RegClass::Int => (Op::Mov, Size::S64),
        RegClass::Float | RegClass::Vector => (Op::Movaps, Size::S32),
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
        1 => Size::S8,
        2 => Size::S16,
        4 => Size::S32,
        _ => Size::S64,
    };
    match class {
        RegClass::Int => (ops[0], size),
        _ if bytes == 16 => (ops[2], Size::S32),
        _ => (ops[1], size),
    }
}

/// Adds a constant to a 64-bit register: `add`, or `sub` where that is shorter; nothing for 0.
pub fn add_imm<S: CodeSink + ?Sized>(sink: &mut S, reg: PReg, x: i32) {
    match x {
        0 => {}
        128 => put(sink, Op::SubI, Size::S64, &[Arg::Reg(reg), Arg::Imm(-128)]),
        _ => put(sink, Op::AddI, Size::S64, &[Arg::Reg(reg), Arg::Imm(x as i64)]),
    }
}

/// Instructions of one to nine bytes that do nothing.
pub const NOPS: [&[u8]; 9] = [
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
