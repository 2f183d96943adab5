//! The memory of the interpreter: the stack slots of active frames, and the form of addresses.
//!
//! What holds: an address of a slot or of a function fits in 32 bits and is the same number in i32
//! and i64. Slots start at `STACK_START`; functions are numbered from `FUNCTION_START`, library
//! calls from `LIBCALL_START`, handlers of exceptions from `HANDLER_START`, 16 apart. Fresh slots
//! are filled with zeros.

/// The address of the first byte of the first frame.
const STACK_START: u64 = 0x4000_0000;
/// The address of function 0.
const FUNCTION_START: u64 = 0x8000_0000;
/// The address of library call 0.
const LIBCALL_START: u64 = 0xc000_0000;
/// The address of the function that throws.
const THROW: u64 = 0xd000_0000;
/// The address of handler 0.
const HANDLER_START: u64 = 0xe000_0000;
/// The frame pointer of the outermost frame; those of inner ones lie below.
const FRAME_TOP: u64 = 0x3fff_fff0;
/// The distance between the addresses of functions.
const CODE_STEP: u64 = 16;
/// Frames start at multiples of this.
const FRAME_ALIGN: usize = 1 << crate::ir::StackSlotData::MAX_ALIGN_SHIFT;

/// What a code address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeAddress {
    /// The function of this number.
    Function(usize),
    /// The library call of this number.
    LibCall(usize),
    /// The function that throws an exception.
    Throw,
    /// The handler of this number; it cannot be called.
    Handler(usize),
}

/// The frame pointer of the frame of this number, from the outermost on.
pub(super) fn frame_pointer(number: usize) -> u64 {
    FRAME_TOP.saturating_sub(number as u64 * CODE_STEP)
}

/// The number of the frame with this frame pointer.
pub(super) fn frame_number(pointer: u64) -> Option<usize> {
    let distance = FRAME_TOP.checked_sub(pointer)?;
    distance.is_multiple_of(CODE_STEP).then_some((distance / CODE_STEP) as usize)
}

impl CodeAddress {
    /// The address as a number.
    pub(super) fn encode(self) -> u64 {
        match self {
            CodeAddress::Function(n) => FUNCTION_START + n as u64 * CODE_STEP,
            CodeAddress::LibCall(n) => LIBCALL_START + n as u64 * CODE_STEP,
            CodeAddress::Throw => THROW,
            CodeAddress::Handler(n) => HANDLER_START + n as u64 * CODE_STEP,
        }
    }

    /// What a number means as a code address.
    pub(super) fn decode(address: u64) -> Option<CodeAddress> {
        if !address.is_multiple_of(CODE_STEP) || address >> 32 != 0 {
            return None;
        }
        let number = |start| ((address - start) / CODE_STEP) as usize;
        match address {
            HANDLER_START.. => Some(CodeAddress::Handler(number(HANDLER_START))),
            THROW => Some(CodeAddress::Throw),
            LIBCALL_START.. => Some(CodeAddress::LibCall(number(LIBCALL_START))),
            FUNCTION_START.. => Some(CodeAddress::Function(number(FUNCTION_START))),
            _ => None,
        }
    }
}

/// The stack slots of all active frames.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    stack: Vec<u8>,
}

impl Memory {
    /// Opens a frame of `bytes` bytes with this alignment; returns the address of its start, or
    /// `None` where the stack would have more than `limit` bytes.
    pub(super) fn push_frame(&mut self, bytes: u64, align: usize, limit: usize) -> Option<u64> {
        let start = self.stack.len().next_multiple_of(align.clamp(1, FRAME_ALIGN));
        let end = u64::try_from(start).ok()?.checked_add(bytes)?;
        if end > limit as u64 || end > FUNCTION_START - STACK_START {
            return None;
        }
        self.stack.resize(end as usize, 0);
        Some(STACK_START + start as u64)
    }

    /// The size of the stack, to be handed to [`Memory::truncate`] later.
    pub(super) fn size(&self) -> usize {
        self.stack.len()
    }

    /// Closes the frames opened since the stack had this size.
    pub(super) fn truncate(&mut self, size: usize) {
        self.stack.truncate(size);
    }

    fn slice(&mut self, address: u64, size: usize) -> Option<&mut [u8]> {
        let start = usize::try_from(address.checked_sub(STACK_START)?).ok()?;
        self.stack.get_mut(start..start.checked_add(size)?)
    }

    /// So many bytes from an address on; `None` outside of the slots.
    pub(super) fn bytes(&mut self, address: u64, size: usize) -> Option<Vec<u8>> {
        self.slice(address, size).map(|bytes| bytes.to_vec())
    }

    /// Puts bytes into a place of their own on top of the stack, aligned to 16; returns its
    /// address, or `None` where the stack would have more than `limit` bytes.
    pub(super) fn push_bytes(&mut self, bytes: &[u8], limit: usize) -> Option<u64> {
        let at = self.push_frame(bytes.len() as u64, 16, limit)?;
        self.slice(at, bytes.len())?.copy_from_slice(bytes);
        Some(at)
    }

    /// Reads up to 16 bytes, the first one lowest; `None` outside of the slots.
    pub(super) fn read(&mut self, address: u64, size: usize) -> Option<u128> {
        let mut bytes = [0; 16];
        bytes[..size].copy_from_slice(self.slice(address, size)?);
        Some(u128::from_le_bytes(bytes))
    }

    /// Writes up to 16 bytes, the lowest first; `None` outside of the slots.
    pub(super) fn write(&mut self, address: u64, size: usize, bits: u128) -> Option<()> {
        self.slice(address, size)?.copy_from_slice(&bits.to_le_bytes()[..size]);
        Some(())
    }
}
