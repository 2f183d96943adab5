//! What register allocation of a function will take, from its machine code.
//!
//! regalloc2's backtracking allocator takes more than linear time in several quantities, each of
//! which an input of a few kilobytes can make large:
//! * Where more values are live than there are registers, each live range is tried in many
//!   registers, evicted and split.
//! * Ranges that an argument of a branch connects are joined, and the joined list is sorted.
//! * For every block that a register spans, the list of incoming arguments is searched.
//! * What is live at the end of a block has an entry there.
//! * Dominators are computed by steps up the tree (`VCode::dominator_steps`).
//!
//! The single-pass allocator looks at what is live at the beginning of every block, for each
//! predecessor, and for each argument at the operands of the branch.

use super::vcode::VCode;
use regalloc2::OperandKind;

/// Arrays of the measurement, used again for each function.
#[derive(Default)]
pub struct MeasureScratch {
    /// For each register that crosses blocks, the first and last block in which it is live.
    extents: Vec<(u32, u32)>,
    deltas: Vec<i32>,
    /// For each register that does not cross blocks whether it was seen, for others whether an
    /// instruction uses it.
    seen: Vec<u8>,
    /// For each block the values live at once that do not leave it, and its operands and arguments.
    local: Vec<(u32, u64)>,
    /// Registers whose ranges may be joined: the parent and the number of each set.
    sets: Vec<(u32, u32)>,
    /// For each register that crosses blocks its incoming arguments, as a parameter.
    incoming: Vec<u32>,
}

/// What drives the time and memory of the allocators, in steps.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Measure {
    /// An upper bound of the values live at once.
    pub live: u32,
    /// Estimated steps of the backtracking allocator.
    pub backtracking: u64,
    /// An upper bound of the steps of the single-pass allocator.
    pub single_pass: u64,
}

impl Measure {
    /// What [`MeasureScratch::run`] says at the most, from the sizes of lists alone.
    pub fn bound(vcode: &VCode) -> Self {
        let made = made(vcode);
        let (blocks, args) = (vcode.blocks.len() as u64, vcode.edge_args.len() as u64);
        let (preds, globals) = (vcode.preds.len() as u64, vcode.num_global_vregs as u64);
        let vregs = vcode.num_vregs as u64;
        let product = |factors: &[u64]| factors.iter().fold(1u64, |x, &y| x.saturating_mul(y));
        let backtracking = [
            RANGE * CROWDED_COST * made,
            product(&[args, vregs]) / MERGES,
            product(&[args, blocks, globals]) / SCANS,
            product(&[blocks, globals]),
            vcode.dominator_steps,
        ];
        let (mut branches, mut widest, mut params) = (0, 0, 0);
        for block in &vcode.blocks {
            params += block.params.len() as u64;
            widest = widest.max(block.succs.len() as u64);
            if let Some(last) = block.insts.range().last() {
                branches = branches.max(vcode.inst_operands(last).len() as u64);
            }
        }
        let single_pass = [
            MADE * made,
            product(&[globals, blocks + preds]),
            product(&[params, preds, widest]),
            product(&[args, branches]),
        ];
        let sum = |parts: &[u64]| parts.iter().fold(0u64, |x, &y| x.saturating_add(y));
        let live = u32::try_from(vregs).unwrap_or(u32::MAX);
        Self { live, backtracking: sum(&backtracking), single_pass: sum(&single_pass) }
    }
}

/// Operands, arguments and predecessors.
fn made(vcode: &VCode) -> u64 {
    (vcode.num_operands() + vcode.edge_args.len() + vcode.preds.len()) as u64
}

// What steps of one kind cost, relative to others, as measured.
const RANGE: u64 = 16;
const MERGES: u64 = 2;
const SCANS: u64 = 64;
const MADE: u64 = 32;

/// More values than this are live at once: the backtracking allocator tries many registers for each
/// range, evicts and splits.
const CROWDED: u32 = 12;
/// How much longer ranges take there.
const CROWDED_COST: u64 = 8;

