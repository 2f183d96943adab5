//! Modules, instances, linking, memories, tables, globals and functions.

use windlass_runtime::{
    Caller, Config, Engine, Extern, ExternRef, Func, FuncType, Global, GlobalType, Instance,
    Linker, Memory, MemoryPlan, MemoryType, Module, Mutability, RefType, Store, Table, TableType,
    Trap, Val, ValType,
};

/// An engine for each plan of memories.
pub fn engines() -> Vec<Engine> {
    [MemoryPlan::Reserved, MemoryPlan::Checked]
        .into_iter()
        .map(|plan| Engine::new(Config::new().memory_plan(plan)).expect("the host is supported"))
        .collect()
}

/// Instantiates a module without imports.
pub fn instantiate<T>(store: &mut Store<T>, wat: &str) -> Instance {
    let module = Module::new(store.engine(), wat).expect("the module is valid");
    Instance::new(store, &module, &[]).expect("the module instantiates")
}

#[test]
fn typed_calls_of_all_number_types() {
    let mut store = Store::new(&Engine::default(), ());
    let instance = instantiate(
        &mut store,
        r#"(module (func (export "f") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
            local.get 3 local.get 2 local.get 1 local.get 0))"#,
    );
    type Params = (i32, i64, f32, f64);
    let f = instance.get_typed_func::<Params, (f64, f32, i64, i32)>(&mut store, "f");
    let f = f.expect("the types fit");
    let result = f.call(&mut store, (-1, i64::MIN, 1.5, -0.0)).expect("no trap");
    assert_eq!(result, (-0.0, 1.5, i64::MIN, -1));
    assert!(result.0.is_sign_negative());
    assert!(instance.get_typed_func::<i32, i32>(&mut store, "f").is_err());
    assert!(instance.get_typed_func::<(), ()>(&mut store, "g").is_err());
}

#[test]
fn untyped_calls_check_their_arguments() {
    let mut store = Store::new(&Engine::default(), ());
    let instance = instantiate(
        &mut store,
        r#"(module (func (export "f") (param i32) (result i32) local.get 0))"#,
    );
    let f = instance.get_func(&mut store, "f").expect("it is exported");
    let mut results = [Val::I32(0)];
    f.call(&mut store, &[Val::I32(7)], &mut results).expect("no trap");
    assert_eq!(results[0].i32(), Some(7));
    assert!(f.call(&mut store, &[], &mut results).is_err());
    assert!(f.call(&mut store, &[Val::I64(7)], &mut results).is_err());
    assert!(f.call(&mut store, &[Val::I32(7)], &mut []).is_err());
}

#[test]
fn many_parameters_and_results() {
    let mut store = Store::new(&Engine::default(), ());
    let params = "i64 f64 i32 ".repeat(9);
    let gets: String = (0..27).rev().map(|n| format!("local.get {n} ")).collect();
    let results = "i32 f64 i64 ".repeat(9);
    let wat = format!(
        r#"(module (func (export "f") (param {params}) (result {results}) {gets})
            (func (export "g") (param {params}) (result {results})
                {} call 0))"#,
        (0..27).map(|n| format!("local.get {n} ")).collect::<String>(),
    );
    let instance = instantiate(&mut store, &wat);
    let args: Vec<Val> = (0..27)
        .map(|n| match n % 3 {
            0 => Val::I64(n * 1_000_000_007),
            1 => Val::from(n as f64 * 0.5),
            _ => Val::I32(n as i32 - 100),
        })
        .collect();
    for name in ["f", "g"] {
        let f = instance.get_func(&mut store, name).expect("it is exported");
        let mut results = vec![Val::I32(0); 27];
        f.call(&mut store, &args, &mut results).expect("no trap");
        for (result, arg) in results.iter().zip(args.iter().rev()) {
            assert_eq!(format!("{result:?}"), format!("{arg:?}"), "{name}");
        }
    }
}

