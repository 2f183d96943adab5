//! Modules in memory: distances, redefinition, what is not defined.

use std::io;

use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::ir::{
    AbiParam, ExtFuncData, ExternalName, InstBuilder, Signature, StackSlotData, StackSlotKind,
    types,
};
use windlass_core::testfile::parse_functions;
use windlass_jit::{
    ArenaMemoryProvider, BranchProtection, JITBuilder, JITMemoryProvider, JITModule,
    SystemMemoryProvider,
};
use windlass_module::{
    DataDescription, FuncId, Linkage, Module, ModuleError, ModuleResult, default_libcall_names,
    define_functions,
};

fn signature(module: &JITModule) -> Signature {
    let mut signature = module.make_signature();
    signature.params.push(AbiParam::new(types::I64));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

fn declare(module: &mut JITModule, name: &str, linkage: Linkage) -> FuncId {
    let signature = signature(module);
    module.declare_function(name, linkage, &signature).unwrap()
}

/// Defines `f(x) = callee(x) + n`, or `x + n`.
fn define(module: &mut JITModule, id: FuncId, callee: Option<FuncId>, n: i64) -> ModuleResult<()> {
    let mut context = module.make_context();
    context.func.signature = signature(module);
    let block = context.func.dfg.make_block();
    let mut x = context.func.dfg.append_block_param(block, types::I64);
    let callee = callee.map(|callee| module.declare_func_in_func(callee, &mut context.func));
    let mut pos = FuncCursor::new(&mut context.func);
    pos.insert_block(block);
    if let Some(callee) = callee {
        let call = pos.ins().call(callee, &[x]);
        x = pos.func.dfg.inst_results(call)[0];
    }
    let sum = pos.ins().iadd_imm(x, n);
    pos.ins().return_(&[sum]);
    module.define_function(id, &mut context)
}

fn call(module: &JITModule, id: FuncId, x: i64) -> i64 {
    let address = module.get_finalized_function(id);
    // SAFETY: all functions here have this signature, in the convention of the host.
    let function: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(address) };
    function(x)
}

/// A region of its own for every piece of memory, more than relative addresses reach apart.
struct Scattered(Vec<ArenaMemoryProvider>);

impl Scattered {
    fn next(&mut self, size: usize) -> io::Result<&mut ArenaMemoryProvider> {
        self.0.push(ArenaMemoryProvider::new_with_size((3 << 30) + size)?);
        Ok(self.0.last_mut().expect("it was just added"))
    }
}

// SAFETY: what is given comes from arenas, each from one of its own.
unsafe impl JITMemoryProvider for Scattered {
    fn allocate_readexec(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
        self.next(size)?.allocate_readexec(size, align)
    }

    fn allocate_readwrite(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
        self.next(size)?.allocate_readwrite(size, align)
    }

    fn allocate_readonly(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
        self.next(size)?.allocate_readonly(size, align)
    }

    unsafe fn free_memory(&mut self) {
        // SAFETY: the caller says that nobody uses the memory.
        self.0.iter_mut().for_each(|arena| unsafe { arena.free_memory() });
    }

    fn finalize(&mut self, protection: BranchProtection) -> ModuleResult<()> {
        self.0.iter_mut().try_for_each(|arena| arena.finalize(protection))
    }
}

/// Protects all memory, and then says that it failed.
struct Failing(SystemMemoryProvider);

// SAFETY: what is given comes from another provider.
unsafe impl JITMemoryProvider for Failing {
    fn allocate_readexec(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
        self.0.allocate_readexec(size, align)
    }

    fn allocate_readwrite(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
        self.0.allocate_readwrite(size, align)
    }

    fn allocate_readonly(&mut self, size: usize, align: u64) -> io::Result<*mut u8> {
        self.0.allocate_readonly(size, align)
    }

    unsafe fn free_memory(&mut self) {
        // SAFETY: the caller says that nobody uses the memory.
        unsafe { self.0.free_memory() };
    }

    fn finalize(&mut self, protection: BranchProtection) -> ModuleResult<()> {
        self.0.finalize(protection)?;
        let err = io::ErrorKind::OutOfMemory.into();
        Err(ModuleError::Allocation { message: "as the test wants it", err })
    }
}