impl MeasureScratch {
    /// Measures, in time linear in operands and arguments. A register that crosses blocks is taken
    /// to live from the first to the last block, in order, in which it appears; another one from its
    /// definition to its last use.
    pub fn run(&mut self, vcode: &VCode) -> Measure {
        let blocks = vcode.blocks.len();
        self.extents.clear();
        self.extents.resize(vcode.num_global_vregs, (u32::MAX, 0));
        self.seen.clear();
        self.seen.resize(vcode.num_vregs, 0);
        self.deltas.clear();
        self.deltas.resize(blocks + 1, 0);
        self.local.clear();
        self.local.resize(blocks, (0, 0));
        self.sets.clear();
        self.sets.extend((0..vcode.num_vregs as u32).map(|v| (v, 1)));
        let mut facts = Measure::default();
        let mut merged = 0u64;
        let mut searched = 0u64;
        for (b, block) in vcode.blocks.iter().enumerate() {
            let b = b as u32;
            let mut live = 0u32;
            let mut most = 0u32;
            let touch = |vreg: usize, extents: &mut Vec<(u32, u32)>| {
                if let Some(extent) = extents.get_mut(vreg) {
                    extent.0 = extent.0.min(b);
                    extent.1 = extent.1.max(b);
                }
            };
            let params = &vcode.params[block.params.range()];
            for &param in params {
                touch(param.vreg(), &mut self.extents);
            }
            // For each parameter and predecessor the single-pass allocator searches the
            // predecessor's successors.
            if !params.is_empty() {
                for &pred in &vcode.preds[block.preds.range()] {
                    let succs = vcode.blocks[pred.index()].succs.len() as u64;
                    searched += params.len() as u64 * succs;
                }
            }
            let mut args = 0;
            for s in block.succs.range() {
                let list = &vcode.edge_args[vcode.succ_args[s].range()];
                args += list.len() as u64;
                let to = &vcode.blocks[vcode.succs[s].index()];
                for (&arg, &param) in list.iter().zip(&vcode.params[to.params.range()]) {
                    let arg = arg.vreg();
                    if arg < vcode.num_global_vregs {
                        touch(arg, &mut self.extents);
                    } else if self.seen[arg] == 0 {
                        self.seen[arg] = 1;
                        live += 1;
                        most = most.max(live);
                    }
                    merged += self.merge(arg, param.vreg());
                }
            }
            let mut operands = 0;
            // Backwards through the block: a local register lives from its last use to its
            // definition.
            for i in block.insts.range().rev() {
                let list = vcode.inst_operands(i);
                operands += list.len() as u64;
                for operand in list {
                    if operand.as_fixed_nonallocatable().is_some() {
                        continue;
                    }
                    let vreg = operand.vreg().vreg();
                    if vreg < vcode.num_global_vregs {
                        touch(vreg, &mut self.extents);
                        self.seen[vreg] |= u8::from(operand.kind() == OperandKind::Use);
                    } else if operand.kind() == OperandKind::Def {
                        if self.seen[vreg] == 1 {
                            live -= 1;
                        }
                    } else if self.seen[vreg] == 0 {
                        self.seen[vreg] = 1;
                        live += 1;
                        most = most.max(live);
                    }
                }
            }
            if let Some(last) = block.insts.range().last() {
                searched += args * vcode.inst_operands(last).len() as u64;
            }
            self.local[b as usize] = (most, operands + args + params.len() as u64);
        }
        for &(first, last) in &self.extents {
            if first <= last {
                self.deltas[first as usize] += 1;
                self.deltas[last as usize + 1] -= 1;
            }
        }
        let (mut across, mut pairs, mut ranges, mut reloads) = (0i64, 0u64, 0u64, 0u64);
        // From here on `deltas` counts the blocks so far that are not crowded.
        let mut roomy = 0;
        for b in 0..blocks {
            across += i64::from(self.deltas[b]);
            self.deltas[b] = roomy;
            let (local, made) = self.local[b];
            let live = across as u32 + local;
            facts.live = facts.live.max(live);
            pairs += across as u64;
            reloads += across as u64 * (1 + vcode.blocks[b].preds.len() as u64);
            if live > CROWDED {
                ranges += made * CROWDED_COST;
            } else {
                ranges += made;
                roomy += 1;
            }
        }
        self.deltas[blocks] = roomy;
        let scans = self.param_scans(vcode);
        facts.backtracking =
            RANGE * ranges + merged / MERGES + scans / SCANS + pairs + vcode.dominator_steps;
        facts.single_pass = MADE * made(vcode) + reloads + searched;
        facts
    }

    /// Estimates the steps in the backtracking allocator's list of incoming arguments. It is in
    /// order of the parameters, and for every block that a register spans it is searched up to the
    /// register's place, from where it was when a register with several ranges was met. Those that
    /// an instruction uses where values are many have several.
    fn param_scans(&mut self, vcode: &VCode) -> u64 {
        self.incoming.clear();
        self.incoming.resize(self.extents.len(), 0);
        for block in &vcode.blocks {
            for param in &vcode.params[block.params.range()] {
                if let Some(count) = self.incoming.get_mut(param.vreg()) {
                    *count = block.preds.len() as u32;
                }
            }
        }
        let (mut entries, mut steps) = (0u64, 0u64);
        for (v, &(first, last)) in self.extents.iter().enumerate() {
            entries += u64::from(self.incoming[v]);
            if first <= last {
                let span = last - first + 1;
                steps += entries * u64::from(span);
                let roomy = self.deltas[last as usize + 1] - self.deltas[first as usize];
                if self.seen[v] != 0 && (roomy as u32) < span {
                    entries = u64::from(self.incoming[v]);
                }
            }
        }
        steps
    }

    /// Joins the sets of two registers, as the allocator joins ranges that an argument connects;
    /// returns how many ranges it may have to sort.
    fn merge(&mut self, arg: usize, param: usize) -> u64 {
        let (x, y) = (self.find(arg as u32), self.find(param as u32));
        if x == y {
            return 0;
        }
        let size = self.sets[x as usize].1 + self.sets[y as usize].1;
        let (root, child) =
            if self.sets[x as usize].1 < self.sets[y as usize].1 { (y, x) } else { (x, y) };
        self.sets[child as usize].0 = root;
        self.sets[root as usize].1 = size;
        u64::from(size)
    }

    fn find(&mut self, mut v: u32) -> u32 {
        while self.sets[v as usize].0 != v {
            let parent = self.sets[v as usize].0;
            self.sets[v as usize].0 = self.sets[parent as usize].0;
            v = parent;
        }
        v
    }
}
