//! Random modules, run here and by an interpreter: results, traps, globals, tables and memories
//! must be the same.
//!
//! Modules end by themselves: a counter that the generator puts into loops and functions.

use arbitrary::Unstructured;
use wasm_smith::{Config, Module as Smith};
use windlass_fuzz::rng::Rng;
use windlass_runtime::{
    Config as EngineConfig, Engine, Error, Extern, Func, FuncType, Global, GlobalType, Instance,
    Memory, MemoryPlan, MemoryType, Module, Mutability, RefType, RegallocAlgorithm, Store, Table,
    TableType, Trap, Val, ValType,
};
use windlass_wasm::types::EntityIndex;

const MODULES: u64 = 1_000;
/// What a module may count down in all its calls.
const STEPS: u32 = 10_000;

fn module(rng: &mut Rng) -> Vec<u8> {
    let len = rng.pick(&[512, 2048, 8192]);
    let noise: Vec<u8> = (0..len / 8).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
    let config = Config {
        acquire_release_atomics_enabled: false,
        canonicalize_nans: true,
        compact_imports_enabled: false,
        custom_descriptors_enabled: false,
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: true,
        gc_enabled: false,
        max_imports: 6,
        max_memories: 3,
        max_memory32_bytes: 8 << 16,
        max_table_elements: 1_000,
        max_tables: 3,
        memory64_enabled: false,
        memory_max_size_required: true,
        min_funcs: 3,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: false,
        table_max_size_required: true,
        tail_call_enabled: true,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let mut module = Smith::new(config, &mut Unstructured::new(&noise)).expect("enough noise");
    module.ensure_termination(STEPS).expect("functions are generated, not given");
    module.to_bytes()
}

fn engines() -> Vec<Engine> {
    let plans = [MemoryPlan::Reserved, MemoryPlan::Checked];
    let allocators = [RegallocAlgorithm::Backtracking, RegallocAlgorithm::SinglePass];
    let make = |(plan, allocator)| {
        let mut config = EngineConfig::new();
        config.memory_plan(plan).regalloc_algorithm(allocator).parallel_compilation(false);
        Engine::new(&config).expect("a host with back end")
    };
    plans.iter().flat_map(|p| allocators.iter().map(|a| (*p, *a))).map(make).collect()
}

/// A value of either engine; of references, whether they are null.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    Reference { null: bool },
}

