//! The public items that clients of the interface use, each used as they do. What matters first is
//! that it compiles against both families of crates; what it prints must be the same too.

// A trait may be needed for methods that the other family has without it; some things are
// deprecated there, and in use.
#![allow(unused_imports, deprecated, clippy::all)]

use cranelift_codegen::binemit::{Addend, CodeInfo, CodeOffset, Reloc};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::cursor::{Cursor, CursorPosition, FuncCursor};
use cranelift_codegen::data_value::DataValue;
use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::entity::{
    EntityList, EntityRef, EntitySet, ListPool, PrimaryMap, SecondaryMap, SparseMap, entity_impl,
};
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::condcodes::{CondCode, FloatCC, IntCC};
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::ir::immediates::{
    Ieee16, Ieee32, Ieee64, Ieee128, Imm64, Offset32, Uimm8, Uimm32, Uimm64, V128Imm,
};
use cranelift_codegen::ir::{
    self, AbiParam, ArgumentExtension, ArgumentPurpose, AtomicRmwOp, Block, BlockArg, BlockCall,
    Constant, ConstantData, DynamicStackSlotData, DynamicTypeData, Endianness, ExceptionTableData,
    ExceptionTableItem, ExceptionTag, ExtFuncData, ExternalName, FuncRef, Function, GlobalValue,
    GlobalValueData, Immediate, Inst, InstBuilder, InstBuilderBase, InstInserterBase, JumpTable,
    JumpTableData, KnownSymbol, LibCall, MemFlags, Opcode, RelSourceLoc, SigRef, Signature,
    SourceLoc, StackSlot, StackSlotData, StackSlotKind, TrapCode, Type, UserExternalName,
    UserExternalNameRef, UserFuncName, Value, ValueDef, ValueLabel, types,
};
use cranelift_codegen::isa::unwind::UnwindInfo;
use cranelift_codegen::isa::{
    self, CallConv, LookupError, OwnedTargetIsa, TargetFrontendConfig, TargetIsa,
};
use cranelift_codegen::loop_analysis::LoopAnalysis;
use cranelift_codegen::packed_option::{PackedOption, ReservedValue};
use cranelift_codegen::print_errors::{pretty_error, pretty_verifier_error};
use cranelift_codegen::settings::{self, Configurable, FlagsOrIsa, SetError};
use cranelift_codegen::traversals::Dfs;
use cranelift_codegen::verifier::{VerifierError, VerifierErrors, verify_context, verify_function};
use cranelift_codegen::write::{FuncWriter, PlainWriter, decorate_function};
use cranelift_codegen::{
    CodegenError, CodegenResult, CompileError, CompiledCode, Context, FinalizedMachReloc,
    FinalizedRelocTarget, LabelValueLoc, MachSrcLoc, MachTrap, ValueLabelsRanges, timing,
    write_function,
};
use cranelift_frontend::{
    FuncInstBuilder, FunctionBuilder, FunctionBuilderContext, Switch, Variable,
};
use cranelift_module::{
    DataDescription, DataId, FuncId, FuncOrDataId, Init, Linkage, Module, ModuleDeclarations,
    ModuleError, ModuleReloc, ModuleRelocTarget, ModuleResult, default_libcall_names,
};
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Mutex;

static REPORT: Mutex<String> = Mutex::new(String::new());

macro_rules! say {
    ($($arg:tt)*) => { writeln!(REPORT.lock().unwrap(), $($arg)*).unwrap() };
}

// ------------------------------------------------------------------------- entities

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Thing(u32);
entity_impl!(Thing, "thing");

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
struct Plain(u32);
entity_impl!(Plain);

fn entities() {
    let mut things: PrimaryMap<Thing, &str> = PrimaryMap::new();
    let (a, b) = (things.push("a"), things.push("b"));
    say!("{a} {b:?} {} {} {:?}", a.index(), b.as_u32(), things.get(Thing::from_u32(7)));
    assert_eq!(things.next_key(), Thing::new(2));
    say!("{:?}", things.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>());
    say!("{:?} {:?}", things.keys().count(), things.values().copied().collect::<String>());
    for (_, value) in things.iter_mut() {
        *value = "c";
    }
    say!("{} {} {}", things[a], things.is_valid(b), things.len());
    say!("{:?}", things.last());
    let mut numbers: SecondaryMap<Thing, u32> = SecondaryMap::with_default(9);
    numbers[b] = 4;
    say!("{} {} {:?}", numbers[a], numbers[Thing::new(99)], numbers.get(Thing::new(50)));
    let mut set: EntitySet<Thing> = EntitySet::new();
    say!("{} {} {}", set.insert(a), set.insert(a), set.contains(b));
    let mut pool: ListPool<Thing> = ListPool::new();
    let mut list: EntityList<Thing> = EntityList::from_slice(&[a, b], &mut pool);
    list.push(a, &mut pool);
    list.extend([b, b], &mut pool);
    list.remove(1, &mut pool);
    say!("{:?} {} {:?}", list.as_slice(&pool), list.len(&pool), list.first(&pool));
    let packed: PackedOption<Thing> = a.into();
    let none: PackedOption<Thing> = None.into();
    say!("{:?} {} {:?}", packed.expand(), none.is_none(), packed);
    say!("{}", Thing::reserved_value().is_reserved_value());
    say!("{:?} {}", Plain::from_u32(3), Plain::new(4).index());
    say!("{:?}", [Value::from_u32(1).to_string(), Block::from_u32(2).to_string()]);
    say!("{:?}", [Inst::from_u32(1).to_string(), StackSlot::from_u32(2).to_string()]);
    say!("{} {} {}", FuncRef::from_u32(3), SigRef::from_u32(4), GlobalValue::from_u32(5));
    say!("{} {}", JumpTable::from_u32(0), Constant::from_u32(1));
    say!("{:?} {:?}", Value::with_number(u32::MAX), Block::with_number(6));
    say!("{} {}", AnyEntity::from(Value::from_u32(1)), AnyEntity::Function);
}

// ------------------------------------------------------------------------- types and numbers

