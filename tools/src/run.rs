//! `windlass run`: runs a WASI program, or one exported function.

use std::ffi::OsString;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, ValueEnum};
use windlass_runtime::wasi::{self, WasiCtx, WasiCtxBuilder, WasiExit};
use windlass_runtime::{
    Cache, CacheConfig, Engine, Error, Func, Instance, Linker, Module, ProfilingStrategy, Store,
    StoreLimits, StoreLimitsBuilder, TextError, Trap, UnknownImportError, Val, ValType,
    WasmBacktrace,
};
use windlass_wasm::trap;
use windlass_wasm::types::EntityIndex;

use crate::exit::{Outcome, usage};
use crate::inspect::print;
use crate::options::{CodegenOptions, apply_features};
use crate::{precompiled, progress};

/// Run a WASI program, or one function of a module
#[derive(Args, Debug)]
#[command(override_usage = "windlass run [OPTIONS] <FILE> [ARGS]...")]
pub struct RunCommand {
    /// A folder of the host that the program may use, and its name there if that is another; may
    /// repeat
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<OsString>,

    /// A variable of the program's environment; without a value, that of this process, if it has
    /// one; may repeat
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<OsString>,

    /// Give the program all variables of this process; --env goes before
    #[arg(long)]
    inherit_env: bool,

    /// Listen here, and give the program the socket as a descriptor behind those of the folders:
    /// 3 and up if there is none; may repeat
    #[arg(long, value_name = "ADDRESS:PORT", visible_alias = "tcplisten")]
    listen: Vec<String>,

    /// The program's name as it sees it, instead of that of its file
    #[arg(long, value_name = "NAME")]
    argv0: Option<OsString>,

    /// Call this export instead of `_start`; the arguments are its parameters: decimal or 0x
    /// integers, floats, `null` for references
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,

    /// Stop the program after this time: seconds, or a number with ms, s, m or h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,

    /// The most that all memories and tables of the program may have together, 8G unless this says
    /// otherwise: bytes, or a number with K, M or G
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_memory: Option<usize>,

    /// The most elements that a table of the program may grow to
    #[arg(long, value_name = "ELEMENTS")]
    max_table_elements: Option<usize>,

    /// The most descriptors of files, folders and connections that the program may have open, 512
    /// unless this says otherwise
    #[arg(long, value_name = "COUNT")]
    max_descriptors: Option<usize>,

    /// The most memory that lists of the system may take for the program (folders that it reads,
    /// what it polls), 16M unless this says otherwise: bytes, or a number with K, M or G
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_host_memory: Option<usize>,

    /// Instantiate the module FILE before, and let the program import from it under NAME; may
    /// repeat
    #[arg(long, value_name = "NAME=FILE")]
    preload: Vec<String>,

    /// What happens to imports that nobody defines
    #[arg(long, value_enum, default_value = "refuse", value_name = "WHAT")]
    unknown_imports: UnknownImports,

    /// Keep the compiled program in a folder, by default `windlass` in the user's cache folder, and
    /// take it from there the next time
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true,
          default_missing_value = "")]
    cache: Option<String>,

    /// Show functions to GDB and LLDB; lines are those of the source if the program has DWARF, else
    /// offsets in the Wasm file
    #[arg(long)]
    debug_info: bool,

    /// Tell `perf` where functions are: by /tmp/perf-PID.map, or by jit-PID.dump for `perf inject`
    #[arg(long, value_enum, value_name = "HOW")]
    profile: Option<Profile>,

    /// Run a compiled module (.cwasm): it is native code, which can do whatever you can
    #[arg(long)]
    allow_precompiled: bool,

    /// Proposals to switch on, or off with `-` in front: multi-memory, extended-const, tail-call,
    /// reference-types, bulk-memory, multi-value. All of these are on. Not done are threads, simd,
    /// relaxed-simd, memory64, exceptions, gc and others
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,

    #[command(flatten)]
    codegen: CodegenOptions,

    /// The program: a binary (.wasm) or text (.wat) module, or a compiled one (.cwasm); `-` is
    /// standard input. Everything behind it is the program's
    #[arg(value_name = "FILE", required = true, trailing_var_arg = true)]
    program: Vec<OsString>,
}

