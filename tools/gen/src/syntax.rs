//! The rule language: what a rules file says, as a tree, and the reader that makes it.
//!
//! One rule a line; a line that begins with a blank continues the one before; `//` begins a
//! comment.
//!
//! ```text
//! name: (iadd.W x (iconst k)) if bmi2 where fits(k) => (AddI.ty x k)
//! cond name: (icmp.W cc x y) => (Cmp.ty x y); yield {int_cc(cc)}
//! ```
//!
//! A pattern is `(opcode.TYPES operand…)` with the operands in the order of the IR's text. An
//! operand is a variable, `variable:TYPES`, `_`, an integer (a constant of that value), another
//! pattern (of a value that is used once), `shared` and a pattern, `variable@pattern`, `&variable`
//! (a load that may become a memory operand), or `#word` for a condition or operation. A type list
//! is `i32|i64` or the name of a class (`TYPE_CLASSES`). `if` lists features, `where` holds Rust
//! conditions joined by `&&`, which may bind variables by `let`.
//!
//! A replacement is a list of steps separated by `;`, or the whole is `rust function`. A step is
//!
//! - `(Row.size argument…)`, perhaps with names for its results (`a b = (…)`) and, behind it,
//!   `traps CODE`. The arguments are the row's operands that are read, in the row's order; a `mod`
//!   operand is read too, so that `(Cmov.ty #b x y)` is `y` if the condition holds, else `x`. The
//!   results of the root are named `res` or `res0`, and `res1`;
//! - `alias x`, or `res1 = alias x`: a result is another name for what is there;
//! - `f = flags x`: puts what sets the flags by whether `x` is not zero; without `x`, what sets
//!   them by the root. `f` is the condition of a row, which takes several instructions where the
//!   machine needs them;
//! - `trap_if #cc CODE`, `trap_if f CODE`, `trap_unless f CODE`;
//! - `{Rust}`, `yield {Rust}`.
//!
//! An argument is a variable, an integer, a nested row, `[flags p off]` (memory) or `{Rust}`. Of
//! 128 bits, `x.lo` and `x.hi` are the halves: of a value, of memory, and of a result
//! (`res.lo = …; res.hi = …`). A trap code is a variable or a word of the IR's text.
//! For rewrites of the IR, a replacement is a variable or a pattern-like tree of opcodes.

use std::fmt;

/// A place in a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it is printed.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Whether it gives a condition instead of a value.
    pub cond: bool,
    /// Whether the right side may be larger than the left.
    pub expands: bool,
    /// What it matches.
    pub pattern: Node,
    /// The features that it needs.
    pub features: Vec<String>,
    /// Rust conditions, joined by `&&`.
    pub conditions: Option<String>,
    /// What it gives.
    pub replacement: Replacement,
}

/// A pattern of an instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The opcode's name.
    pub op: String,
    /// The types, if any are given.
    pub types: Vec<String>,
    /// The operands.
    pub operands: Vec<Operand>,
}

/// A pattern of an operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Anything, bound to a name (`_` binds nothing), perhaps of these types.
    Var(String, Vec<String>),
    /// A load that may become a memory operand.
    Load(String),
    /// A constant of this value.
    Int(i64),
    /// A condition or operation.
    Word(String),
    /// The result of an instruction.
    Node {
        /// A name for the value.
        name: Option<String>,
        /// Whether other users of the value are allowed.
        shared: bool,
        /// The instruction.
        node: Node,
    },
}

/// The right side of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Replacement {
    /// A Rust function with further arguments.
    Rust(String, Vec<String>),
    /// Steps.
    Steps(Vec<Step>),
}

/// A step of a right side.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Names for the results.
    pub names: Vec<String>,
    /// What is done.
    pub expr: Expr,
    /// The code with which the instruction traps.
    pub traps: Option<String>,
}

/// What is done in a step, or given as an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A machine instruction, or an instruction of the IR.
    Row {
        /// The name of the row or opcode.
        row: String,
        /// The operand size or type.
        size: Option<String>,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// A variable.
    Var(String),
    /// An integer.
    Int(i64),
    /// A condition or operation.
    Word(String),
    /// Memory.
    Mem(Vec<Expr>),
    /// Rust.
    Code(String),
    /// Half of 128 bits: the low one is 0.
    Half(Box<Expr>, usize),
    /// Another name for what is in a register.
    Alias(Box<Expr>),
    /// The flags by which a value is not zero; those of the root.
    Flags(Option<String>),
    /// A trap.
    Trap {
        /// Where this holds.
        cond: Box<Expr>,
        /// Or where it does not.
        unless: bool,
        /// Its code.
        code: String,
    },
    /// The condition that a `cond` rule gives.
    Yield(String),
}

