//! What an engine is made from.

use std::fmt;
use std::sync::Arc;

use target_lexicon::Triple;
use windlass_core::compile::Driver;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_wasm::WasmFeatures;
use windlass_wasm::module::SUPPORTED_FEATURES;

pub use windlass_core::settings::RegallocAlgorithm;

use crate::Error;
use crate::code::cache::Cache;
use crate::layout::MemoryPlan;
use crate::observe::ProfilingStrategy;

/// What an engine is made from.
#[derive(Clone, Debug)]
pub struct Config {
    settings: Vec<(String, String)>,
    pub(crate) memory_plan: MemoryPlan,
    pub(crate) features: WasmFeatures,
    pub(crate) parallel: bool,
    pub(crate) max_wasm_stack: usize,
    pub(crate) kept_bytes: usize,
    pub(crate) cache: Option<Cache>,
    pub(crate) debug_info: bool,
    pub(crate) profiler: ProfilingStrategy,
    pub(crate) progress: Option<Progress>,
    pub(crate) driver: Option<Arc<Driver>>,
    /// `None`: this machine.
    target: Option<Triple>,
    /// `None`: with the host as target what it has, otherwise the least that the target has.
    cpu: Option<String>,
}

/// Who wants to know how a compilation goes on.
#[derive(Clone)]
pub(crate) struct Progress(pub Arc<dyn Fn(usize, usize) + Send + Sync>);

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// The proposals that can be switched, by their names.
pub(crate) const FEATURES: [(&str, WasmFeatures); 7] = [
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("reference-types", WasmFeatures::REFERENCE_TYPES),
    ("bulk-memory", WasmFeatures::BULK_MEMORY),
    ("multi-value", WasmFeatures::MULTI_VALUE),
    ("simd", WasmFeatures::SIMD),
];

/// The most bytes that ended instances leave for the next ones, unless the configuration says
/// otherwise: a thousand with a memory each.
const KEPT_BYTES: usize = 136 << 20;

