//! What is known of a function without changing it: control flow, dominators, loops.
//!
//! [`Analyses`] counts the generations of a function: a change begins a new one, and what was
//! computed for an older one is computed again when it is asked for.

pub mod dominator_tree;
pub mod flowgraph;
pub mod loop_analysis;
pub mod traversals;

use self::dominator_tree::DominatorTree;
use self::flowgraph::ControlFlowGraph;
use self::loop_analysis::LoopAnalysis;
use crate::ir::Function;

/// Some of the analyses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AnalysisSet(u8);

impl AnalysisSet {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// The control flow graph.
    pub const CFG: Self = Self(1);
    /// The dominator tree.
    pub const DOMINATORS: Self = Self(2);
    /// The loops.
    pub const LOOPS: Self = Self(4);
    /// All of them.
    pub const ALL: Self = Self(7);

    /// Whether the number `n` is among them.
    const fn has(self, n: usize) -> bool {
        self.0 >> n & 1 != 0
    }
}

const CFG: usize = 0;
const DOMINATORS: usize = 1;
const LOOPS: usize = 2;

/// What is known of a function beside its IR.
#[derive(Default)]
pub struct Analyses {
    /// The control flow graph.
    pub cfg: ControlFlowGraph,
    /// The dominator tree.
    pub domtree: DominatorTree,
    /// The loops.
    pub loop_analysis: LoopAnalysis,
    /// The generation of the function.
    generation: u64,
    /// The generation for which each was computed.
    computed: [Option<u64>; 3],
}

impl Analyses {
    /// Computes those that are not of the function's generation, and what they are made from.
    pub fn compute(&mut self, func: &Function, wanted: AnalysisSet) {
        let stale = self.computed.map(|generation| generation != Some(self.generation));
        let loops = wanted.has(LOOPS) && stale[LOOPS];
        let dominators = (wanted.has(DOMINATORS) || loops) && stale[DOMINATORS];
        if (wanted.has(CFG) || dominators || loops) && stale[CFG] {
            self.cfg.compute(func);
            self.computed[CFG] = Some(self.generation);
        }
        if dominators {
            self.domtree.compute(func, &self.cfg);
            self.computed[DOMINATORS] = Some(self.generation);
        }
        if loops {
            self.loop_analysis.compute(func, &self.cfg, &self.domtree);
            self.computed[LOOPS] = Some(self.generation);
        }
    }

    /// The function was changed, but what is `kept` holds for it as it is now.
    pub fn changed(&mut self, kept: AnalysisSet) {
        let before = Some(self.generation);
        self.generation += 1;
        for (n, computed) in self.computed.iter_mut().enumerate() {
            if kept.has(n) && *computed == before {
                *computed = Some(self.generation);
            }
        }
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.cfg.clear();
        self.domtree.clear();
        self.loop_analysis.clear();
        self.computed = [None; 3];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::cursor::{Cursor, FuncCursor};
    use crate::ir::{Block, InstBuilder};

    /// Puts a jump from one block to another, which is new.
    fn extend(func: &mut Function, from: Block) -> Block {
        let to = func.dfg.make_block();
        let mut pos = FuncCursor::new(func);
        pos.goto_bottom(from);
        pos.ins().jump(to, &[]);
        pos.insert_block(to);
        to
    }

    #[test]
    fn what_is_not_kept_is_computed_again() {
        let mut func = Function::new();
        let first = func.dfg.make_block();
        func.layout.append_block(first);
        let mut analyses = Analyses::default();
        analyses.compute(&func, AnalysisSet::LOOPS);
        assert!(analyses.domtree.is_reachable(first) && analyses.loop_analysis.is_valid());

        let second = extend(&mut func, first);
        analyses.compute(&func, AnalysisSet::ALL);
        assert!(!analyses.domtree.is_reachable(second), "nobody said that it was changed");
        analyses.changed(AnalysisSet::DOMINATORS);
        analyses.compute(&func, AnalysisSet::ALL);
        assert!(!analyses.domtree.is_reachable(second), "it was said that they hold");
        assert_eq!(analyses.cfg.succs(first), [second]);
        analyses.changed(AnalysisSet::CFG);
        analyses.compute(&func, AnalysisSet::DOMINATORS);
        assert!(analyses.domtree.is_reachable(second));

        // What was stale before a change is so behind it.
        let third = extend(&mut func, second);
        analyses.changed(AnalysisSet::NONE);
        analyses.changed(AnalysisSet::ALL);
        analyses.compute(&func, AnalysisSet::DOMINATORS);
        assert!(analyses.domtree.is_reachable(third));
    }
}
