//! Functions on paths below open directories.

use std::time::{Duration, Instant};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt};
use cap_std::fs::{Dir, File, FileTypeExt, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::ctx::{Descriptor, Handle, WasiCtx, rights};
use super::errno::Errno;
use super::fd::{self, APPEND, DSYNC, Filestat, NONBLOCK, RSYNC, SYNC};
use super::memory::GuestMemory;
use super::table::Args;
use super::{Failure, Outcome};
use crate::sys::{file, socket};

const FOLLOW: u32 = 1;

/// The directory and the path of arguments from `first` on: directory, address, length.
fn place<'a>(
    ctx: &'a WasiCtx,
    memory: &'a GuestMemory<'_>,
    fd: u32,
    path: (u32, u32),
    needed: u64,
) -> Result<(&'a Dir, &'a str), Errno> {
    let dir = ctx.descriptors.get(fd)?.dir(needed)?;
    let path = memory.path(path.0, path.1)?;
    if path.is_empty() { Err(Errno::Noent) } else { Ok((dir, path)) }
}

pub fn path_create_directory(
    ctx: &mut WasiCtx,
    memory: &mut GuestMemory<'_>,
    args: &Args,
) -> Outcome {
    let path = (args.u32(1), args.u32(2));
    let (dir, path) = place(ctx, memory, args.u32(0), path, rights::PATH_CREATE_DIRECTORY)?;
    Ok(file::create_dir(dir, path)?)
}

pub fn path_filestat_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let stat = filestat(ctx, memory, args)?;
    Ok(stat.put(memory, args.u32(4))?)
}

/// What is known of the file at a path: directory, flags, address, length.
pub(super) fn filestat(
    ctx: &WasiCtx,
    memory: &GuestMemory<'_>,
    args: &Args,
) -> Result<Filestat, Failure> {
    let path = (args.u32(2), args.u32(3));
    let (dir, path) = place(ctx, memory, args.u32(0), path, rights::PATH_FILESTAT_GET)?;
    Ok(Filestat::new(&file::metadata_at(dir, path, args.u32(1) & FOLLOW != 0)?))
}

pub fn path_filestat_set_times(
    ctx: &mut WasiCtx,
    memory: &mut GuestMemory<'_>,
    args: &Args,
) -> Outcome {
    let path = (args.u32(2), args.u32(3));
    let (dir, path) = place(ctx, memory, args.u32(0), path, rights::PATH_FILESTAT_SET_TIMES)?;
    let (accessed, modified) = fd::new_times(args.u64(4), args.u64(5), args.u32(6))?;
    Ok(file::set_times_at(dir, path, accessed, modified, args.u32(1) & FOLLOW != 0)?)
}

pub fn path_link(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    // The host makes hard links to links themselves only.
    if args.u32(1) & FOLLOW != 0 {
        return Err(Errno::Inval.into());
    }
    let (old, new) = ((args.u32(2), args.u32(3)), (args.u32(5), args.u32(6)));
    let (from, old) = place(ctx, memory, args.u32(0), old, rights::PATH_LINK_SOURCE)?;
    let (to, new) = place(ctx, memory, args.u32(4), new, rights::PATH_LINK_TARGET)?;
    if new.ends_with('/') {
        return Err(Errno::Noent.into());
    }
    Ok(file::hard_link(from, old, to, new)?)
}

pub fn path_open(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    const CREATE: u32 = 1;
    const DIRECTORY: u32 = 2;
    const EXCLUSIVE: u32 = 4;
    const TRUNCATE: u32 = 8;
    let (lookup, open, flags) = (args.u32(1), args.u32(4), args.u32(7));
    let result = args.u32(8);
    memory.range(result, 4)?;
    if open > 15 || flags > 31 {
        return Err(Errno::Inval.into());
    }
    // Before a file is made that could not be used.
    ctx.descriptors.check_room()?;
    let flags = flags as u16;
    let mut needed = rights::PATH_OPEN;
    if open & CREATE != 0 {
        needed |= rights::PATH_CREATE_FILE;
    }
    if open & TRUNCATE != 0 {
        needed |= rights::PATH_FILESTAT_SET_SIZE;
    }
    let parent = ctx.descriptors.get(args.u32(0))?;
    let withheld = parent.withheld;
    let (dir, path) = place(ctx, memory, args.u32(0), (args.u32(2), args.u32(3)), needed)?;
    let (base, inheriting) = (args.u64(5) & !withheld, args.u64(6) & !withheld);

    if open & DIRECTORY != 0 && open & (CREATE | EXCLUSIVE | TRUNCATE) != 0 {
        return Err(Errno::Inval.into());
    }
    let writes = base & (rights::FD_WRITE | rights::FD_ALLOCATE | rights::FD_FILESTAT_SET_SIZE);
    let wants_write = if open & DIRECTORY != 0 {
        // The host refuses to open a directory for both (`EISDIR`), and says of anything else that
        // it is none.
        base & rights::ACCESS == rights::ACCESS
    } else {
        base & rights::FD_WRITE != 0
            || open & (CREATE | TRUNCATE) != 0
            || (writes != 0 && base & rights::FD_READ == 0)
    };
    let mut options = OpenOptions::new();
    options.maybe_dir(true);
    options.follow(if lookup & FOLLOW != 0 { FollowSymlinks::Yes } else { FollowSymlinks::No });
    let reads = base & (rights::FD_READ | rights::FD_READDIR) != 0 || base & rights::FD_WRITE == 0;
    options.read(reads);
    options.write(wants_write);
    if open & CREATE != 0 {
        if open & EXCLUSIVE != 0 {
            options.create_new(true);
        } else {
            options.create(true);
        }
    }
    options.truncate(open & TRUNCATE != 0);
    let mut custom = OFlags::empty();
    for (flag, host) in [
        (APPEND, OFlags::APPEND),
        (DSYNC, OFlags::DSYNC),
        (RSYNC, OFlags::RSYNC),
        (SYNC, OFlags::SYNC),
        (NONBLOCK, OFlags::NONBLOCK),
    ] {
        if flags & flag != 0 {
            custom |= host;
        }
    }
    if open & DIRECTORY != 0 {
        custom |= OFlags::DIRECTORY;
    }
    options.custom_flags(custom.bits() as i32);
    let opened = match open_in_time(dir, path, &mut options, custom, ctx.deadline)? {
        Ok(opened) => opened,
        // The host says the same of a link that is not followed as of a file.
        Err(error)
            if error.raw_os_error() == Some(libc::ENOTDIR)
                && lookup & FOLLOW == 0
                && file::metadata_at(dir, path, false).is_ok_and(|found| found.is_symlink()) =>
        {
            return Err(Errno::Loop.into());
        }
        Err(error) => return Err(error.into()),
    };
    let is_dir = file::metadata(&opened)?.is_dir();
    let (handle, able) = if is_dir {
        let dir = Dir::from_std_file(opened.into_std());
        (Handle::Dir { dir, preopen: None, listing: None }, rights::DIR)
    } else {
        let access = base & rights::FD_WRITE | if reads { rights::FD_READ } else { 0 };
        (Handle::File(opened), rights::FILE & !rights::ACCESS | access)
    };
    let descriptor = Descriptor {
        handle,
        rights: base & able,
        inheriting: inheriting & (rights::DIR | rights::FILE),
        able,
        dropped: withheld,
        withheld,
        flags,
    };
    let fd = ctx.descriptors.insert(descriptor);
    Ok(memory.put_u32(result, fd)?)
}

