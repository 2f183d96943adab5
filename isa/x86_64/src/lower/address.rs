//! From an address in the IR to an addressing form: constants, scaled indices, zero-extended
//! indices, the pinned register, stack slots and near symbols become part of the memory operand.

use super::build::Cx;
use crate::amode::Amode;
use regalloc2::VReg;
use windlass_core::entity::EntityRef;
use windlass_core::ir::{
    ArgumentPurpose, BlockArg, GlobalValue, GlobalValueData, Opcode, Value, types,
};

/// How many constants are taken out of one address.
const MAX_STEPS: usize = 8;

/// How far definitions are followed to find the most that a value can be.
const MAX_DEPTH: usize = 3;

/// What an address begins with.
enum Base {
    Value(Value),
    Pinned,
    Slot(i32),
    Symbol(GlobalValue),
}

impl Cx<'_, '_> {
    /// The addressing form for `p + off`.
    pub fn address(&mut self, p: Value, off: i32) -> Amode {
        let mut disp = i64::from(off);
        let p = self.peel(p, &mut disp);
        if let Some(d) = self.node(p, Opcode::Iadd)
            && self.ty(p) == types::I64
        {
            let (x, y) = (d.args[0], d.args[1]);
            let x = self.peel(x, &mut disp);
            let y = self.peel(y, &mut disp);
            let (base, index, scale) = if let Some((index, scale)) = self.index(y, &mut disp) {
                (x, index, scale)
            } else if let Some((index, scale)) = self.index(x, &mut disp) {
                (y, index, scale)
            } else if self.is_area(y) {
                (y, x, 0)
            } else {
                (x, y, 0)
            };
            let area = self.base_of(base, disp);
            let index = self.index_reg(index);
            let disp = disp as i32;
            return match area {
                (Base::Pinned, disp) => Amode::pinned_index(index, scale, disp),
                (Base::Slot(at), disp) => Amode::slot_index(index, scale, at + disp),
                _ => Amode::base_index(self.reg(base), index, scale, disp),
            };
        }
        match self.base_of(p, disp) {
            (Base::Pinned, disp) => Amode::pinned(disp),
            (Base::Slot(at), disp) => Amode::slot(at + disp),
            (Base::Symbol(global), disp) => {
                let GlobalValueData::Symbol { name, offset, .. } =
                    &self.c.func.global_values[global]
                else {
                    unreachable!("found to be a symbol")
                };
                let (name, offset) = (name.clone(), i64::from(*offset) + i64::from(disp));
                Amode::symbol(self.c.vcode.symbol(name, offset), false)
            }
            (Base::Value(p), disp) => {
                if let Some((index, scale)) = self.scaled(p)
                    && scale == 1
                {
                    // Twice a value is it, plus it.
                    let index = self.index_reg(index);
                    return Amode::base_index(index, index, 0, disp);
                }
                Amode::base(self.reg(p), disp)
            }
        }
    }

    /// Takes added constants out of an address as long as the displacement fits.
    fn peel(&self, mut p: Value, disp: &mut i64) -> Value {
        for _ in 0..MAX_STEPS {
            let Some((_, d)) = self.def(p) else { break };
            if d.opcode != Opcode::Iadd || d.ctrl_type != types::I64 {
                break;
            }
            let (rest, k) = match (self.iconst(d.args[1]), self.iconst(d.args[0])) {
                (Some(k), _) => (d.args[0], k),
                (_, Some(k)) => (d.args[1], k),
                _ => break,
            };
            let Some(sum) = disp.checked_add(k).filter(|sum| i32::try_from(*sum).is_ok()) else {
                break;
            };
            *disp = sum;
            p = rest;
        }
        p
    }

    /// A shift to the left by 1 to 3: what is shifted, and the amount.
    fn scaled(&self, value: Value) -> Option<(Value, u8)> {
        let d = self.node(value, Opcode::Ishl)?;
        let k = self.iconst(d.args[1])?;
        (d.ctrl_type == types::I64 && (1..=3).contains(&k)).then_some((d.args[0], k as u8))
    }

    /// What can be scaled, or made smaller, as an index.
    fn index(&mut self, value: Value, disp: &mut i64) -> Option<(Value, u8)> {
        self.scaled(value).or_else(|| self.narrow(value, disp))
    }

