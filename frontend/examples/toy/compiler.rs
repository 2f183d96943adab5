//! Syntax trees to a module: what a front end does with `windlass-frontend`.
//!
//! The module may be one in memory or an object file: nothing here knows.

use std::collections::HashMap;

use windlass_core::Context;
use windlass_core::ir::condcodes::IntCC;
use windlass_core::ir::types::I64;
use windlass_core::ir::{
    AbiParam, FuncRef, Function, InstBuilder, MemFlags, Signature, SourceLoc, StackSlot,
    StackSlotData, StackSlotKind, UserFuncName, Value, ValueLabel,
};
use windlass_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use windlass_module::{DataDescription, FuncId, Linkage, Module, ModuleError};

use crate::debug::{Debug, Local, Shown};
use crate::parser::{self, Action, Expr, Operator, Program, Statement};

/// What the functions of a program have in common.
pub struct Compiler<'a> {
    module: &'a mut dyn Module,
    program: &'a Program,
    /// Functions with the number of their parameters.
    functions: HashMap<&'a str, (FuncId, usize)>,
    texts: usize,
}

/// Compiles a program into a module; returns the function `main`, with its number of parameters.
pub fn compile(
    program: &Program,
    module: &mut dyn Module,
    mut debug: Option<&mut Debug>,
) -> Result<(FuncId, usize), String> {
    let mut compiler = Compiler { module, program, functions: HashMap::new(), texts: 0 };
    let own = program.functions.iter().map(|f| (&f.name, f.params.len(), Linkage::Export));
    let others = program.externs.iter().map(|(name, params)| (name, *params, Linkage::Import));
    for (name, params, linkage) in own.chain(others) {
        let signature = compiler.signature(params);
        let id = compiler.module.declare_function(name, linkage, &signature).map_err(text)?;
        compiler.functions.insert(name, (id, params));
    }
    let mut builder_context = FunctionBuilderContext::new();
    let mut context = compiler.module.make_context();
    for source in &program.functions {
        let (id, _) = compiler.functions[&*source.name];
        context.clear();
        let failed = |error: String| format!("in `{}`: {error}", source.name);
        let (func, locals) =
            compiler.function(source, debug.is_some(), &mut builder_context).map_err(failed)?;
        context.func = func;
        compiler.module.define_function(id, &mut context).map_err(|e| failed(e.to_string()))?;
        if let Some(debug) = &mut debug {
            describe(debug, &*compiler.module, &context, id, source, &locals);
        }
    }
    compiler.functions.get("main").copied().ok_or_else(|| "there is no function `main`".to_string())
}

fn text(error: ModuleError) -> String {
    error.to_string()
}

fn describe(
    debug: &mut Debug,
    module: &dyn Module,
    context: &Context,
    id: FuncId,
    source: &parser::Function,
    locals: &[Local],
) {
    let code = context.compiled_code().expect("the function was compiled");
    debug.function(module.isa(), &context.func, code, id, source, locals);
}

/// What a name in a function stands for.
#[derive(Clone, Copy)]
enum Name {
    /// A number.
    Number(Variable, ValueLabel),
    /// The address of a struct of the caller's.
    Reference(Variable, usize),
    /// A struct of this function.
    Struct(StackSlot, usize),
}

struct Body<'a, 'b> {
    builder: FunctionBuilder<'b>,
    compiler: &'b mut Compiler<'a>,
    names: HashMap<String, Name>,
    locals: Vec<Local>,
    callees: HashMap<String, FuncRef>,
    line: u32,
}

impl<'a> Compiler<'a> {
    fn signature(&self, params: usize) -> Signature {
        let mut signature = self.module.make_signature();
        signature.params.resize(params, AbiParam::new(I64));
        signature.returns.push(AbiParam::new(I64));
        signature
    }

    fn structure(&self, name: &str) -> Result<usize, String> {
        let found = self.program.structs.iter().position(|(known, _)| known == name);
        found.ok_or_else(|| format!("there is no struct `{name}`"))
    }

