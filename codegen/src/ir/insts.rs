//! The instructions of a function.

use super::entities::Inst;
use super::instructions::{BlockCall, InstructionData};
use crate::entity::PrimaryMap;
use core::fmt;
#[cfg(feature = "clients")]
use std::{any::Any, sync::OnceLock};

/// The instructions of a function, and the block calls of their branches.
#[derive(Default)]
pub struct Insts {
    pub(crate) stored: PrimaryMap<Inst, InstructionData>,
    /// The targets of all branches, those of one branch side by side.
    pub block_calls: Vec<BlockCall>,
    /// What the module `clients` lends references to.
    #[cfg(feature = "clients")]
    pub(crate) lent: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Insts {
    /// The number of instructions ever made.
    #[inline]
    pub fn len(&self) -> usize {
        self.stored.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// Removes all.
    pub(super) fn clear(&mut self) {
        self.stored.clear();
        self.block_calls.clear();
        #[cfg(feature = "clients")]
        self.lent.take();
    }
}

impl Clone for Insts {
    fn clone(&self) -> Self {
        Self {
            stored: self.stored.clone(),
            block_calls: self.block_calls.clone(),
            #[cfg(feature = "clients")]
            lent: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Insts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.stored.values()).finish()
    }
}
