//! The data-flow graph: instructions, values, blocks' parameters, and the pools that they name.
//!
//! What holds: every value is the result of one instruction, a parameter of one block, or an alias
//! of another value; alias chains end (they are resolved with a bound on their length). Nothing
//! here knows an order: that is the layout's.

use core::ops::{Index, IndexMut};
use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::CallConv;
use super::dynamic_type::{DynamicTypeData, DynamicTypes};
use super::entities::{
    AliasRegion, Block, Constant, DynamicType, ExceptionTable, FuncRef, Immediate, Inst, JumpTable,
    SigRef, Value,
};
use super::exception_table::{ExceptionTableData, ExceptionTables};
use super::extfunc::ExtFuncData;
use super::instructions::{
    BlockArg, BlockCall, CallInfo, InstructionData, ValueList, ValueListPool,
};
use super::insts::Insts;
use super::jumptable::{JumpTableData, JumpTables};
use super::opcodes::TypeExpr;
use super::types::{self, Type};
use super::user_stack_maps::{UserStackMapEntry, UserStackMapEntryVec};
use super::{
    ConstantData, ConstantPool, DebugTag, Opcode, RelSourceLoc, Signature, ValueLabelAssignments,
};
use crate::entity::{EntityRef, EntitySet, PrimaryMap, ReservedValue, SecondaryMap};

/// The parameters of a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockData {
    params: ValueList,
}

impl BlockData {
    /// The parameters.
    #[inline]
    pub fn params<'a>(&self, pool: &'a ValueListPool) -> &'a [Value] {
        self.params.as_slice(pool)
    }
}

/// The blocks of a function.
#[derive(Clone, Debug, Default)]
pub struct Blocks(PrimaryMap<Block, BlockData>);

impl Blocks {
    /// Makes a block.
    pub fn add(&mut self) -> Block {
        self.0.push(BlockData::default())
    }

    /// All blocks ever made.
    pub fn iter(&self) -> impl Iterator<Item = Block> + use<> {
        self.0.keys()
    }

    /// The number of blocks ever made.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Whether the block exists.
    #[inline]
    pub fn is_valid(&self, block: Block) -> bool {
        self.0.is_valid(block)
    }
}

impl Index<Block> for Blocks {
    type Output = BlockData;

    #[inline]
    fn index(&self, block: Block) -> &BlockData {
        &self.0[block]
    }
}

/// Where a value comes from, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueKind {
    Inst,
    Param,
    Alias,
}

/// A value: its type, and its definition.
#[derive(Clone, Copy, Debug)]
struct ValueData {
    ty: Type,
    kind: ValueKind,
    /// The number of the result or parameter.
    num: u32,
    /// The instruction, block or original value.
    index: u32,
}

/// Where a value is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueDef {
    /// The `n`-th result of an instruction.
    Result(Inst, usize),
    /// The `n`-th parameter of a block.
    Param(Block, usize),
    /// One of two equal values.
    Union(Value, Value),
}

impl ValueDef {
    /// The instruction, or `None` for a parameter.
    #[inline]
    pub fn inst(&self) -> Option<Inst> {
        match *self {
            ValueDef::Result(inst, _) => Some(inst),
            _ => None,
        }
    }

    /// The instruction; the value must be a result.
    #[inline]
    pub fn unwrap_inst(&self) -> Inst {
        self.inst().expect("the value is the result of an instruction")
    }

    /// The block; the value must be a parameter.
    #[inline]
    pub fn unwrap_block(&self) -> Block {
        match *self {
            ValueDef::Param(block, _) => block,
            _ => panic!("the value is the parameter of a block"),
        }
    }

    /// The number of the result or parameter.
    #[inline]
    pub fn num(&self) -> usize {
        match *self {
            ValueDef::Result(_, n) | ValueDef::Param(_, n) => n,
            ValueDef::Union(..) => 0,
        }
    }
}

/// The results of an instruction: none, one value, or a list in the pool. An array of one value,
/// so that a slice of it can be lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Results([Value; 1]);

/// Marks a list handle; values have numbers below.
const LIST_BIT: u32 = 1 << 31;

impl Results {
    #[inline]
    fn none() -> Self {
        Results([Value::reserved_value()])
    }

    #[inline]
    fn one(value: Value) -> Self {
        Results([value])
    }

    #[inline]
    fn list(list: ValueList) -> Self {
        if list.is_empty() {
            Self::none()
        } else {
            Results([Value::from_bits(list.as_bits() | LIST_BIT)])
        }
    }

    #[inline]
    fn is_none(self) -> bool {
        self.0[0].is_reserved_value()
    }

