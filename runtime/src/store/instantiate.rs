//! Instantiation: a module's declarations are made real in a store.

use windlass_core::ir::TrapCode;
use windlass_wasm::module::{ConstExpr, ConstOp, ElementInit, ElementMode};
use windlass_wasm::trap;
use windlass_wasm::types::{DataIndex, EntityIndex, FuncIndex, GlobalIndex};

use crate::Error;
use crate::engine::Engine;
use crate::instance::InstanceData;
use crate::instance::blueprint::Blueprint;
use crate::instance::global::GlobalObject;
use crate::instance::memory::MemoryObject;
use crate::instance::module::Module;
use crate::instance::table::TableObject;
use crate::layout::{
    BUILTINS, BuiltinTable, CALLEE_SLOT, FuncRecord, INSTANCE, MemoryDef, STORE, Slot, TableDef,
};
use crate::store::StoreOpaque;
use crate::store::instance::Extern;
use crate::store::limits::Growing;
use crate::trap::Trap;
use crate::trap::pieces::{self, Interrupted, in_pieces};
use crate::types::{GlobalType, Mutability, ValType};

impl StoreOpaque {
    /// Writes a field of a context.
    ///
    /// # Safety
    ///
    /// The offset is that of a field of type `V` in the context of the instance.
    unsafe fn set_field<V>(&mut self, instance: usize, offset: i32, value: V) {
        // SAFETY: the caller's promise.
        unsafe {
            let context = self.instances[instance].context();
            context.byte_offset(offset as isize).cast::<V>().write(value);
        }
    }

    /// The address of a field of a context.
    fn field(&self, instance: usize, offset: i32) -> *mut u8 {
        // The layout keeps every offset inside of the context.
        self.instances[instance].context().wrapping_byte_offset(offset as isize)
    }

    /// The record of a function of an instance, which escapes or is imported.
    pub(crate) fn record(&self, instance: usize, function: FuncIndex) -> *const FuncRecord {
        let module = self.instances[instance].inner();
        match module.layout.record(function.index()) {
            Some(offset) => self.field(instance, offset).cast(),
            None => {
                let slot = self.field(instance, module.layout.imported_function(function.index()));
                // SAFETY: the field was filled when the instance was made.
                unsafe { *slot.cast::<*const FuncRecord>() }
            }
        }
    }

    /// The value of a constant expression, as bits.
    fn evaluate(&self, instance: usize, expr: &ConstExpr) -> Slot {
        let simple = |op: ConstOp| match op {
            ConstOp::I32Const(n) => Some(Slot::from(n as u32)),
            ConstOp::I64Const(n) => Some(Slot::from(n as u64)),
            ConstOp::F32Const(bits) => Some(Slot::from(bits)),
            ConstOp::F64Const(bits) => Some(Slot::from(bits)),
            ConstOp::GlobalGet(index) => Some(self.global_bits(instance, index)),
            ConstOp::RefNull(_) => Some(0),
            ConstOp::RefFunc(function) => Some(self.record(instance, function) as usize as Slot),
            _ => None,
        };
        // Most expressions are one operation, which needs no stack.
        if let [op] = *expr.ops {
            return simple(op).expect("the expression is valid");
        }
        let mut stack: Vec<Slot> = Vec::new();
        for &op in &expr.ops {
            let value = simple(op).unwrap_or_else(|| {
                let (y, x) = (stack.pop(), stack.pop());
                let (x, y) = x.zip(y).expect("the expression is valid");
                match op {
                    ConstOp::I32Add => Slot::from((x as u32).wrapping_add(y as u32)),
                    ConstOp::I32Sub => Slot::from((x as u32).wrapping_sub(y as u32)),
                    ConstOp::I32Mul => Slot::from((x as u32).wrapping_mul(y as u32)),
                    ConstOp::I64Add => Slot::from((x as u64).wrapping_add(y as u64)),
                    ConstOp::I64Sub => Slot::from((x as u64).wrapping_sub(y as u64)),
                    _ => Slot::from((x as u64).wrapping_mul(y as u64)),
                }
            });
            stack.push(value);
        }
        stack.pop().expect("the expression leaves a value")
    }

