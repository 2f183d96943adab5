//! The world as compiled code sees it: the translator's environment for this runtime's contexts.

use std::sync::Arc;

use windlass_core::ir::immediates::Offset32;
use windlass_core::ir::{
    AbiParam, ExtFuncData, ExternalName, Function, GlobalValue, GlobalValueData, Inst, InstBuilder,
    MemFlags, SigRef, Signature, TrapCode, Type, UserExternalName, Value, types,
};
use windlass_core::isa::CallConv;
use windlass_frontend::FunctionBuilder;
use windlass_wasm::env::{
    Answer, CallPlan, FuncEnvironment, FuncRefLayout, GlobalPlan, IndirectPlan, MemoryBase,
    MemoryBound, MemoryPlan, Place, ReferencePlan, TableLength, TablePlan, TypeId,
};
use windlass_wasm::module::ConstOp;
use windlass_wasm::types::{
    DataIndex, DefinedFuncIndex, ElemIndex, EntityIndex, FuncIndex, FuncType, GlobalIndex,
    MemoryIndex, RefType, TableIndex, TypeIndex, ValType,
};
use windlass_wasm::{ModuleInfo, trap};

use crate::layout::{
    BUILTINS, Builtin, CALLEE_SLOT, ELEMENT_SIZE, FUNC_REF, GUARD, Layout, MemoryPlan as Plan,
    RESERVED, STACK_LIMIT,
};

/// The environment of one thread that compiles functions of a module.
#[derive(Debug)]
pub struct Environment<'a> {
    info: &'a ModuleInfo,
    layout: Arc<Layout>,
    plan: Plan,
    /// That of builtins.
    convention: CallConv,
    own_functions_only: bool,
    context: Option<GlobalValue>,
}

/// Flags of a field that exists and never changes while a function runs.
fn constant() -> MemFlags {
    MemFlags::trusted().with_readonly().with_can_move()
}

/// The bits of a global that the module defines as a number and that never changes.
fn constant_global(info: &ModuleInfo, index: GlobalIndex) -> Option<u64> {
    let own = index.index().checked_sub(info.imported_globals)?;
    if info.globals[index.index()].mutable {
        return None;
    }
    match *info.global_inits[own].ops {
        [ConstOp::I32Const(n)] => Some(u64::from(n as u32)),
        [ConstOp::I64Const(n)] => Some(n as u64),
        [ConstOp::F32Const(bits)] => Some(u64::from(bits)),
        [ConstOp::F64Const(bits)] => Some(bits),
        _ => None,
    }
}

/// Whether no function of another instance or of the host can ever be in a table of this module:
/// there is no way for one to come in as a value, and no table that others can reach.
fn own_functions_only(info: &ModuleInfo) -> bool {
    let funcref = ValType::Ref(RefType::Func);
    let crosses = |ty: &FuncType| ty.params.contains(&funcref) || ty.results.contains(&funcref);
    let shared_table = |index: usize| info.tables[index].element == RefType::Func;
    let shared_global = |index: usize| info.globals[index].content == funcref;
    let exported = |entity: EntityIndex| match entity {
        EntityIndex::Table(index) => shared_table(index.index()),
        EntityIndex::Global(index) => shared_global(index.index()),
        EntityIndex::Func(_) | EntityIndex::Memory(_) => false,
    };
    !(info.types.iter().any(crosses)
        || info.escaping[..info.imported_functions].contains(&true)
        || (0..info.imported_tables).any(shared_table)
        || (0..info.imported_globals).any(shared_global)
        || info.exports.iter().any(|export| exported(export.entity)))
}

impl<'a> Environment<'a> {
    /// The environment for functions of this module.
    pub fn new(
        info: &'a ModuleInfo,
        layout: Arc<Layout>,
        plan: Plan,
        convention: CallConv,
    ) -> Self {
        let own_functions_only = own_functions_only(info);
        Self { info, layout, plan, convention, own_functions_only, context: None }
    }

