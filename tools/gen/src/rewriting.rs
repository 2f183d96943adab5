//! From rewrites of the IR to Rust: one function for each root opcode, in which tests that several
//! rules begin with are made once.
//!
//! What holds: rules that share their first test are tried together; among them, and among the
//! groups, the order is that of the file. A constant operand of a commutative opcode is looked for
//! on the right only, where simplification puts it. A right side that is not marked `expands`
//! weighs less than the left one (by the opcode table), with no variable more often than on the left, so
//! that rewriting ends whatever the variables stand for.

use crate::matcher::{self, expand_types, immediate, mentions, word_constant};
use crate::syntax::{Expr, Node, Operand, Problem, Replacement, Rule, let_bindings};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use windlass_core::ir::opcodes::{OperandKind, TypeExpr};
use windlass_core::ir::{Opcode, Type, types};
use windlass_core::opt::kinds::{SIMPLE, kind};

/// The types that an integer constant can have.
const CONSTANT: [Type; 4] = [types::I8, types::I16, types::I32, types::I64];

/// The body of a generated file.
pub fn file(path: &str, rules: &[Rule], problems: &mut Vec<Problem>) -> String {
    let mut out = format!(
        "//! Generated from `{path}` by `windlass-dev gen`: change the rules, not this file.\n\n\
         use super::prelude::*;\n"
    );
    let mut groups: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        groups.entry(rule.pattern.op.clone()).or_default().push(rule);
    }
    for (name, rules) in groups {
        let mut root = Tree::default();
        for rule in rules {
            let mut texts = Vec::new();
            if let Err(text) = termination(rule) {
                texts.push(text);
            }
            for node in variants(&rule.pattern) {
                let mut chain = Chain::new(rule);
                chain.compile(&node);
                if texts.is_empty() {
                    texts.append(&mut chain.problems);
                }
                let always =
                    rule.conditions.is_none() && !matches!(rule.replacement, Replacement::Rust(..));
                root.add(&chain.steps, &chain.body, always);
            }
            let place = &rule.place;
            problems.extend(texts.into_iter().map(|text| Problem { place: place.clone(), text }));
        }
        let _ = writeln!(
            out,
            "\npub(super) fn {name}(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> \
             Option<Value> {{\n    let ty = d.ctrl_type;"
        );
        root.write(1, &mut out);
        out.push_str("    None\n}\n");
    }
    out
}

/// The file `mod.rs` beside the generated files.
pub fn dispatch(dir: &str, groups: &[(String, Vec<Rule>)]) -> String {
    let mut out = format!(
        "//! Generated from `{dir}` by `windlass-dev gen`: change the rules, not this file.\n\n"
    );
    let mut modules: Vec<&String> = groups.iter().map(|g| &g.0).collect();
    modules.sort();
    for name in modules {
        let _ =
            writeln!(out, "#[rustfmt::skip]\n#[allow(unused_variables, clippy::all)]\nmod {name};");
    }
    out.push_str(
        "\n#[rustfmt::skip]\n#[allow(unused_imports)]\nmod prelude {\n    \
         pub(super) use crate::opt::conds::*;\n    \
         pub(super) use crate::opt::divide::*;\n    \
         pub(super) use crate::opt::simplify::{Cx, Def};\n    \
         pub(super) use crate::ir::condcodes::{CondCode, FloatCC, IntCC};\n    \
         pub(super) use crate::ir::types::{F32, F64, I8, I16, I32, I64, I128};\n    \
         pub(super) use crate::ir::{InstructionData, Opcode, Value};\n}\n\nuse prelude::*;\n",
    );
    let mut by_op: BTreeMap<Opcode, Vec<&str>> = BTreeMap::new();
    for (file, rules) in groups {
        for rule in rules {
            let Some(op) = Opcode::from_name(&rule.pattern.op) else { continue };
            let files = by_op.entry(op).or_default();
            if !files.contains(&file.as_str()) {
                files.push(file);
            }
        }
    }
    out.push_str(
        "\n/// Rewrites an instruction by the first rule that matches.\n#[rustfmt::skip]\n\
         pub(super) fn rewrite(cx: &mut Cx<'_>, d: &InstructionData, a: Def, b: Def) -> Option<Value> {\n    \
         match d.opcode {\n",
    );
    for (op, files) in &by_op {
        let name = op.info().name;
        let mut calls = files.iter().map(|f| format!("{f}::{name}(cx, d, a, b)"));
        let first = calls.next().unwrap_or_default();
        let call = calls.fold(first, |a, b| format!("{a}.or_else(|| {b})"));
        let _ = writeln!(out, "        Opcode::{op:?} => {call},");
    }
    out.push_str("        _ => None,\n    }\n}\n");
    kinds(&mut out, &by_op);
    out
}

