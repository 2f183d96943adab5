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
    // Those of machines without a back end: nothing makes them, but clients name them.
    /// A call on 32-bit Arm.
    Arm32Call,
    /// A call on aarch64.
    Arm64Call,
    /// The page of a general dynamic thread-local symbol of Mach-O on aarch64.
    MachOAarch64TlsAdrPage21,
    /// As above, the offset in the page.
    MachOAarch64TlsAdrPageOff12,
    /// The page of a thread-local descriptor on aarch64.
    Aarch64TlsDescAdrPage21,
    /// Loads from a thread-local descriptor on aarch64.
    Aarch64TlsDescLd64Lo12,
    /// The address of a thread-local descriptor on aarch64.
    Aarch64TlsDescAddLo12,
    /// The call of a thread-local descriptor on aarch64.
    Aarch64TlsDescCall,
    /// The page of an entry of the global offset table on aarch64.
    Aarch64AdrGotPage21,
    /// The page of a symbol on aarch64.
    Aarch64AdrPrelPgHi21,
    /// The offset of a symbol in its page on aarch64.
    Aarch64AddAbsLo12Nc,
    /// The offset of an entry of the global offset table in its page on aarch64.
    Aarch64Ld64GotLo12Nc,
    /// A call on RISC-V, through the procedure linkage table.
    RiscvCallPlt,
    /// The upper bits of a general dynamic thread-local symbol on RISC-V.
    RiscvTlsGdHi20,
    /// The lower bits for an instruction of format I on RISC-V.
    RiscvPCRelLo12I,
    /// The upper bits of the distance to an entry of the global offset table on RISC-V.
    RiscvGotHi20,
    /// The upper bits of a distance on RISC-V.
    RiscvPCRelHi20,
    /// A distance in half-words on s390x.
    S390xPCRel32Dbl,
    /// A distance in half-words, through the procedure linkage table, on s390x.
    S390xPLTRel32Dbl,
    /// The offset of a general dynamic thread-local symbol on s390x.
    S390xTlsGd64,
    /// The call of a general dynamic thread-local symbol on s390x.
    S390xTlsGdCall,
    /// A distance in Pulley code.
    PulleyPcRel,
    /// An indirect call of the host in Pulley code.
    PulleyCallIndirectHost,
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
            Reloc::Arm32Call | Reloc::Arm64Call => "Call",
            Reloc::RiscvCallPlt => "RiscvCallPlt",
            Reloc::RiscvTlsGdHi20 => "RiscvTlsGdHi20",
            Reloc::RiscvGotHi20 => "RiscvGotHi20",
            Reloc::RiscvPCRelHi20 => "RiscvPCRelHi20",
            Reloc::RiscvPCRelLo12I => "RiscvPCRelLo12I",
            Reloc::MachOAarch64TlsAdrPage21 => "MachOAarch64TlsAdrPage21",
            Reloc::MachOAarch64TlsAdrPageOff12 => "MachOAarch64TlsAdrPageOff12",
            Reloc::Aarch64TlsDescAdrPage21 => "Aarch64TlsDescAdrPage21",
            Reloc::Aarch64TlsDescLd64Lo12 => "Aarch64TlsDescLd64Lo12",
            Reloc::Aarch64TlsDescAddLo12 => "Aarch64TlsDescAddLo12",
            Reloc::Aarch64TlsDescCall => "Aarch64TlsDescCall",
            Reloc::Aarch64AdrGotPage21 => "Aarch64AdrGotPage21",
            Reloc::Aarch64AdrPrelPgHi21 => "Aarch64AdrPrelPgHi21",
            Reloc::Aarch64AddAbsLo12Nc => "Aarch64AddAbsLo12Nc",
            Reloc::Aarch64Ld64GotLo12Nc => "Aarch64AdrGotLo12Nc",
            Reloc::S390xPCRel32Dbl => "PCRel32Dbl",
            Reloc::S390xPLTRel32Dbl => "PLTRel32Dbl",
            Reloc::S390xTlsGd64 => "TlsGd64",
            Reloc::S390xTlsGdCall => "TlsGdCall",
            Reloc::PulleyPcRel => "PulleyPcRel",
            Reloc::PulleyCallIndirectHost => "PulleyCallIndirectHost",
        })
    }
}
