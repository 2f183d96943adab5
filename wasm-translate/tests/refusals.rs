//! What an environment does not implement is refused with an error that names it, at the place of
//! the instruction.

use windlass_wasm::env::{
    Answer, CallPlan, FuncEnvironment, GlobalPlan, MemoryBase, MemoryBound, MemoryPlan, Place,
    Refusal,
};
use windlass_wasm::ir::{Function, GlobalValue, GlobalValueData, MemFlags};
use windlass_wasm::types::{DefinedFuncIndex, FuncIndex, GlobalIndex, MemoryIndex};
use windlass_wasm::{FuncTranslator, WasmError, WasmFeatures, translate_module};

/// Only what must be implemented.
struct Least;

impl FuncEnvironment for Least {
    fn start_function(&mut self, _: &mut Function, _: DefinedFuncIndex) {}

    fn context(&mut self, func: &mut Function) -> GlobalValue {
        func.create_global_value(GlobalValueData::VMContext)
    }

    fn memory(&mut self, func: &mut Function, index: MemoryIndex) -> Answer<MemoryPlan> {
        if index.0 != 0 {
            return Err(Refusal::new("memory one"));
        }
        let base = self.context(func);
        Ok(MemoryPlan {
            base: MemoryBase::Fixed(base),
            length: Place { base, offset: 0 },
            bound: MemoryBound::Checked,
            minimum: 0,
            page_size_log2: 16,
            flags: MemFlags::new(),
        })
    }

    fn global(&mut self, _: &mut Function, index: GlobalIndex) -> Answer<GlobalPlan> {
        if index.0 == 0 { Ok(GlobalPlan::Custom) } else { Err(Refusal::new("global one")) }
    }

    fn callee(&mut self, func: &mut Function, index: FuncIndex) -> Answer<CallPlan> {
        if index.0 != 0 {
            return Err(Refusal::new("function one"));
        }
        let record = self.context(func);
        let ty = windlass_wasm::types::FuncType::default();
        Ok(CallPlan::Record { record, signature: func.import_signature(self.signature(&ty)) })
    }
}

#[test]
fn what_is_not_implemented_is_named() {
    let method =
        |name: &str| format!("the environment does not implement `FuncEnvironment::{name}`");
    let three = "(i32.const 1) (i32.const 2) (i32.const 3)";
    let cases = [
        ("(drop (memory.grow (i32.const 1)))".to_string(), method("memory_grow")),
        // The length is no constant: small ones may be done without the environment.
        (
            "(memory.fill (i32.const 1) (i32.const 2) (local.get 0))".to_string(),
            method("memory_fill"),
        ),
        (
            "(memory.copy (i32.const 1) (i32.const 2) (local.get 0))".to_string(),
            method("memory_copy"),
        ),
        (format!("(memory.init $d {three})"), method("memory_init")),
        ("(data.drop $d)".to_string(), method("data_drop")),
        ("(drop (table.get (i32.const 0)))".to_string(), method("table")),
        ("(table.set (i32.const 0) (ref.null func))".to_string(), method("table")),
        ("(drop (table.size))".to_string(), method("table")),
        ("(drop (table.grow (ref.null func) (i32.const 1)))".to_string(), method("table_grow")),
        (
            "(table.fill (i32.const 1) (ref.null func) (i32.const 2))".to_string(),
            method("table_fill"),
        ),
        (format!("(table.copy {three})"), method("table_copy")),
        (format!("(table.init $e {three})"), method("table_init")),
        ("(elem.drop $e)".to_string(), method("elem_drop")),
        ("(drop (ref.func $f))".to_string(), method("ref_func")),
        ("(call_indirect (i32.const 0))".to_string(), method("indirect")),
        ("(return_call_indirect (i32.const 0))".to_string(), method("indirect")),
        ("(call $imported)".to_string(), method("func_ref_layout")),
        ("(return_call $imported)".to_string(), method("func_ref_layout")),
        ("(drop (global.get 0))".to_string(), method("global_get")),
        ("(global.set 0 (i32.const 1))".to_string(), method("global_set")),
        ("(drop (global.get 1))".to_string(), "global one".to_string()),
        ("(global.set 1 (i64.const 1))".to_string(), "global one".to_string()),
        ("(call $f (i32.const 1))".to_string(), "function one".to_string()),
        ("(return_call $f (i32.const 1))".to_string(), "function one".to_string()),
    ];
    let mut translator = FuncTranslator::new();
    for (body, expected) in &cases {
        let text = format!(
            r#"(module (import "" "" (func $imported)) (memory 1) (table 1 funcref)
                (global (mut i32) (i32.const 0)) (global (mut i64) (i64.const 0))
                (data $d "x") (elem $e func $f)
                (func $f (param i32) nop nop {body}))"#
        );
        let bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
        let index = DefinedFuncIndex::new(0);
        let mut func = Function::new();
        let error = translator.translate(&module, &mut Least, index, &mut func).unwrap_err();
        let WasmError::Unsupported { what, offset } = &error else { panic!("{body}: {error}") };
        assert_eq!(what, expected, "{body}");
        // The body starts with the number of its locals and two `nop`.
        let start = module.bodies[0].start as u64 + 3;
        assert!((start..module.bodies[0].end as u64).contains(offset), "{body}: {error}");
    }
}

#[test]
fn what_is_implemented_is_enough_for_plain_functions() {
    let bytes = wat::parse_str(
        "(module (memory 1) (func (param i32) (result i32)
            (i32.load8_u (i32.add (local.get 0) (i32.const 1)))))",
    );
    let bytes = bytes.expect("the text is right");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    let mut func = Function::new();
    let index = DefinedFuncIndex::new(0);
    FuncTranslator::new().translate(&module, &mut Least, index, &mut func).expect("it is plain");
    assert!(func.display().to_string().contains("uload8.i32"));
}
