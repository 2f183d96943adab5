//! Float constants as bits, and their exact hexadecimal text.
//!
//! Nothing here rounds: text that is not exactly representable is refused, and the bits of a NaN
//! are kept. One [`Format`] describes each width; reading and printing are the same for all.

use super::immediates::ParseError;
use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

/// A binary interchange format of IEEE 754.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Bits of the exponent.
    pub exponent: u32,
    /// Bits of the fraction, the implicit one not counted.
    pub fraction: u32,
}

impl Format {
    /// The format of 16 bits.
    pub const F16: Self = Self { exponent: 5, fraction: 10 };
    /// The format of 32 bits.
    pub const F32: Self = Self { exponent: 8, fraction: 23 };
    /// The format of 64 bits.
    pub const F64: Self = Self { exponent: 11, fraction: 52 };
    /// The format of 128 bits.
    pub const F128: Self = Self { exponent: 15, fraction: 112 };

    const fn bias(self) -> i64 {
        (1 << (self.exponent - 1)) - 1
    }

    const fn sign_bit(self) -> u128 {
        1 << (self.exponent + self.fraction)
    }

    const fn fraction_mask(self) -> u128 {
        (1 << self.fraction) - 1
    }

    const fn exponent_mask(self) -> u128 {
        ((1 << self.exponent) - 1) << self.fraction
    }

    const fn quiet_bit(self) -> u128 {
        1 << (self.fraction - 1)
    }

    /// True where the bits are those of a NaN.
    pub const fn is_nan(self, bits: u128) -> bool {
        bits & !self.sign_bit() > self.exponent_mask()
    }

    /// The bits of a number in the text form.
    pub fn parse(self, text: &str) -> Result<u128, ParseError> {
        let (sign, rest, signed) = match text.as_bytes().first() {
            Some(b'-') => (self.sign_bit(), &text[1..], true),
            Some(b'+') => (0, &text[1..], true),
            _ => (0, text, false),
        };
        if let Some(hex) = rest.strip_prefix("0x") {
            return Ok(sign | self.parse_hex(hex)?);
        }
        let special = match rest {
            "0.0" => 0,
            "Inf" => self.exponent_mask(),
            "NaN" => self.exponent_mask() | self.quiet_bit(),
            _ => {
                if let Some(payload) = rest.strip_prefix("NaN:") {
                    self.exponent_mask() | self.quiet_bit() | self.payload(payload)?
                } else if let Some(payload) = rest.strip_prefix("sNaN:") {
                    let payload = self.payload(payload)?;
                    if payload == 0 || !signed {
                        return Err("a signalling NaN has a sign and a payload, as in +sNaN:0x1");
                    }
                    self.exponent_mask() | payload
                } else {
                    return Err("a float is written in hexadecimal, as in 0x1.8p1, or 0.0, Inf, \
                                NaN, NaN:0x1, +sNaN:0x1");
                }
            }
        };
        Ok(sign | special)
    }

