//! Modules in text form: they are encoded, and what is wrong with them has lines and columns.
//!
//! Errors of validation have offsets in the encoded bytes, which nobody has seen. When there is
//! one, the text is read again with the places of its instructions, and the offset is looked up.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use wasmparser::{FromReader, Payload, SectionLimited};
use wast::core::{Func, FuncKind, ItemKind, ItemSig, ModuleField, ModuleKind};
use wast::lexer::{Lexer, TokenKind};
use wast::parser::{ParseBuffer, parse};
use wast::token::Span;
use wast::{QuoteWat, Wat};
use windlass_wasm::WasmError;

use crate::Error;

/// What is wrong with a module in text form, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    file: Option<PathBuf>,
    line: usize,
    column: usize,
    function: Option<String>,
    message: String,
}

impl TextError {
    fn new(text: &str, span: Span, message: String) -> Self {
        let (line, column) = span.linecol_in(text);
        let (line, column) = (line + 1, column + 1);
        Self { file: None, line, column, function: None, message }
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The function that it is in: its name in the text, or its number.
    pub fn function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// An error of compiling a module that was read from a file, with the name of the file.
    pub fn in_file(mut error: Error, file: &Path) -> Error {
        match error.downcast_mut::<TextError>() {
            Some(text) => {
                text.file = Some(file.to_path_buf());
                error
            }
            None => error.context(format!("compiling {}", file.display())),
        }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}:{}:{}: ", file.display(), self.line, self.column)?,
            None => write!(f, "line {}, column {}: ", self.line, self.column)?,
        }
        if let Some(function) = &self.function {
            write!(f, "in function {function}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for TextError {}

/// The bytes of a module in binary form, which is given in this form or as text.
pub fn wasm_bytes(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    // A text module cannot begin with the byte 0, and a binary one must.
    if bytes.first() == Some(&0) {
        return Ok(Cow::Borrowed(bytes));
    }
    let neither = |found: &str| {
        Error::msg(format!(
            "this is neither a binary module, which begins with the bytes \\0asm, nor a module in \
             text form (.wat), which begins with `(`: {found}"
        ))
    };
    if bytes.is_empty() {
        return Err(neither("it is empty"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(neither("it is not UTF-8"));
    };
    match first_token(text) {
        Some("(") => {}
        Some(token) => {
            let token: String = token.chars().take(20).collect();
            return Err(neither(&format!("it begins with {token:?}")));
        }
        None => return Err(neither("it holds nothing but blanks and comments")),
    }
    let encode = || parse::<Wat<'_>>(&ParseBuffer::new(text)?)?.encode();
    let encoded = encode().map_err(|error| TextError::new(text, error.span(), error.message()))?;
    Ok(Cow::Owned(encoded))
}

/// The first thing in a text that is no blank and no comment; what cannot be split counts as one.
fn first_token(text: &str) -> Option<&str> {
    let lexer = Lexer::new(text);
    let mut at = 0;
    loop {
        let start = at;
        match lexer.parse(&mut at) {
            Ok(Some(token)) => match token.kind {
                TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment => {}
                _ => return Some(token.src(text)),
            },
            Ok(None) => return None,
            Err(_) => return Some(&text[start..]),
        }
    }
}

/// Puts line and column of the text into an error of compiling it, where the module was given as
/// text and the error has an offset.
pub fn explain(bytes: &[u8], error: Error) -> Error {
    let place = || {
        let (offset, message) = match error.downcast_ref::<WasmError>()? {
            WasmError::Invalid { message, offset } => (*offset, message.clone()),
            WasmError::Unsupported { what, offset } => (*offset, format!("not supported: {what}")),
            WasmError::Limit { what, offset } => {
                (*offset, format!("{what} exceeds a limit of this implementation"))
            }
            WasmError::Compile { .. } => return None,
        };
        if bytes.first() == Some(&0) {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let (span, function) = locate(text, offset)?;
        Some(TextError { function, ..TextError::new(text, span, message) })
    };
    match place() {
        Some(place) => Error::new(place),
        None => error,
    }
}

/// What stands in a text where its encoded form has this offset: the place, and the function if it
/// is in one.
fn locate(text: &str, offset: u64) -> Option<(Span, Option<String>)> {
    let mut buffer = ParseBuffer::new(text).ok()?;
    buffer.track_instr_spans(true);
    let mut wat = QuoteWat::Wat(parse::<Wat<'_>>(&buffer).ok()?);
    let bytes = wat.encode().ok()?;
    let QuoteWat::Wat(Wat::Module(module)) = &wat else { return None };
    let ModuleKind::Text(fields) = &module.kind else { return None };
    let functions = || {
        fields.iter().filter_map(|field| match field {
            ModuleField::Func(func) if matches!(func.kind, FuncKind::Inline { .. }) => Some(func),
            _ => None,
        })
    };
    let imported = fields.iter().filter_map(|field| match field {
        ModuleField::Import(imports) => Some(imports.item_sigs()),
        _ => None,
    });
    let is_func =
        |sig: &&ItemSig<'_>| matches!(sig.kind, ItemKind::Func(_) | ItemKind::FuncExact(_));
    let imported = imported.flatten().filter(is_func).count();
    let name = |n: usize, func: &Func<'_>| match func.id {
        Some(id) => format!("${}", id.name()),
        None => (imported + n).to_string(),
    };
    let mut bodies = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
        let found = match payload.ok()? {
            Payload::TypeSection(section) => item(1, section, offset),
            Payload::ImportSection(section) => item(2, section, offset),
            Payload::FunctionSection(section) => item(FUNCTIONS, section, offset),
            Payload::TableSection(section) => item(4, section, offset),
            Payload::MemorySection(section) => item(5, section, offset),
            Payload::GlobalSection(section) => item(6, section, offset),
            Payload::ExportSection(section) => item(7, section, offset),
            Payload::StartSection { range, .. } => range.contains(&offset).then_some((8, 0)),
            Payload::ElementSection(section) => item(9, section, offset),
            Payload::DataSection(section) => item(11, section, offset),
            Payload::CodeSectionEntry(body) => {
                bodies += 1;
                let range = body.range();
                if (range.start..=range.end).contains(&offset) {
                    let func = functions().nth(bodies - 1)?;
                    let name = name(bodies - 1, func);
                    return Some((instruction(func, &body, offset), Some(name)));
                }
                None
            }
            _ => None,
        };
        if let Some((section, n)) = found {
            let mut of_section = fields.iter().map(place).filter(|(other, _)| *other == section);
            let (_, span) = of_section.nth(n)?;
            let function = (section == FUNCTIONS).then(|| functions().nth(n)).flatten();
            return Some((span, function.map(|func| name(n, func))));
        }
    }
    None
}

/// The instruction of a function that has an offset, or the function's beginning where it is no
/// instruction of the text, such as the last `end`.
fn instruction(func: &Func<'_>, body: &wasmparser::FunctionBody<'_>, offset: u64) -> Span {
    let FuncKind::Inline { expression, .. } = &func.kind else { return func.span };
    let count = || {
        let mut reader = body.get_operators_reader().ok()?;
        let mut before = None;
        for n in 0.. {
            if reader.eof() || reader.original_position() > offset {
                break;
            }
            before = Some(n);
            reader.read().ok()?;
        }
        before
    };
    let spans = expression.instr_spans.as_deref().unwrap_or_default();
    count().and_then(|n: usize| spans.get(n)).copied().unwrap_or(func.span)
}

/// The section of function declarations.
const FUNCTIONS: u8 = 3;

/// The number of the section that a field of the text is encoded in, and where the field stands.
fn place(field: &ModuleField<'_>) -> (u8, Span) {
    match field {
        ModuleField::Type(ty) => (1, ty.span),
        ModuleField::Rec(rec) => (1, rec.span),
        ModuleField::Import(import) => (2, import.span),
        ModuleField::Func(func) => (FUNCTIONS, func.span),
        ModuleField::Table(table) => (4, table.span),
        ModuleField::Memory(memory) => (5, memory.span),
        ModuleField::Global(global) => (6, global.span),
        ModuleField::Export(export) => (7, export.span),
        ModuleField::Start(index) => (8, index.span()),
        ModuleField::Elem(elem) => (9, elem.span),
        ModuleField::Data(data) => (11, data.span),
        ModuleField::Tag(tag) => (13, tag.span),
        ModuleField::Custom(_) => (0, Span::from_offset(0)),
    }
}

/// The section and number of its item that has an offset.
fn item<'a, T: FromReader<'a>>(
    id: u8,
    section: SectionLimited<'a, T>,
    offset: u64,
) -> Option<(u8, usize)> {
    if !section.range().contains(&offset) {
        return None;
    }
    let starts = section.into_iter_with_offsets();
    let starts = starts.map_while(|item| item.ok().map(|(start, _)| start));
    let n = starts.take_while(|&start| start <= offset).count().checked_sub(1)?;
    Some((id, n))
}

#[cfg(test)]
mod tests {
    use crate::{Engine, Module};

    /// The error of a module as it is shown.
    #[track_caller]
    fn error(text: impl AsRef<[u8]>) -> String {
        match Module::new(&Engine::default(), text) {
            Ok(_) => panic!("the module is accepted"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn errors_have_lines_columns_and_functions() {
        for (text, expected) in [
            (
                "(module\n  (func $f (result i32)\n    i64.const 1))",
                "line 2, column 4: in function $f: type mismatch",
            ),
            (
                "(module\n  (func (drop (i32.add\n  (i32.const 1) (i64.const 2)))))",
                "line 2, column 16: in function 0: type mismatch",
            ),
            (
                "(module\n (import \"a\" \"b\" (func))\n (func\n  local.get 7\n  drop))",
                "line 4, column 3: in function 1: unknown local",
            ),
            (
                "(module (func $a) (func $b\n  (block (result i32)\n nop) drop))",
                "in function $b: type mismatch",
            ),
            (
                "(module\n (func (export \"a\"))\n (export \"a\" (func 0)))",
                "line 3, column 3: duplicate export",
            ),
            ("(module\n (global i32 (i64.const 1)))", "line 2, column 3: type mismatch"),
            ("(module (memory 1)\n  (memory 70000))", "line 2, column 4: memory size"),
            (
                "(module\n (table 1 funcref)\n (elem (i64.const 0) func))",
                "line 3, column 3: type mismatch",
            ),
            ("(module (memory 1)\n (data (i64.const 0)))", "line 2, column 3: type mismatch"),
            ("(module (func)\n (start\n 3))", "line 3, column 2: unknown function"),
            ("(module (func (type 9)))", "line 1, column 10: in function 0: unknown type"),
            ("(module\n (func $v (param v128) (drop (local.get 0))))", "line 2"),
            ("(module\n  (func i64.cons 1))", "line 2, column 9: unknown operator"),
            ("(module (func $f) (func $f))", "line 1, column 25: duplicate func identifier"),
        ] {
            let error = error(text);
            assert!(error.contains(expected), "{text}\n{error}");
        }
    }

    #[test]
    fn what_is_no_module_is_told_so() {
        for (bytes, expected) in [
            (&b""[..], "it is empty"),
            (b"hello world\n", "it begins with \"hello\""),
            (b";; nothing\n", "nothing but blanks and comments"),
            (b"\xffELF", "it is not UTF-8"),
            (b"\x7fELF", "it begins with"),
        ] {
            let error = error(bytes);
            assert!(error.starts_with("this is neither a binary module"), "{error}");
            assert!(error.contains(expected), "{error}");
        }
        assert!(error(b"\0asm\x01\0\0\0\x01\x05\x01").contains("offset 0xa"));
        assert!(error(b"\0ELF").contains("magic header"));
    }
}
