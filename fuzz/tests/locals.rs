//! Locals of every type, assigned in nested loops, in functions below and above what the scan of
//! loops keeps lists for: the same results as an interpreter's, whichever way the locals live.

use wasm_encoder::{
    BlockType, CodeSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, HeapType, ImportSection, Instruction, MemArg, MemArgTarget,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use windlass_fuzz::rng::Rng;
use windlass_runtime::{
    Config, Engine, Extern, ExternRef, Func, FuncType, Instance, MemoryPlan, Module as Compiled,
    Store, Val, ValType as Type,
};

const TYPES: [ValType; 6] =
    [ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::FUNCREF, ValType::EXTERNREF];
/// Locals of each type that the program works with.
const EACH: u32 = 3;
/// Behind the parameters: a number and a reference of the host.
const FIRST: u32 = 2;
const SUM: u32 = FIRST + 6 * EACH;
const COUNTER: u32 = SUM + 1;
const DEPTH: u32 = 4;
const FILLER: u32 = COUNTER + DEPTH;

/// Functions: `number` of the host, three that return numbers, and the program.
const NUMBER: u32 = 0;
const PROGRAM: u32 = 4;

struct Writer<'a> {
    rng: &'a mut Rng,
    body: &'a mut Function,
    /// Whether anything is called or grown.
    calls: bool,
    depth: u32,
    size: u32,
}

