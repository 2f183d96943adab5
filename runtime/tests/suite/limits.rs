//! Limits of a store, and stores that are used on after something failed.

use windlass_runtime::{
    Error, ExternRef, Instance, Linker, Memory, MemoryType, Module, RefType, ResourceLimiter,
    Store, StoreLimits, StoreLimitsBuilder, Table, TableType, Trap, Val,
};

use crate::api::engines;

const GROWING: &str = r#"(module
    (memory (export "memory") 1 100) (table (export "table") 10 100 funcref)
    (func (export "memory_grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table_grow") (param i32) (result i32)
        (table.grow (ref.null func) (local.get 0))))"#;

fn limited(limits: StoreLimits, text: &str, engine: &windlass_runtime::Engine) -> Limited {
    let mut store = Store::new(engine, limits);
    store.limiter(|limits| limits);
    let module = Module::new(engine, text).expect("the module is valid");
    Limited { store, module }
}

struct Limited {
    store: Store<StoreLimits>,
    module: Module,
}

impl Limited {
    fn instance(&mut self) -> Result<Instance, Error> {
        Instance::new(&mut self.store, &self.module, &[])
    }
}

fn grow(
    store: &mut Store<StoreLimits>,
    instance: Instance,
    name: &str,
    by: i32,
) -> Result<i32, Error> {
    let grow = instance.get_typed_func::<i32, i32>(&mut *store, name).expect("exported");
    grow.call(store, by)
}

#[test]
fn growth_ends_at_the_limits() {
    for engine in engines() {
        let limits = StoreLimitsBuilder::new().memory_size(3 << 16).table_elements(12).build();
        let mut limited = limited(limits, GROWING, &engine);
        let instance = limited.instance().expect("it begins within the limits");
        let store = &mut limited.store;
        assert_eq!(grow(store, instance, "memory_grow", 2).expect("no trap"), 1);
        assert_eq!(grow(store, instance, "memory_grow", 1).expect("no trap"), -1);
        assert_eq!(grow(store, instance, "memory_grow", -1).expect("no trap"), -1);
        assert_eq!(grow(store, instance, "memory_grow", 0).expect("no trap"), 3);
        assert_eq!(grow(store, instance, "table_grow", 2).expect("no trap"), 10);
        assert_eq!(grow(store, instance, "table_grow", 1).expect("no trap"), -1);
        let memory = instance.get_memory(&mut *store, "memory").expect("exported");
        assert!(memory.grow(&mut *store, 1).is_err(), "the host has the same limits");
        assert_eq!(memory.size(&*store), 3);
        assert!(Memory::new(&mut *store, MemoryType::new(4, None)).is_err());
        let table = TableType::new(RefType::Func, 13, None);
        assert!(Table::new(&mut *store, table, Val::FuncRef(None)).is_err());
    }
}

#[test]
fn growth_beyond_the_limits_can_trap() {
    for engine in engines() {
        let limits = StoreLimitsBuilder::new().memory_size(2 << 16).trap_on_grow_failure(true);
        let mut limited = limited(limits.build(), GROWING, &engine);
        let instance = limited.instance().expect("it begins within the limits");
        let store = &mut limited.store;
        assert_eq!(grow(store, instance, "memory_grow", 1).expect("no trap"), 1);
        let error = grow(store, instance, "memory_grow", 1).expect_err("it is beyond");
        assert!(format!("{error:?}").contains("limit"), "{error:?}");
        assert_eq!(grow(store, instance, "memory_grow", 0).expect("the store is whole"), 2);
    }
}

#[test]
fn the_number_of_things_is_limited() {
    for engine in engines() {
        for limits in [
            StoreLimitsBuilder::new().instances(2),
            StoreLimitsBuilder::new().memories(2),
            StoreLimitsBuilder::new().tables(2),
        ] {
            let mut limited = limited(limits.build(), GROWING, &engine);
            limited.instance().expect("the first");
            limited.instance().expect("the second");
            let error = limited.instance().expect_err("the third is one too many");
            assert!(error.to_string().contains("limits of the store"), "{error}");
        }
        let limits = StoreLimitsBuilder::new().memory_size(1 << 15).build();
        assert!(limited(limits, GROWING, &engine).instance().is_err(), "it begins too large");
    }
}

#[test]
fn the_stack_of_a_store_is_limited() {
    for engine in engines() {
        let text = r#"(module (func $deep (export "deep") (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.const 0)))))"#;
        let module = Module::new(&engine, text).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
        let deep = instance.get_typed_func::<i32, i32>(&mut store, "deep").expect("exported");
        assert_eq!(deep.call(&mut store, 1000).expect("there is room"), 1000);
        store.set_max_wasm_stack(4096);
        let error = deep.call(&mut store, 1000).expect_err("there is no room");
        assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        store.set_max_wasm_stack(256 << 10);
        assert_eq!(deep.call(&mut store, 1000).expect("there is room again"), 1000);
    }
}

