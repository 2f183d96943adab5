//! WASI preview 0, which programs import as `wasi_unstable`: where it differs from preview 1.
//!
//! It has the same functions but `sock_accept`, with the same parameters and numbers. Three things
//! are other: how `fd_seek` numbers what an offset counts from, the count of links in a `filestat`,
//! which has 32 bits, and the clock in a `subscription`, which has an identifier of its own.

use super::ctx::WasiCtx;
use super::fd::{self, Filestat};
use super::memory::GuestMemory;
use super::poll::{self, SubscriptionLayout};
use super::table::{Args, FUNCTIONS, Row, row};
use super::{Errno, Outcome, path};

/// The name of the module that programs import these functions from.
pub const MODULE: &str = "wasi_unstable";

/// Functions that preview 1 has beside those of preview 0.
const NEWER: [&str; 1] = ["sock_accept"];

/// Functions that are other than those of preview 1.
const DIFFERENT: [Row; 4] = [
    row("fd_filestat_get", "ii", fd_filestat_get),
    row("fd_seek", "iIii", fd_seek),
    row("path_filestat_get", "iiiii", path_filestat_get),
    row("poll_oneoff", "iiii", poll_oneoff),
];

/// All functions of preview 0.
pub fn functions() -> impl Iterator<Item = Row> {
    let common = FUNCTIONS.iter().filter(|row| !NEWER.contains(&row.name));
    common.map(|row| *DIFFERENT.iter().find(|other| other.name == row.name).unwrap_or(row))
}

const SUBSCRIPTION: SubscriptionLayout =
    SubscriptionLayout { size: 56, clock: 24, timeout: 32, flags: 48 };

fn put_filestat(memory: &mut GuestMemory<'_>, at: u32, stat: &Filestat) -> Outcome {
    let mut bytes = [0u8; 56];
    bytes[..8].copy_from_slice(&stat.dev.to_le_bytes());
    bytes[8..16].copy_from_slice(&stat.ino.to_le_bytes());
    bytes[16] = stat.file_type;
    let links = u32::try_from(stat.nlink).map_err(|_| Errno::Overflow)?;
    bytes[20..24].copy_from_slice(&links.to_le_bytes());
    for (n, value) in [stat.size, stat.accessed, stat.modified, stat.changed].iter().enumerate() {
        bytes[24 + 8 * n..32 + 8 * n].copy_from_slice(&value.to_le_bytes());
    }
    Ok(memory.put(at, &bytes)?)
}

fn fd_filestat_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    put_filestat(memory, args.u32(1), &fd::filestat(ctx, args)?)
}

fn path_filestat_get(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let stat = path::filestat(ctx, memory, args)?;
    put_filestat(memory, args.u32(4), &stat)
}

fn fd_seek(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    let mut args = *args;
    // From the present place, the end and the beginning; preview 1 begins with the beginning. What
    // is none of these is refused there.
    args.0[2] = match args.u32(2) {
        0 => 1,
        1 => 2,
        2 => 0,
        other => u64::from(other),
    };
    fd::fd_seek(ctx, memory, &args)
}

fn poll_oneoff(ctx: &mut WasiCtx, memory: &mut GuestMemory<'_>, args: &Args) -> Outcome {
    poll::poll(ctx, memory, args, &SUBSCRIPTION)
}
