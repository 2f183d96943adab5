//! The IR of Windlass, its text form, verifier, interpreter and the machine-independent half of
//! every back end. The modules stand in the order in which data flows through them.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod binemit;
pub mod budget;
pub mod compile;
pub mod context;
pub mod control;
pub mod cursor;
pub mod data_value;
pub mod dump;
pub mod entity;
pub mod interpret;
pub mod ir;
pub mod isa;
pub mod machine;
pub mod opt;
pub mod passes;
pub mod result;
pub mod semantics;
pub mod settings;
pub mod text;
pub mod timing;
pub mod verify;

/// A hash map with a fast hash that does not depend on the process.
pub type FxHashMap<K, V> = hashbrown::HashMap<K, V, rustc_hash::FxBuildHasher>;
/// A hash set with a fast hash that does not depend on the process.
pub type FxHashSet<V> = hashbrown::HashSet<V, rustc_hash::FxBuildHasher>;

pub use analysis::{dominator_tree, flowgraph, loop_analysis, traversals};
pub use compile::{CodeInfo, CompiledCode, LabelValueLoc, ValueLabelsRanges, ValueLocRange};
pub use context::Context;
pub use machine::buffer::{
    CodeBuffer, ExceptionContextLoc, FinalizedMachCallSite, FinalizedMachExceptionHandler,
    FinalizedMachReloc, FinalizedRelocTarget, MachSrcLoc, MachTrap,
};
pub use result::{CodegenError, CodegenResult, CompileError, CompileResult};
