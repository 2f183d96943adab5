//! What the instruction rows of all machines have in common.
//!
//! A row is data: operands with roles (this module), read from a notation while the ISA's crate is
//! compiled (`notation`), and encodings, which are bit diagrams (`diagram`) or the ISA's own. The
//! rest reads rows: `operand` makes instructions and the operands of the register allocator from
//! arguments, `print` writes instructions, `sample` makes random ones for tests.
//!
//! How operands become operands of the allocator: they stand in the order of the row; a `Mod`
//! becomes a use and a definition that reuses it (or a fixed use and a fixed definition); a memory
//! operand is replaced by the registers of its address, base before index, all of them uses;
//! immediates, conditions, labels and targets become nothing.
//!
//! What the fields of an instruction hold, on every machine: `ctl` has the operand size in bits 0
//! and 1, the logarithm of the index's scale in 2 and 3, a condition in 4 to 7, the addressing form
//! ([`form`]) in 8 to 11, and what the machine adds to an address in 12 to 15. The low half of
//! `payload` is a displacement, label or symbol, the high half an immediate; of a row with
//! two immediates each has a half; or all of the payload is one.

mod diagram;
mod notation;
mod operand;
mod print;
mod sample;

pub use diagram::{Coding, Decoder, Diagram, Diagrams, NamedField, Source, diagrams};
pub use notation::{FixedRegister, KindName, Notation, find, is, shape, word};
pub use operand::{
    Amode, Arg, Assembled, Decoded, Register, assemble, build, form, hw, resolve, spill_slot,
};
pub use print::{AddressText, Shown, Syntax, disassemble, listing, print_decoded, print_inst};
pub use sample::Numbers;

use super::MInst;
use super::convention::WORD;
use core::ops::Deref;
use regalloc2::{
    Operand, OperandConstraint, OperandKind, OperandPos, PReg, RegClass, SpillSlot, VReg,
};

/// Most operands of a row.
pub const MAX_OPERANDS: usize = 8;

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
    /// A general register, or memory.
    GprMem,
    /// A vector register, or memory.
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

/// Operand size: the low two bits of `ctl`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Size {
    /// 8 bits.
    S8 = 0,
    /// 16 bits.
    S16 = 1,
    /// 32 bits; of a float, single precision.
    S32 = 2,
    /// 64 bits; of a float, double precision.
    S64 = 3,
}

impl Size {
    /// All sizes.
    pub const ALL: [Size; 4] = [Size::S8, Size::S16, Size::S32, Size::S64];

    /// The width in bits.
    #[inline]
    pub const fn bits(self) -> u16 {
        8 << self as u8
    }

    /// The width in bytes.
    #[inline]
    pub const fn bytes(self) -> u8 {
        1 << self as u8
    }

    /// From the control field.
    #[inline]
    pub const fn of_ctl(ctl: u16) -> Size {
        Size::ALL[ctl as usize & 3]
    }
}

/// No fixed register; no operand.
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
    /// Whether a spilled register may be accessed in its slot.
    pub folds_spill: bool,
    /// Of an immediate: the bit of the payload at which it begins.
    pub imm_at: u8,
    /// Of an immediate: how many bits of the payload it has.
    pub imm_bits: u8,
    /// Of an immediate or condition: how bit diagrams hold it, an index of [`Notation::codings`],
    /// or `NO_REG`.
    pub coding: u8,
    /// What the machine says of this kind of operand; see [`KindName::tag`].
    pub tag: u8,
}

