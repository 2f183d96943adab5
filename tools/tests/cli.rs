//! The `windlass` command, as its users call it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with files for one test, removed at the end.
struct Room(PathBuf);

impl Room {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("windlass-cli-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        name.to_string()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.args(args).current_dir(&self.0).env("XDG_CACHE_HOME", self.0.join("caches"));
        command.env("FROM_OUTSIDE", "outside").output().expect("the command starts")
    }

    /// Runs the command and expects this exit code; returns what it printed.
    #[track_caller]
    fn expect(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let out = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
        if code == 0 { out } else { err }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Exports for every kind of ending, and functions to be called.
const MODULE: &str = r#"(module $demo
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "hello\n")
    (data (i32.const 0) "\08\00\00\00\06\00\00\00")
    (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20))))
    (func (export "exit") (param i32) (call $exit (local.get 0)))
    (func $add (export "add") (param i32 i64) (result i64)
        (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1)))
    (func (export "half") (param f32 f64) (result f64 f32)
        (f64.mul (local.get 1) (f64.const 0.5)) (f32.mul (local.get 0) (f32.const 0.5)))
    (func (export "divide") (param i32 i32) (result i32)
        (i32.div_s (local.get 0) (local.get 1)))
    (func (export "add1") (result i64) (call $add (i32.const 1) (i64.const 2))))"#;

#[test]
fn exit_codes() {
    let room = Room::new("codes");
    let module = &room.file("demo.wat", MODULE);
    assert_eq!(room.expect(0, &["run", module]), "hello\n");
    room.expect(42, &["run", "--invoke", "exit", module, "42"]);
    let text = room.expect(134, &["run", "--invoke", "divide", module, "1", "0"]);
    assert!(text.contains("integer divide by zero"), "{text}");
    room.expect(2, &["run"]);
    room.expect(2, &["walk", module]);
    room.expect(2, &["run", "--cpu", "z80", module]);
    room.expect(2, &["run", "--wasm-features", "magic", module]);
    room.expect(2, &["run", "--set", "magic=1", module]);
    room.expect(2, &["run", "--nonsense", module]);
    room.expect(2, &["run", "--listen", "nowhere", module]);
    room.expect(2, &["run", "--dir", "not-there", module]);
    room.expect(1, &["run", "not-there.wasm"]);
    let bad = &room.file("bad.wat", "(module (func (result i32)))");
    room.expect(1, &["run", bad]);
}

#[test]
fn invoke_reads_arguments_and_prints_results() {
    let room = Room::new("invoke");
    let module = &room.file("demo.wat", MODULE);
    let call = |name: &str, args: &[&str]| {
        room.expect(0, &[&["run", "--invoke", name, module], args].concat())
    };
    assert_eq!(call("add", &["-1", "0xffffffffffffffff"]), "-2\n");
    assert_eq!(call("add", &["4294967295", "9223372036854775807"]), "9223372036854775806\n");
    assert_eq!(call("half", &["3", "-inf"]), "-inf\n1.5\n");
    assert_eq!(call("divide", &["-0x10", "3"]), "-5\n");
    let text = room.expect(2, &["run", "--invoke", "add", module, "1"]);
    assert!(text.contains("`add` takes 2 arguments (i32 i64), 1 are given"), "{text}");
    room.expect(2, &["run", "--invoke", "add", module, "1", "one"]);
    room.expect(2, &["run", "--invoke", "add", module, "4294967296", "0"]);
    room.expect(2, &["run", "--invoke", "subtract", module]);

    let all = &room.file(
        "types.wat",
        r#"(module (func (export "same") (param i32 i64 f32 f64 funcref externref)
            (result externref funcref f64 f32 i64 i32)
            (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
        (func $f (export "f") (result funcref) (ref.func $f)))"#,
    );
    let call = |args: &[&str]| room.expect(0, &[&["run", "--invoke", "same", all], args].concat());
    assert_eq!(
        call(&["-0x80000000", "18446744073709551615", "nan", "-0", "null", "null"]),
        "null\nnull\n-0\nNaN\n-1\n-2147483648\n"
    );
    assert_eq!(call(&["1", "2", "1e10", "1e-10", "null", "null"]).lines().count(), 6);
    room.expect(2, &["run", "--invoke", "same", all, "1", "2", "3", "4", "5", "null"]);
    assert_eq!(room.expect(0, &["run", "--invoke", "f", all]), "funcref\n");
}

