//! From rewrites of the IR to Rust.

use crate::syntax::{Problem, Rule};

/// The body of a generated file.
pub fn file(path: &str, rules: &[Rule], problems: &mut Vec<Problem>) -> String {
    let _ = (path, rules, problems);
    String::new()
}

/// The file `mod.rs` beside the generated files.
pub fn dispatch(dir: &str, groups: &[(String, Vec<Rule>)]) -> String {
    let _ = (dir, groups);
    String::new()
}
