//! Random functions that are valid by construction and end.
//!
//! What holds: the functions of one call of [`generate`] call only later ones, loops count down
//! from small constants, stack slots are filled before they are read, addresses never become data,
//! and what an undefined NaN may be never shows in a result but as a NaN. So all correct
//! implementations agree on the results, and on the trap if there is one. A function may get the
//! address of a slot of its caller as context, from which globals are loaded.

mod control;
mod memory;
mod operations;

use crate::rng::Rng;
use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::data_value::DataValue;
use windlass_core::ir::types::{F16, F32, F64, F128, I8, I16, I32, I64, I128};
use windlass_core::ir::{
    AbiParam, ArgumentPurpose, Block, BlockArg, Function, Ieee16, Ieee32, Ieee64, Ieee128,
    InstBuilder, Opcode, Signature, StackSlot, Type, UserFuncName, Value,
};
use windlass_core::isa::CallConv;

/// What may be generated.
#[derive(Clone, Debug)]
pub struct Config {
    /// The types of values.
    pub types: Vec<Type>,
    /// Whether an operation may be used: the opcode, its controlling type, the type of its last
    /// value operand.
    pub supports: fn(Opcode, Type, Option<Type>) -> bool,
    /// How many functions, the first of which is the entry.
    pub functions: usize,
    /// About how many instructions a function has.
    pub size: usize,
    /// The largest number of parameters and of results.
    pub max_signature: (usize, usize),
    /// The conventions of the functions.
    pub conventions: Vec<CallConv>,
    /// Whether there are atomic operations of 128 bits.
    pub wide_atomics: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            types: vec![I8, I16, I32, I64, I128, F32, F64],
            supports: |_, _, _| true,
            functions: 3,
            size: 60,
            max_signature: (8, 4),
            conventions: vec![CallConv::SystemV, CallConv::Fast, CallConv::Tail],
            wide_atomics: true,
        }
    }
}

/// Functions and arguments for the first of them.
#[derive(Clone, Debug)]
pub struct Case {
    /// The functions, named `%f0`, `%f1`, …; the first one is the entry.
    pub functions: Vec<Function>,
    /// Tuples of arguments for the entry.
    pub arguments: Vec<Vec<DataValue>>,
}

/// The functions and arguments that belong to a seed.
pub fn generate(seed: u64, config: &Config) -> Case {
    let mut rng = Rng::new(seed);
    let mut signatures: Vec<_> =
        (0..config.functions).map(|_| signature(&mut rng, config)).collect();
    for callee in signatures.iter_mut().skip(1) {
        pointers(&mut rng, callee);
    }
    let functions = (0..config.functions)
        .map(|index| Generator::new(&mut rng, config, &signatures, index).function())
        .collect();
    let params = &signatures[0].params;
    let arguments = (0..4)
        .map(|_| params.iter().map(|param| argument(&mut rng, param.value_type)).collect())
        .collect();
    Case { functions, arguments }
}

/// Gives a callee parameters that are addresses: of a context, of a struct that is copied, of a
/// place for results.
fn pointers(rng: &mut Rng, callee: &mut Signature) {
    if rng.one_in(3) {
        callee.params.insert(0, AbiParam::special(I64, ArgumentPurpose::VMContext));
    }
    if rng.one_in(5) {
        let size = CONTEXT_SIZE + rng.pick(&[0, 8, 64]);
        let at = rng.below(callee.params.len() + 1);
        let purpose = ArgumentPurpose::StructArgument(size);
        callee.params.insert(at, AbiParam::special(I64, purpose));
    }
    if rng.one_in(10) {
        callee.returns.clear();
        let at = rng.below(callee.params.len() + 1);
        callee.params.insert(at, AbiParam::special(I64, ArgumentPurpose::StructReturn));
    }
}

/// The type, or one that the convention has instead of it.
fn fitting(conv: CallConv, ty: Type) -> Type {
    if conv == CallConv::WindowsFastcall && ty == F128 { F64 } else { ty }
}

