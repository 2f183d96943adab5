//! The control flow graph of a function in the language of Graphviz.

use core::fmt::{self, Display, Write};

use windlass_core::ir::Function;

/// Prints the graph: a block is a record with its head and its branches, and an edge starts at the
/// branch.
pub struct CFGPrinter<'a> {
    func: &'a Function,
}

impl<'a> CFGPrinter<'a> {
    /// The printer for a function.
    pub fn new(func: &'a Function) -> Self {
        Self { func }
    }

    /// Writes the graph.
    pub fn write(&self, w: &mut dyn Write) -> fmt::Result {
        let func = self.func;
        writeln!(w, "digraph \"{}\" {{", func.name)?;
        if let Some(entry) = func.layout.entry_block() {
            writeln!(w, "    {{rank=min; {entry}}}")?;
        }
        let branches = |block| {
            let insts = func.layout.block_insts(block);
            insts.filter(|&inst| !func.dfg.branch_targets(inst).is_empty())
        };
        for block in func.layout.blocks() {
            write!(w, "    {block} [shape=record, label=\"{{{block}")?;
            for (n, &param) in func.dfg.block_params(block).iter().enumerate() {
                let before = if n == 0 { "(" } else { ", " };
                write!(w, "{before}{param}: {}", func.dfg.value_type(param))?;
            }
            w.write_str(if func.dfg.block_params(block).is_empty() { ":" } else { "):" })?;
            for inst in branches(block) {
                write!(w, " | <{inst}>{}", func.dfg[inst].opcode)?;
                for (n, call) in func.dfg.branch_targets(inst).iter().enumerate() {
                    write!(w, "{} {}", if n == 0 { "" } else { "," }, call.target())?;
                }
            }
            writeln!(w, "}}\"]")?;
        }
        for block in func.layout.blocks() {
            for inst in branches(block) {
                for call in func.dfg.branch_targets(inst) {
                    writeln!(w, "    {block}:{inst} -> {}", call.target())?;
                }
            }
        }
        writeln!(w, "}}")
    }
}

impl Display for CFGPrinter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}
