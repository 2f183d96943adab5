//! A small environment for tests, and a way to run what was translated on the interpreter.
//!
//! The context holds, as 64-bit words: base and length of memory 0, the callee slot, base and
//! length of table 0, then from byte 64 on the globals. Operations that need a runtime do nothing.
#![allow(dead_code)]

use windlass_core::data_value::DataValue;
use windlass_core::interpret::{ControlFlow, FunctionStore, Interpreter, InterpreterState};
use windlass_core::ir::{
    ExtFuncData, ExternalName, Function, GlobalValue, GlobalValueData, InstBuilder, MemFlags,
    SigRef, Signature, StackSlotData, StackSlotKind, UserExternalName, UserFuncName, Value, types,
};
use windlass_core::isa::CallConv;
use windlass_core::settings::{self, Configurable};
use windlass_core::verify::verify_function;
use windlass_frontend::{FunctionBuilder, FunctionBuilderContext};
use windlass_wasm::env::*;
use windlass_wasm::types::*;
use windlass_wasm::{FuncTranslator, ModuleInfo, WasmFeatures, WasmResult, translate_module};

/// The environment.
pub struct TestEnv<'a> {
    pub info: &'a ModuleInfo,
    pub checked: bool,
    pub stack_maps: bool,
    context: Option<GlobalValue>,
    signatures: Vec<Option<SigRef>>,
}

impl<'a> TestEnv<'a> {
    pub fn new(info: &'a ModuleInfo) -> Self {
        TestEnv { info, checked: false, stack_maps: false, context: None, signatures: Vec::new() }
    }

    fn place(&mut self, func: &mut Function, offset: i32) -> Place {
        Place { base: self.context(func), offset }
    }

    fn pointer_field(&mut self, func: &mut Function, offset: i32) -> GlobalValue {
        let base = self.context(func);
        func.create_global_value(GlobalValueData::Load {
            base,
            offset: offset.into(),
            global_type: types::I64,
            flags: MemFlags::trusted().with_readonly().with_can_move(),
        })
    }

    fn sig(&mut self, func: &mut Function, ty: TypeIndex) -> SigRef {
        if let Some(sig) = self.signatures[ty.index()] {
            return sig;
        }
        let signature = self.signature(&self.info.types[ty.index()]);
        let sig = func.import_signature(signature);
        self.signatures[ty.index()] = Some(sig);
        sig
    }
}