/// The stack that Wasm code may use unless the configuration says otherwise, in bytes.
const DEFAULT_WASM_STACK: usize = 512 << 10;

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Config {
    /// The defaults: the host with all its features, reserved memories, the backtracking register
    /// allocator, compilation in parallel, 512 KiB of Wasm stack.
    pub fn new() -> Self {
        Self {
            settings: Vec::new(),
            memory_plan: MemoryPlan::default(),
            features: SUPPORTED_FEATURES,
            parallel: true,
            max_wasm_stack: DEFAULT_WASM_STACK,
            kept_bytes: KEPT_BYTES,
            cache: None,
            debug_info: false,
            profiler: ProfilingStrategy::None,
            progress: None,
            driver: None,
            target: None,
            cpu: None,
        }
    }

    /// Chooses the register allocator: good code, or fast compilation.
    pub fn regalloc_algorithm(&mut self, algorithm: RegallocAlgorithm) -> &mut Self {
        let word = match algorithm {
            RegallocAlgorithm::Backtracking => "backtracking",
            RegallocAlgorithm::SinglePass => "single_pass",
        };
        self.settings.push(("regalloc_algorithm".to_string(), word.to_string()));
        self
    }

    /// Chooses how memories are laid out.
    pub fn memory_plan(&mut self, plan: MemoryPlan) -> &mut Self {
        self.memory_plan = plan;
        self
    }

    /// Whether functions are compiled on all cores. The code does not depend on it.
    pub fn parallel_compilation(&mut self, parallel: bool) -> &mut Self {
        self.parallel = parallel;
        self
    }

    /// The stack that Wasm code may use in one call from the host, in bytes.
    pub fn max_wasm_stack(&mut self, bytes: usize) -> &mut Self {
        self.max_wasm_stack = bytes;
        self
    }

    /// The most bytes that ended instances may leave in memory for the next ones of their modules,
    /// in the whole engine: contexts, elements of tables, and the few pages of memories that
    /// instances touch. 136 MiB by default; with 0, every instance is made anew.
    pub fn instance_cache_size(&mut self, bytes: usize) -> &mut Self {
        self.kept_bytes = bytes;
        self
    }

    /// Shows functions to GDB and LLDB: with the lines of their source where the module has DWARF
    /// for them, otherwise with offsets in the Wasm file as line numbers. Modules that are loaded
    /// from `.cwasm` files have offsets.
    pub fn debug_info(&mut self, on: bool) -> &mut Self {
        self.debug_info = on;
        self
    }

    /// Tells a profiler where functions are.
    pub fn profiler(&mut self, strategy: ProfilingStrategy) -> &mut Self {
        self.profiler = strategy;
        self
    }

    /// Keeps compiled modules in a folder, and takes them from there.
    pub fn cache(&mut self, cache: Option<Cache>) -> &mut Self {
        self.cache = cache;
        self
    }

    /// Calls a function whenever a function was compiled, with how many of the module are done
    /// and how many there are. The calls come from all threads that compile.
    pub fn compile_progress(
        &mut self,
        report: impl Fn(usize, usize) + Send + Sync + 'static,
    ) -> &mut Self {
        self.progress = Some(Progress(Arc::new(report)));
        self
    }

    /// The machine to compile for, by a triple such as `x86_64-unknown-linux-gnu`, with the least
    /// that such machines have unless [`Self::cpu`] says more. Modules for another machine than
    /// this one can be precompiled, not run.
    pub fn target(&mut self, triple: &str) -> Result<&mut Self, Error> {
        let parsed = triple.parse::<Triple>().ok();
        let known = parsed.filter(|triple| windlass_isa::lookup(triple.clone()).is_ok());
        self.target = Some(known.ok_or_else(|| {
            let machines = windlass_isa::MACHINES.join(", ");
            Error::msg(format!(
                "there is no back end for the target `{triple}`; there is {machines}"
            ))
        })?);
        Ok(self)
    }

    /// The processor to compile for: `native` (this one), `baseline` (every one of the target), or
    /// a preset such as `x86-64-v3` or `skylake`.
    pub fn cpu(&mut self, name: &str) -> Result<&mut Self, Error> {
        if name == "native" {
            (self.target, self.cpu) = (None, None);
            return Ok(self);
        }
        self.cpu = Some(name.to_string());
        let builder = self.isa_builder();
        if builder.is_err() {
            self.cpu = None;
        }
        builder?;
        Ok(self)
    }

    fn isa_builder(&self) -> Result<windlass_core::isa::Builder, Error> {
        if self.target.is_none() && self.cpu.is_none() {
            return host_builder();
        }
        let triple = self.target.clone().unwrap_or_else(Triple::host);
        let mut builder = windlass_isa::lookup(triple)?;
        if let Some(cpu) = &self.cpu {
            let preset = builder.iter().find(|setting| setting.name == cpu);
            if !preset.is_some_and(|setting| setting.kind == settings::SettingKind::Preset) {
                return Err(Error::msg(format!(
                    "there is no processor `{cpu}`; there are native, {}",
                    presets(&builder).join(", ")
                )));
            }
            builder.enable(cpu)?;
        }
        Ok(builder)
    }

    /// Sets a setting of the code generator by its name.
    pub fn codegen_setting(&mut self, name: &str, value: &str) -> Result<&mut Self, Error> {
        // Tried here, so that the error comes from the line that has the mistake.
        self.settings.push((name.to_string(), value.to_string()));
        if let Err(error) = self.isa(false) {
            self.settings.pop();
            return Err(error);
        }
        Ok(self)
    }

    /// The names of the proposals that can be switched on and off.
    pub fn wasm_features() -> impl Iterator<Item = &'static str> {
        FEATURES.iter().map(|(name, _)| *name)
    }

    /// Switches a proposal on or off, by its name in the specification's repositories.
    pub fn wasm_feature(&mut self, name: &str, on: bool) -> Result<&mut Self, Error> {
        let found = FEATURES.iter().find(|(known, _)| *known == name);
        let &(_, feature) =
            found.ok_or_else(|| Error::msg(format!("there is no Wasm feature `{name}`")))?;
        self.features.set(feature, on);
        Ok(self)
    }

    /// What is asked of compilations beside code: dumps, times, passes that are left out.
    pub fn driver(&mut self, driver: Arc<Driver>) -> &mut Self {
        self.driver = Some(driver);
        self
    }

    /// The machine; with `frames`, every function has one.
    pub(super) fn isa(&self, frames: bool) -> Result<OwnedTargetIsa, Error> {
        let (mut shared, mut host) = (settings::builder(), self.isa_builder()?);
        for (name, value) in [
            ("enable_pinned_reg", "true"),
            ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
            ("unwind_info", "false"),
            ("enable_probestack", "false"),
            ("use_colocated_libcalls", "true"),
            ("enable_multi_ret_implicit_sret", "true"),
            ("preserve_frame_pointers", "false"),
        ] {
            shared.set(name, value).map_err(|error| Error::msg(format!("{name}: {error}")))?;
        }
        for (name, value) in &self.settings {
            apply(&mut shared, &mut host, name, value)?;
        }
        if frames {
            shared
                .enable("preserve_frame_pointers")
                .map_err(|error| Error::msg(error.to_string()))?;
        }
        let flags = settings::Flags::new(shared);
        if !flags.enable_pinned_reg() {
            return Err(Error::msg(
                "setting enable_pinned_reg=false: compiled Wasm has its context in the register",
            ));
        }
        let isa = host.finish(flags)?;
        match windlass_jit::libcalls::wrong_convention(&*isa) {
            None => Ok(isa),
            Some(message) => Err(Error::msg(message)),
        }
    }
}

fn host_builder() -> Result<windlass_core::isa::Builder, Error> {
    windlass_isa::host_builder().map_err(Error::msg)
}

/// The names of the presets of a machine.
fn presets(builder: &windlass_core::isa::Builder) -> Vec<&'static str> {
    let presets = builder.iter().filter(|s| s.kind == settings::SettingKind::Preset);
    presets.map(|setting| setting.name).collect()
}

fn apply(
    shared: &mut settings::Builder,
    isa: &mut windlass_core::isa::Builder,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    match shared.set(name, value) {
        Err(settings::SetError::BadName(_)) => isa.set(name, value),
        result => result,
    }
    .map_err(|error| Error::msg(format!("setting {name}={value}: {error}")))
}
