//! Frame descriptions as gimli writes them.

use super::unwind::{CfiOp, CommonUnwindInfo, SystemVUnwindInfo};
use gimli::write::{Address, CallFrameInstruction, CommonInformationEntry, FrameDescriptionEntry};
use gimli::{Encoding, Format, Register};

impl CfiOp {
    /// The instruction.
    pub fn instruction(self) -> CallFrameInstruction {
        match self {
            Self::DefCfa { reg, offset } => CallFrameInstruction::Cfa(Register(reg), offset as i32),
            Self::DefCfaOffset(offset) => CallFrameInstruction::CfaOffset(offset as i32),
            Self::DefCfaRegister(reg) => CallFrameInstruction::CfaRegister(Register(reg)),
            Self::Offset { reg, offset } => CallFrameInstruction::Offset(Register(reg), offset),
        }
    }
}

impl CommonUnwindInfo {
    /// The common information entry.
    pub fn to_cie(&self) -> CommonInformationEntry {
        let address_size = self.pointer_bytes;
        let encoding = Encoding { address_size, format: Format::Dwarf32, version: 1 };
        let return_address = Register(self.return_address);
        let mut entry = CommonInformationEntry::new(
            encoding,
            self.code_alignment,
            self.data_alignment,
            return_address,
        );
        let cfa = CallFrameInstruction::Cfa(Register(self.stack_pointer), self.cfa_offset as i32);
        entry.add_instruction(cfa);
        if let Some(offset) = self.return_address_offset {
            entry.add_instruction(CallFrameInstruction::Offset(return_address, offset));
        }
        entry
    }
}

impl SystemVUnwindInfo {
    /// The description of the function at an address.
    pub fn to_fde(&self, address: Address) -> FrameDescriptionEntry {
        let mut description = FrameDescriptionEntry::new(address, self.len);
        for (at, op) in &self.ops {
            description.add_instruction(*at, op.instruction());
        }
        description
    }
}