    /// An index of 32 bits, zero-extended, without what can be taken out of it because it does not
    /// overflow: added constants, and a shift to the left by 1 to 3. The rest, whose register has
    /// zeros above, and the shift; `None` if nothing can.
    fn narrow(&mut self, value: Value, disp: &mut i64) -> Option<(Value, u8)> {
        let mut index = self.node(value, Opcode::Uextend)?.args[0];
        if self.ty(value) != types::I64 || self.ty(index) != types::I32 {
            return None;
        }
        let (mut sum, mut shift) = (*disp, 0);
        let mut found = false;
        for _ in 0..MAX_STEPS {
            let Some((_, d)) = self.def(index) else { break };
            if !matches!(d.opcode, Opcode::Iadd | Opcode::Ishl) || shift != 0 {
                break;
            }
            let Some(k) = self.iconst(d.args[1]).filter(|k| *k > 0) else { break };
            let is_shift = d.opcode == Opcode::Ishl;
            if is_shift && k > 3 {
                break;
            }
            let rest = self.most(d.args[0], MAX_DEPTH);
            let most = if is_shift { rest << k } else { rest + k as u64 };
            let offset = if is_shift { 0 } else { k };
            let Ok(new) = i32::try_from(sum + offset) else { break };
            if most > u64::from(u32::MAX) {
                break;
            }
            if is_shift {
                shift = k as u8;
            }
            (index, sum, found) = (d.args[0], i64::from(new), true);
        }
        if !found || !self.zero_extended(index) {
            return None;
        }
        *disp = sum;
        Some((index, shift))
    }

    /// The most that an integer can be, as far as its definition shows.
    fn most(&self, value: Value, depth: usize) -> u64 {
        let bits = self.ty(value).bits().min(64);
        let all = u64::MAX >> (64 - bits);
        let Some((_, d)) = self.def(value) else { return all };
        if depth == 0 {
            return all;
        }
        let constant = |value| self.iconst(value).map(|k| k as u64 & all);
        let of = |value| self.most(value, depth - 1);
        let most = match d.opcode {
            Opcode::Iconst => constant(value),
            Opcode::Band => Some(of(d.args[0]).min(of(d.args[1]))),
            Opcode::Bor | Opcode::Bxor => {
                let either = of(d.args[0]) | of(d.args[1]);
                Some(u64::MAX.checked_shr(either.leading_zeros()).unwrap_or(0))
            }
            Opcode::Uextend => Some(of(d.args[0])),
            Opcode::Uload8 => Some(0xff),
            Opcode::Uload16 => Some(0xffff),
            Opcode::Ushr => constant(d.args[1]).map(|k| of(d.args[0]) >> (k & u64::from(bits - 1))),
            Opcode::Ishl => constant(d.args[1])
                .filter(|k| *k < 32)
                .and_then(|k| of(d.args[0]).checked_mul(1 << k)),
            Opcode::Iadd => of(d.args[0]).checked_add(of(d.args[1])),
            Opcode::Urem => constant(d.args[1]).and_then(|k| k.checked_sub(1)),
            _ => None,
        };
        most.filter(|most| *most <= all).unwrap_or(all)
    }

    /// Whether a value is the address of a place that an addressing form can name without a
    /// register.
    fn is_area(&self, value: Value) -> bool {
        self.node(value, Opcode::StackAddr).is_some()
            || self.node(value, Opcode::SymbolValue).is_some_and(|d| {
                matches!(self.c.func.global_values[d.global_value()], GlobalValueData::VMContext)
            })
    }

    fn base_of(&self, value: Value, disp: i64) -> (Base, i32) {
        let plain = (Base::Value(value), disp as i32);
        let Some((_, d)) = self.def(value) else { return plain };
        match d.opcode {
            Opcode::StackAddr => {
                let at = self.c.slot_offset(d.stack_slot());
                let Some(at) = at.checked_add(d.offset()) else { return plain };
                // The area is smaller than 2^30, so only a wild displacement does not fit.
                match i32::try_from(i64::from(at) + disp) {
                    Ok(sum) if sum.unsigned_abs() < 1 << 30 => (Base::Slot(0), sum),
                    _ => plain,
                }
            }
            Opcode::SymbolValue => match self.global_base(d.global_value()) {
                Some((Base::Pinned, k)) => match i32::try_from(k + disp) {
                    Ok(sum) => (Base::Pinned, sum),
                    Err(_) => plain,
                },
                Some((base, _)) => (base, disp as i32),
                None => plain,
            },
            _ => plain,
        }
    }

    /// A global that is the pinned register plus a number, or a near symbol.
    fn global_base(&self, mut global: GlobalValue) -> Option<(Base, i64)> {
        let mut sum = 0i64;
        loop {
            match &self.c.func.global_values[global] {
                GlobalValueData::VMContext if self.context_value().is_none() => {
                    return Some((Base::Pinned, sum));
                }
                GlobalValueData::IAddImm { base, offset, .. } => {
                    sum = sum.checked_add(i64::from(*offset))?;
                    global = *base;
                }
                GlobalValueData::Symbol { colocated: true, tls: false, .. } if sum == 0 => {
                    return Some((Base::Symbol(global), 0));
                }
                _ => return None,
            }
        }
    }

