//! Accesses to stack slots, through all shapes of addresses.
//!
//! What holds: every access stays in its slot and every slot is filled with zeros at the start.
//! Addresses are never offered as values.

use super::{BYTE, CONTEXT_SIZE, EXTENDING, Generator};
use windlass_core::ir::types::{I8, I16, I32, I64, I128};
use windlass_core::ir::{
    AtomicRmwOp, GlobalValueData, InstBuilder, MemFlags, StackSlotData, StackSlotKind, Type, Value,
};

/// The largest access in bytes.
const WIDEST: u32 = 16;

impl Generator<'_> {
    /// Declares the stack slots and fills them.
    pub(super) fn make_slots(&mut self) {
        for number in 0..self.rng.range(1, 2) {
            let size = self.rng.pick(if number == 0 { &[128u32, 256] } else { &[64, 128, 256] });
            let shift = self.rng.pick(&[0u8, 3, 4]);
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, shift);
            let slot = self.func.create_sized_stack_slot(data);
            let mut cursor = self.cursor();
            let zero = cursor.ins().iconst(I64, 0);
            let base = cursor.ins().stack_addr(I64, slot, 0);
            for offset in (0..size).step_by(8) {
                cursor.ins().store(MemFlags::new(), zero, base, offset as i32);
            }
            self.slots.push((slot, size));
        }
    }

    /// An address and an offset that together are a multiple of `scale` in a slot.
    fn address(&mut self, scale: u32) -> Option<(Value, i32)> {
        if !self.pointers.is_empty() && self.rng.one_in(3) {
            let pointer = self.rng.pick(&self.pointers);
            let places = (CONTEXT_SIZE - WIDEST) / scale;
            return Some((pointer, (self.rng.below(places as usize + 1) as u32 * scale) as i32));
        }
        if self.slots.is_empty() {
            return None;
        }
        let (slot, size) = self.rng.pick(&self.slots);
        let in_half = |generator: &mut Self| {
            let places = (size / 2 - WIDEST) / scale;
            (generator.rng.below(places as usize + 1) as u32 * scale) as i32
        };
        let (first, second) = (in_half(self), in_half(self));
        if self.rng.one_in(3) {
            let base = self.cursor().ins().stack_addr(I64, slot, first);
            return Some((base, second));
        }
        if self.rng.one_in(4) {
            // From the middle of the slot downwards.
            let middle = self.cursor().ins().stack_addr(I64, slot, (size / 2) as i32);
            return Some((middle, -first - scale as i32));
        }
        let base = self.cursor().ins().stack_addr(I64, slot, first);
        let index = self.index(size / 2, scale);
        let sum = if self.rng.one_in(4) {
            self.cursor().ins().iadd(index, base)
        } else {
            self.cursor().ins().iadd(base, index)
        };
        if self.rng.one_in(3) {
            let more = self.cursor().ins().iconst(I64, i64::from(scale));
            let sum = self.cursor().ins().iadd(sum, more);
            return Some((sum, -(scale as i32)));
        }
        Some((sum, 0))
    }

    /// A multiple of `scale` below `limit - WIDEST`, computed from some value, as an i64.
    fn index(&mut self, limit: u32, scale: u32) -> Value {
        let places = ((limit - WIDEST) / scale).next_power_of_two() / 2;
        let mask = i64::from(places.max(1) - 1);
        let ty = self.rng.pick(&[I32, I64]);
        let any = self.value(ty);
        let mask = self.cursor().ins().iconst(ty, mask);
        let mut index = self.cursor().ins().band(any, mask);
        let shift = i64::from(scale.trailing_zeros());
        let early = self.rng.one_in(2);
        if early {
            index = self.scaled(index, ty, shift);
        }
        if ty == I32 {
            index = if self.rng.one_in(3) {
                self.cursor().ins().sextend(I64, index)
            } else {
                self.cursor().ins().uextend(I64, index)
            };
        }
        if early { index } else { self.scaled(index, I64, shift) }
    }

    fn scaled(&mut self, index: Value, ty: Type, shift: i64) -> Value {
        if self.rng.one_in(2) {
            let amount_type = self.rng.pick(&[I8, I32, I64]);
            let amount = self.cursor().ins().iconst(amount_type, shift);
            self.cursor().ins().ishl(index, amount)
        } else {
            let factor = self.cursor().ins().iconst(ty, 1 << shift);
            self.cursor().ins().imul(index, factor)
        }
    }

    fn flags(&mut self, may_be_aligned: bool) -> MemFlags {
        let mut flags = MemFlags::new();
        if self.rng.one_in(2) {
            flags.set_notrap();
        }
        if may_be_aligned && self.rng.one_in(3) {
            flags.set_aligned();
        }
        flags
    }

    /// A load, a store or an atomic operation.
    pub(super) fn memory(&mut self) {
        let ty = self.any_type();
        let scale = if ty.bytes() <= 8 && self.rng.one_in(2) { ty.bytes() } else { 1 };
        let Some((address, offset)) = self.address(scale.max(1)) else { return self.operation() };
        // Slots are aligned to 8 bytes, so multiples of a scale up to 8 are aligned.
        let flags = self.flags(scale == ty.bytes());
        match self.rng.below(8) {
            0..=2 => {
                let value = self.value(ty);
                self.cursor().ins().store(flags, value, address, offset);
            }
            3 => self.narrowing_store(address, offset),
            4 => self.extending_load(address, offset),
            5 => self.atomic(),
            _ => {
                let value = self.cursor().ins().load(ty, flags, address, offset);
                self.offer(value);
            }
        }
    }

    /// The address that a callee gets as its context: a slot, or what this function got.
    pub(super) fn context_for_callee(&mut self) -> Value {
        if !self.pointers.is_empty() && self.rng.one_in(2) {
            return self.rng.pick(&self.pointers);
        }
        self.slot_address(CONTEXT_SIZE)
    }

    /// The address of so many bytes of a slot; no slot is smaller than 64 bytes, and the first one
    /// has 128.
    pub(super) fn slot_address(&mut self, bytes: u32) -> Value {
        let fitting: Vec<_> =
            self.slots.iter().copied().filter(|&(_, size)| size >= bytes).collect();
        let (slot, size) = self.rng.pick(&fitting);
        let offset = self.rng.below((size - bytes) as usize / 8 + 1) * 8;
        self.cursor().ins().stack_addr(I64, slot, offset as i32)
    }

    /// The value of a global that is loaded from the context.
    pub(super) fn global(&mut self) {
        let base = self.func.create_global_value(GlobalValueData::VMContext);
        let offset = (self.rng.below(CONTEXT_SIZE as usize / 8) * 8) as i32;
        let flags = MemFlags::trusted();
        let load = GlobalValueData::Load { base, offset: offset.into(), global_type: I64, flags };
        let mut global = self.func.create_global_value(load);
        if self.rng.one_in(2) {
            let offset = (self.rng.edge_bits() as i64 >> self.rng.below(64)).into();
            let sum = GlobalValueData::IAddImm { base: global, offset, global_type: I64 };
            global = self.func.create_global_value(sum);
        }
        let value = self.cursor().ins().symbol_value(I64, global);
        self.offer(value);
    }

    fn narrowing_store(&mut self, address: Value, offset: i32) {
        let ty = self.rng.pick(&EXTENDING);
        let value = self.value(ty);
        let flags = self.flags(false);
        let which = self.rng.below(3);
        let mut cursor = self.cursor();
        match which {
            1 if ty != I16 => cursor.ins().istore16(flags, value, address, offset),
            2 if ty == I64 => cursor.ins().istore32(flags, value, address, offset),
            _ => cursor.ins().istore8(flags, value, address, offset),
        };
    }

    fn extending_load(&mut self, address: Value, offset: i32) {
        let ty = self.rng.pick(&EXTENDING);
        let flags = self.flags(false);
        let (which, signed) = (self.rng.below(3), self.rng.one_in(2));
        let mut cursor = self.cursor();
        let value = match (which, signed) {
            (1, false) if ty != I16 => cursor.ins().uload16(ty, flags, address, offset),
            (1, true) if ty != I16 => cursor.ins().sload16(ty, flags, address, offset),
            (2, false) => cursor.ins().uload32(flags, address, offset),
            (2, true) => cursor.ins().sload32(flags, address, offset),
            (_, false) => cursor.ins().uload8(ty, flags, address, offset),
            (_, true) => cursor.ins().sload8(ty, flags, address, offset),
        };
        self.offer(value);
    }

    /// An atomic operation at an aligned place.
    fn atomic(&mut self) {
        let wide = self.config.wide_atomics && self.rng.one_in(4);
        let ty = if wide { I128 } else { self.rng.pick(&[BYTE, I16, I32, I64]) };
        let slots = self.func.sized_stack_slots.iter();
        let aligned = slots.filter(|(_, data)| data.align_shift == 4).map(|(slot, _)| slot).next();
        let address = if wide {
            let Some(slot) = aligned else { return };
            let offset = self.rng.below(4) * 16;
            self.cursor().ins().stack_addr(I64, slot, offset as i32)
        } else {
            let Some((address, offset)) = self.address(ty.bytes()) else { return };
            let offset = self.cursor().ins().iconst(I64, i64::from(offset));
            self.cursor().ins().iadd(address, offset)
        };
        let (x, y) = (self.value(ty), self.value(ty));
        let flags = MemFlags::new();
        let (which, op) = (self.rng.below(5), self.rng.pick(&AtomicRmwOp::ALL));
        let mut cursor = self.cursor();
        let value = match which {
            0 => cursor.ins().atomic_load(ty, flags, address),
            1 => {
                cursor.ins().atomic_store(flags, x, address);
                return;
            }
            2 => cursor.ins().atomic_cas(flags, address, x, y),
            _ => cursor.ins().atomic_rmw(ty, flags, op, address, x),
        };
        self.offer(value);
    }
}
