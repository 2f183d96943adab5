//! Why a function could not be compiled.

use crate::ir::Function;
use thiserror::Error;

/// A result of compilation.
pub type CodegenResult<T> = Result<T, CodegenError>;

/// Why a function could not be compiled.
#[derive(Debug, Error)]
pub enum CodegenError {
    /// The function breaks a rule of the IR.
    #[error("the function breaks rules of the IR:\n{0}")]
    Verifier(#[from] crate::verify::VerifierErrors),
    /// The function is larger than this implementation takes: too many values, instructions,
    /// arguments, or too large a frame.
    #[error("the function exceeds a limit of the implementation; split it into smaller ones")]
    ImplLimitExceeded,
    /// The function makes more than is in proportion to its size: what it passes from block to
    /// block, or what is live across blocks.
    #[error(
        "the function makes far more values and arguments of blocks than its size allows; \
         split it into smaller ones"
    )]
    TooMuchWork,
    /// The code is too large.
    #[error("the code of the function is too large; split it into smaller ones")]
    CodeTooLarge,
    /// Something is not supported on this target; the text names it.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The register allocator failed.
    #[error("register allocation failed: {0}")]
    Regalloc(String),
}

/// A compilation that failed: the function, and why. The context knows the pass.
#[derive(Debug)]
pub struct CompileError<'a> {
    /// Why.
    pub inner: CodegenError,
    /// The function, as the failing pass left it.
    pub func: &'a Function,
}

impl core::fmt::Display for CompileError<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} (function {})", self.inner, self.func.name)
    }
}

impl core::error::Error for CompileError<'_> {}

impl From<CompileError<'_>> for CodegenError {
    fn from(error: CompileError<'_>) -> Self {
        error.inner
    }
}

/// A result of compilation that keeps the function.
pub type CompileResult<'a, T> = Result<T, CompileError<'a>>;