impl OperandSpec {
    /// An operand that stands for nothing.
    pub const NONE: OperandSpec = OperandSpec {
        role: Role::Use,
        kind: Kind::Imm,
        width: 0,
        reg_width: 0,
        fixed: NO_REG,
        printed: true,
        folds_spill: false,
        imm_at: 32,
        imm_bits: 32,
        coding: NO_REG,
        tag: 0,
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

    /// The width in bits at an operand size.
    #[inline]
    pub const fn width_at(&self, size: Size) -> u16 {
        if self.width == 0 { size.bits() } else { self.width }
    }

    /// The width in bits at an operand size where it is a register.
    #[inline]
    pub const fn reg_width_at(&self, size: Size) -> u16 {
        if self.reg_width == 0 { size.bits() } else { self.reg_width }
    }

    /// The value of the immediate in an instruction.
    #[inline]
    pub const fn immediate(&self, inst: &MInst) -> i64 {
        let unused = 64 - self.imm_bits as u32;
        ((inst.payload >> self.imm_at) as i64) << unused >> unused
    }

    /// An immediate in its place in the payload.
    #[inline]
    const fn payload_of(&self, x: i64) -> u64 {
        let unused = 64 - self.imm_bits as u32;
        (x as u64) << unused >> unused << self.imm_at
    }

    /// Appends the operand for a register that is not tied.
    #[inline]
    fn push_reg(&self, reg: VReg, out: &mut Vec<Operand>) {
        let (kind, pos) = match self.role {
            Role::Use | Role::Mod => (OperandKind::Use, OperandPos::Early),
            Role::LateUse => (OperandKind::Use, OperandPos::Late),
            Role::Def => (OperandKind::Def, OperandPos::Late),
            Role::EarlyDef | Role::Tmp => (OperandKind::Def, OperandPos::Early),
        };
        let constraint = match self.fixed_reg() {
            Some(reg) => OperandConstraint::FixedReg(reg),
            None if self.folds_spill => OperandConstraint::Any,
            None => OperandConstraint::Reg,
        };
        out.push(Operand::new(reg, constraint, kind, pos));
    }

    /// Appends the two operands for a tied register; `first` is where the operands of the
    /// instruction begin in `out`.
    #[inline]
    fn push_mod(&self, from: VReg, to: VReg, first: usize, out: &mut Vec<Operand>) {
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
    /// Reads the condition flags.
    pub const READS_FLAGS: u32 = 1;
    /// Changes the condition flags.
    pub const WRITES_FLAGS: u32 = 1 << 1;
    /// Emitted by a function, not by its encodings.
    pub const CUSTOM: u32 = 1 << 2;
    /// Has the encoding of another row, restricted in its operands; the decoder passes over it.
    pub const ALIAS: u32 = 1 << 3;
    /// The registers of its memory operand are read until the end.
    pub const LATE_MEMORY: u32 = 1 << 4;
    /// Has clobbers.
    pub const CLOBBERS: u32 = 1 << 5;
    /// The flags for zero and sign are those of its first operand afterwards.
    pub const RESULT_FLAGS: u32 = 1 << 6;
}

/// All that a row says but how the instruction is encoded.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name of the row, as in `Op::Name`.
    pub name: &'static str,
    /// The mnemonic, see [`Shape::mnemonic`], and perhaps the form in which operands are printed.
    pub mnemonic: &'static str,
    operands: [OperandSpec; MAX_OPERANDS],
    n_operands: u8,
    /// Index of the operand that may be in memory, or `NO_REG`.
    pub memory: u8,
    /// What it does, see `row_bits`.
    pub flags: u32,
    /// What the processor must have: an index of [`Notation::features`].
    pub feature: u8,
    /// General registers that it changes beside its operands: one bit each.
    pub clobbers: u32,
    positions: [u8; MAX_OPERANDS],
    /// Whether the whole payload is the immediate.
    pub imm64: bool,
}

impl Shape {
    /// The operands, in the order in which they are printed.
    #[inline]
    pub const fn operands(&self) -> &[OperandSpec] {
        self.operands.split_at(self.n_operands as usize).0
    }

    /// Whether it has a property, see `row_bits`.
    #[inline]
    pub const fn has(&self, bit: u32) -> bool {
        self.flags & bit != 0
    }

    /// Whether it is emitted by a function.
    #[inline]
    pub const fn custom(&self) -> bool {
        self.has(row_bits::CUSTOM)
    }

    /// The index, among the allocations of an instruction, of the first one of operand `n`, where
    /// the operand that may be in memory is a register.
    #[inline]
    pub const fn position(&self, n: usize) -> u8 {
        self.positions[n]
    }

    /// Whether operand `n` stands behind the one that may be in memory: its position moves with the
    /// number of registers of the address.
    #[inline]
    pub const fn behind_memory(&self, n: usize) -> bool {
        self.memory != NO_REG && n > self.memory as usize
    }

    /// By how much positions behind the memory operand move if it is memory with so many registers.
    #[inline]
    pub const fn moves_by(&self, address_registers: u8) -> isize {
        let spec = &self.operands[self.memory as usize];
        let registers = spec.register_operands() as isize;
        address_registers as isize - if registers > 1 { registers } else { 1 }
    }

    /// The mnemonic at an operand size: of `a|b|c|d` that of 8, 16, 32 or 64 bits, of `a|b|c` that
    /// of 16, 32 or 64, of `a|b` that of 32 or 64. `*` at the end stands for `s` or `d`, the
    /// precision of a float.
    pub fn mnemonic(&self, size: Size) -> (&'static str, &'static str) {
        let text = self.mnemonic.split(" {").next().unwrap_or_default();
        if let Some(stem) = text.strip_suffix('*') {
            return (stem, if size == Size::S64 { "d" } else { "s" });
        }
        let mut parts = text.split('|');
        let n = text.matches('|').count() + 1;
        let which = (size as usize + n).saturating_sub(4);
        (parts.nth(which).unwrap_or(text), "")
    }

