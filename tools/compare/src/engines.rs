//! The engines that are compared, and what each can be asked to do in a process of its own.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

/// An engine with its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Engine {
    /// Windlass as it comes, but for guards against speculation.
    Windlass,
    /// Windlass with the fast register allocator.
    WindlassFast,
    /// Wasmtime with Cranelift, as it comes, but for guards against speculation.
    Wasmtime,
    /// Wasmtime with Cranelift's optimiser off.
    WasmtimeNoOpt,
    /// Wasmtime with its baseline compiler.
    Winch,
    /// The interpreter Wasmi.
    Wasmi,
    /// V8 in node, with its optimising compiler only.
    Node,
    /// The program's C source, compiled by gcc -O3.
    Native,
}

impl Engine {
    /// The name on the command line and in tables.
    pub fn name(self) -> String {
        self.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
    }

    /// Whether it is a library that this program contains.
    pub fn is_library(self) -> bool {
        !matches!(self, Engine::Node | Engine::Native)
    }
}

/// A program with its arguments and the folder it runs in.
#[derive(Clone, Debug)]
pub struct Job {
    /// The module.
    pub wasm: Vec<u8>,
    /// The program's arguments, its name first.
    pub args: Vec<String>,
    /// The folder that it sees as `.`.
    pub dir: PathBuf,
}

/// What a compilation came to.
#[derive(Clone, Copy, Debug)]
pub struct Compilation {
    /// How long it took.
    pub time: Duration,
    /// Bytes of machine code; 0 where the engine does not say.
    pub code_bytes: usize,
}

/// A module as `peers.md`'s: 2 MiB of memory, 100 table slots, one data segment.
pub const SMALL: &str = r#"(module
    (memory (export "memory") 32)
    (table 100 funcref)
    (data (i32.const 1024) "some data that each instance gets")
    (elem (i32.const 0) $f)
    (func $f (export "f") (result i32) (i32.const 1)))"#;

/// Calls in both directions.
pub const CALLS: &str = r#"(module
    (import "host" "inc" (func $inc (param i32) (result i32)))
    (func (export "in") (param i32) (result i32)
        (i32.add (local.get 0) (i32.const 1)))
    (func (export "out") (param i32) (local i32)
        (loop $again
            (local.set 1 (call $inc (local.get 1)))
            (br_if $again (i32.lt_u (local.get 1) (local.get 0))))))"#;

/// Instances of a round; there are fifty times as many calls.
const COUNT: u32 = 20_000;

/// The least time of one of `count` repetitions in seconds, over several rounds; `what` does as
/// many as it is told.
fn least(count: u32, mut what: impl FnMut(u32)) -> f64 {
    let round = |_| {
        let start = Instant::now();
        what(count);
        start.elapsed().as_secs_f64() / f64::from(count)
    };
    (0..7).map(round).fold(f64::INFINITY, f64::min)
}

/// Compiling, instantiating and calling, for libraries whose interfaces have the same shape.
macro_rules! embedding {
    ($library:ident, $instantiate:ident, $code_bytes:expr) => {
        pub fn compile(engine: &$library::Engine, wasm: &[u8]) -> Result<Compilation> {
            let start = Instant::now();
            let module = $library::Module::new(engine, wasm)?;
            let time = start.elapsed();
            let code_bytes = $code_bytes;
            Ok(Compilation { time, code_bytes: code_bytes(&module) })
        }

        pub fn instantiate(engine: &$library::Engine, threads: u32) -> Result<f64> {
            let module = $library::Module::new(engine, SMALL)?;
            let barrier = Barrier::new(threads as usize);
            let work = || {
                let linker = $library::Linker::new(engine);
                barrier.wait();
                least(COUNT, |count| {
                    for _ in 0..count {
                        let mut store = $library::Store::new(engine, ());
                        let instance = linker.$instantiate(&mut store, &module);
                        black_box(instance.expect("the module has no imports"));
                    }
                })
            };
            let slowest = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                let times = threads.into_iter().map(|t| t.join().expect("no thread panics"));
                times.fold(0.0, f64::max)
            });
            Ok(slowest / f64::from(threads))
        }

        pub fn calls(engine: &$library::Engine) -> Result<[f64; 2]> {
            let module = $library::Module::new(engine, CALLS)?;
            let mut linker = $library::Linker::new(engine);
            linker.func_wrap("host", "inc", |x: i32| x + 1)?;
            let mut store = $library::Store::new(engine, ());
            let instance = linker.$instantiate(&mut store, &module)?;
            let inward = instance.get_typed_func::<i32, i32>(&mut store, "in")?;
            let outward = instance.get_typed_func::<i32, ()>(&mut store, "out")?;
            let time_in = least(50 * COUNT, |count| {
                for n in 0..count as i32 {
                    black_box(inward.call(&mut store, n).expect("it does not trap"));
                }
            });
            let time_out = least(50 * COUNT, |count| {
                outward.call(&mut store, count as i32).expect("it does not trap");
            });
            Ok([time_in, time_out])
        }
    };
}

