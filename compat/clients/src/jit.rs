//! A client that runs code at once. It is compiled twice, against both families of crates, and
//! prints what it finds; the two must print the same.

// A trait may be needed for methods that the other family has without it.
#![allow(unused_imports)]

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::condcodes::{CondCode, FloatCC, IntCC};
use cranelift_codegen::ir::{
    self, AbiParam, AtomicRmwOp, BlockArg, Function, InstBuilder, JumpTableData, MemFlags,
    Signature, StackSlotData, StackSlotKind, TrapCode, Type, UserFuncName, Value, types,
};
use cranelift_codegen::isa::{self, CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context, write_function};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Switch, Variable};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{
    DataDescription, DataId, FuncId, FuncOrDataId, Linkage, Module, ModuleError,
    default_libcall_names,
};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Mutex;

static OUTPUT: Mutex<String> = Mutex::new(String::new());
static REPORT: Mutex<String> = Mutex::new(String::new());

macro_rules! say {
    ($($arg:tt)*) => { writeln!(REPORT.lock().unwrap(), $($arg)*).unwrap() };
}

extern "C" fn put_byte(byte: i32) {
    OUTPUT.lock().unwrap().push(byte as u8 as char);
}

extern "C" fn add_three(a: i64, b: i64, c: i64) -> i64 {
    a + b + c
}

extern "C" fn ceil(x: f64) -> f64 {
    x.ceil()
}

extern "C" fn floor(x: f64) -> f64 {
    x.floor()
}

extern "C" fn trunc(x: f64) -> f64 {
    x.trunc()
}

extern "C" fn nearest(x: f64) -> f64 {
    x.round_ties_even()
}

extern "C" fn fused(x: f64, y: f64, z: f64) -> f64 {
    x.mul_add(y, z)
}

fn take_output() -> String {
    std::mem::take(&mut OUTPUT.lock().unwrap())
}

/// A module and what is used again from function to function.
struct Jit {
    module: JITModule,
    ctx: Context,
    builder_ctx: FunctionBuilderContext,
}

impl Jit {
    fn new() -> Self {
        let flags = [("preserve_frame_pointers", "true")];
        let mut builder = JITBuilder::with_flags(&flags, default_libcall_names()).unwrap();
        Self::with(&mut builder);
        Self::from_module(JITModule::new(builder))
    }

    fn with(builder: &mut JITBuilder) {
        builder.symbol("put_byte", put_byte as *const u8);
        builder.symbols([
            ("ceil", ceil as *const u8),
            ("floor", floor as *const u8),
            ("trunc", trunc as *const u8),
            ("nearbyint", nearest as *const u8),
            ("fma", fused as *const u8),
        ]);
        builder.symbol_lookup_fn(Box::new(|name| {
            (name == "host.add_three").then_some(add_three as *const u8)
        }));
    }

    fn from_module(module: JITModule) -> Self {
        let ctx = module.make_context();
        Self { module, ctx, builder_ctx: FunctionBuilderContext::new() }
    }

    fn signature(&self, params: &[Type], returns: &[Type]) -> Signature {
        let mut sig = self.module.make_signature();
        sig.params.extend(params.iter().map(|ty| AbiParam::new(*ty)));
        sig.returns.extend(returns.iter().map(|ty| AbiParam::new(*ty)));
        sig
    }

