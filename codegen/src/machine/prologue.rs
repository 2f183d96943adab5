//! How a function is entered and left, and moves of the allocator: the policy. What each step is in
//! instructions is the ISA's; the unwind operations are made here, beside the steps.

use super::Backend;
use super::buffer::Label;
use super::emit::Emitter;
use super::reg_class;
use super::row::Area;
use super::unwind::CfiOp;
use super::vcode::CallInfo;
use crate::ir::{SourceLoc, TrapCode, Type};
use regalloc2::{Allocation, PReg, RegClass};

/// Inline probes of more pages than this are a loop.
const MAX_UNROLLED_PROBES: u32 = 4;
/// From this size on, the addition of a frame to a stack limit might wrap.
const LARGE_FRAME: u32 = 32 << 10;

/// A move between registers, or between a register and memory, of a whole word or of so many bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the fields are what the variant says")]
pub enum Move {
    /// To a register of the same class.
    Copy { to: PReg, from: PReg },
    /// From memory.
    Load { to: PReg, from: Area, bytes: u8 },
    /// To memory.
    Store { to: Area, from: PReg, bytes: u8 },
}

/// A step of entering or leaving a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the fields are what the variant says")]
pub enum Step<'a> {
    /// Adds to the stack pointer; never 0.
    AddSp(i32),
    /// Lowers the stack pointer to a multiple of a power of two.
    AlignSp(u32),
    /// Sets the stack pointer to the frame pointer plus a distance.
    SpFromFp(i32),
    /// Pushes what the frame saves of its caller's: the frame pointer and, unless the call has
    /// pushed it, the return address.
    PushLink,
    /// Sets the frame pointer to the stack pointer.
    SetFp,
    /// Undoes `PushLink`.
    PopLink,
    /// Pushes a register.
    Push(PReg),
    /// Pops a register.
    Pop(PReg),
    /// Stores whole registers that the function saves.
    Save(&'a [(PReg, Area)]),
    /// Loads them again.
    Restore(&'a [(PReg, Area)]),
    /// Jumps if the stack pointer less so many bytes is below a limit.
    IfBelow { bytes: u32, limit: Limit, target: Label },
    /// Writes a byte so far below the stack pointer.
    Touch(u32),
    /// Writes a byte to each of so many pages of this size below the stack pointer, in a loop.
    TouchAll { page: u32, pages: u32 },
    /// Returns, and removes so many bytes above the return address if the call has pushed it.
    Return { pops: u32 },
}

/// The limit of the stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// In a register.
    Reg(PReg),
    /// In memory.
    Memory(Area),
}

