//! `windlass inspect`: what a module declares, and how large its parts are.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use windlass_runtime::{Artifact, Engine, TextError, wasm_bytes};
use windlass_wasm::types::EntityIndex;
use windlass_wasm::{ModuleInfo, WasmFeatures};

use crate::exit::Outcome;
use crate::options::CodegenOptions;

/// Show what a module imports and exports, and its sizes
#[derive(Args, Debug)]
pub struct InspectCommand {
    /// The module: .wasm, .wat or .cwasm
    file: PathBuf,
}

/// Writes to standard output; a reader that has seen enough is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// A compiled module from a file: as it is, or compiled now with the options.
pub(crate) fn artifact(path: &Path, engine: impl FnOnce() -> Result<Engine>) -> Result<Artifact> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let bytes = if Engine::detect_precompiled(&bytes).is_some() {
        bytes
    } else {
        let compiled = engine()?.precompile_module(&bytes);
        compiled.map_err(|error| TextError::in_file(error, path))?
    };
    Artifact::new(bytes).with_context(|| format!("loading {}", path.display()))
}

impl InspectCommand {
    /// Shows the file.
    pub fn execute(self) -> Result<Outcome> {
        let bytes = fs::read(&self.file);
        let bytes = bytes.with_context(|| format!("reading {}", self.file.display()))?;
        let text = if Engine::detect_precompiled(&bytes).is_some() {
            let artifact = artifact(&self.file, || CodegenOptions::default().engine())?;
            let mut text = module(artifact.info());
            let stats = artifact.compile_stats();
            let _ = writeln!(text, "\nsizes in bytes");
            for (what, size) in [
                ("file", artifact.file_size()),
                ("machine code", artifact.text().len()),
                ("function bodies in Wasm", stats.wasm_bytes),
            ] {
                let _ = writeln!(text, "  {what:24} {size:>10}");
            }
            let _ = writeln!(text, "\nmade for");
            for line in artifact.compatibility().lines() {
                let _ = writeln!(text, "  {}", line.replacen('=', " = ", 1));
            }
            text
        } else {
            let wasm = wasm_bytes(&bytes);
            let wasm = wasm.map_err(|error| TextError::in_file(error, &self.file))?;
            let translation = windlass_wasm::translate_module(&wasm, WasmFeatures::all())
                .with_context(|| format!("reading {}", self.file.display()))?;
            let mut text = module(&translation.info);
            let bodies: usize = translation.bodies.iter().map(|body| body.len()).sum();
            let data: usize = translation.info.data.iter().map(|data| data.range.len()).sum();
            let _ = writeln!(text, "\nsizes in bytes");
            for (what, size) in
                [("file", bytes.len()), ("function bodies", bodies), ("data segments", data)]
            {
                let _ = writeln!(text, "  {what:24} {size:>10}");
            }
            text
        };
        print(&text)?;
        Ok(Outcome::Success)
    }
}

/// Imports, exports and counts.
fn module(info: &ModuleInfo) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "module {}", info.name.as_deref().unwrap_or("without a name"));
    let _ = writeln!(text, "\nimports {}", info.imports.len());
    for import in &info.imports {
        let what = entity(info, import.entity);
        let _ = writeln!(text, "  {:?} {:?}: {what}", import.module, import.name);
    }
    let _ = writeln!(text, "\nexports {}", info.exports.len());
    for export in &info.exports {
        let _ = writeln!(text, "  {:?}: {}", export.name, entity(info, export.entity));
    }
    let _ = writeln!(text, "\ncounts (imported + own)");
    for (what, imported, all) in [
        ("functions", info.imported_functions, info.functions.len()),
        ("tables", info.imported_tables, info.tables.len()),
        ("memories", info.imported_memories, info.memories.len()),
        ("globals", info.imported_globals, info.globals.len()),
    ] {
        let _ = writeln!(text, "  {what:24} {imported:>6} + {}", all - imported);
    }
    for (what, count) in [
        ("types", info.types.len()),
        ("element segments", info.elements.len()),
        ("data segments", info.data.len()),
    ] {
        let _ = writeln!(text, "  {what:24} {count:>6}");
    }
    text
}

/// The type of something that is imported or exported.
fn entity(info: &ModuleInfo, entity: EntityIndex) -> String {
    let limits = |minimum: u64, maximum: Option<u64>| match maximum {
        Some(maximum) => format!("{minimum} to {maximum}"),
        None => format!("{minimum} or more"),
    };
    match entity {
        EntityIndex::Func(index) => format!("function {}", info.func_type(index)),
        EntityIndex::Table(index) => {
            let ty = info.tables[index.index()];
            let limits = limits(ty.minimum.into(), ty.maximum.map(u64::from));
            let element = windlass_wasm::types::ValType::Ref(ty.element);
            format!("table of {limits} {element}")
        }
        EntityIndex::Memory(index) => {
            let ty = info.memories[index.index()];
            format!("memory of {} pages", limits(ty.minimum, ty.maximum))
        }
        EntityIndex::Global(index) => {
            let ty = info.globals[index.index()];
            format!("{} global {}", if ty.mutable { "mutable" } else { "constant" }, ty.content)
        }
    }
}
