//! Addresses and arguments of instructions, over virtual registers, real ones and hardware numbers;
//! and what is made from them by a row: instructions, operands for the allocator, allocations.

use super::{
    Area, FrameAreas, Kind, MAX_OPERANDS, NO_REG, OperandSpec, Role, Shape, Size, row_bits,
};
use crate::machine::{MInst, Place};
use core::fmt::Debug;
use regalloc2::{Allocation, Operand, PReg, VReg};

/// What can stand in the place of a register in an address or argument.
pub trait Register: Copy + PartialEq + Debug {
    /// No register.
    const NONE: Self;
}

impl Register for VReg {
    const NONE: VReg = VReg::invalid();
}

impl Register for PReg {
    const NONE: PReg = PReg::invalid();
}

/// A hardware number.
impl Register for u8 {
    const NONE: u8 = NO_REG;
}

/// Addressing forms: bits 8 to 11 of `ctl`.
pub mod form {
    /// No memory operand: the operand is a register (or a spilled one).
    pub const NONE: u8 = 0;
    /// Base and displacement.
    pub const BASE: u8 = 1;
    /// Base, scaled index, displacement.
    pub const BASE_INDEX: u8 = 2;
    /// Scaled index and displacement.
    pub const INDEX: u8 = 3;
    /// The pinned register and displacement.
    pub const PINNED: u8 = 4;
    /// The pinned register, scaled index, displacement.
    pub const PINNED_INDEX: u8 = 5;
    /// A label of the function or its constant pool; the low half of the payload is its number.
    pub const LABEL: u8 = 6;
    /// A symbol; the low half of the payload is its number, and [`super::Amode::GOT`].
    pub const SYMBOL: u8 = 7;
    /// In the area of stack slots.
    pub const SLOT: u8 = 8;
    /// In the area of incoming arguments.
    pub const INCOMING: u8 = 9;
    /// In the area of outgoing arguments.
    pub const OUTGOING: u8 = 10;
    /// An absolute address of 32 bits, sign-extended.
    pub const ABSOLUTE: u8 = 11;
    /// In the area of stack slots, with a scaled index.
    pub const SLOT_INDEX: u8 = 12;

    /// How many register operands each form has.
    pub const REGISTERS: [u8; 16] = [0, 1, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];

    /// The form in a control field.
    #[inline]
    pub const fn of_ctl(ctl: u16) -> u8 {
        (ctl >> 8) as u8 & 15
    }
}

/// An address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amode<R = VReg> {
    /// The control bits of the address: form, scale, and what the machine adds.
    pub ctl: u16,
    /// The displacement, or the number of the label or symbol.
    pub disp: i32,
    /// The base register, if the form has one that is an operand.
    pub base: R,
    /// The index register.
    pub index: R,
}

impl Amode {
    /// In `disp` of a symbol: means its entry in the global offset table, not the symbol.
    pub const GOT: u32 = 1 << 31;

    /// The address of a place.
    pub const fn at(place: Place) -> Self {
        match place {
            Place::Incoming(at) => Amode::incoming(at),
            Place::Outgoing(at) => Amode::outgoing(at),
            Place::Slot(at) => Amode::slot(at),
            Place::Base(base, at) => Amode::base(base, at),
        }
    }
}

impl<R: Register> Amode<R> {
    const fn new(form: u8, scale_log2: u8, disp: i32, base: R, index: R) -> Self {
        let ctl = (form as u16) << 8 | (scale_log2 as u16 & 3) << 2;
        Amode { ctl, disp, base, index }
    }

    /// `[base + disp]`
    #[inline]
    pub const fn base(base: R, disp: i32) -> Self {
        Self::new(form::BASE, 0, disp, base, R::NONE)
    }

    /// `[base + index << scale_log2 + disp]`
    #[inline]
    pub const fn base_index(base: R, index: R, scale_log2: u8, disp: i32) -> Self {
        Self::new(form::BASE_INDEX, scale_log2, disp, base, index)
    }

    /// `[index << scale_log2 + disp]`
    #[inline]
    pub const fn index(index: R, scale_log2: u8, disp: i32) -> Self {
        Self::new(form::INDEX, scale_log2, disp, R::NONE, index)
    }

