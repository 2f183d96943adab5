//! The adaptor between machine code and the register allocators of regalloc2.
//!
//! `VCode` is read where it is; nothing is copied. Before the call the adaptor checks what
//! regalloc2 only asserts, and measures what its allocators take (`measure`). A function above
//! what [`budget::BACKTRACKING`] grants, or with too many values live at once or predecessors of
//! one block, goes to the fast allocator, and is counted; above [`budget::ALLOCATION`] it is
//! refused.

use super::measure::{Measure, MeasureScratch};
use super::slots::SlotForwarding;
use super::vcode::{VCode, pseudo};
use super::{Tables, row_flag};
use crate::budget::{self, Budget, Size};
use crate::result::{CodegenError, CodegenResult};
use regalloc2::{
    Algorithm, Allocation, Block, Ctx, Edit, Inst, InstRange, MachineEnv, Operand,
    OperandConstraint, Output, PRegSet, ProgPoint, RegClass, RegallocOptions, VReg,
};

/// Which allocator, and when the other one takes over.
#[derive(Clone, Copy, Debug)]
pub struct RegallocConfig {
    /// Use the backtracking allocator.
    pub backtracking: bool,
    /// Run regalloc2's checker over the result.
    pub checker: bool,
    /// Log what the allocator does.
    pub verbose: bool,
    /// The most values live at once that the backtracking allocator gets.
    pub max_live: u32,
    /// The most predecessors of one block that the backtracking allocator gets.
    pub max_preds: u32,
}

impl Default for RegallocConfig {
    fn default() -> Self {
        Self {
            backtracking: true,
            checker: false,
            verbose: false,
            max_live: 2_000,
            max_preds: 2_000,
        }
    }
}

/// The allocator's context and the arrays of the measurement, used again for each function.
#[derive(Default)]
pub struct RegallocScratch {
    ctx: Ctx,
    slots: SlotForwarding,
    measure: MeasureScratch,
}

impl RegallocScratch {
    /// The result of the last run.
    pub fn output(&self) -> &Output {
        &self.ctx.output
    }
}

/// What is learned beside the allocation.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct RegallocFacts {
    /// The function was too much for the backtracking allocator and went to the fast one.
    pub fell_back: bool,
    /// What was made and tried: operands, arguments, predecessors, live ranges, attempts to place
    /// one in a register, and moves.
    pub work: u64,
}

/// Machine code as regalloc2 sees it.
struct View<'a> {
    vcode: &'a VCode,
    insts: &'a [super::MInst],
    operands: &'a [Operand],
    row_flags: &'a [u8],
    row_clobbers: &'static [PRegSet],
    float_spill_size: usize,
    clobber_mask: PRegSet,
}

impl regalloc2::Function for View<'_> {
    fn num_insts(&self) -> usize {
        self.insts.len()
    }

    fn num_blocks(&self) -> usize {
        self.vcode.blocks.len()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    #[inline]
    fn block_insns(&self, block: Block) -> InstRange {
        self.vcode.block_range(block)
    }

    #[inline]
    fn block_succs(&self, block: Block) -> &[Block] {
        &self.vcode.succs[self.vcode.blocks[block.index()].succs.range()]
    }

    #[inline]
    fn block_preds(&self, block: Block) -> &[Block] {
        &self.vcode.preds[self.vcode.blocks[block.index()].preds.range()]
    }

    #[inline]
    fn block_params(&self, block: Block) -> &[VReg] {
        &self.vcode.params[self.vcode.blocks[block.index()].params.range()]
    }

    #[inline]
    fn is_ret(&self, inst: Inst) -> bool {
        pseudo::is_ret(self.insts[inst.index()].row)
    }

    #[inline]
    fn is_branch(&self, inst: Inst) -> bool {
        pseudo::is_branch(self.insts[inst.index()].row)
    }

    #[inline]
    fn branch_blockparams(&self, block: Block, _inst: Inst, succ: usize) -> &[VReg] {
        let succs = self.vcode.blocks[block.index()].succs;
        &self.vcode.edge_args[self.vcode.succ_args[succs.start as usize + succ].range()]
    }

    #[inline]
    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        let start = self.insts[inst.index()].operands as usize;
        match self.insts.get(inst.index() + 1) {
            Some(next) => &self.operands[start..next.operands as usize],
            None => &self.operands[start..],
        }
    }

    #[inline]
    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        let inst = &self.insts[inst.index()];
        if inst.row >= pseudo::FIRST {
            match inst.row {
                pseudo::CALL | pseudo::TRY_CALL => {
                    self.vcode.calls[inst.payload as usize].clobbers & self.clobber_mask
                }
                _ => PRegSet::empty(),
            }
        } else if self.row_flags[inst.row as usize] & row_flag::CLOBBERS != 0 {
            self.row_clobbers[inst.row as usize] & self.clobber_mask
        } else {
            PRegSet::empty()
        }
    }

    fn num_vregs(&self) -> usize {
        self.vcode.num_vregs
    }

    fn debug_value_labels(&self) -> &[(VReg, Inst, Inst, u32)] {
        &self.vcode.value_labels
    }

    fn spillslot_size(&self, class: RegClass) -> usize {
        if class == RegClass::Float { self.float_spill_size } else { 1 }
    }
}

