//! The `windlass` command: runs, compiles, shows and tests.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use windlass_tools::clif::ClifCommand;
use windlass_tools::compile::CompileCommand;
use windlass_tools::disasm::DisasmCommand;
use windlass_tools::exit::{Outcome, failure, message};
use windlass_tools::filetest::FiletestCommand;
use windlass_tools::help::HelpCommand;
use windlass_tools::inspect::InspectCommand;
use windlass_tools::run::RunCommand;
use windlass_tools::wast::WastCommand;

/// A code generator with a WebAssembly runtime
///
/// Exit codes: 0, or what the program ended with; 1 if a file is bad or a test fails; 2 for wrong
/// use; 134 if the program trapped.
#[derive(Parser, Debug)]
#[command(name = "windlass", version, about, disable_help_subcommand = true)]
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
    Help(HelpCommand),
}

fn main() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => {
            let code = error.exit_code();
            // Standard error may be closed; there is nobody to tell then.
            let _ = error.print();
            let file = std::env::args_os().nth(1).map(PathBuf::from);
            if let (ErrorKind::InvalidSubcommand, Some(file)) = (error.kind(), file)
                && file.is_file()
            {
                eprintln!("\nto run this file: windlass run {}", file.display());
            }
            return ExitCode::from(code as u8);
        }
    };
    let (name, result) = match command {
        Command::Run(command) => ("run", command.execute()),
        Command::Compile(command) => ("compile", command.execute()),
        Command::Clif(command) => ("clif", command.execute()),
        Command::Disasm(command) => ("disasm", command.execute()),
        Command::Inspect(command) => ("inspect", command.execute()),
        Command::Wast(command) => ("wast", command.execute()),
        Command::Filetest(command) => ("filetest", command.execute()),
        Command::Help(command) => ("help", command.execute(Cli::command())),
    };
    match result {
        Ok(outcome) => {
            windlass_tools::options::report();
            Outcome::into(outcome)
        }
        Err(error) => {
            eprintln!("windlass: {}", message(&error, name));
            ExitCode::from(failure(&error))
        }
    }
}