    fn base(&mut self, func: &mut Function) -> GlobalValue {
        *self.context.get_or_insert_with(|| func.create_global_value(GlobalValueData::VMContext))
    }

    fn field(&mut self, func: &mut Function, offset: i32) -> Place {
        Place { base: self.base(func), offset }
    }

    /// The value of a pointer field that never changes.
    fn pointer(&mut self, func: &mut Function, offset: i32) -> GlobalValue {
        let base = self.base(func);
        func.create_global_value(GlobalValueData::Load {
            base,
            offset: Offset32::new(offset),
            global_type: types::I64,
            flags: constant(),
        })
    }

    /// The definition (address and length) of a memory or table, in the context or behind a
    /// pointer of it.
    fn definition(
        &mut self,
        func: &mut Function,
        index: usize,
        imported: usize,
        own: fn(&Layout, usize) -> i32,
        import: fn(&Layout, usize) -> i32,
    ) -> (Place, Place) {
        let base = if index < imported {
            let offset = import(&self.layout, index);
            Place { base: self.pointer(func, offset), offset: 0 }
        } else {
            let offset = own(&self.layout, index - imported);
            self.field(func, offset)
        };
        (base, Place { base: base.base, offset: base.offset + 8 })
    }

    /// Calls a builtin function with the context and these arguments.
    fn builtin(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        builtin: Builtin,
        args: &[Value],
    ) -> Value {
        let context = self.base(builder.func);
        let mut all = vec![builder.ins().symbol_value(types::I64, context)];
        all.extend_from_slice(args);
        let call = self.call_builtin(builder, builtin, &all, &[types::I32]);
        builder.inst_results(call)[0]
    }

    fn call_builtin(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        builtin: Builtin,
        args: &[Value],
        results: &[Type],
    ) -> Inst {
        let table = self.pointer(builder.func, BUILTINS);
        let mut signature = Signature::new(self.convention);
        for &arg in args {
            signature.params.push(AbiParam::new(builder.func.dfg.value_type(arg)));
        }
        signature.returns.extend(results.iter().map(|&ty| AbiParam::new(ty)));
        let signature = builder.import_signature(signature);
        let table = builder.ins().symbol_value(types::I64, table);
        let callee = builder.ins().load(types::I64, constant(), table, builtin.offset());
        builder.ins().call_indirect(signature, callee, args)
    }

    /// As [`Self::builtin`]; its result says whether to trap.
    fn checked_builtin(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        builtin: Builtin,
        args: &[Value],
        code: TrapCode,
    ) {
        let failed = self.builtin(builder, builtin, args);
        builder.ins().trapnz(failed, code);
    }

    fn number(&self, builder: &mut FunctionBuilder<'_>, n: u32) -> Value {
        builder.ins().iconst(types::I32, i64::from(n))
    }

    fn signature_ref(&self, func: &mut Function, ty: TypeIndex) -> SigRef {
        let signature = self.signature(&self.info.types[ty.index()]);
        func.import_signature(signature)
    }
}

/// The type in IR of references: the address of a record, or the index of a value of the host; 0
/// for null.
pub fn reference_type(ty: RefType) -> Type {
    match ty {
        RefType::Func => types::I64,
        RefType::Extern => types::I32,
    }
}

