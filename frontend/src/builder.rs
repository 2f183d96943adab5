//! [`FunctionBuilder`]: fills a function block by block.
//!
//! What holds: a block is pristine (empty), partly filled, or filled (it has a terminator, and
//! nothing may be added). A block enters the layout when its first instruction does. Misuse is a
//! panic in debug builds that says what to do instead; [`FunctionBuilder::finalize`] checks that
//! every block that was begun is filled and sealed.

use std::fmt;

use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::entity::{EntitySet, PackedOption, SecondaryMap};
use windlass_core::ir::{
    Block, BuildInFunction, DataFlowGraph, DebugTag, DynamicStackSlot, DynamicStackSlotData,
    ExtFuncData, FuncRef, Function, GlobalValue, GlobalValueData, Inst, InstBuilderBase,
    InstructionData, JumpTable, JumpTableData, Opcode, RelSourceLoc, SigRef, Signature, SourceLoc,
    StackSlot, StackSlotData, Type, UserStackMapEntry, Value, ValueLabel, ValueLabelAssignments,
    ValueLabelStart,
};
use windlass_core::opt::simplify::{self, Simplifier};

use crate::ssa::SsaBuilder;
use crate::stack_maps::StackMaps;
use crate::variable::Variable;

/// How far a block is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum BlockStatus {
    #[default]
    Empty,
    Partial,
    Filled,
}

/// Memory that builders use again, one function after the other.
#[derive(Default)]
pub struct FunctionBuilderContext {
    ssa: SsaBuilder,
    status: SecondaryMap<Block, BlockStatus>,
    stack_map_vars: EntitySet<Variable>,
    stack_maps: StackMaps,
    simplifier: Simplifier,
}

impl FunctionBuilderContext {
    /// An empty context.
    pub fn new() -> Self {
        Self::default()
    }

    fn clear(&mut self) {
        self.ssa.clear();
        self.status.clear();
        self.stack_map_vars.clear();
        self.stack_maps.clear();
        self.simplifier.clear();
    }

    fn is_empty(&self) -> bool {
        self.ssa.is_empty() && self.stack_maps.is_empty()
    }
}

/// Builds one function.
pub struct FunctionBuilder<'a> {
    /// The function being built.
    pub func: &'a mut Function,
    srcloc: SourceLoc,
    ctx: &'a mut FunctionBuilderContext,
    position: PackedOption<Block>,
    /// Whether the current block is in the layout and partly filled.
    inserted: bool,
    /// Whether edges are recorded, for variables.
    tracks_edges: bool,
    /// Whether pure instructions are simplified as they are inserted.
    simplifies: bool,
}

/// Why a variable could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseVariableError {
    /// It was never declared.
    UsedBeforeDeclared(Variable),
}

impl fmt::Display for UseVariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UseVariableError::UsedBeforeDeclared(variable) = self;
        write!(f, "{variable} is read but was never declared: call declare_var first")
    }
}

impl std::error::Error for UseVariableError {}

/// Why a variable could not be assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefVariableError {
    /// The value has another type than the variable.
    TypeMismatch(Variable, Value),
    /// It was never declared.
    DefinedBeforeDeclared(Variable),
}

impl fmt::Display for DefVariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DefVariableError::TypeMismatch(variable, value) => {
                write!(f, "{variable} was declared with another type than {value} has")
            }
            DefVariableError::DefinedBeforeDeclared(variable) => {
                write!(f, "{variable} is assigned but was never declared: call declare_var first")
            }
        }
    }
}

impl std::error::Error for DefVariableError {}

/// Inserts one instruction at the end of the current block.
pub struct FuncInstBuilder<'short, 'long: 'short> {
    builder: &'short mut FunctionBuilder<'long>,
    block: Block,
}

impl<'short, 'long> InstBuilderBase<'short> for FuncInstBuilder<'short, 'long> {
    #[inline]
    fn data_flow_graph(&self) -> &DataFlowGraph {
        &self.builder.func.dfg
    }

    #[inline]
    fn data_flow_graph_mut(&mut self) -> &mut DataFlowGraph {
        &mut self.builder.func.dfg
    }

    #[inline]
    fn build(self, data: InstructionData, ctrl_typevar: Type) -> (Inst, &'short mut DataFlowGraph) {
        let FuncInstBuilder { builder, block } = self;
        if !builder.inserted {
            builder.ensure_inserted_block();
        }
        let func = &mut *builder.func;
        let inst = func.dfg.make_inst(data);
        func.dfg.make_inst_results(inst, ctrl_typevar);
        func.layout.append_inst(inst, block);
        if !builder.srcloc.is_default() {
            func.set_srcloc(inst, builder.srcloc);
        }
        if data.opcode.is_terminator() {
            builder.end_block(inst, block);
        }
        if is_safepoint(data.opcode) {
            builder.ctx.stack_maps.add_safepoint(block);
        }
        (inst, &mut builder.func.dfg)
    }

    #[inline]
    fn build_value(self, data: InstructionData, ctrl_typevar: Type) -> Value {
        if simplify::applies(data.opcode) && self.builder.simplifies {
            let FuncInstBuilder { builder, block } = self;
            if !builder.inserted {
                builder.ensure_inserted_block();
            }
            return builder.ctx.simplifier.insert(builder.func, block, builder.srcloc, data);
        }
        let (inst, dfg) = self.build(data, ctrl_typevar);
        dfg.first_result(inst)
    }
}

