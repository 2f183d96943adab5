//! Instances that use what earlier ones left: nothing of those may be seen.

use windlass_runtime::{
    Caller, Config, Engine, Global, GlobalType, Instance, Linker, Memory, MemoryPlan, MemoryType,
    Module, Mutability, Store, Trap, Val, ValType,
};

use crate::api::engines;

const MODULE: &str = r#"(module
    (memory (export "memory") 32 64)
    (table (export "table") 10 20 funcref)
    (global $g (export "g") (mut i32) (i32.const 5))
    (type $f (func (result i32)))
    (data (i32.const 4090) "straddles")
    (data $passive "passive")
    (elem (i32.const 2) $one $two)
    (elem $more func $two)
    (func $one (result i32) (i32.const 1))
    (func $two (result i32) (i32.const 2))
    (func (export "call") (param i32) (result i32) (call_indirect (type $f) (local.get 0)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "disturb")
        (global.set $g (i32.const 6))
        (table.set (i32.const 2) (ref.null func))
        (table.fill (i32.const 5) (ref.func $one) (i32.const 5))
        (drop (table.grow (ref.func $one) (i32.const 5)))
        (drop (memory.grow (i32.const 2)))
        (memory.fill (i32.const 0) (i32.const 255) (i32.const 8192))
        (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 7))
        (data.drop $passive)
        (elem.drop $more))
    (func (export "init") (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 7))
        (table.init $more (i32.const 0) (i32.const 0) (i32.const 1))))"#;

/// Checks that an instance is as the specification says a new one is.
fn check_new(store: &mut Store<()>, instance: Instance) {
    let memory = instance.get_memory(&mut *store, "memory").expect("exported");
    assert_eq!(memory.size(&*store), 32);
    let data = memory.data(&*store);
    assert_eq!(&data[4090..4099], b"straddles");
    let zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    assert!(zero(&data[..4090]) && zero(&data[4099..]));
    let table = instance.get_table(&mut *store, "table").expect("exported");
    assert_eq!(table.size(&*store), 10);
    let call = instance.get_typed_func::<i32, i32>(&mut *store, "call").expect("exported");
    for index in 0..12 {
        let result = call.call(&mut *store, index);
        match index {
            2 | 3 => assert_eq!(result.expect("there is a function"), index - 1),
            0..10 => {
                let error = result.expect_err("there is none");
                assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
            }
            _ => {
                let error = result.expect_err("out of bounds");
                assert_eq!(error.downcast_ref(), Some(&Trap::IndirectOutOfBounds));
            }
        }
    }
    let global = instance.get_global(&mut *store, "g").expect("exported");
    assert_eq!(global.get(&mut *store).i32(), Some(5));
    let init = instance.get_typed_func::<(), ()>(&mut *store, "init").expect("exported");
    init.call(&mut *store, ()).expect("passive segments are there");
}

#[test]
fn instances_begin_anew() {
    for engine in engines() {
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        for round in 0..12 {
            let mut store = Store::new(&engine, ());
            // Several at once, so that shells go round.
            let instances: Vec<Instance> = (0..3)
                .map(|_| Instance::new(&mut store, &module, &[]).expect("no imports"))
                .collect();
            for &instance in &instances {
                if round % 3 == 1 {
                    check_new(&mut store, instance);
                }
                let disturb = instance.get_typed_func::<(), ()>(&mut store, "disturb");
                disturb.expect("exported").call(&mut store, ()).expect("it disturbs");
            }
        }
    }
}

/// Pages all over the memory, touched by compiled code, in some instances and not in others.
#[test]
fn pages_that_were_touched_begin_anew() {
    const PAGE: i32 = 4096;
    for engine in engines() {
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        let mut seed = 1_u32;
        for round in 0..60 {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
            let load = instance.get_typed_func::<i32, i32>(&mut store, "load").expect("exported");
            let write =
                instance.get_typed_func::<(i32, i32), ()>(&mut store, "store").expect("exported");
            // A few pages near each other at first, then anywhere.
            let pages = if round < 20 { 12 } else { 512 };
            for _ in 0..round % 7 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (seed >> 8) as i32 % pages * PAGE + 2048;
                let before = load.call(&mut store, at).expect("in bounds");
                assert!(before == 0 || before == -at, "round {round}: {before} at {at}");
                write.call(&mut store, (at, -at)).expect("in bounds");
                assert_eq!(load.call(&mut store, at).expect("in bounds"), -at);
            }
            let error = load.call(&mut store, 32 << 16).expect_err("out of bounds");
            assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
            let straddles = load.call(&mut store, 4090).expect("in bounds");
            assert_eq!(straddles.to_le_bytes(), *b"stra");
        }
    }
}

