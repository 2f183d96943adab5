//! Calls, tables and references.

use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::{Inst, InstBuilder, MemFlags, SigRef, TrapCode, Value, types};

use crate::env::{
    CallPlan, FuncEnvironment, FuncRefLayout, IndirectPlan, Place, TableLength, TypeId,
};
use crate::func::Translation;
use crate::trap;
use crate::types::{FuncIndex, RefType, TableIndex, TypeIndex, ValType};

/// What to call.
enum Callee {
    Direct(windlass_core::ir::FuncRef),
    Indirect(SigRef, Value),
}

impl<E: FuncEnvironment> Translation<'_, E> {
    fn layout(&mut self) -> FuncRefLayout {
        match self.layout {
            Some(layout) => layout,
            None => {
                let layout = self.env.func_ref_layout();
                let layout = self.answer(layout, |_| FuncRefLayout::default());
                *self.layout.insert(layout)
            }
        }
    }

    fn callee_slot(&mut self) -> Place {
        match self.callee_slot {
            Some(place) => place,
            None => {
                let slot = self.env.callee_slot(self.builder.func);
                let slot = self.answer(slot, Self::no_place);
                *self.callee_slot.insert(slot)
            }
        }
    }

    /// Something was called: memories may have moved.
    pub(crate) fn after_call(&mut self) {
        self.base = None;
        // The scan said that nothing is called here, and the base is used further on.
        if self.hoisted_base().is_some() {
            self.disagreement.get_or_insert(self.offset);
        }
    }

    fn callee(&mut self, index: u32) -> Callee {
        let (env, func) = (&mut *self.env, &mut *self.builder.func);
        let plan = self.state.callees.get(index as usize, || env.callee(func, FuncIndex(index)));
        let plan = self.answer(plan, |this| CallPlan::Record {
            record: this.no_place().base,
            signature: this.no_signature(this.info.functions[index as usize]),
        });
        match plan {
            CallPlan::Direct(callee) => Callee::Direct(callee),
            CallPlan::Record { record, signature } => {
                let pointer = self.env.pointer_type();
                let layout = self.layout();
                let slot = self.callee_slot();
                let record = self.builder.ins().symbol_value(pointer, record);
                self.store_place(slot, record, MemFlags::new());
                let code = self.load_record(record, layout.foreign_code);
                Callee::Indirect(signature, code)
            }
        }
    }

    /// The signature of functions that the environment refused to call.
    fn no_signature(&mut self, ty: TypeIndex) -> SigRef {
        let signature = self.env.signature(&self.info.types[ty.index()]);
        self.builder.import_signature(signature)
    }

    /// Loads a pointer from a function's record. Records do not change.
    fn load_record(&mut self, record: Value, offset: i32) -> Value {
        let pointer = self.env.pointer_type();
        self.builder.ins().load(pointer, MemFlags::trusted().with_readonly(), record, offset)
    }

    pub(crate) fn call(&mut self, index: u32) {
        let ty = self.info.functions[index as usize];
        let params = self.info.types[ty.index()].params.len();
        self.widen_top(params);
        let callee = self.callee(index);
        self.emit_call(callee, ty);
    }

    pub(crate) fn return_call(&mut self, index: u32) {
        let ty = self.info.functions[index as usize];
        let params = self.info.types[ty.index()].params.len();
        self.widen_top(params);
        let callee = self.callee(index);
        self.emit_return_call(callee, ty);
    }

    fn emit_call(&mut self, callee: Callee, ty: TypeIndex) {
        let ty = &self.info.types[ty.index()];
        self.budget.spend((ty.params.len() + ty.results.len()) as u64);
        let from = self.state.stack.len() - ty.params.len();
        let args = &self.state.stack[from..];
        let call: Inst = match callee {
            Callee::Direct(callee) => self.builder.ins().call(callee, args),
            Callee::Indirect(signature, code) => {
                self.builder.ins().call_indirect(signature, code, args)
            }
        };
        self.state.stack.truncate(from);
        for (at, result) in ty.results.iter().enumerate() {
            let value = self.builder.func.dfg.inst_results(call)[at];
            self.mark_reference(*result, value);
            self.push(value);
        }
        self.after_call();
    }

    fn emit_return_call(&mut self, callee: Callee, ty: TypeIndex) {
        let params = self.info.types[ty.index()].params.len();
        self.budget.spend(params as u64);
        let from = self.state.stack.len() - params;
        let args = &self.state.stack[from..];
        match callee {
            Callee::Direct(callee) => self.builder.ins().return_call(callee, args),
            Callee::Indirect(signature, code) => {
                self.builder.ins().return_call_indirect(signature, code, args)
            }
        };
        self.reachable = false;
    }

    pub(crate) fn call_indirect(&mut self, ty: u32, table: u32) {
        let callee = self.indirect_callee(ty, table);
        self.emit_call(callee, TypeIndex(ty));
    }

    pub(crate) fn return_call_indirect(&mut self, ty: u32, table: u32) {
        let callee = self.indirect_callee(ty, table);
        self.emit_return_call(callee, TypeIndex(ty));
    }

    /// Takes an index from the stack and checks what the table has there.
    fn indirect_callee(&mut self, ty: u32, table: u32) -> Callee {
        let index = self.pop();
        self.widen_top(self.info.types[ty as usize].params.len());
        let (env, func) = (&mut *self.env, &mut *self.builder.func);
        let plan = self.state.indirect.get(ty as usize, || env.indirect(func, TypeIndex(ty)));
        let plan = self.answer(plan, |this| IndirectPlan {
            signature: this.no_signature(TypeIndex(ty)),
            type_id: TypeId::Constant(0),
        });
        let pointer = self.env.pointer_type();
        let layout = self.layout();
        let own_functions_only = self.table_plan(table).own_functions_only;
        let address = self.element_address(table, index, trap::INDIRECT_OUT_OF_BOUNDS);
        let flags = self.table_plan(table).flags.with_notrap().with_aligned();
        let record = self.builder.ins().load(pointer, flags, address, 0);
        self.builder.ins().trapz(record, trap::INDIRECT_CALL_TO_NULL);
        let flags = MemFlags::trusted().with_readonly();
        let found = self.builder.ins().load(types::I32, flags, record, layout.type_id);
        let expected = match plan.type_id {
            TypeId::Constant(id) => self.iconst(types::I32, i64::from(id)),
            TypeId::Loaded(place) => {
                let flags = MemFlags::new().with_readonly().with_can_move();
                self.load_place(types::I32, place, flags)
            }
        };
        let differs = self.builder.ins().icmp(IntCC::NotEqual, found, expected);
        self.builder.ins().trapnz(differs, trap::BAD_SIGNATURE);
        let code = self.load_record(record, layout.code);
        if own_functions_only {
            return Callee::Indirect(plan.signature, code);
        }
        let foreign = self.load_record(record, layout.foreign_code);
        let context = self.load_record(record, layout.context);
        let own = self.env.context(self.builder.func);
        let own = self.builder.ins().symbol_value(pointer, own);
        let slot = self.callee_slot();
        self.store_place(slot, record, MemFlags::new());
        let is_own = self.builder.ins().icmp(IntCC::Equal, context, own);
        let code = self.builder.ins().select(is_own, code, foreign);
        Callee::Indirect(plan.signature, code)
    }

    /// The address of a table's element; traps with `code` if there is none.
    fn element_address(&mut self, table: u32, index: Value, code: TrapCode) -> Value {
        let plan = self.table_plan(table);
        let pointer = self.env.pointer_type();
        let outside = match plan.length {
            TableLength::Fixed(length) => {
                let length = self.iconst(types::I32, i64::from(length));
                self.builder.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, length)
            }
            TableLength::Loaded(place) => {
                let length = self.load_place(pointer, place, MemFlags::new());
                let wide = self.extend_index(index);
                self.builder.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, wide, length)
            }
        };
        self.builder.ins().trapnz(outside, code);
        let base = self.base_address(plan.base);
        let index = self.extend_index(index);
        let offset = if plan.element_size.is_power_of_two() {
            let shift = plan.element_size.trailing_zeros();
            let shift = self.iconst(types::I32, i64::from(shift));
            self.builder.ins().ishl(index, shift)
        } else {
            let size = self.iconst(pointer, i64::from(plan.element_size));
            self.builder.ins().imul(index, size)
        };
        let address = self.builder.ins().iadd(base, offset);
        if self.guards.tables {
            // Where the processor guesses wrong, element 0.
            self.builder.ins().select_spectre_guard(outside, base, address)
        } else {
            address
        }
    }

    pub(crate) fn table_get(&mut self, table: u32) {
        let index = self.pop();
        let ty = self.info.tables[table as usize].element;
        let address = self.element_address(table, index, trap::TABLE_OUT_OF_BOUNDS);
        let flags = self.table_plan(table).flags.with_notrap().with_aligned();
        let plan = self.env.reference(ty);
        let value = self.builder.ins().load(plan.ty, flags, address, 0);
        let value = if plan.barriers {
            self.env.reference_read(&mut self.builder, ty, value)
        } else {
            value
        };
        self.push_ref(ty, value);
    }

    pub(crate) fn table_set(&mut self, table: u32) {
        let (index, value) = self.pop2();
        let ty = self.info.tables[table as usize].element;
        let address = self.element_address(table, index, trap::TABLE_OUT_OF_BOUNDS);
        let flags = self.table_plan(table).flags.with_notrap().with_aligned();
        let value = if self.env.reference(ty).barriers {
            self.env.reference_write(&mut self.builder, ty, address, value)
        } else {
            value
        };
        self.builder.ins().store(flags, value, address, 0);
    }

    pub(crate) fn table_size(&mut self, table: u32) {
        let pointer = self.env.pointer_type();
        let length = match self.table_plan(table).length {
            TableLength::Fixed(length) => self.iconst(types::I32, i64::from(length)),
            TableLength::Loaded(place) => {
                let length = self.load_place(pointer, place, MemFlags::new());
                self.builder.ins().ireduce(types::I32, length)
            }
        };
        self.push(length);
    }

    pub(crate) fn table_grow(&mut self, table: u32) {
        let (init, delta) = self.pop2();
        let table = TableIndex(table);
        let length = self.env.table_grow(&mut self.builder, table, delta, init);
        let length = self.answer(length, |this| this.iconst(types::I32, -1));
        self.push(length);
        self.after_call();
    }

    pub(crate) fn ref_null(&mut self, ty: RefType) {
        let value = self.env.ref_null(&mut self.builder, ty);
        self.push_ref(ty, value);
    }

    pub(crate) fn ref_is_null(&mut self, ty: RefType) {
        let value = self.pop();
        let is_null = self.env.ref_is_null(&mut self.builder, ty, value);
        self.push(is_null);
    }

    pub(crate) fn ref_func(&mut self, index: u32) {
        let value = self.env.ref_func(&mut self.builder, FuncIndex(index));
        let value = self.answer(value, |this| this.zero(ValType::Ref(RefType::Func)));
        self.mark_reference(ValType::Ref(RefType::Func), value);
        self.push(value);
    }
}