#[test]
fn host_functions_see_data_and_exports() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "sum" (func $sum (param i32 i32) (result i64)))
            (import "host" "pair" (func $pair (result i32 f64)))
            (import "host" "any" (func $any (param i64) (result i64)))
            (memory (export "memory") 1)
            (data (i32.const 8) "\01\02\03")
            (func (export "run") (result i64)
                (i64.add (call $sum (i32.const 8) (i32.const 3)) (call $any (i64.const 10))))
            (func (export "pair") (result i32 f64) call $pair))"#,
    )
    .expect("the module is valid");
    let mut linker = Linker::<u64>::new(&engine);
    let sum = |mut caller: Caller<'_, u64>, at: i32, len: i32| -> i64 {
        *caller.data_mut() += 1;
        let memory = caller.get_export("memory").and_then(Extern::into_memory).expect("exported");
        let bytes = &memory.data(&caller)[at as usize..(at + len) as usize];
        bytes.iter().map(|byte| i64::from(*byte)).sum()
    };
    linker.func_wrap("host", "sum", sum).expect("a new name");
    linker.func_wrap("host", "pair", || (7i32, 2.5f64)).expect("a new name");
    let ty = FuncType::new([ValType::I64], [ValType::I64]);
    linker
        .func_new("host", "any", ty, |_, params, results| {
            results[0] = Val::I64(params[0].i64().expect("the type says so") * 100);
            Ok(())
        })
        .expect("a new name");
    assert!(linker.func_wrap("host", "pair", || 1i32).is_err(), "a name defined twice");
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).expect("all imports are defined");
    let run = instance.get_typed_func::<(), i64>(&mut store, "run").expect("exported");
    assert_eq!(run.call(&mut store, ()).expect("no trap"), 1006);
    assert_eq!(run.call(&mut store, ()).expect("no trap"), 1006);
    assert_eq!(*store.data(), 2);
    let pair = instance.get_typed_func::<(), (i32, f64)>(&mut store, "pair").expect("exported");
    assert_eq!(pair.call(&mut store, ()).expect("no trap"), (7, 2.5));
    assert_eq!(store.into_data(), 2);
}

