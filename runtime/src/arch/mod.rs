//! What depends on the machine: entering Wasm code, leaving it from anywhere, what a signal handler
//! needs of the interrupted registers, and what frames of compiled code are like.

pub mod stubs;
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub use x86_64::{
    Interrupted, PROLOGUE, caller, enter, entry_frame, frame, frameless_return, resume,
};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{note_exit, routine};

#[cfg(not(target_arch = "x86_64"))]
compile_error!("the runtime supports x86_64");
