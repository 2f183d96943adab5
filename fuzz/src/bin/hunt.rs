//! Looks for cases on which compiled code and the interpreter disagree, and makes them smaller.
//!
//! `hunt START COUNT [SETTING…]` tries the seeds from START on; a SETTING with `=` is a shared one,
//! any other a processor feature. Every case runs in a process of its own when it fails, so that a
//! crash is found and made smaller like any other failure.
//!
//! `hunt traps START END [SETTING…]` runs the calls that trap in the interpreter, each in a process
//! of its own, which has to end by a signal.

use std::path::Path;
use std::process::{Command, ExitCode};
use windlass_core::data_value::DataValue;
use windlass_core::interpret::ControlFlow;
use windlass_core::testfile::parse_functions;
use windlass_fuzz::generate::{Case, Config, generate};
use windlass_fuzz::native::{Verdict, check, compile, config, host};
use windlass_fuzz::oracle::expected;
use windlass_fuzz::shrink::shrink;

fn case(seed: u64, settings: &[String]) -> Case {
    let wide_atomics = settings.iter().any(|setting| setting == "has_cmpxchg16b");
    let config = Config { wide_atomics, ..config() };
    let config = match seed % 4 {
        0 => Config { functions: 1, size: 12, ..config },
        1 => Config { size: 200, max_signature: (24, 12), ..config },
        _ => config,
    };
    generate(seed, &config)
}

/// A case as a text: the functions, then a line with values for every call.
fn write(case: &Case) -> String {
    let mut text: String = case.functions.iter().map(|function| format!("{function}\n")).collect();
    for arguments in &case.arguments {
        let values: Vec<_> = arguments.iter().map(|value| value.to_string()).collect();
        text += &format!("; args: {}\n", values.join(" "));
    }
    text
}

/// A case from a text; `None` where making it smaller took away what is needed.
fn read(text: &str) -> Option<Case> {
    let functions = parse_functions(text).ok()?;
    let params = functions[0].signature.params.clone();
    let arguments = text.lines().filter_map(|line| line.strip_prefix("; args:")).map(|line| {
        let values = line.split_whitespace().zip(&params);
        values
            .map(|(text, param)| DataValue::parse(text, param.value_type).expect("a value"))
            .collect()
    });
    Some(Case { arguments: arguments.collect(), functions })
}

fn isa(settings: &[String]) -> windlass_core::isa::OwnedTargetIsa {
    let (shared, features): (Vec<&str>, Vec<&str>) =
        settings.iter().map(String::as_str).partition(|setting| setting.contains('='));
    host(&shared, &features)
}

/// Whether a case fails when it is run in a process of its own.
fn fails(case: &Case, settings: &[String], file: &Path) -> bool {
    std::fs::write(file, write(case)).expect("a place for temporary files");
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new(program).arg("check").arg(file).args(settings).output();
    output.expect("this program runs").status.code() != Some(0)
}

/// Runs call `number` of a seed's case, whatever it does.
fn call(seed: u64, number: usize, settings: &[String]) -> ExitCode {
    let case = case(seed, settings);
    let jit = compile(&case, &isa(settings)).expect("a case that compiles");
    let entry = case.functions[0].name.to_string();
    let found = windlass_fuzz::machine_code::call(&jit, &entry, &case.arguments[number]);
    println!("returned {found:?}");
    ExitCode::SUCCESS
}