fn type_facts() {
    for ty in [
        types::I8,
        types::I16,
        types::I32,
        types::I64,
        types::I128,
        types::F16,
        types::F32,
        types::F64,
        types::F128,
        types::I8X16,
        types::I16X8,
        types::I32X4,
        types::I64X2,
        types::F32X4,
        types::F64X2,
    ] {
        say!(
            "{ty} {ty:?} {} {} {} {} {} {} {} {}",
            ty.bits(),
            ty.bytes(),
            ty.lane_type(),
            ty.lane_count(),
            ty.is_int(),
            ty.is_float(),
            ty.is_vector(),
            ty.is_invalid()
        );
        say!("  {:?} {:?} {:?}", ty.half_width(), ty.double_width(), ty.by(4));
        say!("  {}", ty.log2_lane_count());
    }
    say!("{:?} {:?}", Type::int(32), Type::int_with_byte_size(8));
    say!("{:?} {:?}", Type::int(12), types::I32.as_int());
    say!("{} {}", types::F64X2.as_truthy(), types::I32X4.lane_of());
    say!("{}", types::I32.wider_or_equal(types::I16));
    say!("{} {}", types::F32.lane_bits(), types::I64X2.min_bits());
    say!("{}", types::I8.bits() as usize + types::I64.bytes() as usize);
}

fn numbers() {
    let imm: Imm64 = 5.into();
    say!("{imm} {} {}", Imm64::new(-7).bits(), Imm64::from(70000));
    say!("{}", i64::from(imm));
    say!("{} {}", Offset32::new(-8), Offset32::new(8));
    say!("{} {}", Uimm8::from(3u8), Uimm32::from(4u32));
    say!("{}", Uimm64::from(1u64 << 40));
    say!("{} {:?}", Ieee32::with_float(1.5), Ieee32::with_bits(0x7fc0_0000).as_f32());
    say!("{} {:x}", Ieee64::with_float(-0.0), Ieee64::with_bits(3).bits());
    say!("{} {}", Ieee32::from(2.5f32), Ieee64::from(0.1f64));
    say!("{} {}", Ieee16::with_bits(0x3c00), Ieee128::with_bits(0));
    say!("{} {}", Ieee32::with_float(f32::NAN).is_nan(), Ieee64::with_float(-1.0).is_negative());
    let data = ConstantData::from(&[1u8, 2, 3][..]);
    say!("{data} {} {:?}", data.len(), data.as_slice());
    let vector: V128Imm = V128Imm::from(&[7u8; 16][..]);
    say!("{:?}", vector.as_slice());
    for cc in IntCC::all() {
        say!("{cc} {} {} {}", cc.complement(), cc.swap_args(), cc.unsigned());
        assert_eq!(cc.to_static_str().parse::<IntCC>(), Ok(*cc));
    }
    for cc in FloatCC::all() {
        say!("{cc} {} {}", cc.complement(), cc.swap_args());
    }
    for op in AtomicRmwOp::all() {
        say!("{op}");
    }
    for call in LibCall::all_libcalls() {
        let name = call.to_string();
        if name.ends_with("F32") || name.starts_with("Mem") {
            say!("{call} {}", call.signature(CallConv::SystemV, types::I64));
        }
    }
    let names = default_libcall_names();
    say!("{} {} {}", names(LibCall::Memcpy), names(LibCall::CeilF32), names(LibCall::NearestF64));
    for code in [
        TrapCode::STACK_OVERFLOW,
        TrapCode::HEAP_OUT_OF_BOUNDS,
        TrapCode::INTEGER_OVERFLOW,
        TrapCode::INTEGER_DIVISION_BY_ZERO,
        TrapCode::BAD_CONVERSION_TO_INTEGER,
        TrapCode::unwrap_user(9),
    ] {
        say!("{code} {:?}", code.as_raw());
        assert_eq!(TrapCode::from_raw(code.as_raw()), code);
    }
    say!("{} {}", TrapCode::user(1).is_some(), TrapCode::user(255).is_some());
    say!("{:?}", DataValue::I32(5).ty());
    say!("{} {}", DataValue::from(3i64), DataValue::F32(Ieee32::with_float(1.0)));
}

fn flags() {
    let mut flags = MemFlags::new();
    flags.set_notrap();
    flags.set_aligned();
    flags.set_readonly();
    flags.set_endianness(Endianness::Little);
    say!("{flags} {} {} {}", flags.notrap(), flags.aligned(), flags.readonly());
    let flags = MemFlags::trusted().with_can_move().with_readonly();
    say!("{flags} {:?}", flags.endianness(Endianness::Little));
    let coded = MemFlags::new().with_trap_code(Some(TrapCode::unwrap_user(3)));
    say!("{coded} {} {:?}", coded.trap_code().unwrap(), MemFlags::trusted().trap_code());
    // Only one family records these regions.
    let _ = MemFlags::new().with_alias_region(Some(ir::AliasRegion::Heap)).alias_region();
    say!("{}", MemFlags::new().with_endianness(Endianness::Big).explicit_endianness().is_some());
    let loc = SourceLoc::new(0x1234);
    say!("{loc} {} {} {}", loc.bits(), loc.is_default(), SourceLoc::default());
}

// ------------------------------------------------------------------------- signatures and names

