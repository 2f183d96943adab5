//! Simplifies a function that was built without simplification, by building it once more.
//!
//! What holds: every block keeps its instructions in order, each pure one simplified as
//! [`simplify`](super::simplify) does it while a function is built; old results are aliases of what
//! stands for them. No block is left that control cannot reach. The time is linear in the number of
//! instructions.

use super::simplify::{Simplifier, applies};
use crate::ir::Function;

/// Runs the pass.
pub fn run(func: &mut Function, simplifier: &mut Simplifier) {
    simplifier.clear();
    let mut next = func.layout.entry_block();
    while let Some(block) = next {
        next = func.layout.next_block(block);
        // Each instruction goes from the front to the end, behind those that were there before.
        for _ in 0..func.layout.block_insts(block).count() {
            let inst = func.layout.first_inst(block).expect("as many as were counted");
            func.layout.remove_inst(inst);
            func.dfg.resolve_aliases_in_arguments(inst);
            let data = func.dfg[inst];
            match *func.dfg.inst_results(inst) {
                [old] if applies(data.opcode) => {
                    let new = simplifier.insert(func, block, func.srcloc(inst), data);
                    func.dfg.detach_results(inst);
                    func.dfg.change_to_alias(old, new);
                }
                _ => func.layout.append_inst(inst, block),
            }
        }
    }
}
