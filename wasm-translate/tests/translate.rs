//! Functions translated from text and run on the interpreter.

mod common;

use common::{run, run_i32, translate, translate_bytes};
use windlass_core::data_value::DataValue;
use windlass_core::interpret::{ControlFlow, InterpreterTrap};
use windlass_core::ir::{Function, Opcode, TrapCode};
use windlass_wasm::WasmError;

fn params(func: &Function) -> usize {
    func.layout.blocks().skip(1).map(|block| func.dfg.num_block_params(block)).sum()
}

fn count(func: &Function, opcode: Opcode) -> usize {
    func.layout
        .blocks()
        .flat_map(|block| func.layout.block_insts(block))
        .filter(|&inst| func.dfg[inst].opcode == opcode)
        .count()
}

#[test]
fn a_loop_has_parameters_for_what_it_assigns() {
    let functions = translate(
        r#"(module (func (param i32 i32) (result i32) (local i32)
            loop
              local.get 2 local.get 0 i32.add local.get 1 i32.add local.set 2
              local.get 0 i32.const 1 i32.sub local.tee 0
              br_if 0
            end
            local.get 2))"#,
    )
    .unwrap();
    assert_eq!(run_i32(&functions, 0, &[10, 3]), 55 + 30);
    assert_eq!(params(&functions[0]), 2);
}

#[test]
fn only_what_differs_becomes_a_parameter() {
    let functions = translate(
        r#"(module (func (param i32 i32) (result i32) (local i32 i32)
            i32.const 7 local.set 3
            block
              local.get 0 br_if 0
              i32.const 5 local.set 2
              local.get 1 br_if 0
              i32.const 6 local.set 2
            end
            local.get 2 local.get 3 i32.mul))"#,
    )
    .unwrap();
    assert_eq!(run_i32(&functions, 0, &[1, 0]), 0);
    assert_eq!(run_i32(&functions, 0, &[0, 1]), 35);
    assert_eq!(run_i32(&functions, 0, &[0, 0]), 42);
    assert_eq!(params(&functions[0]), 1);
}

#[test]
fn ifs_with_and_without_second_arm() {
    let functions = translate(
        r#"(module
            (func (param i32) (result i32)
              local.get 0 i32.eqz if (result i32) i32.const 10 else i32.const 20 end)
            (func (param i32) (result i32)
              local.get 0
              local.get 0 i32.const 3 i32.gt_s
              if (param i32) (result i32) i32.const 100 i32.add end)
            (func (param i32) (result i32) (local i32)
              local.get 0 if
                local.get 0 i32.const 1 i32.eq if i32.const 1 return end
                i32.const 9 local.set 1
              else
                i32.const 4 local.set 1
              end
              local.get 1))"#,
    )
    .unwrap();
    assert_eq!(run_i32(&functions, 0, &[0]), 10);
    assert_eq!(run_i32(&functions, 0, &[5]), 20);
    assert_eq!(run_i32(&functions, 1, &[3]), 3);
    assert_eq!(run_i32(&functions, 1, &[4]), 104);
    assert_eq!(run_i32(&functions, 2, &[0]), 4);
    assert_eq!(run_i32(&functions, 2, &[1]), 1);
    assert_eq!(run_i32(&functions, 2, &[2]), 9);
}

#[test]
fn tables_of_branches() {
    let functions = translate(
        r#"(module (func (param i32) (result i32)
            block (result i32)
              block (result i32)
                block (result i32)
                  i32.const 1
                  local.get 0
                  br_table 0 1 2 3 0
                end
                i32.const 10 i32.add
              end
              i32.const 100 i32.add
            end
            i32.const 1000 i32.add))"#,
    )
    .unwrap();
    let results: Vec<i32> = (0..6).map(|n| run_i32(&functions, 0, &[n])).collect();
    assert_eq!(results, [1111, 1101, 1001, 1, 1111, 1111]);
}

#[test]
fn many_back_edges_meet_in_one_block() {
    let source = r#"(module (func (param i32) (result i32) (local i32 i32 i32)
            loop
              local.get 0 i32.eqz if local.get 1 local.get 2 i32.const 1000 i32.mul i32.add return end
              local.get 0 i32.const 1 i32.sub local.set 0
              local.get 0 i32.const 3 i32.and local.set 3
              local.get 3 i32.eqz if local.get 1 i32.const 1 i32.add local.set 1 br 1 end
              local.get 3 i32.const 1 i32.eq br_if 0
              local.get 3 i32.const 2 i32.eq if local.get 2 i32.const 1 i32.add local.set 2 br 1 end
              br 0
            end
            unreachable))"#;
    let functions = translate(source).unwrap();
    assert_eq!(run_i32(&functions, 0, &[16]), 4004);
    // The header takes its four from two blocks: from above and from where the others meet.
    let func = &functions[0];
    let entry = func.layout.entry_block().unwrap();
    let header = func.block_successors(entry).next().unwrap();
    let into_header = func
        .layout
        .blocks()
        .flat_map(|block| func.block_successors(block))
        .filter(|&target| target == header)
        .count();
    assert_eq!(into_header, 2);
}

