//! From lowering rules to Rust: one function for each root opcode, two lines a rule.

use crate::matcher::{self, Flavour, Match, VarKind};
use crate::syntax::{Expr, Problem, Replacement, Rule, Step, rust_words};
use std::collections::BTreeMap;
use std::fmt::Write;
use windlass_core::ir::{Opcode, TrapCode};
use windlass_core::machine::row::{Kind, OperandSpec, Role};
use windlass_core::machine::vocabulary::{RowFacts, Vocabulary};

/// The Rust name of the function for a root opcode.
pub fn function_name(cond: bool, op: Opcode) -> String {
    let name = op.info().name;
    if cond { format!("cond_{name}") } else { format!("op_{name}") }
}

/// The body of a generated file, for a machine with these names.
pub fn file(
    path: &str,
    rules: &[Rule],
    machine: &Vocabulary,
    problems: &mut Vec<Problem>,
) -> String {
    let mut groups: BTreeMap<(bool, String), Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        groups.entry((rule.cond, rule.pattern.op.clone())).or_default().push(rule);
    }
    let mut out = String::new();
    let _ = writeln!(
        out,
        "//! Generated from `{path}` by `windlass-dev gen`: change the rules, not this file.\n\n\
         use super::prelude::*;"
    );
    for ((cond, name), rules) in groups {
        let Some(op) = Opcode::from_name(&name) else {
            for rule in rules {
                problems.push(Problem {
                    place: rule.place.clone(),
                    text: format!("`{name}` is no opcode"),
                });
            }
            continue;
        };
        let function = function_name(cond, op);
        let (result, fail) = if cond { ("Option<Cond>", "None") } else { ("bool", "false") };
        let _ = writeln!(
            out,
            "\npub(super) fn {function}(cx: &mut Cx<'_, '_>, inst: Inst, d: &InstructionData) -> {result} {{\n    \
             let ty = d.ctrl_type;"
        );
        let mut lines = String::new();
        for rule in rules {
            let _ = writeln!(lines, "    // {}", rule.name);
            let mut reported = false;
            for node in matcher::variants(&rule.pattern) {
                let found = matcher::compile(rule, &node, Flavour::Lower);
                let mut body = Body {
                    machine,
                    rule,
                    op,
                    found: &found,
                    used: Vec::new(),
                    problems: Vec::new(),
                    fresh: 0,
                    flags: Vec::new(),
                    before: String::new(),
                    code: String::new(),
                };
                body.write();
                let mut texts = body.problems.clone();
                texts.extend(found.problems.iter().cloned());
                // One mistake at a time: the others may follow from it.
                let clean = texts.is_empty();
                for (var, _) in found.vars.iter().filter(|_| clean) {
                    let in_conditions =
                        rule.conditions.as_deref().is_some_and(|c| matcher::mentions(c, var));
                    if var != "ty" && !body.used.contains(var) && !in_conditions {
                        texts.push(format!("the variable `{var}` is not used; write `_` instead"));
                    }
                }
                let body_text = format!("{}{}", body.before, body.code);
                texts.dedup();
                if !reported {
                    reported = !texts.is_empty();
                    problems.extend(
                        texts.into_iter().map(|text| Problem { place: rule.place.clone(), text }),
                    );
                }
                let chain = if found.parts.is_empty() {
                    "true".to_string()
                } else {
                    found.parts.join(" && ")
                };
                let _ = writeln!(lines, "    if {chain} {{ {body_text} }}");
            }
        }
        for (operand, name) in matcher::LOOKED_UP {
            if lines.contains(&format!("{name} == Opcode::")) {
                let _ = writeln!(out, "    let {name} = cx.opcode_of({operand});");
            }
        }
        let _ = writeln!(out, "{lines}    {fail}\n}}");
    }
    out
}

struct Body<'a> {
    machine: &'a Vocabulary,
    rule: &'a Rule,
    op: Opcode,
    found: &'a Match,
    used: Vec<String>,
    problems: Vec<String>,
    fresh: usize,
    /// The names of conditions that `flags` gave.
    flags: Vec<String>,
    /// Statements that put values into registers.
    before: String,
    /// Statements that put instructions.
    code: String,
}