    fn payload(self, text: &str) -> Result<u128, ParseError> {
        let digits = text.strip_prefix("0x").ok_or("the payload of a NaN starts with 0x")?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("the payload of a NaN is a hexadecimal number, as in NaN:0x1");
        }
        match u128::from_str_radix(digits, 16) {
            Ok(payload) if payload < self.quiet_bit() => Ok(payload),
            _ => Err("the payload of the NaN is too large: it must lie below the quiet bit"),
        }
    }

    /// Reads what follows `0x`.
    fn parse_hex(self, text: &str) -> Result<u128, ParseError> {
        const PRECISION: ParseError = "the float has more digits than its type can hold";
        let (digits, exponent) = match text.split_once('p') {
            Some((digits, exponent)) => (digits, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, part) =
            digits.split_once('.').ok_or("a hexadecimal float has a point, as in 0x1.8p1")?;
        if whole.len() + part.len() == 0 {
            return Err("a hexadecimal float has at least one digit");
        }
        // The value is significand * 2^exponent.
        let mut significand = 0u128;
        let mut dropped = 0i64;
        for c in whole.bytes().chain(part.bytes()) {
            let digit = char::from(c).to_digit(16).ok_or("invalid digit in a hexadecimal float")?;
            if significand >> 124 == 0 {
                significand = significand << 4 | u128::from(digit);
            } else if digit == 0 {
                dropped += 4;
            } else {
                return Err(PRECISION);
            }
        }
        if significand == 0 {
            return Ok(0);
        }
        let exponent = exponent + dropped - 4 * part.len() as i64;
        let zeros = significand.trailing_zeros();
        let significand = significand >> zeros;
        let exponent = exponent + i64::from(zeros);
        let width = i64::from(128 - significand.leading_zeros());
        // The exponent of the leading bit.
        let leading = exponent + width - 1;
        let (bias, fraction) = (self.bias(), i64::from(self.fraction));
        if leading > bias {
            return Err("the float is too large for its type");
        }
        if leading >= 1 - bias {
            if width > fraction + 1 {
                return Err(PRECISION);
            }
            let bits = significand << (fraction + 1 - width);
            let biased = (leading + bias) as u128;
            return Ok(bits & self.fraction_mask() | biased << self.fraction);
        }
        let shift = exponent - (1 - bias - fraction);
        if shift < 0 {
            return Err("the float is too small for its type: it would have to be rounded");
        }
        Ok(significand << shift)
    }

    /// Prints the number of these bits.
    pub fn print(self, bits: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let negative = bits & self.sign_bit() != 0;
        let exponent = (bits & self.exponent_mask()) >> self.fraction;
        let fraction = bits & self.fraction_mask();
        if exponent == self.exponent_mask() >> self.fraction {
            f.write_str(if negative { "-" } else { "+" })?;
            let payload = fraction & (self.quiet_bit() - 1);
            return match (fraction & self.quiet_bit() != 0, payload) {
                (false, 0) => f.write_str("Inf"),
                (true, 0) => f.write_str("NaN"),
                (true, _) => write!(f, "NaN:0x{payload:x}"),
                (false, _) => write!(f, "sNaN:0x{payload:x}"),
            };
        }
        f.write_str(if negative { "-" } else { "" })?;
        if exponent == 0 && fraction == 0 {
            return f.write_str("0.0");
        }
        let (lead, power) = match exponent {
            0 => (0, 1 - self.bias()),
            _ => (1, exponent as i64 - self.bias()),
        };
        let digits = self.fraction.div_ceil(4);
        let aligned = fraction << (4 * digits - self.fraction);
        write!(f, "0x{lead}.{aligned:0width$x}p{power}", width = digits as usize)
    }
}

/// Reads the decimal exponent behind `p`. Anything beyond what a type can need saturates.
fn parse_exponent(text: &str) -> Result<i64, ParseError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("the exponent of a float is a decimal number, as in 0x1.0p-3");
    }
    let magnitude = digits.parse().unwrap_or(i64::MAX).min(1 << 40);
    Ok(if negative { -magnitude } else { magnitude })
}