    fn global_bits(&self, instance: usize, index: GlobalIndex) -> Slot {
        self.globals[self.instances[instance].global(index)].bits()
    }

    /// Copies elements of a segment into a table, in pieces; `None` if either range is out of
    /// bounds.
    pub(crate) fn init_table(
        &mut self,
        instance: usize,
        table: usize,
        segment: usize,
        to: u32,
        from: u32,
        len: u32,
    ) -> Result<Option<()>, Interrupted> {
        let data = &self.instances[instance];
        let module = data.module().clone();
        let items = &module.inner().info.elements[segment].items;
        let available = data.element_segment_len(segment);
        let (to, from, len) = (to as usize, from as usize, len as usize);
        if from + len > available || to + len > self.tables[table].elements().len() {
            return Ok(None);
        }
        let state = &raw const self.state;
        // SAFETY: the state is part of the store, which is borrowed.
        let interrupted = || unsafe { (*state).is_interrupted() };
        in_pieces(pieces::BYTES / size_of::<u64>(), len, interrupted, |part| {
            for n in part {
                let bits = match items {
                    ElementInit::Functions(functions) => {
                        self.record(instance, functions[from + n]) as usize as u64
                    }
                    ElementInit::Expressions(exprs) => {
                        self.evaluate(instance, &exprs[from + n]) as u64
                    }
                };
                self.tables[table].elements_mut()[to + n] = bits;
            }
        })?;
        Ok(Some(()))
    }

    /// Makes an instance of the module with these imports, in the order of the module's. The record
    /// comes along of the start function, which is still to be run.
    ///
    /// What the instance owns stays in the store even if that fails, because other instances may
    /// refer to it by then.
    pub(crate) fn make_instance(
        &mut self,
        module: &Module,
        imports: &[Extern],
        builtins: &'static BuiltinTable,
    ) -> Result<(usize, Option<FuncRecord>), Error> {
        if !Engine::same(self.engine(), module.engine()) {
            return Err(Error::msg("the module was compiled by another engine than the store's"));
        }
        self.may_instantiate()?;
        let inner = module.inner();
        let blueprint = inner.blueprint()?;
        let data = InstanceData::of(module, blueprint)?;
        let instance = self.instances.len();
        self.instances.push(data);
        self.keep_code(&inner.code);
        let state = &raw mut self.state;
        // SAFETY: these offsets are those of the fixed fields, of the types that compiled code
        // expects there.
        unsafe {
            self.set_field(instance, STORE, state);
            self.set_field(instance, BUILTINS, builtins.as_ptr());
            self.set_field(instance, INSTANCE, instance as u64);
            self.set_field(instance, CALLEE_SLOT, std::ptr::null::<FuncRecord>());
            self.take_imports(instance, module, imports)?;
        }
        self.make_own(instance, module, blueprint)?;
        self.instances[instance].complete = true;
        self.run_segments(instance, module, blueprint)?;
        let start = inner.info.start.map(|start| match blueprint.start {
            Some(record) => FuncRecord { context: self.instances[instance].context(), ..record },
            // SAFETY: an imported function has a record, which its store keeps.
            None => unsafe { *self.record(instance, start) },
        });
        Ok((instance, start))
    }

    /// # Safety
    ///
    /// The instance is one of this module, and the imports fit it.
    unsafe fn take_imports(
        &mut self,
        instance: usize,
        module: &Module,
        imports: &[Extern],
    ) -> Result<(), Error> {
        let layout = &module.inner().layout;
        let mut functions = 0;
        for import in imports {
            // SAFETY: the offsets are those of the arrays of imports.
            unsafe {
                match import {
                    Extern::Func(func) => {
                        let record = func.record(self)?;
                        let offset = layout.imported_function(functions);
                        self.set_field(instance, offset, record);
                        functions += 1;
                    }
                    Extern::Table(table) => {
                        let number = table.index(self)?;
                        let n = self.instances[instance].tables.len();
                        let def = self.tables[number].def();
                        self.set_field(instance, layout.imported_table(n), def);
                        self.instances[instance].tables.push(number);
                    }
                    Extern::Memory(memory) => {
                        let number = memory.index(self)?;
                        let n = self.instances[instance].memories.len();
                        let def = self.memories[number].def();
                        self.set_field(instance, layout.imported_memory(n), def);
                        self.instances[instance].memories.push(number);
                    }
                    Extern::Global(global) => {
                        let number = global.index(self)?;
                        let n = self.instances[instance].globals.len();
                        let cell = self.globals[number].cell();
                        self.set_field(instance, layout.imported_global(n), cell);
                        self.instances[instance].globals.push(number);
                    }
                }
            }
        }
        Ok(())
    }