/// Allocates registers for a function of this size. The result is in `scratch`.
pub fn allocate(
    vcode: &VCode,
    tables: &Tables,
    env: &MachineEnv,
    config: &RegallocConfig,
    size: Size,
    scratch: &mut RegallocScratch,
) -> CodegenResult<RegallocFacts> {
    check_limits(vcode)?;
    let mut facts = RegallocFacts::default();
    let mut algorithm = Algorithm::Fastalloc;
    let bound = Measure::bound(vcode);
    let granted = |grant, steps| {
        let mut budget = Budget::new(grant, size);
        budget.spend(steps);
        !budget.is_exceeded()
    };
    // Where the bound is within all limits, nothing is measured.
    let measure = if granted(budget::BACKTRACKING, bound.backtracking)
        && granted(budget::ALLOCATION, bound.single_pass)
        && bound.live <= config.max_live
    {
        bound
    } else {
        scratch.measure.run(vcode)
    };
    if !granted(budget::ALLOCATION, measure.single_pass) {
        return Err(CodegenError::TooMuchWork);
    }
    // For a few instructions in one block both do the same, and the fast one has less to set up.
    let tiny = vcode.blocks.len() == 1 && vcode.num_insts() <= TINY && vcode.calls.is_empty();
    if config.backtracking && !tiny {
        algorithm = Algorithm::Ion;
        let preds = vcode.blocks.iter().map(|b| b.preds.len()).max().unwrap_or(0);
        let never = config.max_live == u32::MAX && config.max_preds == u32::MAX;
        let too_much = !never && !granted(budget::BACKTRACKING, measure.backtracking);
        if preds as u32 > config.max_preds || measure.live > config.max_live || too_much {
            algorithm = Algorithm::Fastalloc;
            facts.fell_back = true;
        }
    }
    // Vector registers need not be saved around calls where nothing is in them.
    let clobber_mask = if vcode.has_floats {
        PRegSet::empty().invert()
    } else {
        let mut ints = PRegSet::empty();
        (0..64).for_each(|n| ints.add(regalloc2::PReg::new(n, RegClass::Int)));
        ints
    };
    let view = View {
        vcode,
        insts: vcode.insts(),
        operands: vcode.operands(),
        row_flags: tables.row_flags,
        row_clobbers: tables.row_clobbers,
        float_spill_size: if vcode.has_vectors { 2 } else { 1 },
        clobber_mask,
    };
    let options =
        RegallocOptions { verbose_log: config.verbose, validate_ssa: config.checker, algorithm };
    regalloc2::run_with_ctx(&view, env, &options, &mut scratch.ctx)
        .map_err(|e| CodegenError::Regalloc(e.to_string()))?;
    let output = &scratch.ctx.output;
    let made = vcode.num_operands() + vcode.edge_args.len() + vcode.preds.len();
    let stats = &output.stats;
    let tried = stats.process_bundle_reg_probes_any + stats.final_liverange_count;
    facts.work = (made + tried + stats.halfmoves_count + output.edits.len()) as u64;
    scratch.slots.run(&view, vcode, &mut scratch.ctx.output);
    if config.checker && can_be_checked(vcode) {
        let mut checker = regalloc2::checker::Checker::new(&view, env);
        checker.prepare(&scratch.ctx.output);
        checker.run().map_err(|errors| CodegenError::Regalloc(format!("checker: {errors:?}")))?;
    }
    Ok(facts)
}

/// Whether regalloc2's checker can judge the function. The checker goes through the blocks in their
/// order. If it comes to a block before any of the block's predecessors, it assumes that no value is
/// in any register there, and reports every use in that block and behind it.
fn can_be_checked(vcode: &VCode) -> bool {
    vcode.blocks.iter().enumerate().skip(1).all(|(number, block)| {
        vcode.preds[block.preds.range()].iter().any(|pred| pred.index() < number)
    })
}

/// Functions of one block with at most this many instructions go to the fast allocator.
const TINY: usize = 2;

/// What regalloc2 asserts only where debug assertions are on, or packs into fields without looking.
fn check_limits(vcode: &VCode) -> CodegenResult<()> {
    // Program points are 32-bit numbers, two for each instruction; ranges are numbered by 32 bits.
    if vcode.num_insts() >= 1 << 28
        || vcode.num_vregs >= VReg::MAX
        || vcode.num_operands() >= 1 << 30
        || vcode.blocks.len() >= 1 << 27
    {
        return Err(CodegenError::ImplLimitExceeded);
    }
    let total = vcode.operands().len();
    let insts = vcode.insts();
    for (i, inst) in insts.iter().enumerate() {
        let end = insts.get(i + 1).map_or(total, |next| next.operands as usize);
        if end - inst.operands as usize > 0xfff0 {
            return Err(CodegenError::ImplLimitExceeded);
        }
    }
    debug_assert!(insts.iter().enumerate().all(|(i, _)| {
        let operands = vcode.inst_operands(i);
        operands.iter().all(|o| match o.constraint() {
            OperandConstraint::Reuse(n) => n < 32 && n < operands.len(),
            _ => true,
        })
    }));
    Ok(())
}

/// An edit by the instruction that it stands before or after.
pub type EditAt = (ProgPoint, Edit);

/// Whether a move does nothing.
#[inline]
pub fn is_redundant(from: Allocation, to: Allocation) -> bool {
    from == to
}
