//! The commands of `test` lines.

use crate::check::Checker;
use crate::file::{self, Cx};
use crate::{bless, calls, graph};
use std::fmt::{self, Display, Write};
use windlass_core::Context;
use windlass_core::entity::SecondaryMap;
use windlass_core::ir::{AnyEntity, Block, Fact, Function, Inst, Value};
use windlass_core::testfile::TestFile;
use windlass_core::text::{Details, FuncWriter, PlainWriter, decorate_function};
use windlass_core::verify::verify_function;

/// What a command reads in comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Calls: `run:`, `print:` and `trap:`. Without any, nothing is tested.
    Calls,
    /// What a text is matched against: `check:` and so on.
    Checks,
    /// As [`Self::Checks`], and nothing is tested without them: making the text hardly fails.
    ChecksAlone,
    /// As [`Self::ChecksAlone`], and `dominates:` does as well.
    Dominators,
    /// `error:`
    Errors,
}

/// A command.
pub struct Mode {
    /// The word behind `test`.
    pub name: &'static str,
    /// The words that may stand behind it.
    pub options: &'static [&'static str],
    /// What it reads in comments, if they are not the exact text that it compares.
    pub reads: Reads,
    /// Whether it runs once for each target.
    pub needs_isa: bool,
    /// Whether it changes the functions.
    pub changes: bool,
    /// Whether the functions must be valid.
    pub verifies: bool,
    /// Runs it; none for commands of the reference that need passes we do not have. They count as
    /// skipped, once for each function.
    pub run: Option<fn(&mut Cx<'_>)>,
}

impl Mode {
    /// How many tests it is, for the count of those that are skipped.
    pub fn weight(&self, file: &TestFile<'_>) -> usize {
        if self.reads == Reads::Calls { calls::count(file) } else { file.functions.len() }
    }
}

const fn mode(name: &'static str, reads: Reads, run: fn(&mut Cx<'_>)) -> Mode {
    Mode { run: Some(run), ..later(name, reads) }
}

const fn later(name: &'static str, reads: Reads) -> Mode {
    let (needs_isa, changes, verifies) = (false, false, true);
    Mode { name, options: &[], reads, needs_isa, changes, verifies, run: None }
}

/// All commands.
pub const MODES: &[Mode] = &[
    Mode { verifies: false, ..mode("cat", Reads::ChecksAlone, cat) },
    Mode { verifies: false, ..mode("verifier", Reads::Errors, verifier) },
    Mode { verifies: false, ..mode("print-cfg", Reads::ChecksAlone, print_cfg) },
    mode("domtree", Reads::Dominators, graph::domtree),
    mode("interpret", Reads::Calls, calls::interpret),
    Mode { needs_isa: true, ..mode("run", Reads::Calls, calls::run) },
    Mode {
        options: &["precise-output"],
        needs_isa: true,
        changes: true,
        ..mode("optimize", Reads::Checks, optimize)
    },
    Mode {
        options: &["precise-output", "expect-fail"],
        needs_isa: true,
        changes: true,
        ..mode("compile", Reads::Checks, compile)
    },
    later("alias-analysis", Reads::Checks),
    Mode { options: &["precise-output", "optimize"], ..later("inline", Reads::Checks) },
    later("safepoint", Reads::Checks),
    later("unwind", Reads::Checks),
];

/// Matches a text against the directives of a function and of the file's beginning.
pub fn filecheck(cx: &mut Cx<'_>, details: &Details<'_>, text: &str) {
    let result = (|| {
        let mut checker = Checker::default();
        for comment in cx.file.preamble_comments.iter().chain(&details.comments) {
            checker.add(comment.text)?;
        }
        checker.check(text)
    })();
    cx.count(file::line(details), result);
}

/// Compares a text with the comments of a function, or writes them anew.
fn precise(cx: &mut Cx<'_>, index: usize, text: &str) {
    let (_, details) = &cx.file.functions[index];
    let expected: Vec<&str> = details
        .comments
        .iter()
        .map(|comment| comment.text)
        .filter(|text| !text.starts_with(";;"))
        .map(|text| text.strip_prefix("; ").or_else(|| text.strip_prefix(';')).unwrap_or(text))
        .map(str::trim_end)
        .collect();
    let got: Vec<&str> = text.lines().map(str::trim_end).collect();
    let line = file::line(details);
    if expected == got {
        return cx.count(line, Ok(()));
    }
    if cx.options.bless {
        bless::record(cx, index, &got);
        return cx.count(line, Ok(()));
    }
    let first = expected.iter().zip(&got).position(|(a, b)| a != b);
    let first = first.unwrap_or(expected.len().min(got.len()));
    let show = |lines: &[&str]| lines.get(first).copied().unwrap_or("the end").to_string();
    let message = format!(
        "line {} of the output differs:\n  expected: {}\n  got:      {}\n\
         (WINDLASS_BLESS=1 writes what came as the expectation)\n{text}",
        first + 1,
        show(&expected),
        show(&got),
    );
    cx.count(line, Err(message));
}

/// A text by `precise-output` or by filecheck.
fn compare(cx: &mut Cx<'_>, index: usize, text: &str) {
    if cx.command.has_flag("precise-output") {
        precise(cx, index, text);
    } else {
        let details = &cx.file.functions[index].1;
        filecheck(cx, details, text);
    }
}