#[test]
fn imports_that_are_missing_or_wrong() {
    let engine = Engine::default();
    let module = |wat: &str| Module::new(&engine, wat).expect("the module is valid");
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("m", "f", |_: i32| {}).expect("a new name");
    let mut store = Store::new(&engine, ());
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(2))).expect("small");
    linker.define(&store, "m", "memory", memory).expect("a new name");
    let ty = GlobalType::new(ValType::I32, Mutability::Const);
    let global = Global::new(&mut store, ty, Val::I32(1)).expect("the type fits");
    linker.define(&store, "m", "global", global).expect("a new name");
    let table = TableType::new(RefType::Func, 2, None);
    let table = Table::new(&mut store, table, Val::FuncRef(None)).expect("small");
    linker.define(&store, "m", "table", table).expect("a new name");
    for good in [
        "(func (param i32))",
        "(memory 1)",
        "(memory 0 2)",
        "(memory 1 5)",
        "(global i32)",
        "(table 1 funcref)",
        "(table 2 funcref)",
    ] {
        let name = good[1..].split(' ').next().expect("a word");
        let name = if name == "func" { "f" } else { name };
        let module = module(&format!(r#"(module (import "m" "{name}" {good}))"#));
        linker.instantiate(&mut store, &module).unwrap_or_else(|error| panic!("{good}: {error:?}"));
    }
    for (name, bad) in [
        ("f", "(func (param i64))"),
        ("f", "(memory 1)"),
        ("memory", "(memory 2)"),
        ("memory", "(memory 1 1)"),
        ("global", "(global i64)"),
        ("global", "(global (mut i32))"),
        ("table", "(table 3 funcref)"),
        ("table", "(table 1 5 funcref)"),
        ("table", "(table 1 externref)"),
        ("table", "(func)"),
    ] {
        let module = module(&format!(r#"(module (import "m" "{name}" {bad}))"#));
        let error = linker.instantiate(&mut store, &module).expect_err(bad);
        assert!(format!("{error:#}").contains("incompatible import type"), "{bad}: {error:#}");
    }
    let module = module(r#"(module (import "m" "other" (func)))"#);
    let error = linker.instantiate(&mut store, &module).expect_err("not defined");
    assert!(format!("{error:#}").contains("unknown import"), "{error:#}");
}

#[test]
fn instances_share_what_they_import() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let owner = Module::new(
            &engine,
            r#"(module
                (memory (export "memory") 1 4)
                (global $g (export "global") (mut i32) (i32.const 5))
                (table (export "table") 4 funcref)
                (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
                (func (export "get") (result i32) (global.get $g))
                (func $add (export "add") (param i32) (result i32)
                    (i32.add (local.get 0) (global.get $g)))
                (elem (i32.const 0) $add))"#,
        )
        .expect("the module is valid");
        linker.module(&mut store, "owner", &owner).expect("no imports");
        let user = Module::new(
            &engine,
            r#"(module
                (import "owner" "memory" (memory 1))
                (import "owner" "global" (global $g (mut i32)))
                (import "owner" "table" (table $t 4 funcref))
                (import "owner" "add" (func $add (param i32) (result i32)))
                (import "owner" "load" (func $load (param i32) (result i32)))
                (type $unary (func (param i32) (result i32)))
                (global $own (mut i32) (i32.const 1000))
                (func $mine (param i32) (result i32) (i32.sub (local.get 0) (global.get $own)))
                (elem (i32.const 1) $mine)
                (func (export "write") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
                (func (export "set") (param i32) (global.set $g (local.get 0)))
                (func (export "direct") (param i32) (result i32)
                    (i32.add (call $add (local.get 0)) (global.get $own)))
                (func (export "indirect") (param i32 i32) (result i32)
                    (i32.add (global.get $own)
                        (call_indirect $t (type $unary) (local.get 1) (local.get 0))))
                (func (export "grow") (result i32) (memory.grow (i32.const 2)))
                (func (export "load") (param i32) (result i32) (call $load (local.get 0))))"#,
        )
        .expect("the module is valid");
        let user = linker.instantiate(&mut store, &user).expect("all imports are there");
        let get = |store: &mut Store<()>, name: &str| {
            user.get_func(store, name).unwrap_or_else(|| panic!("{name} is exported"))
        };
        let call = |store: &mut Store<()>, name: &str, args: &[i32]| -> i32 {
            let function = get(store, name);
            let args: Vec<Val> = args.iter().map(|n| Val::I32(*n)).collect();
            let mut results = vec![Val::I32(0); function.ty(&*store).results().len()];
            function.call(store, &args, &mut results).expect("no trap");
            results.first().and_then(Val::i32).unwrap_or(0)
        };
        call(&mut store, "write", &[100, 77]);
        assert_eq!(call(&mut store, "load", &[100]), 77);
        assert_eq!(call(&mut store, "grow", &[]), 1);
        call(&mut store, "write", &[0x2_0000, 78]);
        assert_eq!(call(&mut store, "load", &[0x2_0000]), 78);
        assert_eq!(call(&mut store, "direct", &[1]), 1006);
        call(&mut store, "set", &[50]);
        assert_eq!(call(&mut store, "direct", &[1]), 1051);
        assert_eq!(call(&mut store, "indirect", &[0, 1]), 1051);
        assert_eq!(call(&mut store, "indirect", &[1, 1]), 1);
        let indirect = get(&mut store, "indirect");
        let mut results = [Val::I32(0)];
        let error = indirect.call(&mut store, &[Val::I32(2), Val::I32(0)], &mut results);
        let error = error.expect_err("null");
        assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
    }
}

#[test]
fn references_go_through() {
    let mut store = Store::new(&Engine::default(), ());
    let instance = instantiate(
        &mut store,
        r#"(module
            (table $t (export "table") 3 externref)
            (table $f (export "functions") 3 funcref)
            (func (export "id") (param externref funcref) (result externref funcref)
                local.get 0 local.get 1)
            (func (export "put") (param i32 externref)
                (table.set $t (local.get 0) (local.get 1)))
            (func (export "is_null") (param externref) (result i32)
                (ref.is_null (local.get 0)))
            (func (export "grow") (param externref) (result i32)
                (table.grow $t (local.get 0) (i32.const 2))))"#,
    );
    let value = ExternRef::new(&mut store, 42u32).expect("there is room");
    let function = Func::wrap(&mut store, |x: i32| x + 1);
    let id = instance.get_func(&mut store, "id").expect("exported");
    let mut results = [Val::I32(0), Val::I32(0)];
    let args = [Val::ExternRef(Some(value)), Val::FuncRef(Some(function))];
    id.call(&mut store, &args, &mut results).expect("no trap");
    let Val::ExternRef(Some(back)) = results[0] else { panic!("{results:?}") };
    assert_eq!(back.data(&store).expect("same store").downcast_ref(), Some(&42u32));
    let Val::FuncRef(Some(back)) = results[1] else { panic!("{results:?}") };
    let back = back.typed::<i32, i32>(&store).expect("the type fits");
    assert_eq!(back.call(&mut store, 1).expect("no trap"), 2);
    let args = [Val::ExternRef(None), Val::FuncRef(None)];
    id.call(&mut store, &args, &mut results).expect("no trap");
    assert!(matches!(results, [Val::ExternRef(None), Val::FuncRef(None)]), "{results:?}");

    let table = instance.get_table(&mut store, "table").expect("exported");
    let put = instance.get_func(&mut store, "put").expect("exported");
    let args = [Val::I32(1), Val::ExternRef(Some(value))];
    put.call(&mut store, &args, &mut []).expect("no trap");
    assert!(matches!(table.get(&mut store, 1), Some(Val::ExternRef(Some(_)))));
    assert!(matches!(table.get(&mut store, 0), Some(Val::ExternRef(None))));
    assert!(table.get(&mut store, 3).is_none());
    let grow = instance.get_func(&mut store, "grow").expect("exported");
    let mut results = [Val::I32(0)];
    grow.call(&mut store, &[Val::ExternRef(Some(value))], &mut results).expect("no trap");
    assert_eq!(results[0].i32(), Some(3));
    assert!(matches!(table.get(&mut store, 4), Some(Val::ExternRef(Some(_)))));
    assert!(table.set(&mut store, 5, Val::ExternRef(None)).is_err());
    assert!(table.set(&mut store, 0, Val::FuncRef(None)).is_err());
    let functions = instance.get_table(&mut store, "functions").expect("exported");
    functions.set(&mut store, 2, Val::FuncRef(Some(function))).expect("in bounds");
    assert!(matches!(functions.get(&mut store, 2), Some(Val::FuncRef(Some(_)))));
}

#[test]
fn memories_grow_and_keep_their_contents() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let instance = instantiate(
            &mut store,
            r#"(module
                (memory (export "memory") 1 10)
                (memory $second (export "second") 0)
                (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
                (func (export "size") (result i32) (memory.size))
                (func (export "grow2") (param i32) (result i32)
                    (memory.grow $second (local.get 0)))
                (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
                (func (export "copy") (param i32 i32 i32)
                    (memory.copy $second 0 (local.get 0) (local.get 1) (local.get 2)))
                (func (export "fill") (param i32 i32 i32)
                    (memory.fill (local.get 0) (local.get 1) (local.get 2))))"#,
        );
        let memory = instance.get_memory(&mut store, "memory").expect("exported");
        let second = instance.get_memory(&mut store, "second").expect("exported");
        let unary = |store: &mut Store<()>, name: &str, arg: i32| {
            let f = instance.get_typed_func::<i32, i32>(&mut *store, name).expect("exported");
            f.call(store, arg)
        };
        memory.write(&mut store, 65532, &[1, 2, 3, 4]).expect("in bounds");
        assert_eq!(unary(&mut store, "load", 65532).expect("in bounds"), 0x0403_0201);
        for at in [65533, 65536, -1, i32::MIN, 0x10_0000] {
            let error = unary(&mut store, "load", at).expect_err("out of bounds");
            assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds), "{at}");
        }
        assert_eq!(unary(&mut store, "grow", 3).expect("no trap"), 1);
        assert_eq!(unary(&mut store, "load", 65532).expect("in bounds"), 0x0403_0201);
        assert_eq!(unary(&mut store, "load", 65536 * 4 - 4).expect("in bounds"), 0);
        assert_eq!(unary(&mut store, "grow", 7).expect("no trap"), -1);
        assert_eq!(unary(&mut store, "grow", -1).expect("no trap"), -1);
        assert_eq!(memory.grow(&mut store, 6).expect("there is room"), 4);
        assert!(memory.grow(&mut store, 1).is_err());
        assert_eq!(memory.size(&store), 10);
        assert_eq!(memory.data(&store).len(), 655_360);
        let mut buffer = [0; 4];
        memory.read(&store, 65532, &mut buffer).expect("in bounds");
        assert_eq!(buffer, [1, 2, 3, 4]);
        assert!(memory.read(&store, 655_358, &mut buffer).is_err());
        assert!(memory.read(&store, usize::MAX, &mut buffer).is_err());
        assert!(memory.write(&mut store, 655_358, &buffer).is_err());

        type Three = (i32, i32, i32);
        let copy = instance.get_typed_func::<Three, ()>(&mut store, "copy").expect("exported");
        let error = copy.call(&mut store, (0, 65530, 8)).expect_err("the second memory is empty");
        assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        copy.call(&mut store, (0, 0, 0)).expect("nothing is copied");
        assert_eq!(unary(&mut store, "grow2", 1).expect("no trap"), 0);
        copy.call(&mut store, (4, 65530, 8)).expect("in bounds");
        assert_eq!(second.data(&store)[4..12], [0, 0, 1, 2, 3, 4, 0, 0]);
        let fill = instance.get_typed_func::<Three, ()>(&mut store, "fill").expect("exported");
        fill.call(&mut store, (10, 0x1ff, 3)).expect("in bounds");
        assert_eq!(memory.data(&store)[9..14], [0, 255, 255, 255, 0]);
        assert!(fill.call(&mut store, (655_359, 0, 2)).is_err());
        memory.data_mut(&mut store)[0] = 9;
        assert_eq!(unary(&mut store, "load", 0).expect("in bounds"), 9);
    }
}

