//! Modules that are valid, but not as compilers make them: many of something, deep, or with a
//! custom section that is damaged.

use std::fmt::Write;

use windlass_runtime::{Engine, Instance, Module, Store, Trap, Val};

use crate::api::engines;

/// Calls the export `f` of a module in text or binary form, with one argument; all results.
#[track_caller]
fn call(engine: &Engine, module: impl AsRef<[u8]>, argument: i32) -> Vec<Val> {
    let module = Module::new(engine, module).expect("the module is valid");
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let f = instance.get_func(&mut store, "f").expect("exported");
    let mut results = vec![Val::I32(0); f.ty(&store).results().len()];
    f.call(&mut store, &[Val::I32(argument)], &mut results).expect("it returns");
    results
}

#[track_caller]
fn gives(engine: &Engine, module: impl AsRef<[u8]>, argument: i32, result: i64) {
    let results = call(engine, module, argument);
    let found: Vec<i64> = results
        .iter()
        .map(|value| match value {
            Val::I32(n) => i64::from(*n),
            Val::I64(n) => *n,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(found, [result]);
}

/// The text of many things, each with its number.
fn many(count: usize, mut one: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    for n in 0..count {
        one(&mut text, n);
    }
    text
}

#[test]
fn a_thousand_parameters_and_results() {
    const TYPES: [&str; 4] = ["i32", "i64", "f32", "f64"];
    let list = many(1000, |text, n| *text += &format!(" {}", TYPES[n % 4]));
    let constants = many(1000, |text, n| *text += &format!("({}.const {n})", TYPES[n % 4]));
    let swapped = many(1000, |text, n| *text += &format!("(local.get {n})"));
    let module = format!(
        "(module (type $t (func (param {list}) (result {list})))
        (func $same (type $t) {swapped}) (table funcref (elem $same))
        (func (export \"f\") (param i32) (result {list})
            {constants} call $same (call_indirect (type $t) (local.get 0))))"
    );
    for engine in engines() {
        let results = call(&engine, &module, 0);
        assert_eq!(results.len(), 1000);
        for (n, value) in results.iter().enumerate() {
            let bits = match value {
                Val::I32(n) => *n as usize,
                Val::I64(n) => *n as usize,
                Val::F32(bits) => f32::from_bits(*bits) as usize,
                Val::F64(bits) => f64::from_bits(*bits) as usize,
                other => panic!("{other:?}"),
            };
            assert_eq!(bits, n);
        }
    }
}

#[test]
fn many_of_everything() {
    let globals = many(20_000, |text, n| {
        write!(text, "(global (mut i64) (i64.const {n}))").expect("strings have room");
    });
    let functions = many(20_000, |text, n| {
        write!(text, "(func (param i32) (result i32) (i32.add (local.get 0) (i32.const {n})))")
            .expect("strings have room");
    });
    let locals = many(49_000, |text, n| *text += [" i32", " i64", " f32", " f64"][n % 4]);
    let targets = many(50_000, |text, n| *text += [" 0", " 1", " 2"][n * n % 3]);
    let modules = [
        format!(
            r#"(module {globals} (func (export "f") (param i32) (result i64)
            (global.set 19999 (i64.add (global.get 19998) (i64.extend_i32_u (local.get 0))))
            (global.get 19999)))"#
        ),
        format!(
            r#"(module {functions} (func (export "f") (param i32) (result i32)
            (call 19999 (call 1 (local.get 0)))))"#
        ),
        format!(
            r#"(module (func (export "f") (param i32) (result i64) (local {locals} i64)
            (local.set 49001 (i64.const 5))
            (i64.add (local.get 49001) (i64.extend_i32_s (local.get 0)))))"#
        ),
        format!(
            r#"(module (func (export "f") (param i32) (result i32)
            (block (block (block (br_table {targets} 2 (local.get 0)))
            (return (i32.const 10))) (return (i32.const 11))) (i32.const 12)))"#
        ),
    ];
    for engine in engines() {
        gives(&engine, &modules[0], 3, 20_001);
        gives(&engine, &modules[1], 3, 20_003);
        gives(&engine, &modules[2], -7, -2);
        for (index, result) in [(0, 10), (1, 11), (49_999, 11), (49_998, 10), (50_000, 12)] {
            gives(&engine, &modules[3], index, result);
        }
        gives(&engine, &modules[3], -1, 12);
    }
}

