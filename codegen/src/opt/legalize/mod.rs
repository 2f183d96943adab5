//! Brings a function into operations that the machine has.
//!
//! [`Support`] says what the machine's rules lower. What they do not is expanded here, each
//! instruction by itself: integers of 128 bits into halves (`wide`), integers of less than 32 bits
//! into those of 32 (`narrow`), carries and overflows into comparisons (`carry`), the values of
//! globals into loads and sums (`globals`), float operations into calls of a library (`library`),
//! multi-way branches into comparisons (`branches`).
//!
//! What holds: every result keeps its number, and no alias is made; an instruction stays where it
//! is, with what it needs in front of it. What an expansion makes may be expanded again, into
//! something nearer to the machine each time. Halves are joined and taken apart by `iconcat` and
//! `isplit`, which every machine lowers without code; functions take, pass and return numbers of
//! 128 bits as before. An instruction that nothing is done about is left for lowering to refuse.
//!
//! The search for instructions to expand is one sweep over an array, so it costs next to nothing
//! where there are none; the time is linear.

mod branches;
mod carry;
mod globals;
mod library;
mod narrow;
mod support;
mod wide;

pub use self::branches::MAX_COMPARES;
pub use self::support::{Lowered, Support};

use crate::cursor::{Cursor, FuncCursor};
use crate::entity::EntityRef;
use crate::ir::CallConv;
use crate::ir::condcodes::IntCC;
use crate::ir::{
    Endianness, Function, Inst, InstBuilder, InstBuilderBase, InstructionData, Opcode, Type, Value,
    types,
};

/// What is asked of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// What it lowers.
    pub support: &'a Support,
    /// Its byte order.
    pub order: Endianness,
    /// The type of its pointers.
    pub pointer: Type,
    /// The convention of library calls.
    pub libcall_conv: CallConv,
    /// Whether library functions are near.
    pub colocated_libcalls: bool,
}

/// What was changed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Instructions.
    pub insts: bool,
    /// Blocks and edges between them.
    pub control: bool,
}

/// Runs the pass.
pub fn run(func: &mut Function, machine: &Machine<'_>) -> Changed {
    let mut changed = Changed::default();
    let mut next = 0;
    while let Some(inst) = suspect(func, machine.support, next) {
        next = inst.index() + 1;
        let data = func.dfg[inst];
        let Some(expand) = expansion(data.opcode, data.ctrl_type, machine.support) else {
            continue;
        };
        if data.ctrl_type.is_vector() || func.layout.inst_block(inst).is_none() {
            continue;
        }
        let mut pos = FuncCursor::new(func).at_inst(inst);
        pos.use_srcloc(inst);
        let mut cx = Cx { pos, inst, data, machine, changed: &mut changed };
        expand(&mut cx);
        // What stands there now may need the next step.
        if func.dfg[inst] != data {
            next = inst.index();
        }
    }
    changed
}

/// The first instruction from number `from` on that may need an expansion.
fn suspect(func: &Function, support: &Support, from: usize) -> Option<Inst> {
    let mut rest = func.dfg.insts_from(from);
    let found = rest.position(|data| support.suspects(data.opcode, data.ctrl_type))?;
    Some(Inst::new(from + found))
}

/// Expands one instruction, or leaves it.
type Expansion = fn(&mut Cx<'_>);

/// Whether there is an expansion of an opcode at a type for machines that do not lower it.
pub fn expands(op: Opcode, ty: Type) -> bool {
    whole(op, ty, &Support::new(&[], &[], |_| false)).is_some()
}

/// How an opcode is expanded at a controlling type, if it may have to be.
fn expansion(op: Opcode, ty: Type, support: &Support) -> Option<Expansion> {
    // Rules lower the first global of a chain.
    if op == Opcode::SymbolValue && !support.lowers(op, types::INVALID) {
        return Some(globals::symbol_value);
    }
    let expansion = if support.lowers(op, ty) { None } else { whole(op, ty, support) };
    expansion
        .or_else(|| wide::operands(op, ty, support))
        .or_else(|| narrow::operands(op, ty, support))
}

/// How an opcode is expanded at a controlling type at which it is not lowered.
fn whole(op: Opcode, ty: Type, support: &Support) -> Option<Expansion> {
    match ty {
        types::I8 | types::I16 => carry::expansion(op)
            .or_else(|| narrow::expansion(op))
            .or_else(|| narrow::halves(op, ty)),
        types::I32 | types::I64 => carry::expansion(op).or_else(|| narrow::halves(op, ty)),
        types::I128 => wide::expansion(op, support),
        types::F32 | types::F64 => library::expansion(op, ty),
        types::INVALID => branches::expansion(op),
        _ => None,
    }
}

/// One instruction that is being expanded.
struct Cx<'a> {
    /// Inserts before the instruction.
    pos: FuncCursor<'a>,
    inst: Inst,
    /// The instruction as it was.
    data: InstructionData,
    machine: &'a Machine<'a>,
    changed: &'a mut Changed,
}

