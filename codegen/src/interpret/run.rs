//! The loop over instructions: frames, calls, branches, memory, and the table's meaning for all
//! pure operations.
//!
//! What holds: values are kept as bits, of the width of their type; a frame's values stand in one
//! vector, those of active frames one after the other. Every instruction costs a unit of fuel, and
//! one more for each value that a branch or call hands over.

use super::memory::{CodeAddress, frame_number, frame_pointer};
use super::store::{FuncIndex, name_of};
use super::{ControlFlow, InterpreterError, InterpreterState, InterpreterTrap};
use crate::FxHashMap;
use crate::entity::EntityRef;
use crate::ir::data_value::DataValue;
use crate::ir::{
    AbiParam, ArgumentPurpose, AtomicRmwOp, Block, BlockArg, BlockCall, Endianness, ExternalName,
    FuncRef, Function, GlobalValue, GlobalValueData, HandlerKind, Inst, InstructionData, LibCall,
    MemFlags, Opcode, Signature, StackSlotData, TrapCode, Type, Value, types,
};
use crate::semantics::{Bits, Concrete, Domain, FloatOp, Results, Stop, eval_inst};
use smallvec::SmallVec;

/// Values on their way between blocks and frames.
type Values = SmallVec<[u128; 8]>;

/// Why a run ends before the function returns.
enum Halt {
    Trap(InterpreterTrap),
    Error(InterpreterError),
}

impl From<InterpreterTrap> for Halt {
    fn from(trap: InterpreterTrap) -> Self {
        Halt::Trap(trap)
    }
}

/// A trap with a code.
fn trap(code: TrapCode) -> Halt {
    Halt::Trap(InterpreterTrap::User(code))
}

/// What to do after an instruction.
enum Next {
    /// Go on with the one after it.
    Inst,
    /// Go on where the frame is now.
    Here,
    /// Go on at a block, whose parameters are set.
    Block(Block),
    /// Enter a function.
    Enter(FuncIndex, Values, Entry),
    /// Leave the function with these values.
    Return(Values),
}

/// How a function is entered.
#[derive(Clone, Copy, PartialEq)]
enum Entry {
    /// The frame of the caller stays.
    Call,
    /// The frame of the caller goes.
    TailCall,
}

/// What a call leads to.
#[derive(Clone, Copy)]
enum Callee {
    Function(FuncIndex),
    LibCall(LibCall),
    /// What throws an exception, see `Machine::throw`.
    Throw,
}

/// The function that throws: frame pointers of the outermost frame that is not searched and of the
/// innermost one, an address in that, tag, and two words of payload.
const THROW: &str = "%__cranelift_throw";

/// A function that is being executed.
struct Frame<'a> {
    function: &'a Function,
    index: FuncIndex,
    /// Where its values start.
    values: usize,
    /// The address of its stack slots.
    slots: u64,
    /// The size of the stack before it.
    stack_size: usize,
    /// The instruction being executed.
    inst: Inst,
}

struct Machine<'s, 'a> {
    state: &'s mut InterpreterState<'a>,
    domain: Concrete,
    frames: Vec<Frame<'a>>,
    values: Vec<u128>,
    callees: FxHashMap<(FuncIndex, FuncRef), Callee>,
    /// Handlers whose addresses were taken.
    handlers: Vec<(FuncIndex, Block, i32)>,
}

/// Calls a function of the store with arguments of its types.
pub(super) fn run(
    state: &mut InterpreterState<'_>,
    index: FuncIndex,
    arguments: &[u128],
) -> Result<ControlFlow, InterpreterError> {
    let stack_size = state.memory.size();
    let domain = Concrete { nan: state.nan };
    let mut machine = Machine {
        state,
        domain,
        frames: Vec::new(),
        values: Vec::new(),
        callees: FxHashMap::default(),
        handlers: Vec::new(),
    };
    let end = machine.enter(index, arguments).and_then(|()| machine.run());
    state.memory.truncate(stack_size);
    match end {
        Ok(values) => {
            let function = state.functions.entry(index).function;
            let types = function.signature.returns.iter().map(|param| param.value_type);
            let values = types.zip(values).map(|(ty, bits)| DataValue::from_bits(ty, bits));
            Ok(ControlFlow::Return(values.collect::<Result<_, _>>()?))
        }
        Err(Halt::Trap(trap)) => Ok(ControlFlow::Trap(trap)),
        Err(Halt::Error(error)) => Err(error),
    }
}