/// What host functions and limits of a program need.
struct Host {
    wasi: WasiCtx,
    limits: StoreLimits,
}

/// A number and the unit behind it.
fn split_unit(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()))
}

/// Reads a time.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split_unit(text);
    let factor = match unit {
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("there is no unit `{unit}`; there are ms, s, m and h")),
    };
    let seconds = number.parse::<f64>().map_err(|error| error.to_string())? * factor;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Reads a size.
fn bytes(text: &str) -> Result<usize, String> {
    let (number, unit) = split_unit(text);
    let factor = match unit {
        "" => 1,
        "K" | "k" => 1usize << 10,
        "M" | "m" => 1 << 20,
        "G" | "g" => 1 << 30,
        _ => return Err(format!("there is no unit `{unit}`; there are K, M and G")),
    };
    let number = number.parse::<usize>().map_err(|error| error.to_string())?;
    number.checked_mul(factor).ok_or_else(|| "the size is too large".to_string())
}

/// What happens to imports that nobody defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UnknownImports {
    /// The program does not start
    Refuse,
    /// The program traps if it calls one of them
    Trap,
}

/// How a profiler is told of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// Names and addresses
    Perfmap,
    /// Code and lines as well
    Jitdump,
}

impl RunCommand {
    /// Runs the program.
    pub fn execute(self) -> Result<Outcome> {
        let mut config = self.codegen.config()?;
        apply_features(&mut config, &self.wasm_features)?;
        // What comes from the cache is not compiled, nothing of it can be shown, and what was left
        // out must not be kept.
        let watch = &self.codegen.watch;
        let plain = watch.dump_after.is_none() && watch.disable_pass.is_empty();
        if let Some(dir) = self.cache.as_ref().filter(|_| plain) {
            let mut cache = CacheConfig::new();
            if !dir.is_empty() {
                cache.with_directory(dir);
            }
            config.cache(Some(Cache::new(&cache)?));
        }
        config.debug_info(self.debug_info);
        match self.profile {
            Some(Profile::Perfmap) => config.profiler(ProfilingStrategy::PerfMap),
            Some(Profile::Jitdump) => config.profiler(ProfilingStrategy::JitDump),
            None => &mut config,
        };
        progress::show(&mut config);
        let engine = Engine::new(&config).map_err(usage)?;
        let preloads = self.preloads()?;
        let module = self.module(&engine, self.file())?;
        let mut linker = Linker::<Host>::new(&engine);
        wasi::add_to_linker(&mut linker, |host| &mut host.wasi)?;
        let mut limits = StoreLimitsBuilder::new();
        if let Some(bytes) = self.max_memory {
            limits = limits.total_bytes(bytes);
        }
        if let Some(elements) = self.max_table_elements {
            limits = limits.table_elements(elements);
        }
        let wasi = self.wasi_ctx().map_err(usage)?;
        let mut store = Store::new(&engine, Host { wasi, limits: limits.build() });
        store.limiter(|host| &mut host.limits);
        if let Some(timeout) = self.timeout {
            store.set_deadline(timeout)?;
        }
        // What goes wrong concerns this file.
        let mut running = self.file();
        let mut outcome = Ok(());
        for (name, file) in preloads {
            let module = self.module(&engine, file)?;
            self.define_unknown(&mut linker, &module)?;
            outcome = linker.module(&mut store, name, &module).map(|_| ());
            if outcome.is_err() {
                running = file;
                break;
            }
        }
        if outcome.is_ok() {
            self.define_unknown(&mut linker, &module)?;
            outcome = self.call(&mut store, &linker, &module);
        }
        let outcome = match outcome {
            Ok(()) => Ok(Outcome::Success),
            Err(error) => self.ended(running, error),
        };
        // The process ends: the system takes it all back at once.
        std::mem::forget((store, linker, module, engine));
        outcome
    }