    /// Fills in a declared function; the closure is given its parameters.
    fn define(
        &mut self,
        id: FuncId,
        body: impl FnOnce(&mut FunctionBuilder<'_>, &mut JITModule, Vec<Value>),
    ) {
        self.module.clear_context(&mut self.ctx);
        let signature = self.module.declarations().get_function_decl(id).signature.clone();
        self.ctx.func.signature = signature;
        self.ctx.func.name = UserFuncName::user(0, id.as_u32());
        let mut builder = FunctionBuilder::new(&mut self.ctx.func, &mut self.builder_ctx);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let params = builder.block_params(entry).to_vec();
        body(&mut builder, &mut self.module, params);
        builder.seal_all_blocks();
        builder.finalize();
        if let Err(error) = self.module.define_function(id, &mut self.ctx) {
            panic!("{error}\n{}", self.ctx.func.display());
        }
        self.module.clear_context(&mut self.ctx);
    }

    fn function(
        &mut self,
        name: &str,
        params: &[Type],
        returns: &[Type],
        body: impl FnOnce(&mut FunctionBuilder<'_>, &mut JITModule, Vec<Value>),
    ) -> FuncId {
        let sig = self.signature(params, returns);
        let id = self.module.declare_function(name, Linkage::Export, &sig).unwrap();
        self.define(id, body);
        id
    }

    fn finish(&mut self) {
        self.module.finalize_definitions().unwrap();
    }

    fn address(&self, id: FuncId) -> *const u8 {
        self.module.get_finalized_function(id)
    }
}

/// A function of the module as a function of this program.
macro_rules! callable {
    ($jit:expr, $id:expr, fn($($arg:ty),*) $(-> $ret:ty)?) => {
        // SAFETY: the function was defined with this signature.
        unsafe {
            std::mem::transmute::<*const u8, extern "C" fn($($arg),*) $(-> $ret)?>($jit.address($id))
        }
    };
}

// ------------------------------------------------------------------------- a small language

/// `(op arguments...)`, a number or a name.
#[derive(Debug, Clone)]
enum Expr {
    Number(i64),
    Name(String),
    List(Vec<Expr>),
}

fn parse(tokens: &mut std::iter::Peekable<std::str::SplitWhitespace<'_>>) -> Expr {
    match tokens.next().expect("an expression") {
        "(" => {
            let mut list = Vec::new();
            while *tokens.peek().expect("a closing parenthesis") != ")" {
                list.push(parse(tokens));
            }
            tokens.next();
            Expr::List(list)
        }
        word => word.parse().map_or_else(|_| Expr::Name(word.to_string()), Expr::Number),
    }
}

/// Translates the body of one function.
struct Translator<'a, 'b> {
    builder: &'a mut FunctionBuilder<'b>,
    module: &'a mut JITModule,
    variables: HashMap<String, Variable>,
}

impl Translator<'_, '_> {
    fn expr(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Number(n) => self.builder.ins().iconst(types::I64, *n),
            Expr::Name(name) => {
                let variable = self.variables[name];
                self.builder.use_var(variable)
            }
            Expr::List(list) => {
                let Expr::Name(op) = &list[0] else { panic!("an operator") };
                self.operation(op, &list[1..])
            }
        }
    }

    fn operation(&mut self, op: &str, args: &[Expr]) -> Value {
        match op {
            "let" | "set" => {
                let Expr::Name(name) = &args[0] else { panic!("a name") };
                let value = self.expr(&args[1]);
                let known = self.variables.get(name).copied();
                let variable = known.unwrap_or_else(|| self.builder.declare_var(types::I64));
                self.variables.insert(name.clone(), variable);
                self.builder.def_var(variable, value);
                value
            }
            "do" => args.iter().map(|arg| self.expr(arg)).last().expect("something to do"),
            "if" => self.condition(args),
            "while" => self.repeat(args),
            "case" => self.case(args),
            _ => {
                let values: Vec<Value> = args.iter().map(|arg| self.expr(arg)).collect();
                let ins = self.builder.ins();
                match (op, &values[..]) {
                    ("+", &[a, b]) => ins.iadd(a, b),
                    ("-", &[a, b]) => ins.isub(a, b),
                    ("*", &[a, b]) => ins.imul(a, b),
                    ("/", &[a, b]) => ins.sdiv(a, b),
                    ("%", &[a, b]) => ins.srem(a, b),
                    ("<", &[a, b]) => self.compare(IntCC::SignedLessThan, a, b),
                    ("=", &[a, b]) => self.compare(IntCC::Equal, a, b),
                    (name, values) => self.call(name, values),
                }
            }
        }
    }

    fn compare(&mut self, cond: IntCC, a: Value, b: Value) -> Value {
        let bit = self.builder.ins().icmp(cond, a, b);
        self.builder.ins().uextend(types::I64, bit)
    }

    /// Functions may be called before anybody declares them.
    fn call(&mut self, name: &str, values: &[Value]) -> Value {
        let mut sig = self.module.make_signature();
        sig.params.extend(values.iter().map(|_| AbiParam::new(types::I64)));
        sig.returns.push(AbiParam::new(types::I64));
        let id = self.module.declare_function(name, Linkage::Import, &sig).unwrap();
        let callee = self.module.declare_func_in_func(id, self.builder.func);
        let call = self.builder.ins().call(callee, values);
        self.builder.inst_results(call)[0]
    }

    fn condition(&mut self, args: &[Expr]) -> Value {
        let condition = self.expr(&args[0]);
        let (then, other, merge) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        let result = self.builder.append_block_param(merge, types::I64);
        self.builder.ins().brif(condition, then, &[], other, &[]);
        for (block, arg) in [(then, &args[1]), (other, &args[2])] {
            self.builder.switch_to_block(block);
            self.builder.seal_block(block);
            let value = self.expr(arg);
            self.builder.ins().jump(merge, &[value.into()]);
        }
        self.builder.switch_to_block(merge);
        self.builder.seal_block(merge);
        result
    }

    fn repeat(&mut self, args: &[Expr]) -> Value {
        let (head, body, exit) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        self.builder.ins().jump(head, &[]);
        self.builder.switch_to_block(head);
        let condition = self.expr(&args[0]);
        self.builder.ins().brif(condition, body, &[], exit, &[]);
        self.builder.switch_to_block(body);
        self.builder.seal_block(body);
        for arg in &args[1..] {
            self.expr(arg);
        }
        self.builder.ins().jump(head, &[]);
        self.builder.seal_block(head);
        self.builder.switch_to_block(exit);
        self.builder.seal_block(exit);
        self.builder.ins().iconst(types::I64, 0)
    }

    /// `(case value (number result)... otherwise)`
    fn case(&mut self, args: &[Expr]) -> Value {
        let value = self.expr(&args[0]);
        let merge = self.builder.create_block();
        let result = self.builder.append_block_param(merge, types::I64);
        let otherwise = self.builder.create_block();
        let mut switch = Switch::new();
        let mut arms = Vec::new();
        for arm in &args[1..args.len() - 1] {
            let Expr::List(arm) = arm else { panic!("an arm") };
            let Expr::Number(number) = arm[0] else { panic!("a number") };
            let block = self.builder.create_block();
            switch.set_entry(number as u64 as u128, block);
            arms.push((block, arm[1].clone()));
        }
        assert_eq!(switch.entries().len(), arms.len());
        switch.emit(self.builder, value, otherwise);
        arms.push((otherwise, args[args.len() - 1].clone()));
        for (block, arm) in arms {
            self.builder.switch_to_block(block);
            self.builder.seal_block(block);
            let value = self.expr(&arm);
            self.builder.ins().jump(merge, &[BlockArg::Value(value)]);
        }
        self.builder.switch_to_block(merge);
        self.builder.seal_block(merge);
        result
    }
}

/// `(name (parameters...) body)`
fn define_in_language(jit: &mut Jit, text: &str) -> FuncId {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let Expr::List(definition) = parse(&mut spaced.split_whitespace().peekable()) else {
        panic!("a definition")
    };
    let [Expr::Name(name), Expr::List(params), body] = &definition[..] else {
        panic!("name, parameters and body")
    };
    let types = vec![types::I64; params.len()];
    jit.function(name, &types, &[types::I64], |builder, module, values| {
        let mut variables = HashMap::new();
        for (param, value) in params.iter().zip(values) {
            let Expr::Name(param) = param else { panic!("a parameter") };
            let variable = builder.declare_var(types::I64);
            builder.def_var(variable, value);
            variables.insert(param.clone(), variable);
        }
        let result = Translator { builder: &mut *builder, module, variables }.expr(body);
        builder.ins().return_(&[result]);
    })
}

fn language() {
    let mut jit = Jit::new();
    let even = define_in_language(&mut jit, "(even (n) (if (= n 0) 1 (odd (- n 1))))");
    define_in_language(&mut jit, "(odd (n) (if (= n 0) 0 (even (- n 1))))");
    let fib =
        define_in_language(&mut jit, "(fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))");
    let sum = define_in_language(
        &mut jit,
        "(sum (n) (do (let s 0) (let i 0)
            (while (< i n) (set s (+ s (* i i))) (set i (+ i 1))) (host.add_three s 1 2)))",
    );
    let name = define_in_language(
        &mut jit,
        "(pick (n) (case n (0 10) (1 11) (2 12) (3 13) (-1 -10) (1000000 20) (5000000000 30) 99))",
    );
    jit.finish();
    say!("even(10) = {}", callable!(jit, even, fn(i64) -> i64)(10));
    say!("fib(20) = {}", callable!(jit, fib, fn(i64) -> i64)(20));
    say!("sum(1000) = {}", callable!(jit, sum, fn(i64) -> i64)(1000));
    for n in [0, 1, 2, 3, 4, -1, 1000000, 5000000000, i64::MIN] {
        say!("pick({n}) = {}", callable!(jit, name, fn(i64) -> i64)(n));
    }
    // Later definitions refer to earlier ones.
    let gcd = define_in_language(&mut jit, "(gcd (a b) (if (= b 0) a (gcd b (% a b))))");
    let both = define_in_language(&mut jit, "(both (n) (gcd (fib n) (fib (- n 6))))");
    jit.finish();
    say!("gcd(1071, 462) = {}", callable!(jit, gcd, fn(i64, i64) -> i64)(1071, 462));
    say!("both(24) = {}", callable!(jit, both, fn(i64) -> i64)(24));
    for (id, declared) in jit.module.declarations().get_functions() {
        say!("{id}: {:?} {:?} {}", declared.name, declared.linkage, declared.signature);
    }
    // SAFETY: none of the functions is called any more.
    unsafe { jit.module.free_memory() };
}