/// A function as tests compare it.
///
/// The form that the reference calls canonical leaves something out that the printer writes so that
/// it can be read back: which user names the symbols of global values have.
fn canonical(function: &Function) -> String {
    struct Canonical;
    impl FuncWriter for Canonical {
        fn write_entity_definition(
            &mut self,
            w: &mut dyn Write,
            func: &Function,
            entity: AnyEntity,
            value: &dyn Display,
            fact: Option<&Fact>,
        ) -> fmt::Result {
            match entity {
                AnyEntity::GlobalValue(global) => {
                    let data = &func.global_values[global];
                    self.super_entity_definition(w, func, entity, data, fact)
                }
                _ => self.super_entity_definition(w, func, entity, value, fact),
            }
        }

        fn write_block_header(
            &mut self,
            w: &mut dyn Write,
            func: &Function,
            block: Block,
            indent: usize,
        ) -> fmt::Result {
            PlainWriter.write_block_header(w, func, block, indent)
        }

        fn write_instruction(
            &mut self,
            w: &mut dyn Write,
            func: &Function,
            aliases: &SecondaryMap<Value, Vec<Value>>,
            inst: Inst,
            indent: usize,
        ) -> fmt::Result {
            PlainWriter.write_instruction(w, func, aliases, inst, indent)
        }
    }
    let mut text = String::new();
    decorate_function(&mut Canonical, &mut text, function).expect("a string takes everything");
    text
}

fn cat(cx: &mut Cx<'_>) {
    for (function, details) in &cx.file.functions {
        filecheck(cx, details, &canonical(function));
    }
}

fn print_cfg(cx: &mut Cx<'_>) {
    for (function, details) in &cx.file.functions {
        filecheck(cx, details, &graph::dot(function));
    }
}

/// Compares the errors of verification with `error:` comments, one for one.
fn verifier(cx: &mut Cx<'_>) {
    for (function, details) in &cx.file.functions {
        let errors = match verify_function(function, cx.target()) {
            Ok(()) => Vec::new(),
            Err(errors) => {
                let list = errors.0.into_iter();
                list.map(|error| (error.location, error.message)).collect()
            }
        };
        let result = expected_errors(details, errors);
        cx.count(file::line(details), result);
    }
}

fn expected_errors(
    details: &Details<'_>,
    mut errors: Vec<(AnyEntity, String)>,
) -> Result<(), String> {
    for comment in &details.comments {
        let Some((_, wanted)) = comment.text.split_once("error:") else { continue };
        let wanted = wanted.trim();
        if wanted.is_empty() {
            return Err(format!("`error:` at {} does not say which error", comment.entity));
        }
        let found = errors.iter().position(|(location, message)| {
            *location == comment.entity && message.contains(wanted)
        });
        match found {
            Some(found) => drop(errors.remove(found)),
            None => {
                let rest: Vec<_> =
                    errors.iter().map(|(at, text)| format!("  {at}: {text}")).collect();
                return Err(format!(
                    "the error `{wanted}` at {} was not reported; reported and not expected:\n{}",
                    comment.entity,
                    rest.join("\n")
                ));
            }
        }
    }
    match errors.first() {
        None => Ok(()),
        Some((location, message)) => Err(format!("unexpected error at {location}: {message}")),
    }
}

fn context(function: &Function) -> Context {
    Context::for_function(function.clone())
}

fn optimize(cx: &mut Cx<'_>) {
    let isa = cx.isa.clone().expect("the command needs a target");
    for index in 0..cx.file.functions.len() {
        let (function, details) = &cx.file.functions[index];
        let mut context = context(function);
        let result = context.optimize(&*isa, &mut Default::default());
        match result.map_err(|error| error.to_string()) {
            Ok(()) => compare(cx, index, &canonical(&context.func)),
            Err(message) => cx.count(file::line(details), Err(message)),
        }
    }
}

fn compile(cx: &mut Cx<'_>) {
    let isa = cx.isa.clone().expect("the command needs a target");
    for index in 0..cx.file.functions.len() {
        let (function, details) = &cx.file.functions[index];
        let line = file::line(details);
        let mut context = context(function);
        context.set_disasm(true);
        let compiled = match context.compile(&*isa, &mut Default::default()) {
            Ok(compiled) => Ok((
                compiled.vcode.clone().unwrap_or_default(),
                isa.to_text(compiled.buffer.data(), compiled.buffer.code_size()),
            )),
            Err(error) => Err(error.inner.to_string()),
        };
        match (compiled, cx.command.has_flag("expect-fail")) {
            (Ok(_), true) => {
                cx.count(line, Err(String::from("compilation was expected to fail, but did not")));
            }
            // What is said of the error is checked; that there is one may be all.
            (Err(message), true) => filecheck(cx, details, &message),
            (Err(message), false) => cx.count(line, Err(message)),
            (Ok((vcode, code)), false) if cx.command.has_flag("precise-output") => {
                precise(cx, index, &format!("VCode:\n{vcode}\nDisassembled:\n{code}"));
            }
            (Ok((vcode, _)), false) => filecheck(cx, details, &vcode),
        }
    }
}
