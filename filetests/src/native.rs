//! Calls of the functions of a test file, as machine code. The only place of the tests with `unsafe`.

use windlass_core::data_value::DataValue;
use windlass_jit::{Jit, JitError};

/// Calls a function of a file whose functions have been compiled.
#[allow(unsafe_code, reason = "what the file says is run")]
pub(crate) fn call(
    jit: &Jit,
    name: &str,
    arguments: &[DataValue],
) -> Result<Vec<DataValue>, JitError> {
    // SAFETY: the user vouches for the file, as for a native program that they start: a file with
    // `test run` is one. All its functions are in `jit`, so that a trap leaves frames of compiled
    // code alone; library functions do not trap.
    unsafe { jit.call_guarded(name, arguments) }
}
