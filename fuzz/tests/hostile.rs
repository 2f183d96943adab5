//! Modules that were made to take long: the work is counted, and twice the module takes twice the
//! work, or it is refused with an error that names the function.

use windlass_fuzz::hostile::{Cost, Genome, SHAPES, WORST, compile};

/// Steps of allocation for each byte that no module may exceed, and for each function beside.
const STEPS_PER_BYTE: u64 = 40;
const STEPS: u64 = 40_000;

/// Compiles at a size and at twice that; true if it was compiled.
fn check(genome: &Genome, bytes: usize) -> bool {
    let costs = [1, 2].map(|factor| compile(&genome.module(factor * bytes)));
    for cost in &costs {
        let most = STEPS_PER_BYTE * cost.bytes as u64 + STEPS;
        assert!(cost.work <= most, "{genome}: {} steps for {} bytes", cost.work, cost.bytes);
        if !cost.refused.is_empty() {
            assert!(cost.refused.contains("function "), "{genome}: {}", cost.refused);
            let limit = ["exceeds a limit", "than its size allows"];
            assert!(limit.iter().any(|text| cost.refused.contains(text)), "{}", cost.refused);
        }
    }
    let [once, twice] = &costs;
    let compiled = |cost: &Cost| cost.refused.is_empty();
    if compiled(once) && compiled(twice) && once.bytes as f64 > 0.9 * bytes as f64 {
        let [x, y] = [once, twice].map(|cost| cost.work as f64 / cost.bytes as f64);
        // What changes from one allocator to the other, or from values to memory, is no growth.
        assert!(y < 1.5 * x + 4.0, "{genome}: {x:.2} steps per byte, at twice the size {y:.2}");
    }
    compiled(once) && compiled(twice)
}

#[test]
fn work_is_in_proportion_to_the_size() {
    let (mut compiled, mut refused) = (0, 0);
    for shape in SHAPES {
        for m in [1, 10, 100, 1_000] {
            let all = check(&Genome::of(shape, 20_000, m), 8_000);
            *(if all { &mut compiled } else { &mut refused }) += 1;
        }
    }
    assert!(compiled >= 36 && refused >= 3, "{compiled} compiled, {refused} refused");
}

#[test]
fn the_worst_that_were_found_are_in_proportion_too() {
    for text in WORST {
        check(&text.parse().expect("a genome"), 12_000);
    }
}