fn signatures() {
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params.push(AbiParam::special(types::I64, ArgumentPurpose::StructReturn));
    sig.params.push(AbiParam::new(types::I8).uext());
    sig.params.push(AbiParam::new(types::I16).sext());
    sig.params.push(AbiParam::special(types::I64, ArgumentPurpose::StructArgument(24)));
    sig.params.push(AbiParam::special(types::I64, ArgumentPurpose::VMContext));
    sig.returns.push(AbiParam {
        value_type: types::I64,
        purpose: ArgumentPurpose::StructReturn,
        extension: ArgumentExtension::None,
    });
    say!("{sig}");
    say!("{:?}", sig.special_param_index(ArgumentPurpose::VMContext));
    say!("{} {}", sig.uses_struct_return_param(), sig.num_special_params());
    say!("{} {:?}", sig == sig.clone(), sig.call_conv);
    sig.clear(CallConv::Fast);
    say!("{sig}");
    for conv in [
        CallConv::Fast,
        CallConv::Tail,
        CallConv::SystemV,
        CallConv::WindowsFastcall,
        CallConv::AppleAarch64,
        CallConv::Probestack,
        CallConv::Winch,
    ] {
        say!("{conv} {}", conv.supports_tail_calls());
        assert_eq!(conv.to_string().parse::<CallConv>(), Ok(conv));
    }
    let _ = (CallConv::Cold, CallConv::Patchable.supports_exceptions());
    let _ = CallConv::Patchable;
    say!("{}", CallConv::triple_default(&"x86_64-pc-windows-msvc".parse().unwrap()));
    let names = [
        ExternalName::testcase("hello"),
        ExternalName::LibCall(LibCall::Memset),
        ExternalName::KnownSymbol(KnownSymbol::ElfGlobalOffsetTable),
        ExternalName::user(UserExternalNameRef::new(2)),
    ];
    say!("{:?}", names.iter().map(|name| name.display(None).to_string()).collect::<Vec<_>>());
    let name = UserFuncName::User(UserExternalName::new(1, 2));
    say!("{name} {} {:?}", UserFuncName::testcase("x"), name.get_user());
}

// ------------------------------------------------------------------------- functions

/// A function with a loop and most kinds of declarations.
fn sample() -> Function {
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params.push(AbiParam::new(types::I64));
    sig.params.push(AbiParam::new(types::I32));
    sig.returns.push(AbiParam::new(types::I32));
    let mut func = Function::with_name_signature(UserFuncName::user(0, 7), sig);
    let mut ctx = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut func, &mut ctx);
    let (entry, head, body, exit) =
        (b.create_block(), b.create_block(), b.create_block(), b.create_block());
    b.append_block_params_for_function_params(entry);
    b.append_block_params_for_function_returns(exit);
    b.switch_to_block(entry);
    b.set_srcloc(SourceLoc::new(10));
    let (pointer, count) = (b.block_params(entry)[0], b.block_params(entry)[1]);
    let (i, sum) = (b.declare_var(types::I32), b.declare_var(types::I32));
    let zero = b.ins().iconst(types::I32, 0);
    b.def_var(i, zero);
    b.def_var(sum, zero);
    b.ins().jump(head, &[]);
    b.switch_to_block(head);
    b.set_srcloc(SourceLoc::new(11));
    let at = b.use_var(i);
    let more = b.ins().icmp(IntCC::UnsignedLessThan, at, count);
    let total = b.use_var(sum);
    b.ins().brif(more, body, &[], exit, &[BlockArg::Value(total)]);
    b.switch_to_block(body);
    b.set_srcloc(SourceLoc::new(12));
    let wide = b.ins().uextend(types::I64, at);
    let four = b.ins().iconst(types::I64, 4);
    let offset = b.ins().imul(wide, four);
    let place = b.ins().iadd(pointer, offset);
    let item = b.ins().load(types::I32, MemFlags::trusted(), place, Offset32::new(0));
    let next = b.ins().iadd(total, item);
    b.def_var(sum, next);
    let one = b.ins().iconst(types::I32, 1);
    let next = b.ins().iadd(at, one);
    b.def_var(i, next);
    b.ins().jump(head, &[]);
    b.switch_to_block(exit);
    b.seal_all_blocks();
    let result = b.block_params(exit)[0];
    assert_eq!(b.current_block(), Some(exit));
    assert!(!b.is_unreachable());
    b.ins().return_(&[result]);
    b.finalize();
    func
}

fn functions() {
    let mut func = sample();
    say!("{}", func.display());
    say!("{} {} {}", func.name, func.signature, func.stencil.dfg.num_blocks());
    for block in func.layout.blocks() {
        let insts: Vec<_> = func.layout.block_insts(block).collect();
        let params = func.dfg.block_params(block).len();
        say!("{block} {params} {} {:?}", insts.len(), func.layout.is_cold(block));
        for inst in insts {
            let opcode = func.dfg.insts[inst].opcode();
            let results = func.dfg.inst_results(inst).to_vec();
            let types: Vec<_> = results.iter().map(|v| func.dfg.value_type(*v)).collect();
            say!(
                "  {} {opcode} {} {:?} {types:?} {} {}",
                func.dfg.display_inst(inst),
                opcode.is_terminator(),
                func.dfg.inst_args(inst),
                opcode.can_load(),
                func.srcloc(inst)
            );
            for result in results {
                assert_eq!(func.dfg.value_def(result), ValueDef::Result(inst, 0));
            }
        }
        let successors: Vec<_> = func.block_successors(block).collect();
        say!("  -> {successors:?}");
    }
    let entry = func.layout.entry_block().unwrap();
    let last = func.layout.last_inst(entry).unwrap();
    say!("{:?} {:?}", func.layout.inst_block(last), func.layout.next_block(entry));
    let first = func.layout.first_inst(entry).unwrap();
    say!("{:?}", func.dfg.first_result(first));
    say!("{}", func.dfg.resolve_aliases(func.dfg.first_result(first)));
    let cfg = ControlFlowGraph::with_function(&func);
    let domtree = DominatorTree::with_function(&func, &cfg);
    let mut loops = LoopAnalysis::new();
    loops.compute(&func, &cfg, &domtree);
    for block in func.layout.blocks() {
        let succ: Vec<_> = cfg.succ_iter(block).collect();
        let pred: Vec<_> = cfg.pred_iter(block).map(|pred| pred.block).collect();
        say!(
            "{block}: {succ:?} {pred:?} {:?} {:?}",
            domtree.idom(block),
            loops.innermost_loop(block)
        );
        say!("  {} {}", domtree.is_reachable(block), domtree.dominates(entry, block, &func.layout));
    }
    say!("{:?}", domtree.cfg_postorder().len());
    let mut dfs = Dfs::new();
    say!("{:?}", dfs.post_order_iter(&func).count());
    let flags = settings::Flags::new(settings::builder());
    say!("{:?}", verify_function(&func, &flags).is_ok());
    let mut errors = VerifierErrors::default();
    say!("{:?}", verify_context(&func, &cfg, &domtree, &flags, &mut errors).is_ok());
    say!("{} {:?}", errors.is_empty(), errors.as_result());
    // A function without a terminator.
    let block = func.dfg.make_block();
    func.layout.append_block(block);
    let errors = verify_function(&func, &flags).unwrap_err();
    assert!(errors.has_error() && !errors.0.is_empty());
    let VerifierError { location, context: _, message } = &errors.0[0];
    assert!(!message.is_empty() && !location.to_string().is_empty());
    let text = pretty_verifier_error(&func, None, errors.clone());
    assert!(text.contains("function u0:7"));
    assert!(pretty_error(&func, CodegenError::Verifier(errors)).contains("function u0:7"));
    let text = pretty_error(&func, CodegenError::Unsupported("nothing".into()));
    assert!(text.contains("nothing"));
}

