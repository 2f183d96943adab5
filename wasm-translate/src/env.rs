//! What an embedder says about its world: the environment trait.
//!
//! The translator turns the body of a Wasm function into IR; everything that depends on the
//! runtime comes through [`FuncEnvironment`]. Most of it is data: a *plan* for a memory, a table,
//! a global, a callee says where things lie, and the translator emits the IR itself. The rest
//! (growing, bulk operations, references) are methods that emit IR. A plan is asked for at most
//! once for each function and entity, when the entity is first met; global values, signatures and
//! function references that a plan names belong to the function then being translated.
//!
//! # The context
//! Wasm code has the calling convention `tail`, has no context parameter, and finds the context
//! of its instance in the pinned register: `gvN = vmctx`. Wasm code never changes that register. The
//! code that the host enters by sets it, and `foreign_code` (below) changes it for a call into
//! another instance.
//!
//! # Functions as values
//! A funcref is a pointer to a record, or 0 for null; a table of funcref is an array of them.
//! A record holds, at offsets which [`FuncRefLayout`] names:
//! * `code`: entry of the function, convention `tail`, for callers that run in its context;
//! * `context`: the context that `code` needs in the pinned register;
//! * `type_id`: 32 bits that are equal for two functions exactly if their types are;
//! * `foreign_code`: entry for callers that run in any other context, same signature. It finds the
//!   record through the *callee slot* of the caller's context (the pinned register still holds
//!   that context), changes the pinned register, calls, and restores it.
//!
//! `call_indirect` checks the index, null, `type_id`, stores the record into the callee slot,
//! chooses `code` if `context` is its own, else `foreign_code`, and calls what it chose: no
//! branch but the checks. A call of an import stores the record and calls `foreign_code`.
//! A function of the host has `foreign_code` too, and a `context` that no instance has.

use windlass_core::ir::{FuncRef, Function, GlobalValue, MemFlags, SigRef, Signature, Type, Value};
use windlass_frontend::FunctionBuilder;

use crate::types::{
    DataIndex, DefinedFuncIndex, ElemIndex, FuncIndex, FuncType, GlobalIndex, MemoryIndex, RefType,
    TableIndex, TypeIndex, ValType,
};

/// A field in memory: at a byte offset from the value of a global value.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its value is the address from which the offset counts.
    pub base: GlobalValue,
    /// Distance in bytes.
    pub offset: i32,
}

/// How one linear memory is reached.
#[derive(Clone, Copy, Debug)]
pub struct MemoryPlan {
    /// Address of its first byte.
    pub base: MemoryBase,
    /// The field with its length in bytes, 64 bits wide.
    pub length: Place,
    /// Whether accesses must be checked.
    pub bound: MemoryBound,
    /// The length that it has at the least, in bytes, at any time.
    pub minimum: u64,
    /// Base-two logarithm of the page size.
    pub page_size_log2: u32,
    /// Flags for every access: byte order and alias region. The translator adds alignment and
    /// trap code itself.
    pub flags: MemFlags,
}

/// Where the address of a memory comes from.
#[derive(Clone, Copy, Debug)]
pub enum MemoryBase {
    /// The memory never moves: the value of this global value, which is read-only.
    Fixed(GlobalValue),
    /// The memory may move when it grows: this field is loaded for each use.
    Moving(Place),
}

/// How an access outside of a memory is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryBound {
    /// The memory has 4 GiB of address space and this many bytes behind, and touching what it does
    /// not own raises a fault that becomes a trap. Accesses whose static offset and size keep them
    /// inside of that need no check.
    Reserved {
        /// Bytes behind the 4 GiB.
        guard: u64,
    },
    /// Each access is compared with the length.
    Checked,
}

/// How one table is reached.
#[derive(Clone, Copy, Debug)]
pub struct TablePlan {
    /// Address of element 0: a read-only global value, or a field where the table may move.
    pub base: MemoryBase,
    /// Its length in elements.
    pub length: TableLength,
    /// Distance in bytes between two elements; the element's type is the reference's.
    pub element_size: u32,
    /// Flags for every access, such as an alias region.
    pub flags: MemFlags,
    /// Whether every function in it belongs to the instance that calls through it, so that
    /// `call_indirect` may use `code` without looking at `context`.
    pub own_functions_only: bool,
}

