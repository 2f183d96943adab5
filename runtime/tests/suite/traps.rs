//! Traps, backtraces, errors and panics of host functions, and the stack.

use std::panic::{AssertUnwindSafe, catch_unwind};

use windlass_runtime::{
    AsContextMut, Caller, Config, Engine, Error, Func, Instance, Linker, Module, Store,
    StoreLimits, StoreLimitsBuilder, Trap, WasmBacktrace,
};

use crate::api::{engines, instantiate};
use crate::wasi::TempDir;

#[test]
fn every_trap_of_the_specification() {
    let cases = [
        ("unreachable", "unreachable"),
        ("(drop (i32.div_s (i32.const 1) (local.get 0)))", "integer divide by zero"),
        ("(drop (i32.div_u (i32.const 1) (local.get 0)))", "integer divide by zero"),
        ("(drop (i32.rem_s (i32.const 1) (local.get 0)))", "integer divide by zero"),
        ("(drop (i32.rem_u (i32.const 1) (local.get 0)))", "integer divide by zero"),
        ("(drop (i64.div_s (i64.const 1) (local.get 1)))", "integer divide by zero"),
        ("(drop (i64.rem_u (i64.const 1) (local.get 1)))", "integer divide by zero"),
        (
            "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (local.get 0) (i32.const 1))))",
            "integer overflow",
        ),
        (
            "(drop (i64.div_s (i64.const 0x8000000000000000)
                (i64.sub (local.get 1) (i64.const 1))))",
            "integer overflow",
        ),
        ("(drop (i32.trunc_f32_s (f32.const nan)))", "invalid conversion to integer"),
        ("(drop (i32.trunc_f64_u (f64.const -1)))", "integer overflow"),
        ("(drop (i64.trunc_f64_s (f64.const 1e30)))", "integer overflow"),
        ("(drop (i32.load (i32.const 65533)))", "out of bounds memory access"),
        ("(drop (i64.load offset=0xffffffff (i32.const -1)))", "out of bounds memory access"),
        ("(i32.store8 (i32.const 65536) (i32.const 0))", "out of bounds memory access"),
        (
            "(memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))",
            "out of bounds memory access",
        ),
        ("(call_indirect (type $void) (i32.const 3))", "undefined element"),
        ("(call_indirect (type $void) (i32.const 1))", "uninitialized element"),
        ("(call_indirect (type $void) (i32.const 0))", "indirect call type mismatch"),
        ("(drop (table.get (i32.const 3)))", "out of bounds table access"),
        ("(table.fill (i32.const 2) (ref.null func) (i32.const 2))", "out of bounds table access"),
        ("(call $forever)", "call stack exhausted"),
    ];
    for engine in engines() {
        for (body, message) in cases {
            let mut store = Store::new(&engine, ());
            let instance = instantiate(
                &mut store,
                &format!(
                    r#"(module $m
                        (type $void (func))
                        (memory 1) (table 3 funcref) (elem (i32.const 0) $other)
                        (func $other (param i32))
                        (func $forever (call $forever))
                        (func $inner (param i32 i64) {body})
                        (func (export "run") (call $inner (i32.const 0) (i64.const 0))))"#
                ),
            );
            let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("exported");
            for _ in 0..3 {
                let error = run.call(&mut store, ()).expect_err(body);
                let trap = error.downcast_ref::<Trap>().unwrap_or_else(|| panic!("{error:?}"));
                assert_eq!(trap.to_string(), format!("wasm trap: {message}"), "{body}");
            }
        }
    }
}

