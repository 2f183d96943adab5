//! Arguments of calls, returns and block calls; what conventions allow.

use super::{Verifier, VerifierErrors};
use crate::ir::entities::{Inst, Value};
use crate::ir::opcodes::OperandKind;
use crate::ir::{AbiParam, BlockArg, BlockCall, Opcode, Type};

impl Verifier<'_> {
    /// Rules of calls and returns.
    pub(super) fn call(&self, inst: Inst, errors: &mut VerifierErrors) {
        let dfg = &self.func.dfg;
        let opcode = dfg[inst].opcode;
        let own = &self.func.signature;
        if opcode == Opcode::Return {
            return self.list(inst, "return value", dfg.inst_args(inst), &own.returns, errors);
        }
        let Some(sig) = dfg.call_signature(inst) else {
            return;
        };
        let signature = &dfg.signatures[sig];
        let args = dfg.inst_variable_args(inst);
        self.list(inst, "argument", args, &signature.params, errors);
        if opcode.is_return() {
            if !signature.call_conv.supports_tail_calls() {
                let message = format!("convention {} has no tail calls", signature.call_conv);
                self.at(inst, message, errors);
            } else if signature.call_conv != own.call_conv {
                let message = format!(
                    "a tail call from convention {} to {}: they must be equal",
                    own.call_conv, signature.call_conv
                );
                self.at(inst, message, errors);
            }
            if signature.returns != own.returns {
                let message = "the results of a tail call must be those of the function";
                self.at(inst, message, errors);
            }
        }
        self.patchable(inst, errors);
        if let Some(table) = dfg[inst].exception_table() {
            if !signature.call_conv.supports_exceptions() {
                let message = format!("convention {} has no exceptions", signature.call_conv);
                self.at(inst, message, errors);
            }
            let table_sig = dfg.exception_tables[table].signature();
            let same = dfg.signatures[table_sig] == *signature
                && dfg.variadic(table_sig) == dfg.variadic(sig);
            if !same {
                let message = format!("{table_sig} is not the signature of the callee");
                self.at(inst, message, errors);
            }
        }
    }

    fn patchable(&self, inst: Inst, errors: &mut VerifierErrors) {
        let dfg = &self.func.dfg;
        let data = &dfg[inst];
        if !data.opcode.info().operands().contains(&OperandKind::FuncRef) {
            return;
        }
        if !dfg.patchable_funcs.contains(data.func_ref()) {
            return;
        }
        let callee = &dfg.ext_funcs[data.func_ref()];
        let message = if !callee.colocated {
            "a patchable callee must be colocated"
        } else if !dfg.signatures[callee.signature].returns.is_empty() {
            "a patchable callee has no results"
        } else if data.opcode.is_return() {
            "a tail call cannot be patchable"
        } else {
            return;
        };
        self.at(inst, message, errors);
    }

    /// Compares values with the parameters or results of a signature.
    fn list(
        &self,
        inst: Inst,
        what: &str,
        values: &[Value],
        expected: &[AbiParam],
        errors: &mut VerifierErrors,
    ) {
        if values.len() != expected.len() {
            let plural = if values.len() == 1 { "" } else { "s" };
            let message =
                format!("{} {what}{plural}: the signature has {}", values.len(), expected.len());
            return self.at(inst, message, errors);
        }
        for (n, (&value, expected)) in values.iter().zip(expected).enumerate() {
            let found = self.func.dfg.value_type(value);
            if found != expected.value_type {
                let expected = expected.value_type;
                let message = format!("{what} {n}, {value}, has type {found}: expected {expected}");
                self.at(inst, message, errors);
            }
        }
    }

    /// Compares the arguments of block call `n` of a branch with the parameters of its target.
    pub(super) fn block_args(
        &self,
        inst: Inst,
        n: usize,
        call: &BlockCall,
        errors: &mut VerifierErrors,
    ) {
        let dfg = &self.func.dfg;
        let (params, args) = (dfg.block_params(call.target()), call.args(&dfg.value_lists));
        if params.len() != args.len() {
            let message = format!(
                "{} takes {} arguments, {} are passed",
                call.target(),
                params.len(),
                args.len()
            );
            return self.at(inst, message, errors);
        }
        for (i, (arg, &param)) in args.zip(params).enumerate() {
            let expected = dfg.value_type(param);
            match self.block_arg_type(inst, n, arg) {
                Ok(Some(found)) if found != expected => {
                    let message = format!(
                        "argument {i} for {}, {arg}, has type {found}: expected {expected}",
                        call.target()
                    );
                    self.at(inst, message, errors);
                }
                Ok(_) => {}
                Err(message) => self.at(inst, message, errors),
            }
        }
    }

    /// The type of an argument of block call `n`; `None` if it depends on a machine that is not
    /// known.
    fn block_arg_type(&self, inst: Inst, n: usize, arg: BlockArg) -> Result<Option<Type>, String> {
        let dfg = &self.func.dfg;
        let table = dfg[inst].exception_table();
        let signature = table.map(|t| &dfg.signatures[dfg.exception_tables[t].signature()]);
        match (arg, signature) {
            (BlockArg::Value(value), _) => Ok(Some(dfg.value_type(value))),
            (BlockArg::TryCallRet(k), Some(signature)) if n == 0 => {
                match signature.returns.get(k as usize) {
                    Some(param) => Ok(Some(param.value_type)),
                    None => {
                        Err(format!("{arg}: the callee has {} results", signature.returns.len()))
                    }
                }
            }
            (BlockArg::TryCallExn(k), Some(signature)) if n > 0 => {
                let Some(pointer) = self.target.pointer_type else {
                    return Ok(None);
                };
                let payload = signature.call_conv.exception_payload_types(pointer);
                match payload.get(k as usize) {
                    Some(&ty) => Ok(Some(ty)),
                    None => Err(format!("{arg}: the payload has {} words", payload.len())),
                }
            }
            (BlockArg::TryCallRet(_), _) => {
                Err(format!("{arg} can stand only in the normal target of a try_call"))
            }
            (BlockArg::TryCallExn(_), _) => {
                Err(format!("{arg} can stand only in a handler of a try_call"))
            }
        }
    }
}
