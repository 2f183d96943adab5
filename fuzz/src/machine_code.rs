//! Calls of generated functions, as machine code. The only place of the fuzzers with `unsafe`.

use windlass_core::data_value::DataValue;
use windlass_jit::{Jit, JitError};

/// Calls a function of a generated case whose functions have been compiled.
#[allow(unsafe_code, reason = "what the generator made is run")]
pub fn call(jit: &Jit, name: &str, arguments: &[DataValue]) -> Result<Vec<DataValue>, JitError> {
    // SAFETY: generated functions access stack slots alone, in bounds: their own, and those that
    // their callers hand them as contexts, structures and room for results. They call each other
    // alone, by their signatures; `generate` has no other addresses. Callers run arguments for
    // which the interpreter returned, or are a process of their own that a trap may end.
    unsafe { jit.call(name, arguments) }
}