#[test]
fn nothing_is_written_after_memory_failed() {
    let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
    builder.memory_provider(Box::new(Failing(SystemMemoryProvider::new())));
    let mut module = JITModule::new(builder);
    let names = ["a", "b", "c"].map(|name| declare(&mut module, name, Linkage::Local));
    define(&mut module, names[0], Some(names[1]), 1).unwrap();
    define(&mut module, names[1], None, 1).unwrap();
    let first = module.finalize_definitions().unwrap_err().to_string();
    assert!(first.contains("as the test wants it"), "{first}");
    for error in [
        module.finalize_definitions().unwrap_err(),
        define(&mut module, names[2], None, 1).unwrap_err(),
        module.finalize_definitions().unwrap_err(),
    ] {
        assert!(error.to_string().contains("make a new one"), "{error}");
    }
    // SAFETY: no function of the module ran.
    unsafe { module.free_memory() };
}

extern "C" fn host(x: i64) -> i64 {
    x * 1000
}

#[test]
fn calls_reach_any_distance() {
    for is_pic in ["false", "true"] {
        let flags = [("is_pic", is_pic)];
        let mut builder = JITBuilder::with_flags(&flags, default_libcall_names()).unwrap();
        builder.symbol("host", host as *const u8);
        builder.memory_provider(Box::new(Scattered(Vec::new())));
        let mut module = JITModule::new(builder);
        let names = ["a", "b", "c"].map(|name| declare(&mut module, name, Linkage::Local));
        let imported = declare(&mut module, "host", Linkage::Import);
        define(&mut module, names[0], Some(names[1]), 1).unwrap();
        define(&mut module, names[1], Some(names[2]), 10).unwrap();
        define(&mut module, names[2], Some(imported), 100).unwrap();
        module.finalize_definitions().unwrap();
        let addresses = names.map(|id| module.get_finalized_function(id) as usize);
        assert!(addresses[0].abs_diff(addresses[1]) > 1 << 31, "{addresses:x?}");
        assert_eq!(call(&module, names[0], 7), 7111);
        // SAFETY: nothing of the module runs.
        unsafe { module.free_memory() };
    }
}

#[test]
fn functions_can_be_redefined() {
    let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
    builder.hotswap(true);
    let mut module = JITModule::new(builder);
    let [inner, outer] = ["inner", "outer"].map(|name| declare(&mut module, name, Linkage::Export));
    let mut table = DataDescription::new();
    table.define_zeroinit(8);
    let in_table = module.declare_func_in_data(inner, &mut table);
    table.write_function_addr(0, in_table);
    let data = module.declare_data("table", Linkage::Local, false, false).unwrap();
    module.define_data(data, &table).unwrap();
    define(&mut module, outer, Some(inner), 1).unwrap();
    let missing = module.finalize_definitions().unwrap_err();
    let said = missing.to_string();
    assert!(said.contains("`inner` is declared but not defined"), "{said}");
    assert!(matches!(missing, ModuleError::Backend(_)));
    define(&mut module, inner, None, 10).unwrap();
    let early = module.prepare_for_function_redefine(inner).unwrap_err();
    assert!(matches!(early, ModuleError::DuplicateDefinition(_)));
    module.finalize_definitions().unwrap();
    let outer_then = module.get_finalized_function(outer);
    assert_eq!(call(&module, outer, 100), 111);
    let mut before = 111;
    for n in [20, 30] {
        module.prepare_for_function_redefine(inner).unwrap();
        assert_eq!(call(&module, outer, 100), before);
        define(&mut module, inner, None, n).unwrap();
        module.finalize_definitions().unwrap();
        before = 101 + n;
        assert_eq!(call(&module, outer, 100), before);
        assert_eq!(module.get_finalized_function(outer), outer_then);
        let entry = module.get_finalized_data(data).0.cast::<extern "C" fn(i64) -> i64>();
        // SAFETY: the data holds the address of a function of this signature.
        assert_eq!(unsafe { (*entry)(0) }, n);
    }
    // SAFETY: nothing of the module runs.
    unsafe { module.free_memory() };

    let builder = JITBuilder::new(default_libcall_names()).unwrap();
    let mut fixed = JITModule::new(builder);
    let f = declare(&mut fixed, "f", Linkage::Local);
    assert!(fixed.prepare_for_function_redefine(f).is_err());
}

#[test]
fn functions_stay_after_their_module() {
    let builder = JITBuilder::new(default_libcall_names()).unwrap();
    let mut module = JITModule::new(builder);
    let f = declare(&mut module, "f", Linkage::Local);
    define(&mut module, f, None, 5).unwrap();
    module.finalize_definitions().unwrap();
    let address = module.get_finalized_function(f);
    drop(module);
    // SAFETY: the memory of a module that is dropped stays.
    let function: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(address) };
    assert_eq!(function(1), 6);
}

