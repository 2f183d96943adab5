//! Compiles every function of a module for the host: `compile FILE [single_pass]`.
//! The number of threads is that of `RAYON_NUM_THREADS`.

#[path = "../tests/common/mod.rs"]
mod common;

use common::TestEnv;
use windlass_core::settings::{self, Configurable};
use windlass_wasm::{Threads, WasmFeatures, compile_functions, translate_module};

fn main() {
    let path = std::env::args().nth(1).expect("usage: compile FILE [single_pass]");
    let bytes = wat::parse_file(&path).expect("the file can be read");
    let module = translate_module(&bytes, WasmFeatures::all()).expect("the module is valid");
    let mut flags = settings::builder();
    let set = |flags: &mut settings::Builder, name: &str, value: &str| {
        flags.set(name, value).expect("the setting exists");
    };
    set(&mut flags, "enable_pinned_reg", "true");
    set(&mut flags, "opt_level", "speed");
    set(&mut flags, "enable_verifier", "false");
    if let Some(algorithm) = std::env::args().nth(2) {
        set(&mut flags, "regalloc_algorithm", &algorithm);
    }
    let builder = windlass_isa::host_builder().expect("the host is supported");
    let isa = builder.finish(settings::Flags::new(flags)).expect("the settings fit together");
    let make_env = || TestEnv::new(&module.info);
    let sizes =
        compile_functions(&module, &*isa, None, make_env, Threads::Default, |_, _, code| {
            (code.code_info().total_size, code.stats)
        });
    match sizes {
        Ok(sizes) => {
            let total: u64 = sizes.iter().map(|(size, _)| u64::from(*size)).sum();
            let sum = |field: fn(&windlass_core::CompileStats) -> u32| -> u64 {
                sizes.iter().map(|(_, stats)| u64::from(field(stats))).sum()
            };
            println!(
                "{} functions, {} bytes in, {total} bytes out, {} instructions, {} operands, \
                 {} live ranges, {} moves",
                sizes.len(),
                module.info.code_section.len(),
                sum(|stats| stats.insts),
                sum(|stats| stats.operands),
                sum(|stats| stats.live_ranges),
                sum(|stats| stats.moves),
            );
        }
        Err(error) => println!("{error}"),
    }
}
