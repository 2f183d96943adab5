//! Functions on open file descriptors.

use std::io::{IsTerminal, SeekFrom};
use std::os::fd::BorrowedFd;
use std::time::Instant;

use cap_fs_ext::MetadataExt;
use cap_std::fs::{Dir, FileType, FileTypeExt, Metadata};
use cap_std::time::SystemTime;
use rustix::event::PollFlags;
use rustix::fs::{Advice, OFlags};
use rustix::net::RecvFlags;

use super::ctx::{
    Descriptor, DirEntry, Handle, Listing, Patience, Socket, WasiCtx, passed, rights,
};
use super::errno::Errno;
use super::memory::{GuestMemory, GuestRange};
use super::table::Args;
use super::{Failure, Outcome};
use crate::sys::file::{self, NewTime};
use crate::sys::socket;
use crate::trap::pieces::{self, Pieces};

/// File types, as the specification numbers them.
pub(super) mod file_type {
    pub const UNKNOWN: u8 = 0;
    pub const BLOCK_DEVICE: u8 = 1;
    pub const CHARACTER_DEVICE: u8 = 2;
    pub const DIRECTORY: u8 = 3;
    pub const REGULAR_FILE: u8 = 4;
    pub const SOCKET_STREAM: u8 = 6;
    pub const SYMBOLIC_LINK: u8 = 7;
}

pub(super) const APPEND: u16 = 1;
pub(super) const DSYNC: u16 = 2;
pub(super) const NONBLOCK: u16 = 4;
pub(super) const RSYNC: u16 = 8;
pub(super) const SYNC: u16 = 16;

fn type_number(ty: FileType) -> u8 {
    if ty.is_dir() {
        file_type::DIRECTORY
    } else if ty.is_file() {
        file_type::REGULAR_FILE
    } else if ty.is_symlink() {
        file_type::SYMBOLIC_LINK
    } else if ty.is_block_device() {
        file_type::BLOCK_DEVICE
    } else if ty.is_char_device() {
        file_type::CHARACTER_DEVICE
    } else if ty.is_socket() {
        file_type::SOCKET_STREAM
    } else {
        file_type::UNKNOWN
    }
}

