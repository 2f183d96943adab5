//! Cursors: a place in a function, and instructions inserted there.

use crate::ir::{
    self, Block, BuildInFunction, DataFlowGraph, Function, InsertBuilder, Inst, InstInserterBase,
    InstructionData, Type, Value,
};

/// Where a cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorPosition {
    /// Nowhere: nothing can be inserted.
    Nowhere,
    /// At an instruction: new ones go in front of it.
    At(Inst),
    /// In front of a block.
    Before(Block),
    /// At the end of a block: new instructions go there.
    After(Block),
}

/// What every cursor can do.
pub trait Cursor {
    /// The position.
    fn position(&self) -> CursorPosition;

    /// Sets the position.
    fn set_position(&mut self, pos: CursorPosition);

    /// The source location of new instructions.
    fn srcloc(&self) -> ir::SourceLoc;

    /// Sets the source location of new instructions.
    fn set_srcloc(&mut self, srcloc: ir::SourceLoc);

    /// The layout.
    fn layout(&self) -> &ir::Layout;

    /// The layout, to write.
    fn layout_mut(&mut self) -> &mut ir::Layout;

    /// As [`Self::set_srcloc`], to chain.
    fn with_srcloc(mut self, srcloc: ir::SourceLoc) -> Self
    where
        Self: Sized,
    {
        self.set_srcloc(srcloc);
        self
    }

    /// This cursor, at the position.
    fn at_position(mut self, pos: CursorPosition) -> Self
    where
        Self: Sized,
    {
        self.set_position(pos);
        self
    }

    /// This cursor, at the instruction.
    fn at_inst(mut self, inst: Inst) -> Self
    where
        Self: Sized,
    {
        self.goto_inst(inst);
        self
    }

    /// This cursor, in front of the block.
    fn at_top(mut self, block: Block) -> Self
    where
        Self: Sized,
    {
        self.goto_top(block);
        self
    }

    /// This cursor, at the first instruction of the block.
    fn at_first_inst(mut self, block: Block) -> Self
    where
        Self: Sized,
    {
        self.goto_first_inst(block);
        self
    }

    /// This cursor, at the last instruction of the block.
    fn at_last_inst(mut self, block: Block) -> Self
    where
        Self: Sized,
    {
        self.goto_last_inst(block);
        self
    }

    /// This cursor, at the end of the block.
    fn at_bottom(mut self, block: Block) -> Self
    where
        Self: Sized,
    {
        self.goto_bottom(block);
        self
    }

    /// This cursor, at the first instruction of the block.
    fn at_first_insertion_point(mut self, block: Block) -> Self
    where
        Self: Sized,
    {
        self.goto_first_insertion_point(block);
        self
    }

    /// This cursor, behind the instruction.
    fn after_inst(mut self, inst: Inst) -> Self
    where
        Self: Sized,
    {
        self.goto_after_inst(inst);
        self
    }

    /// The block of the position.
    fn current_block(&self) -> Option<Block> {
        match self.position() {
            CursorPosition::Nowhere => None,
            CursorPosition::At(inst) => self.layout().inst_block(inst),
            CursorPosition::Before(block) | CursorPosition::After(block) => Some(block),
        }
    }

    /// The instruction of the position.
    fn current_inst(&self) -> Option<Inst> {
        match self.position() {
            CursorPosition::At(inst) => Some(inst),
            _ => None,
        }
    }

    /// Goes to the instruction, which must be in the layout.
    fn goto_inst(&mut self, inst: Inst) {
        debug_assert!(self.layout().inst_block(inst).is_some());
        self.set_position(CursorPosition::At(inst));
    }

    /// Goes behind the instruction.
    fn goto_after_inst(&mut self, inst: Inst) {
        let block = self.layout().inst_block(inst).expect("the instruction is in the layout");
        self.set_position(match self.layout().next_inst(inst) {
            Some(next) => CursorPosition::At(next),
            None => CursorPosition::After(block),
        });
    }

    /// Goes to the first instruction of the block, or to its end.
    fn goto_first_insertion_point(&mut self, block: Block) {
        self.set_position(match self.layout().first_inst(block) {
            Some(inst) => CursorPosition::At(inst),
            None => CursorPosition::After(block),
        });
    }

