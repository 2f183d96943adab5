//! What is emitted by functions: prologue and epilogue, moves of the allocator, calls, multi-way
//! branches, and operations of several instructions.

use crate::abi::SCRATCH;
use crate::amode::{Cc, Segment, Size, form};
use crate::asm::{self, Mem};
use crate::encode::{encode, reloc};
use crate::insts::{Arg, Op, ROWS};
use crate::labels;
use crate::regs::*;
use regalloc2::{Allocation, PReg};
use windlass_core::ir::AtomicRmwOp;
use windlass_core::machine::buffer::Label;
use windlass_core::machine::driver::count_runs;
use windlass_core::machine::emit::Emitter;
use windlass_core::machine::inst::{MInst, payload};
use windlass_core::machine::prologue::{Limit, Move, Step};
use windlass_core::machine::row::{Area, CodeSink, row_bits};
use windlass_core::machine::vcode::CallDest;
use windlass_core::opt::legalize::MAX_COMPARES;

/// A bit of the control field that is otherwise unused: the immediate of `movabs` is a symbol's
/// number.
pub(crate) const SYMBOL_IMM: u16 = 1 << 14;

fn put(e: &mut Emitter<'_>, op: Op, size: Size, operands: &[Arg<PReg>]) {
    asm::put(e.buffer, op, size, operands);
}

fn jcc(e: &mut Emitter<'_>, cc: Cc, target: Label) {
    e.buffer.put_branch(target, labels::JCC, cc as u32);
}

/// Adds to the stack pointer.
fn add_sp(e: &mut Emitter<'_>, bytes: i32) {
    if bytes < 0 && bytes != -128 {
        put(e, Op::SubI, Size::S64, &[Arg::Reg(RSP), Arg::Imm(-(bytes as i64))]);
    } else {
        asm::add_imm(e.buffer, RSP, bytes);
    }
}

/// An instruction of the table.
#[inline]
pub(crate) fn inst(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    let row = &ROWS[inst.row as usize];
    if row.flags & row_bits::CUSTOM != 0 {
        return custom(e, inst, allocs);
    }
    if inst.ctl & SYMBOL_IMM != 0 {
        let mut plain = *inst;
        plain.ctl &= !SYMBOL_IMM;
        plain.payload = 0;
        encode(&plain, allocs, &e.frame.areas, e.buffer);
        let field = e.buffer.offset() - 8;
        e.buffer.add_reloc_at_offset(field, reloc::ABS64, inst.payload as u32, 0);
        return;
    }
    encode(inst, allocs, &e.frame.areas, e.buffer);
}

#[cold]
fn custom(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    match Op(inst.row) {
        Op::AtomicRmwLoop => atomic_rmw_loop(e, inst, allocs),
        Op::AtomicRmwLoop128 => atomic_rmw_loop_128(e, inst, allocs),
        Op::TestZero => test_zero(e, inst, allocs),
        Op::TlsLocalExec => tls_local_exec(e, inst.high() as u32, reg(allocs[0])),
        Op::TlvDescriptor => tlv_descriptor(e, inst.high() as u32, reg(allocs[0])),
        Op::TlsOfImage => tls_of_image(e, inst.high() as u32, reg(allocs[0]), reg(allocs[1])),
        op => panic!("nothing emits {op:?}"),
    }
}

/// The memory operand of an instruction, under another row with these operands.
fn same_memory(e: &mut Emitter<'_>, inst: &MInst, op: Op, size: Size, allocs: &[Allocation]) {
    let other = MInst {
        row: op.0,
        ctl: inst.ctl & !3 | size as u16,
        operands: 0,
        payload: payload(inst.low(), 0),
    };
    encode(&other, allocs, &e.frame.areas, e.buffer);
}