fn cursors() {
    let mut func = sample();
    let entry = func.layout.entry_block().unwrap();
    let mut pos = FuncCursor::new(&mut func).at_first_insertion_point(entry);
    let seven = pos.ins().iconst(types::I32, 7);
    pos.set_srcloc(SourceLoc::new(99));
    let eight = pos.ins().iadd_imm(seven, 1);
    let inst = pos.func.dfg.value_def(eight).unwrap_inst();
    assert_eq!(pos.func.srcloc(inst), SourceLoc::new(99));
    assert!(matches!(pos.position(), CursorPosition::At(_)));
    let pos = pos.at_top(entry).at_last_inst(entry).at_first_inst(entry);
    let mut pos = pos;
    pos.goto_top(entry);
    let mut count = 0;
    while pos.next_inst().is_some() {
        count += 1;
    }
    assert!(count >= 4);
    pos.goto_bottom(entry);
    say!("{:?} {:?}", pos.current_block(), pos.prev_inst().is_some());
    pos.goto_inst(inst);
    pos.remove_inst();
    let inst = pos.func.dfg.value_def(seven).unwrap_inst();
    pos.goto_inst(inst);
    pos.goto_after_inst(inst);
    pos.func.dfg.replace(inst).iconst(types::I32, 8);
    let fresh = pos.func.dfg.make_block();
    pos.func.layout.insert_block_after(fresh, entry);
    let mut pos = pos.at_bottom(fresh);
    let nine = pos.ins().iconst(types::I32, 9);
    pos.ins().return_(&[nine]);
    say!("{:?}", func.layout.blocks().collect::<Vec<_>>());
    say!("{} {}", func.display_spec(), func.signature.is_multi_return());
    let value = func.dfg.first_result(inst);
    let other = func.dfg.replace_result(value, types::I8);
    say!("{} {}", func.dfg.value_type(other), func.dfg.inst_results(inst) == [other]);
    func.dfg.clear_results(inst);
    let copy = func.dfg.append_block_param(fresh, types::I32);
    say!("{} {:?}", func.dfg.num_block_params(fresh), func.dfg.value_def(copy));
    func.dfg.remove_block_param(copy);
    let param = func.dfg.block_params(entry)[1];
    func.dfg.replace_block_param(param, types::I16);
    say!(
        "{:?}",
        func.dfg.block_params(entry).iter().map(|v| func.dfg.value_type(*v)).collect::<Vec<_>>()
    );
    say!("{}", func.dfg.value_is_attached(value));
    say!("{}", func.dfg.num_values() > 5);
    func.layout.remove_inst(inst);
    say!("{:?}", func.layout.inst_block(inst));
    func.clear();
    say!("{}", func.display());
}

fn preamble() {
    let mut func = Function::new();
    func.name = UserFuncName::testcase("preamble");
    let slot = func.create_sized_stack_slot(StackSlotData {
        kind: StackSlotKind::ExplicitSlot,
        size: 40,
        align_shift: 3,
        key: None,
    });
    func.create_sized_stack_slot(StackSlotData::new_with_key(
        StackSlotKind::ExplicitSlot,
        8,
        0,
        ir::StackSlotKey::new(5),
    ));
    say!("{} {}", func.sized_stack_slots[slot].size, func.fixed_stack_size());
    let vmctx = func.create_global_value(GlobalValueData::VMContext);
    let loaded = func.create_global_value(GlobalValueData::Load {
        base: vmctx,
        offset: Offset32::new(16),
        global_type: types::I64,
        flags: MemFlags::trusted().with_readonly(),
    });
    func.create_global_value(GlobalValueData::IAddImm {
        base: loaded,
        offset: Imm64::new(-8),
        global_type: types::I64,
    });
    let name = func.declare_imported_user_function(UserExternalName { namespace: 3, index: 4 });
    say!("{name} {:?}", func.params.user_named_funcs()[name]);
    func.create_global_value(GlobalValueData::Symbol {
        name: ExternalName::user(name),
        offset: 0.into(),
        colocated: false,
        tls: true,
    });
    func.stack_limit = Some(loaded);
    let sig = func.import_signature(Signature::new(CallConv::Tail));
    let callee = func.import_function(ExtFuncData {
        name: ExternalName::user(name),
        signature: sig,
        colocated: true,
    });
    say!("{} {}", func.dfg.signatures[sig], func.dfg.ext_funcs[callee].display(Some(&func.params)));
    let (a, b) = (func.dfg.make_block(), func.dfg.make_block());
    let pool = &mut func.dfg.value_lists;
    let mut call = BlockCall::new(a, [], pool);
    call.append_argument(Value::from_u32(0), pool);
    let other = BlockCall::new(b, [], pool);
    say!("{} {}", call.len(&func.dfg.value_lists), call.args(&func.dfg.value_lists).count());
    let mut data = JumpTableData::new(call, &[other, call]);
    say!("{} {}", data.all_branches().len(), data.as_slice().len());
    assert_eq!(data.default_block(), call);
    for entry in data.all_branches_mut() {
        *entry = other;
    }
    let table = func.create_jump_table(data);
    say!("{table}");
    let mut text = String::new();
    write_function(&mut text, &func).unwrap();
    // The declarations, without the lists that only a branch makes visible.
    say!(
        "{}",
        text.lines()
            .filter(|line| !line.contains("jt") && !line.contains("tls"))
            .collect::<Vec<_>>()
            .join("\n")
    );
}