/// Reads a rules file.
pub fn parse_file(file: &str, text: &str) -> (Vec<Rule>, Vec<Problem>) {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    let mut flush = |pending: &mut Option<(usize, String)>| {
        if let Some((line, text)) = pending.take() {
            let place = Place { file: file.to_string(), line };
            match parse_rule(place.clone(), &text) {
                Ok(rule) => rules.push(rule),
                Err(text) => problems.push(Problem { place, text }),
            }
        }
    };
    for (n, line) in text.lines().enumerate() {
        let code = match line.find("//") {
            Some(at) => &line[..at],
            None => line,
        };
        if code.trim().is_empty() {
            continue;
        }
        match &mut pending {
            Some((_, rule)) if code.starts_with([' ', '\t']) => {
                rule.push(' ');
                rule.push_str(code.trim());
            }
            _ => {
                flush(&mut pending);
                pending = Some((n + 1, code.trim().to_string()));
            }
        }
    }
    flush(&mut pending);
    (rules, problems)
}

fn parse_rule(place: Place, text: &str) -> Result<Rule, String> {
    let mut p = Parser { text, at: 0 };
    let mut name = p.word()?;
    let (mut cond, mut expands) = (false, false);
    while p.peek() != Some(':') {
        match name.as_str() {
            "cond" => cond = true,
            "expands" => expands = true,
            _ => return Err(format!("after the name `{name}` a `:` is expected")),
        }
        name = p.word()?;
    }
    p.expect(':')?;
    let pattern = p.node()?;
    let mut features = Vec::new();
    if p.keyword("if") {
        features.push(p.word()?);
        while p.eat(',') {
            features.push(p.word()?);
        }
    }
    let mut conditions = None;
    if p.keyword("where") {
        let rest = &p.text[p.at..];
        let end = rest.find("=>").ok_or("a `=>` and a replacement are missing")?;
        conditions = Some(rest[..end].trim().to_string());
        p.at += end;
    }
    if !p.symbol("=>") {
        return Err(format!("`=>` is expected before `{}`", p.rest()));
    }
    let replacement = p.replacement()?;
    if !p.rest().is_empty() {
        return Err(format!("`{}` is left over after the replacement", p.rest()));
    }
    Ok(Rule { place, name, cond, expands, pattern, features, conditions, replacement })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&mut self) -> &str {
        self.skip();
        &self.text[self.at..]
    }

    fn peek(&mut self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn symbol(&mut self, s: &str) -> bool {
        let found = self.rest().starts_with(s);
        if found {
            self.at += s.len();
        }
        found
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) {
            return Ok(());
        }
        match self.rest() {
            "" => Err(format!("`{c}` is missing at the end of the rule")),
            rest => Err(format!("`{c}` is expected before `{rest}`")),
        }
    }

    fn keyword(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.starts_with(word)
            && !rest[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if found {
            self.at += word.len();
        }
        found
    }

    fn word(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end == 0 {
            return Err(match rest {
                "" => "a word is missing at the end of the rule".to_string(),
                _ => format!("a word is expected before `{rest}`"),
            });
        }
        let word = rest[..end].to_string();
        self.at += end;
        Ok(word)
    }

    fn int(&mut self) -> Result<i64, String> {
        let negative = self.eat('-');
        let word = self.word()?;
        let digits = word.replace('_', "");
        let value = match digits.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        let value = value.map_err(|_| format!("`{word}` is not an integer"))? as i64;
        Ok(if negative { value.wrapping_neg() } else { value })
    }

    fn types(&mut self) -> Result<Vec<String>, String> {
        let mut types = vec![self.word()?];
        while self.eat('|') {
            types.push(self.word()?);
        }
        Ok(types)
    }

    fn node(&mut self) -> Result<Node, String> {
        self.expect('(')?;
        let op = self.word()?;
        let types = if self.eat('.') { self.types()? } else { Vec::new() };
        let mut operands = Vec::new();
        while !self.eat(')') {
            operands.push(self.operand()?);
        }
        Ok(Node { op, types, operands })
    }

    fn operand(&mut self) -> Result<Operand, String> {
        match self.peek() {
            None => Err("a `)` is missing at the end of the rule".to_string()),
            Some('(') => Ok(Operand::Node { name: None, shared: false, node: self.node()? }),
            Some('&') => {
                self.eat('&');
                Ok(Operand::Load(self.word()?))
            }
            Some('#') => {
                self.eat('#');
                Ok(Operand::Word(self.word()?))
            }
            Some(c) if c == '-' || c.is_ascii_digit() => Ok(Operand::Int(self.int()?)),
            Some(_) if self.keyword("shared") => {
                Ok(Operand::Node { name: None, shared: true, node: self.node()? })
            }
            Some(_) => {
                let name = self.word()?;
                if self.eat('@') {
                    let shared = self.keyword("shared");
                    return Ok(Operand::Node { name: Some(name), shared, node: self.node()? });
                }
                let types = if self.eat(':') { self.types()? } else { Vec::new() };
                Ok(Operand::Var(name, types))
            }
        }
    }

    fn replacement(&mut self) -> Result<Replacement, String> {
        if self.keyword("rust") {
            let name = self.word()?;
            let mut args = Vec::new();
            if self.eat('(') {
                while !self.eat(')') {
                    args.push(self.word()?);
                    self.eat(',');
                }
            }
            return Ok(Replacement::Rust(name, args));
        }
        let mut steps = vec![self.step()?];
        while self.eat(';') {
            steps.push(self.step()?);
        }
        Ok(Replacement::Steps(steps))
    }

    /// The names before a `=`, with the halves of results.
    fn names(&mut self) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        while self.peek().is_some_and(|c| c.is_alphabetic() || c == '_') {
            let mut name = self.word()?;
            if self.text[self.at..].starts_with('.') {
                self.at += 1;
                name = format!("{name}.{}", self.word()?);
            }
            names.push(name);
        }
        Ok(names)
    }

    fn step(&mut self) -> Result<Step, String> {
        let start = self.at;
        let mut names = self.names().unwrap_or_default();
        if names.is_empty() || !self.eat('=') {
            self.at = start;
            names.clear();
        }
        let mut traps = None;
        let expr = if self.keyword("alias") {
            Expr::Alias(Box::new(self.expr()?))
        } else if self.keyword("flags") {
            let more = self.peek().is_some_and(|c| c != ';');
            Expr::Flags(if more { Some(self.word()?) } else { None })
        } else if self.keyword("trap_if") {
            Expr::Trap { cond: Box::new(self.expr()?), unless: false, code: self.word()? }
        } else if self.keyword("trap_unless") {
            Expr::Trap { cond: Box::new(self.expr()?), unless: true, code: self.word()? }
        } else if self.keyword("yield") {
            match self.expr()? {
                Expr::Code(code) => Expr::Yield(code),
                _ => return Err("after `yield` Rust in braces is expected".to_string()),
            }
        } else {
            let expr = self.expr()?;
            if self.keyword("traps") {
                traps = Some(self.word()?);
            }
            expr
        };
        Ok(Step { names, expr, traps })
    }

    fn expr(&mut self) -> Result<Expr, String> {
        let expr = self.whole()?;
        let half = match &self.text[self.at..] {
            rest if rest.starts_with(".lo") => 0,
            rest if rest.starts_with(".hi") => 1,
            _ => return Ok(expr),
        };
        self.at += 3;
        Ok(Expr::Half(Box::new(expr), half))
    }

    fn whole(&mut self) -> Result<Expr, String> {
        match self.peek() {
            None => Err("the replacement is missing or not complete".to_string()),
            Some('(') => {
                self.eat('(');
                let row = self.word()?;
                let mut size = None;
                if self.eat('.') {
                    let mut word = self.word()?;
                    if self.eat(':') {
                        word = format!("{word}:{}", self.word()?);
                    }
                    size = Some(word);
                }
                let mut args = Vec::new();
                while !self.eat(')') {
                    args.push(self.expr()?);
                }
                Ok(Expr::Row { row, size, args })
            }
            Some('[') => {
                self.eat('[');
                let mut args = Vec::new();
                while !self.eat(']') {
                    args.push(self.expr()?);
                }
                Ok(Expr::Mem(args))
            }
            Some('{') => {
                let rest = self.rest();
                let mut depth = 0;
                for (i, c) in rest.char_indices() {
                    depth += (c == '{') as i32 - (c == '}') as i32;
                    if depth == 0 {
                        let code = rest[1..i].trim().to_string();
                        self.at += i + 1;
                        return Ok(Expr::Code(code));
                    }
                }
                Err("a `}` is missing".to_string())
            }
            Some('#') => {
                self.eat('#');
                Ok(Expr::Word(self.word()?))
            }
            Some(c) if c == '-' || c.is_ascii_digit() => Ok(Expr::Int(self.int()?)),
            Some(_) => Ok(Expr::Var(self.word()?)),
        }
    }
}

/// The words in Rust text that may be variables: not fields, methods' names, functions or paths.
pub fn rust_words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let bytes = code.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if !(bytes[i].is_ascii_alphabetic() || bytes[i] == b'_') {
            i += 1;
            continue;
        }
        let start = i;
        while i < bytes.len() && (bytes[i].is_ascii_alphanumeric() || bytes[i] == b'_') {
            i += 1;
        }
        let before = code[..start].trim_end();
        let after = code[i..].trim_start();
        let digit_before = start > 0 && bytes[start - 1].is_ascii_digit();
        if before.ends_with('.') && !before.ends_with("..")
            || after.starts_with('(')
            || after.starts_with("::")
            || before.ends_with("::")
            || digit_before
        {
            continue;
        }
        words.push(&code[start..i]);
    }
    words
}

/// The variables that the `let` patterns in Rust conditions bind.
pub fn let_bindings(conditions: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in conditions.split("&&") {
        let Some(rest) = part.trim().strip_prefix("let ") else { continue };
        let Some(pattern) = rest.split('=').next() else { continue };
        for word in rust_words(pattern) {
            if word.starts_with(|c: char| c.is_lowercase()) && word != "mut" {
                names.push(word.to_string());
            }
        }
    }
    names
}