/// The length of a table.
#[derive(Clone, Copy, Debug)]
pub enum TableLength {
    /// It never changes.
    Fixed(u32),
    /// A field, 64 bits wide, in elements.
    Loaded(Place),
}

/// How one global is reached.
#[derive(Clone, Copy, Debug)]
pub enum GlobalPlan {
    /// In memory.
    Memory {
        /// Where its value lies.
        place: Place,
        /// Flags for every access, such as `readonly` or an alias region. `notrap aligned` are
        /// added.
        flags: MemFlags,
    },
    /// A constant of integer or float type, by its bits.
    Constant(u64),
    /// The methods [`FuncEnvironment::global_get`] and [`FuncEnvironment::global_set`] do it.
    Custom,
}

/// How a function that a body calls by its index is called.
#[derive(Clone, Copy, Debug)]
pub enum CallPlan {
    /// It runs in the caller's context: a direct call.
    Direct(FuncRef),
    /// By its record, as an import: the record goes to the callee slot, then `foreign_code` is
    /// called.
    Record {
        /// The value of this global value is the address of the record.
        record: GlobalValue,
        /// The signature to call with.
        signature: SigRef,
    },
}

/// How a function of a given type is called through a table.
#[derive(Clone, Copy, Debug)]
pub struct IndirectPlan {
    /// The signature to call with.
    pub signature: SigRef,
    /// The type's number.
    pub type_id: TypeId,
}

/// The number that stands for a function type while the program runs.
#[derive(Clone, Copy, Debug)]
pub enum TypeId {
    /// Known now.
    Constant(u32),
    /// A field of 32 bits that never changes.
    Loaded(Place),
}

/// Offsets in a function's record.
#[derive(Clone, Copy, Debug, Default)]
pub struct FuncRefLayout {
    /// Entry for callers in the same context.
    pub code: i32,
    /// The context that `code` needs.
    pub context: i32,
    /// The number of the function's type, 32 bits.
    pub type_id: i32,
    /// Entry for callers in another context.
    pub foreign_code: i32,
    /// Size of a record.
    pub size: u32,
}

/// How references of one type are represented.
#[derive(Clone, Copy, Debug)]
pub struct ReferencePlan {
    /// The type in IR: a pointer, or a 32-bit index. Null is 0, unless
    /// [`FuncEnvironment::ref_null`] says otherwise.
    pub ty: Type,
    /// Whether live references must be found by stack maps at calls.
    pub stack_maps: bool,
    /// Whether [`FuncEnvironment::reference_read`] and [`FuncEnvironment::reference_write`] are to
    /// be called around accesses to tables and globals.
    pub barriers: bool,
}

/// The signature of Wasm functions of a type, with references of these types in IR.
pub fn signature(ty: &FuncType, reference: impl Fn(RefType) -> Type) -> Signature {
    use windlass_core::ir::AbiParam;
    let mut signature = Signature::new(windlass_core::isa::CallConv::Tail);
    let param = |ty: &ValType| AbiParam::new(value_type(*ty, &reference));
    signature.params.extend(ty.params.iter().map(param));
    signature.returns.extend(ty.results.iter().map(param));
    signature
}

/// The type in IR of values of a type, with references of these types.
pub fn value_type(ty: ValType, reference: impl Fn(RefType) -> Type) -> Type {
    use windlass_core::ir::types;
    match ty {
        ValType::I32 => types::I32,
        ValType::I64 => types::I64,
        ValType::F32 => types::F32,
        ValType::F64 => types::F64,
        ValType::V128 => types::I8X16,
        ValType::Ref(ty) => reference(ty),
    }
}

