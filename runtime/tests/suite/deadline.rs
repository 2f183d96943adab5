//! Deadlines: code that would never end, ends; and the store is whole afterwards.

use std::time::Duration;

use windlass_runtime::{
    Caller, Engine, Func, Instance, Linker, Module, Store, Trap, WasmBacktrace,
};

use crate::api::engines;

const SOON: Duration = Duration::from_millis(20);

/// Runs an export of a module that does not end by itself, twice; what stopped it.
fn stopped(engine: &Engine, text: &str) -> Store<u32> {
    let module = Module::new(engine, text).expect("the module is valid");
    let mut linker = Linker::new(engine);
    linker.func_wrap("host", "nothing", || {}).expect("a new name");
    linker
        .func_wrap("host", "sleep", |mut caller: Caller<'_, u32>| {
            *caller.data_mut() += 1;
            std::thread::sleep(Duration::from_millis(1));
        })
        .expect("a new name");
    let mut store = Store::new(engine, 0);
    let instance = linker.instantiate(&mut store, &module).expect("an instance");
    let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("exported");
    for _ in 0..2 {
        store.set_deadline(SOON).expect("a thread can be started");
        let error = run.call(&mut store, ()).expect_err("it does not end by itself");
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupted), "{error:?}");
        let again = run.call(&mut store, ()).expect_err("the deadline has passed");
        assert_eq!(again.downcast_ref(), Some(&Trap::Interrupted), "{again:?}");
    }
    store.clear_deadline();
    let ok = instance.get_typed_func::<(), i32>(&mut store, "ok").expect("exported");
    assert_eq!(ok.call(&mut store, ()).expect("the store is whole"), 7);
    store
}

fn loops(engine: &Engine, imports: &str, body: &str) -> Store<u32> {
    let ok = r#"(func (export "ok") (result i32) (i32.const 7))"#;
    stopped(engine, &format!(r#"(module {imports} (func (export "run") {body}) {ok})"#))
}

#[test]
fn an_empty_loop_ends() {
    for engine in engines() {
        loops(&engine, "", "(loop $l (br $l))");
    }
}

#[test]
fn loops_over_memory_and_calls_end() {
    for engine in engines() {
        let work = r#"(memory 1) (global $n (mut i32) (i32.const 0))
            (func $work (param i32)
                (i32.store (i32.and (local.get 0) (i32.const 0xfffc)) (local.get 0))
                (global.set $n (i32.add (global.get $n) (i32.const 1))))"#;
        loops(&engine, work, "(loop $l (call $work (global.get $n)) (br $l))");
    }
}

#[test]
fn loops_of_tail_calls_end() {
    let mut config = windlass_runtime::Config::new();
    config.wasm_feature("tail-call", true).expect("a feature");
    let engine = Engine::new(&config).expect("the configuration is fine");
    let rounds = r#"(func $a (param i32 i32 i32 i32 i32 i32 i32 i32) (return_call $b))
        (func $b (return_call $a (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
            (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8)))"#;
    for _ in 0..20 {
        loops(&engine, rounds, "(return_call $b)");
    }
}

#[test]
fn loops_that_are_in_the_host_most_of_the_time_end() {
    for engine in engines() {
        let sleep = r#"(import "host" "sleep" (func $f))"#;
        let store = loops(&engine, sleep, "(loop $l (call $f) (br $l))");
        assert!(*store.data() > 0, "the host function ran");
        let nothing = r#"(import "host" "nothing" (func $f))"#;
        loops(&engine, nothing, "(loop $l (call $f) (br $l))");
        let fill = r#"(memory 256)"#;
        let body = "(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x1000000)) \
                    (br $l))";
        loops(&engine, fill, body);
    }
}

#[test]
fn the_trace_names_the_loop() {
    let engine = Engine::default();
    let text = r#"(module (func $forever (loop $l (br $l)))
        (func $outer (export "run") (call $forever)))"#;
    let module = Module::new(&engine, text).expect("the module is valid");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("exported");
    store.set_deadline(SOON).expect("a thread can be started");
    let error = run.call(&mut store, ()).expect_err("it does not end by itself");
    let trace = error.downcast_ref::<WasmBacktrace>().expect("there is a trace");
    let last = trace.frames().last().expect("there is a frame");
    assert!(matches!(last.func_name(), Some("forever" | "outer")), "{trace}");
}

#[test]
fn an_inner_store_goes_on_and_the_outer_one_stops() {
    let engine = Engine::default();
    let inner = r#"(module (func (export "count") (param $n i32) (result i32) (local $i i32)
        (loop $l (br_if $l (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
        (local.get $i)))"#;
    let inner = Module::new(&engine, inner).expect("the module is valid");
    let mut store = Store::new(&engine, Vec::new());
    let count = {
        let engine = engine.clone();
        Func::wrap(&mut store, move |mut caller: Caller<'_, Vec<i32>>| {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &inner, &[]).expect("no imports");
            let count = instance.get_typed_func::<i32, i32>(&mut store, "count").expect("exported");
            let counted = count.call(&mut store, 50_000_000).expect("it has no deadline");
            caller.data_mut().push(counted);
        })
    };
    let outer = r#"(module (import "" "count" (func $f))
        (func (export "run") (loop $l (call $f) (br $l))))"#;
    let outer = Module::new(&engine, outer).expect("the module is valid");
    let instance = Instance::new(&mut store, &outer, &[count.into()]).expect("the import fits");
    let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("exported");
    store.set_deadline(SOON).expect("a thread can be started");
    let error = run.call(&mut store, ()).expect_err("it does not end by itself");
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupted), "{error:?}");
    assert!(store.data().iter().all(|n| *n == 50_000_000), "{:?}", store.data());
}

#[test]
fn what_ends_in_time_is_not_disturbed() {
    let engine = Engine::default();
    let module = r#"(module (func (export "ok") (result i32) (i32.const 7)))"#;
    let module = Module::new(&engine, module).expect("the module is valid");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let ok = instance.get_typed_func::<(), i32>(&mut store, "ok").expect("exported");
    for after in [Duration::from_secs(3600), Duration::MAX] {
        store.set_deadline(after).expect("a thread can be started");
        assert_eq!(ok.call(&mut store, ()).expect("there is time"), 7);
    }
}