/// A module that prints its arguments (`args`) or its environment (`environ`): at most 60
/// strings; with further imports and fields.
fn lister(what: &str, imports: &str, fields: &str) -> String {
    format!(
        r#"(module
        (import "wasi_snapshot_preview1" "{what}_get" (func $get (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "{what}_sizes_get"
            (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
        {imports}
        (memory (export "memory") 1)
        (func (export "_start")
            (drop (call $sizes (i32.const 0) (i32.const 4)))
            (drop (call $get (i32.const 16) (i32.const 256)))
            (i32.store (i32.const 8) (i32.const 256))
            (i32.store (i32.const 12) (i32.load (i32.const 4)))
            (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0))))
        {fields})"#
    )
}

#[test]
fn what_belongs_to_the_command_and_what_to_the_program() {
    use std::os::unix::ffi::OsStrExt;
    let room = Room::new("arguments");
    let module = &room.file("args.wat", &lister("args", "", ""));
    let dotted = &format!("./{module}");
    for (args, printed) in [
        (&[module, "a", "b"][..], "args.wat|a|b|"),
        (&[dotted, "--dir", "--", "-x"], "args.wat|--dir|--|-x|"),
        (&[module, "--", "-x"], "args.wat|--|-x|"),
        (&["--", module, "--help"], "args.wat|--help|"),
        (&["--timeout", "1h", "--dir=.", "--", module, "--", "a"], "args.wat|--|a|"),
        (&["--argv0", "other name", module, ""], "other name||"),
        (&["/dev/stdin", "a"], "stdin|a|"),
        (&["-", "a"], "-|a|"),
        (&["--", "-", "-"], "-|-|"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.arg("run").args(args).current_dir(&room.0);
        command.stdin(fs::File::open(room.0.join(module)).unwrap());
        let output = command.output().expect("the command starts");
        let text = String::from_utf8(output.stdout).unwrap().replace('\0', "|");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!((text.as_str(), output.status.code()), (printed, Some(0)), "{args:?} {errors}");
    }
    // Bytes that are no text.
    let odd = std::ffi::OsStr::from_bytes(b"\xff=\x80\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
    let output = command.arg("run").arg(module).arg(odd).current_dir(&room.0).output().unwrap();
    assert_eq!(output.stdout, b"args.wat\0\xff=\x80\n\0");
}

#[test]
fn what_is_run_of_a_module() {
    let room = Room::new("entries");
    // Each function prints its letter.
    let module = |exports: &str| {
        let mut text = String::from(
            r#"(module
            (import "wasi_snapshot_preview1" "fd_write"
                (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (func $print (param i32)
                (i32.store8 (i32.const 16) (local.get 0))
                (i32.store (i32.const 0) (i32.const 16))
                (i32.store (i32.const 4) (i32.const 1))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
            (func $s (call $print (i32.const 115)))"#,
        );
        for name in exports.split_whitespace() {
            if name == "start" {
                text += "(start $s)";
                continue;
            }
            let letter = name.as_bytes()[1];
            text += &format!("(func (export \"{name}\") (call $print (i32.const {letter})))");
        }
        room.file("entry.wat", &(text + ")"))
    };
    for (exports, printed) in [
        ("_start", "s"),
        ("_start _initialize", "s"),
        ("_initialize", "i"),
        ("start _start", "ss"),
        ("start", "s"),
    ] {
        assert_eq!(room.expect(0, &["run", &module(exports)]), printed, "{exports}");
    }
    let text = room.expect(0, &["run", "--invoke", "f1", &module("_initialize f1 _x")]);
    assert_eq!(text, "i1");
    room.expect(2, &["run", "--invoke", "g1", &module("f1")]);
    room.expect(2, &["run", &module("f1")]);
}

#[test]
fn compiled_code_does_not_come_from_pipes() {
    let room = Room::new("pipes");
    let module = &room.file("args.wat", &lister("args", "", ""));
    room.expect(0, &["compile", module, "-o", "args.cwasm"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
    command.args(["run", "--allow-precompiled", "-"]).current_dir(&room.0);
    command.stdin(fs::File::open(room.0.join("args.cwasm")).unwrap());
    let output = command.output().expect("the command starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("from files only"));
}

#[test]
fn features_are_known_by_name() {
    let room = Room::new("features");
    let two = &room.file("two.wat", "(module (memory 1) (memory 1) (func (export \"_start\")))");
    room.expect(0, &["run", two]);
    let text = room.expect(1, &["run", "--wasm-features", "-multi-memory", two]);
    assert!(text.contains("multi"), "{text}");
    let all = "multi-memory,extended-const,tail-call,reference-types,bulk-memory,multi-value";
    room.expect(0, &["run", "--wasm-features", all, two]);
    room.expect(0, &["run", "--wasm-features", "-simd,-threads", two]);
    for name in ["threads", "simd", "gc"] {
        let text = room.expect(2, &["run", "--wasm-features", name, two]);
        assert!(text.contains(&format!("`{name}` is not done yet")), "{text}");
    }
    let text = room.expect(2, &["run", "--wasm-features", "-magic", two]);
    assert!(text.contains("no proposal that is known") && text.contains("multi-value"), "{text}");
}

#[test]
fn programs_get_sockets_that_listen() {
    let room = Room::new("sockets");
    // Accepts a connection on its first descriptor behind the standard streams and says hello.
    let module = &room.file(
        "server.wat",
        r#"(module
        (import "wasi_snapshot_preview1" "sock_accept"
            (func $accept (param i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 8) "hello\n")
        (data (i32.const 0) "\08\00\00\00\06\00\00\00")
        (func (export "_start")
            (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20))
                (then unreachable))
            (if (call $accept (i32.const 3) (i32.const 0) (i32.const 32)) (then unreachable))
            (if (call $write (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i32.const 20))
                (then unreachable))))"#,
    );
    // A port that is free now is most likely free a moment later; else another is tried.
    let talk = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.args(["run", "--listen", &address, module]).current_dir(&room.0);
        command.stdout(std::process::Stdio::piped());
        let mut program = command.spawn().expect("the command starts");
        // It listens before it prints.
        let (mut line, mut text) = ([0; 6], String::new());
        let read = program.stdout.take().unwrap().read_exact(&mut line).is_ok()
            && std::net::TcpStream::connect(&address)
                .is_ok_and(|mut connection| connection.read_to_string(&mut text).is_ok());
        if !read {
            let _ = program.kill();
        }
        program.wait().unwrap().success().then_some(text)
    };
    assert_eq!((0..5).find_map(|_| talk()).as_deref(), Some("hello\n"));
    let trap = room.expect(134, &["run", "--timeout", "20ms", "--listen", "127.0.0.1:0", module]);
    assert!(trap.contains("interrupt"), "{trap}");
}

#[test]
fn environment_and_folders() {
    let room = Room::new("environment");
    let text = lister(
        "environ",
        r#"(import "wasi_snapshot_preview1" "fd_prestat_dir_name"
            (func $dir (param i32 i32 i32) (result i32)))"#,
        r#"(func (export "dir")
            (if (call $dir (i32.const 3) (i32.const 256) (i32.const 5)) (then unreachable))
            (i32.store (i32.const 8) (i32.const 256))
            (i32.store (i32.const 12) (i32.const 5))
            (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0))))"#,
    );
    let module = &room.file("env.wat", &text);
    let text = room.expect(0, &["run", "--env", "A=1=2", "--env", "FROM_OUTSIDE", module]);
    assert_eq!(text, "A=1=2\0FROM_OUTSIDE=outside\0");
    let text = room.expect(0, &["run", "--env", "NOT_SET_ANYWHERE", "--env", "A=", module]);
    assert_eq!(text, "A=\0");
    let args = ["run", "--inherit-env", "--env", "FROM_OUTSIDE=inside", module];
    let output = Command::new(env!("CARGO_BIN_EXE_windlass"))
        .args(args)
        .current_dir(&room.0)
        .env_clear()
        .envs([("A", "1"), ("FROM_OUTSIDE", "outside")])
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"A=1\0FROM_OUTSIDE=inside\0");
    assert_eq!(room.expect(0, &["run", module]), "");
    assert_eq!(room.expect(0, &["run", "--dir", ".::guest", "--invoke", "dir", module]), "guest");
    room.expect(134, &["run", "--invoke", "dir", module]);
}

#[test]
fn preloads_and_unknown_imports() {
    let room = Room::new("imports");
    let library = &room.file(
        "library.wat",
        "(module (func (export \"f\") (param i32) (result i32) \
         (i32.mul (local.get 0) (i32.const 3))))",
    );
    let program = &room.file(
        "program.wat",
        r#"(module (import "lib" "f" (func $f (param i32) (result i32)))
        (import "nowhere" "g" (func $g))
        (func (export "_start")) (func (export "g") (call $g))
        (func (export "nine") (result i32) (call $f (i32.const 3))))"#,
    );
    let preload = &format!("lib={library}");
    let text = room.expect(1, &["run", "--preload", preload, program]);
    assert!(text.contains("unknown import: `nowhere` `g`"), "{text}");
    fn run<'a>(args: &[&'a str]) -> Vec<&'a str> {
        [&["run", "--unknown-imports", "trap"], args].concat()
    }
    assert_eq!(room.expect(0, &run(&["--preload", preload, "--invoke", "nine", program])), "9\n");
    room.expect(0, &run(&[program]));
    let text = room.expect(134, &run(&["--preload", preload, "--invoke", "g", program]));
    assert!(text.contains("`nowhere::g` has not been defined"), "{text}");
    room.expect(2, &run(&["--preload", "nonsense", program]));
}

