//! What a program sees of the host: [`WasiCtx`], its builder, and the table of open files.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Instant;

use cap_std::fs::{Dir, File};
use rustix::event::{PollFd, PollFlags};

use super::errno::Errno;
use super::fd::NONBLOCK;
use super::streams::{InputStream, OutputPipe, OutputStream};
use super::{Failure, Outcome};
use crate::sys;

/// Rights of a file descriptor, one bit each, as the specification numbers them.
pub(super) mod rights {
    pub const FD_DATASYNC: u64 = 1 << 0;
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_SEEK: u64 = 1 << 2;
    pub const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_SYNC: u64 = 1 << 4;
    pub const FD_TELL: u64 = 1 << 5;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FD_ADVISE: u64 = 1 << 7;
    pub const FD_ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const FD_READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL_FD_READWRITE: u64 = 1 << 27;
    pub const SOCK_SHUTDOWN: u64 = 1 << 28;
    pub const SOCK_ACCEPT: u64 = 1 << 29;

    /// What makes sense for a regular file.
    pub const FILE: u64 = FD_DATASYNC
        | FD_READ
        | FD_SEEK
        | FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_TELL
        | FD_WRITE
        | FD_ADVISE
        | FD_ALLOCATE
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_SIZE
        | FD_FILESTAT_SET_TIMES
        | POLL_FD_READWRITE;
    /// What makes sense for a directory.
    pub const DIR: u64 = FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_ADVISE
        | PATH_CREATE_DIRECTORY
        | PATH_CREATE_FILE
        | PATH_LINK_SOURCE
        | PATH_LINK_TARGET
        | PATH_OPEN
        | FD_READDIR
        | PATH_READLINK
        | PATH_RENAME_SOURCE
        | PATH_RENAME_TARGET
        | PATH_FILESTAT_GET
        | PATH_FILESTAT_SET_SIZE
        | PATH_FILESTAT_SET_TIMES
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_TIMES
        | PATH_SYMLINK
        | PATH_REMOVE_DIRECTORY
        | PATH_UNLINK_FILE
        | POLL_FD_READWRITE;
    /// What a file can do only if it was opened for it.
    pub const ACCESS: u64 = FD_READ | FD_WRITE;
    /// What makes sense for a stream.
    pub const STREAM: u64 = FD_FDSTAT_SET_FLAGS | FD_FILESTAT_GET | POLL_FD_READWRITE;
    /// What makes sense for a connection.
    pub const CONNECTION: u64 = STREAM | FD_READ | FD_WRITE | SOCK_SHUTDOWN;
    /// What makes sense for a socket that connections come in by.
    pub const LISTENER: u64 = STREAM | SOCK_ACCEPT;
}

/// An entry of a directory, as it was when the directory was read.
#[derive(Debug)]
pub(super) struct DirEntry {
    pub name: Box<[u8]>,
    pub inode: u64,
    pub file_type: u8,
}

impl DirEntry {
    /// Bytes that it takes on the host.
    fn size(&self) -> usize {
        size_of::<Self>() + self.name.len()
    }
}

/// The entries of a directory, as they were when it was read.
#[derive(Default, Debug)]
pub(super) struct Listing {
    pub entries: Vec<DirEntry>,
    /// Bytes that they take on the host.
    size: usize,
}

