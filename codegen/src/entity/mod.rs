//! Entities: dense `u32` handles, and the containers that are indexed by them.
//!
//! An entity is a small copyable index type made by [`entity_impl!`](crate::entity_impl). A
//! [`PrimaryMap`] hands out the handles in order; a [`SecondaryMap`] attaches data to entities that
//! some other map owns; an [`EntityList`] is a list of entities in four bytes whose elements live
//! in a [`ListPool`]. Nothing here hashes, and everything can be cleared and used again without
//! giving its memory back.

mod boxed_slice;
mod iter;
mod list;
pub mod packed_option;
mod primary;
mod secondary;
mod set;
mod sparse;

pub use crate::entity_impl;
pub use boxed_slice::BoxedSlice;
pub use iter::{IntoIter, Iter, IterMut, Keys};
pub use list::{EntityList, ListPool};
pub use packed_option::{PackedOption, ReservedValue};
pub use primary::PrimaryMap;
pub use secondary::SecondaryMap;
pub use set::{EntitySet, SetIter};
pub use sparse::{SparseMap, SparseMapValue, SparseSet};

/// A type that stands for a dense index.
pub trait EntityRef: Copy + Eq {
    /// The entity of this index. Panics where the index does not fit.
    fn new(index: usize) -> Self;

    /// The index of this entity.
    fn index(self) -> usize;
}

/// Implements [`EntityRef`] and what belongs to it for a tuple struct around a `u32`.
///
/// With a second argument, the type also prints as that prefix and its number; with three
/// arguments (`entity_impl!(Type, "prefix", limit)`), numbers from `limit` on are refused.
#[macro_export]
macro_rules! entity_impl {
    ($entity:ident) => {
        $crate::entity_impl!(@base $entity, u32::MAX);
    };
    ($entity:ident, $prefix:expr) => {
        $crate::entity_impl!($entity, $prefix, u32::MAX);
    };
    ($entity:ident, $prefix:expr, $limit:expr) => {
        $crate::entity_impl!(@base $entity, $limit);

        impl ::core::fmt::Display for $entity {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::write!(f, ::core::concat!($prefix, "{}"), self.0)
            }
        }

        impl ::core::fmt::Debug for $entity {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
    };
    (@base $entity:ident, $limit:expr) => {
        impl $crate::entity::EntityRef for $entity {
            #[inline]
            fn new(index: usize) -> Self {
                debug_assert!(index < u32::MAX as usize);
                $entity(index as u32)
            }

            #[inline]
            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl $crate::entity::ReservedValue for $entity {
            #[inline]
            fn reserved_value() -> Self {
                $entity(u32::MAX)
            }

            #[inline]
            fn is_reserved_value(&self) -> bool {
                self.0 == u32::MAX
            }
        }

        #[allow(dead_code, reason = "not every entity needs every conversion")]
        impl $entity {
            /// The entity of this number.
            #[inline]
            pub const fn from_u32(number: u32) -> Self {
                debug_assert!(number < u32::MAX);
                Self(number)
            }

            /// The entity of this number, or `None` where the number is out of range.
            #[inline]
            pub const fn with_number(number: u32) -> Option<Self> {
                if number < $limit { Some(Self(number)) } else { None }
            }

            /// The number of this entity.
            #[inline]
            pub const fn as_u32(self) -> u32 {
                self.0
            }

            /// The raw bits, for storage; any value is accepted, the reserved one included.
            #[inline]
            pub const fn from_bits(bits: u32) -> Self {
                Self(bits)
            }

            /// The raw bits, for storage.
            #[inline]
            pub const fn as_bits(self) -> u32 {
                self.0
            }
        }
    };
}
