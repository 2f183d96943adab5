//! `test run` and `test interpret`: the functions of a file, called as its directives say.

use crate::directive::{self, Callees, Directive, Ending, Expected, Outcome, plain};
use crate::emulator::{Emulated, Machine};
use crate::file::Cx;
use windlass_core::data_value::{DataValue, DisplayDataValues};
use windlass_core::interpret::{
    ControlFlow, FunctionStore, Interpreter, InterpreterState, InterpreterTrap,
};
use windlass_core::ir::types::*;
use windlass_core::ir::{CallConv, Endianness, Function, Opcode};
use windlass_core::isa::TargetIsa;
use windlass_core::opt::legalize::{self, Lowered, Support};
use windlass_core::settings::{self, Configurable, Flags};
use windlass_core::testfile::TestFile;
use windlass_core::verify::verify_function;
use windlass_jit::{Jit, JitError};

/// Instructions that a call may execute in the interpreter.
const FUEL: u64 = 50_000_000;

/// A directive with the function that it calls and its line.
struct Call {
    function: usize,
    line: usize,
    directive: Directive,
}

/// All directives of a file; those that cannot be read count as failures.
fn directives(cx: &mut Cx<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    let file = cx.file;
    for (own, (_, details)) in file.functions.iter().enumerate() {
        let callees = Callees::new(&file.functions, own);
        for comment in &details.comments {
            let line = cx.line_of(comment);
            match directive::parse(comment.text, &callees) {
                Ok(Some(directive)) => match callees.find(&directive.invocation.func) {
                    Ok(function) => calls.push(Call { function, line, directive }),
                    Err(message) => cx.count(line, Err(message)),
                },
                Ok(None) => {}
                Err(message) => cx.count(line, Err(message)),
            }
        }
    }
    calls
}

/// How many directives a file has.
pub fn count(file: &TestFile<'_>) -> usize {
    let lists = file.functions.iter().enumerate().map(|(own, (_, details))| {
        let callees = Callees::new(&file.functions, own);
        let comments = details.comments.iter();
        comments.filter(|c| !matches!(directive::parse(c.text, &callees), Ok(None))).count()
    });
    lists.sum()
}

fn finish(cx: &mut Cx<'_>, call: &Call, outcome: Outcome) {
    if let (Expected::Print, Ok(values)) = (&call.directive.expected, &outcome) {
        let line = format!("{} -> {}", call.directive.invocation, DisplayDataValues(values));
        cx.report.printed.push(line);
    }
    let result = call.directive.judge(&outcome);
    let invocation = &call.directive.invocation;
    cx.count(call.line, result.map_err(|message| format!("{invocation}: {message}")));
}

/// Runs all directives in the interpreter, each in a fresh state: of the functions as they are, and
/// of what legalization makes of them for a machine that has next to nothing.
pub fn interpret(cx: &mut Cx<'_>) {
    let file = cx.file;
    let least = least_machine();
    let mut legal = Vec::new();
    for (function, details) in &file.functions {
        match legalized(function, &least) {
            Ok(function) => legal.push(function),
            Err(message) => return cx.count(crate::file::line(details), Err(message)),
        }
    }
    let mut stores = [(); 2].map(|()| FunctionStore::default());
    for ((plain, _), legal) in file.functions.iter().zip(&legal) {
        stores[0].add(plain.name.to_string(), plain);
        stores[1].add(legal.name.to_string(), legal);
    }
    for call in directives(cx) {
        let name = file.functions[call.function].0.name.to_string();
        let outcome = |store: &FunctionStore<'_>| {
            let state = InterpreterState::default().with_function_store(store.clone());
            let mut interpreter = Interpreter::new(state).with_fuel(Some(FUEL));
            match interpreter.call_by_name(&name, &call.directive.invocation.args) {
                Ok(ControlFlow::Return(values)) => Ok(values),
                Ok(ControlFlow::Trap(InterpreterTrap::User(code))) => Err(Ending::Trap(code)),
                Ok(ControlFlow::Trap(trap)) => Err(Ending::Other(format!("trap: {trap}"))),
                Err(error) => Err(Ending::Other(error.to_string())),
            }
        };
        let as_written = outcome(&stores[0]);
        match call.directive.judge(&outcome(&stores[1])) {
            Err(message) if call.directive.judge(&as_written).is_ok() => {
                let invocation = &call.directive.invocation;
                cx.count(call.line, Err(format!("legalized, {invocation}: {message}")));
            }
            _ => finish(cx, &call, as_written),
        }
    }
}

