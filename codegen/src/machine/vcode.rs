//! Machine code of one function between lowering and emission.
//!
//! One flat representation serves before and after register allocation. Instructions and operands
//! are filled from the end of their arrays downwards, because lowering walks the function
//! backwards: the live part of each array is its tail, and no second copy is ever made. While
//! lowering, `MInst::operands` is the distance of the first operand from the end of the operand
//! array; `VCode::finish` turns it into an index.
//!
//! What holds after `finish`: instruction `i` has the operands `insts[i].operands .. insts[i +
//! 1].operands`, virtual registers are dense, those that live across blocks come first, and blocks
//! partition the instructions in order.

use super::inst::MInst;
use crate::ir::{self, TrapCode};
use regalloc2::{
    Block as RaBlock, InstRange, Operand, OperandConstraint, OperandKind, PRegSet, RegClass, VReg,
};

/// Rows that mean the same on every machine. They sit at the top of the row numbers; the rows below
/// `pseudo::FIRST` belong to the ISA's own table.
pub mod pseudo {
    /// The smallest number of a common row.
    pub const FIRST: u16 = 0xff00;
    /// Defines the register arguments of the function; all operands are fixed definitions.
    pub const ARGS: u16 = 0xff00;
    /// Ends a block: go to its only successor.
    pub const JUMP: u16 = 0xff01;
    /// Ends a block: successor 0 if the condition holds, else successor 1, see
    /// [`super::Condition`].
    pub const COND: u16 = 0xff02;
    /// Ends a block: multi-way branch; operands: index (use), two temporaries; `payload` is the
    /// index of a [`super::JumpTableInfo`].
    pub const TABLE: u16 = 0xff03;
    /// Ends a function; operands: fixed uses of the result registers.
    pub const RET: u16 = 0xff04;
    /// Ends a block: an unconditional trap; its code is in the trap list.
    pub const TRAP: u16 = 0xff05;
    /// Traps if the condition holds, see [`super::Condition`], else goes on; its code is in the
    /// trap list.
    pub const TRAP_IF: u16 = 0xff06;
    /// A call; `payload` is the index of a [`super::CallInfo`].
    pub const CALL: u16 = 0xff07;
    /// Ends a block: a call with handlers; `payload` is the index of a [`super::CallInfo`].
    pub const TRY_CALL: u16 = 0xff08;
    /// Ends a function: a tail call; `payload` is the index of a [`super::CallInfo`].
    pub const RETURN_CALL: u16 = 0xff09;
    /// Emits nothing; keeps its operands alive.
    pub const NOP: u16 = 0xff0a;
    /// Emits nothing; marks a place where debug tags are recorded.
    pub const SEQUENCE_POINT: u16 = 0xff0b;
    /// A register move of class integer; operands: def, use.
    pub const MOVE_INT: u16 = 0xff0c;
    /// A register move of class float; operands: def, use.
    pub const MOVE_FLOAT: u16 = 0xff0d;

    /// Whether the row ends a block by going to a successor.
    #[inline]
    pub fn is_branch(row: u16) -> bool {
        matches!(row, JUMP | COND | TABLE | TRY_CALL)
    }

    /// Whether the row ends a block without successor.
    #[inline]
    pub fn is_ret(row: u16) -> bool {
        matches!(row, RET | TRAP | RETURN_CALL)
    }

    /// The name under which a listing shows the row.
    pub fn name(row: u16) -> &'static str {
        match row {
            ARGS => "args",
            JUMP => "jump",
            COND => "branch",
            TABLE => "br_table",
            RET => "ret",
            TRAP => "trap",
            TRAP_IF => "trap_if",
            CALL => "call",
            TRY_CALL => "try_call",
            RETURN_CALL => "return_call",
            NOP => "nop",
            SEQUENCE_POINT => "sequence_point",
            MOVE_INT | MOVE_FLOAT => "move",
            _ => "?",
        }
    }
}

/// A second condition beside a first one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond2<C = u32> {
    /// There is none.
    None,
    /// Either of the two.
    Or(C),
    /// Both.
    And(C),
}

impl<C> Cond2<C> {
    /// The same of another description of conditions.
    #[inline]
    pub fn map<D>(self, f: impl FnOnce(C) -> D) -> Cond2<D> {
        match self {
            Cond2::None => Cond2::None,
            Cond2::Or(c) => Cond2::Or(f(c)),
            Cond2::And(c) => Cond2::And(f(c)),
        }
    }

    /// What joins the opposites, so that the whole is the opposite.
    #[inline]
    pub fn invert(self, opposite: impl FnOnce(C) -> C) -> Cond2<C> {
        match self {
            Cond2::None => Cond2::None,
            Cond2::Or(c) => Cond2::And(opposite(c)),
            Cond2::And(c) => Cond2::Or(opposite(c)),
        }
    }
}

