//! `windlass compile`: compiles every function of a module.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use windlass_runtime::{Engine, Module};

use crate::exit::Outcome;
use crate::options::{CodegenOptions, apply_features};

/// Compile every function of a Wasm module
#[derive(Args, Debug)]
pub struct CompileCommand {
    /// The module, binary or text
    file: PathBuf,

    /// Where to write the code and its metadata; nothing is written without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Proposals to switch on, or off with `-` in front
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,

    /// Print sizes and counts of the compilation
    #[arg(long)]
    stats: bool,

    #[command(flatten)]
    codegen: CodegenOptions,
}

impl CompileCommand {
    /// Compiles the file.
    pub fn execute(self) -> Result<Outcome> {
        let mut config = self.codegen.config()?;
        apply_features(&mut config, &self.wasm_features)?;
        let engine = Engine::new(&config)?;
        let module = Module::from_file(&engine, &self.file)?;
        if self.stats {
            print!("{}", module.compile_stats());
        }
        if let Some(output) = &self.output {
            let bytes = module.code_dump();
            fs::write(output, bytes).with_context(|| format!("writing {}", output.display()))?;
        }
        if self.codegen.time_passes {
            eprint!("{}", engine.pass_times());
        }
        Ok(Outcome::Success)
    }
}
