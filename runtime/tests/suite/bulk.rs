//! `memory.copy`, `memory.fill` and `memory.grow` against a model: sizes that the compiler knows and
//! sizes that it does not, ranges that overlap, ends of memories.

use windlass_runtime::{Engine, Instance, Memory, Module, Store, Trap};

use crate::api::engines;

const PAGE: usize = 1 << 16;

/// The sizes that functions know.
fn sizes() -> impl Iterator<Item = usize> {
    (0..=70).chain([100, 300])
}

fn module() -> String {
    let mut functions = String::new();
    let mut function = |name: &str, size: &str| {
        functions.push_str(&format!(
            r#"(func (export "copy{name}") (param i32 i32 i32)
                 (memory.copy $m $m (local.get 0) (local.get 1) {size}))
               (func (export "across{name}") (param i32 i32 i32)
                 (memory.copy $m $other (local.get 0) (local.get 1) {size}))
               (func (export "fill{name}") (param i32 i32 i32)
                 (memory.fill $m (local.get 0) (local.get 1) {size}))
               (func (export "zero{name}") (param i32 i32 i32)
                 (memory.fill $m (local.get 0) (i32.const 0xfe) {size}))"#,
        ));
    };
    function("", "(local.get 2)");
    sizes().for_each(|size| function(&size.to_string(), &format!("(i32.const {size})")));
    format!(
        r#"(module (memory $m (export "m") 1 4) (memory $other (export "other") 2)
            (func (export "grow") (result i32) (memory.grow $m (i32.const 0)))
            (func (export "more") (result i32) (memory.grow $m (i32.const 1)))
            {functions})"#
    )
}

struct Model {
    store: Store<()>,
    instance: Instance,
    bytes: Vec<u8>,
    other: Vec<u8>,
}

impl Model {
    fn new(engine: &Engine) -> Self {
        let mut store = Store::new(engine, ());
        let module = Module::new(engine, module()).expect("the module is valid");
        let instance = Instance::new(&mut store, &module, &[]).expect("it has no imports");
        let mut new = Self { store, instance, bytes: Vec::new(), other: Vec::new() };
        new.bytes = (0..PAGE).map(|n| (n % 251) as u8).collect();
        new.other = (0..2 * PAGE).map(|n| (n % 253) as u8 ^ 0x80).collect();
        let (memory, other) = (new.memory("m"), new.memory("other"));
        memory.data_mut(&mut new.store).copy_from_slice(&new.bytes);
        other.data_mut(&mut new.store).copy_from_slice(&new.other);
        new
    }

    fn memory(&mut self, name: &str) -> Memory {
        self.instance.get_memory(&mut self.store, name).expect("exported")
    }

    /// Runs a function in both its forms, if there are two, and compares with the model.
    fn check(&mut self, what: &str, x: u32, y: u32, size: usize) {
        let mut names = vec![what.to_string()];
        names.extend(sizes().any(|known| known == size).then(|| format!("{what}{size}")));
        let (to, from) = (x as usize, y as usize);
        let source = match what {
            "copy" => self.bytes.get(from..from + size).map(<[u8]>::to_vec),
            "across" => self.other.get(from..from + size).map(<[u8]>::to_vec),
            "fill" => Some(vec![y as u8; size]),
            _ => Some(vec![0xfe; size]),
        };
        let fits = source.filter(|_| to + size <= self.bytes.len());
        for name in names {
            let before = self.bytes.clone();
            let call = self.instance.get_typed_func::<(i32, i32, i32), ()>(&mut self.store, &name);
            let call = call.expect("exported");
            let result = call.call(&mut self.store, (x as i32, y as i32, size as i32));
            let place = format!("{name} {x} {y} {size}");
            match &fits {
                Some(source) => {
                    result.unwrap_or_else(|error| panic!("{place}: {error}"));
                    self.bytes[to..to + size].copy_from_slice(source);
                }
                None => {
                    let error = result.expect_err(&place);
                    assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds), "{place}");
                }
            }
            let memory = self.memory("m");
            assert!(memory.data(&self.store) == self.bytes, "{place}");
            self.bytes = before;
            memory.data_mut(&mut self.store).copy_from_slice(&self.bytes);
        }
    }
}