/// What a `COND` or `TRAP_IF` asks: a branch instruction of the machine, without its distance and
/// its registers, which are operands; or two of one kind, the operands of the first before those of
/// the second.
///
/// The kind is in `ctl`, with how the second joins from bit 8 on; the words are the halves of
/// `payload`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Condition {
    /// The kind of the branches, among those of the machine's table of labels.
    pub kind: u8,
    /// The word of the first.
    pub word: u32,
    /// How a second one joins it.
    pub second: Cond2,
}

impl Condition {
    /// An instruction of a common row.
    #[inline]
    pub(crate) fn inst(self, row: u16) -> MInst {
        let (join, second) = match self.second {
            Cond2::None => (0, 0),
            Cond2::Or(word) => (1, word),
            Cond2::And(word) => (2, word),
        };
        let payload = u64::from(self.word) | u64::from(second) << 32;
        MInst::new(row, u16::from(self.kind) | join << 8, payload)
    }

    /// From an instruction.
    #[inline]
    pub(crate) fn of(inst: &MInst) -> Condition {
        let second = (inst.payload >> 32) as u32;
        let second = match inst.ctl >> 8 {
            1 => Cond2::Or(second),
            2 => Cond2::And(second),
            _ => Cond2::None,
        };
        Condition { kind: inst.ctl as u8, word: inst.payload as u32, second }
    }
}

/// A half-open range of indices into one of the flat arrays.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Span {
    /// First index.
    pub start: u32,
    /// One past the last index.
    pub end: u32,
}

impl Span {
    /// As a range of `usize`.
    #[inline]
    pub fn range(self) -> core::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many indices.
    #[inline]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A machine block: a block of the IR, or one that splits a critical edge.
#[derive(Clone, Copy, Debug)]
pub struct BlockInfo {
    /// Instructions.
    pub insts: Span,
    /// Successors, in `VCode::succs`; the arguments of each in `VCode::edge_args` by the same
    /// index.
    pub succs: Span,
    /// Predecessors, in `VCode::preds`.
    pub preds: Span,
    /// Parameters, in `VCode::params`.
    pub params: Span,
    /// The block of the IR; `None` splits an edge.
    pub ir: Option<ir::Block>,
    /// Whether it is placed after all blocks that are not cold.
    pub cold: bool,
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallDest {
    /// A symbol, by its index in `VCode::symbols`; near enough for a direct relative call.
    Near(u32),
    /// The address is the first operand of the instruction.
    Operand,
    /// The sequence that asks the thread library for the address of a symbol.
    Tls {
        /// The symbol of the variable.
        symbol: u32,
        /// The symbol of the library's function.
        helper: u32,
    },
}

/// A result of a call that ends its block and is left in memory: it is fetched right behind the
/// call instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StackResult {
    /// Which operand of the call it is.
    pub operand: u32,
    /// Where it is in the area of outgoing arguments.
    pub offset: i32,
    /// Its type.
    pub ty: ir::Type,
}

/// What a call instruction needs beside its operands.
#[derive(Clone, Debug)]
pub struct CallInfo {
    /// The target.
    pub dest: CallDest,
    /// Registers whose contents are lost, without those that are results.
    pub clobbers: PRegSet,
    /// Bytes that the callee removes from the stack when it returns.
    pub callee_pop: u32,
    /// Size of the stack arguments of a tail call.
    pub tail_args_size: u32,
    /// The call instruction of the IR, for stack maps, debug tags and handlers.
    pub inst: Option<ir::Inst>,
    /// Whether the call may later be overwritten by no-ops.
    pub patchable: bool,
    /// Number of leading operands that are uses.
    pub uses: u32,
    /// For a call with handlers: its successors, in `VCode::succs`.
    pub succs: Span,
    /// For a call with handlers: results in memory.
    pub stack_results: Vec<StackResult>,
}

impl CallInfo {
    /// A call that changes no register and has no operands.
    pub fn new(dest: CallDest) -> Self {
        Self {
            dest,
            clobbers: PRegSet::empty(),
            callee_pop: 0,
            tail_args_size: 0,
            inst: None,
            patchable: false,
            uses: 0,
            succs: Span::default(),
            stack_results: Vec::new(),
        }
    }
}

/// A symbol that an instruction refers to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: ir::ExternalName,
    /// Added to the address.
    pub offset: i64,
}

/// The targets of one multi-way branch: successor numbers (within the block) of the cases; the
/// default is successor 0.
#[derive(Clone, Copy, Debug)]
pub struct JumpTableInfo {
    /// In `VCode::table_targets`.
    pub cases: Span,
}

/// Label number of constant `k` of the pool; smaller numbers are those of machine blocks.
pub const CONST_LABEL: u32 = 0x8000_0000;

