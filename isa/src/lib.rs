//! Finds a back end by target triple, and detects the host.
#![forbid(unsafe_code)]

use target_lexicon::{Aarch64Architecture, Architecture, Triple};
use windlass_core::isa::{Builder, LookupError};
use windlass_core::settings::Configurable;

pub use windlass_core::isa::{OwnedTargetIsa, TargetIsa};

/// The machines that there are back ends for, by their names in triples.
pub const MACHINES: &[&str] =
    if cfg!(feature = "arm64") { &["aarch64", "x86_64"] } else { &["x86_64"] };

/// The back end for a triple, to be configured.
pub fn lookup(triple: Triple) -> Result<Builder, LookupError> {
    match triple.architecture {
        #[cfg(feature = "arm64")]
        Architecture::Aarch64(Aarch64Architecture::Aarch64) => {
            Ok(windlass_isa_aarch64::isa_builder(triple))
        }
        #[cfg(not(feature = "arm64"))]
        Architecture::Aarch64(Aarch64Architecture::Aarch64) => Err(LookupError::SupportDisabled),
        Architecture::X86_64 => Ok(windlass_isa_x86_64::isa_builder(triple)),
        _ => Err(LookupError::Unsupported),
    }
}

/// As [`lookup`], by the name of a triple.
pub fn lookup_by_name(name: &str) -> Result<Builder, LookupError> {
    lookup(name.parse().map_err(|_| LookupError::Unsupported)?)
}

/// The back end for the machine that this runs on, with everything that its processor has.
pub fn host_builder() -> Result<Builder, &'static str> {
    host_builder_with_options(true)
}

/// The back end for the machine that this runs on; its processor's features only if `infer`.
pub fn host_builder_with_options(infer: bool) -> Result<Builder, &'static str> {
    let mut builder = lookup(Triple::host()).map_err(|error| match error {
        LookupError::SupportDisabled => "support for this machine is not compiled in",
        LookupError::Unsupported => "there is no back end for this machine",
    })?;
    if infer {
        infer_native_flags(&mut builder)?;
    }
    Ok(builder)
}

/// Switches on what the processor has.
pub fn infer_native_flags(builder: &mut dyn Configurable) -> Result<(), &'static str> {
    for name in host_features() {
        builder.enable(name).map_err(|_| "a detected feature has no setting")?;
    }
    Ok(())
}

/// The settings for what the processor has.
pub fn host_features() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    return windlass_isa_x86_64::host_features();
    #[cfg(not(target_arch = "x86_64"))]
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::settings;

    #[test]
    fn triples_and_host() {
        assert_eq!(lookup_by_name("z80-unknown-none").err(), Some(LookupError::Unsupported));
        let flags = settings::Flags::new(settings::builder());
        for name in ["x86_64", "x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"] {
            let isa = lookup_by_name(name).unwrap().finish(flags.clone()).unwrap();
            assert_eq!((isa.name(), isa.pointer_bits()), ("x64", 64), "{name}");
        }
        let isa = lookup_by_name("aarch64").map(|isa| isa.finish(flags.clone()).unwrap());
        match isa {
            Ok(isa) => assert_eq!((isa.name(), isa.pointer_bits()), ("aarch64", 64)),
            Err(error) => assert_eq!(error, LookupError::SupportDisabled),
        }
        assert_eq!(lookup_by_name("aarch64_be").err(), Some(LookupError::Unsupported));
        if cfg!(target_arch = "x86_64") {
            let isa = host_builder().unwrap().finish(flags).unwrap();
            let on = isa.isa_flags().iter().filter(|v| v.as_bool() == Some(true)).count();
            assert_eq!(on, host_features().len());
        }
    }
}
