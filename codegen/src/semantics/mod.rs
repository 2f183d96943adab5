//! The meaning of operations, over domains of values.
//!
//! The meaning column of the opcode table (`ir/opcodes.rs`) is written once, generic over a
//! [`Domain`]. [`eval`] expands it into one match per domain. On [`Concrete`] bits it is the
//! interpreter and constant folding ([`fold`]); analyses and proofs bring domains of their own.
//!
//! What holds: a value is a scalar, or one lane of a vector; booleans have width 1; a meaning uses
//! nothing wider than its operands except where lanes of at most 64 bits are multiplied exactly.

mod concrete;
mod derive;
mod domain;
mod eval;
mod float;
#[cfg(test)]
mod tests;

pub use self::concrete::{Bits, Concrete, NanPolicy};
pub use self::domain::{Domain, FloatOp, Results, Stop};
pub use self::eval::{Params, eval, eval_inst, fold, fold_with, has_meaning};

pub(crate) use self::derive::*;
