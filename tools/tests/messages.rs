//! What the command says when something is wrong: each kind of error names its file, the place in
//! it, and what to do.

mod programs;

use std::path::{Path, PathBuf};

use programs::{command, folder};

const WINDLASS: &str = env!("CARGO_BIN_EXE_windlass");

/// A folder with files.
fn room(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = folder(name);
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Runs the command, which ends with this code, and expects all of these in what it says; returns
/// that.
#[track_caller]
fn says(folder: &Path, code: i32, args: &[&str], wanted: &[&str]) -> String {
    let output = command(folder, WINDLASS, args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    for wanted in wanted {
        assert!(text.contains(wanted), "{args:?}: `{wanted}` is not in: {text}");
    }
    for unwanted in ["<anon>", "Some(", "None", "Stack backtrace", "RefType"] {
        assert!(!text.contains(unwanted), "{args:?}: {text}");
    }
    text
}

const ADD: &str = r#"(module
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "sub") (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
    (memory (export "memory") 1))"#;

#[test]
fn a_module_with_nothing_to_run_says_what_can_be_called() {
    let program = r#"(module (func (export "_start")))"#;
    let files = [
        ("add.wat", ADD),
        ("program.wat", program),
        ("memory.wat", r#"(module (memory (export "memory") 1))"#),
        ("empty.wat", "(module)"),
    ];
    let folder = room("messages-run", &files);
    let neither = "neither `_start` nor `_initialize`";
    let misplaced = ["run", "add.wat", "--invoke", "add", "1", "2"];
    says(
        &folder,
        2,
        &misplaced,
        &[neither, "`add`, `sub`", "windlass run --invoke add add.wat 1 2"],
    );
    says(&folder, 2, &["run", "add.wat"], &[neither, "windlass run --invoke add add.wat ARGS…"]);
    says(&folder, 2, &["run", "memory.wat"], &["nothing to run: it exports `memory`"]);
    says(&folder, 2, &["run", "empty.wat"], &["nothing to run: it exports nothing"]);
    // Other wrong orders.
    let late = ["run", "--invoke", "add", "add.wat", "1", "2", "--dir", "."];
    says(&folder, 2, &late, &["takes 2 arguments", "options such as --dir stand before FILE"]);
    let early = ["run", "--invoke", "add", "1", "add.wat", "2"];
    says(&folder, 1, &early, &["1 is meant as the program", "add.wat: FILE stands before"]);
    says(&folder, 2, &["add.wat"], &["to run this file: windlass run add.wat"]);
    says(&folder, 2, &["run", "--invoke", "mul", "add.wat"], &["`mul`", "`add`, `sub`"]);
    // What stands behind the file of a program is the program's.
    says(&folder, 0, &["run", "program.wat", "--invoke", "add"], &[]);
}

#[test]
fn programs_that_end_early_say_why() {
    let files = [
        (
            "loop.wat",
            r#"(module (func $spin (loop (br 0))) (func (export "_start") (call $spin)))"#,
        ),
        (
            "trap.wat",
            r#"(module (func $divide (drop (i32.div_s (i32.const 1) (i32.const 0))))
            (func (export "_start") (call $divide)))"#,
        ),
        ("import.wat", r#"(module (import "a" "b" (func)) (func (export "_start") (call 0)))"#),
        ("deep.wat", r#"(module (func $f (call $f)) (func (export "_start") (call $f)))"#),
    ];
    let folder = room("messages-end", &files);
    let timeout = ["run", "--timeout", "50ms", "loop.wat"];
    says(&folder, 134, &timeout, &["loop.wat: ", "it ran longer than 50ms (--timeout)", "spin"]);
    let trapped = "trap.wat: the program trapped: integer divide by zero";
    says(&folder, 134, &["run", "trap.wat"], &[trapped, "divide"]);
    says(&folder, 134, &["run", "deep.wat"], &["the program trapped: call stack exhausted"]);
    says(&folder, 1, &["run", "import.wat"], &["import.wat: unknown import", "`a` `b`"]);
    let trap = ["run", "--unknown-imports", "trap", "import.wat"];
    says(&folder, 134, &trap, &["import.wat: the program trapped: unknown import"]);
}

#[test]
fn imports_that_do_not_match_are_shown_as_text() {
    let library = r#"(module (func (export "f") (param i32)) (table (export "t") 1 funcref)
        (memory (export "m") 1) (global (export "g") i32 (i32.const 1)))"#;
    let folder = room("messages-imports", &[("lib.wat", library)]);
    for (name, import, expected) in [
        ("f", "(func (param i32 funcref) (result i64))", "(func (param i32))"),
        ("f", "(func)", "(func (param i32))"),
        ("t", "(table 2 3 funcref)", "(table 1 funcref)"),
        ("t", "(table 1 externref)", "(table 1 funcref)"),
        ("m", "(memory 2 5)", "(memory 1)"),
        ("g", "(global (mut i32))", "(global i32)"),
        ("g", "(global f64)", "(global i32)"),
    ] {
        let start = r#"(func (export "_start"))"#;
        let module = format!(r#"(module (import "lib" "{name}" {import}) {start})"#);
        std::fs::write(folder.join("a.wat"), module).unwrap();
        let import_text = format!("import `lib` `{name}`");
        let types = format!("expected {import}, found {expected}");
        let args = ["run", "--preload", "lib=lib.wat", "a.wat"];
        says(&folder, 1, &args, &["a.wat: ", &import_text, &types]);
    }
    let module = r#"(module (import "lib" "m" (func)) (func (export "_start")))"#;
    std::fs::write(folder.join("a.wat"), module).unwrap();
    let args = ["run", "--preload", "lib=lib.wat", "a.wat"];
    says(&folder, 1, &args, &["a.wat: ", "expected a function, found a memory"]);
}

#[test]
fn errors_in_files_have_their_place() {
    let files = [
        (
            "bad.wat",
            "(module\n  (func $f (export \"_start\") (local i32)\n    i64.const 1\n    local.set 0))",
        ),
        ("word.wat", "(module\n  (func (export \"_start\")\n    i64.cons 1))"),
        ("text.txt", "hello world\n"),
        ("empty.wasm", ""),
        ("short.wasm", "\0asm\u{1}\0\0\0\u{1}\u{5}\u{1}"),
    ];
    let folder = room("messages-places", &files);
    for command in ["run", "compile", "disasm"] {
        let place = "bad.wat:4:5: in function $f: type mismatch: expected i32, found i64";
        says(&folder, 1, &[command, "bad.wat"], &[place]);
        says(&folder, 1, &[command, "word.wat"], &["word.wat:3:5: unknown operator"]);
        let neither = "neither a binary module";
        says(
            &folder,
            1,
            &[command, "text.txt"],
            &["text.txt", neither, "it begins with \"hello\""],
        );
        says(&folder, 1, &[command, "empty.wasm"], &["empty.wasm", neither, "it is empty"]);
        says(&folder, 1, &[command, "short.wasm"], &["short.wasm", "offset 0xa", "end-of-file"]);
        says(&folder, 1, &[command, "none.wat"], &["none.wat", "No such file"]);
    }
    says(&folder, 1, &["inspect", "text.txt"], &["text.txt", "neither a binary module"]);
    says(&folder, 1, &["inspect", "word.wat"], &["word.wat:3:5: unknown operator"]);
    says(&folder, 1, &["inspect", "short.wasm"], &["short.wasm", "offset 0xa"]);
    says(&folder, 1, &["run", "."], &["reading .: Is a directory"]);
}

#[test]
fn errors_in_clif_have_lines() {
    let files = [
        ("syntax.clif", "function %f() {\nblock0:\n    retrun\n}\n"),
        (
            "types.clif",
            "function %f(i32) -> i64 {\nblock0(v0: i32):\n    v1 = iadd v0, v0\n    return v1\n}\n",
        ),
        (
            "lower.clif",
            "function %g(f16) -> f16 {\nblock0(v0: f16):\n    v1 = fadd v0, v0\n    return v1\n}\n",
        ),
        ("numbers.clif", "function u0:1() {\nblock0:\n    return\n}\n"),
    ];
    let folder = room("messages-clif", &files);
    for output in [&[][..], &["-o", "out.o"]] {
        let clif = |file| [&["clif", file], output].concat();
        says(&folder, 1, &clif("syntax.clif"), &["syntax.clif:3:5: unknown opcode `retrun`"]);
        says(&folder, 1, &clif("types.clif"), &["types.clif:4:5: `return v1`"]);
        let lower = says(&folder, 1, &clif("lower.clif"), &["lower.clif", "%g", "fadd"]);
        assert_eq!(lower.matches("unsupported").count(), 1, "{lower}");
    }
    says(
        &folder,
        1,
        &["clif", "numbers.clif", "-o", "a.o"],
        &["u0:1: functions of a module go by"],
    );
    std::fs::write(folder.join("test.clif"), format!("test interpret\n{}", files[1].1)).unwrap();
    let text = "test interpret\nfunction %f() -> i8 {\nblock0:\n    return\n}\n; run: %f() == 1\n";
    std::fs::write(folder.join("test.clif"), text).unwrap();
    says(&folder, 1, &["filetest", "test.clif"], &["%f is invalid:\n  4:5: `return`"]);
}

#[test]
fn help_is_where_it_is_said_to_be() {
    let folder = room("messages-help", &[("add.wat", ADD)]);
    let setting = ["--set", "colour=red"];
    for (command, rest) in [("run", &["add.wat"][..]), ("compile", &["add.wat"]), ("clif", &["a"])]
    {
        let args = [&[command][..], &setting, rest].concat();
        let there = format!("`windlass {command} --help` lists the options");
        says(&folder, 2, &args, &["`colour`", "`windlass help settings`", &there]);
    }
    says(&folder, 2, &["help", "magic"], &["no help about `magic`"]);
    let shows = |args: &[&str], wanted: &[&str]| {
        let output = command(&folder, WINDLASS, args);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        wanted.iter().for_each(|wanted| assert!(text.contains(wanted), "{args:?}: {wanted}"));
        text
    };
    shows(&["help"], &["Usage: windlass", "windlass help settings"]);
    for command in ["run", "compile", "clif", "disasm", "inspect", "wast", "filetest"] {
        let usage = format!("Usage: windlass {command}");
        let help = shows(&["help", command], &[&usage]);
        assert_eq!(help, shows(&[command, "--help"], &[&usage]));
    }
    shows(&["help", "settings"], &["opt_level=", "has_avx=", "settings and presets of x86_64"]);
    let opcodes =
        shows(&["help", "opcodes"], &["iadd x: T, y: T -> T", "iconst.T", "Traps with the code."]);
    let rows = windlass_core::ir::Opcode::ALL;
    for opcode in rows {
        let name = opcode.info().name;
        let listed = |line: &str| line.split([' ', '.']).next() == Some(name);
        assert!(opcodes.lines().any(listed), "{name} is not listed");
    }
}

/// What is dumped goes by the same names, offsets and blocks in every form, and can be chosen.
#[test]
fn dumps_show_what_is_asked_for() {
    let factorial = r#"(module (func $fac (param i32) (result i32) (local i32)
        (local.set 1 (i32.const 1))
        (block $out (loop $l (br_if $out (i32.eqz (local.get 0)))
            (local.set 1 (i32.mul (local.get 1) (local.get 0)))
            (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br $l)))
        (local.get 1))
        (func (export "two") (result i32) (i32.add (call $fac (i32.const 3)) (call $fac (i32.const 2))))
        (func (result i32) (call 1)))"#;
    let clif = "function %add(i32) -> i32 {\nblock0(v0: i32):\n    v1 = iadd v0, v0\n    return v1\n}\n\
                function %call() -> i32 {\n    fn0 = %add(i32) -> i32\nblock0:\n    v0 = iconst.i32 7\n    \
                v1 = call fn0(v0)\n    return v1\n}\n";
    let folder = room("messages-dumps", &[("fac.wat", factorial), ("a.clif", clif)]);
    let dumps = |args: &[&str]| {
        let output = command(&folder, WINDLASS, args);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {text}");
        (text, String::from_utf8(output.stdout).unwrap())
    };
    let titles = |text: &str| {
        let titles = text.lines().filter_map(|line| line.strip_prefix("; function "));
        titles.map(str::to_string).collect::<Vec<String>>().join("|")
    };
    let all = |pass: &str| dumps(&["compile", "fac.wat", "--dump-after", pass]);
    for pass in ["params", "lower", "regalloc", "emit"] {
        let (text, _) = all(pass);
        let expected = format!("0 fac after {pass}|1 two after {pass}|2 after {pass}");
        assert_eq!(titles(&text), expected, "no trampolines, and in order");
        // Functions by name, also where they are called.
        assert!(!text.contains("userextname") && !text.contains("u0:"), "{text}");
        assert!(text.contains("fac") && text.contains("two"), "{text}");
    }
    // The same offset and the same block in each form.
    let (ir, listing) = dumps(&["disasm", "fac.wat", "-f", "fac", "--dump-after", "params"]);
    let imul = listing.lines().find(|line| line.contains("imul")).unwrap();
    let offset = imul.split_whitespace().next().unwrap();
    let line = ir.lines().find(|line| line.contains("imul")).unwrap();
    assert!(line.starts_with(&format!("@00{offset} ")), "{line}\n{imul}");
    assert!(listing.contains("function 0 fac: "), "{listing}");
    let (machine, _) = dumps(&["compile", "fac.wat", "-f", "fac", "--dump-after", "regalloc"]);
    let block_of = |text: &str| {
        let before = &text[..text.find("imul").unwrap()];
        let header = before.lines().rev().find(|line| line.trim().starts_with("block")).unwrap();
        header.trim().trim_end_matches(':').split('(').next().unwrap().to_string()
    };
    assert_eq!(block_of(&ir), block_of(&machine), "{ir}\n{machine}");
    // By name, by number, trampolines, what is not there.
    for (name, expected) in [("two", "1 two after emit"), ("2", "2 after emit")] {
        let (text, _) = dumps(&["compile", "fac.wat", "--dump-after", "emit", "-f", name]);
        assert_eq!(titles(&text), expected);
    }
    let (text, _) = dumps(&["disasm", "fac.wat", "--dump-after", "emit", "-f", "trampoline"]);
    assert!(titles(&text).starts_with("trampoline of (func (result i32)) after emit"), "{text}");
    let (text, _) = dumps(&["compile", "fac.wat", "--dump-after", "emit", "-f", "three"]);
    assert!(text.contains("no function that was compiled is called three"), "{text}");
    // A pass that does not run.
    let (text, _) = all("simplify");
    assert_eq!(text.matches("the pass `simplify` does not run with these settings").count(), 1);
    let (text, _) =
        dumps(&["compile", "fac.wat", "--set", "opt_level=speed", "--dump-after", "simplify"]);
    assert!(titles(&text).starts_with("0 fac after simplify"), "{text}");
    let (text, _) = dumps(&[
        "compile",
        "fac.wat",
        "--set",
        "opt_level=speed",
        "--dump-after",
        "simplify",
        "--disable-pass",
        "simplify",
    ]);
    assert!(text.contains("`simplify` does not run"), "{text}");
    let (text, _) = dumps(&["compile", "fac.wat", "--time-passes"]);
    assert!(text.contains("  regalloc\n") && text.contains("  analyses\n"), "{text}");
    // CLIF: the same.
    let (text, listing) = dumps(&["clif", "a.clif", "--dump-after", "emit", "-f", "call"]);
    assert_eq!(titles(&text), "%call after emit");
    assert!(text.contains("  ; %add"), "{text}");
    assert!(listing.starts_with("function %call: ") && !listing.contains("%add:"), "{listing}");
    let (text, _) = dumps(&["clif", "a.clif", "--dump-after", "lower", "-o", "a.o"]);
    assert_eq!(titles(&text), "%add after lower|%call after lower");
    says(&folder, 2, &["clif", "a.clif", "-f", "nothing"], &["a.clif has no function `nothing`"]);
    says(&folder, 2, &["clif", "a.clif", "--dump-after", "x"], &["no such pass", "regalloc"]);
    says(&folder, 2, &["clif", "a.clif", "--disable-pass", "lower"], &["there are: simplify"]);
}