/// Runs the calls that trap in the interpreter; prints how many ended by a signal.
fn traps(seeds: std::ops::Range<u64>, settings: &[String]) -> ExitCode {
    let mut trapped = 0;
    for seed in seeds {
        let case = case(seed, settings);
        for (number, arguments) in case.arguments.iter().enumerate() {
            let Ok(ControlFlow::Trap(trap)) = expected(&case, arguments) else { continue };
            let program = std::env::current_exe().expect("the path of this program");
            let (seed, number) = (seed.to_string(), number.to_string());
            let output =
                Command::new(program).args(["call", &seed, &number]).args(settings).output();
            let output = output.expect("this program runs");
            if output.status.code().is_some() {
                let text = String::from_utf8_lossy(&output.stdout);
                println!("seed {seed}, call {number}: expected the trap {trap}, found {text}");
                return ExitCode::from(1);
            }
            trapped += 1;
        }
    }
    println!("{trapped}");
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("check") => {
            let text = std::fs::read_to_string(&args[1]).expect("a file with a case");
            let Some(case) = read(&text) else { return ExitCode::SUCCESS };
            return match check(&case, &isa(&args[2..])) {
                Verdict::Differ(how) => {
                    println!("{how}");
                    ExitCode::from(1)
                }
                Verdict::Refused(why) => {
                    println!("refused: {why}");
                    ExitCode::SUCCESS
                }
                Verdict::Agree(_) => ExitCode::SUCCESS,
            };
        }
        Some("call") => {
            let number = |n: usize| args[n].parse::<usize>().expect("a number");
            return call(number(1) as u64, number(2), &args[3..]);
        }
        Some("traps") => {
            let number = |n: usize| args[n].parse::<u64>().expect("a number");
            return traps(number(1)..number(2), &args[3..]);
        }
        // Seeds in a process of their own: prints each before it is tried.
        Some("range") => {
            let number = |n: usize| args[n].parse::<u64>().expect("a number");
            let isa = isa(&args[3..]);
            for seed in number(1)..number(2) {
                eprintln!("seed {seed}");
                let case = case(seed, &args[3..]);
                let text = write(&case);
                match read(&text) {
                    Some(again) if write(&again) == text => {}
                    _ => {
                        println!("differ what is printed is not read back");
                        return ExitCode::from(1);
                    }
                }
                match check(&case, &isa) {
                    Verdict::Agree(_) => {}
                    Verdict::Refused(why) => println!("refused {why}"),
                    Verdict::Differ(how) => {
                        println!("differ {how}");
                        return ExitCode::from(1);
                    }
                }
            }
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let number = |n: usize| args.get(n).and_then(|text| text.parse::<u64>().ok());
    let (Some(mut start), Some(count)) = (number(0), number(1)) else {
        eprintln!("usage: hunt START COUNT [SETTING…]");
        return ExitCode::from(2);
    };
    let settings = &args[2..];
    let end = start + count;
    let mut refused = std::collections::BTreeMap::<String, usize>::new();
    let mut failures = 0;
    while start < end {
        let until = (start + 500).min(end);
        let program = std::env::current_exe().expect("the path of this program");
        let output = Command::new(program)
            .args(["range", &start.to_string(), &until.to_string()])
            .args(settings)
            .output()
            .expect("this program runs");
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            if let Some(why) = line.strip_prefix("refused ") {
                *refused.entry(why.to_string()).or_default() += 1;
            } else {
                println!("{line}");
            }
        }
        if output.status.success() {
            start = until;
            continue;
        }
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = log.lines().rev().find_map(|line| line.strip_prefix("seed "));
        let seed: u64 = last.and_then(|text| text.parse().ok()).expect("a seed was printed");
        failures += 1;
        println!("--- seed {seed}: {}", output.status);
        let file = std::env::temp_dir().join(format!("hunt-{}.clif", std::process::id()));
        let case = case(seed, settings);
        if fails(&case, settings, &file) {
            let small = shrink(&case, |case| fails(case, settings, &file));
            println!("{}", write(&small));
            fails(&small, settings, &file);
            let program = std::env::current_exe().expect("the path of this program");
            let output = Command::new(program).arg("check").arg(&file).args(settings).output();
            let output = output.expect("this program runs");
            println!("{}", String::from_utf8_lossy(&output.stdout));
            println!("{}", String::from_utf8_lossy(&output.stderr));
        } else {
            println!("not seen again alone: {}", write(&case));
        }
        start = seed + 1;
    }
    println!("{count} seeds, {failures} failures, refused:");
    for (why, times) in refused {
        println!("{times:6} {why}");
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
