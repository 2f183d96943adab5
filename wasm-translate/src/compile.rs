//! All functions of a module to machine code, in parallel.
//!
//! Functions are grouped into pieces of about equal size, by their order in the module; a thread that
//! is free takes the next piece, and a context that another piece was compiled with. What is made of a function
//! depends on the module alone, so it is the same whatever the number of threads.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use windlass_core::compile::Driver;
use windlass_core::context::Context;
use windlass_core::dump::Title;
use windlass_core::ir::{Function, UserFuncName};
use windlass_core::isa::TargetIsa;
use windlass_core::result::CodegenError;
use windlass_core::{CompiledCode, control::ControlPlane};

use crate::env::FuncEnvironment;
use crate::error::{WasmError, WasmResult};
use crate::func::FuncTranslator;
use crate::module::ModuleTranslation;
use crate::types::{DefinedFuncIndex, EntityIndex};

/// Bytes of bodies that make a piece.
const PIECE: usize = 32 << 10;

/// Bytes of a body above which the context that compiled it is not kept for the next function: its
/// arrays have grown to many times the body and would stay so.
const MAX_KEPT_BODY: usize = 256 << 10;

/// How many threads compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// As many as rayon's global pool has: the processors, or `RAYON_NUM_THREADS`.
    #[default]
    Default,
    /// This many; with one, all happens in the calling thread.
    Exactly(usize),
}

/// What one thread uses, function after function.
struct Worker<E> {
    env: E,
    translator: FuncTranslator,
    context: Context,
}

impl<E> Worker<E> {
    fn new(env: E, isa: &dyn TargetIsa, driver: Option<&Arc<Driver>>) -> Self {
        let context = Context::with_driver(driver.cloned());
        Self { env, translator: FuncTranslator::with_flags(isa.flags()), context }
    }

    /// Gives back the memory that a large function has needed.
    fn shrink(&mut self, isa: &dyn TargetIsa) {
        self.translator = FuncTranslator::with_flags(isa.flags());
        self.context = Context::with_driver(self.context.driver.take());
    }
}

/// Translates and compiles every function that the module defines.
///
/// The function with index `i` is named `u0:i`. `driver` is that of all contexts. `make_env` makes an environment for each thread;
/// `finish` takes what is wanted out of a compiled function, whose memory is used again. The
/// results come in the order of the functions. The first error by that order ends the work.
pub fn compile_functions<E, R>(
    module: &ModuleTranslation<'_>,
    isa: &dyn TargetIsa,
    driver: Option<&Arc<Driver>>,
    make_env: impl Fn() -> E + Sync,
    threads: Threads,
    finish: impl Fn(DefinedFuncIndex, &Function, &CompiledCode) -> R + Sync,
) -> WasmResult<Vec<R>>
where
    E: FuncEnvironment + Send,
    R: Send,
{
    let make_worker = || Worker::new(make_env(), isa, driver);
    let all = 0..module.bodies.len();
    let pieces = pieces(module);
    // A module of one piece starts no threads: to ask for their number would.
    let one = pieces.len() <= 1
        || match threads {
            Threads::Exactly(threads) => threads <= 1,
            Threads::Default => rayon::current_num_threads() <= 1,
        };
    if one {
        return compile_range(module, isa, &mut make_worker(), all, &finish);
    }
    let idle = Mutex::new(Vec::new());
    let work = || {
        let compile = |range: &Range<usize>| {
            let free = idle.lock().expect("no thread panics with the lock").pop();
            let mut worker = free.unwrap_or_else(&make_worker);
            let result = compile_range(module, isa, &mut worker, range.clone(), &finish);
            idle.lock().expect("no thread panics with the lock").push(worker);
            result
        };
        pieces.par_iter().map(compile).collect::<Vec<WasmResult<Vec<R>>>>()
    };
    let results = match threads {
        Threads::Default => work(),
        Threads::Exactly(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| WasmError::Limit {
                what: format!("starting {threads} threads ({error})"),
                offset: 0,
            })?;
            pool.install(work)
        }
    };
    let mut all = Vec::with_capacity(module.bodies.len());
    for result in results {
        all.extend(result?);
    }
    Ok(all)
}

/// Groups the functions.
fn pieces(module: &ModuleTranslation<'_>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, body) in module.bodies.iter().enumerate() {
        bytes += body.len() + 16;
        if bytes >= PIECE {
            pieces.push(start..index + 1);
            (start, bytes) = (index + 1, 0);
        }
    }
    if start < module.bodies.len() {
        pieces.push(start..module.bodies.len());
    }
    pieces
}

/// The names of all functions: their own, else those of exports.
fn function_names(module: &ModuleTranslation<'_>) -> Arc<[String]> {
    let info = &module.info;
    let mut names = vec![String::new(); info.functions.len()];
    for export in info.exports.iter().rev() {
        if let EntityIndex::Func(index) = export.entity {
            names[index.index()] = export.name.to_string();
        }
    }
    for (index, name) in &info.function_names {
        if let Some(known) = names.get_mut(index.index()) {
            *known = name.to_string();
        }
    }
    names.into()
}

fn compile_range<E: FuncEnvironment, R>(
    module: &ModuleTranslation<'_>,
    isa: &dyn TargetIsa,
    worker: &mut Worker<E>,
    range: Range<usize>,
    finish: &(impl Fn(DefinedFuncIndex, &Function, &CompiledCode) -> R + Sync),
) -> WasmResult<Vec<R>> {
    let mut results = Vec::with_capacity(range.len());
    let dumps = worker.context.driver.as_ref().is_some_and(|driver| driver.wants_titles());
    let names = dumps.then(|| function_names(module));
    for index in range {
        let index = DefinedFuncIndex::new(index);
        let function = module.info.function(index);
        let Worker { env, translator, context } = worker;
        context.clear();
        context.func.name = UserFuncName::user(0, function.0);
        context.title = names.as_ref().map(|names| Title::Function {
            number: function.0,
            names: names.clone(),
            base: module.info.code_section.start as u32,
        });
        translator.translate(module, env, index, &mut context.func)?;
        let mut result = context.compile(isa, &mut ControlPlane::default()).map(|_| ());
        if matches!(&result, Err(error) if matches!(error.inner, CodegenError::TooMuchWork)) {
            translator.translate_in_memory(module, env, index, &mut context.func)?;
            result = context.compile(isa, &mut ControlPlane::default()).map(|_| ());
        }
        if let Err(error) = result {
            let why = error.inner;
            let pass = context.failed_pass().unwrap_or("none");
            let message = format!("{why} (pass {pass})");
            return Err(WasmError::Compile { function: function.0, message });
        }
        let code = context.compiled_code().expect("the function was just compiled");
        results.push(finish(index, &context.func, code));
        if module.bodies[index.index()].len() > MAX_KEPT_BODY {
            worker.shrink(isa);
        }
    }
    Ok(results)
}
