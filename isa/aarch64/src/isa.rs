//! The machine as the core sees it: the hooks of `Backend`, and the public `TargetIsa`.

use crate::insts::{self, ROWS, reloc};
use crate::{abi, emit, labels, link, lower, regs, settings};
use core::fmt;
use regalloc2::{Allocation, Operand};
use std::sync::Arc;
use target_lexicon::Triple;
use windlass_core::ir;
use windlass_core::isa::{self, FunctionAlignment, OwnedTargetIsa, TargetIsa};
use windlass_core::machine::buffer::Label;
use windlass_core::machine::emit::Emitter;
use windlass_core::machine::prologue::{Move, Step};
use windlass_core::machine::row;
use windlass_core::machine::vcode::CallDest;
use windlass_core::machine::{Backend, Basic, LowerCtx, MInst, Tables, row_clobbers, row_flags};
use windlass_core::opt::legalize::Support;
use windlass_core::result::CodegenResult;
use windlass_core::settings::{Builder, Flags, Value};

/// The aarch64 machine with its settings.
pub struct A64 {
    triple: Triple,
    flags: Flags,
    /// What the processor has, and what protects its branches.
    pub features: settings::Flags,
    support: Support,
}

impl fmt::Debug for A64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A64 {{ triple: {} }}", self.triple)
    }
}

impl fmt::Display for A64 {
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
    // No rule asks for a feature so far.
    let support = Support::new(lower::SUPPORTED, &[], |_| false);
    Arc::new(A64 { triple, flags, features, support })
}

impl TargetIsa for A64 {
    fn name(&self) -> &'static str {
        "aarch64"
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
        FunctionAlignment { minimum: 4, preferred: 32 }
    }

    fn has_native_fma(&self) -> bool {
        true
    }

    fn has_round(&self) -> bool {
        true
    }

    fn to_text(&self, code: &[u8], code_size: u32) -> String {
        row::listing(code, code_size, insts::disassemble)
    }

    fn backend(&self) -> &dyn Backend {
        self
    }
}

static TABLES: Tables = Tables {
    name: "aarch64",
    row_flags: &row_flags(&ROWS),
    labels: &labels::LABELS,
    row_clobbers: &row_clobbers(&ROWS),
    conventions: abi::CONVENTIONS,
    ints: abi::INTS,
    floats: abi::FLOATS,
    relocs: &reloc::PUBLIC,
    reg_names: regs::NAMES,
    dwarf_regs: regs::DWARF,
    dwarf_return_address: 30,
    code_alignment: 4,
    pinned_reg: Some(regs::PINNED),
    tail_call_target: abi::TAIL_TARGET,
    link: link::LINK,
};

impl Backend for A64 {
    fn tables(&self) -> &'static Tables {
        &TABLES
    }

    fn support(&self) -> &Support {
        &self.support
    }

    fn lower(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()> {
        lower::lower(ctx, &self.features, inst)
    }

    fn lower_brif(&self, ctx: &mut LowerCtx<'_>, inst: ir::Inst) -> CodegenResult<()> {
        lower::lower_brif(ctx, &self.features, inst)
    }

    fn put(&self, ctx: &mut LowerCtx<'_>, what: Basic) {
        lower::basic(ctx, what);
    }

    fn emit(&self, e: &mut Emitter<'_>, inst: &MInst, allocs: &[Allocation]) {
        emit::inst(e, inst, allocs);
    }

    fn emit_table(
        &self,
        e: &mut Emitter<'_>,
        allocs: &[Allocation],
        targets: &[Label],
        default: Label,
        _next: Option<Label>,
    ) {
        emit::table(e, allocs, targets, default);
    }

    fn emit_trap(&self, e: &mut Emitter<'_>) {
        emit::trap(e);
    }

    fn emit_call(&self, e: &mut Emitter<'_>, dest: CallDest, allocs: &[Allocation], is_tail: bool) {
        emit::call(e, dest, allocs, is_tail);
    }

    fn emit_move(&self, e: &mut Emitter<'_>, what: Move) {
        emit::mov(e, what);
    }

    fn emit_step(&self, e: &mut Emitter<'_>, what: Step<'_>) {
        emit::step(e, what);
    }

    fn print(&self, out: &mut String, inst: &MInst, operands: &[Operand], allocs: &[Allocation]) {
        insts::print_inst(out, inst, operands, allocs);
    }
}
