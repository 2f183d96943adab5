//! The registers of x86-64, by their hardware numbers, and their names.

use regalloc2::{PReg, RegClass};

/// A general register by its hardware number.
pub const fn gpr(n: u8) -> PReg {
    PReg::new(n as usize, RegClass::Int)
}

/// A vector register by its number.
pub const fn xmm(n: u8) -> PReg {
    PReg::new(n as usize, RegClass::Float)
}

/// Hardware numbers of the general registers.
pub mod num {
    /// `rax`
    pub const RAX: u8 = 0;
    /// `rcx`
    pub const RCX: u8 = 1;
    /// `rdx`
    pub const RDX: u8 = 2;
    /// `rbx`
    pub const RBX: u8 = 3;
    /// `rsp`
    pub const RSP: u8 = 4;
    /// `rbp`
    pub const RBP: u8 = 5;
    /// `rsi`
    pub const RSI: u8 = 6;
    /// `rdi`
    pub const RDI: u8 = 7;
    /// `r11`
    pub const R11: u8 = 11;
    /// `r15`, the pinned register
    pub const R15: u8 = 15;
}

/// `rax`
pub const RAX: PReg = gpr(0);
/// `rcx`
pub const RCX: PReg = gpr(1);
/// `rdx`
pub const RDX: PReg = gpr(2);
/// `rbx`
pub const RBX: PReg = gpr(3);
/// `rsp`
pub const RSP: PReg = gpr(4);
/// `rbp`
pub const RBP: PReg = gpr(5);
/// `rsi`
pub const RSI: PReg = gpr(6);
/// `rdi`
pub const RDI: PReg = gpr(7);
/// `r8`
pub const R8: PReg = gpr(8);
/// `r9`
pub const R9: PReg = gpr(9);
/// `r10`
pub const R10: PReg = gpr(10);
/// `r11`
pub const R11: PReg = gpr(11);
/// `r12`
pub const R12: PReg = gpr(12);
/// `r13`
pub const R13: PReg = gpr(13);
/// `r14`
pub const R14: PReg = gpr(14);
/// `r15`
pub const R15: PReg = gpr(15);

/// The register that holds the context where `enable_pinned_reg` is set.
pub const PINNED: PReg = R15;

const NAMES_64: [&str; 16] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15",
];
const NAMES_32: [&str; 16] = [
    "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d",
    "r13d", "r14d", "r15d",
];
const NAMES_16: [&str; 16] = [
    "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w",
    "r14w", "r15w",
];
const NAMES_8: [&str; 16] = [
    "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b",
    "r13b", "r14b", "r15b",
];
const NAMES_XMM: [&str; 16] = [
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
    "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
];

/// The name of a general register at a width in bits; widths above 64 are those of vector
/// registers.
pub fn name(class: RegClass, n: u8, width: u16) -> &'static str {
    let n = n as usize & 15;
    match (class, width) {
        (RegClass::Float | RegClass::Vector, _) => NAMES_XMM[n],
        (RegClass::Int, 8) => NAMES_8[n],
        (RegClass::Int, 16) => NAMES_16[n],
        (RegClass::Int, 32) => NAMES_32[n],
        (RegClass::Int, _) => NAMES_64[n],
    }
}

/// The name of a whole register.
pub fn reg_name(reg: PReg) -> &'static str {
    name(reg.class(), reg.hw_enc() as u8, 64)
}

/// The names of whole registers, by class and hardware number.
pub const NAMES: [&[&str]; 3] = [&NAMES_64, &NAMES_XMM, &[]];

/// The numbers that DWARF gives to the registers, by class and hardware number. Of the general
/// registers it counts rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 and up.
pub const DWARF: [&[u16]; 3] = [
    &[0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15],
    &[17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32],
    &[],
];

/// The number that DWARF gives to the return address.
pub const DWARF_RETURN_ADDRESS: u16 = 16;