    /// How the operands are written, if not one after the other with commas: a text with `{}` for
    /// each. What stands between two `?` is left out if all immediates in it are 0.
    pub fn template(&self) -> Option<&'static str> {
        self.mnemonic.find(" {").map(|at| &self.mnemonic[at + 1..])
    }
}

/// A row with its encodings.
#[derive(Clone, Copy, Debug)]
pub struct Row<E> {
    /// What is the same on all machines.
    pub shape: Shape,
    /// How it is encoded.
    pub encodings: E,
}

impl<E> Deref for Row<E> {
    type Target = Shape;

    #[inline]
    fn deref(&self) -> &Shape {
        &self.shape
    }
}

/// Puts tables of rows behind each other.
///
/// # Panics
/// If `N` is not their length.
pub const fn concat<E: Copy, const N: usize>(tables: &[&[Row<E>]]) -> [Row<E>; N] {
    let mut out = [tables[0][0]; N];
    let mut n = 0;
    let mut t = 0;
    while t < tables.len() {
        let mut i = 0;
        while i < tables[t].len() {
            out[n] = tables[t][i];
            n += 1;
            i += 1;
        }
        t += 1;
    }
    assert!(n == N, "the tables follow each other in the order of their bases");
    out
}

/// Makes the type `Op` of row numbers and the table `ROWS` of the tables named, in their order.
///
/// A module invokes it once; beside it stand the type `Row` and the function `row` that reads one
/// row from its columns.
#[macro_export]
macro_rules! instruction_table {
    ($($table:ident)*) => {
        $(mod $table;)*

        /// The number of a row. The names of the rows are constants of this type.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Op(pub u16);

        /// Every instruction, by number.
        pub static ROWS: [Row; 0 $(+ $table::ROWS.len())*] =
            $crate::machine::row::concat(&[$(&$table::ROWS),*]);

        impl Op {
            /// The row.
            #[inline]
            pub fn row(self) -> &'static Row {
                &ROWS[self.0 as usize]
            }

            /// Makes an instruction of the row at an operand size and appends its operands to `out`.
            ///
            /// # Panics
            /// If the number of arguments is not that of the row's operands.
            #[inline]
            pub fn build(
                self,
                size: $crate::machine::row::Size,
                args: &[$crate::machine::row::Arg],
                out: &mut Vec<regalloc2::Operand>,
            ) -> $crate::machine::MInst {
                $crate::machine::row::build(self.0, self.row(), size, args, out)
            }

            /// All rows' numbers.
            pub fn all() -> impl Iterator<Item = Op> {
                (0..ROWS.len() as u16).map(Op)
            }
        }

        impl core::fmt::Debug for Op {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match ROWS.get(self.0 as usize) {
                    Some(row) => f.write_str(row.name),
                    None => write!(f, "Op({})", self.0),
                }
            }
        }
    };
}

/// Makes a table of rows: the constants `Op::Name` and the array `ROWS` of the file. The columns are
/// name, mnemonic, operands, encodings and flags; the first row has the number `base`.
#[macro_export]
macro_rules! rows {
    ($base:expr; $($name:ident $mnemonic:literal $operands:literal $encodings:literal $flags:literal;)*) => {
        #[allow(clippy::upper_case_acronyms, dead_code)]
        enum Index { $($name,)* End }

        #[allow(non_upper_case_globals)]
        impl super::Op {
            $(
                #[doc = concat!("`", $mnemonic, "` ", $operands, "; ", $encodings)]
                pub const $name: super::Op = super::Op($base + Index::$name as u16);
            )*
        }

        /// The number of the row after the last.
        #[allow(dead_code)]
        pub(super) const END: u16 = $base + Index::End as u16;

        /// The rows.
        pub(super) const ROWS: [super::Row; Index::End as usize] = [
            // A constant each, so that the compiler names the row that is wrong.
            $({
                #[allow(non_upper_case_globals)]
                const $name: super::Row =
                    super::row(stringify!($name), $mnemonic, $operands, $encodings, $flags);
                $name
            },)*
        ];
    };
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
    /// Spill slots.
    pub spills: Area,
    /// Stack slots of the IR.
    pub slots: Area,
    /// Incoming stack arguments.
    pub incoming: Area,
    /// Outgoing stack arguments.
    pub outgoing: Area,
}

impl FrameAreas {
    /// Where a spill slot is.
    #[inline]
    pub fn spill(&self, slot: SpillSlot) -> Area {
        let Area { base, offset } = self.spills;
        Area { base, offset: offset + WORD as i32 * slot.index() as i32 }
    }
}
