//! The registers of aarch64, by their numbers here, and their names.
//!
//! In the fields of instructions 31 means the stack pointer or the zero register. Here the stack
//! pointer has the number 31 and the zero register 32: a row says which of them it can name.

use regalloc2::{PReg, RegClass};

/// A general register by its number.
pub const fn gpr(n: u8) -> PReg {
    PReg::new(n as usize, RegClass::Int)
}

/// A vector register by its number.
pub const fn vec(n: u8) -> PReg {
    PReg::new(n as usize, RegClass::Float)
}

/// The number of the stack pointer.
pub const SP_NUMBER: u8 = 31;

/// The number of the zero register.
pub const ZR_NUMBER: u8 = 32;

/// The stack pointer.
pub const SP: PReg = gpr(SP_NUMBER);
/// The zero register: reads as 0, forgets what is written.
pub const ZR: PReg = gpr(ZR_NUMBER);
/// The frame pointer.
pub const FP: PReg = gpr(29);
/// The link register: a call leaves the return address here.
pub const LR: PReg = gpr(30);
/// The first of the two registers that linkers may change between a call and its target.
pub const X16: PReg = gpr(16);
/// The second of them.
pub const X17: PReg = gpr(17);
/// The number of the register that holds the context where `enable_pinned_reg` is set.
pub const PINNED_NUMBER: u8 = 21;
/// The register that holds the context where `enable_pinned_reg` is set.
pub const PINNED: PReg = gpr(PINNED_NUMBER);

const X: [&str; 33] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
    "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27",
    "x28", "x29", "x30", "sp", "xzr",
];
const W: [&str; 33] = [
    "w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "w11", "w12", "w13", "w14",
    "w15", "w16", "w17", "w18", "w19", "w20", "w21", "w22", "w23", "w24", "w25", "w26", "w27",
    "w28", "w29", "w30", "wsp", "wzr",
];
const S: [&str; 32] = [
    "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
    "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27",
    "s28", "s29", "s30", "s31",
];
const D: [&str; 32] = [
    "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14",
    "d15", "d16", "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26", "d27",
    "d28", "d29", "d30", "d31",
];
const Q: [&str; 32] = [
    "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "q11", "q12", "q13", "q14",
    "q15", "q16", "q17", "q18", "q19", "q20", "q21", "q22", "q23", "q24", "q25", "q26", "q27",
    "q28", "q29", "q30", "q31",
];

/// The name of a register at a width in bits; narrow integers are in 32 bits.
pub fn name(reg: PReg, width: u16) -> &'static str {
    let n = reg.hw_enc();
    match (reg.class(), width) {
        (RegClass::Int, 64) => X[n.min(32)],
        (RegClass::Int, _) => W[n.min(32)],
        (_, 32) => S[n & 31],
        (_, 64) => D[n & 31],
        _ => Q[n & 31],
    }
}

/// The names of whole registers, by class and number.
pub const NAMES: [&[&str]; 3] = [&X, &Q, &[]];

/// The numbers that DWARF gives to the registers, by class and number; it has none for zero.
pub const DWARF: [&[u16]; 3] = [&counted::<32>(0), &counted::<32>(64), &[]];

const fn counted<const N: usize>(first: u16) -> [u16; N] {
    let mut all = [first; N];
    let mut n = 0;
    while n < N {
        all[n] += n as u16;
        n += 1;
    }
    all
}
