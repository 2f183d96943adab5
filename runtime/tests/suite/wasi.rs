//! WASI preview 1, called by a guest that passes everything on.

use std::path::PathBuf;
use std::time::Duration;

use windlass_runtime::sys::fault::{Call, Injection};
use windlass_runtime::wasi::table::{FUNCTIONS, Row};
use windlass_runtime::wasi::{WasiCtx, WasiCtxBuilder, WasiExit, add_to_linker, unstable};
use windlass_runtime::{Engine, Error, Instance, Linker, Memory, Module, Store, Trap, Val};

const SUCCESS: i32 = 0;
const BADF: i32 = 8;
const EXIST: i32 = 20;
const FAULT: i32 = 21;
const ILSEQ: i32 = 25;
const INVAL: i32 = 28;
const ISDIR: i32 = 31;
const LOOP: i32 = 32;
const NOENT: i32 = 44;
const NOTDIR: i32 = 54;
const NOTEMPTY: i32 = 55;
const NOTSOCK: i32 = 57;
const PERM: i32 = 63;
const SPIPE: i32 = 70;
const NOTCAPABLE: i32 = 76;

const FOLLOW: i64 = 1;
const CREATE: i64 = 1;
const DIRECTORY: i64 = 2;
const EXCLUSIVE: i64 = 4;
const TRUNCATE: i64 = 8;
const READ: u64 = 1 << 1;
const WRITE: u64 = 1 << 6;
const ALL: u64 = u64::MAX;