    /// Goes to the first instruction of the block, which must have one.
    fn goto_first_inst(&mut self, block: Block) {
        let inst = self.layout().first_inst(block).expect("the block has instructions");
        self.goto_inst(inst);
    }

    /// Goes to the last instruction of the block, which must have one.
    fn goto_last_inst(&mut self, block: Block) {
        let inst = self.layout().last_inst(block).expect("the block has instructions");
        self.goto_inst(inst);
    }

    /// Goes in front of the block.
    fn goto_top(&mut self, block: Block) {
        debug_assert!(self.layout().is_block_inserted(block));
        self.set_position(CursorPosition::Before(block));
    }

    /// Goes to the end of the block.
    fn goto_bottom(&mut self, block: Block) {
        debug_assert!(self.layout().is_block_inserted(block));
        self.set_position(CursorPosition::After(block));
    }

    /// Where [`Self::next_block`] would go.
    fn next_block_position(&self) -> CursorPosition {
        let next = match self.current_block() {
            Some(block) => self.layout().next_block(block),
            None => self.layout().entry_block(),
        };
        next.map_or(CursorPosition::Nowhere, CursorPosition::Before)
    }

    /// Where [`Self::prev_block`] would go.
    fn prev_block_position(&self) -> CursorPosition {
        let prev = match self.current_block() {
            Some(block) => self.layout().prev_block(block),
            None => self.layout().last_block(),
        };
        prev.map_or(CursorPosition::Nowhere, CursorPosition::After)
    }

    /// The next instruction of the block, or its end; `None` where there is nothing behind.
    fn next_inst_position(&self) -> Option<CursorPosition> {
        let (next, block) = match self.position() {
            CursorPosition::Nowhere | CursorPosition::After(_) => return None,
            CursorPosition::At(inst) => {
                (self.layout().next_inst(inst), self.layout().inst_block(inst)?)
            }
            CursorPosition::Before(block) => (self.layout().first_inst(block), block),
        };
        Some(next.map_or(CursorPosition::After(block), CursorPosition::At))
    }

    /// The previous instruction of the block, or its top; `None` where there is nothing before.
    fn prev_inst_position(&self) -> Option<CursorPosition> {
        let (prev, block) = match self.position() {
            CursorPosition::Nowhere | CursorPosition::Before(_) => return None,
            CursorPosition::At(inst) => {
                (self.layout().prev_inst(inst), self.layout().inst_block(inst)?)
            }
            CursorPosition::After(block) => (self.layout().last_inst(block), block),
        };
        Some(prev.map_or(CursorPosition::Before(block), CursorPosition::At))
    }

    /// The next position in the block, or the next block's top.
    fn next_position(&self) -> CursorPosition {
        self.next_inst_position().unwrap_or_else(|| self.next_block_position())
    }

    /// The previous position in the block, or the previous block's end.
    fn prev_position(&self) -> CursorPosition {
        self.prev_inst_position().unwrap_or_else(|| self.prev_block_position())
    }

    /// Goes to the next block's top and returns it.
    fn next_block(&mut self) -> Option<Block> {
        let next = self.next_block_position();
        self.set_position(next);
        self.current_block()
    }

    /// Goes to the previous block's end and returns it.
    fn prev_block(&mut self) -> Option<Block> {
        let prev = self.prev_block_position();
        self.set_position(prev);
        self.current_block()
    }

    /// Goes to the next instruction of the block and returns it.
    fn next_inst(&mut self) -> Option<Inst> {
        let next = self.next_inst_position()?;
        self.set_position(next);
        self.current_inst()
    }

    /// Goes to the previous instruction of the block and returns it.
    fn prev_inst(&mut self) -> Option<Inst> {
        let prev = self.prev_inst_position()?;
        self.set_position(prev);
        self.current_inst()
    }

    /// Inserts the instruction at the position, which stays behind it.
    fn insert_inst(&mut self, inst: Inst) {
        match self.position() {
            CursorPosition::Nowhere | CursorPosition::Before(_) => {
                panic!("no instruction can be inserted here")
            }
            CursorPosition::At(at) => self.layout_mut().insert_inst(inst, at),
            CursorPosition::After(block) => self.layout_mut().append_inst(inst, block),
        }
    }

