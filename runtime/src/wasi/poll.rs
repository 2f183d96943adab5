//! Waiting: for clocks, and for descriptors that can be read or written.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::clock::{clock, now};
use super::ctx::{Descriptor, Handle, WasiCtx, passed, rights};
use super::errno::Errno;
use super::memory::GuestMemory;
use super::table::Args;
use super::{Failure, Outcome};
use crate::sys;
use crate::trap::pieces::{self, Pieces};

/// Where the fields of a subscription are: they differ between versions of WASI.
pub(super) struct SubscriptionLayout {
    /// Its size.
    pub size: u32,
    /// The clock, the time and the flags of one that waits for a clock.
    pub clock: u32,
    pub timeout: u32,
    pub flags: u32,
}

const SUBSCRIPTION: SubscriptionLayout =
    SubscriptionLayout { size: 48, clock: 16, timeout: 24, flags: 40 };
const EVENT_SIZE: u32 = 32;
const TAG_CLOCK: u8 = 0;
const TAG_READ: u8 = 1;
const TAG_WRITE: u8 = 2;

/// The flag of an event whose other side has gone.
const HANGUP: u16 = 1;

/// A subscription, read from the program's memory.
struct Subscription {
    userdata: u64,
    tag: u8,
    wants: Wants,
}

/// What a subscription waits for.
enum Wants {
    /// Nothing: it has an event at once.
    Nothing(Errno),
    /// A time, counted from the beginning of the call.
    Time(Duration),
    /// A descriptor that is always ready.
    Ready(u32),
    /// The descriptor at this place of those that are polled.
    Polled(u32, usize),
}

/// Waits for the first of several events.
pub fn poll_oneoff(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    poll(ctx, memory, args, &SUBSCRIPTION)
}

/// As [`poll_oneoff`], for subscriptions of this layout.
pub(super) fn poll(
    ctx: &mut WasiCtx,
    memory: &mut GuestMemory<'_>,
    args: &Args,
    layout: &SubscriptionLayout,
) -> Outcome {
    let (at, events, count) = (args.u32(0), args.u32(1), args.u32(2));
    if count == 0 {
        return Err(Errno::Inval.into());
    }
    memory.range(at, count.checked_mul(layout.size).ok_or(Errno::Inval)?)?;
    memory.range(events, count.checked_mul(EVENT_SIZE).ok_or(Errno::Inval)?)?;
    memory.range(args.u32(3), 4)?;
    // All are read before an event is written, should the two lists overlap. Their number is the
    // program's.
    let size = size_of::<Subscription>() + size_of::<PollFd<'_>>();
    if (count as usize).saturating_mul(size) > ctx.max_host_memory {
        return Err(Errno::Nomem.into());
    }
    let mut subscriptions = Vec::new();
    subscriptions.try_reserve_exact(count as usize).map_err(|_| Errno::Nomem)?;
    let mut polled: Vec<PollFd<'_>> = Vec::new();
    let mut pieces = Pieces::new(pieces::ITEMS, passed(ctx.deadline));
    for index in 0..count {
        pieces.next(1)?;
        let subscription = read(ctx, memory, layout, at + index * layout.size, &mut polled)?;
        subscriptions.push(subscription);
    }
    let start = Instant::now();
    let timeout = subscriptions.iter().filter_map(|subscription| match subscription.wants {
        Wants::Nothing(_) | Wants::Ready(_) => Some(Duration::ZERO),
        Wants::Time(time) => Some(time),
        Wants::Polled(..) => None,
    });
    let timeout = timeout.min();
    let left = ctx.deadline.map(|deadline| deadline.saturating_duration_since(start));
    let interrupted = left.is_some_and(|left| timeout.is_none_or(|timeout| left < timeout));
    if timeout != Some(Duration::ZERO) || !polled.is_empty() {
        sys::socket::wait(&mut polled, if interrupted { left } else { timeout })?;
    }
    // The earliest clock is over if nothing else ended the wait, however coarse its measure.
    let quiet = polled.iter().all(|fd| fd.revents().is_empty());
    if quiet && interrupted {
        return Err(Failure::Interrupted);
    }
    let passed = if quiet { timeout.unwrap_or_default() } else { Duration::ZERO };
    let passed = passed.max(start.elapsed());
    let mut written = 0;
    for subscription in &subscriptions {
        pieces.next(1)?;
        let (error, bytes, flags) = match subscription.wants {
            Wants::Nothing(error) => (error, 0, 0),
            Wants::Time(time) if time <= passed => (Errno::Success, 0, 0),
            Wants::Time(_) => continue,
            Wants::Ready(fd) => (Errno::Success, available(ctx.descriptors.get(fd)?), 0),
            Wants::Polled(fd, place) => {
                let ready = polled[place].revents();
                if ready.is_empty() {
                    continue;
                }
                let gone = ready.intersects(PollFlags::HUP | PollFlags::ERR);
                let bytes = available(ctx.descriptors.get(fd)?);
                (Errno::Success, bytes, if gone { HANGUP } else { 0 })
            }
        };
        let mut event = [0u8; EVENT_SIZE as usize];
        event[..8].copy_from_slice(&subscription.userdata.to_le_bytes());
        event[8..10].copy_from_slice(&(error as u16).to_le_bytes());
        event[10] = subscription.tag;
        event[16..24].copy_from_slice(&bytes.to_le_bytes());
        event[24..26].copy_from_slice(&flags.to_le_bytes());
        memory.put(events + written * EVENT_SIZE, &event)?;
        written += 1;
    }
    Ok(memory.put_u32(args.u32(3), written)?)
}

