//! What can go wrong with a Wasm module: errors as values, with the place.

use thiserror::Error;

/// Why a module was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WasmError {
    /// The bytes are not a valid module.
    #[error("invalid WebAssembly at offset {offset:#x}: {message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Where, counted from the start of the module.
        offset: u64,
    },
    /// The module is valid and uses something that is not translated.
    #[error("not supported at offset {offset:#x}: {what}")]
    Unsupported {
        /// What it uses.
        what: String,
        /// Where, counted from the start of the module.
        offset: u64,
    },
    /// A limit of this implementation was exceeded.
    #[error("{what} at offset {offset:#x} exceeds a limit of this implementation")]
    Limit {
        /// What is too large.
        what: String,
        /// Where, counted from the start of the module.
        offset: u64,
    },
    /// The code generator refused the IR of a function.
    #[error("function {function} could not be compiled: {message}")]
    Compile {
        /// Index of the function.
        function: u32,
        /// What the code generator says.
        message: String,
    },
}

impl From<wasmparser::Error> for WasmError {
    fn from(error: wasmparser::Error) -> Self {
        WasmError::Invalid { message: error.message().to_string(), offset: error.offset() }
    }
}

/// A result with [`WasmError`].
pub type WasmResult<T> = Result<T, WasmError>;

pub(crate) fn unsupported<T>(what: impl Into<String>, offset: u64) -> WasmResult<T> {
    Err(WasmError::Unsupported { what: what.into(), offset })
}
