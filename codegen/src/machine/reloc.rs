//! Offsets into code, and the kinds of relocations.

use core::fmt;

use crate::ir::Endianness;

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

/// What the field of a relocation holds, where code or data in memory can have it. To all of it the
/// addend is added.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Refers {
    /// The address of the target.
    Address,
    /// The distance to the target.
    Distance,
    /// The distance to the target, or to a jump there.
    Call,
    /// A part of the target's address, or of the distance to its page.
    Part,
    /// The distance to a cell that holds the address of the target.
    Cell,
    /// The distance to a cell that holds the address of the description of data of threads.
    ThreadCell,
}

/// A value does not fit into the field of a relocation.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct OutOfReach(pub Reloc);

impl Reloc {
    /// The relocation of an address of so many bytes.
    pub fn address(bytes: u8) -> Self {
        if bytes == 4 { Reloc::Abs4 } else { Reloc::Abs8 }
    }

    /// What the field holds, and how many bytes it has; `None` if only linkers know.
    const fn field(self) -> Option<(Refers, usize)> {
        Some(match self {
            Reloc::Abs4 => (Refers::Address, 4),
            Reloc::Abs8 => (Refers::Address, 8),
            Reloc::X86PCRel4 => (Refers::Distance, 4),
            Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4 => (Refers::Call, 4),
            Reloc::X86GOTPCRel4 => (Refers::Cell, 4),
            Reloc::ElfX86_64TlsGd => (Refers::ThreadCell, 4),
            Reloc::Arm64Call => (Refers::Call, 4),
            Reloc::Aarch64AdrPrelPgHi21 | Reloc::Aarch64AddAbsLo12Nc => (Refers::Part, 4),
            _ => return None,
        })
    }

    /// What the field holds; `None` if code in memory cannot have it.
    pub fn refers(self) -> Option<Refers> {
        self.field().map(|(refers, _)| refers)
    }

    /// The bytes of the field; `None` if code in memory cannot have it.
    pub fn width(self) -> Option<usize> {
        self.field().map(|(_, width)| width)
    }

    /// Fills in the field, which begins at `bytes[0]` and in the end is at the address `place`.
    /// `target` is the address that [`Reloc::refers`] speaks of: of the target itself, of a jump, or
    /// of a cell.
    ///
    /// # Panics
    ///
    /// If code in memory cannot have it, or the field is not there.
    pub fn apply(
        self,
        bytes: &mut [u8],
        order: Endianness,
        place: u64,
        target: u64,
        addend: Addend,
    ) -> Result<(), OutOfReach> {
        let (refers, width) = self.field().expect("asked before whether memory can have it");
        let target = target.wrapping_add_signed(addend);
        if let Reloc::Arm64Call | Reloc::Aarch64AdrPrelPgHi21 | Reloc::Aarch64AddAbsLo12Nc = self {
            let field = bytes.first_chunk_mut().expect("the field is there");
            let word = self.in_instruction(u32::from_le_bytes(*field), place, target);
            *field = word.ok_or(OutOfReach(self))?.to_le_bytes();
            return Ok(());
        }
        let value = match refers {
            Refers::Address => target,
            _ => target.wrapping_sub(place),
        };
        let fits = match (refers, width) {
            (_, 8) => true,
            (Refers::Address, _) => u32::try_from(value).is_ok(),
            _ => i32::try_from(value as i64).is_ok(),
        };
        if !fits {
            return Err(OutOfReach(self));
        }
        match order {
            Endianness::Little => bytes[..width].copy_from_slice(&value.to_le_bytes()[..width]),
            Endianness::Big => bytes[..width].copy_from_slice(&value.to_be_bytes()[8 - width..]),
        }
        Ok(())
    }

    /// An instruction of aarch64 with its field for a target filled in; `None` if that is out of reach.
    fn in_instruction(self, word: u32, place: u64, target: u64) -> Option<u32> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_hold_addresses_and_distances() {
        let apply = |kind: Reloc, order, place, target, addend| {
            let mut bytes = [0xaa; 9];
            kind.apply(&mut bytes, order, place, target, addend).map(|()| bytes)
        };
        let (little, big) = (Endianness::Little, Endianness::Big);
        let a = 0xaa;
        assert_eq!(apply(Reloc::Abs8, little, 9, 0x102, 1), Ok([3, 1, 0, 0, 0, 0, 0, 0, a]));
        assert_eq!(apply(Reloc::Abs8, big, 9, 0x102, 1), Ok([0, 0, 0, 0, 0, 0, 1, 3, a]));
        assert_eq!(apply(Reloc::Abs4, big, 9, 0x102, 1), Ok([0, 0, 1, 3, a, a, a, a, a]));
        let top = u64::from(u32::MAX);
        assert_eq!(apply(Reloc::Abs4, little, 9, top, 0), Ok([255, 255, 255, 255, a, a, a, a, a]));
        assert_eq!(apply(Reloc::Abs4, little, 9, top, 1), Err(OutOfReach(Reloc::Abs4)));
        for kind in [Reloc::X86PCRel4, Reloc::X86CallPLTRel4, Reloc::X86GOTPCRel4] {
            let near = apply(kind, little, 0x100, 0xff, -4);
            assert_eq!(near, Ok([251, 255, 255, 255, a, a, a, a, a]));
            assert!(apply(kind, little, 0, 0x7fff_ffff, 0).is_ok());
            assert_eq!(apply(kind, little, 0, 0x7fff_ffff, 1), Err(OutOfReach(kind)));
            assert!(apply(kind, little, 0x8000_0000, 0, 0).is_ok());
            assert_eq!(apply(kind, little, 0x8000_0001, 0, 0), Err(OutOfReach(kind)));
        }
    }
    #[test]
    fn fields_of_instructions_keep_the_rest_of_the_word() {
        let apply = |kind: Reloc, word: u32, place, target| {
            let mut bytes = word.to_le_bytes();
            let done = kind.apply(&mut bytes, Endianness::Little, place, target, 0);
            done.map(|()| u32::from_le_bytes(bytes))
        };
        // `bl`, `adrp x3`, `add x3, x3, #…`
        let (call, page, low) = (0x9400_0000, 0x9000_0003, 0x9100_0063);
        assert_eq!(apply(Reloc::Arm64Call, call, 0x1000, 0x1008), Ok(0x9400_0002));
        assert_eq!(apply(Reloc::Arm64Call, call, 0x1008, 0x1000), Ok(0x97ff_fffe));
        let far = apply(Reloc::Arm64Call, call, 0, 1 << 27);
        assert_eq!(far, Err(OutOfReach(Reloc::Arm64Call)));
        assert_eq!(apply(Reloc::Aarch64AdrPrelPgHi21, page, 0x1ffc, 0x2123), Ok(0xb000_0003));
        assert_eq!(apply(Reloc::Aarch64AddAbsLo12Nc, low, 0x1ffc, 0x2123), Ok(0x9104_8c63));
    }
}
