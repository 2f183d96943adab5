//! The engine interface of the Sightglass harness: `libwindlass_bench.so` exports
//! `wasm_bench_create`, `_free`, `_compile`, `_instantiate` and `_execute`, so that the field's own
//! harness drives Windlass.
//!
//! All five are called on one thread and return 0 for success; an error is said on standard error.
//! This file is the C side: it turns pointers into Rust values, which is all the `unsafe` there is.
//! What the functions do is in [`mod@bench`].
#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod bench;

use std::ffi::{c_int, c_void};
use std::path::PathBuf;

use anyhow::{Context, Result};
use bench::{Bench, Files, Phase};

/// A callback of the harness around a phase; it is given the phase's timer.
pub type Callback = extern "C" fn(*mut c_void);

/// What the harness passes to [`wasm_bench_create`]: paths in UTF-8, without a final zero, and
/// the timers of the three phases.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The folder that the program sees as `.`.
    pub working_dir: *const u8,
    /// Its length in bytes.
    pub working_dir_len: usize,
    /// The file for standard output.
    pub stdout_path: *const u8,
    /// Its length in bytes.
    pub stdout_path_len: usize,
    /// The file for standard error.
    pub stderr_path: *const u8,
    /// Its length in bytes.
    pub stderr_path_len: usize,
    /// The file for standard input; null where there is none.
    pub stdin_path: *const u8,
    /// Its length in bytes.
    pub stdin_path_len: usize,
    /// Given to the two callbacks around compilation.
    pub compilation_timer: *mut c_void,
    /// Called before compilation.
    pub compilation_start: Callback,
    /// Called after compilation.
    pub compilation_end: Callback,
    /// Given to the two callbacks around instantiation.
    pub instantiation_timer: *mut c_void,
    /// Called before instantiation.
    pub instantiation_start: Callback,
    /// Called after instantiation.
    pub instantiation_end: Callback,
    /// Given to the two callbacks around what the program marks as measured.
    pub execution_timer: *mut c_void,
    /// Called by the import `bench.start`.
    pub execution_start: Callback,
    /// Called by the import `bench.end`.
    pub execution_end: Callback,
    /// Flags of the engine, as on the command line of `windlass compile`.
    pub execution_flags: *const u8,
    /// Their length in bytes.
    pub execution_flags_len: usize,
}

/// The timer and the callbacks of a phase, as the harness gave them.
fn phase(timer: *mut c_void, start: Callback, end: Callback) -> Phase {
    // The address alone is kept: it is the harness's, and only handed back to it.
    let timer = timer.expose_provenance();
    let call = move |callback: Callback| callback(std::ptr::with_exposed_provenance_mut(timer));
    Phase { start: Box::new(move || call(start)), end: Box::new(move || call(end)) }
}

/// A string of the harness; `None` for null.
///
/// # Safety
/// `data` is null, or `len` bytes there can be read for the time of the call.
unsafe fn string(what: &str, data: *const u8, len: usize) -> Result<Option<String>> {
    if data.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises it.
    let bytes = unsafe { std::slice::from_raw_parts(data, len) };
    let text = std::str::from_utf8(bytes).with_context(|| format!("{what} is not UTF-8"))?;
    Ok(Some(text.to_string()))
}

/// The state that a configuration asks for.
///
/// # Safety
/// The strings can be read.
unsafe fn create(config: &Config) -> Result<Bench> {
    // SAFETY: the caller promises it of every string.
    let (working_dir, stdout, stderr, stdin, flags) = unsafe {
        (
            string("the working directory", config.working_dir, config.working_dir_len)?,
            string("the path of standard output", config.stdout_path, config.stdout_path_len)?,
            string("the path of standard error", config.stderr_path, config.stderr_path_len)?,
            string("the path of standard input", config.stdin_path, config.stdin_path_len)?,
            string("the flags", config.execution_flags, config.execution_flags_len)?,
        )
    };
    let files = Files {
        working_dir: working_dir.map(PathBuf::from).context("no working directory is given")?,
        stdout: stdout.map(PathBuf::from).context("no file for standard output is given")?,
        stderr: stderr.map(PathBuf::from).context("no file for standard error is given")?,
        stdin: stdin.map(PathBuf::from),
    };
    let c = config;
    Bench::new(
        files,
        flags.as_deref().unwrap_or_default(),
        phase(c.compilation_timer, c.compilation_start, c.compilation_end),
        phase(c.instantiation_timer, c.instantiation_start, c.instantiation_end),
        phase(c.execution_timer, c.execution_start, c.execution_end),
    )
}

/// 0 for success; an error is said on standard error.
fn status(result: Result<()>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("windlass: {error:?}");
            1
        }
    }
}

/// Makes the state of a benchmark and writes its address to `out`.
///
/// # Safety
/// The strings of `config` can be read, its callbacks can be called with their timers until the
/// state is freed, and `out` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_bench_create(config: Config, out: *mut *mut c_void) -> c_int {
    // SAFETY: the caller promises it.
    let result = unsafe { create(&config) };
    status(result.map(|bench| {
        let state = Box::into_raw(Box::new(bench));
        // SAFETY: the caller promises that `out` can be written.
        unsafe { out.write(state.cast()) }
    }))
}

/// Frees a state.
///
/// # Safety
/// `state` comes from [`wasm_bench_create`] and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_bench_free(state: *mut c_void) {
    if !state.is_null() {
        // SAFETY: it is the box that `wasm_bench_create` made.
        drop(unsafe { Box::from_raw(state.cast::<Bench>()) });
    }
}

/// Compiles a module.
///
/// # Safety
/// `state` comes from [`wasm_bench_create`]; `len` bytes at `wasm` can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_bench_compile(
    state: *mut c_void,
    wasm: *const u8,
    len: usize,
) -> c_int {
    // SAFETY: the caller promises both.
    let (bench, wasm) =
        unsafe { (&mut *state.cast::<Bench>(), std::slice::from_raw_parts(wasm, len)) };
    status(bench.compile(wasm))
}

/// Makes the WASI state and an instance; may be called again after an execution.
///
/// # Safety
/// `state` comes from [`wasm_bench_create`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_bench_instantiate(state: *mut c_void) -> c_int {
    // SAFETY: the caller promises it.
    status(unsafe { &mut *state.cast::<Bench>() }.instantiate())
}

/// Calls `_start` of the instance.
///
/// # Safety
/// `state` comes from [`wasm_bench_create`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_bench_execute(state: *mut c_void) -> c_int {
    // SAFETY: the caller promises it.
    status(unsafe { &mut *state.cast::<Bench>() }.execute())
}
