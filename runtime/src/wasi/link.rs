//! WASI's functions as definitions of a linker.

use super::table::{Args, FUNCTIONS, MAX_PARAMS, MODULE, Row, WasiExit};
use super::{Errno, Failure, GuestMemory, WasiCtx};
use crate::{Caller, Error, Extern, FuncType, Linker, Val, ValType};

/// Defines all functions of preview 1. `ctx` finds the context in the embedder's data.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    ctx: impl Fn(&mut T) -> &mut WasiCtx + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    for row in FUNCTIONS {
        let params =
            row.params.bytes().map(|c| if c == b'I' { ValType::I64 } else { ValType::I32 });
        let returns = row.name != "proc_exit";
        let ty = FuncType::new(params, returns.then_some(ValType::I32));
        linker.func_new(MODULE, row.name, ty, move |caller, params, results| {
            let errno = call(row, caller, params, ctx)?;
            if let Some(result) = results.first_mut() {
                *result = Val::I32(errno);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Calls a function on the memory that the calling instance exports as `memory`.
fn call<T: 'static>(
    row: &Row,
    mut caller: Caller<'_, T>,
    params: &[Val],
    ctx: impl Fn(&mut T) -> &mut WasiCtx,
) -> Result<i32, Error> {
    let mut args = Args([0; MAX_PARAMS]);
    for (arg, param) in args.0.iter_mut().zip(params) {
        *arg = match *param {
            Val::I64(n) => n as u64,
            Val::I32(n) => u64::from(n as u32),
            _ => unreachable!("the table has integers only"),
        };
    }
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let mut none = [];
    let outcome = match memory {
        Some(memory) => {
            let (bytes, data) = memory.data_and_store_mut(&mut caller);
            (row.run)(ctx(data), &mut GuestMemory::new(bytes), &args)
        }
        // Without a memory every pointer is bad.
        None => (row.run)(ctx(caller.data_mut()), &mut GuestMemory::new(&mut none), &args),
    };
    match outcome {
        Ok(()) => Ok(Errno::Success as i32),
        Err(Failure::Errno(errno)) => Ok(errno as i32),
        Err(Failure::Exit(code)) => Err(Error::new(WasiExit(code))),
    }
}