fn time_number(time: std::io::Result<SystemTime>) -> u64 {
    let Ok(time) = time else { return 0 };
    let since = time.into_std().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// What is known of a file.
#[derive(Clone, Copy, Default)]
pub(super) struct Filestat {
    pub dev: u64,
    pub ino: u64,
    pub file_type: u8,
    pub nlink: u64,
    pub size: u64,
    pub accessed: u64,
    pub modified: u64,
    pub changed: u64,
}

impl Filestat {
    pub fn new(metadata: &Metadata) -> Self {
        use cap_std::fs::MetadataExt as _;
        let changed = i128::from(metadata.ctime()) * 1_000_000_000;
        Self {
            dev: MetadataExt::dev(metadata),
            ino: MetadataExt::ino(metadata),
            file_type: type_number(metadata.file_type()),
            nlink: MetadataExt::nlink(metadata),
            size: metadata.len(),
            accessed: time_number(metadata.accessed()),
            modified: time_number(metadata.modified()),
            changed: (changed + i128::from(metadata.ctime_nsec())) as u64,
        }
    }

    /// Writes the record as preview 1 has it.
    pub fn put(&self, memory: &mut GuestMemory<'_>, at: u32) -> Result<(), Errno> {
        let mut bytes = [0u8; 64];
        for (n, value) in [
            self.dev,
            self.ino,
            self.file_type.into(),
            self.nlink,
            self.size,
            self.accessed,
            self.modified,
            self.changed,
        ]
        .iter()
        .enumerate()
        {
            bytes[8 * n..8 * n + 8].copy_from_slice(&value.to_le_bytes());
        }
        memory.put(at, &bytes)
    }
}

/// The two times of a call that sets them.
pub(super) fn new_times(
    accessed: u64,
    modified: u64,
    flags: u32,
) -> Result<(NewTime, NewTime), Errno> {
    let choose = |time, flags| match flags {
        0 => Ok(NewTime::Keep),
        1 => Ok(NewTime::At(time)),
        2 => Ok(NewTime::Now),
        _ => Err(Errno::Inval),
    };
    if flags > 15 {
        return Err(Errno::Inval);
    }
    Ok((choose(accessed, flags & 3)?, choose(modified, flags >> 2)?))
}

/// The type of a stream: a program buffers lines, and asks its user, where it sees a terminal.
fn stream_type(descriptor: &Descriptor) -> u8 {
    match &descriptor.handle {
        Handle::Socket(_) => file_type::SOCKET_STREAM,
        _ if descriptor.waitable().is_some_and(|fd| fd.is_terminal()) => {
            file_type::CHARACTER_DEVICE
        }
        _ => file_type::UNKNOWN,
    }
}

/// Applies a function to a file, refusing what is not one.
fn with_file<T>(
    descriptor: &Descriptor,
    needed: u64,
    not_a_file: Errno,
    run: impl FnOnce(&cap_std::fs::File) -> std::io::Result<T>,
) -> Result<T, Errno> {
    match &descriptor.handle {
        Handle::File(file) => {
            descriptor.require(needed)?;
            Ok(run(file)?)
        }
        Handle::Dir { .. } => Err(Errno::Badf),
        _ => Err(not_a_file),
    }
}

pub fn fd_advise(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let advice = match args.u32(3) {
        0 => Advice::Normal,
        1 => Advice::Sequential,
        2 => Advice::Random,
        3 => Advice::WillNeed,
        4 => Advice::DontNeed,
        5 => Advice::NoReuse,
        _ => return Err(Errno::Inval.into()),
    };
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    with_file(descriptor, rights::FD_ADVISE, Errno::Spipe, |file| {
        file::advise(file, args.u64(1), args.u64(2), advice)
    })?;
    Ok(())
}

pub fn fd_allocate(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    with_file(descriptor, rights::FD_ALLOCATE, Errno::Spipe, |file| {
        file::allocate(file, args.u64(1), args.u64(2))
    })?;
    Ok(())
}

pub fn fd_close(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    ctx.descriptors.remove(args.u32(0))?;
    Ok(())
}

fn sync(ctx: &WasiCtx, fd: u32, needed: u64, metadata: bool) -> Outcome {
    let descriptor = ctx.descriptors.get(fd)?;
    match &descriptor.handle {
        Handle::File(file) => {
            descriptor.require(needed)?;
            file::sync(file, metadata)?;
        }
        Handle::Dir { dir, .. } => file::sync(dir, metadata)?,
        Handle::Input(_) | Handle::Output(_) | Handle::Socket(_) => {
            return Err(Errno::Inval.into());
        }
    }
    Ok(())
}

pub fn fd_datasync(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    sync(ctx, args.u32(0), rights::FD_DATASYNC, false)
}

pub fn fd_sync(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    sync(ctx, args.u32(0), rights::FD_SYNC, true)
}

pub fn fd_fdstat_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    let ty = match &descriptor.handle {
        Handle::Input(_) | Handle::Output(_) | Handle::Socket(_) => stream_type(descriptor),
        Handle::Dir { .. } => file_type::DIRECTORY,
        Handle::File(file) => type_number(file::metadata(file)?.file_type()),
    };
    let mut stat = [0u8; 24];
    stat[0] = ty;
    stat[2..4].copy_from_slice(&descriptor.flags.to_le_bytes());
    stat[8..16].copy_from_slice(&descriptor.rights.to_le_bytes());
    stat[16..24].copy_from_slice(&descriptor.inheriting.to_le_bytes());
    Ok(memory.put(args.u32(1), &stat)?)
}

pub fn fd_fdstat_set_flags(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let flags = args.u32(1) as u16;
    if args.u32(1) > 31 {
        return Err(Errno::Inval.into());
    }
    let descriptor = ctx.descriptors.get_mut(args.u32(0))?;
    descriptor.require(rights::FD_FDSTAT_SET_FLAGS)?;
    match &descriptor.handle {
        Handle::File(file) => {
            // The host cannot change how an open file is synchronised.
            if (flags ^ descriptor.flags) & (DSYNC | RSYNC | SYNC) != 0 {
                return Err(Errno::Notsup.into());
            }
            let mut host = file::flags(file)?;
            host.set(OFlags::APPEND, flags & APPEND != 0);
            host.set(OFlags::NONBLOCK, flags & NONBLOCK != 0);
            file::set_flags(file, host)?;
        }
        Handle::Dir { .. } => return Err(Errno::Badf.into()),
        // Whether they wait is asked for at each call: the host's flags are not the program's.
        Handle::Input(_) | Handle::Output(_) | Handle::Socket(_) => {}
    }
    descriptor.flags = flags;
    Ok(())
}

pub fn fd_fdstat_set_rights(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let descriptor = ctx.descriptors.get_mut(args.u32(0))?;
    let (rights, inheriting) = (args.u64(1), args.u64(2));
    if rights & !descriptor.rights != 0 || inheriting & !descriptor.inheriting != 0 {
        return Err(Errno::Notcapable.into());
    }
    descriptor.dropped |= !rights;
    descriptor.withheld |= !inheriting;
    descriptor.rights = rights;
    descriptor.inheriting = inheriting;
    Ok(())
}

