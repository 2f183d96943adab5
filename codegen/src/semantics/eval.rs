//! The meaning column expanded into one match per domain, and constant folding on top.
//!
//! What holds: values are scalars; an instruction that has vectors among its types is opaque here.
//! An operation that traps is never folded.

use super::concrete::{Bits, Concrete, NanPolicy};
use super::derive::*;
use super::domain::{Domain, FloatOp, Results, Stop};
use crate::ir::condcodes::{FloatCC, IntCC};
use crate::ir::opcodes::opcode_table;
use crate::ir::{InstructionData, Opcode, TrapCode};

/// What a meaning depends on besides its values: the controlling type and the immediates.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    /// The bits of a lane of the controlling type.
    pub width: u32,
    /// The small immediate: condition, trap code.
    pub aux: u8,
    /// The bits of the integer or float immediate.
    pub imm: u64,
    /// Whether a vector is among the types.
    pub vector: bool,
}

impl Params {
    /// The parameters of an instruction.
    pub fn of(data: &InstructionData) -> Self {
        Self {
            width: data.ctrl_type.lane_bits(),
            aux: data.aux,
            imm: data.imm_bits(),
            vector: data.ctrl_type.is_vector() || data.ctrl_type.is_dynamic_vector(),
        }
    }

    /// The integer condition.
    pub fn cond(&self) -> IntCC {
        IntCC::ALL[usize::from(self.aux)]
    }

    /// The float condition.
    pub fn fcond(&self) -> FloatCC {
        FloatCC::ALL[usize::from(self.aux)]
    }

    /// A boolean as the result of a comparison: 1 or 0 in an `i8`, in vectors a lane of ones.
    pub fn truth<D: Domain>(&self, d: &D, b: D::V) -> D::V {
        if self.vector { d.sext(b, self.width) } else { d.zext(b, 8) }
    }

    /// The trap code operand.
    pub fn trap(&self) -> TrapCode {
        TrapCode::from_u8(self.aux).unwrap_or(TrapCode::HEAP_OUT_OF_BOUNDS)
    }
}

/// Hands the arguments to a meaning, if their number is right.
fn call<D: Domain, const N: usize>(
    d: &D,
    c: &Params,
    args: &[D::V],
    meaning: impl FnOnce(&D, &Params, [D::V; N]) -> Meaning<D>,
) -> Meaning<D> {
    meaning(d, c, args.try_into().map_err(|_| Stop::Opaque)?)
}

/// The meaning of an opcode that has none in the table.
fn opaque<D: Domain>(_: &D, _: &Params, _: [D::V; 0]) -> Meaning<D> {
    Err(Stop::Opaque)
}

macro_rules! define_eval {
    ($($section:ident { $(#[doc = $doc:literal] $variant:ident $method:ident
        ($($name:ident : $kind:ident $($ty:ident)?),*) -> [$($result:ident)*]
        by $control:ident $(($operand:literal))?, T $t:ident $(, U $u:ident)?; $effects:expr $(; $weight:literal)?
        => $meaning:expr;)* })*) => {
        /// The results of an operation on scalars in a domain.
        pub fn eval<D: Domain>(op: Opcode, d: &D, c: &Params, args: &[D::V]) -> Meaning<D> {
            match op {
                $($(Opcode::$variant => call(d, c, args, $meaning),)*)*
            }
        }

        /// Whether the opcode has a meaning in the table.
        pub fn has_meaning(op: Opcode) -> bool {
            const OPAQUE: &str = "opaque";
            match op {
                $($(Opcode::$variant => stringify!($meaning) != OPAQUE,)*)*
            }
        }
    };
}
opcode_table!(define_eval);

/// The results of an instruction on scalars in a domain.
pub fn eval_inst<D: Domain>(d: &D, data: &InstructionData, args: &[D::V]) -> Meaning<D> {
    let c = Params::of(data);
    if c.vector { Err(Stop::Opaque) } else { eval(data.opcode, d, &c, args) }
}

/// The results of an instruction whose operands are these scalar constants; `None` if it traps,
/// has no meaning, or gives a NaN (whose bits are the target's choice).
pub fn fold(data: &InstructionData, args: &[Bits]) -> Option<Results<Bits>> {
    fold_with(NanPolicy::Refuse, data, args)
}

/// As [`fold`], with a choice of NaN.
pub fn fold_with(nan: NanPolicy, data: &InstructionData, args: &[Bits]) -> Option<Results<Bits>> {
    eval_inst(&Concrete { nan }, data, args).ok()
}
