//! The `windlass-dev` command: makes the matchers from the rules, and checks that they are fresh.
#![forbid(unsafe_code)]

mod layers;
mod layout;
mod lint;
mod lowering;
mod matcher;
mod rewriting;
mod support;
mod syntax;
#[cfg(test)]
mod tests;
mod tidy;
mod uses;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use syntax::{Problem, Rule};
use windlass_core::machine::vocabulary::Vocabulary;

/// The developer's tool of Windlass.
#[derive(Parser)]
#[command(name = "windlass-dev")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the matchers from the rules.
    Gen {
        /// Writes nothing; fails if a file is not as it would be written.
        #[arg(long)]
        check: bool,
        /// Lists the instruction rows that no rule and no source names.
        #[arg(long)]
        unused: bool,
        /// The root of the repository.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
    /// Checks the house rules: sizes, headers, unfinished marks, `unsafe` in its rooms, layers.
    Tidy {
        /// The root of the repository.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
}

/// A directory of rules and where their matchers go.
struct Set {
    rules: &'static str,
    /// Where the functions are that rules name.
    sources: &'static str,
    generated: &'static str,
    /// The machine that they are for; rewrites are for all.
    machine: Option<&'static Vocabulary>,
}

const SETS: &[Set] = &[
    Set {
        rules: "isa/aarch64/rules",
        sources: "isa/aarch64/src",
        generated: "isa/aarch64/src/lower/generated",
        machine: Some(&windlass_isa_aarch64::VOCABULARY),
    },
    Set {
        rules: "isa/x86_64/rules",
        sources: "isa/x86_64/src",
        generated: "isa/x86_64/src/lower/generated",
        machine: Some(&windlass_isa_x86_64::VOCABULARY),
    },
    Set {
        rules: "codegen/rules",
        sources: "codegen/src",
        generated: "codegen/src/opt/generated",
        machine: None,
    },
];

/// Where the functions are that the rules of all machines name.
const SHARED: [&str; 2] = ["codegen/src/machine/lower.rs", "codegen/src/machine/preds.rs"];

/// Most lines of a generated file.
const MAX_LINES: usize = 2000;

/// The least share of a machine's lowering, in per cent, that is written in rules.
const LEAST_SHARE: usize = 90;

fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Gen { check, unused, root } => generate_all(&root, check, unused),
        Command::Tidy { root } => tidy::run(&root),
    }
}

/// Makes all matchers, or compares them with what is there.
fn generate_all(root: &Path, check: bool, list_unused: bool) -> anyhow::Result<()> {
    let (files, problems) = everything(root, list_unused)?;
    for problem in &problems {
        eprintln!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} mistakes in rules", problems.len());
    }
    let mut stale = Vec::new();
    for (path, text) in &files {
        if std::fs::read_to_string(path).ok().as_deref() == Some(text) {
            continue;
        }
        stale.push(path.display().to_string());
        if !check {
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir)?;
            }
            std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    if check && !stale.is_empty() {
        bail!("not fresh: {}; run `cargo run -p windlass-gen -- gen`", stale.join(", "));
    }
    println!("{} files, {} {}", files.len(), stale.len(), if check { "stale" } else { "written" });
    Ok(())
}

/// A file and its text.
type Generated = Vec<(PathBuf, String)>;

/// All generated files, and what is wrong with the rules.
fn everything(root: &Path, list_unused: bool) -> anyhow::Result<(Generated, Vec<Problem>)> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for set in SETS {
        generate(root, set, list_unused, &mut files, &mut problems)?;
    }
    Ok((files, problems))
}

/// Reads the rules of a directory, in the order of its file `order`.
fn read_rules(
    root: &Path,
    dir: &str,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Vec<(String, Vec<Rule>)>> {
    let order_path = root.join(dir).join("order");
    let order = std::fs::read_to_string(&order_path)
        .with_context(|| format!("reading {}", order_path.display()))?;
    let mut out = Vec::new();
    for name in order.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//")) {
        let path = format!("{dir}/{name}.rules");
        let text = std::fs::read_to_string(root.join(&path))
            .with_context(|| format!("reading {path}, which {dir}/order names"))?;
        let (rules, mut found) = syntax::parse_file(&path, &text);
        problems.append(&mut found);
        out.push((name.to_string(), rules));
    }
    Ok(out)
}

/// The features that rules may ask for: those of the machine.
fn features(set: &Set) -> Vec<&'static str> {
    let rows = set.machine.map_or(&[][..], |machine| (machine.settings)().template().rows);
    rows.iter().filter_map(|row| row.name.strip_prefix("has_")).collect()
}

/// The sources below a folder, but for what is generated.
fn sources(folder: &Path, generated: &Path, texts: &mut Vec<String>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        if path == generated {
            continue;
        }
        if path.is_dir() {
            sources(&path, generated, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The names that stand behind a prefix, such as `fn ` or `Op::`.
fn names_behind<'a>(prefix: &str, texts: &'a [String]) -> BTreeSet<&'a str> {
    let name = |text: &'a str, at: usize| {
        let rest = &text[at + prefix.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    };
    texts.iter().flat_map(|t| t.match_indices(prefix).map(|m| name(t, m.0))).collect()
}

fn generate(
    root: &Path,
    set: &Set,
    list_unused: bool,
    files: &mut Generated,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<()> {
    let groups = read_rules(root, set.rules, problems)?;
    let all: Vec<Rule> = groups.iter().flat_map(|g| g.1.iter().cloned()).collect();
    lint::rules(&all, problems);
    lint::features(&all, &features(set), problems);
    let mut texts = Vec::new();
    sources(&root.join(set.sources), &root.join(set.generated), &mut texts)?;
    if set.machine.is_some() {
        for path in SHARED {
            texts.push(std::fs::read_to_string(root.join(path))?);
        }
    }
    lint::functions(&all, set.sources, &names_behind("fn ", &texts), problems);
    if let Some(machine) = set.machine {
        let path = format!("{}/unsupported", set.rules);
        let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        lint::coverage(&all, &path, &text, problems);
        let share = support::Share::of(&groups);
        let functions = share.by_functions.len();
        println!(
            "{}: {} pairs of opcode and type, {} % of them in rules, {functions} by functions",
            set.rules,
            share.pairs,
            share.percent(),
        );
        let rows = (machine.rows)();
        let unused = lint::unused_rows(&all, &rows, &names_behind("Op::", &texts));
        println!(
            "{}: {} of {} rows are named by no rule and no source{}{}",
            set.rules,
            unused.len(),
            rows.len(),
            if list_unused { ": " } else { "" },
            if list_unused { unused.join(" ") } else { String::new() },
        );
        if share.percent() < LEAST_SHARE {
            bail!(
                "less than {LEAST_SHARE} % in rules; functions do {}",
                share.by_functions.join(" ")
            );
        }
    }
    let dir = root.join(set.generated);
    for (name, rules) in &groups {
        let path = format!("{}/{name}.rules", set.rules);
        let text = match set.machine {
            None => rewriting::file(&path, rules, problems),
            Some(machine) => lowering::file(&path, rules, machine, problems),
        };
        let text = layout::file(&text);
        let lines = text.lines().count();
        if lines > MAX_LINES {
            bail!("{path} makes {lines} lines, more than {MAX_LINES}: split it");
        }
        files.push((dir.join(format!("{name}.rs")), text));
    }
    let text = match set.machine {
        None => rewriting::dispatch(set.rules, &groups),
        Some(_) => support::dispatch(set.rules, &groups, problems),
    };
    files.push((dir.join("mod.rs"), layout::file(&text)));
    Ok(())
}
