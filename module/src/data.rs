//! What is in a data object: bytes or zeros, and the addresses in them.

use windlass_core::binemit::{Addend, CodeOffset, Reloc};
use windlass_core::entity::PrimaryMap;
use windlass_core::ir::{FuncRef, GlobalValue};

use crate::reloc::{ModuleReloc, ModuleRelocTarget};

/// The bytes that a data object begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Init {
    /// Nothing was said yet.
    Uninitialized,
    /// Zeros.
    Zeros {
        /// How many.
        size: usize,
    },
    /// These bytes.
    Bytes {
        /// The bytes.
        contents: Box<[u8]>,
    },
}

impl Init {
    /// How many bytes there are.
    ///
    /// # Panics
    ///
    /// If nothing was said yet.
    pub fn size(&self) -> usize {
        match self {
            Self::Uninitialized => panic!("the size of data is asked for before it is defined"),
            Self::Zeros { size } => *size,
            Self::Bytes { contents } => contents.len(),
        }
    }
}

/// What is in a data object.
#[derive(Clone, Debug)]
pub struct DataDescription {
    /// The bytes.
    pub init: Init,
    /// The functions that it refers to.
    pub function_decls: PrimaryMap<FuncRef, ModuleRelocTarget>,
    /// The data that it refers to.
    pub data_decls: PrimaryMap<GlobalValue, ModuleRelocTarget>,
    /// Where addresses of functions are.
    pub function_relocs: Vec<(CodeOffset, FuncRef)>,
    /// Where addresses of data are, and what is added to them.
    pub data_relocs: Vec<(CodeOffset, GlobalValue, Addend)>,
    /// Segment and section that it goes to.
    pub custom_segment_section: Option<(String, String)>,
    /// Alignment in bytes; that of a pointer or more if nothing is said.
    pub align: Option<u64>,
    /// Whether linkers keep it even if nothing refers to it.
    pub used: bool,
}

impl Default for DataDescription {
    fn default() -> Self {
        Self::new()
    }
}

impl DataDescription {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            init: Init::Uninitialized,
            function_decls: PrimaryMap::new(),
            data_decls: PrimaryMap::new(),
            function_relocs: Vec::new(),
            data_relocs: Vec::new(),
            custom_segment_section: None,
            align: None,
            used: false,
        }
    }

    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.init = Init::Uninitialized;
        self.function_decls.clear();
        self.data_decls.clear();
        self.function_relocs.clear();
        self.data_relocs.clear();
        self.custom_segment_section = None;
        self.align = None;
        self.used = false;
    }

    /// Fills it with zeros.
    pub fn define_zeroinit(&mut self, size: usize) {
        assert_eq!(self.init, Init::Uninitialized, "data is defined once");
        self.init = Init::Zeros { size };
    }

    /// Fills it with bytes.
    pub fn define(&mut self, contents: Box<[u8]>) {
        assert_eq!(self.init, Init::Uninitialized, "data is defined once");
        self.init = Init::Bytes { contents };
    }

    /// Puts it into a section of this name (and segment, for Mach-O).
    pub fn set_segment_section(&mut self, seg: &str, sec: &str) {
        self.custom_segment_section = Some((seg.to_owned(), sec.to_owned()));
    }

    /// Sets the alignment, a power of two.
    pub fn set_align(&mut self, align: u64) {
        assert!(align.is_power_of_two(), "an alignment is a power of two, not {align}");
        self.align = Some(align);
    }

    /// Sets whether linkers keep it even if nothing refers to it.
    pub fn set_used(&mut self, used: bool) {
        self.used = used;
    }

    /// Declares a function that the data refers to. See [`Module::declare_func_in_data`].
    ///
    /// [`Module::declare_func_in_data`]: crate::Module::declare_func_in_data
    pub fn import_function(&mut self, name: ModuleRelocTarget) -> FuncRef {
        self.function_decls.push(name)
    }

    /// Declares data that the data refers to. See [`Module::declare_data_in_data`].
    ///
    /// [`Module::declare_data_in_data`]: crate::Module::declare_data_in_data
    pub fn import_global_value(&mut self, name: ModuleRelocTarget) -> GlobalValue {
        self.data_decls.push(name)
    }

    /// Writes the address of a function at an offset.
    pub fn write_function_addr(&mut self, offset: CodeOffset, func: FuncRef) {
        self.function_relocs.push((offset, func));
    }

    /// Writes the address of data, plus a number, at an offset.
    pub fn write_data_addr(&mut self, offset: CodeOffset, data: GlobalValue, addend: Addend) {
        self.data_relocs.push((offset, data, addend));
    }

    /// All addresses in it, as relocations of the kind that the width of a pointer asks for.
    pub fn all_relocs(&self, pointer_reloc: Reloc) -> impl Iterator<Item = ModuleReloc> + '_ {
        let functions = self.function_relocs.iter().map(move |&(offset, func)| ModuleReloc {
            kind: pointer_reloc,
            offset,
            name: self.function_decls[func].clone(),
            addend: 0,
        });
        let data = self.data_relocs.iter().map(move |&(offset, data, addend)| ModuleReloc {
            kind: pointer_reloc,
            offset,
            name: self.data_decls[data].clone(),
            addend,
        });
        functions.chain(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_relocations() {
        let mut data = DataDescription::new();
        data.define_zeroinit(24);
        assert_eq!(data.init.size(), 24);
        let func = data.import_function(ModuleRelocTarget::user(0, 3));
        let other = data.import_global_value(ModuleRelocTarget::user(1, 4));
        data.write_data_addr(8, other, -5);
        data.write_function_addr(16, func);
        let relocs: Vec<_> = data
            .all_relocs(Reloc::Abs8)
            .map(|r| (r.offset, r.kind, r.name.to_string(), r.addend))
            .collect();
        let expected = [(16, "u0:3", 0), (8, "u1:4", -5)];
        assert_eq!(relocs, expected.map(|(o, n, a)| (o, Reloc::Abs8, n.to_string(), a)));
        data.clear();
        assert_eq!(
            (data.init.clone(), data.all_relocs(Reloc::Abs8).count()),
            (Init::Uninitialized, 0)
        );
    }
}
