//! WASI's functions as definitions of a linker.

use super::table::{Args, FUNCTIONS, MAX_PARAMS, MODULE, Row, WasiExit};
use super::{Errno, Failure, GuestMemory, WasiCtx, unstable};
use crate::Error;
use crate::call::func::Caller;
use crate::layout::Slot;
use crate::linker::Linker;
use crate::store::AsContext;
use crate::store::instance::Extern;
use crate::trap::Trap;
use crate::types::{FuncType, ValType};

/// Defines all functions of preview 1, and those of preview 0, which older programs import as
/// `wasi_unstable`. `ctx` finds the context in the embedder's data.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    ctx: impl Fn(&mut T) -> &mut WasiCtx + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    let newer = FUNCTIONS.iter().map(|row| (MODULE, *row));
    let older = unstable::functions().map(|row| (unstable::MODULE, row));
    for (module, row) in newer.chain(older) {
        let params =
            row.params.bytes().map(|c| if c == b'I' { ValType::I64 } else { ValType::I32 });
        let returns = row.name != "proc_exit";
        let ty = FuncType::new(params, returns.then_some(ValType::I32));
        let count = row.params.len();
        linker.func_slots(module, row.name, ty, move |caller, slots| {
            let mut args = Args([0; MAX_PARAMS]);
            for (arg, slot) in args.0.iter_mut().zip(&slots[..count]) {
                *arg = *slot as u64;
            }
            let errno = call(&row, caller, &args, ctx)?;
            if returns {
                slots[0] = Slot::from(errno as u16);
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
    args: &Args,
    ctx: impl Fn(&mut T) -> &mut WasiCtx,
) -> Result<Errno, Error> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let watch = caller.as_context().opaque().watch.as_ref();
    let deadline = watch.and_then(|watch| watch.time());
    if let Some(memory) = memory {
        memory.reach(caller.as_context().opaque())?;
    }
    // Without a memory every pointer is bad.
    let (bytes, data): (&mut [u8], _) = match memory {
        Some(memory) => memory.data_and_store_mut(&mut caller),
        None => (&mut [], caller.data_mut()),
    };
    let ctx = ctx(data);
    ctx.deadline = deadline;
    let outcome = (row.run)(ctx, &mut GuestMemory::new(bytes), args);
    match outcome {
        Ok(()) => Ok(Errno::Success),
        Err(Failure::Errno(errno)) => Ok(errno),
        Err(Failure::Exit(code)) => Err(Error::new(WasiExit(code))),
        Err(Failure::Interrupted) => {
            if let Some(watch) = &caller.as_context().opaque().watch {
                watch.pass();
            }
            Err(Error::new(Trap::Interrupted))
        }
    }
}
