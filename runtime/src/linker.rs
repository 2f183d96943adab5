//! Linkers: imports found by name.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::Error;
use crate::call::func::Caller;
use crate::call::instantiate::instantiate;
use crate::call::typed::IntoFunc;
use crate::engine::Engine;
use crate::instance::module::Module;
use crate::layout::Slot;
use crate::store::func::{Func, HostFunc};
use crate::store::instance::{Extern, Instance};
use crate::store::instantiate::{check_import, entity_kind, incompatible};
use crate::store::values::Val;
use crate::store::{AsContext, AsContextMut, HostFuncs, Invariant, StoreOpaque};
use crate::sync::shared::Shared;
use crate::types::FuncType;
use windlass_wasm::module::Import;
use windlass_wasm::types::EntityIndex;

/// What a name stands for.
#[derive(Clone)]
enum Definition {
    /// Something of one store.
    Extern(Extern),
    /// A host function, for any store.
    Host(Arc<HostFunc>),
}

/// Finds imports by name. Host functions may be used with any number of stores whose data has
/// type `T`; other definitions belong to their store.
pub struct Linker<T> {
    engine: Engine,
    definitions: HashMap<String, HashMap<String, Definition>>,
    shadowing: bool,
    invariant: Invariant<T>,
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            definitions: self.definitions.clone(),
            shadowing: self.shadowing,
            invariant: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .definitions
            .iter()
            .flat_map(|(module, names)| names.keys().map(move |name| (module, name)));
        f.debug_set().entries(names).finish()
    }
}

