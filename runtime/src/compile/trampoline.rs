//! Trampolines between the host and Wasm, and between instances, made as IR and compiled by the
//! same back end, with frames in every function, four for each function type.

use std::sync::Arc;

use windlass_core::compile::Driver;
use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::dump::Title;
use windlass_core::ir::{
    AbiParam, Function, InstBuilder, MemFlags, SigRef, Signature, StackSlotData, StackSlotKind,
    UserFuncName, Value, types,
};
use windlass_core::isa::{CallConv, TargetIsa};
use windlass_core::{Context, ir};
use windlass_jit::{ImageBuilder, LinkedCode};
use windlass_wasm::env::signature;
use windlass_wasm::types::{FuncType, ValType};

use crate::Error;
use crate::code::trampolines::{KINDS, Trampolines};
use crate::compile::env::reference_type;
use crate::layout::{CALLEE_SLOT, FuncRecord, SLOT_SIZE, STACK_LIMIT, STORE, StoreState};

/// Compiles the trampolines of a function type, behind other code; where each begins.
pub fn append(
    isa: &dyn TargetIsa,
    driver: Option<&Arc<Driver>>,
    ty: &FuncType,
    code: &mut Vec<u8>,
) -> Result<[u32; KINDS], Error> {
    let linked = link(isa, driver, ty)?;
    let start = Trampolines::begin(isa, code);
    code.extend_from_slice(&linked.bytes);
    Ok(std::array::from_fn(|n| start as u32 + linked.functions[n].0))
}

/// The code of the trampolines of a function type.
fn link(
    isa: &dyn TargetIsa,
    driver: Option<&Arc<Driver>>,
    ty: &FuncType,
) -> Result<LinkedCode, Error> {
    let signature = signature(ty, reference_type);
    let mut context = Context::with_driver(driver.cloned());
    let mut image = ImageBuilder::new(isa);
    let convention = isa.default_call_conv();
    // Functions of types that do not fit go through the slots in any case.
    let direct = if fits_registers(ty) { direct } else { host };
    let functions = [
        entry(&signature),
        foreign(&signature),
        host(&signature, convention),
        direct(&signature, convention),
    ];
    for function in functions {
        context.clear();
        context.func = function;
        let dumps = driver.is_some_and(|driver| driver.wants_titles());
        context.title = dumps.then(|| Title::Trampoline(ty.wat()));
        let code = context.compile(isa, &mut Default::default()).map_err(|error| {
            Error::msg(format!("a trampoline of type {ty} could not be compiled: {error}"))
        })?;
        // They call through registers only.
        assert!(code.buffer.relocs().is_empty(), "a trampoline names no symbol");
        image.add(code.buffer.data(), isa.function_alignment().preferred);
    }
    Ok(image.link()?)
}

/// Whether host functions of a type can be called with their arguments in the registers of the
/// host's convention, beside the record and the context: every convention has registers for six
/// numbers and eight floats.
pub fn fits_registers(ty: &FuncType) -> bool {
    let float = |ty: &&ValType| matches!(ty, ValType::F32 | ValType::F64);
    let floats = ty.params.iter().filter(float).count();
    let vector = ty.params.iter().chain(&ty.results).any(|ty| *ty == ValType::V128);
    !vector && ty.results.len() <= 1 && floats <= 8 && ty.params.len() - floats <= 4
}

/// A function with one block, whose parameters are the arguments.
fn function(signature: Signature) -> (Function, Vec<Value>) {
    let mut func = Function::with_name_signature(UserFuncName::user(1, 0), signature);
    let block = func.dfg.make_block();
    let tys: Vec<_> = func.signature.params.iter().map(|param| param.value_type).collect();
    let args = tys.iter().map(|&ty| func.dfg.append_block_param(block, ty)).collect();
    func.layout.append_block(block);
    (func, args)
}

fn cursor(func: &mut Function) -> FuncCursor<'_> {
    let block = func.layout.entry_block().expect("the function has a block");
    FuncCursor::new(func).at_bottom(block)
}

const FLAGS: MemFlags = MemFlags::trusted();

fn slot(n: usize) -> i32 {
    (n * SLOT_SIZE) as i32
}

fn store_slots(pos: &mut FuncCursor<'_>, values: &[Value], slots: Value) {
    for (n, &value) in values.iter().enumerate() {
        pos.ins().store(FLAGS, value, slots, slot(n));
    }
}

fn load_slots(pos: &mut FuncCursor<'_>, tys: &[ir::AbiParam], slots: Value) -> Vec<Value> {
    let load =
        |(n, param): (usize, &AbiParam)| pos.ins().load(param.value_type, FLAGS, slots, slot(n));
    tys.iter().enumerate().map(load).collect()
}

