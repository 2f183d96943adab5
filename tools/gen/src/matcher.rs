//! From patterns to Rust conditions: one let-chain for each way in which a pattern can match.

use crate::syntax::{Node, Operand, Rule, let_bindings, rust_words};
use windlass_core::ir::Opcode;
use windlass_core::ir::opcodes::{Control, OperandKind, TypeExpr};

/// Classes of types that a pattern can name, and what they stand for.
pub const TYPE_CLASSES: &[(&str, &[&str])] = &[
    ("I", &["i8", "i16", "i32", "i64"]),
    ("Iall", &["i8", "i16", "i32", "i64", "i128"]),
    ("N", &["i8", "i16"]),
    ("N32", &["i8", "i16", "i32"]),
    ("W", &["i32", "i64"]),
    ("F", &["f32", "f64"]),
];

/// Names that generated code needs.
const RESERVED: &[&str] =
    &["cx", "d", "d1", "d2", "d3", "d4", "inst", "memory", "o0", "o1", "res", "res0", "res1"];

/// The operands of a root whose opcodes are looked up once for all its rules, and their names.
pub const LOOKED_UP: &[(&str, &str)] = &[("d.args[0]", "o0"), ("d.args[1]", "o1")];

/// A test of the opcode of an operand of the root, before anything else is asked of it.
fn test_opcode(value: &str, op: &str, flavour: Flavour, out: &mut Match) {
    let known = LOOKED_UP.iter().find(|(operand, _)| *operand == value);
    if let (Flavour::Lower, Some((_, name))) = (flavour, known) {
        out.parts.push(format!("{name} == Opcode::{op}"));
    }
}

/// Marks where the single use of an inner node is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavour {
    /// Lowering: use counts are known.
    Lower,
    /// Rewriting while a function is built: they are not.
    Rewrite,
}

/// What a variable of a rule is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VarKind {
    /// A value.
    Value,
    /// The bits of an integer constant, sign-extended, or another immediate operand.
    Imm(OperandKind),
    /// Bound by Rust in a condition, or by a step.
    Rust,
}

/// A way in which a pattern can match.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// The parts of the let-chain.
    pub parts: Vec<String>,
    /// The variables, in the order in which they are bound.
    pub vars: Vec<(String, VarKind)>,
    /// Mistakes.
    pub problems: Vec<String>,
    fresh: usize,
}

/// The names of types that a list stands for.
pub fn expand_types(types: &[String], problems: &mut Vec<String>) -> Vec<String> {
    let mut out = Vec::new();
    for name in types {
        if let Some((_, members)) = TYPE_CLASSES.iter().find(|c| c.0 == name) {
            out.extend(members.iter().map(|s| s.to_string()));
        } else if windlass_core::ir::Type::from_name(name).is_some() {
            out.push(name.clone());
        } else {
            problems.push(format!("`{name}` is neither a type nor a class of types"));
        }
    }
    out
}

fn type_test(subject: &str, types: &[String], out: &mut Match) {
    let names = expand_types(types, &mut out.problems);
    if names.is_empty() {
        return;
    }
    let upper: Vec<String> = names.iter().map(|n| n.to_uppercase()).collect();
    out.parts.push(match upper.as_slice() {
        [one] => format!("{subject} == {one}"),
        many => format!("matches!({subject}, {})", many.join(" | ")),
    });
}

/// The spelling of a condition or operation in Rust.
pub fn word_constant(kind: OperandKind, word: &str) -> Option<String> {
    use windlass_core::ir::{AtomicRmwOp, FloatCC, IntCC};
    match kind {
        OperandKind::IntCC => word.parse::<IntCC>().ok().map(|cc| format!("IntCC::{cc:?}")),
        OperandKind::FloatCC => word.parse::<FloatCC>().ok().map(|cc| format!("FloatCC::{cc:?}")),
        OperandKind::RmwOp => {
            word.parse::<AtomicRmwOp>().ok().map(|op| format!("AtomicRmwOp::{op:?}"))
        }
        _ => None,
    }
}

/// How an immediate operand of an instruction is read.
pub fn immediate(kind: OperandKind, data: &str) -> Option<String> {
    Some(match kind {
        OperandKind::Imm64 => format!("{data}.signed_imm()"),
        OperandKind::Ieee16 | OperandKind::Ieee32 | OperandKind::Ieee64 => {
            format!("{data}.imm_bits()")
        }
        OperandKind::IntCC => format!("{data}.cond()"),
        OperandKind::FloatCC => format!("{data}.fcond()"),
        OperandKind::TrapCode => format!("trap_code({data})"),
        OperandKind::RmwOp => format!("{data}.atomic_op()"),
        OperandKind::MemFlags => format!("{data}.mem_flags()"),
        OperandKind::Offset => format!("{data}.offset()"),
        OperandKind::Lane => format!("{data}.lane()"),
        OperandKind::Constant => format!("{data}.constant()"),
        OperandKind::Mask => format!("{data}.immediate()"),
        OperandKind::StackSlot => format!("{data}.stack_slot()"),
        OperandKind::GlobalValue => format!("{data}.global_value()"),
        OperandKind::FuncRef => format!("{data}.func_ref()"),
        OperandKind::Block => format!("{data}.handler_block()"),
        OperandKind::EdgeIndex => format!("{data}.edge_index()"),
        _ => return None,
    })
}