#[test]
fn globals_from_both_sides() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = GlobalType::new(ValType::I64, Mutability::Var);
    let global = Global::new(&mut store, ty, Val::I64(5)).expect("the type fits");
    assert!(Global::new(&mut store, ty, Val::I32(5)).is_err());
    let module = Module::new(
        &engine,
        r#"(module (import "m" "g" (global $g (mut i64)))
            (global (export "c") f32 (f32.const 1.25))
            (global $m i32 (i32.const -7)) (global $n i64 (i64.const -9))
            (func (export "constants") (result i32 i64 f32)
                (global.get $m) (global.get $n) (global.get 1))
            (func (export "add") (param i64)
                (global.set $g (i64.add (global.get $g) (local.get 0)))))"#,
    )
    .expect("the module is valid");
    let instance = Instance::new(&mut store, &module, &[global.into()]).expect("the import fits");
    let add = instance.get_typed_func::<i64, ()>(&mut store, "add").expect("exported");
    add.call(&mut store, 10).expect("no trap");
    assert_eq!(global.get(&mut store).i64(), Some(15));
    global.set(&mut store, Val::I64(-1)).expect("it is mutable");
    add.call(&mut store, 1).expect("no trap");
    assert_eq!(global.get(&mut store).i64(), Some(0));
    type Constants = (i32, i64, f32);
    let get = instance.get_typed_func::<(), Constants>(&mut store, "constants").expect("exported");
    assert_eq!(get.call(&mut store, ()).expect("no trap"), (-7, -9, 1.25));
    let constant = instance.get_global(&mut store, "c").expect("exported");
    assert!(matches!(constant.get(&mut store), Val::F32(bits) if bits == 1.25f32.to_bits()));
    assert!(constant.set(&mut store, Val::F32(0)).is_err());
    assert!(global.set(&mut store, Val::I32(0)).is_err());
}

