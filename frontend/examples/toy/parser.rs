//! Text to syntax trees.
//!
//! ```text
//! program    = { "struct" name "{" name { "," name } "}"
//!              | "extern" "fn" name "(" [ name { "," name } ] ")" ";"
//!              | "fn" name "(" [ parameter { "," parameter } ] ")" block } ;
//! parameter  = name [ ":" name ] ;
//! block      = "{" { statement } "}" ;
//! statement  = "let" name "=" ( expression | name "{" field { "," field } "}" ) ";"
//!            | name [ "." name ] "=" expression ";" | "return" expression ";"
//!            | "if" expression block [ "else" block ] | "while" expression block | expression ";"
//! field      = name ":" expression ;
//! expression = operands joined by "== != < <= > >=", "+ -", "* / %", each level binding closer ;
//! operand    = number | text | name [ "." name ] | name "(" [ expression { "," expression } ] ")"
//!            | "-" operand | "(" expression ")" ;
//! ```
//!
//! A comment begins with `#`; a text in quotes is the address of its bytes, with a zero behind.

/// An expression: a 64-bit integer, or the address of a struct.
#[derive(Debug)]
pub enum Expr {
    Number(i64),
    Text(String),
    Variable(String),
    Field(String, String),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Debug)]
pub enum Action {
    Let(String, Expr),
    /// A variable that is a struct: its name, that of the struct, the fields.
    LetStruct(String, String, Vec<(String, Expr)>),
    Assign(String, Expr),
    AssignField(String, String, Expr),
    Return(Expr),
    If(Expr, Vec<Statement>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    Expr(Expr),
}

#[derive(Debug)]
pub struct Statement {
    pub line: u32,
    pub action: Action,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub line: u32,
    /// Names, and structs that are passed by address.
    pub params: Vec<(String, Option<String>)>,
    pub body: Vec<Statement>,
}

#[derive(Debug, Default)]
pub struct Program {
    /// Names and fields.
    pub structs: Vec<(String, Vec<String>)>,
    /// Functions of C: names and numbers of parameters.
    pub externs: Vec<(String, usize)>,
    pub functions: Vec<Function>,
}

/// Operators by how closely they bind, the loosest first.
const LEVELS: [&[(&str, Operator)]; 3] = [
    &[
        ("==", Operator::Eq),
        ("!=", Operator::Ne),
        ("<", Operator::Lt),
        ("<=", Operator::Le),
        (">", Operator::Gt),
        (">=", Operator::Ge),
    ],
    &[("+", Operator::Add), ("-", Operator::Sub)],
    &[("*", Operator::Mul), ("/", Operator::Div), ("%", Operator::Rem)],
];

const KEYWORDS: [&str; 8] = ["fn", "let", "return", "if", "else", "while", "struct", "extern"];

/// How deep expressions and blocks may nest.
const DEPTH: usize = 200;

pub fn parse(text: &str) -> Result<Program, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let mut program = Program::default();
    while parser.at < parser.tokens.len() {
        if parser.accept("struct") {
            let name = parser.name()?;
            parser.expect("{")?;
            program.structs.push((name, parser.list("}", Parser::name)?));
        } else if parser.accept("extern") {
            parser.expect("fn")?;
            let name = parser.name()?;
            parser.expect("(")?;
            program.externs.push((name, parser.list(")", Parser::name)?.len()));
            parser.expect(";")?;
        } else {
            program.functions.push(parser.function()?);
        }
    }
    Ok(program)
}

