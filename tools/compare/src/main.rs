//! `windlass-compare`: Windlass and its peers side by side, interleaved (A B A B), in processes of
//! their own; medians and spreads, worst first, as a table, CSV and SVG.
//!
//! `windlass-compare run` measures everything on our own kernels, or on the files and folders that
//! it is given; `windlass-compare builds OLD NEW` compares two builds of the `windlass` command.
#![deny(unsafe_code)]

mod builds;
mod callgrind;
mod engines;
mod measure;
mod programs;
mod report;
mod stats;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use engines::Engine;
use indicatif::{ProgressBar, ProgressStyle};
use measure::Metric;
use programs::Program;
use report::Results;

/// Windlass and its peers, measured side by side
#[derive(Parser)]
#[command(name = "windlass-compare")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure Windlass and its peers
    Run(RunCommand),
    /// Compare two builds of the `windlass` command
    Builds(builds::BuildsCommand),
    /// One measurement, in this process
    #[command(hide = true)]
    Measure(measure::MeasureCommand),
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Compile time in one thread and in all, memory, size of code
    Compile,
    /// Instructions of the compiler by phase, under callgrind
    Instructions,
    /// Run time of programs
    Run,
    /// Instances, and calls in and out
    Instances,
}

#[derive(Args)]
struct RunCommand {
    /// Modules, or folders of modules; our own kernels if none is given
    paths: Vec<PathBuf>,
    /// Rounds of every measurement
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    /// What is measured; everything if not given
    #[arg(long, value_enum, value_delimiter = ',')]
    what: Vec<What>,
    /// The engines beside Windlass
    #[arg(long, value_enum, value_delimiter = ',',
          default_values = ["wasmtime", "wasmtime-no-opt", "winch", "wasmi", "node", "native"])]
    peers: Vec<Engine>,
    /// The folder for `results.csv` and the plots
    #[arg(long, default_value = ".", value_name = "DIR")]
    out: PathBuf,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Run(command) => command.execute(),
        Command::Builds(command) => command.execute(),
        Command::Measure(command) => command.execute(),
    }
}

/// A bar for `count` measurements.
pub fn progress(count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({eta})");
    ProgressBar::new(count as u64).with_style(style.expect("the template is right"))
}

impl RunCommand {
    fn wants(&self, what: What) -> bool {
        self.what.is_empty() || self.what.contains(&what)
    }

    fn execute(self) -> Result<()> {
        let programs = programs::find(&self.paths)?;
        let mut engines = vec![Engine::Windlass];
        engines.extend(&self.peers);
        let mut results = Results::default();
        let mut failures = Vec::new();
        if self.wants(What::Run) {
            self.run(&programs, &engines, &mut results, &mut failures)?;
        }
        if self.wants(What::Compile) {
            self.compile(&programs, &engines, &mut results, &mut failures)?;
        }
        if self.wants(What::Instructions) {
            instructions(&programs, &engines, &mut results, &mut failures)?;
        }
        if self.wants(What::Instances) {
            self.instances(&engines, &mut results, &mut failures)?;
        }
        println!("{}", results.table(&Engine::Windlass.name()));
        std::fs::create_dir_all(&self.out)?;
        let csv = self.out.join("results.csv");
        std::fs::write(&csv, results.csv())
            .with_context(|| format!("writing {}", csv.display()))?;
        for (quantity, file) in [(RUN, "run.svg"), (COMPILE, "compile.svg")] {
            results.plot(quantity, &Engine::Windlass.name(), &self.out.join(file))?;
        }
        for failure in &failures {
            println!("not measured: {failure}");
        }
        match failures.iter().any(|failure| failure.starts_with("windlass")) {
            true => bail!("some programs were not measured on Windlass"),
            false => Ok(()),
        }
    }