    /// The file among the arguments that was meant as the program, if FILE does not exist: the
    /// arguments of `--invoke` stand behind it.
    fn misplaced_file(&self, path: &Path) -> Option<String> {
        let missing = path == self.file() && !path.exists();
        let file = self.args().iter().find(|arg| missing && Path::new(arg).is_file())?;
        Some(format!("{}: FILE stands before its arguments", file.display()))
    }

    fn file(&self) -> &Path {
        Path::new(&self.program[0])
    }

    fn args(&self) -> &[OsString] {
        &self.program[1..]
    }

    /// What an error of running a file means for the command.
    fn ended(&self, file: &Path, error: Error) -> Result<Outcome> {
        if let Some(exit) = error.downcast_ref::<WasiExit>() {
            return Ok(Outcome::Status(exit.0));
        }
        let trap = error.downcast_ref::<Trap>().copied();
        let what = match (trap, self.timeout) {
            (Some(Trap::Interrupted), Some(time)) => {
                format!("the program was interrupted: it ran longer than {time:?} (--timeout)")
            }
            (Some(trap), _) => format!("the program trapped: {}", trap::message(trap.code())),
            (None, _) => match error.downcast_ref::<UnknownImportError>() {
                Some(import) => format!("the program trapped: {import}"),
                None => return Err(error.context(file.display().to_string())),
            },
        };
        eprintln!("windlass: {}: {what}", file.display());
        if let Some(frames) = error.downcast_ref::<WasmBacktrace>() {
            eprintln!("{}", frames.to_string().trim_end());
        }
        Ok(Outcome::Trapped)
    }

    /// Compiles a module, or loads a compiled one.
    fn module(&self, engine: &Engine, path: &Path) -> Result<Module> {
        // A pipe gives what it has only once.
        let stream = path == Path::new("-") || std::fs::metadata(path).is_ok_and(|m| !m.is_file());
        if stream {
            let mut bytes = Vec::new();
            let read = match path == Path::new("-") {
                true => std::io::stdin().lock().read_to_end(&mut bytes),
                false => std::fs::File::open(path).and_then(|mut f| f.read_to_end(&mut bytes)),
            };
            read.with_context(|| format!("reading {}", path.display()))?;
            if Engine::detect_precompiled(&bytes).is_some() {
                bail!("{}: compiled code is run from files only", path.display());
            }
            return Module::new(engine, bytes).map_err(|error| TextError::in_file(error, path));
        }
        let detected = Engine::detect_precompiled_file(path);
        let detected = detected.with_context(|| match self.misplaced_file(path) {
            Some(file) => format!("{} is meant as the program, and not {file}", path.display()),
            None => format!("reading {}", path.display()),
        })?;
        match (detected, self.allow_precompiled) {
            (None, _) => Module::from_file(engine, path),
            (Some(_), true) => precompiled::load(engine, path),
            (Some(_), false) => Err(usage(anyhow!(
                "{} is compiled code, which can do whatever you can; if you trust it, say \
                 --allow-precompiled",
                path.display()
            ))),
        }
    }

    /// The modules to be instantiated before, with their names.
    fn preloads(&self) -> Result<Vec<(&str, &Path)>> {
        self.preload
            .iter()
            .map(|text| {
                let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
                let (name, file) = pair.ok_or_else(|| {
                    usage(anyhow!("--preload {text}: a name, `=` and a file are wanted"))
                })?;
                Ok((name, Path::new(file)))
            })
            .collect()
    }

    fn define_unknown(&self, linker: &mut Linker<Host>, module: &Module) -> Result<()> {
        match self.unknown_imports {
            UnknownImports::Refuse => Ok(()),
            UnknownImports::Trap => linker.define_unknown_imports_as_traps(module),
        }
    }

