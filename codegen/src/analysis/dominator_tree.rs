//! Dominators, by the Semi-NCA algorithm, in time almost linear in the number of edges.
//!
//! The same depth-first walk gives the postorder of the control flow graph. Blocks that cannot be
//! reached from the entry are in no order and dominate nothing.

use super::flowgraph::ControlFlowGraph;
use crate::entity::SecondaryMap;
use crate::ir::{Block, Function, Layout, ProgramPoint};
use core::cmp::Ordering;

const NONE: u32 = u32::MAX;

/// What is known of a block. Depth-first numbers count from 0 for the entry.
#[derive(Clone, Copy)]
struct Node {
    /// Number in depth-first preorder of the control flow graph.
    number: u32,
    /// Number in its postorder.
    post: u32,
    /// First number of the block and last number of its subtree, in preorder of the dominator tree.
    tree: (u32, u32),
}

impl Default for Node {
    fn default() -> Self {
        Self { number: NONE, post: NONE, tree: (1, 0) }
    }
}

/// The dominator tree of a function.
#[derive(Default)]
pub struct DominatorTree {
    nodes: SecondaryMap<Block, Node>,
    postorder: Vec<Block>,
    /// By depth-first number: block, its parent in the walk, semidominator, immediate dominator.
    vertex: Vec<Block>,
    parent: Vec<u32>,
    semi: Vec<u32>,
    idom: Vec<u32>,
    label: Vec<u32>,
    ancestor: Vec<u32>,
    stack: Vec<(Block, u32)>,
    path: Vec<u32>,
    valid: bool,
}