pub fn fd_filestat_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    Ok(filestat(ctx, args)?.put(memory, args.u32(1))?)
}

/// What is known of the file behind the first argument.
pub(super) fn filestat(ctx: &WasiCtx, args: &Args) -> Result<Filestat, Failure> {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    descriptor.require(rights::FD_FILESTAT_GET)?;
    Ok(match &descriptor.handle {
        Handle::File(file) => Filestat::new(&file::metadata(file)?),
        Handle::Dir { dir, .. } => Filestat::new(&file::dir_metadata(dir)?),
        Handle::Input(_) | Handle::Output(_) | Handle::Socket(_) => {
            Filestat { file_type: stream_type(descriptor), ..Filestat::default() }
        }
    })
}

pub fn fd_filestat_set_size(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    with_file(descriptor, rights::FD_FILESTAT_SET_SIZE, Errno::Badf, |file| {
        file::set_len(file, args.u64(1))
    })?;
    Ok(())
}

pub fn fd_filestat_set_times(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let (accessed, modified) = new_times(args.u64(1), args.u64(2), args.u32(3))?;
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    descriptor.require(rights::FD_FILESTAT_SET_TIMES)?;
    match &descriptor.handle {
        Handle::File(file) => file::set_times(file, accessed, modified)?,
        Handle::Dir { dir, .. } => file::set_times(dir, accessed, modified)?,
        Handle::Input(_) | Handle::Output(_) | Handle::Socket(_) => {
            return Err(Errno::Badf.into());
        }
    }
    Ok(())
}

/// Goes through the buffers of a call, in pieces, until one is not used whole, and counts the
/// bytes.
fn transfer(
    memory: &mut GuestMemory<'_>,
    args: &Args,
    result: u32,
    deadline: Option<Instant>,
    mut step: impl FnMut(&mut GuestMemory<'_>, GuestRange, u64) -> Result<usize, Failure>,
) -> Outcome {
    let vectors = memory.vectors(args.u32(1), args.u32(2))?;
    memory.range(result, 4)?;
    let mut pieces = Pieces::new(pieces::BYTES, passed(deadline));
    let mut total = 0u64;
    'buffers: for index in 0..vectors.count() {
        let buffer = memory.nth(vectors, index)?;
        let mut done = 0;
        while done < buffer.len() {
            let range = buffer.part(done, pieces.next(buffer.len() - done)?);
            let count = match step(memory, range, total) {
                Ok(count) => count,
                // What went before has happened; the error comes back with the next call.
                Err(Failure::Errno(_)) if total > 0 => break 'buffers,
                Err(failure) => return Err(failure),
            };
            (done, total) = (done + count, total + count as u64);
            if count < range.len() {
                break 'buffers;
            }
        }
    }
    Ok(memory.put_u32(result, total as u32)?)
}

/// Reads into the buffers of a call; `read` is told how many bytes came before.
pub(super) fn scatter(
    memory: &mut GuestMemory<'_>,
    args: &Args,
    result: u32,
    deadline: Option<Instant>,
    mut read: impl FnMut(&mut [u8], u64) -> Result<usize, Failure>,
) -> Outcome {
    let step = |memory: &mut GuestMemory<'_>, range, total| read(memory.bytes_mut(range), total);
    transfer(memory, args, result, deadline, step)
}

/// Writes the buffers of a call; `write` is told how many bytes went before.
pub(super) fn gather(
    memory: &mut GuestMemory<'_>,
    args: &Args,
    result: u32,
    deadline: Option<Instant>,
    mut write: impl FnMut(&[u8], u64) -> Result<usize, Failure>,
) -> Outcome {
    let step = |memory: &mut GuestMemory<'_>, range, total| write(memory.bytes(range), total);
    transfer(memory, args, result, deadline, step)
}

/// The descriptor for reading or writing where it stands, and how long that may wait.
fn stream(ctx: &mut WasiCtx, fd: u32, needed: u64) -> Result<(&mut Descriptor, Patience), Failure> {
    let deadline = ctx.deadline;
    let descriptor = ctx.descriptors.get_mut(fd)?;
    if matches!(descriptor.handle, Handle::Dir { .. }) {
        return Err(Errno::Badf.into());
    }
    descriptor.require(needed)?;
    let reads = needed == rights::FD_READ;
    descriptor.ready(if reads { PollFlags::IN } else { PollFlags::OUT }, deadline)?;
    let patience = descriptor.patience(deadline);
    Ok((descriptor, patience))
}