    fn wasi_ctx(&self) -> Result<WasiCtx> {
        let mut builder = WasiCtxBuilder::new();
        builder.inherit_stdio();
        let name = self.argv0.as_deref().or(self.file().file_name());
        builder.arg(name.unwrap_or(self.file().as_os_str()).as_bytes());
        if self.invoke.is_none() {
            builder.args(self.args().iter().map(|arg| arg.as_bytes()));
        }
        for (name, value) in self.environment() {
            builder.env(name.as_bytes(), value.as_bytes());
        }
        for dir in &self.dir {
            let (host, guest) = host_and_guest(dir)?;
            let opened = builder.preopened_dir(host, guest);
            opened.with_context(|| format!("--dir {}", dir.display()))?;
        }
        for address in &self.listen {
            let listener = TcpListener::bind(address.as_str());
            builder.listener(listener.with_context(|| format!("--listen {address}"))?);
        }
        if let Some(count) = self.max_descriptors {
            builder.max_descriptors(count);
        }
        if let Some(bytes) = self.max_host_memory {
            builder.max_host_memory(bytes);
        }
        Ok(builder.build())
    }

    /// The variables of the program, each once.
    fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut variables: Vec<(OsString, OsString)> = Vec::new();
        if self.inherit_env {
            variables.extend(std::env::vars_os());
        }
        for variable in &self.env {
            let bytes = variable.as_bytes();
            let (name, value) = match bytes.iter().position(|byte| *byte == b'=') {
                Some(at) => {
                    let value = OsString::from_vec(bytes[at + 1..].to_vec());
                    (OsString::from_vec(bytes[..at].to_vec()), value)
                }
                None => match std::env::var_os(variable) {
                    Some(value) => (variable.clone(), value),
                    None => continue,
                },
            };
            match variables.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => variables.push((name, value)),
            }
        }
        variables
    }

    fn call(
        &self,
        store: &mut Store<Host>,
        linker: &Linker<Host>,
        module: &Module,
    ) -> Result<(), Error> {
        if self.invoke.is_none() {
            self.check_entry(module)?;
        }
        let instance = linker.instantiate(&mut *store, module)?;
        instance.initialize(&mut *store)?;
        match &self.invoke {
            Some(name) => self.invoke(store, instance, name),
            // Without any of these, all there is to do was done by instantiating it.
            None => {
                match ["", "_start"].iter().find_map(|name| instance.get_func(&mut *store, name)) {
                    Some(start) => start.call(&mut *store, &[], &mut []),
                    None => Ok(()),
                }
            }
        }
    }

    /// An error if a module has nothing to run.
    fn check_entry(&self, module: &Module) -> Result<()> {
        let info = module.info();
        let functions = exported_functions(module);
        let entries = ["", "_start", "_initialize"];
        if info.start.is_some() || functions.iter().any(|name| entries.contains(&&**name)) {
            return Ok(());
        }
        let file = self.file().display();
        let Some(first) = functions.first() else {
            let exports: Vec<_> = info.exports.iter().map(|e| format!("`{}`", e.name)).collect();
            let exports = match &exports[..] {
                [] => "it exports nothing".to_string(),
                names => format!("it exports {}", names.join(", ")),
            };
            return Err(usage(anyhow!("there is nothing to run: {exports}, and no function")));
        };
        // The call as it was meant, if one was.
        let name = self.args().iter().position(|arg| arg == "--invoke");
        let name = name.and_then(|at| Some((self.args().get(at + 1)?, &self.args()[at + 2..])));
        let (name, args) = match name {
            Some((name, args)) => (name.to_string_lossy().into_owned(), args),
            None => (first.clone(), &[][..]),
        };
        let args: String = args.iter().map(|arg| format!(" {}", arg.to_string_lossy())).collect();
        let args = if args.is_empty() { " ARGS…" } else { &args };
        let names: Vec<String> = functions.iter().map(|name| format!("`{name}`")).collect();
        Err(usage(anyhow!(
            "there is neither `_start` nor `_initialize` to run; functions are exported as {}, and \
             options stand before the file: windlass run --invoke {name} {file}{args}",
            names.join(", ")
        )))
    }

    fn invoke(&self, store: &mut Store<Host>, instance: Instance, name: &str) -> Result<(), Error> {
        let func: Func = instance.get_func(&mut *store, name).ok_or_else(|| {
            let functions = exported_functions(instance.module(&*store));
            let functions: Vec<String> = functions.iter().map(|name| format!("`{name}`")).collect();
            let there_are = match &functions[..] {
                [] => "it exports none".to_string(),
                names => format!("it exports {}", names.join(", ")),
            };
            usage(anyhow!("the module exports no function `{name}`: {there_are}"))
        })?;
        let ty = func.ty(&*store);
        let wanted: Vec<ValType> = ty.params().collect();
        if wanted.len() != self.args().len() {
            let options = match self.args().iter().find(|arg| arg.as_bytes().starts_with(b"--")) {
                Some(option) => format!("; options such as {} stand before FILE", option.display()),
                None => String::new(),
            };
            return Err(usage(anyhow!(
                "`{name}` takes {} arguments ({}), {} are given{options}",
                wanted.len(),
                wanted.iter().map(ValType::to_string).collect::<Vec<_>>().join(" "),
                self.args().len()
            )));
        }
        let params = wanted
            .iter()
            .zip(self.args())
            .map(|(ty, text)| parse_value(*ty, &text.to_string_lossy()))
            .collect::<Result<Vec<Val>>>()
            .map_err(usage)?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        func.call(&mut *store, &params, &mut results)?;
        let lines: String = results.iter().map(|value| show_value(value) + "\n").collect();
        print(&lines)
    }
}

