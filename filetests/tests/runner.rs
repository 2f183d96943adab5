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
        ("; nothing but a comment\n", "no `test` line"),
        (ADD, "no `test` line"),
        ("test interpret\n", "no function"),
        (&format!("test interpret{ADD}"), "no `run:`"),
        (&format!("test interpret{ADD}; %add(1, 2) == 4\n"), "no `run:`"),
        (&format!("test run\ntarget x86_64{ADD}"), "no `run:`"),
        (&format!("test run\ntarget s390x{ADD}"), "no `run:`"),
        (&format!("test cat{ADD}"), "no `check:`"),
        (&format!("test cat{ADD}; regex: X=v\\d+\n"), "no `check:`"),
        (&format!("test print-cfg{ADD}"), "no `check:`"),
        (&format!("test domtree{ADD}"), "no `dominates:`"),
        (&format!("test{ADD}"), "expected a command"),
        (&format!("test cat\nset{ADD}; check: add"), "expected a setting"),
        (&format!("test cat\ntarget{ADD}; check: add"), "not a target triple"),
        (&format!("test inline slowly\ntarget x86_64{ADD}"), "no option `slowly`"),
        (
            &format!("test compile precise-output expect-fail\ntarget x86_64{ADD}"),
            "no output to compare",
        ),
        (&format!("test interrupt{ADD}"), "`test interrupt` is unknown"),
        (&format!("test cat fast{ADD}"), "no option `fast`"),
        (&format!("test run{ADD}; run: %add(1, 2) == 3"), "requires an ISA"),
        ("test cat\nfunction %f( {\n", "expected"),
    ] {
        let (_, message) = failure(text);
        assert!(message.contains(want), "{text}: {message}");
    }
}

/// What looks like a test and is none: the directive is not read, or nearly one.
#[test]
fn what_no_command_reads_fails() {
    for (text, line, want) in [
        (format!("test cat{ADD}; check: add\n; run: %add(1, 2) == 4\n"), 8, "reads `run:`"),
        (format!("test cat{ADD}; check: add\n; trap: %add(1, 2) == int_ovf"), 8, "`trap:`"),
        (format!("test cat{ADD}; check: add\n; print: %add(1, 2)\n"), 8, "`print:`"),
        (format!("test cat{ADD}; check: add\n; error: wrong\n"), 8, "`error:`"),
        (format!("test cat{ADD}; check: add\n; dominates: block1\n"), 8, "`dominates:`"),
        (format!("test interpret{ADD}; run: %add(1, 2) == 3\n; check: sub\n"), 8, "`check:`"),
        (format!("test interpret{ADD}; run: %add(1, 2) == 3\n; not: add\n"), 8, "`not:`"),
        (format!("test verifier{ADD}; sameln: sub\n"), 7, "`sameln:`"),
        (format!("test cat{ADD}; check: add\n; chek: sub\n"), 8, "`check:` meant"),
        (format!("test cat{ADD}; check: add\n; nextline: sub\n"), 8, "`nextln:` meant"),
        (format!("test cat{ADD}; check: add\n; check:sub\n"), 8, "a blank"),
        (format!("test interpret{ADD}; run: %add(1, 2) == 3\n; urn: %add(0, 0) == 1\n"), 8, "run"),
        (format!("test interpret{ADD}; run: %add(1, 2) == 3\n; pint: %add(0, 0)\n"), 8, "print"),
        (format!("test interpret{ADD}; run: %add(1, 2) == 3\n; run %add(0, 0) == 1\n"), 8, ":"),
        (format!("test verifier{ADD}; eror: wrong\n"), 7, "`error:` meant"),
        (format!("test verifier{ADD}; error:\n"), 2, "which error"),
        (format!("test domtree{ADD}; check: block0\n; dominate: block1"), 8, "`dominates:`"),
        (
            format!("test interpret\n; run: %add(1, 2) == 4{ADD}; run: %add(1, 2) == 3\n"),
            2,
            "before",
        ),
        (format!("test verifier\n; error: wrong{ADD}"), 2, "before"),
    ] {
        let (at, message) = failure(&text);
        assert!(message.contains(want), "{text}: {message}");
        assert_eq!(at, line, "{text}: {message}");
    }
}