    fn function(
        &mut self,
        source: &parser::Function,
        debug: bool,
        context: &mut FunctionBuilderContext,
    ) -> Result<(Function, Vec<Local>), String> {
        let (id, params) = self.functions[&*source.name];
        let name = UserFuncName::user(0, id.as_u32());
        let mut func = Function::with_name_signature(name, self.signature(params));
        if debug {
            func.collect_debug_info();
        }
        let mut builder = FunctionBuilder::new(&mut func, context);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        // Nothing branches back to the entry.
        builder.seal_block(entry);
        let mut body = Body {
            builder,
            compiler: self,
            names: HashMap::new(),
            locals: Vec::new(),
            callees: HashMap::new(),
            line: source.line,
        };
        for (index, (name, of)) in source.params.iter().enumerate() {
            let value = body.builder.block_params(entry)[index];
            let result = body.parameter(name, of.as_deref(), value);
            if let Err(error) = result {
                body.builder.abandon();
                return Err(error);
            }
        }
        if let Err(error) = body.statements(&source.body) {
            let line = body.line;
            body.builder.abandon();
            return Err(format!("line {line}: {error}"));
        }
        // A function that ends without `return` returns 0.
        let zero = body.builder.ins().iconst(I64, 0);
        body.builder.ins().return_(&[zero]);
        let locals = body.locals;
        body.builder.finalize();
        Ok((func, locals))
    }

    /// A text in memory that code can refer to.
    fn text(&mut self, text: &str) -> Result<windlass_module::DataId, String> {
        let name = format!("text{}", self.texts);
        self.texts += 1;
        let id = self.module.declare_data(&name, Linkage::Local, false, false);
        let id = id.map_err(|error| error.to_string())?;
        let mut data = DataDescription::new();
        data.define([text.as_bytes(), &[0]].concat().into());
        self.module.define_data(id, &data).map_err(|error| error.to_string())?;
        Ok(id)
    }
}

impl Body<'_, '_> {
    fn show(&mut self, name: &str, shown: Shown, is_parameter: bool) {
        self.locals.push(Local { name: name.to_string(), line: self.line, shown, is_parameter });
    }

    fn variable_of(&mut self, value: Value) -> Variable {
        let variable = self.builder.declare_var(I64);
        self.builder.def_var(variable, value);
        variable
    }

    fn label(&self) -> ValueLabel {
        ValueLabel::from_u32(self.locals.len() as u32)
    }

    fn parameter(&mut self, name: &str, of: Option<&str>, value: Value) -> Result<(), String> {
        let label = self.label();
        self.builder.set_val_label(value, label);
        let variable = self.variable_of(value);
        let (what, shown) = match of {
            None => (Name::Number(variable, label), Shown::Number(label)),
            Some(of) => {
                let of = self.compiler.structure(of)?;
                (Name::Reference(variable, of), Shown::Reference(label, of))
            }
        };
        self.show(name, shown, true);
        self.names.insert(name.to_string(), what);
        Ok(())
    }

    fn declare(&mut self, name: &str, value: Value) {
        let label = self.label();
        self.builder.set_val_label(value, label);
        let variable = self.variable_of(value);
        self.show(name, Shown::Number(label), false);
        self.names.insert(name.to_string(), Name::Number(variable, label));
    }

    fn name(&self, name: &str) -> Result<Name, String> {
        let known = self.names.get(name).copied();
        known.ok_or_else(|| format!("`{name}` is not declared: write `let {name} = …;` first"))
    }

    /// The address of the struct that a name stands for, and the offset of a field in it.
    fn field(&mut self, name: &str, field: &str) -> Result<(Value, i32), String> {
        let (address, of) = match self.name(name)? {
            Name::Number(..) => return Err(format!("`{name}` is a number and has no fields")),
            Name::Reference(variable, of) => (self.builder.use_var(variable), of),
            Name::Struct(slot, of) => (self.builder.ins().stack_addr(I64, slot, 0), of),
        };
        let (of, fields) = &self.compiler.program.structs[of];
        let index = fields.iter().position(|known| known == field);
        let index = index.ok_or_else(|| format!("struct `{of}` has no field `{field}`"))?;
        Ok((address, 8 * index as i32))
    }

