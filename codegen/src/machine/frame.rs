//! The frame of a function: where its areas are and how large. See [`FrameRules`] for their order.
//!
//! A function without calls whose slots fit into the area below the stack pointer that signal
//! handlers leave alone has no frame. Where a slot is aligned more than calls ask for, there is a
//! gap between saved registers and slots whose size is known only at run time: what is above it is
//! found from the frame pointer, what is below from the stack pointer.

use super::convention::{FrameRules, Saves, WORD};
use super::row::{Area, FrameAreas};
use regalloc2::{PReg, PRegSet, RegClass};

/// The frame.
#[derive(Clone, Default, Debug)]
pub struct Frame {
    /// Whether the function sets up a frame.
    pub has_frame: bool,
    /// Size of the stack arguments that the function receives.
    pub incoming_size: u32,
    /// Size of the area for them after the prologue: as large as any tail call needs.
    pub tail_area: u32,
    /// Registers that are pushed, in this order.
    pub pushed: Vec<PReg>,
    /// Registers that are stored when the stack pointer has been lowered, and where.
    pub stored: Vec<(PReg, Area)>,
    /// Bytes by which the stack pointer is lowered after registers have been pushed.
    pub fixed_size: u32,
    /// The alignment to which the stack pointer is lowered then, 0 if it is not.
    pub realign: u32,
    /// From the top of the frame (or the stack pointer at entry) to the canonical frame address,
    /// where the incoming arguments of the caller begin.
    pub to_cfa: u32,
    /// Where the areas are.
    pub areas: FrameAreas,
}

/// What a frame is computed from.
#[derive(Clone, Copy, Debug)]
pub struct FrameNeeds {
    /// Size of incoming stack arguments.
    pub incoming_size: u32,
    /// Largest area of a tail call's arguments.
    pub tail_args_size: u32,
    /// Bytes of spill slots.
    pub spill_size: u32,
    /// Bytes of stack slots.
    pub slot_size: u32,
    /// The largest alignment of a stack slot.
    pub slot_align: u32,
    /// Bytes of outgoing arguments.
    pub outgoing_size: u32,
    /// Callee-saved registers that the function changes.
    pub saved: PRegSet,
    /// Whether something is called that returns here.
    pub has_calls: bool,
    /// Whether a frame must be set up in any case.
    pub always: bool,
}

/// Frames larger than this are refused.
pub const MAX_FRAME: u64 = 1 << 30;

impl Frame {
    /// Lays out a frame, or `None` if it would be too large.
    pub fn compute(&mut self, rules: &FrameRules, needs: &FrameNeeds) -> Option<()> {
        self.pushed.clear();
        self.stored.clear();
        let mut stored_size = 0;
        for reg in needs.saved {
            let size = match (reg.class(), rules.saves) {
                (RegClass::Int, Saves::Pushed) => {
                    self.pushed.push(reg);
                    continue;
                }
                (RegClass::Int, Saves::InHome) => 0,
                (RegClass::Int, Saves::Stored) => WORD,
                _ => rules.float_slot,
            };
            self.stored.push((reg, Area { base: rules.sp, offset: stored_size as i32 }));
            stored_size += size;
        }
        self.realign = if needs.slot_align > rules.align { needs.slot_align } else { 0 };
        // Stack slots begin behind the outgoing arguments.
        let outgoing_size = match self.realign {
            0 => needs.outgoing_size,
            align => needs.outgoing_size.next_multiple_of(align),
        };
        let body = needs.spill_size as u64
            + needs.slot_size as u64
            + outgoing_size as u64
            + stored_size as u64;
        if body + self.realign as u64 + needs.tail_args_size as u64 + needs.incoming_size as u64
            > MAX_FRAME
        {
            return None;
        }
        self.incoming_size = needs.incoming_size;
        self.tail_area = needs.tail_args_size.max(needs.incoming_size);
        let most = rules.align + rules.pushed;
        let small = body + most as u64 <= rules.red_zone as u64 || body == 0;
        self.has_frame = needs.always
            || needs.has_calls
            || needs.saved != PRegSet::empty()
            || self.realign != 0
            || !small
            || self.tail_area != self.incoming_size;
        let mut fixed = body as u32;
        let pushed_size = self.pushed_size();
        if self.has_frame {
            // What is above keeps the alignment of calls.
            fixed = (pushed_size + fixed).next_multiple_of(rules.align) - pushed_size;
        } else if needs.slot_size != 0 {
            // Without, the stack pointer is off by what the call has pushed.
            fixed = fixed.next_multiple_of(rules.align) + rules.pushed;
        }
        self.fixed_size = fixed;
        let outgoing = if self.has_frame { 0 } else { -(fixed as i32) };
        let slots = outgoing + outgoing_size as i32;
        let spills = slots + needs.slot_size as i32;
        let stored = spills + needs.spill_size as i32;
        let grown = self.tail_area - self.incoming_size;
        self.to_cfa = if self.has_frame { rules.link_area + grown } else { rules.pushed };
        let from_sp = |at: i32| Area { base: rules.sp, offset: at };
        let top = (fixed + pushed_size) as i32;
        let from_fp = match rules.fp {
            Some(_) if !self.has_frame => None,
            Some(fp) => Some(move |at: i32| Area { base: fp, offset: at - top }),
            None if self.realign != 0 => return None,
            None => None,
        };
        let above_gap = |at: i32| match &from_fp {
            Some(from_fp) if self.realign != 0 => from_fp(at),
            _ => from_sp(at),
        };
        // Distances from the frame pointer are shorter to encode for what lies near it.
        let near = |at: i32| match &from_fp {
            Some(from_fp) if needs.spill_size <= rules.near_fp => from_fp(at),
            _ => above_gap(at),
        };
        let incoming = match &from_fp {
            Some(from_fp) => from_fp(top + self.to_cfa as i32),
            None if self.has_frame => from_sp(top + self.to_cfa as i32),
            None => from_sp(self.to_cfa as i32),
        };
        for (reg, area) in &mut self.stored {
            *area = if reg.class() == RegClass::Int && rules.saves == Saves::InHome {
                Area { offset: incoming.offset + (WORD as usize * reg.hw_enc()) as i32, ..incoming }
            } else {
                above_gap(stored + area.offset)
            };
        }
        self.areas = FrameAreas {
            spills: near(spills),
            slots: from_sp(slots),
            incoming,
            outgoing: from_sp(outgoing),
        };
        Some(())
    }

    /// Bytes that pushed registers take.
    pub fn pushed_size(&self) -> u32 {
        WORD * self.pushed.len() as u32
    }

    /// Bytes by which the area of incoming arguments grows, for those of tail calls.
    pub fn grown(&self) -> u32 {
        self.tail_area - self.incoming_size
    }

    /// The distance from the stack pointer at calls, before it is realigned, to an area.
    pub fn sp_offset(&self, area: Area) -> i32 {
        let from_fp = self.has_frame && area.base != self.areas.outgoing.base;
        area.offset + if from_fp { self.size() as i32 } else { 0 }
    }

    /// Bytes from the stack pointer at a call to the frame pointer, before it is realigned.
    pub fn frame_offset(&self) -> Option<u32> {
        self.has_frame.then_some(self.size())
    }

    /// Bytes below the frame pointer (or the return address), without those that realignment adds.
    pub fn size(&self) -> u32 {
        if self.has_frame { self.fixed_size + self.pushed_size() } else { 0 }
    }

    /// The most bytes below the frame pointer (or the return address).
    pub fn depth(&self) -> u32 {
        self.size() + self.realign
    }
}