/// `rax` gets the old value: a load, and a compare-and-exchange until nobody came between.
fn atomic_rmw_loop(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    let size = Size::of_ctl(inst.ctl);
    let wide = if size == Size::S64 { Size::S64 } else { Size::S32 };
    let (value, tmp) = (reg(allocs[1]), reg(allocs[2]));
    let address = &allocs[3..];
    let memory = |e: &mut Emitter<'_>, op: Op, size: Size, before: &[Allocation], after: PReg| {
        let mut all: Vec<Allocation> = before.to_vec();
        let registers = form::REGISTERS[form::of_ctl(inst.ctl) as usize] as usize;
        all.extend_from_slice(&address[..registers]);
        if op != Op::Mov && op != Op::Movzx8 && op != Op::Movzx16 {
            all.push(Allocation::reg(after));
        }
        same_memory(e, inst, op, size, &all);
    };
    let load = match size {
        Size::S8 => Op::Movzx8,
        Size::S16 => Op::Movzx16,
        _ => Op::Mov,
    };
    memory(e, load, wide, &[Allocation::reg(RAX)], RAX);
    let again = e.buffer.new_label();
    e.buffer.bind(again);
    let op = AtomicRmwOp::ALL[inst.high() as usize];
    put(e, Op::Mov, wide, &[Arg::Reg(tmp), Arg::Reg(RAX)]);
    let alu = |e: &mut Emitter<'_>, op| put(e, op, wide, &[Arg::Reg(tmp), Arg::Reg(value)]);
    match op {
        AtomicRmwOp::Add => alu(e, Op::Add),
        AtomicRmwOp::Sub => alu(e, Op::Sub),
        AtomicRmwOp::And => alu(e, Op::And),
        AtomicRmwOp::Or => alu(e, Op::Or),
        AtomicRmwOp::Xor => alu(e, Op::Xor),
        AtomicRmwOp::Xchg => put(e, Op::Mov, wide, &[Arg::Reg(tmp), Arg::Reg(value)]),
        AtomicRmwOp::Nand => {
            alu(e, Op::And);
            put(e, Op::Not, wide, &[Arg::Reg(tmp)]);
        }
        AtomicRmwOp::Umin | AtomicRmwOp::Umax | AtomicRmwOp::Smin | AtomicRmwOp::Smax => {
            put(e, Op::Cmp, size, &[Arg::Reg(tmp), Arg::Reg(value)]);
            // `tmp` is the old value. The operand replaces it where the old value is on the wrong
            // side of it: for a minimum above, for a maximum below.
            let cc = match op {
                AtomicRmwOp::Umin => Cc::A,
                AtomicRmwOp::Umax => Cc::B,
                AtomicRmwOp::Smin => Cc::G,
                _ => Cc::L,
            };
            put(e, Op::Cmov, wide, &[Arg::Cond(cc as u8), Arg::Reg(tmp), Arg::Reg(value)]);
        }
    }
    memory(e, Op::LockCmpxchg, size, &[Allocation::reg(RAX), Allocation::reg(RAX)], tmp);
    jcc(e, Cc::Ne, again);
}

/// `rdx:rax` gets the old value. What is there is not known at first; the exchange finds out.
fn atomic_rmw_loop_128(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    let (low, high) = (reg(allocs[4]), reg(allocs[5]));
    let memory = |e: &mut Emitter<'_>, op: Op, before: &[Allocation]| {
        let all: Vec<Allocation> = before.iter().chain(&allocs[6..]).copied().collect();
        same_memory(e, inst, op, Size::S64, &all);
    };
    // The access that may fault comes first: it is known by its address.
    memory(e, Op::Mov, &[Allocation::reg(RAX)]);
    put(e, Op::Zero, Size::S32, &[Arg::Reg(RDX)]);
    let again = e.buffer.new_label();
    e.buffer.bind(again);
    let pair = |e: &mut Emitter<'_>, op: Op, to: [PReg; 2], from: [PReg; 2]| {
        for (to, from) in to.into_iter().zip(from) {
            put(e, op, Size::S64, &[Arg::Reg(to), Arg::Reg(from)]);
        }
    };
    let (new, old, value) = ([RBX, RCX], [RAX, RDX], [low, high]);
    let with_carry = |e: &mut Emitter<'_>, first: Op, second: Op| {
        put(e, first, Size::S64, &[Arg::Reg(RBX), Arg::Reg(low)]);
        put(e, second, Size::S64, &[Arg::Reg(RCX), Arg::Reg(high)]);
    };
    let op = AtomicRmwOp::ALL[inst.high() as usize];
    pair(e, Op::Mov, new, if op == AtomicRmwOp::Xchg { value } else { old });
    match op {
        AtomicRmwOp::Xchg => {}
        AtomicRmwOp::Add => with_carry(e, Op::Add, Op::Adc),
        AtomicRmwOp::Sub => with_carry(e, Op::Sub, Op::Sbb),
        AtomicRmwOp::And => pair(e, Op::And, new, value),
        AtomicRmwOp::Or => pair(e, Op::Or, new, value),
        AtomicRmwOp::Xor => pair(e, Op::Xor, new, value),
        AtomicRmwOp::Nand => {
            pair(e, Op::And, new, value);
            put(e, Op::Not, Size::S64, &[Arg::Reg(RBX)]);
            put(e, Op::Not, Size::S64, &[Arg::Reg(RCX)]);
        }
        AtomicRmwOp::Umin | AtomicRmwOp::Umax | AtomicRmwOp::Smin | AtomicRmwOp::Smax => {
            with_carry(e, Op::Cmp, Op::Sbb);
            // The comparison has left its difference in `rcx`, so the old high half is put there
            // again. Then the operand replaces the old value where that is not below it (minimum)
            // or is below it (maximum).
            let cc = match op {
                AtomicRmwOp::Umin => Cc::Ae,
                AtomicRmwOp::Umax => Cc::B,
                AtomicRmwOp::Smin => Cc::Ge,
                _ => Cc::L,
            };
            put(e, Op::Mov, Size::S64, &[Arg::Reg(RCX), Arg::Reg(RDX)]);
            for (to, from) in new.into_iter().zip(value) {
                put(e, Op::Cmov, Size::S64, &[Arg::Cond(cc as u8), Arg::Reg(to), Arg::Reg(from)]);
            }
        }
    }
    let fixed = [RDX, RDX, RAX, RAX, RCX, RBX].map(Allocation::reg);
    memory(e, Op::LockCmpxchg16b, &fixed);
    jcc(e, Cc::Ne, again);
}

