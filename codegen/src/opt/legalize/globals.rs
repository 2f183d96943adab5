//! The values of globals: a chain of loads and sums from the context or a symbol.

use super::Cx;
use crate::ir::immediates::Offset32;
use crate::ir::{
    ArgumentPurpose, GlobalValueData, InstBuilder, InstructionData, MemFlags, Opcode, Type, Value,
};

/// `symbol_value` of a global that is made from another one.
pub(super) fn symbol_value(cx: &mut Cx<'_>) {
    let global = cx.data.global_value();
    if cx.pos.func.global_values[global].base().is_none() {
        return;
    }
    // Too long a chain is left for lowering to refuse.
    let Some(chain) = cx.pos.func.global_chain(global) else { return };
    let root = chain[0];
    let pointer = cx.machine.pointer;
    let context = match cx.pos.func.global_values[root] {
        GlobalValueData::VMContext => cx.pos.func.special_param(ArgumentPurpose::VMContext),
        _ => None,
    };
    let mut at = context.unwrap_or_else(|| cx.pos.ins().symbol_value(pointer, root));
    // What is still to be added.
    let mut sum = 0i64;
    for (n, &global) in chain.iter().enumerate().skip(1) {
        let last = n + 1 == chain.len();
        match cx.pos.func.global_values[global] {
            GlobalValueData::IAddImm { offset, global_type, .. } => {
                sum = sum.wrapping_add(offset.into());
                if last {
                    let k = cx.int(global_type, sum);
                    cx.finish(Opcode::Iadd, global_type, &[at, k]);
                }
            }
            GlobalValueData::Load { offset, global_type, flags, .. } => {
                sum = sum.wrapping_add(i64::from(i32::from(offset)));
                let near = i32::try_from(sum).unwrap_or(0);
                if i64::from(near) != sum {
                    at = cx.op_imm(Opcode::Iadd, pointer, at, sum);
                }
                sum = 0;
                if last {
                    cx.replace(load(global_type, flags, at, near));
                } else {
                    at = cx.pos.ins().load(global_type, flags, at, Offset32::new(near));
                }
            }
            _ => unreachable!("only loads and sums are made from another global"),
        }
    }
}

fn load(ty: Type, flags: MemFlags, p: Value, offset: i32) -> InstructionData {
    let mut data = InstructionData::new(Opcode::Load, ty);
    data.args[0] = p;
    data.set_mem_flags(flags);
    data.set_offset(offset);
    data
}
