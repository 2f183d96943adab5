//! The machine as the core sees it: the hooks of `Backend`, and the public `TargetIsa`.

use crate::abi::{self, Envs};
use crate::amode::{Amode, Cc, Size};
use crate::encode;
use crate::insts::{Arg, Op, ROWS};
use crate::regs::{self, PINNED};
use crate::{emit, labels, lower, print, settings};
use core::fmt;
use regalloc2::{Allocation, MachineEnv, Operand, PReg, PRegSet, VReg};
use std::sync::Arc;
use target_lexicon::Triple;
use windlass_core::ir::{self, ArgumentExtension, Signature, Type, types};
use windlass_core::isa::unwind::CommonUnwindInfo;
use windlass_core::isa::{self, CallConv, FunctionAlignment, OwnedTargetIsa, TargetIsa};
use windlass_core::machine::abi::SigBuilder;
use windlass_core::machine::buffer::Label;
use windlass_core::machine::emit::Emitter;
use windlass_core::machine::vcode::CallInfo;
use windlass_core::machine::{Backend, LowerCtx, MInst, Place, Tables, row_flag};
use windlass_core::result::CodegenResult;
use windlass_core::settings::{Builder, Flags, Value};

/// The x86-64 machine with its settings.
pub struct X64 {
    triple: Triple,
    flags: Flags,
    /// What the processor has.
    pub features: settings::Flags,
    envs: Envs,
}

impl fmt::Debug for X64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "X64 {{ triple: {} }}", self.triple)
    }
}

impl fmt::Display for X64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "triple: {}\n{}{}", self.triple, self.flags, self.features)
    }
}

/// A machine to be configured for a triple.
pub fn isa_builder(triple: Triple) -> isa::Builder {
    isa::Builder::new(triple, settings::builder(), |triple, shared, setup| {
        Ok(new(triple, shared, setup))
    })
}

fn new(triple: Triple, flags: Flags, setup: &Builder) -> OwnedTargetIsa {
    let features = settings::Flags::new(&flags, setup);
    let envs = Envs::new(&flags);
    Arc::new(X64 { triple, flags, features, envs })
}

impl TargetIsa for X64 {
    fn name(&self) -> &'static str {
        "x64"
    }

    fn triple(&self) -> &Triple {
        &self.triple
    }

    fn flags(&self) -> &Flags {
        &self.flags
    }

    fn isa_flags(&self) -> Vec<Value> {
        self.features.iter().collect()
    }

    fn isa_flags_hash_key(&self) -> Vec<u8> {
        self.features.hash_bytes().to_vec()
    }

    fn function_alignment(&self) -> FunctionAlignment {
        FunctionAlignment { minimum: 1, preferred: 32 }
    }

    fn common_unwind_info(&self) -> Option<CommonUnwindInfo> {
        Some(CommonUnwindInfo {
            code_alignment: 1,
            data_alignment: -8,
            return_address: 16,
            stack_pointer: regs::dwarf_number(regs::RSP),
            cfa_offset: 8,
            return_address_offset: -8,
        })
    }

    fn has_native_fma(&self) -> bool {
        self.features.has_fma()
    }

    fn has_round(&self) -> bool {
        self.features.has_sse41()
    }

    fn to_text(&self, code: &[u8], code_size: u32) -> String {
        let mut out = String::new();
        let split = (code_size as usize).min(code.len());
        print::disassemble(&mut out, &code[..split]);
        for (n, chunk) in code[split..].chunks(16).enumerate() {
            use core::fmt::Write;
            let _ = write!(out, "{:6x}: .byte", split + 16 * n);
            for byte in chunk {
                let _ = write!(out, " {byte:02x}");
            }
            out.push('\n');
        }
        out
    }

    fn backend(&self) -> &dyn Backend {
        self
    }
}

/// The address of a place, for lowering.
fn amode(place: Place) -> Amode {
    match place {
        Place::Incoming(at) => Amode::incoming(at),
        Place::Outgoing(at) => Amode::outgoing(at),
        Place::Slot(at) => Amode::slot(at),
        Place::Base(base, at) => Amode::base(base, at),
    }
}

/// Puts an instruction by its row.
fn put(ctx: &mut LowerCtx<'_>, op: Op, size: Size, args: &[Arg]) {
    ctx.put_with(|out| op.build(size, args, out));
}

fn int_size(ty: Type) -> Size {
    match ty.bits() {
        8 => Size::B,
        16 => Size::W,
        32 => Size::D,
        _ => Size::Q,
    }
}

