//! The trait of everything that holds functions and data.

use windlass_core::Context;
use windlass_core::control::ControlPlane;
use windlass_core::ir::{
    self, ExtFuncData, ExternalName, FuncRef, Function, GlobalValue, GlobalValueData, Signature,
    UserExternalName,
};
use windlass_core::isa::{TargetFrontendConfig, TargetIsa};

use crate::data::DataDescription;
use crate::declarations::ModuleDeclarations;
use crate::error::ModuleResult;
use crate::ids::{DataId, FuncId, FuncOrDataId};
use crate::linkage::Linkage;
use crate::reloc::{ModuleReloc, ModuleRelocTarget};

/// Something that holds functions and data: code in memory, an object file.
pub trait Module {
    /// The machine.
    fn isa(&self) -> &dyn TargetIsa;

    /// Everything that is declared.
    fn declarations(&self) -> &ModuleDeclarations;

    /// What a name stands for.
    fn get_name(&self, name: &str) -> Option<FuncOrDataId> {
        self.declarations().get_name(name)
    }

    /// What a front end has to know of the machine.
    fn target_config(&self) -> TargetFrontendConfig {
        self.isa().frontend_config()
    }

    /// A context whose function has the convention of the machine.
    fn make_context(&self) -> Context {
        let mut context = Context::new();
        context.func.signature.call_conv = self.isa().default_call_conv();
        context
    }

    /// Empties a context for the next function.
    fn clear_context(&self, ctx: &mut Context) {
        ctx.clear();
        ctx.func.signature.call_conv = self.isa().default_call_conv();
    }

    /// An empty signature of the convention of the machine.
    fn make_signature(&self) -> Signature {
        Signature::new(self.isa().default_call_conv())
    }

    /// Empties a signature.
    fn clear_signature(&self, sig: &mut Signature) {
        sig.clear(self.isa().default_call_conv());
    }

    /// Declares a function; what is declared again gets the wider linkage.
    fn declare_function(
        &mut self,
        name: &str,
        linkage: Linkage,
        signature: &Signature,
    ) -> ModuleResult<FuncId>;

    /// Declares a function without a name.
    fn declare_anonymous_function(&mut self, signature: &Signature) -> ModuleResult<FuncId>;

    /// Declares data; what is declared again gets the wider linkage.
    fn declare_data(
        &mut self,
        name: &str,
        linkage: Linkage,
        writable: bool,
        tls: bool,
    ) -> ModuleResult<DataId>;

    /// Declares data without a name.
    fn declare_anonymous_data(&mut self, writable: bool, tls: bool) -> ModuleResult<DataId>;

    /// Lets the body of a function call a function of the module.
    fn declare_func_in_func(&mut self, func_id: FuncId, func: &mut Function) -> FuncRef {
        let declared = self.declarations().get_function_decl(func_id);
        let signature = func.import_signature(declared.signature.clone());
        let ModuleRelocTarget::User { namespace, index } = func_id.into() else {
            unreachable!("functions have names of users")
        };
        let name = func.declare_imported_user_function(UserExternalName { namespace, index });
        func.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: declared.linkage.is_final(),
        })
    }

    /// Lets the body of a function use data of the module.
    fn declare_data_in_func(&self, data: DataId, func: &mut Function) -> GlobalValue {
        let declared = self.declarations().get_data_decl(data);
        let ModuleRelocTarget::User { namespace, index } = data.into() else {
            unreachable!("data has names of users")
        };
        let name = func.declare_imported_user_function(UserExternalName { namespace, index });
        func.create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: ir::Imm64::new(0),
            colocated: declared.linkage.is_final(),
            tls: declared.tls,
        })
    }

    /// Lets data refer to a function of the module.
    fn declare_func_in_data(&self, func_id: FuncId, data: &mut DataDescription) -> FuncRef {
        data.import_function(func_id.into())
    }

    /// Lets data refer to data of the module.
    fn declare_data_in_data(&self, data_id: DataId, data: &mut DataDescription) -> GlobalValue {
        data.import_global_value(data_id.into())
    }

    /// Compiles the function in the context as the body of a declared function.
    fn define_function(&mut self, func: FuncId, ctx: &mut Context) -> ModuleResult<()> {
        self.define_function_with_control_plane(func, ctx, &mut ControlPlane::default())
    }

    /// As [`Module::define_function`], with a control plane.
    fn define_function_with_control_plane(
        &mut self,
        func: FuncId,
        ctx: &mut Context,
        ctrl_plane: &mut ControlPlane,
    ) -> ModuleResult<()>;

    /// Gives a declared function machine code that is at hand.
    fn define_function_bytes(
        &mut self,
        func_id: FuncId,
        alignment: u64,
        bytes: &[u8],
        relocs: &[ModuleReloc],
    ) -> ModuleResult<()>;

    /// Gives declared data its contents.
    fn define_data(&mut self, data_id: DataId, data: &DataDescription) -> ModuleResult<()>;
}

/// Passes a module on, for something that derefs to one.
macro_rules! forward {
    ($($owner:ty),*) => { $(
        impl<M: Module + ?Sized> Module for $owner {
            fn isa(&self) -> &dyn TargetIsa {
                (**self).isa()
            }

            fn declarations(&self) -> &ModuleDeclarations {
                (**self).declarations()
            }

            fn declare_function(
                &mut self,
                name: &str,
                linkage: Linkage,
                signature: &Signature,
            ) -> ModuleResult<FuncId> {
                (**self).declare_function(name, linkage, signature)
            }

            fn declare_anonymous_function(&mut self, sig: &Signature) -> ModuleResult<FuncId> {
                (**self).declare_anonymous_function(sig)
            }

            fn declare_data(
                &mut self,
                name: &str,
                linkage: Linkage,
                writable: bool,
                tls: bool,
            ) -> ModuleResult<DataId> {
                (**self).declare_data(name, linkage, writable, tls)
            }

            fn declare_anonymous_data(&mut self, write: bool, tls: bool) -> ModuleResult<DataId> {
                (**self).declare_anonymous_data(write, tls)
            }

            fn define_function_with_control_plane(
                &mut self,
                func: FuncId,
                ctx: &mut Context,
                ctrl_plane: &mut ControlPlane,
            ) -> ModuleResult<()> {
                (**self).define_function_with_control_plane(func, ctx, ctrl_plane)
            }

            fn define_function_bytes(
                &mut self,
                func_id: FuncId,
                alignment: u64,
                bytes: &[u8],
                relocs: &[ModuleReloc],
            ) -> ModuleResult<()> {
                (**self).define_function_bytes(func_id, alignment, bytes, relocs)
            }

            fn define_data(&mut self, data: DataId, info: &DataDescription) -> ModuleResult<()> {
                (**self).define_data(data, info)
            }
        }
    )* };
}

forward!(&mut M, Box<M>);
