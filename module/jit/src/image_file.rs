//! Object files in memory that hold debug information of code at known addresses.

use std::ops::Range;

use object::write::{Error, Object, Symbol, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, SectionFlags, SectionKind, SymbolFlags, SymbolKind,
    SymbolScope, elf,
};

/// An object file (ELF) for [`GdbRegistration`](crate::gdb::GdbRegistration): names and ranges of
/// functions, and sections of debug information in which all addresses are final.
#[derive(Clone, Debug, Default)]
pub struct ImageFile {
    functions: Vec<(String, Range<usize>)>,
    sections: Vec<(String, Vec<u8>)>,
}

impl ImageFile {
    /// Adds a function.
    pub fn function(&mut self, name: &str, code: Range<usize>) {
        self.functions.push((name.to_string(), code));
    }

    /// Adds a section of debug information, such as `.debug_info`.
    pub fn section(&mut self, name: &str, bytes: Vec<u8>) {
        self.sections.push((name.to_string(), bytes));
    }

    /// The bytes of the file. It holds no code: a section without contents stands where the code
    /// is.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let ranges = || self.functions.iter().map(|(_, code)| code);
        let start = ranges().map(|code| code.start).min().unwrap_or(0);
        let end = ranges().map(|code| code.end).max().unwrap_or(0);
        let architecture = Architecture::X86_64;
        let mut file = Object::new(BinaryFormat::Elf, architecture, Endianness::Little);
        let text = file.add_section(Vec::new(), b".text".to_vec(), SectionKind::UninitializedData);
        file.append_section_bss(text, (end - start) as u64, 16);
        let executable = u64::from(elf::SHF_ALLOC | elf::SHF_EXECINSTR);
        file.section_mut(text).flags = SectionFlags::Elf { sh_flags: executable };
        for (name, code) in &self.functions {
            file.add_symbol(Symbol {
                name: name.bytes().filter(|&byte| byte != 0).collect(),
                value: (code.start - start) as u64,
                size: code.len() as u64,
                kind: SymbolKind::Text,
                scope: SymbolScope::Dynamic,
                weak: false,
                section: SymbolSection::Section(text),
                flags: SymbolFlags::None,
            });
        }
        for (name, bytes) in &self.sections {
            let id = file.add_section(Vec::new(), name.as_bytes().to_vec(), SectionKind::Debug);
            file.append_section_data(id, bytes, 8);
        }
        let mut bytes = file.write()?;
        place_text(&mut bytes, executable, start as u64);
        Ok(bytes)
    }
}

/// Sets the address of the section with these flags: the crate that writes object files leaves
/// addresses to linkers.
fn place_text(file: &mut [u8], flags: u64, address: u64) {
    let number = |file: &[u8], at: usize, len: usize| -> u64 {
        file[at..at + len].iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte))
    };
    // Offset, size and number of section headers; flags and address in a header.
    let table = number(file, 0x28, 8) as usize;
    let (size, count) = (number(file, 0x3a, 2) as usize, number(file, 0x3c, 2) as usize);
    for header in (0..count).map(|n| table + n * size) {
        if number(file, header + 0x08, 8) == flags {
            file[header + 0x10..header + 0x18].copy_from_slice(&address.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

    #[test]
    fn the_code_is_where_it_was_said_to_be() {
        let mut image = ImageFile::default();
        image.function("one", 0x5000..0x5010);
        image.function("two", 0x4000..0x4020);
        image.section(".debug_str", b"text\0".to_vec());
        let bytes = image.write().unwrap();
        let file = object::File::parse(&*bytes).unwrap();
        let text = file.section_by_name(".text").unwrap();
        assert_eq!((text.address(), text.size()), (0x4000, 0x1010));
        let one = file.symbols().find(|symbol| symbol.name() == Ok("one")).unwrap();
        assert_eq!((one.address(), one.size()), (0x1000, 0x10));
        assert_eq!(file.section_by_name(".debug_str").unwrap().data().unwrap(), b"text\0");
    }
}
