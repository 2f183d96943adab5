//! The control flow graph: successors and predecessors of every block in the layout.
//!
//! Edges are kept in two flat arrays. A block that a branch names twice is there twice, once for
//! each edge.

use crate::entity::{EntityRef, SecondaryMap};
use crate::ir::{Block, Function, Inst};

/// An edge into a block: the block it comes from and the branch at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockPredecessor {
    /// The block that ends in the branch.
    pub block: Block,
    /// The branch.
    pub inst: Inst,
}

impl BlockPredecessor {
    /// An edge from `block`, by `inst`.
    pub fn new(block: Block, inst: Inst) -> Self {
        Self { block, inst }
    }
}

/// Where the edges of a block are.
#[derive(Clone, Copy, Default)]
struct Node {
    succs: (u32, u32),
    preds: (u32, u32),
}

/// Successors and predecessors of all blocks.
#[derive(Default)]
pub struct ControlFlowGraph {
    nodes: SecondaryMap<Block, Node>,
    succs: Vec<Block>,
    preds: Vec<BlockPredecessor>,
    valid: bool,
}

impl ControlFlowGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// The graph of a function.
    pub fn with_function(func: &Function) -> Self {
        let mut cfg = Self::new();
        cfg.compute(func);
        cfg
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.succs.clear();
        self.preds.clear();
        self.valid = false;
    }

    /// Computes the graph of a function.
    pub fn compute(&mut self, func: &Function) {
        self.clear();
        self.nodes.resize(func.dfg.num_blocks());
        for block in func.layout.blocks() {
            let start = self.succs.len() as u32;
            if let Some(inst) = func.layout.last_inst(block) {
                for call in func.dfg.branch_targets(inst) {
                    self.succs.push(call.target());
                    self.nodes[call.target()].preds.1 += 1;
                }
            }
            self.nodes[block].succs = (start, self.succs.len() as u32);
        }
        let mut at = 0;
        for n in 0..func.dfg.num_blocks() {
            let node = &mut self.nodes[Block::new(n)];
            let count = node.preds.1;
            node.preds = (at, at);
            at += count;
        }
        let nothing = BlockPredecessor::new(Block::new(0), Inst::new(0));
        self.preds.resize(at as usize, nothing);
        for block in func.layout.blocks() {
            let Some(inst) = func.layout.last_inst(block) else { continue };
            let (start, end) = self.nodes[block].succs;
            for i in start..end {
                let node = &mut self.nodes[self.succs[i as usize]];
                self.preds[node.preds.1 as usize] = BlockPredecessor::new(block, inst);
                node.preds.1 += 1;
            }
        }
        self.valid = true;
    }

    /// Computes the graph again after the branch of `block` was changed. Edges lie side by side, so
    /// this takes as long as [`Self::compute`].
    pub fn recompute_block(&mut self, func: &Function, block: Block) {
        debug_assert!(self.valid && func.layout.is_block_inserted(block));
        self.compute(func);
    }

    /// The edges into a block.
    pub fn pred_iter(&self, block: Block) -> impl ExactSizeIterator<Item = BlockPredecessor> + '_ {
        self.preds(block).iter().copied()
    }

    /// The edges into a block.
    #[inline]
    pub fn preds(&self, block: Block) -> &[BlockPredecessor] {
        let (start, end) = self.nodes[block].preds;
        &self.preds[start as usize..end as usize]
    }

    /// The successors of a block.
    pub fn succ_iter(
        &self,
        block: Block,
    ) -> impl ExactSizeIterator<Item = Block> + DoubleEndedIterator + '_ {
        self.succs(block).iter().copied()
    }

    /// The successors of a block.
    #[inline]
    pub fn succs(&self, block: Block) -> &[Block] {
        let (start, end) = self.nodes[block].succs;
        &self.succs[start as usize..end as usize]
    }

    /// Whether the graph has been computed since it was last cleared.
    pub fn is_valid(&self) -> bool {
        self.valid
    }
}
