//! Loads compiled code, on the word of the user. The only place of the command with `unsafe`.

use std::path::Path;

use windlass_runtime::{Engine, Error, Module};

/// Loads a `.cwasm` file that the user says to trust, by `--allow-precompiled`.
#[allow(unsafe_code, reason = "what the file holds is run")]
pub(crate) fn load(engine: &Engine, path: &Path) -> Result<Module, Error> {
    // SAFETY: the user vouches for the file, as for a native program that they start.
    unsafe { Module::deserialize_file(engine, path) }
}
