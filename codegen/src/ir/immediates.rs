//! Integer constants and numbers that stand in instructions.
//!
//! Reading and printing follow the text form: values below 10,000 are printed in decimal, others
//! in hexadecimal in full groups of four digits.

use core::fmt;
use core::str::FromStr;

pub use super::floats::{Ieee16, Ieee32, Ieee64, Ieee128};

/// Why a number was refused.
pub type ParseError = &'static str;

/// Reads the digits of an integer without a sign: decimal, or hexadecimal behind `0x`.
///
/// `_` may stand between hexadecimal digits, and between decimal ones where `underscores` is set.
pub fn parse_magnitude(text: &str, underscores: bool) -> Result<u128, ParseError> {
    let (digits, radix, underscores) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16, true),
        None => (text, 10, underscores),
    };
    let mut value = 0u128;
    let mut any = false;
    for c in digits.chars() {
        if c == '_' && underscores {
            continue;
        }
        let digit = c.to_digit(radix).ok_or("invalid digit: expected a decimal or 0x number")?;
        value = value
            .checked_mul(radix.into())
            .and_then(|value| value.checked_add(digit.into()))
            .ok_or("the number is out of range: use one that fits the type")?;
        any = true;
    }
    if any { Ok(value) } else { Err("no digits: expected a decimal or 0x number") }
}

/// Reads a number of `bits` bits: from the signed minimum to the unsigned maximum, as its bits.
pub fn parse_int(text: &str, bits: u32, underscores: bool) -> Result<u128, ParseError> {
    const RANGE: ParseError = "the number is out of range: use one that fits the type";
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_magnitude(digits, underscores)?;
    let mask = u128::MAX >> (128 - bits);
    if negative {
        if magnitude > 1 << (bits - 1) {
            return Err(RANGE);
        }
        return Ok(magnitude.wrapping_neg() & mask);
    }
    if magnitude > mask { Err(RANGE) } else { Ok(magnitude) }
}

/// Prints hexadecimal digits in groups of four.
fn write_hex(x: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shift = (63 - x.leading_zeros()) & !15;
    write!(f, "0x{:04x}", x >> shift)?;
    while shift > 0 {
        shift -= 16;
        write!(f, "_{:04x}", x >> shift & 0xffff)?;
    }
    Ok(())
}

/// A 64-bit immediate.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Imm64(i64);

impl Imm64 {
    /// This number.
    #[inline]
    pub const fn new(x: i64) -> Self {
        Self(x)
    }

    /// The number.
    #[inline]
    pub const fn bits(&self) -> i64 {
        self.0
    }

    /// The number negated, wrapping.
    #[must_use]
    pub const fn wrapping_neg(self) -> Self {
        Self(self.0.wrapping_neg())
    }

    /// The number with the bits from `width` on cleared.
    #[must_use]
    pub const fn mask_to_width(self, width: u32) -> Self {
        if width >= 64 { self } else { Self(self.0 & ((1 << width) - 1)) }
    }

    /// The number of its low `width` bits, taken as signed.
    #[must_use]
    pub const fn sign_extend_from_width(self, width: u32) -> Self {
        if width >= 64 {
            return self;
        }
        if width == 0 {
            return Self(0);
        }
        let unused = 64 - width;
        Self(self.0 << unused >> unused)
    }

    /// The number of its low `width` bits, taken as unsigned.
    pub const fn zero_extend_from_width(self, width: u32) -> Self {
        self.mask_to_width(width)
    }
}

impl From<i64> for Imm64 {
    fn from(x: i64) -> Self {
        Self(x)
    }
}

impl From<Imm64> for i64 {
    fn from(x: Imm64) -> i64 {
        x.0
    }
}

impl fmt::Display for Imm64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 10_000 { write!(f, "{}", self.0) } else { write_hex(self.0 as u64, f) }
    }
}

impl FromStr for Imm64 {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if let Some(hex) = digits.strip_prefix("0x")
            && hex.bytes().filter(|&b| b != b'_').count() > 16
        {
            return Err("too many digits: a 64-bit number has at most 16 hexadecimal ones");
        }
        parse_int(text, 64, true).map(|bits| Self(bits as i64))
    }
}

/// An unsigned 64-bit immediate.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Uimm64(u64);

impl Uimm64 {
    /// This number.
    #[inline]
    pub const fn new(x: u64) -> Self {
        Self(x)
    }

    /// The number.
    #[inline]
    pub const fn bits(&self) -> u64 {
        self.0
    }
}

impl From<u64> for Uimm64 {
    fn from(x: u64) -> Self {
        Self(x)
    }
}

impl From<Uimm64> for u64 {
    fn from(x: Uimm64) -> u64 {
        x.0
    }
}

impl fmt::Display for Uimm64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 10_000 { write!(f, "{}", self.0) } else { write_hex(self.0, f) }
    }
}

impl FromStr for Uimm64 {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let value = parse_magnitude(text, true)?;
        u64::try_from(value).map(Self).map_err(|_| "the number does not fit in 64 bits")
    }
}

/// An unsigned 8-bit immediate, such as a lane number.
pub type Uimm8 = u8;

/// An unsigned 32-bit immediate.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Uimm32(u32);

impl Uimm32 {
    /// The number.
    #[inline]
    pub const fn bits(&self) -> u32 {
        self.0
    }
}

impl From<u32> for Uimm32 {
    fn from(x: u32) -> Self {
        Self(x)
    }
}

impl From<Uimm32> for u32 {
    fn from(x: Uimm32) -> u32 {
        x.0
    }
}

