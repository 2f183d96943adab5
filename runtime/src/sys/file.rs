//! Calls on files and directories, each of which a test can make fail.
//!
//! Paths are always relative to a directory that is held open; cap-std resolves them without
//! leaving it.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cap_fs_ext::{DirExt, SystemTimeSpec};
use cap_std::fs::{Dir, DirEntry, File, Metadata, OpenOptions};
use rustix::fs::{Advice, FallocateFlags, OFlags};

use super::fault::{Call, check};

/// Asks whether the call is to fail, then makes it.
fn call<T>(make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    check(Call::File)?;
    make()
}

/// Reads a whole file of the host.
pub fn read_ambient(path: &Path) -> io::Result<Vec<u8>> {
    check(Call::File)?;
    std::fs::read(path)
}

/// Reads the first bytes of a file of the host, fewer if it is shorter.
pub fn read_start(path: &Path, len: usize) -> io::Result<Vec<u8>> {
    check(Call::File)?;
    let mut start = Vec::with_capacity(len);
    std::fs::File::open(path)?.take(len as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// Opens a file of the host to be read.
pub fn open_ambient(path: &Path) -> io::Result<std::fs::File> {
    call(|| std::fs::File::open(path))
}

/// Opens a file of the host to append to it, or to write it anew. It is made if it is missing; a
/// symbolic link is refused.
pub fn create_ambient(path: &Path, append: bool) -> io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.read(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    if append {
        options.append(true);
    } else {
        options.write(true).truncate(true);
    }
    call(|| options.open(path))
}

/// Writes all bytes to a file of the host.
pub fn write_ambient(mut file: &std::fs::File, bytes: &[u8]) -> io::Result<()> {
    call(|| file.write_all(bytes))
}

/// Opens a directory of the host by its path.
pub fn open_ambient_dir(path: &Path) -> io::Result<Dir> {
    call(|| Dir::open_ambient_dir(path, cap_std::ambient_authority()))
}

/// Opens a file below a directory.
pub fn open(dir: &Dir, path: &str, options: &OpenOptions) -> io::Result<File> {
    call(|| dir.open_with(path, options))
}

/// Another handle to the same open file.
pub fn try_clone(file: &File) -> io::Result<File> {
    call(|| file.try_clone())
}

/// Reads into a buffer at the file's position.
pub fn read(mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    call(|| file.read(buffer))
}

/// Writes a buffer at the file's position.
pub fn write(mut file: &File, buffer: &[u8]) -> io::Result<usize> {
    call(|| file.write(buffer))
}

/// Reads at a position.
pub fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    call(|| Ok(rustix::io::pread(file, buffer, offset)?))
}

/// Writes at a position.
pub fn write_at(file: &File, buffer: &[u8], offset: u64) -> io::Result<usize> {
    call(|| Ok(rustix::io::pwrite(file, buffer, offset)?))
}

/// Reads from a stream of this process.
pub fn read_stream(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    call(|| Ok(rustix::io::read(fd, buffer)?))
}

/// Writes to a stream of this process.
pub fn write_stream(fd: BorrowedFd<'_>, buffer: &[u8]) -> io::Result<usize> {
    call(|| Ok(rustix::io::write(fd, buffer)?))
}

/// Moves the file's position.
pub fn seek(mut file: &File, to: SeekFrom) -> io::Result<u64> {
    call(|| file.seek(to))
}

/// What kind of file it is, its size and times.
pub fn metadata(file: &File) -> io::Result<Metadata> {
    call(|| file.metadata())
}

/// The same of an open directory.
pub fn dir_metadata(dir: &Dir) -> io::Result<Metadata> {
    call(|| dir.dir_metadata())
}

/// The same of a path below a directory.
pub fn metadata_at(dir: &Dir, path: &str, follow: bool) -> io::Result<Metadata> {
    call(|| if follow { dir.metadata(path) } else { dir.symlink_metadata(path) })
}

/// Whether it is a regular file, which never makes anybody wait.
pub fn is_regular(fd: impl AsFd) -> io::Result<bool> {
    call(|| {
        let mode = rustix::fs::fstat(fd)?.st_mode;
        Ok(rustix::fs::FileType::from_raw_mode(mode) == rustix::fs::FileType::RegularFile)
    })
}

/// Cuts or extends the file.
pub fn set_len(file: &File, size: u64) -> io::Result<()> {
    call(|| file.set_len(size))
}

/// Makes room in the file.
pub fn allocate(file: &File, offset: u64, len: u64) -> io::Result<()> {
    call(|| Ok(rustix::fs::fallocate(file, FallocateFlags::empty(), offset, len)?))
}

/// Says how the file will be used.
pub fn advise(file: &File, offset: u64, len: u64, advice: Advice) -> io::Result<()> {
    call(|| Ok(rustix::fs::fadvise(file, offset, std::num::NonZeroU64::new(len), advice)?))
}

/// Waits until data, and with `metadata` everything else, is on the device.
pub fn sync(fd: impl AsFd, metadata: bool) -> io::Result<()> {
    call(|| {
        if metadata { rustix::fs::fsync(fd) } else { rustix::fs::fdatasync(fd) }?;
        Ok(())
    })
}

/// The flags that the file is open with.
pub fn flags(fd: impl AsFd) -> io::Result<OFlags> {
    call(|| Ok(rustix::fs::fcntl_getfl(fd)?))
}

/// Changes those flags.
pub fn set_flags(fd: impl AsFd, flags: OFlags) -> io::Result<()> {
    call(|| Ok(rustix::fs::fcntl_setfl(fd, flags)?))
}

/// A time to set: not at all, the present, or a moment counted from the epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NewTime {
    /// Leave it.
    Keep,
    /// The present.
    Now,
    /// Nanoseconds since the epoch.
    At(u64),
}

