//! Makes every NaN that a function computes the canonical one: quiet, positive, without payload.
//!
//! On return: behind each instruction that may compute a NaN stands a selection between its result
//! and the canonical NaN, and what used the result uses the selection. NaNs that come from
//! outside, or that only pass through (loads, arguments, sign changes, copies of bits), stay as
//! they are. Control flow is not changed.

use crate::ir::condcodes::FloatCC;
use crate::ir::cursor::{Cursor, FuncCursor};
use crate::ir::{
    Endianness, Function, Ieee16, Ieee32, Ieee64, InstBuilder, MemFlags, Type, Value, types,
};

/// Runs the pass; says whether anything was changed.
pub fn run(func: &mut Function) -> bool {
    let mut changed = false;
    let mut pos = FuncCursor::new(func);
    while pos.next_block().is_some() {
        while let Some(inst) = pos.next_inst() {
            if !pos.func.dfg[inst].opcode.makes_nans() {
                continue;
            }
            let result = pos.func.dfg.first_result(inst);
            if let Some(nan) = has_nan(pos.func.dfg.value_type(result).lane_type()) {
                pos.use_srcloc(inst);
                canonicalize(&mut pos, result, nan);
                changed = true;
            }
        }
    }
    changed
}

/// The canonical NaN of a type.
#[derive(Clone, Copy)]
enum Nan {
    F16,
    F32,
    F64,
}

/// Which NaN a lane type has; f128 is left as it is: nothing computes in it without a library.
fn has_nan(lane: Type) -> Option<Nan> {
    match lane {
        types::F16 => Some(Nan::F16),
        types::F32 => Some(Nan::F32),
        types::F64 => Some(Nan::F64),
        _ => None,
    }
}

/// Puts the selection behind the instruction at the cursor, which ends at its last instruction.
fn canonicalize(pos: &mut FuncCursor<'_>, result: Value, nan: Nan) {
    let ty = pos.func.dfg.value_type(result);
    let computed = pos.func.dfg.replace_result(result, ty);
    let next = pos.next_inst_position().expect("the cursor is at an instruction");
    pos.set_position(next);
    let is_nan = pos.ins().fcmp(FloatCC::Unordered, computed, computed);
    let nan = match nan {
        Nan::F16 => pos.ins().f16const(Ieee16::NAN),
        Nan::F32 => pos.ins().f32const(Ieee32::NAN),
        Nan::F64 => pos.ins().f64const(Ieee64::NAN),
    };
    if ty.is_vector() {
        let flags = MemFlags::new().with_endianness(Endianness::Little);
        let mask = pos.ins().bitcast(ty, flags, is_nan);
        let nans = pos.ins().splat(ty, nan);
        pos.ins().with_result(result).bitselect(mask, nans, computed);
    } else {
        pos.ins().with_result(result).select(is_nan, nan, computed);
    }
    pos.prev_inst();
}

#[cfg(test)]
mod tests {
    use crate::testfile::parse_functions;

    #[test]
    fn a_selection_stands_behind_what_computes() {
        let text = "function %f(f32, f64) -> f32, f64 {\nblock0(v0: f32, v1: f64):\n    \
                    v2 = fadd v0, v0\n    v3 = fneg v2\n    v4 = fpromote.f64 v3\n    \
                    v5 = fdiv v4, v1\n    return v3, v5\n}\n";
        let mut func = parse_functions(text).unwrap().remove(0);
        assert!(super::run(&mut func));
        let flags = crate::settings::Flags::new(crate::settings::builder());
        crate::verify::verify_function(&func, &flags).unwrap();
        let lines: Vec<_> = func.to_string().lines().map(|l| l.trim().to_string()).collect();
        let wanted = [
            "v6 = fadd v0, v0",
            "v7 = fcmp uno v6, v6",
            "v8 = f32const +NaN",
            "v2 = select v7, v8, v6",
            "v3 = fneg v2",
        ];
        for (line, wanted) in lines[2..].iter().zip(wanted) {
            assert!(line.starts_with(wanted), "{line} begins with {wanted}");
        }
        assert_eq!(lines.iter().filter(|line| line.contains("select")).count(), 3);
    }
}