fn signature(rng: &mut Rng, config: &Config) -> Signature {
    let mut signature = Signature::new(rng.pick(&config.conventions));
    let (params, returns) = config.max_signature;
    for _ in 0..rng.below(params + 1) {
        let param = AbiParam::new(fitting(signature.call_conv, rng.pick(&config.types)));
        let narrow = param.value_type.is_int() && param.value_type.bits() < 64;
        signature.params.push(match rng.below(6) {
            0 if narrow => param.uext(),
            1 if narrow => param.sext(),
            _ => param,
        });
    }
    if signature.call_conv == CallConv::PreserveAll {
        return signature;
    }
    for _ in 0..rng.range(1, returns) {
        let ty = fitting(signature.call_conv, rng.pick(&config.types));
        // Results in memory are packed by this convention, one register each.
        let packed = signature.call_conv == CallConv::Winch && ty == I128;
        let param = AbiParam::new(if packed { I64 } else { ty });
        let narrow = param.value_type.is_int() && param.value_type.bits() < 64;
        signature.returns.push(match rng.below(8) {
            0 if narrow => param.uext(),
            1 if narrow => param.sext(),
            _ => param,
        });
    }
    signature
}

/// The bits of a float at which something changes, or any other; no NaN.
fn float_bits(rng: &mut Rng, ty: Type) -> u128 {
    let choices = [0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -0.75, 1e-40, 3e9, -2147483648.0, 1e19, 1e300];
    let value: f64 = match rng.below(4) {
        0 => f64::from(rng.next_u64() as i32),
        1 => f64::from_bits(rng.next_u64()),
        _ => rng.pick(&choices),
    };
    let value = if value.is_nan() { f64::NEG_INFINITY } else { value };
    let value = if rng.one_in(8) { -value } else { value };
    if ty == F32 { u128::from((value as f32).to_bits()) } else { u128::from(value.to_bits()) }
}

fn argument(rng: &mut Rng, ty: Type) -> DataValue {
    let arithmetic = ty == F32 || ty == F64;
    let bits = if arithmetic { float_bits(rng, ty) } else { rng.edge_bits() };
    DataValue::from_bits(ty, bits).expect("arguments are scalars")
}

/// Fills one function.
struct Generator<'a> {
    rng: &'a mut Rng,
    config: &'a Config,
    signatures: &'a [Signature],
    index: usize,
    func: Function,
    /// The block at whose end instructions are put.
    block: Block,
    /// The values that may be used here.
    values: Vec<Value>,
    /// Floats of this block that may be a NaN of any bits: for operations that do not show them.
    open: Vec<Value>,
    /// Stack slots with their size.
    slots: Vec<(StackSlot, u32)>,
    /// The `vmctx` parameter, which points at a slot of a caller, at least `CONTEXT_SIZE` bytes.
    context: Option<Value>,
    /// All parameters that point at so many bytes.
    pointers: Vec<Value>,
    /// How many instructions may still be put.
    budget: usize,
    /// How many loops are around this place.
    loops: usize,
}

impl<'a> Generator<'a> {
    fn new(
        rng: &'a mut Rng,
        config: &'a Config,
        signatures: &'a [Signature],
        index: usize,
    ) -> Self {
        let name = UserFuncName::testcase(format!("f{index}"));
        let mut func = Function::with_name_signature(name, signatures[index].clone());
        let block = func.dfg.make_block();
        func.layout.append_block(block);
        let (mut values, mut pointers) = (Vec::new(), Vec::new());
        for param in &signatures[index].params {
            let value = func.dfg.append_block_param(block, param.value_type);
            // Addresses are no values to operate on.
            let plain = param.purpose == ArgumentPurpose::Normal;
            if plain { values.push(value) } else { pointers.push(value) }
        }
        let context = func.special_param(ArgumentPurpose::VMContext);
        let (open, slots, budget, loops) = (Vec::new(), Vec::new(), config.size, 0);
        Self {
            rng,
            config,
            signatures,
            index,
            func,
            block,
            values,
            open,
            slots,
            context,
            pointers,
            budget,
            loops,
        }
    }

    fn function(mut self) -> Function {
        self.make_slots();
        while self.budget > 0 {
            self.statement();
        }
        self.finish();
        if self.rng.one_in(3) {
            self.shuffle();
        }
        self.func
    }

