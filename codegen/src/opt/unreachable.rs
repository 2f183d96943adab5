//! Removes blocks that cannot be reached from the entry.
//!
//! On return: every block in the layout is reachable. The dominator tree stays valid; the control
//! flow graph stays valid for the blocks that are left, but for edges that came from removed ones.

use crate::analysis::dominator_tree::DominatorTree;
use crate::ir::{Block, Function};

/// Runs the pass; says whether anything was removed.
pub fn run(func: &mut Function, domtree: &DominatorTree) -> bool {
    let mut removed = false;
    let mut next = func.layout.entry_block();
    while let Some(block) = next {
        next = func.layout.next_block(block);
        if !domtree.is_reachable(block) {
            remove(func, block);
            removed = true;
        }
    }
    removed
}

fn remove(func: &mut Function, block: Block) {
    while let Some(inst) = func.layout.last_inst(block) {
        func.layout.remove_inst(inst);
    }
    func.layout.remove_block(block);
}