// ------------------------------------------------------------------------- building

/// One of every kind of instruction.
fn instructions() {
    let mut sig = Signature::new(CallConv::SystemV);
    for ty in [types::I64, types::I32, types::F64, types::F32, types::I8X16, types::I128] {
        sig.params.push(AbiParam::new(ty));
    }
    let mut func = Function::with_name_signature(UserFuncName::testcase("all"), sig);
    let mut ctx = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut func, &mut ctx);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let [x, n, d, f, v, w] = b.block_params(entry).to_vec()[..] else { unreachable!() };
    let slot = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 64, 4));
    let flags = MemFlags::new();
    let ints: [fn(FuncInstBuilder<'_, '_>, Value, Value) -> Value; 22] = [
        |i, x, y| i.iadd(x, y),
        |i, x, y| i.isub(x, y),
        |i, x, y| i.imul(x, y),
        |i, x, y| i.umulhi(x, y),
        |i, x, y| i.smulhi(x, y),
        |i, x, y| i.udiv(x, y),
        |i, x, y| i.sdiv(x, y),
        |i, x, y| i.urem(x, y),
        |i, x, y| i.srem(x, y),
        |i, x, y| i.band(x, y),
        |i, x, y| i.bor(x, y),
        |i, x, y| i.bxor(x, y),
        |i, x, y| i.rotl(x, y),
        |i, x, y| i.rotr(x, y),
        |i, x, y| i.ishl(x, y),
        |i, x, y| i.ushr(x, y),
        |i, x, y| i.sshr(x, y),
        |i, x, y| i.smin(x, y),
        |i, x, y| i.smax(x, y),
        |i, x, y| i.umin(x, y),
        |i, x, y| i.umax(x, y),
        |i, x, y| i.uadd_overflow_trap(x, y, TrapCode::HEAP_OUT_OF_BOUNDS),
    ];
    for make in ints {
        make(b.ins(), x, x);
    }
    let pairs: [fn(FuncInstBuilder<'_, '_>, Value, Value) -> (Value, Value); 6] = [
        |i, x, y| i.uadd_overflow(x, y),
        |i, x, y| i.sadd_overflow(x, y),
        |i, x, y| i.usub_overflow(x, y),
        |i, x, y| i.ssub_overflow(x, y),
        |i, x, y| i.umul_overflow(x, y),
        |i, x, y| i.smul_overflow(x, y),
    ];
    for make in pairs {
        make(b.ins(), x, x);
    }
    let unary: [fn(FuncInstBuilder<'_, '_>, Value) -> Value; 9] = [
        |i, x| i.ineg(x),
        |i, x| i.iabs(x),
        |i, x| i.bnot(x),
        |i, x| i.bitrev(x),
        |i, x| i.clz(x),
        |i, x| i.cls(x),
        |i, x| i.ctz(x),
        |i, x| i.bswap(x),
        |i, x| i.popcnt(x),
    ];
    for make in unary {
        make(b.ins(), x);
    }
    let floats: [fn(FuncInstBuilder<'_, '_>, Value, Value) -> Value; 7] = [
        |i, x, y| i.fadd(x, y),
        |i, x, y| i.fsub(x, y),
        |i, x, y| i.fmul(x, y),
        |i, x, y| i.fdiv(x, y),
        |i, x, y| i.fcopysign(x, y),
        |i, x, y| i.fmin(x, y),
        |i, x, y| i.fmax(x, y),
    ];
    for make in floats {
        make(b.ins(), d, d);
        make(b.ins(), f, f);
    }
    let unary: [fn(FuncInstBuilder<'_, '_>, Value) -> Value; 7] = [
        |i, x| i.sqrt(x),
        |i, x| i.fneg(x),
        |i, x| i.fabs(x),
        |i, x| i.ceil(x),
        |i, x| i.floor(x),
        |i, x| i.trunc(x),
        |i, x| i.nearest(x),
    ];
    for make in unary {
        make(b.ins(), d);
    }
    b.ins().fma(d, d, d);
    let bit = b.ins().icmp(IntCC::Equal, x, x);
    b.ins().fcmp(FloatCC::GreaterThan, d, d);
    b.ins().select(bit, x, x);
    b.ins().select_spectre_guard(bit, x, x);
    b.ins().bitselect(x, x, x);
    b.ins().bmask(types::I64, bit);
    b.ins().ireduce(types::I8, x);
    b.ins().uextend(types::I64, n);
    b.ins().sextend(types::I64, n);
    b.ins().iconcat(x, x);
    b.ins().isplit(w);
    b.ins().fpromote(types::F64, f);
    b.ins().fdemote(types::F32, d);
    b.ins().fcvt_to_uint(types::I32, d);
    b.ins().fcvt_to_sint(types::I32, d);
    b.ins().fcvt_to_uint_sat(types::I64, f);
    b.ins().fcvt_to_sint_sat(types::I64, f);
    b.ins().fcvt_from_uint(types::F32, x);
    b.ins().fcvt_from_sint(types::F64, n);
    b.ins().bitcast(types::I64, flags, d);
    b.ins().f32const(Ieee32::with_float(1.0));
    b.ins().f64const(2.0);
    for (ty, offset) in [(types::I8, 1), (types::I64, 8), (types::F32, 4)] {
        let loaded = b.ins().load(ty, flags, x, offset);
        b.ins().store(flags, loaded, x, offset);
    }
    b.ins().uload8(types::I32, flags, x, 0);
    b.ins().sload8(types::I64, flags, x, 0);
    b.ins().uload16(types::I32, flags, x, 0);
    b.ins().sload16(types::I32, flags, x, 0);
    b.ins().uload32(flags, x, 0);
    b.ins().sload32(flags, x, 0);
    b.ins().istore8(flags, n, x, 0);
    b.ins().istore16(flags, n, x, 0);
    b.ins().istore32(flags, x, x, 0);
    b.ins().stack_addr(types::I64, slot, 8);
    b.ins().atomic_rmw(types::I32, flags, AtomicRmwOp::Umax, x, n);
    b.ins().atomic_cas(flags, x, n, n);
    b.ins().atomic_load(types::I64, flags, x);
    b.ins().atomic_store(flags, x, x);
    b.ins().fence();
    b.ins().splat(types::I32X4, n);
    b.ins().extractlane(v, 3);
    let small = b.ins().iconst(types::I8, 3);
    b.ins().insertlane(v, small, 4);
    b.ins().swizzle(v, v);
    b.ins().vany_true(v);
    b.ins().vall_true(v);
    b.ins().vhigh_bits(types::I32, v);
    b.ins().sadd_sat(v, v);
    b.ins().avg_round(v, v);
    let zeros = b.func.dfg.constants.insert(
        ConstantData::default().append(Ieee64::with_float(1.0)).append(Ieee64::with_bits(2)),
    );
    b.ins().vconst(types::I8X16, zeros);
    let mask = b.func.dfg.immediates.push(ConstantData::from(&[0u8; 16][..]));
    b.ins().shuffle(v, v, mask);
    b.ins().get_frame_pointer(types::I64);
    b.ins().get_stack_pointer(types::I64);
    b.ins().get_return_address(types::I64);
    b.ins().nop();
    b.ins().debugtrap();
    b.ins().trapz(x, TrapCode::INTEGER_OVERFLOW);
    b.ins().trapnz(x, TrapCode::unwrap_user(2));
    b.ins().trap(TrapCode::unwrap_user(1));
    b.seal_all_blocks();
    b.finalize();
    say!("{}", func.display());
}

