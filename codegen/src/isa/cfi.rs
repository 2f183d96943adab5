//! Frame descriptions as gimli writes them.

use super::TargetIsa;
use super::unwind::systemv::RegisterMappingError;
use super::unwind::{CfiOp, CommonUnwindInfo, SystemVUnwindInfo};
use gimli::write::{Address, CallFrameInstruction, CommonInformationEntry, FrameDescriptionEntry};
use gimli::{Encoding, Format, Register};
use regalloc2::PReg;

impl CommonUnwindInfo {
    /// The common information entry.
    pub fn to_cie(&self) -> CommonInformationEntry {
        let encoding = Encoding { address_size: 8, format: Format::Dwarf32, version: 1 };
        let return_address = Register(self.return_address);
        let mut entry = CommonInformationEntry::new(
            encoding,
            self.code_alignment,
            self.data_alignment,
            return_address,
        );
        let cfa = CallFrameInstruction::Cfa(Register(self.stack_pointer), self.cfa_offset as i32);
        entry.add_instruction(cfa);
        let saved = CallFrameInstruction::Offset(return_address, self.return_address_offset);
        entry.add_instruction(saved);
        entry
    }
}

impl SystemVUnwindInfo {
    /// The description of the function at an address.
    pub fn to_fde(&self, address: Address) -> FrameDescriptionEntry {
        let mut description = FrameDescriptionEntry::new(address, self.len);
        for (at, op) in &self.ops {
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
        description
    }
}

impl dyn TargetIsa + '_ {
    /// The number of a register in DWARF.
    pub fn map_regalloc_reg_to_dwarf(&self, reg: PReg) -> Result<u16, RegisterMappingError> {
        match self.common_unwind_info() {
            Some(_) => Ok(self.backend().dwarf_reg(reg)),
            None => Err(RegisterMappingError::UnsupportedArchitecture),
        }
    }

    /// The common information entry of the machine's frame descriptions.
    pub fn create_systemv_cie(&self) -> Option<CommonInformationEntry> {
        Some(self.common_unwind_info()?.to_cie())
    }
}
