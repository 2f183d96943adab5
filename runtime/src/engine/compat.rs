//! What the code of an engine fits to, as lines of text: `name=value`.

use windlass_core::isa::TargetIsa;

use crate::code::artifact::compat::{CPU, WASM};
use crate::engine::config::{Config, FEATURES};
use crate::layout::{self, MemoryPlan};

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

/// The lines of an engine. With `all`, the settings are among them that do not matter to code that
/// is made already.
pub(crate) fn lines(config: &Config, isa: &dyn TargetIsa, all: bool) -> String {
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