    /// The pinned register plus `disp`.
    #[inline]
    pub const fn pinned(disp: i32) -> Self {
        Self::new(form::PINNED, 0, disp, R::NONE, R::NONE)
    }

    /// The pinned register plus `index << scale_log2 + disp`.
    #[inline]
    pub const fn pinned_index(index: R, scale_log2: u8, disp: i32) -> Self {
        Self::new(form::PINNED_INDEX, scale_log2, disp, R::NONE, index)
    }

    /// A label of the function.
    #[inline]
    pub const fn label(label: u32) -> Self {
        Self::new(form::LABEL, 0, label as i32, R::NONE, R::NONE)
    }

    /// A symbol; with `got` its entry in the global offset table.
    #[inline]
    pub const fn symbol(symbol: u32, got: bool) -> Self {
        let n = if got { symbol | Amode::GOT } else { symbol };
        Self::new(form::SYMBOL, 0, n as i32, R::NONE, R::NONE)
    }

    /// At an offset in the area of stack slots.
    #[inline]
    pub const fn slot(offset: i32) -> Self {
        Self::new(form::SLOT, 0, offset, R::NONE, R::NONE)
    }

    /// At an offset in the area of stack slots, with a scaled index.
    #[inline]
    pub const fn slot_index(index: R, scale_log2: u8, offset: i32) -> Self {
        Self::new(form::SLOT_INDEX, scale_log2, offset, R::NONE, index)
    }

    /// At an offset in the area of incoming arguments.
    #[inline]
    pub const fn incoming(offset: i32) -> Self {
        Self::new(form::INCOMING, 0, offset, R::NONE, R::NONE)
    }

    /// At an offset in the area of outgoing arguments.
    #[inline]
    pub const fn outgoing(offset: i32) -> Self {
        Self::new(form::OUTGOING, 0, offset, R::NONE, R::NONE)
    }

    /// At an absolute address.
    #[inline]
    pub const fn absolute(address: i32) -> Self {
        Self::new(form::ABSOLUTE, 0, address, R::NONE, R::NONE)
    }

    /// The same address with what the machine adds, 4 bits.
    #[inline]
    pub const fn with_extra(mut self, extra: u8) -> Self {
        self.ctl = self.ctl & 0xfff | (extra as u16) << 12;
        self
    }

    /// What the machine adds.
    #[inline]
    pub const fn extra(&self) -> u8 {
        (self.ctl >> 12) as u8
    }

    /// The addressing form.
    #[inline]
    pub const fn form(&self) -> u8 {
        form::of_ctl(self.ctl)
    }

    /// The logarithm of the scale of the index.
    #[inline]
    pub const fn scale_log2(&self) -> u8 {
        (self.ctl >> 2) as u8 & 3
    }

    /// Whether it is a label or a symbol.
    #[inline]
    pub const fn is_symbolic(&self) -> bool {
        // Their numbers differ in the lowest bit.
        self.form() & !1 == form::LABEL
    }

    /// The same address `offset` further, if that can be said.
    #[inline]
    pub fn plus(mut self, offset: i32) -> Option<Self> {
        if self.is_symbolic() {
            return if offset == 0 { Some(self) } else { None };
        }
        self.disp = self.disp.checked_add(offset)?;
        Some(self)
    }
}

/// One argument of an instruction, in the place of an operand of its row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Arg<R = VReg> {
    /// A register that is only read or only written; of real ones also one that is tied.
    Reg(R),
    /// A tied register: what is read, and what is written.
    Mod(R, R),
    /// A register that the allocator does not manage.
    Fixed(PReg),
    /// Memory.
    Mem(Amode<R>),
    /// An immediate.
    Imm(i64),
    /// A condition, by its number on the machine.
    Cond(u8),
    /// A label of the function; of a decoded instruction the distance from its own address.
    Label(u32),
    /// The number of a symbol that is called; of a decoded instruction as of a label.
    Target(u32),
}

