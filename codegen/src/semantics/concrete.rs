//! The domain of plain bits: the interpreter and constant folding.
//!
//! What holds: bits above the width of a [`Bits`] are 0. Float arithmetic is that of binary32 and
//! binary64 (`float.rs`); the other formats have comparisons and sign operations only.

use super::domain::{Domain, FloatOp, Stop};
use super::float;
use crate::ir::TrapCode;

/// A bit vector of 1 to 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bits {
    bits: u128,
    width: u32,
}

/// The mask of the low `width` bits.
fn mask(width: u32) -> u128 {
    u128::MAX >> (128 - width)
}

impl Bits {
    /// The low `width` bits (1 to 128) of `bits`.
    #[inline]
    pub fn new(width: u32, bits: u128) -> Self {
        debug_assert!((1..=128).contains(&width), "a value of {width} bits");
        Self { bits: bits & mask(width), width }
    }

    /// The value as an unsigned number.
    #[inline]
    pub fn unsigned(self) -> u128 {
        self.bits
    }

    /// The value as a signed number.
    #[inline]
    pub fn signed(self) -> i128 {
        let unused = 128 - self.width;
        ((self.bits << unused) as i128) >> unused
    }

    /// The width in bits.
    #[inline]
    pub fn width(self) -> u32 {
        self.width
    }

    /// Whether any bit is set.
    #[inline]
    pub fn is_true(self) -> bool {
        self.bits != 0
    }
}

/// Which NaN an arithmetic operation gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NanPolicy {
    /// As the machine that this runs on; that of [`NanPolicy::Arm`] where it is none of the others.
    #[default]
    Host,
    /// The first NaN operand, made quiet; the negative canonical NaN where there is none.
    X86,
    /// The first signalling operand, else the first quiet one; positive canonical where there is
    /// none.
    Arm,
    /// Always the positive canonical NaN.
    Riscv,
    /// None: what gives a NaN is not evaluated. For folding, which has to give what any target
    /// would.
    Refuse,
}

impl NanPolicy {
    fn resolved(self) -> Self {
        match self {
            NanPolicy::Host if cfg!(any(target_arch = "x86_64", target_arch = "x86")) => {
                NanPolicy::X86
            }
            NanPolicy::Host if cfg!(target_arch = "riscv64") => NanPolicy::Riscv,
            NanPolicy::Host => NanPolicy::Arm,
            other => other,
        }
    }
}

/// The domain of plain bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Concrete {
    /// Which NaN an arithmetic operation gives.
    pub nan: NanPolicy,
}

/// The two 64-bit halves of a full 128-bit product's upper half.
fn umulhi_128(x: u128, y: u128) -> u128 {
    let (low, high) = (|v: u128| v & mask(64), |v: u128| v >> 64);
    let middle = high(x) * low(y) + high(low(x) * low(y));
    let cross = low(x) * high(y) + low(middle);
    high(x) * high(y) + high(middle) + high(cross)
}

impl Domain for Concrete {
    type V = Bits;

    fn width(&self, v: Bits) -> u32 {
        v.width
    }
    fn constant(&self, width: u32, bits: u128) -> Bits {
        Bits::new(width, bits)
    }
    fn add(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits.wrapping_add(y.bits))
    }
    fn sub(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits.wrapping_sub(y.bits))
    }
    fn mul(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits.wrapping_mul(y.bits))
    }
    fn umulhi(&self, x: Bits, y: Bits) -> Bits {
        let high = if x.width <= 64 {
            (x.bits * y.bits) >> x.width
        } else if x.width == 128 {
            umulhi_128(x.bits, y.bits)
        } else {
            let low = x.bits.wrapping_mul(y.bits);
            (umulhi_128(x.bits, y.bits) << (128 - x.width)) | (low >> x.width)
        };
        Bits::new(x.width, high)
    }
    fn udiv(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits.checked_div(y.bits).unwrap_or(u128::MAX))
    }
    fn urem(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits.checked_rem(y.bits).unwrap_or(x.bits))
    }
    fn and(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits & y.bits)
    }
    fn or(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits | y.bits)
    }
    fn xor(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(x.width, x.bits ^ y.bits)
    }
    fn shl(&self, x: Bits, n: Bits) -> Bits {
        Bits::new(x.width, x.bits << (n.bits & 127))
    }
    fn lshr(&self, x: Bits, n: Bits) -> Bits {
        Bits::new(x.width, x.bits >> (n.bits & 127))
    }
    fn ashr(&self, x: Bits, n: Bits) -> Bits {
        Bits::new(x.width, (x.signed() >> (n.bits & 127)) as u128)
    }
    fn eq(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(1, u128::from(x.bits == y.bits))
    }
    fn ult(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(1, u128::from(x.bits < y.bits))
    }
    fn slt(&self, x: Bits, y: Bits) -> Bits {
        Bits::new(1, u128::from(x.signed() < y.signed()))
    }
    fn ite(&self, c: Bits, x: Bits, y: Bits) -> Bits {
        if c.is_true() { x } else { y }
    }
    fn extract(&self, x: Bits, low: u32, width: u32) -> Bits {
        Bits::new(width, x.bits >> low)
    }
    fn concat(&self, high: Bits, low: Bits) -> Bits {
        Bits::new(high.width + low.width, (high.bits << low.width) | low.bits)
    }
    fn zext(&self, x: Bits, width: u32) -> Bits {
        Bits::new(width, x.bits)
    }
    fn sext(&self, x: Bits, width: u32) -> Bits {
        Bits::new(width, x.signed() as u128)
    }
    fn trap_if(&self, c: Bits, code: TrapCode) -> Result<(), Stop> {
        if c.is_true() { Err(Stop::Trap(code)) } else { Ok(()) }
    }

    fn float(&self, op: FloatOp, width: u32, args: &[Bits]) -> Result<Bits, Stop> {
        let raw = float::compute(op, width, args).ok_or(Stop::Opaque)?;
        let gives_float = !matches!(op, FloatOp::ToUintSat | FloatOp::ToSintSat);
        if gives_float && float::is_nan(raw) { self.nan(width, args) } else { Ok(raw) }
    }

    fn nan(&self, width: u32, operands: &[Bits]) -> Result<Bits, Stop> {
        let nans = || operands.iter().copied().filter(|&v| float::is_nan(v));
        let (chosen, negative) = match self.nan.resolved() {
            NanPolicy::Refuse => return Err(Stop::Opaque),
            NanPolicy::Riscv => (None, false),
            NanPolicy::X86 => (nans().next(), true),
            NanPolicy::Arm | NanPolicy::Host => {
                (nans().find(|&v| float::is_signalling(v)).or_else(|| nans().next()), false)
            }
        };
        Ok(match chosen {
            Some(nan) => float::quiet_nan_from(nan, width),
            None => float::canonical_nan(width, negative),
        })
    }
}
