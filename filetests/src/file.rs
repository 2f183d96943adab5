//! One test file: reading it and running its commands.

use crate::{Failure, Options, Report, audit, bless};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use windlass_core::ir::Function;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::testfile::{Feature, IsaSpec, ParseOptions, TestCommand, TestFile, parse_test};
use windlass_core::text::{Comment, Details};
use windlass_core::verify::{Target, verify_function};

/// What a command knows while it runs.
pub struct Cx<'a> {
    /// The text of the file.
    pub text: &'a str,
    /// What was read from it.
    pub file: &'a TestFile<'a>,
    /// The command.
    pub command: &'a TestCommand<'a>,
    /// The target, for commands that need one.
    pub isa: Option<OwnedTargetIsa>,
    /// Options of the run.
    pub options: Options,
    /// Where results are counted.
    pub report: Report,
    path: &'a Path,
    /// Where the lines of the text end.
    lines: &'a [usize],
}

impl<'a> Cx<'a> {
    /// What functions are verified for.
    pub fn target(&self) -> Target<'_> {
        match &self.isa {
            Some(isa) => Target::from(&**isa),
            None => Target::from(&self.file.flags),
        }
    }

    /// Counts a test that passed or failed.
    pub fn count(&mut self, line: usize, result: Result<(), String>) {
        match result {
            Ok(()) => self.report.passed += 1,
            Err(message) => {
                let target = self.isa.as_ref().map_or(String::new(), |isa| {
                    let on =
                        isa.isa_flags().into_iter().filter(|flag| flag.as_bool() == Some(true));
                    let on: Vec<_> = on.map(|flag| flag.name).collect();
                    format!(" [{} {}]", isa.name(), on.join(" "))
                });
                let message = format!("test {}{target}: {message}", self.command);
                self.report.failures.push(Failure { path: self.path.to_path_buf(), line, message });
            }
        }
    }

    /// The line of a comment, from 1.
    pub fn line_of(&self, comment: &Comment<'_>) -> usize {
        let at = offset(self.text, comment);
        at.map_or(0, |at| self.lines.partition_point(|&end| end < at) + 1)
    }
}

/// Where in a text a comment of it starts.
pub fn offset(text: &str, comment: &Comment<'_>) -> Option<usize> {
    let at = (comment.text.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    (at <= text.len()).then_some(at)
}

/// The line where a function starts.
pub fn line(details: &Details<'_>) -> usize {
    details.location.line_number as usize
}

/// Runs a file.
pub fn run(path: &Path, options: Options) -> Report {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return failed(path, 0, error.to_string()),
    };
    run_text(path, &text, options)
}

fn failed(path: &Path, line: usize, message: String) -> Report {
    let failures = vec![Failure { path: path.to_path_buf(), line, message }];
    Report { failures, ..Report::default() }
}

/// Runs the text of a file.
pub fn run_text(path: &Path, text: &str, options: Options) -> Report {
    let run = AssertUnwindSafe(|| run_commands(path, text, options));
    catch_unwind(run).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        failed(path, 0, format!("a panic: {message}"))
    })
}

fn run_commands(path: &Path, text: &str, options: Options) -> Report {
    let parse_options = ParseOptions {
        machine_code_cfg_info: true,
        lookup: Some(&windlass_isa::lookup),
        ..ParseOptions::default()
    };
    let file = match parse_test(text, parse_options) {
        Ok(file) => file,
        Err(error) => return failed(path, error.location.line_number as usize, error.message),
    };
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut report = Report::default();
    if let Err((line, message)) = audit::audit(text, &file) {
        return failed(path, line, message);
    }
    if file.features.iter().any(|feature| matches!(feature, Feature::With(_))) {
        // No feature of the build is named by tests so far: those that want one are skipped.
        report.skipped += file.commands.len();
        return report;
    }
    if options.coverage {
        report.coverage.add(text, &file);
    }
    let mut commands: Vec<_> =
        file.commands.iter().filter_map(|c| Some((c, audit::mode_of(c)?))).collect();
    // Commands that change the functions come last.
    commands.sort_by_key(|(_, mode)| mode.changes);
    for (command, mode) in commands {
        let Some(run) = mode.run else {
            report.skipped += mode.weight(&file);
            continue;
        };
        let isas: Vec<Option<OwnedTargetIsa>> = match (&file.isa_spec, mode.needs_isa) {
            (IsaSpec::Some(isas), true) => {
                report.skipped += file.skipped_targets.len() * mode.weight(&file);
                isas.iter().cloned().map(Some).collect()
            }
            (IsaSpec::None(_), true) => {
                report.merge(failed(
                    path,
                    1,
                    format!("`test {command}` requires an ISA: add a `target` line"),
                ));
                continue;
            }
            (IsaSpec::Some(isas), false) if isas.len() == 1 && file.skipped_targets.is_empty() => {
                vec![isas.first().cloned()]
            }
            (_, false) => vec![None],
        };
        for isa in isas {
            let (part, lines) = (Report::default(), &lines);
            let mut cx = Cx { text, file: &file, command, isa, options, report: part, path, lines };
            if mode.verifies
                && let Err((line, message)) = verify(&file.functions, cx.target())
            {
                cx.count(line, Err(message));
            } else {
                run(&mut cx);
            }
            let part = cx.report;
            report.merge(part);
        }
    }
    if options.bless && report.blessed > 0 {
        bless::finish(path, &mut report);
    }
    report
}

fn verify(
    functions: &[(Function, Details<'_>)],
    target: Target<'_>,
) -> Result<(), (usize, String)> {
    for (function, details) in functions {
        if let Err(errors) = verify_function(function, target) {
            let errors: Vec<String> = errors.0.iter().map(|e| e.located(details)).collect();
            let message = format!("{} is invalid:\n  {}", function.name, errors.join("\n  "));
            return Err((line(details), message));
        }
    }
    Ok(())
}
