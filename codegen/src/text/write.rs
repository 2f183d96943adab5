//! Prints functions in their canonical form; the reader reads them back.
//!
//! The operands of an instruction are printed by the operand column of the opcode table.

use core::fmt::{self, Write};

use super::func_writer::{Remarks, decorate_function};
use super::operands::{ListStyle, Separator, list_style, separator};
use crate::entity::SecondaryMap;
use crate::ir::entities::{AnyEntity, Block, DynamicType, Inst, Value};
use crate::ir::opcodes::{Control, OperandKind};
use crate::ir::{
    BlockCall, DataFlowGraph, ExternalName, Function, GlobalValueData, HandlerKind,
    InstructionData, Type, ValueDef,
};

/// The column at which instructions start in a function with source locations.
const WIDE_INDENT: usize = 36;

/// Called behind each line with the entity that the line defines and the indent of the line.
pub(super) type AfterLine<'a> = &'a mut dyn FnMut(&mut dyn Write, AnyEntity, usize) -> fmt::Result;

/// Prints a function.
pub fn write_function(w: &mut dyn Write, func: &Function) -> fmt::Result {
    write_function_with(w, func, &mut |_, _, _| Ok(()))
}

/// Prints a function and lets `after` add lines behind each line, such as errors that concern it.
pub fn write_function_with(
    w: &mut dyn Write,
    func: &Function,
    after: AfterLine<'_>,
) -> fmt::Result {
    let dynamic_types = dynamic_type_names(func);
    decorate_function(&mut Remarks { after, dynamic_types }, w, func)
}

/// The column at which instructions start.
pub(super) fn indent(func: &Function) -> usize {
    if has_source_marks(func) { WIDE_INDENT } else { 4 }
}

fn has_source_marks(func: &Function) -> bool {
    func.dfg.has_debug_tags() || func.srclocs.values().any(|loc| !loc.is_default())
}

/// The direct aliases of each value.
pub(super) fn alias_map(func: &Function) -> SecondaryMap<Value, Vec<Value>> {
    let mut aliases = SecondaryMap::<Value, Vec<Value>>::new();
    for value in func.dfg.values().filter(|&v| func.dfg.value_is_real(v)) {
        if let Some(target) = func.dfg.value_alias_dest_for_serialization(value) {
            aliases[target].push(value);
        }
    }
    aliases
}

/// A name for each dynamic type that the function declares.
pub(super) fn dynamic_type_names(func: &Function) -> Vec<(Type, DynamicType)> {
    let mut names = Vec::<(Type, DynamicType)>::new();
    for (name, data) in func.dfg.dynamic_types.iter() {
        match data.concrete() {
            Some(ty) if names.iter().all(|(other, _)| *other != ty) => names.push((ty, name)),
            _ => {}
        }
    }
    names
}

pub(super) fn value_aliases(
    w: &mut dyn Write,
    aliases: &SecondaryMap<Value, Vec<Value>>,
    value: Value,
    indent: usize,
) -> fmt::Result {
    let mut todo = vec![value];
    while let Some(target) = todo.pop() {
        for &alias in aliases.get(target).into_iter().flatten() {
            writeln!(w, "{:indent$}{alias} -> {target}", "")?;
            todo.push(alias);
        }
    }
    Ok(())
}

// -------------------------------------------------------------------- preamble

/// Hands each declaration to `print`; returns whether there are any.
pub(super) fn declarations(
    w: &mut dyn Write,
    func: &Function,
    print: &mut dyn FnMut(&mut dyn Write, AnyEntity, fmt::Arguments<'_>) -> fmt::Result,
) -> Result<bool, fmt::Error> {
    let mut any = false;
    let mut line = |w: &mut dyn Write, entity: AnyEntity, text: fmt::Arguments<'_>| {
        if func.is_gap(entity) {
            return Ok(());
        }
        any = true;
        print(w, entity, text)
    };
    for (slot, data) in func.sized_stack_slots.iter() {
        line(w, slot.into(), format_args!("{data}"))?;
    }
    for (region, data) in func.dfg.alias_regions.iter() {
        // Strings have no escapes.
        let description = data.description.replace('"', "'");
        line(w, region.into(), format_args!("{} \"{description}\"", data.user_id))?;
    }
    for (global, data) in func.global_values.iter() {
        match data {
            GlobalValueData::Symbol { name, offset, colocated, tls } => {
                let colocated = if *colocated { "colocated " } else { "" };
                let tls = if *tls { "tls " } else { "" };
                // A number would run into the number of a user name.
                let blank = if matches!(name, ExternalName::User(_)) { " " } else { "" };
                let plus = if offset.bits() > 0 { "+" } else { "" };
                let name = name.display(Some(&func.params));
                let head = format_args!("symbol {colocated}{tls}{name}");
                match offset.bits() {
                    0 => line(w, global.into(), head)?,
                    _ => line(w, global.into(), format_args!("{head}{blank}{plus}{offset}"))?,
                }
            }
            _ => line(w, global.into(), format_args!("{data}"))?,
        }
    }
    for (ty, data) in func.dfg.dynamic_types.iter() {
        line(w, ty.into(), format_args!("{data}"))?;
    }
    for (slot, data) in func.dynamic_stack_slots.iter() {
        line(w, slot.into(), format_args!("{data}"))?;
    }
    for (sig, data) in func.dfg.signatures.iter() {
        line(w, sig.into(), format_args!("{}", data.display(func.dfg.variadic(sig))))?;
    }
    for (callee, data) in func.dfg.ext_funcs.iter() {
        let colocated = if data.colocated { "colocated " } else { "" };
        let patchable = if func.dfg.patchable_funcs.contains(callee) { "patchable " } else { "" };
        let name = data.name.display(Some(&func.params));
        let text = format_args!("{colocated}{patchable}{name} {}", data.signature);
        line(w, callee.into(), text)?;
    }
    for (constant, data) in func.dfg.constants.iter() {
        // A number that the text left out holds no bytes.
        if !data.is_empty() {
            line(w, constant.into(), format_args!("{data}"))?;
        }
    }
    if let Some(limit) = func.stack_limit {
        line(w, AnyEntity::StackLimit, format_args!("{limit}"))?;
    }
    Ok(any)
}