/// All ways in which a pattern matches, with commutative operands both ways round.
pub fn variants(node: &Node) -> Vec<Node> {
    let mut all = vec![Node { operands: Vec::new(), ..node.clone() }];
    for operand in &node.operands {
        let options: Vec<Operand> = match operand {
            Operand::Node { name, shared, node } => variants(node)
                .into_iter()
                .map(|node| Operand::Node { name: name.clone(), shared: *shared, node })
                .collect(),
            other => vec![other.clone()],
        };
        all = all
            .iter()
            .flat_map(|n| {
                options.iter().map(move |option| {
                    let mut n = n.clone();
                    n.operands.push(option.clone());
                    n
                })
            })
            .collect();
    }
    let commutes = Opcode::from_name(&node.op).is_some_and(|op| op.is_commutative());
    if commutes && node.operands.len() >= 2 && !interchangeable(&node.operands) {
        for i in 0..all.len() {
            let mut swapped = all[i].clone();
            swapped.operands.swap(0, 1);
            all.push(swapped);
        }
    }
    all
}

fn interchangeable(operands: &[Operand]) -> bool {
    match (&operands[0], &operands[1]) {
        (Operand::Var(_, a), Operand::Var(_, b)) => a == b,
        _ => false,
    }
}

/// The let-chain of one variant of a rule.
pub fn compile(rule: &Rule, node: &Node, flavour: Flavour) -> Match {
    let mut out = Match::default();
    out.vars.push(("ty".to_string(), VarKind::Rust));
    match_node(node, "d", true, flavour, &mut out);
    for feature in &rule.features {
        out.parts.push(format!("cx.isa.has_{feature}()"));
    }
    if let Some(conditions) = &rule.conditions {
        out.parts.push(conditions.clone());
        for name in let_bindings(conditions) {
            out.vars.push((name, VarKind::Rust));
        }
    }
    out
}

fn bind(name: &str, value: String, kind: VarKind, out: &mut Match) -> Option<String> {
    if name == "_" {
        return None;
    }
    if RESERVED.contains(&name) {
        out.problems
            .push(format!("the generated code uses the name `{name}` itself; take another"));
    }
    if out.vars.iter().any(|v| v.0 == name) {
        out.parts.push(format!("{name} == {value}"));
    } else {
        out.parts.push(format!("let {name} = {value}"));
        out.vars.push((name.to_string(), kind));
    }
    Some(name.to_string())
}

fn match_node(node: &Node, data: &str, root: bool, flavour: Flavour, out: &mut Match) {
    let Some(op) = Opcode::from_name(&node.op) else {
        out.problems.push(format!("`{}` is no opcode", node.op));
        return;
    };
    let info = op.info();
    let operands = info.operands();
    if operands.len() != node.operands.len() {
        out.problems.push(format!(
            "`{}` has {} operands ({}), the pattern gives {}",
            node.op,
            operands.len(),
            info.operand_names.join(" "),
            node.operands.len()
        ));
        return;
    }
    if info.control == Control::None && !node.types.is_empty() {
        out.problems.push(format!("`{}` takes no type", node.op));
    }
    for name in expand_types(&node.types, &mut out.problems) {
        let ty = windlass_core::ir::Type::from_name(&name).expect("expanded");
        if !info.t.contains(ty) {
            out.problems.push(format!("`{}` does not exist at type {name}", node.op));
        }
    }
    let subject = if root { "ty".to_string() } else { format!("{data}.ctrl_type") };
    type_test(&subject, &node.types, out);
    let mut n = 0;
    // Tests of immediates and constants first: they are cheap and fail often.
    let mut later = Vec::new();
    for (operand, &kind) in node.operands.iter().zip(operands) {
        match kind {
            OperandKind::Value(expr) => {
                let value = format!("{data}.args[{n}]");
                n += 1;
                later.push((operand, value, expr));
            }
            _ => match_immediate(operand, kind, data, out),
        }
    }
    // Plain variables first: a later node may say that its operand is the same value.
    later.sort_by_key(|l| !matches!(l.0, Operand::Var(..)));
    for (operand, value, expr) in later {
        match_value(operand, value, expr, flavour, out);
    }
}

