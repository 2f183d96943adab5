//! `.cwasm`: modules compiled ahead of time load and run, and nothing else loads.

use std::path::PathBuf;

use windlass_runtime::{
    ArtifactError, Config, Engine, Error, Instance, Linker, MemoryPlan, Module, Precompiled,
    RegallocAlgorithm, Store, Trap, WasmBacktrace,
};

/// Uses what a file must carry: imports, a table, globals, data, names, traps, calls of the library.
const PROGRAM: &str = r#"(module $program
    (import "host" "twice" (func $twice (param i32) (result i32)))
    (memory (export "memory") 1 2)
    (table 4 funcref)
    (global $g (mut i64) (i64.const 5))
    (elem (i32.const 1) $add $divide)
    (elem $passive funcref (ref.func $add))
    (data (i32.const 16) "\01\02\03\04")
    (data $later "later")
    (type $binary (func (param i32 i32) (result i32)))
    (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
    (func $divide (type $binary) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "indirect") (param i32 i32 i32) (result i32)
        (call_indirect (type $binary) (local.get 1) (local.get 2) (local.get 0)))
    (func (export "host") (param i32) (result i32)
        (i32.add (call $twice (local.get 0)) (call $add (i32.load (i32.const 16)) (i32.const 1))))
    (func (export "floor") (param f64) (result f64)
        (f64.add (f64.floor (local.get 0)) (f64.nearest (local.get 0))))
    (func (export "init") (result i32)
        (memory.init $later (i32.const 0) (i32.const 0) (i32.const 5))
        (global.set $g (i64.add (global.get $g) (i64.const 1)))
        (i32.add (i32.load8_u (i32.const 4)) (i32.wrap_i64 (global.get $g))))
    (func (export "switch") (param i32) (result i32)
        (block (block (block (block (block
            (br_table 0 1 2 3 4 (local.get 0)))
            (return (i32.const 10))) (return (i32.const 11)))
            (return (i32.const 12))) (return (i32.const 13)))
        (i32.const 14)))"#;

fn run(engine: &Engine, module: &Module) -> Result<(), Error> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("host", "twice", |x: i32| x * 2)?;
    let mut store = Store::new(engine, ());
    let instance: Instance = linker.instantiate(&mut store, module)?;
    let host = instance.get_typed_func::<i32, i32>(&mut store, "host")?;
    assert_eq!(host.call(&mut store, 20)?, 40 + 0x0403_0201 + 1);
    let floor = instance.get_typed_func::<f64, f64>(&mut store, "floor")?;
    assert_eq!(floor.call(&mut store, -2.5)?, -5.0);
    let init = instance.get_typed_func::<(), i32>(&mut store, "init")?;
    assert_eq!(init.call(&mut store, ())?, i32::from(b'r') + 6);
    let switch = instance.get_typed_func::<i32, i32>(&mut store, "switch")?;
    assert_eq!((switch.call(&mut store, 2)?, switch.call(&mut store, 9)?), (12, 14));
    let indirect = instance.get_typed_func::<(i32, i32, i32), i32>(&mut store, "indirect")?;
    assert_eq!(indirect.call(&mut store, (1, 30, 12))?, 42);
    let error = indirect.call(&mut store, (2, 30, 0)).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::IntegerDivisionByZero));
    let trace = error.downcast_ref::<WasmBacktrace>().expect("a trace comes with a trap");
    assert_eq!(trace.frames()[0].func_name(), Some("divide"));
    assert_eq!(trace.frames()[0].module_name(), Some("program"));
    assert!(trace.frames()[0].module_offset().is_some());
    Ok(())
}

/// A file that is removed at the end.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("windlass-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn load(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
    // SAFETY: the bytes were made by this version of the library, or are refused.
    unsafe { Module::deserialize(engine, bytes) }
}

fn error(engine: &Engine, bytes: &[u8]) -> ArtifactError {
    match load(engine, bytes) {
        Ok(_) => panic!("the file was loaded"),
        Err(error) => error.downcast().expect("the error says what is wrong with the file"),
    }
}

