//! Why something could not be declared, defined or placed.

use thiserror::Error;
use windlass_core::ir::Signature;
use windlass_core::settings::SetError;
use windlass_core::{CodegenError, CompileError};

/// A result of a module.
pub type ModuleResult<T> = Result<T, ModuleError>;

/// Why something could not be declared, defined or placed.
#[derive(Debug, Error)]
pub enum ModuleError {
    /// Something is used or defined that was never declared.
    #[error("`{0}` is not declared in this module; declare it first")]
    Undeclared(String),
    /// A name is declared as two kinds of thing.
    #[error("`{0}` was declared as another kind of thing; use another name")]
    IncompatibleDeclaration(String),
    /// A function is declared with two signatures: the earlier and the later.
    #[error("function `{0}` is declared with signature {2}, but was declared with {1}")]
    IncompatibleSignature(String, Signature, Signature),
    /// Something is defined twice.
    #[error("`{0}` is defined twice; define it once")]
    DuplicateDefinition(String),
    /// Something is defined that was declared as an import.
    #[error(
        "`{0}` is declared as an import and cannot be defined; declare it with another linkage"
    )]
    InvalidImportDefinition(String),
    /// A function could not be compiled.
    #[error("compilation failed: {0}")]
    Compilation(#[from] CodegenError),
    /// The system refused memory.
    #[error("{message}: {err}")]
    Allocation {
        /// What could not be done.
        message: &'static str,
        /// What the system says.
        #[source]
        err: std::io::Error,
    },
    /// Something that only this kind of module knows.
    #[error("{0:#}")]
    Backend(anyhow::Error),
    /// A setting was wrong.
    #[error("wrong setting: {0}")]
    Flag(#[from] SetError),
}

impl ModuleError {
    /// Something is declared and used, and nobody defined it. There is no variant for it: clients
    /// match on those that there are.
    pub fn undefined(name: &str) -> Self {
        let text = "is declared but not defined; define it, or give its address";
        Self::Backend(anyhow::anyhow!("`{name}` {text}"))
    }
}

impl From<CompileError<'_>> for ModuleError {
    fn from(error: CompileError<'_>) -> Self {
        Self::Compilation(error.inner)
    }
}
