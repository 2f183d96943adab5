//! The interpreter on functions made by the builder: frames, branches, calls, memory, traps.

use super::*;
use crate::ir::cursor::{Cursor, FuncCursor};
use crate::ir::types::{F32, F64, I8, I8X16, I16, I32, I64, I128};
use crate::ir::{
    AbiParam, ArgumentPurpose, AtomicRmwOp, Block, BlockArg, BlockCall, ExtFuncData, ExternalName,
    FuncRef, Function, GlobalValueData, InstBuilder, IntCC, JumpTableData, MemFlags, Signature,
    StackSlot, StackSlotData, StackSlotKind, UserFuncName, Value,
};
use crate::isa::CallConv;

fn signature(params: &[Type], returns: &[Type]) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend(params.iter().map(|&ty| AbiParam::new(ty)));
    signature.returns.extend(returns.iter().map(|&ty| AbiParam::new(ty)));
    signature
}

/// A function of this name whose entry block is filled by `body`.
fn function(
    name: &str,
    params: &[Type],
    returns: &[Type],
    body: impl FnOnce(&mut FuncCursor<'_>, &[Value]),
) -> Function {
    let name = UserFuncName::testcase(name);
    let mut func = Function::with_name_signature(name, signature(params, returns));
    let entry = func.dfg.make_block();
    let args: Vec<_> = params.iter().map(|&ty| func.dfg.append_block_param(entry, ty)).collect();
    func.layout.append_block(entry);
    let mut cursor = FuncCursor::new(&mut func).at_bottom(entry);
    body(&mut cursor, &args);
    func
}

fn block(cursor: &mut FuncCursor<'_>, params: &[Type]) -> (Block, Vec<Value>) {
    let block = cursor.func.dfg.make_block();
    let values = params.iter().map(|&ty| cursor.func.dfg.append_block_param(block, ty)).collect();
    cursor.func.layout.append_block(block);
    (block, values)
}

fn import(cursor: &mut FuncCursor<'_>, name: &str, params: &[Type], returns: &[Type]) -> FuncRef {
    let signature = cursor.func.import_signature(signature(params, returns));
    let name = ExternalName::from_percent_name(name);
    cursor.func.import_function(ExtFuncData { name, signature, colocated: false })
}

fn slot(cursor: &mut FuncCursor<'_>, size: u32) -> StackSlot {
    let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, 0);
    cursor.func.create_sized_stack_slot(data)
}

fn arg(value: Value) -> BlockArg {
    BlockArg::Value(value)
}

fn store<'a>(functions: &[&'a Function]) -> FunctionStore<'a> {
    let mut store = FunctionStore::default();
    for function in functions {
        store.add(function.name.to_string(), function);
    }
    store
}

fn call(functions: &[&Function], args: &[DataValue]) -> Result<ControlFlow, InterpreterError> {
    let state = InterpreterState::default().with_function_store(store(functions));
    Interpreter::new(state).call_by_name(&functions[0].name.to_string(), args)
}

fn result(functions: &[&Function], args: &[DataValue]) -> Vec<DataValue> {
    call(functions, args).unwrap().unwrap_return()
}

fn user(code: TrapCode) -> Result<ControlFlow, InterpreterError> {
    Ok(ControlFlow::Trap(InterpreterTrap::User(code)))
}

/// `sum of i * i for i in 0..n`, in a loop that swaps its two parameters' places.
fn squares() -> Function {
    function("squares", &[I32], &[I32], |cursor, args| {
        let zero = cursor.ins().iconst(I32, 0);
        let (head, params) = block(cursor, &[I32, I32]);
        let (body, _) = block(cursor, &[]);
        let (exit, _) = block(cursor, &[]);
        cursor.ins().jump(head, &[arg(zero), arg(zero)]);
        cursor.goto_bottom(head);
        let more = cursor.ins().icmp(IntCC::UnsignedLessThan, params[0], args[0]);
        cursor.ins().brif(more, body, &[], exit, &[]);
        cursor.goto_bottom(body);
        let square = cursor.ins().imul(params[0], params[0]);
        let sum = cursor.ins().iadd(params[1], square);
        let one = cursor.ins().iconst(I32, 1);
        let next = cursor.ins().iadd(params[0], one);
        cursor.ins().jump(head, &[arg(next), arg(sum)]);
        cursor.goto_bottom(exit);
        cursor.ins().return_(&[params[1]]);
    })
}