/// A directory that is removed with everything in it.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> Self {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("windlass-wasi-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(path.join("sandbox")).expect("the temporary directory is writable");
        Self(path)
    }

    /// What programs see of it.
    pub fn sandbox(&self) -> PathBuf {
        self.0.join("sandbox")
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An instance that exports a function for each of WASI's, which passes its arguments on.
pub struct Guest {
    store: Store<WasiCtx>,
    instance: Instance,
    memory: Memory,
    next: i64,
    dir: Option<TempDir>,
}

fn wrappers(wasi: &str) -> String {
    let mut imports = String::new();
    let mut functions = String::new();
    let rows: Vec<Row> = match wasi == unstable::MODULE {
        true => unstable::functions().collect(),
        false => FUNCTIONS.to_vec(),
    };
    for row in rows {
        let params: Vec<_> =
            row.params.chars().map(|c| if c == 'I' { "i64" } else { "i32" }).collect();
        let result = if row.name == "proc_exit" { "" } else { "(result i32)" };
        let ty = format!("(param {}) {result}", params.join(" "));
        let name = row.name;
        imports += &format!(r#"(import "{wasi}" "{name}" (func ${name} {ty}))"#);
        let gets: String = (0..params.len()).map(|n| format!("(local.get {n})")).collect();
        functions += &format!(r#"(func (export "{name}") {ty} (call ${name} {gets}))"#);
    }
    format!(r#"(module {imports} (memory (export "memory") 2) {functions})"#)
}

impl Guest {
    pub fn new(ctx: WasiCtx, dir: Option<TempDir>) -> Self {
        Self::of("wasi_snapshot_preview1", ctx, dir)
    }

    /// One that imports the functions of WASI from this module.
    fn of(wasi: &str, ctx: WasiCtx, dir: Option<TempDir>) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, wrappers(wasi)).expect("the module is valid");
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).expect("new names");
        let mut store = Store::new(&engine, ctx);
        let instance = linker.instantiate(&mut store, &module).expect("all imports are defined");
        let memory = instance.get_memory(&mut store, "memory").expect("exported");
        Self { store, instance, memory, next: 0x1000, dir }
    }

    /// With a directory as descriptor 3.
    pub fn with_directory() -> Self {
        Self::of_with_directory("wasi_snapshot_preview1")
    }

    fn of_with_directory(wasi: &str) -> Self {
        let dir = TempDir::new();
        let mut builder = WasiCtxBuilder::new();
        builder.preopened_dir(dir.sandbox(), "/data").expect("it was just made");
        let ctx = builder.build();
        Self::of(wasi, ctx, Some(dir))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.as_ref().expect("it has a directory").sandbox().join(name)
    }

    fn try_call(&mut self, name: &str, args: &[i64]) -> Result<i32, Error> {
        let row = FUNCTIONS.iter().find(|row| row.name == name).expect("a function of WASI");
        assert_eq!(row.params.len(), args.len(), "{name}");
        let args: Vec<Val> = row
            .params
            .chars()
            .zip(args)
            .map(|(c, n)| if c == 'I' { Val::I64(*n) } else { Val::I32(*n as i32) })
            .collect();
        let function = self.instance.get_func(&mut self.store, name).expect("exported");
        let mut result = [Val::I32(0)];
        let results = if name == "proc_exit" { &mut [][..] } else { &mut result[..] };
        function.call(&mut self.store, &args, results)?;
        Ok(result[0].i32().expect("an error number"))
    }

    /// Calls what waits longer than any test: the deadline ends it, and the guest goes on.
    pub fn interrupted(&mut self, name: &str, args: &[i64]) {
        self.store.set_deadline(Duration::from_millis(10)).expect("a thread can be started");
        for _ in 0..2 {
            let error = self.try_call(name, args).expect_err("it does not end by itself");
            assert_eq!(error.downcast_ref(), Some(&Trap::Interrupted), "{name}: {error:?}");
        }
        self.store.clear_deadline();
    }

    /// Calls with the deadline behind so many pieces of work; the trap, and how many looks there
    /// were between pieces.
    pub fn ended(&mut self, name: &str, args: &[i64], looks: u64) -> (Option<Trap>, u64) {
        let injection = Injection::after(Call::Piece, looks);
        let result = self.try_call(name, args);
        let seen = injection.seen();
        let trap = match result {
            Ok(errno) => {
                assert_eq!(errno, SUCCESS, "{name}");
                None
            }
            Err(error) => Some(*error.downcast_ref().expect("a trap")),
        };
        (trap, seen)
    }

    /// Grows the memory by pages.
    pub fn grow(&mut self, pages: u64) {
        self.memory.grow(&mut self.store, pages).expect("there is room");
    }

    /// Calls within an hour; what is ready is not waited for.
    pub fn in_time(&mut self, name: &str, args: &[i64]) -> i32 {
        self.store.set_deadline(Duration::from_secs(3600)).expect("a thread can be started");
        let errno = self.call(name, args);
        self.store.clear_deadline();
        errno
    }

    pub fn call(&mut self, name: &str, args: &[i64]) -> i32 {
        self.try_call(name, args).unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Calls; an error number but 0 is an error.
    pub fn check(&mut self, name: &str, args: &[i64]) -> Result<(), i32> {
        match self.call(name, args) {
            SUCCESS => Ok(()),
            errno => Err(errno),
        }
    }

    /// Puts text into memory; the result is its address.
    pub fn put(&mut self, text: impl AsRef<[u8]>) -> i64 {
        let text = text.as_ref();
        if self.next as usize + text.len() > 0xf000 {
            self.next = 0x1000;
        }
        let at = self.next;
        self.memory.write(&mut self.store, at as usize, text).expect("in bounds");
        self.next += (text.len() as i64 + 8) & !7;
        at
    }

    pub fn write_at(&mut self, at: i64, bytes: &[u8]) {
        self.memory.write(&mut self.store, at as usize, bytes).expect("in bounds");
    }

    pub fn bytes(&self, at: i64, len: usize) -> Vec<u8> {
        self.memory.data(&self.store)[at as usize..at as usize + len].to_vec()
    }

    pub fn u32(&self, at: i64) -> u32 {
        u32::from_le_bytes(self.bytes(at, 4).try_into().expect("four bytes"))
    }

    pub fn u64(&self, at: i64) -> u64 {
        u64::from_le_bytes(self.bytes(at, 8).try_into().expect("eight bytes"))
    }

    fn open_at(&mut self, dir: i64, path: &str, flags: [i64; 3], rights: u64) -> Result<i64, i32> {
        let at = self.put(path);
        let [lookup, open, fd_flags] = flags;
        let rights = rights as i64;
        let args = [dir, lookup, at, path.len() as i64, open, rights, rights, fd_flags, 32];
        self.check("path_open", &args)?;
        Ok(i64::from(self.u32(32)))
    }

    /// Opens below descriptor 3.
    pub fn open(&mut self, path: &str, open: i64, rights: u64) -> Result<i64, i32> {
        self.open_at(3, path, [FOLLOW, open, 0], rights)
    }

    /// Writes from two buffers.
    pub fn write(&mut self, fd: i64, text: &[u8]) -> Result<u32, i32> {
        let at = self.put(text);
        let half = text.len() as u32 / 2;
        let vectors = [at as u32, half, at as u32 + half, text.len() as u32 - half];
        let vectors = self.put(vectors.map(u32::to_le_bytes).concat());
        self.check("fd_write", &[fd, vectors, 2, 40])?;
        Ok(self.u32(40))
    }

    /// Reads into two buffers.
    pub fn read(&mut self, fd: i64, len: u32) -> Result<Vec<u8>, i32> {
        let at = self.put(vec![0; len as usize]);
        let vectors = [at as u32, len / 2, at as u32 + len / 2, len - len / 2];
        let vectors = self.put(vectors.map(u32::to_le_bytes).concat());
        self.check("fd_read", &[fd, vectors, 2, 40])?;
        let count = self.u32(40) as usize;
        Ok(self.bytes(at, count))
    }

    fn on_path(&mut self, name: &str, path: &str) -> i32 {
        let at = self.put(path);
        self.call(name, &[3, at, path.len() as i64])
    }
}

#[test]
fn a_program_prints_and_exits() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "wasi_snapshot_preview1" "fd_write"
                (func $fd_write (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "\10\00\00\00\06\00\00\00")
            (data (i32.const 16) "hello\n")
            (func (export "_start")
                (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
                (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
                (call $proc_exit (i32.const 7))))"#,
    )
    .expect("the module is valid");
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).expect("new names");
    let mut builder = WasiCtxBuilder::new();
    let (stdout, stderr) = (builder.capture_stdout(), builder.capture_stderr());
    let mut store = Store::new(&engine, builder.build());
    let instance = linker.instantiate(&mut store, &module).expect("all imports are defined");
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").expect("exported");
    let error = start.call(&mut store, ()).expect_err("it exits");
    assert_eq!(error.downcast_ref(), Some(&WasiExit(7)));
    assert_eq!(stdout.contents(), b"hello\n");
    assert_eq!(stderr.contents(), b"hello\n");
}

#[test]
fn arguments_and_environment() {
    let mut builder = WasiCtxBuilder::new();
    builder.arg("prog").args(["a b", ""]).env("NAME", "value").env("EMPTY", "");
    let mut guest = Guest::new(builder.build(), None);
    for (sizes, get, strings) in [
        ("args_sizes_get", "args_get", &["prog", "a b", ""][..]),
        ("environ_sizes_get", "environ_get", &["NAME=value", "EMPTY="][..]),
    ] {
        assert_eq!(guest.call(sizes, &[0, 4]), SUCCESS);
        let size: usize = strings.iter().map(|s| s.len() + 1).sum();
        assert_eq!((guest.u32(0), guest.u32(4)), (strings.len() as u32, size as u32));
        assert_eq!(guest.call(get, &[16, 64]), SUCCESS);
        for (index, string) in strings.iter().enumerate() {
            let at = i64::from(guest.u32(16 + 4 * index as i64));
            assert_eq!(guest.bytes(at, string.len() + 1), [string.as_bytes(), b"\0"].concat());
        }
        let end = 2 * 65536;
        assert_eq!(guest.call(get, &[16, end - size as i64 + 1]), FAULT);
        assert_eq!(guest.call(get, &[end - 2, 64]), FAULT);
        assert_eq!(guest.call(sizes, &[end, 0]), FAULT);
    }
}

#[test]
fn streams() {
    let mut builder = WasiCtxBuilder::new();
    builder.stdin_bytes(&b"input"[..]);
    let stdout = builder.capture_stdout();
    let mut guest = Guest::new(builder.build(), None);
    assert_eq!(guest.read(0, 3), Ok(b"inp".to_vec()));
    assert_eq!(guest.read(0, 100), Ok(b"ut".to_vec()));
    assert_eq!(guest.read(0, 100), Ok(Vec::new()));
    assert_eq!(guest.write(1, b"output"), Ok(6));
    assert_eq!(guest.write(2, b"ignored"), Ok(7));
    assert_eq!(stdout.contents(), b"output");
    assert_eq!(guest.write(0, b"x"), Err(BADF));
    assert_eq!(guest.read(1, 1), Err(BADF));
    assert_eq!(guest.write(9, b"x"), Err(BADF));
    assert_eq!(guest.call("fd_seek", &[1, 0, 0, 64]), SPIPE);
    assert_eq!(guest.call("fd_tell", &[0, 64]), SPIPE);
    assert_eq!(guest.call("fd_fdstat_get", &[1, 64]), SUCCESS);
    assert_eq!(guest.bytes(64, 1), [0], "no terminal");
    assert_eq!(guest.call("fd_prestat_get", &[3, 64]), BADF);
    assert_eq!(guest.call("sock_shutdown", &[1, 0]), NOTSOCK);
}

#[test]
fn files() {
    let mut guest = Guest::with_directory();
    let fd = guest.open("a", CREATE | EXCLUSIVE, ALL).expect("it is new");
    assert_eq!(fd, 4);
    assert_eq!(guest.open("a", CREATE | EXCLUSIVE, ALL), Err(EXIST));
    assert_eq!(guest.open("b", 0, ALL), Err(NOENT));
    assert_eq!(guest.open("a", DIRECTORY, READ), Err(NOTDIR));
    assert_eq!(guest.open("a/b", 0, READ), Err(NOTDIR));
    assert_eq!(guest.open("", 0, READ), Err(NOENT));
    assert_eq!(guest.write(fd, b"hello world"), Ok(11));
    assert_eq!(guest.call("fd_tell", &[fd, 64]), SUCCESS);
    assert_eq!(guest.u64(64), 11);
    assert_eq!(guest.call("fd_seek", &[fd, -5, 2, 64]), SUCCESS);
    assert_eq!(guest.u64(64), 6);
    assert_eq!(guest.read(fd, 100), Ok(b"world".to_vec()));
    assert_eq!(guest.call("fd_seek", &[fd, -1, 0, 64]), INVAL);
    assert_eq!(guest.call("fd_seek", &[fd, -100, 1, 64]), INVAL);
    assert_eq!(guest.call("fd_seek", &[fd, 0, 3, 64]), INVAL);
    assert_eq!(guest.call("fd_seek", &[fd, -7, 1, 64]), SUCCESS);
    assert_eq!(guest.u64(64), 4);

    // Access at a position leaves the file's own alone.
    let buffer = guest.put("HE");
    let vectors = guest.put([buffer as u32, 2].map(u32::to_le_bytes).concat());
    assert_eq!(guest.call("fd_pwrite", &[fd, vectors, 1, 0, 64]), SUCCESS);
    assert_eq!(guest.u32(64), 2);
    assert_eq!(guest.call("fd_pread", &[fd, vectors, 1, 6, 64]), SUCCESS);
    assert_eq!(guest.bytes(buffer, 2), b"wo");
    assert_eq!(guest.read(fd, 100), Ok(b"o world".to_vec()));
    assert_eq!(std::fs::read(guest.path("a")).expect("it is there"), b"HEllo world");

    assert_eq!(guest.call("fd_filestat_get", &[fd, 64]), SUCCESS);
    assert_eq!(guest.bytes(80, 1), [4], "a regular file");
    assert_eq!((guest.u64(88), guest.u64(96)), (1, 11), "links and size");
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, 4]), SUCCESS);
    assert_eq!(guest.call("fd_allocate", &[fd, 0, 100]), SUCCESS);
    let (second, nanoseconds) = (1_000_000_000, 5);
    let time = 77 * second + nanoseconds;
    assert_eq!(guest.call("fd_filestat_set_times", &[fd, time, 0, 1]), SUCCESS);
    assert_eq!(guest.call("fd_filestat_set_times", &[fd, 0, 2 * time, 4]), SUCCESS);
    assert_eq!(guest.call("fd_filestat_set_times", &[fd, 0, 0, 3]), INVAL);
    let at = guest.put("a");
    assert_eq!(guest.call("path_filestat_get", &[3, 1, at, 1, 64]), SUCCESS);
    assert_eq!((guest.u64(96), guest.u64(104)), (100, time as u64), "size and time of access");
    assert_eq!(guest.u64(112), 2 * time as u64, "time of modification");
    assert_eq!(guest.call("path_filestat_set_times", &[3, 1, at, 1, 0, time, 4]), SUCCESS);
    assert_eq!(guest.call("path_filestat_get", &[3, 1, at, 1, 64]), SUCCESS);
    assert_eq!(guest.u64(112), time as u64);
    for name in ["fd_sync", "fd_datasync"] {
        assert_eq!(guest.call(name, &[fd]), SUCCESS);
        assert_eq!(guest.call(name, &[99]), BADF);
    }
    assert_eq!(guest.call("fd_advise", &[fd, 0, 0, 3]), SUCCESS);
    assert_eq!(guest.call("fd_advise", &[fd, 0, 0, 6]), INVAL);
    assert_eq!(guest.call("fd_close", &[fd]), SUCCESS);
    assert_eq!(guest.call("fd_close", &[fd]), BADF);

    // Truncated, then written at the end only.
    let fd = guest.open_at(3, "a", [FOLLOW, TRUNCATE, 1], ALL).expect("it is there");
    assert_eq!(guest.write(fd, b"one"), Ok(3));
    assert_eq!(guest.call("fd_seek", &[fd, 0, 0, 64]), SUCCESS);
    assert_eq!(guest.write(fd, b"two"), Ok(3));
    assert_eq!(std::fs::read(guest.path("a")).expect("it is there"), b"onetwo");
    assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 0]), SUCCESS);
    assert_eq!(guest.call("fd_seek", &[fd, 0, 0, 64]), SUCCESS);
    assert_eq!(guest.write(fd, b"new"), Ok(3));
    assert_eq!(std::fs::read(guest.path("a")).expect("it is there"), b"newtwo");
}

