//! What an object file is made from: machine, format, and what is chosen for all of it.

use anyhow::anyhow;
use object::{Architecture, BinaryFormat, Endianness};
use windlass_core::ir::LibCall;
use windlass_core::isa::OwnedTargetIsa;
use windlass_module::{ModuleError, ModuleResult};

/// Makes an [`ObjectModule`](crate::ObjectModule).
pub struct ObjectBuilder {
    pub(crate) isa: OwnedTargetIsa,
    pub(crate) format: BinaryFormat,
    pub(crate) architecture: Architecture,
    pub(crate) endian: Endianness,
    pub(crate) name: Vec<u8>,
    pub(crate) libcall_names: Box<dyn Fn(LibCall) -> String + Send + Sync>,
    pub(crate) per_function_section: bool,
    pub(crate) per_data_object_section: bool,
    pub(crate) unwind_tables: bool,
}

impl ObjectBuilder {
    /// For a machine; `name` is that of the source file, and `libcall_names` says under which names
    /// the functions of the support library are found.
    pub fn new<V: Into<Vec<u8>>>(
        isa: OwnedTargetIsa,
        name: V,
        libcall_names: Box<dyn Fn(LibCall) -> String + Send + Sync>,
    ) -> ModuleResult<Self> {
        let triple = isa.triple();
        let format = match triple.binary_format {
            target_lexicon::BinaryFormat::Elf => BinaryFormat::Elf,
            target_lexicon::BinaryFormat::Macho => BinaryFormat::MachO,
            target_lexicon::BinaryFormat::Coff => BinaryFormat::Coff,
            other => {
                return Err(ModuleError::Backend(anyhow!(
                    "objects of format {other:?} ({triple}) cannot be written; choose a triple \
                     with ELF, Mach-O or COFF"
                )));
            }
        };
        let architecture = match triple.architecture {
            target_lexicon::Architecture::X86_64 => Architecture::X86_64,
            target_lexicon::Architecture::Aarch64(_) => Architecture::Aarch64,
            target_lexicon::Architecture::Riscv64(_) => Architecture::Riscv64,
            target_lexicon::Architecture::S390x => Architecture::S390x,
            other => {
                return Err(ModuleError::Backend(anyhow!(
                    "objects for the machine {other} cannot be written"
                )));
            }
        };
        let endian = match triple.endianness() {
            Ok(target_lexicon::Endianness::Big) => Endianness::Big,
            _ => Endianness::Little,
        };
        let unwind_tables = isa.flags().unwind_info() && format == BinaryFormat::Elf;
        Ok(Self {
            isa,
            format,
            architecture,
            endian,
            name: name.into(),
            libcall_names,
            per_function_section: false,
            per_data_object_section: false,
            unwind_tables,
        })
    }

    /// Whether every function gets a section of its own, so that linkers can drop it.
    pub fn per_function_section(&mut self, per_function_section: bool) -> &mut Self {
        self.per_function_section = per_function_section;
        self
    }

    /// Whether every data object gets a section of its own.
    pub fn per_data_object_section(&mut self, per_data_object_section: bool) -> &mut Self {
        self.per_data_object_section = per_data_object_section;
        self
    }

    /// Whether frames are described in `.eh_frame` (ELF only): yes if nothing is said and the
    /// setting `unwind_info` is on. Say no where the embedder writes that section itself.
    pub fn unwind_tables(&mut self, unwind_tables: bool) -> &mut Self {
        self.unwind_tables = unwind_tables && self.format == BinaryFormat::Elf;
        self
    }
}
