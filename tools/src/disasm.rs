//! `windlass disasm`: functions with their machine code next to offsets in the Wasm file.
//!
//! The machine code is decoded by the table of instructions that encodes it.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use windlass_core::settings::{self, Configurable};
use windlass_runtime::{Artifact, Engine, ModuleFunction};
use windlass_wasm::trap;
use windlass_wasm::types::EntityIndex;

use crate::exit::{Outcome, usage};
use crate::inspect::{artifact, print};
use crate::options::{CodegenOptions, apply_features};

/// Show the machine code of a module, with the offsets of the Wasm instructions it comes from
///
/// Each line has the offset in the Wasm file where it changes, the offset in the function, the
/// bytes, the instruction, and why it may trap.
#[derive(Args, Debug)]
pub struct DisasmCommand {
    /// The module: .wasm or .wat, which is compiled with these options, or .cwasm
    file: PathBuf,

    /// The machine to compile for, such as x86_64-unknown-linux-gnu; this one if not given
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// Proposals to switch on, or off with `-` in front
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    wasm_features: Vec<String>,

    #[command(flatten)]
    codegen: CodegenOptions,
}

impl DisasmCommand {
    /// Shows the file.
    pub fn execute(self) -> Result<Outcome> {
        let mut config = self.codegen.config_for(self.target.as_deref())?;
        apply_features(&mut config, &self.wasm_features)?;
        let artifact = artifact(&self.file, || Engine::new(&config).map_err(usage))?;
        let wanted: Vec<ModuleFunction<'_>> =
            named(&artifact).filter(|function| self.wants(function)).collect();
        for name in &self.codegen.watch.functions {
            let shown = name == "trampoline" && self.codegen.watch.dump_after.is_some();
            if !shown && !wanted.iter().any(|function| matches(name, function)) {
                return Err(usage(anyhow!("the module defines no function `{name}`")));
            }
        }
        let isa = isa(&artifact)?;
        let places: Vec<_> = artifact.address_map().collect();
        let traps: Vec<_> = artifact.traps().collect();
        let names: HashMap<usize, String> = named(&artifact)
            .map(|function| {
                let number = format!("function {}", function.index);
                (function.offset, function.name.map_or(number, str::to_string))
            })
            .collect();
        for function in wanted {
            let mut text = format!("function {}", function.index);
            if let Some(name) = function.name {
                let _ = write!(text, " {name}");
            }
            let _ = writeln!(text, ": {} bytes at {:#x}", function.len, function.offset);
            let code = &artifact.text()[function.offset..function.offset + function.len];
            let mut last = None;
            for line in isa.to_text(code, code.len() as u32).lines() {
                let at = line.split(':').next().map(str::trim).unwrap_or_default();
                let at = function.offset + usize::from_str_radix(at, 16).unwrap_or(0);
                let after = places.partition_point(|place| place.0 <= at);
                let place = after.checked_sub(1).map(|n| places[n]);
                let place = place.filter(|place| place.0 >= function.offset);
                let place = place.and_then(|place| place.1);
                let shown = signed(line);
                match place {
                    Some(offset) if place != last => {
                        let _ = write!(text, "{offset:>8x} | {shown}");
                    }
                    _ => {
                        let _ = write!(text, "{:8} | {shown}", "");
                    }
                }
                last = place;
                if let Ok(n) = traps.binary_search_by_key(&at, |trap| trap.0) {
                    let _ = write!(text, "  ; traps: {}", trap::message(traps[n].1));
                }
                if let Some(name) = callee(line, function.offset).and_then(|at| names.get(&at)) {
                    let _ = write!(text, "  ; {name}");
                }
                text.push('\n');
            }
            text.push('\n');
            print(&text)?;
        }
        Ok(Outcome::Success)
    }

    fn wants(&self, function: &ModuleFunction<'_>) -> bool {
        let functions = &self.codegen.watch.functions;
        functions.is_empty() || functions.iter().any(|name| matches(name, function))
    }
}

/// A line whose target lies in front of the function: its distance is below zero, not in 64 bits.
fn signed(line: &str) -> String {
    let target = line.rsplit_once(" 0x").and_then(|(before, digits)| {
        Some((before, u64::from_str_radix(digits, 16).ok().filter(|target| target >> 63 == 1)?))
    });
    match target {
        Some((before, target)) => format!("{before} -{:#x}", target.wrapping_neg()),
        None => line.to_string(),
    }
}

/// Where in the code a line calls or jumps to, for a function that begins at `start`.
fn callee(line: &str, start: usize) -> Option<usize> {
    let (before, target) = line.rsplit_once(" 0x")?;
    if !before.ends_with("call") && !before.ends_with("jmp") {
        return None;
    }
    // Targets count from the start of the function, and wrap around in front of it.
    Some(start.wrapping_add(u64::from_str_radix(target, 16).ok()? as usize))
}

/// The functions; those without a name of their own have that of an export.
fn named(artifact: &Artifact) -> impl Iterator<Item = ModuleFunction<'_>> {
    let mut exported = HashMap::new();
    for export in &artifact.info().exports {
        if let EntityIndex::Func(index) = export.entity {
            exported.entry(index.0).or_insert(&*export.name);
        }
    }
    artifact.functions().map(move |function| ModuleFunction {
        name: function.name.or_else(|| exported.get(&function.index).copied()),
        ..function
    })
}

fn matches(name: &str, function: &ModuleFunction<'_>) -> bool {
    function.name == Some(name) || name.parse() == Ok(function.index)
}

/// The machine of the code, for its disassembler.
fn isa(artifact: &Artifact) -> Result<windlass_isa::OwnedTargetIsa> {
    let machine = artifact.property("machine").unwrap_or_default();
    let architecture = machine.split('-').next().unwrap_or_default();
    let Ok(mut builder) = windlass_isa::lookup_by_name(architecture) else {
        bail!("there is no disassembler for `{machine}`");
    };
    for feature in artifact.processor_features() {
        builder.enable(feature)?;
    }
    Ok(builder.finish(settings::Flags::new(settings::builder()))?)
}