struct Panics;

impl ResourceLimiter for Panics {
    fn memory_growing(
        &mut self,
        current: usize,
        _: usize,
        _: Option<usize>,
    ) -> Result<bool, Error> {
        assert_eq!(current, 0, "no growth at all");
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool, Error> {
        Err(Error::msg("no tables"))
    }
}

#[test]
fn a_limiter_that_panics_leaves_the_store_usable() {
    for engine in engines() {
        let text = r#"(module (memory (export "memory") 1)
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
        let module = Module::new(&engine, text).expect("the module is valid");
        let mut store = Store::new(&engine, Panics);
        store.limiter(|limits| limits);
        let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").expect("exported");
        for _ in 0..2 {
            let call = std::panic::AssertUnwindSafe(|| grow.call(&mut store, 1));
            assert!(std::panic::catch_unwind(call).is_err(), "the limiter is still asked");
        }
        assert_eq!(grow.call(&mut store, 0).expect("the store is whole"), 1);
        let with_table = Module::new(&engine, "(module (table 1 funcref))").expect("valid");
        let error = Instance::new(&mut store, &with_table, &[]).expect_err("no tables");
        assert_eq!(error.to_string(), "no tables");
    }
}

#[test]
fn host_functions_that_panic_leave_the_store_usable() {
    for engine in engines() {
        let text = r#"(module (import "host" "f" (func $f (param i32) (result i32)))
            (global $n (mut i32) (i32.const 0))
            (func (export "run") (param i32) (result i32)
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (drop (call $f (local.get 0)))
                (global.get $n)))"#;
        let module = Module::new(&engine, text).expect("the module is valid");
        let mut linker = Linker::new(&engine);
        let f = |n: i32| -> Result<i32, Error> {
            match n {
                0 => Ok(0),
                1 => Err(Error::msg("an error of the host")),
                _ => panic!("a panic of the host"),
            }
        };
        linker.func_wrap("host", "f", f).expect("a new name");
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module).expect("the import is defined");
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").expect("exported");
        for round in 0..3 {
            assert_eq!(run.call(&mut store, 0).expect("no failure"), round * 3 + 1);
            let error = run.call(&mut store, 1).expect_err("the host fails");
            assert!(format!("{error:?}").contains("an error of the host"));
            let call = std::panic::AssertUnwindSafe(|| run.call(&mut store, 2));
            assert!(std::panic::catch_unwind(call).is_err(), "the panic goes on");
        }
    }
}

#[test]
fn memories_and_tables_count_together() {
    for engine in engines() {
        // A page and ten elements to begin with.
        let first = 65_536 + 80;
        let limits = || StoreLimitsBuilder::new().total_bytes(2 * first + 80 + 8);
        let mut limited = limited(limits().build(), GROWING, &engine);
        let instance = limited.instance().expect("the first");
        limited.instance().expect("the second");
        let error = limited.instance().expect_err("the third is one too many").to_string();
        assert!(error.contains("131320 bytes") && error.contains("total_bytes"), "{error}");
        let store = &mut limited.store;
        // The table of the third was made before its memory was refused, and stays.
        assert_eq!(grow(store, instance, "memory_grow", 1).expect("no trap"), -1);
        assert_eq!(grow(store, instance, "table_grow", 2).expect("no trap"), -1);
        assert_eq!(grow(store, instance, "table_grow", 1).expect("no trap"), 10);
        assert_eq!(grow(store, instance, "table_grow", 0).expect("no trap"), 11);
        let memory = instance.get_memory(&mut *store, "memory").expect("exported");
        assert!(memory.grow(&mut *store, 1).is_err(), "the host has the same limits");
        let one = TableType::new(RefType::Func, 1, None);
        assert!(Table::new(&mut *store, one, Val::FuncRef(None)).is_err());
        assert!(Memory::new(&mut *store, MemoryType::new(1, None)).is_err());
        let none = TableType::new(RefType::Func, 0, None);
        assert!(Table::new(&mut *store, none, Val::FuncRef(None)).is_ok());
    }
}

