//! How much work one function may make, in proportion to its size.
//!
//! Some inputs make far more than their size: a branch of a few bytes passes a thousand arguments,
//! a table of branches does so a thousand times, and what is live across many blocks is a product
//! of two numbers. Each stage counts such work against a [`Grant`] before it makes it, in steps:
//! an argument, an operand, a predecessor, a live range, a link that is followed. So time and memory
//! for a function are in proportion to its size, whatever is in it.
//!
//! What exceeds a grant gives something up or is refused:
//!
//! | grant | exceeded |
//! |---|---|
//! | [`VALUES`] | locals of the Wasm function live in memory: it is translated anew |
//! | [`TRANSLATION`] | an error that names the function |
//! | [`BACKTRACKING`] | registers are allocated by the single-pass allocator; counted as `fell_back` |
//! | [`ALLOCATION`] | an error that names the function |
//!
//! The size is that of the source where the front end says it (`Function::source_size`), else it is
//! estimated from the IR.

use crate::ir::Function;

/// Steps that are granted: a constant, and some for each byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    constant: u64,
    per_byte: u64,
}

// Of 44,000 functions of real programs, none takes more than about two thirds of what is granted to be
// translated with locals in values, three quarters of what backtracking may take, and half of what
// allocation may take at all.

/// Translation with locals in values: arguments of branches and loops, and moves between states of
/// the locals.
pub const VALUES: Grant = Grant { constant: 1 << 12, per_byte: 4 };
/// Translation with locals in memory: operands of branches, calls and returns.
pub const TRANSLATION: Grant = Grant { constant: 1 << 16, per_byte: 32 };
/// Register allocation by backtracking, in the steps of `machine::measure`.
pub const BACKTRACKING: Grant = Grant { constant: 1 << 14, per_byte: 320 };
/// Register allocation in a single pass, in the steps of `machine::measure`.
pub const ALLOCATION: Grant = Grant { constant: 1 << 20, per_byte: 256 };

/// No budget is larger, so that what it counts can be numbered by 31 bits.
const MOST: u64 = 1 << 31;

/// Estimated bytes of source for an instruction or an argument in the IR.
const BYTES_IN_IR: usize = 4;

/// Work that is counted against what is granted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget {
    spent: u64,
    limit: u64,
}

impl Budget {
    /// What is granted to a function of this size.
    pub fn new(grant: Grant, bytes: usize) -> Self {
        let limit = grant.per_byte.saturating_mul(bytes as u64).saturating_add(grant.constant);
        Self { spent: 0, limit: limit.min(MOST) }
    }

    /// Counts work that is about to be made. Whether that is too much is told by
    /// [`is_exceeded`](Self::is_exceeded).
    #[inline]
    pub fn spend(&mut self, steps: u64) {
        self.spent = self.spent.saturating_add(steps);
    }

    /// Whether more was counted than is granted.
    #[inline]
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.spent > self.limit
    }

    /// What was counted.
    pub fn spent(&self) -> u64 {
        self.spent
    }
}

/// The size of a function in bytes of source: what the front end said, or an estimate.
pub fn source_size(func: &Function) -> usize {
    match func.source_size {
        0 => BYTES_IN_IR * (func.dfg.num_insts() + func.dfg.value_lists.len()),
        size => size as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_up_to_the_grant() {
        let grant = Grant { constant: 10, per_byte: 2 };
        let mut budget = Budget::new(grant, 5);
        budget.spend(20);
        assert!(!budget.is_exceeded());
        budget.spend(1);
        assert!(budget.is_exceeded());
        budget.spend(u64::MAX);
        assert!(budget.is_exceeded());
        assert_eq!(Budget::new(grant, usize::MAX).limit, MOST);
    }
}