// ------------------------------------------------------------------------- eight instructions

/// Compiles a program of the language with eight instructions.
fn eight(program: &str) -> String {
    let mut jit = Jit::new();
    let tape = jit.module.declare_data("tape", Linkage::Local, true, false).unwrap();
    let mut description = DataDescription::new();
    description.define_zeroinit(30000);
    description.set_align(64);
    jit.module.define_data(tape, &description).unwrap();
    let put = jit.signature(&[types::I32], &[]);
    let put = jit.module.declare_function("put_byte", Linkage::Import, &put).unwrap();
    let main = jit.function("main", &[], &[], |builder, module, _| {
        let pointer = module.target_config().pointer_type();
        let tape = module.declare_data_in_func(tape, builder.func);
        let put = module.declare_func_in_func(put, builder.func);
        let at = builder.declare_var(pointer);
        let start = builder.ins().symbol_value(pointer, tape);
        builder.def_var(at, start);
        let flags = MemFlags::trusted();
        let mut open = Vec::new();
        for byte in program.bytes() {
            let place = builder.use_var(at);
            match byte {
                b'>' | b'<' => {
                    let moved = builder.ins().iadd_imm(place, if byte == b'>' { 1 } else { -1 });
                    builder.def_var(at, moved);
                }
                b'+' | b'-' => {
                    let cell = builder.ins().load(types::I8, flags, place, 0);
                    let changed = builder.ins().iadd_imm(cell, if byte == b'+' { 1 } else { -1 });
                    builder.ins().store(flags, changed, place, 0);
                }
                b'.' => {
                    let cell = builder.ins().uload8(types::I32, flags, place, 0);
                    builder.ins().call(put, &[cell]);
                }
                b'[' => {
                    let (body, exit) = (builder.create_block(), builder.create_block());
                    let cell = builder.ins().load(types::I8, flags, place, 0);
                    builder.ins().brif(cell, body, &[], exit, &[]);
                    builder.switch_to_block(body);
                    open.push((body, exit));
                }
                b']' => {
                    let (body, exit) = open.pop().expect("an open bracket");
                    let cell = builder.ins().load(types::I8, flags, place, 0);
                    builder.ins().brif(cell, body, &[], exit, &[]);
                    builder.seal_block(body);
                    builder.switch_to_block(exit);
                    builder.seal_block(exit);
                }
                _ => {}
            }
        }
        builder.ins().return_(&[]);
    });
    jit.finish();
    callable!(jit, main, fn())();
    let (start, size) = jit.module.get_finalized_data(tape);
    // SAFETY: the data is that long.
    let bytes = unsafe { std::slice::from_raw_parts(start, size) };
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    assert_eq!(start as usize % 64, 0);
    format!("{:?} tape {size} sum {sum}", take_output())
}

