//! Offsets into code, and the kinds of relocations.

use core::fmt;

/// An offset in bytes from the beginning of a function.
pub type CodeOffset = u32;

/// A number that is added to the address of a relocation.
pub type Addend = i64;

/// How the field of a relocation is computed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reloc {
    /// The address, 4 bytes.
    Abs4,
    /// The address, 8 bytes.
    Abs8,
    /// The distance from the field to the address, 4 bytes.
    X86PCRel4,
    /// As `X86PCRel4`, in a call.
    X86CallPCRel4,
    /// As `X86PCRel4`, in a call that may go through the procedure linkage table.
    X86CallPLTRel4,
    /// The distance from the field to the symbol's entry in the global offset table.
    X86GOTPCRel4,
    /// The distance from the beginning of the symbol's section, 4 bytes.
    X86SecRel,
    /// The thread-local general dynamic sequence of ELF.
    ElfX86_64TlsGd,
    /// The distance of a thread-local symbol from the thread pointer, 4 bytes.
    ElfX86_64TpOff,
    /// The thread-local sequence of Mach-O on x86_64.
    MachOX86_64Tlv,
    /// A call on aarch64.
    Arm64Call,
    /// The page of a symbol on aarch64.
    Aarch64AdrPrelPgHi21,
    /// The offset of a symbol in its page on aarch64.
    Aarch64AddAbsLo12Nc,
}

impl Reloc {
    /// An instruction of aarch64 with its field for a target filled in; `None` if that is out of reach.
    ///
    /// # Panics
    /// If the relocation is none of aarch64.
    pub fn in_instruction(self, word: u32, place: u64, target: u64) -> Option<u32> {
        let fits = |value: i64, bits: u32| {
            (value >> (bits - 1) == 0 || value >> (bits - 1) == -1).then_some(value as u32)
        };
        Some(match self {
            Reloc::Arm64Call => {
                let words = fits(target.wrapping_sub(place) as i64, 28)? >> 2;
                word & !0x3ff_ffff | words & 0x3ff_ffff
            }
            Reloc::Aarch64AdrPrelPgHi21 => {
                let pages = fits((target >> 12).wrapping_sub(place >> 12) as i64, 21)?;
                word & !0x60ff_ffe0 | (pages & 3) << 29 | (pages >> 2 & 0x7_ffff) << 5
            }
            Reloc::Aarch64AddAbsLo12Nc => word & !0x3f_fc00 | (target as u32 & 0xfff) << 10,
            _ => panic!("{self} is no relocation of aarch64"),
        })
    }
}

impl fmt::Display for Reloc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reloc::Abs4 => "Abs4",
            Reloc::Abs8 => "Abs8",
            Reloc::X86PCRel4 => "PCRel4",
            Reloc::X86CallPCRel4 => "CallPCRel4",
            Reloc::X86CallPLTRel4 => "CallPLTRel4",
            Reloc::X86GOTPCRel4 => "GOTPCRel4",
            Reloc::X86SecRel => "SecRel",
            Reloc::ElfX86_64TlsGd => "ElfX86_64TlsGd",
            Reloc::ElfX86_64TpOff => "ElfX86_64TpOff",
            Reloc::MachOX86_64Tlv => "MachOX86_64Tlv",
            Reloc::Arm64Call => "Call",
            Reloc::Aarch64AdrPrelPgHi21 => "Aarch64AdrPrelPgHi21",
            Reloc::Aarch64AddAbsLo12Nc => "Aarch64AddAbsLo12Nc",
        })
    }
}
