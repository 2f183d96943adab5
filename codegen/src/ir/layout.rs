//! The order of blocks and of the instructions in them: doubly linked lists over dense arrays.
//!
//! Inserting and removing take constant time. The relative order of instructions is answered by
//! sequence numbers with gaps; where a gap is used up, the block is numbered again.

use core::cmp::Ordering;

use super::entities::{Block, Inst};
use crate::entity::{PackedOption, SecondaryMap};

#[derive(Clone, Copy, Debug, Default)]
struct BlockNode {
    prev: PackedOption<Block>,
    next: PackedOption<Block>,
    first_inst: PackedOption<Inst>,
    last_inst: PackedOption<Inst>,
    /// Position among the blocks, with gaps.
    seq: u32,
    cold: bool,
    inserted: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct InstNode {
    block: PackedOption<Block>,
    prev: PackedOption<Inst>,
    next: PackedOption<Inst>,
    /// Position in the block, with gaps.
    seq: u32,
}

/// The distance between fresh sequence numbers.
const STRIDE: u32 = 16;

/// A place in the program: a block (its start) or an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgramPoint {
    /// An instruction.
    Inst(Inst),
    /// The start of a block.
    Block(Block),
}

impl From<Inst> for ProgramPoint {
    fn from(inst: Inst) -> Self {
        Self::Inst(inst)
    }
}

impl From<Block> for ProgramPoint {
    fn from(block: Block) -> Self {
        Self::Block(block)
    }
}

/// The layout of a function.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    blocks: SecondaryMap<Block, BlockNode>,
    insts: SecondaryMap<Inst, InstNode>,
    first_block: Option<Block>,
    last_block: Option<Block>,
}

impl Layout {
    /// An empty layout.
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the layout and keeps its memory.
    pub fn clear(&mut self) {
        self.blocks.clear();
        self.insts.clear();
        self.first_block = None;
        self.last_block = None;
    }

    /// How many blocks may be in the layout.
    pub fn block_capacity(&self) -> usize {
        self.blocks.capacity()
    }

    /// The entry block.
    #[inline]
    pub fn entry_block(&self) -> Option<Block> {
        self.first_block
    }

    /// The last block.
    #[inline]
    pub fn last_block(&self) -> Option<Block> {
        self.last_block
    }

    /// Whether the block is in the layout.
    #[inline]
    pub fn is_block_inserted(&self, block: Block) -> bool {
        self.blocks[block].inserted
    }

    /// Marks the block as rarely run.
    pub fn set_cold(&mut self, block: Block) {
        self.blocks[block].cold = true;
    }

    /// Whether the block is marked as rarely run.
    #[inline]
    pub fn is_cold(&self, block: Block) -> bool {
        self.blocks[block].cold
    }

    /// Puts the block at the end.
    pub fn append_block(&mut self, block: Block) {
        debug_assert!(!self.is_block_inserted(block), "{block} is already in the layout");
        let prev = self.last_block;
        let seq = prev.map_or(0, |p| self.blocks[p].seq.saturating_add(STRIDE));
        let node = &mut self.blocks[block];
        node.inserted = true;
        node.prev = prev.into();
        node.next = None.into();
        node.seq = seq;
        match prev {
            Some(p) => self.blocks[p].next = block.into(),
            None => self.first_block = Some(block),
        }
        self.last_block = Some(block);
    }

    /// Puts the block in front of `before`.
    pub fn insert_block(&mut self, block: Block, before: Block) {
        debug_assert!(!self.is_block_inserted(block), "{block} is already in the layout");
        debug_assert!(self.is_block_inserted(before), "{before} is not in the layout");
        let prev = self.blocks[before].prev;
        let node = &mut self.blocks[block];
        node.inserted = true;
        node.prev = prev;
        node.next = before.into();
        self.blocks[before].prev = block.into();
        match prev.expand() {
            Some(p) => self.blocks[p].next = block.into(),
            None => self.first_block = Some(block),
        }
        self.number_block(block);
    }

    /// Puts the block behind `after`.
    pub fn insert_block_after(&mut self, block: Block, after: Block) {
        match self.blocks[after].next.expand() {
            Some(next) => self.insert_block(block, next),
            None => self.append_block(block),
        }
    }

