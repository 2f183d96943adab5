//! The engine: configuration, the machine to compile for, and what all modules of it share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use target_lexicon::Triple;
use windlass_core::isa::{CallConv, OwnedTargetIsa, TargetIsa};
use windlass_core::settings::{self, Configurable};
use windlass_core::{dump, timing};
use windlass_wasm::WasmFeatures;
use windlass_wasm::module::SUPPORTED_FEATURES;

pub use windlass_core::settings::RegallocAlgorithm;

use crate::Error;
use crate::code_cache::Cache;
use crate::func_types::FuncTypes;
use crate::observe::{Observer, ProfilingStrategy};
use crate::shared::Shared;
use crate::slots::Slots;

/// How linear memories are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MemoryPlan {
    /// A range of addresses with guard pages: accesses need no check.
    #[default]
    Reserved,
    /// At any address, as large as it is: every access is checked.
    Checked,
}

/// What an engine is made from.
#[derive(Clone, Debug)]
pub struct Config {
    settings: Vec<(String, String)>,
    pub(crate) memory_plan: MemoryPlan,
    pub(crate) features: WasmFeatures,
    pub(crate) parallel: bool,
    pub(crate) max_wasm_stack: usize,
    kept_bytes: usize,
    pub(crate) cache: Option<Cache>,
    pub(crate) debug_info: bool,
    pub(crate) profiler: ProfilingStrategy,
    pub(crate) progress: Option<Progress>,
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
            Error::msg(format!("there is no back end for the target `{triple}`; there is x86_64"))
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

    /// Prints every function behind the pass of this name to standard error, in the whole process.
    pub fn dump_after(&mut self, pass: &str) -> Result<&mut Self, Error> {
        self.dump_functions_after(pass, &[])
    }

    /// As [`Self::dump_after`], for the functions of these names or numbers alone; all if there are
    /// none. Trampolines are shown by the name `trampoline`.
    pub fn dump_functions_after(
        &mut self,
        pass: &str,
        functions: &[String],
    ) -> Result<&mut Self, Error> {
        dump::set(pass, functions).map_err(|names| {
            Error::msg(format!("there is no pass `{pass}`; there are: {}", names.join(", ")))
        })?;
        Ok(self)
    }

    /// Measures how long each pass takes, in the whole process.
    pub fn time_passes(&mut self, on: bool) -> &mut Self {
        if on {
            timing::enable();
        }
        self
    }

    fn isa(&self, frames: bool) -> Result<OwnedTargetIsa, Error> {
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
        let own = CallConv::triple_default(host.triple());
        let convention = CallConv::for_libcall(&flags, own);
        if convention != own && convention != CallConv::Fast {
            return Err(Error::msg(format!(
                "setting libcall_call_conv={}: the library functions of the runtime have the \
                 convention {own}",
                flags.libcall_call_conv()
            )));
        }
        Ok(host.finish(flags)?)
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

/// Why code for a machine does not run here.
fn foreign(isa: &dyn TargetIsa) -> Option<String> {
    let (host, triple) = (Triple::host(), isa.triple());
    if (triple.architecture, triple.operating_system) != (host.architecture, host.operating_system)
    {
        return Some(format!("the engine compiles for {triple}, and this is {host}"));
    }
    let here = windlass_isa::host_features();
    let on = isa.isa_flags().into_iter().filter(|value| value.as_bool() == Some(true));
    let missing = on.map(|value| value.name).find(|name| !here.contains(name))?;
    Some(format!("the engine compiles for a processor with {missing}, which this one has not"))
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

/// Compiles modules and holds what they share. Cheap to clone: clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Shared<EngineInner>,
}

/// The most bytes that ended instances leave for the next ones, unless the configuration says
/// otherwise: a thousand with a memory each.
const KEPT_BYTES: usize = 136 << 20;

struct EngineInner {
    config: Config,
    isa: OwnedTargetIsa,
    /// Why its code does not run here, if so.
    foreign: Option<String>,
    observer: Observer,
    /// As `isa`, with frames in every function: for trampolines, which frames are walked through.
    frames_isa: OwnedTargetIsa,
    types: Arc<FuncTypes>,
    slots: Arc<Slots>,
    /// The most bytes of the shells, in stores or kept, that may be kept.
    shell_bytes: AtomicUsize,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Engine {
    /// The proposals that are switched on.
    pub fn wasm_features(&self) -> WasmFeatures {
        self.config().features
    }

    /// An engine for this machine.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let isa = config.isa(false)?;
        let observer = Observer::new(config.profiler)?;
        let inner = EngineInner {
            config: config.clone(),
            foreign: foreign(&*isa),
            observer,
            isa,
            frames_isa: config.isa(true)?,
            types: Arc::default(),
            slots: Arc::default(),
            shell_bytes: AtomicUsize::new(0),
        };
        Ok(Self { inner: Shared::new(inner) })
    }

    /// Whether both are the same engine.
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Shared::ptr_eq(&a.inner, &b.inner)
    }

    /// A clone that counts in this thread's shard.
    pub(crate) fn local(&self) -> Self {
        Self { inner: self.inner.local() }
    }

    /// The slots for memories.
    pub(crate) fn slots(&self) -> &Arc<Slots> {
        &self.inner.slots
    }

    /// Counts the bytes of a new shell, if it may be kept when its instance ends.
    pub(crate) fn may_keep(&self, bytes: usize) -> bool {
        let before = self.inner.shell_bytes.fetch_add(bytes, Ordering::Relaxed);
        let granted = before.saturating_add(bytes) <= self.inner.config.kept_bytes;
        if !granted {
            self.shell_dropped(bytes);
        }
        granted
    }

    /// A shell that was counted is gone.
    pub(crate) fn shell_dropped(&self, bytes: usize) {
        self.inner.shell_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The machine.
    pub fn isa(&self) -> &OwnedTargetIsa {
        &self.inner.isa
    }

    /// An error if the engine is one for another machine.
    pub(crate) fn check_runs_here(&self) -> Result<(), Error> {
        match &self.inner.foreign {
            None => Ok(()),
            Some(why) => Err(Error::msg(format!("{why}; such modules can only be precompiled"))),
        }
    }

    pub(crate) fn frames_isa(&self) -> &OwnedTargetIsa {
        &self.inner.frames_isa
    }

    /// The function types in use.
    pub(crate) fn types(&self) -> &Arc<FuncTypes> {
        &self.inner.types
    }

    pub(crate) fn observer(&self) -> &Observer {
        &self.inner.observer
    }

    /// How long each pass took, as a table; empty unless the configuration asked for it.
    pub fn pass_times(&self) -> String {
        if timing::enabled() { timing::take_current().to_string() } else { String::new() }
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::new(&Config::new()).expect("the default configuration fits a supported host")
    }
}