/// The table of what simplification does with each opcode; the bits are named in `opt/kinds.rs`.
fn kinds(out: &mut String, rules: &BTreeMap<Opcode, Vec<&str>>) {
    let count = Opcode::ALL.len();
    let _ = write!(
        out,
        "\n/// By opcode, how it is simplified: see `kinds.rs`.\n#[rustfmt::skip]\n\
         pub(super) const KINDS: [u8; {count}] = ["
    );
    for (n, &op) in Opcode::ALL.iter().enumerate() {
        out.push_str(if n % 16 == 0 { "\n    " } else { " " });
        let _ = write!(out, "{},", kind(op, rules.contains_key(&op)));
    }
    out.push_str("\n];\n");
}

fn is_constant(operand: &Operand) -> bool {
    match operand {
        Operand::Int(_) => true,
        Operand::Node { node, .. } => node.op == "iconst",
        _ => false,
    }
}

/// The ways in which a pattern matches, without those that have a constant on the left of a
/// commutative opcode.
fn variants(node: &Node) -> Vec<Node> {
    fn canonical(node: &Node) -> bool {
        let swaps = Opcode::from_name(&node.op).is_some_and(|op| op.is_commutative());
        let left = node.operands.first().is_some_and(is_constant);
        let inner = node.operands.iter().all(|o| match o {
            Operand::Node { node, .. } => canonical(node),
            _ => true,
        });
        inner && !(swaps && left)
    }
    let mut all = matcher::variants(node);
    all.retain(canonical);
    all.dedup();
    all
}

/// A part of a match: a binding that cannot fail, or a test.
#[derive(Clone, PartialEq)]
enum Step {
    Let(String),
    Test(String),
}

/// Matches that begin alike, and what they do, in the order in which they are tried.
#[derive(Default)]
struct Tree(Vec<Branch>);

enum Branch {
    Step(Step, Tree),
    /// What a rule does, and whether it always does it.
    Body(String, bool),
}

impl Tree {
    fn add(&mut self, steps: &[Step], body: &str, always: bool) {
        let done = |branch: &Branch| matches!(branch, Branch::Body(_, true));
        if self.0.iter().any(done) {
            // The other way round of two equal operands; `lint` finds rules that are hidden.
            return;
        }
        let Some((first, rest)) = steps.split_first() else {
            self.0.push(Branch::Body(body.to_string(), always));
            return;
        };
        for branch in &mut self.0 {
            match branch {
                Branch::Step(step, tree) if step == first => return tree.add(rest, body, always),
                _ => {}
            }
        }
        let mut tree = Tree::default();
        tree.add(rest, body, always);
        self.0.push(Branch::Step(first.clone(), tree));
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "    ".repeat(depth);
        for branch in &self.0 {
            match branch {
                Branch::Body(text, _) => {
                    let _ = writeln!(out, "{indent}{text}");
                }
                Branch::Step(Step::Let(text), tree) => {
                    let _ = writeln!(out, "{indent}{text}");
                    tree.write(depth, out);
                }
                Branch::Step(Step::Test(text), tree) => {
                    let _ = writeln!(out, "{indent}if {text} {{");
                    tree.write(depth + 1, out);
                    let _ = writeln!(out, "{indent}}}");
                }
            }
        }
    }
}

/// What a variable stands for.
struct Var {
    name: String,
    /// The Rust that reads it.
    read: String,
    /// Whether it is a value, not a number or condition.
    value: bool,
    /// The type of the value, as Rust.
    ty: String,
}

/// The compilation of one variant of a rule.
struct Chain<'a> {
    rule: &'a Rule,
    steps: Vec<Step>,
    equal: Vec<Step>,
    vars: Vec<Var>,
    problems: Vec<String>,
    before: String,
    body: String,
    fresh: usize,
    used: Vec<String>,
}

impl<'a> Chain<'a> {
    fn new(rule: &'a Rule) -> Self {
        Chain {
            rule,
            steps: Vec::new(),
            equal: Vec::new(),
            vars: Vec::new(),
            problems: Vec::new(),
            before: String::new(),
            body: String::new(),
            fresh: 0,
            used: Vec::new(),
        }
    }

    fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    fn test(&mut self, text: String) {
        self.steps.push(Step::Test(text));
    }

    fn bind(&mut self, name: &str, read: String, value: bool, ty: String) {
        if name == "_" {
            return;
        }
        match self.vars.iter().find(|v| v.name == name) {
            Some(var) => {
                let text = format!("{} == {read}", var.read);
                self.equal.push(Step::Test(text));
            }
            None if ["a", "b", "c", "d", "ty", "cx"].contains(&name) => {
                self.problem(format!("the name `{name}` is taken: choose another"));
            }
            None => self.vars.push(Var { name: name.to_string(), read, value, ty }),
        }
    }

    fn compile(&mut self, root: &Node) {
        let Some(op) = Opcode::from_name(&root.op) else {
            self.problem(format!("`{}` is no opcode", root.op));
            return;
        };
        if kind(op, true) == 0 {
            self.problem(format!("`{}` is not simplified: it has effects or no meaning", root.op));
        }
        // Breadth first, so that rules share their beginnings.
        let mut queue = VecDeque::new();
        self.node(root, "d", "", "ty".to_string(), &mut queue);
        while let Some((node, data, path, ty)) = queue.pop_front() {
            self.node(&node, &data, &path, ty, &mut queue);
        }
        self.root_types(root, op);
        let mut equal = std::mem::take(&mut self.equal);
        self.steps.append(&mut equal);
        self.write_body(op);
        let conditions = self.rule.conditions.clone().unwrap_or_default();
        let mut unused = Vec::new();
        let mut lets = Vec::new();
        let repeated = |name: &str| count_pattern(&self.rule.pattern, name) > 1;
        for var in &self.vars {
            let used = self.used.contains(&var.name) || mentions(&conditions, &var.name);
            if used {
                lets.push(Step::Let(format!("let {} = {};", var.name, var.read)));
            } else if !repeated(&var.name) {
                unused.push(format!("the variable `{}` is not used; write `_`", var.name));
            }
        }
        self.problems.append(&mut unused);
        // Bindings stay with the body: other rules call the same things otherwise.
        let lets: Vec<String> = lets
            .into_iter()
            .map(|step| match step {
                Step::Let(text) | Step::Test(text) => text,
            })
            .collect();
        let rule = self.rule;
        let body = format!("{}{}", self.before, self.body);
        let lets = lets.join(" ");
        self.body = match &rule.conditions {
            Some(conditions) => {
                format!("{{ {lets} if {conditions} {{ {body} }} }} // {}", rule.name)
            }
            None => format!("{{ {lets} {body} }} // {}", rule.name),
        };
    }

    /// The test of the controlling type, if it says anything.
    fn root_types(&mut self, root: &Node, op: Opcode) {
        let given = expand_types(&root.types, &mut self.problems);
        let info = op.info();
        let missing = |ty: &Type| info.t.contains(*ty) && !given.contains(&ty.to_string());
        if !given.is_empty() && SIMPLE.iter().any(missing) {
            let test = type_test("ty", &given);
            self.test(test);
        }
    }

    /// The tests of one instruction; those inside of it are queued.
    fn node(
        &mut self,
        node: &Node,
        data: &str,
        path: &str,
        ty: String,
        queue: &mut VecDeque<(Node, String, String, String)>,
    ) {
        let Some(op) = Opcode::from_name(&node.op) else {
            self.problem(format!("`{}` is no opcode", node.op));
            return;
        };
        let operands = op.info().operands();
        if operands.len() != node.operands.len() {
            self.problem(format!(
                "`{}` has {} operands ({}), the pattern gives {}",
                node.op,
                operands.len(),
                op.info().operand_names.join(" "),
                node.operands.len()
            ));
            return;
        }
        if !path.is_empty() && !node.types.is_empty() {
            let given = expand_types(&node.types, &mut self.problems);
            let test = type_test(&format!("{data}.ctrl_type"), &given);
            self.test(test);
        }
        let mut slot = 0;
        let mut values = Vec::new();
        for (operand, &kind) in node.operands.iter().zip(operands) {
            if let OperandKind::Value(expr) = kind {
                values.push((slot, operand, expr));
                slot += 1;
                continue;
            }
            let Some(read) = immediate(kind, data) else {
                self.problem(format!("an operand of kind {kind:?} cannot be matched"));
                continue;
            };
            match operand {
                Operand::Var(name, _) => self.bind(name, read, false, String::new()),
                Operand::Int(k) => self.test(format!("{read} == {k}")),
                Operand::Word(word) => match word_constant(kind, word) {
                    Some(constant) => self.test(format!("{read} == {constant}")),
                    None => self.problem(format!("`#{word}` is no word for {kind:?}")),
                },
                _ => self.problem(format!("an operand of kind {kind:?} cannot be a pattern")),
            }
        }
        // Constants first: most rules ask for one, and most instructions have none.
        values.sort_by_key(|v| !is_constant(v.1));
        for (slot, operand, expr) in values {
            let read = format!("{data}.args[{slot}]");
            let def = match path {
                "" => ["a", "b", "c"][slot].to_string(),
                path => format!("{path}{slot}"),
            };
            let of_operand = if expr == TypeExpr::T { ty.clone() } else { String::new() };
            self.operand(operand, read, &def, of_operand, path.is_empty() && slot < 2, queue);
        }
    }

