//! `windlass compile`: compiles every function of a module.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use windlass_runtime::{Artifact, Engine, Module, TextError};

use crate::exit::{Outcome, usage};
use crate::inspect::print;
use crate::options::{CodegenOptions, apply_features};
use crate::progress;

/// Compile every function of a Wasm module
///
/// The file that is written runs with `windlass run --allow-precompiled`, where Windlass has the
/// same version and the processor has what the code needs.
#[derive(Args, Debug)]
pub struct CompileCommand {
    /// The module, binary or text
    file: PathBuf,

    /// Where to write the compiled module; nothing is written without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// What to write
    #[arg(long, value_enum, default_value = "cwasm", value_name = "FORM")]
    emit: Emit,

    /// The machine to compile for, such as x86_64-unknown-linux-gnu; this one if not given
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// Proposals to switch on, or off with `-` in front
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,

    /// Print sizes and counts of the compilation
    #[arg(long)]
    stats: bool,

    #[command(flatten)]
    codegen: CodegenOptions,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Emit {
    /// A module to be loaded
    Cwasm,
    /// The code behind a list of functions as text
    Dump,
}

/// Writes a file. One that is there is replaced, not changed: it may be mapped by a process that
/// runs it.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Ok(fs::write(path, bytes)?);
    }
    let mut new = path.as_os_str().to_os_string();
    new.push(format!(".new-{}", std::process::id()));
    let new = PathBuf::from(new);
    let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    Ok(written?)
}

impl CompileCommand {
    /// Compiles the file.
    pub fn execute(self) -> Result<Outcome> {
        let mut config = self.codegen.config_for(self.target.as_deref())?;
        apply_features(&mut config, &self.wasm_features)?;
        progress::show(&mut config);
        if self.target.is_some() && self.emit == Emit::Dump {
            return Err(usage(anyhow!("--emit dump is for this machine only")));
        }
        let engine = Engine::new(&config).map_err(usage)?;
        let bytes = match (&self.output, self.target.is_some(), self.emit) {
            (_, true, _) | (Some(_), _, Emit::Cwasm) => {
                let wasm = fs::read(&self.file);
                let wasm = wasm.with_context(|| format!("reading {}", self.file.display()))?;
                let bytes = engine.precompile_module(&wasm);
                let bytes = bytes.map_err(|error| TextError::in_file(error, &self.file))?;
                if self.stats {
                    print(&Artifact::new(bytes.clone())?.compile_stats().to_string())?;
                }
                bytes
            }
            (output, false, _) => {
                let module = Module::from_file(&engine, &self.file)?;
                if self.stats {
                    print(&module.compile_stats().to_string())?;
                }
                if output.is_some() { module.code_dump() } else { Vec::new() }
            }
        };
        if let Some(output) = &self.output {
            write(output, &bytes).with_context(|| format!("writing {}", output.display()))?;
        }
        Ok(Outcome::Success)
    }
}
