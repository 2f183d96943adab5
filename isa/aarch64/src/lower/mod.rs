//! Lowering of the IR to aarch64 instructions.
//!
//! The rules in `rules/*.rules` are the lowering; `windlass-dev gen` makes the matchers in
//! `generated` from them. This module has what they use: the context (`build`), addresses
//! (`address`), predicates and numbers (`preds`), conditions (`conds`), references to code and data
//! (`refs`), and the instructions that calls need (`basic`).
//!
//! What holds: the upper bits of an integer narrower than its register are garbage.

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

use crate::settings::Flags;
use windlass_core::ir::Inst;
use windlass_core::machine::LowerCtx;
use windlass_core::result::CodegenResult;

pub use basic::basic;
pub use build::Cx;
pub use conds::Cond;
#[cfg(feature = "matchers")]
pub use generated::SUPPORTED;

/// What generated matchers see; not every set of rules needs all.
#[allow(unused_imports)]
mod prelude {
    pub(super) use super::build::*;
    pub(super) use super::conds::*;
    pub(super) use super::preds::*;
    pub(super) use super::refs::*;
    pub(super) use crate::insts::{Arg, Cc, Op};
    pub(super) use crate::regs::*;
    pub(super) use windlass_core::ir::condcodes::{FloatCC, IntCC};
    pub(super) use windlass_core::ir::types::*;
    pub(super) use windlass_core::ir::{
        AtomicRmwOp, Inst, InstructionData, Opcode, TrapCode, Type,
    };
    pub(super) use windlass_core::machine::preds::*;
    pub(super) use windlass_core::machine::row::Size;
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

/// Lowers a `brif` to a conditional branch, perhaps behind a comparison.
///
/// # Errors
/// None so far.
#[cfg(feature = "matchers")]
pub fn lower_brif(ctx: &mut LowerCtx<'_>, isa: &Flags, inst: Inst) -> CodegenResult<()> {
    let condition = ctx.arg(inst, 0);
    let cond = Cx::new(ctx, isa).cond(condition);
    let (condition, register) = cond.condition();
    ctx.branch(condition, register.as_slice());
    Ok(())
}

/// Nothing is lowered without the generated matchers.
#[cfg(not(feature = "matchers"))]
pub static SUPPORTED: &[windlass_core::opt::legalize::Lowered] = &[];

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
