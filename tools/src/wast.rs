//! `windlass wast`: runs scripts of the Wasm specification's tests.
//!
//! Every assertion of a script counts once, as passed or failed; a module, an `invoke` or a
//! `register` that goes wrong counts as a failure of its own, and so does a script that holds
//! nothing or cannot be read. A directive that the runner does not know counts as skipped, and is
//! no success.
//!
//! An assertion holds for its own reason alone: a malformed module is one that cannot be decoded,
//! an invalid one can, and a trap is neither an error of linking nor one of the host.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
use wast::lexer::{Lexer, TokenKind};
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};
use windlass_runtime::{
    Config, Engine, Error, ExternRef, Func, FuncType, Global, GlobalType, Instance, Linker, Memory,
    MemoryType, Module, Mutability, RefType, Store, Table, TableType, Trap, Val, ValType,
};
use windlass_wasm::{WasmError, WasmFeatures, trap};

use crate::exit::{Counts, Outcome};
use crate::inspect::print;
use crate::options::{CodegenOptions, apply_features};

/// Run scripts of the Wasm specification's tests
#[derive(Args, Debug)]
pub struct WastCommand {
    /// Scripts, or folders that are searched for .wast files
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Proposals to switch on, or off with `-` in front
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,

    #[command(flatten)]
    codegen: CodegenOptions,
}

impl WastCommand {
    /// Runs the scripts; prints failures and the counts.
    pub fn execute(self) -> Result<Outcome> {
        let mut config = self.codegen.config()?;
        apply_features(&mut config, &self.wasm_features)?;
        let mut counts = Counts::default();
        for file in scripts(&self.files)? {
            let source =
                fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let report = run_script(&config, &file.to_string_lossy(), &source);
            let report = report.unwrap_or_else(|error| Report {
                counts: Counts { failed: 1, ..Counts::default() },
                assertions: 0,
                failures: vec![format!("{error:#}")],
            });
            for failure in &report.failures {
                eprintln!("{failure}");
            }
            counts.add(report.counts);
        }
        print(&format!("{counts}\n"))?;
        Ok(counts.outcome())
    }
}

/// The named files, and the scripts below the named folders in the order of their names.
fn scripts(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let found = files.len();
        let mut folders: Vec<PathBuf> = Vec::new();
        if path.is_dir() {
            folders.push(path.clone())
        } else {
            files.push(path.clone())
        }
        while let Some(folder) = folders.pop() {
            let mut entries: Vec<PathBuf> = fs::read_dir(&folder)
                .with_context(|| format!("reading the folder {}", folder.display()))?
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<_>>()?;
            entries.sort();
            for entry in entries {
                if entry.is_dir() {
                    folders.push(entry);
                } else if entry.extension().is_some_and(|e| e == "wast") {
                    files.push(entry);
                }
            }
        }
        if files.len() == found {
            bail!("{}: there is no script (*.wast) here", path.display());
        }
    }
    Ok(files)
}

/// What a script did.
#[derive(Debug, Default)]
pub struct Report {
    /// The counts of assertions.
    pub counts: Counts,
    /// Assertions that stand in the source, passed or not.
    pub assertions: usize,
    /// A line for each failure and each directive that was skipped, with file, line and column.
    pub failures: Vec<String>,
}

/// Runs one script under the configuration. An error means that the script itself cannot be read.
pub fn run_script(config: &Config, name: &str, source: &str) -> Result<Report> {
    let mut lexer = Lexer::new(source);
    // Some scripts spell names with characters that look like others, on purpose.
    lexer.allow_confusing_unicode(true);
    let located = |mut error: wast::Error| {
        error.set_path(Path::new(name));
        error.set_text(source);
        anyhow!("{error}")
    };
    if is_blank(&lexer).map_err(located)? {
        bail!("{name}: the script is empty: nothing is tested");
    }
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(located)?;
    let script = parser::parse::<Wast>(&buffer).map_err(located)?;
    let mut runner = Runner::new(config)?;
    let mut report = Report::default();
    for directive in script.directives {
        let (line, column) = directive.span().linecol_in(source);
        let is_assertion = is_assertion(&directive);
        report.assertions += usize::from(is_assertion);
        match runner.directive(directive) {
            Ok(true) => report.counts.passed += usize::from(is_assertion),
            Ok(false) => {
                report.counts.skipped += 1;
                let what = "skipped: the runner does not know this directive";
                report.failures.push(format!("{name}:{}:{}: {what}", line + 1, column + 1));
            }
            Err(error) => {
                report.counts.failed += 1;
                report.failures.push(format!("{name}:{}:{}: {error:#}", line + 1, column + 1));
            }
        }
    }
    Ok(report)
}