impl<'a> Machine<'_, 'a> {
    fn frame(&self) -> &Frame<'a> {
        self.frames.last().expect("a function is being executed")
    }

    fn unsupported(&self, what: impl Into<String>) -> Halt {
        let function = self.frame().function.name.to_string();
        Halt::Error(InterpreterError::Unsupported { what: what.into(), function })
    }

    fn spend(&mut self, amount: usize) -> Result<(), Halt> {
        if let Some(fuel) = &mut self.state.limits.fuel {
            *fuel = fuel
                .checked_sub(amount as u64)
                .ok_or(Halt::Error(InterpreterError::FuelExhausted))?;
        }
        Ok(())
    }

    /// Opens a frame and goes to the first instruction of the function.
    fn enter(&mut self, index: FuncIndex, arguments: &[u128]) -> Result<(), Halt> {
        let overflow = || trap(TrapCode::STACK_OVERFLOW);
        let entry = self.state.functions.entry(index);
        let function = entry.function;
        let limits = self.state.limits;
        let values = self.values.len();
        let end = values + function.dfg.num_values();
        if self.frames.len() >= limits.depth || end > limits.values {
            return Err(overflow());
        }
        let first = function
            .layout
            .entry_block()
            .and_then(|block| Some((block, function.layout.first_inst(block)?)));
        let (block, inst) = first
            .ok_or_else(|| Halt::Error(InterpreterError::NoBody(function.name.to_string())))?;
        let slots = function.sized_stack_slots.values();
        if slots.map(|slot| slot.align_shift).max() > Some(StackSlotData::MAX_ALIGN_SHIFT) {
            return Err(Halt::Error(InterpreterError::SlotAlignment(function.name.to_string())));
        }
        let (bytes, align) = (entry.frame_bytes(), entry.frame_align());
        let stack_size = self.state.memory.size();
        let slots = self.state.memory.push_frame(bytes, align, limits.stack_bytes);
        let slots = slots.ok_or_else(overflow)?;
        self.values.resize(end, 0);
        self.frames.push(Frame { function, index, values, slots, stack_size, inst });
        for (&param, &bits) in function.dfg.block_params(block).iter().zip(arguments) {
            self.set(param, bits);
        }
        Ok(())
    }

    /// The contents of the structs that a function takes by value, with the numbers of the
    /// parameters.
    fn structs(
        &mut self,
        index: FuncIndex,
        arguments: &[u128],
    ) -> Result<Vec<(usize, Vec<u8>)>, Halt> {
        let params = &self.state.functions.entry(index).function.signature.params;
        let mut structs = Vec::new();
        for (number, (param, &address)) in params.iter().zip(arguments).enumerate() {
            if let ArgumentPurpose::StructArgument(size) = param.purpose {
                let bytes = self.state.memory.bytes(address as u64, size as usize);
                structs.push((number, bytes.ok_or_else(|| outside(MemFlags::new()))?));
            }
        }
        Ok(structs)
    }

    /// Gives the function that was entered its own copies of structs.
    fn place_structs(&mut self, structs: Vec<(usize, Vec<u8>)>) -> Result<(), Halt> {
        let function = self.frame().function;
        for (number, bytes) in structs {
            let limit = self.state.limits.stack_bytes;
            let at = self.state.memory.push_bytes(&bytes, limit);
            let at = at.ok_or_else(|| trap(TrapCode::STACK_OVERFLOW))?;
            let entry = function.layout.entry_block().expect("the function was entered");
            self.set(function.dfg.block_params(entry)[number], u128::from(at));
        }
        Ok(())
    }

    /// Closes the current frame.
    fn leave(&mut self) {
        let frame = self.frames.pop().expect("a function is being executed");
        self.values.truncate(frame.values);
        self.state.memory.truncate(frame.stack_size);
    }

    /// Executes until the outermost function returns.
    fn run(&mut self) -> Result<Values, Halt> {
        loop {
            self.spend(1)?;
            match self.step()? {
                Next::Inst => self.advance(),
                Next::Here => {}
                Next::Block(block) => {
                    let frame = self.frames.last_mut().expect("a function is being executed");
                    frame.inst = frame
                        .function
                        .layout
                        .first_inst(block)
                        .expect("a verified block has instructions");
                }
                Next::Enter(index, arguments, entry) => {
                    self.spend(arguments.len())?;
                    let structs = self.structs(index, &arguments)?;
                    if entry == Entry::TailCall {
                        self.leave();
                    }
                    self.enter(index, &arguments)?;
                    self.place_structs(structs)?;
                }
                Next::Return(values) => {
                    self.leave();
                    if self.frames.is_empty() {
                        return Ok(values);
                    }
                    self.finish_call(&values)?;
                }
            }
        }
    }

    /// Goes to the instruction after the current one.
    fn advance(&mut self) {
        let frame = self.frames.last_mut().expect("a function is being executed");
        frame.inst = frame
            .function
            .layout
            .next_inst(frame.inst)
            .expect("a verified block ends in a terminator");
    }

    /// Delivers the results of the call that the current frame is at.
    fn finish_call(&mut self, results: &[u128]) -> Result<(), Halt> {
        let Frame { function, inst, .. } = *self.frame();
        let data = &function.dfg[inst];
        match data.opcode {
            Opcode::TryCall | Opcode::TryCallIndirect => {
                let target = function.dfg.branch_targets(inst)[0];
                let block = self.branch(target, results, &[])?;
                let frame = self.frames.last_mut().expect("a function is being executed");
                frame.inst = frame.function.layout.first_inst(block).expect("a verified block");
            }
            _ => {
                for (&result, &bits) in function.dfg.inst_results(inst).iter().zip(results) {
                    self.set(result, bits);
                }
                self.advance();
            }
        }
        Ok(())
    }

    fn set(&mut self, value: Value, bits: u128) {
        let start = self.frame().values;
        self.values[start + value.index()] = bits;
    }

    fn get(&self, value: Value) -> u128 {
        let frame = self.frame();
        let value = frame.function.dfg.resolve_aliases(value);
        self.values[frame.values + value.index()]
    }

    fn ty(&self, value: Value) -> Type {
        self.frame().function.dfg.value_type(value)
    }

    fn bits(&self, value: Value) -> Bits {
        Bits::new(self.ty(value).bits(), self.get(value))
    }

    fn set_result(&mut self, inst: Inst, bits: u128) -> Next {
        let result = self.frame().function.dfg.first_result(inst);
        let width = self.ty(result).bits();
        self.set(result, bits & (u128::MAX >> (128 - width.min(128))));
        Next::Inst
    }

    /// Sets the parameters of a branch target; `results` are what `ret` arguments name, `payload`
    /// what `exn` arguments do.
    fn branch(
        &mut self,
        target: BlockCall,
        results: &[u128],
        payload: &[u128],
    ) -> Result<Block, Halt> {
        let function = self.frame().function;
        let mut values = Values::new();
        for argument in target.args(&function.dfg.value_lists) {
            values.push(match argument {
                BlockArg::Value(value) => self.get(value),
                BlockArg::TryCallRet(n) => results.get(n as usize).copied().unwrap_or(0),
                BlockArg::TryCallExn(n) => payload.get(n as usize).copied().unwrap_or(0),
            });
        }
        self.spend(values.len())?;
        for (&param, bits) in function.dfg.block_params(target.target()).iter().zip(values) {
            self.set(param, bits);
        }
        Ok(target.target())
    }

    /// Executes the current instruction.
    fn step(&mut self) -> Result<Next, Halt> {
        let Frame { function, inst, .. } = *self.frame();
        let dfg = &function.dfg;
        let data = &dfg[inst];
        match data.opcode {
            Opcode::Jump => Ok(Next::Block(self.branch(dfg.branch_targets(inst)[0], &[], &[])?)),
            Opcode::Brif => {
                let taken = self.get(data.args[0]) != 0;
                let target = dfg.branch_targets(inst)[usize::from(!taken)];
                Ok(Next::Block(self.branch(target, &[], &[])?))
            }
            Opcode::BrTable => {
                let targets = dfg.branch_targets(inst);
                let entry = self.get(data.args[0]).saturating_add(1);
                let entry = usize::try_from(entry).ok().and_then(|n| targets.get(n));
                let target = *entry.unwrap_or(&targets[0]);
                Ok(Next::Block(self.branch(target, &[], &[])?))
            }
            Opcode::Return => Ok(Next::Return(self.list(dfg.inst_args(inst)))),
            Opcode::Call | Opcode::TryCall => self.call(inst, data, Entry::Call),
            Opcode::ReturnCall => self.call(inst, data, Entry::TailCall),
            Opcode::CallIndirect | Opcode::TryCallIndirect => self.call_indirect(inst, Entry::Call),
            Opcode::ReturnCallIndirect => self.call_indirect(inst, Entry::TailCall),
            Opcode::FuncAddr => {
                let address = match self.callee(data.func_ref())? {
                    Callee::Function(index) => CodeAddress::Function(index.as_usize()),
                    Callee::LibCall(libcall) => CodeAddress::LibCall(libcall as usize),
                    Callee::Throw => CodeAddress::Throw,
                };
                Ok(self.set_result(inst, address.encode().into()))
            }
            Opcode::Debugtrap => Err(InterpreterTrap::Debug.into()),
            Opcode::SequencePoint | Opcode::Fence => Ok(Next::Inst),
            Opcode::GetPinnedReg => Ok(self.set_result(inst, self.state.pinned_reg.into())),
            Opcode::SetPinnedReg => {
                self.state.pinned_reg = self.get(data.args[0]) as u64;
                Ok(Next::Inst)
            }
            Opcode::F128const | Opcode::Vconst => {
                let bytes = dfg.constant_bytes(data.constant());
                if bytes.len() > 16 {
                    return Err(self.unsupported("vectors of more than 16 bytes"));
                }
                Ok(self.set_result(inst, from_le_bytes(bytes)))
            }
            Opcode::StackAddr => {
                let Frame { index, slots, .. } = *self.frame();
                let entry = self.state.functions.entry(index);
                let offset = entry.slot_offset(data.stack_slot(), data.offset())?;
                Ok(self.set_result(inst, (slots + offset).into()))
            }
            Opcode::GetFramePointer => {
                let pointer = frame_pointer(self.frames.len() - 1);
                Ok(self.set_result(inst, pointer.into()))
            }
            Opcode::GetExceptionHandlerAddress => {
                let handler = (self.frame().index, data.handler_block(), data.edge_index());
                let known = self.handlers.iter().position(|&known| known == handler);
                let number = known.unwrap_or_else(|| {
                    self.handlers.push(handler);
                    self.handlers.len() - 1
                });
                Ok(self.set_result(inst, CodeAddress::Handler(number).encode().into()))
            }
            Opcode::SymbolValue | Opcode::TlsValue => {
                let value = self.global_value(data.global_value())?;
                Ok(self.set_result(inst, value.into()))
            }
            opcode if opcode.can_load() || opcode.can_store() => self.access(inst, data),
            _ => self.compute(inst, data),
        }
    }

    fn list(&self, values: &[Value]) -> Values {
        values.iter().map(|&value| self.get(value)).collect()
    }

    // ---------------------------------------------------------------- pure operations

    /// Evaluates the meaning of an operation on scalars.
    fn compute(&mut self, inst: Inst, data: &InstructionData) -> Result<Next, Halt> {
        let dfg = &self.frame().function.dfg;
        let (arguments, results) = (dfg.inst_args(inst), dfg.inst_results(inst));
        let mut args = SmallVec::<[Bits; 4]>::new();
        for &value in arguments.iter().chain(results) {
            if self.ty(value).is_vector() || self.ty(value).is_dynamic_vector() {
                let ty = self.ty(value);
                return Err(self.unsupported(format!("`{}` on vectors ({ty})", data.opcode)));
            }
        }
        args.extend(arguments.iter().map(|&value| self.bits(value)));
        let outcome = match to_int128(&self.domain, data, &args) {
            Some(outcome) => outcome,
            None => eval_inst(&self.domain, data, &args),
        };
        match outcome {
            Ok(values) => {
                for (&result, bits) in results.iter().zip(values) {
                    self.set(result, bits.unsigned());
                }
                Ok(Next::Inst)
            }
            Err(Stop::Trap(code)) => Err(trap(code)),
            Err(Stop::Opaque) => Err(self.unsupported(named_operation(data))),
        }
    }

    // ---------------------------------------------------------------- calls

    /// What a declared function is.
    fn callee(&mut self, func_ref: FuncRef) -> Result<Callee, Halt> {
        let Frame { function, index, .. } = *self.frame();
        if let Some(&callee) = self.callees.get(&(index, func_ref)) {
            return Ok(callee);
        }
        let name = name_of(func_ref, function);
        let callee = match &function.dfg.ext_funcs[func_ref].name {
            ExternalName::LibCall(libcall) => Callee::LibCall(*libcall),
            _ if name == THROW && self.state.functions.index_of(&name).is_none() => Callee::Throw,
            _ => Callee::Function(
                self.state
                    .functions
                    .index_of(&name)
                    .ok_or(Halt::Error(InterpreterError::UnknownFunctionName(name)))?,
            ),
        };
        self.callees.insert((index, func_ref), callee);
        Ok(callee)
    }

    fn call(&mut self, inst: Inst, data: &InstructionData, entry: Entry) -> Result<Next, Halt> {
        let function = self.frame().function;
        let callee = self.callee(data.func_ref())?;
        let signature = &function.dfg.signatures[function.dfg.ext_funcs[data.func_ref()].signature];
        let arguments = self.list(function.dfg.inst_args(inst));
        self.call_function(callee, signature, arguments, entry)
    }

    fn call_indirect(&mut self, inst: Inst, entry: Entry) -> Result<Next, Halt> {
        let function = self.frame().function;
        let signature = function.dfg.call_signature(inst).expect("an indirect call has one");
        let signature = &function.dfg.signatures[signature];
        let (&address, arguments) =
            function.dfg.inst_args(inst).split_first().expect("an indirect call has a callee");
        let arguments = self.list(arguments);
        let callee = match CodeAddress::decode(self.get(address) as u64) {
            Some(CodeAddress::Function(n)) if n < self.state.functions.len() => {
                Callee::Function(FuncIndex::new(n))
            }
            Some(CodeAddress::LibCall(n)) => match LibCall::ALL.get(n) {
                Some(&libcall) => Callee::LibCall(libcall),
                None => return Err(trap(TrapCode::HEAP_OUT_OF_BOUNDS)),
            },
            Some(CodeAddress::Throw) => Callee::Throw,
            _ => return Err(trap(TrapCode::HEAP_OUT_OF_BOUNDS)),
        };
        self.call_function(callee, signature, arguments, entry)
    }

    fn call_function(
        &mut self,
        callee: Callee,
        signature: &Signature,
        arguments: Values,
        entry: Entry,
    ) -> Result<Next, Halt> {
        match callee {
            Callee::Function(index) => {
                let function = self.state.functions.entry(index).function;
                if !same_types(signature, &function.signature) {
                    return Err(InterpreterTrap::BadSignature.into());
                }
                Ok(Next::Enter(index, arguments, entry))
            }
            Callee::LibCall(libcall) => {
                let result = self.libcall(libcall, signature, &arguments)?;
                if entry == Entry::TailCall {
                    return Ok(Next::Return(Values::from_slice(&[result])));
                }
                self.finish_call(&[result])?;
                Ok(Next::Here)
            }
            Callee::Throw => {
                let types = signature.params.iter().map(|param| param.value_type);
                let expected = [types::I64, types::I64, types::I64, types::I32];
                let payload = [types::I64; 2];
                if !types.eq(expected.into_iter().chain(payload)) || entry == Entry::TailCall {
                    return Err(InterpreterTrap::BadSignature.into());
                }
                self.throw(&arguments)
            }
        }
    }

    /// Goes on at the first handler for a tag in the callers of one frame, up to another.
    fn throw(&mut self, arguments: &[u128]) -> Result<Next, Halt> {
        let numbers = [arguments[0], arguments[1]].map(|fp| frame_number(fp as u64));
        let [Some(outer), Some(inner)] = numbers else {
            return Err(self.unsupported("exceptions between places that are not frames"));
        };
        if inner >= self.frames.len() {
            return Err(self.unsupported("exceptions from a frame that has been left"));
        }
        let (tag, payload) = (arguments[3] as u32, &arguments[4..6]);
        for number in (outer + 1..inner).rev() {
            self.spend(1)?;
            let Frame { function, inst, .. } = self.frames[number];
            let dfg = &function.dfg;
            let Some(table) = dfg[inst].exception_table() else { continue };
            let kinds = dfg.exception_tables[table].kinds().iter();
            let handlers = kinds.filter(|kind| !matches!(kind, HandlerKind::Context(_)));
            let fits = |kind: &HandlerKind| match *kind {
                HandlerKind::Tag(own) => own.as_u32() == tag,
                HandlerKind::Default => true,
                HandlerKind::Context(_) => false,
            };
            let Some(edge) = handlers.map(fits).position(|fits| fits) else { continue };
            while self.frames.len() > number + 1 {
                self.leave();
            }
            // The normal target is the first.
            let target = dfg.branch_targets(inst)[edge + 1];
            let payload = Values::from_slice(payload);
            return Ok(Next::Block(self.branch(target, &[], &payload)?));
        }
        Err(self.unsupported("exceptions that nobody catches"))
    }

    fn libcall(
        &self,
        libcall: LibCall,
        signature: &Signature,
        arguments: &[u128],
    ) -> Result<u128, Halt> {
        let (op, width) = match libcall {
            LibCall::CeilF32 => (FloatOp::Ceil, 32),
            LibCall::CeilF64 => (FloatOp::Ceil, 64),
            LibCall::FloorF32 => (FloatOp::Floor, 32),
            LibCall::FloorF64 => (FloatOp::Floor, 64),
            LibCall::TruncF32 => (FloatOp::Trunc, 32),
            LibCall::TruncF64 => (FloatOp::Trunc, 64),
            LibCall::NearestF32 => (FloatOp::Nearest, 32),
            LibCall::NearestF64 => (FloatOp::Nearest, 64),
            LibCall::FmaF32 => (FloatOp::Fma, 32),
            LibCall::FmaF64 => (FloatOp::Fma, 64),
            other => return Err(self.unsupported(format!("the library call {other}"))),
        };
        let ty = if width == 32 { types::F32 } else { types::F64 };
        let expected = if op == FloatOp::Fma { 3 } else { 1 };
        let fits = |params: &[AbiParam], n| {
            params.len() == n && params.iter().all(|param| param.value_type == ty)
        };
        if !fits(&signature.params, expected) || !fits(&signature.returns, 1) {
            return Err(InterpreterTrap::BadSignature.into());
        }
        let args: Vec<Bits> = arguments.iter().map(|&bits| Bits::new(width, bits)).collect();
        match self.domain.float(op, width, &args) {
            Ok(value) => Ok(value.unsigned()),
            Err(_) => Err(self.unsupported(format!("the library call {libcall}"))),
        }
    }

    // ---------------------------------------------------------------- memory

    /// The value of a global, as an address.
    fn global_value(&mut self, global: GlobalValue) -> Result<u64, Halt> {
        let function = self.frame().function;
        let mut chain = SmallVec::<[GlobalValue; 4]>::new();
        let mut current = global;
        let mut value = loop {
            match &function.global_values[current] {
                GlobalValueData::VMContext => {
                    break match function.special_param(ArgumentPurpose::VMContext) {
                        Some(param) => self.get(param) as u64,
                        None => self.state.pinned_reg,
                    };
                }
                GlobalValueData::Load { base, .. } | GlobalValueData::IAddImm { base, .. } => {
                    if chain.len() > function.global_values.len() {
                        return Err(self.unsupported("global values that depend on themselves"));
                    }
                    chain.push(current);
                    current = *base;
                }
                GlobalValueData::Symbol { name, offset, .. } => {
                    let name = name.display(Some(&function.params)).to_string();
                    let Some(&start) = self.state.symbols.get(&name) else {
                        return Err(self.unsupported(format!("the symbol {name} without memory")));
                    };
                    break start.wrapping_add(i64::from(*offset) as u64);
                }
                _ => return Err(self.unsupported(format!("scales ({current})"))),
            }
        };
        while let Some(global) = chain.pop() {
            value = match &function.global_values[global] {
                GlobalValueData::Load { offset, global_type, flags, .. } => {
                    let address = value.wrapping_add(i64::from(*offset) as u64);
                    self.load(address, *global_type, *flags)? as u64
                }
                GlobalValueData::IAddImm { offset, global_type, .. } => {
                    let sum = value.wrapping_add(i64::from(*offset) as u64);
                    if *global_type == types::I32 { u64::from(sum as u32) } else { sum }
                }
                _ => unreachable!("only loads and sums are in the chain"),
            };
        }
        Ok(value)
    }

    fn load(&mut self, address: u64, ty: Type, flags: MemFlags) -> Result<u128, Halt> {
        let size = ty.bytes() as usize;
        if size > 16 {
            return Err(self.unsupported("vectors of more than 16 bytes"));
        }
        if flags.aligned() && !address.is_multiple_of(size as u64) {
            return Err(InterpreterTrap::HeapMisaligned.into());
        }
        let bits = self.state.memory.read(address, size).ok_or_else(|| outside(flags))?;
        Ok(in_order(bits, ty, flags))
    }

    fn store(&mut self, address: u64, ty: Type, flags: MemFlags, bits: u128) -> Result<(), Halt> {
        let size = ty.bytes() as usize;
        if size > 16 {
            return Err(self.unsupported("vectors of more than 16 bytes"));
        }
        if flags.aligned() && !address.is_multiple_of(size as u64) {
            return Err(InterpreterTrap::HeapMisaligned.into());
        }
        let bits = in_order(bits, ty, flags);
        self.state.memory.write(address, size, bits).ok_or_else(|| outside(flags))
    }

    /// An address plus an offset, modulo the width of addresses.
    fn address(&self, base: Value, offset: i32) -> u64 {
        let sum = (self.get(base) as u64).wrapping_add(i64::from(offset) as u64);
        if self.ty(base) == types::I32 { u64::from(sum as u32) } else { sum }
    }

    /// Executes a load, a store or an atomic operation.
    fn access(&mut self, inst: Inst, data: &InstructionData) -> Result<Next, Halt> {
        let flags = data.mem_flags();
        let ty = data.ctrl_type;
        let [first, second, third] = data.args;
        if let Some((memory, signed)) = extending_load(data.opcode) {
            let bits = self.load(self.address(first, data.offset()), memory, flags)?;
            let value = Bits::new(memory.bits(), bits);
            let bits = if signed { value.signed() as u128 } else { bits };
            return Ok(self.set_result(inst, bits));
        }
        let narrow = match data.opcode {
            Opcode::Istore8 => types::I8,
            Opcode::Istore16 => types::I16,
            Opcode::Istore32 => types::I32,
            _ => ty,
        };
        match data.opcode {
            Opcode::Load => {
                let bits = self.load(self.address(first, data.offset()), ty, flags)?;
                Ok(self.set_result(inst, bits))
            }
            Opcode::Store | Opcode::Istore8 | Opcode::Istore16 | Opcode::Istore32 => {
                let address = self.address(second, data.offset());
                self.store(address, narrow, flags, self.get(first))?;
                Ok(Next::Inst)
            }
            Opcode::AtomicLoad => {
                let bits = self.load(self.address(first, 0), ty, flags)?;
                Ok(self.set_result(inst, bits))
            }
            Opcode::AtomicStore => {
                self.store(self.address(second, 0), ty, flags, self.get(first))?;
                Ok(Next::Inst)
            }
            Opcode::AtomicRmw => {
                let address = self.address(first, 0);
                let old = self.load(address, ty, flags)?;
                let new = rmw(data.atomic_op(), Bits::new(ty.bits(), old), self.bits(second));
                self.store(address, ty, flags, new.unsigned())?;
                Ok(self.set_result(inst, old))
            }
            Opcode::AtomicCas => {
                let address = self.address(first, 0);
                let old = self.load(address, ty, flags)?;
                if old == self.get(second) {
                    self.store(address, ty, flags, self.get(third))?;
                }
                Ok(self.set_result(inst, old))
            }
            opcode => Err(self.unsupported(format!("`{opcode}`"))),
        }
    }
}

