//! What the control field and the payload of an x86-64 instruction mean: operand size, condition
//! codes, addressing forms; and addresses before register allocation.
//!
//! `ctl`: bits 0-1 operand size, 2-3 scale, 4-7 condition, 8-11 addressing form, 12-13 segment.
//! `payload`: low half displacement, label or symbol, high half immediate; or one 64-bit immediate.

use regalloc2::VReg;

/// Operand size: the low two bits of `ctl`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Size {
    /// 8 bits.
    B = 0,
    /// 16 bits.
    W = 1,
    /// 32 bits; of a float, single precision.
    D = 2,
    /// 64 bits; of a float, double precision.
    Q = 3,
}

impl Size {
    /// All sizes.
    pub const ALL: [Size; 4] = [Size::B, Size::W, Size::D, Size::Q];

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
        match ctl & 3 {
            0 => Size::B,
            1 => Size::W,
            2 => Size::D,
            _ => Size::Q,
        }
    }

    /// The size of so many bits.
    ///
    /// # Panics
    /// If it is none of 8, 16, 32 and 64.
    #[inline]
    pub const fn of_bits(bits: u32) -> Size {
        match bits {
            8 => Size::B,
            16 => Size::W,
            32 => Size::D,
            64 => Size::Q,
            _ => panic!("operand sizes are 8, 16, 32 and 64 bits"),
        }
    }
}

/// A condition by its number in the machine's encoding. The opposite differs in bit 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cc {
    /// Overflow.
    O = 0,
    /// No overflow.
    No = 1,
    /// Below (unsigned), carry.
    B = 2,
    /// Above or equal (unsigned), no carry.
    Ae = 3,
    /// Equal, zero.
    E = 4,
    /// Not equal, not zero.
    Ne = 5,
    /// Below or equal (unsigned).
    Be = 6,
    /// Above (unsigned).
    A = 7,
    /// Sign.
    S = 8,
    /// No sign.
    Ns = 9,
    /// Parity even; after a float comparison: unordered.
    P = 10,
    /// Parity odd; after a float comparison: ordered.
    Np = 11,
    /// Less (signed).
    L = 12,
    /// Greater or equal (signed).
    Ge = 13,
    /// Less or equal (signed).
    Le = 14,
    /// Greater (signed).
    G = 15,
}

impl Cc {
    /// All conditions, by number.
    pub const ALL: [Cc; 16] = [
        Cc::O,
        Cc::No,
        Cc::B,
        Cc::Ae,
        Cc::E,
        Cc::Ne,
        Cc::Be,
        Cc::A,
        Cc::S,
        Cc::Ns,
        Cc::P,
        Cc::Np,
        Cc::L,
        Cc::Ge,
        Cc::Le,
        Cc::G,
    ];

    /// The condition of a number; only the low four bits count.
    #[inline]
    pub const fn of_number(n: u8) -> Cc {
        Cc::ALL[n as usize & 15]
    }

    /// From the control field.
    #[inline]
    pub const fn of_ctl(ctl: u16) -> Cc {
        Cc::of_number((ctl >> 4) as u8)
    }

    /// In its place in the control field.
    #[inline]
    pub const fn ctl(self) -> u16 {
        (self as u16) << 4
    }

    /// The opposite condition.
    #[inline]
    pub const fn invert(self) -> Cc {
        Cc::of_number(self as u8 ^ 1)
    }

    /// The condition that holds when the operands of the comparison change places.
    pub const fn swap(self) -> Cc {
        match self {
            Cc::B => Cc::A,
            Cc::A => Cc::B,
            Cc::Ae => Cc::Be,
            Cc::Be => Cc::Ae,
            Cc::L => Cc::G,
            Cc::G => Cc::L,
            Cc::Le => Cc::Ge,
            Cc::Ge => Cc::Le,
            other => other,
        }
    }

    /// The suffix of the mnemonic.
    pub const fn name(self) -> &'static str {
        const NAMES: [&str; 16] = [
            "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g",
        ];
        NAMES[self as usize]
    }
}

/// Addressing forms: bits 8-11 of `ctl`.
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
    /// A symbol; the low half of the payload is its number, and [`super::SYMBOL_GOT`].
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
}

/// In the low half of the payload of form `SYMBOL`: means the entry of the symbol in the global
/// offset table, not the symbol.
pub const SYMBOL_GOT: u32 = 1 << 31;

/// The addressing form in a control field.
#[inline]
pub const fn form_of_ctl(ctl: u16) -> u8 {
    (ctl >> 8) as u8 & 15
}