/// Splits text into names, numbers, quoted texts and operators, each with its line.
fn tokens(text: &str) -> Result<Vec<(u32, &str)>, String> {
    let mut tokens = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let len = if first == '#' {
                break;
            } else if first == '"' {
                let end = rest[1..].find('"');
                end.ok_or_else(|| format!("line {number}: the text has no end"))? + 2
            } else if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else if ["==", "!=", "<=", ">="].iter().any(|two| rest.starts_with(two)) {
                2
            } else if "(){},;:.=<>+-*/%".contains(first) {
                1
            } else {
                return Err(format!("line {number}: unexpected `{first}`"));
            };
            tokens.push((number, &rest[..len]));
            rest = rest[len..].trim_start();
        }
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<(u32, &'a str)>,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a str {
        self.ahead(0)
    }

    fn ahead(&self, n: usize) -> &'a str {
        self.tokens.get(self.at + n).map_or("", |(_, token)| token)
    }

    fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(line, _)| *line)
    }

    fn error<T>(&self, expected: &str) -> Result<T, String> {
        let found = match self.peek() {
            "" => "the end".to_string(),
            token => format!("`{token}`"),
        };
        Err(format!("line {}: expected {expected}, found {found}", self.line()))
    }

    fn accept(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.accept(token) { Ok(()) } else { self.error(&format!("`{token}`")) }
    }

    fn name(&mut self) -> Result<String, String> {
        let token = self.peek();
        let keyword = KEYWORDS.contains(&token);
        if keyword || !token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return self.error("a name");
        }
        self.at += 1;
        Ok(token.to_string())
    }

    /// A list in brackets, after the opening one.
    fn list<T>(
        &mut self,
        close: &str,
        item: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        if self.accept(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.accept(close) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }

    /// Runs a part that may contain itself.
    fn nested<T>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        if self.depth == DEPTH {
            return self.error("less nesting");
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn function(&mut self) -> Result<Function, String> {
        let line = self.line();
        self.expect("fn")?;
        let name = self.name()?;
        self.expect("(")?;
        let params = self.list(")", |parser| {
            let name = parser.name()?;
            let of = if parser.accept(":") { Some(parser.name()?) } else { None };
            Ok((name, of))
        })?;
        Ok(Function { name, line, params, body: self.block()? })
    }

    fn block(&mut self) -> Result<Vec<Statement>, String> {
        self.expect("{")?;
        let mut statements = Vec::new();
        while !self.accept("}") {
            let line = self.line();
            let action = self.nested(Self::action)?;
            statements.push(Statement { line, action });
        }
        Ok(statements)
    }

    fn action(&mut self) -> Result<Action, String> {
        if self.accept("if") {
            let condition = self.expression()?;
            let then = self.block()?;
            let otherwise = if self.accept("else") { self.block()? } else { Vec::new() };
            return Ok(Action::If(condition, then, otherwise));
        }
        if self.accept("while") {
            let condition = self.expression()?;
            return Ok(Action::While(condition, self.block()?));
        }
        let action = if self.accept("let") {
            let name = self.name()?;
            self.expect("=")?;
            if self.ahead(1) == "{" {
                let of = self.name()?;
                self.expect("{")?;
                let fields = self.list("}", |parser| {
                    let field = parser.name()?;
                    parser.expect(":")?;
                    Ok((field, parser.expression()?))
                })?;
                Action::LetStruct(name, of, fields)
            } else {
                Action::Let(name, self.expression()?)
            }
        } else if self.accept("return") {
            Action::Return(self.expression()?)
        } else if self.ahead(1) == "=" {
            let name = self.name()?;
            self.expect("=")?;
            Action::Assign(name, self.expression()?)
        } else if self.ahead(1) == "." && self.ahead(3) == "=" {
            let name = self.name()?;
            self.expect(".")?;
            let field = self.name()?;
            self.expect("=")?;
            Action::AssignField(name, field, self.expression()?)
        } else {
            Action::Expr(self.expression()?)
        };
        self.expect(";")?;
        Ok(action)
    }

    fn expression(&mut self) -> Result<Expr, String> {
        self.nested(|parser| parser.level(0))
    }

    fn level(&mut self, level: usize) -> Result<Expr, String> {
        let Some(operators) = LEVELS.get(level) else { return self.nested(Self::operand) };
        let mut left = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(token, _)| *token == self.peek()) {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = Expr::Binary(*operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expr, String> {
        if self.accept("(") {
            let expr = self.expression()?;
            self.expect(")")?;
            return Ok(expr);
        }
        if self.accept("-") {
            let zero = Box::new(Expr::Number(0));
            let operand = self.nested(Self::operand)?;
            return Ok(Expr::Binary(Operator::Sub, zero, Box::new(operand)));
        }
        if let Some(text) = self.peek().strip_prefix('"') {
            self.at += 1;
            return Ok(Expr::Text(text.trim_end_matches('"').to_string()));
        }
        if self.peek().starts_with(|c: char| c.is_ascii_digit()) {
            let Ok(number) = self.peek().parse() else {
                return self.error("a number of at most 63 bits");
            };
            self.at += 1;
            return Ok(Expr::Number(number));
        }
        let name = self.name()?;
        if self.accept("(") {
            return Ok(Expr::Call(name, self.list(")", Self::expression)?));
        }
        if self.accept(".") {
            return Ok(Expr::Field(name, self.name()?));
        }
        Ok(Expr::Variable(name))
    }
}
