//! The dispatch by root opcode, and the table of what is lowered.

use crate::lowering::function_name;
use crate::matcher::{every_type, expand_types};
use crate::syntax::{Problem, Replacement, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use windlass_core::ir::Opcode;

/// The file `mod.rs` beside the generated files of a machine.
pub fn dispatch(dir: &str, groups: &[(String, Vec<Rule>)], _: &mut Vec<Problem>) -> String {
    let mut out = format!(
        "//! Generated from `{dir}` by `windlass-dev gen`: change the rules, not this file.\n\n"
    );
    let mut modules: Vec<&String> = groups.iter().map(|g| &g.0).collect();
    modules.sort();
    for name in modules {
        let _ = writeln!(
            out,
            "#[rustfmt::skip]\n#[allow(unused_variables, irrefutable_let_patterns)]\nmod {name};"
        );
    }
    out.push_str(
        "\n#[rustfmt::skip]\n#[allow(unused_imports)]\nmod prelude {\n    \
         pub(super) use crate::lower::prelude::*;\n}\n\nuse prelude::*;\n",
    );
    for cond in [false, true] {
        let (name, result, doc) = match cond {
            false => ("lower", "bool", "Lowers an instruction by the first rule that matches"),
            true => {
                ("cond", "Option<Cond>", "Puts a comparison and gives the condition that it sets")
            }
        };
        let _ = writeln!(
            out,
            "\n/// {doc}.\n#[rustfmt::skip]\npub(super) fn {name}(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> {result} {{\n    \
             match d.opcode {{"
        );
        let mut by_op: BTreeMap<Opcode, Vec<&str>> = BTreeMap::new();
        for (file, rules) in groups {
            for rule in rules.iter().filter(|r| r.cond == cond) {
                let Some(op) = Opcode::from_name(&rule.pattern.op) else { continue };
                let files = by_op.entry(op).or_default();
                if !files.contains(&file.as_str()) {
                    files.push(file);
                }
            }
        }
        for (op, files) in by_op {
            let function = function_name(cond, op);
            let calls: Vec<String> =
                files.iter().map(|f| format!("{f}::{function}(cx, inst, d)")).collect();
            let text = match cond {
                false => calls.join(" || "),
                true => {
                    let mut calls = calls.into_iter();
                    let first = calls.next().unwrap_or_default();
                    calls.fold(first, |a, b| format!("{a}.or_else(|| {b})"))
                }
            };
            let _ = writeln!(out, "        Opcode::{op:?} => {text},");
        }
        let fail = if cond { "None" } else { "false" };
        let _ = writeln!(out, "        _ => {fail},\n    }}\n}}");
    }
    supported(&mut out, groups);
    out
}

/// What lowers an opcode at a type.
#[derive(Default)]
struct Support {
    /// The sets of features of which one is enough.
    features: BTreeSet<String>,
    /// Whether a rule has instructions on its right side, and not only the name of a function.
    in_rules: bool,
}

/// What is lowered: by opcode, then by type.
fn support(groups: &[(String, Vec<Rule>)]) -> BTreeMap<Opcode, BTreeMap<String, Support>> {
    let mut by_op: BTreeMap<Opcode, BTreeMap<String, Support>> = BTreeMap::new();
    for rule in groups.iter().flat_map(|g| &g.1).filter(|r| !r.cond) {
        let Some(op) = Opcode::from_name(&rule.pattern.op) else { continue };
        let entry = by_op.entry(op).or_default();
        let mut ignored = Vec::new();
        let types = match rule.pattern.types.is_empty() {
            false => expand_types(&rule.pattern.types, &mut ignored),
            true => every_type(op),
        };
        for ty in types {
            let support = entry.entry(ty).or_default();
            support.features.insert(rule.features.join("+"));
            support.in_rules |= !matches!(rule.replacement, Replacement::Rust(..));
        }
    }
    by_op
}

/// How much of a machine's lowering is written in rules.
pub struct Share {
    /// Pairs of opcode and type that are lowered.
    pub pairs: usize,
    /// Those for which only rules exist that name a function.
    pub by_functions: Vec<String>,
}

impl Share {
    /// Counts the pairs of these rules.
    pub fn of(groups: &[(String, Vec<Rule>)]) -> Self {
        let mut share = Self { pairs: 0, by_functions: Vec::new() };
        for (op, types) in support(groups) {
            for (ty, support) in types {
                share.pairs += 1;
                if !support.in_rules {
                    share.by_functions.push(format!("{op}.{ty}"));
                }
            }
        }
        share
    }

    /// Per cent of the pairs that are in rules.
    pub fn percent(&self) -> usize {
        100 * (self.pairs - self.by_functions.len()) / self.pairs.max(1)
    }
}

/// The scalar types for which a rule with this root exists, and the features that are enough.
fn supported(out: &mut String, groups: &[(String, Vec<Rule>)]) {
    let by_op = support(groups);
    out.push_str(
        "\n/// What is lowered: opcode, type (`INVALID` where the opcode has none), and the features of which one\n\
         /// set is needed (`+` joins a set; an empty one means every
         /// processor).\n#[rustfmt::skip]\n\
         pub static SUPPORTED: &[(Opcode, Type, &[&str])] = &[\n",
    );
    for (op, types) in by_op {
        for (ty, Support { features, .. }) in types {
            let base = features.contains("");
            let features: Vec<String> = match base {
                true => vec!["\"\"".to_string()],
                false => features.iter().map(|f| format!("\"{f}\"")).collect(),
            };
            let _ = writeln!(
                out,
                "    (Opcode::{op:?}, {}, &[{}]),",
                ty.to_uppercase(),
                features.join(", ")
            );
        }
    }
    out.push_str("];\n");
}