impl FuncEnvironment for TestEnv<'_> {
    fn start_function(&mut self, _func: &mut Function, _index: DefinedFuncIndex) {
        self.context = None;
        self.signatures.clear();
        self.signatures.resize(self.info.types.len(), None);
    }

    fn context(&mut self, func: &mut Function) -> GlobalValue {
        *self.context.get_or_insert_with(|| func.create_global_value(GlobalValueData::VMContext))
    }

    fn reference(&self, ty: RefType) -> ReferencePlan {
        let ty = if ty == RefType::Func { types::I64 } else { types::I32 };
        ReferencePlan { ty, stack_maps: self.stack_maps && ty == types::I32, barriers: false }
    }

    fn memory(&mut self, func: &mut Function, index: MemoryIndex) -> Answer<MemoryPlan> {
        let base = if self.checked {
            MemoryBase::Moving(self.place(func, 0))
        } else {
            MemoryBase::Fixed(self.pointer_field(func, 0))
        };
        let bound = if self.checked {
            MemoryBound::Checked
        } else {
            MemoryBound::Reserved { guard: 1 << 31 }
        };
        Ok(MemoryPlan {
            base,
            length: self.place(func, 8),
            bound,
            minimum: self.info.memories[index.index()].minimum << 16,
            page_size_log2: 16,
            flags: MemFlags::new(),
        })
    }

    fn table(&mut self, func: &mut Function, _index: TableIndex) -> Answer<TablePlan> {
        Ok(TablePlan {
            base: MemoryBase::Fixed(self.pointer_field(func, 24)),
            length: TableLength::Loaded(self.place(func, 32)),
            element_size: 8,
            flags: MemFlags::new(),
            own_functions_only: false,
        })
    }

    fn global(&mut self, func: &mut Function, index: GlobalIndex) -> Answer<GlobalPlan> {
        let place = self.place(func, 64 + 8 * index.0 as i32);
        Ok(GlobalPlan::Memory { place, flags: MemFlags::new() })
    }

    fn callee(&mut self, func: &mut Function, index: FuncIndex) -> Answer<CallPlan> {
        let signature = self.sig(func, self.info.functions[index.index()]);
        if self.info.defined_function(index).is_none() {
            return Ok(CallPlan::Record { record: self.pointer_field(func, 48), signature });
        }
        let name = func.declare_imported_user_function(UserExternalName::new(0, index.0));
        let name = ExternalName::user(name);
        let data = ExtFuncData { name, signature, colocated: true };
        Ok(CallPlan::Direct(func.import_function(data)))
    }

    fn indirect(&mut self, func: &mut Function, index: TypeIndex) -> Answer<IndirectPlan> {
        let type_id = TypeId::Constant(self.info.canonical_types[index.index()].0);
        Ok(IndirectPlan { signature: self.sig(func, index), type_id })
    }

    fn func_ref_layout(&self) -> Answer<FuncRefLayout> {
        Ok(FuncRefLayout { code: 0, context: 8, type_id: 16, foreign_code: 24, size: 32 })
    }

    fn callee_slot(&mut self, func: &mut Function) -> Answer<Place> {
        Ok(self.place(func, 16))
    }

    fn memory_grow(
        &mut self,
        b: &mut FunctionBuilder<'_>,
        _: MemoryIndex,
        _: Value,
    ) -> Answer<Value> {
        Ok(b.ins().iconst(types::I32, -1))
    }

    fn memory_fill(
        &mut self,
        _: &mut FunctionBuilder<'_>,
        _: Value,
        _: Value,
        _: Value,
    ) -> Answer<()> {
        Ok(())
    }

    fn memory_copy(
        &mut self,
        _: &mut FunctionBuilder<'_>,
        _: Value,
        _: Value,
        _: Value,
    ) -> Answer<()> {
        Ok(())
    }

    fn memory_init(
        &mut self,
        _: &mut FunctionBuilder<'_>,
        _: MemoryIndex,
        _: DataIndex,
        _: Value,
        _: Value,
        _: Value,
    ) -> Answer<()> {
        Ok(())
    }

    fn data_drop(&mut self, _: &mut FunctionBuilder<'_>, _: DataIndex) -> Answer<()> {
        Ok(())
    }

    fn table_grow(
        &mut self,
        b: &mut FunctionBuilder<'_>,
        _: TableIndex,
        _: Value,
        _: Value,
    ) -> Answer<Value> {
        Ok(b.ins().iconst(types::I32, -1))
    }

    fn table_fill(
        &mut self,
        _: &mut FunctionBuilder<'_>,
        _: TableIndex,
        _: Value,
        _: Value,
        _: Value,
    ) -> Answer<()> {
        Ok(())
    }

    fn table_copy(
        &mut self,
        _: &mut FunctionBuilder<'_>,
        _: (TableIndex, TableIndex),
        _: Value,
        _: Value,
        _: Value,
    ) -> Answer<()> {
        Ok(())
    }

    fn table_init(
        &mut self,
        _: &mut FunctionBuilder<'_>,
        _: TableIndex,
        _: ElemIndex,
        _: Value,
        _: Value,
        _: Value,
    ) -> Answer<()> {
        Ok(())
    }

    fn elem_drop(&mut self, _: &mut FunctionBuilder<'_>, _: ElemIndex) -> Answer<()> {
        Ok(())
    }

    fn ref_func(&mut self, b: &mut FunctionBuilder<'_>, index: FuncIndex) -> Answer<Value> {
        Ok(b.ins().iconst(types::I64, 1 + i64::from(index.0)))
    }
}

/// Translates all functions of a module in text form.
pub fn translate(wat: &str) -> WasmResult<Vec<Function>> {
    let bytes = wat::parse_str(wat).expect("the test's text is well formed");
    translate_bytes(&bytes, |_| {})
}

