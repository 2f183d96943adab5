//! Sockets, as far as preview 1 has them: those that the embedder gave, and connections that came
//! in by them.

use std::os::fd::{AsFd, OwnedFd};

use rustix::event::PollFlags;
use rustix::net::{RecvFlags, Shutdown};

use super::Outcome;
use super::ctx::{Descriptor, Handle, Socket, WasiCtx, rights};
use super::errno::Errno;
use super::fd::{NONBLOCK, gather, scatter, write_patiently};
use super::memory::GuestMemory;
use super::table::Args;
use crate::sys::socket;

/// The connection behind a descriptor.
fn connection(ctx: &WasiCtx, fd: u32, needed: u64) -> Result<(&Descriptor, &OwnedFd), Errno> {
    let descriptor = ctx.descriptors.get(fd)?;
    match &descriptor.handle {
        Handle::Socket(Socket::Connection(socket)) => {
            descriptor.require(needed).map(|()| (descriptor, socket))
        }
        Handle::Socket(Socket::Listener(_)) => Err(Errno::Notconn),
        _ => Err(Errno::Notsock),
    }
}

pub fn sock_accept(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let flags = args.u32(1);
    if flags & !u32::from(NONBLOCK) != 0 {
        return Err(Errno::Inval.into());
    }
    memory.range(args.u32(2), 4)?;
    // Before a connection is taken that could not be used.
    ctx.descriptors.check_room()?;
    let deadline = ctx.deadline;
    let listener = ctx.descriptors.get(args.u32(0))?;
    let accepted = match &listener.handle {
        Handle::Socket(Socket::Listener(socket)) => {
            listener.require(rights::SOCK_ACCEPT)?;
            listener.ready(PollFlags::IN, deadline)?;
            socket::accept(socket)?
        }
        Handle::Socket(Socket::Connection(_)) => return Err(Errno::Inval.into()),
        _ => return Err(Errno::Notsock.into()),
    };
    let handle = Handle::Socket(Socket::Connection(accepted));
    let mut descriptor = Descriptor::new(handle, rights::CONNECTION, 0, flags as u16);
    descriptor.rights &= !listener.withheld;
    descriptor.dropped = listener.withheld;
    let fd = ctx.descriptors.insert(descriptor);
    Ok(memory.put_u32(args.u32(2), fd)?)
}

pub fn sock_recv(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    const PEEK: u32 = 1;
    const WAITALL: u32 = 2;
    if args.u32(3) & !(PEEK | WAITALL) != 0 {
        return Err(Errno::Inval.into());
    }
    memory.range(args.u32(5), 2)?;
    let (descriptor, connection) = connection(ctx, args.u32(0), rights::FD_READ)?;
    descriptor.ready(PollFlags::IN, ctx.deadline)?;
    let mut flags = RecvFlags::empty();
    flags.set(RecvFlags::PEEK, args.u32(3) & PEEK != 0);
    // The host would wait for all beyond the deadline, and where the program does not want to wait.
    let all = args.u32(3) & WAITALL != 0;
    let waits = all && ctx.deadline.is_some() && !flags.contains(RecvFlags::PEEK);
    flags.set(RecvFlags::WAITALL, all && ctx.deadline.is_none());
    let patience = descriptor.patience(ctx.deadline);
    let mut peeked = false;
    scatter(memory, args, args.u32(4), ctx.deadline, |buffer, _| {
        // What is looked at does not go away: a second buffer would get the same bytes again.
        if std::mem::replace(&mut peeked, flags.contains(RecvFlags::PEEK)) {
            return Ok(0);
        }
        if !waits {
            return Ok(socket::receive(connection, buffer, flags)?);
        }
        let mut done = 0;
        while done < buffer.len() {
            patience.wait(connection.as_fd(), PollFlags::IN)?;
            match socket::receive(connection, &mut buffer[done..], flags)? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done)
    })?;
    // Preview 1 knows of one flag that comes back, for datagrams that were cut.
    Ok(memory.put(args.u32(5), &[0, 0])?)
}

pub fn sock_send(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    if args.u32(3) != 0 {
        return Err(Errno::Inval.into());
    }
    let (descriptor, connection) = connection(ctx, args.u32(0), rights::FD_WRITE)?;
    descriptor.ready(PollFlags::OUT, ctx.deadline)?;
    let patience = descriptor.patience(ctx.deadline);
    gather(memory, args, args.u32(4), ctx.deadline, |buffer, _| {
        write_patiently(Some(connection.as_fd()), patience, buffer, |piece| {
            socket::send(connection, piece)
        })
    })
}

pub fn sock_shutdown(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let (_, connection) = connection(ctx, args.u32(0), rights::SOCK_SHUTDOWN)?;
    let how = match args.u32(1) {
        1 => Shutdown::Read,
        2 => Shutdown::Write,
        3 => Shutdown::Both,
        _ => return Err(Errno::Inval.into()),
    };
    Ok(socket::shutdown(connection, how)?)
}
