//! From instructions to bytes: what is more than one row of the table. Far addresses, constants,
//! tables, calls, and the steps of entering and leaving functions.

use crate::abi::SCRATCH;
use crate::insts::{Cc, Op, encode, encode_bitmask, reloc};
use crate::labels::{self, ADDRESS, ON_FLAGS};
use crate::regs::*;
use regalloc2::{Allocation, PReg, RegClass};
use windlass_core::machine::MInst;
use windlass_core::machine::buffer::Label;
use windlass_core::machine::emit::Emitter;
use windlass_core::machine::prologue::{Limit, Move, Step};
use windlass_core::machine::row::{self, Amode, Area, CodeSink, NO_REG, Size, form, hw};
use windlass_core::machine::vcode::CallDest;

type Arg = row::Arg<PReg>;
use row::Arg::{Imm, Mem, Reg, Target};

/// Emits an instruction with these registers.
fn put(e: &mut Emitter<'_>, op: Op, size: Size, args: &[Arg]) {
    let a = row::assemble(op.0, op.row(), size, args);
    inst(e, &a.inst, a.allocs());
}

/// Emits an instruction of the table.
pub(crate) fn inst(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    if encode(inst, allocs, &e.frame.areas, e.buffer) {
        return;
    }
    match Op(inst.row) {
        Op::MovI => constant(e, gpr(hw(allocs, 0)), inst.payload),
        Op::Lea => address(e, inst, allocs),
        op => far(e, op, inst, allocs),
    }
}

/// A constant in a register. The upper half of one that is narrow is zero.
fn constant(e: &mut Emitter<'_>, to: PReg, bits: u64) {
    let size = if bits >> 32 == 0 { Size::S32 } else { Size::S64 };
    let halves = (0..size.bits()).step_by(16).map(|at| (at, (bits >> at) as u16));
    let count = |what| halves.clone().filter(|(_, half)| *half == what).count();
    let ones = count(u16::MAX) > count(0);
    let filler = if ones { u16::MAX } else { 0 };
    let rest = halves.clone().count() - count(filler);
    if rest > 1 && encode_bitmask(bits as i64, size).is_some() {
        return put(e, Op::OrrI, size, &[Reg(to), Reg(ZR), Imm(bits as i64)]);
    }
    let mut op = if ones { Op::Movn } else { Op::Movz };
    for (at, half) in halves.filter(|(at, half)| *half != filler || rest == 0 && *at == 0) {
        let half = if op == Op::Movn { !half } else { half };
        put(e, op, size, &[Reg(to), Imm(half.into()), Imm(at.into())]);
        op = Op::Movk;
    }
}

/// `to = from + k`; either may be the stack pointer. Where `k` is far, `SCRATCH` is lost.
fn add_imm(e: &mut Emitter<'_>, to: PReg, from: PReg, k: i64) {
    let (op, size) = (if k < 0 { Op::SubI } else { Op::AddI }, k.unsigned_abs());
    if size >> 24 != 0 {
        constant(e, SCRATCH, size);
        let op = if k < 0 { Op::SubSp } else { Op::AddSp };
        return put(e, op, Size::S64, &[Reg(to), Reg(from), Reg(SCRATCH)]);
    }
    let mut from = from;
    for part in [size & 0xfff, size & 0xfff000].into_iter().filter(|part| *part != 0) {
        put(e, op, Size::S64, &[Reg(to), Reg(from), Imm(part as i64)]);
        from = to;
    }
    if from != to {
        put(e, Op::MovSp, Size::S64, &[Reg(to), Reg(from)]);
    }
}

/// The address of the memory operand of `Lea`.
fn address(e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
    let to = gpr(hw(allocs, 0));
    let a = row::resolve(inst, allocs, 1, &e.frame.areas, PINNED_NUMBER);
    let n = a.disp as u32;
    match a.form() {
        form::LABEL => e.buffer.put_branch(Label(n), ADDRESS, to.hw_enc() as u32),
        form::SYMBOL => {
            symbol_address(e, to, n & !Amode::GOT, n & Amode::GOT == 0);
        }
        _ => {
            debug_assert_eq!(a.index, NO_REG, "an address with an index is not computed at once");
            add_imm(e, to, gpr(a.base), a.disp.into());
        }
    }
}

/// The address of a symbol within 4 GiB, or anywhere: it then lies in the code.
fn symbol_address(e: &mut Emitter<'_>, to: PReg, symbol: u32, near: bool) {
    if near {
        put(e, Op::Adrp, Size::S64, &[Reg(to), Target(symbol)]);
        put(e, Op::AddLow, Size::S64, &[Reg(to), Reg(to), Target(symbol)]);
        return;
    }
    // `ldr to, 8; b 12`, and the address.
    let load = 0x5800_0040 | to.hw_enc() as u32;
    e.buffer.put4(load);
    e.buffer.put4(0x1400_0003);
    let at = e.buffer.offset();
    e.buffer.put8(0);
    e.buffer.add_reloc_at_offset(at, reloc::ABS64, symbol, 0);
}

