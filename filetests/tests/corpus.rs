//! Runs the whole corpus.

use std::path::PathBuf;
use windlass_filetests::{Options, run};

#[test]
fn corpus() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let report = run(&[root], Options { coverage: true, ..Options::from_env() });
    for failure in report.failures.iter().take(50) {
        eprintln!("FAIL {failure}");
    }
    eprintln!("{report}");
    assert!(report.passed > 0, "the corpus is empty");
    assert!(report.is_success(), "{} tests failed", report.failures.len());
}
