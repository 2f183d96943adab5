//! `memory.copy`, `memory.fill` and `memory.grow`: what is done without a call, and the bounds of
//! what is not.

use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::{InstBuilder, MemFlags, TrapCode, Type, Value, types};

use crate::env::{FuncEnvironment, MemoryBound, MemoryPlan};
use crate::func::Translation;
use crate::types::MemoryIndex;

/// Up to so many bytes, as a constant, are copied and filled without a call: they take eight
/// registers at most.
const INLINE: u64 = 64;

/// The accesses that cover `0..len`: offset and type, from the lowest offset on. They overlap
/// where `len` is no sum of a few sizes.
fn pieces(len: u64) -> impl DoubleEndedIterator<Item = (i32, Type)> {
    let (size, ty) = match len {
        0 | 1 => (1, types::I8),
        2 | 3 => (2, types::I16),
        4..=7 => (4, types::I32),
        _ => (8, types::I64),
    };
    (0..len.div_ceil(size)).map(move |n| ((n * size).min(len - size) as i32, ty))
}

/// Where constant offsets from an address may be accessed.
struct Range {
    address: Value,
    flags: MemFlags,
}

impl<E: FuncEnvironment> Translation<'_, E> {
    pub(crate) fn memory_grow(&mut self, memory: u32) {
        let delta = self.pop();
        if self.constant(delta) == Some(0) {
            return self.memory_size(memory);
        }
        let pages = self.env.memory_grow(&mut self.builder, MemoryIndex(memory), delta);
        let pages = self.answer(pages, |this| this.iconst(types::I32, -1));
        self.push(pages);
        self.after_call();
    }

    pub(crate) fn memory_fill(&mut self, memory: u32) {
        let (target, byte, length) = self.pop3();
        match self.constant(length) {
            Some(len @ 1..=INLINE) => self.fill_inline(memory, target, byte, len),
            _ => {
                let length = self.extend_index(length);
                let target = self.range_in_bounds(memory, target, length);
                let done = self.env.memory_fill(&mut self.builder, target, byte, length);
                self.answer(done, |_| ());
                self.after_call();
            }
        }
    }

    pub(crate) fn memory_copy(&mut self, to: u32, from: u32) {
        let (target, source, length) = self.pop3();
        match self.constant(length) {
            Some(len @ 1..=INLINE) => self.copy_inline((to, target), (from, source), len),
            _ => {
                let length = self.extend_index(length);
                let target = self.range_in_bounds(to, target, length);
                let source = self.range_in_bounds(from, source, length);
                let done = self.env.memory_copy(&mut self.builder, target, source, length);
                self.answer(done, |_| ());
                self.after_call();
            }
        }
    }

    /// All is loaded before anything is stored, so that it does not matter whether the ranges
    /// overlap.
    fn copy_inline(&mut self, (to, target): (u32, Value), (from, source): (u32, Value), len: u64) {
        let target = self.small_range(to, target, len);
        let Range { address, flags } = self.small_range(from, source, len);
        let ins = |this: &mut Self, (offset, ty)| {
            (offset, this.builder.ins().load(ty, flags, address, offset))
        };
        let mut values = [(0, address); INLINE as usize / 8];
        let mut count = 0;
        for piece in pieces(len) {
            values[count] = ins(self, piece);
            count += 1;
        }
        self.store_downwards(target, values[..count].iter().rev().copied());
    }

    fn fill_inline(&mut self, memory: u32, target: Value, byte: Value, len: u64) {
        let target = self.small_range(memory, target, len);
        let (_, ty) = pieces(len).next().expect("there is a first piece");
        let value = match self.constant(byte) {
            Some(byte) => {
                let all = u64::from(byte as u8) * 0x0101_0101_0101_0101;
                self.iconst(ty, (all << (64 - ty.bits()) >> (64 - ty.bits())) as i64)
            }
            None => {
                let low = self.builder.ins().ireduce(types::I8, byte);
                if ty == types::I8 {
                    low
                } else {
                    let wide = if ty == types::I64 { types::I64 } else { types::I32 };
                    let low = self.builder.ins().uextend(wide, low);
                    let ones =
                        self.iconst(wide, 0x0101_0101_0101_0101u64 as i64 >> (64 - wide.bits()));
                    let all = self.builder.ins().imul(low, ones);
                    if ty == wide { all } else { self.builder.ins().ireduce(ty, all) }
                }
            }
        };
        self.store_downwards(target, pieces(len).rev().map(|(offset, _)| (offset, value)));
    }

    /// Stores the last piece first: if any of the bytes is out of bounds, the last one is, and then
    /// nothing has been written.
    fn store_downwards(&mut self, to: Range, pieces: impl Iterator<Item = (i32, Value)>) {
        for (offset, value) in pieces {
            self.builder.ins().store(to.flags, value, to.address, offset);
        }
    }

    /// The range of so many bytes at an index, of which accesses trap where they are out of bounds,
    /// or the code has found that they are not.
    fn small_range(&mut self, memory: u32, index: Value, len: u64) -> Range {
        let plan = self.memory_plan(memory);
        let flags = match plan.bound {
            MemoryBound::Reserved { guard } if len <= guard => plan.flags,
            MemoryBound::Reserved { .. } | MemoryBound::Checked => {
                let pointer = self.env.pointer_type();
                let len = self.iconst(pointer, len as i64);
                let address = self.range_in_bounds(memory, index, len);
                return Range { address, flags: plan.flags.with_notrap() };
            }
        };
        let address = self.address_of(memory, &plan, index);
        Range { address, flags }
    }

    /// The address of an index, and a trap if not all of the `length` bytes there, a pointer-sized
    /// number, are in bounds.
    fn range_in_bounds(&mut self, memory: u32, index: Value, length: Value) -> Value {
        let plan = self.memory_plan(memory);
        let pointer = self.env.pointer_type();
        let start = self.extend_index(index);
        // Neither has more than 32 bits.
        let end = self.builder.ins().iadd(start, length);
        let limit = self.load_place(pointer, plan.length, MemFlags::new());
        let outside = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, end, limit);
        self.builder.ins().trapnz(outside, TrapCode::HEAP_OUT_OF_BOUNDS);
        let address = self.address_of(memory, &plan, index);
        if !self.guards.memories {
            return address;
        }
        let null = self.iconst(pointer, 0);
        self.builder.ins().select_spectre_guard(outside, null, address)
    }

    fn address_of(&mut self, memory: u32, plan: &MemoryPlan, index: Value) -> Value {
        let index = self.extend_index(index);
        let base = self.memory_base(memory, plan);
        self.builder.ins().iadd(base, index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_every_length() {
        for len in 1..=INLINE {
            let mut covered = [false; INLINE as usize];
            let mut count = 0;
            for (offset, ty) in pieces(len) {
                let range = offset as usize..offset as usize + ty.bytes() as usize;
                assert!(range.end as u64 <= len, "{len}: {range:?}");
                covered[range].fill(true);
                count += 1;
            }
            assert!(covered[..len as usize].iter().all(|c| *c), "{len}");
            assert!(count <= INLINE as usize / 8, "{len}");
            let (last, ty) = pieces(len).next_back().expect("there is a piece");
            assert_eq!(last as u64 + u64::from(ty.bytes()), len);
        }
    }
}