#[test]
fn the_sum_of_many_small_things_is_limited() {
    for engine in engines() {
        let memories = "(memory 1)".repeat(100);
        let tables = "(table 10000000 funcref)".repeat(100);
        for (text, total) in [(&memories, 99 << 16), (&tables, 99 * 80_000_000)] {
            let text = format!("(module {text})");
            let limits = StoreLimitsBuilder::new().total_bytes(total);
            let error = limited(limits.build(), &text, &engine).instance();
            assert!(
                error.expect_err("one is too many").to_string().contains("limits of the store")
            );
        }
        // Without a limiter the limits are the default ones.
        let text = format!("(module {})", "(table 10000000 funcref)".repeat(60));
        let module = Module::new(&engine, text).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        Instance::new(&mut store, &module, &[]).expect("it is below the default limit");
        assert!(Instance::new(&mut store, &module, &[]).is_err(), "both are beyond it");
    }
}

#[test]
fn growth_beyond_the_sum_can_trap() {
    for engine in engines() {
        let limits = StoreLimitsBuilder::new().total_bytes(100_000).trap_on_grow_failure(true);
        let mut limited = limited(limits.build(), GROWING, &engine);
        let instance = limited.instance().expect("it begins within the limits");
        let error = grow(&mut limited.store, instance, "memory_grow", 1).expect_err("beyond");
        assert!(format!("{error:?}").contains("allow 100000 bytes"), "{error:?}");
    }
}

#[test]
fn external_references_are_limited() {
    let engine = windlass_runtime::Engine::default();
    let mut store = Store::new(&engine, StoreLimitsBuilder::new().externrefs(2).build());
    store.limiter(|limits| limits);
    for n in 0..2 {
        ExternRef::new(&mut store, n).expect("there may be two");
    }
    let error = ExternRef::new(&mut store, 2).expect_err("the third is one too many");
    assert!(error.to_string().contains("no further external reference"), "{error}");
}

#[test]
fn tables_that_move_keep_their_elements() {
    let text = r#"(module (table $t (export "table") 3 10000000 funcref) (elem (i32.const 1) $f)
        (func $f (result i32) (i32.const 7))
        (func (export "null") (param i32) (result i32)
            (table.grow $t (ref.null func) (local.get 0)))
        (func (export "full") (param i32) (result i32)
            (table.grow $t (ref.func $f) (local.get 0)))
        (func (export "call") (param i32) (result i32)
            (call_indirect (result i32) (local.get 0)))
        (func (export "is_null") (param i32) (result i32)
            (ref.is_null (table.get $t (local.get 0)))))"#;
    for engine in engines() {
        // The second instance takes what the first has left.
        let module = Module::new(&engine, text).expect("the module is valid");
        for _ in 0..2 {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
            let mut call = |name: &str, n| {
                let f = instance.get_typed_func::<i32, i32>(&mut store, name).expect("exported");
                f.call(&mut store, n)
            };
            let mut size = 3;
            // Below and above what lies in a box, and far beyond.
            for by in [5, 2000, 39, 1, 60_000, 1_000_000] {
                for name in ["null", "full"] {
                    assert_eq!(call(name, by).expect("no trap"), size);
                    size += by;
                    for at in [size - by, size - 1] {
                        let null = i32::from(name == "null");
                        assert_eq!(call("is_null", at).expect("in bounds"), null, "{name} {at}");
                    }
                    assert_eq!(call("call", 1).expect("a function"), 7);
                    assert!(call("call", 2).is_err());
                }
            }
            assert_eq!(call("call", size - 1).expect("a function"), 7);
            assert_eq!(call("null", i32::MAX).expect("no trap"), -1);
            assert!(call("is_null", size).is_err());
        }
    }
}

#[test]
fn a_table_does_not_grow_beyond_the_deadline() {
    use windlass_runtime::sys::fault::{Call, Injection};
    let text = r#"(module (table $t (export "table") 3 10000000 funcref) (func $f)
        (elem declare func $f)
        (func (export "null") (param i32) (result i32)
            (table.grow $t (ref.null func) (local.get 0)))
        (func (export "full") (param i32) (result i32)
            (table.grow $t (ref.func $f) (local.get 0))))"#;
    let engine = windlass_runtime::Engine::default();
    let mut store = Store::new(&engine, StoreLimits::default());
    let module = Module::new(&engine, text).expect("the module is valid");
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let injection = Injection::after(Call::Piece, 1);
    let error = grow(&mut store, instance, "full", 500_000).expect_err("the deadline passes");
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupted));
    assert_eq!(injection.seen(), 2);
    drop(injection);
    // What was filled is no part of the table, now or later.
    assert_eq!(grow(&mut store, instance, "null", 500_000).expect("no trap"), 3);
    let table = instance.get_table(&mut store, "table").expect("exported");
    for at in [3, 262_146, 262_147, 500_002] {
        assert!(matches!(table.get(&mut store, at), Some(Val::FuncRef(None))), "{at}");
    }
}
