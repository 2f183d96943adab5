//! The passes from IR to bytes, in order, and why they are in this order.
//!
//! To add a pass: write `fn run(func: &mut Function) -> bool`, which says whether it changed
//! anything, add a row to `PASSES`, and a row to `ORDER` for each pass that it must follow or
//! precede. The driver in `compile` does the rest: it computes the analyses that the row needs,
//! dumps, takes times, verifies between passes, and names the pass in a crash. What a pass wants to
//! use again for the next function is its scratch ([`Scratch`]).

use crate::analysis::{Analyses, AnalysisSet};
use crate::ir::{CallConv, Function};
use crate::isa::TargetIsa;
use crate::machine::CompiledCode;
use crate::machine::pipeline::MachineContext;
use crate::opt;
use crate::result::CodegenResult;
use crate::settings::Flags;
#[cfg(feature = "matchers")]
use crate::settings::OptLevel;
use core::any::Any;

/// What a pass works on.
pub struct PassContext<'a> {
    /// The function.
    pub func: &'a mut Function,
    /// What is known of it: what the row needs.
    pub analyses: &'a mut Analyses,
    /// The shared settings.
    pub flags: &'a Flags,
    /// The machine; passes over the IR may run without one.
    pub isa: Option<&'a dyn TargetIsa>,
    /// The machine code.
    pub machine: &'a mut MachineContext,
    /// The result.
    pub out: &'a mut CompiledCode,
}

impl<'a> PassContext<'a> {
    /// The machine, for passes that make code for it.
    pub fn isa(&self) -> &'a dyn TargetIsa {
        self.isa.expect("the passes that make machine code run with a machine")
    }
}

/// What a pass uses again for each function: a value of whatever type its row asks for.
#[derive(Default)]
pub struct Scratch(Option<Box<dyn Any + Send>>);

impl Scratch {
    /// The value, made at the first time.
    pub fn get<T: Default + Send + 'static>(&mut self) -> &mut T {
        let value = self.0.get_or_insert_with(|| Box::new(T::default()));
        value.downcast_mut().expect("a row asks for one type")
    }
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
    /// What it does; says whether it changed the IR, so that the IR is verified afterwards.
    pub run: fn(&mut PassContext<'_>, &mut Scratch) -> CodegenResult<bool>,
    /// Whether it runs with these settings.
    pub enabled: fn(&Flags) -> bool,
    /// Whether code is right without it, so that a driver may leave it out.
    pub optional: bool,
    /// The analyses that it uses.
    pub needs: AnalysisSet,
    /// The analyses that still hold if it changed something.
    pub keeps: AnalysisSet,
    /// What a dump shows.
    pub shows: Shows,
}

/// What most rows have.
const PASS: Pass = Pass {
    name: "",
    run: |_, _| Ok(false),
    enabled: |_| true,
    optional: false,
    needs: AnalysisSet::NONE,
    keeps: AnalysisSet::NONE,
    shows: Shows::Ir,
};

/// All passes, in the order in which they run.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "unreachable",
        run: |cx, _| Ok(opt::unreachable::run(cx.func, &cx.analyses.domtree)),
        needs: AnalysisSet::DOMINATORS,
        keeps: AnalysisSet::DOMINATORS,
        ..PASS
    },
    #[cfg(feature = "matchers")]
    Pass {
        name: "simplify",
        run: |cx, scratch| {
            opt::rebuild::run(cx.func, scratch.get());
            Ok(true)
        },
        enabled: |flags| flags.opt_level() != OptLevel::None,
        optional: true,
        keeps: AnalysisSet::ALL,
        ..PASS
    },
    Pass {
        name: "nans",
        run: |cx, _| Ok(opt::nans::run(cx.func)),
        enabled: |flags| flags.enable_nan_canonicalization(),
        keeps: AnalysisSet::ALL,
        ..PASS
    },
    Pass {
        name: "params",
        run: |cx, scratch| Ok(opt::params::run(cx.func, scratch.get())),
        keeps: AnalysisSet::ALL,
        ..PASS
    },
    Pass {
        name: "legalize",
        run: |cx, _| {
            let isa = cx.isa();
            let machine = opt::legalize::Machine {
                support: isa.backend().support(),
                order: isa.endianness(),
                pointer: isa.pointer_type(),
                libcall_conv: CallConv::for_libcall(isa.flags(), isa.default_call_conv()),
                colocated_libcalls: isa.flags().use_colocated_libcalls(),
            };
            let changed = opt::legalize::run(cx.func, &machine);
            if changed.control {
                cx.analyses.changed(AnalysisSet::NONE);
            }
            Ok(changed.insts || changed.control)
        },
        // Where it changes blocks or edges, it says so itself.
        keeps: AnalysisSet::ALL,
        ..PASS
    },
    Pass {
        name: "lower",
        run: |cx, _| {
            cx.machine.lower(cx.func, &cx.analyses.domtree, cx.isa().target())?;
            Ok(false)
        },
        needs: AnalysisSet::DOMINATORS,
        shows: Shows::Lowered,
        ..PASS
    },
    Pass {
        name: "regalloc",
        run: |cx, _| {
            cx.machine.allocate(cx.func, cx.isa().target())?;
            Ok(false)
        },
        shows: Shows::Allocated,
        ..PASS
    },
    Pass {
        name: "emit",
        run: |cx, _| {
            cx.machine.emit(cx.func, cx.isa().target(), cx.out)?;
            Ok(false)
        },
        shows: Shows::Bytes,
        ..PASS
    },
];

/// Pairs of passes of which the first must run before the second, and why.
pub const ORDER: &[(&str, &str, &str)] = &[
    #[cfg(feature = "matchers")]
    ("unreachable", "simplify", "in unreachable code an instruction may use its own result"),
    #[cfg(feature = "matchers")]
    ("simplify", "params", "results that were replaced are aliases"),
    ("unreachable", "params", "edges from unreachable blocks would keep parameters alive"),
    ("unreachable", "nans", "what is removed needs no selection"),
    ("params", "legalize", "expansions look at arguments, which are no aliases then"),
    ("legalize", "lower", "lowering knows what the machine has"),
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
    }
}