impl<'short, 'long> BuildInFunction<'short> for FuncInstBuilder<'short, 'long> {
    fn function(&self) -> &Function {
        self.builder.func
    }

    fn build_before(&mut self, data: InstructionData, ctrl_type: Type) -> Value {
        FuncInstBuilder { builder: self.builder, block: self.block }.build_value(data, ctrl_type)
    }
}

impl<'a> FunctionBuilder<'a> {
    /// A builder for `func`, which has a name and a signature and no blocks.
    pub fn new(func: &'a mut Function, func_ctx: &'a mut FunctionBuilderContext) -> Self {
        assert!(func_ctx.is_empty(), "the context still belongs to another builder");
        FunctionBuilder {
            func,
            srcloc: SourceLoc::default(),
            ctx: func_ctx,
            position: None.into(),
            inserted: false,
            tracks_edges: true,
            simplifies: false,
        }
    }

    /// A builder for a front end that makes SSA form itself: no variables, and blocks need not be
    /// sealed. Building costs less.
    pub fn without_variables(
        func: &'a mut Function,
        func_ctx: &'a mut FunctionBuilderContext,
    ) -> Self {
        FunctionBuilder { tracks_edges: false, ..Self::new(func, func_ctx) }
    }

    /// Whether pure instructions are simplified as they are inserted: constants folded, rewrites
    /// made, equal instructions of a block shared. A result may then be a value that was there
    /// before. At first they are not.
    pub fn set_simplify(&mut self, on: bool) {
        self.simplifies = on;
    }

    /// The block that is being filled.
    pub fn current_block(&self) -> Option<Block> {
        self.position.expand()
    }

    /// Sets the source location of the instructions that follow.
    #[inline]
    pub fn set_srcloc(&mut self, srcloc: SourceLoc) {
        self.srcloc = srcloc;
    }

    /// The source location of the instructions that follow.
    pub fn srcloc(&self) -> SourceLoc {
        self.srcloc
    }

    /// Makes a block. It enters the function when something is inserted.
    pub fn create_block(&mut self) -> Block {
        self.func.dfg.make_block()
    }

    /// Marks a block as seldom executed.
    pub fn set_cold_block(&mut self, block: Block) {
        self.func.layout.set_cold(block);
    }

    /// Puts an empty block into the layout, after another one.
    pub fn insert_block_after(&mut self, block: Block, after: Block) {
        self.func.layout.insert_block_after(block, after);
    }

    /// The next instructions go to the end of this block, which must not be filled. The block
    /// before must be filled, or empty.
    pub fn switch_to_block(&mut self, block: Block) {
        debug_assert!(
            self.position.is_none()
                || self.is_unreachable()
                || self.is_pristine(self.position.unwrap())
                || self.is_filled(self.position.unwrap()),
            "fill {} with a terminator before switching to {block}",
            self.position.unwrap(),
        );
        debug_assert!(!self.is_filled(block), "{block} already has a terminator");
        self.position = block.into();
        self.inserted = self.ctx.status[block] == BlockStatus::Partial;
    }

    /// All branches to this block exist: parameters for its variables can be completed.
    pub fn seal_block(&mut self, block: Block) {
        if self.tracks_edges {
            self.ctx.ssa.seal_block(self.func, block);
        }
    }

    /// Seals every block that is not sealed: for front ends that cannot tell earlier.
    pub fn seal_all_blocks(&mut self) {
        if self.tracks_edges {
            self.ctx.ssa.seal_all_blocks(self.func);
        }
    }

    /// Declares a variable.
    pub fn declare_var(&mut self, ty: Type) -> Variable {
        assert!(self.tracks_edges, "a builder made without_variables has none");
        self.ctx.ssa.declare_var(ty)
    }

    /// Every value of this variable must be found by stack maps.
    pub fn declare_var_needs_stack_map(&mut self, var: Variable) {
        self.ctx.stack_map_vars.insert(var);
    }

    /// The value of a variable here.
    pub fn try_use_var(&mut self, var: Variable) -> Result<Value, UseVariableError> {
        if self.ctx.ssa.var_type(var).is_none() {
            return Err(UseVariableError::UsedBeforeDeclared(var));
        }
        let block = self.position.expand().expect("switch to a block before reading a variable");
        let value = self.ctx.ssa.use_var(self.func, var, block);
        if self.ctx.stack_map_vars.contains(var) {
            self.declare_value_needs_stack_map(value);
        }
        Ok(value)
    }

