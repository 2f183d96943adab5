//! Calls to the system that fail on purpose: nothing but an error may come of it.

use windlass_runtime::sys::fault::{Call, Injection};
use windlass_runtime::{Engine, Instance, Memory, MemoryType, Module, Store, Trap};

use crate::api::engines;
use crate::wasi::Guest;

const MODULE: &str = r#"(module
    (memory (export "memory") 2) (memory 1)
    (data (i32.const 0) "data")
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;

#[test]
fn instantiation_survives_failing_mappings() {
    for engine in engines() {
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let mut failures = 0;
        loop {
            let injection = Injection::after(Call::Map, failures);
            let result = Instance::new(&mut store, &module, &[]);
            drop(injection);
            match result {
                Ok(_) => break,
                Err(_) => failures += 1,
            }
            assert!(failures < 100, "instantiation makes a bounded number of mappings");
        }
        assert!(failures >= 2, "each memory is a mapping");
    }
}

#[test]
fn growth_that_fails_changes_nothing() {
    for engine in engines() {
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").expect("exported");
        let memory = instance.get_memory(&mut store, "memory").expect("exported");
        assert_eq!(grow.call(&mut store, 0).expect("no trap"), 2);
        for _ in 0..3 {
            let injection = Injection::after(Call::Map, 0);
            assert_eq!(grow.call(&mut store, 1).expect("no trap"), -1);
            drop(injection);
            assert_eq!(memory.size(&store), 2);
            assert_eq!(&memory.data(&store)[..4], b"data");
        }
        assert_eq!(grow.call(&mut store, 1).expect("no trap"), 2);
        assert_eq!(&memory.data(&store)[..4], b"data");
    }
}

#[test]
fn host_memories_survive_failing_mappings() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let injection = Injection::after(Call::Map, 0);
    assert!(Memory::new(&mut store, MemoryType::new(1, None)).is_err());
    drop(injection);
    assert!(Memory::new(&mut store, MemoryType::new(1, None)).is_ok());
}

/// A memory that an ended instance has left closed is not opened at the limit of mappings: whoever
/// wanted to look at it hears so, and can do it later.
#[test]
fn memories_that_cannot_be_opened_say_so() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 4) (memory $other 4) (data $data "data")
        (func (export "touch") (i32.store (i32.const 8) (i32.const 1)))
        (global $g (mut i32) (i32.const 0))
        (func (export "load") (global.set $g (i32.load (i32.const 100000))))
        (func (export "store") (i32.store (i32.const 100000) (i32.const 1)))
        (func (export "fill")
            (memory.fill (i32.const 100000) (i32.const 1) (i32.const 3000)))
        (func (export "copy_from")
            (memory.copy $other 0 (i32.const 0) (i32.const 100000) (i32.const 3000)))
        (func (export "copy_to")
            (memory.copy 0 $other (i32.const 100000) (i32.const 0) (i32.const 3000)))
        (func (export "init")
            (memory.init 0 $data (i32.const 100000) (i32.const 0) (i32.const 4)))
        (func (export "random") (drop (call $random (i32.const 100000) (i32.const 4)))))"#;
    let engine = Engine::default();
    let mut linker = windlass_runtime::Linker::new(&engine);
    windlass_runtime::wasi::add_to_linker(&mut linker, |ctx| ctx).expect("new names");
    let wasi = || windlass_runtime::wasi::WasiCtxBuilder::new().build();
    // An instance of a module of its own, behind one that touches a page that the next one may touch
    // too, and no other.
    let prepared = || {
        let module = Module::new(&engine, text).expect("the module is valid");
        for _ in 0..2 {
            let mut store = Store::new(&engine, wasi());
            let instance = linker.instantiate(&mut store, &module).expect("imports are defined");
            let touch = instance.get_typed_func::<(), ()>(&mut store, "touch").expect("exported");
            touch.call(&mut store, ()).expect("in bounds");
        }
        let mut store = Store::new(&engine, wasi());
        let instance = linker.instantiate(&mut store, &module).expect("imports are defined");
        (store, instance)
    };
    for name in ["load", "store", "fill", "copy_from", "copy_to", "init", "random"] {
        let (mut store, instance) = prepared();
        let run = instance.get_typed_func::<(), ()>(&mut store, name).expect("exported");
        let injection = Injection::after(Call::Map, 0);
        let error = run.call(&mut store, ()).expect_err(name);
        assert_eq!(injection.seen(), 1, "{name}");
        drop(injection);
        assert_eq!(error.downcast_ref(), Some(&Trap::AllocationFailed), "{name}: {error:?}");
        run.call(&mut store, ()).expect("it can be opened now");
    }
    let (mut store, instance) = prepared();
    let memory = instance.get_memory(&mut store, "memory").expect("exported");
    let injection = Injection::after(Call::Map, 0);
    let error = memory.read(&store, 100_000, &mut [0; 4]).expect_err("it cannot be opened");
    assert!(error.to_string().contains("mappings"), "{error}");
    drop(injection);
    let injection = Injection::after(Call::Map, 0);
    assert!(memory.write(&mut store, 100_000, &[1; 4]).is_err());
    drop(injection);
    let _injection = Injection::after(Call::Map, 0);
    let look = std::panic::AssertUnwindSafe(|| memory.data(&store).len());
    let panic = std::panic::catch_unwind(look).expect_err("there is no way to say it");
    let text = panic.downcast_ref::<&str>().expect("it is a text");
    assert!(text.contains("vm.max_map_count"), "{text}");
    assert_eq!(memory.data(&store).len(), 4 << 16, "it can be opened now");
}

/// Writes and reads a file; the result is the first error number.
fn scenario(guest: &mut Guest, name: &str) -> Result<(), i32> {
    let fd = guest.open(name, 1, u64::MAX)?;
    let outcome = (|| {
        guest.write(fd, b"hello")?;
        guest.check("fd_seek", &[fd, 0, 0, 64])?;
        guest.read(fd, 5)?;
        guest.check("fd_filestat_get", &[fd, 128])?;
        guest.check("fd_sync", &[fd])?;
        let at = guest.put(name);
        guest.check("path_filestat_get", &[3, 0, at, name.len() as i64, 128])
    })();
    guest.check("fd_close", &[fd]).expect("what was opened can be closed");
    outcome
}

#[test]
fn files_survive_failing_calls() {
    let mut guest = Guest::with_directory();
    let mut failures = 0;
    loop {
        let injection = Injection::after(Call::File, failures);
        let result = scenario(&mut guest, "file");
        let seen = injection.seen();
        drop(injection);
        match result {
            Ok(()) if seen <= failures => break,
            // The kind of failure is lost only where it does not matter to the program.
            Ok(()) => {}
            Err(errno) => assert_eq!(errno, 48, "no memory, at call {failures}"),
        }
        failures += 1;
        assert!(failures < 100, "the scenario makes a bounded number of calls");
    }
    assert!(failures >= 6, "{failures}");
    scenario(&mut guest, "file").expect("nothing was left behind");
    // Every descriptor was closed: the lowest number is free.
    assert_eq!(guest.open("file", 0, u64::MAX), Ok(4));
}
