//! Calls of compiled code with any signature, through code that the same back end makes.
//!
//! A trampoline has the host's convention and the signature `(i64 callee, i64 values)`. It loads
//! each argument from its slot of 16 bytes at `values`, calls the callee with the callee's own
//! convention, and stores each result into its slot, from slot 0 on.

use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::data_value::DataValue;
use windlass_core::ir::{
    AbiParam, Function, InstBuilder, MemFlags, Signature, Type, UserFuncName, types,
};
use windlass_core::isa::CallConv;

use crate::jit::JitError;

/// One slot of the array of values: arguments before the call, results after it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
#[repr(C, align(16))]
pub struct Slot(pub u128);

/// Slots that a call of this signature needs.
pub fn slots(signature: &Signature) -> usize {
    signature.params.len().max(signature.returns.len())
}

/// The address type of a trampoline.
pub type Entry = unsafe extern "C" fn(callee: *const u8, values: *mut Slot);

/// The trampoline for callees of a signature.
pub fn build(signature: &Signature) -> Function {
    let mut own = Signature::new(CallConv::SystemV);
    own.params.push(AbiParam::new(types::I64));
    own.params.push(AbiParam::new(types::I64));
    let mut func = Function::with_name_signature(UserFuncName::testcase("trampoline"), own);
    let callee_signature = func.import_signature(signature.clone());
    let block = func.dfg.make_block();
    let callee = func.dfg.append_block_param(block, types::I64);
    let values = func.dfg.append_block_param(block, types::I64);
    let mut pos = FuncCursor::new(&mut func);
    pos.insert_block(block);
    // Slots are aligned, and belong to the caller for the time of the call.
    let flags = MemFlags::trusted();
    let offset = |slot: usize| i32::try_from(slot * size_of::<Slot>()).expect("few parameters");
    let arguments: Vec<_> = signature
        .params
        .iter()
        .enumerate()
        .map(|(slot, param)| pos.ins().load(param.value_type, flags, values, offset(slot)))
        .collect();
    let call = pos.ins().call_indirect(callee_signature, callee, &arguments);
    let results = pos.func.dfg.inst_results(call).to_vec();
    for (slot, result) in results.into_iter().enumerate() {
        pos.ins().store(flags, result, values, offset(slot));
    }
    pos.ins().return_(&[]);
    func
}

/// The slots of a call: arguments, and room for results.
pub fn slots_of(
    name: &str,
    signature: &Signature,
    arguments: &[DataValue],
) -> Result<Vec<Slot>, JitError> {
    let mut values = Vec::with_capacity(slots(signature));
    let count = signature.params.len().max(arguments.len());
    for index in 0..count {
        let wrong =
            |expected: String| JitError::Arguments { name: name.to_string(), index, expected };
        let Some(param) = signature.params.get(index) else {
            return Err(wrong("the end of the list".to_string()));
        };
        let ty = param.value_type;
        match arguments.get(index) {
            Some(value) if fits(value, ty) => values.push(Slot(value.bits())),
            _ => return Err(wrong(format!("of type {ty}"))),
        }
    }
    values.resize(slots(signature), Slot::default());
    Ok(values)
}

/// The results that a call has left in its slots.
pub fn results_of(
    name: &str,
    signature: &Signature,
    values: &[Slot],
) -> Result<Vec<DataValue>, JitError> {
    let results = signature.returns.iter().zip(values);
    let results = results.map(|(result, slot)| DataValue::from_bits(result.value_type, slot.0));
    results.collect::<Result<_, _>>().map_err(|_| JitError::Results(name.to_string()))
}

/// Whether a value can be passed as a type: vectors are known by their size alone.
fn fits(value: &DataValue, ty: Type) -> bool {
    value.ty() == ty || (value.is_vector() && ty.is_vector() && value.ty().bits() == ty.bits())
}