    /// The value of a variable here; the variable must be declared.
    pub fn use_var(&mut self, var: Variable) -> Value {
        self.try_use_var(var).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Assigns a value to a variable.
    pub fn try_def_var(&mut self, var: Variable, val: Value) -> Result<(), DefVariableError> {
        let ty = self.ctx.ssa.var_type(var).ok_or(DefVariableError::DefinedBeforeDeclared(var))?;
        if ty != self.func.dfg.value_type(val) {
            return Err(DefVariableError::TypeMismatch(var, val));
        }
        let block = self.position.expand().expect("switch to a block before assigning a variable");
        if self.ctx.stack_map_vars.contains(var) {
            self.declare_value_needs_stack_map(val);
        }
        self.ctx.ssa.def_var(var, val, block);
        Ok(())
    }

    /// Assigns a value to a variable, which must be declared with the value's type.
    pub fn def_var(&mut self, var: Variable, val: Value) {
        self.try_def_var(var, val).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Labels a value for debuggers, from the next instruction on.
    pub fn set_val_label(&mut self, val: Value, label: ValueLabel) {
        if self.func.dfg.values_labels.is_some() {
            let base = self.func.params.base_srcloc();
            let from = RelSourceLoc::from_base_offset(base, self.srcloc);
            let labels = self.func.dfg.values_labels.get_or_insert_default();
            let start = ValueLabelStart { from, label };
            match labels.entry(val).or_insert_with(|| ValueLabelAssignments::Starts(Vec::new())) {
                ValueLabelAssignments::Starts(starts) => starts.push(start),
                ValueLabelAssignments::Alias { .. } => {
                    labels.insert(val, ValueLabelAssignments::Starts(vec![start]));
                }
            }
        }
    }

    /// While this value is live across a call it is kept in a stack slot that the call's stack map
    /// names, and read again from there.
    pub fn declare_value_needs_stack_map(&mut self, val: Value) {
        let size = self.func.dfg.value_type(val).bytes();
        assert!(size <= 16 && size.is_power_of_two(), "no stack map can hold {val}");
        self.ctx.stack_maps.declare(val);
    }

    /// The slot holds, `offset` bytes from its start, a value of this type that the stack map of
    /// every call names: something must be stored there before the first call.
    pub fn declare_stack_slot_needs_stack_map(&mut self, ty: Type, slot: StackSlot, offset: u32) {
        self.ctx.stack_maps.declare_slot(UserStackMapEntry { ty, slot, offset });
    }

    /// Makes a table for `br_table`.
    pub fn create_jump_table(&mut self, data: JumpTableData) -> JumpTable {
        self.func.create_jump_table(data)
    }

    /// Makes a stack slot.
    pub fn create_sized_stack_slot(&mut self, data: StackSlotData) -> StackSlot {
        self.func.create_sized_stack_slot(data)
    }

    /// Makes a stack slot whose size is known when the program runs.
    pub fn create_dynamic_stack_slot(&mut self, data: DynamicStackSlotData) -> DynamicStackSlot {
        self.func.create_dynamic_stack_slot(data)
    }

    /// Declares a signature.
    pub fn import_signature(&mut self, signature: Signature) -> SigRef {
        self.func.import_signature(signature)
    }

    /// Declares the signature of one call of a function with variable arguments; see
    /// `Function::import_variadic_signature`.
    pub fn import_variadic_signature(&mut self, signature: Signature, fixed: usize) -> SigRef {
        self.func.import_variadic_signature(signature, fixed)
    }

    /// Declares a function to call.
    pub fn import_function(&mut self, data: ExtFuncData) -> FuncRef {
        self.func.import_function(data)
    }

    /// Declares a global value.
    pub fn create_global_value(&mut self, data: GlobalValueData) -> GlobalValue {
        self.func.create_global_value(data)
    }

    /// Inserts at the end of the current block.
    #[inline]
    pub fn ins<'short>(&'short mut self) -> FuncInstBuilder<'short, 'a> {
        let block = self.position.expand().expect("switch to a block before inserting");
        FuncInstBuilder { builder: self, block }
    }

    /// Puts the current block into the layout if it is not there.
    pub fn ensure_inserted_block(&mut self) {
        let block = self.position.expand().expect("switch to a block before inserting");
        if self.ctx.status[block] == BlockStatus::Empty {
            if !self.func.layout.is_block_inserted(block) {
                self.func.layout.append_block(block);
            }
            self.ctx.status[block] = BlockStatus::Partial;
        } else {
            assert!(
                self.ctx.status[block] == BlockStatus::Partial,
                "{block} has a terminator: nothing can be added"
            );
        }
        self.inserted = true;
    }

    /// A cursor at the end of the current block.
    pub fn cursor(&mut self) -> FuncCursor<'_> {
        self.ensure_inserted_block();
        let block = self.position.expand().expect("switch to a block before inserting");
        FuncCursor::new(self.func).with_srcloc(self.srcloc).at_bottom(block)
    }

