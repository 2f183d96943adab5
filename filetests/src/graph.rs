//! Control-flow graphs and dominator trees as text.

use crate::file::{self, Cx};
use crate::modes::filecheck;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use windlass_core::analysis::dominator_tree::DominatorTree;
use windlass_core::analysis::flowgraph::ControlFlowGraph;
use windlass_core::ir::{AnyEntity, Block, Function};
use windlass_core::text::{Details, write_operands};

/// The control-flow graph of a function in the language of Graphviz.
///
/// A block is a record with its header and its branches; an edge starts at the branch.
pub fn dot(function: &Function) -> String {
    let mut out = format!("digraph \"{}\" {{\n", function.name);
    if let Some(entry) = function.layout.entry_block() {
        let _ = writeln!(out, "    {{rank=min; {entry}}}");
    }
    let mut edges = String::new();
    for block in function.layout.blocks() {
        let params = function.dfg.block_params(block).iter();
        let params: Vec<_> =
            params.map(|v| format!("{v}: {}", function.dfg.value_type(*v))).collect();
        let params =
            if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
        let _ = write!(out, "    {block} [shape=record, label=\"{{{block}{params}:");
        for inst in function.layout.block_insts(block) {
            let targets = function.dfg.branch_targets(inst);
            if targets.is_empty() {
                continue;
            }
            let _ = write!(out, " | <{inst}>{}", function.dfg[inst].opcode);
            let _ = write_operands(&mut out, &function.dfg, inst);
            for target in targets {
                let _ = writeln!(edges, "    {block}:{inst} -> {}", target.target());
            }
        }
        out += "}\"]\n";
    }
    out + &edges + "}\n"
}

/// Checks `dominates:` comments and matches the printed tree.
pub fn domtree(cx: &mut Cx<'_>) {
    for (function, details) in &cx.file.functions {
        let cfg = ControlFlowGraph::with_function(function);
        let tree = DominatorTree::with_function(function, &cfg);
        if let Err(message) = immediate_dominators(function, details, &tree) {
            cx.count(file::line(details), Err(message));
            continue;
        }
        filecheck(cx, details, &print(function, &tree));
    }
}

fn immediate_dominators(
    function: &Function,
    details: &Details<'_>,
    tree: &DominatorTree,
) -> Result<(), String> {
    let mut announced = BTreeMap::new();
    for comment in &details.comments {
        let Some((_, blocks)) = comment.text.split_once("dominates:") else { continue };
        let AnyEntity::Inst(inst) = comment.entity else {
            return Err(format!(
                "`dominates:` belongs to an instruction, not to {}",
                comment.entity
            ));
        };
        let dominator = function.layout.inst_block(inst).ok_or("the instruction has no block")?;
        for word in blocks.split_whitespace() {
            let number = word.strip_prefix("block").and_then(|digits| digits.parse().ok());
            let block = number.and_then(Block::with_number);
            let block = block.ok_or_else(|| format!("`{word}` is not a block"))?;
            if announced.insert(block, dominator).is_some() {
                return Err(format!("{block} is announced twice"));
            }
        }
    }
    if announced.is_empty() {
        return Ok(());
    }
    for block in function.layout.blocks() {
        let expected = announced.remove(&block);
        let actual = tree.idom(block);
        if expected != actual {
            let show = |block: Option<Block>| block.map_or("no block".into(), |b| b.to_string());
            let (expected, actual) = (show(expected), show(actual));
            return Err(format!("{block} is dominated by {actual}, the comments say {expected}"));
        }
    }
    match announced.keys().next() {
        None => Ok(()),
        Some(block) => Err(format!("{block} is announced, but not a block of the function")),
    }
}

fn print(function: &Function, tree: &DominatorTree) -> String {
    let postorder = tree.cfg_postorder();
    let mut out = String::from("cfg_postorder:");
    for block in postorder {
        let _ = write!(out, " {block}");
    }
    out += "\ndomtree_preorder {\n";
    let mut children: BTreeMap<Block, Vec<Block>> = BTreeMap::new();
    // Children stand in reverse postorder.
    for block in postorder.iter().rev() {
        if let Some(dominator) = tree.idom(*block) {
            children.entry(dominator).or_default().push(*block);
        }
    }
    let mut stack: Vec<Block> = function.layout.entry_block().into_iter().collect();
    while let Some(block) = stack.pop() {
        let _ = write!(out, "    {block}:");
        let children = children.get(&block).map_or(&[][..], |list| list);
        for child in children {
            let _ = write!(out, " {child}");
        }
        out.push('\n');
        stack.extend(children.iter().rev());
    }
    out + "}\n"
}