#[test]
fn loops_with_parameters() {
    let functions = translate(
        r#"(module (func (param i32) (result i32)
            i32.const 1
            local.get 0
            loop (param i32 i32) (result i32)
              local.set 0
              local.get 0 i32.mul
              local.get 0 i32.const 1 i32.sub local.tee 0
              local.get 0
              i32.const 1 i32.gt_s
              br_if 0
              drop
            end))"#,
    )
    .unwrap();
    assert_eq!(run_i32(&functions, 0, &[5]), 120);
}

#[test]
fn code_that_cannot_be_reached_is_skipped() {
    let functions = translate(
        r#"(module (func (param i32) (result i32)
            block
              local.get 0
              br_if 0
              i32.const 3
              return
              block loop br 0 end end
              if i32.const 1 drop else i32.const 2 drop end
              i32.add drop
            end
            i32.const 4))"#,
    )
    .unwrap();
    assert_eq!(run_i32(&functions, 0, &[0]), 3);
    assert_eq!(run_i32(&functions, 0, &[1]), 4);
}

#[test]
fn memory_globals_and_calls() {
    let source = r#"(module (memory 1) (global (mut i32) (i32.const 0))
        (func $fill (param i32)
          loop
            local.get 0 local.get 0 i32.const 4 i32.mul i32.store8 offset=16
            local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
          end)
        (func (param i32) (result i32)
          local.get 0 call $fill
          i32.const 5 global.set 0
          i32.const 3 i32.load8_u offset=16
          local.get 0 i32.load8_s offset=16
          i32.add
          global.get 0 i32.add
          memory.size i32.const 1000 i32.mul i32.add))"#;
    let bytes = wat::parse_str(source).unwrap();
    for checked in [false, true] {
        let functions = translate_bytes(&bytes, |env| env.checked = checked).unwrap();
        assert_eq!(run_i32(&functions, 1, &[50]), 1000 + 12 + (200 - 256) + 5);
    }
    let functions = translate_bytes(&bytes, |env| env.checked = true).unwrap();
    let trap = run(&functions, 1, &[DataValue::I32(65_536)]).unwrap_trap();
    assert_eq!(trap, InterpreterTrap::User(TrapCode::HEAP_OUT_OF_BOUNDS));
}

#[test]
fn the_base_is_computed_once_in_front_of_loops_without_calls() {
    let functions = translate(
        r#"(module (memory 1) (func $f) (func (param i32)
            call $f
            loop
              local.get 0 i32.load drop
              local.get 0 if local.get 0 i32.load8_u drop end
              local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
            end))"#,
    )
    .unwrap();
    assert_eq!(count(&functions[1], Opcode::SymbolValue), 1);
}

#[test]
fn small_copies_and_fills_are_loads_and_stores() {
    let body = |size: u32| {
        let text = format!(
            r#"(module (memory 1) (func (param i32 i32)
                (memory.copy (local.get 0) (local.get 1) (i32.const {size}))
                (memory.fill (local.get 0) (local.get 1) (i32.const {size}))
                (drop (memory.grow (i32.const 0)))))"#
        );
        let functions = translate(&text).unwrap();
        let func = &functions[0];
        [count(func, Opcode::Load), count(func, Opcode::Store), count(func, Opcode::Trapnz)]
    };
    // The environment of these tests does nothing where it is called, and its memory has guard
    // pages. A load more is that of the length, for `memory.grow`.
    assert_eq!(body(1), [2, 2, 0]);
    assert_eq!(body(7), [3, 4, 0]);
    assert_eq!(body(8), [2, 2, 0]);
    assert_eq!(body(64), [9, 16, 0]);
    assert_eq!(body(65), [4, 0, 3]);
    assert_eq!(body(0), [4, 0, 3]);
}

#[test]
fn too_many_parameters_go_to_memory() {
    // Nested loops that all assign many locals.
    let (depth, locals) = (600, 300);
    let mut source = String::from("(module (func (param i32) (result i32) (local");
    source.push_str(&" i32".repeat(locals));
    source.push_str(") ");
    source.push_str(&"loop ".repeat(depth));
    for local in 0..locals {
        source.push_str(&format!("local.get {local} i32.const 1 i32.add local.set {} ", local + 1));
    }
    source.push_str(&"end ".repeat(depth));
    source.push_str(&format!("local.get {locals}))"));
    let functions = translate(&source).unwrap();
    assert_eq!(params(&functions[0]), 0);
    assert_eq!(run_i32(&functions, 0, &[7]), 7 + locals as i32);
}

