//! Values that a garbage collector must find: kept in stack slots across calls.
//!
//! On return of [`StackMaps::run`] every declared value that is live across a call is stored into
//! a slot of its own right after its definition, each such call names the slot in its stack map,
//! and every use of the value reads the slot, so that a collector may move what it refers to.
//! The work is linear in the function plus, for each declared value, the blocks in which it is
//! live.

use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::entity::{EntitySet, PackedOption, SecondaryMap};

use windlass_core::ir::{
    Block, Function, Inst, InstBuilder, MemFlags, StackSlot, StackSlotData, StackSlotKind,
    UserStackMapEntry, Value, ValueDef, types,
};

use crate::builder::is_safepoint;

/// The declared values of one function, and memory for the work on them.
#[derive(Default)]
pub(crate) struct StackMaps {
    declared: EntitySet<Value>,
    /// Declared values in order of declaration.
    order: Vec<Value>,
    /// Declared places in slots.
    places: Vec<UserStackMapEntry>,
    /// Blocks with calls.
    safepoints: EntitySet<Block>,
}

impl StackMaps {
    pub(crate) fn clear(&mut self) {
        if !self.order.is_empty() {
            self.declared.clear();
            self.order.clear();
        }
        self.places.clear();
        self.safepoints.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty() && self.places.is_empty()
    }

    pub(crate) fn declare_slot(&mut self, entry: UserStackMapEntry) {
        self.places.push(entry);
    }

    pub(crate) fn declare(&mut self, value: Value) {
        if self.declared.insert(value) {
            self.order.push(value);
        }
    }

    #[inline]
    pub(crate) fn add_safepoint(&mut self, block: Block) {
        self.safepoints.insert(block);
    }

    /// Rewrites the function for the declared values.
    pub(crate) fn run(&mut self, func: &mut Function) {
        if !self.places.is_empty() {
            self.name_places(func);
        }
        if self.order.is_empty() {
            return;
        }
        // Aliases of a declared value are that value.
        self.declared.clear();
        let mut values = Vec::new();
        for index in 0..self.order.len() {
            let value = func.dfg.resolve_aliases(self.order[index]);
            if self.declared.insert(value) {
                values.push(value);
            }
        }
        let slots = assign_slots(func, &self.declared, &self.safepoints, &values);
        rewrite(func, &slots);
    }

    /// Names the declared places in the stack map of every call.
    fn name_places(&self, func: &mut Function) {
        let blocks: Vec<Block> = func.layout.blocks().collect();
        let mut calls: Vec<Inst> = Vec::new();
        for &block in blocks.iter().filter(|&&block| self.safepoints.contains(block)) {
            let insts = func.layout.block_insts(block);
            calls.extend(insts.filter(|&inst| is_safepoint(func.dfg[inst].opcode)));
        }
        for call in calls {
            for &entry in &self.places {
                func.dfg.append_user_stack_map_entry(call, entry);
            }
        }
    }
}

/// Finds the values that are live across a call, gives each a slot, and writes the stack maps.
fn assign_slots(
    func: &mut Function,
    declared: &EntitySet<Value>,
    safepoints: &EntitySet<Block>,
    values: &[Value],
) -> SecondaryMap<Value, PackedOption<StackSlot>> {
    let predecessors = predecessors(func);
    // For each value, blocks at whose start it is live, by walking back from its uses.
    let mut uses: SecondaryMap<Value, Vec<Block>> = SecondaryMap::new();
    let blocks: Vec<Block> = func.layout.blocks().collect();
    for &block in &blocks {
        for inst in func.layout.block_insts(block) {
            for value in func.dfg.inst_values(inst) {
                let value = func.dfg.resolve_aliases(value);
                if declared.contains(value) && uses[value].last() != Some(&block) {
                    uses[value].push(block);
                }
            }
        }
    }
    let mut live_out: SecondaryMap<Block, Vec<Value>> = SecondaryMap::new();
    let mut seen: SecondaryMap<Block, PackedOption<Value>> = SecondaryMap::new();
    let mut work = Vec::new();
    for &value in values {
        let home = definition_block(func, value);
        work.clear();
        work.extend(uses[value].iter().copied().filter(|&block| Some(block) != home));
        while let Some(block) = work.pop() {
            if seen[block] == PackedOption::from(value) {
                continue;
            }
            seen[block] = value.into();
            for &before in &predecessors[block] {
                if live_out[before].last() != Some(&value) {
                    live_out[before].push(value);
                }
                if Some(before) != home {
                    work.push(before);
                }
            }
        }
    }
    // Back through each block with calls: what is live after a call and defined before it.
    let mut slots: SecondaryMap<Value, PackedOption<StackSlot>> = SecondaryMap::new();
    let mut live: Vec<Value> = Vec::new();
    let mut position: SecondaryMap<Value, u32> = SecondaryMap::new();
    let mut insts: Vec<Inst> = Vec::new();
    for &block in blocks.iter().filter(|&&block| safepoints.contains(block)) {
        live.clear();
        let enter = |live: &mut Vec<Value>, position: &mut SecondaryMap<Value, u32>, value| {
            if position[value] == 0 {
                live.push(value);
                position[value] = live.len() as u32;
            }
        };
        for &value in &live_out[block] {
            enter(&mut live, &mut position, value);
        }
        insts.clear();
        insts.extend(func.layout.block_insts(block));
        for &inst in insts.iter().rev() {
            for index in 0..func.dfg.inst_results(inst).len() {
                let result = func.dfg.inst_results(inst)[index];
                let at = std::mem::take(&mut position[result]) as usize;
                if at != 0 {
                    live.swap_remove(at - 1);
                    if let Some(&moved) = live.get(at - 1) {
                        position[moved] = at as u32;
                    }
                }
            }
            if is_safepoint(func.dfg[inst].opcode) {
                let mut here = live.clone();
                here.sort_unstable();
                for value in here {
                    let slot = slot_of(func, &mut slots, value);
                    let ty = func.dfg.value_type(value);
                    let entry = UserStackMapEntry { ty, slot, offset: 0 };
                    func.dfg.append_user_stack_map_entry(inst, entry);
                }
            }
            for value in func.dfg.inst_values(inst) {
                let value = func.dfg.resolve_aliases(value);
                if declared.contains(value) {
                    enter(&mut live, &mut position, value);
                }
            }
        }
        for &value in &live {
            position[value] = 0;
        }
    }
    slots
}