static ROW_FLAGS: [u8; ROWS.len()] = {
    let mut flags = [0; ROWS.len()];
    let mut n = 0;
    while n < ROWS.len() {
        if ROWS[n].shape.clobbers != 0 {
            flags[n] = row_flag::CLOBBERS;
        }
        n += 1;
    }
    flags
};

static TABLES: Tables = Tables {
    row_flags: &ROW_FLAGS,
    labels: &labels::LABELS,
    relocs: &encode::reloc::PUBLIC,
    reg_names: regs::NAMES,
    dwarf_regs: regs::DWARF,
    pinned_reg: Some(PINNED),
    tail_call_target: abi::TAIL_TARGET,
    prologue_scratch: PRegSet::empty().with(abi::TAIL_TARGET).with(abi::TAIL_SCRATCH),
};

impl Backend for X64 {
    fn tables(&self) -> &'static Tables {
        &TABLES
    }

    fn machine_env(&self, conv: CallConv, _flags: &Flags) -> &MachineEnv {
        self.envs.get(conv)
    }

    fn row_clobbers(&self, row: u16) -> PRegSet {
        let mut set = PRegSet::empty();
        let clobbers = ROWS[row as usize].clobbers;
        (0..16).filter(|n| clobbers >> n & 1 != 0).for_each(|n| set.add(regs::gpr(n)));
        set
    }

    fn lower(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()> {
        lower::lower(ctx, &self.features, inst)
    }

    fn lower_brif(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()> {
        lower::lower_brif(ctx, &self.features, inst)
    }

    fn abi_signature(
        &self,
        signature: &Signature,
        variadic: Option<usize>,
        flags: &Flags,
        out: &mut SigBuilder<'_>,
    ) -> CodegenResult<()> {
        abi::place(signature, variadic.is_some(), flags, out)
    }

    fn call_clobbers(&self, conv: CallConv, exception: bool) -> PRegSet {
        let mut set = abi::call_clobbers(conv, exception);
        if self.flags.enable_pinned_reg() {
            set.remove(PINNED);
        }
        set
    }

    fn callee_saved(&self, conv: CallConv, flags: &Flags) -> PRegSet {
        abi::callee_saved(conv, flags)
    }

    fn put_load(&self, ctx: &mut LowerCtx<'_>, ty: Type, place: Place, dst: VReg) {
        let mem = Arg::Mem(amode(place));
        match (ty.is_int(), ty.bits()) {
            (true, 8) => put(ctx, Op::Movzx8, Size::D, &[Arg::Reg(dst), mem]),
            (true, 16) => put(ctx, Op::Movzx16, Size::D, &[Arg::Reg(dst), mem]),
            (true, 32) => put(ctx, Op::Mov, Size::D, &[Arg::Reg(dst), mem]),
            (true, _) => put(ctx, Op::Mov, Size::Q, &[Arg::Reg(dst), mem]),
            // A slot has at least 8 bytes, so half a register more can be read.
            (false, 16 | 32) => put(ctx, Op::MovF, Size::D, &[Arg::Reg(dst), mem]),
            (false, 64) => put(ctx, Op::MovF, Size::Q, &[Arg::Reg(dst), mem]),
            (false, _) => put(ctx, Op::Movups, Size::D, &[Arg::Reg(dst), mem]),
        }
    }

    fn put_store(&self, ctx: &mut LowerCtx<'_>, ty: Type, place: Place, src: VReg) {
        let mem = Arg::Mem(amode(place));
        match (ty.is_int(), ty.bits()) {
            // A slot is written with its whole width, so that a wider load of it need not wait.
            (true, bits) if bits < 64 && matches!(place, Place::Outgoing(_)) => {
                put(ctx, Op::MovMr, Size::Q, &[mem, Arg::Reg(src)]);
            }
            (true, _) => put(ctx, Op::MovMr, int_size(ty), &[mem, Arg::Reg(src)]),
            (false, 16 | 32) => put(ctx, Op::MovFSt, Size::D, &[mem, Arg::Reg(src)]),
            (false, 64) => put(ctx, Op::MovFSt, Size::Q, &[mem, Arg::Reg(src)]),
            (false, _) => put(ctx, Op::MovupsSt, Size::D, &[mem, Arg::Reg(src)]),
        }
    }

    fn put_address(&self, ctx: &mut LowerCtx<'_>, place: Place, dst: VReg) {
        put(ctx, Op::Lea, Size::Q, &[Arg::Reg(dst), Arg::Mem(amode(place))]);
    }

    fn put_extend(
        &self,
        ctx: &mut LowerCtx<'_>,
        from: Type,
        how: ArgumentExtension,
        dst: VReg,
        src: VReg,
    ) {
        let sign = how == ArgumentExtension::Sext;
        let (op, size) = match (from.bits(), sign) {
            (8, false) => (Op::Movzx8, Size::D),
            (8, true) => (Op::Movsx8, Size::Q),
            (16, false) => (Op::Movzx16, Size::D),
            (16, true) => (Op::Movsx16, Size::Q),
            (32, false) => (Op::Mov, Size::D),
            (_, false) => (Op::Mov, Size::Q),
            (_, true) => (Op::Movsxd, Size::Q),
        };
        put(ctx, op, size, &[Arg::Reg(dst), Arg::Reg(src)]);
    }

    fn put_symbol_address(&self, ctx: &mut LowerCtx<'_>, symbol: u32, near: bool, dst: VReg) {
        if near {
            let mem = Arg::Mem(Amode::symbol(symbol, false));
            put(ctx, Op::Lea, Size::Q, &[Arg::Reg(dst), mem]);
        } else if ctx.flags.is_pic() {
            let mem = Arg::Mem(Amode::symbol(symbol, true));
            put(ctx, Op::Mov, Size::Q, &[Arg::Reg(dst), mem]);
        } else {
            ctx.put_with(|out| {
                let mut inst =
                    Op::MovAbs.build(Size::Q, &[Arg::Reg(dst), Arg::Imm(symbol as i64)], out);
                // Marks the immediate as a symbol: emission writes the relocation.
                inst.ctl |= emit::SYMBOL_IMM;
                inst
            });
        }
    }

    fn put_constant(&self, ctx: &mut LowerCtx<'_>, bits: u64, dst: VReg) {
        put(ctx, Op::MovI, Size::Q, &[Arg::Reg(dst), Arg::Imm(bits as i64)]);
    }

    fn exception_payload(&self, conv: CallConv) -> &[PReg] {
        match conv.exception_payload_types(types::I64).len() {
            0 => &[],
            n => &abi::PAYLOAD[..n],
        }
    }

    fn emit(&self, e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
        emit::inst(e, inst, allocs);
    }

    fn emit_cond_jump(&self, e: &mut Emitter<'_>, cond: u8, _allocs: &[Allocation], target: Label) {
        e.buffer.put_branch(target, labels::JCC, u32::from(cond));
    }

    fn cond_of(&self, ctl: u16) -> u8 {
        Cc::of_ctl(ctl) as u8
    }

    fn cond_name(&self, cond: u8) -> &'static str {
        Cc::of_number(cond).name()
    }

    fn invert(&self, cond: u8) -> u8 {
        cond ^ 1
    }

    fn emit_table(
        &self,
        e: &mut Emitter<'_>,
        allocs: &[Allocation],
        targets: &[Label],
        default: Label,
        next: Option<Label>,
    ) {
        emit::table(e, allocs, targets, default, next);
    }

    fn emit_trap(&self, e: &mut Emitter<'_>) {
        emit::trap(e);
    }

    fn emit_call(&self, e: &mut Emitter<'_>, call: &CallInfo, allocs: &[Allocation]) {
        emit::call(e, call, allocs);
    }

    fn emit_lower_sp(&self, e: &mut Emitter<'_>, bytes: u32) {
        emit::add_sp(e, -(bytes as i32));
    }

    fn emit_return_call(&self, e: &mut Emitter<'_>, call: &CallInfo, allocs: &[Allocation]) {
        emit::return_call(e, call, allocs);
    }

    fn emit_move(&self, e: &mut Emitter<'_>, from: Allocation, to: Allocation) {
        emit::mov(e, from, to);
    }

    fn emit_realign(&self, e: &mut Emitter<'_>) {
        emit::realign(e);
    }

    fn emit_prologue(&self, e: &mut Emitter<'_>) {
        emit::prologue(e);
    }

    fn emit_load_outgoing(&self, e: &mut Emitter<'_>, ty: Type, offset: i32, to: Allocation) {
        emit::load_outgoing(e, ty, offset, to);
    }

    fn emit_return(&self, e: &mut Emitter<'_>) {
        emit::ret(e);
    }

    fn stack_facts(&self, conv: CallConv) -> (u8, u8, u32) {
        let red_zone = if conv == CallConv::WindowsFastcall { 0 } else { 128 };
        (regs::num::RSP, regs::num::RBP, red_zone)
    }

    fn print(&self, out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
        print::print_inst(out, inst, operands, allocs);
    }
}
