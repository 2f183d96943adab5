//! Functions built with variables and switches, and run on the interpreter.

use windlass_core::data_value::DataValue;
use windlass_core::interpret::{FunctionStore, Interpreter, InterpreterState};
use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::types::{I32, I64, I128, Type};
use windlass_core::ir::{
    AbiParam, Block, Function, InstBuilder, Opcode, Signature, UserFuncName, Value,
};
use windlass_core::isa::CallConv;
use windlass_frontend::{
    DefVariableError, FunctionBuilder, FunctionBuilderContext, Switch, UseVariableError, Variable,
};

/// Builds a function with these parameters and results.
fn build(
    params: &[Type],
    results: &[Type],
    fill: impl FnOnce(&mut FunctionBuilder<'_>, Block),
) -> Function {
    let mut signature = Signature::new(CallConv::Fast);
    signature.params.extend(params.iter().map(|&ty| AbiParam::new(ty)));
    signature.returns.extend(results.iter().map(|&ty| AbiParam::new(ty)));
    let mut func = Function::with_name_signature(UserFuncName::testcase("f"), signature);
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut func, &mut context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    fill(&mut builder, entry);
    builder.finalize();
    func
}

fn run(func: &Function, args: &[DataValue]) -> DataValue {
    let state = InterpreterState::default().with_function_store(FunctionStore::from(func));
    let mut interpreter = Interpreter::new(state).with_fuel(Some(1_000_000));
    let flow = interpreter.call_by_name("%f", args).expect("the interpreter can do it");
    flow.unwrap_return().remove(0)
}

fn params(func: &Function) -> usize {
    func.layout.blocks().skip(1).map(|block| func.dfg.num_block_params(block)).sum()
}

#[test]
fn a_counting_loop() {
    let func = build(&[I32], &[I32], |b, entry| {
        let (n, sum, constant) = (b.declare_var(I32), b.declare_var(I32), b.declare_var(I32));
        let param = b.block_params(entry)[0];
        b.def_var(n, param);
        let zero = b.ins().iconst(I32, 0);
        b.def_var(sum, zero);
        let three = b.ins().iconst(I32, 3);
        b.def_var(constant, three);
        let (header, body, exit) = (b.create_block(), b.create_block(), b.create_block());
        b.seal_block(entry);
        b.ins().jump(header, &[]);
        b.switch_to_block(header);
        let count = b.use_var(n);
        b.ins().brif(count, body, &[], exit, &[]);
        b.switch_to_block(body);
        b.seal_block(body);
        let (x, c) = (b.use_var(sum), b.use_var(constant));
        let next = b.ins().iadd(x, c);
        b.def_var(sum, next);
        let one = b.ins().iconst(I32, 1);
        let count = b.use_var(n);
        let less = b.ins().isub(count, one);
        b.def_var(n, less);
        b.ins().jump(header, &[]);
        b.seal_block(header);
        b.switch_to_block(exit);
        b.seal_block(exit);
        let result = b.use_var(sum);
        b.ins().return_(&[result]);
    });
    assert_eq!(run(&func, &[DataValue::I32(14)]), DataValue::I32(42));
    // The count and the sum change; the constant does not.
    assert_eq!(params(&func), 2);
    let header = func.block_successors(func.layout.entry_block().unwrap()).next().unwrap();
    for block in func.layout.blocks() {
        let last = func.layout.last_inst(block).unwrap();
        for call in func.dfg.branch_targets(last) {
            let wanted = func.dfg.num_block_params(call.target());
            assert_eq!(call.len(&func.dfg.value_lists), wanted, "{block} to {}", call.target());
        }
    }
    assert_eq!(func.dfg.num_block_params(header), 2);
}

#[test]
fn blocks_sealed_at_the_end_and_variables_never_assigned() {
    let func = build(&[I32], &[I64], |b, entry| {
        let var = b.declare_var(I64);
        let never = b.declare_var(I64);
        let param = b.block_params(entry)[0];
        let (then, meet) = (b.create_block(), b.create_block());
        let five = b.ins().iconst(I64, 5);
        b.def_var(var, five);
        b.ins().brif(param, then, &[], meet, &[]);
        b.switch_to_block(then);
        let (x, y) = (b.use_var(var), b.use_var(never));
        let sum = b.ins().iadd(x, y);
        let sum = b.ins().iadd(sum, sum);
        b.def_var(var, sum);
        b.ins().jump(meet, &[]);
        b.switch_to_block(meet);
        let result = b.use_var(var);
        b.ins().return_(&[result]);
        b.seal_all_blocks();
    });
    assert_eq!(run(&func, &[DataValue::I32(0)]), DataValue::I64(5));
    assert_eq!(run(&func, &[DataValue::I32(1)]), DataValue::I64(10));
    assert_eq!(params(&func), 1);
}

#[test]
fn errors_name_the_variable() {
    build(&[], &[], |b, entry| {
        let unknown = Variable::from_u32(7);
        assert_eq!(b.try_use_var(unknown), Err(UseVariableError::UsedBeforeDeclared(unknown)));
        let value = b.ins().iconst(I32, 1);
        let error = b.try_def_var(unknown, value).unwrap_err();
        assert_eq!(error, DefVariableError::DefinedBeforeDeclared(unknown));
        let wide = b.declare_var(I64);
        let error = b.try_def_var(wide, value).unwrap_err();
        assert_eq!(error, DefVariableError::TypeMismatch(wide, value));
        b.ins().return_(&[]);
        b.seal_block(entry);
    });
}

fn switch(ty: Type, cases: &[u128]) -> Function {
    build(&[ty], &[I32], |b, entry| {
        b.seal_block(entry);
        let value = b.block_params(entry)[0];
        let mut switch = Switch::new();
        let blocks: Vec<Block> = cases.iter().map(|_| b.create_block()).collect();
        for (&case, &block) in cases.iter().zip(&blocks) {
            switch.set_entry(case, block);
        }
        let otherwise = b.create_block();
        switch.emit(b, value, otherwise);
        for (number, block) in blocks.into_iter().chain([otherwise]).enumerate() {
            b.switch_to_block(block);
            b.seal_block(block);
            let number = b.ins().iconst(I32, number as i64);
            b.ins().return_(&[number]);
        }
    })
}

#[test]
fn switches_find_their_cases() {
    let cases: Vec<u128> =
        (10..20).chain([3, 5, 0, 100, 101, 102, 1 << 30, 1 << 29]).chain(200..203).collect();
    let func = switch(I32, &cases);
    for value in (0..210).chain([1 << 30, (1 << 30) + 1, 1 << 29, 0x7fff_ffff]) {
        let expected = cases.iter().position(|&case| case == value as u128);
        let expected = DataValue::I32(expected.unwrap_or(cases.len()) as i32);
        assert_eq!(run(&func, &[DataValue::I32(value)]), expected, "{value}");
    }
    let tables = func
        .layout
        .blocks()
        .filter_map(|block| func.layout.last_inst(block))
        .filter(|&inst| func.dfg[inst].opcode == Opcode::BrTable)
        .count();
    assert_eq!(tables, 3);
}

#[test]
fn wide_switches_look_at_all_bits() {
    let cases = [1, 2, 3, 1 << 33];
    let func = switch(I64, &cases);
    for (value, expected) in [(1, 0), (3, 2), (1 << 33, 3), ((1 << 33) + 1, 4), ((1 << 32) + 1, 4)]
    {
        assert_eq!(run(&func, &[DataValue::I64(value)]), DataValue::I32(expected), "{value:#x}");
    }
    let huge = [7, 1 << 100, (1 << 100) + 1];
    let func = switch(I128, &huge);
    for (value, expected) in [(7, 0), (1 << 100, 1), ((1 << 100) + 1, 2), (1 << 64, 3), (8, 3)] {
        assert_eq!(run(&func, &[DataValue::I128(value)]), DataValue::I32(expected), "{value:#x}");
    }
}

/// Builds `n` blocks in a row, each with a conditional exit to one label, and as many variables.
fn many_exits(n: usize) -> (Function, usize) {
    let func = build(&[I32], &[I32], |b, entry| {
        let param = b.block_params(entry)[0];
        let vars: Vec<Variable> = (0..8).map(|_| b.declare_var(I32)).collect();
        for &var in &vars {
            b.def_var(var, param);
        }
        b.seal_block(entry);
        let exit = b.create_block();
        for at in 0..n {
            let var = vars[at % vars.len()];
            let value = b.use_var(var);
            let one = b.ins().iconst(I32, 1);
            let value = b.ins().isub(value, one);
            b.def_var(var, value);
            let next = b.create_block();
            let is_zero = b.ins().icmp(IntCC::Equal, value, one);
            b.ins().brif(is_zero, exit, &[], next, &[]);
            b.seal_block(next);
            b.switch_to_block(next);
        }
        b.ins().jump(exit, &[]);
        b.seal_block(exit);
        b.switch_to_block(exit);
        let sum = vars.iter().fold(None, |sum: Option<Value>, &var| {
            let value = b.use_var(var);
            Some(sum.map_or(value, |sum| b.ins().iadd(sum, value)))
        });
        b.ins().return_(&[sum.expect("there are variables")]);
    });
    let values = func.dfg.num_values();
    (func, values)
}

#[test]
fn values_grow_in_step_with_the_input() {
    let (func, small) = many_exits(1_000);
    assert_eq!(run(&func, &[DataValue::I32(2)]), DataValue::I32(1 + 7 * 2));
    let (_, large) = many_exits(4_000);
    assert!(large <= 4 * small + 100, "{small} values became {large}");
}

#[test]
fn contexts_are_used_again() {
    let mut context = FunctionBuilderContext::new();
    for round in 0..3 {
        let mut func = Function::new();
        func.signature.returns.push(AbiParam::new(I32));
        let mut b = FunctionBuilder::new(&mut func, &mut context);
        let block = b.create_block();
        b.switch_to_block(block);
        b.seal_block(block);
        let var = b.declare_var(I32);
        assert_eq!(var, Variable::from_u32(0));
        let value = b.ins().iconst(I32, round);
        b.def_var(var, value);
        let value = b.use_var(var);
        b.ins().return_(&[value]);
        b.finalize();
        assert_eq!(func.dfg.num_insts(), 2);
    }
}

#[test]
fn values_in_stack_maps_are_read_again_after_calls() {
    let func = build(&[I64], &[I64], |b, entry| {
        b.seal_block(entry);
        let value = b.block_params(entry)[0];
        b.declare_value_needs_stack_map(value);
        let signature = b.import_signature(Signature::new(CallConv::Fast));
        let callee = b.ins().iconst(I64, 64);
        b.ins().call_indirect(signature, callee, &[]);
        b.ins().return_(&[value]);
    });
    let entry = func.layout.entry_block().unwrap();
    let insts: Vec<_> = func.layout.block_insts(entry).collect();
    let call = insts.iter().copied().find(|&inst| func.dfg[inst].opcode.is_call()).unwrap();
    let entries = func.dfg.user_stack_map_entries(call).unwrap();
    assert_eq!((entries.len(), entries[0].ty, entries[0].offset), (1, I64, 0));
    let last = *insts.last().unwrap();
    let returned = func.dfg.inst_args(last)[0];
    let definition = func.dfg.value_def(returned).inst().unwrap();
    assert_eq!(func.dfg[definition].opcode, Opcode::Load);
    assert!(insts.iter().any(|&inst| func.dfg[inst].opcode == Opcode::Store));
}
