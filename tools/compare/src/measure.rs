//! One measurement in a process of its own: the child's side, which does the work and reports, and
//! the parent's side, which starts it and reads the report.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::engines::{self, Engine, Job};
use crate::programs::Program;

/// What a child says at the end of standard error.
const MARK: &str = "windlass-compare report: ";

/// A V8 host for WASI programs; the time is that of `_start`.
const NODE_HOST: &str = r#"
const { WASI } = require("node:wasi");
const [mark, file, ...args] = process.argv.slice(1);
const wasi = new WASI({ version: "preview1", args, preopens: { ".": "." }, returnOnExit: true });
const module = new WebAssembly.Module(require("node:fs").readFileSync(file));
const instance = new WebAssembly.Instance(module, wasi.getImportObject());
const start = process.hrtime.bigint();
const code = wasi.start(instance);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
if (code) process.exit(code);
process.stderr.write(`\n${mark}${JSON.stringify({ values: [seconds], peak_kb: 0 })}\n`);
"#;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Metric {
    /// Seconds to compile a module in one thread; bytes of code.
    Compile,
    /// The same in all threads.
    CompileParallel,
    /// Seconds of `_start`.
    Run,
    /// Seconds to make and drop an instance of a small module.
    Instantiate,
    /// The same with two threads that do so at once.
    InstantiateTwo,
    /// Seconds of a call into Wasm, and of one out of it.
    Calls,
}

/// One measurement, in this process.
#[derive(Args, Debug)]
pub struct MeasureCommand {
    /// The engine
    #[arg(long, value_enum)]
    engine: Engine,
    /// What is measured
    #[arg(long, value_enum)]
    metric: Metric,
    /// The program, where one is needed, and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    program: Vec<String>,
}

/// What a measurement found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Seconds, or seconds and bytes of code, or two times in seconds.
    pub values: Vec<f64>,
    /// The process's peak of resident memory in KiB; 0 where it is not known.
    pub peak_kb: u64,
}

impl MeasureCommand {
    /// Does what is measured and reports on standard error.
    ///
    /// # Errors
    /// If the engine cannot do it.
    pub fn execute(self) -> Result<()> {
        let wasm = || -> Result<Vec<u8>> {
            let path = self.program.first().context("no program is given")?;
            std::fs::read(path).with_context(|| format!("reading {path}"))
        };
        let values = match self.metric {
            Metric::Compile | Metric::CompileParallel => {
                let parallel = self.metric == Metric::CompileParallel;
                let done = engines::compile(self.engine, &wasm()?, parallel)?;
                vec![done.time.as_secs_f64(), done.code_bytes as f64]
            }
            Metric::Run => {
                let job = Job { wasm: wasm()?, args: self.program.clone(), dir: ".".into() };
                vec![engines::run(self.engine, &job)?.as_secs_f64()]
            }
            Metric::Instantiate => vec![engines::instantiate(self.engine, 1)?],
            Metric::InstantiateTwo => vec![engines::instantiate(self.engine, 2)?],
            Metric::Calls => engines::calls(self.engine)?.to_vec(),
        };
        let report = Report { values, peak_kb: peak_kb().unwrap_or(0) };
        eprintln!("\n{MARK}{}", serde_json::to_string(&report)?);
        Ok(())
    }
}

/// The peak of this process's resident memory, where the system says so.
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The command that takes one measurement of a library.
pub fn command(engine: Engine, metric: Metric, program: Option<&Program>) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    let metric = metric.to_possible_value().context("every metric has a name")?;
    command.args(["measure", "--engine", &engine.name(), "--metric", metric.get_name()]);
    if let Some(program) = program {
        command.arg(&program.wasm).args(&program.args).current_dir(program.dir());
    }
    Ok(command)
}

/// Takes one measurement in a new process: the report, and what the program printed.
///
/// # Errors
/// If the process fails or reports nothing.
pub fn take(
    engine: Engine,
    metric: Metric,
    program: Option<&Program>,
) -> Result<(Report, Vec<u8>)> {
    let output = match (engine, program) {
        (Engine::Node, Some(program)) => node(program)?,
        (Engine::Native, Some(program)) => return native(program),
        _ => command(engine, metric, program)?.output()?,
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = errors.lines().rev().find_map(|line| line.strip_prefix(MARK));
    let Some(report) = report.filter(|_| output.status.success()) else {
        bail!("{} failed ({}): {}", engine.name(), output.status, errors.trim());
    };
    Ok((serde_json::from_str(report)?, output.stdout))
}

fn node(program: &Program) -> Result<Output> {
    let mut command = Command::new("node");
    // The optimising compiler does everything before the start.
    command.args(["--no-warnings", "--no-liftoff", "--no-wasm-lazy-compilation"]);
    command.args(["-e", NODE_HOST, MARK]).arg(&program.wasm).arg(&program.wasm);
    command.args(&program.args).current_dir(program.dir());
    command.output().context("starting node")
}

/// Runs a program's native form, compiled when it is needed first; the time is the process's.
fn native(program: &Program) -> Result<(Report, Vec<u8>)> {
    let source = program.source.as_ref().context("there is no C source")?;
    let binary = std::env::temp_dir().join(format!("windlass-compare-{}", program.name));
    if newer(source, &binary) {
        let mut gcc = Command::new("gcc");
        let status = gcc.args(["-O3", "-w", "-o"]).arg(&binary).arg(source).arg("-lm").status();
        if !status.context("starting gcc")?.success() {
            bail!("gcc does not compile {}", source.display());
        }
    }
    let start = Instant::now();
    let output = Command::new(&binary).args(&program.args).current_dir(program.dir()).output()?;
    let values = vec![start.elapsed().as_secs_f64()];
    if !output.status.success() {
        bail!("{} ended with {}", binary.display(), output.status);
    }
    Ok((Report { values, peak_kb: 0 }, output.stdout))
}

/// Whether a file must be made from another.
fn newer(source: &Path, made: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    match (time(source), time(made)) {
        (Some(source), Some(made)) => source > made,
        _ => true,
    }
}
