//! Removes block parameters that always get the same value, and resolves aliases.
//!
//! A parameter goes if every edge into its block passes it one and the same value, or the parameter
//! itself. Removing one can show that another is constant: rounds over the blocks in alternating
//! directions find chains of any length in one round, and nests in few; there are at most
//! `MAX_ROUNDS`, so time is linear.
//!
//! On return: no argument of an instruction is an alias, and the control flow is as before.

use crate::entity::EntityRef;
use crate::ir::{Block, BlockArg, BlockCall, Function, Value};

/// More rounds than this are not made.
const MAX_ROUNDS: usize = 8;
const NONE: u32 = u32::MAX;

/// Arrays that the pass uses again for each function.
#[derive(Default)]
pub struct Scratch {
    /// By value: what stands for it.
    replaced: Vec<u32>,
    /// The edges into each block with parameters: a list in `edges`.
    first_edge: Vec<u32>,
    /// Block call, and the next edge into the same block.
    edges: Vec<(BlockCall, u32)>,
    blocks: Vec<Block>,
}

/// Runs the pass; says whether anything changed.
pub fn run(func: &mut Function, s: &mut Scratch) -> bool {
    let has_aliases = func.dfg.values().any(|v| func.dfg.value_is_alias(v));
    if has_aliases {
        // Values that the reader has only reserved look like aliases, but nobody uses them.
        resolve_aliases(func);
    }
    if !collect(func, s) {
        return has_aliases;
    }
    let mut removed = 0;
    for round in 0..MAX_ROUNDS {
        let before = removed;
        for n in 0..s.blocks.len() {
            let n = if round % 2 == 0 { s.blocks.len() - 1 - n } else { n };
            let block = s.blocks[n];
            for (k, &param) in func.dfg.block_params(block).iter().enumerate() {
                if s.replaced[param.index()] == NONE
                    && let Some(value) = only_value(func, s, block, k, param)
                {
                    s.replaced[param.index()] = value.as_u32();
                    removed += 1;
                }
            }
        }
        if removed == before {
            break;
        }
    }
    if removed == 0 {
        return has_aliases;
    }
    apply(func, s);
    true
}

fn resolve_aliases(func: &mut Function) {
    let mut next = func.layout.entry_block();
    while let Some(block) = next {
        next = func.layout.next_block(block);
        let mut next_inst = func.layout.first_inst(block);
        while let Some(inst) = next_inst {
            next_inst = func.layout.next_inst(inst);
            func.dfg.resolve_aliases_in_arguments(inst);
        }
    }
}

/// Lists the blocks with parameters and the edges into them. The entry's parameters come from the
/// caller.
fn collect(func: &Function, s: &mut Scratch) -> bool {
    s.blocks.clear();
    s.edges.clear();
    s.first_edge.clear();
    let entry = func.layout.entry_block();
    for block in func.layout.blocks() {
        if Some(block) != entry && !func.dfg.block_params(block).is_empty() {
            s.blocks.push(block);
        }
    }
    if s.blocks.is_empty() {
        return false;
    }
    s.first_edge.resize(func.dfg.num_blocks(), NONE);
    for block in func.layout.blocks() {
        let Some(inst) = func.layout.last_inst(block) else { continue };
        for &call in func.dfg.branch_targets(inst) {
            if !call.is_empty() {
                let first = &mut s.first_edge[call.target().index()];
                s.edges.push((call, *first));
                *first = s.edges.len() as u32 - 1;
            }
        }
    }
    s.replaced.clear();
    s.replaced.resize(func.dfg.num_values(), NONE);
    true
}

/// What stands for a value, with the way to it shortened.
fn resolve(replaced: &mut [u32], value: Value) -> Value {
    let mut at = value.as_u32();
    while replaced[at as usize] != NONE {
        let next = replaced[at as usize];
        if replaced[next as usize] != NONE {
            replaced[at as usize] = replaced[next as usize];
        }
        at = next;
    }
    Value::from_u32(at)
}

