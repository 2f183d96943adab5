//! Which convention library calls have.

use crate::ir::CallConv;
use crate::settings::{Flags, LibcallCallConv};

impl CallConv {
    /// The convention of library calls, where `default` is that of the triple.
    pub fn for_libcall(flags: &Flags, default: Self) -> Self {
        match flags.libcall_call_conv() {
            LibcallCallConv::IsaDefault => default,
            LibcallCallConv::Fast => Self::Fast,
            LibcallCallConv::SystemV => Self::SystemV,
            LibcallCallConv::WindowsFastcall => Self::WindowsFastcall,
            LibcallCallConv::AppleAarch64 => Self::AppleAarch64,
            LibcallCallConv::Probestack => Self::Probestack,
            LibcallCallConv::PreserveAll => Self::PreserveAll,
        }
    }
}
