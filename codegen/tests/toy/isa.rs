//! The machine as the core sees it: tables and hooks.

use crate::insts::{self, LABELS, NEAR, Op, ROWS, branch, put};
use core::fmt;
use regalloc2::{Allocation, Operand, PReg, PRegSet, RegClass};
use target_lexicon::Triple;
use windlass_core::ir::{self, CallConv, IntCC, Opcode, types};
use windlass_core::isa::{FunctionAlignment, TargetIsa};
use windlass_core::machine::buffer::Label;
use windlass_core::machine::convention::{Convention, FrameRules, Saves};
use windlass_core::machine::emit::Emitter;
use windlass_core::machine::prologue::{Move, Step};
use windlass_core::machine::reloc::Reloc;
use windlass_core::machine::row::{Amode, Area, Arg, CodeSink, Size};
use windlass_core::machine::tables::LinkCode;
use windlass_core::machine::vcode::CallDest;
use windlass_core::machine::{
    Backend, Basic, Cond2, Condition, LowerCtx, MInst, Tables, reg_set, row_clobbers, row_flags,
};
use windlass_core::opt::legalize::{Lowered, Support};
use windlass_core::result::{CodegenError, CodegenResult};
use windlass_core::settings::{self, Flags, Value};

const fn r(n: usize) -> PReg {
    PReg::new(n, RegClass::Int)
}

pub const NAMES: [&str; 16] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "fp", "sp",
    "lr",
];
pub const FP: PReg = r(13);
pub const SP: PReg = r(14);
pub const LR: PReg = r(15);

const SAVED: &[PReg] = &[r(7), r(8), r(9), r(10)];
const FREE: &[PReg] = &[r(0), r(1), r(2), r(3), r(4), r(5), r(6)];

static CONVENTION: Convention = Convention {
    saved: reg_set(&[SAVED]),
    later: reg_set(&[SAVED]),
    ..Convention::new(
        [&[r(0), r(1), r(2), r(3)], &[]],
        [&[r(0), r(1)], &[]],
        FrameRules {
            sp: 14,
            fp: Some(13),
            link: Some(LR),
            pushed: 0,
            link_area: 16,
            red_zone: 0,
            align: 16,
            saves: Saves::Stored,
            float_slot: 8,
            near_fp: 0,
            scratch: [r(12), r(11)],
            float_scratch: PReg::new(0, RegClass::Float),
        },
    )
};

static ROW_FLAGS: [u8; ROWS.len()] = row_flags(&ROWS);
static ROW_CLOBBERS: [PRegSet; ROWS.len()] = row_clobbers(&ROWS);

static TABLES: Tables = Tables {
    name: "toy",
    row_flags: &ROW_FLAGS,
    row_clobbers: &ROW_CLOBBERS,
    labels: &LABELS,
    conventions: {
        let mut conventions = [None; CallConv::ALL.len()];
        conventions[CallConv::SystemV as usize] = Some(&CONVENTION);
        conventions
    },
    ints: reg_set(&[SAVED, FREE]),
    floats: PRegSet::empty(),
    relocs: &[Reloc::Arm64Call],
    reg_names: [&NAMES, &[], &[]],
    dwarf_regs: [&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], &[], &[]],
    dwarf_return_address: 15,
    code_alignment: 4,
    pinned_reg: None,
    tail_call_target: r(12),
    link: LinkCode::NONE,
};

const LOWERED: &[Lowered] = &[
    (Opcode::Iconst, types::I64, &[""]),
    (Opcode::Iadd, types::I64, &[""]),
    (Opcode::Isub, types::I64, &[""]),
    (Opcode::Icmp, types::I64, &[""]),
    (Opcode::Load, types::I64, &[""]),
    (Opcode::Store, types::I64, &[""]),
    (Opcode::StackAddr, types::I64, &[""]),
];

/// The machine with its settings.
#[derive(Debug)]
pub struct Toy {
    triple: Triple,
    flags: Flags,
    support: Support,
}

