//! The context of an instance: what compiled code finds behind the pinned register.
//!
//! This is the only place that knows offsets. A context starts with fixed fields, then has arrays
//! whose lengths follow from the module. It never moves while its store lives, so addresses into
//! it may be kept.

use std::sync::atomic::{AtomicU32, Ordering};

use windlass_core::ir::LibCall;
use windlass_wasm::ModuleInfo;
use windlass_wasm::env::FuncRefLayout;

use crate::sync::cells::Word;

/// The lowest address that the stack may reach.
pub const STACK_LIMIT: i32 = 0;
/// The record of the function that is being called in another context.
pub const CALLEE_SLOT: i32 = 8;
/// Address of the store's state, see [`StoreState`].
pub const STORE: i32 = 16;
/// Address of the table of builtin functions.
pub const BUILTINS: i32 = 24;
/// The number of the instance in its store.
pub const INSTANCE: i32 = 32;
/// Where the arrays begin.
const ARRAYS: u32 = 48;

/// What code relies on in contexts and records, as one word: code made for another does not run
/// here.
pub fn fingerprint() -> String {
    let fields = [
        STACK_LIMIT,
        CALLEE_SLOT,
        STORE,
        BUILTINS,
        INSTANCE,
        ARRAYS as i32,
        RECORD_SIZE as i32,
        ELEMENT_SIZE as i32,
        GLOBAL_SIZE as i32,
        DEF_SIZE as i32,
        FUNC_REF.code,
        FUNC_REF.context,
        FUNC_REF.type_id,
        FUNC_REF.foreign_code,
        std::mem::offset_of!(FuncRecord, entry) as i32,
        std::mem::offset_of!(FuncRecord, host) as i32,
        size_of::<StoreState>() as i32,
        SLOT_SIZE as i32,
        TABLE_ENTRIES as i32,
        BUILTIN_SIGNATURES,
    ];
    fields.map(|n| n.to_string()).join(".")
}

/// Counts changes of what builtins take and return, which no other number shows.
const BUILTIN_SIGNATURES: i32 = 2;

/// What the store shows to compiled code.
#[repr(C)]
#[derive(Debug)]
pub struct StoreState {
    /// The frame pointer of the trampoline through which Wasm code last called the host.
    pub exit_fp: Word,
    /// Not 0 once the deadline has passed: whoever goes back to Wasm code traps instead.
    pub interrupted: AtomicU32,
    /// Not 0 if a memory of the store may be closed: then addresses in memories are not given to
    /// the C library before the host has looked.
    pub closed: AtomicU32,
}

impl StoreState {
    /// Whether the deadline has passed, as far as this thread was told.
    #[inline]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) != 0
    }
}

/// A linear memory as compiled code sees it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct MemoryDef {
    /// The first byte.
    pub base: *mut u8,
    /// The length in bytes.
    pub length: u64,
}

/// A table as compiled code sees it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TableDef {
    /// Element 0.
    pub base: *mut u64,
    /// The length in elements.
    pub length: u64,
}

/// A function as a value: what a funcref points to.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FuncRecord {
    /// Entry for callers in the same context; of a host function the Rust function behind it.
    pub code: *const u8,
    /// The context that `code` needs; null for a host function.
    pub context: *mut u8,
    /// The number of the function's type in the engine.
    pub type_id: u32,
    /// Entry for callers in another context.
    pub foreign_code: *const u8,
    /// The trampoline through which the host calls the function.
    pub entry: *const u8,
    /// The host function as stores keep it, of which code knows no more than the address; null for
    /// a Wasm function.
    pub host: *const (),
}

/// A slot: an argument or result on its way between the host and Wasm.
pub type Slot = u128;

