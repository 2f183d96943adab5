//! Source locations: a number of the front end's for each instruction.

use core::fmt;

/// A place in the source, as a number that only the front end understands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct SourceLoc(u32);

impl SourceLoc {
    /// The location of this number; `u32::MAX` means none.
    #[inline]
    pub const fn new(bits: u32) -> Self {
        Self(bits)
    }

    /// True for no location.
    #[inline]
    pub const fn is_default(self) -> bool {
        self.0 == u32::MAX
    }

    /// The number.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl Default for SourceLoc {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl fmt::Display for SourceLoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_default() { f.write_str("@-") } else { write!(f, "@{:04x}", self.0) }
    }
}

/// A source location relative to the first of its function, so that equal bodies stay equal when
/// they move in the source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct RelSourceLoc(u32);

impl RelSourceLoc {
    /// The location of this difference; `u32::MAX` means none.
    #[inline]
    pub const fn new(bits: u32) -> Self {
        Self(bits)
    }

    /// The location `loc` relative to `base`.
    #[inline]
    pub const fn from_base_offset(base: SourceLoc, loc: SourceLoc) -> Self {
        if base.is_default() || loc.is_default() {
            Self(u32::MAX)
        } else {
            Self(loc.0.wrapping_sub(base.0))
        }
    }

    /// The absolute location.
    #[inline]
    pub const fn expand(self, base: SourceLoc) -> SourceLoc {
        if self.is_default() || base.is_default() {
            SourceLoc(u32::MAX)
        } else {
            SourceLoc(self.0.wrapping_add(base.0))
        }
    }

    /// True for no location.
    #[inline]
    pub const fn is_default(self) -> bool {
        self.0 == u32::MAX
    }

    /// The number.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl Default for RelSourceLoc {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_locations_expand() {
        let (base, loc) = (SourceLoc::new(0x1000), SourceLoc::new(0x12));
        let relative = RelSourceLoc::from_base_offset(base, loc);
        assert_eq!(relative.expand(base), loc);
        assert_eq!(loc.to_string(), "@0012");
        assert!(RelSourceLoc::from_base_offset(base, SourceLoc::default()).is_default());
        assert!(RelSourceLoc::default().expand(base).is_default());
    }
}