/// A constant of the pool: bytes in `VCode::const_bytes`.
#[derive(Clone, Copy, Debug)]
pub struct PoolConst {
    /// Where the bytes are.
    pub bytes: Span,
    /// Alignment in bytes, a power of two.
    pub align: u32,
}

/// A value label: the register holds the labelled value in a range of instructions.
pub type LabelRange = (VReg, regalloc2::Inst, regalloc2::Inst, u32);

/// Machine code with virtual registers. See the header of the file.
#[derive(Default)]
pub struct VCode {
    insts: Vec<MInst>,
    first_inst: usize,
    operands: Vec<Operand>,
    first_operand: usize,
    /// Blocks, in an order in which each block comes after its immediate dominator.
    pub blocks: Vec<BlockInfo>,
    /// Successors of all blocks.
    pub succs: Vec<RaBlock>,
    /// For each successor, its arguments in `edge_args`.
    pub succ_args: Vec<Span>,
    /// Predecessors of all blocks.
    pub preds: Vec<RaBlock>,
    /// Parameters of all blocks.
    pub params: Vec<VReg>,
    /// Arguments of all edges.
    pub edge_args: Vec<VReg>,
    /// Number of virtual registers.
    pub num_vregs: usize,
    /// How many of them, the first ones, live across blocks.
    pub num_global_vregs: usize,
    /// How many steps the backtracking allocator makes to compute dominators; see `BlockOrder`.
    pub dominator_steps: u64,
    /// Whether any register is of class float.
    pub has_floats: bool,
    /// Whether any value is wider than 64 bits, so that spill slots of class float take 16 bytes.
    pub has_vectors: bool,
    /// Calls.
    pub calls: Vec<CallInfo>,
    /// Symbols.
    pub symbols: Vec<Symbol>,
    /// Jump tables.
    pub jump_tables: Vec<JumpTableInfo>,
    /// Successor numbers of all jump tables.
    pub table_targets: Vec<u32>,
    /// Constants of the pool.
    pub consts: Vec<PoolConst>,
    /// Their bytes.
    pub const_bytes: Vec<u8>,
    /// Trap codes by instruction, ascending.
    pub traps: Vec<(u32, TrapCode)>,
    /// Source locations: from this instruction on, until the next entry.
    pub srclocs: Vec<(u32, ir::SourceLoc)>,
    /// Value labels, sorted by register.
    pub value_labels: Vec<LabelRange>,
    /// Size of the stack slots.
    pub slots_size: u32,
    /// Their largest alignment in bytes.
    pub slots_align: u32,
    /// Largest area of outgoing stack arguments.
    pub outgoing_size: u32,
    /// Largest area of stack arguments of a tail call.
    pub tail_args_size: u32,
    /// Whether there is a call that returns here.
    pub has_calls: bool,
}

impl VCode {
    /// Empties it, keeping the memory.
    pub fn clear(&mut self) {
        self.first_inst = self.insts.len();
        self.first_operand = self.operands.len();
        self.blocks.clear();
        self.succs.clear();
        self.succ_args.clear();
        self.preds.clear();
        self.params.clear();
        self.edge_args.clear();
        self.num_vregs = 0;
        self.num_global_vregs = 0;
        self.dominator_steps = 0;
        self.has_floats = false;
        self.has_vectors = false;
        self.calls.clear();
        self.symbols.clear();
        self.jump_tables.clear();
        self.table_targets.clear();
        self.consts.clear();
        self.const_bytes.clear();
        self.traps.clear();
        self.srclocs.clear();
        self.value_labels.clear();
        self.slots_size = 0;
        self.slots_align = 1;
        self.outgoing_size = 0;
        self.tail_args_size = 0;
        self.has_calls = false;
    }

    /// The instructions.
    #[inline]
    pub fn insts(&self) -> &[MInst] {
        &self.insts[self.first_inst..]
    }

    /// All operands.
    #[inline]
    pub fn operands(&self) -> &[Operand] {
        &self.operands[self.first_operand..]
    }

    /// The operands of instruction `inst`; after `finish`.
    #[inline]
    pub fn inst_operands(&self, inst: usize) -> &[Operand] {
        let insts = self.insts();
        let start = insts[inst].operands as usize;
        match insts.get(inst + 1) {
            Some(next) => &self.operands()[start..next.operands as usize],
            None => &self.operands()[start..],
        }
    }

    /// How many instructions there are.
    #[inline]
    pub fn num_insts(&self) -> usize {
        self.insts.len() - self.first_inst
    }

    /// How many operands there are.
    #[inline]
    pub fn num_operands(&self) -> usize {
        self.operands.len() - self.first_operand
    }

