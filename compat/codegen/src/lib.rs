//! The code generator under the paths of the interface that other compilers were written for.
//!
//! Everything is [`windlass_core`]'s; here are only the paths that differ, and finding a back end by
//! triple ([`isa::lookup`]), which needs the back ends.
#![forbid(unsafe_code)]

pub use gimli;
pub use windlass_core::entity::packed_option;
pub use windlass_core::text::write_function;
pub use windlass_core::verify as verifier;
pub use windlass_core::verify::verify_function;
pub use windlass_core::*;

pub mod cfg_printer;
pub mod print_errors;

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Offsets into code, and the kinds of relocations.
pub mod binemit {
    pub use windlass_core::CodeInfo;
    pub use windlass_core::binemit::*;
}

/// The IR, with instructions as clients match on them.
pub mod ir {
    pub use windlass_core::ir::formats::{InstructionData, InstructionFormat};
    pub use windlass_core::ir::*;

    /// Instructions by format.
    pub mod instructions {
        pub use windlass_core::ir::formats::{CallInfo, InstructionData, InstructionFormat};
        pub use windlass_core::ir::instructions::*;
        pub use windlass_core::ir::opcodes::Opcode;
    }
}

/// Target machines.
pub mod isa {
    pub use windlass_core::isa::*;
    pub use windlass_isa::{lookup, lookup_by_name};

    /// The architectures that there are back ends for.
    pub const ALL_ARCHITECTURES: &[&str] = &["x86_64"];
}

/// Settings.
pub mod settings {
    pub use windlass_core::isa::FlagsOrIsa;
    pub use windlass_core::settings::*;
}

/// Functions as text.
pub mod write {
    pub use windlass_core::text::{
        FuncWriter, PlainWriter, decorate_function, write_block_header, write_function,
        write_function_spec, write_operands,
    };
}
