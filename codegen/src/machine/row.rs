//! What the instruction rows of all ISAs have in common: roles and kinds of operands, the flags of
//! a row, what encoders write to, and where the areas of the frame are.
//!
//! A row is data. How its operands become operands of the register allocator is said here once:
//! operands stand in the order of the row; a `Mod` becomes a use and a definition that reuses it
//! (or a fixed use and a fixed definition); a memory operand is replaced by the registers of its
//! address, base before index, all of them uses; immediates, conditions, labels and targets become
//! nothing.

use regalloc2::{Operand, OperandConstraint, OperandKind, OperandPos, PReg, RegClass, VReg};

/// What an instruction does with an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Reads it before anything is written.
    Use,
    /// Reads it until the end: shares no register with a result.
    LateUse,
    /// Writes it after everything is read.
    Def,
    /// Writes it early: shares no register with any input.
    EarlyDef,
    /// Reads and writes it in one place.
    Mod,
    /// A register that the instruction destroys: a definition, early, that nobody reads.
    Tmp,
}

/// What an operand can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A general register.
    Gpr,
    /// A vector or floating-point register.
    Vec,
    /// A general register, or memory; a register that is spilled becomes memory.
    GprMem,
    /// A vector register, or memory; a register that is spilled becomes memory unless the width is
    /// 128 bits or more.
    VecMem,
    /// Memory.
    Mem,
    /// An address that is computed and not accessed.
    Addr,
    /// An immediate.
    Imm,
    /// A condition.
    Cond,
    /// A label of the function.
    Label,
    /// A symbol that is called.
    Target,
}

impl Kind {
    /// The class of the register, if the operand may be one.
    #[inline]
    pub const fn class(self) -> Option<RegClass> {
        match self {
            Kind::Gpr | Kind::GprMem => Some(RegClass::Int),
            Kind::Vec | Kind::VecMem => Some(RegClass::Float),
            _ => None,
        }
    }

    /// Whether the operand may be in memory.
    #[inline]
    pub const fn may_be_memory(self) -> bool {
        matches!(self, Kind::GprMem | Kind::VecMem | Kind::Mem | Kind::Addr)
    }
}

/// No fixed register.
pub const NO_REG: u8 = 0xff;

/// One operand of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OperandSpec {
    /// What happens to it.
    pub role: Role,
    /// What it can be.
    pub kind: Kind,
    /// Width in bits; 0 is the operand size of the instruction.
    pub width: u16,
    /// Width in bits where it is a register; differs from `width` where only a part is stored or
    /// loaded.
    pub reg_width: u16,
    /// Hardware number of the only register it can be in, or `NO_REG`.
    pub fixed: u8,
    /// Whether the printed form shows it.
    pub printed: bool,
    /// A register that stands in the place of a memory operand (the `r/m` field on x86).
    pub in_memory_field: bool,
}

impl OperandSpec {
    /// An operand that stands for nothing.
    pub const NONE: OperandSpec = OperandSpec {
        role: Role::Use,
        kind: Kind::Imm,
        width: 0,
        reg_width: 0,
        fixed: NO_REG,
        printed: false,
        in_memory_field: false,
    };

    /// The fixed register.
    #[inline]
    pub fn fixed_reg(&self) -> Option<PReg> {
        if self.fixed == NO_REG {
            return None;
        }
        self.kind.class().map(|class| PReg::new(self.fixed as usize, class))
    }

    /// How many operands of the allocator it becomes when it is a register.
    #[inline]
    pub const fn register_operands(&self) -> u8 {
        match (self.kind.class(), self.role) {
            (None, _) => 0,
            (Some(_), Role::Mod) => 2,
            (Some(_), _) => 1,
        }
    }

    /// Whether a spilled register may be accessed in its slot.
    #[inline]
    pub const fn folds_spill(&self) -> bool {
        matches!(self.role, Role::Use | Role::LateUse)
            && matches!(self.kind, Kind::GprMem | Kind::VecMem)
            && self.width < 128
            && self.fixed == NO_REG
    }

    /// Appends the operand for a register that is not tied.
    #[inline]
    pub fn push_reg(&self, reg: VReg, out: &mut Vec<Operand>) {
        let (kind, pos) = match self.role {
            Role::Use | Role::Mod => (OperandKind::Use, OperandPos::Early),
            Role::LateUse => (OperandKind::Use, OperandPos::Late),
            Role::Def => (OperandKind::Def, OperandPos::Late),
            Role::EarlyDef | Role::Tmp => (OperandKind::Def, OperandPos::Early),
        };
        let constraint = match self.fixed_reg() {
            Some(reg) => OperandConstraint::FixedReg(reg),
            None if self.folds_spill() => OperandConstraint::Any,
            None => OperandConstraint::Reg,
        };
        out.push(Operand::new(reg, constraint, kind, pos));
    }

