//! Translates one function body.
//!
//! What holds while a body is translated:
//! * The validator sees every operator first, so operands exist and have the right types.
//! * `stack` mirrors Wasm's operand stack in code that can be reached. A comparison stays an i8
//!   there until something wants the i32 ([`Translation::pop`] widens it): branches and `select`
//!   do not.
//! * Code that cannot be reached is validated and otherwise skipped.
//! * Blocks enter the layout in program order.

use wasmparser::{
    BinaryReader, FuncToValidate, FuncValidator, FuncValidatorAllocations, Operator,
    ValidatorResources,
};
use windlass_core::budget::{self, Budget, Size};
use windlass_core::ir::{
    Block, Function, Inst, InstBuilder, MemFlags, SourceLoc, StackSlot, StackSlotData,
    StackSlotKind, TrapCode, Type, Value, types,
};
use windlass_core::settings::{self, Flags};
use windlass_frontend::{FunctionBuilder, FunctionBuilderContext};

use crate::control::{Column, Edge, Frame};
use crate::env::{
    Answer, CallPlan, FuncEnvironment, FuncRefLayout, GlobalPlan, IndirectPlan, MemoryPlan, Place,
    Refusal, TablePlan,
};
use crate::error::{WasmError, WasmResult, unsupported};
use crate::locals::Locals;
use crate::memory::{EXTENDED, Extended};
use crate::module::{ModuleInfo, ModuleTranslation, val_type};
use crate::params::Params;
use crate::plans::Plans;
use crate::scan::Scan;
use crate::types::{DefinedFuncIndex, FuncIndex, FuncType, RefType, ValType};
use crate::visit::next_operator;

/// A local: its type, and where it lives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    pub ty: ValType,
    pub home: Home,
}

/// Where a local lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// In values, one for each assignment.
    Value,
    /// In this word of the function's slot for locals.
    Word(u32),
}

/// Entries in stack maps for locals that live in memory.
const MAX_STACK_MAP_ENTRIES: u64 = 1 << 20;

/// The opcode of `ref.is_null`.
const REF_IS_NULL: u8 = 0xd1;

/// Which bounds checks are guarded against speculation: where the processor guesses that an index
/// is inside and it is not, the access that it then makes ahead does not depend on the index.
#[derive(Clone, Copy)]
pub(crate) struct Guards {
    pub memories: bool,
    pub tables: bool,
}

/// Translates functions one after the other, with memory that is used again.
pub struct FuncTranslator {
    guards: Guards,
    builder: FunctionBuilderContext,
    validator: FuncValidatorAllocations,
    pub(crate) state: State,
}

/// What is kept while a function is translated.
#[derive(Default)]
pub(crate) struct State {
    pub scan: Scan,
    pub locals: Locals,
    pub local_data: Vec<Local>,
    pub stack: Vec<Value>,
    pub frames: Vec<Frame>,
    pub edges: Vec<Edge>,
    /// Operands that edges pass on.
    pub edge_values: Vec<Value>,
    pub columns: Vec<Column>,
    pub changed: Vec<u32>,
    pub join_edges: Vec<Edge>,
    pub matrix: Vec<Value>,
    pub args: Vec<Value>,
    pub params: Params,
    pub calls: Vec<windlass_core::ir::BlockCall>,
    pub memories: Plans<MemoryPlan>,
    pub tables: Plans<TablePlan>,
    pub globals: Plans<GlobalPlan>,
    pub callees: Plans<CallPlan>,
    pub indirect: Plans<IndirectPlan>,
}

impl State {
    fn clear(&mut self, info: &ModuleInfo) {
        self.local_data.clear();
        self.stack.clear();
        self.frames.clear();
        self.edges.clear();
        self.edge_values.clear();
        self.params.clear();
        self.memories.begin(info.memories.len());
        self.tables.begin(info.tables.len());
        self.globals.begin(info.globals.len());
        self.callees.begin(info.functions.len());
        self.indirect.begin(info.types.len());
    }
}

