//! A finished object file.

use object::write::{Error, Object, SymbolId};
use windlass_core::entity::SecondaryMap;
use windlass_module::{DataId, FuncId};

/// A finished object file, to be written or changed.
pub struct ObjectProduct {
    /// The file, to which more can be added.
    pub object: Object<'static>,
    /// The symbols of functions, and whether each is defined.
    pub functions: SecondaryMap<FuncId, Option<(SymbolId, bool)>>,
    /// The symbols of data, and whether each is defined.
    pub data_objects: SecondaryMap<DataId, Option<(SymbolId, bool)>>,
}

impl ObjectProduct {
    /// The symbol of a function.
    ///
    /// # Panics
    ///
    /// If the function was never declared.
    pub fn function_symbol(&self, func_id: FuncId) -> SymbolId {
        self.functions[func_id].expect("the function is declared").0
    }

    /// The symbol of a data object.
    ///
    /// # Panics
    ///
    /// If the data was never declared.
    pub fn data_symbol(&self, data_id: DataId) -> SymbolId {
        self.data_objects[data_id].expect("the data is declared").0
    }

    /// The bytes of the file.
    pub fn emit(self) -> Result<Vec<u8>, Error> {
        self.object.write()
    }
}