impl Listing {
    /// Bytes that it takes on the host.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Adds an entry, unless all of them would take more bytes than these.
    pub fn push(&mut self, entry: DirEntry, most: usize) -> Result<(), Errno> {
        self.size += entry.size();
        if self.size > most {
            return Err(Errno::Nomem);
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// What a file descriptor stands for.
#[derive(Debug)]
pub(super) enum Handle {
    Input(InputStream),
    Output(OutputStream),
    Socket(Socket),
    File(File),
    Dir {
        dir: Dir,
        /// The name under which a directory was given to the program.
        preopen: Option<Box<[u8]>>,
        /// The listing to which cookies refer; made anew when reading begins at 0.
        listing: Option<Listing>,
    },
}

/// A socket.
#[derive(Debug)]
pub(super) enum Socket {
    /// Connections come in by it.
    Listener(OwnedFd),
    /// One connection.
    Connection(OwnedFd),
}

/// An open file descriptor.
#[derive(Debug)]
pub(super) struct Descriptor {
    pub handle: Handle,
    /// As the program asked for them.
    pub rights: u64,
    pub inheriting: u64,
    /// What it can do, unless the program has given the right away.
    pub able: u64,
    /// Rights that the program has given away.
    pub dropped: u64,
    /// Rights that it has given away for what is opened from here.
    pub withheld: u64,
    /// Flags of the specification: append 1, dsync 2, nonblock 4, rsync 8, sync 16.
    pub flags: u16,
}

impl Descriptor {
    /// A descriptor that can do all that the program may.
    pub fn new(handle: Handle, rights: u64, inheriting: u64, flags: u16) -> Self {
        Self { handle, rights, inheriting, able: rights, dropped: 0, withheld: 0, flags }
    }

    /// Refuses what the descriptor cannot do, and what the program has given away. Rights that it
    /// just did not ask for do not matter: few programs know exactly what they need.
    pub fn require(&self, needed: u64) -> Result<(), Errno> {
        if needed & self.dropped != 0 {
            Err(Errno::Notcapable)
        } else if needed & !self.able != 0 {
            Err(Errno::Badf)
        } else {
            Ok(())
        }
    }

    /// The host's descriptor behind it, if it may have to be waited for.
    pub fn waitable(&self) -> Option<BorrowedFd<'_>> {
        match &self.handle {
            Handle::Input(stream) => stream.waitable(),
            Handle::Output(stream) => stream.waitable(),
            Handle::Socket(Socket::Listener(fd) | Socket::Connection(fd)) => Some(fd.as_fd()),
            Handle::File(_) | Handle::Dir { .. } => None,
        }
    }

    /// The host's descriptor behind it, if there is one.
    pub fn host(&self) -> Option<BorrowedFd<'_>> {
        match &self.handle {
            Handle::File(file) => Some(file.as_fd()),
            _ => self.waitable(),
        }
    }

    /// How long calls on it may wait.
    pub fn patience(&self, deadline: Option<Instant>) -> Patience {
        match deadline {
            _ if self.flags & NONBLOCK != 0 => Patience::None,
            Some(deadline) => Patience::Until(deadline),
            None => Patience::Endless,
        }
    }

    /// Waits for it as long as it may. A file that never waits needs no asking: its host does not
    /// wait either.
    pub fn ready(&self, events: PollFlags, deadline: Option<Instant>) -> Outcome {
        let patience = self.patience(deadline);
        let fd = match patience {
            Patience::Until(_) => self.host(),
            _ => self.waitable(),
        };
        fd.map_or(Ok(()), |fd| patience.wait(fd, events))
    }

    /// The directory behind it.
    pub fn dir(&self, needed: u64) -> Result<&Dir, Errno> {
        match &self.handle {
            Handle::Dir { dir, .. } => self.require(needed).map(|()| dir),
            _ => Err(Errno::Notdir),
        }
    }
}

/// How long a call may wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// As long as the host does.
    Endless,
    /// Until the deadline.
    Until(Instant),
    /// Not at all.
    None,
}

impl Patience {
    /// Waits until a descriptor of the host is ready. Who has endless patience lets the host wait.
    pub fn wait(self, fd: BorrowedFd<'_>, events: PollFlags) -> Outcome {
        match self {
            Patience::Endless => Ok(()),
            Patience::None if sys::socket::is_ready(fd, events)? => Ok(()),
            Patience::None => Err(Errno::Again.into()),
            Patience::Until(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                let mut fds = [PollFd::from_borrowed_fd(fd, events)];
                sys::socket::wait(&mut fds, Some(left))?;
                if fds[0].revents().is_empty() { Err(Failure::Interrupted) } else { Ok(()) }
            }
        }
    }
}

