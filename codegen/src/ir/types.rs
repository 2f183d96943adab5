//! Types of values: scalars, fixed vectors and dynamic vectors.
//!
//! A type is a `u16`: bits 0–3 the lane type (integers 1–5 and floats 6–9 in order of width), bits
//! 4–7 the binary logarithm of the lane count, bit 8 set for dynamic vectors, whose lane count is
//! then the minimum. 0 is the invalid type. So every function here is a few bit operations.

use core::fmt;
use target_lexicon::{PointerWidth, Triple};

/// The type of an SSA value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type(u16);

const LANE_MASK: u16 = 0xf;
const LANES_SHIFT: u16 = 4;
const LANES_MASK: u16 = 0xf0;
const DYNAMIC: u16 = 0x100;
const LAST_INT: u16 = 5;
const LAST_FLOAT: u16 = 9;
/// The binary logarithm of the largest lane count, 256.
const MAX_LOG2_LANES: u16 = 8;
/// By lane type: the binary logarithm of its width in bits.
const LOG2_BITS: [u8; 16] = [0, 3, 4, 5, 6, 7, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0];
const NAMES: [&str; 10] = ["", "i8", "i16", "i32", "i64", "i128", "f16", "f32", "f64", "f128"];

/// No type at all.
pub const INVALID: Type = Type(0);

macro_rules! define_types {
    ($($lane:literal $scalar:ident: $($log2:literal $vector:ident)*;)*) => {
        $(
            #[doc = concat!("The scalar type ", stringify!($scalar), ".")]
            pub const $scalar: Type = Type($lane);
            $(
                #[doc = concat!("The fixed vector type ", stringify!($vector), ".")]
                pub const $vector: Type = Type($lane | $log2 << LANES_SHIFT);
            )*
        )*
    };
}

define_types! {
    1 I8: 1 I8X2 2 I8X4 3 I8X8 4 I8X16 5 I8X32 6 I8X64 7 I8X128 8 I8X256;
    2 I16: 1 I16X2 2 I16X4 3 I16X8 4 I16X16 5 I16X32 6 I16X64 7 I16X128 8 I16X256;
    3 I32: 1 I32X2 2 I32X4 3 I32X8 4 I32X16 5 I32X32 6 I32X64 7 I32X128 8 I32X256;
    4 I64: 1 I64X2 2 I64X4 3 I64X8 4 I64X16 5 I64X32 6 I64X64 7 I64X128 8 I64X256;
    5 I128: 1 I128X2 2 I128X4 3 I128X8 4 I128X16 5 I128X32 6 I128X64 7 I128X128 8 I128X256;
    6 F16: 1 F16X2 2 F16X4 3 F16X8 4 F16X16 5 F16X32 6 F16X64 7 F16X128 8 F16X256;
    7 F32: 1 F32X2 2 F32X4 3 F32X8 4 F32X16 5 F32X32 6 F32X64 7 F32X128 8 F32X256;
    8 F64: 1 F64X2 2 F64X4 3 F64X8 4 F64X16 5 F64X32 6 F64X64 7 F64X128 8 F64X256;
    9 F128: 1 F128X2 2 F128X4 3 F128X8 4 F128X16 5 F128X32 6 F128X64 7 F128X128 8 F128X256;
}

macro_rules! define_dynamic_types {
    ($($lanes:ident $dynamic:ident)*) => {
        $(
            #[doc = concat!("The dynamic vector type with at least the lanes of ",
                stringify!($lanes), ".")]
            pub const $dynamic: Type = Type($lanes.0 | DYNAMIC);
        )*
    };
}

define_dynamic_types! {
    I8X2 I8X2XN I8X4 I8X4XN I8X8 I8X8XN I8X16 I8X16XN I8X32 I8X32XN
    I16X2 I16X2XN I16X4 I16X4XN I16X8 I16X8XN I16X16 I16X16XN
    I32X2 I32X2XN I32X4 I32X4XN I32X8 I32X8XN
    I64X2 I64X2XN I64X4 I64X4XN I128X2 I128X2XN
    F16X2 F16X2XN F16X4 F16X4XN F16X8 F16X8XN F16X16 F16X16XN
    F32X2 F32X2XN F32X4 F32X4XN F32X8 F32X8XN
    F64X2 F64X2XN F64X4 F64X4XN F128X2 F128X2XN
}

