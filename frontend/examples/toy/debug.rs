//! Debug information of a program: lines, functions, and where variables are.

use windlass_core::CompiledCode;
use windlass_core::ir::{Function, StackSlot, ValueLabel};
use windlass_core::isa::TargetIsa;
use windlass_module::FuncId;
use windlass_object::dwarf::{
    Address, DebugInfo, Field, FileId, FunctionInfo, LineInfo, Place, ScalarKind, TypeId, UnitInfo,
    Variable, gimli,
};

use crate::parser;

/// What of a variable can be shown.
#[derive(Clone, Copy)]
pub enum Shown {
    /// A number.
    Number(ValueLabel),
    /// The address of a struct of this number.
    Reference(ValueLabel, usize),
    /// A struct of this number.
    Struct(StackSlot, usize),
}

/// A variable of a function.
pub struct Local {
    pub name: String,
    pub line: u32,
    pub shown: Shown,
    pub is_parameter: bool,
}

/// Debug information that is being made.
pub struct Debug {
    pub info: DebugInfo,
    file: FileId,
    number: TypeId,
    /// Structs, and pointers to them.
    structs: Vec<(TypeId, TypeId)>,
}

impl Debug {
    pub fn new(isa: &dyn TargetIsa, path: &str, program: &parser::Program) -> Debug {
        let directory = std::env::current_dir().unwrap_or_default();
        let unit = UnitInfo {
            producer: "the toy compiler of Windlass",
            name: path,
            directory: &directory.to_string_lossy(),
            language: gimli::DW_LANG_C99,
        };
        let mut info = DebugInfo::new(isa, &unit);
        let file = info.file(path);
        let number = info.scalar("long", 8, ScalarKind::Signed);
        let mut structs = Vec::new();
        for (name, fields) in &program.structs {
            let fields = fields.iter().enumerate();
            let fields: Vec<Field<'_>> = fields
                .map(|(index, name)| Field { name, ty: number, offset: 8 * index as u64 })
                .collect();
            let of = info.structure(name, 8 * fields.len() as u64, &fields);
            structs.push((of, info.pointer(Some(of))));
        }
        Debug { info, file, number, structs }
    }

    pub fn function(
        &mut self,
        isa: &dyn TargetIsa,
        func: &Function,
        code: &CompiledCode,
        id: FuncId,
        source: &parser::Function,
        locals: &[Local],
    ) {
        let file = self.file;
        let at = |line: u32| LineInfo { file, line: u64::from(line), column: 0 };
        let variables: Vec<Variable<'_>> = locals
            .iter()
            .map(|local| {
                let (ty, place) = match local.shown {
                    Shown::Number(label) => (self.number, Place::Label(label)),
                    Shown::Reference(label, of) => (self.structs[of].1, Place::Label(label)),
                    Shown::Struct(slot, of) => (self.structs[of].0, Place::Slot(slot)),
                };
                let Local { name, is_parameter, line, .. } = local;
                Variable { name, ty, is_parameter: *is_parameter, line: at(*line), place }
            })
            .collect();
        let info = FunctionInfo {
            name: &source.name,
            linkage_name: &source.name,
            external: true,
            line: at(source.line),
            result: Some(self.number),
            // Both kinds of module know functions in debug information by their numbers.
            address: Address::Symbol { symbol: id.as_u32() as usize, addend: 0 },
            variables: &variables,
        };
        self.info
            .function(isa, func, code, &info, |loc| (!loc.is_default()).then(|| at(loc.bits())));
    }
}