    /// Appends the two operands for a tied register; `first` is where the operands of the
    /// instruction begin in `out`.
    #[inline]
    pub fn push_mod(&self, from: VReg, to: VReg, first: usize, out: &mut Vec<Operand>) {
        match self.fixed_reg() {
            Some(reg) => {
                out.push(Operand::reg_fixed_use(from, reg));
                out.push(Operand::reg_fixed_def(to, reg));
            }
            None => {
                let input = out.len() - first;
                out.push(Operand::reg_use(from));
                out.push(Operand::reg_reuse_def(to, input));
            }
        }
    }
}

/// Properties of a row, a set of bits.
pub mod row_bits {
    /// Ends a block by going somewhere.
    pub const BRANCH: u32 = 1;
    /// Returns.
    pub const RET: u32 = 1 << 1;
    /// Calls.
    pub const CALL: u32 = 1 << 2;
    /// Copies a register, or loads or stores one, and does nothing else.
    pub const MOVE: u32 = 1 << 3;
    /// Its memory operand, if it has one, is read.
    pub const LOADS: u32 = 1 << 4;
    /// Its memory operand, if it has one, is written.
    pub const STORES: u32 = 1 << 5;
    /// Reads the condition flags.
    pub const READS_FLAGS: u32 = 1 << 6;
    /// Changes the condition flags.
    pub const WRITES_FLAGS: u32 = 1 << 7;
    /// May trap by itself, whatever its memory operand.
    pub const TRAPS: u32 = 1 << 8;
    /// Emitted by a function, not by its encodings.
    pub const CUSTOM: u32 = 1 << 9;
    /// Has the encoding of another row, restricted in its operands; the decoder passes over it.
    pub const ALIAS: u32 = 1 << 10;
    /// The registers of its memory operand are read until the end.
    pub const LATE_MEMORY: u32 = 1 << 11;
    /// Has clobbers.
    pub const CLOBBERS: u32 = 1 << 12;
    /// The flags for zero and sign are those of its first operand afterwards.
    pub const RESULT_FLAGS: u32 = 1 << 13;
}

/// What an encoder writes to. Offsets are those of the whole function's code.
pub trait CodeSink {
    /// The offset of the next byte.
    fn offset(&self) -> u32;

    /// Appends the first `len` bytes of `bytes`: one whole instruction.
    fn put_inst(&mut self, bytes: &[u8; 16], len: usize);

    /// Appends bytes that may be no instruction.
    fn put_bytes(&mut self, bytes: &[u8]);

    /// Appends one byte.
    #[inline]
    fn put1(&mut self, x: u8) {
        self.put_bytes(&[x]);
    }

    /// Appends two bytes, the low one first.
    #[inline]
    fn put2(&mut self, x: u16) {
        self.put_bytes(&x.to_le_bytes());
    }

    /// Appends four bytes, the low one first.
    #[inline]
    fn put4(&mut self, x: u32) {
        self.put_bytes(&x.to_le_bytes());
    }

    /// Appends eight bytes, the low one first.
    #[inline]
    fn put8(&mut self, x: u64) {
        self.put_bytes(&x.to_le_bytes());
    }

    /// The field at `offset`, already written, will be patched for `label` in the way `kind`, a
    /// number of the ISA. What the field holds now is added to the distance.
    fn use_label_at_offset(&mut self, offset: u32, label: u32, kind: u8);

    /// The field at `offset`, already written, refers to symbol number `symbol` of the function,
    /// plus `addend`, in the way `kind`, a number of the ISA.
    fn add_reloc_at_offset(&mut self, offset: u32, kind: u8, symbol: u32, addend: i64);
}

/// Where an area of the frame begins.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Area {
    /// Hardware number of the register to which `offset` is added.
    pub base: u8,
    /// Offset of the area's first byte.
    pub offset: i32,
}

/// Where the areas of the frame are at the instruction that is encoded.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct FrameAreas {
    /// Spill slots; slot `n` is at `8 * n`.
    pub spills: Area,
    /// Stack slots of the IR.
    pub slots: Area,
    /// Incoming stack arguments.
    pub incoming: Area,
    /// Outgoing stack arguments.
    pub outgoing: Area,
}