// ------------------------------------------------------------------------- data and addresses

fn data_objects() {
    let mut jit = Jit::new();
    let sig = jit.signature(&[types::I32], &[types::I32]);
    let double = jit.module.declare_function("double", Linkage::Local, &sig).unwrap();
    let square = jit.module.declare_anonymous_function(&sig).unwrap();
    let table = jit.module.declare_data("table", Linkage::Export, false, false).unwrap();
    let text = jit.module.declare_anonymous_data(false, false).unwrap();

    let mut description = DataDescription::new();
    description.define(b"0123456789".to_vec().into_boxed_slice());
    jit.module.define_data(text, &description).unwrap();
    description.clear();
    description.define(vec![0; 24].into());
    let functions =
        [double, square].map(|id| jit.module.declare_func_in_data(id, &mut description));
    let text_in_table = jit.module.declare_data_in_data(text, &mut description);
    description.write_function_addr(0, functions[0]);
    description.write_function_addr(8, functions[1]);
    description.write_data_addr(16, text_in_table, 4);
    jit.module.define_data(table, &description).unwrap();

    let call = jit.function("call", &[types::I64, types::I32], &[types::I32], |b, module, p| {
        let pointer = module.isa().pointer_type();
        let table = module.declare_data_in_func(table, b.func);
        let base = b.ins().global_value(pointer, table);
        let offset = b.ins().ishl_imm(p[0], 3);
        let at = b.ins().iadd(base, offset);
        let callee = b.ins().load(pointer, MemFlags::trusted().with_readonly(), at, 0);
        let sig = b.import_signature(sig.clone());
        let call = b.ins().call_indirect(sig, callee, &[p[1]]);
        let result = b.inst_results(call)[0];
        b.ins().return_(&[result]);
    });
    jit.define(double, |b, _, p| {
        let result = b.ins().ishl_imm(p[0], 1);
        b.ins().return_(&[result]);
    });
    jit.define(square, |b, _, p| {
        let result = b.ins().imul(p[0], p[0]);
        b.ins().return_(&[result]);
    });
    let address = jit.function("address", &[], &[types::I64], |b, module, _| {
        let callee = module.declare_func_in_func(double, b.func);
        let address = b.ins().func_addr(types::I64, callee);
        b.ins().return_(&[address]);
    });
    let digit = jit.function("digit", &[], &[types::I8], |b, module, _| {
        let table = module.declare_data_in_func(table, b.func);
        let base = b.ins().symbol_value(types::I64, table);
        let text = b.ins().load(types::I64, MemFlags::new(), base, 16);
        let byte = b.ins().load(types::I8, MemFlags::new(), text, 2);
        b.ins().return_(&[byte]);
    });
    jit.finish();
    let call = callable!(jit, call, fn(i64, i32) -> i32);
    say!("call(0, 21) = {}, call(1, 21) = {}", call(0, 21), call(1, 21));
    let address = callable!(jit, address, fn() -> usize)();
    say!("the address is that of the function: {}", address == jit.address(double) as usize);
    say!("digit = {}", callable!(jit, digit, fn() -> u8)() as char);
    let (_, size) = jit.module.get_finalized_data(table);
    say!("size of the table: {size}");
    for (id, declared) in jit.module.declarations().get_data_objects() {
        let name = declared.linkage_name(id);
        say!("{id}: {name} {:?} {} {}", declared.linkage, declared.writable, declared.tls);
    }
    say!("{:?} {:?}", jit.module.get_name("table"), jit.module.get_name("missing"));
    assert!(matches!(jit.module.get_name("double"), Some(FuncOrDataId::Func(id)) if id == double));
}

// ------------------------------------------------------------------------- control flow