/// An access with a displacement that no diagram holds: by `SCRATCH`.
fn far(e: &mut Emitter<'_>, op: Op, inst: &MInst, allocs: &[Allocation]) {
    let shape = op.row();
    assert!(shape.memory != NO_REG, "no diagram takes the operands of {op:?}");
    let first = shape.position(shape.memory as usize) as usize;
    let a = row::resolve(inst, allocs, first, &e.frame.areas, PINNED_NUMBER);
    constant(e, SCRATCH, a.disp as i64 as u64);
    let mut new = *inst;
    let mut base = gpr(a.base);
    let mut index = SCRATCH;
    if a.index != NO_REG {
        put(e, Op::AddSp, Size::S64, &[Reg(SCRATCH), Reg(base), Reg(SCRATCH)]);
        (base, index) = (SCRATCH, gpr(a.index));
    }
    let plain = Amode::<PReg>::base_index(base, index, 0, 0);
    let kept = if a.index == NO_REG { 0xf0ff & !0xc } else { 0xf0ff };
    new.ctl = inst.ctl & kept | plain.ctl;
    new.payload = inst.payload >> 32 << 32;
    let registers = form::REGISTERS[form::of_ctl(inst.ctl) as usize] as usize;
    let mut places = [Allocation::none(); 8];
    let rest = &allocs[first + registers..];
    places[..first].copy_from_slice(&allocs[..first]);
    places[first..first + 2].copy_from_slice(&[base, index].map(Allocation::reg));
    places[first + 2..][..rest.len()].copy_from_slice(rest);
    let done = encode(&new, &places[..first + 2 + rest.len()], &e.frame.areas, e.buffer);
    assert!(done, "no diagram takes the operands of {op:?}");
}

/// An instruction that always traps.
pub(crate) fn trap(e: &mut Emitter<'_>) {
    put(e, Op::Udf, Size::S32, &[Imm(0)]);
}

/// A branch on flags.
fn branch_if(e: &mut Emitter<'_>, cc: Cc, target: Label) {
    e.buffer.put_branch(target, ON_FLAGS, labels::on_flags(cc));
}

/// The call alone, or the jump of a tail call.
pub(crate) fn call(e: &mut Emitter<'_>, dest: CallDest, allocs: &[Allocation], is_tail: bool) {
    match dest {
        CallDest::Near(symbol) => {
            let op = if is_tail { Op::BTo } else { Op::Bl };
            put(e, op, Size::S32, &[Target(symbol)]);
        }
        CallDest::Operand => {
            let op = if is_tail { Op::Br } else { Op::Blr };
            put(e, op, Size::S64, &[Reg(gpr(hw(allocs, 0)))]);
        }
        CallDest::Tls { .. } => unreachable!("thread-local data is refused by lowering"),
    }
}

/// A multi-way branch by a table behind the code. `allocs` are the index and two temporaries.
pub(crate) fn table(e: &mut Emitter<'_>, allocs: &[Allocation], targets: &[Label], default: Label) {
    let [index, offset, base] = [0, 1, 2].map(|n| gpr(hw(allocs, n)));
    let count = targets.len() as i64;
    if count < 1 << 12 {
        put(e, Op::CmpI, Size::S32, &[Reg(index), Imm(count)]);
    } else {
        constant(e, offset, count as u64);
        put(e, Op::Cmp, Size::S32, &[Reg(index), Reg(offset), Imm(0), Imm(0)]);
    }
    branch_if(e, Cc::Hs, default);
    let mut case = index;
    if e.flags.enable_table_access_spectre_mitigation() {
        // Where the branch was mispredicted, the first case.
        case = offset;
        let lo = row::Arg::Cond(Cc::Lo as u8);
        put(e, Op::Csel, Size::S32, &[Reg(case), Reg(index), Reg(ZR), lo]);
    }
    let label = e.buffer.new_label();
    e.buffer.jump_table(label, targets);
    e.buffer.put_branch(label, ADDRESS, base.hw_enc() as u32);
    let entry = Amode::base_index(base, case, 2, 0).with_extra(crate::insts::UXTW);
    put(e, Op::Ldrsw, Size::S32, &[Reg(offset), Mem(entry)]);
    put(e, Op::Add, Size::S64, &[Reg(base), Reg(base), Reg(offset), Imm(0), Imm(0)]);
    put(e, Op::Br, Size::S64, &[Reg(base)]);
}

// -------------------------------------------------------------------------------------------------
// The frame.

fn place(area: Area) -> Arg {
    Mem(Amode::base(gpr(area.base), area.offset))
}

/// The rows that load and store a register of so many bytes, and a pair of them.
fn access(class: RegClass, bytes: u32) -> [Op; 4] {
    match (class, bytes) {
        (RegClass::Int, _) => [Op::Ldr, Op::Str, Op::Ldp, Op::Stp],
        (_, 16) => [Op::LdrQ, Op::StrQ, Op::LdpQ, Op::StpQ],
        _ => [Op::LdrV, Op::StrV, Op::LdpV, Op::StpV],
    }
}

