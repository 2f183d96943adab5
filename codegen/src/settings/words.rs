//! The settings whose values are words.

use core::fmt;
use core::str::FromStr;

macro_rules! define_words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[repr(u8)]
            pub enum $name {
                $($(#[$doc])* $variant,)*
            }

            impl $name {
                /// All values, in the order of their encoding.
                pub const ALL: &'static [Self] = &[$(Self::$variant),*];
                /// Their words, in the same order.
                pub const WORDS: &'static [&'static str] = &[$($word),*];

                /// All values.
                pub const fn all() -> &'static [Self] {
                    Self::ALL
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(Self::WORDS[*self as usize])
                }
            }

            impl FromStr for $name {
                type Err = ();

                fn from_str(word: &str) -> Result<Self, ()> {
                    Self::WORDS.iter().position(|w| *w == word).map(|i| Self::ALL[i]).ok_or(())
                }
            }
        )*
    };
}

define_words! {
    /// The register allocator.
    RegallocAlgorithm {
        /// Good code.
        Backtracking "backtracking",
        /// Fast compilation.
        SinglePass "single_pass",
    }
    /// How much the optimiser does.
    OptLevel {
        /// No rewriting.
        None "none",
        /// Everything that makes the code faster.
        Speed "speed",
        /// The same, with choices that keep the code small.
        SpeedAndSize "speed_and_size",
    }
    /// The code sequence for thread-local variables.
    TlsModel {
        /// None: they are refused.
        None "none",
        /// The general dynamic model of ELF.
        ElfGd "elf_gd",
        /// The local exec model of ELF: for variables of the executable itself.
        ElfLe "elf_le",
        /// That of Mach-O.
        Macho "macho",
        /// That of COFF.
        Coff "coff",
    }
    /// How `stack_switch` works.
    StackSwitchModel {
        /// Not at all.
        None "none",
        /// It exchanges the context.
        Basic "basic",
        /// It also updates the thread block of Windows.
        UpdateWindowsTib "update_windows_tib",
    }
    /// The convention of library calls.
    LibcallCallConv {
        /// That of the triple.
        IsaDefault "isa_default",
        /// `fast`.
        Fast "fast",
        /// `system_v`.
        SystemV "system_v",
        /// `windows_fastcall`.
        WindowsFastcall "windows_fastcall",
        /// `apple_aarch64`.
        AppleAarch64 "apple_aarch64",
        /// `probestack`.
        Probestack "probestack",
        /// `preserve_all`.
        PreserveAll "preserve_all",
    }
    /// How the pages of large frames are touched.
    ProbestackStrategy {
        /// By a call of a helper.
        Outline "outline",
        /// By stores in the prologue.
        Inline "inline",
    }
}
