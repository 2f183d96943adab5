//! Clocks.

use rustix::time::ClockId;

use super::Outcome;
use super::ctx::WasiCtx;
use super::errno::Errno;
use super::memory::GuestMemory;
use super::table::Args;

const MONOTONIC: u32 = 1;

pub(super) fn clock(id: u32) -> Result<ClockId, Errno> {
    match id {
        0 => Ok(ClockId::Realtime),
        MONOTONIC => Ok(ClockId::Monotonic),
        2 => Ok(ClockId::ProcessCPUTime),
        3 => Ok(ClockId::ThreadCPUTime),
        _ => Err(Errno::Inval),
    }
}

fn nanoseconds(time: rustix::time::Timespec) -> u64 {
    (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
}

pub(super) fn now(ctx: &WasiCtx, id: u32) -> Result<u64, Errno> {
    // The program's monotonic clock starts with the program.
    if id == MONOTONIC {
        return Ok(ctx.started.elapsed().as_nanos() as u64);
    }
    Ok(nanoseconds(rustix::time::clock_gettime(clock(id)?)))
}

pub fn clock_res_get(_: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let resolution = nanoseconds(rustix::time::clock_getres(clock(args.u32(0))?));
    Ok(memory.put_u64(args.u32(1), resolution)?)
}

pub fn clock_time_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let time = now(ctx, args.u32(0))?;
    Ok(memory.put_u64(args.u32(2), time)?)
}
