//! Unwind information by kind.

use crate::machine::unwind::SystemVUnwindInfo;

/// What an unwinder needs to know of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnwindInfo {
    /// For DWARF unwinders.
    SystemV(SystemVUnwindInfo),
    /// For Windows on x86_64: never, as there is no back end for it.
    WindowsX64(winx64::UnwindInfo),
    /// For Windows on aarch64: never, as there is no back end for it.
    WindowsArm64(winarm64::UnwindInfo),
}

/// Which unwind information is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnwindInfoKind {
    /// None.
    None,
    /// For DWARF unwinders.
    SystemV,
    /// For Windows.
    Windows,
}

/// Unwind information of Windows on x86_64.
pub mod winx64 {
    /// There is none: no back end makes it, so no value of this type exists.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum UnwindInfo {}

    impl UnwindInfo {
        /// Its size in bytes.
        pub fn emit_size(&self) -> usize {
            match *self {}
        }

        /// Writes it.
        pub fn emit(&self, _buf: &mut [u8]) {
            match *self {}
        }
    }
}

/// Unwind information of Windows on aarch64.
pub mod winarm64 {
    /// There is none: no back end makes it, so no value of this type exists.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum UnwindInfo {}

    impl UnwindInfo {
        /// The number of words of unwind codes.
        pub fn code_words(&self) -> u8 {
            match *self {}
        }

        /// Writes it.
        pub fn emit(&self, _buf: &mut [u8]) {
            match *self {}
        }
    }
}

/// Unwinding by DWARF.
pub mod systemv {
    pub use crate::machine::unwind::SystemVUnwindInfo as UnwindInfo;
    use thiserror::Error;

    /// Why a register has no number in DWARF.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
    pub enum RegisterMappingError {
        /// The machine does not unwind by DWARF.
        #[error("this machine has no numbers for registers in DWARF")]
        UnsupportedArchitecture,
        /// The machine has no register bank of this name.
        #[error("this machine has no registers of the bank {0}")]
        UnsupportedRegisterBank(&'static str),
        /// The register belongs to no bank.
        #[error("the register belongs to no bank")]
        MissingBank,
    }
}