    fn statements(&mut self, statements: &[Statement]) -> Result<(), String> {
        statements.iter().try_for_each(|statement| {
            self.line = statement.line;
            self.builder.set_srcloc(SourceLoc::new(statement.line));
            self.action(&statement.action)
        })
    }

    fn action(&mut self, action: &Action) -> Result<(), String> {
        match action {
            Action::Let(name, value) => {
                let value = self.expr(value)?;
                self.declare(name, value);
            }
            Action::LetStruct(name, of, values) => {
                let index = self.compiler.structure(of)?;
                let fields = self.compiler.program.structs[index].1.len();
                let slot = self.builder.create_sized_stack_slot(StackSlotData::new(
                    StackSlotKind::ExplicitSlot,
                    8 * fields as u32,
                    3,
                ));
                let zero = self.builder.ins().iconst(I64, 0);
                let address = self.builder.ins().stack_addr(I64, slot, 0);
                for field in 0..fields {
                    let offset = 8 * field as i32;
                    self.builder.ins().store(MemFlags::trusted(), zero, address, offset);
                }
                self.show(name, Shown::Struct(slot, index), false);
                self.names.insert(name.clone(), Name::Struct(slot, index));
                for (field, value) in values {
                    let value = self.expr(value)?;
                    let (address, offset) = self.field(name, field)?;
                    self.builder.ins().store(MemFlags::trusted(), value, address, offset);
                }
            }
            Action::Assign(name, value) => {
                let value = self.expr(value)?;
                let Name::Number(variable, label) = self.name(name)? else {
                    return Err(format!("`{name}` is a struct: assign to its fields"));
                };
                self.builder.set_val_label(value, label);
                self.builder.def_var(variable, value);
            }
            Action::AssignField(name, field, value) => {
                let value = self.expr(value)?;
                let (address, offset) = self.field(name, field)?;
                self.builder.ins().store(MemFlags::trusted(), value, address, offset);
            }
            Action::Expr(value) => {
                self.expr(value)?;
            }
            Action::Return(value) => {
                let value = self.expr(value)?;
                self.builder.ins().return_(&[value]);
                // What follows cannot be reached, but needs a block to go to.
                let rest = self.builder.create_block();
                self.builder.switch_to_block(rest);
                self.builder.seal_block(rest);
            }
            Action::If(condition, then, otherwise) => {
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
            Action::While(condition, body) => {
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
            Expr::Text(text) => {
                let data = self.compiler.text(text)?;
                let func = &mut self.builder.func;
                let global = self.compiler.module.declare_data_in_func(data, func);
                self.builder.ins().symbol_value(I64, global)
            }
            Expr::Variable(name) => match self.name(name)? {
                Name::Number(variable, label) => {
                    let value = self.builder.use_var(variable);
                    // Where ways meet, this is a value of its own.
                    self.builder.set_val_label(value, label);
                    value
                }
                Name::Reference(variable, _) => self.builder.use_var(variable),
                Name::Struct(slot, _) => self.builder.ins().stack_addr(I64, slot, 0),
            },
            Expr::Field(name, field) => {
                let (address, offset) = self.field(name, field)?;
                self.builder.ins().load(I64, MemFlags::trusted(), address, offset)
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
        let id = match self.compiler.functions.get(name) {
            None => return Err(format!("there is no function `{name}`")),
            Some(&(_, arity)) if arity != args.len() => {
                return Err(format!("`{name}` takes {arity} arguments, not {}", args.len()));
            }
            Some(&(id, _)) => id,
        };
        let args = args.iter().map(|arg| self.expr(arg)).collect::<Result<Vec<_>, _>>()?;
        let callee = match self.callees.get(name) {
            Some(&callee) => callee,
            None => {
                let func = &mut self.builder.func;
                let callee = self.compiler.module.declare_func_in_func(id, func);
                self.callees.insert(name.to_string(), callee);
                callee
            }
        };
        let call = self.builder.ins().call(callee, &args);
        Ok(self.builder.inst_results(call)[0])
    }
}
