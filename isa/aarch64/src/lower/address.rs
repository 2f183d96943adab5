//! From an address in the IR to an addressing form: constants, scaled and extended indices, the
//! pinned register and stack slots become part of the memory operand.

use super::build::Cx;
use crate::insts::{SXTW, UXTW};
use windlass_core::ir::{GlobalValueData, Opcode, Value, types};
use windlass_core::machine::row::Amode;

/// How many constants are taken out of one address.
const MAX_STEPS: usize = 8;

/// Whether an access of so many bytes holds a displacement.
fn reaches(disp: i64, bytes: u8) -> bool {
    let bytes = i64::from(bytes);
    (-256..256).contains(&disp) || disp % bytes == 0 && (0..4096 * bytes).contains(&disp)
}

impl Cx<'_, '_> {
    /// The addressing form for `p + off`, for an access of so many bytes.
    pub fn address(&mut self, p: Value, off: i32, bytes: u8) -> Amode {
        let mut disp = i64::from(off);
        let rest = self.peel(p, &mut disp, bytes);
        if let Some(area) = self.area(rest, disp) {
            return area;
        }
        if disp == 0
            && let Some(d) = self.node(rest, Opcode::Iadd)
            && d.ctrl_type == types::I64
        {
            let (x, y) = (d.args[0], d.args[1]);
            let found = self.index(y, bytes).map(|index| (x, index));
            let found = found.or_else(|| self.index(x, bytes).map(|index| (y, index)));
            let (base, (index, scale, extra)) = found.unwrap_or((x, (y, 0, 0)));
            let base = self.reg(base);
            let index = self.reg(index);
            return Amode::base_index(base, index, scale, 0).with_extra(extra);
        }
        Amode::base(self.reg(rest), disp as i32)
    }

    /// Takes added constants out of an address, as far as an access holds their sum.
    fn peel(&self, p: Value, disp: &mut i64, bytes: u8) -> Value {
        let (mut at, mut sum, mut best) = (p, *disp, p);
        for _ in 0..MAX_STEPS {
            let Some(d) = self.node(at, Opcode::Iadd) else { break };
            if d.ctrl_type != types::I64 {
                break;
            }
            let (rest, k) = match (self.iconst(d.args[1]), self.iconst(d.args[0])) {
                (Some(k), _) => (d.args[0], k),
                (_, Some(k)) => (d.args[1], k),
                _ => break,
            };
            (at, sum) = (rest, sum.wrapping_add(k));
            if reaches(sum, bytes) {
                (best, *disp) = (at, sum);
            }
        }
        best
    }

    /// What is scaled by the width of the access, or has 32 bits and is extended: the index, the
    /// logarithm of its scale, and how it is extended.
    fn index(&self, value: Value, bytes: u8) -> Option<(Value, u8, u8)> {
        let scale = bytes.trailing_zeros();
        if let Some(d) = self.node(value, Opcode::Ishl)
            && d.ctrl_type == types::I64
            && self.iconst(d.args[1]) == Some(i64::from(scale))
            && scale != 0
        {
            let (index, _, extra) = self.extended(d.args[0]).unwrap_or((d.args[0], 0, 0));
            return Some((index, scale as u8, extra));
        }
        self.extended(value)
    }

    fn extended(&self, value: Value) -> Option<(Value, u8, u8)> {
        let (_, d) = self.def(value)?;
        let extra = match d.opcode {
            Opcode::Uextend => UXTW,
            Opcode::Sextend => SXTW,
            _ => return None,
        };
        let index = d.args[0];
        (self.ty(value) == types::I64 && self.ty(index) == types::I32).then_some((index, 0, extra))
    }

    /// A place in a stack slot, or by the pinned register.
    fn area(&self, value: Value, disp: i64) -> Option<Amode> {
        let (_, d) = self.def(value)?;
        match d.opcode {
            Opcode::StackAddr => {
                let at = i64::from(self.c.slot_offset(d.stack_slot())) + i64::from(d.offset());
                // The area is smaller than 2^30, so only a wild displacement does not fit.
                let sum = i32::try_from(at + disp).ok().filter(|sum| sum.unsigned_abs() < 1 << 30);
                sum.map(Amode::slot)
            }
            Opcode::SymbolValue if self.is_pinned(d.global_value()) => {
                i32::try_from(disp).ok().map(Amode::pinned)
            }
            _ => None,
        }
    }

    /// Whether a global is the context, in the pinned register.
    pub fn is_pinned(&self, global: windlass_core::ir::GlobalValue) -> bool {
        let is_context = matches!(self.c.func.global_values[global], GlobalValueData::VMContext);
        is_context && self.context_value().is_none()
    }
}
