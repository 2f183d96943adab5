//! [`PackedOption`]: an optional entity in the space of an entity.
//!
//! One value of the type is set aside to mean "none".

use core::fmt;

/// A type with a value that is never used for anything but "absent".
pub trait ReservedValue {
    /// The value that means "absent".
    fn reserved_value() -> Self;

    /// True for that value.
    fn is_reserved_value(&self) -> bool;
}

/// An `Option<T>` that takes no more room than `T`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackedOption<T: ReservedValue>(T);

impl<T: ReservedValue> PackedOption<T> {
    /// True when there is no value.
    #[inline]
    pub fn is_none(&self) -> bool {
        self.0.is_reserved_value()
    }

    /// True when there is a value.
    #[inline]
    pub fn is_some(&self) -> bool {
        !self.is_none()
    }

    /// The ordinary option.
    #[inline]
    pub fn expand(self) -> Option<T> {
        if self.is_none() { None } else { Some(self.0) }
    }

    /// Applies `f` to the value, if there is one.
    #[inline]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Option<U> {
        self.expand().map(f)
    }

    /// The value; panics when there is none.
    #[inline]
    #[track_caller]
    pub fn unwrap(self) -> T {
        self.expand().expect("a packed option that holds a value")
    }

    /// The value; panics with `message` when there is none.
    #[inline]
    #[track_caller]
    pub fn expect(self, message: &str) -> T {
        self.expand().expect(message)
    }

    /// Takes the value out and leaves none behind.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        core::mem::take(self).expand()
    }
}

impl<T: ReservedValue> Default for PackedOption<T> {
    #[inline]
    fn default() -> Self {
        Self(T::reserved_value())
    }
}

impl<T: ReservedValue> From<T> for PackedOption<T> {
    #[inline]
    fn from(value: T) -> Self {
        debug_assert!(!value.is_reserved_value(), "the reserved value is not a value");
        Self(value)
    }
}

impl<T: ReservedValue> From<Option<T>> for PackedOption<T> {
    #[inline]
    fn from(option: Option<T>) -> Self {
        option.map_or_else(Self::default, Self::from)
    }
}

impl<T: ReservedValue> From<PackedOption<T>> for Option<T> {
    #[inline]
    fn from(packed: PackedOption<T>) -> Self {
        packed.expand()
    }
}

impl<T: ReservedValue + fmt::Debug> fmt::Debug for PackedOption<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.write_str("None") } else { write!(f, "Some({:?})", self.0) }
    }
}
