//! Forwarding of spill slots: behind register allocation, what is read from a slot although a
//! register holds the same value is read from the register.
//!
//! The allocator gives a spilled value one slot. It stores the value where it is defined, and uses
//! that may be in memory read the slot, also where the register has not been written again. On the
//! way through memory such a use waits for the store. One pass over the machine code, forwards,
//! knows at each point which registers equal which slots; knowledge ends with a block, except along
//! the edge to a block that has no other predecessor. With it
//!
//! - a use that the allocator put into a slot, and that may be in a register, becomes the register,
//! - a load becomes a move between registers, or nothing if its target holds the value already,
//! - a store of what the slot holds already disappears,
//! - and stores that nobody reads any more go.
//!
//! The pass edits the allocator's output before the checker sees it. Operands of calls that must be
//! on the stack (contexts of handlers) and debug locations count as readers.

use super::vcode::VCode;
use regalloc2::{
    Allocation, Edit, Function, InstPosition, OperandConstraint, OperandKind, OperandPos, Output,
    PReg, PRegSet, RegClass, SpillSlot,
};

/// A register that equals no slot.
const NONE: u32 = u32::MAX;

/// The register's bit in sets of tracked registers: 32 of each of the two classes. Others are never
/// known to equal a slot.
#[inline]
fn bit(reg: PReg) -> Option<u32> {
    let (class, number) = (reg.class() as u32, reg.hw_enc() as u32);
    (class < 2 && number < 32).then_some(class * 32 + number)
}

/// The register of a bit.
#[inline]
fn reg_of(bit: u32) -> PReg {
    let class = if bit < 32 { RegClass::Int } else { RegClass::Float };
    PReg::new(bit as usize % 32, class)
}

/// The tracked registers of a class.
#[inline]
fn of_class(class: RegClass) -> u64 {
    match class {
        RegClass::Int => u32::MAX as u64,
        RegClass::Float => (u32::MAX as u64) << 32,
        RegClass::Vector => 0,
    }
}

