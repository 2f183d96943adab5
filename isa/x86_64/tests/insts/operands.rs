//! Operands for the register allocator, and single instructions with given registers.

use crate::{Code, FRAME, ORIGIN};
use regalloc2::{
    Allocation, Operand, OperandConstraint, OperandKind, OperandPos, RegClass, SpillSlot, VReg,
};
use windlass_core::machine::row::{Amode, Arg, NO_REG, Role, Size};
use windlass_isa_x86_64::amode::{Cc, Segment};
use windlass_isa_x86_64::asm;
use windlass_isa_x86_64::decode::decode;
use windlass_isa_x86_64::encode::encode;
use windlass_isa_x86_64::insts::Op;
use windlass_isa_x86_64::print::{disassemble, print_inst};
use windlass_isa_x86_64::regs::*;

fn v(n: usize) -> VReg {
    VReg::new(n, RegClass::Int)
}

fn f(n: usize) -> VReg {
    VReg::new(n, RegClass::Float)
}

fn fixed(reg: VReg, to: regalloc2::PReg, kind: OperandKind, pos: OperandPos) -> Operand {
    Operand::new(reg, OperandConstraint::FixedReg(to), kind, pos)
}

/// The operands, and the text before allocation.
fn built(op: Op, size: Size, args: &[Arg]) -> (Vec<Operand>, String) {
    let mut operands = vec![Operand::reg_use(v(99))];
    let inst = op.build(size, args, &mut operands);
    operands.remove(0);
    let mut text = String::new();
    print_inst(&mut text, &inst, &operands, &[]);
    (operands, text)
}

#[test]
fn operands_stand_in_the_order_of_the_row() {
    use Operand as O;
    let (o, text) = built(Op::Add, Size::S32, &[Arg::Mod(v(1), v(2)), Arg::Reg(v(3))]);
    assert_eq!(o, [O::reg_use(v(1)), O::reg_reuse_def(v(2), 0), O::any_use(v(3))]);
    assert_eq!(text, "add %v2<-%v1, %v3");

    let mem = Amode::base_index(v(5), v(6), 2, -8);
    let (o, text) = built(Op::Add, Size::S64, &[Arg::Mod(v(1), v(2)), Arg::Mem(mem)]);
    let tied = [O::reg_use(v(1)), O::reg_reuse_def(v(2), 0)];
    assert_eq!(o[..2], tied);
    assert_eq!(o[2..], [O::reg_use(v(5)), O::reg_use(v(6))]);
    assert_eq!(text, "add %v2<-%v1, qword ptr [%v5 + %v6*4 - 8]");

    let args = [Arg::Mem(Amode::pinned(16)), Arg::Reg(v(3))];
    let (o, text) = built(Op::AddMr, Size::S8, &args);
    assert_eq!(o, [O::reg_use(v(3))]);
    assert_eq!(text, "add byte ptr [r15 + 0x10], %v3");

    // A tied operand that is not the first: its use is counted from the instruction's first
    // operand.
    let args = [Arg::Mem(Amode::base(v(7), 0)), Arg::Mod(v(1), v(2))];
    let (o, _) = built(Op::LockXadd, Size::S32, &args);
    assert_eq!(o, [O::reg_use(v(7)), O::reg_use(v(1)), O::reg_reuse_def(v(2), 1)]);

    let args = [Arg::Mod(v(1), v(2)), Arg::Mod(v(3), v(4)), Arg::Reg(v(5))];
    let (o, text) = built(Op::Div, Size::S32, &args);
    let early = |r, p| fixed(r, p, OperandKind::Use, OperandPos::Early);
    let late = |r, p| fixed(r, p, OperandKind::Def, OperandPos::Late);
    let pairs = [early(v(1), RAX), late(v(2), RAX), early(v(3), RDX), late(v(4), RDX)];
    assert_eq!(o[..4], pairs);
    assert_eq!(o[4], O::any_use(v(5)));
    assert!(text.starts_with("div "), "{text}");

    // A vector is not read from a slot of 8 bytes.
    let (o, _) = built(Op::Xorps, Size::S32, &[Arg::Mod(f(1), f(2)), Arg::Reg(f(3))]);
    assert_eq!(o[2], O::reg_use(f(3)));
    let (o, _) = built(Op::AddF, Size::S32, &[Arg::Mod(f(1), f(2)), Arg::Reg(f(3))]);
    assert_eq!(o[2], O::any_use(f(3)));

    // The number of a bit in a register and in memory mean different things.
    let (o, _) = built(Op::Bt, Size::S32, &[Arg::Reg(v(1)), Arg::Reg(v(2))]);
    assert_eq!(o, [O::reg_use(v(1)), O::reg_use(v(2))]);

    let args = [Arg::Cond(Cc::L as u8), Arg::Mod(v(1), v(2)), Arg::Fixed(PINNED)];
    let (o, text) = built(Op::Cmov, Size::S64, &args);
    assert_eq!(o[2], O::fixed_nonallocatable(PINNED));
    assert_eq!(text, "cmovl %v2<-%v1, r15");
}

