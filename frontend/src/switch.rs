//! [`Switch`]: many cases to few comparisons and jump tables.
//!
//! Cases with neighbouring numbers make a range. Ranges are found by binary search down to three,
//! which are tried one after the other: one case by a comparison, more by a `br_table` that goes
//! on with the next range where the number is none of its own. Linear in the cases but for
//! sorting them.

use std::collections::HashMap;

use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::types::{self, Type};
use windlass_core::ir::{Block, InstBuilder, JumpTableData, Value};

use crate::builder::FunctionBuilder;

/// The number of a case.
type EntryIndex = u128;

/// Ranges that are tried one after the other instead of halving on.
const LINEAR_RANGES: usize = 3;

/// A switch over an integer, unsigned, of any width.
#[derive(Debug, Default)]
pub struct Switch {
    cases: HashMap<EntryIndex, Block>,
}

/// Cases with consecutive numbers.
struct Range {
    first: EntryIndex,
    blocks: Vec<Block>,
}

impl Switch {
    /// A switch without cases.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a case. No number may be added twice.
    pub fn set_entry(&mut self, index: EntryIndex, block: Block) {
        let before = self.cases.insert(index, block);
        assert!(before.is_none(), "case {index} was added twice");
    }

    /// The cases so far.
    pub fn entries(&self) -> &HashMap<EntryIndex, Block> {
        &self.cases
    }

    /// Ends the current block with a switch over `val`; what is no case goes to `otherwise`.
    pub fn emit(self, bx: &mut FunctionBuilder<'_>, val: Value, otherwise: Block) {
        let ty = bx.func.dfg.value_type(val);
        let ranges = self.ranges(ty);
        // Each item: the block to fill and the ranges that it has to tell apart.
        let mut work = vec![(None, &ranges[..])];
        while let Some((block, ranges)) = work.pop() {
            if let Some(block) = block {
                bx.switch_to_block(block);
            }
            if ranges.len() <= LINEAR_RANGES {
                emit_ranges(bx, val, ty, otherwise, ranges);
                continue;
            }
            let (left, right) = ranges.split_at(ranges.len() / 2);
            let (left_block, right_block) = (bx.create_block(), bx.create_block());
            let bound = constant(bx, ty, right[0].first);
            let is_right = bx.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, val, bound);
            bx.ins().brif(is_right, right_block, &[], left_block, &[]);
            bx.seal_block(left_block);
            bx.seal_block(right_block);
            work.push((Some(left_block), left));
            work.push((Some(right_block), right));
        }
    }

    /// The cases as ranges in ascending order.
    fn ranges(self, ty: Type) -> Vec<Range> {
        let mut cases: Vec<(EntryIndex, Block)> = self.cases.into_iter().collect();
        cases.sort_unstable_by_key(|&(index, _)| index);
        if let Some(&(last, _)) = cases.last() {
            let fits = ty.bits() >= 128 || last >> ty.bits() == 0;
            assert!(fits, "case {last} does not fit in {ty}, the type of the value");
        }
        let mut ranges: Vec<Range> = Vec::new();
        for (index, block) in cases {
            match ranges.last_mut() {
                Some(range)
                    if range.blocks.len() < u32::MAX as usize
                        && range.first + range.blocks.len() as u128 == index =>
                {
                    range.blocks.push(block);
                }
                _ => ranges.push(Range { first: index, blocks: vec![block] }),
            }
        }
        ranges
    }
}

/// Tries ranges one after the other, then goes to `otherwise`.
fn emit_ranges(
    bx: &mut FunctionBuilder<'_>,
    val: Value,
    ty: Type,
    otherwise: Block,
    ranges: &[Range],
) {
    let Some((last, before)) = ranges.split_last() else {
        bx.ins().jump(otherwise, &[]);
        return;
    };
    for range in before {
        let next = bx.create_block();
        emit_range(bx, val, ty, next, range);
        bx.seal_block(next);
        bx.switch_to_block(next);
    }
    emit_range(bx, val, ty, otherwise, last);
}

fn emit_range(bx: &mut FunctionBuilder<'_>, val: Value, ty: Type, otherwise: Block, range: &Range) {
    if let [block] = range.blocks[..] {
        let number = constant(bx, ty, range.first);
        let is_it = bx.ins().icmp(IntCC::Equal, val, number);
        bx.ins().brif(is_it, block, &[], otherwise, &[]);
        return;
    }
    let mut index = val;
    if range.first != 0 {
        let first = constant(bx, ty, range.first);
        index = bx.ins().isub(val, first);
    }
    if ty.bits() > 32 {
        // Only the low half selects: what lies above must be known to be zero.
        let len = constant(bx, ty, range.blocks.len() as u128);
        let inside = bx.ins().icmp(IntCC::UnsignedLessThan, index, len);
        let table = bx.create_block();
        bx.ins().brif(inside, table, &[], otherwise, &[]);
        bx.seal_block(table);
        bx.switch_to_block(table);
        index = bx.ins().ireduce(types::I32, index);
    } else if ty.bits() < 32 {
        index = bx.ins().uextend(types::I32, index);
    }
    let default = bx.func.dfg.block_call(otherwise, &[]);
    let cases: Vec<_> =
        range.blocks.iter().map(|&block| bx.func.dfg.block_call(block, &[])).collect();
    let table = bx.create_jump_table(JumpTableData::new(default, &cases));
    bx.ins().br_table(index, table);
}

fn constant(bx: &mut FunctionBuilder<'_>, ty: Type, number: u128) -> Value {
    if ty != types::I128 {
        return bx.ins().iconst(ty, number as u64 as i64);
    }
    let low = bx.ins().iconst(types::I64, number as u64 as i64);
    let high = bx.ins().iconst(types::I64, (number >> 64) as u64 as i64);
    bx.ins().iconcat(low, high)
}
