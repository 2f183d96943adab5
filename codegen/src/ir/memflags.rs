//! What is known about one access to memory.
//!
//! The flags are 32 bits: 0–7 the trap code exclusive-or 253 (so that 0, the default, is
//! `heap_oob`, and 253 is `notrap`), 8 aligned, 9 readonly, 10 can_move, 11 big, 12 little, and
//! 13–31 one more than the number of the alias region.

use super::entities::AliasRegion;
use super::trapcode::TrapCode;
use core::fmt;

/// Byte order of an access.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Endianness {
    /// The least significant byte has the lowest address.
    Little,
    /// The most significant byte has the lowest address.
    Big,
}

/// Flags of a load or store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MemFlags(u32);

/// The flags under the name that separates them from an index of them.
pub type MemFlagsData = MemFlags;

const TRAP_MASK: u32 = 0xff;
const TRAP_DEFAULT: u32 = TrapCode::HEAP_OUT_OF_BOUNDS.as_u8() as u32;
const ALIGNED: u32 = 1 << 8;
const READONLY: u32 = 1 << 9;
const CAN_MOVE: u32 = 1 << 10;
const BIG: u32 = 1 << 11;
const LITTLE: u32 = 1 << 12;
const REGION_SHIFT: u32 = 13;

impl MemFlags {
    /// The largest number of an alias region that fits.
    pub const MAX_REGION: u32 = (1 << (32 - REGION_SHIFT)) - 2;

    /// Nothing known: the access may trap (`heap_oob`), be misaligned, and alias anything.
    #[inline]
    pub const fn new() -> Self {
        Self(0)
    }

    /// Aligned, and does not trap.
    #[inline]
    pub const fn trusted() -> Self {
        Self::new().with_notrap().with_aligned()
    }

    /// The flags as a number.
    #[inline]
    pub const fn to_bits(self) -> u32 {
        self.0
    }

    /// The flags of a number that [`MemFlags::to_bits`] gave.
    #[inline]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    #[inline]
    const fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    #[inline]
    const fn with(self, bit: u32) -> Self {
        Self(self.0 | bit)
    }

    /// Sets the flag of this word (`aligned`, `big`, a trap code, …); `Ok(false)` if it names none.
    ///
    /// Regions are not words; the reader sets them by [`MemFlags::set_alias_region`].
    pub fn set_by_name(&mut self, name: &str) -> Result<bool, &'static str> {
        match name {
            "notrap" => self.set_trap_code(None),
            "aligned" => self.set_aligned(),
            "readonly" => self.set_readonly(),
            "can_move" => self.set_can_move(),
            "little" | "big" if self.has(LITTLE | BIG) && !self.has(byte_order_bit(name)) => {
                return Err("an access cannot be both `little` and `big`: keep one of them");
            }
            "little" | "big" => *self = self.with(byte_order_bit(name)),
            _ => match name.parse() {
                Ok(code) => self.set_trap_code(Some(code)),
                Err(()) => return Ok(false),
            },
        }
        Ok(true)
    }

    /// The byte order, where the flags do not say that of the target.
    #[inline]
    pub const fn endianness(self, native: Endianness) -> Endianness {
        match self.explicit_endianness() {
            Some(order) => order,
            None => native,
        }
    }

    /// The byte order that the flags say.
    #[inline]
    pub const fn explicit_endianness(self) -> Option<Endianness> {
        if self.has(LITTLE) {
            Some(Endianness::Little)
        } else if self.has(BIG) {
            Some(Endianness::Big)
        } else {
            None
        }
    }

    /// Sets the byte order.
    pub const fn set_endianness(&mut self, order: Endianness) {
        *self = self.with_endianness(order);
    }

    /// These flags with a byte order.
    #[must_use]
    pub const fn with_endianness(self, order: Endianness) -> Self {
        let bit = match order {
            Endianness::Little => LITTLE,
            Endianness::Big => BIG,
        };
        Self(self.0 & !(LITTLE | BIG) | bit)
    }

    /// True if the access cannot fault.
    #[inline]
    pub const fn notrap(self) -> bool {
        self.trap_code().is_none()
    }

    /// Says that the access cannot fault.
    pub const fn set_notrap(&mut self) {
        self.set_trap_code(None);
    }

    /// These flags, for an access that cannot fault.
    #[must_use]
    #[inline]
    pub const fn with_notrap(self) -> Self {
        self.with_trap_code(None)
    }

    /// The code of the trap if the access faults; `None` if it cannot.
    #[inline]
    pub const fn trap_code(self) -> Option<TrapCode> {
        TrapCode::from_u8(((self.0 & TRAP_MASK) ^ TRAP_DEFAULT) as u8)
    }

    /// Sets the code of the trap, or `None` for an access that cannot fault.
    pub const fn set_trap_code(&mut self, code: Option<TrapCode>) {
        *self = self.with_trap_code(code);
    }

    /// These flags with another trap code, or `None` for an access that cannot fault.
    #[must_use]
    #[inline]
    pub const fn with_trap_code(self, code: Option<TrapCode>) -> Self {
        let code = match code {
            Some(code) => code.as_u8() as u32,
            None => 0,
        };
        Self(self.0 & !TRAP_MASK | (code ^ TRAP_DEFAULT))
    }

    /// True if the address is a multiple of the access's size.
    #[inline]
    pub const fn aligned(self) -> bool {
        self.has(ALIGNED)
    }

    /// Says that the address is aligned.
    pub const fn set_aligned(&mut self) {
        *self = self.with(ALIGNED);
    }

    /// These flags, for an aligned address.
    #[must_use]
    pub const fn with_aligned(self) -> Self {
        self.with(ALIGNED)
    }

    /// True if the memory does not change while the function runs.
    #[inline]
    pub const fn readonly(self) -> bool {
        self.has(READONLY)
    }

    /// Says that the memory does not change.
    pub const fn set_readonly(&mut self) {
        *self = self.with(READONLY);
    }

    /// These flags, for memory that does not change.
    #[must_use]
    pub const fn with_readonly(self) -> Self {
        self.with(READONLY)
    }

    /// True if the access may be made where control would not have reached it.
    #[inline]
    pub const fn can_move(self) -> bool {
        self.has(CAN_MOVE)
    }

    /// Says that the access may be made elsewhere.
    pub const fn set_can_move(&mut self) {
        *self = self.with(CAN_MOVE);
    }

    /// These flags, for an access that may be made elsewhere.
    #[must_use]
    pub const fn with_can_move(self) -> Self {
        self.with(CAN_MOVE)
    }

    /// The alias region, if the access has one.
    #[inline]
    pub const fn alias_region(self) -> Option<AliasRegion> {
        match self.0 >> REGION_SHIFT {
            0 => None,
            n => Some(AliasRegion::from_u32(n - 1)),
        }
    }

    /// Sets or removes the alias region.
    pub const fn set_alias_region(&mut self, region: Option<AliasRegion>) {
        *self = self.with_alias_region(region);
    }

    /// These flags with an alias region or none. A region above [`MemFlags::MAX_REGION`] does not
    /// fit and is left out, which is always right: such an access may alias everything.
    #[must_use]
    pub const fn with_alias_region(self, region: Option<AliasRegion>) -> Self {
        let number = match region {
            Some(region) if region.as_u32() <= Self::MAX_REGION => region.as_u32() + 1,
            _ => 0,
        };
        Self(self.0 & ((1 << REGION_SHIFT) - 1) | number << REGION_SHIFT)
    }
}

