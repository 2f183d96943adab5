//! The `windlass` command: runs, compiles, shows and tests.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use windlass_tools::clif::ClifCommand;
use windlass_tools::compile::CompileCommand;
use windlass_tools::disasm::DisasmCommand;
use windlass_tools::exit::{Outcome, failure, message};
use windlass_tools::filetest::FiletestCommand;
use windlass_tools::inspect::InspectCommand;
use windlass_tools::run::RunCommand;
use windlass_tools::wast::WastCommand;

/// A code generator with a WebAssembly runtime
///
/// Exit codes: 0, or what the program ended with; 1 if a file is bad or a test fails; 2 for wrong
/// use; 134 if the program trapped.
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
    Clif(ClifCommand),
    Disasm(DisasmCommand),
    Inspect(InspectCommand),
    Wast(WastCommand),
    Filetest(FiletestCommand),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(command) => command.execute(),
        Command::Compile(command) => command.execute(),
        Command::Clif(command) => command.execute(),
        Command::Disasm(command) => command.execute(),
        Command::Inspect(command) => command.execute(),
        Command::Wast(command) => command.execute(),
        Command::Filetest(command) => command.execute(),
    };
    match result {
        Ok(outcome) => Outcome::into(outcome),
        Err(error) => {
            eprintln!("windlass: {}", message(&error));
            ExitCode::from(failure(&error))
        }
    }
}