#[test]
fn files_can_do_what_they_were_opened_for_and_was_not_given_away() {
    let mut guest = Guest::with_directory();
    std::fs::write(guest.path("a"), b"text").expect("the directory is writable");
    let fd = guest.open("a", 0, READ).expect("it is there");
    assert_eq!(guest.read(fd, 10), Ok(b"text".to_vec()));
    assert_eq!(guest.write(fd, b"x"), Err(BADF));
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, 0]), INVAL);
    assert_eq!(guest.call("fd_fdstat_get", &[fd, 64]), SUCCESS);
    assert_eq!(guest.u64(72), READ);
    // Rights that few programs ask for, and all use.
    for name in ["fd_tell", "fd_filestat_get"] {
        assert_eq!(guest.call(name, &[fd, 64]), SUCCESS, "{name}");
    }
    assert_eq!(guest.call("fd_fdstat_set_rights", &[fd, 0, 0]), SUCCESS);
    assert_eq!(guest.read(fd, 1), Err(NOTCAPABLE));
    assert_eq!(guest.call("fd_tell", &[fd, 64]), NOTCAPABLE);
    let none = guest.open("a", 0, 0).expect("it is there");
    assert_eq!(guest.read(none, 2), Ok(b"te".to_vec()));
    assert_eq!(guest.write(none, b"x"), Err(BADF));
    let fd = guest.open("a", 0, WRITE).expect("it is there");
    assert_eq!(guest.write(fd, b"x"), Ok(1));
    assert_eq!(guest.read(fd, 1), Err(BADF));
    // A directory that may not give the right to write on, nor do those that are opened from it.
    std::fs::create_dir(guest.path("sub")).expect("the directory is writable");
    std::fs::write(guest.path("sub/b"), b"text").expect("the directory is writable");
    let dir = guest.open_at(3, "sub", [0, DIRECTORY, 0], 0).expect("it is there");
    let inner = guest.open_at(dir, "b", [0; 3], READ | WRITE).expect("it is there");
    assert_eq!(guest.write(inner, b"x"), Ok(1));
    let dir = guest.open_at(3, "sub", [0, DIRECTORY, 0], ALL & !WRITE).expect("it is there");
    assert_eq!(guest.call("fd_fdstat_set_rights", &[dir, 1 << 13, READ as i64]), SUCCESS);
    let again = guest.open_at(dir, ".", [0, DIRECTORY, 0], ALL).expect("it is there");
    assert_eq!(guest.open_at(again, "b", [0; 3], READ), Err(NOTCAPABLE));
    let inner = guest.open_at(dir, "b", [0; 3], READ | WRITE).expect("it is there");
    assert_eq!(guest.read(inner, 1), Ok(b"x".to_vec()));
    assert_eq!(guest.write(inner, b"x"), Err(NOTCAPABLE));
    // A directory that may not open anything.
    assert_eq!(guest.call("fd_fdstat_get", &[3, 64]), SUCCESS);
    let (rights, inheriting) = (guest.u64(72), guest.u64(80));
    let without = rights & !(1 << 13);
    let args = [3, without as i64, inheriting as i64];
    assert_eq!(guest.call("fd_fdstat_set_rights", &args), SUCCESS);
    assert_eq!(guest.open("a", 0, READ), Err(NOTCAPABLE));
    let args = [3, rights as i64, inheriting as i64];
    assert_eq!(guest.call("fd_fdstat_set_rights", &args), NOTCAPABLE);
}

