//! `windlass help`: the options of a subcommand, and the tables of settings and opcodes.

use std::fmt::Write as _;

use anyhow::{Result, anyhow, bail};
use clap::error::ErrorKind;
use clap::{Args, Command};
use windlass_core::ir::opcodes::{Control, OperandKind, TypeExpr, TypeSet};
use windlass_core::ir::{Opcode, Type, types};
use windlass_core::settings;

use crate::exit::{Outcome, usage};
use crate::inspect::print;

/// Show the options of a subcommand, all settings, or all opcodes
#[derive(Args, Debug)]
pub struct HelpCommand {
    /// A subcommand; `settings` for what --set, --cpu and filetests can change; `opcodes` for the
    /// instructions of the IR
    topic: Option<String>,
}

impl HelpCommand {
    /// Shows the help; `cli` is the whole command.
    pub fn execute(self, mut cli: Command) -> Result<Outcome> {
        // What `--help` prints, in the form that it has there.
        let mut help = |args: &[&str]| match cli.try_get_matches_from_mut(args) {
            Err(error) if error.kind() == ErrorKind::DisplayHelp => Ok(error.to_string()),
            _ => Err(usage(anyhow!("there is no help about `{}`", args[1]))),
        };
        let text = match self.topic.as_deref() {
            None => help(&["windlass", "--help"])? + TOPICS,
            Some("settings") => settings_table()?,
            Some("opcodes") => opcode_table(),
            Some(name) => help(&["windlass", name, "--help"])?,
        };
        print(&text)?;
        Ok(Outcome::Success)
    }
}

const TOPICS: &str = "

`windlass help SUBCOMMAND` has its options, `windlass help settings` what --set takes, and
`windlass help opcodes` the instructions of the IR.
";

/// The machines whose settings are shown.
const MACHINES: &[&str] = &["x86_64"];

/// The settings of all machines and those of each machine.
fn settings_table() -> Result<String> {
    let shared = settings::builder().template().help();
    let mut text = format!("settings of all machines (--set NAME=VALUE)\n\n{shared}");
    for machine in MACHINES {
        let Ok(builder) = windlass_isa::lookup_by_name(machine) else {
            bail!("there is no back end for {machine}");
        };
        let own = builder.settings().template().help();
        let _ = write!(text, "\nsettings and presets of {machine} (--set, --cpu)\n\n{own}");
    }
    Ok(text)
}

/// The opcodes with operands, types and meaning, from the table that defines them.
fn opcode_table() -> String {
    let mut text = String::from(
        "opcodes of the IR: operands and results; the types that T (written as a suffix where it \
         does not follow from operands) and U may be\n",
    );
    for opcode in Opcode::ALL {
        let info = opcode.info();
        let suffix = if info.control == Control::Suffix { ".T" } else { "" };
        let operands = info.all_operands.iter().zip(info.operand_names);
        let operands: Vec<String> = operands
            .filter_map(|(kind, name)| match kind {
                OperandKind::CtrlType => None,
                OperandKind::Value(ty) => Some(format!("{name}: {}", type_text(*ty))),
                _ => Some((*name).to_string()),
            })
            .collect();
        let results: Vec<String> = info.results.iter().map(|ty| type_text(*ty)).collect();
        let arrow = if results.is_empty() { "" } else { " -> " };
        let (operands, results) = (operands.join(", "), results.join(", "));
        let head = format!("{}{suffix} {operands}", info.name);
        let _ = writeln!(text, "\n{}{arrow}{results}\n    {}", head.trim_end(), info.doc);
        for (name, set) in [("T", info.t), ("U", info.u)] {
            if set != TypeSet::NONE {
                let _ = writeln!(text, "    {name}: {}", set_text(set));
            }
        }
    }
    text
}

fn type_text(ty: TypeExpr) -> String {
    match ty {
        TypeExpr::T => "T".to_string(),
        TypeExpr::U => "U".to_string(),
        TypeExpr::A => "address".to_string(),
        TypeExpr::Lane => "lane of T".to_string(),
        TypeExpr::Half => "half of T".to_string(),
        TypeExpr::Double => "twice T".to_string(),
        TypeExpr::Split => "T with lanes of half the width".to_string(),
        TypeExpr::Merge => "T with lanes of twice the width".to_string(),
        TypeExpr::Bool => "truth of T".to_string(),
        TypeExpr::Fixed => "fixed vector of T".to_string(),
        TypeExpr::Is(ty) => ty.to_string(),
    }
}

fn set_text(set: TypeSet) -> String {
    use types::{F16, F32, F64, F128, I8, I16, I32, I64, I128};
    let lanes = [I8, I16, I32, I64, I128, F16, F32, F64, F128];
    let scalars: Vec<Type> = lanes.into_iter().filter(|&ty| set.contains(ty)).collect();
    let vectors = lanes.into_iter().flat_map(|lane| {
        (1..=8).filter_map(move |log2| lane.by(1 << log2)).filter(move |&ty| set.contains(ty))
    });
    let vectors: Vec<Type> = vectors.collect();
    let words = |types: &[Type]| types.iter().map(Type::to_string).collect::<Vec<_>>().join(" ");
    let mut parts = Vec::new();
    if !scalars.is_empty() {
        parts.push(words(&scalars));
    }
    if !vectors.is_empty() {
        let mut of: Vec<Type> = vectors.iter().map(|ty| ty.lane_type()).collect();
        of.dedup();
        parts.push(format!("vectors of {}", words(&of)));
    }
    if lanes.into_iter().any(|lane| {
        lane.by(4).is_some_and(|ty| ty.vector_to_dynamic().is_some_and(|ty| set.contains(ty)))
    }) {
        parts.push("dynamic vectors".to_string());
    }
    parts.join("; ")
}
