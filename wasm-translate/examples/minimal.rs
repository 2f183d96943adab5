//! A Wasm runtime in one file, over the translator and code in memory: functions of the host, one
//! memory, globals that are integers, exported functions. `cargo run -p windlass-wasm --example
//! minimal`.
//!
//! What it does not have is refused with an error: tables, imports that are no functions, growing of
//! memories, other initial values. A trap ends the process, and so does a guest that uses up the
//! stack: a runtime for guests that nobody knows handles the signals, and gives functions a stack
//! limit (`windlass-runtime` does both).

use std::error::Error;

use windlass_jit::Jit;
use windlass_wasm::env::{
    Answer, CallPlan, FuncEnvironment, GlobalPlan, MemoryBase, MemoryBound, MemoryPlan, Place,
    Refusal, signature,
};
use windlass_wasm::ir::{
    AbiParam, ExtFuncData, ExternalName, Function, GlobalValue, GlobalValueData, InstBuilder,
    MemFlags, Signature, UserExternalName, types,
};
use windlass_wasm::isa::CallConv;
use windlass_wasm::settings::{self, Configurable};
use windlass_wasm::types::{
    DefinedFuncIndex, EntityIndex, FuncIndex, FuncType, GlobalIndex, MemoryIndex, RefType,
};
use windlass_wasm::{
    FuncTranslator, FunctionBuilder, FunctionBuilderContext, ModuleInfo, WasmFeatures,
    translate_module,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The context of an instance, in words of 64 bits: address and length of memory 0, then the
/// globals. Compiled code has its address in the pinned register.
const MEMORY: i32 = 0;
const LENGTH: i32 = 8;
const GLOBALS: i32 = 16;

/// What the translator asks.
struct Env<'a> {
    info: &'a ModuleInfo,
    context: Option<GlobalValue>,
}

impl FuncEnvironment for Env<'_> {
    fn start_function(&mut self, _func: &mut Function, _index: DefinedFuncIndex) {
        self.context = None;
    }

    fn context(&mut self, func: &mut Function) -> GlobalValue {
        *self.context.get_or_insert_with(|| func.create_global_value(GlobalValueData::VMContext))
    }

    /// The memory never moves: its address is read from the context and is the same for ever.
    fn memory(&mut self, func: &mut Function, index: MemoryIndex) -> Answer<MemoryPlan> {
        if index.0 != 0 || self.info.imported_memories != 0 {
            return Err(Refusal::new("a second memory or an imported one"));
        }
        let context = self.context(func);
        let base = func.create_global_value(GlobalValueData::Load {
            base: context,
            offset: MEMORY.into(),
            global_type: types::I64,
            flags: MemFlags::trusted().with_readonly(),
        });
        let page_size_log2 = self.info.memories[0].page_size_log2;
        Ok(MemoryPlan {
            base: MemoryBase::Fixed(base),
            length: Place { base: context, offset: LENGTH },
            bound: MemoryBound::Checked,
            minimum: self.info.memories[0].minimum << page_size_log2,
            page_size_log2,
            flags: MemFlags::new(),
        })
    }

    fn global(&mut self, func: &mut Function, index: GlobalIndex) -> Answer<GlobalPlan> {
        let place = Place { base: self.context(func), offset: GLOBALS + 8 * index.0 as i32 };
        Ok(GlobalPlan::Memory { place, flags: MemFlags::new() })
    }

    /// Functions go by their index in the module, imported ones too: `stub` makes those.
    fn callee(&mut self, func: &mut Function, index: FuncIndex) -> Answer<CallPlan> {
        let signature = wasm_signature(self.info.func_type(index));
        Ok(CallPlan::Direct(import(func, index, signature)))
    }
}

fn wasm_signature(ty: &FuncType) -> Signature {
    signature(ty, |ty| if ty == RefType::Func { types::I64 } else { types::I32 })
}

fn import(
    func: &mut Function,
    index: FuncIndex,
    signature: Signature,
) -> windlass_wasm::ir::FuncRef {
    let signature = func.import_signature(signature);
    let name = func.declare_imported_user_function(UserExternalName::new(0, index.0));
    let name = ExternalName::user(name);
    func.import_function(ExtFuncData { name, signature, colocated: true })
}

/// A function that calls another one with its own arguments and returns its results: a bridge
/// between two calling conventions. With `enter`, the host calls it and it calls Wasm code: it takes
/// the context as its first parameter, sets the pinned register to it, and restores the register
/// afterwards, because the host expects it to be preserved.
fn build(
    own: Signature,
    enter: bool,
    declare: impl FnOnce(&mut Function) -> windlass_wasm::ir::FuncRef,
) -> Function {
    let mut func = Function::new();
    func.signature = own;
    let callee = declare(&mut func);
    let mut memory = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut func, &mut memory);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    b.seal_block(block);
    let mut args = b.block_params(block).to_vec();
    let before = enter.then(|| {
        let before = b.ins().get_pinned_reg(types::I64);
        b.ins().set_pinned_reg(args.remove(0));
        before
    });
    let call = b.ins().call(callee, &args);
    let results = b.inst_results(call).to_vec();
    if let Some(before) = before {
        b.ins().set_pinned_reg(before);
    }
    b.ins().return_(&results);
    b.finalize();
    func
}

