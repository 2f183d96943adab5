//! The example compiler: the same program in memory and as an object that gcc links, and both under
//! gdb and lldb.

#[path = "../../tools/tests/programs/debuggers.rs"]
mod debuggers;
#[path = "../../tools/tests/programs/mod.rs"]
mod programs;

use std::path::Path;

use debuggers::{gdb, in_order, lldb};
use programs::{both, command, folder};

#[track_caller]
fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    both(folder, program, args).0
}

/// The example, built as this test was.
fn toy() -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    run(here, env!("CARGO"), &["build", "-q", "--example", "toy"]);
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(2).unwrap().join("examples/toy");
    target.to_str().unwrap().to_string()
}

const DEBUG: &str = include_str!("debug.toy");

#[test]
fn a_program_runs_at_once_and_as_an_executable() {
    let (toy, folder) = (toy(), folder("toy-both"));
    std::fs::write(folder.join("debug.toy"), DEBUG).unwrap();
    for level in ["-g", "-O"] {
        // What C has in its buffer is written at the end.
        assert_eq!(run(&folder, &toy, &[level, "debug.toy", "1"]), "125\nKLMNO\n");
        run(&folder, &toy, &[level, "-o", "debug.o", "debug.toy"]);
        for kind in [&["-pie"][..], &["-no-pie"], &["-static"]] {
            let link = [kind, &["-Wl,--fatal-warnings", "debug.o", "-o", "debug"]].concat();
            run(&folder, "gcc", &link);
            let output = command(&folder, "./debug", &[]);
            assert_eq!(output.status.code(), Some(125), "{kind:?}");
            assert_eq!(output.stdout, b"KLMNO\n", "{kind:?}");
        }
    }
    assert_eq!(run(&folder, &toy, &["-O"]), "168050151\nmoved to\n593\n");
}

