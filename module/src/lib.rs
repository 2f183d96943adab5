//! Functions and data that belong together.
//!
//! A [`Module`] holds functions and data under numbers ([`FuncId`], [`DataId`]) that exist from
//! their declaration on; bodies and contents come later, in any order, and refer to each other by
//! number. [`ModuleDeclarations`] is the half that all implementations share; what differs (memory
//! or an object file) is behind the trait.
#![forbid(unsafe_code)]

mod clif;
mod data;
mod declarations;
mod error;
mod ids;
mod linkage;
mod module;
mod reloc;

pub use clif::{define_functions, define_functions_in, name_references};
pub use data::{DataDescription, Init};
pub use declarations::{DataDeclaration, FunctionDeclaration, ModuleDeclarations};
pub use error::{ModuleError, ModuleResult};
pub use ids::{DataId, FuncId, FuncOrDataId};
pub use linkage::Linkage;
pub use module::Module;
pub use reloc::{ModuleReloc, ModuleRelocTarget, TrapSite, default_libcall_names};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
