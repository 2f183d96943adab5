//! From arguments to an instruction with operands for the register allocator, by the row.

use super::{Op, Row};
use crate::amode::{Amode, Cc, Size};
use regalloc2::{Operand, PReg, VReg};
use windlass_core::machine::MInst;
use windlass_core::machine::row::{Kind, Role, row_bits};

/// One argument of an instruction, in the place of an operand of its row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Arg {
    /// A register that is only read or only written.
    Reg(VReg),
    /// A tied register: what is read, and what is written.
    Mod(VReg, VReg),
    /// A register that the allocator does not manage.
    Fixed(PReg),
    /// Memory.
    Mem(Amode),
    /// An immediate.
    Imm(i64),
    /// A condition.
    Cond(Cc),
    /// A label of the function.
    Label(u32),
    /// The number of a symbol that is called.
    Target(u32),
}

/// Appends the operands of one instruction to `out`, as described in `windlass_core::machine::row`.
///
/// # Panics
/// If an argument cannot be in its place.
#[inline]
pub fn push_operands(row: &Row, args: &[Arg], out: &mut Vec<Operand>) {
    build_parts(row, args, out);
}

/// Makes an instruction of `op` at an operand size and appends its operands to `out`.
///
/// # Panics
/// If the number of arguments is not that of the row's operands, or one of them cannot be in its
/// place.
#[inline]
pub fn build(op: Op, size: Size, args: &[Arg], out: &mut Vec<Operand>) -> MInst {
    let (ctl, payload) = build_parts(op.row(), args, out);
    MInst::new(op.0, ctl | size as u16, payload)
}

fn build_parts(row: &Row, args: &[Arg], out: &mut Vec<Operand>) -> (u16, u64) {
    let first = out.len();
    let mut ctl = 0;
    let mut payload = 0;
    assert_eq!(args.len(), row.operands().len(), "arguments of {}", row.name);
    for (spec, arg) in row.operands().iter().zip(args) {
        match *arg {
            Arg::Reg(reg) => {
                debug_assert_eq!(spec.kind.class(), Some(reg.class()), "register in {}", row.name);
                debug_assert!(spec.role != Role::Mod, "a tied operand of {} needs Mod", row.name);
                spec.push_reg(reg, out);
            }
            Arg::Mod(from, to) => {
                debug_assert!(spec.role == Role::Mod, "no tied operand in {}", row.name);
                debug_assert_eq!(spec.kind.class(), Some(from.class()), "register in {}", row.name);
                spec.push_mod(from, to, first, out);
            }
            Arg::Fixed(reg) => {
                out.push(Operand::fixed_nonallocatable(reg));
                if spec.role == Role::Mod {
                    out.push(Operand::fixed_nonallocatable(reg));
                }
            }
            Arg::Mem(amode) => {
                debug_assert!(spec.kind.may_be_memory(), "no memory operand in {}", row.name);
                ctl |= amode.ctl;
                payload |= amode.disp as u32 as u64;
                let late = row.has(row_bits::LATE_MEMORY);
                for reg in [amode.first, amode.second] {
                    if reg != VReg::invalid() {
                        out.push(match late {
                            false => Operand::reg_use(reg),
                            true => Operand::reg_use_at_end(reg),
                        });
                    }
                }
            }
            Arg::Imm(x) => {
                debug_assert!(spec.kind == Kind::Imm, "no immediate in {}", row.name);
                payload |= if row.imm64 { x as u64 } else { (x as u64) << 32 };
            }
            Arg::Cond(cc) => {
                debug_assert!(spec.kind == Kind::Cond, "no condition in {}", row.name);
                ctl |= cc.ctl();
            }
            Arg::Label(n) | Arg::Target(n) => {
                debug_assert!(
                    matches!(spec.kind, Kind::Label | Kind::Target),
                    "no target in {}",
                    row.name
                );
                payload |= n as u64;
            }
        }
    }
    (ctl, payload)
}