/// The Rust text of a result of the root by its name.
fn result(name: &str) -> Option<String> {
    let (whole, half) = match name.split_once('.') {
        None => (name, None),
        Some((whole, half)) => (whole, Some(half)),
    };
    let n = match whole {
        "res" | "res0" => 0,
        "res1" => 1,
        _ => return None,
    };
    match half {
        None => Some(format!("cx.res(inst, {n})")),
        Some("lo") => Some(format!("cx.res_half(inst, {n}, 0)")),
        Some("hi") => Some(format!("cx.res_half(inst, {n}, 1)")),
        Some(_) => None,
    }
}

/// The named trap codes in Rust.
const TRAP_CODES: &[(TrapCode, &str)] = &[
    (TrapCode::STACK_OVERFLOW, "STACK_OVERFLOW"),
    (TrapCode::INTEGER_OVERFLOW, "INTEGER_OVERFLOW"),
    (TrapCode::HEAP_OUT_OF_BOUNDS, "HEAP_OUT_OF_BOUNDS"),
    (TrapCode::INTEGER_DIVISION_BY_ZERO, "INTEGER_DIVISION_BY_ZERO"),
    (TrapCode::BAD_CONVERSION_TO_INTEGER, "BAD_CONVERSION_TO_INTEGER"),
];

/// The operand sizes in Rust.
const SIZES: [&str; 4] = ["Size::S8", "Size::S16", "Size::S32", "Size::S64"];

/// Whether an argument is memory.
fn is_memory(arg: &Expr) -> bool {
    match arg {
        Expr::Mem(_) => true,
        Expr::Half(whole, _) => matches!(**whole, Expr::Mem(_)),
        _ => false,
    }
}

