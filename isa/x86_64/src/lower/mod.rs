//! Lowering of the IR to x86-64 instructions.
//!
//! The rules in `rules/*.rules` are the lowering; `windlass-dev gen` makes the matchers in
//! `generated` from them. This module has what they use: the context, addresses (`address`),
//! predicates and numbers (`preds`), instructions that calls need (`basic`), conditions (`conds`),
//! sums with carries and quotients of 128 bits (`wide`) and references to code and data (`refs`).
//!
//! What holds: the upper bits of an integer narrower than its register are garbage, and those of an
//! `i32` that `zero_extended` knows are zero. All operands of a rule are in registers before its
//! first instruction is put, so that a constant never changes flags that a later instruction reads.

#![cfg_attr(not(feature = "matchers"), allow(unused))]

mod address;
mod basic;
mod build;
mod conds;
#[cfg(feature = "matchers")]
#[allow(clippy::all, reason = "written for the generator, read by people")]
mod generated;
mod preds;
mod refs;
mod wide;

use crate::settings::Flags;
use windlass_core::ir::{Inst, Opcode, types};
use windlass_core::machine::LowerCtx;
use windlass_core::opt::legalize::Lowered;
use windlass_core::result::CodegenResult;

pub use basic::basic;
pub use build::{Cond, Cx};
#[cfg(feature = "matchers")]
pub use generated::SUPPORTED;

/// What generated matchers see; not every set of rules needs all.
#[allow(unused_imports)]
mod prelude {
    pub(super) use super::build::*;
    pub(super) use super::conds::*;
    pub(super) use super::preds::*;
    pub(super) use super::refs::*;
    pub(super) use super::wide::*;
    pub(super) use crate::amode::{Cc, Size};
    pub(super) use crate::insts::{Arg, Op};
    pub(super) use crate::regs::*;
    pub(super) use windlass_core::ir::condcodes::{FloatCC, IntCC};
    pub(super) use windlass_core::ir::types::*;
    pub(super) use windlass_core::ir::{
        AtomicRmwOp, Inst, InstructionData, Opcode, TrapCode, Type,
    };
    pub(super) use windlass_core::machine::preds::*;
}

/// Lowers an instruction that is no branch, call or return.
///
/// # Errors
/// If the opcode is not supported at these types.
#[cfg(feature = "matchers")]
pub fn lower(ctx: &mut LowerCtx<'_>, isa: &Flags, inst: Inst) -> CodegenResult<()> {
    let data = ctx.data(inst);
    match generated::lower(&mut Cx::new(ctx, isa), inst, data) {
        true => Ok(()),
        false => Err(ctx.unsupported(inst)),
    }
}

/// Lowers a `brif` to a comparison and a conditional branch.
///
/// # Errors
/// None so far.
#[cfg(feature = "matchers")]
pub fn lower_brif(ctx: &mut LowerCtx<'_>, isa: &Flags, inst: Inst) -> CodegenResult<()> {
    debug_assert_eq!(ctx.data(inst).opcode, Opcode::Brif);
    let condition = ctx.arg(inst, 0);
    let mut cx = Cx::new(ctx, isa);
    let cond = cx.cond(condition);
    ctx.branch(cond.condition(), &[]);
    Ok(())
}

/// What is lowered without rules: the comparisons of a multi-way branch are emitted together, and
/// chains of globals are walked.
pub static OTHERS: &[Lowered] =
    &[(Opcode::BrTable, types::INVALID, &[""]), (Opcode::SymbolValue, types::INVALID, &[""])];

/// Nothing is lowered without the generated matchers.
#[cfg(not(feature = "matchers"))]
pub static SUPPORTED: &[Lowered] = &[];

/// Without the generated matchers nothing is lowered: the generator is built like this.
///
/// # Errors
/// Always.
#[cfg(not(feature = "matchers"))]
pub fn lower(ctx: &mut LowerCtx<'_>, _: &Flags, inst: Inst) -> CodegenResult<()> {
    Err(ctx.unsupported(inst))
}

/// Without the generated matchers nothing is lowered: the generator is built like this.
///
/// # Errors
/// Always.
#[cfg(not(feature = "matchers"))]
pub fn lower_brif(ctx: &mut LowerCtx<'_>, _: &Flags, inst: Inst) -> CodegenResult<()> {
    Err(ctx.unsupported(inst))
}
