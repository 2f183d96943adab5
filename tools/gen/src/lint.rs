//! What is wrong with rules beyond a single one: rules that can never be reached, names given twice, opcodes
//! and types that no rule lowers.

use crate::matcher::{every_type, expand_types};
use crate::syntax::{Expr, Node, Operand, Place, Problem, Replacement, Rule};
use std::collections::BTreeSet;
use windlass_core::ir::Opcode;

/// Looks at the rules of one directory, in their order.
pub fn rules(rules: &[Rule], problems: &mut Vec<Problem>) {
    for (i, rule) in rules.iter().enumerate() {
        for earlier in &rules[..i] {
            if earlier.name == rule.name {
                problems.push(Problem {
                    place: rule.place.clone(),
                    text: format!("the name `{}` is already taken at {}", rule.name, earlier.place),
                });
            }
            let unconditional = earlier.conditions.is_none()
                && earlier.features.is_empty()
                && earlier.cond == rule.cond
                && !matches!(earlier.replacement, Replacement::Rust(..));
            if unconditional && covers_root(&earlier.pattern, &rule.pattern) {
                problems.push(Problem {
                    place: rule.place.clone(),
                    text: format!(
                        "`{}` is never reached: `{}` at {} matches the same without condition",
                        rule.name, earlier.name, earlier.place
                    ),
                });
                break;
            }
        }
    }
}

/// Reports features that rules ask for and that do not exist.
pub fn features(rules: &[Rule], known: &[&str], problems: &mut Vec<Problem>) {
    for rule in rules {
        for feature in rule.features.iter().filter(|f| !known.contains(&f.as_str())) {
            let there_are = match known {
                [] => "rules for all machines ask for none".to_string(),
                known => format!("there are {}", known.join(", ")),
            };
            let text = format!("`{feature}` is no feature of the machine: {there_are}");
            problems.push(Problem { place: rule.place.clone(), text });
        }
    }
}

/// Reports functions that rules call and that the sources do not have: the compiler would find them
/// in generated code alone.
pub fn functions(
    rules: &[Rule],
    sources: &str,
    known: &BTreeSet<&str>,
    problems: &mut Vec<Problem>,
) {
    for rule in rules {
        let mut code: Vec<&str> = rule.conditions.as_deref().into_iter().collect();
        let mut names = BTreeSet::new();
        match &rule.replacement {
            Replacement::Rust(name, args) => {
                names.insert(name.as_str());
                code.extend(args.iter().map(String::as_str));
            }
            Replacement::Steps(steps) => {
                steps.iter().for_each(|step| rust_of(&step.expr, &mut code));
            }
        }
        names.extend(code.iter().flat_map(|code| called(code)));
        for name in names.into_iter().filter(|name| !known.contains(*name)) {
            let text = format!("there is no function `{name}` in {sources}");
            problems.push(Problem { place: rule.place.clone(), text });
        }
    }
}

/// The instruction rows that neither a rule nor a source names.
pub fn unused_rows<'a>(
    rules: &[Rule],
    rows: &[&'a str],
    in_sources: &BTreeSet<&str>,
) -> Vec<&'a str> {
    let mut code = Vec::new();
    let mut used = in_sources.clone();
    for step in rules.iter().flat_map(|rule| match &rule.replacement {
        Replacement::Steps(steps) => &steps[..],
        Replacement::Rust(..) => &[],
    }) {
        rows_of(&step.expr, &mut used);
        rust_of(&step.expr, &mut code);
    }
    let in_code = |row: &str| code.iter().any(|code| code.contains(&format!("Op::{row}")));
    rows.iter().copied().filter(|row| !used.contains(row) && !in_code(row)).collect()
}

/// The rows that a step names.
fn rows_of<'a>(expr: &'a Expr, rows: &mut BTreeSet<&'a str>) {
    match expr {
        Expr::Row { row, args, .. } => {
            rows.insert(row);
            args.iter().for_each(|arg| rows_of(arg, rows));
        }
        Expr::Mem(args) => args.iter().for_each(|arg| rows_of(arg, rows)),
        Expr::Half(inner, _) | Expr::Alias(inner) => rows_of(inner, rows),
        Expr::Trap { cond, .. } => rows_of(cond, rows),
        Expr::Var(_)
        | Expr::Int(_)
        | Expr::Word(_)
        | Expr::Flags(_)
        | Expr::Code(_)
        | Expr::Yield(_) => {}
    }
}

/// The Rust in what is done in a step.
fn rust_of<'a>(expr: &'a Expr, code: &mut Vec<&'a str>) {
    match expr {
        Expr::Code(text) | Expr::Yield(text) => code.push(text),
        Expr::Row { args, .. } | Expr::Mem(args) => {
            args.iter().for_each(|arg| rust_of(arg, code));
        }
        Expr::Half(inner, _) | Expr::Alias(inner) => rust_of(inner, code),
        Expr::Trap { cond, .. } => rust_of(cond, code),
        Expr::Var(_) | Expr::Int(_) | Expr::Word(_) | Expr::Flags(_) => {}
    }
}