impl Toy {
    pub fn new(flags: Flags) -> Toy {
        let triple = "riscv64-unknown-none-elf".parse().expect("a triple");
        Toy { triple, flags, support: Support::new(LOWERED, &[], |_| false) }
    }
}

impl fmt::Display for Toy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("toy")
    }
}

impl TargetIsa for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }
    fn triple(&self) -> &Triple {
        &self.triple
    }
    fn flags(&self) -> &settings::Flags {
        &self.flags
    }
    fn isa_flags(&self) -> Vec<Value> {
        Vec::new()
    }
    fn isa_flags_hash_key(&self) -> Vec<u8> {
        Vec::new()
    }
    fn function_alignment(&self) -> FunctionAlignment {
        FunctionAlignment { minimum: 4, preferred: 4 }
    }
    fn has_native_fma(&self) -> bool {
        false
    }
    fn has_round(&self) -> bool {
        false
    }
    fn to_text(&self, code: &[u8], _: u32) -> String {
        insts::disassemble(code)
    }
    fn backend(&self) -> &dyn Backend {
        self
    }
}

/// An instruction, with registers that are still to be allocated.
fn lay(ctx: &mut LowerCtx<'_>, op: Op, args: &[Arg]) {
    ctx.put_with(|out| op.build(Size::S64, args, out));
}

