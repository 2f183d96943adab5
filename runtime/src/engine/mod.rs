//! The engine: configuration, the machine to compile for, and what all modules of it share.

mod compat;
pub(crate) mod config;
pub(crate) mod func_types;
pub(crate) mod slots;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use target_lexicon::Triple;
use windlass_core::isa::{OwnedTargetIsa, TargetIsa};
use windlass_wasm::WasmFeatures;

use self::config::Config;
use self::func_types::FuncTypes;
use self::slots::Slots;
use crate::Error;
use crate::code::artifact::{self, Precompiled};
use crate::compile::{self, Compiled};
use crate::observe::Observer;
use crate::sync::shared::Shared;
use crate::sys::file;

/// Compiles modules and holds what they share. Cheap to clone: clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Shared<EngineInner>,
}

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
        let observer = Observer::new(config.profiler, config.debug_info, isa.clone())?;
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

    /// What its code fits to, as lines of text; with `all`, what its code depends on.
    pub(crate) fn compatibility(&self, all: bool) -> String {
        compat::lines(self.config(), &**self.isa(), all)
    }

    /// Compiles a binary module.
    pub(crate) fn compile(&self, wasm: &[u8]) -> Result<Compiled, Error> {
        let config = self.config();
        compile::compile(
            &compile::Options {
                isa: &**self.isa(),
                driver: config.driver.as_ref(),
                features: config.features,
                plan: config.memory_plan,
                parallel: config.parallel,
                progress: config.progress.as_ref().map(|progress| &*progress.0),
            },
            wasm,
        )
    }

    /// The function types in use.
    pub(crate) fn types(&self) -> &Arc<FuncTypes> {
        &self.inner.types
    }

    pub(crate) fn observer(&self) -> &Observer {
        &self.inner.observer
    }
}

impl Engine {
    /// What kind of compiled code bytes are, by how they begin; `None` if they are none.
    pub fn detect_precompiled(bytes: &[u8]) -> Option<Precompiled> {
        artifact::is_artifact(bytes).then_some(Precompiled::Module)
    }

    /// As [`Self::detect_precompiled`], for a file.
    pub fn detect_precompiled_file(path: impl AsRef<Path>) -> Result<Option<Precompiled>, Error> {
        let start = file::read_start(path.as_ref(), artifact::MAGIC.len())?;
        Ok(Self::detect_precompiled(&start))
    }
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

impl Default for Engine {
    fn default() -> Self {
        Self::new(&Config::new()).expect("the default configuration fits a supported host")
    }
}
