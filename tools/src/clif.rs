//! `windlass clif`: functions in text form, as machine code or as an object file.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use target_lexicon::BinaryFormat;
use windlass_core::Context;
use windlass_core::ir::ExceptionTag;
use windlass_core::isa::OwnedTargetIsa;
use windlass_core::settings::{self, Configurable};
use windlass_core::testfile::{ParseOptions, parse_test};
use windlass_core::verify::verify_function;
use windlass_module::{Linkage, Module, default_libcall_names, define_functions_in};
use windlass_object::{ObjectBuilder, ObjectModule, TypeEntry};

use crate::exit::{Outcome, usage};
use crate::inspect::print;
use crate::options::WatchOptions;

/// Compile functions in text form (CLIF)
///
/// With an output file, an object is written for gcc or lld to link into programs, position-
/// independent or not, and shared libraries: functions are exported under their names, and what is
/// not defined is imported. Without one, the machine code is printed. Lines `test`, `set` and
/// `target` of the file are not looked at.
#[derive(Args, Debug)]
pub struct ClifCommand {
    /// The functions
    file: PathBuf,

    /// Where to write the object
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The machine to compile for, such as x86_64-unknown-linux-gnu; this one if not given
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// A setting of the code generator or the machine, or a preset such as `haswell`; may repeat.
    /// `is_pic` is set at the beginning, and the `tls_model` of the object's format
    #[arg(long = "set", value_name = "NAME[=VALUE]")]
    settings: Vec<String>,

    #[command(flatten)]
    watch: WatchOptions,

    /// Put every function into a section of its own
    #[arg(long)]
    function_sections: bool,

    /// The function that unwinders ask about exceptions, such as __gxx_personality_v0
    #[arg(long, value_name = "NAME")]
    personality: Option<String>,

    /// What a tag of try_call catches: a symbol that describes a type, such as _ZTIi, or `cleanup`,
    /// or `all` (as when nothing is said); may repeat
    #[arg(long = "tag", value_name = "NUMBER=ENTRY")]
    tags: Vec<String>,
}

impl ClifCommand {
    /// Compiles the file.
    pub fn execute(self) -> Result<Outcome> {
        let isa = self.isa().map_err(usage)?;
        let driver = self.watch.driver().map_err(usage)?;
        let name = self.file.display().to_string();
        let text = fs::read_to_string(&self.file).with_context(|| format!("reading {name}"))?;
        let options = ParseOptions {
            default_calling_convention: isa.default_call_conv(),
            ..ParseOptions::default()
        };
        let file = parse_test(&text, options).map_err(|error| anyhow!("{name}:{error}"))?;
        for (function, details) in &file.functions {
            if let Err(errors) = verify_function(function, &*isa) {
                let errors = errors.0.iter().map(|error| error.located(details));
                let errors: Vec<String> = errors.map(|error| format!("{name}:{error}")).collect();
                bail!("{}", errors.join("\n"));
            }
        }
        let functions: Vec<_> = file.functions.into_iter().map(|(func, _)| func).collect();
        let names: Vec<String> = functions.iter().map(|f| f.name.to_string()).collect();
        let Some(output) = &self.output else {
            for function in functions {
                let title = function.name.to_string();
                if !self.wants(&title) {
                    continue;
                }
                let mut context = Context::with_driver(driver.clone());
                context.func = function;
                let code = context.compile(&*isa, &mut Default::default());
                let code = code.map_err(|error| anyhow!("{name}: {title}: {}", error.inner))?;
                let size = code.buffer.code_size();
                let listing = isa.to_text(code.buffer.data(), size);
                print(&format!("function {title}: {size} bytes\n{listing}\n"))?;
            }
            return self.check_functions(&names);
        };
        let mut builder = ObjectBuilder::new(isa, name.clone(), default_libcall_names())?;
        builder.per_function_section(self.function_sections);
        let mut module = ObjectModule::new(builder);
        self.exceptions(&mut module).map_err(usage)?;
        let mut context = Context::with_driver(driver);
        define_functions_in(&mut context, &mut module, functions).with_context(|| name.clone())?;
        let bytes = module.finish().emit().map_err(|error| anyhow!("{name}: {error}"))?;
        fs::write(output, bytes).with_context(|| format!("writing {}", output.display()))?;
        self.check_functions(&names)
    }

    /// Whether a function of this name is to be shown.
    fn wants(&self, title: &str) -> bool {
        let plain = title.strip_prefix('%').unwrap_or(title);
        self.watch.functions.is_empty()
            || self.watch.functions.iter().any(|f| f == title || f == plain)
    }

    /// An error if a function is to be shown that is not there.
    fn check_functions(&self, names: &[String]) -> Result<Outcome> {
        let there = |f: &String| names.iter().any(|n| n == f || n.strip_prefix('%') == Some(f));
        match self.watch.functions.iter().find(|f| !there(f)) {
            None => Ok(Outcome::Success),
            Some(f) => Err(usage(anyhow!("{} has no function `{f}`", self.file.display()))),
        }
    }

    /// The machine with all settings.
    fn isa(&self) -> Result<OwnedTargetIsa> {
        let mut builder = match &self.target {
            Some(triple) => windlass_isa::lookup_by_name(triple)
                .with_context(|| format!("--target {triple}"))?,
            None => windlass_isa::host_builder_with_options(false).map_err(|e| anyhow!(e))?,
        };
        let mut shared = settings::builder();
        shared.set("is_pic", "true")?;
        let tls_model = match builder.triple().binary_format {
            BinaryFormat::Macho => "macho",
            BinaryFormat::Coff => "coff",
            _ => "elf_gd",
        };
        shared.set("tls_model", tls_model)?;
        for setting in &self.settings {
            let at = || format!("--set {setting}");
            match setting.split_once('=') {
                Some((name, value)) => {
                    if shared.set(name, value).is_err() {
                        builder.set(name, value).or_else(|_| shared.set(name, value))
                    } else {
                        Ok(())
                    }
                }
                None if shared.enable(setting).is_ok() => Ok(()),
                None => builder.enable(setting),
            }
            .with_context(at)?;
        }
        Ok(builder.finish(settings::Flags::new(shared))?)
    }

    fn exceptions(&self, module: &mut ObjectModule) -> Result<()> {
        if let Some(name) = &self.personality {
            let signature = module.make_signature();
            let personality = module.declare_function(name, Linkage::Import, &signature)?;
            module.set_personality(personality);
        } else if !self.tags.is_empty() {
            bail!("--tag wants --personality: the tables are for that function");
        }
        for text in &self.tags {
            let wrong = || format!("--tag {text}: expected NUMBER=ENTRY, such as 1=_ZTIi");
            let (tag, entry) = text.split_once('=').with_context(wrong)?;
            let tag = ExceptionTag::from_u32(tag.parse().with_context(wrong)?);
            let entry = match entry {
                "all" => TypeEntry::CatchAll,
                "cleanup" => TypeEntry::Cleanup,
                name => {
                    let data = module.declare_data(name, Linkage::Import, false, false)?;
                    module.type_entry(data)
                }
            };
            module.map_exception_tag(tag, entry);
        }
        Ok(())
    }
}
