//! Calls, returns and arguments, in the terms that all conventions share.
//!
//! `signature` says where each part of an argument or result is; this file turns that into machine
//! code. Registers are bound by fixed constraints on the call, the return and the
//! function's `args` instruction, never by copies. A stack argument is read at the entry of the
//! function, so that a tail call may overwrite it.

use super::Place;
use super::convention::{Convention, WORD};
use super::lower::LowerCtx;
use super::signature::{AbiArg, AbiLoc, AbiPart, AbiSig, SigId};
use super::vcode::{CallDest, CallInfo, Span, StackResult, pseudo};
use crate::entity::EntityRef;
use crate::ir::CallConv;
use crate::ir::{
    self, ArgumentExtension, ExternalName, Function, Inst, LibCall, Opcode, SigRef, Signature,
    Type, Value, types,
};
use crate::result::{CodegenError, CodegenResult};
use regalloc2::{
    Operand, OperandConstraint, OperandKind, OperandPos, PReg, PRegSet, RegClass, VReg,
};

/// Structs up to this size are copied by loads and stores, larger ones by `memcpy`.
const MAX_INLINE_COPY: u32 = 64;

/// Offset of a stack slot in the area of stack slots. For few uses; lowering has a table.
pub fn slot_offset(func: &Function, slot: ir::StackSlot) -> u32 {
    let mut offset = 0;
    for (s, data) in func.sized_stack_slots.iter() {
        offset = place_slot(offset, data).0;
        if s == slot {
            return offset;
        }
        offset = place_slot(offset, data).1;
    }
    0
}

/// Where the slot goes in an area that is filled up to `end`, and where it ends.
pub(super) fn place_slot(end: u32, data: &ir::StackSlotData) -> (u32, u32) {
    let align = 1u32 << data.align_shift.clamp(3, ir::StackSlotData::MAX_ALIGN_SHIFT);
    let start = end.next_multiple_of(align);
    (start, start.saturating_add(data.size))
}