#[test]
fn loops_and_block_arguments() {
    assert_eq!(result(&[&squares()], &[DataValue::I32(10)]), [DataValue::I32(285)]);
}

#[test]
fn block_arguments_are_read_before_any_is_written() {
    let swap = function("swap", &[I8, I16], &[I16, I8], |cursor, args| {
        let (first, params) = block(cursor, &[I8, I16, I8]);
        let (last, _) = block(cursor, &[]);
        cursor.ins().jump(first, &[arg(args[0]), arg(args[1]), arg(args[0])]);
        cursor.goto_bottom(first);
        let zero = cursor.ins().iconst(I8, 0);
        let swapped = [arg(zero), arg(params[1]), arg(params[0])];
        cursor.ins().brif(params[0], first, &swapped, last, &[]);
        cursor.goto_bottom(last);
        cursor.ins().return_(&[params[1], params[2]]);
    });
    let args = [DataValue::I8(7), DataValue::I16(-3)];
    assert_eq!(result(&[&swap], &args), [DataValue::I16(-3), DataValue::I8(7)]);
}

#[test]
fn fuel_depth_and_arguments_are_limited() {
    let squares = squares();
    let state = InterpreterState::default().with_function_store(FunctionStore::from(&squares));
    let mut interpreter = Interpreter::new(state).with_fuel(Some(1000));
    let end = interpreter.call_by_name("%squares", &[DataValue::I32(-1)]);
    assert_eq!(end, Err(InterpreterError::FuelExhausted));
    let unknown = interpreter.call_by_name("%none", &[]);
    assert_eq!(unknown, Err(InterpreterError::UnknownFunctionName("%none".to_string())));
    let wrong = call(&[&squares], &[DataValue::I64(1)]).unwrap_err();
    assert_eq!(wrong.to_string(), "argument 0 of `%squares` has type i64, expected i32");
    assert!(call(&[&squares], &[]).is_err());

    let forever = function("forever", &[], &[], |cursor, _| {
        let callee = import(cursor, "forever", &[], &[]);
        cursor.ins().call(callee, &[]);
        cursor.ins().return_(&[]);
    });
    assert_eq!(call(&[&forever], &[]), user(TrapCode::STACK_OVERFLOW));
    let huge = function("huge", &[], &[], |cursor, _| {
        slot(cursor, u32::MAX);
        cursor.ins().return_(&[]);
    });
    assert_eq!(call(&[&huge], &[]), user(TrapCode::STACK_OVERFLOW));
}

#[test]
fn tail_calls_keep_neither_frame_nor_slots() {
    let count = function("count", &[I32, I32], &[I32], |cursor, args| {
        slot(cursor, 1 << 20);
        let callee = import(cursor, "count", &[I32, I32], &[I32]);
        let (more, _) = block(cursor, &[]);
        let (done, _) = block(cursor, &[]);
        cursor.ins().brif(args[0], more, &[], done, &[]);
        cursor.goto_bottom(more);
        let minus = cursor.ins().iconst(I32, -1);
        let n = cursor.ins().iadd(args[0], minus);
        let sum = cursor.ins().iadd(args[1], args[0]);
        cursor.ins().return_call(callee, &[n, sum]);
        cursor.goto_bottom(done);
        cursor.ins().return_(&[args[1]]);
    });
    let caller = function("caller", &[I32], &[I32], |cursor, args| {
        let callee = import(cursor, "count", &[I32, I32], &[I32]);
        let call = cursor.ins().call(callee, &[args[0], args[0]]);
        let sum = cursor.func.dfg.first_result(call);
        cursor.ins().return_(&[sum]);
    });
    let n = 1000;
    let expected = DataValue::I32(n + n * (n + 1) / 2);
    assert_eq!(result(&[&caller, &count], &[DataValue::I32(n)]), [expected]);
}