fn slot_of(
    func: &mut Function,
    slots: &mut SecondaryMap<Value, PackedOption<StackSlot>>,
    value: Value,
) -> StackSlot {
    slots[value].expand().unwrap_or_else(|| {
        let size = func.dfg.value_type(value).bytes();
        let align = size.trailing_zeros() as u8;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, align);
        let slot = func.create_sized_stack_slot(data);
        slots[value] = slot.into();
        slot
    })
}

fn definition_block(func: &Function, value: Value) -> Option<Block> {
    match func.dfg.value_def(value) {
        ValueDef::Result(inst, _) => func.layout.inst_block(inst),
        ValueDef::Param(block, _) => Some(block),
        ValueDef::Union(..) => None,
    }
}

fn predecessors(func: &Function) -> SecondaryMap<Block, Vec<Block>> {
    let mut result: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
    for block in func.layout.blocks() {
        if let Some(last) = func.layout.last_inst(block) {
            for call in func.dfg.branch_targets(last) {
                result[call.target()].push(block);
            }
        }
    }
    result
}

/// Stores values with slots after their definitions and reads them before their uses.
fn rewrite(func: &mut Function, slots: &SecondaryMap<Value, PackedOption<StackSlot>>) {
    let mut blocks: Vec<Block> = func.layout.blocks().collect();
    let mut insts: Vec<Inst> = Vec::new();
    let mut needed: Vec<(Value, Value)> = Vec::new();
    for block in blocks.drain(..) {
        insts.clear();
        insts.extend(func.layout.block_insts(block));
        for index in 0..func.dfg.num_block_params(block) {
            let param = func.dfg.block_params(block)[index];
            if let Some(slot) = slots[param].expand() {
                let mut cursor = FuncCursor::new(func).at_first_insertion_point(block);
                store(&mut cursor, slot, param);
            }
        }
        for &inst in &insts {
            needed.clear();
            for value in func.dfg.inst_values(inst) {
                let value = func.dfg.resolve_aliases(value);
                if slots[value].is_some() && !needed.iter().any(|&(old, _)| old == value) {
                    needed.push((value, value));
                }
            }
            if !needed.is_empty() {
                let mut cursor = FuncCursor::new(func).at_inst(inst);
                cursor.use_srcloc(inst);
                for (value, copy) in &mut needed {
                    let ty = cursor.func.dfg.value_type(*value);
                    let slot = slots[*value].expand().expect("the value has a slot");
                    let address = cursor.ins().stack_addr(types::I64, slot, 0);
                    *copy = cursor.ins().load(ty, MemFlags::trusted(), address, 0);
                }
                func.dfg.resolve_aliases_in_arguments(inst);
                func.dfg.map_inst_values(inst, |value| {
                    needed.iter().find(|&&(old, _)| old == value).map_or(value, |&(_, new)| new)
                });
            }
            for index in 0..func.dfg.inst_results(inst).len() {
                let result = func.dfg.inst_results(inst)[index];
                if let Some(slot) = slots[result].expand() {
                    let mut cursor = FuncCursor::new(func).after_inst(inst);
                    store(&mut cursor, slot, result);
                }
            }
        }
    }
}

fn store(cursor: &mut FuncCursor<'_>, slot: StackSlot, value: Value) {
    let address = cursor.ins().stack_addr(types::I64, slot, 0);
    cursor.ins().store(MemFlags::trusted(), value, address, 0);
}