/// Where registers go: operands of the allocator, or allocations.
trait Places<R> {
    fn reg(&mut self, spec: &OperandSpec, reg: R);
    fn tied(&mut self, spec: &OperandSpec, from: R, to: R);
    fn fixed(&mut self, spec: &OperandSpec, reg: PReg);
    fn address(&mut self, late: bool, reg: R);
}

struct Operands<'a> {
    out: &'a mut Vec<Operand>,
    first: usize,
}

impl Places<VReg> for Operands<'_> {
    #[inline]
    fn reg(&mut self, spec: &OperandSpec, reg: VReg) {
        debug_assert_eq!(spec.kind.class(), Some(reg.class()), "class of a register");
        debug_assert!(spec.role != Role::Mod, "a tied operand needs Mod");
        spec.push_reg(reg, self.out);
    }

    #[inline]
    fn tied(&mut self, spec: &OperandSpec, from: VReg, to: VReg) {
        debug_assert!(spec.role == Role::Mod, "the operand is not tied");
        debug_assert_eq!(spec.kind.class(), Some(from.class()), "class of a register");
        spec.push_mod(from, to, self.first, self.out);
    }

    #[inline]
    fn fixed(&mut self, spec: &OperandSpec, reg: PReg) {
        self.out.push(Operand::fixed_nonallocatable(reg));
        if spec.role == Role::Mod {
            self.out.push(Operand::fixed_nonallocatable(reg));
        }
    }

    #[inline]
    fn address(&mut self, late: bool, reg: VReg) {
        self.out.push(match late {
            false => Operand::reg_use(reg),
            true => Operand::reg_use_at_end(reg),
        });
    }
}

/// Puts arguments in their places; gives control field and payload without the operand size.
#[inline]
fn parts<R: Register>(shape: &Shape, args: &[Arg<R>], places: &mut impl Places<R>) -> (u16, u64) {
    let mut ctl = 0;
    let mut payload = 0;
    assert_eq!(args.len(), shape.operands().len(), "arguments of {}", shape.name);
    for (spec, arg) in shape.operands().iter().zip(args) {
        match *arg {
            Arg::Reg(reg) => places.reg(spec, reg),
            Arg::Mod(from, to) => places.tied(spec, from, to),
            Arg::Fixed(reg) => places.fixed(spec, reg),
            Arg::Mem(amode) => {
                debug_assert!(spec.kind.may_be_memory(), "no memory operand in {}", shape.name);
                ctl |= amode.ctl;
                payload |= amode.disp as u32 as u64;
                let late = shape.has(row_bits::LATE_MEMORY);
                for reg in [amode.base, amode.index] {
                    if reg != R::NONE {
                        places.address(late, reg);
                    }
                }
            }
            Arg::Imm(x) => {
                debug_assert!(spec.kind == Kind::Imm, "no immediate in {}", shape.name);
                payload |= spec.payload_of(x);
            }
            Arg::Cond(cc) => {
                debug_assert!(spec.kind == Kind::Cond, "no condition in {}", shape.name);
                ctl |= (cc as u16 & 15) << 4;
            }
            Arg::Label(n) | Arg::Target(n) => {
                debug_assert!(
                    matches!(spec.kind, Kind::Label | Kind::Target),
                    "no target in {}",
                    shape.name
                );
                payload |= n as u64;
            }
        }
    }
    (ctl, payload)
}

/// Makes an instruction of the row with number `row` at an operand size and appends its operands to
/// `out`, as described at the top of this folder.
///
/// # Panics
/// If the number of arguments is not that of the row's operands.
#[inline]
pub fn build(row: u16, shape: &Shape, size: Size, args: &[Arg], out: &mut Vec<Operand>) -> MInst {
    let first = out.len();
    let (ctl, payload) = parts(shape, args, &mut Operands { out, first });
    MInst::new(row, ctl | size as u16, payload)
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
    #[inline]
    pub fn allocs(&self) -> &[Allocation] {
        &self.allocs[..self.n_allocs]
    }

    #[inline]
    fn push(&mut self, reg: PReg) {
        self.allocs[self.n_allocs] = Allocation::reg(reg);
        self.n_allocs += 1;
    }
}

