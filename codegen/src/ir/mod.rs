//! The intermediate representation.

pub mod condcodes;
pub mod entities;
mod floats;
pub mod immediates;
mod memflags;
mod trapcode;
pub mod types;

pub use condcodes::{FloatCC, IntCC};
pub use entities::*;
pub use immediates::{
    Ieee16, Ieee32, Ieee64, Ieee128, Imm64, Offset32, Uimm8, Uimm32, Uimm64, V128Imm,
};
pub use memflags::{Endianness, MemFlags, MemFlagsData};
pub use trapcode::TrapCode;
pub use types::Type;