impl Body<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    fn kind(&self, name: &str) -> Option<VarKind> {
        self.found.vars.iter().find(|v| v.0 == name).map(|v| v.1.clone())
    }

    fn use_var(&mut self, name: &str) {
        if !self.used.iter().any(|n| n == name) {
            self.used.push(name.to_string());
        }
    }

    fn use_code(&mut self, code: &str) {
        for word in rust_words(code) {
            self.use_var(word);
        }
    }

    fn write(&mut self) {
        let rule = self.rule;
        match &rule.replacement {
            Replacement::Rust(name, args) => {
                let mut text = format!("{name}(cx, inst");
                for arg in args {
                    self.use_var(arg);
                    let _ = write!(text, ", {arg}");
                }
                text.push(')');
                self.code = if rule.cond {
                    format!("return {text};")
                } else {
                    format!("if {text} {{ return true; }}")
                };
            }
            Replacement::Steps(steps) => {
                if steps.iter().any(|s| matches!(s.expr, Expr::Flags(_))) {
                    // Nothing is folded that comes after the flags: all is read in the
                    // pattern's order.
                    self.read_all(steps);
                }
                let count = steps.len();
                for (i, step) in steps.iter().enumerate() {
                    self.step(step, i + 1 == count);
                }
                if rule.cond {
                    if !matches!(steps.last(), Some(Step { expr: Expr::Yield(_), .. })) {
                        self.problem("a `cond` rule ends with `yield {condition}`".to_string());
                    }
                } else {
                    let text = format!("{}{}", self.before, self.code);
                    let given = ["cx.res(", "cx.res_half(", "cx.alias(", "(cx, inst"]
                        .iter()
                        .any(|w| text.contains(w));
                    for n in 0..2 {
                        let half = |h| text.contains(&format!("cx.res_half(inst, {n}, {h})"));
                        if half(0) != half(1) && self.problems.is_empty() {
                            self.problem("only one half of the result is given".to_string());
                        }
                    }
                    let optional = self.op.other_side_effects();
                    if !self.op.info().results.is_empty()
                        && !given
                        && !optional
                        && self.problems.is_empty()
                    {
                        self.problem("nothing gives the result: name a step `res = …`".to_string());
                    }
                    self.code.push_str("return true;");
                }
            }
        }
    }

    /// Puts the values of the pattern that rows name into registers, in the order of the pattern.
    fn read_all(&mut self, steps: &[Step]) {
        fn find<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
            match expr {
                Expr::Var(v) if v == name => Some(expr),
                Expr::Half(whole, _) if **whole == Expr::Var(name.to_string()) => Some(expr),
                Expr::Row { args, .. } => args.iter().find_map(|a| find(a, name)),
                _ => None,
            }
        }
        for (name, _) in self.found.vars.iter().filter(|v| v.1 == VarKind::Value) {
            if let Some(expr) = steps.iter().find_map(|s| find(&s.expr, name)) {
                self.register(expr);
            }
        }
    }

    fn step(&mut self, step: &Step, last: bool) {
        match &step.expr {
            Expr::Row { row, size, args } => {
                let has_result = !self.op.info().results.is_empty() && !self.rule.cond;
                let names = match step.names.as_slice() {
                    [] if last && has_result => vec!["res".to_string()],
                    names => names.to_vec(),
                };
                let put = match &step.traps {
                    None => "cx.put(".to_string(),
                    Some(code) => format!("cx.put_trap({}, ", self.trap_code(code)),
                };
                let size = size.as_deref();
                let implicit = last && step.names.is_empty();
                self.row(&put, row, size, args, &names, implicit);
            }
            Expr::Alias(expr) => match (step.names.as_slice(), &**expr) {
                ([], Expr::Var(name)) if self.kind(name) == Some(VarKind::Value) => {
                    self.use_var(name);
                    let _ = write!(self.code, "cx.alias(inst, {name}); ");
                }
                ([], Expr::Var(name)) => {
                    self.problem(format!("`alias {name}`: `{name}` is no value of the pattern"));
                }
                ([name], expr) if result(name).is_some() => {
                    let from = self.register(expr);
                    let to = result(name).unwrap_or_default();
                    self.fresh += 1;
                    let reg = format!("t{}", self.fresh);
                    let _ = write!(self.code, "let {reg} = {to}; cx.c.alias_reg({reg}, {from}); ");
                }
                _ => self.problem("`alias` gives one result, `res = alias x`".to_string()),
            },
            Expr::Flags(of) => {
                let [name] = step.names.as_slice() else {
                    return self.problem("`flags` gives one condition, `f = flags x`".to_string());
                };
                let text = match of {
                    None => "cx.root_cond(inst)".to_string(),
                    Some(value) => {
                        self.use_var(value);
                        if self.kind(value) != Some(VarKind::Value) {
                            self.problem(format!("`{value}` is no value of the pattern"));
                        }
                        format!("cx.cond({value})")
                    }
                };
                let _ = write!(self.code, "let {name} = {text}; ");
                self.flags.push(name.clone());
            }
            Expr::Trap { cond, unless, code } => {
                let cond = match &**cond {
                    Expr::Var(name) if self.flags.contains(name) => name.clone(),
                    Expr::Word(word) => format!("one({})", self.condition(word)),
                    _ => return self.problem("a trap asks for `#cc` or for flags".to_string()),
                };
                let invert = if *unless { ".invert()" } else { "" };
                let code = self.trap_code(code);
                let _ = write!(self.code, "cx.trap_if({cond}{invert}, {code}); ");
            }
            Expr::Code(code) => {
                self.use_code(code);
                let _ = match step.names.as_slice() {
                    [] => write!(self.code, "{code}; "),
                    [one] => write!(self.code, "let {one} = {code}; "),
                    many => write!(self.code, "let ({}) = {code}; ", many.join(", ")),
                };
            }
            Expr::Yield(code) => {
                self.use_code(code);
                if !self.rule.cond {
                    self.problem("`yield` is only for `cond` rules".to_string());
                }
                let _ = write!(self.code, "return Some({code}); ");
            }
            Expr::Var(_) | Expr::Int(_) | Expr::Word(_) | Expr::Mem(_) | Expr::Half(..) => {
                self.problem(
                    "a step must be a row, `alias`, `flags`, a trap, `yield` or Rust".to_string(),
                );
            }
        }
    }

    /// The Rust text of a trap code.
    fn trap_code(&mut self, word: &str) -> String {
        if self.kind(word).is_some() {
            self.use_var(word);
            return word.to_string();
        }
        let named = word.parse().ok().and_then(|code| TRAP_CODES.iter().find(|c| c.0 == code));
        match named {
            Some((_, name)) => format!("TrapCode::{name}"),
            None => {
                self.problem(format!("`{word}` is no trap code"));
                String::new()
            }
        }
    }

    /// The Rust text of a condition.
    fn condition(&mut self, word: &str) -> String {
        (self.machine.condition)(word).unwrap_or_else(|| {
            self.problem(format!("`#{word}` is no condition"));
            String::new()
        })
    }

    /// Puts an instruction; its results get `names`. Gives the Rust name of the first result.
    fn row(
        &mut self,
        put: &str,
        name: &str,
        size: Option<&str>,
        args: &[Expr],
        names: &[String],
        implicit: bool,
    ) -> String {
        let Some(row) = (self.machine.row)(name) else {
            self.problem(format!("`{name}` is no row of the instruction table"));
            return "no_row".to_string();
        };
        let size_text = match size {
            None => {
                if !row.sizeless {
                    self.problem(format!("`{name}` needs an operand size"));
                }
                SIZES[0].to_string()
            }
            Some(size) => self.size(name, &row, size),
        };
        // A memory operand in the place of a result is given as an argument.
        let specs = row.operands;
        let gives = |spec: &OperandSpec, memory: bool| match spec.role {
            Role::Tmp => false,
            Role::Def | Role::EarlyDef => spec.kind.class().is_none() || memory,
            _ => true,
        };
        let inputs = specs.iter().filter(|s| gives(s, false)).count();
        let memory_def = args.len() == inputs + 1;
        let inputs = inputs + memory_def as usize;
        if args.len() != inputs {
            let list: Vec<String> = specs
                .iter()
                .filter(|s| gives(s, false))
                .map(|s| format!("{:?} {:?}", s.role, s.kind).to_lowercase())
                .collect();
            self.problem(format!(
                "`{name}` takes {} arguments ({}), not {}",
                list.len(),
                list.join(", "),
                args.len()
            ));
            return "no_row".to_string();
        }
        let mut texts = Vec::new();
        let mut results = Vec::new();
        // The condition that `flags` gave.
        let mut flags = None;
        let mut next = 0;
        let mut defs = String::new();
        for spec in specs {
            let given = gives(spec, memory_def && spec.kind == Kind::GprMem);
            let class = spec.kind.class();
            if spec.role == Role::Tmp {
                let tmp = self.fresh_reg(&mut defs, spec);
                texts.push(format!("Arg::Reg({tmp})"));
                continue;
            }
            let arg = given.then(|| {
                next += 1;
                &args[next - 1]
            });
            let defines = matches!(spec.role, Role::Def | Role::EarlyDef | Role::Mod);
            let in_memory = arg.is_some_and(is_memory) || class.is_none();
            if defines && !in_memory {
                let at = results.len();
                let target = match names.get(at).map(String::as_str) {
                    None | Some("_") => self.fresh_reg(&mut defs, spec),
                    Some(given) => match result(given) {
                        Some(text) => text,
                        None if given.contains('.') => {
                            self.problem(format!("`{given}` is no half of a result"));
                            String::new()
                        }
                        None => {
                            let class = self.class(spec);
                            let _ = write!(defs, "let {given} = cx.{class}(); ");
                            given.to_string()
                        }
                    },
                };
                let target = if target.starts_with("cx.") {
                    self.fresh += 1;
                    let reg = format!("t{}", self.fresh);
                    let _ = write!(defs, "let {reg} = {target}; ");
                    reg
                } else {
                    target
                };
                results.push(target.clone());
                match arg {
                    Some(arg) => {
                        let from = self.register(arg);
                        texts.push(format!("Arg::Mod({from}, {target})"));
                    }
                    None => texts.push(format!("Arg::Reg({target})")),
                }
                continue;
            }
            let arg = arg.expect("an argument is given where nothing is defined");
            if let (Kind::Cond, Expr::Var(name)) = (spec.kind, arg)
                && self.flags.contains(name)
            {
                flags = Some(name.clone());
                continue;
            }
            let text = self.argument(arg, spec, &size_text, put == "cx.put(");
            texts.push(text);
        }
        if names.iter().filter(|n| *n != "_").count() > results.len() {
            match implicit {
                true => {
                    self.problem(format!("`{name}` gives no result; the rule's root needs one"))
                }
                false => self.problem(format!("`{name}` gives {} results", results.len())),
            }
        }
        self.code.push_str(&defs);
        let first = results.first().cloned().unwrap_or_else(|| "no_result".to_string());
        let args = texts.join(", ");
        let _ = match flags {
            None => write!(self.code, "{put}Op::{name}, {size_text}, &[{args}]); "),
            // The context puts the condition in its place, or more instructions.
            Some(flags) => {
                write!(self.code, "cx.put_on({flags}, Op::{name}, {size_text}, &[{args}]); ")
            }
        };
        first
    }

    fn fresh_reg(&mut self, defs: &mut String, spec: &OperandSpec) -> String {
        self.fresh += 1;
        let class = self.class(spec);
        let _ = write!(defs, "let t{} = cx.{class}(); ", self.fresh);
        format!("t{}", self.fresh)
    }

    /// The method that makes a register for an operand.
    fn class(&self, spec: &OperandSpec) -> &'static str {
        match spec.kind.class() {
            Some(regalloc2::RegClass::Int) => "gpr",
            _ => self.machine.new_vector,
        }
    }

    /// The Rust text of an operand size.
    fn size(&mut self, name: &str, row: &RowFacts, size: &str) -> String {
        if let Some(n) = self.machine.notation.sizes.iter().position(|name| *name == size) {
            if !row.sizes[n] {
                self.problem(format!("{name} does not exist at size {size}"));
            }
            return SIZES[n].to_string();
        }
        match size {
            "ty" => return "size(ty)".to_string(),
            "r" => return "size32(ty)".to_string(),
            _ => {}
        }
        let (function, var) = match size.strip_prefix("r:") {
            Some(var) => ("size32", var),
            None => ("size", size),
        };
        self.use_var(var);
        if self.kind(var) != Some(VarKind::Value) {
            let names = self.machine.notation.sizes.join(" ");
            self.problem(format!(
                "`.{size}` is no operand size: {names}, ty, r, a value or r:value"
            ));
        }
        format!("{function}(cx.ty({var}))")
    }

    /// A register that holds an argument.
    fn register(&mut self, arg: &Expr) -> String {
        match arg {
            Expr::Var(name) => {
                self.use_var(name);
                match self.kind(name) {
                    Some(VarKind::Value) => {
                        let reg = format!("r_{name}");
                        if !self.before.contains(&format!("let {reg} =")) {
                            let _ = write!(self.before, "let {reg} = cx.reg({name}); ");
                        }
                        reg
                    }
                    Some(VarKind::Imm(_)) => {
                        self.problem(format!("`{name}` is a constant, not a register"));
                        name.clone()
                    }
                    _ => name.clone(),
                }
            }
            Expr::Row { row, size, args } => {
                self.row("cx.put(", row, size.as_deref(), args, &[], false)
            }
            Expr::Half(whole, half) => match &**whole {
                Expr::Var(name) if self.kind(name) == Some(VarKind::Value) => {
                    self.use_var(name);
                    if !self.before.contains(&format!("let w_{name} =")) {
                        let _ = write!(self.before, "let w_{name} = cx.c.regs2({name}); ");
                    }
                    format!("w_{name}[{half}]")
                }
                _ => {
                    self.problem("only values of the pattern and memory have halves".to_string());
                    String::new()
                }
            },
            Expr::Code(code) => self.hoist(code),
            other => {
                self.problem(format!("{other:?} is not in a register"));
                String::new()
            }
        }
    }

    /// The Rust text of an argument; `folds` where a load may become part of the instruction.
    fn argument(&mut self, arg: &Expr, spec: &OperandSpec, size: &str, folds: bool) -> String {
        match spec.kind {
            Kind::Imm => match arg {
                Expr::Int(k) => format!("Arg::Imm({k})"),
                Expr::Var(name) => {
                    self.use_var(name);
                    if self.kind(name) == Some(VarKind::Value) {
                        self.problem(format!("`{name}` is a value, not an immediate"));
                    }
                    format!("Arg::Imm({name} as i64)")
                }
                Expr::Code(code) => {
                    self.use_code(code);
                    format!("Arg::Imm(({code}) as i64)")
                }
                Expr::Word(word) => {
                    let coding = self.machine.notation.codings.get(spec.coding as usize);
                    let n = coding.and_then(|coding| coding.words.iter().position(|w| w == word));
                    if n.is_none() {
                        self.problem(format!("`#{word}` is no word for this immediate"));
                    }
                    format!("Arg::Imm({})", n.unwrap_or_default())
                }
                other => {
                    self.problem(format!("{other:?} is no immediate"));
                    String::new()
                }
            },
            Kind::Cond => match arg {
                Expr::Word(word) => format!("Arg::Cond({} as u8)", self.condition(word)),
                Expr::Code(code) => {
                    self.use_code(code);
                    format!("Arg::Cond({code} as u8)")
                }
                Expr::Var(name) => {
                    self.problem(format!("`{name}` is no condition: `flags` gives one"));
                    String::new()
                }
                other => {
                    self.problem(format!("{other:?} is no condition"));
                    String::new()
                }
            },
            Kind::Mem | Kind::Addr | Kind::GprMem | Kind::VecMem if is_memory(arg) => {
                let (parts, half) = match arg {
                    Expr::Mem(parts) => (parts.as_slice(), None),
                    Expr::Half(whole, half) => match &**whole {
                        Expr::Mem(parts) => (parts.as_slice(), Some(half)),
                        _ => (&[][..], None),
                    },
                    _ => (&[][..], None),
                };
                let names: Vec<String> = parts
                    .iter()
                    .map(|part| match part {
                        Expr::Var(name) => {
                            self.use_var(name);
                            name.clone()
                        }
                        Expr::Int(k) => k.to_string(),
                        _ => {
                            self.problem("a memory operand is `[flags p off]`".to_string());
                            String::new()
                        }
                    })
                    .collect();
                if names.len() != 3 {
                    self.problem("a memory operand is `[flags p off]`".to_string());
                }
                let function = if half.is_some() { "mem_halves" } else { "mem" };
                if !self.before.contains("let memory =") {
                    let names = names.join(", ");
                    let _ = write!(self.before, "let memory = cx.{function}({names}); ");
                }
                match half {
                    Some(half) => format!("memory[{half}]"),
                    None => "memory".to_string(),
                }
            }
            _ => {
                if let Expr::Code(code) = arg {
                    return self.hoist(code);
                }
                if !matches!(spec.role, Role::Use | Role::LateUse) {
                    self.problem("a result in memory is written `[flags p off]`".to_string());
                }
                if folds
                    && self.flags.is_empty()
                    && let Expr::Var(name) = arg
                    && self.kind(name) == Some(VarKind::Value)
                    && matches!(spec.kind, Kind::GprMem | Kind::VecMem)
                    && spec.width < 128
                    && spec.fixed_reg().is_none()
                    && !self.before.contains(&format!("let r_{name} ="))
                    && self.count(name) == 1
                {
                    self.use_var(name);
                    let bits = match spec.width {
                        0 => format!("{size}.bits()"),
                        width => width.to_string(),
                    };
                    let _ = write!(self.before, "let m_{name} = cx.rm({name}, {bits}); ");
                    return format!("m_{name}");
                }
                let reg = self.register(arg);
                format!("Arg::Reg({reg})")
            }
        }
    }

    /// Rust that gives an argument, in a variable: before all instructions unless it needs one of
    /// them.
    fn hoist(&mut self, code: &str) -> String {
        self.use_code(code);
        self.fresh += 1;
        let name = format!("c{}", self.fresh);
        let needs_step = match &self.rule.replacement {
            Replacement::Steps(steps) => {
                steps.iter().flat_map(|s| &s.names).any(|n| rust_words(code).contains(&n.as_str()))
            }
            Replacement::Rust(..) => false,
        };
        let to = if needs_step { &mut self.code } else { &mut self.before };
        let _ = write!(to, "let {name} = {code}; ");
        name
    }

    /// How often the right side mentions a variable.
    fn count(&self, name: &str) -> usize {
        fn count(expr: &Expr, name: &str) -> usize {
            match expr {
                Expr::Row { args, .. } => args.iter().map(|a| count(a, name)).sum(),
                Expr::Mem(args) => args.iter().map(|a| count(a, name)).sum(),
                Expr::Half(of, _) | Expr::Alias(of) => count(of, name),
                Expr::Flags(of) => (of.as_deref() == Some(name)) as usize,
                Expr::Var(v) => (v == name) as usize,
                Expr::Code(code) | Expr::Yield(code) => {
                    rust_words(code).iter().filter(|w| **w == name).count()
                }
                Expr::Int(_) | Expr::Word(_) | Expr::Trap { .. } => 0,
            }
        }
        match &self.rule.replacement {
            Replacement::Steps(steps) => steps.iter().map(|s| count(&s.expr, name)).sum(),
            Replacement::Rust(..) => 2,
        }
    }
}