impl Backend for Toy {
    fn tables(&self) -> &'static Tables {
        &TABLES
    }

    fn support(&self) -> &Support {
        &self.support
    }

    fn lower(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()> {
        let data = ctx.data(inst);
        if data.ctrl_type != types::I64 {
            return Err(ctx.unsupported(inst));
        }
        let small = |n: Option<i64>| n.filter(|n| i16::try_from(*n).is_ok());
        match data.opcode {
            Opcode::Iconst => {
                let (to, n) = (ctx.result(inst, 0), data.signed_imm());
                if !(-1 << 19..1 << 19).contains(&n) {
                    return Err(CodegenError::Unsupported(format!("{n} has more than 20 bits")));
                }
                lay(ctx, Op::Li, &[Arg::Reg(to), Arg::Imm(n)]);
            }
            Opcode::Iadd | Opcode::Isub => {
                let x = ctx.reg(data.args[0]);
                let constant = small(ctx.iconst(data.args[1]));
                if let (Opcode::Iadd, Some(n)) = (data.opcode, constant) {
                    let to = ctx.result(inst, 0);
                    lay(ctx, Op::AddI, &[Arg::Reg(to), Arg::Reg(x), Arg::Imm(n)]);
                } else {
                    let y = ctx.reg(data.args[1]);
                    let to = ctx.result(inst, 0);
                    let op = if data.opcode == Opcode::Iadd { Op::Add } else { Op::Sub };
                    lay(ctx, op, &[Arg::Reg(to), Arg::Reg(x), Arg::Reg(y)]);
                }
            }
            Opcode::Load => {
                let at = Amode::base(ctx.reg(data.args[0]), data.offset());
                let to = ctx.result(inst, 0);
                ctx.trap_of(data.mem_flags());
                lay(ctx, Op::Ld, &[Arg::Reg(to), Arg::Mem(at)]);
            }
            Opcode::Store => {
                let at = Amode::base(ctx.reg(data.args[1]), data.offset());
                let from = ctx.reg(data.args[0]);
                ctx.trap_of(data.mem_flags());
                lay(ctx, Op::St, &[Arg::Reg(from), Arg::Mem(at)]);
            }
            _ => return Err(ctx.unsupported(inst)),
        }
        Ok(())
    }

    fn lower_brif(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()> {
        let value = ctx.arg(inst, 0);
        let Some(compare) = ctx.def_as(value, Opcode::Icmp) else {
            return Err(ctx.unsupported(inst));
        };
        let (condition, swapped) = match ctx.data(compare).cond() {
            IntCC::Equal => (0, false),
            IntCC::NotEqual => (1, false),
            IntCC::SignedLessThan => (2, false),
            IntCC::SignedGreaterThanOrEqual => (3, false),
            IntCC::SignedGreaterThan => (2, true),
            IntCC::SignedLessThanOrEqual => (3, true),
            _ => return Err(ctx.unsupported(compare)),
        };
        let [x, y] = [swapped as usize, !swapped as usize].map(|n| ctx.reg(ctx.arg(compare, n)));
        let condition = Condition { kind: NEAR, word: branch(condition), second: Cond2::None };
        ctx.branch(condition, &[Operand::reg_use(x), Operand::reg_use(y)]);
        Ok(())
    }

    fn put(&self, ctx: &mut LowerCtx<'_>, what: Basic) {
        match what {
            Basic::Load { place, dst, .. } => {
                lay(ctx, Op::Ld, &[Arg::Reg(dst), Arg::Mem(Amode::at(place))])
            }
            Basic::Store { place, src, .. } => {
                lay(ctx, Op::St, &[Arg::Reg(src), Arg::Mem(Amode::at(place))])
            }
            Basic::Extend { dst, src, .. } => {
                lay(ctx, Op::AddI, &[Arg::Reg(dst), Arg::Reg(src), Arg::Imm(0)]);
            }
            other => ctx.refuse(&format!("the toy has no {other:?}")),
        }
    }

    fn emit(&self, e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
        let fits = insts::encode(inst, allocs, &e.frame.areas, e.buffer);
        assert!(fits, "offsets in the frame of a toy are near");
    }

    fn emit_table(
        &self,
        _: &mut Emitter<'_>,
        _: &[Allocation],
        _: &[Label],
        _: Label,
        _: Option<Label>,
    ) {
        unreachable!("multi-way branches have become comparisons")
    }

    fn emit_trap(&self, e: &mut Emitter<'_>) {
        e.buffer.put4(0);
    }

    fn emit_call(&self, e: &mut Emitter<'_>, dest: CallDest, _: &[Allocation], is_tail: bool) {
        let CallDest::Near(symbol) = dest else { unreachable!("the toy calls what is near") };
        assert!(!is_tail, "the toy has no tail calls");
        put(e.buffer, Op::Call, &[Arg::Target(symbol)]);
    }

    fn emit_move(&self, e: &mut Emitter<'_>, what: Move) {
        let at = |Area { base, offset }| Arg::Mem(Amode::base(r(base as usize), offset));
        match what {
            Move::Copy { to, from } => {
                put(e.buffer, Op::AddI, &[Arg::Reg(to), Arg::Reg(from), Arg::Imm(0)]);
            }
            Move::Load { to, from, .. } => put(e.buffer, Op::Ld, &[Arg::Reg(to), at(from)]),
            Move::Store { to, from, .. } => put(e.buffer, Op::St, &[Arg::Reg(from), at(to)]),
        }
    }

    fn emit_step(&self, e: &mut Emitter<'_>, what: Step<'_>) {
        let at = |offset| Area { base: 14, offset };
        match what {
            Step::AddSp(n) => {
                put(e.buffer, Op::AddI, &[Arg::Reg(SP), Arg::Reg(SP), Arg::Imm(n.into())]);
            }
            Step::PushLink => {
                self.emit_step(e, Step::AddSp(-16));
                self.emit_step(e, Step::Save(&[(FP, at(0)), (LR, at(8))]));
            }
            Step::SetFp => self.emit_move(e, Move::Copy { to: FP, from: SP }),
            Step::PopLink => {
                self.emit_step(e, Step::Restore(&[(FP, at(0)), (LR, at(8))]));
                self.emit_step(e, Step::AddSp(16));
            }
            Step::Save(regs) => {
                for &(from, to) in regs {
                    self.emit_move(e, Move::Store { to, from, bytes: 8 });
                }
            }
            Step::Restore(regs) => {
                for &(to, from) in regs {
                    self.emit_move(e, Move::Load { to, from, bytes: 8 });
                }
            }
            Step::Return { pops: 0 } => put(e.buffer, Op::Jr, &[Arg::Reg(LR)]),
            other => unreachable!("nothing in a frame of the toy needs {other:?}"),
        }
    }

    fn print(&self, out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
        insts::print_inst(out, inst, operands, allocs);
    }
}