/// The functions that Rust text calls by their names alone, and the methods of the context.
/// Methods of other types, paths, macros and patterns such as `Some(x)` are not among them.
fn called(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = Vec::new();
    for (at, _) in code.match_indices('(') {
        let start = code[..at].rfind(|c| !is_word(c)).map_or(0, |before| before + 1);
        let name = &code[start..at];
        let before = &code[..start];
        let of_context = before.strip_suffix("cx.").is_some_and(|rest| !rest.ends_with(is_word));
        let alone = !before.ends_with(['.', ':']);
        if name.starts_with(|c: char| c.is_ascii_lowercase()) && (alone || of_context) {
            names.push(name);
        }
    }
    names
}

/// What the machine-independent half lowers by itself.
const BY_DRIVER: &[Opcode] = &[
    Opcode::Jump,
    Opcode::Brif,
    Opcode::BrTable,
    Opcode::Return,
    Opcode::Call,
    Opcode::CallIndirect,
    Opcode::ReturnCall,
    Opcode::ReturnCallIndirect,
    Opcode::TryCall,
    Opcode::TryCallIndirect,
    Opcode::Trap,
    Opcode::Nop,
    Opcode::SequencePoint,
];

/// Reports opcodes and scalar types without rule or expansion, but for those that the file `path` lists as
/// `opcode` or `opcode.TYPES` (with the reason behind `//`), and lines of it that are wrong.
pub fn coverage(rules: &[Rule], path: &str, text: &str, problems: &mut Vec<Problem>) {
    let mut missing = BTreeSet::new();
    for &op in Opcode::ALL.iter().filter(|op| !BY_DRIVER.contains(op)) {
        for ty in every_type(op) {
            missing.insert((op, ty));
        }
    }
    for rule in rules.iter().filter(|r| !r.cond) {
        let Some(op) = Opcode::from_name(&rule.pattern.op) else { continue };
        let types = match rule.pattern.types.is_empty() {
            true => every_type(op),
            false => expand_types(&rule.pattern.types, &mut Vec::new()),
        };
        for ty in types {
            missing.remove(&(op, ty));
        }
    }
    let place = |line: usize| Place { file: path.to_string(), line };
    for (n, line) in text.lines().enumerate() {
        let entry = line.split("//").next().unwrap_or("").trim();
        if entry.is_empty() {
            continue;
        }
        let (name, types) = entry.split_once('.').unwrap_or((entry, ""));
        let mut texts = Vec::new();
        let types: Vec<String> =
            types.split('|').filter(|t| !t.is_empty()).map(Into::into).collect();
        match Opcode::from_name(name) {
            None => texts.push(format!("`{name}` is no opcode")),
            Some(op) => {
                let types = match types.is_empty() {
                    true => every_type(op),
                    false => expand_types(&types, &mut texts),
                };
                for ty in types {
                    if !missing.remove(&(op, ty.clone())) {
                        texts.push(format!(
                            "`{name}` is lowered at type {ty}: take it off this list"
                        ));
                    }
                }
            }
        }
        problems.extend(texts.into_iter().map(|text| Problem { place: place(n + 1), text }));
    }
    // Where the list does not say otherwise, expansions do what rules do not.
    missing.retain(|(op, ty)| {
        let ty =
            windlass_core::ir::Type::from_name(ty).unwrap_or(windlass_core::ir::types::INVALID);
        !windlass_core::opt::legalize::expands(*op, ty)
    });
    for (op, ty) in missing {
        let what = if ty == "invalid" { format!("`{op}`") } else { format!("`{op}.{ty}`") };
        problems.push(Problem {
            place: place(0),
            text: format!("no rule lowers {what}: add one, or a line here with the reason"),
        });
    }
}

fn covers_root(general: &Node, special: &Node) -> bool {
    if general.op != special.op || general.operands.len() != special.operands.len() {
        return false;
    }
    if covers(general, special, &mut Vec::new()) {
        return true;
    }
    let commutes = Opcode::from_name(&general.op).is_some_and(|op| op.is_commutative());
    if commutes && general.operands.len() >= 2 {
        let mut swapped = general.clone();
        swapped.operands.swap(0, 1);
        return covers(&swapped, special, &mut Vec::new());
    }
    false
}

fn types_cover(general: &[String], special: &[String]) -> bool {
    if general.is_empty() {
        return true;
    }
    let mut ignored = Vec::new();
    let general = expand_types(general, &mut ignored);
    let special = expand_types(special, &mut ignored);
    !special.is_empty() && special.iter().all(|t| general.contains(t))
}

/// `names` are the variables of the general pattern so far.
fn covers(general: &Node, special: &Node, names: &mut Vec<String>) -> bool {
    if general.op != special.op || !types_cover(&general.types, &special.types) {
        return false;
    }
    general.operands.iter().zip(&special.operands).all(|(g, s)| match (g, s) {
        (Operand::Var(name, types), s) => {
            // A name that comes twice asks for equal operands.
            let repeated = name != "_" && names.contains(name);
            names.push(name.clone());
            !repeated
                && match s {
                    Operand::Var(_, other) => types_cover(types, other),
                    Operand::Node { node, .. } => types_cover(types, &node.types),
                    _ => types.is_empty(),
                }
        }
        (Operand::Int(a), Operand::Int(b)) => a == b,
        (Operand::Word(a), Operand::Word(b)) => a == b,
        (Operand::Load(_), Operand::Load(_)) => true,
        (
            Operand::Node { shared, node, .. },
            Operand::Node { shared: other_shared, node: other, .. },
        ) => (*shared || !*other_shared) && covers(node, other, names),
        (Operand::Node { node, .. }, Operand::Int(_)) => node.op == "iconst",
        _ => false,
    })
}