fn call(pos: &mut FuncCursor<'_>, sig: SigRef, code: Value, args: &[Value]) -> Vec<Value> {
    let call = pos.ins().call_indirect(sig, code, args);
    pos.func.dfg.inst_results(call).to_vec()
}

/// Host to Wasm: `(code, context, slots)`. What the host wants to find unchanged, `arch::enter` has
/// saved.
fn entry(signature: &Signature) -> Function {
    let mut own = Signature::new(CallConv::Tail);
    own.params.extend([AbiParam::new(types::I64); 3]);
    let (mut func, args) = function(own);
    let sig = func.import_signature(signature.clone());
    let mut pos = cursor(&mut func);
    let &[code, context, slots] = &args[..] else { unreachable!("three parameters") };
    let params = load_slots(&mut pos, &signature.params, slots);
    pos.ins().set_pinned_reg(context);
    let results = call(&mut pos, sig, code, &params);
    store_slots(&mut pos, &results, slots);
    pos.ins().return_(&[]);
    func
}

/// The caller's context and the record that it left in its callee slot.
fn callee(pos: &mut FuncCursor<'_>) -> (Value, Value) {
    let context = pos.ins().get_pinned_reg(types::I64);
    let record = pos.ins().load(types::I64, FLAGS, context, CALLEE_SLOT);
    (context, record)
}

/// Wasm to Wasm in another context: the limit of the stack goes along, and the pinned register
/// comes back.
fn foreign(signature: &Signature) -> Function {
    let (mut func, args) = function(signature.clone());
    let sig = func.import_signature(signature.clone());
    let mut pos = cursor(&mut func);
    let (caller, record) = callee(&mut pos);
    let field = std::mem::offset_of!(FuncRecord, context) as i32;
    let context = pos.ins().load(types::I64, FLAGS, record, field);
    let limit = pos.ins().load(types::I64, FLAGS, caller, STACK_LIMIT);
    pos.ins().store(FLAGS, limit, context, STACK_LIMIT);
    let field = std::mem::offset_of!(FuncRecord, code) as i32;
    let code = pos.ins().load(types::I64, FLAGS, record, field);
    pos.ins().set_pinned_reg(context);
    let results = call(&mut pos, sig, code, &args);
    pos.ins().set_pinned_reg(caller);
    pos.ins().return_(&results);
    func
}

/// Wasm to host: `code(record, context, slots)` in the host's convention. It does not return if
/// the host function fails.
fn host(signature: &Signature, convention: CallConv) -> Function {
    let (mut func, args) = function(signature.clone());
    let mut own = Signature::new(convention);
    own.params.extend([AbiParam::new(types::I64); 3]);
    let sig = func.import_signature(own);
    let slots = signature.params.len().max(signature.returns.len()) * SLOT_SIZE;
    let slots = func.create_sized_stack_slot(StackSlotData::new(
        StackSlotKind::ExplicitSlot,
        slots as u32,
        4,
    ));
    let mut pos = cursor(&mut func);
    let (caller, record) = callee(&mut pos);
    let slots = pos.ins().stack_addr(types::I64, slots, 0);
    store_slots(&mut pos, &args, slots);
    let code = leave(&mut pos, caller, record);
    call(&mut pos, sig, code, &[record, caller, slots]);
    let results = load_slots(&mut pos, &signature.returns, slots);
    pos.ins().return_(&results);
    func
}

/// Notes in the store where Wasm code was left; the code of the host function.
fn leave(pos: &mut FuncCursor<'_>, caller: Value, record: Value) -> Value {
    let store = pos.ins().load(types::I64, FLAGS, caller, STORE);
    let frame = pos.ins().get_frame_pointer(types::I64);
    let field = std::mem::offset_of!(StoreState, exit_fp) as i32;
    pos.ins().store(FLAGS, frame, store, field);
    let field = std::mem::offset_of!(FuncRecord, code) as i32;
    pos.ins().load(types::I64, FLAGS, record, field)
}

/// Wasm to host: `code(record, context, arguments…)` in the host's convention.
fn direct(signature: &Signature, convention: CallConv) -> Function {
    let (mut func, args) = function(signature.clone());
    let mut own = Signature::new(convention);
    own.params.extend([AbiParam::new(types::I64); 2]);
    own.params.extend_from_slice(&signature.params);
    own.returns.extend_from_slice(&signature.returns);
    let sig = func.import_signature(own);
    let mut pos = cursor(&mut func);
    let (caller, record) = callee(&mut pos);
    let code = leave(&mut pos, caller, record);
    let all: Vec<Value> = [record, caller].into_iter().chain(args).collect();
    let results = call(&mut pos, sig, code, &all);
    pos.ins().return_(&results);
    func
}
