//! The context of the rules: facts about the function, registers, and putting instructions.

use crate::insts::{Arg, Op};
use crate::regs::ZR;
use crate::settings::Flags;
use core::ops::{Deref, DerefMut};
use regalloc2::{RegClass, VReg};
use windlass_core::ir::{Endianness, Inst, MemFlags, Opcode, TrapCode, Type, Value};
use windlass_core::machine::LowerCtx;
use windlass_core::machine::row::Size;

/// The register that is always zero.
pub const ZERO: Arg = Arg::Fixed(ZR);

/// The context of the rules: what the core knows of the function, and putting instructions of this
/// machine.
pub struct Cx<'a, 'b> {
    /// The machine-independent context.
    pub c: &'b mut LowerCtx<'a>,
    /// The features of the processor.
    pub isa: &'b Flags,
    /// The trap code of the memory operand that has not yet been put.
    trap: Option<TrapCode>,
}

/// The operand size of a type, at least 32 bits.
#[inline]
pub fn size(ty: Type) -> Size {
    if ty.bits() > 32 { Size::S64 } else { Size::S32 }
}

/// The same, where the type may be narrower.
#[inline]
pub fn size32(ty: Type) -> Size {
    size(ty)
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
        Cx { c, isa, trap: None }
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

    /// A register that holds a value, or that of zero.
    #[inline]
    pub fn stored(&mut self, value: Value) -> Arg {
        match self.iconst(value) {
            Some(0) => ZERO,
            _ => Arg::Reg(self.c.reg(value)),
        }
    }

    /// A new vector register.
    #[inline]
    pub fn vec(&mut self) -> VReg {
        self.c.new_vreg(RegClass::Float)
    }

    /// The memory operand of the root.
    pub fn mem(&mut self, flags: MemFlags, p: Value, off: i32) -> Arg {
        if flags.endianness(Endianness::Little) != Endianness::Little {
            self.c.refuse("memory accesses are little-endian");
        }
        let bytes = self.accessed();
        let at = self.address(p, off, bytes);
        self.trap = flags.trap_code();
        Arg::Mem(at)
    }

    /// The bytes that the root loads or stores.
    fn accessed(&self) -> u8 {
        let root = self.c.root();
        let d = self.c.data(root);
        match d.opcode {
            Opcode::Uload8 | Opcode::Sload8 | Opcode::Istore8 => 1,
            Opcode::Uload16 | Opcode::Sload16 | Opcode::Istore16 => 2,
            Opcode::Uload32 | Opcode::Sload32 | Opcode::Istore32 => 4,
            _ => d.ctrl_type.bytes() as u8,
        }
    }

    /// Puts an instruction.
    #[inline]
    pub fn put(&mut self, op: Op, size: Size, args: &[Arg]) {
        if self.trap.is_some() && args.iter().any(|arg| matches!(arg, Arg::Mem(_))) {
            self.c.trap(self.trap.take().expect("seen above"));
        }
        self.c.put_with(|out| op.build(size, args, out));
    }

    /// Puts an instruction that may trap with a code.
    #[inline]
    pub fn put_trap(&mut self, code: TrapCode, op: Op, size: Size, args: &[Arg]) {
        self.c.trap(code);
        self.c.put_with(|out| op.build(size, args, out));
    }

    /// Puts a constant into this register.
    pub fn put_constant(&mut self, to: VReg, bits: u64) {
        self.put(Op::MovI, Size::S64, &[Arg::Reg(to), Arg::Imm(bits as i64)]);
    }
}