/// Guards of bounds checks against speculation, which both generators have under these names. They
/// are off on both sides, so that the code is compared and not what each guards.
const GUARDS: [&str; 2] =
    ["enable_heap_access_spectre_mitigation", "enable_table_access_spectre_mitigation"];

mod windlass {
    use super::*;
    use windlass_runtime::wasi::{self, WasiCtxBuilder, WasiExit};

    embedding!(windlass_runtime, instantiate, |module: &windlass_runtime::Module| {
        module.compile_stats().code_bytes
    });

    pub fn engine(fast: bool, parallel: bool) -> Result<windlass_runtime::Engine> {
        let mut config = windlass_runtime::Config::new();
        config.parallel_compilation(parallel);
        for guard in GUARDS {
            config.codegen_setting(guard, "false")?;
        }
        if fast {
            config.regalloc_algorithm(windlass_runtime::RegallocAlgorithm::SinglePass);
        }
        windlass_runtime::Engine::new(&config)
    }

    pub fn run(engine: &windlass_runtime::Engine, job: &Job) -> Result<Duration> {
        let module = windlass_runtime::Module::new(engine, &job.wasm)?;
        let mut linker = windlass_runtime::Linker::new(engine);
        wasi::add_to_linker(&mut linker, |ctx| ctx)?;
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdio().args(&job.args).preopened_dir(&job.dir, ".")?;
        let mut store = windlass_runtime::Store::new(engine, wasi.build());
        let instance = linker.instantiate(&mut store, &module)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        let begun = Instant::now();
        let outcome = start.call(&mut store, ());
        let time = begun.elapsed();
        match outcome {
            Err(error) if error.downcast_ref::<WasiExit>() != Some(&WasiExit(0)) => Err(error),
            _ => Ok(time),
        }
    }
}

mod wasmtime_ {
    use super::*;
    use wasmtime_wasi::p1::{self, WasiP1Ctx};
    use wasmtime_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

    embedding!(wasmtime, instantiate, |module: &wasmtime::Module| module.text().len());

    #[allow(unsafe_code, reason = "settings of Cranelift by name are")]
    pub fn engine(which: Engine, parallel: bool, pool: bool) -> Result<wasmtime::Engine> {
        let mut config = wasmtime::Config::new();
        config.parallel_compilation(parallel);
        if which != Engine::Winch {
            for guard in GUARDS {
                // SAFETY: the guards keep guesses of the processor from being observed. Without
                // them the code does the same, and nobody shares these processes.
                unsafe { config.cranelift_flag_set(guard, "false") };
            }
        }
        match which {
            Engine::WasmtimeNoOpt => {
                config.cranelift_opt_level(wasmtime::OptLevel::None);
            }
            Engine::Winch => {
                config.strategy(wasmtime::Strategy::Winch);
            }
            _ => {}
        }
        if pool {
            config.allocation_strategy(wasmtime::InstanceAllocationStrategy::pooling());
        }
        Ok(wasmtime::Engine::new(&config)?)
    }

    pub fn run(engine: &wasmtime::Engine, job: &Job) -> Result<Duration> {
        let module = wasmtime::Module::new(engine, &job.wasm)?;
        let mut linker = wasmtime::Linker::<WasiP1Ctx>::new(engine);
        p1::add_to_linker_sync(&mut linker, |ctx| ctx)?;
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdio().args(&job.args);
        wasi.preopened_dir(&job.dir, ".", FsPerms::ReadWrite)?;
        let mut store = wasmtime::Store::new(engine, wasi.build_p1());
        let instance = linker.instantiate(&mut store, &module)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        let begun = Instant::now();
        let outcome = start.call(&mut store, ());
        let time = begun.elapsed();
        match outcome {
            Err(error) if error.downcast_ref::<I32Exit>().is_none_or(|exit| exit.0 != 0) => {
                Err(error.into())
            }
            _ => Ok(time),
        }
    }
}

