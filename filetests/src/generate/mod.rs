//! The part of the corpus that is made rather than written: every scalar operation at every type.
//!
//! Expected values come from the arithmetic of this module's own models (Rust's integers and
//! floats), so they are a second opinion beside the interpreter and each back end. The files are
//! checked in and must equal what this module makes; `WINDLASS_BLESS=1` writes them anew.

mod compare;
mod convert;
mod floats;
mod ints;
mod memory;

use std::fmt::Write as _;
use windlass_core::ir::Type;
use windlass_core::ir::immediates::{Ieee32, Ieee64};
use windlass_core::ir::types::{self, F32, I8, I16, I32, I64, I128};

/// The largest number of lines of a file; longer ones are cut into parts.
const MAX_LINES: usize = 290;

/// The scalar integers that machines have.
const NARROW: [Type; 4] = [I8, I16, I32, I64];

/// A file of the corpus: its path below `tests`, and its text.
pub type File = (String, String);

/// All generated files.
pub fn corpus() -> Vec<File> {
    let mut out = Vec::new();
    ints::generate(&mut out);
    compare::generate(&mut out);
    convert::generate(&mut out);
    floats::generate(&mut out);
    memory::generate(&mut out);
    out
}

/// Where the functions of a file run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// On the interpreter and natively, with these flag sets.
    Everywhere(&'static [&'static str]),
    /// On the interpreter alone: types that the back ends lack so far.
    Interpreter,
}

/// The flag sets for integers.
const INT_FLAGS: Where = Where::Everywhere(&["x86_64", "x86_64 haswell", "aarch64"]);
/// The flag sets for what aarch64 lacks so far.
const X86_FLAGS: Where = Where::Everywhere(&["x86_64", "x86_64 haswell"]);
/// The flag sets for atomic operations of 128 bits.
const WIDE_FLAGS: Where = Where::Everywhere(&["x86_64 has_cmpxchg16b", "x86_64 haswell"]);
/// The flag sets for floats.
const FLOAT_FLAGS: Where = Where::Everywhere(&["x86_64", "x86_64 sse41", "x86_64 haswell"]);

/// Where an operation on a type runs that back ends lack at 128 bits.
fn at(ty: Type, flags: Where) -> Where {
    if ty == I128 { Where::Interpreter } else { flags }
}

/// A file that is being written, cut into parts where it grows too long.
struct Writer<'a> {
    out: &'a mut Vec<File>,
    name: String,
    at: Where,
    text: String,
    part: usize,
}

impl<'a> Writer<'a> {
    fn new(out: &'a mut Vec<File>, name: impl Into<String>, at: Where) -> Self {
        Self { out, name: name.into(), at, text: String::new(), part: 0 }
    }

    fn header(&self) -> String {
        let mut header = String::from("; Made by filetests/src/generate.\ntest interpret\n");
        if let Where::Everywhere(targets) = self.at {
            header += "test run\nset regalloc_checker enable_llvm_abi_extensions\n";
            if self.at == WIDE_FLAGS {
                header += "set enable_multi_ret_implicit_sret\n";
            }
            for target in targets {
                let _ = writeln!(header, "target {target}");
            }
        }
        header
    }

    /// Adds a function with its directives. `params` and `returns` are lists of types.
    fn function(&mut self, name: &str, params: &[Type], returns: &[Type], f: Body<'_>) {
        if f.cases.is_empty() {
            return;
        }
        let list = |tys: &[Type]| tys.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
        let arrow = if returns.is_empty() { "" } else { " -> " };
        let mut text = format!("\nfunction %{name}({}){arrow}{} {{\n", list(params), list(returns));
        for line in f.preamble.lines() {
            let _ = writeln!(text, "    {}", line.trim());
        }
        let numbered = params.iter().enumerate().map(|(i, ty)| format!("v{i}: {ty}"));
        let params = numbered.collect::<Vec<_>>().join(", ");
        let params = if params.is_empty() { params } else { format!("({params})") };
        let _ = writeln!(text, "block0{params}:");
        for line in f.body.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let indent = if line.ends_with(':') { "" } else { "    " };
            let _ = writeln!(text, "{indent}{line}");
        }
        text += "}\n";
        for case in f.cases {
            let word = if case.is_trap { "trap" } else { "run" };
            let _ = writeln!(text, "; {word}: %{name}({}) == {}", case.arguments, case.result);
        }
        let lines = self.text.lines().count() + text.lines().count();
        if !self.text.is_empty() && lines > MAX_LINES - 10 {
            self.flush();
        }
        self.text += &text;
    }

    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        self.part += 1;
        let number = if self.part == 1 { String::new() } else { format!("-{}", self.part) };
        let path = format!("run/{}{number}.clif", self.name);
        let text = self.header() + &std::mem::take(&mut self.text);
        self.out.push((path, text));
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// What a function consists of beside its signature.
struct Body<'a> {
    preamble: &'a str,
    body: &'a str,
    cases: Vec<Case>,
}

