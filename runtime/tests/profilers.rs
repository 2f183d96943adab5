//! What `perf` is told of functions, read back: the map and the dump of this process. Both are
//! files of the process, so this is a test of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use windlass_runtime::{Config, Engine, Instance, Module, ProfilingStrategy, Store};

/// Without DWARF; names that would break a line in two, or end in the middle.
const PLAIN: &str = "(module $plain
    (func $callee (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
    (func $\"a\\0ab\" (export \"run\") (result i32) (i32.add (call $callee (i32.const 5)) (i32.const 1)))
    (func (export \"by_export\") (nop))
    (func (nop))
    (func $\"x\\00y\" (nop)))";

/// With DWARF, made by a C compiler.
const LINES: &[u8] = include_bytes!("../../tools/tests/debug/lines5.wasm");

/// Names to address and size.
type Functions = BTreeMap<String, (u64, u64)>;

/// Compiles and runs both modules; returns what keeps their code where it is.
fn run(strategy: ProfilingStrategy) -> (Store<()>, Vec<Module>) {
    let mut config = Config::new();
    // Debuggers see the same functions.
    config.profiler(strategy).debug_info(true);
    let engine = Engine::new(&config).unwrap();
    let plain = Module::new(&engine, PLAIN).unwrap();
    let lines = Module::new(&engine, LINES).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &plain, &[]).unwrap();
    let run = instance.get_typed_func::<(), i32>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, ()).unwrap(), 16);
    let instance = Instance::new(&mut store, &lines, &[]).unwrap();
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").unwrap();
    start.call(&mut store, ()).unwrap();
    (store, vec![plain, lines])
}

/// The bytes of this process at an address.
fn memory(address: u64, len: u64) -> Vec<u8> {
    let mut file = File::open("/proc/self/mem").unwrap();
    file.seek(SeekFrom::Start(address)).unwrap();
    let mut bytes = vec![0; len as usize];
    file.read_exact(&mut bytes).unwrap();
    bytes
}

const NAMES: [&str; 7] =
    ["callee", "a b", "by_export", "wasm-function[3]", "add_twice", "repeat_add", "_start"];

/// Functions have names, sizes, and places of their own; as many trampolines as types need.
fn check(functions: &Functions, other: &str) {
    for name in NAMES.into_iter().chain([other]) {
        assert!(functions.contains_key(name), "{name} in {functions:?}");
    }
    assert!(functions.contains_key("wasm-trampoline"), "{functions:?}");
    let mut ranges: Vec<_> = functions.values().copied().collect();
    ranges.sort_unstable();
    assert!(ranges.iter().all(|(_, size)| *size > 0));
    assert!(ranges.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0), "{ranges:x?}");
}

fn perf_map() {
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let kept = run(ProfilingStrategy::PerfMap);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(text.ends_with('\n'));
    let mut functions = Functions::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, ' ');
        let mut number = || u64::from_str_radix(parts.next().unwrap(), 16).unwrap();
        let place = (number(), number());
        memory(place.0, place.1);
        functions.insert(parts.next().unwrap().to_string(), place);
    }
    check(&functions, "x y");
    drop(kept);
}

/// An address, and the line and file from there on.
type Line = (u64, u32, String);

/// Numbers and names from bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take(4).try_into().unwrap())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take(8).try_into().unwrap())
    }

    fn name(&mut self) -> String {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap();
        let name = String::from_utf8(self.take(len).to_vec()).unwrap();
        self.take(1);
        name
    }
}

fn jit_dump() {
    let path = format!("jit-{}.dump", std::process::id());
    let kept = run(ProfilingStrategy::JitDump);
    // `perf record` finds the file by a mapping that could be run.
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mapped = maps.lines().find(|line| line.ends_with(&path)).expect("the dump is mapped");
    assert!(mapped.contains(" r-xp "), "{mapped}");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut file = Reader(&bytes);
    let header: Vec<u32> = (0..6).map(|_| file.u32()).collect();
    // 62 is x86-64.
    assert_eq!(header, [0x4a69_5444, 1, 40, 62, 0, std::process::id()]);
    let (mut last, flags) = (file.u64(), file.u64());
    assert_eq!(flags, 0);
    let mut functions = Functions::new();
    let mut numbers = Vec::new();
    // The lines of the next function.
    let mut lines: Option<(u64, Vec<Line>)> = None;
    let mut all_lines = BTreeMap::new();
    while !file.0.is_empty() {
        let (kind, size, time) = (file.u32(), file.u32(), file.u64());
        assert!(time >= last);
        last = time;
        let mut record = Reader(file.take(size as usize - 16));
        match kind {
            0 => {
                assert_eq!(record.u32(), std::process::id());
                record.u32();
                let (virtual_address, address) = (record.u64(), record.u64());
                assert_eq!(virtual_address, address);
                let (size, number) = (record.u64(), record.u64());
                numbers.push(number);
                let name = record.name().replace('\n', " ");
                assert_eq!(record.0.len() as u64, size, "{name}");
                assert_eq!(record.take(size as usize), memory(address, size), "{name}");
                if let Some((of, rows)) = lines.take() {
                    assert_eq!(of, address, "lines come before their function");
                    assert!(rows.is_sorted_by_key(|row| row.0));
                    assert!(rows.iter().all(|row| (address..address + size).contains(&row.0)));
                    all_lines.insert(name.clone(), rows);
                }
                functions.insert(name, (address, size));
            }
            2 => {
                let (address, count) = (record.u64(), record.u64());
                let rows = (0..count).map(|_| {
                    let (at, line, _) = (record.u64(), record.u32(), record.u32());
                    (at, line, record.name())
                });
                lines = Some((address, rows.collect()));
                assert!(record.0.is_empty());
            }
            other => panic!("a record of kind {other}"),
        }
    }
    check(&functions, "xy");
    assert!(numbers.iter().copied().eq(0..numbers.len() as u64));
    // Offsets in the module, and lines of the source where they are known.
    assert!(all_lines["callee"].iter().all(|row| row.2 == "plain.wasm" && row.1 > 0));
    let add: Vec<u32> = all_lines["add_twice"].iter().map(|row| row.1).collect();
    assert!(all_lines["add_twice"].iter().all(|row| row.2 == "/windlass/lines.c"), "{all_lines:?}");
    assert!([8, 9, 10].iter().all(|line| add.contains(line)), "{add:?}");
    assert!(add.iter().all(|line| (7..=11).contains(line)), "{add:?}");
    drop(kept);
}

#[test]
fn perf_reads_what_is_written() {
    // The dump goes to the current folder.
    std::env::set_current_dir(env!("CARGO_TARGET_TMPDIR")).unwrap();
    perf_map();
    jit_dump();
}