    fn run(
        &self,
        programs: &[Program],
        engines: &[Engine],
        results: &mut Results,
        failures: &mut Vec<String>,
    ) -> Result<()> {
        let bar = progress(programs.len() * self.rounds);
        for program in programs {
            let mut working: Vec<Engine> = engines.to_vec();
            working.retain(|engine| *engine != Engine::Native || program.source.is_some());
            let mut printed: Option<Vec<u8>> = None;
            for _ in 0..self.rounds {
                bar.set_message(program.name.clone());
                working.retain(|&engine| match measure::take(engine, Metric::Run, Some(program)) {
                    Ok((report, output)) => {
                        results.add(&program.name, RUN, &engine.name(), report.values[0]);
                        if *printed.get_or_insert_with(|| output.clone()) != output {
                            failures.push(format!(
                                "{}: {} prints something else",
                                engine.name(),
                                program.name
                            ));
                        }
                        true
                    }
                    Err(error) => {
                        failures.push(format!("{}: {}: {error}", engine.name(), program.name));
                        false
                    }
                });
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn compile(
        &self,
        programs: &[Program],
        engines: &[Engine],
        results: &mut Results,
        failures: &mut Vec<String>,
    ) -> Result<()> {
        let bar = progress(programs.len() * self.rounds);
        for program in programs {
            let mut working: Vec<Engine> = engines.to_vec();
            working.push(Engine::WindlassFast);
            working.retain(|engine| engine.is_library());
            for _ in 0..self.rounds {
                bar.set_message(program.name.clone());
                working.retain(|&engine| match compile_once(engine, program, results) {
                    Ok(()) => true,
                    Err(error) => {
                        failures.push(format!("{}: {}: {error}", engine.name(), program.name));
                        false
                    }
                });
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn instances(
        &self,
        engines: &[Engine],
        results: &mut Results,
        failures: &mut Vec<String>,
    ) -> Result<()> {
        let mut working: Vec<Engine> = engines.to_vec();
        working.retain(|e| matches!(e, Engine::Windlass | Engine::Wasmtime | Engine::Wasmi));
        let bar = progress(self.rounds);
        for _ in 0..self.rounds {
            for &engine in &working {
                let quantities = [
                    (Metric::Instantiate, &["instance, one thread (s)"][..]),
                    (Metric::InstantiateTwo, &["instance, two threads (s)"][..]),
                    (Metric::Calls, &["call in (s)", "call out (s)"][..]),
                ];
                for (metric, names) in quantities {
                    match measure::take(engine, metric, None) {
                        Ok((report, _)) => {
                            for (name, value) in names.iter().zip(report.values) {
                                results.add("small module", name, &engine.name(), value);
                            }
                        }
                        Err(error) => failures.push(format!("{}: {error}", engine.name())),
                    }
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }
}

const RUN: &str = "run time (s)";
const COMPILE: &str = "compile, one thread (s)";

fn compile_once(engine: Engine, program: &Program, results: &mut Results) -> Result<()> {
    let name = engine.name();
    let (one, _) = measure::take(engine, Metric::Compile, Some(program))?;
    results.add(&program.name, COMPILE, &name, one.values[0]);
    results.add(&program.name, "peak memory, one thread (KiB)", &name, one.peak_kb as f64);
    if one.values[1] > 0.0 {
        results.add(&program.name, "code (bytes)", &name, one.values[1]);
    }
    let (all, _) = measure::take(engine, Metric::CompileParallel, Some(program))?;
    results.add(&program.name, "compile, all threads (s)", &name, all.values[0]);
    Ok(())
}

/// Counts repeat exactly, so that one round is enough.
fn instructions(
    programs: &[Program],
    engines: &[Engine],
    results: &mut Results,
    failures: &mut Vec<String>,
) -> Result<()> {
    let bar = progress(programs.len());
    for program in programs {
        bar.set_message(program.name.clone());
        let bytes = wasm_code_bytes(program)?;
        let counted = engines.iter().filter(|e| e.is_library() && **e != Engine::Wasmi);
        for &engine in counted {
            match callgrind::count(engine, program) {
                Ok(counts) => {
                    let per_byte = counts.total as f64 / bytes as f64;
                    let name = engine.name();
                    results.add(&program.name, "instructions per byte", &name, per_byte);
                    let mut rest = counts.total;
                    for (phase, count) in counts.phases {
                        let quantity = format!("instructions per byte, {phase}");
                        results.add(&program.name, &quantity, &name, count as f64 / bytes as f64);
                        rest -= count;
                    }
                    let quantity = "instructions per byte, the rest";
                    results.add(&program.name, quantity, &name, rest as f64 / bytes as f64);
                }
                Err(error) => {
                    failures.push(format!("{}: {}: {error}", engine.name(), program.name))
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Bytes of the bodies of a module's functions.
fn wasm_code_bytes(program: &Program) -> Result<usize> {
    let bytes = std::fs::read(&program.wasm)
        .with_context(|| format!("reading {}", program.wasm.display()))?;
    let module = windlass_wasm::translate_module(&bytes, windlass_wasm::WasmFeatures::all())?;
    Ok(module.bodies.iter().map(ExactSizeIterator::len).sum::<usize>().max(1))
}