#[test]
fn precompiled_modules_run() -> Result<(), Error> {
    for plan in [MemoryPlan::Reserved, MemoryPlan::Checked] {
        let engine = Engine::new(Config::new().memory_plan(plan))?;
        let module = Module::new(&engine, PROGRAM)?;
        run(&engine, &module)?;
        let bytes = module.serialize()?;
        assert_eq!(bytes, engine.precompile_module(PROGRAM.as_bytes())?);
        assert_eq!(Engine::detect_precompiled(&bytes), Some(Precompiled::Module));
        // Another engine, which has not seen any of the types.
        let engine = Engine::new(Config::new().memory_plan(plan))?;
        let loaded = load(&engine, &bytes)?;
        run(&engine, &loaded)?;
        assert_eq!(loaded.serialize()?, bytes);
        assert_eq!(loaded.name(), Some("program"));
        assert_eq!(loaded.compile_stats().code_bytes, module.compile_stats().code_bytes);
        let engine = Engine::new(Config::new().memory_plan(plan))?;
        let file = TempFile::new(&format!("{plan:?}.cwasm"), &bytes);
        assert_eq!(Engine::detect_precompiled_file(&file.0)?, Some(Precompiled::Module));
        // SAFETY: nobody changes the file.
        let mapped = unsafe { Module::deserialize_file(&engine, &file.0)? };
        drop(file);
        run(&engine, &mapped)?;
        assert_eq!(mapped.serialize()?, bytes);
        // Trampolines outlive the module that they came with.
        drop(mapped);
        run(&engine, &Module::new(&engine, PROGRAM)?)?;
    }
    Ok(())
}

#[test]
fn code_for_every_processor_runs_here() -> Result<(), Error> {
    let baseline = Engine::new(Config::new().cpu("baseline")?)?;
    let bytes = baseline.precompile_module(PROGRAM.as_bytes())?;
    let here = Engine::default();
    run(&here, &load(&here, &bytes)?)?;
    run(&baseline, &load(&baseline, &bytes)?)
}

