//! Natural loops and how they nest.
//!
//! A loop is a header that dominates the source of an edge into it. Loops that share a header are
//! one. Cycles that can be entered in two places are no loops here.

use super::dominator_tree::DominatorTree;
use super::flowgraph::ControlFlowGraph;
use crate::entity::{PackedOption, PrimaryMap, SecondaryMap};
use crate::ir::{Block, Function};

/// A loop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loop(u32);
crate::entity_impl!(Loop, "loop");

/// How deep a loop is nested: 0 outside of all loops, 1 in an outermost loop. Saturates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LoopLevel(u8);

impl LoopLevel {
    /// Outside of all loops.
    pub const fn root() -> Self {
        Self(0)
    }

    /// The depth.
    pub fn level(self) -> usize {
        self.0 as usize
    }

    /// One loop further in.
    pub fn inc(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

struct LoopData {
    header: Block,
    parent: PackedOption<Loop>,
    /// On the way to the outermost loop known so far that contains this one.
    top: Loop,
    level: LoopLevel,
}

/// The loops of a function.
#[derive(Default)]
pub struct LoopAnalysis {
    loops: PrimaryMap<Loop, LoopData>,
    innermost: SecondaryMap<Block, PackedOption<Loop>>,
    stack: Vec<Block>,
    valid: bool,
}

impl LoopAnalysis {
    /// Without any loop.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.loops.clear();
        self.innermost.clear();
        self.valid = false;
    }

    /// Whether the loops have been computed since this was last cleared.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// Finds the loops. Time is almost linear in the edges.
    pub fn compute(&mut self, func: &Function, cfg: &ControlFlowGraph, domtree: &DominatorTree) {
        self.clear();
        self.valid = true;
        self.innermost.resize(func.dfg.num_blocks());
        for &header in domtree.cfg_rpo() {
            if cfg.preds(header).iter().any(|p| domtree.block_dominates(header, p.block)) {
                let top = self.loops.next_key();
                let level = LoopLevel::root();
                let new = self.loops.push(LoopData { header, parent: None.into(), top, level });
                self.innermost[header] = new.into();
            }
        }
        // Inner loops first: headers in reverse of the order above.
        for n in (0..self.loops.len()).rev() {
            let id = Loop::from_u32(n as u32);
            let header = self.loops[id].header;
            self.stack.clear();
            for pred in cfg.preds(header) {
                if domtree.block_dominates(header, pred.block) {
                    self.stack.push(pred.block);
                }
            }
            while let Some(block) = self.stack.pop() {
                // The loop to continue from: the outermost known one that contains the block.
                let continue_at = match self.innermost[block].expand() {
                    None => {
                        self.innermost[block] = id.into();
                        block
                    }
                    Some(inner) => {
                        let inner = self.top(inner);
                        if inner == id {
                            continue;
                        }
                        self.loops[inner].parent = id.into();
                        self.loops[inner].top = id;
                        self.loops[inner].header
                    }
                };
                if continue_at != header {
                    for pred in cfg.preds(continue_at) {
                        if domtree.is_reachable(pred.block) {
                            self.stack.push(pred.block);
                        }
                    }
                }
            }
        }
        for id in self.loops.keys() {
            let level = match self.loops[id].parent.expand() {
                Some(parent) => self.loops[parent].level.inc(),
                None => LoopLevel::root().inc(),
            };
            self.loops[id].level = level;
        }
    }

    /// The outermost loop known so far that contains `id`; halves the path to it.
    fn top(&mut self, mut id: Loop) -> Loop {
        while self.loops[id].top != id {
            let above = self.loops[id].top;
            self.loops[id].top = self.loops[above].top;
            id = above;
        }
        id
    }

    /// All loops, outer ones before inner ones.
    pub fn loops(&self) -> impl Iterator<Item = Loop> + use<> {
        self.loops.keys()
    }

    /// The header of a loop.
    pub fn loop_header(&self, id: Loop) -> Block {
        self.loops[id].header
    }

    /// The loop around a loop.
    pub fn loop_parent(&self, id: Loop) -> Option<Loop> {
        self.loops[id].parent.expand()
    }

    /// The innermost loop that a block is in.
    pub fn innermost_loop(&self, block: Block) -> Option<Loop> {
        self.innermost[block].expand()
    }

    /// The loop that a block is the header of.
    pub fn is_loop_header(&self, block: Block) -> Option<Loop> {
        self.innermost_loop(block).filter(|&id| self.loop_header(id) == block)
    }

    /// How deep a block is nested in loops.
    pub fn loop_level(&self, block: Block) -> LoopLevel {
        match self.innermost[block].expand() {
            Some(id) => self.loops[id].level,
            None => LoopLevel::root(),
        }
    }

    /// Whether a block is in a loop.
    pub fn is_in_loop(&self, block: Block, id: Loop) -> bool {
        let mut at = self.innermost_loop(block);
        while let Some(inner) = at {
            if inner == id {
                return true;
            }
            at = self.loop_parent(inner);
        }
        false
    }

    /// Whether `child` is `parent` or inside it.
    pub fn is_child_loop(&self, child: Loop, parent: Loop) -> bool {
        let mut at = Some(child);
        while let Some(inner) = at {
            if inner == parent {
                return true;
            }
            at = self.loop_parent(inner);
        }
        false
    }
}
