//! Dumps: what functions look like behind a pass, on standard error.
//!
//! Functions that were made from Wasm go by the names of their module, and the offsets and blocks in
//! their dumps are those that disassembly shows.

use crate::ir::{ExternalName, Function, UserExternalNameRef, UserFuncName};
use crate::machine::buffer::FinalizedRelocTarget;
use crate::passes::{PASSES, PassContext, Shows};
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// What is to be dumped.
pub(crate) struct Dump {
    /// The number of the pass.
    pass: usize,
    /// The functions, by name or number; all but trampolines if there are none.
    functions: Vec<String>,
    /// Whether anything was dumped, or said instead.
    answered: AtomicBool,
}

/// What a function is called that was made from something else than text.
#[derive(Clone, Debug)]
pub enum Title {
    /// A function of a module.
    Function {
        /// Its number.
        number: u32,
        /// The names of all functions of the module, by number; empty where one has none.
        names: Arc<[String]>,
        /// What source locations count from.
        base: u32,
    },
    /// A trampoline, which goes between conventions. Shown by the name `trampoline` alone.
    Trampoline(String),
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Title::Function { number, names, .. } => {
                let name = names.get(*number as usize).filter(|name| !name.is_empty());
                let blank = if name.is_some() { " " } else { "" };
                write!(f, "{number}{blank}{}", name.map_or("", String::as_str))
            }
            Title::Trampoline(of) => write!(f, "trampoline of {of}"),
        }
    }
}

impl Dump {
    pub(crate) fn new(pass: usize, functions: Vec<String>) -> Self {
        Self { pass, functions, answered: AtomicBool::new(false) }
    }

    /// Why nothing was dumped so far, if that is so.
    pub(crate) fn unanswered(&self) -> Option<String> {
        if self.answered.load(Ordering::Relaxed) {
            return None;
        }
        let pass = PASSES[self.pass].name;
        Some(match &self.functions[..] {
            [] => format!("nothing was compiled, so there is nothing to show after `{pass}`"),
            names => format!("no function that was compiled is called {}", names.join(" or ")),
        })
    }

    fn wants(&self, title: Option<&Title>, func: &Function) -> bool {
        let listed = |name: &str| !name.is_empty() && self.functions.iter().any(|f| f == name);
        match title {
            None => {
                let name = func.name.to_string();
                self.functions.is_empty()
                    || listed(&name)
                    || listed(name.strip_prefix('%').unwrap_or_default())
            }
            Some(Title::Function { number, names, .. }) => {
                self.functions.is_empty()
                    || listed(&number.to_string())
                    || names.get(*number as usize).is_some_and(|name| listed(name))
            }
            Some(Title::Trampoline(_)) => listed("trampoline"),
        }
    }

    /// Dumps the function if the pass that just ran, or should have, is the one that was asked for.
    pub(crate) fn after(
        &self,
        cx: &PassContext<'_>,
        title: Option<&Title>,
        pass: usize,
        ran: bool,
    ) {
        if self.pass == pass && self.wants(title, cx.func) {
            dump(cx, title, self, ran);
        }
    }
}

#[cold]
fn dump(cx: &PassContext<'_>, title: Option<&Title>, request: &Dump, ran: bool) {
    let pass = &PASSES[request.pass];
    let said = request.answered.swap(true, Ordering::Relaxed);
    if !ran {
        if !said {
            eprintln!("; the pass `{}` does not run with these settings", pass.name);
        }
        return;
    }
    let name = title.map_or_else(|| cx.func.name.to_string(), Title::to_string);
    let text = match pass.shows {
        Shows::Ir => named_function(cx, title).to_string(),
        Shows::Lowered => {
            named_calls(cx, title, &cx.machine.listing(cx.isa().target(), false, true))
        }
        Shows::Allocated => {
            named_calls(cx, title, &cx.machine.listing(cx.isa().target(), true, true))
        }
        Shows::Bytes => {
            let code = &cx.out.buffer;
            let text = cx.isa().to_text(code.data(), code.code_size());
            named_symbols(cx, title, &text)
        }
    };
    eprintln!("; function {name} after {}\n{text}", pass.name);
}

/// The name of a function or of data, as the title has it.
fn symbol(cx: &PassContext<'_>, title: Option<&Title>, name: &ExternalName) -> String {
    if let (ExternalName::User(reference), Some(Title::Function { names, .. })) = (name, title)
        && let Some(user) = cx.func.params.user_named_funcs().get(*reference)
        && let Some(name) = names.get(user.index as usize)
    {
        return if name.is_empty() { format!("function {}", user.index) } else { name.clone() };
    }
    name.display(Some(&cx.func.params)).to_string()
}

/// The IR with the names of functions, and source locations from the base of the title.
fn named_function(cx: &PassContext<'_>, title: Option<&Title>) -> Function {
    let mut func = cx.func.clone();
    if let Some(Title::Function { number, names, base }) = title {
        let name = |number: u32| match names.get(number as usize) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => number.to_string(),
        };
        func.params.move_base_srcloc(*base);
        func.name = UserFuncName::testcase(name(*number));
        let callees = func.dfg.ext_funcs.keys();
        for callee in callees {
            if let ExternalName::User(reference) = func.dfg.ext_funcs[callee].name
                && let Some(user) = cx.func.params.user_named_funcs().get(reference)
            {
                func.dfg.ext_funcs[callee].name = ExternalName::testcase(name(user.index));
            }
        }
    }
    func
}

/// A listing of machine code with the names of the functions that it calls.
fn named_calls(cx: &PassContext<'_>, title: Option<&Title>, text: &str) -> String {
    const WORD: &str = "userextname";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(WORD) {
        let digits = &rest[at + WORD.len()..];
        let len = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        out += &rest[..at];
        match digits[..len].parse() {
            Ok(number) => {
                out +=
                    &symbol(cx, title, &ExternalName::user(UserExternalNameRef::from_u32(number)));
            }
            Err(_) => out += WORD,
        }
        rest = &digits[len..];
    }
    out + rest
}

/// Disassembly with the symbols that instructions refer to behind their lines.
fn named_symbols(cx: &PassContext<'_>, title: Option<&Title>, text: &str) -> String {
    let start = |line: &str| u32::from_str_radix(line.split(':').next()?.trim(), 16).ok();
    let mut relocs = cx.out.buffer.relocs().iter().peekable();
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out += line;
        let next = lines.peek().and_then(|line| start(line)).unwrap_or(u32::MAX);
        while let Some(reloc) = relocs.next_if(|reloc| reloc.offset < next) {
            if let FinalizedRelocTarget::ExternalName(name) = &reloc.target {
                out += &format!("  ; {}", symbol(cx, title, name));
            }
        }
        out.push('\n');
    }
    out
}
