//! A small compiler: runs a program at once, or writes an object that gcc links.
//!
//! `cargo run --example toy [-g] [-O] [-o OBJECT] [FILE [NUMBER…]]`: without a file `program.toy`
//! with 1000. With `-o` an object is written, to be linked with `gcc OBJECT -o PROGRAM`; without,
//! the function `main` runs in memory with the numbers. `-g` adds debug information, which gdb sees
//! in both; `-O` optimises. The language is described in `parser.rs`; `compiler.rs` shows what a
//! front end does.

mod compiler;
mod debug;
mod parser;

use std::process::ExitCode;

use windlass_core::data_value::DataValue;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_jit::{JITBuilder, JITModule};
use windlass_module::default_libcall_names;
use windlass_object::{ObjectBuilder, ObjectModule};

use crate::debug::Debug;
use crate::parser::Program;

/// What the command line says.
#[derive(Default)]
struct Options {
    debug: bool,
    optimise: bool,
    object: Option<String>,
    file: Option<String>,
    numbers: Vec<i64>,
}

fn main() -> ExitCode {
    match options().and_then(|options| execute(&options)) {
        Ok(Some(value)) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options::default();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match &*arg {
            "-g" => options.debug = true,
            "-O" => options.optimise = true,
            "-o" => options.object = Some(args.next().ok_or("behind -o comes a file")?),
            _ if options.file.is_none() => options.file = Some(arg),
            _ => {
                let number = arg.parse().map_err(|_| format!("`{arg}` is no number"))?;
                options.numbers.push(number);
            }
        }
    }
    Ok(options)
}

/// Compiles, and runs or writes; the result is that of `main`.
fn execute(options: &Options) -> Result<Option<i64>, String> {
    let text = match &options.file {
        None => include_str!("program.toy").to_string(),
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?,
    };
    let program = parser::parse(&text)?;
    let path = options.file.as_deref().unwrap_or("program.toy");
    let isa = isa(options, options.object.is_some())?;
    let mut debug = options.debug.then(|| Debug::new(&*isa, path, &program));
    if let Some(object) = &options.object {
        write(isa, object, path, &program, debug)?;
        return Ok(None);
    }
    let builder = JITBuilder::with_isa(isa, default_libcall_names());
    let mut module = JITModule::new(builder);
    let (main, params) = compiler::compile(&program, &mut module, debug.as_mut())?;
    module.finalize_definitions().map_err(|error| error.to_string())?;
    if let Some(debug) = debug {
        module.register_debug_info(debug.info).map_err(|error| error.to_string())?;
    }
    let mut numbers = options.numbers.clone();
    if options.file.is_none() && numbers.is_empty() {
        numbers.push(1000);
    }
    if numbers.len() != params {
        return Err(format!("`main` takes {params} numbers, not {}", numbers.len()));
    }
    let numbers: Vec<_> = numbers.into_iter().map(DataValue::I64).collect();
    // SAFETY: the user vouches for the program, as for the one that gcc links: what it declares as
    // `extern` has that type, and it takes no number for the address of a struct. The compiler
    // declares each of its functions with the type that it has.
    let results = unsafe { module.call(main, &numbers) }.map_err(|error| error.to_string())?;
    match results[..] {
        [DataValue::I64(value)] => Ok(Some(value)),
        ref other => Err(format!("`main` returned {other:?}")),
    }
}

/// Writes an object.
fn write(
    isa: OwnedTargetIsa,
    object: &str,
    path: &str,
    program: &Program,
    mut debug: Option<Debug>,
) -> Result<(), String> {
    let builder = ObjectBuilder::new(isa, path, default_libcall_names());
    let mut module = ObjectModule::new(builder.map_err(|error| error.to_string())?);
    compiler::compile(program, &mut module, debug.as_mut())?;
    if let Some(debug) = debug {
        module.add_debug_info(debug.info).map_err(|error| error.to_string())?;
    }
    let bytes = module.finish().emit().map_err(|error| error.to_string())?;
    std::fs::write(object, bytes).map_err(|error| format!("{object}: {error}"))
}

/// This machine; what linkers place is position-independent.
fn isa(options: &Options, pic: bool) -> Result<OwnedTargetIsa, String> {
    let mut flags = settings::builder();
    let level = if options.optimise { "speed" } else { "none" };
    for (name, value) in [("opt_level", level), ("is_pic", if pic { "true" } else { "false" })] {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let isa = windlass_isa::host_builder()?.finish(settings::Flags::new(flags));
    isa.map_err(|error| error.to_string())
}
