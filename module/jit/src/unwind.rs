//! Unwind information of code in memory, registered with the process's unwinder.

use gimli::write::{
    Address, CallFrameInstruction, CommonInformationEntry, EhFrame, EndianVec,
    FrameDescriptionEntry, FrameTable,
};
use gimli::{Encoding, Format, LittleEndian, Register};
use windlass_core::isa::unwind::{CfiOp, CommonUnwindInfo, SystemVUnwindInfo};

unsafe extern "C" {
    fn __register_frame(frames: *const u8);
    fn __deregister_frame(frames: *const u8);
}

/// Frame descriptions that the unwinder of this process knows, until the value is dropped.
pub struct FrameRegistration {
    /// The bytes of an `.eh_frame` section, ending in a zero length. They never move.
    bytes: Box<[u8]>,
}

impl FrameRegistration {
    /// Registers the descriptions of functions at their addresses. `None` if there is none, or if
    /// they cannot be expressed.
    ///
    /// The code must stay mapped for as long as the registration lives.
    pub fn new<'a>(
        common: &CommonUnwindInfo,
        functions: impl IntoIterator<Item = (usize, &'a SystemVUnwindInfo)>,
    ) -> Option<Self> {
        let bytes = section(common, functions)?.into_boxed_slice();
        // SAFETY: the bytes are a well-formed section that lives, unmoved on the heap, until it is
        // withdrawn by `drop`.
        unsafe { __register_frame(bytes.as_ptr()) };
        Some(Self { bytes })
    }
}

impl Drop for FrameRegistration {
    fn drop(&mut self) {
        // SAFETY: exactly this address was registered, once.
        unsafe { __deregister_frame(self.bytes.as_ptr()) };
    }
}

/// The bytes of an `.eh_frame` section for functions at absolute addresses.
pub(crate) fn section<'a>(
    common: &CommonUnwindInfo,
    functions: impl IntoIterator<Item = (usize, &'a SystemVUnwindInfo)>,
) -> Option<Vec<u8>> {
    let encoding = Encoding { address_size: 8, format: Format::Dwarf32, version: 1 };
    let return_address = Register(common.return_address);
    let mut entry = CommonInformationEntry::new(
        encoding,
        common.code_alignment,
        common.data_alignment,
        return_address,
    );
    let stack_pointer = Register(common.stack_pointer);
    let offset = common.return_address_offset;
    entry.add_instruction(CallFrameInstruction::Cfa(stack_pointer, common.cfa_offset as i32));
    entry.add_instruction(CallFrameInstruction::Offset(return_address, offset));
    let mut table = FrameTable::default();
    let entry = table.add_cie(entry);
    let mut any = false;
    for (address, info) in functions {
        let mut description =
            FrameDescriptionEntry::new(Address::Constant(address as u64), info.len);
        for (at, op) in &info.ops {
            let instruction = match *op {
                CfiOp::DefCfa { reg, offset } => {
                    CallFrameInstruction::Cfa(Register(reg), offset as i32)
                }
                CfiOp::DefCfaOffset(offset) => CallFrameInstruction::CfaOffset(offset as i32),
                CfiOp::DefCfaRegister(reg) => CallFrameInstruction::CfaRegister(Register(reg)),
                CfiOp::Offset { reg, offset } => {
                    CallFrameInstruction::Offset(Register(reg), offset)
                }
            };
            description.add_instruction(*at, instruction);
        }
        table.add_fde(entry, description);
        any = true;
    }
    let mut section = EhFrame(EndianVec::new(LittleEndian));
    table.write_eh_frame(&mut section).ok()?;
    let mut bytes = section.0.into_vec();
    bytes.extend_from_slice(&[0; 4]);
    any.then_some(bytes)
}
