//! What the translator makes of real programs is right by the verifier, and its text reads back.

mod common;

use common::translate_bytes;
use std::path::Path;
use windlass_core::settings::{self, Flags};
use windlass_core::testfile::parse_functions;
use windlass_core::verify::{pretty_verifier_error, verify_function};

#[test]
fn translated_programs_verify_and_print() {
    let mut builder = settings::builder();
    builder.set_word("enable_pinned_reg").expect("the setting exists");
    let flags = Flags::new(builder);
    let mut functions = 0;
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    for folder in ["kernels", "wordcount"] {
        for entry in std::fs::read_dir(examples.join(folder)).expect("the examples are there") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|end| end != "wasm") {
                continue;
            }
            let bytes = std::fs::read(&path).expect("a module");
            for checked in [false, true] {
                let translated = translate_bytes(&bytes, |env| env.checked = checked).unwrap();
                for func in &translated {
                    if let Err(errors) = verify_function(func, &flags) {
                        let report = pretty_verifier_error(func, &errors);
                        panic!("{}: {errors}\n{report}", path.display());
                    }
                    let printed = func.to_string();
                    let read = parse_functions(&printed)
                        .unwrap_or_else(|error| panic!("{}: {error}\n{printed}", path.display()));
                    assert_eq!(read[0].to_string(), printed, "{}", path.display());
                    functions += 1;
                }
            }
        }
    }
    assert!(functions > 100, "{functions} functions");
}
