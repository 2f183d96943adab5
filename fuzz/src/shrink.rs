//! Makes a failing case smaller while it still fails.
//!
//! What holds: every step keeps the functions valid: a result becomes a constant, an instruction
//! without used results goes, a branch becomes a jump, blocks that cannot be reached go. The
//! smaller case need not fail for the same reason.

use crate::generate::Case;
use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::ir::types::{F32, F64, I128};
use windlass_core::ir::{
    Block, BlockArg, Function, Ieee32, Ieee64, Inst, InstBuilder, Opcode, Type, Value,
};

/// The smallest case found that still fails; `fails` is asked a few times for every instruction.
pub fn shrink(case: &Case, mut fails: impl FnMut(&Case) -> bool) -> Case {
    let mut best = case.clone();
    for n in (0..best.arguments.len()).rev() {
        let mut smaller = best.clone();
        smaller.arguments.remove(n);
        if !smaller.arguments.is_empty() && fails(&smaller) {
            best = smaller;
        }
    }
    loop {
        let before = size(&best);
        for index in 0..best.functions.len() {
            for change in changes(&best.functions[index]) {
                let mut smaller = best.clone();
                let function = &mut smaller.functions[index];
                if apply(function, change) && fails(&smaller) {
                    best = smaller;
                }
            }
        }
        if size(&best) >= before {
            return best;
        }
    }
}

/// How much there is to a case: instructions, those that are no constants twice.
fn size(case: &Case) -> usize {
    case.functions
        .iter()
        .map(|function| insts(function).map(|inst| weight(function, inst)).sum::<usize>())
        .sum()
}

fn weight(function: &Function, inst: Inst) -> usize {
    let constant = [Opcode::Iconst, Opcode::F32const, Opcode::F64const];
    if constant.contains(&function.dfg[inst].opcode) { 1 } else { 2 }
}

fn insts(function: &Function) -> impl Iterator<Item = Inst> + '_ {
    function.layout.blocks().flat_map(|block| function.layout.block_insts(block))
}

/// A step that may make a function smaller.
#[derive(Clone, Copy)]
enum Change {
    /// Removes an instruction whose results, if any, become zero.
    Remove(Inst),
    /// Makes a branch a jump to its target of this number.
    Jump(Inst, usize),
    /// Makes the uses of a block's parameter zero.
    Param(Block, Value),
    /// Joins a block that ends in a jump with the target, which no other branch reaches.
    Join(Block),
}

fn changes(function: &Function) -> Vec<Change> {
    let mut changes = Vec::new();
    for block in function.layout.blocks() {
        for inst in function.layout.block_insts(block) {
            let targets = function.dfg.branch_targets(inst).len();
            let tables = [Opcode::Brif, Opcode::BrTable];
            if tables.contains(&function.dfg[inst].opcode) {
                changes.extend((0..targets).map(|target| Change::Jump(inst, target)));
            }
            if !function.dfg[inst].opcode.is_terminator() {
                changes.push(Change::Remove(inst));
            }
        }
        changes.push(Change::Join(block));
        if function.layout.entry_block() != Some(block) {
            let params = function.dfg.block_params(block).iter();
            changes.extend(params.map(|&param| Change::Param(block, param)));
        }
    }
    changes.reverse();
    changes
}

/// Makes a change; false where it is not possible or changes nothing.
fn apply(function: &mut Function, change: Change) -> bool {
    match change {
        Change::Remove(inst) => {
            if function.layout.inst_block(inst).is_none() {
                return false;
            }
            let results = function.dfg.inst_results(inst).to_vec();
            for result in results {
                if is_used(function, result) {
                    if weight(function, inst) == 1 {
                        return false;
                    }
                    let mut cursor = FuncCursor::new(function).at_inst(inst);
                    let ty = cursor.func.dfg.value_type(result);
                    let zero = zero(&mut cursor, ty);
                    replace(function, result, zero);
                }
            }
            function.layout.remove_inst(inst);
            true
        }
        Change::Jump(inst, target) => {
            if function.layout.inst_block(inst).is_none() {
                return false;
            }
            let target = function.dfg.branch_targets(inst)[target];
            let args: Vec<BlockArg> = target.args(&function.dfg.value_lists).collect();
            let mut cursor = FuncCursor::new(function).at_inst(inst);
            cursor.ins().jump(target.target(), &args);
            function.layout.remove_inst(inst);
            remove_unreachable(function);
            true
        }
        Change::Param(block, param) => {
            let first = function.layout.first_inst(block);
            let Some(first) = first.filter(|_| is_used(function, param)) else { return false };
            let mut cursor = FuncCursor::new(function).at_inst(first);
            let ty = cursor.func.dfg.value_type(param);
            let zero = zero(&mut cursor, ty);
            replace(function, param, zero);
            true
        }
        Change::Join(block) => join(function, block).is_some(),
    }
}

fn join(function: &mut Function, block: Block) -> Option<()> {
    let jump = function.layout.last_inst(block)?;
    if function.dfg[jump].opcode != Opcode::Jump {
        return None;
    }
    let call = function.dfg.branch_targets(jump)[0];
    let target = call.target();
    let branches = |from| function.block_successors(from).filter(|&to| to == target).count();
    if target == block || function.layout.blocks().map(branches).sum::<usize>() != 1 {
        return None;
    }
    let args: Vec<BlockArg> = call.args(&function.dfg.value_lists).collect();
    let params = function.dfg.block_params(target).to_vec();
    function.layout.remove_inst(jump);
    for (param, arg) in params.into_iter().zip(args) {
        replace(function, param, arg.as_value()?);
    }
    for inst in function.layout.block_insts(target).collect::<Vec<_>>() {
        function.layout.remove_inst(inst);
        function.layout.append_inst(inst, block);
    }
    function.layout.remove_block(target);
    Some(())
}

fn zero(cursor: &mut FuncCursor<'_>, ty: Type) -> Value {
    match ty {
        F32 => cursor.ins().f32const(Ieee32::with_bits(0)),
        F64 => cursor.ins().f64const(Ieee64::with_bits(0)),
        I128 => {
            let half = cursor.ins().iconst(windlass_core::ir::types::I64, 0);
            cursor.ins().iconcat(half, half)
        }
        _ => cursor.ins().iconst(ty, 0),
    }
}

fn is_used(function: &Function, value: Value) -> bool {
    insts(function).any(|inst| function.dfg.inst_values(inst).any(|used| used == value))
}

fn replace(function: &mut Function, from: Value, to: Value) {
    let all: Vec<Inst> = insts(function).collect();
    for inst in all {
        function.dfg.map_inst_values(inst, |value| if value == from { to } else { value });
    }
}

fn remove_unreachable(function: &mut Function) {
    let mut reached = Vec::new();
    let mut work: Vec<Block> = function.layout.entry_block().into_iter().collect();
    while let Some(block) = work.pop() {
        if !reached.contains(&block) {
            reached.push(block);
            work.extend(function.block_successors(block));
        }
    }
    let gone: Vec<Block> =
        function.layout.blocks().filter(|block| !reached.contains(block)).collect();
    for block in gone {
        for inst in function.layout.block_insts(block).collect::<Vec<_>>() {
            function.layout.remove_inst(inst);
        }
        function.layout.remove_block(block);
    }
}
