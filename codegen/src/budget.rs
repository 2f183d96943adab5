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
//! estimated from the IR. Functions of one module share what is granted beside their bytes
//! (`Function::source_functions`), so that a module of many small functions gets no more than a
//! large function.

use crate::ir::Function;

/// Steps that are granted: a constant, as long as few functions share it, and some for each byte.
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

/// The constants of all functions of a module are not more than this together.
const SHARED: u64 = 1 << 21;

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
    pub fn new(grant: Grant, size: Size) -> Self {
        let constant = grant.constant.min(SHARED / u64::from(size.functions.max(1)));
        let limit = grant.per_byte.saturating_mul(u64::from(size.bytes)).saturating_add(constant);
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

/// What a function's grants depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bytes of its source.
    pub bytes: u32,
    /// The functions of its module.
    pub functions: u32,
}

impl Size {
    /// What the front end said, or an estimate.
    pub fn of(func: &Function) -> Self {
        let estimate = BYTES_IN_IR * (func.dfg.num_insts() + func.dfg.value_lists.len());
        let bytes = match func.source_size {
            0 => u32::try_from(estimate).unwrap_or(u32::MAX),
            size => size,
        };
        Self { bytes, functions: func.source_functions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_up_to_the_grant() {
        let grant = Grant { constant: 10, per_byte: 2 };
        let alone = |bytes| Size { bytes, functions: 0 };
        let mut budget = Budget::new(grant, alone(5));
        budget.spend(20);
        assert!(!budget.is_exceeded());
        budget.spend(1);
        assert!(budget.is_exceeded());
        budget.spend(u64::MAX);
        assert!(budget.is_exceeded());
        let most = Grant { constant: 10, per_byte: 1 << 20 };
        assert_eq!(Budget::new(most, alone(u32::MAX)).limit, MOST);
    }

    #[test]
    fn functions_of_a_module_share_the_constant() {
        let of = |functions| Budget::new(TRANSLATION, Size { bytes: 3, functions }).limit;
        assert_eq!(of(0), TRANSLATION.constant + 3 * TRANSLATION.per_byte);
        assert_eq!(of(1), of(0));
        for functions in [100, 10_000, 1_000_000] {
            let constant = of(functions) - 3 * TRANSLATION.per_byte;
            assert!(constant * u64::from(functions) <= SHARED, "{functions}");
            assert!((constant + 1) * u64::from(functions) > SHARED, "{functions}");
        }
    }
}