impl Writer<'_> {
    fn put(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            self.body.instruction(instruction);
        }
    }

    fn local(&mut self, kind: usize) -> u32 {
        FIRST + kind as u32 * EACH + self.rng.below(EACH as usize) as u32
    }

    /// Adds what a local holds to the sum.
    fn read(&mut self, kind: usize) {
        use Instruction as I;
        let local = self.local(kind);
        self.put(&[I::LocalGet(SUM), I::I64Const(31), I::I64Mul]);
        match TYPES[kind] {
            ValType::I32 => self.put(&[I::LocalGet(local), I::I64ExtendI32U]),
            ValType::I64 => self.put(&[I::LocalGet(local)]),
            ValType::F32 => self.put(&[I::LocalGet(local), I::I32ReinterpretF32, I::I64ExtendI32U]),
            ValType::F64 => self.put(&[I::LocalGet(local), I::I64ReinterpretF64]),
            ValType::EXTERNREF if self.calls => {
                self.put(&[I::LocalGet(local), I::Call(NUMBER), I::I64ExtendI32U]);
            }
            ValType::FUNCREF if self.calls => self.put(&[
                I::LocalGet(local),
                I::RefIsNull,
                I::If(BlockType::Result(ValType::I32)),
                I::I32Const(5),
                I::Else,
                I::I32Const(0),
                I::LocalGet(local),
                I::TableSet(0),
                I::I32Const(0),
                I::CallIndirect { type_index: 1, table_index: 0 },
                I::End,
                I::I64ExtendI32U,
            ]),
            _ => self.put(&[I::LocalGet(local), I::RefIsNull, I::I64ExtendI32U]),
        }
        self.put(&[I::I64Add, I::LocalSet(SUM)]);
    }

    fn assign(&mut self, kind: usize) {
        use Instruction as I;
        let (to, from) = (self.local(kind), self.local(kind));
        if self.rng.one_in(3) {
            self.put(&[I::LocalGet(from), I::LocalSet(to)]);
            return;
        }
        match TYPES[kind] {
            ValType::I32 => self.put(&[I::LocalGet(SUM), I::I32WrapI64]),
            ValType::I64 => self.put(&[I::LocalGet(SUM), I::I64Const(7), I::I64Xor]),
            ValType::F32 => self.put(&[I::LocalGet(SUM), I::F32ConvertI64S]),
            ValType::F64 => self.put(&[I::LocalGet(SUM), I::F64ConvertI64S]),
            ValType::FUNCREF if self.rng.one_in(3) => {
                self.put(&[I::RefNull(HeapType::FUNC)]);
            }
            ValType::FUNCREF => {
                let function = 1 + self.rng.below(3) as u32;
                self.put(&[I::RefFunc(function)]);
            }
            _ if self.rng.one_in(2) => self.put(&[I::RefNull(HeapType::EXTERN)]),
            _ => self.put(&[I::LocalGet(1)]),
        }
        self.put(&[I::LocalSet(to)]);
    }

    /// Writes the sum to memory and reads it from there, at the end of the memory where it may
    /// just have grown.
    fn memory(&mut self) {
        use Instruction as I;
        let access =
            |offset| MemArg { offset, align: 0, target: MemArgTarget::Memory(0), ordering: None };
        if self.calls && self.rng.one_in(2) {
            self.put(&[I::I32Const(1), I::MemoryGrow(0), I::Drop]);
        }
        let at = self.rng.below(64) as u64;
        self.put(&[I::MemorySize(0), I::I32Const(16), I::I32Shl, I::I32Const(72), I::I32Sub]);
        self.put(&[I::LocalGet(SUM), I::I64Store(access(at)), I::LocalGet(SUM)]);
        let at = self.rng.below(64) as u64;
        self.put(&[I::MemorySize(0), I::I32Const(16), I::I32Shl, I::I32Const(72), I::I32Sub]);
        self.put(&[I::I64Load(access(at)), I::I64Add, I::LocalSet(SUM)]);
    }

    fn statements(&mut self, labels: u32) {
        for _ in 0..self.rng.range(2, 7) {
            self.statement(labels);
        }
    }

    /// One statement; the innermost `labels` labels are those of blocks and may be gone to.
    fn statement(&mut self, labels: u32) {
        use Instruction as I;
        let Some(size) = self.size.checked_sub(1) else { return };
        self.size = size;
        let kind = self.rng.below(6);
        match self.rng.below(10) {
            0..=2 => self.read(kind),
            3..=5 => self.assign(kind),
            6 => self.memory(),
            7 if self.depth < DEPTH => self.counted_loop(),
            8 => {
                self.put(&[I::LocalGet(SUM), I::I64Const(3), I::I64And, I::I64Eqz]);
                self.put(&[I::If(BlockType::Empty)]);
                self.statements(labels + 1);
                if self.rng.one_in(2) {
                    self.put(&[I::Else]);
                    self.statements(labels + 1);
                }
                self.put(&[I::End]);
            }
            _ if labels > 0 => {
                let label = self.rng.below(labels as usize) as u32;
                self.put(&[I::LocalGet(SUM), I::I64Const(5), I::I64And, I::I64Eqz]);
                self.put(&[I::BrIf(label)]);
            }
            _ => {
                self.put(&[I::Block(BlockType::Empty)]);
                self.statements(labels + 1);
                self.put(&[I::End]);
            }
        }
    }

    /// A loop of three iterations, with two branches to its header.
    fn counted_loop(&mut self) {
        use Instruction as I;
        let counter = COUNTER + self.depth;
        let again = [I::LocalGet(counter), I::I32Const(3), I::I32LtU];
        self.depth += 1;
        self.put(&[I::I32Const(0), I::LocalSet(counter), I::Loop(BlockType::Empty)]);
        self.put(&[I::LocalGet(counter), I::I32Const(1), I::I32Add, I::LocalSet(counter)]);
        self.statements(0);
        self.put(&[I::LocalGet(SUM), I::I64Const(9), I::I64And, I::I64Eqz]);
        self.put(&again);
        self.put(&[I::I32And, I::BrIf(0)]);
        self.statements(0);
        self.put(&again);
        self.put(&[I::BrIf(0), I::End]);
        self.depth -= 1;
    }

    /// `loops` loops, one in the other, which assign `locals` locals: what makes the scan give up.
    fn nest(&mut self, loops: u32, locals: u32) {
        use Instruction as I;
        for _ in 0..loops {
            self.put(&[I::Loop(BlockType::Empty)]);
        }
        for local in FILLER..FILLER + locals {
            let other = FILLER + self.rng.below(locals as usize) as u32;
            self.put(&[I::LocalGet(other), I::I32Const(3), I::I32Add, I::LocalSet(local)]);
        }
        self.statements(0);
        for _ in 0..loops {
            self.put(&[I::End]);
        }
    }
}