    fn operand(
        &mut self,
        operand: &Operand,
        read: String,
        def: &str,
        ty: String,
        known: bool,
        queue: &mut VecDeque<(Node, String, String, String)>,
    ) {
        let define = |chain: &mut Self, op: &str| {
            if !known {
                chain.steps.push(Step::Let(format!("let {def} = cx.def({read});")));
            }
            chain.test(format!("{def}.op == Opcode::{op}"));
        };
        match operand {
            Operand::Var(name, types) => {
                if !types.is_empty() {
                    let given = expand_types(types, &mut self.problems);
                    let test = type_test(&format!("cx.ty({read})"), &given);
                    self.test(test);
                }
                self.bind(name, read, true, ty);
            }
            Operand::Int(k) => {
                define(self, "Iconst");
                self.steps.push(Step::Let(format!("let k{def} = cx.imm({def});")));
                self.test(format!("k{def} == {k}"));
            }
            Operand::Node { name, node, .. } => {
                let Some(op) = Opcode::from_name(&node.op) else {
                    self.problem(format!("`{}` is no opcode", node.op));
                    return;
                };
                if op.info().results.len() != 1 {
                    self.problem(format!("`{}` cannot stand inside of a pattern", node.op));
                }
                define(self, &format!("{op:?}"));
                if let Some(name) = name {
                    self.bind(name, read, true, ty.clone());
                }
                if let ("iconst", [Operand::Var(k, _)]) = (node.op.as_str(), &node.operands[..]) {
                    if k != "_" {
                        self.steps.push(Step::Let(format!("let k{def} = cx.imm({def});")));
                        self.bind(k, format!("k{def}"), false, String::new());
                    }
                    return;
                }
                let fixed = op.info().operands().iter().zip(&node.operands).any(|(k, o)| {
                    !matches!(k, OperandKind::Value(_))
                        && matches!(o, Operand::Word(_) | Operand::Int(_))
                });
                let reads = fixed
                    || !node.types.is_empty()
                    || node.operands.iter().any(|o| *o != Operand::Var("_".into(), Vec::new()));
                if !reads {
                    return;
                }
                let data = format!("d{def}");
                self.steps.push(Step::Let(format!("let {data} = *cx.data({def});")));
                // An inner node whose result has its own type passes on what is known of it.
                let inner = match op.info().results[0] {
                    TypeExpr::T => ty,
                    _ => String::new(),
                };
                queue.push_back((node.clone(), data, def.to_string(), inner));
            }
            Operand::Word(word) => self.problem(format!("`#{word}` stands for no value")),
            Operand::Load(_) => self.problem("`&` is only for lowering rules"),
        }
    }

    fn use_code(&mut self, code: &str) {
        for word in crate::syntax::rust_words(code) {
            self.used.push(word.to_string());
        }
    }

