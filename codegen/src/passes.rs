//! The passes from IR to bytes, in order, and why they are in this order.
//!
//! To add a pass: write `fn run(&mut PassContext) -> CodegenResult<()>`, add a row to `PASSES`, and
//! a row to `ORDER` for each pass that it must follow or precede. The driver in `compile` does the
//! rest: dumps, times, verification between passes, and the name of the pass in a crash.

use crate::analysis::dominator_tree::DominatorTree;
use crate::analysis::flowgraph::ControlFlowGraph;
use crate::analysis::loop_analysis::LoopAnalysis;
use crate::ir::{CallConv, Function};
use crate::isa::TargetIsa;
use crate::machine::CompiledCode;
use crate::machine::pipeline::MachineContext;
use crate::opt;
use crate::result::CodegenResult;
#[cfg(feature = "matchers")]
use crate::settings::OptLevel;

/// What is known of a function beside its IR.
#[derive(Default)]
pub struct Analyses {
    /// The control flow graph.
    pub cfg: ControlFlowGraph,
    /// The dominator tree.
    pub domtree: DominatorTree,
    /// The loops, if something asked for them.
    pub loops: LoopAnalysis,
    pub(crate) params: opt::params::Scratch,
    #[cfg(feature = "matchers")]
    pub(crate) simplifier: Option<opt::simplify::Simplifier>,
}

impl Analyses {
    /// Computes control flow graph and dominators.
    pub fn compute(&mut self, func: &Function) {
        self.cfg.compute(func);
        self.domtree.compute(func, &self.cfg);
        self.loops.clear();
    }
}

/// What a pass works on.
pub struct PassContext<'a> {
    /// The function.
    pub func: &'a mut Function,
    /// What is known of it.
    pub analyses: &'a mut Analyses,
    /// The machine.
    pub isa: &'a dyn TargetIsa,
    /// The machine code.
    pub machine: &'a mut MachineContext,
    /// The result.
    pub out: &'a mut CompiledCode,
}

/// What a pass leaves behind, and so what a dump after it shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shows {
    /// The IR.
    Ir,
    /// Machine code with virtual registers.
    Lowered,
    /// Machine code with registers.
    Allocated,
    /// Bytes.
    Bytes,
}

/// A pass.
pub struct Pass {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub run: fn(&mut PassContext<'_>) -> CodegenResult<()>,
    /// Whether it runs with these settings.
    pub enabled: fn(&dyn TargetIsa) -> bool,
    /// Whether it changes the IR, so that the IR is verified afterwards.
    pub changes_ir: bool,
    /// What a dump shows.
    pub shows: Shows,
}

fn always(_: &dyn TargetIsa) -> bool {
    true
}

/// All passes, in the order in which they run.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "dominators",
        run: |cx| {
            cx.analyses.compute(cx.func);
            Ok(())
        },
        enabled: always,
        changes_ir: false,
        shows: Shows::Ir,
    },
    Pass {
        name: "unreachable",
        run: |cx| {
            if opt::unreachable::run(cx.func, &cx.analyses.domtree) {
                cx.analyses.compute(cx.func);
            }
            Ok(())
        },
        enabled: always,
        changes_ir: true,
        shows: Shows::Ir,
    },
    #[cfg(feature = "matchers")]
    Pass {
        name: "simplify",
        run: |cx| {
            opt::rebuild::run(cx.func, cx.analyses.simplifier.get_or_insert_default());
            Ok(())
        },
        enabled: |isa| isa.flags().opt_level() != OptLevel::None,
        changes_ir: true,
        shows: Shows::Ir,
    },
    Pass {
        name: "nans",
        run: |cx| {
            opt::nans::run(cx.func);
            Ok(())
        },
        enabled: |isa| isa.flags().enable_nan_canonicalization(),
        changes_ir: true,
        shows: Shows::Ir,
    },
    Pass {
        name: "params",
        run: |cx| {
            opt::params::run(cx.func, &mut cx.analyses.params);
            Ok(())
        },
        enabled: always,
        changes_ir: true,
        shows: Shows::Ir,
    },
    Pass {
        name: "legalize",
        run: |cx| {
            let isa = cx.isa;
            let machine = opt::legalize::Machine {
                support: isa.backend().support(),
                order: isa.endianness(),
                pointer: isa.pointer_type(),
                libcall_conv: CallConv::for_libcall(isa.flags(), isa.default_call_conv()),
                colocated_libcalls: isa.flags().use_colocated_libcalls(),
            };
            if opt::legalize::run(cx.func, &machine).control {
                cx.analyses.compute(cx.func);
            }
            Ok(())
        },
        enabled: always,
        changes_ir: true,
        shows: Shows::Ir,
    },
    Pass {
        name: "lower",
        run: |cx| cx.machine.lower(cx.func, &cx.analyses.domtree, cx.isa.target()),
        enabled: always,
        changes_ir: false,
        shows: Shows::Lowered,
    },
    Pass {
        name: "regalloc",
        run: |cx| cx.machine.allocate(cx.func, cx.isa.target()),
        enabled: always,
        changes_ir: false,
        shows: Shows::Allocated,
    },
    Pass {
        name: "emit",
        run: |cx| cx.machine.emit(cx.func, cx.isa.target(), cx.out),
        enabled: always,
        changes_ir: false,
        shows: Shows::Bytes,
    },
];

/// Pairs of passes of which the first must run before the second, and why.
pub const ORDER: &[(&str, &str, &str)] = &[
    #[cfg(feature = "matchers")]
    ("unreachable", "simplify", "in unreachable code an instruction may use its own result"),
    #[cfg(feature = "matchers")]
    ("simplify", "params", "results that were replaced are aliases"),
    ("dominators", "unreachable", "what is unreachable is not in the dominator tree"),
    ("unreachable", "params", "edges from unreachable blocks would keep parameters alive"),
    ("unreachable", "nans", "what is removed needs no selection"),
    ("params", "legalize", "expansions look at arguments, which are no aliases then"),
    ("legalize", "lower", "lowering knows what the machine has"),
    ("dominators", "lower", "blocks are put in an order in which dominators come first"),
    ("params", "lower", "lowering expects arguments that are no aliases"),
    ("lower", "regalloc", "registers are allocated in machine code"),
    ("regalloc", "emit", "emission needs the place of each operand"),
];

/// The passes up to here change or analyse the IR; those after it make machine code.
pub const LAST_IR_PASS: &str = "params";

/// The number of a pass.
pub fn pass_by_name(name: &str) -> Option<usize> {
    PASSES.iter().position(|pass| pass.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_holds_and_names_are_those_of_passes() {
        for (first, second, reason) in ORDER {
            let a = pass_by_name(first).unwrap_or_else(|| panic!("no pass {first}"));
            let b = pass_by_name(second).unwrap_or_else(|| panic!("no pass {second}"));
            assert!(a < b, "{first} must run before {second}: {reason}");
        }
        for (n, pass) in PASSES.iter().enumerate() {
            assert_eq!(pass_by_name(pass.name), Some(n), "two passes are named {}", pass.name);
        }
        assert!(pass_by_name(LAST_IR_PASS).is_some());
        let names = crate::dump::set("no such pass", &[]).unwrap_err();
        assert_eq!(names.len(), PASSES.len());
    }
}
