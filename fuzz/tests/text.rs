//! The text reader on mutated and truncated inputs: an error with its place, or functions that the
//! printer writes and the reader reads back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use windlass_core::CodegenError;
use windlass_core::Context;
use windlass_core::data_value::DataValue;
use windlass_core::interpret::{FunctionStore, Interpreter, InterpreterState};
use windlass_core::ir::Function;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_core::testfile::{ParseOptions, parse_functions, parse_test};
use windlass_core::text::parse_run_command;
use windlass_core::verify::{pretty_verifier_error, verify_function};
use windlass_fuzz::generate::{Config, generate};
use windlass_fuzz::mutate::{TEXT_WORDS, damage};
use windlass_fuzz::rng::Rng;

const INPUTS: u64 = 10_000;

/// All texts below a folder, up to a size that keeps the run short.
fn texts_below(folder: &Path, texts: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let paths: BTreeSet<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    for path in paths {
        if path.is_dir() {
            texts_below(&path, texts);
        } else if path.extension().is_some_and(|end| end == "clif") {
            let text = std::fs::read_to_string(&path).expect("a text in the repository");
            if text.len() < 6000 {
                texts.push(text);
            }
        }
    }
}

fn generated(seed: u64) -> String {
    let config = Config { functions: 2, size: 30, ..Config::default() };
    let case = generate(seed, &config);
    case.functions.iter().map(|function| format!("{function}\n")).collect()
}

fn corpus() -> Vec<String> {
    let mut texts = Vec::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    texts_below(&here.join("corpus"), &mut texts);
    texts_below(&here.join("../filetests/tests"), &mut texts);
    assert!(!texts.is_empty());
    texts.extend((0..40).map(generated));
    texts
}

/// Calls a function with zeros: however it ends, it ends.
fn interpret(function: &Function) {
    let params = function.signature.params.iter();
    let zeros: Result<Vec<_>, _> = params.map(|param| DataValue::zero(param.value_type)).collect();
    let Ok(zeros) = zeros else { return };
    let state = InterpreterState::default().with_function_store(FunctionStore::from(function));
    let mut interpreter = Interpreter::new(state).with_fuel(Some(10_000));
    if let Err(error) = interpreter.call_by_name(&function.name.to_string(), &zeros) {
        assert!(!error.to_string().is_empty());
    }
}

/// Compiles a function for every x86_64: what is not supported is an error that says so.
fn compile(function: &Function) {
    thread_local! {
        static ISA: OwnedTargetIsa = {
            let mut flags = settings::builder();
            for name in ["regalloc_checker", "enable_llvm_abi_extensions", "enable_pinned_reg"] {
                flags.enable(name).expect("a setting");
            }
            let builder = windlass_isa::lookup_by_name("x86_64-unknown-linux-gnu");
            builder.expect("a back end").finish(settings::Flags::new(flags)).expect("settings")
        };
    }
    let mut context = Context::for_function(function.clone());
    ISA.with(|isa| {
        if let Err(error) = context.compile(&**isa, &mut Default::default()) {
            let failed = matches!(error.inner, CodegenError::Regalloc(_));
            assert!(!failed, "{error}\n{function}");
        }
    });
}

/// Reads a text; what is read is printed and read again. Returns whether it is right.
fn read(text: &str) -> bool {
    match parse_test(text, ParseOptions::default()) {
        Ok(file) => {
            for (function, details) in &file.functions {
                for comment in &details.comments {
                    // Only that it ends without a panic counts here.
                    let _ = parse_run_command(comment.text, &function.signature);
                }
                let printed = function.to_string();
                let again = parse_functions(&printed)
                    .unwrap_or_else(|error| panic!("{error}\nin what was printed:\n{printed}"));
                assert_eq!(again.len(), 1, "{printed}");
                assert_eq!(again[0].to_string(), printed);
                match verify_function(function, &file.flags) {
                    Ok(()) => {
                        interpret(function);
                        compile(function);
                    }
                    Err(errors) => {
                        assert!(!pretty_verifier_error(function, &errors).is_empty());
                    }
                }
            }
            true
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            let lines = text.lines().count() as u32 + 1;
            assert!(error.location.line_number <= lines, "{error} in {lines} lines");
            false
        }
    }
}

#[test]
fn the_corpus_is_right() {
    for text in corpus() {
        if let Err(error) = parse_test(&text, ParseOptions::default()) {
            panic!("{error}\n{text}");
        }
        assert!(read(&text));
    }
}

#[test]
fn mutated_texts_are_read_or_refused() {
    let corpus = corpus();
    let (mut right, mut wrong) = (0, 0);
    for seed in 0..INPUTS {
        let mut rng = Rng::new(seed);
        let base = &corpus[rng.below(corpus.len())];
        let bytes = damage(&mut rng, base.as_bytes(), TEXT_WORDS);
        let text = String::from_utf8_lossy(&bytes);
        if read(&text) { right += 1 } else { wrong += 1 }
    }
    assert!(right > 200 && wrong > 5000, "{right} right, {wrong} wrong");
}

#[test]
fn every_truncation_is_read_or_refused() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/syntax.clif"))
            .expect("the text with every construct");
    let right = (0..text.len()).filter(|&end| read(&text[..end])).count();
    assert!(right > 0 && right < text.len() / 2, "{right} of {}", text.len());
}

#[test]
fn extreme_inputs_are_refused_or_read_in_time() {
    let repeat = |piece: &str, n: usize| piece.repeat(n);
    for text in [
        repeat("(", 100_000),
        repeat("{", 100_000),
        repeat("[", 100_000),
        repeat("function ", 50_000),
        format!("function %f() {{\nblock0:\n  v0 = iconst.i64 {}\n}}", repeat("9", 100_000)),
        format!("function %f() {{\nblock0:\n  v0 = f64const 0x{}.0p1\n}}", repeat("f", 100_000)),
        format!("function %f() {{\nblock0:\n  v0 = f64const 0x1.0p{}\n}}", repeat("9", 100_000)),
        format!("function %f() {{\nblock0:\n{}}}", repeat("  nop\n", 100_000)),
        format!("function %f({}) {{\n}}", repeat("i8, ", 100_000)),
        "function %f() {\nblock4294967294:\n  return\n}".to_string(),
        "function %f() {\nblock0:\n  v4294967293 = iconst.i8 1\n  return\n}".to_string(),
        "function %f() {\n  ss4294967294 = explicit_slot 4\nblock0:\n  return\n}".to_string(),
        "function %f() {\n  const4294967294 = 0x00\nblock0:\n  return\n}".to_string(),
        "function u4294967295:4294967295() {\nblock0:\n  return\n}".to_string(),
        format!("function %{}() {{\nblock0:\n  return\n}}", repeat("n", 1_000_000)),
        repeat("; run: %f() == 1\n", 100_000),
        repeat("test run\n", 100_000),
        repeat("target x86_64\n", 2_000),
    ] {
        read(&text);
    }
}
