//! Work whose amount the program chooses: it is done in pieces, and ends at the deadline. A test
//! makes the deadline pass behind a piece and counts what was done.

use std::time::Duration;

use windlass_runtime::sys::fault::{Call, Injection};
use windlass_runtime::wasi::WasiCtxBuilder;
use windlass_runtime::{Instance, Memory, Module, Store, Table, Trap, WasmBacktrace};

use crate::api::engines;
use crate::wasi::{Guest, TempDir, subscription};

/// Bytes of a piece.
const PIECE: usize = 1 << 20;
/// Elements of a piece.
const ELEMENTS: usize = PIECE / 8;

/// What each function changes, in three pieces and a part of one.
const MEMORY: &[&str] = &["fill", "copy_down", "copy_up", "copy_across", "init"];
const TABLE: &[&str] = &["table_fill", "table_copy", "table_init"];

fn module() -> String {
    let (bytes, elements) = (3 * PIECE + 5, 3 * ELEMENTS + 5);
    let pages = 80;
    let all = 2 * elements;
    let data = "x".repeat(bytes);
    let functions = "$f ".repeat(elements);
    let whole = pages << 16;
    format!(
        r#"(module
            (memory $m (export "memory") {pages}) (memory $ones {pages})
            (table $t (export "table") {all} funcref) (table $full {elements} funcref)
            (data $data "{data}") (elem $elements func {functions})
            (func $f (export "prepare")
                (memory.fill $ones (i32.const 0) (i32.const 1) (i32.const {whole}))
                (table.fill $full (i32.const 0) (ref.func $f) (i32.const {elements})))
            (func (export "fill") (param i32)
                (memory.fill $m (i32.const 0) (i32.const 1) (local.get 0)))
            (func (export "copy_across") (param i32)
                (memory.copy $m $ones (i32.const 0) (i32.const 0) (local.get 0)))
            (func (export "copy_down") (param i32)
                (memory.copy $m $m (i32.const 0) (i32.const 0x100000) (local.get 0)))
            (func (export "copy_up") (param i32)
                (memory.copy $m $m (i32.const 0x100000) (i32.const 0) (local.get 0)))
            (func (export "init") (param i32)
                (memory.init $m $data (i32.const 0) (i32.const 0) (local.get 0)))
            (func (export "table_fill") (param i32)
                (table.fill $t (i32.const 0) (ref.func $f) (local.get 0)))
            (func (export "table_null") (param i32)
                (table.fill $t (i32.const 0) (ref.null func) (local.get 0)))
            (func (export "table_copy") (param i32)
                (table.copy $t $full (i32.const 0) (i32.const 0) (local.get 0)))
            (func (export "table_init") (param i32)
                (table.init $t $elements (i32.const 0) (i32.const 0) (local.get 0))))"#
    )
}

struct Whole {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    table: Table,
}

impl Whole {
    /// Calls a function, with the deadline behind so many looks; the trap and the looks.
    fn call(&mut self, name: &str, units: usize, looks: u64) -> (Option<Trap>, u64) {
        let run = self.instance.get_typed_func::<i32, ()>(&mut self.store, name);
        let injection = Injection::after(Call::Piece, looks);
        let result = run.expect("exported").call(&mut self.store, units as i32);
        let trap = |error: windlass_runtime::Error| {
            // Wherever the trap was raised, in Wasm code or in a call of the runtime's.
            let trace = error.downcast_ref::<WasmBacktrace>().expect("traps have a backtrace");
            let names: Vec<_> = trace.frames().iter().map(|frame| frame.func_name()).collect();
            assert_eq!(names, [Some(name)]);
            assert!(trace.frames()[0].module_offset().is_some());
            *error.downcast_ref().expect("a trap")
        };
        (result.err().map(trap), injection.seen())
    }

    /// Bytes of the memory that are not `byte`.
    fn changed(&self, byte: u8) -> usize {
        self.memory.data(&self.store).iter().filter(|b| **b != byte).count()
    }

    /// Elements of the table that are not null.
    fn filled(&mut self) -> usize {
        let size = self.table.size(&self.store);
        let at = |index| self.table.get(&mut self.store, index);
        let elements = (0..size).map(at);
        let null = |value| matches!(value, Some(windlass_runtime::Val::FuncRef(None)));
        elements.filter(|value| !null(*value)).count()
    }
}