    fn write_body(&mut self, root: Opcode) {
        let steps = match &self.rule.replacement {
            Replacement::Rust(name, args) => {
                let mut text = format!("{name}(cx, d");
                for arg in args {
                    self.used.push(arg.clone());
                    let _ = write!(text, ", {arg}");
                }
                let name = &self.rule.name;
                self.body =
                    format!("if let Some(v) = {text}) {{ cx.hit(\"{name}\"); return Some(v); }}");
                return;
            }
            Replacement::Steps(steps) => steps,
        };
        let [step] = steps.as_slice() else {
            self.problem("the replacement of a rewrite is one value");
            return;
        };
        let want = match root.info().results[0] {
            TypeExpr::T => "ty",
            TypeExpr::Bool => "I8",
            _ => "",
        };
        let constant = match &step.expr {
            Expr::Int(_) | Expr::Code(_) => true,
            Expr::Var(name) => self.vars.iter().all(|v| v.name != *name || !v.value),
            _ => false,
        };
        if constant && want == "ty" {
            let given = expand_types(&self.rule.pattern.types, &mut self.problems);
            let possible = |ty: &&Type| match given.is_empty() {
                true => root.info().t.contains(**ty),
                false => given.contains(&ty.to_string()),
            };
            if SIMPLE.iter().filter(possible).any(|ty| !CONSTANT.contains(ty)) {
                self.problem("a constant replaces a float: give the pattern types, such as `.I`");
            }
        }
        let value = self.value(&step.expr, want);
        self.body = format!("cx.hit(\"{}\"); return Some({value});", self.rule.name);
    }

    /// The Rust that gives a value of the right side.
    fn value(&mut self, expr: &Expr, want: &str) -> String {
        match expr {
            Expr::Var(name) => {
                self.used.push(name.clone());
                match self.vars.iter().find(|v| v.name == *name) {
                    Some(var) if var.value => name.clone(),
                    Some(_) => self.constant(name, want),
                    None if self.is_let(name) => self.constant(name, want),
                    None => {
                        self.problem(format!("`{name}` is not bound by the pattern"));
                        String::new()
                    }
                }
            }
            Expr::Int(k) => self.constant(&k.to_string(), want),
            Expr::Code(code) => {
                self.use_code(code);
                self.constant(code, want)
            }
            Expr::Row { row, size, args } => self.row(row, size.as_deref(), args, want),
            other => {
                self.problem(format!("{other:?} is no value of the IR"));
                String::new()
            }
        }
    }

    fn is_let(&self, name: &str) -> bool {
        let conditions = self.rule.conditions.as_deref().unwrap_or_default();
        let_bindings(conditions).iter().any(|n| n == name)
    }

    fn constant(&mut self, code: &str, want: &str) -> String {
        if want.is_empty() {
            self.problem(format!("the type of the constant `{code}` is not known here"));
        }
        self.temp(format!("cx.int({want}, {code})"))
    }

    fn temp(&mut self, code: String) -> String {
        self.fresh += 1;
        let name = format!("t{}", self.fresh);
        let _ = write!(self.before, "let {name} = {code}; ");
        name
    }

    fn row(&mut self, row: &str, size: Option<&str>, args: &[Expr], want: &str) -> String {
        let Some(op) = Opcode::from_name(row) else {
            self.problem(format!("`{row}` is no opcode"));
            return String::new();
        };
        let info = op.info();
        let operands = info.operands();
        if operands.len() != args.len() || info.results.len() != 1 {
            self.problem(format!(
                "`{row}` has {} operands ({}), the replacement gives {}",
                operands.len(),
                info.operand_names.join(" "),
                args.len()
            ));
            return String::new();
        }
        let first_type = || {
            args.iter().find_map(|arg| match arg {
                Expr::Var(name) => {
                    let var = self.vars.iter().find(|v| v.name == *name && v.value)?;
                    Some(if var.ty.is_empty() { format!("cx.ty({name})") } else { var.ty.clone() })
                }
                _ => None,
            })
        };
        let ctrl = match (size, info.results[0]) {
            (Some("ty"), _) => "ty".to_string(),
            (Some(name), _) => name.to_uppercase(),
            (None, TypeExpr::T) => want.to_string(),
            (None, _) => first_type().unwrap_or_default(),
        };
        if ctrl.is_empty() {
            self.problem(format!("the type of `{row}` is not known here: write `{row}.TYPE`"));
        }
        let mut parts = vec![format!("Opcode::{op:?}"), ctrl.clone()];
        for (arg, &kind) in args.iter().zip(operands) {
            match kind {
                OperandKind::Value(expr) => {
                    let want = match expr {
                        TypeExpr::T => ctrl.as_str(),
                        // A number of places: any type will do.
                        _ if !matches!(arg, Expr::Row { .. }) => ctrl.as_str(),
                        _ => "",
                    };
                    let want = want.to_string();
                    parts.push(self.value(arg, &want));
                }
                OperandKind::IntCC | OperandKind::FloatCC => {
                    let code = match arg {
                        Expr::Word(word) => word_constant(kind, word).unwrap_or_else(|| {
                            self.problem(format!("`#{word}` is no condition"));
                            String::new()
                        }),
                        Expr::Var(code) | Expr::Code(code) => {
                            self.use_code(code);
                            code.clone()
                        }
                        other => {
                            self.problem(format!("{other:?} is no condition"));
                            String::new()
                        }
                    };
                    parts.insert(2, format!("{code} as u8"));
                }
                other => self.problem(format!("an operand of kind {other:?} cannot be made")),
            }
        }
        let maker = match (operands.len(), info.fixed_values) {
            (3, 2) => "comparison",
            (1, 1) => "InstructionData::unary",
            (2, 2) => "InstructionData::binary",
            _ => "InstructionData::ternary",
        };
        self.temp(format!("cx.make({maker}({}))", parts.join(", ")))
    }
}