/// The zero and sign flags of a value, unless the instruction before has left them.
fn test_zero(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    let size = Size::of_ctl(inst.ctl);
    let in_register = form::of_ctl(inst.ctl) == form::NONE;
    let Some(value) = allocs.first().and_then(|a| a.as_reg()).filter(|_| in_register) else {
        let compare = MInst { row: Op::CmpI.0, payload: payload(inst.low(), 0), ..*inst };
        return encode(&compare, allocs, &e.frame.areas, e.buffer);
    };
    let is_set = e.previous().is_some_and(|(before, allocs)| {
        let sets = ROWS[before.row as usize].flags & row_bits::RESULT_FLAGS != 0;
        sets && Size::of_ctl(before.ctl) == size && allocs.first() == Some(&Allocation::reg(value))
    });
    if !is_set {
        put(e, Op::Test, size, &[Arg::Reg(value), Arg::Reg(value)]);
    }
}

/// Adds the distance of a symbol, which linkers know.
fn add_distance(e: &mut Emitter<'_>, to: PReg, kind: u8, symbol: u32) {
    // Far enough that the displacement has 32 bits.
    put(e, Op::Lea, Size::S64, &[Arg::Reg(to), Arg::Mem(Mem::base(to, i32::MAX))]);
    let field = e.buffer.offset() - 4;
    e.buffer.data_mut()[field as usize..].fill(0);
    e.buffer.add_reloc_at_offset(field, kind, symbol, 0);
}

/// The thread pointer plus the distance of a symbol.
fn tls_local_exec(e: &mut Emitter<'_>, symbol: u32, to: PReg) {
    let pointer = Mem::absolute(0).with_extra(Segment::Fs as u8);
    put(e, Op::Mov, Size::S64, &[Arg::Reg(to), Arg::Mem(pointer)]);
    add_distance(e, to, reloc::TP_OFF, symbol);
}

/// A load that linkers turn into `lea` if the descriptor is near.
fn tlv_descriptor(e: &mut Emitter<'_>, symbol: u32, to: PReg) {
    // `mov to, [rip + symbol@tlvp]`, in the form whose displacement has 32 bits.
    let number = to.hw_enc() as u8;
    e.buffer.put_bytes(&[0x48 | number >> 3 << 2, 0x8b, 0x05 | (number & 7) << 3, 0, 0, 0, 0]);
    let field = e.buffer.offset() - 4;
    e.buffer.add_reloc_at_offset(field, reloc::TLV, symbol, -4);
}

/// The thread's blocks, that of the image among them, and the symbol's distance from its section.
fn tls_of_image(e: &mut Emitter<'_>, symbol: u32, to: PReg, image: PReg) {
    let blocks = Mem::absolute(0x58).with_extra(Segment::Gs as u8);
    put(e, Op::Mov, Size::S64, &[Arg::Reg(to), Arg::Mem(blocks)]);
    put(e, Op::Mov, Size::S64, &[Arg::Reg(to), Arg::Mem(Mem::base_index(to, image, 3, 0))]);
    add_distance(e, to, reloc::SECREL, symbol);
}