#[test]
fn backtraces_have_names_and_offsets() {
    let mut store = Store::new(&Engine::default(), ());
    let wat = r#"(module $numbers
        (memory 1)
        (func $leaf (param i32) (result i32) (i32.load (local.get 0)))
        (func $middle (param i32) (result i32) (i32.add (call $leaf (local.get 0)) (i32.const 1)))
        (func $outer (export "run") (param i32) (result i32)
            (i32.mul (call $middle (local.get 0)) (i32.const 3))))"#;
    let instance = instantiate(&mut store, wat);
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run").expect("exported");
    assert_eq!(run.call(&mut store, 0).expect("in bounds"), 3);
    let error = run.call(&mut store, -1).expect_err("out of bounds");
    let trace = error.downcast_ref::<WasmBacktrace>().expect("traps have one");
    let names: Vec<_> = trace.frames().iter().map(|frame| frame.func_name()).collect();
    assert_eq!(names, [Some("leaf"), Some("middle"), Some("outer")]);
    let bytes = wat::parse_str(wat).expect("the module is valid");
    for (index, frame) in trace.frames().iter().enumerate() {
        assert_eq!(frame.func_index(), index as u32);
        assert_eq!(frame.module_name(), Some("numbers"));
        let offset = frame.module_offset().expect("every instruction has a place");
        // The load, or the call.
        let opcode = if index == 0 { 0x28 } else { 0x10 };
        assert_eq!(bytes[offset], opcode, "frame {index} at {offset:#x}");
    }
    let text = format!("{trace}");
    for name in names.into_iter().flatten() {
        assert!(text.contains(name), "{text}");
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Refused(u32);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Refused {}

const CALLS_HOST: &str = r#"(module
    (import "host" "f" (func $f (param i32) (result i32)))
    (func $inner (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1)))
    (func $run (export "run") (param i32) (result i32) (call $inner (local.get 0))))"#;

fn calls_host(
    f: impl Fn(Caller<'_, u32>, i32) -> Result<i32, Error> + Send + Sync + 'static,
) -> (Store<u32>, Instance) {
    let engine = Engine::default();
    let module = Module::new(&engine, CALLS_HOST).expect("the module is valid");
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "f", f).expect("a new name");
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).expect("the import is defined");
    (store, instance)
}

#[test]
fn host_functions_may_return_errors() {
    let (mut store, instance) = calls_host(|mut caller, n| {
        *caller.data_mut() += 1;
        if n < 0 { Err(Error::new(Refused(n.unsigned_abs()))) } else { Ok(n * 2) }
    });
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run").expect("exported");
    for n in 1..100 {
        assert_eq!(run.call(&mut store, n).expect("no error"), 2 * n + 1);
        let error = run.call(&mut store, -n).expect_err("refused");
        assert_eq!(error.downcast_ref(), Some(&Refused(n as u32)));
        let trace = error.downcast_ref::<WasmBacktrace>().expect("errors have a backtrace, too");
        let names: Vec<_> = trace.frames().iter().map(|frame| frame.func_name()).collect();
        assert_eq!(names, [Some("inner"), Some("run")]);
    }
    assert_eq!(*store.data(), 198);
}

#[test]
fn host_functions_may_panic() {
    struct Count(std::sync::Arc<std::sync::atomic::AtomicUsize>);
    impl Drop for Count {
        fn drop(&mut self) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let drops = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = drops.clone();
    let (mut store, instance) = calls_host(move |_, n| {
        let _count = Count(counted.clone());
        if n == 13 {
            std::panic::panic_any("thirteen");
        }
        Ok(n)
    });
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run").expect("exported");
    for _ in 0..3 {
        let panic = catch_unwind(AssertUnwindSafe(|| run.call(&mut store, 13)));
        let payload = panic.map(|_| ()).expect_err("the panic goes on in the host");
        assert_eq!(payload.downcast_ref(), Some(&"thirteen"));
        assert_eq!(run.call(&mut store, 1).expect("the store is good"), 2);
    }
    assert_eq!(drops.load(std::sync::atomic::Ordering::Relaxed), 6);
}

#[test]
fn a_trap_in_an_inner_call_is_the_hosts_to_handle() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "again" (func $again (param i32) (result i32)))
            (func $down (export "down") (param i32) (result i32)
                (if (i32.eqz (local.get 0)) (then unreachable))
                (i32.add (i32.const 1) (call $again (i32.sub (local.get 0) (i32.const 1))))))"#,
    )
    .expect("the module is valid");
    let mut linker = Linker::<Vec<usize>>::new(&engine);
    let again = |mut caller: Caller<'_, Vec<usize>>, n: i32| -> Result<i32, Error> {
        let down = caller.get_export("down").and_then(|e| e.into_func()).expect("exported");
        let down = down.typed::<i32, i32>(&caller).expect("the type fits");
        match down.call(&mut caller, n) {
            Err(error) if n == 0 => {
                let trace = error.downcast_ref::<WasmBacktrace>().expect("a trap has one");
                caller.data_mut().push(trace.frames().len());
                assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
                Ok(100)
            }
            other => other,
        }
    };
    linker.func_wrap("host", "again", again).expect("a new name");
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &module).expect("the import is defined");
    let down = instance.get_typed_func::<i32, i32>(&mut store, "down").expect("exported");
    assert_eq!(down.call(&mut store, 5).expect("handled"), 105);
    assert_eq!(down.call(&mut store, 2).expect("handled"), 102);
    // All activations of the store are in the trace.
    assert_eq!(store.data(), &[6, 3]);
}

