//! Text to syntax trees.
//!
//! ```text
//! program    = { "fn" name "(" [ name { "," name } ] ")" block } ;
//! block      = "{" { statement } "}" ;
//! statement  = "let" name "=" expression ";" | name "=" expression ";" | "return" expression ";"
//!            | "if" expression block [ "else" block ] | "while" expression block | expression ";"
//! ;
//! expression = operands joined by "== != < <= > >=", "+ -", "* / %", each level binding closer ;
//! operand    = number | name | name "(" [ expression { "," expression } ] ")" | "-" operand
//!            | "(" expression ")" ;
//! ```

/// An expression. All values are 64-bit integers.
#[derive(Debug)]
pub enum Expr {
    Number(i64),
    Variable(String),
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
pub enum Statement {
    Let(String, Expr),
    Assign(String, Expr),
    Return(Expr),
    If(Expr, Vec<Statement>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    Expr(Expr),
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub params: Vec<String>,
    pub body: Vec<Statement>,
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

/// How deep expressions and blocks may nest.
const DEPTH: usize = 200;

pub fn parse(text: &str) -> Result<Vec<Function>, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let mut functions = Vec::new();
    while parser.at < parser.tokens.len() {
        functions.push(parser.function()?);
    }
    Ok(functions)
}

/// Splits text into names, numbers and operators, each with its line.
fn tokens(text: &str) -> Result<Vec<(usize, &str)>, String> {
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line.split('#').next().unwrap_or_default().trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let len = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else if ["==", "!=", "<=", ">="].iter().any(|two| rest.starts_with(two)) {
                2
            } else if "(){},;=<>+-*/%".contains(first) {
                1
            } else {
                return Err(format!("line {}: unexpected `{first}`", number + 1));
            };
            tokens.push((number + 1, &rest[..len]));
            rest = rest[len..].trim_start();
        }
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<(usize, &'a str)>,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a str {
        self.tokens.get(self.at).map_or("", |(_, token)| token)
    }

    fn error<T>(&self, expected: &str) -> Result<T, String> {
        let line = self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(line, _)| *line);
        let found = match self.peek() {
            "" => "the end".to_string(),
            token => format!("`{token}`"),
        };
        Err(format!("line {line}: expected {expected}, found {found}"))
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
        let keyword = ["fn", "let", "return", "if", "else", "while"].contains(&token);
        if keyword || !token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return self.error("a name");
        }
        self.at += 1;
        Ok(token.to_string())
    }

    /// A list in parentheses, after the opening one.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        if self.accept(")") {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.accept(")") {
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
        self.expect("fn")?;
        let name = self.name()?;
        self.expect("(")?;
        let params = self.list(Self::name)?;
        Ok(Function { name, params, body: self.block()? })
    }

    fn block(&mut self) -> Result<Vec<Statement>, String> {
        self.expect("{")?;
        let mut statements = Vec::new();
        while !self.accept("}") {
            statements.push(self.nested(Self::statement)?);
        }
        Ok(statements)
    }

    fn statement(&mut self) -> Result<Statement, String> {
        if self.accept("if") {
            let condition = self.expression()?;
            let then = self.block()?;
            let otherwise = if self.accept("else") { self.block()? } else { Vec::new() };
            return Ok(Statement::If(condition, then, otherwise));
        }
        if self.accept("while") {
            let condition = self.expression()?;
            return Ok(Statement::While(condition, self.block()?));
        }
        let statement = if self.accept("let") {
            let name = self.name()?;
            self.expect("=")?;
            Statement::Let(name, self.expression()?)
        } else if self.accept("return") {
            Statement::Return(self.expression()?)
        } else if self.tokens.get(self.at + 1).is_some_and(|(_, token)| *token == "=") {
            let name = self.name()?;
            self.expect("=")?;
            Statement::Assign(name, self.expression()?)
        } else {
            Statement::Expr(self.expression()?)
        };
        self.expect(";")?;
        Ok(statement)
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
        if self.peek().starts_with(|c: char| c.is_ascii_digit()) {
            let Ok(number) = self.peek().parse() else {
                return self.error("a number of at most 63 bits");
            };
            self.at += 1;
            return Ok(Expr::Number(number));
        }
        let name = self.name()?;
        if self.accept("(") {
            return Ok(Expr::Call(name, self.list(Self::expression)?));
        }
        Ok(Expr::Variable(name))
    }
}