fn list(guest: &mut Guest, fd: i64, size: i64) -> Vec<(String, u8)> {
    let mut found = Vec::new();
    let mut cookie = 0;
    loop {
        assert_eq!(guest.call("fd_readdir", &[fd, 0x1_0000, size, cookie as i64, 64]), SUCCESS);
        let used = i64::from(guest.u32(64));
        let mut at = 0;
        let before = cookie;
        while at + 24 <= used {
            let entry = 0x1_0000 + at;
            let len = i64::from(guest.u32(entry + 16));
            if at + 24 + len > used {
                break;
            }
            let name = guest.bytes(entry + 24, len as usize);
            let name = String::from_utf8(name).expect("the names are text");
            found.push((name, guest.bytes(entry + 20, 1)[0]));
            cookie = guest.u64(entry);
            at += 24 + len;
        }
        if used < size {
            return found;
        }
        assert!(cookie > before, "the buffer is large enough for an entry");
    }
}

#[test]
fn directories() {
    let mut guest = Guest::with_directory();
    assert_eq!(guest.call("fd_prestat_get", &[3, 64]), SUCCESS);
    assert_eq!((guest.u32(64), guest.u32(68)), (0, 5));
    assert_eq!(guest.call("fd_prestat_dir_name", &[3, 64, 5]), SUCCESS);
    assert_eq!(guest.bytes(64, 5), b"/data");
    assert_ne!(guest.call("fd_prestat_dir_name", &[3, 64, 4]), SUCCESS);
    assert_eq!(guest.on_path("path_create_directory", "sub"), SUCCESS);
    assert_eq!(guest.on_path("path_create_directory", "sub"), EXIST);
    assert_eq!(guest.on_path("path_create_directory", "no/sub"), NOENT);
    let sub = guest.open("sub", DIRECTORY, ALL & !WRITE).expect("it was just made");
    for n in 0..20 {
        let fd = guest.open_at(sub, &format!("file{n:02}"), [0, CREATE, 0], ALL).expect("new");
        assert_eq!(guest.call("fd_close", &[fd]), SUCCESS);
    }
    for size in [40, 64, 100, 4096] {
        let mut found = list(&mut guest, sub, size);
        assert_eq!(found[..2], [(".".to_string(), 3), ("..".to_string(), 3)], "{size}");
        found.sort();
        assert_eq!(found.len(), 22, "{size}");
        assert_eq!(found[21], ("file19".to_string(), 4));
    }
    assert_eq!(guest.read(sub, 1), Err(BADF));
    assert_eq!(guest.write(sub, b"x"), Err(BADF));
    assert_eq!(guest.call("fd_seek", &[sub, 0, 0, 64]), BADF);
    // No directory is opened to be written, but one that is wanted as such.
    assert_eq!(guest.open("sub", 0, READ | WRITE), Err(ISDIR));
    assert!(guest.open("sub", DIRECTORY, ALL & !WRITE).is_ok());
    assert_eq!(guest.on_path("path_remove_directory", "sub"), NOTEMPTY);
    assert_eq!(guest.on_path("path_unlink_file", "sub"), ISDIR);
    assert_eq!(guest.on_path("path_remove_directory", "sub/file00"), NOTDIR);
    for n in 0..20 {
        assert_eq!(guest.on_path("path_unlink_file", &format!("sub/file{n:02}")), SUCCESS);
    }
    assert_eq!(list(&mut guest, sub, 4096).len(), 2);
    assert_eq!(guest.on_path("path_remove_directory", "sub"), SUCCESS);
    assert_eq!(guest.on_path("path_unlink_file", "sub"), NOENT);
    let fd = guest.open("plain", CREATE, ALL).expect("new");
    assert_eq!(guest.call("fd_readdir", &[fd, 0x1_0000, 100, 0, 64]), NOTDIR);
    assert_eq!(guest.open_at(fd, "x", [0, 0, 0], READ), Err(NOTDIR));
}