/// The trap of an access outside of the slots.
fn outside(flags: MemFlags) -> Halt {
    trap(flags.trap_code().unwrap_or(TrapCode::HEAP_OUT_OF_BOUNDS))
}

/// Up to 16 bytes as a number.
fn from_le_bytes(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |bits, &byte| bits << 8 | u128::from(byte))
}

/// Bits between memory and value: the bytes of every lane are reversed for a big-endian access.
fn in_order(bits: u128, ty: Type, flags: MemFlags) -> u128 {
    if flags.endianness(Endianness::Little) == Endianness::Little {
        return bits;
    }
    let lane = ty.lane_bits();
    let mask = u128::MAX >> (128 - lane);
    (0..ty.lane_count()).map(|n| n * lane).fold(0, |result, shift| {
        let reversed = (bits >> shift & mask).swap_bytes() >> (128 - lane);
        result | reversed << shift
    })
}

/// What a load that extends reads, and whether it extends the sign.
fn extending_load(opcode: Opcode) -> Option<(Type, bool)> {
    Some(match opcode {
        Opcode::Uload8 => (types::I8, false),
        Opcode::Sload8 => (types::I8, true),
        Opcode::Uload16 => (types::I16, false),
        Opcode::Sload16 => (types::I16, true),
        Opcode::Uload32 => (types::I32, false),
        Opcode::Sload32 => (types::I32, true),
        _ => return None,
    })
}

