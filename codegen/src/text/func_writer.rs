//! Printing with remarks: clients say how a block's head, an instruction or a declaration is
//! printed.

use core::fmt::{self, Display, Write};

use super::write::{self, AfterLine};
use crate::entity::SecondaryMap;
use crate::ir::entities::AnyEntity;
use crate::ir::{Block, DynamicType, Fact, Function, Inst, Type, Value};

/// Prints the parts of a function.
pub trait FuncWriter {
    /// Prints the head of a block.
    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        block: Block,
        indent: usize,
    ) -> fmt::Result;

    /// Prints an instruction, and the aliases of its results.
    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result;

    /// Prints the declarations; returns whether there are any.
    fn write_preamble(&mut self, w: &mut dyn Write, func: &Function) -> Result<bool, fmt::Error> {
        self.super_preamble(w, func)
    }

    /// As [`Self::write_preamble`] does by itself.
    fn super_preamble(&mut self, w: &mut dyn Write, func: &Function) -> Result<bool, fmt::Error> {
        write::declarations(w, func, &mut |w, entity, value| {
            self.write_entity_definition(w, func, entity, &value, None)
        })
    }

    /// Prints a declaration.
    fn write_entity_definition(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        entity: AnyEntity,
        value: &dyn Display,
        maybe_fact: Option<&Fact>,
    ) -> fmt::Result {
        self.super_entity_definition(w, func, entity, value, maybe_fact)
    }

    /// As [`Self::write_entity_definition`] does by itself.
    fn super_entity_definition(
        &mut self,
        w: &mut dyn Write,
        _func: &Function,
        entity: AnyEntity,
        value: &dyn Display,
        _maybe_fact: Option<&Fact>,
    ) -> fmt::Result {
        writeln!(w, "    {entity} = {value}")
    }
}

/// Prints as [`write_function`](super::write_function) does.
pub struct PlainWriter;

impl FuncWriter for PlainWriter {
    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        block: Block,
        indent: usize,
    ) -> fmt::Result {
        write::write_block_header(w, func, block, indent)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result {
        let dynamic_types = write::dynamic_type_names(func);
        write::instruction(w, func, &dynamic_types, inst, indent)?;
        result_aliases(w, func, aliases, inst, indent)
    }
}

/// Prints as [`PlainWriter`] does and lets `after` add lines behind each line.
pub(super) struct Remarks<'a> {
    /// Adds the lines.
    pub after: AfterLine<'a>,
    /// The names of the function's dynamic types.
    pub dynamic_types: Vec<(Type, DynamicType)>,
}

impl FuncWriter for Remarks<'_> {
    fn write_preamble(&mut self, w: &mut dyn Write, func: &Function) -> Result<bool, fmt::Error> {
        (self.after)(w, AnyEntity::Function, 0)?;
        self.super_preamble(w, func)
    }

    fn write_entity_definition(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        entity: AnyEntity,
        value: &dyn Display,
        maybe_fact: Option<&Fact>,
    ) -> fmt::Result {
        self.super_entity_definition(w, func, entity, value, maybe_fact)?;
        (self.after)(w, entity, 4)
    }

    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        block: Block,
        indent: usize,
    ) -> fmt::Result {
        write::write_block_header(w, func, block, indent)?;
        (self.after)(w, block.into(), indent)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result {
        write::instruction(w, func, &self.dynamic_types, inst, indent)?;
        (self.after)(w, inst.into(), indent)?;
        result_aliases(w, func, aliases, inst, indent)
    }
}

/// Prints the aliases of an instruction's results.
fn result_aliases(
    w: &mut dyn Write,
    func: &Function,
    aliases: &SecondaryMap<Value, Vec<Value>>,
    inst: Inst,
    indent: usize,
) -> fmt::Result {
    for &result in func.dfg.inst_results(inst) {
        write::value_aliases(w, aliases, result, indent)?;
    }
    Ok(())
}

/// Prints a function, each part as `func_w` says.
pub fn decorate_function<FW: FuncWriter>(
    func_w: &mut FW,
    w: &mut dyn Write,
    func: &Function,
) -> fmt::Result {
    w.write_str("function ")?;
    write::write_function_spec(w, func)?;
    w.write_str(" {\n")?;
    let mut any = func_w.write_preamble(w, func)?;
    let indent = write::indent(func);
    let aliases = write::alias_map(func);
    for block in func.layout.blocks() {
        if any {
            writeln!(w)?;
        }
        any = true;
        func_w.write_block_header(w, func, block, indent - 4)?;
        for &param in func.dfg.block_params(block) {
            write::value_aliases(w, &aliases, param, indent)?;
        }
        for inst in func.layout.block_insts(block) {
            func_w.write_instruction(w, func, &aliases, inst, indent)?;
        }
    }
    writeln!(w, "}}")
}
