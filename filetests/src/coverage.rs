//! Which operations are tested at which types with which flags.
//!
//! A column is the interpreter, or a `target` line of a file with `test run`. An operation counts
//! where a function of such a file holds it. What must be there follows from the opcode table: each
//! scalar opcode at each scalar type of its set, on the interpreter, and on each of the required
//! targets at the types that those have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use windlass_core::ir::{Opcode, OperandKind, Type, TypeExpr, types};
use windlass_core::testfile::TestFile;

/// The column of the interpreter.
const INTERPRETER: &str = "interpret";

/// The flag sets with which every operation must be tested.
const REQUIRED: [&str; 2] = ["x86_64", "x86_64 haswell"];

/// The scalar types in scope.
const SCALARS: [Type; 7] =
    [types::I8, types::I16, types::I32, types::I64, types::I128, types::F32, types::F64];

/// Opcodes out of scope, with the reason.
const OUT_OF_SCOPE: &[(&str, Opcode)] = &[
    ("stops in a debugger", Opcode::Debugtrap),
    ("stacks are switched by a runtime", Opcode::StackSwitch),
    ("sets what test runs must not use", Opcode::SetPinnedReg),
    ("sets what test runs must not use", Opcode::GetPinnedReg),
    ("thread-local data needs a linker", Opcode::TlsValue),
    ("globals are set up by a runtime", Opcode::SymbolValue),
    ("makes no code; the interpreter has none", Opcode::SequencePoint),
    ("for lanes", Opcode::Blendv),
    ("for lanes", Opcode::X86Cvtt2dq),
    ("of f16", Opcode::F16const),
    ("of f128", Opcode::F128const),
    ("for dynamic vectors", Opcode::DynamicStackAddr),
    ("the interpreter has no frames", Opcode::GetReturnAddress),
    ("the interpreter has no frames", Opcode::GetStackPointer),
];

/// What was tested.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    seen: BTreeMap<String, BTreeSet<(Opcode, String)>>,
}

impl Coverage {
    /// Adds what the functions of a file hold.
    pub fn add(&mut self, text: &str, file: &TestFile<'_>) {
        let mut columns = Vec::new();
        for command in &file.commands {
            match command.command {
                "interpret" => columns.push(INTERPRETER.to_string()),
                "run" => columns.extend(
                    text.lines()
                        .take_while(|line| !line.starts_with("function"))
                        .filter_map(|line| line.strip_prefix("target"))
                        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")),
                ),
                _ => {}
            }
        }
        let mut found = BTreeSet::new();
        for (function, _) in &file.functions {
            for block in function.layout.blocks() {
                for inst in function.layout.block_insts(block) {
                    let opcode = function.dfg[inst].opcode;
                    let ty = match opcode.info().is_polymorphic() {
                        true => function.dfg.ctrl_typevar(inst).to_string(),
                        false => String::from("-"),
                    };
                    found.insert((opcode, ty));
                }
            }
        }
        for column in columns {
            self.seen.entry(column).or_default().extend(found.iter().cloned());
        }
    }

    /// Adds what another run saw.
    pub fn merge(&mut self, other: Coverage) {
        for (column, found) in other.seen {
            self.seen.entry(column).or_default().extend(found);
        }
    }

    fn has(&self, column: &str, opcode: Opcode, ty: &str) -> bool {
        self.seen.get(column).is_some_and(|seen| seen.contains(&(opcode, ty.to_string())))
    }

    /// Each operation that must be tested and is not.
    pub fn holes(&self) -> Vec<String> {
        let mut holes = Vec::new();
        for (opcode, ty) in wanted() {
            let native = !lacks(opcode, &ty);
            for column in [INTERPRETER].into_iter().chain(REQUIRED) {
                if (column == INTERPRETER || native) && !self.has(column, opcode, &ty) {
                    holes.push(format!("{opcode} at type {ty} is not tested on `{column}`"));
                }
            }
        }
        holes
    }
}

/// All operations in scope: opcode and type.
fn wanted() -> Vec<(Opcode, String)> {
    let mut list = Vec::new();
    for &opcode in Opcode::ALL {
        let info = opcode.info();
        let vector = |expr: &TypeExpr| matches!(expr, TypeExpr::Is(ty) if ty.is_vector());
        if OUT_OF_SCOPE.iter().any(|(_, other)| *other == opcode)
            || info.results.iter().any(vector)
            || info
                .all_operands
                .iter()
                .any(|operand| matches!(operand, OperandKind::Value(expr) if vector(expr)))
        {
            continue;
        }
        if !info.is_polymorphic() {
            list.push((opcode, String::from("-")));
            continue;
        }
        for ty in SCALARS {
            if info.t.contains(ty) && exists(opcode, ty) {
                list.push((opcode, ty.to_string()));
            }
        }
    }
    list
}

/// Whether an opcode can be used with this scalar type on machines of 64 bits.
fn exists(opcode: Opcode, ty: Type) -> bool {
    let info = opcode.info();
    // The free types must leave a scalar: `vhigh_bits` reads vectors alone.
    if !info.u.is_empty() && !SCALARS.iter().any(|u| info.u.contains(*u)) {
        return false;
    }
    match opcode {
        // Addresses have 64 bits.
        Opcode::StackAddr
        | Opcode::FuncAddr
        | Opcode::CallIndirect
        | Opcode::ReturnCallIndirect
        | Opcode::TryCallIndirect
        | Opcode::GetExceptionHandlerAddress
        | Opcode::GetFramePointer
        | Opcode::Uload32
        | Opcode::Sload32 => ty == types::I64,
        // Narrower or wider than something.
        Opcode::Uextend | Opcode::Sextend => ty != types::I8,
        Opcode::Ireduce => ty != types::I128,
        Opcode::Fpromote => ty == types::F64,
        Opcode::Fdemote => ty == types::F32,
        // Of 128 bits there are no two different scalars but f128.
        Opcode::Bitcast => matches!(ty, types::I32 | types::I64 | types::F32 | types::F64),
        _ => true,
    }
}

/// Whether back ends lack the operation: some at 128 bits.
fn lacks(opcode: Opcode, ty: &str) -> bool {
    use Opcode::*;
    let narrow_only = matches!(
        opcode,
        AtomicRmw
            | AtomicCas
            | AtomicLoad
            | AtomicStore
            | FcvtToUint
            | FcvtToSint
            | FcvtToUintSat
            | FcvtToSintSat
    );
    ty == "i128" && narrow_only
}

/// The table: a row for each opcode and column, with the types tested, and those missing in
/// parentheses.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut wanted_types: BTreeMap<Opcode, Vec<String>> = BTreeMap::new();
        for (opcode, ty) in wanted() {
            wanted_types.entry(opcode).or_default().push(ty);
        }
        let columns: Vec<&String> = self.seen.keys().collect();
        writeln!(f, "{:24} types by flag set (missing in parentheses)", "opcode")?;
        for (opcode, tys) in wanted_types {
            write!(f, "{:24}", opcode.to_string())?;
            for column in &columns {
                let cell = |ty: &String| match self.has(column, opcode, ty) {
                    true => ty.clone(),
                    false => format!("({ty})"),
                };
                let cells: Vec<_> = tys.iter().map(cell).collect();
                write!(f, " {column}: {};", cells.join(" "))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
