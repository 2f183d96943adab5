//! Test files: lines that say what to test and for which targets, then functions.

use crate::ir::{CallConv, Function};
use crate::isa::{self, LookupError, OwnedTargetIsa, TargetIsa};
use crate::settings::{self, Configurable};
use crate::text::error::error;
use crate::text::lexer::Token;
use crate::text::parser::Parser;
use crate::text::{Comment, Details, Location, ParseError, ParseResult, reader};
use target_lexicon::Triple;

/// Finds a back end by triple.
pub type Lookup<'a> = &'a dyn Fn(Triple) -> Result<isa::Builder, LookupError>;

/// How a test file is read.
#[derive(Clone, Copy)]
pub struct ParseOptions<'a> {
    /// Commands to run in place of those of the file, each as written behind `test`.
    pub passes: Option<&'a [String]>,
    /// The target to use in place of those of the file, as written behind `target`.
    pub target: Option<&'a str>,
    /// The convention of signatures that name none. A file with `test run` uses the host's.
    pub default_calling_convention: CallConv,
    /// The default of the setting `unwind_info`.
    pub unwind_info: bool,
    /// The default of the setting `machine_code_cfg_info`.
    pub machine_code_cfg_info: bool,
    /// Where back ends come from. Without it, every target is skipped.
    pub lookup: Option<Lookup<'a>>,
}

impl Default for ParseOptions<'_> {
    fn default() -> Self {
        Self {
            passes: None,
            target: None,
            default_calling_convention: CallConv::Fast,
            unwind_info: false,
            machine_code_cfg_info: false,
            lookup: None,
        }
    }
}

/// An option of a test command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOption<'a> {
    /// A word alone.
    Flag(&'a str),
    /// `name=value`
    Value(&'a str, &'a str),
}

/// A `test` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCommand<'a> {
    /// The command.
    pub command: &'a str,
    /// What stands behind it.
    pub options: Vec<TestOption<'a>>,
}

impl<'a> TestCommand<'a> {
    /// Reads what stands behind `test`.
    pub fn new(text: &'a str) -> Self {
        let mut words = text.split_whitespace();
        let command = words.next().unwrap_or("");
        let options = words.map(|word| match word.split_once('=') {
            Some((name, value)) => TestOption::Value(name, value),
            None => TestOption::Flag(word),
        });
        Self { command, options: options.collect() }
    }

    /// Whether this word stands behind the command.
    pub fn has_flag(&self, word: &str) -> bool {
        self.options.contains(&TestOption::Flag(word))
    }
}

impl core::fmt::Display for TestCommand<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.command)?;
        self.options.iter().try_for_each(|option| match option {
            TestOption::Flag(word) => write!(f, " {word}"),
            TestOption::Value(name, value) => write!(f, " {name}={value}"),
        })
    }
}

/// A `feature` line: a feature of the build that must be there, or must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature<'a> {
    /// It must be there.
    With(&'a str),
    /// It must not be there.
    Without(&'a str),
}

/// A `target` line without a back end in this build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedTarget<'a> {
    /// The line behind `target`.
    pub text: &'a str,
    /// Where it stands.
    pub location: Location,
    /// Why it is skipped.
    pub reason: LookupError,
}

/// The targets of a file.
#[derive(Clone)]
pub enum IsaSpec {
    /// The file names none; these are its settings.
    None(settings::Flags),
    /// Those of the file that have a back end, in the order of the file.
    Some(Vec<OwnedTargetIsa>),
}

impl IsaSpec {
    /// The target, if there is exactly one.
    pub fn unique_isa(&self) -> Option<&dyn TargetIsa> {
        match self {
            IsaSpec::Some(isas) if isas.len() == 1 => Some(&*isas[0]),
            _ => None,
        }
    }
}

/// A test file.
#[derive(Clone)]
pub struct TestFile<'a> {
    /// The `test` lines.
    pub commands: Vec<TestCommand<'a>>,
    /// The targets.
    pub isa_spec: IsaSpec,
    /// The targets that this build does not have.
    pub skipped_targets: Vec<SkippedTarget<'a>>,
    /// The shared settings at the end of the header: what commands without target use.
    pub flags: settings::Flags,
    /// The `feature` lines.
    pub features: Vec<Feature<'a>>,
    /// The comments before the first function.
    pub preamble_comments: Vec<Comment<'a>>,
    /// The functions.
    pub functions: Vec<(Function, Details<'a>)>,
}

impl TestFile<'_> {
    /// The target, if the file has exactly one `target` line and its back end exists.
    pub fn unique_isa(&self) -> Option<&dyn TargetIsa> {
        self.isa_spec.unique_isa().filter(|_| self.skipped_targets.is_empty())
    }
}

/// Reads all functions of a text. Header lines of a test file are read and checked, but do not
/// matter for the functions.
pub fn parse_functions(text: &str) -> ParseResult<Vec<Function>> {
    let file = parse_test(text, ParseOptions::default())?;
    Ok(file.functions.into_iter().map(|(func, _)| func).collect())
}

