//! Modules compiled for the host: the same bytes whatever the number of threads, errors in order.

mod common;

use common::TestEnv;
use std::fmt::Write;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_wasm::types::DefinedFuncIndex;
use windlass_wasm::{Threads, WasmError, WasmFeatures, compile_functions, translate_module};

fn isa() -> OwnedTargetIsa {
    isa_with("")
}

fn isa_with(words: &str) -> OwnedTargetIsa {
    let mut flags = settings::builder();
    flags.set_words(words).expect("the settings exist");
    flags.enable("enable_pinned_reg").expect("the setting exists");
    let builder = windlass_isa::lookup_by_name("x86_64").expect("the machine is supported");
    builder.finish(settings::Flags::new(flags)).expect("the settings fit together")
}

/// A module with `count` functions that call each other and loop over memory.
fn module(count: usize) -> String {
    let mut text = String::from("(module (memory 1)");
    for n in 0..count {
        let _ = write!(
            text,
            "(func (param i32 i32) (result i32) (local i32 f64)
               loop
                 local.get 0 i32.load8_u offset={n} local.get 2 i32.add local.set 2
                 local.get 0 i32.const {} i32.add local.tee 0 local.get 1 i32.lt_u br_if 0
               end
               local.get 2 i32.const {n} i32.and if
                 local.get 2 local.get 1 call {} local.set 2
               else
                 local.get 3 f64.const {n} f64.add local.tee 3 i32.trunc_sat_f64_s local.set 2
               end
               block block block
                 local.get 2 br_table 0 1 2 1 0 2 1
               end i32.const 1 return end i32.const 2 return end
               local.get 2)",
            n % 7 + 1,
            (n * 31 + 1) % count,
        );
    }
    text.push(')');
    text
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let bytes = wat::parse_str(module(2_000)).expect("the text is well formed");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    assert!(bytes.len() > 3 * (32 << 10), "there must be several pieces of work");
    let isa = isa();
    let compile = |threads| {
        let make_env = || TestEnv::new(&module.info);
        let finish = |index: DefinedFuncIndex, _: &_, code: &windlass_core::CompiledCode| {
            let relocs: Vec<String> =
                code.buffer.relocs().iter().map(|reloc| format!("{reloc:?}")).collect();
            (index, code.code_buffer().to_vec(), relocs)
        };
        compile_functions(&module, &*isa, None, make_env, threads, finish).expect("it compiles")
    };
    let one = compile(Threads::Exactly(1));
    assert_eq!(one.len(), 2_000);
    assert!(
        one.iter()
            .enumerate()
            .all(|(at, (index, code, _))| { index.index() == at && !code.is_empty() })
    );
    assert!(one == compile(Threads::Exactly(2)), "two threads make other code than one");
    assert!(one == compile(Threads::Exactly(5)), "five threads make other code than one");
    assert!(one == compile(Threads::Default), "the default pool makes other code than one");
}

#[test]
fn the_first_error_counts() {
    let mut text = module(1_500);
    text.truncate(text.len() - 1);
    for name in ["f64x2.add", "i32x4.add"] {
        let _ = write!(
            text,
            "(func (result i32) v128.const i64x2 0 0 v128.const i64x2 0 0 {name} drop i32.const 0)"
        );
    }
    text.push(')');
    let bytes = wat::parse_str(text).expect("the text is well formed");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    let isa = isa();
    let first = module.bodies[1_500].clone();
    for threads in [Threads::Exactly(1), Threads::Exactly(3)] {
        let make_env = || TestEnv::new(&module.info);
        match compile_functions(&module, &*isa, None, make_env, threads, |_, _, _| ()) {
            Err(WasmError::Unsupported { offset, .. }) => {
                assert!(first.contains(&(offset as usize)), "{offset} is not in {first:?}");
            }
            other => panic!("expected a refusal, found {other:?}"),
        }
    }
}

/// What a function may make beside its bytes is shared: a module does not get it once for each of
/// many small functions.
#[test]
fn many_small_functions_get_no_more_than_a_large_one() {
    let compile = |count: usize| {
        let values = " i32".repeat(300);
        let text = format!(
            "(module (import \"m\" \"g\" (func $g (result{values})))
             (import \"m\" \"h\" (func $h (param{values}))) {})",
            "(func call $g call $h)".repeat(count)
        );
        let bytes = wat::parse_str(text).expect("the text is well formed");
        let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
        let make_env = || TestEnv::new(&module.info);
        let isa = isa_with("enable_multi_ret_implicit_sret=true");
        compile_functions(&module, &*isa, None, make_env, Threads::Exactly(1), |_, _, _| ())
            .map(|all| all.len())
    };
    assert_eq!(compile(4), Ok(4));
    let error = compile(10_000).expect_err("3 million arguments of 50 KB").to_string();
    assert!(error.contains("function 2"), "{error}");
}

#[test]
fn modules_without_functions_compile() {
    let bytes = wat::parse_str("(module (memory 1))").expect("the text is well formed");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    let make_env = || TestEnv::new(&module.info);
    let none = compile_functions(&module, &*isa(), None, make_env, Threads::Default, |_, _, _| ());
    assert_eq!(none, Ok(Vec::new()));
}

/// A conditional move takes the address away where a bounds check was guessed wrong, and none is
/// there where the settings switch that off.
#[test]
fn bounds_checks_are_guarded_as_the_settings_say() {
    let text = "(module (memory 1) (table 10 20 funcref) (type $t (func (result i32)))
        (func (param i32) (result i32) local.get 0 i32.load offset=8)
        (func (param i32 i64) local.get 0 local.get 1 i64.store)
        (func (param i32) (result f64) local.get 0 f64.load offset=0x12345)
        (func (param i32) (result i32) local.get 0 i32.load8_u offset=0xffffffff)
        (func (param i32) (result funcref) local.get 0 table.get 0)
        (func (param i32 funcref) local.get 0 local.get 1 table.set 0)
        (func (param i32) (result i32) local.get 0 call_indirect (type $t)))";
    let bytes = wat::parse_str(text).expect("the text is well formed");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    // The number of conditional moves of each function. `call_indirect` has one more of its own,
    // for the code of functions of other instances.
    let moves = |words: &str, checked: bool| -> Vec<usize> {
        let isa = isa_with(words);
        let make_env = || {
            let mut env = TestEnv::new(&module.info);
            env.checked = checked;
            env
        };
        let finish = |_, _: &_, code: &windlass_core::CompiledCode| {
            let text = isa.to_text(code.code_buffer(), code.buffer.code_size());
            text.matches(" cmov").count()
        };
        compile_functions(&module, &*isa, None, make_env, Threads::Exactly(1), finish)
            .expect("it compiles")
    };
    let heap = "enable_heap_access_spectre_mitigation";
    let table = "enable_table_access_spectre_mitigation";
    assert_eq!(moves("", true), [1, 1, 1, 1, 1, 1, 2]);
    assert_eq!(moves(&format!("{heap}=false"), true), [0, 0, 0, 0, 1, 1, 2]);
    assert_eq!(moves(&format!("{table}=false"), true), [1, 1, 1, 1, 0, 0, 1]);
    assert_eq!(moves(&format!("{heap}=false {table}=false"), true), [0, 0, 0, 0, 0, 0, 1]);
    // Guard pages need no check, but for offsets beyond them.
    assert_eq!(moves("", false), [0, 0, 0, 1, 1, 1, 2]);
}