fn type_test(subject: &str, names: &[String]) -> String {
    let upper: Vec<String> = names.iter().map(|n| n.to_uppercase()).collect();
    match upper.as_slice() {
        [one] => format!("{subject} == {one}"),
        many => format!("matches!({subject}, {})", many.join(" | ")),
    }
}

/// How often a pattern names a variable.
fn count_pattern(node: &Node, name: &str) -> usize {
    node.operands
        .iter()
        .map(|o| match o {
            Operand::Var(n, _) | Operand::Load(n) => usize::from(n == name),
            Operand::Node { name: n, node, .. } => {
                usize::from(n.as_deref() == Some(name)) + count_pattern(node, name)
            }
            _ => 0,
        })
        .sum()
}

/// What an instruction weighs.
fn weight(op: &str) -> usize {
    Opcode::from_name(op).map_or(0, |op| op.info().weight.into())
}

/// The weight of a side, and how often it names each variable.
#[derive(Default)]
struct Measure {
    weight: usize,
    vars: BTreeMap<String, usize>,
}

fn measure_pattern(node: &Node, out: &mut Measure) {
    out.weight += weight(&node.op);
    for operand in &node.operands {
        match operand {
            Operand::Var(name, _) => *out.vars.entry(name.clone()).or_default() += 1,
            Operand::Int(_) => out.weight += 1,
            Operand::Node { node, .. } => {
                out.weight += usize::from(node.op == "iconst");
                measure_pattern(node, out);
            }
            Operand::Word(_) | Operand::Load(_) => {}
        }
    }
}

fn find_named<'a>(node: &'a Node, wanted: &str) -> Option<&'a Node> {
    node.operands.iter().find_map(|o| match o {
        Operand::Node { name: Some(name), node, .. } if name == wanted => Some(node),
        Operand::Node { node, .. } => find_named(node, wanted),
        _ => None,
    })
}

fn measure_expr(expr: &Expr, rule: &Rule, out: &mut Measure) {
    match expr {
        Expr::Row { row, args, .. } => {
            out.weight += weight(row);
            args.iter().for_each(|arg| measure_expr(arg, rule, out));
        }
        Expr::Var(name) => match find_named(&rule.pattern, name) {
            Some(node) => measure_pattern(node, out),
            None if count_pattern(&rule.pattern, name) > 0 => {
                *out.vars.entry(name.clone()).or_default() += 1;
            }
            None => out.weight += 1,
        },
        Expr::Int(_) | Expr::Code(_) => out.weight += 1,
        _ => {}
    }
}

/// Whether the right side of a rule is smaller than the left one.
fn termination(rule: &Rule) -> Result<(), String> {
    let Replacement::Steps(steps) = &rule.replacement else { return Ok(()) };
    if rule.expands {
        return Ok(());
    }
    let (mut left, mut right) = (Measure::default(), Measure::default());
    measure_pattern(&rule.pattern, &mut left);
    steps.iter().for_each(|step| measure_expr(&step.expr, rule, &mut right));
    for (name, count) in &right.vars {
        if *count > left.vars.get(name).copied().unwrap_or_default() {
            return Err(format!("`{name}` is more often on the right side than on the left one"));
        }
    }
    if right.weight < left.weight {
        return Ok(());
    }
    Err(format!(
        "the right side weighs {}, the left one {}: rewriting might not end; mark it `expands` if it does",
        right.weight, left.weight
    ))
}