/// Reads a test file.
pub fn parse_test<'a>(text: &'a str, options: ParseOptions<'a>) -> ParseResult<TestFile<'a>> {
    let mut p = Parser::new(text, options.default_calling_convention);
    let mut commands = test_lines(&mut p)?;
    if let Some(passes) = options.passes {
        commands = passes.iter().map(|text| TestCommand::new(text)).collect();
    }
    let mut targets = Targets::new(&options)?;
    targets.lines(&mut p, &options)?;
    let features = feature_lines(&mut p)?;
    if let Some(text) = options.target {
        (targets.isas, targets.skipped, targets.any) = (Vec::new(), Vec::new(), true);
        targets.add(text, Location::default(), &options)?;
    }
    if commands.iter().any(|command| command.command == "run") {
        p.default_call_conv = CallConv::triple_default(&Triple::host());
    }
    p.peek();
    let preamble_comments = p.take_comments();
    let functions = reader::functions(&mut p)?;
    let flags = settings::Flags::new(targets.shared);
    Ok(TestFile {
        commands,
        isa_spec: match targets.any {
            true => IsaSpec::Some(targets.isas),
            false => IsaSpec::None(flags.clone()),
        },
        skipped_targets: targets.skipped,
        flags,
        features,
        preamble_comments,
        functions,
    })
}

fn test_lines<'a>(p: &mut Parser<'a>) -> ParseResult<Vec<TestCommand<'a>>> {
    let mut commands = Vec::new();
    while p.optional_word("test") {
        let command = TestCommand::new(p.rest_of_line());
        if command.command.is_empty() {
            return p.fail("expected a command behind `test`");
        }
        commands.push(command);
    }
    Ok(commands)
}

/// The state while `set` and `target` lines are read.
struct Targets<'a> {
    shared: settings::Builder,
    isas: Vec<OwnedTargetIsa>,
    skipped: Vec<SkippedTarget<'a>>,
    any: bool,
}

impl<'a> Targets<'a> {
    fn new(options: &ParseOptions<'_>) -> ParseResult<Self> {
        let mut shared = settings::builder();
        for (name, on) in [
            ("unwind_info", options.unwind_info),
            ("machine_code_cfg_info", options.machine_code_cfg_info),
        ] {
            shared
                .set(name, if on { "true" } else { "false" })
                .map_err(|why| error(Location::default(), why.to_string()))?;
        }
        Ok(Self { shared, isas: Vec::new(), skipped: Vec::new(), any: false })
    }

    fn lines(&mut self, p: &mut Parser<'a>, options: &ParseOptions<'_>) -> ParseResult<()> {
        let mut last_set = None;
        loop {
            let at = p.location();
            if p.optional_word("set") {
                let words = p.rest_of_line();
                if words.trim().is_empty() {
                    return p.fail("expected a setting behind `set`");
                }
                self.shared.set_words(words).map_err(|why| error(at, why.to_string()))?;
                last_set = Some(at);
            } else if p.optional_word("target") {
                let text = p.rest_of_line();
                self.add(text, at, options)?;
                last_set = None;
            } else {
                break;
            }
        }
        match last_set {
            Some(at) if self.any => {
                Err(error(at, "dangling `set`: it has no effect behind the last `target`"))
            }
            _ => Ok(()),
        }
    }

    fn add(&mut self, text: &'a str, at: Location, options: &ParseOptions<'_>) -> ParseResult<()> {
        self.any = true;
        let (triple, settings) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let parsed: Triple = triple
            .parse()
            .map_err(|why| error(at, format!("`{triple}` is not a target triple: {why}")))?;
        let found = match options.lookup {
            Some(lookup) => lookup(parsed),
            None => Err(LookupError::SupportDisabled),
        };
        let mut builder = match found {
            Ok(builder) => builder,
            Err(reason) => {
                self.skipped.push(SkippedTarget { text, location: at, reason });
                return Ok(());
            }
        };
        for word in settings.split_whitespace() {
            let set = match word.split_once('=') {
                Some((name, value)) => builder.set(name, value),
                None => builder.enable(word),
            };
            set.map_err(|why| error(at, why.to_string()))?;
        }
        let isa = builder
            .finish(settings::Flags::new(self.shared.clone()))
            .map_err(|why| error(at, why.to_string()))?;
        self.isas.push(isa);
        Ok(())
    }
}

fn feature_lines<'a>(p: &mut Parser<'a>) -> ParseResult<Vec<Feature<'a>>> {
    let mut features = Vec::new();
    while p.optional_word("feature") {
        let without = p.optional(b'!');
        let Some(Token::String(name)) = p.peek() else {
            return p.expected("a feature in quotes");
        };
        p.bump();
        features.push(if without { Feature::Without(name) } else { Feature::With(name) });
    }
    Ok(features)
}

impl ParseError {
    /// Whether the text was fine, but cannot be used in this build.
    pub fn is_warning(&self) -> bool {
        self.is_warning
    }
}