/// Wasm's side of a function of the host: it has the convention of Wasm code.
fn stub(ty: &FuncType, symbol: &str) -> Function {
    let mut of_host = wasm_signature(ty);
    of_host.call_conv = CallConv::SystemV;
    build(wasm_signature(ty), false, |func| {
        let signature = func.import_signature(of_host);
        let name = ExternalName::testcase(symbol);
        func.import_function(ExtFuncData { name, signature, colocated: false })
    })
}

/// The host's side of a function of the module.
fn entry(ty: &FuncType, index: FuncIndex) -> Function {
    let mut own = wasm_signature(ty);
    own.call_conv = CallConv::SystemV;
    own.params.insert(0, AbiParam::new(types::I64));
    build(own, true, |func| import(func, index, wasm_signature(ty)))
}

/// Code and data of an instance.
struct Instance {
    jit: Jit,
    /// Compiled code writes here: only addresses of it are handed out.
    context: Box<[u64]>,
    memory: Vec<u8>,
}

impl Instance {
    /// `host` finds the functions that the module imports, by `module.name`.
    fn new(bytes: &[u8], host: impl Fn(&str) -> Option<*const u8>) -> Result<Self> {
        let module = translate_module(bytes, WasmFeatures::all())?;
        let info = &module.info;
        let mut flags = settings::builder();
        flags.set("opt_level", "speed")?;
        flags.enable("enable_pinned_reg")?;
        let machine = windlass_isa::host_builder()?.finish(settings::Flags::new(flags))?;
        let mut jit = Jit::new(machine);

        let mut imported = 0;
        for import in &info.imports {
            let symbol = format!("{}.{}", import.module, import.name);
            let EntityIndex::Func(index) = import.entity else {
                return Err(format!("{symbol} is no function").into());
            };
            jit.symbol(&symbol, host(&symbol).ok_or_else(|| format!("no {symbol}"))?);
            jit.define(&format!("u0:{}", index.0), &stub(info.func_type(index), &symbol))?;
            imported += 1;
        }
        let mut env = Env { info, context: None };
        let mut translator = FuncTranslator::new();
        for index in 0..info.defined_functions() {
            let mut func = Function::new();
            translator.translate(&module, &mut env, DefinedFuncIndex::new(index), &mut func)?;
            jit.define(&format!("u0:{}", imported + index), &func)?;
        }
        for export in &info.exports {
            if let EntityIndex::Func(index) = export.entity {
                jit.define(&export.name, &entry(info.func_type(index), index))?;
            }
        }
        jit.finalize()?;

        let pages = info.memories.first().map_or(0, |ty| ty.minimum << ty.page_size_log2);
        let mut memory = vec![0; usize::try_from(pages)?];
        for segment in &info.data {
            let Some((_, offset)) = &segment.active else { continue };
            let offset = offset.eval_int(|_| None).ok_or("an offset that is no number")? as u32;
            let target =
                memory.get_mut(offset as usize..).and_then(|m| m.get_mut(..segment.range.len()));
            target
                .ok_or("a segment outside of memory")?
                .copy_from_slice(&bytes[segment.range.clone()]);
        }
        let mut context = vec![memory.as_mut_ptr() as u64, memory.len() as u64];
        for init in &info.global_inits {
            context.push(init.eval_int(|_| None).ok_or("a global that is no integer")? as u64);
        }
        Ok(Self { jit, context: context.into(), memory })
    }
}

extern "C" fn print(value: i32) {
    println!("the guest says {value}");
}

const GUEST: &str = r#"(module
    (import "host" "print" (func $print (param i32)))
    (memory 1)
    (data (i32.const 100) "\01\02\03\04")
    (global $calls (mut i32) (i32.const 0))
    (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ;; Adds so many bytes from 100 on, and writes the sum to 200.
    (func (export "sum") (param $n i32) (result i32) (local $i i32) (local $sum i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (loop $again
            (local.set $sum (call $add (local.get $sum) (i32.load8_u offset=100 (local.get $i))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
        (call $print (local.get $sum))
        (i32.store (i32.const 200) (local.get $sum))
        (local.get $sum))
    (func (export "calls") (result i32) (global.get $calls)))"#;

pub(crate) fn main() -> Result<()> {
    let bytes = wat::parse_str(GUEST)?;
    let mut instance =
        Instance::new(&bytes, |name| (name == "host.print").then_some(print as *const u8))?;
    let context = instance.context.as_mut_ptr();
    let find = |name: &str| instance.jit.address(name).ok_or_else(|| format!("no export {name}"));
    // SAFETY: the exports have these types, and `entry` adds the context.
    let (sum, calls) = unsafe {
        (
            std::mem::transmute::<*const u8, extern "C" fn(*mut u64, i32) -> i32>(find("sum")?),
            std::mem::transmute::<*const u8, extern "C" fn(*mut u64) -> i32>(find("calls")?),
        )
    };
    assert_eq!((sum(context, 4), sum(context, 2), calls(context)), (10, 3, 2));
    assert_eq!(instance.memory[200], 3);

    // What this runtime does not have is an error that says so, and where.
    let grows = wat::parse_str("(module (memory 1) (func (drop (memory.grow (i32.const 1)))))")?;
    let error = Instance::new(&grows, |_| None).err().expect("memory.grow is refused");
    assert!(error.to_string().contains("does not implement `FuncEnvironment::memory_grow`"));
    println!("{error}");
    Ok(())
}
