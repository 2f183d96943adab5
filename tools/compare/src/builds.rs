//! Two builds of the `windlass` command, compared: compile time and run time as whole processes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::programs::{self, Program};
use crate::report::Results;

/// Which builds, on what.
#[derive(Args)]
pub struct BuildsCommand {
    /// The build that the other is compared with
    old: PathBuf,
    /// The build that is judged
    new: PathBuf,
    /// Modules, or folders of modules; our own kernels if none is given
    paths: Vec<PathBuf>,
    /// Rounds of every measurement
    #[arg(long, default_value_t = 10)]
    rounds: usize,
}

impl BuildsCommand {
    /// Measures both and prints the tables.
    ///
    /// # Errors
    /// If a build fails on a program, or the two print different things.
    pub fn execute(self) -> Result<()> {
        let programs = programs::find(&self.paths)?;
        let old = self.old.canonicalize().with_context(|| self.old.display().to_string())?;
        let new = self.new.canonicalize().with_context(|| self.new.display().to_string())?;
        let mut results = Results::default();
        let bar = crate::progress(programs.len() * self.rounds);
        for program in &programs {
            for _ in 0..self.rounds {
                bar.set_message(program.name.clone());
                let mut printed = Vec::new();
                for (build, name) in [(&new, "new"), (&old, "old")] {
                    let (seconds, _) = time(build, "compile", program)?;
                    results.add(&program.name, "compile (s)", name, seconds);
                    let (seconds, output) = time(build, "run", program)?;
                    results.add(&program.name, "run, with compiling (s)", name, seconds);
                    printed.push(output);
                }
                if printed[0] != printed[1] {
                    bail!("{}: the builds print different things", program.name);
                }
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        println!("{}", results.table("new"));
        Ok(())
    }
}

/// The seconds of a whole process, and what it printed.
fn time(build: &Path, subcommand: &str, program: &Program) -> Result<(f64, Vec<u8>)> {
    let mut command = Command::new(build);
    command.arg(subcommand);
    if subcommand == "run" {
        command.args(["--dir", ".::."]);
    }
    command.arg(&program.wasm).current_dir(program.dir()).stderr(Stdio::piped());
    if subcommand == "run" {
        command.args(&program.args);
    }
    let start = Instant::now();
    let output = command.output().with_context(|| format!("starting {}", build.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{} {subcommand} {}: {}", build.display(), program.name, errors.trim());
    }
    Ok((seconds, output.stdout))
}
