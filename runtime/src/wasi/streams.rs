//! The standard streams of a program: the host's, files, or buffers in memory.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard};

use cap_std::fs::File;

use crate::sys;

/// Where standard input comes from.
#[derive(Debug)]
pub enum InputStream {
    /// Nothing: it is at its end.
    Empty,
    /// The standard input of this process.
    Inherit,
    /// A file.
    File(File),
    /// Bytes, and how many of them were read.
    Bytes(Arc<[u8]>, usize),
}

impl InputStream {
    /// The host's descriptor, if it may have to be waited for.
    pub(super) fn waitable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            InputStream::Empty | InputStream::Bytes(..) => None,
            // That of the process, which stays open as long as it runs.
            InputStream::Inherit => Some(rustix::stdio::stdin()),
            InputStream::File(file) => Some(file.as_fd()),
        }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            InputStream::Empty => Ok(0),
            InputStream::Inherit => sys::file::read_stream(rustix::stdio::stdin(), buffer),
            InputStream::File(file) => sys::file::read(file, buffer),
            InputStream::Bytes(bytes, at) => {
                let len = buffer.len().min(bytes.len() - *at);
                buffer[..len].copy_from_slice(&bytes[*at..*at + len]);
                *at += len;
                Ok(len)
            }
        }
    }
}

/// Bytes that a program has written, up to a limit; clones share them.
#[derive(Clone, Debug)]
pub struct OutputPipe {
    inner: Arc<Mutex<Written>>,
}

#[derive(Debug)]
struct Written {
    bytes: Vec<u8>,
    capacity: usize,
    /// Whether there was no room for something.
    refused: bool,
}

/// Bytes that a pipe takes, unless said otherwise.
const CAPACITY: usize = 64 << 20;

impl Default for OutputPipe {
    fn default() -> Self {
        Self::new()
    }
}

impl OutputPipe {
    /// Without contents, for 64 MiB.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// Without contents, for so many bytes: then writing fails with `ENOSPC`, as where a disk is
    /// full.
    pub fn with_capacity(bytes: usize) -> Self {
        let written = Written { bytes: Vec::new(), capacity: bytes, refused: false };
        Self { inner: Arc::new(Mutex::new(written)) }
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// What was written so far.
    pub fn contents(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Whether the program wanted to write more than there was room for.
    pub fn is_cut(&self) -> bool {
        self.lock().refused
    }

    fn write(&self, buffer: &[u8]) -> io::Result<usize> {
        let written = &mut *self.lock();
        let len = buffer.len().min(written.capacity - written.bytes.len());
        written.refused |= len < buffer.len();
        if len == 0 && !buffer.is_empty() {
            return Err(io::Error::from_raw_os_error(libc::ENOSPC));
        }
        written.bytes.try_reserve(len).map_err(|_| io::Error::from_raw_os_error(libc::ENOMEM))?;
        written.bytes.extend_from_slice(&buffer[..len]);
        Ok(len)
    }
}

/// Where standard output or standard error goes.
#[derive(Debug)]
pub enum OutputStream {
    /// Nowhere.
    Discard,
    /// The standard output of this process.
    InheritStdout,
    /// The standard error of this process.
    InheritStderr,
    /// A file.
    File(File),
    /// A buffer.
    Pipe(OutputPipe),
}

impl OutputStream {
    /// The host's descriptor, if it may have to be waited for.
    pub(super) fn waitable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            OutputStream::Discard | OutputStream::Pipe(_) => None,
            OutputStream::InheritStdout => Some(rustix::stdio::stdout()),
            OutputStream::InheritStderr => Some(rustix::stdio::stderr()),
            OutputStream::File(file) => Some(file.as_fd()),
        }
    }

    pub(super) fn write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            OutputStream::Discard => Ok(buffer.len()),
            OutputStream::InheritStdout => sys::file::write_stream(rustix::stdio::stdout(), buffer),
            OutputStream::InheritStderr => sys::file::write_stream(rustix::stdio::stderr(), buffer),
            OutputStream::File(file) => sys::file::write(file, buffer),
            OutputStream::Pipe(pipe) => pipe.write(buffer),
        }
    }
}
