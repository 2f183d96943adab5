//! Addresses of functions, globals and stack slots, and registers of the frame.

use super::build::Cx;
use crate::insts::{Arg, Op};
use crate::regs::PINNED;
use windlass_core::ir::{
    ArgumentPurpose, Block, FuncRef, GlobalValue, GlobalValueData, Inst, StackSlot, Value,
};
use windlass_core::machine::row::{Amode, Size};

impl Cx<'_, '_> {
    /// The address of a place in a stack slot.
    pub fn slot(&mut self, slot: StackSlot, offset: i32) -> Arg {
        Arg::Mem(Amode::slot(self.c.slot_offset(slot).wrapping_add(offset)))
    }

    /// Where the return address is saved: below the incoming arguments.
    pub fn return_address(&self) -> Arg {
        Arg::Mem(Amode::incoming(-8))
    }

    /// The parameter that holds the context; none where it is in the pinned register.
    pub fn context_value(&self) -> Option<Value> {
        self.c.func.special_param(ArgumentPurpose::VMContext)
    }
}

/// `func_addr`
pub fn func_addr(cx: &mut Cx<'_, '_>, inst: Inst, func: FuncRef) -> bool {
    let data = &cx.c.func.dfg.ext_funcs[func];
    let symbol = cx.c.vcode.symbol(data.name.clone(), 0);
    let res = cx.res(inst, 0);
    cx.c.put_symbol_address(symbol, data.colocated, res);
    true
}

/// `symbol_value`, of a global that is made from no other.
pub fn symbol_value(cx: &mut Cx<'_, '_>, inst: Inst, global: GlobalValue) -> bool {
    let res = cx.res(inst, 0);
    match &cx.c.func.global_values[global] {
        GlobalValueData::VMContext => match cx.context_value() {
            Some(context) => cx.alias(inst, context),
            None => cx.put(Op::Mov, Size::S64, &[Arg::Reg(res), Arg::Fixed(PINNED)]),
        },
        GlobalValueData::Symbol { name, offset, colocated, tls: false } => {
            let symbol = cx.c.vcode.symbol(name.clone(), i64::from(*offset));
            cx.c.put_symbol_address(symbol, *colocated, res);
        }
        _ => return false,
    }
    true
}

/// `get_exception_handler_address`
pub fn handler_address(cx: &mut Cx<'_, '_>, inst: Inst, block: Block, edge: i32) -> bool {
    let res = cx.res(inst, 0);
    let edge = usize::try_from(edge).ok();
    match edge.and_then(|edge| cx.c.handler_label(block, edge)) {
        Some(label) => {
            cx.put(Op::Lea, Size::S64, &[Arg::Reg(res), Arg::Mem(Amode::label(label))]);
        }
        // The call is unreachable, so nothing comes to its handler.
        None => cx.put_constant(res, 0),
    }
    true
}
