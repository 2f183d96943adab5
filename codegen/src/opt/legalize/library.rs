//! Operations that a library function does.

use super::{Cx, Expansion};
use crate::ir::{ExtFuncData, ExternalName, InstBuilder, LibCall, Opcode, Type};

pub(super) fn expansion(op: Opcode, ty: Type) -> Option<Expansion> {
    LibCall::for_operation(op, ty).map(|_| call as Expansion)
}

fn call(cx: &mut Cx<'_>) {
    // Lowering refuses the operation, and says why.
    if !cx.machine.libcall_conv.supports_results() {
        return;
    }
    let op = cx.data.opcode;
    let libcall = LibCall::for_operation(op, cx.data.ctrl_type).expect("looked up before");
    let name = ExternalName::LibCall(libcall);
    let func = &mut cx.pos.func;
    let known = func.dfg.ext_funcs.iter().find(|(_, data)| data.name == name).map(|(func, _)| func);
    let callee = known.unwrap_or_else(|| {
        let signature = libcall.signature(cx.machine.libcall_conv, cx.machine.pointer);
        let signature = func.import_signature(signature);
        let colocated = cx.machine.colocated_libcalls;
        func.import_function(ExtFuncData { name, signature, colocated })
    });
    let args = &cx.data.args[..usize::from(op.info().fixed_values)];
    func.dfg.replace(cx.inst).call(callee, args);
    cx.changed.insts = true;
}
