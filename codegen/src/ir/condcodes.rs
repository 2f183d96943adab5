//! Conditions of integer and float comparisons.

use core::fmt;
use core::str::FromStr;

/// What conditions of both kinds have in common.
pub trait CondCode: Copy {
    /// The condition that holds exactly where this one does not.
    #[must_use]
    fn complement(self) -> Self;

    /// The condition that gives the same result on swapped operands.
    #[must_use]
    fn swap_args(self) -> Self;
}

/// Condition of an integer comparison.
///
/// The order of the variants is fixed: an even condition and the next are complements.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum IntCC {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// Signed `<`.
    SignedLessThan,
    /// Signed `>=`.
    SignedGreaterThanOrEqual,
    /// Signed `>`.
    SignedGreaterThan,
    /// Signed `<=`.
    SignedLessThanOrEqual,
    /// Unsigned `<`.
    UnsignedLessThan,
    /// Unsigned `>=`.
    UnsignedGreaterThanOrEqual,
    /// Unsigned `>`.
    UnsignedGreaterThan,
    /// Unsigned `<=`.
    UnsignedLessThanOrEqual,
}

use IntCC::*;

impl IntCC {
    /// All conditions, in the order of their encoding.
    pub const ALL: [Self; 10] = [
        Equal,
        NotEqual,
        SignedLessThan,
        SignedGreaterThanOrEqual,
        SignedGreaterThan,
        SignedLessThanOrEqual,
        UnsignedLessThan,
        UnsignedGreaterThanOrEqual,
        UnsignedGreaterThan,
        UnsignedLessThanOrEqual,
    ];

    /// All conditions, in the order of their encoding.
    pub const fn all() -> &'static [Self] {
        &Self::ALL
    }

    /// The condition of an encoding (`cc as u8`).
    pub const fn from_u8(code: u8) -> Option<Self> {
        if (code as usize) < Self::ALL.len() { Some(Self::ALL[code as usize]) } else { None }
    }

    /// The condition that holds exactly where this one does not.
    #[must_use]
    #[inline]
    pub const fn complement(self) -> Self {
        Self::ALL[self as usize ^ 1]
    }

    /// The condition that gives the same result on swapped operands.
    #[must_use]
    pub const fn swap_args(self) -> Self {
        match self {
            Equal => Equal,
            NotEqual => NotEqual,
            SignedLessThan => SignedGreaterThan,
            SignedGreaterThanOrEqual => SignedLessThanOrEqual,
            SignedGreaterThan => SignedLessThan,
            SignedLessThanOrEqual => SignedGreaterThanOrEqual,
            UnsignedLessThan => UnsignedGreaterThan,
            UnsignedGreaterThanOrEqual => UnsignedLessThanOrEqual,
            UnsignedGreaterThan => UnsignedLessThan,
            UnsignedLessThanOrEqual => UnsignedGreaterThanOrEqual,
        }
    }

    /// The condition with equality left out.
    #[must_use]
    pub const fn without_equal(self) -> Self {
        match self {
            SignedGreaterThanOrEqual => SignedGreaterThan,
            SignedLessThanOrEqual => SignedLessThan,
            UnsignedGreaterThanOrEqual => UnsignedGreaterThan,
            UnsignedLessThanOrEqual => UnsignedLessThan,
            other => other,
        }
    }

    /// The unsigned condition of the same shape.
    #[must_use]
    pub const fn unsigned(self) -> Self {
        if self.is_signed() { Self::ALL[self as usize + 4] } else { self }
    }

    /// The signed condition of the same shape.
    #[must_use]
    pub const fn signed(self) -> Self {
        if self.is_unsigned() { Self::ALL[self as usize - 4] } else { self }
    }

    /// True where the operands are taken as signed.
    pub const fn is_signed(self) -> bool {
        self as u8 >= SignedLessThan as u8 && self as u8 <= SignedLessThanOrEqual as u8
    }

    /// True where the operands are taken as unsigned.
    pub const fn is_unsigned(self) -> bool {
        self as u8 >= UnsignedLessThan as u8
    }

    /// The word of the text form.
    pub const fn to_static_str(self) -> &'static str {
        ["eq", "ne", "slt", "sge", "sgt", "sle", "ult", "uge", "ugt", "ule"][self as usize]
    }
}

impl CondCode for IntCC {
    fn complement(self) -> Self {
        self.complement()
    }

    fn swap_args(self) -> Self {
        self.swap_args()
    }
}

impl fmt::Display for IntCC {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_static_str())
    }
}

impl FromStr for IntCC {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cc| cc.to_static_str() == word).ok_or(())
    }
}

/// Condition of a float comparison: a set of the four possible outcomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum FloatCC {
    /// Neither operand is a NaN.
    Ordered,
    /// An operand is a NaN.
    Unordered,
    /// Equal.
    Equal,
    /// Different or unordered.
    NotEqual,
    /// Ordered and different.
    OrderedNotEqual,
    /// Unordered or equal.
    UnorderedOrEqual,
    /// `<`
    LessThan,
    /// `<=`
    LessThanOrEqual,
    /// `>`
    GreaterThan,
    /// `>=`
    GreaterThanOrEqual,
    /// Unordered or `<`.
    UnorderedOrLessThan,
    /// Unordered or `<=`.
    UnorderedOrLessThanOrEqual,
    /// Unordered or `>`.
    UnorderedOrGreaterThan,
    /// Unordered or `>=`.
    UnorderedOrGreaterThanOrEqual,
}

