//! How the frames of a function are unwound: the call frame instructions of DWARF, in terms of its
//! registers.

use super::reloc::CodeOffset;

/// One call frame instruction. Registers are numbered as DWARF does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CfiOp {
    /// The canonical frame address is a register plus an offset.
    DefCfa {
        /// The register.
        reg: u16,
        /// The offset.
        offset: u32,
    },
    /// The same register with another offset.
    DefCfaOffset(u32),
    /// Another register with the same offset.
    DefCfaRegister(u16),
    /// A register of the caller is saved at an offset from the canonical frame address.
    Offset {
        /// The register.
        reg: u16,
        /// The offset.
        offset: i32,
    },
}

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

/// The frame description of a function for DWARF unwinders. At entry, the canonical frame address
/// is the stack pointer plus the size of the return address, which lies just below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemVUnwindInfo {
    /// Instructions, each from its offset on.
    pub ops: Vec<(CodeOffset, CfiOp)>,
    /// Size of the function's code.
    pub len: u32,
}

/// What all frame descriptions of a machine share (a common information entry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonUnwindInfo {
    /// Smallest distance of code addresses.
    pub code_alignment: u8,
    /// Unit of saved registers' offsets.
    pub data_alignment: i8,
    /// The register in which the return address is found.
    pub return_address: u16,
    /// The stack pointer.
    pub stack_pointer: u16,
    /// Offset from the stack pointer at entry to the canonical frame address.
    pub cfa_offset: u32,
    /// Offset of the return address from the canonical frame address.
    pub return_address_offset: i32,
}

/// The types above under the paths that they have in Cranelift.
pub mod systemv {
    pub use super::SystemVUnwindInfo as UnwindInfo;
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