const fn byte_order_bit(name: &str) -> u32 {
    if name.len() == 3 { BIG } else { LITTLE }
}

/// Prints each flag with a blank before it, as it stands behind an opcode.
impl fmt::Display for MemFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.trap_code() {
            None => f.write_str(" notrap")?,
            Some(TrapCode::HEAP_OUT_OF_BOUNDS) => {}
            Some(code) => write!(f, " {code}")?,
        }
        for (bit, word) in [
            (ALIGNED, " aligned"),
            (READONLY, " readonly"),
            (CAN_MOVE, " can_move"),
            (BIG, " big"),
            (LITTLE, " little"),
        ] {
            if self.has(bit) {
                f.write_str(word)?;
            }
        }
        self.alias_region().map_or(Ok(()), |region| write!(f, " {region}"))
    }
}

impl fmt::Debug for MemFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemFlags({})", self.to_string().trim_start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_set_what_is_printed() {
        let mut flags = MemFlags::new();
        assert_eq!(flags.trap_code(), Some(TrapCode::HEAP_OUT_OF_BOUNDS));
        assert_eq!(flags.to_string(), "");
        for word in ["little", "can_move", "aligned", "user7", "readonly"] {
            assert_eq!(flags.set_by_name(word), Ok(true));
        }
        assert!(flags.set_by_name("big").is_err());
        assert_eq!(flags.set_by_name("little"), Ok(true));
        assert_eq!(flags.set_by_name("trusted"), Ok(false));
        flags.set_alias_region(Some(AliasRegion::from_u32(3)));
        assert_eq!(flags.to_string(), " user7 aligned readonly can_move little region3");
        assert_eq!(flags.set_by_name("notrap"), Ok(true));
        assert_eq!(flags.to_string(), " notrap aligned readonly can_move little region3");
        assert_eq!(MemFlags::from_bits(flags.to_bits()), flags);
        flags.set_alias_region(None);
        assert_eq!(flags.alias_region(), None);
    }

    #[test]
    fn the_last_region_fits() {
        let last = AliasRegion::from_u32(MemFlags::MAX_REGION);
        assert_eq!(MemFlags::new().with_alias_region(Some(last)).alias_region(), Some(last));
        let beyond = AliasRegion::from_u32(MemFlags::MAX_REGION + 1);
        assert_eq!(MemFlags::new().with_alias_region(Some(beyond)).alias_region(), None);
    }
}
