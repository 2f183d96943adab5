//! Runs functions on concrete values: the meaning of the IR, against which code is tested.
//!
//! What holds: functions are verified before they come here. No function, however deep its calls,
//! uses the host's stack; steps, frames and memory have limits. Memory is the stack slots of active
//! frames. Traps are values, and what the interpreter cannot do is an error that names it.

mod memory;
mod run;
mod store;
#[cfg(test)]
mod tests;

pub use self::store::{FuncIndex, FunctionStore};

use crate::FxHashMap;
use crate::ir::data_value::{DataValue, DataValueCastFailure};
use crate::ir::{TrapCode, Type};
use crate::semantics::NanPolicy;
use core::fmt;
use memory::Memory;

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum ControlFlow {
    /// The function returned these values.
    Return(Vec<DataValue>),
    /// It trapped.
    Trap(InterpreterTrap),
}

impl ControlFlow {
    /// The values returned; panics after a trap.
    pub fn unwrap_return(self) -> Vec<DataValue> {
        match self {
            ControlFlow::Return(values) => values,
            ControlFlow::Trap(trap) => panic!("expected a return, found the trap {trap}"),
        }
    }

    /// The trap; panics after a return.
    pub fn unwrap_trap(self) -> InterpreterTrap {
        match self {
            ControlFlow::Trap(trap) => trap,
            ControlFlow::Return(values) => panic!("expected a trap, found a return of {values:?}"),
        }
    }
}

/// Why a function stopped without returning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterpreterTrap {
    /// A `debugtrap`.
    #[error("debug")]
    Debug,
    /// A call whose signature is not that of the callee.
    #[error("bad signature")]
    BadSignature,
    /// An access marked `aligned` at an address that is not.
    #[error("misaligned")]
    HeapMisaligned,
    /// A trap with a code, as compiled code gives it.
    #[error("{0}")]
    User(TrapCode),
}

/// Why a function could not be run to an end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterpreterError {
    /// No function of this name is in the store.
    #[error("there is no function `{0}`: add it to the function store")]
    UnknownFunctionName(String),
    /// No function has this index.
    #[error("there is no function with index {0}")]
    UnknownFunctionIndex(usize),
    /// The function has no blocks.
    #[error("function `{0}` has no blocks")]
    NoBody(String),
    /// A stack slot is aligned to more than frames are.
    #[error("`{0}` has a stack slot aligned to more than 65536 bytes")]
    SlotAlignment(String),
    /// The number of arguments is not that of the signature.
    #[error("`{function}` takes {expected} arguments, {found} were given")]
    ArgumentCount {
        /// The function.
        function: String,
        /// What its signature has.
        expected: usize,
        /// What the call has.
        found: usize,
    },
    /// An argument has another type than the parameter.
    #[error("argument {number} of `{function}` has type {found}, expected {expected}")]
    ArgumentType {
        /// The function.
        function: String,
        /// The argument, from 0.
        number: usize,
        /// What its signature has.
        expected: Type,
        /// What the call has.
        found: Type,
    },
    /// A value cannot be passed out of the interpreter.
    #[error(transparent)]
    Value(#[from] DataValueCastFailure),
    /// The step limit was reached.
    #[error("the function took more steps than allowed")]
    FuelExhausted,
    /// Something that the interpreter does not do.
    #[error("the interpreter does not support {what} (in `{function}`)")]
    Unsupported {
        /// What it met.
        what: String,
        /// The function it is in.
        function: String,
    },
}

/// What limits a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions that may be executed; `None` for no limit.
    pub fuel: Option<u64>,
    /// Frames that may be active; one more is the trap `stk_ovf`.
    pub depth: usize,
    /// Bytes of stack slots that may be active; more is the trap `stk_ovf`.
    pub stack_bytes: usize,
    /// SSA values of active frames; more is the trap `stk_ovf`.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { fuel: None, depth: 1 << 16, stack_bytes: 16 << 20, values: 1 << 26 }
    }
}

