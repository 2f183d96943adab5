//! The stack frame of a function: sizes and places, computed once registers are allocated.
//!
//! From high to low: incoming arguments; return address; frame pointer of the caller (where there
//! is a frame); saved registers; spill slots; stack slots; outgoing arguments. A function that
//! calls nothing and whose slots are small makes no frame if its convention has a red zone: its
//! slots then lie below the stack pointer.
//!
//! Where a stack slot is aligned to more than the stack is, the stack pointer is lowered further, to
//! a multiple of that alignment. The gap lies between spill slots and stack slots: what is above it
//! is found from the frame pointer, what is below from the stack pointer.

use super::row::{Area, FrameAreas};
use regalloc2::{PReg, PRegSet, RegClass};

/// The frame.
#[derive(Clone, Default, Debug)]
pub struct Frame {
    /// Whether the frame pointer is set up.
    pub has_frame: bool,
    /// Whether the slots lie below the stack pointer.
    pub red_zone: bool,
    /// Size of the stack arguments that the function receives.
    pub incoming_size: u32,
    /// Size of the area for them after the prologue: as large as any tail call needs.
    pub tail_area: u32,
    /// Saved registers, in the order in which they are pushed.
    pub saved: Vec<PReg>,
    /// Bytes that saved registers take.
    pub saved_size: u32,
    /// Saved vector registers, 16 bytes each.
    pub saved_vectors: Vec<PReg>,
    /// Where they are.
    pub saved_vectors_area: Area,
    /// Bytes of spill slots.
    pub spill_size: u32,
    /// Bytes of stack slots.
    pub slot_size: u32,
    /// Bytes of outgoing arguments.
    pub outgoing_size: u32,
    /// Bytes by which the stack pointer is lowered after registers have been pushed.
    pub fixed_size: u32,
    /// The alignment to which the stack pointer is lowered then, 0 if it is not.
    pub realign: u32,
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
    /// Bytes below the stack pointer that nobody else touches.
    pub red_zone: u32,
    /// Hardware numbers of stack and frame pointer.
    pub sp: u8,
    /// The frame pointer.
    pub fp: u8,
}

/// The alignment of the stack pointer at calls.
const STACK_ALIGN: u32 = 16;

/// Frames larger than this are refused.
pub const MAX_FRAME: u64 = 1 << 30;

impl Frame {
    /// Lays out a frame, or `None` if it would be too large.
    pub fn compute(&mut self, needs: &FrameNeeds) -> Option<()> {
        self.saved.clear();
        self.saved_vectors.clear();
        for reg in needs.saved {
            if reg.class() == RegClass::Int {
                self.saved.push(reg);
            } else {
                self.saved_vectors.push(reg);
            }
        }
        let vectors = 16 * self.saved_vectors.len() as u32;
        self.realign = if needs.slot_align > STACK_ALIGN { needs.slot_align } else { 0 };
        // Stack slots begin behind the outgoing arguments.
        self.outgoing_size = match self.realign {
            0 => needs.outgoing_size,
            align => needs.outgoing_size.next_multiple_of(align),
        };
        let body = needs.spill_size as u64
            + needs.slot_size as u64
            + self.outgoing_size as u64
            + vectors as u64;
        if body + self.realign as u64 + needs.tail_args_size as u64 + needs.incoming_size as u64
            > MAX_FRAME
        {
            return None;
        }
        self.incoming_size = needs.incoming_size;
        self.tail_area = needs.tail_args_size.max(needs.incoming_size);
        self.saved_size = 8 * self.saved.len() as u32;
        self.spill_size = needs.spill_size;
        self.slot_size = needs.slot_size;
        let small = body + 24 <= needs.red_zone as u64 || body == 0;
        self.has_frame = needs.always
            || needs.has_calls
            || !self.saved.is_empty()
            || vectors != 0
            || self.realign != 0
            || !small
            || self.tail_area != self.incoming_size;
        self.red_zone = !self.has_frame && body > 0;
        let mut fixed = body as u32;
        if self.has_frame {
            // Return address and frame pointer keep 16 bytes aligned.
            fixed = (self.saved_size + fixed).next_multiple_of(16) - self.saved_size;
        } else if self.slot_size != 0 {
            // Without, the stack pointer is 8 bytes off.
            fixed = fixed.next_multiple_of(16) + 8;
        }
        self.fixed_size = fixed;
        let outgoing = if self.red_zone { -(fixed as i32) } else { 0 };
        let slots = outgoing + self.outgoing_size as i32;
        let spills = slots + needs.slot_size as i32;
        let saved_vectors = spills + needs.spill_size as i32;
        // Distances from the frame pointer are shorter to encode for what lies near it.
        let from_fp =
            |at: i32| Area { base: needs.fp, offset: at - (fixed + self.saved_size) as i32 };
        let from_sp = |at: i32| Area { base: needs.sp, offset: at };
        let incoming = if self.has_frame {
            let grown = self.tail_area - self.incoming_size;
            Area { base: needs.fp, offset: 16 + grown as i32 }
        } else {
            Area { base: needs.sp, offset: 8 }
        };
        let above_gap = |at: i32| if self.realign != 0 { from_fp(at) } else { from_sp(at) };
        let near_fp = self.has_frame && needs.spill_size <= 4 * 128;
        self.saved_vectors_area = above_gap(saved_vectors);
        self.areas = FrameAreas {
            spills: if near_fp { from_fp(spills) } else { above_gap(spills) },
            slots: from_sp(slots),
            incoming,
            outgoing: from_sp(outgoing),
        };
        Some(())
    }

    /// Bytes from the stack pointer at a call to the frame pointer, before it is realigned.
    pub fn frame_offset(&self) -> Option<u32> {
        self.has_frame.then_some(self.fixed_size + self.saved_size)
    }

    /// Bytes below the frame pointer (or the return address), without those that realignment adds.
    pub fn size(&self) -> u32 {
        if self.has_frame { self.fixed_size + self.saved_size } else { 0 }
    }

    /// The most bytes below the frame pointer (or the return address).
    pub fn depth(&self) -> u32 {
        self.size() + self.realign
    }
}