    #[inline]
    fn as_list(self) -> Option<ValueList> {
        let bits = self.0[0].as_bits();
        (!self.is_none() && bits & LIST_BIT != 0).then(|| ValueList::from_bits(bits & !LIST_BIT))
    }
}

impl Default for Results {
    fn default() -> Self {
        Self::none()
    }
}

/// All that a function is made of but the order of its blocks and instructions.
#[derive(Clone, Debug, Default)]
pub struct DataFlowGraph {
    /// The instructions, and the block calls of branches.
    pub insts: Insts,
    results: SecondaryMap<Inst, Results>,
    /// The blocks with their parameters.
    pub blocks: Blocks,
    /// The pool of all value lists.
    pub value_lists: ValueListPool,
    values: PrimaryMap<Value, ValueData>,
    /// Dynamic vector types.
    pub dynamic_types: DynamicTypes,
    /// Declared signatures.
    pub signatures: PrimaryMap<SigRef, Signature>,
    /// Declared functions.
    pub ext_funcs: PrimaryMap<FuncRef, ExtFuncData>,
    /// The tables of `br_table`.
    pub jump_tables: JumpTables,
    /// The tables of `try_call`.
    pub exception_tables: ExceptionTables,
    /// Constants too wide for an instruction.
    pub constants: ConstantPool,
    /// Shuffle masks.
    pub immediates: PrimaryMap<Immediate, ConstantData>,
    /// Alias regions: user number and description.
    pub alias_regions: PrimaryMap<AliasRegion, AliasRegionData>,
    /// Declared functions whose calls may be overwritten while the code runs.
    pub patchable_funcs: EntitySet<FuncRef>,
    /// For signatures of functions with variable arguments: how many parameters are fixed.
    variadic: SecondaryMap<SigRef, Option<u32>>,
    /// Labels of values, when a debugger wants them.
    pub values_labels: Option<BTreeMap<Value, ValueLabelAssignments>>,
    user_stack_maps: crate::FxHashMap<Inst, UserStackMapEntryVec>,
    debug_tags: crate::FxHashMap<Inst, SmallVec<[DebugTag; 4]>>,
}

/// An alias region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasRegionData {
    /// The number that the front end gave it.
    pub user_id: u32,
    /// What it is.
    pub description: String,
}

