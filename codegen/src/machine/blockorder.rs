//! The machine blocks of a function, their order, successors and predecessors.
//!
//! The order is that of the layout, where each block stands after its immediate dominator there,
//! else reverse postorder; a block that splits a critical edge follows the block it leaves.
//! Lowering goes through it backwards and so sees uses before definitions. Emission keeps it, but
//! for cold blocks, which it puts last.
//!
//! Edges of one branch to the same block without arguments are one edge.

use super::vcode::{BlockInfo, JumpTableInfo, Span, VCode};
use crate::analysis::dominator_tree::DominatorTree;
use crate::entity::EntityRef;
use crate::ir::{Block, Function, Opcode};
use regalloc2::Block as RaBlock;

const NONE: u32 = u32::MAX;

/// An edge, before and after critical ones are split.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The target in the IR.
    pub target: Block,
    /// Which of the branch's block calls it is.
    pub call: u32,
}

/// What lowering needs of a machine block beside what `VCode` has.
#[derive(Clone, Copy, Debug)]
pub struct OrderBlock {
    /// The edges of the branch in the IR.
    pub edges: Span,
    /// For a block that splits an edge: the machine block it leaves.
    pub from: u32,
    /// For a block with a `br_table`: its number in `VCode::jump_tables`.
    pub table: u32,
}

/// The block order of a function; arrays are used again.
#[derive(Default)]
pub struct BlockOrder {
    /// One for each machine block, in order.
    pub blocks: Vec<OrderBlock>,
    /// Edges of the IR, those of one branch together.
    pub edges: Vec<Edge>,
    order: Vec<Block>,
    /// By block of the IR: its number in the order of machine blocks.
    number: Vec<u32>,
    pred_count: Vec<u32>,
    /// By block of the IR: the last branch and edge that named it without arguments.
    named: Vec<(u32, u32)>,
}

impl BlockOrder {
    /// The number of the machine block of a block of the IR.
    pub fn machine_block(&self, block: Block) -> Option<u32> {
        self.number.get(block.index()).copied().filter(|&n| n != NONE)
    }

    /// Computes the order and fills `vcode.blocks`, `succs`, `preds` and the jump tables.
    pub fn compute(&mut self, func: &Function, domtree: &DominatorTree, vcode: &mut VCode) {
        self.choose_order(func, domtree);
        self.collect_edges(func, vcode);
        self.place_blocks(func, vcode);
        self.connect(vcode);
    }

    /// The layout if dominators come first in it, else reverse postorder.
    fn choose_order(&mut self, func: &Function, domtree: &DominatorTree) {
        let n = func.dfg.num_blocks();
        self.order.clear();
        self.number.clear();
        self.number.resize(n, NONE);
        let mut fits = true;
        for block in func.layout.blocks() {
            if !domtree.is_reachable(block) {
                continue;
            }
            if let Some(idom) = domtree.idom(block) {
                fits &= self.number[idom.index()] != NONE;
            }
            self.number[block.index()] = 0;
            self.order.push(block);
        }
        if !fits {
            self.order.clear();
            self.order.extend(domtree.cfg_rpo());
        }
    }

