//! A small language, compiled to machine code in memory and run.
//!
//! `cargo run --example toy [FILE [NUMBER…]]`: without arguments `program.toy` with 1000. The
//! language is described in `parser.rs`; `compiler.rs` shows what a front end does.

mod compiler;
mod parser;

use std::process::ExitCode;

use windlass_core::data_value::DataValue;
use windlass_core::settings::{self, Configurable};
use windlass_jit::Jit;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (text, numbers) = match args.next() {
        None => (Ok(include_str!("program.toy").to_string()), Ok(vec![1000])),
        Some(file) => {
            let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"));
            let number = |arg: String| arg.parse().map_err(|_| format!("`{arg}` is no number"));
            (text, args.map(number).collect())
        }
    };
    let result = text.and_then(|text| run(&text, &numbers?));
    match result {
        Ok(value) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Compiles a program and calls its function `main`.
fn run(text: &str, numbers: &[i64]) -> Result<i64, String> {
    let functions = compiler::compile(&parser::parse(text)?)?;
    let mut flags = settings::builder();
    flags.set("opt_level", "speed").map_err(|error| error.to_string())?;
    let isa = windlass_isa::host_builder()?
        .finish(settings::Flags::new(flags))
        .map_err(|error| error.to_string())?;
    let mut jit = Jit::new(isa);
    for func in &functions {
        jit.define(&func.name.to_string(), func).map_err(|error| error.to_string())?;
    }
    jit.finalize().map_err(|error| error.to_string())?;
    let args: Vec<DataValue> = numbers.iter().map(|&number| DataValue::I64(number)).collect();
    match jit.call("main", &args).map_err(|error| error.to_string())?[..] {
        [DataValue::I64(value)] => Ok(value),
        ref other => Err(format!("`main` returned {other:?}")),
    }
}