/// An image that is mapped, not copied.
#[test]
fn large_images_begin_anew() {
    for engine in engines() {
        let bytes = "0123456789abcdef".repeat(16 << 10);
        let text = format!(
            r#"(module (memory (export "memory") 16) (data (i32.const 5000) "{bytes}")
                (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
                (func (export "store") (param i32 i32)
                    (i32.store (local.get 0) (local.get 1))))"#
        );
        let module = Module::new(&engine, text).expect("the module is valid");
        for round in 0..12 {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
            let memory = instance.get_memory(&mut store, "memory").expect("exported");
            if round % 4 == 3 {
                let data = memory.data(&store);
                assert!(data[..5000].iter().all(|byte| *byte == 0));
                assert_eq!(&data[5000..5000 + bytes.len()], bytes.as_bytes());
                assert!(data[5000 + bytes.len()..].iter().all(|byte| *byte == 0));
            }
            let load = instance.get_typed_func::<i32, i32>(&mut store, "load").expect("exported");
            let write =
                instance.get_typed_func::<(i32, i32), ()>(&mut store, "store").expect("exported");
            for at in [0, 4996, 5000 + 16 * round, 100_000, 400_000, 1_000_000] {
                let expected = match usize::try_from(at - 5000) {
                    Ok(start) if start + 4 <= bytes.len() => &bytes.as_bytes()[start..start + 4],
                    _ => &[0; 4],
                };
                let found = load.call(&mut store, at).expect("in bounds");
                assert_eq!(found.to_le_bytes(), expected, "round {round} at {at}");
                write.call(&mut store, (at, -1)).expect("in bounds");
            }
        }
    }
}

/// Instances that end in other threads than those that made them.
#[test]
fn instances_move_between_threads() {
    for engine in engines() {
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        let (sender, receiver) = std::sync::mpsc::channel::<(Store<()>, Instance)>();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let (engine, module, sender) = (&engine, &module, sender.clone());
                scope.spawn(move || {
                    for _ in 0..50 {
                        let mut store = Store::new(engine, ());
                        let instance = Instance::new(&mut store, module, &[]).expect("no imports");
                        sender.send((store, instance)).expect("it is received");
                    }
                });
            }
            drop(sender);
            for (n, (mut store, instance)) in receiver.into_iter().enumerate() {
                if n % 10 == 0 {
                    check_new(&mut store, instance);
                }
                let disturb = instance.get_typed_func::<(), ()>(&mut store, "disturb");
                disturb.expect("exported").call(&mut store, ()).expect("it disturbs");
            }
        });
    }
}

/// A module whose segments cannot all be in images: what comes before a failing segment happens,
/// what comes behind it does not.
#[test]
fn segments_take_effect_in_order() {
    for engine in engines() {
        let shared = r#"(module (table (export "t") 10 funcref) (memory (export "m") 1)
            (type $f (func (result i32)))
            (func (export "call") (param i32) (result i32)
                (call_indirect (type $f) (local.get 0))))"#;
        let shared = Module::new(&engine, shared).expect("the module is valid");
        let failing = r#"(module (import "" "t" (table 10 funcref)) (import "" "m" (memory 1))
            (memory $own 1) (data (memory $own) (i32.const 0) "\2a")
            (elem (i32.const 0) $f) (elem (i32.const 10) $f)
            (func $f (result i32) (i32.load8_u $own (i32.const 0))))"#;
        let failing = Module::new(&engine, failing).expect("the module is valid");
        for _ in 0..3 {
            let mut store = Store::new(&engine, ());
            let first = Instance::new(&mut store, &shared, &[]).expect("no imports");
            let imports: Vec<_> =
                ["t", "m"].map(|name| first.get_export(&mut store, name).expect("exported")).into();
            let error = Instance::new(&mut store, &failing, &imports).expect_err("out of bounds");
            assert_eq!(error.downcast_ref(), Some(&Trap::TableOutOfBounds));
            let call = first.get_typed_func::<i32, i32>(&mut store, "call").expect("exported");
            let seen = call.call(&mut store, 0).expect("the first segment was copied");
            assert_eq!(seen, 0, "the data segment was not");
        }
    }
}

/// Segments at places that only a hostile module has: no image reaches from one to another.
#[test]
fn segments_far_out_are_copied_when_their_turn_comes() {
    for engine in engines() {
        let far = r#"(module (table 9000000 funcref) (memory 2000)
            (elem (i32.const 8999999) $f) (data (i32.const 0) "a") (data (i32.const 130000000) "b")
            (func $f (result i32) (i32.load8_u (i32.const 130000000)))
            (func (export "run") (result i32)
                (call_indirect (result i32) (i32.const 8999999))))"#;
        let module = Module::new(&engine, far).expect("the module is valid");
        for _ in 0..2 {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("everything fits");
            let run = instance.get_typed_func::<(), i32>(&mut store, "run").expect("exported");
            assert_eq!(run.call(&mut store, ()).expect("there is a function"), i32::from(b'b'));
        }
        let farther = r#"(module (table 4000000000 funcref) (elem (i32.const 3999999999) $f)
            (func $f))"#;
        let module = Module::new(&engine, farther).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let error = Instance::new(&mut store, &module, &[]).expect_err("no room");
        assert!(error.to_string().contains("of 4000000000 elements does not fit"), "{error}");
    }
}

