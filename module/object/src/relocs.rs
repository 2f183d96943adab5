//! Relocations of the code generator in terms of the object format.

use anyhow::anyhow;
use object::elf;
use object::{BinaryFormat, RelocationEncoding, RelocationFlags, RelocationKind, macho, pe};
use windlass_core::binemit::Reloc;
use windlass_module::{ModuleError, ModuleResult};

/// How a relocation is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectReloc {
    /// As the format has it.
    pub(crate) flags: RelocationFlags,
    /// Whether it asks for the distance to what a symbol of this file stands for, and so need not
    /// name the symbol.
    pub(crate) local: bool,
}

/// The relocation of a format for x86-64.
pub(crate) fn translate(kind: Reloc, format: BinaryFormat) -> ModuleResult<ObjectReloc> {
    use RelocationEncoding as E;
    use RelocationKind as K;
    let generic = |kind, encoding, size| RelocationFlags::Generic { kind, encoding, size };
    let elf = format == BinaryFormat::Elf;
    let flags = match kind {
        Reloc::Abs4 => generic(K::Absolute, E::Generic, 32),
        Reloc::Abs8 => generic(K::Absolute, E::Generic, 64),
        Reloc::X86PCRel4 => generic(K::Relative, E::X86RipRelative, 32),
        // Linkers know by this kind that the field is a call's, which may go through a stub.
        Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4 => generic(K::Relative, E::X86Branch, 32),
        Reloc::X86GOTPCRel4 => generic(K::GotRelative, E::X86RipRelativeMovq, 32),
        Reloc::X86SecRel if format == BinaryFormat::Coff => {
            RelocationFlags::Coff { typ: pe::IMAGE_REL_AMD64_SECREL }
        }
        Reloc::ElfX86_64TlsGd if elf => RelocationFlags::Elf { r_type: elf::R_X86_64_TLSGD },
        Reloc::ElfX86_64TpOff if elf => RelocationFlags::Elf { r_type: elf::R_X86_64_TPOFF32 },
        Reloc::MachOX86_64Tlv if format == BinaryFormat::MachO => {
            RelocationFlags::MachO { r_type: macho::X86_64_RELOC_TLV, r_pcrel: true, r_length: 2 }
        }
        other => {
            return Err(ModuleError::Backend(anyhow!(
                "the relocation {other} cannot be written to an object of format {format:?}"
            )));
        }
    };
    Ok(ObjectReloc { flags, local: kind == Reloc::X86PCRel4 && elf })
}

/// The kind of a load from the global offset table in ELF for x86-64: where linkers may turn the
/// instruction into one that needs no table, they are told. `before` are the bytes before the
/// field.
pub(crate) fn relaxed(before: &[u8]) -> u32 {
    match *before {
        // `mov` with a REX prefix.
        [.., rex, 0x8b, _] if rex & 0xf0 == 0x40 => elf::R_X86_64_REX_GOTPCRELX,
        // `call` and `jmp` through memory.
        [.., 0xff, 0x15 | 0x25] => elf::R_X86_64_GOTPCRELX,
        _ => elf::R_X86_64_GOTPCREL,
    }
}
