//! What tables and memories cost before they are used, and what is left of ten thousand stores and
//! modules: nothing. A process of its own, because its memory and mappings are counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use windlass_runtime::wasi::{WasiCtx, WasiCtxBuilder, add_to_linker};
use windlass_runtime::{
    Config, Engine, ExternRef, Instance, Linker, MemoryPlan, Module, Store, Val,
};

/// The system's allocator, with the bytes counted that are in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time counts.
static ALONE: Mutex<()> = Mutex::new(());

fn engine(plan: MemoryPlan) -> Engine {
    let mut config = Config::new();
    config.memory_plan(plan).parallel_compilation(false);
    Engine::new(&config).expect("the configuration is fine")
}

/// Bytes of memory that belong to this process alone.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("the kernel has it");
    let kib = line.split_whitespace().nth(1).expect("it has a number");
    kib.parse::<usize>().expect("it is a number") << 10
}

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps").expect("Linux has it").lines().count()
}

#[test]
fn tables_cost_what_was_written() {
    let _alone = ALONE.lock();
    const TABLES: usize = 100;
    let engine = engine(MemoryPlan::Reserved);
    // Eight gigabytes of elements, of which each instance writes two.
    let tables = "(table 10000000 funcref)".repeat(TABLES - 1);
    let text = format!(
        r#"(module (table $t (export "t") 5000000 10000000 funcref) {tables}
            (elem (table $t) (i32.const 4000000) func $f $f)
            (func $f)
            (func (export "grow") (result i32) (table.grow $t (ref.null func) (i32.const 4000000)))
            (func (export "clear")
                (table.fill $t (i32.const 0) (ref.null func) (i32.const 3000001)))
            (func (export "set") (param i32)
                (table.set $t (local.get 0) (ref.func $f))))"#
    );
    let module = Module::new(&engine, text).expect("the module is valid");
    let before = resident();
    for round in 0..3 {
        // The limit of all tables is that of a store: 8 GiB.
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("nothing is touched");
        let table = instance.get_table(&mut store, "t").expect("exported");
        let grow = instance.get_typed_func::<(), i32>(&mut store, "grow").expect("exported");
        assert_eq!(grow.call(&mut store, ()).expect("no trap"), 5_000_000, "round {round}");
        let set = instance.get_typed_func::<i32, ()>(&mut store, "set").expect("exported");
        for at in [0, 2_999_999, 3_000_000, 3_000_001, 8_999_999] {
            set.call(&mut store, at).expect("in bounds");
        }
        let clear = instance.get_typed_func::<(), ()>(&mut store, "clear").expect("exported");
        clear.call(&mut store, ()).expect("in bounds");
        let mut null = |at| matches!(table.get(&mut store, at), Some(Val::FuncRef(None)));
        for at in [0, 2_999_999, 3_000_000, 3_999_999, 4_000_002, 4_999_999, 5_000_000] {
            assert!(null(at), "round {round}: {at}");
        }
        for at in [3_000_001, 4_000_000, 4_000_001, 8_999_999] {
            assert!(!null(at), "round {round}: {at}");
        }
        let used = resident().saturating_sub(before);
        assert!(used < 2 << 20, "round {round}: {used} bytes for a handful of elements");
    }
}

#[test]
fn memories_that_move_stay_untouched() {
    let _alone = ALONE.lock();
    let engine = engine(MemoryPlan::Checked);
    let text = r#"(module (memory (export "memory") 2048)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "set") (param i32) (i32.store (local.get 0) (i32.const 1)))
        (func (export "get") (param i32) (result i32) (i32.load (local.get 0))))"#;
    let module = Module::new(&engine, text).expect("the module is valid");
    let before = resident();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let set = instance.get_typed_func::<i32, ()>(&mut store, "set").expect("exported");
    let get = instance.get_typed_func::<i32, i32>(&mut store, "get").expect("exported");
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").expect("exported");
    let places = [0, 65_532, (2048 << 16) - 4];
    for place in places {
        set.call(&mut store, place).expect("in bounds");
    }
    for (by, pages) in [(1, 2048), (4000, 2049), (8000, 6049)] {
        assert_eq!(grow.call(&mut store, by).expect("no trap"), pages);
        for place in places {
            assert_eq!(get.call(&mut store, place).expect("in bounds"), 1);
            assert_eq!(get.call(&mut store, place ^ 0x8000).expect("in bounds"), 0);
        }
    }
    // A huge page is touched as a whole.
    let used = resident().saturating_sub(before);
    assert!(used < 24 << 20, "{used} bytes for three pages");
}