/// Reads a subscription; what must be polled for it joins `polled`.
fn read<'a>(
    ctx: &'a WasiCtx,
    memory: &GuestMemory<'_>,
    layout: &SubscriptionLayout,
    at: u32,
    polled: &mut Vec<PollFd<'a>>,
) -> Result<Subscription, Errno> {
    let (userdata, tag) = (memory.u64(at)?, memory.u8(at + 8)?);
    let wants = match tag {
        TAG_CLOCK => remaining(ctx, memory, layout, at).map_or_else(Wants::Nothing, Wants::Time),
        TAG_READ | TAG_WRITE => {
            let fd = memory.u32(at + 16)?;
            match ctx.descriptors.get(fd).and_then(|found| pollable(found).map(|()| found)) {
                Err(error) => Wants::Nothing(error),
                Ok(descriptor) => match descriptor.waitable() {
                    None => Wants::Ready(fd),
                    Some(host) => {
                        let events = if tag == TAG_READ { PollFlags::IN } else { PollFlags::OUT };
                        polled.try_reserve(1).map_err(|_| Errno::Nomem)?;
                        polled.push(PollFd::from_borrowed_fd(host, events));
                        Wants::Polled(fd, polled.len() - 1)
                    }
                },
            }
        }
        _ => return Err(Errno::Inval),
    };
    Ok(Subscription { userdata, tag, wants })
}

/// Refuses descriptors that cannot be waited for.
fn pollable(descriptor: &Descriptor) -> Result<(), Errno> {
    match descriptor.handle {
        _ if descriptor.require(rights::POLL_FD_READWRITE).is_err() => Err(Errno::Notcapable),
        Handle::Dir { .. } => Err(Errno::Badf),
        _ => Ok(()),
    }
}

/// The time until that of a clock subscription.
fn remaining(
    ctx: &WasiCtx,
    memory: &GuestMemory<'_>,
    layout: &SubscriptionLayout,
    at: u32,
) -> Result<Duration, Errno> {
    const ABSOLUTE: u16 = 1;
    let (id, timeout) = (memory.u32(at + layout.clock)?, memory.u64(at + layout.timeout)?);
    clock(id)?;
    match memory.u16(at + layout.flags)? {
        0 => Ok(Duration::from_nanos(timeout)),
        ABSOLUTE => Ok(Duration::from_nanos(timeout.saturating_sub(now(ctx, id)?))),
        _ => Err(Errno::Inval),
    }
}

/// How many bytes can at least be read or written.
fn available(descriptor: &Descriptor) -> u64 {
    match &descriptor.handle {
        Handle::File(file) => {
            let left = sys::file::metadata(file).and_then(|metadata| {
                let at = sys::file::seek(file, std::io::SeekFrom::Current(0))?;
                Ok(metadata.len().saturating_sub(at))
            });
            left.unwrap_or(1)
        }
        Handle::Output(_) => 1,
        _ => match descriptor.waitable() {
            Some(host) => sys::socket::bytes_to_read(host).unwrap_or(1),
            None => 1,
        },
    }
}