#[test]
fn preloaded_reactors_are_initialized() {
    let room = &Room::new("reactors");
    let reactor = |name: &str, more: &str, body: &str| {
        let text = format!(
            "(module (global $g (mut i32) (i32.const 0)) {more}
                (func (export \"_initialize\") {body})
                (func (export \"get\") (result i32) (global.get $g)))"
        );
        format!("lib={}", room.file(name, &text))
    };
    let program = &room.file(
        "program.wat",
        r#"(module (import "lib" "get" (func $get (result i32)))
        (func (export "f") (result i32) (call $get)))"#,
    );
    let run = |preload: &str| {
        let preload = preload.to_string();
        move |code| room.expect(code, &["run", "--preload", &preload, "--invoke", "f", program])
    };
    let body = "(global.set $g (i32.add (global.get $g) (i32.const 42)))";
    assert_eq!(run(&reactor("reactor.wat", "", body))(0), "42\n");
    // What has `_start` is a program, and is not initialized.
    let start = "(func (export \"_start\"))";
    assert_eq!(run(&reactor("command.wat", start, body))(0), "0\n");
    // What fails there ends everything.
    let text = run(&reactor("failing.wat", "", "unreachable"))(134);
    assert!(text.contains("_initialize"), "{text}");
}

#[test]
fn programs_for_preview_0_run() {
    let room = Room::new("preview0");
    let program = &room.file(
        "hello.wat",
        r#"(module
        (import "wasi_unstable" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (data (i32.const 8) "hello\n")
        (func (export "_start")
            (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 6))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
            (call $exit (i32.const 0))))"#,
    );
    assert_eq!(room.expect(0, &["run", program]), "hello\n");
}

#[test]
fn precompiled_files_want_a_word() {
    let room = Room::new("precompiled");
    let module = &room.file("demo.wat", MODULE);
    assert_eq!(room.expect(0, &["compile", module]), "");
    for cpu in ["native", "baseline", "x86-64-v2"] {
        room.expect(0, &["compile", "--cpu", cpu, module, "-o", "demo.cwasm"]);
        let text = room.expect(2, &["run", "demo.cwasm"]);
        assert!(text.contains("--allow-precompiled"), "{text}");
        assert_eq!(room.expect(0, &["run", "--allow-precompiled", "demo.cwasm"]), "hello\n");
        let text =
            room.expect(1, &["run", "--allow-precompiled", "--memory", "checked", "demo.cwasm"]);
        assert!(text.contains("memory plan"), "{text}");
    }
    let file = room.0.join("demo.cwasm");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let text = room.expect(1, &["run", "--allow-precompiled", "demo.cwasm"]);
    assert!(text.contains("damaged"), "{text}");
    // A file that is there is replaced: whoever has it open keeps what they have.
    use std::os::unix::fs::MetadataExt;
    let before = fs::metadata(&file).unwrap().ino();
    let open = fs::File::open(&file).unwrap();
    room.expect(0, &["compile", module, "-o", "demo.cwasm"]);
    assert_ne!(fs::metadata(&file).unwrap().ino(), before);
    drop(open);
    room.expect(0, &["run", "--allow-precompiled", "demo.cwasm"]);
    room.expect(0, &["compile", module, "-o", "/dev/null"]);
    room.expect(1, &["compile", module, "-o", "not-there/demo.cwasm"]);
    room.expect(0, &["compile", "--emit", "dump", module, "-o", "demo.dump"]);
    let dump = fs::read(room.0.join("demo.dump")).unwrap();
    assert!(dump.starts_with(b"windlass code dump\n"));
    room.expect(0, &["compile", "--target", "x86_64-pc-windows-msvc", module, "-o", "demo.cwasm"]);
    let text = room.expect(1, &["run", "--allow-precompiled", "demo.cwasm"]);
    assert!(text.contains("its machine is x86_64-windows"), "{text}");
    room.expect(2, &["compile", "--target", "z80-unknown-none", module]);
}

#[test]
fn the_cache_keeps_programs() {
    let room = Room::new("cache");
    let module = &room.file("demo.wat", MODULE);
    let dir = room.0.join("caches/windlass");
    let files = |dir: &Path| fs::read_dir(dir).unwrap().count();
    for _ in 0..3 {
        assert_eq!(room.expect(0, &["run", "--cache", module]), "hello\n");
        assert_eq!(files(&dir), 1);
    }
    room.expect(0, &["run", "--cache", "--cpu", "baseline", module]);
    assert_eq!(files(&dir), 2);
    assert_eq!(room.expect(0, &["run", "--cache=elsewhere", module]), "hello\n");
    assert_eq!(files(&room.0.join("elsewhere")), 1);
    // Many processes at once.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(room.expect(0, &["run", "--cache=new", module]), "hello\n"));
        }
    });
    assert_eq!(files(&room.0.join("new")), 1);
}