/// A move of the allocator, or of the frame.
#[inline]
pub(crate) fn mov(e: &mut Emitter<'_>, what: Move) {
    match what {
        Move::Copy { to, from } => {
            let op = if to.class() == RegClass::Int { Op::Mov } else { Op::Fmov };
            put(e, op, Size::S64, &[Reg(to), Reg(from)]);
        }
        Move::Load { to, from, bytes } => {
            put(e, access(to.class(), bytes.into())[0], Size::S64, &[Reg(to), place(from)]);
        }
        Move::Store { to, from, bytes } => {
            put(e, access(from.class(), bytes.into())[1], Size::S64, &[Reg(from), place(to)]);
        }
    }
}

/// Stores saved registers, or loads them: in pairs where two lie beside each other.
fn saves(e: &mut Emitter<'_>, saved: &[(PReg, Area)], stores: bool) {
    let bytes = e.convention.frame.float_slot;
    let mut rest = saved;
    while let [(reg, area), others @ ..] = rest {
        let [load, store, load_pair, store_pair] = access(reg.class(), bytes);
        let width = if reg.class() == RegClass::Int { 8 } else { bytes as i32 };
        let next = Area { offset: area.offset + width, ..*area };
        let reaches = (-64 * width..=63 * width).contains(&area.offset);
        match others {
            [(second, at), others @ ..]
                if reaches && second.class() == reg.class() && *at == next =>
            {
                let op = if stores { store_pair } else { load_pair };
                put(e, op, Size::S64, &[Reg(*reg), Reg(*second), place(*area)]);
                rest = others;
            }
            _ => {
                let op = if stores { store } else { load };
                put(e, op, Size::S64, &[Reg(*reg), place(*area)]);
                rest = others;
            }
        }
    }
}

/// A step of entering or leaving a function.
pub(crate) fn step(e: &mut Emitter<'_>, what: Step<'_>) {
    match what {
        Step::AddSp(k) => add_imm(e, SP, SP, k.into()),
        Step::AlignSp(align) => {
            put(e, Op::MovSp, Size::S64, &[Reg(SCRATCH), Reg(SP)]);
            put(e, Op::AndI, Size::S64, &[Reg(SP), Reg(SCRATCH), Imm(-i64::from(align))]);
        }
        Step::SpFromFp(k) => add_imm(e, SP, FP, k.into()),
        Step::PushLink => put(e, Op::StpPre, Size::S64, &[Reg(FP), Reg(LR), Reg(SP), Imm(-16)]),
        Step::SetFp => put(e, Op::MovSp, Size::S64, &[Reg(FP), Reg(SP)]),
        Step::PopLink => put(e, Op::LdpPost, Size::S64, &[Reg(FP), Reg(LR), Reg(SP), Imm(16)]),
        Step::Push(_) | Step::Pop(_) => unreachable!("registers are stored in the frame"),
        Step::Save(saved) => saves(e, saved, true),
        Step::Restore(saved) => saves(e, saved, false),
        Step::IfBelow { bytes, limit, target } => {
            // The address of a limit in memory stays for the next step where nothing is subtracted.
            let (at, sp) = if bytes == 0 { (SCRATCH, SP) } else { (X17, SCRATCH) };
            if bytes != 0 {
                add_imm(e, sp, SP, -i64::from(bytes));
            }
            let limit = match limit {
                Limit::Reg(reg) => reg,
                Limit::Memory(from) => {
                    mov(e, Move::Load { to: at, from, bytes: 8 });
                    at
                }
            };
            put(e, Op::CmpSp, Size::S64, &[Reg(sp), Reg(limit)]);
            branch_if(e, Cc::Lo, target);
        }
        Step::Touch(bytes) => {
            add_imm(e, SCRATCH, SP, -i64::from(bytes));
            put(e, Op::Strb, Size::S32, &[Reg(ZR), Mem(Amode::base(SCRATCH, 0))]);
        }
        Step::TouchAll { page, pages } if page >> 24 == 0 => {
            add_imm(e, X17, SP, -i64::from(page * pages));
            put(e, Op::MovSp, Size::S64, &[Reg(SCRATCH), Reg(SP)]);
            let again = e.buffer.new_label();
            e.buffer.bind(again);
            add_imm(e, SCRATCH, SCRATCH, -i64::from(page));
            put(e, Op::Strb, Size::S32, &[Reg(ZR), Mem(Amode::base(SCRATCH, 0))]);
            put(e, Op::Cmp, Size::S64, &[Reg(SCRATCH), Reg(X17), Imm(0), Imm(0)]);
            branch_if(e, Cc::Ne, again);
        }
        // Frames end before there are many pages of this size.
        Step::TouchAll { page, pages } => {
            (1..=pages).for_each(|n| step(e, Step::Touch(n * page)));
        }
        Step::Return { .. } => put(e, Op::Ret, Size::S64, &[]),
    }
}
