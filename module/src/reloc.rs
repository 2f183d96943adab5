//! Relocations of code and data in terms of a module's numbers.

use core::fmt;

use windlass_core::binemit::{Addend, CodeOffset, Reloc};
use windlass_core::ir::{ExternalName, Function, KnownSymbol, LibCall, SourceLoc, TrapCode};
use windlass_core::{CodeBuffer, FinalizedMachReloc, FinalizedRelocTarget};

use crate::error::{ModuleError, ModuleResult};
use crate::ids::FuncId;

/// A place in code or data into which an address is written.
#[derive(Clone, Debug)]
pub struct ModuleReloc {
    /// Where it is.
    pub offset: CodeOffset,
    /// How the address is written.
    pub kind: Reloc,
    /// What it is the address of.
    pub name: ModuleRelocTarget,
    /// Added to the address.
    pub addend: Addend,
}

impl ModuleReloc {
    /// A relocation of compiled code, in terms of the module.
    ///
    /// # Panics
    ///
    /// If the function refers to something by letters (`%name`), which modules do not know; see
    /// [`ModuleReloc::try_from_mach_reloc`].
    pub fn from_mach_reloc(reloc: &FinalizedMachReloc, func: &Function, func_id: FuncId) -> Self {
        Self::try_from_mach_reloc(reloc, func, func_id)
            .unwrap_or_else(|name| panic!("{name} is not the name of anything in a module"))
    }

    /// All relocations of a function's code, in terms of the module.
    pub fn all_of(
        code: &CodeBuffer,
        func: &Function,
        func_id: FuncId,
    ) -> ModuleResult<Vec<ModuleReloc>> {
        let relocs = code.relocs().iter();
        let relocs = relocs.map(|reloc| Self::try_from_mach_reloc(reloc, func, func_id));
        relocs.collect::<Result<_, _>>().map_err(ModuleError::Undeclared)
    }

    /// As [`ModuleReloc::from_mach_reloc`]; the error is the name that modules do not know.
    pub fn try_from_mach_reloc(
        reloc: &FinalizedMachReloc,
        func: &Function,
        func_id: FuncId,
    ) -> Result<Self, String> {
        let name = match &reloc.target {
            FinalizedRelocTarget::Func(offset) => {
                ModuleRelocTarget::FunctionOffset(func_id, *offset)
            }
            FinalizedRelocTarget::ExternalName(name) => match name {
                ExternalName::User(reference) => {
                    let name = func.params.user_named_funcs().get(*reference);
                    let name = name.ok_or_else(|| reference.to_string())?;
                    ModuleRelocTarget::user(name.namespace, name.index)
                }
                ExternalName::LibCall(call) => ModuleRelocTarget::LibCall(*call),
                ExternalName::KnownSymbol(symbol) => ModuleRelocTarget::KnownSymbol(*symbol),
                ExternalName::TestCase(name) => return Err(name.to_string()),
            },
        };
        Ok(Self { offset: reloc.offset, kind: reloc.kind, name, addend: reloc.addend })
    }
}

/// What a relocation of a module refers to.
#[derive(Clone, Debug)]
pub enum ModuleRelocTarget {
    /// A function (name space 0) or data object (1) of the module.
    User {
        /// The name space.
        namespace: u32,
        /// The number.
        index: u32,
    },
    /// A function of the support library.
    LibCall(LibCall),
    /// A symbol that linkers know.
    KnownSymbol(KnownSymbol),
    /// An offset in a function of the module.
    FunctionOffset(FuncId, CodeOffset),
}

impl ModuleRelocTarget {
    /// A function or data object of the module.
    pub fn user(namespace: u32, index: u32) -> Self {
        Self::User { namespace, index }
    }
}

impl fmt::Display for ModuleRelocTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { namespace, index } => write!(f, "u{namespace}:{index}"),
            Self::LibCall(call) => write!(f, "%{call}"),
            Self::KnownSymbol(symbol) => write!(f, "{symbol}"),
            Self::FunctionOffset(func, offset) => write!(f, "{func}+{offset}"),
        }
    }
}

/// An instruction of a function that may trap.
#[derive(Clone, Debug)]
pub struct TrapSite {
    /// Where it is.
    pub offset: CodeOffset,
    /// Its place in the source.
    pub srcloc: SourceLoc,
    /// The reason of the trap.
    pub code: TrapCode,
}

/// The names under which linkers usually find the library functions.
pub fn default_libcall_names() -> Box<dyn Fn(LibCall) -> String + Send + Sync> {
    Box::new(|call| call.default_symbol().to_owned())
}
