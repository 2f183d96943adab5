//! Object files (ELF) in memory that describe code at known addresses to debuggers.
//!
//! They hold no code: a section without contents stands where the code is, and a segment says that
//! it is loaded there, which LLDB asks for. What holds: all addresses in a file are those of the
//! process, as in a shared library that is loaded at 0.

use std::ops::Range;

use object::write::StringId;
use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, Sym, Writer};
use object::{Endianness, elf};
use windlass_core::isa::unwind::CommonUnwindInfo;
use windlass_dwarf::DebugInfo;

use crate::image::ImageError;
use crate::unwind::{DescribedFunction, debug_frames};

/// The number of the machine that this is compiled for, in ELF files.
pub const HOST_MACHINE: u16 = if cfg!(target_arch = "aarch64") {
    elf::EM_AARCH64
} else if cfg!(target_arch = "riscv64") {
    elf::EM_RISCV
} else if cfg!(target_arch = "s390x") {
    elf::EM_S390
} else {
    elf::EM_X86_64
};

/// Its byte order.
const HOST_ORDER: Endianness =
    if cfg!(target_endian = "little") { Endianness::Little } else { Endianness::Big };

/// An object file for [`GdbRegistration`](crate::gdb::GdbRegistration): names and ranges of
/// functions, and sections of debug information in which all addresses are final.
#[derive(Clone, Debug, Default)]
pub struct ImageFile {
    functions: Vec<(Vec<u8>, Range<usize>)>,
    sections: Vec<(&'static str, Vec<u8>)>,
}

impl ImageFile {
    /// Adds a function.
    pub fn function(&mut self, name: &str, code: Range<usize>) {
        self.functions.push((name.bytes().filter(|&byte| byte != 0).collect(), code));
    }

    /// Adds a section, such as `.debug_info`.
    pub fn section(&mut self, name: &'static str, bytes: Vec<u8>) {
        self.sections.push((name, bytes));
    }

    /// Adds debug information; `symbol` gives the addresses of the numbers in it.
    pub fn debug_info(
        &mut self,
        info: DebugInfo,
        symbol: impl Fn(usize) -> u64,
    ) -> Result<(), windlass_dwarf::gimli::write::Error> {
        for (id, mut section) in info.write()? {
            section.resolve(&symbol);
            self.section(id.name(), section.into_bytes());
        }
        Ok(())
    }

    /// Adds how the frames of functions are unwound.
    ///
    /// # Errors
    /// If that cannot be expressed.
    pub fn frames<'a>(
        &mut self,
        common: &CommonUnwindInfo,
        functions: impl IntoIterator<Item = DescribedFunction<'a>>,
    ) -> Result<(), ImageError> {
        let frames = debug_frames(common, functions)?;
        self.section(".debug_frame", frames.into_bytes());
        Ok(())
    }