/// Calls that may throw, by the table of their handlers.
fn exceptions() {
    let mut func = Function::with_name_signature(
        UserFuncName::testcase("throws"),
        Signature::new(CallConv::SystemV),
    );
    let mut sig = Signature::new(CallConv::SystemV);
    sig.returns.push(AbiParam::new(types::I32));
    let mut ctx = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut func, &mut ctx);
    let (entry, normal, handler) = (b.create_block(), b.create_block(), b.create_block());
    b.append_block_param(normal, types::I32);
    b.append_block_param(handler, types::I64);
    b.switch_to_block(entry);
    let sig = b.import_signature(sig);
    let callee = b.import_function(ExtFuncData {
        name: ExternalName::testcase("may_throw"),
        signature: sig,
        colocated: false,
    });
    let pool = &mut b.func.dfg.value_lists;
    let ret = BlockCall::new(normal, [BlockArg::TryCallRet(0)], pool);
    let caught = BlockCall::new(handler, [BlockArg::TryCallExn(0)], pool);
    let data = ExceptionTableData::new(
        sig,
        ret,
        [
            ExceptionTableItem::Tag(ExceptionTag::from_u32(4), caught),
            ExceptionTableItem::Default(caught),
        ],
    );
    let table = b.func.dfg.exception_tables.push(data);
    b.ins().try_call(callee, &[], table);
    b.switch_to_block(normal);
    b.ins().return_(&[]);
    b.switch_to_block(handler);
    b.ins().return_(&[]);
    b.seal_all_blocks();
    b.finalize();
    say!("{}", func.display());
}

// ------------------------------------------------------------------------- settings and machines

fn machines() -> OwnedTargetIsa {
    let mut builder = settings::builder();
    builder.enable("is_pic").unwrap();
    builder.set("opt_level", "speed_and_size").unwrap();
    builder.set("tls_model", "elf_gd").unwrap();
    builder.set("regalloc_algorithm", "backtracking").unwrap();
    builder.set("unwind_info", "true").unwrap();
    builder.set("preserve_frame_pointers", "true").unwrap();
    builder.set("machine_code_cfg_info", "true").unwrap();
    builder.set("enable_verifier", "false").unwrap();
    for (name, value) in [("no_such", "1"), ("opt_level", "fastest"), ("is_pic", "maybe")] {
        let kind = match builder.set(name, value).unwrap_err() {
            SetError::BadName(_) => "name",
            SetError::BadType => "type",
            SetError::BadValue(_) => "value",
        };
        say!("{name}={value}: wrong {kind}");
    }
    let flags = settings::Flags::new(builder);
    say!("{} {} {}", flags.opt_level(), flags.is_pic(), flags.enable_verifier());
    say!("{:?} {:?}", flags.opt_level(), flags.tls_model() == settings::TlsModel::ElfGd);
    say!("{} {}", flags.probestack_size_log2(), flags.enable_probestack());
    for value in flags.iter() {
        // Each family may have settings that the other has not.
        if ["opt_level", "is_pic", "unwind_info", "probestack_size_log2"].contains(&value.name) {
            say!("{} {} {:?}", value.name, value.value_string(), value.as_bool());
        }
    }
    assert!(flags.to_string().contains("[shared]"));
    match isa::lookup("z80-unknown-none".parse().unwrap_or_else(|_| "wasm32".parse().unwrap())) {
        Err(LookupError::SupportDisabled) => say!("disabled"),
        Err(LookupError::Unsupported) => say!("unsupported"),
        Ok(_) => say!("found"),
    }
    let mut builder = isa::lookup_by_name("x86_64-unknown-linux-gnu").unwrap();
    builder.enable("has_sse41").unwrap();
    builder.set("has_popcnt", "true").unwrap();
    builder.enable("nehalem").unwrap();
    assert!(builder.enable("no_such_processor").is_err());
    assert!(builder.iter().any(|setting| setting.name == "has_avx"));
    say!("{}", builder.triple());
    let isa: OwnedTargetIsa = builder.finish(flags).unwrap();
    say!("{} {} {}", isa.name(), isa.triple(), isa.pointer_type());
    say!("{} {} {:?}", isa.pointer_bits(), isa.pointer_bytes(), isa.default_call_conv());
    say!("{:?} {}", isa.function_alignment().minimum, isa.endianness() == ir::Endianness::Little);
    assert!(isa.isa_flags().iter().any(|value| value.name == "has_sse41"));
    let config: TargetFrontendConfig = isa.frontend_config();
    say!("{} {:?}", config.pointer_type(), config.default_call_conv);
    say!("{} {}", isa.page_size_align_log2(), isa.has_native_fma());
    let mut native = cranelift_native::builder().unwrap();
    cranelift_native::infer_native_flags(&mut native).unwrap();
    assert!(cranelift_native::builder_with_options(false).is_ok());
    let fisa: FlagsOrIsa = isa.as_ref().into();
    say!("{}", fisa.isa.is_some());
    isa
}

