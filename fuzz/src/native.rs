//! Compiles cases for the host, runs them, and compares with the interpreter.
//!
//! What holds: regalloc2's checker is on for every function. Code is run only on arguments for
//! which the interpreter returned: a trap would end the process.

use std::sync::LazyLock;

use crate::generate::{Case, Config};
use crate::oracle::expected;
use windlass_core::data_value::{DataValue, DisplayDataValues};
use windlass_core::interpret::ControlFlow;
use windlass_core::ir::types::{F16, F32, F64, F128, I8, I16, I32, I64, I128};
use windlass_core::ir::{Opcode, Type};
use windlass_core::isa::{CallConv, OwnedTargetIsa};
use windlass_core::opt::legalize::expands;
use windlass_core::settings::{self, Configurable};
use windlass_jit::Jit;

/// What running a case gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The results of so many calls are those of the interpreter.
    Agree(usize),
    /// The code generator does not support something in the case.
    Refused(String),
    /// A call gave something else, or compiling failed in a way that is nobody's wish.
    Differ(String),
}

/// The host with the shared settings named (`name=value`) and these features of its processor.
pub fn host(shared: &[&str], features: &[&str]) -> OwnedTargetIsa {
    let mut flags = settings::builder();
    let always = [
        "regalloc_checker=true",
        "enable_multi_ret_implicit_sret=true",
        "enable_llvm_abi_extensions=true",
    ];
    for setting in always.iter().chain(shared) {
        let (name, value) = setting.split_once('=').expect("settings have a value");
        flags.set(name, value).unwrap_or_else(|error| panic!("{setting}: {error}"));
    }
    let mut builder = windlass_isa::host_builder_with_options(false).expect("a host with back end");
    for feature in features {
        builder.enable(feature).unwrap_or_else(|error| panic!("{feature}: {error}"));
    }
    builder.finish(settings::Flags::new(flags)).expect("settings that fit together")
}

/// The host as the least that there is of its kind.
static HOST: LazyLock<OwnedTargetIsa> = LazyLock::new(|| host(&[], &[]));

/// What the back end for the host lowers on every processor.
pub fn config() -> Config {
    fn supports(op: Opcode, ty: Type, free: Option<Type>) -> bool {
        let converts = matches!(op, Opcode::FcvtFromUint | Opcode::FcvtFromSint);
        let moves = matches!(op, Opcode::Bitcast | Opcode::Select | Opcode::SelectSpectreGuard);
        let cannot = matches!(free, Some(F16 | F128)) && !moves;
        let lowered = expands(op, ty) || HOST.backend().support().lowers(op, ty);
        lowered && !cannot && !(converts && free == Some(I128))
    }
    let known = HOST.backend().tables().conventions;
    let mut conventions = Config::default().conventions;
    let more = [CallConv::Winch, CallConv::WindowsFastcall, CallConv::PreserveAll];
    conventions.extend(more.into_iter().filter(|&conv| known[conv as usize].is_some()));
    let types = vec![I8, I16, I32, I64, I128, F16, F32, F64, F128];
    Config { types, supports, conventions, wide_atomics: false, ..Config::default() }
}

/// Compiles all functions of a case.
pub fn compile(case: &Case, isa: &OwnedTargetIsa) -> Result<Jit, String> {
    let mut jit = Jit::new(isa.clone());
    for function in &case.functions {
        let name = function.name.to_string();
        jit.define(&name, function).map_err(|error| error.to_string())?;
    }
    jit.finalize().map_err(|error| error.to_string())?;
    Ok(jit)
}

/// Compiles a case, runs it, and compares with the interpreter.
pub fn check(case: &Case, isa: &OwnedTargetIsa) -> Verdict {
    let jit = match compile(case, isa) {
        Ok(jit) => jit,
        Err(error) if error.contains("unsupported") => return Verdict::Refused(error),
        Err(error) => return Verdict::Differ(error),
    };
    let entry = case.functions[0].name.to_string();
    let mut calls = 0;
    for arguments in &case.arguments {
        let Ok(ControlFlow::Return(right)) = expected(case, arguments) else { continue };
        match crate::machine_code::call(&jit, &entry, arguments) {
            Ok(found) if same(&found, &right) => calls += 1,
            Ok(found) => return Verdict::Differ(difference(arguments, &right, &found)),
            Err(error) => return Verdict::Differ(error.to_string()),
        }
    }
    Verdict::Agree(calls)
}

fn same(left: &[DataValue], right: &[DataValue]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| a.bitwise_eq(b))
}

fn difference(arguments: &[DataValue], right: &[DataValue], found: &[DataValue]) -> String {
    let [arguments, right, found] = [arguments, right, found].map(DisplayDataValues);
    format!("for {arguments}: expected {right}, found {found}")
}