    /// The bytes of the file.
    pub fn write(&self) -> Result<Vec<u8>, object::write::Error> {
        let ranges = || self.functions.iter().map(|(_, code)| code);
        let start = ranges().map(|code| code.start).min().unwrap_or(0) as u64;
        let len = ranges().map(|code| code.end).max().unwrap_or(0) as u64 - start;
        let mut bytes = Vec::new();
        let mut writer = Writer::new(HOST_ORDER, size_of::<usize>() == 8, &mut bytes);

        // First everything gets its place, then it is written in the same order.
        writer.reserve_file_header();
        writer.reserve_program_headers(1);
        writer.reserve_null_section_index();
        let text_name = writer.add_section_name(b".text");
        let text = writer.reserve_section_index();
        let names: Vec<StringId> = self
            .sections
            .iter()
            .map(|(name, _)| {
                writer.reserve_section_index();
                writer.add_section_name(name.as_bytes())
            })
            .collect();
        writer.reserve_symtab_section_index();
        writer.reserve_strtab_section_index();
        writer.reserve_shstrtab_section_index();
        writer.reserve_null_symbol_index();
        let symbols: Vec<StringId> = self
            .functions
            .iter()
            .map(|(name, _)| {
                writer.reserve_symbol_index(Some(text));
                writer.add_string(name)
            })
            .collect();
        let sections = self.sections.iter();
        let offsets: Vec<usize> =
            sections.map(|(_, bytes)| writer.reserve(bytes.len(), ALIGNMENT)).collect();
        writer.reserve_symtab();
        writer.reserve_strtab();
        writer.reserve_shstrtab();
        writer.reserve_section_headers();

        writer.write_file_header(&FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: elf::ET_DYN,
            e_machine: HOST_MACHINE,
            e_entry: 0,
            e_flags: 0,
        })?;
        writer.write_align_program_headers();
        writer.write_program_header(&ProgramHeader {
            p_type: elf::PT_LOAD,
            p_flags: elf::PF_R | elf::PF_X,
            p_offset: 0,
            p_vaddr: start,
            p_paddr: start,
            p_filesz: 0,
            p_memsz: len,
            p_align: 1,
        });
        for (_, bytes) in &self.sections {
            writer.write_align(ALIGNMENT);
            writer.write(bytes);
        }
        writer.write_null_symbol();
        for ((_, code), &name) in self.functions.iter().zip(&symbols) {
            writer.write_symbol(&Sym {
                name: Some(name),
                section: Some(text),
                st_info: elf::STB_GLOBAL << 4 | elf::STT_FUNC,
                st_other: elf::STV_DEFAULT,
                st_shndx: 0,
                st_value: code.start as u64,
                st_size: code.len() as u64,
            });
        }
        writer.write_strtab();
        writer.write_shstrtab();
        writer.write_null_section_header();
        writer.write_section_header(&SectionHeader {
            name: Some(text_name),
            sh_type: elf::SHT_NOBITS,
            sh_flags: u64::from(elf::SHF_ALLOC | elf::SHF_EXECINSTR),
            sh_addr: start,
            sh_offset: 0,
            sh_size: len,
            sh_link: 0,
            sh_info: 0,
            sh_addralign: 1,
            sh_entsize: 0,
        });
        for (((_, bytes), name), offset) in self.sections.iter().zip(names).zip(offsets) {
            writer.write_section_header(&SectionHeader {
                name: Some(name),
                sh_type: elf::SHT_PROGBITS,
                sh_flags: 0,
                sh_addr: 0,
                sh_offset: offset as u64,
                sh_size: bytes.len() as u64,
                sh_link: 0,
                sh_info: 0,
                sh_addralign: ALIGNMENT as u64,
                sh_entsize: 0,
            });
        }
        // All symbols but the first are global.
        writer.write_symtab_section_header(1);
        writer.write_strtab_section_header();
        writer.write_shstrtab_section_header();
        Ok(bytes)
    }
}

/// Of sections in the file.
const ALIGNMENT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use object::{Object as _, ObjectSection as _, ObjectSegment as _, ObjectSymbol as _};
    use windlass_core::isa::unwind::SystemVUnwindInfo;

    #[test]
    fn the_code_is_where_it_was_said_to_be() {
        let mut image = ImageFile::default();
        image.function("one", 0x5000..0x5010);
        image.function("t\0wo", 0x4000..0x4020);
        image.section(".debug_str", b"text\0".to_vec());
        let bytes = image.write().unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let text = file.section_by_name(".text").unwrap();
        assert_eq!((text.address(), text.size()), (0x4000, 0x1010));
        let segment = file.segments().next().unwrap();
        assert_eq!((segment.address(), segment.size()), (0x4000, 0x1010));
        for (name, address, size) in [("one", 0x5000, 0x10), ("two", 0x4000, 0x20)] {
            let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name)).unwrap();
            assert_eq!((symbol.address(), symbol.size()), (address, size));
            assert_eq!(symbol.section_index(), Some(text.index()));
            assert!(symbol.is_global() && symbol.is_definition());
        }
        assert_eq!(file.section_by_name(".debug_str").unwrap().data().unwrap(), b"text\0");
    }

    #[test]
    fn a_file_without_functions_is_one() {
        let bytes = ImageFile::default().write().unwrap();
        assert_eq!(object::File::parse(&*bytes).unwrap().symbols().count(), 0);
    }

    #[test]
    fn frames_are_described() {
        let common = CommonUnwindInfo {
            pointer_bytes: 8,
            endianness: windlass_core::ir::Endianness::Little,
            code_alignment: 1,
            data_alignment: -8,
            return_address: 16,
            stack_pointer: 7,
            return_address_offset: Some(-8),
            cfa_offset: 8,
        };
        let info = SystemVUnwindInfo { ops: Vec::new(), len: 16 };
        let function =
            |address| DescribedFunction { address, len: 16, info: &info, exceptions: None };
        let mut image = ImageFile::default();
        image.function("one", 0x1000..0x1010);
        image.frames(&common, [function(0x1000), function(0x1010)]).unwrap();
        let bytes = image.write().unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let frames = file.section_by_name(".debug_frame").unwrap().data().unwrap();
        let number =
            |at: usize| u32::from_le_bytes(frames[at..at + 4].try_into().unwrap()) as usize;
        let (mut at, mut entries) = (0, 0);
        while at < frames.len() {
            at += 4 + number(at);
            entries += 1;
        }
        // One that they share.
        assert_eq!((at, entries), (frames.len(), 3));
    }
}
