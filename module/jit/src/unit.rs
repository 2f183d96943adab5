//! Functions that were compiled and are not yet in memory, of this process or another.

use std::collections::{HashMap, HashSet};

use windlass_core::Context;
use windlass_core::ir::{ExternalName, Function, TrapCode};
use windlass_core::isa::TargetIsa;
use windlass_core::isa::unwind::SystemVUnwindInfo;
use windlass_core::machine::buffer::{FinalizedMachReloc, FinalizedRelocTarget};

use crate::image::{FunctionId, ImageBuilder, Target};
use crate::jit::JitError;

/// Functions that refer to each other by name. What a name of a function is written without `%`; a
/// user's name is written `u0:5`.
pub struct Unit {
    context: Context,
    builder: ImageBuilder,
    names: HashSet<String>,
    functions: Vec<UnitFunction>,
}

/// A function of a [`Unit`]; its number in the image is that in the list.
pub struct UnitFunction {
    /// Its name.
    pub name: String,
    /// Offsets of instructions that trap, and why.
    pub traps: Vec<(u32, TrapCode)>,
    /// How its frame is taken down, where the settings ask for it.
    pub unwind: Option<SystemVUnwindInfo>,
    relocs: Vec<(FinalizedMachReloc, Option<String>)>,
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    pub(crate) sites: crate::throw::FunctionSites,
}

impl Unit {
    /// Without any function, for a machine.
    pub fn new(isa: &dyn TargetIsa) -> Self {
        Self {
            context: Context::new(),
            builder: ImageBuilder::new(isa),
            names: HashSet::new(),
            functions: Vec::new(),
        }
    }

    /// Compiles a function.
    pub fn define(
        &mut self,
        isa: &dyn TargetIsa,
        name: &str,
        function: &Function,
    ) -> Result<(), JitError> {
        let name = plain(name);
        if !self.names.insert(name.to_string()) {
            return Err(JitError::Duplicate(name.to_string()));
        }
        self.context.clear();
        self.context.func = function.clone();
        let failed = |message: String| JitError::Compile { name: name.to_string(), message };
        let compiled = self.context.compile(isa, &mut Default::default());
        let compiled = compiled.map_err(|error| failed(error.inner.to_string()))?;
        let alignment = compiled.buffer.alignment.max(isa.function_alignment().minimum).max(1);
        self.builder.add(compiled.buffer.data(), alignment);
        let relocs = compiled.buffer.relocs().iter();
        let relocs = relocs.map(|reloc| (reloc.clone(), symbol_name(function, reloc))).collect();
        let unwind = compiled.unwind_info(isa.flags()).cloned();
        let traps = compiled.buffer.traps().iter().map(|trap| (trap.offset, trap.code)).collect();
        self.functions.push(UnitFunction {
            name: name.to_string(),
            traps,
            unwind,
            relocs,
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            sites: crate::throw::sites(&compiled.buffer),
        });
        Ok(())
    }

    /// True where nothing was defined.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// Gives the code to be linked, and the functions. `find` knows the addresses of what is
    /// outside, by name or library call.
    pub fn finish(
        mut self,
        mut find: impl FnMut(&str, &FinalizedRelocTarget) -> Result<usize, JitError>,
    ) -> Result<(ImageBuilder, Vec<UnitFunction>), JitError> {
        let own: HashMap<&str, u32> =
            self.functions.iter().enumerate().map(|(i, f)| (f.name.as_str(), i as u32)).collect();
        for (index, function) in self.functions.iter().enumerate() {
            let id = FunctionId(index as u32);
            for (reloc, name) in &function.relocs {
                let target = match (&reloc.target, name) {
                    (FinalizedRelocTarget::Func(offset), _) => Target::Inside(id, *offset),
                    (FinalizedRelocTarget::ExternalName(_), Some(name)) => {
                        match own.get(name.as_str()) {
                            Some(index) => Target::Function(FunctionId(*index)),
                            None => Target::Address(find(name, &reloc.target)?),
                        }
                    }
                    (target, None) => Target::Address(find("", target)?),
                };
                self.builder.relocate(id, reloc.offset, reloc.kind, target, reloc.addend);
            }
        }
        Ok((self.builder, self.functions))
    }
}

/// A name without the mark of its kind.
pub(crate) fn plain(name: &str) -> &str {
    name.strip_prefix('%').unwrap_or(name)
}

/// The name that a relocation refers to, as functions are known here.
fn symbol_name(function: &Function, reloc: &FinalizedMachReloc) -> Option<String> {
    match &reloc.target {
        FinalizedRelocTarget::ExternalName(ExternalName::LibCall(_))
        | FinalizedRelocTarget::Func(_) => None,
        FinalizedRelocTarget::ExternalName(name) => {
            let name = name.display(Some(&function.params)).to_string();
            Some(plain(&name).to_string())
        }
    }
}
