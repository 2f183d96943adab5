//! Shells of instances that have ended, for the next instances of the same module.
//!
//! What holds: a shell in the cache belongs to no store; its memories are as
//! [`MemoryObject::retire`] left them. Its context keeps its address, so the records in it stay
//! right. Each thread puts and takes in the shard of its own number, whose lock nobody else wants
//! unless there are more threads than shards.

use std::sync::Mutex;

use crate::instance::InstanceData;
#[cfg(doc)]
use crate::instance::memory::MemoryObject;
use crate::sync::shared::{SHARDS, shard};

/// The most shells that a shard of a module keeps.
const KEPT: usize = 64;

/// The shells of a module.
#[derive(Debug)]
pub(crate) struct Cache {
    shards: Box<[Shard; SHARDS]>,
}

/// In cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard(Mutex<Vec<Box<InstanceData>>>);

impl Default for Cache {
    fn default() -> Self {
        Self { shards: Box::new(std::array::from_fn(|_| Shard::default())) }
    }
}

impl Cache {
    /// A shell, if there is one: from this thread's shard, or from any other that nobody uses now.
    pub fn take(&self) -> Option<Box<InstanceData>> {
        let own = shard();
        let found = self.shards[own].0.try_lock().ok().and_then(|mut shells| shells.pop());
        found.or_else(|| self.take_elsewhere(own))
    }

    #[cold]
    fn take_elsewhere(&self, own: usize) -> Option<Box<InstanceData>> {
        let others = self.shards.iter().enumerate().filter(|(n, _)| *n != own);
        others.filter_map(|(_, shard)| shard.0.try_lock().ok()).find_map(|mut shells| shells.pop())
    }

    /// Keeps a shell, unless there are enough.
    pub fn put(&self, shell: Box<InstanceData>) {
        // A shell that is not kept is dropped without the lock.
        let _too_many = match self.shards[shard()].0.try_lock() {
            Ok(mut shells) if shells.len() < KEPT => {
                shells.push(shell);
                None
            }
            _ => Some(shell),
        };
    }
}
