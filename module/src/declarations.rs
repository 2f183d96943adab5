//! What a module declares.
//!
//! What holds: a name stands for one thing; its linkage only widens, its signature never changes.

use std::borrow::Cow;

use hashbrown::HashMap;
use windlass_core::entity::PrimaryMap;
use windlass_core::ir::Signature;

use crate::error::{ModuleError, ModuleResult};
use crate::ids::{DATA, DataId, FUNCTIONS, FuncId, FuncOrDataId};
use crate::linkage::Linkage;
use crate::reloc::ModuleRelocTarget;

/// A function that is declared.
#[derive(Debug)]
#[non_exhaustive]
pub struct FunctionDeclaration {
    /// Its name; anonymous functions have none.
    pub name: Option<String>,
    /// Where it is defined and who sees it.
    pub linkage: Linkage,
    /// Its signature.
    pub signature: Signature,
}

impl FunctionDeclaration {
    /// The name for linkers; anonymous functions get one from their number.
    pub fn linkage_name(&self, id: FuncId) -> Cow<'_, str> {
        match &self.name {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!(".Lfn{:x}", id.as_u32())),
        }
    }
}

/// A data object that is declared.
#[derive(Debug)]
#[non_exhaustive]
pub struct DataDeclaration {
    /// Its name; anonymous data has none.
    pub name: Option<String>,
    /// Where it is defined and who sees it.
    pub linkage: Linkage,
    /// Whether code may write it.
    pub writable: bool,
    /// Whether each thread has its own.
    pub tls: bool,
}

impl DataDeclaration {
    /// The name for linkers; anonymous data gets one from its number.
    pub fn linkage_name(&self, id: DataId) -> Cow<'_, str> {
        match &self.name {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!(".Ldata{:x}", id.as_u32())),
        }
    }
}

/// Everything that a module declares.
#[derive(Debug, Default)]
pub struct ModuleDeclarations {
    names: HashMap<String, FuncOrDataId, rustc_hash::FxBuildHasher>,
    functions: PrimaryMap<FuncId, FunctionDeclaration>,
    data_objects: PrimaryMap<DataId, DataDeclaration>,
}

impl ModuleDeclarations {
    /// What a name stands for.
    pub fn get_name(&self, name: &str) -> Option<FuncOrDataId> {
        self.names.get(name).copied()
    }

    /// All functions, by ascending number.
    pub fn get_functions(&self) -> impl Iterator<Item = (FuncId, &FunctionDeclaration)> {
        self.functions.iter()
    }

    /// Whether the name of a relocation stands for a function of the module.
    ///
    /// # Panics
    ///
    /// If it is in neither name space of a module.
    pub fn is_function(name: &ModuleRelocTarget) -> bool {
        match name {
            ModuleRelocTarget::User { namespace: FUNCTIONS, .. } => true,
            ModuleRelocTarget::User { namespace: DATA, .. } => false,
            ModuleRelocTarget::User { .. } => {
                panic!("{name} is neither a function nor data of a module")
            }
            ModuleRelocTarget::LibCall(_)
            | ModuleRelocTarget::KnownSymbol(_)
            | ModuleRelocTarget::FunctionOffset(..) => {
                panic!("{name} is not the name of a declaration of a module")
            }
        }
    }

    /// A function's declaration.
    pub fn get_function_decl(&self, func_id: FuncId) -> &FunctionDeclaration {
        &self.functions[func_id]
    }

    /// All data, by ascending number.
    pub fn get_data_objects(&self) -> impl Iterator<Item = (DataId, &DataDeclaration)> {
        self.data_objects.iter()
    }

    /// A data object's declaration.
    pub fn get_data_decl(&self, data_id: DataId) -> &DataDeclaration {
        &self.data_objects[data_id]
    }