impl Default for FuncTranslator {
    fn default() -> Self {
        Self::new()
    }
}

/// Where assigned locals may live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Homes {
    /// In values, if the scan keeps lists of them.
    Scanned,
    /// In memory.
    Memory,
}

/// Why translation ended early.
pub(crate) enum Stop {
    Error(WasmError),
    /// The budget was exceeded at this offset.
    OverBudget(u64),
}

impl From<WasmError> for Stop {
    fn from(error: WasmError) -> Self {
        Stop::Error(error)
    }
}

impl From<wasmparser::Error> for Stop {
    fn from(error: wasmparser::Error) -> Self {
        Stop::Error(error.into())
    }
}

impl FuncTranslator {
    /// A translator without any memory yet, by the default settings.
    pub fn new() -> Self {
        Self::with_flags(&Flags::new(settings::builder()))
    }

    /// As [`FuncTranslator::new`], for code that is compiled with these settings: they say which
    /// bounds checks are guarded against speculation.
    pub fn with_flags(flags: &Flags) -> Self {
        let guards = Guards {
            memories: flags.enable_heap_access_spectre_mitigation(),
            tables: flags.enable_table_access_spectre_mitigation(),
        };
        Self {
            guards,
            builder: FunctionBuilderContext::default(),
            validator: FuncValidatorAllocations::default(),
            state: State::default(),
        }
    }