#[test]
fn run_lines_call_the_function_that_they_name() {
    let functions = "
function %one() -> i8 {
block0:
    v0 = iconst.i8 1
    return v0
}
function %two() -> i8 {
block0:
    v0 = iconst.i8 2
    return v0
}
";
    for command in ["test interpret", "test run\ntarget x86_64"] {
        let lines = "; run: %one() == 1\n; run: %two() == 2\n; run\n; trap: %one() == int_ovf\n";
        let report = run(&format!("{command}{functions}{lines}"));
        assert_eq!(report.to_string(), "3 passed, 1 failed, 0 skipped");
        for (lines, want) in [
            ("; run: %nosuch() == 2\n", "no function `%nosuch`"),
            ("; print: %nosuch()\n", "no function `%nosuch`"),
            ("; run: %one() == 2\n", "expected == 2, got 1"),
            ("; run: %two() != 2\n", "expected != 2, got 2"),
        ] {
            let (_, message) = failure(&format!("{command}{functions}{lines}"));
            assert!(message.contains(want), "{message}");
        }
        // A function whose name is two numbers cannot be named.
        let numbered = functions.replace("%two", "u0:2");
        let report = run(&format!("{command}{numbered}; run: %anything() == 2\n; run\n"));
        assert_eq!(report.to_string(), "2 passed, 0 failed, 0 skipped");
        let twice = functions.replace("%two", "%one");
        let (_, message) = failure(&format!("{command}{twice}; run: %one() == 1\n"));
        assert!(message.contains("two functions are called %one"), "{message}");
    }
    let zero = "test interpret\nfunction %f() -> i8 {\nblock0:\n    v0 = iconst.i8 0\n    return v0\n}\n; run\n";
    assert!(failure(zero).1.contains("expected != 0"));
}

/// Every command has an expectation that does not hold.
#[test]
fn every_command_can_fail() {
    let wrong = "; check: isub\n";
    let compile = "test compile\ntarget x86_64";
    for (text, want) in [
        (format!("test cat{ADD}{wrong}"), "not found"),
        (format!("test print-cfg{ADD}{wrong}"), "not found"),
        (format!("test domtree{ADD}{wrong}"), "not found"),
        (
            format!("test domtree{}", ADD.replace("    return", "; dominates: block1\n    return")),
            "block1",
        ),
        (format!("test verifier{ADD}; error: wrong\n"), "was not reported"),
        (format!("test interpret{ADD}; run: %add(1, 1) == 3\n"), "got 2"),
        (format!("test run\ntarget x86_64{ADD}; run: %add(1, 1) == 3\n"), "got 2"),
        (format!("test optimize\ntarget x86_64{ADD}{wrong}"), "not found"),
        (format!("test optimize precise-output\ntarget x86_64{ADD}{wrong}"), "differs"),
        (format!("test optimize precise-output\ntarget x86_64{ADD}"), "differs"),
        (format!("{compile}{ADD}{wrong}"), "not found"),
        (format!("test compile precise-output\ntarget x86_64{ADD}{wrong}"), "differs"),
        (format!("test compile precise-output\ntarget x86_64{ADD}"), "differs"),
        (format!("test compile expect-fail\ntarget x86_64{ADD}"), "expected to fail"),
    ] {
        let (_, message) = failure(&text);
        assert!(message.contains(want), "{text}: {message}");
    }
    // Compiling without anything to compare can fail, too.
    let pinned = "\nfunction %f() -> f16 {\nblock0:\n    v0 = f16const 0.0\n    v1 = fadd v0, v0\n    return v1\n}\n";
    assert!(failure(&format!("{compile}{pinned}")).1.contains("fadd"));
    let fails = format!("test compile expect-fail\ntarget x86_64{pinned}");
    assert_eq!(
        run(&format!("{fails}; check: fadd\n")).to_string(),
        "1 passed, 0 failed, 0 skipped"
    );
    assert!(failure(&format!("{fails}; check: fsub\n")).1.contains("not found"));
}

#[test]
fn files_and_folders_without_tests_fail() {
    let folder = std::env::temp_dir().join(format!("windlass-filetests-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    let fails = |paths: &[&str], want: &str| {
        let paths: Vec<_> = paths.iter().map(|path| folder.join(path)).collect();
        let report = windlass_filetests::run(&paths, Options::default());
        let failures: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
        assert!(!report.is_success() && failures.join("\n").contains(want), "{failures:?}");
    };
    fails(&[], "nothing was tested");
    fails(&["."], "no test file");
    fails(&["missing.clif"], "missing.clif");
    std::fs::write(folder.join("inner/empty.clif"), "").unwrap();
    std::fs::write(folder.join("prose"), "; nothing\n").unwrap();
    fails(&["inner"], "no `test` line");
    fails(&["prose"], "no `test` line");
    std::fs::write(folder.join("good.clif"), format!("test cat{ADD}; check: iadd\n")).unwrap();
    fails(&["good.clif", "inner"], "no `test` line");
    let report = windlass_filetests::run(&[folder.join("good.clif")], Options::default());
    assert!(report.is_success());
    std::fs::remove_dir_all(folder).unwrap();
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
    let empty = format!("test cat{ADD}; check: fast {{\n; nextln:\n; check: block0\n");
    assert!(failure(&empty).1.contains("nextln:"));
    let fast = "\nfunction %f() {\n    ss0 = explicit_slot 8\nblock0:\n    return\n}\n";
    let report =
        run(&format!("test cat{fast}; check: explicit_slot 8\n; nextln:\n; nextln: block0:\n"));
    assert_eq!(report.to_string(), "1 passed, 0 failed, 0 skipped");
}