fn match_immediate(operand: &Operand, kind: OperandKind, data: &str, out: &mut Match) {
    let Some(read) = immediate(kind, data) else {
        if *operand != Operand::Var("_".to_string(), Vec::new()) {
            out.problems.push(format!("an operand of kind {kind:?} can only be `_`"));
        }
        return;
    };
    match operand {
        Operand::Var(name, types) if types.is_empty() => {
            bind(name, read, VarKind::Imm(kind), out);
        }
        Operand::Int(value) => out.parts.push(format!("{read} == {value}")),
        Operand::Word(word) => match word_constant(kind, word) {
            Some(constant) => out.parts.push(format!("{read} == {constant}")),
            None => out.problems.push(format!("`#{word}` is no word for {kind:?}")),
        },
        _ => out.problems.push(format!("an operand of kind {kind:?} cannot be a pattern")),
    }
}

fn match_value(
    operand: &Operand,
    value: String,
    expr: TypeExpr,
    flavour: Flavour,
    out: &mut Match,
) {
    match operand {
        Operand::Var(name, types) => {
            let bound = bind(name, value.clone(), VarKind::Value, out).unwrap_or(value);
            if !types.is_empty() {
                type_test(&format!("cx.ty({bound})"), types, out);
            }
        }
        Operand::Load(name) => {
            if flavour == Flavour::Rewrite {
                out.problems.push("`&` is only for lowering rules".to_string());
            }
            if let Some(name) = bind(name, value, VarKind::Value, out) {
                out.parts.push(format!("cx.is_mem({name})"));
            }
        }
        Operand::Int(k) => {
            if matches!(expr, TypeExpr::Is(ty) if !ty.is_int()) {
                out.problems.push(format!("the operand cannot be the integer {k}"));
            }
            test_opcode(&value, "Iconst", flavour, out);
            out.parts.push(format!("cx.iconst({value}) == Some({k})"));
        }
        Operand::Word(word) => out.problems.push(format!("`#{word}` stands for no value")),
        Operand::Node { name, shared, node } => {
            if let ("iconst", [Operand::Var(k, types)], None) =
                (node.op.as_str(), node.operands.as_slice(), name)
                && node.types.is_empty()
                && types.is_empty()
            {
                test_opcode(&value, "Iconst", flavour, out);
                let known = out.vars.iter().any(|v| v.0 == *k);
                if k == "_" || known {
                    let test = if known {
                        format!("cx.iconst({value}) == Some({k})")
                    } else {
                        format!("cx.iconst({value}).is_some()")
                    };
                    out.parts.push(test);
                } else {
                    out.parts.push(format!("let Some({k}) = cx.iconst({value})"));
                    out.vars.push((k.clone(), VarKind::Imm(OperandKind::Imm64)));
                }
                return;
            }
            let Some(op) = Opcode::from_name(&node.op) else {
                out.problems.push(format!("`{}` is no opcode", node.op));
                return;
            };
            if op.info().results.len() != 1 || !op.info().is_pure() && !op.can_load() {
                out.problems.push(format!("`{}` cannot stand inside of a pattern", node.op));
            }
            if op.can_load() {
                out.problems
                    .push(format!("a load inside of a pattern is written `&x`, not `{}`", node.op));
            }
            test_opcode(&value, &format!("{op:?}"), flavour, out);
            let value = match name {
                Some(name) => bind(name, value.clone(), VarKind::Value, out).unwrap_or(value),
                None => value,
            };
            out.fresh += 1;
            let data = format!("d{}", out.fresh);
            out.parts.push(format!("let Some({data}) = cx.node({value}, Opcode::{op:?})"));
            let constant = op.info().operands().iter().all(|k| !matches!(k, OperandKind::Value(_)));
            if flavour == Flavour::Lower && !shared && !constant {
                out.parts.push(format!("cx.single_use({value})"));
            }
            match_node(node, &data, false, flavour, out);
        }
    }
}

/// Whether Rust text mentions a word.
pub fn mentions(code: &str, word: &str) -> bool {
    rust_words(code).contains(&word)
}

/// The scalar types of an opcode that a rule without types matches.
pub fn every_type(op: Opcode) -> Vec<String> {
    if !op.is_polymorphic() {
        return vec!["invalid".to_string()];
    }
    ["i8", "i16", "i32", "i64", "i128", "f16", "f32", "f64", "f128"]
        .iter()
        .filter(|name| {
            windlass_core::ir::Type::from_name(name).is_some_and(|ty| op.info().t.contains(ty))
        })
        .map(|s| s.to_string())
        .collect()
}
