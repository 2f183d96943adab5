//! Textual tests of the IR and their runner.
//!
//! A test file says in its first lines what is tested and for which targets; expectations are
//! comments. [`run`] runs files in parallel; what is counted are run lines, and commands where a
//! command has none. `WINDLASS_BLESS=1`, or [`Options::bless`], writes exact expectations anew.
//! What would pass without having been compared is a failure: a file, folder or command without
//! tests, a directive that no command reads, a word that is nearly a directive.
#![deny(unsafe_code)]

mod audit;
mod bless;
mod calls;
pub mod check;
mod coverage;
pub mod directive;
mod emulator;
mod file;
pub mod generate;
mod graph;
mod modes;
mod native;

use rayon::prelude::*;
use std::fmt;
use std::path::{Path, PathBuf};

pub use coverage::Coverage;

/// What to do beside running.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Write exact expectations anew instead of comparing.
    pub bless: bool,
    /// Collect which operations are tested at which types, and report holes.
    pub coverage: bool,
}

impl Options {
    /// The options that the environment asks for: `WINDLASS_BLESS=1`.
    pub fn from_env() -> Self {
        let bless = std::env::var_os("WINDLASS_BLESS").is_some_and(|value| value == "1");
        Self { bless, coverage: false }
    }
}

/// A test that failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// What was expected and what came.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

/// What came out of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that could not be run here.
    pub skipped: usize,
    /// Tests that failed, by file and line.
    pub failures: Vec<Failure>,
    /// What `print:` directives showed, by file.
    pub printed: Vec<String>,
    /// Files whose expectations were written anew.
    pub blessed: usize,
    /// Which operations were tested, where that was asked for.
    pub coverage: Coverage,
    edits: Vec<bless::Edit>,
}

impl Report {
    /// True where nothing failed and, if coverage was asked for, nothing is missing.
    pub fn is_success(&self) -> bool {
        self.failures.is_empty()
    }

    fn merge(&mut self, other: Report) {
        self.passed += other.passed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
        self.printed.extend(other.printed);
        self.blessed += other.blessed;
        self.edits.extend(other.edits);
        self.coverage.merge(other.coverage);
    }
}

/// The last line of a run.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, failed) = (self.passed, self.failures.len());
        write!(f, "{passed} passed, {failed} failed, {} skipped", self.skipped)
    }
}

/// Runs all test files among `paths`, which are files or folders.
pub fn run(paths: &[PathBuf], options: Options) -> Report {
    let mut report = Report::default();
    let mut files = Vec::new();
    for path in paths {
        let found = files.len();
        if let Err(error) = collect(path, path.is_file(), &mut files) {
            report.failures.push(Failure {
                path: path.clone(),
                line: 0,
                message: error.to_string(),
            });
        } else if files.len() == found {
            let message = String::from("there is no test file (*.clif) here");
            report.failures.push(Failure { path: path.clone(), line: 0, message });
        }
    }
    files.sort();
    files.dedup();
    let reports: Vec<Report> = files.par_iter().map(|path| file::run(path, options)).collect();
    reports.into_iter().for_each(|one| report.merge(one));
    if report.failures.is_empty() && report.passed + report.skipped == 0 {
        let path = paths.first().cloned().unwrap_or_default();
        let message = String::from("nothing was tested");
        report.failures.push(Failure { path, line: 0, message });
    }
    if options.coverage {
        let path = PathBuf::from("coverage");
        let holes = report.coverage.holes().into_iter();
        let holes = holes.map(|message| Failure { path: path.clone(), line: 0, message });
        report.failures.extend(holes);
    }
    report
}

/// The command `filetest` of the tools: runs, writes what happened to standard output, the last
/// line being the counts, and tells whether all went well. With `coverage`, the table of what is
/// tested comes first and holes are failures.
pub fn command(paths: &[PathBuf], coverage: bool) -> std::io::Result<bool> {
    use std::io::Write;
    let report = run(paths, Options { coverage, ..Options::from_env() });
    let mut out = std::io::stdout().lock();
    for line in &report.printed {
        writeln!(out, "{line}")?;
    }
    if coverage {
        write!(out, "{}", report.coverage)?;
    }
    for failure in &report.failures {
        writeln!(out, "FAIL {failure}")?;
    }
    if report.blessed > 0 {
        writeln!(out, "{} expectations written anew", report.blessed)?;
    }
    writeln!(out, "{report}")?;
    Ok(report.is_success())
}

/// Runs a text as if it were a file of this name.
pub fn run_text(name: &str, text: &str, options: Options) -> Report {
    file::run_text(Path::new(name), text, options)
}

/// Adds the test files at a path; a file that was named is taken whatever it is called.
fn collect(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if std::fs::metadata(path)?.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), false, files)?;
        }
    } else if named || path.extension().is_some_and(|extension| extension == "clif") {
        files.push(path.to_path_buf());
    }
    Ok(())
}
