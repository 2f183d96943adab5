//! Calls of the functions of a test file on this machine. The only place of the tests with
//! `unsafe`.

use crate::calls::Place;
use crate::directive::{Ending, Outcome};
use windlass_core::data_value::DataValue;
use windlass_core::ir::Function;
use windlass_jit::{Jit, JitError};

impl Place for Jit {
    fn define(&mut self, name: &str, function: &Function) -> Result<(), JitError> {
        Jit::define(self, name, function)
    }

    fn finalize(&mut self) -> Result<(), JitError> {
        Jit::finalize(self)
    }

    #[allow(unsafe_code, reason = "what the file says is run")]
    fn call(&mut self, name: &str, arguments: &[DataValue]) -> Outcome {
        // SAFETY: the user vouches for the file, as for a native program that they start: a file
        // with `test run` is one. All its functions are in `self`, so that a trap leaves frames of
        // compiled code alone; library functions do not trap.
        let result = unsafe { self.call_guarded(name, arguments) };
        result.map_err(|error| match error {
            JitError::Trap(code) => Ending::Trap(code),
            error => Ending::Other(error.to_string()),
        })
    }
}
