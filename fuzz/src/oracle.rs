//! What a case must give: the interpreter's results, and how others are compared with them.

use crate::generate::Case;
use windlass_core::data_value::DataValue;
use windlass_core::interpret::{
    ControlFlow, FunctionStore, Interpreter, InterpreterError, InterpreterState,
};
use windlass_core::ir::types::{F32, F64};

/// The most instructions that the interpreter executes for one call.
const FUEL: u64 = 1_000_000;

/// What the interpreter gives for a case's entry on these arguments.
pub fn expected(case: &Case, arguments: &[DataValue]) -> Result<ControlFlow, InterpreterError> {
    let mut store = FunctionStore::default();
    for function in &case.functions {
        store.add(function.name.to_string(), function);
    }
    let state = InterpreterState::default().with_function_store(store);
    let entry = case.functions[0].name.to_string();
    Interpreter::new(state).with_fuel(Some(FUEL)).call_by_name(&entry, arguments)
}

/// Whether two results are the same; of NaNs the bits may differ.
pub fn same_results(left: &[DataValue], right: &[DataValue]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same_value(a, b))
}

fn same_value(left: &DataValue, right: &DataValue) -> bool {
    left.bitwise_eq(right) || left.ty() == right.ty() && is_nan(left) && is_nan(right)
}

fn is_nan(value: &DataValue) -> bool {
    match value.ty() {
        F32 => f32::from_bits(value.bits() as u32).is_nan(),
        F64 => f64::from_bits(value.bits() as u64).is_nan(),
        _ => false,
    }
}
