//! Creating instances and crossing the border: what a store with one instance costs from its
//! creation to its drop, in one thread and in two, what many live instances cost, and calls in
//! both directions.
//!
//! `cargo bench -p windlass-runtime --bench instances [NAME]` prints the least of several runs.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use windlass_runtime::{Config, Engine, Linker, MemoryPlan, Module, Store};

/// 2 MiB of memory, 100 table slots, one data segment.
const SMALL: &str = r#"(module
    (memory (export "memory") 32)
    (table 100 funcref)
    (data (i32.const 1024) "some data that each instance gets")
    (elem (i32.const 0) $f $g)
    (func $f (result i32) (i32.const 1))
    (func $g (result i32) (i32.const 2))
    (func (export "touch") (param i32) (i32.store (local.get 0) (i32.const 1))))"#;

/// Rounds of a measurement; the least counts. They are many and short, so that one falls into a
/// moment in which nothing else runs.
const ROUNDS: usize = 100;

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let wanted = |name: &str| filter.as_ref().is_none_or(|f| name.contains(f.as_str()));
    for (plan, word) in [(MemoryPlan::Reserved, "reserved"), (MemoryPlan::Checked, "checked")] {
        let mut config = Config::new();
        config.memory_plan(plan);
        let engine = Engine::new(&config).expect("the configuration works on this machine");
        let module = Module::new(&engine, SMALL).expect("the module is valid");
        if wanted("instantiate") {
            instantiation(&engine, &module, &format!("small module, {word}"));
            let image = Module::new(&engine, image_module()).expect("the module is valid");
            instantiation(&engine, &image, &format!("1 MiB image, {word}"));
        }
        if wanted("live") {
            let count = if plan == MemoryPlan::Reserved { 20_000 } else { 50_000 };
            live(&engine, &module, count, word);
        }
    }
    if wanted("calls") {
        calls();
    }
    if wanted("deadline") {
        deadline();
    }
}

/// Sums over a memory, again and again.
const SUM: &str = r#"(module (memory 16)
    (func (export "sum") (param $rounds i32) (result i32) (local $at i32) (local $sum i32)
        (loop $round
            (local.set $at (i32.const 0))
            (loop $next
                (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
                (local.set $at (i32.add (local.get $at) (i32.const 4)))
                (br_if $next (i32.lt_u (local.get $at) (i32.const 1048576))))
            (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
            (br_if $round (local.get $rounds)))
        (local.get $sum)))"#;

/// What a deadline costs a loop that it does not stop.
fn deadline() {
    const SUM_ROUNDS: i32 = 50;
    let engine = Engine::default();
    let module = Module::new(&engine, SUM).expect("the module is valid");
    let linker = Linker::<()>::new(&engine);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("no imports");
    let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum").expect("exported");
    let mut times = [Duration::MAX; 2];
    // One after the other, so that both see the same machine.
    for round in 0..2 * ROUNDS {
        if round % 2 == 1 {
            store.set_deadline(Duration::from_secs(3600)).expect("a thread can be started");
        } else {
            store.clear_deadline();
        }
        let start = Instant::now();
        black_box(sum.call(&mut store, SUM_ROUNDS).expect("it ends in time"));
        times[round % 2] = times[round % 2].min(start.elapsed());
    }
    let [without, with] = times.map(|time| time.as_secs_f64() * 1e3);
    println!(
        "summing loop: {without:.3} ms, with a deadline {with:.3} ms: {:.3} times",
        with / without
    );
}

fn image_module() -> String {
    let bytes = "\\5a".repeat(1 << 20);
    format!(
        r#"(module (memory (export "memory") 32) (table 100 funcref)
            (data (i32.const 1024) "{bytes}")
            (func (export "touch") (param i32) (i32.store (local.get 0) (i32.const 1))))"#
    )
}

/// The least time of one of `count` repetitions, over several rounds.
fn least(count: u32, mut what: impl FnMut()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..count {
            what();
        }
        start.elapsed() / count
    };
    (0..ROUNDS).map(round).min().expect("there is a round")
}

fn once(linker: &Linker<()>, module: &Module) {
    let mut store = Store::new(module.engine(), ());
    black_box(linker.instantiate(&mut store, module).expect("an instance can be made"));
}

