//! Floating-point lowerings that take more than a rule: minima, maxima, and what a library does.

use super::build::{Cx, size};
use crate::amode::Size;
use crate::insts::{Arg, Op};
use regalloc2::VReg;
use windlass_core::ir::{Constant, Inst, LibCall, Value, types};

/// `fmin` and `fmax`. The machine's minimum gives its second operand for two zeros and for NaN, so
/// it is
/// taken both ways round and joined; a sum gives the NaN.
fn extremum(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value, op: Op, join: Op) -> bool {
    let size = size(cx.ty(x));
    let (x, y) = (cx.reg(x), cx.reg(y));
    let first = cx.op2(op, size, x, Arg::Reg(y));
    let second = cx.op2(op, size, y, Arg::Reg(x));
    let ordered = cx.op2(join, Size::B, first, Arg::Reg(second));
    let sum = cx.op2(Op::AddF, size, x, Arg::Reg(y));
    let is_nan = cx.xmm();
    cx.put(Op::CmpF, size, &[Arg::Mod(x, is_nan), Arg::Reg(y), Arg::Imm(3)]);
    let nan = cx.op2(Op::Andps, Size::B, sum, Arg::Reg(is_nan));
    let number = cx.op2(Op::Andnps, Size::B, is_nan, Arg::Reg(ordered));
    let res = cx.res(inst, 0);
    cx.op2_to(Op::Orps, Size::B, res, number, Arg::Reg(nan));
    true
}

/// `fmin`
pub fn fmin(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    extremum(cx, inst, x, y, Op::MinF, Op::Orps)
}

/// `fmax`
pub fn fmax(cx: &mut Cx<'_, '_>, inst: Inst, x: Value, y: Value) -> bool {
    extremum(cx, inst, x, y, Op::MaxF, Op::Andps)
}

fn call(cx: &mut Cx<'_, '_>, inst: Inst, args: &[Value], single: LibCall, double: LibCall) -> bool {
    let which = if cx.c.result_ty(inst, 0) == types::F32 { single } else { double };
    let mut regs = [VReg::invalid(); 3];
    for (reg, &arg) in regs.iter_mut().zip(args) {
        *reg = cx.reg(arg);
    }
    let res = cx.res(inst, 0);
    if let Err(error) = cx.c.libcall(which, &regs[..args.len()], &[res]) {
        cx.error = Some(error);
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

/// `f128const`
pub fn f128_const(cx: &mut Cx<'_, '_>, inst: Inst, constant: Constant) -> bool {
    let func = cx.c.func;
    let bytes = func.dfg.constants.get(constant).as_slice();
    let memory = cx.pool(bytes);
    let res = cx.res(inst, 0);
    cx.put(Op::Movups, Size::B, &[Arg::Reg(res), memory]);
    true
}