// ---------------------------------------------------------------------- parts

/// Writes name and signature.
pub fn write_function_spec(w: &mut dyn Write, func: &Function) -> fmt::Result {
    write!(w, "{}{}", func.name, func.signature)
}

/// Writes the head of a block.
pub fn write_block_header(
    w: &mut dyn Write,
    func: &Function,
    block: Block,
    indent: usize,
) -> fmt::Result {
    write!(w, "{:indent$}{block}", "")?;
    for (n, &param) in func.dfg.block_params(block).iter().enumerate() {
        let open = if n == 0 { "(" } else { ", " };
        write!(w, "{open}{param}: {}", func.dfg.value_type(param))?;
    }
    if func.dfg.num_block_params(block) > 0 {
        w.write_char(')')?;
    }
    if func.layout.is_cold(block) {
        w.write_str(" cold")?;
    }
    w.write_str(":\n")
}

/// The type to write behind the opcode: none where the reader can take it from an operand that
/// it has seen in this block.
fn type_suffix(func: &Function, inst: Inst) -> Option<Type> {
    let data = &func.dfg[inst];
    let info = data.opcode.info();
    if let Control::Operand(n) = info.control {
        let &operand = func.dfg.inst_args(inst).get(n as usize)?;
        let block = func.layout.inst_block(inst);
        let seen = func.dfg.value_is_real(operand)
            && func.dfg.value_type(operand) == data.ctrl_type
            && match func.dfg.value_def(operand) {
                ValueDef::Result(def, _) => {
                    func.layout.inst_block(def) == block
                        && func.layout.inst_cmp(def, inst) == core::cmp::Ordering::Less
                }
                ValueDef::Param(def, _) => Some(def) == block,
                ValueDef::Union(..) => false,
            };
        if seen {
            return None;
        }
    }
    info.is_polymorphic().then_some(data.ctrl_type)
}

pub(super) fn instruction(
    w: &mut dyn Write,
    func: &Function,
    dynamic_types: &[(Type, DynamicType)],
    inst: Inst,
    indent: usize,
) -> fmt::Result {
    if indent == WIDE_INDENT {
        let mut marks = String::new();
        for (n, tag) in func.dfg.debug_tags(inst).iter().enumerate() {
            write!(marks, "{}{tag}", if n == 0 { "<" } else { ", " })?;
        }
        if !marks.is_empty() {
            marks.push_str("> ");
        }
        let srcloc = func.srcloc(inst);
        if !srcloc.is_default() {
            write!(marks, "{srcloc} ")?;
        }
        write!(w, "{marks:indent$}")?;
    } else {
        write!(w, "{:indent$}", "")?;
    }
    inst_results(w, &func.dfg, inst)?;
    write!(w, "{}", func.dfg[inst].opcode)?;
    if let Some(ty) = type_suffix(func, inst) {
        match dynamic_types.iter().find(|(other, _)| *other == ty) {
            Some((_, dynamic)) => write!(w, ".{dynamic}")?,
            None => write!(w, ".{ty}")?,
        }
    }
    write_operands(w, &func.dfg, inst)?;
    if let Some(entries) = func.dfg.user_stack_map_entries(inst) {
        w.write_str(", stack_map=[")?;
        for (n, entry) in entries.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(w, "{comma}{} @ {}+{}", entry.ty, entry.slot, entry.offset)?;
        }
        w.write_char(']')?;
    }
    constant_comment(w, &func.dfg, inst)?;
    w.write_char('\n')
}

