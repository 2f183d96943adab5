//! Compiled modules kept in a folder, for the next process.
//!
//! The name of a file is a hash of the module's bytes and of everything that its code depends on:
//! version, settings, machine, and the program that compiles. A file that is damaged, or that is
//! not the user's alone, is made again. Writing fails silently: a cache that cannot be written
//! costs time and nothing else.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Error;
use crate::sys::private_dir::PrivateDir;

/// Bytes that the files of a cache take together, unless said otherwise.
const DEFAULT_LIMIT: u64 = 512 << 20;

/// Where a [`Cache`] is and how large it may grow.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    directory: Option<PathBuf>,
    limit: u64,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl CacheConfig {
    /// The folder `windlass` in the user's cache folder, 512 MiB.
    pub fn new() -> Self {
        Self { directory: None, limit: DEFAULT_LIMIT }
    }

    /// Another folder. It is made if it is missing.
    pub fn with_directory(&mut self, directory: impl Into<PathBuf>) -> &mut Self {
        self.directory = Some(directory.into());
        self
    }

    /// The bytes that all files may take together. What has not been used for the longest time
    /// goes first.
    pub fn with_files_total_size_soft_limit(&mut self, bytes: u64) -> &mut Self {
        self.limit = bytes;
        self
    }
}

/// Compiled modules in a folder. Cheap to clone: clones are the same cache. Any number of processes
/// may use one folder.
#[derive(Clone, Debug)]
pub struct Cache {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PrivateDir,
    limit: u64,
    /// What tells this program from others, and from later builds of itself.
    program: [u8; 32],
    hits: AtomicUsize,
    misses: AtomicUsize,
}

/// The folder for caches of this user.
fn user_folder() -> Result<PathBuf, Error> {
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let folder = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let folder = folder.ok_or_else(|| {
        Error::msg("there is no folder for a cache: neither XDG_CACHE_HOME nor HOME names one")
    })?;
    Ok(folder.join("windlass"))
}

impl Cache {
    /// Opens a cache. Its folder must belong to the user, and nobody else may write to it.
    pub fn new(config: &CacheConfig) -> Result<Self, Error> {
        let path = match &config.directory {
            Some(path) => path.clone(),
            None => user_folder()?,
        };
        let dir = PrivateDir::open(&path)
            .map_err(|error| Error::new(error).context(format!("cache {}", path.display())))?;
        let inner = Inner {
            dir,
            limit: config.limit,
            program: program(),
            hits: AtomicUsize::new(0),
            misses: AtomicUsize::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Its folder.
    pub fn directory(&self) -> &Path {
        self.inner.dir.path()
    }

    /// How many modules were found.
    pub fn cache_hits(&self) -> usize {
        self.inner.hits.load(Ordering::Relaxed)
    }

    /// How many modules had to be compiled.
    pub fn cache_misses(&self) -> usize {
        self.inner.misses.load(Ordering::Relaxed)
    }

    /// The name of the file for a module whose code depends on `compat` beside its bytes.
    fn name(&self, compat: &str, wasm: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.inner.program);
        hasher.update(&(compat.len() as u64).to_le_bytes());
        hasher.update(compat.as_bytes());
        hasher.update(wasm);
        format!("{}.cwasm", hasher.finalize().to_hex())
    }

    /// The module with these bytes, from the cache or compiled; `compat` says what its code depends
    /// on beside them.
    ///
    /// `load` is handed a file that is the user's alone, in a folder that only the user writes to,
    /// and that holds what `compile` once returned for the same arguments. Nobody writes to a file
    /// of the cache once it has its name: it is replaced by renaming.
    pub(crate) fn load_or_compile<M>(
        &self,
        compat: &str,
        wasm: &[u8],
        load: impl FnOnce(&File) -> Result<M, Error>,
        compile: impl FnOnce() -> Result<(M, Vec<u8>), Error>,
    ) -> Result<M, Error> {
        let name = self.name(compat, wasm);
        if let Ok(Some(file)) = self.inner.dir.get(&name)
            && let Ok(module) = load(&file)
        {
            self.inner.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(module);
        }
        let (module, bytes) = compile()?;
        self.inner.misses.fetch_add(1, Ordering::Relaxed);
        let limit = self.inner.limit;
        if bytes.len() as u64 <= limit && self.inner.dir.put(&name, &bytes).is_ok() {
            let _ = self.inner.dir.shrink(limit, limit - limit / 8, &name);
        }
        Ok(module)
    }
}

/// A hash of what the file of the running program is.
fn program() -> [u8; 32] {
    use std::os::unix::fs::MetadataExt;
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"windlass cache 1");
    // Without that, the version alone tells programs apart.
    if let Ok(meta) = std::fs::metadata("/proc/self/exe") {
        for n in
            [meta.dev(), meta.ino(), meta.size(), meta.mtime() as u64, meta.mtime_nsec() as u64]
        {
            hasher.update(&n.to_le_bytes());
        }
    }
    *hasher.finalize().as_bytes()
}
