//! The constant pool: bytes that instructions refer to by number.
//!
//! Bytes are in little-endian order: the byte of lane 0 comes first. Equal constants that are
//! inserted share one number; numbers that a text leaves out hold no bytes.

use super::entities::Constant;
use super::immediates::{Ieee16, Ieee32, Ieee64, Ieee128, V128Imm};
use crate::entity::PrimaryMap;
use core::fmt;
use core::str::FromStr;
use std::collections::BTreeMap;

/// The bytes of a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstantData(Vec<u8>);

impl ConstantData {
    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, by value.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// The bytes, one by one.
    pub fn iter(&self) -> core::slice::Iter<'_, u8> {
        self.0.iter()
    }

    /// These bytes followed by others.
    #[must_use]
    pub fn append(mut self, bytes: impl IntoConstantBytes) -> Self {
        self.0.extend(bytes.into_bytes());
        self
    }

    /// These bytes with zeros behind them up to this size, which must not be smaller.
    #[must_use]
    pub fn expand_to(mut self, size: usize) -> Self {
        assert!(self.len() <= size, "a constant of {} bytes exceeds {size}", self.len());
        self.0.resize(size, 0);
        self
    }
}

/// What can be appended to a [`ConstantData`].
pub trait IntoConstantBytes {
    /// The bytes in little-endian order.
    fn into_bytes(self) -> impl IntoIterator<Item = u8>;
}

macro_rules! constant_bytes {
    ($($ty:ty: $x:ident => $bytes:expr;)*) => {
        $(
            impl IntoConstantBytes for $ty {
                fn into_bytes(self) -> impl IntoIterator<Item = u8> {
                    let $x = self;
                    $bytes
                }
            }
        )*
    };
}

constant_bytes! {
    u8: x => [x];
    i8: x => x.to_le_bytes();
    i16: x => x.to_le_bytes();
    i32: x => x.to_le_bytes();
    i64: x => x.to_le_bytes();
    i128: x => x.to_le_bytes();
    u16: x => x.to_le_bytes();
    u32: x => x.to_le_bytes();
    u64: x => x.to_le_bytes();
    u128: x => x.to_le_bytes();
    Ieee16: x => x.bits().to_le_bytes();
    Ieee32: x => x.bits().to_le_bytes();
    Ieee64: x => x.bits().to_le_bytes();
    Ieee128: x => x.bits().to_le_bytes();
    V128Imm: x => x.0;
    Vec<u8>: x => x;
}

impl FromIterator<u8> for ConstantData {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        Self(bytes.into_iter().collect())
    }
}

impl From<Vec<u8>> for ConstantData {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for ConstantData {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<V128Imm> for ConstantData {
    fn from(bytes: V128Imm) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Ieee128> for ConstantData {
    fn from(x: Ieee128) -> Self {
        Self(x.bits().to_le_bytes().to_vec())
    }
}

impl TryFrom<&ConstantData> for Ieee128 {
    type Error = core::array::TryFromSliceError;

    fn try_from(data: &ConstantData) -> Result<Self, Self::Error> {
        data.as_slice().try_into().map(|bytes| Ieee128::with_bits(u128::from_le_bytes(bytes)))
    }
}

/// One hexadecimal number, so the last byte comes first.
impl fmt::Display for ConstantData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.write_str("0x")?;
        self.0.iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ConstantData {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let digits = text.strip_prefix("0x").ok_or("a constant in hexadecimal starts with 0x")?;
        let mut nibbles = Vec::with_capacity(digits.len());
        for c in digits.chars().filter(|&c| c != '_') {
            nibbles.push(c.to_digit(16).ok_or("invalid digit in a hexadecimal constant")? as u8);
        }
        if nibbles.is_empty() || nibbles.len() % 2 != 0 {
            return Err(
                "a constant in hexadecimal has an even number of digits, two for each byte",
            );
        }
        Ok(Self(nibbles.chunks(2).rev().map(|pair| pair[0] << 4 | pair[1]).collect()))
    }
}

/// The constants of a function.
#[derive(Clone, Debug, Default)]
pub struct ConstantPool {
    constants: PrimaryMap<Constant, ConstantData>,
    numbers: BTreeMap<ConstantData, Constant>,
}

impl ConstantPool {
    /// An empty pool.
    pub const fn new() -> Self {
        Self { constants: PrimaryMap::new(), numbers: BTreeMap::new() }
    }

    /// Forgets all constants.
    pub fn clear(&mut self) {
        self.constants.clear();
        self.numbers.clear();
    }

    /// The number of a constant; equal constants have one.
    pub fn insert(&mut self, data: ConstantData) -> Constant {
        if let Some(&constant) = self.numbers.get(&data) {
            return constant;
        }
        let constant = self.constants.push(data.clone());
        self.numbers.insert(data, constant);
        constant
    }

    /// The bytes of a constant; panics where the pool does not hold it.
    pub fn get(&self, constant: Constant) -> &ConstantData {
        &self.constants[constant]
    }

    /// Gives a constant this number, filling lower numbers with constants without bytes.
    pub fn set(&mut self, constant: Constant, data: ConstantData) {
        while !self.constants.is_valid(constant) {
            self.constants.push(ConstantData::default());
        }
        let old = core::mem::replace(&mut self.constants[constant], data.clone());
        if self.numbers.get(&old) == Some(&constant) {
            self.numbers.remove(&old);
        }
        self.numbers.entry(data).or_insert(constant);
    }

    /// True if the pool holds this number.
    pub fn is_valid(&self, constant: Constant) -> bool {
        self.constants.is_valid(constant)
    }

    /// Numbers and bytes, in the order of the numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Constant, &ConstantData)> {
        self.constants.iter()
    }

    /// Number of constants.
    pub fn len(&self) -> usize {
        self.constants.len()
    }

    /// True where there are no constants.
    pub fn is_empty(&self) -> bool {
        self.constants.is_empty()
    }

    /// Bytes of all constants together.
    pub fn byte_size(&self) -> usize {
        self.constants.values().map(ConstantData::len).sum()
    }
}

impl PartialEq for ConstantPool {
    fn eq(&self, other: &Self) -> bool {
        self.constants == other.constants
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_constants_share_a_number() {
        let mut pool = ConstantPool::new();
        let a = pool.insert(vec![1, 2].into());
        let b = pool.insert(vec![1, 2, 3].into());
        assert_eq!(pool.insert(ConstantData::default().append(0x0201u16)), a);
        assert_ne!(a, b);
        pool.set(Constant::from_u32(4), vec![9].into());
        assert_eq!((pool.len(), pool.byte_size()), (5, 6));
        assert_eq!(pool.insert(vec![9].into()), Constant::from_u32(4));
        pool.set(a, vec![7].into());
        assert_eq!(pool.get(a).as_slice(), [7]);
        assert_ne!(pool.insert(vec![1, 2].into()), a);
        pool.clear();
        assert!(pool.is_empty());
    }

    #[test]
    fn hexadecimal_has_the_first_byte_last() {
        let data: ConstantData = "0x01_02".parse().unwrap();
        assert_eq!(data.as_slice(), [2, 1]);
        assert_eq!(data.to_string(), "0x0102");
        assert_eq!(data.expand_to(4).to_string(), "0x00000102");
        for bad in ["0102", "0x", "0x1", "0xzz"] {
            assert!(bad.parse::<ConstantData>().is_err(), "{bad}");
        }
        let one = Ieee128::with_bits(0x3fff << 112);
        assert_eq!(Ieee128::try_from(&ConstantData::from(one)).ok(), Some(one));
    }
}
