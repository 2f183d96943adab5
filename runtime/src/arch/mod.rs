//! What depends on the machine: entering Wasm code, leaving it from anywhere, and what a signal
//! handler needs of the interrupted registers.

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::{Interrupted, caller, enter, entry_frame, frameless_return, resume};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{note_exit, routine};

#[cfg(not(target_arch = "x86_64"))]
compile_error!("the runtime supports x86_64");