#[test]
fn renames_and_links() {
    let mut guest = Guest::with_directory();
    std::fs::write(guest.path("a"), b"text").expect("the directory is writable");
    let (a, b, c) = (guest.put("a"), guest.put("b"), guest.put("c"));
    assert_eq!(guest.call("path_rename", &[3, a, 1, 3, b, 1]), SUCCESS);
    assert_eq!(guest.call("path_rename", &[3, a, 1, 3, b, 1]), NOENT);
    assert_eq!(guest.call("path_link", &[3, 0, b, 1, 3, c, 1]), SUCCESS);
    assert_eq!(guest.call("path_link", &[3, 0, b, 1, 3, c, 1]), EXIST);
    assert_eq!(guest.call("path_filestat_get", &[3, 0, c, 1, 64]), SUCCESS);
    assert_eq!(guest.u64(88), 2, "links");
    // A slash behind a name wants a directory.
    for new in ["b/", "new/"] {
        let at = guest.put(new);
        assert_eq!(guest.call("path_rename", &[3, b, 1, 3, at, new.len() as i64]), NOTDIR);
    }
    std::fs::create_dir(guest.path("sub")).expect("the directory is writable");
    let (sub, new) = (guest.put("sub"), guest.put("new/"));
    assert_eq!(guest.call("path_rename", &[3, sub, 3, 3, new, 4]), SUCCESS);
    // A symbolic link, seen as itself and through itself.
    assert_eq!(guest.call("path_symlink", &[b, 1, 3, a, 1]), SUCCESS);
    assert_eq!(guest.call("path_readlink", &[3, a, 1, 512, 10, 64]), SUCCESS);
    assert_eq!((guest.u32(64), guest.bytes(512, 1)), (1, b"b".to_vec()));
    assert_eq!(guest.call("path_readlink", &[3, b, 1, 512, 10, 64]), INVAL);
    assert_eq!(guest.call("path_filestat_get", &[3, 0, a, 1, 64]), SUCCESS);
    assert_eq!(guest.bytes(80, 1), [7], "the link");
    assert_eq!(guest.call("path_filestat_get", &[3, 1, a, 1, 64]), SUCCESS);
    assert_eq!(guest.bytes(80, 1), [4], "the file");
    let fd = guest.open("a", 0, READ).expect("followed");
    assert_eq!(guest.read(fd, 10), Ok(b"text".to_vec()));
    assert_eq!(guest.open_at(3, "a", [0, 0, 0], READ), Err(LOOP));
    assert_eq!(guest.on_path("path_unlink_file", "a"), SUCCESS);
    assert_eq!(std::fs::read(guest.path("b")).expect("it is there"), b"text");
    let itself = guest.put("loop");
    assert_eq!(guest.call("path_symlink", &[itself, 4, 3, itself, 4]), SUCCESS);
    assert_eq!(guest.open("loop", 0, READ), Err(LOOP));
}

#[test]
fn nothing_outside_can_be_reached() {
    let mut guest = Guest::with_directory();
    let outside = guest.path("../secret");
    std::fs::write(&outside, b"secret").expect("the directory is writable");
    std::os::unix::fs::symlink(&outside, guest.path("absolute")).expect("links can be made");
    std::os::unix::fs::symlink("../secret", guest.path("relative")).expect("links can be made");
    std::os::unix::fs::symlink("..", guest.path("up")).expect("links can be made");
    std::fs::create_dir(guest.path("inner")).expect("the directory is writable");
    for path in [
        "../secret",
        "/etc/passwd",
        "absolute",
        "relative",
        "up/secret",
        "inner/../../secret",
        "./../secret",
        "inner/../absolute",
    ] {
        for open in [0, CREATE, TRUNCATE] {
            let result = guest.open(path, open, ALL);
            assert_eq!(result, Err(PERM), "{path} {open}");
        }
        let at = guest.put(path);
        let len = path.len() as i64;
        assert_eq!(guest.call("path_filestat_get", &[3, 1, at, len, 64]), PERM, "{path}");
        let new = guest.put("stolen");
        let _ = guest.call("path_link", &[3, 0, at, len, 3, new, 6]);
        // At most a link to the link was made, which leads no further.
        let stolen = guest.open("stolen", 0, READ);
        assert!(stolen == Err(PERM) || stolen == Err(NOENT), "{path}: {stolen:?}");
        let _ = std::fs::remove_file(guest.path("stolen"));
    }
    for path in ["../secret", "up/secret", "/tmp/x", ".."] {
        for name in ["path_unlink_file", "path_remove_directory", "path_create_directory"] {
            assert_ne!(guest.on_path(name, path), SUCCESS, "{name} {path}");
        }
        let (at, len) = (guest.put(path), path.len() as i64);
        let own = guest.put("inner");
        assert_ne!(guest.call("path_rename", &[3, own, 5, 3, at, len]), SUCCESS, "{path}");
        assert_ne!(guest.call("path_rename", &[3, at, len, 3, own, 5]), SUCCESS, "{path}");
    }
    assert_eq!(std::fs::read(&outside).expect("untouched"), b"secret");
    // Within the directory everything goes.
    assert!(guest.open("inner/../inner", DIRECTORY, ALL & !WRITE).is_ok());
    assert_eq!(guest.open("a\0b", CREATE, ALL), Err(INVAL));
    let bad = guest.put(b"\xff\xfe");
    assert_eq!(guest.call("path_create_directory", &[3, bad, 2]), ILSEQ);
}

