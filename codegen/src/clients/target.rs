//! What clients ask of a target machine, and of code that was made for it.

use super::unwind::systemv::RegisterMappingError;
use super::unwind::{UnwindInfo, UnwindInfoKind};
use crate::context::Context;
use crate::ir::Type;
use crate::isa::TargetIsa;
use crate::machine::CompiledCode;
use crate::result::CodegenResult;
use gimli::write::CommonInformationEntry;
use regalloc2::PReg;

impl dyn TargetIsa + '_ {
    /// The number of a register in DWARF.
    pub fn map_regalloc_reg_to_dwarf(&self, reg: PReg) -> Result<u16, RegisterMappingError> {
        match self.common_unwind_info() {
            Some(_) => Ok(self.backend().tables().dwarf_reg(reg)),
            None => Err(RegisterMappingError::UnsupportedArchitecture),
        }
    }

    /// The common information entry of the machine's frame descriptions.
    pub fn create_systemv_cie(&self) -> Option<CommonInformationEntry> {
        Some(self.common_unwind_info()?.to_cie())
    }

    /// Unwind information of a compiled function.
    pub fn emit_unwind_info(
        &self,
        result: &CompiledCode,
        kind: UnwindInfoKind,
    ) -> CodegenResult<Option<UnwindInfo>> {
        let is_there = kind == UnwindInfoKind::SystemV && self.common_unwind_info().is_some();
        Ok(is_there.then(|| UnwindInfo::SystemV(result.unwind.clone())))
    }

    /// Whether a wide dynamic vector type has this many bytes: there are none.
    pub fn dynamic_vector_bytes(&self, _ty: Type) -> u32 {
        0
    }

    /// Whether code is marked so that indirect branches lead only to marked places: never.
    pub fn is_branch_protection_enabled(&self) -> bool {
        false
    }

    /// Whether `x86_blendv` can be lowered for this type: never.
    pub fn has_x86_blendv_lowering(&self, _ty: Type) -> bool {
        false
    }

    /// Whether `x86_pshufb` can be lowered: never.
    pub fn has_x86_pshufb_lowering(&self) -> bool {
        false
    }

    /// Whether `x86_pmulhrsw` can be lowered: never.
    pub fn has_x86_pmulhrsw_lowering(&self) -> bool {
        false
    }

    /// Whether `x86_pmaddubsw` can be lowered: never.
    pub fn has_x86_pmaddubsw_lowering(&self) -> bool {
        false
    }
}

impl CompiledCode {
    /// Unwind information of this kind.
    pub fn create_unwind_info_of_kind(
        &self,
        isa: &dyn TargetIsa,
        kind: UnwindInfoKind,
    ) -> CodegenResult<Option<UnwindInfo>> {
        isa.emit_unwind_info(self, kind)
    }

    /// The unwind information, if the settings asked for it.
    pub fn create_unwind_info(&self, isa: &dyn TargetIsa) -> CodegenResult<Option<UnwindInfo>> {
        Ok(self.unwind_info(isa.flags()).cloned().map(UnwindInfo::SystemV))
    }
}

impl Context {
    /// What an unwinder needs to know of the function, after `compile`.
    pub fn create_unwind_info(&self, isa: &dyn TargetIsa) -> CodegenResult<Option<UnwindInfo>> {
        self.compiled_code().map_or(Ok(None), |code| code.create_unwind_info(isa))
    }
}
