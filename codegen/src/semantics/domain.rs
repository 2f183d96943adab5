//! The interface between the meaning column and the kinds of values it is evaluated over.
//!
//! What holds: operations of one width take operands of that width and give a result of it,
//! comparisons give width 1, and shift amounts are below the width (the meaning masks them).
//! Methods take `&self`, so that meanings nest calls; a domain that collects terms uses a cell.

use crate::ir::TrapCode;
use smallvec::SmallVec;

/// Why a meaning gives no results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The operation traps with this code.
    Trap(TrapCode),
    /// The operation has no meaning in the table, or none for these operands in this domain.
    Opaque,
}

/// The results of one operation: none, one or two values.
pub type Results<V> = SmallVec<[V; 2]>;

/// A floating-point operation that a domain supplies. The format follows from the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatOp {
    /// Sum, round to nearest even, as all that follow.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient.
    Div,
    /// Square root.
    Sqrt,
    /// `x * y + z`, rounded once.
    Fma,
    /// Round to an integral value towards +∞.
    Ceil,
    /// Round to an integral value towards −∞.
    Floor,
    /// Round to an integral value towards 0.
    Trunc,
    /// Round to an integral value, ties to even.
    Nearest,
    /// Convert between float formats.
    Convert,
    /// Convert an unsigned integer to the float format of the result.
    FromUint,
    /// Convert a signed integer to the float format of the result.
    FromSint,
    /// Truncate to an unsigned integer of the result's width; clamp; NaN gives 0.
    ToUintSat,
    /// Truncate to a signed integer of the result's width; clamp; NaN gives 0.
    ToSintSat,
}

/// A kind of value over which the meaning of operations is evaluated.
pub trait Domain {
    /// A value: a bit vector of known width.
    type V: Copy;

    /// Width of a value in bits.
    fn width(&self, v: Self::V) -> u32;
    /// A constant; bits above the width are ignored.
    fn constant(&self, width: u32, bits: u128) -> Self::V;

    /// Sum modulo 2^width.
    fn add(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Difference modulo 2^width.
    fn sub(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Low half of the product.
    fn mul(&self, x: Self::V, y: Self::V) -> Self::V;
    /// High half of the unsigned product.
    fn umulhi(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Unsigned quotient; all ones where `y` is 0.
    fn udiv(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Unsigned remainder; `x` where `y` is 0.
    fn urem(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Bitwise and.
    fn and(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Bitwise or.
    fn or(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Bitwise exclusive or.
    fn xor(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Shift left by `n`, which is below the width.
    fn shl(&self, x: Self::V, n: Self::V) -> Self::V;
    /// Shift right by `n` with zeros; `n` is below the width.
    fn lshr(&self, x: Self::V, n: Self::V) -> Self::V;
    /// Shift right by `n` with copies of the sign; `n` is below the width.
    fn ashr(&self, x: Self::V, n: Self::V) -> Self::V;

    /// Whether the operands are equal.
    fn eq(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Unsigned less-than.
    fn ult(&self, x: Self::V, y: Self::V) -> Self::V;
    /// Signed less-than.
    fn slt(&self, x: Self::V, y: Self::V) -> Self::V;
    /// `x` where `c` (width 1) is 1, else `y`.
    fn ite(&self, c: Self::V, x: Self::V, y: Self::V) -> Self::V;

    /// `width` bits of `x`, starting at bit `low`.
    fn extract(&self, x: Self::V, low: u32, width: u32) -> Self::V;
    /// `high` above `low`.
    fn concat(&self, high: Self::V, low: Self::V) -> Self::V;
    /// Zero-extend to `width`, which is not less than the operand's.
    fn zext(&self, x: Self::V, width: u32) -> Self::V;
    /// Sign-extend to `width`, which is not less than the operand's.
    fn sext(&self, x: Self::V, width: u32) -> Self::V;

    /// The operation traps with `code` where `c` (width 1) is 1.
    fn trap_if(&self, c: Self::V, code: TrapCode) -> Result<(), Stop>;

    /// A floating-point operation with a result of `width` bits.
    fn float(&self, op: FloatOp, width: u32, args: &[Self::V]) -> Result<Self::V, Stop>;
    /// The NaN of `width` bits that an operation gives on these operands, of which none, one or
    /// more are NaN.
    fn nan(&self, width: u32, operands: &[Self::V]) -> Result<Self::V, Stop>;

    /// All bits 0.
    fn zero(&self, width: u32) -> Self::V {
        self.constant(width, 0)
    }
    /// All bits 1.
    fn ones(&self, width: u32) -> Self::V {
        self.constant(width, u128::MAX)
    }
    /// A small constant of the width of `like`.
    fn small(&self, like: Self::V, bits: u128) -> Self::V {
        self.constant(self.width(like), bits)
    }
    /// Bitwise complement; also negates a boolean.
    fn not(&self, x: Self::V) -> Self::V {
        self.xor(x, self.ones(self.width(x)))
    }
    /// Two's complement.
    fn neg(&self, x: Self::V) -> Self::V {
        self.sub(self.zero(self.width(x)), x)
    }
    /// Whether all bits are 0.
    fn is_zero(&self, x: Self::V) -> Self::V {
        self.eq(x, self.zero(self.width(x)))
    }
    /// Whether any bit is 1.
    fn is_nonzero(&self, x: Self::V) -> Self::V {
        self.not(self.is_zero(x))
    }
    /// The top bit, as a boolean.
    fn sign(&self, x: Self::V) -> Self::V {
        self.extract(x, self.width(x) - 1, 1)
    }
    /// The low `width` bits.
    fn trunc(&self, x: Self::V, width: u32) -> Self::V {
        self.extract(x, 0, width)
    }
    /// Zero-extended or cut to `width`.
    fn resize(&self, x: Self::V, width: u32) -> Self::V {
        if self.width(x) > width { self.trunc(x, width) } else { self.zext(x, width) }
    }
}