/// A module whose function `f` works with locals of all types beside a nest of loops.
fn module(seed: u64, loops: u32, fillers: u32) -> Vec<u8> {
    let rng = &mut Rng::new(seed);
    let mut types = TypeSection::new();
    types.ty().function([ValType::EXTERNREF], [ValType::I32]);
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I64, ValType::EXTERNREF], [ValType::I64]);
    let mut imports = ImportSection::new();
    imports.import("host", "number", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(1).function(1).function(1).function(2);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: Some(8),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, PROGRAM);
    let mut elements = ElementSection::new();
    elements.declared(Elements::Functions([1, 2, 3][..].into()));
    let mut code = CodeSection::new();
    for n in 1..4 {
        let mut body = Function::new([]);
        body.instruction(&Instruction::I32Const(11 * n)).instruction(&Instruction::End);
        code.function(&body);
    }
    let mut locals: Vec<_> = TYPES.iter().map(|ty| (EACH, *ty)).collect();
    locals.extend([(1, ValType::I64), (DEPTH, ValType::I32), (fillers, ValType::I32)]);
    let mut body = Function::new(locals);
    let calls = rng.one_in(2);
    let mut writer = Writer { rng, body: &mut body, calls, depth: 0, size: 60 };
    writer.put(&[Instruction::LocalGet(0), Instruction::LocalSet(SUM)]);
    // The nest comes first or last: what stands before it must learn, too, that the scan gave up.
    let first = writer.rng.one_in(2);
    if first {
        writer.nest(loops, fillers);
    }
    writer.counted_loop();
    writer.size += 40;
    writer.counted_loop();
    if !first {
        writer.size += 10;
        writer.nest(loops, fillers);
    }
    for kind in 0..6 {
        writer.read(kind);
    }
    writer.put(&[Instruction::LocalGet(SUM)]);
    if fillers > 0 {
        writer.put(&[Instruction::LocalGet(FILLER), Instruction::I64ExtendI32U]);
        writer.put(&[Instruction::I64Xor]);
    }
    writer.put(&[Instruction::End]);
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&tables);
    module.section(&memories).section(&exports).section(&elements).section(&code);
    module.finish()
}

fn engines() -> Vec<Engine> {
    let engine = |plan| {
        let mut config = Config::new();
        config.memory_plan(plan).parallel_compilation(false);
        Engine::new(&config).expect("a host with back end")
    };
    [MemoryPlan::Reserved, MemoryPlan::Checked].map(engine).into()
}

fn ours(engine: &Engine, bytes: &[u8], argument: i64) -> Result<i64, String> {
    let module = Compiled::from_binary(engine, bytes).map_err(|error| format!("{error:?}"))?;
    let mut store = Store::new(engine, ());
    let number = FuncType::new([Type::ExternRef], [Type::I32]);
    let number = Func::new(&mut store, number, |caller, args, results| {
        let Val::ExternRef(reference) = args[0] else { panic!("the type is externref") };
        let number = reference.and_then(|r| r.data(&caller).ok()?.downcast_ref::<i32>().copied());
        results[0] = Val::I32(number.unwrap_or(4));
        Ok(())
    });
    let instance = Instance::new(&mut store, &module, &[Extern::Func(number)]);
    let instance = instance.map_err(|error| format!("{error:?}"))?;
    let reference = ExternRef::new(&mut store, 77i32).expect("a store takes a value");
    let f = instance.get_func(&mut store, "f").expect("`f` is exported");
    let args = [Val::I64(argument), Val::ExternRef(Some(reference))];
    let mut results = [Val::I64(0)];
    f.call(&mut store, &args, &mut results).map_err(|error| format!("{error:?}"))?;
    let [Val::I64(result)] = results else { panic!("`f` returns an i64") };
    Ok(result)
}