/// Whether a stream that has given some bytes would make the program wait for more.
fn would_wait(fd: Option<BorrowedFd<'_>>, before: u64) -> std::io::Result<bool> {
    match fd {
        Some(fd) if before > 0 => Ok(!socket::is_ready(fd, PollFlags::IN)?),
        _ => Ok(false),
    }
}

pub fn fd_read(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let deadline = ctx.deadline;
    let (descriptor, _) = stream(ctx, args.u32(0), rights::FD_READ)?;
    scatter(memory, args, args.u32(3), deadline, |buffer, before| {
        // Of a file the host says at once that it is ready, unless it is a pipe with a name.
        let fd = if deadline.is_some() { descriptor.host() } else { descriptor.waitable() };
        if would_wait(fd, before)? {
            return Ok(0);
        }
        let count = match &mut descriptor.handle {
            Handle::File(file) => file::read(file, buffer),
            Handle::Input(input) => input.read(buffer),
            Handle::Socket(Socket::Connection(connection)) => {
                socket::receive(connection, buffer, RecvFlags::empty())
            }
            _ => Err(rustix::io::Errno::BADF.into()),
        };
        Ok(count?)
    })
}

/// As much as can be written without waiting to a pipe or connection that is ready.
const PIECE: usize = 4096;

/// Writes a buffer. The host waits until it has taken all of it: where that may not be, it gets
/// pieces, each when it is ready for one.
pub(super) fn write_patiently(
    fd: Option<BorrowedFd<'_>>,
    patience: Patience,
    buffer: &[u8],
    mut write: impl FnMut(&[u8]) -> std::io::Result<usize>,
) -> Result<usize, Failure> {
    let fd = match (patience, fd) {
        (Patience::Endless, _) | (_, None) => return Ok(write(buffer)?),
        (_, Some(fd)) if file::is_regular(fd)? => return Ok(write(buffer)?),
        (_, Some(fd)) => fd,
    };
    let mut done = 0;
    while done < buffer.len() {
        let piece = &buffer[done..buffer.len().min(done + PIECE)];
        let count = patience.wait(fd, PollFlags::OUT).and_then(|()| Ok(write(piece)?));
        match count {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(Failure::Errno(_)) if done > 0 => break,
            Err(failure) => return Err(failure),
        }
    }
    Ok(done)
}

pub fn fd_write(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let deadline = ctx.deadline;
    let (descriptor, patience) = stream(ctx, args.u32(0), rights::FD_WRITE)?;
    gather(memory, args, args.u32(3), deadline, |buffer, _| {
        write_patiently(descriptor.host(), patience, buffer, |buffer| match &descriptor.handle {
            Handle::File(file) => file::write(file, buffer),
            Handle::Output(output) => output.write(buffer),
            Handle::Socket(Socket::Connection(connection)) => socket::send(connection, buffer),
            _ => Err(rustix::io::Errno::BADF.into()),
        })
    })
}

/// The file behind a descriptor, for access at a position.
fn positioned(ctx: &WasiCtx, fd: u32, needed: u64) -> Result<&cap_std::fs::File, Errno> {
    let descriptor = ctx.descriptors.get(fd)?;
    match &descriptor.handle {
        Handle::File(file) => descriptor.require(needed | rights::FD_SEEK).map(|()| file),
        Handle::Dir { .. } => Err(Errno::Badf),
        Handle::Input(_) | Handle::Output(_) | Handle::Socket(_) => Err(Errno::Spipe),
    }
}

pub fn fd_pread(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let file = positioned(ctx, args.u32(0), rights::FD_READ)?;
    let offset = args.u64(3);
    scatter(memory, args, args.u32(4), ctx.deadline, |buffer, done| {
        Ok(file::read_at(file, buffer, offset.wrapping_add(done))?)
    })
}

pub fn fd_pwrite(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let file = positioned(ctx, args.u32(0), rights::FD_WRITE)?;
    let offset = args.u64(3);
    gather(memory, args, args.u32(4), ctx.deadline, |buffer, done| {
        Ok(file::write_at(file, buffer, offset.wrapping_add(done))?)
    })
}

pub fn fd_prestat_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    let Handle::Dir { preopen: Some(name), .. } = &descriptor.handle else {
        return Err(Errno::Badf.into());
    };
    let mut stat = [0u8; 8];
    stat[4..].copy_from_slice(&(name.len() as u32).to_le_bytes());
    Ok(memory.put(args.u32(1), &stat)?)
}

