//! Accesses to linear memories and globals.
//!
//! An address is the memory's base plus the index, zero-extended, with the static offset in the
//! access, so that a back end can make one operand of it. The base is kept as a value only where
//! nothing can change it: within a block up to the next call, and in loops and functions without
//! calls, in front of which it is computed once.

use wasmparser::MemArgTarget;
use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::{InstBuilder, MemFlags, Opcode, TrapCode, Type, Value, types};

use crate::env::{
    FuncEnvironment, GlobalPlan, MemoryBase, MemoryBound, MemoryPlan, Place, TableLength, TablePlan,
};
use crate::func::Translation;
use crate::types::{GlobalIndex, MemoryIndex, TableIndex, ValType};

/// Nothing is ever mapped below this address, so an access that a guard sends to the null pointer
/// may keep an offset below it.
const NOTHING_BELOW: u64 = 4096;

/// How many extended indexes are remembered.
pub(crate) const EXTENDED: usize = 32;

/// An index that was zero-extended.
#[derive(Clone, Copy)]
pub(crate) struct Extended {
    pub index: Value,
    pub value: Value,
    /// The stretch of code in which it holds.
    pub region: u32,
}

/// Where to access, and how.
pub(crate) struct Access {
    pub address: Value,
    pub offset: i32,
    pub flags: MemFlags,
}

