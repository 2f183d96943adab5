//! Addresses of functions, globals and stack slots, and registers of the frame.

use super::basic::load_op;
use super::build::Cx;
use crate::amode::{Amode, Size};
use crate::insts::{Arg, Op};
use crate::regs::{PINNED, RDI};
use regalloc2::{Operand, VReg};
use windlass_core::ir::{
    Block, ExternalName, FuncRef, GlobalValue, GlobalValueData, Inst, KnownSymbol, LibCall,
    StackSlot, Type, types,
};
use windlass_core::machine::vcode::CallDest;
use windlass_core::result::CodegenError;
use windlass_core::settings::TlsModel;

impl Cx<'_, '_> {
    /// The address of a place in a stack slot.
    pub fn slot(&mut self, slot: StackSlot, offset: i32) -> Arg {
        Arg::Mem(Amode::slot(self.c.slot_offset(slot).wrapping_add(offset)))
    }

    /// Where the return address lies: below the incoming arguments.
    pub fn return_address(&self) -> Arg {
        Arg::Mem(Amode::incoming(-8))
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

/// `symbol_value`
pub fn symbol_value(cx: &mut Cx<'_, '_>, inst: Inst, global: GlobalValue) -> bool {
    let res = cx.res(inst, 0);
    put_global(cx, global, res);
    true
}

/// A call with C's convention and one result.
fn helper_call(cx: &mut Cx<'_, '_>, dest: CallDest, uses: &[Operand], to: VReg) {
    if let Err(error) = cx.c.call(dest, uses, to) {
        cx.c.fail(error);
    }
}

/// `tls_value`
pub fn tls_value(cx: &mut Cx<'_, '_>, inst: Inst, global: GlobalValue) -> bool {
    let GlobalValueData::Symbol { name, offset, tls: true, .. } = &cx.c.func.global_values[global]
    else {
        cx.c.refuse("only a `symbol tls` has a thread-local value");
        return true;
    };
    let res = cx.res(inst, 0);
    let offset = i64::from(*offset);
    let to = if offset == 0 { res } else { cx.gpr() };
    match cx.c.flags.tls_model() {
        TlsModel::ElfGd => {
            let symbol = cx.c.vcode.symbol(name.clone(), 0);
            let helper = cx.c.vcode.symbol(ExternalName::LibCall(LibCall::ElfTlsGetAddr), 0);
            helper_call(cx, CallDest::Tls { symbol, helper }, &[], to);
        }
        TlsModel::ElfLe => {
            let symbol = cx.c.vcode.symbol(name.clone(), 0);
            cx.put(Op::TlsLocalExec, Size::S64, &[Arg::Reg(to), Arg::Imm(symbol as i64)]);
        }
        TlsModel::None => {
            cx.c.refuse("the setting tls_model says how, and it is `none`");
        }
        TlsModel::Macho => {
            // The descriptor begins with a function, which takes the descriptor.
            let symbol = cx.c.vcode.symbol(name.clone(), 0);
            let (descriptor, helper) = (cx.gpr(), cx.gpr());
            let imm = Arg::Imm(symbol as i64);
            cx.put(Op::TlvDescriptor, Size::S64, &[Arg::Reg(descriptor), imm]);
            let first = Arg::Mem(Amode::base(descriptor, 0));
            cx.put(Op::Mov, Size::S64, &[Arg::Reg(helper), first]);
            let uses = [Operand::reg_use(helper), Operand::reg_fixed_use(descriptor, RDI)];
            helper_call(cx, CallDest::Operand, &uses, to);
        }
        TlsModel::Coff => {
            let index = ExternalName::KnownSymbol(KnownSymbol::CoffTlsIndex);
            let index = cx.c.vcode.symbol(index, 0);
            let symbol = cx.c.vcode.symbol(name.clone(), 0);
            let image = cx.gpr();
            let index = Arg::Mem(Amode::symbol(index, false));
            cx.put(Op::Mov, Size::S32, &[Arg::Reg(image), index]);
            let imm = Arg::Imm(symbol as i64);
            cx.put(Op::TlsOfImage, Size::S64, &[Arg::Reg(to), Arg::Reg(image), imm]);
        }
    }
    if offset != 0 {
        let at = displaced(cx, Some(Amode::base(to, 0)), offset);
        cx.put(Op::Lea, Size::S64, &[Arg::Reg(res), Arg::Mem(at)]);
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

/// Puts the value of a global into a register.
fn put_global(cx: &mut Cx<'_, '_>, global: GlobalValue, to: VReg) {
    let func = cx.c.func;
    let Some(chain) = func.global_chain(global) else {
        cx.c.fail(CodegenError::ImplLimitExceeded);
        return;
    };
    let mut at = None;
    for (n, &global) in chain.iter().enumerate() {
        let last = n + 1 == chain.len();
        let to = if last { to } else { cx.gpr() };
        let data = &func.global_values[global];
        match data {
            GlobalValueData::VMContext => match cx.context_value() {
                Some(context) => {
                    let reg = cx.reg(context);
                    if last {
                        cx.c.alias_reg(to, reg);
                    }
                    at = Some(Amode::base(reg, 0));
                    continue;
                }
                None => {
                    if last {
                        cx.put(Op::Mov, Size::S64, &[Arg::Reg(to), Arg::Fixed(PINNED)]);
                    }
                    at = Some(Amode::pinned(0));
                    continue;
                }
            },
            GlobalValueData::Load { offset, global_type, flags, .. } => {
                let place = displaced(cx, at, i64::from(*offset));
                if let Some(code) = flags.trap_code() {
                    cx.c.trap(code);
                }
                put_load(cx, *global_type, to, place);
            }
            GlobalValueData::IAddImm { offset, .. } => {
                let place = displaced(cx, at, i64::from(*offset));
                if !last {
                    at = Some(place);
                    continue;
                }
                cx.put(Op::Lea, Size::S64, &[Arg::Reg(to), Arg::Mem(place)]);
            }
            GlobalValueData::Symbol { name, offset, colocated, tls } => {
                if *tls {
                    cx.c.refuse("`tls_value` gives the address of a thread-local symbol");
                }
                let offset = i64::from(*offset);
                if offset != 0 && !*colocated && cx.c.flags.is_pic() {
                    // The table of addresses has the symbol alone.
                    let symbol = cx.c.vcode.symbol(name.clone(), 0);
                    let base = cx.gpr();
                    cx.c.put_symbol_address(symbol, false, base);
                    let place = displaced(cx, Some(Amode::base(base, 0)), offset);
                    cx.put(Op::Lea, Size::S64, &[Arg::Reg(to), Arg::Mem(place)]);
                } else {
                    let symbol = cx.c.vcode.symbol(name.clone(), offset);
                    cx.c.put_symbol_address(symbol, *colocated, to);
                }
            }
            GlobalValueData::DynScaleTargetConst { .. } => {
                cx.c.refuse("there are no dynamic vectors");
            }
        }
        at = Some(Amode::base(to, 0));
    }
}

/// An address `offset` further.
fn displaced(cx: &mut Cx<'_, '_>, at: Option<Amode>, offset: i64) -> Amode {
    let at = at.unwrap_or(Amode::absolute(0));
    if let Ok(small) = i32::try_from(offset)
        && let Some(sum) = at.plus(small)
    {
        return sum;
    }
    let base = cx.gpr();
    cx.put(Op::Lea, Size::S64, &[Arg::Reg(base), Arg::Mem(at)]);
    let far = cx.constant(offset as u64);
    Amode::base_index(base, far, 0, 0)
}

/// Puts a load of a scalar.
fn put_load(cx: &mut Cx<'_, '_>, ty: Type, to: VReg, place: Amode) {
    if !matches!(ty.bits(), 8 | 16 | 32 | 64) || ty.is_vector() || ty == types::F16 {
        cx.c.refuse(&format!("no global of type {ty} is loaded from memory"));
        return;
    }
    let (op, size) = load_op(ty);
    cx.put(op, size, &[Arg::Reg(to), Arg::Mem(place)]);
}
