//! The IR of Windlass, its text form, verifier, interpreter and the machine-independent half of
//! every back end. The modules stand in the order in which data flows through them.
#![forbid(unsafe_code)]

pub mod control;
pub mod entity;

pub mod ir;
pub mod settings;

pub mod analysis;
pub mod budget;
pub mod semantics;
pub mod text;

pub mod interpret;
pub mod opt;
pub mod verify;

pub mod result;

pub mod machine;

pub mod isa;

pub mod passes;
pub mod testfile;

pub mod dump;
pub mod timing;

pub mod compile;

pub mod context;

#[cfg(feature = "clients")]
pub mod clients;

/// A hash map with a fast hash that does not depend on the process.
pub type FxHashMap<K, V> = hashbrown::HashMap<K, V, rustc_hash::FxBuildHasher>;
/// A hash set with a fast hash that does not depend on the process.
pub type FxHashSet<V> = hashbrown::HashSet<V, rustc_hash::FxBuildHasher>;

pub use analysis::{dominator_tree, flowgraph, loop_analysis, traversals};
pub use context::Context;
pub use ir::{cursor, data_value};
pub use machine::buffer::{
    CodeBuffer, ExceptionContextLoc, FinalizedMachCallSite, FinalizedMachExceptionHandler,
    FinalizedMachReloc, FinalizedRelocTarget, MachSrcLoc, MachTrap,
};
pub use machine::code::{
    CodeInfo, CompileStats, CompiledCode, LabelValueLoc, ValueLabelsRanges, ValueLocRange,
};
pub use machine::reloc as binemit;
pub use result::{CodegenError, CodegenResult, CompileError, CompileResult};