/// The only value that parameter number `k` of a block gets, if there is just one.
fn only_value(
    func: &Function,
    s: &mut Scratch,
    block: Block,
    k: usize,
    param: Value,
) -> Option<Value> {
    let mut only = None;
    let mut edge = s.first_edge[block.index()];
    while edge != NONE {
        let (call, next) = s.edges[edge as usize];
        let arg = call.args(&func.dfg.value_lists).nth(k)?;
        let BlockArg::Value(value) = arg else { return None };
        let value = resolve(&mut s.replaced, value);
        if value != param {
            match only {
                None => only = Some(value),
                Some(other) if other == value => {}
                Some(_) => return None,
            }
        }
        edge = next;
    }
    only
}

fn apply(func: &mut Function, s: &mut Scratch) {
    // Arguments of block calls for parameters that go, before those are detached.
    let replaced = &mut s.replaced;
    let mut next = func.layout.entry_block();
    while let Some(block) = next {
        next = func.layout.next_block(block);
        let mut next_inst = func.layout.first_inst(block);
        while let Some(inst) = next_inst {
            next_inst = func.layout.next_inst(inst);
            func.dfg.map_inst_values(inst, |value| resolve(replaced, value));
        }
        let Some(inst) = func.layout.last_inst(block) else { continue };
        for n in 0..func.dfg.branch_targets(inst).len() {
            let mut call = func.dfg.branch_targets(inst)[n];
            let params = func.dfg.block_params(call.target());
            if params.iter().all(|p| replaced[p.index()] == NONE) {
                continue;
            }
            let keep: smallvec::SmallVec<[bool; 32]> =
                params.iter().map(|p| replaced[p.index()] == NONE).collect();
            call.retain_args(&mut func.dfg.value_lists, |k| keep[k]);
            func.dfg.branch_targets_mut(inst)[n] = call;
        }
    }
    for &block in &s.blocks {
        let goes = |v: &Value| s.replaced[v.index()] != NONE;
        if !func.dfg.block_params(block).iter().any(goes) {
            continue;
        }
        let gone: smallvec::SmallVec<[Value; 8]> =
            func.dfg.block_params(block).iter().copied().filter(|v| goes(v)).collect();
        func.dfg.retain_block_params(block, |_, v| s.replaced[v.index()] == NONE);
        for value in gone {
            let stands_for = resolve(&mut s.replaced, value);
            func.dfg.change_to_alias(value, stands_for);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::cursor::{Cursor, FuncCursor};
    use crate::ir::{AbiParam, InstBuilder, Signature, types};
    use crate::isa::CallConv;

    #[test]
    fn a_parameter_that_only_passes_a_value_on_goes() {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.push(AbiParam::new(types::I32));
        signature.params.push(AbiParam::new(types::I32));
        signature.returns.push(AbiParam::new(types::I32));
        let mut func = Function::new();
        func.signature = signature;
        let entry = func.dfg.make_block();
        let x = func.dfg.append_block_param(entry, types::I32);
        let n = func.dfg.append_block_param(entry, types::I32);
        let header = func.dfg.make_block();
        let same = func.dfg.append_block_param(header, types::I32);
        let count = func.dfg.append_block_param(header, types::I32);
        let middle = func.dfg.make_block();
        let same2 = func.dfg.append_block_param(middle, types::I32);
        let exit = func.dfg.make_block();
        let mut c = FuncCursor::new(&mut func);
        for block in [entry, header, middle, exit] {
            c.insert_block(block);
        }
        c.goto_bottom(entry);
        c.ins().jump(header, &[BlockArg::Value(x), BlockArg::Value(n)]);
        c.goto_bottom(header);
        c.ins().jump(middle, &[BlockArg::Value(same)]);
        c.goto_bottom(middle);
        let one = c.ins().iconst(types::I32, 1);
        let less = c.ins().isub(count, one);
        let args = [BlockArg::Value(same2), BlockArg::Value(less)];
        c.ins().brif(less, header, &args, exit, &[]);
        c.goto_bottom(exit);
        let ret = c.ins().return_(&[same2]);

        assert!(run(&mut func, &mut Scratch::default()));
        assert_eq!(func.dfg.block_params(header), &[count]);
        assert!(func.dfg.block_params(middle).is_empty());
        assert_eq!(func.dfg.inst_args(ret), &[x]);
        let branch = func.layout.last_inst(middle).unwrap();
        assert_eq!(func.dfg.branch_targets(branch)[0].raw_args(&func.dfg.value_lists), &[less]);
        assert!(!run(&mut func, &mut Scratch::default()) || func.dfg.value_is_alias(same));
    }
}