#[test]
fn relocations_lie_inside_and_name_what_is_declared() {
    let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
    builder.memory_provider(Box::new(SystemMemoryProvider::new()));
    let mut module = JITModule::new(builder);
    let mut description = DataDescription::new();
    description.define(Box::new([1; 12]));
    let data = module.declare_anonymous_data(false, false).unwrap();
    let itself = module.declare_data_in_data(data, &mut description);
    description.write_data_addr(8, itself, 0);
    let outside = module.define_data(data, &description).unwrap_err();
    assert!(outside.to_string().contains("outside of 12 bytes"), "{outside}");
    description.data_relocs.clear();
    description.write_data_addr(4, itself, 3);
    module.define_data(data, &description).unwrap();
    module.finalize_definitions().unwrap();
    let (start, size) = module.get_finalized_data(data);
    assert_eq!(size, 12);
    // SAFETY: the data is that long.
    let found = unsafe { start.add(4).cast::<usize>().read_unaligned() };
    assert_eq!(found, start as usize + 3);

    let mut context = module.make_context();
    let f = module.declare_function("f", Linkage::Local, &context.func.signature).unwrap();
    let signature = context.func.signature.clone();
    let signature = context.func.import_signature(signature);
    let name = ExternalName::testcase("nobody");
    let callee = context.func.import_function(ExtFuncData { name, signature, colocated: false });
    let block = context.func.dfg.make_block();
    let mut pos = FuncCursor::new(&mut context.func);
    pos.insert_block(block);
    pos.ins().call(callee, &[]);
    pos.ins().return_(&[]);
    let error = module.define_function(f, &mut context).unwrap_err();
    assert!(matches!(error, ModuleError::Undeclared(name) if name == "%nobody"));
}

extern "C-unwind" fn panics(x: i64) -> i64 {
    if x > 0 { panic!("{x}") } else { x }
}

#[test]
fn panics_pass_through_frames() {
    let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
    builder.symbol("panics", panics as *const u8);
    let mut module = JITModule::new(builder);
    let imported = declare(&mut module, "panics", Linkage::Import);
    let [inner, outer] = ["inner", "outer"].map(|name| declare(&mut module, name, Linkage::Local));
    define(&mut module, inner, Some(imported), 1).unwrap();
    define(&mut module, outer, Some(inner), 1).unwrap();
    module.finalize_definitions().unwrap();
    let address = module.get_finalized_function(outer);
    // SAFETY: the function has this signature, and its frames can be unwound.
    let outer: extern "C-unwind" fn(i64) -> i64 = unsafe { std::mem::transmute(address) };
    assert_eq!(outer(-5), -3);
    let caught = std::panic::catch_unwind(|| outer(7)).unwrap_err();
    assert_eq!(caught.downcast_ref::<String>().unwrap(), "7");
    // SAFETY: nothing of the module runs.
    unsafe { module.free_memory() };
}

#[test]
fn large_frames_are_probed() {
    for strategy in ["outline", "inline"] {
        let flags = [("enable_probestack", "true"), ("probestack_strategy", strategy)];
        let builder = JITBuilder::with_flags(&flags, default_libcall_names()).unwrap();
        let mut module = JITModule::new(builder);
        let f = declare(&mut module, "f", Linkage::Local);
        let mut context = module.make_context();
        context.func.signature = signature(&module);
        let kind = StackSlotKind::ExplicitSlot;
        let slot = context.func.create_sized_stack_slot(StackSlotData::new(kind, 300_000, 4));
        let block = context.func.dfg.make_block();
        let x = context.func.dfg.append_block_param(block, types::I64);
        let mut pos = FuncCursor::new(&mut context.func);
        pos.insert_block(block);
        pos.ins().stack_store(x, slot, 0);
        pos.ins().stack_store(x, slot, 299_992);
        let low = pos.ins().stack_load(types::I64, slot, 0);
        let high = pos.ins().stack_load(types::I64, slot, 299_992);
        let sum = pos.ins().iadd(low, high);
        pos.ins().return_(&[sum]);
        module.define_function(f, &mut context).unwrap();
        module.finalize_definitions().unwrap();
        assert_eq!(call(&module, f, 21), 42, "{strategy}");
        // SAFETY: nothing of the module runs.
        unsafe { module.free_memory() };
    }
}

