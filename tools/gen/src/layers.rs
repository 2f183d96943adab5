//! What may use what: the tables of ARCHITECTURE.md, and whether the code keeps to them.
//!
//! A table is a fenced block of ARCHITECTURE.md that begins with "```layers FOLDER". Each line is a
//! layer, from bottom to top, and names what belongs to it: modules at the root of the crate whose
//! sources are in FOLDER, or, where FOLDER is `crates`, crates by their folders. What is in a layer
//! uses only what is in layers below it, so there is no circle. A line `a -> b: reason` lists a use
//! that is there although `a` is not above `b`. Each module and each crate is in its table.
//!
//! Code and dependencies that are only for tests are free.

use crate::uses::{self, Found};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Where the tables are.
const FILE: &str = "ARCHITECTURE.md";

/// One table.
#[derive(Debug, Default)]
struct Table {
    folder: String,
    /// The layer of each name.
    layers: BTreeMap<String, usize>,
    /// Uses that are there nevertheless, with their lines in the file.
    exceptions: BTreeMap<(String, String), usize>,
}

/// A use: from where, of what, and the place that says so.
type Edges = BTreeMap<(String, String), String>;

/// Compares all tables with the tree below `root`.
pub fn check(root: &Path, files: &[PathBuf], breaches: &mut Vec<String>) -> Result<()> {
    let text = fs::read_to_string(root.join(FILE)).context(FILE)?;
    let tables = tables(&text)?;
    if !tables.iter().any(|table| table.folder == "crates") {
        bail!("{FILE} has no table of crates");
    }
    let read =
        |file: &Path| fs::read_to_string(root.join(file)).context(file.display().to_string());
    for table in &tables {
        let mut found = Vec::new();
        for file in files.iter().filter(|file| root.join(file).exists()) {
            let name = file.to_string_lossy();
            if table.folder == "crates" {
                if let Some(folder) = name.strip_suffix("/Cargo.toml") {
                    found.push((folder.to_string(), read(file)?));
                }
            } else if let Some(rest) = name.strip_prefix(&format!("{}/", table.folder))
                && rest.ends_with(".rs")
                && !rest.starts_with("bin/")
            {
                found.push((rest.to_string(), read(file)?));
            }
        }
        let edges = match table.folder == "crates" {
            true => dependencies(&found),
            false => module_uses(&table.folder, &found, breaches),
        };
        table.compare(&edges, breaches);
    }
    Ok(())
}

/// Reads the tables out of the file.
fn tables(text: &str) -> Result<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    let mut open: Option<Table> = None;
    let mut layer = 0;
    for (n, line) in text.lines().enumerate() {
        let at = n + 1;
        let Some(table) = &mut open else {
            if let Some(folder) = line.strip_prefix("```layers ") {
                open = Some(Table { folder: folder.trim().to_string(), ..Table::default() });
            }
            continue;
        };
        if line.starts_with("```") {
            tables.extend(open.take());
        } else if let Some((from, rest)) = line.split_once("->") {
            let Some((to, reason)) = rest.split_once(':') else {
                bail!("{FILE}:{at}: say why: `{} -> {}: reason`", from.trim(), rest.trim());
            };
            if reason.trim().is_empty() {
                bail!("{FILE}:{at}: the reason is missing");
            }
            table.exceptions.insert((from.trim().to_string(), to.trim().to_string()), at);
        } else {
            layer += 1;
            for name in line.split_whitespace() {
                if table.layers.insert(name.to_string(), layer).is_some() {
                    bail!("{FILE}:{at}: `{name}` stands twice in the table");
                }
            }
        }
    }
    if let Some(table) = open {
        bail!("{FILE}: the table of {} does not end", table.folder);
    }
    Ok(tables)
}

impl Table {
    /// Adds what the table says otherwise than the code. An edge from a name to itself says that
    /// the name is there.
    fn compare(&self, edges: &Edges, breaches: &mut Vec<String>) {
        let there: BTreeSet<&String> = edges.keys().map(|(from, _)| from).collect();
        for name in self.layers.keys().filter(|name| !there.contains(name)) {
            breaches.push(format!("{FILE}: {} has no `{name}`", self.folder));
        }
        let mut needed = BTreeSet::new();
        for ((from, to), place) in edges {
            let (Some(above), Some(below)) = (self.layers.get(from), self.layers.get(to)) else {
                if from == to {
                    let table = &self.folder;
                    breaches
                        .push(format!("{place}: `{from}` is not in the table {table} of {FILE}"));
                }
                continue;
            };
            if from == to || below < above {
                continue;
            }
            if self.exceptions.contains_key(&(from.clone(), to.clone())) {
                needed.insert((from, to));
                continue;
            }
            let circle = match path(edges, to, from) {
                Some(path) => format!(" and closes the circle {from} -> {}", path.join(" -> ")),
                None => String::new(),
            };
            breaches.push(format!(
                "{place}: `{from}` uses `{to}`, which is not below it in the table {}{circle}",
                self.folder
            ));
        }
        for ((from, to), line) in &self.exceptions {
            if !needed.contains(&(from, to)) {
                breaches
                    .push(format!("{FILE}:{line}: `{from} -> {to}` is not needed: take it out"));
            }
        }
    }
}

