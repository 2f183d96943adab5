//! The standard streams of a program: the host's, files, or buffers in memory.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex};

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

/// Bytes that a program has written; clones share them.
#[derive(Clone, Default, Debug)]
pub struct OutputPipe {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl OutputPipe {
    /// Without contents.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written so far.
    pub fn contents(&self) -> Vec<u8> {
        self.bytes.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
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
            OutputStream::Pipe(pipe) => {
                let mut bytes = pipe.bytes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                bytes.extend_from_slice(buffer);
                Ok(buffer.len())
            }
        }
    }
}
