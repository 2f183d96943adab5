//! The house rules: what must hold of the sources beyond what the compiler checks.
//!
//! Read from the files that git tracks. Each breach is a line `file:line: sentence`; generated
//! files are exempt from the rules of form but not from the limit of lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use windlass_core::settings::Template;

/// No source file is longer.
const MAX_LINES: usize = 1200;
/// No test file of the IR is longer.
const MAX_TEST_LINES: usize = 300;
/// No line of Rust is longer. rustfmt keeps code at 100 columns; this is for what it leaves alone,
/// and rows of tables are exempt.
const MAX_COLUMNS: usize = 120;
/// Folders and files that may contain `unsafe`.
const UNSAFE_ROOMS: [&str; 9] = [
    "runtime/",
    "module/jit/",
    "tools/src/precompiled.rs",
    "tools/compare/src/engines.rs",
    "filetests/src/native.rs",
    "fuzz/src/machine_code.rs",
    "frontend/examples/",
    "compat/clients/",
    "wasm-translate/examples/minimal.rs",
];
/// Files that the recipes of ARCHITECTURE.md name and that must exist.
const RECIPE_FILES: [&str; 5] = [
    "codegen/src/ir/opcodes.rs",
    "codegen/src/passes.rs",
    "isa/src/lib.rs",
    "isa/x86_64/src/insts/mod.rs",
    "isa/x86_64/rules/order",
];

/// Checks the tree below `root`; an error names every breach.
pub fn run(root: &Path) -> Result<()> {
    let mut breaches = Vec::new();
    let files = tracked_files(root)?;
    for file in &files {
        check_file(root, file, &mut breaches)?;
    }
    for needed in RECIPE_FILES {
        if !root.join(needed).exists() {
            breaches.push(format!("{needed}: the recipes name this file, and it is not there"));
        }
    }
    check_settings(root, &files, &mut breaches)?;
    crate::layers::check(root, &files, &mut breaches)?;
    if breaches.is_empty() {
        println!("tidy: {} files", files.len());
        return Ok(());
    }
    for breach in &breaches {
        eprintln!("{breach}");
    }
    bail!("{} breaches of the house rules", breaches.len())
}

fn tracked_files(root: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .context("git lists the files")?;
    if !output.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let names = String::from_utf8(output.stdout).context("file names are UTF-8")?;
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

fn check_file(root: &Path, file: &Path, breaches: &mut Vec<String>) -> Result<()> {
    let name = file.to_string_lossy();
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or("");
    if !matches!(extension, "rs" | "rules" | "clif") || !root.join(file).exists() {
        return Ok(());
    }
    let text = fs::read_to_string(root.join(file)).with_context(|| format!("{name} is text"))?;
    let generated = name.contains("/generated/");
    let limit = match extension {
        "clif" => MAX_TEST_LINES,
        _ if generated => crate::MAX_LINES,
        _ => MAX_LINES,
    };
    let lines = text.lines().count();
    if lines > limit {
        breaches.push(format!("{name}:{lines}: longer than {limit} lines; split it by theme"));
    }
    if extension == "rs" {
        let first = text.lines().next().unwrap_or("");
        if !first.starts_with("//!") {
            breaches.push(format!("{name}:1: begin with a `//!` header: what it does, what holds"));
        }
        if !generated {
            check_rust(&name, &text, breaches);
        }
    }
    Ok(())
}

/// Every row of the tables of settings is read somewhere, or says why not and what that means.
fn check_settings(root: &Path, files: &[PathBuf], breaches: &mut Vec<String>) -> Result<()> {
    let mut sources = Vec::new();
    for file in files {
        let name = file.to_string_lossy();
        let is_source = name.ends_with(".rs") && root.join(file).exists();
        // Tests and clients read what they like; the tables themselves read nothing.
        let others =
            ["codegen/src/settings/", "/settings.rs", "compat/clients/", "/tests/", "tools/gen/"];
        if is_source && !others.iter().any(|other| name.contains(other)) {
            sources.push(fs::read_to_string(root.join(file))?);
        }
    }
    let shared = windlass_core::settings::builder();
    breaches.extend(unread("codegen/src/settings/shared.rs", shared.template(), &sources));
    for set in crate::SETS {
        let Some(machine) = set.machine else { continue };
        let file = format!("{}/settings.rs", set.sources);
        breaches.extend(unread(&file, (machine.settings)().template(), &sources));
    }
    Ok(())
}

/// The breaches of a table: rows that nothing reads and that do not say why, or that say why and
/// are read.
fn unread(file: &str, table: &Template, sources: &[String]) -> Vec<String> {
    let mut breaches = Vec::new();
    for row in table.rows {
        let getter = format!(".{}()", row.name);
        let is_read = sources.iter().any(|text| text.contains(&getter));
        match (is_read, row.unread) {
            (false, None) => breaches.push(format!(
                "{file}: nothing reads `{}`: read it, or say `unread` and why in its row",
                row.name
            )),
            (true, Some(_)) => breaches
                .push(format!("{file}: `{}` is read: take `unread` out of its row", row.name)),
            _ => {}
        }
    }
    breaches
}

fn check_rust(name: &str, text: &str, breaches: &mut Vec<String>) {
    // Spelled in parts, so that this file does not breach its own rule.
    let unfinished = [
        concat!("todo", "!("),
        concat!("unimpl", "emented!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ign", "ore"),
    ];
    let may_be_unsafe = UNSAFE_ROOMS.iter().any(|room| name.starts_with(room));
    for (number, line) in text.lines().enumerate() {
        let at = number + 1;
        if let Some(mark) = unfinished.iter().find(|mark| line.contains(**mark)) {
            breaches
                .push(format!("{name}:{at}: `{mark}`: finish it, or say in an issue what is left"));
        }
        if !may_be_unsafe && is_unsafe(line) {
            breaches.push(format!("{name}:{at}: `unsafe` outside of the files that may have it"));
        }
        // A reason stands where it is needed: what it refers to is changed without it. Spelled in
        // parts, as above.
        if line.contains(concat!("SAFETY: as", " above")) {
            breaches.push(format!("{name}:{at}: write the reason itself, not where one stands"));
        }
        let columns = line.chars().count();
        if columns > MAX_COLUMNS && !is_table(line) {
            breaches.push(format!("{name}:{at}: {columns} columns, the limit is {MAX_COLUMNS}"));
        }
    }
}

fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("").trim_start();
    let marks = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait"];
    !code.contains('"') && marks.iter().any(|mark| code.contains(mark))
}

/// Rows of the tables, long strings and signatures stand on one line: rustfmt leaves them alone.
fn is_table(line: &str) -> bool {
    let row = line.contains(" => ") || line.contains("->") || line.trim_end().ends_with(';');
    row || line.contains('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_nothing_reads_say_why() {
        let builder = windlass_core::settings::builder();
        let rows = builder.template().rows;
        let all: String = rows.iter().map(|row| format!("flags.{}();", row.name)).collect();
        let unread_rows = rows.iter().filter(|row| row.unread.is_some()).count();
        // Whoever reads all of them reads those that say that nobody does.
        assert_eq!(unread("t.rs", builder.template(), &[all]).len(), unread_rows);
        // Whoever reads none leaves the others without a reason.
        let none = unread("t.rs", builder.template(), &[]);
        assert_eq!(none.len(), rows.len() - unread_rows);
        assert!(none[0].contains("nothing reads `regalloc_algorithm`"), "{}", none[0]);
    }
}
