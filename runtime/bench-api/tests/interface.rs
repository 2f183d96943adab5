//! The five functions, called as the harness calls them.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use windlass_bench::{
    Config, wasm_bench_compile, wasm_bench_create, wasm_bench_execute, wasm_bench_free,
    wasm_bench_instantiate,
};

/// Copies standard input to standard output between `bench.start` and `bench.end`, appends what
/// the file `data` of the working directory has, and exits with 0.
const PROGRAM: &str = r#"(module
    (import "bench" "start" (func $start))
    (import "bench" "end" (func $end))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 32) "data")
    (func $copy (param $from i32)
        (i32.store (i32.const 0) (i32.const 64))
        (i32.store (i32.const 4) (i32.const 1000))
        (if (call $read (local.get $from) (i32.const 0) (i32.const 1) (i32.const 8))
            (then (call $exit (i32.const 10))))
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
            (then (call $exit (i32.const 11)))))
    (func (export "_start")
        (call $start)
        (call $copy (i32.const 0))
        (call $end)
        (if (call $open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4) (i32.const 0)
                (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12))
            (then (call $exit (i32.const 12))))
        (call $copy (i32.load (i32.const 12)))
        (call $exit (i32.const 0))))"#;

/// The callbacks in their order: the timer's number, then whether it is the end.
static CALLS: Mutex<Vec<(usize, bool)>> = Mutex::new(Vec::new());

extern "C" fn start(timer: *mut c_void) {
    CALLS.lock().unwrap().push((timer.addr(), false));
}

extern "C" fn end(timer: *mut c_void) {
    CALLS.lock().unwrap().push((timer.addr(), true));
}

fn timer(number: usize) -> *mut c_void {
    std::ptr::without_provenance_mut(number)
}

fn config(dir: &str, out: &str, input: Option<&str>, flags: &'static str) -> Config {
    let (stdin_path, stdin_path_len) = input.map_or((null(), 0), |s| (s.as_ptr(), s.len()));
    Config {
        working_dir: dir.as_ptr(),
        working_dir_len: dir.len(),
        stdout_path: out.as_ptr(),
        stdout_path_len: out.len(),
        stderr_path: "/dev/null".as_ptr(),
        stderr_path_len: 9,
        stdin_path,
        stdin_path_len,
        compilation_timer: timer(1),
        compilation_start: start,
        compilation_end: end,
        instantiation_timer: timer(2),
        instantiation_start: start,
        instantiation_end: end,
        execution_timer: timer(3),
        execution_start: start,
        execution_end: end,
        execution_flags: flags.as_ptr(),
        execution_flags_len: flags.len(),
    }
}

fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[test]
fn a_program_is_compiled_and_executed_twice() {
    let dir = folder("twice");
    std::fs::write(dir.join("data"), b"from a file\n").unwrap();
    std::fs::write(dir.join("input"), b"from standard input \xff\n").unwrap();
    let (out, input) = (dir.join("out"), dir.join("input"));
    let wasm = wat::parse_str(PROGRAM).unwrap();
    let texts = [dir.to_str().unwrap(), out.to_str().unwrap(), input.to_str().unwrap()];
    let config = config(texts[0], texts[1], Some(texts[2]), "--single-thread");
    CALLS.lock().unwrap().clear();
    let mut state = null_mut();
    // SAFETY: the strings live as long as this function, and the state is used as it must be.
    unsafe {
        assert_eq!(wasm_bench_create(config, &raw mut state), 0);
        assert_eq!(wasm_bench_compile(state, wasm.as_ptr(), wasm.len()), 0);
        for _ in 0..2 {
            assert_eq!(wasm_bench_instantiate(state), 0);
            assert_eq!(wasm_bench_execute(state), 0);
            let found = std::fs::read(&out).unwrap();
            assert_eq!(found, b"from standard input \xff\nfrom a file\n");
        }
        // An instance is executed once.
        assert_ne!(wasm_bench_execute(state), 0);
        wasm_bench_free(state);
    }
    let once = [(2, false), (2, true), (3, false), (3, true)];
    let expected = [&[(1, false), (1, true)], &once[..], &once[..]].concat();
    assert_eq!(*CALLS.lock().unwrap(), expected);

    // What is wrong is an error: a module, flags, and an order of calls.
    let none = Config { stdin_path: null(), stdin_path_len: 0, ..config };
    let flags = "--no-such-flag";
    let wrong =
        Config { execution_flags: flags.as_ptr(), execution_flags_len: flags.len(), ..none };
    // SAFETY: the strings live as long as this function, and a state is used only after it was made
    // and until it is freed.
    unsafe {
        assert_ne!(wasm_bench_create(wrong, &raw mut state), 0);
        assert_eq!(wasm_bench_create(none, &raw mut state), 0);
        assert_ne!(wasm_bench_instantiate(state), 0);
        assert_ne!(wasm_bench_compile(state, wasm.as_ptr(), wasm.len() / 2), 0);
        assert_eq!(wasm_bench_compile(state, wasm.as_ptr(), wasm.len()), 0);
        assert_eq!(wasm_bench_instantiate(state), 0);
        assert_eq!(wasm_bench_execute(state), 0);
        wasm_bench_free(state);
    }
    assert_eq!(std::fs::read(&out).unwrap(), b"from a file\n");
}
