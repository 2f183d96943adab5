//! The example's language, run on the interpreter.

#[path = "../examples/toy/compiler.rs"]
mod compiler;
#[path = "../examples/toy/parser.rs"]
mod parser;

use windlass_core::data_value::DataValue;
use windlass_core::interpret::{FunctionStore, Interpreter, InterpreterState};

fn run(text: &str, args: &[i64]) -> i64 {
    let functions = compiler::compile(&parser::parse(text).unwrap()).unwrap();
    let mut store = FunctionStore::default();
    for func in &functions {
        store.add(func.name.to_string(), func);
    }
    let state = InterpreterState::default().with_function_store(store);
    let mut interpreter = Interpreter::new(state).with_fuel(Some(10_000_000));
    let args: Vec<DataValue> = args.iter().map(|&arg| DataValue::I64(arg)).collect();
    match interpreter.call_by_name("%main", &args).unwrap().unwrap_return()[..] {
        [DataValue::I64(value)] => value,
        ref other => panic!("expected one i64, found {other:?}"),
    }
}

#[test]
fn the_program_counts() {
    let (mut primes, mut sum) = (0, 0);
    for at in 0..100_i64 {
        if at >= 2 && (2..at).all(|divisor| at % divisor != 0) {
            primes += 1;
        } else {
            sum += (0..at % 15).fold((0, 1), |(x, y), _| (y, x + y)).0;
        }
    }
    let text = include_str!("../examples/toy/program.toy");
    assert_eq!(run(text, &[100]), primes * 1_000_000 + sum);
}

#[test]
fn precedence_and_shadowing() {
    assert_eq!(run("fn main(x) { return 1 + 2 * 3 - -x; }", &[5]), 12);
    assert_eq!(run("fn main(x) { let x = x + 1; if x == 6 { x = x * 2; } return x; }", &[5]), 12);
    assert_eq!(run("fn main(x) { while x > 10 { x = x - 10; } }", &[25]), 0);
}

#[test]
fn mistakes_are_named() {
    let error = |text: &str| match parser::parse(text) {
        Ok(program) => compiler::compile(&program).unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error("fn f() {\n return x; }").split(':').next(), Some("in `f`"));
    assert_eq!(error("fn f() {\n let = 1; }"), "line 2: expected a name, found `=`");
    assert_eq!(error("fn f() { return g(); }"), "in `f`: there is no function `g`");
    assert_eq!(error("fn f(x) { return f(); }"), "in `f`: `f` takes 1 arguments, not 0");
    assert_eq!(error("fn f() { $ }"), "line 1: unexpected `$`");
    assert!(error(&format!("fn f() {{ return {}1; }}", "(".repeat(10_000))).contains("nesting"));
}
