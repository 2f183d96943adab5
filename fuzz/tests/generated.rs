//! Generated functions run on the interpreter: they end, and most of them without a trap.

use windlass_core::interpret::{ControlFlow, InterpreterError};
use windlass_core::settings;
use windlass_core::verify::verify_function;
use windlass_fuzz::generate::{Case, Config, generate};
use windlass_fuzz::oracle::expected;

fn verify(case: &Case) {
    let flags = settings::Flags::new(settings::builder());
    for function in &case.functions {
        if let Err(errors) = verify_function(function, &flags) {
            panic!("{errors}\n{function}");
        }
    }
}

#[test]
fn generated_functions_end_and_mostly_return() {
    let config = Config::default();
    let (mut returns, mut traps, mut long) = (0, 0, 0);
    for seed in 0..300 {
        let case = generate(seed, &config);
        verify(&case);
        for arguments in &case.arguments {
            match expected(&case, arguments) {
                Ok(ControlFlow::Return(values)) => {
                    assert_eq!(values.len(), case.functions[0].signature.returns.len());
                    returns += 1;
                }
                Ok(ControlFlow::Trap(_)) => traps += 1,
                Err(InterpreterError::FuelExhausted) => long += 1,
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
    }
    assert!(returns > 600, "only {returns} calls returned, {traps} trapped, {long} took too long");
    assert!(traps > 0);
}

#[test]
fn a_seed_always_gives_the_same_functions() {
    let config = Config::default();
    let text = |seed| format!("{:?}", generate(seed, &config));
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}

#[test]
fn shrinking_keeps_the_failure_and_drops_the_rest() {
    let config = Config { functions: 1, ..Config::default() };
    let fails = |case: &Case| {
        case.arguments
            .iter()
            .any(|arguments| matches!(expected(case, arguments), Ok(ControlFlow::Trap(_))))
    };
    let case = (0..).map(|seed| generate(seed, &config)).find(&fails).expect("some case traps");
    let small = windlass_fuzz::shrink::shrink(&case, fails);
    assert!(fails(&small));
    verify(&small);
    let count = |case: &Case| {
        let layout = &case.functions[0].layout;
        layout.blocks().map(|block| layout.block_insts(block).count()).sum::<usize>()
    };
    assert!(count(&small) * 4 < count(&case), "{} of {}", count(&small), count(&case));
}
