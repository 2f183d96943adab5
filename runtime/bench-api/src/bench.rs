//! A benchmark's state: an engine, then a compiled module, then an instance that is executed once.
//!
//! Each step may be done again, and drops what came of the steps behind it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use windlass_runtime::wasi::{self, InputStream, OutputStream, WasiCtx, WasiCtxBuilder, WasiExit};
use windlass_runtime::{Engine, Instance, Linker, Module, Store};
use windlass_tools::options::{CodegenOptions, apply_features};

/// The files of a benchmark.
#[derive(Clone, Debug)]
pub struct Files {
    /// The folder that the program sees as `.`.
    pub working_dir: PathBuf,
    /// Where standard output goes; what was there is replaced.
    pub stdout: PathBuf,
    /// Where standard error goes; what was there is replaced.
    pub stderr: PathBuf,
    /// Where standard input comes from.
    pub stdin: Option<PathBuf>,
}

/// What is called at the two ends of a phase.
pub struct Phase {
    /// At its start.
    pub start: Box<dyn Fn() + Send + Sync>,
    /// At its end.
    pub end: Box<dyn Fn() + Send + Sync>,
}

impl Phase {
    /// What `body` gives, the phase around it.
    fn around<R>(&self, body: impl FnOnce() -> R) -> R {
        (self.start)();
        let result = body();
        (self.end)();
        result
    }
}

/// The flags of the engine.
#[derive(Parser, Debug)]
#[command(name = "windlass", no_binary_name = true, disable_help_flag = true)]
struct EngineFlags {
    #[command(flatten)]
    codegen: CodegenOptions,

    /// Compile in one thread
    #[arg(long)]
    single_thread: bool,

    /// Proposals to switch on, or off with `-` in front
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,
}

/// The state of a benchmark.
pub struct Bench {
    files: Files,
    engine: Engine,
    linker: Linker<WasiCtx>,
    compilation: Phase,
    instantiation: Phase,
    module: Option<Module>,
    instance: Option<(Store<WasiCtx>, Instance)>,
}

impl Bench {
    /// A state that has compiled nothing yet. `flags` are words as on a command line.
    ///
    /// # Errors
    /// If the flags are wrong.
    pub fn new(
        files: Files,
        flags: &str,
        compilation: Phase,
        instantiation: Phase,
        execution: Phase,
    ) -> Result<Self> {
        let flags = EngineFlags::try_parse_from(flags.split_whitespace())?;
        let mut config = flags.codegen.config()?;
        apply_features(&mut config, &flags.wasm_features)?;
        config.parallel_compilation(!flags.single_thread);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker, |ctx| ctx)?;
        linker.func_wrap("bench", "start", execution.start)?;
        linker.func_wrap("bench", "end", execution.end)?;
        let (module, instance) = (None, None);
        Ok(Self { files, engine, linker, compilation, instantiation, module, instance })
    }

    /// Compiles a module.
    ///
    /// # Errors
    /// If the module is not valid or not supported.
    pub fn compile(&mut self, wasm: &[u8]) -> Result<()> {
        self.instance = None;
        self.module = None;
        let engine = &self.engine;
        self.module = Some(self.compilation.around(|| Module::new(engine, wasm))?);
        Ok(())
    }

    /// Makes the WASI state and an instance.
    ///
    /// # Errors
    /// If nothing was compiled, a file cannot be opened, or the module cannot be instantiated.
    pub fn instantiate(&mut self) -> Result<()> {
        self.instance = None;
        let module = self.module.as_ref().context("instantiated before a module was compiled")?;
        let (files, engine, linker) = (&self.files, &self.engine, &self.linker);
        let made = self.instantiation.around(|| -> Result<_> {
            let mut store = Store::new(engine, wasi_ctx(files)?);
            let instance = linker.instantiate(&mut store, module)?;
            Ok((store, instance))
        });
        self.instance = Some(made?);
        Ok(())
    }

    /// Calls `_start`.
    ///
    /// # Errors
    /// If there is no instance, or the program traps or exits with another code than 0.
    pub fn execute(&mut self) -> Result<()> {
        let (mut store, instance) =
            self.instance.take().context("executed before a module was instantiated")?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        match start.call(&mut store, ()) {
            Ok(()) => Ok(()),
            Err(error) => match error.downcast_ref::<WasiExit>() {
                Some(exit) if exit.0 == 0 => Ok(()),
                Some(exit) => bail!("the program exited with the code {}", exit.0),
                None => Err(error),
            },
        }
    }
}

/// The program's view of the system: its name, the working directory, and the named files.
fn wasi_ctx(files: &Files) -> Result<WasiCtx> {
    let create = |path: &Path| -> Result<OutputStream> {
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        Ok(OutputStream::File(cap_std::fs::File::from_std(file)))
    };
    let mut builder = WasiCtxBuilder::new();
    builder.arg("wasm").stdout(create(&files.stdout)?).stderr(create(&files.stderr)?);
    if let Some(path) = &files.stdin {
        let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        builder.stdin(InputStream::File(cap_std::fs::File::from_std(file)));
    }
    builder.preopened_dir(&files.working_dir, ".")?;
    Ok(builder.build())
}
