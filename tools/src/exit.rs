//! Exit codes of the command, as users of such commands expect them.

use std::process::ExitCode;

use windlass_runtime::WasmBacktrace;

/// Everything went well.
pub const SUCCESS: u8 = 0;
/// The command could not do its work: a file that cannot be read, an invalid module, a failed test.
pub const FAILURE: u8 = 1;
/// The command was called wrongly.
pub const USAGE: u8 = 2;
/// The Wasm program trapped: as a native program that is ended by SIGABRT.
pub const TRAP: u8 = 134;

/// A mistake in the options or arguments, as opposed to one in the files that they name.
#[derive(Debug)]
pub struct Usage;

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wrong use")
    }
}

impl std::error::Error for Usage {}

/// Marks an error as one in the options or arguments.
pub fn usage(error: anyhow::Error) -> anyhow::Error {
    error.context(Usage)
}

/// The exit code of a command that failed.
pub fn failure(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() { USAGE } else { FAILURE }
}

/// An error of a subcommand with its causes on one line, each once, and behind it the frames of Wasm
/// code that it came through.
pub fn message(error: &anyhow::Error, command: &str) -> String {
    let wrong_use = error.is::<Usage>();
    let frames = error.downcast_ref::<WasmBacktrace>().map(ToString::to_string);
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors say what caused them, and have it as their source as well.
        let said = causes.last().is_some_and(|last| last.ends_with(cause.trim_end()));
        if !(said || wrong_use && cause == Usage.to_string() || frames.as_ref() == Some(&cause)) {
            causes.push(cause.trim_end().to_string());
        }
    }
    let mut text = causes.join(": ");
    if wrong_use {
        text += &format!(" (`windlass {command} --help` lists the options)");
    }
    if let Some(frames) = frames {
        text += &format!("\n{}", frames.trim_end());
    }
    text
}

/// The outcome of a subcommand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did its work.
    Success,
    /// It did its work and found failures.
    Failures,
    /// The program ended with this status.
    Status(i32),
    /// The program trapped; the trap has been printed.
    Trapped,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Success => SUCCESS,
            Outcome::Failures => FAILURE,
            Outcome::Trapped => TRAP,
            // Only the low byte reaches the parent; a status that would vanish there stays visible.
            Outcome::Status(status) => match status as u8 {
                0 if status != 0 => FAILURE,
                byte => byte,
            },
        })
    }
}

/// Counts of a test run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What held.
    pub passed: usize,
    /// What did not.
    pub failed: usize,
    /// What was not tried.
    pub skipped: usize,
}

impl Counts {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The outcome: failures, if anything failed or was not tried.
    pub fn outcome(self) -> Outcome {
        if self.failed + self.skipped == 0 { Outcome::Success } else { Outcome::Failures }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}
