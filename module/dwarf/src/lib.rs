//! Tables that unwinders and debuggers read, for code in memory and in object files.
//!
//! [`eh_frame`] describes the frames of functions; [`ExceptionTable`] says where exceptions go on;
//! [`DebugInfo`] has lines, functions, types and variables. All of them write bytes with
//! relocations ([`Section`]): addresses are constants, or numbers of symbols that whoever links
//! gives a meaning. [`SourceLines`] reads the lines that another compiler has written.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod debug;
mod exceptions;
mod frames;
mod section;
mod source_lines;

pub use debug::{
    DebugInfo, Field, FileId, FunctionInfo, LineInfo, Place, PlainFunction, ScalarKind, TypeId,
    UnitInfo, Variable,
};
pub use exceptions::{ExceptionTable, ExceptionTypes, TypeEntry};
pub use frames::{Frame, Personality, PointerForm, debug_frame, eh_frame};
pub use gimli;
pub use gimli::write::Address;
pub use section::{Relocation, Section, Target};
pub use source_lines::{SourceLine, SourceLines};