/// What an environment does not do: a function that needs it is refused with
/// [`WasmError::Unsupported`](crate::WasmError::Unsupported), at the instruction that asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    /// Because of `what`, in words that fit behind "not supported: ".
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// Because the environment does not implement a method.
    fn method(name: &str) -> Self {
        Self(format!("the environment does not implement `FuncEnvironment::{name}`"))
    }

    pub(crate) fn into_message(self) -> String {
        self.0
    }
}

/// What an environment answers, or that it refuses.
pub type Answer<T> = Result<T, Refusal>;

/// What an embedder says about the world of the functions that are translated.
///
/// Five methods must be implemented; with them, functions that compute, access memories and
/// globals and call each other are translated. The others refuse, so that an instruction that needs
/// one is an error that names it, or answer what suits most environments.
///
/// One environment serves the functions of one thread, one after the other; its answers must
/// depend on the module and the function alone, so that the code does not depend on the number
/// of threads.
pub trait FuncEnvironment {
    /// A new function begins: entities of the one before are gone. The environment may declare
    /// global values and set `func.stack_limit` here.
    fn start_function(&mut self, func: &mut Function, index: DefinedFuncIndex);

    /// The global value with the context of the running instance (`gvN = vmctx`).
    fn context(&mut self, func: &mut Function) -> GlobalValue;

    /// The type of pointers.
    fn pointer_type(&self) -> Type {
        windlass_core::ir::types::I64
    }

    /// The signature of Wasm functions of a type.
    fn signature(&self, ty: &FuncType) -> Signature {
        signature(ty, |ty| self.reference(ty).ty)
    }

    /// The type in IR of values of a type.
    fn value_type(&self, ty: ValType) -> Type {
        value_type(ty, |ty| self.reference(ty).ty)
    }

    /// How references are represented. Functions must be pointers to records.
    fn reference(&self, ty: RefType) -> ReferencePlan {
        let _ = ty;
        ReferencePlan { ty: self.pointer_type(), stack_maps: false, barriers: false }
    }

    /// How a memory is reached.
    fn memory(&mut self, func: &mut Function, index: MemoryIndex) -> Answer<MemoryPlan>;

    /// How a table is reached.
    fn table(&mut self, func: &mut Function, index: TableIndex) -> Answer<TablePlan> {
        let _ = (func, index);
        Err(Refusal::method("table"))
    }

    /// How a global is reached.
    fn global(&mut self, func: &mut Function, index: GlobalIndex) -> Answer<GlobalPlan>;

    /// How a function is called.
    fn callee(&mut self, func: &mut Function, index: FuncIndex) -> Answer<CallPlan>;

    /// How functions of a type are called indirectly.
    fn indirect(&mut self, func: &mut Function, index: TypeIndex) -> Answer<IndirectPlan> {
        let _ = (func, index);
        Err(Refusal::method("indirect"))
    }

    /// Offsets in the records of functions.
    fn func_ref_layout(&self) -> Answer<FuncRefLayout> {
        Err(Refusal::method("func_ref_layout"))
    }

    /// The field of the context that takes the record of a callee in another context.
    fn callee_slot(&mut self, func: &mut Function) -> Answer<Place> {
        let _ = func;
        Err(Refusal::method("callee_slot"))
    }

    /// `memory.grow`: the length in pages before, or -1. `delta` and result are i32.
    fn memory_grow(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        memory: MemoryIndex,
        delta: Value,
    ) -> Answer<Value> {
        let _ = (builder, memory, delta);
        Err(Refusal::method("memory_grow"))
    }

    /// `memory.fill` of a range that is in bounds: a pointer, an i32 whose low byte it is, and a
    /// number of bytes of the size of a pointer.
    fn memory_fill(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        address: Value,
        byte: Value,
        length: Value,
    ) -> Answer<()> {
        let _ = (builder, address, byte, length);
        Err(Refusal::method("memory_fill"))
    }

    /// `memory.copy` between ranges that are in bounds and may overlap: two pointers, and a number
    /// of bytes of the size of a pointer.
    fn memory_copy(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let _ = (builder, target, source, length);
        Err(Refusal::method("memory_copy"))
    }