    /// Makes the tables, memories and globals that the module defines.
    fn make_own(
        &mut self,
        instance: usize,
        module: &Module,
        blueprint: &Blueprint,
    ) -> Result<(), Error> {
        let inner = module.inner();
        let (info, layout) = (&inner.info, &inner.layout);
        for (n, ty) in info.tables[info.imported_tables..].iter().enumerate() {
            self.may_make(Growing::Table, ty.minimum as usize, ty.maximum.map(|n| n as usize))?;
            let table = match self.instances[instance].own_tables.pop() {
                Some(mut table) => {
                    table.renew();
                    table
                }
                None => {
                    let def = self.field(instance, layout.table(n)).cast::<TableDef>();
                    // SAFETY: the definition is in the context, which lives as long as the store;
                    // null is an element of every table.
                    Box::new(unsafe { TableObject::new(*ty, 0, Some(def))? })
                }
            };
            let context = self.instances[instance].context();
            let number = self.add_table(table, instance as u32);
            // SAFETY: the context is the instance's, with its imports.
            unsafe { blueprint.tables[n].write(self.tables[number].elements_mut(), context) };
            self.instances[instance].tables.push(number);
        }
        for (n, ty) in info.memories[info.imported_memories..].iter().enumerate() {
            let bytes = |pages: u64| pages.saturating_mul(1 << ty.page_size_log2) as usize;
            self.may_make(Growing::Memory, bytes(ty.minimum), ty.maximum.map(bytes))?;
            let setup = &blueprint.memories[n];
            let memory = match self.instances[instance].own_memories.pop() {
                Some(mut memory) => {
                    memory.renew(setup)?;
                    memory
                }
                None => {
                    let def = self.field(instance, layout.memory(n)).cast::<MemoryDef>();
                    let engine = self.engine();
                    // SAFETY: the definition is in the context, which lives as long as the store.
                    Box::new(unsafe { MemoryObject::new(engine, *ty, Some(def), Some(setup))? })
                }
            };
            let number = self.add_memory(memory, instance as u32);
            self.instances[instance].memories.push(number);
        }
        for (n, ty) in info.globals[info.imported_globals..].iter().enumerate() {
            let cell = self.field(instance, layout.global(n)).cast::<Slot>();
            let value = self.evaluate(instance, &info.global_inits[n]);
            let ty = GlobalType::new(
                ValType::from_wasm(ty.content),
                if ty.mutable { Mutability::Var } else { Mutability::Const },
            );
            // SAFETY: the cell is in the context, aligned as a slot.
            let global = unsafe {
                cell.write(value);
                GlobalObject::in_context(ty, cell)
            };
            self.globals.push(global);
            let number = self.globals.len() - 1;
            self.instances[instance].globals.push(number);
        }
        Ok(())
    }

