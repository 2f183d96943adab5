//! The engine: configuration, the machine to compile for, and what all modules of it share: the
//! numbers of function types and the trampolines for them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, RwLock};

use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_core::{passes, timing};
use windlass_wasm::WasmFeatures;
use windlass_wasm::module::SUPPORTED_FEATURES;
use windlass_wasm::types::FuncType as WasmFuncType;

pub use windlass_core::settings::RegallocAlgorithm;

use crate::Error;
use crate::trampoline::Trampolines;

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
}

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

    /// Sets a setting of the code generator by its name.
    pub fn codegen_setting(&mut self, name: &str, value: &str) -> Result<&mut Self, Error> {
        // Tried here, so that the error comes from the line that has the mistake.
        apply(&mut settings::builder(), &mut host_builder()?, name, value)?;
        self.settings.push((name.to_string(), value.to_string()));
        Ok(self)
    }

    /// Switches a proposal on or off, by its name in the specification's repositories.
    pub fn wasm_feature(&mut self, name: &str, on: bool) -> Result<&mut Self, Error> {
        let feature = match name {
            "multi-memory" => WasmFeatures::MULTI_MEMORY,
            "extended-const" => WasmFeatures::EXTENDED_CONST,
            "tail-call" => WasmFeatures::TAIL_CALL,
            "reference-types" => WasmFeatures::REFERENCE_TYPES,
            "bulk-memory" => WasmFeatures::BULK_MEMORY,
            "multi-value" => WasmFeatures::MULTI_VALUE,
            "simd" => WasmFeatures::SIMD,
            _ => return Err(Error::msg(format!("there is no Wasm feature `{name}`"))),
        };
        self.features.set(feature, on);
        Ok(self)
    }

    /// Prints every function behind the pass of this name to standard error, in the whole process.
    pub fn dump_after(&mut self, pass: &str) -> Result<&mut Self, Error> {
        passes::set_dump_after(pass).map_err(|names| {
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
        let (mut shared, mut host) = (settings::builder(), host_builder()?);
        for (name, value) in [
            ("enable_pinned_reg", "true"),
            ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
            ("unwind_info", "false"),
            ("enable_probestack", "false"),
            ("enable_multi_ret_implicit_sret", "true"),
            ("preserve_frame_pointers", if frames { "true" } else { "false" }),
        ] {
            shared.set(name, value).map_err(|error| Error::msg(format!("{name}: {error}")))?;
        }
        for (name, value) in &self.settings {
            apply(&mut shared, &mut host, name, value)?;
        }
        Ok(host.finish(settings::Flags::new(shared))?)
    }
}

fn host_builder() -> Result<windlass_core::isa::Builder, Error> {
    windlass_isa::host_builder().map_err(Error::msg)
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
    inner: Arc<EngineInner>,
}

struct EngineInner {
    config: Config,
    isa: OwnedTargetIsa,
    /// As `isa`, with frames in every function: for trampolines, which frames are walked through.
    frames_isa: OwnedTargetIsa,
    types: RwLock<Types>,
    trampolines: Mutex<HashMap<u32, Arc<Trampolines>>>,
}

#[derive(Default)]
struct Types {
    numbers: HashMap<WasmFuncType, u32>,
    types: Vec<Arc<WasmFuncType>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine for this machine.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let inner = EngineInner {
            config: config.clone(),
            isa: config.isa(false)?,
            frames_isa: config.isa(true)?,
            types: RwLock::default(),
            trampolines: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether both are the same engine.
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The machine.
    pub fn isa(&self) -> &OwnedTargetIsa {
        &self.inner.isa
    }

    pub(crate) fn frames_isa(&self) -> &OwnedTargetIsa {
        &self.inner.frames_isa
    }

    /// The number of a function type.
    pub(crate) fn type_id(&self, ty: &WasmFuncType) -> u32 {
        const POISONED: &str = "nothing panics while it holds the lock of the types";
        if let Some(&id) = self.inner.types.read().expect(POISONED).numbers.get(ty) {
            return id;
        }
        let mut types = self.inner.types.write().expect(POISONED);
        if let Some(&id) = types.numbers.get(ty) {
            return id;
        }
        let id = types.types.len() as u32;
        types.types.push(Arc::new(ty.clone()));
        types.numbers.insert(ty.clone(), id);
        id
    }

    /// The function type of this number.
    pub(crate) fn type_of(&self, id: u32) -> Arc<WasmFuncType> {
        let types = self.inner.types.read().expect("nothing panics while it holds the lock");
        types.types[id as usize].clone()
    }

    /// The trampolines of a function type, compiled the first time they are asked for.
    pub(crate) fn trampolines(&self, id: u32) -> Result<Arc<Trampolines>, Error> {
        // A panic while compiling leaves the map as it was.
        let mut map = self.inner.trampolines.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some(found) = map.get(&id) {
            return Ok(found.clone());
        }
        let made = Arc::new(Trampolines::compile(self, &self.type_of(id))?);
        map.insert(id, made.clone());
        Ok(made)
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