impl FuncEnvironment for Environment<'_> {
    fn start_function(&mut self, func: &mut Function, _index: DefinedFuncIndex) {
        self.context = None;
        let base = self.base(func);
        let limit = func.create_global_value(GlobalValueData::Load {
            base,
            offset: Offset32::new(STACK_LIMIT),
            global_type: types::I64,
            flags: MemFlags::trusted(),
        });
        func.stack_limit = Some(limit);
    }

    fn context(&mut self, func: &mut Function) -> GlobalValue {
        self.base(func)
    }

    fn reference(&self, ty: RefType) -> ReferencePlan {
        ReferencePlan { ty: reference_type(ty), stack_maps: false, barriers: false }
    }

    fn memory(&mut self, func: &mut Function, index: MemoryIndex) -> Answer<MemoryPlan> {
        let ty = self.info.memories[index.index()];
        let (base, length) = self.definition(
            func,
            index.index(),
            self.info.imported_memories,
            Layout::memory,
            Layout::imported_memory,
        );
        let (base, bound) = match self.plan {
            Plan::Reserved => {
                let fixed = func.create_global_value(GlobalValueData::Load {
                    base: base.base,
                    offset: Offset32::new(base.offset),
                    global_type: types::I64,
                    flags: constant(),
                });
                (MemoryBase::Fixed(fixed), MemoryBound::Reserved { guard: GUARD })
            }
            Plan::Checked => (MemoryBase::Moving(base), MemoryBound::Checked),
        };
        debug_assert_eq!(RESERVED, 1 << 32);
        Ok(MemoryPlan {
            base,
            length,
            bound,
            minimum: ty.minimum.saturating_mul(1 << ty.page_size_log2),
            page_size_log2: ty.page_size_log2,
            flags: MemFlags::new(),
        })
    }

    fn table(&mut self, func: &mut Function, index: TableIndex) -> Answer<TablePlan> {
        let ty = self.info.tables[index.index()];
        let (base, length) = self.definition(
            func,
            index.index(),
            self.info.imported_tables,
            Layout::table,
            Layout::imported_table,
        );
        let own = index.index() >= self.info.imported_tables;
        let fixed = ty.maximum == Some(ty.minimum) && own;
        // A table that cannot grow does not move either.
        let base = if fixed {
            MemoryBase::Fixed(self.pointer(func, base.offset))
        } else {
            MemoryBase::Moving(base)
        };
        Ok(TablePlan {
            base,
            length: if fixed {
                TableLength::Fixed(ty.minimum)
            } else {
                TableLength::Loaded(length)
            },
            element_size: ELEMENT_SIZE,
            flags: MemFlags::new(),
            own_functions_only: self.own_functions_only,
        })
    }

    fn global(&mut self, func: &mut Function, index: GlobalIndex) -> Answer<GlobalPlan> {
        let ty = self.info.globals[index.index()];
        if let Some(bits) = constant_global(self.info, index) {
            return Ok(GlobalPlan::Constant(bits));
        }
        let place = match index.index().checked_sub(self.info.imported_globals) {
            Some(own) => {
                let offset = self.layout.global(own);
                self.field(func, offset)
            }
            None => {
                let offset = self.layout.imported_global(index.index());
                Place { base: self.pointer(func, offset), offset: 0 }
            }
        };
        let flags = if ty.mutable { MemFlags::trusted() } else { constant() };
        Ok(GlobalPlan::Memory { place, flags })
    }

    fn callee(&mut self, func: &mut Function, index: FuncIndex) -> Answer<CallPlan> {
        let signature = self.signature_ref(func, self.info.functions[index.index()]);
        if index.index() < self.info.imported_functions {
            let offset = self.layout.imported_function(index.index());
            return Ok(CallPlan::Record { record: self.pointer(func, offset), signature });
        }
        let name = UserExternalName { namespace: 0, index: index.0 };
        let name = func.declare_imported_user_function(name);
        Ok(CallPlan::Direct(func.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: true,
        })))
    }

    fn indirect(&mut self, func: &mut Function, index: TypeIndex) -> Answer<IndirectPlan> {
        let signature = self.signature_ref(func, index);
        let offset = self.layout.type_id(index.index());
        Ok(IndirectPlan { signature, type_id: TypeId::Loaded(self.field(func, offset)) })
    }

    fn func_ref_layout(&self) -> Answer<FuncRefLayout> {
        Ok(FUNC_REF)
    }

    fn callee_slot(&mut self, func: &mut Function) -> Answer<Place> {
        Ok(self.field(func, CALLEE_SLOT))
    }

    fn memory_grow(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        memory: MemoryIndex,
        delta: Value,
    ) -> Answer<Value> {
        let memory = self.number(builder, memory.0);
        Ok(self.builtin(builder, Builtin::MemoryGrow, &[memory, delta]))
    }

    fn memory_fill(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        address: Value,
        byte: Value,
        length: Value,
    ) -> Answer<()> {
        self.call_builtin(builder, Builtin::FillBytes, &[address, byte, length], &[]);
        Ok(())
    }

    fn memory_copy(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        self.call_builtin(builder, Builtin::CopyBytes, &[target, source, length], &[]);
        Ok(())
    }

    fn memory_init(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        memory: MemoryIndex,
        segment: DataIndex,
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let memory = self.number(builder, memory.0);
        let segment = self.number(builder, segment.0);
        let args = [memory, segment, target, source, length];
        self.checked_builtin(builder, Builtin::MemoryInit, &args, TrapCode::HEAP_OUT_OF_BOUNDS);
        Ok(())
    }

    fn data_drop(&mut self, builder: &mut FunctionBuilder<'_>, segment: DataIndex) -> Answer<()> {
        let segment = self.number(builder, segment.0);
        self.builtin(builder, Builtin::DataDrop, &[segment]);
        Ok(())
    }

    fn table_grow(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        delta: Value,
        init: Value,
    ) -> Answer<Value> {
        let table = self.number(builder, table.0);
        let init = widen(builder, init);
        Ok(self.builtin(builder, Builtin::TableGrow, &[table, delta, init]))
    }

    fn table_fill(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        start: Value,
        value: Value,
        length: Value,
    ) -> Answer<()> {
        let table = self.number(builder, table.0);
        let value = widen(builder, value);
        let args = [table, start, value, length];
        self.checked_builtin(builder, Builtin::TableFill, &args, trap::TABLE_OUT_OF_BOUNDS);
        Ok(())
    }

    fn table_copy(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        tables: (TableIndex, TableIndex),
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let to = self.number(builder, tables.0.0);
        let from = self.number(builder, tables.1.0);
        let args = [to, from, target, source, length];
        self.checked_builtin(builder, Builtin::TableCopy, &args, trap::TABLE_OUT_OF_BOUNDS);
        Ok(())
    }

    fn table_init(
        &mut self,
        builder: &mut FunctionBuilder<'_>,
        table: TableIndex,
        segment: ElemIndex,
        target: Value,
        source: Value,
        length: Value,
    ) -> Answer<()> {
        let table = self.number(builder, table.0);
        let segment = self.number(builder, segment.0);
        let args = [table, segment, target, source, length];
        self.checked_builtin(builder, Builtin::TableInit, &args, trap::TABLE_OUT_OF_BOUNDS);
        Ok(())
    }

    fn elem_drop(&mut self, builder: &mut FunctionBuilder<'_>, segment: ElemIndex) -> Answer<()> {
        let segment = self.number(builder, segment.0);
        self.builtin(builder, Builtin::ElemDrop, &[segment]);
        Ok(())
    }

    fn ref_func(&mut self, builder: &mut FunctionBuilder<'_>, index: FuncIndex) -> Answer<Value> {
        let record = match self.layout.record(index.index()) {
            Some(offset) => {
                let base = self.base(builder.func);
                builder.func.create_global_value(GlobalValueData::IAddImm {
                    base,
                    offset: i64::from(offset).into(),
                    global_type: types::I64,
                })
            }
            None => {
                // Validation admits `ref.func` of declared functions alone, and every declared
                // function of the module's own has a record: this one is imported.
                let offset = self.layout.imported_function(index.index());
                self.pointer(builder.func, offset)
            }
        };
        Ok(builder.ins().symbol_value(types::I64, record))
    }
}

/// A reference as a builtin takes it: 64 bits.
fn widen(builder: &mut FunctionBuilder<'_>, value: Value) -> Value {
    if builder.func.dfg.value_type(value) == types::I64 {
        value
    } else {
        builder.ins().uextend(types::I64, value)
    }
}