fn control_flow() {
    let mut jit = Jit::new();
    let table = jit.function("table", &[types::I32], &[types::I32], |b, _, p| {
        let blocks: Vec<_> = (0..5).map(|_| b.create_block()).collect();
        let merge = b.create_block();
        let result = b.append_block_param(merge, types::I32);
        let pool = &mut b.func.dfg.value_lists;
        let call = |block, pool: &mut ir::ValueListPool| ir::BlockCall::new(block, [], pool);
        let entries: Vec<_> = blocks[..4].iter().map(|block| call(*block, pool)).collect();
        let data = JumpTableData::new(call(blocks[4], pool), &entries);
        let table = b.create_jump_table(data);
        b.ins().br_table(p[0], table);
        for (n, block) in blocks.iter().enumerate() {
            b.switch_to_block(*block);
            let value = b.ins().iconst(types::I32, 100 + n as i64);
            b.ins().jump(merge, &[value.into()]);
        }
        b.switch_to_block(merge);
        b.ins().return_(&[result]);
    });

    // Two functions that continue in each other, a million times, without more stack.
    let mut sig = Signature::new(CallConv::Tail);
    sig.params.extend([AbiParam::new(types::I64), AbiParam::new(types::I64)]);
    sig.returns.push(AbiParam::new(types::I64));
    let ping = jit.module.declare_function("ping", Linkage::Local, &sig).unwrap();
    let pong = jit.module.declare_function("pong", Linkage::Local, &sig).unwrap();
    for (id, other, step) in [(ping, pong, 1), (pong, ping, 2)] {
        jit.define(id, |b, module, p| {
            let (go_on, stop) = (b.create_block(), b.create_block());
            let other = module.declare_func_in_func(other, b.func);
            let done = b.ins().icmp_imm(IntCC::Equal, p[0], 0);
            b.ins().brif(done, stop, &[], go_on, &[]);
            b.switch_to_block(go_on);
            let left = b.ins().iadd_imm(p[0], -1);
            let sum = b.ins().iadd_imm(p[1], step);
            if step == 1 {
                b.ins().return_call(other, &[left, sum]);
            } else {
                let address = b.ins().func_addr(types::I64, other);
                let sig = b.func.dfg.ext_funcs[other].signature;
                b.ins().return_call_indirect(sig, address, &[left, sum]);
            }
            b.switch_to_block(stop);
            b.ins().return_(&[p[1]]);
        });
    }
    let start = jit.function("start", &[types::I64], &[types::I64], |b, module, p| {
        let ping = module.declare_func_in_func(ping, b.func);
        let zero = b.ins().iconst(types::I64, 0);
        let call = b.ins().call(ping, &[p[0], zero]);
        let results = b.inst_results(call).to_vec();
        b.ins().return_(&results);
    });
    let clamp = jit.function("clamp", &[types::F64], &[types::I32], |b, _, p| {
        let limit = b.ins().f64const(1000.0);
        let less = b.ins().fcmp(FloatCC::LessThan, p[0], limit);
        let value = b.ins().select(less, p[0], limit);
        let cold = b.create_block();
        let warm = b.create_block();
        b.set_cold_block(cold);
        let nan = b.ins().fcmp(FloatCC::Unordered, value, value);
        b.ins().brif(nan, cold, &[], warm, &[]);
        b.switch_to_block(cold);
        let minus = b.ins().iconst(types::I32, -1);
        b.ins().return_(&[minus]);
        b.switch_to_block(warm);
        let result = b.ins().fcvt_to_sint_sat(types::I32, value);
        let small = b.ins().icmp_imm(IntCC::SignedLessThan, result, -1_000_000);
        b.ins().trapnz(small, TrapCode::unwrap_user(7));
        b.ins().return_(&[result]);
    });
    jit.finish();
    let table = callable!(jit, table, fn(i32) -> i32);
    say!("{:?}", [0, 1, 2, 3, 4, -1].map(|n| table(n)));
    say!("start(1000000) = {}", callable!(jit, start, fn(i64) -> i64)(1_000_000));
    let clamp = callable!(jit, clamp, fn(f64) -> i32);
    say!("{:?}", [1.5, -3.9, 1e9, 999.0].map(|x| clamp(x)));
}

// ------------------------------------------------------------------------- arithmetic

