//! Calls on sockets, and waiting for descriptors, each of which a test can make fail.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{RecvFlags, SendFlags, Shutdown, SocketFlags};

use super::fault::{Call, check};

/// Asks whether the call is to fail, then makes it.
fn call<T>(make: impl FnOnce() -> rustix::io::Result<T>) -> io::Result<T> {
    check(Call::File)?;
    Ok(make()?)
}

/// Takes the next connection.
pub fn accept(listener: &OwnedFd) -> io::Result<OwnedFd> {
    call(|| rustix::net::accept_with(listener, SocketFlags::CLOEXEC))
}

/// Receives into a buffer: how many bytes there were.
pub fn receive(socket: &OwnedFd, buffer: &mut [u8], flags: RecvFlags) -> io::Result<usize> {
    call(|| rustix::net::recv(socket, buffer, flags).map(|(count, _)| count))
}

/// Sends a buffer: how many bytes were taken. A closed connection is an error, not a signal.
pub fn send(socket: &OwnedFd, buffer: &[u8]) -> io::Result<usize> {
    call(|| rustix::net::send(socket, buffer, SendFlags::NOSIGNAL))
}

/// Ends one or both directions.
pub fn shutdown(socket: &OwnedFd, how: Shutdown) -> io::Result<()> {
    call(|| rustix::net::shutdown(socket, how))
}

/// How many bytes can be read at once.
pub fn bytes_to_read(fd: impl AsFd) -> io::Result<u64> {
    call(|| rustix::io::ioctl_fionread(fd))
}

/// Waits until one of some descriptors is ready or the time is over, whatever signals come.
pub fn wait(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> io::Result<()> {
    check(Call::File)?;
    let start = Instant::now();
    loop {
        let left = timeout.map(|timeout| timeout.saturating_sub(start.elapsed()));
        let left = left.map(|left| Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
        match rustix::event::poll(fds, left.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            result => return Ok(result.map(|_| ())?),
        }
    }
}

/// Whether a descriptor is ready now.
pub fn is_ready(fd: BorrowedFd<'_>, events: PollFlags) -> io::Result<bool> {
    let mut fds = [PollFd::from_borrowed_fd(fd, events)];
    wait(&mut fds, Some(Duration::ZERO))?;
    Ok(!fds[0].revents().is_empty())
}
