//! Writing exact expectations anew: the comments behind a function's closing brace.

use crate::Report;
use crate::file::{self, Cx};
use std::path::Path;

/// What is to be written behind the function that starts in a line.
#[derive(Clone, Debug)]
pub struct Edit {
    line: usize,
    lines: Vec<String>,
}

/// Notes the new expectation of a function.
pub fn record(cx: &mut Cx<'_>, index: usize, lines: &[&str]) {
    let line = file::line(&cx.file.functions[index].1);
    let lines = lines.iter().map(|line| format!("; {line}").trim_end().to_string()).collect();
    cx.report.edits.push(Edit { line, lines });
    cx.report.blessed += 1;
}

/// Writes a file with all that was noted.
pub fn finish(path: &Path, report: &mut Report) {
    let edits = std::mem::take(&mut report.edits);
    let result =
        std::fs::read_to_string(path).and_then(|text| std::fs::write(path, apply(&text, &edits)));
    if let Err(error) = result {
        let path = path.to_path_buf();
        let message = format!("cannot write expectations: {error}");
        report.failures.push(crate::Failure { path, line: 0, message });
    }
}

/// The text with new expectations: comments behind the function's brace are replaced, but for
/// those that start with `;;`.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::new();
    let mut pending: Option<&Edit> = None;
    let mut behind = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(edit) = edits.iter().find(|edit| edit.line == number + 1) {
            pending = Some(edit);
            behind = false;
        } else if line.starts_with("function") {
            (pending, behind) = (None, false);
        }
        if behind && (line.is_empty() || line.starts_with(';') && !line.starts_with(";;")) {
            continue;
        }
        if behind {
            behind = line.starts_with(";;");
        }
        if line.starts_with("function") && !out.is_empty() && !out.ends_with("\n\n") {
            out.push('\n');
        }
        out += line;
        out.push('\n');
        if line.starts_with('}')
            && let Some(edit) = pending.take()
        {
            out.push('\n');
            edit.lines.iter().for_each(|line| {
                out += line;
                out.push('\n');
            });
            behind = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_replaced_where_they_belong() {
        let text = "test compile\n\nfunction %a() {\nblock0:\n    return\n}\n; old\n;\n; older\n\n\
                    function %b() {\nblock0:\n    return\n}\n\n;; prose\n; kept\n";
        let edits = [Edit { line: 3, lines: vec!["; new".into(), ";".into()] }];
        let want = "test compile\n\nfunction %a() {\nblock0:\n    return\n}\n\n; new\n;\n\n\
                    function %b() {\nblock0:\n    return\n}\n\n;; prose\n; kept\n";
        assert_eq!(apply(text, &edits), want);
        let edits = [Edit { line: 11, lines: vec!["; two".into()] }];
        let out = apply(want, &edits);
        assert!(out.ends_with("}\n\n; two\n;; prose\n"), "{out}");
        assert!(out.contains("; new\n;\n\nfunction %b"), "{out}");
    }
}