/// The functions that can be called, and everything that outlives a single call.
#[derive(Clone, Debug, Default)]
pub struct InterpreterState<'a> {
    functions: FunctionStore<'a>,
    memory: Memory,
    pinned_reg: u64,
    nan: NanPolicy,
    limits: Limits,
    /// Addresses of symbols, by name.
    symbols: FxHashMap<String, u64>,
}

impl<'a> InterpreterState<'a> {
    /// Replaces the functions.
    pub fn with_function_store(self, functions: FunctionStore<'a>) -> Self {
        Self { functions, ..self }
    }

    /// Chooses which NaN arithmetic gives.
    pub fn with_nan_policy(self, nan: NanPolicy) -> Self {
        Self { nan, ..self }
    }

    /// Gives a symbol (`%name` or `u1:2`) memory with these bytes in it: what `symbol_value` and, of
    /// a thread-local symbol, `tls_value` denote. To be done before anything is called.
    pub fn with_symbol(mut self, name: &str, bytes: &[u8]) -> Self {
        let start = self.memory.push_frame(bytes.len() as u64, 16, self.limits.stack_bytes);
        let start = start.expect("symbols take no more than the limit of the stack");
        for (at, &byte) in (start..).zip(bytes) {
            self.memory.write(at, 1, byte.into()).expect("the frame was just opened");
        }
        self.symbols.insert(name.to_string(), start);
        self
    }

    /// Sets the limits.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The value of the pinned register, at first 0.
    pub fn pinned_reg(&self) -> u64 {
        self.pinned_reg
    }

    /// Sets the pinned register.
    pub fn set_pinned_reg(&mut self, value: u64) {
        self.pinned_reg = value;
    }
}

/// Runs functions.
#[derive(Debug)]
pub struct Interpreter<'a> {
    state: InterpreterState<'a>,
}

impl<'a> Interpreter<'a> {
    /// An interpreter over the functions of `state`.
    pub fn new(state: InterpreterState<'a>) -> Self {
        Self { state }
    }

    /// Limits the number of instructions that may be executed from now on.
    pub fn with_fuel(mut self, fuel: Option<u64>) -> Self {
        self.state.limits.fuel = fuel;
        self
    }

    /// The state, as the calls so far left it.
    pub fn state(&self) -> &InterpreterState<'a> {
        &self.state
    }

    /// Calls the function of this name: `%name` or `u0:1`.
    pub fn call_by_name(
        &mut self,
        name: &str,
        arguments: &[DataValue],
    ) -> Result<ControlFlow, InterpreterError> {
        let index = self.state.functions.index_of(name);
        let index = index.ok_or_else(|| InterpreterError::UnknownFunctionName(name.to_string()))?;
        self.call_by_index(index, arguments)
    }

    /// Calls the function of this index.
    pub fn call_by_index(
        &mut self,
        index: FuncIndex,
        arguments: &[DataValue],
    ) -> Result<ControlFlow, InterpreterError> {
        let function = self
            .state
            .functions
            .get_by_index(index)
            .ok_or(InterpreterError::UnknownFunctionIndex(index.as_usize()))?;
        let params = &function.signature.params;
        if params.len() != arguments.len() {
            return Err(InterpreterError::ArgumentCount {
                function: function.name.to_string(),
                expected: params.len(),
                found: arguments.len(),
            });
        }
        for (number, (param, argument)) in params.iter().zip(arguments).enumerate() {
            let (expected, found) = (param.value_type, argument.ty());
            let same = expected == found
                || expected.is_vector() && found.is_vector() && expected.bits() == found.bits();
            if !same {
                let function = function.name.to_string();
                return Err(InterpreterError::ArgumentType { function, number, expected, found });
            }
        }
        let arguments: Vec<u128> = arguments.iter().map(DataValue::bits).collect();
        run::run(&mut self.state, index, &arguments)
    }
}

impl fmt::Display for ControlFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ControlFlow::Return(values) => crate::ir::data_value::DisplayDataValues(values).fmt(f),
            ControlFlow::Trap(trap) => write!(f, "trap: {trap}"),
        }
    }
}