#[test]
fn calls_through_addresses() {
    let double = function("double", &[I64], &[I64], |cursor, args| {
        let sum = cursor.ins().iadd(args[0], args[0]);
        cursor.ins().return_(&[sum]);
    });
    let through = |ty, params: &'static [Type], offset: i64| {
        function("through", &[I64], &[I64], |cursor, args| {
            let callee = import(cursor, "double", &[I64], &[I64]);
            let sig = cursor.func.import_signature(signature(params, &[I64]));
            let address = cursor.ins().func_addr(ty, callee);
            let offset = cursor.ins().iconst(ty, offset);
            let address = cursor.ins().iadd(address, offset);
            let many = vec![args[0]; params.len()];
            let call = cursor.ins().call_indirect(sig, address, &many);
            let value = cursor.func.dfg.first_result(call);
            cursor.ins().return_(&[value]);
        })
    };
    let args = [DataValue::I64(21)];
    for ty in [I32, I64] {
        assert_eq!(result(&[&through(ty, &[I64], 0), &double], &args), [DataValue::I64(42)]);
        let bad = call(&[&through(ty, &[I64, I64], 0), &double], &args);
        assert_eq!(bad, Ok(ControlFlow::Trap(InterpreterTrap::BadSignature)));
        let bad = call(&[&through(ty, &[I64], 1), &double], &args);
        assert_eq!(bad, user(TrapCode::HEAP_OUT_OF_BOUNDS));
    }
    let missing = call(&[&through(I64, &[I64], 0)], &args);
    assert_eq!(missing, Err(InterpreterError::UnknownFunctionName("%double".to_string())));
}

#[test]
fn library_calls_direct_and_by_address() {
    let round = function("round", &[F32, F64], &[F32, F64], |cursor, args| {
        let ceil = import(cursor, "CeilF32", &[F32], &[F32]);
        let call = cursor.ins().call(ceil, &[args[0]]);
        let first = cursor.func.dfg.first_result(call);
        let fma = import(cursor, "FmaF64", &[F64, F64, F64], &[F64]);
        let sig = cursor.func.dfg.ext_funcs[fma].signature;
        let address = cursor.ins().func_addr(I64, fma);
        let call = cursor.ins().call_indirect(sig, address, &[args[1], args[1], args[1]]);
        let second = cursor.func.dfg.first_result(call);
        cursor.ins().return_(&[first, second]);
    });
    let args = [DataValue::from(1.25f32), DataValue::from(3.0f64)];
    assert_eq!(result(&[&round], &args), [DataValue::from(2.0f32), DataValue::from(12.0f64)]);
    let copy = function("copy", &[], &[], |cursor, _| {
        let memcpy = import(cursor, "Memcpy", &[], &[]);
        cursor.ins().call(memcpy, &[]);
        cursor.ins().return_(&[]);
    });
    let error = call(&[&copy], &[]).unwrap_err().to_string();
    assert_eq!(error, "the interpreter does not support the library call Memcpy (in `%copy`)");
}

#[test]
fn branch_tables_choose_or_default() {
    let table = function("table", &[I32], &[I32], |cursor, args| {
        let (exit, params) = block(cursor, &[I32]);
        let mut calls = Vec::new();
        for n in [100, 0, 10, 20] {
            let value = cursor.ins().iconst(I32, n);
            let lists = &mut cursor.func.dfg.value_lists;
            calls.push(BlockCall::new(exit, [arg(value)], lists));
        }
        let table = JumpTableData::new(calls[0], &calls[1..]);
        let table = cursor.func.create_jump_table(table);
        cursor.ins().br_table(args[0], table);
        cursor.goto_bottom(exit);
        cursor.ins().return_(&[params[0]]);
    });
    for (index, expected) in [(0, 0), (1, 10), (2, 20), (3, 100), (-1, 100), (i32::MIN, 100)] {
        let found = result(&[&table], &[DataValue::I32(index)]);
        assert_eq!(found, [DataValue::I32(expected)], "index {index}");
    }
}