#[test]
fn traps_have_codes() {
    let functions = translate(
        r#"(module
            (func (param i32) local.get 0 if unreachable end)
            (func (param i32) (result i32) i32.const 1 local.get 0 i32.div_s))"#,
    )
    .unwrap();
    let code = |index, arg| match run(&functions, index, &[DataValue::I32(arg)]) {
        ControlFlow::Return(_) => None,
        ControlFlow::Trap(InterpreterTrap::User(code)) => Some(code),
        ControlFlow::Trap(other) => panic!("unexpected trap {other}"),
    };
    assert_eq!(code(0, 0), None);
    assert_eq!(code(0, 1), Some(windlass_wasm::trap::UNREACHABLE));
    assert_eq!(code(1, 0), Some(TrapCode::INTEGER_DIVISION_BY_ZERO));
    assert_eq!(windlass_wasm::trap::message(code(0, 1).unwrap()), "unreachable");
}

#[test]
fn simd_is_refused_by_name() {
    let error = translate("(module (func (result i32) v128.const i64x2 0 0 i8x16.all_true))");
    match error {
        Err(WasmError::Unsupported { what, .. }) => assert!(what.contains("SIMD"), "{what}"),
        other => panic!("expected a refusal, found {other:?}"),
    }
    let error = translate("(module (func (param v128)))");
    assert!(matches!(error, Err(WasmError::Unsupported { .. })));
}

#[test]
fn invalid_bodies_are_refused_and_do_no_harm() {
    let bytes = wat::parse_str("(module (func (result i32) i32.const 1) (func (result i32)))");
    let error = translate_bytes(&bytes.unwrap(), |_| {});
    assert!(matches!(error, Err(WasmError::Invalid { .. })), "{error:?}");
}

#[test]
fn references_survive_calls_in_stack_maps() {
    let bytes = wat::parse_str(
        r#"(module (func $f) (func (param externref) (result externref)
            (local externref)
            loop call $f local.get 0 local.set 1 end
            local.get 1))"#,
    )
    .unwrap();
    let functions = translate_bytes(&bytes, |env| env.stack_maps = true).unwrap();
    let func = &functions[1];
    let call = func
        .layout
        .blocks()
        .flat_map(|block| func.layout.block_insts(block))
        .find(|&inst| func.dfg[inst].opcode == Opcode::Call)
        .unwrap();
    assert_eq!(func.dfg.user_stack_map_entries(call).map(<[_]>::len), Some(1));
}

/// A function with a nest of loops for which the scan keeps no lists, and calls in it.
fn nest_with_references(references: usize, calls: usize) -> Vec<u8> {
    let size = 200;
    let locals = "(local i32)".repeat(size) + &"(local externref)".repeat(references);
    let sets: String =
        (0..size).map(|n| format!("(local.set {} (i32.const {n}))", n + 1)).collect();
    let assigned = (size + 1..=size + references)
        .map(|n| format!("(local.set {n} (local.get 0))"))
        .collect::<String>();
    let (open, close) = ("(loop ".repeat(size), ")".repeat(size));
    let calls = "(call $f)".repeat(calls);
    let last = size + references;
    wat::parse_str(format!(
        "(module (func $f) (func (param externref) (result externref) {locals}
            {open} {sets} {assigned} {calls} {close} (local.get {last})))"
    ))
    .unwrap()
}

#[test]
fn references_in_memory_are_in_every_stack_map() {
    let bytes = nest_with_references(3, 2);
    let functions = translate_bytes(&bytes, |env| env.stack_maps = true).unwrap();
    let func = &functions[1];
    let insts = func.layout.blocks().flat_map(|block| func.layout.block_insts(block));
    let calls: Vec<_> = insts.filter(|&inst| func.dfg[inst].opcode == Opcode::Call).collect();
    assert_eq!(calls.len(), 2);
    for call in calls {
        let entries = func.dfg.user_stack_map_entries(call).unwrap();
        let mut offsets: Vec<_> = entries.iter().map(|entry| (entry.slot, entry.offset)).collect();
        offsets.sort_unstable();
        offsets.dedup();
        assert_eq!(offsets.len(), 3);
    }
    // As many entries as nobody wants are an error that names the function.
    let bytes = nest_with_references(1_100, 1_000);
    let error = translate_bytes(&bytes, |env| env.stack_maps = true).unwrap_err();
    assert!(error.to_string().contains("function 1"), "{error}");
    assert!(matches!(error, WasmError::Limit { .. }), "{error}");
    assert!(translate_bytes(&bytes, |_| {}).is_ok());
}