mod wasmi_ {
    use super::*;
    use wasmi_wasi::{WasiCtx, WasiCtxBuilder};

    embedding!(wasmi, instantiate_and_start, |_: &wasmi::Module| 0);

    pub fn run(engine: &wasmi::Engine, job: &Job) -> Result<Duration> {
        let module = wasmi::Module::new(engine, &job.wasm)?;
        let mut linker = wasmi::Linker::<WasiCtx>::new(engine);
        wasmi_wasi::add_to_linker(&mut linker, |ctx| ctx)?;
        let mut wasi = WasiCtxBuilder::new();
        let dir = wasmi_wasi::Dir::open_ambient_dir(&job.dir, wasmi_wasi::ambient_authority())?;
        wasi.inherit_stdio().args(&job.args)?.preopened_dir(dir, ".")?;
        let mut store = wasmi::Store::new(engine, wasi.build());
        let instance = linker.instantiate_and_start(&mut store, &module)?;
        let start = instance.get_typed_func::<(), ()>(&store, "_start")?;
        let begun = Instant::now();
        let outcome = start.call(&mut store, ());
        let time = begun.elapsed();
        match outcome {
            Err(error) if error.i32_exit_status() != Some(0) => Err(error.into()),
            _ => Ok(time),
        }
    }
}

/// Compiles a module in one thread or in all.
///
/// # Errors
/// If the engine refuses it.
pub fn compile(which: Engine, wasm: &[u8], parallel: bool) -> Result<Compilation> {
    match which {
        Engine::Windlass | Engine::WindlassFast => {
            windlass::compile(&windlass::engine(which == Engine::WindlassFast, parallel)?, wasm)
        }
        Engine::Wasmtime | Engine::WasmtimeNoOpt | Engine::Winch => {
            wasmtime_::compile(&wasmtime_::engine(which, parallel, false)?, wasm)
        }
        Engine::Wasmi => wasmi_::compile(&wasmi::Engine::default(), wasm),
        Engine::Node | Engine::Native => bail!("{} does not compile Wasm here", which.name()),
    }
}

/// Runs a WASI program: the time of `_start` alone.
///
/// # Errors
/// If it cannot be compiled, traps, or exits with another code than 0.
pub fn run(which: Engine, job: &Job) -> Result<Duration> {
    match which {
        Engine::Windlass | Engine::WindlassFast => {
            windlass::run(&windlass::engine(which == Engine::WindlassFast, true)?, job)
        }
        Engine::Wasmtime | Engine::WasmtimeNoOpt | Engine::Winch => {
            wasmtime_::run(&wasmtime_::engine(which, true, false)?, job)
        }
        Engine::Wasmi => wasmi_::run(&wasmi::Engine::default(), job),
        Engine::Node | Engine::Native => bail!("{} runs in a process of its own", which.name()),
    }
}

/// Store, instance and drop of a small module: seconds for one, in all of `threads` threads
/// together.
///
/// # Errors
/// If the engine has no instances.
pub fn instantiate(which: Engine, threads: u32) -> Result<f64> {
    match which {
        Engine::Windlass => windlass::instantiate(&windlass::engine(false, true)?, threads),
        Engine::Wasmtime => {
            let engine = wasmtime_::engine(which, true, true);
            wasmtime_::instantiate(&engine.context("the pool cannot be made")?, threads)
        }
        Engine::Wasmi => wasmi_::instantiate(&wasmi::Engine::default(), threads),
        _ => bail!("instances of {} are not measured", which.name()),
    }
}

/// A call into Wasm and back, and one out of it and back, in seconds.
///
/// # Errors
/// If the engine has no calls.
pub fn calls(which: Engine) -> Result<[f64; 2]> {
    match which {
        Engine::Windlass => windlass::calls(&windlass::engine(false, true)?),
        Engine::Wasmtime => wasmtime_::calls(&wasmtime_::engine(which, true, true)?),
        Engine::Wasmi => wasmi_::calls(&wasmi::Engine::default()),
        _ => bail!("calls of {} are not measured", which.name()),
    }
}
