//! What compiled code fits to, as lines of text: `name=value`.

use crate::engine::FEATURES;
use crate::layout;
use crate::{Engine, MemoryPlan};

use super::ArtifactError;

/// Settings that say how code is made, not how it is used: code made with any of their values fits.
const FREE_SETTINGS: [&str; 12] = [
    "regalloc_algorithm",
    "opt_level",
    "bb_padding_log2_minus_one",
    "log2_min_function_alignment",
    "regalloc_checker",
    "regalloc_verbose_logs",
    "enable_alias_analysis",
    "enable_verifier",
    "machine_code_cfg_info",
    "enable_incremental_compilation_cache_checks",
    "regalloc_fallback_live_log2",
    "regalloc_fallback_preds_log2",
];

/// The line with the processor features that code needs.
pub(crate) const CPU: &str = "processor features";
const WASM: &str = "Wasm features";

/// The lines of an engine. With `all`, the settings are among them that do not matter to code that
/// is made already.
pub(crate) fn lines(engine: &Engine, all: bool) -> String {
    let (config, isa) = (engine.config(), engine.isa());
    let triple = isa.triple();
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        text.push_str(name);
        text.push('=');
        text.push_str(value);
        text.push('\n');
    };
    line("version of Windlass", env!("CARGO_PKG_VERSION"));
    line("layout of contexts", &layout::fingerprint());
    line("machine", &format!("{}-{}", triple.architecture, triple.operating_system));
    line(
        "memory plan",
        match config.memory_plan {
            MemoryPlan::Reserved => "reserved",
            MemoryPlan::Checked => "checked",
        },
    );
    for value in isa.flags().iter() {
        if all || !FREE_SETTINGS.contains(&value.name) {
            line(value.name, &value.value_string());
        }
    }
    let on = isa.isa_flags().into_iter().filter(|value| value.as_bool() == Some(true));
    line(CPU, &on.map(|value| value.name).collect::<Vec<_>>().join(" "));
    let on = FEATURES.iter().filter(|(_, feature)| config.features.contains(*feature));
    line(WASM, &on.map(|(name, _)| *name).collect::<Vec<_>>().join(" "));
    text
}

/// Whether code with these lines fits to the engine, on this machine.
pub(crate) fn check(engine: &Engine, found: &str) -> Result<(), ArtifactError> {
    let wanted = lines(engine, false);
    let mut wanted = wanted.lines();
    for line in found.lines() {
        let Some((name, value)) = line.split_once('=') else {
            return Err(ArtifactError::Damaged("a section is malformed"));
        };
        let own = wanted.next().and_then(|line| line.split_once('='));
        let Some((_, own)) = own.filter(|(own, _)| *own == name) else {
            let message = format!("it is made by a version of Windlass with a setting `{name}`");
            return Err(ArtifactError::Incompatible(message));
        };
        let words = |list: &'_ str| list.split(' ').map(str::to_string).collect::<Vec<_>>();
        match name {
            CPU => {
                let here = windlass_isa::host_features();
                let mut needed = value.split(' ').filter(|word| !word.is_empty());
                if let Some(missing) = needed.find(|word| !here.contains(word)) {
                    let name = missing.strip_prefix("has_").unwrap_or(missing);
                    return Err(ArtifactError::MissingFeature(name.to_string()));
                }
            }
            WASM => {
                let on = words(own);
                if let Some(missing) = words(value).iter().find(|word| !on.contains(word)) {
                    let message = format!("the Wasm feature {missing} is switched off here");
                    return Err(ArtifactError::Incompatible(message));
                }
            }
            _ if value != own => {
                let message = format!("its {name} is {value}, and {own} is wanted");
                return Err(ArtifactError::Incompatible(message));
            }
            _ => {}
        }
    }
    match wanted.next() {
        None => Ok(()),
        Some(line) => {
            let message =
                format!("it is made by a version of Windlass that does not know `{line}`");
            Err(ArtifactError::Incompatible(message))
        }
    }
}
