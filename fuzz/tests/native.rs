//! Generated functions compiled for the host give what the interpreter gives, on the plainest
//! processor and on this one, by both register allocators, whose checker is on.
#![cfg(target_arch = "x86_64")]

use windlass_fuzz::generate::{Config, generate};
use windlass_fuzz::native::{Verdict, check, config, host};

/// Runs the seeds and returns how many calls agreed.
fn run(seeds: std::ops::Range<u64>, config: &Config, shared: &[&str], features: &[&str]) -> usize {
    let isa = host(shared, features);
    let mut calls = 0;
    for seed in seeds {
        match check(&generate(seed, config), &isa) {
            Verdict::Agree(number) => calls += number,
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    calls
}

#[test]
fn on_every_processor() {
    let calls = run(0..120, &config(), &[], &[]);
    assert!(calls > 300, "only {calls} calls");
}

#[test]
fn on_this_processor() {
    let features = windlass_isa::host_features();
    let calls = run(120..240, &config(), &[], &features);
    assert!(calls > 300, "only {calls} calls");
}

#[test]
fn by_the_fast_allocator() {
    let calls = run(240..320, &config(), &["regalloc_algorithm=single_pass"], &[]);
    assert!(calls > 200, "only {calls} calls");
}

#[test]
fn simplified_before() {
    let features = windlass_isa::host_features();
    let calls = run(345..465, &config(), &["opt_level=speed"], &features);
    assert!(calls > 300, "only {calls} calls");
}

#[test]
fn with_atomic_operations_of_128_bits() {
    let features = windlass_isa::host_features();
    assert!(features.contains(&"has_cmpxchg16b"), "this test needs a processor with cmpxchg16b");
    let config = Config { wide_atomics: true, max_signature: (24, 12), ..config() };
    let calls = run(465..525, &config, &[], &["has_cmpxchg16b"]);
    assert!(calls > 150, "only {calls} calls");
}

#[test]
fn with_many_live_values() {
    let config = Config { functions: 2, size: 300, max_signature: (14, 4), ..config() };
    let calls = run(320..345, &config, &[], &[]);
    assert!(calls > 50, "only {calls} calls");
}

#[test]
fn what_traps_in_the_interpreter_traps_in_code() {
    let hunt = env!("CARGO_BIN_EXE_hunt");
    let output = std::process::Command::new(hunt).args(["traps", "0", "100"]).output();
    let output = output.expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let traps: usize = text.trim().parse().unwrap_or_else(|_| panic!("{text}"));
    assert!(traps > 30, "only {traps} traps");
}
