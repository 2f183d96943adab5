//! Arguments, environment, randomness, the end of the program.

use super::ctx::{WasiCtx, passed};
use super::errno::Errno;
use super::memory::GuestMemory;
use super::table::Args;
use super::{Failure, Outcome};
use crate::trap::pieces::Pieces;

/// Writes strings, each ending in a zero byte, and the table of their addresses.
fn put_strings(memory: &mut GuestMemory<'_>, strings: &[Vec<u8>], args: &Args) -> Outcome {
    let (mut table, mut at) = (args.u32(0), args.u32(1));
    for string in strings {
        memory.put_u32(table, at)?;
        memory.put(at, string)?;
        let end = at.checked_add(string.len() as u32).ok_or(Errno::Fault)?;
        memory.put(end, &[0])?;
        at = end.wrapping_add(1);
        table = table.wrapping_add(4);
    }
    Ok(())
}

fn put_sizes(memory: &mut GuestMemory<'_>, strings: &[Vec<u8>], args: &Args) -> Outcome {
    let bytes: usize = strings.iter().map(|string| string.len() + 1).sum();
    memory.put_u32(args.u32(0), u32::try_from(strings.len()).map_err(|_| Errno::Overflow)?)?;
    memory.put_u32(args.u32(1), u32::try_from(bytes).map_err(|_| Errno::Overflow)?)?;
    Ok(())
}

pub fn args_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    put_strings(memory, &ctx.arguments, args)
}

pub fn args_sizes_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    put_sizes(memory, &ctx.arguments, args)
}

pub fn environ_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    put_strings(memory, &ctx.environment, args)
}

pub fn environ_sizes_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    put_sizes(memory, &ctx.environment, args)
}

/// Bytes of a piece of randomness: about 0.3 ms.
const RANDOM_PIECE: usize = 64 << 10;

pub fn random_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let buffer = memory.slice_mut(args.u32(0), args.u32(1))?;
    let mut pieces = Pieces::new(RANDOM_PIECE, passed(ctx.deadline));
    pieces.each(buffer.len(), |part| {
        let mut left = &mut buffer[part];
        while !left.is_empty() {
            let flags = rustix::rand::GetRandomFlags::empty();
            match rustix::rand::getrandom(&mut *left, flags) {
                Ok(count) => left = &mut left[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(Errno::from_host(error.raw_os_error()).into()),
            }
        }
        Ok(())
    })
}

pub fn sched_yield(_: &mut WasiCtx, _: &mut GuestMemory<'_>, _: &Args) -> Outcome {
    std::thread::yield_now();
    Ok(())
}

pub fn proc_exit(_: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    Err(Failure::Exit(args.u32(0) as i32))
}

pub fn unsupported(_: &mut WasiCtx, _: &mut GuestMemory<'_>, _: &Args) -> Outcome {
    Err(Errno::Notsup.into())
}