#[test]
fn deep_nesting() {
    let depth = 5_000;
    let blocks = format!(
        r#"(module (func (export "f") (param i32) (result i32)
        {} (br_if {} (local.get 0)) (br {}) {} (return (i32.const 7)) {} (i32.const 9)))"#,
        "block ".repeat(depth),
        depth - 1,
        depth / 2,
        "end ".repeat(depth / 2 + 1),
        "end ".repeat(depth / 2 - 1),
    );
    let ifs = many(depth, |text, n| {
        write!(text, "local.get 0 i32.const {n} i32.eq if (result i32) i32.const {} else ", n * 3)
            .expect("strings have room");
    });
    let ifs = format!(
        r#"(module (func (export "f") (param i32) (result i32) {ifs} i32.const -1 {}))"#,
        "end ".repeat(depth)
    );
    for engine in engines() {
        gives(&engine, &blocks, 0, 7);
        gives(&engine, &blocks, 1, 9);
        gives(&engine, &ifs, 4_999, 14_997);
        gives(&engine, &ifs, 5_000, -1);
    }
}

#[test]
fn empty_segments_lie_anywhere() {
    for data in [
        r#"(data (i32.const 5) "a") (data (i32.const 600) "")"#,
        r#"(data (i32.const 600) "a") (data (i32.const 5) "")"#,
        r#"(data (i32.const 65536) "") (data (i32.const 600) "a") (data (i32.const 0) "")"#,
    ] {
        let module = format!(
            r#"(module (memory 1) {data} (func (export "f") (param i32) (result i32)
                (i32.add (i32.load8_u offset=5 (local.get 0))
                    (i32.load8_u offset=600 (local.get 0)))))"#
        );
        for engine in engines() {
            gives(&engine, &module, 0, 97);
        }
    }
    let module = r#"(module (memory 1) (data (i32.const 5) "a") (data (i32.const 65537) ""))"#;
    for engine in engines() {
        let module = Module::new(&engine, module).expect("the module is valid");
        let result = Instance::new(&mut Store::new(&engine, ()), &module, &[]);
        let error = result.expect_err("the empty segment is outside");
        assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds), "{error:?}");
    }
}

#[test]
fn damaged_custom_sections_do_not_matter() {
    let section = |id: u8, bytes: &[u8]| [&[id, bytes.len() as u8][..], bytes].concat();
    let head = b"\0asm\x01\0\0\0".to_vec();
    // One function from i32 to i32, exported, that returns its argument.
    let body = [
        section(1, b"\x01\x60\x01\x7f\x01\x7f"),
        section(3, b"\x01\0"),
        section(7, b"\x01\x01f\0\0"),
        section(10, b"\x01\x04\0\x20\0\x0b"),
    ]
    .concat();
    let good = b"\x00\x02\x01m\x01\x05\x01\x00\x02fn\x02\x06\x01\x00\x01\x00\x01x";
    let engine = Engine::default();
    for name in ["name", "producers", "target_features", "dylink.0", "linking", ".debug_line"] {
        for at in 0..good.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = good.to_vec();
                bytes[at] = byte;
                let text = [&[name.len() as u8], name.as_bytes(), &bytes].concat();
                let custom = section(0, &text);
                let (front, back) = ([&custom[..], &body].concat(), [&body[..], &custom].concat());
                let place = if at % 2 == 0 { front } else { back };
                gives(&engine, [&head[..], &place].concat(), 42, 42);
            }
        }
    }
}
