//! The back end for the machine that this runs on.
#![forbid(unsafe_code)]

use windlass_core::isa::Builder;
pub use windlass_isa::infer_native_flags;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The back end for this machine, with everything that its processor has.
pub fn builder() -> Result<Builder, &'static str> {
    windlass_isa::host_builder()
}

/// The back end for this machine; its processor's features only if `infer_native_flags`.
pub fn builder_with_options(infer_native_flags: bool) -> Result<Builder, &'static str> {
    windlass_isa::host_builder_with_options(infer_native_flags)
}