fn inst_results(w: &mut dyn Write, dfg: &DataFlowGraph, inst: Inst) -> fmt::Result {
    for (n, result) in dfg.inst_results(inst).iter().enumerate() {
        write!(w, "{}{result}", if n == 0 { "" } else { ", " })?;
    }
    if dfg.has_results(inst) { w.write_str(" = ") } else { Ok(()) }
}

/// Lists the operands that are constants.
fn constant_comment(w: &mut dyn Write, dfg: &DataFlowGraph, inst: Inst) -> fmt::Result {
    let mut before = "  ; ";
    let passed = targets(dfg, inst).iter().flat_map(|call| call.args(&dfg.value_lists));
    let passed = passed.filter_map(|arg| arg.as_value());
    for value in dfg.inst_args(inst).iter().copied().chain(passed) {
        if !dfg.value_is_real(value) {
            continue;
        }
        let ValueDef::Result(def, _) = dfg.value_def(value) else {
            continue;
        };
        let data = &dfg[def];
        // Constants are what has one operand, which is an immediate.
        let [kind] = data.opcode.info().operands() else {
            continue;
        };
        if !matches!(
            kind,
            OperandKind::Imm64
                | OperandKind::Ieee16
                | OperandKind::Ieee32
                | OperandKind::Ieee64
                | OperandKind::Constant
        ) {
            continue;
        }
        write!(w, "{before}{value} = ")?;
        operand(w, dfg, data, *kind)?;
        before = ", ";
    }
    Ok(())
}

// -------------------------------------------------------------------- operands

/// The block calls of a branch, none if its table does not exist: wrong functions are printed with
/// the errors that the verifier found.
fn targets(dfg: &DataFlowGraph, inst: Inst) -> &[BlockCall] {
    let data = &dfg[inst];
    let exists = data.opcode.info().operands().iter().all(|kind| match kind {
        OperandKind::JumpTable => dfg.jump_tables.is_valid(data.jump_table()),
        OperandKind::ExceptionTable => dfg.exception_tables.is_valid(data.exception_table_ref()),
        _ => true,
    });
    if exists { dfg.branch_targets(inst) } else { &[] }
}

/// Writes the operands of an instruction, with a blank in front.
pub fn write_operands(w: &mut dyn Write, dfg: &DataFlowGraph, inst: Inst) -> fmt::Result {
    let data = &dfg[inst];
    let info = data.opcode.info();
    let mut args = data.fixed_args().iter();
    let mut calls = targets(dfg, inst).iter();
    let mut before = None;
    for &kind in info.operands() {
        match before.map(|before| separator(before, kind)) {
            Some(Separator::Comma) => w.write_str(", ")?,
            Some(Separator::Touch) => {}
            // Flags bring their blanks along; an empty list needs none.
            None if kind == OperandKind::MemFlags
                || kind == OperandKind::Values && dfg.inst_args(inst).is_empty() => {}
            None | Some(Separator::Blank) => w.write_char(' ')?,
        }
        match kind {
            OperandKind::Value(_) => {
                if let Some(arg) = args.next() {
                    write!(w, "{arg}")?;
                }
            }
            OperandKind::BlockCall => {
                if let Some(call) = calls.next() {
                    block_call(w, dfg, call)?;
                }
            }
            OperandKind::Values => values(w, dfg.inst_args(inst), list_style(info))?,
            OperandKind::JumpTable | OperandKind::ExceptionTable => table(w, dfg, inst)?,
            _ => operand(w, dfg, data, kind)?,
        }
        before = Some(kind);
    }
    if before.is_none() { w.write_char(' ') } else { Ok(()) }
}

