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
    Addrinuse = 3 from EADDRINUSE;
    Addrnotavail = 4 from EADDRNOTAVAIL;
    Afnosupport = 5 from EAFNOSUPPORT;
    Again = 6 from EAGAIN;
    Already = 7 from EALREADY;
    Badf = 8 from EBADF;
    Badmsg = 9 from EBADMSG;
    Busy = 10 from EBUSY;
    Canceled = 11 from ECANCELED;
    Child = 12 from ECHILD;
    Connaborted = 13 from ECONNABORTED;
    Connrefused = 14 from ECONNREFUSED;
    Connreset = 15 from ECONNRESET;
    Deadlk = 16 from EDEADLK;
    Destaddrreq = 17 from EDESTADDRREQ;
    Dom = 18 from EDOM;
    Dquot = 19 from EDQUOT;
    Exist = 20 from EEXIST;
    Fault = 21 from EFAULT;
    Fbig = 22 from EFBIG;
    Hostunreach = 23 from EHOSTUNREACH;
    Idrm = 24 from EIDRM;
    Ilseq = 25 from EILSEQ;
    Inprogress = 26 from EINPROGRESS;
    Intr = 27 from EINTR;
    Inval = 28 from EINVAL;
    Io = 29 from EIO;
    Isconn = 30 from EISCONN;
    Isdir = 31 from EISDIR;
    Loop = 32 from ELOOP;
    Mfile = 33 from EMFILE;
    Mlink = 34 from EMLINK;
    Msgsize = 35 from EMSGSIZE;
    Multihop = 36 from EMULTIHOP;
    Nametoolong = 37 from ENAMETOOLONG;
    Netdown = 38 from ENETDOWN;
    Netreset = 39 from ENETRESET;
    Netunreach = 40 from ENETUNREACH;
    Nfile = 41 from ENFILE;
    Nobufs = 42 from ENOBUFS;
    Nodev = 43 from ENODEV;
    Noent = 44 from ENOENT;
    Noexec = 45 from ENOEXEC;
    Nolck = 46 from ENOLCK;
    Nolink = 47 from ENOLINK;
    Nomem = 48 from ENOMEM;
    Nomsg = 49 from ENOMSG;
    Noprotoopt = 50 from ENOPROTOOPT;
    Nospc = 51 from ENOSPC;
    Nosys = 52 from ENOSYS;
    Notconn = 53 from ENOTCONN;
    Notdir = 54 from ENOTDIR;
    Notempty = 55 from ENOTEMPTY;
    Notrecoverable = 56 from ENOTRECOVERABLE;
    Notsock = 57 from ENOTSOCK;
    Notsup = 58 from EOPNOTSUPP;
    Notty = 59 from ENOTTY;
    Nxio = 60 from ENXIO;
    Overflow = 61 from EOVERFLOW;
    Ownerdead = 62 from EOWNERDEAD;
    Perm = 63 from EPERM;
    Pipe = 64 from EPIPE;
    Proto = 65 from EPROTO;
    Protonosupport = 66 from EPROTONOSUPPORT;
    Prototype = 67 from EPROTOTYPE;
    Range = 68 from ERANGE;
    Rofs = 69 from EROFS;
    Spipe = 70 from ESPIPE;
    Srch = 71 from ESRCH;
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