    /// `memory.init`: three i32, the address, the place in the segment and the length.
    fn memory_init(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        memory: MemoryIndex,
        segment: DataIndex,
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let _ = (builder, memory, segment, target, source, length);
        Err(Refusal::method("memory_init"))
    }

    /// `data.drop`.
    fn data_drop(&mut self, builder: &mut FunctionBuilder<'_>, segment: DataIndex) -> Answer<()> {
        let _ = (builder, segment);
        Err(Refusal::method("data_drop"))
    }

    /// `table.grow`: the length before, or -1. `delta` and result are i32.
    fn table_grow(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        delta: Value,
        init: Value,
    ) -> Answer<Value> {
        let _ = (builder, table, delta, init);
        Err(Refusal::method("table_grow"))
    }

    /// `table.fill`: from which index, what, how many.
    fn table_fill(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        start: Value,
        value: Value,
        length: Value,
    ) -> Answer<()> {
        let _ = (builder, table, start, value, length);
        Err(Refusal::method("table_fill"))
    }

    /// `table.copy`: tables, indexes of target and source, how many.
    fn table_copy(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        tables: (TableIndex, TableIndex),
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let _ = (builder, tables, target, source, length);
        Err(Refusal::method("table_copy"))
    }

    /// `table.init`: table and segment, index in the table, index in the segment, how many.
    fn table_init(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        segment: ElemIndex,
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let _ = (builder, table, segment, target, source, length);
        Err(Refusal::method("table_init"))
    }

    /// `elem.drop`.
    fn elem_drop(&mut self, builder: &mut FunctionBuilder<'_>, segment: ElemIndex) -> Answer<()> {
        let _ = (builder, segment);
        Err(Refusal::method("elem_drop"))
    }

    /// `ref.func`: the address of the function's record.
    fn ref_func(&mut self, builder: &mut FunctionBuilder<'_>, index: FuncIndex) -> Answer<Value> {
        let _ = (builder, index);
        Err(Refusal::method("ref_func"))
    }

    /// `ref.null`.
    fn ref_null(&mut self, builder: &mut FunctionBuilder<'_>, ty: RefType) -> Value {
        use windlass_core::ir::InstBuilder;
        let ty = self.reference(ty).ty;
        builder.ins().iconst(ty, 0)
    }

    /// `ref.is_null`: an i32, 0 or 1.
    fn ref_is_null(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        ty: RefType,
        value: Value,
    ) -> Value {
        use windlass_core::ir::{InstBuilder, condcodes::IntCC, types};
        let null = self.ref_null(builder, ty);
        let is_null = builder.ins().icmp(IntCC::Equal, value, null);
        builder.ins().uextend(types::I32, is_null)
    }

    /// A reference was loaded from a table or a global: what the program sees of it.
    fn reference_read(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        ty: RefType,
        value: Value,
    ) -> Value {
        let _ = (builder, ty);
        value
    }

    /// A reference is about to be stored at `address`, in place of what is there: what to store.
    fn reference_write(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        ty: RefType,
        address: Value,
        value: Value,
    ) -> Value {
        let _ = (builder, ty, address);
        value
    }

    /// `global.get` of a global with the plan [`GlobalPlan::Custom`].
    fn global_get(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        index: GlobalIndex,
    ) -> Answer<Value> {
        let _ = (builder, index);
        Err(Refusal::method("global_get"))
    }

    /// `global.set` of a global with the plan [`GlobalPlan::Custom`].
    fn global_set(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        index: GlobalIndex,
        value: Value,
    ) -> Answer<()> {
        let _ = (builder, index, value);
        Err(Refusal::method("global_set"))
    }

    /// The entry block is current and holds nothing but the parameters and locals.
    fn function_entry(&mut self, builder: &mut FunctionBuilder<'_>) {
        let _ = builder;
    }

    /// The header of a loop is current and empty.
    fn loop_header(&mut self, builder: &mut FunctionBuilder<'_>) {
        let _ = builder;
    }
}
