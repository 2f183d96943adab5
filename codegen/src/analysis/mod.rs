//! What is known of a function without changing it: control flow, dominators, loops.

pub mod dominator_tree;
pub mod flowgraph;
pub mod loop_analysis;
pub mod traversals;