#[test]
fn allocations_are_found_where_operands_were_put() {
    // For each row: distinct registers by the order of operands must come out in the fields of the
    // row.
    for op in Op::all().filter(|op| !op.row().custom()) {
        let row = op.row();
        let Some(size) = Size::ALL.into_iter().rev().find(|&s| row.encodings.has_size(s)) else {
            continue;
        };
        for memory in [false, true] {
            let mut next = 0;
            let mut reg = |class| {
                next += 1;
                VReg::new(next, class)
            };
            let mut args = Vec::new();
            for spec in row.operands() {
                use windlass_core::machine::row::Kind::*;
                let in_memory = match spec.kind {
                    Mem | Addr => true,
                    GprMem | VecMem => memory,
                    _ => false,
                };
                args.push(match spec.kind {
                    _ if in_memory => {
                        Arg::Mem(Amode::base_index(reg(RegClass::Int), reg(RegClass::Int), 3, 64))
                    }
                    Imm => Arg::Imm(3),
                    Cond => Arg::Cond(Cc::E as u8),
                    Label => Arg::Label(0),
                    Target => Arg::Target(0),
                    kind => {
                        let class = kind.class().expect("a register");
                        match spec.role {
                            Role::Mod => Arg::Mod(reg(class), reg(class)),
                            _ => Arg::Reg(reg(class)),
                        }
                    }
                });
            }
            let mut operands = Vec::new();
            let inst = op.build(size, &args, &mut operands);
            // Allocate: fixed registers as asked, others by number from 6 on; a tied result as its
            // input.
            let mut allocs: Vec<Allocation> = Vec::new();
            for (n, o) in operands.iter().enumerate() {
                let preg = match o.constraint() {
                    OperandConstraint::FixedReg(preg) => preg,
                    OperandConstraint::Reuse(n) => allocs[n].as_reg().expect("a register"),
                    _ => regalloc2::PReg::new(6 + n, o.class()),
                };
                allocs.push(Allocation::reg(preg));
            }
            let mut code = Code::new();
            encode(&inst, &allocs, &FRAME, &mut code);
            for _ in code.fixups.drain(..) {}
            let d = decode(&code.bytes[ORIGIN..]).unwrap_or_else(|| panic!("{op:?}"));
            let mut text = String::new();
            print_inst(&mut text, &inst, &operands, &allocs);
            // Each operand in turn, walking the allocations.
            let mut at = 0;
            for ((spec, arg), place) in row.operands().iter().zip(&args).zip(d.operands()) {
                let reg = |n: usize| allocs[n].as_reg().expect("a register");
                match arg {
                    Arg::Mem(_) => {
                        let Arg::Mem(a) = place else { panic!("{op:?}: {place:?}") };
                        assert_eq!((a.base, a.index), (reg(at), reg(at + 1)), "{op:?}: {text}");
                        at += 2;
                    }
                    Arg::Reg(_) | Arg::Mod(..) => {
                        if spec.fixed == NO_REG {
                            assert_eq!(*place, Arg::Reg(reg(at)), "{op:?}: {text}");
                        }
                        at += spec.register_operands() as usize;
                    }
                    _ => {}
                }
            }
            assert_eq!(at, operands.len(), "{op:?}");
        }
    }
}

