//! Depth-first walks over the blocks that control can get to.

use crate::entity::EntitySet;
use crate::ir::{Block, Function};

/// What happens to a block in a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// It is reached for the first time.
    Enter,
    /// Everything that it leads to was walked.
    Exit,
}

/// Memory of a walk, to be used again.
#[derive(Clone, Debug, Default)]
pub struct Dfs {
    stack: Vec<(Event, Block)>,
    seen: EntitySet<Block>,
}

impl Dfs {
    /// Without memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.stack.clear();
        self.seen.clear();
    }

    /// All events of a walk from the entry block.
    pub fn iter<'a>(&'a mut self, func: &'a Function) -> DfsIter<'a> {
        self.clear();
        self.stack.extend(func.layout.entry_block().map(|entry| (Event::Enter, entry)));
        DfsIter { dfs: self, func }
    }

    /// The blocks, each before what it leads to.
    pub fn pre_order_iter<'a>(&'a mut self, func: &'a Function) -> DfsPreOrderIter<'a> {
        DfsPreOrderIter(self.iter(func))
    }

    /// The blocks, each after what it leads to.
    pub fn post_order_iter<'a>(&'a mut self, func: &'a Function) -> DfsPostOrderIter<'a> {
        DfsPostOrderIter(self.iter(func))
    }
}

/// The events of a walk.
pub struct DfsIter<'a> {
    dfs: &'a mut Dfs,
    func: &'a Function,
}

impl Iterator for DfsIter<'_> {
    type Item = (Event, Block);

    fn next(&mut self) -> Option<(Event, Block)> {
        let Dfs { stack, seen } = &mut *self.dfs;
        loop {
            let (event, block) = stack.pop()?;
            if event == Event::Enter {
                if !seen.insert(block) {
                    continue;
                }
                stack.push((Event::Exit, block));
                let successors = self.func.block_successors(block).rev();
                stack.extend(
                    successors.filter(|next| !seen.contains(*next)).map(|b| (Event::Enter, b)),
                );
            }
            return Some((event, block));
        }
    }
}

/// The blocks of a walk, each before what it leads to.
pub struct DfsPreOrderIter<'a>(DfsIter<'a>);

impl Iterator for DfsPreOrderIter<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        self.0.find(|(event, _)| *event == Event::Enter).map(|(_, block)| block)
    }
}

/// The blocks of a walk, each after what it leads to.
pub struct DfsPostOrderIter<'a>(DfsIter<'a>);

impl Iterator for DfsPostOrderIter<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        self.0.find(|(event, _)| *event == Event::Exit).map(|(_, block)| block)
    }
}
