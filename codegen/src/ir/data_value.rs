//! A value with its type, outside any function: arguments and results of calls, run directives.
//!
//! What holds: the types are the scalars and the vectors of 2, 4, 8 and 16 bytes, whose bytes stand
//! in little-endian order, lane 0 first. What is displayed can be parsed back.

use super::immediates::{Ieee16, Ieee32, Ieee64, Ieee128, parse_int, parse_magnitude};
use super::{Type, types};
use core::fmt;
use core::str::FromStr;

/// A value of a scalar type or of a vector of at most 16 bytes.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the variants are the types")]
pub enum DataValue {
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    I128(i128),
    F16(Ieee16),
    F32(Ieee32),
    F64(Ieee64),
    F128(Ieee128),
    V128([u8; 16]),
    V64([u8; 8]),
    V32([u8; 4]),
    V16([u8; 2]),
}

/// Why a value could not be made or converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataValueCastFailure {
    /// The value has another type than the one asked for.
    #[error("a value of type {0} was found where one of type {1} is needed")]
    TryInto(Type, Type),
    /// The number does not fit, or the type is no integer.
    #[error("{0} cannot be represented in type {1}")]
    FromInteger(i128, Type),
    /// There are no values of this type outside functions.
    #[error("values of type {0} cannot be passed: use a scalar or a vector of 2 to 16 bytes")]
    Unsupported(Type),
}

/// Why a literal is no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a value of type {ty}: {reason}")]
pub struct ParseDataValueError {
    /// The literal.
    pub text: String,
    /// The type it was read for.
    pub ty: Type,
    /// What is wrong, and what is expected.
    pub reason: String,
}

impl DataValue {
    /// The type. Of vectors only the size is known: it is given as lanes of bytes.
    pub fn ty(&self) -> Type {
        match self {
            DataValue::I8(_) => types::I8,
            DataValue::I16(_) => types::I16,
            DataValue::I32(_) => types::I32,
            DataValue::I64(_) => types::I64,
            DataValue::I128(_) => types::I128,
            DataValue::F16(_) => types::F16,
            DataValue::F32(_) => types::F32,
            DataValue::F64(_) => types::F64,
            DataValue::F128(_) => types::F128,
            DataValue::V128(_) => types::I8X16,
            DataValue::V64(_) => types::I8X8,
            DataValue::V32(_) => types::I8X4,
            DataValue::V16(_) => types::I8X2,
        }
    }

    /// Whether this is a vector.
    pub fn is_vector(&self) -> bool {
        matches!(
            self,
            DataValue::V128(_) | DataValue::V64(_) | DataValue::V32(_) | DataValue::V16(_)
        )
    }

    /// Whether this is a float scalar.
    pub fn is_float(&self) -> bool {
        self.ty().is_float()
    }

    /// Whether this is an integer scalar.
    pub fn is_int(&self) -> bool {
        self.ty().is_int()
    }

    /// The bytes of the value in memory on a little-endian machine, as a number.
    pub fn bits(&self) -> u128 {
        let mut bytes = [0; 16];
        match self {
            DataValue::I8(v) => return u128::from(*v as u8),
            DataValue::I16(v) => return u128::from(*v as u16),
            DataValue::I32(v) => return u128::from(*v as u32),
            DataValue::I64(v) => return u128::from(*v as u64),
            DataValue::I128(v) => return *v as u128,
            DataValue::F16(v) => return u128::from(v.bits()),
            DataValue::F32(v) => return u128::from(v.bits()),
            DataValue::F64(v) => return u128::from(v.bits()),
            DataValue::F128(v) => return v.bits(),
            DataValue::V128(v) => bytes = *v,
            DataValue::V64(v) => bytes[..8].copy_from_slice(v),
            DataValue::V32(v) => bytes[..4].copy_from_slice(v),
            DataValue::V16(v) => bytes[..2].copy_from_slice(v),
        }
        u128::from_le_bytes(bytes)
    }

