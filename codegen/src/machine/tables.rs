//! What a machine is, as data: names, numbers and lists that its back end returns once.

use super::convention::Convention;
use super::labels::LabelTable;
use super::reloc::Reloc;
use super::row::{Role, Row, row_bits};
use crate::ir::{CallConv, Endianness};
use regalloc2::{PReg, PRegSet, RegClass};

/// What an instruction's row says to the machine-independent half, a set of bits; see
/// [`Tables::row_flags`].
pub mod row_flag {
    /// The row has clobbers.
    pub const CLOBBERS: u8 = 1;
    /// The row reads the flags.
    pub const READS_FLAGS: u8 = 1 << 1;
    /// The row changes the flags.
    pub const WRITES_FLAGS: u8 = 1 << 2;
    /// The row has no other result than flags.
    pub const ONLY_FLAGS: u8 = 1 << 3;
}

/// The `row_flag` bits of the rows of a table.
pub const fn row_flags<E, const N: usize>(rows: &[Row<E>; N]) -> [u8; N] {
    let mut all = [0; N];
    let mut n = 0;
    while n < N {
        let shape = &rows[n].shape;
        if shape.clobbers != 0 {
            all[n] |= row_flag::CLOBBERS;
        }
        if shape.has(row_bits::READS_FLAGS) {
            all[n] |= row_flag::READS_FLAGS;
        }
        if shape.has(row_bits::WRITES_FLAGS) {
            all[n] |= row_flag::WRITES_FLAGS | row_flag::ONLY_FLAGS;
        }
        let mut i = 0;
        while i < shape.operands().len() {
            if !matches!(shape.operands()[i].role, Role::Use | Role::LateUse) {
                all[n] &= !row_flag::ONLY_FLAGS;
            }
            i += 1;
        }
        n += 1;
    }
    all
}

/// The clobbers of the rows of a table.
pub const fn row_clobbers<E, const N: usize>(rows: &[Row<E>; N]) -> [PRegSet; N] {
    let mut all = [PRegSet::empty(); N];
    let mut n = 0;
    while n < N {
        let mut reg = 0;
        while reg < 32 {
            if rows[n].shape.clobbers >> reg & 1 != 0 {
                all[n].add(PReg::new(reg, RegClass::Int));
            }
            reg += 1;
        }
        n += 1;
    }
    all
}

/// What a machine is, as data.
#[derive(Debug)]
pub struct Tables {
    /// The name of the machine.
    pub name: &'static str,
    /// One byte of `row_flag` bits for each row of the ISA's table.
    pub row_flags: &'static [u8],
    /// The kinds of branches and uses of labels.
    pub labels: &'static LabelTable,
    /// The clobbers of each row.
    pub row_clobbers: &'static [PRegSet],
    /// The conventions, by the number of the convention.
    pub conventions: [Option<&'static Convention>; CallConv::ALL.len()],
    /// Integer registers that may be allocated.
    pub ints: PRegSet,
    /// Float registers that may be allocated.
    pub floats: PRegSet,
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
    /// The number in DWARF of the return address.
    pub dwarf_return_address: u16,
    /// The smallest distance of code addresses.
    pub code_alignment: u8,
    /// Code that linking makes.
    pub link: LinkCode,
}

/// Code that linking makes, as bytes.
#[derive(Debug)]
pub struct LinkCode {
    /// Jumps to an address, and changes no register that passes something.
    pub jump: JumpCode,
    /// Jumps to the address that is at an address.
    pub indirect_jump: JumpCode,
    /// Appends a branch to the place so many bytes from its own beginning, taken if the exception
    /// that comes to a landing pad has this number, or always.
    pub handler_branch: fn(code: &mut Vec<u8>, number: Option<u32>, distance: i32),
}

/// A jump with an address of 8 bytes in it.
#[derive(Debug)]
pub struct JumpCode {
    /// The instructions.
    pub code: &'static [u8],
    /// Where in them the address is.
    pub address: usize,
}

impl LinkCode {
    /// For a machine whose code is neither put into memory nor into modules: to link it panics.
    pub const NONE: Self = Self {
        jump: JumpCode { code: &[], address: 0 },
        indirect_jump: JumpCode { code: &[], address: 0 },
        handler_branch: |_, _, _| panic!("the machine has no code for linking"),
    };

    /// Bytes of the longer jump, aligned as code.
    pub fn jump_size(&self) -> usize {
        self.jump.code.len().max(self.indirect_jump.code.len()).next_multiple_of(16)
    }
}

impl JumpCode {
    /// The jump to or by this address.
    pub fn with(&self, address: u64, order: Endianness) -> Vec<u8> {
        assert!(!self.code.is_empty(), "the machine has no code for linking");
        let mut code = self.code.to_vec();
        let field = &mut code[self.address..];
        let written = Reloc::Abs8.apply(field, order, 0, address, 0);
        written.expect("every address fits 8 bytes");
        code
    }
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

/// The set of the registers in these lists.
pub const fn reg_set(lists: &[&[PReg]]) -> PRegSet {
    let mut set = PRegSet::empty();
    let mut n = 0;
    while n < lists.len() {
        let mut list = lists[n];
        while let [reg, rest @ ..] = list {
            set.add(*reg);
            list = rest;
        }
        n += 1;
    }
    set
}