#[test]
fn bulk_operations_end_at_the_deadline() {
    for engine in engines() {
        let module = Module::new(&engine, module()).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
        let memory = instance.get_memory(&mut store, "memory").expect("exported");
        let table = instance.get_table(&mut store, "table").expect("exported");
        let prepare = instance.get_typed_func::<(), ()>(&mut store, "prepare").expect("exported");
        prepare.call(&mut store, ()).expect("in bounds");
        let mut whole = Whole { store, instance, memory, table };
        let len = 3 * PIECE + 5;
        for name in MEMORY {
            for looks in 0..4 {
                let data = whole.memory.data_mut(&mut whole.store);
                data.fill(0);
                // What a copy inside of the memory reads: no byte of it is that before or behind.
                if name.starts_with("copy_") && *name != "copy_across" {
                    let start = if *name == "copy_up" { 0 } else { PIECE };
                    let bytes = data[start..start + len].iter_mut().enumerate();
                    bytes.for_each(|(n, byte)| *byte = 1 + (n / PIECE) as u8);
                }
                let before = whole.memory.data(&whole.store).to_vec();
                let (trap, seen) = whole.call(name, len, looks);
                let ended = looks == 3;
                assert_eq!(trap, (!ended).then_some(Trap::Interrupted), "{name} {looks}");
                assert_eq!(seen, if ended { 3 } else { looks + 1 }, "{name} {looks}");
                let done = if ended { len } else { PIECE * (looks as usize + 1) };
                let after = whole.memory.data(&whole.store);
                let differ = before.iter().zip(after).filter(|(a, b)| a != b).count();
                assert_eq!(differ, done, "{name} {looks}");
            }
            // Bounds are looked at before anything is done.
            whole.memory.data_mut(&mut whole.store).fill(7);
            let out_of_bounds = (Some(Trap::MemoryOutOfBounds), 0);
            assert_eq!(whole.call(name, (80 << 16) + 1, 0), out_of_bounds, "{name}");
            assert_eq!(whole.changed(7), 0, "{name}");
        }
        let len = 3 * ELEMENTS + 5;
        for name in TABLE {
            for looks in 0..4 {
                let (trap, seen) = whole.call("table_null", 2 * len, 1000);
                assert_eq!((trap, seen), (None, 6));
                let (trap, seen) = whole.call(name, len, looks);
                let ended = looks == 3;
                assert_eq!(trap, (!ended).then_some(Trap::Interrupted), "{name} {looks}");
                assert_eq!(seen, if ended { 3 } else { looks + 1 }, "{name} {looks}");
                let done = if ended { len } else { ELEMENTS * (looks as usize + 1) };
                assert_eq!(whole.filled(), done, "{name} {looks}");
            }
            whole.call("table_null", 2 * len, 1000);
            let out_of_bounds = (Some(Trap::TableOutOfBounds), 0);
            assert_eq!(whole.call(name, 2 * len + 1, 0), out_of_bounds, "{name}");
            assert_eq!(whole.filled(), 0, "{name}");
        }
    }
}

/// What is filled when a deadline of the clock passes is far from all.
#[test]
fn a_deadline_ends_one_large_operation() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 16384)
        (func (export "fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x40000000)))
        (func (export "random") (drop (call $random (i32.const 0) (i32.const 0x40000000)))))"#;
    for engine in engines() {
        let module = Module::new(&engine, text).expect("the module is valid");
        let mut linker = windlass_runtime::Linker::new(&engine);
        windlass_runtime::wasi::add_to_linker(&mut linker, |ctx| ctx).expect("new names");
        for name in ["fill", "random"] {
            let mut store = Store::new(&engine, WasiCtxBuilder::new().build());
            let instance = linker.instantiate(&mut store, &module).expect("imports are defined");
            let run = instance.get_typed_func::<(), ()>(&mut store, name).expect("exported");
            store.set_deadline(Duration::from_millis(20)).expect("a thread can be started");
            let error = run.call(&mut store, ()).expect_err("there is no time for all");
            assert_eq!(error.downcast_ref(), Some(&Trap::Interrupted), "{error:?}");
            let memory = instance.get_memory(&mut store, "memory").expect("exported");
            let mut end = [0xff; 4096];
            memory.read(&store, (1 << 30) - end.len(), &mut end).expect("in bounds");
            assert!(end.iter().all(|byte| *byte == 0), "{name}");
        }
    }
}

