//! Calling conventions.

use super::{Type, types};
use core::fmt;
use core::str::FromStr;
use target_lexicon::{CallingConvention, Triple};

/// How arguments and results are passed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallConv {
    /// The best for speed; not stable.
    Fast,
    /// The one with guaranteed tail calls: the callee pops its arguments.
    Tail,
    /// That of System V on the machine at hand.
    SystemV,
    /// That of Windows on x86_64.
    WindowsFastcall,
    /// That of Apple on aarch64.
    AppleAarch64,
    /// That of the helper that touches the pages of a large frame.
    Probestack,
    /// No callee-saved registers, one result in a register.
    Winch,
    /// As System V, but the callee preserves every register.
    PreserveAll,
}

/// Conventions that Cranelift's interface has, as names of those that serve for them here.
#[allow(non_upper_case_globals, reason = "clients know them as variants")]
impl CallConv {
    /// For calls that are seldom made: as [`CallConv::Fast`].
    pub const Cold: Self = Self::Fast;
    /// For calls that may be overwritten: as [`CallConv::PreserveAll`].
    pub const Patchable: Self = Self::PreserveAll;
}

impl CallConv {
    /// All conventions.
    pub const ALL: [Self; 8] = [
        Self::Fast,
        Self::Tail,
        Self::SystemV,
        Self::WindowsFastcall,
        Self::AppleAarch64,
        Self::Probestack,
        Self::Winch,
        Self::PreserveAll,
    ];

    /// The default of the operating system of a triple.
    pub fn triple_default(triple: &Triple) -> Self {
        match triple.default_calling_convention() {
            Ok(CallingConvention::WindowsFastcall) => Self::WindowsFastcall,
            Ok(CallingConvention::AppleAarch64) => Self::AppleAarch64,
            _ => Self::SystemV,
        }
    }

    /// True where tail calls are guaranteed.
    pub const fn supports_tail_calls(self) -> bool {
        matches!(self, Self::Tail)
    }

    /// True where a signature may have results.
    pub const fn supports_results(self) -> bool {
        !matches!(self, Self::PreserveAll)
    }

    /// True where callees can unwind to a handler of the caller.
    pub const fn supports_exceptions(self) -> bool {
        matches!(
            self,
            Self::SystemV | Self::AppleAarch64 | Self::Tail | Self::Winch | Self::PreserveAll
        )
    }

    /// The types of the values that a handler receives, on a machine with pointers of this type.
    pub const fn exception_payload_types(self, pointer: Type) -> &'static [Type] {
        match self {
            Self::SystemV | Self::AppleAarch64 | Self::Tail | Self::PreserveAll => match pointer {
                types::I32 => &[types::I32, types::I32],
                types::I64 => &[types::I64, types::I64],
                _ => &[],
            },
            _ => &[],
        }
    }

    /// The word of the text form.
    pub const fn to_static_str(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Tail => "tail",
            Self::SystemV => "system_v",
            Self::WindowsFastcall => "windows_fastcall",
            Self::AppleAarch64 => "apple_aarch64",
            Self::Probestack => "probestack",
            Self::Winch => "winch",
            Self::PreserveAll => "preserve_all",
        }
    }
}

impl fmt::Display for CallConv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_static_str())
    }
}

impl FromStr for CallConv {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|conv| conv.to_static_str() == word).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_defaults() {
        for conv in CallConv::ALL {
            assert_eq!(conv.to_string().parse(), Ok(conv));
        }
        for (triple, conv) in [
            ("x86_64-unknown-linux-gnu", CallConv::SystemV),
            ("x86_64", CallConv::SystemV),
            ("x86_64-pc-windows-msvc", CallConv::WindowsFastcall),
            ("aarch64-apple-darwin", CallConv::AppleAarch64),
        ] {
            assert_eq!(CallConv::triple_default(&triple.parse().unwrap()), conv);
        }
    }
}