/// Bytes of a slot.
pub const SLOT_SIZE: usize = size_of::<Slot>();
/// Bytes of a record.
pub const RECORD_SIZE: u32 = size_of::<FuncRecord>() as u32;
/// Bytes between elements of a table.
pub const ELEMENT_SIZE: u32 = 8;
/// Bytes of a global's cell.
pub const GLOBAL_SIZE: u32 = 16;
/// Bytes of a memory's or table's definition.
pub const DEF_SIZE: u32 = 16;
/// Bytes of a pointer.
const POINTER: u32 = 8;

/// Offsets in a record, for the translator.
pub const FUNC_REF: FuncRefLayout = FuncRefLayout {
    code: std::mem::offset_of!(FuncRecord, code) as i32,
    context: std::mem::offset_of!(FuncRecord, context) as i32,
    type_id: std::mem::offset_of!(FuncRecord, type_id) as i32,
    foreign_code: std::mem::offset_of!(FuncRecord, foreign_code) as i32,
    size: RECORD_SIZE,
};

/// Offsets of the arrays in the contexts of one module.
#[derive(Clone, Debug)]
pub struct Layout {
    types: u32,
    imported_functions: u32,
    imported_tables: u32,
    imported_memories: u32,
    imported_globals: u32,
    tables: u32,
    memories: u32,
    globals: u32,
    records: u32,
    /// For each function, the number of its record, or `u32::MAX`.
    record_of: Vec<u32>,
    /// Bytes of a context.
    pub size: u32,
}

impl Layout {
    /// The layout for a module; `None` if a context would be larger than 2 GiB.
    pub fn new(info: &ModuleInfo) -> Option<Self> {
        let mut at: u64 = u64::from(ARRAYS);
        let mut array = |count: usize, size: u32| -> Option<u32> {
            let start = at.next_multiple_of(u64::from(size.min(16)));
            at = start + count as u64 * u64::from(size);
            (at <= i32::MAX as u64).then_some(start as u32)
        };
        // What hot code reads comes first: small offsets make short instructions.
        let memories = array(info.memories.len() - info.imported_memories, DEF_SIZE)?;
        let imported_memories = array(info.imported_memories, POINTER)?;
        let tables = array(info.tables.len() - info.imported_tables, DEF_SIZE)?;
        let imported_tables = array(info.imported_tables, POINTER)?;
        let globals = array(info.globals.len() - info.imported_globals, GLOBAL_SIZE)?;
        let imported_globals = array(info.imported_globals, POINTER)?;
        let imported_functions = array(info.imported_functions, POINTER)?;
        let types = array(info.types.len(), 4)?;
        let mut record_of = vec![u32::MAX; info.functions.len()];
        let mut count = 0;
        for (index, escapes) in info.escaping.iter().enumerate() {
            if *escapes && index >= info.imported_functions {
                record_of[index] = count;
                count += 1;
            }
        }
        let records = array(count as usize, 16)?;
        at = u64::from(records) + u64::from(count) * u64::from(RECORD_SIZE);
        let size = u32::try_from(at).ok().filter(|size| *size <= i32::MAX as u32)?;
        Some(Self {
            types,
            imported_functions,
            imported_tables,
            imported_memories,
            imported_globals,
            tables,
            memories,
            globals,
            records,
            record_of,
            size,
        })
    }

    /// The engine's number of a type of the module.
    pub fn type_id(&self, index: usize) -> i32 {
        (self.types + index as u32 * 4) as i32
    }

    /// The pointer to the record of an imported function.
    pub fn imported_function(&self, index: usize) -> i32 {
        (self.imported_functions + index as u32 * POINTER) as i32
    }

    /// The pointer to the definition of an imported table.
    pub fn imported_table(&self, index: usize) -> i32 {
        (self.imported_tables + index as u32 * POINTER) as i32
    }

    /// The pointer to the definition of an imported memory.
    pub fn imported_memory(&self, index: usize) -> i32 {
        (self.imported_memories + index as u32 * POINTER) as i32
    }

    /// The pointer to the cell of an imported global.
    pub fn imported_global(&self, index: usize) -> i32 {
        (self.imported_globals + index as u32 * POINTER) as i32
    }