impl<E: FuncEnvironment> Translation<'_, E> {
    pub(crate) fn memory_plan(&mut self, index: u32) -> MemoryPlan {
        let (env, func) = (&mut *self.env, &mut *self.builder.func);
        let plan = self.state.memories.get(index as usize, || env.memory(func, MemoryIndex(index)));
        self.answer(plan, |this| {
            let length = this.no_place();
            MemoryPlan {
                base: MemoryBase::Fixed(length.base),
                length,
                bound: MemoryBound::Checked,
                minimum: 0,
                page_size_log2: 16,
                flags: MemFlags::new(),
            }
        })
    }

    pub(crate) fn table_plan(&mut self, index: u32) -> TablePlan {
        let (env, func) = (&mut *self.env, &mut *self.builder.func);
        let plan = self.state.tables.get(index as usize, || env.table(func, TableIndex(index)));
        self.answer(plan, |this| TablePlan {
            base: MemoryBase::Fixed(this.no_place().base),
            length: TableLength::Fixed(0),
            element_size: 8,
            flags: MemFlags::new(),
            own_functions_only: true,
        })
    }

    pub(crate) fn iconst(&mut self, ty: Type, value: i64) -> Value {
        self.builder.ins().iconst(ty, value)
    }

    /// Loads a field of the runtime.
    pub(crate) fn load_place(&mut self, ty: Type, place: Place, flags: MemFlags) -> Value {
        let pointer = self.env.pointer_type();
        let address = self.builder.ins().symbol_value(pointer, place.base);
        let flags = flags.with_notrap().with_aligned();
        self.builder.ins().load(ty, flags, address, place.offset)
    }

    /// Stores into a field of the runtime.
    pub(crate) fn store_place(&mut self, place: Place, value: Value, flags: MemFlags) {
        let pointer = self.env.pointer_type();
        let address = self.builder.ins().symbol_value(pointer, place.base);
        let flags = flags.with_notrap().with_aligned();
        self.builder.ins().store(flags, value, address, place.offset);
    }

    pub(crate) fn base_address(&mut self, base: MemoryBase) -> Value {
        let pointer = self.env.pointer_type();
        match base {
            MemoryBase::Fixed(global) => self.builder.ins().symbol_value(pointer, global),
            MemoryBase::Moving(place) => self.load_place(pointer, place, MemFlags::new()),
        }
    }

    /// Makes the base of memory 0 known here.
    pub(crate) fn load_base(&mut self) {
        if self.base.is_none() && !self.info.memories.is_empty() {
            let plan = self.memory_plan(0);
            self.base = Some(self.base_address(plan.base));
        }
    }

    pub(crate) fn memory_base(&mut self, index: u32, plan: &MemoryPlan) -> Value {
        if index != 0 {
            return self.base_address(plan.base);
        }
        if self.base.is_none() {
            self.base = Some(self.base_address(plan.base));
        }
        self.base.expect("the base was just computed")
    }

    /// The number, if a value is a constant.
    pub(crate) fn constant(&self, value: Value) -> Option<u64> {
        let inst = self.builder.func.dfg.value_def(value).inst()?;
        let data = &self.builder.func.dfg[inst];
        (data.opcode == Opcode::Iconst).then(|| data.imm_bits())
    }

    /// Takes an address from the stack and prepares an access of `size` bytes.
    pub(crate) fn access(&mut self, memarg: &wasmparser::MemArg, size: u64) -> Access {
        let index = self.pop();
        self.access_at(index, memarg, size)
    }

    pub(crate) fn access_at(
        &mut self,
        index: Value,
        memarg: &wasmparser::MemArg,
        size: u64,
    ) -> Access {
        let memory = match memarg.target {
            MemArgTarget::Memory(memory) => memory,
            MemArgTarget::Array(_) => unreachable!("the validator refuses arrays"),
        };
        let plan = self.memory_plan(memory);
        let end = memarg.offset + size;
        if let Some(index) = self.constant(index)
            && let Ok(offset) = i32::try_from(index + memarg.offset)
            && index + end <= plan.minimum
        {
            let address = self.memory_base(memory, &plan);
            return Access { address, offset, flags: plan.flags.with_notrap() };
        }
        let pointer = self.env.pointer_type();
        let index = self.extend_index(index);
        let outside = match plan.bound {
            MemoryBound::Reserved { guard } if end <= guard => None,
            MemoryBound::Reserved { .. } | MemoryBound::Checked => {
                let end = self.iconst(pointer, end as i64);
                let last = self.builder.ins().iadd(index, end);
                let length = self.load_place(pointer, plan.length, MemFlags::new());
                let outside = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, last, length);
                self.builder.ins().trapnz(outside, TrapCode::HEAP_OUT_OF_BOUNDS);
                Some(outside)
            }
        };
        let base = self.memory_base(memory, &plan);
        let mut address = self.builder.ins().iadd(base, index);
        let guard = outside.filter(|_| self.guards.memories);
        let offset = match i32::try_from(memarg.offset) {
            Ok(offset) if guard.is_none() || end <= NOTHING_BELOW => offset,
            _ => {
                let offset = self.iconst(pointer, memarg.offset as i64);
                address = self.builder.ins().iadd(address, offset);
                0
            }
        };
        if let Some(outside) = guard {
            let null = self.iconst(pointer, 0);
            address = self.builder.ins().select_spectre_guard(outside, null, address);
        }
        let flags = if outside.is_some() { plan.flags.with_notrap() } else { plan.flags };
        Access { address, offset, flags }
    }

    /// Zero-extends an index; one that was extended since control last met is found again.
    pub(crate) fn extend_index(&mut self, index: Value) -> Value {
        let slot = index.as_u32() as usize % EXTENDED;
        let found = self.extended[slot];
        if found.index == index && found.region == self.region {
            return found.value;
        }
        let pointer = self.env.pointer_type();
        let value = self.builder.ins().uextend(pointer, index);
        self.extended[slot] = Extended { index, value, region: self.region };
        value
    }

    /// A load of a whole value.
    pub(crate) fn load(&mut self, memarg: &wasmparser::MemArg, ty: Type) {
        let access = self.access(memarg, u64::from(ty.bytes()));
        let value = self.builder.ins().load(ty, access.flags, access.address, access.offset);
        self.push(value);
    }

    /// A load that extends; `opcode` is one of the extending loads.
    pub(crate) fn load_extend(&mut self, memarg: &wasmparser::MemArg, opcode: Opcode, ty: Type) {
        let size = match opcode {
            Opcode::Uload8 | Opcode::Sload8 => 1,
            Opcode::Uload16 | Opcode::Sload16 => 2,
            _ => 4,
        };
        let Access { address, offset, flags } = self.access(memarg, size);
        let ins = self.builder.ins();
        let value = match opcode {
            Opcode::Uload8 => ins.uload8(ty, flags, address, offset),
            Opcode::Sload8 => ins.sload8(ty, flags, address, offset),
            Opcode::Uload16 => ins.uload16(ty, flags, address, offset),
            Opcode::Sload16 => ins.sload16(ty, flags, address, offset),
            Opcode::Uload32 => ins.uload32(flags, address, offset),
            _ => ins.sload32(flags, address, offset),
        };
        self.push(value);
    }

    /// A store of a whole value, or of its low `size` bytes.
    pub(crate) fn store(&mut self, memarg: &wasmparser::MemArg, size: u32) {
        let value = self.pop();
        let Access { address, offset, flags } = self.access(memarg, u64::from(size));
        let whole = self.value_type(value).bytes() == size;
        let ins = self.builder.ins();
        match size {
            _ if whole => ins.store(flags, value, address, offset),
            1 => ins.istore8(flags, value, address, offset),
            2 => ins.istore16(flags, value, address, offset),
            _ => ins.istore32(flags, value, address, offset),
        };
    }

    pub(crate) fn memory_size(&mut self, index: u32) {
        let plan = self.memory_plan(index);
        let pointer = self.env.pointer_type();
        let length = self.load_place(pointer, plan.length, MemFlags::new());
        let shift = self.iconst(types::I32, i64::from(plan.page_size_log2));
        let pages = self.builder.ins().ushr(length, shift);
        let pages = self.builder.ins().ireduce(types::I32, pages);
        self.push(pages);
    }

    fn global_plan(&mut self, index: u32) -> GlobalPlan {
        let (env, func) = (&mut *self.env, &mut *self.builder.func);
        let plan = self.state.globals.get(index as usize, || env.global(func, GlobalIndex(index)));
        self.answer(plan, |this| GlobalPlan::Memory {
            place: this.no_place(),
            flags: MemFlags::new(),
        })
    }

    pub(crate) fn global_get(&mut self, index: u32) {
        let content = self.info.globals[index as usize].content;
        let ty = self.env.value_type(content);
        let value = match self.global_plan(index) {
            GlobalPlan::Memory { place, flags } => self.load_place(ty, place, flags),
            GlobalPlan::Constant(bits) => match content {
                ValType::F32 => {
                    let bits = windlass_core::ir::immediates::Ieee32::with_bits(bits as u32);
                    self.builder.ins().f32const(bits)
                }
                ValType::F64 => {
                    let bits = windlass_core::ir::immediates::Ieee64::with_bits(bits);
                    self.builder.ins().f64const(bits)
                }
                _ => self.iconst(ty, bits as i64),
            },
            GlobalPlan::Custom => {
                let value = self.env.global_get(&mut self.builder, GlobalIndex(index));
                let value = self.answer(value, |this| this.zero(content));
                self.push(value);
                return;
            }
        };
        let value = match content {
            ValType::Ref(ty) if self.env.reference(ty).barriers => {
                self.env.reference_read(&mut self.builder, ty, value)
            }
            _ => value,
        };
        self.mark_reference(content, value);
        self.push(value);
    }

    pub(crate) fn global_set(&mut self, index: u32) {
        let value = self.pop();
        let content = self.info.globals[index as usize].content;
        match self.global_plan(index) {
            GlobalPlan::Memory { place, flags } => {
                let value = match content {
                    ValType::Ref(ty) if self.env.reference(ty).barriers => {
                        let pointer = self.env.pointer_type();
                        let base = self.builder.ins().symbol_value(pointer, place.base);
                        let offset = self.iconst(pointer, i64::from(place.offset));
                        let address = self.builder.ins().iadd(base, offset);
                        self.env.reference_write(&mut self.builder, ty, address, value)
                    }
                    _ => value,
                };
                self.store_place(place, value, flags);
            }
            GlobalPlan::Constant(_) => {
                unreachable!("the validator refuses to set an immutable global")
            }
            GlobalPlan::Custom => {
                let set = self.env.global_set(&mut self.builder, GlobalIndex(index), value);
                self.answer(set, |_| ());
            }
        }
    }
}
