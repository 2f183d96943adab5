//! What a machine is, as data: names, numbers and lists that its back end returns once.

use super::labels::LabelTable;
use super::reloc::Reloc;
use regalloc2::{PReg, PRegSet};

/// What an instruction's row says to the machine-independent half, a set of bits; see
/// [`Tables::row_flags`].
pub mod row_flag {
    /// The row has clobbers: ask [`super::super::Backend::row_clobbers`].
    pub const CLOBBERS: u8 = 1;
}

/// What a machine is, as data.
#[derive(Debug)]
pub struct Tables {
    /// One byte of `row_flag` bits for each row of the ISA's table.
    pub row_flags: &'static [u8],
    /// The kinds of branches and uses of labels.
    pub labels: &'static LabelTable,
    /// The public kinds of the ISA's own relocations.
    pub relocs: &'static [Reloc],
    /// The names of the registers, by class and hardware number.
    pub reg_names: [&'static [&'static str]; 3],
    /// The numbers of the registers in DWARF, by class and hardware number.
    pub dwarf_regs: [&'static [u16]; 3],
    /// The register that holds the context where `enable_pinned_reg` is set.
    pub pinned_reg: Option<PReg>,
    /// The register to which the address of a tail call's target is bound.
    pub tail_call_target: PReg,
    /// The registers that the prologue may change while it compares the stack pointer with a limit
    /// or touches the pages of the frame.
    pub prologue_scratch: PRegSet,
}

impl Tables {
    /// The name of a register.
    pub fn reg_name(&self, reg: PReg) -> &'static str {
        self.reg_names[reg.class() as usize][reg.hw_enc()]
    }

    /// The number of a register in DWARF.
    pub fn dwarf_reg(&self, reg: PReg) -> u16 {
        self.dwarf_regs[reg.class() as usize][reg.hw_enc()]
    }
}