    /// The name for linkers of what is about to be defined; the error says why it cannot be.
    pub fn definable(&self, id: FuncOrDataId, is_defined: bool) -> ModuleResult<Cow<'_, str>> {
        let (linkage, name) = match id {
            FuncOrDataId::Func(id) => {
                (self.functions[id].linkage, self.functions[id].linkage_name(id))
            }
            FuncOrDataId::Data(id) => {
                (self.data_objects[id].linkage, self.data_objects[id].linkage_name(id))
            }
        };
        if !linkage.is_definable() {
            return Err(ModuleError::InvalidImportDefinition(name.into_owned()));
        }
        if is_defined {
            return Err(ModuleError::DuplicateDefinition(name.into_owned()));
        }
        Ok(name)
    }

    /// Declares a function, or widens the linkage of one that is declared; returns the linkage that
    /// it then has.
    pub fn declare_function(
        &mut self,
        name: &str,
        linkage: Linkage,
        signature: &Signature,
    ) -> ModuleResult<(FuncId, Linkage)> {
        match self.names.get(name) {
            Some(FuncOrDataId::Func(id)) => {
                let known = &mut self.functions[*id];
                if known.signature != *signature {
                    return Err(ModuleError::IncompatibleSignature(
                        name.to_owned(),
                        known.signature.clone(),
                        signature.clone(),
                    ));
                }
                known.linkage = known.linkage.merge(linkage);
                Ok((*id, known.linkage))
            }
            Some(FuncOrDataId::Data(_)) => {
                Err(ModuleError::IncompatibleDeclaration(name.to_owned()))
            }
            None => {
                let id = self.functions.push(FunctionDeclaration {
                    name: Some(name.to_owned()),
                    linkage,
                    signature: signature.clone(),
                });
                self.names.insert(name.to_owned(), FuncOrDataId::Func(id));
                Ok((id, linkage))
            }
        }
    }

    /// Declares a function without a name, for this module alone.
    pub fn declare_anonymous_function(&mut self, signature: &Signature) -> ModuleResult<FuncId> {
        Ok(self.functions.push(FunctionDeclaration {
            name: None,
            linkage: Linkage::Local,
            signature: signature.clone(),
        }))
    }

    /// Declares data, or widens the linkage of what is declared; returns the linkage that it then
    /// has. It becomes writable if any declaration says so.
    pub fn declare_data(
        &mut self,
        name: &str,
        linkage: Linkage,
        writable: bool,
        tls: bool,
    ) -> ModuleResult<(DataId, Linkage)> {
        match self.names.get(name) {
            Some(FuncOrDataId::Data(id)) if self.data_objects[*id].tls == tls => {
                let known = &mut self.data_objects[*id];
                known.linkage = known.linkage.merge(linkage);
                known.writable |= writable;
                Ok((*id, known.linkage))
            }
            Some(_) => Err(ModuleError::IncompatibleDeclaration(name.to_owned())),
            None => {
                let name = name.to_owned();
                let id = self.data_objects.push(DataDeclaration {
                    name: Some(name.clone()),
                    linkage,
                    writable,
                    tls,
                });
                self.names.insert(name, FuncOrDataId::Data(id));
                Ok((id, linkage))
            }
        }
    }

    /// Declares data without a name, for this module alone.
    pub fn declare_anonymous_data(&mut self, writable: bool, tls: bool) -> ModuleResult<DataId> {
        Ok(self.data_objects.push(DataDeclaration {
            name: None,
            linkage: Linkage::Local,
            writable,
            tls,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::ir::{AbiParam, types};
    use windlass_core::isa::CallConv;

    #[test]
    fn a_name_stands_for_one_thing() {
        let mut declared = ModuleDeclarations::default();
        let plain = Signature::new(CallConv::Fast);
        let mut other = plain.clone();
        other.params.push(AbiParam::new(types::I8));
        let (f, _) = declared.declare_function("f", Linkage::Import, &plain).unwrap();
        let again = declared.declare_function("f", Linkage::Export, &plain).unwrap();
        assert_eq!(again, (f, Linkage::Export));
        let wrong = declared.declare_function("f", Linkage::Local, &other).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "function `f` is declared with signature (i8) fast, but was declared with () fast"
        );
        let wrong = declared.declare_data("f", Linkage::Local, false, false).unwrap_err();
        assert!(matches!(wrong, ModuleError::IncompatibleDeclaration(name) if name == "f"));
        let (d, _) = declared.declare_data("d", Linkage::Local, false, true).unwrap();
        assert!(declared.declare_data("d", Linkage::Local, false, false).is_err());
        assert_eq!(
            declared.declare_data("d", Linkage::Hidden, true, true).unwrap().1,
            Linkage::Hidden
        );
        assert!(declared.get_data_decl(d).writable);
        assert_eq!(declared.get_name("d"), Some(FuncOrDataId::Data(d)));
        assert!(ModuleDeclarations::is_function(&f.into()));
        assert!(!ModuleDeclarations::is_function(&d.into()));
        let anonymous = declared.declare_anonymous_function(&plain).unwrap();
        assert_eq!(declared.get_function_decl(anonymous).linkage_name(anonymous), ".Lfn1");
        let anonymous = declared.declare_anonymous_data(false, false).unwrap();
        assert_eq!(declared.get_data_decl(anonymous).linkage_name(anonymous), ".Ldata1");
        assert_eq!(declared.get_functions().count() + declared.get_data_objects().count(), 4);
    }
}
