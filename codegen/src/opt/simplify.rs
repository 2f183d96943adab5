//! Simplification while building: constant folding, rewrites by rule, and value numbering within a
//! block, made at the moment when a pure instruction is inserted.
//!
//! What holds: the value that [`Simplifier::insert`] returns equals the instruction's result
//! wherever the instruction would have given one, and traps where it would have trapped. Nothing
//! is removed: what a rewrite leaves unused is not lowered. Only scalars up to 64 bits are looked
//! at. Commutative operations have a constant on the right. Rewriting ends because a right side is
//! smaller than the left one (`tools/gen/src/rewriting.rs`); `MAX_DEPTH` bounds the recursion.

use super::generated;
use super::kinds::{ARITY, KNOWN, SHARED, SWAPS, is_simple};
use crate::ir::types::{self, Type};
use crate::ir::{Block, Function, Inst, InstructionData, Opcode, SourceLoc, Value};
use crate::semantics::{self, Bits};

/// How deep the rewrite of a right side's parts may nest.
const MAX_DEPTH: u32 = 8;
/// Noted in tests when rewrites nest deeper than that.
const TOO_DEEP: &str = "too deep";
/// Entries of the table of values, a power of two.
const NUMBERS: usize = 256;

/// Whether [`Simplifier::insert`] takes instructions of this opcode.
#[inline]
pub const fn applies(op: Opcode) -> bool {
    generated::KINDS[op as usize] & KNOWN != 0
}

/// What simplification remembers from one instruction of a function to the next.
#[derive(Clone, Debug)]
pub struct Simplifier {
    /// By the hash of its data, an instruction that may be equal.
    numbers: Box<[u32; NUMBERS]>,
}

impl Default for Simplifier {
    fn default() -> Self {
        Self { numbers: Box::new([u32::MAX; NUMBERS]) }
    }
}

impl Simplifier {
    /// Nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything, so that a function is made as if it were the first.
    pub fn clear(&mut self) {
        self.numbers.fill(u32::MAX);
    }

    /// Appends an instruction for which [`applies`] holds to `block`, or something simpler, or
    /// nothing, and returns its result.
    pub fn insert(
        &mut self,
        func: &mut Function,
        block: Block,
        srcloc: SourceLoc,
        data: InstructionData,
    ) -> Value {
        let mut cx = Cx {
            func,
            block,
            srcloc,
            depth: 0,
            numbers: &mut self.numbers,
            #[cfg(test)]
            hits: Vec::new(),
        };
        cx.make(data)
    }
}

/// How a value is defined, as far as rules ask first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Def {
    /// The opcode of the defining instruction, `nop` for a parameter.
    pub op: Opcode,
    inst: Inst,
}

impl Def {
    /// Not looked at.
    const NONE: Def = Def { op: Opcode::Nop, inst: Inst::from_u32(0) };

    #[inline]
    fn is_const(self) -> bool {
        matches!(self.op, Opcode::Iconst | Opcode::F32const | Opcode::F64const)
    }
}

/// Where instructions are inserted, and what matchers ask.
pub(crate) struct Cx<'a> {
    pub(super) func: &'a mut Function,
    block: Block,
    srcloc: SourceLoc,
    depth: u32,
    numbers: &'a mut [u32; NUMBERS],
    /// The rules that fired.
    #[cfg(test)]
    pub hits: Vec<&'static str>,
}