#[test]
fn text_after_allocation() {
    let mut operands = Vec::new();
    let mem = Amode::slot_index(v(1), 3, 24).with_extra(Segment::Fs as u8);
    let inst = Op::Mov.build(Size::S16, &[Arg::Reg(v(0)), Arg::Mem(mem)], &mut operands);
    let allocs = [Allocation::reg(R9), Allocation::reg(RBX)];
    let mut text = String::new();
    print_inst(&mut text, &inst, &operands, &allocs);
    assert_eq!(text, "mov r9w, word ptr fs:[slots + rbx*8 + 0x18]");

    let mut operands = Vec::new();
    let inst = Op::CmpI.build(Size::S32, &[Arg::Reg(v(0)), Arg::Imm(-1)], &mut operands);
    let allocs = [Allocation::stack(SpillSlot::new(3))];
    let mut text = String::new();
    print_inst(&mut text, &inst, &operands, &allocs);
    assert_eq!(text, "cmp [spill 3], -1");
    let mut code = Code::new();
    encode(&inst, &allocs, &FRAME, &mut code);
    let mut text = String::new();
    disassemble(&mut text, &code.bytes[ORIGIN..]);
    assert_eq!(text, "     0: 83 7c 24 38 ff                  cmp dword ptr [rsp + 0x38], -1\n");
}

#[test]
fn single_instructions() {
    let mut code = Code::new();
    asm::mov_rr(&mut code, RBP, RSP);
    asm::mov_rr(&mut code, xmm(3), xmm(12));
    asm::mov_load(&mut code, R10, RBP, -8, 8);
    asm::mov_load(&mut code, xmm(1), RSP, 16, 16);
    asm::mov_store(&mut code, RSP, 0, xmm(1), 8);
    asm::mov_store(&mut code, R13, 0, RAX, 1);
    asm::add_imm(&mut code, RSP, 128);
    asm::add_imm(&mut code, RSP, -128);
    asm::add_imm(&mut code, RSP, 0);
    asm::put(&mut code, Op::MovI, Size::S64, &[Arg::Reg(RAX), Arg::Imm(0xffff_ffff)]);
    asm::put(&mut code, Op::MovI, Size::S64, &[Arg::Reg(RAX), Arg::Imm(-1)]);
    asm::put(&mut code, Op::Push, Size::S64, &[Arg::Reg(R12)]);
    asm::put(&mut code, Op::CallInd, Size::S64, &[Arg::Mem(asm::Mem::base(RSP, 8))]);
    let mut text = String::new();
    disassemble(&mut text, &code.bytes[ORIGIN..]);
    let lines: Vec<&str> = text.lines().map(|l| l[40..].trim()).collect();
    assert_eq!(
        lines,
        [
            "mov rbp, rsp",
            "movaps xmm3, xmm12",
            "mov r10, qword ptr [rbp - 8]",
            "movups xmm1, xmmword ptr [rsp + 0x10]",
            "movsd qword ptr [rsp], xmm1",
            "mov byte ptr [r13], al",
            "sub rsp, -0x80",
            "add rsp, -0x80",
            "mov eax, -1",
            "mov rax, -1",
            "push r12",
            "call qword ptr [rsp + 8]",
        ]
    );
}

#[test]
fn nops_of_every_length() {
    for (n, bytes) in asm::NOPS.iter().enumerate() {
        let i = crate::forms::other(bytes);
        assert_eq!((i.mnemonic(), i.len()), (iced_x86::Mnemonic::Nop, n + 1));
        assert_eq!(bytes.len(), n + 1);
    }
}
