//! A client that writes an object file, lets the C compiler of the system link it, and runs the
//! program. It uses the umbrella crate. It is compiled twice, against both families of crates, and
//! prints what it finds; the two must print the same.

#![allow(unused_imports)]

use cranelift::codegen::Context;
use cranelift::codegen::ir::{ArgumentPurpose, UserFuncName};
use cranelift::codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift::frontend::Switch;
use cranelift::module::{
    DataDescription, DataId, FuncId, Linkage, Module, ModuleError, default_libcall_names,
};
use cranelift::object::{ObjectBuilder, ObjectModule, ObjectProduct};
use cranelift::prelude::*;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

static REPORT: Mutex<String> = Mutex::new(String::new());

macro_rules! say {
    ($($arg:tt)*) => { writeln!(REPORT.lock().unwrap(), $($arg)*).unwrap() };
}

fn machine() -> OwnedTargetIsa {
    let mut flags = settings::builder();
    flags.enable("is_pic").unwrap();
    flags.set("opt_level", "speed").unwrap();
    flags.set("tls_model", "elf_gd").unwrap();
    cranelift::native::builder().unwrap().finish(settings::Flags::new(flags)).unwrap()
}

/// A program in one object file.
struct Program {
    module: ObjectModule,
    ctx: Context,
    builder_ctx: FunctionBuilderContext,
}

impl Program {
    fn new(sections: bool) -> Self {
        let names = default_libcall_names();
        let mut builder = ObjectBuilder::new(machine(), "program", names).unwrap();
        builder.per_function_section(sections).per_data_object_section(sections);
        let module = ObjectModule::new(builder);
        let ctx = module.make_context();
        Self { module, ctx, builder_ctx: FunctionBuilderContext::new() }
    }

    fn declare(
        &mut self,
        name: &str,
        linkage: Linkage,
        params: &[Type],
        returns: &[Type],
    ) -> FuncId {
        let mut sig = self.module.make_signature();
        sig.params.extend(params.iter().copied().map(AbiParam::new));
        sig.returns.extend(returns.iter().copied().map(AbiParam::new));
        self.module.declare_function(name, linkage, &sig).unwrap()
    }

    fn define(
        &mut self,
        id: FuncId,
        body: impl FnOnce(&mut FunctionBuilder<'_>, &mut ObjectModule, Vec<Value>),
    ) {
        self.ctx.func.signature =
            self.module.declarations().get_function_decl(id).signature.clone();
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
            panic!("{error:?}\n{}", self.ctx.func.display());
        }
        self.module.clear_context(&mut self.ctx);
    }

    fn bytes(&mut self, name: &str, linkage: Linkage, writable: bool, bytes: &[u8]) -> DataId {
        let id = self.module.declare_data(name, linkage, writable, false).unwrap();
        let mut description = DataDescription::new();
        description.define(bytes.into());
        self.module.define_data(id, &description).unwrap();
        id
    }
}

/// The address of data in a function.
fn address(b: &mut FunctionBuilder<'_>, module: &mut ObjectModule, data: DataId) -> Value {
    let data = module.declare_data_in_func(data, b.func);
    let pointer = module.target_config().pointer_type();
    b.ins().global_value(pointer, data)
}

fn call(
    b: &mut FunctionBuilder<'_>,
    module: &mut ObjectModule,
    callee: FuncId,
    args: &[Value],
) -> Option<Value> {
    let callee = module.declare_func_in_func(callee, b.func);
    let call = b.ins().call(callee, args);
    b.inst_results(call).first().copied()
}