impl<'a> Body<'a> {
    fn new(body: &'a str, cases: Vec<Case>) -> Self {
        Self { preamble: "", body, cases }
    }

    fn with_slot(body: &'a str, cases: Vec<Case>) -> Self {
        Self { preamble: "ss0 = explicit_slot 64", body, cases }
    }
}

/// A call and what it does.
struct Case {
    arguments: String,
    result: String,
    is_trap: bool,
}

/// A call with its results; several results are put into brackets.
fn case(arguments: &[String], results: &[String]) -> Case {
    let result = match results {
        [one] => one.clone(),
        _ => format!("[{}]", results.join(", ")),
    };
    Case { arguments: arguments.join(", "), result, is_trap: false }
}

/// A call that ends in a trap.
fn trap(arguments: &[String], code: &str) -> Case {
    Case { arguments: arguments.join(", "), result: code.to_string(), is_trap: true }
}

/// The low `width` bits.
fn mask(width: u32) -> u128 {
    u128::MAX >> (128 - width)
}

/// A number as signed.
fn signed(width: u32, x: u128) -> i128 {
    (x << (128 - width)) as i128 >> (128 - width)
}

/// An integer of a type in the text form.
fn int(ty: Type, x: u128) -> String {
    let value = signed(ty.bits(), x & mask(ty.bits()));
    if ty.bits() >= 32 && !(-9999..10_000).contains(&value) {
        let digits = (ty.bits() / 4) as usize;
        format!("0x{:0digits$x}", x & mask(ty.bits()))
    } else {
        value.to_string()
    }
}

/// Numbers at the edges of a type.
fn edges(ty: Type) -> Vec<u128> {
    let w = ty.bits();
    vec![0, 1, mask(w), 1 << (w - 1), mask(w) >> 1]
}

/// Some numbers inside a type.
fn samples(ty: Type) -> Vec<u128> {
    let pattern = 0x0123_4567_89ab_cdef_f0e1_d2c3_b4a5_9687u128;
    [pattern, !pattern, pattern << 3 | 5].into_iter().map(|x| x >> (128 - ty.bits())).collect()
}

/// A short list of numbers: edges and samples.
fn few(ty: Type) -> Vec<u128> {
    let mut list = edges(ty);
    list.extend(samples(ty).into_iter().filter(|x| *x != 1).take(2));
    list
}

/// All pairs of edges, and a few others.
fn pairs(ty: Type) -> Vec<(u128, u128)> {
    let mut list = Vec::new();
    for x in edges(ty) {
        list.extend(edges(ty).into_iter().map(|y| (x, y)));
    }
    let s = samples(ty);
    list.extend([(s[0], s[1]), (s[1], s[2]), (s[2], 3), (s[0], s[0])]);
    list
}

/// A float of a type in the text form, from its bits.
fn float(ty: Type, bits: u64) -> String {
    if ty == F32 {
        Ieee32::with_bits(bits as u32).to_string()
    } else {
        Ieee64::with_bits(bits).to_string()
    }
}

/// The bits of a float of a type with this value.
fn float_bits(ty: Type, x: f64) -> u64 {
    if ty == F32 { u64::from((x as f32).to_bits()) } else { x.to_bits() }
}

/// True for the floats.
fn is_nan(ty: Type, bits: u64) -> bool {
    if ty == F32 { f32::from_bits(bits as u32).is_nan() } else { f64::from_bits(bits).is_nan() }
}

/// The integer type of a float's width.
fn int_of(ty: Type) -> Type {
    if ty == F32 { types::I32 } else { types::I64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_short_and_named_once() {
        let files = corpus();
        let mut names: Vec<_> = files.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), files.len());
        for (name, text) in &files {
            assert!(text.lines().count() <= 300, "{name} has too many lines");
            assert!(text.contains("; run:") || text.contains("; trap:"), "{name} tests nothing");
        }
    }

    fn walk(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, files) } else { files.push(path) }
        }
    }

    #[test]
    fn generated_corpus_is_fresh() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let bless = std::env::var_os("WINDLASS_BLESS").is_some_and(|value| value == "1");
        let mut stale = Vec::new();
        let files = corpus();
        let mut made = Vec::new();
        walk(&root.join("run"), &mut made);
        for path in made {
            let name = path.strip_prefix(&root).expect("below the root").display().to_string();
            if files.iter().any(|(other, _)| *other == name) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            match text.starts_with("; Made by filetests/src/generate.") {
                true if bless => std::fs::remove_file(&path).unwrap(),
                true => stale.push(name),
                false => {}
            }
        }
        for (name, text) in files {
            let path = root.join(&name);
            if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
                continue;
            }
            if bless {
                std::fs::create_dir_all(path.parent().expect("files lie in folders")).unwrap();
                std::fs::write(&path, text).unwrap();
            } else {
                stale.push(name);
            }
        }
        assert!(stale.is_empty(), "stale, write them with WINDLASS_BLESS=1: {stale:?}");
    }
}
