//! Lowering of instructions: finds the rule or the function for the opcode.

use crate::settings::Flags;
use windlass_core::ir::Inst;
use windlass_core::machine::LowerCtx;
use windlass_core::result::CodegenResult;

/// Lowers one instruction that is no branch, call or return.
pub fn lower(ctx: &mut LowerCtx<'_>, _isa: &Flags, inst: Inst) -> CodegenResult<()> {
    Err(ctx.unsupported(inst))
}

/// Lowers `brif`.
pub fn lower_brif(ctx: &mut LowerCtx<'_>, _isa: &Flags, inst: Inst) -> CodegenResult<()> {
    Err(ctx.unsupported(inst))
}
