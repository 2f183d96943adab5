//! The `windlass` command: runs, compiles and tests.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use windlass_tools::compile::CompileCommand;
use windlass_tools::exit::{FAILURE, Outcome};
use windlass_tools::filetest::FiletestCommand;
use windlass_tools::run::RunCommand;
use windlass_tools::wast::WastCommand;

/// A code generator with a WebAssembly runtime
#[derive(Parser, Debug)]
#[command(name = "windlass", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Run(RunCommand),
    Compile(CompileCommand),
    Wast(WastCommand),
    Filetest(FiletestCommand),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(command) => command.execute(),
        Command::Compile(command) => command.execute(),
        Command::Wast(command) => command.execute(),
        Command::Filetest(command) => command.execute(),
    };
    match result {
        Ok(outcome) => Outcome::into(outcome),
        Err(error) => {
            eprintln!("windlass: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}