    /// Copies active segments that are in no image, elements first, each checked when its turn
    /// comes.
    fn run_segments(
        &mut self,
        instance: usize,
        module: &Module,
        blueprint: &Blueprint,
    ) -> Result<(), Error> {
        let info = &module.inner().info;
        for (n, segment) in info.elements.iter().enumerate() {
            match &segment.mode {
                ElementMode::Active { table, offset } => {
                    if n >= blueprint.first_element {
                        let to = self.evaluate(instance, offset) as u32;
                        let table = self.instances[instance].table(*table);
                        let len = segment.items.len() as u32;
                        self.init_table(instance, table, n, to, 0, len)?
                            .ok_or_else(|| Error::new(Trap::new(trap::TABLE_OUT_OF_BOUNDS)))?;
                    }
                    self.instances[instance].drop_elements(n);
                }
                ElementMode::Declared => self.instances[instance].drop_elements(n),
                ElementMode::Passive => {}
            }
        }
        for (n, segment) in info.data.iter().enumerate() {
            let Some((memory, offset)) = &segment.active else { continue };
            if n >= blueprint.first_data {
                let to = self.evaluate(instance, offset) as u32 as usize;
                let memory = self.instances[instance].memory(*memory);
                let bytes = self.instances[instance].data_segment(DataIndex::new(n).index());
                self.memories[memory].reach(to, bytes.len())?;
                let target = self.memories[memory].range_mut(to, bytes.len());
                target
                    .ok_or_else(|| Error::new(Trap::new(TrapCode::HEAP_OUT_OF_BOUNDS)))?
                    .copy_from_slice(bytes);
            }
            self.instances[instance].drop_data(n);
        }
        Ok(())
    }
}

/// Names of the kinds, for messages.
pub(crate) fn entity_kind(entity: EntityIndex) -> &'static str {
    match entity {
        EntityIndex::Func(_) => "a function",
        EntityIndex::Table(_) => "a table",
        EntityIndex::Memory(_) => "a memory",
        EntityIndex::Global(_) => "a global",
    }
}

/// Names of the kinds, for messages.
fn kind(definition: &Extern) -> &'static str {
    match definition {
        Extern::Func(_) => "a function",
        Extern::Table(_) => "a table",
        Extern::Memory(_) => "a memory",
        Extern::Global(_) => "a global",
    }
}

/// The error of an import that asks for something else than what it is given. Types are shown as
/// WebAssembly text.
pub(crate) fn incompatible(wanted: &str, found: &str) -> Error {
    Error::msg(format!("incompatible import type: expected {wanted}, found {found}"))
}

/// Whether limits (present or least size, greatest size) fit what an import asks for.
fn limits_fit(given: (u64, Option<u64>), wanted: (u64, Option<u64>)) -> bool {
    given.0 >= wanted.0
        && wanted.1.is_none_or(|wanted| given.1.is_some_and(|given| given <= wanted))
}

/// Checks that a definition fits an import.
pub(crate) fn check_import(
    store: &StoreOpaque,
    module: &Module,
    entity: EntityIndex,
    given: &Extern,
) -> Result<(), Error> {
    let info = &module.inner().info;
    match (entity, given) {
        (EntityIndex::Func(index), Extern::Func(func)) => {
            let wanted = module.inner().blueprint()?;
            let wanted = wanted.type_ids[info.functions[index.index()].index()];
            // SAFETY: the record belongs to the store, which was checked.
            let found = unsafe { (*func.record(store)?).type_id };
            if wanted != found {
                let found = store.engine().types().of(found);
                return Err(incompatible(&info.func_type(index).wat(), &found.wat()));
            }
        }
        (EntityIndex::Table(index), Extern::Table(table)) => {
            let wanted = info.tables[index.index()];
            let found = store.tables[table.index(store)?].ty();
            let widen = |limit: Option<u32>| limit.map(u64::from);
            let fits = limits_fit(
                (found.minimum.into(), widen(found.maximum)),
                (wanted.minimum.into(), widen(wanted.maximum)),
            );
            if wanted.element != found.element || !fits {
                return Err(incompatible(&wanted.wat(), &found.wat()));
            }
        }
        (EntityIndex::Memory(index), Extern::Memory(memory)) => {
            let wanted = info.memories[index.index()];
            let found = store.memories[memory.index(store)?].ty();
            let fits = limits_fit((found.minimum, found.maximum), (wanted.minimum, wanted.maximum));
            if !fits || wanted.page_size_log2 != found.page_size_log2 {
                return Err(incompatible(&wanted.wat(), &found.wat()));
            }
        }
        (EntityIndex::Global(index), Extern::Global(global)) => {
            let wanted = info.globals[index.index()];
            let found = store.globals[global.index(store)?].ty().to_wasm();
            if wanted != found {
                return Err(incompatible(&wanted.wat(), &found.wat()));
            }
        }
        (wanted, given) => {
            return Err(incompatible(entity_kind(wanted), kind(given)));
        }
    }
    Ok(())
}
