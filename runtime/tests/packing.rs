//! Many instances live at once: what each costs in mappings, and that none has another's memory.
//! A process of its own, because its mappings are counted.

use windlass_runtime::{Config, Engine, Instance, MemoryPlan, Module, Store};

/// With a memory, an image of it, and a table.
const MODULE: &str = r#"(module
    (memory (export "memory") 32 64) (table 10 20 funcref)
    (data (i32.const 4090) "straddles") (elem (i32.const 2) $load)
    (func $load (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1))))"#;

/// Where each instance writes its number: before, in and far behind the image.
const PLACES: [i32; 3] = [0, 4094, (32 << 16) - 4];

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps").expect("Linux has it").lines().count()
}

/// The benchmark `instances` has twenty thousand and fifty thousand.
#[test]
fn many_instances_live_at_once() {
    const COUNT: usize = 1500;
    for (plan, most) in [(MemoryPlan::Reserved, 2.5), (MemoryPlan::Checked, 0.5)] {
        let mut config = Config::new();
        config.memory_plan(plan);
        let engine = Engine::new(&config).expect("the configuration is fine");
        let module = Module::new(&engine, MODULE).expect("the module is valid");
        let before = mappings();
        let mut stores = Vec::new();
        for n in 0..COUNT {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
            let write =
                instance.get_typed_func::<(i32, i32), ()>(&mut store, "store").expect("exported");
            for place in PLACES {
                write.call(&mut store, (place, n as i32)).expect("in bounds");
            }
            stores.push((store, instance));
        }
        let each = (mappings() as f64 - before as f64) / COUNT as f64;
        assert!(each <= most, "{plan:?}: {each} mappings for each");
        for (n, (store, instance)) in stores.iter_mut().enumerate() {
            let load = instance.get_typed_func::<i32, i32>(&mut *store, "load").expect("exported");
            for place in PLACES {
                let number = load.call(&mut *store, place).expect("in bounds");
                assert_eq!(number, n as i32, "{plan:?}, at {place}");
            }
        }
    }
}
