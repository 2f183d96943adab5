//! The functions of WASI preview 1: name, type and implementation of each, in one table.

use super::ctx::WasiCtx;
use super::memory::GuestMemory;
use super::{Outcome, clock, fd, path, poll, process, socket};

/// The most parameters that a function has.
pub const MAX_PARAMS: usize = 9;

/// The arguments of a call, zero-extended.
#[derive(Clone, Copy, Default, Debug)]
pub struct Args(pub [u64; MAX_PARAMS]);

impl Args {
    /// A parameter of 32 bits.
    pub fn u32(&self, index: usize) -> u32 {
        self.0[index] as u32
    }

    /// A parameter of 64 bits.
    pub fn u64(&self, index: usize) -> u64 {
        self.0[index]
    }
}

/// How a function is implemented.
pub type Implementation = fn(&mut WasiCtx, &mut GuestMemory<'_>, &Args) -> Outcome;

/// One function.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Its parameters: `i` for 32 bits, `I` for 64. The result is an error number of 32 bits,
    /// except for `proc_exit`, which has none.
    pub params: &'static str,
    /// What it does.
    pub run: Implementation,
}

pub(super) const fn row(name: &'static str, params: &'static str, run: Implementation) -> Row {
    assert!(params.len() <= MAX_PARAMS);
    Row { name, params, run }
}

/// The name of the module that programs import these functions from.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// All functions, by name.
pub const FUNCTIONS: &[Row] = &[
    row("args_get", "ii", process::args_get),
    row("args_sizes_get", "ii", process::args_sizes_get),
    row("clock_res_get", "ii", clock::clock_res_get),
    row("clock_time_get", "iIi", clock::clock_time_get),
    row("environ_get", "ii", process::environ_get),
    row("environ_sizes_get", "ii", process::environ_sizes_get),
    row("fd_advise", "iIIi", fd::fd_advise),
    row("fd_allocate", "iII", fd::fd_allocate),
    row("fd_close", "i", fd::fd_close),
    row("fd_datasync", "i", fd::fd_datasync),
    row("fd_fdstat_get", "ii", fd::fd_fdstat_get),
    row("fd_fdstat_set_flags", "ii", fd::fd_fdstat_set_flags),
    row("fd_fdstat_set_rights", "iII", fd::fd_fdstat_set_rights),
    row("fd_filestat_get", "ii", fd::fd_filestat_get),
    row("fd_filestat_set_size", "iI", fd::fd_filestat_set_size),
    row("fd_filestat_set_times", "iIIi", fd::fd_filestat_set_times),
    row("fd_pread", "iiiIi", fd::fd_pread),
    row("fd_prestat_dir_name", "iii", fd::fd_prestat_dir_name),
    row("fd_prestat_get", "ii", fd::fd_prestat_get),
    row("fd_pwrite", "iiiIi", fd::fd_pwrite),
    row("fd_read", "iiii", fd::fd_read),
    row("fd_readdir", "iiiIi", fd::fd_readdir),
    row("fd_renumber", "ii", fd::fd_renumber),
    row("fd_seek", "iIii", fd::fd_seek),
    row("fd_sync", "i", fd::fd_sync),
    row("fd_tell", "ii", fd::fd_tell),
    row("fd_write", "iiii", fd::fd_write),
    row("path_create_directory", "iii", path::path_create_directory),
    row("path_filestat_get", "iiiii", path::path_filestat_get),
    row("path_filestat_set_times", "iiiiIIi", path::path_filestat_set_times),
    row("path_link", "iiiiiii", path::path_link),
    row("path_open", "iiiiiIIii", path::path_open),
    row("path_readlink", "iiiiii", path::path_readlink),
    row("path_remove_directory", "iii", path::path_remove_directory),
    row("path_rename", "iiiiii", path::path_rename),
    row("path_symlink", "iiiii", path::path_symlink),
    row("path_unlink_file", "iii", path::path_unlink_file),
    row("poll_oneoff", "iiii", poll::poll_oneoff),
    row("proc_exit", "i", process::proc_exit),
    row("proc_raise", "i", process::unsupported),
    row("random_get", "ii", process::random_get),
    row("sched_yield", "", process::sched_yield),
    row("sock_accept", "iii", socket::sock_accept),
    row("sock_recv", "iiiiii", socket::sock_recv),
    row("sock_send", "iiiii", socket::sock_send),
    row("sock_shutdown", "ii", socket::sock_shutdown),
];

/// How a program ends that calls `proc_exit`: the error with which the call into it returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the program exited with code {0}")]
pub struct WasiExit(pub i32);
