//! The code generator under the paths of the crate `cranelift-codegen`, for compilers that were
//! written for it.
//!
//! Everything comes from [`windlass_core`], whose paths differ in places. What this crate adds is
//! [`isa::lookup`], which finds a back end by its triple: for that it depends on the back ends.
//!
//! A function that is built, compiled for a machine, and printed as its instructions; to run code, see
//! `windlass-jit` (in memory) and `windlass-object` (object files), to build with variables instead of
//! block parameters `windlass-frontend`:
//!
//! ```
//! use windlass_codegen::control::ControlPlane;
//! use windlass_codegen::cursor::{Cursor, FuncCursor};
//! use windlass_codegen::ir::{AbiParam, Function, InstBuilder, Signature, UserFuncName, types};
//! use windlass_codegen::isa::{self, CallConv};
//! use windlass_codegen::settings::{self, Configurable};
//! use windlass_codegen::Context;
//!
//! let mut signature = Signature::new(CallConv::SystemV);
//! signature.params.extend([AbiParam::new(types::I64); 2]);
//! signature.returns.push(AbiParam::new(types::I64));
//! let mut func = Function::with_name_signature(UserFuncName::testcase("scale"), signature);
//! let block = func.dfg.make_block();
//! let x = func.dfg.append_block_param(block, types::I64);
//! let y = func.dfg.append_block_param(block, types::I64);
//! let mut pos = FuncCursor::new(&mut func);
//! pos.insert_block(block);
//! let eight = pos.ins().iconst(types::I64, 8);
//! let scaled = pos.ins().imul(y, eight);
//! let sum = pos.ins().iadd(x, scaled);
//! pos.ins().return_(&[sum]);
//! println!("{}", func.display());
//!
//! let mut flags = settings::builder();
//! flags.set("opt_level", "speed")?;
//! let machine = isa::lookup_by_name("x86_64")?.finish(settings::Flags::new(flags))?;
//! let mut context = Context::for_function(func);
//! let code = context.compile(&*machine, &mut ControlPlane::default()).map_err(|e| e.inner)?;
//! let text = machine.to_text(code.code_buffer(), code.code_info().total_size);
//! assert!(text.contains("lea rax, [rdi + rsi*8]"), "{text}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What differs from Cranelift: calls from and to C
//!
//! `system_v` and `windows_fastcall` are the conventions of C compilers; tests compare them with gcc
//! and clang, in both directions (`module/object/tests/abi.rs`). Where Cranelift differs from C,
//! this is C's:
//!
//! - `system_v`: an `i128` argument for which two integer registers are not left goes to the stack
//!   as a whole, aligned to 16 bytes, and the next argument gets the register that is left.
//!   Cranelift leaves that register unused.
//! - `windows_fastcall`: an `i128` argument is the address of a copy that the caller makes, and an
//!   `i128` result is in `xmm0`. Cranelift passes the halves in integer registers.
//! - `windows_fastcall`: a struct of 8 bytes (`sarg(8)`) is passed by value in a register or slot, a
//!   larger one as the address of a copy. Cranelift copies both to the stack.
//! - C functions with variable arguments can be called; Cranelift has no form for it. A signature
//!   that `Function::import_variadic_signature` declares, in text with `...` behind the fixed
//!   parameters, has the parameters of one call. The call sets `al` (`system_v`), or passes floats
//!   in integer registers too (`windows_fastcall`):
//!
//! ```
//! # use windlass_codegen::{Context, ir::*, isa::{self, CallConv}, settings};
//! # use windlass_codegen::cursor::{Cursor, FuncCursor};
//! // int show(double x) { return printf("%f\n", x); }, with the address of the text as argument.
//! let mut signature = Signature::new(CallConv::SystemV);
//! signature.params.extend([AbiParam::new(types::I64), AbiParam::new(types::F64)]);
//! signature.returns.push(AbiParam::new(types::I32));
//! let mut func = Function::with_name_signature(UserFuncName::testcase("show"), signature.clone());
//! // printf declares one parameter; this call passes two.
//! let signature = func.import_variadic_signature(signature, 1);
//! let name = ExternalName::testcase("printf");
//! let printf = func.import_function(ExtFuncData { name, signature, colocated: false });
//! let block = func.dfg.make_block();
//! let text = func.dfg.append_block_param(block, types::I64);
//! let x = func.dfg.append_block_param(block, types::F64);
//! let mut pos = FuncCursor::new(&mut func);
//! pos.insert_block(block);
//! let call = pos.ins().call(printf, &[text, x]);
//! let written = pos.func.dfg.first_result(call);
//! pos.ins().return_(&[written]);
//! assert!(func.display().to_string().contains("sig0 = (i64, ..., f64) -> i32 system_v"));
//! # let flags = settings::Flags::new(settings::builder());
//! # let isa = isa::lookup_by_name("x86_64").unwrap().finish(flags).unwrap();
//! # Context::for_function(func).compile(&*isa, &mut Default::default()).unwrap();
//! ```
//!
//! What a front end for C does itself, with either family of crates:
//!
//! - Integers below 32 bits are extended (`sext`, `uext`), arguments and results: clang's code
//!   relies on it.
//! - `system_v` passes a struct of one or two words like its words, integers or floats. Where they
//!   do not all fit into registers, and from three words on, it goes to the stack: `sarg`. Its size
//!   is rounded up to a multiple of 8. A struct with an alignment of 16 needs an `sarg(8)` of
//!   padding before it where the words on the stack so far are odd.
//! - Results are those of a struct of up to two words, each with a word of its own; for a larger
//!   struct there is `sret`. More results (in `rcx`, with `enable_llvm_abi_extensions`; in memory,
//!   with `enable_multi_ret_implicit_sret`) have no counterpart in C.
//! - `x87` floats, and functions that have variable arguments themselves, do not exist.
//!
//! # What differs from Cranelift: settings and frames
//!
//! - The pages of large frames are touched in the prologue, whatever `probestack_strategy` says: no
//!   helper is called, so code links without one.
//! - Numbers have bounds (`probestack_size_log2` is at most 30), and a value that nothing could
//!   honour is refused when it is set, with the reason: `enable_compact_unwind_abi`,
//!   `stack_switch_model`. Settings without an effect so far say so in [`settings::Template::help`].
//! - `Reloc` has the kinds that machines with a back end make.
//! - Stack slots are aligned to at most 64 KiB; the frame is realigned for more than 16 bytes.
//! - Code in memory refuses library calls by a convention that is not the process's.
#![forbid(unsafe_code)]

