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
    /// Whether every edge gets a block: those of a call with handlers, whose arguments the call
    /// itself defines.
    pub split_all: bool,
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
    originals: Vec<OrderBlock>,
    /// By block of the IR: how deep it is in the dominator tree.
    depth: Vec<u32>,
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
        vcode.dominator_steps = self.dominator_steps(func.dfg.num_blocks(), domtree);
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
            let mut split_all = false;
            if let Some(inst) = func.layout.last_inst(block) {
                let opcode = func.dfg[inst].opcode;
                let is_table = opcode == Opcode::BrTable;
                split_all = matches!(opcode, Opcode::TryCall | Opcode::TryCallIndirect);
                let first_case = vcode.table_targets.len() as u32;
                for (k, call) in func.dfg.branch_targets(inst).iter().enumerate() {
                    let named = &mut self.named[call.target().index()];
                    let next = self.edges.len() as u32 - start;
                    let known = call.is_empty() && named.0 == i as u32 && !split_all;
                    let edge = if known { named.1 } else { next };
                    if !known {
                        if call.is_empty() {
                            *named = (i as u32, next);
                        }
                        self.edges.push(Edge { target: call.target(), call: k as u32 });
                        self.pred_count[call.target().index()] += 1;
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
            self.blocks.push(OrderBlock { edges, from: NONE, table, split_all });
        }
    }

    /// How many steps an iterative computation of dominators makes: for each edge into a block with
    /// several predecessors, from the predecessor up the dominator tree to the block's dominator.
    fn dominator_steps(&mut self, blocks: usize, domtree: &DominatorTree) -> u64 {
        self.depth.clear();
        self.depth.resize(blocks, 0);
        for &block in &self.order {
            if let Some(idom) = domtree.idom(block) {
                self.depth[block.index()] = self.depth[idom.index()] + 1;
            }
        }
        let mut steps = 0;
        for (from, block) in self.order.iter().zip(&self.blocks) {
            for edge in &self.edges[block.edges.range()] {
                if self.pred_count[edge.target.index()] > 1 {
                    // A block is one deeper than its dominator.
                    let (low, high) = (self.depth[from.index()], self.depth[edge.target.index()]);
                    steps += (low + 1).saturating_sub(high) as u64;
                }
            }
        }
        steps
    }

    fn is_critical(&self, block: &OrderBlock, edge: &Edge) -> bool {
        block.split_all || block.edges.len() > 1 && self.pred_count[edge.target.index()] > 1
    }

    /// Gives every block its number, with blocks for critical edges between.
    fn place_blocks(&mut self, func: &Function, vcode: &mut VCode) {
        core::mem::swap(&mut self.blocks, &mut self.originals);
        let mut placed = core::mem::take(&mut self.blocks);
        placed.clear();
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
            placed.push(OrderBlock { edges, from: NONE, table: NONE, split_all: false });
            vcode.blocks.push(info(None, false));
        }
        for (block, original) in self.order.iter().zip(&self.originals) {
            let number = placed.len() as u32;
            self.number[block.index()] = number;
            placed.push(*original);
            let cold = func.layout.is_cold(*block);
            vcode.blocks.push(info(Some(*block), cold));
            for k in original.edges.range() {
                let edge = self.edges[k];
                if self.is_critical(original, &edge) {
                    let edges = Span { start: k as u32, end: k as u32 + 1 };
                    placed.push(OrderBlock { edges, from: number, table: NONE, split_all: false });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::flowgraph::ControlFlowGraph;
    use crate::ir::cursor::{Cursor, FuncCursor};
    use crate::ir::{InstBuilder, types};

    /// Blocks in layout order, each going to the given blocks.
    fn order(edges: &[&[usize]], layout: &[usize]) -> (BlockOrder, VCode) {
        let mut func = Function::new();
        let blocks: Vec<Block> = edges.iter().map(|_| func.dfg.make_block()).collect();
        let mut cursor = FuncCursor::new(&mut func);
        for &n in layout {
            cursor.insert_block(blocks[n]);
        }
        for (i, targets) in edges.iter().enumerate() {
            cursor.goto_bottom(blocks[i]);
            match **targets {
                [] => {
                    cursor.ins().return_(&[]);
                }
                [a] => {
                    cursor.ins().jump(blocks[a], &[]);
                }
                [a, b, ..] => {
                    let c = cursor.ins().iconst(types::I32, 1);
                    cursor.ins().brif(c, blocks[a], &[], blocks[b], &[]);
                }
            }
        }
        let cfg = ControlFlowGraph::with_function(&func);
        let domtree = DominatorTree::with_function(&func, &cfg);
        let mut order = BlockOrder::default();
        let mut vcode = VCode::default();
        order.compute(&func, &domtree, &mut vcode);
        check(&order, &vcode, &func, &domtree);
        (order, vcode)
    }

    /// What regalloc2 and lowering expect of any order.
    fn check(order: &BlockOrder, vcode: &VCode, func: &Function, domtree: &DominatorTree) {
        for (i, block) in vcode.blocks.iter().enumerate() {
            let succs = &vcode.succs[block.succs.range()];
            for &succ in succs {
                let preds = &vcode.preds[vcode.blocks[succ.index()].preds.range()];
                assert!(preds.contains(&RaBlock::new(i)));
                assert!(succs.len() == 1 || preds.len() == 1, "critical edge");
                assert_ne!(succ.index(), 0, "nothing goes to the entry");
            }
            let Some(ir) = block.ir else { continue };
            assert_eq!(order.machine_block(ir), Some(i as u32));
            if let Some(idom) = domtree.idom(ir) {
                assert!(order.machine_block(idom).unwrap() < i as u32);
            }
        }
        let placed = vcode.blocks.iter().filter(|b| b.ir.is_some()).count();
        let reachable = func.layout.blocks().filter(|&b| domtree.is_reachable(b)).count();
        assert_eq!(placed, reachable);
    }

    fn ir_order(vcode: &VCode) -> Vec<Option<usize>> {
        vcode.blocks.iter().map(|b| b.ir.map(|b| b.index())).collect()
    }

    #[test]
    fn layout_is_kept_where_dominators_come_first() {
        // A diamond: no critical edge, the order of the layout.
        let diamond: &[&[usize]] = &[&[1, 2], &[3], &[3], &[]];
        let (_, vcode) = order(diamond, &[0, 2, 1, 3]);
        assert_eq!(ir_order(&vcode), [Some(0), Some(2), Some(1), Some(3)]);
        // Block 3 stands before its dominator: reverse postorder.
        let (_, vcode) = order(&[&[1, 2], &[], &[3], &[]], &[0, 3, 1, 2]);
        assert_eq!(ir_order(&vcode), [Some(0), Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn critical_edges_are_split_and_equal_ones_are_one() {
        // A loop that is also left from its header.
        let (_, vcode) = order(&[&[1], &[1, 2], &[]], &[0, 1, 2]);
        assert_eq!(ir_order(&vcode), [Some(0), Some(1), None, Some(2)]);
        // Both ways of the branch go to one block.
        let (_, vcode) = order(&[&[1, 1], &[]], &[0, 1]);
        assert_eq!(ir_order(&vcode), [Some(0), Some(1)]);
        assert_eq!(vcode.blocks[0].succs.len(), 1);
        // The entry is a loop.
        let (_, vcode) = order(&[&[0, 1], &[]], &[0, 1]);
        assert_eq!(ir_order(&vcode), [None, Some(0), None, Some(1)]);
    }

    #[test]
    fn random_graphs() {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        let mut random = move |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as usize
        };
        for _ in 0..300 {
            let n = 1 + random(12);
            let edges: Vec<Vec<usize>> =
                (0..n).map(|_| (0..random(3)).map(|_| random(n)).collect()).collect();
            let edges: Vec<&[usize]> = edges.iter().map(|e| &e[..]).collect();
            let mut layout: Vec<usize> = (0..n).collect();
            for i in 1..n {
                layout.swap(i, 1 + random(i));
            }
            order(&edges, &layout);
        }
    }
}