/// Translates all functions of a module, with changes to the environment.
pub fn translate_bytes(
    bytes: &[u8],
    configure: impl Fn(&mut TestEnv<'_>),
) -> WasmResult<Vec<Function>> {
    let module = translate_module(bytes, WasmFeatures::all())?;
    let mut env = TestEnv::new(&module.info);
    configure(&mut env);
    let mut translator = FuncTranslator::new();
    let mut functions = Vec::new();
    for index in 0..module.info.defined_functions() {
        let index = DefinedFuncIndex::new(index);
        let mut func = Function::new();
        func.name = UserFuncName::user(0, module.info.function(index).0);
        translator.translate(&module, &mut env, index, &mut func)?;
        verify(&func);
        functions.push(func);
    }
    Ok(functions)
}

/// The verifier's opinion of a function.
pub fn verify(func: &Function) {
    let mut flags = settings::builder();
    flags.enable("enable_pinned_reg").expect("the setting exists");
    let flags = settings::Flags::new(flags);
    if let Err(errors) = verify_function(func, &flags) {
        panic!("{}:\n{errors}\n{}", func.name, func.display());
    }
}

const CONTEXT: u32 = 1024;
const MEMORY: u32 = 65_536;

/// Runs function `index` of the translated ones with i64 or i32 arguments. The driver that calls
/// it is a function too: its stack slots are context and memory.
pub fn run(functions: &[Function], index: u32, args: &[DataValue]) -> ControlFlow {
    let callee = functions
        .iter()
        .find(|func| func.name == UserFuncName::user(0, index))
        .expect("the function was translated");
    let mut driver = Function::new();
    driver.name = UserFuncName::user(1, 0);
    driver.signature = Signature::new(CallConv::Fast);
    driver.signature.params.extend(callee.signature.params.iter().copied());
    driver.signature.returns.extend(callee.signature.returns.iter().copied());
    let mut context = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut driver, &mut context);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    b.seal_block(block);
    let kind = StackSlotKind::ExplicitSlot;
    let context_slot = b.create_sized_stack_slot(StackSlotData::new(kind, CONTEXT, 4));
    let memory_slot = b.create_sized_stack_slot(StackSlotData::new(kind, MEMORY, 4));
    let vmctx = b.ins().stack_addr(types::I64, context_slot, 0);
    let memory = b.ins().stack_addr(types::I64, memory_slot, 0);
    b.ins().store(MemFlags::trusted(), memory, vmctx, 0);
    let length = b.ins().iconst(types::I64, i64::from(MEMORY));
    b.ins().store(MemFlags::trusted(), length, vmctx, 8);
    b.ins().set_pinned_reg(vmctx);
    let signature = b.import_signature(callee.signature.clone());
    let name = b.func.declare_imported_user_function(UserExternalName::new(0, index));
    let name = ExternalName::user(name);
    let data = ExtFuncData { name, signature, colocated: true };
    let func_ref = b.import_function(data);
    let params = b.block_params(block).to_vec();
    let call = b.ins().call(func_ref, &params);
    let results = b.inst_results(call).to_vec();
    b.ins().return_(&results);
    b.finalize();
    let mut store = FunctionStore::default();
    for func in functions {
        store.add(func.name.to_string(), func);
    }
    store.add(driver.name.to_string(), &driver);
    let state = InterpreterState::default().with_function_store(store);
    let mut interpreter = Interpreter::new(state).with_fuel(Some(50_000_000));
    interpreter.call_by_name(&driver.name.to_string(), args).expect("the interpreter can do it")
}

/// Runs a function that returns one i32.
pub fn run_i32(functions: &[Function], index: u32, args: &[i32]) -> i32 {
    let args: Vec<DataValue> = args.iter().map(|&arg| DataValue::I32(arg)).collect();
    match run(functions, index, &args) {
        ControlFlow::Return(values) => match values[..] {
            [DataValue::I32(value)] => value,
            ref other => panic!("expected an i32, found {other:?}"),
        },
        ControlFlow::Trap(trap) => panic!("unexpected trap {trap}"),
    }
}