/// Whether there is nothing but blanks and comments. The parser would take that for a module.
fn is_blank(lexer: &Lexer<'_>) -> Result<bool, wast::Error> {
    use TokenKind::{BlockComment, LineComment, Whitespace};
    for token in lexer.iter(0) {
        if !matches!(token?.kind, Whitespace | LineComment | BlockComment) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_assertion(directive: &WastDirective<'_>) -> bool {
    !matches!(
        directive,
        WastDirective::Module(_)
            | WastDirective::ModuleDefinition(_)
            | WastDirective::ModuleInstance { .. }
            | WastDirective::Register { .. }
            | WastDirective::Invoke(_)
            | WastDirective::Thread(_)
            | WastDirective::Wait { .. }
    )
}

/// What a script has made so far.
struct Runner {
    engine: Engine,
    store: Store<()>,
    linker: Linker<()>,
    /// Modules defined and not yet instantiated, by name; the last one under no name.
    modules: HashMap<Option<String>, Module>,
    instances: HashMap<Option<String>, Instance>,
}

impl Runner {
    fn new(config: &Config) -> Result<Self> {
        let engine = Engine::new(config)?;
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        spectest(&mut linker, &mut store)?;
        Ok(Self { engine, store, linker, modules: HashMap::new(), instances: HashMap::new() })
    }

    /// Carries a directive out. `false` means that the runner does not know it.
    fn directive(&mut self, directive: WastDirective<'_>) -> Result<bool> {
        match directive {
            WastDirective::Module(module) => {
                let name = module.name().map(|id| id.name().to_string());
                let module = self.compile(module)?;
                let instance = self.instantiate(&module)?;
                self.instances.insert(None, instance);
                if name.is_some() {
                    self.instances.insert(name, instance);
                }
            }
            WastDirective::ModuleDefinition(module) => {
                let name = module.name().map(|id| id.name().to_string());
                let module = self.compile(module)?;
                self.modules.insert(None, module.clone());
                if name.is_some() {
                    self.modules.insert(name, module);
                }
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let module = self
                    .modules
                    .get(&owned(module))
                    .cloned()
                    .ok_or_else(|| anyhow!("no module of this name is defined"))?;
                let made = self.instantiate(&module)?;
                self.instances.insert(None, made);
                if instance.is_some() {
                    self.instances.insert(owned(instance), made);
                }
            }
            WastDirective::Register { name, module, .. } => {
                let instance = self.instance(module)?;
                self.linker.instance(&mut self.store, name, instance)?;
            }
            WastDirective::Invoke(invoke) => {
                self.invoke(invoke)?;
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                let values = self.execute(exec)?;
                self.compare(&values, &results)?;
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                expect_trap(self.execute(exec), message)?;
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                expect_trap(self.invoke(call), message)?;
            }
            WastDirective::AssertInvalid { mut module, message, .. } => {
                let bytes = module.encode().map_err(|error| {
                    anyhow!("the module is malformed ({}); expected: {message}", error.message())
                })?;
                decode(self.engine.wasm_features(), &bytes).with_context(|| {
                    format!("the module is malformed and not only invalid; expected: {message}")
                })?;
                self.expect_refused(&bytes, message)?;
            }
            WastDirective::AssertMalformed { mut module, message, .. } => {
                // A text that cannot be read has no bytes that could be compiled.
                if let Ok(bytes) = module.encode() {
                    self.expect_refused(&bytes, message)?;
                    if decode(self.engine.wasm_features(), &bytes).is_ok() {
                        bail!("the module is invalid, but well-formed; expected: {message}");
                    }
                }
            }
            WastDirective::AssertUnlinkable { module, message, .. } => {
                let module = self.compile(QuoteWat::Wat(module))?;
                expect_unlinkable(self.instantiate(&module), message)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The module must not be valid: that something is not supported, or too large, is no answer.
    fn expect_refused(&self, bytes: &[u8], expected: &str) -> Result<()> {
        let Err(error) = Module::from_binary(&self.engine, bytes) else {
            bail!("the module is accepted; expected: {expected}");
        };
        match error.downcast_ref::<WasmError>() {
            Some(WasmError::Invalid { .. }) => Ok(()),
            _ => bail!("it failed with `{error:#}`; expected: {expected}"),
        }
    }

    fn compile(&mut self, mut module: QuoteWat<'_>) -> Result<Module> {
        let bytes = module.encode()?;
        Module::from_binary(&self.engine, &bytes)
    }

    fn instantiate(&mut self, module: &Module) -> Result<Instance, Error> {
        self.linker.instantiate(&mut self.store, module)
    }

    fn instance(&self, name: Option<Id<'_>>) -> Result<Instance> {
        self.instances.get(&owned(name)).copied().ok_or_else(|| match name {
            Some(id) => anyhow!("no instance is named `{}`", id.name()),
            None => anyhow!("no module was instantiated before"),
        })
    }

    fn execute(&mut self, exec: WastExecute<'_>) -> Result<Vec<Val>, Error> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(invoke),
            WastExecute::Wat(module) => {
                let module = self.compile(QuoteWat::Wat(module))?;
                self.instantiate(&module)?;
                Ok(Vec::new())
            }
            WastExecute::Get { module, global, .. } => {
                let instance = self.instance(module)?;
                let value = instance
                    .get_global(&mut self.store, global)
                    .ok_or_else(|| Error::msg(format!("no global is exported as `{global}`")))?
                    .get(&mut self.store);
                Ok(vec![value])
            }
        }
    }

    fn invoke(&mut self, invoke: WastInvoke<'_>) -> Result<Vec<Val>, Error> {
        let instance = self.instance(invoke.module)?;
        let func: Func = instance
            .get_func(&mut self.store, invoke.name)
            .ok_or_else(|| Error::msg(format!("no function is exported as `{}`", invoke.name)))?;
        let args =
            invoke.args.iter().map(|arg| self.argument(arg)).collect::<Result<Vec<Val>>>()?;
        let mut results = vec![Val::I32(0); func.ty(&self.store).results().len()];
        func.call(&mut self.store, &args, &mut results)?;
        Ok(results)
    }

    fn argument(&mut self, arg: &WastArg<'_>) -> Result<Val> {
        let WastArg::Core(arg) = arg else { bail!("an argument of a component") };
        Ok(match arg {
            WastArgCore::I32(n) => Val::I32(*n),
            WastArgCore::I64(n) => Val::I64(*n),
            WastArgCore::F32(n) => Val::F32(n.bits),
            WastArgCore::F64(n) => Val::F64(n.bits),
            WastArgCore::RefNull(HeapType::Abstract { ty: AbstractHeapType::Extern, .. }) => {
                Val::ExternRef(None)
            }
            WastArgCore::RefNull(HeapType::Abstract { ty: AbstractHeapType::Func, .. }) => {
                Val::FuncRef(None)
            }
            WastArgCore::RefExtern(n) => Val::ExternRef(Some(ExternRef::new(&mut self.store, *n)?)),
            other => bail!("an argument of an unknown kind: {other:?}"),
        })
    }

    fn compare(&mut self, values: &[Val], expected: &[WastRet<'_>]) -> Result<()> {
        if values.len() != expected.len() {
            bail!("{} results, expected {}", values.len(), expected.len());
        }
        for (n, (value, expected)) in values.iter().zip(expected).enumerate() {
            let WastRet::Core(pattern) = expected else { bail!("a result of a component") };
            if !self.matches(value, pattern)? {
                bail!("result {n} is {value:?}, expected {pattern:?}");
            }
        }
        Ok(())
    }

    fn matches(&mut self, value: &Val, pattern: &WastRetCore<'_>) -> Result<bool> {
        Ok(match (value, pattern) {
            (Val::I32(a), WastRetCore::I32(b)) => a == b,
            (Val::I64(a), WastRetCore::I64(b)) => a == b,
            (Val::F32(bits), WastRetCore::F32(pattern)) => match pattern {
                NanPattern::CanonicalNan => bits & 0x7fff_ffff == 0x7fc0_0000,
                NanPattern::ArithmeticNan => bits & 0x7fc0_0000 == 0x7fc0_0000,
                NanPattern::Value(expected) => *bits == expected.bits,
            },
            (Val::F64(bits), WastRetCore::F64(pattern)) => match pattern {
                NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == 0x7ff8 << 48,
                NanPattern::ArithmeticNan => bits & (0x7ff8 << 48) == 0x7ff8 << 48,
                NanPattern::Value(expected) => *bits == expected.bits,
            },
            (Val::FuncRef(func), WastRetCore::RefNull(ty)) => {
                use AbstractHeapType::{Func, NoFunc};
                func.is_none() && is_one_of(ty.as_ref(), &[Func, NoFunc])
            }
            (Val::ExternRef(reference), WastRetCore::RefNull(ty)) => {
                use AbstractHeapType::{Extern, NoExtern};
                reference.is_none() && is_one_of(ty.as_ref(), &[Extern, NoExtern])
            }
            (Val::FuncRef(func), WastRetCore::RefFunc(None)) => func.is_some(),
            (_, WastRetCore::RefFunc(Some(_))) => bail!("which function it is cannot be compared"),
            (Val::ExternRef(reference), WastRetCore::RefExtern(None)) => reference.is_some(),
            (Val::ExternRef(Some(reference)), WastRetCore::RefExtern(Some(expected))) => {
                reference.data(&self.store)?.downcast_ref::<u32>() == Some(expected)
            }
            (value, WastRetCore::Either(patterns)) => {
                for pattern in patterns {
                    if self.matches(value, pattern)? {
                        return Ok(true);
                    }
                }
                false
            }
            _ => false,
        })
    }
}

fn owned(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_string())
}

/// Whether a null of these types is what the script expects.
fn is_one_of(expected: Option<&HeapType<'_>>, types: &[AbstractHeapType]) -> bool {
    match expected {
        None => true,
        Some(HeapType::Abstract { ty, .. }) => types.contains(ty),
        Some(_) => false,
    }
}

/// The result must be a trap whose message begins with the text of the script.
fn expect_trap(result: Result<Vec<Val>, Error>, expected: &str) -> Result<()> {
    let error = match result {
        Ok(values) => bail!("it returned {values:?}; expected: {expected}"),
        Err(error) => error,
    };
    let Some(trap) = error.downcast_ref::<Trap>() else {
        bail!("it failed with `{error:#}`, which is no trap; expected: {expected}");
    };
    let message = trap::message(trap.code());
    // The scripts name the element in some messages and leave it out in others.
    let uninitialized = "uninitialized element";
    let names_element = expected.starts_with(uninitialized) && message == uninitialized;
    if !expected.is_empty() && message.starts_with(expected) || names_element {
        return Ok(());
    }
    bail!("it trapped with `{message}`; expected: {expected}")
}

/// The result must be an error of linking whose message has the text of the script.
fn expect_unlinkable(result: Result<Instance, Error>, expected: &str) -> Result<()> {
    let error = match result {
        Ok(_) => bail!("the module is instantiated; expected: {expected}"),
        Err(error) => error,
    };
    let message = format!("{error:#}");
    if !error.is::<Trap>() && !expected.is_empty() && message.contains(expected) {
        return Ok(());
    }
    bail!("it failed with `{message}`; expected: {expected}")
}

/// Decodes a module without validating it: an error says that it is malformed.
fn decode(features: WasmFeatures, bytes: &[u8]) -> Result<()> {
    use wasmparser::{Operator, Payload};
    let mut parser = wasmparser::Parser::new(0);
    parser.set_features(features);
    let (mut counts_data, mut needs_count) = (false, false);
    for payload in parser.parse_all(bytes) {
        match payload? {
            Payload::TypeSection(section) => each(section)?,
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let wasmparser::TypeRef::Global(ty) = import?.ty {
                        mutability(features, ty)?;
                    }
                }
            }
            Payload::FunctionSection(section) => each(section)?,
            Payload::TableSection(section) => each(section)?,
            Payload::MemorySection(section) => each(section)?,
            Payload::TagSection(section) => each(section)?,
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    mutability(features, global.ty)?;
                    expression(&global.init_expr)?;
                }
            }
            Payload::ExportSection(section) => each(section)?,
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element?;
                    if let wasmparser::ElementKind::Active { offset_expr, .. } = &element.kind {
                        expression(offset_expr)?;
                    }
                    match element.items {
                        wasmparser::ElementItems::Functions(items) => each(items)?,
                        wasmparser::ElementItems::Expressions(_, items) => {
                            for item in items {
                                expression(&item?)?;
                            }
                        }
                    }
                }
            }
            Payload::DataCountSection { .. } => counts_data = true,
            Payload::DataSection(section) => {
                for data in section {
                    if let wasmparser::DataKind::Active { offset_expr, .. } = &data?.kind {
                        expression(offset_expr)?;
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut locals = body.get_locals_reader()?;
                for _ in 0..locals.get_count() {
                    locals.read()?;
                }
                let mut reader = body.get_operators_reader()?;
                while !reader.eof() {
                    let at = reader.original_position() as usize;
                    let operator = reader.read()?;
                    // Alignments beyond 2^31 are flags that nobody knows; the reader takes them.
                    if let [0x28..=0x3e, flags, ..] = bytes[at..]
                        && flags & 0x20 != 0
                    {
                        bail!("malformed memop flags at offset {at:#x}");
                    }
                    needs_count |=
                        matches!(operator, Operator::MemoryInit { .. } | Operator::DataDrop { .. });
                }
                reader.finish()?;
            }
            Payload::UnknownSection { id, .. } => bail!("malformed section id {id}"),
            _ => {}
        }
    }
    if needs_count && !counts_data {
        bail!("data count section required");
    }
    Ok(())
}

