//! Clocks, and waiting for them.

use std::time::Duration;

use rustix::time::ClockId;

use super::Outcome;
use super::ctx::{Handle, WasiCtx, rights};
use super::errno::Errno;
use super::memory::GuestMemory;
use super::table::Args;

const MONOTONIC: u32 = 1;

fn clock(id: u32) -> Result<ClockId, Errno> {
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

fn now(ctx: &WasiCtx, id: u32) -> Result<u64, Errno> {
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

const SUBSCRIPTION_SIZE: u32 = 48;
const EVENT_SIZE: u32 = 32;
const TAG_CLOCK: u8 = 0;
const TAG_READ: u8 = 1;
const TAG_WRITE: u8 = 2;

/// Waits for the first of several events. Files and streams are always ready; clocks are waited
/// for only if nothing else is there.
pub fn poll_oneoff(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let (subscriptions, events, count) = (args.u32(0), args.u32(1), args.u32(2));
    if count == 0 {
        return Err(Errno::Inval.into());
    }
    memory.range(subscriptions, count.checked_mul(SUBSCRIPTION_SIZE).ok_or(Errno::Inval)?)?;
    memory.range(events, count.checked_mul(EVENT_SIZE).ok_or(Errno::Inval)?)?;
    memory.range(args.u32(3), 4)?;
    // First pass: what is ready at once, and the time of the earliest clock.
    let mut earliest: Option<u64> = None;
    let mut any_ready = false;
    for index in 0..count {
        let at = subscriptions + index * SUBSCRIPTION_SIZE;
        match memory.u8(at + 8)? {
            TAG_CLOCK => match remaining(ctx, memory, at) {
                Ok(left) => earliest = Some(earliest.map_or(left, |found| found.min(left))),
                Err(_) => any_ready = true,
            },
            TAG_READ | TAG_WRITE => any_ready = true,
            _ => return Err(Errno::Inval.into()),
        }
    }
    let waited = match earliest {
        Some(left) if !any_ready => {
            std::thread::sleep(Duration::from_nanos(left));
            left
        }
        _ => 0,
    };
    // Second pass: the events. Subscriptions are read before an event is written over them, should
    // the two lists overlap.
    let mut written = 0;
    for index in 0..count {
        let at = subscriptions + index * SUBSCRIPTION_SIZE;
        let (userdata, tag) = (memory.u64(at)?, memory.u8(at + 8)?);
        let mut event = [0u8; EVENT_SIZE as usize];
        let error = match tag {
            TAG_CLOCK => match clock_event(ctx, memory, at, waited, any_ready) {
                Some(error) => error,
                None => continue,
            },
            _ => {
                let (error, bytes) = file_event(ctx, memory.u32(at + 16)?);
                event[16..24].copy_from_slice(&bytes.to_le_bytes());
                error
            }
        };
        event[..8].copy_from_slice(&userdata.to_le_bytes());
        event[8..10].copy_from_slice(&(error as u16).to_le_bytes());
        event[10] = tag;
        memory.put(events + written * EVENT_SIZE, &event)?;
        written += 1;
    }
    Ok(memory.put_u32(args.u32(3), written)?)
}

/// The event of a clock subscription, if there is one by now.
fn clock_event(
    ctx: &WasiCtx,
    memory: &GuestMemory<'_>,
    at: u32,
    waited: u64,
    any_ready: bool,
) -> Option<Errno> {
    const ABSOLUTE: u16 = 1;
    match remaining(ctx, memory, at) {
        Err(error) => Some(error),
        Ok(0) => Some(Errno::Success),
        // A relative time still counts from the beginning of the call.
        Ok(left) => {
            let relative = memory.u16(at + 40).is_ok_and(|flags| flags & ABSOLUTE == 0);
            (!any_ready && relative && left <= waited).then_some(Errno::Success)
        }
    }
}

/// Nanoseconds until the time of a clock subscription.
fn remaining(ctx: &WasiCtx, memory: &GuestMemory<'_>, at: u32) -> Result<u64, Errno> {
    let (id, timeout) = (memory.u32(at + 16)?, memory.u64(at + 24)?);
    clock(id)?;
    match memory.u16(at + 40)? {
        0 => Ok(timeout),
        1 => Ok(timeout.saturating_sub(now(ctx, id)?)),
        _ => Err(Errno::Inval),
    }
}

/// The error of a subscription on a descriptor, and how many bytes are at least ready.
fn file_event(ctx: &WasiCtx, fd: u32) -> (Errno, u64) {
    let descriptor = match ctx.descriptors.get(fd) {
        Ok(descriptor) => descriptor,
        Err(error) => return (error, 0),
    };
    match &descriptor.handle {
        _ if descriptor.require(rights::POLL_FD_READWRITE).is_err() => (Errno::Notcapable, 0),
        Handle::Dir { .. } => (Errno::Badf, 0),
        Handle::File(file) => {
            let left = crate::sys::file::metadata(file).and_then(|metadata| {
                let at = crate::sys::file::seek(file, std::io::SeekFrom::Current(0))?;
                Ok(metadata.len().saturating_sub(at))
            });
            (Errno::Success, left.unwrap_or(1))
        }
        Handle::Input(_) | Handle::Output(_) => (Errno::Success, 1),
    }
}