const RECURSION: &str = r#"(module
    (func $down (export "down") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
        (else (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1))))))))"#;

fn overflows(engine: &Engine) {
    let mut store = Store::new(engine, ());
    let instance = instantiate(&mut store, RECURSION);
    let down = instance.get_typed_func::<i32, i32>(&mut store, "down").expect("exported");
    for _ in 0..3 {
        assert_eq!(down.call(&mut store, 100).expect("there is room"), 100);
        let error = down.call(&mut store, 100_000_000).expect_err("no stack is that large");
        assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        let trace = error.downcast_ref::<WasmBacktrace>().expect("traps have one");
        assert!(!trace.frames().is_empty());
    }
}

#[test]
fn stack_overflow_is_a_trap_in_any_thread() {
    let engine = Engine::default();
    overflows(&engine);
    std::thread::scope(|scope| {
        for size in [256 << 10, 1 << 20, 16 << 20] {
            let engine = &engine;
            let thread = std::thread::Builder::new().stack_size(size);
            thread.spawn_scoped(scope, move || overflows(engine)).expect("threads can be made");
        }
    });
}

#[test]
fn the_stack_for_wasm_can_be_chosen() {
    let depth = |bytes: usize| {
        let engine = Engine::new(Config::new().max_wasm_stack(bytes)).expect("a good size");
        let mut store = Store::new(&engine, ());
        let instance = instantiate(&mut store, RECURSION);
        let down = instance.get_typed_func::<i32, i32>(&mut store, "down").expect("exported");
        let (mut good, mut bad) = (0, 1 << 24);
        while good + 1 < bad {
            let middle = (good + bad) / 2;
            if down.call(&mut store, middle).is_ok() { good = middle } else { bad = middle }
        }
        good
    };
    let (small, large) = (depth(64 << 10), depth(256 << 10));
    assert!(small > 100, "{small}");
    assert!(large > 3 * small, "{small} {large}");
}

#[test]
fn recursion_through_the_host_ends_in_a_trap() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (import "host" "f" (func $f)) (func (export "run") (call $f)))"#,
    )
    .expect("the module is valid");
    let mut linker = Linker::<u32>::new(&engine);
    let f = |mut caller: Caller<'_, u32>| -> Result<(), Error> {
        *caller.data_mut() += 1;
        let run = caller.get_export("run").and_then(|e| e.into_func()).expect("exported");
        run.call(caller.as_context_mut(), &[], &mut [])
    };
    linker.func_wrap("host", "f", f).expect("a new name");
    let thread = std::thread::Builder::new().stack_size(8 << 20);
    let run = move || {
        let mut store = Store::new(&engine, 0);
        let instance = linker.instantiate(&mut store, &module).expect("the import is defined");
        let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("exported");
        let error = run.call(&mut store, ()).expect_err("it never ends by itself");
        assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        assert!(*store.data() > 10, "{}", store.data());
    };
    thread.spawn(run).expect("threads can be made").join().expect("it ends in a trap");
}

