//! Error numbers of WASI preview 1, and those of the host turned into them.

use std::io::{Error, ErrorKind};

/// Defines the numbers that are used, with the host's numbers for each.
macro_rules! errnos {
    ($($name:ident = $number:literal $(from $host:ident)*;)*) => {
        /// An error number of WASI preview 1.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "the names are those of the specification")]
        pub enum Errno {
            $($name = $number,)*
        }

        impl Errno {
            /// The number for one of the host's.
            pub fn from_host(number: i32) -> Self {
                match number {
                    $($(libc::$host => Errno::$name,)*)*
                    _ => Errno::Io,
                }
            }
        }
    };
}

errnos! {
    Success = 0;
    TooBig = 1 from E2BIG;
    Acces = 2 from EACCES;
    Again = 6 from EAGAIN;
    Already = 7 from EALREADY;
    Badf = 8 from EBADF;
    Busy = 10 from EBUSY;
    Canceled = 11 from ECANCELED;
    Deadlk = 16 from EDEADLK;
    Dom = 18 from EDOM;
    Dquot = 19 from EDQUOT;
    Exist = 20 from EEXIST;
    Fault = 21 from EFAULT;
    Fbig = 22 from EFBIG;
    Ilseq = 25 from EILSEQ;
    Inprogress = 26 from EINPROGRESS;
    Intr = 27 from EINTR;
    Inval = 28 from EINVAL;
    Io = 29 from EIO;
    Isdir = 31 from EISDIR;
    Loop = 32 from ELOOP;
    Mfile = 33 from EMFILE;
    Mlink = 34 from EMLINK;
    Nametoolong = 37 from ENAMETOOLONG;
    Nfile = 41 from ENFILE;
    Nodev = 43 from ENODEV;
    Noent = 44 from ENOENT;
    Nolck = 46 from ENOLCK;
    Nomem = 48 from ENOMEM;
    Nospc = 51 from ENOSPC;
    Nosys = 52 from ENOSYS;
    Notdir = 54 from ENOTDIR;
    Notempty = 55 from ENOTEMPTY;
    Notsock = 57 from ENOTSOCK;
    Notsup = 58 from EOPNOTSUPP;
    Notty = 59 from ENOTTY;
    Nxio = 60 from ENXIO;
    Overflow = 61 from EOVERFLOW;
    Perm = 63 from EPERM;
    Pipe = 64 from EPIPE;
    Range = 68 from ERANGE;
    Rofs = 69 from EROFS;
    Spipe = 70 from ESPIPE;
    Stale = 72 from ESTALE;
    Timedout = 73 from ETIMEDOUT;
    Txtbsy = 74 from ETXTBSY;
    Xdev = 75 from EXDEV;
    Notcapable = 76;
}

impl From<Error> for Errno {
    fn from(error: Error) -> Self {
        if let Some(number) = error.raw_os_error() {
            return Errno::from_host(number);
        }
        match error.kind() {
            ErrorKind::NotFound => Errno::Noent,
            // How cap-std says that a path leads out of its directory.
            ErrorKind::PermissionDenied => Errno::Perm,
            ErrorKind::AlreadyExists => Errno::Exist,
            ErrorKind::InvalidInput => Errno::Inval,
            ErrorKind::Interrupted => Errno::Intr,
            ErrorKind::WouldBlock => Errno::Again,
            ErrorKind::BrokenPipe => Errno::Pipe,
            ErrorKind::Unsupported => Errno::Notsup,
            ErrorKind::OutOfMemory => Errno::Nomem,
            ErrorKind::NotADirectory => Errno::Notdir,
            ErrorKind::IsADirectory => Errno::Isdir,
            _ => Errno::Io,
        }
    }
}