    fn collect_edges(&mut self, func: &Function, vcode: &mut VCode) {
        let n = func.dfg.num_blocks();
        self.blocks.clear();
        self.edges.clear();
        self.pred_count.clear();
        self.pred_count.resize(n, 0);
        self.named.clear();
        self.named.resize(n, (NONE, 0));
        for (i, &block) in self.order.iter().enumerate() {
            let start = self.edges.len() as u32;
            let mut table = NONE;
            if let Some(inst) = func.layout.last_inst(block) {
                let is_table = func.dfg.insts[inst].opcode == Opcode::BrTable;
                let first_case = vcode.table_targets.len() as u32;
                for (k, call) in func.dfg.branch_targets(inst).iter().enumerate() {
                    let named = &mut self.named[call.block().index()];
                    let next = self.edges.len() as u32 - start;
                    let known = call.is_empty() && named.0 == i as u32;
                    let edge = if known { named.1 } else { next };
                    if !known {
                        if call.is_empty() {
                            *named = (i as u32, next);
                        }
                        self.edges.push(Edge { target: call.block(), call: k as u32 });
                        self.pred_count[call.block().index()] += 1;
                    }
                    if is_table && k > 0 {
                        vcode.table_targets.push(edge);
                    }
                }
                if is_table {
                    table = vcode.jump_tables.len() as u32;
                    let end = vcode.table_targets.len() as u32;
                    let cases = Span { start: first_case, end };
                    vcode.jump_tables.push(JumpTableInfo { cases });
                }
            }
            let edges = Span { start, end: self.edges.len() as u32 };
            self.blocks.push(OrderBlock { edges, from: NONE, table });
        }
    }

    fn is_critical(&self, block: &OrderBlock, edge: &Edge) -> bool {
        block.edges.len() > 1 && self.pred_count[edge.target.index()] > 1
    }

    /// Gives every block its number, with blocks for critical edges between.
    fn place_blocks(&mut self, func: &Function, vcode: &mut VCode) {
        let originals = core::mem::take(&mut self.blocks);
        let mut placed = Vec::with_capacity(originals.len() * 2);
        let empty = Span::default();
        let info = |ir, cold| BlockInfo {
            insts: empty,
            succs: empty,
            preds: empty,
            params: empty,
            ir,
            cold,
        };
        if let Some(&entry) = self.order.first()
            && self.pred_count[entry.index()] > 0
        {
            // The entry has parameters that a branch also sets: a block before it takes the
            // arguments.
            let start = self.edges.len() as u32;
            self.edges.push(Edge { target: entry, call: NONE });
            self.pred_count[entry.index()] += 1;
            let edges = Span { start, end: start + 1 };
            placed.push(OrderBlock { edges, from: NONE, table: NONE });
            vcode.blocks.push(info(None, false));
        }
        for (block, original) in self.order.iter().zip(&originals) {
            let number = placed.len() as u32;
            self.number[block.index()] = number;
            placed.push(*original);
            let cold = func.layout.is_cold(*block);
            vcode.blocks.push(info(Some(*block), cold));
            for k in original.edges.range() {
                let edge = self.edges[k];
                if self.is_critical(original, &edge) {
                    let edges = Span { start: k as u32, end: k as u32 + 1 };
                    placed.push(OrderBlock { edges, from: number, table: NONE });
                    vcode.blocks.push(info(None, cold || func.layout.is_cold(edge.target)));
                }
            }
        }
        self.blocks = placed;
    }

    fn connect(&mut self, vcode: &mut VCode) {
        let n = self.blocks.len();
        for i in 0..n {
            let start = vcode.succs.len() as u32;
            let block = self.blocks[i];
            let mut split = i as u32;
            for k in block.edges.range() {
                let edge = self.edges[k];
                let is_split = block.from != NONE;
                let to = if !is_split && self.is_critical(&block, &edge) {
                    split += 1;
                    split
                } else {
                    self.number[edge.target.index()]
                };
                vcode.succs.push(RaBlock::new(to as usize));
                vcode.blocks[to as usize].preds.end += 1;
            }
            vcode.blocks[i].succs = Span { start, end: vcode.succs.len() as u32 };
        }
        let mut at = 0;
        for block in &mut vcode.blocks {
            let count = block.preds.end;
            block.preds = Span { start: at, end: at };
            at += count;
        }
        vcode.preds.resize(at as usize, RaBlock::invalid());
        vcode.succ_args.resize(vcode.succs.len(), Span::default());
        for i in 0..n {
            for k in vcode.blocks[i].succs.range() {
                let preds = &mut vcode.blocks[vcode.succs[k].index()].preds;
                vcode.preds[preds.end as usize] = RaBlock::new(i);
                preds.end += 1;
            }
        }
    }
}