#[test]
fn start_functions_may_trap_and_call_the_host() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 0u32);
    let module = Module::new(&engine, "(module (func $s unreachable) (start $s))");
    let module = module.expect("the module is valid");
    let error = Instance::new(&mut store, &module, &[]).expect_err("the start function traps");
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let wat = r#"(module (import "a" "b" (func $f)) (start $f))"#;
    let module = Module::new(&engine, wat).expect("the module is valid");
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, u32>| *caller.data_mut() += 1);
    Instance::new(&mut store, &module, &[f.into()]).expect("no trap");
    assert_eq!(*store.data(), 1);
}

#[test]
fn functions_without_a_name_have_that_of_their_first_export() {
    let engine = Engine::default();
    let wat = r#"(module
        (func $named (export "other") (unreachable))
        (func (export "first") (export "second") (call $named))
        (func (call 1))
        (func (export "run") (call 2)))"#;
    let trap = |module: &Module| {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, module, &[]).expect("it imports nothing");
        let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("exported");
        let error = run.call(&mut store, ()).expect_err("it is unreachable");
        let trace = error.downcast_ref::<WasmBacktrace>().expect("traps have one").clone();
        let own = |name: Option<&str>| name.map(str::to_string);
        let frames = trace.frames().iter();
        let names: Vec<_> = frames.clone().map(|frame| own(frame.func_name())).collect();
        let modules: Vec<_> = frames.map(|frame| own(frame.module_name())).collect();
        let expected = [Some("named"), Some("first"), None, Some("run")];
        assert_eq!(names, expected.map(own));
        assert!(modules.windows(2).all(|pair| pair[0] == pair[1]));
        (modules[0].clone(), trace.to_string())
    };
    assert_eq!(trap(&Module::new(&engine, wat).expect("valid")).0, None);
    let directory = TempDir::new();
    let path = directory.sandbox().join("program.wat");
    std::fs::write(&path, wat).expect("a place for temporary files");
    let (module, text) = trap(&Module::from_file(&engine, &path).expect("valid"));
    assert_eq!(module.as_deref(), Some("program.wat"));
    assert!(text.contains("program.wat!first"), "{text}");
    let named = wat.replacen("(module", "(module $mine", 1);
    std::fs::write(&path, named).expect("a place for temporary files");
    let named = Module::from_file(&engine, &path).expect("valid");
    assert_eq!(trap(&named).0.as_deref(), Some("mine"));
    // The names of functions are in compiled files; the module has the name of that file.
    let compiled = directory.sandbox().join("program.cwasm");
    let bytes = Module::new(&engine, wat).expect("valid").serialize().expect("it can be");
    std::fs::write(&compiled, bytes).expect("a place for temporary files");
    // SAFETY: the file was just written, and stays as it is.
    let module = unsafe { Module::deserialize_file(&engine, &compiled) }.expect("made here");
    assert_eq!(trap(&module).0.as_deref(), Some("program.cwasm"));
}

#[test]
fn a_limiter_that_fails_has_the_frames_that_wanted_to_grow() {
    let mut store = Store::new(&Engine::default(), StoreLimits::default());
    let wat = r#"(module
        (memory 1) (table 1 funcref)
        (func $memory (result i32) (memory.grow (i32.const 9)))
        (func (export "memory") (drop (call $memory)))
        (func $table (result i32) (table.grow (ref.null func) (i32.const 9)))
        (func (export "table") (drop (call $table))))"#;
    let instance = instantiate(&mut store, wat);
    let limits = StoreLimitsBuilder::new().memory_size(1 << 16).table_elements(1);
    *store.data_mut() = limits.trap_on_grow_failure(true).build();
    store.limiter(|limits| limits);
    for name in ["memory", "table"] {
        let run = instance.get_typed_func::<(), ()>(&mut store, name).expect("exported");
        let error = run.call(&mut store, ()).expect_err("beyond the limit");
        let trace = error.downcast_ref::<WasmBacktrace>().expect("errors have one");
        let names: Vec<_> = trace.frames().iter().map(|frame| frame.func_name()).collect();
        // The exported function is the first of its name; `$memory` and `$table` have theirs.
        assert_eq!(names, [Some(name), Some(name)]);
        assert_ne!(trace.frames()[0].func_index(), trace.frames()[1].func_index());
    }
}
