//! Wasm functions of `windlass run --debug-info`, under GDB and LLDB.

#[path = "programs/debuggers.rs"]
mod debuggers;
mod programs;

use std::path::{Path, PathBuf};

use debuggers::{gdb, in_order, lldb};

/// Names that nothing else in the process has.
const PLAIN: &str = "(module $demo
    (func $wasm_inner (param i32) (result i32)
        (i32.mul (local.get 0) (i32.add (local.get 0) (i32.const 1))))
    (func $wasm_outer (param i32) (result i32)
        (i32.sub (call $wasm_inner (i32.add (local.get 0) (i32.const 2))) (i32.const 3)))
    (func (export \"_start\")
        (if (i32.ne (call $wasm_outer (i32.const 4)) (i32.const 39)) (then unreachable))))";

/// Compiled from C, with DWARF of versions 4 and 5.
const LINES: [&[u8]; 2] =
    [include_bytes!("debug/lines4.wasm"), include_bytes!("debug/lines5.wasm")];

fn folder(name: &str) -> PathBuf {
    let folder = programs::folder(name);
    std::fs::write(folder.join("plain.wat"), PLAIN).unwrap();
    for (bytes, name) in LINES.iter().zip(["lines4.wasm", "lines5.wasm"]) {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

/// Where the sources are that the DWARF says are in `/windlass`.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/debug")
}

fn command<'a>(options: &[&'a str], file: &'a str) -> Vec<&'a str> {
    [&[env!("CARGO_BIN_EXE_windlass"), "run", "--debug-info"], options, &[file]].concat()
}

#[test]
fn gdb_sees_functions_by_name_and_offset() {
    let folder = folder("gdb-offsets");
    let script =
        "break wasm_inner\nrun\nbacktrace 4\ninfo symbol $pc\nstep\nup\nfinish\ncontinue\n";
    let text = gdb(&folder, script, &command(&[], "plain.wat"));
    in_order(
        &text,
        &[
            "Breakpoint 1, wasm_inner () at ./demo.wasm:",
            "#0  wasm_inner () at ./demo.wasm:",
            "in wasm_outer () at ./demo.wasm:",
            "in _start () at ./demo.wasm:",
            "in wasm-trampoline ()",
            "wasm_inner in section .text of ",
            "wasm_outer () at ./demo.wasm:",
            "_start () at ./demo.wasm:",
            "exited normally",
        ],
    );
}

/// What GDB is told of a program with lines.
const GDB_LINES: &str = "break lines.c:16
break add_twice
run
backtrace 3
continue
backtrace 4
next
next
finish
delete
break _start
next
info breakpoints
continue
";

const GDB_LINES_ANSWERS: &[&str] = &[
    "Breakpoint 1, repeat_add () at /windlass/lines.c:16",
    "sum += add_twice(i, times);",
    "#0  repeat_add () at /windlass/lines.c:16",
    "in _start () at /windlass/lines.c:23",
    "in wasm-trampoline ()",
    "Breakpoint 2, add_twice () at /windlass/lines.c:8",
    "total += left;",
    "#0  add_twice () at /windlass/lines.c:8",
    "in repeat_add () at /windlass/lines.c:16",
    "in _start () at /windlass/lines.c:23",
    "total += right * 2;",
    "return total;",
    "repeat_add () at /windlass/lines.c:16",
    "for (int i = 0; i < times; i++) {",
    "in _start at /windlass/lines.c:22",
    "exited normally",
];

#[test]
fn gdb_sees_lines_of_the_source() {
    let folder = folder("gdb-lines");
    let sources = sources();
    let script = format!("set substitute-path /windlass {}\n{GDB_LINES}", sources.display());
    for file in ["lines4.wasm", "lines5.wasm"] {
        in_order(&gdb(&folder, &script, &command(&[], file)), GDB_LINES_ANSWERS);
    }
    // The second time, the code is from the cache.
    for _ in 0..2 {
        let text = gdb(&folder, &script, &command(&["--cache=cache"], "lines5.wasm"));
        in_order(&text, GDB_LINES_ANSWERS);
    }
}

#[test]
fn lldb_sees_functions_by_name_and_offset() {
    let folder = folder("lldb-offsets");
    let script =
        "breakpoint set --name wasm_inner\nrun\nthread backtrace -c 4\nstep\nfinish\ncontinue\n";
    let text = lldb(&folder, script, &command(&[], "plain.wat"));
    in_order(
        &text,
        &[
            "stop reason = breakpoint 1.1",
            "`wasm_inner at demo.wasm:",
            "frame #0: ",
            "`wasm_inner at demo.wasm:",
            "frame #1: ",
            "`wasm_outer at demo.wasm:",
            "frame #2: ",
            "`_start at demo.wasm:",
            "frame #3: ",
            "`wasm-trampoline",
            "stop reason = step in",
            "`wasm_inner at demo.wasm:",
            "stop reason = step out",
            "`wasm_outer at demo.wasm:",
            "exited with status = 0",
        ],
    );
}

#[test]
fn lldb_sees_lines_of_the_source() {
    let folder = folder("lldb-lines");
    let script = format!(
        "settings set target.source-map /windlass {}
breakpoint set --name add_twice
breakpoint set --file lines.c --line 16
run
thread backtrace -c 3
continue
thread backtrace -c 4
next
finish
breakpoint delete --force
continue
",
        sources().display()
    );
    for file in ["lines4.wasm", "lines5.wasm"] {
        let text = lldb(&folder, &script, &command(&[], file));
        in_order(
            &text,
            &[
                "stop reason = breakpoint 2.1",
                "`repeat_add at lines.c:16",
                "sum += add_twice(i, times);",
                "frame #0: ",
                "`repeat_add at lines.c:16",
                "frame #1: ",
                "`_start at lines.c:23",
                "stop reason = breakpoint 1.1",
                "`add_twice at lines.c:8",
                "total += left;",
                "frame #0: ",
                "`add_twice at lines.c:8",
                "frame #1: ",
                "`repeat_add at lines.c:16",
                "frame #2: ",
                "`_start at lines.c:23",
                "stop reason = step over",
                "total += right * 2;",
                "stop reason = step out",
                "`repeat_add at lines.c:16",
                "exited with status = 0",
            ],
        );
    }
}