/// The new content of memory after an atomic operation.
fn rmw(op: AtomicRmwOp, old: Bits, x: Bits) -> Bits {
    let d = Concrete::default();
    match op {
        AtomicRmwOp::Add => d.add(old, x),
        AtomicRmwOp::Sub => d.sub(old, x),
        AtomicRmwOp::And => d.and(old, x),
        AtomicRmwOp::Nand => d.not(d.and(old, x)),
        AtomicRmwOp::Or => d.or(old, x),
        AtomicRmwOp::Xor => d.xor(old, x),
        AtomicRmwOp::Xchg => x,
        AtomicRmwOp::Umin => d.ite(d.ult(old, x), old, x),
        AtomicRmwOp::Umax => d.ite(d.ult(old, x), x, old),
        AtomicRmwOp::Smin => d.ite(d.slt(old, x), old, x),
        AtomicRmwOp::Smax => d.ite(d.slt(old, x), x, old),
    }
}

/// Whether two signatures pass values of the same types.
fn same_types(a: &Signature, b: &Signature) -> bool {
    let same = |a: &[AbiParam], b: &[AbiParam]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.value_type == b.value_type)
    };
    same(&a.params, &b.params) && same(&a.returns, &b.returns)
}

/// Float to i128, which no back end has: the truncated value is first clamped to the signed range
/// and then checked. Run tests for interpreters expect exactly this.
fn to_int128(
    d: &Concrete,
    data: &InstructionData,
    args: &[Bits],
) -> Option<Result<Results<Bits>, Stop>> {
    if data.ctrl_type != types::I128 {
        return None;
    }
    let (signed, traps) = match data.opcode {
        Opcode::FcvtToSint => (true, true),
        Opcode::FcvtToUint => (false, true),
        Opcode::FcvtToUintSat => (false, false),
        _ => return None,
    };
    let convert = || {
        let clamped = d.float(FloatOp::ToSintSat, 128, args)?;
        if traps {
            let nan = crate::semantics::is_nan(d, args[0]);
            d.trap_if(nan, TrapCode::BAD_CONVERSION_TO_INTEGER)?;
        }
        let negative = d.sign(clamped);
        if signed {
            return crate::semantics::one(clamped);
        }
        if traps {
            d.trap_if(negative, TrapCode::INTEGER_OVERFLOW)?;
        }
        crate::semantics::one(d.ite(negative, d.zero(128), clamped))
    };
    Some(convert())
}

/// An operation with its type, for messages.
fn named_operation(data: &InstructionData) -> String {
    if data.ctrl_type == types::INVALID {
        format!("`{}`", data.opcode)
    } else {
        format!("`{}.{}`", data.opcode, data.ctrl_type)
    }
}
