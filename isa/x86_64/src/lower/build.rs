//! The context of the rules: facts about the function, registers, and putting instructions.

use crate::amode::{Amode, Cc, Size, form};
use crate::insts::{Arg, Op};
use crate::labels;
use crate::settings::Flags;
use core::ops::{Deref, DerefMut};
use regalloc2::{RegClass, VReg};
use windlass_core::ir::{Endianness, Inst, MemFlags, Opcode, TrapCode, Type, Value, types};
use windlass_core::machine::{Cond2, Condition, LowerCtx};

/// A condition that the flags hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cond {
    /// The first condition.
    pub cc: Cc,
    /// How a second one joins it.
    pub second: Cond2<Cc>,
}

impl Cond {
    /// One condition.
    #[inline]
    pub const fn one(cc: Cc) -> Cond {
        Cond { cc, second: Cond2::None }
    }

    /// The opposite.
    pub fn invert(self) -> Cond {
        Cond { cc: self.cc.invert(), second: self.second.invert(Cc::invert) }
    }

    /// As what a branch asks.
    #[inline]
    pub fn condition(self) -> Condition {
        let word = |cc| cc as u32;
        Condition { kind: labels::JCC, word: word(self.cc), second: self.second.map(word) }
    }
}

/// The context of the rules: what the core knows of the function, and putting instructions of this
/// machine.
pub struct Cx<'a, 'b> {
    /// The machine-independent context.
    pub c: &'b mut LowerCtx<'a>,
    /// The features of the processor.
    pub isa: &'b Flags,
    /// The trap code of the memory operand that has not yet been put.
    trap: Option<TrapCode>,
    /// How many memory operands were made and not yet put.
    mem_pending: u8,
}

/// The operand size of a type.
#[inline]
pub fn size(ty: Type) -> Size {
    match ty {
        types::I8 => Size::S8,
        types::I16 => Size::S16,
        types::I32 | types::F32 => Size::S32,
        _ => Size::S64,
    }
}

/// The operand size for arithmetic on a type: at least 32 bits.
#[inline]
pub fn size32(ty: Type) -> Size {
    match ty {
        types::I8 | types::I16 | types::I32 | types::F32 => Size::S32,
        _ => Size::S64,
    }
}

impl<'a> Deref for Cx<'a, '_> {
    type Target = LowerCtx<'a>;

    #[inline]
    fn deref(&self) -> &LowerCtx<'a> {
        self.c
    }
}

impl DerefMut for Cx<'_, '_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.c
    }
}

impl<'a, 'b> Cx<'a, 'b> {
    /// A context for one instruction.
    #[inline]
    pub fn new(c: &'b mut LowerCtx<'a>, isa: &'b Flags) -> Self {
        Cx { c, isa, trap: None, mem_pending: 0 }
    }

    /// A result of the root.
    #[inline]
    pub fn res(&mut self, inst: Inst, n: usize) -> VReg {
        self.c.result(inst, n)
    }

    /// Half of a result of 128 bits; the low one is 0.
    #[inline]
    pub fn res_half(&mut self, inst: Inst, n: usize, half: usize) -> VReg {
        self.c.result2(inst, n)[half]
    }

    /// Makes the result of the root another name for a value.
    #[inline]
    pub fn alias(&mut self, inst: Inst, value: Value) {
        let result = self.c.results(inst)[0];
        self.c.alias(result, value);
    }

    /// Whether a value is a load that may become the memory operand of the root.
    #[inline]
    pub fn is_mem(&self, value: Value) -> bool {
        self.is_mem_of(value, Opcode::Load)
    }

    /// The same for a load of this opcode.
    #[inline]
    pub fn is_mem_of(&self, value: Value, opcode: Opcode) -> bool {
        self.c.def_as(value, opcode).is_some_and(|inst| {
            self.mem_pending == 0
                && self.c.can_sink_load(inst)
                && self.c.data(inst).mem_flags().endianness_is_little()
        })
    }

    /// A new vector register.
    #[inline]
    pub fn xmm(&mut self) -> VReg {
        self.c.new_vreg(RegClass::Float)
    }

    /// A value in a register, or in memory where it is a load of this width that can be folded, or
    /// a float constant.
    pub fn rm(&mut self, value: Value, bits: u16) -> Arg {
        if let Some(inst) = self.c.def_inst(value) {
            let data = self.c.data(inst);
            match data.opcode {
                Opcode::Load if self.ty(value).bits() == u32::from(bits) && self.is_mem(value) => {
                    self.c.sink(inst);
                    return self.mem(data.mem_flags(), data.args[0], data.offset());
                }
                Opcode::F32const if bits == 32 && data.imm_bits() != 0 => {
                    return self.pool(&(data.imm_bits() as u32).to_le_bytes());
                }
                Opcode::F64const if bits == 64 && data.imm_bits() != 0 => {
                    return self.pool(&data.imm_bits().to_le_bytes());
                }
                _ => {}
            }
        }
        Arg::Reg(self.c.reg(value))
    }

    /// A memory operand for an access of the IR.
    pub fn mem(&mut self, flags: MemFlags, p: Value, off: i32) -> Arg {
        let amode = self.address(p, off);
        self.begin_access(flags, 1);
        Arg::Mem(amode)
    }

