//! WASI preview 1, and preview 0 where it differs: the system interface for Wasm programs.
//!
//! [`WasiCtx`] is what a program sees of the host: arguments, environment, streams, and the
//! directories that were opened for it. The functions are rows of [`table::FUNCTIONS`], each over
//! the context and the program's memory alone, so they know neither instances nor compiled code.
//!
//! What holds: a program reaches files only through the directories that it was given; guest
//! pointers are checked against the memory before anything happens, and a bad one is `EFAULT`.

mod clock;
mod ctx;
mod errno;
mod fd;
mod link;
mod memory;
mod path;
mod poll;
mod process;
mod socket;
mod streams;
pub mod table;
pub mod unstable;

use crate::trap::pieces::Interrupted;

pub use ctx::{WasiCtx, WasiCtxBuilder};
pub use errno::Errno;
pub use link::add_to_linker;
pub use memory::GuestMemory;
pub use streams::{InputStream, OutputPipe, OutputStream};
pub use table::WasiExit;

/// Why a WASI function does not return to the program with success.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// It returns this number.
    Errno(Errno),
    /// It does not return: the program ends with this code.
    Exit(i32),
    /// It does not return: the deadline passed while it waited or worked.
    Interrupted,
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Failure::Errno(errno)
    }
}

impl From<Interrupted> for Failure {
    fn from(_: Interrupted) -> Self {
        Failure::Interrupted
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Errno(Errno::from(error))
    }
}

/// What a WASI function results in.
pub type Outcome = Result<(), Failure>;