fn instantiation(engine: &Engine, module: &Module, what: &str) {
    const COUNT: u32 = 1_000;
    let linker = Linker::new(engine);
    let time = least(COUNT, || once(&linker, module));
    println!("{what}: store, instantiate, drop {:>10.3} µs", time.as_secs_f64() * 1e6);
    for (pages, name) in [(1, "one page"), (8, "eight pages")] {
        let time = least(COUNT / 4, || {
            let mut store = Store::new(engine, ());
            let instance = linker.instantiate(&mut store, module).expect("an instance");
            let touch = instance.get_typed_func::<i32, ()>(&mut store, "touch").expect("exported");
            for n in 0..pages {
                touch.call(&mut store, 1_200_000 + n * 4096).expect("in bounds");
            }
        });
        println!("{what}: and touches {name} {:>10.3} µs", time.as_secs_f64() * 1e6);
    }
    let mut rates = [0.0; 2];
    for (threads, rate) in [1, 2].into_iter().zip(&mut rates) {
        for _ in 0..ROUNDS / 10 {
            *rate = f64::max(*rate, throughput(&linker, module, threads));
        }
    }
    println!(
        "{what}: {:.0} a second of processor time in one thread, {:.0} in two: {:.2} times",
        rates[0],
        rates[1],
        rates[1] / rates[0]
    );
}

/// Instances a second of processor time in so many threads, as if each had a core for itself.
fn throughput(linker: &Linker<()>, module: &Module, threads: usize) -> f64 {
    const COUNT: u32 = 30_000;
    let barrier = Barrier::new(threads);
    let slowest = std::thread::scope(|scope| {
        let run = || {
            once(linker, module);
            barrier.wait();
            let start = processor_time();
            for _ in 0..COUNT {
                once(linker, module);
            }
            processor_time() - start
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let times = handles.into_iter().map(|handle| handle.join().expect("no panic"));
        times.max().expect("there is a thread")
    });
    f64::from(COUNT) * threads as f64 / slowest.as_secs_f64()
}

/// The time that this thread has run.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel fills the time.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(result, 0, "Linux has the clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What so many stores cost that live at once.
fn live(engine: &Engine, module: &Module, count: usize, word: &str) {
    let linker = Linker::new(engine);
    let mut stores = Vec::with_capacity(count);
    let before = process();
    for n in 0..count {
        let mut store = Store::new(engine, ());
        match linker.instantiate(&mut store, module) {
            Ok(_) => stores.push(store),
            Err(error) => {
                println!("live instances, {word}: {n}, then {error:#}");
                return;
            }
        }
    }
    let after = process();
    let each = |n: usize| after[n].saturating_sub(before[n]) as f64 / count as f64;
    println!(
        "live instances, {word}: {count}; each {:.2} mappings, {:.0} bytes resident, {:.0} bytes \
         of page tables",
        each(0),
        each(1) * 1024.0,
        each(2) * 1024.0
    );
}

/// Mappings of this process, and KiB of memory and of page tables.
fn process() -> [usize; 3] {
    let read = |path| std::fs::read_to_string(path).expect("Linux has it");
    let status = read("/proc/self/status");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    [read("/proc/self/maps").lines().count(), field("VmRSS:"), field("VmPTE:")]
}

const CALLS: &str = r#"(module
    (import "host" "next" (func $next (param i32) (result i32)))
    (func (export "nothing"))
    (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
    (func (export "loop") (param $n i32) (result i32) (local $x i32)
        (loop $l
            (local.set $x (call $next (local.get $x)))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x)))"#;

fn calls() {
    const COUNT: u32 = 50_000;
    let engine = Engine::default();
    let module = Module::new(&engine, CALLS).expect("the module is valid");
    let mut linker = Linker::<u64>::new(&engine);
    linker.func_wrap("host", "next", |n: i32| n.wrapping_add(1)).expect("a new name");
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).expect("the import is defined");
    let nanoseconds = |time: Duration| time.as_secs_f64() * 1e9;
    let nothing = instance.get_typed_func::<(), ()>(&mut store, "nothing").expect("exported");
    let time = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        for _ in 0..COUNT {
            nothing.call(&mut store, ()).expect("it does nothing");
        }
        nanoseconds(start.elapsed()) / f64::from(COUNT)
    });
    println!("call into Wasm, no arguments: {:>10.3} ns", time.fold(f64::MAX, f64::min));
    let add = instance.get_typed_func::<(i32, i32), i32>(&mut store, "add").expect("exported");
    let time = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let mut sum = 0;
        for n in 0..COUNT {
            sum = add.call(&mut store, (sum, n as i32)).expect("it adds");
        }
        black_box(sum);
        nanoseconds(start.elapsed()) / f64::from(COUNT)
    });
    println!("call into Wasm, two arguments: {:>9.3} ns", time.fold(f64::MAX, f64::min));
    let run = instance.get_typed_func::<i32, i32>(&mut store, "loop").expect("exported");
    let time = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        black_box(run.call(&mut store, COUNT as i32 * 4).expect("the host function counts"));
        nanoseconds(start.elapsed()) / f64::from(COUNT * 4)
    });
    println!("call from Wasm to the host: {:>12.3} ns", time.fold(f64::MAX, f64::min));
}