/// The scalar types, in the order of their encoding.
pub const SCALARS: [Type; 9] = [I8, I16, I32, I64, I128, F16, F32, F64, F128];

impl Type {
    /// The lane type: the type itself for scalars.
    #[inline]
    pub const fn lane_type(self) -> Self {
        Type(self.0 & LANE_MASK)
    }

    /// The lane type: another name of [`Type::lane_type`].
    #[inline]
    pub const fn lane_of(self) -> Self {
        self.lane_type()
    }

    /// The binary logarithm of the bits in a lane.
    #[inline]
    pub const fn log2_lane_bits(self) -> u32 {
        LOG2_BITS[(self.0 & LANE_MASK) as usize] as u32
    }

    /// Bits in a lane; 0 for the invalid type.
    #[inline]
    pub const fn lane_bits(self) -> u32 {
        if self.is_invalid() { 0 } else { 1 << self.log2_lane_bits() }
    }

    /// The integer type of this many bits.
    pub const fn int(bits: u16) -> Option<Self> {
        match bits {
            8 => Some(I8),
            16 => Some(I16),
            32 => Some(I32),
            64 => Some(I64),
            128 => Some(I128),
            _ => None,
        }
    }

    /// The integer type of this many bytes.
    pub const fn int_with_byte_size(bytes: u16) -> Option<Self> {
        match bytes {
            1 => Some(I8),
            2 => Some(I16),
            4 => Some(I32),
            8 => Some(I64),
            16 => Some(I128),
            _ => None,
        }
    }

    /// The same shape with another lane type.
    pub const fn replace_lanes(self, lane: Type) -> Self {
        debug_assert!(lane.is_lane() && !self.is_invalid());
        Type(lane.0 | (self.0 & !LANE_MASK))
    }

    /// The same shape with integer lanes of the same width.
    pub const fn as_int(self) -> Self {
        if self.lane_type().is_float() { self.replace_lanes(Type(self.int_lane())) } else { self }
    }

    const fn int_lane(self) -> u16 {
        self.log2_lane_bits() as u16 - 2
    }

    /// The type of a comparison's result, lane by lane: `i8` for a scalar, for a vector the integer
    /// vector of the same lane width and count.
    pub const fn as_truthy(self) -> Self {
        if self.is_lane() { I8 } else { self.as_truthy_pedantic() }
    }

    /// Integers of the width and shape of this type, scalars included.
    pub const fn as_truthy_pedantic(self) -> Self {
        self.as_int()
    }

    /// The type with lanes of half the width.
    pub const fn half_width(self) -> Option<Self> {
        match self.lane_type() {
            INVALID | I8 | F16 => None,
            _ => Some(Type(self.0 - 1)),
        }
    }

    /// The type with lanes of twice the width.
    pub const fn double_width(self) -> Option<Self> {
        match self.lane_type() {
            INVALID | I128 | F128 => None,
            _ => Type(self.0 + 1).checked(),
        }
    }

    /// Only types that exist: dynamic vectors have at most 256 bits.
    const fn checked(self) -> Option<Self> {
        if self.is_dynamic_vector() && self.min_bits() > 256 { None } else { Some(self) }
    }

    /// True for [`INVALID`].
    #[inline]
    pub const fn is_invalid(self) -> bool {
        self.0 == 0
    }

    /// True for scalar types.
    #[inline]
    pub const fn is_lane(self) -> bool {
        self.0 != 0 && self.0 <= LAST_FLOAT
    }

    /// True for fixed vectors.
    #[inline]
    pub const fn is_vector(self) -> bool {
        self.0 & DYNAMIC == 0 && self.0 & LANES_MASK != 0
    }

    /// True for dynamic vectors.
    #[inline]
    pub const fn is_dynamic_vector(self) -> bool {
        self.0 & DYNAMIC != 0
    }

    /// True for scalar integers.
    #[inline]
    pub const fn is_int(self) -> bool {
        self.0 != 0 && self.0 <= LAST_INT
    }

    /// True for scalar floats.
    #[inline]
    pub const fn is_float(self) -> bool {
        self.0 > LAST_INT && self.0 <= LAST_FLOAT
    }