    /// The memory operands for both halves of an access of 128 bits.
    pub fn mem_halves(&mut self, flags: MemFlags, p: Value, off: i32) -> [Arg; 2] {
        let mut low = self.address(p, off);
        let high = match low.plus(8) {
            Some(high) => high,
            None => {
                let base = self.gpr();
                self.put(Op::Lea, Size::S64, &[Arg::Reg(base), Arg::Mem(low)]);
                low = Amode::base(base, 0);
                Amode::base(base, 8)
            }
        };
        self.begin_access(flags, 2);
        [Arg::Mem(low), Arg::Mem(high)]
    }

    /// The next instructions with memory operands, so many, do an access of the IR.
    fn begin_access(&mut self, flags: MemFlags, instructions: u8) {
        if !flags.endianness_is_little() {
            self.c.refuse("memory accesses are little-endian");
        }
        self.trap = flags.trap_code();
        self.mem_pending = instructions;
    }

    /// A memory operand for a constant of the pool.
    pub fn pool(&mut self, bytes: &[u8]) -> Arg {
        Arg::Mem(Amode::label(self.c.pool_constant(bytes)))
    }

    /// Puts an instruction.
    #[inline]
    pub fn put(&mut self, op: Op, size: Size, args: &[Arg]) {
        if self.mem_pending != 0
            && args.iter().any(|arg| matches!(arg, Arg::Mem(m) if m.form() != form::LABEL))
        {
            self.mem_pending -= 1;
            if let Some(code) = self.trap {
                self.c.trap(code);
            }
        }
        self.c.put_with(|out| op.build(size, args, out));
    }

    /// Puts an instruction that may trap with a code.
    #[inline]
    pub fn put_trap(&mut self, code: TrapCode, op: Op, size: Size, args: &[Arg]) {
        self.c.trap(code);
        self.c.put_with(|out| op.build(size, args, out));
    }

    /// Traps if a condition holds.
    pub fn trap_if(&mut self, cond: Cond, code: TrapCode) {
        self.c.trap_if(cond.condition(), &[], code);
    }

    /// Puts a constant into a register. Changes the flags.
    pub fn constant(&mut self, bits: u64) -> VReg {
        let to = self.gpr();
        self.put_constant(to, bits);
        to
    }

    /// Puts a constant into this register. Changes the flags.
    pub fn put_constant(&mut self, to: VReg, bits: u64) {
        if bits == 0 {
            self.put(Op::Zero, Size::S32, &[Arg::Reg(to)]);
        } else if bits >> 32 == 0 {
            self.put(Op::MovI, Size::S32, &[Arg::Reg(to), Arg::Imm(bits as i64)]);
        } else {
            self.put(Op::MovI, Size::S64, &[Arg::Reg(to), Arg::Imm(bits as i64)]);
        }
    }

    /// `from op= arg`, in a new register.
    pub fn op2(&mut self, op: Op, size: Size, from: VReg, arg: Arg) -> VReg {
        let to = self.c.new_vreg(from.class());
        self.put(op, size, &[Arg::Mod(from, to), arg]);
        to
    }

    /// `from op= arg`, in this register.
    pub fn op2_to(&mut self, op: Op, size: Size, to: VReg, from: VReg, arg: Arg) {
        self.put(op, size, &[Arg::Mod(from, to), arg]);
    }

    /// A register with zeros.
    pub fn zero_xmm(&mut self) -> VReg {
        let to = self.xmm();
        self.put(Op::ZeroX, Size::S8, &[Arg::Reg(to)]);
        to
    }

    /// Puts a row that begins with a condition. `Setcc` and `Cmov` take more instructions where
    /// the condition is two of the machine's; what `Cmov` chooses is then in registers.
    pub fn put_on(&mut self, cond: Cond, op: Op, size: Size, args: &[Arg]) {
        match (cond.second, args) {
            (Cond2::None, [to]) => self.put(op, size, &[Arg::Cond(cond.cc as u8), *to]),
            (Cond2::None, [to, x]) => self.put(op, size, &[Arg::Cond(cond.cc as u8), *to, *x]),
            (Cond2::Or(cc) | Cond2::And(cc), &[Arg::Reg(to)]) => {
                let (a, b) = (self.gpr(), self.gpr());
                self.put_on(Cond::one(cond.cc), op, size, &[Arg::Reg(a)]);
                self.put_on(Cond::one(cc), op, size, &[Arg::Reg(b)]);
                let op = if matches!(cond.second, Cond2::Or(_)) { Op::Or } else { Op::And };
                self.op2_to(op, Size::S32, to, a, Arg::Reg(b));
            }
            (Cond2::Or(cc), &[Arg::Mod(y, to), x]) => {
                let t = self.gpr();
                self.put_on(Cond::one(cond.cc), op, size, &[Arg::Mod(y, t), x]);
                self.put_on(Cond::one(cc), op, size, &[Arg::Mod(t, to), x]);
            }
            (Cond2::And(_), &[Arg::Mod(y, to), Arg::Reg(x)]) => {
                self.put_on(cond.invert(), op, size, &[Arg::Mod(x, to), Arg::Reg(y)]);
            }
            _ => unreachable!("{op:?} is no row for a condition of two"),
        }
    }
}

/// Facts about memory flags.
pub trait MemFlagsExt {
    /// Whether the access is little-endian.
    fn endianness_is_little(&self) -> bool;
}

impl MemFlagsExt for MemFlags {
    #[inline]
    fn endianness_is_little(&self) -> bool {
        self.endianness(Endianness::Little) == Endianness::Little
    }
}