/// How many register operands the memory operand of an instruction has.
#[inline]
pub const fn address_registers(ctl: u16) -> u8 {
    form::REGISTERS[form_of_ctl(ctl) as usize]
}

/// A segment register that is added to an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Segment {
    /// None.
    None = 0,
    /// `fs`
    Fs = 1,
    /// `gs`
    Gs = 2,
}

/// An address with virtual registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amode {
    /// The control bits of the address: form, scale, segment.
    pub ctl: u16,
    /// The displacement, or the number of the label or symbol.
    pub disp: i32,
    /// The first register of the form (base, or index where the form has no base register).
    pub first: VReg,
    /// The second register of the form (index after base).
    pub second: VReg,
}

impl Amode {
    const fn new(form: u8, scale_log2: u8, disp: i32, first: VReg, second: VReg) -> Amode {
        let ctl = (form as u16) << 8 | (scale_log2 as u16 & 3) << 2;
        Amode { ctl, disp, first, second }
    }

    /// `[base + disp]`
    #[inline]
    pub const fn base(base: VReg, disp: i32) -> Amode {
        Amode::new(form::BASE, 0, disp, base, VReg::invalid())
    }

    /// `[base + index << scale_log2 + disp]`
    #[inline]
    pub const fn base_index(base: VReg, index: VReg, scale_log2: u8, disp: i32) -> Amode {
        Amode::new(form::BASE_INDEX, scale_log2, disp, base, index)
    }

    /// `[index << scale_log2 + disp]`
    #[inline]
    pub const fn index(index: VReg, scale_log2: u8, disp: i32) -> Amode {
        Amode::new(form::INDEX, scale_log2, disp, index, VReg::invalid())
    }

    /// `[r15 + disp]`
    #[inline]
    pub const fn pinned(disp: i32) -> Amode {
        Amode::new(form::PINNED, 0, disp, VReg::invalid(), VReg::invalid())
    }

    /// `[r15 + index << scale_log2 + disp]`
    #[inline]
    pub const fn pinned_index(index: VReg, scale_log2: u8, disp: i32) -> Amode {
        Amode::new(form::PINNED_INDEX, scale_log2, disp, index, VReg::invalid())
    }

    /// `[rip + label]`
    #[inline]
    pub const fn label(label: u32) -> Amode {
        Amode::new(form::LABEL, 0, label as i32, VReg::invalid(), VReg::invalid())
    }

    /// `[rip + symbol]`; with `got` the symbol's entry in the global offset table.
    #[inline]
    pub const fn symbol(symbol: u32, got: bool) -> Amode {
        let n = if got { symbol | SYMBOL_GOT } else { symbol };
        Amode::new(form::SYMBOL, 0, n as i32, VReg::invalid(), VReg::invalid())
    }

    /// At an offset in the area of stack slots.
    #[inline]
    pub const fn slot(offset: i32) -> Amode {
        Amode::new(form::SLOT, 0, offset, VReg::invalid(), VReg::invalid())
    }

    /// At an offset in the area of stack slots, with a scaled index.
    #[inline]
    pub const fn slot_index(index: VReg, scale_log2: u8, offset: i32) -> Amode {
        Amode::new(form::SLOT_INDEX, scale_log2, offset, index, VReg::invalid())
    }

    /// At an offset in the area of incoming arguments.
    #[inline]
    pub const fn incoming(offset: i32) -> Amode {
        Amode::new(form::INCOMING, 0, offset, VReg::invalid(), VReg::invalid())
    }

    /// At an offset in the area of outgoing arguments.
    #[inline]
    pub const fn outgoing(offset: i32) -> Amode {
        Amode::new(form::OUTGOING, 0, offset, VReg::invalid(), VReg::invalid())
    }

    /// At an absolute address.
    #[inline]
    pub const fn absolute(address: i32) -> Amode {
        Amode::new(form::ABSOLUTE, 0, address, VReg::invalid(), VReg::invalid())
    }

    /// The same address with a segment.
    #[inline]
    pub const fn with_segment(mut self, segment: Segment) -> Amode {
        self.ctl = self.ctl & !0x3000 | (segment as u16) << 12;
        self
    }

    /// The addressing form.
    #[inline]
    pub const fn form(&self) -> u8 {
        form_of_ctl(self.ctl)
    }

    /// The same address `offset` further, if that can be said.
    #[inline]
    pub fn plus(mut self, offset: i32) -> Option<Amode> {
        if matches!(self.form(), form::LABEL | form::SYMBOL) {
            return if offset == 0 { Some(self) } else { None };
        }
        self.disp = self.disp.checked_add(offset)?;
        Some(self)
    }
}