#[test]
fn imports_are_found_once_for_many_stores() {
    let engine = Engine::default();
    let text = r#"(module (import "host" "add" (func $add (param i32) (result i32)))
        (func (export "run") (param i32) (result i32) (call $add (local.get 0))))"#;
    let module = Module::new(&engine, text).expect("the module is valid");
    let prepared = {
        let mut linker = Linker::<i32>::new(&engine);
        linker
            .func_wrap("host", "add", |caller: Caller<'_, i32>, n: i32| caller.data() + n)
            .expect("a new name");
        linker.instantiate_pre(&module).expect("the import is defined")
    };
    let run = |store: &mut Store<i32>, n| {
        let instance = prepared.instantiate(&mut *store).expect("an instance");
        let run = instance.get_typed_func::<i32, i32>(&mut *store, "run").expect("exported");
        run.call(store, n).expect("no trap")
    };
    let mut stores: Vec<_> = (0..3).map(|n| Store::new(&engine, 10 * n)).collect();
    for (n, store) in (0..3).zip(&mut stores) {
        assert_eq!((run(store, 1), run(store, 2)), (10 * n + 1, 10 * n + 2));
    }
    let mut linker = Linker::<i32>::new(&engine);
    assert!(linker.instantiate_pre(&module).is_err(), "nothing is defined");
    linker.func_wrap("host", "add", || {}).expect("a new name");
    let error = linker.instantiate_pre(&module).expect_err("another type");
    assert!(format!("{error:#}").contains("incompatible import type"), "{error:#}");
    // What belongs to a store is compared when it is used.
    let memory = r#"(module (import "host" "memory" (memory 2)))"#;
    let memory = Module::new(&engine, memory).expect("the module is valid");
    let mut store = Store::new(&engine, 0);
    for (pages, fits) in [(1, false), (2, true)] {
        let mut linker = Linker::<i32>::new(&engine);
        let own = Memory::new(&mut store, MemoryType::new(pages, None)).expect("there is room");
        linker.define(&store, "host", "memory", own).expect("a new name");
        let prepared = linker.instantiate_pre(&memory).expect("the import is defined");
        assert_eq!(prepared.instantiate(&mut store).is_ok(), fits);
        assert!(prepared.instantiate(Store::new(&engine, 0)).is_err(), "of another store");
    }
}

/// A table whose first elements are the module's functions, imported ones and null.
#[test]
fn tables_hold_functions_of_all_kinds() {
    for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
        let text = r#"(module (import "host" "f" (func $f (result i32)))
            (import "host" "offset" (global $offset i32))
            (table 8 funcref) (global $sum i32 (i32.add (i32.const 1) (global.get $offset)))
            (elem (i32.const 1) funcref (ref.func $f) (ref.null func) (ref.func $own))
            (elem (offset (i32.add (i32.const 1) (global.get $offset))) func $own $f)
            (func $own (result i32) (i32.add (global.get $sum) (i32.const 100)))
            (func (export "call") (param i32) (result i32)
                (call_indirect (result i32) (local.get 0))))"#;
        let mut config = Config::new();
        config.memory_plan(plan);
        config.wasm_feature("extended-const", true).expect("a feature");
        let engine = Engine::new(&config).expect("the configuration is fine");
        let module = Module::new(&engine, text).expect("the module is valid");
        for round in 0..4 {
            let mut store = Store::new(&engine, ());
            let mut linker = Linker::new(&engine);
            linker.func_wrap("host", "f", move || round).expect("a new name");
            let ty = GlobalType::new(ValType::I32, Mutability::Const);
            let offset = Global::new(&mut store, ty, Val::I32(4)).expect("the type fits");
            linker.define(&store, "host", "offset", offset).expect("a new name");
            let instance = linker.instantiate(&mut store, &module).expect("an instance");
            let call = instance.get_typed_func::<i32, i32>(&mut store, "call").expect("exported");
            let results = [0, 1, 2, 3, 4, 5, 6, 7].map(|n| call.call(&mut store, n).ok());
            let (f, own) = (Some(round), Some(105));
            assert_eq!(results, [None, f, None, own, None, own, f, None]);
        }
    }
}

/// A checked memory grows in its slot, then moves; what it held there the next one does not see.
#[test]
fn grown_memories_leave_nothing() {
    let text = r#"(module (memory (export "memory") 9)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
    for engine in engines() {
        let module = Module::new(&engine, text).expect("the module is valid");
        for by in [1, 1, 3, 1, 0, 1] {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
            let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").expect("exported");
            assert_eq!(grow.call(&mut store, 1).expect("no trap"), 9);
            let memory = instance.get_memory(&mut store, "memory").expect("exported");
            assert!(memory.data(&store).iter().all(|byte| *byte == 0));
            memory.data_mut(&mut store).fill(1);
            assert_eq!(grow.call(&mut store, by).expect("no trap"), 10);
            let data = memory.data(&store);
            assert!(data[..10 << 16].iter().all(|byte| *byte == 1));
            assert!(data[10 << 16..].iter().all(|byte| *byte == 0));
        }
    }
}