/// Opens a file. The host waits for the other side of a pipe with a name, but not beyond a
/// deadline.
fn open_in_time(
    dir: &Dir,
    path: &str,
    options: &mut OpenOptions,
    custom: OFlags,
    deadline: Option<Instant>,
) -> Result<std::io::Result<File>, Failure> {
    // How often it is looked whether somebody reads.
    const AGAIN: Duration = Duration::from_millis(2);
    let Some(deadline) = deadline.filter(|_| !custom.contains(OFlags::NONBLOCK)) else {
        return Ok(file::open(dir, path, options));
    };
    if !file::metadata_at(dir, path, true).is_ok_and(|found| found.file_type().is_fifo()) {
        return Ok(file::open(dir, path, options));
    }
    options.custom_flags((custom | OFlags::NONBLOCK).bits() as i32);
    loop {
        match file::open(dir, path, options) {
            // Nobody reads it yet.
            Err(error) if error.raw_os_error() == Some(libc::ENXIO) => {}
            Ok(opened) => {
                let flags = file::flags(&opened)?;
                file::set_flags(&opened, flags.difference(OFlags::NONBLOCK))?;
                return Ok(Ok(opened));
            }
            error => return Ok(error),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::Interrupted);
        }
        socket::wait(&mut [], Some(left.min(AGAIN)))?;
    }
}

pub fn path_readlink(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    use std::os::unix::ffi::OsStrExt;
    let path = (args.u32(1), args.u32(2));
    let (dir, path) = place(ctx, memory, args.u32(0), path, rights::PATH_READLINK)?;
    memory.range(args.u32(5), 4)?;
    memory.range(args.u32(3), args.u32(4))?;
    let contents = file::read_link(dir, path)?;
    let contents = contents.as_os_str().as_bytes();
    let len = contents.len().min(args.u32(4) as usize);
    memory.put(args.u32(3), &contents[..len])?;
    Ok(memory.put_u32(args.u32(5), len as u32)?)
}

pub fn path_remove_directory(
    ctx: &mut WasiCtx,
    memory: &mut GuestMemory<'_>,
    args: &Args,
) -> Outcome {
    let path = (args.u32(1), args.u32(2));
    let (dir, path) = place(ctx, memory, args.u32(0), path, rights::PATH_REMOVE_DIRECTORY)?;
    Ok(file::remove_dir(dir, path)?)
}

pub fn path_rename(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let (old, new) = ((args.u32(1), args.u32(2)), (args.u32(4), args.u32(5)));
    let (from, old) = place(ctx, memory, args.u32(0), old, rights::PATH_RENAME_SOURCE)?;
    let (to, new) = place(ctx, memory, args.u32(3), new, rights::PATH_RENAME_TARGET)?;
    // What is no directory has no name with a slash behind it.
    if new.ends_with('/') && !file::metadata_at(from, old, false)?.is_dir() {
        return Err(Errno::Notdir.into());
    }
    Ok(file::rename(from, old, to, new)?)
}

pub fn path_symlink(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let contents = memory.path(args.u32(0), args.u32(1))?;
    let path = (args.u32(3), args.u32(4));
    let (dir, path) = place(ctx, memory, args.u32(2), path, rights::PATH_SYMLINK)?;
    if path.ends_with('/') {
        // The host would follow what it is to make.
        let exists = file::metadata_at(dir, path, false).is_ok();
        return Err(if exists { Errno::Exist } else { Errno::Noent }.into());
    }
    Ok(file::symlink(dir, contents, path)?)
}

pub fn path_unlink_file(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let path = (args.u32(1), args.u32(2));
    let (dir, path) = place(ctx, memory, args.u32(0), path, rights::PATH_UNLINK_FILE)?;
    Ok(file::remove_file(dir, path)?)
}