#[test]
fn segments_at_instantiation() {
    for engine in engines() {
        let mut store = Store::new(&engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).expect("small");
        let wat = |offset: u32| {
            format!(
                r#"(module (import "m" "m" (memory 1))
                    (data (i32.const 0) "first") (data (i32.const {offset}) "second"))"#
            )
        };
        let good = Module::new(&engine, wat(65530)).expect("the module is valid");
        Instance::new(&mut store, &good, &[memory.into()]).expect("in bounds");
        assert_eq!(&memory.data(&store)[65530..], b"second");
        memory.data_mut(&mut store).fill(0);
        // What came before the failure stays.
        let bad = Module::new(&engine, wat(65531)).expect("the module is valid");
        let error = Instance::new(&mut store, &bad, &[memory.into()]).expect_err("out of bounds");
        assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        assert_eq!(&memory.data(&store)[..5], b"first");
        assert_eq!(memory.data(&store)[65535], 0);
        let bad = r#"(module (table 1 funcref) (func) (elem (i32.const 1) 0))"#;
        let bad = Module::new(&engine, bad).expect("the module is valid");
        let error = Instance::new(&mut store, &bad, &[]).expect_err("out of bounds");
        assert_eq!(error.downcast_ref(), Some(&Trap::TableOutOfBounds));
    }
}

