//! Which programs are measured: our own kernels, and the `.wasm` files of any folder.
//!
//! Beside `NAME.wasm` may lie `NAME.args`, one argument a line, and `NAME.c`, the source for the
//! native compiler. A program runs in the folder that it lies in.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file's name without the ending.
    pub name: String,
    /// The module.
    pub wasm: PathBuf,
    /// Its arguments, without the name.
    pub args: Vec<String>,
    /// Its source for the native compiler, if it has one.
    pub source: Option<PathBuf>,
}

impl Program {
    fn at(wasm: PathBuf) -> Result<Self> {
        let name = wasm.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let list = wasm.with_extension("args");
        let args = match list.exists() {
            true => std::fs::read_to_string(&list)
                .with_context(|| format!("reading {}", list.display()))?
                .lines()
                .map(str::to_string)
                .collect(),
            false => Vec::new(),
        };
        let source = Some(wasm.with_extension("c")).filter(|source| source.exists());
        Ok(Self { name, wasm, args, source })
    }

    /// The folder that it runs in.
    pub fn dir(&self) -> &Path {
        match self.wasm.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        }
    }
}

/// The programs of these files and folders; without any, our own kernels.
///
/// # Errors
/// If a path cannot be read, or nothing is found.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Program>> {
    let kernels = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kernels");
    let paths = if paths.is_empty() { &[kernels][..] } else { paths };
    let mut programs = Vec::new();
    for path in paths {
        let path = path.canonicalize().with_context(|| format!("finding {}", path.display()))?;
        if !path.is_dir() {
            programs.push(Program::at(path)?);
            continue;
        }
        let entries = std::fs::read_dir(&path);
        let entries = entries.with_context(|| format!("reading {}", path.display()))?;
        let files: std::io::Result<Vec<PathBuf>> = entries.map(|e| Ok(e?.path())).collect();
        let mut files = files?;
        files.retain(|file| file.extension().is_some_and(|e| e == "wasm"));
        files.sort();
        for file in files {
            programs.push(Program::at(file)?);
        }
    }
    if programs.is_empty() {
        bail!("no .wasm file is in {paths:?}");
    }
    Ok(programs)
}
