//! A function: name, signature, preamble, graph and layout.

use core::ops::{Deref, DerefMut};

use super::CallConv;
use super::dynamic_type::DynamicTypeData;
use super::entities::{
    AliasRegion, AnyEntity, Block, DynamicStackSlot, DynamicType, ExceptionTable, FuncRef,
    GlobalValue, Inst, JumpTable, SigRef, StackSlot, UserExternalNameRef, Value,
};
use super::exception_table::ExceptionTableData;
use super::extfunc::{ArgumentPurpose, ExtFuncData, Signature};
use super::extname::{UserExternalName, UserFuncName};
use super::instructions::BlockCall;
use super::jumptable::JumpTableData;
use super::stackslot::{DynamicStackSlotData, DynamicStackSlots, StackSlotData, StackSlots};
use super::types::Type;
use super::{AliasRegionData, DataFlowGraph, GlobalValueData, Layout, RelSourceLoc, SourceLoc};
use crate::entity::{PrimaryMap, SecondaryMap};
use crate::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// The names that user external names stand for; outside the body, so that equal bodies stay
/// equal when a name changes.
#[derive(Clone, Debug, Default)]
pub struct FunctionParameters {
    base_srcloc: Option<SourceLoc>,
    user_named_funcs: PrimaryMap<UserExternalNameRef, UserExternalName>,
    user_ext_name_to_ref: FxHashMap<UserExternalName, UserExternalNameRef>,
}

impl FunctionParameters {
    /// Without any name.
    pub fn new() -> Self {
        Self::default()
    }

    /// The base of all relative source locations.
    pub fn base_srcloc(&self) -> SourceLoc {
        self.base_srcloc.unwrap_or_default()
    }

    /// Sets the base unless it is set; returns it.
    pub fn ensure_base_srcloc(&mut self, srcloc: SourceLoc) -> SourceLoc {
        *self.base_srcloc.get_or_insert(srcloc)
    }

    /// Moves the base, and with it all locations. For printing.
    pub(crate) fn move_base_srcloc(&mut self, by: u32) {
        if let Some(base) = &mut self.base_srcloc {
            *base = SourceLoc::new(base.bits().wrapping_add(by));
        }
    }

    /// The user names that the function refers to.
    pub fn user_named_funcs(&self) -> &PrimaryMap<UserExternalNameRef, UserExternalName> {
        &self.user_named_funcs
    }

    /// The reference to a user name, made if there is none yet.
    pub fn ensure_user_func_name(&mut self, name: UserExternalName) -> UserExternalNameRef {
        if let Some(&reference) = self.user_ext_name_to_ref.get(&name) {
            return reference;
        }
        let reference = self.user_named_funcs.push(name.clone());
        self.user_ext_name_to_ref.insert(name, reference);
        reference
    }

    /// Changes the name that a reference stands for.
    pub fn reset_user_func_name(&mut self, index: UserExternalNameRef, name: UserExternalName) {
        if let Some(old) = self.user_named_funcs.get_mut(index) {
            self.user_ext_name_to_ref.remove(old);
            *old = name.clone();
            self.user_ext_name_to_ref.insert(name, index);
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.base_srcloc = None;
        self.user_named_funcs.clear();
        self.user_ext_name_to_ref.clear();
    }
}

/// A function without its name.
#[derive(Clone, Debug)]
pub struct FunctionStencil {
    /// The signature.
    pub signature: Signature,
    /// Stack slots of fixed size.
    pub sized_stack_slots: StackSlots,
    /// Stack slots of dynamic vector types.
    pub dynamic_stack_slots: DynamicStackSlots,
    /// Global values.
    pub global_values: PrimaryMap<GlobalValue, GlobalValueData>,
    /// Instructions, values, blocks.
    pub dfg: DataFlowGraph,
    /// The order of blocks and instructions.
    pub layout: Layout,
    /// Source locations of instructions, relative to the base.
    pub srclocs: SecondaryMap<Inst, RelSourceLoc>,
    /// The global that holds the lower limit of the stack.
    pub stack_limit: Option<GlobalValue>,
    /// Declarations that nobody made; see [`Self::is_gap`].
    gaps: FxHashSet<AnyEntity>,
    /// Bytes of the source, to which the work that the function may make is in proportion
    /// ([`crate::budget`]); 0 if the front end does not say.
    pub source_size: u32,
    /// How many functions the module has, which share what is granted beside their sizes; 0 if the
    /// front end does not say.
    pub source_functions: u32,
}

impl FunctionStencil {
    fn clear(&mut self) {
        self.signature.clear(CallConv::Fast);
        self.sized_stack_slots.clear();
        self.dynamic_stack_slots.clear();
        self.global_values.clear();
        self.dfg.clear();
        self.layout.clear();
        self.srclocs.clear();
        self.stack_limit = None;
        self.source_size = 0;
        self.source_functions = 0;
        self.gaps.clear();
    }