    /// Puts a sequence of instructions, given in forward order, before all others.
    /// `MInst::operands` of each is the index of its first operand in `operands`.
    pub fn prepend(&mut self, insts: &[MInst], operands: &[Operand]) {
        if self.first_operand < operands.len() {
            grow(
                &mut self.operands,
                &mut self.first_operand,
                operands.len(),
                Operand::any_use(VReg::invalid()),
            );
        }
        if self.first_inst < insts.len() {
            grow(&mut self.insts, &mut self.first_inst, insts.len(), MInst::default());
        }
        self.first_operand -= operands.len();
        self.operands[self.first_operand..self.first_operand + operands.len()]
            .copy_from_slice(operands);
        self.first_inst -= insts.len();
        let distance = (self.operands.len() - self.first_operand) as u32;
        for (to, from) in self.insts[self.first_inst..].iter_mut().zip(insts) {
            *to = *from;
            to.operands = distance - from.operands;
        }
    }

    /// Turns distances from the end into indices, and gives every register its final number: that
    /// of its representative, or the next one where it has none yet. Returns how many there are.
    ///
    /// A use that may be in memory is offered so to the allocator where its value comes from
    /// another block. In the block that makes it, a value is mostly used while a register still
    /// holds it: there the allocator would spill it for one that is used later.
    pub(crate) fn finish(&mut self, roots: &[u32], numbers: &mut [u32], next: u32) -> usize {
        let locals = next;
        let mut next = next;
        let mut rename = |vreg: u32| {
            let number = &mut numbers[roots[vreg as usize] as usize];
            if *number == u32::MAX {
                *number = next;
                next += 1;
            }
            *number
        };
        let total = self.num_operands() as u32;
        for inst in &mut self.insts[self.first_inst..] {
            inst.operands = total - inst.operands;
        }
        for operand in &mut self.operands[self.first_operand..] {
            // The number of the register is the low half of an operand; those of registers that are
            // not allocated are out of the table.
            let bits = operand.bits();
            if (bits as u32 as usize) < roots.len() {
                let number = rename(bits as u32);
                *operand = Operand::from_bits(bits >> 32 << 32 | number as u64);
                if number >= locals
                    && operand.constraint() == OperandConstraint::Any
                    && operand.kind() == OperandKind::Use
                {
                    let (reg, pos) = (operand.vreg(), operand.pos());
                    *operand = Operand::new(reg, OperandConstraint::Reg, OperandKind::Use, pos);
                }
            }
        }
        for vreg in self.params.iter_mut().chain(&mut self.edge_args) {
            *vreg = VReg::new(rename(vreg.vreg() as u32) as usize, vreg.class());
        }
        let used = next as usize;
        self.value_labels.retain_mut(|label| {
            let number = numbers[label.0.vreg()];
            label.0 = VReg::new(number.min(VReg::MAX as u32) as usize, label.0.class());
            number != u32::MAX
        });
        self.value_labels.sort();
        self.value_labels.dedup();
        used
    }

    /// Adds a symbol, or finds it again where it was the last one.
    pub fn symbol(&mut self, name: ir::ExternalName, offset: i64) -> u32 {
        let symbol = Symbol { name, offset };
        if self.symbols.last() != Some(&symbol) {
            self.symbols.push(symbol);
        }
        self.symbols.len() as u32 - 1
    }

    /// Adds a constant to the pool, or finds it again; the result is a label number.
    pub fn pool_constant(&mut self, bytes: &[u8], align: u32) -> u32 {
        // A pool is small; a search over the last few keeps this constant in the size of the
        // function.
        let recent = self.consts.len().saturating_sub(16);
        for (i, c) in self.consts.iter().enumerate().skip(recent) {
            if &self.const_bytes[c.bytes.range()] == bytes {
                return CONST_LABEL | i as u32;
            }
        }
        let start = self.const_bytes.len() as u32;
        self.const_bytes.extend_from_slice(bytes);
        let end = self.const_bytes.len() as u32;
        self.consts.push(PoolConst { bytes: Span { start, end }, align });
        CONST_LABEL | (self.consts.len() as u32 - 1)
    }

    /// The class of registers that hold floats.
    pub const FLOAT: RegClass = RegClass::Float;
}

/// Makes room at the front: at least doubles the array, its contents at the end.
#[cold]
fn grow<T: Copy>(array: &mut Vec<T>, first: &mut usize, needed: usize, filler: T) {
    let old = array.len();
    let new = (old * 2).max(old + needed).max(1024);
    array.resize(new, filler);
    array.copy_within(*first..old, new - (old - *first));
    *first += new - old;
}

/// What the allocator sees of a block.
impl VCode {
    /// The instructions of a block.
    #[inline]
    pub fn block_range(&self, block: RaBlock) -> InstRange {
        let span = self.blocks[block.index()].insts;
        InstRange::new(
            regalloc2::Inst::new(span.start as usize),
            regalloc2::Inst::new(span.end as usize),
        )
    }
}
