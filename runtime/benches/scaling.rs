//! Compile time against the size of the input, for inputs that are known to make compilers take
//! time that grows faster than the input: each at n, 2n and 4n, with the ratios.
//!
//! `cargo bench -p windlass-runtime --bench scaling [NAME]` prints a table; times are the least of
//! three runs in one thread. A ratio near 2 means that time grows in step with the input.

use std::time::{Duration, Instant};

use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, InstructionSink, MemorySection, MemoryType,
    Module, TypeSection, ValType,
};
use windlass_runtime::{Config, Engine};

/// An input: its name, its size at n, and what makes it.
struct Input {
    name: &'static str,
    n: u32,
    make: fn(u32) -> Vec<u8>,
}

const INPUTS: [Input; 5] = [
    Input { name: "blocks in one function", n: 15_000, make: blocks },
    Input { name: "br_if to one label", n: 10_000, make: branches_to_one_label },
    Input { name: "values live at once", n: 5_000, make: live_values },
    Input { name: "empty functions", n: 29_812, make: empty_functions },
    Input { name: "nested loops, half as many locals", n: 2_500, make: nested_loops },
];

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    println!(
        "{:36} {:>8} {:>10} {:>10} {:>10} {:>6} {:>6}",
        "input", "n", "n", "2n", "4n", "2n/n", "4n/2n"
    );
    for input in INPUTS {
        if filter.as_ref().is_some_and(|f| !input.name.contains(f.as_str())) {
            continue;
        }
        let times = [1, 2, 4].map(|factor| compile_time(&(input.make)(input.n * factor)));
        let seconds = times.map(|t| t.as_secs_f64());
        println!(
            "{:36} {:>8} {:>9.3}s {:>9.3}s {:>9.3}s {:>6.2} {:>6.2}",
            input.name,
            input.n,
            seconds[0],
            seconds[1],
            seconds[2],
            seconds[1] / seconds[0],
            seconds[2] / seconds[1],
        );
    }
}

fn compile_time(wasm: &[u8]) -> Duration {
    let mut config = Config::new();
    config.parallel_compilation(false);
    let engine = Engine::new(&config).expect("the default configuration works on this machine");
    (0..3)
        .map(|_| {
            let start = Instant::now();
            windlass_runtime::Module::new(&engine, wasm).expect("the input is valid");
            start.elapsed()
        })
        .min()
        .expect("there was a run")
}

/// A module with one function of type `[i32] -> [i32]` and a memory.
fn one_function(locals: u32, body: impl FnOnce(&mut InstructionSink<'_>)) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    module.section(&types);
    let mut functions = FunctionSection::new();
    functions.function(0);
    module.section(&functions);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut code = CodeSection::new();
    let mut function = Function::new([(locals, ValType::I32)]);
    body(&mut function.instructions());
    function.instructions().end();
    code.function(&function);
    module.section(&code);
    module.finish()
}

fn blocks(n: u32) -> Vec<u8> {
    one_function(1, |f| {
        for i in 0..n {
            f.local_get(0).i32_const(i as i32).i32_eq().if_(BlockType::Empty);
            f.local_get(1).i32_const(1).i32_add().local_set(1).end();
        }
        f.local_get(1);
    })
}

fn branches_to_one_label(n: u32) -> Vec<u8> {
    one_function(1, |f| {
        f.block(BlockType::Empty);
        for i in 0..n {
            f.local_get(0).i32_const(i as i32).i32_eq().br_if(0);
            f.local_get(1).i32_const(3).i32_add().local_set(1);
        }
        f.end().local_get(1);
    })
}

fn live_values(n: u32) -> Vec<u8> {
    one_function(0, |f| {
        for i in 0..n {
            f.local_get(0).i32_load(wasm_encoder::MemArg {
                offset: u64::from(4 * i),
                align: 2,
                target: wasm_encoder::MemArgTarget::Memory(0),
                ordering: None,
            });
        }
        for _ in 1..n {
            f.i32_add();
        }
    })
}

fn empty_functions(n: u32) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for _ in 0..n {
        functions.function(0);
        let mut function = Function::new([]);
        function.instructions().end();
        code.function(&function);
    }
    module.section(&functions).section(&code);
    module.finish()
}

fn nested_loops(n: u32) -> Vec<u8> {
    let locals = n / 2;
    one_function(locals, |f| {
        for _ in 0..n {
            f.loop_(BlockType::Empty);
        }
        for local in 1..=locals {
            f.local_get(local).local_get(0).i32_add().local_set(local);
        }
        for depth in 0..n {
            f.local_get(1 + depth % locals).i32_const(depth as i32).i32_lt_u().br_if(0).end();
        }
        f.local_get(locals);
    })
}