    /// Whether a number of a declaration was left out by the text that the function was read from:
    /// something stands there so that the numbers above it keep their place, but nothing refers to
    /// it and nothing holds of it.
    pub fn is_gap(&self, entity: impl Into<AnyEntity>) -> bool {
        !self.gaps.is_empty() && self.gaps.contains(&entity.into())
    }

    /// Notes that a number was left out.
    pub(crate) fn add_gap(&mut self, entity: AnyEntity) {
        self.gaps.insert(entity);
    }

    /// Declares a table for `br_table`.
    pub fn create_jump_table(&mut self, data: JumpTableData) -> JumpTable {
        self.dfg.make_jump_table(data)
    }

    /// Declares a table for `try_call`.
    pub fn create_exception_table(&mut self, data: ExceptionTableData) -> ExceptionTable {
        self.dfg.make_exception_table(data)
    }

    /// Declares a stack slot.
    pub fn create_sized_stack_slot(&mut self, data: StackSlotData) -> StackSlot {
        self.sized_stack_slots.push(data)
    }

    /// Declares a slot of a dynamic vector type.
    pub fn create_dynamic_stack_slot(&mut self, data: DynamicStackSlotData) -> DynamicStackSlot {
        self.dynamic_stack_slots.push(data)
    }

    /// Declares a signature.
    pub fn import_signature(&mut self, signature: Signature) -> SigRef {
        self.dfg.signatures.push(signature)
    }

    /// Declares the signature of one call of a function with variable arguments: `signature` has
    /// all parameters of this call, and the first `fixed` of them are those that the function
    /// declares.
    ///
    /// To call a function that is declared already, give its [`ExtFuncData`] this signature, or
    /// call its address with `call_indirect`.
    pub fn import_variadic_signature(&mut self, signature: Signature, fixed: usize) -> SigRef {
        let sig = self.import_signature(signature);
        self.dfg.set_variadic(sig, fixed);
        sig
    }

    /// Declares a global value.
    pub fn create_global_value(&mut self, data: GlobalValueData) -> GlobalValue {
        self.global_values.push(data)
    }

    /// The globals that one is made from, the first of the chain first, itself last; `None` if
    /// there are more than 64.
    pub fn global_chain(&self, global: GlobalValue) -> Option<SmallVec<[GlobalValue; 4]>> {
        const MOST: usize = 64;
        let next = |&global: &GlobalValue| self.global_values[global].base();
        let mut chain: SmallVec<[_; 4]> =
            core::iter::successors(Some(global), next).take(MOST + 1).collect();
        chain.reverse();
        (chain.len() <= MOST).then_some(chain)
    }

    /// Declares an alias region.
    pub fn create_alias_region(&mut self, data: AliasRegionData) -> AliasRegion {
        self.dfg.alias_regions.push(data)
    }

    /// Declares a dynamic vector type.
    pub fn create_dynamic_ty(&mut self, data: DynamicTypeData) -> DynamicType {
        self.dfg.make_dynamic_ty(data)
    }

    /// The concrete type of a dynamic vector type.
    pub fn get_concrete_dynamic_ty(&self, ty: DynamicType) -> Option<Type> {
        self.dfg.get_dynamic_type(ty)
    }

    /// The type of a dynamic stack slot.
    pub fn get_dynamic_slot_type(&self, slot: DynamicStackSlot) -> Option<Type> {
        self.get_concrete_dynamic_ty(self.dynamic_stack_slots.get(slot)?.dyn_ty)
    }

    /// The parameter of the entry block with this purpose.
    pub fn special_param(&self, purpose: ArgumentPurpose) -> Option<Value> {
        let entry = self.layout.entry_block()?;
        let index = self.signature.special_param_index(purpose)?;
        self.dfg.block_params(entry).get(index).copied()
    }