/// Sets the times of an open file or directory.
pub fn set_times(fd: impl AsFd, accessed: NewTime, modified: NewTime) -> io::Result<()> {
    let spec = |time| match time {
        NewTime::Keep => rustix::fs::Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT },
        NewTime::Now => rustix::fs::Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW },
        NewTime::At(nanoseconds) => rustix::fs::Timespec {
            tv_sec: (nanoseconds / 1_000_000_000) as i64,
            tv_nsec: (nanoseconds % 1_000_000_000) as i64,
        },
    };
    let times =
        rustix::fs::Timestamps { last_access: spec(accessed), last_modification: spec(modified) };
    call(|| Ok(rustix::fs::futimens(fd, &times)?))
}

/// Sets the times of a path below a directory.
pub fn set_times_at(
    dir: &Dir,
    path: &str,
    accessed: NewTime,
    modified: NewTime,
    follow: bool,
) -> io::Result<()> {
    let spec = |time| match time {
        NewTime::Keep => None,
        NewTime::Now => Some(SystemTimeSpec::SymbolicNow),
        NewTime::At(nanoseconds) => {
            let time = std::time::UNIX_EPOCH + Duration::from_nanos(nanoseconds);
            Some(SystemTimeSpec::Absolute(cap_std::time::SystemTime::from_std(time)))
        }
    };
    let (accessed, modified) = (spec(accessed), spec(modified));
    call(|| {
        if follow {
            DirExt::set_times(dir, path, accessed, modified)
        } else {
            dir.set_symlink_times(path, accessed, modified)
        }
    })
}

/// Makes a directory.
pub fn create_dir(dir: &Dir, path: &str) -> io::Result<()> {
    call(|| dir.create_dir(path))
}

/// Removes an empty directory.
pub fn remove_dir(dir: &Dir, path: &str) -> io::Result<()> {
    call(|| dir.remove_dir(path))
}

/// Removes a file or a symbolic link.
pub fn remove_file(dir: &Dir, path: &str) -> io::Result<()> {
    call(|| dir.remove_file_or_symlink(path))
}

/// Gives a file a second name.
pub fn hard_link(from: &Dir, old: &str, to: &Dir, new: &str) -> io::Result<()> {
    call(|| from.hard_link(old, to, new))
}

/// Renames or moves a file or directory.
pub fn rename(from: &Dir, old: &str, to: &Dir, new: &str) -> io::Result<()> {
    call(|| from.rename(old, to, new))
}

/// Makes a symbolic link.
pub fn symlink(dir: &Dir, contents: &str, path: &str) -> io::Result<()> {
    call(|| DirExt::symlink(dir, contents, path))
}

/// What a symbolic link points to.
pub fn read_link(dir: &Dir, path: &str) -> io::Result<PathBuf> {
    call(|| dir.read_link(path))
}

/// All entries of a directory, without `.` and `..`.
pub fn entries(dir: &Dir) -> io::Result<impl Iterator<Item = io::Result<DirEntry>>> {
    call(|| dir.entries())
}