    /// Removes the current instruction and goes to the next.
    fn remove_inst(&mut self) -> Inst {
        let inst = self.current_inst().expect("the cursor is at an instruction");
        self.next_inst();
        self.layout_mut().remove_inst(inst);
        inst
    }

    /// Puts an instruction in the place of the current one, which is returned. The position is at
    /// the new one.
    fn replace_inst(&mut self, new_inst: Inst) -> Inst {
        let old = self.remove_inst();
        self.insert_inst(new_inst);
        self.set_position(CursorPosition::At(new_inst));
        old
    }

    /// Removes the current instruction and goes to the one before it.
    fn remove_inst_and_step_back(&mut self) -> Inst {
        let inst = self.current_inst().expect("the cursor is at an instruction");
        self.prev_inst();
        self.layout_mut().remove_inst(inst);
        inst
    }

    /// Inserts the block at the position: behind the current block, which is split where the
    /// cursor is at an instruction.
    fn insert_block(&mut self, block: Block) {
        match self.position() {
            CursorPosition::At(inst) => {
                self.layout_mut().split_block(block, inst);
                return;
            }
            CursorPosition::Nowhere => self.layout_mut().append_block(block),
            CursorPosition::Before(at) => self.layout_mut().insert_block(block, at),
            CursorPosition::After(at) => self.layout_mut().insert_block_after(block, at),
        }
        self.set_position(CursorPosition::After(block));
    }
}

/// A cursor over a whole function.
#[derive(Debug)]
pub struct FuncCursor<'f> {
    pos: CursorPosition,
    srcloc: ir::SourceLoc,
    /// The function.
    pub func: &'f mut Function,
}

impl<'f> FuncCursor<'f> {
    /// A cursor that points nowhere.
    pub fn new(func: &'f mut Function) -> Self {
        Self { pos: CursorPosition::Nowhere, srcloc: ir::SourceLoc::default(), func }
    }

    /// Takes the source location of the instruction.
    pub fn use_srcloc(&mut self, inst: Inst) {
        self.srcloc = self.func.srcloc(inst);
    }

    /// A builder that inserts at the position.
    #[inline]
    pub fn ins(&mut self) -> InsertBuilder<'_, &mut FuncCursor<'f>> {
        InsertBuilder::new(self)
    }
}

impl Cursor for FuncCursor<'_> {
    fn position(&self) -> CursorPosition {
        self.pos
    }

    fn set_position(&mut self, pos: CursorPosition) {
        self.pos = pos;
    }

    fn srcloc(&self) -> ir::SourceLoc {
        self.srcloc
    }

    fn set_srcloc(&mut self, srcloc: ir::SourceLoc) {
        self.srcloc = srcloc;
    }

    fn layout(&self) -> &ir::Layout {
        &self.func.layout
    }

    fn layout_mut(&mut self) -> &mut ir::Layout {
        &mut self.func.layout
    }
}

impl<'c, 'f> InstInserterBase<'c> for &'c mut FuncCursor<'f> {
    fn data_flow_graph(&self) -> &DataFlowGraph {
        &self.func.dfg
    }

    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph {
        &mut self.func.dfg
    }

    fn insert_built_inst(self, inst: Inst) -> &'c mut DataFlowGraph {
        self.insert_inst(inst);
        if !self.srcloc.is_default() {
            self.func.set_srcloc(inst, self.srcloc);
        }
        &mut self.func.dfg
    }
}

impl<'c, 'f> BuildInFunction<'c> for InsertBuilder<'c, &'c mut FuncCursor<'f>> {
    fn function(&self) -> &Function {
        self.inserter().func
    }

    fn build_before(&mut self, data: InstructionData, ctrl_type: Type) -> Value {
        let cursor = self.inserter_mut();
        let inst = cursor.func.dfg.make_inst(data);
        cursor.func.dfg.make_inst_results(inst, ctrl_type);
        cursor.insert_built_inst(inst).first_result(inst)
    }
}