/// Outcomes of a comparison, as bits of a set: less, equal, greater, unordered.
const LT: u8 = 1;
const EQ: u8 = 2;
const GT: u8 = 4;
const UN: u8 = 8;

impl FloatCC {
    /// All conditions, in the order of their encoding.
    pub const ALL: [Self; 14] = [
        Self::Ordered,
        Self::Unordered,
        Self::Equal,
        Self::NotEqual,
        Self::OrderedNotEqual,
        Self::UnorderedOrEqual,
        Self::LessThan,
        Self::LessThanOrEqual,
        Self::GreaterThan,
        Self::GreaterThanOrEqual,
        Self::UnorderedOrLessThan,
        Self::UnorderedOrLessThanOrEqual,
        Self::UnorderedOrGreaterThan,
        Self::UnorderedOrGreaterThanOrEqual,
    ];

    /// The outcomes in which each condition holds, by encoding.
    const OUTCOMES: [u8; 14] = [
        LT | EQ | GT,
        UN,
        EQ,
        LT | GT | UN,
        LT | GT,
        EQ | UN,
        LT,
        LT | EQ,
        GT,
        GT | EQ,
        LT | UN,
        LT | EQ | UN,
        GT | UN,
        GT | EQ | UN,
    ];

    /// All conditions, in the order of their encoding.
    pub const fn all() -> &'static [Self] {
        &Self::ALL
    }

    /// The condition of an encoding (`cc as u8`).
    pub const fn from_u8(code: u8) -> Option<Self> {
        if (code as usize) < Self::ALL.len() { Some(Self::ALL[code as usize]) } else { None }
    }

    /// The outcomes in which the condition holds: bit 0 less, 1 equal, 2 greater, 3 unordered.
    pub const fn outcomes(self) -> u8 {
        Self::OUTCOMES[self as usize]
    }

    const fn from_outcomes(outcomes: u8) -> Self {
        let mut i = 0;
        while Self::OUTCOMES[i] != outcomes {
            i += 1;
        }
        Self::ALL[i]
    }

    /// The condition that holds exactly where this one does not.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self::from_outcomes(self.outcomes() ^ (LT | EQ | GT | UN))
    }

    /// The condition that gives the same result on swapped operands.
    #[must_use]
    pub const fn swap_args(self) -> Self {
        let old = self.outcomes();
        let less = if old & GT != 0 { LT } else { 0 };
        let greater = if old & LT != 0 { GT } else { 0 };
        Self::from_outcomes(old & (EQ | UN) | less | greater)
    }

    /// True where the condition holds if an operand is a NaN.
    pub const fn holds_unordered(self) -> bool {
        self.outcomes() & UN != 0
    }

    /// The word of the text form.
    pub const fn to_static_str(self) -> &'static str {
        ["ord", "uno", "eq", "ne", "one", "ueq", "lt", "le", "gt", "ge", "ult", "ule", "ugt", "uge"]
            [self as usize]
    }
}

impl CondCode for FloatCC {
    fn complement(self) -> Self {
        self.complement()
    }

    fn swap_args(self) -> Self {
        self.swap_args()
    }
}

impl fmt::Display for FloatCC {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_static_str())
    }
}

impl FromStr for FloatCC {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cc| cc.to_static_str() == word).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether an integer condition holds, by its word.
    fn holds(cc: IntCC, x: i8, y: i8) -> bool {
        let (ux, uy) = (x as u8, y as u8);
        match cc.to_static_str() {
            "eq" => x == y,
            "ne" => x != y,
            "slt" => x < y,
            "sle" => x <= y,
            "sgt" => x > y,
            "sge" => x >= y,
            "ult" => ux < uy,
            "ule" => ux <= uy,
            "ugt" => ux > uy,
            _ => ux >= uy,
        }
    }

    #[test]
    fn integer_conditions_relate_as_they_say() {
        let edges = [-128i8, -1, 0, 1, 127];
        for (i, cc) in IntCC::ALL.into_iter().enumerate() {
            assert_eq!(cc as usize, i);
            assert_eq!(cc.to_string().parse(), Ok(cc));
            for x in edges {
                for y in edges {
                    assert_eq!(holds(cc.complement(), x, y), !holds(cc, x, y), "{cc}");
                    assert_eq!(holds(cc.swap_args(), y, x), holds(cc, x, y), "{cc}");
                    let strict = holds(cc, x, y) && (x != y || cc == Equal);
                    assert_eq!(holds(cc.without_equal(), x, y), strict, "{cc}");
                    if x >= 0 && y >= 0 {
                        assert_eq!(holds(cc.unsigned(), x, y), holds(cc, x, y), "{cc}");
                        assert_eq!(holds(cc.signed(), x, y), holds(cc, x, y), "{cc}");
                    }
                }
            }
        }
    }

    #[test]
    fn float_conditions_relate_as_the_reference_says() {
        let table = "ord uno ord/uno ord uno/eq ne eq/ne eq ne/one ueq one/ueq one ueq/lt uge gt/\
                     le ugt ge/gt ule lt/ge ult le/ult ge ugt/ule gt uge/ugt le ult/uge lt ule";
        for row in table.split('/') {
            let words: Vec<&str> = row.split(' ').collect();
            let cc: FloatCC = words[0].parse().unwrap();
            assert_eq!(cc.complement().to_string(), words[1]);
            assert_eq!(cc.swap_args().to_string(), words[2]);
            assert_eq!(cc.holds_unordered(), words[0].starts_with('u') || words[0] == "ne");
        }
    }
}