/// Refuses the mutability of a proposal that is not switched on, which the reader takes.
fn mutability(features: WasmFeatures, ty: wasmparser::GlobalType) -> Result<()> {
    if ty.shared && !features.contains(WasmFeatures::SHARED_EVERYTHING_THREADS) {
        bail!("malformed mutability");
    }
    Ok(())
}

/// Reads every item of a section.
fn each<'a, T: wasmparser::FromReader<'a>>(
    section: wasmparser::SectionLimited<'a, T>,
) -> Result<(), wasmparser::Error> {
    section.into_iter().try_for_each(|item| item.map(drop))
}

/// Reads a constant expression.
fn expression(expression: &wasmparser::ConstExpr<'_>) -> Result<(), wasmparser::Error> {
    let mut reader = expression.get_operators_reader();
    while !reader.eof() {
        reader.read()?;
    }
    reader.finish()
}

/// Defines the host module that the specification's scripts import.
fn spectest(linker: &mut Linker<()>, store: &mut Store<()>) -> Result<()> {
    use ValType::{F32, F64, I32, I64};
    let prints: [(&str, &[ValType]); 7] = [
        ("print", &[]),
        ("print_i32", &[I32]),
        ("print_i64", &[I64]),
        ("print_f32", &[F32]),
        ("print_f64", &[F64]),
        ("print_i32_f32", &[I32, F32]),
        ("print_f64_f64", &[F64, F64]),
    ];
    for (name, params) in prints {
        let ty = FuncType::new(params.iter().copied(), []);
        linker.func_new("spectest", name, ty, |_, _, _| Ok(()))?;
    }
    let globals = [
        ("global_i32", I32, Val::I32(666)),
        ("global_i64", I64, Val::I64(666)),
        ("global_f32", F32, Val::F32(666.6f32.to_bits())),
        ("global_f64", F64, Val::F64(666.6f64.to_bits())),
    ];
    for (name, ty, value) in globals {
        let global = Global::new(&mut *store, GlobalType::new(ty, Mutability::Const), value)?;
        linker.define(&mut *store, "spectest", name, global)?;
    }
    let table = TableType::new(RefType::Func, 10, Some(20));
    let table = Table::new(&mut *store, table, Val::FuncRef(None))?;
    linker.define(&mut *store, "spectest", "table", table)?;
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    linker.define(&mut *store, "spectest", "memory", memory)?;
    Ok(())
}