#[test]
fn how_code_is_made_does_not_matter() -> Result<(), Error> {
    let mut config = Config::new();
    config.regalloc_algorithm(RegallocAlgorithm::SinglePass).parallel_compilation(false);
    let bytes = Engine::new(&config)?.precompile_module(PROGRAM.as_bytes())?;
    let here = Engine::default();
    run(&here, &load(&here, &bytes)?)
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() -> Result<(), Error> {
    let here = Engine::default();
    let made = |config: &Config| Engine::new(config)?.precompile_module(PROGRAM.as_bytes());
    let reason = |bytes: &[u8]| error(&here, bytes).to_string();

    let text = reason(&made(Config::new().memory_plan(MemoryPlan::Checked))?);
    assert!(text.contains("its memory plan is checked, and reserved is wanted"), "{text}");
    let text = reason(&made(Config::new().codegen_setting("unwind_info", "true")?)?);
    assert!(text.contains("its unwind_info is true, and false is wanted"), "{text}");
    let text = reason(&made(Config::new().target("x86_64-pc-windows-msvc")?)?);
    assert!(text.contains("its machine is x86_64-windows"), "{text}");
    // VNNI is a feature that is never detected.
    let bytes = made(Config::new().codegen_setting("has_avx512vnni", "true")?)?;
    assert_eq!(error(&here, &bytes), ArtifactError::MissingFeature("avx512vnni".to_string()));
    let narrow = Engine::new(Config::new().wasm_feature("tail-call", false)?)?;
    let text = error(&narrow, &made(&Config::new())?).to_string();
    assert!(text.contains("the Wasm feature tail-call is switched off here"), "{text}");
    assert!(load(&here, &made(Config::new().wasm_feature("tail-call", false)?)?).is_ok());

    assert_eq!(error(&here, b"\0asm\x01\0\0\0"), ArtifactError::NotCompiledCode);
    assert_eq!(error(&here, b""), ArtifactError::NotCompiledCode);
    let mut other = made(&Config::new())?;
    other[8] = 99;
    assert_eq!(error(&here, &other), ArtifactError::OtherFormat(99));
    assert!(Config::new().cpu("z80").is_err());
    assert!(Config::new().target("z80-unknown-none").is_err());
    // An engine for another machine compiles ahead and runs nothing.
    let mut foreign = Config::new();
    foreign.target("x86_64-pc-windows-msvc")?;
    assert!(Module::new(&Engine::new(&foreign)?, PROGRAM).is_err());
    Ok(())
}

/// Numbers from a fixed seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// A file with one thing wrong; the same as before now and then.
fn damage(good: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bad = good.to_vec();
    // Half of the damage is to the header and the first sections.
    let limit = if random.below(2) == 0 { 600 } else { good.len() };
    let at = random.below(limit);
    match random.below(7) {
        0 => bad[at] ^= 1 << random.below(8),
        1 => bad.truncate(at),
        2 => bad[at] = random.next() as u8,
        3 => bad.extend((0..1 + random.below(64)).map(|_| random.next() as u8)),
        4 => {
            let end = (at + 1 + random.below(5000)).min(good.len());
            bad[at..end].fill(random.next() as u8);
        }
        5 => {
            bad.remove(at);
        }
        _ => {
            let len = 8.min(good.len() - at);
            let from = random.below(good.len() - len);
            bad.copy_within(from..from + len, at);
        }
    }
    bad
}

#[test]
fn ten_thousand_damaged_files_are_errors() -> Result<(), Error> {
    let engine = Engine::default();
    let good = engine.precompile_module(PROGRAM.as_bytes())?;
    let mut random = Random(4);
    let file = TempFile::new("damaged.cwasm", &good);
    let (mut damaged, mut mapped) = (0, 0);
    while damaged < 10_000 {
        let bad = damage(&good, &mut random);
        if bad == good {
            continue;
        }
        damaged += 1;
        error(&engine, &bad);
        if damaged % 10 == 0 {
            std::fs::write(&file.0, &bad)?;
            // SAFETY: nobody changes the file meanwhile.
            let result = unsafe { Module::deserialize_file(&engine, &file.0) };
            assert!(result.is_err());
            mapped += 1;
        }
    }
    assert_eq!(mapped, 1000);
    run(&engine, &load(&engine, &good)?)
}

/// Every call to the system fails in turn while files are loaded, and through the cache.
#[test]
fn failing_calls_are_errors() -> Result<(), Error> {
    use windlass_runtime::sys::fault::{Call, Injection};
    use windlass_runtime::{Cache, CacheConfig};

    let engine = || Engine::new(Config::new().parallel_compilation(false));
    let bytes = engine()?.precompile_module(PROGRAM.as_bytes())?;
    let file = TempFile::new("failing.cwasm", &bytes);
    let dir = std::env::temp_dir().join(format!("windlass-{}-failing", std::process::id()));
    let load_bytes = || load(&engine()?, &bytes).map(drop);
    let cached = || -> Result<(), Error> {
        let cache = Cache::new(CacheConfig::new().with_directory(&dir))?;
        let mut config = Config::new();
        config.parallel_compilation(false).cache(Some(cache));
        Module::new(&Engine::new(&config)?, PROGRAM).map(drop)
    };
    let mut failures = 0;
    for kind in [Call::Map, Call::File] {
        let works: [&dyn Fn() -> Result<(), Error>; 3] = [
            &|| {
                // SAFETY: nobody changes the file.
                let loaded = unsafe { Module::deserialize_file(&engine()?, &file.0) };
                loaded.map(drop)
            },
            &load_bytes,
            &cached,
        ];
        for work in works {
            for n in 0.. {
                let _ = std::fs::remove_dir_all(&dir);
                let injection = Injection::after(kind, n);
                let result = work();
                let reached = injection.seen() > n;
                drop(injection);
                if !reached {
                    result?;
                    break;
                }
                failures += usize::from(result.is_err());
            }
        }
    }
    assert!(failures > 8, "{failures}");
    // A cache that is there: what fails costs time only, but for its folder.
    cached()?;
    let mut compiled_anew = 0;
    for kind in [Call::Map, Call::File] {
        for n in 0.. {
            let injection = Injection::after(kind, n);
            let result = cached();
            let reached = injection.seen() > n;
            drop(injection);
            if !reached {
                result?;
                break;
            }
            compiled_anew += usize::from(result.is_ok());
        }
    }
    assert!(compiled_anew > 3, "{compiled_anew}");
    let _ = std::fs::remove_dir_all(&dir);
    Ok(())
}