/// A function of one parameter and what its constant forms do.
fn constants() {
    type Build = fn(&mut FunctionBuilder<'_>, Value, i64) -> Value;
    let operations: [(&str, Build); 15] = [
        ("iadd", |b, x, y| b.ins().iadd_imm(x, y)),
        ("imul", |b, x, y| b.ins().imul_imm(x, y)),
        ("udiv", |b, x, y| b.ins().udiv_imm(x, y)),
        ("sdiv", |b, x, y| b.ins().sdiv_imm(x, y)),
        ("urem", |b, x, y| b.ins().urem_imm(x, y)),
        ("srem", |b, x, y| b.ins().srem_imm(x, y)),
        ("irsub", |b, x, y| b.ins().irsub_imm(x, y)),
        ("band", |b, x, y| b.ins().band_imm(x, y)),
        ("bor", |b, x, y| b.ins().bor_imm(x, y)),
        ("bxor", |b, x, y| b.ins().bxor_imm(x, y)),
        ("rotl", |b, x, y| b.ins().rotl_imm(x, y)),
        ("rotr", |b, x, y| b.ins().rotr_imm(x, y)),
        ("ishl", |b, x, y| b.ins().ishl_imm(x, y)),
        ("ushr", |b, x, y| b.ins().ushr_imm(x, y)),
        ("sshr", |b, x, y| b.ins().sshr_imm(x, y)),
    ];
    let mut jit = Jit::new();
    let mut made = Vec::new();
    for (name, build) in operations {
        for ty in [types::I8, types::I16, types::I32, types::I64, types::I128] {
            for imm in [1, 3, 7, -5, 100] {
                if name.ends_with("div") || name.ends_with("rem") {
                    // Neither machine divides 128 bits; narrow constants must not be zero.
                    if ty == types::I128 {
                        continue;
                    }
                }
                let label = format!("{name}.{ty} {imm}");
                let id = jit.function(&label, &[types::I64], &[types::I64], |b, _, p| {
                    let x = match ty {
                        types::I64 => p[0],
                        types::I128 => b.ins().sextend(types::I128, p[0]),
                        _ => b.ins().ireduce(ty, p[0]),
                    };
                    let y = build(b, x, imm);
                    let result = match ty {
                        types::I64 => y,
                        types::I128 => {
                            let (low, high) = b.ins().isplit(y);
                            b.ins().bxor(low, high)
                        }
                        _ => b.ins().sextend(types::I64, y),
                    };
                    b.ins().return_(&[result]);
                });
                made.push((label, id));
            }
        }
    }
    for cond in [
        IntCC::Equal,
        IntCC::NotEqual,
        IntCC::SignedLessThan,
        IntCC::SignedGreaterThanOrEqual,
        IntCC::SignedGreaterThan,
        IntCC::SignedLessThanOrEqual,
        IntCC::UnsignedLessThan,
        IntCC::UnsignedGreaterThanOrEqual,
        IntCC::UnsignedGreaterThan,
        IntCC::UnsignedLessThanOrEqual,
    ] {
        for ty in [types::I8, types::I64, types::I128] {
            let label = format!("icmp {cond} {} {}.{ty} -3", cond.complement(), cond.swap_args());
            let id = jit.function(&label, &[types::I64], &[types::I64], |b, _, p| {
                let x = match ty {
                    types::I64 => p[0],
                    types::I128 => b.ins().sextend(types::I128, p[0]),
                    _ => b.ins().ireduce(ty, p[0]),
                };
                let bit = b.ins().icmp_imm(cond, x, -3);
                let result = b.ins().uextend(types::I64, bit);
                b.ins().return_(&[result]);
            });
            made.push((label, id));
        }
    }
    jit.finish();
    for (label, id) in made {
        let f = callable!(jit, id, fn(i64) -> i64);
        say!("{label}: {:?}", [0, 1, -3, 77, 0x1234_5678_9abc_def0].map(|x| f(x)));
    }
}

fn mixed() {
    let mut jit = Jit::new();
    let slots = jit.function("slots", &[types::I64, types::I64], &[types::I64], |b, module, p| {
        let slot =
            b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 64, 4));
        let config = module.target_config();
        let whole = b.ins().stack_addr(config.pointer_type(), slot, 0);
        let size = b.ins().iconst(config.pointer_type(), 64);
        let byte = b.ins().iconst(types::I8, 0x11);
        b.call_memset(config, whole, byte, size);
        b.ins().stack_store(p[0], slot, 8);
        b.ins().stack_store(p[1], slot, 16);
        let from = b.ins().stack_addr(types::I64, slot, 8);
        let to = b.ins().stack_addr(types::I64, slot, 32);
        let sixteen = b.ins().iconst(types::I64, 16);
        b.call_memcpy(config, to, from, sixteen);
        b.emit_small_memory_copy(config, whole, to, 16, 8, 8, true, MemFlags::new());
        let x = b.ins().stack_load(types::I64, slot, 0);
        let y = b.ins().stack_load(types::I64, slot, 40);
        let z = b.ins().stack_load(types::I64, slot, 48);
        let sum = b.ins().iadd(x, y);
        let result = b.ins().bxor(sum, z);
        b.ins().return_(&[result]);
    });
    let floats = jit.function("floats", &[types::F32, types::F64], &[types::F64], |b, _, p| {
        let wide = b.ins().fpromote(types::F64, p[0]);
        let up = b.ins().ceil(wide);
        let down = b.ins().floor(p[1]);
        let near = b.ins().nearest(p[1]);
        let cut = b.ins().trunc(p[1]);
        let sum = b.ins().fadd(up, down);
        let product = b.ins().fma(near, cut, sum);
        let root = b.ins().sqrt(product);
        let half = b.ins().f32const(0.5_f32);
        let half = b.ins().fpromote(types::F64, half);
        let most = b.ins().fmax(root, half);
        let result = b.ins().fcopysign(most, p[1]);
        b.ins().return_(&[result]);
    });
    let bits = jit.function("bits", &[types::I64], &[types::I64], |b, _, p| {
        let x = p[0];
        let a = b.ins().clz(x);
        let c = b.ins().ctz(x);
        let d = b.ins().popcnt(x);
        let e = b.ins().bitrev(x);
        let f = b.ins().bswap(x);
        let g = b.ins().umulhi(e, f);
        let h = b.ins().smin(g, x);
        let i = b.ins().band_not(h, f);
        let j = b.ins().bor_not(i, e);
        let k = b.ins().bxor_not(j, g);
        let (low, carry) = b.ins().uadd_overflow(k, f);
        let carry = b.ins().uextend(types::I64, carry);
        let mut sum = b.ins().iadd(low, carry);
        for value in [a, c, d] {
            sum = b.ins().iadd(sum, value);
        }
        let float = b.ins().bitcast(types::F64, MemFlags::new(), sum);
        let float = b.ins().fneg(float);
        let back = b.ins().bitcast(types::I64, MemFlags::new(), float);
        b.ins().return_(&[back]);
    });
    let atomics = jit.function("atomics", &[types::I64, types::I32], &[types::I32], |b, _, p| {
        let flags = MemFlags::trusted();
        let old = b.ins().atomic_rmw(types::I32, flags, AtomicRmwOp::Add, p[0], p[1]);
        let now = b.ins().atomic_load(types::I32, flags, p[0]);
        let new = b.ins().imul_imm(now, 3);
        let seen = b.ins().atomic_cas(flags, p[0], now, new);
        b.ins().fence();
        let swapped = b.ins().atomic_rmw(types::I32, flags, AtomicRmwOp::Xchg, p[0], old);
        b.ins().atomic_store(flags, swapped, p[0]);
        let sum = b.ins().iadd(seen, swapped);
        b.ins().return_(&[sum]);
    });
    jit.finish();
    let slots = callable!(jit, slots, fn(i64, i64) -> i64);
    say!("slots: {:x} {:x}", slots(5, 9), slots(-1, i64::MAX));
    let floats = callable!(jit, floats, fn(f32, f64) -> f64);
    say!("floats: {:?} {:?}", floats(1.25, 6.5), floats(7.5, -2.5));
    let bits = callable!(jit, bits, fn(i64) -> i64);
    say!("bits: {:x} {:x} {:x}", bits(0), bits(-1), bits(0x0123_4567_89ab_cdef));
    let mut cell = 5;
    let result = callable!(jit, atomics, fn(&mut i32, i32) -> i32)(&mut cell, 2);
    say!("atomics: {result} {cell}");
}

