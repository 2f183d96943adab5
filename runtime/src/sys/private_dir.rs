//! A folder of files that are its owner's alone, replaced by renaming.
//!
//! What holds: a file that is handed out is a regular file of the user who runs this process, which
//! no other user may read or write. Files appear whole: they are written under another name first.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, Timespec, Timestamps};

use super::fault::{Call, check};

/// How the names of files begin that are being written.
const TEMPORARY: &str = ".new-";
/// A file that was being written so long ago is abandoned.
const ABANDONED: Duration = Duration::from_secs(3600);
/// The time of a file is renewed when it is older.
const RENEW: Duration = Duration::from_secs(3600);

/// A folder that is open.
#[derive(Debug)]
pub struct PrivateDir {
    fd: OwnedFd,
    path: PathBuf,
    user: u32,
}

/// A file in the folder.
#[derive(Debug)]
struct Entry {
    name: std::ffi::CString,
    size: u64,
    modified: SystemTime,
}

fn modified(stat: &Stat) -> SystemTime {
    let seconds = u64::try_from(stat.st_mtime).unwrap_or(0);
    UNIX_EPOCH + Duration::new(seconds, (stat.st_mtime_nsec as u32).min(999_999_999))
}

fn is_older(than: Duration, time: SystemTime) -> bool {
    SystemTime::now().duration_since(time).is_ok_and(|age| age > than)
}

impl PrivateDir {
    /// Opens the folder, which is made if it is missing. It must belong to the user, and nobody
    /// else may write to it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = || {
            check(Call::File)?;
            Ok::<_, io::Error>(rustix::fs::open(path, flags, Mode::empty())?)
        };
        let fd = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                use std::os::unix::fs::DirBuilderExt;
                check(Call::File)?;
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
                open()?
            }
            result => result?,
        };
        check(Call::File)?;
        let stat = rustix::fs::fstat(&fd)?;
        let user = rustix::process::geteuid().as_raw();
        if stat.st_uid != user || Mode::from_raw_mode(stat.st_mode).bits() & 0o022 != 0 {
            let message = "the folder belongs to another user, or others may write to it";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        Ok(Self { fd, path: path.to_path_buf(), user })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is_private(&self, stat: &Stat) -> bool {
        FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
            && stat.st_uid == self.user
            && Mode::from_raw_mode(stat.st_mode).bits() & 0o077 == 0
    }

    /// Opens a file to be read; `None` if there is none that is the user's alone. It counts as
    /// used.
    pub fn get(&self, name: &str) -> io::Result<Option<File>> {
        check(Call::File)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Err(rustix::io::Errno::NOENT | rustix::io::Errno::LOOP) => return Ok(None),
            result => result?,
        };
        check(Call::File)?;
        let stat = rustix::fs::fstat(&fd)?;
        if !self.is_private(&stat) {
            return Ok(None);
        }
        if is_older(RENEW, modified(&stat)) {
            let now = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
            let times = Timestamps { last_access: now, last_modification: now };
            // That the time stays old only makes the file go earlier.
            let _ = rustix::fs::futimens(&fd, &times);
        }
        Ok(Some(File::from(fd)))
    }

    /// Writes a file, in place of what has its name.
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos());
        let new = format!("{TEMPORARY}{}-{number}-{now:x}", std::process::id());
        check(Call::File)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let mut file = File::from(rustix::fs::openat(&self.fd, &*new, flags, mode)?);
        let written = (|| {
            check(Call::File)?;
            file.write_all(bytes)?;
            check(Call::File)?;
            rustix::fs::renameat(&self.fd, &*new, &self.fd, name)?;
            Ok(())
        })();
        if written.is_err() {
            let _ = rustix::fs::unlinkat(&self.fd, &*new, AtFlags::empty());
        }
        written
    }

    /// Removes files, those first that were not used for the longest time, until at most `most`
    /// bytes are left; does nothing if there are not more than `limit`. Removes what was abandoned
    /// half written. The file `newest` stays: the clock of file systems does not tell it from others
    /// that were written in the same few milliseconds.
    pub fn shrink(&self, limit: u64, most: u64, newest: &str) -> io::Result<()> {
        check(Call::File)?;
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            // Another process may have removed it meanwhile.
            let Ok(stat) = rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) else {
                continue;
            };
            if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
                continue;
            }
            let modified = modified(&stat);
            if name.to_bytes().starts_with(TEMPORARY.as_bytes()) {
                if is_older(ABANDONED, modified) {
                    let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::empty());
                }
                continue;
            }
            let size = u64::try_from(stat.st_size).unwrap_or(0);
            entries.push(Entry { name: name.to_owned(), size, modified });
        }
        let mut total: u64 = entries.iter().map(|entry| entry.size).sum();
        if total <= limit {
            return Ok(());
        }
        entries.retain(|entry| entry.name.to_bytes() != newest.as_bytes());
        entries.sort_by_key(|entry| entry.modified);
        for entry in entries {
            if total <= most {
                break;
            }
            match rustix::fs::unlinkat(&self.fd, &*entry.name, AtFlags::empty()) {
                Ok(()) | Err(rustix::io::Errno::NOENT) => total -= entry.size,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
