//! Instructions that a compiler executes, counted by callgrind, by phase.
//!
//! The counts are those of each function itself, sorted into phases by its name: the table below.

use std::collections::HashMap;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::engines::Engine;
use crate::measure::{Metric, command};
use crate::programs::Program;

/// Phases by parts of function names; the first that fits counts.
const PHASES: [(&str, &[&str]); 6] = [
    ("register allocation", &["regalloc2::"]),
    ("validation", &["wasmparser::"]),
    (
        "optimiser",
        &["windlass_core::opt::", "egraph", "cranelift_codegen::opts", "::alias_analysis"],
    ),
    (
        "translation",
        &[
            "windlass_wasm::",
            "windlass_frontend::",
            "cranelift_frontend::",
            "wasmtime_internal_cranelift::translate",
            "wasmtime_internal_cranelift::func_environ",
        ],
    ),
    ("emission", &["::emit", "MachBuffer", "CodeBuffer", "assembler", "::encode"]),
    (
        "lowering",
        &[
            "::lower",
            "windlass_isa_x86_64::",
            "windlass_core::machine::",
            "cranelift_codegen::isa::",
            "cranelift_codegen::machinst::",
        ],
    ),
];

/// Instructions of a compilation.
#[derive(Clone, Debug)]
pub struct Counts {
    /// All of the process.
    pub total: u64,
    /// By phase, in the table's order; what is in none is the rest.
    pub phases: Vec<(&'static str, u64)>,
}

/// Counts the instructions of compiling a program in one thread.
///
/// # Errors
/// If valgrind is not there or the compilation fails.
pub fn count(engine: Engine, program: &Program) -> Result<Counts> {
    let file =
        std::env::temp_dir().join(format!("windlass-compare-{}.callgrind", std::process::id()));
    let plain = command(engine, Metric::Compile, Some(program))?;
    let mut valgrind = std::process::Command::new("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    valgrind.arg(plain.get_program()).args(plain.get_args()).current_dir(program.dir());
    valgrind.env("RAYON_NUM_THREADS", "1").stdout(Stdio::null());
    let output = valgrind.output().context("starting valgrind")?;
    if !output.status.success() {
        bail!("valgrind: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
    let _ = std::fs::remove_file(&file);
    Ok(parse(&String::from_utf8_lossy(&text)))
}

/// Sums a profile in callgrind's format: costs of functions, without those of the calls in them.
fn parse(text: &str) -> Counts {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut phases: Vec<(&'static str, u64)> = PHASES.iter().map(|p| (p.0, 0)).collect();
    let (mut total, mut phase, mut skip) = (0, None, false);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn=")) {
            let (id, name) = rest.split_once(' ').unwrap_or((rest, ""));
            if !name.is_empty() {
                names.insert(id, name);
            }
            if line.starts_with("fn=") {
                let name = names.get(id).copied().unwrap_or(name);
                phase = PHASES.iter().position(|p| p.1.iter().any(|part| name.contains(part)));
            }
        } else if line.starts_with("calls=") {
            skip = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '*')) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
            if let Some(cost) = cost.filter(|_| !std::mem::take(&mut skip)) {
                total += cost;
                if let Some(phase) = phase {
                    phases[phase].1 += cost;
                }
            }
        }
    }
    Counts { total, phases }
}

#[cfg(test)]
mod tests {
    #[test]
    fn costs_of_calls_are_not_counted_twice() {
        let text = "fn=(1) a::regalloc2::run\n10 5\ncfn=(2) main\ncalls=1 3\n+1 100\n* 7\n\
                    fn=(2)\n3 100\n";
        let counts = super::parse(text);
        assert_eq!(counts.total, 112);
        assert_eq!(counts.phases[0], ("register allocation", 12));
    }
}
