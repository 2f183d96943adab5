//! `windlass filetest`: runs textual tests of the IR.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::exit::Outcome;
use crate::inspect::print;
use windlass_filetests::Options;

/// Run textual tests of the IR
///
/// Expectations are rewritten in place when the environment variable WINDLASS_BLESS is 1.
#[derive(Args, Debug)]
pub struct FiletestCommand {
    /// Files, or folders that are searched for .clif files
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// Print which opcodes were run at which types under which flags; a hole is a failure
    #[arg(long)]
    coverage: bool,
}

impl FiletestCommand {
    /// Runs the files; prints failures and the counts.
    pub fn execute(self) -> Result<Outcome> {
        let options = Options { coverage: self.coverage, ..Options::from_env() };
        let report = windlass_filetests::run(&self.paths, options);
        for text in &report.printed {
            print(&format!("{text}\n"))?;
        }
        for failure in &report.failures {
            eprintln!("{failure}");
        }
        if self.coverage {
            print(&format!("{}\n", report.coverage))?;
        }
        print(&format!("{report}\n"))?;
        Ok(if report.is_success() { Outcome::Success } else { Outcome::Failures })
    }
}