#[test]
fn ended_instances_leave_no_more_than_they_may() {
    let _alone = ALONE.lock();
    const STORES: usize = 300;
    const BUDGET: usize = 2 << 20;
    let mut config = Config::new();
    config.parallel_compilation(false).instance_cache_size(BUDGET);
    let engine = Engine::new(&config).expect("the configuration is fine");
    // Contexts of 56 KB.
    let globals = "(global (mut i32) (i32.const 1))".repeat(3500);
    let module = Module::new(&engine, format!("(module {globals})")).expect("the module is valid");
    Instance::new(Store::new(&engine, ()), &module, &[]).expect("no imports");
    let in_use = || IN_USE.load(Ordering::Relaxed);
    let before = in_use();
    for round in 0..2 {
        let mut stores: Vec<_> = (0..STORES).map(|_| Store::new(&engine, ())).collect();
        for store in &mut stores {
            Instance::new(store, &module, &[]).expect("no imports");
        }
        let used = in_use().saturating_sub(before);
        assert!(used > STORES * 56_000, "round {round}: {used} bytes, fewer than all contexts");
        drop(stores);
        let left = in_use().saturating_sub(before);
        assert!(left <= BUDGET, "round {round}: {left} bytes are left");
        assert!(left > BUDGET / 2, "round {round}: {left} bytes are left for the next instances");
    }
}

/// Makes a module that none before was, and uses it. Some outlive their store, some are outlived.
fn life(engine: &Engine, linker: &Linker<WasiCtx>, n: usize) {
    // Twelve bits of the number as types of parameters: a type for each.
    let params: String = (0..12).map(|bit| ["i32 ", "i64 "][n >> bit & 1]).collect();
    let text = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
            (memory (export "memory") {pages}) (table (export "table") {elements} funcref)
            (data (i32.const {at}) "data") (elem (i32.const 1) $typed $run)
            (func $typed (export "typed") (param {params}))
            (func $run (export "run") (param externref) (result i32)
                (i32.store (i32.const {at}) (memory.grow (i32.const 1)))
                (drop (table.grow (ref.func $typed) (i32.const {elements})))
                (call $yield)))"#,
        pages = 1 + n % 29,
        elements = 3 + n * 97 % 5000,
        at = n * 4096 % 65536,
    );
    let module = Module::new(engine, text).expect("the module is valid");
    let mut builder = WasiCtxBuilder::new();
    builder.capture_stdout();
    let mut store = Store::new(engine, builder.build());
    if n.is_multiple_of(16) {
        store.set_deadline(Duration::from_secs(3600)).expect("a thread can be started");
    }
    for _ in 0..1 + n % 2 {
        let instance = linker.instantiate(&mut store, &module).expect("imports are defined");
        let value = ExternRef::new(&mut store, vec![n; 100]).expect("there is room");
        let run = instance.get_typed_func::<Option<ExternRef>, i32>(&mut store, "run");
        let run = run.expect("exported");
        assert_eq!(run.call(&mut store, Some(value)).expect("no trap"), 0);
    }
    if n.is_multiple_of(3) {
        drop(module);
        drop(store);
    } else {
        drop(store);
        // The next store takes what this one has left.
        let mut store = Store::new(engine, WasiCtxBuilder::new().build());
        linker.instantiate(&mut store, &module).expect("imports are defined");
    }
}

#[test]
fn ten_thousand_stores_and_modules_leave_nothing() {
    let _alone = ALONE.lock();
    let engines = [engine(MemoryPlan::Reserved), engine(MemoryPlan::Checked)];
    let linkers = engines.each_ref().map(|engine| {
        let mut linker = Linker::new(engine);
        add_to_linker(&mut linker, |ctx| ctx).expect("new names");
        linker
    });
    let lives = |range: std::ops::Range<usize>| {
        for n in range {
            life(&engines[n % 2], &linkers[n % 2], n);
        }
    };
    let count = || (IN_USE.load(Ordering::Relaxed), mappings(), resident());
    lives(0..500);
    let before = count();
    lives(500..10_500);
    let after = count();
    // Lists and maps keep the room that they once needed.
    assert!(after.0 <= before.0 + (64 << 10), "{} bytes in use, {} before", after.0, before.0);
    assert!(after.1 <= before.1 + 8, "{} mappings, {} before", after.1, before.1);
    assert!(after.2 <= before.2 + (8 << 20), "{} bytes resident, {} before", after.2, before.2);
}