fn compiling(isa: &dyn TargetIsa) {
    let mut ctx = Context::for_function(sample());
    ctx.func.collect_debug_info();
    ctx.want_disasm = true;
    ctx.compute_cfg();
    ctx.compute_domtree();
    ctx.compute_loop_analysis();
    ctx.flowgraph();
    assert!(ctx.cfg.is_valid() && ctx.domtree.is_valid());
    let _ = &ctx.loop_analysis;
    ctx.verify(isa).unwrap();
    ctx.verify_if(isa).unwrap();
    ctx.remove_constant_phis(isa).unwrap();
    ctx.eliminate_unreachable_code(isa).unwrap();
    ctx.optimize(isa, &mut ControlPlane::default()).unwrap();
    ctx.compile(isa, &mut ControlPlane::default()).unwrap();
    let code: &CompiledCode = ctx.compiled_code().unwrap();
    let CodeInfo { total_size } = code.code_info();
    assert_eq!(code.code_buffer().len(), total_size as usize);
    assert_eq!(code.buffer.data(), code.code_buffer());
    assert_eq!(code.buffer.total_size(), total_size);
    let lines: Vec<u32> =
        code.buffer.get_srclocs_sorted().iter().map(|loc| loc.loc.bits()).collect();
    let mut seen: Vec<u32> = lines.into_iter().filter(|line| *line != u32::MAX).collect();
    seen.sort();
    seen.dedup();
    say!("{seen:?}");
    for MachSrcLoc { start, end, loc } in code.buffer.get_srclocs_sorted() {
        assert!(start < end && *end <= total_size && loc.bits() > 0);
    }
    for reloc in code.buffer.relocs() {
        let FinalizedMachReloc { offset, kind, target, addend } = reloc;
        let _: (&CodeOffset, &Reloc, &Addend) = (offset, kind, addend);
        match target {
            FinalizedRelocTarget::ExternalName(name) => {
                say!("{}", name.display(Some(&ctx.func.params)))
            }
            FinalizedRelocTarget::Func(offset) => say!("{offset}"),
        }
    }
    for MachTrap { offset, code } in code.buffer.traps() {
        say!("{offset} {code}");
    }
    for site in code.buffer.call_sites() {
        let _: CodeOffset = site.ret_addr;
        let _ = (site.frame_offset, site.exception_handlers);
    }
    say!("{}", code.buffer.user_stack_maps().len());
    say!("{} {}", code.bb_starts.is_empty(), code.bb_edges.is_empty());
    for ranges in code.value_labels_ranges.values() {
        for range in ranges {
            match range.loc {
                LabelValueLoc::Reg(reg) => assert!(isa.map_regalloc_reg_to_dwarf(reg).is_ok()),
                LabelValueLoc::CFAOffset(_) => {}
            }
        }
    }
    say!("{}", code.vcode.is_some());
    match code.create_unwind_info(isa).unwrap() {
        Some(UnwindInfo::SystemV(info)) => {
            use cranelift_codegen::gimli::write::{Address, EhFrame, EndianVec, FrameTable};
            let mut table = FrameTable::default();
            let cie = table.add_cie(isa.create_systemv_cie().unwrap());
            table.add_fde(cie, info.to_fde(Address::Constant(0x1000)));
            let mut section = EhFrame(EndianVec::new(cranelift_codegen::gimli::LittleEndian));
            table.write_eh_frame(&mut section).unwrap();
            assert!(!section.0.slice().is_empty());
        }
        _ => panic!("no information for unwinding"),
    }
    say!("{:?}", ctx.get_code_bb_layout().is_some());
    assert!(ctx.compiled_code().is_some() && ctx.create_unwind_info(isa).unwrap().is_some());
    let code = ctx.take_compiled_code().unwrap();
    assert!(!code.code_buffer().is_empty() && ctx.compiled_code().is_none());
    ctx.clear();

    // A function that cannot be compiled.
    let mut bad = Function::new();
    let block = bad.dfg.make_block();
    bad.layout.append_block(block);
    let mut ctx = Context::for_function(bad);
    assert!(ctx.verify(isa).is_err());
    let mut flags = settings::builder();
    flags.enable("enable_verifier").unwrap();
    let isa =
        isa::lookup(isa.triple().clone()).unwrap().finish(settings::Flags::new(flags)).unwrap();
    let error = ctx.compile(&*isa, &mut ControlPlane::default()).unwrap_err();
    let CompileError { inner, func, .. } = error;
    match inner {
        CodegenError::Verifier(errors) => say!("{} {}", errors.0.len(), func.name),
        other => panic!("{other}"),
    }
    let _: CodegenResult<()> = Err(CodegenError::ImplLimitExceeded);
    let _: CodegenResult<()> = Err(CodegenError::CodeTooLarge);
}

/// Prints a function with a remark behind each instruction.
struct Remarks(usize);

impl FuncWriter for Remarks {
    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        block: Block,
        indent: usize,
    ) -> fmt::Result {
        writeln!(w, "; {} parameters", func.dfg.block_params(block).len())?;
        PlainWriter.write_block_header(w, func, block, indent)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result {
        self.0 += 1;
        PlainWriter.write_instruction(w, func, aliases, inst, indent)?;
        writeln!(w, "; number {}", self.0)
    }
}

fn writers() {
    let mut text = String::new();
    decorate_function(&mut Remarks(0), &mut text, &sample()).unwrap();
    say!("{text}");
    let mut text = String::new();
    decorate_function(&mut PlainWriter, &mut text, &sample()).unwrap();
    assert_eq!(text, sample().to_string());
}

