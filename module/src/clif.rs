//! Functions that were read from text, in a module.

use anyhow::anyhow;
use windlass_core::Context;
use windlass_core::entity::EntityRef;
use windlass_core::ir::{
    ExternalName, FuncRef, Function, GlobalValue, GlobalValueData, UserExternalName, UserFuncName,
};

use crate::ids::FuncId;
use crate::linkage::Linkage;
use crate::module::Module;
use crate::reloc::ModuleRelocTarget;
use crate::{ModuleError, ModuleResult};

/// Declares functions that go by letters (`%name`), exported under these letters, and whatever else
/// they refer to by letters as imports; then defines them. Returns their numbers, in order.
pub fn define_functions<M: Module + ?Sized>(
    module: &mut M,
    functions: Vec<Function>,
) -> ModuleResult<Vec<FuncId>> {
    define_functions_in(&mut Context::new(), module, functions)
}

/// As [`define_functions`], compiled in this context.
pub fn define_functions_in<M: Module + ?Sized>(
    context: &mut Context,
    module: &mut M,
    functions: Vec<Function>,
) -> ModuleResult<Vec<FuncId>> {
    let mut ids = Vec::new();
    for function in &functions {
        let UserFuncName::Testcase(name) = &function.name else {
            let name = &function.name;
            let text = "functions of a module go by letters, as in %f, and not by numbers";
            return Err(ModuleError::Backend(anyhow!("{name}: {text}")));
        };
        let name = letters(name.raw());
        ids.push(module.declare_function(&name, Linkage::Export, &function.signature)?);
    }
    for (mut function, &id) in functions.into_iter().zip(&ids) {
        name_references(module, &mut function)?;
        context.clear();
        context.func = function;
        module.define_function(id, context).map_err(|error| match error {
            ModuleError::Compilation(why) => {
                ModuleError::Backend(anyhow!("function {}: {why}", context.func.name))
            }
            error => error,
        })?;
    }
    Ok(ids)
}

fn letters(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

/// Replaces names by letters in the body of a function by numbers of the module.
pub fn name_references<M: Module + ?Sized>(
    module: &mut M,
    function: &mut Function,
) -> ModuleResult<()> {
    for index in 0..function.dfg.ext_funcs.len() {
        let reference = FuncRef::new(index);
        if function.is_gap(reference) {
            continue;
        }
        let data = &function.dfg.ext_funcs[reference];
        let ExternalName::TestCase(name) = &data.name else { continue };
        let (name, colocated) = (letters(name.raw()), data.colocated);
        let mut signature = function.dfg.signatures[data.signature].clone();
        // What stands for the `...` belongs to a call and not to the function.
        signature.params.truncate(function.dfg.variadic(data.signature).unwrap_or(usize::MAX));
        let id = module.declare_function(&name, Linkage::Import, &signature)?;
        let name = user_name(function, id.into());
        function.dfg.ext_funcs[reference].name = name;
        // What is certainly defined here is near.
        let declared = module.declarations().get_function_decl(id);
        function.dfg.ext_funcs[reference].colocated = colocated || declared.linkage.is_final();
    }
    for index in 0..function.global_values.len() {
        let global = GlobalValue::new(index);
        let GlobalValueData::Symbol { name: ExternalName::TestCase(name), tls, .. } =
            &function.global_values[global]
        else {
            continue;
        };
        let (name, is_tls) = (letters(name.raw()), *tls);
        let known = module.get_name(&name);
        let target = match known {
            Some(known) => known.into(),
            None => module.declare_data(&name, Linkage::Import, true, is_tls)?.into(),
        };
        let user = user_name(function, target);
        if let GlobalValueData::Symbol { name, .. } = &mut function.global_values[global] {
            *name = user;
        }
    }
    Ok(())
}

fn user_name(function: &mut Function, target: ModuleRelocTarget) -> ExternalName {
    let ModuleRelocTarget::User { namespace, index } = target else {
        unreachable!("functions and data have names of users")
    };
    let name = UserExternalName { namespace, index };
    ExternalName::user(function.declare_imported_user_function(name))
}