/// How a call ended.
#[derive(Clone, PartialEq, Debug)]
enum Ending {
    Values(Vec<Value>),
    Trap(&'static str),
}

/// What is left behind that can be seen.
type State = Vec<(String, Vec<u8>)>;

fn ours(value: &Val) -> Value {
    match value {
        Val::I32(n) => Value::I32(*n),
        Val::I64(n) => Value::I64(*n),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::FuncRef(reference) => Value::Reference { null: reference.is_none() },
        Val::ExternRef(reference) => Value::Reference { null: reference.is_none() },
        Val::V128(_) => unreachable!("no vectors are generated"),
    }
}

fn theirs(value: &wasmi::Val) -> Value {
    match value {
        wasmi::Val::I32(n) => Value::I32(*n),
        wasmi::Val::I64(n) => Value::I64(*n),
        wasmi::Val::F32(n) => Value::F32(n.to_bits()),
        wasmi::Val::F64(n) => Value::F64(n.to_bits()),
        wasmi::Val::FuncRef(reference) => Value::Reference { null: reference.is_null() },
        wasmi::Val::ExternRef(reference) => Value::Reference { null: reference.is_null() },
        wasmi::Val::V128(_) => unreachable!("no vectors are generated"),
    }
}

/// A value for a parameter or an imported global; references are null.
fn edge(rng: &mut Rng, ty: wasmi::ValType) -> (Val, wasmi::Val) {
    let bits = rng.edge_bits() as u64;
    match ty {
        wasmi::ValType::I32 => (Val::I32(bits as i32), wasmi::Val::I32(bits as i32)),
        wasmi::ValType::I64 => (Val::I64(bits as i64), wasmi::Val::I64(bits as i64)),
        wasmi::ValType::F32 => {
            let bits = if f32::from_bits(bits as u32).is_nan() { 0 } else { bits as u32 };
            (Val::F32(bits), wasmi::Val::F32(wasmi::F32::from_bits(bits)))
        }
        wasmi::ValType::F64 => {
            let bits = if f64::from_bits(bits).is_nan() { 0 } else { bits };
            (Val::F64(bits), wasmi::Val::F64(wasmi::F64::from_bits(bits)))
        }
        wasmi::ValType::FuncRef | wasmi::ValType::ExternRef => {
            (Val::default_for(val_type(ty)), wasmi::Val::default(ty))
        }
        wasmi::ValType::V128 => unreachable!("no vectors are generated"),
    }
}

fn val_type(ty: wasmi::ValType) -> ValType {
    match ty {
        wasmi::ValType::I32 => ValType::I32,
        wasmi::ValType::I64 => ValType::I64,
        wasmi::ValType::F32 => ValType::F32,
        wasmi::ValType::F64 => ValType::F64,
        wasmi::ValType::V128 => ValType::V128,
        wasmi::ValType::FuncRef => ValType::FuncRef,
        wasmi::ValType::ExternRef => ValType::ExternRef,
    }
}

/// The same import for both.
fn import(
    rng: &mut Rng,
    ty: &wasmi::ExternType,
    ours: &mut Store<()>,
    theirs: &mut wasmi::Store<()>,
) -> (Extern, wasmi::Extern) {
    match ty {
        wasmi::ExternType::Func(ty) => {
            let params = ty.params().iter().map(|ty| val_type(*ty));
            let own = FuncType::new(params, ty.results().iter().map(|ty| val_type(*ty)));
            let values: Vec<_> = ty.results().iter().map(|ty| edge(rng, *ty)).collect();
            let (mine, other): (Vec<_>, Vec<_>) = values.into_iter().unzip();
            let mine = Func::new(&mut *ours, own, move |_, _, results| {
                results.clone_from_slice(&mine);
                Ok(())
            });
            let other = wasmi::Func::new(&mut *theirs, ty.clone(), move |_, _, results| {
                results.clone_from_slice(&other);
                Ok(())
            });
            (Extern::Func(mine), wasmi::Extern::Func(other))
        }
        wasmi::ExternType::Global(ty) => {
            let (mine, other) = edge(rng, ty.content());
            let mutable = ty.mutability().is_mut();
            let mutability = if mutable { Mutability::Var } else { Mutability::Const };
            let own = GlobalType::new(val_type(ty.content()), mutability);
            let mine = Global::new(&mut *ours, own, mine).expect("the value has its type");
            let other = wasmi::Global::new(&mut *theirs, other, ty.mutability());
            (Extern::Global(mine), wasmi::Extern::Global(other))
        }
        wasmi::ExternType::Memory(ty) => {
            let own = MemoryType::new(ty.minimum() as u32, ty.maximum().map(|max| max as u32));
            let mine = Memory::new(&mut *ours, own).expect("a small memory");
            let other = wasmi::Memory::new(&mut *theirs, *ty).expect("a small memory");
            (Extern::Memory(mine), wasmi::Extern::Memory(other))
        }
        wasmi::ExternType::Table(ty) => {
            let is_func = ty.element() == wasmi::ValType::FuncRef;
            let element = if is_func { RefType::Func } else { RefType::Extern };
            let maximum = ty.maximum().map(|maximum| maximum as u32);
            let own = TableType::new(element, ty.minimum() as u32, maximum);
            let null = Val::default_for(val_type(ty.element()));
            let mine = Table::new(&mut *ours, own, null).expect("a small table");
            let null = wasmi::Val::default(ty.element());
            let other = wasmi::Table::new(&mut *theirs, *ty, null).expect("a small table");
            (Extern::Table(mine), wasmi::Extern::Table(other))
        }
    }
}

fn our_trap(error: &Error) -> &'static str {
    let known = [
        (Trap::MemoryOutOfBounds, "memory"),
        (Trap::TableOutOfBounds, "table"),
        (Trap::IndirectOutOfBounds, "table"),
        (Trap::IndirectCallToNull, "null"),
        (Trap::BadSignature, "signature"),
        (Trap::IntegerOverflow, "overflow"),
        (Trap::IntegerDivisionByZero, "division"),
        (Trap::BadConversionToInteger, "conversion"),
        (Trap::UnreachableCodeReached, "unreachable"),
        (Trap::StackOverflow, "stack"),
    ];
    let trap = error.downcast_ref::<Trap>().unwrap_or_else(|| panic!("no trap: {error:?}"));
    known.iter().find(|(one, _)| one == trap).unwrap_or_else(|| panic!("{error:?}")).1
}