impl DominatorTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The dominator tree of a function.
    pub fn with_function(func: &Function, cfg: &ControlFlowGraph) -> Self {
        let mut tree = Self::new();
        tree.compute(func, cfg);
        tree
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.postorder.clear();
        self.valid = false;
    }

    /// Whether the tree has been computed since it was last cleared.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// Computes the tree of a function from its control flow graph.
    pub fn compute(&mut self, func: &Function, cfg: &ControlFlowGraph) {
        self.clear();
        self.nodes.resize(func.dfg.num_blocks());
        self.valid = true;
        self.walk(func, cfg);
        self.semi_nca(cfg);
        self.number_tree();
    }

    /// Depth-first walk: preorder numbers, parents and the postorder.
    fn walk(&mut self, func: &Function, cfg: &ControlFlowGraph) {
        self.vertex.clear();
        self.parent.clear();
        let Some(entry) = func.layout.entry_block() else { return };
        self.nodes[entry].number = 0;
        self.vertex.push(entry);
        self.parent.push(0);
        self.stack.clear();
        self.stack.push((entry, 0));
        while let Some(&mut (block, ref mut next)) = self.stack.last_mut() {
            // The last successor first: the reverse postorder then has the successors in their
            // order.
            let succs = cfg.succs(block);
            let i = *next as usize;
            *next += 1;
            if i == succs.len() {
                self.nodes[block].post = self.postorder.len() as u32;
                self.postorder.push(block);
                self.stack.pop();
                continue;
            }
            let succ = succs[succs.len() - 1 - i];
            if self.nodes[succ].number == NONE {
                let number = self.vertex.len() as u32;
                let parent = self.nodes[block].number;
                self.nodes[succ].number = number;
                self.vertex.push(succ);
                self.parent.push(parent);
                self.stack.push((succ, 0));
            }
        }
    }

    fn semi_nca(&mut self, cfg: &ControlFlowGraph) {
        let n = self.vertex.len() as u32;
        self.semi.clear();
        self.semi.extend(0..n);
        self.label.clear();
        self.label.extend(0..n);
        self.ancestor.clear();
        self.ancestor.resize(n as usize, NONE);
        for w in (1..n).rev() {
            let block = self.vertex[w as usize];
            let mut semi = self.parent[w as usize];
            for pred in cfg.preds(block) {
                let v = self.nodes[pred.block].number;
                if v != NONE {
                    semi = semi.min(self.eval(v));
                }
            }
            self.semi[w as usize] = semi;
            self.label[w as usize] = semi;
            self.ancestor[w as usize] = self.parent[w as usize];
        }
        self.idom.clear();
        self.idom.extend_from_slice(&self.parent);
        for w in 1..n as usize {
            let mut dom = self.idom[w];
            while dom > self.semi[w] {
                dom = self.idom[dom as usize];
            }
            self.idom[w] = dom;
        }
    }

    /// The smallest semidominator on the path of linked vertices that ends in `v`, compressing the
    /// path.
    fn eval(&mut self, v: u32) -> u32 {
        if self.ancestor[v as usize] == NONE {
            return v;
        }
        self.path.clear();
        let mut at = v;
        while self.ancestor[self.ancestor[at as usize] as usize] != NONE {
            self.path.push(at);
            at = self.ancestor[at as usize];
        }
        while let Some(below) = self.path.pop() {
            let above = self.ancestor[below as usize];
            self.label[below as usize] = self.label[below as usize].min(self.label[above as usize]);
            self.ancestor[below as usize] = self.ancestor[above as usize];
        }
        self.label[v as usize]
    }

    /// Numbers the dominator tree so that dominance is two comparisons.
    fn number_tree(&mut self) {
        let n = self.vertex.len();
        // Sizes of subtrees, children before parents; then starts, parents before children.
        let size = &mut self.semi;
        size.clear();
        size.resize(n, 1);
        for w in (1..n).rev() {
            size[self.idom[w] as usize] += size[w];
        }
        let next = &mut self.label;
        next.clear();
        next.resize(n, 0);
        for w in 0..n {
            let first = if w == 0 {
                0
            } else {
                let parent = self.idom[w] as usize;
                let first = next[parent];
                next[parent] += size[w];
                first
            };
            next[w] = first + 1;
            self.nodes[self.vertex[w]].tree = (first, first + size[w] - 1);
        }
    }

    /// Whether a block can be reached from the entry.
    #[inline]
    pub fn is_reachable(&self, block: Block) -> bool {
        self.nodes[block].number != NONE
    }

    /// The blocks that can be reached, in postorder of a depth-first walk.
    pub fn cfg_postorder(&self) -> &[Block] {
        debug_assert!(self.valid);
        &self.postorder
    }

    /// The blocks that can be reached, in reverse postorder.
    pub fn cfg_rpo(&self) -> impl Iterator<Item = &Block> {
        self.postorder.iter().rev()
    }

    /// The immediate dominator of a block; none for the entry and for blocks that cannot be
    /// reached.
    pub fn idom(&self, block: Block) -> Option<Block> {
        match self.nodes[block].number {
            0 | NONE => None,
            n => Some(self.vertex[self.idom[n as usize] as usize]),
        }
    }

    /// Order of two blocks in reverse postorder; blocks that cannot be reached come first.
    pub fn rpo_cmp_block(&self, a: Block, b: Block) -> Ordering {
        self.nodes[b].post.cmp(&self.nodes[a].post)
    }

    /// Order of two places by the reverse postorder of their blocks, then by the layout.
    pub fn rpo_cmp<A, B>(&self, a: A, b: B, layout: &Layout) -> Ordering
    where
        A: Into<ProgramPoint>,
        B: Into<ProgramPoint>,
    {
        let (a, b) = (a.into(), b.into());
        self.rpo_cmp_block(point_block(a, layout), point_block(b, layout))
            .then_with(|| point_cmp(a, b, layout))
    }

    /// Whether block `a` dominates block `b`; a block dominates itself.
    #[inline]
    pub fn block_dominates(&self, a: Block, b: Block) -> bool {
        let (first, last) = self.nodes[a].tree;
        let (at, end) = self.nodes[b].tree;
        first <= at && at <= last && at <= end
    }

    /// Whether every way to `b` passes through `a`.
    pub fn dominates<A, B>(&self, a: A, b: B, layout: &Layout) -> bool
    where
        A: Into<ProgramPoint>,
        B: Into<ProgramPoint>,
    {
        let (a, b) = (a.into(), b.into());
        let (block_a, block_b) = (point_block(a, layout), point_block(b, layout));
        if block_a == block_b {
            point_cmp(a, b, layout) != Ordering::Greater
        } else {
            self.block_dominates(block_a, block_b)
        }
    }
}

fn point_block(point: ProgramPoint, layout: &Layout) -> Block {
    match point {
        ProgramPoint::Block(block) => block,
        ProgramPoint::Inst(inst) => layout.inst_block(inst).expect("the instruction is inserted"),
    }
}

/// Order of two places in one block.
fn point_cmp(a: ProgramPoint, b: ProgramPoint, layout: &Layout) -> Ordering {
    match (a, b) {
        (ProgramPoint::Block(_), ProgramPoint::Block(_)) => Ordering::Equal,
        (ProgramPoint::Block(_), ProgramPoint::Inst(_)) => Ordering::Less,
        (ProgramPoint::Inst(_), ProgramPoint::Block(_)) => Ordering::Greater,
        (ProgramPoint::Inst(a), ProgramPoint::Inst(b)) => layout.inst_cmp(a, b),
    }
}