// ------------------------------------------------------------------------- modules

/// A module over another one, as compilers write them to see what is defined.
struct Watching<M> {
    inner: M,
    defined: Vec<FuncId>,
}

impl<M: Module> Module for Watching<M> {
    fn isa(&self) -> &dyn TargetIsa {
        self.inner.isa()
    }

    fn declarations(&self) -> &ModuleDeclarations {
        self.inner.declarations()
    }

    fn declare_function(
        &mut self,
        name: &str,
        linkage: Linkage,
        signature: &Signature,
    ) -> ModuleResult<FuncId> {
        self.inner.declare_function(name, linkage, signature)
    }

    fn declare_anonymous_function(&mut self, signature: &Signature) -> ModuleResult<FuncId> {
        self.inner.declare_anonymous_function(signature)
    }

    fn declare_data(
        &mut self,
        name: &str,
        linkage: Linkage,
        writable: bool,
        tls: bool,
    ) -> ModuleResult<DataId> {
        self.inner.declare_data(name, linkage, writable, tls)
    }

    fn declare_anonymous_data(&mut self, writable: bool, tls: bool) -> ModuleResult<DataId> {
        self.inner.declare_anonymous_data(writable, tls)
    }

    fn define_function_with_control_plane(
        &mut self,
        func: FuncId,
        ctx: &mut Context,
        ctrl_plane: &mut ControlPlane,
    ) -> ModuleResult<()> {
        self.defined.push(func);
        self.inner.define_function_with_control_plane(func, ctx, ctrl_plane)
    }

    fn define_function_bytes(
        &mut self,
        func_id: FuncId,
        alignment: u64,
        bytes: &[u8],
        relocs: &[ModuleReloc],
    ) -> ModuleResult<()> {
        self.inner.define_function_bytes(func_id, alignment, bytes, relocs)
    }

    fn define_data(&mut self, data_id: DataId, data: &DataDescription) -> ModuleResult<()> {
        self.inner.define_data(data_id, data)
    }
}

fn modules() {
    use cranelift_jit::{JITBuilder, JITModule, SystemMemoryProvider};
    let mut builder = JITBuilder::new(default_libcall_names()).unwrap();
    builder.memory_provider(Box::new(SystemMemoryProvider::new()));
    let mut module = Watching { inner: JITModule::new(builder), defined: Vec::new() };
    let func = sample();
    let id = module.declare_function("sum", Linkage::Hidden, &func.signature).unwrap();
    let mut ctx = Context::for_function(func);
    let by_reference: &mut dyn Module = &mut module;
    by_reference.define_function(id, &mut ctx).unwrap();
    let relocs: Vec<_> = {
        let code = ctx.compiled_code().unwrap();
        let relocs = code.buffer.relocs().iter();
        relocs.map(|reloc| ModuleReloc::from_mach_reloc(reloc, &ctx.func, id)).collect()
    };
    say!("{} {:?}", relocs.len(), module.defined);
    module.inner.finalize_definitions().unwrap();
    let code = module.inner.get_finalized_function(id);
    // SAFETY: the function has this signature.
    let sum: extern "C" fn(*const i32, i32) -> i32 = unsafe { std::mem::transmute(code) };
    say!("{}", sum([1, 2, 3, 4].as_ptr(), 4));
    for linkage in
        [Linkage::Import, Linkage::Local, Linkage::Preemptible, Linkage::Hidden, Linkage::Export]
    {
        say!(
            "{linkage:?} {} {} {}",
            linkage.is_definable(),
            linkage.is_final(),
            linkage.requires_definition()
        );
    }
    let mut declarations = ModuleDeclarations::default();
    let sig = Signature::new(CallConv::SystemV);
    for first in [Linkage::Import, Linkage::Local, Linkage::Preemptible, Linkage::Hidden] {
        for second in [Linkage::Import, Linkage::Hidden, Linkage::Preemptible, Linkage::Export] {
            let name = format!("{first:?} {second:?}");
            declarations.declare_function(&name, first, &sig).unwrap();
            let (_, merged) = declarations.declare_function(&name, second, &sig).unwrap();
            say!("{name} {merged:?}");
        }
    }
    let anonymous = declarations.declare_anonymous_function(&sig).unwrap();
    say!("{}", declarations.get_function_decl(anonymous).linkage_name(anonymous));
    let target = ModuleRelocTarget::from(anonymous);
    say!("{target} {}", ModuleDeclarations::is_function(&target));
    say!("{} {}", ModuleRelocTarget::LibCall(LibCall::Memmove), ModuleRelocTarget::user(1, 2));
    say!("{}", FuncId::from_name(&target));
    let mut description = DataDescription::new();
    description.set_segment_section("", ".my_section");
    description.set_used(true);
    description.define(Box::new(*b"0123456789abcdef"));
    let function = description.import_function(target);
    let data = description.import_global_value(ModuleRelocTarget::user(1, 0));
    description.write_function_addr(0, function);
    description.write_data_addr(8, data, 3);
    for reloc in description.all_relocs(Reloc::Abs8) {
        say!("{} {:?} {} {}", reloc.offset, reloc.kind, reloc.name, reloc.addend);
    }
    say!(
        "{:?} {} {:?}",
        description.init.size(),
        description.used,
        description.custom_segment_section
    );
    assert!(matches!(description.init, Init::Bytes { .. }));
    assert!(matches!(FuncOrDataId::Func(anonymous), FuncOrDataId::Func(_)));
    // SAFETY: the function is not called any more.
    unsafe { module.inner.free_memory() };
}

/// Everything that the client finds.
pub fn report() -> String {
    entities();
    type_facts();
    numbers();
    flags();
    signatures();
    functions();
    cursors();
    preamble();
    instructions();
    exceptions();
    let isa = machines();
    compiling(&*isa);
    writers();
    modules();
    std::mem::take(&mut REPORT.lock().unwrap())
}

#[allow(dead_code)]
fn main() {
    print!("{}", report());
}