#[test]
fn mistakes_are_errors_with_a_line() {
    let (toy, folder) = (toy(), folder("toy-errors"));
    for (text, expected) in [
        ("fn main() { return x; }", "`x` is not declared"),
        ("struct s { a }\nfn main() {\n let v = s { b: 1 }; }", "line 3: struct `s` has no field"),
        ("fn main() {\n let v = 1;\n return v.a; }", "line 3: `v` is a number"),
        ("fn main() { return f(1); }", "there is no function `f`"),
        ("extern fn puts(x);\nfn main() { puts(); }", "`puts` takes 1 arguments, not 0"),
        ("fn main() { return \"text; }", "line 1: the text has no end"),
        ("fn other() { return 1; }", "there is no function `main`"),
    ] {
        std::fs::write(folder.join("wrong.toy"), text).unwrap();
        let output = command(&folder, &toy, &["wrong.toy"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}: {error}");
        assert!(error.contains(expected), "{text}: {error}");
    }
}

/// What gdb is told, behind the first breakpoint.
const SCRIPT: &str = "run
backtrace 3
info args
next
print sum
print left
finish
info locals
next
next
continue
print sum
up
print count
print start
print *p
up
print p
print base
delete
break 19
continue
print *p
print count
info frame
";

/// What it answers, in this order.
const ANSWERS: &[&str] = &[
    "Breakpoint 1, add (left=10, right=0) at debug.toy:8",
    "let sum = left + right;",
    "#0  add (left=10, right=0) at debug.toy:8",
    "in fill (p=0x",
    ", start=10) at debug.toy:16",
    "at debug.toy:26",
    "left = 10",
    "right = 0",
    "putchar(65 + sum % 26);",
    "$1 = 10",
    "$2 = ",
    "Value returned is $3 = 10",
    "count = 0",
    "count = count + 1;",
    "Breakpoint 1, add (left=10, right=1)",
    "fill (p=0x",
    "$5 = 1",
    "$6 = 10",
    "$7 = {first = 13, second = 1}",
    "in main (",
    "$8 = {first = 13, second = 1}",
    "$9 = 7",
    "Breakpoint 2, fill",
    "p.second = count * start;",
    "$10 = {first = 63, second = 1}",
    "$11 = 5",
    "source language c",
];

/// What lldb is told, behind the first breakpoint.
const LLDB_SCRIPT: &str = "run
thread backtrace -c 3
next
frame variable sum left
finish
continue
frame variable left right
up
frame variable count start *p
up
frame variable p base
breakpoint delete --force
breakpoint set --file debug.toy --line 19
continue
frame variable *p count
continue
";

const LLDB_ANSWERS: &[&str] = &[
    "stop reason = breakpoint 1.1",
    "`add(left=10, right=0) at debug.toy:8",
    "let sum = left + right;",
    "frame #0: ",
    "`add(left=10, right=0) at debug.toy:8",
    "frame #1: ",
    "`fill(p=0x",
    ", start=10) at debug.toy:16",
    "frame #2: ",
    "`main",
    "at debug.toy:26",
    "putchar(65 + sum % 26);",
    "(long) sum = 10",
    "(long) left = ",
    "stop reason = step out",
    "Return value: (long) $0 = 10",
    "`add(left=10, right=1) at debug.toy:8",
    "(long) left = 10",
    "(long) right = 1",
    "(long) count = 1",
    "(long) start = 10",
    "(first = 13, second = 1)",
    "(first = 13, second = 1)",
    "(long) base = 7",
    "stop reason = breakpoint 2.1",
    "p.second = count * start;",
    "(first = 63, second = 1)",
    "(long) count = 5",
    "exited with status = ",
];

#[test]
fn gdb_sees_functions_in_memory() {
    let (toy, folder) = (toy(), folder("toy-gdb-memory"));
    std::fs::write(folder.join("debug.toy"), DEBUG).unwrap();
    let script = format!("break debug.toy:8\n{SCRIPT}");
    in_order(&gdb(&folder, &script, &[&toy, "-g", "debug.toy", "1"]), ANSWERS);
}

#[test]
fn lldb_sees_functions_in_memory() {
    let (toy, folder) = (toy(), folder("toy-lldb-memory"));
    std::fs::write(folder.join("debug.toy"), DEBUG).unwrap();
    let script = format!("breakpoint set --file debug.toy --line 8\n{LLDB_SCRIPT}");
    in_order(&lldb(&folder, &script, &[&toy, "-g", "debug.toy", "1"]), LLDB_ANSWERS);
}

#[test]
fn debuggers_see_functions_of_objects() {
    let (toy, folder) = (toy(), folder("toy-debug-object"));
    std::fs::write(folder.join("debug.toy"), DEBUG).unwrap();
    run(&folder, &toy, &["-g", "-o", "debug.o", "debug.toy"]);
    run(&folder, "gcc", &["debug.o", "-o", "debug"]);
    for file in ["debug.o", "debug"] {
        let text = run(&folder, "llvm-dwarfdump", &["--verify", file]);
        assert!(text.contains("No errors."), "{text}");
    }
    in_order(&gdb(&folder, &format!("break add\n{SCRIPT}"), &["./debug"]), ANSWERS);
    let script = format!("breakpoint set --name add\n{LLDB_SCRIPT}");
    in_order(&lldb(&folder, &script, &["./debug"]), LLDB_ANSWERS);
}

/// More values at once than there are registers, live across calls: gdb finds each of them.
#[test]
fn gdb_finds_values_that_are_spilled() {
    let (toy, folder) = (toy(), folder("toy-gdb-spills"));
    let count = 24;
    let mut text = String::from("extern fn putchar(code);\nfn many(a) {\n");
    for n in 0..count {
        text += &format!("    let v{n} = a * {};\n", 2 * n + 3);
    }
    text += "    putchar(65 + a);\n    putchar(66 + a);\n";
    let line = text.lines().count();
    // (Products of products would be made from `a` by the optimiser, and those with powers of two
    // would be parts of addresses.)
    let values: Vec<String> = (0..count).map(|n| format!("v{n}")).collect();
    text += &format!("    return {};\n}}\n", values.join(" + "));
    text += "fn main(argc) {\n    let result = many(argc);\n    putchar(10);\n    return result % 100;\n}\n";
    std::fs::write(folder.join("many.toy"), text).unwrap();
    let mut script = format!("set pagination off\nset debuginfod enabled off\nbreak {line}\nrun\n");
    for n in 0..count {
        script += &format!("print v{n}\n");
    }
    // Behind the call.
    script += "next\n";
    for n in 0..count {
        script += &format!("print v{n} + 1000\n");
    }
    std::fs::write(folder.join("script"), script).unwrap();
    for level in [&["-g"][..], &["-g", "-O"]] {
        run(&folder, &toy, &[level, &["-o", "many.o", "many.toy"]].concat());
        run(&folder, "gcc", &["many.o", "-o", "many"]);
        let text = run(&folder, "gdb", &["-nx", "-q", "-batch", "-x", "script", "./many"]);
        for n in 0..count {
            for (number, value) in [(n + 1, 2 * n + 3), (n + 1 + count, 2 * n + 1003)] {
                let wanted = format!("${number} = {value}\n");
                assert!(text.contains(&wanted), "{level:?}: `{wanted}` in {text}");
            }
        }
    }
}
