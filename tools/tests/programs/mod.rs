//! Programs of the system, run by tests: compilers, linkers, debuggers, and what they make.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a command, which may fail.
pub fn command(folder: &Path, program: &str, args: &[&str]) -> Output {
    let output = Command::new(program).args(args).current_dir(folder).output();
    output.unwrap_or_else(|error| panic!("{program} (install it): {error}"))
}

/// Runs a command, which must succeed; returns what it printed on its two streams.
#[allow(dead_code, reason = "not every test runs such commands")]
#[track_caller]
pub fn both(folder: &Path, program: &str, args: &[&str]) -> (String, String) {
    let output = command(folder, program, args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{program} {args:?}: {}\n{out}\n{err}", output.status);
    (out, err)
}