/// A program that prints from functions and data of every linkage.
fn write_program(program: &mut Program) {
    use types::{F64, I32, I64};
    let printf = program.declare("printf", Linkage::Import, &[I64, I64], &[I32]);
    let puts = program.declare("puts", Linkage::Import, &[I64], &[I32]);
    let qsort = program.declare("qsort", Linkage::Import, &[I64, I64, I64, I64], &[]);
    let compare = program.declare("compare", Linkage::Local, &[I64, I64], &[I32]);
    let hidden = program.declare("hidden_square", Linkage::Hidden, &[I64], &[I64]);
    let weak = program.declare("weak_answer", Linkage::Preemptible, &[], &[I64]);
    let start = program.declare("before_main", Linkage::Local, &[], &[]);
    let classify = program.declare("classify", Linkage::Export, &[I64], &[I64]);
    let area = program.declare("area", Linkage::Export, &[F64, F64], &[F64]);
    let main = program.declare("main", Linkage::Export, &[I32, I64], &[I32]);

    let number = program.bytes("number", Linkage::Local, false, b"%ld\n\0");
    let greeting = program.bytes("greeting", Linkage::Export, false, b"hello from an object\0");
    let other = program.bytes("other", Linkage::Hidden, false, b"small\0middle\0large\0");
    let counter = program.bytes("counter", Linkage::Local, true, &5_i64.to_le_bytes());
    let items = [3_i64, -7, 12, 0, 5].map(i64::to_le_bytes).concat();
    let items = program.bytes("items", Linkage::Local, true, &items);
    let zeros = program.module.declare_data("zeros", Linkage::Local, true, false).unwrap();
    let mut description = DataDescription::new();
    description.define_zeroinit(4096);
    description.set_align(128);
    program.module.define_data(zeros, &description).unwrap();

    // Words by number, as addresses in data.
    let words = program.module.declare_data("words", Linkage::Local, false, false).unwrap();
    description.clear();
    description.define(vec![0; 24].into());
    let text = program.module.declare_data_in_data(other, &mut description);
    for (n, at) in [0, 6, 13].into_iter().enumerate() {
        description.write_data_addr(8 * n as u32, text, at);
    }
    program.module.define_data(words, &description).unwrap();

    // A function that runs before main.
    let init = program.module.declare_anonymous_data(true, false).unwrap();
    description.clear();
    description.define(vec![0; 8].into());
    description.set_segment_section("", ".init_array");
    description.set_used(true);
    let function = program.module.declare_func_in_data(start, &mut description);
    description.write_function_addr(0, function);
    program.module.define_data(init, &description).unwrap();

    // A variable of each thread.
    let own = program.module.declare_data("own", Linkage::Local, true, true).unwrap();
    description.clear();
    description.define(Box::new(40_i64.to_le_bytes()));
    program.module.define_data(own, &description).unwrap();

    program.define(compare, |b, _, p| {
        let x = b.ins().load(I64, MemFlags::trusted(), p[0], 0);
        let y = b.ins().load(I64, MemFlags::trusted(), p[1], 0);
        let greater = b.ins().icmp(IntCC::SignedGreaterThan, x, y);
        let less = b.ins().icmp(IntCC::SignedLessThan, x, y);
        let difference = b.ins().isub(greater, less);
        let result = b.ins().sextend(I32, difference);
        b.ins().return_(&[result]);
    });
    program.define(hidden, |b, _, p| {
        let result = b.ins().imul(p[0], p[0]);
        b.ins().return_(&[result]);
    });
    program.define(weak, |b, _, _| {
        let result = b.ins().iconst(I64, 42);
        b.ins().return_(&[result]);
    });
    program.define(start, |b, module, _| {
        let counter = address(b, module, counter);
        let value = b.ins().load(I64, MemFlags::new(), counter, 0);
        let value = b.ins().iadd_imm(value, 100);
        b.ins().store(MemFlags::new(), value, counter, 0);
        b.ins().return_(&[]);
    });
    program.define(classify, |b, module, p| {
        let (small, middle, large) = (b.create_block(), b.create_block(), b.create_block());
        let mut switch = Switch::new();
        for n in 0..4 {
            switch.set_entry(n, small);
        }
        switch.set_entry(10, middle);
        switch.emit(b, p[0], large);
        for (block, n) in [(small, 0), (middle, 8), (large, 16)] {
            b.switch_to_block(block);
            let word = module.declare_data_in_func(words, b.func);
            let word = b.ins().symbol_value(I64, word);
            let word = b.ins().load(I64, MemFlags::trusted(), word, n);
            b.ins().return_(&[word]);
        }
    });
    program.define(area, |b, _, p| {
        let product = b.ins().fmul(p[0], p[1]);
        let half = b.ins().f64const(0.5);
        let result = b.ins().fmul(product, half);
        b.ins().return_(&[result]);
    });
    program.define(main, |b, module, _| {
        let show = |b: &mut FunctionBuilder<'_>, module: &mut ObjectModule, value: Value| {
            let format = address(b, module, number);
            call(b, module, printf, &[format, value]);
        };
        let text = address(b, module, greeting);
        call(b, module, puts, &[text]);
        let at = address(b, module, counter);
        let value = b.ins().load(I64, MemFlags::new(), at, 0);
        show(b, module, value);
        let value = call(b, module, hidden, &[value]).unwrap();
        show(b, module, value);
        let value = call(b, module, weak, &[]).unwrap();
        show(b, module, value);
        // The C library calls a function of the program.
        let list = address(b, module, items);
        let count = b.ins().iconst(I64, 5);
        let size = b.ins().iconst(I64, 8);
        let function = module.declare_func_in_func(compare, b.func);
        let function = b.ins().func_addr(I64, function);
        call(b, module, qsort, &[list, count, size, function]);
        for n in 0..5 {
            let value = b.ins().load(I64, MemFlags::new(), list, 8 * n);
            show(b, module, value);
        }
        for n in [0, 3, 4, 10, -1] {
            let value = b.ins().iconst(I64, n);
            let word = call(b, module, classify, &[value]).unwrap();
            call(b, module, puts, &[word]);
        }
        let place = address(b, module, own);
        let value = b.ins().load(I64, MemFlags::new(), place, 0);
        let value = b.ins().iadd_imm(value, 2);
        b.ins().store(MemFlags::new(), value, place, 0);
        let place = address(b, module, own);
        let value = b.ins().load(I64, MemFlags::new(), place, 0);
        show(b, module, value);
        let place = address(b, module, zeros);
        let low = b.ins().band_imm(place, 127);
        show(b, module, low);
        let (x, y) = (b.ins().f64const(3.0), b.ins().f64const(4.5));
        let value = call(b, module, area, &[x, y]).unwrap();
        let value = b.ins().fcvt_to_sint_sat(I64, value);
        show(b, module, value);
        let config = module.target_config();
        let length = b.ins().iconst(I64, 6);
        let word = b.ins().iadd_imm(place, 64);
        let from = address(b, module, other);
        b.call_memcpy(config, word, from, length);
        call(b, module, puts, &[word]);
        let status = b.ins().iconst(I32, 7);
        b.ins().return_(&[status]);
    });
}

