//! Declarations of the preamble, and whether what instructions name exists.

use super::{Verifier, VerifierErrors, report};
use crate::FxHashMap;
use crate::entity::SecondaryMap;
use crate::ir::entities::{AnyEntity, GlobalValue, Inst, SigRef};
use crate::ir::opcodes::OperandKind;
use crate::ir::{
    ArgumentExtension, ArgumentPurpose, CallConv, DebugTag, GlobalValueData, MemFlags, Signature,
    types,
};

impl Verifier<'_> {
    /// Global values: bases exist, chains end, types fit.
    pub(super) fn globals(&self, errors: &mut VerifierErrors) {
        let globals = &self.func.global_values;
        let mut cycle_reported = false;
        let mut state = SecondaryMap::<GlobalValue, u32>::new();
        for (global, data) in globals.iter() {
            if let Some(base) = data.base()
                && !globals.is_valid(base)
            {
                report(errors, global, format!("the base {base} is not declared"));
                continue;
            }
            if !cycle_reported && self.in_cycle(global, &mut state) {
                report(errors, global, "the chain of bases is a cycle: it must end");
                cycle_reported = true;
            }
            self.global(global, data, errors);
        }
        if let Some(limit) = self.func.stack_limit
            && !globals.is_valid(limit)
        {
            report(errors, AnyEntity::StackLimit, format!("{limit} is not declared"));
        }
    }

    /// Whether following bases from `global` comes back to a global of the same walk. Each global
    /// is walked over once: `state` holds the walk that came there first.
    fn in_cycle(&self, global: GlobalValue, state: &mut SecondaryMap<GlobalValue, u32>) -> bool {
        let walk = global.as_u32() + 1;
        let mut at = global;
        loop {
            if state[at] != 0 {
                return state[at] == walk;
            }
            state[at] = walk;
            match self.func.global_values.get(at).and_then(GlobalValueData::base) {
                Some(base) => at = base,
                None => return false,
            }
        }
    }

    fn global(&self, global: GlobalValue, data: &GlobalValueData, errors: &mut VerifierErrors) {
        let globals = &self.func.global_values;
        let pointer = self.target.pointer_type;
        match *data {
            GlobalValueData::VMContext if self.func.is_gap(global) => {}
            GlobalValueData::VMContext => {
                let signature = &self.func.signature;
                if !signature.uses_special_param(ArgumentPurpose::VMContext)
                    && !self.target.flags.enable_pinned_reg()
                {
                    let message = "`vmctx` needs a parameter with purpose `vmctx`, or the setting \
                                   enable_pinned_reg";
                    report(errors, global, message);
                }
            }
            GlobalValueData::IAddImm { base, global_type, .. } => {
                if !global_type.is_int() {
                    let message = format!("iadd_imm has type {global_type}: it must be an integer");
                    report(errors, global, message);
                } else if let Some(pointer) = pointer
                    && globals[base].type_with_pointer(pointer) != global_type
                {
                    let found = globals[base].type_with_pointer(pointer);
                    let message = format!("iadd_imm has type {global_type}, its base {found}");
                    report(errors, global, message);
                }
            }
            GlobalValueData::Load { base, flags, .. } => {
                if let Some(pointer) = pointer
                    && globals[base].type_with_pointer(pointer) != pointer
                {
                    let found = globals[base].type_with_pointer(pointer);
                    let message = format!("the base {base} has type {found}: it must be {pointer}");
                    report(errors, global, message);
                }
                if let Some(message) = self.region_error(flags) {
                    report(errors, global, message);
                }
            }
            GlobalValueData::Symbol { .. } | GlobalValueData::DynScaleTargetConst { .. } => {}
        }
    }

    fn region_error(&self, flags: MemFlags) -> Option<String> {
        let region = flags.alias_region()?;
        (!self.func.dfg.alias_regions.is_valid(region)).then(|| format!("{region} is not declared"))
    }

    /// User numbers of alias regions are distinct.
    pub(super) fn alias_regions(&self, errors: &mut VerifierErrors) {
        let mut seen = FxHashMap::default();
        for (region, data) in self.func.dfg.alias_regions.iter() {
            if let Some(first) = seen.insert(data.user_id, region) {
                let message = format!("{first} has the number {} already", data.user_id);
                report(errors, region, message);
                seen.insert(data.user_id, first);
            }
        }
    }

    /// The signature of the function and those that it declares.
    pub(super) fn signatures(&self, errors: &mut VerifierErrors) {
        let own = &self.func.signature;
        self.own_signature(own, errors);
        if let Some(message) = convention_error(own) {
            report(errors, AnyEntity::Function, message);
        }
        let dfg = &self.func.dfg;
        let mut reported = SecondaryMap::new();
        for (func, data) in dfg.ext_funcs.iter() {
            let Some(signature) = dfg.signatures.get(data.signature) else {
                report(errors, func, format!("{} is not declared", data.signature));
                continue;
            };
            if let Some(message) = convention_error(signature)
                && !core::mem::replace(&mut reported[data.signature], true)
            {
                report(errors, func, message);
            }
        }
        for (sig, signature) in dfg.signatures.iter() {
            if let Some(message) = convention_error(signature)
                && !reported[sig]
            {
                report(errors, sig, message);
            }
            if let Some(fixed) = dfg.variadic(sig) {
                variadic(sig, signature, fixed, errors);
            }
        }
    }

    fn own_signature(&self, signature: &Signature, errors: &mut VerifierErrors) {
        let params = signature.params.iter().map(|param| ("parameter", param));
        let returns = signature.returns.iter().map(|param| ("result", param));
        for (n, (what, param)) in params.enumerate().chain(returns.enumerate()) {
            let ty = param.value_type;
            let message = if ty.is_invalid() {
                format!("{what} {n} has no type")
            } else if what == "result"
                && matches!(param.purpose, ArgumentPurpose::StructArgument(_))
            {
                format!("result {n} is `sarg`: only parameters can be")
            } else if param.extension != ArgumentExtension::None && !ty.is_int() {
                format!("{what} {n} of type {ty} is extended: only integers can be")
            } else {
                continue;
            };
            report(errors, AnyEntity::Function, message);
        }
    }

    /// Whether all that the instruction names exists; if not, it cannot be looked at further.
    pub(super) fn references(&self, inst: Inst, errors: &mut VerifierErrors) -> bool {
        let func = self.func;
        let data = &func.dfg[inst];
        let before = errors.0.len();
        let mut check = |exists: bool, entity: AnyEntity| {
            if !exists {
                report(errors, inst, format!("{}: {entity} is not declared", data.opcode));
            }
        };
        for &kind in data.opcode.info().operands() {
            match kind {
                OperandKind::StackSlot => {
                    let slot = data.stack_slot();
                    check(func.sized_stack_slots.is_valid(slot), slot.into());
                }
                OperandKind::DynamicStackSlot => {
                    let slot = data.dynamic_stack_slot();
                    check(func.dynamic_stack_slots.is_valid(slot), slot.into());
                }
                OperandKind::GlobalValue => {
                    let global = data.global_value();
                    check(func.global_values.is_valid(global), global.into());
                }
                OperandKind::FuncRef => {
                    let callee = data.func_ref();
                    let declared = func.dfg.ext_funcs.get(callee);
                    check(declared.is_some(), callee.into());
                    if let Some(declared) = declared {
                        let sig = declared.signature;
                        check(func.dfg.signatures.is_valid(sig), sig.into());
                    }
                }
                OperandKind::SigRef => {
                    let sig = data.sig_ref();
                    check(func.dfg.signatures.is_valid(sig), sig.into());
                }
                OperandKind::Constant => {
                    let constant = data.constant();
                    check(func.dfg.constants.is_valid(constant), constant.into());
                }
                OperandKind::Mask => {
                    let mask = data.immediate();
                    check(func.dfg.immediates.is_valid(mask), mask.into());
                }
                OperandKind::Block => {
                    let block = data.handler_block();
                    let exists = func.dfg.block_is_valid(block);
                    check(exists && func.layout.is_block_inserted(block), block.into());
                }
                OperandKind::MemFlags => {
                    if let Some(region) = data.mem_flags().alias_region() {
                        check(func.dfg.alias_regions.is_valid(region), region.into());
                    }
                }
                OperandKind::JumpTable => {
                    let table = data.jump_table();
                    check(func.dfg.jump_tables.is_valid(table), table.into());
                }
                OperandKind::ExceptionTable => {
                    let table = data.exception_table_ref();
                    let declared = func.dfg.exception_tables.get(table);
                    check(declared.is_some(), table.into());
                    if let Some(declared) = declared {
                        let sig = declared.signature();
                        check(func.dfg.signatures.is_valid(sig), sig.into());
                    }
                }
                _ => {}
            }
        }
        for tag in func.dfg.debug_tags(inst) {
            if let DebugTag::StackSlot(slot) = *tag {
                check(func.sized_stack_slots.is_valid(slot), slot.into());
            }
        }
        for entry in func.dfg.user_stack_map_entries(inst).unwrap_or(&[]) {
            check(func.sized_stack_slots.is_valid(entry.slot), entry.slot.into());
        }
        errors.0.len() == before
    }
}

