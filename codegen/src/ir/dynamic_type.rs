//! Dynamic vector types: a fixed vector times a scale that the target knows.

use super::entities::{DynamicType, GlobalValue};
use super::types::Type;
use crate::entity::PrimaryMap;
use core::fmt;

/// A dynamic vector type of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DynamicTypeData {
    /// The vector that is scaled.
    pub base_vector_ty: Type,
    /// The scale.
    pub dynamic_scale: GlobalValue,
}

impl DynamicTypeData {
    /// The vector type `base_vector_ty` times `dynamic_scale`.
    pub const fn new(base_vector_ty: Type, dynamic_scale: GlobalValue) -> Self {
        Self { base_vector_ty, dynamic_scale }
    }

    /// The type that values have, or `None` where the base is too large for a dynamic vector.
    pub const fn concrete(&self) -> Option<Type> {
        self.base_vector_ty.vector_to_dynamic()
    }
}

impl fmt::Display for DynamicTypeData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*{}", self.base_vector_ty, self.dynamic_scale)
    }
}

/// The dynamic vector types of a function.
pub type DynamicTypes = PrimaryMap<DynamicType, DynamicTypeData>;