/// A shortest way along the edges.
fn path<'a>(edges: &'a Edges, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::from([(from, from)]);
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut path = vec![at];
            while path[path.len() - 1] != from {
                path.push(before[path[path.len() - 1]]);
            }
            path.reverse();
            return Some(path);
        }
        for (_, next) in edges.keys().filter(|(of, _)| of == at) {
            before.entry(next).or_insert_with(|| {
                queue.push_back(next);
                at
            });
        }
    }
    None
}

/// The uses of modules by modules of a crate, from its sources by their paths below the folder.
fn module_uses(folder: &str, sources: &[(String, String)], breaches: &mut Vec<String>) -> Edges {
    let mut files: Vec<(&str, Vec<&str>, Found)> = Vec::new();
    for (file, text) in sources {
        let module = file.trim_end_matches(".rs").trim_end_matches("/mod");
        let path: Vec<&str> = module.split('/').filter(|part| *part != "lib").collect();
        let found = uses::find(text, path.len());
        files.push((file, path, found));
    }
    let tests: Vec<Vec<&str>> = files
        .iter()
        .flat_map(|(_, path, found)| {
            found.test_modules.iter().map(|test| [&path[..], &[&test[..]]].concat())
        })
        .collect();
    let (roots, files): (Vec<_>, Vec<_>) = files
        .iter()
        .filter(|(_, path, _)| !tests.iter().any(|test| path.starts_with(test)))
        .partition(|(_, path, _)| path.is_empty());
    let modules: BTreeSet<&str> = files.iter().map(|(_, path, _)| path[0]).collect();
    // Names at the root that are not modules, and where they come from.
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, _, found) in &roots {
        owners.extend(found.reexports.iter().map(|(name, of)| (&name[..], &of[..])));
    }
    for (_, path, found) in &files {
        owners.extend(found.macros.iter().map(|name| (&name[..], path[0])));
    }
    let mut edges = Edges::new();
    for (file, path, found) in files {
        let from = path[0];
        let place = format!("{folder}/{file}:1");
        edges.entry((from.to_string(), from.to_string())).or_insert(place);
        for used in &found.uses {
            let place = format!("{folder}/{file}:{}", used.line);
            let name = &used.name[..];
            let to = match modules.get(name).or(owners.get(name)) {
                Some(to) => *to,
                None if name == "*" => {
                    breaches.push(format!("{place}: name what is taken from the crate's root"));
                    continue;
                }
                // What the root defines itself.
                None => continue,
            };
            if modules.contains(to) {
                edges.entry((from.to_string(), to.to_string())).or_insert(place);
            }
        }
    }
    edges
}