#[test]
fn the_lowest_free_descriptor_is_given_out() {
    let mut guest = Guest::with_directory();
    let fds: Vec<i64> =
        (0..5).map(|n| guest.open(&format!("{n}"), CREATE, ALL).expect("new")).collect();
    assert_eq!(fds, [4, 5, 6, 7, 8]);
    for fd in [7, 5, 6] {
        assert_eq!(guest.call("fd_close", &[fd]), SUCCESS);
    }
    for expected in [5, 6, 7, 9] {
        assert_eq!(guest.open("0", 0, ALL), Ok(expected));
    }
    assert_eq!(guest.write(8, b"eight"), Ok(5));
    assert_eq!(guest.call("fd_renumber", &[8, 5]), SUCCESS);
    assert_eq!(guest.call("fd_close", &[8]), BADF);
    assert_eq!(guest.write(5, b"!"), Ok(1));
    assert_eq!(std::fs::read(guest.path("4")).expect("it is there"), b"eight!");
    assert_eq!(guest.call("fd_renumber", &[5, 100]), BADF);
    assert_eq!(guest.call("fd_renumber", &[100, 5]), BADF);
    assert_eq!(guest.call("fd_renumber", &[5, 5]), SUCCESS);
    assert_eq!(guest.open("0", 0, ALL), Ok(8));
}

/// A subscription of `poll_oneoff`: a clock (tag 0), or a descriptor to read (1) or write (2).
pub fn subscription(userdata: u64, tag: u8, id: u32, timeout: u64, flags: u16) -> [u8; 48] {
    let mut bytes = [0u8; 48];
    bytes[..8].copy_from_slice(&userdata.to_le_bytes());
    bytes[8] = tag;
    bytes[16..20].copy_from_slice(&id.to_le_bytes());
    bytes[24..32].copy_from_slice(&timeout.to_le_bytes());
    bytes[40..42].copy_from_slice(&flags.to_le_bytes());
    bytes
}

#[test]
fn clocks_and_waiting() {
    let mut guest = Guest::with_directory();
    for clock in 0..4 {
        assert_eq!(guest.call("clock_res_get", &[clock, 64]), SUCCESS);
        assert!(guest.u64(64) > 0);
        assert_eq!(guest.call("clock_time_get", &[clock, 1, 64]), SUCCESS);
        let first = guest.u64(64);
        assert_eq!(guest.call("clock_time_get", &[clock, 1, 64]), SUCCESS);
        assert!(guest.u64(64) >= first || clock == 0);
    }
    assert_eq!(guest.call("clock_time_get", &[4, 1, 64]), INVAL);
    // The earlier of two clocks.
    let far = u64::MAX / 2;
    let list = [subscription(1, 0, 1, far, 0), subscription(2, 0, 1, 1_000_000, 0)].concat();
    let at = guest.put(&list);
    assert_eq!(guest.call("clock_time_get", &[1, 1, 64]), SUCCESS);
    let before = guest.u64(64);
    assert_eq!(guest.call("poll_oneoff", &[at, 512, 2, 80]), SUCCESS);
    assert_eq!(guest.call("clock_time_get", &[1, 1, 64]), SUCCESS);
    assert!(guest.u64(64) - before >= 1_000_000);
    assert_eq!(guest.u32(80), 1);
    assert_eq!((guest.u64(512), guest.bytes(520, 3)), (2, vec![0, 0, 0]));
    // Streams are ready at once; a clock that is far away is not.
    let list = [subscription(1, 0, 0, far, 0), subscription(5, 2, 1, 0, 0)].concat();
    let at = guest.put(&list);
    assert_eq!(guest.call("poll_oneoff", &[at, 512, 2, 80]), SUCCESS);
    assert_eq!((guest.u32(80), guest.u64(512)), (1, 5));
    assert_eq!(guest.bytes(520, 3), [0, 0, 2]);
    // A time that is over, and descriptors and clocks that are none.
    let list =
        [subscription(1, 0, 0, 1, 1), subscription(2, 1, 99, 0, 0), subscription(3, 0, 9, 0, 0)];
    let at = guest.put(list.concat());
    assert_eq!(guest.call("poll_oneoff", &[at, 512, 3, 80]), SUCCESS);
    assert_eq!(guest.u32(80), 3);
    assert_eq!(guest.bytes(520, 2), [0, 0]);
    assert_eq!(guest.bytes(552, 2), [8, 0]);
    assert_eq!(guest.bytes(584, 2), [28, 0]);
    assert_eq!(guest.call("poll_oneoff", &[at, 512, 0, 80]), INVAL);
    assert_eq!(guest.call("poll_oneoff", &[at, 512, 100_000, 80]), FAULT);
    assert_eq!(guest.call("poll_oneoff", &[at, 512, i64::from(u32::MAX), 80]), INVAL);
    assert_eq!(guest.call("sched_yield", &[]), SUCCESS);
}

#[test]
fn randomness() {
    let mut guest = Guest::with_directory();
    assert_eq!(guest.call("random_get", &[0x1_0000, 1024]), SUCCESS);
    let bytes = guest.bytes(0x1_0000, 1024);
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    assert!((3500..4700).contains(&ones), "{ones} of 8192 bits");
    assert_eq!(guest.call("random_get", &[2 * 65536, 0]), SUCCESS);
    assert_eq!(guest.call("random_get", &[2 * 65536, 1]), FAULT);
}

