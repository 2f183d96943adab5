//! What hostile modules of about 50 KB take to compile: time and the most memory of a process of
//! their own, or the error that refuses them.
//!
//! `cargo bench -p windlass-fuzz --bench hostile [NAME]`; each row is the best of three runs.

use std::process::ExitCode;

use windlass_fuzz::hostile::{Cost, Genome, SHAPES, WORST, as_child, compile_in_child};

const BYTES: usize = 50_000;

fn main() -> ExitCode {
    if let Some(code) = as_child() {
        return code;
    }
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let mut genomes: Vec<Genome> = SHAPES
        .into_iter()
        .flat_map(|shape| [1, 10, 50, 200, 1_000].map(|m| Genome::of(shape, 20_000, m)))
        .collect();
    // As many functions as fit, each with a thousand parameters and results or locals.
    for results in [1, 1_000] {
        genomes.push(Genome { functions: 4_000, results, ..Genome::of(SHAPES[8], 1, 10_000) });
    }
    genomes.extend(WORST.iter().map(|text| text.parse::<Genome>().expect("a genome")));
    println!("{:>8} {:>9} {:>9} {:>6}  genome, error", "bytes", "seconds", "MB", "fast");
    for genome in genomes {
        if filter.as_ref().is_some_and(|filter| !genome.to_string().contains(filter.as_str())) {
            continue;
        }
        let costs = [(); 3].map(|()| compile_in_child(&genome, BYTES));
        let best = costs.iter().min_by(|x, y| x.seconds.total_cmp(&y.seconds));
        let Cost { bytes, seconds, peak, fell_back, refused, .. } = best.expect("three runs");
        let peak = *peak as f64 * 1024.0 / 1e6;
        println!("{bytes:>8} {seconds:>9.3} {peak:>9.1} {fell_back:>6}  {genome} {refused}");
    }
    ExitCode::SUCCESS
}