impl<'a> Cx<'a> {
    /// Operand `n`.
    fn arg(&self, n: usize) -> Value {
        self.data.args[n]
    }

    fn ty(&self, value: Value) -> Type {
        self.pos.func.dfg.value_type(value)
    }

    /// The instruction that defines a value, if it has this opcode.
    fn def(&self, value: Value, opcode: Opcode) -> Option<&InstructionData> {
        let inst = self.pos.func.dfg.defining_inst(value)?;
        Some(&self.pos.func.dfg[inst]).filter(|data| data.opcode == opcode)
    }

    /// The number of an integer constant, with its sign.
    fn constant(&self, value: Value) -> Option<i64> {
        Some(self.def(value, Opcode::Iconst)?.signed_imm())
    }

    /// Inserts an integer constant.
    fn int(&mut self, ty: Type, k: i64) -> Value {
        self.pos.ins().iconst(ty, k)
    }

    /// Inserts an operation on values alone.
    fn op(&mut self, op: Opcode, ty: Type, args: &[Value]) -> Value {
        self.op2(op, ty, args)[0]
    }

    /// Inserts an operation on values alone; all its results, the only one twice.
    fn op2(&mut self, op: Opcode, ty: Type, args: &[Value]) -> [Value; 2] {
        let (inst, dfg) = self.pos.ins().build(data(op, ty, args), ty);
        let results = dfg.inst_results(inst);
        [results[0], results[results.len() - 1]]
    }

    /// Inserts an operation on a value and a number.
    fn op_imm(&mut self, op: Opcode, ty: Type, x: Value, k: i64) -> Value {
        let k = self.int(ty, k);
        self.op(op, ty, &[x, k])
    }

    /// Inserts a comparison.
    fn icmp(&mut self, cc: IntCC, x: Value, y: Value) -> Value {
        self.pos.ins().icmp(cc, x, y)
    }

    /// Inserts a comparison with a number.
    fn icmp_imm(&mut self, cc: IntCC, x: Value, k: i64) -> Value {
        let k = self.int(self.ty(x), k);
        self.icmp(cc, x, k)
    }

    /// Makes the instruction, whose only result it keeps, another one.
    fn replace(&mut self, new: InstructionData) {
        self.changed.insts = true;
        self.pos.func.dfg[self.inst] = new;
    }

    /// Makes the instruction an operation on values alone.
    fn finish(&mut self, op: Opcode, ty: Type, args: &[Value]) {
        self.replace(data(op, ty, args));
    }

    /// Removes the instruction; its results are to be given by others.
    fn take_results(&mut self) -> [Value; 2] {
        self.changed.insts = true;
        let dfg = &mut self.pos.func.dfg;
        let results = dfg.inst_results(self.inst);
        let taken = [results[0], results[results.len() - 1]];
        dfg.detach_results(self.inst);
        dfg[self.inst] = InstructionData::new(Opcode::Nop, types::INVALID);
        taken
    }

    /// Inserts an operation whose first result is `result`.
    fn give(&mut self, result: Value, new: InstructionData) {
        let ty = new.ctrl_type;
        self.pos.ins().with_result(result).build(new, ty);
    }
}

/// An operation on values alone.
fn data(op: Opcode, ty: Type, args: &[Value]) -> InstructionData {
    let mut data = InstructionData::new(op, ty);
    data.args[..args.len()].copy_from_slice(args);
    data
}
