//! The cache of compiled modules: found again, private, bounded, shared by many.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use windlass_runtime::{Cache, CacheConfig, Config, Engine, Instance, Module, Store};

/// A folder that is removed at the end.
struct TempDir(PathBuf);

impl TempDir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("windlass-{}-{name}", std::process::id()));
        Self(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cache(dir: &Path, limit: u64) -> Cache {
    let mut config = CacheConfig::new();
    config.with_directory(dir).with_files_total_size_soft_limit(limit);
    Cache::new(&config).expect("the folder is the user's")
}

fn engine(cache: &Cache) -> Engine {
    Engine::new(Config::new().cache(Some(cache.clone()))).expect("the host is supported")
}

/// Compiles or finds a module that returns a number, and runs it.
fn run(engine: &Engine, n: i32) {
    let wat = format!("(module (func (export \"f\") (result i32) (i32.const {n})))");
    let module = Module::new(engine, wat).expect("the module is valid");
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("it has no imports");
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").expect("it is exported");
    assert_eq!(f.call(&mut store, ()).expect("no trap"), n);
}

fn files(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).expect("the folder is there").map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn modules_are_found_again_and_private() {
    let dir = TempDir::new("cache-private");
    let first = cache(&dir.0, 1 << 20);
    run(&engine(&first), 1);
    assert_eq!((first.cache_hits(), first.cache_misses()), (0, 1));
    assert_eq!(fs::metadata(&dir.0).unwrap().permissions().mode() & 0o777, 0o700);
    let [file] = &files(&dir.0)[..] else { panic!("one file") };
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);

    let second = cache(&dir.0, 1 << 20);
    run(&engine(&second), 1);
    run(&engine(&second), 2);
    assert_eq!((second.cache_hits(), second.cache_misses()), (1, 1));
    // Other settings are another file.
    let mut config = Config::new();
    config.cache(Some(second.clone())).cpu("baseline").unwrap();
    run(&Engine::new(&config).unwrap(), 1);
    assert_eq!((second.cache_hits(), second.cache_misses()), (1, 2));
    assert_eq!(files(&dir.0).len(), 3);
}

#[test]
fn what_is_damaged_or_not_private_is_made_again() {
    let dir = TempDir::new("cache-damaged");
    run(&engine(&cache(&dir.0, 1 << 20)), 7);
    let file = files(&dir.0).remove(0);
    let good = fs::read(&file).unwrap();
    type Damage = fn(&Path, &[u8]);
    let damages: [Damage; 6] = [
        |file, good| fs::write(file, &good[..good.len() / 2]).unwrap(),
        |file, _| fs::write(file, b"").unwrap(),
        |file, good| {
            let mut bad = good.to_vec();
            *bad.last_mut().unwrap() ^= 1;
            fs::write(file, bad).unwrap();
        },
        |file, _| fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap(),
        |file, good| {
            let other = file.with_extension("other");
            fs::write(&other, good).unwrap();
            fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
            fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink(&other, file).unwrap();
        },
        |file, _| {
            fs::remove_file(file).unwrap();
            rustix::fs::mknodat(
                rustix::fs::CWD,
                file,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR,
                0,
            )
            .unwrap();
        },
    ];
    for (n, damage) in damages.into_iter().enumerate() {
        damage(&file, &good);
        let again = cache(&dir.0, 1 << 20);
        run(&engine(&again), 7);
        assert_eq!((again.cache_hits(), again.cache_misses()), (0, 1), "damage {n}");
        let meta = fs::symlink_metadata(&file).unwrap();
        assert!(meta.is_file() && meta.mode() & 0o777 == 0o600, "damage {n}");
        assert_eq!(fs::read(&file).unwrap(), good, "damage {n}");
    }
}

#[test]
fn folders_that_others_may_write_to_are_refused() {
    let dir = TempDir::new("cache-open");
    fs::create_dir(&dir.0).unwrap();
    fs::set_permissions(&dir.0, fs::Permissions::from_mode(0o777)).unwrap();
    let error = Cache::new(CacheConfig::new().with_directory(&dir.0)).unwrap_err();
    assert!(format!("{error:#}").contains("others may write to it"), "{error:#}");
}

#[test]
fn the_oldest_go_when_the_cache_is_full() {
    let dir = TempDir::new("cache-full");
    let small = cache(&dir.0, 1 << 20);
    run(&engine(&small), 0);
    let size = fs::metadata(files(&dir.0).remove(0)).unwrap().len();
    // Room for four; the first is the least recently used.
    let cache = cache(&dir.0, size * 4 + size / 2);
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100_000);
    let first = files(&dir.0).remove(0);
    fs::File::open(&first).unwrap().set_modified(old).unwrap();
    let abandoned = dir.0.join(".new-1-2-3");
    fs::write(&abandoned, [0; 100]).unwrap();
    fs::File::open(&abandoned).unwrap().set_modified(old).unwrap();
    for n in 1..4 {
        run(&engine(&cache), n);
    }
    // The clock of the file system says that the last one is not the newest.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(100);
    for file in files(&dir.0).iter().filter(|file| **file != first && **file != abandoned) {
        fs::File::open(file).unwrap().set_modified(later).unwrap();
    }
    run(&engine(&cache), 4);
    assert!(!first.exists() && !abandoned.exists());
    let left: u64 = files(&dir.0).iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(left <= size * 4 + size / 2, "{left}");
    assert!(files(&dir.0).len() >= 3);
    // What was used just now is found.
    run(&engine(&cache), 4);
    assert_eq!(cache.cache_hits(), 1);
}

#[test]
fn many_threads_share_one_folder() {
    let dir = TempDir::new("cache-shared");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let dir = &dir.0;
            scope.spawn(move || {
                // Tight, so that files vanish while others look for them.
                let cache = cache(dir, 40 << 10);
                for n in 0..40 {
                    run(&engine(&cache), (n * (thread + 1)) % 7);
                }
                assert_eq!(cache.cache_hits() + cache.cache_misses(), 40);
            });
        }
    });
    assert!(files(&dir.0).iter().all(|file| file.extension().is_some_and(|e| e == "cwasm")));
}