#[test]
fn copies_and_fills_of_every_size() {
    for engine in engines() {
        let mut model = Model::new(&engine);
        for size in sizes().chain([1000, 40_000]) {
            for (x, y) in [(500, 500), (500, 503), (503, 500), (500, 520), (520, 500), (3, 20_000)]
            {
                model.check("copy", x, y, size);
            }
            model.check("across", 77, 100, size);
            model.check("fill", 500, 0x1f3, size);
            model.check("zero", 501, 0, size);
        }
    }
}

#[test]
fn nothing_is_written_where_a_part_is_out_of_bounds() {
    for engine in engines() {
        let mut model = Model::new(&engine);
        let page = PAGE as u32;
        for size in sizes() {
            let last = page - size as u32;
            // What just fits, one byte too far, half of it, all of it, and beyond 32 bits.
            for at in [last, last + 1, page - size as u32 / 2, page, page + 1, u32::MAX] {
                model.check("copy", at, 5, size);
                model.check("copy", 5, at, size);
                model.check("copy", at, at.wrapping_sub(3), size);
                model.check("across", at, 5, size);
                model.check("across", 5, at, size);
                model.check("across", 5, at.wrapping_add(page), size);
                model.check("fill", at, 7, size);
                model.check("zero", at, 0, size);
            }
        }
    }
}

#[test]
fn a_memory_that_grows_by_nothing_has_its_size() {
    for engine in engines() {
        let mut model = Model::new(&engine);
        let mut call = |name: &str| {
            let func = model.instance.get_typed_func::<(), i32>(&mut model.store, name);
            func.expect("exported").call(&mut model.store, ()).expect("no trap")
        };
        assert_eq!(call("grow"), 1);
        assert_eq!(call("more"), 1);
        assert_eq!(call("grow"), 2);
        // The new page is in bounds.
        model.bytes.resize(2 * PAGE, 0);
        model.check("copy", PAGE as u32 - 4, 5, 60);
        model.check("copy", 2 * PAGE as u32 - 60, 5, 60);
        model.check("copy", 2 * PAGE as u32 - 59, 5, 60);
    }
}

#[test]
fn what_ended_instances_did_not_touch_is_copied_too() {
    let text = r#"(module (memory (export "m") 8) (data (i32.const 16) "abcd")
        (func (export "copy") (param i32 i32 i32)
            (memory.copy (local.get 0) (local.get 1) (local.get 2)))
        (func (export "fill") (param i32 i32 i32)
            (memory.fill (local.get 0) (local.get 1) (local.get 2)))
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#;
    for engine in engines() {
        let module = Module::new(&engine, text).expect("the module is valid");
        // Memories of the instances behind the first are closed but for the page with the data.
        for round in 0..6 {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("it has no imports");
            let load = instance.get_typed_func::<i32, i32>(&mut store, "load").expect("exported");
            let abcd = i32::from_le_bytes(*b"abcd");
            assert_eq!(load.call(&mut store, 16).expect("no trap"), abcd);
            let call = |store: &mut Store<()>, name, args: (i32, i32, i32)| {
                let func = instance.get_typed_func::<(i32, i32, i32), ()>(&mut *store, name);
                func.expect("exported").call(store, args).expect("no trap");
            };
            let far = 300_000 + 8192 * round;
            match round {
                0 => continue,
                1 | 2 => call(&mut store, "copy", (far, 16, 4)),
                3 => {
                    // Reads what is not accessible, then the page that is.
                    call(&mut store, "copy", (100, far, 4));
                    assert_eq!(load.call(&mut store, 100).expect("no trap"), 0);
                    call(&mut store, "copy", (far, 16, 4));
                }
                _ => {
                    call(&mut store, "fill", (far - 5000, 9, 10_000));
                    call(&mut store, "copy", (far, 16, 4));
                }
            }
            assert_eq!(load.call(&mut store, far).expect("no trap"), abcd, "round {round}");
            assert_eq!(load.call(&mut store, far + 8192).expect("no trap"), 0, "round {round}");
        }
    }
}