    /// The value of type `ty` with these bits; bits beyond the type are dropped.
    pub fn from_bits(ty: Type, bits: u128) -> Result<DataValue, DataValueCastFailure> {
        let bytes = bits.to_le_bytes();
        Ok(match ty {
            types::I8 => DataValue::I8(bits as i8),
            types::I16 => DataValue::I16(bits as i16),
            types::I32 => DataValue::I32(bits as i32),
            types::I64 => DataValue::I64(bits as i64),
            types::I128 => DataValue::I128(bits as i128),
            types::F16 => DataValue::F16(Ieee16::with_bits(bits as u16)),
            types::F32 => DataValue::F32(Ieee32::with_bits(bits as u32)),
            types::F64 => DataValue::F64(Ieee64::with_bits(bits as u64)),
            types::F128 => DataValue::F128(Ieee128::with_bits(bits)),
            _ if !ty.is_vector() || ty.is_dynamic_vector() => {
                return Err(DataValueCastFailure::Unsupported(ty));
            }
            _ => match ty.bits() {
                128 => DataValue::V128(bytes),
                64 => DataValue::V64((bits as u64).to_le_bytes()),
                32 => DataValue::V32((bits as u32).to_le_bytes()),
                16 => DataValue::V16((bits as u16).to_le_bytes()),
                _ => return Err(DataValueCastFailure::Unsupported(ty)),
            },
        })
    }

    /// A zero of type `ty`.
    pub fn zero(ty: Type) -> Result<DataValue, DataValueCastFailure> {
        Self::from_bits(ty, 0)
    }

    /// The integer of type `ty`; the number may be written signed or unsigned.
    pub fn from_integer(number: i128, ty: Type) -> Result<DataValue, DataValueCastFailure> {
        if !ty.is_int() {
            return Err(DataValueCastFailure::FromInteger(number, ty));
        }
        let unused = 128 - ty.bits();
        let fits = unused == 0
            || (number >= i128::MIN >> unused && number <= (u128::MAX >> unused) as i128);
        if !fits {
            return Err(DataValueCastFailure::FromInteger(number, ty));
        }
        Self::from_bits(ty, number as u128)
    }

    /// The number of an integer value, signed.
    pub fn into_int_signed(&self) -> Result<i128, DataValueCastFailure> {
        if !self.is_int() {
            return Err(DataValueCastFailure::TryInto(self.ty(), types::I128));
        }
        let unused = 128 - self.ty().bits();
        Ok(((self.bits() << unused) as i128) >> unused)
    }

    /// The number of an integer value, unsigned.
    pub fn into_int_unsigned(&self) -> Result<u128, DataValueCastFailure> {
        if !self.is_int() {
            return Err(DataValueCastFailure::TryInto(self.ty(), types::I128));
        }
        Ok(self.bits())
    }

    /// Whether both values have the same kind and the same bits: unlike `==`, −0 differs from +0
    /// and a NaN equals itself.
    pub fn bitwise_eq(&self, other: &DataValue) -> bool {
        self.ty() == other.ty() && self.bits() == other.bits()
    }

    /// The size in bytes.
    pub fn size(&self) -> usize {
        self.ty().bytes() as usize
    }

    /// The value with its bytes in reverse order.
    pub fn swap_bytes(&self) -> DataValue {
        let unused = 128 - self.ty().bits();
        let bits = self.bits().swap_bytes() >> unused;
        Self::from_bits(self.ty(), bits).expect("the type is that of a value")
    }

    /// Writes the value to the start of `dst`, in little-endian order.
    pub fn write_to_slice_le(&self, dst: &mut [u8]) {
        let size = self.size();
        dst[..size].copy_from_slice(&self.bits().to_le_bytes()[..size]);
    }

    /// Writes the value to the start of `dst`, in big-endian order.
    pub fn write_to_slice_be(&self, dst: &mut [u8]) {
        self.swap_bytes().write_to_slice_le(dst);
    }

    /// Writes the value to the start of `dst`, in the byte order of the host.
    pub fn write_to_slice_ne(&self, dst: &mut [u8]) {
        if cfg!(target_endian = "big") {
            self.write_to_slice_be(dst);
        } else {
            self.write_to_slice_le(dst);
        }
    }

    /// Reads a value of type `ty` from the start of `src`, in little-endian order.
    pub fn read_from_slice_le(src: &[u8], ty: Type) -> DataValue {
        let size = ty.bytes() as usize;
        let mut bytes = [0; 16];
        bytes[..size].copy_from_slice(&src[..size]);
        Self::from_bits(ty, u128::from_le_bytes(bytes)).expect("a type that values can have")
    }

    /// Reads a value of type `ty` from the start of `src`, in big-endian order.
    pub fn read_from_slice_be(src: &[u8], ty: Type) -> DataValue {
        Self::read_from_slice_le(src, ty).swap_bytes()
    }

    /// Reads a value of type `ty` from the start of `src`, in the byte order of the host.
    pub fn read_from_slice_ne(src: &[u8], ty: Type) -> DataValue {
        if cfg!(target_endian = "big") {
            Self::read_from_slice_be(src, ty)
        } else {
            Self::read_from_slice_le(src, ty)
        }
    }