    fn number_block(&mut self, block: Block) {
        let low = self.blocks[block].prev.expand().map_or(0, |p| self.blocks[p].seq + 1);
        let high = self.blocks[block].next.expand().map_or(u32::MAX, |n| self.blocks[n].seq);
        if low < high {
            self.blocks[block].seq = low + (high - low) / 2;
            return;
        }
        let (mut next, mut seq) = (self.first_block, 0);
        while let Some(b) = next {
            self.blocks[b].seq = seq;
            seq += STRIDE;
            next = self.blocks[b].next.expand();
        }
    }

    /// Takes the block, which must be empty of instructions, out of the layout.
    pub fn remove_block(&mut self, block: Block) {
        debug_assert!(self.is_block_inserted(block), "{block} is not in the layout");
        debug_assert!(self.first_inst(block).is_none(), "{block} has instructions");
        let (prev, next) = (self.blocks[block].prev.expand(), self.blocks[block].next.expand());
        let cold = self.blocks[block].cold;
        self.blocks[block] = BlockNode { cold, ..BlockNode::default() };
        match prev {
            Some(p) => self.blocks[p].next = next.into(),
            None => self.first_block = next,
        }
        match next {
            Some(n) => self.blocks[n].prev = prev.into(),
            None => self.last_block = prev,
        }
    }

    /// The blocks in order.
    pub fn blocks(&self) -> Blocks<'_> {
        Blocks { layout: self, next: self.first_block }
    }

    /// The block behind `block`.
    #[inline]
    pub fn next_block(&self, block: Block) -> Option<Block> {
        self.blocks[block].next.expand()
    }

    /// The block in front of `block`.
    #[inline]
    pub fn prev_block(&self, block: Block) -> Option<Block> {
        self.blocks[block].prev.expand()
    }

    /// The block of the instruction, if it is in the layout.
    #[inline]
    pub fn inst_block(&self, inst: Inst) -> Option<Block> {
        self.insts[inst].block.expand()
    }

    /// The first instruction of the block.
    #[inline]
    pub fn first_inst(&self, block: Block) -> Option<Inst> {
        self.blocks[block].first_inst.expand()
    }

    /// The last instruction of the block.
    #[inline]
    pub fn last_inst(&self, block: Block) -> Option<Inst> {
        self.blocks[block].last_inst.expand()
    }

    /// The instruction behind `inst` in its block.
    #[inline]
    pub fn next_inst(&self, inst: Inst) -> Option<Inst> {
        self.insts[inst].next.expand()
    }

    /// The instruction in front of `inst` in its block.
    #[inline]
    pub fn prev_inst(&self, inst: Inst) -> Option<Inst> {
        self.insts[inst].prev.expand()
    }

    /// Puts the instruction at the end of the block.
    #[inline]
    pub fn append_inst(&mut self, inst: Inst, block: Block) {
        debug_assert!(self.inst_block(inst).is_none(), "{inst} is already in the layout");
        let block_node = &mut self.blocks[block];
        debug_assert!(block_node.inserted, "{block} is not in the layout");
        let prev = block_node.last_inst;
        block_node.last_inst = inst.into();
        let seq = match prev.expand() {
            Some(p) => {
                let node = &mut self.insts[p];
                node.next = inst.into();
                node.seq.saturating_add(STRIDE)
            }
            None => {
                block_node.first_inst = inst.into();
                STRIDE
            }
        };
        self.insts[inst] = InstNode { block: block.into(), prev, next: None.into(), seq };
    }

    /// Puts the instruction in front of `before`.
    pub fn insert_inst(&mut self, inst: Inst, before: Inst) {
        debug_assert!(self.inst_block(inst).is_none(), "{inst} is already in the layout");
        let block = self.inst_block(before).expect("the place to insert at is in the layout");
        let prev = self.insts[before].prev;
        self.insts[inst] = InstNode { block: block.into(), prev, next: before.into(), seq: 0 };
        self.insts[before].prev = inst.into();
        match prev.expand() {
            Some(p) => self.insts[p].next = inst.into(),
            None => self.blocks[block].first_inst = inst.into(),
        }
        let low = prev.expand().map_or(0, |p| self.insts[p].seq + 1);
        let high = self.insts[before].seq;
        if low < high {
            self.insts[inst].seq = low + (high - low) / 2;
            return;
        }
        let (mut next, mut seq) = (self.first_inst(block), STRIDE);
        while let Some(i) = next {
            self.insts[i].seq = seq;
            seq += STRIDE;
            next = self.insts[i].next.expand();
        }
    }

    /// Takes the instruction out of the layout.
    pub fn remove_inst(&mut self, inst: Inst) {
        let node = self.insts[inst];
        let block = node.block.expand().expect("the instruction is in the layout");
        self.insts[inst] = InstNode::default();
        match node.prev.expand() {
            Some(p) => self.insts[p].next = node.next,
            None => self.blocks[block].first_inst = node.next,
        }
        match node.next.expand() {
            Some(n) => self.insts[n].prev = node.prev,
            None => self.blocks[block].last_inst = node.prev,
        }
    }

    /// The instructions of the block in order; both ends can be taken.
    pub fn block_insts(&self, block: Block) -> Insts<'_> {
        Insts { layout: self, head: self.first_inst(block), tail: self.last_inst(block) }
    }

    /// Ends the block in front of `before`; the rest goes into `new_block`, put behind it.
    pub fn split_block(&mut self, new_block: Block, before: Inst) {
        let old = self.inst_block(before).expect("the instruction is in the layout");
        self.insert_block_after(new_block, old);
        let (prev, last) = (self.insts[before].prev, self.blocks[old].last_inst);
        self.blocks[old].last_inst = prev;
        match prev.expand() {
            Some(p) => self.insts[p].next = None.into(),
            None => self.blocks[old].first_inst = None.into(),
        }
        self.blocks[new_block].first_inst = before.into();
        self.blocks[new_block].last_inst = last;
        self.insts[before].prev = None.into();
        let mut next = Some(before);
        while let Some(inst) = next {
            self.insts[inst].block = new_block.into();
            next = self.insts[inst].next.expand();
        }
    }

    /// The order of two instructions of one block.
    #[inline]
    pub fn inst_cmp(&self, a: Inst, b: Inst) -> Ordering {
        debug_assert_eq!(self.inst_block(a), self.inst_block(b));
        self.insts[a].seq.cmp(&self.insts[b].seq)
    }

    /// The order of two places: blocks come before their instructions.
    pub fn pp_cmp<A, B>(&self, a: A, b: B) -> Ordering
    where
        A: Into<ProgramPoint>,
        B: Into<ProgramPoint>,
    {
        let (a, b) = (a.into(), b.into());
        let key = |point| match point {
            ProgramPoint::Block(_) => None,
            ProgramPoint::Inst(inst) => Some(self.insts[inst].seq),
        };
        let order = self.block_cmp(self.pp_block(a), self.pp_block(b));
        order.then_with(|| key(a).cmp(&key(b)))
    }

    /// The block of a place.
    pub fn pp_block<PP: Into<ProgramPoint>>(&self, pp: PP) -> Block {
        match pp.into() {
            ProgramPoint::Block(block) => block,
            ProgramPoint::Inst(inst) => {
                self.inst_block(inst).expect("the instruction is in the layout")
            }
        }
    }

    /// Whether the block has one instruction and no more.
    pub fn block_contains_exactly_one_inst(&self, block: Block) -> bool {
        let first = self.first_inst(block);
        first.is_some() && first == self.last_inst(block)
    }

    /// The order of two blocks.
    #[inline]
    pub fn block_cmp(&self, a: Block, b: Block) -> Ordering {
        self.blocks[a].seq.cmp(&self.blocks[b].seq)
    }
}