/// What a machine lowers that has operations of 32 and 64 bits, without carries, and moves of
/// everything.
fn least_machine() -> Support {
    use Opcode::*;
    let moves = |op| matches!(op, Bitcast | AtomicLoad | AtomicStore | AtomicRmw | AtomicCas);
    let narrow = |op| {
        let chooses = matches!(op, Select | SelectSpectreGuard | Trapz | Trapnz);
        chooses || matches!(op, Load | Store | Uextend | Sextend | Ireduce | Iconst)
    };
    let carries = |op: Opcode| {
        let name = op.info().name;
        name.contains("overflow") || matches!(op, Isplit | Iconcat)
    };
    let lowers = |op, ty| match ty {
        I8 | I16 => moves(op) || narrow(op),
        I32 | I64 => !carries(op),
        I128 => moves(op) || matches!(op, Isplit | Iconcat),
        F32 | F64 => !matches!(op, Ceil | Floor | Trunc | Nearest | Fma),
        _ => op != BrTable,
    };
    let types = [INVALID, I8, I16, I32, I64, I128, F16, F32, F64, F128];
    let all = Opcode::ALL.iter().flat_map(|&op| types.map(|ty| (op, ty)));
    let lowered = all.filter(|&(op, ty)| lowers(op, ty));
    let rows: Vec<Lowered> = lowered.map(|(op, ty)| (op, ty, &[""][..])).collect();
    Support::new(&rows, &[], |_| false)
}

/// The function as a machine is given it.
fn legalized(function: &Function, support: &Support) -> Result<Function, String> {
    let machine = legalize::Machine {
        support,
        order: Endianness::Little,
        pointer: I64,
        libcall_conv: CallConv::SystemV,
        colocated_libcalls: false,
    };
    let mut function = function.clone();
    function.dfg.resolve_all_aliases();
    let mut flags = settings::builder();
    flags.enable("preserve_frame_pointers").map_err(|error| error.to_string())?;
    let flags = Flags::new(flags);
    let mut run = || {
        let changed = legalize::run(&mut function, &machine);
        verify_function(&function, &flags)
            .map_err(|errors| format!("legalized, it is invalid: {errors}\n{function}"))?;
        Ok::<_, String>(changed)
    };
    run()?;
    match run()? {
        changed if changed == legalize::Changed::default() => Ok(function),
        _ => Err("legalization is not done after one run".to_string()),
    }
}

/// True where code for a target can run here: the same architecture, and no feature that the host
/// lacks.
fn runs_here(isa: &dyn TargetIsa) -> bool {
    if isa.triple().architecture != target_lexicon::HOST.architecture {
        return false;
    }
    let host = windlass_isa::host_features();
    isa.isa_flags().iter().all(|flag| flag.as_bool() != Some(true) || host.contains(&flag.name))
}

/// Where the functions of a file are compiled to and called.
pub(crate) trait Place {
    /// Compiles a function.
    fn define(&mut self, name: &str, function: &Function) -> Result<(), JitError>;

    /// Links what was compiled.
    fn finalize(&mut self) -> Result<(), JitError>;

    /// Calls a function.
    fn call(&mut self, name: &str, arguments: &[DataValue]) -> Outcome;
}

/// Compiles all functions together and runs all directives, on this machine or under an emulator.
pub fn run(cx: &mut Cx<'_>) {
    let isa = cx.isa.clone().expect("the command needs a target");
    let calls = directives(cx);
    let mut place: Box<dyn Place> = match Machine::of(isa.triple()) {
        _ if runs_here(&*isa) => Box::new(Jit::new(isa)),
        Some(machine) => match Emulated::new(machine, isa) {
            Ok(emulated) => Box::new(emulated),
            Err(message) => return cx.count(1, Err(message)),
        },
        None => {
            cx.report.skipped += calls.len();
            return;
        }
    };
    let file = cx.file;
    for (function, details) in &file.functions {
        if let Err(error) = place.define(&plain(&function.name), function) {
            return cx.count(crate::file::line(details), Err(error.to_string()));
        }
    }
    if let Err(error) = place.finalize() {
        return cx.count(1, Err(error.to_string()));
    }
    for call in calls {
        let name = plain(&file.functions[call.function].0.name);
        let outcome = place.call(&name, &call.directive.invocation.args);
        finish(cx, &call, outcome);
    }
}
