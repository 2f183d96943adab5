//! Predicates and numbers for `where` clauses.

use super::build::Cx;
use crate::amode::Amode;
use crate::insts::{Arg, Op};
use regalloc2::VReg;
use windlass_core::ir::{Constant, Inst, MemFlags, Opcode, Type, Value, types};
use windlass_core::machine::preds::constant_bits;

/// A difference of constants of a type of at most 64 bits, sign-extended.
#[inline]
pub fn difference(ty: Type, k: i64, j: i64) -> i64 {
    let unused = 64 - ty.bits().min(64);
    (k.wrapping_sub(j) << unused) >> unused
}

/// Whether a constant is a signed number of 32 bits.
#[inline]
pub fn fits_s32(k: impl TryInto<i32>) -> bool {
    k.try_into().is_ok()
}

/// Whether a constant is an unsigned number of 32 bits.
#[inline]
pub fn fits_u32(k: i64) -> bool {
    u32::try_from(k).is_ok()
}

/// Whether a constant is an unsigned number of 31 bits.
#[inline]
pub fn fits_u31(k: i64) -> bool {
    (0..=i64::from(i32::MAX)).contains(&k)
}

/// The scale with which `lea` multiplies by 3, 5 or 9.
#[inline]
pub fn lea_factor(k: i64) -> Option<u8> {
    match k {
        3 => Some(1),
        5 => Some(2),
        9 => Some(3),
        _ => None,
    }
}

/// The exponent of a power of two.
#[inline]
pub fn log2(ty: Type, k: i64) -> Option<u8> {
    let bits = constant_bits(ty, k);
    bits.is_power_of_two().then(|| bits.trailing_zeros() as u8)
}

/// The number of the only bit, where that is above those that an immediate of a test reaches.
#[inline]
pub fn high_bit(ty: Type, k: i64) -> Option<u8> {
    if fits_s32(k) && k >= 0 {
        return None;
    }
    log2(ty, k)
}

/// A power of two as a float.
pub fn power(exponent: u32) -> f64 {
    (1u128 << exponent) as f64
}

impl Cx<'_, '_> {
    /// A float constant of the type of a value, in memory. It must be exact in that type.
    pub fn float(&mut self, like: Value, value: f64) -> Arg {
        match self.ty(like) {
            types::F32 => self.pool(&(value as f32).to_bits().to_le_bytes()),
            _ => self.pool(&value.to_bits().to_le_bytes()),
        }
    }

    /// A constant of the function, in memory.
    pub fn pool_constant(&mut self, constant: Constant) -> Arg {
        let func = self.c.func;
        self.pool(func.dfg.constants.get(constant).as_slice())
    }

    /// `[x + (y << scale) + disp]`, for `lea`.
    pub fn sum(&mut self, x: Value, y: Value, scale: u8, disp: i32) -> Amode {
        let (x, y) = (self.reg(x), self.reg(y));
        Amode::base_index(x, y, scale, disp)
    }

    /// `[x + disp]`, for `lea`.
    pub fn plus(&mut self, x: Value, disp: i32) -> Amode {
        Amode::base(self.reg(x), disp)
    }

    /// Whether a load reads where a store writes, and traps as the store does.
    pub fn same_place(&self, load: Value, flags: MemFlags, p: Value, off: i32) -> bool {
        self.node(load, Opcode::Load).is_some_and(|d| {
            d.args[0] == p && d.offset() == off && d.mem_flags().trap_code() == flags.trap_code()
        })
    }

    /// Whether a value is a load of a byte, extended with its sign or with zeros, that can become
    /// part of the root.
    pub fn is_byte_load(&self, value: Value, signed: bool) -> bool {
        let opcode = if signed { Opcode::Sload8 } else { Opcode::Uload8 };
        self.is_mem_of(value, opcode)
    }

    /// The memory operand of a load that becomes part of the root.
    pub fn take(&mut self, load: Value) -> Arg {
        let (inst, d) = self.def(load).expect("the pattern asked for a load");
        self.c.sink(inst);
        self.mem(d.mem_flags(), d.args[0], d.offset())
    }

    /// Folds the load that defines a value into the root.
    pub fn sink(&mut self, load: Value) {
        if let Some(inst) = self.c.def_inst(load) {
            self.c.sink(inst);
        }
    }

    /// Whether anything reads the first result of the root.
    pub fn wanted(&self, inst: Inst) -> bool {
        self.c.result_wanted(inst, 0)
    }

    /// A constant of 16 bytes with the sign bit of a float in the lowest lane.
    pub fn sign_mask(&mut self, ty: Type) -> Arg {
        self.lane_mask(1 << (ty.bits() - 1))
    }

    /// A constant of 16 bytes with all but the sign bit of a float in the lowest lane.
    pub fn magnitude_mask(&mut self, ty: Type) -> Arg {
        self.lane_mask((1 << (ty.bits() - 1)) - 1)
    }

    fn lane_mask(&mut self, low: u64) -> Arg {
        self.pool(&u128::from(low).to_le_bytes())
    }

    /// All ones in a vector register.
    pub fn ones_xmm(&mut self) -> VReg {
        let zero = self.zero_xmm();
        self.op2(Op::Pcmpeqd, crate::amode::Size::S8, zero, Arg::Reg(zero))
    }
}