/// Iterates over the blocks of a layout.
#[derive(Clone, Debug)]
pub struct Blocks<'a> {
    layout: &'a Layout,
    next: Option<Block>,
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    #[inline]
    fn next(&mut self) -> Option<Block> {
        let block = self.next?;
        self.next = self.layout.next_block(block);
        Some(block)
    }
}

impl<'a> IntoIterator for &'a Layout {
    type Item = Block;
    type IntoIter = Blocks<'a>;

    fn into_iter(self) -> Blocks<'a> {
        self.blocks()
    }
}

/// Iterates over the instructions of a block.
#[derive(Clone, Debug)]
pub struct Insts<'a> {
    layout: &'a Layout,
    head: Option<Inst>,
    tail: Option<Inst>,
}

impl Iterator for Insts<'_> {
    type Item = Inst;

    #[inline]
    fn next(&mut self) -> Option<Inst> {
        let inst = self.head?;
        if self.head == self.tail {
            self.head = None;
            self.tail = None;
        } else {
            self.head = self.layout.next_inst(inst);
        }
        Some(inst)
    }
}

impl DoubleEndedIterator for Insts<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Inst> {
        let inst = self.tail?;
        if self.head == self.tail {
            self.head = None;
            self.tail = None;
        } else {
            self.tail = self.layout.prev_inst(inst);
        }
        Some(inst)
    }
}
