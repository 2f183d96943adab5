//! What an embedder does: a host function that reads the guest's memory, a trap with its backtrace,
//! limits, and a deadline. `cargo run -p windlass-runtime --example embedding`.

use std::time::Duration;

use windlass_runtime::{
    Caller, Engine, Error, Extern, Linker, Module, Result, Store, StoreLimits, StoreLimitsBuilder,
    Trap, WasmBacktrace,
};

/// A guest in text form; `Module::new` takes the bytes of a `.wasm` file just as well.
const GUEST: &str = r#"(module $guest
    (import "host" "log" (func $log (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "hello")
    (func (export "greet") (call $log (i32.const 16) (i32.const 5)))
    (func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "divide") (param i32 i32) (result i32)
        (call $divide (local.get 0) (local.get 1)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "spin") (loop $again (br $again))))"#;

/// What belongs to one guest, and host functions can reach.
struct State {
    lines: Vec<String>,
    limits: StoreLimits,
}

/// The guest's text, copied out of its memory. A range outside of the memory is the guest's fault:
/// the error ends it.
fn log(mut caller: Caller<'_, State>, at: u32, len: u32) -> Result<()> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let memory = memory.ok_or_else(|| Error::msg("the guest exports no memory"))?;
    let mut bytes = vec![0; len.min(1 << 16) as usize];
    memory.read(&caller, at as usize, &mut bytes)?;
    caller.data_mut().lines.push(String::from_utf8_lossy(&bytes).into_owned());
    Ok(())
}

pub(crate) fn main() -> Result<()> {
    // Once in a program: an engine compiles, a module is code, a linker has what guests import.
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "log", log)?;

    // Once for each guest: a store with the embedder's data, limits, and an instance.
    let limits = StoreLimitsBuilder::new().memory_size(2 << 16).instances(1).build();
    let mut store = Store::new(&engine, State { lines: Vec::new(), limits });
    store.limiter(|state| &mut state.limits);
    let instance = linker.instantiate(&mut store, &module)?;

    // A call, which calls the host.
    instance.get_typed_func::<(), ()>(&mut store, "greet")?.call(&mut store, ())?;
    assert_eq!(store.data().lines, ["hello"]);

    // Memory, as the host sees it.
    let memory = instance.get_memory(&mut store, "memory").expect("the guest exports one");
    memory.write(&mut store, 16, b"HELLO")?;
    assert_eq!(&memory.data(&store)[15..22], b"\0HELLO\0");

    // A trap is an error that says which one it is, and where it happened.
    let divide = instance.get_typed_func::<(i32, i32), i32>(&mut store, "divide")?;
    assert_eq!(divide.call(&mut store, (-12, 4))?, -3);
    let error = divide.call(&mut store, (1, 0)).expect_err("a division by zero");
    assert_eq!(error.downcast_ref(), Some(&Trap::IntegerDivisionByZero));
    let backtrace = error.downcast_ref::<WasmBacktrace>().expect("it happened in the guest");
    assert_eq!(backtrace.frames()[0].func_name(), Some("divide"));

    // Limits: the guest has one page and may have two.
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow")?;
    assert_eq!(grow.call(&mut store, 5)?, -1);
    assert_eq!(grow.call(&mut store, 1)?, 1);
    assert!(linker.instantiate(&mut store, &module).is_err(), "there may be one instance");

    // A deadline ends whatever the guest does; the store can be used afterwards.
    store.set_deadline(Duration::from_millis(50))?;
    let spin = instance.get_typed_func::<(), ()>(&mut store, "spin")?;
    let error = spin.call(&mut store, ()).expect_err("it does not end by itself");
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupted));
    store.clear_deadline();
    assert_eq!(divide.call(&mut store, (12, 4))?, 3);
    println!("the guest said {:?}", store.data().lines);
    Ok(())
}