    /// The parameter that holds the context; none where it is in the pinned register.
    pub fn context_value(&self) -> Option<Value> {
        self.c.func.special_param(ArgumentPurpose::VMContext)
    }

    /// A register that holds a 64-bit index. One that was 32 bits wide and is known to be zero
    /// above is taken as it is.
    fn index_reg(&mut self, value: Value) -> VReg {
        if self.ty(value) == types::I32 {
            return self.reg(value);
        }
        if let Some(d) = self.node(value, Opcode::Uextend)
            && self.ty(value) == types::I64
            && self.zero_extended(d.args[0])
        {
            return self.reg(d.args[0]);
        }
        self.reg(value)
    }

    /// Whether the register of an `i32` is known to have zeros above: it is written by an
    /// instruction with a 32-bit result, or is a block parameter that only gets such values.
    pub fn zero_extended(&mut self, value: Value) -> bool {
        if self.ty(value) != types::I32 {
            return false;
        }
        if self.def(value).is_some() {
            return self.writes_32_bits(value);
        }
        if self.c.marks().is_empty() {
            self.mark_parameters();
        }
        self.c.marks()[value.index()] != 0
    }

    /// Only opcodes whose every rule writes the whole register are listed.
    fn writes_32_bits(&self, value: Value) -> bool {
        let Some((_, d)) = self.def(value) else { return false };
        match d.opcode {
            Opcode::Iadd
            | Opcode::Isub
            | Opcode::Imul
            | Opcode::Band
            | Opcode::Bor
            | Opcode::Bxor
            | Opcode::Bnot
            | Opcode::Ineg
            | Opcode::Ishl
            | Opcode::Ushr
            | Opcode::Sshr
            | Opcode::Rotl
            | Opcode::Rotr
            | Opcode::Udiv
            | Opcode::Sdiv
            | Opcode::Urem
            | Opcode::Srem
            | Opcode::Smin
            | Opcode::Umin
            | Opcode::Smax
            | Opcode::Umax
            | Opcode::Clz
            | Opcode::Ctz
            | Opcode::Popcnt
            | Opcode::Select
            | Opcode::SelectSpectreGuard
            | Opcode::Uextend
            | Opcode::Sextend
            | Opcode::Iconst
            | Opcode::Load
            | Opcode::Uload8
            | Opcode::Sload8
            | Opcode::Uload16
            | Opcode::Sload16 => true,
            // Another name for an integer, but an instruction of its own from a float.
            Opcode::Bitcast => self.ty(d.args[0]) == types::F32,
            _ => false,
        }
    }

    /// Marks the `i32` block parameters whose arguments all have zeros in the upper half of their
    /// register. This is a greatest fixed point: all parameters are marked at first, and a mark is
    /// taken away if some argument may have other bits there, until a round changes nothing. If the
    /// last of a few rounds still changed something, no parameter is marked.
    #[cold]
    fn mark_parameters(&mut self) {
        const ROUNDS: usize = 6;
        let func = self.c.func;
        let mut marks = std::mem::take(self.c.marks_mut());
        // One more than there are values, so that it is never empty.
        marks.resize(func.dfg.num_values() + 1, 0);
        for block in func.layout.blocks().skip(1) {
            for &param in func.dfg.block_params(block) {
                marks[param.index()] = (self.ty(param) == types::I32) as u8;
            }
        }
        let mut stable = false;
        for _ in 0..ROUNDS {
            stable = true;
            for block in func.layout.blocks() {
                let Some(last) = func.layout.last_inst(block) else { continue };
                if !func.dfg[last].opcode.is_branch() {
                    continue;
                }
                for call in func.dfg.branch_targets(last) {
                    let params = func.dfg.block_params(call.target());
                    for (arg, &param) in call.args(&func.dfg.value_lists).zip(params) {
                        if marks[param.index()] == 0 {
                            continue;
                        }
                        let known = match arg {
                            BlockArg::Value(v) => marks[v.index()] != 0 || self.writes_32_bits(v),
                            _ => false,
                        };
                        if !known {
                            marks[param.index()] = 0;
                            stable = false;
                        }
                    }
                }
            }
            if stable {
                break;
            }
        }
        if !stable {
            marks.fill(0);
        }
        *self.c.marks_mut() = marks;
    }
}