impl Cx<'_> {
    /// Inserts an instruction, simplified.
    pub fn make(&mut self, mut d: InstructionData) -> Value {
        let kind = generated::KINDS[d.opcode as usize];
        if self.depth == MAX_DEPTH {
            self.hit(TOO_DEEP);
        }
        if kind & ARITY != 0 && is_simple(d.ctrl_type) && self.depth < MAX_DEPTH {
            let mut a = self.def(d.args[0]);
            if a.is_const() {
                if let Some(value) = self.fold(&d) {
                    return value;
                }
                if kind & SWAPS != 0 {
                    d.args.swap(0, 1);
                    a = self.def(d.args[0]);
                }
            }
            let b = if kind & ARITY >= 2 { self.def(d.args[1]) } else { Def::NONE };
            self.depth += 1;
            let found = generated::rewrite(self, &d, a, b);
            self.depth -= 1;
            if let Some(value) = found {
                return value;
            }
        }
        if kind & SHARED != 0 { self.number(d) } else { self.push(d) }
    }

    /// Inserts an integer constant; bits beyond the type are dropped.
    pub fn int(&mut self, ty: Type, k: i64) -> Value {
        self.number(InstructionData::iconst(ty, k as u64))
    }

    /// Inserts an instruction as it is.
    fn push(&mut self, d: InstructionData) -> Value {
        let inst = self.func.dfg.make_inst(d);
        self.func.dfg.make_inst_results(inst, d.ctrl_type);
        self.func.layout.append_inst(inst, self.block);
        if !self.srcloc.is_default() {
            self.func.set_srcloc(inst, self.srcloc);
        }
        self.func.dfg.first_result(inst)
    }

    /// Finds an equal instruction in this block, or inserts this one. An entry of the table may be
    /// of another block: it is taken only if it stands in this one.
    fn number(&mut self, d: InstructionData) -> Value {
        let slot = hash(&d);
        let inst = self.numbers[slot];
        if (inst as usize) < self.func.dfg.insts.len() {
            let inst = Inst::from_u32(inst);
            if self.func.dfg[inst] == d && self.func.layout.inst_block(inst) == Some(self.block) {
                return self.func.dfg.first_result(inst);
            }
        }
        let value = self.push(d);
        self.numbers[slot] = self.func.dfg.insts.len() as u32 - 1;
        value
    }

    /// The constant that an instruction with a constant first operand gives.
    #[cold]
    fn fold(&mut self, d: &InstructionData) -> Option<Value> {
        let info = d.opcode.info();
        let mut args = [Bits::new(1, 0); 3];
        let n = usize::from(info.fixed_values);
        for (arg, &value) in args.iter_mut().zip(&d.args[..n]) {
            let def = self.def(value);
            if !def.is_const() {
                return None;
            }
            *arg = Bits::new(self.ty(value).bits(), self.data(def).imm_bits().into());
        }
        let results = semantics::fold(d, &args[..n])?;
        let &[bits] = results.as_slice() else { return None };
        let ty = info.results[0].eval(d.ctrl_type)?;
        if ty.bits() != bits.width() {
            return None;
        }
        let bits = bits.unsigned() as u64;
        Some(match ty {
            types::I8 | types::I16 | types::I32 | types::I64 => self.int(ty, bits as i64),
            types::F32 | types::F64 => {
                let op = if ty == types::F32 { Opcode::F32const } else { Opcode::F64const };
                let mut data = InstructionData::new(op, types::INVALID);
                data.set_imm64(bits);
                self.push_float(data, ty)
            }
            _ => return None,
        })
    }

    fn push_float(&mut self, data: InstructionData, ty: Type) -> Value {
        let value = self.number(data);
        debug_assert_eq!(self.ty(value), ty);
        value
    }

    /// The definition of a value.
    #[inline]
    pub fn def(&self, value: Value) -> Def {
        match self.func.dfg.defining_inst(value) {
            Some(inst) => Def { op: self.func.dfg[inst].opcode, inst },
            None => Def::NONE,
        }
    }

    /// The defining instruction.
    #[inline]
    pub fn data(&self, def: Def) -> &InstructionData {
        &self.func.dfg[def.inst]
    }

    /// The number of an `iconst`, sign-extended.
    #[inline]
    pub fn imm(&self, def: Def) -> i64 {
        self.data(def).signed_imm()
    }

    /// The type of a value.
    #[inline]
    pub fn ty(&self, value: Value) -> Type {
        self.func.dfg.value_type(value)
    }

    /// Notes in tests that a rule fired.
    #[inline]
    pub fn hit(&mut self, rule: &'static str) {
        #[cfg(test)]
        self.hits.push(rule);
        #[cfg(not(test))]
        let _ = rule;
    }
}

/// The place of an instruction in the table of values.
#[inline]
fn hash(d: &InstructionData) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let low = u64::from(d.args[0].as_bits()) | u64::from(d.args[1].as_bits()) << 32;
    let high =
        u64::from(d.args[2].as_bits()) ^ (u64::from(d.aux) << 16) ^ ((d.opcode as u64) << 24);
    let mixed = (low.wrapping_mul(FACTOR) ^ high).wrapping_mul(FACTOR);
    (mixed >> (64 - NUMBERS.trailing_zeros())) as usize
}

#[cfg(test)]
#[path = "simplify_tests.rs"]
mod tests;