    /// Puts the blocks behind the first one into another order.
    fn shuffle(&mut self) {
        let mut blocks: Vec<_> = self.func.layout.blocks().skip(1).collect();
        for last in (1..blocks.len()).rev() {
            blocks.swap(last, self.rng.below(last + 1));
        }
        let entry = self.func.layout.entry_block().expect("a function has a block");
        for block in blocks {
            // Instructions move with their block: it is taken out and put behind the entry.
            let insts: Vec<_> = self.func.layout.block_insts(block).collect();
            insts.iter().for_each(|&inst| self.func.layout.remove_inst(inst));
            let cold = self.func.layout.is_cold(block);
            self.func.layout.remove_block(block);
            self.func.layout.insert_block_after(block, entry);
            if cold {
                self.func.layout.set_cold(block);
            }
            insts.iter().for_each(|&inst| self.func.layout.append_inst(inst, block));
        }
    }

    /// A builder at the end of the current block.
    fn cursor(&mut self) -> FuncCursor<'_> {
        FuncCursor::new(&mut self.func).at_bottom(self.block)
    }

    fn new_block(&mut self, params: &[Type]) -> (Block, Vec<Value>) {
        let block = self.func.dfg.make_block();
        let dfg = &mut self.func.dfg;
        let values = params.iter().map(|&ty| dfg.append_block_param(block, ty)).collect();
        (block, values)
    }

    /// Goes on at a block.
    fn switch_to(&mut self, block: Block) {
        self.func.layout.append_block(block);
        if self.rng.one_in(16) {
            self.func.layout.set_cold(block);
        }
        self.block = block;
        self.open.clear();
    }

    fn any_type(&mut self) -> Type {
        let types = &self.config.types;
        types[self.rng.below(types.len())]
    }

    fn any_types(&mut self, most: usize) -> Vec<Type> {
        (0..self.rng.below(most + 1)).map(|_| self.any_type()).collect()
    }

    /// A value of this type: one that is at hand, or a constant.
    fn value(&mut self, ty: Type) -> Value {
        let dfg = &self.func.dfg;
        let fitting: Vec<_> =
            self.values.iter().copied().filter(|&v| dfg.value_type(v) == ty).collect();
        if fitting.is_empty() || self.rng.one_in(6) {
            return self.constant(ty);
        }
        // Late values more often: that makes chains that patterns match.
        let last = fitting.len() - 1;
        let back = self.rng.below(fitting.len()).min(self.rng.below(fitting.len()));
        fitting[last - back]
    }

    fn values_of(&mut self, types: &[Type]) -> Vec<Value> {
        types.iter().map(|&ty| self.value(ty)).collect()
    }

    fn block_args(&mut self, types: &[Type]) -> Vec<BlockArg> {
        self.values_of(types).into_iter().map(BlockArg::Value).collect()
    }

    /// A constant of this type.
    fn constant(&mut self, ty: Type) -> Value {
        let arithmetic = ty == F32 || ty == F64;
        let float = arithmetic.then(|| float_bits(self.rng, ty));
        let bits = float.unwrap_or_else(|| self.rng.edge_bits());
        self.constant_of(ty, bits)
    }

    /// The constant of this type with these bits.
    fn constant_of(&mut self, ty: Type, bits: u128) -> Value {
        let mut cursor = self.cursor();
        match ty {
            F16 => cursor.ins().f16const(Ieee16::with_bits(bits as u16)),
            F32 => cursor.ins().f32const(Ieee32::with_bits(bits as u32)),
            F64 => cursor.ins().f64const(Ieee64::with_bits(bits as u64)),
            F128 => {
                let data = Ieee128::with_bits(bits).into();
                let constant = cursor.func.dfg.constants.insert(data);
                cursor.ins().f128const(constant)
            }
            I128 => {
                let low = cursor.ins().iconst(I64, bits as i64);
                let high = cursor.ins().iconst(I64, (bits >> 64) as i64);
                cursor.ins().iconcat(low, high)
            }
            _ => cursor.ins().iconst(ty, bits as i64),
        }
    }

    /// The value may be used from now on.
    fn offer(&mut self, value: Value) {
        self.values.push(value);
    }
}

/// The integer types that the configuration has.
fn integers(config: &Config) -> Vec<Type> {
    config.types.iter().copied().filter(|ty| ty.is_int()).collect()
}

/// Types at which memory is accessed through the narrowing and widening opcodes.
const EXTENDING: [Type; 3] = [I16, I32, I64];
/// How much of a slot a callee may reach through its context.
const CONTEXT_SIZE: u32 = 64;
/// The narrowest integer.
const BYTE: Type = I8;