#[test]
fn modules_that_are_no_modules() {
    let engine = Engine::default();
    for bad in [
        &b""[..],
        b"\0asm",
        b"\0asm\x01\0\0\0\xff",
        b"(module (func (result i32)))",
        b"(module",
        b"\x7fELF",
    ] {
        assert!(Module::new(&engine, bad).is_err(), "{bad:?}");
    }
    assert!(Module::from_file(&engine, "/there/is/no/such.wasm").is_err());
    assert!(Config::new().codegen_setting("no_such_setting", "1").is_err());
}

#[test]
fn one_module_in_many_threads() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (memory (export "memory") 1)
            (func $fib (export "fib") (param i32) (result i32)
                (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
                (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                    (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#,
    )
    .expect("the module is valid");
    std::thread::scope(|scope| {
        for n in 0..4 {
            let module = &module;
            scope.spawn(move || {
                let mut store = Store::new(module.engine(), ());
                for _ in 0..10 {
                    let instance = Instance::new(&mut store, module, &[]).expect("no imports");
                    let fib = instance.get_typed_func::<i32, i32>(&mut store, "fib");
                    let fib = fib.expect("exported");
                    assert_eq!(
                        fib.call(&mut store, 10 + n).expect("no trap"),
                        [55, 89, 144, 233][n as usize]
                    );
                }
            });
        }
    });
}

#[test]
fn handles_belong_to_their_store() {
    let engine = Engine::default();
    let mut one = Store::new(&engine, ());
    let mut other = Store::new(&engine, ());
    let function = Func::wrap(&mut one, || {});
    let module = Module::new(&engine, r#"(module (import "a" "b" (func)))"#);
    let module = module.expect("the module is valid");
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        Instance::new(&mut other, &module, &[function.into()]).is_err()
    }));
    assert!(result.unwrap_or(true), "a function of another store was taken");
    let instance = Instance::new(&mut one, &module, &[function.into()]);
    instance.expect("a function of the same store");
}

#[test]
fn indirect_calls_within_a_module() {
    // No function of another instance can get into this table, and it cannot grow.
    let wat = |table: &str| {
        format!(
            r#"(module
                (type $unary (func (param i32) (result i32)))
                (global $ten i32 (i32.const 10))
                (global $count (mut i32) (i32.const 0))
                (table {table} funcref)
                (elem (i32.const 0) $add $multiply)
                (func $add (param i32) (result i32)
                    (global.set $count (i32.add (global.get $count) (i32.const 1)))
                    (i32.add (local.get 0) (global.get $ten)))
                (func $multiply (param i32) (result i32)
                    (i32.mul (local.get 0) (global.get $ten)))
                (func (export "grow") (result i32) (table.grow (ref.null func) (i32.const 1)))
                (func (export "swap") (table.set (i32.const 0) (ref.func $multiply)))
                (func (export "run") (param i32 i32) (result i32)
                    (i32.add (global.get $count)
                        (call_indirect (type $unary) (local.get 1) (local.get 0)))))"#
        )
    };
    for engine in engines() {
        for (table, grown) in [("3 3", -1), ("3", 3), ("3 4", 3)] {
            let mut store = Store::new(&engine, ());
            let instance = instantiate(&mut store, &wat(table));
            let run = instance.get_typed_func::<(i32, i32), i32>(&mut store, "run");
            let run = run.expect("exported");
            assert_eq!(run.call(&mut store, (0, 5)).expect("no trap"), 15, "{table}");
            assert_eq!(run.call(&mut store, (1, 5)).expect("no trap"), 51, "{table}");
            let grow = instance.get_typed_func::<(), i32>(&mut store, "grow").expect("exported");
            assert_eq!(grow.call(&mut store, ()).expect("no trap"), grown, "{table}");
            for (index, trap) in [(2, Trap::IndirectCallToNull), (4, Trap::IndirectOutOfBounds)] {
                let error = run.call(&mut store, (index, 5)).expect_err("nothing is there");
                assert_eq!(error.downcast_ref(), Some(&trap), "{table}");
            }
            let swap = instance.get_typed_func::<(), ()>(&mut store, "swap").expect("exported");
            swap.call(&mut store, ()).expect("no trap");
            assert_eq!(run.call(&mut store, (0, 5)).expect("no trap"), 51, "{table}");
        }
    }
}