fn theirs(bytes: &[u8], argument: i64) -> i64 {
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, bytes).expect("the module is valid");
    let mut store = wasmi::Store::new(&engine, ());
    type Reference = wasmi::Ref<wasmi::ExternRef>;
    let number = |caller: wasmi::Caller<'_, ()>, reference: Reference| match reference {
        wasmi::Ref::Val(r) => *r.data(&caller).downcast_ref::<i32>().expect("an i32 was put in"),
        wasmi::Ref::Null => 4,
    };
    let number = wasmi::Func::wrap(&mut store, number);
    let instance = wasmi::Instance::new(&mut store, &module, &[wasmi::Extern::Func(number)]);
    let instance = instance.expect("the module has its import");
    let reference = wasmi::ExternRef::new(&mut store, 77i32);
    let f = instance.get_func(&store, "f").expect("`f` is exported");
    let args = [wasmi::Val::I64(argument), wasmi::Val::ExternRef(wasmi::Ref::Val(reference))];
    let mut results = [wasmi::Val::I64(0)];
    f.call(&mut store, &args, &mut results).expect("nothing in it traps");
    results[0].i64().expect("`f` returns an i64")
}

#[test]
fn locals_in_loops_agree_with_an_interpreter() {
    let engines = engines();
    // Loops × locals from far below to far above the number of parameters that is given up at.
    let sizes = [0, 1, 8, 40, 100, 120, 126, 127, 128, 129, 130, 131, 132, 136, 145, 180];
    let mut results = std::collections::HashSet::new();
    for (n, size) in sizes.into_iter().cycle().take(160).enumerate() {
        let seed = n as u64;
        let bytes = module(seed, size, size);
        let expected = theirs(&bytes, seed as i64);
        results.insert(expected);
        for (number, engine) in engines.iter().enumerate() {
            let found = ours(engine, &bytes, seed as i64);
            assert_eq!(found, Ok(expected), "seed {seed}, size {size}, engine {number}");
        }
    }
    assert!(results.len() > 150, "the programs depend on what they read");
}

/// A reference that is assigned in a loop, beside a nest of loops for which the scan gives up.
#[test]
fn references_survive_that_the_scan_gives_up() {
    for ty in ["funcref", "externref"] {
        for size in [1, 120, 129, 135, 200] {
            let locals: String = (0..size).map(|n| format!("(local $x{n} i32)")).collect();
            let sets: String =
                (0..size).map(|n| format!("(local.set $x{n} (i32.const {n}))")).collect();
            let (open, close) = ("(loop ".repeat(size), ")".repeat(size));
            let value = if ty == "funcref" { "(ref.func $b)" } else { "(local.get 1)" };
            let text = format!(
                r#"(module (import "host" "number" (func (param externref) (result i32)))
                (func $b) (elem declare func $b)
                (func (export "f") (param i64 externref) (result i64)
                    (local $r {ty}) (local $n i32) {locals}
                    (loop $l
                        (if (i32.eq (local.get $n) (i32.const 1)) (then (return (i64.extend_i32_u
                            (i32.add (i32.const 100) (ref.is_null (local.get $r)))))))
                        (local.set $r {value})
                        (local.set $n (i32.add (local.get $n) (i32.const 1)))
                        (br $l))
                    {open} {sets} {close}
                    (i64.const 7)))"#
            );
            let bytes = wat::parse_str(&text).expect("the text is right");
            for engine in engines() {
                assert_eq!(ours(&engine, &bytes, 0), Ok(100), "{ty}, {size}");
            }
        }
    }
}