impl Places<PReg> for Assembled {
    #[inline]
    fn reg(&mut self, spec: &OperandSpec, reg: PReg) {
        self.push(reg);
        if spec.role == Role::Mod {
            self.push(reg);
        }
    }

    #[inline]
    fn tied(&mut self, _: &OperandSpec, from: PReg, to: PReg) {
        self.push(from);
        self.push(to);
    }

    #[inline]
    fn fixed(&mut self, spec: &OperandSpec, reg: PReg) {
        self.reg(spec, reg);
    }

    #[inline]
    fn address(&mut self, _: bool, reg: PReg) {
        self.push(reg);
    }
}

/// Makes an instruction of the row with number `row` with given registers.
///
/// # Panics
/// If the number of arguments is not that of the row's operands.
#[inline]
pub fn assemble(row: u16, shape: &Shape, size: Size, args: &[Arg<PReg>]) -> Assembled {
    let inst = MInst::new(row, 0, 0);
    let mut out = Assembled { inst, allocs: [Allocation::none(); 12], n_allocs: 0 };
    let (ctl, payload) = parts(shape, args, &mut out);
    out.inst = MInst::new(row, ctl | size as u16, payload);
    out
}

/// One decoded instruction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Decoded {
    /// The number of its row.
    pub row: u16,
    /// Its operand size; `S32` where the row has none.
    pub size: Size,
    /// Its length in bytes.
    pub len: usize,
    /// How many operands the row has.
    pub n_operands: usize,
    /// The operands in the order of the row, and more.
    pub operands: [Arg<PReg>; MAX_OPERANDS],
}

impl Decoded {
    /// The operands in the order of the row.
    pub fn operands(&self) -> &[Arg<PReg>] {
        &self.operands[..self.n_operands]
    }

    /// The same instruction, ready to be encoded; `None` where it is relative to its own address.
    pub fn assemble(&self, shape: &Shape) -> Option<Assembled> {
        let relative = self.operands().iter().any(|arg| match arg {
            Arg::Label(_) | Arg::Target(_) => true,
            Arg::Mem(amode) => amode.is_symbolic(),
            _ => false,
        });
        (!relative).then(|| assemble(self.row, shape, self.size, self.operands()))
    }
}

/// Hardware number of the register of an allocation.
#[inline]
pub fn hw(allocs: &[Allocation], n: usize) -> u8 {
    debug_assert!(allocs[n].is_reg(), "operand {n} is in a register");
    allocs[n].bits() as u8 & 63
}

/// The slot of a spilled register.
#[inline]
pub fn spill_slot(alloc: Allocation, frame: &FrameAreas) -> Amode<u8> {
    let slot = alloc.as_stack().expect("an operand is in a register or a spill slot");
    let Area { base, offset } = frame.spill(slot);
    Amode::base(base, offset)
}

/// The address in an instruction, with the areas of the frame and the pinned register in it; the
/// registers of the address are allocations from `first` on. A label or a symbol stays one; every
/// other address has its base and its index, as far as there are any, and a displacement.
#[inline]
pub fn resolve(
    inst: &MInst,
    allocs: &[Allocation],
    first: usize,
    frame: &FrameAreas,
    pinned: u8,
) -> Amode<u8> {
    let mut a = Amode { ctl: inst.ctl, disp: inst.low(), base: NO_REG, index: NO_REG };
    let area = match form::of_ctl(inst.ctl) {
        form::BASE => {
            a.base = hw(allocs, first);
            return a;
        }
        form::BASE_INDEX => {
            a.base = hw(allocs, first);
            a.index = hw(allocs, first + 1);
            return a;
        }
        form::INDEX => {
            a.index = hw(allocs, first);
            return a;
        }
        form::PINNED => {
            a.base = pinned;
            return a;
        }
        form::PINNED_INDEX => {
            a.base = pinned;
            a.index = hw(allocs, first);
            return a;
        }
        form::SLOT => frame.slots,
        form::SLOT_INDEX => {
            a.index = hw(allocs, first);
            frame.slots
        }
        form::INCOMING => frame.incoming,
        form::OUTGOING => frame.outgoing,
        _ => return a,
    };
    a.base = area.base;
    a.disp += area.offset;
    a
}
