//! Looks for modules that take more time, memory or counted work to compile than others of their
//! size.
//!
//! `climb SEED MINUTES [BYTES]` climbs from one random module after the other, in turn towards
//! steps, memory and time per byte, and prints the worst of each whenever one is found. Every
//! module is compiled in a process of its own.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use windlass_fuzz::hostile::{Cost, Genome, as_child, climb, compile_in_child};

/// Changes to one module before another one is begun.
const STEPS: usize = 60;
/// What a process takes before it compiles anything, in KiB.
const IDLE: u64 = 8_000;

type Goal = (&'static str, fn(&Cost) -> f64);

const GOALS: [Goal; 3] = [
    ("steps", |cost| cost.work as f64 / cost.bytes as f64),
    ("bytes of memory", |cost| 1024.0 * cost.peak.saturating_sub(IDLE) as f64 / cost.bytes as f64),
    ("microseconds", |cost| 1e6 * cost.seconds / cost.bytes as f64),
];

fn main() -> ExitCode {
    if let Some(code) = as_child() {
        return code;
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |n: usize| args.get(n).and_then(|text| text.parse::<u64>().ok());
    let (Some(seed), Some(minutes)) = (number(0), number(1)) else {
        eprintln!("usage: climb SEED MINUTES [BYTES]");
        return ExitCode::from(2);
    };
    let bytes = number(2).unwrap_or(50_000) as usize;
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let mut worst: Vec<(f64, Option<Genome>)> = vec![(0.0, None); GOALS.len()];
    let mut climbs = 0;
    while Instant::now() < until {
        let goal = climbs as usize % GOALS.len();
        let (name, measure) = GOALS[goal];
        let (genome, most) = climb(seed + climbs, STEPS, |genome| {
            if Instant::now() >= until {
                return 0.0;
            }
            measure(&compile_in_child(genome, bytes))
        });
        climbs += 1;
        if most > worst[goal].0 {
            println!("climb {climbs}: {most:.2} {name} per byte: {genome}");
            worst[goal] = (most, Some(genome));
        }
    }
    println!("{climbs} climbs of {STEPS} steps");
    for ((most, genome), (name, _)) in worst.iter().zip(GOALS) {
        let Some(genome) = genome else { continue };
        let cost = compile_in_child(genome, bytes);
        println!("{most:.2} {name} per byte: {genome}\n    {cost:?}");
    }
    ExitCode::SUCCESS
}