#[test]
fn disassembly_and_inspection() {
    let room = Room::new("show");
    let module = &room.file("demo.wat", MODULE);
    room.expect(0, &["compile", module, "-o", "demo.cwasm"]);
    let text = room.expect(0, &["disasm", "-f", "divide", "-f", "add1", "demo.cwasm"]);
    assert_eq!(text, room.expect(0, &["disasm", "-f", "divide", "-f", "add1", module]));
    assert!(text.contains("idiv") && text.contains("traps: integer divide by zero"), "{text}");
    assert!(text.contains("call") && text.contains("; add\n"), "{text}");
    // Every offset is one of an instruction of the module.
    let wasm = wat::parse_str(MODULE).unwrap();
    let offsets: Vec<usize> = text
        .lines()
        .filter_map(|line| usize::from_str_radix(line.split_once('|')?.0.trim(), 16).ok())
        .collect();
    assert!(!offsets.is_empty() && offsets.iter().all(|&at| at < wasm.len()), "{offsets:?}");
    // 0x6d is i32.div_s.
    assert!(offsets.iter().any(|&at| wasm[at] == 0x6d), "{offsets:?}");
    assert_eq!(room.expect(0, &["disasm", "demo.cwasm"]).matches("function ").count(), 6);
    room.expect(2, &["disasm", "-f", "nothing", module]);

    let text = room.expect(0, &["inspect", module]);
    for line in [
        "module demo",
        "\"wasi_snapshot_preview1\" \"proc_exit\": function (i32) -> ()",
        "\"add\": function (i32 i64) -> (i64)",
        "\"memory\": memory of 1 or more pages",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let text = room.expect(0, &["inspect", "demo.cwasm"]);
    assert!(text.contains("machine = x86_64-linux") && text.contains("module demo"), "{text}");
    room.expect(1, &["inspect", "not-there.wasm"]);
}

#[test]
fn profilers_are_told_of_functions() {
    let room = Room::new("profile");
    let module = &room.file("demo.wat", MODULE);
    let run = |how: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command.args(["run", "--debug-info", "--profile", how, "--invoke", "add1", module]);
        let child = command.current_dir(&room.0).stdout(std::process::Stdio::piped()).spawn();
        let child = child.expect("the command starts");
        let process = child.id();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"3\n"[..]));
        process
    };
    let map = format!("/tmp/perf-{}.map", run("perfmap"));
    let text = fs::read_to_string(&map).unwrap();
    fs::remove_file(&map).unwrap();
    let names: Vec<&str> = text.lines().map(|line| line.split(' ').nth(2).unwrap()).collect();
    assert!(names.contains(&"add") && names.contains(&"add1"), "{text}");
    assert!(names.contains(&"wasm-trampoline"), "{text}");

    let dump = fs::read(room.0.join(format!("jit-{}.dump", run("jitdump")))).unwrap();
    let number = |at: usize| u32::from_le_bytes(dump[at..at + 4].try_into().unwrap());
    assert_eq!((number(0), number(4), number(8)), (0x4a69_5444, 1, 40));
    let (mut at, mut kinds) = (40, Vec::new());
    while at < dump.len() {
        kinds.push(number(at));
        at += number(at + 4) as usize;
    }
    assert_eq!(at, dump.len());
    // Code of seven functions and of trampolines, lines of the functions.
    assert!(kinds.iter().filter(|kind| **kind == 0).count() > 7, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == 2).count(), 6, "{kinds:?}");
    assert!(dump.windows(4).any(|window| window == b"add\0"));
}