    /// Whether the block ends in an instruction that leaves or branches.
    pub fn is_block_basic(&self, block: Block) -> Result<(), (Inst, &'static str)> {
        let mut insts = self.layout.block_insts(block);
        match insts.find(|&inst| self.dfg[inst].opcode.is_terminator()) {
            Some(inst) if insts.next().is_some() => Err((inst, "a terminator ends its block")),
            _ => Ok(()),
        }
    }

    /// The targets of the block's terminator, in order.
    pub fn block_successors(&self, block: Block) -> impl DoubleEndedIterator<Item = Block> + '_ {
        let calls: &[BlockCall] = match self.layout.last_inst(block) {
            Some(inst) => self.dfg.branch_targets(inst),
            None => &[],
        };
        calls.iter().map(BlockCall::target)
    }

    /// Changes all targets `old` of the branch to `new`.
    pub fn rewrite_branch_destination(&mut self, inst: Inst, old: Block, new: Block) {
        for call in self.dfg.branch_targets_mut(inst) {
            if call.target() == old {
                call.set_target(new);
            }
        }
    }

    /// The absolute source location of an instruction, relative to `base`.
    pub fn rel_srcloc(&self, inst: Inst) -> RelSourceLoc {
        self.srclocs[inst]
    }

    /// The size of the fixed stack slots together, in bytes.
    pub fn fixed_stack_size(&self) -> u32 {
        self.sized_stack_slots.values().fold(0, |sum, slot| sum.saturating_add(slot.size))
    }
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: UserFuncName,
    /// All but the names.
    pub stencil: FunctionStencil,
    /// What user names stand for.
    pub params: FunctionParameters,
}

impl Deref for Function {
    type Target = FunctionStencil;

    #[inline]
    fn deref(&self) -> &FunctionStencil {
        &self.stencil
    }
}

impl DerefMut for Function {
    #[inline]
    fn deref_mut(&mut self) -> &mut FunctionStencil {
        &mut self.stencil
    }
}

impl Default for Function {
    fn default() -> Self {
        Self::new()
    }
}

impl Function {
    /// An empty function with the signature `() fast`.
    pub fn new() -> Self {
        Self::with_name_signature(UserFuncName::default(), Signature::new(CallConv::Fast))
    }

    /// An empty function.
    pub fn with_name_signature(name: UserFuncName, signature: Signature) -> Self {
        Self {
            name,
            stencil: FunctionStencil {
                signature,
                sized_stack_slots: StackSlots::new(),
                dynamic_stack_slots: DynamicStackSlots::new(),
                global_values: PrimaryMap::new(),
                dfg: DataFlowGraph::new(),
                layout: Layout::new(),
                srclocs: SecondaryMap::new(),
                stack_limit: None,
                gaps: FxHashSet::default(),
                source_size: 0,
                source_functions: 0,
            },
            params: FunctionParameters::default(),
        }
    }

    /// Empties the function and keeps its memory.
    pub fn clear(&mut self) {
        self.stencil.clear();
        self.params.clear();
        self.name = UserFuncName::default();
    }

    /// Declares a function that may be called.
    pub fn import_function(&mut self, data: ExtFuncData) -> FuncRef {
        self.stencil.dfg.ext_funcs.push(data)
    }

    /// The reference to a user name.
    pub fn declare_imported_user_function(
        &mut self,
        name: UserExternalName,
    ) -> UserExternalNameRef {
        self.params.ensure_user_func_name(name)
    }

    /// The source location of the instruction.
    pub fn srcloc(&self, inst: Inst) -> SourceLoc {
        self.stencil.srclocs[inst].expand(self.params.base_srcloc())
    }

    /// Sets the source location of the instruction.
    pub fn set_srcloc(&mut self, inst: Inst, srcloc: SourceLoc) {
        let base = self.params.ensure_base_srcloc(srcloc);
        self.stencil.srclocs[inst] = RelSourceLoc::from_base_offset(base, srcloc);
    }

    /// Name and signature for printing.
    pub fn display_spec(&self) -> impl core::fmt::Display + '_ {
        core::fmt::from_fn(|f| write!(f, "{}{}", self.name, self.signature))
    }

    /// Records that value labels are wanted.
    pub fn collect_debug_info(&mut self) {
        self.stencil.dfg.collect_debug_info();
    }
}
