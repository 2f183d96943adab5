//! The Wasm path on mutated and truncated modules: what is valid is compiled, the rest is refused
//! with an error.

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};
use wasmparser::{Validator, WasmFeatures};
use windlass_fuzz::mutate::{WASM_WORDS, damage, vary_wasm};
use windlass_fuzz::rng::Rng;
use windlass_runtime::{Config as EngineConfig, Engine, MemoryPlan, Module as Compiled};

const INPUTS: u64 = 10_000;

fn module(rng: &mut Rng) -> Vec<u8> {
    let noise: Vec<u8> = (0..1024).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
    let config = Config {
        simd_enabled: false,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        extended_const_enabled: false,
        tail_call_enabled: false,
        memory64_enabled: false,
        wide_arithmetic_enabled: false,
        custom_page_sizes_enabled: false,
        shared_everything_threads_enabled: false,
        custom_descriptors_enabled: false,
        multi_value_enabled: true,
        max_memories: 1,
        max_tables: 2,
        min_types: 2,
        min_funcs: 4,
        ..Config::default()
    };
    let mut noise = Unstructured::new(&noise);
    Module::new(config, &mut noise).expect("enough noise for a module").to_bytes()
}

fn valid(bytes: &[u8]) -> bool {
    Validator::new_with_features(WasmFeatures::WASM2).validate_all(bytes).is_ok()
}

fn engine(plan: MemoryPlan) -> Engine {
    let mut config = EngineConfig::new();
    config.memory_plan(plan).parallel_compilation(false);
    config.codegen_setting("regalloc_checker", "true").expect("a setting");
    Engine::new(&config).expect("a host with back end")
}

#[test]
fn mutated_modules_are_compiled_or_refused() {
    let engines = [engine(MemoryPlan::Reserved), engine(MemoryPlan::Checked)];
    let (mut compiled, mut refused) = (0, 0);
    for seed in 0..INPUTS {
        let mut rng = Rng::new(seed);
        let base = module(&mut rng);
        let bytes = match seed % 4 {
            0 => base[..rng.below(base.len())].to_vec(),
            1 => damage(&mut rng, &base, WASM_WORDS),
            _ => vary_wasm(&mut rng, &base),
        };
        let engine = &engines[rng.below(2)];
        match Compiled::from_binary(engine, &bytes) {
            Ok(module) => {
                assert!(valid(&bytes), "seed {seed}: an invalid module was compiled");
                compiled += usize::from(module.info().defined_functions() > 0);
            }
            Err(error) => {
                assert!(!valid(&bytes), "seed {seed}: a valid module was refused: {error}");
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    assert!(compiled >= 3_000, "only {compiled} modules were compiled");
    assert!(refused >= 3_000, "only {refused} modules were refused");
}