pub fn fd_prestat_dir_name(
    ctx: &mut WasiCtx,
    memory: &mut GuestMemory<'_>,
    args: &Args,
) -> Outcome {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    let Handle::Dir { preopen: Some(name), .. } = &descriptor.handle else {
        return Err(Errno::Badf.into());
    };
    if (args.u32(2) as usize) < name.len() {
        return Err(Errno::Nametoolong.into());
    }
    Ok(memory.put(args.u32(1), name)?)
}

/// Reads what a directory holds: `.` and `..` first. The list takes at most so many bytes.
fn list(dir: &Dir, most: usize, deadline: Option<Instant>) -> Result<Listing, Failure> {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::DirEntryExt;
    let inode = MetadataExt::ino(&file::dir_metadata(dir)?);
    let mut listing = Listing::default();
    // What is above may not belong to the program; its number is no business of it.
    for (name, inode) in [(&b"."[..], inode), (b"..", 0)] {
        let entry = DirEntry { name: name.into(), inode, file_type: file_type::DIRECTORY };
        listing.push(entry, most)?;
    }
    let mut pieces = Pieces::new(pieces::ITEMS, passed(deadline));
    for entry in file::entries(dir)? {
        pieces.next(1)?;
        let entry = entry?;
        let entry = DirEntry {
            name: entry.file_name().into_vec().into(),
            inode: entry.ino(),
            file_type: entry.file_type().map_or(file_type::UNKNOWN, type_number),
        };
        listing.push(entry, most)?;
    }
    Ok(listing)
}

pub fn fd_readdir(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    const HEADER: usize = 24;
    let (deadline, most) = (ctx.deadline, ctx.max_host_memory);
    let used = ctx.descriptors.listings();
    let descriptor = ctx.descriptors.get_mut(args.u32(0))?;
    let buffer = memory.range(args.u32(1), args.u32(2))?;
    memory.range(args.u32(4), 4)?;
    let cookie = args.u64(3);
    descriptor.dir(rights::FD_READDIR)?;
    let Handle::Dir { dir, listing, .. } = &mut descriptor.handle else {
        return Err(Errno::Notdir.into());
    };
    if cookie == 0 || listing.is_none() {
        // The old one goes first, and leaves its room.
        let others = used - listing.take().map_or(0, |old| old.size());
        *listing = Some(list(dir, most.saturating_sub(others), deadline)?);
    }
    let listing = &listing.as_ref().expect("it was just made").entries;
    let first = usize::try_from(cookie).map_err(|_| Errno::Inval)?;
    let out = memory.bytes_mut(buffer);
    let mut used = 0;
    for (index, entry) in listing.iter().enumerate().skip(first) {
        let mut header = [0u8; HEADER];
        header[..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        header[8..16].copy_from_slice(&entry.inode.to_le_bytes());
        header[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
        header[20] = entry.file_type;
        // The last entry is cut where the buffer ends, by which the program sees that there are
        // more.
        for bytes in [&header[..], &entry.name] {
            let len = bytes.len().min(out.len() - used);
            out[used..used + len].copy_from_slice(&bytes[..len]);
            used += len;
        }
        if used == out.len() {
            break;
        }
    }
    Ok(memory.put_u32(args.u32(4), used as u32)?)
}

pub fn fd_renumber(ctx: &mut WasiCtx, _: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    Ok(ctx.descriptors.renumber(args.u32(0), args.u32(1))?)
}

pub fn fd_seek(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let offset = args.u64(1) as i64;
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    memory.range(args.u32(3), 8)?;
    let (to, needed) = match args.u32(2) {
        0 => (SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Inval)?), rights::FD_SEEK),
        1 if offset == 0 => (SeekFrom::Current(0), rights::FD_TELL),
        1 => (SeekFrom::Current(offset), rights::FD_SEEK),
        2 => (SeekFrom::End(offset), rights::FD_SEEK),
        _ => return Err(Errno::Inval.into()),
    };
    let at = with_file(descriptor, needed, Errno::Spipe, |file| file::seek(file, to));
    // A seek of nothing is granted by either right.
    let at = match at {
        Err(Errno::Notcapable) if needed == rights::FD_TELL => {
            with_file(descriptor, rights::FD_SEEK, Errno::Spipe, |file| file::seek(file, to))
        }
        at => at,
    };
    Ok(memory.put_u64(args.u32(3), at?)?)
}

pub fn fd_tell(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let descriptor = ctx.descriptors.get(args.u32(0))?;
    memory.range(args.u32(1), 8)?;
    let at = with_file(descriptor, rights::FD_TELL, Errno::Spipe, |file| {
        file::seek(file, SeekFrom::Current(0))
    })?;
    Ok(memory.put_u64(args.u32(1), at)?)
}