fn their_trap(error: &wasmi::Error) -> &'static str {
    use wasmi::TrapCode::*;
    let Some(code) = error.as_trap_code() else {
        // Some bounds of bulk operations are errors of their own.
        return match error.kind() {
            wasmi::errors::ErrorKind::Table(_) => "table",
            wasmi::errors::ErrorKind::Memory(_) => "memory",
            other => panic!("no trap: {other:?}"),
        };
    };
    match code {
        MemoryOutOfBounds => "memory",
        TableOutOfBounds => "table",
        IndirectCallToNull => "null",
        BadSignature => "signature",
        IntegerOverflow => "overflow",
        IntegerDivisionByZero => "division",
        BadConversionToInteger => "conversion",
        UnreachableCodeReached => "unreachable",
        StackOverflow => "stack",
        other => panic!("{other:?}"),
    }
}

fn our_state(instance: Instance, store: &mut Store<()>) -> State {
    let exports = instance.exports(&mut *store);
    let state = exports.into_iter().filter_map(|export| {
        let name = export.name().to_string();
        let bytes = match export.into_extern() {
            Extern::Global(global) => format!("{:?}", ours(&global.get(&mut *store))).into_bytes(),
            Extern::Memory(memory) => memory.data(&*store).to_vec(),
            Extern::Table(table) => (0..table.size(&*store))
                .map(|n| ours(&table.get(&mut *store, n).expect("in bounds")))
                .map(|value| u8::from(value == Value::Reference { null: true }))
                .collect(),
            Extern::Func(_) => return None,
        };
        Some((name, bytes))
    });
    let mut state: State = state.collect();
    state.sort();
    state
}

fn their_state(instance: wasmi::Instance, store: &wasmi::Store<()>) -> State {
    let state = instance.exports(store).filter_map(|export| {
        let name = export.name().to_string();
        let bytes = match export.into_extern() {
            wasmi::Extern::Global(global) => {
                format!("{:?}", theirs(&global.get(store))).into_bytes()
            }
            wasmi::Extern::Memory(memory) => memory.data(store).to_vec(),
            wasmi::Extern::Table(table) => (0..table.size(store))
                .map(|n| theirs(&table.get(store, n).expect("in bounds")))
                .map(|value| u8::from(value == Value::Reference { null: true }))
                .collect(),
            wasmi::Extern::Func(_) => return None,
        };
        Some((name, bytes))
    });
    let mut state: State = state.collect();
    state.sort();
    state
}