#[test]
fn time_and_memory_end() {
    let room = Room::new("limits");
    let module = &room.file(
        "endless.wat",
        r#"(module (memory (export "memory") 1)
        (func (export "_start") (loop br 0))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#,
    );
    let text = room.expect(134, &["run", "--timeout", "50ms", module]);
    assert!(text.contains("interrupted: it ran longer than 50ms"), "{text}");
    room.expect(134, &["run", "--timeout", "0.01", "--cache", module]);
    room.expect(134, &["run", "--timeout", "0.01", "--cache", module]);
    room.expect(0, &["run", "--timeout", "1h", "--invoke", "grow", module, "1"]);
    for bad in ["-1", "1d", "soon", "ms"] {
        room.expect(2, &["run", "--timeout", bad, module]);
    }
    let grow = |limit: &str, by: &str| {
        room.expect(0, &["run", "--max-memory", limit, "--invoke", "grow", module, by])
    };
    assert_eq!(grow("1M", "15"), "1\n");
    assert_eq!(grow("1M", "16"), "-1\n");
    assert_eq!(grow("65536", "1"), "-1\n");
    room.expect(1, &["run", "--max-memory", "64", "--invoke", "grow", module, "0"]);
    room.expect(2, &["run", "--max-memory", "1T", module]);
    // All memories and tables count together, before anything of them is touched.
    for (name, what) in [("memories.wat", "(memory 15)"), ("tables.wat", "(table 120000 funcref)")]
    {
        let ten = what.repeat(10);
        let text = format!(r#"(module {ten} (func (export "_start")))"#);
        let module = &room.file(name, &text);
        let text = room.expect(1, &["run", "--max-memory", "9M", module]);
        assert!(text.contains("allow 9437184 bytes") && text.contains("--max-memory"), "{text}");
        room.expect(0, &["run", "--max-memory", "10M", module]);
        room.expect(0, &["run", module]);
    }
    let module = &room.file(
        "table.wat",
        r#"(module (table $t 10 funcref) (func (export "_start"))
            (func (export "grow") (param i32) (result i32)
                (table.grow $t (ref.null func) (local.get 0))))"#,
    );
    let grow = |by: &str| {
        room.expect(0, &["run", "--max-table-elements", "20", "--invoke", "grow", module, by])
    };
    assert_eq!(grow("10"), "10\n");
    assert_eq!(grow("11"), "-1\n");
    room.expect(1, &["run", "--max-table-elements", "9", module]);
    // Opens the folder itself again and again; the number of the error is the result.
    let module = &room.file(
        "open.wat",
        r#"(module (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_readdir"
                (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
            (memory (export "memory") 1) (data (i32.const 0) ".")
            (func (export "open") (param $count i32) (result i32) (local $error i32)
                (loop $next
                    (local.set $error (call $open (i32.const 3) (i32.const 0) (i32.const 0)
                        (i32.const 1) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0)
                        (i32.const 8)))
                    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
                    (br_if $next (local.get $count)))
                (local.get $error))
            (func (export "list") (result i32)
                (call $readdir (i32.const 3) (i32.const 64) (i32.const 1000) (i64.const 0)
                    (i32.const 8))))"#,
    );
    let run = |args: &[&str]| room.expect(0, &[&["run", "--dir", "."][..], args].concat());
    assert_eq!(run(&["--max-descriptors", "6", "--invoke", "open", module, "2"]), "0\n");
    assert_eq!(run(&["--max-descriptors", "6", "--invoke", "open", module, "3"]), "33\n");
    assert_eq!(run(&["--invoke", "open", module, "508"]), "0\n");
    assert_eq!(run(&["--invoke", "open", module, "509"]), "33\n");
    assert_eq!(run(&["--max-host-memory", "1K", "--invoke", "list", module]), "0\n");
    assert_eq!(run(&["--max-host-memory", "64", "--invoke", "list", module]), "48\n");
}