/// The dominator tree with the numbers of a preorder walk.
#[derive(Default)]
pub struct DominatorTreePreorder {
    ranges: SecondaryMap<Block, (u32, u32)>,
}

impl DominatorTreePreorder {
    /// Without any block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the numbers from the tree.
    pub fn compute(&mut self, tree: &DominatorTree) {
        self.ranges.clear();
        for &block in tree.cfg_postorder() {
            let (first, last) = tree.nodes[block].tree;
            self.ranges[block] = (first + 1, last + 1);
        }
    }

    /// Whether `a` dominates `b`.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (first, last) = self.ranges[a];
        let at = self.ranges[b].0;
        first != 0 && first <= at && at <= last
    }

    /// Order of two blocks in a preorder walk of the tree; blocks that cannot be reached come
    /// first.
    pub fn pre_cmp_block(&self, a: Block, b: Block) -> Ordering {
        self.ranges[a].cmp(&self.ranges[b])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityRef;
    use crate::ir::cursor::{Cursor, FuncCursor};
    use crate::ir::{InstBuilder, types};

    /// A function with `n` blocks, block `i` going to `edges[i]` (none: return, one: jump, two:
    /// branch).
    fn function(edges: &[Vec<usize>]) -> Function {
        let mut func = Function::new();
        let blocks: Vec<Block> = edges.iter().map(|_| func.dfg.make_block()).collect();
        let mut cursor = FuncCursor::new(&mut func);
        for &block in &blocks {
            cursor.insert_block(block);
        }
        for (i, targets) in edges.iter().enumerate() {
            cursor.goto_bottom(blocks[i]);
            match targets[..] {
                [] => {
                    cursor.ins().return_(&[]);
                }
                [a] => {
                    cursor.ins().jump(blocks[a], &[]);
                }
                [a, b, ..] => {
                    let condition = cursor.ins().iconst(types::I32, 1);
                    cursor.ins().brif(condition, blocks[a], &[], blocks[b], &[]);
                }
            }
        }
        func
    }

    /// Dominators by their definition: `a` dominates `b` if `b` cannot be reached without `a`.
    fn reachable_without(edges: &[Vec<usize>], without: Option<usize>) -> Vec<bool> {
        let mut seen = vec![false; edges.len()];
        let mut stack = vec![0];
        while let Some(block) = stack.pop() {
            if seen[block] || Some(block) == without {
                continue;
            }
            seen[block] = true;
            stack.extend(&edges[block]);
        }
        seen
    }

    #[test]
    fn agrees_with_the_definition_on_random_graphs() {
        let mut state = 0x1234_5678_9abc_def0u64;
        let mut random = move |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as usize
        };
        for round in 0..300 {
            let n = 1 + random(if round < 200 { 8 } else { 40 });
            let edges: Vec<Vec<usize>> =
                (0..n).map(|_| (0..random(3)).map(|_| random(n)).collect()).collect();
            let func = function(&edges);
            let cfg = ControlFlowGraph::with_function(&func);
            let tree = DominatorTree::with_function(&func, &cfg);
            let mut preorder = DominatorTreePreorder::new();
            preorder.compute(&tree);
            let reachable = reachable_without(&edges, None);
            for a in 0..n {
                assert_eq!(tree.is_reachable(Block::new(a)), reachable[a]);
                let without = reachable_without(&edges, Some(a));
                for b in 0..n {
                    let expected = reachable[a] && reachable[b] && !without[b];
                    let (a, b) = (Block::new(a), Block::new(b));
                    assert_eq!(tree.block_dominates(a, b), expected, "{edges:?}: {a} {b}");
                    assert_eq!(preorder.dominates(a, b), expected);
                    if tree.idom(b) == Some(a) {
                        assert!(expected && a != b);
                    }
                }
            }
            // Every block in the postorder comes after those that it dominates.
            for (i, &block) in tree.cfg_postorder().iter().enumerate() {
                if let Some(idom) = tree.idom(block) {
                    let at = tree.cfg_postorder().iter().position(|&b| b == idom);
                    assert!(at > Some(i));
                }
            }
        }
    }

    #[test]
    fn a_long_chain_does_not_recurse() {
        let n = 200_000;
        let edges: Vec<Vec<usize>> =
            (0..n).map(|i| if i + 1 < n { vec![i + 1] } else { vec![] }).collect();
        let func = function(&edges);
        let cfg = ControlFlowGraph::with_function(&func);
        let tree = DominatorTree::with_function(&func, &cfg);
        assert!(tree.block_dominates(Block::new(0), Block::new(n - 1)));
        assert_eq!(tree.idom(Block::new(n - 1)), Some(Block::new(n - 2)));
    }
}