/// The sequence by which linkers know the general dynamic model: both instructions are padded with
/// prefixes to 16 bytes.
fn tls_general_dynamic(e: &mut Emitter<'_>, symbol: u32, helper: u32) {
    // `data16 lea rdi, [rip + symbol@tlsgd]`, `data16 data16 rex.W call helper@plt`
    e.buffer.put_bytes(&[0x66, 0x48, 0x8d, 0x3d, 0, 0, 0, 0]);
    let field = e.buffer.offset() - 4;
    e.buffer.add_reloc_at_offset(field, reloc::TLS_GD, symbol, -4);
    e.buffer.put_bytes(&[0x66, 0x66, 0x48, 0xe8, 0, 0, 0, 0]);
    let field = e.buffer.offset() - 4;
    e.buffer.add_reloc_at_offset(field, reloc::PLT32, helper, -4);
}

fn reg(alloc: Allocation) -> PReg {
    alloc.as_reg().expect("the operand is in a register")
}

/// A move between registers, or between a register and memory.
#[inline]
pub(crate) fn mov(e: &mut Emitter<'_>, what: Move) {
    match what {
        Move::Copy { to, from } => asm::mov_rr(e.buffer, to, from),
        Move::Load { to, from: Area { base, offset }, bytes } => {
            asm::mov_load(e.buffer, to, gpr(base), offset, bytes);
        }
        Move::Store { to: Area { base, offset }, from, bytes } => {
            asm::mov_store(e.buffer, gpr(base), offset, from, bytes);
        }
    }
}

/// An instruction that always traps.
pub(crate) fn trap(e: &mut Emitter<'_>) {
    put(e, Op::Ud2, Size::S32, &[]);
}

/// The call alone, or the jump of a tail call.
pub(crate) fn call(e: &mut Emitter<'_>, dest: CallDest, allocs: &[Allocation], is_tail: bool) {
    match (dest, is_tail) {
        (CallDest::Near(symbol), false) => put(e, Op::Call, Size::S32, &[Arg::Target(symbol)]),
        (CallDest::Near(symbol), true) => put(e, Op::JmpTarget, Size::S32, &[Arg::Target(symbol)]),
        (CallDest::Operand, false) => put(e, Op::CallInd, Size::S32, &[Arg::Reg(reg(allocs[0]))]),
        (CallDest::Operand, true) => put(e, Op::JmpInd, Size::S32, &[Arg::Reg(reg(allocs[0]))]),
        (CallDest::Tls { symbol, helper }, _) => tls_general_dynamic(e, symbol, helper),
    }
}

// -------------------------------------------------------------------------------------------------
// The frame.

/// A step of entering or leaving a function.
pub(crate) fn step(e: &mut Emitter<'_>, what: Step<'_>) {
    match what {
        Step::AddSp(bytes) => add_sp(e, bytes),
        Step::AlignSp(align) => {
            put(e, Op::AndI, Size::S64, &[Arg::Reg(RSP), Arg::Imm(-i64::from(align))]);
        }
        Step::SpFromFp(at) => {
            put(e, Op::Lea, Size::S64, &[Arg::Reg(RSP), Arg::Mem(Mem::base(RBP, at))])
        }
        Step::PushLink => put(e, Op::Push, Size::S64, &[Arg::Reg(RBP)]),
        Step::SetFp => asm::mov_rr(e.buffer, RBP, RSP),
        Step::PopLink => put(e, Op::Pop, Size::S64, &[Arg::Reg(RBP)]),
        Step::Push(reg) => put(e, Op::Push, Size::S64, &[Arg::Reg(reg)]),
        Step::Pop(reg) => put(e, Op::Pop, Size::S64, &[Arg::Reg(reg)]),
        Step::Save(regs) => {
            for &(reg, Area { base, offset }) in regs {
                asm::mov_store(e.buffer, gpr(base), offset, reg, 16);
            }
        }
        Step::Restore(regs) => {
            for &(reg, Area { base, offset }) in regs {
                asm::mov_load(e.buffer, reg, gpr(base), offset, 16);
            }
        }
        Step::IfBelow { bytes, limit, target } => {
            let mut sp = RSP;
            if bytes != 0 {
                sp = SCRATCH;
                let needed = Mem::base(RSP, -(bytes as i32));
                put(e, Op::Lea, Size::S64, &[Arg::Reg(sp), Arg::Mem(needed)]);
            }
            let limit = match limit {
                Limit::Reg(reg) => Arg::Reg(reg),
                Limit::Memory(Area { base, offset }) => Arg::Mem(Mem::base(gpr(base), offset)),
            };
            put(e, Op::Cmp, Size::S64, &[Arg::Reg(sp), limit]);
            jcc(e, Cc::B, target);
        }
        Step::Touch(below) => {
            let at = Mem::base(RSP, -(below as i32));
            put(e, Op::MovMr, Size::S8, &[Arg::Mem(at), Arg::Reg(SCRATCH)]);
        }
        Step::TouchAll { page, pages } => {
            put(e, Op::Zero, Size::S32, &[Arg::Reg(SCRATCH)]);
            let again = e.buffer.new_label();
            e.buffer.bind(again);
            asm::add_imm(e.buffer, SCRATCH, -(page as i32));
            let at = Mem::base_index(RSP, SCRATCH, 0, 0);
            put(e, Op::MovMr, Size::S8, &[Arg::Mem(at), Arg::Reg(SCRATCH)]);
            let end = -i64::from(pages * page);
            put(e, Op::CmpI, Size::S64, &[Arg::Reg(SCRATCH), Arg::Imm(end)]);
            jcc(e, Cc::Ne, again);
        }
        Step::Return { pops: 0 } => put(e, Op::Ret, Size::S32, &[]),
        Step::Return { pops } if pops <= u16::MAX as u32 => {
            put(e, Op::RetI, Size::S32, &[Arg::Imm(pops as i64)]);
        }
        Step::Return { pops } => {
            // More than a return can remove.
            put(e, Op::Pop, Size::S64, &[Arg::Reg(SCRATCH)]);
            add_sp(e, pops as i32);
            put(e, Op::JmpInd, Size::S32, &[Arg::Reg(SCRATCH)]);
        }
    }
}

