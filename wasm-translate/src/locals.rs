//! The values of locals at every point that control may come from.
//!
//! A state of all locals is a node of a tree: it differs from its parent by one local. The array
//! of current values is that of the current node, and moves along the tree by undoing and redoing
//! assignments. Control structures remember nodes instead of copies of the array; because they
//! nest, moving between the branches to one label costs no more than what was assigned between.

use windlass_core::ir::Value;

/// A state of all locals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version(u32);

#[derive(Clone, Copy, Debug)]
struct Node {
    local: u32,
    old: Value,
    new: Value,
    parent: u32,
    depth: u32,
}

/// The current values of locals, and all states that they had.
#[derive(Debug, Default)]
pub(crate) struct Locals {
    values: Vec<Value>,
    nodes: Vec<Node>,
    current: u32,
    redo: Vec<u32>,
    /// For each local the last mark.
    marks: Vec<u32>,
    mark: u32,
    /// Nodes that were passed, since the reset.
    steps: u64,
}

impl Locals {
    /// Starts over with the given values.
    pub fn reset(&mut self, values: impl IntoIterator<Item = Value>) {
        self.values.clear();
        self.values.extend(values);
        self.nodes.clear();
        let nothing = Value::from_u32(0);
        self.nodes.push(Node { local: 0, old: nothing, new: nothing, parent: 0, depth: 0 });
        self.current = 0;
        self.marks.clear();
        self.marks.resize(self.values.len(), 0);
        self.mark = 0;
        self.steps = 0;
    }

    /// Nodes that were passed, since the reset.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The current value of a local.
    #[inline]
    pub fn get(&self, local: u32) -> Value {
        self.values[local as usize]
    }

    /// Assigns.
    #[inline]
    pub fn set(&mut self, local: u32, value: Value) {
        let old = std::mem::replace(&mut self.values[local as usize], value);
        if old != value {
            let parent = self.current;
            let depth = self.nodes[parent as usize].depth + 1;
            self.current = crate::control::number(self.nodes.len());
            self.nodes.push(Node { local, old, new: value, parent, depth });
        }
    }

    /// The current state.
    #[inline]
    pub fn version(&self) -> Version {
        Version(self.current)
    }

    /// Makes a state the current one.
    pub fn move_to(&mut self, target: Version) {
        let mut to = target.0;
        let mut from = self.current;
        let mut steps = 0;
        self.redo.clear();
        while from != to {
            steps += 1;
            let (from_node, to_node) = (self.nodes[from as usize], self.nodes[to as usize]);
            if from_node.depth >= to_node.depth {
                self.values[from_node.local as usize] = from_node.old;
                from = from_node.parent;
            } else {
                self.redo.push(to);
                to = to_node.parent;
            }
        }
        while let Some(at) = self.redo.pop() {
            let node = &self.nodes[at as usize];
            self.values[node.local as usize] = node.new;
        }
        self.current = target.0;
        self.steps += steps;
    }

    /// Begins a new set of marks.
    pub fn clear_marks(&mut self) {
        self.mark += 1;
    }

    /// Adds the locals that are assigned on the way between two states and not marked yet, and
    /// marks them. Returns where the two ways meet.
    pub fn collect_between(&mut self, x: Version, y: Version, list: &mut Vec<u32>) -> Version {
        let (mut x, mut y) = (x.0, y.0);
        let mut steps = 0;
        while x != y {
            steps += 1;
            let (x_node, y_node) = (&self.nodes[x as usize], &self.nodes[y as usize]);
            let node = if x_node.depth >= y_node.depth {
                x = x_node.parent;
                x_node
            } else {
                y = y_node.parent;
                y_node
            };
            let mark = &mut self.marks[node.local as usize];
            if *mark != self.mark {
                *mark = self.mark;
                list.push(node.local);
            }
        }
        self.steps += steps;
        Version(x)
    }

    /// Which of two states, one of which descends from the other, is the older one.
    pub fn older(&self, x: Version, y: Version) -> Version {
        let depth = |version: Version| self.nodes[version.0 as usize].depth;
        if depth(x) <= depth(y) { x } else { y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_found_again() {
        let value = |n| Value::from_u32(n);
        let mut locals = Locals::default();
        locals.reset([value(10), value(11), value(12)]);
        let start = locals.version();
        locals.set(0, value(20));
        let fork = locals.version();
        locals.set(1, value(21));
        locals.set(0, value(30));
        let left = locals.version();
        locals.move_to(fork);
        assert_eq!((locals.get(0), locals.get(1)), (value(20), value(11)));
        locals.set(2, value(22));
        let right = locals.version();
        locals.move_to(left);
        assert_eq!([0, 1, 2].map(|l| locals.get(l)), [value(30), value(21), value(12)]);
        let mut changed = Vec::new();
        locals.clear_marks();
        let meet = locals.collect_between(left, right, &mut changed);
        changed.sort_unstable();
        assert_eq!(changed, [0, 1, 2]);
        assert_eq!(meet, fork);
        assert_eq!(locals.older(meet, start), start);
        locals.move_to(start);
        assert_eq!([0, 1, 2].map(|l| locals.get(l)), [value(10), value(11), value(12)]);
    }
}
