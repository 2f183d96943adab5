//! Control flow: branches that meet again, counted loops, tables, calls, and the end.

use super::{Generator, integers};
use windlass_core::ir::types::{F32, F64, I8, I32, I64};
use windlass_core::ir::{
    AbiParam, ArgumentPurpose, Block, BlockArg, BlockCall, ExceptionTableData, ExceptionTableItem,
    ExceptionTag, ExtFuncData, ExternalName, FloatCC, FuncRef, InstBuilder, IntCC, JumpTableData,
    SigRef, Type, Value,
};
use windlass_core::isa::CallConv;

impl Generator<'_> {
    /// Puts something: mostly an operation.
    pub(super) fn statement(&mut self) {
        self.budget = self.budget.saturating_sub(1);
        match self.rng.below(24) {
            0 => self.branch(),
            1 if self.loops < 2 => self.count_down(),
            2 => self.table(),
            3 | 4 => self.call(),
            5 if self.context.is_some() => self.global(),
            5..=9 => self.memory(),
            _ => self.operation(),
        }
    }

    /// Statements whose values are gone at the end.
    fn body(&mut self) {
        for _ in 0..self.rng.below(6) {
            if self.budget > 0 {
                self.statement();
            }
        }
    }

    /// A condition: a comparison, or any integer.
    fn condition(&mut self) -> Value {
        let ints = integers(self.config);
        match self.rng.below(4) {
            0 => {
                let ty = self.rng.pick(&ints);
                self.value(ty)
            }
            1 if self.config.types.contains(&F64) && self.config.types.contains(&F32) => {
                let ty = self.rng.pick(&[F32, F64]);
                let (x, y) = (self.value(ty), self.value(ty));
                let cc = self.rng.pick(&FloatCC::ALL);
                self.cursor().ins().fcmp(cc, x, y)
            }
            _ => {
                let ty = self.rng.pick(&ints);
                let (x, y) = (self.value(ty), self.value(ty));
                let cc = self.rng.pick(&IntCC::ALL);
                let flag = self.cursor().ins().icmp(cc, x, y);
                if !self.rng.one_in(4) {
                    return flag;
                }
                let zero = self.cursor().ins().iconst(I8, 0);
                let negated = self.rng.pick(&[IntCC::Equal, IntCC::NotEqual]);
                self.cursor().ins().icmp(negated, flag, zero)
            }
        }
    }

    /// Goes on at `join`, whose parameters are offered.
    fn join(&mut self, join: Block, params: Vec<Value>, outer: usize) {
        self.values.truncate(outer);
        self.switch_to(join);
        self.values.extend(params);
    }

    /// Two ways that meet again; one of them may be empty.
    fn branch(&mut self) {
        let types = self.any_types(3);
        let (join, params) = self.new_block(&types);
        let (then, _) = self.new_block(&[]);
        let condition = self.condition();
        let outer = self.values.len();
        if self.rng.one_in(2) {
            let args = self.block_args(&types);
            if self.rng.one_in(2) {
                self.cursor().ins().brif(condition, then, &[], join, &args);
            } else {
                self.cursor().ins().brif(condition, join, &args, then, &[]);
            }
        } else {
            let (other, _) = self.new_block(&[]);
            self.cursor().ins().brif(condition, then, &[], other, &[]);
            self.switch_to(other);
            self.body();
            self.jump(join, &types);
            self.values.truncate(outer);
        }
        self.switch_to(then);
        self.body();
        self.jump(join, &types);
        self.join(join, params, outer);
    }

    fn jump(&mut self, block: Block, types: &[Type]) {
        let args = self.block_args(types);
        self.cursor().ins().jump(block, &args);
    }

    /// A loop that runs a small number of times and carries values.
    fn count_down(&mut self) {
        let ty = self.rng.pick(&[I32, I64]);
        let carried = self.any_types(3);
        let types: Vec<_> = [ty].into_iter().chain(carried.iter().copied()).collect();
        let (head, params) = self.new_block(&types);
        let (exit, results) = self.new_block(&carried);
        let rounds = self.rng.range(1, 6) as i64;
        let rounds = self.cursor().ins().iconst(ty, rounds);
        let mut args = vec![BlockArg::Value(rounds)];
        args.extend(self.block_args(&carried));
        self.cursor().ins().jump(head, &args);

        let outer = self.values.len();
        self.loops += 1;
        self.switch_to(head);
        self.values.extend(&params);
        self.body();
        let minus = self.cursor().ins().iconst(ty, -1);
        let left = self.cursor().ins().iadd(params[0], minus);
        let mut again = vec![BlockArg::Value(left)];
        again.extend(self.block_args(&carried));
        let done = self.block_args(&carried);
        if self.rng.one_in(2) {
            self.cursor().ins().brif(left, head, &again, exit, &done);
        } else {
            let zero = self.cursor().ins().iconst(ty, 0);
            let ended = self.cursor().ins().icmp(IntCC::Equal, left, zero);
            self.cursor().ins().brif(ended, exit, &done, head, &again);
        }
        self.loops -= 1;
        self.join(exit, results, outer);
    }

    /// A `br_table` whose targets meet again.
    fn table(&mut self) {
        let types = self.any_types(2);
        let (join, params) = self.new_block(&types);
        let index = if self.rng.one_in(2) {
            let any = self.value(I32);
            let mask = self.cursor().ins().iconst(I32, 7);
            self.cursor().ins().band(any, mask)
        } else {
            self.value(I32)
        };
        let mut calls = Vec::new();
        let mut arms = Vec::new();
        for _ in 0..self.rng.range(1, 9) {
            let call = match arms.last() {
                Some(&arm) if self.rng.one_in(3) => self.block_call(arm, &[]),
                _ if self.rng.one_in(3) => {
                    let args = self.block_args(&types);
                    self.block_call(join, &args)
                }
                _ => {
                    let (arm, _) = self.new_block(&[]);
                    arms.push(arm);
                    self.block_call(arm, &[])
                }
            };
            calls.push(call);
        }
        let table = JumpTableData::new(calls[0], &calls[1..]);
        let table = self.func.create_jump_table(table);
        self.cursor().ins().br_table(index, table);
        let outer = self.values.len();
        for arm in arms {
            self.switch_to(arm);
            self.body();
            self.jump(join, &types);
            self.values.truncate(outer);
        }
        self.join(join, params, outer);
    }

    fn block_call(&mut self, block: Block, args: &[BlockArg]) -> BlockCall {
        BlockCall::new(block, args.iter().copied(), &mut self.func.dfg.value_lists)
    }

    fn import(&mut self, index: usize) -> (FuncRef, SigRef) {
        let signature = self.func.import_signature(self.signatures[index].clone());
        let name = ExternalName::testcase(format!("f{index}"));
        let colocated = self.rng.one_in(2);
        let data = ExtFuncData { name, signature, colocated };
        (self.func.import_function(data), signature)
    }

    /// A later function, if there is one that may be called here.
    fn callee(&mut self) -> Option<usize> {
        let later = self.signatures.len() - self.index - 1;
        (later > 0 && self.loops < 2).then(|| self.index + 1 + self.rng.below(later))
    }

    fn arguments(&mut self, index: usize) -> Vec<Value> {
        let params = self.signatures[index].params.clone();
        let argument = |param: &AbiParam| match param.purpose {
            ArgumentPurpose::StructArgument(size) => self.slot_address(size),
            ArgumentPurpose::VMContext | ArgumentPurpose::StructReturn => self.context_for_callee(),
            _ => self.value(param.value_type),
        };
        params.iter().map(argument).collect()
    }

    /// A call of a later function, by name or through its address.
    fn call(&mut self) {
        let Some(index) = self.callee() else { return self.operation() };
        let (func_ref, sig_ref) = self.import(index);
        let args = self.arguments(index);
        if self.signatures[index].call_conv.supports_exceptions() && self.rng.one_in(3) {
            return self.try_call(index, func_ref, sig_ref, &args);
        }
        let inst = if self.rng.one_in(3) {
            let address = self.cursor().ins().func_addr(I64, func_ref);
            self.cursor().ins().call_indirect(sig_ref, address, &args)
        } else {
            self.cursor().ins().call(func_ref, &args)
        };
        let results = self.func.dfg.inst_results(inst).to_vec();
        self.values.extend(results);
    }

    /// A call whose handlers nobody comes to.
    fn try_call(&mut self, index: usize, func: FuncRef, sig: SigRef, args: &[Value]) {
        let callee = &self.signatures[index];
        let returns: Vec<_> = callee.returns.iter().map(|param| param.value_type).collect();
        let payload = callee.call_conv.exception_payload_types(I64);
        let carried = self.any_types(2);
        let types: Vec<_> = returns.iter().chain(&carried).copied().collect();
        let (normal, results) = self.new_block(&types);
        let (handler, words) = self.new_block(payload);
        let mut normal_args: Vec<_> = (0..returns.len() as u32).map(BlockArg::TryCallRet).collect();
        normal_args.extend(self.block_args(&carried));
        let handler_args: Vec<_> = (0..payload.len() as u32).map(BlockArg::TryCallExn).collect();
        let mut items = Vec::new();
        for _ in 0..self.rng.below(3) {
            if self.rng.one_in(3) {
                items.push(ExceptionTableItem::Context(self.value(I64)));
            }
            let call = self.block_call(handler, &handler_args);
            items.push(match self.rng.below(3) {
                0 => ExceptionTableItem::Default(call),
                tag => ExceptionTableItem::Tag(ExceptionTag::from_u32(tag as u32), call),
            });
        }
        let indirect = self.rng.one_in(3);
        let address = indirect.then(|| self.cursor().ins().func_addr(I64, func));
        let call = self.block_call(normal, &normal_args);
        let reached = !items.is_empty();
        let table = self.func.dfg.exception_tables.push(ExceptionTableData::new(sig, call, items));
        match address {
            Some(address) => self.cursor().ins().try_call_indirect(address, args, table),
            None => self.cursor().ins().try_call(func, args, table),
        };
        let outer = self.values.len();
        if reached {
            self.switch_to(handler);
            self.values.extend(words);
            self.jump(normal, &types);
        }
        self.join(normal, results, outer);
    }

    /// Ends the function: a return, or a tail call where that is possible.
    pub(super) fn finish(&mut self) {
        let own = self.signatures[self.index].clone();
        let fitting: Vec<_> = (self.index + 1..self.signatures.len())
            .filter(|&index| {
                let other = &self.signatures[index];
                own.call_conv == CallConv::Tail
                    && other.call_conv == CallConv::Tail
                    && own.returns == other.returns
                    // The slots are gone when the callee runs.
                    && !other.uses_special_param(ArgumentPurpose::VMContext)
                    && !other.uses_special_param(ArgumentPurpose::StructReturn)
            })
            .collect();
        if !fitting.is_empty() && !self.rng.one_in(3) {
            let index = self.rng.pick(&fitting);
            let (func_ref, sig_ref) = self.import(index);
            let args = self.arguments(index);
            if self.rng.one_in(2) {
                let address = self.cursor().ins().func_addr(I64, func_ref);
                self.cursor().ins().return_call_indirect(sig_ref, address, &args);
            } else {
                self.cursor().ins().return_call(func_ref, &args);
            }
            return;
        }
        let types: Vec<_> = own.returns.iter().map(|param| param.value_type).collect();
        let values = self.values_of(&types);
        self.cursor().ins().return_(&values);
    }
}
