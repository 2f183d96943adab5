//! Syntax trees to IR: what a front end does with `windlass-frontend`.

use std::collections::HashMap;

use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::types::I64;
use windlass_core::ir::{
    AbiParam, ExtFuncData, ExternalName, FuncRef, Function, InstBuilder, Signature, UserFuncName,
    Value,
};
use windlass_core::isa::CallConv;
use windlass_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};

use crate::parser::{self, Expr, Operator, Statement};

/// Compiles a program to one IR function for each of its functions.
pub fn compile(program: &[parser::Function]) -> Result<Vec<Function>, String> {
    let arities: HashMap<&str, usize> =
        program.iter().map(|func| (&*func.name, func.params.len())).collect();
    let mut context = FunctionBuilderContext::new();
    program.iter().map(|func| compile_function(func, &arities, &mut context)).collect()
}

fn signature(params: usize) -> Signature {
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params.resize(params, AbiParam::new(I64));
    signature.returns.push(AbiParam::new(I64));
    signature
}

fn compile_function(
    source: &parser::Function,
    arities: &HashMap<&str, usize>,
    context: &mut FunctionBuilderContext,
) -> Result<Function, String> {
    let name = UserFuncName::testcase(&source.name);
    let mut func = Function::with_name_signature(name, signature(source.params.len()));
    let mut builder = FunctionBuilder::new(&mut func, context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    // Nothing branches back to the entry.
    builder.seal_block(entry);
    let mut compiler =
        Compiler { builder, arities, variables: HashMap::new(), callees: HashMap::new() };
    for (index, name) in source.params.iter().enumerate() {
        let value = compiler.builder.block_params(entry)[index];
        compiler.declare(name, value);
    }
    let result = compiler.statements(&source.body);
    if let Err(error) = result {
        compiler.builder.abandon();
        return Err(format!("in `{}`: {error}", source.name));
    }
    // A function that ends without `return` returns 0.
    let zero = compiler.builder.ins().iconst(I64, 0);
    compiler.builder.ins().return_(&[zero]);
    compiler.builder.finalize();
    Ok(func)
}

struct Compiler<'a> {
    builder: FunctionBuilder<'a>,
    arities: &'a HashMap<&'a str, usize>,
    variables: HashMap<String, Variable>,
    callees: HashMap<String, FuncRef>,
}

impl Compiler<'_> {
    fn declare(&mut self, name: &str, value: Value) {
        let variable = self.builder.declare_var(I64);
        self.builder.def_var(variable, value);
        self.variables.insert(name.to_string(), variable);
    }

    fn variable(&self, name: &str) -> Result<Variable, String> {
        let variable = self.variables.get(name).copied();
        variable.ok_or_else(|| format!("`{name}` is not declared: write `let {name} = …;` first"))
    }

    fn statements(&mut self, statements: &[Statement]) -> Result<(), String> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), String> {
        match statement {
            Statement::Let(name, value) => {
                let value = self.expr(value)?;
                self.declare(name, value);
            }
            Statement::Assign(name, value) => {
                let value = self.expr(value)?;
                let variable = self.variable(name)?;
                self.builder.def_var(variable, value);
            }
            Statement::Expr(value) => {
                self.expr(value)?;
            }
            Statement::Return(value) => {
                let value = self.expr(value)?;
                self.builder.ins().return_(&[value]);
                // What follows cannot be reached, but needs a block to go to.
                let rest = self.builder.create_block();
                self.builder.switch_to_block(rest);
                self.builder.seal_block(rest);
            }
            Statement::If(condition, then, otherwise) => {
                let then_block = self.builder.create_block();
                let else_block = self.builder.create_block();
                let end = self.builder.create_block();
                let condition = self.expr(condition)?;
                self.builder.ins().brif(condition, then_block, &[], else_block, &[]);
                for (block, statements) in [(then_block, then), (else_block, otherwise)] {
                    self.builder.switch_to_block(block);
                    self.builder.seal_block(block);
                    self.statements(statements)?;
                    self.builder.ins().jump(end, &[]);
                }
                self.builder.switch_to_block(end);
                self.builder.seal_block(end);
            }
            Statement::While(condition, body) => {
                let header = self.builder.create_block();
                let body_block = self.builder.create_block();
                let end = self.builder.create_block();
                self.builder.ins().jump(header, &[]);
                self.builder.switch_to_block(header);
                let condition = self.expr(condition)?;
                self.builder.ins().brif(condition, body_block, &[], end, &[]);
                self.builder.switch_to_block(body_block);
                self.builder.seal_block(body_block);
                self.statements(body)?;
                self.builder.ins().jump(header, &[]);
                // Now both ways into the header exist.
                self.builder.seal_block(header);
                self.builder.switch_to_block(end);
                self.builder.seal_block(end);
            }
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr) -> Result<Value, String> {
        Ok(match expr {
            Expr::Number(number) => self.builder.ins().iconst(I64, *number),
            Expr::Variable(name) => {
                let variable = self.variable(name)?;
                self.builder.use_var(variable)
            }
            Expr::Call(name, args) => self.call(name, args)?,
            Expr::Binary(operator, x, y) => {
                let (x, y) = (self.expr(x)?, self.expr(y)?);
                let condition = match operator {
                    Operator::Add => return Ok(self.builder.ins().iadd(x, y)),
                    Operator::Sub => return Ok(self.builder.ins().isub(x, y)),
                    Operator::Mul => return Ok(self.builder.ins().imul(x, y)),
                    Operator::Div => return Ok(self.builder.ins().sdiv(x, y)),
                    Operator::Rem => return Ok(self.builder.ins().srem(x, y)),
                    Operator::Eq => IntCC::Equal,
                    Operator::Ne => IntCC::NotEqual,
                    Operator::Lt => IntCC::SignedLessThan,
                    Operator::Le => IntCC::SignedLessThanOrEqual,
                    Operator::Gt => IntCC::SignedGreaterThan,
                    Operator::Ge => IntCC::SignedGreaterThanOrEqual,
                };
                let holds = self.builder.ins().icmp(condition, x, y);
                self.builder.ins().uextend(I64, holds)
            }
        })
    }

    fn call(&mut self, name: &str, args: &[Expr]) -> Result<Value, String> {
        match self.arities.get(name) {
            None => return Err(format!("there is no function `{name}`")),
            Some(&arity) if arity != args.len() => {
                return Err(format!("`{name}` takes {arity} arguments, not {}", args.len()));
            }
            Some(_) => {}
        }
        let args = args.iter().map(|arg| self.expr(arg)).collect::<Result<Vec<_>, _>>()?;
        let callee = match self.callees.get(name) {
            Some(&callee) => callee,
            None => {
                let signature = self.builder.import_signature(signature(args.len()));
                let callee = self.builder.import_function(ExtFuncData {
                    name: ExternalName::testcase(name),
                    signature,
                    colocated: true,
                });
                self.callees.insert(name.to_string(), callee);
                callee
            }
        };
        let call = self.builder.ins().call(callee, &args);
        Ok(self.builder.inst_results(call)[0])
    }
}
