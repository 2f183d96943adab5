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
//!
//! The greatest common divisor, with two variables that the loop assigns, run by the interpreter:
//!
//! ```
//! use windlass_core::data_value::DataValue;
//! use windlass_core::interpret::{FunctionStore, Interpreter, InterpreterState};
//! use windlass_core::ir::{AbiParam, Function, InstBuilder, Signature, UserFuncName, types};
//! use windlass_core::isa::CallConv;
//! use windlass_frontend::{FunctionBuilder, FunctionBuilderContext};
//!
//! let mut signature = Signature::new(CallConv::SystemV);
//! signature.params.extend([AbiParam::new(types::I32); 2]);
//! signature.returns.push(AbiParam::new(types::I32));
//! let mut func = Function::with_name_signature(UserFuncName::testcase("gcd"), signature);
//!
//! let mut memory = FunctionBuilderContext::new();
//! let mut b = FunctionBuilder::new(&mut func, &mut memory);
//! let [entry, header, body, exit] = [(); 4].map(|()| b.create_block());
//! b.append_block_params_for_function_params(entry);
//! b.switch_to_block(entry);
//! b.seal_block(entry);
//! let [x, y] = [0, 1].map(|n| {
//!     let variable = b.declare_var(types::I32);
//!     let param = b.block_params(entry)[n];
//!     b.def_var(variable, param);
//!     variable
//! });
//! b.ins().jump(header, &[]);
//!
//! b.switch_to_block(header); // Sealed below: `body` jumps here too.
//! let divisor = b.use_var(y);
//! b.ins().brif(divisor, body, &[], exit, &[]);
//!
//! b.switch_to_block(body);
//! b.seal_block(body);
//! let (old_x, old_y) = (b.use_var(x), b.use_var(y));
//! let rest = b.ins().urem(old_x, old_y);
//! b.def_var(x, old_y);
//! b.def_var(y, rest);
//! b.ins().jump(header, &[]);
//! b.seal_block(header);
//!
//! b.switch_to_block(exit);
//! b.seal_block(exit);
//! let result = b.use_var(x);
//! b.ins().return_(&[result]);
//! b.finalize();
//!
//! let mut functions = FunctionStore::default();
//! functions.add("gcd".to_string(), &func);
//! let state = InterpreterState::default().with_function_store(functions);
//! let args = [DataValue::I32(48), DataValue::I32(36)];
//! let result = Interpreter::new(state).call_by_name("gcd", &args)?;
//! assert_eq!(result.unwrap_return(), [DataValue::I32(12)]);
//! # Ok::<(), windlass_core::interpret::InterpreterError>(())
//! ```
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