/// The bits of a set, lowest first.
fn bits(mut set: u64) -> impl Iterator<Item = u32> {
    core::iter::from_fn(move || {
        let bit = set.trailing_zeros();
        set &= set.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}

/// Which registers equal which slots at one point, and the arrays of the pass.
#[derive(Default)]
pub struct SlotForwarding {
    /// For each slot the set of registers that hold what it holds.
    regs: Vec<u64>,
    /// For each tracked register the slot.
    slots: Vec<u32>,
    /// The registers that equal a slot.
    known: u64,
    /// What is known at the ends of blocks from which one goes on that is not the next: pairs of
    /// bit and slot.
    saved: Vec<(u32, u32)>,
    /// For each block its part of `saved`.
    ends: Vec<(u32, u32)>,
    /// Operands of the current instruction that could be in registers.
    found: Vec<u32>,
    /// For each slot the topmost access that was seen, going backwards; see [`accesses`].
    below: Vec<u32>,
    /// The slots that were accessed in the block.
    touched: Vec<u32>,
    /// For each slot, whether some block reads what others stored.
    exposed: Vec<bool>,
    /// For each slot, whether debug information names it.
    watched: Vec<bool>,
    /// Stores without an access to their slot behind them in their block.
    last_stores: Vec<u32>,
}

impl SlotForwarding {
    /// Edits the allocation of a function.
    pub fn run<F: Function>(&mut self, func: &F, vcode: &VCode, output: &mut Output) {
        let count = output.num_spillslots;
        if count == 0 {
            return;
        }
        self.regs.clear();
        self.regs.resize(count, 0);
        self.slots.clear();
        self.slots.resize(64, NONE);
        self.known = 0;
        self.saved.clear();
        self.ends.clear();
        self.forward(func, vcode, output);
        self.remove_stores(vcode, output);
    }

    fn forward<F: Function>(&mut self, func: &F, vcode: &VCode, output: &mut Output) {
        let insts = vcode.insts();
        let operands = vcode.operands();
        let mut next = 0;
        for (number, block) in vcode.blocks.iter().enumerate() {
            self.enter(vcode, number);
            let range = block.insts.range();
            let mut i = range.start;
            loop {
                if self.known == 0 {
                    // Nothing can change before the next move of the allocator.
                    let Some((point, _)) = output.edits.get(next) else { break };
                    i = i.max(point.inst().index());
                }
                if i >= range.end {
                    break;
                }
                let at = regalloc2::Inst::new(i);
                let before = regalloc2::ProgPoint::before(at);
                while let Some((point, edit)) = output.edits.get_mut(next)
                    && *point <= before
                {
                    self.edit(edit);
                    next += 1;
                }
                if self.known != 0 {
                    let first = insts[i].operands as usize;
                    let end = insts.get(i + 1).map_or(operands.len(), |n| n.operands as usize);
                    let allocs = &mut output.allocs[first..end];
                    self.inst(func, at, &operands[first..end], allocs);
                }
                let after = regalloc2::ProgPoint::after(at);
                while let Some((point, edit)) = output.edits.get_mut(next)
                    && *point <= after
                {
                    if i + 1 < range.end {
                        self.edit(edit);
                    } else {
                        // The fast allocator stores the results of a call that ends its block both
                        // behind the call, where nothing is executed, and where it goes on.
                        let Edit::Move { from, to } = edit;
                        *from = *to;
                    }
                    next += 1;
                }
                i += 1;
            }
            self.leave(vcode, number);
        }
    }

    /// What is known at the beginning of a block.
    fn enter(&mut self, vcode: &VCode, block: usize) {
        let preds = &vcode.preds[vcode.blocks[block].preds.range()];
        let only = match preds {
            [pred] if block > 0 => Some(pred.index()),
            _ => None,
        };
        if block > 0 && only == Some(block - 1) {
            return;
        }
        for bit in bits(self.known) {
            self.regs[self.slots[bit as usize] as usize] = 0;
            self.slots[bit as usize] = NONE;
        }
        self.known = 0;
        if let Some(&(start, end)) = only.and_then(|pred| self.ends.get(pred)) {
            for n in start..end {
                let (bit, slot) = self.saved[n as usize];
                self.learn(bit, slot);
            }
        }
    }

    /// Keeps what is known at the end of a block for those that only it leads to.
    fn leave(&mut self, vcode: &VCode, block: usize) {
        let start = self.saved.len() as u32;
        let goes_on = |succ: &regalloc2::Block| {
            succ.index() > block + 1 && vcode.blocks[succ.index()].preds.len() == 1
        };
        let succs = &vcode.succs[vcode.blocks[block].succs.range()];
        if self.known != 0 && succs.iter().any(goes_on) {
            self.saved.extend(bits(self.known).map(|bit| (bit, self.slots[bit as usize])));
        }
        self.ends.push((start, self.saved.len() as u32));
    }

    /// The register now holds what the slot holds.
    #[inline]
    fn learn(&mut self, bit: u32, slot: u32) {
        self.forget(bit);
        self.slots[bit as usize] = slot;
        self.regs[slot as usize] |= 1 << bit;
        self.known |= 1 << bit;
    }

    /// The register is written.
    #[inline]
    fn forget(&mut self, bit: u32) {
        if self.known & 1 << bit != 0 {
            let slot = core::mem::replace(&mut self.slots[bit as usize], NONE);
            self.regs[slot as usize] &= !(1 << bit);
            self.known &= !(1 << bit);
        }
    }

    /// The slot is written.
    #[inline]
    fn forget_slot(&mut self, slot: SpillSlot) {
        let set = core::mem::take(&mut self.regs[slot.index()]);
        self.known &= !set;
        for bit in bits(set) {
            self.slots[bit as usize] = NONE;
        }
    }

    /// A move of the allocator. One that is not needed becomes a move from a place to itself.
    fn edit(&mut self, edit: &mut Edit) {
        let Edit::Move { from, to } = edit;
        match (from.as_stack(), to.as_stack()) {
            (_, Some(slot)) => {
                let source = from.as_reg().and_then(bit);
                if source.is_some_and(|bit| self.regs[slot.index()] >> bit & 1 != 0) {
                    *from = *to;
                    return;
                }
                self.forget_slot(slot);
                if let Some(bit) = source {
                    self.learn(bit, slot.index() as u32);
                }
            }
            (Some(slot), None) => {
                let Some(reg) = to.as_reg() else { return };
                let Some(target) = bit(reg) else { return };
                let set = self.regs[slot.index()] & of_class(reg.class());
                if set >> target & 1 != 0 {
                    *from = *to;
                    return;
                }
                if set != 0 {
                    *from = Allocation::reg(reg_of(set.trailing_zeros()));
                }
                self.learn(target, slot.index() as u32);
            }
            (None, None) => {
                let Some(target) = to.as_reg().and_then(bit) else { return };
                let source = from.as_reg().and_then(bit);
                let slot = source.map_or(NONE, |bit| self.slots[bit as usize]);
                if slot == NONE {
                    self.forget(target);
                } else if self.slots[target as usize] == slot {
                    *from = *to;
                } else {
                    self.learn(target, slot);
                }
            }
        }
    }

    /// An instruction: its uses in slots become registers where that is possible, and what it
    /// writes is no longer known.
    fn inst<F: Function>(
        &mut self,
        func: &F,
        at: regalloc2::Inst,
        operands: &[regalloc2::Operand],
        allocs: &mut [Allocation],
    ) {
        // Registers that are written, and those of them that are written before all inputs are
        // read, or in the place of an input.
        let (mut written, mut early) = (0u64, 0u64);
        self.found.clear();
        for (n, (operand, alloc)) in operands.iter().zip(allocs.iter()).enumerate() {
            if operand.kind() == OperandKind::Def {
                if let Some(reg) = alloc.as_reg() {
                    let set = bit(reg).map_or(0, |bit| 1 << bit);
                    written |= set;
                    let reuses = matches!(operand.constraint(), OperandConstraint::Reuse(_));
                    if reuses || operand.pos() == OperandPos::Early {
                        early |= set;
                    }
                } else if let Some(slot) = alloc.as_stack() {
                    self.forget_slot(slot);
                }
            } else if let Some(slot) = alloc.as_stack()
                && operand.constraint() == OperandConstraint::Any
                && self.regs[slot.index()] != 0
            {
                self.found.push(n as u32);
            }
        }
        let clobbers = func.inst_clobbers(at);
        if clobbers != PRegSet::empty() {
            let lost = bits(self.known).filter(|&bit| clobbers.contains(reg_of(bit)));
            written |= lost.fold(0, |set, bit| set | 1 << bit);
        }
        for &n in &self.found {
            let (operand, alloc) = (operands[n as usize], &mut allocs[n as usize]);
            let Some(slot) = alloc.as_stack() else { continue };
            let busy = if operand.pos() == OperandPos::Early { early } else { written };
            let set = self.regs[slot.index()] & of_class(operand.class()) & !busy;
            if set != 0 {
                *alloc = Allocation::reg(reg_of(set.trailing_zeros()));
            }
        }
        for bit in bits(written & self.known) {
            self.forget(bit);
        }
    }

    /// Removes moves that do nothing, and stores that nobody reads: those that the next access in
    /// the block overwrites, and those of a slot that no block reads before it has stored there,
    /// where nothing in the block reads them. Goes backwards.
    fn remove_stores(&mut self, vcode: &VCode, output: &mut Output) {
        let insts = vcode.insts();
        let count = output.num_spillslots;
        let first_slot = Allocation::stack(SpillSlot::new(0)).bits();
        self.below.clear();
        self.below.resize(count, 0);
        self.exposed.clear();
        self.exposed.resize(count, false);
        self.last_stores.clear();
        // A debugger may look anywhere.
        self.watched.clear();
        self.watched.resize(count, false);
        for (.., alloc) in &output.debug_locations {
            if let Some(slot) = alloc.as_stack() {
                self.watched[slot.index()] = true;
                self.exposed[slot.index()] = true;
            }
        }
        let mut any = !output.debug_locations.is_empty();
        let mut next = output.edits.len();
        for (number, block) in vcode.blocks.iter().enumerate().rev() {
            let (read, stored) = accesses(number);
            self.touched.clear();
            let operands_from = |inst: usize| {
                insts.get(inst).map_or(output.allocs.len(), |inst| inst.operands as usize)
            };
            let mut top = operands_from(block.insts.end as usize);
            loop {
                let edit = next.checked_sub(1).map(|n| &mut output.edits[n]);
                let edit = edit.filter(|(at, _)| at.inst().index() >= block.insts.start as usize);
                // What is read between this move and the one behind it.
                let bottom = edit.as_ref().map_or(block.insts.start as usize, |(at, _)| {
                    at.inst().index() + (at.pos() == InstPosition::After) as usize
                });
                let bottom = operands_from(bottom);
                // The bits of an allocation begin with its kind: one comparison for most.
                let in_slots = output.allocs[bottom..top].iter().filter(|a| a.bits() >= first_slot);
                for slot in in_slots.filter_map(|a| a.as_stack()) {
                    any = true;
                    self.touch(slot, number, read);
                }
                top = bottom;
                let Some((_, Edit::Move { from, to })) = edit else { break };
                next -= 1;
                if from == to {
                    continue;
                }
                if let Some(slot) = from.as_stack() {
                    any = true;
                    self.touch(slot, number, read);
                }
                let Some(slot) = to.as_stack() else { continue };
                let below = self.below[slot.index()];
                if below == stored && !self.watched[slot.index()] {
                    *from = *to;
                    continue;
                }
                if below != read && below != stored {
                    self.last_stores.push(next as u32);
                }
                self.touch(slot, number, stored);
            }
            for &slot in &self.touched {
                self.exposed[slot as usize] |= self.below[slot as usize] == read;
            }
        }
        for &number in &self.last_stores {
            let (_, Edit::Move { from, to }) = &mut output.edits[number as usize];
            if to.as_stack().is_some_and(|slot| !self.exposed[slot.index()]) {
                *from = *to;
            }
        }
        output.edits.retain(|(_, Edit::Move { from, to })| from != to);
        if !any {
            output.num_spillslots = 0;
        }
    }

    /// Notes an access to a slot in a block: the topmost one so far.
    #[inline]
    fn touch(&mut self, slot: SpillSlot, block: usize, access: u32) {
        let below = &mut self.below[slot.index()];
        let (read, stored) = accesses(block);
        if *below != read && *below != stored {
            self.touched.push(slot.index() as u32);
        }
        *below = access;
    }
}

/// The numbers that stand for a read and for a store in a block.
#[inline]
fn accesses(block: usize) -> (u32, u32) {
    (2 * block as u32 + 1, 2 * block as u32 + 2)
}
