//! Stores without Wasm code: what the host does with memories, tables, globals, references and its
//! own functions. `tools/miri` runs these under Miri, too.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use windlass_runtime::*;

fn store<T>(data: T) -> Store<T> {
    let mut config = Config::new();
    config.memory_plan(MemoryPlan::Checked);
    Store::new(&Engine::new(&config).expect("this machine is supported"), data)
}

#[test]
fn memories_are_read_by_several_threads() {
    let mut store = store(());
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(3))).unwrap();
    memory.write(&mut store, 65_534, &[1, 2]).unwrap();
    assert_eq!(memory.grow(&mut store, 1).unwrap(), 1);
    let error = memory.write(&mut store, (2 << 16) - 1, &[1, 2]).expect_err("out of bounds");
    assert_eq!(error.to_string(), "out of bounds memory access");
    let store = &store;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                assert_eq!(memory.data(store)[65_533..65_537], [0, 1, 2, 0]);
                let mut bytes = [0; 2];
                memory.read(store, 65_534, &mut bytes).unwrap();
                assert_eq!((bytes, memory.size(store)), ([1, 2], 2));
            });
        }
    });
}

#[test]
fn memory_and_data_are_borrowed_together() {
    let mut store = store(5_u8);
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let (bytes, data) = memory.data_and_store_mut(&mut store);
    bytes[0] = *data;
    *data = 6;
    assert_eq!((memory.data(&store)[0], *store.data()), (5, 6));
}

#[test]
fn tables_and_globals_hold_references_of_their_store() {
    let mut store = store(());
    let text = ExternRef::new(&mut store, String::from("text")).unwrap();
    let ty = TableType::new(RefType::Extern, 2, Some(4));
    let table = Table::new(&mut store, ty, Val::ExternRef(None)).unwrap();
    table.set(&mut store, 1, Val::ExternRef(Some(text))).unwrap();
    table.grow(&mut store, 2, Val::ExternRef(Some(text))).unwrap();
    assert!(matches!(table.get(&mut store, 0), Some(Val::ExternRef(None))));
    let Some(Val::ExternRef(Some(found))) = table.get(&mut store, 3) else { panic!("set above") };
    let found = found.data(&store).unwrap().downcast_ref::<String>();
    assert_eq!(found.map(String::as_str), Some("text"));
    let ty = GlobalType::new(ValType::I64, Mutability::Var);
    let global = Global::new(&mut store, ty, Val::I64(1)).unwrap();
    let moved = Box::new(store);
    let mut store = *moved;
    global.set(&mut store, Val::I64(2)).unwrap();
    assert!(matches!(global.get(&mut store), Val::I64(2)));
    let mut other = self::store(());
    let ty = GlobalType::new(ValType::ExternRef, Mutability::Var);
    let error = Global::new(&mut other, ty, Val::ExternRef(Some(text))).unwrap_err();
    assert!(error.to_string().contains("with another store"), "{error}");
}

#[test]
fn host_functions_have_the_data_of_their_store() {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let kept = Counted(dropped.clone());
    let mut store = store(String::from("a"));
    let push = Func::wrap(&mut store, move |mut caller: Caller<'_, String>, times: i32| -> i32 {
        let _kept = &kept;
        (0..times).for_each(|_| caller.data_mut().push('b'));
        caller.data().len() as i32
    });
    let push = push.typed::<i32, i32>(&store).unwrap();
    assert_eq!(push.call(&mut store, 2).unwrap(), 3);
    let again = Func::wrap(&mut store, move |mut caller: Caller<'_, String>| {
        push.call(&mut caller, 1).map(|length| length + 100)
    });
    let mut results = [Val::I32(0)];
    again.call(&mut store, &[], &mut results).unwrap();
    assert!(matches!(results[0], Val::I32(104)));
    assert_eq!(store.data(), "abbb");
    drop(store);
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
}

#[test]
fn a_limiter_sees_the_data_of_its_store() {
    struct Data {
        asked: Cell<usize>,
        limits: StoreLimits,
    }
    let limits = StoreLimitsBuilder::new().memory_size(2 << 16).build();
    let mut store = store(Data { asked: Cell::new(0), limits });
    store.limiter(|data| {
        data.asked.set(data.asked.get() + 1);
        &mut data.limits
    });
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let before = store.data().asked.take();
    assert_ne!(before, 0, "a new memory is asked for");
    memory.grow(&mut store, 1).unwrap();
    memory.grow(&mut store, 1).unwrap_err();
    assert_ne!(store.into_data().asked.get(), 0, "growth is asked for");
}

#[test]
fn stores_go_to_other_threads_with_what_they_own() {
    let mut store = store(Cell::new(1));
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let mut store = thread::spawn(move || {
        memory.data_mut(&mut store)[7] = 3;
        store.data().set(2);
        store
    })
    .join()
    .unwrap();
    assert_eq!((memory.data(&store)[7], store.data_mut().get()), (3, 2));
}