/// Runs one module in both; how many calls gave values, and how many trapped.
fn compare(seed: u64, engines: &[Engine]) -> (usize, usize) {
    let mut rng = Rng::new(seed);
    let bytes = module(&mut rng);
    let engine = rng.below(engines.len());
    let context = || format!("seed {seed}, engine {engine}");
    let mut config = wasmi::Config::default();
    config.wasm_multi_memory(true).wasm_tail_call(true).wasm_extended_const(true);
    let interpreter = wasmi::Engine::new(&config);
    let their_module = match wasmi::Module::new(&interpreter, &bytes) {
        Ok(module) => module,
        Err(error) => panic!("{}: the interpreter refuses it: {error}", context()),
    };
    let our_module = match Module::from_binary(&engines[engine], &bytes) {
        Ok(module) => module,
        Err(error) => panic!("{}: {error:?}", context()),
    };
    let mut our_store = Store::new(&engines[engine], ());
    let mut their_store = wasmi::Store::new(&interpreter, ());
    let imports = their_module.imports();
    let imports: (Vec<Extern>, Vec<wasmi::Extern>) = imports
        .map(|wanted| import(&mut rng, wanted.ty(), &mut our_store, &mut their_store))
        .unzip();
    // The interpreter has imports of a kind together.
    let mut made = imports.0;
    let mut in_order = Vec::new();
    for wanted in &our_module.info().imports {
        let fits = |one: &Extern| match wanted.entity {
            EntityIndex::Func(_) => matches!(one, Extern::Func(_)),
            EntityIndex::Table(_) => matches!(one, Extern::Table(_)),
            EntityIndex::Memory(_) => matches!(one, Extern::Memory(_)),
            EntityIndex::Global(_) => matches!(one, Extern::Global(_)),
        };
        let at = made.iter().position(fits).expect("as many of a kind");
        in_order.push(made.remove(at));
    }
    let our_instance = Instance::new(&mut our_store, &our_module, &in_order);
    let their_instance = wasmi::Instance::new(&mut their_store, &their_module, &imports.1);
    let (our_instance, their_instance) = match (our_instance, their_instance) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Err(ours), Err(theirs)) => {
            // The interpreter says of segments that do not fit that they do not, not that it traps.
            if theirs.as_trap_code().is_some() {
                let (here, there) = (our_trap(&ours), their_trap(&theirs));
                assert!(here == there || [here, there].contains(&"stack"), "{}", context());
            }
            return (0, 1);
        }
        (Err(ours), Ok(_)) if our_trap(&ours) == "stack" => return (0, 1),
        (Ok(_), Err(theirs)) if theirs.as_trap_code() == Some(wasmi::TrapCode::StackOverflow) => {
            return (0, 1);
        }
        (ours, theirs) => panic!("{}: {:?}, {:?}", context(), ours.err(), theirs.err()),
    };
    let (mut returned, mut trapped) = (0, 0);
    let names: Vec<String> =
        their_instance.exports(&their_store).map(|export| export.name().to_string()).collect();
    for name in names {
        let Some(other) = their_instance.get_func(&their_store, &name) else { continue };
        let mine = our_instance.get_func(&mut our_store, &name).expect("exported here too");
        let ty = other.ty(&their_store);
        let values = ty.params().iter().map(|ty| edge(&mut rng, *ty));
        let (our_args, their_args): (Vec<Val>, Vec<wasmi::Val>) = values.unzip();
        let defaults = ty.results().iter();
        let mut our_results: Vec<Val> =
            defaults.clone().map(|ty| Val::default_for(val_type(*ty))).collect();
        let mut their_results: Vec<wasmi::Val> =
            defaults.map(|ty| wasmi::Val::default(*ty)).collect();
        let here = match mine.call(&mut our_store, &our_args, &mut our_results) {
            Ok(()) => Ending::Values(our_results.iter().map(ours).collect()),
            Err(error) => Ending::Trap(our_trap(&error)),
        };
        let there = match other.call(&mut their_store, &their_args, &mut their_results) {
            Ok(()) => Ending::Values(their_results.iter().map(theirs).collect()),
            Err(error) => Ending::Trap(their_trap(&error)),
        };
        // How deep calls go is each engine's own affair; what was done until then differs.
        if [&here, &there].contains(&&Ending::Trap("stack")) {
            return (returned, trapped + 1);
        }
        assert_eq!(here, there, "{}: {name} of {our_args:?}", context());
        match here {
            Ending::Values(_) => returned += 1,
            Ending::Trap(_) => trapped += 1,
        }
        let (here, there) =
            (our_state(our_instance, &mut our_store), their_state(their_instance, &their_store));
        for (here, there) in here.iter().zip(&there) {
            assert!(here == there, "{}: after {name}: {} {}", context(), here.0, there.0);
        }
        assert_eq!(here.len(), there.len(), "{}", context());
    }
    (returned, trapped)
}

#[test]
fn an_interpreter_agrees() {
    let engines = engines();
    // More by hand: WINDLASS_SEEDS=1000..50000.
    let seeds = std::env::var("WINDLASS_SEEDS").ok();
    let seeds = seeds.as_deref().map(|text| text.split_once("..").expect("FROM..TO"));
    let seeds = seeds.map(|(from, to)| from.parse().expect("a number")..to.parse().expect("one"));
    let (mut returned, mut trapped) = (0, 0);
    for seed in seeds.unwrap_or(0..MODULES) {
        let (more_returned, more_trapped) = compare(seed, &engines);
        returned += more_returned;
        trapped += more_trapped;
    }
    assert!(returned > 500 && trapped > 500, "{returned} calls returned, {trapped} trapped");
}