/// Prints an operand that stands in the instruction itself and is no value.
fn operand(
    w: &mut dyn Write,
    dfg: &DataFlowGraph,
    data: &InstructionData,
    kind: OperandKind,
) -> fmt::Result {
    match kind {
        OperandKind::Imm64 => write!(w, "{}", crate::ir::Imm64::new(data.signed_imm())),
        OperandKind::Ieee16 => write!(w, "{}", data.ieee16()),
        OperandKind::Ieee32 => write!(w, "{}", data.ieee32()),
        OperandKind::Ieee64 => write!(w, "{}", data.ieee64()),
        OperandKind::Constant => write!(w, "{}", data.constant()),
        OperandKind::Mask => match dfg.immediates.get(data.immediate()) {
            Some(mask) => write!(w, "{mask}"),
            None => write!(w, "{}", data.immediate()),
        },
        OperandKind::Lane => write!(w, "{}", data.lane()),
        OperandKind::IntCC => write!(w, "{}", data.cond()),
        OperandKind::FloatCC => write!(w, "{}", data.fcond()),
        OperandKind::RmwOp => write!(w, "{}", data.atomic_op()),
        OperandKind::TrapCode => match data.trap_code() {
            Some(code) => write!(w, "{code}"),
            None => w.write_str("user0"),
        },
        OperandKind::MemFlags => write!(w, "{}", data.mem_flags()),
        OperandKind::Offset => write!(w, "{}", crate::ir::Offset32::new(data.offset())),
        OperandKind::StackSlot => write!(w, "{}", data.stack_slot()),
        OperandKind::DynamicStackSlot => write!(w, "{}", data.dynamic_stack_slot()),
        OperandKind::GlobalValue => write!(w, "{}", data.global_value()),
        OperandKind::FuncRef => write!(w, "{}", data.func_ref()),
        OperandKind::SigRef => write!(w, "{}", data.sig_ref()),
        OperandKind::Block => write!(w, "{}", data.handler_block()),
        OperandKind::EdgeIndex => write!(w, "{}", data.edge_index()),
        OperandKind::CtrlType
        | OperandKind::Value(_)
        | OperandKind::Values
        | OperandKind::BlockCall
        | OperandKind::JumpTable
        | OperandKind::ExceptionTable => unreachable!("{kind:?} is printed by the caller"),
    }
}

fn values(w: &mut dyn Write, values: &[Value], style: ListStyle) -> fmt::Result {
    let mut values = values.iter();
    if style == ListStyle::Callee
        && let Some(callee) = values.next()
    {
        write!(w, "{callee}")?;
    }
    if style != ListStyle::Bare {
        w.write_char('(')?;
    }
    for (n, value) in values.enumerate() {
        write!(w, "{}{value}", if n == 0 { "" } else { ", " })?;
    }
    if style != ListStyle::Bare { w.write_char(')') } else { Ok(()) }
}

fn block_call(w: &mut dyn Write, dfg: &DataFlowGraph, call: &BlockCall) -> fmt::Result {
    write!(w, "{}", call.target())?;
    for (n, arg) in call.args(&dfg.value_lists).enumerate() {
        write!(w, "{}{arg}", if n == 0 { "(" } else { ", " })?;
    }
    if call.is_empty() { Ok(()) } else { w.write_char(')') }
}

/// Prints the table of a `br_table` or `try_call`: first target, then the others in brackets.
fn table(w: &mut dyn Write, dfg: &DataFlowGraph, inst: Inst) -> fmt::Result {
    let data = &dfg[inst];
    let exception_table = data.exception_table().and_then(|table| dfg.exception_tables.get(table));
    if let Some(table) = exception_table {
        write!(w, "{}, ", table.signature())?;
    }
    let mut calls = targets(dfg, inst).iter();
    if let Some(first) = calls.next() {
        block_call(w, dfg, first)?;
    }
    w.write_str(", [")?;
    let Some(table) = exception_table else {
        for (n, call) in calls.enumerate() {
            w.write_str(if n == 0 { "" } else { ", " })?;
            block_call(w, dfg, call)?;
        }
        return w.write_char(']');
    };
    for (n, item) in table.kinds().iter().enumerate() {
        w.write_str(if n == 0 { " " } else { ", " })?;
        match item {
            HandlerKind::Context(value) => {
                write!(w, "context {value}")?;
                continue;
            }
            HandlerKind::Tag(tag) => write!(w, "{tag}: ")?,
            HandlerKind::Default => w.write_str("default: ")?,
        }
        if let Some(call) = calls.next() {
            block_call(w, dfg, call)?;
        }
    }
    w.write_str(if table.kinds().is_empty() { "]" } else { " ]" })
}

// --------------------------------------------------------------------- display

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_function(f, self)
    }
}

impl Function {
    /// The function for printing.
    pub fn display(&self) -> &Self {
        self
    }
}

/// An instruction for printing, without suffix and line end.
pub struct DisplayInst<'a> {
    dfg: &'a DataFlowGraph,
    inst: Inst,
}

impl fmt::Display for DisplayInst<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DisplayInst { dfg, inst } = *self;
        inst_results(f, dfg, inst)?;
        let data = &dfg[inst];
        write!(f, "{}", data.opcode)?;
        if data.opcode.is_polymorphic() && !data.ctrl_type.is_invalid() {
            write!(f, ".{}", data.ctrl_type)?;
        }
        write_operands(f, dfg, inst)?;
        constant_comment(f, dfg, inst)
    }
}

impl DataFlowGraph {
    /// The instruction for printing.
    pub fn display_inst(&self, inst: Inst) -> DisplayInst<'_> {
        DisplayInst { dfg: self, inst }
    }

    /// The instruction that defines the value, for printing; the value if it is a parameter.
    pub fn display_value_inst(&self, value: Value) -> String {
        match self.value_def(value).inst() {
            Some(inst) => self.display_inst(inst).to_string(),
            None => value.to_string(),
        }
    }
}