/// A guest whose buffers of three pieces and a part of one begin at the address that is returned.
fn large_guest(dir: Option<TempDir>) -> (Guest, i64) {
    let mut builder = WasiCtxBuilder::new();
    if let Some(dir) = &dir {
        builder.preopened_dir(dir.sandbox(), "/data").expect("it was just made");
    }
    builder.stdin_bytes(vec![1; 24 * PIECE]);
    let mut guest = Guest::new(builder.build(), dir);
    guest.grow(64);
    (guest, 1 << 20)
}

#[test]
fn calls_of_the_system_end_at_the_deadline() {
    let (mut guest, buffer) = large_guest(Some(TempDir::new()));
    let len = 3 * PIECE as u32 + 5;
    std::fs::write(guest.path("file"), vec![1; len as usize]).expect("the directory is writable");
    let fd = guest.open("file", 0, u64::MAX).expect("it was just made");
    // The work in many small buffers counts as that in one.
    let vectors = |parts: u32| {
        let size = len.div_ceil(parts);
        let part = move |n| {
            let start = n * size;
            [buffer as u32 + start, size.min(len - start)].map(u32::to_le_bytes).concat()
        };
        (0..parts).flat_map(part).collect::<Vec<u8>>()
    };
    for parts in [1, 2, 500] {
        let at = guest.put(vectors(parts));
        let count = i64::from(parts);
        for (name, args) in [
            ("fd_read", vec![0, at, count, 40]),
            ("fd_pread", vec![fd, at, count, 0, 40]),
            ("fd_pwrite", vec![fd, at, count, 0, 40]),
            ("fd_write", vec![1, at, count, 40]),
        ] {
            for looks in 0..2 {
                let (trap, seen) = guest.ended(name, &args, looks);
                assert_eq!((trap, seen), (Some(Trap::Interrupted), looks + 1), "{name} {parts}");
            }
            let (trap, seen) = guest.ended(name, &args, 3);
            assert_eq!((trap, seen), (None, 3), "{name} {parts}");
        }
        if parts == 1 {
            assert_eq!(guest.call("fd_pread", &[fd, at, 1, 0, 40]), 0);
            assert_eq!(guest.u32(40), len);
        }
    }
    let size = 200_000;
    for looks in 0..3 {
        let fill = vec![0; size];
        guest.write_at(buffer, &fill);
        let (trap, seen) = guest.ended("random_get", &[buffer, size as i64], looks);
        assert_eq!((trap, seen), (Some(Trap::Interrupted), looks + 1));
        let done = 65536 * (looks as usize + 1);
        assert!(guest.bytes(buffer + done as i64, size - done).iter().all(|byte| *byte == 0));
        assert!(guest.bytes(buffer, done).iter().any(|byte| *byte != 0));
    }
    assert_eq!(guest.ended("random_get", &[buffer, size as i64], 3), (None, 3));
    // Clocks that have passed, and descriptors: each asks the system.
    let count = 2500;
    let list: Vec<u8> = (0..count)
        .flat_map(|n| {
            if n % 2 == 0 { subscription(n, 0, 1, 0, 0) } else { subscription(n, 1, 0, 0, 0) }
        })
        .collect();
    guest.write_at(buffer, &list);
    let events = buffer + list.len().next_multiple_of(64) as i64;
    for looks in 0..4 {
        let (trap, seen) = guest.ended("poll_oneoff", &[buffer, events, count as i64, 40], looks);
        assert_eq!((trap, seen), (Some(Trap::Interrupted), looks + 1));
    }
    let (trap, seen) = guest.ended("poll_oneoff", &[buffer, events, count as i64, 40], 4);
    assert_eq!((trap, seen), (None, 4));
    assert_eq!(guest.u32(40), count as u32);
}