impl LowerCtx<'_> {
    /// Places a signature, which has so many fixed parameters if it is variadic.
    pub(super) fn place_signature(
        &mut self,
        signature: &Signature,
        fixed: Option<usize>,
    ) -> CodegenResult<SigId> {
        let tables = self.backend.tables();
        let convention = tables.convention(signature.call_conv)?;
        self.s.sigs.add(signature, fixed, convention, tables.name, self.flags)
    }

    /// The places of a declared signature.
    pub(super) fn abi_sig(&mut self, sig: SigRef) -> CodegenResult<SigId> {
        let known = self.s.sigs.by_ref[sig.index()];
        if known != u32::MAX {
            return Ok(known);
        }
        let func = self.func;
        let id = self.place_signature(&func.dfg.signatures[sig], func.dfg.variadic(sig))?;
        self.s.sigs.by_ref[sig.index()] = id;
        Ok(id)
    }

    fn abi_arg(&self, n: u32) -> AbiArg {
        self.s.sigs.place(n)
    }

    /// The registers of a value: one, or both halves of an `i128`.
    fn value_parts(&mut self, value: Value) -> [VReg; 2] {
        if self.ty(value) == types::I128 {
            self.regs2(value)
        } else {
            let reg = self.reg(value);
            [reg, reg]
        }
    }

    fn extended(&mut self, part: AbiPart, reg: VReg) -> VReg {
        if part.ext == ArgumentExtension::None || !part.ty.is_int() || part.ty.bits() >= 64 {
            return reg;
        }
        let wide = self.new_vreg(RegClass::Int);
        self.put_extend(part.ty, part.ext, wide, reg);
        wide
    }

    // -----------------------------------------------------------------------------------------
    // The function itself.

    /// Puts the definitions of the function's parameters.
    pub(super) fn lower_params(&mut self, id: SigId, params: &[Value]) -> CodegenResult<()> {
        let sig = self.s.sigs.get(id);
        let first = self.begin();
        // Registers that are read behind the `args` instruction alone.
        let mut words = Vec::new();
        let mut parts = |ctx: &mut Self, in_regs: bool| {
            let mut next_word = 0;
            let mut word = |ctx: &mut Self| {
                if in_regs {
                    words.push(ctx.new_vreg(RegClass::Int));
                }
                next_word += 1;
                words[next_word - 1]
            };
            for (n, &param) in params.iter().enumerate() {
                if !ctx.value_wanted(param) {
                    continue;
                }
                match ctx.abi_arg(sig.args.start + n as u32) {
                    AbiArg::One(part) | AbiArg::Both(part, ..) => {
                        let reg = ctx.value_vreg(param);
                        if !part.is_recast() {
                            ctx.param_part(part, reg, in_regs);
                            continue;
                        }
                        let word = word(ctx);
                        ctx.param_part(AbiPart::word(part.loc), word, in_regs);
                        if !in_regs {
                            ctx.recast(types::I64, word, part.ty, reg);
                        }
                    }
                    AbiArg::Two(low, high) => {
                        let [a, b] = ctx.regs2(param);
                        ctx.param_part(low, a, in_regs);
                        ctx.param_part(high, b, in_regs);
                    }
                    AbiArg::Struct(offset, _) => {
                        if !in_regs {
                            let reg = ctx.value_vreg(param);
                            ctx.put_address(Place::Incoming(offset), reg);
                        }
                    }
                    AbiArg::StructWords(parts, home) => {
                        let place = match home {
                            Some(home) => Place::Incoming(home),
                            None if in_regs => Place::Slot(0),
                            None => ctx.new_slot(2 * WORD),
                        };
                        for (part, at) in parts.into_iter().flatten().zip([0, 8]) {
                            let word = word(ctx);
                            ctx.param_part(part, word, in_regs);
                            if !in_regs {
                                ctx.put_store(types::I64, place.plus(at), word);
                            }
                        }
                        if !in_regs {
                            let reg = ctx.value_vreg(param);
                            ctx.put_address(place, reg);
                        }
                    }
                    AbiArg::StructRef(loc, ..) => {
                        let reg = ctx.value_vreg(param);
                        ctx.param_part(AbiPart::word(loc), reg, in_regs);
                    }
                    AbiArg::TwoRef(loc, _) => {
                        let address = word(ctx);
                        ctx.param_part(AbiPart::word(loc), address, in_regs);
                        if !in_regs {
                            let halves = ctx.regs2(param);
                            ctx.load_halves(Place::Base(address, 0), halves);
                        }
                    }
                    AbiArg::Joined(..) => unreachable!("only results are passed so"),
                }
            }
        };
        parts(self, true);
        if let (Some(reg), Some(loc)) = (self.ret_area, sig.ret_area) {
            let part = AbiPart::word(loc);
            self.seen(reg.vreg());
            self.param_part(part, reg, true);
        }
        self.put_gathered(first, pseudo::ARGS, 0, 0);
        parts(self, false);
        if let (Some(reg), Some(loc)) = (self.ret_area, sig.ret_area) {
            self.param_part(AbiPart::word(loc), reg, false);
        }
        Ok(())
    }

    fn param_part(&mut self, part: AbiPart, reg: VReg, in_regs: bool) {
        match part.loc {
            AbiLoc::Reg(preg) if in_regs => self.operand(Operand::reg_fixed_def(reg, preg)),
            AbiLoc::Stack(offset) if !in_regs => {
                self.put_load(part.ty, Place::Incoming(offset), reg);
            }
            _ => {}
        }
    }

    /// Lowers `return`.
    pub(super) fn lower_return(&mut self, inst: Inst) -> CodegenResult<()> {
        let sig = self.s.sigs.get(0);
        let mut fixed = core::mem::take(&mut self.s.fixed);
        fixed.clear();
        for (n, &value) in self.args(inst).iter().enumerate() {
            let place = self.abi_arg(sig.rets.start + n as u32);
            let regs = self.value_parts(value);
            if let AbiArg::Joined(preg, home) = place {
                self.store_words(&regs, Place::Incoming(home));
                let joined = self.new_vreg(RegClass::Float);
                self.put_load(types::I64X2, Place::Incoming(home), joined);
                fixed.push((joined, preg));
            }
            for (part, reg) in place.parts().zip(regs) {
                let reg = self.extended(part, reg);
                match part.loc {
                    AbiLoc::Reg(preg) => fixed.push((reg, preg)),
                    AbiLoc::Stack(offset) => {
                        let place = Place::Base(self.ret_area_reg(), offset);
                        self.put_store(part.stored_type(sig.convention, place), place, reg);
                    }
                }
            }
        }
        if let Some((param, preg)) = sig.returned_param {
            let entry = self.func.layout.entry_block().expect("a function has a block");
            let value = self.func.dfg.block_params(entry)[param as usize];
            let reg = self.reg(value);
            fixed.push((reg, preg));
        }
        let first = self.begin();
        for &(reg, preg) in &fixed {
            self.operand(Operand::reg_fixed_use(reg, preg));
        }
        self.put_gathered(first, pseudo::RET, 0, 0);
        self.s.fixed = fixed;
        Ok(())
    }

    /// Copies bits from one class of registers to the other, through a slot.
    fn recast(&mut self, from: Type, src: VReg, to: Type, dst: VReg) {
        let slot = self.recast_slot.unwrap_or_else(|| self.new_slot(WORD));
        self.recast_slot = Some(slot);
        self.put_store(from, slot, src);
        self.put_load(to, slot, dst);
    }

    /// A slot beside those of the function.
    fn new_slot(&mut self, size: u32) -> Place {
        let at = self.vcode.slots_size;
        self.vcode.slots_size += size;
        Place::Slot(at as i32)
    }

    fn ret_area_reg(&mut self) -> VReg {
        match self.ret_area {
            Some(reg) => {
                self.seen(reg.vreg());
                reg
            }
            None => {
                let reg = self.new_vreg(RegClass::Int);
                self.ret_area = Some(reg);
                reg
            }
        }
    }

    // -----------------------------------------------------------------------------------------
    // Calls.

    /// Lowers `call`, `call_indirect`, `return_call`, `return_call_indirect` and their `try_`
    /// forms.
    pub(super) fn lower_call(&mut self, inst: Inst) -> CodegenResult<()> {
        let func = self.func;
        let opcode = func.dfg[inst].opcode;
        let sig_ref = func.dfg.call_signature(inst).expect("a call has a signature");
        let id = self.abi_sig(sig_ref)?;
        let indirect = matches!(
            opcode,
            Opcode::CallIndirect | Opcode::ReturnCallIndirect | Opcode::TryCallIndirect
        );
        let is_tail = matches!(opcode, Opcode::ReturnCall | Opcode::ReturnCallIndirect);
        let is_try = matches!(opcode, Opcode::TryCall | Opcode::TryCallIndirect);
        let args = self.args(inst);
        // The upper half of a register with a narrower address is garbage.
        if indirect && self.ty(args[0]) != types::I64 {
            return Err(self.unsupported(inst));
        }
        let (callee, args) = if indirect {
            (Callee::Address(self.reg(args[0])), &args[1..])
        } else {
            let data = &func.dfg.ext_funcs[func.dfg[inst].func_ref()];
            (Callee::Symbol(&data.name, data.colocated), args)
        };
        let patchable = !indirect && func.dfg.patchable_funcs.contains(func.dfg[inst].func_ref());
        let request = CallRequest { id, callee, inst: Some(inst), is_tail, is_try, patchable };
        self.s.call_args.clear();
        for &arg in args {
            let regs = self.value_parts(arg);
            self.s.call_args.push(regs);
        }
        self.s.call_results.clear();
        if is_tail {
            return self.put_call(&request);
        }
        let sig = self.s.sigs.get(id);
        if is_try {
            self.try_results(inst, &sig)?;
        } else {
            for &result in func.dfg.inst_results(inst) {
                let regs = self.result_parts(result);
                self.s.call_results.push(regs);
            }
        }
        self.put_call(&request)
    }

    /// Registers of a `try_call`'s results and payloads, for those that an edge names.
    fn try_results(&mut self, inst: Inst, sig: &AbiSig) -> CodegenResult<()> {
        for n in 0..sig.rets.len() as u32 {
            let ty = self.func.dfg.signatures[self.func.dfg.call_signature(inst).expect("a call")]
                .returns[n as usize]
                .value_type;
            if let AbiArg::Joined(..) = self.abi_arg(sig.rets.start + n) {
                return Err(CodegenError::Unsupported(format!(
                    "a `try_call` of convention `{}` with a result of type {ty}",
                    sig.conv
                )));
            }
            let regs = self.try_result(inst, ir::BlockArg::TryCallRet(n), ty);
            self.s.call_results.push(Some(regs));
        }
        Ok(())
    }

    /// Calls a library function with these registers, one for each argument and each result.
    pub fn libcall(&mut self, call: LibCall, args: &[VReg], results: &[VReg]) -> CodegenResult<()> {
        let conv = CallConv::for_libcall(self.flags, self.default_conv);
        let signature = call.signature(conv, types::I64);
        let id = self.place_signature(&signature, None)?;
        let name = ExternalName::LibCall(call);
        let colocated = self.flags.use_colocated_libcalls();
        let saved_args = core::mem::take(&mut self.s.call_args);
        let saved_results = core::mem::take(&mut self.s.call_results);
        self.s.call_args.extend(args.iter().map(|&r| [r, r]));
        self.s.call_results.extend(results.iter().map(|&r| Some([r, r])));
        let result = self.put_call(&CallRequest {
            id,
            callee: Callee::Symbol(&name, colocated),
            inst: None,
            is_tail: false,
            is_try: false,
            patchable: false,
        });
        self.s.call_args = saved_args;
        self.s.call_results = saved_results;
        result
    }

    /// Puts a call with these uses that preserves what C's functions preserve, and leaves one result
    /// in their first register.
    pub fn call(&mut self, dest: CallDest, uses: &[Operand], to: VReg) -> CodegenResult<()> {
        let tables = self.backend.tables();
        let convention = tables.convention(CallConv::SystemV)?;
        let mut clobbers = tables.clobbers(convention, false, self.flags);
        clobbers.remove(convention.ret_ints[0]);
        self.need_frame();
        let first = self.begin();
        uses.iter().for_each(|&operand| self.operand(operand));
        self.operand(Operand::reg_fixed_def(to, convention.ret_ints[0]));
        let info = CallInfo { clobbers, uses: uses.len() as u32, ..CallInfo::new(dest) };
        self.put_gathered(first, pseudo::CALL, 0, self.vcode.calls.len() as u64);
        self.vcode.calls.push(info);
        Ok(())
    }

    /// Copies structs that are passed by value. A copy may call `memcpy`, so it comes before
    /// everything else.
    fn copy_structs(&mut self, sig: &AbiSig) -> CodegenResult<()> {
        for n in 0..sig.args.len() {
            let (AbiArg::Struct(offset, size) | AbiArg::StructRef(_, offset, size)) =
                self.abi_arg(sig.args.start + n as u32)
            else {
                continue;
            };
            let from = self.s.call_args[n][0];
            if size > MAX_INLINE_COPY {
                self.copy_by_call(from, Place::Outgoing(offset), size)?;
                continue;
            }
            let words = self.load_words(from, size);
            self.store_words(&words, Place::Outgoing(offset));
        }
        Ok(())
    }

    /// Copies structs that a tail call passes by value into the area of the incoming arguments,
    /// `shift` further. They may come from there, so all are read before one is written; large
    /// ones wait in the area for outgoing arguments.
    fn copy_tail_structs(&mut self, sig: &AbiSig, shift: i32) -> CodegenResult<()> {
        let mut small = Vec::new();
        let mut large = Vec::new();
        for n in 0..sig.args.len() {
            let AbiArg::Struct(offset, size) = self.abi_arg(sig.args.start + n as u32) else {
                continue;
            };
            let from = self.s.call_args[n][0];
            if size > MAX_INLINE_COPY {
                self.vcode.outgoing_size = self.vcode.outgoing_size.max(sig.arg_size);
                self.copy_by_call(from, Place::Outgoing(offset), size)?;
                large.push((offset, size));
            } else {
                small.push((offset, from, size));
            }
        }
        let small: Vec<_> = small
            .into_iter()
            .map(|(offset, from, size)| (offset, self.load_words(from, size)))
            .collect();
        for (offset, size) in large {
            let from = self.new_vreg(RegClass::Int);
            self.put_address(Place::Outgoing(offset), from);
            self.copy_by_call(from, Place::Incoming(shift + offset), size)?;
        }
        for (offset, words) in small {
            self.store_words(&words, Place::Incoming(shift + offset));
        }
        Ok(())
    }

    fn load_words(&mut self, from: VReg, size: u32) -> Vec<VReg> {
        let words = (0..size as i32).step_by(8).map(|at| {
            let word = self.new_vreg(RegClass::Int);
            self.put_load(types::I64, Place::Base(from, at), word);
            word
        });
        words.collect()
    }

    fn store_words(&mut self, words: &[VReg], to: Place) {
        for (at, &word) in (0..).step_by(8).zip(words) {
            self.put_store(types::I64, to.plus(at), word);
        }
    }

    fn load_halves(&mut self, from: Place, halves: [VReg; 2]) {
        for (half, at) in halves.into_iter().zip([0, 8]) {
            self.put_load(types::I64, from.plus(at), half);
        }
    }

    /// Copies by `memcpy`.
    fn copy_by_call(&mut self, from: VReg, to: Place, size: u32) -> CodegenResult<()> {
        let address = self.new_vreg(RegClass::Int);
        self.put_address(to, address);
        let len = self.new_vreg(RegClass::Int);
        self.put_constant(size as u64, len);
        // The result of `memcpy` is not wanted, but a call's signature has it.
        let result = self.new_vreg(RegClass::Int);
        self.libcall(LibCall::Memcpy, &[address, from, len], &[result])
    }

    /// Puts a call with the arguments and results in `s.call_args` and `s.call_results`.
    fn put_call(&mut self, call: &CallRequest<'_>) -> CodegenResult<()> {
        let sig = self.s.sigs.get(call.id);
        // Results in memory lie above the stack arguments.
        let ret_offset = sig.arg_size as i32;
        if call.is_tail {
            self.vcode.tail_args_size = self.vcode.tail_args_size.max(sig.arg_size);
            let own = self.s.sigs.get(0);
            self.copy_tail_structs(&sig, own.arg_size as i32 - sig.arg_size as i32)?;
        } else {
            self.need_frame();
            let area = sig.arg_size + sig.ret_size.next_multiple_of(16);
            self.vcode.outgoing_size = self.vcode.outgoing_size.max(area);
            self.copy_structs(&sig)?;
        }
        let mut fixed = core::mem::take(&mut self.s.fixed);
        fixed.clear();
        let own = self.s.sigs.get(0);
        let area = if call.is_tail {
            // The ends of both argument areas are at the same address.
            Place::Incoming(own.arg_size as i32 - sig.arg_size as i32)
        } else {
            Place::Outgoing(0)
        };
        let convention = sig.convention;
        for n in 0..sig.args.len() {
            let regs = self.s.call_args[n];
            match self.abi_arg(sig.args.start + n as u32) {
                AbiArg::One(part) => self.pass(convention, part, regs[0], area, &mut fixed),
                AbiArg::Two(low, high) => {
                    self.pass(convention, low, regs[0], area, &mut fixed);
                    self.pass(convention, high, regs[1], area, &mut fixed);
                }
                AbiArg::StructWords(parts, _) => {
                    let parts = parts.into_iter().flatten();
                    let words = self.load_words(regs[0], WORD * parts.clone().count() as u32);
                    for (part, word) in parts.zip(words) {
                        self.pass(convention, part, word, area, &mut fixed);
                    }
                }
                arg @ (AbiArg::StructRef(loc, copy, _) | AbiArg::TwoRef(loc, copy)) => {
                    if let AbiArg::TwoRef(..) = arg {
                        self.store_words(&regs, Place::Outgoing(copy));
                    }
                    let address = self.new_vreg(RegClass::Int);
                    self.put_address(Place::Outgoing(copy), address);
                    self.pass(convention, AbiPart::word(loc), address, area, &mut fixed);
                }
                AbiArg::Both(part, preg, home) => {
                    self.put_store(part.ty, Place::Outgoing(home), regs[0]);
                    let bits = self.new_vreg(RegClass::Int);
                    self.put_load(types::I64, Place::Outgoing(home), bits);
                    fixed.push((bits, preg));
                    self.pass(convention, part, regs[0], area, &mut fixed);
                }
                // Copied before everything else.
                AbiArg::Struct(..) => {}
                AbiArg::Joined(..) => unreachable!("only results are passed so"),
            }
        }
        if let Some((constant, preg)) = sig.constant {
            let reg = self.new_vreg(RegClass::Int);
            self.put_constant(constant, reg);
            fixed.push((reg, preg));
        }
        if let Some(loc) = sig.ret_area {
            let address = if call.is_tail {
                // The caller's results are the callee's: the same area.
                self.ret_area_reg()
            } else {
                let address = self.new_vreg(RegClass::Int);
                self.put_address(Place::Outgoing(ret_offset), address);
                address
            };
            self.pass(convention, AbiPart::word(loc), address, area, &mut fixed);
        }
        let mut address = None;
        let dest = match call.callee {
            Callee::Address(reg) => {
                address = Some(reg);
                CallDest::Operand
            }
            Callee::Symbol(name, colocated) => {
                let symbol = self.vcode.symbol(name.clone(), 0);
                if colocated {
                    CallDest::Near(symbol)
                } else {
                    let reg = self.new_vreg(RegClass::Int);
                    self.put_symbol_address(symbol, false, reg);
                    address = Some(reg);
                    CallDest::Operand
                }
            }
        };
        let joined = self.put_call_inst(call, &sig, dest, address, &fixed);
        self.s.fixed = fixed;
        // Nothing can be put behind a call that ends its block: it fetches its results itself.
        if !call.is_tail && !call.is_try {
            self.load_results(&sig, ret_offset, joined);
        }
        Ok(())
    }

    /// Puts a part of an argument in its place: in the area of stack arguments that begins at
    /// `area`, or in a register, which the call then binds.
    fn pass(
        &mut self,
        convention: &Convention,
        part: AbiPart,
        reg: VReg,
        area: Place,
        fixed: &mut Vec<(VReg, PReg)>,
    ) {
        let mut reg = self.extended(part, reg);
        match part.loc {
            AbiLoc::Reg(preg) => {
                if part.is_recast() {
                    let word = self.new_vreg(RegClass::Int);
                    self.recast(part.ty, reg, types::I64, word);
                    reg = word;
                }
                fixed.push((reg, preg));
            }
            AbiLoc::Stack(offset) => {
                let place = area.plus(offset);
                self.put_store(part.stored_type(convention, place), place, reg);
            }
        }
    }

    /// Puts the call alone. Returns the register of an `i128` result in one vector register.
    fn put_call_inst(
        &mut self,
        call: &CallRequest<'_>,
        sig: &AbiSig,
        dest: CallDest,
        address: Option<VReg>,
        fixed: &[(VReg, PReg)],
    ) -> Option<VReg> {
        let tables = self.backend.tables();
        let mut joined = None;
        let mut clobbers = PRegSet::empty();
        let mut stack_results = Vec::new();
        let contexts = self.context_regs(call);
        let first = self.begin();
        if let Some(reg) = address {
            self.operand(if call.is_tail {
                Operand::reg_fixed_use(reg, tables.tail_call_target)
            } else {
                Operand::reg_use(reg)
            });
        }
        for &(reg, preg) in fixed {
            self.operand(Operand::reg_fixed_use(reg, preg));
        }
        for &reg in &contexts {
            let stack = OperandConstraint::Stack;
            self.operand(Operand::new(reg, stack, OperandKind::Use, OperandPos::Late));
        }
        let uses = self.begin() - first;
        if !call.is_tail {
            clobbers = tables.clobbers(sig.convention, call.is_try, self.flags);
            for n in 0..sig.rets.len() {
                let Some(regs) = self.s.call_results[n] else { continue };
                let ret = self.abi_arg(sig.rets.start + n as u32);
                if let AbiArg::Joined(preg, _) = ret {
                    let reg = self.new_vreg(RegClass::Float);
                    self.operand(Operand::reg_fixed_def(reg, preg));
                    clobbers.remove(preg);
                    joined = Some(reg);
                }
                for (part, reg) in ret.parts().zip(regs) {
                    match part.loc {
                        AbiLoc::Reg(preg) => {
                            self.operand(Operand::reg_fixed_def(reg, preg));
                            clobbers.remove(preg);
                        }
                        AbiLoc::Stack(offset) if call.is_try => {
                            stack_results.push(StackResult {
                                operand: self.begin() - first,
                                offset: sig.arg_size as i32 + offset,
                                ty: part.ty,
                            });
                            self.operand(Operand::any_def(reg));
                        }
                        AbiLoc::Stack(_) => {}
                    }
                }
            }
            if let (true, Some(inst)) = (call.is_try, call.inst) {
                let words = sig.conv.exception_payload_types(types::I64).len();
                for (n, &preg) in sig.convention.payload.iter().take(words).enumerate() {
                    let Some(reg) = self.known_try_result(inst, n as u32) else { continue };
                    // A result and a word of the payload can have the same register: it holds the
                    // result if the call returns, and the payload if control comes to a handler.
                    // An operand list has a fixed register once, so one virtual register stands
                    // for both, and each edge out of the call takes it for what it is there.
                    let result = self.s.operands[first as usize..].iter().find(|o| {
                        o.kind() == OperandKind::Def
                            && o.constraint() == OperandConstraint::FixedReg(preg)
                    });
                    if let Some(result) = result.map(|o| o.vreg()) {
                        self.alias_reg(reg, result);
                    } else {
                        self.operand(Operand::reg_fixed_def(reg, preg));
                        clobbers.remove(preg);
                    }
                }
            }
        }
        let succs = if call.is_try { self.cur_succs() } else { Span::default() };
        let number = self.vcode.calls.len() as u64;
        self.vcode.calls.push(CallInfo {
            dest,
            clobbers,
            callee_pop: if sig.convention.callee_pops { sig.arg_size } else { 0 },
            tail_args_size: sig.arg_size,
            inst: call.inst,
            patchable: call.patchable,
            uses,
            succs,
            stack_results,
        });
        let row = match (call.is_tail, call.is_try) {
            (true, _) => pseudo::RETURN_CALL,
            (_, true) => pseudo::TRY_CALL,
            _ => pseudo::CALL,
        };
        self.put_gathered(first, row, 0, number);
        joined
    }

    /// The registers of the contexts in a `try_call`'s table.
    fn context_regs(&mut self, call: &CallRequest<'_>) -> Vec<VReg> {
        let (true, Some(inst)) = (call.is_try, call.inst) else { return Vec::new() };
        let func = self.func;
        let Some(table) = func.dfg[inst].exception_table() else { return Vec::new() };
        // Copies, because a value cannot be in a fixed register and on the stack at one place.
        let copy = |value| {
            let (from, to) = (self.reg(value), self.new_vreg(RegClass::Int));
            self.put_move(to, from);
            to
        };
        func.dfg.exception_tables[table].contexts().map(copy).collect()
    }

    fn load_results(&mut self, sig: &AbiSig, ret_offset: i32, joined: Option<VReg>) {
        for n in 0..sig.rets.len() {
            let Some(regs) = self.s.call_results[n] else { continue };
            let ret = self.abi_arg(sig.rets.start + n as u32);
            if let (AbiArg::Joined(_, home), Some(joined)) = (ret, joined) {
                self.put_store(types::I64X2, Place::Outgoing(home), joined);
                self.load_halves(Place::Outgoing(home), regs);
            }
            for (part, reg) in ret.parts().zip(regs) {
                if let AbiLoc::Stack(offset) = part.loc {
                    let place = Place::Outgoing(ret_offset + offset);
                    self.put_load(part.ty, place, reg);
                }
            }
        }
    }

    /// The registers for a result, or `None` if nobody wants it.
    fn result_parts(&mut self, result: Value) -> Option<[VReg; 2]> {
        if !self.value_wanted(result) {
            return None;
        }
        Some(if self.ty(result) == types::I128 {
            self.regs2(result)
        } else {
            let reg = self.value_vreg(result);
            [reg, reg]
        })
    }
}

enum Callee<'a> {
    Symbol(&'a ExternalName, bool),
    Address(VReg),
}

struct CallRequest<'a> {
    id: SigId,
    callee: Callee<'a>,
    inst: Option<Inst>,
    is_tail: bool,
    is_try: bool,
    patchable: bool,
}
