//! Condition codes and segments; what else the control field of an instruction holds is as on all
//! machines. The segment is what the machine adds to an address.

pub use windlass_core::machine::row::{Amode, Size, form};

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

    /// The suffixes of the mnemonics, by number.
    pub const NAMES: [&'static str; 16] =
        ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];

    /// The suffix of the mnemonic.
    pub const fn name(self) -> &'static str {
        Cc::NAMES[self as usize]
    }
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

impl Segment {
    /// From what the machine adds to an address.
    pub(crate) const fn of_extra(extra: u8) -> Segment {
        match extra & 3 {
            0 => Segment::None,
            1 => Segment::Fs,
            _ => Segment::Gs,
        }
    }
}