    /// Reads a literal of type `ty`: an integer, a float, a list of lanes or a hex number.
    pub fn parse(text: &str, ty: Type) -> Result<DataValue, ParseDataValueError> {
        let text = text.trim();
        let fail = |reason: String| ParseDataValueError { text: text.to_string(), ty, reason };
        let bits = if ty.is_vector() { vector_bits(text, ty) } else { scalar_bits(text, ty) };
        Self::from_bits(ty, bits.map_err(fail)?).map_err(|e| fail(e.to_string()))
    }
}

/// The bits of a scalar literal.
fn scalar_bits(text: &str, ty: Type) -> Result<u128, String> {
    fn float<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
        text.parse().map_err(|e: T::Err| e.to_string())
    }
    match ty {
        types::F16 => Ok(u128::from(float::<Ieee16>(text)?.bits())),
        types::F32 => Ok(u128::from(float::<Ieee32>(text)?.bits())),
        types::F64 => Ok(u128::from(float::<Ieee64>(text)?.bits())),
        types::F128 => Ok(float::<Ieee128>(text)?.bits()),
        _ if ty.is_int() => parse_int(text, ty.bits(), ty == types::I64).map_err(str::to_string),
        _ => Err("only scalars and fixed vectors can be written".to_string()),
    }
}

/// The bits of a vector literal: lanes in brackets, lane 0 first, or one big-endian hex number.
fn vector_bits(text: &str, ty: Type) -> Result<u128, String> {
    if ty.bits() > 128 {
        return Err("vectors of more than 16 bytes cannot be written here".to_string());
    }
    if let Some(hex) = text.strip_prefix("0x") {
        let digits: String = hex.chars().filter(|&c| c != '_').collect();
        if !digits.len().is_multiple_of(2) || digits.len() as u32 > ty.bits() / 4 {
            let most = ty.bits() / 4;
            return Err(format!("expected an even number of hex digits, at most {most}"));
        }
        return parse_magnitude(text, false).map_err(str::to_string);
    }
    let lanes = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or("expected lanes in brackets, or a `0x` number")?;
    let (mut bits, mut count) = (0, 0);
    for lane in lanes.split_whitespace() {
        if count == ty.lane_count() {
            return Err(format!("expected {} lanes, found more", ty.lane_count()));
        }
        bits |= scalar_bits(lane, ty.lane_type())? << (count * ty.lane_bits());
        count += 1;
    }
    if count != ty.lane_count() {
        return Err(format!("expected {} lanes, found {count}", ty.lane_count()));
    }
    Ok(bits)
}

impl fmt::Display for DataValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataValue::I8(v) => v.fmt(f),
            DataValue::I16(v) => v.fmt(f),
            DataValue::I32(v) => v.fmt(f),
            DataValue::I64(v) => v.fmt(f),
            DataValue::I128(v) => v.fmt(f),
            DataValue::F16(v) => v.fmt(f),
            DataValue::F32(v) => v.fmt(f),
            DataValue::F64(v) => v.fmt(f),
            DataValue::F128(v) => v.fmt(f),
            _ => {
                let digits = 2 * self.size();
                write!(f, "0x{:0digits$x}", self.bits())
            }
        }
    }
}

/// Values in a row: one alone as it is, none or several in brackets.
pub struct DisplayDataValues<'a>(pub &'a [DataValue]);

impl fmt::Display for DisplayDataValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [one] = self.0 {
            return one.fmt(f);
        }
        f.write_str("[")?;
        for (n, value) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{value}")?;
        }
        f.write_str("]")
    }
}

macro_rules! conversions {
    ($($ty:ty, $variant:ident, $ir:ident;)*) => { $(
        impl From<$ty> for DataValue {
            fn from(value: $ty) -> Self {
                DataValue::$variant(value)
            }
        }

        impl TryFrom<DataValue> for $ty {
            type Error = DataValueCastFailure;

            fn try_from(value: DataValue) -> Result<$ty, DataValueCastFailure> {
                match value {
                    DataValue::$variant(v) => Ok(v),
                    other => Err(DataValueCastFailure::TryInto(other.ty(), types::$ir)),
                }
            }
        }
    )* };
}