#[test]
fn hostile_pointers_are_faults() {
    let mut guest = Guest::with_directory();
    let fd = guest.open("a", CREATE, ALL).expect("new");
    assert_eq!(fd, 4);
    for bad in [2 * 65536i64, 2 * 65536 - 1, 0xffff_fff0, 0xffff_ffff, 0x8000_0000] {
        for (name, args) in [
            ("fd_write", &[1, bad, 1, 64][..]),
            ("fd_write", &[1, 64, 1, bad]),
            ("fd_read", &[4, bad, 1, 64]),
            ("fd_pread", &[4, 64, 1, 0, bad]),
            ("fd_filestat_get", &[4, bad]),
            ("fd_fdstat_get", &[4, bad]),
            ("fd_seek", &[4, 0, 0, bad]),
            ("fd_readdir", &[3, bad, 100, 0, 64]),
            ("fd_readdir", &[3, 64, 100, 0, bad]),
            ("fd_prestat_get", &[3, bad]),
            ("path_open", &[3, 0, bad, 10, 0, 2, 2, 0, 64]),
            ("path_open", &[3, 0, 64, 1, 0, 2, 2, 0, bad]),
            ("path_readlink", &[3, bad, 10, 64, 10, 80]),
            ("path_rename", &[3, bad, 10, 3, 64, 1]),
            ("path_symlink", &[bad, 10, 3, 64, 1]),
            ("clock_time_get", &[1, 0, bad]),
            ("random_get", &[bad, 17]),
            ("poll_oneoff", &[bad, 64, 1, 64]),
            ("poll_oneoff", &[64, bad, 1, 64]),
        ] {
            assert_eq!(guest.call(name, args), FAULT, "{name} {args:x?}");
        }
    }
    // A vector whose buffer is outside, or whose lengths overflow.
    let vectors = guest.put([64u32, 8, 0xffff_0000, 8].map(u32::to_le_bytes).concat());
    assert_eq!(guest.call("fd_write", &[1, vectors, 2, 64]), FAULT);
    assert_eq!(guest.call("fd_write", &[1, vectors, i64::from(u32::MAX), 64]), INVAL);
}

#[test]
fn random_arguments_never_harm() {
    let mut guest = Guest::with_directory();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..400 {
        for row in FUNCTIONS.iter().filter(|row| {
            // Waiting and ending are for other tests.
            !["poll_oneoff", "proc_exit"].contains(&row.name)
        }) {
            let args: Vec<i64> = row
                .params
                .chars()
                .map(|_| match random() % 6 {
                    0 => (random() % 8) as i64,
                    1 => (random() % 0x2_0000) as i64,
                    2 => -((random() % 16) as i64),
                    3 => 0x2_0000 - (random() % 64) as i64,
                    4 => (random() % 64) as i64,
                    _ => random() as i64,
                })
                .collect();
            // Sizes of files stay small: what is allocated is really taken.
            if row.name == "fd_allocate" && (args[1] | args[2]) as u64 > 1 << 16 {
                continue;
            }
            let errno = guest.call(row.name, &args);
            assert!((0..=76).contains(&errno), "{} {args:x?}: {errno}", row.name);
        }
    }
}

#[test]
fn only_what_is_in_memory_is_used() {
    // A program without a memory gets faults, or an error, but no crash.
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (import "wasi_snapshot_preview1" "random_get"
                (func $f (param i32 i32) (result i32)))
            (func (export "run") (result i32) (call $f (i32.const 0) (i32.const 8))))"#,
    )
    .expect("the module is valid");
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx: &mut WasiCtx| ctx).expect("new names");
    let mut store = Store::new(&engine, WasiCtxBuilder::new().build());
    let instance = linker.instantiate(&mut store, &module).expect("all imports are defined");
    let run = instance.get_typed_func::<(), i32>(&mut store, "run").expect("exported");
    assert_eq!(run.call(&mut store, ()).expect("no trap"), FAULT);
}

#[test]
fn links_that_the_program_makes_lead_nowhere() {
    let mut guest = Guest::with_directory();
    let outside = guest.path("../secret");
    std::fs::write(&outside, b"secret").expect("the directory is writable");
    let before = std::fs::metadata(&outside).expect("it is there");
    for (n, target) in ["../secret", "/etc/passwd", "sub/../../secret", ".."].iter().enumerate() {
        let name = format!("link{n}");
        let (from, to) = (guest.put(target), guest.put(&name));
        let (from_len, to_len) = (target.len() as i64, name.len() as i64);
        // Absolute ones are refused when they are made; what is made is not followed out.
        let made = guest.call("path_symlink", &[from, from_len, 3, to, to_len]);
        assert_eq!(made, if target.starts_with('/') { PERM } else { SUCCESS }, "{target}");
        if made != SUCCESS {
            continue;
        }
        for open in [0, CREATE, TRUNCATE, DIRECTORY] {
            assert!(guest.open(&name, open, ALL).is_err(), "{target}");
            assert!(guest.open(&format!("{name}/secret"), open, ALL).is_err(), "{target}");
        }
        let at = guest.put(&name);
        let times = [3, FOLLOW, at, to_len, 1, 1, 5];
        assert_ne!(guest.call("path_filestat_set_times", &times), SUCCESS, "{target}");
        assert_ne!(guest.call("path_filestat_get", &[3, FOLLOW, at, to_len, 64]), SUCCESS);
        let hard = guest.put("hard");
        let link = [3, FOLLOW, at, to_len, 3, hard, 4];
        assert_ne!(guest.call("path_link", &link), SUCCESS, "{target}");
    }
    let after = std::fs::metadata(&outside).expect("it is there");
    assert_eq!(after.modified().ok(), before.modified().ok());
    assert_eq!(std::fs::read(&outside).expect("untouched"), b"secret");
}

