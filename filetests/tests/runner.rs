//! The runner itself: what passes, what fails and with which message, and what is skipped.

use windlass_filetests::{Options, Report, run_text};

fn run(text: &str) -> Report {
    run_text("test.clif", text, Options::default())
}

/// The only failure of a text: its line and message.
fn failure(text: &str) -> (usize, String) {
    let report = run(text);
    assert_eq!(report.failures.len(), 1, "{report}: {:?}", report.failures);
    (report.failures[0].line, report.failures[0].message.clone())
}

const ADD: &str = "\nfunction %add(i32, i32) -> i32 {\nblock0(v0: i32, v1: i32):\n    v2 = iadd v0, v1\n    return v2\n}\n";

#[test]
fn run_lines_are_counted_and_compared() {
    let report = run(&format!(
        "test interpret{ADD}; run: %add(1, 2) == 3\n; run: %add(1, 2) != 4\n; print: %add(40, 2)\n"
    ));
    assert_eq!(report.to_string(), "3 passed, 0 failed, 0 skipped");
    assert_eq!(report.printed, ["%add(40, 2) -> 42"]);
    let (line, message) = failure(&format!("test interpret{ADD}; run: %add(1, 2) == 4\n"));
    assert_eq!(line, 7);
    assert!(message.contains("expected == 4, got 3"), "{message}");
    let (line, message) = failure(&format!("test interpret{ADD}\n; run: %add(1) == 4\n"));
    assert_eq!(line, 8);
    assert!(message.contains('2') || message.contains(','), "{message}");
    let (_, message) = failure(&format!("test interpret{ADD}; run: %sub(1, 2) == 4\n"));
    assert!(message.contains("%sub"), "{message}");
}

#[test]
fn targets_that_do_not_exist_are_skipped() {
    let text =
        format!("test run\ntarget s390x{ADD}; run: %add(1, 2) == 3\n; run: %add(0, 0) == 1\n");
    assert_eq!(run(&text).to_string(), "0 passed, 0 failed, 2 skipped");
}

#[test]
fn traps_are_values() {
    let text = "test interpret\nfunction %f(i8) -> i8 {\nblock0(v0: i8):\n    v1 = udiv v0, v0\n    return v1\n}\n";
    let report = run(&format!("{text}; trap: %f(0) == int_divz\n; run: %f(3) == 1\n"));
    assert_eq!(report.to_string(), "2 passed, 0 failed, 0 skipped");
    let (_, message) = failure(&format!("{text}; run: %f(0) == 1\n"));
    assert!(message.contains("int_divz"), "{message}");
    let (_, message) = failure(&format!("{text}; trap: %f(0) == int_ovf\n"));
    assert!(message.contains("expected trap int_ovf, got trap int_divz"), "{message}");
    let (_, message) = failure(&format!("{text}; trap: %f(1) == int_ovf\n"));
    assert!(message.contains("expected trap int_ovf, got 1"), "{message}");
}

#[test]
fn what_tests_nothing_fails() {
    for (text, want) in [
        ("", "no `test` line"),
        ("test interpret\n", "no function"),
        (&format!("test interrupt{ADD}"), "`test interrupt` is unknown"),
        (&format!("test cat fast{ADD}"), "no option `fast`"),
        (&format!("test run{ADD}; run: %add(1, 2) == 3"), "requires an ISA"),
        ("test cat\nfunction %f( {\n", "expected"),
    ] {
        let (_, message) = failure(text);
        assert!(message.contains(want), "{text}: {message}");
    }
}

#[test]
fn invalid_functions_fail_before_commands_run() {
    let text = "test interpret\nfunction %f(i8) -> i8 {\nblock0(v0: i8):\n    return\n}\n; run: %f(1) == 1\n";
    let (line, message) = failure(text);
    assert_eq!(line, 2);
    assert!(message.contains("invalid"), "{message}");
}

#[test]
fn every_error_of_the_verifier_must_be_announced() {
    let text = |comment: &str| {
        format!(
            "test verifier\nfunction %f(i8) -> i8 {{\nblock0(v0: i8):\n    return{comment}\n}}\n"
        )
    };
    assert_eq!(run(&text(" ; error: return")).to_string(), "1 passed, 0 failed, 0 skipped");
    assert!(failure(&text("")).1.contains("unexpected error"));
    assert!(failure(&text(" ; error: green")).1.contains("`green`"));
    let good = format!("test verifier{ADD}; error: return\n");
    assert!(failure(&good).1.contains("was not reported"));
}

#[test]
fn texts_are_matched() {
    let report = run(&format!("test cat\n; check: function{ADD}; check: v2 = iadd v0, v1\n"));
    assert_eq!(report.to_string(), "1 passed, 0 failed, 0 skipped");
    let (_, message) = failure(&format!("test cat{ADD}; check: isub\n"));
    assert!(message.contains("check: isub"), "{message}");
}