impl DataFlowGraph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the graph and keeps its memory.
    pub fn clear(&mut self) {
        self.insts.clear();
        self.results.clear();
        self.blocks.0.clear();
        self.value_lists.clear();
        self.values.clear();
        self.dynamic_types.clear();
        self.signatures.clear();
        self.ext_funcs.clear();
        self.jump_tables.clear();
        self.exception_tables.clear();
        self.constants.clear();
        self.immediates.clear();
        self.alias_regions.clear();
        self.patchable_funcs.clear();
        self.variadic.clear();
        self.values_labels = None;
        self.user_stack_maps.clear();
        self.debug_tags.clear();
    }

    /// Makes a declared signature that of a function with variable arguments, of which the first
    /// `fixed` parameters are declared and the others are what one call passes for the `...`.
    pub fn set_variadic(&mut self, sig: SigRef, fixed: usize) {
        self.variadic[sig] = Some(fixed as u32);
    }

    /// How many parameters stand before the `...`, if the signature is that of a function with
    /// variable arguments.
    pub fn variadic(&self, sig: SigRef) -> Option<usize> {
        self.variadic[sig].map(|fixed| fixed as usize)
    }

    /// The number of instructions ever made.
    #[inline]
    pub fn num_insts(&self) -> usize {
        self.insts.len()
    }

    /// Whether the instruction exists.
    #[inline]
    pub fn inst_is_valid(&self, inst: Inst) -> bool {
        self.insts.stored.is_valid(inst)
    }

    /// The number of blocks ever made.
    #[inline]
    pub fn num_blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Whether the block exists.
    #[inline]
    pub fn block_is_valid(&self, block: Block) -> bool {
        self.blocks.is_valid(block)
    }

    /// The number of values ever made.
    #[inline]
    pub fn num_values(&self) -> usize {
        self.values.len()
    }

    /// Whether the value exists.
    #[inline]
    pub fn value_is_valid(&self, value: Value) -> bool {
        self.values.is_valid(value)
    }

    // ---------------------------------------------------------------- values

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = Value> + use<> {
        (0..self.values.len()).map(Value::new)
    }

    /// The type of a value.
    #[inline]
    pub fn value_type(&self, value: Value) -> Type {
        self.values[value].ty
    }

    /// Where a value is defined; aliases are followed.
    #[inline]
    pub fn value_def(&self, value: Value) -> ValueDef {
        let data = self.definition(value);
        if data.kind == ValueKind::Inst {
            ValueDef::Result(Inst::from_u32(data.index), data.num as usize)
        } else {
            ValueDef::Param(Block::from_u32(data.index), data.num as usize)
        }
    }

    /// The instruction that defines the value, if it is not a parameter.
    #[inline]
    pub fn defining_inst(&self, value: Value) -> Option<Inst> {
        let data = self.definition(value);
        (data.kind == ValueKind::Inst).then(|| Inst::from_u32(data.index))
    }

    /// The value that this one is, behind aliases.
    #[inline]
    fn definition(&self, value: Value) -> &ValueData {
        let data = &self.values[value];
        match data.kind {
            ValueKind::Alias => &self.values[self.resolve_aliases(value)],
            _ => data,
        }
    }

    /// Whether the value is a result or parameter that its instruction or block still has.
    pub fn value_is_attached(&self, value: Value) -> bool {
        let data = self.values[value];
        match data.kind {
            ValueKind::Inst => {
                self.inst_results(Inst::from_u32(data.index)).get(data.num as usize) == Some(&value)
            }
            ValueKind::Param => {
                self.block_params(Block::from_u32(data.index)).get(data.num as usize)
                    == Some(&value)
            }
            ValueKind::Alias => false,
        }
    }

    /// The value that an alias stands for, or the value itself.
    #[inline]
    pub fn resolve_aliases(&self, value: Value) -> Value {
        if self.values[value].kind != ValueKind::Alias {
            return value;
        }
        let mut v = value;
        for _ in 0..=self.values.len() {
            let data = self.values[v];
            if data.kind != ValueKind::Alias {
                return v;
            }
            v = Value::from_u32(data.index);
        }
        panic!("the aliases of {value} form a cycle");
    }

    /// The value that `value` is a direct alias of.
    #[inline]
    pub fn value_alias_dest_for_serialization(&self, value: Value) -> Option<Value> {
        let data = self.values[value];
        (data.kind == ValueKind::Alias).then(|| Value::from_u32(data.index))
    }

    /// Whether the value is an alias.
    #[inline]
    pub fn value_is_alias(&self, value: Value) -> bool {
        self.values[value].kind == ValueKind::Alias
    }

    /// Makes `dest` another name of `src`. `dest` must be detached from its definition.
    pub fn change_to_alias(&mut self, dest: Value, src: Value) {
        let original = self.resolve_aliases(src);
        assert_ne!(dest, original, "{dest} would alias itself");
        let ty = self.values[original].ty;
        self.values[dest] =
            ValueData { ty, kind: ValueKind::Alias, num: 0, index: original.as_u32() };
    }

    /// Makes `v` a declared alias of `original`: for the reader.
    pub fn make_value_alias_for_serialization(&mut self, original: Value, v: Value) {
        let ty =
            if self.values.is_valid(original) { self.values[original].ty } else { types::INVALID };
        self.reserve_value(v);
        self.values[v] = ValueData { ty, kind: ValueKind::Alias, num: 0, index: original.as_u32() };
    }

    /// Makes sure that the value exists, with no type yet: for the reader, which meets values in
    /// any order.
    pub fn reserve_value(&mut self, value: Value) {
        while self.values.len() <= value.index() {
            self.values.push(ValueData {
                ty: types::INVALID,
                kind: ValueKind::Alias,
                num: 0,
                index: u32::MAX >> 1,
            });
        }
    }

    /// Whether the reader has seen a definition of the value.
    pub fn value_is_real(&self, value: Value) -> bool {
        self.values.is_valid(value) && self.values[value].ty != types::INVALID
    }

    /// Replaces each argument that is an alias by what it stands for.
    pub fn resolve_all_aliases(&mut self) {
        for i in 0..self.insts.len() {
            self.resolve_aliases_in_arguments(Inst::from_u32(i as u32));
        }
    }

    /// Replaces each argument of the instruction that is an alias by what it stands for.
    pub fn resolve_aliases_in_arguments(&mut self, inst: Inst) {
        let Self { values, insts, value_lists, jump_tables, exception_tables, .. } = self;
        map_values(insts, value_lists, jump_tables, exception_tables, inst, |mut v| {
            while values[v].kind == ValueKind::Alias {
                v = Value::from_u32(values[v].index);
            }
            v
        });
    }

    /// Changes all values that the instruction uses, in the order of [`Self::inst_values`].
    pub fn map_inst_values(&mut self, inst: Inst, change: impl FnMut(Value) -> Value) {
        let Self { insts, value_lists, jump_tables, exception_tables, .. } = self;
        map_values(insts, value_lists, jump_tables, exception_tables, inst, change);
    }

    /// All values that the instruction uses: its arguments, those of its block calls, and the
    /// contexts of its exception table.
    pub fn inst_values(&self, inst: Inst) -> impl Iterator<Item = Value> + '_ {
        let calls = self.branch_targets(inst).iter();
        let table = self[inst].exception_table();
        let tables = table.and_then(|table| self.exception_tables.get(table)).into_iter();
        self.inst_args(inst)
            .iter()
            .copied()
            .chain(
                calls
                    .flat_map(|call| call.args(&self.value_lists).filter_map(|arg| arg.as_value())),
            )
            .chain(tables.flat_map(|table| table.contexts()))
    }

    /// Detaches a result so that the value can become an alias.
    pub fn detach_results(&mut self, inst: Inst) {
        self.results[inst] = Results::none();
    }

    /// As [`Self::detach_results`].
    pub fn detach_inst_results(&mut self, inst: Inst) {
        self.detach_results(inst);
    }

    /// As [`Self::detach_results`].
    pub fn clear_results(&mut self, inst: Inst) {
        self.detach_results(inst);
    }

    /// Puts a new result in the place of one, which is then detached.
    pub fn replace_result(&mut self, old_value: Value, new_type: Type) -> Value {
        let ValueDef::Result(inst, num) = self.value_def(old_value) else {
            panic!("{old_value} is not a result of an instruction")
        };
        let value = self.values.push(ValueData { ty: new_type, ..self.values[old_value] });
        let results: SmallVec<[Value; 4]> = self.inst_results(inst).into();
        self.results[inst] = Results::none();
        for (n, result) in results.into_iter().enumerate() {
            self.push_result(inst, if n == num { value } else { result });
        }
        value
    }

    /// The number of values ever made.
    pub fn len_values(&self) -> usize {
        self.values.len()
    }

    // ---------------------------------------------------------- instructions

    /// Makes an instruction without results.
    #[inline]
    pub fn make_inst(&mut self, data: InstructionData) -> Inst {
        self.insts.stored.push(data)
    }

    /// The instructions from this number on, whether or not they are in the layout.
    #[inline]
    pub fn insts_from(&self, number: usize) -> impl Iterator<Item = &InstructionData> {
        self.insts.stored.values().skip(number)
    }

    /// The data of the instruction.
    #[inline]
    pub fn inst_data(&self, inst: Inst) -> &InstructionData {
        &self.insts.stored[inst]
    }

    /// All values, each with its definition; aliases are left out.
    pub fn values_and_defs(&self) -> impl Iterator<Item = (Value, ValueDef)> + '_ {
        self.values().filter(|&v| !self.value_is_alias(v)).map(|v| (v, self.value_def(v)))
    }

    /// A copy of the instruction, not in the layout, with results and lists of its own.
    pub fn clone_inst(&mut self, inst: Inst) -> Inst {
        let mut data = self[inst];
        if data.opcode.info().has_list {
            let list = data.value_list().deep_clone(&mut self.value_lists);
            data.set_value_list(list);
        }
        if matches!(data.opcode, Opcode::Jump | Opcode::Brif) {
            let calls: SmallVec<[BlockCall; 2]> = self.branch_targets(inst).into();
            let calls: SmallVec<[BlockCall; 2]> =
                calls.iter().map(|call| call.deep_clone(&mut self.value_lists)).collect();
            data.extra = self.push_block_calls(&calls);
        }
        let copy = self.make_inst(data);
        self.make_inst_results(copy, data.ctrl_type);
        copy
    }

    /// Changes all values that the instruction uses to those of an iterator, in the order of
    /// [`Self::inst_values`].
    pub fn overwrite_inst_values<I: Iterator<Item = Value>>(&mut self, inst: Inst, mut values: I) {
        let mut next = || values.next().expect("there is a value for each that is used");
        self.map_inst_values(inst, |_| next());
    }

    /// The value arguments, without those of block calls.
    #[inline]
    pub fn inst_args(&self, inst: Inst) -> &[Value] {
        self.insts.stored[inst].arguments(&self.value_lists)
    }

    /// As [`Self::inst_args`], to write.
    #[inline]
    pub fn inst_args_mut(&mut self, inst: Inst) -> &mut [Value] {
        let data = &mut self.insts.stored[inst];
        if data.opcode.info().has_list {
            data.value_list().as_mut_slice(&mut self.value_lists)
        } else {
            data.fixed_args_mut()
        }
    }

    /// The arguments that every instruction of this opcode has.
    pub fn inst_fixed_args(&self, inst: Inst) -> &[Value] {
        let args = self.inst_args(inst);
        &args[..self.num_fixed(inst).min(args.len())]
    }

    /// The arguments beyond the fixed ones: those of a call or return.
    pub fn inst_variable_args(&self, inst: Inst) -> &[Value] {
        let args = self.inst_args(inst);
        &args[self.num_fixed(inst).min(args.len())..]
    }

    /// As [`Self::inst_fixed_args`], to write.
    pub fn inst_fixed_args_mut(&mut self, inst: Inst) -> &mut [Value] {
        let fixed = self.inst_fixed_args(inst).len();
        &mut self.inst_args_mut(inst)[..fixed]
    }

    /// As [`Self::inst_variable_args`], to write.
    pub fn inst_variable_args_mut(&mut self, inst: Inst) -> &mut [Value] {
        let fixed = self.inst_fixed_args(inst).len();
        &mut self.inst_args_mut(inst)[fixed..]
    }

    fn num_fixed(&self, inst: Inst) -> usize {
        match self.insts.stored[inst].opcode {
            Opcode::CallIndirect | Opcode::ReturnCallIndirect | Opcode::TryCallIndirect => 1,
            op => op.info().fixed_values as usize,
        }
    }

    /// The results of the instruction.
    #[inline]
    pub fn inst_results(&self, inst: Inst) -> &[Value] {
        let results = &self.results[inst];
        if results.is_none() {
            &[]
        } else if let Some(list) = results.as_list() {
            list.as_slice(&self.value_lists)
        } else {
            &results.0
        }
    }

    /// The first result.
    #[inline]
    pub fn first_result(&self, inst: Inst) -> Value {
        self.inst_results(inst)[0]
    }

    /// Whether the instruction has results.
    #[inline]
    pub fn has_results(&self, inst: Inst) -> bool {
        !self.results[inst].is_none()
    }

    /// Gives the instruction a new result of type `ty`.
    #[inline]
    pub fn append_result(&mut self, inst: Inst, ty: Type) -> Value {
        let num = self.inst_results(inst).len() as u32;
        let value =
            self.values.push(ValueData { ty, kind: ValueKind::Inst, num, index: inst.as_u32() });
        self.push_result(inst, value);
        value
    }

    /// Gives the instruction the result `value`, which the reader has reserved.
    pub fn attach_result(&mut self, inst: Inst, value: Value, ty: Type) {
        let num = self.inst_results(inst).len() as u32;
        self.reserve_value(value);
        self.values[value] = ValueData { ty, kind: ValueKind::Inst, num, index: inst.as_u32() };
        self.push_result(inst, value);
    }

    fn push_result(&mut self, inst: Inst, value: Value) {
        let old = self.results[inst];
        if old.is_none() {
            self.results[inst] = Results::one(value);
            return;
        }
        let mut list =
            old.as_list().unwrap_or_else(|| ValueList::from_slice(&old.0, &mut self.value_lists));
        list.push(value, &mut self.value_lists);
        self.results[inst] = Results::list(list);
    }

    /// Makes the results that the opcode (or the signature of the call) says. Returns how many.
    #[inline]
    pub fn make_inst_results(&mut self, inst: Inst, ctrl_type: Type) -> usize {
        let results = self.insts.stored[inst].opcode.info().results;
        if let [one] = results
            && let Some(ty) = one.eval(ctrl_type)
        {
            let value = self.values.push(ValueData {
                ty,
                kind: ValueKind::Inst,
                num: 0,
                index: inst.as_u32(),
            });
            self.results[inst] = Results::one(value);
            return 1;
        }
        self.results[inst] = Results::none();
        let mut n = 0;
        while let Some(ty) = self.result_type(inst, ctrl_type, n) {
            self.append_result(inst, ty);
            n += 1;
        }
        n
    }

    /// The type of result `n` by the opcode or the signature of the call; `None` if there is none.
    pub fn result_type(&self, inst: Inst, ctrl_type: Type, n: usize) -> Option<Type> {
        let data = &self.insts.stored[inst];
        if let Some(sig) = self.call_signature(inst) {
            if data.opcode.is_terminator() {
                return None;
            }
            return self.signatures[sig].returns.get(n).map(|p| p.value_type);
        }
        data.opcode.info().results.get(n).and_then(|e: &TypeExpr| e.eval(ctrl_type))
    }

    /// The type of result `result_idx`, as [`Self::result_type`] has it.
    pub fn compute_result_type(
        &self,
        inst: Inst,
        result_idx: usize,
        ctrl_typevar: Type,
    ) -> Option<Type> {
        self.result_type(inst, ctrl_typevar, result_idx)
    }

    /// The types of the results that [`Self::make_inst_results`] makes.
    pub fn inst_result_types(
        &self,
        inst: Inst,
        ctrl_typevar: Type,
    ) -> impl ExactSizeIterator<Item = Type> + use<> {
        let types = (0..).map_while(|n| self.result_type(inst, ctrl_typevar, n));
        types.collect::<SmallVec<[Type; 4]>>().into_iter()
    }

    /// As [`Self::make_inst_results`]; where the iterator has a value, which must be detached, it
    /// becomes the result again.
    pub fn make_inst_results_reusing<I: Iterator<Item = Option<Value>>>(
        &mut self,
        inst: Inst,
        ctrl_typevar: Type,
        reuse: I,
    ) -> usize {
        let mut reuse = reuse.fuse();
        self.results[inst] = Results::none();
        let types = self.inst_result_types(inst, ctrl_typevar);
        let count = types.len();
        for ty in types {
            match reuse.next().flatten() {
                Some(value) => self.attach_result(inst, value, ty),
                None => {
                    self.append_result(inst, ty);
                }
            }
        }
        count
    }

    /// Says that from `from` on, the labels of `to_alias` are those of `value` too.
    pub fn add_value_label_alias(&mut self, to_alias: Value, from: RelSourceLoc, value: Value) {
        if let Some(labels) = &mut self.values_labels {
            labels.insert(to_alias, ValueLabelAssignments::Alias { from, value });
        }
    }

    /// The signature of a call instruction; for `try_call`s the one of the callee.
    pub fn call_signature(&self, inst: Inst) -> Option<SigRef> {
        match self.insts.stored[inst].analyze_call(&self.value_lists) {
            CallInfo::NotACall => None,
            CallInfo::Direct(func, _) => Some(self.ext_funcs.get(func)?.signature),
            CallInfo::Indirect(sig, _) => Some(sig),
            CallInfo::Try(table, _) => Some(self.exception_tables.get(table)?.signature()),
        }
    }

    /// The controlling type of the instruction.
    #[inline]
    pub fn ctrl_typevar(&self, inst: Inst) -> Type {
        self.insts.stored[inst].ctrl_type
    }

    /// Replaces the instruction; the results stay, and new ones are made if it had none.
    pub fn replace(&mut self, inst: Inst) -> super::builder::ReplaceBuilder<'_> {
        super::builder::ReplaceBuilder::new(self, inst)
    }

    /// Makes the instruction a `nop` and its results aliases of the results of `src`.
    pub fn replace_with_aliases(&mut self, inst: Inst, src: Inst) {
        let (dests, srcs): (SmallVec<[Value; 4]>, SmallVec<[Value; 4]>) =
            (self.inst_results(inst).into(), self.inst_results(src).into());
        debug_assert_eq!(dests.len(), srcs.len(), "{inst} and {src} have different results");
        for (&dest, &src) in dests.iter().zip(&srcs) {
            self.change_to_alias(dest, src);
        }
        self.insts.stored[inst] = InstructionData::new(Opcode::Nop, types::INVALID);
        self.results[inst] = Results::none();
    }

    /// Makes the instruction, which has one result, a `nop` and the result an alias of `value`.
    pub fn replace_with_value(&mut self, inst: Inst, value: Value) {
        let dest = self.first_result(inst);
        self.change_to_alias(dest, value);
        self.insts.stored[inst] = InstructionData::new(Opcode::Nop, types::INVALID);
        self.results[inst] = Results::none();
    }

    // ---------------------------------------------------------------- blocks

    /// Makes a block without parameters.
    #[inline]
    pub fn make_block(&mut self) -> Block {
        self.blocks.add()
    }

    /// The parameters of the block.
    #[inline]
    pub fn block_params(&self, block: Block) -> &[Value] {
        self.blocks.0[block].params.as_slice(&self.value_lists)
    }

    /// The number of parameters.
    #[inline]
    pub fn num_block_params(&self, block: Block) -> usize {
        self.blocks.0[block].params.len(&self.value_lists)
    }

    /// The types of the parameters.
    pub fn block_param_types(&self, block: Block) -> impl Iterator<Item = Type> + '_ {
        self.block_params(block).iter().map(|&v| self.value_type(v))
    }

    /// Adds a parameter.
    #[inline]
    pub fn append_block_param(&mut self, block: Block, ty: Type) -> Value {
        let params = &mut self.blocks.0[block].params;
        let num = params.len(&self.value_lists) as u32;
        let value =
            self.values.push(ValueData { ty, kind: ValueKind::Param, num, index: block.as_u32() });
        params.push(value, &mut self.value_lists);
        value
    }

    /// Adds the parameter `value`, which the reader has reserved.
    pub fn append_block_param_for_parser(&mut self, block: Block, ty: Type, value: Value) {
        self.reserve_value(value);
        let params = &mut self.blocks.0[block].params;
        let num = params.len(&self.value_lists) as u32;
        self.values[value] = ValueData { ty, kind: ValueKind::Param, num, index: block.as_u32() };
        params.push(value, &mut self.value_lists);
    }

    /// Takes all parameters off the block; the values may then become aliases or be attached.
    pub fn detach_block_params(&mut self, block: Block) -> ValueList {
        core::mem::take(&mut self.blocks.0[block].params)
    }

    /// Adds an existing value as the last parameter of the block.
    pub fn attach_block_param(&mut self, block: Block, param: Value) {
        let params = &mut self.blocks.0[block].params;
        let num = params.len(&self.value_lists) as u32;
        params.push(param, &mut self.value_lists);
        let ty = self.values[param].ty;
        self.values[param] = ValueData { ty, kind: ValueKind::Param, num, index: block.as_u32() };
    }

    /// Keeps the parameters for which `keep(number, value)` holds, in order; the others are
    /// detached.
    pub fn retain_block_params(
        &mut self,
        block: Block,
        mut keep: impl FnMut(usize, Value) -> bool,
    ) {
        let mut params = self.detach_block_params(block);
        let old: SmallVec<[Value; 16]> = params.as_slice(&self.value_lists).into();
        params.clear(&mut self.value_lists);
        for (n, value) in old.into_iter().enumerate() {
            if keep(n, value) {
                self.attach_block_param(block, value);
            }
        }
    }

    /// Puts a new parameter in the place of one, which is then detached.
    pub fn replace_block_param(&mut self, old_value: Value, new_type: Type) -> Value {
        let ValueDef::Param(block, num) = self.value_def(old_value) else {
            panic!("{old_value} is not a parameter of a block")
        };
        let value = self.values.push(ValueData { ty: new_type, ..self.values[old_value] });
        self.blocks.0[block].params.as_mut_slice(&mut self.value_lists)[num] = value;
        value
    }

    /// Removes a parameter; the last one takes its place. Returns the place.
    pub fn swap_remove_block_param(&mut self, val: Value) -> usize {
        let ValueDef::Param(block, num) = self.value_def(val) else {
            panic!("{val} is not a parameter of a block")
        };
        self.blocks.0[block].params.swap_remove(num, &mut self.value_lists);
        if let Some(&moved) = self.block_params(block).get(num) {
            self.values[moved].num = num as u32;
        }
        num
    }

    /// Removes a parameter, keeping the order of the others.
    pub fn remove_block_param(&mut self, value: Value) {
        if let ValueDef::Param(block, num) = self.value_def(value) {
            self.retain_block_params(block, |n, _| n != num);
        }
    }

    // -------------------------------------------------------------- branches

    /// Makes a block call for a branch instruction.
    pub fn block_call<'a>(
        &mut self,
        block: Block,
        args: impl IntoIterator<Item = &'a BlockArg>,
    ) -> BlockCall {
        BlockCall::new(block, args.into_iter().copied(), &mut self.value_lists)
    }

    /// Stores block calls side by side; returns the index of the first.
    pub fn push_block_calls(&mut self, calls: &[BlockCall]) -> u32 {
        let first = self.insts.block_calls.len() as u32;
        self.insts.block_calls.extend_from_slice(calls);
        first
    }

    /// The block calls of a branch: of a `brif` then and else, of a `br_table` the default first,
    /// of a `try_call` the normal target first.
    #[inline]
    pub fn branch_targets(&self, inst: Inst) -> &[BlockCall] {
        targets(&self.insts, &self.jump_tables, &self.exception_tables, inst)
    }

    /// As [`Self::branch_targets`], to write.
    #[inline]
    pub fn branch_targets_mut(&mut self, inst: Inst) -> &mut [BlockCall] {
        let data = &self.insts.stored[inst];
        let first = data.extra as usize;
        match data.opcode {
            Opcode::Jump => &mut self.insts.block_calls[first..first + 1],
            Opcode::Brif => &mut self.insts.block_calls[first..first + 2],
            Opcode::BrTable => self.jump_tables[data.jump_table()].all_branches_mut(),
            Opcode::TryCall | Opcode::TryCallIndirect => {
                self.exception_tables[data.exception_table_ref()].all_branches_mut()
            }
            _ => &mut [],
        }
    }

    /// Declares a table for `br_table`.
    pub fn make_jump_table(&mut self, data: JumpTableData) -> JumpTable {
        self.jump_tables.push(data)
    }

    /// Declares a table for `try_call`.
    pub fn make_exception_table(&mut self, data: ExceptionTableData) -> ExceptionTable {
        self.exception_tables.push(data)
    }

    // ---------------------------------------------------------------- others

    /// The constant's index for a shuffle mask or other immediate.
    pub fn make_immediate(&mut self, data: ConstantData) -> Immediate {
        self.immediates.push(data)
    }

    /// The bytes of a constant of the pool.
    pub fn constant_bytes(&self, constant: Constant) -> &[u8] {
        self.constants.get(constant).as_slice()
    }

    /// Declares a dynamic vector type.
    pub fn make_dynamic_ty(&mut self, data: DynamicTypeData) -> DynamicType {
        self.dynamic_types.push(data)
    }

    /// The concrete type of a dynamic vector type.
    pub fn get_dynamic_type(&self, ty: DynamicType) -> Option<Type> {
        self.dynamic_types.get(ty)?.concrete()
    }

    /// The stack map of a call.
    pub fn user_stack_map_entries(&self, inst: Inst) -> Option<&[UserStackMapEntry]> {
        if self.user_stack_maps.is_empty() {
            return None;
        }
        self.user_stack_maps.get(&inst).map(|entries| &**entries)
    }

    /// Adds an entry to the stack map of a call.
    pub fn append_user_stack_map_entry(&mut self, inst: Inst, entry: UserStackMapEntry) {
        self.user_stack_maps.entry(inst).or_default().push(entry);
    }

    /// Adds entries to the stack map of a call.
    pub fn append_user_stack_map_entries(
        &mut self,
        inst: Inst,
        entries: impl IntoIterator<Item = UserStackMapEntry>,
    ) {
        self.user_stack_maps.entry(inst).or_default().extend(entries);
    }

    /// The debug tags of the instruction.
    pub fn debug_tags(&self, inst: Inst) -> &[DebugTag] {
        self.debug_tags.get(&inst).map_or(&[], |tags| tags)
    }

    /// Whether any instruction has debug tags.
    pub fn has_debug_tags(&self) -> bool {
        !self.debug_tags.is_empty()
    }

    /// Sets the debug tags of the instruction.
    pub fn set_debug_tags(&mut self, inst: Inst, tags: impl IntoIterator<Item = DebugTag>) {
        let tags: SmallVec<[DebugTag; 4]> = tags.into_iter().collect();
        if tags.is_empty() {
            self.debug_tags.remove(&inst);
        } else {
            self.debug_tags.insert(inst, tags);
        }
    }

    /// Records that labels are wanted.
    pub fn collect_debug_info(&mut self) {
        self.values_labels.get_or_insert_default();
    }

    /// The convention of the callee of a call instruction.
    pub fn callee_conv(&self, inst: Inst) -> Option<CallConv> {
        self.call_signature(inst).map(|sig| self.signatures[sig].call_conv)
    }
}