#[test]
fn a_folder_swapped_for_a_link_meanwhile() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let mut guest = Guest::with_directory();
    let outside = guest.path("../outside");
    for (dir, text) in [(outside.clone(), "secret"), (guest.path("real"), "own")] {
        std::fs::create_dir(&dir).expect("the directory is writable");
        std::fs::write(dir.join("file"), text).expect("the directory is writable");
    }
    std::os::unix::fs::symlink(&outside, guest.path("way out")).expect("links can be made");
    let (door, real, way_out) = (guest.path("door"), guest.path("real"), guest.path("way out"));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for other in [&real, &way_out] {
                    std::fs::rename(other, &door).expect("the door is free");
                    std::thread::yield_now();
                    std::fs::rename(&door, other).expect("the door is there");
                }
            }
        });
        let mut found = 0;
        let mut tries = 0;
        while found < 20 && tries < 200_000 {
            tries += 1;
            match guest.open("door/file", 0, READ) {
                Ok(fd) => {
                    assert_eq!(guest.read(fd, 10), Ok(b"own".to_vec()));
                    assert_eq!(guest.call("fd_close", &[fd]), SUCCESS);
                    found += 1;
                }
                Err(errno) => assert!([NOENT, PERM].contains(&errno), "{errno}"),
            }
        }
        stop.store(true, Ordering::Relaxed);
        assert_eq!(found, 20, "the door was never open");
    });
}

/// The links, size and times of a `filestat` of this version, and what lies behind it.
fn stat(guest: &mut Guest, name: &str, args: &[i64], older: bool) -> (u64, u64, Vec<u64>, u64) {
    let at = *args.last().expect("the last is the place");
    guest.write_at(at, &[0xaa; 72]);
    assert_eq!(guest.call(name, args), SUCCESS, "{name}");
    let bytes = guest.bytes(at, 72);
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
    let (links, size) = match older {
        true => (u64::from(guest.u32(at + 20)), 24),
        false => (number(24), 32),
    };
    assert_eq!(bytes[16], 4, "a regular file");
    (links, number(size), (1..4).map(|n| number(size + 8 * n)).collect(), number(size + 32))
}

#[test]
fn preview_0_differs_where_it_does() {
    let mut guests = ["wasi_unstable", "wasi_snapshot_preview1"].map(Guest::of_with_directory);
    for (guest, older) in guests.iter_mut().zip([true, false]) {
        std::fs::write(guest.path("file"), "0123456789").expect("a place for temporary files");
        std::fs::hard_link(guest.path("file"), guest.path("link")).expect("two names");
        let fd = guest.open("file", 0, ALL).expect("it is there");
        // From the beginning, the present place and the end.
        let [set, cur, end] = if older { [2, 0, 1] } else { [0, 1, 2] };
        for (whence, offset, place) in [(set, 4, 4), (cur, 3, 7), (end, -1, 9), (cur, -9, 0)] {
            assert_eq!(guest.call("fd_seek", &[fd, offset, whence, 64]), SUCCESS);
            assert_eq!(guest.u32(64), place, "{whence} {offset}");
        }
        assert_eq!(guest.call("fd_seek", &[fd, 0, 3, 64]), INVAL);

        let metadata = std::fs::metadata(guest.path("file")).expect("it is there");
        let modified = metadata.modified().expect("the system knows");
        let modified = modified.duration_since(std::time::UNIX_EPOCH).expect("later");
        let name = guest.put("link");
        for (function, args) in
            [("fd_filestat_get", &[fd, 128][..]), ("path_filestat_get", &[3, 1, name, 4, 128])]
        {
            let (links, size, times, behind) = stat(guest, function, args, older);
            assert_eq!((links, size), (2, 10));
            assert_eq!(u128::from(times[1]), modified.as_nanos());
            assert_eq!(behind, u64::from_le_bytes([0xaa; 8]), "nothing is written behind it");
        }

        // Two clocks and a file that is always ready; then the clocks alone, of which one is over.
        let clock = |userdata: u64, id: u32, timeout: u64| {
            let new = subscription(userdata, 0, id, timeout, 0);
            match older {
                true => [&new[..16], &77_u64.to_le_bytes(), &new[16..]].concat(),
                false => new.to_vec(),
            }
        };
        let hour = 3_600_000_000_000;
        let clocks = [clock(5, 1, hour), clock(6, 0, 1000)].concat();
        let mut file = clock(7, fd as u32, 0);
        file[8] = 1;
        file[16..20].copy_from_slice(&(fd as u32).to_le_bytes());
        let all = [&clocks[..], &file].concat();
        let at = guest.put(&all);
        assert_eq!(guest.call("poll_oneoff", &[at, 0x800, 3, 64]), SUCCESS);
        let last = guest.u32(64) as i64 - 1;
        assert_eq!(guest.u32(0x800 + 32 * last), 7);
        assert_eq!(guest.u32(0x800 + 32 * last + 16), 10, "bytes to read");
        assert_eq!(guest.call("poll_oneoff", &[at, 0x800, 2, 64]), SUCCESS);
        assert_eq!((guest.u32(64), guest.u32(0x800)), (1, 6));
    }
    let names = |rows: &[Row]| rows.iter().map(|row| row.name).collect::<Vec<_>>();
    let older = names(&unstable::functions().collect::<Vec<_>>());
    let newer = names(FUNCTIONS);
    let missing: Vec<_> = newer.into_iter().filter(|name| !older.contains(name)).collect();
    assert_eq!((older.len(), missing), (45, vec!["sock_accept"]));
}

#[test]
fn a_directory_is_not_opened_to_be_read_and_written() {
    const READDIR: u64 = 1 << 14;
    let mut guest = Guest::with_directory();
    std::fs::create_dir(guest.path("dir")).expect("a place for temporary files");
    std::fs::write(guest.path("file"), "text").expect("a place for temporary files");
    std::os::unix::fs::symlink("dir", guest.path("link")).expect("a place for temporary files");
    for (name, rights, expected) in [
        ("dir", READ | WRITE, ISDIR),
        ("link", READ | WRITE, ISDIR),
        (".", READ | WRITE | READDIR, ISDIR),
        ("dir", READ, SUCCESS),
        ("dir", READDIR, SUCCESS),
        ("dir", 0, SUCCESS),
        ("file", READ | WRITE, NOTDIR),
        ("file", READ, NOTDIR),
        ("none", READ | WRITE, NOENT),
    ] {
        let opened = guest.open(name, DIRECTORY, rights).err().unwrap_or(SUCCESS);
        assert_eq!(opened, expected, "{name} {rights:#x}");
    }
}
