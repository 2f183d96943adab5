//! Multi-way branches with few targets.

use super::{Cx, Expansion};
use crate::cursor::{Cursor, FuncCursor};
use crate::ir::condcodes::IntCC::{Equal, UnsignedLessThan};
use crate::ir::{BlockCall, InstBuilder, Opcode};
use smallvec::SmallVec;

/// A table whose cases form at most this many ranges becomes comparisons.
pub const MAX_COMPARES: usize = 4;

pub(super) fn expansion(op: Opcode) -> Option<Expansion> {
    (op == Opcode::BrTable).then_some(table)
}

/// One comparison for the end of each range of cases that go to one place.
fn table(cx: &mut Cx<'_>) {
    let x = cx.arg(0);
    let dfg = &cx.pos.func.dfg;
    let [default, cases @ ..] = dfg.branch_targets(cx.inst) else { return };
    let default = *default;
    let same = |a: &BlockCall, b: &BlockCall| {
        a.target() == b.target() && a.args(&dfg.value_lists).eq(b.args(&dfg.value_lists))
    };
    // What goes to the default at the end needs no comparison of its own.
    let used = cases.iter().rposition(|case| !same(case, &default)).map_or(0, |last| last + 1);
    let mut ends = SmallVec::<[(usize, BlockCall); MAX_COMPARES]>::new();
    let mut end = 0;
    for run in cases[..used].chunk_by(same) {
        end += run.len();
        if ends.len() == MAX_COMPARES {
            return;
        }
        ends.push((end, run[0]));
    }
    cx.changed.insts = true;
    cx.changed.control = true;
    let func = &mut *cx.pos.func;
    let mut block = func.layout.inst_block(cx.inst).expect("the branch stands in a block");
    let srcloc = func.srcloc(cx.inst);
    func.layout.remove_inst(cx.inst);
    let args = |call: BlockCall, func: &crate::ir::Function| {
        call.args(&func.dfg.value_lists).collect::<SmallVec<[_; 4]>>()
    };
    let count = ends.len();
    for (n, (end, call)) in ends.into_iter().enumerate() {
        let next = (n + 1 < count).then(|| func.dfg.make_block());
        let then = args(call, func);
        let (otherwise, rest) = match next {
            Some(next) => (next, SmallVec::new()),
            None => (default.target(), args(default, func)),
        };
        let mut pos = FuncCursor::new(func).at_bottom(block);
        pos.set_srcloc(srcloc);
        let first = end == 1;
        let bound = pos.ins().iconst(crate::ir::types::I32, if first { 0 } else { end as i64 });
        let inside = pos.ins().icmp(if first { Equal } else { UnsignedLessThan }, x, bound);
        pos.ins().brif(inside, call.target(), &then, otherwise, &rest);
        if let Some(next) = next {
            func.layout.insert_block_after(next, block);
            if func.layout.is_cold(block) {
                func.layout.set_cold(next);
            }
            block = next;
        }
    }
    if count == 0 {
        let rest = args(default, func);
        let mut pos = FuncCursor::new(func).at_bottom(block);
        pos.set_srcloc(srcloc);
        pos.ins().jump(default.target(), &rest);
    }
}