#[test]
fn memory_is_the_slots_of_active_frames() {
    let plain = MemFlags::new();
    let bytes = function("bytes", &[I64, I32], &[I16, I64, I32], |cursor, args| {
        let first = slot(cursor, 16);
        let second = slot(cursor, 16);
        let wide = cursor.ins().stack_addr(I64, first, 4);
        let narrow = cursor.ins().stack_addr(I32, first, 4);
        cursor.ins().store(plain, args[0], wide, 2);
        cursor.ins().istore8(plain, args[1], narrow, 9);
        let half = cursor.ins().load(I16, plain, narrow, 2);
        let next = cursor.ins().stack_addr(I64, second, 0);
        let back = cursor.ins().load(I64, plain, next, -10);
        let signed = cursor.ins().sload8(I32, plain, wide, 9);
        cursor.ins().return_(&[half, back, signed]);
    });
    let args = [DataValue::I64(0x0807_0605_0403_0201), DataValue::I32(0xfe)];
    let all = DataValue::from(0xfe07_0605_0403_0201u64);
    let expected = [DataValue::I16(0x0201), all, DataValue::I32(-2)];
    assert_eq!(result(&[&bytes], &args), expected);

    let big = function("big", &[I128], &[I128, I16], |cursor, args| {
        let place = slot(cursor, 16);
        let address = cursor.ins().stack_addr(I64, place, 0);
        let order = plain.with_endianness(crate::ir::Endianness::Big);
        cursor.ins().store(order, args[0], address, 0);
        let reversed = cursor.ins().load(I128, plain, address, 0);
        let half = cursor.ins().load(I16, order, address, 14);
        cursor.ins().return_(&[reversed, half]);
    });
    let number = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10i128;
    let expected = [DataValue::I128(number.swap_bytes()), DataValue::I16(0x0f10)];
    assert_eq!(result(&[&big], &[DataValue::I128(number)]), expected);
}

#[test]
fn accesses_outside_of_slots_trap() {
    let read = |flags: MemFlags| {
        function("read", &[I64], &[I32], move |cursor, args| {
            let place = slot(cursor, 8);
            let base = cursor.ins().stack_addr(I64, place, 0);
            let address = cursor.ins().iadd(base, args[0]);
            let value = cursor.ins().load(I32, flags, address, 0);
            cursor.ins().return_(&[value]);
        })
    };
    let code = TrapCode::user(9);
    for (offset, flags, expected) in [
        (4, MemFlags::new(), Ok(ControlFlow::Return(vec![DataValue::I32(0)]))),
        (5, MemFlags::new(), user(TrapCode::HEAP_OUT_OF_BOUNDS)),
        (-1, MemFlags::new().with_trap_code(code), user(code.unwrap())),
        (-0x4000_0000, MemFlags::new(), user(TrapCode::HEAP_OUT_OF_BOUNDS)),
        (1, MemFlags::new().with_aligned(), Ok(ControlFlow::Trap(InterpreterTrap::HeapMisaligned))),
    ] {
        assert_eq!(call(&[&read(flags)], &[DataValue::I64(offset)]), expected, "offset {offset}");
    }
    let past = function("past", &[], &[I64], |cursor, _| {
        let place = slot(cursor, 8);
        let address = cursor.ins().stack_addr(I64, place, 8);
        cursor.ins().return_(&[address]);
    });
    assert_eq!(call(&[&past], &[]), user(TrapCode::HEAP_OUT_OF_BOUNDS));
    let dangling = function("dangling", &[], &[I32], |cursor, _| {
        let callee = import(cursor, "leak", &[], &[I64]);
        let call = cursor.ins().call(callee, &[]);
        let address = cursor.func.dfg.first_result(call);
        let value = cursor.ins().load(I32, MemFlags::new(), address, 0);
        cursor.ins().return_(&[value]);
    });
    let leak = function("leak", &[], &[I64], |cursor, _| {
        let place = slot(cursor, 8);
        let address = cursor.ins().stack_addr(I64, place, 0);
        cursor.ins().return_(&[address]);
    });
    assert_eq!(call(&[&dangling, &leak], &[]), user(TrapCode::HEAP_OUT_OF_BOUNDS));
}