/// A counter and a list with an address in it, of which every thread has its own.
fn with_thread_data(module: &mut JITModule) -> FuncId {
    let mut data = DataDescription::new();
    let counter = module.declare_data("counter", Linkage::Export, true, true).unwrap();
    data.define(40i64.to_le_bytes().into());
    module.define_data(counter, &data).unwrap();
    let word = module.declare_data("word", Linkage::Local, true, false).unwrap();
    data.clear();
    data.define(1000i64.to_le_bytes().into());
    module.define_data(word, &data).unwrap();
    let list = module.declare_data("list", Linkage::Local, true, true).unwrap();
    data.clear();
    data.define_zeroinit(24);
    data.set_align(256);
    let in_data = module.declare_data_in_data(word, &mut data);
    data.write_data_addr(16, in_data, 0);
    module.define_data(list, &data).unwrap();
    // The sum of the counter, of what the list refers to, and of a sum in the list.
    let functions = parse_functions(
        "function %bump(i64) -> i64 system_v {
             gv0 = symbol tls %counter
             gv1 = symbol tls %list+8
         block0(v0: i64):
             v1 = tls_value.i64 gv0
             v2 = load.i64 v1
             v3 = iadd v2, v0
             store v3, v1
             v4 = tls_value.i64 gv1
             v5 = load.i64 v4
             v6 = iadd v5, v0
             store v6, v4
             v7 = load.i64 v4+8
             v8 = load.i64 v7
             v9 = iadd v3, v6
             v10 = iadd v9, v8
             return v10
         }",
    );
    let ids = define_functions(module, functions.unwrap()).unwrap();
    module.finalize_definitions().unwrap();
    ids[0]
}

#[test]
fn every_thread_has_its_data() {
    for scattered in [false, true] {
        let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
        if scattered {
            builder.memory_provider(Box::new(Scattered(Vec::new())));
        }
        let mut module = JITModule::new(builder);
        let bump = with_thread_data(&mut module);
        let counter = module.declare_data("counter", Linkage::Export, true, true).unwrap();
        assert_eq!(call(&module, bump, 1), 1042);
        assert_eq!(call(&module, bump, 2), 1046);
        let read = || {
            let (address, size) = module.get_finalized_data(counter);
            assert_eq!(Some(address), module.get_address(&counter.into()));
            // SAFETY: the copy of this thread, eight bytes.
            (unsafe { address.cast::<i64>().read() }, size)
        };
        assert_eq!(read(), (43, 8));
        // The address of code may go to another thread.
        let bump = module.get_finalized_function(bump) as usize;
        let other = std::thread::spawn(move || {
            // SAFETY: the function has this type, and lives until the thread has ended.
            let bump: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(bump) };
            (bump(1), bump(1))
        });
        assert_eq!(other.join().unwrap(), (1042, 1044));
        assert_eq!(read(), (43, 8));
        // SAFETY: nothing of the module is used any more.
        unsafe { module.free_memory() };
    }
}

#[test]
fn data_of_threads_is_reached_in_one_way() {
    let mut module = JITModule::new(JITBuilder::new(default_libcall_names()).unwrap());
    let own = module.declare_data("own", Linkage::Local, true, true).unwrap();
    let mut data = DataDescription::new();
    data.define_zeroinit(8);
    module.define_data(own, &data).unwrap();
    let table = module.declare_data("table", Linkage::Local, true, false).unwrap();
    data.clear();
    data.define_zeroinit(8);
    let in_data = module.declare_data_in_data(own, &mut data);
    data.write_data_addr(0, in_data, 0);
    module.define_data(table, &data).unwrap();
    let error = module.finalize_definitions().unwrap_err();
    assert!(format!("{error:?}").contains("reached by `tls_value`"), "{error:?}");
    let mut module = JITModule::new(JITBuilder::new(default_libcall_names()).unwrap());
    module.declare_data("elsewhere", Linkage::Import, true, true).unwrap();
    let text = "function %f() -> i64 system_v { gv0 = symbol tls %elsewhere
                block0: v0 = tls_value.i64 gv0 return v0 }";
    define_functions(&mut module, parse_functions(text).unwrap()).unwrap();
    let error = module.finalize_definitions().unwrap_err();
    assert!(format!("{error:?}").contains("must be defined in the module"), "{error:?}");
}
