//! What is asked of a target machine: the trait `TargetIsa`, and how one is built.
//!
//! The machines live in crates of their own; `windlass-isa` finds one by triple.

use crate::ir::{Endianness, Type, types};
use crate::machine::Backend;
use crate::machine::pipeline::Target;
use crate::result::CodegenResult;
use crate::settings::{self, Configurable, SetResult, Value};
use crate::verify;
use core::fmt;
use std::sync::Arc;
use target_lexicon::{Architecture, PointerWidth, Triple};
use thiserror::Error;

pub use crate::ir::CallConv;
pub use crate::machine::unwind;

/// A target machine, ready to compile for.
pub type OwnedTargetIsa = Arc<dyn TargetIsa>;

/// A target machine with its settings.
pub trait TargetIsa: fmt::Display + Send + Sync {
    /// The name of the machine.
    fn name(&self) -> &'static str;

    /// The triple.
    fn triple(&self) -> &Triple;

    /// The shared settings.
    fn flags(&self) -> &settings::Flags;

    /// The settings of the machine.
    fn isa_flags(&self) -> Vec<Value>;

    /// Changes with every setting that code depends on.
    fn isa_flags_hash_key(&self) -> Vec<u8>;

    /// The convention of the triple.
    fn default_call_conv(&self) -> CallConv {
        CallConv::triple_default(self.triple())
    }

    /// The width of a pointer.
    fn pointer_width(&self) -> PointerWidth {
        self.triple().pointer_width().unwrap_or(PointerWidth::U64)
    }

    /// The type of a pointer.
    fn pointer_type(&self) -> Type {
        match self.pointer_bits() {
            32 => types::I32,
            _ => types::I64,
        }
    }

    /// The bits of a pointer.
    fn pointer_bits(&self) -> u8 {
        self.pointer_width().bits()
    }

    /// The bytes of a pointer.
    fn pointer_bytes(&self) -> u8 {
        self.pointer_width().bytes()
    }

    /// The byte order.
    fn endianness(&self) -> Endianness {
        match self.triple().endianness() {
            Ok(target_lexicon::Endianness::Big) => Endianness::Big,
            _ => Endianness::Little,
        }
    }

    /// What a front end has to know.
    fn frontend_config(&self) -> TargetFrontendConfig {
        TargetFrontendConfig {
            default_call_conv: self.default_call_conv(),
            pointer_width: self.pointer_width(),
            page_size_align_log2: self.page_size_align_log2(),
        }
    }

    /// Alignment of functions.
    fn function_alignment(&self) -> FunctionAlignment;

    /// The largest page size of the machine, as a power of two.
    fn page_size_align_log2(&self) -> u8 {
        12
    }

    /// What all unwind information of the machine shares.
    fn common_unwind_info(&self) -> Option<unwind::CommonUnwindInfo> {
        self.backend().tables().unwind_info()
    }

    /// Whether `fma` is one instruction.
    fn has_native_fma(&self) -> bool;

    /// Whether `ceil`, `floor`, `trunc` and `nearest` are single instructions.
    fn has_round(&self) -> bool;

    /// The disassembly of code, one instruction a line; constants from `code_size` on are shown as
    /// data.
    fn to_text(&self, code: &[u8], code_size: u32) -> String;

    /// The hooks of the compiler.
    #[doc(hidden)]
    fn backend(&self) -> &dyn Backend;
}

impl fmt::Debug for dyn TargetIsa + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TargetIsa {{ triple: {}, pointer_width: {:?} }}",
            self.triple(),
            self.pointer_width()
        )
    }
}

impl dyn TargetIsa + '_ {
    /// What code is made for.
    pub(crate) fn target(&self) -> Target<'_> {
        Target {
            backend: self.backend(),
            flags: self.flags(),
            default_call_conv: self.default_call_conv(),
            function_alignment: self.function_alignment().minimum,
        }
    }
}

/// How functions are aligned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FunctionAlignment {
    /// At least this.
    pub minimum: u32,
    /// Better this.
    pub preferred: u32,
}

/// What a front end has to know of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TargetFrontendConfig {
    /// The convention of the triple.
    pub default_call_conv: CallConv,
    /// The width of a pointer.
    pub pointer_width: PointerWidth,
    /// The largest page size, as a power of two.
    pub page_size_align_log2: u8,
}

impl TargetFrontendConfig {
    /// The type of a pointer.
    pub fn pointer_type(self) -> Type {
        match self.pointer_bits() {
            32 => types::I32,
            _ => types::I64,
        }
    }

    /// The bits of a pointer.
    pub fn pointer_bits(self) -> u8 {
        self.pointer_width.bits()
    }

    /// The bytes of a pointer.
    pub fn pointer_bytes(self) -> u8 {
        self.pointer_width.bytes()
    }
}

/// Why a machine could not be found.
#[derive(Error, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookupError {
    /// It is known, but was left out of this build.
    #[error("support for this target is not compiled in; build with its feature")]
    SupportDisabled,
    /// There is no back end for it.
    #[error("there is no back end for this target; those that exist: x86_64, aarch64")]
    Unsupported,
}

/// A machine that is being configured.
pub struct Builder {
    triple: Triple,
    setup: settings::Builder,
    constructor: Constructor,
}

/// Makes the machine from its triple, the shared settings and its own.
pub type Constructor =
    fn(Triple, settings::Flags, &settings::Builder) -> CodegenResult<OwnedTargetIsa>;

impl Builder {
    /// Used by the crates of the machines.
    #[doc(hidden)]
    pub fn new(triple: Triple, setup: settings::Builder, constructor: Constructor) -> Self {
        Self { triple, setup, constructor }
    }

    /// The triple.
    pub fn triple(&self) -> &Triple {
        &self.triple
    }

    /// The architecture.
    pub fn architecture(&self) -> Architecture {
        self.triple.architecture
    }

    /// All settings of the machine, to be shown.
    pub fn iter(&self) -> impl Iterator<Item = settings::Setting> + use<> {
        self.setup.iter()
    }

    /// The table of the machine's settings, and their values.
    pub fn settings(&self) -> &settings::Builder {
        &self.setup
    }

    /// Makes the machine.
    pub fn finish(&self, shared: settings::Flags) -> CodegenResult<OwnedTargetIsa> {
        (self.constructor)(self.triple.clone(), shared, &self.setup)
    }
}

impl Configurable for Builder {
    fn set(&mut self, name: &str, value: &str) -> SetResult<()> {
        self.setup.set(name, value)
    }

    fn enable(&mut self, name: &str) -> SetResult<()> {
        self.setup.enable(name)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder {{ triple: {} }}", self.triple)
    }
}

impl<'a> From<&'a dyn TargetIsa> for verify::Target<'a> {
    fn from(isa: &'a dyn TargetIsa) -> Self {
        Self { flags: isa.flags(), pointer_type: Some(isa.pointer_type()) }
    }
}
