//! The numbers of functions and data in a module.
//!
//! What holds: a number refers to a declaration of the module that gave it, and to no other.

use windlass_core::entity_impl;

use crate::reloc::ModuleRelocTarget;

/// A function of a module.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncId(u32);
entity_impl!(FuncId, "funcid");

impl FuncId {
    /// The function that a name of a relocation stands for.
    ///
    /// # Panics
    ///
    /// If the name is not that of a function.
    pub fn from_name(name: &ModuleRelocTarget) -> Self {
        match name {
            ModuleRelocTarget::User { namespace: FUNCTIONS, index } => Self::from_u32(*index),
            _ => panic!("{name} is not the name of a function of a module"),
        }
    }
}

/// A data object of a module.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataId(u32);
entity_impl!(DataId, "dataid");

impl DataId {
    /// The data object that a name of a relocation stands for.
    ///
    /// # Panics
    ///
    /// If the name is not that of a data object.
    pub fn from_name(name: &ModuleRelocTarget) -> Self {
        match name {
            ModuleRelocTarget::User { namespace: DATA, index } => Self::from_u32(*index),
            _ => panic!("{name} is not the name of a data object of a module"),
        }
    }
}

/// The name space of functions in the user's names of a function's IR.
pub(crate) const FUNCTIONS: u32 = 0;
/// The name space of data.
pub(crate) const DATA: u32 = 1;

/// What a name of a module stands for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FuncOrDataId {
    /// A function.
    Func(FuncId),
    /// A data object.
    Data(DataId),
}

impl From<FuncId> for ModuleRelocTarget {
    fn from(id: FuncId) -> Self {
        Self::user(FUNCTIONS, id.as_u32())
    }
}

impl From<DataId> for ModuleRelocTarget {
    fn from(id: DataId) -> Self {
        Self::user(DATA, id.as_u32())
    }
}

impl From<FuncOrDataId> for ModuleRelocTarget {
    fn from(id: FuncOrDataId) -> Self {
        match id {
            FuncOrDataId::Func(id) => id.into(),
            FuncOrDataId::Data(id) => id.into(),
        }
    }
}