/// The dependencies of crates, from their manifests by folder.
fn dependencies(manifests: &[(String, String)]) -> Edges {
    let value = |line: &str, key: &str| {
        let rest = line.split_once(key)?.1.trim_start().strip_prefix('=')?;
        rest.split('"').nth(1).map(str::to_string)
    };
    let mut folders: BTreeMap<String, &str> = BTreeMap::new();
    for (folder, text) in manifests {
        let package = text.split("[package]").nth(1).unwrap_or_default();
        let name = package.lines().find(|line| line.starts_with("name"));
        folders.extend(name.and_then(|line| value(line, "name")).map(|name| (name, &folder[..])));
    }
    let mut edges = Edges::new();
    for (folder, text) in manifests.iter().filter(|(_, text)| text.contains("[package]")) {
        let place = |line: usize| format!("{folder}/Cargo.toml:{line}");
        edges.insert((folder.clone(), folder.clone()), place(1));
        let mut counts = false;
        for (n, line) in text.lines().enumerate() {
            if line.starts_with('[') {
                let section = line.trim_matches(['[', ']']);
                counts = section.ends_with("dependencies") && !section.contains("dev-");
            } else if counts {
                let key = line.split(['=', '.']).next().unwrap_or_default().trim();
                let package = value(line, "package").unwrap_or_else(|| key.to_string());
                if let Some(to) = folders.get(&package) {
                    edges.insert((folder.clone(), to.to_string()), place(n + 1));
                }
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [(&str, &str); 6] = [
        ("lib.rs", "mod a; mod b; mod c; mod d; pub use c::Thing; pub type Map = u8;"),
        ("a.rs", "#[macro_export] macro_rules! put { () => {} } #[cfg(test)] mod tests;"),
        ("a/tests.rs", "use crate::d; use super::*;"),
        ("b/mod.rs", "use super::a; use crate::Map;"),
        ("b/inner.rs", "use super::Hidden; crate::put!();"),
        ("c.rs", "use crate::{a, b::X};"),
    ];

    /// What is wrong with these sources and one more, by a table.
    fn breaches(table: &str, file: &str, text: &str) -> Vec<String> {
        let tables = tables(&format!("x\n```layers src\n{table}\n```\n")).unwrap();
        let all = SOURCES.iter().copied().filter(|(name, _)| *name != file).chain([(file, text)]);
        let all: Vec<_> = all.map(|(f, t)| (f.to_string(), t.to_string())).collect();
        let mut breaches = Vec::new();
        let edges = module_uses("src", &all, &mut breaches);
        tables[0].compare(&edges, &mut breaches);
        breaches
    }

    /// Exactly this is wrong.
    fn wrong(table: &str, (file, text): (&str, &str), expected: &str) {
        let found = breaches(table, file, text);
        assert!(found.len() == 1 && found[0].contains(expected), "{found:?} are not `{expected}`");
    }

    const D: (&str, &str) = ("d.rs", "use crate::Thing;");

    #[test]
    fn what_the_table_allows_is_fine() {
        assert_eq!(breaches("a\nb\nc\nd", D.0, D.1), [""; 0]);
        assert_eq!(breaches("a d\nb\nc\nd -> c: a reason", D.0, D.1), [""; 0]);
        // A module that two others use and that uses none of them, beside another.
        assert_eq!(breaches("a d\nb\nc", "d.rs", "use crate::Map;"), [""; 0]);
    }

    #[test]
    fn what_the_table_does_not_allow_is_found() {
        wrong("a\nb\nd\nc", D, "src/d.rs:1: `d` uses `c`, which is not below it in the table src");
        wrong("a\nb\nc d", D, "src/d.rs:1: `d` uses `c`");
        // By a name that the root takes out of a module, by a macro, from deeper down, in a group.
        wrong("a\nd\nb\nc", ("d.rs", "\nfn f(x: crate::Thing) {}"), "src/d.rs:2: `d` uses `c`");
        wrong("b\na\nc", ("b/mod.rs", ""), "src/b/inner.rs:1: `b` uses `a`");
        wrong("a\nd\nb\nc", ("d.rs", "use crate::{a, b};"), "`d` uses `b`");
        wrong("a\nb\nd\nc", ("d/e.rs", "use super::super::c::x;"), "src/d/e.rs:1: `d` uses `c`");
        wrong("a\nb\nc\nd", ("d.rs", "use crate::*;"), "name what is taken");
    }

    #[test]
    fn circles_are_named() {
        let back = ("a.rs", "use crate::c; macro_rules! put { () => {} }");
        let sources = "a\nb\nc";
        let found = breaches(&format!("{sources}\nd"), back.0, back.1);
        assert!(
            found.iter().any(|line| line.contains("closes the circle a -> c -> a")),
            "{found:?}"
        );
        let both = format!("{sources}\na -> c: both are one thing");
        assert_eq!(breaches(&both, back.0, back.1), [""; 0]);
    }

    #[test]
    fn names_and_exceptions_are_those_of_the_code() {
        wrong("a\nb\nc", D, "src/d.rs:1: `d` is not in the table src of ARCHITECTURE.md");
        wrong("a\nb\nc\nd e", D, "src has no `e`");
        wrong("a\nb\nc\nd\na -> d: once", D, "ARCHITECTURE.md:7: `a -> d` is not needed");
        wrong("a\nb\nc\nd\nd -> c: it is below", D, "`d -> c` is not needed");
        for (table, expected) in [
            ("```layers x\na\na\n```", "`a` stands twice"),
            ("```layers x\na -> b\n```", "say why"),
            ("```layers x\na -> b: \n```", "the reason is missing"),
            ("```layers x\na\n", "does not end"),
        ] {
            let error = tables(table).unwrap_err().to_string();
            assert!(error.contains(expected), "{error} is not `{expected}`");
        }
    }

    #[test]
    fn dependencies_of_crates_are_found() {
        let core = "[package]\nname = \"the-core\"\n[dependencies]\nserde = \"1\"\n";
        let above = "[package]\nname = \"above\"\n[dependencies]\nold = { package = \"the-core\" }\n\
                     [dev-dependencies]\ntop.workspace = true\n";
        let top = "[package]\nname = \"top\"\n[target.'cfg(unix)'.dependencies]\n\
                   above.workspace = true\nthe-core = { path = \"../core\" }\n[lib]\nname = \"t\"\n";
        let manifests = [("core", core), ("x/above", above), ("top", top), ("", "[workspace]\n")];
        let manifests = manifests.map(|(f, t)| (f.to_string(), t.to_string()));
        let edges = dependencies(&manifests);
        let check = |table: &str| {
            let mut breaches = Vec::new();
            let tables = tables(&format!("```layers crates\n{table}\n```")).unwrap();
            tables[0].compare(&edges, &mut breaches);
            breaches
        };
        assert_eq!(check("core\nx/above\ntop"), [""; 0]);
        assert_eq!(
            check("core\ntop\nx/above"),
            ["top/Cargo.toml:4: `top` uses `x/above`, which is not below it in the table crates"]
        );
        assert_eq!(
            check("x/above\ncore\ntop"),
            [
                "x/above/Cargo.toml:4: `x/above` uses `core`, which is not below it in the table crates"
            ]
        );
        assert_eq!(check("core\nx/above").len(), 1);
    }
}
