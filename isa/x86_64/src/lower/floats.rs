//! Floating-point operations that a library does where the processor cannot.

use super::build::Cx;
use regalloc2::VReg;
use windlass_core::ir::{Inst, LibCall, Value, types};

fn call(cx: &mut Cx<'_, '_>, inst: Inst, args: &[Value], single: LibCall, double: LibCall) -> bool {
    let which = if cx.c.result_ty(inst, 0) == types::F32 { single } else { double };
    let mut regs = [VReg::invalid(); 3];
    for (reg, &arg) in regs.iter_mut().zip(args) {
        *reg = cx.reg(arg);
    }
    let res = cx.res(inst, 0);
    if let Err(error) = cx.c.libcall(which, &regs[..args.len()], &[res]) {
        cx.c.fail(error);
    }
    true
}

/// `fma` without the instruction.
pub fn fma_call(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value, z: Value) -> bool {
    call(cx, inst, &[x, y, z], LibCall::FmaF32, LibCall::FmaF64)
}

/// `nearest` without SSE4.1.
pub fn nearest_call(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    call(cx, inst, &[x], LibCall::NearestF32, LibCall::NearestF64)
}

/// `floor` without SSE4.1.
pub fn floor_call(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    call(cx, inst, &[x], LibCall::FloorF32, LibCall::FloorF64)
}

/// `ceil` without SSE4.1.
pub fn ceil_call(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    call(cx, inst, &[x], LibCall::CeilF32, LibCall::CeilF64)
}

/// `trunc` without SSE4.1.
pub fn trunc_call(cx: &mut Cx<'_, '_>, inst: Inst, x: Value) -> bool {
    call(cx, inst, &[x], LibCall::TruncF32, LibCall::TruncF64)
}
