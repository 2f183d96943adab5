//! Why a trap happened.

use core::fmt;
use core::num::NonZeroU8;
use core::str::FromStr;

/// The reason of a trap: one of the five that operations have by themselves, or the user's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrapCode(NonZeroU8);

/// The codes that are not the user's: the word of the text language, and what it means.
const NAMED: [(TrapCode, &str, &str); 5] = [
    (TrapCode::STACK_OVERFLOW, "stk_ovf", "stack overflow"),
    (TrapCode::INTEGER_OVERFLOW, "int_ovf", "integer overflow"),
    (TrapCode::HEAP_OUT_OF_BOUNDS, "heap_oob", "memory access out of bounds"),
    (TrapCode::INTEGER_DIVISION_BY_ZERO, "int_divz", "integer division by zero"),
    (TrapCode::BAD_CONVERSION_TO_INTEGER, "bad_toint", "conversion of NaN to an integer"),
];

impl TrapCode {
    /// The largest number of a user's trap.
    pub const MAX_USER: u8 = 250;

    /// The stack is used up.
    pub const STACK_OVERFLOW: Self = Self::named(251);
    /// An integer result does not fit.
    pub const INTEGER_OVERFLOW: Self = Self::named(252);
    /// An access to memory outside of what may be accessed.
    pub const HEAP_OUT_OF_BOUNDS: Self = Self::named(253);
    /// A division by zero.
    pub const INTEGER_DIVISION_BY_ZERO: Self = Self::named(254);
    /// A NaN has no integer value.
    pub const BAD_CONVERSION_TO_INTEGER: Self = Self::named(255);

    const fn named(code: u8) -> Self {
        Self(NonZeroU8::new(code).expect("the named codes are not zero"))
    }

    /// The user's trap of this number, from 1 to [`TrapCode::MAX_USER`].
    pub const fn user(number: u8) -> Option<Self> {
        match NonZeroU8::new(number) {
            Some(code) if number <= Self::MAX_USER => Some(Self(code)),
            _ => None,
        }
    }

    /// The user's trap of this number; panics where it is out of range. For constants.
    pub const fn unwrap_user(number: u8) -> Self {
        Self::user(number).expect("a user's trap has a number from 1 to 250")
    }

    /// The traps that are not the user's.
    pub const fn non_user_traps() -> &'static [Self] {
        &[
            Self::STACK_OVERFLOW,
            Self::INTEGER_OVERFLOW,
            Self::HEAP_OUT_OF_BOUNDS,
            Self::INTEGER_DIVISION_BY_ZERO,
            Self::BAD_CONVERSION_TO_INTEGER,
        ]
    }

    /// The trap of this encoding; any byte but 0 is one.
    #[inline]
    pub const fn from_raw(code: NonZeroU8) -> Self {
        Self(code)
    }

    /// The trap of this encoding, `None` for 0.
    #[inline]
    pub const fn from_u8(code: u8) -> Option<Self> {
        match NonZeroU8::new(code) {
            Some(code) => Some(Self(code)),
            None => None,
        }
    }

    /// The encoding.
    #[inline]
    pub const fn as_raw(self) -> NonZeroU8 {
        self.0
    }

    /// What happened, in words; a user's trap is called by its number.
    pub fn description(self) -> String {
        match NAMED.iter().find(|(code, ..)| *code == self) {
            Some((.., words)) => (*words).to_string(),
            None => format!("trap {} of the user", self.0),
        }
    }

    /// The encoding as a byte.
    #[inline]
    pub const fn as_u8(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for TrapCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMED.iter().find(|(code, ..)| code == self) {
            Some((_, word, _)) => f.write_str(word),
            None => write!(f, "user{}", self.0),
        }
    }
}

impl fmt::Debug for TrapCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TrapCode {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        if let Some((code, ..)) = NAMED.iter().find(|(_, name, _)| *name == word) {
            return Ok(*code);
        }
        let digits = word.strip_prefix("user").ok_or(())?;
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        digits.parse().ok().and_then(Self::user).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back() {
        for code in (1..=255).filter_map(TrapCode::from_u8) {
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        for bad in ["user0", "user251", "user01", "user", "user+1", "heap", ""] {
            assert_eq!(bad.parse::<TrapCode>(), Err(()), "{bad}");
        }
    }
}
