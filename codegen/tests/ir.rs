//! The graph, the layout and the builder, used as a client would.

use windlass_core::cursor::{Cursor, FuncCursor};
use windlass_core::entity::EntityRef;
use windlass_core::ir::{
    AbiParam, BlockArg, CallConv, Function, InstBuilder, IntCC, MemFlags, Opcode, Signature,
    UserFuncName, ValueDef, types,
};

fn function() -> Function {
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params.push(AbiParam::new(types::I32));
    sig.returns.push(AbiParam::new(types::I32));
    Function::with_name_signature(UserFuncName::testcase("f"), sig)
}

#[test]
fn builds_a_loop() {
    let mut func = function();
    let (entry, body, exit) = (func.dfg.make_block(), func.dfg.make_block(), func.dfg.make_block());
    let n = func.dfg.append_block_param(entry, types::I32);
    let i = func.dfg.append_block_param(body, types::I32);
    let result = func.dfg.append_block_param(exit, types::I32);
    for block in [entry, body, exit] {
        func.layout.append_block(block);
    }
    let mut pos = FuncCursor::new(&mut func).at_bottom(entry);
    pos.ins().jump(body, &[BlockArg::Value(n)]);
    pos.goto_bottom(body);
    let minus = pos.ins().iconst(types::I32, -1);
    let next = pos.ins().iadd(i, minus);
    let zero = pos.ins().iconst(types::I32, 0);
    let done = pos.ins().icmp(IntCC::Equal, next, zero);
    pos.ins().brif(done, exit, &[next.into()], body, &[next.into()]);
    pos.goto_bottom(exit);
    pos.ins().return_(&[result]);

    let minus_inst = func.dfg.value_def(minus).unwrap_inst();
    assert_eq!(func.dfg[minus_inst].imm64().bits(), 0xffff_ffff);
    assert_eq!(func.dfg[minus_inst].signed_imm(), -1);
    assert_eq!(func.dfg.value_type(done), types::I8);
    assert_eq!(func.dfg.value_def(i), ValueDef::Param(body, 0));
    assert_eq!(func.block_successors(body).collect::<Vec<_>>(), [exit, body]);
    let branch = func.layout.last_inst(body).unwrap();
    assert_eq!(func.dfg[branch].opcode(), Opcode::Brif);
    assert_eq!(func.dfg.inst_values(branch).collect::<Vec<_>>(), [done, next, next]);
    assert_eq!(func.layout.block_insts(body).next_back(), Some(branch));
}

#[test]
fn every_row_has_consistent_columns() {
    for &op in Opcode::ALL {
        let info = op.info();
        assert_eq!(info.all_operands.len(), info.operand_names.len(), "{op}");
        assert_eq!(Opcode::from_name(info.name), Some(op));
        assert!(!info.doc.is_empty() && info.doc.ends_with('.'), "{op}: {}", info.doc);
        if info.is_polymorphic() {
            assert!(!info.t.is_empty(), "{op} has a controlling type of no set");
        }
        assert!(info.fixed_values <= 3, "{op}");
    }
}

#[test]
fn replaces_removes_and_splits() {
    let mut func = function();
    let entry = func.dfg.make_block();
    let x = func.dfg.append_block_param(entry, types::I32);
    func.layout.append_block(entry);
    let mut pos = FuncCursor::new(&mut func).at_bottom(entry);
    let y = pos.ins().imul(x, x);
    let (sum, carry) = pos.ins().uadd_overflow(y, x);
    let ret = pos.ins().return_(&[sum]);
    let inst = func.dfg.value_def(y).unwrap_inst();
    func.dfg.replace(inst).iadd(x, x);
    assert_eq!(func.dfg.first_result(inst), y);
    assert_eq!(func.dfg[inst].opcode(), Opcode::Iadd);
    let overflow = func.dfg.value_def(carry).unwrap_inst();
    assert_eq!(func.dfg.inst_results(overflow), [sum, carry]);
    func.dfg.replace_with_value(inst, x);
    assert_eq!(func.dfg.resolve_aliases(y), x);
    func.dfg.resolve_all_aliases();
    assert_eq!(func.dfg.inst_args(overflow), [x, x]);
    func.layout.remove_inst(inst);
    let rest = func.dfg.make_block();
    func.layout.split_block(rest, ret);
    assert_eq!(func.layout.inst_block(ret), Some(rest));
    assert_eq!(func.layout.block_insts(entry).collect::<Vec<_>>(), [overflow]);
    assert!(func.layout.block_cmp(entry, rest).is_lt());
}

#[test]
fn inserting_in_one_place_keeps_the_order() {
    let mut func = function();
    let entry = func.dfg.make_block();
    func.layout.append_block(entry);
    let mut pos = FuncCursor::new(&mut func).at_bottom(entry);
    let last = pos.ins().nop();
    pos.goto_inst(last);
    let made: Vec<_> = (0..1000).map(|_| pos.ins().nop()).collect();
    for pair in made.windows(2) {
        assert!(func.layout.inst_cmp(pair[0], pair[1]).is_lt());
    }
    assert!(func.layout.inst_cmp(made[999], last).is_lt());
}

#[test]
fn memory_operands_keep_flags_and_offsets() {
    let mut func = function();
    let entry = func.dfg.make_block();
    let p = func.dfg.append_block_param(entry, types::I64);
    func.layout.append_block(entry);
    let mut pos = FuncCursor::new(&mut func).at_bottom(entry);
    let flags = MemFlags::new().with_notrap().with_readonly().with_can_move();
    let v = pos.ins().load(types::F64, flags, p, -8);
    let store = pos.ins().store(MemFlags::new(), v, p, i32::MAX);
    let load = func.dfg.value_def(v).unwrap_inst();
    assert_eq!(func.dfg[load].offset(), -8);
    assert!(func.dfg[load].is_pure_load());
    assert_eq!(func.dfg[store].offset(), i32::MAX);
    assert_eq!(func.dfg.inst_args(store), [v, p]);
    assert_eq!(func.dfg.num_values(), p.index() + 2);
}