    /// Gives the entry block a parameter for each of the function's.
    pub fn append_block_params_for_function_params(&mut self, block: Block) {
        debug_assert!(self.is_pristine(block), "parameters come before instructions");
        for index in 0..self.func.signature.params.len() {
            let ty = self.func.signature.params[index].value_type;
            self.func.dfg.append_block_param(block, ty);
        }
    }

    /// Gives a block a parameter for each result of the function.
    pub fn append_block_params_for_function_returns(&mut self, block: Block) {
        debug_assert!(self.is_pristine(block), "parameters come before instructions");
        for index in 0..self.func.signature.returns.len() {
            let ty = self.func.signature.returns[index].value_type;
            self.func.dfg.append_block_param(block, ty);
        }
    }

    /// Gives up: the function is left as it is, of no use but to be cleared.
    pub fn abandon(self) {
        self.ctx.clear();
    }

    /// Ends the work. Every block that was begun must have a terminator and be sealed.
    pub fn finalize(self) {
        for block in (0..self.func.dfg.num_blocks() as u32).map(Block::from_u32) {
            let status = self.ctx.status[block];
            assert!(status != BlockStatus::Partial, "{block} has no terminator");
            assert!(
                !self.tracks_edges || status == BlockStatus::Empty || self.ctx.ssa.is_sealed(block),
                "{block} is not sealed"
            );
        }
        self.ctx.ssa.finish_params(self.func);
        self.ctx.stack_maps.run(self.func);
        self.ctx.clear();
    }

    /// The parameters of a block.
    pub fn block_params(&self, block: Block) -> &[Value] {
        self.func.dfg.block_params(block)
    }

    /// A declared signature.
    pub fn signature(&self, sigref: SigRef) -> Option<&Signature> {
        self.func.dfg.signatures.get(sigref)
    }

    /// Adds a parameter to a block that holds nothing yet.
    pub fn append_block_param(&mut self, block: Block, ty: Type) -> Value {
        debug_assert!(self.is_pristine(block), "parameters come before instructions");
        self.func.dfg.append_block_param(block, ty)
    }

    /// The results of an instruction.
    pub fn inst_results(&self, inst: Inst) -> &[Value] {
        self.func.dfg.inst_results(inst)
    }

    /// Replaces a target of a branch.
    pub fn change_jump_destination(&mut self, inst: Inst, old_block: Block, new_block: Block) {
        let from = self.func.layout.inst_block(inst);
        for target in 0..self.func.dfg.branch_targets(inst).len() {
            let call = &mut self.func.dfg.branch_targets_mut(inst)[target];
            if call.target() == old_block {
                call.set_target(new_block);
                if let Some(from) = from.filter(|_| self.tracks_edges) {
                    self.ctx.ssa.remove_edge(inst, target as u32, old_block);
                    self.ctx.ssa.declare_edge(from, inst, target as u32, new_block);
                }
            }
        }
    }

    /// Attaches debug tags to an instruction.
    pub fn set_debug_tags(&mut self, inst: Inst, tags: impl IntoIterator<Item = DebugTag>) {
        self.func.dfg.set_debug_tags(inst, tags);
    }

    /// Whether no branch leads to the current block, and none will.
    pub fn is_unreachable(&self) -> bool {
        let Some(block) = self.position.expand() else { return true };
        let is_entry = self.func.layout.entry_block().is_none_or(|entry| entry == block);
        self.tracks_edges
            && !is_entry
            && self.ctx.ssa.is_sealed(block)
            && !self.ctx.ssa.has_predecessors(block)
    }

    fn is_pristine(&self, block: Block) -> bool {
        self.ctx.status[block] == BlockStatus::Empty
    }

    fn is_filled(&self, block: Block) -> bool {
        self.ctx.status[block] == BlockStatus::Filled
    }

    fn end_block(&mut self, inst: Inst, block: Block) {
        self.ctx.status[block] = BlockStatus::Filled;
        self.inserted = false;
        if self.tracks_edges {
            for (target, call) in self.func.dfg.branch_targets(inst).iter().enumerate() {
                self.ctx.ssa.declare_edge(block, inst, target as u32, call.target());
            }
        }
    }
}

impl fmt::Debug for FunctionBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a builder of {}", self.func.name)
    }
}

/// Whether a collector may run there: calls that return.
pub(crate) fn is_safepoint(opcode: Opcode) -> bool {
    opcode.is_call() && !opcode.is_return()
}