/// Rules of signatures of functions with variable arguments: those of C, whose conventions say how
/// such arguments are passed, and whose callees read them with their promoted types.
fn variadic(sig: SigRef, signature: &Signature, fixed: usize, errors: &mut VerifierErrors) {
    use CallConv::{AppleAarch64, SystemV, WindowsFastcall};
    if !matches!(signature.call_conv, SystemV | WindowsFastcall | AppleAarch64) {
        let message = format!(
            "convention {} has no variable arguments: those of C have",
            signature.call_conv
        );
        report(errors, sig, message);
    }
    let Some(variable) = signature.params.get(fixed..) else {
        let params = signature.params.len();
        report(errors, sig, format!("{fixed} fixed parameters of {params}"));
        return;
    };
    for (n, param) in (fixed..).zip(variable) {
        let ty = param.value_type;
        let narrow = matches!(ty, types::I8 | types::I16);
        let message = if narrow && param.extension == ArgumentExtension::None {
            format!("variable argument {n} of type {ty} must be extended: C reads an `int`")
        } else if ty == types::F32 {
            format!("variable argument {n} of type f32 must be promoted: C reads a `double`")
        } else if !matches!(
            param.purpose,
            ArgumentPurpose::Normal | ArgumentPurpose::StructArgument(_)
        ) {
            format!("variable argument {n} is `{}`: only fixed parameters can be", param.purpose)
        } else {
            continue;
        };
        report(errors, sig, message);
    }
}

/// What is wrong with the convention of a signature.
fn convention_error(signature: &Signature) -> Option<&'static str> {
    (!signature.call_conv.supports_results() && !signature.returns.is_empty())
        .then_some("a signature with convention preserve_all has no results")
}