// ------------------------------------------------------------------------- machines and library calls

/// A machine without the instructions that newer processors have.
fn old_machine(flags: &[(&str, &str)]) -> OwnedTargetIsa {
    let mut builder = settings::builder();
    for (name, value) in flags {
        builder.set(name, value).unwrap();
    }
    builder.enable("enable_llvm_abi_extensions").unwrap();
    let triple = cranelift_native::builder().unwrap().triple().clone();
    isa::lookup(triple).unwrap().finish(settings::Flags::new(builder)).unwrap()
}

fn library_calls() {
    let isa = old_machine(&[("opt_level", "speed"), ("use_colocated_libcalls", "false")]);
    say!("{} {:?} {}", isa.name(), isa.default_call_conv(), isa.pointer_type());
    say!("{} {}", isa.flags().opt_level(), isa.triple().architecture);
    let config = isa.frontend_config();
    say!("{:?} {} {}", config.default_call_conv, config.pointer_bits(), config.pointer_bytes());
    // The far end of a call is wherever the process has it.
    let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
    Jit::with(&mut builder);
    builder.memory_provider(Box::new(ArenaMemoryProvider::new_with_size(1 << 20).unwrap()));
    let mut jit = Jit::from_module(JITModule::new(builder));
    let round = jit.function("round", &[types::F64], &[types::F64], |b, _, p| {
        let a = b.ins().ceil(p[0]);
        let c = b.ins().floor(p[0]);
        let d = b.ins().trunc(p[0]);
        let e = b.ins().nearest(p[0]);
        let x = b.ins().fmul(a, c);
        let y = b.ins().fma(d, e, x);
        b.ins().return_(&[y]);
    });
    let three = jit.signature(&[types::I64; 3], &[types::I64]);
    let three = jit.module.declare_function("host.add_three", Linkage::Import, &three).unwrap();
    let wide = jit.function("wide", &[types::I128], &[types::I128], |b, module, p| {
        let three = module.declare_func_in_func(three, b.func);
        let (low, high) = b.ins().isplit(p[0]);
        let call = b.ins().call(three, &[low, high, low]);
        let sum = b.inst_results(call)[0];
        let result = b.ins().iconcat(sum, low);
        b.ins().return_(&[result]);
    });
    jit.finish();
    let round = callable!(jit, round, fn(f64) -> f64);
    say!("{:?}", [1.5, -2.25, 7.0].map(|x| round(x)));
    say!("{:x}", callable!(jit, wide, fn(u128) -> u128)(7 << 64 | 5));
}

// ------------------------------------------------------------------------- errors

fn kind(error: &ModuleError) -> &'static str {
    match error {
        ModuleError::Undeclared(_) => "undeclared",
        ModuleError::IncompatibleDeclaration(_) => "incompatible declaration",
        ModuleError::IncompatibleSignature(..) => "incompatible signature",
        ModuleError::DuplicateDefinition(_) => "duplicate definition",
        ModuleError::InvalidImportDefinition(_) => "definition of an import",
        ModuleError::Compilation(_) => "compilation",
        ModuleError::Allocation { .. } => "allocation",
        ModuleError::Backend(_) => "backend",
        ModuleError::Flag(_) => "flag",
    }
}

