//! Operations of `atomic_rmw`.

use core::fmt;
use core::str::FromStr;

/// What an atomic read-modify-write stores, given the old value and the operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum AtomicRmwOp {
    /// The sum.
    Add,
    /// The difference.
    Sub,
    /// The bitwise and.
    And,
    /// The complement of the bitwise and.
    Nand,
    /// The bitwise or.
    Or,
    /// The bitwise exclusive or.
    Xor,
    /// The operand.
    Xchg,
    /// The unsigned minimum.
    Umin,
    /// The unsigned maximum.
    Umax,
    /// The signed minimum.
    Smin,
    /// The signed maximum.
    Smax,
}

impl AtomicRmwOp {
    /// All operations, in the order of their encoding.
    pub const ALL: [Self; 11] = [
        Self::Add,
        Self::Sub,
        Self::And,
        Self::Nand,
        Self::Or,
        Self::Xor,
        Self::Xchg,
        Self::Umin,
        Self::Umax,
        Self::Smin,
        Self::Smax,
    ];

    /// All operations, in the order of their encoding.
    pub const fn all() -> &'static [Self] {
        &Self::ALL
    }

    /// The word of the text form.
    pub const fn to_static_str(self) -> &'static str {
        ["add", "sub", "and", "nand", "or", "xor", "xchg", "umin", "umax", "smin", "smax"]
            [self as usize]
    }
}

impl fmt::Display for AtomicRmwOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_static_str())
    }
}

impl FromStr for AtomicRmwOp {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|op| op.to_static_str() == word).ok_or(())
    }
}
