//! Instances from modules and imports: made, and their start functions run.

use crate::Error;
use crate::call::builtins::TABLE;
use crate::call::func::call_record;
use crate::call::typed::{TypedFunc, WasmParams, WasmResults};
use crate::instance::module::Module;
use crate::store::instance::{Extern, Instance};
use crate::store::instantiate::check_import;
use crate::store::{AsContextMut, StoreOpaque};

/// Makes an instance of the module with these imports, in the order of the module's, and runs
/// everything that instantiation runs.
pub(crate) fn instantiate(
    store: &mut StoreOpaque,
    module: &Module,
    imports: &[Extern],
) -> Result<usize, Error> {
    let (instance, start) = store.make_instance(module, imports, &TABLE)?;
    if let Some(record) = start {
        // SAFETY: the record is the store's, and a start function has no parameters.
        unsafe { call_record(store, &record, &mut [])? };
    }
    Ok(instance)
}

impl Instance {
    /// An instance with these imports, in the order of the module's. Their types are checked.
    pub fn new(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Self, Error> {
        let store = store.as_context_mut().opaque();
        let wanted = &module.inner().info.imports;
        if wanted.len() != imports.len() {
            return Err(Error::msg(format!(
                "the module has {} imports, {} are given",
                wanted.len(),
                imports.len()
            )));
        }
        for (import, given) in wanted.iter().zip(imports) {
            check_import(store, module, import.entity, given).map_err(|error| {
                error.context(format!("import `{}` `{}`", import.module, import.name))
            })?;
        }
        let index = instantiate(store, module, imports)?;
        Ok(Self::from_index(store, index))
    }

    /// The exported function of this name, with a type that the compiler knows.
    pub fn get_typed_func<Params: WasmParams, Results: WasmResults>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>, Error> {
        let func = self
            .get_func(&mut store, name)
            .ok_or_else(|| Error::msg(format!("no function is exported as `{name}`")))?;
        func.typed(&store).map_err(|error| error.context(format!("the export `{name}`")))
    }

    /// Calls `_initialize` if the module is a reactor, a library with something to do before its
    /// functions are called: it exports that and no `_start`, as programs do.
    pub fn initialize(&self, mut store: impl AsContextMut) -> Result<(), Error> {
        if self.get_export(&mut store, "_start").is_some() {
            return Ok(());
        }
        match self.get_func(&mut store, "_initialize") {
            Some(_) => {
                self.get_typed_func::<(), ()>(&mut store, "_initialize")?.call(&mut store, ())
            }
            None => Ok(()),
        }
    }
}