    /// The binary logarithm of the lane count.
    #[inline]
    pub const fn log2_lane_count(self) -> u32 {
        if self.is_dynamic_vector() { 0 } else { ((self.0 & LANES_MASK) >> LANES_SHIFT) as u32 }
    }

    /// The binary logarithm of the minimum lane count of a dynamic vector, or of the lane count.
    #[inline]
    pub const fn log2_min_lane_count(self) -> u32 {
        ((self.0 & LANES_MASK) >> LANES_SHIFT) as u32
    }

    /// Number of lanes: 1 for scalars, 0 for dynamic vectors.
    #[inline]
    pub const fn lane_count(self) -> u32 {
        if self.is_dynamic_vector() { 0 } else { 1 << self.log2_lane_count() }
    }

    /// The smallest number of lanes: that of the fixed vector for dynamic ones.
    #[inline]
    pub const fn min_lane_count(self) -> u32 {
        1 << self.log2_min_lane_count()
    }

    /// Bits of the type: 0 for dynamic vectors.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.lane_bits() * self.lane_count()
    }

    /// The smallest number of bits: that of the fixed vector for dynamic ones.
    #[inline]
    pub const fn min_bits(self) -> u32 {
        self.lane_bits() * self.min_lane_count()
    }

    /// Bytes that a value of the type takes: 0 for dynamic vectors.
    #[inline]
    pub const fn bytes(self) -> u32 {
        self.bits() / 8
    }

    /// The vector with `n` times as many lanes, where `n` is a power of two.
    pub const fn by(self, n: u32) -> Option<Self> {
        if self.is_invalid() || self.is_dynamic_vector() || !n.is_power_of_two() {
            return None;
        }
        let log2 = self.log2_lane_count() + n.trailing_zeros();
        if log2 > MAX_LOG2_LANES as u32 {
            return None;
        }
        Some(Type(self.0 & LANE_MASK | (log2 as u16) << LANES_SHIFT))
    }

    /// The vector with half as many lanes.
    pub const fn half_vector(self) -> Option<Self> {
        if self.is_vector() { Some(Type(self.0 - (1 << LANES_SHIFT))) } else { None }
    }

    /// Lanes of half the width and twice as many.
    pub const fn split_lanes(self) -> Option<Self> {
        if self.log2_min_lane_count() == MAX_LOG2_LANES as u32 {
            return None;
        }
        match self.half_width() {
            Some(half) => Some(Type(half.0 + (1 << LANES_SHIFT))),
            None => None,
        }
    }

    /// Lanes of twice the width and half as many.
    pub const fn merge_lanes(self) -> Option<Self> {
        let least = if self.is_dynamic_vector() { 2 } else { 1 };
        if self.log2_min_lane_count() < least {
            return None;
        }
        Type(self.0 - (1 << LANES_SHIFT)).double_width_unchecked()
    }

    const fn double_width_unchecked(self) -> Option<Self> {
        match self.lane_type() {
            INVALID | I128 | F128 => None,
            _ => Some(Type(self.0 + 1)),
        }
    }

    /// The dynamic vector with at least the lanes of this fixed one.
    pub const fn vector_to_dynamic(self) -> Option<Self> {
        if self.is_vector() { Type(self.0 | DYNAMIC).checked() } else { None }
    }

    /// The fixed vector with the minimum lane count of this dynamic one.
    pub const fn dynamic_to_vector(self) -> Option<Self> {
        if self.is_dynamic_vector() { Some(Type(self.0 & !DYNAMIC)) } else { None }
    }

    /// The encoding, below 512: an index for tables by type.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The encoding.
    #[inline]
    pub const fn repr(self) -> u16 {
        self.0
    }

    /// The type of an encoding that [`Type::repr`] gave, or `None` where no type has it.
    pub const fn from_repr(repr: u16) -> Option<Self> {
        let ty = Type(repr);
        let lanes = (repr & LANES_MASK) >> LANES_SHIFT;
        let ok = repr & LANE_MASK != 0
            && repr & LANE_MASK <= LAST_FLOAT
            && lanes <= MAX_LOG2_LANES
            && repr <= DYNAMIC | LANES_MASK | LANE_MASK
            && (!ty.is_dynamic_vector() || lanes != 0 && ty.min_bits() <= 256);
        if ok { Some(ty) } else { None }
    }

    /// True where this type has the lanes of `other` at the same width or wider.
    pub const fn wider_or_equal(self, other: Self) -> bool {
        self.lane_count() == other.lane_count() && self.lane_bits() >= other.lane_bits()
    }

    /// The integer of the width of a pointer on the machine of this triple.
    pub fn triple_pointer_type(triple: &Triple) -> Self {
        match triple.pointer_width() {
            Ok(PointerWidth::U16) => I16,
            Ok(PointerWidth::U32) => I32,
            Ok(PointerWidth::U64) | Err(()) => I64,
        }
    }

    /// The type that is written so, for fixed types (`i32`, `f64x2`).
    pub fn from_name(name: &str) -> Option<Self> {
        let bytes = name.as_bytes();
        let split = bytes.iter().position(|&b| b == b'x').unwrap_or(bytes.len());
        let lane = NAMES.iter().position(|&lane| lane == &name[..split]).filter(|&i| i != 0)?;
        let scalar = Type(lane as u16);
        if split == bytes.len() {
            return Some(scalar);
        }
        let digits = &name[split + 1..];
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        scalar.by(digits.parse().ok()?)
    }
}