conversions! {
    i8, I8, I8;
    i16, I16, I16;
    i32, I32, I32;
    i64, I64, I64;
    i128, I128, I128;
    Ieee16, F16, F16;
    Ieee32, F32, F32;
    Ieee64, F64, F64;
    Ieee128, F128, F128;
    [u8; 16], V128, I8X16;
    [u8; 8], V64, I8X8;
    [u8; 4], V32, I8X4;
    [u8; 2], V16, I8X2;
}

macro_rules! unsigned_conversions {
    ($($ty:ty, $signed:ty;)*) => { $(
        impl From<$ty> for DataValue {
            fn from(value: $ty) -> Self {
                DataValue::from(value as $signed)
            }
        }
    )* };
}

unsigned_conversions! { u8, i8; u16, i16; u32, i32; u64, i64; u128, i128; }

impl From<f32> for DataValue {
    fn from(value: f32) -> Self {
        DataValue::F32(Ieee32::with_bits(value.to_bits()))
    }
}

impl From<f64> for DataValue {
    fn from(value: f64) -> Self {
        DataValue::F64(Ieee64::with_bits(value.to_bits()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, ty: Type) -> Option<u128> {
        DataValue::parse(text, ty).ok().map(|v| v.bits())
    }

    #[test]
    fn integers_are_read_within_their_range() {
        assert_eq!(parse("-1", types::I8), Some(0xff));
        assert_eq!(parse("255", types::I8), Some(0xff));
        assert_eq!(parse("-0x80", types::I8), Some(0x80));
        assert_eq!(parse("256", types::I8), None);
        assert_eq!(parse("-129", types::I8), None);
        assert_eq!(parse("0x1_0", types::I16), Some(0x10));
        assert_eq!(parse("1_0", types::I16), None);
        assert_eq!(parse("--1", types::I16), None);
        assert_eq!(parse("", types::I16), None);
        assert_eq!(parse("-1", types::I128), Some(u128::MAX));
        assert_eq!(parse("0X1", types::I32), None);
    }

    #[test]
    fn vectors_are_lanes_or_hex() {
        assert_eq!(parse("[1 2 3 4]", types::I16X4), Some(0x0004_0003_0002_0001));
        assert_eq!(parse("[1 2 3]", types::I16X4), None);
        assert_eq!(parse("[1 2 3 4 5]", types::I16X4), None);
        assert_eq!(parse("0x0102", types::I8X2), Some(0x0102));
        assert_eq!(parse("0x010", types::I8X2), None);
        assert_eq!(parse("0x010203", types::I8X2), None);
        assert_eq!(parse("[0x1.0 -0.0]", types::F32X2), Some(0x8000_0000_3f80_0000));
    }

    #[test]
    fn what_is_displayed_is_read_back() {
        for (ty, bits) in [
            (types::I8, 0x80),
            (types::I64, 0xfedc_ba98_7654_3210),
            (types::I128, u128::MAX / 3),
            (types::F32, 0x7f80_0001),
            (types::F64, 0x8000_0000_0000_0000),
            (types::I32X4, 7 << 96),
            (types::F16X4, 0x1234),
        ] {
            let value = DataValue::from_bits(ty, bits).unwrap();
            let again = DataValue::parse(&value.to_string(), ty).unwrap();
            assert!(value.bitwise_eq(&again), "{value} of type {ty}");
        }
    }

    #[test]
    fn slices_hold_both_byte_orders() {
        let value = DataValue::I32(0x0102_0304);
        let mut bytes = [0; 4];
        value.write_to_slice_le(&mut bytes);
        assert_eq!(bytes, [4, 3, 2, 1]);
        assert_eq!(DataValue::read_from_slice_le(&bytes, types::I32), value);
        value.write_to_slice_be(&mut bytes);
        assert_eq!(bytes, [1, 2, 3, 4]);
        assert_eq!(DataValue::read_from_slice_be(&bytes, types::I32), value);
    }

    #[test]
    fn equality_is_bitwise() {
        let (plus, minus) = (DataValue::from(0.0f32), DataValue::from(-0.0f32));
        assert!(!plus.bitwise_eq(&minus));
        let nan = DataValue::from(f64::NAN);
        assert!(nan.bitwise_eq(&nan.clone()));
        assert!(!DataValue::I8(1).bitwise_eq(&DataValue::I16(1)));
    }

    #[test]
    fn several_values_stand_in_brackets() {
        let values = [DataValue::I8(1), DataValue::I16(-2)];
        assert_eq!(DisplayDataValues(&values).to_string(), "[1, -2]");
        assert_eq!(DisplayDataValues(&values[..1]).to_string(), "1");
        assert_eq!(DisplayDataValues(&[]).to_string(), "[]");
    }
}