#[test]
fn atomics_are_plain_accesses() {
    let cases = [
        (AtomicRmwOp::Add, 0xf5u8, 0x0cu8, 0x01u8),
        (AtomicRmwOp::Sub, 0x01, 0x03, 0xfe),
        (AtomicRmwOp::And, 0xf5, 0xf0, 0xf0),
        (AtomicRmwOp::Nand, 0xf0, 0x3f, 0xcf),
        (AtomicRmwOp::Or, 0xf5, 0x0f, 0xff),
        (AtomicRmwOp::Xor, 0xf5, 0xff, 0x0a),
        (AtomicRmwOp::Xchg, 0xf5, 0x12, 0x12),
        (AtomicRmwOp::Umin, 0xf5, 0x01, 0x01),
        (AtomicRmwOp::Umax, 0xf5, 0x01, 0xf5),
        (AtomicRmwOp::Smin, 0xf5, 0x01, 0xf5),
        (AtomicRmwOp::Smax, 0xf5, 0x01, 0x01),
    ];
    for (op, old, x, expected) in cases {
        let rmw = function("rmw", &[I8, I8], &[I8, I8, I8], |cursor, args| {
            let place = slot(cursor, 1);
            let address = cursor.ins().stack_addr(I64, place, 0);
            cursor.ins().atomic_store(MemFlags::new(), args[0], address);
            let old = cursor.ins().atomic_rmw(I8, MemFlags::new(), op, address, args[1]);
            let new = cursor.ins().atomic_load(I8, MemFlags::new(), address);
            cursor.ins().atomic_cas(MemFlags::new(), address, old, args[1]);
            cursor.ins().atomic_cas(MemFlags::new(), address, new, args[0]);
            let last = cursor.ins().load(I8, MemFlags::new(), address, 0);
            cursor.ins().return_(&[old, new, last]);
        });
        let found = result(&[&rmw], &[DataValue::from(old), DataValue::from(x)]);
        // The first swap happens only where the operation left the old value.
        let after_first = if expected == old { x } else { expected };
        let last = if after_first == expected { old } else { after_first };
        let bits: Vec<_> = found.iter().map(|v| v.bits() as u8).collect();
        assert_eq!(bits, [old, expected, last], "{op}");
    }
}

#[test]
fn globals_follow_their_chain() {
    let chain = |with_context: bool| {
        let mut func = function("chain", &[I64], &[I64], |cursor, args| {
            let place = slot(cursor, 16);
            let address = cursor.ins().stack_addr(I64, place, 0);
            cursor.ins().set_pinned_reg(address);
            cursor.ins().store(MemFlags::trusted(), args[0], address, 8);
            let base = cursor.func.create_global_value(GlobalValueData::VMContext);
            let loaded = cursor.func.create_global_value(GlobalValueData::Load {
                base,
                offset: 8.into(),
                global_type: I64,
                flags: MemFlags::trusted(),
            });
            let sum = cursor.func.create_global_value(GlobalValueData::IAddImm {
                base: if with_context { base } else { loaded },
                offset: (-5).into(),
                global_type: I64,
            });
            let value = cursor.ins().symbol_value(I64, sum);
            cursor.ins().return_(&[value]);
        });
        if with_context {
            func.signature.params[0].purpose = ArgumentPurpose::VMContext;
        }
        func
    };
    for with_context in [false, true] {
        let found = result(&[&chain(with_context)], &[DataValue::I64(77)]);
        assert_eq!(found, [DataValue::I64(72)]);
    }
}

#[test]
fn traps_are_values() {
    let divide = function("divide", &[I32, I32], &[I32], |cursor, args| {
        let quotient = cursor.ins().sdiv(args[0], args[1]);
        cursor.ins().trapz(quotient, TrapCode::unwrap_user(3));
        cursor.ins().return_(&[quotient]);
    });
    for (x, y, expected) in [
        (7, 2, Ok(ControlFlow::Return(vec![DataValue::I32(3)]))),
        (7, 0, user(TrapCode::INTEGER_DIVISION_BY_ZERO)),
        (i32::MIN, -1, user(TrapCode::INTEGER_OVERFLOW)),
        (1, 2, user(TrapCode::unwrap_user(3))),
    ] {
        assert_eq!(call(&[&divide], &[DataValue::I32(x), DataValue::I32(y)]), expected);
    }
    let stop = function("stop", &[], &[], |cursor, _| {
        cursor.ins().debugtrap();
        cursor.ins().trap(TrapCode::unwrap_user(1));
    });
    assert_eq!(call(&[&stop], &[]), Ok(ControlFlow::Trap(InterpreterTrap::Debug)));
}

