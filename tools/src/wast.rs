//! `windlass wast`: runs scripts of the Wasm specification's tests.
//!
//! Every assertion of a script counts once, as passed or failed; a module, an `invoke` or a
//! `register` that goes wrong counts as a failure of its own. Nothing is skipped silently: a
//! directive that the runner does not know counts as skipped.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};
use windlass_runtime::{
    Config, Engine, Error, ExternRef, Func, FuncType, Global, GlobalType, Instance, Linker, Memory,
    MemoryType, Module, Mutability, RefType, Store, Table, TableType, Val, ValType,
};

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
            let report = run_script(&config, &file.to_string_lossy(), &source)?;
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
    let mut folders: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.is_dir() { folders.push(path.clone()) } else { files.push(path.clone()) }
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
    Ok(files)
}

/// What a script did.
#[derive(Debug, Default)]
pub struct Report {
    /// The counts of assertions.
    pub counts: Counts,
    /// Assertions that stand in the source, passed or not.
    pub assertions: usize,
    /// A line for each failure, with file, line and column.
    pub failures: Vec<String>,
}

/// Runs one script under the configuration. An error means that the script itself cannot be read.
pub fn run_script(config: &Config, name: &str, source: &str) -> Result<Report> {
    let mut lexer = wast::lexer::Lexer::new(source);
    // Some scripts spell names with characters that look like others, on purpose.
    lexer.allow_confusing_unicode(true);
    let located = |mut error: wast::Error| {
        error.set_path(Path::new(name));
        error.set_text(source);
        anyhow!("{error}")
    };
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
            Ok(false) => report.counts.skipped += 1,
            Err(error) => {
                report.counts.failed += 1;
                report.failures.push(format!("{name}:{}:{}: {error:#}", line + 1, column + 1));
            }
        }
    }
    Ok(report)
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
                expect_message(self.execute(exec), message)?;
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                expect_message(self.invoke(call), message)?;
            }
            WastDirective::AssertInvalid { module, message, .. } => {
                let result = self.compile(module);
                if result.is_ok() {
                    bail!("the module is accepted; expected: {message}");
                }
            }
            WastDirective::AssertMalformed { module, message, .. } => {
                if self.compile(module).is_ok() {
                    bail!("the module is accepted; expected: {message}");
                }
            }
            WastDirective::AssertUnlinkable { module, message, .. } => {
                let module = self.compile(QuoteWat::Wat(module))?;
                expect_message(self.instantiate(&module).map(|_| Vec::new()), message)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn compile(&mut self, mut module: QuoteWat<'_>) -> Result<Module> {
        let bytes = module.encode()?;
        Module::new(&self.engine, &bytes)
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
            (Val::FuncRef(func), WastRetCore::RefNull(_)) => func.is_none(),
            (Val::ExternRef(reference), WastRetCore::RefNull(_)) => reference.is_none(),
            (Val::FuncRef(func), WastRetCore::RefFunc(_)) => func.is_some(),
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

/// The result must be an error whose message has the text of the script.
fn expect_message(result: Result<Vec<Val>, Error>, expected: &str) -> Result<()> {
    let error = match result {
        Ok(values) => bail!("it returned {values:?}; expected: {expected}"),
        Err(error) => error,
    };
    let message = format!("{error:#}");
    // The scripts name the element in some messages and leave it out in others.
    let uninitialized = "uninitialized element";
    let names_element = expected.starts_with(uninitialized) && message.contains(uninitialized);
    if message.contains(expected) || names_element {
        return Ok(());
    }
    bail!("it failed with `{message}`; expected: {expected}")
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
