//! Options that several subcommands share, and the engine they make.

use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use windlass_core::compile::Driver;
use windlass_runtime::{Config, Engine, MemoryPlan, RegallocAlgorithm};

use crate::exit::usage;

/// How code is generated.
#[derive(Args, Clone, Debug, Default)]
pub struct CodegenOptions {
    /// The register allocator: good code, or fast compilation
    #[arg(long, value_enum, value_name = "NAME")]
    pub regalloc: Option<Regalloc>,

    /// How memories are laid out: an address range with guard pages, or explicit bounds checks
    #[arg(long, value_enum, value_name = "PLAN")]
    pub memory: Option<Memory>,

    /// The processor to compile for: native, baseline (every one of the target), or a preset such
    /// as x86-64-v3 or skylake
    #[arg(long, value_name = "NAME")]
    pub cpu: Option<String>,

    /// A setting of the code generator, as on a `set` line of a filetest; may repeat
    #[arg(long = "set", value_name = "NAME[=VALUE]")]
    pub settings: Vec<String>,

    /// What is to be seen.
    #[command(flatten)]
    pub watch: WatchOptions,

    /// Check every register allocation
    #[arg(long)]
    pub regalloc_checker: bool,
}

/// What a command wants to see of compilations, or to do without.
#[derive(Args, Clone, Debug, Default)]
pub struct WatchOptions {
    /// Print the IR or machine code of functions behind this pass
    #[arg(long, value_name = "PASS")]
    pub dump_after: Option<String>,

    /// Show only this function, by name or number; may repeat. `trampoline` for those of types
    #[arg(short = 'f', long = "function", value_name = "NAME")]
    pub functions: Vec<String>,

    /// Leave this pass out; may repeat
    #[arg(long, value_name = "PASS")]
    pub disable_pass: Vec<String>,

    /// Print how long each pass took
    #[arg(long)]
    pub time_passes: bool,
}

/// The driver of the command's compilations, if there is something to watch.
static DRIVER: OnceLock<Arc<Driver>> = OnceLock::new();

impl WatchOptions {
    /// The driver that the options ask for, if they do. [`report`] reports what it saw.
    pub fn driver(&self) -> Result<Option<Arc<Driver>>> {
        if self.dump_after.is_none() && self.disable_pass.is_empty() && !self.time_passes {
            return Ok(None);
        }
        let mut driver = Driver::default();
        let unknown = |option: &str, pass: &str, names: Vec<&str>| {
            anyhow!("{option} {pass}: there is no such pass; there are: {}", names.join(", "))
        };
        if let Some(pass) = &self.dump_after {
            let asked = driver.dump_after(pass, &self.functions);
            asked.map_err(|names| unknown("--dump-after", pass, names))?;
        }
        for pass in &self.disable_pass {
            driver.disable(pass).map_err(|names| unknown("--disable-pass", pass, names))?;
        }
        if self.time_passes {
            driver.take_times();
        }
        Ok(Some(DRIVER.get_or_init(|| Arc::new(driver)).clone()))
    }
}

/// Prints what the command's driver saw, at its end.
pub fn report() {
    if let Some(driver) = DRIVER.get() {
        if let Some(times) = driver.times() {
            eprint!("{times}");
        }
        if let Some(why) = driver.unanswered() {
            eprintln!("windlass: --dump-after: {why}");
        }
    }
}

/// The register allocators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Regalloc {
    /// Good code.
    Backtracking,
    /// Fast compilation.
    SinglePass,
}

/// The plans for memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Memory {
    /// A reserved range of addresses with guard pages: no checks.
    Reserved,
    /// At any address: every access is checked.
    Checked,
}

impl CodegenOptions {
    /// The configuration that the options ask for.
    pub fn config(&self) -> Result<Config> {
        self.config_for(None)
    }

    /// As [`Self::config`], for a machine given by its triple.
    pub fn config_for(&self, target: Option<&str>) -> Result<Config> {
        self.make_config(target).map_err(usage)
    }

    fn make_config(&self, target: Option<&str>) -> Result<Config> {
        let mut config = Config::new();
        if let Some(triple) = target {
            config.target(triple).with_context(|| format!("--target {triple}"))?;
        }
        if let Some(cpu) = &self.cpu {
            config.cpu(cpu).with_context(|| format!("--cpu {cpu}"))?;
        }
        match self.regalloc {
            Some(Regalloc::Backtracking) => {
                config.regalloc_algorithm(RegallocAlgorithm::Backtracking);
            }
            Some(Regalloc::SinglePass) => {
                config.regalloc_algorithm(RegallocAlgorithm::SinglePass);
            }
            None => {}
        }
        match self.memory {
            Some(Memory::Reserved) => {
                config.memory_plan(MemoryPlan::Reserved);
            }
            Some(Memory::Checked) => {
                config.memory_plan(MemoryPlan::Checked);
            }
            None => {}
        }
        for setting in &self.settings {
            let (name, value) = setting.split_once('=').unwrap_or((setting, "true"));
            config.codegen_setting(name, value).with_context(|| format!("--set {setting}"))?;
        }
        if self.regalloc_checker {
            config.codegen_setting("regalloc_checker", "true")?;
        }
        if let Some(driver) = self.watch.driver()? {
            config.driver(driver);
        }
        Ok(config)
    }

    /// The engine that the options ask for.
    pub fn engine(&self) -> Result<Engine> {
        Engine::new(&self.config()?)
    }
}

/// Proposals that are not done.
const NOT_DONE: [&str; 13] = [
    "component-model",
    "custom-page-sizes",
    "exceptions",
    "function-references",
    "gc",
    "legacy-exceptions",
    "memory64",
    "relaxed-simd",
    "shared-everything-threads",
    "simd",
    "stack-switching",
    "threads",
    "wide-arithmetic",
];

/// Switches proposals on, or off with `-` in front: `--wasm-features multi-memory,-tail-call`.
pub fn apply_features(config: &mut Config, list: &[String]) -> Result<()> {
    let known: Vec<&str> = Config::wasm_features().collect();
    for word in list.iter().flat_map(|item| item.split(',')).filter(|word| !word.is_empty()) {
        let (name, on) = match word.strip_prefix('-') {
            Some(name) => (name, false),
            None => (word, true),
        };
        let not_done = NOT_DONE.contains(&name);
        if known.contains(&name) && !(on && not_done) {
            config.wasm_feature(name, on)?;
        } else if on || !not_done {
            let why = if not_done { "is not done yet" } else { "is no proposal that is known" };
            let known: Vec<&str> =
                known.iter().copied().filter(|n| !NOT_DONE.contains(n)).collect();
            let known = known.join(", ");
            return Err(usage(anyhow!("--wasm-features: `{name}` {why}; there are {known}")));
        }
    }
    Ok(())
}