macro_rules! define_float {
    ($name:ident $bits:ty, $format:expr, $what:literal) => {
        #[doc = concat!("A ", $what, " float, as its bits. Equality is that of the bits.")]
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Default)]
        pub struct $name($bits);

        impl $name {
            /// The shape of the format.
            pub const FORMAT: Format = $format;
            /// The canonical NaN: quiet, positive, without payload.
            pub const NAN: Self =
                Self((Self::FORMAT.exponent_mask() | Self::FORMAT.quiet_bit()) as $bits);

            /// The number of these bits.
            #[inline]
            pub const fn with_bits(bits: $bits) -> Self {
                Self(bits)
            }

            /// The bits.
            #[inline]
            pub const fn bits(self) -> $bits {
                self.0
            }

            /// True for a NaN of any kind.
            pub const fn is_nan(self) -> bool {
                Self::FORMAT.is_nan(self.0 as u128)
            }

            /// True where the sign bit is set.
            pub const fn is_negative(self) -> bool {
                self.0 >> (<$bits>::BITS - 1) != 0
            }

            /// True for zero of either sign.
            pub const fn is_zero(self) -> bool {
                self.0 << 1 == 0
            }

            /// The number without its sign.
            #[must_use]
            pub const fn abs(self) -> Self {
                Self(self.0 << 1 >> 1)
            }

            /// The number with the sign of another.
            #[must_use]
            pub const fn copysign(self, sign: Self) -> Self {
                let bit = 1 << (<$bits>::BITS - 1);
                Self(self.0 & !bit | sign.0 & bit)
            }

            /// True where the sign bit is not set.
            pub const fn is_positive(self) -> bool {
                !self.is_negative()
            }

            /// The number, unless it is a NaN.
            pub fn non_nan(self) -> Option<Self> {
                (!self.is_nan()).then_some(self)
            }

            /// The smaller number, -0 below +0; a NaN if one of them is a NaN.
            #[must_use]
            pub fn minimum(self, other: Self) -> Self {
                self.ordered(other, |x, y| x <= y)
            }

            /// The larger number, +0 above -0; a NaN if one of them is a NaN.
            #[must_use]
            pub fn maximum(self, other: Self) -> Self {
                self.ordered(other, |x, y| x >= y)
            }

            fn ordered(
                self,
                other: Self,
                first: impl Fn((i128, bool), (i128, bool)) -> bool,
            ) -> Self {
                if self.is_nan() || other.is_nan() {
                    let nan = if self.is_nan() { self } else { other };
                    return Self(nan.0 | Self::FORMAT.quiet_bit() as $bits);
                }
                let key = |x: Self| (x.order_key(), x.is_positive());
                if first(key(self), key(other)) { self } else { other }
            }

            /// The largest number from which rounding towards zero gives less than the least
            /// signed integer of `n` bits.
            pub fn fcvt_to_sint_negative_overflow<I: Into<i32>>(n: I) -> Self {
                let n: i32 = n.into();
                let fraction = Self::FORMAT.fraction as i32;
                let power = -Self::pow2(n - 1);
                // One unit in the last place below, where that is a whole number; else below by one.
                let step = (fraction + 1 - n).max(0);
                Self(power.0 + (1 << step))
            }

            /// 2 to the power of `n`, which must be the exponent of a normal number.
            pub fn pow2<I: Into<i32>>(n: I) -> Self {
                let n: i32 = n.into();
                let biased = i64::from(n) + Self::FORMAT.bias();
                assert!(
                    biased > 0 && biased <= 2 * Self::FORMAT.bias(),
                    "2^{n} is a normal number"
                );
                Self((biased as $bits) << Self::FORMAT.fraction)
            }

            fn order_key(self) -> i128 {
                let magnitude = self.abs().0 as i128;
                if self.is_negative() { -magnitude } else { magnitude }
            }
        }

        impl core::ops::BitAnd for $name {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl core::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl core::ops::BitXor for $name {
            type Output = Self;

            fn bitxor(self, other: Self) -> Self {
                Self(self.0 ^ other.0)
            }
        }

        impl core::ops::Not for $name {
            type Output = Self;

            fn not(self) -> Self {
                Self(!self.0)
            }
        }

        impl core::ops::Neg for $name {
            type Output = Self;

            fn neg(self) -> Self {
                Self(self.0 ^ 1 << (<$bits>::BITS - 1))
            }
        }

        /// The order of the numbers, in which the zeros are equal and a NaN has no place.
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                if self.is_nan() || other.is_nan() {
                    return None;
                }
                Some(self.order_key().cmp(&other.order_key()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Self::FORMAT.print(self.0.into(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                Self::FORMAT.parse(text).map(|bits| Self(bits as $bits))
            }
        }
    };
}

define_float!(Ieee16 u16, Format::F16, "16-bit");
define_float!(Ieee32 u32, Format::F32, "32-bit");
define_float!(Ieee64 u64, Format::F64, "64-bit");
define_float!(Ieee128 u128, Format::F128, "128-bit");

impl Ieee32 {
    /// The number of a Rust float.
    pub const fn with_float(x: f32) -> Self {
        Self(x.to_bits())
    }

    /// The number as a Rust float.
    pub const fn as_f32(self) -> f32 {
        f32::from_bits(self.0)
    }
}

impl Ieee64 {
    /// The number of a Rust float.
    pub const fn with_float(x: f64) -> Self {
        Self(x.to_bits())
    }

    /// The number as a Rust float.
    pub const fn as_f64(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// Arithmetic of the types that the host has.
macro_rules! host_arithmetic {
    ($($name:ident $host:ty;)*) => { $(
        impl $name {
            /// The square root.
            #[must_use]
            pub fn sqrt(self) -> Self {
                Self::from(<$host>::from(self).sqrt())
            }

            /// The least whole number not below.
            #[must_use]
            pub fn ceil(self) -> Self {
                Self::from(<$host>::from(self).ceil())
            }

            /// The largest whole number not above.
            #[must_use]
            pub fn floor(self) -> Self {
                Self::from(<$host>::from(self).floor())
            }

            /// The whole number towards zero.
            #[must_use]
            pub fn trunc(self) -> Self {
                Self::from(<$host>::from(self).trunc())
            }

            /// The nearest whole number, the even one of two.
            #[must_use]
            pub fn round_ties_even(self) -> Self {
                Self::from(<$host>::from(self).round_ties_even())
            }
        }

        host_arithmetic! { @ $name $host, Add add +, Sub sub -, Mul mul *, Div div / }
    )* };
    (@ $name:ident $host:ty, $($trait:ident $method:ident $op:tt),*) => { $(
        impl core::ops::$trait for $name {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                Self::from(<$host>::from(self) $op <$host>::from(other))
            }
        }
    )* };
}

host_arithmetic! {
    Ieee32 f32;
    Ieee64 f64;
}

impl From<f32> for Ieee32 {
    fn from(x: f32) -> Self {
        Self::with_float(x)
    }
}

impl From<Ieee32> for f32 {
    fn from(x: Ieee32) -> f32 {
        x.as_f32()
    }
}

impl From<f64> for Ieee64 {
    fn from(x: f64) -> Self {
        Self::with_float(x)
    }
}

impl From<Ieee64> for f64 {
    fn from(x: Ieee64) -> f64 {
        x.as_f64()
    }
}

impl From<u32> for Ieee32 {
    fn from(bits: u32) -> Self {
        Self(bits)
    }
}

impl From<u64> for Ieee64 {
    fn from(bits: u64) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_at_full_width() {
        for (bits, text) in [
            (0x3f80_0000u32, "0x1.000000p0"),
            (0xbfc0_0000, "-0x1.800000p0"),
            (0x0000_0001, "0x0.000002p-126"),
            (0x7f7f_ffff, "0x1.fffffep127"),
            (0x0080_0000, "0x1.000000p-126"),
            (0, "0.0"),
            (0x8000_0000, "-0.0"),
            (0x7f80_0000, "+Inf"),
            (0xff80_0000, "-Inf"),
            (0x7fc0_0000, "+NaN"),
            (0xffc0_0001, "-NaN:0x1"),
            (0x7f80_0001, "+sNaN:0x1"),
        ] {
            assert_eq!(Ieee32::with_bits(bits).to_string(), text);
            assert_eq!(text.parse(), Ok(Ieee32::with_bits(bits)), "{text}");
        }
        assert_eq!(Ieee16::with_bits(0x3c01).to_string(), "0x1.004p0");
        assert_eq!(Ieee64::with_float(1.5).to_string(), "0x1.8000000000000p0");
        let one = Ieee128::with_bits(0x3fff << 112);
        assert_eq!(one.to_string(), format!("0x1.{}p0", "0".repeat(28)));
        assert_eq!("-0x1.0".parse(), Ok(-one));
    }

    #[test]
    fn every_half_float_is_read_back() {
        for bits in 0..=u16::MAX {
            let x = Ieee16::with_bits(bits);
            assert_eq!(x.to_string().parse(), Ok(x));
        }
    }

    #[test]
    fn any_place_of_the_point_is_read() {
        for text in ["0x1.8p1", "0x3.0", "0x3.", "0x.3p4", "0x0.3p4", "0x0300.p-8", "+0x.00003p20"]
        {
            assert_eq!(text.parse(), Ok(Ieee32::with_float(3.0)), "{text}");
        }
        let long = format!("0x{}1.{}", "0".repeat(200), "0".repeat(200));
        assert_eq!(long.parse(), Ok(Ieee64::with_float(1.0)));
        assert_eq!(format!("0x1{}.p-800", "0".repeat(200)).parse(), Ok(Ieee64::with_float(1.0)));
    }

    #[test]
    fn nothing_is_rounded() {
        for bad in [
            "",
            "1.0",
            "0x1p3",
            "0x.",
            "0X1.0",
            "0x1.0P1",
            "0x1.0p+1",
            "0x1.0p",
            "0x1_0.0",
            "0x1.0000001",
            "0x1.0p128",
            "0x1.0p-150",
            "0x1.8p-149",
            "0x1.0p99999999999999999999",
            "NaN:1",
            "NaN:0x",
            "NaN:0x400000",
            "sNaN:0x1",
            "+sNaN:0x0",
            "Info",
            "Infinity",
            "0.5",
        ] {
            assert!(bad.parse::<Ieee32>().is_err(), "{bad}");
        }
        assert!("0x1.0p-149".parse::<Ieee32>().is_ok());
    }

    #[test]
    fn order_is_that_of_numbers() {
        let [a, b, nan] = [-1.0f32, 0.5, f32::NAN].map(Ieee32::from);
        assert!(a < b && -b > a && a.partial_cmp(&nan).is_none());
        assert_eq!(Ieee64::from(-0.0).partial_cmp(&Ieee64::from(0.0)), Some(Ordering::Equal));
        assert_eq!(Ieee64::pow2(-3), Ieee64::from(0.125));
        assert_eq!(a.copysign(b).as_f32(), 1.0);
    }
}