impl Default for Type {
    fn default() -> Self {
        INVALID
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lane = match self.lane_type() {
            INVALID => "INVALID",
            lane => NAMES[lane.0 as usize],
        };
        f.write_str(lane)?;
        if !self.is_lane() && !self.is_invalid() {
            write!(f, "x{}", self.min_lane_count())?;
        }
        if self.is_dynamic_vector() { f.write_str("xN") } else { Ok(()) }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_invalid(), self.is_lane()) {
            (true, _) => f.write_str("types::INVALID"),
            (_, true) => write!(f, "types::{}", NAMES[self.0 as usize].to_uppercase()),
            _ => write!(f, "types::{}", self.to_string().to_uppercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Type> {
        (0..=u16::MAX).filter_map(Type::from_repr)
    }

    #[test]
    fn every_type_is_consistent() {
        assert_eq!(all().count(), 9 * 9 + 25);
        for ty in all() {
            assert_eq!(Type::from_repr(ty.repr()), Some(ty));
            assert_eq!(ty.min_bits(), ty.lane_bits() * ty.min_lane_count());
            assert_eq!(ty.is_float(), [F16, F32, F64, F128].contains(&ty));
            for other in [ty.half_width(), ty.double_width(), ty.split_lanes(), ty.merge_lanes()] {
                assert!(other.is_none_or(|other| Type::from_repr(other.repr()).is_some()));
            }
            if let Some(half) = ty.half_width() {
                assert_eq!(half.lane_bits() * 2, ty.lane_bits());
                assert_eq!(half.double_width(), Some(ty));
            }
            if let Some(split) = ty.split_lanes() {
                assert_eq!(split.min_bits(), ty.min_bits());
                assert_eq!(split.merge_lanes(), Some(ty), "{ty}");
            }
            if let Some(dynamic) = ty.vector_to_dynamic() {
                assert_eq!(dynamic.dynamic_to_vector(), Some(ty));
                assert_eq!(dynamic.to_string(), format!("{ty}xN"));
            }
            if !ty.is_dynamic_vector() {
                assert_eq!(Type::from_name(&ty.to_string()), Some(ty));
            }
        }
    }

    #[test]
    fn truth_has_the_shape_of_the_operands() {
        assert_eq!(F64.as_truthy(), I8);
        assert_eq!(F64.as_truthy_pedantic(), I64);
        assert_eq!(F32X4.as_truthy(), I32X4);
        assert_eq!(F16X8XN.as_truthy(), I16X8XN);
        assert_eq!(I128.as_truthy_pedantic(), I128);
    }

    #[test]
    fn names_are_strict() {
        for bad in ["", "x4", "i8x", "i8x0", "i8x3", "i8x512", "i8x04", "i32X4", "i7", "i32x4xN"] {
            assert_eq!(Type::from_name(bad), None, "{bad}");
        }
        assert_eq!(Type::from_name("i8x1"), Some(I8));
    }
}
