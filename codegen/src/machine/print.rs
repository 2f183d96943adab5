//! The listing of machine code, before or after register allocation.

use super::vcode::{CallDest, Cond2, Condition, VCode, pseudo};
use super::{Backend, MInst};
use core::fmt::Write;
use regalloc2::{
    Allocation, Edit, Inst, Operand, OperandConstraint, OperandKind, Output, ProgPoint,
};

/// Writes the blocks in order, an instruction a line, moves of the allocator among them.
///
/// Blocks have the numbers that they have in the IR if `ir_blocks`, else those of their order.
pub fn listing(
    vcode: &VCode,
    output: Option<&Output>,
    backend: &dyn Backend,
    ir_blocks: bool,
) -> String {
    let mut out = String::new();
    let mut edits = output.map_or(&[][..], |o| &o.edits[..]);
    for (b, block) in vcode.blocks.iter().enumerate() {
        out += &block_name(vcode, b, ir_blocks);
        let params = &vcode.params[block.params.range()];
        if output.is_none() && !params.is_empty() {
            let list: Vec<String> = params.iter().map(|p| format!("%v{}", p.vreg())).collect();
            let _ = write!(out, "({})", list.join(", "));
        }
        out.push_str(if block.cold { ": cold\n" } else { ":\n" });
        for i in block.insts.range() {
            edits = moves(&mut out, edits, ProgPoint::before(Inst::new(i)), backend);
            let inst = &vcode.insts()[i];
            let operands = vcode.inst_operands(i);
            let allocs = match output {
                Some(o) => {
                    let first = inst.operands as usize;
                    &o.allocs[first..first + operands.len()]
                }
                None => &[],
            };
            out.push_str("  ");
            if inst.row < pseudo::FIRST {
                backend.print(&mut out, inst, operands, allocs);
            } else {
                common(&mut out, vcode, b, inst, operands, allocs, backend, ir_blocks);
            }
            if let Ok(n) = vcode.traps.binary_search_by_key(&(i as u32), |t| t.0) {
                let _ = write!(out, " ; trap: {}", vcode.traps[n].1);
            }
            out.push('\n');
            edits = moves(&mut out, edits, ProgPoint::after(Inst::new(i)), backend);
        }
    }
    out
}

/// The name of a block. Those that split edges are in no IR.
fn block_name(vcode: &VCode, block: usize, ir_blocks: bool) -> String {
    match vcode.blocks[block].ir {
        _ if !ir_blocks => format!("block{block}"),
        Some(ir) => ir.to_string(),
        None => format!("edge{block}"),
    }
}

type Edits<'a> = &'a [(ProgPoint, Edit)];

fn moves<'a>(
    out: &mut String,
    mut edits: Edits<'a>,
    point: ProgPoint,
    backend: &dyn Backend,
) -> Edits<'a> {
    while let [(at, Edit::Move { from, to }), rest @ ..] = edits
        && *at <= point
    {
        let _ = writeln!(out, "  move {}, {}", place(*to, backend), place(*from, backend));
        edits = rest;
    }
    edits
}

fn place(alloc: Allocation, backend: &dyn Backend) -> String {
    match (alloc.as_reg(), alloc.as_stack()) {
        (Some(reg), _) => backend.tables().reg_name(reg).to_string(),
        (_, Some(slot)) => format!("[spill {}]", slot.index()),
        _ => "_".to_string(),
    }
}

fn operand_list(operands: &[Operand], allocs: &[Allocation], backend: &dyn Backend) -> String {
    let mut parts = Vec::with_capacity(operands.len());
    for (n, operand) in operands.iter().enumerate() {
        let mut text = match allocs.get(n) {
            Some(&alloc) => place(alloc, backend),
            None => format!("%v{}", operand.vreg().vreg()),
        };
        if allocs.is_empty()
            && let OperandConstraint::FixedReg(reg) = operand.constraint()
        {
            let _ = write!(text, "({})", backend.tables().reg_name(reg));
        }
        if operand.kind() == OperandKind::Def {
            text.insert_str(0, "-> ");
        }
        parts.push(text);
    }
    parts.join(", ")
}

/// An instruction that is the same on every machine.
#[allow(clippy::too_many_arguments, reason = "what there is to print, from one caller")]
fn common(
    out: &mut String,
    vcode: &VCode,
    block: usize,
    inst: &MInst,
    operands: &[Operand],
    allocs: &[Allocation],
    backend: &dyn Backend,
    ir_blocks: bool,
) {
    out.push_str(pseudo::name(inst.row));
    let block = &vcode.blocks[block];
    if matches!(inst.row, pseudo::COND | pseudo::TRAP_IF) {
        let Condition { kind, word, second } = Condition::of(inst);
        let kind = &backend.tables().labels.kinds[kind as usize];
        out.push(' ');
        kind.print(out, word);
        match second {
            Cond2::None => {}
            Cond2::Or(word) => {
                out.push_str(" or ");
                kind.print(out, word);
            }
            Cond2::And(word) => {
                out.push_str(" and ");
                kind.print(out, word);
            }
        }
    }
    if matches!(inst.row, pseudo::CALL | pseudo::TRY_CALL | pseudo::RETURN_CALL) {
        match vcode.calls[inst.payload as usize].dest {
            CallDest::Near(symbol) => {
                let symbol = &vcode.symbols[symbol as usize];
                let _ = write!(out, " {}", symbol.name.display(None));
            }
            CallDest::Operand => out.push_str(" indirect"),
            CallDest::Tls { symbol, .. } => {
                let _ = write!(
                    out,
                    " thread-local {}",
                    vcode.symbols[symbol as usize].name.display(None)
                );
            }
        }
    }
    if !operands.is_empty() {
        let _ = write!(out, " {}", operand_list(operands, allocs, backend));
    }
    if pseudo::is_branch(inst.row) {
        let mut targets = Vec::new();
        for s in block.succs.range() {
            let args = &vcode.edge_args[vcode.succ_args[s].range()];
            let mut text = block_name(vcode, vcode.succs[s].index(), ir_blocks);
            if allocs.is_empty() && !args.is_empty() {
                let list: Vec<String> = args.iter().map(|a| format!("%v{}", a.vreg())).collect();
                let _ = write!(text, "({})", list.join(", "));
            }
            targets.push(text);
        }
        let _ = write!(out, " {}", targets.join(", "));
        if inst.row == pseudo::TABLE {
            let cases = vcode.jump_tables[inst.payload as usize].cases;
            let cases = &vcode.table_targets[cases.range()];
            let _ = write!(out, " {cases:?}");
        }
    }
}
