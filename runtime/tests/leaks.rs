//! Every mapping call and every file call of a whole life of the runtime fails in turn: an error
//! or the right result comes of it, and nothing is left behind. A process of its own, because its
//! mappings and descriptors are counted.

use std::path::Path;

use windlass_runtime::sys::fault::{Call, Injection};
use windlass_runtime::wasi::{WasiCtx, WasiCtxBuilder, add_to_linker};
use windlass_runtime::{
    Config, Engine, Error, Linker, Memory, MemoryPlan, MemoryType, Module, Store,
};

/// A memory with an image that is copied, one with an image that is mapped, and one without.
fn module_text() -> String {
    let large = "x".repeat(100_000);
    format!(
        r#"(module
            (import "wasi_snapshot_preview1" "fd_write"
                (func $fd_write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 4 40) (memory $large 4) (memory $empty 1)
            (table 10 funcref)
            (data (i32.const 100) "small") (data (memory $large) (i32.const 77) "{large}")
            (elem (i32.const 1) $sum)
            (func $sum (export "sum") (param i32) (result i32)
                (i32.store (local.get 0) (i32.const 1))
                (i32.store $large (local.get 0) (i32.const 2))
                (i32.store $empty (i32.const 4096) (i32.const 3))
                (i32.add (i32.load (local.get 0))
                    (i32.add (i32.load $large (local.get 0))
                        (i32.add (i32.load $empty (i32.const 4096))
                            (i32.load8_u $large (i32.const 77))))))
            (func (export "grow") (result i32)
                (memory.grow (i32.const 20)))
            (func (export "write") (result i32)
                (i32.store (i32.const 0) (i32.const 100))
                (i32.store (i32.const 4) (i32.const 5))
                (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#
    )
}

/// Makes and uses everything, and drops it.
fn life(plan: MemoryPlan, wasm: &Path, compiled: &Path) -> Result<(), Error> {
    let mut config = Config::new();
    config.memory_plan(plan);
    let engine = Engine::new(&config)?;
    let first = Module::from_file(&engine, wasm)?;
    std::fs::write(compiled, first.serialize()?)?;
    // SAFETY: the file was written by this program, and nobody changes it.
    let second = unsafe { Module::deserialize_file(&engine, compiled)? };
    let mut linker = Linker::<WasiCtx>::new(&engine);
    add_to_linker(&mut linker, |ctx| ctx)?;
    for module in [&first, &second] {
        for round in 0..6 {
            let mut builder = WasiCtxBuilder::new();
            let output = builder.capture_stdout();
            let mut store = Store::new(&engine, builder.build());
            let instance = linker.instantiate(&mut store, module)?;
            let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum")?;
            for at in [8192 * (round % 3), 200_000] {
                assert_eq!(sum.call(&mut store, at)?, 1 + 2 + 3 + i32::from(b'x'));
            }
            let write = instance.get_typed_func::<(), i32>(&mut store, "write")?;
            let written = write.call(&mut store, ())?;
            let memory = instance.get_memory(&mut store, "memory").expect("exported");
            let mut text = [0; 5];
            memory.read(&store, 100, &mut text)?;
            assert_eq!(&text, b"small");
            if written == 0 {
                assert_eq!(output.contents(), b"small");
            }
            let grow = instance.get_typed_func::<(), i32>(&mut store, "grow")?;
            let grown = grow.call(&mut store, ())?;
            assert!(grown == 4 || grown == -1, "{grown}");
            let own = Memory::new(&mut store, MemoryType::new(1, None))?;
            own.data_mut(&mut store)[0] = 1;
        }
    }
    Ok(())
}

fn left_behind() -> (usize, usize) {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
    // The allocator's own, and stacks of threads that compile, come and go.
    let lines = maps.lines().filter(|line| !line.contains("[heap]"));
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("Linux has it").count();
    (lines.count(), descriptors)
}

#[test]
fn every_call_fails_in_turn() {
    let dir = std::env::temp_dir().join(format!("windlass-leaks-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("the temporary directory is writable");
    let (wasm, compiled) = (dir.join("module.wat"), dir.join("module.cwasm"));
    std::fs::write(&wasm, module_text()).expect("the directory is writable");
    for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
        // Threads and their stacks, and what the process keeps, are made once.
        for _ in 0..2 {
            life(plan, &wasm, &compiled).expect("nothing fails");
        }
        for kind in [Call::Map, Call::File] {
            let before = left_behind();
            let (mut failures, mut errors) = (0, 0);
            loop {
                let injection = Injection::after(kind, failures);
                let result = life(plan, &wasm, &compiled);
                let seen = injection.seen();
                drop(injection);
                errors += u32::from(result.is_err());
                if seen <= failures {
                    result.expect("no call failed");
                    break;
                }
                failures += 1;
                assert!(failures < 2000, "a life makes a bounded number of calls");
            }
            assert!(errors >= 3, "{plan:?}, {kind:?}: {errors} errors of {failures} failures");
            let after = left_behind();
            assert_eq!(after.1, before.1, "{plan:?}, {kind:?}: descriptors");
            assert!(
                after.0 <= before.0 + 8,
                "{plan:?}, {kind:?}: {} mappings, {} before {failures} failures",
                after.0,
                before.0
            );
        }
    }
    std::fs::remove_dir_all(&dir).expect("the directory is ours");
}