// -------------------------------------------------------------------------------------------------
// Multi-way branches.

/// A multi-way branch: compares where the cases form few ranges, else a table behind the code.
pub(crate) fn table(
    e: &mut Emitter<'_>,
    allocs: &[Allocation],
    targets: &[Label],
    default: Label,
    next: Option<Label>,
) {
    let index = reg(allocs[0]);
    if allocs.len() == 1 || count_runs(targets, default) <= MAX_COMPARES {
        return compares(e, index, targets, default, next);
    }
    let (tmp, base) = (reg(allocs[1]), reg(allocs[2]));
    let guard = e.flags.enable_table_access_spectre_mitigation();
    put(e, Op::Mov, Size::S32, &[Arg::Reg(tmp), Arg::Reg(index)]);
    if guard {
        put(e, Op::Xor, Size::S32, &[Arg::Reg(base), Arg::Reg(base)]);
    }
    put(e, Op::CmpI, Size::S32, &[Arg::Reg(tmp), Arg::Imm(targets.len() as i64)]);
    jcc(e, Cc::Ae, default);
    if guard {
        // Where the branch was mispredicted, the first case.
        put(e, Op::Cmov, Size::S64, &[Arg::Cond(Cc::Ae as u8), Arg::Reg(tmp), Arg::Reg(base)]);
    }
    let label = e.buffer.new_label();
    e.buffer.jump_table(label, targets);
    put(e, Op::Lea, Size::S64, &[Arg::Reg(base), Arg::Mem(Mem::label(label.0))]);
    let entry = Mem::base_index(base, tmp, 2, 0);
    put(e, Op::Movsxd, Size::S64, &[Arg::Reg(tmp), Arg::Mem(entry)]);
    put(e, Op::Add, Size::S64, &[Arg::Reg(tmp), Arg::Reg(base)]);
    put(e, Op::JmpInd, Size::S32, &[Arg::Reg(tmp)]);
}

/// One compare for the end of each range of equal targets.
fn compares(
    e: &mut Emitter<'_>,
    index: PReg,
    targets: &[Label],
    default: Label,
    next: Option<Label>,
) {
    // What goes to the default at the end needs no compare of its own.
    let last = targets.iter().rposition(|target| *target != default);
    let targets = &targets[..last.map_or(0, |last| last + 1)];
    let mut end = 0;
    let mut runs = targets.chunk_by(|a, b| a == b).peekable();
    while let Some(run) = runs.next() {
        end += run.len();
        let target = run[0];
        let is_last = runs.peek().is_none();
        let (inside, outside) = if end == 1 {
            put(e, Op::Test, Size::S32, &[Arg::Reg(index), Arg::Reg(index)]);
            (Cc::E, Cc::Ne)
        } else {
            put(e, Op::CmpI, Size::S32, &[Arg::Reg(index), Arg::Imm(end as i64)]);
            (Cc::B, Cc::Ae)
        };
        if is_last && next == Some(target) {
            jcc(e, outside, default);
            return;
        }
        jcc(e, inside, target);
    }
    if next != Some(default) {
        e.buffer.put_jump(default);
    }
}