fn errors() {
    let mut jit = Jit::new();
    let one = jit.signature(&[types::I32], &[types::I32]);
    let two = jit.signature(&[types::I64], &[]);
    let f = jit.function("f", &[types::I32], &[types::I32], |b, _, p| {
        b.ins().return_(&[p[0]]);
    });
    let show = |what: &str, result: Result<(), ModuleError>| {
        say!("{what}: {}", result.err().as_ref().map_or("fine", kind));
    };
    let module = &mut jit.module;
    show("again", module.declare_function("f", Linkage::Local, &one).map(|id| assert_eq!(id, f)));
    show("other", module.declare_function("f", Linkage::Local, &two).map(drop));
    show("data", module.declare_data("f", Linkage::Local, false, false).map(drop));
    let imported = module.declare_function("g", Linkage::Import, &two).unwrap();
    let mut ctx = module.make_context();
    ctx.func.signature = two.clone();
    show("import", module.define_function(imported, &mut ctx));
    ctx.func.signature = one.clone();
    let block = ctx.func.dfg.make_block();
    ctx.func.dfg.append_block_param(block, types::I32);
    ctx.func.layout.append_block(block);
    show("twice", module.define_function(f, &mut ctx));
    let bad = module.declare_function("bad", Linkage::Local, &one).unwrap();
    show("no terminator", module.define_function(bad, &mut ctx));
    let flag = JITBuilder::with_flags(&[("no_such_setting", "true")], default_libcall_names());
    show("setting", flag.map(drop));
    let bytes = module.declare_function("bytes", Linkage::Export, &one).unwrap();
    // `lea eax, [rdi + 1]` and `ret`
    show("bytes", module.define_function_bytes(bytes, 16, &[0x8d, 0x47, 0x01, 0xc3], &[]));
    show("bytes twice", module.define_function_bytes(bytes, 16, &[0xc3], &[]));
    let constant = module.declare_data("constant", Linkage::Local, false, false).unwrap();
    let mut description = DataDescription::new();
    description.define(Box::new([1, 2, 3]));
    show("data", module.define_data(constant, &description));
    show("data twice", module.define_data(constant, &description));
    jit.finish();
    say!("bytes(41) = {}", callable!(jit, bytes, fn(i32) -> i32)(41));
    let _: DataId = constant;
}

// ------------------------------------------------------------------------- functions as text

fn texts() {
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params.push(AbiParam::new(types::I32).uext());
    sig.params.push(AbiParam::special(types::I64, ir::ArgumentPurpose::StructArgument(16)));
    sig.returns.push(AbiParam::new(types::I32).sext());
    let mut func = Function::with_name_signature(UserFuncName::testcase("shown"), sig.clone());
    let mut ctx = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut func, &mut ctx);
    let entry = b.create_block();
    let next = b.create_block();
    b.append_block_params_for_function_params(entry);
    let param = b.append_block_param(next, types::I32);
    b.switch_to_block(entry);
    let p = b.block_params(entry).to_vec();
    let slot = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 24, 3));
    let global = b.create_global_value(ir::GlobalValueData::Symbol {
        name: ir::ExternalName::testcase("data"),
        offset: ir::immediates::Imm64::new(8),
        colocated: true,
        tls: false,
    });
    let callee = b.import_signature(sig);
    let callee = b.import_function(ir::ExtFuncData {
        name: ir::ExternalName::LibCall(ir::LibCall::Memcpy),
        signature: callee,
        colocated: false,
    });
    let at = b.ins().stack_addr(types::I64, slot, 8);
    let base = b.ins().symbol_value(types::I64, global);
    b.ins().store(MemFlags::new().with_notrap().with_aligned(), base, at, 4);
    let call = b.ins().call(callee, &[p[0], p[1]]);
    let result = b.inst_results(call)[0];
    let minus = b.ins().iconst(types::I8, -1);
    let big = b.ins().iconst(types::I64, 123456789);
    let float = b.ins().f32const(0.1);
    let double = b.ins().f64const(-2.0);
    b.ins().trapz(minus, TrapCode::HEAP_OUT_OF_BOUNDS);
    b.ins().trapnz(big, TrapCode::STACK_OVERFLOW);
    let _ = (float, double);
    b.ins().jump(next, &[result.into()]);
    b.seal_block(entry);
    b.switch_to_block(next);
    b.seal_block(next);
    b.ins().return_(&[param]);
    b.finalize();
    say!("{}", func.display());
    assert_eq!(func.to_string(), func.display().to_string());
    let mut text = String::new();
    write_function(&mut text, &func).unwrap();
    assert_eq!(text, func.to_string());
    let flags = settings::Flags::new(settings::builder());
    say!("verified: {:?}", cranelift_codegen::verify_function(&func, &flags).is_ok());
    let isa = old_machine(&[]);
    let mut ctx = Context::for_function(func);
    ctx.set_disasm(true);
    let mut bytes = Vec::new();
    #[allow(deprecated)]
    ctx.compile_and_emit(&*isa, &mut bytes, &mut ControlPlane::default()).unwrap();
    let code = ctx.compiled_code().unwrap();
    assert_eq!(code.code_buffer(), &bytes[..]);
    assert_eq!(code.code_info().total_size as usize, bytes.len());
    assert!(!code.buffer.relocs().is_empty());
    say!("listing: {}", code.vcode.is_some());
    say!("unwind: {}", code.create_unwind_info(&*isa).unwrap().is_some());
}

/// Everything that the client finds.
pub fn report() -> String {
    language();
    say!("{}", eight("++++++++[>++++++++<-]>+.+.+.>++++++++++."));
    data_objects();
    control_flow();
    constants();
    mixed();
    library_calls();
    errors();
    texts();
    std::mem::take(&mut REPORT.lock().unwrap())
}

#[allow(dead_code)]
fn main() {
    print!("{}", report());
}
