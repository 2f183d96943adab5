//! How many mutated Wasm modules stay valid.

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};
use windlass_fuzz::mutate::{WASM_WORDS, damage, vary_wasm};
use windlass_fuzz::rng::Rng;

fn module(rng: &mut Rng) -> Vec<u8> {
    let noise: Vec<u8> = (0..512).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
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
        min_funcs: 1,
        ..Config::default()
    };
    let mut noise = Unstructured::new(&noise);
    Module::new(config, &mut noise).expect("enough noise for a module").to_bytes()
}

fn valid(bytes: &[u8]) -> bool {
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::WASM2)
        .validate_all(bytes)
        .is_ok()
}

#[test]
fn varied_modules_mostly_stay_valid_and_damaged_ones_mostly_do_not() {
    let mut rng = Rng::new(1);
    let (mut plain, mut varied, mut damaged) = (0, 0, 0);
    for _ in 0..200 {
        let bytes = module(&mut rng);
        plain += usize::from(valid(&bytes));
        varied += usize::from(valid(&vary_wasm(&mut rng, &bytes)));
        damaged += usize::from(valid(&damage(&mut rng, &bytes, WASM_WORDS)));
    }
    assert!(plain >= 190);
    assert!(varied >= 150);
    assert!(damaged < 150);
}
