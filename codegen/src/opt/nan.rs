//! Replaces every NaN that float arithmetic yields by the canonical positive quiet one, where the
//! settings ask for it: a compare and a select behind each such instruction.

use crate::cursor::{Cursor, FuncCursor};
use crate::ir::condcodes::FloatCC;
use crate::ir::{Function, Ieee16, Ieee32, Ieee64, Inst, InstBuilder, Opcode, types};
use crate::result::{CodegenError, CodegenResult};

fn is_arithmetic(opcode: Opcode) -> bool {
    use Opcode::*;
    matches!(
        opcode,
        Ceil | Fadd
            | Fdiv
            | Floor
            | Fma
            | Fmax
            | Fmin
            | Fmul
            | Fsub
            | Nearest
            | Sqrt
            | Trunc
            | Fdemote
            | Fpromote
            | Fvdemote
            | FvpromoteLow
    )
}

/// Runs the pass. Vectors are refused until a back end has them.
pub fn run(func: &mut Function) -> CodegenResult<()> {
    let mut next_block = func.layout.entry_block();
    while let Some(block) = next_block {
        next_block = func.layout.next_block(block);
        let mut next_inst = func.layout.first_inst(block);
        while let Some(inst) = next_inst {
            next_inst = func.layout.next_inst(inst);
            if is_arithmetic(func.dfg.insts[inst].opcode) {
                canonicalize(func, inst)?;
            }
        }
    }
    Ok(())
}

/// The instruction becomes the select, so that its result keeps its name; a copy does the arithmetic.
fn canonicalize(func: &mut Function, inst: Inst) -> CodegenResult<()> {
    let result = func.dfg.first_result(inst);
    let ty = func.dfg.value_type(result);
    let data = func.dfg.insts[inst];
    let loc = func.srcloc(inst);
    let copy = func.dfg.make_inst(data);
    func.dfg.make_inst_results(copy, data.ctrl_type);
    func.layout.insert_inst(copy, inst);
    func.set_srcloc(copy, loc);
    let raw = func.dfg.first_result(copy);
    let mut cursor = FuncCursor::new(func).at_inst(inst).with_srcloc(loc);
    let canonical = match ty {
        types::F16 => cursor.ins().f16const(Ieee16::with_bits(0x7e00)),
        types::F32 => cursor.ins().f32const(Ieee32::with_bits(0x7fc0_0000)),
        types::F64 => cursor.ins().f64const(Ieee64::with_bits(0x7ff8_0000_0000_0000)),
        _ => {
            return Err(CodegenError::Unsupported(format!(
                "enable_nan_canonicalization for {} of type {ty}",
                data.opcode
            )));
        }
    };
    let is_nan = cursor.ins().fcmp(FloatCC::NotEqual, raw, raw);
    func.dfg.replace(inst).select(is_nan, canonical, raw);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_select_takes_the_name_of_the_result() {
        let text = "function %f(f32, f32) -> f32 {
            block0(v0: f32, v1: f32): v2 = fadd v0, v1  v3 = fneg v2  return v3 }";
        let mut func = crate::text::parse_functions(text).unwrap().pop().unwrap();
        run(&mut func).unwrap();
        let printed = func.to_string();
        assert!(printed.contains("v4 = fadd v0, v1"), "{printed}");
        assert!(printed.contains("v6 = fcmp ne v4, v4"), "{printed}");
        assert!(printed.contains("v2 = select v6, v5, v4"), "{printed}");
        assert!(printed.contains("v3 = fneg v2"), "{printed}");
        let text = "function %f(f32x4) -> f32x4 { block0(v0: f32x4): v1 = sqrt v0 return v1 }";
        let mut func = crate::text::parse_functions(text).unwrap().pop().unwrap();
        assert!(run(&mut func).is_err());
    }
}