#[test]
fn float_to_i128_clamps_before_it_checks() {
    let convert = function("convert", &[F64], &[I128, I128], |cursor, args| {
        let signed = cursor.ins().fcvt_to_sint(I128, args[0]);
        let unsigned = cursor.ins().fcvt_to_uint(I128, args[0]);
        cursor.ins().return_(&[signed, unsigned]);
    });
    let of = |x: f64| call(&[&convert], &[DataValue::from(x)]);
    let both = |x: i128| Ok(ControlFlow::Return(vec![DataValue::I128(x), DataValue::I128(x)]));
    assert_eq!(of(2.5), both(2));
    assert_eq!(of(-0.5), both(0));
    assert_eq!(of(1e39), both(i128::MAX));
    assert_eq!(of(-1.0), user(TrapCode::INTEGER_OVERFLOW));
    assert_eq!(of(f64::NAN), user(TrapCode::BAD_CONVERSION_TO_INTEGER));
    let clamp = function("clamp", &[F64], &[I128], |cursor, args| {
        let unsigned = cursor.ins().fcvt_to_uint_sat(I128, args[0]);
        cursor.ins().return_(&[unsigned]);
    });
    for (x, expected) in [(-3.0, 0), (1e39, i128::MAX), (f64::NAN, 0)] {
        assert_eq!(result(&[&clamp], &[DataValue::from(x)]), [DataValue::I128(expected)]);
    }
}

#[test]
fn what_is_missing_is_named() {
    let vector = function("vector", &[I8X16], &[I8X16], |cursor, args| {
        let sum = cursor.ins().iadd(args[0], args[0]);
        cursor.ins().return_(&[sum]);
    });
    let error = call(&[&vector], &[DataValue::V128([0; 16])]).unwrap_err().to_string();
    assert_eq!(error, "the interpreter does not support `iadd` on vectors (i8x16) (in `%vector`)");
    let frame = function("frame", &[], &[I64], |cursor, _| {
        let address = cursor.ins().get_stack_pointer(I64);
        cursor.ins().return_(&[address]);
    });
    let error = call(&[&frame], &[]).unwrap_err().to_string();
    let expected = "the interpreter does not support `get_stack_pointer.i64` (in `%frame`)";
    assert_eq!(error, expected);
}

#[test]
fn symbols_have_the_memory_that_they_are_given() {
    let text = "function %f(i32) -> i32 {
        gv0 = symbol tls %counter+4
        gv1 = symbol %plain
    block0(v0: i32):
        v1 = tls_value.i64 gv0
        v2 = load.i32 v1
        v3 = iadd v2, v0
        store v3, v1
        v4 = symbol_value.i64 gv1
        v5 = load.i32 v4
        v6 = iadd v5, v3
        return v6 }";
    let function = crate::testfile::parse_functions(text).unwrap().pop().unwrap();
    let state = InterpreterState::default().with_function_store(FunctionStore::from(&function));
    let state = state.with_symbol("%counter", &[9, 9, 9, 9, 1, 0, 0, 0]);
    let mut interpreter = Interpreter::new(state.with_symbol("%plain", &[100, 0, 0, 0]));
    let mut call = |x| interpreter.call_by_name("%f", &[DataValue::I32(x)]).unwrap();
    assert_eq!(call(5), ControlFlow::Return(vec![DataValue::I32(106)]));
    assert_eq!(call(1), ControlFlow::Return(vec![DataValue::I32(107)]));
    let mut without = Interpreter::new(
        InterpreterState::default().with_function_store(FunctionStore::from(&function)),
    );
    let error = without.call_by_name("%f", &[DataValue::I32(0)]).unwrap_err();
    assert!(error.to_string().contains("%counter"), "{error}");
}