    /// The definition of a table of the module's own, counted without imports.
    pub fn table(&self, index: usize) -> i32 {
        (self.tables + index as u32 * DEF_SIZE) as i32
    }

    /// The definition of a memory of the module's own, counted without imports.
    pub fn memory(&self, index: usize) -> i32 {
        (self.memories + index as u32 * DEF_SIZE) as i32
    }

    /// The cell of a global of the module's own, counted without imports.
    pub fn global(&self, index: usize) -> i32 {
        (self.globals + index as u32 * GLOBAL_SIZE) as i32
    }

    /// The record of a function of the module's own (by its index among all functions), if it may
    /// become a value.
    pub fn record(&self, function: usize) -> Option<i32> {
        let number = self.record_of[function];
        (number != u32::MAX).then(|| (self.records + number * RECORD_SIZE) as i32)
    }

    /// All functions that have records, with the offsets of these.
    pub fn records(&self) -> impl Iterator<Item = (usize, i32)> + '_ {
        (0..self.record_of.len()).filter_map(|f| Some((f, self.record(f)?)))
    }
}

/// The functions of the table behind [`BUILTINS`], in the order of their addresses there. Behind them
/// come those of [`LIBCALLS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Builtin {
    /// `(context, memory, pages) -> pages before, or -1`
    MemoryGrow,
    /// `(address, byte, length)`
    FillBytes,
    /// `(target address, source address, length)`
    CopyBytes,
    /// `(context, memory, segment, target, source, length) -> out of bounds`
    MemoryInit,
    /// `(context, segment) -> 0`
    DataDrop,
    /// `(context, table, elements, value) -> elements before, or -1`
    TableGrow,
    /// `(context, table, start, value, length) -> out of bounds`
    TableFill,
    /// `(context, target table, source table, target, source, length) -> out of bounds`
    TableCopy,
    /// `(context, table, segment, target, source, length) -> out of bounds`
    TableInit,
    /// `(context, segment) -> 0`
    ElemDrop,
}

impl Builtin {
    /// Offset of its address in the table.
    pub fn offset(self) -> i32 {
        self as i32 * POINTER as i32
    }
}

/// Number of [`Builtin`]s.
const COUNT: usize = Builtin::ElemDrop as usize + 1;

/// The functions of the C library that code may call, in the order of their places in the table.
pub const LIBCALLS: [LibCall; 8] = [
    LibCall::CeilF32,
    LibCall::CeilF64,
    LibCall::FloorF32,
    LibCall::FloorF64,
    LibCall::TruncF32,
    LibCall::TruncF64,
    LibCall::NearestF32,
    LibCall::NearestF64,
];

/// Number of entries of the table.
const TABLE_ENTRIES: usize = COUNT + LIBCALLS.len();

/// The table of builtin functions.
pub type BuiltinTable = [Address; TABLE_ENTRIES];

/// The address of a function of this program, for compiled code.
#[repr(transparent)]
#[derive(Debug)]
pub struct Address(pub *const ());

// SAFETY: the address of a function may be read from any thread.
unsafe impl Sync for Address {}

/// The offset of a library function's address in the table, if code of Wasm modules may call it.
pub fn libcall_offset(call: LibCall) -> Option<i32> {
    let place = LIBCALLS.iter().position(|&known| known == call)?;
    Some(((COUNT + place) * POINTER as usize) as i32)
}

/// How linear memories are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MemoryPlan {
    /// A range of addresses with guard pages: accesses need no check.
    #[default]
    Reserved,
    /// At any address, as large as it is: every access is checked.
    Checked,
}

/// Address space of a reserved memory: what 32 bits reach. Under Miri, which runs no Wasm code,
/// address space is memory, of which there is less.
pub const RESERVED: u64 = if cfg!(miri) { 1 << 20 } else { 1 << 32 };
/// Address space behind it that is never accessible: accesses with smaller static offsets need no
/// check.
pub const GUARD: u64 = RESERVED / 2;