impl Emitter<'_> {
    fn step(&mut self, backend: &dyn Backend, step: Step<'_>) {
        if !matches!(step, Step::AddSp(0)) {
            backend.emit_step(self, step);
            self.buffer.make_room();
        }
    }

    /// A move of the allocator.
    #[inline]
    pub(super) fn mov(&mut self, backend: &dyn Backend, from: Allocation, to: Allocation) {
        let what = match (from.as_reg(), to.as_reg()) {
            (Some(from), Some(to)) if from == to => return,
            (Some(from), Some(to)) => Move::Copy { to, from },
            (Some(from), None) => {
                Move::Store { to: self.place(to), from, bytes: self.spill_bytes(from.class()) }
            }
            (None, Some(to)) => {
                Move::Load { to, from: self.place(from), bytes: self.spill_bytes(to.class()) }
            }
            (None, None) if from == to => return,
            (None, None) => panic!("the allocator moves from slot to slot through a register"),
        };
        backend.emit_move(self, what);
    }

    fn place(&self, slot: Allocation) -> Area {
        self.frame.areas.spill(slot.as_stack().expect("a place is a register or a slot"))
    }

    fn spill_bytes(&self, class: RegClass) -> u8 {
        if class == RegClass::Float && self.vcode.has_vectors { 16 } else { 8 }
    }

    /// A load of a call's result from this offset in the area of outgoing arguments, right behind
    /// the call; registers that no convention returns values in may be lost.
    pub(super) fn load_outgoing(
        &mut self,
        backend: &dyn Backend,
        ty: Type,
        offset: i32,
        to: Allocation,
    ) {
        let rules = &self.convention.frame;
        let through = match (to.as_reg(), reg_class(ty)) {
            (Some(reg), _) => reg,
            (None, RegClass::Int) => rules.scratch[0],
            (None, _) => rules.float_scratch,
        };
        let Area { base, offset: start } = self.frame.areas.outgoing;
        let from = Area { base, offset: start + offset };
        let bytes = if !ty.is_int() && ty.bits() > 64 { 16 } else { 8 };
        backend.emit_move(self, Move::Load { to: through, from, bytes });
        self.mov(backend, Allocation::reg(through), to);
    }

    /// What comes before the first instruction of the function.
    pub(super) fn prologue(&mut self, backend: &dyn Backend) {
        let (frame, rules, tables) = (self.frame, &self.convention.frame, backend.tables());
        if !frame.has_frame {
            return;
        }
        let unwind = self.flags.unwind_info();
        let dwarf = |reg| tables.dwarf_reg(reg);
        let grown = frame.grown();
        self.probe_stack(backend, grown);
        if grown != 0 {
            // Room for the arguments of a tail call; a return address that was pushed moves down.
            let (to, from) = (rules.scratch[0], Area { base: rules.sp, offset: 0 });
            let moves = rules.link.is_none();
            if moves {
                backend.emit_move(self, Move::Load { to, from, bytes: 8 });
            }
            self.step(backend, Step::AddSp(-(grown as i32)));
            if moves {
                backend.emit_move(self, Move::Store { to: from, from: to, bytes: 8 });
            }
            if unwind {
                let offset = rules.pushed + grown;
                self.cfi(CfiOp::DefCfaOffset(offset));
                if moves {
                    let reg = tables.dwarf_return_address;
                    self.cfi(CfiOp::Offset { reg, offset: -(offset as i32) });
                }
            }
        }
        let mut cfa = frame.to_cfa as i32;
        if let Some(fp) = rules.fp {
            let fp = dwarf(PReg::new(fp as usize, RegClass::Int));
            self.step(backend, Step::PushLink);
            if unwind {
                self.cfi(CfiOp::DefCfaOffset(cfa as u32));
                self.cfi(CfiOp::Offset { reg: fp, offset: -cfa });
                if let Some(link) = rules.link {
                    self.cfi(CfiOp::Offset { reg: dwarf(link), offset: 8 - cfa });
                }
            }
            self.step(backend, Step::SetFp);
            if unwind {
                self.cfi(CfiOp::DefCfaRegister(fp));
            }
        }
        // Where the registers that the check needs survive, they are saved first.
        let saves_scratch = rules.scratch.iter().any(|&reg| self.convention.saved.contains(reg));
        if !saves_scratch {
            self.check_stack_limit(backend, frame.depth() + grown);
        }
        for &saved in &frame.pushed {
            self.step(backend, Step::Push(saved));
            cfa += 8;
            if unwind {
                self.cfi(CfiOp::Offset { reg: dwarf(saved), offset: -cfa });
            }
        }
        if saves_scratch {
            self.check_stack_limit(backend, frame.depth() - frame.pushed_size() + grown);
        }
        self.probe_stack(backend, frame.fixed_size + frame.realign);
        self.step(backend, Step::AddSp(-(frame.fixed_size as i32)));
        if unwind && rules.fp.is_none() {
            self.cfi(CfiOp::DefCfaOffset(frame.size() + frame.to_cfa));
        }
        if frame.realign != 0 {
            self.step(backend, Step::AlignSp(frame.realign));
        }
        if !frame.stored.is_empty() {
            self.step(backend, Step::Save(&frame.stored));
            if unwind {
                let to_cfa = (frame.size() + frame.to_cfa) as i32;
                for &(reg, area) in &frame.stored {
                    let offset = frame.sp_offset(area) - to_cfa;
                    self.cfi(CfiOp::Offset { reg: dwarf(reg), offset });
                }
            }
        }
    }

    /// Makes the stack pointer that of the frame again where a handler is entered, in a frame that
    /// is realigned.
    pub(super) fn realign(&mut self, backend: &dyn Backend) {
        let frame = self.frame;
        self.step(backend, Step::SpFromFp(-(frame.size() as i32)));
        self.step(backend, Step::AlignSp(frame.realign));
    }

    /// Traps if so many bytes below the stack pointer do not fit above the limit.
    fn check_stack_limit(&mut self, backend: &dyn Backend, mut size: u32) {
        let Some(limit) = self.stack_limit else { return };
        let Some(base) = limit.base else { return };
        if self.vcode.has_calls {
            // What the callee has above its frame.
            size += self.convention.frame.link_area;
        }
        let target = self.trap_label(TrapCode::STACK_OVERFLOW, SourceLoc::default());
        // All but the last load of the chain.
        let mut at = base;
        let mut limit_at = None;
        for (n, &offset) in limit.loads.iter().enumerate() {
            let from = Area { base: at.hw_enc() as u8, offset };
            if n + 1 == limit.loads.len() {
                limit_at = Some(from);
                break;
            }
            at = self.convention.frame.scratch[1];
            backend.emit_move(self, Move::Load { to: at, from, bytes: 8 });
        }
        let limit = limit_at.map_or(Limit::Reg(at), Limit::Memory);
        if size >= LARGE_FRAME {
            self.step(backend, Step::IfBelow { bytes: 0, limit, target });
        }
        self.step(backend, Step::IfBelow { bytes: size, limit, target });
    }

    /// Touches every page of the bytes below the stack pointer, from the highest to the lowest,
    /// where they might reach over the guard page. The byte that is written belongs to nobody yet,
    /// whatever the size of the page.
    fn probe_stack(&mut self, backend: &dyn Backend, size: u32) {
        if !self.flags.enable_probestack() {
            return;
        }
        let page = 1 << self.flags.probestack_size_log2();
        let pages = size / page;
        if pages > MAX_UNROLLED_PROBES {
            self.step(backend, Step::TouchAll { page, pages });
        } else {
            (1..=pages).for_each(|n| self.step(backend, Step::Touch(n * page)));
        }
    }

    /// Takes the frame down; the stack pointer is then as at entry, but that the area of incoming
    /// arguments has grown.
    fn leave(&mut self, backend: &dyn Backend) {
        let (frame, rules) = (self.frame, &self.convention.frame);
        if !frame.has_frame {
            return;
        }
        if !frame.stored.is_empty() {
            self.step(backend, Step::Restore(&frame.stored));
        }
        if frame.realign != 0 {
            self.step(backend, Step::SpFromFp(-(frame.pushed_size() as i32)));
        } else {
            self.step(backend, Step::AddSp(frame.fixed_size as i32));
        }
        for &saved in frame.pushed.iter().rev() {
            self.step(backend, Step::Pop(saved));
        }
        if rules.fp.is_some() {
            self.step(backend, Step::PopLink);
        }
    }

    /// The epilogue.
    pub(super) fn epilogue(&mut self, backend: &dyn Backend) {
        self.leave(backend);
        let mut pops = if self.convention.callee_pops { self.frame.tail_area } else { 0 };
        if self.convention.frame.link.is_some() {
            self.step(backend, Step::AddSp(pops as i32));
            pops = 0;
        }
        self.step(backend, Step::Return { pops });
    }

    /// A tail call. Both argument areas end at the same address.
    pub(super) fn return_call(
        &mut self,
        backend: &dyn Backend,
        call: &CallInfo,
        allocs: &[Allocation],
    ) {
        self.leave(backend);
        let smaller = self.frame.tail_area - call.tail_args_size;
        let rules = &self.convention.frame;
        let moves = smaller != 0 && rules.link.is_none();
        if moves {
            self.step(backend, Step::Pop(rules.scratch[0]));
        }
        self.step(backend, Step::AddSp(smaller as i32));
        if moves {
            self.step(backend, Step::Push(rules.scratch[0]));
        }
        backend.emit_call(self, call.dest, allocs, true);
    }
}