impl<T: 'static> Linker<T> {
    /// An empty linker.
    pub fn new(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            definitions: HashMap::new(),
            shadowing: false,
            invariant: PhantomData,
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a name may be defined again; the last definition counts.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.shadowing = allow;
        self
    }

    fn insert(
        &mut self,
        module: &str,
        name: &str,
        definition: Definition,
    ) -> Result<&mut Self, Error> {
        let names = self.definitions.entry(module.to_string()).or_default();
        if !self.shadowing && names.contains_key(name) {
            return Err(Error::msg(format!("`{module}` `{name}` is defined twice")));
        }
        names.insert(name.to_string(), definition);
        Ok(self)
    }

    /// Defines something of a store.
    pub fn define(
        &mut self,
        _store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self, Error> {
        self.insert(module, name, Definition::Extern(item.into()))
    }

    /// Defines a host function from a closure, whose type follows from the closure's.
    pub fn func_wrap<Params, Results>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<&mut Self, Error> {
        self.insert(module, name, Definition::Host(func.into_host_func()))
    }

    /// Defines a host function with a type that is known only at run time.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Result<&mut Self, Error> {
        self.insert(module, name, Definition::Host(HostFunc::new(ty, func)))
    }

    /// Defines a host function of slots: arguments in, results out.
    pub(crate) fn func_slots(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [Slot]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Result<&mut Self, Error> {
        self.insert(module, name, Definition::Host(HostFunc::from_slots(ty, func)))
    }

    /// Defines all exports of an instance under a module name. A name that was defined for this
    /// module before is defined anew, as scripts register modules again.
    pub fn instance(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        instance: Instance,
    ) -> Result<&mut Self, Error> {
        let names = self.definitions.entry(module.to_string()).or_default();
        for export in instance.exports(&mut store) {
            let name = export.name().to_string();
            names.insert(name, Definition::Extern(export.into_extern()));
        }
        Ok(self)
    }

    /// Instantiates a module and defines all its exports under a module name. If it is a reactor,
    /// it is initialized before; see [`Instance::initialize`].
    pub fn module(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        name: &str,
        module: &Module,
    ) -> Result<&mut Self, Error> {
        let instance = self.instantiate(&mut store, module)?;
        instance.initialize(&mut store)?;
        self.instance(store, name, instance)
    }

    /// Defines every function that the module imports and that has no definition as one that fails
    /// with an [`UnknownImportError`] when it is called.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<(), Error> {
        let info = module.info();
        for import in &info.imports {
            let EntityIndex::Func(index) = import.entity else { continue };
            let (from, name) = (&*import.module, &*import.name);
            if self.definitions.get(from).is_some_and(|names| names.contains_key(name)) {
                continue;
            }
            let error = UnknownImportError { module: from.to_string(), name: name.to_string() };
            let ty = FuncType(info.func_type(index).clone());
            let fail = move |_: Caller<'_, T>, _: &mut [Slot]| Err(Error::new(error.clone()));
            self.func_slots(from, name, ty, fail)?;
        }
        Ok(())
    }

    /// What a name stands for in a store.
    pub fn get(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Option<Extern> {
        let definition = self.definitions.get(module)?.get(name)?;
        resolve(store.as_context_mut().opaque(), definition).ok()
    }

    /// Instantiates a module with imports from this linker.
    pub fn instantiate(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance, Error> {
        let store = store.as_context_mut().opaque();
        let wanted = &module.inner().info.imports;
        let mut imports = Vec::with_capacity(wanted.len());
        for import in wanted {
            let found = resolve(store, self.definition(import)?)?;
            check_import(store, module, import.entity, &found)
                .map_err(|error| at(import, error))?;
            imports.push(found);
        }
        let index = instantiate(store, module, &imports)?;
        Ok(Instance::from_index(store, index))
    }

    fn definition(&self, import: &Import) -> Result<&Definition, Error> {
        let (from, name) = (&*import.module, &*import.name);
        let definition = self.definitions.get(from).and_then(|names| names.get(name));
        definition.ok_or_else(|| {
            Error::msg(format!("unknown import: `{from}` `{name}` has not been defined"))
        })
    }

    /// Finds the imports of a module once, for any number of instances in any number of stores.
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>, Error> {
        if !Engine::same(&self.engine, module.engine()) {
            return Err(Error::msg("the module was compiled by another engine than the linker's"));
        }
        let info = &module.inner().info;
        let mut found = Vec::with_capacity(info.imports.len());
        let mut functions = HostFuncs::new();
        for import in &info.imports {
            let definition = self.definition(import)?;
            if let Definition::Host(func) = definition {
                let EntityIndex::Func(index) = import.entity else {
                    let wanted = entity_kind(import.entity);
                    return Err(at(import, incompatible(wanted, "a function")));
                };
                let wanted = info.func_type(index);
                if *wanted != func.ty.0 {
                    return Err(at(import, incompatible(&wanted.wat(), &func.ty.0.wat())));
                }
                func.record(&self.engine)?;
                functions.push(func.clone());
            }
            found.push(definition.clone());
        }
        let (found, functions) = (found.into(), Shared::new(functions));
        Ok(InstancePre { module: module.clone(), found, functions, invariant: PhantomData })
    }
}

/// Says which import an error is about.
fn at(import: &Import, error: Error) -> Error {
    error.context(format!("import `{}` `{}`", import.module, import.name))
}

/// A module whose imports are found. Cheap to clone.
pub struct InstancePre<T> {
    module: Module,
    /// What the imports stand for.
    found: Arc<[Definition]>,
    /// The host functions among them, which stores with instances keep.
    functions: Shared<HostFuncs>,
    invariant: Invariant<T>,
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        Self {
            module: self.module.clone(),
            found: self.found.clone(),
            functions: self.functions.clone(),
            invariant: PhantomData,
        }
    }
}

impl<T> fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePre").field("module", &self.module).finish_non_exhaustive()
    }
}

impl<T: 'static> InstancePre<T> {
    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Instantiates the module. Nothing is looked up and no type of a host function is compared.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance, Error> {
        let store = store.as_context_mut().opaque();
        let wanted = &self.module.inner().info.imports;
        let mut imports = Vec::with_capacity(wanted.len());
        for (import, definition) in wanted.iter().zip(&*self.found) {
            imports.push(match definition {
                Definition::Extern(item) => {
                    check_import(store, &self.module, import.entity, item)
                        .map_err(|error| at(import, error))?;
                    *item
                }
                Definition::Host(func) => {
                    let record = func.record(store.engine())?;
                    Extern::Func(Func::from_record(store, record))
                }
            });
        }
        store.keep_host_functions(self.functions.local());
        let index = instantiate(store, &self.module, &imports)?;
        Ok(Instance::from_index(store, index))
    }
}

/// The error of a call of an import that nobody has defined.
#[derive(Clone, Debug, thiserror::Error)]
#[error("unknown import: `{module}::{name}` has not been defined")]
pub struct UnknownImportError {
    module: String,
    name: String,
}

impl UnknownImportError {
    /// The module of the import.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Its name there.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn resolve(store: &mut StoreOpaque, definition: &Definition) -> Result<Extern, Error> {
    Ok(match definition {
        Definition::Extern(item) => *item,
        Definition::Host(func) => Extern::Func(Func::host(store, func)?),
    })
}