fn run(what: &str, mut command: Command) -> std::process::Output {
    command.output().unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// Everything that the client finds.
pub fn report() -> String {
    let folder = std::env::temp_dir().join(format!("object-client-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (sections, options) in [(false, &["-pie"][..]), (true, &["-pie", "-Wl,--gc-sections"])] {
        let mut program = Program::new(sections);
        write_program(&mut program);
        let product: ObjectProduct = program.module.finish();
        let bytes = product.emit().unwrap();
        let (object, binary) = (folder.join("program.o"), folder.join("program"));
        std::fs::write(&object, bytes).unwrap();
        let mut nm = Command::new("nm");
        nm.args(["-g", "--defined-only", "-P", "-S"]).arg(&object);
        let listing = run("nm", nm);
        let listing = String::from_utf8(listing.stdout).unwrap();
        let mut symbols: Vec<_> = listing
            .lines()
            .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        symbols.sort();
        say!("{symbols:?}");
        let mut link = Command::new("cc");
        link.arg(&object).arg("-o").arg(&binary).args(options);
        let linked = run("cc", link);
        say!("linked: {} {}", linked.status.success(), String::from_utf8_lossy(&linked.stderr));
        let output = run("the program", Command::new(&binary));
        say!("{}{:?}", String::from_utf8_lossy(&output.stdout), output.status.code());
    }
    std::fs::remove_dir_all(&folder).unwrap();
    std::mem::take(&mut REPORT.lock().unwrap())
}

#[allow(dead_code)]
fn main() {
    print!("{}", report());
}