/// The block calls of a branch.
#[inline]
fn targets<'a>(
    insts: &'a Insts,
    jump_tables: &'a JumpTables,
    exception_tables: &'a ExceptionTables,
    inst: Inst,
) -> &'a [BlockCall] {
    let data = &insts.stored[inst];
    let first = data.extra as usize;
    match data.opcode {
        Opcode::Jump => &insts.block_calls[first..first + 1],
        Opcode::Brif => &insts.block_calls[first..first + 2],
        Opcode::BrTable => jump_tables[data.jump_table()].all_branches(),
        Opcode::TryCall | Opcode::TryCallIndirect => {
            exception_tables[data.exception_table_ref()].all_branches()
        }
        _ => &[],
    }
}

impl Index<Inst> for DataFlowGraph {
    type Output = InstructionData;

    #[inline]
    fn index(&self, inst: Inst) -> &InstructionData {
        &self.insts.stored[inst]
    }
}

impl IndexMut<Inst> for DataFlowGraph {
    #[inline]
    fn index_mut(&mut self, inst: Inst) -> &mut InstructionData {
        &mut self.insts.stored[inst]
    }
}

/// Changes the arguments of an instruction, those of its block calls, and the contexts of its
/// exception table.
fn map_values(
    insts: &mut Insts,
    lists: &mut ValueListPool,
    jump_tables: &JumpTables,
    exception_tables: &mut ExceptionTables,
    inst: Inst,
    mut change: impl FnMut(Value) -> Value,
) {
    let data = &mut insts.stored[inst];
    if data.opcode.info().has_list {
        for arg in data.value_list().as_mut_slice(lists) {
            *arg = change(*arg);
        }
    } else {
        for arg in data.fixed_args_mut() {
            *arg = change(*arg);
        }
    }
    let table = data.exception_table();
    for call in targets(insts, jump_tables, exception_tables, inst) {
        call.map_values(lists, &mut change);
    }
    let table = table.and_then(|table| exception_tables.get_mut(table));
    for value in table.into_iter().flat_map(|table| table.contexts_mut()) {
        *value = change(*value);
    }
}