/// The names of exported functions.
fn exported_functions(module: &Module) -> Vec<String> {
    let exports = module.info().exports.iter();
    let functions = exports.filter(|export| matches!(export.entity, EntityIndex::Func(_)));
    functions.map(|export| export.name.to_string()).collect()
}

/// The parts of `HOST::GUEST`, or twice the same.
fn host_and_guest(dir: &OsString) -> Result<(PathBuf, String)> {
    let bytes = dir.as_bytes();
    let at = bytes.windows(2).position(|pair| pair == b"::");
    let (host, guest) = at.map_or((bytes, bytes), |at| (&bytes[..at], &bytes[at + 2..]));
    let guest = String::from_utf8(guest.to_vec())
        .with_context(|| format!("--dir {}: the program's name for it", dir.display()))?;
    Ok((PathBuf::from(OsString::from_vec(host.to_vec())), guest))
}

/// Reads an integer, decimal or with `0x` in front.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let n = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse::<u64>(),
    };
    let n = i128::from(n.ok()?);
    Some(if negative { -n } else { n })
}

/// Reads an argument of `--invoke`.
fn parse_value(ty: ValType, text: &str) -> Result<Val> {
    let bad = || anyhow!("`{text}` is no value of type {ty}");
    Ok(match ty {
        ValType::I32 => {
            let n = integer(text).ok_or_else(bad)?;
            let fits = i32::try_from(n).or_else(|_| u32::try_from(n).map(|n| n as i32));
            Val::I32(fits.map_err(|_| bad())?)
        }
        ValType::I64 => {
            let n = integer(text).ok_or_else(bad)?;
            let fits = i64::try_from(n).or_else(|_| u64::try_from(n).map(|n| n as i64));
            Val::I64(fits.map_err(|_| bad())?)
        }
        ValType::F32 => Val::F32(text.parse::<f32>().map_err(|_| bad())?.to_bits()),
        ValType::F64 => Val::F64(text.parse::<f64>().map_err(|_| bad())?.to_bits()),
        ValType::V128 => {
            let digits = text.strip_prefix("0x").ok_or_else(bad)?;
            Val::V128(u128::from_str_radix(digits, 16).map_err(|_| bad())?)
        }
        _ if text != "null" => bail!("`{text}`: of type {ty}, only `null` can be given"),
        ValType::FuncRef => Val::FuncRef(None),
        ValType::ExternRef => Val::ExternRef(None),
    })
}

/// A result of `--invoke` as it is printed.
fn show_value(value: &Val) -> String {
    match value {
        Val::I32(n) => n.to_string(),
        Val::I64(n) => n.to_string(),
        Val::F32(bits) => f32::from_bits(*bits).to_string(),
        Val::F64(bits) => f64::from_bits(*bits).to_string(),
        Val::V128(bits) => format!("{bits:#034x}"),
        Val::FuncRef(None) | Val::ExternRef(None) => "null".to_string(),
        Val::FuncRef(Some(_)) => "funcref".to_string(),
        Val::ExternRef(Some(_)) => "externref".to_string(),
    }
}
