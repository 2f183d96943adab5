//! Builds functions of the Windlass IR: variables to SSA, switches.
//!
//! A front end declares variables, creates blocks, fills one after the other through
//! [`FunctionBuilder::ins`] and seals a block when all branches to it exist:
//!
//! 1. [`FunctionBuilder::create_block`] for the entry, then
//!    [`FunctionBuilder::append_block_params_for_function_params`],
//!    [`FunctionBuilder::switch_to_block`], [`FunctionBuilder::seal_block`];
//! 2. [`FunctionBuilder::declare_var`], and [`FunctionBuilder::def_var`] and
//!    [`FunctionBuilder::use_var`] anywhere;
//! 3. [`FunctionBuilder::finalize`].
//!
//! [`FunctionBuilderContext`] keeps the memory for the next function.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod builder;
mod memory_calls;
mod ssa;
mod stack_maps;
mod switch;
mod variable;

pub use builder::{
    DefVariableError, FuncInstBuilder, FunctionBuilder, FunctionBuilderContext, UseVariableError,
};
pub use switch::Switch;
pub use variable::Variable;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