pub use gimli;
pub use windlass_core::entity::packed_option;
pub use windlass_core::text::write_function;
pub use windlass_core::verify as verifier;
pub use windlass_core::verify::verify_function;
pub use windlass_core::*;

pub mod cfg_printer;
pub mod print_errors;
pub mod timing;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Offsets into code, and the kinds of relocations.
pub mod binemit {
    pub use windlass_core::CodeInfo;
    pub use windlass_core::binemit::*;
}

/// The IR, with instructions as clients match on them.
pub mod ir {
    pub use windlass_core::clients::formats::{InstructionData, InstructionFormat};
    pub use windlass_core::ir::*;

    /// Instructions by format.
    pub mod instructions {
        pub use windlass_core::clients::formats::{CallInfo, InstructionData, InstructionFormat};
        pub use windlass_core::ir::instructions::*;
        pub use windlass_core::ir::opcodes::Opcode;
    }
}

/// Target machines.
pub mod isa {
    pub use windlass_core::isa::*;
    pub use windlass_isa::{lookup, lookup_by_name};

    /// How frames are unwound.
    pub mod unwind {
        pub use windlass_core::clients::unwind::*;
        pub use windlass_core::machine::unwind::*;
    }

    /// The architectures that there are back ends for.
    pub const ALL_ARCHITECTURES: &[&str] = &["x86_64"];
}

/// Settings.
pub mod settings {
    pub use windlass_core::settings::*;

    use windlass_core::isa::TargetIsa;
    use windlass_core::verify::Target;

    /// Either only shared settings, or those and a machine.
    #[derive(Clone, Copy)]
    pub struct FlagsOrIsa<'a> {
        /// The shared settings.
        pub flags: &'a Flags,
        /// The machine.
        pub isa: Option<&'a dyn TargetIsa>,
    }

    impl<'a> From<&'a Flags> for FlagsOrIsa<'a> {
        fn from(flags: &'a Flags) -> Self {
            Self { flags, isa: None }
        }
    }

    impl<'a> From<&'a dyn TargetIsa> for FlagsOrIsa<'a> {
        fn from(isa: &'a dyn TargetIsa) -> Self {
            Self { flags: isa.flags(), isa: Some(isa) }
        }
    }

    impl<'a> From<FlagsOrIsa<'a>> for Target<'a> {
        fn from(of: FlagsOrIsa<'a>) -> Self {
            of.isa.map_or_else(|| Target::from(of.flags), Target::from)
        }
    }
}

/// Functions as text.
pub mod write {
    pub use windlass_core::text::{
        FuncWriter, PlainWriter, decorate_function, write_block_header, write_function,
        write_function_spec, write_operands,
    };
}