/// Whether a deadline has passed, for work in pieces.
pub(super) fn passed(deadline: Option<Instant>) -> impl Fn() -> bool {
    move || deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// Open files by number: the lowest free number is given out first.
#[derive(Default, Debug)]
pub(super) struct Descriptors {
    slots: Vec<Option<Descriptor>>,
    /// Free numbers below the length of `slots`, the lowest last.
    free: Vec<u32>,
    /// How many may be open. Those that the program begins with are there in any case.
    most: usize,
}

impl Descriptors {
    /// Refuses what would open one more than there may be, before it has happened.
    pub fn check_room(&self) -> Result<(), Errno> {
        let open = self.slots.len() - self.free.len();
        if open < self.most { Ok(()) } else { Err(Errno::Mfile) }
    }

    /// Bytes that listings of directories take on the host.
    pub fn listings(&self) -> usize {
        let size = |descriptor: &Descriptor| match &descriptor.handle {
            Handle::Dir { listing: Some(listing), .. } => listing.size(),
            _ => 0,
        };
        self.slots.iter().flatten().map(size).sum()
    }

    pub fn get(&self, fd: u32) -> Result<&Descriptor, Errno> {
        self.slots.get(fd as usize).and_then(Option::as_ref).ok_or(Errno::Badf)
    }

    pub fn get_mut(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        self.slots.get_mut(fd as usize).and_then(Option::as_mut).ok_or(Errno::Badf)
    }

    /// Adds a descriptor, for which there is room: see [`Self::check_room`].
    pub fn insert(&mut self, descriptor: Descriptor) -> u32 {
        if let Some(fd) = self.free.pop() {
            self.slots[fd as usize] = Some(descriptor);
            return fd;
        }
        self.slots.push(Some(descriptor));
        self.slots.len() as u32 - 1
    }

    pub fn remove(&mut self, fd: u32) -> Result<Descriptor, Errno> {
        let slot = self.slots.get_mut(fd as usize).ok_or(Errno::Badf)?;
        let descriptor = slot.take().ok_or(Errno::Badf)?;
        let at = self.free.partition_point(|free| *free > fd);
        self.free.insert(at, fd);
        Ok(descriptor)
    }

    /// Puts what `from` stands for in the place of `to`; both are open.
    pub fn renumber(&mut self, from: u32, to: u32) -> Result<(), Errno> {
        self.get(to)?;
        self.get(from)?;
        if from != to {
            let descriptor = self.remove(from)?;
            self.slots[to as usize] = Some(descriptor);
        }
        Ok(())
    }
}

/// What a program sees of the host. Made by [`WasiCtxBuilder`].
#[derive(Debug)]
pub struct WasiCtx {
    pub(super) arguments: Vec<Vec<u8>>,
    /// `NAME=VALUE`.
    pub(super) environment: Vec<Vec<u8>>,
    pub(super) descriptors: Descriptors,
    pub(super) started: Instant,
    /// When the store's deadline passes: nothing waits longer.
    pub(super) deadline: Option<Instant>,
    /// The most bytes that calls may keep or use on the host in proportion to what the program
    /// asks for: listings of directories, lists of what is waited for.
    pub(super) max_host_memory: usize,
}

/// The most open descriptors, unless said otherwise: half of what a process may have by default.
const MAX_DESCRIPTORS: usize = 512;
/// The most bytes for calls on the host, unless said otherwise.
const MAX_HOST_MEMORY: usize = 16 << 20;

/// Says what a program will see of the host: by default no arguments, no environment, no
/// directories, empty input, and output to nowhere.
#[derive(Debug)]
pub struct WasiCtxBuilder {
    arguments: Vec<Vec<u8>>,
    environment: Vec<Vec<u8>>,
    stdin: InputStream,
    stdout: OutputStream,
    stderr: OutputStream,
    preopens: Vec<(Dir, Box<[u8]>)>,
    sockets: Vec<Socket>,
    max_descriptors: usize,
    max_host_memory: usize,
}

impl Default for WasiCtxBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl WasiCtxBuilder {
    /// With nothing.
    pub fn new() -> Self {
        Self {
            arguments: Vec::new(),
            environment: Vec::new(),
            stdin: InputStream::Empty,
            stdout: OutputStream::Discard,
            stderr: OutputStream::Discard,
            preopens: Vec::new(),
            sockets: Vec::new(),
            max_descriptors: MAX_DESCRIPTORS,
            max_host_memory: MAX_HOST_MEMORY,
        }
    }

    /// Adds an argument; the first is the program's name.
    pub fn arg(&mut self, argument: impl AsRef<[u8]>) -> &mut Self {
        self.arguments.push(argument.as_ref().to_vec());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<[u8]>>(&mut self, arguments: impl IntoIterator<Item = A>) -> &mut Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_vec()));
        self
    }

    /// Adds a variable of the environment.
    pub fn env(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        let mut variable = name.as_ref().to_vec();
        variable.push(b'=');
        variable.extend_from_slice(value.as_ref());
        self.environment.push(variable);
        self
    }

    /// Sets standard input.
    pub fn stdin(&mut self, stream: InputStream) -> &mut Self {
        self.stdin = stream;
        self
    }

    /// Gives these bytes as standard input.
    pub fn stdin_bytes(&mut self, bytes: impl Into<std::sync::Arc<[u8]>>) -> &mut Self {
        self.stdin(InputStream::Bytes(bytes.into(), 0))
    }

    /// Sets standard output.
    pub fn stdout(&mut self, stream: OutputStream) -> &mut Self {
        self.stdout = stream;
        self
    }

    /// Sets standard error.
    pub fn stderr(&mut self, stream: OutputStream) -> &mut Self {
        self.stderr = stream;
        self
    }

    /// Collects standard output in memory, as much as an [`OutputPipe`] takes.
    pub fn capture_stdout(&mut self) -> OutputPipe {
        let pipe = OutputPipe::new();
        self.stdout = OutputStream::Pipe(pipe.clone());
        pipe
    }

    /// Collects standard error in memory, as much as an [`OutputPipe`] takes.
    pub fn capture_stderr(&mut self) -> OutputPipe {
        let pipe = OutputPipe::new();
        self.stderr = OutputStream::Pipe(pipe.clone());
        pipe
    }

    /// Uses the standard streams of this process.
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.stdin = InputStream::Inherit;
        self.stdout = OutputStream::InheritStdout;
        self.stderr = OutputStream::InheritStderr;
        self
    }

    /// Opens a directory of the host; the program sees it under the name `guest`.
    pub fn preopened_dir(
        &mut self,
        host: impl AsRef<Path>,
        guest: impl AsRef<str>,
    ) -> io::Result<&mut Self> {
        let dir = sys::file::open_ambient_dir(host.as_ref())?;
        self.preopens.push((dir, guest.as_ref().as_bytes().into()));
        Ok(self)
    }

    /// Gives the program a socket that connections come in by. Sockets have the numbers behind the
    /// directories, in the order in which they are given.
    pub fn listener(&mut self, listener: TcpListener) -> &mut Self {
        self.sockets.push(Socket::Listener(listener.into()));
        self
    }

    /// Gives the program a connection.
    pub fn connection(&mut self, connection: TcpStream) -> &mut Self {
        self.sockets.push(Socket::Connection(connection.into()));
        self
    }

    /// The most descriptors that may be open, 512 by default; each is one of the host's. Where there
    /// are as many, opening a file and accepting a connection fail with `EMFILE`.
    pub fn max_descriptors(&mut self, count: usize) -> &mut Self {
        self.max_descriptors = count;
        self
    }

    /// The most bytes that calls may take on the host in proportion to what the program asks for,
    /// 16 MiB by default: the listings of all directories that are being read, and the
    /// subscriptions of `poll_oneoff`. What needs more fails with `ENOMEM`.
    pub fn max_host_memory(&mut self, bytes: usize) -> &mut Self {
        self.max_host_memory = bytes;
        self
    }

    /// The context.
    pub fn build(&mut self) -> WasiCtx {
        let this = std::mem::take(self);
        let mut descriptors = Descriptors { most: this.max_descriptors, ..Default::default() };
        let mut add = |handle, rights, inheriting| {
            descriptors.insert(Descriptor::new(handle, rights, inheriting, 0));
        };
        let (read, write) = (rights::STREAM | rights::FD_READ, rights::STREAM | rights::FD_WRITE);
        add(Handle::Input(this.stdin), read, 0);
        add(Handle::Output(this.stdout), write, 0);
        add(Handle::Output(this.stderr), write, 0);
        for (dir, name) in this.preopens {
            let handle = Handle::Dir { dir, preopen: Some(name), listing: None };
            add(handle, rights::DIR, rights::DIR | rights::FILE);
        }
        for socket in this.sockets {
            let (rights, inheriting) = match socket {
                Socket::Listener(_) => (rights::LISTENER, rights::CONNECTION),
                Socket::Connection(_) => (rights::CONNECTION, 0),
            };
            add(Handle::Socket(socket), rights, inheriting);
        }
        WasiCtx {
            arguments: this.arguments,
            environment: this.environment,
            descriptors,
            started: Instant::now(),
            deadline: None,
            max_host_memory: this.max_host_memory,
        }
    }
}