    /// Validates the body of a function and translates it into `func`, which must be empty. The
    /// signature is the environment's for the function's type; the name stays as it is.
    pub fn translate<E: FuncEnvironment>(
        &mut self,
        module: &ModuleTranslation<'_>,
        env: &mut E,
        index: DefinedFuncIndex,
        func: &mut Function,
    ) -> WasmResult<()> {
        match self.attempt(module, env, index, func, Homes::Scanned) {
            Err(Stop::OverBudget(_)) => self.translate_in_memory(module, env, index, func),
            Err(Stop::Error(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }

    /// Does what [`translate`](Self::translate) does, with assigned locals in memory, where they
    /// cost nothing when control meets: for functions of which values were too much. What `func`
    /// holds but its name is removed.
    pub fn translate_in_memory<E: FuncEnvironment>(
        &mut self,
        module: &ModuleTranslation<'_>,
        env: &mut E,
        index: DefinedFuncIndex,
        func: &mut Function,
    ) -> WasmResult<()> {
        let name = func.name.clone();
        func.clear();
        func.name = name;
        match self.attempt(module, env, index, func, Homes::Memory) {
            Err(Stop::OverBudget(offset)) => {
                let function = module.info.function(index).0;
                let what = format!("what function {function} passes from block to block");
                Err(WasmError::Limit { what, offset })
            }
            Err(Stop::Error(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }

    fn attempt<E: FuncEnvironment>(
        &mut self,
        module: &ModuleTranslation<'_>,
        env: &mut E,
        index: DefinedFuncIndex,
        func: &mut Function,
        homes: Homes,
    ) -> Result<(), Stop> {
        let info = &module.info;
        let range = module.bodies[index.index()].clone();
        let type_index = info.functions[info.function(index).index()];
        let mut reader = BinaryReader::new(&module.bytes[range.clone()], range.start as u64);
        reader.set_features(module.features);
        let resources = module.resources.clone().expect("a module with bodies has resources");
        let to_validate = FuncToValidate {
            resources,
            index: info.function(index).0,
            ty: type_index.0,
            features: module.features,
        };
        let mut validator = to_validate.into_validator(std::mem::take(&mut self.validator));
        let ty = &info.types[type_index.index()];
        self.state.clear(info);
        func.signature = env.signature(ty);
        func.source_size = u32::try_from(range.len()).unwrap_or(u32::MAX);
        func.source_functions = u32::try_from(module.bodies.len()).unwrap_or(u32::MAX);
        let nothing = Value::from_u32(0);
        let nothing_extended = Extended { index: nothing, value: nothing, region: 0 };
        let mut builder = FunctionBuilder::without_variables(func, &mut self.builder);
        builder.set_simplify(true);
        let mut translation = Translation {
            module,
            info,
            env,
            builder,
            guards: self.guards,
            state: &mut self.state,
            reachable: true,
            dead_depth: 0,
            next_loop: 0,
            code_start: module.info.code_section.start as u64,
            index: info.function(index),
            homes,
            budget: Budget::default(),
            body_start: 0,
            disagreement: None,
            refusal: None,
            slot: None,
            layout: None,
            callee_slot: None,
            base: None,
            region: 1,
            extended: [nothing_extended; EXTENDED],
            offset: 0,
            operand: None,
        };
        let result = translation.run(index, ty, &mut reader, &mut validator);
        translation.finish(result.is_ok());
        self.validator = validator.into_allocations();
        result
    }
}

/// One function being translated.
pub(crate) struct Translation<'a, E> {
    pub module: &'a ModuleTranslation<'a>,
    pub info: &'a ModuleInfo,
    pub env: &'a mut E,
    pub builder: FunctionBuilder<'a>,
    pub guards: Guards,
    pub state: &'a mut State,
    /// Whether the current point can be reached.
    pub reachable: bool,
    /// Frames opened in code that cannot be reached.
    pub dead_depth: u32,
    /// Index of the next loop in the scan.
    pub next_loop: usize,
    pub code_start: u64,
    /// Where assigned locals may live.
    pub homes: Homes,
    /// What is made where control meets or leaves.
    pub budget: Budget,
    /// The function, and where the operators of its body start in the module.
    pub index: FuncIndex,
    pub body_start: usize,
    /// Where the scan of the body was first found to have seen something else than translation.
    pub disagreement: Option<u64>,
    /// What the environment first refused, and for the operator at which offset.
    pub refusal: Option<(Refusal, u64)>,
    /// The slot with the locals that live in memory.
    pub slot: Option<StackSlot>,
    pub layout: Option<FuncRefLayout>,
    pub callee_slot: Option<Place>,
    /// The address of memory 0, where it is known to be current.
    pub base: Option<Value>,
    /// Counts stretches of code that are entered at one place only.
    pub region: u32,
    /// Indexes that were zero-extended lately.
    pub extended: [Extended; EXTENDED],
    /// Offset of the current operator in the module.
    pub offset: u64,
    /// Before `ref.is_null`: the type of the operand.
    pub operand: Option<ValType>,
}

impl<'a, E: FuncEnvironment> Translation<'a, E> {
    fn run(
        &mut self,
        index: DefinedFuncIndex,
        ty: &FuncType,
        reader: &mut BinaryReader<'a>,
        validator: &mut FuncValidator<ValidatorResources>,
    ) -> Result<(), Stop> {
        let offset = reader.original_position();
        for ty in ty.params.iter().chain(&ty.results) {
            self.check_type(*ty, offset)?;
            self.state.local_data.push(Local { ty: *ty, home: Home::Value });
        }
        self.state.local_data.truncate(ty.params.len());
        for _ in 0..reader.read_var_u32()? {
            let offset = reader.original_position();
            let count = reader.read_var_u32()?;
            let ty = reader.read()?;
            validator.define_locals(offset, count, ty)?;
            let ty = val_type(ty, offset)?;
            self.check_type(ty, offset)?;
            let len = self.state.local_data.len() + count as usize;
            self.state.local_data.resize(len, Local { ty, home: Home::Value });
        }
        self.offset = offset;
        self.body_start = reader.original_position() as usize;
        let code = &self.module.bytes[self.body_start..][..reader.bytes_remaining()];
        self.state.scan.run(code, self.state.local_data.len(), self.homes);
        let grant = match self.homes {
            Homes::Scanned => budget::VALUES,
            Homes::Memory => budget::TRANSLATION,
        };
        self.budget = Budget::new(grant, Size::of(self.builder.func));
        self.env.start_function(self.builder.func, index);
        self.enter(ty)?;
        while !reader.eof() {
            let offset = reader.original_position();
            if self.module.bytes[offset as usize] == REF_IS_NULL {
                // Which type the reference has, nobody knows afterwards.
                let operand = validator.get_operand_type(0).flatten();
                self.operand = match operand {
                    // The validator knows of which type a function is; ours are of all types.
                    Some(wasmparser::ValType::Ref(ty)) if ty.is_concrete_type_ref() => {
                        Some(ValType::Ref(RefType::Func))
                    }
                    operand => operand.map(|ty| val_type(ty, offset)).transpose()?,
                };
            }
            let operator = match next_operator(reader, validator) {
                Ok(operator) => operator,
                Err(error) => return Err(self.refused(error, offset).into()),
            };
            self.offset = offset;
            self.builder.set_srcloc(SourceLoc::new((offset - self.code_start) as u32));
            if self.reachable {
                self.operator(&operator)?;
            } else {
                self.dead_operator(&operator)?;
            }
            if self.budget.is_exceeded() {
                return Err(Stop::OverBudget(offset));
            }
        }
        let position = reader.original_position();
        reader.finish_expression(&validator.visitor(position))?;
        if !self.state.scan.is_complete(self.next_loop) {
            self.disagreement.get_or_insert(position);
        }
        if let Some((refusal, offset)) = self.refusal.take() {
            unsupported::<()>(refusal.into_message(), offset)?;
        }
        match self.disagreement {
            Some(offset) => Err(self.scan_disagrees(offset).into()),
            None => Ok(()),
        }
    }

    /// What the environment answered. If it refused, the function will be refused, and until its
    /// end translation goes on with what `instead` makes.
    #[inline]
    pub(crate) fn answer<T>(
        &mut self,
        answer: Answer<T>,
        instead: impl FnOnce(&mut Self) -> T,
    ) -> T {
        match answer {
            Ok(answer) => answer,
            Err(refusal) => {
                let offset = self.offset;
                self.refusal.get_or_insert((refusal, offset));
                instead(self)
            }
        }
    }

    /// A place for what the environment refused to say.
    pub(crate) fn no_place(&mut self) -> Place {
        Place { base: self.env.context(self.builder.func), offset: 0 }
    }

    /// What the scan said of the body is not what translation found there: whatever relied on it
    /// may be wrong.
    pub(crate) fn scan_disagrees(&self, offset: u64) -> WasmError {
        let message = format!(
            "the scan of its loops disagrees with its translation at offset {offset:#x}; \
             this is an error of the compiler"
        );
        WasmError::Compile { function: self.index.0, message }
    }

    /// The reader or the validator refused an operator.
    fn refused(&self, error: wasmparser::Error, offset: u64) -> WasmError {
        if self.module.bytes.get(offset as usize) == Some(&0xfd) {
            let what = "SIMD instructions".to_string();
            return WasmError::Unsupported { what, offset };
        }
        error.into()
    }

    fn check_type(&self, ty: ValType, offset: u64) -> WasmResult<()> {
        match ty {
            ValType::V128 => unsupported("values of type v128", offset),
            _ => Ok(()),
        }
    }

    /// Makes the entry block and gives every local its first value.
    fn enter(&mut self, ty: &FuncType) -> WasmResult<()> {
        let entry = self.builder.create_block();
        self.builder.append_block_params_for_function_params(entry);
        self.builder.switch_to_block(entry);
        let params = ty.params.len();
        self.state.args.clear();
        self.state.args.extend_from_slice(self.builder.block_params(entry));
        debug_assert_eq!(self.state.args.len(), params);
        // One zero for each type, made when the first local wants it.
        let mut zeros: [(Option<ValType>, Value); 6] = [(None, Value::from_u32(0)); 6];
        for local in params..self.state.local_data.len() {
            let ty = self.state.local_data[local].ty;
            let known = zeros.iter().position(|(known, _)| *known == Some(ty));
            let at = known.unwrap_or_else(|| {
                let at = zeros.iter().position(|(known, _)| known.is_none());
                let at = at.expect("there are six types of values");
                zeros[at] = (Some(ty), self.zero(ty));
                at
            });
            self.state.args.push(zeros[at].1);
        }
        for local in 0..params {
            self.mark_reference(self.state.local_data[local].ty, self.state.args[local]);
        }
        let values = std::mem::take(&mut self.state.args);
        self.state.locals.reset(values.iter().copied());
        self.state.args = values;
        if self.state.scan.gave_up() {
            self.locals_to_memory()?;
        }
        self.env.function_entry(&mut self.builder);
        self.push_function_frame(ty.results.len() as u32);
        if self.state.scan.calls == 0 && self.state.scan.accesses > 1 {
            self.load_base();
            self.hoist_base_to_function();
        }
        Ok(())
    }

    /// The first value of a local of this type.
    pub(crate) fn zero(&mut self, ty: ValType) -> Value {
        match ty {
            ValType::I32 => self.builder.ins().iconst(types::I32, 0),
            ValType::I64 => self.builder.ins().iconst(types::I64, 0),
            ValType::F32 => self.builder.ins().f32const(0.0),
            ValType::F64 => self.builder.ins().f64const(0.0),
            ValType::V128 => unreachable!("values of type v128 were refused"),
            ValType::Ref(ty) => {
                let value = self.env.ref_null(&mut self.builder, ty);
                self.mark_reference(ValType::Ref(ty), value);
                value
            }
        }
    }

    /// Moves the locals that are assigned into memory, whatever their type.
    fn locals_to_memory(&mut self) -> WasmResult<()> {
        let mut words = 0;
        let mut in_maps = 0;
        for (data, &is_assigned) in
            self.state.local_data.iter_mut().zip(&self.state.scan.is_assigned)
        {
            if is_assigned {
                data.home = Home::Word(words);
                words += 1;
                if let ValType::Ref(ty) = data.ty {
                    in_maps += u64::from(self.env.reference(ty).stack_maps);
                }
            }
        }
        // Each of these is in the stack map of each call.
        if in_maps * u64::from(self.state.scan.calls) > MAX_STACK_MAP_ENTRIES {
            let what = format!("the number of references that function {} assigns", self.index.0);
            return Err(WasmError::Limit { what, offset: self.offset });
        }
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, words * 8, 3);
        let slot = self.builder.create_sized_stack_slot(data);
        self.slot = Some(slot);
        for local in 0..self.state.local_data.len() {
            let Local { ty, home } = self.state.local_data[local];
            if let Home::Word(word) = home {
                let value = self.state.locals.get(local as u32);
                self.store_word(word, value);
                if self.needs_stack_map(ty) {
                    let ty = self.value_type(value);
                    self.builder.declare_stack_slot_needs_stack_map(ty, slot, word * 8);
                }
            }
        }
        Ok(())
    }

    fn store_word(&mut self, word: u32, value: Value) {
        let slot = self.slot.expect("locals in memory have a slot");
        let address = self.builder.ins().stack_addr(types::I64, slot, 0);
        self.builder.ins().store(MemFlags::trusted(), value, address, word as i32 * 8);
    }

    pub(crate) fn get_local(&mut self, local: u32) -> Value {
        let Local { ty, home } = self.state.local_data[local as usize];
        let Home::Word(word) = home else {
            let value = self.state.locals.get(local);
            self.state.params.mark_used(value);
            return value;
        };
        let slot = self.slot.expect("locals in memory have a slot");
        let value_type = self.env.value_type(ty);
        let address = self.builder.ins().stack_addr(types::I64, slot, 0);
        let value =
            self.builder.ins().load(value_type, MemFlags::trusted(), address, word as i32 * 8);
        self.mark_reference(ty, value);
        value
    }

    pub(crate) fn set_local(&mut self, local: u32, value: Value) {
        match self.state.local_data[local as usize].home {
            Home::Value => self.state.locals.set(local, value),
            Home::Word(word) => self.store_word(word, value),
        }
    }

    fn needs_stack_map(&self, ty: ValType) -> bool {
        matches!(ty, ValType::Ref(ty) if self.env.reference(ty).stack_maps)
    }

    /// The value needs stack maps if references of its type do.
    pub(crate) fn mark_reference(&mut self, ty: ValType, value: Value) {
        if self.needs_stack_map(ty) {
            self.builder.declare_value_needs_stack_map(value);
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: Value) {
        self.state.stack.push(value);
    }

    pub(crate) fn push_ref(&mut self, ty: RefType, value: Value) {
        self.mark_reference(ValType::Ref(ty), value);
        self.state.stack.push(value);
    }

    /// Takes the topmost operand, a comparison as i32.
    #[inline]
    pub(crate) fn pop(&mut self) -> Value {
        let value = self.pop_condition();
        self.widen(value)
    }

    /// Takes the topmost operand, a comparison as it is.
    #[inline]
    pub(crate) fn pop_condition(&mut self) -> Value {
        self.state.stack.pop().expect("the validator has counted the operands")
    }

    #[inline]
    pub(crate) fn pop2(&mut self) -> (Value, Value) {
        let y = self.pop();
        (self.pop(), y)
    }

    #[inline]
    pub(crate) fn pop3(&mut self) -> (Value, Value, Value) {
        let z = self.pop();
        let (x, y) = self.pop2();
        (x, y, z)
    }

    #[inline]
    pub(crate) fn widen(&mut self, value: Value) -> Value {
        if self.builder.func.dfg.value_type(value) == types::I8 {
            self.builder.ins().uextend(types::I32, value)
        } else {
            value
        }
    }

    /// Widens the topmost operands in place.
    pub(crate) fn widen_top(&mut self, count: usize) {
        let len = self.state.stack.len();
        for at in len - count..len {
            self.state.stack[at] = self.widen(self.state.stack[at]);
        }
    }

    pub(crate) fn value_type(&self, value: Value) -> Type {
        self.builder.func.dfg.value_type(value)
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.builder.ensure_inserted_block();
        self.base = self.hoisted_base();
        self.region += 1;
    }

    pub(crate) fn first_block_call(&self, inst: Inst) -> u32 {
        self.builder.func.dfg[inst].extra
    }

    pub(crate) fn trap(&mut self, code: TrapCode) {
        self.builder.ensure_inserted_block();
        let block = self.builder.current_block().expect("code is inserted into a block");
        if Some(block) != self.builder.func.layout.entry_block() {
            self.builder.set_cold_block(block);
        }
        self.builder.ins().trap(code);
        self.reachable = false;
    }

    fn finish(self, complete: bool) {
        if complete {
            self.state.params.complete(self.builder.func);
            self.builder.finalize();
        } else {
            self.builder.abandon();
        }
    }

    fn dead_operator(&mut self, operator: &Operator<'_>) -> Result<(), Stop> {
        match operator {
            Operator::Block { .. } | Operator::If { .. } => self.dead_depth += 1,
            Operator::Loop { .. } => {
                self.dead_depth += 1;
                self.next_loop += 1;
            }
            Operator::Else if self.dead_depth == 0 => self.translate_else(),
            Operator::End => match self.dead_depth.checked_sub(1) {
                Some(depth) => self.dead_depth = depth,
                None => self.translate_end()?,
            },
            _ => {}
        }
        Ok(())
    }
}