impl From<Uimm32> for i64 {
    fn from(x: Uimm32) -> i64 {
        x.0.into()
    }
}

impl fmt::Display for Uimm32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 10_000 { write!(f, "{}", self.0) } else { write_hex(self.0.into(), f) }
    }
}

impl FromStr for Uimm32 {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let value = parse_magnitude(text, true)?;
        u32::try_from(value).map(Self).map_err(|_| "the number does not fit in 32 bits")
    }
}

/// A signed 32-bit offset of an address. It prints with its sign, and as nothing where it is 0.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Offset32(i32);

impl Offset32 {
    /// This offset.
    #[inline]
    pub const fn new(x: i32) -> Self {
        Self(x)
    }

    /// The offset of a 64-bit number, if it fits.
    pub fn try_from_i64(x: i64) -> Option<Self> {
        x.try_into().ok().map(Self)
    }

    /// The sum with a 64-bit number, if it fits.
    #[must_use]
    pub fn try_add_i64(self, x: i64) -> Option<Self> {
        i64::from(self.0).checked_add(x).and_then(Self::try_from_i64)
    }
}

impl From<i32> for Offset32 {
    fn from(x: i32) -> Self {
        Self(x)
    }
}

impl From<u8> for Offset32 {
    fn from(x: u8) -> Self {
        Self(x.into())
    }
}

impl From<Offset32> for i32 {
    fn from(x: Offset32) -> i32 {
        x.0
    }
}

impl From<Offset32> for i64 {
    fn from(x: Offset32) -> i64 {
        x.0.into()
    }
}

impl fmt::Display for Offset32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return Ok(());
        }
        f.write_str(if self.0 < 0 { "-" } else { "+" })?;
        let magnitude = self.0.unsigned_abs();
        if magnitude < 10_000 { write!(f, "{magnitude}") } else { write_hex(magnitude.into(), f) }
    }
}

impl FromStr for Offset32 {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let negative = text.starts_with('-');
        let digits =
            text.strip_prefix(['-', '+']).ok_or("an offset starts with its sign, as in +8")?;
        let magnitude = i64::try_from(parse_magnitude(digits, true)?).unwrap_or(i64::MAX);
        let value = if negative { -magnitude } else { magnitude };
        Self::try_from_i64(value).ok_or("the offset does not fit in 32 bits")
    }
}

/// A 128-bit immediate: the bytes of a vector, the byte at the lowest address first.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct V128Imm(pub [u8; 16]);

impl V128Imm {
    /// The bytes.
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }

    /// The bytes.
    pub fn iter(&self) -> core::slice::Iter<'_, u8> {
        self.0.iter()
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// Of 16 bytes.
impl From<&[u8]> for V128Imm {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.try_into().expect("a vector immediate has 16 bytes"))
    }
}

impl From<u128> for V128Imm {
    fn from(bits: u128) -> Self {
        Self(bits.to_le_bytes())
    }
}

impl From<&[u8; 16]> for V128Imm {
    fn from(bytes: &[u8; 16]) -> Self {
        Self(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_print_and_read() {
        for (x, text) in [
            (0, "0"),
            (9999, "9999"),
            (10_000, "0x2710"),
            (-9999, "-9999"),
            (-10_000, "-10000"),
            (0xffff, "0xffff"),
            (0x12_3456, "0x0012_3456"),
            (i64::MAX, "0x7fff_ffff_ffff_ffff"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            assert_eq!(Imm64::new(x).to_string(), text);
            assert_eq!(text.parse(), Ok(Imm64::new(x)));
        }
        assert_eq!("0xffff_ffff_ffff_ffff".parse(), Ok(Imm64::new(-1)));
        assert_eq!("-0x8000_0000_0000_0000".parse(), Ok(Imm64::new(i64::MIN)));
        for bad in
            ["", "-", "0x", "_", "0X1", "1a", "-0x8000_0000_0000_0001", "0x00000000000000001"]
        {
            assert!(bad.parse::<Imm64>().is_err(), "{bad}");
        }
        assert!(("9".repeat(60)).parse::<Imm64>().is_err());
    }

    #[test]
    fn narrow_integers_have_both_ranges() {
        assert_eq!(parse_int("255", 8, false), Ok(255));
        assert_eq!(parse_int("-128", 8, false), Ok(128));
        assert_eq!(parse_int("-0x80", 8, false), Ok(128));
        for bad in ["256", "-129", "-0xff", "1_0", "0X1"] {
            assert!(parse_int(bad, 8, false).is_err(), "{bad}");
        }
        assert_eq!(parse_int("-1", 128, false), Ok(u128::MAX));
        assert_eq!(Imm64::new(0xff).sign_extend_from_width(8).bits(), -1);
        assert_eq!(Imm64::new(-1).mask_to_width(16).bits(), 0xffff);
    }

    #[test]
    fn offsets_print_and_read() {
        for (x, text) in [(8, "+8"), (-16, "-16"), (10_000, "+0x2710"), (-65_536, "-0x0001_0000")] {
            assert_eq!(Offset32::new(x).to_string(), text);
            assert_eq!(text.parse(), Ok(Offset32::new(x)));
        }
        assert_eq!(Offset32::new(0).to_string(), "");
        assert_eq!("-0x8000_0000".parse(), Ok(Offset32::new(i32::MIN)));
        for bad in ["8", "+0x8000_0000", "+", "- 8", "-0x8000_0001"] {
            assert!(bad.parse::<Offset32>().is_err(), "{bad}");
        }
    }
}
